//! Notices: to a mail server and webhooks that the test is itself.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use web::Settings;
use web::notices::{Config, Sender};

use crate::support::{Answered, Running, small};

/// What came in: for mail the message, for webhooks the head and the body.
type Got = Arc<Mutex<Vec<(String, String)>>>;

/// Listens, and answers each connection in a thread of its own.
fn listen(answer: impl Fn(TcpStream, &Got) + Send + Sync + 'static) -> (SocketAddr, Got) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let got = Got::default();
    let kept = Arc::clone(&got);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(stream, &kept);
        }
    });
    (at, got)
}

/// A mail server that takes mail when it is told to.
fn mail_server(takes: Arc<AtomicBool>) -> (SocketAddr, Got) {
    listen(move |stream, got| {
        let mut out = stream.try_clone().unwrap();
        let mut lines = BufReader::new(stream).lines();
        let mut say = |text: &str| out.write_all(format!("{text}\r\n").as_bytes()).unwrap();
        say("220 test");
        let mut to = String::new();
        while let Some(Ok(line)) = lines.next() {
            match line.get(..4).unwrap_or("") {
                "EHLO" => say("250 test"),
                "MAIL" if !takes.load(Ordering::SeqCst) => say("451 try again"),
                "RCPT" => {
                    to.clone_from(&line);
                    say("250 ok");
                }
                "DATA" => {
                    say("354 go on");
                    let data = lines.by_ref().map_while(Result::ok);
                    let data: Vec<String> = data.take_while(|line| line != ".").collect();
                    got.lock().unwrap().push((to.clone(), data.join("\n")));
                    say("250 taken");
                }
                "QUIT" => {
                    say("221 bye");
                    return;
                }
                _ => say("250 ok"),
            }
        }
    })
}

/// A web server that breaks on the first request to `/json` and takes all others.
fn web_server() -> (SocketAddr, Got) {
    listen(|stream, got| {
        let mut out = stream.try_clone().unwrap();
        let mut reader = BufReader::new(stream);
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if line.trim().is_empty() {
                break;
            }
            if let Some(said) = line.to_lowercase().strip_prefix("content-length:") {
                length = said.trim().parse().unwrap();
            }
            head += &line;
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let mut got = got.lock().unwrap();
        let first = !got.iter().any(|(head, _)| head.starts_with("POST /json"));
        let status = if first && head.starts_with("POST /json") {
            "500 Broken"
        } else {
            "200 OK"
        };
        got.push((head, String::from_utf8(body).unwrap()));
        let said = "{\"errcode\":0,\"code\":0}";
        let length = said.len();
        let answer = format!(
            "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{said}"
        );
        out.write_all(answer.as_bytes()).unwrap();
    })
}

fn round(running: &Running, sender: &Sender) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(sender.round(&running.app)).unwrap();
}

fn with(config: &Config) -> Running {
    let settings = Settings {
        notices: Some(config.clone()),
        ..Settings::default()
    };
    Running::with(&small(), settings)
}

/// What a mail says, as it is read.
fn text(mail: &str) -> String {
    let (head, body) = mail.split_once("\n\n").unwrap();
    if head.contains("base64") {
        let packed: String = body.split_whitespace().collect();
        return String::from_utf8(BASE64_STANDARD.decode(packed).unwrap()).unwrap();
    }
    body.replace("=\n", "")
}

fn choose(running: &Running, mail: &str, code: &str) -> Answered {
    let browser = running.signed_in("secretary");
    let csrf = browser.get("/account").hidden("csrf");
    let form = [
        ("csrf", csrf.as_str()),
        ("mail", mail),
        ("mail-code", code),
        ("digest", "1"),
        ("notice-lang", "zh"),
    ];
    browser.post("/account/notices", &form)
}

/// Gives an address and types the code that comes there; until then nothing else does.
fn prove(running: &Running, sender: &Sender, got: &Got) {
    let wrong = choose(running, "a\r\nbcc: x@example.org", "");
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("id=\"mail-wrong\""));
    assert_eq!(choose(running, "s@example.org", "").status, 303);
    let account = running.signed_in("secretary").get("/account").body;
    assert!(account.contains("value=\"s@example.org\""));
    round(running, sender);
    let mail = got.lock().unwrap().pop().expect("a code comes").1;
    let said = text(&mail);
    let mut words = said.split(|c: char| !c.is_ascii_digit());
    let code = words.find(|digits| digits.len() == 8).unwrap();
    running.time.fetch_add(86_400, Ordering::SeqCst);
    round(running, sender);
    assert!(
        got.lock().unwrap().is_empty(),
        "nothing more until it is typed"
    );
    assert_eq!(choose(running, "s@example.org", "0").status, 422);
    assert_eq!(choose(running, "s@example.org", code).status, 303);
}

/// Goes on from morning to morning until a digest waits in the outbox.
fn until_something_is_due(running: &Running, sender: &Sender, config: &Config) {
    for _ in 0..30 {
        running.time.fetch_add(86_400, Ordering::SeqCst);
        round(running, sender);
        let outbox = web::notices::Outbox::open(&config.outbox).unwrap();
        let waiting = outbox.due(campaign::Time(i64::MAX), 9).unwrap();
        if !waiting.is_empty() {
            return;
        }
    }
    panic!("nothing falls due");
}

fn names_nobody(running: &Running, said: &str) {
    let state = running.app.host.read();
    for (person, _) in state.organisation.people() {
        assert!(!said.contains(person.as_str()), "{person} in {said}");
        let profile = running.app.texts.profile(&running.app.host, &state, person);
        let name = profile.map(|profile| profile.name).unwrap_or_default();
        assert!(name.is_empty() || !said.contains(&name), "{name} in {said}");
    }
}

