//! Honours: nominated, put up for public notice, awarded by someone else, reviewed, withdrawn on record.
//!
//! Nobody has to put anyone forward: there is a most, and no least. Who nominates says what was done (evidence) and what
//! comes next (goal).

mod refuse;

use std::collections::BTreeMap;
use std::fmt;

use rulebook::model::{Cadence, Honour, Honoured, Requirement};
use rulebook::{Period, PeriodKind};
use schemars::JsonSchema;
use scoring::replay::Verdict;
use serde::{Deserialize, Serialize};

pub use refuse::REFUSALS;

use crate::entry::Standing;
use crate::id::Name;
use crate::organisation::{Bar, concerned};
use crate::refusal::Refusal;
use crate::state::Context;
use crate::{Date, Entry, Inconsistent, Note, PersonId, State, UnitId, checks};

/// A nomination: the first is number 0.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct NominationId(pub u64);

impl fmt::Display for NominationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Who is nominated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Nominee {
    /// A unit.
    Unit(UnitId),
    /// A person.
    Person(PersonId),
}

impl Nominee {
    /// The unit, if it is one.
    #[must_use]
    pub const fn unit(&self) -> Option<&UnitId> {
        match self {
            Self::Unit(unit) => Some(unit),
            Self::Person(_) => None,
        }
    }

    /// The person, if it is one.
    #[must_use]
    pub const fn person(&self) -> Option<&PersonId> {
        match self {
            Self::Unit(_) => None,
            Self::Person(person) => Some(person),
        }
    }
}

impl fmt::Display for Nominee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unit(unit) => unit.fmt(f),
            Self::Person(person) => person.fmt(f),
        }
    }
}

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Put a unit or person forward; the public notice begins.
    Nominate {
        /// For which honour.
        honour: Name,
        /// Whom.
        nominee: Nominee,
        /// What was done.
        evidence: Note,
        /// What comes next.
        goal: Note,
    },
    /// Award the honour, after the notice.
    Award {
        /// Which nomination.
        nomination: NominationId,
    },
    /// Don't award it.
    Decline {
        /// Which nomination.
        nomination: NominationId,
        /// Why.
        reason: Note,
    },
    /// Take a nomination or an honour back.
    Withdraw {
        /// Which nomination.
        nomination: NominationId,
        /// Why.
        reason: Note,
    },
    /// Review an honour and let it stand.
    Confirm {
        /// Which nomination.
        nomination: NominationId,
        /// What was found.
        reason: Note,
    },
}

/// What has happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// A unit or person was put forward.
    #[serde(rename = "nominated/1")]
    Nominated {
        /// Its number.
        nomination: NominationId,
        /// For which honour.
        honour: Name,
        /// Whom.
        nominee: Nominee,
        /// The unit that puts them forward.
        by_unit: UnitId,
        /// The first day of the occasion: the week, month, quarter … it is for.
        occasion: Date,
        /// What was done.
        evidence: Note,
        /// What comes next.
        goal: Note,
        /// The last day of the public notice.
        notice_until: Date,
    },
    /// The honour was awarded.
    #[serde(rename = "awarded/1")]
    Awarded {
        /// Which nomination.
        nomination: NominationId,
        /// The day of its review.
        review: Option<Date>,
        /// The period whose final results say what the honour requires.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        results: Option<Period>,
    },
    /// It was not.
    #[serde(rename = "declined/1")]
    Declined {
        /// Which nomination.
        nomination: NominationId,
        /// Why.
        reason: Note,
    },
    /// A nomination or an honour was taken back.
    #[serde(rename = "withdrawn/1")]
    Withdrawn {
        /// Which nomination.
        nomination: NominationId,
        /// Why.
        reason: Note,
    },
    /// An honour was reviewed and stands.
    #[serde(rename = "confirmed/1")]
    Confirmed {
        /// Which nomination.
        nomination: NominationId,
        /// What was found.
        reason: Note,
        /// The day of the next review.
        review: Option<Date>,
    },
}

/// How far a nomination is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Put forward, under public notice or waiting for the decision.
    Nominated,
    /// Awarded.
    Awarded {
        /// When.
        on: Date,
        /// By whom.
        by: PersonId,
        /// The day of its review.
        review: Option<Date>,
    },
    /// Not awarded.
    Declined {
        /// Why.
        reason: Note,
    },
    /// Taken back.
    Withdrawn {
        /// When.
        on: Date,
        /// Why.
        reason: Note,
    },
}

