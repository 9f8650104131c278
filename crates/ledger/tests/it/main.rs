//! The ledger as a whole.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod backup;
mod canonical;
mod conformance;
mod export;
mod faulty;
mod memory;
mod note;
mod postgres;
mod sample;
mod sequence;
mod sqlite;
mod tampered;
mod tile;
mod tree;
mod vault;
mod verify;
