//! What has happened to work items.

use rulebook::Period;
use rulebook::model::WorkKind;
use serde::{Deserialize, Serialize};

use super::{Verdict, WorkId};
use crate::id::{Name, Ticket};
use crate::{Date, Entry, Inconsistent, Note, PersonId, State, UnitId, checks};

/// What an item comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Someone has given it; a text in the vault may say after what.
    Given(Option<Note>),
    /// Low ratings of a service on a day. Which ratings stands nowhere; how many is asked of the ratings.
    Ratings {
        /// The unit rated.
        unit: UnitId,
        /// The service; the unit as a whole when absent.
        service: Option<Name>,
        /// The day.
        day: Date,
    },
}

/// Who may check an item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checks {
    /// Holders of this role.
    pub role: Option<Name>,
    /// Those who have a code with one of these tickets.
    pub tickets: Vec<Ticket>,
}

/// An item was opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// Its number.
    pub work: WorkId,
    /// What it is.
    pub kind: WorkKind,
    /// What is to be done; none where the source says it.
    pub title: Option<Note>,
    /// What makes it well done.
    pub quality: Option<Note>,
    /// What it comes from.
    pub source: Source,
    /// The unit that is to do it.
    pub unit: UnitId,
    /// The person who is to do it.
    pub person: Option<PersonId>,
    /// The last day for it.
    pub due: Date,
    /// The period in which it is due.
    pub due_in: Period,
    /// The day.
    pub day: Date,
    /// The period it counts in as opened.
    pub period: Period,
    /// The last day for an answer; none where it needs no answer.
    pub answer_by: Option<Date>,
    /// The day on which it climbs if it is late.
    pub climbs: Date,
    /// Who may check it.
    pub checks: Checks,
}

/// What has happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// An item was opened.
    #[serde(rename = "opened/1")]
    Opened(Box<Opened>),
    /// It was accepted: by the unit it was offered or handed over to.
    #[serde(rename = "accepted/1")]
    Accepted {
        /// Which.
        work: WorkId,
        /// Who does it.
        person: Option<PersonId>,
        /// The day.
        day: Date,
        /// The period.
        period: Period,
        /// The period it is due in: that of its last day, or the first open one after it.
        due_in: Period,
    },
    /// It was declined.
    #[serde(rename = "declined/1")]
    Declined {
        /// Which.
        work: WorkId,
        /// Why.
        reason: Note,
        /// What would make it possible.
        possible_if: Note,
        /// The day.
        day: Date,
        /// The period.
        period: Period,
    },
    /// Nobody answered in time: an offer is off, a hand-over stays where it was.
    #[serde(rename = "unanswered/1")]
    Unanswered {
        /// Which.
        work: WorkId,
        /// The day.
        day: Date,
        /// The period.
        period: Period,
    },
    /// It is done, says who did it.
    #[serde(rename = "finished/1")]
    Finished {
        /// Which.
        work: WorkId,
        /// What came of it.
        outcome: Note,
        /// The day.
        day: Date,
        /// The period.
        period: Period,
        /// Whether that is in time.
        in_time: bool,
    },
    /// It was checked.
    #[serde(rename = "checked/1")]
    Checked {
        /// Which.
        work: WorkId,
        /// What was found.
        verdict: Verdict,
        /// Why.
        reason: Option<Note>,
        /// Whether with a code, by those it was promised to.
        with_code: bool,
        /// The day.
        day: Date,
        /// The period.
        period: Period,
        /// The day on which it climbs if it was returned and is late.
        climbs: Date,
    },
    /// It was offered to another unit.
    #[serde(rename = "handed-over/1")]
    HandedOver {
        /// Which.
        work: WorkId,
        /// To whom.
        to: UnitId,
        /// Why.
        reason: Note,
        /// The day.
        day: Date,
        /// The last day for an answer.
        answer_by: Date,
    },
    /// It was given more time.
    #[serde(rename = "postponed/1")]
    Postponed {
        /// Which.
        work: WorkId,
        /// The new last day.
        due: Date,
        /// The period it is due in now.
        due_in: Period,
        /// Why, and what makes it possible.
        reason: Note,
        /// The day.
        day: Date,
        /// The period.
        period: Period,
        /// The day on which it climbs if it is late.
        climbs: Date,
    },
    /// Another unit was asked to help.
    #[serde(rename = "help-asked/1")]
    HelpAsked {
        /// Which.
        work: WorkId,
        /// Whom.
        unit: UnitId,
        /// The day.
        day: Date,
    },
    /// A request was closed for want of ground, with an explanation.
    #[serde(rename = "groundless/1")]
    Groundless {
        /// Which.
        work: WorkId,
        /// The explanation.
        reason: Note,
        /// The day.
        day: Date,
        /// The period.
        period: Period,
    },
    /// It was opened again.
    #[serde(rename = "reopened/1")]
    Reopened {
        /// Which.
        work: WorkId,
        /// The last day for it.
        due: Date,
        /// The period it is due in.
        due_in: Period,
        /// Why.
        reason: Note,
        /// The day.
        day: Date,
        /// The period.
        period: Period,
        /// The last day for an answer, where it is offered again.
        answer_by: Option<Date>,
        /// The day on which it climbs if it is late.
        climbs: Date,
    },
    /// It is late and has climbed to the next unit up.
    #[serde(rename = "escalated/1")]
    Escalated {
        /// Which.
        work: WorkId,
        /// To whom; nobody where there is no unit above.
        to: Option<UnitId>,
        /// The day.
        day: Date,
        /// The day on which it climbs on; none at the top.
        climbs: Option<Date>,
    },
}

