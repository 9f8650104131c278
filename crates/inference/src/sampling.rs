//! Sampling: how many ratings, visits or checks are needed, drawing them so that anyone can repeat the draw, and what they say.
//!
//! Units are positions. A draw's algorithm is documented in full, so that another program can repeat it from the seed. Nothing here
//! decides who may be drawn.

use serde::Serialize;

use crate::Invalid;
use crate::random::Random;
use crate::special::normal_quantile;

/// Error rates of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Power {
    /// Chance, for the whole list, of calling equal units different (two-sided), in (0, 1).
    pub alpha: f64,
    /// Chance of telling apart what differs by as much as asked, in (0, 1).
    pub power: f64,
    /// How many comparisons share `alpha` (Bonferroni): 1, or k(k − 1) ÷ 2 for all pairs of k units.
    pub comparisons: u64,
}

impl Power {
    /// All pairs of a list of `units`.
    #[must_use]
    pub const fn all_pairs(alpha: f64, power: f64, units: u64) -> Self {
        let comparisons = units.saturating_mul(units.saturating_sub(1)) / 2;
        Self {
            alpha,
            power,
            comparisons,
        }
    }

    fn quantiles(self) -> Result<(f64, f64), Invalid> {
        let inside = |x: f64| x > 0.0 && x < 1.0;
        Invalid::check_range("alpha", &[self.alpha], "over 0 and under 1", inside)?;
        Invalid::check_range("power", &[self.power], "over 0 and under 1", inside)?;
        Invalid::check_range(
            "comparisons",
            &[self.comparisons as f64],
            "1 or more",
            |x| x >= 1.0,
        )?;
        let tail = 0.5 * self.alpha / self.comparisons as f64;
        Ok((-normal_quantile(tail), normal_quantile(self.power)))
    }
}

/// How many per unit tell two proportions apart: n = ((z√(2p̄q̄) + zᵦ√(p₁q₁ + p₂q₂)) ÷ (p₁ − p₂))², not rounded (Fleiss, Levin, Paik
/// 2003, *Statistical methods for rates and proportions*, 4.14, without continuity correction).
///
/// # Errors
/// [`Invalid`]: a proportion outside 0…1, proportions that are equal, settings out of range.
pub fn size_for_proportions(p1: f64, p2: f64, power: Power) -> Result<f64, Invalid> {
    let (z, z_power) = power.quantiles()?;
    Invalid::check_range("proportion", &[p1, p2], "0 to 1", |p| {
        (0.0..=1.0).contains(&p)
    })?;
    check_over_zero("difference", (p1 - p2).abs())?;
    let mean = 0.5 * (p1 + p2);
    let together = (2.0 * mean * (1.0 - mean)).sqrt();
    let apart = (p1 * (1.0 - p1) + p2 * (1.0 - p2)).sqrt();
    let root = (z * together + z_power * apart) / (p1 - p2);
    Ok(root * root)
}

/// How many per unit tell two means `difference` apart, of cases with standard deviation `sd`: n = 2(z + zᵦ)²(sd ÷ difference)², not
/// rounded. With fewer than about 30 add one or two for the estimated sd.
///
/// # Errors
/// [`Invalid`]: sd or difference not over 0, settings out of range.
pub fn size_for_means(difference: f64, sd: f64, power: Power) -> Result<f64, Invalid> {
    let (z, z_power) = power.quantiles()?;
    check_over_zero("difference", difference.abs())?;
    check_over_zero("sd", sd)?;
    let root = (z + z_power) * sd / difference;
    Ok(2.0 * root * root)
}

/// The share of what sets unit means apart that is real: λ = between ÷ (between + within ÷ n), of variances (Spearman–Brown).
///
/// # Errors
/// [`Invalid`]: a variance negative or both 0, n not over 0.
pub fn reliability(between: f64, within: f64, n: f64) -> Result<f64, Invalid> {
    Invalid::check_range("variance", &[between, within], "0 or more", |x| x >= 0.0)?;
    check_over_zero("n", n)?;
    check_over_zero("sum of variances", between + within)?;
    Ok(between / (between + within / n))
}

/// How many per unit give a reliability of `target`: n = within ÷ between × target ÷ (1 − target), not rounded.
///
/// # Errors
/// [`Invalid`]: between not over 0 (units that don't differ can't be told apart by any number), within negative, target not in (0, 1).
pub fn size_for_reliability(between: f64, within: f64, target: f64) -> Result<f64, Invalid> {
    check_over_zero("variance between", between)?;
    Invalid::check_range("variance within", &[within], "0 or more", |x| x >= 0.0)?;
    Invalid::check_range("target", &[target], "over 0 and under 1", |x| {
        x > 0.0 && x < 1.0
    })?;
    Ok(within / between * target / (1.0 - target))
}

