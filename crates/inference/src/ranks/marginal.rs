//! Critical values of the marginal sets of all units with independent errors.
//!
//! Up to [`EACH`] units every unit has its own, stepdown included, from its own differences. Above that a value depends on the unit
//! through its standard error and, by the stepdown, through its estimate: it is computed for ranges of estimates, each time
//! large enough for the whole range, and for a grid of standard errors, interpolated, and raised by [`MARGIN`].

use super::count::clear;
use super::nodes::{Even, Nodes};
use super::quadrature::{Mix, critical};
use super::spread::spread;
use super::{Procedure, Settings, Sides};

/// Up to so many units each has its own critical value.
const EACH: usize = 2500;
/// What an interpolated critical value is raised by.
pub(super) const MARGIN: f64 = 5e-4;
/// Units whose critical values are computed in one piece of work.
const PIECE: usize = 16;
/// The grid: standard errors for the first step, and standard errors and estimates for what the stepdown saves.
const ERRORS: f64 = 160.0;
const COARSE_ERRORS: f64 = 15.0;
const EDGES: usize = 96;
/// Estimates are counted in so many cells of as many units.
const CELLS: usize = 2048;
/// A step that saves less is the last on the grid: stopping early only leaves a set wider.
const ENOUGH: f64 = 1e-6;

/// The critical value of every unit; +∞ where it has nothing to be compared with.
pub(super) fn criticals(estimates: &[f64], errors: &[f64], settings: &Settings) -> Vec<f64> {
    if estimates.len() > EACH {
        return Table::new(estimates, errors, settings).all(estimates, errors);
    }
    let nodes = Nodes::new(errors);
    let pieces = estimates.len().div_ceil(PIECE);
    let criticals = spread(pieces, settings.threads, |piece| {
        let units = (piece * PIECE..estimates.len()).take(PIECE);
        let own = |unit| of_unit(unit, estimates, errors, &nodes, settings);
        units.map(own).collect::<Vec<f64>>()
    });
    criticals.into_iter().flatten().collect()
}

fn of_unit(
    unit: usize,
    estimates: &[f64],
    errors: &[f64],
    nodes: &Nodes,
    settings: &Settings,
) -> f64 {
    let (Some(estimate), Some(error)) = (estimates.get(unit), errors.get(unit)) else {
        return f64::INFINITY;
    };
    let mut rejected = None;
    step_down(settings, 0.0, |last| {
        let mut mix = Mix::empty(nodes.at.len());
        let mut count = 0_usize;
        let others = estimates.iter().zip(errors).zip(&nodes.shares);
        for (at, ((other, other_error), share)) in others.enumerate() {
            if at == unit {
                continue;
            }
            let variance = error * error + other_error * other_error;
            let ahead = clear(other - estimate, variance, last);
            let behind = clear(estimate - other, variance, last);
            count += usize::from(ahead) + usize::from(behind);
            if let Some(weights) = tested(&mut mix, settings.sides, ahead, behind) {
                share.add(weights);
            }
        }
        // Where nothing more was rejected the value stays.
        let more = rejected.replace(count) != Some(count);
        more.then(|| critical(*error, &nodes.at, &mix, settings.coverage, last))?
    })
}

/// Where the hypotheses on a unit count that are still tested, given whether it is known to be ahead, or behind.
const fn tested(mix: &mut Mix, sides: Sides, ahead: bool, behind: bool) -> Option<&mut [f64]> {
    let lower = matches!(sides, Sides::Both | Sides::Lower) && !ahead;
    let upper = matches!(sides, Sides::Both | Sides::Upper) && !behind;
    match (lower, upper) {
        (true, true) => Some(mix.both.as_mut_slice()),
        (true, false) => Some(mix.ahead.as_mut_slice()),
        (false, true) => Some(mix.behind.as_mut_slice()),
        (false, false) => None,
    }
}

/// Critical values from step to step, each given the last, until nothing more is rejected.
fn step_down(
    settings: &Settings,
    enough: f64,
    mut critical_after: impl FnMut(f64) -> Option<f64>,
) -> f64 {
    let mut last = f64::INFINITY;
    while let Some(next) = critical_after(last) {
        // The very first step has nothing to compare with.
        let done = next >= last - enough;
        last = next.min(last);
        if done || settings.procedure == Procedure::SingleStep {
            break;
        }
    }
    last
}

/// Critical values on a grid of standard errors and estimates.
struct Table {
    errors: Even,
    /// The first step's values by standard error.
    first: Vec<f64>,
    coarse: Even,
    /// Edges between which estimates are taken together.
    edges: Vec<f64>,
    /// The last step's value over the first's, for estimates from an edge to the next, by standard error: for the whole of such a
    /// range only what is rejected from both ends of it counts as rejected, so that no unit's value comes out too small.
    saved: Vec<Vec<f64>>,
}

