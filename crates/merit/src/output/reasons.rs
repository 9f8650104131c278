//! A unit's score in words: every item down to its rule, the figure, the peers, what was lost and what would have earned it.
//!
//! Only what the kernel says is told. Places in a class are given for figures and scores of units; nothing is said about
//! persons, and nothing about whether two units differ by more than chance.

use rulebook::explain::{earned, taken_off};
use rulebook::model::{Fallback, Indicator, Scheme, Text};
use rulebook::{Campaign, Say, Unit, say};
use scoring::run::Job;
use scoring::{Adjustment, Explanation, GroupRow, ItemRow, Role, State, VetoRow};

use super::number;
use super::table::category_name;
use crate::lang::{lang, tr};
use crate::terminal::heading;

/// Decimals of figures in a text, trailing zeros left off.
const SHOWN: u8 = 4;

/// What is told, and the words it is told with.
struct Telling<'t> {
    campaign: &'t Campaign,
    scheme: &'t Scheme,
    explanation: &'t Explanation,
    text: String,
}

/// The whole text.
pub fn told(
    campaign: &Campaign,
    job: &Job<'_>,
    unit: &Unit,
    decimals: Option<u8>,
    explanation: &Explanation,
) -> String {
    let mut telling = Telling {
        campaign,
        scheme: job.scheme,
        explanation,
        text: String::new(),
    };
    telling.head(job, unit);
    telling.result(decimals);
    explanation.items.iter().for_each(|item| telling.item(item));
    telling.groups();
    telling.between();
    telling.text
}

