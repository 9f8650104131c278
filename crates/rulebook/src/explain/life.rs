//! How a campaign is run, in words: working days, closing a period, ratings, services, work, honours, ladders.

use super::paper::Paper;
use super::words::{capitalised, closed_up, number};
use crate::model::{
    AttachmentType, Cadence, Calendar, Closing, Day, FieldType, Honour, Honoured, Id, Ladder,
    LadderLevel, LevelOrder, Ratings, Service, Text,
};
use crate::{Campaign, Lang, PeriodKind, Say, say};

/// Explains how a campaign is run. Of one that only scores figures (no roles, forms, services, honours or ladders) there is no more to
/// say than how units are compared, if they are; else it is empty.
#[must_use]
pub fn running(campaign: &Campaign, lang: Lang) -> String {
    let lived = !(campaign.file.role.is_empty()
        && campaign.forms.is_empty()
        && campaign.services.is_empty()
        && campaign.honours.is_empty()
        && campaign.ladders.is_empty());
    if !lived && campaign.file.comparison.is_none() {
        return String::new();
    }
    let mut page = Page {
        campaign,
        lang,
        paper: Paper::new(lang),
    };
    page.head();
    if !lived {
        page.comparison();
        return page.paper.text;
    }
    page.calendar(&campaign.file.calendar);
    page.closing(&campaign.file.calendar.closing);
    page.comparison();
    page.ratings(&campaign.file.ratings);
    page.work();
    page.attachments();
    page.services();
    page.honours();
    page.ladders();
    page.paper.text
}

/// A page being written.
struct Page<'a> {
    campaign: &'a Campaign,
    lang: Lang,
    paper: Paper,
}

