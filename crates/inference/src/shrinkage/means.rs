//! Means with a given standard error: the normal-normal model.

use serde::Serialize;

use super::{Basis, Interval, Shrunk, check_coverage};
use crate::Invalid;
use crate::special::{normal_cdf, normal_quantile};

/// How the variance between units is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Between {
    /// Restricted maximum likelihood.
    Reml,
    /// The A at which Σ(y − μ)² ÷ (s² + A) is k − 1 (Paule, Mandel 1982); Morris's (1983) own estimate differs in weights only.
    PauleMandel,
    /// By moments in one step (DerSimonian, Laird 1986).
    DerSimonianLaird,
}

/// How a shrunk figure and its interval are formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Means {
    /// The estimated hyperparameters taken as known. Covers too little with few units; full shrinkage at zero variance.
    PlugIn,
    /// Morris (1983), *Parametric empirical Bayes inference*, JASA 78, (1.15)–(1.18) with unequal variances: allows for the estimated
    /// hyperparameters. With equal standard errors the figures are those of James and Stein. Needs four units.
    Morris,
    /// Armstrong, Kolesár, Plagborg-Møller (2022), *Robust empirical Bayes confidence intervals*, Econometrica 90: cover on average
    /// over units whatever the units' distribution, from its second moment alone (κ = ∞, so wider than with the fourth).
    Robust,
}

/// What [`means`] is asked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct MeansOptions {
    /// The variance between units.
    pub between: Between,
    /// Figures and intervals.
    pub method: Means,
    /// Coverage of the intervals, in (0, 1).
    pub coverage: f64,
}

/// All units, in the order given, and their distribution.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MeansResult {
    /// One for each unit.
    pub units: Vec<Shrunk>,
    /// The units' mean.
    pub mean: f64,
    /// Its standard error.
    pub mean_se: f64,
    /// The variance between units as estimated: 0 where the units differ no more than their standard errors let expect.
    pub between: f64,
    /// The variance between units that was shrunk with: over 0 with [`Means::Robust`].
    pub between_used: f64,
    /// The settings.
    pub options: MeansOptions,
}

/// Figures with standard errors, shrunk; a unit with an infinite standard error has no data (its figure isn't read) and gets the
/// prior. Model: yᵢ ~ N(θᵢ, sᵢ²), θᵢ ~ N(μ, A).
///
/// # Errors
/// [`Invalid`]: lengths that differ, figures not finite, standard errors not over 0, coverage not in (0, 1), fewer than two units
/// with data (four with [`Means::Morris`]).
pub fn means(figures: &[f64], se: &[f64], options: MeansOptions) -> Result<MeansResult, Invalid> {
    check_coverage(options.coverage)?;
    let least = if options.method == Means::Morris {
        4
    } else {
        2
    };
    let data = check(figures, se, least)?;
    let estimated = variance_between(&data, options.between);
    let used = if options.method == Means::Robust {
        estimated.max(floor(&data))
    } else {
        estimated
    };
    let fit = Fit::new(&data, used);
    let units = figures.iter().zip(se);
    let units = units
        .map(|(y, se)| shrink(*y, *se, &fit, options))
        .collect();
    Ok(MeansResult {
        units,
        mean: fit.mean,
        mean_se: (1.0 / fit.weight).sqrt(),
        between: estimated,
        between_used: used,
        options,
    })
}

/// The variance between units.
///
/// REML is found by a grid and golden sections, Paule–Mandel by halving; both are 0 where the best lies at 0. Viechtbauer
/// (2005), J. Educational and Behavioral Statistics 30, compares them.
///
/// # Errors
/// As [`means`] with two units.
pub fn between(figures: &[f64], se: &[f64], method: Between) -> Result<f64, Invalid> {
    Ok(variance_between(&check(figures, se, 2)?, method))
}

/// Figures and squared standard errors of the units with data.
fn check(figures: &[f64], se: &[f64], least: usize) -> Result<Vec<(f64, f64)>, Invalid> {
    Invalid::check_length("standard errors", figures.len(), se.len())?;
    if let Some(at) = se.iter().position(|se| se.is_nan()) {
        let what = "standard errors";
        return Err(Invalid::NotFinite { what, at });
    }
    if let Some((at, value)) = se.iter().enumerate().find(|(_, se)| **se <= 0.0) {
        return Err(Invalid::Range {
            what: "standard errors",
            at,
            value: *value,
            expected: "over 0",
        });
    }
    let fault = |(y, se): (&f64, &f64)| se.is_finite() && !y.is_finite();
    if let Some(at) = figures.iter().zip(se).position(fault) {
        let what = "figures";
        return Err(Invalid::NotFinite { what, at });
    }
    let data: Vec<(f64, f64)> = (figures.iter().zip(se))
        .filter(|(_, se)| se.is_finite())
        .map(|(y, se)| (*y, se * se))
        .collect();
    if data.len() < least {
        return Err(Invalid::TooFew {
            what: "units with data",
            least,
            found: data.len(),
        });
    }
    Ok(data)
}

