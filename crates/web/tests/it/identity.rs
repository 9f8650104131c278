//! Accounts: invitations, passwords, the second step, tokens.

use std::sync::atomic::Ordering;

use totp_rs::{Builder, Secret};
use web::demo::PASSWORD;

use crate::support::{Browser, Running};

fn between<'a>(body: &'a str, start: &str, end: &str) -> &'a str {
    let at = body
        .find(start)
        .unwrap_or_else(|| panic!("no {start} in {body}"))
        + start.len();
    let rest = &body[at..];
    &rest[..rest.find(end).unwrap()]
}

fn send(
    browser: &Browser,
    page: &str,
    path: &str,
    fields: &[(&str, &str)],
) -> crate::support::Answered {
    let csrf = browser.get(page).hidden("csrf");
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(fields);
    browser.post(path, &all)
}

#[test]
fn an_invitation_makes_one_account_once() {
    let running = Running::start();
    let office = running.signed_in("office");
    let page = office.get("/office/accounts");
    assert_eq!(page.status, 200);
    let person = page.hidden("person");
    let told = send(
        &office,
        "/office/accounts",
        "/office/accounts",
        &[("person", &person)],
    );
    let link = format!("/welcome/{}", between(&told.body, "/welcome/", "<"));
    assert!(
        !office.get("/office/accounts").body.contains(&link),
        "shown once"
    );

    let guest = running.browser();
    for weak in ["short", "1234567890", "aaaaaaaaaaaa"] {
        let answer = send(
            &guest,
            &link,
            &link,
            &[("login", "newcomer"), ("new", weak)],
        );
        assert_eq!(answer.status, 422, "{weak}");
        assert!(answer.body.contains("value=\"newcomer\""));
    }
    let taken = send(
        &guest,
        &link,
        &link,
        &[("login", "office"), ("new", PASSWORD)],
    );
    assert_eq!(taken.status, 422, "the login name is someone's");
    let made = send(
        &guest,
        &link,
        &link,
        &[("login", "newcomer"), ("new", PASSWORD)],
    );
    assert_eq!(
        (made.status, made.header("location")),
        (303, Some("/sign-in"))
    );
    assert_eq!(running.browser().get(&link).status, 404, "used up");
    running.signed_in("newcomer");
}

#[test]
fn an_invitation_runs_out() {
    let running = Running::start();
    let office = running.signed_in("office");
    let person = office.get("/office/accounts").hidden("person");
    let told = send(
        &office,
        "/office/accounts",
        "/office/accounts",
        &[("person", &person)],
    );
    let link = format!("/welcome/{}", between(&told.body, "/welcome/", "<"));
    assert_eq!(running.browser().get(&link).status, 200);
    running.time.fetch_add(7 * 86_400 + 1, Ordering::SeqCst);
    assert_eq!(running.browser().get(&link).status, 404);
}

#[test]
fn a_new_password_ends_the_other_sessions() {
    let running = Running::start();
    let (here, there) = (running.signed_in("desk"), running.signed_in("desk"));
    let wrong = [
        ("password", "not it at all"),
        ("new", "another fine phrase"),
    ];
    assert_eq!(
        send(&here, "/account", "/account/password", &wrong).status,
        422
    );
    let right = [("password", PASSWORD), ("new", "another fine phrase")];
    assert_eq!(
        send(&here, "/account", "/account/password", &right).status,
        303
    );
    assert_eq!(here.get("/account").status, 200);
    assert_eq!(there.get("/account").status, 303, "has to sign in");
}

#[test]
fn sessions_end_when_idle() {
    let running = Running::start();
    let browser = running.signed_in("desk");
    running.time.fetch_add(8 * 3_600 + 1, Ordering::SeqCst);
    assert_eq!(browser.get("/account").status, 303);
}

