//! What an attacker would try first.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use web::Settings;
use web::demo::PASSWORD;

use crate::support::{Browser, Running, small};

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
