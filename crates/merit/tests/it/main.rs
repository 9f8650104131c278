//! Tests of the command, through the command: what it prints, writes and returns.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod bundle;
mod commands;
mod help;
mod ledger;
mod outputs;
mod periods;
mod ready;
mod robust;
mod support;
mod wrong_files;
