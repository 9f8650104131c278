//! Changes of the organisation: asked, checked, decided.

use std::collections::{BTreeMap, BTreeSet};

use rulebook::model::Id;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::refuse::{
    bad_id, cycle, date_past, empty_name, exists, in_use, no_such_person, no_such_post,
    no_such_unit, not_in_rules, nothing, to_self, twice,
};
use super::{Charge, Event, Facts, Grant, Organisation, Post};
use crate::id::{Name, PostId};
use crate::refusal::Refusal;
use crate::rules::Book;
use crate::state::Context;
use crate::{Date, Note, PersonId, State, UnitId, checks};

/// A unit to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUnit {
    /// Its id.
    pub unit: UnitId,
    /// What it is.
    pub facts: Facts,
}

/// A person to be registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// The pseudonym.
    pub person: PersonId,
    /// The unit.
    pub unit: UnitId,
    /// What is known of them, in the vault.
    pub profile: Option<Note>,
}

/// What can be asked. Every change names the first day from which it holds; `until` is a last day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Bring the units in line with a whole list: new ones are founded, others changed; units not listed stay.
    ImportUnits {
        /// From which day.
        from: Date,
        /// The list, as [`units_of`] makes it of a table.
        units: Vec<NewUnit>,
    },
    /// Rename a unit, move it, put it into another category.
    ChangeUnit {
        /// Which.
        unit: UnitId,
        /// From which day.
        from: Date,
        /// What it is from then on.
        facts: Facts,
    },
    /// Close a unit that has no units or people any more.
    CloseUnit {
        /// Which.
        unit: UnitId,
        /// The first day without it.
        from: Date,
    },
    /// Merge a unit into another: its units and people go there.
    MergeUnit {
        /// Which.
        unit: UnitId,
        /// Into which.
        into: UnitId,
        /// The first day without it.
        from: Date,
    },
    /// Say who answers for a unit.
    GiveCharge {
        /// The unit.
        unit: UnitId,
        /// From which day.
        from: Date,
        /// Who.
        charge: Charge,
    },
    /// Register people.
    RegisterPeople {
        /// From which day.
        from: Date,
        /// Who.
        people: Vec<NewPerson>,
    },
    /// Move a person to another unit; without a unit, they leave.
    MovePerson {
        /// Who.
        person: PersonId,
        /// From which day.
        from: Date,
        /// Where to.
        unit: Option<UnitId>,
    },
    /// Write anew what is known of a person.
    ChangeProfile {
        /// Who.
        person: PersonId,
        /// The new item of the vault.
        profile: Note,
    },
    /// Give a role.
    GiveRole {
        /// To whom.
        person: PersonId,
        /// What, where, from when until when.
        grant: Grant,
    },
    /// End a role.
    EndRole {
        /// Whose.
        person: PersonId,
        /// Which.
        role: Name,
        /// For which unit.
        unit: Option<UnitId>,
        /// Its last day.
        until: Date,
    },
    /// Make a post.
    MakePost {
        /// Its id.
        post: PostId,
        /// What it is.
        made: Post,
    },
    /// Do away with a post.
    EndPost {
        /// Which.
        post: PostId,
        /// Its last day.
        until: Date,
    },
    /// Take a post, of one's own will.
    TakePost {
        /// Which.
        post: PostId,
        /// Who.
        person: PersonId,
        /// The first day.
        from: Date,
    },
    /// Leave a post.
    LeavePost {
        /// Which.
        post: PostId,
        /// Who.
        person: PersonId,
        /// The last day.
        until: Date,
    },
    /// Declare that two people are related: neither may then judge the other.
    DeclareRelation {
        /// One.
        one: PersonId,
        /// The other.
        other: PersonId,
    },
    /// Say that a declared relation no longer holds.
    EndRelation {
        /// One.
        one: PersonId,
        /// The other.
        other: PersonId,
        /// Why.
        reason: Option<Note>,
    },
}

/// The units of a campaign's list (`organisation.csv` or `.xlsx`, read by [`rulebook::organisation`]) as they are imported.
#[must_use]
pub fn units_of(units: &[rulebook::Unit]) -> Vec<NewUnit> {
    let one = |unit: &rulebook::Unit| NewUnit {
        unit: UnitId::from(unit.id.as_str()),
        facts: Facts {
            name: unit.name.clone(),
            category: Name::from(unit.category.as_str()),
            parent: unit.parent.as_deref().map(UnitId::from),
            attributes: named(&unit.attributes),
        },
    };
    units.iter().map(one).collect()
}

