//! How the estimates err together: independently, or by a full covariance matrix.

use super::Errors;
use super::count::{Counts, Field, clear};
use crate::Invalid;
use crate::random::Random;
use std::num::NonZeroUsize;

/// What rounding may make of a matrix that is symmetric and has no negative eigenvalue, relative to its largest entry.
const ROUNDING: f64 = 1e-8;

/// Estimates and their errors, checked.
pub(super) struct Model<'a> {
    pub(super) estimates: &'a [f64],
    pub(super) noise: Noise<'a>,
}

pub(super) enum Noise<'a> {
    Independent { errors: &'a [f64], field: Field<'a> },
    Full(Full<'a>),
}

/// A covariance matrix, ready to draw from.
pub(super) struct Full<'a> {
    size: usize,
    covariance: &'a [f64],
    /// Columns of a matrix whose product with its transpose is the covariance.
    factor: Vec<Vec<f64>>,
    /// The variance of each unit's difference to each other one, row by row.
    variances: Vec<f64>,
    /// The smallest of each row, but for the unit itself.
    least: Vec<f64>,
}

impl<'a> Model<'a> {
    pub(super) fn new(estimates: &'a [f64], errors: Errors<'a>) -> Result<Self, Invalid> {
        Invalid::check_finite("estimates", estimates)?;
        if estimates.is_empty() {
            let (what, least, found) = ("units", 1, 0);
            return Err(Invalid::TooFew { what, least, found });
        }
        let noise = match errors {
            Errors::Independent(errors) => {
                Invalid::check_length("standard errors", estimates.len(), errors.len())?;
                Invalid::check_range("standard errors", errors, "over 0", |error| error > 0.0)?;
                let field = Field::new(estimates, errors);
                Noise::Independent { errors, field }
            }
            Errors::Covariance(covariance) => Noise::Full(Full::new(covariance, estimates.len())?),
        };
        Ok(Self { estimates, noise })
    }

    /// The variance of the difference of two units.
    #[inline]
    pub(super) fn variance(&self, one: usize, other: usize) -> f64 {
        match &self.noise {
            Noise::Independent { errors, .. } => {
                let square = |unit| errors.get(unit).map_or(f64::NAN, |error| error * error);
                square(one) + square(other)
            }
            Noise::Full(full) => full.row(one).get(other).copied().unwrap_or(f64::NAN),
        }
    }

    /// Whether `one` is ahead of `other` by more than `critical` standard errors.
    #[inline]
    pub(super) fn ahead(&self, one: usize, other: usize, critical: f64) -> bool {
        let estimate = |unit: usize| self.estimates.get(unit).copied().unwrap_or(f64::NAN);
        let difference = estimate(one) - estimate(other);
        clear(difference, self.variance(one, other), critical)
    }

    /// How many are ahead of each unit and behind it, given each unit's critical value.
    pub(super) fn count(
        &self,
        critical: impl Fn(usize) -> f64 + Sync,
        threads: NonZeroUsize,
    ) -> Vec<Counts> {
        if let Noise::Independent { field, .. } = &self.noise {
            return field.count(critical, threads);
        }
        let units = 0..self.estimates.len();
        let count = |unit| {
            let critical = critical(unit);
            let sum = |of: &dyn Fn(usize) -> bool| units.clone().filter(|k| of(*k)).count() as u32;
            Counts {
                ahead: sum(&|other| self.ahead(other, unit, critical)),
                behind: sum(&|other| self.ahead(unit, other, critical)),
            }
        };
        units.clone().map(count).collect()
    }

    /// One draw: independent standard normal numbers, or errors by the covariance.
    pub(super) fn draw(&self, random: &mut Random, to: &mut [f64]) {
        match &self.noise {
            Noise::Independent { .. } => to.fill_with(|| random.normal()),
            Noise::Full(full) => full.draw(random, to),
        }
    }
}

