//! The estimators against published figures, properties, and input that is no good.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod named;
mod charts;
mod funnel;
mod mixed;
mod facets;
mod gaming;
mod random;
mod ranks;
mod special;
mod support;
mod trend;
mod calibration_shrinkage;
mod random;
mod sampling;
mod shrinkage;
mod special;
mod support;
mod suppression;
