//! The posterior of the hyperparameters by quadrature.
//!
//! The prior's weight in cases, M, has a uniform prior on 1 ÷ (1 + M) (of rates: the intraclass correlation), so about uniform on the
//! variance between units, as in Morris (1983), but proper. The shrinkage B = M ÷ (M + scale) of a typical unit runs over midpoints
//! of a grid that is narrowed to where the mass is.

use std::collections::BTreeMap;

/// Points of B in each pass.
const POINTS: u32 = 24;
/// Points with less than exp(−this) of the highest mass are dropped.
const NEGLIGIBLE: f64 = 10.0;

/// What is known at one M.
pub(super) struct Peak<T> {
    pub(super) precision: f64,
    pub(super) log_mass: f64,
    pub(super) at: T,
}

/// Quadrature over M; `scale` in cases, prior uniform on 1 ÷ (1 + `successes`·M). `at` gives the log likelihood at an M and what else
/// is wanted of it.
pub(super) fn sweep<T>(
    scale: f64,
    successes: f64,
    mut at: impl FnMut(f64) -> (f64, T),
) -> Vec<Peak<T>> {
    let (mut low, mut high) = (0.0, 1.0);
    let mut passes = 0;
    loop {
        let step = (high - low) / f64::from(POINTS);
        let place = |j: u32| low + step * (f64::from(j) + 0.5);
        let peaks: Vec<(f64, Peak<T>)> = (0..POINTS)
            .map(|j| {
                let b = place(j);
                let precision = scale * b / (1.0 - b);
                let (log_mass, at) = at(precision);
                let log_prior = -2.0 * libm::log((1.0 - b) * (1.0 + successes * precision));
                let log_mass = log_mass + log_prior;
                (
                    b,
                    Peak {
                        precision,
                        log_mass,
                        at,
                    },
                )
            })
            .collect();
        let best = peaks
            .iter()
            .map(|(_, peak)| peak.log_mass)
            .fold(f64::NEG_INFINITY, f64::max);
        let kept = |peak: &Peak<T>| peak.log_mass > best - NEGLIGIBLE;
        let inside = peaks.iter().filter(|(_, peak)| kept(peak)).map(|(b, _)| *b);
        let (from, to) = inside.fold((1.0_f64, 0.0_f64), |(l, h), b| (l.min(b), h.max(b)));
        let (from, to) = ((from - step).max(low), (to + step).min(high));
        passes += 1;
        if passes == 4 || to - from > 0.6 * (high - low) {
            let kept = peaks.into_iter().map(|(_, peak)| peak).filter(kept);
            return kept.collect();
        }
        (low, high) = (from, to);
    }
}

/// Weights of the points that sum to 1.
pub(super) fn weights(log_masses: &[f64]) -> Vec<f64> {
    let best = log_masses.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let masses: Vec<f64> = log_masses.iter().map(|x| libm::exp(x - best)).collect();
    let total: f64 = masses.iter().sum();
    masses.iter().map(|mass| mass / total).collect()
}

/// Where a smooth function of one number is highest, and the standard deviation of the normal that touches it there. Newton's method
/// on differences, steps held to 1.
pub(super) fn peak(start: f64, f: impl Fn(f64) -> f64) -> (f64, f64) {
    let (mut x, mut spread) = (start, 0.2);
    for _ in 0..40 {
        let h = 0.3 * spread;
        let (left, middle, right) = (f(x - h), f(x), f(x + h));
        let slope = (right - left) / (2.0 * h);
        let bend = (right - 2.0 * middle + left) / (h * h);
        let step = if bend < 0.0 {
            spread = (1.0 / (-bend).sqrt()).clamp(1e-5, 3.0);
            (-slope / bend).clamp(-1.0, 1.0)
        } else {
            0.5_f64.copysign(slope)
        };
        x += step;
        if step.abs() < 0.03 * spread {
            break;
        }
    }
    (x, spread)
}

/// Gauss–Hermite, five points for the standard normal: place and weight.
const HERMITE: [(f64, f64); 5] = [
    (-2.856_970_013_872_806, 0.011_257_411_327_720_69),
    (-1.355_626_179_974_266, 0.222_075_922_005_612_6),
    (0.0, 0.533_333_333_333_333_3),
    (1.355_626_179_974_266, 0.222_075_922_005_612_6),
    (2.856_970_013_872_806, 0.011_257_411_327_720_69),
];

/// One point of the posterior of location and M.
pub(super) struct Node {
    pub(super) location: f64,
    pub(super) precision: f64,
    pub(super) weight: f64,
}

/// The posterior of location and M, and its highest point.
pub(super) struct Posterior {
    pub(super) nodes: Vec<Node>,
    pub(super) location: f64,
    pub(super) precision: f64,
    pub(super) height: f64,
}

