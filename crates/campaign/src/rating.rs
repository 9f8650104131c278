//! rating: to be written.

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
pub struct Ratings {}

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

impl Event {
    /// Whether the moment must not be written: it could tell who rated.
    pub(crate) const fn hides_its_moment(&self) -> bool {
        match *self {}
    }
}

/// The measure of a period that ratings yield.
#[must_use]
pub fn tally(
    _state: &State,
    _share: &rulebook::model::RatingShare,
    _period: rulebook::Period,
) -> crate::figure::Tallied {
    crate::figure::Tallied::new()
}
