//! What can be asked about a series of figures.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};
use inference::charts::{Better, Kind, RuleSet};

use super::delivery::Delivery;
use crate::lang::tr;

/// A table of figures over time, and how to chart it.
#[derive(Args, Debug)]
pub struct Trend {
    #[arg(value_name = tr("文件", "FILE"), help = tr("数据表(CSV、XLSX),一行一期", "The table (CSV, XLSX), a row for each period"))]
    pub file: PathBuf,
    #[command(flatten)]
    pub columns: Columns,
    #[command(flatten)]
    pub drawing: Drawing,
    #[arg(
        long,
        action = ArgAction::SetTrue,
        help = tr(
            "最近一期与上一期比(加 --season 则也与去年同期比),附区间;还有趋势的斜率和名次能否持久",
            "Compare the latest period with the one before (with --season also with a year ago), with intervals; slopes, and whether ranks last"
        )
    )]
    pub change: bool,
    #[arg(
        long,
        value_name = tr("期数", "N"),
        help = tr(
            "一年有几期(月 12、季 4):与去年同期比;期以年份开头的,按期名找",
            "How many periods make a year (12 months, 4 quarters): compare with a year ago; by name where periods start with a year"
        )
    )]
    pub season: Option<NonZeroUsize>,
    #[arg(
        long,
        value_name = tr("水平", "LEVEL"),
        default_value = "0.95",
        hide_default_value = true,
        value_parser = share,
        help = tr("区间的置信水平,不写为 0.95", "The coverage of intervals; 0.95 when absent")
    )]
    pub coverage: f64,
    #[command(flatten)]
    pub delivery: Delivery,
}

/// Which columns hold what.
#[derive(Args, Debug)]
pub struct Columns {
    #[arg(long, value_name = tr("列名", "COL"), help = tr("单位的列,每个单位一张图;不写为 unit,没有则全表一张", "The unit's column, a chart for each; `unit` when absent, one chart for all without it"))]
    pub unit: Option<String>,
    #[arg(long, value_name = tr("列名", "COL"), help = tr("期的列;不写为 period,没有则按行的次序", "The period's column; `period` when absent, rows in order without it"))]
    pub period: Option<String>,
    #[arg(long, value_name = tr("列名", "COL"), help = tr("数值的列;率图中是分子", "The figure's column; in charts of rates the numerator"))]
    pub value: String,
    #[arg(long, value_name = tr("列名", "COL"), help = tr("分母的列", "The denominator's column"))]
    pub denominator: Option<String>,
}

/// How charts are drawn.
#[derive(Args, Debug)]
pub struct Drawing {
    #[arg(
        long,
        value_enum,
        value_name = "KIND",
        hide_possible_values = true,
        help = tr(
            "图的种类:run xmr mr xbar s t g p pp c u up;不写则 xmr,有分母时为 p(有分子大于分母则 u)",
            "The kind: run xmr mr xbar s t g p pp c u up; when absent xmr, with a denominator p (u where a figure is over its denominator)"
        )
    )]
    pub chart: Option<Chart>,
    #[arg(
        long,
        value_enum,
        value_name = "SET",
        default_value = "anhoj",
        hide_default_value = true,
        hide_possible_values = true,
        help = tr(
            "判异规则:anhoj、western-electric、nelson、nhs;不写为 anhoj",
            "The run rules: anhoj, western-electric, nelson, nhs; anhoj when absent"
        )
    )]
    pub rules: Rules,
    #[arg(long, value_name = tr("期,…", "PERIOD,…"), value_delimiter = ',', help = tr("从这些期起重算控制限", "New limits from these periods on"))]
    pub rebase: Vec<String>,
    #[arg(long, value_name = tr("期,…", "PERIOD,…"), value_delimiter = ',', help = tr("不算进控制限和判异的期(仍看是否出限)", "Periods left out of limits and run rules, still held against the limits"))]
    pub exclude: Vec<String>,
    #[arg(long, value_name = tr("期,…", "PERIOD,…"), value_delimiter = ',', help = tr("只画出、不参与的期", "Periods that are only shown"))]
    pub ghost: Vec<String>,
    #[arg(long, value_name = tr("期数", "N"), help = tr("控制限只用每段的前 N 期", "Limits from the first N periods of each phase"))]
    pub freeze: Option<NonZeroUsize>,
    #[arg(
        long,
        value_enum,
        value_name = "up|down",
        hide_possible_values = true,
        help = tr("高好(up)还是低好(down);不写则信号不分好坏", "Whether more (up) or less (down) is better; signals are neither when absent")
    )]
    pub better: Option<Way>,
    #[arg(long, value_name = tr("数", "X"), value_parser = figure, allow_negative_numbers = true, requires = "better", help = tr("目标:总能达到、总达不到,还是靠运气", "A target: always met, always missed, or left to luck"))]
    pub target: Option<f64>,
}

