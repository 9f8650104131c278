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

/// What `GET` answers, as JSON.
fn read(browser: &crate::support::Browser, path: &str) -> Value {
    let answer = browser.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

#[test]
fn what_is_public_is_read_by_anyone_and_preliminary_results_only_inside() {
    let running = Running::shared();
    let (nobody, office) = (running.browser(), running.signed_in("office"));
    assert!(read(&nobody, "/api/v1/log")["entries"].as_u64().unwrap() > 1_000);
    let campaign = read(&nobody, "/api/v1/campaign");
    assert_eq!(campaign["today"], "2026-12-10");
    for list in [
        "categories",
        "units",
        "periods",
        "circulars",
        "promises",
        "services",
        "refusals",
    ] {
        let items = read(&nobody, &format!("/api/v1/{list}"));
        assert!(items["items"].is_array(), "{list}");
    }
    let preliminary = "/api/v1/periods/2026-11/results";
    assert_eq!(nobody.get(preliminary).status, 404);
    assert_eq!(read(&office, preliminary)["preliminary"], true);
    let results = read(&nobody, "/api/v1/periods/2026-10/results");
    assert_eq!(results["preliminary"], false);
    let unit = results["classes"][0]["units"][0]["unit"].as_str().unwrap();
    let score = read(&nobody, &format!("/api/v1/units/{unit}/score/2026-10"));
    assert_eq!(score["result"]["unit"], unit);
}

#[test]
fn lists_are_read_page_by_page() {
    let nobody = Running::shared().browser();
    let whole = read(&nobody, "/api/v1/units");
    let mut units = Vec::new();
    let mut path = "/api/v1/units?limit=3".to_owned();
    loop {
        let page = read(&nobody, &path);
        units.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/api/v1/units?limit=3&after={next}");
    }
    assert_eq!(Value::from(units), whole["items"]);
    for wrong in ["limit=0", "limit=x", "limit=501", "after=nowhere"] {
        let answer = nobody.get(&format!("/api/v1/units?{wrong}"));
        assert_eq!(answer.status, 400, "{wrong}");
        assert!(answer.body.contains("\"remedy\""), "{wrong}");
    }
}

#[test]
fn what_isnt_ones_own_doesnt_exist() {
    let running = Running::shared();
    let nobody = running.browser();
    assert_eq!(nobody.get("/api/v1/me/due").status, 401);
    for inside in [
        "/api/v1/records/0",
        "/api/v1/work/0",
        "/api/v1/objections",
        "/api/v1/units/t01/due",
    ] {
        assert_eq!(nobody.get(inside).status, 404, "{inside}");
    }
    read(&running.signed_in("office"), "/api/v1/objections");
    read(&running.signed_in("member"), "/api/v1/me/due");
}

/// Sends JSON with the proof of the session.
fn order(
    browser: &crate::support::Browser,
    path: &str,
    key: Option<&str>,
    body: &Value,
) -> crate::support::Answered {
    let csrf = browser.get("/").hidden("csrf");
    let mut headers = vec![
        ("content-type", "application/json"),
        ("x-csrf-token", csrf.as_str()),
    ];
    headers.extend(key.map(|key| ("idempotency-key", key)));
    browser.send("POST", path, &headers, body.to_string().as_bytes())
}

#[test]
fn a_task_is_given_once_however_often_it_is_sent() {
    let running = Running::start();
    let office = running.signed_in("office");
    let units = read(&office, "/api/v1/units");
    let unit = units["items"][0]["unit"].clone();
    let body = serde_json::json!({
        "kind": "task", "title": { "text": "修路 Mend the road" }, "unit": unit,
        "due": "2026-12-31", "tickets": []
    });
    let key = Some("00112233445566778899aabbccddeeff");
    let first = order(&office, "/api/v1/work/open", key, &body);
    assert_eq!(first.status, 200, "{}", first.body);
    let again = order(&office, "/api/v1/work/open", key, &body);
    assert_eq!(
        (again.status, &again.body),
        (200, &first.body),
        "the same entries"
    );
    let unit = unit.as_str().unwrap();
    let work = read(&office, &format!("/api/v1/units/{unit}/work?limit=500"));
    let work = work["items"].as_array().unwrap();
    let given = work
        .iter()
        .filter(|item| item["title"] == "修路 Mend the road");
    assert_eq!(given.count(), 1);
}

#[test]
fn what_cant_be_taken_is_refused_with_code_text_and_remedy() {
    let running = Running::shared();
    let office = running.signed_in("office");
    let open = "/api/v1/work/open";
    let task = serde_json::json!({
        "kind": "task", "title": { "text": "x" }, "unit": "nowhere", "due": "2026-12-31", "tickets": []
    });
    let mut misspelt = task.clone();
    misspelt["qualty"] = Value::from("x");
    let mut untitled = task.clone();
    untitled["title"] = Value::from("x");
    for (body, status) in [
        (&task, 409),
        (&misspelt, 422),
        (&untitled, 422),
        (&serde_json::json!([]), 422),
    ] {
        let answer = order(&office, open, None, body);
        assert_eq!(answer.status, status, "{body}: {}", answer.body);
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json")
        );
        let problem: Value = serde_json::from_str(&answer.body).unwrap();
        for field in [
            "/code",
            "/title/zh",
            "/title/en",
            "/remedy/zh",
            "/remedy/en",
        ] {
            assert!(
                problem.pointer(field).is_some_and(Value::is_string),
                "{field} of {problem}"
            );
        }
    }
    assert_eq!(
        office
            .send("POST", open, &[], task.to_string().as_bytes())
            .status,
        403,
        "no proof"
    );
    assert_eq!(order(&office, open, Some("xyz"), &task).status, 400);
    assert_eq!(office.send("DELETE", open, &[], b"").status, 405);
    let nobody = running.browser();
    assert_eq!(
        nobody
            .send("POST", open, &[], task.to_string().as_bytes())
            .status,
        401
    );
}