fn named(attributes: &BTreeMap<Id, String>) -> BTreeMap<Name, String> {
    let pair = |(id, value): (&Id, &String)| (Name::from(id.as_str()), value.clone());
    attributes.iter().map(pair).collect()
}

pub(crate) fn decide(
    state: &State,
    action: &Action,
    context: &Context<'_>,
) -> Result<Vec<crate::Event>, Refusal> {
    let Some(book) = state.rules.latest() else {
        return Ok(Vec::new());
    };
    let asked = Asked {
        state,
        organisation: &state.organisation,
        book,
        today: context.today,
    };
    let events = asked.decide(action)?;
    Ok(events.into_iter().map(crate::Event::Organisation).collect())
}

struct Asked<'s> {
    state: &'s State,
    organisation: &'s Organisation,
    book: &'s Book,
    today: Date,
}

impl Asked<'_> {
    fn decide(&self, action: &Action) -> Result<Vec<Event>, Refusal> {
        match action {
            Action::ImportUnits { from, units } => self.import(*from, units),
            Action::ChangeUnit { unit, from, facts } => self.change(unit, *from, facts),
            Action::CloseUnit { unit, from } => self.close(unit, *from),
            Action::MergeUnit { unit, into, from } => self.merge(unit, into, *from),
            Action::GiveCharge { unit, from, charge } => self.charge(unit, *from, charge),
            Action::MakePost { post, made } => self.make_post(post, made),
            Action::EndPost { post, until } => {
                self.post(post, *until)?;
                self.open(until.plus(1))?;
                Ok(vec![Event::PostEnded {
                    post: post.clone(),
                    until: *until,
                }])
            }
            _ => self.about_people(action),
        }
    }

    fn about_people(&self, action: &Action) -> Result<Vec<Event>, Refusal> {
        match action {
            Action::RegisterPeople { from, people } => self.register(*from, people),
            Action::MovePerson { person, from, unit } => self.move_person(person, *from, unit),
            Action::ChangeProfile { person, profile } => {
                self.person(person, self.today)?;
                let (person, profile) = (person.clone(), *profile);
                Ok(vec![Event::ProfileChanged { person, profile }])
            }
            Action::GiveRole { person, grant } => self.give_role(person, grant),
            Action::EndRole {
                person,
                role,
                unit,
                until,
            } => self.end_role(person, role, unit.as_ref(), *until),
            Action::TakePost { post, person, from } => self.take_post(post, person, *from),
            Action::LeavePost {
                post,
                person,
                until,
            } => self.leave_post(post, person, *until),
            Action::DeclareRelation { one, other } => self.declare(one, other),
            Action::EndRelation { one, other, reason } => self.end_relation(one, other, *reason),
            _ => Ok(Vec::new()),
        }
    }

    fn import(&self, from: Date, units: &[NewUnit]) -> Result<Vec<Event>, Refusal> {
        checks::at_most(units.len(), AT_ONCE, ("单位", "units"))?;
        let mut listed: BTreeMap<&UnitId, &Facts> = BTreeMap::new();
        for NewUnit { unit, facts } in units {
            unit_id(unit)?;
            if listed.insert(unit, facts).is_some() {
                return Err(twice(unit));
            }
        }
        let parents = units.iter().filter_map(|new| new.facts.parent.as_ref());
        for parent in parents.filter(|parent| !listed.contains_key(parent)) {
            self.unit(parent, from)?;
        }
        for NewUnit { unit, facts } in units {
            self.fits(unit, facts)?;
        }
        self.open(from)?;
        let mut events = Vec::new();
        for NewUnit { unit, facts } in units {
            self.parent_among(unit, facts, &listed, from)?;
            let known = self
                .organisation
                .units
                .get(unit)
                .map(|known| known.facts.on(from));
            let (unit, facts) = (unit.clone(), facts.clone());
            match known {
                None => events.push(Event::UnitFounded { unit, from, facts }),
                Some(Some(Some(now))) if *now == facts => {}
                Some(_) => events.push(Event::UnitChanged { unit, from, facts }),
            }
        }
        if events.is_empty() {
            return Err(nothing("organisation"));
        }
        Ok(events)
    }

    /// That the parents of a listed unit, looked up in the list first, end at a root.
    fn parent_among(
        &self,
        unit: &UnitId,
        facts: &Facts,
        listed: &BTreeMap<&UnitId, &Facts>,
        day: Date,
    ) -> Result<(), Refusal> {
        let mut above = facts.parent.as_ref();
        for _ in 0..DEEPEST {
            let Some(parent) = above else { return Ok(()) };
            if parent == unit {
                return Err(cycle(unit, parent));
            }
            above = match listed.get(parent) {
                Some(facts) => facts.parent.as_ref(),
                None => self.unit(parent, day)?.parent.as_ref(),
            };
        }
        Err(cycle(unit, facts.parent.as_ref().unwrap_or(unit)))
    }

    fn change(&self, unit: &UnitId, from: Date, facts: &Facts) -> Result<Vec<Event>, Refusal> {
        let now = self.unit(unit, from)?;
        if let Some(parent) = &facts.parent {
            self.unit(parent, from)?;
        }
        self.fits(unit, facts)?;
        self.open(from)?;
        let below = |parent: &&UnitId| self.organisation.is_within(parent, unit, from);
        if let Some(parent) = facts.parent.as_ref().filter(below) {
            return Err(cycle(unit, parent));
        }
        if now == facts {
            return Err(nothing(unit.as_str()));
        }
        let (unit, facts) = (unit.clone(), facts.clone());
        Ok(vec![Event::UnitChanged { unit, from, facts }])
    }

    fn close(&self, unit: &UnitId, from: Date) -> Result<Vec<Event>, Refusal> {
        self.unit(unit, from)?;
        self.open(from)?;
        let units = self.organisation.below(unit, from).count();
        let people = self.organisation.people_of(unit, from).count();
        if units + people > 0 {
            return Err(in_use(unit, units, people));
        }
        Ok(vec![closed(unit, from, None)])
    }

    fn merge(&self, unit: &UnitId, into: &UnitId, from: Date) -> Result<Vec<Event>, Refusal> {
        self.unit(unit, from)?;
        self.unit(into, from)?;
        self.open(from)?;
        if self.organisation.is_within(into, unit, from) {
            return Err(cycle(unit, into));
        }
        let moved = |(id, facts): (&UnitId, &Facts)| Event::UnitChanged {
            unit: id.clone(),
            from,
            facts: Facts {
                parent: Some(into.clone()),
                ..facts.clone()
            },
        };
        let gone = |person: &PersonId| Event::PersonMoved {
            person: person.clone(),
            from,
            unit: Some(into.clone()),
        };
        let units = self.organisation.below(unit, from).map(moved);
        let people = self.organisation.people_of(unit, from).map(gone);
        let last = std::iter::once(closed(unit, from, Some(into.clone())));
        Ok(units.chain(people).chain(last).collect())
    }

    fn charge(&self, unit: &UnitId, from: Date, charge: &Charge) -> Result<Vec<Event>, Refusal> {
        checks::at_most(charge.team.len(), TEAM_AT_MOST, ("人", "people"))?;
        self.unit(unit, from)?;
        for person in charge.people() {
            self.person(person, from)?;
        }
        self.open(from)?;
        if self.organisation.charge(unit, from) == Some(charge) {
            return Err(nothing(unit.as_str()));
        }
        let (unit, charge) = (unit.clone(), charge.clone());
        Ok(vec![Event::ChargeGiven { unit, from, charge }])
    }

    fn register(&self, from: Date, people: &[NewPerson]) -> Result<Vec<Event>, Refusal> {
        checks::at_most(people.len(), AT_ONCE, ("人", "people"))?;
        for NewPerson { person, .. } in people {
            pseudonym(person.as_str(), ("人员", "person"))?;
        }
        let mut new = BTreeSet::new();
        for NewPerson { person, .. } in people {
            if self.organisation.people.contains_key(person) || !new.insert(person) {
                return Err(exists("person-exists", person.as_str()));
            }
        }
        for NewPerson { unit, .. } in people {
            self.unit(unit, from)?;
        }
        self.open(from)?;
        if people.is_empty() {
            return Err(nothing("people"));
        }
        let registered = |new: &NewPerson| Event::PersonRegistered {
            person: new.person.clone(),
            from,
            unit: new.unit.clone(),
            profile: new.profile,
        };
        Ok(people.iter().map(registered).collect())
    }

    fn move_person(
        &self,
        person: &PersonId,
        from: Date,
        unit: &Option<UnitId>,
    ) -> Result<Vec<Event>, Refusal> {
        if let Some(unit) = unit {
            self.unit(unit, from)?;
        }
        self.person(person, from)?;
        self.open(from)?;
        if self.organisation.unit_of(person, from) == unit.as_ref() {
            return Err(nothing(person.as_str()));
        }
        let (person, unit) = (person.clone(), unit.clone());
        Ok(vec![Event::PersonMoved { person, from, unit }])
    }

    fn give_role(&self, person: &PersonId, grant: &Grant) -> Result<Vec<Event>, Refusal> {
        if let Some(unit) = &grant.unit {
            self.unit(unit, grant.from)?;
        }
        self.person(person, grant.from)?;
        let roles = &self.book.campaign.file.role;
        if !roles
            .iter()
            .any(|role| role.id.as_str() == grant.role.as_str())
        {
            let known = listed(roles.iter().map(|role| &role.id));
            return Err(not_in_rules("no-such-role", grant.role.as_str(), &known));
        }
        self.open(grant.from)?;
        let has = self.organisation.person(person).is_some_and(|known| {
            let same = |g: &Grant| g.role == grant.role && g.unit == grant.unit;
            known
                .grants
                .iter()
                .any(|g| same(g) && g.holds(grant.from) && g.until == grant.until)
        });
        if has {
            return Err(nothing(person.as_str()));
        }
        let (person, grant) = (person.clone(), grant.clone());
        Ok(vec![Event::RoleGiven { person, grant }])
    }

    fn end_role(
        &self,
        person: &PersonId,
        role: &Name,
        unit: Option<&UnitId>,
        until: Date,
    ) -> Result<Vec<Event>, Refusal> {
        let Some(known) = self.organisation.person(person) else {
            return Err(no_such_person(person, until));
        };
        self.open(until.plus(1))?;
        let ends = |g: &Grant| {
            g.role == *role && g.unit.as_ref() == unit && g.holds(until) && g.until != Some(until)
        };
        if !known.grants.iter().any(ends) {
            return Err(nothing(person.as_str()));
        }
        Ok(vec![Event::RoleEnded {
            person: person.clone(),
            role: role.clone(),
            unit: unit.cloned(),
            until,
        }])
    }

    fn make_post(&self, post: &PostId, made: &Post) -> Result<Vec<Event>, Refusal> {
        pseudonym(post.as_str(), ("岗位", "post"))?;
        if self.organisation.posts.contains_key(post) {
            return Err(exists("post-exists", post.as_str()));
        }
        self.unit(&made.unit, made.from)?;
        if made.name.trim().is_empty() {
            return Err(empty_name(post.as_str()));
        }
        self.open(made.from)?;
        let (post, made) = (post.clone(), made.clone());
        Ok(vec![Event::PostMade { post, made }])
    }

    fn take_post(
        &self,
        post: &PostId,
        person: &PersonId,
        from: Date,
    ) -> Result<Vec<Event>, Refusal> {
        self.person(person, from)?;
        self.post(post, from)?;
        self.open(from)?;
        if self.holds_post(post, person, from) {
            return Err(nothing(person.as_str()));
        }
        let (post, person) = (post.clone(), person.clone());
        Ok(vec![Event::PostTaken { post, person, from }])
    }

    fn leave_post(
        &self,
        post: &PostId,
        person: &PersonId,
        until: Date,
    ) -> Result<Vec<Event>, Refusal> {
        self.person(person, until)?;
        if !self.holds_post(post, person, until) {
            return Err(no_such_post(post.as_str()));
        }
        self.open(until.plus(1))?;
        let (post, person) = (post.clone(), person.clone());
        Ok(vec![Event::PostLeft {
            post,
            person,
            until,
        }])
    }

    fn holds_post(&self, post: &PostId, person: &PersonId, day: Date) -> bool {
        self.organisation.person(person).is_some_and(|known| {
            let mut posts = known.posts.iter().filter(|tenure| tenure.post == *post);
            posts.any(|tenure| tenure.from <= day && tenure.until.is_none())
        })
    }

    fn declare(&self, one: &PersonId, other: &PersonId) -> Result<Vec<Event>, Refusal> {
        self.person(one, self.today)?;
        self.person(other, self.today)?;
        if one == other {
            return Err(to_self(one));
        }
        if self.organisation.are_related(one, other) {
            return Err(nothing(one.as_str()));
        }
        let (one, other) = ordered(one, other);
        Ok(vec![Event::RelationDeclared { one, other }])
    }

    fn end_relation(
        &self,
        one: &PersonId,
        other: &PersonId,
        reason: Option<Note>,
    ) -> Result<Vec<Event>, Refusal> {
        if !self.organisation.are_related(one, other) {
            return Err(nothing(one.as_str()));
        }
        let (one, other) = ordered(one, other);
        Ok(vec![Event::RelationEnded { one, other, reason }])
    }

    /// That what a unit is to be fits the rulebook.
    fn fits(&self, unit: &UnitId, facts: &Facts) -> Result<(), Refusal> {
        let file = &self.book.campaign.file;
        if !file
            .category
            .iter()
            .any(|c| c.id.as_str() == facts.category.as_str())
        {
            let known = listed(file.category.iter().map(|category| &category.id));
            return Err(not_in_rules(
                "no-such-category",
                facts.category.as_str(),
                &known,
            ));
        }
        for (name, value) in &facts.attributes {
            let Some(attribute) = file
                .attribute
                .iter()
                .find(|a| a.id.as_str() == name.as_str())
            else {
                let known = listed(file.attribute.iter().map(|attribute| &attribute.id));
                return Err(not_in_rules("attribute-value", name.as_str(), &known));
            };
            if !attribute.values.is_empty() && !attribute.values.contains(value) {
                let known = attribute.values.join(", ");
                return Err(not_in_rules("attribute-value", value, &known));
            }
        }
        if facts.name.trim().is_empty() {
            return Err(empty_name(unit.as_str()));
        }
        Ok(())
    }

    fn unit(&self, unit: &UnitId, day: Date) -> Result<&Facts, Refusal> {
        self.organisation
            .facts(unit, day)
            .ok_or_else(|| no_such_unit(unit, day))
    }

    fn person(&self, person: &PersonId, day: Date) -> Result<(), Refusal> {
        let here = self.organisation.is_here(person, day);
        here.then_some(())
            .ok_or_else(|| no_such_person(person, day))
    }

    fn post(&self, post: &PostId, day: Date) -> Result<(), Refusal> {
        let known = self.organisation.post(post);
        let there = known.is_some_and(|known| known.holds(day));
        there
            .then_some(())
            .ok_or_else(|| no_such_post(post.as_str()))
    }

    /// That a day isn't cut off: results that rest on it stand.
    fn open(&self, day: Date) -> Result<(), Refusal> {
        let period = self.book.calendar.period_of(day);
        if self.state.periods.is_cut_off(period) {
            return Err(date_past(day));
        }
        Ok(())
    }
}

