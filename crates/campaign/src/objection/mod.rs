//! Objections: to a record, a rating, a work item, a score, an honour; their decision, and the appeal against it.
//!
//! An objection cites an act, its day and the rule it falls under: there is no field for anyone's attitude. The person or unit
//! concerned raises it under their name, the other side answers, someone who isn't concerned decides by a day that is fixed at
//! once, and someone else again on appeal. What a decision changes is in effect at once and is undone if the appeal says so.

mod matter;
mod refuse;

use std::collections::BTreeMap;
use std::fmt;

use rulebook::Period;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use refuse::REFUSALS;

use self::matter::{Deadline, Matter};
use crate::entry::Standing;
use crate::figure::Given;
use crate::honour::NominationId;
use crate::id::{Name, RatingId};
use crate::record::RecordId;
use crate::refusal::Refusal;
use crate::state::Context;
use crate::work::WorkId;
use crate::{Date, Entry, Inconsistent, Note, PersonId, State, UnitId, checks};

/// An objection: the first is number 0.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct ObjectionId(pub u64);

impl fmt::Display for ObjectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What an objection is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "ObjectionAbout")]
pub enum About {
    /// A record.
    Record {
        /// Its number.
        record: RecordId,
        /// The field, such as a mark; the whole record when absent.
        field: Option<Name>,
    },
    /// A rating.
    Rating {
        /// Its number.
        rating: RatingId,
    },
    /// A work item.
    Work {
        /// Its number.
        work: WorkId,
    },
    /// A score.
    Score {
        /// The period.
        period: Period,
        /// The unit.
        unit: UnitId,
        /// The indicator; the whole score when absent.
        indicator: Option<Name>,
    },
    /// A nomination for an honour, or the honour it led to.
    Honour {
        /// The nomination.
        nomination: NominationId,
    },
}

/// What an objection rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ground {
    /// What was done or left undone.
    pub act: Note,
    /// On which day.
    pub on: Date,
    /// The indicator, form, honour or measure of the rules that it falls under.
    pub rule: Name,
}

/// How an objection is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "ObjectionOutcome")]
pub enum Outcome {
    /// It is right.
    Upheld,
    /// It is right in part.
    Partly,
    /// It is not.
    Rejected,
}

/// What a decision changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Nothing.
    None,
    /// What the objection is about doesn't count any more.
    SetAside,
    /// A figure of the unit concerned is another.
    Correct {
        /// The measure.
        measure: Name,
        /// The right figure.
        figure: Given,
    },
}

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Raise an objection.
    Raise {
        /// To what.
        about: About,
        /// On what ground.
        ground: Ground,
        /// The reasoning.
        reason: Note,
    },
    /// Answer it, as the other side.
    Answer {
        /// Which.
        objection: ObjectionId,
        /// The answer.
        answer: Note,
    },
    /// Take it back.
    Withdraw {
        /// Which.
        objection: ObjectionId,
    },
    /// Decide it; or decide the appeal, once there is one.
    Decide {
        /// Which.
        objection: ObjectionId,
        /// How.
        outcome: Outcome,
        /// What it changes.
        effect: Effect,
        /// Why.
        reason: Note,
    },
    /// Appeal against the decision.
    Appeal {
        /// Which.
        objection: ObjectionId,
        /// Why.
        reason: Note,
    },
}

