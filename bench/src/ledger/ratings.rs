//! Ratings through HTTP: how many a second `merit serve` takes in durably, next to plain inserts of the bodies that came of them;
//! then it is killed in the middle of more of them, and every one it had acknowledged has to be there.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Run, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use ::host::{Host, Options, Parts};
use campaign::rating::{Action, Code, Voice};
use campaign::{Actor, Command, CommandId, Time};
use ledger::vault::{Cipher, Key};
use ledger::{Keys, Sealed, Signer, SqliteStore, Store};

use crate::Done;
use crate::peers::{self, Columns};

/// How many raters send at the same time; each waits for its answer before the next rating.
const RATERS: usize = 128;
/// For how long ratings are counted.
const MEASURED: Duration = Duration::from_secs(8);
/// For how long more are sent until the server is killed.
const UNTIL_KILLED: Duration = Duration::from_secs(2);
/// So many codes are entered with one command.
const AT_ONCE: usize = 1_000;
/// How many codes each rater has.
const CODES: usize = 2_000;
/// For how long a start may take.
const PATIENCE: Duration = Duration::from_secs(60);

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code, and how it stands in a link.
struct Drawn {
    code: Code,
    written: String,
}

fn draw() -> Done<Drawn> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| error.to_string())?;
    let number = u128::from_be_bytes(bytes);
    let digit = |at: u32| usize::try_from((number >> (5 * at)) & 31).unwrap_or(0);
    let written = (0..26).rev().filter_map(|at| ALPHABET.get(digit(at)));
    Ok(Drawn {
        code: Code::new(bytes),
        written: written.map(|byte| char::from(*byte)).collect(),
    })
}

/// A running server; killed when it is let go of.
struct Server {
    child: Child,
    at: String,
}

