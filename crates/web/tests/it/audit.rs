//! Auditors' pages: the log, one entry with its proof, decisions, rights.

use ledger::disclose::Disclosure;

use crate::support::{Browser, Running};

fn ok(browser: &Browser, path: &str) -> String {
    let answer = browser.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    assert!(!answer.body.contains("style="), "{path} has inline style");
    assert!(
        !answer.body.contains(">audit-"),
        "{path}: a word is missing: {}",
        answer.body
    );
    answer.body
}

/// What the log's first entry of a kind is.
fn first_of(running: &Running, wanted: impl Fn(&campaign::Event) -> bool) -> u64 {
    let host = &running.app.host;
    let length = host.read().length();
    let search = host::Search {
        below: length,
        most: 1,
        look_at: length,
    };
    let found = host.entries(search, |entry| wanted(&entry.event)).unwrap();
    found.entries[0].index
}

#[test]
fn pages_for_auditors_are_there_in_both_languages_and_for_nobody_else() {
    let running = Running::shared();
    let auditor = running.signed_in("auditor");
    for page in [
        "/audit",
        "/audit/log",
        "/audit/log/0",
        "/audit/decisions",
        "/audit/rights",
    ] {
        for lang in ["zh", "en"] {
            ok(&auditor, &format!("{page}?lang={lang}"));
        }
        assert_eq!(running.browser().get(page).status, 404, "{page}");
        for login in ["secretary", "member", "visitor"] {
            assert_eq!(
                running.signed_in(login).get(page).status,
                404,
                "{login} {page}"
            );
        }
    }
    assert!(ok(&auditor, "/?lang=en").contains("href=\"/audit\""));
    let length = running.app.host.read().length();
    assert_eq!(auditor.get(&format!("/audit/log/{length}")).status, 404);
    assert_eq!(auditor.get("/audit/log/x").status, 404);
}

#[test]
fn the_log_is_filtered_by_kind_unit_actor_and_period() {
    let running = Running::shared();
    let auditor = running.signed_in("auditor");
    let whole = ok(&auditor, "/audit/log?lang=en");
    assert!(whole.contains("Older") && whole.contains("/audit/log?below="));
    let scored = ok(
        &auditor,
        "/audit/log?lang=en&kind=period.scored&period=2026-12",
    );
    assert!(scored.contains("Period scored"));
    assert!(!scored.contains(">Record filed</td>"));
    let csv = ok(
        &auditor,
        "/audit/log?lang=en&kind=record&period=2026-10&as=csv",
    );
    let lines: Vec<&str> = csv.lines().collect();
    assert!(lines.len() > 10, "{csv}");
    assert!(lines.iter().skip(1).all(|line| line.contains("2026")));
    let (state, person) = {
        let state = running.app.host.read();
        let account = running.app.accounts.all().unwrap();
        let account = account.into_iter().find(|one| one.login == "secretary");
        (state, account.unwrap().person)
    };
    let unit = state
        .organisation
        .unit_of(&person, running.app.today(&state));
    let unit = unit.unwrap();
    let name = state
        .organisation
        .facts(unit, running.app.today(&state))
        .unwrap();
    let of_unit = ok(
        &auditor,
        &format!("/audit/log?lang=en&kind=record.filed&unit={unit}&as=csv"),
    );
    for line in of_unit.lines().skip(1) {
        assert!(line.contains(&name.name), "{line}");
    }
    let by = ok(
        &auditor,
        &format!("/audit/log?lang=en&actor={person}&as=csv"),
    );
    assert!(
        by.lines()
            .skip(1)
            .all(|line| line.ends_with(&format!("\"{person}\""))),
        "{by}"
    );
    let nothing = ok(&auditor, "/audit/log?lang=en&actor=nobody-known");
    assert!(nothing.contains("No entry here fits"));
    let wrong = auditor.get("/audit/log?period=sometime");
    assert_eq!(wrong.status, 422);
}

