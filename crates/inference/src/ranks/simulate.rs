//! Critical values by simulation, for many pairs at once and for any covariance.
//!
//! What is wanted is the c that the largest of A studentised differences passes with probability α. Plain draws pass it once in
//! 1/α times. Here every draw is made to pass: a pair is chosen at random and the errors are drawn given that this pair passes c. With
//! N the number of pairs that then pass, P(largest > c) = A·Φ̄(c)·E[1/N] (Naiman, Priebe 2001, *Computing scan statistic p values
//! using importance sampling*, J. Comput. Graph. Statist. 10). At α = 0.05 one such draw tells as much as some dozens of plain ones.
//!
//! Nothing is held but one draw for each thread. Of all pairs only those are looked at that can pass: with independent errors a
//! pair's studentised difference is at most √(z⁺² + z⁻²), where z⁺ and z⁻ are how far the one errs upwards and the other downwards
//! (Cauchy, Schwarz), so that a few units at both ends are all there is to try.

use super::count::clear;
use super::model::{Full, Model, Noise};
use super::spread::spread;
use super::{Critical, Settings, Sides};
use crate::random::Random;
use crate::special::{normal_cdf, normal_quantile};

/// Draws in one piece of work.
const BLOCK: usize = 256;
/// The share of the draws that find out about where the value lies.
const PILOT: usize = 16;
/// Distances of the three trial values, first and last.
const WIDE: f64 = 0.2;
const NARROW: f64 = 0.03;
/// How often trial values are moved at most.
const MOVES: usize = 12;

/// What a critical value is wanted for: the differences that aren't rejected yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Task {
    /// One unit's differences; all where there is none.
    pub(super) unit: Option<usize>,
    /// Differences over so many standard errors are rejected already.
    pub(super) last: f64,
    /// How many are left.
    pub(super) left: u64,
}

/// Sums of 1/N and its square over the draws, at each trial value.
type Sums = [(f64, f64); 3];

/// A task with the middle one of its trial values.
#[derive(Clone, Copy, Debug)]
struct Trial {
    task: Task,
    middle: f64,
    width: f64,
}

impl Trial {
    fn values(&self) -> [f64; 3] {
        [-1.0, 0.0, 1.0].map(|step: f64| (self.middle + step * self.width).max(0.0))
    }
}

/// The critical values of tasks that each have something left.
pub(super) fn criticals(model: &Model<'_>, tasks: &[Task], settings: &Settings) -> Vec<Critical> {
    let draws = settings.draws(model);
    let alpha = 1.0 - settings.coverage;
    let start = |task: &Task| Trial {
        task: *task,
        middle: (-normal_quantile(alpha / task.left as f64)).max(WIDE),
        width: WIDE,
    };
    let mut trials: Vec<Trial> = tasks.iter().map(start).collect();
    let few = (draws / PILOT).max(BLOCK.min(draws));
    refine(model, &mut trials, few, settings);
    for trial in &mut trials {
        trial.width = NARROW;
        trial.middle = trial.middle.max(NARROW);
    }
    refine(model, &mut trials, draws, settings)
}

/// Moves the trial values until what is sought lies among them.
fn refine(
    model: &Model<'_>,
    trials: &mut [Trial],
    draws: usize,
    settings: &Settings,
) -> Vec<Critical> {
    let mut found = Vec::new();
    for _ in 0..MOVES {
        let sums = all_sums(model, trials, draws, settings);
        let mut settled = true;
        found.clear();
        for (trial, sums) in trials.iter_mut().zip(sums) {
            let (critical, inside) = solve(trial, &sums, draws, 1.0 - settings.coverage);
            settled &= inside;
            trial.middle = critical.value.max(trial.width);
            found.push(critical);
        }
        if settled {
            break;
        }
    }
    found
}

