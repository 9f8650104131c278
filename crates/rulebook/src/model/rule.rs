//! Rules: how a figure becomes points; and the preparation of figures before that.
//!
//! Every rule yields a value from 0 to the indicator's points, except the normalisers without bounds (`z-score`, `as-is`),
//! which a sum of points refuses. "Better" follows the indicator's direction.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Id, is_default};

/// 计分规则:一个数怎样变成分。A rule: how a figure becomes points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum Rule {
    /// 两值之间按比例:zero 处零分,full 处满分。Proportional between two values: none at `zero`, all at `full`.
    #[serde(rename = "linear")]
    Linear(Linear),
    /// 分档:达到一档得一档的分。Steps: the points of the best step reached.
    #[serde(rename = "steps")]
    Steps(Steps),
    /// 达标满分,每差一截扣几分。All at `pass`, minus `lose` for each `per` short of it, to none at most.
    #[serde(rename = "threshold")]
    Threshold(Threshold),
    /// 每发生一件扣几分,扣完为止。Minus so many points a case, to none at most.
    #[serde(rename = "deduct")]
    Deduct(Deduct),
    /// 每做成一件加几分,封顶。So many points a case, up to all.
    #[serde(rename = "earn")]
    Earn(Earn),
    /// 几次归零。So many strikes and nothing is left.
    #[serde(rename = "strikes")]
    Strikes(Strikes),
    /// 按名次给分。Points by rank in the class.
    #[serde(rename = "rank_table")]
    RankTable(RankTable),
    /// 按名次段给分:前 30%、再 20%、其余。Points by share of the ranks: first 30 %, next 20 %, the rest.
    #[serde(rename = "rank_share")]
    RankShare(RankShare),
    /// 与最好者之比。The ratio to the best of the class.
    #[serde(rename = "ratio-to-best")]
    RatioToBest,
    /// 与目标之比,封顶为满分。The ratio to a target, at most all.
    #[serde(rename = "ratio_to_target")]
    RatioToTarget(Ratio),
    /// 与自己的起点比的进步。Progress from one's own starting point.
    #[serde(rename = "progress")]
    Progress(Progress),
    /// 引用另一考核的得分并折算。A score quoted from another appraisal, rescaled.
    #[serde(rename = "quoted")]
    Quoted(Quoted),
    /// 极差标准化:类内最差为 low,最好为 high。Min–max over the class: the worst gets `low`, the best `high`.
    #[serde(rename = "min_max")]
    MinMax(Span),
    /// z 分数(n−1),再移到给定均值和标准差。The z-score (n − 1), moved to the mean and standard deviation given.
    #[serde(rename = "z_score")]
    ZScore(ZScore),
    /// 固定的两端,可取对数。Fixed goalposts, on a linear or log scale; the figure is held between them.
    #[serde(rename = "goalposts")]
    Goalposts(Goalposts),
    /// 百分位:(名次数 − 1) ÷ (n − 1);全都相等则都为最好。The percentile rank: (ascending rank − 1) ÷ (n − 1); all equal are all best.
    #[serde(rename = "percentile")]
    Percentile(Span),
    /// 名次本身:最差为 1(并列取较低的名次)。The ascending rank itself: the worst is 1 (ties share the lowest rank).
    #[serde(rename = "rank")]
    Rank,
    /// 波达计数:名次 − 1。The Borda count: the ascending rank − 1.
    #[serde(rename = "borda")]
    Borda,
    /// 与类内最好者的距离:1 − (最好 − x) ÷ 极差,乘以分值。1 − (best − x) ÷ the range of the class, times the points.
    #[serde(rename = "distance-to-best")]
    DistanceToBest,
    /// 与某个单位或某个值的距离。1 − distance to a target or reference, over the range of the class.
    #[serde(rename = "distance_to")]
    DistanceTo(DistanceTo),
    /// 原样。As it is.
    #[serde(rename = "as-is")]
    AsIs,
    /// 公式(CEL 的算术子集),x 是本单位的值。A formula (the arithmetic subset of CEL); `x` is the own value.
    #[serde(rename = "formula")]
    Formula(String),
}

/// 两值之间按比例。Proportional between two values, held at both ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Linear {
    /// 得零分的值。The value that earns nothing.
    pub zero: f64,
    /// 得满分的值。The value that earns all.
    pub full: f64,
}

/// 分档。Steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Steps {
    /// 从最好的一档写起。Best first.
    #[schemars(length(min = 1))]
    pub step: Vec<Step>,
    /// 一档都不到的得分。Points below the last step.
    #[serde(default, skip_serializing_if = "is_default")]
    pub below: f64,
}