/// What has happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// An objection was raised.
    #[serde(rename = "raised/1")]
    Raised {
        /// Its number.
        objection: ObjectionId,
        /// To what.
        about: About,
        /// On what ground.
        ground: Ground,
        /// The reasoning.
        reason: Note,
        /// The unit concerned.
        unit: Option<UnitId>,
        /// The period whose results it holds up.
        period: Option<Period>,
        /// Which results of the period it is about, where it is about a score.
        run: Option<u32>,
        /// The day by which it is decided.
        decide_by: Date,
    },
    /// It was answered.
    #[serde(rename = "answered/1")]
    Answered {
        /// Which.
        objection: ObjectionId,
        /// The answer.
        answer: Note,
    },
    /// It was taken back.
    #[serde(rename = "withdrawn/1")]
    Withdrawn {
        /// Which.
        objection: ObjectionId,
    },
    /// It was decided.
    #[serde(rename = "decided/1")]
    Decided {
        /// Which.
        objection: ObjectionId,
        /// How.
        outcome: Outcome,
        /// What it changes.
        effect: Effect,
        /// Why.
        reason: Note,
        /// The last day on which it can be appealed.
        appeal_until: Date,
    },
    /// The decision was appealed.
    #[serde(rename = "appealed/1")]
    Appealed {
        /// Which.
        objection: ObjectionId,
        /// Why.
        reason: Note,
        /// The day by which the appeal is decided.
        decide_by: Date,
    },
    /// The appeal was decided: this holds.
    #[serde(rename = "appeal-decided/1")]
    AppealDecided {
        /// Which.
        objection: ObjectionId,
        /// How.
        outcome: Outcome,
        /// What it changes, in place of what the decision changed.
        effect: Effect,
        /// Why.
        reason: Note,
    },
}

/// A decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// By whom.
    pub by: PersonId,
    /// When.
    pub on: Date,
    /// How.
    pub outcome: Outcome,
    /// What it changes.
    pub effect: Effect,
    /// Why.
    pub reason: Note,
}

/// How far an objection is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// It is to be decided.
    Raised {
        /// The day by which.
        decide_by: Date,
    },
    /// It was taken back.
    Withdrawn,
    /// It is decided, and can be appealed.
    Decided {
        /// The last day for it.
        appeal_until: Date,
    },
    /// The appeal is to be decided.
    Appealed {
        /// The day by which.
        decide_by: Date,
    },
    /// The appeal is decided.
    Settled,
}

/// An appeal against a decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Appeal {
    /// Who appeals.
    pub by: PersonId,
    /// When.
    pub on: Date,
    /// Why.
    pub reason: Note,
}

/// An objection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Objection {
    /// To what.
    pub about: About,
    /// On what ground.
    pub ground: Ground,
    /// The reasoning.
    pub reason: Note,
    /// Who raised it.
    pub by: PersonId,
    /// When.
    pub on: Date,
    /// The unit concerned.
    pub unit: Option<UnitId>,
    /// The period whose results it holds up.
    pub period: Option<Period>,
    /// Which results of the period it is about, where it is about a score.
    pub run: Option<u32>,
    /// The answer, and by whom.
    pub answer: Option<(PersonId, Note)>,
    /// Whether what it is about counted before a decision set it aside.
    pub stood: Standing,
    /// The decisions: the first, and the one on appeal.
    pub decisions: Vec<Decision>,
    /// The appeal against the first; it stays when it is decided.
    pub appeal: Option<Appeal>,
    /// How far it is.
    pub stage: Stage,
}

impl Objection {
    /// The day by which a decision is due; `None` where none is.
    #[must_use]
    pub const fn due(&self) -> Option<Date> {
        match &self.stage {
            Stage::Raised { decide_by } | Stage::Appealed { decide_by } => Some(*decide_by),
            Stage::Withdrawn | Stage::Decided { .. } | Stage::Settled => None,
        }
    }

    /// Whether it is still to be decided, or can be appealed.
    #[must_use]
    pub fn is_open(&self, today: Date) -> bool {
        match &self.stage {
            Stage::Raised { .. } | Stage::Appealed { .. } => true,
            Stage::Decided { appeal_until } => today <= *appeal_until,
            Stage::Withdrawn | Stage::Settled => false,
        }
    }

    /// The decision that holds.
    #[must_use]
    pub fn decision(&self) -> Option<&Decision> {
        self.decisions.last()
    }
}

/// All objections.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Objections {
    all: Vec<Objection>,
    of_period: BTreeMap<Period, Vec<ObjectionId>>,
}

impl Objections {
    /// An objection.
    #[must_use]
    pub fn get(&self, id: ObjectionId) -> Option<&Objection> {
        self.all.get(usize::try_from(id.0).ok()?)
    }

