//! The ledger as a whole.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod canonical;
mod export;
mod memory;
mod note;
mod sample;
mod sequence;
mod tile;
mod tree;
mod verify;
