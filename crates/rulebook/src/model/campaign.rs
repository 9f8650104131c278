//! `campaign.toml`: what the campaign is for, its calendar, limits, categories and words.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Attachments, Closing, Day, Id, Ratings, Served, Text, Weekday, Work, is_default};
use crate::{PeriodKind, Say, say};

/// campaign.toml:活动的名称、宗旨、周期、限度、类别。The campaign: name, aims, calendar, limits, categories.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignFile {
    /// 活动的标识。The campaign's id.
    pub id: Id,
    /// 活动的名称。Its name.
    pub name: Text,
    /// 一段话说明。What it is, in a paragraph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Text>,
    /// 指导思想(框架,不可改)。Its aims (frame).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aims: Vec<Text>,
    /// 基本原则(框架,不可改)。Its principles (frame).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub principles: Vec<Text>,
    /// 方法步骤(框架,不可改)。Its steps (frame).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Text>,
    /// 周期。The calendar.
    pub calendar: Calendar,
    /// 限度。Limits the campaign keeps.
    #[serde(default, skip_serializing_if = "is_default")]
    pub limits: Limits,
    /// 数据表怎么写。How tables of figures are written.
    #[serde(default, skip_serializing_if = "is_default")]
    pub figures: FigureFormat,
    /// 类别:只在类别之内比较。Categories: units are compared only inside one.
    #[schemars(length(min = 1))]
    pub category: Vec<Category>,
    /// 单位的属性,如地区、规模,用于分组。Attributes of units, such as region or size, to group by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attribute: Vec<Attribute>,
    /// 责任科室。Offices that answer for indicators.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub office: Vec<Office>,
    /// 角色:谁填、谁核。Roles: who fills, who verifies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub role: Vec<Role>,
    /// 服务对象的类别。The groups served.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub served: Vec<Served>,
    /// 评价。Ratings.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ratings: Ratings,
    /// 比较:写了它,每期计分时都按误差重演,给出区间和点名。Comparison: with it each scoring run is replayed for intervals and named lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    /// 事项。Work items.
    #[serde(default, skip_serializing_if = "is_default")]
    pub work: Work,
    /// 附件。Attachments.
    #[serde(default, skip_serializing_if = "is_default")]
    pub attachments: Attachments,
}

/// 周期。The calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// 一期多长。How long a period is.
    pub period: PeriodKind,
    /// 当地时间比协调世界时早几分钟;中国是 480。Minutes that local time is ahead of UTC; 480 in China.
    #[serde(default = "china", skip_serializing_if = "is_china")]
    #[schemars(range(min = -720, max = 840))]
    pub utc_offset_minutes: i16,
    /// 每周休息日。The weekly days of rest.
    #[serde(default = "weekend", skip_serializing_if = "is_weekend")]
    pub rest: Vec<Weekday>,
    /// 放假的日子。Holidays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<Day>,
    /// 调休上班的日子。Days of rest that are worked to make up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub working_days: Vec<Day>,
    /// 结账。Closing a period.
    #[serde(default, skip_serializing_if = "is_default")]
    pub closing: Closing,
}

const CHINA: i16 = 480;

fn china() -> i16 {
    CHINA
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_china(offset: &i16) -> bool {
    *offset == CHINA
}

fn weekend() -> Vec<Weekday> {
    vec![Weekday::Sat, Weekday::Sun]
}

fn is_weekend(rest: &[Weekday]) -> bool {
    *rest == *weekend()
}

/// 限度。Limits.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// 纸面材料最多占百分之几的分。The share of the points, in percent, that paper may carry at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub paper_percent: Option<f64>,
    /// 填表每单位每月最多几分钟。Minutes of form filling asked of one unit a month, at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub minutes_per_month: Option<f64>,
}

/// 比较:哪些单位明显领先、落后、进步,整张名单出错的比率是多少。
/// Comparison: which units are clearly ahead, behind or improved, and how often the whole list may be wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Comparison {
    /// 错误率管的是什么。What the error rate is of.
    pub control: Control,
    /// 错误率。The error rate.
    #[schemars(range(min = 0.0001, max = 0.5))]
    pub rate: f64,
    /// 重演几遍。How many times a period is replayed.
    #[schemars(range(min = 200, max = 100_000))]
    pub draws: u32,
    /// 随机数的种子:事先写明,谁都能重算。The seed of the draws, written beforehand: anyone can do them again.
    pub seed: u64,
}

impl Default for Comparison {
    fn default() -> Self {
        Self {
            control: Control::default(),
            rate: 0.05,
            draws: 1_000,
            seed: 20_260_101,
        }
    }
}

impl Comparison {
    /// The error rate of named lists, in words.
    #[must_use]
    pub fn words(&self) -> Say {
        let rate = self.rate;
        match self.control {
            Control::FamilyWise => say!(
                "整张名单有任何一处错的概率不超过 {rate}",
                "the probability that anything in a list is wrong being {rate} at most"
            ),
            Control::FalseDiscovery => say!(
                "名单中错的平均不超过 {rate}",
                "the share of a list that is wrong being {rate} at most on average"
            ),
        }
    }
}

/// 一张名单的错误率管的是什么。What the error rate of a list is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Control {
    /// 名单里有任何一处错的概率。The probability that anything in the list is wrong.
    #[default]
    FamilyWise,
    /// 名单里错的占几成。The share of the list that is wrong.
    FalseDiscovery,
}

/// 数据表怎么写。How tables of figures are written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FigureFormat {
    /// 表示“缺”的写法;空格总表示缺。Spellings of “missing”; an empty cell always is.
    pub missing: Vec<String>,
    /// 表示“不适用”的写法。Spellings of “not applicable”.
    pub not_applicable: Vec<String>,
    /// 没有写 filled_by 的度量从哪来;不写则必须逐个写明。
    /// Where a measure without `filled_by` comes from; without this each must say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

impl Default for FigureFormat {
    fn default() -> Self {
        let words = |list: &[&str]| list.iter().map(|w| (*w).to_owned()).collect();
        Self {
            missing: words(&["NA", "缺"]),
            not_applicable: words(&["n/a", "不适用"]),
            source: None,
        }
    }
}

/// 度量的来源。Where a measure comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// 交来的数据表。A table of figures handed in.
    File,
}

/// 类别,如乡镇党委。A category, such as township committees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// 标识。Its id.
    pub id: Id,
    /// 名称。Its name.
    pub name: Text,
    /// 说明。What belongs to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Text>,
}

/// 单位的一个属性。An attribute of units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// 标识,也是表中的列名。Its id, also the column's name in tables.
    pub id: Id,
    /// 名称。Its name.
    pub name: Text,
    /// 只许这些值。The only values allowed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

/// 责任科室。An office.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Office {
    /// 标识。Its id.
    pub id: Id,
    /// 名称。Its name.
    pub name: Text,
}

/// 角色。A role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// 标识。Its id.
    pub id: Id,
    /// 名称。Its name.
    pub name: Text,
}
