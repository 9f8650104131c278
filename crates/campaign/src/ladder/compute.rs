//! From results to levels.
//!
//! A unit is proposed for the first level whose condition holds. A level that is to take at most a share of the units keeps
//! the best by mean score; the others fall to the next level, whatever its condition, and count there. Where the border falls
//! among units of the same mean score, they all fall: none is above by chance. The last level takes everyone who comes to it.

use std::collections::BTreeMap;

use rulebook::Period;
use rulebook::figures::MISSING;
use rulebook::formula::Formula;
use rulebook::model::Ladder;

use super::{Results, Row, Standing, Why};
use crate::UnitId;
use crate::figure::Amount;
use crate::id::Name;
use crate::period::Run;

/// A unit's score and rank share in a period.
#[derive(Clone, Copy)]
struct Point {
    period: Period,
    score: f64,
    rank_share: Option<f64>,
}

/// A unit on its way to a level.
struct Climber {
    unit: UnitId,
    results: Results,
    /// The level it is at, by position; past the last where no condition holds.
    at: usize,
    /// The level it fell from first.
    fell_from: Option<usize>,
}

/// The units' levels, in the order of their ids.
pub(super) fn rows(ladder: &Ladder, last: Period, runs: &BTreeMap<Period, &Run>) -> Vec<Row> {
    let needed = ladder.at_least.unwrap_or(ladder.periods);
    let conditions: Vec<Option<Formula>> = ladder
        .level
        .iter()
        .map(|level| {
            level
                .when
                .as_deref()
                .and_then(|text| Formula::parse(text).ok())
        })
        .collect();
    let mut climbers = Vec::new();
    let mut rows = Vec::new();
    for (unit, points) in points(ladder, runs) {
        let results = results(&points, last);
        if results.periods < needed {
            rows.push(Row {
                unit,
                results,
                standing: None,
                why: Why::TooFew { needed },
            });
            continue;
        }
        let holds = |condition: &Option<Formula>| {
            condition
                .as_ref()
                .is_none_or(|formula| holds(formula, &results))
        };
        let at = conditions.iter().position(holds);
        climbers.push(Climber {
            unit,
            at: at.unwrap_or(ladder.level.len()),
            results,
            fell_from: None,
        });
    }
    fill(ladder, &mut climbers);
    rows.extend(climbers.into_iter().map(|climber| row(ladder, climber)));
    rows.sort_by(|a, b| a.unit.cmp(&b.unit));
    rows
}

/// A unit's results, and the first level whose condition they meet.
pub(super) fn so_far(
    ladder: &Ladder,
    last: Period,
    runs: &BTreeMap<Period, &Run>,
    unit: &UnitId,
) -> Option<(Results, Option<usize>)> {
    let results = results(points(ladder, runs).get(unit)?, last);
    let meets = |when: Option<&str>| {
        let formula = when.and_then(|text| Formula::parse(text).ok());
        formula.is_none_or(|formula| holds(&formula, &results))
    };
    let mut levels = ladder.level.iter();
    let level = levels.position(|level| meets(level.when.as_deref()));
    Some((results, level))
}

fn row(ladder: &Ladder, climber: Climber) -> Row {
    let level = ladder.level.get(climber.at);
    let full = climber.fell_from.and_then(|at| ladder.level.get(at));
    let why = match (level, full) {
        (_, Some(full)) => Why::Full {
            level: Name::from(full.id.as_str()),
        },
        (Some(_), None) => Why::Condition,
        (None, None) => Why::NoCondition,
    };
    Row {
        unit: climber.unit,
        results: climber.results,
        standing: level.map(Standing::of),
        why,
    }
}

/// The results of each unit of the ladder's category, in order of time.
fn points(ladder: &Ladder, runs: &BTreeMap<Period, &Run>) -> BTreeMap<UnitId, Vec<Point>> {
    let mut points: BTreeMap<UnitId, Vec<Point>> = BTreeMap::new();
    for (period, run) in runs {
        let of_category = |category: &str| category == ladder.category.as_str();
        let mut classes = run.classes.iter();
        let Some(class) = classes.find(|class| of_category(class.category.as_str())) else {
            continue;
        };
        // The first is at 0, the last at 1; a class of one is first.
        let behind = class.ranked().saturating_sub(1).max(1);
        let share = |rank: u32| f64::from(rank.saturating_sub(1)) / count(behind);
        for result in &class.units {
            let of_unit = points.entry(result.unit.clone()).or_default();
            if let Some(score) = result.score.and_then(Amount::given) {
                of_unit.push(Point {
                    period: *period,
                    score,
                    rank_share: result.rank.map(share),
                });
            }
        }
    }
    points
}

fn results(points: &[Point], last: Period) -> Results {
    let scores: Vec<f64> = points.iter().map(|point| point.score).collect();
    let shares: Vec<f64> = points.iter().filter_map(|point| point.rank_share).collect();
    let end = points.last();
    let change = points.first().zip(end).map(|(a, b)| b.score - a.score);
    let of_last = end.filter(|point| point.period == last);
    let amount = |value: Option<f64>| Amount::of(value.unwrap_or(MISSING));
    Results {
        periods: u16::try_from(points.len()).unwrap_or(u16::MAX),
        mean_score: amount(mean(&scores)),
        min_score: amount(scores.iter().copied().reduce(f64::min)),
        last_score: amount(of_last.map(|point| point.score)),
        mean_rank_share: amount(mean(&shares)),
        change: amount(change),
    }
}

/// The mean; the same bits for the same values in any order, so that equal results tie.
fn mean(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let sum: f64 = sorted.iter().sum();
    (!sorted.is_empty()).then(|| sum / count(sorted.len()))
}

fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

fn holds(condition: &Formula, results: &Results) -> bool {
    let value = condition.eval(&mut |name| match name {
        "mean_score" => results.mean_score.cell(),
        "min_score" => results.min_score.cell(),
        "last_score" => results.last_score.cell(),
        "mean_rank_share" => results.mean_rank_share.cell(),
        "periods" => f64::from(results.periods),
        "change" => results.change.cell(),
        _ => MISSING,
    });
    // A comparison with what is missing doesn't hold.
    value == 1.0
}

/// Lets those fall for whom a level has no room, level by level from the top.
fn fill(ladder: &Ladder, climbers: &mut [Climber]) {
    let all = count(climbers.len());
    let last = ladder.level.len().saturating_sub(1);
    for (at, level) in ladder.level.iter().enumerate().take(last) {
        let Some(percent) = level.at_most_percent else {
            continue;
        };
        let room = (all * percent / 100.0).floor();
        let here = climbers.iter().filter(|climber| climber.at == at);
        let mut scores: Vec<f64> = here
            .map(|climber| climber.results.mean_score.cell())
            .collect();
        scores.sort_by(|a, b| b.total_cmp(a));
        let first_out = (0_u32..)
            .zip(&scores)
            .find(|(before, _)| f64::from(*before) >= room);
        let Some((_, border)) = first_out else {
            continue;
        };
        let falls = |climber: &&mut Climber| {
            climber.at == at && climber.results.mean_score.cell() <= *border
        };
        for climber in climbers.iter_mut().filter(falls) {
            climber.at = at + 1;
            climber.fell_from.get_or_insert(at);
        }
    }
}
