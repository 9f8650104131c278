//! The records of a campaign, and what is asked of them again and again, ready.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use rulebook::Period;
use serde::{Deserialize, Serialize};

use super::{About, Filed, Outcome, RecordId, Values, When};
use crate::entry::Standing;
use crate::id::Name;
use crate::{Actor, Date, Digest, Entry, Inconsistent, Note, PersonId, Time, UnitId};

/// A record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The form.
    pub form: Name,
    /// The version of the rulebook whose form it is.
    pub rules: u32,
    /// Whom or what it is about.
    pub about: About,
    /// The unit it counts for.
    pub unit: UnitId,
    /// The unit that filed it.
    pub from: UnitId,
    /// What time it is for.
    pub when: When,
    /// The period it belongs to.
    pub period: Period,
    /// The period it counts in.
    pub counts_in: Period,
    /// The day by which it was due, where one is set.
    pub due: Option<Date>,
    /// How many working days late it came.
    pub late: u32,
    /// Whether it counts only once verified.
    pub awaits: bool,
    /// When it was filed.
    pub filed_at: Time,
    /// Who filed it.
    pub filed_by: Actor,
    /// What stands in its fields now.
    pub values: Values,
    /// The digest of the code that confirms it.
    pub confirm: Option<Digest>,
    /// What its verification said.
    pub verdict: Verdict,
    /// Whether it was drawn for verification.
    pub drawn: bool,
    /// Whether it was taken back.
    pub withdrawn: bool,
    /// What was decided about it.
    pub standing: Standing,
    /// What happened to it since it was filed, oldest first.
    pub history: Vec<Change>,
}

impl Record {
    pub(super) fn new(filed: &Filed, entry: &Entry) -> Self {
        Self {
            form: filed.form.clone(),
            rules: filed.rules,
            about: filed.about.clone(),
            unit: filed.unit.clone(),
            from: filed.from.clone(),
            when: filed.when,
            period: filed.period,
            counts_in: filed.counts_in,
            due: filed.due,
            late: filed.late,
            awaits: filed.awaits,
            filed_at: entry.at,
            filed_by: entry.by.clone(),
            values: filed.values.clone(),
            confirm: filed.confirm,
            verdict: Verdict::None,
            drawn: false,
            withdrawn: false,
            standing: Standing::Counts,
            history: Vec::new(),
        }
    }

    /// Whether it stands: neither taken back nor held nor set aside.
    #[must_use]
    pub fn stands(&self) -> bool {
        !self.withdrawn && self.standing == Standing::Counts
    }

    /// Whether it was there at a time: filed by then, not yet taken back, and not set aside since.
    #[must_use]
    pub fn was_there(&self, at: Time) -> bool {
        let gone =
            |change: &Change| matches!(change.step, Step::Withdrawn { .. }) && change.at <= at;
        self.filed_at <= at && self.standing == Standing::Counts && !self.history.iter().any(gone)
    }

    /// Whether it counts: it stands, and is verified if that is needed.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.stands() && !(self.awaits && self.verdict == Verdict::None)
    }

    /// Whether someone has to verify it yet.
    #[must_use]
    pub fn to_be_verified(&self) -> bool {
        self.stands() && (self.awaits || self.drawn) && self.verdict == Verdict::None
    }

    /// What stood in its fields when it was filed.
    #[must_use]
    pub fn as_filed(&self) -> &Values {
        let before = self.history.iter().find_map(|change| match &change.step {
            Step::Corrected { before, .. } => Some(before),
            Step::Verified { before, .. } => before.as_ref(),
            Step::Withdrawn { .. } | Step::Answered { .. } => None,
        });
        before.unwrap_or(&self.values)
    }

    /// The one place there is for records like this; `None` where things are recorded as they happen.
    pub(super) fn slot(&self) -> Option<Slot> {
        Slot::of(&self.form, self.when, &self.about, &self.from)
    }
}

/// What the verification of a record said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// There was none yet.
    #[default]
    None,
    /// That it is right.
    Right,
    /// That something in it is wrong.
    Wrong,
}

