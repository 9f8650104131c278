//! A request as the functions of pages and operations see it.

use std::sync::Arc;

use campaign::id::ProgramId;
use campaign::{Date, ItemId, PersonId, State, UnitId};
use rulebook::{Lang, Period};

use crate::app::App;
use crate::fields::Fields;
use crate::problem::Problem;
use crate::rights::Standing;
use crate::words::Words;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Anyone.
    Nobody,
    /// Someone with an account.
    Person(PersonId),
    /// A program with a token.
    Program(ProgramId),
}

/// What was sent with a form that couldn't be taken, to be shown again with what is wrong.
#[derive(Debug)]
pub struct Kept {
    /// The fields as they were filled.
    pub fields: Fields,
    /// What is wrong.
    pub problem: Problem,
}

/// A request: who asks, in which language, what the state is.
pub struct Asked<'a> {
    /// What all requests share.
    pub app: &'a App,
    /// The state, as far as it is durable.
    pub state: &'a State,
    /// The day.
    pub today: Date,
    /// Who asks.
    pub who: &'a Who,
    /// What they may, where.
    pub standing: &'a Standing,
    /// The language.
    pub words: Words<'a>,
    /// The path that was asked for.
    pub path: &'a str,
    /// The query of what was asked for.
    pub query: &'a Fields,
    /// From where it was asked; used to limit guesses, never written down.
    pub from: Option<std::net::IpAddr>,
    /// What proves that a form is of a page of this session.
    pub csrf: &'a str,
    /// What a form held that couldn't be taken.
    pub kept: Option<&'a Kept>,
    /// What is shown this once: a link, a token, codes.
    pub told: Option<&'a Fields>,
    /// The message shown after something was done.
    pub flash: Option<&'a str>,
}

impl<'a> Asked<'a> {
    /// The language.
    #[must_use]
    pub const fn lang(&self) -> Lang {
        self.words.lang
    }

    /// The rules in force.
    ///
    /// # Errors
    /// When none were adopted yet.
    pub fn book(&self) -> Result<&'a campaign::rules::Book, Problem> {
        let latest = self.state.rules.latest();
        latest.map(|book| &**book).ok_or_else(Problem::not_found)
    }

    /// The person who asks.
    ///
    /// # Errors
    /// That one has to sign in.
    pub fn person(&self) -> Result<&'a PersonId, Problem> {
        match self.who {
            Who::Person(person) => Ok(person),
            _ => Err(Problem::sign_in()),
        }
    }

    /// A text of the vault; empty where it has been erased.
    #[must_use]
    pub fn text(&self, item: ItemId) -> Arc<str> {
        let found = self.app.texts.get(&self.app.host, item);
        found.unwrap_or_else(|| Arc::from(""))
    }

    /// What a person is called; their pseudonym where nothing more is known.
    #[must_use]
    pub fn person_name(&self, person: &PersonId) -> String {
        let profile = self.app.texts.profile(&self.app.host, self.state, person);
        match profile {
            Some(profile) if !profile.name.is_empty() => profile.name,
            _ => person.to_string(),
        }
    }

    /// What a unit is called today; its id where it isn't there.
    #[must_use]
    pub fn unit_name(&self, unit: &UnitId) -> &'a str {
        let unit_now = self.state.organisation.unit(unit);
        let facts = unit_now.and_then(|unit| {
            unit.facts
                .iter()
                .rev()
                .find_map(|(_, facts)| facts.as_ref())
        });
        facts.map_or("", |facts| facts.name.as_str())
    }

    /// What the rules call a role; its id where they don't know it.
    #[must_use]
    pub fn role_name(&self, role: &str) -> String {
        let roles = self.book().ok().map(|book| &book.campaign.file.role);
        let mut roles = roles.into_iter().flatten();
        let found = roles.find(|known| known.id.as_str() == role);
        let name = found.map_or(role, |role| self.words.of(&role.name));
        name.to_owned()
    }

    /// What the rules call something that an act can fall under: an indicator, form, honour, service or measure; its id where
    /// they don't know it.
    #[must_use]
    pub fn rule_name(&self, rule: &str) -> String {
        let Ok(book) = self.book() else {
            return rule.to_owned();
        };
        let campaign = &book.campaign;
        let items = campaign.effective.iter().flat_map(|scheme| {
            let items = scheme.indicator.iter().chain(&scheme.bonus);
            items.chain(&scheme.deduction)
        });
        let vetoes = campaign.effective.iter().flat_map(|scheme| &scheme.veto);
        let names = items.map(|item| (&item.id, &item.name));
        let names = names.chain(vetoes.map(|veto| (&veto.id, &veto.name)));
        let names = names
            .chain(
                campaign
                    .forms
                    .iter()
                    .map(|form| (&form.item.id, &form.item.name)),
            )
            .chain(
                campaign
                    .services
                    .iter()
                    .map(|one| (&one.item.id, &one.item.name)),
            )
            .chain(
                campaign
                    .honours
                    .iter()
                    .map(|one| (&one.item.id, &one.item.name)),
            )
            .chain(
                campaign
                    .measures
                    .iter()
                    .map(|one| (&one.item.id, &one.item.name)),
            );
        let mut names = names;
        let found = names.find(|(id, _)| id.as_str() == rule);
        found
            .map_or(rule, |(_, name)| self.words.of(name))
            .to_owned()
    }
}

/// The parts of a path, and the query.
#[derive(Clone, Debug, Default)]
pub struct At {
    /// Name → what stands in the path.
    pub parts: Vec<(String, String)>,
    /// The query.
    pub query: Fields,
}

impl At {
    /// A part of the path.
    ///
    /// # Errors
    /// [`Problem::not_found`] when the route has no such part.
    pub fn part(&self, name: &str) -> Result<&str, Problem> {
        let found = self.parts.iter().find(|(part, _)| part == name);
        found
            .map(|(_, text)| text.as_str())
            .ok_or_else(Problem::not_found)
    }

    /// The unit of the path, such as `/units/{unit}`.
    ///
    /// # Errors
    /// [`Problem::not_found`].
    pub fn unit(&self) -> Result<UnitId, Problem> {
        self.part("unit").map(UnitId::from)
    }

    /// The person of the path.
    ///
    /// # Errors
    /// [`Problem::not_found`].
    pub fn person(&self) -> Result<PersonId, Problem> {
        self.part("person").map(PersonId::from)
    }

    /// The period of the path.
    ///
    /// # Errors
    /// [`Problem::not_found`] when it can't be read.
    pub fn period(&self) -> Result<Period, Problem> {
        self.part("period")?
            .parse()
            .map_err(|_| Problem::not_found())
    }

    /// A number of the path, such as that of a record.
    ///
    /// # Errors
    /// [`Problem::not_found`] when it isn't one.
    pub fn number<T: std::str::FromStr>(&self, name: &str) -> Result<T, Problem> {
        self.part(name)?.parse().map_err(|_| Problem::not_found())
    }
}
