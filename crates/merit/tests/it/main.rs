//! Tests of the command, through the command: what it prints, writes and returns.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod bundle;
mod commands;
mod detect;
mod facets;
mod help;
mod judges;
mod ledger;
mod outputs;
mod periods;
mod rank;
mod rates;
mod ready;
mod replay;
mod robust;
mod sample;
mod support;
mod trend;
mod wrong_files;