    /// All objections, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (ObjectionId, &Objection)> {
        let numbered = self.all.iter().enumerate();
        numbered.map(|(at, one)| (ObjectionId(at as u64), one))
    }

    /// The objections that hold up, or held up, a period's results.
    pub fn of(&self, period: Period) -> impl Iterator<Item = (ObjectionId, &Objection)> {
        let ids = self.of_period.get(&period).map(Vec::as_slice);
        let ids = ids.unwrap_or_default().iter();
        ids.filter_map(|id| Some((*id, self.get(*id)?)))
    }

    /// An objection that keeps a period's results from becoming final.
    #[must_use]
    pub fn holding_up(&self, period: Period, today: Date) -> Option<ObjectionId> {
        let open = self.of(period).find(|(_, one)| one.is_open(today));
        open.map(|(id, _)| id)
    }

    /// The day by which a decision on an objection is due.
    #[must_use]
    pub fn due(&self, id: ObjectionId) -> Option<Date> {
        self.get(id)?.due()
    }

    /// The objections whose decision is late.
    pub fn overdue(&self, today: Date) -> impl Iterator<Item = (ObjectionId, &Objection)> {
        let late = move |one: &Objection| one.due().is_some_and(|due| due < today);
        self.iter().filter(move |(_, one)| late(one))
    }

    /// An open objection to a nomination or honour.
    #[must_use]
    pub fn to_honour(&self, nomination: NominationId, today: Date) -> Option<ObjectionId> {
        let about = |one: &Objection| one.about == About::Honour { nomination };
        let mut open = self
            .iter()
            .filter(|(_, one)| about(one) && one.is_open(today));
        open.next().map(|(id, _)| id)
    }

    fn next(&self) -> ObjectionId {
        ObjectionId(self.all.len() as u64)
    }

    fn get_mut(&mut self, id: ObjectionId) -> Result<&mut Objection, Inconsistent> {
        let at = usize::try_from(id.0).unwrap_or(usize::MAX);
        let objection = self.all.get_mut(at);
        objection.ok_or_else(|| Inconsistent(format!("there is no objection {id}")))
    }
}

pub(crate) fn decide(
    state: &State,
    action: &Action,
    context: &Context<'_>,
) -> Result<Vec<crate::Event>, Refusal> {
    let event = match action {
        Action::Raise {
            about,
            ground,
            reason,
        } => raise(state, about, ground, *reason, context)?,
        Action::Answer { objection, answer } => respond(state, *objection, *answer, context)?,
        Action::Withdraw { objection } => withdraw(state, *objection, context)?,
        Action::Decide {
            objection,
            outcome,
            effect,
            reason,
        } => judge(state, *objection, (*outcome, effect, *reason), context)?,
        Action::Appeal { objection, reason } => appeal(state, *objection, *reason, context)?,
    };
    Ok(vec![crate::Event::Objection(event)])
}

fn raise(
    state: &State,
    about: &About,
    ground: &Ground,
    reason: Note,
    context: &Context<'_>,
) -> Result<Event, Refusal> {
    let person = context.by.person().ok_or_else(refuse::not_anonymous)?;
    let matter = matter::of(state, about).ok_or_else(refuse::no_such_matter)?;
    let book = checks::book(state)?;
    if !matter::is_rule(book, about, &ground.rule) {
        return Err(refuse::no_such_rule(&ground.rule));
    }
    if !matter.may_be_raised_by(state, person, context.today) {
        return Err(refuse::not_yours(person, matter.unit.as_ref()));
    }
    if ground.on > context.today {
        return Err(refuse::day_future(ground.on, context.today));
    }
    match matter.deadline {
        Deadline::On(until) if until < context.today => return Err(refuse::too_late(until)),
        Deadline::Over => return Err(refuse::final_already()),
        Deadline::Open | Deadline::On(_) => {}
    }
    if let Some(id) = raised_before(state, about, &matter, person) {
        return Err(refuse::raised_already(id));
    }
    let days = book.calendar.closing.decision_days;
    Ok(Event::Raised {
        objection: state.objections.next(),
        about: about.clone(),
        ground: ground.clone(),
        reason,
        unit: matter.unit,
        period: matter.period,
        run: matter.run,
        decide_by: book.calendar.after(context.today, days),
    })
}

