//! What someone is entitled to, and where: made of their roles, their unit and what the campaign's rules say about roles.

use std::collections::BTreeSet;

use campaign::rules::Book;
use campaign::{Date, PersonId, State, UnitId};
use rulebook::model::{Form, Subject};

use crate::asked::Who;

/// The role that runs a campaign where its rules name no other.
const ADMINISTRATOR: &str = "administrator";
/// The role that audits.
const AUDITOR: &str = "auditor";

/// The role of those who lead the campaign.
const LEADING: &str = "leading-group";

/// Where something is so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// In the whole campaign.
    Everywhere,
    /// In a unit and all below it.
    Unit(UnitId),
}

/// What someone is entitled to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The day.
    pub today: Date,
    /// Whether they have an account.
    pub signed_in: bool,
    /// The person.
    pub person: Option<PersonId>,
    /// The unit they belong to.
    pub own: Vec<Scope>,
    /// Units they answer for.
    pub leads: Vec<Scope>,
    /// Where they run the campaign.
    pub office: Vec<Scope>,
    /// Where they decide.
    pub decides: Vec<Scope>,
    /// Where they visit and check.
    pub checks: Vec<Scope>,
    /// Where they audit.
    pub audits: Vec<Scope>,
    /// What a token is limited to.
    pub scopes: Option<BTreeSet<String>>,
    /// The roles they have, wherever.
    pub roles: BTreeSet<String>,
}

impl Standing {
    /// The standing of whoever asks, on a day.
    #[must_use]
    pub fn of(state: &State, who: &Who, today: Date) -> Self {
        let mut standing = Self {
            today,
            ..Self::default()
        };
        match who {
            Who::Nobody => {}
            Who::Program(_) => standing.signed_in = true,
            Who::Person(person) => standing.fill(state, person),
        }
        standing
    }

    fn fill(&mut self, state: &State, person: &PersonId) {
        let (organisation, today) = (&state.organisation, self.today);
        let (Some(known), Some(unit), Some(book)) = (
            organisation.person(person),
            organisation.unit_of(person, self.today),
            state.rules.latest(),
        ) else {
            return;
        };
        self.signed_in = true;
        self.person = Some(person.clone());
        self.own.push(Scope::Unit(unit.clone()));
        for grant in known.grants.iter().filter(|grant| grant.holds(today)) {
            let scope = grant.unit.clone().map_or(Scope::Everywhere, Scope::Unit);
            self.roles.insert(grant.role.as_str().to_owned());
            self.add(book, grant.role.as_str(), &scope);
        }
        for (id, _) in organisation.units(self.today) {
            let charge = organisation.charge(id, self.today);
            if charge.is_some_and(|charge| charge.people().any(|one| one == person)) {
                self.leads.push(Scope::Unit(id.clone()));
            }
        }
    }

    /// The same, with a role besides.
    #[must_use]
    pub fn with_role(mut self, book: &Book, role: &str, scope: &Scope) -> Self {
        self.roles.insert(role.to_owned());
        self.add(book, role, scope);
        self
    }

    fn add(&mut self, book: &Book, role: &str, scope: &Scope) {
        let closing = &book.calendar.closing;
        let is = |id: Option<&rulebook::model::Id>| id.is_some_and(|id| id.as_str() == role);
        if role == ADMINISTRATOR || is(closing.closed_by.as_ref()) {
            self.office.push(scope.clone());
        }
        let campaign = &book.campaign;
        let honours = campaign.honours.iter();
        let decides = is(closing.decided_by.as_ref())
            || is(closing.appeals_decided_by.as_ref())
            || is(campaign.file.ratings.decided_by.as_ref())
            || honours
                .map(|honour| &honour.item)
                .any(|honour| honour.decided_by.as_str() == role);
        if decides {
            self.decides.push(scope.clone());
        }
        if role == AUDITOR {
            self.audits.push(scope.clone());
        }
        let looks = |form: &Form| {
            is(form.verified_by.as_ref())
                || (form.subject == Subject::OtherUnit && form.filled_by.as_str() == role)
        };
        if campaign.forms.iter().any(|form| looks(&form.item)) {
            self.checks.push(scope.clone());
        }
    }

    /// Whether they have a role anywhere.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.contains(role)
    }

    /// Whether they are among those who lead the campaign.
    #[must_use]
    pub fn is_leading(&self) -> bool {
        self.has_role(LEADING)
    }

    /// Whether they run the campaign, somewhere.
    #[must_use]
    pub const fn is_office(&self) -> bool {
        !self.office.is_empty()
    }
}
