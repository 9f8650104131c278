//! A scheme as a person would read it: what counts, how much, by what rule, who answers, and what follows; and how the
//! campaign is run.
//!
//! Words are made from the complete scheme alone, so what is explained is what is scored.

pub(crate) mod life;
mod paper;
mod rule;
pub(crate) mod words;

pub use rule::rule_sentence;
pub(crate) use rule::{Meaning, of_group, sentence};

use crate::check::kind_shares;
use crate::model::{
    Aggregate, Fallback, FilledBy, Group, Id, Indicator, Measure, Rule, Scheme, Status, Veto,
};
use crate::{Campaign, Lang, Say, say};

pub use life::running;
use paper::Paper;

/// The rule of a campaign's complete indicator or bonus in words; `None` where its measure isn't known.
///
/// Unlike [`rule_sentence`] it names the measure that progress is measured from.
#[must_use]
pub fn earned(campaign: &Campaign, item: &Indicator, lang: Lang) -> Option<String> {
    in_words(campaign, item, Meaning::Earned, lang)
}

/// The rule of a campaign's complete deduction in words: what is taken off; `None` where its measure isn't known.
#[must_use]
pub fn taken_off(campaign: &Campaign, item: &Indicator, lang: Lang) -> Option<String> {
    in_words(campaign, item, Meaning::TakenOff, lang)
}

fn in_words(campaign: &Campaign, item: &Indicator, meaning: Meaning, lang: Lang) -> Option<String> {
    let measure = campaign.measure(item.measure.as_str())?;
    let base = match &item.rule {
        Some(Rule::Progress(progress)) => progress.base.as_ref(),
        _ => None,
    };
    let base = base.and_then(|base| campaign.measure(base.as_str()));
    Some(sentence(item, measure, meaning, base, lang))
}

/// Explains a complete scheme of a campaign (one of [`Campaign::effective`]) in plain words.
#[must_use]
pub fn explain(campaign: &Campaign, scheme: &Scheme, lang: Lang) -> String {
    let mut page = Page {
        campaign,
        scheme,
        lang,
        paper: Paper::new(lang),
    };
    page.head();
    page.preparation();
    page.tree(None, "");
    page.extras();
    page.vetoes();
    page.bands();
    page.paper.text
}

/// A policy in words: nothing and all are something else where points are taken off.
fn fallen_back(fallback: Fallback, meaning: Meaning) -> Say {
    match (meaning, fallback) {
        (Meaning::TakenOff, Fallback::Zero) => say!("不扣分", "nothing is taken off"),
        (Meaning::TakenOff, Fallback::Full) => say!("扣满", "all is taken off"),
        _ => words::fallback(fallback),
    }
}

/// A page being written.
struct Page<'a> {
    campaign: &'a Campaign,
    scheme: &'a Scheme,
    lang: Lang,
    paper: Paper,
}

