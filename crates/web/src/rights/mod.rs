//! Who may see and do what: Cedar decides, by the policies in `policies/`, over the organisation's tree.
//!
//! A route says what it asks ([`Verb`]); of what ([`Resource`]) follows from the parts of its path. What someone is entitled to
//! ([`Standing`]) follows from the campaign's rules, its roles and its organisation. What may not be seen doesn't exist: a
//! refused `see-…` is answered as if there were no such page.

mod resource;
mod standing;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::str::FromStr;

use axum::http::StatusCode;
use campaign::{Action, PersonId, State, UnitId};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    PolicySet, Request, RestrictedExpression, Schema,
};
use rulebook::model::WorkKind;
use rulebook::say;

use crate::app::App;
use crate::problem::Problem;

pub use resource::Resource;
pub use standing::{Scope, Standing};

/// The policies, as text.
pub const POLICIES: &str = include_str!("../../policies/merit.cedar");
/// Their schema, as text.
pub const SCHEMA: &str = include_str!("../../policies/merit.cedarschema");

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// See what is public.
    SeePublic,
    /// Rate a service.
    Rate,
    /// See the pages of one's own account.
    SeeAccount,
    /// See what concerns oneself alone.
    SeeSelf,
    /// See the inside of a unit.
    SeeUnit,
    /// See a record, a work item, an objection.
    SeeRecord,
    /// See the office's pages.
    SeeOffice,
    /// See the log, decisions, rights.
    SeeAudit,
    /// Do something that the campaign's rules decide on.
    TakePart,
    /// Run the campaign: rules, register, erasure.
    Run,
    /// Hand in what other systems know.
    Import,
}

impl Verb {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::SeePublic,
        Self::Rate,
        Self::SeeAccount,
        Self::SeeSelf,
        Self::SeeUnit,
        Self::SeeRecord,
        Self::SeeOffice,
        Self::SeeAudit,
        Self::TakePart,
        Self::Run,
        Self::Import,
    ];

    /// Its name in the policies.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SeePublic => "see-public",
            Self::Rate => "rate",
            Self::SeeAccount => "see-account",
            Self::SeeSelf => "see-self",
            Self::SeeUnit => "see-unit",
            Self::SeeRecord => "see-record",
            Self::SeeOffice => "see-office",
            Self::SeeAudit => "see-audit",
            Self::TakePart => "take-part",
            Self::Run => "run",
            Self::Import => "import",
        }
    }

    /// What a command asks.
    #[must_use]
    pub const fn of(action: &Action) -> Self {
        use campaign::{figure, organisation, rating};
        match action {
            Action::Rules(_) | Action::Vault(_) => Self::Run,
            Action::Organisation(
                organisation::Action::TakePost { .. }
                | organisation::Action::LeavePost { .. }
                | organisation::Action::DeclareRelation { .. },
            ) => Self::TakePart,
            Action::Organisation(_) => Self::Run,
            Action::Rating(
                rating::Action::Give { .. }
                | rating::Action::Revise { .. }
                | rating::Action::GiveOpen { .. },
            ) => Self::Rate,
            // By code: whoever was helped, visited or promised to.
            Action::Record(campaign::record::Action::Confirm { .. })
            | Action::Work(campaign::work::Action::Check { code: Some(_), .. }) => Self::Rate,
            // A request, which anyone may make.
            Action::Work(campaign::work::Action::Open {
                kind: WorkKind::Request,
                ..
            }) => Self::Rate,
            Action::Rating(rating::Action::ImportCases { .. })
            | Action::Figure(figure::Action::HandIn { .. }) => Self::Import,
            _ => Self::TakePart,
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Policies that can't be used: a mistake in the program.
#[derive(Debug)]
pub struct BadPolicies(pub String);

impl fmt::Display for BadPolicies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the policies can't be used: {}", self.0)
    }
}

impl std::error::Error for BadPolicies {}

/// The policies, ready to be asked.
pub struct Rights {
    policies: PolicySet,
    authorizer: Authorizer,
    types: Types,
    verbs: HashMap<Verb, EntityUid>,
}

