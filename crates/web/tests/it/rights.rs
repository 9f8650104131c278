//! Who may do what, where: the whole matrix as a text that is kept with the code, and every page asked for as everyone.

use std::fmt::Write as _;
use std::path::Path;

use campaign::UnitId;
use web::App;
use web::asked::Who;
use web::rights::{Resource, Scope, Standing};

use crate::support::Running;

const LOGINS: [&str; 10] = [
    "auditor",
    "office",
    "office2",
    "secretary",
    "leader",
    "visitor",
    "reviewer",
    "ratings",
    "desk",
    "member",
];

fn standing(app: &App, login: &str) -> Standing {
    let all = app.accounts.all().unwrap();
    let account = all.into_iter().find(|account| account.login == login);
    let who = account.map_or(Who::Nobody, |account| Who::Person(account.person));
    let state = app.host.read();
    Standing::of(&state, &who, app.today(&state))
}

/// Own unit, a unit below it, another, the whole campaign: a letter where it is allowed, a dot where not, a dash where there
/// is no such unit.
fn scopes(app: &App, standing: &Standing) -> Vec<Option<Resource>> {
    let state = app.host.read();
    let own = standing.own.first().and_then(|scope| match scope {
        Scope::Unit(unit) => Some(unit.clone()),
        Scope::Everywhere => None,
    });
    let parent = |unit: &UnitId| state.organisation.parent(unit, standing.today).cloned();
    let under =
        |unit: &UnitId| std::iter::successors(parent(unit), parent).any(|above| Some(above) == own);
    let units = || {
        state
            .organisation
            .units(standing.today)
            .map(|(id, _)| id.clone())
    };
    let below = units().find(under);
    let other = units().find(|unit| Some(unit) != own.as_ref() && !under(unit));
    let of = |unit: UnitId| Resource {
        units: vec![unit],
        person: None,
    };
    vec![
        own.clone().map(of),
        below.map(of),
        other.map(of),
        Some(Resource::campaign()),
    ]
}

fn matrix(app: &App) -> String {
    let mut text =
        "# role: route, what it asks, where: own unit, unit below, other unit, whole campaign\n"
            .to_owned();
    for login in LOGINS.iter().chain(&["nobody"]) {
        let standing = standing(app, login);
        let scopes = scopes(app, &standing);
        let state = app.host.read();
        writeln!(text, "\n## {login}").unwrap();
        for route in app.table.iter() {
            let marks: String = scopes
                .iter()
                .zip("obtc".chars())
                .map(|(of, mark)| match of {
                    None => '-',
                    Some(of) if app.rights.allow(&state, &standing, route.verb, of) => mark,
                    Some(_) => '.',
                })
                .collect();
            writeln!(
                text,
                "{marks} {} {} {}",
                route.method, route.path, route.verb
            )
            .unwrap();
        }
    }
    text
}

#[test]
fn the_matrix_is_as_it_is_kept() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/rights.matrix.txt");
    let made = matrix(&Running::shared().app);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        made == kept,
        "rights have changed: look at the difference after UPDATE=1\n{made}"
    );
}

#[test]
fn every_page_about_the_whole_campaign_is_open_to_those_who_may_see_it_alone() {
    let running = Running::shared();
    for login in LOGINS.iter().chain(&["nobody"]) {
        let standing = standing(&running.app, login);
        let browser = match *login {
            "nobody" => running.browser(),
            login => running.signed_in(login),
        };
        let state = running.app.host.read();
        let pages = running
            .app
            .table
            .iter()
            .filter(|route| route.method == "GET");
        for route in pages.filter(|route| !route.path.contains('{')) {
            let may =
                running
                    .app
                    .rights
                    .allow(&state, &standing, route.verb, &Resource::campaign());
            let answer = browser.get(&route.path);
            if may {
                // Pages of people who hold no such thing are empty or not there; they never fail.
                assert!(
                    answer.status < 500,
                    "{login} {}: {}",
                    route.path,
                    answer.status
                );
            } else {
                assert!(
                    [404, 303, 401].contains(&answer.status),
                    "{login} {}: {}",
                    route.path,
                    answer.status
                );
            }
        }
    }
}

#[test]
fn a_tokens_scope_limits_what_its_person_may() {
    use web::rights::Verb;
    let app = &Running::shared().app;
    let state = app.host.read();
    let with = |login: &str, scope: &str, verb| {
        let mut standing = standing(app, login);
        standing.scopes = Some(std::iter::once(scope.to_owned()).collect());
        app.rights
            .allow(&state, &standing, verb, &Resource::campaign())
    };
    for (verb, read, write, import) in [
        (Verb::SeeOffice, true, true, true),
        (Verb::TakePart, false, true, false),
        (Verb::Run, false, true, false),
        (Verb::Import, false, true, true),
    ] {
        let got = ["read", "write", "import"].map(|scope| with("office", scope, verb));
        assert_eq!(got, [read, write, import], "{verb}");
    }
    assert!(
        !with("member", "import", Verb::Import),
        "a token gives no rights its person hasn't"
    );
}
