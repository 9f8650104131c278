//! How alike the units of a class are: how much of the spread of their totals is luck.
//!
//! Draws around estimates spread more than the truth: the estimates hold luck already, and a draw adds more of it. For a unit's own
//! interval that is right; for its place among the others it counts luck twice, and a unit that was lucky stays ahead in every draw.
//! So places are taken from draws that are pulled towards the class by as much of the spread as is luck.

use crate::Invalid;
use crate::random::Random;

/// With fewer units nothing can be said of their spread, and nothing is pulled.
const FEWEST: usize = 4;

/// Values of the spread that are weighed.
const GRID: usize = 64;

/// The posterior of the class's mean μ and of the variance A between its units, given estimates yᵤ with variances vᵤ.
///
/// yᵤ ~ N(θᵤ, vᵤ), θᵤ ~ N(μ, A), flat in μ and in A (Morris 1983, *Parametric empirical Bayes inference*, JASA 78; Tang and Morris
/// 2011, *Estimating random effects via adjustment for density maximization*, Statistical Science 26: the flat prior on A keeps
/// intervals at or over their level). A is weighed on a grid by its marginal likelihood.
#[derive(Clone, Debug, Default)]
pub struct Likeness {
    grid: Vec<Weighed>,
}

/// A value of A: the weight of it and all smaller ones, and the mean given it with its standard deviation.
#[derive(Clone, Copy, Debug)]
struct Weighed {
    up_to: f64,
    between: f64,
    mean: f64,
    sd: f64,
}

/// A draw of what the units have in common.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Common {
    /// The class's mean.
    pub mean: f64,
    /// The variance between units; infinite where nothing is pulled.
    pub between: f64,
}

impl Common {
    /// Pulls a draw around `centre` (whose variance is `variance`) towards the class, so that pulled draws are from N(m, B v) with
    /// B = A ÷ (A + v) and m = μ + B (centre − μ). A draw without variance stays as it is.
    #[must_use]
    pub fn pull(&self, draw: f64, centre: f64, variance: f64) -> f64 {
        if self.between.is_infinite() || variance.is_nan() || variance <= 0.0 {
            return draw;
        }
        let kept = self.between / (self.between + variance);
        self.mean + kept * (centre - self.mean) + kept.sqrt() * (draw - centre)
    }
}

impl Likeness {
    /// Weighs the variance between units by their estimates and the estimates' variances (0 or more). Units with a NaN are left out.
    ///
    /// # Errors
    /// [`Invalid`]: different lengths, infinite values, a negative variance.
    pub fn fit(estimates: &[f64], variances: &[f64]) -> Result<Self, Invalid> {
        Invalid::check_length("variances", estimates.len(), variances.len())?;
        let units: Vec<(f64, f64)> = estimates
            .iter()
            .copied()
            .zip(variances.iter().copied())
            .filter(|(y, v)| !y.is_nan() && !v.is_nan())
            .collect();
        let (ys, vs): (Vec<f64>, Vec<f64>) = units.iter().copied().unzip();
        Invalid::check_finite("estimates", &ys)?;
        Invalid::check_range("variances", &vs, "0 or more", |v| v >= 0.0)?;
        let n = units.len() as f64;
        let mean = ys.iter().sum::<f64>() / n;
        let spread = ys.iter().map(|y| (y - mean) * (y - mean)).sum::<f64>() / (n - 1.0);
        let scale = spread.max(vs.iter().sum::<f64>() / n);
        let luck = vs.iter().any(|v| *v > 0.0);
        let grid = if units.len() < FEWEST || scale <= 0.0 || !luck {
            Vec::new()
        } else {
            weigh(&units, scale)
        };
        Ok(Self { grid })
    }

    /// Draws what the units have in common.
    pub fn draw(&self, random: &mut Random) -> Common {
        let (u, z) = (random.uniform(), random.normal());
        let found = self.grid.partition_point(|weighed| weighed.up_to < u);
        match self.grid.get(found).or(self.grid.last()) {
            Some(weighed) => Common {
                mean: weighed.mean + weighed.sd * z,
                between: weighed.between,
            },
            None => Common {
                mean: 0.0,
                between: f64::INFINITY,
            },
        }
    }
}

/// A = scale · t ÷ (1 − t) at t = s², s in the middles of equal parts of 0…1: fine near 0 and about the scale.
fn weigh(units: &[(f64, f64)], scale: f64) -> Vec<Weighed> {
    let cells: Vec<(f64, Weighed)> = (0..GRID)
        .map(|part| {
            let s = (part as f64 + 0.5) / GRID as f64;
            let t = s * s;
            let (likelihood, mut weighed) = at(units, scale * t / (1.0 - t));
            weighed.up_to = 2.0 * s / ((1.0 - t) * (1.0 - t));
            (likelihood, weighed)
        })
        .collect();
    let best = cells
        .iter()
        .map(|cell| cell.0)
        .fold(f64::NEG_INFINITY, f64::max);
    let mut total = 0.0;
    let mut grid: Vec<Weighed> = cells
        .into_iter()
        .map(|(likelihood, weighed)| {
            total += weighed.up_to * libm::exp(likelihood - best);
            Weighed {
                up_to: total,
                ..weighed
            }
        })
        .collect();
    grid.iter_mut().for_each(|weighed| weighed.up_to /= total);
    grid
}

/// The logarithm of the likelihood of A, the mean integrated out, and the mean given A.
fn at(units: &[(f64, f64)], between: f64) -> (f64, Weighed) {
    let (mut weights, mut sum) = (0.0, 0.0);
    for (y, v) in units {
        let weight = 1.0 / (between + v);
        weights += weight;
        sum += weight * y;
    }
    let mean = sum / weights;
    let mut likelihood = -0.5 * libm::log(weights);
    for (y, v) in units {
        let all = between + v;
        likelihood -= 0.5 * (libm::log(all) + (y - mean) * (y - mean) / all);
    }
    let weighed = Weighed {
        up_to: 0.0,
        between,
        mean,
        sd: (1.0 / weights).sqrt(),
    };
    (likelihood, weighed)
}
