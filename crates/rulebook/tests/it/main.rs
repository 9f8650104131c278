//! Tests of the campaign language through its public doors.

mod meaning_bench;
mod meaning_check;
mod meaning_resolve;
mod meaning_words;
mod tables;
mod tables_errors;
mod tables_read;