impl Page<'_> {
    fn head(&mut self) {
        let (file, lang) = (&self.campaign.file, self.lang);
        self.paper
            .line(0, &format!("{} ({})", file.name.get(lang), file.id));
        if let Some(about) = &file.about {
            self.paper.line(0, about.get(lang));
        }
    }

    /// Numbered sentences.
    fn steps(&mut self, indent: usize, steps: Vec<Say>) {
        for (number, Say { zh, en }) in (1..).zip(steps) {
            let en = capitalised(&en);
            self.paper
                .say(indent, &say!("{number}. {zh}", "{number}. {en}"));
        }
    }

    fn calendar(&mut self, calendar: &Calendar) {
        self.paper
            .heading(&say!("周期和工作日", "Periods and working days"));
        let Say { zh, en } = period(calendar.period);
        let clock = clock(calendar.utc_offset_minutes);
        self.paper.say(
            1,
            &say!(
                "每{zh}为一期;时间按 {clock}",
                "a period is a {en}; times are {clock}"
            ),
        );
        let Say { zh, en } = list(calendar.rest.iter().map(|day| day.words()));
        if !calendar.rest.is_empty() {
            self.paper
                .say(1, &say!("每周休息:{zh}", "days of rest: {en}"));
        }
        if !calendar.holidays.is_empty() {
            let Say { zh, en } = stretches(&calendar.holidays);
            self.paper.say(1, &say!("放假:{zh}", "holidays: {en}"));
        }
        if !calendar.working_days.is_empty() {
            let Say { zh, en } = stretches(&calendar.working_days);
            self.paper.say(
                1,
                &say!("调休上班:{zh}", "worked though days of rest: {en}"),
            );
        }
    }

    fn closing(&mut self, closing: &Closing) {
        self.paper.heading(&say!(
            "每期怎样结账(天数都是工作日)",
            "How a period is closed (all days are working days)"
        ));
        let (cut_off, objection) = (closing.cut_off_days, closing.objection_days);
        let (decision, appeal) = (closing.decision_days, closing.appeal_days);
        let closer = match &closing.closed_by {
            Some(id) => self.role(id),
            None => say!("活动管理员", "the campaign's administrators"),
        };
        let (by_zh, by_en) = (closer.zh, closer.en);
        let first = match &closing.decided_by {
            Some(id) => {
                let Say { zh, en } = self.role(id);
                say!("由{zh}", " by {en}")
            }
            None => say!("", ""),
        };
        let second = match &closing.appeals_decided_by {
            Some(id) => {
                let Say { zh, en } = self.role(id);
                say!(",由{zh}裁定", "; {en} decides")
            }
            None => say!("", ""),
        };
        let (first_zh, first_en, second_zh, second_en) = (first.zh, first.en, second.zh, second.en);
        let days = |count: u16| if count == 1 { "day" } else { "days" };
        let (d1, d2) = (days(cut_off), days(objection));
        let (d3, d4) = (days(decision), days(appeal));
        let steps = vec![
            say!(
                "期满后 {cut_off} 天截止,由{by_zh}办理;迟到的记入下一期",
                "the cut-off is {cut_off} {d1} after the period's end, set by {by_en}; what comes later counts for the next period"
            ),
            say!(
                "初步结果公开后 {objection} 天内,有关单位和个人可提异议",
                "preliminary results can be objected to for {objection} {d2} by the units and persons concerned"
            ),
            say!(
                "异议{first_zh}在 {decision} 天内作出决定",
                "an objection is decided{first_en} within {decision} {d3}"
            ),
            say!(
                "对决定不服的,{appeal} 天内可申诉{second_zh}",
                "the decision can be appealed for {appeal} {d4}{second_en}"
            ),
            say!(
                "定稿,由{by_zh}签发通报",
                "results become final, and the circular is signed by {by_en}"
            ),
        ];
        self.steps(1, steps);
    }

    fn comparison(&mut self) {
        let Some(comparison) = &self.campaign.file.comparison else {
            return;
        };
        self.paper.heading(&say!("比较", "Comparison"));
        let (draws, seed) = (comparison.draws, comparison.seed);
        self.paper.say(
            1,
            &say!(
                "每期按数据的误差重演 {draws} 次(种子 {seed}):分数、名次带区间",
                "each period is replayed {draws} times as its figures' noise allows (seed {seed}): scores and ranks have intervals"
            ),
        );
        let Say { zh, en } = comparison.words();
        self.paper.say(
            1,
            &say!(
                "只点名明显高于、明显低于同类平均和明显进步的单位,{zh};其余不分先后",
                "only units clearly over or under the mean of their class, or clearly improved, are named, {en}; the others are not ordered"
            ),
        );
    }

    fn ratings(&mut self, ratings: &Ratings) {
        let served = &self.campaign.file.served;
        self.paper
            .heading(&say!("服务对象的评价", "Ratings by those served"));
        if !served.is_empty() {
            let Say { zh, en } = list(served.iter().map(|served| named(&served.name)));
            self.paper
                .say(1, &say!("分开看:{zh}", "shown for each group: {en}"));
        }
        let (valid, revise, shown) = (ratings.valid_days, ratings.revise_days, ratings.min_shown);
        self.paper.say(
            1,
            &say!(
                "凭邀请码评一次,{valid} 天内有效;评后 {revise} 天内可改一次;不足 {shown} 条不显示",
                "by invitation code, once, within {valid} days; it can be revised once within {revise} days; fewer than {shown} aren't shown"
            ),
        );
        let (low, rectify) = (ratings.low_levels, ratings.rectify_days);
        if low > 0 {
            let levels = match low {
                1 => "the lowest of the five levels opens".to_owned(),
                _ => format!("the lowest {low} of the five levels open"),
            };
            self.paper.say(
                1,
                &say!(
                    "五级中最低的 {low} 级转为整改,{rectify} 个工作日内办好,不透露是谁评的",
                    "{levels} a rectification, due in {rectify} working days, which doesn't say who rated"
                ),
            );
        }
        let decider = match &ratings.decided_by {
            Some(id) => self.role(id),
            None => say!("活动管理员", "the campaign's administrators"),
        };
        let (burst, days, zh, en) = (ratings.burst, ratings.burst_days, decider.zh, decider.en);
        self.paper.say(
            1,
            &say!(
                "一天内对同一单位的差评达到 {burst} 条就算扎堆:立即显示,先不计分,由{zh}在 {days} 个工作日内判定",
                "{burst} low ratings of one unit in a day are a burst: shown at once, not scored until decided on by {en} within {days} working days"
            ),
        );
        if ratings.order == LevelOrder::HighestFirst {
            self.paper.say(
                1,
                &say!(
                    "评价页上从很满意排到很不满意",
                    "on the rating page the levels run from the highest to the lowest"
                ),
            );
        }
        if !ratings.tag.is_empty() {
            let Say { zh, en } = list(ratings.tag.iter().map(|tag| named(&tag.name)));
            self.paper.say(1, &say!("可勾选的标签:{zh}", "tags: {en}"));
        }
    }

    fn work(&mut self) {
        let work = &self.campaign.file.work;
        let (answer, late) = (work.answer_days, work.escalate_days);
        let Say { zh, en } = times(work.handovers);
        self.paper.heading(&say!(
            "任务、承诺、整改、诉求",
            "Tasks, promises, rectifications, requests"
        ));
        self.paper.say(
            1,
            &say!(
                "交办后 {answer} 个工作日内答复接不接,不接的写明理由;至多转手 {zh};每逾期 {late} 个工作日上报一级",
                "an offer is answered within {answer} working days, a “no” with its reason; handed over at most {en}; every {late} working days late it climbs one level"
            ),
        );
    }

    fn attachments(&mut self) {
        let mut fields = self.campaign.forms.iter().flat_map(|form| &form.item.field);
        if !fields.any(|field| field.kind == FieldType::Attachment) {
            return;
        }
        let rules = &self.campaign.file.attachments;
        let Say { zh, en } = types(&rules.types);
        let most = size(rules.max_kilobytes);
        self.paper.heading(&say!("附件", "Attachments"));
        self.paper.say(
            1,
            &say!(
                "只在表单写明理由时收;只收 {zh},每个至多 {most}",
                "taken only where a form says why; only {en}, of at most {most} each"
            ),
        );
    }

    fn services(&mut self) {
        let services = &self.campaign.services;
        if services.is_empty() {
            return;
        }
        self.paper
            .heading(&say!("公共服务及其标准", "Services and their standards"));
        for (number, service) in (1..).zip(services) {
            self.service(&service.item, number);
        }
    }

    fn service(&mut self, service: &Service, number: usize) {
        let lang = self.lang;
        let mut marks = Vec::new();
        if let Some(days) = service.days {
            marks.push(time_limit(days));
        }
        if let Some(cost) = &service.cost {
            marks.push(named(cost));
        }
        let marks: Vec<&str> = marks.iter().map(|mark| mark.get(lang)).collect();
        let marks = match (lang, marks.is_empty()) {
            (_, true) => String::new(),
            (Lang::Zh, _) => format!(":{}", marks.join(";")),
            (Lang::En, _) => format!(": {}", marks.join("; ")),
        };
        let title = format!("{number}. {}{marks}", service.name.get(lang));
        self.paper.line(1, &title);
        if let Some(about) = &service.about {
            self.paper.line(2, about.get(lang));
        }
        let mut facts = Vec::new();
        if !service.categories.is_empty() {
            let Say { zh, en } = self.categories(&service.categories);
            facts.push(say!("提供:{zh}", "offered by: {en}"));
        }
        if !service.served.is_empty() {
            let Say { zh, en } = list(service.served.iter().map(|id| self.served(id)));
            facts.push(say!("面向:{zh}", "for: {en}"));
        }
        self.paper.facts(2, facts);
        let steps = (1..).zip(&service.steps);
        let steps = steps.map(|(at, step)| {
            let Say { zh, en } = named(step);
            say!("({at}){zh}", "({at}) {en}")
        });
        let (zh, en) = joined(steps, ";", "; ");
        if !service.steps.is_empty() {
            self.paper.say(2, &say!("步骤:{zh}", "steps: {en}"));
        }
        let (zh, en) = joined(service.red_lines.iter().map(named), ";", "; ");
        if !service.red_lines.is_empty() {
            self.paper.say(2, &say!("红线:{zh}", "red lines: {en}"));
        }
    }

    fn honours(&mut self) {
        let honours = &self.campaign.honours;
        if honours.is_empty() {
            return;
        }
        self.paper.heading(&say!("荣誉", "Honours"));
        for (number, honour) in (1..).zip(honours) {
            self.honour(&honour.item, number);
        }
    }

    fn honour(&mut self, honour: &Honour, number: usize) {
        let lang = self.lang;
        let title = format!("{number}. {}", honour.name.get(lang));
        self.paper.line(1, &title);
        if let Some(about) = &honour.about {
            self.paper.line(2, about.get(lang));
        }
        let (to, every) = (honoured(honour.to), cadence(honour.every));
        let (to_zh, to_en, every_zh, every_en) = (to.zh, to.en, every.zh, every.en);
        let mut facts = vec![say!(
            "授予{to_zh},{every_zh}可评",
            "for {to_en}, {every_en}"
        )];
        if !honour.categories.is_empty() {
            let Say { zh, en } = self.categories(&honour.categories);
            facts.push(say!("范围:{zh}", "open to: {en}"));
        }
        let Say { zh, en } = self.role(&honour.nominated_by);
        facts.push(match honour.at_most {
            Some(most) => say!(
                "由{zh}推荐,每次至多 {most} 个,可以不推",
                "nominated by {en}, at most {most} each time, none is a good answer"
            ),
            None => say!("由{zh}推荐", "nominated by {en}"),
        });
        let notice = honour.notice_days;
        let days = if notice == 1 { "day" } else { "days" };
        facts.push(say!(
            "公示 {notice} 个工作日",
            "public notice of {notice} working {days}"
        ));
        let Say { zh, en } = self.role(&honour.decided_by);
        facts.push(say!("由{zh}决定", "decided by {en}"));
        if let Some(requirement) = honour.requires {
            let Say { zh, en } = requirement.words();
            facts.push(say!("最终结果中须{zh}", "final results must say: {en}"));
        }
        if let Some(months) = honour.review_months {
            facts.push(say!(
                "{months} 个月后复查",
                "reviewed after {months} months"
            ));
        }
        self.paper.facts(2, facts);
    }

    fn ladders(&mut self) {
        let ladders = &self.campaign.ladders;
        if ladders.is_empty() {
            return;
        }
        self.paper.heading(&say!(
            "阶梯(算出的是建议,由人决定)",
            "Ladders (what is computed is a proposal; people decide)"
        ));
        for (number, ladder) in (1..).zip(ladders) {
            self.ladder(&ladder.item, number);
        }
    }

    fn ladder(&mut self, ladder: &Ladder, number: usize) {
        let lang = self.lang;
        let title = format!("{number}. {}", ladder.name.get(lang));
        self.paper.line(1, &title);
        if let Some(about) = &ladder.about {
            self.paper.line(2, about.get(lang));
        }
        let Say { zh, en } = self.category(&ladder.category);
        let periods = ladder.periods;
        let mut facts = vec![say!(
            "{zh},看连续 {periods} 期的得分",
            "{en}, by the scores of {periods} periods in a row"
        )];
        if let Some(least) = ladder.at_least {
            facts.push(say!(
                "至少 {least} 期有分",
                "at least {least} of them given"
            ));
        }
        self.paper.facts(2, facts);
        for (at, item) in (1..).zip(&ladder.level) {
            let Say { zh, en } = level(item);
            let (zh_colon, en_colon) = if zh.is_empty() { ("", "") } else { (":", ": ") };
            let line = match lang {
                Lang::Zh => format!("{at}. {}{zh_colon}{zh}", item.name.get(lang)),
                Lang::En => format!("{at}. {}{en_colon}{en}", item.name.get(lang)),
            };
            self.paper.line(2, &line);
        }
    }

    /// A role by its name, which English sets off.
    fn role(&self, id: &Id) -> Say {
        let roles = &self.campaign.file.role;
        let role = roles.iter().find(|role| role.id == *id);
        let Say { zh, en } = role.map_or_else(|| same(id.as_str()), |role| named(&role.name));
        say!("{zh}", "“{en}”")
    }

    fn served(&self, id: &Id) -> Say {
        let served = &self.campaign.file.served;
        let served = served.iter().find(|served| served.id == *id);
        served.map_or_else(|| same(id.as_str()), |served| named(&served.name))
    }

    fn category(&self, id: &Id) -> Say {
        let categories = &self.campaign.file.category;
        let category = categories.iter().find(|category| category.id == *id);
        category.map_or_else(|| same(id.as_str()), |category| named(&category.name))
    }

    fn categories(&self, ids: &[Id]) -> Say {
        list(ids.iter().map(|id| self.category(id)))
    }
}

