//! Figures that are made up or helped over a mark: first digits, heaps beside a threshold, round numbers.
#![expect(
    clippy::indexing_slicing,
    reason = "bins and digits are held within their arrays"
)]

use super::chance::spread;
use super::{Answer, Calibration, Draws, Evidence, Finding, NotApplicable, Place};
use crate::Invalid;
use crate::special::binomial_at_least;

/// Tests first digits against Benford's law, P(d) = log₁₀(1 + 1/d). Statistic: Pearson's χ².
///
/// Null: the figures come from a spread-out, smooth distribution over powers of ten; the p-value is by draws from the law. It applies
/// to sums of money, populations, counts of things without a bound; not to marks, shares, ages, prices or assigned numbers, however
/// many: that is the caller's to know. It is refused by name under 100 figures, or where the middle 90 % span less than two powers
/// of ten (Durtschi, Hillison, Pacini 2004; Nigrini 2012, *Benford's law*, ch. 1). Signs are ignored, zeros left out. Evidence: each
/// digit's count, the largest χ² term first.
///
/// # Errors
/// [`Invalid`] for a figure that isn't finite, under 19 draws.
pub fn benford(values: &[f64], draws: &Draws) -> Result<Answer, Invalid> {
    Invalid::check_finite("values", values)?;
    let mut sizes: Vec<f64> = values
        .iter()
        .map(|v| v.abs())
        .filter(|v| *v > 0.0)
        .collect();
    if sizes.len() < 100 {
        return Ok(NotApplicable::too_few(
            "figures other than 0",
            100,
            sizes.len(),
        ));
    }
    sizes.sort_by(f64::total_cmp);
    let cut = sizes.len() / 20;
    let span = libm::log10(sizes[sizes.len() - 1 - cut]) - libm::log10(sizes[cut]);
    if span < 2.0 {
        return Ok(Answer::NotApplicable(NotApplicable::Span {
            needed: 2.0,
            found: span,
        }));
    }
    let mut counts = [0_u64; 9];
    sizes
        .iter()
        .for_each(|size| counts[first_digit(*size) - 1] += 1);
    let n = sizes.len() as u64;
    let law =
        [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0].map(|d: f64| libm::log10(1.0 + 1.0 / d));
    let term = |digit: usize, count: u64| {
        let expected = n as f64 * law[digit];
        (count as f64 - expected) * (count as f64 - expected) / expected
    };
    let total = |counts: &[u64; 9]| (0..9).map(|digit| term(digit, counts[digit])).sum::<f64>();
    let statistic = total(&counts);
    let mut drawn = [0; 9];
    let (p, calibration) = draws.p(statistic, |random| {
        spread(random, &law, n, &mut drawn);
        total(&drawn)
    })?;
    let mut digits: Vec<usize> = (0..9).collect();
    digits.sort_by(|a, b| term(*b, counts[*b]).total_cmp(&term(*a, counts[*a])));
    let evidence = digits
        .into_iter()
        .map(|digit| Evidence {
            place: Place::Digits,
            positions: vec![digit],
            observed: counts[digit] as f64,
            expected: n as f64 * law[digit],
        })
        .collect();
    Ok(Answer::Tested(Finding {
        p,
        calibration,
        statistic,
        evidence,
    }))
}

/// The first digit other than 0 of a number over 0. A trifle is added, so that 0.3 begins with 3 whatever its binary form.
fn first_digit(size: f64) -> usize {
    let mut leading = size / libm::exp10(libm::floor(libm::log10(size)));
    leading *= 1.0 + 1e-12;
    if leading < 1.0 {
        leading *= 10.0;
    }
    if leading >= 10.0 {
        leading /= 10.0;
    }
    (leading as usize).clamp(1, 9)
}

/// Figures beside a threshold.
#[derive(Clone, Copy, Debug)]
pub struct Heap<'a> {
    /// The figures.
    pub values: &'a [f64],
    /// The mark: figures at or over it pass.
    pub threshold: f64,
    /// The width of a bin, over 0: small against the spread, and a multiple of any step to which figures are rounded by habit, so that
    /// each bin holds as many round numbers as the next.
    pub width: f64,
}

/// How many bins are looked at on each side of the threshold.
const SIDE: usize = 6;
/// How many of them must lie within the range of the figures.
const LEAST: usize = 3;

/// Tests for figures moved from just under a threshold to just over it: in the spirit of McCrary (2008, *Manipulation of the running
/// variable*), with a smooth counterfactual over bins as in bunching studies (Chetty et al. 2011). A log-quadratic density is fitted to
/// up to 6 bins on each side (Poisson likelihood). Statistic: the excess in the first bin over the threshold plus the lack in the last
/// under it, over the root of their expected sum; one-sided.
///
/// Null: the fitted density; the p-value is by draws from it, each fitted anew. Bins not wholly within the range of the figures are left
/// out. Evidence: the bin under and the bin over the threshold.
///
/// # Errors
/// [`Invalid`] for a value or setting that isn't finite, a width not over 0, under 19 draws.
pub fn heap_at_threshold(heap: &Heap<'_>, draws: &Draws) -> Result<Answer, Invalid> {
    Invalid::check_finite("values", heap.values)?;
    Invalid::check_finite("threshold", &[heap.threshold])?;
    Invalid::check_range("width", &[heap.width], "over 0", |width| width > 0.0)?;
    let low = heap.values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = heap
        .values
        .iter()
        .copied()
        .fold(f64::NEG_INFINITY, f64::max);
    let room = |span: f64| (libm::floor(span / heap.width + 1e-9)).clamp(0.0, SIDE as f64) as usize;
    let (under, over) = (room(heap.threshold - low), room(high - heap.threshold));
    let least = under.min(over);
    if least < LEAST || heap.values.is_empty() {
        let least = if heap.values.is_empty() { 0 } else { least };
        return Ok(NotApplicable::too_few(
            "bins with figures on each side",
            LEAST,
            least,
        ));
    }
    let counts = binned(heap, under, over);
    let n: u64 = counts.iter().sum();
    if n < 50 {
        return Ok(NotApplicable::too_few(
            "figures near the threshold",
            50,
            n as usize,
        ));
    }
    let density = fitted(&counts);
    let statistic = excess(&counts, &density, under);
    let mut drawn = vec![0; counts.len()];
    let (p, calibration) = draws.p(statistic, |random| {
        spread(random, &density, n, &mut drawn);
        excess(&drawn, &fitted(&drawn), under)
    })?;
    let beside = |bin: usize| Evidence {
        place: Place::Bins,
        positions: vec![bin],
        observed: counts[bin] as f64,
        expected: density[bin],
    };
    let evidence = vec![beside(under - 1), beside(under)];
    Ok(Answer::Tested(Finding {
        p,
        calibration,
        statistic,
        evidence,
    }))
}

