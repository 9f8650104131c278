//! `schemes/*.toml`: hundred-point rules and indices.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rule::{Preparation, Rule};
use super::{Id, Text, is_default};
use crate::Period;

/// schemes/*.toml:一套考核细则(或一层框架、一个指数)。A scheme: hundred-point rules, a frame, or an index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scheme {
    /// 标识。Its id.
    pub id: Id,
    /// 名称。Its name.
    pub name: Text,
    /// 说明。What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Text>,
    /// 考核哪个类别;框架不写。The category it scores; a frame has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Id>,
    /// 在哪套细则(框架)上增补。The scheme (frame) it adds to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends: Option<Id>,
    /// 从哪一期起施行;同一类别以最近施行的为准。The period from which it holds; the newest of a category applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Period>,
    /// 正式还是试行;试行的只在指名时计分,没有后果。Binding or on trial; a trial is scored only when named, without consequences.
    #[serde(default, skip_serializing_if = "is_default")]
    pub status: Status,
    /// 总分,如 100;按权重合成的指数不写。The points in all, such as 100; an index made by weights has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub total: Option<f64>,
    /// 锁定:在它上面增补的细则不得改动其中的条目(条目 open 列出的键除外)。
    /// Locks its items: a scheme that extends it can't change them, but for the keys an item lists in `open`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lock: bool,
    /// 留给下级自定的分。Points left to the level below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub free_points: Option<f64>,
    /// 顶层怎么合成。How the top level is put together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aggregate: Option<Aggregate>,
    /// 取舍。Rounding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding: Option<Rounding>,
    /// 没有写明的指标按这里。What holds for indicators that don't say.
    #[serde(default, skip_serializing_if = "is_default")]
    pub defaults: Defaults,
    /// 计分前的准备,按次序。Preparation before scoring, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prepare: Vec<Preparation>,
    /// 谁参加排名和定级。Who is ranked and banded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rated: Option<Rated>,
    /// 同类再分组,定级可在组内。Peer groups inside the category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peers: Option<Peers>,
    /// 怎么定级。How bands are given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub banding: Option<Banding>,
    /// 加分扣分的上限。Caps of bonuses and deductions.
    #[serde(default, skip_serializing_if = "is_default")]
    pub caps: Caps,
    /// 同分时先看什么;不写则并列。What breaks ties; without it ties stay ties.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tie_break: Vec<TieBreak>,
    /// 不再沿用的上层条目。Inherited items that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<Id>,
    /// 对上层条目的改动。Changes to inherited items.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub change: Vec<Change>,
    /// 指标组。Groups of indicators.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub group: Vec<Group>,
    /// 指标。Indicators.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indicator: Vec<Indicator>,
    /// 加分项:在总分之外加。Bonuses, on top of the total.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bonus: Vec<Indicator>,
    /// 扣分项:从总分中扣;规则算出的是扣掉的分。Deductions from the total; the rule yields what is taken off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deduction: Vec<Indicator>,
    /// 否决项。Vetoes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub veto: Vec<Veto>,
    /// 等次,从最好的写起。Bands, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub band: Vec<Band>,
}

/// 正式还是试行。Binding or on trial.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// 正式。Binding.
    #[default]
    Binding,
    /// 试行:征求意见,计分而无后果。On trial: open to comment, scored without consequences.
    Trial,
}

/// 怎么合成。How children become one value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum Aggregate {
    /// 分数相加。The sum of points.
    #[serde(rename = "sum")]
    Sum,
    /// 加权算术平均。The weighted arithmetic mean.
    #[serde(rename = "mean")]
    Mean,
    /// 加权几何平均。The weighted geometric mean.
    #[serde(rename = "geometric")]
    Geometric,
    /// 加权调和平均。The weighted harmonic mean.
    #[serde(rename = "harmonic")]
    Harmonic,
    /// 加权幂平均,给出幂(不为零)。The weighted power mean of the exponent given (not zero).
    #[serde(rename = "power")]
    Power(f64),
    /// 公式,用子项的标识。A formula over the children's ids.
    #[serde(rename = "formula")]
    Formula(String),
}

/// 取舍:在每个指标上按声明做,之后只加整数。Rounding: declared, done at each indicator; sums after it are exact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Rounding {
    /// 每个指标的分留几位小数;不写则不取舍。Decimals of each indicator's points; none rounded when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 6))]
    pub points: Option<u8>,
    /// 总分留几位小数(仅在按权重合成时)。Decimals of the score (where weights make it).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 12))]
    pub score: Option<u8>,
    /// 怎么取舍。How.
    #[serde(skip_serializing_if = "is_default")]
    pub mode: RoundingMode,
}

/// 取舍方法;与半数相差不到最后一位的百万分之一的视为半数。
/// How to round; what is within a millionth of the last place of a half counts as a half.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RoundingMode {
    /// 四舍五入。Half up.
    #[default]
    HalfUp,
    /// 四舍六入五成双(GB/T 8170)。Half to even (GB/T 8170).
    HalfEven,
    /// 只舍不入。Down.
    Down,
    /// 只入不舍。Up.
    Up,
}