/// Where the probability is α, by a parabola through its logarithm at the trial values; and whether that lies among them.
fn solve(trial: &Trial, sums: &Sums, draws: usize, alpha: f64) -> (Critical, bool) {
    let count = draws as f64;
    let log = |c: f64, (sum, _): (f64, f64)| {
        let pairs = trial.task.left as f64 * normal_cdf(-c);
        libm::log(pairs * (sum / count).max(1e-300)) - libm::log(alpha)
    };
    let [low, middle, high] = trial.values();
    let (at_low, at_middle, at_high) =
        (log(low, sums[0]), log(middle, sums[1]), log(high, sums[2]));
    let slope = 0.5 * (at_high - at_low);
    let bend = 0.5 * (at_high - 2.0 * at_middle + at_low);
    let root = (slope * slope - 4.0 * bend * at_middle).max(0.0).sqrt();
    let step = (2.0 * at_middle / (root - slope)).clamp(-6.0, 6.0);
    let (sum, squares) = sums[1];
    let mean = sum / count;
    let variance = (squares / count - mean * mean).max(0.0);
    let relative = (variance / count).sqrt() / mean;
    let value = (middle + step * trial.width).max(0.0);
    let critical = Critical {
        value,
        standard_error: relative * trial.width / (slope + 2.0 * bend * step).abs(),
    };
    (critical, step.abs() <= 1.25 || value == 0.0)
}

/// The sums of all trials over all draws, added block by block in order.
fn all_sums(model: &Model<'_>, trials: &[Trial], draws: usize, settings: &Settings) -> Vec<Sums> {
    let blocks = spread(draws.div_ceil(BLOCK), settings.threads, |block| {
        let from = block * BLOCK;
        block_sums(model, trials, from..draws.min(from + BLOCK), settings)
    });
    let mut total = vec![Sums::default(); trials.len()];
    for sums in blocks {
        for (total, sums) in total.iter_mut().zip(sums) {
            for (total, sum) in total.iter_mut().zip(sums) {
                total.0 += sum.0;
                total.1 += sum.1;
            }
        }
    }
    total
}

fn block_sums(
    model: &Model<'_>,
    trials: &[Trial],
    draws: std::ops::Range<usize>,
    settings: &Settings,
) -> Vec<Sums> {
    let mut sums = vec![Sums::default(); trials.len()];
    let mut draw = Draw {
        model,
        sides: settings.sides,
        base: vec![0.0; model.estimates.len()],
        errors: vec![0.0; model.estimates.len()],
        up: Vec::new(),
        down: Vec::new(),
    };
    for number in draws {
        let mut random = Random::new(settings.seed, number as u64);
        model.draw(&mut random, &mut draw.base);
        for (at, (trial, sums)) in trials.iter().zip(&mut sums).enumerate() {
            let stream = ((at as u64 + 1) << 40) | number as u64;
            draw.add(trial, &mut Random::new(settings.seed, stream), sums);
        }
    }
    sums
}

/// One draw of the errors, and room to work.
struct Draw<'m> {
    model: &'m Model<'m>,
    sides: Sides,
    base: Vec<f64>,
    errors: Vec<f64>,
    up: Vec<usize>,
    down: Vec<usize>,
}

