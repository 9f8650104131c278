//! period: to be written.

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
pub struct Periods {}

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

impl Periods {
    /// Whether a period has been cut off: nothing more comes in for it.
    #[must_use]
    pub fn is_cut_off(&self, _period: rulebook::Period) -> bool {
        false
    }

    /// The period in which something counts that belongs to `wanted`: the first from there on that isn't cut off.
    #[must_use]
    pub fn counts_in(&self, wanted: rulebook::Period) -> rulebook::Period {
        let mut period = wanted;
        while self.is_cut_off(period) {
            period = period.next();
        }
        period
    }
}
