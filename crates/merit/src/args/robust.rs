//! What `whatif --robust` can be asked.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};
use rulebook::model::{Aggregate, Rule, Span, ZScore};
use scoring::robust::{Input, Noise};

use crate::lang::tr;

/// The spread of weights where nothing else is said to vary.
const SPREAD: f64 = 0.25;

pub const EXAMPLES: (&str, &str) = (
    "\
例子:
  merit whatif 县 县-新 --measures 三月.csv --period 2026-03
  merit whatif 县 --robust --period 2026-03               权重上下浮动四分之一,名次会落在哪里
  merit whatif asem --robust --weights 2=0.25,3=0.25 --rules min_max:1:100,z_score:10:2 \\
      --aggregates mean,geometric --winsorise 1,2,3,4,5 --sobol 4096

--robust 把评分整个重算许多遍,每遍换权重、规则、平均法等,规则、否决、同分处理都照样执行。
只写要变的;都不写,则权重上下浮动 25 %。",
    "\
Examples:
  merit whatif county county-new --measures march.csv --period 2026-03
  merit whatif county --robust --period 2026-03           weights a quarter up or down: where ranks may lie
  merit whatif asem --robust --weights 2=0.25,3=0.25 --rules min_max:1:100,z_score:10:2 \\
      --aggregates mean,geometric --winsorise 1,2,3,4,5 --sobol 4096

--robust scores everything anew many times with other weights, rules, means …; every rule, veto and tie-break holds each time.
Only what is named is varied; weights by 25 % up or down where nothing is.",
);

#[derive(Args, Debug)]
pub struct Robust {
    #[arg(
        long,
        action = ArgAction::SetTrue,
        help = tr(
            "看一份细则的结果稳不稳:各单位名次的范围,各指标起多大作用",
            "How robust one rulebook's result is: where ranks may lie, and what each item decides"
        )
    )]
    pub robust: bool,
    #[arg(
        long,
        requires = "robust",
        value_name = tr("幅度", "SPREAD"),
        value_delimiter = ',',
        value_parser = noise,
        help = tr(
            "权重上下浮动多少,如 0.25;各层不同则写 1=0.1,2=0.25(1 是指标)",
            "How far weights may be off, such as 0.25; by level as 1=0.1,2=0.25 (1 are the indicators)"
        )
    )]
    pub weights: Vec<Noise>,
    #[arg(
        long,
        requires = "robust",
        value_name = tr("规则", "RULE"),
        value_delimiter = ',',
        value_parser = rule,
        help = tr(
            "折算规则换成这些之一:min_max:低:高、percentile:低:高、z_score:均值:标准差、rank、borda、distance-to-best、ratio-to-best",
            "Other rules for indicators scored against their class: min_max:LOW:HIGH, percentile:LOW:HIGH, z_score:MEAN:SD, rank, \
             borda, distance-to-best, ratio-to-best"
        )
    )]
    pub rules: Vec<Rule>,
    #[arg(
        long,
        requires = "robust",
        value_name = tr("平均", "MEAN"),
        value_delimiter = ',',
        value_parser = aggregate,
        help = tr(
            "取平均的组换成这些之一:mean、geometric、harmonic、power:幂",
            "Other means for groups that are one: mean, geometric, harmonic, power:P"
        )
    )]
    pub aggregates: Vec<Aggregate>,
    #[arg(
        long,
        requires = "robust",
        value_name = tr("个数", "N"),
        value_delimiter = ',',
        help = tr("离群值最多缩几个点:这些之一", "Other numbers of points winsorised at most")
    )]
    pub winsorise: Vec<u32>,
    #[arg(
        long,
        requires = "robust",
        value_enum,
        hide_possible_values = true,
        value_name = "indicators|groups",
        value_delimiter = ',',
        help = tr("去掉一个指标,或一个组;或一个也不去", "Leave one indicator out, or one group; or none")
    )]
    pub leave_out: Vec<LeaveOut>,
    #[arg(
        long,
        requires = "robust",
        hide_default_value = true,
        default_value = "10000",
        value_name = tr("次数", "N"),
        value_parser = clap::value_parser!(u32).range(1..),
        help = tr("重算几遍,不写为 10000", "How many replications; 10000 when absent")
    )]
    pub draws: u32,
    #[arg(
        long,
        requires = "robust",
        hide_default_value = true,
        default_value = "1024",
        value_name = tr("行数", "ROWS"),
        value_parser = rows,
        help = tr(
            "算 Sobol 指数的设计有几行(2 的幂最匀),不写为 1024,0 为不算",
            "Rows of the design for Sobol indices (powers of 2 are evenest); 1024 when absent, 0 for none"
        )
    )]
    pub sobol: u32,
    #[arg(
        long,
        requires = "robust",
        action = ArgAction::SetTrue,
        help = tr("每个权重单独算 Sobol 指数", "Sobol indices of each weight too")
    )]
    pub each_weight: bool,
    #[arg(
        long,
        requires = "robust",
        hide_default_value = true,
        default_value = "1",
        value_name = tr("种子", "S"),
        help = tr("随机数的种子,不写为 1;同样的种子结果相同", "The seed, 1 when absent: the same seed gives the same result")
    )]
    pub seed: u64,
    #[arg(
        long,
        requires = "robust",
        value_name = tr("细则", "SCHEME"),
        help = tr("只看这套细则;试行的只在指名时看", "Only this scheme; a trial only when named")
    )]
    pub scheme: Option<String>,
    #[arg(
        long,
        requires = "robust",
        value_enum,
        hide_possible_values = true,
        hide_default_value = true,
        default_value = "table",
        value_name = "table|csv|json",
        help = tr("格式,不写为 table", "The layout; `table` when absent")
    )]
    pub format: RobustFormat,
    #[arg(
        long,
        requires = "robust",
        value_enum,
        hide_possible_values = true,
        hide_default_value = true,
        default_value = "units",
        value_name = "units|items|inputs",
        help = tr("CSV 写哪张表,不写为 units", "Which table CSV is; `units` when absent")
    )]
    pub part: Part,
    #[arg(
        long,
        requires = "robust",
        value_name = tr("文件", "FILE"),
        help = tr("写到文件;要么写完整,要么不写", "Write to a file: all of it or nothing")
    )]
    pub out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LeaveOut {
    Indicators,
    Groups,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RobustFormat {
    Table,
    Csv,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    Units,
    Items,
    Inputs,
}

impl Robust {
    /// What is to be varied.
    pub fn inputs(&self) -> Vec<Input> {
        let mut inputs = Vec::new();
        if !self.winsorise.is_empty() {
            inputs.push(Input::Winsorise(self.winsorise.clone()));
        }
        if !self.rules.is_empty() {
            inputs.push(Input::Rules(self.rules.clone()));
        }
        if !self.aggregates.is_empty() {
            inputs.push(Input::Aggregates(self.aggregates.clone()));
        }
        if self.leave_out.contains(&LeaveOut::Indicators) {
            inputs.push(Input::Indicators);
        }
        if self.leave_out.contains(&LeaveOut::Groups) {
            inputs.push(Input::Groups);
        }
        if !self.weights.is_empty() {
            inputs.push(Input::Weights(self.weights.clone()));
        } else if inputs.is_empty() {
            inputs.push(Input::Weights(vec![Noise {
                level: None,
                spread: SPREAD,
            }]));
        }
        inputs
    }
}

/// What `usage` says how to write.
const WRONG: &str = "not written as it should be";

fn noise(text: &str) -> Result<Noise, &'static str> {
    let (level, spread) = match text.split_once('=') {
        Some((level, spread)) => (
            Some(level.trim().parse::<u32>().map_err(|_| WRONG)?),
            spread,
        ),
        None => (None, text),
    };
    let spread: f64 = spread.trim().parse().map_err(|_| WRONG)?;
    if (0.0..=1.0).contains(&spread) && level != Some(0) {
        Ok(Noise { level, spread })
    } else {
        Err(WRONG)
    }
}