/// The objection to the same thing, if this side has raised one before: to contest its decision there is the appeal.
fn raised_before(
    state: &State,
    about: &About,
    matter: &Matter,
    person: &PersonId,
) -> Option<ObjectionId> {
    let same_side = |one: &Objection| match about {
        About::Honour { .. } => one.by == *person,
        _ => true,
    };
    let same = |one: &Objection| {
        one.about == *about
            && one.run == matter.run
            && one.stage != Stage::Withdrawn
            && same_side(one)
    };
    let mut all = state.objections.iter();
    all.find(|(_, one)| same(one)).map(|(id, _)| id)
}

fn respond(
    state: &State,
    id: ObjectionId,
    answer: Note,
    context: &Context<'_>,
) -> Result<Event, Refusal> {
    let person = checks::person(context)?;
    let objection = known(state, id)?;
    let matter = matter::of(state, &objection.about).ok_or_else(refuse::no_such_matter)?;
    if !matter.may_be_answered_by(state, person, context.today) {
        return Err(refuse::not_yours(person, objection.unit.as_ref()));
    }
    if !matches!(objection.stage, Stage::Raised { .. }) {
        return Err(refuse::not_open(id));
    }
    if let Some((by, _)) = &objection.answer {
        return Err(refuse::answered_already(id, by));
    }
    Ok(Event::Answered {
        objection: id,
        answer,
    })
}

fn withdraw(state: &State, id: ObjectionId, context: &Context<'_>) -> Result<Event, Refusal> {
    let person = checks::person(context)?;
    let objection = known(state, id)?;
    if objection.by != *person {
        return Err(refuse::not_yours(person, objection.unit.as_ref()));
    }
    if !matches!(objection.stage, Stage::Raised { .. }) {
        return Err(refuse::not_open(id));
    }
    Ok(Event::Withdrawn { objection: id })
}

fn judge(
    state: &State,
    id: ObjectionId,
    (outcome, effect, reason): (Outcome, &Effect, Note),
    context: &Context<'_>,
) -> Result<Event, Refusal> {
    let book = checks::book(state)?;
    let person = checks::person(context)?;
    let objection = known(state, id)?;
    let (role, appeal) = match &objection.stage {
        Stage::Raised { .. } => (checks::decider(book), None),
        Stage::Appealed { .. } => (
            checks::appeal_decider(book),
            objection.appeal.as_ref().map(|appeal| &appeal.by),
        ),
        Stage::Withdrawn | Stage::Decided { .. } | Stage::Settled => {
            return Err(refuse::not_open(id));
        }
    };
    checks::with_role(state, context, role, None)?;
    let matter = matter::of(state, &objection.about).ok_or_else(refuse::no_such_matter)?;
    unconcerned(state, (objection, &matter, appeal), person, context.today)?;
    matter::fits(state, objection, outcome, effect)?;
    let effect = effect.clone();
    Ok(match appeal {
        None => Event::Decided {
            objection: id,
            outcome,
            effect,
            reason,
            appeal_until: {
                let days = book.calendar.closing.appeal_days;
                book.calendar.after(context.today, days)
            },
        },
        Some(_) => Event::AppealDecided {
            objection: id,
            outcome,
            effect,
            reason,
        },
    })
}

/// That someone has had no hand in an objection, and isn't concerned by it.
fn unconcerned(
    state: &State,
    (objection, matter, appeal): (&Objection, &Matter, Option<&PersonId>),
    person: &PersonId,
    today: Date,
) -> Result<(), Refusal> {
    checks::second_person(person, &involved(objection, matter, appeal))?;
    for party in parties(objection, matter, appeal) {
        checks::unconcerned(state, person, Some(party), objection.unit.as_ref(), today)?;
    }
    Ok(())
}

/// The role that decides an objection as it stands, or its appeal.
#[must_use]
pub fn decided_by(state: &State, objection: &Objection) -> Option<Name> {
    let book = state.rules.latest()?;
    Some(Name::from(match objection.stage {
        Stage::Raised { .. } | Stage::Withdrawn => checks::decider(book),
        Stage::Decided { .. } | Stage::Appealed { .. } | Stage::Settled => {
            checks::appeal_decider(book)
        }
    }))
}

