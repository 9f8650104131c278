//! `measures.toml`: the facts a campaign counts, each with its unit, range and source.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Id, Text, is_default};

/// measures.toml:度量。The measures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MeasuresFile {
    /// 度量。The measures.
    #[serde(default)]
    pub measure: Vec<Measure>,
}

/// 度量:一个可以核对的数。A measure: a figure that can be checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// 标识,也是数据表中的列名。Its id, also the column's name in tables of figures.
    pub id: Id,
    /// 名称。Its name.
    pub name: Text,
    /// 口径:怎么算、算什么。What is counted and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Text>,
    /// 计量单位,如“件”“%”“分钟”。Its unit, such as cases, %, minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Text>,
    /// 允许的范围;范围之外的数会被拒绝。The range allowed; a figure outside is refused.
    #[serde(default, skip_serializing_if = "is_default")]
    pub range: Range,
    /// 谁给出这个数。What fills it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filled_by: Option<FilledBy>,
    /// 出处,如“公安交管部门事故统计”。The origin of the figure, such as the statistics it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Text>,
    /// 分母:给出案件数 n 的度量。The measure that says on how many cases the figure rests (n).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<Id>,
    /// 折算时除以哪个度量(准备步骤 denominate)。The measure to divide by in the step `denominate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<Id>,
    /// 误差:重演(merit score --replay)时这个数怎样重抽;不写则看数据:有标准误 se 的按 se,有案件数 n 的占比按 n,别的不动。Its noise: how a replay redraws the figure; when absent, as the data say: by `se` where given, a share by its `n`, else held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise: Option<Noise>,
    /// 数据表里可以没有这一列(视为全缺)。The column may be absent from the tables (all missing then).
    #[serde(default, skip_serializing_if = "is_default")]
    pub optional: bool,
}

/// 允许的范围。The range allowed, ends included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// 最小。The least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// 最大。The most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// 必须是整数。Whole numbers only.
    #[serde(default, skip_serializing_if = "is_default")]
    pub whole: bool,
}

/// 误差:这个数里有多少运气。The noise of a measure: how much of its figure can be luck.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Noise {
    /// 没有误差,就是这个数。None: the figure is known exactly.
    None,
    /// n 件里的占比;n 由 count 或数据表给出,所占的最大值是 range 的 max(不写为 1)。A share of n cases, which `count` or the table gives; all is the range's `max`, 1 when absent.
    Share,
    /// 一期里发生的件数。The number of cases that happened in the period.
    Count,
    /// 评委打分的平均;标准误 se、评委数 n 由数据表给出。The mean of judges' marks; the table gives `se` and the number of judges `n`.
    Marks,
    /// 分级评价的平均。The mean of ratings by level.
    Levels(Levels),
}

/// 分级评价。Ratings by level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Levels {
    /// 各级评价数的度量,每级一个。The measures that count the ratings of each level.
    #[schemars(length(min = 2))]
    pub counts: Vec<Id>,
    /// 各级的分,与 counts 一一对应;满意率写 0 和 1。The mark of each level, one for each of `counts`; 0 and 1 for a share of those satisfied.
    #[schemars(length(min = 2))]
    pub marks: Vec<f64>,
}

/// 谁给出这个数。What fills a measure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FilledBy {
    /// 交来的数据表。A table of figures handed in.
    File,
    /// 由表单汇总。Tallied from a form's records.
    Form(FormTally),
    /// 服务对象的评价。Ratings by those served.
    Rating(RatingShare),
    /// 由事项(任务、承诺、整改、诉求)汇总。Tallied from work items.
    Work(super::WorkShare),
    /// 由其他度量计算,如 "resolved / due";除以零即不适用。Computed from other measures, such as "resolved / due"; a division by zero does not apply.
    Formula(String),
}

/// 由表单汇总。How records of a form become a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormTally {
    /// 表单。The form.
    pub form: Id,
    /// 字段;数条数时不写。The field; none when records are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Id>,
    /// 汇总方法。How they are tallied.
    pub tally: super::form::Tally,
    /// coverage 对应到哪些。The set that `coverage` is a share of.
    #[serde(default, skip_serializing_if = "is_default")]
    pub of: CoverageOf,
}

/// 应当对应到哪些。The set to be covered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CoverageOf {
    /// 填表单位的下级单位,或填表单位的人、岗位。The units below the one that filled it, or its persons or posts.
    #[default]
    Children,
    /// 活动中的全部。All in the campaign.
    All,
}

/// 评价的哪一项。Which share of the ratings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RatingShare {
    /// 只算这类服务对象;不写为全部。Only this group served; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Id>,
    /// 五级中从高到低数前几级算满意,通常 2。How many of the five levels, from the top, count as satisfied; usually 2.
    #[schemars(range(min = 1, max = 4))]
    pub top_levels: u8,
}