/// A word and numbers after it, each after a colon.
fn numbers(text: &str) -> Result<(&str, Vec<f64>), &'static str> {
    let mut parts = text.trim().split(':');
    let word = parts.next().ok_or(WRONG)?;
    let numbers: Result<Vec<f64>, _> = parts.map(str::parse).collect();
    let numbers = numbers.map_err(|_| WRONG)?;
    let finite = numbers.iter().all(|number| number.is_finite());
    finite.then_some((word, numbers)).ok_or(WRONG)
}

fn rule(text: &str) -> Result<Rule, &'static str> {
    let span = |low: f64, high: f64| Span {
        low,
        high: Some(high),
    };
    let (word, numbers) = numbers(text)?;
    Ok(match (word, numbers.as_slice()) {
        ("min_max", [low, high]) if low < high => Rule::MinMax(span(*low, *high)),
        ("percentile", [low, high]) if low < high => Rule::Percentile(span(*low, *high)),
        ("z_score", [mean, sd]) if *sd > 0.0 => Rule::ZScore(ZScore {
            mean: *mean,
            sd: *sd,
            ..ZScore::default()
        }),
        ("rank", []) => Rule::Rank,
        ("borda", []) => Rule::Borda,
        ("distance-to-best", []) => Rule::DistanceToBest,
        ("ratio-to-best", []) => Rule::RatioToBest,
        _ => return Err(WRONG),
    })
}

fn aggregate(text: &str) -> Result<Aggregate, &'static str> {
    let (word, numbers) = numbers(text)?;
    Ok(match (word, numbers.as_slice()) {
        ("mean", []) => Aggregate::Mean,
        ("geometric", []) => Aggregate::Geometric,
        ("harmonic", []) => Aggregate::Harmonic,
        ("power", [power]) => Aggregate::Power(*power),
        _ => return Err(WRONG),
    })
}

fn rows(text: &str) -> Result<u32, &'static str> {
    match text.parse() {
        Ok(1) | Err(_) => Err(WRONG),
        Ok(rows) => Ok(rows),
    }
}
