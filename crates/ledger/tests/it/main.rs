//! The ledger as a whole.

mod backup;
mod conformance;
mod faulty;
mod sqlite;
mod vault;
