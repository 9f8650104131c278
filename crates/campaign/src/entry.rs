//! Entries: what has happened, for ever readable.
//!
//! In the ledger an entry is JSON: `{"at":…,"by":…,"cmd":…,"event":{"record":{"filed/1":{…}}}}`. The name of each kind ends in
//! its version. A kind once written is never changed or removed: what needs other fields gets a new kind with the next
//! version, and both are read. `tests/entries/` holds one of each kind that was ever written.

use serde::{Deserialize, Serialize};

use crate::id::{CommandId, Digest, ItemId, PersonId, ProgramId};
use crate::{
    Time, circular, figure, honour, ladder, objection, organisation, period, rating, record, rules,
    vault, work,
};

/// One thing that has happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// When; coarse (the day's beginning) where the moment could tell who it was, as with ratings.
    pub at: Time,
    /// Who.
    pub by: Actor,
    /// The command it came of.
    pub cmd: CommandId,
    /// What.
    pub event: Event,
}

/// Who sends a command.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    /// A person with an account.
    Person(PersonId),
    /// A program.
    Program(ProgramId),
    /// Anyone: those served, who stay unknown.
    Public,
    /// The campaign's clock: what falls due by itself.
    Clock,
}

impl Actor {
    /// The person, if it is one.
    #[must_use]
    pub const fn person(&self) -> Option<&PersonId> {
        match self {
            Self::Person(person) => Some(person),
            _ => None,
        }
    }
}

/// A text, file or other content that lies in the vault: entries hold its id and a salted digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// Where in the vault.
    pub item: ItemId,
    /// The salted digest of what was put there.
    pub digest: Digest,
}

/// What has happened, by primitive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// The rulebook.
    Rules(rules::Event),
    /// Units, people, posts, roles, relations.
    Organisation(organisation::Event),
    /// Forms filled.
    Record(record::Event),
    /// Ratings by those served.
    Rating(rating::Event),
    /// Tasks, promises, rectifications, requests.
    Work(work::Event),
    /// Figures handed in.
    Figure(figure::Event),
    /// Periods: cut-off, scoring, final.
    Period(period::Event),
    /// Objections and appeals.
    Objection(objection::Event),
    /// Honours.
    Honour(honour::Event),
    /// Ladders.
    Ladder(ladder::Event),
    /// Circulars.
    Circular(circular::Event),
    /// Erasures.
    Vault(vault::Event),
}

impl Event {
    /// Adds the items of the vault that it brings: they are put there together with the entry.
    pub fn notes(&self, out: &mut Vec<Note>) {
        match self {
            Self::Organisation(event) => event.notes(out),
            Self::Record(event) => event.notes(out),
            Self::Rating(event) => event.notes(out),
            Self::Work(event) => event.notes(out),
            Self::Figure(event) => event.notes(out),
            Self::Period(event) => event.notes(out),
            Self::Objection(event) => event.notes(out),
            Self::Honour(event) => event.notes(out),
            Self::Ladder(event) => event.notes(out),
            Self::Vault(event) => event.notes(out),
            // These bring none.
            Self::Rules(_) | Self::Circular(_) => {}
        }
    }
}

/// Whether something counts.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It counts.
    #[default]
    Counts,
    /// It doesn't yet: someone has to decide on it first.
    Held,
    /// It was decided that it doesn't.
    SetAside,
}