fn check_over_zero(what: &'static str, value: f64) -> Result<(), Invalid> {
    Invalid::check_range(what, &[value], "over 0", |x| x > 0.0)
}

/// How a sample is spread over strata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Allocation {
    /// By size.
    Proportional,
    /// By size × standard deviation: the least variance for a mean (Neyman 1934).
    Neyman,
}

/// How many to draw from each stratum, at least `least` each and no more than there are; they sum to `total`, or to as many as there
/// are. Whole numbers are given one at a time to the stratum with the highest (share ÷ √(n(n + 1))) (Wright 2012, *The equivalence of
/// Neyman optimum allocation for sampling and equal proportions for apportioning the U.S. House of Representatives*, The American
/// Statistician 66: exactly optimal), the first of equals first.
///
/// # Errors
/// [`Invalid`]: lengths that differ, sds negative or not finite, `total` too small for `least` of each, no stratum.
pub fn allocate(
    sizes: &[u64],
    sds: &[f64],
    total: u64,
    least: u64,
    allocation: Allocation,
) -> Result<Vec<u64>, Invalid> {
    if allocation == Allocation::Neyman {
        Invalid::check_length("sds", sizes.len(), sds.len())?;
        Invalid::check_range("sds", sds, "0 or more", |x| x >= 0.0)?;
    }
    let mut drawn: Vec<u64> = sizes.iter().map(|size| least.min(*size)).collect();
    let used: u64 = drawn.iter().sum();
    if sizes.is_empty() || used > total {
        return Err(Invalid::TooFew {
            what: "sample",
            least: used.max(1) as usize,
            found: total as usize,
        });
    }
    let share = |at: usize| {
        let size = sizes.get(at).map_or(0.0, |size| *size as f64);
        match allocation {
            Allocation::Proportional => size,
            Allocation::Neyman => size * sds.get(at).copied().unwrap_or(0.0),
        }
    };
    for _ in used..total {
        let open = drawn.iter().zip(sizes).enumerate();
        let open = open.filter(|(_, (n, size))| n < size);
        let claim = |at: usize, n: u64| share(at) / ((n * (n + 1)) as f64).sqrt();
        // 0 ÷ 0 of a stratum without spread counts as no claim.
        let claims = open.map(|(at, (n, _))| (at, claim(at, *n)));
        let claims = claims.map(|(at, x)| (at, if x.is_nan() { 0.0 } else { x }, share(at)));
        let best = claims.max_by(|a, b| {
            let order = a.1.total_cmp(&b.1).then(a.2.total_cmp(&b.2));
            order.then(b.0.cmp(&a.0))
        });
        match best.and_then(|(at, ..)| drawn.get_mut(at)) {
            Some(n) => *n += 1,
            None => break,
        }
    }
    Ok(drawn)
}

/// A simple random sample of `n` of 0…`size` − 1 without replacement, in rising order; all where n is at least `size`.
///
/// The algorithm, to be repeated by anyone: the generator is [`Random::new`]`(seed, stream)`. List the positions 0…size − 1. For
/// i = 0, 1, …, n − 1 take j = i + [`Random::below`]`(size − i)` and swap the entries at i and j. The first n entries are the sample
/// (Fisher, Yates). A sample with a smaller n from the same seed is a part of that with a larger n.
#[must_use]
pub fn draw(seed: u64, stream: u64, size: usize, n: usize) -> Vec<usize> {
    let mut random = Random::new(seed, stream);
    let mut positions: Vec<usize> = (0..size).collect();
    let n = n.min(size);
    for i in 0..n {
        let j = i + random.below((size - i) as u64) as usize;
        positions.swap(i, j);
    }
    positions.truncate(n);
    positions.sort_unstable();
    positions
}

/// One drawn unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Drawn {
    /// Its stratum.
    pub stratum: usize,
    /// Its position within the stratum.
    pub position: usize,
    /// How many units it stands for: stratum size ÷ number drawn.
    pub weight: f64,
}

