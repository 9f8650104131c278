//! The marginal log-likelihood on the grid, its gradient and the observed information (Louis 1982), by design and class of
//! persons.
#![expect(
    clippy::indexing_slicing,
    reason = "positions come from the tally and the layout made from it"
)]

use super::dense::dot;
use super::layout::Layout;
use super::tally::{Class, Tally};

/// What stays the same from step to step.
#[derive(Debug)]
pub(super) struct Likelihood<'t> {
    pub tally: &'t Tally,
    pub layout: &'t Layout,
    pub nodes: Vec<f64>,
}

/// The parameters in their own terms, and the probabilities that follow.
#[derive(Debug)]
pub(super) struct State {
    pub sigma: f64,
    /// The slope of each unit.
    pub slope: Vec<f64>,
    /// Log weight of each node.
    log_prior: Vec<f64>,
    /// By cell: the probability of each category at each node, category by category.
    pub probability: Vec<Vec<f64>>,
    /// By cell: the mean mark (over the item's lowest) at each node.
    pub mean: Vec<Vec<f64>>,
    /// By design: the log of the product of the norms at each node.
    norm: Vec<Vec<f64>>,
    /// What all marks add whatever the person.
    constant: f64,
}

/// What a person's marks say of where the person is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moments {
    pub log_likelihood: f64,
    pub mean: f64,
    pub variance: f64,
}

/// Gradient and information by all parameters, as if none depended on another.
#[derive(Debug)]
pub(super) struct Slopes {
    pub gradient: Vec<f64>,
    pub information: Vec<f64>,
}

/// Sums over persons that the complete data need.
struct Sums {
    /// By design: how the persons lie over the nodes.
    design: Vec<Vec<f64>>,
    /// By unit: Σ of mean position × score.
    reach: Vec<f64>,
    /// Σ E(θ²) over persons.
    square: f64,
    persons: f64,
}

