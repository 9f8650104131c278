//! How much a result owes to the choices behind it: weights, rules, means, outliers, what is measured at all.
//!
//! The whole scoring is run again and again with those choices varied, so every rule, veto and tie-break holds each time. It tells
//! where each unit's rank may lie, which choice moves ranks, and which item decides nothing. It judges the scheme, not the figures:
//! the figures are never redrawn here. A variant that can't be scored is an error with its name, never left out in silence.
//!
//! Saisana, Saltelli, Tarantola (2005), *Uncertainty and sensitivity analysis techniques as tools for the quality assessment of
//! composite indicators*, J. R. Stat. Soc. A 168, 307–323.

mod effect;
mod input;
mod replicate;
mod weights;

use std::fmt;
use std::num::NonZeroUsize;

use inference::Invalid;
use inference::sensitivity::{Design, Index, Sobol, Summary, summary};
use rulebook::model::{Measure, Scheme};
use rulebook::{Say, say};
use serde::Serialize;

pub use effect::{Effect, Idle, LeftOut, NodeKind};
pub use input::{Input, Noise};

use crate::class::Class;
use crate::plan::{Plan, PlanError};
use crate::rank::Ranks;
use input::Inputs;
use replicate::{Standing, Variants};

/// What is varied, how often, and how it is told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The uncertain choices; each kind once.
    pub inputs: Vec<Input>,
    /// Whether each weight's Sobol indices are told too, beside those of all weights together.
    pub each_weight: bool,
    /// Replications of the scoring for the ranges of ranks and scores; at least 1.
    pub draws: usize,
    /// Rows of the design for Sobol indices; 0 for none. The scoring is run rows × (indices asked for + 2) times.
    pub rows: usize,
    /// Resamples behind the indices' half-widths.
    pub resamples: usize,
    /// How much of the replications a range holds, such as 0.9 for the quantiles at 5 and 95 %.
    pub coverage: f64,
    /// The seed.
    pub seed: u64,
    /// How many threads; the result is the same for any number.
    pub threads: NonZeroUsize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            inputs: Vec::new(),
            each_weight: false,
            draws: 10_000,
            rows: 0,
            resamples: 500,
            coverage: 0.9,
            seed: 1,
            threads: NonZeroUsize::MIN,
        }
    }
}

/// How robust a class's result is.
#[derive(Clone, Debug, PartialEq)]
pub struct Robustness {
    /// Each unit, in the order of the class.
    pub units: Vec<UnitRange>,
    /// Over the replications: the mean number of places that a ranked unit moved from its rank as scored.
    pub change: Summary,
    /// Each indicator, bonus and deduction, then each group, as the scheme is written.
    pub effects: Vec<Effect>,
    /// Each input's share of the variance of the mean number of places moved; empty without rows.
    pub shares: Vec<Share>,
    /// Groups whose members have no weights to vary, as a formula puts them together.
    pub without_weights: Vec<String>,
}

/// Where a unit's rank and score may lie.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnitRange {
    /// Its id.
    pub unit: String,
    /// Its rank as scored; `None` where it isn't ranked.
    pub nominal_rank: Option<u32>,
    /// Its score as scored.
    pub nominal_score: Option<f64>,
    /// Its ranks over the replications in which it is ranked; `None` where it never is.
    pub rank: Option<Summary>,
    /// Its scores over the replications in which it is scored.
    pub score: Option<Summary>,
    /// In so many replications it is ranked.
    pub ranked: usize,
}

/// An input's share of the variance of the mean number of places moved.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Share {
    /// The input: `weights`, `rules`, `aggregates`, `winsorise`, `indicators`, `groups`; for a single weight, the member's id.
    pub input: String,
    /// Whether it is a single weight.
    pub single: bool,
    /// Its Sobol indices.
    #[serde(flatten)]
    pub index: Index,
}

