//! Which of a model's uncertain inputs its output's variance comes from, by Sobol indices; and how an uncertain result is told.
//!
//! The model is the caller's: it takes a point of the unit cube and gives one number. Nothing here knows what the inputs are.

mod sobol;
mod summary;

use std::num::NonZeroUsize;
use std::ops::Range;

use serde::Serialize;

pub use sobol::Sobol;
pub use summary::{Correlation, Summary, correlation, quantile, rank_correlation, summary};

use crate::invalid::Invalid;
use crate::random::Random;

/// The two-sided 95 % point of the normal distribution.
const NORMAL_95: f64 = 1.959_963_984_540_054;

/// Where the model is run to tell its inputs' shares of the variance: for each of N rows a point of A, one of B, and for each input
/// the point of A with that input's coordinates from B.
///
/// Saltelli, Annoni, Azzini, Campolongo, Ratto, Tarantola (2010), *Variance based sensitivity analysis of model output*, Comput.
/// Phys. Commun. 181, 259–270. A and B are the two halves of one scrambled [`Sobol`] sequence. Runs count from 0, row by row: A, B,
/// then one run for each input; N·(inputs + 2) in all.
#[derive(Clone, Debug)]
pub struct Design {
    rows: u32,
    width: usize,
    inputs: Vec<Range<usize>>,
    sequence: Sobol,
}

impl Design {
    /// A design of so many rows (at least 2; powers of 2 are evenest) for points with `width` coordinates. Each input is a range of
    /// them: a single one, or several that are moved together. Ranges may overlap, so that a group and its members are told apart.
    ///
    /// # Errors
    /// Fewer than 2 rows or more than 2³², no input, or a range that is empty or beyond the width.
    pub fn new(
        rows: usize,
        width: usize,
        inputs: Vec<Range<usize>>,
        seed: u64,
    ) -> Result<Self, Invalid> {
        let too_few = |what, least, found| Invalid::TooFew { what, least, found };
        if inputs.is_empty() {
            return Err(too_few("inputs", 1, 0));
        }
        if rows < 2 {
            return Err(too_few("rows", 2, rows));
        }
        if let Some(at) = (inputs.iter()).position(|input| input.is_empty() || input.end > width) {
            return Err(Invalid::Range {
                what: "inputs",
                at,
                value: inputs.get(at).map_or(0.0, |input| input.end as f64),
                expected: "a range of the point's coordinates",
            });
        }
        let rows = u32::try_from(rows).map_err(|_| Invalid::Range {
            what: "rows",
            at: 0,
            value: rows as f64,
            expected: "under 2³²",
        })?;
        Ok(Self {
            rows,
            width,
            inputs,
            sequence: Sobol::scrambled(2 * width, seed),
        })
    }

    /// How many times the model is run.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.rows as usize * self.per_row()
    }

    fn per_row(&self) -> usize {
        self.inputs.len() + 2
    }

    /// The point of a run.
    #[must_use]
    pub fn point(&self, run: usize) -> Vec<f64> {
        let mut both = vec![0.0; 2 * self.width];
        self.sequence
            .point((run / self.per_row()) as u32, &mut both);
        let mut point = both.split_off(self.width);
        // `both` is A's point now, `point` B's.
        let inside = match run % self.per_row() {
            0 => 0..0,
            1 => 0..self.width,
            other => self.inputs.get(other - 2).cloned().unwrap_or(0..0),
        };
        for (at, (b, a)) in point.iter_mut().zip(&both).enumerate() {
            *b = if inside.contains(&at) { *b } else { *a };
        }
        point
    }

    /// Runs the model at every point, on so many threads: the outputs, in order, are the same for any number.
    ///
    /// # Errors
    /// The model's own, of the first run that fails.
    pub fn evaluate<E: Send>(
        &self,
        threads: NonZeroUsize,
        model: impl Fn(&[f64]) -> Result<f64, E> + Sync,
    ) -> Result<Vec<f64>, E> {
        let mut outputs = vec![0.0; self.runs()];
        let share = outputs.len().div_ceil(threads.get());
        let work = |first: usize, outputs: &mut [f64]| {
            for (run, output) in (first..).zip(outputs) {
                *output = model(&self.point(run))?;
            }
            Ok(())
        };
        let work = &work;
        std::thread::scope(|scope| {
            let parts = outputs.chunks_mut(share).enumerate();
            let workers: Vec<_> = parts
                .map(|(part, outputs)| scope.spawn(move || work(part * share, outputs)))
                .collect();
            // Parts follow each other, and each stops at its first failure.
            workers.into_iter().try_for_each(|worker| {
                worker
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
        })?;
        Ok(outputs)
    }

    /// The inputs' shares of the outputs' variance.
    ///
    /// With f(A), f(B), f(ABᵢ) of each row, centred, and V the variance over A and B:
    /// first order Sᵢ = mean of f(B)·(f(ABᵢ) − f(A)) ÷ V (Saltelli et al. 2010, table 2 b);
    /// total order Tᵢ = mean of (f(A) − f(ABᵢ))² ÷ 2V (Jansen 1999, *Analysis of variance designs for model output*, Comput. Phys.
    /// Commun. 117, 35–43). Both are estimates: Sᵢ may come out a little under 0, Tᵢ a little over 1.
    /// Half-widths: 1.96 standard deviations over so many resamples of the rows. Rows of a Sobol sequence are more even than
    /// independent ones, so they err on the wide side. Where the outputs don't vary there is nothing to share out: all are 0.
    ///
    /// # Errors
    /// The outputs aren't as many as the runs, one isn't finite, or there are fewer than 2 resamples.
    pub fn indices(
        &self,
        outputs: &[f64],
        resamples: usize,
        seed: u64,
    ) -> Result<Indices, Invalid> {
        Invalid::check_length("outputs", self.runs(), outputs.len())?;
        Invalid::check_finite("outputs", outputs)?;
        if resamples < 2 {
            return Err(Invalid::TooFew {
                what: "resamples",
                least: 2,
                found: resamples,
            });
        }
        let rows = Rows::new(outputs, self.inputs.len());
        let estimate = rows.shares(|_| 1.0);
        let mut spread = vec![Moments::default(); 2 * self.inputs.len()];
        let mut counts = vec![0_u32; self.rows as usize];
        for resample in 0..resamples {
            let mut random = Random::new(seed, resample as u64);
            counts.fill(0);
            for _ in 0..self.rows {
                let row = random.below(u64::from(self.rows)) as usize;
                counts.iter_mut().skip(row).take(1).for_each(|n| *n += 1);
            }
            let drawn = rows.shares(|row| counts.get(row).map_or(0.0, |n| f64::from(*n)));
            let both = drawn
                .shares
                .iter()
                .flat_map(|(first, total)| [first, total]);
            spread.iter_mut().zip(both).for_each(|(m, x)| m.add(*x));
        }
        let half = |moments: Option<&Moments>| moments.map_or(0.0, Moments::deviation) * NORMAL_95;
        let index = |(at, (first, total)): (usize, &(f64, f64))| Index {
            first: *first,
            first_half: half(spread.get(2 * at)),
            total: *total,
            total_half: half(spread.get(2 * at + 1)),
        };
        Ok(Indices {
            mean: estimate.mean + rows.centre,
            variance: estimate.variance,
            rows: self.rows as usize,
            resamples,
            inputs: estimate.shares.iter().enumerate().map(index).collect(),
        })
    }
}

/// What the inputs contribute to the output's variance.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Indices {
    /// The output's mean over A and B.
    pub mean: f64,
    /// Its variance over A and B.
    pub variance: f64,
    /// Rows of the design.
    pub rows: usize,
    /// Resamples behind the half-widths.
    pub resamples: usize,
    /// For each input, in order.
    pub inputs: Vec<Index>,
}

