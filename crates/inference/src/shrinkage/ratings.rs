//! Ratings by counts for each level: the Dirichlet-multinomial model.

use super::hyper::{mixture, sweep, weights};
use super::rates::NO_DIFFERENCE;
use super::{Basis, Hyper, Interval, Shrinkage, Shrunk, beta_interval, check_coverage, check_some};
use crate::Invalid;
use crate::special::ln_gamma;

/// Mean ratings, shrunk: `counts` holds for each unit the number of ratings at each level, one unit after another; `levels` what
/// each level counts (say 1…5, in any order, two different values at least).
///
/// Model: a unit's shares of the levels ~ Dirichlet with the shares of all units and weight M ratings. At each M the shares are
/// pooled with weights n ÷ (n + M), one rating spread over all levels added; M is integrated (uniform prior on
/// 1 ÷ (1 + M)). The variance holds M's and the pooled shares' uncertainty; the interval is that of a beta distribution over the range
/// of `levels`. The raw interval is the posterior's under one rating spread over all levels (Berger, Bernardo, Sun 2015, *Overall
/// objective priors*). `hyper.mean` is the pooled mean rating. No ratings: the prior.
///
/// # Errors
/// [`Invalid`]: `counts` not a multiple of `levels`, negative or non-finite values, levels all of one value, coverage not in (0, 1),
/// fewer than two units with ratings.
pub fn ratings(counts: &[f64], levels: &[f64], coverage: f64) -> Result<Shrinkage, Invalid> {
    check_coverage(coverage)?;
    let range = check(counts, levels)?;
    let units: Vec<&[f64]> = counts.chunks(levels.len()).collect();
    let sizes: Vec<f64> = units.iter().map(|unit| unit.iter().sum()).collect();
    let with_data = check_some("units with ratings", sizes.iter().copied())?;
    if with_data == 1 {
        return Err(Invalid::TooFew {
            what: "units with ratings",
            least: 2,
            found: 1,
        });
    }
    let scale = sizes.iter().sum::<f64>() / with_data as f64;
    let pool = |precision: f64| Pool::new(&units, &sizes, levels, precision);
    let peaks = sweep(scale, 1.0, |precision| {
        let pool = pool(precision);
        (pool.log_likelihood(&units, &sizes), pool)
    });
    let logs: Vec<f64> = peaks.iter().map(|peak| peak.log_mass).collect();
    let nodes: Vec<(f64, &Pool)> = weights(&logs)
        .into_iter()
        .zip(peaks.iter().map(|peak| &peak.at))
        .collect();
    let hyper = peaks
        .iter()
        .max_by(|a, b| a.log_mass.total_cmp(&b.log_mass))
        .map(|peak| {
            let equal = pool(NO_DIFFERENCE * scale).log_likelihood(&units, &sizes);
            Hyper {
                model: "dirichlet-multinomial",
                mean: peak.at.mean,
                precision: (peak.log_mass > equal).then_some(peak.precision),
                units: with_data,
                coverage,
            }
        });
    let shrunk = |(unit, n): (&&[f64], &f64)| shrink(unit, *n, levels, &nodes, range, coverage);
    Ok(Shrinkage {
        units: units.iter().zip(&sizes).map(shrunk).collect(),
        hyper,
    })
}

/// The range of the levels.
fn check(counts: &[f64], levels: &[f64]) -> Result<(f64, f64), Invalid> {
    Invalid::check_finite("levels", levels)?;
    Invalid::check_range("counts", counts, "0 or more", |x| x >= 0.0)?;
    let low = levels.iter().copied().fold(f64::INFINITY, f64::min);
    let high = levels.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if low >= high {
        return Err(Invalid::TooFew {
            what: "levels of different value",
            least: 2,
            found: levels.len().min(1),
        });
    }
    let units = counts.len().div_ceil(levels.len());
    Invalid::check_length("counts", units * levels.len(), counts.len())?;
    Ok((low, high))
}