/// A nomination, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Nomination {
    /// For which honour.
    pub honour: Name,
    /// Whom.
    pub nominee: Nominee,
    /// Who put them forward.
    pub by: PersonId,
    /// For which unit.
    pub by_unit: UnitId,
    /// The first day of the occasion.
    pub occasion: Date,
    /// What was done.
    pub evidence: Note,
    /// What comes next.
    pub goal: Note,
    /// The last day of the public notice.
    pub notice_until: Date,
    /// How far it is.
    pub stage: Stage,
    /// Whether the decision on an objection has set it aside.
    pub standing: Standing,
}

impl Nomination {
    /// Whether the honour is held: awarded, not taken back, not set aside.
    #[must_use]
    pub fn is_held(&self) -> bool {
        matches!(self.stage, Stage::Awarded { .. }) && self.standing == Standing::Counts
    }
}

/// All nominations.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Honours {
    all: Vec<Nomination>,
    /// Honour → first day of an occasion → nominations.
    occasions: BTreeMap<Name, BTreeMap<Date, Vec<NominationId>>>,
}

impl Honours {
    /// A nomination.
    #[must_use]
    pub fn get(&self, id: NominationId) -> Option<&Nomination> {
        self.all.get(usize::try_from(id.0).ok()?)
    }

    /// All nominations, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (NominationId, &Nomination)> {
        let numbered = self.all.iter().enumerate();
        numbered.map(|(at, one)| (NominationId(at as u64), one))
    }

    /// The honours that are held, oldest first: the gallery.
    pub fn gallery(&self) -> impl DoubleEndedIterator<Item = (NominationId, &Nomination)> {
        self.iter().filter(|(_, one)| one.is_held())
    }

    /// The nominations under public notice on a day.
    pub fn under_notice(&self, today: Date) -> impl Iterator<Item = (NominationId, &Nomination)> {
        let open = move |one: &Nomination| {
            one.stage == Stage::Nominated && one.standing == Standing::Counts
        };
        self.iter()
            .filter(move |(_, one)| open(one) && today <= one.notice_until)
    }

    /// The honours whose review is due by a day.
    pub fn due_reviews(&self, today: Date) -> impl Iterator<Item = (NominationId, &Nomination)> {
        let due = move |one: &Nomination| match one.stage {
            Stage::Awarded {
                review: Some(day), ..
            } => day <= today && one.standing == Standing::Counts,
            _ => false,
        };
        self.iter().filter(move |(_, one)| due(one))
    }

    /// Who had an honour before and when, oldest first: whether it goes round in turns.
    pub fn turns(&self, honour: &str) -> impl Iterator<Item = (Date, &Nominee)> {
        self.iter().filter_map(move |(_, one)| match one.stage {
            Stage::Awarded { on, .. } if one.honour.as_str() == honour => Some((on, &one.nominee)),
            _ => None,
        })
    }

    /// The nominations for an honour on an occasion that weren't taken back.
    fn on_occasion<'h>(
        &'h self,
        honour: &str,
        occasion: Date,
    ) -> impl Iterator<Item = &'h Nomination> {
        let occasions = self.occasions.get(honour);
        let ids = occasions.and_then(|days| days.get(&occasion));
        let ids = ids.map(Vec::as_slice).unwrap_or_default().iter();
        ids.filter_map(|id| self.get(*id))
            .filter(|one| !matches!(one.stage, Stage::Withdrawn { .. }))
    }

    fn next(&self) -> NominationId {
        NominationId(self.all.len() as u64)
    }

    fn get_mut(&mut self, id: NominationId) -> Result<&mut Nomination, Inconsistent> {
        let at = usize::try_from(id.0).unwrap_or(usize::MAX);
        let nomination = self.all.get_mut(at);
        nomination.ok_or_else(|| Inconsistent(format!("there is no nomination {id}")))
    }

    /// Makes a nomination, and the honour it led to, count or not.
    pub(crate) fn set_standing(
        &mut self,
        id: NominationId,
        standing: Standing,
    ) -> Result<(), Inconsistent> {
        self.get_mut(id)?.standing = standing;
        Ok(())
    }
}

