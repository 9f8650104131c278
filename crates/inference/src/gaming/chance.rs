//! The null distributions that several detectors share.

use crate::random::Random;
use crate::special::{ln_beta, ln_gamma};

/// ln C(n, k); −∞ where k > n.
pub(super) fn ln_choose(n: u64, k: u64) -> f64 {
    if k > n {
        return f64::NEG_INFINITY;
    }
    let (n, k) = (n as f64, k as f64);
    ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0)
}

fn hypergeometric_ln(all: u64, marked: u64, drawn: u64, k: u64) -> f64 {
    ln_choose(marked, k) + ln_choose(all - marked, drawn - k) - ln_choose(all, drawn)
}

/// P(K ≥ k) where `drawn` are taken out of `all`, of which `marked` are marked, without putting back.
pub(super) fn hypergeometric_at_least(all: u64, marked: u64, drawn: u64, k: u64) -> f64 {
    let low = (drawn + marked).saturating_sub(all);
    let high = drawn.min(marked);
    if k <= low {
        return 1.0;
    }
    if k > high {
        return 0.0;
    }
    let mut term = libm::exp(hypergeometric_ln(all, marked, drawn, k));
    let mut sum = term;
    for i in k..high {
        let up = (marked - i) as f64 * (drawn - i) as f64;
        let down = (i + 1) as f64 * (all + i + 1 - marked - drawn) as f64;
        term *= up / down;
        sum += term;
        if term < 1e-17 * sum {
            break;
        }
    }
    sum.min(1.0)
}

/// P(K ≥ k) of `n` trials whose common probability is drawn from Beta(a, b).
pub(super) fn beta_binomial_at_least(n: u64, a: f64, b: f64, k: u64) -> f64 {
    let term = |i: u64| {
        libm::exp(ln_choose(n, i) + ln_beta(a + i as f64, b + (n - i) as f64) - ln_beta(a, b))
    };
    (k..=n).map(term).sum::<f64>().min(1.0)
}

/// How many marked are among `drawn` out of `all`: by inversion from the mode outwards.
pub(super) fn hypergeometric(random: &mut Random, all: u64, marked: u64, drawn: u64) -> u64 {
    let low = (drawn + marked).saturating_sub(all);
    let high = drawn.min(marked);
    if low >= high {
        return high;
    }
    let mode = ((drawn + 1) as f64 * (marked + 1) as f64 / (all + 2) as f64) as u64;
    let mode = mode.clamp(low, high);
    let ratio = |i: u64| {
        (marked - i) as f64 * (drawn - i) as f64
            / ((i + 1) as f64 * (all + i + 1 - marked - drawn) as f64)
    };
    let top = libm::exp(hypergeometric_ln(all, marked, drawn, mode));
    let mut left = random.uniform() - top;
    let (mut below, mut above) = (mode, mode);
    let (mut term_below, mut term_above) = (top, top);
    while left > 0.0 && (below > low || above < high) {
        if above < high {
            term_above *= ratio(above);
            above += 1;
            left -= term_above;
            if left <= 0.0 {
                return above;
            }
        }
        if below > low {
            below -= 1;
            term_below /= ratio(below);
            left -= term_below;
            if left <= 0.0 {
                return below;
            }
        }
    }
    mode
}

/// Spreads `n` events over the bins of `pool` as if each event of the pool were as likely to be among them as any other (without
/// putting back): the multivariate hypergeometric distribution. `n` is at most the pool's sum.
pub(super) fn spread_without(random: &mut Random, pool: &[u64], n: u64, counts: &mut [u64]) {
    let mut all: u64 = pool.iter().sum();
    let mut left = n;
    for (count, marked) in counts.iter_mut().zip(pool) {
        *count = hypergeometric(random, all, *marked, left);
        left -= *count;
        all -= marked;
    }
}

/// Spreads `n` events over bins with these weights, each on its own: the multinomial distribution.
pub(super) fn spread(random: &mut Random, weights: &[f64], n: u64, counts: &mut [u64]) {
    let mut rest: f64 = weights.iter().sum();
    let mut left = n;
    for (count, weight) in counts.iter_mut().zip(weights) {
        let share = if rest > 0.0 { weight / rest } else { 0.0 };
        *count = random.binomial(left, share);
        left -= *count;
        rest -= weight;
    }
    // Rounding in `rest` may leave an event over: it belongs to the last bin that can have one.
    let last = counts
        .iter_mut()
        .zip(weights)
        .rev()
        .find(|(_, weight)| **weight > 0.0);
    if let Some((count, _)) = last {
        *count += left;
    }
}

/// As [`spread`], but with the shares themselves drawn around the pool's, so that a count varies `dispersion` times as much as the
/// multinomial's: the Dirichlet-multinomial distribution. `dispersion` is over 1.
pub(super) fn spread_dispersed(
    random: &mut Random,
    pool: &[u64],
    n: u64,
    dispersion: f64,
    counts: &mut [u64],
) {
    let concentration = concentration(n, dispersion);
    let all = pool.iter().sum::<u64>().max(1) as f64;
    let weights: Vec<f64> = pool
        .iter()
        .map(|count| random.gamma(concentration * *count as f64 / all))
        .collect();
    spread(random, &weights, n, counts);
}

/// The Dirichlet's concentration A for which a count's variance is `dispersion` times the multinomial's: (n + A)/(1 + A). That can't
/// be over n, where all events come together: then A is next to 0.
pub(super) fn concentration(n: u64, dispersion: f64) -> f64 {
    ((n as f64 - dispersion) / (dispersion - 1.0)).max(1e-3)
}