/// The units as a whole at one M.
struct Pool {
    precision: f64,
    shares: Vec<f64>,
    mean: f64,
    /// Of the pooled mean.
    variance: f64,
}

impl Pool {
    fn new(units: &[&[f64]], sizes: &[f64], levels: &[f64], precision: f64) -> Self {
        let mut shares = vec![1.0 / levels.len() as f64; levels.len()];
        let mut total = 1.0;
        for (unit, n) in units.iter().zip(sizes).filter(|(_, n)| **n > 0.0) {
            // Full weight to each rating where units don't differ (M large), equal weight to units where they differ much.
            let weight = (1.0 + precision) / (n + precision);
            for (share, count) in shares.iter_mut().zip(*unit) {
                *share += weight * count;
            }
            total += weight * n;
        }
        for share in &mut shares {
            *share /= total;
        }
        let (mean, spread) = moments(&shares, 1.0, levels);
        Self {
            precision,
            shares,
            mean,
            variance: spread / total,
        }
    }

    fn log_likelihood(&self, units: &[&[f64]], sizes: &[f64]) -> f64 {
        let alpha: Vec<f64> = self.shares.iter().map(|s| s * self.precision).collect();
        let at_zero: Vec<f64> = alpha.iter().map(|a| ln_gamma(*a)).collect();
        let whole = ln_gamma(self.precision);
        units
            .iter()
            .zip(sizes)
            .map(|(unit, n)| {
                let parts = unit.iter().zip(alpha.iter().zip(&at_zero));
                let parts = parts.filter(|(count, _)| **count > 0.0);
                let parts: f64 = parts.map(|(c, (a, zero))| ln_gamma(a + c) - zero).sum();
                parts + whole - ln_gamma(self.precision + n)
            })
            .sum()
    }
}

/// Mean and variance of the level of one rating.
fn moments(counts: &[f64], total: f64, levels: &[f64]) -> (f64, f64) {
    let sum = |f: &dyn Fn(f64) -> f64| {
        let terms = counts.iter().zip(levels).map(|(c, level)| c * f(*level));
        terms.sum::<f64>() / total
    };
    let mean = sum(&|level| level);
    (mean, sum(&|level| (level - mean) * (level - mean)))
}

fn shrink(
    unit: &[f64],
    n: f64,
    levels: &[f64],
    nodes: &[(f64, &Pool)],
    range: (f64, f64),
    coverage: f64,
) -> Shrunk {
    let (mean, variance) = mixture(nodes.iter().map(|(weight, pool)| {
        let total = pool.precision + n;
        let added = unit.iter().zip(&pool.shares);
        let added: Vec<f64> = added.map(|(c, share)| c + share * pool.precision).collect();
        let (mean, spread) = moments(&added, total, levels);
        let shrinkage = pool.precision / total;
        let variance = spread / (total + 1.0) + shrinkage * shrinkage * pool.variance;
        (*weight, mean, variance)
    }));
    let own = nodes
        .iter()
        .map(|(weight, pool)| weight * n / (pool.precision + n));
    Shrunk {
        raw: raw(unit, n, levels, range, coverage),
        shrunk: beta_interval(mean, variance, range, coverage),
        se: variance.sqrt(),
        own_share: own.sum(),
        basis: if n > 0.0 { Basis::Both } else { Basis::Prior },
    }
}

fn raw(unit: &[f64], n: f64, levels: &[f64], range: (f64, f64), coverage: f64) -> Option<Interval> {
    if n <= 0.0 {
        return None;
    }
    let estimate = moments(unit, n, levels).0;
    let added: Vec<f64> = unit.iter().map(|c| c + 1.0 / levels.len() as f64).collect();
    let (mean, spread) = moments(&added, n + 1.0, levels);
    let around = beta_interval(mean, spread / (n + 2.0), range, coverage);
    Some(Interval {
        estimate,
        lower: around.lower.min(estimate),
        upper: around.upper.max(estimate),
    })
}
