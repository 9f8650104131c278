//! Whether marks are as the model has them: mean squares of residuals.
#![expect(clippy::indexing_slicing, reason = "positions come from the tally")]

use super::Fitness;
use super::likelihood::{Likelihood, State};

/// Mean squares by judge and by item.
pub(super) struct Fits {
    pub judges: Vec<Option<Fitness>>,
    pub items: Vec<Option<Fitness>>,
}

/// Sums over marks.
#[derive(Clone, Copy, Default)]
struct Sums {
    marks: f64,
    standardised: f64,
    squared: f64,
    variance: f64,
    /// Σ of fourth moment ÷ squared variance.
    kurtosis: f64,
    /// Σ of fourth moment − squared variance.
    excess: f64,
}

/// A cell's moments at each node.
struct Moments {
    variance: Vec<f64>,
    fourth: Vec<f64>,
}

/// Variance under this comes of rounding.
const NO_VARIANCE: f64 = 1e-10;

pub(super) fn fits(likelihood: &Likelihood<'_>, state: &State) -> Fits {
    let tally = likelihood.tally;
    let moments: Vec<Moments> = (0..tally.cells.len())
        .map(|cell| moments(likelihood, state, cell))
        .collect();
    let mut judges = vec![Sums::default(); tally.extreme.len()];
    let mut items = vec![Sums::default(); tally.used.len()];
    let mut posterior = vec![0.0; likelihood.nodes.len()];
    for marks in tally.marks.chunk_by(|a, b| a.person == b.person) {
        let class = marks.first().and_then(|mark| tally.class_of[mark.person]);
        let Some(class) = class else { continue };
        likelihood.posterior(state, &tally.classes[class], &mut posterior);
        for mark in marks {
            let cell = tally.cells[mark.cell];
            let step = tally.step(cell.item, mark.category);
            let sums = one(
                step,
                &state.mean[mark.cell],
                &moments[mark.cell],
                &posterior,
            );
            judges[cell.judge].add(&sums);
            items[cell.item].add(&sums);
        }
    }
    Fits {
        judges: judges.iter().map(Sums::fitness).collect(),
        items: items.iter().map(Sums::fitness).collect(),
    }
}

fn moments(likelihood: &Likelihood<'_>, state: &State, cell: usize) -> Moments {
    let (width, item) = (likelihood.nodes.len(), likelihood.tally.cells[cell].item);
    let (mean, probability) = (&state.mean[cell], &state.probability[cell]);
    let mut moments = Moments {
        variance: vec![0.0; width],
        fourth: vec![0.0; width],
    };
    for (category, curve) in probability.chunks(width).enumerate() {
        let step = likelihood.tally.step(item, category);
        for (at, p) in curve.iter().enumerate() {
            let square = (step - mean[at]) * (step - mean[at]);
            moments.variance[at] += p * square;
            moments.fourth[at] += p * square * square;
        }
    }
    moments
}

/// What one mark adds, expected over where its person may be.
fn one(step: f64, mean: &[f64], moments: &Moments, posterior: &[f64]) -> Sums {
    let mut sums = Sums {
        marks: 1.0,
        ..Sums::default()
    };
    for (at, weight) in posterior.iter().enumerate() {
        let (variance, fourth) = (moments.variance[at], moments.fourth[at]);
        if *weight == 0.0 || variance < NO_VARIANCE {
            continue;
        }
        let square = (step - mean[at]) * (step - mean[at]);
        sums.standardised += weight * square / variance;
        sums.squared += weight * square;
        sums.variance += weight * variance;
        sums.kurtosis += weight * fourth / (variance * variance);
        sums.excess += weight * (fourth - variance * variance);
    }
    sums
}

impl Sums {
    fn add(&mut self, other: &Self) {
        self.marks += other.marks;
        self.standardised += other.standardised;
        self.squared += other.squared;
        self.variance += other.variance;
        self.kurtosis += other.kurtosis;
        self.excess += other.excess;
    }

    /// Wright, Masters (1982), *Rating Scale Analysis*, chapter 5, and the Wilson–Hilferty cube root for z.
    fn fitness(&self) -> Option<Fitness> {
        if self.marks == 0.0 || self.variance == 0.0 {
            return None;
        }
        let infit = self.squared / self.variance;
        let outfit = self.standardised / self.marks;
        let spread_in = self.excess.max(0.0).sqrt() / self.variance;
        let spread_out = (self.kurtosis - self.marks).max(0.0).sqrt() / self.marks;
        Some(Fitness {
            infit,
            infit_z: cube_root_z(infit, spread_in),
            outfit,
            outfit_z: cube_root_z(outfit, spread_out),
        })
    }
}

/// A mean square with this standard deviation as a standard normal figure; 0 where it can't vary.
fn cube_root_z(mean_square: f64, deviation: f64) -> f64 {
    if deviation == 0.0 {
        return 0.0;
    }
    (libm::cbrt(mean_square) - 1.0) * (3.0 / deviation) + deviation / 3.0
}
