//! The statistics of Merit on plain slices: how sure a figure is, better than whom, better than before.
//!
//! No domain types and no IO: units are positions, figures are `f64`. Every estimator's doc says its formula, its source, the ranges
//! it takes, and what it answers where the data can't tell. The same input and the same seed give the same bits on any machine and
//! with any number of threads: randomness comes only from [`random::Random`], one stream for each piece of work, and logarithms,
//! powers and the like come from `libm`.

pub mod charts;
pub mod facets;
pub mod funnel;
pub mod gaming;
mod invalid;
pub mod likeness;
pub mod mixed;
pub mod named;
pub mod noise;
pub mod random;
pub mod ranks;
pub mod sampling;
pub mod sensitivity;
pub mod shrinkage;
pub mod special;
pub mod suppression;
pub mod trend;

pub use invalid::Invalid;