pub(crate) fn decide(
    state: &State,
    action: &Action,
    context: &Context<'_>,
) -> Result<Vec<crate::Event>, Refusal> {
    let event = match action {
        Action::Nominate {
            honour,
            nominee,
            evidence,
            goal,
        } => nominate(state, honour, nominee, (*evidence, *goal), context)?,
        Action::Award { nomination } => award(state, *nomination, context)?,
        Action::Decline { nomination, reason } => {
            let case = Case::open(state, *nomination)?;
            case.judge(state, context)?;
            case.at_notice_stage()?;
            Event::Declined {
                nomination: *nomination,
                reason: *reason,
            }
        }
        Action::Withdraw { nomination, reason } => withdraw(state, *nomination, *reason, context)?,
        Action::Confirm { nomination, reason } => {
            let case = Case::open(state, *nomination)?;
            case.judge(state, context)?;
            case.held()?;
            Event::Confirmed {
                nomination: *nomination,
                reason: *reason,
                review: case.review(context.today),
            }
        }
    };
    Ok(vec![crate::Event::Honour(event)])
}

fn nominate(
    state: &State,
    honour: &Name,
    nominee: &Nominee,
    (evidence, goal): (Note, Note),
    context: &Context<'_>,
) -> Result<Event, Refusal> {
    let book = checks::book(state)?;
    let known = book.campaign.honour(honour.as_str());
    let known = known.ok_or_else(|| refuse::no_such_honour(honour))?;
    let person = checks::with_role(state, context, known.nominated_by.as_str(), None)?;
    let by_unit = state.organisation.unit_of(person, context.today);
    let by_unit = by_unit.ok_or_else(|| refuse::no_such_nominee(nominee))?;
    eligible(state, known, nominee, context.today)?;
    unbiased(state, person, by_unit, nominee, context.today)?;
    let occasion = occasion(known.every, context.today);
    let mut before = state.honours.on_occasion(honour.as_str(), occasion);
    if before.any(|one| one.nominee == *nominee) {
        return Err(refuse::nominated_already(nominee, occasion));
    }
    let own = state.honours.on_occasion(honour.as_str(), occasion);
    let own = own.filter(|one| one.by_unit == *by_unit).count();
    if let Some(most) = known.at_most.filter(|most| own >= usize::from(*most)) {
        return Err(refuse::too_many(by_unit, most, occasion));
    }
    Ok(Event::Nominated {
        nomination: state.honours.next(),
        honour: honour.clone(),
        nominee: nominee.clone(),
        by_unit: by_unit.clone(),
        occasion,
        evidence,
        goal,
        notice_until: book.calendar.after(context.today, known.notice_days),
    })
}

/// That someone like the nominee can have the honour.
fn eligible(state: &State, honour: &Honour, nominee: &Nominee, today: Date) -> Result<(), Refusal> {
    let unit = match (nominee, honour.to) {
        (Nominee::Unit(unit), Honoured::Unit) => Some(unit),
        (Nominee::Person(person), Honoured::Person) => state.organisation.unit_of(person, today),
        _ => return Err(refuse::wrong_kind(honour, nominee)),
    };
    let facts = unit.and_then(|unit| state.organisation.facts(unit, today));
    let facts = facts.ok_or_else(|| refuse::no_such_nominee(nominee))?;
    let category = facts.category.as_str();
    let allowed = &honour.categories;
    if allowed.is_empty() || allowed.iter().any(|one| one.as_str() == category) {
        return Ok(());
    }
    Err(refuse::wrong_category(honour, &facts.category))
}

/// That who nominates has no interest in it. To put forward people of one's own unit is what nominating is; the unit itself
/// is for one above to put forward.
fn unbiased(
    state: &State,
    person: &PersonId,
    own: &UnitId,
    nominee: &Nominee,
    today: Date,
) -> Result<(), Refusal> {
    let organisation = &state.organisation;
    match organisation.barred(person, nominee.person(), nominee.unit(), today) {
        Some(Bar::OwnUnit(_)) if nominee.person().is_some() => Ok(()),
        Some(bar) => Err(concerned(person, &bar)),
        None if nominee.unit() == Some(own) => Err(concerned(person, &Bar::OwnUnit(own.clone()))),
        None => Ok(()),
    }
}

