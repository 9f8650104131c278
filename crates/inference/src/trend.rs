//! Better than before? Changes between two periods with their intervals, slopes, and whether ranks last.
//!
//! Each estimate answers with an interval, so that "no different from before" and "too little to tell" are seen as such. Nothing
//! here looks for the period that makes a change look largest: the caller names both.

use serde::Serialize;

use crate::Invalid;
use crate::random::Random;
use crate::special::{beta_quantile, normal_cdf, normal_quantile, student_quantile};

/// A change from one period to another: the later minus the earlier, or the later over the earlier, as the function says.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The change; `None` where it is not defined (a quotient of nothing over nothing).
    pub estimate: Option<f64>,
    /// The lower end of its interval.
    pub lower: f64,
    /// The upper end; infinite where the data set none.
    pub upper: f64,
}

/// The normal multiplier of a two-sided interval.
fn multiplier(coverage: f64) -> Result<f64, Invalid> {
    Invalid::check_range("coverage", &[coverage], "between 0 and 1", |x| {
        x > 0.0 && x < 1.0
    })?;
    Ok(normal_quantile(0.5 + 0.5 * coverage))
}

/// The difference of two figures with their standard errors (0 and up), taken as independent and normal.
///
/// # Errors
/// [`Invalid`]: NaN, a negative standard error, a coverage outside (0, 1).
pub fn difference(before: (f64, f64), after: (f64, f64), coverage: f64) -> Result<Change, Invalid> {
    let z = multiplier(coverage)?;
    Invalid::check_finite("figures", &[before.0, after.0])?;
    Invalid::check_range("standard errors", &[before.1, after.1], "0 or more", |x| {
        x >= 0.0
    })?;
    let (estimate, half) = (after.0 - before.0, z * libm::hypot(before.1, after.1));
    Ok(Change {
        estimate: Some(estimate),
        lower: estimate - half,
        upper: estimate + half,
    })
}

/// The difference of the means of two samples by Welch (1947), *The generalization of 'Student's' problem*.
///
/// # Errors
/// [`Invalid`]: fewer than two values in a sample, NaN, a coverage outside (0, 1).
pub fn difference_of_samples(
    before: &[f64],
    after: &[f64],
    coverage: f64,
) -> Result<Change, Invalid> {
    multiplier(coverage)?;
    let (before, after) = (Moments::of("before", before)?, Moments::of("after", after)?);
    let estimate = after.mean - before.mean;
    let (a, b) = (before.variance / before.n, after.variance / after.n);
    let half = if a + b == 0.0 {
        0.0
    } else {
        let freedom = (a + b) * (a + b) / (a * a / (before.n - 1.0) + b * b / (after.n - 1.0));
        student_quantile(freedom, 0.5 + 0.5 * coverage) * (a + b).sqrt()
    };
    Ok(Change {
        estimate: Some(estimate),
        lower: estimate - half,
        upper: estimate + half,
    })
}

struct Moments {
    n: f64,
    mean: f64,
    variance: f64,
}

impl Moments {
    fn of(what: &'static str, values: &[f64]) -> Result<Self, Invalid> {
        if values.len() < 2 {
            return Err(Invalid::TooFew {
                what,
                least: 2,
                found: values.len(),
            });
        }
        Invalid::check_finite(what, values)?;
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values
            .iter()
            .map(|value| (value - mean) * (value - mean))
            .sum();
        Ok(Self {
            n,
            mean,
            variance: squares / (n - 1.0),
        })
    }
}

fn check_rates(
    before: (f64, f64),
    after: (f64, f64),
    expected: &'static str,
) -> Result<(), Invalid> {
    Invalid::check_range("counts", &[before.0, after.0], "0 or more", |x| x >= 0.0)?;
    Invalid::check_range("denominators", &[before.1, after.1], expected, |x| x > 0.0)
}

