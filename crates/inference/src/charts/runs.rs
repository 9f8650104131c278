//! Run analysis: the longest run on one side of the centre, and how often the line crosses it.

use serde::Serialize;

use super::{Direction, Part, Point};
use crate::special::binomial_cdf;

/// The runs of a series (Anhøj, Olesen 2014). Points on the centre don't count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Runs {
    /// How many points there are.
    pub points: usize,
    /// How many of them aren't on the centre.
    pub useful: usize,
    /// The longest run.
    pub longest: usize,
    /// The longest that chance allows: log₂ of the useful points + 3, rounded; `None` without a useful point.
    pub longest_limit: Option<usize>,
    /// How often the line crosses the centre.
    pub crossings: usize,
    /// The fewest crossings that chance allows: the 5 % quantile of as many fair coins as there are steps.
    pub crossings_limit: Option<usize>,
    /// A run too long or crossings too few.
    pub signal: bool,
}

/// The longest run that chance allows among so many useful points; `None` for none.
#[must_use]
pub fn longest_run_limit(useful: usize) -> Option<usize> {
    (useful > 0).then(|| libm::round(libm::log2(useful as f64) + 3.0) as usize)
}

/// The fewest crossings that chance allows among so many useful points; `None` for none.
#[must_use]
pub fn crossings_limit(useful: usize) -> Option<usize> {
    let steps = useful.checked_sub(1)? as u64;
    let limit = (0..=steps).find(|k| binomial_cdf(steps, 0.5, *k) >= 0.05);
    limit.map(|k| k as usize)
}

/// The runs of values about a centre; NaN is left out.
#[must_use]
pub fn runs(values: &[f64], centre: f64) -> Runs {
    let pairs: Vec<(f64, f64)> = values
        .iter()
        .filter(|v| !v.is_nan())
        .map(|v| (*v, centre))
        .collect();
    of_pairs(&pairs)
}

/// The runs of values, each with its centre.
pub(super) fn of_pairs(pairs: &[(f64, f64)]) -> Runs {
    let sides: Vec<bool> = pairs
        .iter()
        .filter(|(y, centre)| y != centre)
        .map(|(y, centre)| y > centre)
        .collect();
    let (mut longest, mut current, mut crossings) = (0, 0, 0);
    let mut before = None;
    for side in &sides {
        if before == Some(side) {
            current += 1;
        } else {
            crossings += usize::from(before.is_some());
            current = 1;
        }
        before = Some(side);
        longest = longest.max(current);
    }
    let (longest_limit, crossings_limit) =
        (longest_run_limit(sides.len()), crossings_limit(sides.len()));
    Runs {
        points: pairs.len(),
        useful: sides.len(),
        longest,
        longest_limit,
        crossings,
        crossings_limit,
        signal: longest_limit.is_some_and(|limit| longest > limit)
            || crossings_limit.is_some_and(|limit| crossings < limit),
    }
}

/// A run of points on one side.
pub(super) struct Run {
    /// The position of its first point.
    pub(super) start: usize,
    /// The position after its last point.
    pub(super) end: usize,
    /// How many useful points it has.
    pub(super) length: usize,
    pub(super) direction: Direction,
}

/// The runs of a phase, by positions in `points`.
pub(super) fn sides(points: &[Point], phase: usize) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let full = points
        .iter()
        .enumerate()
        .filter(|(_, point)| point.phase == phase && point.part == Part::Full);
    for (at, point) in full {
        let Some(value) = point.value.filter(|value| *value != point.centre) else {
            continue;
        };
        let direction = if value > point.centre {
            Direction::Up
        } else {
            Direction::Down
        };
        match runs.last_mut() {
            Some(last) if last.direction == direction => {
                last.length += 1;
                last.end = at + 1;
            }
            _ => runs.push(Run {
                start: at,
                end: at + 1,
                length: 1,
                direction,
            }),
        }
    }
    runs
}