/// 一档。A step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// 达到(或好于)这个值。Reached at this value or better.
    pub at: f64,
    /// 得这么多分。Earns so many points.
    pub points: f64,
}

/// 达标满分,每差一截扣几分。All at `pass`, minus `lose` for each `per` short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// 达标值。The value that passes.
    pub pass: f64,
    /// 每差一截扣几分。Points lost for each `per` short.
    #[schemars(range(min = 0))]
    pub lose: f64,
    /// 一截多长,如 0.01 即一个百分点。How long that is, such as 0.01 for one percentage point.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub per: f64,
    /// 不足一截怎么算。How a part of one counts.
    #[serde(default, skip_serializing_if = "is_default")]
    pub counting: Counting,
}

/// 不足一截怎么算。How a part of a `per` counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Counting {
    /// 按比例。In proportion.
    #[default]
    Exact,
    /// 不足一截按一截算。A part counts as one.
    Started,
    /// 不足一截不算。A part doesn't count.
    Whole,
}

/// 每件扣分。Minus so many points a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deduct {
    /// 每件扣几分。Points lost a case.
    #[schemars(range(min = 0))]
    pub per_case: f64,
    /// 前几件不扣。So many cases cost nothing.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0))]
    pub free: f64,
    /// 最多扣几分;不写则扣完为止。At most so many points lost; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub at_most: Option<f64>,
}

/// 每件加分。So many points a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Earn {
    /// 每件加几分。Points earned a case.
    #[schemars(range(min = 0))]
    pub per_case: f64,
    /// 封顶;不写则到满分为止。At most so many; the indicator's points when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub at_most: Option<f64>,
}

/// 几次归零。Strikes to zero.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Strikes {
    /// 到这么多次就是零分。At so many, nothing is left.
    #[schemars(range(min = 1))]
    pub zero_at: f64,
    /// 之前每次扣几分。Points lost by each before that.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(range(min = 0))]
    pub lose: f64,
}

/// 按名次给分。Points by rank.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RankTable {
    /// 第一、第二、第三……名的分。Points of the first, second, third …
    #[schemars(length(min = 1))]
    pub points: Vec<f64>,
    /// 其余的分。Points of the rest.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rest: f64,
}

/// 按名次段给分。Points by share of the ranks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RankShare {
    /// 从最好的一段写起。Best first.
    #[schemars(length(min = 1))]
    pub share: Vec<SharePoints>,
    /// 其余的分。Points of the rest.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rest: f64,
}

/// 一个名次段。One share of the ranks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SharePoints {
    /// 占百分之几,如 30。Its percentage of the units, such as 30.
    #[schemars(extend("exclusiveMinimum" = 0), range(max = 100))]
    pub percent: f64,
    /// 得这么多分。Its points.
    pub points: f64,
}

/// 与目标之比。The ratio to a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ratio {
    /// 目标值。The target.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub target: f64,
}

/// 与自己的起点比的进步。Progress from one's own starting point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// 起点在哪个度量里;不写则是本度量的上一期。The measure that holds the starting figure; the same measure in the previous period when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Id>,
    /// 进步怎么算。How progress is figured.
    #[serde(rename = "as")]
    pub kind: ProgressAs,
    /// 目标(as = "gap" 时):补上了多少差距。The target, with as = "gap".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
    /// 得零分的进步。The progress that earns nothing.
    pub zero: f64,
    /// 得满分的进步。The progress that earns all.
    pub full: f64,
}

/// 进步怎么算;总是“变好为正”。How progress is figured; better is always positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProgressAs {
    /// 差:现在 − 起点。The difference from the base.
    Difference,
    /// 比例:(现在 − 起点) ÷ |起点|;起点为零则不适用。The change as a share of the base; does not apply where the base is zero.
    Ratio,
    /// 补上差距的比例:(现在 − 起点) ÷ (目标 − 起点);已到目标为 1。The share of the gap to the target that was closed; 1 once the target is met.
    Gap,
}

/// 引用另一考核的得分。A score quoted from another appraisal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quoted {
    /// 那一考核的满分。The other appraisal's full marks.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub full: f64,
    /// 那一考核折零分的得分。The score there that is worth nothing here.
    #[serde(default, skip_serializing_if = "is_default")]
    pub zero: f64,
}

/// 标准化后的两端;不写 high 则为本指标的分(没有分则为 1)。The ends after scaling; without `high` the indicator's points (1 where it has none).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Span {
    /// 最差者。The worst's.
    #[serde(skip_serializing_if = "is_default")]
    pub low: f64,
    /// 最好者。The best's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
}

