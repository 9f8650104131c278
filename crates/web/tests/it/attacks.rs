//! Every route with what belongs to others, and every form without its proof: with the real parts of paths.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use campaign::record::RecordId;
use campaign::work::WorkId;
use campaign::{PersonId, UnitId};
use web::App;
use web::asked::{At, Who};
use web::rights::{Resource, Standing};
use web::routes::{Does, Route};

use crate::support::{Browser, Running};

const LOGINS: [&str; 11] = [
    "office",
    "office2",
    "secretary",
    "leader",
    "visitor",
    "reviewer",
    "appeals",
    "auditor",
    "ratings",
    "desk",
    "member",
];

/// A county with an objection to a score, shared by what changes nothing.
fn county() -> &'static Running {
    static COUNTY: LazyLock<Running> = LazyLock::new(|| {
        let running = Running::start();
        let unit = unit_of(&running, "secretary");
        let path = format!("/units/{unit}/objections/new");
        let secretary = running.signed_in("secretary");
        let score = secretary.get(&format!("/units/{unit}/score/2026-11")).body;
        let (_, indicator) = score.split_once("indicator=").expect("a link to object");
        let indicator: String = indicator
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || ".-_".contains(*c))
            .collect();
        let objection = [
            ("period", "2026-11"),
            ("indicator", indicator.as_str()),
            ("act", "a figure is wrong"),
            ("on", "2026-12-01"),
            ("reason", "it was counted twice"),
        ];
        let page = format!("{path}?period=2026-11&indicator={indicator}");
        let sent = secretary.submit(&page, &path, &objection);
        assert_eq!(sent.status, 303, "{}", sent.body);
        running
    });
    &COUNTY
}

fn unit_of(running: &Running, login: &str) -> UnitId {
    let all = running.app.accounts.all().unwrap();
    let one = all.into_iter().find(|one| one.login == login).unwrap();
    let state = running.app.host.read();
    let today = running.app.today(&state);
    let unit = state.organisation.unit_of(&one.person, today);
    unit.unwrap().clone()
}

/// What paths may name first, and what else stands in them.
struct Things {
    first: BTreeMap<&'static str, Vec<String>>,
    rest: BTreeMap<&'static str, String>,
}

/// The units of a county's each level and kind, and of all else as much as shows every unit's.
fn things(app: &App) -> Things {
    let state = app.host.read();
    let today = app.today(&state);
    let book = state.rules.latest().unwrap();
    let units: Vec<UnitId> = state
        .organisation
        .units(today)
        .map(|(id, _)| id.clone())
        .collect();
    let texts = |units: &[UnitId]| units.iter().map(ToString::to_string).collect();
    // One record, one work item of each unit.
    let mut records: BTreeMap<UnitId, String> = BTreeMap::new();
    let mut number = 0;
    while let Some(record) = state.records.get(RecordId(number)) {
        records
            .entry(record.unit.clone())
            .or_insert_with(|| number.to_string());
        number += 1;
    }
    let mut work: BTreeMap<UnitId, String> = BTreeMap::new();
    for (WorkId(number), item) in state.work.items() {
        if let Some(unit) = item.holders.first() {
            work.entry(unit.clone())
                .or_insert_with(|| number.to_string());
        }
    }
    let objections = state.objections.iter().map(|(id, _)| id.to_string());
    let nominations = state.honours.iter().map(|(id, _)| id.0.to_string());
    let people = units
        .iter()
        .filter_map(|unit| state.organisation.people_of(unit, today).next())
        .map(PersonId::to_string);
    Things {
        first: [
            ("unit", texts(&units)),
            ("record", records.into_values().collect()),
            ("work", work.into_values().collect()),
            ("objection", objections.take(12).collect()),
            ("nomination", nominations.take(12).collect()),
            ("person", people.collect()),
        ]
        .into(),
        rest: [
            (
                "period",
                book.calendar.period_of(today).previous().to_string(),
            ),
            ("circular", "0".to_owned()),
            ("burst", "0".to_owned()),
            ("form", book.campaign.forms[0].item.id.to_string()),
            ("act", "withdraw".to_owned()),
            ("service", "counter".to_owned()),
        ]
        .into(),
    }
}

