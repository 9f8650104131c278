//! Rates: the beta-binomial model.

use super::hyper::{LIGHT, Posterior, mixture, once_each, posterior, quantile};
use super::{Basis, Hyper, Interval, Shrinkage, Shrunk, beta_interval, check_coverage, check_some};
use crate::Invalid;
use crate::special::{beta_cdf, ln_beta, normal_quantile};

struct Unit {
    successes: f64,
    n: f64,
    /// ln(e ÷ (1 − e)) of what is expected of it; 0 where nothing is.
    offset: f64,
}

/// Rates `successes` of `n`, shrunk.
///
/// Model: xᵢ ~ binomial(nᵢ, pᵢ), pᵢ ~ beta with mean mᵢ and weight M cases; logit mᵢ = δ + logit of `expected`ᵢ (0…1, what the unit's
/// mix of services lets expect, see [`super::case_mix`]), or δ alone. The marginal likelihood is integrated over δ (uniform prior on
/// its logistic) and M (uniform prior on 1 ÷ (1 + M)); `hyper` states its highest point under these priors (M at its own likelihood alone). The
/// interval is that of the posterior, a mixture of beta distributions, so estimated hyperparameters are included (Kass, Steffey 1989,
/// JASA 84; Christiansen, Morris 1997). The raw interval is Wilson's (1927).
///
/// With data of one unit only, the shrunk figure is the raw one ([`Basis::Own`]). With n = 0 it is the prior ([`Basis::Prior`]).
///
/// # Errors
/// [`Invalid`]: lengths that differ, values out of range (0 ≤ successes ≤ n, both whole or weighted), coverage not in (0, 1), no unit
/// with data.
pub fn rates(
    successes: &[f64],
    n: &[f64],
    expected: Option<&[f64]>,
    coverage: f64,
) -> Result<Shrinkage, Invalid> {
    let units = check(successes, n, expected)?;
    check_coverage(coverage)?;
    let with_data = check_some("units with n over 0", n.iter().copied())?;
    if with_data == 1 {
        return Ok(alone(&units, coverage));
    }
    let scale = n.iter().sum::<f64>() / with_data as f64;
    let rate = (successes.iter().sum::<f64>() + 0.5) / (n.iter().sum::<f64>() + 1.0);
    let start = if expected.is_some() { 0.0 } else { logit(rate) };
    let fit = posterior(scale, 1.0, start, |location, precision| {
        log_density(&units, location, precision)
    });
    let hyper = Hyper {
        model: "beta-binomial",
        mean: logistic(fit.location),
        precision: (fit.height > log_density(&units, fit.location, NO_DIFFERENCE * scale))
            .then_some(fit.precision),
        units: with_data,
        coverage,
    };
    Ok(Shrinkage {
        units: once_each(
            units
                .iter()
                .map(|unit| [unit.successes, unit.n, unit.offset]),
            |[successes, n, offset]| {
                let unit = Unit {
                    successes,
                    n,
                    offset,
                };
                shrink(&unit, &fit, coverage)
            },
        ),
        hyper: Some(hyper),
    })
}

/// So many typical units of prior weight can't be told from no difference between units.
pub(super) const NO_DIFFERENCE: f64 = 1e5;

fn check(successes: &[f64], n: &[f64], expected: Option<&[f64]>) -> Result<Vec<Unit>, Invalid> {
    Invalid::check_length("n", successes.len(), n.len())?;
    Invalid::check_range("n", n, "0 or more", |x| x >= 0.0)?;
    Invalid::check_range("successes", successes, "0 or more", |x| x >= 0.0)?;
    if let Some(expected) = expected {
        Invalid::check_length("expected", successes.len(), expected.len())?;
        Invalid::check_range("expected", expected, "0 to 1", |x| (0.0..=1.0).contains(&x))?;
    }
    if let Some(at) = successes.iter().zip(n).position(|(x, n)| x > n) {
        return Err(Invalid::Range {
            what: "successes",
            at,
            value: successes.get(at).copied().unwrap_or(f64::NAN),
            expected: "at most n",
        });
    }
    let offset = |at: usize| expected.and_then(|e| e.get(at)).map_or(0.0, |e| logit(*e));
    Ok((successes.iter().zip(n).enumerate())
        .map(|(at, (successes, n))| Unit {
            successes: *successes,
            n: *n,
            offset: offset(at),
        })
        .collect())
}