/// The weighted fit at one A.
struct Fit {
    between: f64,
    mean: f64,
    /// Σ 1 ÷ (s² + A).
    weight: f64,
    /// Of the units' s², weighted.
    typical: f64,
    k: f64,
    /// Of the squared distances from the mean, weighted.
    squares: f64,
}

impl Fit {
    fn new(data: &[(f64, f64)], between: f64) -> Self {
        let weight: f64 = data.iter().map(|(_, v)| 1.0 / (v + between)).sum();
        let total = |f: &dyn Fn(f64, f64) -> f64| {
            let terms = data.iter().map(|(y, v)| f(*y, *v) / (v + between));
            terms.sum::<f64>() / weight
        };
        let origin = data.first().map_or(0.0, |(y, _)| *y);
        let mean = origin + total(&|y, _| y - origin);
        Self {
            between,
            mean,
            weight,
            typical: total(&|_, v| v),
            k: data.len() as f64,
            squares: total(&|y, _| (y - mean) * (y - mean)),
        }
    }
}

fn variance_between(data: &[(f64, f64)], method: Between) -> f64 {
    match method {
        Between::DerSimonianLaird => {
            let fit = Fit::new(data, 0.0);
            let second: f64 = data.iter().map(|(_, v)| 1.0 / (v * v)).sum();
            let excess = fit.squares * fit.weight - (fit.k - 1.0);
            (excess / (fit.weight - second / fit.weight)).max(0.0)
        }
        Between::PauleMandel => falling_zero(data, |data, a| {
            let fit = Fit::new(data, a);
            fit.squares * fit.weight - (fit.k - 1.0)
        }),
        Between::Reml => reml(data),
    }
}

