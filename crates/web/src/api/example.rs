//! An example of what a schema describes: for the document, and to know what a kind of action asks of whoever sends it.

use serde_json::{Map, Value, json};

/// An example of a schema's values, with all its fields.
#[must_use]
pub fn example(schema: &Value, definitions: &Map<String, Value>) -> Value {
    if let Some(first) = schema.pointer("/examples/0") {
        return first.clone();
    }
    if let Some(name) = definition(schema) {
        let schema = definitions.get(name);
        return schema.map_or(Value::Null, |schema| example(schema, definitions));
    }
    if let Some(constant) = schema.get("const").or_else(|| schema.pointer("/enum/0")) {
        return constant.clone();
    }
    let branches = schema.get("oneOf").or_else(|| schema.get("anyOf"));
    if let Some(first) = branches.and_then(|branches| branches.get(0)) {
        return example(first, definitions);
    }
    match kind(schema) {
        "object" => object(schema, definitions),
        "array" => schema.get("items").map_or_else(
            || json!([]),
            |items| Value::Array(vec![example(items, definitions)]),
        ),
        "string" => Value::from(text(schema)),
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
        "boolean" => json!(true),
        _ => Value::Null,
    }
}

/// The name of the definition that a schema refers to.
#[must_use]
pub fn definition(schema: &Value) -> Option<&str> {
    let reference = schema.get("$ref")?.as_str()?;
    reference.rsplit('/').next()
}

fn kind(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(kind)) => kind,
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str).unwrap_or_default(),
        _ => "",
    }
}

fn object(schema: &Value, definitions: &Map<String, Value>) -> Value {
    let properties = schema.get("properties").and_then(Value::as_object);
    let pairs = properties.into_iter().flatten();
    let pairs = pairs.map(|(name, schema)| (name.clone(), example(schema, definitions)));
    Value::Object(pairs.collect())
}

fn text(schema: &Value) -> String {
    let pattern = schema.get("pattern").and_then(Value::as_str);
    match pattern.unwrap_or_default() {
        pattern if pattern.contains("{32}") => "0123456789abcdef".repeat(2),
        pattern if pattern.contains("{64}") => "0123456789abcdef".repeat(4),
        pattern if pattern.starts_with("^[0-9]{4}(-") => "2026-12".to_owned(),
        _ => "name".to_owned(),
    }
}
