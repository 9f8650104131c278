//! What can be asked about ordinal marks.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::delivery::Delivery;
use crate::lang::tr;

/// The end of its help.
pub const EXAMPLES: (&str, &str) = (
    "\
例子:
  merit facets 评分.csv --person 作品 --judge 评委 --mark 分
  merit facets 评分.csv --person 作品 --judge 评委 --mark 分 --item 项目
  merit facets 作文.csv --person idstud --judge rater --items k1,k2,k3,k4,k5 --format json
  merit facets 评分.csv --person 作品 --judge 评委 --items 内容,文字 --period 月 --part drift

长表一行一个分(--mark,几个项目时加 --item);宽表一行是一位评委给一件作品的各项分(--items)。分是 0 到 255 的整数,空格(或 NA)是没有评。
评委的严宽以 logit 计,合计为 0,大的严。infit、outfit 约为 1:大的评得乱,小的评得太齐。
CSV 每次一部分,不写 --part 为 judges;表不写 --part 时有评委、项目和漂移,被评者用 --part persons。",
    "\
Examples:
  merit facets marks.csv --person work --judge judge --mark mark
  merit facets marks.csv --person work --judge judge --mark mark --item trait
  merit facets essays.csv --person idstud --judge rater --items k1,k2,k3,k4,k5 --format json
  merit facets marks.csv --person work --judge judge --items content,style --period month --part drift

A long table has a row for each mark (--mark, and --item where there are several); a wide one has a row for what one judge
gave one person on all items (--items). Marks are whole numbers from 0 to 255; an empty cell (or NA) is no mark.
Severities are in logits and sum to 0; large is severe. Infit and outfit are about 1: over it a judge is erratic, under it
too uniform.
CSV holds one part, the judges without --part; the table without --part has judges, items and drift, not the persons.",
);

/// `merit facets`.
#[derive(Args, Debug)]
pub struct Facets {
    #[arg(value_name = tr("文件", "FILE"), help = tr("分数表:CSV 或 XLSX", "The table of marks: CSV or XLSX"))]
    pub file: PathBuf,
    #[arg(long, value_name = tr("列名", "COL"), help = tr("哪一列是被评者(人、作品、单位)", "The column of who or what is marked"))]
    pub person: String,
    #[arg(long, value_name = tr("列名", "COL"), help = tr("哪一列是评委", "The column of the judge"))]
    pub judge: String,
    #[arg(
        long,
        value_name = tr("列名", "COL"),
        required_unless_present = "items",
        conflicts_with = "items",
        help = tr("长表:哪一列是分", "Long table: the column of the mark")
    )]
    pub mark: Option<String>,
    #[arg(
        long,
        requires = "mark",
        value_delimiter = ',',
        value_name = tr("列名,…", "COL,…"),
        help = tr("长表:哪一列是项目;几列则以其组合为项目", "Long table: the column of the item; several are combined")
    )]
    pub item: Vec<String>,
    #[arg(
        long,
        value_delimiter = ',',
        value_name = tr("列名,…", "COL,…"),
        help = tr("宽表:哪些列是项目,格子里是分", "Wide table: the columns of the items, which hold the marks")
    )]
    pub items: Vec<String>,
    #[arg(
        long,
        value_enum,
        value_name = "none|judges|items|both",
        hide_possible_values = true,
        default_value = "none",
        hide_default_value = true,
        help = tr("估计谁的斜率(区分度),不写为 none", "Whose slopes are estimated; `none` when absent")
    )]
    pub slopes: Slopes,
    #[arg(
        long,
        value_enum,
        value_name = "per-item|common",
        hide_possible_values = true,
        default_value = "per-item",
        hide_default_value = true,
        help = tr("各项目的分阶各自估计还是共用,不写为 per-item", "Whether items share the steps between marks; `per-item` when absent")
    )]
    pub steps: Steps,
    #[arg(long, value_name = tr("列名", "COL"), help = tr("哪一列是期:各评委的严宽有没有漂移", "The column of the period: whether judges drift"))]
    pub period: Option<String>,
    #[arg(
        long,
        value_enum,
        value_name = "refused|at-random",
        hide_possible_values = true,
        default_value = "refused",
        hide_default_value = true,
        help = tr(
            "没有共同被评者相连的评委:refused 不比(默认),at-random 当作被评者随机分给评委来比",
            "Judges that no person links: `refused` (when absent), or `at-random`, compared as if persons came to judges at random"
        )
    )]
    pub unlinked: Unlinked,
    #[arg(
        long,
        value_enum,
        value_name = "judges|items|persons|drift",
        hide_possible_values = true,
        help = tr("表和 CSV 只要哪一部分", "The one part that the table or CSV holds")
    )]
    pub part: Option<Part>,
    #[command(flatten)]
    pub delivery: Delivery,
}

/// Whose slopes are estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Slopes {
    None,
    Judges,
    Items,
    Both,
}

/// Whether items share the steps between marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Steps {
    PerItem,
    Common,
}

/// What is done with judges that no person links.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Unlinked {
    Refused,
    AtRandom,
}

/// A part of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    Judges,
    Items,
    Persons,
    Drift,
}
