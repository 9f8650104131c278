//! What is asked for, found from the parts of a path.

use campaign::honour::{NominationId, Nominee};
use campaign::objection::ObjectionId;
use campaign::record::RecordId;
use campaign::work::WorkId;
use campaign::{Date, PersonId, State, UnitId};

use crate::asked::At;
use crate::problem::Problem;

/// What is asked for: the units it belongs to, and the person it concerns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resource {
    /// The units; none for what belongs to the whole campaign.
    pub units: Vec<UnitId>,
    /// The person.
    pub person: Option<PersonId>,
}

impl Resource {
    /// What belongs to the whole campaign.
    #[must_use]
    pub fn campaign() -> Self {
        Self::default()
    }

    fn of_units(units: impl IntoIterator<Item = UnitId>) -> Self {
        Self {
            units: units.into_iter().collect(),
            person: None,
        }
    }

    /// What a path names: the first of its parts that names something.
    ///
    /// # Errors
    /// [`Problem::not_found`] when there is no such thing.
    pub fn find(state: &State, at: &At, today: Date) -> Result<Self, Problem> {
        let Some((name, _)) = at.parts.first() else {
            return Ok(Self::campaign());
        };
        let found = match name.as_str() {
            "unit" => unit(state, at.unit()?),
            "person" => person(state, at.person()?, today),
            "record" => record(state, RecordId(at.number("record")?)),
            "work" => work(state, WorkId(at.number("work")?)),
            "objection" => objection(state, ObjectionId(at.number("objection")?)),
            "nomination" => nomination(state, NominationId(at.number("nomination")?)),
            _ => Some(Self::campaign()),
        };
        found.ok_or_else(Problem::not_found)
    }
}

fn unit(state: &State, unit: UnitId) -> Option<Resource> {
    state.organisation.unit(&unit)?;
    Some(Resource::of_units([unit]))
}

fn person(state: &State, person: PersonId, today: Date) -> Option<Resource> {
    let unit = state.organisation.unit_of(&person, today)?.clone();
    Some(Resource {
        units: vec![unit],
        person: Some(person),
    })
}

fn record(state: &State, id: RecordId) -> Option<Resource> {
    let record = state.records.get(id)?;
    Some(Resource::of_units([
        record.unit.clone(),
        record.from.clone(),
    ]))
}

fn work(state: &State, id: WorkId) -> Option<Resource> {
    let item = state.work.item(id)?;
    let units = item.holders.iter().chain(&item.helpers).cloned();
    Some(Resource::of_units(units))
}

fn objection(state: &State, id: ObjectionId) -> Option<Resource> {
    let objection = state.objections.get(id)?;
    Some(Resource {
        units: objection.unit.iter().cloned().collect(),
        person: Some(objection.by.clone()),
    })
}

fn nomination(state: &State, id: NominationId) -> Option<Resource> {
    let nomination = state.honours.get(id)?;
    let unit = match &nomination.nominee {
        Nominee::Unit(unit) => unit.clone(),
        Nominee::Person(_) => nomination.by_unit.clone(),
    };
    Some(Resource::of_units([unit, nomination.by_unit.clone()]))
}
