//! Durable commands through a host, next to plain inserts of the bodies that came of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use ::host::{Failure, Host, Options, Parts};
use campaign::organisation::{Action as Organise, Facts, NewPerson, NewUnit};
use campaign::{Action, Actor, Command, CommandId, State, Time};
use ledger::vault::{Cipher, Key};
use ledger::{Sealed, SqliteStore, Store};

use crate::peers::{self, Columns};
use crate::reading::keys;
use crate::turns::{Side, compare, rate};
use crate::{Done, county};

/// How many threads send, and how many commands each of them.
const SENDERS: [(usize, usize); 3] = [(1, 500), (8, 300), (64, 300)];

/// 1 January 2026.
const NOW: Time = Time(1_767_225_600);

/// The state that follows from a log.
pub fn rebuilt(store: &mut dyn Store) -> Done<State> {
    Ok(::host::rebuild(store)?)
}

/// A host on a SQLite ledger, with the usual options.
pub fn started(ledger: &Path, data: &Path) -> Done<Host> {
    let (signer, keys) = keys()?;
    let path = ledger.to_owned();
    let parts = Parts {
        open: Arc::new(move || Ok(Box::new(SqliteStore::open(&path)?))),
        cipher: Arc::new(Cipher::new(Key::from_hex(&"5a".repeat(32))?)),
        signer: Arc::new(signer),
        keys: Arc::new(keys),
        clock: Arc::new(|| NOW),
    };
    Ok(Host::start(Options::new("bench", data), parts)?)
}

fn command(number: u64, action: Action) -> Command {
    let mut id = [0; 16];
    for (to, from) in id.iter_mut().zip(number.to_be_bytes()) {
        *to = from;
    }
    Command {
        id: CommandId(id),
        by: Actor::Program("bench".into()),
        action,
    }
}

/// Registers a person: one entry.
fn register(number: u64) -> Done<Command> {
    let person = NewPerson {
        person: format!("p{number:09}").as_str().into(),
        unit: "county".into(),
        profile: None,
    };
    let register = Organise::RegisterPeople {
        from: "2026-01-01".parse().map_err(|_| "no date")?,
        people: vec![person],
    };
    Ok(command(number, Action::Organisation(register)))
}

/// Adopts the county's rules and founds one unit.
fn found(host: &Host) -> Done<()> {
    let adopt = Action::Rules(campaign::rules::Action::Adopt {
        from: "2026-01".parse().map_err(|_| "no period")?,
        files: county::files()?,
    });
    let unit = NewUnit {
        unit: "county".into(),
        facts: Facts {
            name: "county".into(),
            category: "office".into(),
            parent: None,
            attributes: BTreeMap::new(),
        },
    };
    let import = Action::Organisation(Organise::ImportUnits {
        from: "2026-01-01".parse().map_err(|_| "no date")?,
        units: vec![unit],
    });
    for (number, action) in [(u64::MAX, adopt), (u64::MAX - 1, import)] {
        host.execute(command(number, action))?;
    }
    Ok(())
}

/// Commands from all the threads, each of which waits for its answer before it sends the next one. How many a second, and how
/// large the groups were.
#[expect(clippy::cast_precision_loss, reason = "far below 2⁵³")]
fn sent(folder: &Path, senders: usize, each: usize) -> Done<(f64, f64)> {
    let host = started(&folder.join("ledger"), &folder.join("data"))?;
    found(&host)?;
    let before = host.status();
    let count = senders * each;
    let commands: Vec<Command> = (0..count as u64).map(register).collect::<Done<_>>()?;
    let rate = rate(count, || {
        std::thread::scope(|scope| -> Done<()> {
            let send = |commands: &[Command]| -> Result<(), Failure> {
                for command in commands {
                    host.execute(command.clone())?;
                }
                Ok(())
            };
            let senders: Vec<_> = commands
                .chunks(each)
                .map(|commands| scope.spawn(move || send(commands)))
                .collect();
            for sender in senders {
                sender.join().map_err(|_| "a sender has panicked")??;
            }
            Ok(())
        })
    })?;
    let status = host.status();
    let groups = (status.groups - before.groups).max(1) as f64;
    host.stop();
    Ok((rate, count as f64 / groups))
}

/// The entries that `sent` makes.
fn entries_of(folder: &Path) -> Done<Vec<Sealed>> {
    let mut store = SqliteStore::open(&folder.join("ledger"))?;
    Ok(store.read(2, usize::MAX)?)
}

/// For each number of threads: the host, plain inserts one by one, and plain inserts in groups as large as the host's were.
pub fn durable(folder: &Path, rounds: usize) -> Done<()> {
    for (senders, each) in SENDERS {
        let example = tempfile::tempdir_in(folder)?;
        let (_, group) = sent(example.path(), senders, each)?;
        let entries = entries_of(example.path())?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at most the number of threads"
        )]
        let group = group.round().max(1.0) as usize;
        let new = || tempfile::tempdir_in(folder);
        let plain = |entries: &[Sealed], group| {
            peers::sqlite(&new()?.path().join("plain"), entries, group, Columns::Both)
        };
        let single = entries.get(..500).unwrap_or(&entries);
        let sides = vec![
            Side::new("merit", || Ok(sent(new()?.path(), senders, each)?.0)),
            Side::new("SQLite, as grouped", || plain(&entries, group)),
            Side::new("SQLite, one by one", || plain(single, 1)),
        ];
        compare(
            &format!("{senders} senders, groups of {group}"),
            rounds,
            sides,
        )?;
    }
    Ok(())
}
