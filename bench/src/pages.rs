//! Pages of the demo county as 200 readers get them: how long each kind of page takes, next to the shortest answer there is.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::error::Error;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

type Done<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// How many read at the same time, each over a connection of their own.
const READERS: u64 = 200;
/// For how long reading is measured.
const MEASURED: Duration = Duration::from_secs(40);
/// A reader looks at a page for this long on average, from half to one and a half times of it.
const LOOKS: Duration = Duration::from_millis(500);
/// For how long everyone reads without looking.
const FLAT_OUT: Duration = Duration::from_secs(5);
/// So many pages of a kind are read.
const OF_A_KIND: usize = 4;
/// For how long a start may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// Who reads; the first is anyone.
const WHO: [&str; 9] = [
    "",
    "secretary",
    "office",
    "leader",
    "visitor",
    "auditor",
    "ratings",
    "desk",
    "member",
];
/// What the demo's accounts are signed in with.
const PASSWORD: &str = "strive-for-excellence";
/// The shortest answer of the server.
const SHORTEST: &str = "/healthz";

/// A demo server; killed when it is let go of.
struct Demo {
    child: Child,
    at: String,
}

impl Demo {
    fn start() -> Done<Self> {
        let merit =
            std::env::var_os("MERIT").map_or_else(|| "target/release/merit".into(), PathBuf::from);
        let at = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let mut run = Command::new(merit);
        run.args(["demo", "--listen", &at]).stdout(Stdio::null());
        let demo = Self {
            child: run.stderr(Stdio::null()).spawn()?,
            at,
        };
        let began = Instant::now();
        let ready = || Reader::new(&demo.at, "")?.get("/readyz", false);
        while !ready().is_ok_and(|answer| answer.status == 200) {
            if began.elapsed() > PATIENCE {
                return Err("the demo doesn't start".into());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(demo)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// What was answered.
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

/// A browser: a connection that is kept, and cookies.
struct Reader {
    stream: TcpStream,
    at: String,
    cookies: String,
}

impl Reader {
    fn new(at: &str, cookies: &str) -> Done<Self> {
        let stream = TcpStream::connect(at)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self {
            stream,
            at: at.to_owned(),
            cookies: cookies.to_owned(),
        })
    }

    /// A page, as a browser asks for it: compressed.
    fn get(&mut self, path: &str, compressed: bool) -> Done<Answer> {
        let accept = if compressed { "gzip, br" } else { "identity" };
        self.ask(&format!("GET {path}"), accept, "")
    }

    fn ask(&mut self, what: &str, accept: &str, form: &str) -> Done<Answer> {
        let (at, cookies, length) = (&self.at, &self.cookies, form.len());
        let request = format!(
            "{what} HTTP/1.1\r\nhost: {at}\r\ncookie: {cookies}\r\naccept-language: zh-CN\r\naccept-encoding: {accept}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{form}"
        );
        self.stream.write_all(request.as_bytes())?;
        let (mut got, mut part) = (Vec::new(), vec![0; 64 << 10]);
        let mut head_ends = None;
        loop {
            let more = self.stream.read(&mut part)?;
            if more == 0 {
                return Err("the server has closed the connection".into());
            }
            got.extend_from_slice(part.get(..more).unwrap_or_default());
            head_ends = head_ends.or_else(|| got.windows(4).position(|four| four == b"\r\n\r\n"));
            let Some(ends) = head_ends else { continue };
            let head = String::from_utf8_lossy(got.get(..ends).unwrap_or_default()).into_owned();
            let body = got.get(ends + 4..).unwrap_or_default();
            let whole = match named(&head, "content-length").next() {
                Some(length) => body.len() >= length.parse()?,
                None => body.ends_with(b"0\r\n\r\n"),
            };
            if whole {
                let status = head.get(9..12).unwrap_or_default().parse()?;
                let body = body.to_vec();
                return Ok(Answer { status, head, body });
            }
        }
    }
}

/// The header lines of a name.
fn named<'h>(head: &'h str, name: &str) -> impl Iterator<Item = &'h str> {
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    lines
        .filter(move |(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

/// The cookies of someone who has signed in.
fn sign_in(at: &str, login: &str) -> Done<String> {
    if login.is_empty() {
        return Ok(String::new());
    }
    let given = |answer: &Answer| {
        let all = named(&answer.head, "set-cookie").filter_map(|line| line.split(';').next());
        all.collect::<Vec<_>>().join("; ")
    };
    let page = Reader::new(at, "")?.get("/sign-in", false)?;
    let text = String::from_utf8_lossy(&page.body).into_owned();
    let csrf = text
        .split_once("name=\"csrf\" value=\"")
        .and_then(|(_, rest)| rest.split('"').next())
        .ok_or("the page to sign in has no token")?;
    let form = format!("csrf={csrf}&login={login}&password={PASSWORD}&then=%2F");
    let answer = Reader::new(at, &given(&page))?.ask("POST /sign-in", "identity", &form)?;
    match answer.status {
        303 => Ok(given(&answer)),
        status => Err(format!("{login} can't sign in: {status}").into()),
    }
}

/// The kind of a page: its path, with what has digits in it left open.
fn kind(path: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "v1" => part,
        _ if part.bytes().any(|byte| byte.is_ascii_digit()) => "*",
        _ => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// The pages that someone reaches by links, some of each kind.
fn pages(at: &str, cookies: &str) -> Done<BTreeMap<String, Vec<String>>> {
    let mut reader = Reader::new(at, cookies)?;
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (mut known, mut next) = (BTreeSet::new(), VecDeque::from(["/".to_owned()]));
    while let Some(path) = next.pop_front() {
        let of_kind = found.entry(kind(&path)).or_default();
        if of_kind.len() == OF_A_KIND {
            continue;
        }
        let page = reader.get(&path, false)?;
        let is_page = named(&page.head, "content-type").any(|kind| kind.starts_with("text/html"));
        if page.status != 200 || !is_page {
            continue;
        }
        of_kind.push(path);
        let text = String::from_utf8_lossy(&page.body).into_owned();
        for link in text.split("href=\"/").skip(1) {
            let link = link.split(['"', '?', '#']).next().unwrap_or_default();
            let link = format!("/{link}");
            if !link.starts_with("/static/") && known.insert(link.clone()) {
                next.push_back(link);
            }
        }
    }
    found.retain(|_, paths| !paths.is_empty());
    Ok(found)
}

/// Where a reader turns next; the same each time.
struct Turns(u64);

impl Turns {
    fn next(&mut self) -> u64 {
        // Knuth's MMIX generator; its upper half is even enough for choosing pages.
        let Self(state) = self;
        *state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        *state >> 33
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        let count = u64::try_from(all.len()).unwrap_or(0).max(1);
        all.get(usize::try_from(self.next() % count).unwrap_or(0))
    }
}

/// One who reads: who they are, and what there is to read by kind.
struct Shelf {
    cookies: String,
    kinds: Vec<(String, Vec<String>)>,
}

type Times = BTreeMap<String, Vec<f64>>;

/// Reads until the time is over; how long each page took, in milliseconds.
fn read(at: &str, shelf: &Shelf, number: u64, looks: Duration, until: Instant) -> Done<Times> {
    let mut turns = Turns(number);
    let mut reader = Reader::new(at, &shelf.cookies)?;
    let mut times = Times::new();
    loop {
        let share = 500 + u32::try_from(turns.next() % 1_000).unwrap_or(0);
        std::thread::sleep(looks * share / 1_000);
        if Instant::now() >= until {
            return Ok(times);
        }
        let Some((kind, paths)) = turns.of(&shelf.kinds) else {
            return Ok(times);
        };
        let Some(path) = turns.of(paths) else {
            continue;
        };
        let began = Instant::now();
        let answer = reader.get(path, true)?;
        let took = began.elapsed().as_secs_f64() * 1e3;
        if answer.status != 200 {
            return Err(format!("{path} is answered with {}", answer.status).into());
        }
        times.entry(kind.clone()).or_default().push(took);
    }
}

/// All read at once.
fn all_read(at: &str, shelves: &[Shelf], looks: Duration, last: Duration) -> Done<Times> {
    let until = Instant::now() + last;
    std::thread::scope(|scope| {
        let mut readers = Vec::new();
        for (number, shelf) in (0..READERS).zip(shelves.iter().cycle()) {
            readers.push(scope.spawn(move || read(at, shelf, number, looks, until)));
        }
        let mut all = Times::new();
        for reader in readers {
            for (kind, times) in reader.join().map_err(|_| "a reader has panicked")?? {
                all.entry(kind).or_default().extend(times);
            }
        }
        Ok(all)
    })
}

/// The share of times that is no longer.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place in a list"
    )]
    let at = (sorted.len() as f64 * share).ceil().max(1.0) as usize - 1;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

fn main() -> Done<()> {
    let demo = Demo::start()?;
    let mut shelves = Vec::new();
    for login in WHO {
        let cookies = sign_in(&demo.at, login)?;
        let mut kinds: Vec<_> = pages(&demo.at, &cookies)?.into_iter().collect();
        kinds.push((SHORTEST.to_owned(), vec![SHORTEST.to_owned()]));
        shelves.push(Shelf { cookies, kinds });
    }
    let mut times = all_read(&demo.at, &shelves, LOOKS, MEASURED)?;
    for all in times.values_mut() {
        all.sort_by(f64::total_cmp);
    }
    let mut out = std::io::stdout();
    let count: usize = times.values().map(Vec::len).sum();
    let rate = count as f64 / MEASURED.as_secs_f64();
    writeln!(
        out,
        "{READERS} readers, {rate:.0} pages a second; milliseconds as a reader waits:"
    )?;
    writeln!(
        out,
        "{:>8} {:>8} {:>8} {:>8}  page",
        "median", "99 %", "longest", "times"
    )?;
    let mut rows: Vec<_> = times.iter().collect();
    rows.sort_by(|(_, a), (_, b)| quantile(b, 0.5).total_cmp(&quantile(a, 0.5)));
    for (kind, all) in &rows {
        let [half, most, last] = [0.5, 0.99, 1.0].map(|share| quantile(all, share));
        writeln!(
            out,
            "{half:>8.2} {most:>8.2} {last:>8.2} {:>8}  {kind}",
            all.len()
        )?;
    }
    let pages = rows.iter().filter(|(kind, _)| *kind != SHORTEST);
    let mut all: Vec<f64> = pages.flat_map(|(_, all)| all.iter().copied()).collect();
    all.sort_by(f64::total_cmp);
    let shortest = times
        .get(SHORTEST)
        .map_or(f64::NAN, |all| quantile(all, 0.5));
    let [half, most] = [0.5, 0.99].map(|share| quantile(&all, share));
    writeln!(
        out,
        "all pages: median {half:.2}, 99 % {most:.2}; median ÷ that of {SHORTEST}: {:.1}",
        half / shortest
    )?;
    let flat: usize = all_read(&demo.at, &shelves, Duration::ZERO, FLAT_OUT)?
        .values()
        .map(Vec::len)
        .sum();
    writeln!(
        out,
        "without looking: {:.0} pages a second",
        flat as f64 / FLAT_OUT.as_secs_f64()
    )?;
    Ok(())
}
