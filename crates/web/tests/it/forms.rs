//! Every form of every page, sent with bad input in each of its fields: nothing breaks, what was entered comes back, escaped,
//! with what is wrong said at its field.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::support::{Answered, Browser, Running};

const LOGINS: [&str; 11] = [
    "staff",
    "member",
    "secretary",
    "desk",
    "visitor",
    "reviewer",
    "appeals",
    "ratings",
    "leader",
    "office",
    "office2",
];

/// So many pages of one route are looked at by each: forms differ with how a thing stands.
const PAGES: usize = 6;

/// A field of a form, as it stands in the page.
#[derive(Clone, Debug)]
struct Field {
    name: String,
    kind: String,
    value: String,
    required: bool,
}

/// A form of a page.
#[derive(Clone, Debug)]
struct Form {
    action: String,
    fields: Vec<Field>,
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = format!(" {name}=\"");
    let at = tag.find(&start)? + start.len();
    let end = tag[at..].find('"')?;
    Some(plain(&tag[at..at + end]))
}

fn plain(text: &str) -> String {
    let pairs = [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ];
    pairs
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

fn escaped(text: &str) -> String {
    let pairs = [
        ("&", "&#38;"),
        ("<", "&#60;"),
        (">", "&#62;"),
        ("\"", "&#34;"),
        ("'", "&#39;"),
    ];
    pairs
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// The forms of a page that act.
fn forms(page: &str) -> Vec<Form> {
    let each = page.split("<form").skip(1).filter_map(|part| {
        let part = &part[..part.find("</form>").unwrap_or(part.len())];
        let head = &part[..part.find('>')?];
        if attribute(head, "method")? != "post" {
            return None;
        }
        Some(Form {
            action: attribute(head, "action")?,
            fields: fields(part),
        })
    });
    each.collect()
}

fn fields(form: &str) -> Vec<Field> {
    let each = form.split('<').filter_map(|tag| {
        let (head, rest) = tag.split_once('>')?;
        let kind = match head.split(' ').next()? {
            "input" => attribute(head, "type").unwrap_or_else(|| "text".to_owned()),
            kind @ ("textarea" | "select") => kind.to_owned(),
            _ => return None,
        };
        Some(Field {
            name: attribute(head, "name")?,
            value: match kind.as_str() {
                "textarea" => plain(rest),
                _ => attribute(head, "value").unwrap_or_default(),
            },
            required: head.ends_with(" required") || head.contains(" required "),
            kind,
        })
    });
    each.collect()
}

fn fits(route: &str, path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let (route, path): (Vec<&str>, Vec<&str>) =
        (route.split('/').collect(), path.split('/').collect());
    let same = |(one, other): (&&str, &&str)| one.starts_with('{') || one == other;
    route.len() == path.len() && route.iter().zip(&path).all(same)
}

/// The route of a path: of several that fit, the one with the fewest braces.
fn route<'r>(routes: &'r [String], path: &str) -> Option<&'r str> {
    let fitting = routes.iter().filter(|route| fits(route, path));
    fitting
        .min_by_key(|route| route.matches('{').count())
        .map(String::as_str)
}

/// What everyone begins with.
const STARTS: [&str; 15] = [
    "/",
    "/me",
    "/me/person",
    "/visits",
    "/objections",
    "/account",
    "/office",
    "/office/tasks",
    "/office/accounts",
    "/office/import/figures",
    "/office/periods/2026-11",
    "/office/periods/2026-12",
    "/office/bursts",
    "/services",
    "/sign-in",
];

/// The pages that can be reached from those that everyone begins with, some of each route.
fn pages(browser: &Browser, routes: &[String], more: &[String]) -> Vec<(String, Answered)> {
    let starts = STARTS.iter().map(|&path| path.to_owned());
    let mut queue: VecDeque<String> = starts.chain(more.iter().cloned()).collect();
    let mut seen: BTreeSet<String> = queue.iter().cloned().collect();
    let mut of_route: BTreeMap<&str, usize> = BTreeMap::new();
    let mut pages = Vec::new();
    while let Some(path) = queue.pop_front() {
        let Some(route) = route(routes, &path) else {
            continue;
        };
        let count = of_route.entry(route).or_default();
        *count += 1;
        if *count > PAGES {
            continue;
        }
        let page = browser.get(&path);
        if page.status != 200 {
            continue;
        }
        let html = page
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("text/html"));
        if !html {
            continue;
        }
        for link in page.body.split(" href=\"").skip(1) {
            let to = plain(&link[..link.find('"').unwrap_or(0)]);
            if to.starts_with('/') && !to.contains("lang=") && seen.insert(to.clone()) {
                queue.push_back(to);
            }
        }
        pages.push((path, page));
    }
    pages
}