fn same(word: &str) -> Say {
    Say {
        zh: word.to_owned(),
        en: word.to_owned(),
    }
}

fn named(text: &Text) -> Say {
    Say {
        zh: text.get(Lang::Zh).to_owned(),
        en: text.get(Lang::En).to_owned(),
    }
}

fn joined(items: impl Iterator<Item = Say>, zh: &str, en: &str) -> (String, String) {
    let (zhs, ens): (Vec<String>, Vec<String>) = items.map(|item| (item.zh, item.en)).unzip();
    (zhs.join(zh), ens.join(en))
}

/// A list of names in each language.
fn list(items: impl Iterator<Item = Say>) -> Say {
    let (zh, en) = joined(items, "、", ", ");
    Say { zh, en }
}

/// The length of a period.
pub(crate) fn period(kind: PeriodKind) -> Say {
    match kind {
        PeriodKind::Year => say!("年", "year"),
        PeriodKind::HalfYear => say!("半年", "half-year"),
        PeriodKind::Quarter => say!("季度", "quarter"),
        PeriodKind::Month => say!("月", "month"),
    }
}

/// How often.
pub(crate) fn cadence(cadence: Cadence) -> Say {
    match cadence {
        Cadence::Week => say!("每周", "each week"),
        Cadence::Month => say!("每月", "each month"),
        Cadence::Quarter => say!("每季", "each quarter"),
        Cadence::HalfYear => say!("每半年", "each half-year"),
        Cadence::Year => say!("每年", "each year"),
        Cadence::Event => say!("每次发生时", "each time it happens"),
    }
}

