//! What can be asked of `merit rank`.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use super::delivery::Delivery;
use crate::lang::tr;

/// The end of its help.
pub const EXAMPLES: (&str, &str) = (
    "\
例子:
  merit rank pisa.csv --estimate score --se se
  merit rank pisa.csv --estimate score --se se --marginal --coverage 0.9
  merit rank pisa.csv --estimate score --se se --best 5 --format csv --out 名次.csv
  merit rank 县.xlsx --estimate 得分 --covariance 协方差.csv --named fwer

名次 1 是估计值最大的。名次集合 lower…upper:一个单位真实的名次可能在的范围。
不写 --marginal 时,所有单位的集合同时成立(一张榜要一起看,就用这个);--marginal 是每个单位各自成立,只看一个单位时用。
CSV 的列:unit,estimate,se,rank,lower,upper;用了 --best、--worst、--named 才有同名的列。行的次序与文件相同;估计值和标准误都空着的单位不排名,另行列出。
误差互相独立时,--marginal 不用抽样;其余要抽样,临界值带有蒙特卡洛标准误,可能因它而变的名次集合在表中标 *。
协方差文件:第一列是单位,其余每列一个单位,列名是单位。",
    "\
Examples:
  merit rank pisa.csv --estimate score --se se
  merit rank pisa.csv --estimate score --se se --marginal --coverage 0.9
  merit rank pisa.csv --estimate score --se se --best 5 --format csv --out ranks.csv
  merit rank county.xlsx --estimate score --covariance covariance.csv --named fwer

Rank 1 is the largest estimate. The set lower…upper holds the places that a unit may truly have.
Without --marginal the sets of all units hold at once, which is what a list that is read as a whole needs; with
--marginal each holds for itself, for whoever looks at one unit alone.
The columns of the CSV: unit,estimate,se,rank,lower,upper; and best, worst, named where these are asked for. The rows are in
the file's order. A unit with neither estimate nor standard error isn't ranked; a warning names it.
With independent errors --marginal draws nothing. Otherwise the critical value has a Monte-Carlo standard error, and the
table marks with * each set that might be another for it.
A covariance file has the units in its first column, then a column for each unit, named after it.",
);

/// `merit rank`.
#[derive(Args, Debug)]
pub struct Rank {
    #[arg(value_name = tr("文件", "FILE"), help = tr("表:CSV 或 XLSX,一行一个单位", "The table: CSV or XLSX, a row for each unit"))]
    pub file: PathBuf,
    #[arg(
        long,
        value_name = tr("列名", "COLUMN"),
        help = tr("哪一列是估计值,大的好", "The column of the estimates; large is good")
    )]
    pub estimate: String,
    #[arg(
        long,
        value_name = tr("列名", "COLUMN"),
        required_unless_present = "covariance",
        help = tr("哪一列是标准误;误差互相独立", "The column of their standard errors, which are independent")
    )]
    pub se: Option<String>,
    #[arg(
        long,
        value_name = tr("文件", "FILE"),
        help = tr(
            "误差的协方差矩阵;写了它,标准误由它来,不用 --se",
            "The covariance matrix of the errors; the standard errors are then its own, and --se isn't used"
        )
    )]
    pub covariance: Option<PathBuf>,
    #[arg(
        long,
        value_name = tr("列名", "COLUMN"),
        help = tr("哪一列是单位;不写为第一个文字列", "The column of the units; the first with texts when absent")
    )]
    pub unit_column: Option<String>,
    #[arg(
        long,
        value_name = tr("概率", "P"),
        default_value_t = 0.95,
        hide_default_value = true,
        value_parser = probability,
        help = tr("置信水平,不写为 0.95", "The sets hold with this probability; 0.95 when absent")
    )]
    pub coverage: f64,
    #[arg(
        long,
        action = ArgAction::SetTrue,
        conflicts_with = "simultaneous",
        help = tr("每个单位的集合各自成立", "Each unit's set holds for itself")
    )]
    pub marginal: bool,
    #[arg(
        long,
        action = ArgAction::SetTrue,
        help = tr("所有单位的集合同时成立(默认)", "The sets of all units hold at once (as when neither is written)")
    )]
    pub simultaneous: bool,
    #[arg(
        long,
        value_enum,
        value_name = "lower|upper",
        hide_possible_values = true,
        help = tr("只要最好可能的名次(lower),或最差可能的(upper)", "Only the best place possible (lower), or the worst (upper)")
    )]
    pub one_sided: Option<OneSided>,
    #[arg(
        long,
        action = ArgAction::SetTrue,
        help = tr("只检验一次,不逐步再检验;集合会宽些", "Test once, not step by step; the sets are wider")
    )]
    pub no_stepdown: bool,
    #[arg(
        long,
        value_name = tr("个数", "K"),
        help = tr("哪些单位可能真是前 K 名:真正的前 K 名全在其中", "Which units may be the first K: all that truly are stand among them")
    )]
    pub best: Option<NonZeroU32>,
    #[arg(
        long,
        value_name = tr("个数", "K"),
        help = tr("哪些单位可能真是后 K 名", "Which units may be the last K")
    )]
    pub worst: Option<NonZeroU32>,
    #[arg(
        long,
        value_enum,
        value_name = "fwer|fdr",
        hide_possible_values = true,
        help = tr(
            "点名明显高于、低于平均的单位,整张名单的错误率为 1 减置信水平:fwer 出现任何一处错的概率,fdr 错的所占的比例",
            "Name units clearly over or under the mean; the whole list's error rate is 1 less the coverage: fwer, the \
             probability of any error; fdr, the share of errors"
        )
    )]
    pub named: Option<List>,
    #[arg(
        long,
        value_name = tr("次数", "R"),
        help = tr("抽样次数;不写则看单位多少,1000 个单位为 100000", "How many draws; as the number of units says when absent, 100,000 for 1,000 units")
    )]
    pub draws: Option<NonZeroUsize>,
    #[arg(
        long,
        value_name = tr("种子", "S"),
        default_value_t = 1,
        hide_default_value = true,
        help = tr("抽样的种子,不写为 1", "What the draws follow from; 1 when absent")
    )]
    pub seed: u64,
    #[arg(
        long,
        value_name = tr("个数", "N"),
        help = tr("用几个线程;结果与此无关", "How many threads; results are the same for any number")
    )]
    pub threads: Option<NonZeroUsize>,
    #[command(flatten)]
    pub delivery: Delivery,
}

/// Which bound is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OneSided {
    Lower,
    Upper,
}

/// Which error rate of the list is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum List {
    Fwer,
    Fdr,
}

/// A number between 0 and 1.
pub fn probability(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| String::new())?;
    if value > 0.0 && value < 1.0 {
        Ok(value)
    } else {
        Err(String::new())
    }
}
