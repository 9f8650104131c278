//! What can be asked: one route for each kind of [`Action`], made of its schema.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::http::Method;
use campaign::Action;
use rulebook::say;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::example::example;
use super::{Doc, Paging, notes};
use crate::act::Plan;
use crate::asked::{Asked, At};
use crate::problem::Problem;
use crate::rights::Verb;
use crate::routes::{Does, Route, Table};

/// The path that all routes of the API begin with.
pub const BASE: &str = "/api/v1";

/// What the clock alone asks.
const CLOCK: &str = "tick";

/// What is answered when something was taken.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Taken {
    /// The first of its entries in the log, and the one after its last.
    pub entries: [u64; 2],
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
    // Ratings and confirmations by code: nothing names who sent them, whoever it was.
    let public = Verb::of(&action) == Verb::Rate;
    let plan = Plan::new(action, "", "").with(writing);
    Ok(if public { plan.unnamed() } else { plan })
}