/// A stratified sample: from stratum h, [`draw`] with stream h. For a cluster sample the units are the clusters, of which every member
/// is taken with the cluster's weight.
///
/// # Errors
/// [`Invalid::Length`].
pub fn draw_strata(seed: u64, sizes: &[usize], n: &[usize]) -> Result<Vec<Drawn>, Invalid> {
    Invalid::check_length("n", sizes.len(), n.len())?;
    let strata = sizes.iter().zip(n).enumerate();
    Ok(strata
        .flat_map(|(stratum, (size, n))| {
            let weight = *size as f64 / *n.min(size) as f64;
            let positions = draw(seed, stratum as u64, *size, *n).into_iter();
            positions.map(move |position| Drawn {
                stratum,
                position,
                weight,
            })
        })
        .collect())
}

/// A figure estimated from a sample, and its standard error under the design.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The figure.
    pub estimate: f64,
    /// Its standard error.
    pub se: f64,
}

/// What was found in one stratum.
#[derive(Clone, Debug, PartialEq)]
pub struct Stratum {
    /// Units in it, drawn or not.
    pub size: f64,
    /// Values of the drawn units.
    pub values: Vec<f64>,
}

fn mean_and_variance(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    (mean, squares / (n - 1.0))
}

/// The mean of all units from a stratified sample: ΣNₕȳₕ ÷ N, variance Σ(Nₕ ÷ N)²(1 − nₕ ÷ Nₕ)sₕ² ÷ nₕ (Cochran 1977, *Sampling
/// techniques*, 5.2–5.4). Times N it is the total.
///
/// # Errors
/// [`Invalid`]: no stratum, fewer than two values in a stratum that isn't drawn in full, more values than units, values not finite.
pub fn stratified_mean(strata: &[Stratum]) -> Result<Estimate, Invalid> {
    let all: f64 = strata.iter().map(|stratum| stratum.size).sum();
    check_over_zero("size", all)?;
    let (mut estimate, mut variance) = (0.0, 0.0);
    for stratum in strata {
        let n = check_sample(stratum.size, &stratum.values)?;
        if n == 0.0 {
            continue;
        }
        let (mean, spread) = mean_and_variance(&stratum.values);
        let share = stratum.size / all;
        estimate += share * mean;
        if n < stratum.size {
            variance += share * share * (1.0 - n / stratum.size) * spread / n;
        }
    }
    Ok(Estimate {
        estimate,
        se: variance.sqrt(),
    })
}

/// How many values; 0 only for a stratum without units.
fn check_sample(size: f64, values: &[f64]) -> Result<f64, Invalid> {
    Invalid::check_finite("values", values)?;
    let n = values.len() as f64;
    Invalid::check_range("size", &[size], "at least the number of values", |x| x >= n)?;
    let least = if n == size { 0 } else { 2 };
    if values.len() < least {
        return Err(Invalid::TooFew {
            what: "values of a stratum",
            least,
            found: values.len(),
        });
    }
    Ok(n)
}

/// R = Σy ÷ Σx from a simple random sample of `size` units (infinite: as if drawn with replacement), by linearisation: variance
/// (1 − n ÷ N) s²(y − Rx) ÷ (n x̄²) (Cochran 1977, 6.4; Lohr 2010, *Sampling: design and analysis*, 4.1). The mean per member of a
/// one-stage cluster sample is this with y the cluster's total and x its number of members (Lohr, 5.2.3).
///
/// # Errors
/// [`Invalid`]: lengths that differ, fewer than two units, more values than units, Σx not over 0.
pub fn ratio(y: &[f64], x: &[f64], size: f64) -> Result<Estimate, Invalid> {
    Invalid::check_length("x", y.len(), x.len())?;
    Invalid::check_finite("y", y)?;
    Invalid::check_finite("x", x)?;
    if y.len() < 2 {
        return Err(Invalid::TooFew {
            what: "units drawn",
            least: 2,
            found: y.len(),
        });
    }
    let n = y.len() as f64;
    if size.is_nan() || size < n {
        return Err(Invalid::Range {
            what: "size",
            at: 0,
            value: size,
            expected: "at least the number of units drawn",
        });
    }
    let below: f64 = x.iter().sum();
    check_over_zero("sum of x", below)?;
    let estimate = y.iter().sum::<f64>() / below;
    let squares: f64 = (y.iter().zip(x))
        .map(|(y, x)| (y - estimate * x) * (y - estimate * x))
        .sum();
    let mean = below / n;
    let variance = (1.0 - n / size) * squares / (n - 1.0) / (n * mean * mean);
    Ok(Estimate {
        estimate,
        se: variance.sqrt(),
    })
}

