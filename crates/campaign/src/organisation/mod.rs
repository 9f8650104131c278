//! Units, people, posts, roles and relations, each with the days from which and until which it holds.
//!
//! Nothing is overwritten: what was so on an earlier day can still be asked, and a period is judged by the organisation of its
//! last day. A person is a pseudonym here; name, telephone and the like lie in the vault.

mod action;
mod event;
mod refuse;

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{Name, PostId};
use crate::refusal::Refusal;
use crate::{Date, Note, PersonId, UnitId};

pub(crate) use action::decide;
pub use action::{Action, NewPerson, NewUnit, units_of};
pub use event::Event;
pub(crate) use event::evolve;
pub use refuse::REFUSALS;
pub(crate) use refuse::{no_such_person, no_such_unit};

/// What is so from a day on, until something else is: in order of days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since<T>(Vec<(Date, T)>);

impl<T> Default for Since<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Since<T> {
    /// What holds on a day; `None` before the first.
    #[must_use]
    pub fn on(&self, day: Date) -> Option<&T> {
        let after = self.0.partition_point(|(from, _)| *from <= day);
        self.0.get(after.checked_sub(1)?).map(|(_, value)| value)
    }

    /// What holds last, whether its day has come or not.
    #[must_use]
    pub fn last(&self) -> Option<&T> {
        self.0.last().map(|(_, value)| value)
    }

    /// Everything, with the day from which it holds.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Date, &T)> {
        self.0.iter().map(|(from, value)| (*from, value))
    }

    /// From `day` on, `value` holds, until what was set for a later day.
    pub(crate) fn set(&mut self, day: Date, value: T) {
        let at = self.0.partition_point(|(from, _)| *from < day);
        match self.0.get_mut(at) {
            Some((from, old)) if *from == day => *old = value,
            _ => self.0.insert(at, (day, value)),
        }
    }
}

/// What a unit is at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Its name.
    pub name: String,
    /// Its category.
    pub category: Name,
    /// The unit it belongs to.
    pub parent: Option<UnitId>,
    /// Attribute → value.
    pub attributes: BTreeMap<Name, String>,
}

/// A unit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Unit {
    /// What it is; `None` from the day on which it ceases to be.
    pub facts: Since<Option<Facts>>,
    /// The unit it went into, when it ceased.
    pub successor: Option<UnitId>,
    /// Who answers for it.
    pub charge: Since<Charge>,
}

/// Who answers for a unit, at three levels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Charge {
    /// The principal.
    pub principal: Option<PersonId>,
    /// The one in charge.
    pub in_charge: Option<PersonId>,
    /// The team.
    pub team: Vec<PersonId>,
}

impl Charge {
    /// Everyone who answers for the unit.
    pub fn people(&self) -> impl Iterator<Item = &PersonId> {
        self.principal
            .iter()
            .chain(&self.in_charge)
            .chain(&self.team)
    }
}

/// A post of a unit, with its duties.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Post {
    /// The unit.
    pub unit: UnitId,
    /// What it is called.
    pub name: String,
    /// Its duties.
    pub duties: Vec<String>,
    /// The first day.
    pub from: Date,
    /// The last day; open when absent.
    pub until: Option<Date>,
}

impl Post {
    /// Whether there is such a post on a day.
    #[must_use]
    pub fn holds(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}

/// A role given to a person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// The role.
    pub role: Name,
    /// The unit it is for, with all below it; everywhere when absent.
    pub unit: Option<UnitId>,
    /// The first day.
    pub from: Date,
    /// The last day; open when absent.
    pub until: Option<Date>,
}

impl Grant {
    /// Whether it holds on a day.
    #[must_use]
    pub fn holds(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}

/// A person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// The unit they belong to; `None` from the day they leave.
    pub unit: Since<Option<UnitId>>,
    /// The roles they have or had.
    pub grants: Vec<Grant>,
    /// The posts they take or took.
    pub posts: Vec<Tenure>,
    /// What is known of them, in the vault; `None` once erased.
    pub profile: Option<Note>,
}

/// A post taken by a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenure {
    /// The post.
    pub post: PostId,
    /// The first day.
    pub from: Date,
    /// The last day; open when absent.
    pub until: Option<Date>,
}