/// What happened to a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// When.
    pub at: Time,
    /// By whom.
    pub by: Actor,
    /// What.
    pub step: Step,
}

/// A step in the history of a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Step {
    /// It was corrected.
    Corrected {
        /// What stood in its fields before.
        before: Values,
        /// Why.
        reason: Note,
    },
    /// It was taken back.
    Withdrawn {
        /// Why.
        reason: Note,
    },
    /// It was verified.
    Verified {
        /// What was found.
        outcome: Outcome,
        /// What stood in its fields before, where what was found took its place.
        before: Option<Values>,
        /// What else was said.
        note: Option<Note>,
    },
    /// The finding was answered.
    Answered {
        /// The answer.
        answer: Note,
    },
}

/// The one place there is for a form, a time and a subject.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Slot {
    form: Name,
    when: When,
    about: About,
    /// Who filed it, where several units may file about the same.
    from: Option<UnitId>,
}

impl Slot {
    /// The place of a record; `None` where things are recorded as they happen.
    pub(super) fn of(form: &Name, when: When, about: &About, from: &UnitId) -> Option<Self> {
        let own = match about {
            About::Unit(unit) => unit == from,
            About::Person(_) => true,
            About::Case => false,
        };
        (!matches!(when, When::Day(_))).then(|| Self {
            form: form.clone(),
            when,
            about: about.clone(),
            from: (!own).then(|| from.clone()),
        })
    }
}

/// How often what a unit filed was found right and wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accuracy {
    /// How many of its records were verified as right.
    pub right: u32,
    /// In how many something was found wrong.
    pub wrong: u32,
}

/// A draw of records for verification. With the entries before it, anyone can repeat it by [`super::draw`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draw {
    /// When it was drawn.
    pub at: Time,
    /// The seed.
    pub seed: Digest,
    /// The percentage.
    pub percent: f64,
    /// Drawn from the records of the period with numbers from this one on …
    pub since: RecordId,
    /// … and below this one.
    pub until: RecordId,
    /// How many those were, without those withdrawn.
    pub of: u32,
    /// Those drawn, in order of the draw.
    pub records: Vec<RecordId>,
}

/// The records of a form that count in a period.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Counted {
    /// In order of their numbers.
    pub(super) records: Vec<RecordId>,
    pub(super) draws: Vec<Draw>,
}

/// What concerns a unit, or a person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Concerning {
    /// In order of their numbers.
    records: Vec<RecordId>,
    minutes: BTreeMap<Period, f64>,
    accuracy: Accuracy,
}

/// All records.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Records {
    records: Vec<Record>,
    slots: IndexMap<Slot, RecordId>,
    by_form: BTreeMap<Name, BTreeMap<Period, Counted>>,
    units: IndexMap<UnitId, Concerning>,
    people: IndexMap<PersonId, Concerning>,
    unverified: BTreeSet<RecordId>,
}

impl Records {
    /// How many records there are; the next gets this number.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether nothing was filed yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// A record with its history.
    #[must_use]
    pub fn get(&self, id: RecordId) -> Option<&Record> {
        self.records.get(usize::try_from(id.0).ok()?)
    }

    /// What was filed for a time: of own-unit, person and case forms as the form says, about another unit by the unit `from`.
    /// Never more than one; records of things as they happen aren't found this way.
    #[must_use]
    pub fn filed(
        &self,
        form: &Name,
        when: When,
        about: &About,
        from: &UnitId,
    ) -> Option<(RecordId, &Record)> {
        let id = *self.slots.get(&Slot::of(form, when, about, from)?)?;
        Some((id, self.get(id)?))
    }

    /// What was filed for the time before, so that the next form can show it.
    #[must_use]
    pub fn previous(
        &self,
        form: &Name,
        when: When,
        about: &About,
        from: &UnitId,
    ) -> Option<(RecordId, &Record)> {
        self.filed(form, when.previous()?, about, from)
    }