/// The difference of two proportions, each (count, of how many), by the hybrid of score intervals: Newcombe (1998), *Interval
/// estimation for the difference between independent proportions*, method 10. Never outside −1 to 1, good at 0 and 100 %.
///
/// # Errors
/// [`Invalid`]: NaN, a negative count, a denominator of 0, a count over it, a coverage outside (0, 1).
pub fn difference_of_proportions(
    before: (f64, f64),
    after: (f64, f64),
    coverage: f64,
) -> Result<Change, Invalid> {
    let z = multiplier(coverage)?;
    check_rates(before, after, "over 0")?;
    for (at, (count, of)) in [before, after].into_iter().enumerate() {
        if count > of {
            return Err(Invalid::Range {
                what: "counts",
                at,
                value: count,
                expected: "no more than its denominator",
            });
        }
    }
    let ((p, low, high), (q, least, most)) = (score(before, z), score(after, z));
    let estimate = q - p;
    Ok(Change {
        estimate: Some(estimate),
        lower: estimate - libm::hypot(q - least, high - p),
        upper: estimate + libm::hypot(most - q, p - low),
    })
}

/// A proportion and its score interval (Wilson 1927).
fn score((count, of): (f64, f64), z: f64) -> (f64, f64, f64) {
    let p = count / of;
    let middle = 2.0 * count + z * z;
    let half = z * (z * z + 4.0 * count * (1.0 - p)).sqrt();
    let below = 2.0 * (of + z * z);
    (
        p,
        ((middle - half) / below).max(0.0),
        ((middle + half) / below).min(1.0),
    )
}

/// The quotient of two rates, each (count, exposure): the later over the earlier, with the exact interval that follows from the
/// binomial distribution of the later count given the sum of both (Clopper, Pearson 1934; Lehmann, Romano 2005, 4.5).
///
/// With no events at all nothing is known: no estimate, 0 to infinity.
///
/// # Errors
/// [`Invalid`]: NaN, a negative count, an exposure of 0, a coverage outside (0, 1).
pub fn ratio_of_rates(
    before: (f64, f64),
    after: (f64, f64),
    coverage: f64,
) -> Result<Change, Invalid> {
    multiplier(coverage)?;
    check_rates(before, after, "over 0")?;
    let scale = before.1 / after.1;
    let odds = |share: f64| scale * share / (1.0 - share);
    let tail = 0.5 - 0.5 * coverage;
    let lower = if after.0 == 0.0 {
        0.0
    } else {
        odds(beta_quantile(after.0, before.0 + 1.0, tail))
    };
    let upper = if before.0 == 0.0 {
        f64::INFINITY
    } else {
        odds(beta_quantile(after.0 + 1.0, before.0, 1.0 - tail))
    };
    let known = before.0 > 0.0 || after.0 > 0.0;
    Ok(Change {
        estimate: known.then(|| scale * after.0 / before.0),
        lower,
        upper,
    })
}

/// A linear trend.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Slope {
    /// The median of the slopes between all pairs, for one unit of time.
    pub slope: f64,
    /// The lower end of its interval.
    pub lower: f64,
    /// The upper end of its interval.
    pub upper: f64,
    /// Kendall's S: pairs that rise minus pairs that fall.
    pub s: f64,
    /// The two-sided p-value that there is no trend, points taken as independent.
    pub p: f64,
    /// How strongly what is left after the trend goes with what is left one step before.
    pub autocorrelation: f64,
    /// The p-value with the variance of S widened for that autocorrelation; equals `p` where it isn't beyond chance.
    pub adjusted_p: f64,
    /// Whether the autocorrelation is beyond chance (5 %): then `p` and the interval claim too much.
    pub autocorrelated: bool,
}