impl Likelihood<'_> {
    pub(super) fn state(&self, all: &[f64]) -> State {
        let (tally, layout) = (self.tally, self.layout);
        let spread = !layout.made_of[layout.log_sigma].is_empty();
        let sigma = if spread {
            libm::exp(all[layout.log_sigma])
        } else {
            0.0
        };
        let log = |start: Option<usize>, at: Option<usize>| match (start, at) {
            (Some(start), Some(at)) => all[start + at],
            _ => 0.0,
        };
        let slope = tally.units.iter().map(|unit| {
            libm::exp(log(layout.judge_slope, unit.judge) + log(layout.item_slope, unit.item))
        });
        let mut state = State {
            sigma,
            slope: slope.collect(),
            log_prior: self.log_prior(sigma),
            probability: Vec::with_capacity(tally.cells.len()),
            mean: Vec::with_capacity(tally.cells.len()),
            norm: Vec::new(),
            constant: self.constant(all),
        };
        let norms: Vec<Vec<f64>> = (0..tally.cells.len())
            .map(|cell| self.curves(all, cell, &mut state))
            .collect();
        let norm = |design: &Vec<usize>| {
            let mut sum = vec![0.0; self.nodes.len()];
            for cell in design {
                add(&mut sum, 1.0, &norms[*cell]);
            }
            sum
        };
        state.norm = tally.designs.iter().map(norm).collect();
        state
    }

    /// The normal density at the nodes, scaled to sum to 1; all at 0 where persons don't differ.
    fn log_prior(&self, sigma: f64) -> Vec<f64> {
        if sigma == 0.0 {
            let at_zero = |node: &f64| if *node == 0.0 { 0.0 } else { f64::NEG_INFINITY };
            return self.nodes.iter().map(at_zero).collect();
        }
        let log = |node: &f64| -0.5 * (node / sigma) * (node / sigma);
        let total: f64 = self.nodes.iter().map(|node| libm::exp(log(node))).sum();
        let norm = libm::log(total);
        self.nodes.iter().map(|node| log(node) - norm).collect()
    }

    fn constant(&self, all: &[f64]) -> f64 {
        let (tally, layout) = (self.tally, self.layout);
        let of = |mark: &super::tally::Mark| {
            let cell = tally.cells[mark.cell];
            let step = tally.step(cell.item, mark.category);
            let threshold = match mark.category {
                0 => 0.0,
                category => all[layout.threshold[cell.item] + category - 1],
            };
            threshold + step * all[layout.severity + cell.judge]
        };
        -tally.marks.iter().map(of).sum::<f64>()
    }

    /// Adds a cell's probabilities and means to the state; gives the log of its norm at each node.
    fn curves(&self, all: &[f64], cell: usize, state: &mut State) -> Vec<f64> {
        let (tally, layout, width) = (self.tally, self.layout, self.nodes.len());
        let cell = tally.cells[cell];
        let (slope, severity) = (state.slope[cell.unit], all[layout.severity + cell.judge]);
        let categories = tally.used[cell.item].len();
        let terms: Vec<(f64, f64)> = (0..categories)
            .map(|category| match category {
                0 => (0.0, 0.0),
                _ => (
                    tally.step(cell.item, category),
                    all[layout.threshold[cell.item] + category - 1],
                ),
            })
            .collect();
        let mut probability = vec![0.0; categories * width];
        let (mut mean, mut norm) = (vec![0.0; width], vec![0.0; width]);
        for (at, node) in self.nodes.iter().enumerate() {
            let place = slope * node - severity;
            let exponent = |(step, threshold): &(f64, f64)| step * place - threshold;
            let most = terms.iter().map(exponent).fold(0.0, f64::max);
            let mut total = 0.0;
            for (category, term) in terms.iter().enumerate() {
                let share = libm::exp(exponent(term) - most);
                probability[category * width + at] = share;
                total += share;
            }
            for (category, (step, _)) in terms.iter().enumerate() {
                let share = &mut probability[category * width + at];
                *share /= total;
                mean[at] += step * *share;
            }
            norm[at] = most + libm::log(total);
        }
        state.probability.push(probability);
        state.mean.push(mean);
        norm
    }

    /// How likely each node is for a person of a class, into `posterior`.
    pub(super) fn posterior(&self, state: &State, class: &Class, posterior: &mut [f64]) -> Moments {
        let score: f64 = class
            .scores
            .iter()
            .map(|(unit, sum)| state.slope[*unit] * sum)
            .sum();
        let norm = &state.norm[class.design];
        let mut most = f64::NEG_INFINITY;
        for (at, weight) in posterior.iter_mut().enumerate() {
            *weight = state.log_prior[at] + score * self.nodes[at] - norm[at];
            most = most.max(*weight);
        }
        let (mut total, mut mean, mut square) = (0.0, 0.0, 0.0);
        for (weight, node) in posterior.iter_mut().zip(&self.nodes) {
            let log = *weight - most;
            // Less than the last place of the sum.
            *weight = if log < -60.0 { 0.0 } else { libm::exp(log) };
            total += *weight;
            mean += *weight * node;
            square += *weight * node * node;
        }
        posterior.iter_mut().for_each(|weight| *weight /= total);
        mean /= total;
        Moments {
            log_likelihood: most + libm::log(total),
            mean,
            variance: (square / total - mean * mean).max(0.0),
        }
    }

    pub(super) fn log_likelihood(&self, state: &State) -> f64 {
        let mut posterior = vec![0.0; self.nodes.len()];
        let of = |class: &Class| {
            class.count * self.posterior(state, class, &mut posterior).log_likelihood
        };
        state.constant + self.tally.classes.iter().map(of).sum::<f64>()
    }

    pub(super) fn slopes(&self, state: &State) -> Slopes {
        let wide = self.layout.made_of.len();
        let mut slopes = Slopes {
            gradient: vec![0.0; wide],
            information: vec![0.0; wide * wide],
        };
        let sums = self.missing(state, &mut slopes);
        let mut by_cell = vec![vec![0.0; self.nodes.len()]; self.tally.cells.len()];
        for (design, weight) in self.tally.designs.iter().zip(&sums.design) {
            for cell in design {
                add(&mut by_cell[*cell], 1.0, weight);
            }
        }
        let mut reach = sums.reach;
        for (cell, weight) in by_cell.iter().enumerate() {
            let unit = self.tally.cells[cell].unit;
            reach[unit] -= self.complete(state, cell, weight, &mut slopes);
        }
        self.observed(&mut slopes);
        self.slope_terms(state, &reach, &mut slopes);
        self.spread_terms(state.sigma, sums.square, sums.persons, &mut slopes);
        symmetric(&mut slopes.information, wide);
        slopes
    }

    /// What the marks themselves add to the gradient by thresholds and severities.
    fn observed(&self, slopes: &mut Slopes) {
        let (tally, layout) = (self.tally, self.layout);
        for mark in &tally.marks {
            let cell = tally.cells[mark.cell];
            let step = tally.step(cell.item, mark.category);
            slopes.gradient[layout.severity + cell.judge] -= step;
            if mark.category > 0 {
                slopes.gradient[layout.threshold[cell.item] + mark.category - 1] -= 1.0;
            }
        }
    }

    /// A cell's expectations: gradient and information of the complete data. Gives Σ of weight × node × mean mark.
    fn complete(&self, state: &State, cell: usize, weight: &[f64], slopes: &mut Slopes) -> f64 {
        let (tally, layout, width) = (self.tally, self.layout, self.nodes.len());
        let wide = layout.made_of.len();
        let (mean, probability) = (&state.mean[cell], &state.probability[cell]);
        let cell = tally.cells[cell];
        let curve = |category: usize| &probability[category * width..(category + 1) * width];
        let severity = layout.severity + cell.judge;
        let slope = state.slope[cell.unit];
        let by_slope = self.slope_places(cell.unit);
        let (mut variance, mut turned, mut squared, mut reach) = (0.0, 0.0, 0.0, 0.0);
        for category in 1..tally.used[cell.item].len() {
            let own = layout.threshold[cell.item] + category - 1;
            let step = tally.step(cell.item, category);
            let (mut total, mut with_severity, mut with_slope) = (0.0, 0.0, 0.0);
            for (at, p) in curve(category).iter().enumerate() {
                let (p, node) = (weight[at] * p, slope * self.nodes[at]);
                let over = p * (step - mean[at]);
                total += p;
                with_severity += over;
                with_slope += over * node;
                variance += step * over;
                turned += step * over * node;
                squared += step * over * node * node;
            }
            slopes.gradient[own] += total;
            slopes.information[severity * wide + own] += with_severity;
            for place in &by_slope {
                slopes.information[place * wide + own] -= with_slope;
            }
            for other in 1..=category {
                let product = weight.iter().zip(curve(category)).zip(curve(other));
                let product: f64 = product.map(|((w, p), q)| w * p * q).sum();
                let same = if other == category { total } else { 0.0 };
                slopes.information[own * wide + own + other - category] += same - product;
            }
        }
        for (at, mean) in mean.iter().enumerate() {
            slopes.gradient[severity] += weight[at] * mean;
            reach += weight[at] * mean * self.nodes[at];
        }
        slopes.information[severity * wide + severity] += variance;
        for place in &by_slope {
            slopes.information[place * wide + severity] -= turned;
            for other in by_slope.iter().filter(|other| *other <= place) {
                slopes.information[place * wide + other] += squared;
            }
        }
        reach
    }

    /// The parameters of a unit's slope.
    fn slope_places(&self, unit: usize) -> Vec<usize> {
        let unit = self.tally.units[unit];
        let judge = self.layout.judge_slope.zip(unit.judge);
        let item = self.layout.item_slope.zip(unit.item);
        let places = judge.into_iter().chain(item);
        places.map(|(start, at)| start + at).collect()
    }

    /// Gradient by slopes, and the curvature that comes of slopes being exponentials.
    fn slope_terms(&self, state: &State, reach: &[f64], slopes: &mut Slopes) {
        let wide = self.layout.made_of.len();
        for (unit, reach) in reach.iter().enumerate() {
            let (places, term) = (self.slope_places(unit), state.slope[unit] * reach);
            for place in &places {
                slopes.gradient[*place] += term;
                for other in places.iter().filter(|other| *other <= place) {
                    slopes.information[place * wide + other] -= term;
                }
            }
        }
    }

    /// Gradient and information by log σ of the scaled density on the nodes.
    fn spread_terms(&self, sigma: f64, square: f64, persons: f64, slopes: &mut Slopes) {
        if sigma == 0.0 {
            return;
        }
        let (mut second, mut fourth) = (0.0, 0.0);
        for (log, node) in self.log_prior(sigma).iter().zip(&self.nodes) {
            let weight = libm::exp(*log) * node * node;
            second += weight;
            fourth += weight * node * node;
        }
        let variance = sigma * sigma;
        let gradient = (square - persons * second) / variance;
        let (at, wide) = (self.layout.log_sigma, self.layout.made_of.len());
        slopes.gradient[at] += gradient;
        slopes.information[at * wide + at] +=
            2.0 * gradient + persons * (fourth - second * second) / (variance * variance);
    }

    /// Takes from the information what not knowing where persons are costs: the covariance of each person's score.
    fn missing(&self, state: &State, slopes: &mut Slopes) -> Sums {
        let width = self.nodes.len();
        let mut sums = Sums {
            design: vec![vec![0.0; width]; self.tally.designs.len()],
            reach: vec![0.0; self.tally.units.len()],
            square: 0.0,
            persons: 0.0,
        };
        let mut members: Vec<Vec<&Class>> = vec![Vec::new(); self.tally.designs.len()];
        for class in &self.tally.classes {
            members[class.design].push(class);
        }
        let mut posterior = vec![0.0; width];
        for (design, members) in members.iter().enumerate() {
            let scores = self.scores(state, design);
            let mut lost = Lost::new(&scores);
            for class in members {
                let moments = self.posterior(state, class, &mut posterior);
                let count = class.count;
                add(&mut sums.design[design], count, &posterior);
                for (unit, sum) in &class.scores {
                    sums.reach[*unit] += count * moments.mean * sum;
                }
                sums.square += count * (moments.variance + moments.mean * moments.mean);
                sums.persons += count;
                let turn = self.turn(state, class, &scores.places);
                lost.add(&scores, count, &posterior, &moments, &turn, &self.nodes);
            }
            lost.finish(&scores, &sums.design[design]);
            lost.take_from(
                &scores.places,
                &mut slopes.information,
                self.layout.made_of.len(),
            );
        }
        sums
    }

    /// How a person's score by each parameter of a design runs over the nodes, but for constants and what depends on the marks.
    fn scores(&self, state: &State, design: usize) -> Scores {
        let (tally, layout, width) = (self.tally, self.layout, self.nodes.len());
        let mut by_place = std::collections::BTreeMap::<usize, Vec<f64>>::new();
        let mut put = |place: usize, times: f64, curve: &[f64]| {
            add(
                by_place.entry(place).or_insert_with(|| vec![0.0; width]),
                times,
                curve,
            );
        };
        for at in &tally.designs[design] {
            let (cell, mean) = (tally.cells[*at], &state.mean[*at]);
            for category in 1..tally.used[cell.item].len() {
                let curve = &state.probability[*at][category * width..(category + 1) * width];
                put(layout.threshold[cell.item] + category - 1, 1.0, curve);
            }
            put(layout.severity + cell.judge, 1.0, mean);
            let places = self.slope_places(cell.unit);
            if !places.is_empty() {
                let turned: Vec<f64> = mean.iter().zip(&self.nodes).map(|(m, n)| m * n).collect();
                for place in places {
                    put(place, -state.slope[cell.unit], &turned);
                }
            }
        }
        if state.sigma > 0.0 {
            let square: Vec<f64> = self.nodes.iter().map(|node| node * node).collect();
            put(layout.log_sigma, 1.0 / (state.sigma * state.sigma), &square);
        }
        let (places, curves): (Vec<usize>, Vec<Vec<f64>>) = by_place.into_iter().unzip();
        Scores { places, curves }
    }

    /// How much a class's score by each place grows with θ beyond the design's.
    fn turn(&self, state: &State, class: &Class, places: &[usize]) -> Vec<f64> {
        if self.layout.judge_slope.is_none() && self.layout.item_slope.is_none() {
            return Vec::new();
        }
        let mut turn = vec![0.0; places.len()];
        for (unit, sum) in &class.scores {
            for place in self.slope_places(*unit) {
                if let Ok(at) = places.binary_search(&place) {
                    turn[at] += state.slope[*unit] * sum;
                }
            }
        }
        turn
    }
}