fn share(text: &str) -> Result<f64, String> {
    figure(text).and_then(|value| {
        if value > 0.0 && value < 1.0 {
            Ok(value)
        } else {
            Err(text.to_owned())
        }
    })
}

fn figure(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        _ => Err(text.to_owned()),
    }
}

/// The kinds of chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Chart {
    Run,
    #[value(alias = "i")]
    Xmr,
    Mr,
    Xbar,
    S,
    T,
    G,
    P,
    Pp,
    C,
    U,
    Up,
}

impl Chart {
    /// The kind, as the statistics have it.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Run => Kind::Run,
            Self::Xmr => Kind::Xmr,
            Self::Mr => Kind::Mr,
            Self::Xbar => Kind::Xbar,
            Self::S => Kind::S,
            Self::T => Kind::T,
            Self::G => Kind::G,
            Self::P => Kind::P,
            Self::Pp => Kind::PPrime,
            Self::C => Kind::C,
            Self::U => Kind::U,
            Self::Up => Kind::UPrime,
        }
    }

    /// How it is written on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Xmr => "xmr",
            Self::Mr => "mr",
            Self::Xbar => "xbar",
            Self::S => "s",
            Self::T => "t",
            Self::G => "g",
            Self::P => "p",
            Self::Pp => "pp",
            Self::C => "c",
            Self::U => "u",
            Self::Up => "up",
        }
    }
}

/// The sets of run rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Rules {
    Anhoj,
    WesternElectric,
    Nelson,
    Nhs,
}

impl Rules {
    /// The set, as the statistics have it.
    pub const fn set(self) -> RuleSet {
        match self {
            Self::Anhoj => RuleSet::Anhoj,
            Self::WesternElectric => RuleSet::WesternElectric,
            Self::Nelson => RuleSet::Nelson,
            Self::Nhs => RuleSet::MakingDataCount,
        }
    }
}

/// Which direction is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Way {
    Up,
    Down,
}

impl Way {
    /// The direction, as the statistics have it.
    pub const fn better(self) -> Better {
        match self {
            Self::Up => Better::Up,
            Self::Down => Better::Down,
        }
    }
}

pub const EXAMPLES: (&str, &str) = (
    "\
例子:
  merit trend 满意率.csv --value 满意 --denominator 评价 --unit 单位 --period 月 --better up
  merit trend 用时.csv --value 天数 --chart xmr --rules nhs --rebase 2025-07
  merit trend 投诉.csv --value 件数 --chart c --better down --change --season 12

同一单位同一期有几行的:xbar、s 当作一组;p、pp、c、u、up 相加,没有分母列时一行算一例;其他图不收。
不到 10 个点的单位不作图,只说明。图上的信号要有人去问原因;从不自动改基线。
CSV 的列:unit,period,value,centre,lower,upper,phase,part,outside,signals,meaning,moving_range,moving_range_upper;
有 --change 则为:unit,comparison,from,to,measure,estimate,lower,upper,verdict。",
    "\
Examples:
  merit trend ratings.csv --value satisfied --denominator ratings --unit unit --period month --better up
  merit trend days.csv --value days --chart xmr --rules nhs --rebase 2025-07
  merit trend complaints.csv --value complaints --chart c --better down --change --season 12

Several rows of one unit and period are a subgroup for xbar and s, summed for p, pp, c, u and up (a row is a case where there is
no denominator), and refused for other charts. Units with fewer than 10 points get a note and no chart. A signal asks somebody for
a reason; nothing is ever re-based by itself.
Columns of the CSV: unit,period,value,centre,lower,upper,phase,part,outside,signals,meaning,moving_range,moving_range_upper;
with --change: unit,comparison,from,to,measure,estimate,lower,upper,verdict.",
);