impl Server {
    /// Starts it on a data folder and waits until it writes.
    fn start(merit: &Path, data: &Path) -> Done<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?
            .local_addr()?
            .port();
        let at = format!("127.0.0.1:{port}");
        let county = Path::new(env!("CARGO_MANIFEST_DIR")).join("../campaigns/county");
        let mut run = Run::new(merit);
        run.arg("serve").arg(county).args(["--listen", &at]);
        run.arg("--data").arg(data);
        run.args(["--admin-unit", "t001", "--admin-name", "bench"]);
        let log = File::create(data.join("log"))?;
        let child = run.stdout(Stdio::null()).stderr(log).spawn()?;
        let server = Self { child, at };
        let began = Instant::now();
        while !server
            .get("/readyz")
            .is_ok_and(|body| body.ends_with("writing"))
        {
            if began.elapsed() > PATIENCE {
                let log = fs::read_to_string(data.join("log")).unwrap_or_default();
                return Err(format!("the server doesn't start: {log}").into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    fn get(&self, path: &str) -> Done<String> {
        let mut stream = TcpStream::connect(&self.at)?;
        let at = &self.at;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: {at}\r\nconnection: close\r\n\r\n"
        )?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        Ok(text)
    }

    /// A number of its metrics.
    fn metric(&self, name: &str) -> Done<f64> {
        let text = self.get("/metrics")?;
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        Ok(line.ok_or("no such metric")?.trim().parse()?)
    }

    /// `kill -9`.
    fn kill(mut self) -> Done<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

fn now() -> Time {
    let passed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Time(passed.map_or(0, |passed| i64::try_from(passed.as_secs()).unwrap_or(0)))
}

/// A host of this program's own on the server's data.
fn own_host(data: &Path) -> Done<Host> {
    let signer = fs::read_to_string(data.join("keys/signing.key"))?;
    let signer = Signer::from_private_text(signer.trim())?;
    let keys = Keys::new(vec![signer.verifier().clone()], Vec::new())?;
    let path = data.join("ledger.merit");
    let parts = Parts {
        open: Arc::new(move || Ok(Box::new(SqliteStore::open(&path)?))),
        cipher: Arc::new(Cipher::new(Key::read(&data.join("keys/vault.key"))?)),
        signer: Arc::new(signer),
        keys: Arc::new(keys),
        clock: Arc::new(now),
    };
    Ok(Host::start(
        Options::new("bench", data.join("bench")),
        parts,
    )?)
}

/// Invites as many as there are codes, over all units.
fn invite(data: &Path, codes: &[Drawn]) -> Done<()> {
    let host = own_host(data)?;
    let units: Vec<_> = {
        let state = host.read();
        let today = now().day(480);
        state
            .organisation
            .units(today)
            .map(|(unit, _)| unit.clone())
            .collect()
    };
    for (codes, unit) in codes.chunks(AT_ONCE).zip(units.iter().cycle()) {
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|error| error.to_string())?;
        let invite = Action::Invite {
            unit: unit.clone(),
            service: None,
            group: None,
            voice: Voice::Own,
            tickets: codes.iter().map(|drawn| drawn.code.ticket()).collect(),
        };
        let command = Command {
            id: CommandId(id),
            by: Actor::Program("desk".into()),
            action: campaign::Action::Rating(invite),
        };
        let began = Instant::now();
        while let Err(failure) = host.execute(command.clone()) {
            // The server that founded the campaign holds the right to write for a moment longer.
            if began.elapsed() > PATIENCE {
                return Err(failure.to_string().into());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
    host.stop();
    Ok(())
}

/// One rating's form: most are content, a few are not, some say why.
fn form(number: usize) -> String {
    let level = match number % 20 {
        0 => 2,
        1 | 2 => 3,
        3..=7 => 4,
        _ => 5,
    };
    let mut form = format!("level={level}");
    if number.is_multiple_of(4) {
        let _never_fails = write!(
            form,
            "&tag=speed&comment=%E5%8A%9E%E5%BE%97%E5%BE%88%E5%BF%AB+{number}"
        );
    }
    form
}

/// Sends ratings one after another over one connection until told to stop or the server is gone; how many codes, from the first,
/// were acknowledged.
fn rate(at: &str, codes: &[Drawn], stop: &AtomicBool) -> Done<usize> {
    let mut stream = TcpStream::connect(at)?;
    stream.set_nodelay(true)?;
    let mut answer = vec![0; 16 << 10];
    for (number, drawn) in codes.iter().enumerate() {
        if stop.load(Ordering::Relaxed) {
            return Ok(number);
        }
        let (form, code) = (form(number), &drawn.written);
        let kind = "application/x-www-form-urlencoded";
        let request = format!(
            "POST /r/{code} HTTP/1.1\r\nhost: {at}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{form}",
            form.len()
        );
        let mut got = 0;
        let answered = stream.write_all(request.as_bytes()).is_ok()
            && loop {
                match stream.read(answer.get_mut(got..).unwrap_or_default()) {
                    Ok(0) | Err(_) => break false,
                    Ok(more) => got += more,
                }
                if answer
                    .get(..got)
                    .is_some_and(|head| head.ends_with(b"\r\n\r\n"))
                {
                    break true;
                }
            };
        if !answered {
            return Ok(number);
        }
        if !answer.starts_with(b"HTTP/1.1 303") {
            let text = String::from_utf8_lossy(answer.get(..got).unwrap_or_default()).into_owned();
            return Err(format!("a rating was refused: {text}").into());
        }
    }
    Ok(codes.len())
}

/// What came of a while of rating: how many of each rater's codes were acknowledged, and how long it took.
struct While {
    given: Vec<usize>,
    took: Duration,
}

/// Lets all raters send for a while; then `end` is done, and they stop.
fn all_rate(
    server: &str,
    codes: &[&[Drawn]],
    last: Duration,
    end: impl FnOnce() -> Done<()>,
) -> Done<While> {
    let stop = AtomicBool::new(false);
    let began = Instant::now();
    std::thread::scope(|scope| {
        let stop = &stop;
        let mut raters = Vec::new();
        for codes in codes {
            let rater = move || rate(server, codes, stop).map_err(|error| error.to_string());
            raters.push(scope.spawn(rater));
        }
        std::thread::sleep(last);
        end()?;
        stop.store(true, Ordering::Relaxed);
        let mut given = Vec::new();
        for rater in raters {
            given.push(rater.join().map_err(|_| "a rater has panicked")??);
        }
        let took = began.elapsed();
        Ok(While { given, took })
    })
}

/// The bodies of the ratings in the log.
fn bodies(data: &Path, from: u64) -> Done<Vec<Sealed>> {
    let mut store = SqliteStore::open(&data.join("ledger.merit"))?;
    Ok(store.read(from, usize::MAX)?)
}

/// Measures, kills, looks whether all is there.
#[expect(clippy::cast_precision_loss, reason = "far below 2⁵³")]
pub fn through_http(folder: &Path) -> Done<()> {
    let merit =
        std::env::var_os("MERIT").map_or_else(|| "target/release/merit".into(), PathBuf::from);
    let place = tempfile::tempdir_in(folder)?;
    let data = place.path();
    Server::start(&merit, data)?.kill()?;
    let codes = (0..RATERS * CODES)
        .map(|_| draw())
        .collect::<Done<Vec<_>>>()?;
    invite(data, &codes)?;
    let server = Server::start(&merit, data)?;
    let (entries, groups) = (
        server.metric("merit_host_length")?,
        server.metric("merit_host_groups")?,
    );
    let own: Vec<&[Drawn]> = codes.chunks(CODES).collect();
    let first = all_rate(&server.at, &own, MEASURED, || Ok(()))?;
    let count: usize = first.given.iter().sum();
    let groups = (server.metric("merit_host_groups")? - groups).max(1.0);
    let rate = count as f64 / first.took.as_secs_f64();
    let mut out = std::io::stdout();
    writeln!(
        out,
        "ratings through HTTP, {RATERS} raters: {rate:.0}/s durable, groups of {:.1}",
        count as f64 / groups
    )?;
    killed(&merit, server, data, (&own, &first))?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a length"
    )]
    let entries = bodies(data, entries as u64)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most the raters"
    )]
    let group = (count as f64 / groups).round().max(1.0) as usize;
    let plain = |name: &str, entries: &[Sealed], group| {
        peers::sqlite(&data.join(name), entries, group, Columns::Both)
    };
    let grouped = plain("grouped", entries.get(..count).unwrap_or(&entries), group)?;
    let single = plain("single", entries.get(..1_000).unwrap_or(&entries), 1)?;
    writeln!(
        out,
        "plain inserts, fsynced in groups of {group}: {grouped:.0}/s; ratio {:.3}",
        rate / grouped
    )?;
    writeln!(
        out,
        "plain inserts, fsynced one by one: {single:.0}/s; ratio {:.2}",
        rate / single
    )?;
    Ok(())
}

/// Kills the server while more ratings come in, starts it again, and looks for each rating that was acknowledged.
fn killed(
    merit: &Path,
    server: Server,
    data: &Path,
    (own, first): (&[&[Drawn]], &While),
) -> Done<()> {
    let rest: Vec<&[Drawn]> = own
        .iter()
        .zip(&first.given)
        .map(|(codes, given)| codes.get(*given..).unwrap_or_default())
        .collect();
    let at = server.at.clone();
    let second = all_rate(&at, &rest, UNTIL_KILLED, || server.kill())?;
    let began = Instant::now();
    let again = Server::start(merit, data)?;
    let took = began.elapsed();
    again.kill()?;
    let mut store = SqliteStore::open(&data.join("ledger.merit"))?;
    let state = ::host::rebuild(&mut store)?;
    let given = first.given.iter().zip(&second.given).map(|(a, b)| a + b);
    let acknowledged = own
        .iter()
        .zip(given)
        .flat_map(|(codes, given)| codes.get(..given).unwrap_or_default());
    let (mut all, mut lost) = (0, 0);
    for drawn in acknowledged {
        all += 1;
        lost += u32::from(state.ratings.rating(drawn.code.rating()).is_none());
    }
    let more = second.given.iter().sum::<usize>();
    writeln!(
        std::io::stdout(),
        "kill -9 after {more} more; writing again after {:.1} s; of {all} acknowledged ratings {lost} are lost",
        took.as_secs_f64()
    )?;
    match lost {
        0 => Ok(()),
        _ => Err("acknowledged ratings were lost".into()),
    }
}
