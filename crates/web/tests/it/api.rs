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
            "/type",
            "/code",
            "/title",
            "/detail",
            "/remedy",
            "/texts/zh/remedy",
            "/texts/en/remedy",
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

/// Makes a token on the account's page.
fn token(running: &Running, login: &str, scope: &str) -> String {
    let browser = running.signed_in(login);
    let csrf = browser.get("/account").hidden("csrf");
    let fields = [
        ("csrf", csrf.as_str()),
        ("password", web::demo::PASSWORD),
        ("name", "test"),
        ("scope", scope),
        ("days", "30"),
    ];
    let shown = browser.post("/account/tokens", &fields);
    assert_eq!(shown.status, 200, "{}", shown.body);
    let token = shown.body.split("<code>").find_map(|part| {
        let (token, _) = part.split_once("</code>")?;
        (token.len() >= 40 && token.bytes().all(|b| b.is_ascii_hexdigit()))
            .then(|| token.to_owned())
    });
    token.unwrap_or_else(|| panic!("no token in {}", shown.body))
}

/// Sends JSON with a token.
fn with_token(
    running: &Running,
    token: &str,
    (method, path): (&str, &str),
    body: &str,
) -> crate::support::Answered {
    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    running
        .browser()
        .send(method, path, &headers, body.as_bytes())
}

#[test]
fn a_token_does_no_more_than_its_scope() {
    let running = Running::start();
    let task = |title: &str| {
        let due = "2026-12-31";
        let task = serde_json::json!({
            "kind": "task", "title": { "text": title }, "unit": "t001", "due": due, "tickets": []
        });
        task.to_string()
    };
    let open = ("POST", "/api/v1/work/open");
    let (read_only, writes, imports) = (
        token(&running, "office", "read"),
        token(&running, "office", "write"),
        token(&running, "office", "import"),
    );
    for token in [&read_only, &writes, &imports] {
        let seen = with_token(&running, token, ("GET", "/api/v1/work"), "");
        assert_eq!(seen.status, 200, "{}", seen.body);
    }
    let before = running.app.host.read().length();
    for token in [&read_only, &imports] {
        let refused = with_token(&running, token, open, &task("no"));
        assert!([403, 404].contains(&refused.status), "{}", refused.body);
        // Neither by a page's form.
        let bearer = format!("Bearer {token}");
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let form = b"title=x&quality=y&unit=t001&due=2026-12-31&role=";
        let refused = running
            .browser()
            .send("POST", "/office/tasks", &headers, form);
        assert_eq!(refused.status, 403, "{}", refused.body);
    }
    assert_eq!(running.app.host.read().length(), before, "nothing happened");
    let given = with_token(&running, &writes, open, &task("修路"));
    assert_eq!(given.status, 200, "{}", given.body);
}

#[test]
fn nobody_declares_a_relation_of_others_or_takes_a_post_for_them() {
    let running = Running::start();
    let person = |login: &str| {
        let accounts = running.app.accounts.all().unwrap();
        let account = accounts.into_iter().find(|one| one.login == login);
        account.unwrap().person
    };
    let (desk, reviewer, member) = (person("desk"), person("reviewer"), person("member"));
    let relation = |one: &campaign::PersonId| serde_json::json!({ "one": one, "other": reviewer });
    let path = "/api/v1/organisation/declare-relation";
    let browser = running.signed_in("desk");
    let before = running.app.host.read().length();
    for (path, body) in [
        (path, relation(&member)),
        (
            "/api/v1/organisation/take-post",
            serde_json::json!({ "post": "p1", "person": member, "from": "2026-12-10" }),
        ),
    ] {
        let refused = order(&browser, path, None, &body);
        assert_eq!(refused.status, 403, "{}", refused.body);
    }
    assert_eq!(running.app.host.read().length(), before, "nothing happened");
    let own = order(&browser, path, None, &relation(&desk));
    assert_eq!(own.status, 200, "{}", own.body);
    let office = order(&running.signed_in("office"), path, None, &relation(&member));
    assert_eq!(office.status, 200, "{}", office.body);
}

#[test]
fn who_writes_is_told_what_came_to_be() {
    let running = Running::start();
    let office = running.signed_in("office");
    let body = serde_json::json!({
        "kind": "task", "title": { "text": "修路" }, "unit": "t001", "due": "2026-12-31", "tickets": []
    });
    let answer = order(&office, "/api/v1/work/open", None, &body);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let taken: Value = serde_json::from_str(&answer.body).unwrap();
    let made = &taken["made"][0];
    assert_eq!(made["kind"], "work");
    assert_eq!(made["entry"], taken["entries"][0]);
    let work = read(&office, made["href"].as_str().unwrap());
    assert_eq!(work["work"], made["id"]);
    assert_eq!(work["title"], "修路");
}

#[test]
fn problems_speak_the_language_that_is_asked_for() {
    let nobody = Running::shared().browser();
    for (accepted, title) in [
        ("zh-CN", "没有,或不对来者开放"),
        ("en", "there is no such thing"),
    ] {
        let headers = [("accept-language", accepted)];
        let answer = nobody.send("GET", "/api/v1/records/0", &headers, b"");
        let problem: Value = serde_json::from_str(&answer.body).unwrap();
        assert!(
            problem["title"].as_str().unwrap().starts_with(title),
            "{problem}"
        );
        assert!(problem["texts"]["zh"]["remedy"].is_string());
        assert_eq!(
            answer.header("content-language").unwrap().get(..2),
            accepted.get(..2)
        );
        let code = problem["code"].as_str().unwrap();
        assert_eq!(problem["type"], format!("/api#code-{code}"));
        let page = nobody.get("/api").body;
        assert!(page.contains(&format!("id=\"code-{code}\"")));
    }
}