/// The first day of the occasion that a day lies in; the day itself where an honour is given as things happen.
fn occasion(every: Cadence, day: Date) -> Date {
    let kind = match every {
        Cadence::Event => return day,
        Cadence::Week => return day.plus(-i32::from(day.weekday())),
        Cadence::Month => PeriodKind::Month,
        Cadence::Quarter => PeriodKind::Quarter,
        Cadence::HalfYear => PeriodKind::HalfYear,
        Cadence::Year => PeriodKind::Year,
    };
    let (year, month, _) = day.parts();
    let year = u16::try_from(year).unwrap_or(0);
    let month = u16::try_from(month).unwrap_or(1) - 1;
    let (year, month) = Period::containing(kind, year, month).starts();
    Date::of(year, u8::try_from(month + 1).unwrap_or(1), 1).unwrap_or(day)
}

/// The same day so many months later; the last of that month where it is shorter.
fn months_later(day: Date, months: u16) -> Date {
    let (year, month, day_of_month) = day.parts();
    let months = i32::from(year) * 12 + i32::from(month) - 1 + i32::from(months);
    let year = u16::try_from(months.div_euclid(12)).unwrap_or(0);
    let month = u8::try_from(months.rem_euclid(12) + 1).unwrap_or(1);
    let wanted = u8::try_from(day_of_month).unwrap_or(1);
    let mut days = (1..=wanted).rev();
    days.find_map(|day| Date::of(year, month, day))
        .unwrap_or(day)
}

/// A nomination that is to be decided on, and the honour it is for.
struct Case<'s> {
    id: NominationId,
    nomination: &'s Nomination,
    honour: &'s Honour,
}

impl<'s> Case<'s> {
    fn open(state: &'s State, id: NominationId) -> Result<Self, Refusal> {
        let nomination = state.honours.get(id);
        let nomination = nomination.ok_or_else(|| refuse::no_such_nomination(id))?;
        let name = nomination.honour.as_str();
        let honour = checks::book(state)?.campaign.honour(name);
        Ok(Self {
            id,
            nomination,
            honour: honour.ok_or_else(|| refuse::no_such_honour(&nomination.honour))?,
        })
    }

    /// That whoever asks decides on the honour, is another than nominated, and isn't concerned.
    fn judge<'c>(&self, state: &State, context: &Context<'c>) -> Result<&'c PersonId, Refusal> {
        let role = self.honour.decided_by.as_str();
        let person = checks::with_role(state, context, role, None)?;
        checks::second_person(person, &[&self.nomination.by])?;
        let nominee = &self.nomination.nominee;
        let (about, unit) = (nominee.person(), nominee.unit());
        checks::unconcerned(state, person, about, unit, context.today)?;
        Ok(person)
    }

    fn at_notice_stage(&self) -> Result<(), Refusal> {
        if self.nomination.stage == Stage::Nominated {
            return Ok(());
        }
        Err(refuse::decided_already(self.id))
    }

    fn held(&self) -> Result<(), Refusal> {
        if self.nomination.is_held() {
            return Ok(());
        }
        Err(refuse::not_held(self.id))
    }

    /// The period whose final results, the latest there are, say what the honour requires of the unit; none where it requires nothing.
    fn shown(&self, state: &State) -> Result<Option<Period>, Refusal> {
        let Some(requirement) = self.honour.requires else {
            return Ok(None);
        };
        let nominee = &self.nomination.nominee;
        let refuse = |results| refuse::not_shown(self.honour, nominee, requirement, results);
        let (period, run) = state.periods.last_final().ok_or_else(|| refuse(None))?;
        let result = nominee.unit().and_then(|unit| run.of(unit));
        let sure = result.and_then(|(_, result)| result.sure.as_ref());
        let verdict = sure.and_then(|sure| match requirement {
            Requirement::ClearlyAhead => sure.named,
            Requirement::ClearlyImproved => sure.improved,
        });
        if verdict == Some(Verdict::Ahead) {
            Ok(Some(period))
        } else {
            Err(refuse(Some(period)))
        }
    }

    fn review(&self, today: Date) -> Option<Date> {
        let months = self.honour.review_months?;
        Some(months_later(today, months))
    }
}