/// Whether someone with the role that it takes may decide an objection, or its appeal: they have had no hand in it and aren't
/// concerned.
#[must_use]
pub fn may_decide(state: &State, objection: &Objection, person: &PersonId, today: Date) -> bool {
    let appeal = objection.appeal.as_ref().map(|appeal| &appeal.by);
    matter::of(state, &objection.about).is_some_and(|matter| {
        unconcerned(state, (objection, &matter, appeal), person, today).is_ok()
    })
}

/// Those between whom is decided: relations of theirs, and who shares a duty with them, don't.
fn parties<'o>(
    objection: &'o Objection,
    matter: &'o Matter,
    appellant: Option<&'o PersonId>,
) -> impl Iterator<Item = &'o PersonId> {
    let answered = objection.answer.as_ref().map(|(by, _)| by);
    let others = [answered, appellant, matter.person.as_ref()];
    std::iter::once(&objection.by).chain(others.into_iter().flatten())
}

/// Everyone who has had a hand in the matter or the objection.
fn involved<'o>(
    objection: &'o Objection,
    matter: &'o Matter,
    appellant: Option<&'o PersonId>,
) -> Vec<&'o PersonId> {
    let answered = objection.answer.as_ref().map(|(by, _)| by);
    let decided = objection.decisions.iter().map(|decision| &decision.by);
    let before = std::iter::once(&objection.by)
        .chain(answered)
        .chain(decided);
    before.chain(appellant).chain(&matter.handled).collect()
}

fn appeal(
    state: &State,
    id: ObjectionId,
    reason: Note,
    context: &Context<'_>,
) -> Result<Event, Refusal> {
    let person = checks::person(context)?;
    let objection = known(state, id)?;
    let matter = matter::of(state, &objection.about).ok_or_else(refuse::no_such_matter)?;
    let today = context.today;
    let side = objection.by == *person
        || matter.may_be_raised_by(state, person, today)
        || matter.may_be_answered_by(state, person, today);
    if !side {
        return Err(refuse::not_yours(person, objection.unit.as_ref()));
    }
    let Stage::Decided { appeal_until } = objection.stage else {
        return Err(refuse::not_open(id));
    };
    if appeal_until < today {
        return Err(refuse::too_late(appeal_until));
    }
    let book = checks::book(state)?;
    let days = book.calendar.closing.decision_days;
    Ok(Event::Appealed {
        objection: id,
        reason,
        decide_by: book.calendar.after(today, days),
    })
}

fn known(state: &State, id: ObjectionId) -> Result<&Objection, Refusal> {
    let objection = state.objections.get(id);
    objection.ok_or_else(|| refuse::no_such_objection(id))
}

impl Event {
    /// The items of the vault it brings.
    pub(crate) fn notes(&self, out: &mut Vec<Note>) {
        match self {
            Self::Raised { ground, reason, .. } => out.extend([ground.act, *reason]),
            Self::Answered { answer, .. } => out.push(*answer),
            Self::Withdrawn { .. } => {}
            Self::Decided { reason, .. }
            | Self::Appealed { reason, .. }
            | Self::AppealDecided { reason, .. } => out.push(*reason),
        }
    }
}

