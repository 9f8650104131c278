//! The critical value of one unit's marginal set with independent errors, without simulation.
//!
//! Given the unit's own error z·s, the others' errors are independent, so the probability that none of the unit's studentised
//! differences passes c is one integral over z of a product of normal probabilities. It is taken by the trapezoidal rule, whose
//! error falls exponentially for such integrands.

use std::f64::consts::FRAC_1_SQRT_2;
use std::sync::OnceLock;

use crate::special::{normal_density, normal_quantile};

/// Standard errors of the other units, and how many units of each are tested in both directions, only for being ahead of the
/// unit, or only for being behind it. Weights may be fractions: a unit between two nodes is spread over four of them.
#[derive(Clone, Debug)]
pub(super) struct Mix {
    pub(super) both: Vec<f64>,
    pub(super) ahead: Vec<f64>,
    pub(super) behind: Vec<f64>,
}

impl Mix {
    pub(super) fn empty(nodes: usize) -> Self {
        Self {
            both: vec![0.0; nodes],
            ahead: vec![0.0; nodes],
            behind: vec![0.0; nodes],
        }
    }

    /// How many hypotheses there are.
    fn hypotheses(&self) -> f64 {
        let sum = |weights: &[f64]| weights.iter().sum::<f64>();
        2.0 * sum(&self.both) + sum(&self.ahead) + sum(&self.behind)
    }
}

/// The points of the rule reach so far.
const REACH: f64 = 8.5;
/// The widest step; it is halved so often at most.
const STEP: f64 = 0.25;
const HALVINGS: u32 = 9;
/// A probability under exp of this counts as this: it makes the product nothing either way.
const LEAST_LOG: f64 = -60.0;
/// Critical values are solved for to this.
const TOLERANCE: f64 = 1e-9;

/// A node as seen from a unit with standard error s: s over the node's, √(1 + its square), and the weights.
struct Seen {
    ratio: f64,
    length: f64,
    both: f64,
    ahead: f64,
    behind: f64,
}

/// The critical value of a unit with standard error `own` against the `mix` of units at `nodes`: the `coverage` quantile of the
/// largest studentised difference, at least 0; `near` is where to look first. `None` where no hypothesis is left.
pub(super) fn critical(
    own: f64,
    nodes: &[f64],
    mix: &Mix,
    coverage: f64,
    near: f64,
) -> Option<f64> {
    let hypotheses = mix.hypotheses();
    if hypotheses < 0.5 {
        return None;
    }
    let seen = seen(own, nodes, mix);
    let points = points(&seen);
    let tails = Tails::get();
    let target = libm::log1p(-coverage);
    // ln of the probability to pass, over its target: falls in c.
    let excess = |c: f64| libm::log(beyond(&seen, &points, tails, c).max(1e-300)) - target;
    let most = (-normal_quantile((1.0 - coverage) / hypotheses.max(1.0))).max(0.0);
    let least = normal_quantile(coverage).max(0.0).min(most);
    Some(falling_root(excess, least, most, near))
}

fn seen(own: f64, nodes: &[f64], mix: &Mix) -> Vec<Seen> {
    let weights = mix.both.iter().zip(&mix.ahead).zip(&mix.behind);
    let all = nodes.iter().zip(weights);
    all.filter(|(_, ((both, ahead), behind))| **both != 0.0 || **ahead != 0.0 || **behind != 0.0)
        .map(|(node, ((both, ahead), behind))| {
            let ratio = own / node;
            Seen {
                ratio,
                length: (1.0 + ratio * ratio).sqrt(),
                both: *both,
                ahead: *ahead,
                behind: *behind,
            }
        })
        .collect()
}

/// The rule's points and weights: as close as the sharpest factor needs, whose width is 1 over its ratio.
fn points(seen: &[Seen]) -> Vec<(f64, f64)> {
    let sharpest = seen
        .iter()
        .fold(1.0, |most: f64, node| most.max(node.ratio));
    let mut step = STEP;
    for _ in 0..HALVINGS {
        if step * sharpest > 0.75 {
            step *= 0.5;
        }
    }
    let count = (REACH / step) as i32;
    (-count..=count)
        .map(|at| {
            let z = f64::from(at) * step;
            (z, step * normal_density(z))
        })
        .collect()
}

/// The probability that a studentised difference passes `c`.
fn beyond(seen: &[Seen], points: &[(f64, f64)], tails: &Tails, c: f64) -> f64 {
    let at = |(z, weight): &(f64, f64)| -weight * libm::expm1(log_within(seen, tails, *z, c));
    points.iter().map(at).sum()
}

