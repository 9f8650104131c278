//! Texts and files in what is sent: wherever an action holds a [`Note`](campaign::Note) the API takes the content itself and
//! puts it into the vault. Where those places are is read off the action's schema.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ledger::vault::MediaType;
use rulebook::say;
use serde_json::{Map, Value, json};

use super::example::definition;
use crate::problem::Problem;
use crate::vault::Writing;

/// The name of the definition that stands for an item of the vault.
pub const NOTE: &str = "Note";

/// What the API takes where an action holds an item of the vault.
#[must_use]
pub fn schema() -> Value {
    let text = json!({
        "type": "object",
        "properties": { "text": { "type": "string" } },
        "required": ["text"],
        "additionalProperties": false
    });
    let kinds = MediaType::ALL.into_iter().filter(|kind| !kind.is_text());
    let kinds: Vec<&str> = kinds.map(MediaType::name).collect();
    json!({
        "description": "A text or a file. It is kept in the vault, where it can be erased; the log holds its digest.",
        "examples": [{ "text": "…" }],
        "oneOf": [text, {
            "type": "object",
            "properties": {
                "media_type": { "enum": kinds },
                "base64": { "type": "string", "contentEncoding": "base64" }
            },
            "required": ["media_type", "base64"],
            "additionalProperties": false
        }]
    })
}

/// Puts the texts and files of what was sent into the vault's items, and their ids in their places. Says of unknown fields
/// that they are: what is misspelt would be lost otherwise.
///
/// # Errors
/// The fields that can't be taken.
pub fn take(
    schema: &Value,
    definitions: &Map<String, Value>,
    sent: &mut Value,
) -> Result<Writing, Problem> {
    let mut taking = Taking {
        definitions,
        writing: Writing::new(),
        problem: Problem::fields(),
    };
    taking.walk(schema, sent, "");
    taking.problem.settle()?;
    Ok(taking.writing)
}

struct Taking<'d> {
    definitions: &'d Map<String, Value>,
    writing: Writing,
    problem: Problem,
}

impl<'d> Taking<'d> {
    fn walk(&mut self, schema: &Value, sent: &mut Value, at: &str) {
        if let Some(name) = definition(schema) {
            let known = self.definitions.get(name);
            match known {
                _ if name == NOTE => self.note(sent, at),
                Some(schema) => self.walk(schema, sent, at),
                None => {}
            }
            return;
        }
        let branches = schema.get("oneOf").or_else(|| schema.get("anyOf"));
        let mut branches = branches.and_then(Value::as_array).into_iter().flatten();
        if let Some(branch) = branches.find(|branch| self.fits(branch, sent)) {
            self.walk(branch, sent, at);
        }
        match sent {
            Value::Object(fields) => self.object(schema, fields, at),
            Value::Array(items) => {
                for (place, item) in items.iter_mut().enumerate() {
                    if let Some(schema) = schema.get("items") {
                        self.walk(schema, item, &format!("{at}/{place}"));
                    }
                }
            }
            _ => {}
        }
    }

    fn object(&mut self, schema: &Value, fields: &mut Map<String, Value>, at: &str) {
        let known = schema.get("properties").and_then(Value::as_object);
        let others = schema.get("additionalProperties");
        for (name, sent) in fields {
            let at = format!("{at}/{name}");
            match known.and_then(|known| known.get(name)).or(others) {
                Some(Value::Bool(false)) => self.unknown(&at),
                Some(schema) => self.walk(schema, sent, &at),
                None if known.is_some() => self.unknown(&at),
                None => {}
            }
        }
    }

    fn unknown(&mut self, at: &str) {
        let what = say!("没有这一栏。", "There is no such field.");
        self.problem.wrong(at, what);
    }

    /// Whether a branch of a schema is meant.
    fn fits(&self, branch: &Value, sent: &Value) -> bool {
        if let Some(name) = definition(branch) {
            let known = self.definitions.get(name);
            return match known {
                _ if name == NOTE => !sent.is_null(),
                Some(branch) => self.fits(branch, sent),
                None => false,
            };
        }
        if let Some(constant) = branch.get("const") {
            return constant == sent;
        }
        if let Some(kinds) = branch.get("oneOf").and_then(Value::as_array) {
            return kinds.iter().any(|kind| self.fits(kind, sent));
        }
        let kind = branch.get("type").and_then(Value::as_str);
        match sent {
            Value::Null => kind == Some("null"),
            Value::Object(fields) => {
                let required = branch.get("required").and_then(Value::as_array);
                let mut required = required.into_iter().flatten().filter_map(Value::as_str);
                kind == Some("object") && required.all(|name| fields.contains_key(name))
            }
            Value::Array(_) => kind == Some("array"),
            _ => !matches!(kind, Some("object" | "array" | "null")),
        }
    }

    fn note(&mut self, sent: &mut Value, at: &str) {
        let Some((media, content)) = content(sent) else {
            self.problem.wrong(
                at,
                say!(
                    "应写成 {{\"text\": \"…\"}},或 {{\"media_type\": \"image/png\", \"base64\": \"…\"}}。",
                    "Write {{\"text\": \"…\"}} or {{\"media_type\": \"image/png\", \"base64\": \"…\"}}."
                ),
            );
            return;
        };
        let note = self.writing.add(at, media, content);
        match note.map(serde_json::to_value) {
            Ok(Ok(note)) => *sent = note,
            Ok(Err(_)) => self
                .problem
                .wrong(at, say!("写不成。", "It can't be written.")),
            Err(problem) => self.problem.fields.extend(problem.fields),
        }
    }
}

/// What is to lie in the vault.
fn content(sent: &Value) -> Option<(MediaType, Vec<u8>)> {
    let fields = sent.as_object()?;
    let field = |name: &str| fields.get(name).and_then(Value::as_str);
    match fields.len() {
        1 => Some((MediaType::Text, field("text")?.as_bytes().to_vec())),
        2 => {
            let media: MediaType = field("media_type")?.parse().ok()?;
            let content = BASE64_STANDARD.decode(field("base64")?).ok()?;
            Some((media, content))
        }
        _ => None,
    }
}
