//! The ledger as a whole.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod backup;
mod conformance;
mod faulty;
mod sqlite;
mod vault;
