//! What a unit or a person has to fill: the due list.

use rulebook::Period;
use rulebook::model::{Cadence, Form, Subject};

use super::decide::due_day;
use super::{About, RecordId, When};
use crate::id::Name;
use crate::{Date, PersonId, State, UnitId};

/// A form that is due, or was filed.
#[derive(Clone, Debug, PartialEq)]
pub struct Due<'s> {
    /// The form, as in the rules of the period.
    pub form: &'s Form,
    /// Whom it is about.
    pub about: About,
    /// The unit that files it.
    pub from: UnitId,
    /// What time it is for.
    pub when: When,
    /// The period that time belongs to.
    pub period: Period,
    /// The day by which it is due.
    pub due: Date,
    /// How many working days late it came, or is on that day.
    pub late: u32,
    /// The record, once it is filed.
    pub record: Option<RecordId>,
}

/// How many times back the list goes at most: what is older was missed.
const TIMES_BACK: usize = 13;

/// What a unit has to file on a day about itself, and about the units just below it: for the time that runs, and for those
/// before whose period isn't cut off. By due day, then in the order of the rules.
#[must_use]
pub fn due_of_unit<'s>(state: &'s State, unit: &UnitId, day: Date) -> Vec<Due<'s>> {
    sorted(unit_dues(state, unit, day).collect())
}

/// What a person has to file on a day: about themselves, and of their unit's forms those they have the role for.
#[must_use]
pub fn due_of_person<'s>(state: &'s State, person: &PersonId, day: Date) -> Vec<Due<'s>> {
    let organisation = &state.organisation;
    let Some(unit) = organisation.unit_of(person, day) else {
        return Vec::new();
    };
    let fills = |form: &Form| organisation.has_role(person, form.filled_by.as_str(), unit, day);
    let own = forms(state, day).filter(|form| form.subject == Subject::Person);
    let own = own.filter(|form| fills(form)).flat_map(|form| {
        let about = About::Person(person.clone());
        times(state, form, &about, unit, day)
    });
    let units = unit_dues(state, unit, day).filter(|due| fills(due.form));
    sorted(own.chain(units).collect())
}

fn unit_dues<'s, 'u>(
    state: &'s State,
    unit: &'u UnitId,
    day: Date,
) -> impl Iterator<Item = Due<'s>> + use<'s, 'u> {
    forms(state, day).flat_map(move |form| {
        let abouts: Vec<About> = match form.subject {
            Subject::OwnUnit => vec![About::Unit(unit.clone())],
            Subject::Case => vec![About::Case],
            Subject::OtherUnit => {
                let below = state.organisation.below(unit, day);
                below.map(|(id, _)| About::Unit(id.clone())).collect()
            }
            Subject::Person => Vec::new(),
        };
        let each = abouts.into_iter();
        each.flat_map(move |about| times(state, form, &about, unit, day))
    })
}

/// The forms of a day that are asked again and again.
fn forms(state: &State, day: Date) -> impl Iterator<Item = &Form> {
    let latest = state.rules.latest();
    let book = latest.and_then(|latest| state.rules.of(latest.calendar.period_of(day)));
    let forms = book.into_iter().flat_map(|book| &book.campaign.forms);
    let forms = forms.map(|written| &written.item);
    forms.filter(|form| form.every != Cadence::Event)
}

/// The times for which a form is on the list.
fn times<'s>(
    state: &'s State,
    form: &'s Form,
    about: &About,
    from: &UnitId,
    day: Date,
) -> Vec<Due<'s>> {
    let now = When::of(form.every, day);
    let back = std::iter::successors(Some(now), |when| when.previous());
    let dues = back
        .take(TIMES_BACK)
        .map_while(|when| due(state, form, about, from, (when, day)));
    dues.flatten().collect()
}

/// A form on the list; `Some(None)` where it isn't asked for that time, `None` where the list ends.
fn due<'s>(
    state: &'s State,
    form: &'s Form,
    about: &About,
    from: &UnitId,
    (when, day): (When, Date),
) -> Option<Option<Due<'s>>> {
    let calendar = &state.rules.latest()?.calendar;
    let period = calendar.period_of(when.belongs_to());
    let begins = state.rules.version(1)?.from;
    if period.starts() < begins.starts() || state.periods.is_cut_off(period) {
        return None;
    }
    let book = state.rules.of(period)?;
    let Some(form) = book.form(form.id.as_str()) else {
        return Some(None);
    };
    if !when.fits(form.every) || !is_asked(state, form, from, when.last_day().min(day)) {
        return Some(None);
    }
    let name = Name::from(form.id.as_str());
    let filed = state.records.filed(&name, when, about, from);
    let due = due_day(form, when, &book.calendar)?;
    Some(Some(Due {
        form,
        about: about.clone(),
        from: from.clone(),
        when,
        period,
        due,
        late: filed.map_or_else(
            || book.calendar.between(due, day),
            |(_, record)| record.late,
        ),
        record: filed.map(|(id, _)| id),
    }))
}

/// Whether a unit exists on a day, in a category that fills a form.
fn is_asked(state: &State, form: &Form, unit: &UnitId, day: Date) -> bool {
    let facts = state.organisation.facts(unit, day);
    facts.is_some_and(|facts| form.is_asked_of(facts.category.as_str()))
}

fn sorted(mut dues: Vec<Due<'_>>) -> Vec<Due<'_>> {
    dues.sort_by_key(|due| due.due);
    dues
}
