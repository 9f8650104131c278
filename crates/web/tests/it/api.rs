//! The API: its document, what can be read, what can be asked.

use serde_json::Value;
use web::api::openapi::document;
use web::api::write::OPERATIONS;

use crate::support::Running;

#[test]
fn every_kind_of_action_has_an_example_that_can_be_read() {
    for (path, operation) in &OPERATIONS.all {
        let fields = web::api::example::example(&operation.schema, &OPERATIONS.definitions);
        let mut sent = fields.clone();
        web::api::notes::take(&operation.schema, &OPERATIONS.definitions, &mut sent)
            .unwrap_or_else(|problem| panic!("{path} {fields}: {problem:?}"));
        let action = serde_json::json!({ operation.primitive: { &operation.name: sent } });
        let action: campaign::Action = serde_json::from_value(action)
            .unwrap_or_else(|error| panic!("{path} {fields}: {error}"));
        assert_eq!(web::rights::Verb::of(&action), operation.verb, "{path}");
    }
}

#[test]
fn the_document_lists_every_route_and_refers_to_nothing_that_isnt_there() {
    let app = &Running::shared().app;
    let document = document(&app.table, "");
    let mut ids = std::collections::BTreeSet::new();
    for route in app.table.iter().filter(|route| route.doc.is_some()) {
        let method = route.method.as_str().to_lowercase();
        let operation = &document["paths"][&route.path][&method];
        assert!(operation["responses"]["200"].is_object(), "{}", route.path);
        let id = operation["operationId"].as_str().unwrap().to_owned();
        assert!(ids.insert(id), "two operations of one id: {}", route.path);
    }
    let undocumented = app.table.iter().filter(|route| {
        route.path.starts_with("/api/v1/")
            && route.doc.is_none()
            && !route.path.ends_with("/openapi.json")
    });
    assert_eq!(
        undocumented.map(|route| &route.path).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
    resolves(&document, &document);
}

fn resolves(document: &Value, at: &Value) {
    match at {
        Value::Object(fields) => {
            if let Some(Value::String(to)) = fields.get("$ref") {
                let pointer = to.trim_start_matches('#');
                assert!(document.pointer(pointer).is_some(), "{to} leads nowhere");
            }
            fields.values().for_each(|inner| resolves(document, inner));
        }
        Value::Array(items) => items.iter().for_each(|inner| resolves(document, inner)),
        _ => {}
    }
}