/// z 分数。The z-score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ZScore {
    /// 移到的均值。The mean it is moved to.
    pub mean: f64,
    /// 移到的标准差。The standard deviation it is moved to.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub sd: f64,
    /// 不低于。Held at or above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// 不高于。Held at or below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
}

impl Default for ZScore {
    fn default() -> Self {
        Self {
            mean: 0.0,
            sd: 1.0,
            low: None,
            high: None,
        }
    }
}

/// 固定的两端。Fixed goalposts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Goalposts {
    /// 得零分的值。The value that earns nothing.
    pub zero: f64,
    /// 得满分的值。The value that earns all.
    pub full: f64,
    /// 刻度。The scale.
    #[serde(default, skip_serializing_if = "is_default")]
    pub scale: Scale,
}

/// 刻度。A scale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// 线性。Linear.
    #[default]
    Linear,
    /// 对数。Logarithmic.
    Log,
}

/// 与某个值或某个单位的距离。The distance to a value or a unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DistanceTo {
    /// 目标值:1 − (目标 − x) ÷ (目标 − 类内最差)。A target: 1 − (target − x) ÷ (target − worst of the class).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
    /// 参照单位:1 − (参照 − x) ÷ (参照 − 类内最差)。A unit of reference, instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// 超过目标的是否封顶在 1。Whether it is held at 1 beyond the target.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cap: bool,
}

/// 准备步骤,按写的次序做。A preparation step; they are done in the order written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum Preparation {
    /// 把写了 per 的度量除以它。Divide each measure that names a `per` by it.
    #[serde(rename = "denominate")]
    Denominate(Denominator),
    /// 只留数据够全的单位。Keep the units whose figures are complete enough.
    #[serde(rename = "screen_units")]
    ScreenUnits(ScreenUnits),
    /// 只留足够多单位报了的度量。Keep the measures that enough units report.
    #[serde(rename = "screen_measures")]
    ScreenMeasures(ScreenMeasures),
    /// 补缺。Fill what is missing.
    #[serde(rename = "impute")]
    Impute(Impute),
    /// 处理离群值。Treat outliers.
    #[serde(rename = "treat")]
    Treat(Treat),
    /// 标准化为 z 分数(n−1),方向为低好的变号。Standardise to z-scores (n − 1); lower-is-better flips its sign.
    #[serde(rename = "standardise")]
    Standardise(ZScore),
}

/// 折算。Division by the denominator.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Denominator {
    /// 只折算这些度量;不写为所有写了 per 的。Only these measures; all that name a `per` when absent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<Id>,
}

/// 只留数据够全的单位。Keep complete units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScreenUnits {
    /// 至少百分之几的度量有数。At least this percentage of the measures given.
    #[schemars(range(min = 0, max = 100))]
    pub at_least_percent: f64,
    /// 零也算没有数。A zero counts as not given.
    #[serde(default, skip_serializing_if = "is_default")]
    pub zeros_count_as_missing: bool,
}

/// 只留足够多单位报了的度量。Keep measures that enough units report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScreenMeasures {
    /// 报的单位要多于这个数。Reported by more units than this.
    #[schemars(range(min = 0))]
    pub more_than: u32,
}

/// 补缺。Imputation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Impute {
    /// 用什么补。What with.
    pub with: ImputeWith,
    /// 按哪个属性分组;不写为全体。The attribute to group by; all units when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Id>,
}

/// 用什么补缺。What missing figures are filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ImputeWith {
    /// 平均数。The mean.
    Mean,
    /// 中位数。The median.
    Median,
}

/// 处理离群值:偏度和峰度都过大时,先缩尾,再不行用 otherwise。
/// Outliers, where skewness and kurtosis are both too large: winsorise, and where that isn't enough, `otherwise`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Treat {
    /// 最多缩几个点。Winsorise at most so many points.
    pub winsorise_at_most: u32,
    /// 偏度绝对值的上限。The skewness (absolute) that is still fine.
    #[schemars(range(min = 0))]
    pub skewness: f64,
    /// 峰度的上限。The excess kurtosis that is still fine.
    pub kurtosis: f64,
    /// 缩尾不够时。Where winsorising isn't enough.
    #[serde(default, skip_serializing_if = "is_default")]
    pub otherwise: OtherTreatment,
}

/// 缩尾不够时怎么办。What is done where winsorising isn't enough.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OtherTreatment {
    /// 取对数 ln(x − 最小 + 极差 ÷ 100)。The logarithm ln(x − min + range ÷ 100) of the untreated figures.
    #[default]
    Log,
    /// 就此为止。Nothing more.
    Nothing,
}
