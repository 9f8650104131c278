//! What happens to units, people, posts, roles and relations.

use serde::{Deserialize, Serialize};

use super::{Charge, Facts, Grant, Organisation, Person, Post, Tenure};
use crate::id::{Name, PostId};
use crate::{Date, Entry, Inconsistent, Note, PersonId, State, UnitId};

/// What has happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// A unit came to be.
    #[serde(rename = "unit-founded/1")]
    UnitFounded {
        /// Its id.
        unit: UnitId,
        /// The first day.
        from: Date,
        /// What it is.
        facts: Facts,
    },
    /// A unit was renamed, moved, put into another category.
    #[serde(rename = "unit-changed/1")]
    UnitChanged {
        /// Which.
        unit: UnitId,
        /// From which day.
        from: Date,
        /// What it is from then on.
        facts: Facts,
    },
    /// A unit ceased to be.
    #[serde(rename = "unit-closed/1")]
    UnitClosed {
        /// Which.
        unit: UnitId,
        /// The first day without it.
        from: Date,
        /// The unit it went into.
        successor: Option<UnitId>,
    },
    /// It was said who answers for a unit.
    #[serde(rename = "charge-given/1")]
    ChargeGiven {
        /// The unit.
        unit: UnitId,
        /// From which day.
        from: Date,
        /// Who.
        charge: Charge,
    },
    /// A person was registered.
    #[serde(rename = "person-registered/1")]
    PersonRegistered {
        /// The pseudonym.
        person: PersonId,
        /// The first day.
        from: Date,
        /// The unit.
        unit: UnitId,
        /// What is known of them, in the vault.
        profile: Option<Note>,
    },
    /// A person went to another unit, or left (`None`).
    #[serde(rename = "person-moved/1")]
    PersonMoved {
        /// Who.
        person: PersonId,
        /// From which day.
        from: Date,
        /// Where to.
        unit: Option<UnitId>,
    },
    /// What is known of a person was written anew.
    #[serde(rename = "profile-changed/1")]
    ProfileChanged {
        /// Who.
        person: PersonId,
        /// The new item of the vault.
        profile: Note,
    },
    /// A role was given.
    #[serde(rename = "role-given/1")]
    RoleGiven {
        /// To whom.
        person: PersonId,
        /// What and where.
        grant: Grant,
    },
    /// A role ended.
    #[serde(rename = "role-ended/1")]
    RoleEnded {
        /// Whose.
        person: PersonId,
        /// Which role.
        role: Name,
        /// For which unit.
        unit: Option<UnitId>,
        /// Its last day.
        until: Date,
    },
    /// A post was made.
    #[serde(rename = "post-made/1")]
    PostMade {
        /// Its id.
        post: PostId,
        /// What it is.
        made: Post,
    },
    /// A post was done away with.
    #[serde(rename = "post-ended/1")]
    PostEnded {
        /// Which.
        post: PostId,
        /// Its last day.
        until: Date,
    },
    /// A person took a post.
    #[serde(rename = "post-taken/1")]
    PostTaken {
        /// Which.
        post: PostId,
        /// Who.
        person: PersonId,
        /// The first day.
        from: Date,
    },
    /// A person left a post.
    #[serde(rename = "post-left/1")]
    PostLeft {
        /// Which.
        post: PostId,
        /// Who.
        person: PersonId,
        /// The last day.
        until: Date,
    },
    /// Two people declared that they are related.
    #[serde(rename = "relation-declared/1")]
    RelationDeclared {
        /// The one whose id is the lesser.
        one: PersonId,
        /// The other.
        other: PersonId,
    },
    /// A declared relation no longer holds.
    #[serde(rename = "relation-ended/1")]
    RelationEnded {
        /// The one whose id is the lesser.
        one: PersonId,
        /// The other.
        other: PersonId,
        /// Why.
        reason: Option<Note>,
    },
}

