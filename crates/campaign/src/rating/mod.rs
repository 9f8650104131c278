//! Ratings by those served: who was invited rates once, in five levels or "can't say", and stays unknown.
//!
//! # What is stored
//! A code is 16 random bytes, drawn and printed by whoever invites, then forgotten. Two values are derived from it that nobody
//! can derive from each other: the *ticket* (stored with the invitation) and the *rating id* (stored with the rating). Giving a
//! rating brings the code in the command; [`decide`] derives both, finds the ticket valid and the rating id unused. The entry
//! holds the rating id and not the ticket. Single use follows from the rating id being unique: the invitation doesn't know
//! whether it was used.
//!
//! # What this protects against, and what not
//! Whoever reads all of the ledger, the state and every snapshot can't tell which invitation a rating came of, beyond what the
//! rating says openly: unit, service, group, day, and the batch where that has enough codes. Whoever has *seen a code* (looked
//! over a shoulder, kept a copy when printing) can derive its rating id and find the rating. So codes are drawn, printed and
//! forgotten, and the program at the desk must not log them. Where a desk invites one person in a day and one rating comes
//! that day, the day tells: [`table`] and [`shown`] withhold small numbers, the ledger itself is open only to those entitled.
//! Tokens that are blindly signed (RFC 9474) can replace codes later without a change to what a rating is.
//!
//! # What happens to a low rating
//! The clock opens a rectification for unit, service and day once that day is over (one, however many low ratings there were):
//! it holds no rating id, and neither its moment nor its place in the log tells when someone rated. Many in a day are a *burst*: counted and shown at once, held from scoring until a person has decided. What nobody decides
//! in time counts: delay never hurts those who rated. Nothing is excluded by one person alone.

mod code;
mod decide;
mod event;
pub mod import;
mod query;
mod refuse;
mod state;
mod told;

use std::collections::BTreeSet;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use code::{Code, case_id};
pub(crate) use decide::decide;
pub(crate) use event::evolve;
pub use event::{CaseTold, Event, Given, Invited, OpenGiven, Revised};
pub use query::{Filter, Invitation, Rating, Shown, Text, shown, tally};
pub use refuse::REFUSALS;
pub use state::{Burst, Exclusion, Former, Levels, Ratings};
pub use told::{Part, Told, calls, comments, told, withheld};

use crate::id::{Name, RatingId, Ticket};
use crate::{Date, Note, UnitId};

/// One of five levels, 1 the lowest. "Can't say" is no level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Level {
    /// 1: very dissatisfied.
    VeryLow,
    /// 2: dissatisfied.
    Low,
    /// 3: fair.
    Middle,
    /// 4: satisfied.
    High,
    /// 5: very satisfied.
    VeryHigh,
}

impl Level {
    /// All of them, from the lowest.
    pub const ALL: [Self; 5] = [
        Self::VeryLow,
        Self::Low,
        Self::Middle,
        Self::High,
        Self::VeryHigh,
    ];

    /// Its number, 1 to 5.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::VeryLow => 1,
            Self::Low => 2,
            Self::Middle => 3,
            Self::High => 4,
            Self::VeryHigh => 5,
        }
    }
}

impl From<Level> for u8 {
    fn from(level: Level) -> Self {
        level.number()
    }
}

/// A number that is no level: levels are 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotALevel(pub u8);

impl fmt::Display for NotALevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is no level; levels are 1 to 5", self.0)
    }
}

impl std::error::Error for NotALevel {}

impl TryFrom<u8> for Level {
    type Error = NotALevel;

    fn try_from(number: u8) -> Result<Self, NotALevel> {
        let found = Self::ALL.into_iter().find(|l| l.number() == number);
        found.ok_or(NotALevel(number))
    }
}

/// The number of a batch of invitations, from 0.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(transparent)]
pub struct BatchId(pub u32);

/// The number of a burst, from 0.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(transparent)]
pub struct BurstId(pub u32);

/// Who rates for whom.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Voice {
    /// Those served, for themselves.
    #[default]
    Own,
    /// Guardians, for a child or someone else in their care.
    Guardian,
}

/// What a rating says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Opinion {
    /// The level; `None` is "can't say".
    pub level: Option<Level>,
    /// Tags ticked.
    pub tags: BTreeSet<Name>,
    /// A comment, in the vault.
    pub comment: Option<Note>,
    /// Where the rater wants to be called back, in the vault; nobody is called without it.
    pub call_back: Option<Note>,
}

/// A rated case of a hotline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Its id, made of its number by [`case_id`].
    pub case: RatingId,
    /// The unit rated.
    pub unit: UnitId,
    /// The service.
    pub service: Option<Name>,
    /// The group of the caller.
    pub group: Option<Name>,
    /// The day on which the caller rated.
    pub day: Date,
    /// The level; `None` is "can't say".
    pub level: Option<Level>,
}

/// What a burst was found to be.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Finding {
    /// Not by those served: its ratings are proposed for exclusion.
    Attack,
    /// A real grievance: its ratings count.
    Grievance,
}

/// What the second person says to an exclusion.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Second {
    /// The rating is set aside.
    Confirmed,
    /// The rating counts.
    Refused,
}

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Invite to rate: one code, a batch of them, or a program at the desk. May be asked by people of the unit or of one
    /// above, by those who decide on ratings, and by programs.
    Invite {
        /// The unit to be rated.
        unit: UnitId,
        /// For which service; for the unit as a whole when absent.
        service: Option<Name>,
        /// The group served.
        group: Option<Name>,
        /// Who rates.
        voice: Voice,
        /// [`Code::ticket`] of each code.
        tickets: Vec<Ticket>,
    },
    /// Cancel a batch that was lost: ratings given already stay.
    Cancel {
        /// Which.
        batch: BatchId,
        /// Why.
        reason: Note,
    },
    /// Rate, with a code. Sent as the public, so that nothing names the rater.
    Give {
        /// The code.
        code: Code,
        /// What the rater says.
        opinion: Opinion,
    },
    /// Rate anew, once, with the same code.
    Revise {
        /// The code.
        code: Code,
        /// What the rater says now.
        opinion: Opinion,
    },
    /// Rate without an invitation, such as by the code on the wall: shown apart, never scored. How many may come from one place
    /// is for the door to limit.
    GiveOpen {
        /// The unit.
        unit: UnitId,
        /// The service.
        service: Option<Name>,
        /// The group.
        group: Option<Name>,
        /// What the rater says.
        opinion: Opinion,
    },
    /// Take in the rated cases of a hotline, all or none. Not by people of a unit that is rated in them.
    ImportCases {
        /// The cases.
        cases: Vec<Case>,
    },
    /// Decide what a burst is.
    DecideBurst {
        /// Which.
        burst: BurstId,
        /// What it is.
        finding: Finding,
        /// Why.
        reason: Note,
    },
    /// Propose that a rating be excluded; it counts until a second person confirms.
    Exclude {
        /// Which.
        rating: RatingId,
        /// Why.
        reason: Note,
    },
    /// Confirm or refuse exclusions that someone else has proposed, all or none.
    SecondExclusions {
        /// Of which ratings.
        ratings: Vec<RatingId>,
        /// Confirmed or refused.
        second: Second,
        /// Why.
        reason: Note,
    },
    /// Say that a rater who asked for it was called back: by those who may invite for the unit.
    CallBack {
        /// Which rating.
        rating: RatingId,
    },
    /// The clock: what nobody has decided in time takes its course.
    Tick,
}
