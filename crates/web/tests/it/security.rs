//! What an attacker would try first.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use web::Settings;
use web::demo::PASSWORD;

use crate::support::{Answered, Browser, Running, small};

#[test]
fn signing_in_takes_the_page_that_this_browser_was_given() {
    let running = Running::shared();
    let form = [("login", "office"), ("password", PASSWORD)];
    assert_eq!(running.browser().post("/sign-in", &form).status, 403);
    let elsewhere = running.browser().get("/sign-in").hidden("csrf");
    let form = [("csrf", elsewhere.as_str()), form[0], form[1]];
    assert_eq!(running.browser().post("/sign-in", &form).status, 403);
}

#[test]
fn a_session_that_was_there_before_ends_at_sign_in() {
    let running = Running::shared();
    let browser = running.signed_in("office");
    let planted = browser.cookie("merit");
    let csrf = browser.get("/sign-in").hidden("csrf");
    let form = [
        ("csrf", csrf.as_str()),
        ("login", "desk"),
        ("password", PASSWORD),
    ];
    assert_eq!(browser.post("/sign-in", &form).status, 303);
    assert_ne!(browser.cookie("merit"), planted);
    let old = running.browser();
    let cookie = format!("merit={planted}");
    let answer = old.send("GET", "/", &[("cookie", &cookie)], b"");
    assert!(!answer.body.contains("action=\"/sign-out\""));
}

#[test]
fn guessing_waits_and_doesnt_tell_whether_there_is_an_account() {
    let running = Running::start();
    for login in ["office", "nobody-at-all"] {
        let browser = running.browser();
        let csrf = browser.get("/sign-in").hidden("csrf");
        let form = [
            ("csrf", csrf.as_str()),
            ("login", login),
            ("password", "a wrong guess"),
        ];
        let answers: Vec<u16> = (0..6)
            .map(|_| browser.post("/sign-in", &form).status)
            .collect();
        assert_eq!(answers, [422, 422, 422, 422, 422, 429], "{login}");
        let form = [form[0], form[1], ("password", PASSWORD)];
        let answer = browser.post("/sign-in", &form);
        assert_eq!(
            (answer.status, answer.header("retry-after")),
            (429, Some("30"))
        );
    }
}

#[test]
fn signing_in_leads_nowhere_else() {
    let running = Running::shared();
    for then in [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/a\r\nset-cookie: x=1",
    ] {
        let browser = running.browser();
        let csrf = browser.get("/sign-in").hidden("csrf");
        let form = [
            ("csrf", csrf.as_str()),
            ("login", "office"),
            ("password", PASSWORD),
            ("then", then),
        ];
        let answer = browser.post("/sign-in", &form);
        assert_eq!(
            (answer.status, answer.header("location")),
            (303, Some("/")),
            "{then:?}"
        );
        assert!(answer.header("x").is_none() && !answer.head.contains("x=1"));
    }
}

#[test]
fn cookies_keep_to_themselves() {
    let running = Running::shared();
    let browser = running.browser();
    let head = browser.get("/sign-in").head;
    let set = head
        .lines()
        .find(|line| line.to_lowercase().starts_with("set-cookie"))
        .unwrap();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Path=/"));
}

#[test]
fn too_much_is_refused() {
    let running = Running::shared();
    let browser = running.signed_in("office");
    let body = vec![b'a'; 9 << 20];
    let kind = ("content-type", "application/x-www-form-urlencoded");
    let answer = browser.send("POST", "/sign-in", &[kind], &body);
    // Where the connection is cut while the body is on its way, nothing can be read of the answer.
    assert!([413, 0].contains(&answer.status), "{}", answer.status);
}

