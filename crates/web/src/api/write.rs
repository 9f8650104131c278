//! What can be asked: one route for each kind of [`Action`], made of its schema.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use axum::http::Method;
use campaign::{Action, Event};
use rulebook::say;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::example::example;
use super::{Doc, Paging, notes};
use crate::act::Plan;
use crate::app::App;
use crate::asked::{Asked, At};
use crate::pages::rating::limit::{self, What};
use crate::problem::Problem;
use crate::rights::Verb;
use crate::routes::{Does, Route, Table};

/// The path that all routes of the API begin with.
pub const BASE: &str = "/api/v1";

/// What the clock alone asks.
const CLOCK: &str = "tick";

/// What is answered when something was taken.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Taken {
    /// The first of its entries in the log, and the one after its last.
    pub entries: [u64; 2],
    /// What came to be with it.
    pub made: Vec<Made>,
}

/// Something that came to be.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Made {
    /// What: `record`, `work`, `objection`, `nomination`, `proposal`, `circular`, `batch`, `burst`.
    pub kind: &'static str,
    /// Its number.
    pub id: u64,
    /// The entry by which it came to be.
    pub entry: u64,
    /// Where it can be read, if anywhere.
    pub href: Option<String>,
}

/// Of so many entries it is told at most what came to be with them.
const TOLD: u64 = 1_000;

impl Taken {
    /// That something was taken, and no more.
    #[must_use]
    pub const fn bare(entries: &Range<u64>) -> Self {
        Self {
            entries: [entries.start, entries.end],
            made: Vec::new(),
        }
    }

    /// What came of a command, by its entries.
    #[must_use]
    pub fn of(app: &App, entries: Range<u64>) -> Self {
        let search = host::Search {
            below: entries.end.min(entries.start.saturating_add(TOLD)),
            most: usize::try_from(TOLD).unwrap_or(usize::MAX),
            look_at: (entries.end - entries.start).min(TOLD),
        };
        let found = app.host.entries(search, |_| true).unwrap_or_else(|error| {
            // It has happened all the same.
            tracing::warn!(%error, "what was made can't be told");
            host::Found::default()
        });
        Self {
            made: found.entries.iter().rev().filter_map(Made::of).collect(),
            ..Self::bare(&entries)
        }
    }
}

impl Made {
    fn of(logged: &host::Logged) -> Option<Self> {
        use campaign::{circular, honour, ladder, objection, rating, record, work};
        let event = &logged.entry.event;
        let (kind, id, list) = match event {
            Event::Record(record::Event::Filed(filed)) => {
                ("record", json!(filed.record), Some("records"))
            }
            Event::Work(work::Event::Opened(opened)) => ("work", json!(opened.work), Some("work")),
            Event::Objection(objection::Event::Raised { objection, .. }) => {
                ("objection", json!(objection), Some("objections"))
            }
            Event::Honour(honour::Event::Nominated { nomination, .. }) => {
                ("nomination", json!(nomination), None)
            }
            Event::Ladder(ladder::Event::Proposed { proposal, .. }) => {
                ("proposal", json!(proposal), None)
            }
            Event::Circular(circular::Event::Drafted { circular, .. }) => {
                ("circular", json!(circular), None)
            }
            Event::Rating(rating::Event::Invited(invited)) => ("batch", json!(invited.batch), None),
            Event::Rating(rating::Event::BurstOpened { burst, .. }) => {
                ("burst", json!(burst), None)
            }
            _ => return None,
        };
        let id = id.as_u64()?;
        Some(Self {
            kind,
            id,
            entry: logged.index,
            href: list.map(|list| format!("{BASE}/{list}/{id}")),
        })
    }
}

type MakeSchema = fn(&mut SchemaGenerator) -> Schema;

/// The primitives, as [`Action`] names them in JSON, with the schemas of what can be asked of each.
const PRIMITIVES: [(&str, MakeSchema); 12] = [
    ("rules", campaign::rules::Action::json_schema),
    ("organisation", campaign::organisation::Action::json_schema),
    ("record", campaign::record::Action::json_schema),
    ("rating", campaign::rating::Action::json_schema),
    ("work", campaign::work::Action::json_schema),
    ("figure", campaign::figure::Action::json_schema),
    ("period", campaign::period::Action::json_schema),
    ("objection", campaign::objection::Action::json_schema),
    ("honour", campaign::honour::Action::json_schema),
    ("ladder", campaign::ladder::Action::json_schema),
    ("circular", campaign::circular::Action::json_schema),
    ("vault", campaign::vault::Action::json_schema),
];

/// A kind of action.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The primitive.
    pub primitive: &'static str,
    /// Its name within it, such as `file`.
    pub name: String,
    /// What it does.
    pub summary: String,
    /// The schema of its fields, without the definitions it refers to.
    pub schema: Value,
    /// What it asks of whoever sends it.
    pub verb: Verb,
}

/// All kinds of actions by path, and the definitions of their schemas.
#[derive(Debug)]
pub struct Operations {
    /// Path → operation.
    pub all: BTreeMap<String, Operation>,
    /// The definitions.
    pub definitions: Map<String, Value>,
}

/// All kinds of actions.
pub static OPERATIONS: LazyLock<Operations> = LazyLock::new(Operations::new);