fn logit(p: f64) -> f64 {
    let p = p.clamp(1e-9, 1.0 - 1e-9);
    libm::log(p / (1.0 - p))
}

fn logistic(x: f64) -> f64 {
    let x = x.clamp(-30.0, 30.0);
    1.0 / (1.0 + libm::exp(-x))
}

fn log_density(units: &[Unit], location: f64, precision: f64) -> f64 {
    let mean = logistic(location);
    let likelihood: f64 = (units.iter().filter(|unit| unit.n > 0.0))
        .map(|unit| {
            let m = logistic(location + unit.offset);
            let (a, b) = (precision * m, precision * (1.0 - m));
            ln_beta(a + unit.successes, b + unit.n - unit.successes) - ln_beta(a, b)
        })
        .sum();
    // Beyond ±30 the logistic no longer changes: the quadratic keeps the search within.
    let beyond = (location.abs() - 30.0).max(0.0);
    likelihood + libm::log(mean * (1.0 - mean)) - beyond * beyond
}

fn shrink(unit: &Unit, fit: &Posterior, coverage: f64) -> Shrunk {
    let (mean, variance) = mixture(fit.nodes.iter().map(|node| {
        let prior = logistic(node.location + unit.offset);
        let total = node.precision + unit.n;
        let mean = (node.precision * prior + unit.successes) / total;
        (node.weight, mean, mean * (1.0 - mean) / (total + 1.0))
    }));
    let cdf = |rate: f64| {
        let nodes = fit.nodes.iter().filter(|node| node.weight > LIGHT);
        let below = nodes.map(|node| {
            let prior = logistic(node.location + unit.offset);
            let a = node.precision * prior + unit.successes;
            let b = node.precision + unit.n - a;
            node.weight * beta_cdf(a, b, rate)
        });
        below.sum::<f64>()
    };
    let tail = 0.5 * (1.0 - coverage);
    let at = |p| quantile(p, (mean, variance.sqrt()), (0.0, 1.0), cdf);
    let own = fit.nodes.iter();
    let own = own.map(|node| node.weight * unit.n / (node.precision + unit.n));
    Shrunk {
        raw: raw(unit, coverage),
        shrunk: Interval {
            estimate: mean,
            lower: at(tail),
            upper: at(1.0 - tail),
        },
        se: variance.sqrt(),
        own_share: own.sum(),
        basis: if unit.n > 0.0 {
            Basis::Both
        } else {
            Basis::Prior
        },
    }
}

/// Wilson's interval.
fn raw(unit: &Unit, coverage: f64) -> Option<Interval> {
    if unit.n <= 0.0 {
        return None;
    }
    let z = normal_quantile(0.5 * (1.0 + coverage));
    let (p, square) = (unit.successes / unit.n, z * z / unit.n);
    let middle = (p + 0.5 * square) / (1.0 + square);
    let half = z * (p * (1.0 - p) / unit.n + 0.25 * square / unit.n).sqrt() / (1.0 + square);
    Some(Interval {
        estimate: p,
        lower: if p == 0.0 {
            0.0
        } else {
            (middle - half).max(0.0)
        },
        upper: if p == 1.0 {
            1.0
        } else {
            (middle + half).min(1.0)
        },
    })
}

/// One unit with data keeps its figure; of the others nothing is known but that a rate lies in 0…1.
fn alone(units: &[Unit], coverage: f64) -> Shrinkage {
    let flat = beta_interval(0.5, 1.0 / 12.0, (0.0, 1.0), coverage);
    let unit = |unit: &Unit| {
        let own = raw(unit, coverage);
        let se = own.map_or((1.0_f64 / 12.0).sqrt(), |own| {
            (own.estimate * (1.0 - own.estimate) / unit.n).sqrt()
        });
        Shrunk {
            raw: own,
            shrunk: own.unwrap_or(flat),
            se,
            own_share: f64::from(u8::from(own.is_some())),
            basis: if own.is_some() {
                Basis::Own
            } else {
                Basis::Prior
            },
        }
    };
    Shrinkage {
        units: units.iter().map(unit).collect(),
        hyper: None,
    }
}