/// Why someone may not judge, verify, nominate or decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bar {
    /// It is about themselves.
    Self_,
    /// It is about their own unit, or one it belongs to.
    OwnUnit(UnitId),
    /// They have declared a relation to someone it is about.
    Related(PersonId),
    /// They answer together with someone it is about: same post's team, same unit's leadership.
    SharedDuty(UnitId),
}

/// Units, people, posts, roles, relations.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Organisation {
    units: IndexMap<UnitId, Unit>,
    people: IndexMap<PersonId, Person>,
    posts: IndexMap<PostId, Post>,
    /// Pairs of people who have declared that they are related, the lesser id first. How they are is nobody's business here.
    related: BTreeSet<(PersonId, PersonId)>,
}

impl Organisation {
    /// A unit, whether it exists today or not.
    #[must_use]
    pub fn unit(&self, id: &UnitId) -> Option<&Unit> {
        self.units.get(id)
    }

    /// What a unit is on a day; `None` where there is none that day.
    #[must_use]
    pub fn facts(&self, id: &UnitId, day: Date) -> Option<&Facts> {
        self.units.get(id)?.facts.on(day)?.as_ref()
    }

    /// The units of a day, in the order in which they came to be.
    pub fn units(&self, day: Date) -> impl Iterator<Item = (&UnitId, &Facts)> {
        let facts = move |unit: &'_ Unit| unit.facts.on(day).and_then(Option::as_ref).is_some();
        self.units
            .iter()
            .filter(move |(_, unit)| facts(unit))
            .filter_map(move |(id, unit)| Some((id, unit.facts.on(day)?.as_ref()?)))
    }

    /// The unit that a unit belongs to on a day.
    #[must_use]
    pub fn parent(&self, id: &UnitId, day: Date) -> Option<&UnitId> {
        self.facts(id, day)?.parent.as_ref()
    }

    /// Whether `unit` is `above` or lies below it on a day.
    #[must_use]
    pub fn is_within(&self, unit: &UnitId, above: &UnitId, day: Date) -> bool {
        // A tree deeper than that has been refused.
        const DEEPEST: usize = 32;
        let mut at = Some(unit);
        for _ in 0..DEEPEST {
            match at {
                Some(here) if here == above => return true,
                Some(here) => at = self.parent(here, day),
                None => return false,
            }
        }
        false
    }

    /// A person, whether they are here today or not.
    #[must_use]
    pub fn person(&self, id: &PersonId) -> Option<&Person> {
        self.people.get(id)
    }

    /// Everyone who was ever registered.
    pub fn people(&self) -> impl Iterator<Item = (&PersonId, &Person)> {
        self.people.iter()
    }

    /// Whether a person is registered and hasn't left by that day.
    #[must_use]
    pub fn is_here(&self, id: &PersonId, day: Date) -> bool {
        self.unit_of(id, day).is_some()
    }

    /// The unit a person belongs to on a day.
    #[must_use]
    pub fn unit_of(&self, id: &PersonId, day: Date) -> Option<&UnitId> {
        self.people.get(id)?.unit.on(day)?.as_ref()
    }

    /// Whether a person has a role for a unit on a day: for it, for one above it, or everywhere.
    #[must_use]
    pub fn has_role(&self, id: &PersonId, role: &str, unit: &UnitId, day: Date) -> bool {
        let covers = |grant: &Grant| match &grant.unit {
            None => true,
            Some(above) => self.is_within(unit, above, day),
        };
        self.grants(id, role, day).any(covers)
    }

    /// Whether a person has a role anywhere on a day.
    #[must_use]
    pub fn has_role_somewhere(&self, id: &PersonId, role: &str, day: Date) -> bool {
        self.grants(id, role, day).next().is_some()
    }

    /// What bars a person from judging, verifying, nominating or deciding about a unit or a person.
    #[must_use]
    pub fn barred(
        &self,
        judge: &PersonId,
        about: Option<&PersonId>,
        unit: Option<&UnitId>,
        day: Date,
    ) -> Option<Bar> {
        if about == Some(judge) {
            return Some(Bar::Self_);
        }
        if let Some(other) = about.filter(|other| self.are_related(judge, other)) {
            return Some(Bar::Related(other.clone()));
        }
        if let Some(unit) = about.and_then(|other| self.shared_duty(judge, other, day)) {
            return Some(Bar::SharedDuty(unit.clone()));
        }
        let own = self.unit_of(judge, day)?;
        // A superior may look after those below; nobody judges their own unit, or one that theirs belongs to.
        let near = |unit: &&UnitId| self.is_within(own, unit, day);
        let theirs = about.and_then(|other| self.unit_of(other, day));
        let unit = unit.into_iter().chain(theirs).find(near)?;
        Some(Bar::OwnUnit(unit.clone()))
    }