pub(crate) fn evolve(state: &mut State, event: &Event, entry: &Entry) -> Result<(), Inconsistent> {
    let mut notes = Vec::new();
    event.notes(&mut notes);
    checks::remember(state, entry, &notes);
    let by = entry.by.person().cloned();
    let by = by.ok_or_else(|| Inconsistent("objections are people's".to_owned()))?;
    let on = entry.at.day(state.rules.offset());
    let decision = |outcome: &Outcome, effect: &Effect, reason: &Note| Decision {
        by: by.clone(),
        on,
        outcome: *outcome,
        effect: effect.clone(),
        reason: *reason,
    };
    match event {
        Event::Raised { .. } => state.objections.add(event, by, on)?,
        Event::Answered { objection, answer } => {
            state.objections.get_mut(*objection)?.answer = Some((by, *answer));
        }
        Event::Withdrawn { objection } => {
            state.objections.get_mut(*objection)?.stage = Stage::Withdrawn;
        }
        Event::Decided {
            objection,
            outcome,
            effect,
            reason,
            appeal_until,
        } => {
            let stage = Stage::Decided {
                appeal_until: *appeal_until,
            };
            settle(state, *objection, decision(outcome, effect, reason), stage)?;
        }
        Event::Appealed {
            objection,
            reason,
            decide_by,
        } => {
            let objection = state.objections.get_mut(*objection)?;
            objection.appeal = Some(Appeal {
                by,
                on,
                reason: *reason,
            });
            objection.stage = Stage::Appealed {
                decide_by: *decide_by,
            };
        }
        Event::AppealDecided {
            objection,
            outcome,
            effect,
            reason,
        } => settle(
            state,
            *objection,
            decision(outcome, effect, reason),
            Stage::Settled,
        )?,
    }
    Ok(())
}

impl Objections {
    fn add(&mut self, event: &Event, by: PersonId, on: Date) -> Result<(), Inconsistent> {
        let Event::Raised {
            objection,
            about,
            ground,
            reason,
            unit,
            period,
            run,
            decide_by,
        } = event
        else {
            return Ok(());
        };
        if *objection != self.next() {
            return Err(Inconsistent(format!(
                "objection {objection} isn't the next"
            )));
        }
        if let Some(period) = period {
            self.of_period.entry(*period).or_default().push(*objection);
        }
        self.all.push(Objection {
            about: about.clone(),
            ground: ground.clone(),
            reason: *reason,
            by,
            on,
            unit: unit.clone(),
            period: *period,
            run: *run,
            answer: None,
            stood: Standing::Counts,
            decisions: Vec::new(),
            appeal: None,
            stage: Stage::Raised {
                decide_by: *decide_by,
            },
        });
        Ok(())
    }
}

/// Puts a decision in place: what the one before changed is undone, what this one changes is done.
fn settle(
    state: &mut State,
    id: ObjectionId,
    decision: Decision,
    stage: Stage,
) -> Result<(), Inconsistent> {
    let objection = state.objections.get_mut(id)?;
    let before = objection.decisions.last().map(|last| last.effect.clone());
    let before = before.unwrap_or(Effect::None);
    let after = decision.effect.clone();
    objection.decisions.push(decision);
    objection.stage = stage;
    if before == after {
        return Ok(());
    }
    let objection = objection.clone();
    undo(state, id, &objection, &before)?;
    put_in_place(state, id, &objection, &after)?;
    if let Some(period) = objection.period {
        state.periods.outdate(period);
    }
    Ok(())
}

impl Objection {
    /// The place of a figure of the unit concerned.
    fn place<'o>(&'o self, measure: &'o Name) -> Option<(Period, &'o Name, &'o UnitId)> {
        Some((self.period?, measure, self.unit.as_ref()?))
    }
}

fn undo(
    state: &mut State,
    id: ObjectionId,
    objection: &Objection,
    effect: &Effect,
) -> Result<(), Inconsistent> {
    match effect {
        Effect::None => {}
        Effect::SetAside => matter::stand(state, &objection.about, objection.stood)?,
        Effect::Correct { measure, .. } => {
            if let Some(place) = objection.place(measure) {
                state.figures.uncorrect(id, place);
            }
        }
    }
    Ok(())
}

fn put_in_place(
    state: &mut State,
    id: ObjectionId,
    objection: &Objection,
    effect: &Effect,
) -> Result<(), Inconsistent> {
    match effect {
        Effect::None => {}
        Effect::SetAside => {
            let stood = matter::of(state, &objection.about).map(|matter| matter.standing);
            state.objections.get_mut(id)?.stood = stood.unwrap_or_default();
            matter::stand(state, &objection.about, Standing::SetAside)?;
        }
        Effect::Correct { measure, figure } => {
            if let Some(place) = objection.place(measure) {
                state.figures.correct(id, place, *figure);
            }
        }
    }
    Ok(())
}