/// The trend of values at rising times by Theil (1950) and Sen (1968), *Estimates of the regression coefficient based on Kendall's
/// tau*, with Mann–Kendall's test, ties corrected; autocorrelation as in Yue, Wang (2004), *The Mann-Kendall test modified by
/// effective sample size*. Equal values: slope 0, p 1. Time and memory: pairs of points.
///
/// # Errors
/// [`Invalid`]: fewer than four points (no interval means anything), lengths that differ, NaN, times that don't rise, a coverage
/// outside (0, 1).
pub fn slope(times: &[f64], values: &[f64], coverage: f64) -> Result<Slope, Invalid> {
    let z = multiplier(coverage)?;
    Invalid::check_length("values", times.len(), values.len())?;
    Invalid::check_finite("times", times)?;
    Invalid::check_finite("values", values)?;
    if times.len() < 4 {
        return Err(Invalid::TooFew {
            what: "points",
            least: 4,
            found: times.len(),
        });
    }
    if let Some(at) = times
        .iter()
        .skip(1)
        .zip(times)
        .position(|(after, before)| after <= before)
    {
        return Err(Invalid::Range {
            what: "times",
            at: at + 1,
            value: times.get(at + 1).copied().unwrap_or(f64::NAN),
            expected: "later than the one before",
        });
    }
    let slopes = pair_slopes(times, values);
    let s: f64 = slopes
        .iter()
        .map(|slope| f64::from(i8::from(*slope > 0.0) - i8::from(*slope < 0.0)))
        .sum();
    let variance = kendall_variance(values);
    let middle = quantile(&slopes, 0.5);
    let half = z * variance.sqrt();
    // Ranks from 1, as Sen counts; the position of rank r is r − 1.
    let at = |rank: f64| at_rank(&slopes, rank - 1.0);
    let pairs = slopes.len() as f64;
    let left: Vec<f64> = times
        .iter()
        .zip(values)
        .map(|(time, value)| value - middle * time)
        .collect();
    let autocorrelation = lag_one(&left);
    let autocorrelated =
        autocorrelation.abs() > normal_quantile(0.975) / (values.len() as f64).sqrt();
    let p = kendall_p(s, variance);
    Ok(Slope {
        slope: middle,
        lower: at(0.5 * (pairs - half)),
        upper: at(0.5 * (pairs + half) + 1.0),
        s,
        p,
        autocorrelation,
        adjusted_p: if autocorrelated {
            kendall_p(s, variance * inflation(autocorrelation, values.len()))
        } else {
            p
        },
        autocorrelated,
    })
}

/// The slopes between all pairs, sorted.
fn pair_slopes(times: &[f64], values: &[f64]) -> Vec<f64> {
    let points: Vec<(f64, f64)> = times.iter().copied().zip(values.iter().copied()).collect();
    let mut slopes = Vec::with_capacity(points.len() * (points.len() - 1) / 2);
    for (at, (time, value)) in points.iter().enumerate() {
        let later = points.iter().skip(at + 1);
        slopes.extend(later.map(|(t, v)| (v - value) / (t - time)));
    }
    slopes.sort_by(f64::total_cmp);
    slopes
}

/// Linear between neighbours, held to the ends.
fn at_rank(sorted: &[f64], position: f64) -> f64 {
    let position = position.clamp(0.0, (sorted.len() - 1) as f64);
    let below = libm::floor(position);
    let low = sorted.get(below as usize).copied().unwrap_or(f64::NAN);
    let high = sorted.get(below as usize + 1).copied().unwrap_or(low);
    low + (position - below) * (high - low)
}

fn quantile(sorted: &[f64], p: f64) -> f64 {
    at_rank(sorted, p * (sorted.len() - 1) as f64)
}

/// The variance of Kendall's S without a trend, corrected for ties.
fn kendall_variance(values: &[f64]) -> f64 {
    let term = |n: f64| n * (n - 1.0) * (2.0 * n + 5.0);
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let ties: f64 = sorted
        .chunk_by(|a, b| a == b)
        .map(|tie| term(tie.len() as f64))
        .sum();
    (term(values.len() as f64) - ties) / 18.0
}

fn kendall_p(s: f64, variance: f64) -> f64 {
    if variance <= 0.0 || s == 0.0 {
        return 1.0;
    }
    let z = (s.abs() - 1.0) / variance.sqrt();
    2.0 * normal_cdf(-z)
}

/// The correlation of a series with itself one step before; 0 for equal values.
fn lag_one(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let spread: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    let size: f64 = values.iter().map(|v| v.abs()).fold(0.0, f64::max);
    // Nothing but rounding is left.
    if spread <= values.len() as f64 * (1e-12 * size) * (1e-12 * size) {
        return 0.0;
    }
    let pairs = values.iter().skip(1).zip(values);
    pairs
        .map(|(after, before)| (after - mean) * (before - mean))
        .sum::<f64>()
        / spread
}

/// By how much autocorrelation `r` inflates the variance of S of `n` points; at least a tenth.
fn inflation(r: f64, n: usize) -> f64 {
    let (mut power, mut sum) = (1.0, 0.0);
    for step in 1..n {
        power *= r;
        sum += (1.0 - step as f64 / n as f64) * power;
    }
    (1.0 + 2.0 * sum).max(0.1)
}