/// To whom an honour is given.
pub(crate) fn honoured(to: Honoured) -> Say {
    match to {
        Honoured::Unit => say!("单位", "a unit"),
        Honoured::Person => say!("个人", "a person"),
    }
}

/// How long a service takes at most.
pub(crate) fn time_limit(days: u16) -> Say {
    match days {
        0 => say!("当场办结", "done on the spot"),
        1 => say!("1 个工作日办结", "done within 1 working day"),
        _ => say!("{days} 个工作日办结", "done within {days} working days"),
    }
}

/// How many times.
pub(crate) fn times(count: u16) -> Say {
    let en = match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        _ => format!("{count} times"),
    };
    say!("{count} 次", "{en}")
}

/// The local time, as an offset from UTC.
pub(crate) fn clock(minutes: i16) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.unsigned_abs();
    match minutes % 60 {
        0 => format!("UTC{sign}{}", minutes / 60),
        rest => format!("UTC{sign}{}:{rest:02}", minutes / 60),
    }
}

/// The types of attachments, as people call them.
pub(crate) fn types(types: &[AttachmentType]) -> Say {
    list(types.iter().map(|kind| match kind {
        AttachmentType::Jpeg => same("JPEG"),
        AttachmentType::Png => same("PNG"),
        AttachmentType::Webp => same("WebP"),
        AttachmentType::Pdf => same("PDF"),
        AttachmentType::Text => say!("纯文本", "plain text"),
        AttachmentType::Csv => same("CSV"),
        AttachmentType::Xlsx => same("XLSX"),
        AttachmentType::Docx => same("DOCX"),
    }))
}

