//! Figures: those handed in as tables, and all measures of a period put together for scoring.

use serde::{Deserialize, Serialize};

use crate::refusal::{Code, Refusal};
use crate::state::Context;
use crate::{Entry, Inconsistent, State};

/// What can be refused, in order of precedence.
pub const REFUSALS: &[Code] = &[];

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {}

/// What has happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {}

/// The state.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Handed {}

pub(crate) fn decide(
    _state: &State,
    action: &Action,
    _context: &Context<'_>,
) -> Result<Vec<crate::Event>, Refusal> {
    match *action {}
}

pub(crate) fn evolve(
    _state: &mut State,
    event: &Event,
    _entry: &Entry,
) -> Result<(), Inconsistent> {
    match *event {}
}

/// A figure of a unit, tallied from records, ratings or work items.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// The figure; one of the two gaps of [`rulebook::figures`] where there is none.
    pub value: f64,
    /// On how many cases it rests, where that is known.
    pub n: Option<f64>,
}

/// A measure of a period, for the units that have it; a unit that isn't in it has a missing figure.
pub type Tallied = std::collections::BTreeMap<crate::UnitId, Cell>;