/// How far ranks of one period last into the next.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Persistence {
    /// Spearman's correlation of the two periods' ranks.
    pub spearman: f64,
    /// Kendall's τ-b.
    pub kendall: f64,
    /// The share of draws without any lasting difference whose correlation is as high: small where ranks last beyond chance.
    pub p_chance: f64,
    /// The mean correlation to expect if nothing changed and only sampling noise stirred the ranks.
    pub expected_if_unchanged: f64,
    /// The 5 % quantile of that: an observed correlation below it says that places really changed.
    pub least_if_unchanged: f64,
    /// The share of units that stayed in their band.
    pub stayed: f64,
    /// The share to expect by chance alone.
    pub stayed_by_chance: f64,
    /// The share to expect if nothing changed but for noise.
    pub stayed_if_unchanged: f64,
    /// How many draws the expected figures come from.
    pub draws: usize,
}

/// How ranks last from one period to the next: figures of the same units, each with its standard error (0 and up); `bands` are
/// as many equal parts of the ranking (2 and up), best and worst ends alike.
///
/// *Chance*: the later figures are shuffled over the units. *Unchanged*: each unit keeps one true value, drawn from its posterior
/// given both periods (normal, variance between units by moments), and both periods are drawn anew about it with their errors. Ties
/// have their mean rank. Where all figures of a period are equal there are no ranks: correlation 0, p 1.
///
/// # Errors
/// [`Invalid`]: fewer than three units, lengths that differ, NaN, a negative standard error, fewer than two bands, no draw.
pub fn persistence(
    before: (&[f64], &[f64]),
    after: (&[f64], &[f64]),
    bands: usize,
    draws: usize,
    seed: u64,
) -> Result<Persistence, Invalid> {
    check_persistence(before, after, bands, draws)?;
    let (first, second) = (ranks(before.0), ranks(after.0));
    let observed = correlation(&first, &second);
    let stayed = staying(&first, &second, bands);
    let (mut as_high, mut chance) = (0_usize, 0.0);
    let mut correlations = Vec::with_capacity(draws);
    let mut unchanged = 0.0;
    let truth = Truth::of(before, after);
    for draw in 0..draws {
        let mut random = Random::new(seed, draw as u64);
        let mut shuffled = second.clone();
        random.shuffle(&mut shuffled);
        as_high += usize::from(correlation(&first, &shuffled) >= observed - 1e-12);
        chance += staying(&first, &shuffled, bands);
        let (one, two) = truth.draw(before.1, after.1, &mut random);
        correlations.push(correlation(&one, &two));
        unchanged += staying(&one, &two, bands);
    }
    correlations.sort_by(f64::total_cmp);
    let count = draws as f64;
    Ok(Persistence {
        spearman: observed,
        kendall: kendall(before.0, after.0),
        p_chance: (as_high + 1) as f64 / (count + 1.0),
        expected_if_unchanged: correlations.iter().sum::<f64>() / count,
        least_if_unchanged: quantile(&correlations, 0.05),
        stayed,
        stayed_by_chance: chance / count,
        stayed_if_unchanged: unchanged / count,
        draws,
    })
}

fn check_persistence(
    before: (&[f64], &[f64]),
    after: (&[f64], &[f64]),
    bands: usize,
    draws: usize,
) -> Result<(), Invalid> {
    let n = before.0.len();
    for (what, least, found) in [("units", 3, n), ("bands", 2, bands), ("draws", 1, draws)] {
        if found < least {
            return Err(Invalid::TooFew { what, least, found });
        }
    }
    for (what, slice) in [
        ("before's errors", before.1),
        ("after", after.0),
        ("after's errors", after.1),
    ] {
        Invalid::check_length(what, n, slice.len())?;
    }
    for (what, slice) in [("before", before.0), ("after", after.0)] {
        Invalid::check_finite(what, slice)?;
    }
    for (what, slice) in [("before's errors", before.1), ("after's errors", after.1)] {
        Invalid::check_range(what, slice, "0 or more", |x| x >= 0.0)?;
    }
    Ok(())
}

