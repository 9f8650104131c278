//! Values of every kind of file, generated from its JSON Schema: so every key and every choice comes up.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::{BoxedStrategy, Union, ValueTree};
use proptest::test_runner::TestRunner;
use rulebook::FileKind;
use rulebook::schema::schema;
use serde_json::{Map, Value, json};

/// Which texts are generated.
#[derive(Clone, Copy)]
pub enum Texts {
    /// Any characters at all.
    Any,
    /// One line each, without `#`.
    Plain,
}

/// Values of a kind of file.
pub fn values(kind: FileKind, texts: Texts) -> BoxedStrategy<Value> {
    let root = schema(kind);
    Generator { root: &root, texts }.value(&root)
}

struct Generator<'a> {
    root: &'a Value,
    texts: Texts,
}

impl Generator<'_> {
    fn value(&self, schema: &Value) -> BoxedStrategy<Value> {
        if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
            return self.value(&self.root["$defs"][name.trim_start_matches("#/$defs/")]);
        }
        if let Some(variants) = schema.get("oneOf").and_then(Value::as_array) {
            return Union::new(variants.iter().map(|variant| self.value(variant))).boxed();
        }
        if let Some(constant) = schema.get("const") {
            return Just(constant.clone()).boxed();
        }
        match schema["type"].as_str().unwrap() {
            "object" if schema.get("properties").is_some() => self.record(schema),
            "object" => self.texts(&schema["additionalProperties"]),
            "array" => {
                let least = schema.get("minItems").map_or(0, |_| 1);
                prop::collection::vec(self.value(&schema["items"]), least..4)
                    .prop_map(Value::from)
                    .boxed()
            }
            "string" => self.text(schema),
            "number" => number(schema),
            "integer" => integer(schema),
            "boolean" => any::<bool>().prop_map(Value::from).boxed(),
            other => panic!("no values of type {other}"),
        }
    }

    fn record(&self, schema: &Value) -> BoxedStrategy<Value> {
        let required = |key: &str| {
            schema
                .get("required")
                .is_some_and(|keys| keys.as_array().unwrap().iter().any(|k| k == key))
        };
        let entry = |(key, inner): (&String, &Value)| {
            let key = key.clone();
            let value = self.value(inner);
            let value = if required(&key) {
                value.prop_map(Some).boxed()
            } else {
                prop::option::weighted(0.35, value).boxed()
            };
            value
                .prop_map(move |value| Some((key.clone(), value?)))
                .boxed()
        };
        let entries: Vec<_> = schema["properties"]
            .as_object()
            .unwrap()
            .iter()
            .map(entry)
            .collect();
        entries
            .prop_map(|entries| Value::Object(entries.into_iter().flatten().collect::<Map<_, _>>()))
            .boxed()
    }

    fn texts(&self, inner: &Value) -> BoxedStrategy<Value> {
        let tags = prop::sample::select(vec!["zh", "en", "bo", "zh-Hant"]);
        prop::collection::btree_map(tags, self.value(inner), 1..4)
            .prop_map(|texts| json!(texts))
            .boxed()
    }

    fn text(&self, schema: &Value) -> BoxedStrategy<Value> {
        let pattern = schema
            .get("pattern")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let text = match (pattern, self.texts) {
            (p, _) if p.starts_with("^[A-Za-z0-9_]") => "[A-Za-z0-9_][A-Za-z0-9_.-]{0,9}".boxed(),
            (p, _) if p.starts_with("^[0-9]{4}-[0-9]{2}") => {
                "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])".boxed()
            }
            (p, _) if p.starts_with("^[0-9]{4}") => {
                "[0-9]{4}(-(H[12]|Q[1-4]|0[1-9]|1[0-2]))?".boxed()
            }
            (r"\S", Texts::Any) => "\\PC*[a-z满意][\\x00-\\x7f]{0,4}".boxed(),
            (_, Texts::Any) => {
                prop_oneof!["[\\x00-\\x7f]{0,9}", "\\PC{0,9}", "[\"'\\\\\n\r\t]{0,6}"].boxed()
            }
            (_, Texts::Plain) => "[a-z满意率\"'\\\\ ]{0,30}[a-z度]".boxed(),
        };
        text.prop_map(Value::from).boxed()
    }
}

fn number(schema: &Value) -> BoxedStrategy<Value> {
    let bound =
        |keyword: &str, none: f64| schema.get(keyword).and_then(Value::as_f64).unwrap_or(none);
    let least = bound("minimum", bound("exclusiveMinimum", -1e300).max(-1e300));
    let most = bound("maximum", 1e300);
    let above = schema.get("exclusiveMinimum").is_some();
    let whole = (0..=100u32).prop_map(f64::from);
    let hundredths = (-999_999..=999_999i32).prop_map(|n| f64::from(n) / 100.0);
    prop_oneof![4 => whole, 4 => hundredths, 1 => any::<f64>()]
        .prop_map(move |n| {
            if n.is_finite() {
                n.clamp(least, most)
            } else {
                most
            }
        })
        .prop_map(move |n| if above && n <= least { least + 1.0 } else { n })
        .prop_map(Value::from)
        .boxed()
}

fn integer(schema: &Value) -> BoxedStrategy<Value> {
    let bound =
        |keyword: &str, none: i64| schema.get(keyword).and_then(Value::as_i64).unwrap_or(none);
    (bound("minimum", 0)..=bound("maximum", 1000))
        .prop_map(Value::from)
        .boxed()
}

#[test]
fn every_choice_and_key_comes_up() {
    for kind in FileKind::ALL {
        let mut wanted = BTreeSet::new();
        names_of_schema(&schema(kind), &mut wanted);
        let mut runner = TestRunner::deterministic();
        let strategy = values(kind, Texts::Plain);
        for _ in 0..2000 {
            remove_names(
                &strategy.new_tree(&mut runner).unwrap().current(),
                &mut wanted,
            );
        }
        assert!(wanted.is_empty(), "{kind:?}: never generated: {wanted:?}");
    }
}

fn names_of_schema(schema: &Value, names: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            names.extend(map.get("const").and_then(Value::as_str).map(str::to_owned));
            if let Some(Value::Object(properties)) = map.get("properties") {
                names.extend(properties.keys().cloned());
            }
            map.values().for_each(|inner| names_of_schema(inner, names));
        }
        Value::Array(list) => list.iter().for_each(|inner| names_of_schema(inner, names)),
        _ => {}
    }
}

fn remove_names(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, inner)| {
            names.remove(key);
            remove_names(inner, names);
        }),
        Value::Array(list) => list.iter().for_each(|inner| remove_names(inner, names)),
        Value::String(text) => drop(names.remove(text)),
        _ => {}
    }
}