    /// The records of a form that count in a period, or would if they stood and were verified; in order of their numbers.
    pub fn of_form(&self, form: &str, period: Period) -> impl Iterator<Item = (RecordId, &Record)> {
        let counted = self.counted(form, period);
        self.named(counted.map_or(&[][..], |counted| &counted.records))
    }

    /// The records that count for a unit or that it filed, and belong to a period; withdrawn ones too.
    pub fn of_unit(
        &self,
        unit: &UnitId,
        period: Period,
    ) -> impl Iterator<Item = (RecordId, &Record)> {
        self.of(self.units.get(unit), period)
    }

    /// The records that a person filed or that are about them, and belong to a period; withdrawn ones too.
    pub fn of_person(
        &self,
        person: &PersonId,
        period: Period,
    ) -> impl Iterator<Item = (RecordId, &Record)> {
        self.of(self.people.get(person), period)
    }

    /// The records that someone has to verify yet: those drawn, and those that count only once verified.
    pub fn unverified(&self) -> impl Iterator<Item = (RecordId, &Record)> {
        let records = self.unverified.iter();
        records.filter_map(|id| Some((*id, self.get(*id).filter(|r| r.to_be_verified())?)))
    }

    /// The draws from the records of a form in a period, oldest first.
    #[must_use]
    pub fn draws(&self, form: &str, period: Period) -> &[Draw] {
        self.counted(form, period)
            .map_or(&[], |counted| &counted.draws)
    }

    /// How often what a unit filed was found right and wrong.
    #[must_use]
    pub fn accuracy(&self, unit: &UnitId) -> Accuracy {
        self.units
            .get(unit)
            .map_or_else(Accuracy::default, |unit| unit.accuracy)
    }

    /// The minutes that the forms of a period took a unit.
    #[must_use]
    pub fn minutes_of_unit(&self, unit: &UnitId, period: Period) -> f64 {
        minutes(self.units.get(unit), period)
    }

    /// The minutes that the forms of a period took a person.
    #[must_use]
    pub fn minutes_of_person(&self, person: &PersonId, period: Period) -> f64 {
        minutes(self.people.get(person), period)
    }

    /// Decides whether a record counts.
    pub(crate) fn set_standing(
        &mut self,
        id: RecordId,
        standing: Standing,
    ) -> Result<(), Inconsistent> {
        self.record_mut(id)?.standing = standing;
        Ok(())
    }

    pub(super) fn counted(&self, form: &str, period: Period) -> Option<&Counted> {
        self.by_form.get(form)?.get(&period)
    }

    fn of<'r>(
        &'r self,
        concerning: Option<&'r Concerning>,
        period: Period,
    ) -> impl Iterator<Item = (RecordId, &'r Record)> {
        let records = concerning.map_or(&[][..], |concerning| &concerning.records);
        self.named(records)
            .filter(move |(_, record)| record.period == period)
    }

    fn named<'r>(
        &'r self,
        records: &'r [RecordId],
    ) -> impl Iterator<Item = (RecordId, &'r Record)> {
        let records = records.iter();
        records.filter_map(|id| Some((*id, self.get(*id)?)))
    }
}

fn minutes(concerning: Option<&Concerning>, period: Period) -> f64 {
    let minutes = concerning.and_then(|concerning| concerning.minutes.get(&period));
    minutes.copied().unwrap_or(0.0)
}

/// What entries do to the records.
impl Records {
    pub(super) fn record_mut(&mut self, id: RecordId) -> Result<&mut Record, Inconsistent> {
        let at = usize::try_from(id.0).unwrap_or(usize::MAX);
        self.records
            .get_mut(at)
            .ok_or_else(|| Inconsistent(format!("there is no record {id}")))
    }

    /// Takes a new record in.
    pub(super) fn add(&mut self, id: RecordId, record: Record, minutes: f64) {
        if let Some(slot) = record.slot() {
            self.slots.insert(slot, id);
        }
        if record.awaits {
            self.unverified.insert(id);
        }
        self.count(id, &record.form, record.counts_in);
        let unit = self.units.entry(record.from.clone()).or_default();
        unit.records.push(id);
        *unit.minutes.entry(record.period).or_default() += minutes;
        if record.unit != record.from {
            self.concern(id, &record.unit);
        }
        if let Actor::Person(filer) = &record.filed_by {
            let person = self.people.entry(filer.clone()).or_default();
            person.records.push(id);
            *person.minutes.entry(record.period).or_default() += minutes;
        }
        match &record.about {
            About::Person(person) if record.filed_by.person() != Some(person) => {
                let person = self.people.entry(person.clone()).or_default();
                person.records.push(id);
            }
            _ => {}
        }
        self.records.push(record);
    }