/// A size in kilobytes, in megabytes where it is whole.
pub(crate) fn size(kilobytes: u32) -> String {
    if kilobytes.is_multiple_of(1024) {
        format!("{} MB", kilobytes / 1024)
    } else {
        format!("{kilobytes} KB")
    }
}

/// Days, with those that follow each other as one stretch.
fn stretches(days: &[Day]) -> Say {
    let mut days: Vec<&Day> = days.iter().collect();
    days.sort();
    days.dedup();
    let mut stretches: Vec<(&Day, &Day)> = Vec::new();
    for day in days {
        match stretches.last_mut() {
            Some((_, last)) if follows(last, day) => *last = day,
            _ => stretches.push((day, day)),
        }
    }
    list(stretches.iter().map(|(first, last)| {
        if first == last {
            same(&first.0)
        } else {
            say!("{first} 至 {last}", "{first} to {last}")
        }
    }))
}

/// Whether two days of one month follow each other.
fn follows(first: &Day, second: &Day) -> bool {
    match (first.parts(), second.parts()) {
        (Some((year, month, day)), Some((y, m, d))) => {
            (year, month, day.saturating_add(1)) == (y, m, d)
        }
        _ => false,
    }
}

/// The terms of a level in words; empty for one that takes all others without further ado.
pub(crate) fn level(level: &LadderLevel) -> Say {
    let mut terms = Vec::new();
    if let Some(text) = &level.when {
        terms.push(condition(text));
    }
    if let Some(percent) = level.at_most_percent.map(number) {
        terms.push(say!(
            "至多 {percent}%,超出的按平均分落到下一档",
            "at most {percent}%, those beyond by mean score fall to the next"
        ));
    }
    if let Some(coefficient) = level.coefficient.map(number) {
        terms.push(say!(
            "奖励系数 {coefficient}",
            "reward coefficient {coefficient}"
        ));
    }
    if level.eligible {
        terms.push(say!("有资格参加选拔", "eligible for promotion"));
    }
    let (zh, en) = joined(terms.into_iter(), ";", "; ");
    Say { zh, en }
}

