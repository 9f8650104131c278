//! Top levels only: a run of them, or a batch or collector with hardly anything else.
#![expect(
    clippy::indexing_slicing,
    reason = "positions come from enumerating the same slices"
)]

use super::{Answer, Draws, Evidence, Finding, NotApplicable, Place};
use crate::Invalid;
use crate::random::Random;

/// Ratings in the order in which they were given.
#[derive(Clone, Copy, Debug)]
pub struct Series<'a> {
    /// Whether each rating is at the top level.
    pub top: &'a [bool],
    /// For each rating the number of its stratum, within which ratings are alike: unit and service.
    pub stratum: &'a [usize],
}

/// Looks for a run of top levels too long for the base rates. Statistic: the largest sum of −ln(share of the top level in the rating's
/// stratum) over a run without a break, so a run of a service that is rarely rated top weighs more.
///
/// Null: within a stratum every order is as likely as any other; permutation p-value, so a share of 99 % needs a long run. Evidence:
/// the best run, and about how long the longest is by chance at the overall share: ln(n (1 − share)) / −ln share (Schilling 1990, *The
/// longest run of heads*).
///
/// # Errors
/// [`Invalid`] for lengths that differ, under 19 draws.
pub fn all_top_run(series: &Series<'_>, draws: &Draws) -> Result<Answer, Invalid> {
    Invalid::check_length("stratum", series.top.len(), series.stratum.len())?;
    if let Some(why) = refused(series.top) {
        return Ok(why);
    }
    let strata = Strata::new(series);
    let weight: Vec<f64> = strata.rate.iter().map(|rate| -libm::log(*rate)).collect();
    let (statistic, from, to) = best_run(series.top, &weight);
    let mut top = series.top.to_vec();
    let (p, calibration) = draws.p(statistic, |random| {
        strata.shuffle(random, &mut top);
        best_run(&top, &weight).0
    })?;
    let share = series.top.iter().filter(|top| **top).count() as f64 / top.len() as f64;
    let evidence = vec![Evidence {
        place: Place::Ratings,
        positions: (from..to).collect(),
        observed: (to - from) as f64,
        expected: (libm::log(top.len() as f64 * (1.0 - share)) / -libm::log(share)).max(0.0),
    }];
    Ok(Answer::Tested(Finding {
        p,
        calibration,
        statistic,
        evidence,
    }))
}

/// Looks for groups with too many top levels: `group` is the number of each rating's batch, collector or unit. Statistic: the largest
/// ln likelihood ratio of any group against the base rates of the strata its ratings are in.
///
/// Null: within a stratum every rating is as likely to be in any of its groups; permutation p-value for the maximum over all groups.
/// A stratum with one group only says nothing. Evidence: the best group: its top levels, and how many its strata expect; none where no
/// group is over that.
///
/// # Errors
/// [`Invalid`] for lengths that differ, under 19 draws.
pub fn all_top_groups(
    series: &Series<'_>,
    group: &[usize],
    draws: &Draws,
) -> Result<Answer, Invalid> {
    Invalid::check_length("stratum", series.top.len(), series.stratum.len())?;
    Invalid::check_length("group", series.top.len(), group.len())?;
    if let Some(why) = refused(series.top) {
        return Ok(why);
    }
    let (group, numbers) = compact(group);
    if numbers.len() < 2 {
        return Ok(NotApplicable::too_few("groups", 2, numbers.len()));
    }
    let strata = Strata::new(series);
    let mut expected = vec![0.0; numbers.len()];
    let mut size = vec![0.0; numbers.len()];
    for (group, rate) in group.iter().zip(&strata.rate) {
        expected[*group] += rate;
        size[*group] += 1.0;
    }
    let best = |top: &[bool]| {
        let mut found = vec![0.0; expected.len()];
        for (group, top) in group.iter().zip(top) {
            found[*group] += f64::from(u8::from(*top));
        }
        let mut best = (0.0, 0, 0.0);
        for (at, found) in found.iter().enumerate() {
            let ratio = ln_excess(*found, expected[at], size[at]);
            if ratio > best.0 {
                best = (ratio, at, *found);
            }
        }
        best
    };
    let (statistic, at, found) = best(series.top);
    let mut top = series.top.to_vec();
    let (p, calibration) = draws.p(statistic, |random| {
        strata.shuffle(random, &mut top);
        best(&top).0
    })?;
    let evidence = if statistic > 0.0 {
        vec![Evidence {
            place: Place::Groups,
            positions: vec![numbers[at]],
            observed: found,
            expected: expected[at],
        }]
    } else {
        Vec::new()
    };
    Ok(Answer::Tested(Finding {
        p,
        calibration,
        statistic,
        evidence,
    }))
}

fn refused(top: &[bool]) -> Option<Answer> {
    let tops = top.iter().filter(|top| **top).count();
    if top.len() < 10 {
        Some(NotApplicable::too_few("ratings", 10, top.len()))
    } else if tops == 0 || tops == top.len() {
        Some(NotApplicable::all_equal("levels"))
    } else {
        None
    }
}

/// Numbers 0, 1, … in place of any numbers, and which they were.
fn compact(numbers: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let mut distinct = numbers.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let small = numbers
        .iter()
        .map(|number| distinct.partition_point(|d| d < number))
        .collect();
    (small, distinct)
}

struct Strata {
    /// The positions in each.
    members: Vec<Vec<usize>>,
    /// For each rating its stratum's share of the top level.
    rate: Vec<f64>,
}

impl Strata {
    fn new(series: &Series<'_>) -> Self {
        let (stratum, numbers) = compact(series.stratum);
        let mut members = vec![Vec::new(); numbers.len()];
        for (at, stratum) in stratum.iter().enumerate() {
            members[*stratum].push(at);
        }
        let share = |of: &Vec<usize>| {
            of.iter().filter(|at| series.top[**at]).count() as f64 / of.len() as f64
        };
        let shares: Vec<f64> = members.iter().map(share).collect();
        Self {
            rate: stratum.iter().map(|stratum| shares[*stratum]).collect(),
            members,
        }
    }

    /// Permutes within each stratum.
    fn shuffle(&self, random: &mut Random, top: &mut [bool]) {
        for members in &self.members {
            for end in (1..members.len()).rev() {
                let at = random.below(end as u64 + 1) as usize;
                top.swap(members[at], members[end]);
            }
        }
    }
}

/// The run without a break of the largest weight: weight, start, end.
fn best_run(top: &[bool], weight: &[f64]) -> (f64, usize, usize) {
    let (mut best, mut from, mut sum) = ((0.0, 0, 0), 0, 0.0);
    for (at, top) in top.iter().enumerate() {
        if *top {
            sum += weight[at];
            if sum > best.0 {
                best = (sum, from, at + 1);
            }
        } else {
            sum = 0.0;
            from = at + 1;
        }
    }
    best
}

/// ln LR of a group's own share of tops against the expected one, where it is over that.
fn ln_excess(found: f64, expected: f64, size: f64) -> f64 {
    if found <= expected {
        return 0.0;
    }
    let term = |part: f64, usual: f64| {
        if part > 0.0 {
            part * libm::log(part / usual)
        } else {
            0.0
        }
    };
    term(found, expected) + term(size - found, size - expected)
}
