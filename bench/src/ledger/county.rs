//! The life of a county: deciding and evolving in memory, rebuilding from a ledger, starting from a snapshot.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use campaign::{Action, Entry, Refusal, State};
use ledger::canonical::to_bytes;
use ledger::{SqliteStore, Store};
use simulate::year::{Alone, Campaign, Sent, Year};

use crate::append::{append, claim, sealed};
use crate::turns::{Side, compare, rate};
use crate::{Done, host, reading};

/// The files of the county that ships with Merit: path → text.
pub fn files() -> Done<BTreeMap<String, String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../campaigns/county");
    let mut files = BTreeMap::new();
    for place in ["", "forms", "schemes", "honours", "ladders"] {
        let listed = std::fs::read_dir(folder.join(place));
        for file in listed.into_iter().flatten() {
            let path = file?.path();
            if path.extension().is_some_and(|end| end == "toml") {
                let name = path.strip_prefix(&folder)?.to_string_lossy().into_owned();
                files.insert(name, std::fs::read_to_string(&path)?);
            }
        }
    }
    Ok(files)
}

/// A campaign that keeps time while a state decides and evolves, and what came of it.
#[derive(Default)]
struct Timed {
    inner: Alone,
    spent: Duration,
    /// How many commands of each kind, and the time they took.
    kinds: BTreeMap<&'static str, (u32, Duration)>,
    commands: usize,
    entries: Vec<Entry>,
}

impl Campaign for Timed {
    fn take(&mut self, sent: &Sent) -> Result<Vec<Entry>, Refusal> {
        let start = Instant::now();
        let taken = self.inner.take(sent);
        let spent = start.elapsed();
        self.spent += spent;
        let (count, took) = self.kinds.entry(kind(&sent.command.action)).or_default();
        *count += 1;
        *took += spent;
        self.commands += 1;
        self.entries.extend(taken.iter().flatten().cloned());
        taken
    }

    fn state(&self) -> &State {
        self.inner.state()
    }
}

const fn kind(action: &Action) -> &'static str {
    match action {
        Action::Rules(_) => "rules",
        Action::Organisation(_) => "organisation",
        Action::Record(_) => "record",
        Action::Rating(_) => "rating",
        Action::Work(_) => "work",
        Action::Period(_) => "period",
        Action::Circular(_) => "circular",
        _ => "others",
    }
}

/// Where the time of a year goes.
fn tell_kinds(year: &Timed) -> Done<()> {
    for (kind, (count, took)) in &year.kinds {
        let each = took.as_secs_f64() / f64::from(*count) * 1e6;
        let share = took.as_secs_f64() / year.spent.as_secs_f64() * 100.0;
        writeln!(
            std::io::stdout(),
            "{kind:<14}{count:>9} commands{each:>11.2} µs each{share:>7.1} %"
        )?;
    }
    Ok(())
}

fn year(units: u32) -> Done<Timed> {
    let mut timed = Timed::default();
    Year::of(units, files()?)
        .run(&mut timed)
        .map_err(|stopped| stopped.to_string())?;
    Ok(timed)
}

/// The bodies of the entries of a county's year.
pub fn bodies(units: u32) -> Done<Vec<Vec<u8>>> {
    let year = year(units)?;
    let bodies = year.entries.iter().map(to_bytes);
    Ok(bodies.collect::<Result<_, _>>()?)
}

/// What one core does with a county's year.
#[expect(clippy::cast_precision_loss, reason = "far below 2⁵³")]
pub fn in_memory(folder: &Path, units: u32, rounds: usize) -> Done<()> {
    let first = year(units)?;
    let (entries, commands) = (&first.entries, first.commands);
    let bodies: Vec<Vec<u8>> = entries.iter().map(to_bytes).collect::<Result<_, _>>()?;
    let bytes: usize = bodies.iter().map(Vec::len).sum();
    writeln!(
        std::io::stdout(),
        "{commands} commands, {} entries, {bytes} bytes of bodies",
        entries.len()
    )?;
    tell_kinds(&first)?;
    let folder = tempfile::tempdir_in(folder)?;
    let mut store = SqliteStore::open(&folder.path().join("ledger"))?;
    let lease = claim(&mut store)?;
    append(&mut store, lease, &sealed(&bodies, bodies.len())?, 5_000)?;
    let count = entries.len();
    let sides = vec![
        Side::new("decide and evolve", || {
            let year = year(units)?;
            Ok(year.commands as f64 / year.spent.as_secs_f64())
        }),
        Side::new("evolve", || {
            let mut state = State::new();
            rate(count, || {
                Ok(entries.iter().try_for_each(|entry| state.evolve(entry))?)
            })
        }),
        Side::new("canonical bytes", || {
            rate(count, || {
                Ok(entries
                    .iter()
                    .try_for_each(|entry| to_bytes(entry).map(drop))?)
            })
        }),
        Side::new("parse", || rate(count, || parse(&bodies))),
        Side::new("read SQLite", || rate(count, || read(&mut store))),
        Side::new("rebuild", || {
            let mut store = SqliteStore::open_read_only(&folder.path().join("ledger"))?;
            rate(count, || host::rebuilt(&mut store).map(drop))
        }),
    ];
    compare("a county's year", rounds, sides)
}

fn parse(bodies: &[Vec<u8>]) -> Done<()> {
    for body in bodies {
        serde_json::from_slice::<Entry>(body)?;
    }
    Ok(())
}

fn read(store: &mut SqliteStore) -> Done<()> {
    let mut from = 0;
    loop {
        match store.read(from, 4_096)?.len() as u64 {
            0 => return Ok(()),
            read => from += read,
        }
    }
}

/// Starts a host on the ledger of a county's year: from the log alone, then from its snapshot.
pub fn start(folder: &Path, units: u32) -> Done<()> {
    let folder = tempfile::tempdir_in(folder)?;
    let path = folder.path().join("ledger");
    let entries = sealed_year(units)?;
    let mut store = SqliteStore::open(&path)?;
    let lease = claim(&mut store)?;
    append(&mut store, lease, &entries, 5_000)?;
    reading::sequence(&mut store)?;
    drop(store);
    for from in ["from the log", "from a snapshot"] {
        let begun = Instant::now();
        let host = host::started(&path, &folder.path().join("data"))?;
        let took = begun.elapsed().as_secs_f64();
        let length = host.read().length();
        writeln!(
            std::io::stdout(),
            "start {from}: {length} entries in {took:.2} s"
        )?;
        host.stop();
    }
    let data = std::fs::read_dir(folder.path().join("data"))?;
    for file in data {
        let bytes = file?.metadata()?.len();
        writeln!(std::io::stdout(), "snapshot: {bytes} bytes")?;
    }
    Ok(())
}

fn sealed_year(units: u32) -> Done<Vec<ledger::Sealed>> {
    let bodies = bodies(units)?;
    sealed(&bodies, bodies.len())
}
