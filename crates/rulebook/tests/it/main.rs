//! Tests of `rulebook` through its public functions.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod tables;
mod tables_errors;
mod tables_read;