/// Where a function of A that falls through 0 does so; 0 where it starts at or under 0.
fn falling_zero(data: &[(f64, f64)], f: impl Fn(&[(f64, f64)], f64) -> f64) -> f64 {
    if f(data, 0.0) <= 0.0 {
        return 0.0;
    }
    let mut high = most(data);
    let mut low = 0.0;
    while f(data, high) > 0.0 {
        low = high;
        high *= 2.0;
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if f(data, middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// A scale for A: the plain variance of the figures and the largest squared standard error.
fn most(data: &[(f64, f64)]) -> f64 {
    let k = data.len() as f64;
    let origin = data.first().map_or(0.0, |(y, _)| *y);
    let mean = origin + data.iter().map(|(y, _)| y - origin).sum::<f64>() / k;
    let squares: f64 = data.iter().map(|(y, _)| (y - mean) * (y - mean)).sum();
    squares / (k - 1.0) + data.iter().map(|(_, v)| *v).fold(0.0, f64::max)
}

/// The restricted likelihood may have two peaks when standard errors differ much: a grid on the square root finds the highest, then
/// golden sections.
fn reml(data: &[(f64, f64)]) -> f64 {
    const POINTS: u32 = 60;
    let log_likelihood = |root: f64| {
        let fit = Fit::new(data, root * root);
        let logs: f64 = data.iter().map(|(_, v)| libm::log(v + root * root)).sum();
        -0.5 * (logs + libm::log(fit.weight) + fit.squares * fit.weight)
    };
    let step = 1.5 * most(data).sqrt() / f64::from(POINTS);
    let heights = (0..=POINTS).map(|j| (j, log_likelihood(step * f64::from(j))));
    let start = heights.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
    let (at, height) = start.map_or((0.0, 0.0), |(j, height)| (step * f64::from(j), height));
    let (mut low, mut high) = ((at - step).max(0.0), at + step);
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    for _ in 0..80 {
        let (left, right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
        if log_likelihood(left) < log_likelihood(right) {
            low = left;
        } else {
            high = right;
        }
    }
    let root = 0.5 * (low + high);
    if at == 0.0 && log_likelihood(root) <= height {
        0.0
    } else {
        root * root
    }
}

/// The least A that [`Means::Robust`] shrinks with (Armstrong, Kolesár, Plagborg-Møller 2022, section 4.2, after Morris 1983): the
/// estimate is as good as never under 2Σs⁴ ÷ (Σs²·k) by chance alone, weights 1.
fn floor(data: &[(f64, f64)]) -> f64 {
    let (sum, squares) = data
        .iter()
        .fold((0.0, 0.0), |(s, q), (_, v)| (s + v, q + v * v));
    2.0 * squares / (sum * data.len() as f64)
}

fn shrink(y: f64, se: f64, fit: &Fit, options: MeansOptions) -> Shrunk {
    let z = normal_quantile(0.5 * (1.0 + options.coverage));
    let around = |estimate: f64, half: f64| Interval {
        estimate,
        lower: estimate - half,
        upper: estimate + half,
    };
    if se.is_infinite() {
        let error = (fit.between + 1.0 / fit.weight).sqrt();
        return Shrunk {
            raw: None,
            shrunk: around(fit.mean, z * error),
            se: error,
            own_share: 0.0,
            basis: Basis::Prior,
        };
    }
    let v = se * se;
    let (own, error, half) = match options.method {
        Means::PlugIn => {
            let own = fit.between / (v + fit.between);
            let error = (own * v).sqrt();
            (own, error, z * error)
        }
        Means::Morris => {
            let (own, variance) = morris(y, v, fit);
            (own, variance.sqrt(), z * variance.sqrt())
        }
        Means::Robust => {
            let own = fit.between / (v + fit.between);
            let half = robust_critical_value(v / fit.between, 1.0 - options.coverage) * own * se;
            (own, (own * v).sqrt(), half)
        }
    };
    Shrunk {
        raw: Some(around(y, z * se)),
        shrunk: around(fit.mean + own * (y - fit.mean), half),
        se: error,
        own_share: own,
        basis: Basis::Both,
    }
}

/// Share of the own figure, and variance, with one regression coefficient.
fn morris(y: f64, v: f64, fit: &Fit) -> (f64, f64) {
    let shrinkage = (fit.k - 3.0) / (fit.k - 1.0) * v / (v + fit.between);
    let leverage = 1.0 / ((v + fit.between) * fit.weight);
    let doubt = 2.0 / (fit.k - 3.0) * shrinkage * shrinkage * (fit.typical + fit.between)
        / (v + fit.between);
    let away = y - fit.mean;
    let variance = v * (1.0 - (1.0 - leverage) * shrinkage) + doubt * away * away;
    (1.0 - shrinkage, variance)
}

/// The critical value with which an interval of a normal estimate with random bias of mean square `m2` (in units of its standard
/// error) covers 1 − `alpha` on average, whatever the bias's distribution: cva(m2, ∞, α) of Armstrong, Kolesár, Plagborg-Møller
/// (2022), proposition 3.1. The worst distribution puts mass on 0 and on one size.
#[must_use]
pub fn robust_critical_value(m2: f64, alpha: f64) -> f64 {
    if !(m2 >= 0.0 && alpha > 0.0 && alpha < 1.0) {
        return f64::NAN;
    }
    // Chebyshev: (1 + m2) ÷ χ² bounds the chance.
    let (mut low, mut high) = (0.0, ((1.0 + m2) / alpha).sqrt() + 1.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if worst_miss(m2, middle) > alpha {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The highest chance of |Z + b| > χ over distributions of b with mean square m2: the concave hull of t ↦ P(|Z + √t| > χ).
fn worst_miss(m2: f64, chi: f64) -> f64 {
    let miss = |t: f64| normal_cdf(-chi - t.sqrt()) + normal_cdf(t.sqrt() - chi);
    let at_zero = miss(0.0);
    // Concave for χ² < 3.
    if chi * chi < 3.0 {
        return miss(m2);
    }
    // The steepest line from 0: its slope rises to one peak and falls.
    let slope = |root: f64| (miss(root * root) - at_zero) / (root * root);
    let (mut low, mut high) = (1e-3, chi + 6.0);
    for _ in 0..60 {
        let (left, right) = (high - 0.618 * (high - low), low + 0.618 * (high - low));
        if slope(left) < slope(right) {
            low = left;
        } else {
            high = right;
        }
    }
    let touch = 0.25 * (low + high) * (low + high);
    if m2 >= touch {
        miss(m2)
    } else {
        at_zero + m2 / touch * (miss(touch) - at_zero)
    }
}
