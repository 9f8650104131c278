//! A process of its own that hosts a campaign under load, to be killed: this test binary, started again.
//!
//! It registers people from several threads and prints a line for each command that was acknowledged, and for each time it
//! became the writer. What isn't acknowledged is sent again with the same key by the next process of the same name.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use host::{Failure, Host, Role};
use ledger::Location;

use crate::support::{options, parts, register, register_with_profile};

const PLACE: &str = "MERIT_TEST_HOST";

/// How many threads send commands.
pub const THREADS: usize = 4;

/// What a process is told: who it is, where the ledger and its data lie, for how long the right to write holds, and from which
/// command on each thread goes on.
#[derive(Clone, Debug)]
pub struct Orders {
    pub name: String,
    pub location: Location,
    pub data: String,
    pub ttl: Duration,
    pub next: [u64; THREADS],
}

impl Orders {
    fn to_text(&self) -> String {
        let (kind, place) = match &self.location {
            Location::File(path) => ("file", path.display().to_string()),
            Location::Postgres(address) => ("postgres", address.clone()),
        };
        let next = self.next.map(|n| n.to_string()).join(",");
        let ttl = self.ttl.as_millis();
        format!("{}|{kind}|{place}|{}|{ttl}|{next}", self.name, self.data)
    }

    fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('|').collect();
        let [name, kind, place, data, ttl, next] = parts.try_into().ok()?;
        let next: Vec<u64> = next.split(',').map(|n| n.parse().unwrap()).collect();
        Some(Self {
            name: name.to_owned(),
            location: if kind == "file" {
                Location::File(place.into())
            } else {
                Location::Postgres(place.to_owned())
            },
            data: data.to_owned(),
            ttl: Duration::from_millis(ttl.parse().ok()?),
            next: next.try_into().ok()?,
        })
    }
}

/// What a process says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// The command of a thread was acknowledged: its entry.
    Done { thread: usize, n: u64, entry: u64 },
    /// It has become the writer, its readers seeing so many entries.
    Writes { epoch: u64, length: u64 },
}

impl Said {
    fn parse(line: &str) -> Option<Self> {
        // The test harness may have begun the line.
        let (_, line) = line.split_once("said: ")?;
        let mut words = line.split(' ');
        let kind = words.next()?;
        let mut number = || words.next()?.parse::<u64>().ok();
        match kind {
            "done" => Some(Self::Done {
                thread: usize::try_from(number()?).ok()?,
                n: number()?,
                entry: number()?,
            }),
            "writes" => Some(Self::Writes {
                epoch: number()?,
                length: number()?,
            }),
            _ => None,
        }
    }
}

/// A process, and what it says.
pub struct Process {
    child: Child,
    said: Receiver<Said>,
}

impl Process {
    pub fn start(orders: &Orders) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child::hosts_when_told_to", "--nocapture"])
            .env(PLACE, orders.to_text())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (send, said) = channel();
        std::thread::spawn(move || {
            // A line that was cut off by the kill wasn't said.
            for line in out.lines().map_while(Result::ok) {
                if let Some(said) = Said::parse(&line) {
                    let _nobody_listens = send.send(said);
                }
            }
        });
        Self { child, said }
    }

    /// The next it says; none once it has ended or after that time.
    pub fn next(&self, patience: Duration) -> Option<Said> {
        self.said.recv_timeout(patience).ok()
    }

    /// Whatever it has said by now.
    pub fn heard(&self) -> impl Iterator<Item = Said> + '_ {
        self.said.try_iter()
    }

    /// Kills it. Everything it has said until then.
    pub fn kill(mut self) -> Vec<Said> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.said.iter().collect()
    }
}

/// The key of a command, and the person that it registers.
pub fn id(name: &str, thread: usize, n: u64) -> String {
    format!("{name}-{thread}-{n}")
}

#[test]
fn hosts_when_told_to() {
    let Ok(text) = std::env::var(PLACE) else {
        return;
    };
    let orders = Orders::parse(&text).expect("orders");
    std::thread::spawn(|| {
        // Whoever started this process has ended.
        let _ended = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let mut options = options(&orders.name, orders.data.as_ref());
    options.ttl = orders.ttl;
    options.renew = orders.ttl / 4;
    options.poll = Duration::from_millis(20);
    options.checkpoint_every = Duration::from_millis(5);
    options.snapshot_entries = 300;
    options.backoff = Duration::from_millis(5);
    let location = orders.location.clone();
    let host = Host::start(options, parts(Arc::new(move || location.open()))).expect("starts");
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (host, orders) = (&host, &orders);
            scope.spawn(move || load(host, orders, thread));
        }
        scope.spawn(|| watch(&host));
    });
}

/// Sends one command after the other, each until it is acknowledged.
fn load(host: &Host, orders: &Orders, thread: usize) {
    for n in orders.next[thread].. {
        let id = id(&orders.name, thread, n);
        let receipt = loop {
            let request = if n % 4 == 0 {
                register_with_profile(&id, &id, "王芳 13900000000")
            } else {
                register(&id, &id)
            };
            match host.execute(request) {
                Ok(receipt) => break receipt,
                Err(Failure::Refused(refusal)) => panic!("{id}: {refusal}"),
                Err(_) => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        assert_eq!(receipt.entries.end - receipt.entries.start, 1);
        say(&format!("done {thread} {n} {}", receipt.entries.start));
    }
}

/// Says when the host becomes the writer.
fn watch(host: &Host) {
    let mut before = Role::Opening;
    loop {
        let status = host.status();
        if status.role != before {
            if let Role::Writing { epoch } = status.role {
                say(&format!("writes {epoch} {}", status.length));
            }
            before = status.role;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn say(what: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("\nsaid: {what}\n").as_bytes())
        .and_then(|()| out.flush())
        .expect("someone listens");
}
