//! What tests of several crates share. Only ever a dev-dependency.
//!
//! Here everything that can't be had panics with the remedy: a test that lacks its server must fail, not pass unseen.

mod postgres;

pub use postgres::Postgres;
