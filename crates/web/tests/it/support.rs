//! A running server on a small county, and a client that keeps its cookies.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use campaign::{Action, Actor, Command, Time};
use simulate::organisation::Sizes;
use web::demo::{PASSWORD, Plan};
use web::{App, Server, Settings};

/// A running server.
pub struct Running {
    /// The campaign.
    pub app: Arc<App>,
    /// Where it listens.
    pub at: SocketAddr,
    /// Its time, in seconds; a test can move it on.
    pub time: Arc<AtomicI64>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    runtime: Option<tokio::runtime::Runtime>,
    _folder: tempfile::TempDir,
}

/// A small county: 1 township, 14 villages, 2 offices, 2 enterprises, 30 people each.
pub fn small() -> Plan {
    Plan {
        sizes: Sizes {
            townships: 2,
            villages: 6,
            offices: 3,
            enterprises: 2,
        },
        ..Plan::county(testbed::campaign_files("county"))
    }
}

impl Running {
    /// Starts a server of its own, for tests that change something.
    pub fn start() -> Self {
        Self::of(&small())
    }

    /// What falls due by itself, as the clock would send it.
    pub fn tick(&self) {
        let ticks = [
            Action::Period(campaign::period::Action::Tick {}),
            Action::Work(campaign::work::Action::Tick),
            Action::Rating(campaign::rating::Action::Tick),
        ];
        for action in ticks {
            let command = Command {
                id: web::act::new_key().unwrap(),
                by: Actor::Clock,
                action,
            };
            // That nothing is due is no fault.
            let _outcome = self.app.host.execute(command);
        }
    }

    /// Starts a server on a plan.
    pub fn of(plan: &Plan) -> Self {
        Self::with(plan, Settings::default())
    }

    /// Starts a server on a plan, with settings of its own; to the base the port is added.
    pub fn with(plan: &Plan, change: Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut founded = plan.found(folder.path()).unwrap();
        let time = Arc::new(AtomicI64::new((founded.parts.clock)().0));
        let told = Arc::clone(&time);
        founded.parts.clock = Arc::new(move || Time(told.load(Ordering::SeqCst)));
        let clock = Arc::clone(&founded.parts.clock);
        let host = host::Host::start(founded.options, founded.parts).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .unwrap();
        let at = listener.local_addr().unwrap();
        let settings = Settings {
            base: match change.base.as_str() {
                "" => format!("http://{at}"),
                base => format!("{base}:{}", at.port()),
            },
            demo: Some(founded.demo),
            // Nothing happens by itself: a test says when.
            tick: None,
            ..change
        };
        let app = App::new(host, clock, founded.accounts, settings).unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let serving = Server::run(Arc::clone(&app), listener, async {
            let _gone = stopped.await;
        });
        runtime.spawn(serving);
        Self {
            app,
            at,
            time,
            stop: Some(stop),
            runtime: Some(runtime),
            _folder: folder,
        }
    }

    /// The server that tests share which change nothing.
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<Running> = LazyLock::new(Running::start);
        &SHARED
    }

    /// A browser of nobody.
    pub fn browser(&self) -> Browser {
        Browser {
            at: self.at,
            from: Ipv4Addr::LOCALHOST,
            cookies: Mutex::default(),
        }
    }

    /// A browser of nobody at another address.
    pub fn browser_at(&self, from: Ipv4Addr) -> Browser {
        Browser {
            from,
            ..self.browser()
        }
    }

    /// A browser signed in with a demo account.
    pub fn signed_in(&self, login: &str) -> Browser {
        let browser = self.browser();
        let csrf = browser.get("/sign-in").hidden("csrf");
        let form = [
            ("csrf", csrf.as_str()),
            ("login", login),
            ("password", PASSWORD),
            ("then", "/"),
        ];
        let answer = browser.post("/sign-in", &form);
        assert_eq!(answer.status, 303, "{login} can't sign in: {}", answer.body);
        browser
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// What a server answers.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// The head, as it came.
    pub head: String,
    /// The body, as text.
    pub body: String,
    /// The body, as it came.
    pub bytes: Vec<u8>,
}