#[test]
fn an_entry_is_proven_and_a_single_rating_says_nothing() {
    let running = Running::shared();
    let auditor = running.signed_in("auditor");
    let scored = first_of(running, |event| {
        matches!(event, campaign::Event::Circular(_))
    });
    let page = ok(&auditor, &format!("/audit/log/{scored}?lang=en"));
    assert!(page.contains("Leaf hash of the entry before"));
    let mut proof = auditor.get(&format!("/audit/log/{scored}?as=json"));
    for _ in 0..100 {
        if proof.status == 200 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
        proof = auditor.get(&format!("/audit/log/{scored}?as=json"));
    }
    assert_eq!(proof.status, 200, "{}", proof.body);
    let disclosed: Disclosure = serde_json::from_str(&proof.body).unwrap();
    assert_eq!(disclosed.index, scored);
    assert!(disclosed.checkpoint.contains('\n'));
    let rating = first_of(running, |event| {
        matches!(
            event,
            campaign::Event::Rating(campaign::rating::Event::Given(_))
        )
    });
    let page = ok(&auditor, &format!("/audit/log/{rating}?lang=en"));
    for hidden in ["level", "ticket", "Key of its command", ">rating<", "low"] {
        assert!(!page.contains(&format!(">{hidden}")), "{hidden}: {page}");
    }
    assert_eq!(
        auditor.get(&format!("/audit/log/{rating}?as=json")).status,
        404
    );
}

#[test]
fn entries_name_people_by_pseudonym_alone() {
    let running = Running::shared();
    let auditor = running.signed_in("auditor");
    let registered = first_of(running, |event| {
        matches!(
            event,
            campaign::Event::Organisation(campaign::organisation::Event::PersonRegistered { .. })
        )
    });
    let host = &running.app.host;
    let logged = host.entry(registered).unwrap().unwrap();
    let campaign::Event::Organisation(campaign::organisation::Event::PersonRegistered {
        person,
        ..
    }) = &logged.entry.event
    else {
        panic!("another entry");
    };
    let profile = running
        .app
        .texts
        .profile(host, &host.read(), person)
        .unwrap();
    let page = ok(&auditor, &format!("/audit/log/{registered}"));
    assert!(page.contains(person.as_str()));
    assert!(profile.name.is_empty() || !page.contains(&profile.name));
}

#[test]
fn decisions_say_who_decided_in_which_role_and_whether_anything_barred_them() {
    let running = Running::shared();
    let auditor = running.signed_in("auditor");
    let page = ok(&auditor, "/audit/decisions?lang=en");
    assert!(page.contains("Decided by"));
    let found = ok(&auditor, "/audit/decisions?lang=en&of=work&as=csv");
    assert!(found.lines().count() > 1, "{found}");
    assert!(found.contains("Checked: not their own unit"), "{found}");
    let circulars = ok(&auditor, "/audit/decisions?lang=en&of=circular&as=csv");
    assert!(
        circulars
            .lines()
            .skip(1)
            .all(|line| line.contains("Circular"))
    );
}

#[test]
fn the_matrix_of_rights_is_what_the_policies_answer() {
    let running = Running::shared();
    let auditor = running.signed_in("auditor");
    let csv = ok(&auditor, "/audit/rights?lang=en&as=csv&table=rights");
    let line = |start: &str| {
        let found = csv
            .lines()
            .find(|line| line.trim_start_matches('\u{feff}').starts_with(start));
        found
            .unwrap_or_else(|| panic!("no {start} in {csv}"))
            .to_owned()
    };
    let nobody = line("\"Anyone, not signed in\"");
    assert!(
        nobody.contains(r#""everywhere","everywhere","—","—","—","—","—","—","—","—","—""#),
        "{nobody}"
    );
    let reader = line("\"Token: read");
    assert!(
        reader.contains(r#""everywhere","—","#),
        "a token that reads rates: {reader}"
    );
    let routes = ok(&auditor, "/audit/rights?lang=en&as=csv&table=routes");
    assert!(routes.contains(r#""GET /audit/rights","See the audit pages""#));
    let xlsx = auditor.get("/audit/rights?as=xlsx&table=rights");
    assert_eq!(xlsx.status, 200);
}