/// 没有写明的指标按这里。What holds for indicators that don't say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Defaults {
    /// 种类。The kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<IndicatorKind>,
    /// 方向。The direction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// 规则。The rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// 缺数怎么办。What is done where the figure is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Fallback>,
    /// 不适用怎么办。What is done where the indicator does not apply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_applicable: Option<Fallback>,
    /// 指标组怎么合成。How groups are put together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aggregate: Option<Aggregate>,
    /// 责任科室。The office that answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub office: Option<Id>,
}

/// 种类:看结果、看过程还是看材料。The kind: results, process or paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IndicatorKind {
    /// 结果。Results.
    Outcome,
    /// 过程。Process.
    Process,
    /// 材料。Paper.
    Paper,
}

/// 方向。The direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// 高好。Higher is better.
    Higher,
    /// 低好。Lower is better.
    Lower,
}

/// 没有可计分的数时怎么办。What is done where there is no figure to score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fallback {
    /// 给同类平均分。The mean points of the class.
    ClassMean,
    /// 不计此项,其余按比例放大。Left out; the others in its group are scaled up.
    Drop,
    /// 用上一期的数;上一期也没有则给同类平均分。The previous period's figure; where there is none, the class mean.
    Previous,
    /// 零分。Nothing.
    Zero,
    /// 满分。All.
    Full,
    /// 这个单位本期不评。The unit isn't scored this period.
    Withhold,
}

/// 指标组。A group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// 标识。Its id.
    pub id: Id,
    /// 名称。Its name.
    pub name: Text,
    /// 说明。What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Text>,
    /// 上级组;不写为顶层。The group it belongs to; the top when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Id>,
    /// 应合计多少分(核对用)。The points its members must add up to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub points: Option<f64>,
    /// 在上级中的权重,不写为 1。Its weight in the group above, 1 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub weight: Option<f64>,
    /// 怎么合成;不写则按 defaults,再按 sum。How its members are put together; the default, else the sum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aggregate: Option<Aggregate>,
    /// 合成之后再做的变换,如 z_score。A rule applied to the result over the class, such as z_score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// 至少几个成员有数,不然此组为缺。At least so many members given, else the group is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u32>,
    /// 此组为缺时怎么办。不写为 drop。What is done where it is missing; `drop` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<Fallback>,
    /// 下级可以改的键。The keys that the level below may change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<String>,
}

/// 指标。An indicator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// 标识。Its id.
    pub id: Id,
    /// 名称。Its name.
    pub name: Text,
    /// 说明。What it asks and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Text>,
    /// 所属的组;不写为顶层。Its group; the top when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Id>,
    /// 种类:outcome 结果、process 过程、paper 材料。Its kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<IndicatorKind>,
    /// 分值(组内相加时)。Its points, in a sum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub points: Option<f64>,
    /// 权重(组内平均时),不写为 1。Its weight, in a mean; 1 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub weight: Option<f64>,
    /// 度量。The measure it scores.
    pub measure: Id,
    /// 方向;不写为 higher。Its direction; higher when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// 规则。Its rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// 比同类平均好出这么多,就不扣分。No deduction where the figure is better than the class mean by so much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relief: Option<Relief>,
    /// 缺数怎么办。What is done where the figure is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<Fallback>,
    /// 不适用怎么办。What is done where it does not apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_applicable: Option<Fallback>,
    /// 案件数少于此视为缺。Fewer cases than this count as missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub min_n: Option<f64>,
    /// 什么算证明。What counts as proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Text>,
    /// 责任科室。The office that answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office: Option<Id>,
    /// 下级可以改的键。The keys that the level below may change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<String>,
}

/// 免扣。Relief.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Relief {
    /// 比同类平均好出这么多。Better than the class mean by so much.
    #[schemars(range(min = 0))]
    pub over_mean: f64,
}

/// 对上层条目的改动:只写要改的键。A change to an inherited item: only the keys that change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// 改哪个条目(指标、组、加分、扣分)。The item changed (indicator, group, bonus, deduction).
    pub id: Id,
    /// 名称。Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// 说明。What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Text>,
    /// 种类。Its kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<IndicatorKind>,
    /// 分值。Its points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub points: Option<f64>,
    /// 权重。Its weight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub weight: Option<f64>,
    /// 度量。Its measure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<Id>,
    /// 方向。Its direction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// 规则。Its rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// 怎么合成(组)。How it is put together (a group).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aggregate: Option<Aggregate>,
    /// 缺数怎么办。What is done where the figure is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<Fallback>,
    /// 不适用怎么办。What is done where it does not apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_applicable: Option<Fallback>,
    /// 案件数少于此视为缺。Fewer cases than this count as missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub min_n: Option<f64>,
    /// 什么算证明。What counts as proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Text>,
    /// 责任科室。The office that answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office: Option<Id>,
}

