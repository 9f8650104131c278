//! The API's document as pages to read: all operations by group, each with what it takes, what it answers, and how to call it.

use askama::Template;
use rulebook::Lang;
use serde_json::{Map, Value};

use super::example::{definition, example};
use crate::app::App;
use crate::asked::{Asked, At};
use crate::page::Page;
use crate::problem::{OWN_CODES, Problem};
use crate::reply::{Answer, Reply};
use crate::rights::Verb;
use crate::routes::Table;

/// The routes.
#[must_use]
pub fn routes() -> Table {
    Table::new().show("/api", Verb::SeePublic, index).show(
        "/api/operations/{operation}",
        Verb::SeePublic,
        operation,
    )
}

/// An operation in the list.
struct Line<'d> {
    id: &'d str,
    method: String,
    path: &'d str,
    summary: &'d str,
}

/// The operations of a group.
struct Group<'d> {
    name: String,
    id: &'d str,
    lines: Vec<Line<'d>>,
}

/// A code and what it means.
struct CodeLine<'d> {
    code: &'d str,
    of: String,
    text: &'d str,
    /// Whether it stands here for the first time, so that a link can lead to it.
    first: First,
}

#[derive(PartialEq, Eq)]
enum First {
    Yes,
    No,
}

#[derive(Template)]
#[template(path = "api/index.html")]
struct Index<'a> {
    page: Page<'a>,
    base: &'a str,
    groups: Vec<Group<'a>>,
    refusals: Vec<(&'a str, &'a str)>,
    codes: Vec<CodeLine<'a>>,
}

/// What a parameter or a field is.
struct Taken {
    name: String,
    place: String,
    kind: String,
    about: String,
    required: String,
}

#[derive(Template)]
#[template(path = "api/operation.html")]
struct Operation<'a> {
    page: Page<'a>,
    method: String,
    path: &'a str,
    summary: &'a str,
    right: String,
    parameters: Vec<Taken>,
    body: Vec<Taken>,
    curl: String,
    answer: String,
    refusals: Vec<(&'a str, &'a str)>,
}

/// The address of this server, or one to be replaced.
fn base(app: &App) -> &str {
    match app.settings.base.as_str() {
        "" => "https://merit.example.org",
        base => base,
    }
}

fn texts<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// All operations of the document: path, method, operation.
fn operations(document: &Value) -> impl Iterator<Item = (&String, &String, &Value)> {
    let paths = document.get("paths").and_then(Value::as_object);
    paths.into_iter().flatten().flat_map(|(path, of)| {
        let methods = of.as_object().into_iter().flatten();
        methods.map(move |(method, operation)| (path, method, operation))
    })
}

fn tag(operation: &Value) -> &str {
    let first = operation.pointer("/tags/0").and_then(Value::as_str);
    first.unwrap_or_default()
}

fn group_name(asked: &Asked<'_>, tag: &str) -> String {
    let id = format!("api-tag-{tag}");
    match asked.words.has(&id) {
        true => asked.words.t(&id).into_owned(),
        false => tag.to_owned(),
    }
}

fn index(asked: &Asked<'_>, _at: &At) -> Answer {
    let document = asked.app.document();
    let tags = document.get("tags").and_then(Value::as_array);
    let tags = tags.into_iter().flatten().map(|tag| texts(tag, "name"));
    let groups = tags.map(|id| {
        let of = operations(document).filter(|(.., operation)| tag(operation) == id);
        Group {
            name: group_name(asked, id),
            id,
            lines: of
                .map(|(path, method, operation)| Line {
                    id: texts(operation, "operationId"),
                    method: method.to_uppercase(),
                    path,
                    summary: texts(operation, "summary"),
                })
                .collect(),
        }
    });
    Reply::page(&Index {
        base: base(asked.app),
        groups: groups.collect(),
        refusals: super::openapi::REFUSALS
            .iter()
            .map(|(status, text)| (*status, text.get(asked.lang())))
            .collect(),
        codes: codes(asked),
        page: Page::new(asked, asked.words.t("api-title")),
    })
}

fn codes<'a>(asked: &Asked<'a>) -> Vec<CodeLine<'a>> {
    let lang = asked.lang();
    let own = OWN_CODES.iter().map(|one| ("server", one));
    let core = campaign::refusal::all().into_iter();
    let core = core.flat_map(|(of, codes)| codes.iter().map(move |one| (of, one)));
    let mut lines: Vec<CodeLine<'a>> = Vec::new();
    for (of, (code, zh, en)) in own.chain(core) {
        let known = lines.iter().any(|line| line.code == *code);
        lines.push(CodeLine {
            code,
            of: group_name(asked, of),
            text: lang.pick(zh, en),
            first: if known { First::No } else { First::Yes },
        });
    }
    lines
}

fn operation(asked: &Asked<'_>, at: &At) -> Answer {
    let document = asked.app.document();
    let wanted = at.part("operation")?;
    let mut all = operations(document);
    let found = all.find(|(.., operation)| texts(operation, "operationId") == wanted);
    let (path, method, operation) = found.ok_or_else(Problem::not_found)?;
    let none = Map::new();
    let schemas = document.pointer("/components/schemas");
    let schemas = schemas.and_then(Value::as_object).unwrap_or(&none);
    let body = operation.pointer("/requestBody/content/application~1json");
    let sent = body.and_then(|body| body.get("example"));
    let answer = operation.pointer("/responses/200/content/application~1json/schema");
    let answer = answer.map(|schema| pretty(&example(schema, schemas)));
    let responses = operation.get("responses").and_then(Value::as_object);
    let statuses = responses.into_iter().flatten().map(|(status, _)| status);
    let refusals = statuses.filter_map(|status| {
        let known = super::openapi::REFUSALS.iter();
        let mut known = known.map(|(status, text)| (*status, text));
        known
            .find(|(known, _)| known == status)
            .map(|(status, text)| (status, text.get(asked.lang())))
    });
    let method = method.to_uppercase();
    Reply::page(&Operation {
        summary: texts(operation, "summary"),
        right: right(asked, operation),
        parameters: parameters(asked, document, operation),
        body: fields(asked, body.and_then(|body| body.get("schema")), schemas),
        curl: curl(base(asked.app), (&method, path, operation), sent),
        answer: answer.unwrap_or_default(),
        refusals: refusals.collect(),
        page: Page::new(asked, format!("{method} {path}")),
        method,
        path,
    })
}