struct Types {
    unit: EntityTypeName,
    caller: EntityTypeName,
    thing: EntityTypeName,
}

impl Rights {
    /// Reads the built-in policies and checks them against their schema.
    ///
    /// # Errors
    /// [`BadPolicies`].
    pub fn new() -> Result<Self, BadPolicies> {
        let bad = |error: String| BadPolicies(error);
        let policies = PolicySet::from_str(POLICIES).map_err(|error| bad(error.to_string()))?;
        let (schema, _warnings) =
            Schema::from_cedarschema_str(SCHEMA).map_err(|error| bad(error.to_string()))?;
        let validator = cedar_policy::Validator::new(schema);
        let checked = validator.validate(&policies, cedar_policy::ValidationMode::Strict);
        if let Some(error) = checked.validation_errors().next() {
            return Err(bad(error.to_string()));
        }
        let of =
            |name: &str| EntityTypeName::from_str(name).map_err(|error| bad(error.to_string()));
        let action = of("Merit::Action")?;
        let uid = |verb: Verb| {
            let id = EntityId::new(verb.name());
            (verb, EntityUid::from_type_name_and_id(action.clone(), id))
        };
        Ok(Self {
            policies,
            authorizer: Authorizer::new(),
            verbs: Verb::ALL.into_iter().map(uid).collect(),
            types: Types {
                unit: of("Merit::Unit")?,
                caller: of("Merit::Caller")?,
                thing: of("Merit::Thing")?,
            },
        })
    }

    /// Whether someone of this standing may do that to this.
    #[must_use]
    pub fn allow(&self, state: &State, standing: &Standing, verb: Verb, of: &Resource) -> bool {
        self.decide(state, standing, verb, of)
            .unwrap_or_else(|error| {
                tracing::error!(error, "a question of rights can't be put");
                false
            })
    }

    fn decide(
        &self,
        state: &State,
        standing: &Standing,
        verb: Verb,
        of: &Resource,
    ) -> Result<bool, String> {
        let caller = self.uid(&self.types.caller, "caller");
        let thing = self.uid(&self.types.thing, "thing");
        let mut entities = self.tree(state, standing, of);
        entities.push(self.caller(standing, caller.clone())?);
        entities.push(self.thing(of, thing.clone())?);
        let entities = Entities::from_entities(entities, None).map_err(|e| e.to_string())?;
        let action = self.verbs.get(&verb).cloned().ok_or("no such verb")?;
        let request = Request::new(caller, action, thing, Context::empty(), None)
            .map_err(|e| e.to_string())?;
        let response = self
            .authorizer
            .is_authorized(&request, &self.policies, &entities);
        if let Some(error) = response.diagnostics().errors().next() {
            return Err(error.to_string());
        }
        Ok(response.decision() == Decision::Allow)
    }

    fn uid(&self, kind: &EntityTypeName, id: &str) -> EntityUid {
        EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
    }

    fn unit(&self, scope: &Scope) -> EntityUid {
        match scope {
            Scope::Everywhere => self.uid(&self.types.unit, "*"),
            Scope::Unit(unit) => self.uid(&self.types.unit, unit.as_str()),
        }
    }

    fn caller(&self, standing: &Standing, uid: EntityUid) -> Result<Entity, String> {
        let set = |scopes: &[Scope]| {
            let units = scopes.iter().map(|scope| self.unit(scope));
            RestrictedExpression::new_set(units.map(RestrictedExpression::new_entity_uid))
        };
        let text = |text: &str| RestrictedExpression::new_string(text.to_owned());
        let mut attributes: HashMap<String, RestrictedExpression> = HashMap::from([
            (
                "signed_in".to_owned(),
                RestrictedExpression::new_bool(standing.signed_in),
            ),
            ("own".to_owned(), set(&standing.own)),
            ("leads".to_owned(), set(&standing.leads)),
            ("office".to_owned(), set(&standing.office)),
            ("decides".to_owned(), set(&standing.decides)),
            ("checks".to_owned(), set(&standing.checks)),
            ("audits".to_owned(), set(&standing.audits)),
        ]);
        if let Some(person) = &standing.person {
            attributes.insert("person".to_owned(), text(person.as_str()));
        }
        if let Some(scopes) = &standing.scopes {
            let scopes = RestrictedExpression::new_set(scopes.iter().map(|scope| text(scope)));
            attributes.insert("scopes".to_owned(), scopes);
        }
        Entity::new(uid, attributes, HashSet::new()).map_err(|error| error.to_string())
    }