impl Answered {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The value of the form's proof, or of another hidden field.
    pub fn hidden(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let at = self
            .body
            .find(&start)
            .unwrap_or_else(|| panic!("no field {name} in {}", self.body));
        let rest = &self.body[at + start.len()..];
        rest[..rest.find('"').unwrap()].to_owned()
    }
}

/// A browser without script: it keeps cookies, and follows nothing by itself.
pub struct Browser {
    at: SocketAddr,
    from: Ipv4Addr,
    cookies: Mutex<Vec<(String, String)>>,
}

impl Browser {
    /// A browser of nobody, at another server.
    pub fn at(at: SocketAddr) -> Self {
        Self {
            at,
            from: Ipv4Addr::LOCALHOST,
            cookies: Mutex::default(),
        }
    }

    /// Asks for a page.
    pub fn get(&self, path: &str) -> Answered {
        self.send("GET", path, &[], b"")
    }

    /// Sends a form's fields.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answered {
        let encode = |text: &str| -> String {
            let byte = |byte: u8| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                    char::from(byte).to_string()
                }
                byte => format!("%{byte:02X}"),
            };
            text.bytes().map(byte).collect()
        };
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        let kind = ("content-type", "application/x-www-form-urlencoded");
        self.send("POST", path, &[kind], pairs.join("&").as_bytes())
    }

    /// Sends a form of a page: its proof and key are taken from there.
    pub fn submit(&self, page: &str, path: &str, fields: &[(&str, &str)]) -> Answered {
        let shown = self.get(page);
        let (csrf, key) = (shown.hidden("csrf"), shown.hidden("key"));
        let mut all = vec![("csrf", csrf.as_str()), ("key", key.as_str())];
        all.extend(fields);
        self.post(path, &all)
    }

    /// Sends anything.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answered {
        let cookies: Vec<String> = {
            let cookies = self.cookies.lock().unwrap();
            cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect()
        };
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {}\r\n",
            self.at,
            body.len()
        );
        if !cookies.is_empty() {
            head += &format!("cookie: {}\r\n", cookies.join("; "));
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        let mut stream = self.connect();
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(b"\r\n").unwrap();
        // The server may have answered and closed already, as to a body that is too large.
        let _closed = stream.write_all(body);
        let mut bytes = Vec::new();
        let _reset = stream.read_to_end(&mut bytes);
        let answered = read(&bytes);
        self.keep(&answered.head);
        answered
    }

    fn connect(&self) -> TcpStream {
        if self.from == Ipv4Addr::LOCALHOST {
            return TcpStream::connect(self.at).unwrap();
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let connected = runtime.block_on(async {
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.bind((self.from, 0).into()).unwrap();
            socket.connect(self.at).await.unwrap()
        });
        let stream = connected.into_std().unwrap();
        stream.set_nonblocking(false).unwrap();
        stream
    }

    /// A cookie's value.
    pub fn cookie(&self, name: &str) -> String {
        let cookies = self.cookies.lock().unwrap();
        let found = cookies.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    fn keep(&self, head: &str) {
        let mut cookies = self.cookies.lock().unwrap();
        for line in head.lines() {
            let Some(cookie) = line
                .to_ascii_lowercase()
                .starts_with("set-cookie:")
                .then(|| &line[11..])
            else {
                continue;
            };
            let pair = cookie.split(';').next().unwrap_or_default().trim();
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }
}

fn read(bytes: &[u8]) -> Answered {
    let end = bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap_or(bytes.len());
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let rest = bytes.get(end + 4..).unwrap_or_default();
    let chunked = head
        .to_ascii_lowercase()
        .contains("transfer-encoding: chunked");
    let body = if chunked {
        unchunked(rest)
    } else {
        rest.to_vec()
    };
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    Answered {
        status: status.unwrap_or(0),
        head,
        body: String::from_utf8_lossy(&body).into_owned(),
        bytes: body,
    }
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|window| window == b"\r\n") {
        let length = std::str::from_utf8(&rest[..end]).unwrap_or("0");
        let length = usize::from_str_radix(length.trim(), 16).unwrap_or(0);
        let start = end + 2;
        if length == 0 || rest.len() < start + length {
            break;
        }
        body.extend_from_slice(&rest[start..start + length]);
        rest = rest.get(start + length + 2..).unwrap_or_default();
    }
    body
}
