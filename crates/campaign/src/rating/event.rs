//! What has happened to ratings.

use std::collections::BTreeSet;

use rulebook::Period;
use serde::{Deserialize, Serialize};

use super::{BatchId, BurstId, Finding, Level, Voice};
use crate::entry::Standing;
use crate::id::{Name, RatingId, Ticket};
use crate::{Date, Entry, Inconsistent, Note, State, UnitId, checks};

/// People were invited to rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invited {
    /// The batch.
    pub batch: BatchId,
    /// The unit to be rated.
    pub unit: UnitId,
    /// For which service.
    pub service: Option<Name>,
    /// The group served.
    pub group: Option<Name>,
    /// Who rates.
    pub voice: Voice,
    /// The tickets of the codes.
    pub tickets: Vec<Ticket>,
    /// On which day.
    pub day: Date,
    /// The last day on which the codes are valid.
    pub until: Date,
    /// The period it belongs to.
    pub period: Period,
}

/// A rating was given with a code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// Its id.
    pub rating: RatingId,
    /// The unit.
    pub unit: UnitId,
    /// The service.
    pub service: Option<Name>,
    /// The group.
    pub group: Option<Name>,
    /// Who rates.
    pub voice: Voice,
    /// The batch of the code, where that had enough codes.
    pub batch: Option<BatchId>,
    /// The level; `None` is "can't say".
    pub level: Option<Level>,
    /// Whether the rules of the day take it for low.
    pub low: bool,
    /// Tags ticked.
    pub tags: BTreeSet<Name>,
    /// A comment.
    pub comment: Option<Note>,
    /// Where to call back.
    pub call_back: Option<Note>,
    /// The day.
    pub day: Date,
    /// The period it counts in.
    pub period: Period,
    /// The last day on which it can be revised.
    pub revise_until: Date,
    /// Whether it counts at once, or a burst holds it.
    pub standing: Standing,
}

/// A rating was revised; what it said before is set aside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revised {
    /// Its id.
    pub rating: RatingId,
    /// The level now; `None` is "can't say".
    pub level: Option<Level>,
    /// Whether the rules of the day take it for low.
    pub low: bool,
    /// Tags ticked.
    pub tags: BTreeSet<Name>,
    /// A comment.
    pub comment: Option<Note>,
    /// Where to call back.
    pub call_back: Option<Note>,
    /// The day.
    pub day: Date,
    /// The period it counts in: the one it counted in before, or the first open one after it.
    pub period: Period,
    /// Whether it counts.
    pub standing: Standing,
}

/// A rating without invitation: shown apart, never scored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenGiven {
    /// The unit.
    pub unit: UnitId,
    /// The service.
    pub service: Option<Name>,
    /// The group.
    pub group: Option<Name>,
    /// The level; `None` is "can't say".
    pub level: Option<Level>,
    /// Tags ticked.
    pub tags: BTreeSet<Name>,
    /// A comment.
    pub comment: Option<Note>,
    /// Where to call back.
    pub call_back: Option<Note>,
    /// The day.
    pub day: Date,
    /// The period it is shown with.
    pub period: Period,
}

/// A rated case of a hotline was taken in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseTold {
    /// Its id.
    pub case: RatingId,
    /// The unit.
    pub unit: UnitId,
    /// The service.
    pub service: Option<Name>,
    /// The group.
    pub group: Option<Name>,
    /// The level; `None` is "can't say".
    pub level: Option<Level>,
    /// Whether the rules take it for low.
    pub low: bool,
    /// The day on which the caller rated.
    pub day: Date,
    /// The day on which it was taken in.
    pub told: Date,
    /// The period it counts in.
    pub period: Period,
}

