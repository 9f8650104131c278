//! What changed: the latest period against earlier ones, the slope, and whether ranks last.

use inference::charts::{Better, Chart, Kind, Point};
use inference::trend::{self, Change, Persistence, Slope};
use serde::Serialize;

use super::Unit;
use super::input::Series;
use crate::args::trend::{Trend, Way};

/// Draws for the persistence of ranks.
const DRAWS: usize = 1_000;
/// The seed of these.
const SEED: u64 = 1;
/// Thirds of the ranking.
const BANDS: usize = 3;
/// With fewer units ranks say nothing.
const LEAST_UNITS: usize = 10;
/// Slopes take all pairs of points; longer series have none.
const LONGEST: usize = 2_000;

/// Against what the latest period is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Against {
    /// The period before.
    Previous,
    /// The same period a year ago.
    YearAgo,
}

/// How a change is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// The later minus the earlier.
    Difference,
    /// The later over the earlier.
    Ratio,
}

/// What an interval says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Clearly in the better direction.
    Better,
    /// Clearly in the worse direction.
    Worse,
    /// Clearly higher; nobody said which way is better.
    Higher,
    /// Clearly lower; likewise.
    Lower,
    /// The data can't tell.
    NoDifferent,
}

/// A change between two periods.
#[derive(Clone, Debug, Serialize)]
pub struct Changed {
    /// Against what.
    pub against: Against,
    /// The earlier period.
    pub from: String,
    /// The later period.
    pub to: String,
    /// How it is measured.
    pub measure: Measure,
    /// The change.
    pub change: Change,
    /// What it says.
    pub verdict: Verdict,
}

/// A figure and its standard deviation.
type Noisy = (f64, f64);

/// What changed in a unit.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// The changes.
    pub changes: Vec<Changed>,
    /// The slope for each period.
    pub slope: Option<Slope>,
}

/// Whether ranks last from one period to the latest.
#[derive(Clone, Debug, Serialize)]
pub struct Lasting {
    /// Against what.
    pub against: Against,
    /// How many units have both periods.
    pub units: usize,
    /// How they last.
    pub persistence: Persistence,
}

/// What changed in a unit.
pub fn compare(args: &Trend, kind: Kind, series: &Series, chart: &Chart) -> Comparison {
    let changes = pairs(args, series)
        .into_iter()
        .filter_map(|(against, from, to)| {
            let (measure, change) = change(args.coverage, kind, series, chart, from, to)?;
            Some(Changed {
                against,
                from: series.periods.get(from)?.clone(),
                to: series.periods.get(to)?.clone(),
                measure,
                change,
                verdict: verdict(measure, change, args.drawing.better.map(Way::better)),
            })
        })
        .collect();
    Comparison {
        changes,
        slope: slope(args.coverage, chart),
    }
}

/// Which positions are compared.
fn pairs(args: &Trend, series: &Series) -> Vec<(Against, usize, usize)> {
    let Some(last) = series.periods.len().checked_sub(1) else {
        return Vec::new();
    };
    let previous = last
        .checked_sub(1)
        .map(|from| (Against::Previous, from, last));
    let year = args
        .season
        .and_then(|season| year_ago(series, last, season.get()));
    previous
        .into_iter()
        .chain(year.map(|from| (Against::YearAgo, from, last)))
        .collect()
}

/// The same period a year ago: by name where periods start with a year, else so many positions back.
fn year_ago(series: &Series, last: usize, season: usize) -> Option<usize> {
    let name = series.periods.get(last)?;
    let year = name
        .get(..4)
        .and_then(|year| year.parse::<u16>().ok())
        .filter(|year| *year >= 1000);
    match (year, name.get(4..)) {
        (Some(year), Some(rest)) => {
            let wanted = format!("{}{rest}", year - 1);
            series.periods.iter().position(|period| *period == wanted)
        }
        _ => last.checked_sub(season),
    }
}