/// Sends `start`, then a byte every 50 milliseconds until the server hangs up; says what it answered.
fn trickle(running: &Running, start: &str) -> String {
    let mut stream = TcpStream::connect(running.at).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_millis(50)))
        .unwrap();
    stream.write_all(start.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let mut some = [0; 4096];
    for _ in 0..400 {
        match stream.read(&mut some) {
            Ok(0) => return String::from_utf8_lossy(&answer).into_owned(),
            Ok(read) => answer.extend_from_slice(&some[..read]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => return String::from_utf8_lossy(&answer).into_owned(),
        }
        // That it can't be sent shows in what is read.
        let _gone = stream.write_all(b"x");
    }
    panic!("after 400 bytes one by one the server still listens");
}

#[test]
fn heads_and_bodies_that_trickle_are_cut_off_and_others_take_their_place() {
    let limit = Duration::from_millis(300);
    let settings = Settings {
        head: limit,
        body: limit,
        connections: 1,
        ..Settings::default()
    };
    let running = Running::with(&small(), settings);
    let head = trickle(&running, "GET / HTTP/1.1\r\nhost: a\r\nx");
    assert!(!head.starts_with("HTTP/1.1 200"), "{head}");
    let start = "POST /sign-in HTTP/1.1\r\nhost: a\r\ncontent-length: 5000\r\n";
    for kind in [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
    ] {
        let body = trickle(
            &running,
            &format!("{start}content-type: {kind}\r\n\r\nlogin="),
        );
        assert!(body.starts_with("HTTP/1.1 408"), "{kind}: {body}");
    }
    let idle = TcpStream::connect(running.at).unwrap();
    let served = running.browser().get("/healthz");
    assert_eq!(
        served.status, 200,
        "once the idle one before it was cut off"
    );
    drop(idle);
}

#[test]
fn only_a_trusted_proxy_says_where_a_guess_comes_from() {
    let behind = Settings {
        proxies: vec![Ipv4Addr::LOCALHOST.into()],
        ..Settings::default()
    };
    let running = Running::with(&small(), behind);
    let guesses = |browser: &Browser, name: &str| -> Vec<u16> {
        let csrf = browser.get("/sign-in").hidden("csrf");
        let guess = |number: u32, from: &str| {
            let body = format!("csrf={csrf}&login={name}{number}&password=a-wrong-guess");
            let kind = ("content-type", "application/x-www-form-urlencoded");
            let headers = [kind, ("x-forwarded-for", from)];
            let answer = browser.send("POST", "/sign-in", &headers, body.as_bytes());
            answer.status
        };
        let first: Vec<u16> = (0..31).map(|n| guess(n, "198.51.100.7")).collect();
        vec![first[29], first[30], guess(99, "198.51.100.8")]
    };
    assert_eq!(guesses(&running.browser(), "a"), [422, 429, 422]);
    let elsewhere = running.browser_at(Ipv4Addr::new(127, 0, 0, 2));
    assert_eq!(guesses(&elsewhere, "b"), [422, 429, 429]);
}

#[test]
fn every_page_says_what_it_may_load() {
    let running = Running::shared();
    for path in ["/", "/sign-in", "/nowhere", "/api/v1/nowhere", "/healthz"] {
        let answer = running.browser().get(path);
        let policy = answer.header("content-security-policy").unwrap();
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("unsafe"),
            "{path}"
        );
    }
}

#[test]
fn every_form_asks_for_its_proof() {
    let running = Running::shared();
    let browser = running.signed_in("office");
    let posts = running
        .app
        .table
        .iter()
        .filter(|route| route.method == "POST");
    for route in
        posts.filter(|route| !route.path.starts_with("/welcome") && route.path != "/sign-in")
    {
        let path = route.path.replace(['{', '}'], "");
        let answer = browser.post(&path, &[("csrf", "guessed")]);
        assert!(
            [403, 404].contains(&answer.status),
            "{path}: {}",
            answer.status
        );
    }
}

#[test]
fn numbers_and_readiness_name_nobody() {
    let running = Running::shared();
    let browser = running.browser();
    browser.get("/nowhere/secret-name?q=secret-query");
    let ready = browser.get("/readyz");
    assert_eq!((ready.status, ready.body.as_str()), (200, "writing"));
    let numbers = browser.get("/metrics").body;
    assert!(
        numbers.contains("merit_host_length") && numbers.contains("route=\"none\""),
        "{numbers}"
    );
    assert!(!numbers.contains("secret"));
}

