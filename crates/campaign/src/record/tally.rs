//! The measures that records yield.
//!
//! | tally | figure | n | without any |
//! | --- | --- | --- | --- |
//! | `count` | records | the same | 0 |
//! | `sum` | the numbers, or the marks of checklists, added up | records | 0 for what happens now and then |
//! | `mean` | the mean of the numbers; of checklists the mean of each one's mean mark | records | |
//! | `share` | of the choices, those that took the first; of numbers, those of 1 or more; of checklists, the mean share of items with the full mark | records | |
//! | `coverage` | of the set to be covered, the share named in a field of the records a unit filed | the set's size | 0 |
//! | `days-late` | the working days late, added up | what was due | |
//!
//! What isn't said above: the figure doesn't apply where nothing was due or happened, and is missing where something due
//! wasn't filed, or all that was filed awaits its verification.
//!
//! Days late: where units or people owe a form, each time it is asked of them is looked at by itself, in the period that time
//! belongs to: what wasn't filed by the cut-off is as late as if it were filed on the first working day after it, and a record
//! needs no verification to have been in time. All other records bring the lateness they have, where they count. With a date
//! field, it is the working days from the date in it to the filing.

use std::collections::{BTreeMap, BTreeSet};

use rulebook::Period;
use rulebook::figures::{MISSING, NOT_APPLICABLE};
use rulebook::model::{CoverageOf, FieldType, Form, FormTally, Subject, Tally};

use super::decide::due_day;
use super::state::Record;
use super::{About, Value, When};
use crate::figure::{Cell, Tallied};
use crate::id::Name;
use crate::organisation::Facts;
use crate::rules::Book;
use crate::{Date, PersonId, State, Time, UnitId};

/// The measure of a period that a form's records yield, for every unit there is on the period's last day; empty where the
/// period's rules have no such form.
#[must_use]
pub fn tally(state: &State, tally: &FormTally, period: Period) -> Tallied {
    let found = state.rules.of(period);
    let found = found.and_then(|book| Some((book, book.form(tally.form.as_str())?)));
    let Some((book, form)) = found else {
        return Tallied::new();
    };
    let count = Count {
        state,
        book,
        form,
        tally,
        period,
        last: book.calendar.last_day(period),
        asked: times(form, book, period),
    };
    match tally.tally {
        Tally::Coverage => count.coverage(),
        Tally::DaysLate => count.days_late(),
        _ => count.figures(),
    }
}

/// What became of the forms that a unit, and its people, owed in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Returns {
    /// How many were asked for: each form, for each time of the period, from each that owes it.
    pub asked: u32,
    /// How many of them were filed, in time or late.
    pub filed: u32,
    /// How many of those came late.
    pub late: u32,
}

impl Returns {
    /// How many weren't filed at all.
    #[must_use]
    pub const fn missing(&self) -> u32 {
        self.asked - self.filed
    }
}

/// Who filed what was asked for in a period: each unit of its last day that owed something. What is filed as it happens, or
/// about another unit, is nobody's debt and isn't counted.
#[must_use]
pub fn returns(state: &State, period: Period) -> BTreeMap<&UnitId, Returns> {
    returns_by(state, period, Time(i64::MAX))
}

/// Like [`returns`], as far as it had come in by a time. What was taken back since, and filed anew, counts as it is now.
#[must_use]
pub fn returns_by(state: &State, period: Period, at: Time) -> BTreeMap<&UnitId, Returns> {
    let mut all: BTreeMap<&UnitId, Returns> = BTreeMap::new();
    let Some(book) = state.rules.of(period) else {
        return all;
    };
    let last = book.calendar.last_day(period);
    for written in &book.campaign.forms {
        let form = &written.item;
        let tally = FormTally {
            form: form.id.clone(),
            field: None,
            tally: Tally::DaysLate,
            of: CoverageOf::default(),
        };
        let count = Count {
            state,
            book,
            form,
            tally: &tally,
            period,
            last,
            asked: times(form, book, period),
        };
        if !count.is_owed() {
            continue;
        }
        let people = count.people();
        for (unit, facts) in state.organisation.units(last) {
            let mut of_form = Returns::default();
            count.came_in((unit, facts), &people, at, &mut of_form);
            if of_form.asked > 0 {
                let sum = all.entry(unit).or_default();
                sum.asked += of_form.asked;
                sum.filed += of_form.filed;
                sum.late += of_form.late;
            }
        }
    }
    all
}