#[test]
fn rating_without_invitation_is_limited_as_on_the_page() {
    let running = Running::start();
    let body = r#"{"unit":"t001","service":null,"group":null,"opinion":{"level":3,"tags":[],"comment":null,"call_back":null}}"#;
    let headers = [("content-type", "application/json")];
    let mut statuses = Vec::new();
    for _ in 0..60 {
        let answer = running.browser().send(
            "POST",
            "/api/v1/rating/give-open",
            &headers,
            body.as_bytes(),
        );
        statuses.push(answer.status);
        if answer.status == 429 {
            assert!(answer.header("retry-after").is_some());
            break;
        }
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(answer.body.contains("\"made\":[]"), "{}", answer.body);
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    // Others' tests rate from here too.
    running
        .time
        .fetch_add(3_600, std::sync::atomic::Ordering::SeqCst);
}

#[test]
fn lists_hold_what_whoever_asks_may_see_and_no_more() {
    let running = Running::shared();
    let nobody = running.browser();
    for inside in ["records", "work", "objections"] {
        assert_eq!(
            nobody.get(&format!("/api/v1/{inside}")).status,
            401,
            "{inside}"
        );
    }
    assert_eq!(nobody.get("/api/v1/ladders").status, 404);
    let honours = read(&nobody, "/api/v1/honours?limit=5");
    assert!(honours["items"].is_array());
    let (office, secretary) = (running.signed_in("office"), running.signed_in("secretary"));
    read(&office, "/api/v1/ladders");
    read(&office, "/api/v1/objections?open=yes");
    read(&office, "/api/v1/work?kind=promise&limit=2");
    let own = {
        let state = running.app.host.read();
        let accounts = running.app.accounts.all().unwrap();
        let account = accounts.into_iter().find(|one| one.login == "secretary");
        let person = account.unwrap().person;
        let unit = state
            .organisation
            .unit_of(&person, running.app.today(&state));
        unit.unwrap().to_string()
    };
    let all = read(&office, "/api/v1/records?limit=500&period=2026-11");
    let mine = read(
        &secretary,
        &format!("/api/v1/records?limit=500&period=2026-11&unit={own}"),
    );
    assert!(!mine["items"].as_array().unwrap().is_empty());
    assert!(!all["items"].as_array().unwrap().is_empty());
    for record in mine["items"].as_array().unwrap() {
        assert!(record["unit"] == own.as_str() || record["from"] == own.as_str());
        assert_eq!(record["counts_in"], "2026-11");
    }
    let whole = read(&secretary, "/api/v1/records?limit=500");
    for record in whole["items"].as_array().unwrap() {
        let path = format!("/api/v1/records/{}", record["record"]);
        assert_eq!(secretary.get(&path).status, 200, "{path}");
    }
    assert_eq!(office.get("/api/v1/records?period=x").status, 400);
}

#[test]
fn the_document_is_a_page_to_read() {
    let running = Running::shared();
    let nobody = running.browser();
    for lang in ["zh", "en"] {
        let page = nobody.get(&format!("/api?lang={lang}"));
        assert_eq!(page.status, 200);
        assert!(
            !page.body.contains(">api-"),
            "a word is missing: {}",
            page.body
        );
        let document = document(&running.app.table, "");
        for (_, methods) in document["paths"].as_object().unwrap() {
            for operation in methods.as_object().unwrap().values() {
                let id = operation["operationId"].as_str().unwrap();
                assert!(
                    page.body
                        .contains(&format!("href=\"/api/operations/{id}\"")),
                    "{id}"
                );
                let one = nobody.get(&format!("/api/operations/{id}?lang={lang}"));
                assert_eq!(one.status, 200, "{id}");
                for missing in [">api-", ">audit-"] {
                    assert!(
                        !one.body.contains(missing),
                        "{id}: a word is missing: {}",
                        one.body
                    );
                }
            }
        }
    }
    let open = nobody.get("/api/operations/work-open?lang=en").body;
    assert!(open.contains("Idempotency-Key") && open.contains("curl -X POST"));
    assert_eq!(nobody.get("/api/operations/nothing").status, 404);
    assert!(nobody.get("/").body.contains("href=\"/api\""));
}

#[test]
fn the_guide_names_addresses_that_are_there() {
    let guide = include_str!("../../../../docs/api.md");
    let table = &Running::shared().app.table;
    let paths: Vec<&str> = table.iter().map(|route| route.path.as_str()).collect();
    let mut named = 0;
    for word in guide.split([' ', '\'', '`', '"', '\n', '?']) {
        if word.starts_with("/api/v1/") {
            named += 1;
            let word = word.trim_end_matches(['.', ',', ')']);
            let fits = |path: &&str| {
                let (a, b): (Vec<_>, Vec<_>) =
                    (path.split('/').collect(), word.split('/').collect());
                a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a == b || a.starts_with('{'))
            };
            assert!(paths.iter().any(fits), "{word} isn't there");
        }
    }
    assert!(named >= 5);
}