#[test]
fn a_session_that_an_attacker_chose_is_never_taken_up() {
    let running = Running::shared();
    let planted = "ab".repeat(32);
    let cookie = format!("merit={planted}");
    let browser = running.browser();
    let csrf = browser.get("/sign-in").hidden("csrf");
    let before = browser.cookie("before");
    let body = format!("csrf={csrf}&login=desk&password={PASSWORD}");
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("cookie", cookie.as_str()),
    ];
    let answer = browser.send("POST", "/sign-in", &headers, body.as_bytes());
    assert_eq!(answer.status, 303, "{}", answer.body);
    let given = browser.cookie("merit");
    assert!(given.len() == 64 && given != planted && given != before);
    let attacker = running.browser();
    let answer = attacker.send("GET", "/account", &[("cookie", &cookie)], b"");
    assert_eq!(answer.status, 303, "it is nobody's");
}

#[test]
fn a_second_step_and_a_password_typed_again_can_be_guessed_five_times() {
    let running = Running::start();
    let browser = running.signed_in("desk");
    let csrf = browser.get("/account").hidden("csrf");
    let guess = |path: &str| {
        let form = [
            ("csrf", csrf.as_str()),
            ("password", "a wrong guess"),
            ("new", "another fine phrase"),
        ];
        browser.post(path, &form).status
    };
    let first: Vec<u16> = (0..5).map(|_| guess("/account/password")).collect();
    assert_eq!(first, [422; 5]);
    assert_eq!(guess("/account/second"), 429, "one count for all of them");

    let office = running.signed_in("office");
    let person = campaign_person(&running, "office");
    let now = running.app.now();
    let secret = running.app.accounts.begin_second(&person).unwrap();
    let secret = totp_rs::Secret::try_from_base32(&secret).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    let code = totp.generate(now.0.unsigned_abs()).to_string();
    let on = running.app.accounts.turn_on(&person, &code, now).unwrap();
    assert!(on.is_some());
    drop(office);
    let guest = running.browser();
    let csrf = guest.get("/sign-in").hidden("csrf");
    let wrong = |code: &str| {
        let form = [
            ("csrf", csrf.as_str()),
            ("login", "office"),
            ("password", PASSWORD),
            ("code", code),
        ];
        guest.post("/sign-in", &form).status
    };
    let guesses: Vec<u16> = (0..6).map(|_| wrong("12345x")).collect();
    assert_eq!(guesses, [422, 422, 422, 422, 422, 429]);
}

fn campaign_person(running: &Running, login: &str) -> campaign::PersonId {
    let all = running.app.accounts.all().unwrap();
    let found = all.into_iter().find(|account| account.login == login);
    found.unwrap().person
}

