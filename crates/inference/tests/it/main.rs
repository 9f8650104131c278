//! The estimators against published figures, properties, and input that is no good.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod calibration_shrinkage;
mod charts;
mod facets;
mod funnel;
mod gaming;
mod likeness;
mod mixed;
mod named;
mod noise;
mod random;
mod ranks;
mod sampling;
mod sensitivity;
mod shrinkage;
mod special;
mod support;
mod suppression;
mod trend;