impl Draw<'_> {
    fn add(&mut self, trial: &Trial, random: &mut Random, sums: &mut Sums) {
        let (one, other) = self.pick(&trial.task, random);
        let uniform = random.uniform();
        for (c, (sum, squares)) in trial.values().into_iter().zip(sums) {
            let size = -normal_quantile(uniform * normal_cdf(-c));
            self.condition(one, other, size);
            // The pair itself passes, whatever rounding says.
            let share = 1.0 / self.passing(&trial.task, c).max(1) as f64;
            *sum += share;
            *squares += share * share;
        }
    }

    /// A pair at random among those left; the first is to err upwards against the second.
    fn pick(&self, task: &Task, random: &mut Random) -> (usize, usize) {
        let units = self.model.estimates.len() as u64;
        loop {
            let one = task.unit.unwrap_or_else(|| random.below(units) as usize);
            let other = random.below(units - 1) as usize;
            let other = other + usize::from(other >= one);
            let turned = task.unit.is_some()
                && match self.sides {
                    Sides::Both => random.below(2) == 1,
                    Sides::Lower => true,
                    Sides::Upper => false,
                };
            let (one, other) = if turned { (other, one) } else { (one, other) };
            if !self.model.ahead(one, other, task.last) {
                return (one, other);
            }
        }
    }

    /// The draw given that the pair's studentised difference is of this size: the base moved along the pair's covariances.
    fn condition(&mut self, one: usize, other: usize, size: f64) {
        self.errors.clone_from(&self.base);
        let value = |unit: usize| self.base.get(unit).copied().unwrap_or(f64::NAN);
        let variance = self.model.variance(one, other);
        match &self.model.noise {
            Noise::Independent { errors, .. } => {
                let error = |unit: usize| errors.get(unit).copied().unwrap_or(f64::NAN);
                let difference = value(one) * error(one) - value(other) * error(other);
                let more = (size - difference / variance.sqrt()) / variance.sqrt();
                for (unit, sign) in [(one, 1.0), (other, -1.0)] {
                    if let Some(place) = self.errors.get_mut(unit) {
                        *place += sign * more * error(unit);
                    }
                }
            }
            Noise::Full(full) => {
                let more = (size * variance.sqrt() - (value(one) - value(other))) / variance;
                let covariances = full.covariances(one).iter().zip(full.covariances(other));
                for (place, (with_one, with_other)) in self.errors.iter_mut().zip(covariances) {
                    *place += more * (with_one - with_other);
                }
            }
        }
    }

    /// How many of the differences left pass `c`.
    fn passing(&mut self, task: &Task, c: f64) -> u64 {
        match (&self.model.noise, task.unit) {
            (Noise::Independent { errors, .. }, _) => self.passing_ends(errors, task, c),
            (Noise::Full(full), None) => self.passing_pairs(full, task, c),
            (Noise::Full(full), Some(unit)) => self.passing_unit(full, unit, task, c),
        }
    }

    fn passing_ends(&mut self, errors: &[f64], task: &Task, c: f64) -> u64 {
        let ends = |(top, bottom): (f64, f64), z: &f64| (top.max(*z), bottom.max(-z));
        let (top, bottom) = self.errors.iter().fold((0.0, 0.0), ends);
        let (most_up, most_down) = (top * top, bottom * bottom);
        let square = c * c;
        self.up.clear();
        self.down.clear();
        for (unit, z) in self.errors.iter().enumerate() {
            if half_square(*z) + most_down > square {
                self.up.push(unit);
            }
            if half_square(-z) + most_up > square {
                self.down.push(unit);
            }
        }
        let figures = |unit: &usize| Some((*unit, *self.errors.get(*unit)?, *errors.get(*unit)?));
        let mut count = 0;
        for (one, z, error) in self.up.iter().filter_map(figures) {
            for (other, other_z, other_error) in self.down.iter().filter_map(figures) {
                if half_square(z) + half_square(-other_z) > square
                    && clear(
                        z * error - other_z * other_error,
                        error * error + other_error * other_error,
                        c,
                    )
                    && !self.model.ahead(one, other, task.last)
                {
                    count += 1;
                }
            }
        }
        count
    }

    fn passing_pairs(&self, full: &Full<'_>, task: &Task, c: f64) -> u64 {
        let bottom = self.errors.iter().copied().fold(f64::INFINITY, f64::min);
        let mut count = 0;
        for (one, error) in self.errors.iter().enumerate() {
            if !clear(error - bottom, full.least(one), c) {
                continue;
            }
            for (other, (other_error, variance)) in
                self.errors.iter().zip(full.row(one)).enumerate()
            {
                if clear(error - other_error, *variance, c)
                    && !self.model.ahead(one, other, task.last)
                {
                    count += 1;
                }
            }
        }
        count
    }

    fn passing_unit(&self, full: &Full<'_>, unit: usize, task: &Task, c: f64) -> u64 {
        let own = self.errors.get(unit).copied().unwrap_or(f64::NAN);
        let mut count = 0;
        for (other, (error, variance)) in self.errors.iter().zip(full.row(unit)).enumerate() {
            let up = self.sides != Sides::Upper && clear(error - own, *variance, c);
            let down = self.sides != Sides::Lower && clear(own - error, *variance, c);
            count += u64::from(up && !self.model.ahead(other, unit, task.last));
            count += u64::from(down && !self.model.ahead(unit, other, task.last));
        }
        count
    }
}

/// z² where z is over 0, else 0.
#[inline]
fn half_square(z: f64) -> f64 {
    z.max(0.0) * z.max(0.0)
}
