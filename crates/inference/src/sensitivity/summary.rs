//! How a cloud of results is told: mean, median, quantiles; and whether two columns go together.

use serde::Serialize;

use super::NORMAL_95;

/// A cloud of results.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// The mean.
    pub mean: f64,
    /// The standard deviation (divisor n − 1); 0 for one result.
    pub deviation: f64,
    /// The median.
    pub median: f64,
    /// The quantile at (1 − coverage) ÷ 2.
    pub low: f64,
    /// The quantile at (1 + coverage) ÷ 2.
    pub high: f64,
}

/// The summary of results, which are put in order; `None` where there is none. All of them are finite; `coverage` is in 0…1.
pub fn summary(results: &mut [f64], coverage: f64) -> Option<Summary> {
    results.sort_by(f64::total_cmp);
    let n = results.len() as f64;
    // From the least one on, so that equal results leave no dust.
    let least = results.first().copied()?;
    let mean = least + results.iter().map(|x| x - least).sum::<f64>() / n;
    let squares: f64 = results.iter().map(|x| (x - mean) * (x - mean)).sum();
    let tail = (1.0 - coverage) / 2.0;
    Some(Summary {
        mean,
        deviation: (squares / (n - 1.0).max(1.0)).sqrt(),
        median: quantile(results, 0.5)?,
        low: quantile(results, tail)?,
        high: quantile(results, 1.0 - tail)?,
    })
}

/// The quantile at `p` (held in 0…1) of results in ascending order, between the two nearest ones in proportion: type 7 of Hyndman
/// and Fan (1996), *Sample quantiles in statistical packages*, Am. Stat. 50, 361–365. `None` where there is none.
#[must_use]
pub fn quantile(ascending: &[f64], p: f64) -> Option<f64> {
    let last = ascending.len().checked_sub(1)?;
    let place = p.clamp(0.0, 1.0) * last as f64;
    let below = libm::floor(place);
    let low = ascending.get(below as usize)?;
    let high = ascending.get(below as usize + 1).unwrap_or(low);
    Some(low + (place - below) * (high - low))
}

/// A correlation with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Correlation {
    /// The correlation, −1 to 1.
    pub r: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// Over so many pairs.
    pub n: usize,
}

impl Correlation {
    /// By Fisher's transformation: the inverse hyperbolic tangent of r is about normal with variance `factor` ÷ (n − 3). For three
    /// pairs or fewer the interval is all there is.
    fn new(r: f64, n: usize, factor: f64) -> Self {
        let (low, high) = if n <= 3 {
            (-1.0, 1.0)
        } else if r.abs() >= 1.0 {
            (r, r)
        } else {
            let half = NORMAL_95 * (factor / (n as f64 - 3.0)).sqrt();
            let z = libm::atanh(r);
            (libm::tanh(z - half), libm::tanh(z + half))
        };
        Self { r, low, high, n }
    }

    /// Whether the interval holds 0: the data can't tell whether the columns go together at all.
    #[must_use]
    pub fn holds_zero(&self) -> bool {
        self.low <= 0.0 && self.high >= 0.0
    }
}

/// Pearson's correlation of pairs of finite numbers, with Fisher's interval (Fisher 1921); `None` where a side doesn't vary.
#[must_use]
pub fn correlation(pairs: &[(f64, f64)]) -> Option<Correlation> {
    pearson(pairs).map(|r| Correlation::new(r, pairs.len(), 1.0))
}

/// Spearman's rank correlation, ties at their mean rank, with the interval of Bonett and Wright (2000), *Sample size requirements for
/// estimating Pearson, Kendall and Spearman correlations*, Psychometrika 65, 23–28; `None` where a side doesn't vary.
#[must_use]
pub fn rank_correlation(pairs: &[(f64, f64)]) -> Option<Correlation> {
    let (left, right): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let ranks: Vec<(f64, f64)> = mean_ranks(&left)
        .into_iter()
        .zip(mean_ranks(&right))
        .collect();
    let r = pearson(&ranks)?;
    Some(Correlation::new(r, pairs.len(), 1.0 + r * r / 2.0))
}

fn pearson(pairs: &[(f64, f64)]) -> Option<f64> {
    let n = pairs.len() as f64;
    let sum = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / n;
    let (x, y) = (sum(|pair| pair.0), sum(|pair| pair.1));
    let product =
        |of: &dyn Fn(f64, f64) -> f64| -> f64 { pairs.iter().map(|(a, b)| of(a - x, b - y)).sum() };
    let (xx, yy) = (product(&|a, _| a * a), product(&|_, b| b * b));
    // What rounding leaves of a column that doesn't vary is no variation.
    let dust = |mean: f64| n * (mean * 1e-14) * (mean * 1e-14);
    (xx > dust(x) && yy > dust(y))
        .then(|| (product(&|a, b| a * b) / (xx.sqrt() * yy.sqrt())).clamp(-1.0, 1.0))
}

/// Ranks from 1, ties at their mean rank.
fn mean_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<(f64, usize)> = values.iter().copied().zip(0..).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut ranks = vec![0.0; order.len()];
    let mut before = 0;
    for tied in order.chunk_by(|a, b| a.0 == b.0) {
        let mean = before as f64 + (tied.len() as f64 + 1.0) / 2.0;
        for (_, at) in tied {
            ranks
                .iter_mut()
                .skip(*at)
                .take(1)
                .for_each(|rank| *rank = mean);
        }
        before += tied.len();
    }
    ranks
}