/// By what factor unequal weights inflate the variance: nΣw² ÷ (Σw)², at least 1 (Kish 1965, *Survey sampling*, 11.7).
///
/// # Errors
/// [`Invalid`]: weights negative or not finite, all 0 or none.
pub fn weights_effect(weights: &[f64]) -> Result<f64, Invalid> {
    Invalid::check_range("weights", weights, "0 or more", |w| w >= 0.0)?;
    let sum: f64 = weights.iter().sum();
    check_over_zero("sum of weights", sum)?;
    let squares: f64 = weights.iter().map(|w| w * w).sum();
    Ok(weights.len() as f64 * squares / (sum * sum))
}

/// The intraclass correlation of clusters by analysis of variance, and the design effect 1 + (m − 1)ρ it makes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Clustering {
    /// ρ; may be negative.
    pub correlation: f64,
    /// Members of a cluster, as the analysis of variance with unequal sizes takes them.
    pub members: f64,
    /// 1 + (members − 1)ρ.
    pub design_effect: f64,
}

/// ρ = (MSB − MSW) ÷ (MSB + (m − 1)MSW) with m = (Σn − Σn² ÷ Σn) ÷ (k − 1) (Donner 1986, International Statistical Review 54; Kish
/// 1965, 5.4). Where all values are equal ρ is 0.
///
/// # Errors
/// [`Invalid`]: fewer than two clusters with values, no cluster with two values, values not finite.
pub fn clustering(clusters: &[Vec<f64>]) -> Result<Clustering, Invalid> {
    let filled: Vec<&Vec<f64>> = clusters.iter().filter(|c| !c.is_empty()).collect();
    for cluster in &filled {
        Invalid::check_finite("values", cluster)?;
    }
    let count: usize = filled.iter().map(|cluster| cluster.len()).sum();
    let few = |what, least, found| Err(Invalid::TooFew { what, least, found });
    if filled.len() < 2 {
        return few("clusters with values", 2, filled.len());
    }
    if count == filled.len() {
        return few("values of a cluster", 2, 1);
    }
    let (n, k) = (count as f64, filled.len() as f64);
    let mean = filled.iter().flat_map(|c| c.iter()).sum::<f64>() / n;
    let (mut between, mut within, mut squares) = (0.0, 0.0, 0.0);
    for cluster in &filled {
        let size = cluster.len() as f64;
        let own = cluster.iter().sum::<f64>() / size;
        between += size * (own - mean) * (own - mean);
        within += cluster.iter().map(|x| (x - own) * (x - own)).sum::<f64>();
        squares += size * size;
    }
    let members = (n - squares / n) / (k - 1.0);
    let (between, within) = (between / (k - 1.0), within / (n - k));
    let all = between + (members - 1.0) * within;
    let correlation = if all > 0.0 {
        (between - within) / all
    } else {
        0.0
    };
    Ok(Clustering {
        correlation,
        members,
        design_effect: 1.0 + (members - 1.0) * correlation,
    })
}

/// One weighting class after the answers are in.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Class {
    /// Share of the drawn weight that answered; none where none was drawn.
    pub response_rate: Option<f64>,
    /// What the weights of those who answered are multiplied by; none where none answered though some were drawn: join that class
    /// with a similar one.
    pub factor: Option<f64>,
}

/// Response rates and non-response factors of weighting classes, from the weights drawn and answered of each (Lohr 2010, 8.5.1). It
/// removes the bias only as far as those who didn't answer are like those who did in the same class.
///
/// # Errors
/// [`Invalid`]: lengths that differ, weights negative or not finite, more answered than drawn.
pub fn weighting_classes(drawn: &[f64], answered: &[f64]) -> Result<Vec<Class>, Invalid> {
    Invalid::check_length("answered", drawn.len(), answered.len())?;
    Invalid::check_range("drawn", drawn, "0 or more", |w| w >= 0.0)?;
    Invalid::check_range("answered", answered, "0 or more", |w| w >= 0.0)?;
    if let Some(at) = drawn.iter().zip(answered).position(|(all, own)| own > all) {
        return Err(Invalid::Range {
            what: "answered",
            at,
            value: answered.get(at).copied().unwrap_or(f64::NAN),
            expected: "at most what was drawn",
        });
    }
    let class = |(drawn, answered): (&f64, &f64)| Class {
        response_rate: (*drawn > 0.0).then(|| answered / drawn),
        factor: match (*drawn > 0.0, *answered > 0.0) {
            (true, true) => Some(drawn / answered),
            (true, false) => None,
            (false, _) => Some(1.0),
        },
    };
    Ok(drawn.iter().zip(answered).map(class).collect())
}
