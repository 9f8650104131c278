//! Counts: the gamma-Poisson model.

use super::hyper::{LIGHT, Posterior, mixture, once_each, posterior, quantile};
use super::rates::NO_DIFFERENCE;
use super::{Basis, Hyper, Interval, Shrinkage, Shrunk, check_coverage, check_some};
use crate::Invalid;
use crate::special::{gamma_cdf, gamma_quantile, ln_gamma};

/// Rates of events, `counts` by `exposure` (days, cases, or the number expected from the unit's mix of services: then the figure is
/// observed ÷ expected), shrunk.
///
/// Model: xᵢ ~ Poisson(Eᵢλᵢ), λᵢ ~ gamma with mean μ and weight M of exposure. The marginal likelihood is integrated over μ (uniform
/// prior) and M (uniform prior on 1 ÷ (1 + M × the mean)); the interval is that of the
/// posterior, a mixture of gamma distributions (Christiansen, Morris 1997, *Hierarchical Poisson regression modeling*, JASA 92). The raw interval is exact
/// (Garwood 1936). Exposure 0 gives the prior.
///
/// # Errors
/// [`Invalid`]: lengths that differ, negative or non-finite values, events without exposure, coverage not in (0, 1), fewer than two
/// units with exposure (one alone says nothing of the others, and its raw rate needs no model).
pub fn counts(counts: &[f64], exposure: &[f64], coverage: f64) -> Result<Shrinkage, Invalid> {
    Invalid::check_length("exposure", counts.len(), exposure.len())?;
    Invalid::check_range("counts", counts, "0 or more", |x| x >= 0.0)?;
    Invalid::check_range("exposure", exposure, "0 or more", |x| x >= 0.0)?;
    check_coverage(coverage)?;
    if let Some(at) = (counts.iter().zip(exposure)).position(|(x, e)| *x > 0.0 && *e == 0.0) {
        return Err(Invalid::Range {
            what: "exposure",
            at,
            value: 0.0,
            expected: "over 0 where events were counted",
        });
    }
    let with_data = check_some("units with exposure", exposure.iter().copied())?;
    if with_data == 1 {
        return Err(Invalid::TooFew {
            what: "units with exposure",
            least: 2,
            found: 1,
        });
    }
    let units: Vec<(f64, f64)> = counts
        .iter()
        .copied()
        .zip(exposure.iter().copied())
        .collect();
    let all: f64 = exposure.iter().sum();
    let scale = all / with_data as f64;
    let start = libm::log((counts.iter().sum::<f64>() + 0.5) / all);
    let fit = posterior(scale, libm::exp(start), start, |x, m| {
        log_density(&units, x, m)
    });
    let hyper = Hyper {
        model: "gamma-poisson",
        mean: libm::exp(fit.location),
        precision: (fit.height > log_density(&units, fit.location, NO_DIFFERENCE * scale))
            .then_some(fit.precision),
        units: with_data,
        coverage,
    };
    Ok(Shrinkage {
        units: once_each(units.iter().map(|(x, e)| [*x, *e]), |[x, e]| {
            shrink((x, e), &fit, coverage)
        }),
        hyper: Some(hyper),
    })
}

fn log_density(units: &[(f64, f64)], location: f64, precision: f64) -> f64 {
    let shape = precision * libm::exp(location.clamp(-300.0, 300.0));
    let at_zero = ln_gamma(shape);
    let likelihood: f64 = (units.iter().filter(|(_, exposure)| *exposure > 0.0))
        .map(|(x, exposure)| {
            ln_gamma(shape + x)
                - at_zero
                - shape * libm::log1p(exposure / precision)
                - x * libm::log(precision + exposure)
        })
        .sum();
    likelihood + location
}

fn shrink((x, exposure): (f64, f64), fit: &Posterior, coverage: f64) -> Shrunk {
    let (mean, variance) = mixture(fit.nodes.iter().map(|node| {
        let total = node.precision + exposure;
        let mean = (node.precision * libm::exp(node.location) + x) / total;
        (node.weight, mean, mean / total)
    }));
    let tail = 0.5 * (1.0 - coverage);
    let cdf = |rate: f64| {
        let nodes = fit.nodes.iter().filter(|node| node.weight > LIGHT);
        let below = nodes.map(|node| {
            let shape = node.precision * libm::exp(node.location) + x;
            node.weight * gamma_cdf(shape, rate * (node.precision + exposure))
        });
        below.sum::<f64>()
    };
    let at = |p| quantile(p, (mean, variance.sqrt()), (0.0, f64::INFINITY), cdf);
    let own = fit.nodes.iter();
    let own = own.map(|node| node.weight * exposure / (node.precision + exposure));
    Shrunk {
        raw: (exposure > 0.0).then(|| Interval {
            estimate: x / exposure,
            lower: if x > 0.0 {
                gamma_quantile(x, tail) / exposure
            } else {
                0.0
            },
            upper: gamma_quantile(x + 1.0, 1.0 - tail) / exposure,
        }),
        shrunk: Interval {
            estimate: mean,
            lower: at(tail),
            upper: at(1.0 - tail),
        },
        se: variance.sqrt(),
        own_share: own.sum(),
        basis: if exposure > 0.0 {
            Basis::Both
        } else {
            Basis::Prior
        },
    }
}
