//! Control charts and run charts: which points of a series say that something changed, and which are noise.
//!
//! A chart is drawn in phases; each has its centre and limits from its own points. Re-basing happens where the caller says, never
//! by itself: [`proposals`] only names places. Nothing here judges a unit; a signal asks for a reason.
//!
//! Formulas: Shewhart charts as in Montgomery (2009), *Introduction to Statistical Quality Control*, chapters 6 and 7; moving
//! ranges screened as in Nelson (1982), *Control charts for individual measurements*; p′ and u′ as in Laney (2002), *Improved
//! control charts for attributes*; g and t as in Provost, Murray (2011), *The Health Care Data Guide*; run analysis as in Anhøj,
//! Olesen (2014), *Run charts revisited*, PLOS ONE 9(11).

mod alarm;
mod limits;
mod rules;
mod runs;

use std::ops::Range;

use serde::Serialize;

use crate::Invalid;
use limits::{Limit, Row};

pub use alarm::{FalseAlarm, false_alarm, runs_false_alarm};
pub use rules::{Direction, Rule, RuleSet, Signal};
pub use runs::{Runs, crossings_limit, longest_run_limit, runs};

/// The kinds of chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Run chart: the median, no limits.
    Run,
    /// Individuals, with their moving ranges (`XmR`): the mean ± 3 × (mean moving range ÷ 1.128).
    Xmr,
    /// Moving ranges of individuals: upper limit 3.267 × their mean.
    Mr,
    /// Means of subgroups, limits from the spread within them.
    Xbar,
    /// Standard deviations of subgroups.
    S,
    /// Time between rare events, charted to the power 1 ÷ 3.6.
    T,
    /// Cases between rare events: geometric; the centre is the theoretical median.
    G,
    /// Proportions: binomial.
    P,
    /// Proportions with spread beyond the binomial (Laney's p′).
    PPrime,
    /// Counts: Poisson.
    C,
    /// Rates: Poisson counts over exposure.
    U,
    /// Rates with spread beyond Poisson (Laney's u′).
    UPrime,
}

/// What is charted. All slices of one variant have one length, in order of time.
#[derive(Clone, Copy, Debug)]
pub enum Data<'a> {
    /// One figure for each time.
    Figures(&'a [f64]),
    /// Counts (0 and up) over a denominator (0 and up): a point with denominator 0 and count 0 is no point.
    Rates {
        /// How many.
        counts: &'a [f64],
        /// Of how many, or over how long.
        of: &'a [f64],
    },
    /// Subgroups: mean, standard deviation (n − 1) and size, which is 2 or more.
    Groups {
        /// Their means.
        means: &'a [f64],
        /// Their standard deviations.
        deviations: &'a [f64],
        /// Their sizes.
        sizes: &'a [f64],
    },
}

/// Which direction is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Better {
    /// More is better.
    Up,
    /// Less is better.
    Down,
}

/// By which constant limits follow from the mean moving range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scaling {
    /// 3 ÷ 1.128, as in Montgomery.
    #[default]
    Exact,
    /// 2.66, as the NHS programme *Making data count* prints it.
    Rounded,
}

/// How a chart is made.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    /// The run rules.
    pub rules: RuleSet,
    /// Positions where a new phase starts, rising; 0 is always one.
    pub rebase: &'a [usize],
    /// Positions left out of limits and run rules, though still held against the limits.
    pub excluded: &'a [usize],
    /// Positions that are shown and nothing else.
    pub ghosts: &'a [usize],
    /// Limits come from the first so many positions of each phase; from all when `None`.
    pub freeze: Option<usize>,
    /// The constant for moving ranges.
    pub scaling: Scaling,
    /// Which direction is better, if any.
    pub better: Option<Better>,
    /// What is aimed at.
    pub target: Option<f64>,
}

impl Options<'_> {
    /// One phase of all points under these rules.
    #[must_use]
    pub const fn new(rules: RuleSet) -> Self {
        let scaling = match rules {
            RuleSet::MakingDataCount => Scaling::Rounded,
            _ => Scaling::Exact,
        };
        Self {
            rules,
            rebase: &[],
            excluded: &[],
            ghosts: &[],
            freeze: None,
            scaling,
            better: None,
            target: None,
        }
    }
}

/// How a position takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// In full.
    Full,
    /// Held against the limits only.
    Excluded,
    /// Shown only.
    Ghost,
    /// There is no figure: a denominator of 0, or the first moving range.
    Missing,
}

