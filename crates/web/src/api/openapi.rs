//! The API's document: OpenAPI 3.1, made of the table of routes and the schemas that come with it.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::example::example;
use super::write::BASE;
use super::{Doc, Paging};
use crate::asked::{Asked, At};
use crate::reply::{Answer, Reply};
use crate::rights::Verb;
use crate::routes::{Route, Table};

/// How many items a page of a list has at most.
pub const MOST_ITEMS: usize = 500;
/// How many it has where nothing is said.
pub const ITEMS: usize = 100;

/// Status and what it means, of every way in which a request is refused.
pub const REFUSALS: [(&str, Both); 9] = [
    (
        "400",
        Both(
            "收到的内容完全读不懂。",
            "What was sent can't be read at all.",
        ),
    ),
    (
        "401",
        Both("要有账号或令牌。", "This takes an account or a token."),
    ),
    (
        "403",
        Both("无权办这件事。", "Whoever asks may not do this."),
    ),
    (
        "404",
        Both(
            "没有这个,或不对来者开放。",
            "There is no such thing, or it isn't for whoever asks.",
        ),
    ),
    (
        "409",
        Both("活动的细则不允许。", "The campaign's rules are against it."),
    ),
    (
        "413",
        Both("发来的内容太大。", "What was sent is too large."),
    ),
    (
        "422",
        Both(
            "有的栏填得不对;`fields` 写明是哪些。",
            "Fields are filled wrongly; `fields` says which.",
        ),
    ),
    (
        "429",
        Both(
            "请求太多;`Retry-After` 写明何时再试。",
            "Too many requests; `Retry-After` says when to try again.",
        ),
    ),
    (
        "503",
        Both(
            "没有写入;`Retry-After` 写明何时再试。",
            "Nothing was written; `Retry-After` says when to try again.",
        ),
    ),
];

/// A text in Chinese and English.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Both(&'static str, &'static str);

impl Both {
    /// The text in a language.
    #[must_use]
    pub const fn get(&self, lang: rulebook::Lang) -> &'static str {
        match lang {
            rulebook::Lang::Zh => self.0,
            rulebook::Lang::En => self.1,
        }
    }
}

/// The name of a refusal in the document.
fn name(status: &str) -> String {
    format!("Refused{status}")
}

/// The routes.
#[must_use]
pub fn routes() -> Table {
    let path = format!("{BASE}/openapi.json");
    Table::new().show(&path, Verb::SeePublic, show)
}

fn show(asked: &Asked<'_>, _at: &At) -> Answer {
    Ok(Reply::Json(asked.app.document().clone()))
}

/// The document of a table's routes, as they are reached at an address.
#[must_use]
pub fn document(table: &Table, base: &str) -> Value {
    let mut schemas = Map::new();
    let mut paths: Map<String, Value> = Map::new();
    let mut tags: Vec<&str> = Vec::new();
    for route in table.iter() {
        let Some(doc) = &route.doc else { continue };
        if !tags.contains(&doc.tag) {
            tags.push(doc.tag);
        }
        let operation = operation(route, doc, &mut schemas);
        let path = paths.entry(route.path.clone()).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(route.method.as_str().to_lowercase(), operation);
        }
    }
    schemas.insert("Problem".to_owned(), problem());
    let tags: Vec<Value> = tags
        .into_iter()
        .map(|name| json!({ "name": name }))
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Merit",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "A campaign for excellence: reading what it says, doing what its rules allow.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" }
        },
        "servers": [{ "url": if base.is_empty() { "/" } else { base } }],
        "tags": tags,
        "security": [{}, { "token": [] }, { "session": [], "csrf": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": refusals(),
            "parameters": parameters(),
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "description": "A token of the API, made under “account”." },
                "session": { "type": "apiKey", "in": "cookie", "name": "session", "description": "The session of someone signed in." },
                "csrf": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-CSRF-Token",
                    "description": "With a session, what the hidden field `csrf` of its pages holds."
                }
            }
        }
    })
}

fn operation(route: &Route, doc: &Doc, schemas: &mut Map<String, Value>) -> Value {
    let mut operation = Map::from_iter([
        ("operationId".to_owned(), json!(doc.id)),
        ("tags".to_owned(), json!([doc.tag])),
        ("summary".to_owned(), json!(doc.summary)),
        (
            "description".to_owned(),
            json!(format!("Right: `{}`.", route.verb)),
        ),
        ("x-right".to_owned(), json!(route.verb.name())),
    ]);
    let mut responses = Map::new();
    let answer = hoisted(doc.answer.as_value().clone(), schemas);
    responses.insert(
        "200".to_owned(),
        json!({ "description": "Done.", "content": { "application/json": { "schema": answer } } }),
    );
    for (status, _) in REFUSALS.iter().filter(|(status, _)| may_be(route, status)) {
        let reference = json!({ "$ref": format!("#/components/responses/{}", name(status)) });
        responses.insert((*status).to_owned(), reference);
    }
    let mut parameters = of_path(&route.path);
    if doc.paging == Paging::Yes {
        parameters.extend(["Limit", "After"].map(reference));
    }
    parameters.extend(doc.limits.iter().map(|limit| {
        json!({
            "name": limit.name,
            "in": "query",
            "description": limit.about,
            "schema": { "type": "string", "examples": [limit.example] }
        })
    }));
    if let Some(body) = &doc.body {
        parameters.push(reference("Key"));
        let schema = hoisted(body.as_value().clone(), schemas);
        let example = example(&schema, schemas);
        let body = json!({
            "required": true,
            "content": { "application/json": { "schema": schema, "example": example } }
        });
        operation.insert("requestBody".to_owned(), body);
    }
    operation.insert("parameters".to_owned(), Value::Array(parameters));
    operation.insert("responses".to_owned(), Value::Object(responses));
    Value::Object(operation)
}