/// Why robustness can't be told.
#[derive(Clone, Debug, PartialEq)]
pub enum RobustError {
    /// The scheme itself can't be scored.
    Scheme(PlanError),
    /// A variant can't be scored.
    Variant {
        /// What was chosen, in words: `rules z_score:0:1, aggregates mean`.
        variant: String,
        /// Why.
        error: PlanError,
    },
    /// Nobody is ranked, so no rank can move.
    NoRanks {
        /// What was chosen; empty for the scheme as it is written.
        variant: String,
    },
    /// An input finds nothing in the scheme that it could vary.
    Nothing {
        /// The input.
        input: &'static str,
        /// What it looks for.
        wanted: Say,
    },
    /// An input is named twice.
    Twice {
        /// The input.
        input: &'static str,
    },
    /// A setting is no good.
    Setting(Invalid),
}

impl RobustError {
    /// What is wrong, in both languages.
    #[must_use]
    pub fn problem(&self) -> Say {
        match self {
            Self::Scheme(error) => about(&error.item, &error.problem),
            Self::Variant { variant, error } => {
                let Say { zh, en } = about(&error.item, &error.problem);
                say!(
                    "变体({variant})不能计分:{zh}",
                    "the variant ({variant}) can't be scored: {en}"
                )
            }
            Self::NoRanks { variant } if variant.is_empty() => say!(
                "没有单位排名,说不出名次稳不稳",
                "nobody is ranked, so no rank can move"
            ),
            Self::NoRanks { variant } => say!(
                "变体({variant})没有单位排名",
                "the variant ({variant}) ranks nobody"
            ),
            Self::Nothing { input, wanted } => {
                let Say { zh, en } = wanted;
                say!(
                    "{input} 没有可变的:细则里没有{zh}",
                    "{input} has nothing to vary: the scheme has no {en}"
                )
            }
            Self::Twice { input } => say!("{input} 写了两次", "{input} is given twice"),
            Self::Setting(invalid) => say!("设置不对:{invalid}", "a setting is no good: {invalid}"),
        }
    }
}

fn about(item: &str, problem: &Say) -> Say {
    let Say { zh, en } = problem;
    say!("{item}:{zh}", "{item}: {en}")
}

impl fmt::Display for RobustError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem().en)
    }
}

impl std::error::Error for RobustError {}

impl From<Invalid> for RobustError {
    fn from(invalid: Invalid) -> Self {
        Self::Setting(invalid)
    }
}

/// How robust the result of a class is by a scheme.
///
/// Each draw takes one point of a scrambled Sobol sequence (see [`Sobol`]), one coordinate for each choice and each weight, and
/// scores the class anew. The output whose variance is shared out is the mean number of places a ranked unit moves.
///
/// # Errors
/// The scheme or a variant can't be scored or ranks nobody, an input has nothing to vary, or a setting is no good.
pub fn robustness(
    scheme: &Scheme,
    measures: &[&Measure],
    class: &Class<'_>,
    settings: &Settings,
) -> Result<Robustness, RobustError> {
    check(settings)?;
    let plan = Plan::of(scheme).map_err(RobustError::Scheme)?;
    let inputs = Inputs::new(scheme, &plan, &settings.inputs)?;
    let variants = Variants::new(scheme, measures, class, inputs, settings.threads);
    let nominal = variants.nominal()?;
    let (units, change) = ranges(&variants, &nominal, settings)?;
    let points = draws(&variants, settings);
    Ok(Robustness {
        units,
        change,
        effects: effect::effects(&variants, &nominal, settings, &points)?,
        shares: shares(&variants, &nominal.ranks, settings)?,
        without_weights: weights::without(&plan),
    })
}

