//! The estimators against published figures, properties, and input that is no good.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod likeness;
mod noise;
mod random;
mod special;
mod support;
