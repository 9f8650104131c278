//! A sudden ceiling: from one period on, nearly every rating is at the top.
#![expect(
    clippy::indexing_slicing,
    reason = "both slices have the same checked length"
)]

use super::bursts::ln_ratio;
use super::chance::spread_without;
use super::{Answer, Draws, Evidence, Finding, NotApplicable, Place, check_part};
use crate::Invalid;

/// A unit's ratings by period.
#[derive(Clone, Copy, Debug)]
pub struct Ceiling<'a> {
    /// Ratings at the top level in each period.
    pub top: &'a [u64],
    /// All ratings in each period.
    pub all: &'a [u64],
    /// The share of the top level that counts as a ceiling: over 0, at most 1; 0.98 is sensible.
    pub ceiling: f64,
}

/// Looks for a change point after which the share of the top level is at least `ceiling`, and before which it isn't. Statistic: the
/// largest ln likelihood ratio over all times of change (the scan of Kulldorff 1997 over the series' ends), 0 where there is none.
///
/// Null: one share over the whole time; given both totals each rating is as likely to be a top one as any other, so the permutation
/// p-value is exact for the maximum over times. A slow rise of everybody breaks this null too: look at the peers. Evidence: the
/// periods since the change, their top levels, and how many one share expects.
///
/// # Errors
/// [`Invalid`] for lengths that differ, tops over all, a `ceiling` out of range, under 19 draws.
pub fn sudden_ceiling(input: &Ceiling<'_>, draws: &Draws) -> Result<Answer, Invalid> {
    let Ceiling { top, all, ceiling } = *input;
    check_part(top, all)?;
    Invalid::check_range("ceiling", &[ceiling], "over 0, at most 1", |c| {
        c > 0.0 && c <= 1.0
    })?;
    let tops: u64 = top.iter().sum();
    let ratings: u64 = all.iter().sum();
    if ratings < 10 {
        return Ok(NotApplicable::too_few("ratings", 10, ratings as usize));
    }
    let busy = all.iter().filter(|count| **count > 0).count();
    if busy < 3 {
        return Ok(NotApplicable::too_few("periods with ratings", 3, busy));
    }
    if tops == 0 || tops == ratings {
        return Ok(NotApplicable::all_equal("levels"));
    }
    let (statistic, from) = scan(top, all, ceiling);
    let mut drawn = vec![0; all.len()];
    let (p, calibration) = draws.p(statistic, |random| {
        spread_without(random, all, tops, &mut drawn);
        scan(&drawn, all, ceiling).0
    })?;
    let since: u64 = all[from..].iter().sum();
    let evidence = if statistic > 0.0 {
        vec![Evidence {
            place: Place::Periods,
            positions: (from..all.len()).collect(),
            observed: top[from..].iter().sum::<u64>() as f64,
            expected: tops as f64 * since as f64 / ratings as f64,
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

/// The largest ln LR, and the first period after the change.
fn scan(top: &[u64], all: &[u64], ceiling: f64) -> (f64, usize) {
    let tops = top.iter().sum::<u64>() as f64;
    let ratings = all.iter().sum::<u64>() as f64;
    let (mut after, mut room) = (0.0, 0.0);
    let mut best = (0.0, 0);
    for from in (1..all.len()).rev() {
        after += top[from] as f64;
        room += all[from] as f64;
        let reached = after >= ceiling * room;
        let was_under = tops - after < ceiling * (ratings - room);
        if reached && was_under {
            let ratio = ln_ratio(after, room, tops, ratings);
            if ratio > best.0 {
                best = (ratio, from);
            }
        }
    }
    best
}
