//! What can be asked about samples.

use std::num::NonZeroU64;
use std::path::PathBuf;

use clap::{ArgGroup, Args};

use super::delivery::Delivery;
use super::rank::probability;
use crate::lang::tr;

/// The end of its help.
pub const EXAMPLES: (&str, &str) = (
    "\
例子:
  merit sample --rates 0.90,0.97
  merit sample --rates 0.90,0.97 --units 15 --power 0.8
  merit sample --reliability 0.8 --between 0.05 --within 1
  merit sample 名单.csv --draw 30 --seed 20260301
  merit sample 名单.csv --draw 30 --seed 20260301 --stratum 乡镇 --out 抽中.csv

前三个算每个单位要多少个评价、走访或抽查。--units 是一张榜上有几个单位,两两都要分得开;不写则只比两个。
抽取可以重复:同一个文件、同样的种子,谁抽都一样。先公布名单和种子怎样来,再抽。weight 是一个抽中的代表几个。
--stratum:各层按大小分,每层至少一个。",
    "\
Examples:
  merit sample --rates 0.90,0.97
  merit sample --rates 0.90,0.97 --units 15 --power 0.8
  merit sample --reliability 0.8 --between 0.05 --within 1
  merit sample list.csv --draw 30 --seed 20260301
  merit sample list.csv --draw 30 --seed 20260301 --stratum town --out drawn.csv

The first three tell how many ratings, visits or checks each unit needs. --units is how many units the list has, any two of
which are to be told apart; without it two are compared.
A draw can be repeated: the same file and seed give the same to anyone. Publish the list, and where the seed will come from,
before the draw. weight is how many a drawn one stands for.
--stratum: shared out by size, one of each at least.",
);

/// `merit sample`.
#[derive(Args, Debug)]
#[command(group(ArgGroup::new("asked").required(true).args(["rates", "reliability", "draw"])))]
pub struct Sample {
    #[arg(value_name = tr("文件", "FILE"), requires = "draw", help = tr("从哪张名单抽:CSV 或 XLSX", "The list to draw from: CSV or XLSX"))]
    pub file: Option<PathBuf>,
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "P1,P2",
        value_parser = proportion,
        help = tr("要分得开的两个率", "Two rates that are to be told apart")
    )]
    pub rates: Vec<f64>,
    #[arg(
        long,
        value_name = "R",
        value_parser = probability,
        requires = "between",
        requires = "within",
        help = tr("要达到的信度", "The reliability to reach")
    )]
    pub reliability: Option<f64>,
    #[arg(long, value_name = tr("方差", "V"), requires = "reliability", help = tr("单位之间的方差", "The variance between units"))]
    pub between: Option<f64>,
    #[arg(long, value_name = tr("方差", "V"), requires = "reliability", help = tr("一个单位各次评价的方差", "The variance of a unit's ratings"))]
    pub within: Option<f64>,
    #[arg(long, value_name = tr("个数", "K"), requires = "rates", help = tr("榜上有几个单位", "How many units the list has"))]
    pub units: Option<NonZeroU64>,
    #[arg(
        long,
        value_name = tr("概率", "P"),
        default_value_t = 0.05,
        hide_default_value = true,
        value_parser = probability,
        help = tr("把一样的说成不一样的概率(整张榜),不写为 0.05", "The chance of calling equal units different, for the whole list; 0.05 when absent")
    )]
    pub alpha: f64,
    #[arg(
        long,
        value_name = tr("概率", "P"),
        default_value_t = 0.9,
        hide_default_value = true,
        value_parser = probability,
        help = tr("分得开的概率,不写为 0.9", "The chance of telling apart what differs so much; 0.9 when absent")
    )]
    pub power: f64,
    #[arg(
        long,
        value_name = tr("个数", "N"),
        requires = "file",
        requires = "seed",
        help = tr("抽几个", "How many to draw")
    )]
    pub draw: Option<NonZeroU64>,
    #[arg(long, value_name = tr("种子", "S"), requires = "draw", help = tr("抽取的种子", "What the draw follows from"))]
    pub seed: Option<u64>,
    #[arg(long, value_name = tr("列名", "COL"), requires = "draw", help = tr("哪一列是层", "The column of the stratum"))]
    pub stratum: Option<String>,
    #[arg(
        long,
        value_name = tr("列名", "COL"),
        requires = "draw",
        help = tr("哪一列是单位;不写为第一个文字列", "The column of the units; the first with texts when absent")
    )]
    pub unit_column: Option<String>,
    #[command(flatten)]
    pub delivery: Delivery,
}

/// A number from 0 to 1.
fn proportion(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| String::new())?;
    if (0.0..=1.0).contains(&value) {
        Ok(value)
    } else {
        Err(String::new())
    }
}