    /// Whether two people have declared that they are related.
    #[must_use]
    pub fn are_related(&self, a: &PersonId, b: &PersonId) -> bool {
        let pair = if a < b { (a, b) } else { (b, a) };
        self.related.contains(&(pair.0.clone(), pair.1.clone()))
    }

    /// Those to whom someone has declared a relation.
    pub fn relations_of(&self, person: &PersonId) -> impl Iterator<Item = &PersonId> {
        self.related.iter().filter_map(move |(a, b)| {
            let other = if a == person { b } else { a };
            (a == person || b == person).then_some(other)
        })
    }

    /// A unit that both people answer for on a day.
    fn shared_duty(&self, a: &PersonId, b: &PersonId, day: Date) -> Option<&UnitId> {
        let answers = |charge: &Charge, who: &PersonId| charge.people().any(|one| one == who);
        let both = |unit: &Unit| {
            let charge = unit.charge.on(day);
            charge.is_some_and(|charge| answers(charge, a) && answers(charge, b))
        };
        self.units
            .iter()
            .find(|(_, unit)| both(unit))
            .map(|(id, _)| id)
    }

    /// Who answers for a unit on a day.
    #[must_use]
    pub fn charge(&self, unit: &UnitId, day: Date) -> Option<&Charge> {
        self.units.get(unit)?.charge.on(day)
    }

    /// A post.
    #[must_use]
    pub fn post(&self, id: &PostId) -> Option<&Post> {
        self.posts.get(id)
    }

    /// The posts, in the order in which they were made.
    pub fn posts(&self) -> impl Iterator<Item = (&PostId, &Post)> {
        self.posts.iter()
    }

    /// The units just below one on a day.
    pub fn below(&self, above: &UnitId, day: Date) -> impl Iterator<Item = (&UnitId, &Facts)> {
        self.units(day)
            .filter(move |(_, facts)| facts.parent.as_ref() == Some(above))
    }

    /// The people of a unit on a day.
    pub fn people_of(&self, unit: &UnitId, day: Date) -> impl Iterator<Item = &PersonId> {
        let there =
            move |person: &Person| person.unit.on(day).and_then(Option::as_ref) == Some(unit);
        self.people
            .iter()
            .filter(move |(_, person)| there(person))
            .map(|(id, _)| id)
    }

    /// Everyone who has a role for a unit on a day.
    pub fn holders(&self, role: &str, unit: &UnitId, day: Date) -> impl Iterator<Item = &PersonId> {
        self.people
            .keys()
            .filter(move |id| self.has_role(id, role, unit, day))
    }

    fn grants(&self, id: &PersonId, role: &str, day: Date) -> impl Iterator<Item = &Grant> {
        let grants = self.people.get(id).map(|person| person.grants.as_slice());
        let holds = move |grant: &&Grant| grant.role.as_str() == role && grant.holds(day);
        grants.unwrap_or_default().iter().filter(holds)
    }
}

/// The refusal of someone who is concerned: the code is `concerned` wherever it is given.
pub(crate) fn concerned(judge: &PersonId, bar: &Bar) -> Refusal {
    let (zh, en) = match bar {
        Bar::Self_ => ("事关本人".to_owned(), "it is about themselves".to_owned()),
        Bar::OwnUnit(unit) => (
            format!("事关本人所在单位或其上级 {unit}"),
            format!("it is about their own unit or one it belongs to, {unit}"),
        ),
        Bar::Related(other) => (
            format!("已申报与 {other} 有关系"),
            format!("they have declared a relation to {other}"),
        ),
        Bar::SharedDuty(unit) => (
            format!("与当事人在 {unit} 共同负责"),
            format!("they share a duty in {unit} with someone it is about"),
        ),
    };
    Refusal::new(
        "concerned",
        rulebook::say!("{judge} 须回避:{zh}。", "{judge} may not: {en}."),
        rulebook::say!("请无关的人来办。", "Ask someone who is not concerned."),
    )
}