/// The curves of a design's scores, and which parameter each is of.
struct Scores {
    places: Vec<usize>,
    curves: Vec<Vec<f64>>,
}

/// The covariance of the scores of a design's persons, summed (lower triangle).
struct Lost {
    size: usize,
    sum: Vec<f64>,
}

impl Lost {
    fn new(scores: &Scores) -> Self {
        let size = scores.places.len();
        Self {
            size,
            sum: vec![0.0; size * size],
        }
    }

    /// All of a class but its second moment of the curves.
    fn add(
        &mut self,
        scores: &Scores,
        count: f64,
        posterior: &[f64],
        moments: &Moments,
        turn: &[f64],
        nodes: &[f64],
    ) {
        let mean: Vec<f64> = scores
            .curves
            .iter()
            .map(|curve| dot(curve, posterior))
            .collect();
        for row in 0..self.size {
            let by = count * mean[row];
            let target = &mut self.sum[row * self.size..row * self.size + row + 1];
            for (target, mean) in target.iter_mut().zip(&mean) {
                *target -= by * mean;
            }
        }
        if turn.is_empty() {
            return;
        }
        let weighted: Vec<f64> = posterior
            .iter()
            .zip(nodes)
            .map(|(weight, node)| weight * (node - moments.mean))
            .collect();
        let with: Vec<f64> = scores
            .curves
            .iter()
            .map(|curve| dot(curve, &weighted))
            .collect();
        for row in 0..self.size {
            for column in 0..=row {
                let both = with[row] * turn[column] + with[column] * turn[row];
                let square = moments.variance * turn[row] * turn[column];
                self.sum[row * self.size + column] += count * (both + square);
            }
        }
    }

    fn finish(&mut self, scores: &Scores, weight: &[f64]) {
        for (row, curve) in scores.curves.iter().enumerate() {
            let weighted: Vec<f64> = curve.iter().zip(weight).map(|(c, w)| c * w).collect();
            for (column, other) in scores.curves.iter().enumerate().take(row + 1) {
                self.sum[row * self.size + column] += dot(&weighted, other);
            }
        }
    }

    fn take_from(&self, places: &[usize], information: &mut [f64], wide: usize) {
        for (row, place) in places.iter().enumerate() {
            for (column, other) in places.iter().enumerate().take(row + 1) {
                information[place * wide + other] -= self.sum[row * self.size + column];
            }
        }
    }
}

fn add(target: &mut [f64], times: f64, what: &[f64]) {
    for (target, value) in target.iter_mut().zip(what) {
        *target += times * value;
    }
}

fn symmetric(matrix: &mut [f64], wide: usize) {
    for row in 0..wide {
        for column in 0..row {
            matrix[column * wide + row] = matrix[row * wide + column];
        }
    }
}
