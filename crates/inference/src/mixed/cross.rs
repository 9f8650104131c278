//! The crossproducts of a mixed model: all that a fit needs of the marks.
#![expect(
    clippy::indexing_slicing,
    reason = "codes are under the number of levels, columns under the number of columns"
)]

use super::{Design, Factor};

/// Z'Z, Z'X, Z'y, X'X, X'y, y'y of one set of marks. Factors stand in the order of their size, the largest first, their levels one
/// after another; y has its mean taken away.
#[derive(Clone, Debug)]
pub(super) struct Cross {
    /// How many marks.
    pub marks: usize,
    /// How many columns X has.
    pub width: usize,
    /// For each factor in this order: its position in the model.
    pub order: Vec<usize>,
    /// Where each factor's levels begin; one more at the end.
    pub starts: Vec<usize>,
    /// The diagonal of Z'Z: marks per level.
    pub counts: Vec<f64>,
    /// Below the diagonal of Z'Z, column by column: where a column ends, its rows in rising order, their values.
    pub ends: Vec<usize>,
    pub rows: Vec<u32>,
    pub values: Vec<f64>,
    /// Z'X and in the last column Z'y, column by column.
    pub zxy: Vec<f64>,
    /// [X y]'[X y], column by column.
    pub xyxy: Vec<f64>,
    /// The mean of y.
    pub mean: f64,
}

impl Cross {
    pub(super) fn new(marks: &[f64], design: &Design, factors: &[Factor]) -> Self {
        let mut order: Vec<usize> = (0..factors.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(factors[*at].levels().len()));
        let mut starts = vec![0];
        let mut last = 0;
        for at in &order {
            last += factors[*at].levels().len();
            starts.push(last);
        }
        let width = design.names().len();
        let mean = marks.iter().sum::<f64>() / marks.len() as f64;
        let mut cross = Self {
            marks: marks.len(),
            width,
            order,
            starts,
            counts: vec![0.0; last],
            ends: Vec::with_capacity(last),
            rows: Vec::new(),
            values: Vec::new(),
            zxy: vec![0.0; last * (width + 1)],
            xyxy: vec![0.0; (width + 1) * (width + 1)],
            mean,
        };
        cross.add_fixed(marks, design, factors);
        (0..factors.len()).for_each(|at| cross.add_pairs(at, factors));
        cross
    }

    /// The number of levels of all factors.
    pub(super) fn levels(&self) -> usize {
        self.counts.len()
    }

    /// The number of factors.
    pub(super) fn factors(&self) -> usize {
        self.order.len()
    }

    /// The levels of a factor.
    pub(super) fn span(&self, factor: usize) -> std::ops::Range<usize> {
        self.starts[factor]..self.starts[factor + 1]
    }

    /// The entries below the diagonal in a column of Z'Z.
    pub(super) fn column(&self, level: usize) -> (&[u32], &[f64]) {
        let from = level.checked_sub(1).map_or(0, |before| self.ends[before]);
        let span = from..self.ends[level];
        (&self.rows[span.clone()], &self.values[span])
    }

    fn add_fixed(&mut self, marks: &[f64], design: &Design, factors: &[Factor]) {
        let (width, levels) = (self.width, self.levels());
        let ordered: Vec<&[u32]> = self.order.iter().map(|at| factors[*at].codes()).collect();
        for (mark, value) in marks.iter().enumerate() {
            let row = design.row(mark);
            let full = row.clone().chain([(width, value - self.mean)]);
            for (codes, start) in ordered.iter().zip(&self.starts) {
                let level = start + codes[mark] as usize;
                self.counts[level] += 1.0;
                for (column, entry) in full.clone() {
                    self.zxy[column * levels + level] += entry;
                }
            }
            for (column, entry) in full.clone() {
                for (other, also) in full.clone() {
                    self.xyxy[column * (width + 1) + other] += entry * also;
                }
            }
        }
    }

    /// The columns of Z'Z of one factor: how often each of its levels meets each level of the smaller factors.
    fn add_pairs(&mut self, factor: usize, factors: &[Factor]) {
        let own = &factors[self.order[factor]];
        let (firsts, marks) = bucket(own);
        let smaller: Vec<(&[u32], usize)> = (factor + 1..self.factors())
            .map(|at| (factors[self.order[at]].codes(), self.starts[at]))
            .collect();
        let mut met = vec![0.0; self.levels()];
        let mut list: Vec<u32> = Vec::new();
        for level in 0..own.levels().len() {
            list.clear();
            for mark in &marks[firsts[level]..firsts[level + 1]] {
                for (codes, start) in &smaller {
                    let other = start + codes[*mark as usize] as usize;
                    if met[other] == 0.0 {
                        list.push(other as u32);
                    }
                    met[other] += 1.0;
                }
            }
            list.sort_unstable();
            for other in &list {
                self.values.push(met[*other as usize]);
                met[*other as usize] = 0.0;
            }
            self.rows.extend_from_slice(&list);
            self.ends.push(self.rows.len());
        }
    }

    /// Z'Z times the vector that is `part` at one factor's levels and 0 elsewhere.
    pub(super) fn times(&self, factor: usize, part: &[f64]) -> Vec<f64> {
        let span = self.span(factor);
        let mut product = vec![0.0; self.levels()];
        for (level, entry) in span.clone().zip(part) {
            product[level] += self.counts[level] * entry;
            let (rows, values) = self.column(level);
            for (row, value) in rows.iter().zip(values) {
                product[*row as usize] += value * entry;
            }
        }
        // The columns of larger factors hold this one's rows.
        for (level, entry) in product.iter_mut().enumerate().take(span.start) {
            let (rows, values) = self.column(level);
            let from = rows.partition_point(|row| (*row as usize) < span.start);
            for (row, value) in rows[from..].iter().zip(&values[from..]) {
                let Some(times) = (*row as usize)
                    .checked_sub(span.start)
                    .and_then(|at| part.get(at))
                else {
                    break;
                };
                *entry += value * times;
            }
        }
        product
    }
}

/// The marks of each level: where each level's begin, and the marks.
fn bucket(factor: &Factor) -> (Vec<usize>, Vec<u32>) {
    let mut firsts = vec![0; factor.levels().len() + 1];
    for code in factor.codes() {
        firsts[*code as usize + 1] += 1;
    }
    for level in 1..firsts.len() {
        firsts[level] += firsts[level - 1];
    }
    let mut next = firsts.clone();
    let mut marks = vec![0; factor.len()];
    for (mark, code) in factor.codes().iter().enumerate() {
        let place = &mut next[*code as usize];
        marks[*place] = mark as u32;
        *place += 1;
    }
    (firsts, marks)
}