impl Operations {
    fn new() -> Self {
        let mut generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
        let schemas = PRIMITIVES.map(|(primitive, schema)| (primitive, schema(&mut generator)));
        let mut definitions = generator.take_definitions(false);
        definitions.insert(notes::NOTE.to_owned(), notes::schema());
        definitions.values_mut().for_each(close);
        let mut all = BTreeMap::new();
        for (primitive, schema) in &schemas {
            let kinds = schema.get("oneOf").and_then(Value::as_array);
            let kinds = kinds.into_iter().flatten();
            for operation in kinds.filter_map(|kind| operation(primitive, kind, &definitions)) {
                let path = format!("{BASE}/{primitive}/{}", operation.name);
                all.insert(path, operation);
            }
        }
        Self { all, definitions }
    }

    /// The schema of an operation's body, with the definitions it refers to.
    #[must_use]
    pub fn body(&self, operation: &Operation) -> Schema {
        let mut schema = operation.schema.clone();
        if let Some(fields) = schema.as_object_mut() {
            fields.insert("$defs".to_owned(), Value::Object(self.definitions.clone()));
        }
        Schema::try_from(schema).unwrap_or_default()
    }
}

/// An operation, from the branch of an action's schema that describes it.
fn operation(
    primitive: &'static str,
    kind: &Value,
    definitions: &Map<String, Value>,
) -> Option<Operation> {
    let (name, schema) = kind.get("properties")?.as_object()?.iter().next()?;
    if name == CLOCK {
        return None;
    }
    let mut schema = schema.clone();
    close(&mut schema);
    let summary = kind.get("description").and_then(Value::as_str);
    let verb = verb(primitive, name, example(&schema, definitions), |sent| {
        notes::take(&schema, definitions, sent).ok().map(drop)
    });
    Some(Operation {
        primitive,
        name: name.clone(),
        summary: summary.unwrap_or_default().to_owned(),
        verb,
        schema,
    })
}

/// What an action asks, by an example of it. Where there is none, the most that any asks.
fn verb(
    primitive: &str,
    name: &str,
    mut fields: Value,
    take: impl FnOnce(&mut Value) -> Option<()>,
) -> Verb {
    let taken = take(&mut fields);
    let action = taken.and_then(|()| action(primitive, name, fields).ok());
    action.map_or(Verb::Run, |action| Verb::of(&action))
}

fn action(primitive: &str, name: &str, fields: Value) -> Result<Action, serde_json::Error> {
    serde_json::from_value(json!({ primitive: { name: fields } }))
}

/// Says of an object with known fields that it has no others: what is misspelt is refused rather than lost.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.values_mut().for_each(close);
            if fields.get("properties").is_some_and(Value::is_object)
                && fields.get("type").is_some_and(Value::is_string)
            {
                let closed = fields.entry("additionalProperties");
                closed.or_insert(Value::Bool(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// The routes.
#[must_use]
pub fn routes() -> Table {
    let answer = schemars::schema_for!(Taken);
    OPERATIONS
        .all
        .iter()
        .fold(Table::new(), |table, (path, operation)| {
            table.documented(Route {
                method: Method::POST,
                path: path.clone(),
                verb: operation.verb,
                does: Does::Order(order),
                doc: Some(Doc {
                    id: format!("{}-{}", operation.primitive, operation.name).into(),
                    tag: operation.primitive,
                    summary: operation.summary.clone().into(),
                    paging: Paging::No,
                    limits: &[],
                    body: Some(OPERATIONS.body(operation)),
                    answer: answer.clone(),
                }),
            })
        })
}

/// Makes a plan of the fields of an action.
///
/// # Errors
/// What of them can't be read.
pub fn order(asked: &Asked<'_>, _at: &At, mut fields: Value) -> Result<Plan, Problem> {
    let operation = OPERATIONS.all.get(asked.path);
    let operation = operation.ok_or_else(Problem::not_found)?;
    let writing = notes::take(&operation.schema, &OPERATIONS.definitions, &mut fields)?;
    let action = action(operation.primitive, &operation.name, fields).map_err(|error| {
        let mut problem = Problem::fields();
        problem.wrong("", say!("读不懂:{error}。", "It can't be read: {error}."));
        problem
    })?;
    limited(asked, &action)?;
    // Ratings and confirmations by code: nothing names who sent them, whoever it was.
    let public = Verb::of(&action) == Verb::Rate;
    let plan = Plan::new(action, "", "").with(writing);
    Ok(if public { plan.unnamed() } else { plan })
}

/// That an address neither guesses codes nor rates without an invitation more often than the pages let it.
fn limited(asked: &Asked<'_>, action: &Action) -> Result<(), Problem> {
    use campaign::rating::Action as Rating;
    match action {
        Action::Rating(Rating::GiveOpen { .. }) => {
            limit::check(asked, What::Open)?;
            limit::count(asked, What::Open);
        }
        Action::Rating(Rating::Give { code, .. } | Rating::Revise { code, .. }) => {
            limit::check(asked, What::Guess)?;
            let ratings = &asked.state.ratings;
            let known = ratings.invitation(code.ticket()).is_some()
                || ratings.rating(code.rating()).is_some();
            if !known {
                limit::count(asked, What::Guess);
            }
        }
        _ => {}
    }
    Ok(())
}
