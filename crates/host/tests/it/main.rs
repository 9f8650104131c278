//! A host as a whole: what callers are told, what readers see, what survives.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod bundles;
mod child;
mod county;
mod faults;
mod following;
mod groups;
mod items;
mod kill;
mod memory;
mod mishaps;
mod reading;
mod snapshots;
mod support;
mod takeover;