#[test]
fn files_that_are_wrong_or_huge_change_nothing() {
    let running = Running::shared();
    let office = running.signed_in("office");
    let path = "/office/import/figures";
    let shown = office.get(path);
    let csrf = shown.hidden("csrf");
    let before = running.app.host.read().length();
    let send = |name: &str, content: &[u8]| {
        let field = |name: &str, value: &str| {
            format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let mut body =
            field("csrf", &csrf) + &field("period", "2026-12") + &field("step", "hand-in");
        body += &format!(
            "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             content-type: application/octet-stream\r\n\r\n"
        );
        let mut bytes = body.into_bytes();
        bytes.extend_from_slice(content);
        bytes.extend_from_slice(b"\r\n--b--\r\n");
        let kind = ("content-type", "multipart/form-data; boundary=b");
        office.send("POST", path, &[kind], &bytes).status
    };
    for (name, content) in [
        ("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice()),
        ("picture.xlsx", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("cut.xlsx", b"PK\x03\x04\x14\0\0\0\x08\0"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("binary.csv", &[0, 159, 146, 150, 255]),
        ("../../etc/passwd", b"unit,measure\n"),
        ("page.csv", b"<script>alert(1)</script>"),
        ("a\r\nset-cookie: x=1", b"unit,measure\n"),
    ] {
        let status = send(name, content);
        assert!([400, 409, 422].contains(&status), "{name:?}: {status}");
    }
    // Where the connection is cut while the body is on its way, nothing can be read of the answer.
    assert!([413, 0].contains(&send("huge.csv", &vec![b'a'; 9 << 20])));
    let kind = ("content-type", "multipart/form-data");
    assert_eq!(
        office.send("POST", path, &[kind], b"no boundary").status,
        400
    );
    assert_eq!(running.app.host.read().length(), before);
}

const MARKUP: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}";

/// That a page holds the text, as text alone.
fn is_text(page: &Answered, what: &str) {
    let body = page.body.to_lowercase();
    assert!(body.contains("alert(1)"), "{what}: it isn't there: {body}");
    for tag in ["<script>alert", "<img src=x", "\"'><", "value=\"\"'"] {
        assert!(!body.contains(tag), "{what}: {tag} in {body}");
    }
}

#[test]
fn markup_in_texts_stays_text() {
    let running = Running::start();
    let secretary = running.signed_in("secretary");
    let unit = {
        let person = campaign_person(&running, "secretary");
        let state = running.app.host.read();
        let today = running.app.today(&state);
        state.organisation.unit_of(&person, today).unwrap().clone()
    };
    let page = format!("/units/{unit}/promises/new");
    let code = secretary.get(&page).hidden("code");
    let promise = [
        ("title", MARKUP),
        ("code", code.as_str()),
        ("due", "2027-03-31"),
        ("start", "1"),
        ("target", "2"),
        ("quality", MARKUP),
    ];
    let kept = secretary.submit(&page, &page, &[promise[0]]);
    assert_eq!(kept.status, 422);
    is_text(&kept, "a form that comes back");
    let sent = secretary.submit(&page, &page, &promise);
    assert_eq!(sent.status, 303, "{}", sent.body);
    is_text(
        &secretary.get(sent.header("location").unwrap()),
        "a promise",
    );
    let office = running.signed_in("office");
    let query: String = MARKUP.bytes().map(|byte| format!("%{byte:02x}")).collect();
    is_text(
        &office.get(&format!("/office/accounts?q={query}")),
        "a search",
    );
    let then = running.browser().get(&format!("/sign-in?then={query}"));
    is_text(&then, "where to go on");
    let form = [("login", MARKUP), ("password", "x")];
    let browser = running.browser();
    let csrf = browser.get("/sign-in").hidden("csrf");
    let login = browser.post("/sign-in", &[("csrf", csrf.as_str()), form[0], form[1]]);
    is_text(&login, "a login name");
}

/// What is written into the log while tests run.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn nothing_sent_reaches_a_head_or_the_log() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .json()
        .with_writer(move || writer.clone())
        .init();
    let running = Running::shared();
    let browser = running.browser_at(Ipv4Addr::new(127, 0, 0, 77));
    let csrf = browser.get("/sign-in").hidden("csrf");
    let form = [
        ("csrf", csrf.as_str()),
        ("login", "forged\r\n{\"level\":\"INFO\"}"),
        ("password", "forged-password"),
        ("then", "/forged\r\nset-cookie: x=1"),
    ];
    assert_eq!(browser.post("/sign-in", &form).status, 422);
    for path in [
        "/forged%0d%0aset-cookie:%20x=1",
        "/?lang=en%0d%0aset-cookie:%20x=1&q=forged",
        "/sign-in?then=/forged%0d%0aset-cookie:%20x=1",
        "/units/forged%0d%0ax",
    ] {
        let agent = [("user-agent", "forged"), ("referer", "forged")];
        let answer = browser.send("GET", path, &agent, b"");
        assert!(!answer.head.contains("x=1"), "{path}: {}", answer.head);
    }
    let bare = [("user-agent", "forged\rset-cookie: x=1")];
    assert_eq!(browser.send("GET", "/", &bare, b"").status, 400);
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        !text.contains("forged") && !text.contains("127.0.0.77"),
        "{text}"
    );
    let failed = "\"message\":\"signing in failed\",\"network\":\"127.0.0.0/24\"";
    assert!(text.contains(failed), "{text}");
    for line in text.lines() {
        let read: Result<serde_json::Value, _> = serde_json::from_str(line);
        assert!(read.is_ok(), "{line}");
    }
}