/// One input's Sobol indices, each with the half-width of its 95 % interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Index {
    /// The part of the variance that goes when this input alone is known.
    pub first: f64,
    /// Its half-width.
    pub first_half: f64,
    /// The part that stays when every other input is known.
    pub total: f64,
    /// Its half-width.
    pub total_half: f64,
}

/// The outputs, centred so that squares keep their digits.
struct Rows<'o> {
    outputs: &'o [f64],
    per_row: usize,
    centre: f64,
    /// A variance as small as this is what rounding leaves of none.
    dust: f64,
}

struct Shares {
    mean: f64,
    variance: f64,
    shares: Vec<(f64, f64)>,
}

impl<'o> Rows<'o> {
    fn new(outputs: &'o [f64], inputs: usize) -> Self {
        let per_row = inputs + 2;
        let ends = outputs
            .chunks_exact(per_row)
            .flat_map(|row| row.iter().take(2));
        let (mut sum, mut largest) = (0.0, 0.0_f64);
        for y in ends {
            sum += y;
            largest = largest.max(y.abs());
        }
        let relative = largest * f64::EPSILON * 8.0;
        Self {
            outputs,
            per_row,
            centre: sum / (2 * outputs.len() / per_row) as f64,
            dust: relative * relative,
        }
    }

    /// The estimates where each row counts `weight(row)` times.
    fn shares(&self, weight: impl Fn(usize) -> f64) -> Shares {
        let (mut n, mut sum, mut squares) = (0.0, 0.0, 0.0);
        let mut shares = vec![(0.0, 0.0); self.per_row - 2];
        for (at, row) in self.outputs.chunks_exact(self.per_row).enumerate() {
            let weight = weight(at);
            let [a, b, mixed @ ..] = row else { continue };
            if weight == 0.0 {
                continue;
            }
            let (a, b) = (a - self.centre, b - self.centre);
            n += weight;
            sum += weight * (a + b);
            squares += weight * (a * a + b * b);
            for (mixed, (first, total)) in mixed.iter().zip(&mut shares) {
                let moved = mixed - self.centre - a;
                *first += weight * b * moved;
                *total += weight * moved * moved;
            }
        }
        let mean = sum / (2.0 * n);
        let variance = squares / (2.0 * n) - mean * mean;
        let varies = variance > self.dust;
        for (first, total) in &mut shares {
            *first = if varies { *first / n / variance } else { 0.0 };
            *total = if varies {
                *total / (2.0 * n) / variance
            } else {
                0.0
            };
        }
        Shares {
            mean,
            variance: if varies { variance } else { 0.0 },
            shares,
        }
    }
}

/// Mean and spread of numbers as they come (Welford 1962).
#[derive(Clone, Copy, Debug, Default)]
struct Moments {
    n: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, x: f64) {
        self.n += 1.0;
        let from_mean = x - self.mean;
        self.mean += from_mean / self.n;
        self.squares += from_mean * (x - self.mean);
    }

    fn deviation(&self) -> f64 {
        (self.squares / (self.n - 1.0).max(1.0)).sqrt()
    }
}