/// Bad input: what it is, the text, and how much of it has to come back.
fn bad() -> Vec<(&'static str, String, String)> {
    let long = "长".repeat(22_000);
    let html = "<script>alert(1)</script>\"'&";
    vec![
        ("empty", String::new(), String::new()),
        ("too long", long.clone(), long[..300].to_owned()),
        (
            "wrong type",
            "不是<b>数</b>".to_owned(),
            "不是<b>数</b>".to_owned(),
        ),
        ("html", html.to_owned(), html.to_owned()),
        ("formula", "=1+1".to_owned(), "=1+1".to_owned()),
        (
            "control",
            "甲\u{0}乙\u{1b}[2K".to_owned(),
            "甲\u{fffd}乙\u{fffd}[2K".to_owned(),
        ),
    ]
}

/// Whether an input may be taken where it stands.
fn may_pass(field: &Field, what: &str) -> bool {
    match (field.kind.as_str(), what) {
        (_, "empty") => !field.required,
        ("textarea" | "text" | "checkbox" | "radio", "html" | "formula" | "wrong type") => true,
        ("checkbox", _) => true,
        _ => false,
    }
}

fn check(form: &Form, field: &Field, (what, kept): (&str, &str), answer: &Answered) -> Vec<String> {
    let mut wrong = Vec::new();
    let at = format!("{} · {} ({}) · {what}", form.action, field.name, field.kind);
    let mut say = |text: &str| wrong.push(format!("{at}: {} {text}", answer.status));
    if answer.status >= 500 || answer.status == 404 || answer.status == 400 {
        say("breaks");
    }
    if answer.status == 303 && !may_pass(field, what) {
        say("is taken");
    }
    if answer.body.contains("<script>alert") || answer.body.contains("不是<b>") {
        say("isn't escaped");
    }
    if !(400..500).contains(&answer.status) || answer.status == 429 {
        return wrong;
    }
    let comes_back = ["text", "textarea", "number", "date", "tel"].contains(&field.kind.as_str());
    if comes_back && !kept.is_empty() && !answer.body.contains(&escaped(kept)) {
        say("doesn't come back");
    }
    let said = answer.body.split("class=\"wrong\"").skip(1);
    let said =
        said.filter_map(|rest| Some(rest.split_once('>')?.1.split('<').next()?.trim().len()));
    // What can't be done any more has no form; what was entered comes back all the same.
    let stands = forms(&answer.body)
        .iter()
        .any(|one| one.action == form.action);
    if stands && answer.status == 422 && !said.into_iter().any(|length| length > 0) {
        say("says nothing at a field");
    }
    wrong
}

/// What the year hasn't brought: an objection, a code to rate with, a code to confirm with. Gives where these lead.
fn prepare(running: &Running) -> Vec<String> {
    let secretary = running.signed_in("secretary");
    let me = secretary.get("/me").body;
    let at = me.find("/units/").expect("a unit of one's own");
    let unit = me[at..].split('/').nth(2).unwrap().to_owned();
    let raise = format!("/units/{unit}/objections/new");
    let page = secretary.get(&format!("{raise}?period=2026-11")).body;
    let select = page.split("name=\"indicator\"").nth(1).expect("a choice");
    let indicator = select.split("<option value=\"").nth(2);
    let indicator = indicator.and_then(|rest| rest.split('"').next());
    let indicator = indicator.unwrap_or_default().to_owned();
    let raised = secretary.submit(
        &format!("{raise}?period=2026-11"),
        &raise,
        &[
            ("period", "2026-11"),
            ("act", "差评"),
            ("on", "2026-11-20"),
            ("reason", "不是我们"),
            ("indicator", &indicator),
        ],
    );
    assert_eq!(raised.status, 303, "{}", raised.body);
    let draw = format!("/units/{unit}/invitations");
    let drawn = secretary.submit(&draw, &draw, &[("count", "2")]);
    let sheet = secretary
        .get(drawn.header("location").expect("a sheet of codes"))
        .body;
    let code = sheet.split("/r/").nth(1).expect("a code");
    let code: String = code
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    let member = running.signed_in("member");
    let own = member.get("/me/person").body;
    let form = own.split('"').find(|part| part.ends_with("/forms/service"));
    let form = form.expect("a form for unpaid service").to_owned();
    let filed = [
        ("code", "0123456789abcdef"),
        ("when", "2026-12-09"),
        ("f.day", "2026-12-09"),
        ("f.what", "帮老人修水管"),
        ("f.hours", "3"),
    ];
    assert_eq!(member.submit(&form, &form, &filed).status, 303);
    let record = running.app.host.read().records.len() - 1;
    let service = member.get(&format!("/rate/{unit}")).body;
    let service = service.split("<option value=\"").nth(2);
    let service = service
        .and_then(|rest| rest.split('"').next())
        .unwrap_or_default();
    vec![
        format!("/r/{code}"),
        format!("/rate/{unit}"),
        "/ask".to_owned(),
        format!("/kiosk/{unit}/{service}"),
        format!("/confirm/{record}"),
        format!("/units/{unit}/requests/new"),
        format!("{raise}?period=2026-11"),
    ]
}