/// The right that it takes, in words.
fn right(asked: &Asked<'_>, operation: &Value) -> String {
    let said = texts(operation, "x-right");
    asked.words.t(&format!("audit-verb-{said}")).into_owned()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn yes_no(asked: &Asked<'_>, required: Option<&Value>) -> String {
    let required = required.and_then(Value::as_bool).unwrap_or_default();
    let id = match required {
        true => "api-required",
        false => "api-optional",
    };
    asked.words.t(id).into_owned()
}

fn parameters(asked: &Asked<'_>, document: &Value, operation: &Value) -> Vec<Taken> {
    let all = operation.get("parameters").and_then(Value::as_array);
    let all = all.into_iter().flatten().filter_map(|one| {
        let reference = one.get("$ref").and_then(Value::as_str);
        reference.map_or(Some(one), |to| document.pointer(to.trim_start_matches('#')))
    });
    let taken = all.map(|one| {
        let schema = one.get("schema").unwrap_or(&Value::Null);
        Taken {
            name: texts(one, "name").to_owned(),
            place: asked
                .words
                .t(&format!("api-in-{}", texts(one, "in")))
                .into_owned(),
            kind: kind(schema),
            about: texts(one, "description").to_owned(),
            required: yes_no(asked, one.get("required")),
        }
    });
    taken.collect()
}

fn fields(asked: &Asked<'_>, schema: Option<&Value>, schemas: &Map<String, Value>) -> Vec<Taken> {
    let Some(schema) = schema else {
        return Vec::new();
    };
    let schema = definition(schema)
        .and_then(|name| schemas.get(name))
        .unwrap_or(schema);
    let required = schema.get("required").and_then(Value::as_array);
    let properties = schema.get("properties").and_then(Value::as_object);
    let taken = properties.into_iter().flatten().map(|(name, field)| {
        let needed = required.is_some_and(|all| all.iter().any(|one| one == name));
        Taken {
            name: name.clone(),
            place: String::new(),
            kind: kind(field),
            about: texts(field, "description").to_owned(),
            required: yes_no(asked, Some(&Value::Bool(needed))),
        }
    });
    taken.collect()
}

/// What a schema takes, in a word.
fn kind(schema: &Value) -> String {
    if let Some(name) = definition(schema) {
        return name.to_owned();
    }
    let joined = |all: &Value| {
        let all = all.as_array().into_iter().flatten();
        let all: Vec<String> = all
            .map(|one| match one {
                Value::String(text) => text.clone(),
                Value::Object(_) => kind(one),
                other => other.to_string(),
            })
            .collect();
        all.join(" | ")
    };
    for choice in ["enum", "oneOf", "anyOf"] {
        if let Some(all) = schema.get(choice) {
            return joined(all);
        }
    }
    match schema.get("type") {
        Some(Value::String(name)) if name == "array" => {
            let items = schema.get("items").map(kind).unwrap_or_default();
            format!("[{items}]")
        }
        Some(Value::String(name)) => name.clone(),
        Some(all @ Value::Array(_)) => joined(all),
        _ => String::new(),
    }
}

/// The command that calls it.
fn curl(
    base: &str,
    (method, path, operation): (&str, &str, &Value),
    sent: Option<&Value>,
) -> String {
    let mut at = path.to_owned();
    let parameters = operation.get("parameters").and_then(Value::as_array);
    for one in parameters.into_iter().flatten() {
        let name = texts(one, "name");
        let example = one.pointer("/schema/examples/0");
        let example = match (name, example) {
            ("unit", _) => "t01".to_owned(),
            (_, Some(Value::String(text))) => text.clone(),
            (_, Some(other)) => other.to_string(),
            (_, None) => name.to_owned(),
        };
        at = at.replace(&format!("{{{name}}}"), &example);
    }
    let mut lines = vec![
        match method {
            "GET" => format!("curl '{base}{at}'"),
            _ => format!("curl -X {method} '{base}{at}'"),
        },
        "-H 'Authorization: Bearer TOKEN'".to_owned(),
    ];
    if let Some(sent) = sent {
        let quoted = pretty(sent).replace('\'', "'\\''");
        lines.push("-H 'Content-Type: application/json'".to_owned());
        lines.push("-H \"Idempotency-Key: $(openssl rand -hex 16)\"".to_owned());
        lines.push(format!("-d '{quoted}'"));
    }
    lines.join(" \\\n  ")
}

impl Index<'_> {
    /// A request that anyone can try.
    fn first(&self) -> String {
        format!("curl '{}/api/v1/units?limit=3'", self.base)
    }

    /// A request with a token.
    fn second(&self) -> String {
        format!(
            "curl '{}/api/v1/me/due' \\\n  -H 'Authorization: Bearer TOKEN'",
            self.base
        )
    }

    /// What a refusal looks like.
    fn refusal(&self) -> String {
        let problem = Problem::not_found();
        pretty(&problem.to_json(match self.page.w.lang {
            Lang::Zh => Lang::Zh,
            Lang::En => Lang::En,
        }))
    }
}