impl Table {
    fn new(estimates: &[f64], errors: &[f64], settings: &Settings) -> Self {
        let cells = Cells::new(estimates, errors);
        let (from, to) = cells.nodes.ends();
        let fine = Even::new(from, to, ERRORS);
        let coarse = Even::new(from, to, COARSE_ERRORS);
        let own: Vec<f64> = fine.points().map(libm::exp).collect();
        let first = spread(own.len(), settings.threads, |at| {
            let own = own.get(at).copied().unwrap_or(f64::NAN);
            cells.critical((0.0, 0.0), own, f64::INFINITY, settings)
        });
        let first = first.into_iter().map(|c| c.unwrap_or(0.0)).collect();
        let edges = cells.edges();
        let mut table = Self {
            errors: fine,
            first,
            coarse,
            edges,
            saved: Vec::new(),
        };
        if settings.procedure == Procedure::Stepdown {
            let row = |at: usize| table.row(at, &cells, settings);
            table.saved = spread(table.edges.len() - 1, settings.threads, row);
        }
        table
    }

    fn row(&self, at: usize, cells: &Cells, settings: &Settings) -> Vec<f64> {
        let edge = |at: usize| self.edges.get(at).copied().unwrap_or(f64::NAN);
        let between = (edge(at), edge(at + 1));
        let saved = |log_error: f64| {
            let first = self.errors.share(log_error).of(&self.first);
            let own = libm::exp(log_error);
            let last = step_down(settings, ENOUGH, |last| {
                if last == f64::INFINITY {
                    return Some(first);
                }
                cells.critical(between, own, last, settings)
            });
            if first > 0.0 { last / first } else { 1.0 }
        };
        self.coarse.points().map(saved).collect()
    }

    /// The values of all units.
    fn all(&self, units: &[f64], errors: &[f64]) -> Vec<f64> {
        let of = |(estimate, error): (&f64, &f64)| {
            let log_error = libm::log(*error);
            let first = self.errors.share(log_error).of(&self.first);
            first * self.saving(*estimate, log_error).min(1.0) + MARGIN
        };
        units.iter().zip(errors).map(of).collect()
    }

    fn saving(&self, estimate: f64, log_error: f64) -> f64 {
        let under = self.edges.partition_point(|edge| *edge <= estimate);
        let row = under.clamp(1, self.saved.len().max(1)) - 1;
        let row = self.saved.get(row);
        row.map_or(1.0, |row| self.coarse.share(log_error).of(row))
    }
}

/// The units counted by estimate, in cells, and standard error, at nodes.
struct Cells {
    nodes: Nodes,
    /// The smallest and the largest estimate of each cell.
    from: Vec<f64>,
    to: Vec<f64>,
    /// For each node its units in all cells before a cell; at the end all of them.
    before: Vec<Vec<f64>>,
}

impl Cells {
    fn new(estimates: &[f64], errors: &[f64]) -> Self {
        let nodes = Nodes::new(errors);
        let mut order: Vec<usize> = (0..estimates.len()).collect();
        let key = |unit: &usize| estimates.get(*unit).copied().unwrap_or(f64::NAN);
        order.sort_by(|a, b| key(a).total_cmp(&key(b)));
        let size = order.len().div_ceil(CELLS).max(1);
        let mut cells = Self {
            from: Vec::new(),
            to: Vec::new(),
            before: vec![vec![0.0]; nodes.at.len()],
            nodes,
        };
        let mut sums = vec![0.0; cells.nodes.at.len()];
        for cell in order.chunks(size) {
            cells.from.extend(cell.first().map(key));
            cells.to.extend(cell.last().map(key));
            for share in cell.iter().filter_map(|unit| cells.nodes.shares.get(*unit)) {
                share.add(&mut sums);
            }
            for (before, sum) in cells.before.iter_mut().zip(&sums) {
                before.push(*sum);
            }
        }
        cells
    }

    /// Edges close together, both in units between them and in value, from the smallest estimate to the largest; at least two.
    fn edges(&self) -> Vec<f64> {
        let cells = self.from.len();
        let first = self.from.first().copied().unwrap_or(0.0);
        let last = self.to.last().copied().unwrap_or(0.0);
        let by_count = (0..EDGES).filter_map(|at| self.from.get(at * cells / EDGES).copied());
        let part = |at: usize| first + (last - first) * (at as f64 / EDGES as f64);
        let mut edges: Vec<f64> = by_count.chain((0..EDGES).map(part)).collect();
        edges.sort_unstable_by(f64::total_cmp);
        edges.dedup();
        edges.push(last);
        edges
    }

    /// The next step's value for a unit with an estimate in a range, after the last one. What lies in a cell at the edge counts as
    /// not rejected.
    fn critical(
        &self,
        (lowest, highest): (f64, f64),
        own: f64,
        last: f64,
        settings: &Settings,
    ) -> Option<f64> {
        let mut mix = Mix::empty(self.nodes.at.len());
        for (node, (error, before)) in self.nodes.at.iter().zip(&self.before).enumerate() {
            let reach = last * (own * own + error * error).sqrt();
            let below = self.to.partition_point(|edge| *edge < lowest - reach);
            let above = self.from.partition_point(|edge| *edge <= highest + reach);
            let count = |cells: usize| before.get(cells).copied().unwrap_or(0.0);
            let (behind, upto, all) = (count(below), count(above), count(self.from.len()));
            let parts = [
                (false, true, behind),
                (false, false, upto - behind),
                (true, false, all - upto),
            ];
            for (known_ahead, known_behind, weight) in parts {
                let weights = tested(&mut mix, settings.sides, known_ahead, known_behind);
                if let Some(place) = weights.and_then(|weights| weights.get_mut(node)) {
                    *place += weight;
                }
            }
        }
        critical(own, &self.nodes.at, &mix, settings.coverage, last)
    }
}
