//! Tests of `rulebook` through its public functions.

mod tables;
mod tables_errors;
mod tables_read;
