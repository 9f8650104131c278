//! How many units each unit is clearly ahead of, and how many are clearly ahead of it: exact counts without all pairs.
//!
//! Units are put into buckets of like standard error, each sorted by estimate. For a unit the threshold in a bucket lies between
//! those of its smallest and its largest standard error; only units between the two are looked at one by one. Buckets hold about
//! √n units, so a unit costs about √n steps. Units are taken in an order in which thresholds move little, so that a place in a
//! bucket is found by a few steps from the last one.

use std::num::NonZeroUsize;

use super::spread::spread;

/// How many units are clearly ahead of a unit, and how many clearly behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) ahead: u32,
    pub(super) behind: u32,
}

/// So many units are taken together, alike in standard error, in order of their estimates.
const GROUP: usize = 4096;

struct Bucket {
    estimates: Vec<f64>,
    variances: Vec<f64>,
    least: f64,
    most: f64,
}

/// The units, ready to be counted.
pub(super) struct Field<'a> {
    estimates: &'a [f64],
    errors: &'a [f64],
    buckets: Vec<Bucket>,
    /// Units by standard error, in groups, each by estimate.
    order: Vec<u32>,
}

/// Whether a difference is larger than `critical` standard errors.
#[inline]
pub(super) fn clear(difference: f64, variance: f64, critical: f64) -> bool {
    difference > 0.0 && difference * difference > critical * critical * variance
}

impl<'a> Field<'a> {
    pub(super) fn new(estimates: &'a [f64], errors: &'a [f64]) -> Self {
        let at = |of: &[f64], unit: &u32| of.get(*unit as usize).copied().unwrap_or(f64::NAN);
        let mut order: Vec<u32> = (0..).take(estimates.len()).collect();
        order.sort_by(|a, b| at(errors, a).total_cmp(&at(errors, b)));
        let by_estimate =
            |a: &u32, b: &u32| at(estimates, a).total_cmp(&at(estimates, b)).then(a.cmp(b));
        let least = estimates.len().isqrt().max(16);
        let mut buckets = Vec::new();
        let mut rest = order.as_slice();
        while !rest.is_empty() {
            let edge = at(errors, rest.get(least - 1).or(rest.last()).unwrap_or(&0));
            let (now, later) = rest.split_at(rest.partition_point(|u| at(errors, u) <= edge));
            let mut units = now.to_vec();
            units.sort_by(by_estimate);
            buckets.push(Bucket {
                estimates: units.iter().map(|unit| at(estimates, unit)).collect(),
                variances: units.iter().map(|unit| at(errors, unit).powi(2)).collect(),
                least: now.first().map_or(0.0, |unit| at(errors, unit).powi(2)),
                most: edge * edge,
            });
            rest = later;
        }
        for group in order.chunks_mut(GROUP) {
            group.sort_by(by_estimate);
        }
        Self {
            estimates,
            errors,
            buckets,
            order,
        }
    }

    /// The counts of every unit, given each unit's critical value.
    pub(super) fn count(
        &self,
        critical: impl Fn(usize) -> f64 + Sync,
        threads: NonZeroUsize,
    ) -> Vec<Counts> {
        let groups: Vec<&[u32]> = self.order.chunks(GROUP).collect();
        let counted = spread(groups.len(), threads, |group| {
            self.count_group(groups.get(group).copied().unwrap_or_default(), &critical)
        });
        let mut counts = vec![Counts::default(); self.estimates.len()];
        for (unit, count) in self.order.iter().zip(counted.into_iter().flatten()) {
            if let Some(place) = counts.get_mut(*unit as usize) {
                *place = count;
            }
        }
        counts
    }

    fn count_group(&self, units: &[u32], critical: &impl Fn(usize) -> f64) -> Vec<Counts> {
        let mut places = vec![[0_usize; 4]; self.buckets.len()];
        let figures = |unit: &u32| {
            let unit = *unit as usize;
            let (estimate, error) = (self.estimates.get(unit)?, self.errors.get(unit)?);
            Some((*estimate, error * error, critical(unit)))
        };
        let count = |(estimate, variance, critical)| {
            let mut counts = Counts::default();
            for (bucket, places) in self.buckets.iter().zip(&mut places) {
                bucket.count(estimate, variance, critical, places, &mut counts);
            }
            counts
        };
        units.iter().filter_map(figures).map(count).collect()
    }
}

impl Bucket {
    #[inline]
    fn count(
        &self,
        estimate: f64,
        variance: f64,
        critical: f64,
        places: &mut [usize; 4],
        counts: &mut Counts,
    ) {
        let near = critical * (variance + self.least).sqrt();
        let far = critical * (variance + self.most).sqrt();
        // What rounding could move is looked at one by one.
        let slack = 1e-12 * (estimate.abs() + far);
        let (near, far) = (near - slack, far + slack);
        let [low, low_end, high, high_end] = places;
        let below = seek(&self.estimates, low, estimate - far);
        let below_end = seek(&self.estimates, low_end, estimate - near).max(below);
        let above_end = seek(&self.estimates, high_end, estimate + far);
        let above = seek(&self.estimates, high, estimate + near).min(above_end);
        let mut behind = below;
        for (other, own) in self.pairs(below, below_end) {
            behind += usize::from(clear(estimate - other, variance + own, critical));
        }
        let mut ahead = self.estimates.len() - above_end;
        for (other, own) in self.pairs(above, above_end) {
            ahead += usize::from(clear(other - estimate, variance + own, critical));
        }
        counts.behind += behind as u32;
        counts.ahead += ahead as u32;
    }

    fn pairs(&self, from: usize, to: usize) -> impl Iterator<Item = (f64, f64)> {
        let estimates = self.estimates.get(from..to).unwrap_or_default();
        let variances = self.variances.get(from..to).unwrap_or_default();
        estimates.iter().copied().zip(variances.iter().copied())
    }
}

/// How many of the sorted `values` are under `bound`, from the last `place` on.
#[inline]
fn seek(values: &[f64], place: &mut usize, bound: f64) -> usize {
    while values.get(*place).is_some_and(|value| *value < bound) {
        *place += 1;
    }
    while *place > 0 && values.get(*place - 1).is_some_and(|value| *value >= bound) {
        *place -= 1;
    }
    *place
}