/// Who looked at whom in a period: the unit that filed, the other unit its records are about → how many of them stand.
#[must_use]
pub fn visits(state: &State, period: Period) -> BTreeMap<(&UnitId, &UnitId), u32> {
    visits_by(state, period, Time(i64::MAX))
}

/// Like [`visits`], as it was at a time.
#[must_use]
pub fn visits_by(state: &State, period: Period, at: Time) -> BTreeMap<(&UnitId, &UnitId), u32> {
    let book = state.rules.of(period);
    let forms = book.into_iter().flat_map(|book| &book.campaign.forms);
    let records = forms.flat_map(|form| state.records.of_form(form.item.id.as_str(), period));
    let mut visits = BTreeMap::new();
    for (_, record) in records.filter(|(_, record)| record.was_there(at)) {
        match &record.about {
            About::Unit(unit) if *unit != record.from => {
                *visits.entry((&record.from, unit)).or_default() += 1;
            }
            _ => {}
        }
    }
    visits
}

/// Whether someone's unit has visited another in a period; `None` where the period holds no visits at all.
///
/// Who hasn't been there can't sign what is said of it.
#[must_use]
pub fn has_visited(state: &State, person: &PersonId, period: Period, today: Date) -> Option<bool> {
    let visits = visits(state, period);
    let unit = state.organisation.unit_of(person, today);
    let own = |unit| visits.keys().any(|(from, _)| *from == unit);
    (!visits.is_empty()).then(|| unit.is_some_and(own))
}

/// What a form asks for in a period: months, weeks …; none of what is filed as it happens.
fn times(form: &Form, book: &Book, period: Period) -> Vec<When> {
    let calendar = &book.calendar;
    let (first, last) = (calendar.first_day(period), calendar.last_day(period));
    let start = When::of(form.every, first);
    let times = std::iter::successors(start.next().map(|_| start), |when| when.next());
    times
        .take_while(|when| when.belongs_to() <= last)
        .filter(|when| when.belongs_to() >= first)
        .collect()
}

/// What the records say of a unit.
#[derive(Clone, Copy, Default)]
struct Sum {
    total: f64,
    /// The records that have said something.
    n: u32,
    /// All that count.
    records: u32,
    /// Those that don't count yet.
    waiting: u32,
}

struct Count<'c> {
    state: &'c State,
    book: &'c Book,
    form: &'c Form,
    tally: &'c FormTally,
    period: Period,
    /// The period's last day: units are those of that day.
    last: Date,
    asked: Vec<When>,
}