fn binned(heap: &Heap<'_>, under: usize, over: usize) -> Vec<u64> {
    let mut counts = vec![0; under + over];
    for value in heap.values {
        let bin = libm::floor((value - heap.threshold) / heap.width + 1e-9) + under as f64;
        if bin >= 0.0 && bin < counts.len() as f64 {
            counts[bin as usize] += 1;
        }
    }
    counts
}

fn excess(counts: &[u64], density: &[f64], middle: usize) -> f64 {
    let beyond = |bin: usize| counts[bin] as f64 - density[bin];
    let scale = (density[middle - 1] + density[middle]).max(1e-9).sqrt();
    (beyond(middle) - beyond(middle - 1)) / scale
}

/// The log-quadratic density with the greatest Poisson likelihood, by Newton's steps (each held so that no bin changes more than
/// e²-fold).
fn fitted(counts: &[u64]) -> Vec<f64> {
    let bins = counts.len() as f64;
    let place: Vec<f64> = (0..counts.len())
        .map(|bin| (2.0 * bin as f64 + 1.0) / bins - 1.0)
        .collect();
    let n: u64 = counts.iter().sum();
    let mut line = vec![libm::log((n as f64 / bins).max(1e-9)); counts.len()];
    for _ in 0..40 {
        let mut slope = [0.0; 3];
        let mut curve = [[0.0; 3]; 3];
        for ((x, count), line) in place.iter().zip(counts).zip(&line) {
            let mean = libm::exp(*line);
            let terms = [1.0, *x, x * x];
            for (i, a) in terms.iter().enumerate() {
                slope[i] += a * (*count as f64 - mean);
                for (j, b) in terms.iter().enumerate() {
                    curve[i][j] += a * b * mean;
                }
            }
        }
        let [a, b, c] = solved(curve, slope);
        let step: Vec<f64> = place.iter().map(|x| a + b * x + c * x * x).collect();
        let most = step
            .iter()
            .fold(0.0, |most: f64, step| most.max(step.abs()));
        let shrink = 1.0_f64.min(2.0 / most.max(1e-300));
        line.iter_mut()
            .zip(&step)
            .for_each(|(line, step)| *line += shrink * step);
        if most < 1e-9 {
            break;
        }
    }
    line.into_iter().map(libm::exp).collect()
}

/// Solves a symmetric positive system by Cramer's rule; 0 where it is singular.
fn solved(m: [[f64; 3]; 3], v: [f64; 3]) -> [f64; 3] {
    let det = |m: &[[f64; 3]; 3]| {
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
            - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
            + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    };
    let whole = det(&m);
    if whole.abs() < 1e-300 {
        return [0.0; 3];
    }
    [0, 1, 2].map(|column| {
        let mut other = m;
        (0..3).for_each(|row| other[row][column] = v[row]);
        det(&other) / whole
    })
}

/// Tests for more round numbers than a smooth distribution has: whole numbers that are multiples of `step` against their neighbours, two
/// on each side (one for a step under 5). Statistic: the share of multiples among these.
///
/// Null: locally the density is linear, so each number of a window has the same share: P(Bin(n, 1/5 or 1/3) ≥ multiples), exact.
/// Rounding is a habit, not fraud: it says that figures weren't measured to the last digit. Evidence: positions of the round ones.
///
/// # Errors
/// [`Invalid::Range`] for a `step` under 3.
pub fn round_numbers(values: &[i64], step: u32) -> Result<Answer, Invalid> {
    Invalid::check_range("step", &[f64::from(step)], "at least 3", |step| step >= 3.0)?;
    let step = i64::from(step);
    let beside = if step < 5 { 1 } else { 2 };
    let off = |value: &i64| {
        let rest = value.rem_euclid(step);
        rest.min(step - rest)
    };
    let near = values.iter().filter(|value| off(value) <= beside).count();
    if near < 20 {
        return Ok(NotApplicable::too_few(
            "figures at or beside a round number",
            20,
            near,
        ));
    }
    if values.iter().all(|value| Some(value) == values.first()) {
        return Ok(NotApplicable::all_equal("figures"));
    }
    let positions: Vec<usize> = values
        .iter()
        .enumerate()
        .filter(|(_, value)| off(value) == 0)
        .map(|(at, _)| at)
        .collect();
    let chance = 1.0 / (2 * beside + 1) as f64;
    let round = positions.len();
    Ok(Answer::Tested(Finding {
        p: binomial_at_least(near as u64, chance, round as u64),
        calibration: Calibration::Exact,
        statistic: round as f64 / near as f64,
        evidence: vec![Evidence {
            place: Place::Values,
            positions,
            observed: round as f64,
            expected: near as f64 * chance,
        }],
    }))
}
