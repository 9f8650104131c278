//! The critical value of one unit's marginal set with independent errors, without simulation.
//!
//! Given the unit's own error z·s, the others' errors are independent, so the probability that none of the unit's studentised
//! differences passes c is one integral over z of a product of normal probabilities. It is taken by the trapezoidal rule, whose
//! error falls exponentially for such integrands.

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
const TOLERANCE: f64 = 1e-10;

/// A node as seen from a unit with standard error s: s over the node's, √(1 + its square), and the weights.
struct Seen {
    ratio: f64,
    length: f64,
    both: f64,
    ahead: f64,
    behind: f64,
}

/// The critical value of a unit with standard error `own` against the `mix` of units at `nodes`: the `coverage` quantile of the
/// largest studentised difference, at least 0. `None` where no hypothesis is left.
pub(super) fn critical(own: f64, nodes: &[f64], mix: &Mix, coverage: f64) -> Option<f64> {
    let hypotheses = mix.hypotheses();
    if hypotheses < 0.5 {
        return None;
    }
    let seen = seen(own, nodes, mix);
    let points = points(&seen);
    let target = libm::log1p(-coverage);
    // ln of the probability to pass, over its target: falls in c.
    let excess = |c: f64| libm::log(beyond(&seen, &points, c).max(1e-300)) - target;
    let most = -normal_quantile((1.0 - coverage) / hypotheses.max(1.0));
    let least = normal_quantile(coverage).max(0.0).min(most);
    Some(falling_root(excess, least, most.max(0.0)))
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
fn beyond(seen: &[Seen], points: &[(f64, f64)], c: f64) -> f64 {
    let at = |(z, weight): &(f64, f64)| -weight * libm::expm1(log_within(seen, *z, c));
    points.iter().map(at).sum()
}

/// ln of the probability that none passes `c`, given that the unit's own error is z standard errors.
fn log_within(seen: &[Seen], z: f64, c: f64) -> f64 {
    let mut sum = 0.0;
    for node in seen {
        let reach = c * node.length;
        let shift = z * node.ratio;
        // Another unit's error passes above where it is over z·s + c·√(…), below where it is under z·s − c·√(…).
        let over = upper_tail(reach + shift);
        let under = upper_tail(reach - shift);
        if node.both != 0.0 {
            sum += node.both * log_rest(over + under);
        }
        if node.ahead != 0.0 {
            sum += node.ahead * log_rest(over);
        }
        if node.behind != 0.0 {
            sum += node.behind * log_rest(under);
        }
    }
    sum.min(0.0)
}

fn log_rest(p: f64) -> f64 {
    if p == 0.0 {
        0.0
    } else if p < 1.0 {
        libm::log1p(-p).max(LEAST_LOG)
    } else {
        LEAST_LOG
    }
}

fn upper_tail(x: f64) -> f64 {
    if x > 9.0 {
        0.0
    } else {
        0.5 * libm::erfc(x * std::f64::consts::FRAC_1_SQRT_2)
    }
}

/// Where a falling function passes zero in [low, high]; the end that is nearest where it doesn't. By the Illinois variant of the
/// false position (Dowell, Jarratt 1971).
fn falling_root(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    let (mut at_low, mut at_high) = (f(low), f(high));
    if at_low <= 0.0 {
        return low;
    }
    if at_high >= 0.0 {
        return high;
    }
    let mut last = 0.0;
    for _ in 0..200 {
        let middle = (low * at_high - high * at_low) / (at_high - at_low);
        let value = f(middle);
        if value.abs() < TOLERANCE || high - low < TOLERANCE {
            return middle;
        }
        if value > 0.0 {
            (low, at_low) = (middle, value);
            at_high *= if last > 0.0 { 0.5 } else { 1.0 };
        } else {
            (high, at_high) = (middle, value);
            at_low *= if last < 0.0 { 0.5 } else { 1.0 };
        }
        last = value;
    }
    high
}
