//! How a campaign lives: working days, closing a period, ratings, work, honours, ladders.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cadence, Id, Text, is_default};
use crate::say;

/// 日期,写作 2026-10-01。A date, written 2026-10-01.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Day(#[schemars(regex(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))] pub String);

impl Day {
    /// Year, month and day; `None` where there is no such date.
    ///
    /// ```
    /// use rulebook::model::{Day, Weekday};
    /// assert_eq!(Day("2026-10-01".to_owned()).parts(), Some((2026, 10, 1)));
    /// assert_eq!(Day("2026-02-30".to_owned()).parts(), None);
    /// assert_eq!(Day("2026-10-01".to_owned()).weekday(), Some(Weekday::Thu));
    /// ```
    #[must_use]
    pub fn parts(&self) -> Option<(u16, u8, u8)> {
        let text = self.0.as_str();
        let dashed = text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
        let digits = |at: std::ops::Range<usize>| {
            text.get(at)
                .filter(|part| part.bytes().all(|b| b.is_ascii_digit()))
        };
        let year: u16 = digits(0..4)?.parse().ok()?;
        let month: u8 = digits(5..7)?.parse().ok()?;
        let day: u8 = digits(8..10)?.parse().ok()?;
        let real = text.len() == 10 && dashed && (1..=days_of(year, month)).contains(&day);
        real.then_some((year, month, day))
    }

    /// The day of the week; `None` where there is no such date.
    #[must_use]
    pub fn weekday(&self) -> Option<Weekday> {
        let (year, month, day) = self.parts()?;
        let before: u32 = (1..month)
            .map(|month| u32::from(days_of(year, month)))
            .sum();
        // 400 years are a whole number of weeks, so counting may start in any of them; year 1 began on a Monday.
        let years = u32::from(year) + 399;
        let leaps = years / 4 - years / 100 + years / 400;
        let days = years * 365 + leaps + before + u32::from(day) - 1;
        Weekday::ALL.get(usize::try_from(days % 7).ok()?).copied()
    }
}

/// The days of a month; none where there is no such month.
fn days_of(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// 星期几。A day of the week.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Weekday {
    /// 星期一。Monday.
    Mon,
    /// 星期二。Tuesday.
    Tue,
    /// 星期三。Wednesday.
    Wed,
    /// 星期四。Thursday.
    Thu,
    /// 星期五。Friday.
    Fri,
    /// 星期六。Saturday.
    Sat,
    /// 星期日。Sunday.
    Sun,
}

impl Weekday {
    /// All of them, from Monday on.
    pub const ALL: [Self; 7] = [
        Self::Mon,
        Self::Tue,
        Self::Wed,
        Self::Thu,
        Self::Fri,
        Self::Sat,
        Self::Sun,
    ];

    /// Its name.
    #[must_use]
    pub fn words(self) -> crate::Say {
        match self {
            Self::Mon => say!("星期一", "Monday"),
            Self::Tue => say!("星期二", "Tuesday"),
            Self::Wed => say!("星期三", "Wednesday"),
            Self::Thu => say!("星期四", "Thursday"),
            Self::Fri => say!("星期五", "Friday"),
            Self::Sat => say!("星期六", "Saturday"),
            Self::Sun => say!("星期日", "Sunday"),
        }
    }
}

/// 结账:期末怎样截止、异议、定稿;天数都是工作日。Closing a period; days are working days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Closing {
    /// 期满后几个工作日截止。Working days after the period's end until the cut-off.
    pub cut_off_days: u16,
    /// 初步结果公开后几个工作日内可提异议。Working days in which preliminary results can be objected to.
    pub objection_days: u16,
    /// 异议几个工作日内作出决定。Working days in which an objection is decided.
    pub decision_days: u16,
    /// 决定作出后几个工作日内可申诉。Working days in which a decision can be appealed.
    pub appeal_days: u16,
    /// 由哪个角色截止、定稿、签发;不写则活动管理员。The role that closes periods and signs circulars; the campaign's administrators when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<Id>,
    /// 由哪个角色裁定异议。The role that decides objections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<Id>,
    /// 由哪个角色裁定申诉。The role that decides appeals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appeals_decided_by: Option<Id>,
}

