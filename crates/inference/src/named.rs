//! Which units are named: clearly ahead, clearly behind, clearly improved; all others are no different. The error rate holds for
//! the whole list, and a unit named on the wrong side is an error too.
//!
//! Names are for estimates with standard errors, taken as normal. A unit that isn't named isn't shown to be equal: the data can't
//! tell.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Invalid;
use crate::ranks::{Errors, RankSets};
use crate::special::normal_cdf;

/// Which error rate holds for the whole list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Control {
    /// The probability that any unit is named wrongly, under any dependence: Holm (1979), *A simple sequentially rejective multiple
    /// test procedure*, over both directions of every unit. A unit's other direction can be wrong only where it was named, so that
    /// 2n − i hypotheses remain after i are rejected.
    Holm,
    /// The expected share of wrong ones among the units named: Benjamini and Hochberg (1995) with two-sided p-values, which holds
    /// the rate with wrong sides counted (Benjamini, Yekutieli 2005) where the figures are independent or positively dependent.
    BenjaminiHochberg,
    /// The same under any dependence: Benjamini and Yekutieli (2001).
    BenjaminiYekutieli,
}

/// What a unit is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reference {
    /// The mean of all units. Its own error, and that the unit is part of it, are taken into account.
    Mean,
    /// A value that is known without error.
    Value(f64),
}

/// What is said of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Clearly over what it is compared with: ahead, or improved.
    Ahead,
    /// Clearly under: behind, or worse than before.
    Behind,
    /// The data can't tell.
    NoDifferent,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ahead => "ahead",
            Self::Behind => "behind",
            Self::NoDifferent => "no-different",
        })
    }
}

/// A unit's test.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Named {
    /// The estimate less what it is compared with.
    pub difference: f64,
    /// The standard error of the difference.
    pub standard_error: f64,
    /// The two-sided p-value.
    pub p: f64,
    /// The least error rate of the whole list at which the unit would be named.
    pub adjusted: f64,
    /// What is said.
    pub verdict: Verdict,
}

/// Names units by their distance from a reference, at the error `rate` for the whole list.
///
/// With Σ the covariance of the n estimates' errors, the difference from the mean has variance
/// Σ_jj − 2·Σ_k Σ_jk/n + Σ_ik Σ_ik/n²; with independent errors s_j²·(1 − 2/n) + Σs²/n². One unit is its own mean and never named
/// against it.
///
/// # Errors
/// [`Invalid`] where there is no unit, a value isn't finite, a standard error or variance isn't over 0, lengths differ, or the rate
/// isn't between 0 and 1.
pub fn against(
    estimates: &[f64],
    errors: Errors<'_>,
    reference: Reference,
    control: Control,
    rate: f64,
) -> Result<Vec<Named>, Invalid> {
    let (own, with_all) = variances(estimates, errors)?;
    let count = estimates.len() as f64;
    let centre = match reference {
        Reference::Value(value) => {
            Invalid::check_finite("reference", &[value])?;
            value
        }
        Reference::Mean => estimates.iter().sum::<f64>() / count,
    };
    let all = with_all.iter().sum::<f64>() / (count * count);
    let difference = |((estimate, own), with_all): ((&f64, &f64), &f64)| {
        let variance = match reference {
            Reference::Value(_) => *own,
            Reference::Mean if estimates.len() == 1 => 0.0,
            Reference::Mean => own - 2.0 * with_all / count + all,
        };
        (estimate - centre, variance.max(0.0).sqrt())
    };
    let units = estimates.iter().zip(&own).zip(&with_all);
    let differences: Vec<_> = units.map(difference).collect();
    by_difference(&differences, control, rate)
}

/// Each unit's variance, and the sum of its covariances with all.
fn variances(estimates: &[f64], errors: Errors<'_>) -> Result<(Vec<f64>, Vec<f64>), Invalid> {
    match errors {
        Errors::Independent(errors) => {
            check(estimates, errors)?;
            let squares: Vec<f64> = errors.iter().map(|error| error * error).collect();
            Ok((squares.clone(), squares))
        }
        Errors::Covariance(covariance) => {
            let size = estimates.len();
            Invalid::check_length("covariance", size * size, covariance.len())?;
            Invalid::check_finite("covariance", covariance)?;
            let own: Vec<f64> = covariance.iter().step_by(size + 1).copied().collect();
            check(estimates, &own)?;
            let rows = covariance.chunks(size.max(1));
            Ok((own, rows.map(|row| row.iter().sum()).collect()))
        }
    }
}

