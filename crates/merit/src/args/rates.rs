//! What can be asked about rates and ratings of small units.

use std::num::NonZeroU64;
use std::path::PathBuf;

use clap::Args;

use super::delivery::Delivery;
use super::rank::probability;
use crate::lang::tr;

/// The end of its help.
pub const EXAMPLES: (&str, &str) = (
    "\
例子:
  merit rates 窗口.csv --count 满意 --of 办件
  merit rates 窗口.csv --count 满意 --of 办件 --min-n 10 --out 满意率.csv
  merit rates 窗口事项.csv --count 满意 --of 办件 --service 事项
  merit rates 评价.csv --levels 很差,差,一般,好,很好

raw 是单位自己的率,shrunk 是考虑了偶然以后的率:件数少的单位向全体靠拢。二者都附区间。
funnel:在漏斗界限之内(inside),或高于、低于 95 %、99.8 % 的界限。界限已计入各单位本来就有的差别。界限之外要问原因,不是定好坏。
--service:一行一个单位的一个事项;expected 是按它的事项构成应有的率,standardised、adjusted 是换成全体的构成以后的原始率、收缩率。
--min-n:件数不到的单位不列,别的单位也可能不列,以免从合计减出来;哪个是太少的,不说。其余单位的结果与不列的无关。",
    "\
Examples:
  merit rates windows.csv --count satisfied --of cases
  merit rates windows.csv --count satisfied --of cases --min-n 10 --out rates.csv
  merit rates windows-by-service.csv --count satisfied --of cases --service service
  merit rates ratings.csv --levels awful,poor,fair,good,great

raw is a unit's own rate; shrunk is what it says once luck is allowed for: units with few cases move towards the whole.
Both have intervals.
funnel: inside the limits, or over or under those of 95 % or 99.8 %, which allow for what units differ anyway. A unit outside
is asked for a reason, not judged.
--service: a row for each unit and service. expected is the rate that the unit's mix of services lets expect; standardised
and adjusted are the raw and the shrunk rate as if it had the mix of all.
--min-n: a unit with fewer cases is withheld, and others with it, lest it be computed from the total; which were too small
isn't said. What is shown of the others doesn't depend on those withheld.",
);

/// `merit rates`.
#[derive(Args, Debug)]
pub struct Rates {
    #[arg(value_name = tr("文件", "FILE"), help = tr("表:CSV 或 XLSX,一行一个单位", "The table: CSV or XLSX, a row for each unit"))]
    pub file: PathBuf,
    #[arg(
        long,
        value_name = tr("列名", "COL"),
        requires = "of",
        required_unless_present = "levels",
        conflicts_with = "levels",
        help = tr("哪一列是件数中算数的(如满意的)", "The column of the cases that count, satisfied ones, say")
    )]
    pub count: Option<String>,
    #[arg(long, value_name = tr("列名", "COL"), requires = "count", help = tr("哪一列是总件数", "The column of all cases"))]
    pub of: Option<String>,
    #[arg(
        long,
        value_delimiter = ',',
        value_name = tr("列名,…", "COL,…"),
        help = tr("各档评价的个数,由差到好,记 1、2、3……", "The numbers of ratings at each level, worst first; they count 1, 2, 3 …")
    )]
    pub levels: Vec<String>,
    #[arg(
        long,
        value_name = tr("列名", "COL"),
        help = tr("哪一列是单位;不写为第一个文字列", "The column of the units; the first with texts when absent")
    )]
    pub unit_column: Option<String>,
    #[arg(
        long,
        value_name = tr("列名", "COL"),
        requires = "count",
        help = tr("哪一列是事项(间接标准化)", "The column of the services (indirect standardisation)")
    )]
    pub service: Option<String>,
    #[arg(
        long,
        value_name = tr("件数", "N"),
        help = tr("不到这么多件的单位不列", "Withhold units with fewer cases")
    )]
    pub min_n: Option<NonZeroU64>,
    #[arg(
        long,
        value_name = tr("概率", "P"),
        default_value_t = 0.95,
        hide_default_value = true,
        value_parser = probability,
        help = tr("区间的置信水平,不写为 0.95", "The coverage of intervals; 0.95 when absent")
    )]
    pub coverage: f64,
    #[command(flatten)]
    pub delivery: Delivery,
}