impl<'a> Full<'a> {
    fn new(covariance: &'a [f64], size: usize) -> Result<Self, Invalid> {
        Invalid::check_length("covariance", size * size, covariance.len())?;
        Invalid::check_finite("covariance", covariance)?;
        let largest = covariance
            .iter()
            .fold(0.0, |most: f64, c| most.max(c.abs()));
        let at = |i: usize, k: usize| covariance.get(i * size + k).copied().unwrap_or(f64::NAN);
        let places = (0..size).flat_map(|i| (0..size).map(move |k| (i, k)));
        let wrong = |i: usize, k: usize, expected| Invalid::Range {
            what: "covariance",
            at: i * size + k,
            value: at(i, k),
            expected,
        };
        let (mut variances, mut least) = (vec![0.0; size * size], vec![f64::INFINITY; size]);
        for (((i, k), place), row) in places.zip(&mut variances).zip(0..) {
            if (at(i, k) - at(k, i)).abs() > ROUNDING * largest {
                return Err(wrong(i, k, "the same on both sides of the diagonal"));
            }
            *place = at(i, i) + at(k, k) - 2.0 * at(i, k);
            if i != k && *place <= ROUNDING * ROUNDING * largest {
                return Err(wrong(
                    i,
                    k,
                    "such that the difference of any two units varies",
                ));
            }
            if let Some(least) = least.get_mut(row / size).filter(|_| i != k) {
                *least = least.min(*place);
            }
        }
        let factor = factor(covariance, size, ROUNDING * largest)
            .ok_or_else(|| wrong(0, 0, "part of a matrix without negative eigenvalues"))?;
        Ok(Self {
            size,
            covariance,
            factor,
            variances,
            least,
        })
    }

    /// The variances of a unit's differences.
    #[inline]
    pub(super) fn row(&self, unit: usize) -> &[f64] {
        self.variances.get(unit * self.size..).unwrap_or_default()
    }

    /// The smallest of them.
    #[inline]
    pub(super) fn least(&self, unit: usize) -> f64 {
        self.least.get(unit).copied().unwrap_or(0.0)
    }

    /// A unit's covariances with all.
    pub(super) fn covariances(&self, unit: usize) -> &[f64] {
        let row = self.covariance.get(unit * self.size..).unwrap_or_default();
        row.get(..self.size).unwrap_or_default()
    }

    fn draw(&self, random: &mut Random, to: &mut [f64]) {
        to.fill(0.0);
        for column in &self.factor {
            let z = random.normal();
            for (error, entry) in to.iter_mut().zip(column) {
                *error += z * entry;
            }
        }
    }
}

/// The columns of a Cholesky factor with pivoting (Higham 2002, *Accuracy and Stability of Numerical Algorithms*, 10.3); as many as
/// the rank. `None` where an eigenvalue is negative by more than `slack`.
fn factor(matrix: &[f64], size: usize, slack: f64) -> Option<Vec<Vec<f64>>> {
    let at = |i: usize, k: usize| matrix.get(i * size + k).copied().unwrap_or(f64::NAN);
    let mut columns: Vec<Vec<f64>> = Vec::new();
    let mut rest: Vec<f64> = (0..size).map(|i| at(i, i)).collect();
    let mut open: Vec<usize> = (0..size).collect();
    let residual = |columns: &[Vec<f64>], i: usize, k: usize| {
        let product = |column: &Vec<f64>| Some(column.get(i)? * column.get(k)?);
        at(i, k) - columns.iter().filter_map(product).sum::<f64>()
    };
    loop {
        let left = |unit: &usize| rest.get(*unit).copied().unwrap_or(f64::NAN);
        let pivot = open
            .iter()
            .max_by(|a, b| left(a).total_cmp(&left(b)))
            .copied();
        let Some(pivot) = pivot.filter(|pivot| left(pivot) > slack) else {
            break;
        };
        let root = left(&pivot).sqrt();
        open.retain(|unit| *unit != pivot);
        let mut column = vec![0.0; size];
        for unit in open.iter().chain([&pivot]) {
            let entry = residual(&columns, *unit, pivot) / root;
            if let (Some(place), Some(rest)) = (column.get_mut(*unit), rest.get_mut(*unit)) {
                *place = entry;
                *rest -= entry * entry;
            }
        }
        columns.push(column);
    }
    let nothing = |i: &usize| {
        open.iter()
            .all(|k| residual(&columns, *i, *k).abs() <= 8.0 * slack)
    };
    open.iter().all(nothing).then_some(columns)
}