/// What a signal means where a direction is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Meaning {
    /// No signal.
    CommonCause,
    /// A signal in the better direction.
    Improvement,
    /// A signal in the worse direction.
    Concern,
    /// A signal without direction, or no direction is better.
    Neutral,
}

/// A point of a chart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// What is plotted; `None` for [`Part::Missing`].
    pub value: Option<f64>,
    /// Which phase it is in, from 0.
    pub phase: usize,
    /// How it takes part.
    pub part: Part,
    /// The centre line.
    pub centre: f64,
    /// The lower limit, where there is one.
    pub lower: Option<f64>,
    /// The upper limit, where there is one.
    pub upper: Option<f64>,
    /// The standard deviation that its limits are three of (of a t chart: on its scale of powers); `None` as for `z`.
    pub sigma: Option<f64>,
    /// Distance from the middle in standard deviations; `None` where a chart has none or all its points are equal.
    pub z: Option<f64>,
    /// Whether it lies beyond a limit, whatever the rules.
    pub outside: bool,
    /// What the rules say.
    pub signals: Vec<Signal>,
    /// What that means.
    pub meaning: Meaning,
}

/// What the limits of a phase say of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assurance {
    /// As things are the target is met always.
    Met,
    /// As things are it is missed always.
    Missed,
    /// It lies between the limits: met or missed by luck.
    HitOrMiss,
}

/// A phase of a chart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Phase {
    /// The positions it has.
    pub positions: Range<usize>,
    /// How many points its limits come from.
    pub based_on: usize,
    /// Its centre.
    pub centre: f64,
    /// Mean moving range after screening, for charts that have one.
    pub moving_range: Option<f64>,
    /// Its run analysis, over the points that take part in full.
    pub runs: Runs,
    /// What it says of the target, by the limits of its last point.
    pub assurance: Option<Assurance>,
}

/// A chart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Chart {
    /// Its kind.
    pub kind: Kind,
    /// Its rules.
    pub rules: RuleSet,
    /// Its constant.
    pub scaling: Scaling,
    /// Its points, one for each position.
    pub points: Vec<Point>,
    /// Its phases.
    pub phases: Vec<Phase>,
}

/// Makes a chart.
///
/// | kind | takes |
/// | --- | --- |
/// | run, xmr, mr | figures, or rates (their quotient) |
/// | c, g, t | figures, 0 and up |
/// | p, p′, u, u′ | rates; for p and p′ no count over its denominator |
/// | xbar, s | groups |
///
/// Where all points of a phase are equal its limits fall on the centre and no zone rule speaks. A lower limit below what can be is
/// put to 0 (an upper one of a proportion to 1).
///
/// # Errors
/// [`Invalid`]: lengths that differ, NaN, a negative count, the wrong kind of data, positions out of order or out of range, or
/// fewer than two points (one where limits come from counts) to take limits from in a phase.
pub fn chart(kind: Kind, data: Data<'_>, options: &Options<'_>) -> Result<Chart, Invalid> {
    let rows = limits::rows(kind, data)?;
    let phases = ranges(rows.len(), options.rebase)?;
    for (what, positions) in [("excluded", options.excluded), ("ghosts", options.ghosts)] {
        if let Some((at, position)) = positions
            .iter()
            .enumerate()
            .find(|(_, p)| **p >= rows.len())
        {
            return Err(out_of_place(what, at, *position));
        }
    }
    if let Some(target) = options.target {
        Invalid::check_finite("target", &[target])?;
    }
    let mut chart = Chart {
        kind,
        rules: options.rules,
        scaling: options.scaling,
        points: Vec::with_capacity(rows.len()),
        phases: Vec::with_capacity(phases.len()),
    };
    for positions in phases {
        phase(
            &mut chart,
            positions.clone(),
            rows.get(positions).unwrap_or_default(),
            options,
        )?;
    }
    Ok(chart)
}

fn out_of_place(what: &'static str, at: usize, position: usize) -> Invalid {
    Invalid::Range {
        what,
        at,
        value: position as f64,
        expected: "a position of the series, in rising order",
    }
}

/// The positions of each phase.
fn ranges(length: usize, rebase: &[usize]) -> Result<Vec<Range<usize>>, Invalid> {
    let mut ranges = Vec::new();
    let mut start = 0;
    for (at, position) in rebase.iter().enumerate() {
        if *position == 0 && at == 0 {
            continue;
        }
        if *position <= start || *position >= length {
            return Err(out_of_place("rebase", at, *position));
        }
        ranges.push(start..*position);
        start = *position;
    }
    ranges.push(start..length);
    Ok(ranges)
}