    fn thing(&self, of: &Resource, uid: EntityUid) -> Result<Entity, String> {
        let mut attributes = HashMap::new();
        if let Some(person) = &of.person {
            let person = RestrictedExpression::new_string(person.to_string());
            attributes.insert("person".to_owned(), person);
        }
        let parents = of.units.iter().cloned().map(Scope::Unit);
        let parents: HashSet<EntityUid> = match of.units.is_empty() {
            true => HashSet::from([self.unit(&Scope::Everywhere)]),
            false => parents.map(|scope| self.unit(&scope)).collect(),
        };
        Entity::new(uid, attributes, parents).map_err(|error| error.to_string())
    }

    /// The units that matter: those of the resource with all above them, and those of the caller.
    fn tree(&self, state: &State, standing: &Standing, of: &Resource) -> Vec<Entity> {
        let mut parents: HashMap<UnitId, Option<UnitId>> = HashMap::new();
        for unit in &of.units {
            let mut at = Some(unit.clone());
            while let Some(unit) = at.filter(|unit| !parents.contains_key(unit)) {
                let parent = state.organisation.parent(&unit, standing.today).cloned();
                parents.insert(unit, parent.clone());
                at = parent;
            }
        }
        let everywhere = self.unit(&Scope::Everywhere);
        let entity = |(unit, parent): (UnitId, Option<UnitId>)| {
            let above = parent.map_or_else(|| everywhere.clone(), |p| self.unit(&Scope::Unit(p)));
            Entity::new_no_attrs(self.unit(&Scope::Unit(unit)), HashSet::from([above]))
        };
        parents.into_iter().map(entity).collect()
    }
}

/// Whom something is about that everyone does for themselves; for another it is keeping the register.
fn about(action: &Action) -> Option<Vec<&PersonId>> {
    use campaign::organisation::Action as Organise;
    match action {
        Action::Organisation(
            Organise::TakePost { person, .. } | Organise::LeavePost { person, .. },
        ) => Some(vec![person]),
        Action::Organisation(Organise::DeclareRelation { one, other }) => Some(vec![one, other]),
        _ => None,
    }
}

/// That whoever asks may send an action at all; whether the campaign's rules allow it is decided with it.
///
/// # Errors
/// That they may not.
pub fn allow_action(
    app: &App,
    state: &State,
    standing: &Standing,
    action: &Action,
) -> Result<(), Problem> {
    let verb = match about(action) {
        Some(people)
            if !people
                .iter()
                .any(|one| standing.person.as_ref() == Some(one)) =>
        {
            Verb::Run
        }
        _ => Verb::of(action),
    };
    if app
        .rights
        .allow(state, standing, verb, &Resource::campaign())
    {
        return Ok(());
    }
    if !standing.signed_in {
        return Err(Problem::sign_in());
    }
    let without_token = Standing {
        scopes: None,
        ..standing.clone()
    };
    if app
        .rights
        .allow(state, &without_token, verb, &Resource::campaign())
    {
        return Err(out_of_scope());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "not-entitled",
        say!("您的账号不能办这件事。", "Your account may not do this."),
        say!("请活动办公室来办。", "Ask the campaign's office to do it."),
    ))
}

/// That whoever asks may do it, but not with this token.
#[must_use]
pub fn out_of_scope() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "scope",
        say!("令牌不能办这件事。", "The token may not do this."),
        say!(
            "请在“我的账号”里另建一个范围合适的令牌。",
            "Make a token with the scope it takes, on your account's page."
        ),
    )
}
