//! The ledger as a whole.

mod backup;
mod canonical;
mod conformance;
mod export;
mod faulty;
mod memory;
mod note;
mod sample;
mod sequence;
mod sqlite;
mod tile;
mod tree;
mod vault;
mod verify;