fn award(state: &State, id: NominationId, context: &Context<'_>) -> Result<Event, Refusal> {
    let case = Case::open(state, id)?;
    case.judge(state, context)?;
    case.at_notice_stage()?;
    if case.nomination.standing != Standing::Counts {
        return Err(refuse::set_aside(id));
    }
    let until = case.nomination.notice_until;
    if context.today <= until {
        return Err(refuse::under_notice(id, until));
    }
    if let Some(objection) = state.objections.to_honour(id, context.today) {
        return Err(refuse::objection_open(id, objection));
    }
    Ok(Event::Awarded {
        nomination: id,
        review: case.review(context.today),
        results: case.shown(state)?,
    })
}

/// Who nominated takes a nomination back; who decides takes back what was awarded.
fn withdraw(
    state: &State,
    id: NominationId,
    reason: Note,
    context: &Context<'_>,
) -> Result<Event, Refusal> {
    let case = Case::open(state, id)?;
    let person = checks::person(context)?;
    let own = case.nomination.by == *person && case.nomination.stage == Stage::Nominated;
    if !own {
        case.judge(state, context)?;
    }
    match case.nomination.stage {
        Stage::Nominated | Stage::Awarded { .. } => Ok(Event::Withdrawn {
            nomination: id,
            reason,
        }),
        Stage::Declined { .. } | Stage::Withdrawn { .. } => Err(refuse::decided_already(id)),
    }
}

impl Event {
    /// The items of the vault it brings.
    pub(crate) fn notes(&self, out: &mut Vec<Note>) {
        match self {
            Self::Nominated { evidence, goal, .. } => out.extend([*evidence, *goal]),
            Self::Awarded { .. } => {}
            Self::Declined { reason, .. }
            | Self::Withdrawn { reason, .. }
            | Self::Confirmed { reason, .. } => out.push(*reason),
        }
    }
}

pub(crate) fn evolve(state: &mut State, event: &Event, entry: &Entry) -> Result<(), Inconsistent> {
    let mut notes = Vec::new();
    event.notes(&mut notes);
    checks::remember(state, entry, &notes);
    let by = entry.by.person().cloned();
    let by = by.ok_or_else(|| Inconsistent("honours are given by people".to_owned()))?;
    let on = entry.at.day(state.rules.offset());
    match event {
        Event::Nominated { nominee, .. } => {
            // What is said of a person is theirs as well.
            if let Some(person) = nominee.person() {
                for note in &notes {
                    state.vault.note(person, note.item);
                }
            }
            state.honours.add(event, by)
        }
        Event::Awarded {
            nomination, review, ..
        }
        | Event::Confirmed {
            nomination, review, ..
        } => {
            let review = *review;
            state.honours.get_mut(*nomination)?.award(on, by, review);
            Ok(())
        }
        Event::Declined { nomination, reason } => {
            let reason = *reason;
            state.honours.get_mut(*nomination)?.stage = Stage::Declined { reason };
            Ok(())
        }
        Event::Withdrawn { nomination, reason } => {
            let reason = *reason;
            state.honours.get_mut(*nomination)?.stage = Stage::Withdrawn { on, reason };
            Ok(())
        }
    }
}

impl Nomination {
    /// Awarded, or awarded before and confirmed: the day and the person of the award stay.
    fn award(&mut self, today: Date, person: PersonId, next: Option<Date>) {
        if let Stage::Awarded { review, .. } = &mut self.stage {
            *review = next;
        } else {
            self.stage = Stage::Awarded {
                on: today,
                by: person,
                review: next,
            };
        }
    }
}

impl Honours {
    fn add(&mut self, event: &Event, by: PersonId) -> Result<(), Inconsistent> {
        let Event::Nominated {
            nomination,
            honour,
            nominee,
            by_unit,
            occasion,
            evidence,
            goal,
            notice_until,
        } = event
        else {
            return Ok(());
        };
        if *nomination != self.next() {
            return Err(Inconsistent(format!(
                "nomination {nomination} isn't the next"
            )));
        }
        let days = self.occasions.entry(honour.clone()).or_default();
        days.entry(*occasion).or_default().push(*nomination);
        self.all.push(Nomination {
            honour: honour.clone(),
            nominee: nominee.clone(),
            by,
            by_unit: by_unit.clone(),
            occasion: *occasion,
            evidence: *evidence,
            goal: *goal,
            notice_until: *notice_until,
            stage: Stage::Nominated,
            standing: Standing::Counts,
        });
        Ok(())
    }
}