impl Telling<'_> {
    fn line(&mut self, indent: &str, text: &Say) {
        self.text.push_str(indent);
        self.text.push_str(text.get(lang()));
        self.text.push('\n');
    }

    fn head(&mut self, job: &Job<'_>, unit: &Unit) {
        let category = category_name(self.campaign, job.category);
        let (period, scheme) = (job.period, job.scheme.name.get(lang()));
        let unit = if unit.name == unit.id {
            unit.id.clone()
        } else {
            let (name, id) = (&unit.name, &unit.id);
            say!("{name}({id})", "{name} ({id})").get(lang()).to_owned()
        };
        let title = say!(
            "{period} {unit},{category}——{scheme}",
            "{period} {unit}, {category} – {scheme}"
        );
        self.text = format!("{}\n", heading(title.get(lang())));
    }

    fn result(&mut self, decimals: Option<u8>) {
        let of = self.explanation.rank_of;
        let score = self.explanation.score.map(|score| number(score, decimals));
        let text = match (score, self.explanation.rank) {
            (None, _) => say!("本期不评", "Not scored in this period"),
            (Some(score), None) => say!(
                "得分 {score};不参加排名和定级",
                "Score {score}; neither ranked nor banded"
            ),
            (Some(score), Some(rank)) => say!(
                "得分 {score};参加排名的 {of} 个单位中第 {rank} 名",
                "Score {score}; rank {rank} of the {of} units ranked"
            ),
        };
        self.line("", &text);
        let band = self.explanation.band.as_deref();
        let band = self
            .scheme
            .band
            .iter()
            .find(|known| Some(known.id.as_str()) == band);
        if let Some(band) = band {
            let name = band.name.get(lang());
            self.line("", &say!("等次:{name}", "Band: {name}"));
        }
        self.text.push('\n');
    }

    fn item(&mut self, row: &ItemRow) {
        let items = self
            .scheme
            .indicator
            .iter()
            .chain(&self.scheme.bonus)
            .chain(&self.scheme.deduction);
        let Some(item) = items.clone().find(|item| item.id.as_str() == row.id) else {
            return;
        };
        let (item, points) = (item.clone(), self.points_of(row));
        let title = format!("{} ({})  {points}", item.name.get(lang()), row.id);
        self.text.push_str(&format!("{}\n", heading(&title)));
        if let Some(figures) = self.figures(row, &item) {
            self.line("    ", &figures);
        }
        if let Some(gap) = gap(row) {
            self.line("    ", &gap);
        }
        let rule = match row.role {
            Role::Deduction => taken_off(self.campaign, &item, lang()),
            Role::Indicator | Role::Bonus => earned(self.campaign, &item, lang()),
        };
        if let Some(rule) = rule {
            self.line("    ", &say!("规则:{rule}", "Rule: {rule}"));
        }
        for text in self.lost(row) {
            self.line("    ", &text);
        }
    }

    /// An item's points: of how many, added or taken off.
    fn points_of(&self, row: &ItemRow) -> String {
        let Some(points) = row.points.map(|points| self.points(points)) else {
            return tr("不计入", "left out").to_owned();
        };
        match (row.role, row.full) {
            (Role::Indicator, Some(full)) => format!("{points} / {}", self.points(full)),
            (Role::Indicator, None) => points,
            (Role::Bonus, _) => say!("加 {points} 分", "+{points}").get(lang()).to_owned(),
            (Role::Deduction, _) => say!("扣 {points} 分", "−{points}").get(lang()).to_owned(),
        }
    }

    fn points(&self, points: f64) -> String {
        let decimals = self
            .scheme
            .rounding
            .as_ref()
            .and_then(|rounding| rounding.points);
        decimals.map_or_else(|| short(points), |decimals| number(points, Some(decimals)))
    }

    /// The unit's figure beside those of its class.
    fn figures(&self, row: &ItemRow, item: &Indicator) -> Option<Say> {
        let figure = short(row.figure?);
        let unit = self
            .campaign
            .measure(item.measure.as_str())
            .and_then(|measure| measure.unit.as_ref());
        // Progress is a difference or a share, whatever the measure counts.
        let unit = unit.filter(|_| row.base.is_none());
        let unit = unit.map_or("", |unit| unit.get(lang()));
        let mut parts = vec![say!("本单位 {figure} {unit}", "this unit {figure} {unit}")];
        if let Some(n) = row.n.map(short) {
            parts.push(say!("依据 {n} 件", "from {n} cases"));
        }
        if let Some(handed_in) = row.handed_in.map(short) {
            parts.push(say!("交来的数 {handed_in}", "handed in as {handed_in}"));
        }
        if let Some(base) = row.base.map(short) {
            parts.push(say!("起点 {base}", "measured from {base}"));
        }
        if let Some(mean) = row.class_mean.map(short) {
            parts.push(say!("同类平均 {mean}", "class mean {mean}"));
        }
        if let Some(best) = row.class_best.map(short) {
            parts.push(say!("同类最好 {best}", "class best {best}"));
        }
        if let Some(rank) = row.rank {
            let of = row.rank_of;
            parts.push(say!(
                "有数的 {of} 个单位中第 {rank}",
                "place {rank} of the {of} units with a figure"
            ));
        }
        let trimmed = |part: &Say| part.get(lang()).trim_end().to_owned();
        let text = parts
            .iter()
            .map(trimmed)
            .collect::<Vec<_>>()
            .join(tr(";", "; "));
        Some(say!("{text}", "{text}"))
    }

    /// What was lost and what would have earned it.
    fn lost(&self, row: &ItemRow) -> Vec<Say> {
        let mut texts = Vec::new();
        let lost = row
            .lost
            .filter(|lost| *lost > 0.0)
            .map(|lost| self.points(lost));
        let full = row.full_at.map(short);
        match (lost, full) {
            (Some(lost), Some(full)) => texts.push(say!(
                "失 {lost} 分;数为 {full} 可得满分",
                "{lost} points lost; a figure of {full} earns them all"
            )),
            (Some(lost), None) => texts.push(say!("失 {lost} 分", "{lost} points lost")),
            (None, _) => {}
        }
        // Where the next step is the last, it has just been told.
        if let Some((figure, points)) = row.next.filter(|(figure, _)| Some(*figure) != row.full_at)
        {
            let (figure, points) = (short(figure), self.points(points));
            texts.push(say!(
                "数为 {figure} 可得 {points} 分",
                "a figure of {figure} earns {points} points"
            ));
        }
        texts
    }

    fn groups(&mut self) {
        let groups: Vec<&GroupRow> = self
            .explanation
            .groups
            .iter()
            .filter(|group| !group.id.is_empty())
            .collect();
        if groups.is_empty() {
            return;
        }
        self.text
            .push_str(&format!("{}\n", heading(tr("各组", "Groups"))));
        for group in groups {
            let name = self.group_name(&group.id).to_owned();
            let value = group.value.map_or_else(
                || tr("不计入", "left out").to_owned(),
                |value| self.points(value),
            );
            let text = match group.full.map(|full| self.points(full)) {
                Some(full) => say!("{name}  {value} / {full}", "{name}  {value} / {full}"),
                None => say!("{name}  {value}", "{name}  {value}"),
            };
            self.line("    ", &text);
        }
    }

    /// What lies between the items' points and the score.
    fn between(&mut self) {
        let Explanation {
            adjustments,
            vetoes,
            ..
        } = self.explanation;
        if adjustments.is_empty() && vetoes.is_empty() {
            return;
        }
        self.text.push_str(&format!(
            "{}\n",
            heading(tr("各项之外", "Beside the items"))
        ));
        for adjustment in adjustments {
            let text = self.adjustment(adjustment);
            self.line("    ", &text);
        }
        for veto in vetoes {
            let text = self.veto(veto);
            self.line("    ", &text);
        }
    }

    fn adjustment(&self, adjustment: &Adjustment) -> Say {
        let points = adjustment.points();
        let sign = if points < 0.0 { "−" } else { "+" };
        let points = format!("{sign}{}", self.points(points.abs()));
        match adjustment {
            Adjustment::Reweighted { group, .. } if group.is_empty() => say!(
                "有的项不计入,其余按比例放大:{points}",
                "items left out, the others scaled up: {points}"
            ),
            Adjustment::Reweighted { group, .. } => {
                let name = self.group_name(group);
                say!(
                    "“{name}”有的项不计入,其余按比例放大:{points}",
                    "“{name}”: items left out, the others scaled up: {points}"
                )
            }
            Adjustment::BonusCap { .. } => {
                say!("加分超过上限:{points}", "bonuses over their cap: {points}")
            }
            Adjustment::DeductionCap { .. } => say!(
                "扣分超过上限:{points}",
                "deductions over their cap: {points}"
            ),
            Adjustment::ScoreCap { .. } => {
                say!("总分的上下限:{points}", "the score's own limits: {points}")
            }
            Adjustment::Veto { .. } => say!("一票否决:{points}", "veto: {points}"),
        }
    }

    fn veto(&self, row: &VetoRow) -> Say {
        let veto = self
            .scheme
            .veto
            .iter()
            .find(|veto| veto.id.as_str() == row.id);
        let name = veto.map_or(row.id.as_str(), |veto| veto.name.get(lang()));
        let figure = short(row.figure);
        match (row.score_at_most.map(short), row.bars.as_deref()) {
            (Some(most), _) => say!(
                "否决项“{name}”成立(数为 {figure}):总分不超过 {most}",
                "the veto “{name}” holds (figure {figure}): the score is at most {most}"
            ),
            (None, bars) => {
                let band = self
                    .scheme
                    .band
                    .iter()
                    .find(|band| Some(band.id.as_str()) == bars);
                let band = band.map_or("", |band| band.name.get(lang()));
                say!(
                    "否决项“{name}”成立(数为 {figure}):不得评为“{band}”及更好的等次",
                    "the veto “{name}” holds (figure {figure}): neither “{band}” nor a better band"
                )
            }
        }
    }

    fn group_name<'g>(&'g self, id: &'g str) -> &'g str {
        let group = self
            .scheme
            .group
            .iter()
            .find(|group| group.id.as_str() == id);
        group.map_or(id, |group| Text::get(&group.name, lang()))
    }
}

