//! The estimators against published figures, properties, and input that is no good.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod random;
mod sensitivity;
mod special;
mod support;
