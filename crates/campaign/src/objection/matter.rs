//! What an objection is about: whose it is, who had a hand in it, until when it can be objected to.

use std::collections::BTreeSet;

use rulebook::Period;
use rulebook::model::Range;

use super::{About, Effect, Objection, Outcome, refuse};
use crate::entry::Standing;
use crate::figure::Amount;
use crate::id::{Name, RatingId};
use crate::period::Stage;
use crate::record::{self, RecordId};
use crate::refusal::Refusal;
use crate::rules::Book;
use crate::work::WorkId;
use crate::{Actor, Date, Inconsistent, PersonId, State, UnitId, checks};

/// What an objection is about.
#[derive(Clone, Debug, Default)]
pub(super) struct Matter {
    /// The period whose results it holds up.
    pub period: Option<Period>,
    /// Which results of the period, where it is about a score.
    pub run: Option<u32>,
    /// The unit concerned.
    pub unit: Option<UnitId>,
    /// The person concerned.
    pub person: Option<PersonId>,
    /// Who filed, verified, nominated or otherwise had a hand in it.
    pub handled: Vec<PersonId>,
    /// Until when it can be objected to.
    pub deadline: Deadline,
    /// Whether it counts now.
    pub standing: Standing,
    /// Whose right it is to object.
    pub whose: Whose,
}

/// Until when something can be objected to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Deadline {
    /// As long as its period has no results: then there is a last day.
    #[default]
    Open,
    /// This is the last day.
    On(Date),
    /// The results are final.
    Over,
}

/// Whose right it is to object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Whose {
    /// The person and the unit concerned.
    #[default]
    Concerned,
    /// Everyone on the register: what is under public notice.
    Everyone,
}

/// What an objection is about; `None` where there is no such thing.
pub(super) fn of(state: &State, about: &About) -> Option<Matter> {
    match about {
        About::Record { record, .. } => of_record(state, *record),
        About::Rating { rating } => of_rating(state, *rating),
        About::Work { work } => of_work(state, *work),
        About::Score { period, unit, .. } => {
            let results = state.periods.results(*period)?;
            results.of(unit)?;
            Some(Matter {
                period: Some(*period),
                run: Some(results.number),
                unit: Some(unit.clone()),
                deadline: deadline(state, *period),
                ..Matter::default()
            })
        }
        About::Honour { nomination } => {
            let nomination = state.honours.get(*nomination)?;
            Some(Matter {
                unit: nomination.nominee.unit().cloned(),
                person: nomination.nominee.person().cloned(),
                handled: vec![nomination.by.clone()],
                deadline: Deadline::On(nomination.notice_until),
                whose: Whose::Everyone,
                standing: nomination.standing,
                ..Matter::default()
            })
        }
    }
}

fn of_record(state: &State, id: RecordId) -> Option<Matter> {
    let record = state.records.get(id)?;
    let steps = record.history.iter().map(|change| &change.by);
    let handled = std::iter::once(&record.filed_by).chain(steps);
    Some(Matter {
        period: Some(record.counts_in),
        unit: Some(record.unit.clone()),
        person: match &record.about {
            record::About::Person(person) => Some(person.clone()),
            record::About::Unit(_) | record::About::Case => None,
        },
        handled: people(handled),
        deadline: deadline(state, record.counts_in),
        standing: record.standing,
        ..Matter::default()
    })
}

/// A rating: those rated may contest that it is about them. Who gave it stays unknown.
fn of_rating(state: &State, id: RatingId) -> Option<Matter> {
    let rating = state.ratings.rating(id)?;
    Some(Matter {
        period: Some(rating.period),
        unit: Some(rating.unit.clone()),
        deadline: deadline(state, rating.period),
        standing: rating.standing,
        ..Matter::default()
    })
}

fn of_work(state: &State, id: WorkId) -> Option<Matter> {
    let item = state.work.item(id)?;
    let steps = item.history.iter().map(|past| &past.by);
    Some(Matter {
        period: Some(item.due_in),
        unit: item.holder().cloned(),
        person: item.person.clone(),
        handled: people(std::iter::once(&item.giver).chain(steps)),
        deadline: deadline(state, item.due_in),
        standing: item.standing,
        ..Matter::default()
    })
}

/// The people among those who did something, each once.
fn people<'a>(actors: impl Iterator<Item = &'a Actor>) -> Vec<PersonId> {
    let people: BTreeSet<&PersonId> = actors.filter_map(Actor::person).collect();
    people.into_iter().cloned().collect()
}

