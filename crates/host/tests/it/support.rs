//! A small campaign on a ledger, and what must always hold of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use campaign::organisation::{Action as Organise, Facts, NewPerson, NewUnit};
use campaign::{Action, Actor, Command, CommandId, Entry, Note, State, Time, rules, vault};
use host::{Host, Opener, Options, Outcome, Parts, Request};
use ledger::vault::{Cipher, Item, Key, Limits, MediaType};
use ledger::{Keys, Signer, Store};

use crate::memory::{Data, Memory};

/// 2 March 2026.
pub const NOW: Time = Time(1_772_409_600);

const CAMPAIGN: &str = r#"
id = "trial"
name = { zh = "试验县", en = "Trial County" }

[calendar]
period = "month"

[[category]]
id = "office"
name = { zh = "机关", en = "Offices" }
"#;

pub const MEASURES: &str = r#"
[[measure]]
id = "requests"
name = { zh = "办结率", en = "Settled in time" }
range = { min = 0, max = 1 }
filled_by = "file"
origin = { zh = "登记", en = "Register" }
"#;

pub const SCHEME: &str = r#"
id = "office"
name = { zh = "机关细则", en = "Rules of offices" }
category = "office"

[defaults]
missing = "class-mean"
not_applicable = "class-mean"

[[indicator]]
id = "requests"
name = { zh = "办结率", en = "Settled in time" }
kind = "outcome"
points = 100
measure = "requests"
direction = "higher"
rule = { linear = { zero = 0.5, full = 1 } }
"#;

pub fn key(text: &str) -> CommandId {
    let mut id = [0; 16];
    id[..text.len()].copy_from_slice(text.as_bytes());
    CommandId(id)
}

pub fn command(id: &str, action: Action) -> Command {
    Command {
        id: key(id),
        by: Actor::Program("test".into()),
        action,
    }
}

/// Adopts the rules.
pub fn adopt() -> Command {
    let files = [
        ("campaign.toml", CAMPAIGN),
        ("measures.toml", MEASURES),
        ("schemes/office.toml", SCHEME),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    command(
        "adopt",
        Action::Rules(rules::Action::Adopt {
            from: "2026-01".parse().unwrap(),
            files: files.into(),
        }),
    )
}

/// Founds the one unit.
pub fn found() -> Command {
    let unit = NewUnit {
        unit: "county".into(),
        facts: Facts {
            name: "county".into(),
            category: "office".into(),
            parent: None,
            attributes: BTreeMap::new(),
        },
    };
    command(
        "found",
        Action::Organisation(Organise::ImportUnits {
            from: "2026-01-01".parse().unwrap(),
            units: vec![unit],
        }),
    )
}

/// Registers a person: one entry.
pub fn register(id: &str, person: &str) -> Request {
    registration(id, person, None).into()
}

/// Registers a person together with a profile in the vault.
pub fn register_with_profile(id: &str, person: &str, text: &str) -> Request {
    let item = text_item(text);
    Request {
        command: registration(id, person, Some(note(&item))),
        items: vec![item],
    }
}

pub fn registration(id: &str, person: &str, profile: Option<Note>) -> Command {
    let person = NewPerson {
        person: person.into(),
        unit: "county".into(),
        profile,
    };
    command(
        id,
        Action::Organisation(Organise::RegisterPeople {
            from: "2026-01-01".parse().unwrap(),
            people: vec![person],
        }),
    )
}

/// Erases what is known of a person.
pub fn erase(id: &str, person: &str) -> Request {
    let action = vault::Action::ErasePerson {
        person: person.into(),
        reason: None,
    };
    command(id, Action::Vault(action)).into()
}

pub fn text_item(text: &str) -> Item {
    Item::new(
        MediaType::Text,
        text.as_bytes().to_vec(),
        &Limits::default(),
    )
    .unwrap()
}

pub fn note(item: &Item) -> Note {
    Note {
        item: campaign::ItemId(item.id.0),
        digest: campaign::Digest(item.digest().0),
    }
}

pub fn keys() -> Keys {
    Keys::new(vec![signer().verifier().clone()], Vec::new()).unwrap()
}

fn signer() -> Signer {
    Signer::from_seed("host.test", &[7; 32]).unwrap()
}

pub fn parts(open: Opener) -> Parts {
    let key = Key::from_hex(&"5a".repeat(32)).unwrap();
    Parts {
        open,
        cipher: Arc::new(Cipher::new(key)),
        signer: Arc::new(signer()),
        keys: Arc::new(keys()),
        clock: Arc::new(|| NOW),
    }
}

/// Options under which everything is done at once, and nothing by the clock.
pub fn options(name: &str, data: &Path) -> Options {
    let long = Duration::from_secs(3_600);
    Options {
        ttl: 2 * long,
        renew: long,
        poll: Duration::from_millis(1),
        checkpoint_every: Duration::ZERO,
        snapshot_every: long,
        backoff: Duration::ZERO,
        ..Options::new(name, data)
    }
}

pub fn start(data: &Path, memory: &Memory) -> Host {
    Host::start(options("one", data), parts(memory.opener())).unwrap()
}

/// A ledger with rules and a unit: two entries.
pub fn begun() -> Memory {
    static BEGUN: OnceLock<Data> = OnceLock::new();
    let data = BEGUN.get_or_init(|| {
        let (folder, memory) = (tempfile::tempdir().unwrap(), Memory::default());
        let host = start(folder.path(), &memory);
        host.execute(adopt()).unwrap();
        host.execute(found()).unwrap();
        host.stop();
        memory.data().clone()
    });
    Memory::holding(data.clone())
}

/// The entries of a ledger.
pub fn entries(store: &mut dyn Store, from: u64) -> Vec<Entry> {
    let sealed = store.read(from, usize::MAX).unwrap();
    let entry = |sealed: &ledger::Sealed| serde_json::from_slice(&sealed.body).unwrap();
    sealed.iter().map(entry).collect()
}

/// What must hold of a ledger whatever happened: the tree is sound, no command stands twice. The state that follows from it.
pub fn sound(store: &mut dyn Store) -> State {
    let report = ledger::verify::verify(store, &keys(), &[], &mut |_| {}).unwrap();
    assert!(report.is_sound(), "{:?}", report.findings);
    once(&entries(store, 0));
    host::rebuild(store).unwrap()
}

/// No command of the tests yields entries in two places.
pub fn once(entries: &[Entry]) {
    let mut last = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        let before = last.insert(entry.cmd, at);
        assert!(
            before.is_none_or(|before| before + 1 == at),
            "{:?} stands twice, the second time at {at}",
            entry.cmd
        );
    }
}

/// The entries that a receipt names are those of the command.
pub fn stands(store: &mut dyn Store, command: CommandId, outcome: &Outcome) {
    let receipt = outcome.as_ref().unwrap();
    let entries = entries(store, 0);
    let found: Vec<u64> = (0..)
        .zip(&entries)
        .filter(|(_, entry)| entry.cmd == command)
        .map(|(at, _)| at)
        .collect();
    let told: Vec<u64> = receipt.entries.clone().collect();
    assert_eq!(found, told, "{command:?}");
}

pub fn same(one: &State, other: &State) {
    assert!(
        one.snapshot().unwrap() == other.snapshot().unwrap(),
        "the states differ: one has {} entries, the other {}",
        one.length(),
        other.length()
    );
}

/// Waits until something is so.
pub fn until(what: &str, so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !so() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        std::thread::yield_now();
    }
}
