//! Results in the layouts people ask for, and where they go.

pub mod columns;
pub mod csv;
pub mod delivery;
pub mod json;
pub mod reasons;
pub mod robust;
pub mod save;
pub mod sureness;
pub mod table;
pub mod xlsx;

use rulebook::model::Comparison;
use scoring::replay::{Compared, Replay};
use scoring::run::Outcome;

use crate::failure::Failure;

/// How sure the results of a class are.
#[derive(Clone, Copy)]
pub struct Certainty<'r> {
    /// How its scores and ranks spread.
    pub replay: &'r Replay,
    /// Who is named.
    pub compared: &'r Compared,
    /// At which error rate.
    pub declared: &'r Comparison,
}

/// A layout of results: classes are added in order, then all is given as bytes.
pub trait Report {
    /// Adds a class, with how sure its results are where it was replayed.
    fn add(&mut self, outcome: &Outcome<'_, '_>, certainty: Option<Certainty<'_>>);

    /// The bytes of all that was added.
    ///
    /// # Errors
    /// The layout can't hold the results.
    fn finish(self: Box<Self>) -> Result<Vec<u8>, Failure>;
}

/// A number as text: with so many decimals, or the shortest that reads back as the same number.
pub fn number(value: f64, decimals: Option<u8>) -> String {
    // Minus zero is a zero.
    let value = value + 0.0;
    match decimals {
        Some(decimals) => format!("{value:.*}", usize::from(decimals)),
        None => format!("{value}"),
    }
}