impl Default for Closing {
    fn default() -> Self {
        Self {
            cut_off_days: 5,
            objection_days: 5,
            decision_days: 5,
            appeal_days: 5,
            closed_by: None,
            decided_by: None,
            appeals_decided_by: None,
        }
    }
}

/// 服务对象的评价怎样收、怎样算。How ratings by those served are taken and counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Ratings {
    /// 五级中从低到高数前几级算差评,转为整改。How many of the five levels, from the bottom, open a rectification.
    #[schemars(range(min = 0, max = 4))]
    pub low_levels: u8,
    /// 整改期限,工作日。Working days for a rectification.
    pub rectify_days: u16,
    /// 邀请码几天内有效。Days an invitation code is valid.
    #[schemars(range(min = 1))]
    pub valid_days: u16,
    /// 评价后几天内可以改一次。Days in which a rating can be revised, once.
    pub revise_days: u16,
    /// 对同一单位一天内的差评达到几条就算扎堆:立即显示,先不计分,由人判定。
    /// Low ratings of one unit in a day that make a burst: shown at once, not scored until a person has decided.
    #[schemars(range(min = 2))]
    pub burst: u32,
    /// 扎堆由人在几个工作日内判定。Working days in which a person decides on a burst.
    pub burst_days: u16,
    /// 由哪个角色判定扎堆、排除无效评价。The role that decides on bursts and exclusions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<Id>,
    /// 少于几条不显示。Fewer ratings than this aren't shown.
    #[schemars(range(min = 1))]
    pub min_shown: u32,
    /// 评价页上五个等级的次序。The order of the five levels on the rating page.
    pub order: LevelOrder,
    /// 可以勾选的标签。Tags that can be ticked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tag: Vec<Tag>,
}

impl Default for Ratings {
    fn default() -> Self {
        Self {
            low_levels: 2,
            rectify_days: 10,
            valid_days: 30,
            revise_days: 30,
            burst: 20,
            burst_days: 3,
            decided_by: None,
            min_shown: 5,
            order: LevelOrder::LowestFirst,
            tag: Vec::new(),
        }
    }
}

/// 评价的一个标签。A tag of ratings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tag {
    /// 标识。Its id.
    pub id: Id,
    /// 名称,如“态度”“办得快”。Its name.
    pub name: Text,
}

/// 事项(任务、承诺、整改、诉求)怎样办。How work items go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Work {
    /// 交办后几个工作日内答复接不接。Working days in which an offer is answered.
    pub answer_days: u16,
    /// 一件事最多转手几次。How often an item can be handed over at most.
    pub handovers: u16,
    /// 逾期几个工作日报上一级,逐级往上。Working days late after which it climbs to the next level up.
    #[schemars(range(min = 1))]
    pub escalate_days: u16,
}

impl Default for Work {
    fn default() -> Self {
        Self {
            answer_days: 3,
            handovers: 2,
            escalate_days: 3,
        }
    }
}

/// 附件收哪些、多大。Which attachments are taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Attachments {
    /// 每个至多多少千字节(一千字节 1024 字节)。Kilobytes of 1,024 bytes each may have at most.
    #[schemars(range(min = 1))]
    pub max_kilobytes: u32,
    /// 收哪些类型。The types taken.
    #[schemars(length(min = 1))]
    pub types: Vec<AttachmentType>,
}

impl Default for Attachments {
    fn default() -> Self {
        Self {
            max_kilobytes: 5120,
            types: vec![
                AttachmentType::Jpeg,
                AttachmentType::Png,
                AttachmentType::Pdf,
            ],
        }
    }
}

