//! Bursts in time: a stretch of days or hours that holds more than its share.
#![expect(
    clippy::indexing_slicing,
    reason = "windows lie within the bins, which were counted"
)]

use super::chance::{spread_dispersed, spread_without};
use super::{Answer, Draws, Evidence, Finding, NotApplicable, Place, check_part, ln_or_0};
use crate::Invalid;

/// Events in equal bins of time, as part of a larger pool.
#[derive(Clone, Copy, Debug)]
pub struct Bursts<'a> {
    /// The events in question for each bin: a unit's ratings per day; or a target's lowest levels per day.
    pub counts: &'a [u64],
    /// All events they are part of, for each bin, those in question included: all units' ratings per day (so that weekdays, holidays
    /// and a campaign day are expected); or all ratings of the target per day (so that only *low* ones can burst).
    pub pool: &'a [u64],
    /// The longest stretch that counts as a burst, in bins; at least 1, and less than all.
    pub longest: usize,
    /// How many times as much as single independent events the counts vary from bin to bin: 1 where each event comes by itself, more
    /// where they come in parties (see [`super::dispersion`]).
    pub dispersion: f64,
}

/// Looks for a burst: Kulldorff's (1997, *A spatial scan statistic*, Bernoulli model) likelihood-ratio scan over all windows up to
/// `longest`, statistic max ln LR.
///
/// Null: given both totals, each event of the pool is as likely to be one in question as any other; with `dispersion` over 1, shares
/// drawn around the pool's. The p-value is by draws from it, so it holds for the maximum over all windows. Evidence: the best window.
///
/// # Errors
/// [`Invalid`] for lengths that differ, counts over their pool, `longest` that is 0 or all bins, a `dispersion` under 1, under 19 draws.
pub fn bursts(input: &Bursts<'_>, draws: &Draws) -> Result<Answer, Invalid> {
    let Bursts {
        counts,
        pool,
        longest,
        dispersion,
    } = *input;
    check_part(counts, pool)?;
    Invalid::check_range("dispersion", &[dispersion], "at least 1", |d| d >= 1.0)?;
    let n: u64 = counts.iter().sum();
    let all: u64 = pool.iter().sum();
    if n < 3 {
        return Ok(NotApplicable::too_few("events", 3, n as usize));
    }
    let busy = pool.iter().filter(|count| **count > 0).count();
    if busy < 3 {
        return Ok(NotApplicable::too_few("bins with events", 3, busy));
    }
    if n == all {
        return Ok(NotApplicable::no_comparison("events of others"));
    }
    let fits = |l: f64| l >= 1.0 && l < counts.len() as f64;
    Invalid::check_range(
        "longest",
        &[longest as f64],
        "at least 1 and under the number of bins",
        fits,
    )?;
    let (statistic, from, to) = scan(counts, pool, longest);
    let mut drawn = vec![0; counts.len()];
    let (p, calibration) = draws.p(statistic, |random| {
        if dispersion > 1.0 {
            spread_dispersed(random, pool, n, dispersion, &mut drawn);
        } else {
            spread_without(random, pool, n, &mut drawn);
        }
        scan(&drawn, pool, longest).0
    })?;
    let within: u64 = pool[from..to].iter().sum();
    let evidence = vec![Evidence {
        place: Place::Times,
        positions: (from..to).collect(),
        observed: counts[from..to].iter().sum::<u64>() as f64,
        expected: n as f64 * within as f64 / all as f64,
    }];
    Ok(Answer::Tested(Finding {
        p,
        calibration,
        statistic,
        evidence,
    }))
}

/// The largest ln LR of any window, and that window.
fn scan(counts: &[u64], pool: &[u64], longest: usize) -> (f64, usize, usize) {
    let n: u64 = counts.iter().sum();
    let all: u64 = pool.iter().sum();
    let mut best = (0.0, 0, 1);
    for from in 0..counts.len() {
        let (mut inside, mut room) = (0, 0);
        for to in from..counts.len().min(from + longest) {
            inside += counts[to];
            room += pool[to];
            let ratio = ln_ratio(inside as f64, room as f64, n as f64, all as f64);
            if ratio > best.0 {
                best = (ratio, from, to + 1);
            }
        }
    }
    best
}

/// ln LR of a rate that is higher inside than outside, against one rate: `inside` of `room` here, `n` of `all` everywhere. 0 where the
/// rate is no higher inside.
pub(super) fn ln_ratio(inside: f64, room: f64, n: f64, all: f64) -> f64 {
    if inside * all <= n * room {
        return 0.0;
    }
    let expected = n * room / all;
    let outside = n - inside;
    let split = |part: f64, whole: f64| part * ln_or_0(part / whole);
    split(inside, expected)
        + split(outside, n - expected)
        + rest(room - inside, room - expected)
        + rest(all - room - outside, all - room - (n - expected))
}

/// The term of those that aren't in question. Dispersed draws may exceed the pool; then the term is 0 (the Poisson model's value).
fn rest(part: f64, expected: f64) -> f64 {
    if part > 0.0 && expected > 0.0 {
        part * libm::log(part / expected)
    } else {
        0.0
    }
}