#[test]
fn the_second_step_takes_each_code_once() {
    let running = Running::start();
    let browser = running.signed_in("desk");
    let told = send(
        &browser,
        "/account",
        "/account/second",
        &[("password", PASSWORD)],
    );
    assert!(
        told.body.contains("<svg") && !told.body.contains("style="),
        "{}",
        told.body
    );
    let secret = between(&told.body, "</svg><p><code>", "<").to_owned();
    let code = |running: &Running| {
        let secret = Secret::try_from_base32(&secret).unwrap();
        let totp = Builder::new().with_secret(secret).build().unwrap();
        totp.generate(running.time.load(Ordering::SeqCst) as u64)
            .to_string()
    };
    let on = send(
        &browser,
        "/account",
        "/account/second/on",
        &[("code", &code(&running))],
    );
    let recovery = between(&on.body, "<li><code>", "<").to_owned();
    let sign_in = |code: &str| {
        let form = [("login", "desk"), ("password", PASSWORD), ("code", code)];
        send(&running.browser(), "/sign-in", "/sign-in", &form).status
    };
    assert_eq!(sign_in(""), 422);
    assert_eq!(sign_in(&code(&running)), 422, "it was used to turn it on");
    running.time.fetch_add(30, Ordering::SeqCst);
    let next = code(&running);
    assert_eq!((sign_in(&next), sign_in(&next)), (303, 422));
    assert_eq!((sign_in(&recovery), sign_in(&recovery)), (303, 422));
}

#[test]
fn a_token_does_no_more_than_it_was_made_for() {
    let running = Running::start();
    let browser = running.signed_in("office");
    let form = [
        ("password", PASSWORD),
        ("name", "<b>x</b>"),
        ("scope", "read"),
        ("days", "30"),
    ];
    let told = send(&browser, "/account", "/account/tokens", &form);
    let token = between(&told.body, "role=\"status\"", "</section>");
    let token = between(token, "<code>", "<").to_owned();
    let listed = browser.get("/account").body;
    assert!(!listed.contains(&token), "shown once");
    assert!(!listed.contains("<b>x</b>"), "escaped");
    let bearer = format!("Bearer {token}");
    let send_as = |method: &str, path: &str| {
        let head = [("authorization", bearer.as_str())];
        running.browser().send(method, path, &head, b"").status
    };
    assert_eq!(
        send_as("GET", "/office/accounts"),
        404,
        "a read token runs nothing"
    );
    assert_eq!(send_as("GET", "/account"), 200);
    assert_eq!(send_as("POST", "/account/sessions"), 403);
    running.time.fetch_add(30 * 86_400 + 1, Ordering::SeqCst);
    assert_eq!(send_as("GET", "/account"), 303, "run out");
}

#[test]
fn a_lost_password_is_set_anew_by_a_link_of_the_office() {
    let running = Running::start();
    let (office, desk) = (running.signed_in("office"), running.signed_in("desk"));
    assert!(office.get("/").body.contains("href=\"/office/accounts\""));
    assert!(!desk.get("/").body.contains("href=\"/office/accounts\""));
    let all = running.app.accounts.all().unwrap();
    let person = all.into_iter().find(|one| one.login == "desk").unwrap();
    let person = person.person.to_string();
    let fields = [("anew", person.as_str())];
    let told = send(&office, "/office/accounts", "/office/accounts", &fields);
    let link = format!("/welcome/{}", between(&told.body, "/welcome/", "<"));
    let listed = office.get("/office/accounts").body;
    assert!(listed.contains("←"), "the office sees it: {listed}");
    let own = desk.get("/account");
    assert_eq!(own.status, 200, "until it is used everything holds");
    assert!(own.body.contains("panel late"), "they see it: {}", own.body);
    let form = [("login", "desk"), ("new", "quite another phrase")];
    assert_eq!(send(&running.browser(), &link, &link, &form).status, 303);
    assert_eq!(desk.get("/account").status, 303, "old sessions have ended");
    assert_eq!(running.browser().get(&link).status, 404, "used up");
    for (password, status) in [(PASSWORD, 422), ("quite another phrase", 303)] {
        let form = [("login", "desk"), ("password", password)];
        let answer = send(&running.browser(), "/sign-in", "/sign-in", &form);
        assert_eq!(answer.status, status, "{password}");
    }
}

#[cfg(unix)]
#[test]
fn nobody_else_on_the_machine_reads_accounts_or_notices() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (accounts, outbox) = (
        folder.path().join("accounts.db"),
        folder.path().join("outbox.db"),
    );
    let _accounts = web::identity::Accounts::open(&accounts).unwrap();
    let _outbox = web::notices::Outbox::open(&outbox).unwrap();
    let mut files = 0;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?}: {mode:o}", file.file_name());
        files += 1;
    }
    assert!(files >= 2);
}