/// A change with the interval that suits the kind of chart; `None` where a kind has no model of its noise.
fn change(
    coverage: f64,
    kind: Kind,
    series: &Series,
    chart: &Chart,
    from: usize,
    to: usize,
) -> Option<(Measure, Change)> {
    let count = |at: usize| series.values.get(at).copied();
    let of = |at: usize| series.of.get(at).copied().unwrap_or(1.0);
    let counts = Some(((count(from)?, of(from)), (count(to)?, of(to))));
    match kind {
        Kind::P => {
            let (before, after) = counts?;
            Some((
                Measure::Difference,
                trend::difference_of_proportions(before, after, coverage).ok()?,
            ))
        }
        Kind::U | Kind::C => {
            let (before, after) = counts?;
            Some((
                Measure::Ratio,
                trend::ratio_of_rates(before, after, coverage).ok()?,
            ))
        }
        Kind::Xmr | Kind::PPrime | Kind::UPrime | Kind::Xbar => {
            let (before, after) = (
                noisy(chart.points.get(from)?)?,
                noisy(chart.points.get(to)?)?,
            );
            Some((
                Measure::Difference,
                trend::difference(before, after, coverage).ok()?,
            ))
        }
        Kind::Run | Kind::Mr | Kind::S | Kind::T | Kind::G => None,
    }
}

/// A point and the standard deviation that its chart gives it.
fn noisy(point: &Point) -> Option<Noisy> {
    Some((point.value?, point.sigma.unwrap_or(0.0)))
}

fn verdict(measure: Measure, change: Change, better: Option<Better>) -> Verdict {
    let nothing = match measure {
        Measure::Difference => 0.0,
        Measure::Ratio => 1.0,
    };
    let up = if change.lower > nothing {
        true
    } else if change.upper < nothing {
        false
    } else {
        return Verdict::NoDifferent;
    };
    match (better, up) {
        (None, true) => Verdict::Higher,
        (None, false) => Verdict::Lower,
        (Some(Better::Up), true) | (Some(Better::Down), false) => Verdict::Better,
        (Some(_), _) => Verdict::Worse,
    }
}

fn slope(coverage: f64, chart: &Chart) -> Option<Slope> {
    if chart.points.len() > LONGEST {
        return None;
    }
    let (times, values): (Vec<f64>, Vec<f64>) = chart
        .points
        .iter()
        .enumerate()
        .filter_map(|(at, point)| Some((at as f64, point.value?)))
        .unzip();
    trend::slope(&times, &values, coverage).ok()
}

/// Whether ranks last: over the units that have both periods, where there are enough. The latest period is the one that most
/// units end with.
pub fn lasting(args: &Trend, units: &[Unit]) -> Vec<Lasting> {
    let Some(latest) = latest(units) else {
        return Vec::new();
    };
    let of = |against: Against| {
        let pairs: Vec<(Noisy, Noisy)> = units
            .iter()
            .filter_map(|unit| both(args, unit, against, latest))
            .collect();
        if pairs.len() < LEAST_UNITS {
            return None;
        }
        let (before, after): (Vec<Noisy>, Vec<Noisy>) = pairs.into_iter().unzip();
        let (one, one_errors): (Vec<f64>, Vec<f64>) = before.into_iter().unzip();
        let (two, two_errors): (Vec<f64>, Vec<f64>) = after.into_iter().unzip();
        let found =
            trend::persistence((&one, &one_errors), (&two, &two_errors), BANDS, DRAWS, SEED)
                .ok()?;
        Some(Lasting {
            against,
            units: one.len(),
            persistence: found,
        })
    };
    [Against::Previous, Against::YearAgo]
        .into_iter()
        .filter_map(of)
        .collect()
}

fn latest(units: &[Unit]) -> Option<&str> {
    let mut counts = std::collections::BTreeMap::new();
    for period in units.iter().filter_map(|unit| unit.series.periods.last()) {
        *counts.entry(period.as_str()).or_insert(0_usize) += 1;
    }
    counts
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .map(|(period, _)| period)
}

/// A unit's figures of the latest period and the one it is held against, each with its standard error.
fn both(args: &Trend, unit: &Unit, against: Against, latest: &str) -> Option<(Noisy, Noisy)> {
    let chart = unit.chart.as_ref()?;
    let (_, from, to) = pairs(args, &unit.series)
        .into_iter()
        .find(|(which, ..)| *which == against)?;
    if unit.series.periods.get(to)? != latest {
        return None;
    }
    Some((
        noisy(chart.points.get(from)?)?,
        noisy(chart.points.get(to)?)?,
    ))
}