/// Until when what counts in a period can be objected to.
fn deadline(state: &State, period: Period) -> Deadline {
    match state.periods.stage(period) {
        Some(Stage::Preliminary { until, .. }) => Deadline::On(until),
        Some(Stage::Final) => Deadline::Over,
        None | Some(Stage::CutOff | Stage::Reopened { .. }) => Deadline::Open,
    }
}

impl Matter {
    /// Whether it is this person's right to object: it is about them or about their unit, or they answer for it.
    pub fn may_be_raised_by(&self, state: &State, person: &PersonId, today: Date) -> bool {
        if self.whose == Whose::Everyone || self.person.as_ref() == Some(person) {
            return true;
        }
        let Some(unit) = &self.unit else { return false };
        let organisation = &state.organisation;
        let belongs = organisation
            .unit_of(person, today)
            .is_some_and(|own| organisation.is_within(own, unit, today));
        let grants = organisation.person(person).map(|known| &known.grants);
        let mut grants = grants.into_iter().flatten();
        belongs || grants.any(|grant| grant.unit.as_ref() == Some(unit) && grant.holds(today))
    }

    /// Whether this person is the other side: had a hand in it; or, with a score, closes periods.
    pub fn may_be_answered_by(&self, state: &State, person: &PersonId, today: Date) -> bool {
        let closes = || {
            let role = state.rules.latest().map(|book| checks::closer(book));
            role.is_some_and(|role| state.organisation.has_role_somewhere(person, role, today))
        };
        self.handled.contains(person) || (self.run.is_some() && closes())
    }
}

/// Whether a name is one of the rules' that an act can fall under.
pub(super) fn is_rule(book: &Book, about: &About, rule: &Name) -> bool {
    let id = rule.as_str();
    let campaign = &book.campaign;
    let in_scheme = |scheme: &rulebook::model::Scheme| {
        let indicators = scheme.indicator.iter();
        let mut indicators = indicators.chain(&scheme.bonus).chain(&scheme.deduction);
        indicators.any(|item| item.id.as_str() == id)
            || scheme.veto.iter().any(|veto| veto.id.as_str() == id)
    };
    match about {
        About::Honour { .. } => campaign.honour(id).is_some(),
        _ => {
            campaign.effective.iter().any(in_scheme)
                || campaign.form(id).is_some()
                || campaign.service(id).is_some()
                || campaign.measure(id).is_some()
        }
    }
}

/// That a decision and what it changes fit each other and the objection.
pub(super) fn fits(
    state: &State,
    objection: &Objection,
    outcome: Outcome,
    effect: &Effect,
) -> Result<(), Refusal> {
    let counted = matches!(objection.about, About::Score { .. });
    match (outcome, effect) {
        (Outcome::Rejected, Effect::None) | (Outcome::Partly, Effect::None) => Ok(()),
        (Outcome::Rejected, _) => Err(refuse::rejected_with_effect()),
        (Outcome::Upheld, Effect::None) => Err(refuse::upheld_without_effect()),
        // A score isn't something that is filed: what is wrong with it is a figure.
        (_, Effect::SetAside) if counted => Err(refuse::score_set_aside()),
        (_, Effect::SetAside) => Ok(()),
        (_, Effect::Correct { measure, figure }) => {
            let (Some(period), Some(_)) = (objection.period, &objection.unit) else {
                return Err(refuse::nothing_to_correct());
            };
            let book = state.rules.of(period);
            let found = book.and_then(|book| book.campaign.measure(measure.as_str()));
            let found = found.ok_or_else(|| refuse::no_such_measure(measure))?;
            if allows(found.range, figure.value) {
                Ok(())
            } else {
                Err(refuse::out_of_range(measure, figure.value))
            }
        }
    }
}

fn allows(range: Range, amount: Amount) -> bool {
    amount.given().is_none_or(|value| {
        range.min.is_none_or(|min| value >= min)
            && range.max.is_none_or(|max| value <= max)
            && (!range.whole || value.fract() == 0.0)
    })
}

/// Makes what an objection is about count, or not.
pub(super) fn stand(
    state: &mut State,
    about: &About,
    standing: Standing,
) -> Result<(), Inconsistent> {
    match about {
        About::Honour { nomination } => state.honours.set_standing(*nomination, standing),
        About::Score { .. } => Err(Inconsistent("a score can't be set aside".to_owned())),
        About::Record { record, .. } => state.records.set_standing(*record, standing),
        About::Rating { rating } => state.ratings.set_standing(*rating, standing),
        About::Work { work } => state.work.set_standing(*work, standing),
    }
}
