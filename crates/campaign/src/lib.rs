//! The life of a campaign as a pure state machine.
//!
//! [`State::decide`] looks at a command and says which entries come of it, or why it is refused; [`State::evolve`] makes an
//! entry part of the state. Both are pure: no input or output, no clock, no randomness but what a command brings. So a whole
//! year runs in a test, a rebuilt state equals the live one byte for byte, and any day can be looked at as it was.
//!
//! Personal data, long texts and attachments never get in here: commands and entries name items of the vault by id and digest
//! ([`Note`]). What a person is called, said or wrote can be erased there without touching an entry.

pub mod calendar;
mod checks;
pub mod circular;
pub mod command;
pub mod entry;
pub mod figure;
pub mod honour;
pub mod id;
pub mod ladder;
pub mod objection;
pub mod organisation;
pub mod period;
pub mod rating;
pub mod record;
pub mod refusal;
pub mod rules;
mod schema;
pub mod state;
pub mod time;
pub mod vault;
pub mod work;

pub use command::{Action, Command};
pub use entry::{Actor, Entry, Event, Note};
pub use id::{CommandId, Digest, ItemId, PersonId, UnitId};
pub use refusal::Refusal;
pub use state::{Decision, Inconsistent, State};
pub use time::{Date, Time};