/// Names units that changed clearly from one period to the next: [`Verdict::Ahead`] is clearly improved where more is better.
///
/// `correlation` is that of a unit's two estimates' errors, 0 where the periods' data are different ones.
///
/// # Errors
/// As [`against`]; and where the correlation isn't from −1 to 1.
pub fn improved(
    before: (&[f64], &[f64]),
    now: (&[f64], &[f64]),
    correlation: f64,
    control: Control,
    rate: f64,
) -> Result<Vec<Named>, Invalid> {
    check(before.0, before.1)?;
    check(now.0, now.1)?;
    Invalid::check_length("estimates of the later period", before.0.len(), now.0.len())?;
    Invalid::check_range("correlation", &[correlation], "from -1 to 1", |r| {
        (-1.0..=1.0).contains(&r)
    })?;
    let figures = before.0.iter().zip(before.1).zip(now.0.iter().zip(now.1));
    let differences: Vec<_> = figures
        .map(|((old, old_error), (new, new_error))| {
            let squares = old_error * old_error + new_error * new_error;
            let variance = squares - 2.0 * correlation * old_error * new_error;
            (new - old, variance.max(0.0).sqrt())
        })
        .collect();
    by_difference(&differences, control, rate)
}

/// Names units from their rank sets: ahead where the set lies within the first `k` places, behind where it lies within the last `k`.
///
/// From simultaneous sets nobody is named wrongly with the sets' probability. A unit that would be both (k over half of the places) is
/// ahead.
#[must_use]
pub fn by_rank(sets: &RankSets, k: u32) -> Vec<Verdict> {
    let above = (sets.rank.len() as u32).saturating_sub(k);
    let bounds = sets.lower.iter().zip(&sets.upper);
    bounds
        .map(|(lower, upper)| {
            if *upper <= k {
                Verdict::Ahead
            } else if *lower > above {
                Verdict::Behind
            } else {
                Verdict::NoDifferent
            }
        })
        .collect()
}

fn check(estimates: &[f64], errors: &[f64]) -> Result<(), Invalid> {
    Invalid::check_finite("estimates", estimates)?;
    if estimates.is_empty() {
        let (what, least, found) = ("units", 1, 0);
        return Err(Invalid::TooFew { what, least, found });
    }
    Invalid::check_length("standard errors", estimates.len(), errors.len())?;
    Invalid::check_range("standard errors", errors, "over 0", |error| error > 0.0)
}

/// Names units by differences and their standard errors, however these were come by; a positive one that is clear is
/// [`Verdict::Ahead`]. A difference with the standard error 0 is certain, but for none at all, which tells nothing.
///
/// # Errors
/// [`Invalid`] where a value isn't finite, a standard error is under 0, or the rate isn't between 0 and 1.
pub fn by_difference(
    differences: &[(f64, f64)],
    control: Control,
    rate: f64,
) -> Result<Vec<Named>, Invalid> {
    Invalid::check_range("error rate", &[rate], "between 0 and 1", |rate| {
        rate > 0.0 && rate < 1.0
    })?;
    let (values, errors): (Vec<f64>, Vec<f64>) = differences.iter().copied().unzip();
    Invalid::check_finite("differences", &values)?;
    Invalid::check_range("standard errors", &errors, "0 or more", |error| {
        error >= 0.0
    })?;
    let p: Vec<f64> = differences.iter().map(two_sided).collect();
    let named = differences.iter().zip(&p).zip(adjusted(&p, control));
    Ok(named
        .map(|((&(difference, standard_error), p), adjusted)| Named {
            difference,
            standard_error,
            p: *p,
            adjusted,
            verdict: if adjusted > rate || difference == 0.0 {
                Verdict::NoDifferent
            } else if difference > 0.0 {
                Verdict::Ahead
            } else {
                Verdict::Behind
            },
        })
        .collect())
}

/// 2·Φ(−|d|/s). A difference without error is certain, but for none, which tells nothing.
fn two_sided(&(difference, error): &(f64, f64)) -> f64 {
    if difference == 0.0 {
        1.0
    } else if error > 0.0 {
        2.0 * normal_cdf(-difference.abs() / error)
    } else {
        0.0
    }
}

/// Adjusted p-values: each the least rate at which its hypothesis is rejected.
#[must_use]
pub fn adjusted(p: &[f64], control: Control) -> Vec<f64> {
    let value = |unit: &usize| p.get(*unit).copied().unwrap_or(1.0);
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| value(a).total_cmp(&value(b)).then(a.cmp(b)));
    let count = p.len() as f64;
    let harmonic = match control {
        Control::BenjaminiYekutieli => (1..=p.len()).map(|i| 1.0 / i as f64).sum(),
        Control::Holm | Control::BenjaminiHochberg => 1.0,
    };
    let mut result = vec![1.0; p.len()];
    let mut place = |unit: &usize, bound: f64| {
        if let Some(place) = result.get_mut(*unit) {
            *place = bound;
        }
    };
    if control == Control::Holm {
        let mut most = 0.0_f64;
        for (before, unit) in order.iter().enumerate() {
            // Half of a two-sided p-value belongs to the direction seen.
            let one = 0.5 * value(unit) * (2.0 * count - before as f64);
            most = most.max(one).min(1.0);
            place(unit, most);
        }
    } else {
        let mut least = 1.0_f64;
        for (before, unit) in order.iter().enumerate().rev() {
            least = least.min(value(unit) * count * harmonic / (before + 1) as f64);
            place(unit, least);
        }
    }
    result
}
