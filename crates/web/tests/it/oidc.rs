//! Single sign-on, against a real provider that the test starts: the npm package `oidc-provider`, in `tests/browser`.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::Ordering;

use web::Settings;
use web::demo::PASSWORD;
use web::identity::oidc::Config;

use crate::support::{Answered, Browser, Running, small};

/// A provider: a process of its own, which does what it is told line by line.
struct Provider {
    process: Child,
    talk: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    issuer: String,
}

impl Provider {
    fn start() -> Self {
        let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let modules = crate_folder.join("../../target/browser");
        assert!(
            modules.join("node_modules/oidc-provider").is_dir(),
            "oidc-provider is missing: ./test installs it (npm packages into target/browser)"
        );
        let mut process = Command::new("node")
            .arg(crate_folder.join("tests/browser/provider.mjs"))
            .env("MERIT_BROWSER", modules)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node: ./test says what to install");
        let say = process.stdin.take().unwrap();
        let mut hear = BufReader::new(process.stdout.take().unwrap());
        let issuer = loop {
            let mut line = String::new();
            assert!(
                hear.read_line(&mut line).unwrap() > 0,
                "the provider has ended"
            );
            if let Some(issuer) = line.strip_prefix("ready ") {
                break issuer.trim().to_owned();
            }
        };
        Self {
            process,
            talk: Mutex::new((say, hear)),
            issuer,
        }
    }

    fn tell(&self, what: &str) {
        let mut talk = self.talk.lock().unwrap();
        writeln!(talk.0, "{what}").unwrap();
        loop {
            let mut line = String::new();
            assert!(
                talk.1.read_line(&mut line).unwrap() > 0,
                "the provider has ended"
            );
            if line.trim() == "ok" {
                return;
            }
        }
    }

    fn at(&self) -> SocketAddr {
        self.issuer
            .strip_prefix("http://")
            .unwrap()
            .parse()
            .unwrap()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _ended = self.process.wait();
    }
}

/// A server, and the provider it knows.
struct Both {
    running: Running,
    provider: Provider,
}

impl Both {
    fn start(acr: &str) -> Self {
        let provider = Provider::start();
        let text = format!(
            "name.zh = '县认证'\nname.en = 'County'\nissuer = '{}'\nclient-id = 'merit'\n\
             client-secret = 'what the two share'\n{acr}",
            provider.issuer
        );
        let settings = Settings {
            sign_on: Some(Config::read(&text).unwrap()),
            ..Settings::default()
        };
        let running = Running::with(&small(), settings);
        provider.tell(&format!("base http://{}", running.at));
        let both = Self { running, provider };
        both.same_time();
        both
    }

    /// Both clocks show the same.
    fn same_time(&self) {
        let now = self.running.time.load(Ordering::SeqCst);
        self.provider.tell(&format!("now {now}"));
    }

    /// Sends a form of a page, which leads to the provider; gives the provider's address.
    fn away(&self, browser: &Browser, page: &str, path: &str, fields: &[(&str, &str)]) -> String {
        let csrf = browser.get(page).hidden("csrf");
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend(fields);
        let answer = browser.post(path, &all);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let start = "class=\"button\" href=\"";
        let at = answer.body.find(start).expect("a link to the provider");
        let rest = &answer.body[at + start.len()..];
        let link = rest[..rest.find('"').unwrap()].replace("&#38;", "&");
        assert!(link.starts_with(&self.provider.issuer), "{link}");
        assert!(
            link.contains("code_challenge_method=S256") && !link.contains("email"),
            "{link}"
        );
        link
    }

    /// Goes through the provider, which asks nothing; gives the path that it leads back to.
    fn through(&self, link: &str) -> String {
        let there = Browser::at(self.provider.at());
        let home = format!("http://{}", self.running.at);
        let mut path = link.strip_prefix(&self.provider.issuer).unwrap().to_owned();
        for _ in 0..6 {
            let answer = there.get(&path);
            let to = answer.header("location").unwrap_or_else(|| {
                panic!("{path}: {} leads nowhere: {}", answer.status, answer.body)
            });
            if let Some(back) = to.strip_prefix(&home) {
                return back.to_owned();
            }
            path = to
                .strip_prefix(&self.provider.issuer)
                .unwrap_or(to)
                .to_owned();
        }
        panic!("it leads on and on");
    }

    /// From a form to what comes of it.
    fn go(&self, browser: &Browser, page: &str, path: &str, fields: &[(&str, &str)]) -> Answered {
        let back = self.through(&self.away(browser, page, path, fields));
        browser.get(&back)
    }