impl Event {
    /// The item it is about.
    pub(super) const fn work(&self) -> WorkId {
        match self {
            Self::Opened(opened) => opened.work,
            Self::Accepted { work, .. }
            | Self::Declined { work, .. }
            | Self::Unanswered { work, .. }
            | Self::Finished { work, .. }
            | Self::Checked { work, .. }
            | Self::HandedOver { work, .. }
            | Self::Postponed { work, .. }
            | Self::HelpAsked { work, .. }
            | Self::Groundless { work, .. }
            | Self::Reopened { work, .. }
            | Self::Escalated { work, .. } => *work,
        }
    }

    /// The items of the vault it names.
    pub(crate) fn notes(&self, out: &mut Vec<Note>) {
        match self {
            Self::Opened(opened) => {
                out.extend(opened.title.iter().chain(&opened.quality));
                if let Source::Given(Some(source)) = &opened.source {
                    out.push(*source);
                }
            }
            Self::Declined {
                reason,
                possible_if,
                ..
            } => out.extend([*reason, *possible_if]),
            Self::Finished {
                outcome: reason, ..
            }
            | Self::HandedOver { reason, .. }
            | Self::Postponed { reason, .. }
            | Self::Groundless { reason, .. }
            | Self::Reopened { reason, .. } => out.push(*reason),
            Self::Checked { reason, .. } => out.extend(reason),
            Self::Accepted { .. }
            | Self::Unanswered { .. }
            | Self::HelpAsked { .. }
            | Self::Escalated { .. } => {}
        }
    }
}

pub(crate) fn evolve(state: &mut State, event: &Event, entry: &Entry) -> Result<(), Inconsistent> {
    let mut notes = Vec::new();
    event.notes(&mut notes);
    let about = match event {
        Event::Opened(opened) => opened.person.as_ref(),
        _ => None,
    };
    checks::remember(state, entry, &notes);
    if let Some(person) = about.filter(|about| entry.by.person() != Some(*about)) {
        for note in notes {
            state.vault.note(person, note.item);
        }
    }
    match event {
        Event::Opened(opened) => {
            if let Source::Ratings { unit, service, day } = &opened.source {
                state.ratings.rectified(unit, service.as_ref(), *day)?;
            }
            state.work.open(opened, &entry.by)
        }
        _ => state.work.change(event, &entry.by),
    }
}
