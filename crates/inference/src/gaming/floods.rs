//! Floods: one batch or one hour holds more of a unit's ratings than its share.

use super::chance::{beta_binomial_at_least, concentration, hypergeometric_at_least};
use super::{Answer, Calibration, Evidence, Finding, NotApplicable, Place, check_part};
use crate::Invalid;

/// A unit's ratings by source, as part of a larger pool.
#[derive(Clone, Copy, Debug)]
pub struct Floods<'a> {
    /// The unit's ratings from each source: an invitation batch, or an hour of the day.
    pub counts: &'a [u64],
    /// What they are part of, for each source: the invitations sent in each batch; or all units' ratings in each hour.
    pub pool: &'a [u64],
    /// How many times as much as single independent ratings the counts vary between sources; 1 or more (see [`dispersion`]).
    pub dispersion: f64,
}

/// Looks for sources with too large a share. Statistic: the smallest upper tail probability of any source's count, hypergeometric
/// given both totals; beta-binomial with `dispersion` over 1. The p-value is that times the number of sources that could have had
/// one (Bonferroni): exact or an upper bound, no draws.
///
/// Null: each of the pool is as likely to be one of the unit's as any other. Evidence: sources whose own corrected p is under 0.05, or
/// the most striking one.
///
/// # Errors
/// [`Invalid`] for lengths that differ, counts over their pool, a `dispersion` under 1.
pub fn floods(input: &Floods<'_>) -> Result<Answer, Invalid> {
    let Floods {
        counts,
        pool,
        dispersion,
    } = *input;
    check_part(counts, pool)?;
    Invalid::check_range("dispersion", &[dispersion], "at least 1", |d| d >= 1.0)?;
    let n: u64 = counts.iter().sum();
    let all: u64 = pool.iter().sum();
    if n < 3 {
        return Ok(NotApplicable::too_few("ratings", 3, n as usize));
    }
    let sources = pool.iter().filter(|count| **count > 0).count();
    if sources < 2 {
        return Ok(NotApplicable::too_few("sources", 2, sources));
    }
    if n == all {
        return Ok(NotApplicable::no_comparison(
            "ratings that aren't the unit's, or invitations without one",
        ));
    }
    let tail = |count: u64, room: u64| {
        if dispersion > 1.0 {
            let a = concentration(n, dispersion);
            let share = room as f64 / all as f64;
            beta_binomial_at_least(n, a * share, a * (1.0 - share), count)
        } else {
            hypergeometric_at_least(all, room, n, count)
        }
    };
    let mut tails: Vec<(f64, Evidence)> = counts
        .iter()
        .zip(pool)
        .enumerate()
        .filter(|(_, (_, room))| **room > 0)
        .map(|(at, (count, room))| {
            let expected = n as f64 * *room as f64 / all as f64;
            (
                tail(*count, *room),
                Evidence {
                    place: Place::Sources,
                    positions: vec![at],
                    observed: *count as f64,
                    expected,
                },
            )
        })
        .collect();
    tails.sort_by(|a, b| a.0.total_cmp(&b.0));
    let statistic = tails.first().map_or(1.0, |(tail, _)| *tail);
    let striking = |tail: f64| tail * sources as f64 <= 0.05;
    let evidence = tails
        .into_iter()
        .enumerate()
        .filter(|(rank, (tail, _))| *rank == 0 || striking(*tail))
        .map(|(_, (_, evidence))| evidence)
        .collect();
    Ok(Answer::Tested(Finding {
        p: (statistic * sources as f64).min(1.0),
        calibration: Calibration::Exact,
        statistic,
        evidence,
    }))
}

/// How many times as much as single independent events the peers' counts vary: Pearson's χ² of each peer's counts against the pooled
/// shares, over its degrees of freedom (McCullagh, Nelder 1989, *Generalized linear models*, 4.5), at least 1. `peers` are rows of
/// counts over the same bins. 1 where there is nothing to learn it from (fewer than two peers with events). Where events come in
/// parties this grows with a row's total: for a unit of another size take [`dispersion_at`].
///
/// # Errors
/// [`Invalid::Length`] for rows of different lengths.
pub fn dispersion(peers: &[&[u64]]) -> Result<f64, Invalid> {
    let bins = peers.first().map_or(0, |row| row.len());
    let mut pooled = vec![0.0; bins];
    for row in peers {
        Invalid::check_length("peer", bins, row.len())?;
        for (sum, count) in pooled.iter_mut().zip(*row) {
            *sum += *count as f64;
        }
    }
    let all: f64 = pooled.iter().sum();
    let used = pooled.iter().filter(|sum| **sum > 0.0).count() as f64;
    let (mut squares, mut rows) = (0.0, 0.0);
    for row in peers {
        let n = row.iter().sum::<u64>() as f64;
        rows += f64::from(u8::from(n > 0.0));
        for (count, sum) in row.iter().zip(&pooled) {
            let expected = n * sum / all;
            if expected > 0.0 {
                squares += (*count as f64 - expected) * (*count as f64 - expected) / expected;
            }
        }
    }
    let freedom = (rows - 1.0) * (used - 1.0);
    Ok(if freedom > 0.0 {
        (squares / freedom).max(1.0)
    } else {
        1.0
    })
}

/// The [`dispersion`] that a row of `n` events has where shares differ as much as the peers' do: 1 + (n − 1)ρ, the intra-class
/// correlation ρ taken from the peers' dispersion at their mean total (Williams 1982, *Extra-binomial variation in logistic linear
/// models*). Without it a unit larger than its peers would be flagged too often.
///
/// # Errors
/// As [`dispersion`].
pub fn dispersion_at(peers: &[&[u64]], n: u64) -> Result<f64, Invalid> {
    let measured = dispersion(peers)?;
    let totals = peers.iter().map(|row| row.iter().sum::<u64>());
    let totals: Vec<u64> = totals.filter(|total| *total > 0).collect();
    let mean = totals.iter().sum::<u64>() as f64 / totals.len().max(1) as f64;
    if mean <= 1.0 {
        return Ok(1.0);
    }
    let correlation = ((measured - 1.0) / (mean - 1.0)).min(1.0);
    Ok(1.0 + correlation * n.saturating_sub(1) as f64)
}