    fn sign_in(&self, browser: &Browser) -> Answered {
        self.go(
            browser,
            "/sign-in?lang=en",
            "/sign-in/oidc",
            &[("then", "/me")],
        )
    }

    /// Links someone's account to whoever the provider signs in.
    fn link(&self, login: &str) -> Browser {
        let browser = self.running.signed_in(login);
        let form = [("password", PASSWORD)];
        let linked = self.go(&browser, "/account?lang=en", "/account/oidc", &form);
        assert_eq!(
            linked.header("location"),
            Some("/account"),
            "{}",
            linked.body
        );
        browser
    }
}

fn said(answer: &Answered, what: &str) {
    assert!(
        answer.status >= 400 && answer.status < 500,
        "{} {}",
        answer.status,
        answer.body
    );
    assert!(answer.body.contains(what), "{what}: {}", answer.body);
    assert!(answer.header("location").is_none());
}

#[test]
fn who_has_linked_their_account_once_signs_in_by_the_provider() {
    let both = Both::start("");
    let stranger = both.running.browser();
    assert!(stranger.get("/sign-in").body.contains("用县认证登录"));
    said(&both.sign_in(&stranger), "isn&#39;t linked to an account");
    assert_eq!(stranger.get("/account").status, 303, "nobody is signed in");

    let desk = both.link("desk");
    assert!(desk.get("/account").body.contains("Linked since"));
    let browser = both.running.browser();
    browser.get("/sign-in");
    let before = browser.cookie("before");
    let signed = both.sign_in(&browser);
    assert_eq!(
        (signed.status, signed.header("location")),
        (303, Some("/me")),
        "{}",
        signed.body
    );
    assert!(browser.cookie("away").is_empty() && browser.cookie("before").is_empty());
    assert!(!before.is_empty());
    let name = |browser: &Browser| {
        let body = browser.get("/account").body;
        let at = body.find("href=\"/account\">").unwrap();
        body[at..at + 60].to_owned()
    };
    assert_eq!(name(&browser), name(&desk), "it is the same person");

    // A session that was there before ends.
    let old = browser.cookie("merit");
    assert_eq!(both.sign_in(&browser).status, 303);
    assert_ne!(browser.cookie("merit"), old);
    let held = format!("merit={old}");
    let gone = both
        .running
        .browser()
        .send("GET", "/account", &[("cookie", &held)], b"");
    assert_eq!(gone.status, 303);

    // The same subject for a second account, a second subject for the same account: neither.
    let office = both.running.signed_in("office");
    let form = [("password", PASSWORD)];
    said(
        &both.go(&office, "/account?lang=en", "/account/oidc", &form),
        "Nothing was linked",
    );
    both.provider.tell("subject li");
    said(
        &both.go(&desk, "/account?lang=en", "/account/oidc", &form),
        "Nothing was linked",
    );
    said(
        &both.sign_in(&both.running.browser()),
        "isn&#39;t linked to an account",
    );

    both.provider.tell("subject zhang");
    let csrf = desk.get("/account").hidden("csrf");
    let wrong = [("csrf", csrf.as_str()), ("password", "a wrong guess")];
    assert_eq!(desk.post("/account/oidc/end", &wrong).status, 422);
    assert_eq!(desk.post("/account/oidc", &wrong).status, 422);
    let right = [("csrf", csrf.as_str()), ("password", PASSWORD)];
    assert_eq!(desk.post("/account/oidc/end", &right).status, 303);
    said(
        &both.sign_in(&both.running.browser()),
        "isn&#39;t linked to an account",
    );
}

