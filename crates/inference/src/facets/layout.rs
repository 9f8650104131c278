//! Where each parameter stands, and how the free ones make up the rest: severities sum to 0, logarithms of slopes too, and
//! common steps are shared by the items. All of these are linear.
#![expect(clippy::indexing_slicing, reason = "positions come from the tally")]

use super::tally::Tally;
use super::{Model, Steps};

/// Places in the list of all parameters.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// The first threshold of each item.
    pub threshold: Vec<usize>,
    pub severity: usize,
    pub judge_slope: Option<usize>,
    pub item_slope: Option<usize>,
    pub log_sigma: usize,
    /// For each parameter the free ones it is made of.
    pub made_of: Vec<Vec<(usize, f64)>>,
    /// How many are free.
    pub free: usize,
}

impl Layout {
    /// `spread`: whether persons differ; else σ is 0 and no parameter.
    pub(super) fn new(tally: &Tally, model: &Model, spread: bool) -> Self {
        let mut layout = Self {
            threshold: Vec::new(),
            severity: 0,
            judge_slope: None,
            item_slope: None,
            log_sigma: 0,
            made_of: Vec::new(),
            free: 0,
        };
        layout.thresholds(tally, model.steps);
        layout.severity = layout.made_of.len();
        let mut active = vec![false; tally.extreme.len()];
        let mut in_use = vec![false; tally.used.len()];
        for cell in &tally.cells {
            active[cell.judge] = true;
            in_use[cell.item] = true;
        }
        layout.centred(&active);
        if model.slopes.of_judges() {
            layout.judge_slope = Some(layout.made_of.len());
            layout.centred(&active);
        }
        if model.slopes.of_items() {
            layout.item_slope = Some(layout.made_of.len());
            layout.centred(&in_use);
        }
        layout.log_sigma = layout.made_of.len();
        let of = if spread {
            vec![layout.next()]
        } else {
            Vec::new()
        };
        layout.made_of.push(of);
        layout
    }

    fn next(&mut self) -> (usize, f64) {
        self.free += 1;
        (self.free - 1, 1.0)
    }

    fn thresholds(&mut self, tally: &Tally, steps: Steps) {
        let inner = tally.used.first().map_or(0, Vec::len).saturating_sub(2);
        let common: Vec<usize> = match steps {
            Steps::PerItem => Vec::new(),
            Steps::Common => (0..inner).map(|_| self.next().0).collect(),
        };
        for (item, used) in tally.used.iter().enumerate() {
            self.threshold.push(self.made_of.len());
            let tells = tally.cells.iter().any(|cell| cell.item == item);
            let difficulty = (tells && steps == Steps::Common).then(|| self.next().0);
            for category in 1..used.len() {
                let of = match difficulty {
                    _ if !tells => Vec::new(),
                    None => vec![self.next()],
                    Some(at) => {
                        let step = common.get(category - 1).map(|at| (*at, 1.0));
                        let own = (at, tally.step(item, category));
                        std::iter::once(own).chain(step).collect()
                    }
                };
                self.made_of.push(of);
            }
        }
    }

    /// Parameters that sum to 0 over those that are active; the others are 0.
    fn centred(&mut self, active: &[bool]) {
        let last = active.iter().rposition(|active| *active);
        let mut before = Vec::new();
        for (at, active) in active.iter().enumerate() {
            let of = match active {
                false => Vec::new(),
                true if Some(at) == last => before.clone(),
                true => {
                    let own = self.next();
                    before.push((own.0, -1.0));
                    vec![own]
                }
            };
            self.made_of.push(of);
        }
    }

    /// All parameters from the free ones.
    pub(super) fn all(&self, free: &[f64]) -> Vec<f64> {
        let sum = |of: &Vec<(usize, f64)>| of.iter().map(|(at, times)| free[*at] * times).sum();
        self.made_of.iter().map(sum).collect()
    }

    /// A gradient by the free ones.
    pub(super) fn gradient(&self, all: &[f64]) -> Vec<f64> {
        let mut free = vec![0.0; self.free];
        for (of, slope) in self.made_of.iter().zip(all) {
            for (at, times) in of {
                free[*at] += times * slope;
            }
        }
        free
    }

    /// An information matrix (row by row) by the free ones.
    pub(super) fn information(&self, all: &[f64]) -> Vec<f64> {
        let (wide, mut half) = (self.made_of.len(), Vec::new());
        for row in all.chunks(wide) {
            half.extend(self.gradient(row));
        }
        let mut free = vec![0.0; self.free * self.free];
        for (of, row) in self.made_of.iter().zip(half.chunks(self.free.max(1))) {
            for (at, times) in of {
                let target = &mut free[at * self.free..(at + 1) * self.free];
                for (target, value) in target.iter_mut().zip(row) {
                    *target += times * value;
                }
            }
        }
        free
    }

    /// The covariance of two parameters from that of the free ones.
    pub(super) fn covariance(&self, free: &[f64], a: usize, b: usize) -> f64 {
        let mut sum = 0.0;
        for (left, times) in &self.made_of[a] {
            for (right, by) in &self.made_of[b] {
                sum += times * by * free[left * self.free + right];
            }
        }
        sum
    }
}