/// So many units, or people, are taken with one command.
const AT_ONCE: usize = 5_000;

/// So many people answer for a unit as its team.
const TEAM_AT_MOST: usize = 100;

/// Levels of the tree, at most.
const DEEPEST: usize = 31;

fn closed(unit: &UnitId, from: Date, successor: Option<UnitId>) -> Event {
    Event::UnitClosed {
        unit: unit.clone(),
        from,
        successor,
    }
}

fn ordered(one: &PersonId, other: &PersonId) -> (PersonId, PersonId) {
    let (one, other) = if one < other {
        (one, other)
    } else {
        (other, one)
    };
    (one.clone(), other.clone())
}

fn listed<'i>(ids: impl Iterator<Item = &'i Id>) -> String {
    ids.map(Id::as_str).collect::<Vec<_>>().join(", ")
}

fn unit_id(unit: &UnitId) -> Result<(), Refusal> {
    let text = unit.as_str();
    let blank = |c: char| c.is_control() || c.is_whitespace();
    if text.is_empty() || text.len() > 64 || text.chars().any(blank) {
        return Err(bad_id(text, ("单位", "unit")));
    }
    Ok(())
}

/// That an id can't be a name, a telephone or a card number.
fn pseudonym(text: &str, what: (&str, &str)) -> Result<(), Refusal> {
    let mut chars = text.chars();
    let first = chars.next().is_some_and(|c| c.is_ascii_alphabetic());
    let rest = chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    if !first || !rest || text.len() > 32 {
        return Err(bad_id(text, what));
    }
    Ok(())
}