#[test]
fn an_invitation_can_be_taken_up_without_a_password() {
    let both = Both::start("");
    let office = both.running.signed_in("office");
    let person = office.get("/office/accounts").hidden("person");
    let csrf = office.get("/office/accounts").hidden("csrf");
    let form = [("csrf", csrf.as_str()), ("person", person.as_str())];
    let told = office.post("/office/accounts", &form).body;
    let at = told.find("/welcome/").unwrap();
    let link = told[at..told[at..].find('<').unwrap() + at].to_owned();

    let guest = both.running.browser();
    let taken_up = both.go(
        &guest,
        &format!("{link}?lang=en"),
        &format!("{link}/oidc"),
        &[],
    );
    assert_eq!(taken_up.status, 303, "{}", taken_up.body);
    assert_eq!(guest.get("/account").status, 200, "signed in at once");
    assert_eq!(both.running.browser().get(&link).status, 404, "used up");
    // Nobody gets in by an empty password.
    let browser = both.running.browser();
    let csrf = browser.get("/sign-in").hidden("csrf");
    for password in ["", "x"] {
        let form = [
            ("csrf", csrf.as_str()),
            ("login", person.as_str()),
            ("password", password),
        ];
        assert_eq!(browser.post("/sign-in", &form).status, 422);
    }
    // The only way in isn't taken away, until there is another; what takes a password takes having just signed in.
    let csrf = guest.get("/account").hidden("csrf");
    said(
        &guest.post("/account/oidc/end", &[("csrf", &csrf)]),
        "Set a password first",
    );
    both.running.time.fetch_add(601, Ordering::SeqCst);
    both.same_time();
    let new = [("csrf", csrf.as_str()), ("new", "quite another phrase")];
    said(&guest.post("/account/password", &new), "signed in just now");
    assert_eq!(both.sign_in(&guest).status, 303);
    let csrf = guest.get("/account").hidden("csrf");
    let new = [("csrf", csrf.as_str()), ("new", "quite another phrase")];
    assert_eq!(guest.post("/account/password", &new).status, 303);
    let form = [
        ("csrf", csrf.as_str()),
        ("password", "quite another phrase"),
    ];
    assert_eq!(guest.post("/account/oidc/end", &form).status, 303);
}

#[test]
fn what_the_provider_says_has_to_hold() {
    let both = Both::start("");
    both.link("desk");
    for (bend, text) in [
        ("expired", "it has expired"),
        ("audience", "meant for another system"),
        ("audiences", "meant for another system"),
        ("nonce", "answers another sign-in"),
        ("no-nonce", "answers another sign-in"),
        ("issuer", "of another sign-on service"),
        ("signature", "its signature is wrong"),
        ("none", "its signature is wrong"),
        ("shared", "its signature is wrong"),
        ("hash", "isn&#39;t as the standard says"),
        ("denied", "declined at the sign-on service"),
    ] {
        both.provider.tell(&format!("bend {bend}"));
        let browser = both.running.browser();
        said(&both.sign_in(&browser), text);
        assert_eq!(browser.get("/account").status, 303, "{bend}");
    }
    both.provider.tell("bend");
    assert_eq!(both.sign_in(&both.running.browser()).status, 303);
}

#[test]
fn only_the_browser_that_began_comes_back_once_and_in_time() {
    let both = Both::start("");
    both.link("desk");
    let page = "/sign-in?lang=en";
    let back = |browser: &Browser| {
        let link = both.away(
            browser,
            page,
            "/sign-in/oidc",
            &[("then", "//evil.example")],
        );
        both.through(&link)
    };
    let (mine, theirs) = (both.running.browser(), both.running.browser());
    theirs.get(page);
    let to = back(&mine);
    said(&theirs.get(&to), "wasn&#39;t begun in this browser");
    let other = back(&theirs);
    said(&theirs.get(&to), "wasn&#39;t begun in this browser");
    said(&theirs.get(&other), "wasn&#39;t begun in this browser");
    let done = mine.get(&to);
    assert_eq!(
        (done.status, done.header("location")),
        (303, Some("/")),
        "{}",
        done.body
    );
    said(&mine.get(&to), "wasn&#39;t begun in this browser");

    let to = back(&mine);
    let bent = to.replace("state=", "state=0");
    said(&mine.get(&bent), "wasn&#39;t begun in this browser");
    let to = back(&mine);
    said(
        &mine.get(&to.replace("iss=http", "iss=https")),
        "another sign-on service",
    );
    let to = back(&mine);
    said(&mine.get(&to.replace("code=", "code=x")), "invalid_grant");
    let to = back(&mine);
    both.running.time.fetch_add(601, Ordering::SeqCst);
    said(&mine.get(&to), "took too long");

    // Linking is for who began it.
    both.same_time();
    both.provider.tell("subject li");
    let desk = both.running.signed_in("office");
    let form = [("password", PASSWORD)];
    let link = both.away(&desk, "/account?lang=en", "/account/oidc", &form);
    let to = both.through(&link);
    let csrf = desk.get("/account").hidden("csrf");
    desk.post("/sign-out", &[("csrf", &csrf)]);
    said(&desk.get(&to), "wasn&#39;t begun in this browser");
    said(&both.sign_in(&both.running.browser()), "isn&#39;t linked");
    // Without the page's proof nothing begins.
    assert_eq!(
        both.running.browser().post("/sign-in/oidc", &[]).status,
        403
    );
}