/// What has happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// People were invited to rate.
    #[serde(rename = "invited/1")]
    Invited(Box<Invited>),
    /// A batch of codes was cancelled.
    #[serde(rename = "cancelled/1")]
    Cancelled {
        /// Which.
        batch: BatchId,
        /// Why.
        reason: Note,
    },
    /// A rating was given.
    #[serde(rename = "given/1")]
    Given(Box<Given>),
    /// A rating was revised.
    #[serde(rename = "revised/1")]
    Revised(Box<Revised>),
    /// A rating was given without invitation.
    #[serde(rename = "open-given/1")]
    OpenGiven(Box<OpenGiven>),
    /// A case was taken in.
    #[serde(rename = "case-told/1")]
    CaseTold(Box<CaseTold>),
    /// The low ratings of a unit in a day have become a burst: all of them are held until it is decided on.
    #[serde(rename = "burst-opened/1")]
    BurstOpened {
        /// Its number.
        burst: BurstId,
        /// The unit.
        unit: UnitId,
        /// The day.
        day: Date,
        /// How many there were when it was opened.
        count: u32,
        /// The last day for a decision; after it the ratings count.
        decide_by: Date,
    },
    /// It was decided what a burst is.
    #[serde(rename = "burst-decided/1")]
    BurstDecided {
        /// Which.
        burst: BurstId,
        /// What it is.
        finding: Finding,
        /// Why.
        reason: Note,
    },
    /// Nobody has decided on a burst, or confirmed its exclusions, in time: its ratings count.
    #[serde(rename = "burst-lapsed/1")]
    BurstLapsed {
        /// Which.
        burst: BurstId,
    },
    /// It was proposed to exclude a rating.
    #[serde(rename = "exclusion-proposed/1")]
    ExclusionProposed {
        /// Which.
        rating: RatingId,
        /// The burst it belongs to.
        burst: Option<BurstId>,
        /// Why.
        reason: Note,
    },
    /// A second person has confirmed: the rating is set aside.
    #[serde(rename = "excluded/1")]
    Excluded {
        /// Which.
        rating: RatingId,
        /// Why.
        reason: Note,
    },
    /// A second person has refused: the rating counts.
    #[serde(rename = "exclusion-refused/1")]
    ExclusionRefused {
        /// Which.
        rating: RatingId,
        /// Why.
        reason: Note,
    },
    /// A rater was called back.
    #[serde(rename = "called-back/1")]
    CalledBack {
        /// Of which rating.
        rating: RatingId,
        /// On which day.
        day: Date,
    },
}

impl Event {
    /// Whether the moment must not be written: it could tell who rated.
    pub(crate) const fn hides_its_moment(&self) -> bool {
        matches!(
            self,
            Self::Given(_) | Self::Revised(_) | Self::OpenGiven(_) | Self::BurstOpened { .. }
        )
    }

    /// The items of the vault it names.
    pub(crate) fn notes(&self, out: &mut Vec<Note>) {
        match self {
            Self::Given(given) => out.extend(given.comment.iter().chain(&given.call_back)),
            Self::Revised(revised) => out.extend(revised.comment.iter().chain(&revised.call_back)),
            Self::OpenGiven(given) => out.extend(given.comment.iter().chain(&given.call_back)),
            Self::Cancelled { reason, .. }
            | Self::BurstDecided { reason, .. }
            | Self::ExclusionProposed { reason, .. }
            | Self::Excluded { reason, .. }
            | Self::ExclusionRefused { reason, .. } => out.push(*reason),
            Self::Invited(_)
            | Self::CaseTold(_)
            | Self::BurstOpened { .. }
            | Self::BurstLapsed { .. }
            | Self::CalledBack { .. } => {}
        }
    }
}

pub(crate) fn evolve(state: &mut State, event: &Event, entry: &Entry) -> Result<(), Inconsistent> {
    let mut written = Vec::new();
    event.notes(&mut written);
    checks::remember(state, entry, &written);
    let ratings = &mut state.ratings;
    match event {
        Event::Invited(invited) => ratings.invite(invited),
        Event::Cancelled { batch, .. } => ratings.cancel(*batch),
        Event::Given(given) => ratings.give(given),
        Event::Revised(revised) => ratings.revise(revised),
        Event::OpenGiven(given) => ratings.give_open(given),
        Event::CaseTold(case) => ratings.tell(case),
        Event::BurstOpened {
            burst,
            unit,
            day,
            decide_by,
            ..
        } => ratings.open_burst(*burst, unit, *day, *decide_by),
        Event::BurstDecided { burst, finding, .. } => ratings.decide_burst(*burst, *finding),
        Event::BurstLapsed { burst } => ratings.lapse(*burst),
        Event::ExclusionProposed {
            rating,
            burst,
            reason,
        } => ratings.propose(*rating, *burst, *reason, &entry.by),
        Event::Excluded { rating, .. } => ratings.second(*rating, Standing::SetAside),
        Event::ExclusionRefused { rating, .. } => ratings.second(*rating, Standing::Counts),
        Event::CalledBack { rating, day } => ratings.call_back(*rating, *day),
    }
}
