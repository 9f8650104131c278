//! Tests of the campaign language through its public doors.

mod meaning_bench;
mod meaning_resolve;