    /// Frees the place of a record that was taken back.
    pub(super) fn free(&mut self, id: RecordId) -> Result<(), Inconsistent> {
        let slot = self.record_mut(id)?.slot();
        self.unverified.remove(&id);
        if let Some(slot) = slot {
            self.slots.swap_remove(&slot);
        }
        Ok(())
    }

    /// Makes a record count for another unit.
    pub(super) fn move_to(&mut self, id: RecordId, unit: &UnitId) -> Result<(), Inconsistent> {
        let record = self.record_mut(id)?;
        if record.unit == *unit {
            return Ok(());
        }
        let old = std::mem::replace(&mut record.unit, unit.clone());
        let from = record.from.clone();
        if old != from
            && let Some(concerning) = self.units.get_mut(&old)
        {
            remove(&mut concerning.records, id);
        }
        self.concern(id, unit);
        Ok(())
    }

    /// Makes a record count in another period.
    pub(super) fn count_in(&mut self, id: RecordId, period: Period) -> Result<(), Inconsistent> {
        let record = self.record_mut(id)?;
        let old = std::mem::replace(&mut record.counts_in, period);
        let form = record.form.clone();
        if old != period {
            if let Some(counted) = self.counted_mut(&form, old) {
                remove(&mut counted.records, id);
            }
            self.count(id, &form, period);
        }
        Ok(())
    }

    /// Notes what a verification said of what a unit filed.
    pub(super) fn judge(&mut self, id: RecordId, verdict: Verdict) -> Result<(), Inconsistent> {
        self.unverified.remove(&id);
        let record = self.record_mut(id)?;
        record.verdict = verdict;
        let unit = record.from.clone();
        let accuracy = &mut self.units.entry(unit).or_default().accuracy;
        match verdict {
            Verdict::Right => accuracy.right += 1,
            Verdict::Wrong => accuracy.wrong += 1,
            Verdict::None => {}
        }
        Ok(())
    }

    /// Notes a draw.
    pub(super) fn drew(
        &mut self,
        form: &Name,
        period: Period,
        draw: Draw,
    ) -> Result<(), Inconsistent> {
        for id in &draw.records {
            let record = self.record_mut(*id)?;
            record.drawn = true;
            if record.to_be_verified() {
                self.unverified.insert(*id);
            }
        }
        let counted = self.by_form.entry(form.clone()).or_default();
        counted.entry(period).or_default().draws.push(draw);
        Ok(())
    }

    fn counted_mut(&mut self, form: &Name, period: Period) -> Option<&mut Counted> {
        self.by_form.get_mut(form)?.get_mut(&period)
    }

    fn count(&mut self, id: RecordId, form: &Name, period: Period) {
        if let Some(counted) = self.counted_mut(form, period) {
            insert(&mut counted.records, id);
            return;
        }
        let periods = self.by_form.entry(form.clone()).or_default();
        periods.entry(period).or_default().records.push(id);
    }

    fn concern(&mut self, id: RecordId, unit: &UnitId) {
        let concerning = self.units.entry(unit.clone()).or_default();
        insert(&mut concerning.records, id);
    }
}

/// Puts a record into a list in order of numbers, once.
fn insert(records: &mut Vec<RecordId>, id: RecordId) {
    if records.last().is_none_or(|last| *last < id) {
        records.push(id);
    } else if let Err(at) = records.binary_search(&id) {
        records.insert(at, id);
    }
}

fn remove(records: &mut Vec<RecordId>, id: RecordId) {
    if let Ok(at) = records.binary_search(&id) {
        records.remove(at);
    }
}