impl Page<'_> {
    /// Title, category, since when, total, shares.
    fn head(&mut self) {
        let (scheme, lang) = (self.scheme, self.lang);
        let title = format!("{} ({})", scheme.name.get(lang), scheme.id);
        self.paper.line(0, &title);
        if let Some(about) = &scheme.about {
            self.paper.line(0, about.get(lang));
        }
        let mut facts = Vec::new();
        if let Some(id) = &scheme.category {
            let name = self.category(id);
            facts.push(say!("考核类别:{name}", "scores: {name}"));
        }
        if let Some(from) = scheme.from {
            facts.push(say!("自 {from} 起施行", "in force from {from} on"));
        }
        if scheme.status == Status::Trial {
            facts.push(say!("试行,没有后果", "on trial, without consequences"));
        }
        if let Some(total) = scheme.total {
            facts.push(say!("总分 {total} 分", "{total} points in all"));
        }
        if let Some(base) = &scheme.extends {
            let name = self.scheme_name(base);
            facts.push(say!("在“{name}”上增补", "adds to “{name}”"));
        }
        self.paper.facts(0, facts);
        self.shares();
        let common = self.common_policy();
        self.paper.say(0, &common);
        if let Some(rounding) = &scheme.rounding {
            self.paper.say(0, &words::rounding(rounding));
        }
    }

    fn shares(&mut self) {
        let shares = kind_shares(self.scheme);
        if shares.outcome + shares.process + shares.paper <= 0.0 {
            return;
        }
        let percent = |value: f64| words::number((value * 10.0).round() / 10.0);
        let (outcome, process) = (percent(shares.outcome), percent(shares.process));
        let paper = percent(shares.paper);
        self.paper.say(
            0,
            &say!(
                "看结果 {outcome}%,看过程 {process}%,看材料 {paper}%",
                "results {outcome}%, process {process}%, paper {paper}%"
            ),
        );
    }

    /// What holds for every indicator that isn't described otherwise.
    fn common_policy(&self) -> Say {
        let defaults = &self.scheme.defaults;
        let (Some(missing), Some(gone)) = (defaults.missing, defaults.not_applicable) else {
            return Say {
                zh: String::new(),
                en: String::new(),
            };
        };
        let (missing, gone) = (words::fallback(missing), words::fallback(gone));
        Say {
            zh: format!("除另有说明外,缺数的{},不适用的{}", missing.zh, gone.zh),
            en: format!(
                "Unless said otherwise, where a figure is missing: {}; where an indicator does not apply: {}",
                missing.en, gone.en
            ),
        }
    }

    fn preparation(&mut self) {
        if self.scheme.prepare.is_empty() {
            return;
        }
        self.paper.heading(&say!("计分之前", "Before scoring"));
        for (index, step) in self.scheme.prepare.iter().enumerate() {
            let Say { zh, en } = words::preparation(step);
            let number = index + 1;
            self.paper.say(1, &say!("{number}. {zh}", "{number}. {en}"));
        }
    }

    /// The groups and indicators of a group (of the top for `None`), numbered.
    fn tree(&mut self, group: Option<&Id>, number: &str) {
        let scheme = self.scheme;
        let depth = number.matches('.').count();
        if group.is_none() {
            let aggregate = scheme.aggregate.as_ref().unwrap_or(&Aggregate::Sum);
            let Say { zh, en } = words::aggregate(aggregate);
            self.paper.heading(&say!("指标({zh})", "Indicators ({en})"));
        }
        let mut position = 0;
        let mut next = |number: &str| {
            position += 1;
            format!("{number}{position}.")
        };
        for inner in scheme
            .group
            .iter()
            .filter(|inner| inner.group.as_ref() == group)
        {
            let number = next(number);
            self.group(inner, &number, depth);
            self.tree(Some(&inner.id), &number);
        }
        for item in scheme
            .indicator
            .iter()
            .filter(|item| item.group.as_ref() == group)
        {
            let number = next(number);
            self.indicator(item, Meaning::Earned, &number, depth);
        }
    }

    fn group(&mut self, group: &Group, number: &str, depth: usize) {
        let lang = self.lang;
        let mut marks = Vec::new();
        if let Some(points) = group.points {
            marks.push(words::points_of(points));
        }
        if let Some(weight) = group.weight {
            marks.push(say!("权重 {weight}", "weight {weight}"));
        }
        if let Some(aggregate) = group
            .aggregate
            .as_ref()
            .filter(|how| **how != Aggregate::Sum)
        {
            marks.push(words::aggregate(aggregate));
        }
        let title = format!("{number} {}{}", group.name.get(lang), self.marks(&marks));
        self.paper.line(depth, &title);
        if let Some(about) = &group.about {
            self.paper.line(depth + 1, about.get(lang));
        }
        let mut facts = Vec::new();
        if let Some(rule) = &group.rule {
            facts.push(of_group(rule));
        }
        if let Some(least) = group.at_least {
            let what = words::fallback(group.missing.unwrap_or(Fallback::Drop));
            facts.push(Say {
                zh: format!("有数的成员不足 {least} 个时,本组{}", what.zh),
                en: format!("with fewer than {least} members given: {}", what.en),
            });
        }
        self.paper.facts(depth + 1, facts);
    }

    fn marks(&self, marks: &[Say]) -> String {
        if marks.is_empty() {
            return String::new();
        }
        let marks: Vec<&str> = marks.iter().map(|mark| mark.get(self.lang)).collect();
        match self.lang {
            Lang::Zh => format!("({})", marks.join(",")),
            Lang::En => format!(" ({})", marks.join(", ")),
        }
    }

    fn indicator(&mut self, item: &Indicator, meaning: Meaning, number: &str, depth: usize) {
        let lang = self.lang;
        let mut marks = Vec::new();
        if let Some(points) = item.points {
            marks.push(words::points_of(points));
        }
        if let Some(weight) = item.weight {
            marks.push(say!("权重 {weight}", "weight {weight}"));
        }
        if let Some(kind) = item.kind {
            marks.push(words::kind(kind));
        }
        let title = format!("{number} {}{}", item.name.get(lang), self.marks(&marks));
        self.paper.line(depth, &title);
        if let Some(about) = &item.about {
            self.paper.line(depth + 1, about.get(lang));
        }
        if let Some(rule) = in_words(self.campaign, item, meaning, lang) {
            self.paper.line(depth + 1, &rule);
        }
        let facts = self.standing(item, meaning);
        self.paper.facts(depth + 1, facts);
    }

    /// Where the figure comes from, proof, office, and the policies that differ from the scheme's.
    fn standing(&self, item: &Indicator, meaning: Meaning) -> Vec<Say> {
        let mut facts = Vec::new();
        let measure = self.campaign.measure(item.measure.as_str());
        facts.extend(measure.and_then(|measure| self.source(measure)));
        if let Some(proof) = &item.proof {
            let (zh, en) = (proof.get(Lang::Zh), proof.get(Lang::En));
            facts.push(say!("证明:{zh}", "proof: {en}"));
        }
        facts.extend(item.office.as_ref().map(|office| self.office(office)));
        let defaults = &self.scheme.defaults;
        let whole = defaults.missing.is_some() && defaults.not_applicable.is_some();
        if let Some(missing) = item
            .missing
            .filter(|own| !whole || Some(*own) != defaults.missing)
        {
            let Say { zh, en } = fallen_back(missing, meaning);
            facts.push(say!("缺数的{zh}", "where the figure is missing: {en}"));
        }
        let gone = item.not_applicable;
        if let Some(gone) = gone.filter(|own| !whole || Some(*own) != defaults.not_applicable) {
            let Say { zh, en } = fallen_back(gone, meaning);
            facts.push(say!("不适用的{zh}", "where it does not apply: {en}"));
        }
        facts
    }

    fn source(&self, measure: &Measure) -> Option<Say> {
        match measure.filled_by.as_ref() {
            None | Some(FilledBy::File) => {
                let origin = measure.origin.as_ref()?;
                let (zh, en) = (origin.get(Lang::Zh), origin.get(Lang::En));
                Some(say!("数据:{zh}", "figures: {en}"))
            }
            Some(FilledBy::Form(tally)) => {
                let forms = &self.campaign.forms;
                let form = forms.iter().find(|form| form.item.id == tally.form)?;
                let name = &form.item.name;
                let (zh, en) = (name.get(Lang::Zh), name.get(Lang::En));
                Some(say!("数据:表单“{zh}”", "figures: the form “{en}”"))
            }
            Some(FilledBy::Rating(share)) => {
                let top = share.top_levels;
                Some(say!(
                    "数据:服务对象评价,五级中前 {top} 级算满意",
                    "figures: ratings by those served; the top {top} of five levels count as satisfied"
                ))
            }
            Some(FilledBy::Work(share)) => {
                let Say { zh, en } = share.words();
                Some(say!("数据:{zh}", "figures: {en}"))
            }
            Some(FilledBy::Formula(text)) => {
                Some(say!("数据:由 {text} 算出", "figures: computed as {text}"))
            }
        }
    }

    fn office(&self, id: &Id) -> Say {
        let office = self
            .campaign
            .file
            .office
            .iter()
            .find(|office| office.id == *id);
        let name = |lang| office.map_or(id.as_str(), |office| office.name.get(lang));
        let (zh, en) = (name(Lang::Zh), name(Lang::En));
        say!("责任科室:{zh}", "answered for by: {en}")
    }

    /// Bonuses, deductions and their caps.
    fn extras(&mut self) {
        let scheme = self.scheme;
        if !scheme.bonus.is_empty() {
            self.paper
                .heading(&say!("加分(在总分之外)", "Bonuses (on top of the total)"));
            for (index, item) in scheme.bonus.iter().enumerate() {
                self.indicator(item, Meaning::Earned, &format!("{}.", index + 1), 1);
            }
        }
        if !scheme.deduction.is_empty() {
            self.paper.heading(&say!(
                "扣分(按下列规则得出的分从总分中扣除)",
                "Deductions (what these rules yield is taken off the total)"
            ));
            for (index, item) in scheme.deduction.iter().enumerate() {
                self.indicator(item, Meaning::TakenOff, &format!("{}.", index + 1), 1);
            }
        }
        let caps = words::caps(&scheme.caps);
        if !caps.is_empty() {
            self.paper.text.push('\n');
            self.paper.facts(0, caps);
        }
    }

    fn vetoes(&mut self) {
        if self.scheme.veto.is_empty() {
            return;
        }
        self.paper.heading(&say!("否决", "Vetoes"));
        for (index, veto) in self.scheme.veto.iter().enumerate() {
            self.veto(veto, index + 1);
        }
    }

    fn veto(&mut self, veto: &Veto, number: usize) {
        let lang = self.lang;
        let measure = self.campaign.measure(veto.measure.as_str());
        let words = words::veto(veto, measure, self.scheme);
        let title = format!(
            "{number}. {}{}{}",
            veto.name.get(lang),
            lang.pick(":", ": "),
            words.get(lang)
        );
        self.paper.line(1, &title);
        if let Some(about) = &veto.about {
            self.paper.line(2, about.get(lang));
        }
        let mut facts = Vec::new();
        if let Some(proof) = &veto.proof {
            let (zh, en) = (proof.get(Lang::Zh), proof.get(Lang::En));
            facts.push(say!("证明:{zh}", "proof: {en}"));
        }
        facts.extend(veto.office.as_ref().map(|office| self.office(office)));
        self.paper.facts(2, facts);
    }

    /// Who is rated, the bands, and ties.
    fn bands(&mut self) {
        let scheme = self.scheme;
        self.paper.heading(&say!("排名和定级", "Ranks and bands"));
        let lang = self.lang;
        if let Some(rated) = &scheme.rated {
            self.paper.say(1, &words::rated(rated, scheme));
        }
        if let Some(peers) = &scheme.peers {
            self.paper
                .say(1, &words::peers(peers, &self.campaign.file.attribute));
        }
        for (index, band) in scheme.band.iter().enumerate() {
            let terms = words::band(band);
            let terms = terms.get(lang);
            let colon = if terms.is_empty() {
                ""
            } else {
                lang.pick(":", ": ")
            };
            let line = format!("{}. {}{colon}{terms}", index + 1, band.name.get(lang));
            self.paper.line(1, &line);
        }
        if !scheme.band.is_empty() {
            let banding = scheme.banding.clone().unwrap_or_default();
            self.paper.facts(1, words::banding(&banding, &scheme.band));
        }
        let ties = words::ties(scheme, &self.campaign.measures);
        self.paper.say(1, &ties);
    }

    fn category(&self, id: &Id) -> String {
        let category = self
            .campaign
            .file
            .category
            .iter()
            .find(|category| category.id == *id);
        category.map_or_else(
            || id.to_string(),
            |category| category.name.get(self.lang).to_owned(),
        )
    }

    fn scheme_name(&self, id: &Id) -> String {
        let scheme = self.campaign.scheme(id.as_str());
        scheme.map_or_else(
            || id.to_string(),
            |scheme| scheme.name.get(self.lang).to_owned(),
        )
    }
}
