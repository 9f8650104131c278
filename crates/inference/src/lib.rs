//! The statistics of Merit on plain slices: how sure a figure is, better than whom, better than before.
//!
//! No domain types and no IO: units are positions, figures are `f64`. Every estimator's doc says its formula, its source, the ranges
//! it takes, and what it answers where the data can't tell. The same input and the same seed give the same bits on any machine and
//! with any number of threads: randomness comes only from [`random::Random`], one stream for each piece of work, and logarithms,
//! powers and the like come from `libm`.

mod invalid;
pub mod random;
pub mod sensitivity;
pub mod special;

pub use invalid::Invalid;