/// The posterior of location and M by adaptive Gauss–Hermite quadrature in the location (Naylor, Smith 1982) within [`sweep`].
pub(super) fn posterior(
    scale: f64,
    successes: f64,
    start: f64,
    log_density: impl Fn(f64, f64) -> f64,
) -> Posterior {
    let mut from = start;
    let peaks = sweep(scale, successes, |precision| {
        let (x, spread) = peak(from, |x| log_density(x, precision));
        from = x;
        let points = HERMITE.map(|(place, weight)| {
            let x = x + spread * place;
            let log = log_density(x, precision) + 0.5 * place * place + libm::log(weight * spread);
            (x, log)
        });
        let logs = points.map(|(_, log)| log);
        let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = logs.iter().map(|log| libm::exp(log - most)).sum();
        let height = log_density(x, precision);
        let mass = most + libm::log(sum);
        (mass, (x, height, points, mass))
    });
    let points = || {
        peaks.iter().flat_map(|peak| {
            let log_prior = peak.log_mass - peak.at.3;
            let points = peak.at.2.iter();
            points.map(move |(x, log)| (peak.precision, *x, log + log_prior))
        })
    };
    let logs: Vec<f64> = points().map(|(_, _, log)| log).collect();
    let nodes = points()
        .zip(weights(&logs))
        .map(|((precision, location, _), weight)| Node {
            location,
            precision,
            weight,
        })
        .collect();
    let highest = peaks.iter().max_by(|a, b| a.at.1.total_cmp(&b.at.1));
    let (location, precision, height) = highest.map_or((start, scale, f64::NAN), |peak| {
        (peak.at.0, peak.precision, peak.at.1)
    });
    Posterior {
        nodes,
        location,
        precision,
        height,
    }
}

/// Mean and variance of a mixture, from weight, mean and variance of its parts.
pub(super) fn mixture(parts: impl Iterator<Item = (f64, f64, f64)>) -> (f64, f64) {
    let (mut first, mut second) = (0.0, 0.0);
    let mut within = 0.0;
    let mut origin = None;
    for (weight, mean, variance) in parts {
        // Around the first part's mean, lest squares of a large mean cancel.
        let from = *origin.get_or_insert(mean);
        first += weight * (mean - from);
        second += weight * (mean - from) * (mean - from);
        within += weight * variance;
    }
    let mean = origin.unwrap_or(f64::NAN) + first;
    (mean, within + (second - first * first).max(0.0))
}

/// Parts of a mixture with less weight are left out of its quantiles: all together they move a probability by less than 0.0002.
pub(super) const LIGHT: f64 = 1e-6;

/// Where a mixture's distribution function passes `p`, given its mean and standard deviation, and between which ends it lies. A bracket
/// grows from the mean and is narrowed by the Illinois method (Dowell, Jarratt 1971).
pub(super) fn quantile(
    p: f64,
    (mean, spread): (f64, f64),
    (least, most): (f64, f64),
    cdf: impl Fn(f64) -> f64,
) -> f64 {
    let off = |x: f64| cdf(x) - p;
    let (mut a, mut at_a) = (mean, off(mean));
    let mut step = if at_a < 0.0 { spread } else { -spread };
    let (mut b, mut at_b) = (a, at_a);
    while (at_a < 0.0) == (at_b < 0.0) {
        (a, at_a) = (b, at_b);
        b = (b + step).clamp(least, most);
        at_b = off(b);
        if b == a {
            return b;
        }
        step *= 2.0;
    }
    for _ in 0..100 {
        if at_a == at_b || (b - a).abs() < 1e-9 * spread {
            break;
        }
        let x = b - at_b * (b - a) / (at_b - at_a);
        let at_x = off(x);
        if at_x.abs() < 1e-10 {
            return x;
        }
        if (at_x < 0.0) == (at_b < 0.0) {
            at_a *= 0.5;
        } else {
            (a, at_a) = (b, at_b);
        }
        (b, at_b) = (x, at_x);
    }
    b
}

/// The answers for units in order; units with the same data are worked out once.
pub(super) fn once_each<const N: usize, T: Copy>(
    units: impl Iterator<Item = [f64; N]>,
    answer: impl Fn([f64; N]) -> T,
) -> Vec<T> {
    let mut known = BTreeMap::new();
    let of = |unit: [f64; N]| {
        let key = unit.map(f64::to_bits);
        *known.entry(key).or_insert_with(|| answer(unit))
    };
    units.map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::quantile;
    use crate::special::{beta_cdf, beta_quantile, gamma_cdf, gamma_quantile};

    #[test]
    fn quantiles_are_those_of_the_distribution_also_where_it_piles_up() {
        for (a, b) in [(3.0, 7.0), (40.0, 0.5), (0.2, 30.0), (2e4, 1e4)] {
            let total: f64 = a + b;
            let mean = a / total;
            let spread = (mean * (1.0 - mean) / (total + 1.0)).sqrt();
            for p in [0.001, 0.025, 0.5, 0.975] {
                let found = quantile(p, (mean, spread), (0.0, 1.0), |x| beta_cdf(a, b, x));
                let off = beta_cdf(a, b, found) - p;
                let near = (found - beta_quantile(a, b, p)).abs() < 1e-8 * spread;
                assert!(near || off.abs() < 1e-9, "{a} {b} {p}: {found}");
            }
        }
        for shape in [0.3, 4.0, 500.0_f64] {
            let moments = (shape, shape.sqrt());
            let found = quantile(0.975, moments, (0.0, f64::INFINITY), |x| {
                gamma_cdf(shape, x)
            });
            let expected = gamma_quantile(shape, 0.975);
            assert!((found / expected - 1.0).abs() < 1e-7, "{shape}: {found}");
        }
    }
}