/// 五个等级的次序;哪个在前都不预先选中。The order of the five levels; none is chosen beforehand, whichever stands first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum LevelOrder {
    /// 从很不满意到很满意。From very dissatisfied to very satisfied.
    #[default]
    LowestFirst,
    /// 从很满意到很不满意。From very satisfied to very dissatisfied.
    HighestFirst,
}

/// 附件的类型。A type of attachment.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum AttachmentType {
    /// JPEG 图片。A JPEG picture.
    Jpeg,
    /// PNG 图片。A PNG picture.
    Png,
    /// WebP 图片。A WebP picture.
    Webp,
    /// PDF 文件。A PDF document.
    Pdf,
    /// 纯文本。Plain text.
    Text,
    /// CSV 表格。A CSV table.
    Csv,
    /// Excel 工作簿(xlsx)。An Excel workbook (xlsx).
    Xlsx,
    /// Word 文档(docx)。A Word document (docx).
    Docx,
}

impl AttachmentType {
    /// The media type, as registered with IANA.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
            Self::Text => "text/plain",
            Self::Csv => "text/csv",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        }
    }
}

/// 服务对象的类别,如群众、企业、基层;各自的满意度分开看(三满意)。A group served; satisfaction is shown for each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Served {
    /// 标识。Its id.
    pub id: Id,
    /// 名称。Its name.
    pub name: Text,
}

/// services.toml:公共服务及其标准。Services and their published standards.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServicesFile {
    /// 服务。The services.
    #[serde(default)]
    pub service: Vec<Service>,
}

/// 一项服务:步骤、时限、费用公开。A service: its steps, time limit and cost are published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// 标识。Its id.
    pub id: Id,
    /// 名称。Its name.
    pub name: Text,
    /// 说明。What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Text>,
    /// 哪些类别的单位提供;不写为全部。The categories whose units offer it; all when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Id>,
    /// 面向哪些服务对象;不写为不分。The groups it serves; not told apart when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub served: Vec<Id>,
    /// 步骤。The steps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Text>,
    /// 几个工作日办结。Working days it takes at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u16>,
    /// 费用,如“免费”。What it costs, such as “free”.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Text>,
    /// 红线:绝不许做的事。Red lines: what must never be done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub red_lines: Vec<Text>,
}

/// 事项的种类。A kind of work item.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum WorkKind {
    /// 任务。A task.
    Task,
    /// 承诺。A promise.
    Promise,
    /// 整改。A rectification.
    Rectification,
    /// 诉求。A request.
    Request,
}

/// 由事项汇总。How work items become a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkShare {
    /// 哪种事项。Which kind.
    pub kind: WorkKind,
    /// 数什么。What is counted.
    pub tally: WorkTally,
}

/// 数事项的什么。What of the work items is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WorkTally {
    /// 本期立的。Opened in the period.
    Opened,
    /// 本期办结的。Closed in the period.
    Closed,
    /// 期末还没办结的。Open at the end of the period.
    Open,
    /// 期末逾期的。Overdue at the end of the period.
    Overdue,
    /// 本期到期的。Due in the period.
    Due,
    /// 本期到期的里,按期办好、一次通过的件数。Of those due, how many were done in time and passed at the first check.
    InTimeCount,
    /// 本期到期的里,按期办好、一次通过的占比。Of those due, the share done in time and passed at the first check.
    InTime,
}

/// honours/*.toml:一种荣誉。An honour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Honour {
    /// 标识。Its id.
    pub id: Id,
    /// 名称。Its name.
    pub name: Text,
    /// 说明。What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Text>,
    /// 授予谁。To whom it is given.
    pub to: Honoured,
    /// 多久评一次。How often it can be given.
    pub every: Cadence,
    /// 由哪个角色推荐。The role that nominates.
    pub nominated_by: Id,
    /// 每个推荐单位每次最多推荐几个;不推也可以。How many a nominating unit may put forward each time; none is a good answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u16>,
    /// 由哪个角色决定。The role that decides.
    pub decided_by: Id,
    /// 公示几个工作日。Working days of public notice.
    pub notice_days: u16,
    /// 几个月后复查。Months after which it is reviewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_months: Option<u16>,
    /// 可评的类别;不写为全部。The categories that can have it; all when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Id>,
    /// 最近一期的最终结果里须是这样的单位。What the latest final results must say of the unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requires: Option<Requirement>,
}

