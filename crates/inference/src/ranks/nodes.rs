//! Many standard errors as few: what a critical value needs of them is how many are of each size.
//!
//! Where there are few different ones, each is a node of its own and nothing is lost. Else the nodes stand evenly in the logarithm,
//! and a unit is spread over the four nearest with the weights of cubic interpolation, so that a sum over units of any smooth
//! function is the sum over nodes to fourth order in their distance.

/// Up to so many different standard errors each has its own node.
const OWN_NODES: usize = 96;
/// The widest distance between nodes, as a ratio: e to this.
const DISTANCE: f64 = 0.05;
/// How many nodes there may be.
const MOST_NODES: f64 = 160.0;

/// A unit's share of four nodes, from the first on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    pub(super) first: usize,
    pub(super) weights: [f64; 4],
}

impl Share {
    /// Adds the share to the nodes' weights.
    #[inline]
    pub(super) fn add(&self, to: &mut [f64]) {
        for (node, weight) in to.iter_mut().skip(self.first).zip(self.weights) {
            *node += weight;
        }
    }

    /// A function's value between the nodes, given its values at them.
    pub(super) fn of(&self, values: &[f64]) -> f64 {
        let near = values.iter().skip(self.first).zip(self.weights);
        near.map(|(value, weight)| value * weight).sum()
    }
}

/// The nodes and each unit's share of them.
pub(super) struct Nodes {
    pub(super) at: Vec<f64>,
    pub(super) shares: Vec<Share>,
}

impl Nodes {
    pub(super) fn new(errors: &[f64]) -> Self {
        let mut different = errors.to_vec();
        different.sort_unstable_by(f64::total_cmp);
        different.dedup();
        if different.len() <= OWN_NODES {
            return Self::own(errors, different);
        }
        let log = |value: Option<&f64>| libm::log(value.copied().unwrap_or(1.0));
        let (from, to) = (log(different.first()), log(different.last()));
        let grid = Even::new(from, to, ((to - from) / DISTANCE).clamp(24.0, MOST_NODES));
        Self {
            at: grid.points().map(libm::exp).collect(),
            shares: errors
                .iter()
                .map(|error| grid.share(libm::log(*error)))
                .collect(),
        }
    }

    /// The logarithms of the smallest and the largest node.
    pub(super) fn ends(&self) -> (f64, f64) {
        let log = |node: Option<&f64>| libm::log(node.copied().unwrap_or(1.0));
        (log(self.at.first()), log(self.at.last()))
    }

    fn own(errors: &[f64], different: Vec<f64>) -> Self {
        let share = |error: &f64| Share {
            first: different.partition_point(|other| other < error),
            weights: [1.0, 0.0, 0.0, 0.0],
        };
        Self {
            shares: errors.iter().map(share).collect(),
            at: different,
        }
    }
}

/// Evenly placed points.
#[derive(Clone, Copy, Debug)]
pub(super) struct Even {
    from: f64,
    step: f64,
    count: usize,
}

impl Even {
    /// About `parts` parts from one end to the other, at least three.
    pub(super) fn new(from: f64, to: f64, parts: f64) -> Self {
        let parts = libm::ceil(parts).max(3.0);
        Self {
            from,
            step: (to - from) / parts,
            count: parts as usize + 1,
        }
    }

    pub(super) fn points(self) -> impl Iterator<Item = f64> {
        (0..self.count).map(move |at| self.from + self.step * at as f64)
    }

    /// The weights of cubic interpolation (Lagrange) at `x`.
    pub(super) fn share(self, x: f64) -> Share {
        if self.step <= 0.0 {
            return Share {
                first: 0,
                weights: [1.0, 0.0, 0.0, 0.0],
            };
        }
        let place = (x - self.from) / self.step;
        let last = self.count - 4;
        let first = (libm::floor(place).max(1.0) as usize - 1).min(last);
        let t = place - first as f64;
        let (a, b, c, d) = (t, t - 1.0, t - 2.0, t - 3.0);
        Share {
            first,
            weights: [
                -b * c * d / 6.0,
                a * c * d / 2.0,
                -a * b * d / 2.0,
                a * b * c / 6.0,
            ],
        }
    }
}
