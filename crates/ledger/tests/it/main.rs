//! The ledger as a whole.

mod canonical;
mod export;
mod memory;
mod note;
mod sample;
mod sequence;
mod tile;
mod tree;
mod verify;