impl<'c> Count<'c> {
    fn records(&self) -> impl Iterator<Item = &'c Record> {
        let records = &self.state.records;
        let records = records.of_form(self.tally.form.as_str(), self.period);
        records.map(|(_, record)| record)
    }

    /// Counts, sums, means and shares.
    fn figures(&self) -> Tallied {
        let mut sums: BTreeMap<&UnitId, Sum> = BTreeMap::new();
        for record in self.records().filter(|record| record.stands()) {
            let sum = sums.entry(self.heir(&record.unit)).or_default();
            if !record.counts() {
                sum.waiting += 1;
                continue;
            }
            sum.records += 1;
            if let Some(value) = self.value(record) {
                sum.total += value;
                sum.n += 1;
            }
        }
        let people = self.people();
        self.cells(|unit, facts| {
            let sum = sums.get(unit).copied().unwrap_or_default();
            self.figure(sum, self.is_due(unit, facts, &people))
        })
    }

    fn value(&self, record: &Record) -> Option<f64> {
        if self.tally.tally == Tally::Count {
            return Some(1.0);
        }
        let field = self.tally.field.as_ref()?;
        let value = record.values.get(field.as_str())?;
        match (self.tally.tally, value) {
            (Tally::Sum | Tally::Mean, Value::Number(number)) => Some(*number),
            (Tally::Share, Value::Number(number)) => Some(yes(*number >= 1.0)),
            (Tally::Share, Value::Choice(choice)) => Some(yes(*choice == 0)),
            (how, Value::Checklist(marks)) => checked(how, marks, self.full_mark()),
            _ => None,
        }
    }

    /// The most an item of the checklist can be given; 1 where no range says otherwise.
    fn full_mark(&self) -> f64 {
        let fields = self.form.field.iter();
        let mut fields = fields.filter(|field| Some(&field.id) == self.tally.field.as_ref());
        let range = fields.next().map(|field| field.range);
        range.and_then(|range| range.max).unwrap_or(1.0)
    }

    fn figure(&self, sum: Sum, due: bool) -> Cell {
        let n = f64::from(sum.n);
        let lacks = (due && sum.records == 0) || sum.waiting > 0;
        let value = match self.tally.tally {
            Tally::Count => sum.total,
            Tally::Sum if sum.n > 0 || self.as_it_happens() => sum.total,
            Tally::Mean | Tally::Share if sum.n > 0 => sum.total / n,
            _ if lacks => MISSING,
            _ => NOT_APPLICABLE,
        };
        Cell { value, n: Some(n) }
    }

    fn days_late(&self) -> Tallied {
        let mut sums: BTreeMap<&UnitId, Sum> = BTreeMap::new();
        // Those that are owed are looked up one by one below.
        let owed = self.tally.field.is_none() && self.is_owed();
        for record in self.records().filter(|record| record.counts() && !owed) {
            let sum = sums.entry(self.heir(&record.unit)).or_default();
            if let Some(late) = self.late(record) {
                sum.total += f64::from(late);
                sum.n += 1;
            }
        }
        let people = self.people();
        self.cells(|unit, facts| {
            let mut sum = sums.get(unit).copied().unwrap_or_default();
            if owed {
                self.owed(unit, facts, &people, &mut sum);
            }
            let value = if sum.n > 0 { sum.total } else { NOT_APPLICABLE };
            let n = Some(f64::from(sum.n));
            Cell { value, n }
        })
    }

    /// How late a record came, if there was a day by which it was due.
    fn late(&self, record: &Record) -> Option<u32> {
        let calendar = &self.book.calendar;
        match &self.tally.field {
            Some(field) => match record.values.get(field.as_str()) {
                Some(Value::Date(due)) => {
                    Some(calendar.between(*due, calendar.day(record.filed_at)))
                }
                _ => None,
            },
            None => record.due.map(|_| record.late),
        }
    }

    /// Adds up how late a unit was with all that it, or its people, owed.
    fn owed(&self, unit: &UnitId, facts: &Facts, people: &People<'c>, sum: &mut Sum) {
        for (about, when) in self.owes(unit, facts, people) {
            if let Some(late) = self.lateness(&about, unit, when) {
                sum.total += f64::from(late);
                sum.n += 1;
            }
        }
    }

    /// What a unit, or its people, owed: about whom, for which time.
    fn owes(&self, unit: &UnitId, facts: &Facts, people: &People<'c>) -> Vec<(About, When)> {
        let subjects: Vec<About> = match self.form.subject {
            Subject::Person => {
                let people = people.get(unit).into_iter().flatten();
                people
                    .map(|person| About::Person((*person).clone()))
                    .collect()
            }
            _ => vec![About::Unit(unit.clone())],
        };
        let times = self.asked.iter();
        times
            .filter(|when| self.asks(unit, facts, **when))
            .flat_map(|when| subjects.iter().map(|about| (about.clone(), *when)))
            .collect()
    }

    /// Adds up what came in of what a unit, or its people, owed.
    fn came_in(
        &self,
        (unit, facts): (&UnitId, &Facts),
        people: &People<'c>,
        at: Time,
        returns: &mut Returns,
    ) {
        let form = Name::from(self.form.id.as_str());
        for (about, when) in self.owes(unit, facts, people) {
            returns.asked += 1;
            let filed = self.state.records.filed(&form, when, &about, unit);
            if let Some((_, record)) = filed.filter(|(_, record)| record.filed_at <= at) {
                returns.filed += 1;
                returns.late += u32::from(record.late > 0);
            }
        }
    }

    /// How late something owed came; `None` where it was set aside, or is nobody's due.
    fn lateness(&self, about: &About, unit: &UnitId, when: When) -> Option<u32> {
        let form = Name::from(self.form.id.as_str());
        let calendar = &self.book.calendar;
        let due = due_day(self.form, when, calendar)?;
        let never = calendar.between(due, calendar.cut_off(self.period)) + 1;
        match self.state.records.filed(&form, when, about, unit) {
            Some((_, record)) if !record.stands() => None,
            Some((_, record)) => Some(record.late.min(never)),
            None => Some(never),
        }
    }

    fn coverage(&self) -> Tallied {
        let Some(field) = &self.tally.field else {
            return Tallied::new();
        };
        let mut covered: BTreeMap<&UnitId, BTreeSet<&str>> = BTreeMap::new();
        for record in self.records().filter(|record| record.counts()) {
            let named = match record.values.get(field.as_str()) {
                Some(Value::Unit(unit)) => self.heir(unit).as_str(),
                Some(Value::Person(person)) => person.as_str(),
                Some(Value::Post(post)) => post.as_str(),
                _ => continue,
            };
            let from = self.heir(&record.from);
            covered.entry(from).or_default().insert(named);
        }
        let sets = self.sets(field.as_str());
        let none = BTreeSet::new();
        self.cells(|unit, facts| {
            let set = match self.tally.of {
                CoverageOf::Children => sets.get(&Some(unit)),
                CoverageOf::All => sets.get(&None),
            };
            let set = set.filter(|_| self.is_asked(facts)).unwrap_or(&none);
            let named = covered.get(unit).unwrap_or(&none);
            share_of(named, set)
        })
    }

    /// The sets to be covered: of each unit, or of `None` where it is the same for all.
    fn sets(&self, field: &str) -> BTreeMap<Option<&'c UnitId>, BTreeSet<&'c str>> {
        let organisation = &self.state.organisation;
        let last = self.last;
        let kind = self.form.field.iter().find(|f| f.id.as_str() == field);
        let members: Vec<(Option<&UnitId>, &str)> = match kind.map(|field| field.kind) {
            Some(FieldType::Unit) => organisation
                .units(last)
                .map(|(id, facts)| (facts.parent.as_ref(), id.as_str()))
                .collect(),
            Some(FieldType::Person) => organisation
                .people()
                .filter_map(|(id, _)| Some((Some(organisation.unit_of(id, last)?), id.as_str())))
                .collect(),
            Some(FieldType::Post) => organisation
                .posts()
                .filter(|(_, post)| post.holds(last))
                .map(|(id, post)| (Some(&post.unit), id.as_str()))
                .collect(),
            _ => Vec::new(),
        };
        let mut sets: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (unit, member) in members {
            let key = match self.tally.of {
                CoverageOf::All => None,
                // What belongs to no unit is below none.
                CoverageOf::Children if unit.is_none() => continue,
                CoverageOf::Children => unit,
            };
            sets.entry(key).or_default().insert(member);
        }
        sets
    }

    /// A cell for every unit. The figure doesn't apply to units that aren't asked, unless something counts for them.
    fn cells(&self, figure: impl Fn(&UnitId, &Facts) -> Cell) -> Tallied {
        let others = self.form.subject == Subject::OtherUnit;
        let units = self.state.organisation.units(self.last);
        let cell = |(unit, facts): (&UnitId, &Facts)| {
            let mut cell = figure(unit, facts);
            let rests_on_some = cell.n.is_some_and(|n| n > 0.0);
            if !others && !rests_on_some && !self.is_asked(facts) {
                cell.value = NOT_APPLICABLE;
            }
            (unit.clone(), cell)
        };
        units.map(cell).collect()
    }

    fn as_it_happens(&self) -> bool {
        self.form.every == rulebook::model::Cadence::Event
    }

    /// Whether units owe the form themselves, so that it is known what is missing.
    fn is_owed(&self) -> bool {
        !self.as_it_happens() && matches!(self.form.subject, Subject::OwnUnit | Subject::Person)
    }

    /// Whether something was due from a unit, or about it, in the period.
    fn is_due(&self, unit: &UnitId, facts: &Facts, people: &People<'c>) -> bool {
        let mut asked = self.asked.iter();
        match self.form.subject {
            Subject::OwnUnit | Subject::Case => asked.any(|when| self.asks(unit, facts, *when)),
            Subject::OtherUnit => asked.next().is_some(),
            Subject::Person => people.contains_key(unit) && asked.next().is_some(),
        }
    }

    /// Whether the form is asked of a unit for a time: it existed by then, in a category that fills it.
    fn asks(&self, unit: &UnitId, now: &Facts, when: When) -> bool {
        let then = self.state.organisation.facts(unit, when.belongs_to());
        then.is_some_and(|then| self.is_asked(then)) && self.is_asked(now)
    }

    fn is_asked(&self, facts: &Facts) -> bool {
        self.form.is_asked_of(facts.category.as_str())
    }

    /// The people of each unit who fill the form about themselves.
    fn people(&self) -> People<'c> {
        let mut people = People::new();
        if self.form.subject != Subject::Person || self.asked.is_empty() {
            return people;
        }
        let organisation = &self.state.organisation;
        let role = self.form.filled_by.as_str();
        for (person, _) in organisation.people() {
            let Some(unit) = organisation.unit_of(person, self.last) else {
                continue;
            };
            if organisation.has_role(person, role, unit, self.last) {
                people.entry(unit).or_default().push(person);
            }
        }
        people
    }

    /// The unit itself, or the one it has gone into by the period's last day.
    fn heir(&self, unit: &'c UnitId) -> &'c UnitId {
        // Longer chains than that can't come about within a period.
        const LONGEST: usize = 32;
        let organisation = &self.state.organisation;
        let mut at = unit;
        for _ in 0..LONGEST {
            if organisation.facts(at, self.last).is_some() {
                break;
            }
            match organisation
                .unit(at)
                .and_then(|gone| gone.successor.as_ref())
            {
                Some(next) => at = next,
                None => break,
            }
        }
        at
    }
}

/// Unit → its people who fill a form about themselves.
type People<'p> = BTreeMap<&'p UnitId, Vec<&'p PersonId>>;

const fn yes(yes: bool) -> f64 {
    if yes { 1.0 } else { 0.0 }
}

/// What a checklist says; `None` where nothing was judged.
fn checked(how: Tally, marks: &[Option<f64>], full: f64) -> Option<f64> {
    let given = || marks.iter().flatten();
    let count = u32::try_from(given().count()).unwrap_or(u32::MAX);
    let total: f64 = match how {
        Tally::Share => given().map(|mark| yes(*mark >= full)).sum(),
        _ => given().sum(),
    };
    let total = match how {
        Tally::Sum => total,
        _ => total / f64::from(count),
    };
    (count > 0).then_some(total)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the size of a set of units or people is far below 2^53"
)]
fn share_of(named: &BTreeSet<&str>, set: &BTreeSet<&str>) -> Cell {
    let size = set.len() as f64;
    let value = if set.is_empty() {
        NOT_APPLICABLE
    } else {
        named.intersection(set).count() as f64 / size
    };
    Cell {
        value,
        n: Some(size),
    }
}