/// 谁参加排名和定级;不满足的单位有分而无名次、等次。
/// Who is ranked and banded; others have a score, but neither rank nor band.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Rated {
    /// 至少几个组够数。At least so many groups hold enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<u32>,
    /// 一个组至少几个指标有数才算够;不写为 1。How many measured indicators make a group hold enough; 1 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub each_with: Option<u32>,
    /// 其中至少一个是这些组。At least one of them is one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub one_of: Vec<Id>,
    /// 至少百分之几的指标有数。At least this percentage of the indicators measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub at_least_percent: Option<f64>,
}

/// 同类再分组。Peer groups inside the category.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum Peers {
    /// 按够数的组有几个(见 rated.each_with)。By the number of groups that hold enough (see `rated.each_with`).
    #[serde(rename = "groups-reported")]
    GroupsReported,
    /// 按一个属性。By an attribute.
    #[serde(rename = "attribute")]
    Attribute(Id),
}

/// 怎么定级。How bands are given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Banding {
    /// 在哪里面定级。Inside what bands are given.
    #[serde(skip_serializing_if = "is_default")]
    pub within: Within,
    /// 名额算出小数怎么办。What becomes of a part of a seat.
    #[serde(skip_serializing_if = "is_default")]
    pub quota_rounding: QuotaRounding,
    /// 名额线上同分怎么办。What becomes of a tie across the quota's edge.
    #[serde(skip_serializing_if = "is_default")]
    pub quota_ties: QuotaTies,
    /// 用 k 均值聚类定级:等次数即类数。Bands by k-means on the score: as many clusters as bands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub k_means: Option<KMeans>,
}

/// 在哪里面。Inside what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Within {
    /// 类别。The category.
    #[default]
    Category,
    /// 同类的分组。The peer group.
    Peers,
}

/// 名额的取舍。How a quota is rounded to seats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum QuotaRounding {
    /// 舍去。Down.
    #[default]
    Down,
    /// 四舍五入。Half up.
    HalfUp,
    /// 进一。Up.
    Up,
}

/// 名额线上同分。A tie across the quota's edge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum QuotaTies {
    /// 同分者都不进,名额不超。None of the tied gets in; the quota holds.
    #[default]
    Out,
    /// 同分者都进,名额可超。All of the tied get in; the quota may be exceeded.
    In,
}

/// k 均值聚类。K-means on the score (one dimension, deterministic).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct KMeans {
    /// 第二遍更新中心时,离中心超过此距离的点不计。In a second run, points farther than this from their centre don't move it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub strict: Option<f64>,
}

/// 加分扣分的上限。Caps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Caps {
    /// 加分合计最多。Bonuses in all, at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub bonus: Option<f64>,
    /// 扣分合计最多。Deductions in all, at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub deduction: Option<f64>,
    /// 总得分最多。The score, at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score_max: Option<f64>,
    /// 总得分最少。The score, at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score_min: Option<f64>,
}

/// 同分时先看什么。What breaks a tie.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum TieBreak {
    /// 此组或此指标得分高的在先。More points in this group or indicator come first.
    #[serde(rename = "points")]
    Points(Id),
    /// 此度量值高的在先。A higher figure of this measure comes first.
    #[serde(rename = "higher")]
    Higher(Id),
    /// 此度量值低的在先。A lower figure of this measure comes first.
    #[serde(rename = "lower")]
    Lower(Id),
}

/// 否决项。A veto.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Veto {
    /// 标识。Its id.
    pub id: Id,
    /// 名称。Its name.
    pub name: Text,
    /// 说明。What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Text>,
    /// 看哪个度量;缺数或不适用则不否决。The measure it looks at; a figure that is missing or does not apply calls no veto.
    pub measure: Id,
    /// 达到这个数即否决;不写为 1。It holds from this figure on; 1 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// 效果。Its effect.
    pub effect: Effect,
    /// 什么算证明。What counts as proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Text>,
    /// 责任科室。The office that answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office: Option<Id>,
}

/// 否决的效果:一票否决与一票否优不同。A veto's effect: a veto, and a veto of a band, are different.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// 一票否决:总分不超过此数。A veto: the score is at most this.
    ScoreAtMost(f64),
    /// 一票否优:不得评此等次及更好的等次。A veto of a band: neither this band nor a better one.
    Bars(Id),
}

/// 等次。可以同时要求分数、名额和条件,满足全部才进。
/// A band. It may ask for a score, a seat in a quota and a condition, all at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// 标识。Its id.
    pub id: Id,
    /// 名称。Its name.
    pub name: Text,
    /// 分数至少。The score, at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// 名额:最多占参评单位的百分之几。The quota: at most this percentage of the units rated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub percent: Option<f64>,
    /// 名额:最多几个。The quota: at most so many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seats: Option<u32>,
    /// 条件公式,可用 score、rank、of、previous_score、previous_rank 和度量的标识。
    /// A condition over score, rank, of, previous_score, previous_rank and measures' ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
}