fn phase(
    chart: &mut Chart,
    positions: Range<usize>,
    rows: &[Row],
    options: &Options<'_>,
) -> Result<(), Invalid> {
    let parts: Vec<Part> = positions
        .clone()
        .zip(rows)
        .map(|(at, row)| part(at, row, options))
        .collect();
    let frozen = options.freeze.unwrap_or(rows.len());
    let base: Vec<Row> = rows
        .iter()
        .zip(&parts)
        .take(frozen)
        .filter(|(_, part)| **part == Part::Full)
        .map(|(row, _)| *row)
        .collect();
    let found = limits::limits(chart.kind, rows, &base, options.scaling)?;
    let number = chart.phases.len();
    let mut points: Vec<Point> = rows
        .iter()
        .zip(&parts)
        .zip(&found.limits)
        .map(|((row, part), limit)| point(row, *part, limit, number))
        .collect();
    let full: Vec<(f64, f64)> = points
        .iter()
        .filter(|point| point.part == Part::Full)
        .filter_map(|point| Some((point.value?, point.centre)))
        .collect();
    let runs = runs::of_pairs(&full);
    rules::judge(options.rules, &runs, &mut points);
    for point in &mut points {
        point.meaning = meaning(&point.signals, options.better);
    }
    chart.phases.push(Phase {
        positions,
        based_on: base.len(),
        centre: found.centre,
        moving_range: found.moving_range,
        runs,
        assurance: points.last().and_then(|last| assurance(last, options)),
    });
    chart.points.extend(points);
    Ok(())
}

fn part(at: usize, row: &Row, options: &Options<'_>) -> Part {
    if row.y.is_nan() {
        Part::Missing
    } else if options.ghosts.contains(&at) {
        Part::Ghost
    } else if options.excluded.contains(&at) {
        Part::Excluded
    } else {
        Part::Full
    }
}

fn point(row: &Row, part: Part, limit: &Limit, phase: usize) -> Point {
    let value = (part != Part::Missing).then_some(row.y);
    let beyond = value.is_some_and(|value| {
        limit.upper.is_some_and(|upper| value > upper)
            || limit.lower.is_some_and(|lower| value < lower)
    });
    Point {
        value,
        phase,
        part,
        centre: limit.centre,
        lower: limit.lower,
        upper: limit.upper,
        sigma: limit.sigma(),
        z: value.and_then(|value| limit.z(value)),
        outside: beyond && part != Part::Ghost,
        signals: Vec::new(),
        meaning: Meaning::CommonCause,
    }
}

fn meaning(signals: &[Signal], better: Option<Better>) -> Meaning {
    if signals.is_empty() {
        return Meaning::CommonCause;
    }
    let direction = signals
        .iter()
        .map(|signal| signal.direction)
        .find(|direction| *direction != Direction::Neither);
    match (direction, better) {
        (Some(Direction::Up), Some(Better::Up)) | (Some(Direction::Down), Some(Better::Down)) => {
            Meaning::Improvement
        }
        (Some(_), Some(_)) => Meaning::Concern,
        _ => Meaning::Neutral,
    }
}

fn assurance(last: &Point, options: &Options<'_>) -> Option<Assurance> {
    let (target, better) = (options.target?, options.better?);
    let (lower, upper) = (last.lower?, last.upper?);
    let (worst, best) = match better {
        Better::Up => (lower >= target, upper < target),
        Better::Down => (upper <= target, lower > target),
    };
    Some(match (worst, best) {
        (true, _) => Assurance::Met,
        (_, true) => Assurance::Missed,
        _ => Assurance::HitOrMiss,
    })
}

/// A place where a new phase may start, if there is a reason for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// The position.
    pub at: usize,
    /// How many points from there on lie on one side of the centre.
    pub run: usize,
    /// On which side.
    pub direction: Direction,
}

/// Where a chart could be re-based: the start of each run longer than chance allows (Anhøj's limit), but for one that a phase
/// starts with. A person decides, from what is known to have changed.
#[must_use]
pub fn proposals(chart: &Chart) -> Vec<Proposal> {
    let mut found = Vec::new();
    for (number, phase) in chart.phases.iter().enumerate() {
        let Some(limit) = phase.runs.longest_limit else {
            continue;
        };
        for run in runs::sides(&chart.points, number) {
            if run.length > limit && run.start > phase.positions.start {
                found.push(Proposal {
                    at: run.start,
                    run: run.length,
                    direction: run.direction,
                });
            }
        }
    }
    found
}
