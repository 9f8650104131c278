//! Tests of the campaign language through its public doors.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[cfg(test)]
mod front_format;
#[cfg(test)]
mod front_read;
#[cfg(test)]
mod front_reference;
#[cfg(test)]
mod front_values;
#[cfg(test)]
mod meaning_bench;
#[cfg(test)]
mod meaning_resolve;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod tables_errors;
#[cfg(test)]
mod tables_read;
mod tables_workbook;