#[test]
fn a_provider_that_is_gone_keeps_nobody_from_signing_in_by_password() {
    let both = Both::start("");
    let browser = both.running.browser();
    let on_the_way = both.running.browser();
    let link = both.away(&on_the_way, "/sign-in?lang=en", "/sign-in/oidc", &[]);
    let to = both.through(&link);
    let csrf = browser.get("/sign-in?lang=en").hidden("csrf");
    drop(both.provider);
    said(&on_the_way.get(&to), "doesn&#39;t answer now");
    // What it said about itself is too old by now.
    both.running.time.fetch_add(3_601, Ordering::SeqCst);
    for _ in 0..2 {
        let answer = browser.post("/sign-in/oidc", &[("csrf", &csrf)]);
        said(&answer, "doesn&#39;t answer now");
        assert!(
            answer.body.contains("name=\"password\""),
            "the page is there again"
        );
    }
    both.running.signed_in("desk");
}

#[test]
fn in_a_browser_forms_lead_to_the_provider_and_back() {
    let both = Both::start("");
    crate::browser::tell(&both.running, "sign-on.mjs", &[]);
}

#[test]
fn where_there_is_no_provider_nothing_speaks_of_one() {
    let running = Running::shared();
    let browser = running.browser();
    let page = browser.get("/sign-in");
    assert!(!page.body.contains("/sign-in/oidc"));
    let csrf = page.hidden("csrf");
    assert_eq!(
        browser.post("/sign-in/oidc", &[("csrf", &csrf)]).status,
        404
    );
    assert_eq!(
        browser.get("/sign-in/oidc/return?code=x&state=y").status,
        404
    );
}

#[test]
fn codes_that_are_made_up_are_not_taken_to_the_provider_without_end() {
    let both = Both::start("");
    let browser = both.running.browser();
    let link = |browser: &Browser| both.away(browser, "/sign-in?lang=en", "/sign-in/oidc", &[]);
    let made_up = || {
        let link = link(&browser);
        let start = link.find("state=").unwrap();
        let state = link[start..].split('&').next().unwrap();
        browser.get(&format!("/sign-in/oidc/return?code=made-up&{state}"))
    };
    for _ in 0..30 {
        said(&made_up(), "invalid_grant");
    }
    let csrf = browser.get("/sign-in?lang=en").hidden("csrf");
    let waits = browser.post("/sign-in/oidc", &[("csrf", csrf.as_str())]);
    assert_eq!(
        (waits.status, waits.header("retry-after")),
        (429, Some("30"))
    );
    both.running.time.fetch_add(31, Ordering::SeqCst);
    both.same_time();
    both.link("desk");
    assert_eq!(both.sign_in(&browser).status, 303);
}

#[test]
fn a_new_key_of_the_provider_is_looked_for() {
    let both = Both::start("");
    both.link("desk");
    both.provider.tell("rotate");
    let browser = both.running.browser();
    assert_eq!(both.sign_in(&browser).status, 303);
    both.provider.tell("bend signature");
    said(&both.sign_in(&browser), "its signature is wrong");
    let opened = browser.get("/sign-in/oidc/return?lang=zh");
    assert_eq!(opened.header("location"), Some("/sign-in"));
}

#[test]
fn a_strength_that_is_asked_for_has_to_be_met() {
    let both = Both::start("acr = ['strong']");
    both.provider.tell("acr strong");
    both.link("desk");
    assert_eq!(both.sign_in(&both.running.browser()).status, 303);
    both.provider.tell("acr weak");
    said(
        &both.sign_in(&both.running.browser()),
        "isn&#39;t strong enough",
    );
}

#[test]
fn a_link_of_the_office_ends_what_was_linked() {
    let both = Both::start("");
    let desk = both.link("desk");
    let office = both.running.signed_in("office");
    let all = both.running.app.accounts.all().unwrap();
    let person = all.into_iter().find(|one| one.login == "desk").unwrap();
    let csrf = office.get("/office/accounts").hidden("csrf");
    let form = [("csrf", csrf.as_str()), ("anew", person.person.as_str())];
    let told = office.post("/office/accounts", &form).body;
    let at = told.find("/welcome/").unwrap();
    let link = told[at..told[at..].find('<').unwrap() + at].to_owned();
    let guest = both.running.browser();
    let csrf = guest.get(&link).hidden("csrf");
    let form = [
        ("csrf", csrf.as_str()),
        ("login", "desk"),
        ("new", "quite another phrase"),
    ];
    assert_eq!(guest.post(&link, &form).status, 303);
    assert_eq!(desk.get("/account").status, 303);
    said(&both.sign_in(&both.running.browser()), "isn&#39;t linked");
}