fn check(settings: &Settings) -> Result<(), RobustError> {
    let too_few = |what, found| Invalid::TooFew {
        what,
        least: 1,
        found,
    };
    if settings.inputs.is_empty() {
        return Err(too_few("inputs", 0).into());
    }
    if settings.draws == 0 {
        return Err(too_few("draws", 0).into());
    }
    let most = |what, value: f64, expected, holds: bool| {
        let at = 0;
        let range = Invalid::Range {
            what,
            at,
            value,
            expected,
        };
        if holds { Ok(()) } else { Err(range) }
    };
    let coverage = settings.coverage;
    most(
        "draws",
        settings.draws as f64,
        "under 2³²",
        u32::try_from(settings.draws).is_ok(),
    )?;
    most(
        "coverage",
        coverage,
        "over 0 and under 1",
        coverage > 0.0 && coverage < 1.0,
    )?;
    Ok(())
}

/// The points of the replications.
fn draws(variants: &Variants<'_>, settings: &Settings) -> impl Fn(usize) -> Vec<f64> + Sync {
    let width = variants.inputs.width();
    let sequence = Sobol::scrambled(width, settings.seed);
    move |draw| {
        let mut point = vec![0.0; width];
        sequence.point(draw as u32, &mut point);
        point
    }
}

/// The units' ranges, and how far units move.
fn ranges(
    variants: &Variants<'_>,
    nominal: &Standing,
    settings: &Settings,
) -> Result<(Vec<UnitRange>, Summary), RobustError> {
    let points = draws(variants, settings);
    let runs = variants.runs(settings.draws, &points, |standing| {
        let change = change(&nominal.ranks, &standing.ranks);
        change.map(|change| (change, standing))
    })?;
    let mut changes: Vec<f64> = runs.iter().map(|(change, _)| *change).collect();
    let ids = variants.class.ids().iter().enumerate();
    let unit = |(at, id): (usize, &&str)| {
        let rank = |standing: &Standing| standing.ranks.rank(at);
        let score = |standing: &Standing| standing.score(at);
        let standings = runs.iter().map(|(_, standing)| standing);
        let mut ranks: Vec<f64> = standings.clone().filter_map(rank).map(f64::from).collect();
        let mut scores: Vec<f64> = standings.filter_map(score).collect();
        UnitRange {
            unit: (*id).to_owned(),
            nominal_rank: rank(nominal),
            nominal_score: score(nominal),
            rank: summary(&mut ranks, settings.coverage),
            score: summary(&mut scores, settings.coverage),
            ranked: ranks.len(),
        }
    };
    let units = ids.map(unit).collect();
    // There is at least one draw.
    let none = || RobustError::NoRanks {
        variant: String::new(),
    };
    Ok((
        units,
        summary(&mut changes, settings.coverage).ok_or_else(none)?,
    ))
}

/// The mean number of places that units ranked both times moved; `None` where there is none.
fn change(was: &Ranks, is: &Ranks) -> Option<f64> {
    let both = was
        .place
        .iter()
        .zip(&is.place)
        .filter(|(was, is)| **was > 0 && **is > 0);
    let (n, sum) = both.fold((0_u32, 0.0), |(n, sum), (was, is)| {
        (n + 1, sum + f64::from(was.abs_diff(*is)))
    });
    (n > 0).then(|| sum / f64::from(n))
}

fn shares(
    variants: &Variants<'_>,
    nominal: &Ranks,
    settings: &Settings,
) -> Result<Vec<Share>, RobustError> {
    if settings.rows == 0 {
        return Ok(Vec::new());
    }
    let inputs = &variants.inputs;
    let mut named = inputs.ranges();
    if settings.each_weight {
        named.extend(inputs.single_weights());
    }
    let ranges = named.iter().map(|named| named.2.clone()).collect();
    // The draws and the design don't share points.
    let seed = settings.seed.wrapping_add(1);
    let design = Design::new(settings.rows, inputs.width(), ranges, seed)?;
    let point = |run: usize| design.point(run);
    let outputs = variants.runs(design.runs(), &point, |standing| {
        change(nominal, &standing.ranks)
    })?;
    let indices = design.indices(&outputs, settings.resamples, seed)?;
    let share = |((input, single, _), index): ((String, bool, _), &Index)| Share {
        input,
        single,
        index: *index,
    };
    Ok(named.into_iter().zip(&indices.inputs).map(share).collect())
}