fn names(path: &str) -> Vec<&str> {
    let parts = path.split('/');
    let named = parts.filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    named.collect()
}

/// The paths of a route: its first part each thing there is, the others anything.
fn paths(things: &Things, route: &Route) -> Vec<(String, At)> {
    let names = names(&route.path);
    let other = |name: &str| {
        let known = things.rest.get(name).cloned();
        known.unwrap_or_else(|| "0".to_owned())
    };
    let firsts = match names.first() {
        None => vec![String::new()],
        Some(name) => match things.first.get(name) {
            Some(all) => all.clone(),
            None => vec![other(name)],
        },
    };
    let filled = firsts.into_iter().map(|first| {
        let mut at = At::default();
        let mut path = route.path.clone();
        for (number, name) in names.iter().enumerate() {
            let value = if number == 0 {
                first.clone()
            } else {
                other(name)
            };
            path = path.replace(&format!("{{{name}}}"), &value);
            at.parts.push(((*name).to_owned(), value));
        }
        (path, at)
    });
    filled.collect()
}

fn standing(app: &App, login: &str) -> Standing {
    let all = app.accounts.all().unwrap();
    let account = all.into_iter().find(|account| account.login == login);
    let who = account.map_or(Who::Nobody, |account| Who::Person(account.person));
    let state = app.host.read();
    Standing::of(&state, &who, app.today(&state))
}

fn may(app: &App, standing: &Standing, route: &Route, at: &At) -> bool {
    let state = app.host.read();
    let of = Resource::find(&state, at, app.today(&state));
    of.is_ok_and(|of| app.rights.allow(&state, standing, route.verb, &of))
}

/// Of the paths at most two that may be asked for and two that may not.
fn some_of_each(
    app: &App,
    standing: &Standing,
    route: &Route,
    paths: Vec<(String, At)>,
) -> Vec<(String, bool)> {
    let (mut yes, mut no) = (Vec::new(), Vec::new());
    for (path, at) in paths {
        if may(app, standing, route, &at) {
            yes.push((path, true));
        } else {
            no.push((path, false));
        }
    }
    let ends = |mut all: Vec<(String, bool)>| {
        let last = all.pop();
        all.into_iter().take(1).chain(last).collect::<Vec<_>>()
    };
    ends(yes).into_iter().chain(ends(no)).collect()
}

fn length(app: &App) -> u64 {
    app.host.read().length()
}

/// Asks for a thing as its form would; with the proof of the session.
fn ask(browser: &Browser, route: &Route, path: &str, csrf: &str) -> u16 {
    match route.does {
        Does::Show(_) => browser.get(path).status,
        Does::Order(_) => {
            let headers = [("x-csrf-token", csrf), ("content-type", "application/json")];
            browser.send("POST", path, &headers, b"{}").status
        }
        _ => browser.post(path, &[("csrf", csrf)]).status,
    }
}

#[test]
fn what_belongs_to_others_is_not_there() {
    let running = county();
    let app = &running.app;
    let things = things(app);
    let before = length(app);
    let (mut refused, mut shown) = (0, 0);
    for login in LOGINS.iter().chain(&["nobody"]) {
        let standing = standing(app, login);
        let (browser, csrf) = match *login {
            "nobody" => (running.browser(), String::new()),
            login => {
                let browser = running.signed_in(login);
                let csrf = browser.get("/account").hidden("csrf");
                (browser, csrf)
            }
        };
        for route in app.table.iter().filter(|route| route.path.contains('{')) {
            let first = names(&route.path)[0];
            if !things.first.contains_key(first) {
                continue;
            }
            for (path, may) in some_of_each(app, &standing, route, paths(&things, route)) {
                let what = format!("{login} {} {path}", route.method);
                if !may {
                    let status = ask(&browser, route, &path, &csrf);
                    let known = match *login {
                        // Nobody is told to sign in first, where anyone with an account may.
                        "nobody" => [303, 401, 404].contains(&status),
                        _ => status == 404,
                    };
                    assert!(known, "{what}: {status}");
                    refused += 1;
                } else if route.method == "GET" {
                    let status = ask(&browser, route, &path, &csrf);
                    // What stands after the first part may not be there: a form of another category.
                    assert!([200, 404].contains(&status), "{what}: {status}");
                    shown += usize::from(status == 200);
                }
            }
        }
    }
    assert!(
        refused > 200 && shown > 200,
        "{refused} refused, {shown} shown"
    );
    assert_eq!(length(app), before, "nothing was changed");
}