#[test]
fn someone_who_wants_it_gets_one_mail_a_day_that_names_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let takes = Arc::new(AtomicBool::new(true));
    let (at, got) = mail_server(Arc::clone(&takes));
    let mail = format!(
        "[mail]\nserver = '127.0.0.1'\nport = {}\ntls = 'none'\nfrom = 'Merit <merit@example.org>'",
        at.port()
    );
    let config = Config::read(&mail, folder.path()).unwrap();
    let running = with(&config);
    let sender = Sender::new(&config).unwrap();
    prove(&running, &sender, &got);

    takes.store(false, Ordering::SeqCst);
    until_something_is_due(&running, &sender, &config);
    assert!(got.lock().unwrap().is_empty(), "it was refused");
    takes.store(true, Ordering::SeqCst);
    round(&running, &sender);
    assert!(got.lock().unwrap().is_empty(), "not tried again at once");
    drop(sender);
    let started_anew = Sender::new(&config).unwrap();
    running.time.fetch_add(13 * 3_600 + 1_800, Ordering::SeqCst);
    round(&running, &started_anew);
    assert!(got.lock().unwrap().is_empty(), "nothing at night");
    running.time.fetch_add(10 * 3_600, Ordering::SeqCst);
    round(&running, &started_anew);
    let all = got.lock().unwrap().clone();
    let (to, mail) = all.first().expect("sent in the morning");
    assert!(to.contains("<s@example.org>"), "{to}");
    assert!(mail.contains("Auto-Submitted: auto-generated") && mail.contains("Message-ID: <"));
    let said = text(mail);
    assert!(
        said.contains("/units/") || said.contains("/work/"),
        "{said}"
    );
    assert!(said.contains("/account"), "{said}");
    names_nobody(&running, &said);
    round(&running, &started_anew);
    assert_eq!(got.lock().unwrap().len(), all.len(), "once a day");
}

#[test]
fn robots_and_other_systems_are_told_what_is_due() {
    let folder = tempfile::tempdir().unwrap();
    let (at, got) = web_server();
    let hook = |kind: &str| {
        format!(
            "[[webhook]]\nname = '{kind}'\nkind = '{kind}'\nurl = 'http://{at}/{kind}'\nsecret = 'key'\n"
        )
    };
    let text = ["json", "wecom", "dingtalk", "feishu"].map(hook).concat();
    let config = Config::read(&text, folder.path()).unwrap();
    assert!(
        !format!("{config:?}").contains("key"),
        "secrets aren't logged"
    );
    let running = with(&config);
    let sender = Sender::new(&config).unwrap();
    let mut days = 0;
    while got.lock().unwrap().is_empty() {
        round(&running, &sender);
        running.time.fetch_add(86_400, Ordering::SeqCst);
        days += 1;
        assert!(days < 30, "nothing falls due");
    }
    running.time.fetch_add(60 - 86_400, Ordering::SeqCst);
    round(&running, &sender);
    let all = got.lock().unwrap().clone();
    let to = |kind: &str| -> Vec<&(String, String)> {
        let start = format!("POST /{kind}");
        all.iter()
            .filter(|(head, _)| head.starts_with(&start))
            .collect()
    };
    let [broken, .., again] = to("json")[..] else {
        panic!("tried again: {all:?}");
    };
    assert_eq!(broken.1, again.1, "the same, with the same id");
    let header = |name: &str| {
        let mut lines = again.0.lines();
        let found = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        found.unwrap().to_owned()
    };
    let mut mac = <Hmac<sha2::Sha256> as KeyInit>::new_from_slice(b"key").unwrap();
    mac.update(format!("{}.{}", header("merit-timestamp"), again.1).as_bytes());
    let sign = hex::encode(mac.finalize().into_bytes());
    assert_eq!(header("merit-signature"), format!("sha256={sign}"));
    for (kind, holds) in [
        ("wecom", "\"msgtype\":\"text\""),
        ("dingtalk", "\"msgtype\":\"text\""),
        ("feishu", "\"msg_type\":\"text\""),
    ] {
        let sent = to(kind);
        assert!(
            !sent.is_empty() && sent[0].1.contains(holds),
            "{kind}: {sent:?}"
        );
        assert!(
            sent[0].1.contains("逾期") || sent[0].1.contains("到期"),
            "{sent:?}"
        );
    }
    assert!(to("dingtalk")[0].0.contains("?timestamp="));
    assert!(to("feishu")[0].1.contains("\"sign\":\""));
    let before = all.len();
    round(&running, &sender);
    assert_eq!(got.lock().unwrap().len(), before, "told once");
}

#[test]
fn a_file_that_cant_be_used_is_refused_without_its_secrets() {
    for (text, why) in [
        (
            "[mail]\nserver = 'a'\nfrom = 'nobody'\npassword = 's3cret'",
            "from",
        ),
        ("[mail]\nserver = 'a'\npasword = 's3cret'", "line 3"),
        (
            "[[webhook]]\nname = 'a'\nkind = 'json'\nurl = 'ftp://s3cret'",
            "http",
        ),
        (
            "[[webhook]]\nname = 'a'\nkind = 'slack'\nurl = 's3cret'",
            "line 3",
        ),
    ] {
        let error = Config::read(text, Path::new(".")).unwrap_err().to_string();
        assert!(error.contains(why) && !error.contains("s3cret"), "{error}");
    }
}
