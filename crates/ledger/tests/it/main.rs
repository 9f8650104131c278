//! The ledger as a whole.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod backup;
mod conformance;
mod faulty;
mod postgres;
mod sqlite;
mod vault;