/// Whether a route can be refused with a status.
fn may_be(route: &Route, status: &str) -> bool {
    let acts = route.method != Method::GET;
    match status {
        "409" | "413" | "422" => acts,
        _ => true,
    }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/parameters/{name}") })
}

/// The parts of a path.
fn of_path(path: &str) -> Vec<Value> {
    let parts = path.split('/');
    let names = parts.filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names
        .map(|name| {
            let schema = match name {
                "period" => json!({ "type": "string", "examples": ["2026-11"] }),
                "record" | "work" | "objection" | "circular" | "nomination" => {
                    json!({ "type": "integer", "minimum": 0, "examples": [0] })
                }
                _ => json!({ "type": "string", "minLength": 1 }),
            };
            json!({ "name": name, "in": "path", "required": true, "schema": schema })
        })
        .collect()
}

fn parameters() -> Value {
    json!({
        "Limit": {
            "name": "limit",
            "in": "query",
            "description": "How many items to answer with.",
            "schema": { "type": "integer", "minimum": 1, "maximum": MOST_ITEMS, "default": ITEMS }
        },
        "After": {
            "name": "after",
            "in": "query",
            "description": "Begin after this item: what `next` of the page before says.",
            "schema": { "type": "string" }
        },
        "Key": {
            "name": "Idempotency-Key",
            "in": "header",
            "description": "16 random bytes: sent again with the same key, it happens once.",
            "schema": { "type": "string", "pattern": "^[0-9a-f]{32}$" }
        }
    })
}

fn refusals() -> Value {
    let one = |(status, what): &(&str, Both)| {
        let content = json!({ "application/problem+json": {
            "schema": { "$ref": "#/components/schemas/Problem" }
        } });
        (
            name(status),
            json!({ "description": what.get(rulebook::Lang::En), "content": content }),
        )
    };
    Value::Object(REFUSALS.iter().map(one).collect())
}

/// What a refusal looks like: [`Problem::to_json`](crate::problem::Problem::to_json).
fn problem() -> Value {
    let one = json!({
        "type": "object",
        "properties": { "detail": { "type": "string" }, "remedy": { "type": "string" } },
        "required": ["detail", "remedy"]
    });
    json!({
        "description": "Why something isn't done, and what to do (RFC 9457), in the language that `Accept-Language` asks for.",
        "type": "object",
        "properties": {
            "type": { "description": "Where the code is explained.", "type": "string", "format": "uri-reference" },
            "title": { "description": "What the code stands for.", "type": "string" },
            "status": { "type": "integer" },
            "detail": { "description": "What is wrong this time.", "type": "string" },
            "code": { "type": "string", "minLength": 1, "examples": ["no-such-unit"] },
            "remedy": { "description": "What to do.", "type": "string" },
            "fields": {
                "description": "Field, as a JSON pointer into what was sent → what is wrong with it.",
                "type": "object",
                "additionalProperties": { "type": "string" }
            },
            "texts": {
                "description": "The same in Chinese and English.",
                "type": "object",
                "properties": { "zh": one, "en": one },
                "required": ["zh", "en"]
            }
        },
        "required": ["type", "title", "status", "detail", "code", "remedy", "fields", "texts"]
    })
}

/// A schema whose definitions are put among those of the document.
fn hoisted(mut schema: Value, schemas: &mut Map<String, Value>) -> Value {
    refer(&mut schema);
    let Some(fields) = schema.as_object_mut() else {
        return schema;
    };
    fields.remove("$schema");
    fields.remove("title");
    if let Some(Value::Object(definitions)) = fields.remove("$defs") {
        for (name, definition) in definitions {
            schemas.entry(name).or_insert(definition);
        }
    }
    schema
}

fn refer(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::String(to)) = fields.get_mut("$ref")
                && let Some(name) = to.strip_prefix("#/$defs/")
            {
                *to = format!("#/components/schemas/{name}");
            }
            fields.values_mut().for_each(refer);
        }
        Value::Array(items) => items.iter_mut().for_each(refer),
        _ => {}
    }
}
