//! The ledger as a whole.

mod conformance;
