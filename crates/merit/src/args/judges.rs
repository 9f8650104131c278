//! What can be asked about judges.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use crate::lang::tr;

pub const EXAMPLES: (&str, &str) = (
    "\
例子:
  merit judges 评分.csv --mark y --random s,d
  merit judges 评分.csv --mark 分数 --random 单位,评委 --judge 评委 --unit 单位
  merit judges 评分.csv --mark y --random s,d,dept:service --fixed service*dept,numeric(age) --reml --format json

--fixed 的列按类别处理,第一个水平为基准(全是数字的按大小排,否则按字符排);numeric(列) 按数值;a*b 为两者及其交互。
--random 的 b:c 以 b、c 两列取值的每个组合为一个水平:每个 c 只属于一个 b 时即嵌套。
分数或所用的列有空格(或 NA)的行不计入,并说明有几行。",
    "\
Examples:
  merit judges marks.csv --mark y --random s,d
  merit judges marks.csv --mark mark --random unit,judge --judge judge --unit unit
  merit judges marks.csv --mark y --random s,d,dept:service --fixed service*dept,numeric(age) --reml --format json

Columns of --fixed are categories, the first level being the base (by size where all are numbers, else by characters);
numeric(COL) acts by its size; a*b is both and their interaction.
b:c in --random has a level for each combination of b and c that occurs: nesting, where each c has one b.
Rows with an empty cell (or NA) in a column used are left out, and it is said how many.",
);

#[derive(Args, Debug)]
pub struct Judges {
    #[arg(value_name = tr("文件", "FILE"), help = tr("数据表(CSV、XLSX),一行一个分数", "A table (CSV, XLSX), a row for each mark"))]
    pub file: PathBuf,
    #[arg(long, value_name = tr("列名", "COL"), help = tr("哪一列是分数", "The column of the mark"))]
    pub mark: String,
    #[arg(
        long,
        required = true,
        value_delimiter = ',',
        value_name = tr("列名,…", "COL,…"),
        help = tr("随机因素,各有一个方差;b:c 为组合(嵌套)", "Random factors, each with a variance; b:c is their combination (nesting)")
    )]
    pub random: Vec<String>,
    #[arg(
        long,
        value_delimiter = ',',
        value_name = tr("列名,…", "COL,…"),
        help = tr("固定效应:类别,numeric(列),a*b", "Fixed effects: categories, numeric(COL), a*b")
    )]
    pub fixed: Vec<String>,
    #[arg(long, action = ArgAction::SetTrue, help = tr("用 REML,不写则用最大似然", "By REML; by maximum likelihood when absent"))]
    pub reml: bool,
    #[arg(
        long,
        value_name = tr("列名", "COL"),
        help = tr("哪个随机因素是评委:得出严宽、离散、校正", "Which random factor is the judge: gives severity, spread, adjusted marks")
    )]
    pub judge: Option<String>,
    #[arg(
        long,
        requires = "judge",
        value_name = tr("列名", "COL"),
        help = tr("哪一列是被评的单位:得出校正后的平均分和能否相比", "The column of the unit marked: gives adjusted means and who can be compared")
    )]
    pub unit: Option<String>,
    #[arg(
        long = "trait",
        requires = "unit",
        value_name = tr("列名", "COL"),
        help = tr("哪一列是评分项目:得出光环效应", "The column of the trait marked: gives each judge's halo")
    )]
    pub of: Option<String>,
    #[arg(
        long,
        value_enum,
        value_name = "table|json",
        hide_possible_values = true,
        hide_default_value = true,
        default_value = "table",
        help = tr("格式,不写为 table", "The layout; `table` when absent")
    )]
    pub format: JudgesFormat,
    #[arg(
        long,
        value_name = tr("文件", "FILE"),
        help = tr("写到文件;要么写完整,要么不写", "Write to a file: all of it or nothing")
    )]
    pub out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum JudgesFormat {
    Table,
    Json,
}