impl Event {
    /// The items of the vault it brings.
    pub(crate) fn notes(&self, out: &mut Vec<Note>) {
        match self {
            Self::PersonRegistered { profile, .. } => out.extend(profile),
            Self::ProfileChanged { profile, .. } => out.push(*profile),
            Self::RelationEnded { reason, .. } => out.extend(reason),
            _ => {}
        }
    }
}

pub(crate) fn evolve(state: &mut State, event: &Event, _entry: &Entry) -> Result<(), Inconsistent> {
    if let Event::PersonRegistered {
        person,
        profile: Some(profile),
        ..
    }
    | Event::ProfileChanged { person, profile } = event
    {
        state.vault.note(person, profile.item);
    }
    state.organisation.take(event)
}

impl Organisation {
    fn take(&mut self, event: &Event) -> Result<(), Inconsistent> {
        match event {
            Event::UnitFounded { unit, from, facts } | Event::UnitChanged { unit, from, facts } => {
                let unit = self.units.entry(unit.clone()).or_default();
                unit.facts.set(*from, Some(facts.clone()));
            }
            Event::UnitClosed {
                unit,
                from,
                successor,
            } => {
                let unit = known(self.units.get_mut(unit), unit)?;
                unit.facts.set(*from, None);
                unit.successor.clone_from(successor);
            }
            Event::ChargeGiven { unit, from, charge } => {
                known(self.units.get_mut(unit), unit)?
                    .charge
                    .set(*from, charge.clone());
            }
            Event::PostMade { post, made } => {
                self.posts.insert(post.clone(), made.clone());
            }
            Event::PostEnded { post, until } => {
                known(self.posts.get_mut(post), post)?.until = Some(*until);
            }
            Event::RelationDeclared { one, other } => {
                self.related.insert((one.clone(), other.clone()));
            }
            Event::RelationEnded { one, other, .. } => {
                self.related.remove(&(one.clone(), other.clone()));
            }
            _ => return self.take_of_person(event),
        }
        Ok(())
    }

    fn take_of_person(&mut self, event: &Event) -> Result<(), Inconsistent> {
        match event {
            Event::PersonRegistered {
                person,
                from,
                unit,
                profile,
            } => {
                let mut known = Person {
                    profile: *profile,
                    ..Person::default()
                };
                known.unit.set(*from, Some(unit.clone()));
                self.people.insert(person.clone(), known);
            }
            Event::PersonMoved { person, from, unit } => {
                self.known(person)?.unit.set(*from, unit.clone());
            }
            Event::ProfileChanged { person, profile } => {
                self.known(person)?.profile = Some(*profile);
            }
            Event::RoleGiven { person, grant } => {
                self.known(person)?.grants.push(grant.clone());
            }
            Event::RoleEnded {
                person,
                role,
                unit,
                until,
            } => {
                let grants = &mut self.known(person)?.grants;
                let theirs = |grant: &&mut Grant| grant.role == *role && grant.unit == *unit;
                for grant in grants.iter_mut().filter(theirs).filter(|g| g.holds(*until)) {
                    grant.until = Some(*until);
                }
            }
            Event::PostTaken { post, person, from } => {
                self.known(person)?.posts.push(Tenure {
                    post: post.clone(),
                    from: *from,
                    until: None,
                });
            }
            Event::PostLeft {
                post,
                person,
                until,
            } => {
                let posts = &mut self.known(person)?.posts;
                for tenure in posts
                    .iter_mut()
                    .filter(|t| t.post == *post && t.until.is_none())
                {
                    tenure.until = Some(*until);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn known(&mut self, person: &PersonId) -> Result<&mut Person, Inconsistent> {
        known(self.people.get_mut(person), person)
    }

    /// Forgets where in the vault a person's profile was.
    pub(crate) fn forget_profile(&mut self, person: &PersonId) {
        if let Some(person) = self.people.get_mut(person) {
            person.profile = None;
        }
    }
}

fn known<T>(found: Option<T>, id: &impl std::fmt::Display) -> Result<T, Inconsistent> {
    found.ok_or_else(|| Inconsistent(format!("{id} isn't known")))
}