/// 最近一期的最终结果须说明的。What final results must say of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Requirement {
    /// 明显高于同类平均。Clearly over the mean of its class.
    ClearlyAhead,
    /// 比上一期明显进步。Clearly better than in the period before.
    ClearlyImproved,
}

impl Requirement {
    /// What results must say, in words.
    #[must_use]
    pub fn words(self) -> crate::Say {
        match self {
            Self::ClearlyAhead => say!("明显高于同类平均", "clearly over the mean of its class"),
            Self::ClearlyImproved => say!(
                "比上一期明显进步",
                "clearly better than in the period before"
            ),
        }
    }
}

/// 荣誉授予谁。To whom an honour is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Honoured {
    /// 单位。A unit.
    Unit,
    /// 个人。A person.
    Person,
}

/// ladders/*.toml:几期结果定档。A ladder: results of several periods become a level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    /// 标识。Its id.
    pub id: Id,
    /// 名称。Its name.
    pub name: Text,
    /// 说明。What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Text>,
    /// 哪个类别的单位。The category whose units it is for.
    pub category: Id,
    /// 看连续几期。How many periods in a row it looks at.
    #[schemars(range(min = 1))]
    pub periods: u16,
    /// 至少要有几期结果;不写为全部。The results needed at least; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u16>,
    /// 档次,从高到低;取条件成立的第一档。The levels, from the top; the first whose condition holds is taken.
    #[schemars(length(min = 1))]
    pub level: Vec<LadderLevel>,
}

/// 一档。A level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LadderLevel {
    /// 标识。Its id.
    pub id: Id,
    /// 名称。Its name.
    pub name: Text,
    /// 条件:可用 mean_score、min_score、last_score、mean_rank_share(0 最前)、periods、change(末期减首期);不写为其余。
    /// A formula over mean_score, min_score, last_score, mean_rank_share (0 is first), periods, change (last minus first); all others when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// 至多占几成,百分数;超出的按平均分落到下一档。At most this share, in percent; those beyond, by mean score, fall to the next level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub at_most_percent: Option<f64>,
    /// 奖励系数。The reward coefficient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub coefficient: Option<f64>,
    /// 有资格参加选拔。Eligible for promotion.
    #[serde(default, skip_serializing_if = "is_default")]
    pub eligible: bool,
}

impl WorkShare {
    /// The items and what is counted of them, in words.
    #[must_use]
    pub fn words(&self) -> crate::Say {
        let kind = match self.kind {
            WorkKind::Task => say!("任务", "tasks"),
            WorkKind::Promise => say!("承诺", "promises"),
            WorkKind::Rectification => say!("整改", "rectifications"),
            WorkKind::Request => say!("诉求", "requests"),
        };
        let (zh, en) = (kind.zh, kind.en);
        match self.tally {
            WorkTally::Opened => say!("本期立的{zh}", "{en} opened in the period"),
            WorkTally::Closed => say!("本期办结的{zh}", "{en} closed in the period"),
            WorkTally::Open => say!("期末未办结的{zh}", "{en} open at the period's end"),
            WorkTally::Overdue => say!("期末逾期的{zh}", "{en} overdue at the period's end"),
            WorkTally::Due => say!("本期到期的{zh}", "{en} due in the period"),
            WorkTally::InTimeCount => say!(
                "本期到期的{zh}中按期办好、一次通过的件数",
                "of the {en} due in the period, how many were done in time and passed at the first check"
            ),
            WorkTally::InTime => say!(
                "本期到期的{zh}中按期办好、一次通过的占比",
                "of the {en} due in the period, the share done in time and passed at the first check"
            ),
        }
    }
}