/// What is known of the units' true values if they didn't change.
struct Truth {
    /// Posterior mean and standard deviation of each.
    units: Vec<(f64, f64)>,
}

impl Truth {
    fn of(before: (&[f64], &[f64]), after: (&[f64], &[f64])) -> Self {
        let one = before.0.iter().zip(before.1);
        let two = after.0.iter().zip(after.1);
        // A common rise or fall of all units is no change of places.
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let (first, second) = (mean(before.0), mean(after.0));
        let pooled: Vec<(f64, f64)> = one
            .zip(two)
            .map(|((x, e), (y, f))| pool((x - first, e * e), (y - second, f * f)))
            .collect();
        let n = pooled.len() as f64;
        let spread = pooled.iter().map(|(m, _)| m * m).sum::<f64>() / (n - 1.0);
        let noise = pooled.iter().map(|(_, v)| v).sum::<f64>() / n;
        let between = (spread - noise).max(0.0);
        let posterior = |(m, v): &(f64, f64)| {
            let weight = if between + v > 0.0 {
                between / (between + v)
            } else {
                0.0
            };
            (weight * m, (weight * v).sqrt())
        };
        Self {
            units: pooled.iter().map(posterior).collect(),
        }
    }

    /// Ranks of both periods, drawn anew.
    fn draw(&self, before: &[f64], after: &[f64], random: &mut Random) -> (Vec<f64>, Vec<f64>) {
        let (one, two): (Vec<f64>, Vec<f64>) = self
            .units
            .iter()
            .zip(before)
            .zip(after)
            .map(|(((mean, sd), e), f)| {
                let truth = mean + sd * random.normal();
                (truth + e * random.normal(), truth + f * random.normal())
            })
            .unzip();
        (ranks(&one), ranks(&two))
    }
}

/// Two figures (value, variance) of one thing by their precision; exact figures by their mean.
fn pool((x, v): (f64, f64), (y, w): (f64, f64)) -> (f64, f64) {
    if v + w == 0.0 {
        return (0.5 * (x + y), 0.0);
    }
    ((x * w + y * v) / (v + w), v * w / (v + w))
}

/// Ranks from 1, ties with their mean.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<(usize, f64)> = values.iter().copied().enumerate().collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut ranks = vec![0.0; values.len()];
    let mut below = 0;
    for tie in order.chunk_by(|a, b| a.1 == b.1) {
        let rank = below as f64 + 0.5 * (tie.len() + 1) as f64;
        for (at, _) in tie {
            if let Some(place) = ranks.get_mut(*at) {
                *place = rank;
            }
        }
        below += tie.len();
    }
    ranks
}

/// Pearson's correlation; 0 where one side doesn't vary.
fn correlation(one: &[f64], two: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (m, k) = (mean(one), mean(two));
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in one.iter().zip(two) {
        xy += (x - m) * (y - k);
        xx += (x - m) * (x - m);
        yy += (y - k) * (y - k);
    }
    if xx > 0.0 && yy > 0.0 {
        xy / (xx * yy).sqrt()
    } else {
        0.0
    }
}

/// Kendall's τ-b; 0 where one side doesn't vary.
fn kendall(one: &[f64], two: &[f64]) -> f64 {
    let sign = |x: f64| f64::from(i8::from(x > 0.0) - i8::from(x < 0.0));
    let (mut both, mut left, mut right) = (0.0, 0.0, 0.0);
    for (at, (x, y)) in one.iter().zip(two).enumerate() {
        for (a, b) in one.iter().zip(two).skip(at + 1) {
            let (s, t) = (sign(a - x), sign(b - y));
            both += s * t;
            left += s * s;
            right += t * t;
        }
    }
    if left > 0.0 && right > 0.0 {
        both / (left * right).sqrt()
    } else {
        0.0
    }
}

/// The share of units whose two ranks lie in one band.
fn staying(one: &[f64], two: &[f64], bands: usize) -> f64 {
    let n = one.len() as f64;
    let band = |rank: f64| libm::floor((rank - 0.5) * bands as f64 / n);
    let stayed = one
        .iter()
        .zip(two)
        .filter(|(a, b)| band(**a) == band(**b))
        .count();
    stayed as f64 / n
}