/// Routes that no bad input is sent to here: why.
const ELSEWHERE: [(&str, &str); 30] = [
    ("/account/passkeys", "a script asks for it"),
    ("/office/rules/adopt", "it takes a change that was tried"),
    ("/sign-in/oidc", "it leads to a provider"),
    ("/account/oidc", "it leads to a provider"),
    ("/account/oidc/end", "it has a password alone"),
    ("/welcome/{token}/oidc", "it leads to a provider"),
    ("/sign-in/passkey", "a script sends what a device signed"),
    ("/sign-in/passkey/options", "a script asks for it"),
    (
        "/account/passkeys/made",
        "a script sends what a device signed",
    ),
    ("/account/passkeys/name", "it takes a passkey"),
    ("/account/passkeys/end", "it takes a passkey"),
    ("/account/notices", "it takes a server that sends mail"),
    ("/account/password", "passwords never come back"),
    ("/account/sessions", "it has no field"),
    ("/account/second", "it has a password alone"),
    ("/account/second/on", "it has a code alone"),
    ("/account/second/off", "it has a password alone"),
    ("/account/tokens/end", "it has no field"),
    ("/welcome/{token}", "it takes an invitation"),
    ("/office/bursts/{burst}/decide", "the year has no burst"),
    ("/office/bursts/{burst}/second", "the year has no burst"),
    ("/kiosk/{unit}/{service}", "it has no field"),
    ("/ask/{receipt}", "it takes a request that is done"),
    ("/office/periods/{period}/cut-off", "it has no field"),
    ("/office/periods/{period}/score", "it has no field"),
    ("/office/periods/{period}/finalise", "it has no field"),
    (
        "/office/periods/{period}/approve",
        "it takes a final period",
    ),
    (
        "/office/periods/{period}/publish",
        "it takes an approved circular",
    ),
    ("/office/periods/{period}/reopen", "it takes a proposal"),
    (
        "/office/periods/{period}/keep-closed",
        "it takes a proposal",
    ),
];

#[test]
#[expect(clippy::too_many_lines, reason = "one walk over everything")]
fn every_field_of_every_form_says_what_is_wrong_and_keeps_what_was_entered() {
    let running = Running::start();
    let table = &running.app.table;
    let of = |method: &str| -> Vec<String> {
        let routes = table.iter().filter(|route| route.method == method);
        routes
            .map(|route| route.path.clone())
            .filter(|path| !path.starts_with("/api"))
            .collect()
    };
    let (shows, acts) = (of("GET"), of("POST"));
    let more = prepare(&running);
    let mut done: BTreeSet<String> = BTreeSet::new();
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let mut wrong: Vec<String> = Vec::new();
    let mut sent = 0;
    let browsers = LOGINS.iter().map(|login| running.signed_in(login));
    for browser in browsers.chain([running.browser()]) {
        for (path, page) in pages(&browser, &shows, &more) {
            if page.body.contains(">mine-") {
                wrong.push(format!("{path}: a message isn't there"));
            }
            for form in forms(&page.body) {
                let Some(act) = route(&acts, &form.action) else {
                    continue;
                };
                reached.insert(act.to_owned());
                for field in form.fields.iter().filter(|field| {
                    !["hidden", "password", "file", "radio"].contains(&field.kind.as_str())
                }) {
                    let last = form
                        .action
                        .split(['?', '/'])
                        .rfind(|part| part.chars().all(|c| c.is_ascii_lowercase() || c == '-'));
                    let name: String = field
                        .name
                        .chars()
                        .map(|c| if c.is_ascii_digit() { '0' } else { c })
                        .collect();
                    if !done.insert(format!("{act} {last:?} {name}")) {
                        continue;
                    }
                    for (what, text, kept) in bad() {
                        let values = form.fields.iter().filter(|one| {
                            one.kind != "checkbox" && one.kind != "radio" && one.kind != "file"
                        });
                        let values = values.map(|one| match one.name == field.name {
                            true => (one.name.as_str(), text.as_str()),
                            false => (one.name.as_str(), one.value.as_str()),
                        });
                        let mut values: Vec<(&str, &str)> = values.collect();
                        if field.kind == "checkbox" {
                            values.push((&field.name, &text));
                        }
                        let answer = browser.post(&form.action, &values);
                        sent += 1;
                        wrong.extend(check(&form, field, (what, &kept), &answer));
                    }
                }
            }
        }
    }
    eprintln!(
        "{sent} forms sent, {} of {} routes that act",
        reached.len(),
        acts.len()
    );
    let elsewhere = |act: &String| ELSEWHERE.iter().any(|(one, _)| one == act);
    let missed: Vec<&String> = acts
        .iter()
        .filter(|act| !reached.contains(*act) && !elsewhere(act))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(missed.is_empty(), "not reached: {missed:#?}");
    assert!(sent > 300, "only {sent} were sent");
}
