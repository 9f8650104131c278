//! What can be asked of `merit detect`.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use super::delivery::Delivery;
use crate::lang::tr;

/// The end of its help.
pub const EXAMPLES: (&str, &str) = (
    "\
例子:
  merit detect 评价.csv --unit 单位 --time 时间 --level 星级 --top 5 --comment 留言 --rater 编号
  merit detect 评分.csv --unit 单位 --judge 评委 --mark 分数
  merit detect 填报.xlsx --unit 单位 --time 填报日 --due 截止日 --figure 工时 --step 10
  merit detect 评优.csv --unit 单位 --time 期 --won 当选 --barred 1

写了哪些列,就查哪些:
  --unit --time                      扎堆;集中在一个钟点(要有时刻)
  --unit --time --level --top        低分扎堆;忽然满分
  --unit --level --top               连续满分;加 --batch:一批全是满分
  --unit --level --top --rater       评价人成圈
  --unit --batch --invited           一批邀请的回收畸高
  --unit --comment                   雷同的留言
  --unit --judge --mark              打分不分高低;评委也是被评单位的:互打高分
  --unit --time --due                集中在截止前
  --unit --time --won                轮流坐庄
  --figure --benford(或 --threshold --width、--step)   首位数字;卡线;凑整

每项检验各有零假设,名单按全部检验一并校正:family-wise 出现任何一处误报的概率,false-discovery 误报所占的比例,至多为 --rate。
评委、评价人只写第几位(按首次出现)和行号。日期写成 2026-03-01、2026-03-01 14:05 或 2026-03。最低一级是列中最小的数。
列出来的是问题,不是结论:请与此无关的人看;本命令不改任何东西。有没有发现,退出码都是 0。",
    "\
Examples:
  merit detect ratings.csv --unit unit --time time --level stars --top 5 --comment text --rater id
  merit detect marks.csv --unit unit --judge judge --mark mark
  merit detect filed.xlsx --unit unit --time filed --due due --figure hours --step 10
  merit detect titles.csv --unit unit --time period --won won --barred 1

What is looked for follows from the columns named:
  --unit --time                      bursts; floods in one hour (where times have one)
  --unit --time --level --top        bursts of lowest levels; a sudden ceiling
  --unit --level --top               runs of top levels; with --batch: a batch of top levels only
  --unit --level --top --rater       rings of raters
  --unit --batch --invited           floods from one batch of invitations
  --unit --comment                   copied comments
  --unit --judge --mark              judges without spread; where judges are units too: mutual back-scratching
  --unit --time --due                last-day entries
  --unit --time --won                titles in turns
  --figure --benford (or --threshold --width, --step)   first digits; heaps at a mark; round numbers

Each test has a null hypothesis, and the list is corrected over all tests made: --rate bounds the chance of any false flag
(family-wise), or the share of false ones (false-discovery).
Judges and raters are named by number (as they first appear) and row. Dates are written 2026-03-01, 2026-03-01 14:05 or 2026-03.
The lowest level is the least number in its column.
What is listed is a question, not a verdict: have a person look who isn't concerned. This command changes nothing. The exit
code is 0 whether or not anything is found.",
);