/// Why there was no figure, and what was done.
fn gap(row: &ItemRow) -> Option<Say> {
    let by_mean = matches!(row.policy, Some(Fallback::ClassMean | Fallback::Previous));
    let policy = if by_mean && row.points.is_none() {
        say!(
            "同类都没有数,这一项不计",
            "nobody in the class has a figure, so the item is left out"
        )
    } else {
        policy(row.policy)
    };
    let (zh, en) = (policy.zh, policy.en);
    match (row.state, row.handed_in.map(short)) {
        (State::Given, _) => None,
        (State::Missing, Some(figure)) => {
            let n = row
                .n
                .map_or_else(|| tr("不明", "unknown").to_owned(), short);
            Some(say!(
                "交来的数 {figure}(依据 {n} 件)按规则不作数;{zh}",
                "handed in as {figure} (cases: {n}), which doesn't count by the rules; {en}"
            ))
        }
        (State::Missing, None) => Some(say!("缺数;{zh}", "no figure; {en}")),
        (State::NotApplicable, _) => Some(say!("不适用;{zh}", "does not apply; {en}")),
    }
}

fn policy(policy: Option<Fallback>) -> Say {
    match policy {
        Some(Fallback::ClassMean) => say!(
            "按规定给同类平均分",
            "the class mean is given, as the rules say"
        ),
        Some(Fallback::Previous) => say!(
            "按规定用上一期的数,上一期也没有则给同类平均分",
            "the previous figure stands in, else the class mean, as the rules say"
        ),
        Some(Fallback::Zero) => say!("按规定记零分", "nothing is given, as the rules say"),
        Some(Fallback::Full) => say!("按规定给满分", "all points are given, as the rules say"),
        Some(Fallback::Withhold) => {
            say!("按规定本期不评", "the unit isn't scored, as the rules say")
        }
        Some(Fallback::Drop) | None => say!(
            "按规定不计此项,其余按比例放大",
            "it is left out and the others scaled up, as the rules say"
        ),
    }
}

/// A figure with a few decimals, trailing zeros left off; very small ones keep their digits.
pub fn short(value: f64) -> String {
    let decimals = if value != 0.0 && value.abs() < 0.01 {
        2 * SHOWN
    } else {
        SHOWN
    };
    let text = number(value, Some(decimals));
    let text = if text.trim_matches(['-', '0', '.']).is_empty() {
        "0"
    } else {
        &text
    };
    if !text.contains('.') {
        return text.to_owned();
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn figures_are_short() {
        let cases = [
            (0.9, "0.9"),
            (100.0, "100"),
            (-0.0, "0"),
            (1.0 / 3.0, "0.3333"),
            (0.00012, "0.00012"),
        ];
        for (value, text) in cases {
            assert_eq!(short(value), text);
        }
    }
}