/// ln of the probability that none passes `c`, given that the unit's own error is z standard errors.
fn log_within(seen: &[Seen], tails: &Tails, z: f64, c: f64) -> f64 {
    let mut sum = 0.0;
    for node in seen {
        let reach = c * node.length;
        let shift = z * node.ratio;
        // Another unit's error passes above where it is over z·s + c·√(…), below where it is under z·s − c·√(…).
        let (over, under) = (reach + shift, reach - shift);
        if node.both != 0.0 {
            sum += node.both * log_rest(tails.upper(over) + tails.upper(under));
        }
        if node.ahead != 0.0 {
            sum += node.ahead * tails.log_lower(over);
        }
        if node.behind != 0.0 {
            sum += node.behind * tails.log_lower(under);
        }
        if sum < 2.0 * LEAST_LOG {
            return sum;
        }
    }
    sum.min(0.0)
}

/// ln(1 − p).
#[inline]
fn log_rest(p: f64) -> f64 {
    if p < 1e-3 {
        -p * (1.0 + p * (0.5 + p * (1.0 / 3.0 + 0.25 * p)))
    } else if p < 1.0 {
        libm::log1p(-p).max(LEAST_LOG)
    } else {
        LEAST_LOG
    }
}

/// Tables reach from −[`END`] to [`END`], with so many entries to 1.
const END: f64 = 10.0;
const FINENESS: f64 = 64.0;

/// Φ̄ and ln Φ by tables of their first four Taylor terms, good to 10⁻⁶ relative in the tails and far better where it matters:
/// the integrals take most of their time in them.
struct Tails {
    upper: Vec<[f64; 4]>,
    log_lower: Vec<[f64; 4]>,
}

impl Tails {
    fn get() -> &'static Self {
        static TAILS: OnceLock<Tails> = OnceLock::new();
        TAILS.get_or_init(|| {
            let last = (2.0 * END * FINENESS) as i32;
            let at = |entry: i32| f64::from(entry) / FINENESS - END;
            Self {
                upper: (0..=last).map(|entry| upper_terms(at(entry))).collect(),
                log_lower: (0..=last).map(|entry| log_terms(at(entry))).collect(),
            }
        })
    }

    /// Φ̄(x).
    #[inline]
    fn upper(&self, x: f64) -> f64 {
        if x >= END {
            0.0
        } else {
            taylor(&self.upper, x.max(-END)).min(1.0)
        }
    }

    /// ln Φ(x).
    #[inline]
    fn log_lower(&self, x: f64) -> f64 {
        if x >= END {
            0.0
        } else {
            taylor(&self.log_lower, x.max(-END))
        }
    }
}

#[inline]
fn taylor(table: &[[f64; 4]], x: f64) -> f64 {
    let place = (x + END) * FINENESS;
    let nearest = (place + 0.5) as usize;
    let d = (place - nearest as f64) / FINENESS;
    let [a, b, c, e] = table.get(nearest).copied().unwrap_or_default();
    a + d * (b + d * (c + d * e))
}

/// The terms of Φ̄ at x.
fn upper_terms(x: f64) -> [f64; 4] {
    let density = normal_density(x);
    let value = 0.5 * libm::erfc(x * FRAC_1_SQRT_2);
    [
        value,
        -density,
        0.5 * x * density,
        (1.0 - x * x) * density / 6.0,
    ]
}

/// The terms of ln Φ at x.
fn log_terms(x: f64) -> [f64; 4] {
    let above = 0.5 * libm::erfc(x * FRAC_1_SQRT_2);
    let value = if x > 0.0 {
        libm::log1p(-above)
    } else {
        libm::log(0.5 * libm::erfc(-x * FRAC_1_SQRT_2))
    };
    let hazard = normal_density(x) / (0.5 * libm::erfc(-x * FRAC_1_SQRT_2));
    let second = -hazard * (x + hazard);
    let third = -second * (x + hazard) - hazard * (1.0 + second);
    [value, hazard, 0.5 * second, third / 6.0]
}

/// Where a falling function, much like −x²⁄2, passes zero in [low, high]; the end where it doesn't. By secants from `near` on,
/// by halving where they lead out.
fn falling_root(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64, near: f64) -> f64 {
    let mut x = near.clamp(low, high);
    let mut value = f(x);
    let mut slope = -(x + 1.0 / (x + 0.5));
    for _ in 0..100 {
        if value > 0.0 {
            low = x;
        } else {
            high = x;
        }
        if value.abs() < TOLERANCE || high - low < TOLERANCE {
            break;
        }
        let secant = x - value / slope;
        // An end that wasn't tried yet may be where it is.
        let next = if secant > low && secant < high {
            secant
        } else if (secant <= low && x != low) || (secant >= high && x != high) {
            secant.clamp(low, high)
        } else {
            0.5 * (low + high)
        };
        let at_next = f(next);
        let rise = (at_next - value) / (next - x);
        if rise < 0.0 {
            slope = rise;
        }
        (x, value) = (next, at_next);
    }
    x
}