/// `merit detect`.
#[derive(Args, Debug)]
pub struct Detect {
    #[arg(value_name = tr("文件", "FILE"), help = tr("表:CSV 或 XLSX", "The table: CSV or XLSX"))]
    pub file: PathBuf,
    #[arg(long, value_name = tr("列名", "COL"), help = tr("哪一列是单位;不写则全表算一个", "The column of the units; the table is one when absent"))]
    pub unit: Option<String>,
    #[arg(long, value_name = tr("列名", "COL"), help = tr("哪一列是日期或时间", "The column of dates or times"))]
    pub time: Option<String>,
    #[arg(long, requires = "top", value_name = tr("列名", "COL"), help = tr("哪一列是星级、等级(数)", "The column of levels, as numbers"))]
    pub level: Option<String>,
    #[arg(long, requires = "level", allow_negative_numbers = true, value_name = tr("数", "N"), help = tr("最高一级是几", "Which level is the top one"))]
    pub top: Option<f64>,
    #[arg(long, value_name = tr("列名", "COL"), help = tr("哪一列是邀请批次或收集人", "The column of invitation batches or collectors"))]
    pub batch: Option<String>,
    #[arg(long, requires = "batch", value_name = tr("列名", "COL"), help = tr("哪一列是该单位这一批发出的邀请数", "The column of how many invitations the unit's batch had"))]
    pub invited: Option<String>,
    #[arg(long, value_name = tr("列名", "COL"), help = tr("哪一列是评价人(结果中不写出)", "The column of raters, who aren't named in the result"))]
    pub rater: Option<String>,
    #[arg(long, value_name = tr("列名", "COL"), help = tr("哪一列是留言(结果中不写出)", "The column of comments, which aren't quoted"))]
    pub comment: Option<String>,
    #[arg(long, requires = "mark", value_name = tr("列名", "COL"), help = tr("哪一列是评委(结果中不写出)", "The column of judges, who aren't named in the result"))]
    pub judge: Option<String>,
    #[arg(long, requires = "judge", value_name = tr("列名", "COL"), help = tr("哪一列是评委的分数,高的好", "The column of judges' marks; high is good"))]
    pub mark: Option<String>,
    #[arg(long, requires = "time", value_name = tr("列名", "COL"), help = tr("哪一列是截止日", "The column of the dates by which entries are due"))]
    pub due: Option<String>,
    #[arg(long, default_value = "1", hide_default_value = true, value_name = tr("天", "N"), help = tr("截止前几天算最后,不写为 1", "How many days before the cut-off are the last; 1 when absent"))]
    pub days: NonZeroU32,
    #[arg(long, requires = "time", value_name = tr("列名", "COL"), help = tr("哪一列是当选与否:1、0", "The column of who won: 1 or 0"))]
    pub won: Option<String>,
    #[arg(long, default_value_t = 0, hide_default_value = true, value_name = tr("期", "N"), help = tr("规定当选后几期不得再选,不写为 0", "For how many periods the rules bar a winner; 0 when absent"))]
    pub barred: usize,
    #[arg(long, value_name = tr("列名", "COL"), help = tr("哪一列是填报的数", "The column of figures"))]
    pub figure: Option<String>,
    #[arg(long, action = ArgAction::SetTrue, requires = "figure", help = tr("查首位数字:只用于金额、人口一类没有上限的数", "Test first digits: only for sums of money, populations and the like"))]
    pub benford: bool,
    #[arg(long, requires_all = ["figure", "width"], allow_negative_numbers = true, value_name = tr("数", "X"), help = tr("合格线:到了这个数就算过", "The mark: figures at or over it pass"))]
    pub threshold: Option<f64>,
    #[arg(long, requires = "threshold", value_parser = over_zero, value_name = tr("数", "W"), help = tr("合格线两边每格多宽;是习惯凑整单位的倍数", "How wide the bins beside it are: a multiple of any habitual rounding"))]
    pub width: Option<f64>,
    #[arg(long, requires = "figure", value_parser = clap::value_parser!(u32).range(3..), value_name = tr("数", "N"), help = tr("查是否多为 N 的倍数(整数)", "Test for too many multiples of N among whole numbers"))]
    pub step: Option<u32>,
    #[arg(long, default_value_t = 0.05, hide_default_value = true, value_parser = share, value_name = tr("概率", "P"), help = tr("名单的误报率,不写为 0.05", "The list's rate of false flags; 0.05 when absent"))]
    pub rate: f64,
    #[arg(
        long,
        value_enum,
        value_name = "family-wise|false-discovery",
        hide_possible_values = true,
        hide_default_value = true,
        default_value = "family-wise",
        help = tr("误报率怎样算,不写为 family-wise", "What the rate bounds; family-wise when absent")
    )]
    pub control: Control,
    #[arg(long, value_name = tr("次数", "N"), help = tr("每项检验至多抽样几次(19 起);不写则看检验多少", "The most draws of a test, from 19 on; as the number of tests says when absent"))]
    pub draws: Option<u32>,
    #[arg(long, default_value_t = 1, hide_default_value = true, value_name = tr("种子", "S"), help = tr("抽样的种子,不写为 1", "What the draws follow from; 1 when absent"))]
    pub seed: u64,
    #[command(flatten)]
    pub delivery: Delivery,
}

/// What the rate bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Control {
    FamilyWise,
    FalseDiscovery,
}

fn share(text: &str) -> Result<f64, String> {
    let fits = |value: &f64| *value > 0.0 && *value < 1.0;
    text.parse().ok().filter(fits).ok_or_else(String::new)
}

fn over_zero(text: &str) -> Result<f64, String> {
    let fits = |value: &f64| *value > 0.0 && value.is_finite();
    text.parse().ok().filter(fits).ok_or_else(String::new)
}
