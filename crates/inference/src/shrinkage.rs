//! Empirical Bayes: what a unit's figure says once luck is allowed for, beside the raw figure.
//!
//! Units are taken as draws from one distribution, which the data estimate: [`rates`] (beta-binomial), [`counts`] (gamma-Poisson),
//! [`ratings`] (Dirichlet-multinomial), [`means`] (normal-normal). [`case_mix`] gives what a unit's mix of services lets expect.
//! A unit without data gets what is known of the units as a whole, and the result says so. Never used to change a score by itself.

mod case_mix;
mod counts;
mod hyper;
mod means;
mod rates;
mod ratings;

use serde::Serialize;

pub use case_mix::{CaseMix, Cell, case_mix};
pub use counts::counts;
pub use means::{Between, Means, MeansOptions, MeansResult, between, means, robust_critical_value};
pub use rates::rates;
pub use ratings::ratings;

use crate::Invalid;
use crate::special::beta_quantile;

/// Where a unit's shrunk figure comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Its own figure and those of all units.
    Both,
    /// All units alone: the unit has no data.
    Prior,
    /// Its own figure alone: no other unit has data, so there is nothing to shrink to.
    Own,
}

/// A figure with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// The figure.
    pub estimate: f64,
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

impl Interval {
    /// Whether a value lies in it, ends included.
    #[must_use]
    pub fn holds(&self, value: f64) -> bool {
        self.lower <= value && value <= self.upper
    }
}

/// One unit, raw and shrunk side by side.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Shrunk {
    /// The unit's own figure; none without data.
    pub raw: Option<Interval>,
    /// The shrunk figure.
    pub shrunk: Interval,
    /// Standard deviation of the shrunk figure's error, estimated hyperparameters allowed for.
    pub se: f64,
    /// How much of the shrunk figure is the unit's own: 0 (none) … 1 (all).
    pub own_share: f64,
    /// What the figure rests on.
    pub basis: Basis,
}

/// The distribution of the units, and what it was estimated with.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hyper {
    /// `beta-binomial`, `gamma-poisson` or `dirichlet-multinomial`.
    pub model: &'static str,
    /// The units' mean (with expectations given: of a unit that is expected at ½, or a ratio to what is expected).
    pub mean: f64,
    /// The prior's weight in cases: as many own cases as this count as much as all other units. None where the likelihood is highest
    /// without any difference between units.
    pub precision: Option<f64>,
    /// How many units have data.
    pub units: usize,
    /// Coverage asked of the intervals.
    pub coverage: f64,
}

/// All units, in the order given.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shrinkage {
    /// One for each unit.
    pub units: Vec<Shrunk>,
    /// None where only one unit has data.
    pub hyper: Option<Hyper>,
}

fn check_coverage(coverage: f64) -> Result<(), Invalid> {
    Invalid::check_range("coverage", &[coverage], "over 0 and under 1", |x| {
        x > 0.0 && x < 1.0
    })
}

fn check_some(what: &'static str, sizes: impl Iterator<Item = f64>) -> Result<usize, Invalid> {
    match sizes.filter(|n| *n > 0.0).count() {
        0 => Err(Invalid::TooFew {
            what,
            least: 1,
            found: 0,
        }),
        units => Ok(units),
    }
}

/// The middle interval of the beta distribution on `low`…`high` with this mean and variance. It reaches an end of the range where
/// the distribution piles up there, as a ceiling does.
fn beta_interval(mean: f64, variance: f64, (low, high): (f64, f64), coverage: f64) -> Interval {
    let width = high - low;
    let m = (mean - low) / width;
    let total = m * (1.0 - m) * width * width / variance - 1.0;
    let tail = 0.5 * (1.0 - coverage);
    let (a, b) = (m * total, (1.0 - m) * total);
    let at = |p| low + width * beta_quantile(a, b, p);
    if a > 0.0 && b > 0.0 && total.is_finite() {
        Interval {
            estimate: mean,
            lower: at(tail),
            upper: at(1.0 - tail),
        }
    } else {
        Interval {
            estimate: mean,
            lower: mean,
            upper: mean,
        }
    }
}