/// What stands in conditions, in words; longer symbols first.
const SYMBOLS: [(&str, &str, &str); 14] = [
    (
        "mean_rank_share",
        "按 0 最前、1 最后算的平均位次",
        "mean rank (0 first, 1 last)",
    ),
    ("mean_score", "平均分", "mean score"),
    ("min_score", "最低一期的分", "lowest score"),
    ("last_score", "最后一期的分", "last score"),
    ("periods", "有分的期数", "number of scores"),
    (
        "change",
        "末期比首期的变化",
        "change from the first to the last score",
    ),
    ("&&", " 且", " and "),
    ("||", ",或者", ", or "),
    (">=", " 不低于 ", " at least "),
    ("<=", " 不高于 ", " at most "),
    ("==", " 等于 ", " exactly "),
    ("!=", " 不等于 ", " other than "),
    (">", " 高于 ", " over "),
    ("<", " 低于 ", " under "),
];

/// A condition over results in words; as it is written where it says more than comparisons joined by “and” and “or”.
fn condition(text: &str) -> Say {
    if text.replace("!=", "").contains(['?', '(', '!', '`']) {
        return same(text);
    }
    let (mut zh, mut en) = (String::new(), String::new());
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let symbol = SYMBOLS.iter().find(|(symbol, ..)| rest.starts_with(symbol));
        let Some((symbol, in_chinese, in_english)) = symbol else {
            zh.push(first);
            en.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        };
        rest = rest.get(symbol.len()..).unwrap_or_default();
        // Words for operators bring their own spaces.
        if !first.is_alphabetic() {
            zh.truncate(zh.trim_end().len());
            en.truncate(en.trim_end().len());
            rest = rest.trim_start();
        }
        zh.push_str(in_chinese);
        en.push_str(in_english);
    }
    let zh = closed_up(&zh);
    Say { zh, en }
}