#[test]
fn no_form_is_taken_without_its_proof() {
    let running = county();
    let app = &running.app;
    let things = things(app);
    let browsers: Vec<(Standing, Browser)> = LOGINS
        .iter()
        .map(|login| (standing(app, login), running.signed_in(login)))
        .collect();
    let foreign = running.signed_in("desk").get("/account").hidden("csrf");
    let before = length(app);
    let mut untried = Vec::new();
    for route in app.table.iter().filter(|route| route.method == "POST") {
        let paths = paths(&things, route);
        let found = browsers.iter().find_map(|(standing, browser)| {
            let mut paths = paths.iter();
            let (path, _) = paths.find(|(_, at)| may(app, standing, route, at))?;
            Some((browser, path))
        });
        let Some((browser, path)) = found else {
            untried.push(route.path.as_str());
            continue;
        };
        for csrf in ["", foreign.as_str()] {
            let status = ask(browser, route, path, csrf);
            assert_eq!(status, 403, "{path} with the proof {csrf:?}");
        }
    }
    assert!(untried.is_empty(), "nobody may: {untried:?}");
    assert_eq!(length(app), before, "nothing was changed");
    let (_, office) = &browsers[0];
    assert_eq!(office.post("/sign-out", &[]).status, 403);
    assert_eq!(office.get("/account").status, 200, "still signed in");
}

#[test]
fn a_token_of_someone_else_named_in_a_form_stays() {
    let running = Running::start();
    let office = running.signed_in("office");
    let csrf = office.get("/account").hidden("csrf");
    let form = [
        ("csrf", csrf.as_str()),
        ("password", web::demo::PASSWORD),
        ("name", "mine"),
        ("scope", "read"),
        ("days", "30"),
    ];
    assert_eq!(office.post("/account/tokens", &form).status, 200);
    let id = office.get("/account").hidden("id");
    let desk = running.signed_in("desk");
    let csrf = desk.get("/account").hidden("csrf");
    desk.post("/account/tokens/end", &[("csrf", &csrf), ("id", &id)]);
    assert_eq!(office.get("/account").hidden("id"), id, "it holds still");
}

#[test]
fn a_token_sends_no_form_its_scope_doesnt_hold() {
    let running = Running::start();
    let app = &running.app;
    let all = app.accounts.all().unwrap();
    let one = all
        .into_iter()
        .find(|one| one.login == "secretary")
        .unwrap();
    let (person, unit) = (one.person, unit_of(&running, "secretary"));
    let until = campaign::Time(app.now().0 + 3_600);
    let path = format!("/units/{unit}/promises/new");
    let code = running.signed_in("secretary").get(&path).hidden("code");
    let body = format!("title=a&due=2027-03-31&start=1&target=2&code={code}");
    let before = length(app);
    for (scope, status) in [("read", 403), ("import", 403), ("write", 303)] {
        let token = app
            .accounts
            .add_token(&person, scope, scope, until)
            .unwrap();
        let bearer = format!("Bearer {}", token.0);
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let answer = running
            .browser()
            .send("POST", &path, &headers, body.as_bytes());
        assert_eq!(answer.status, status, "{scope}: {}", answer.body);
        assert_eq!(length(app) > before, scope == "write", "{scope}");
    }
}
