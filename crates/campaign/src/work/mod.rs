//! Work items: tasks, promises, rectifications, requests.
//!
//! Given by someone, offered to a unit, accepted or declined with a reason and what would make it possible; done, and checked by
//! someone who isn't concerned. Declining costs nothing: what isn't accepted is never due. Late items climb to the next unit up,
//! one level at a time. Who had an item before never gets it again.
//!
//! # What counts where
//! Every change of a figure stands in the item as a [`Mark`], so a unit can see which items make up its figures, and setting an
//! item aside takes exactly its marks out again. What was open or late at the end of a period that is cut off stays so.

mod count;
mod decide;
mod event;
mod refuse;
mod state;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use count::{Counted, Figures, Mark, tally};
pub(crate) use decide::decide;
pub(crate) use event::evolve;
pub use event::{Checks, Event, Opened, Source};
pub use refuse::REFUSALS;
pub use state::{Item, Offer, Past, Stage, Step, WorkItems};

use rulebook::model::WorkKind;

use crate::id::Ticket;
use crate::rating::Code;
use crate::{Date, Note, PersonId, UnitId};

/// The number of a work item, from 0.
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
pub struct WorkId(pub u64);

/// What a check finds.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is done well: the item is closed.
    Passed,
    /// It goes back to be done better.
    Returned,
}

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Open an item. A promise is opened by the unit that makes it and needs no answer; everything else is offered.
    Open {
        /// What it is.
        kind: WorkKind,
        /// What is to be done, in the vault.
        title: Note,
        /// What makes it well done, in the vault.
        quality: Option<Note>,
        /// What it comes from, in the vault.
        source: Option<Note>,
        /// The unit that is to do it.
        unit: UnitId,
        /// The person who is to do it.
        person: Option<PersonId>,
        /// The last day for it.
        due: Date,
        /// The role whose holders check it; the giver does when absent.
        role: Option<crate::id::Name>,
        /// [`Code::check_ticket`] of codes for those it was promised to or who asked for it: they may check it too.
        tickets: Vec<Ticket>,
    },
    /// Accept what is offered or handed over.
    Accept {
        /// Which.
        work: WorkId,
        /// Who will do it.
        person: Option<PersonId>,
    },
    /// Decline what is offered or handed over.
    Decline {
        /// Which.
        work: WorkId,
        /// Why.
        reason: Note,
        /// What would make it possible.
        possible_if: Note,
    },
    /// Say that it is done.
    Finish {
        /// Which.
        work: WorkId,
        /// What came of it; of a rectification this is published.
        outcome: Note,
    },
    /// Check what is done. By the giver or a holder of the role, not concerned; or with a code.
    Check {
        /// Which.
        work: WorkId,
        /// The code, of those it was promised to.
        code: Option<Code>,
        /// What is found.
        verdict: Verdict,
        /// Why; needed when it is returned.
        reason: Option<Note>,
    },
    /// Hand over to another unit, which may accept or decline.
    HandOver {
        /// Which.
        work: WorkId,
        /// To whom.
        to: UnitId,
        /// Why.
        reason: Note,
    },
    /// Give it more time: by who gave it.
    Postpone {
        /// Which.
        work: WorkId,
        /// The new last day.
        due: Date,
        /// Why, and what makes it possible by then.
        reason: Note,
    },
    /// Ask another unit to help.
    AskHelp {
        /// Which.
        work: WorkId,
        /// Who helps.
        unit: UnitId,
    },
    /// Close a request that has no ground in law or policy, with an explanation to who asked.
    CloseGroundless {
        /// Which.
        work: WorkId,
        /// The explanation.
        reason: Note,
    },
    /// Open again what was closed, declined or left unanswered: by who gave it.
    Reopen {
        /// Which.
        work: WorkId,
        /// The last day for it now.
        due: Date,
        /// Why.
        reason: Note,
    },
    /// The clock: low ratings of days that are over open rectifications, late items climb, offers that nobody answered lapse.
    Tick,
}
