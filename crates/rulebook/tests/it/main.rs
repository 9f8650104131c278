//! Tests of the campaign language through its public doors.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod front_format;
mod front_read;
mod front_reference;
mod front_values;
mod guide;
mod meaning_bench;
mod meaning_check;
mod meaning_resolve;
mod meaning_words;
mod tables;
mod tables_errors;
mod tables_read;
mod tables_workbook;
