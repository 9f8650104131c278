//! A county's year: rebuilt byte for byte from either store, and nothing personal where it must not be.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use aho_corasick::AhoCorasick;
use campaign::{Entry, ItemId, Refusal, State, Time, vault};
use host::{Host, Options, Parts, Request};
use ledger::canonical::to_bytes;
use ledger::vault::{Item, MediaType};
use ledger::{Batch, Claim, Hash, Lease, Salt, Sealed, SqliteStore, Store};
use simulate::year::{Alone, Campaign, Sent, Text, Year};
use testbed::{Postgres, campaign_files};

use crate::support::{command, keys, parts, same};

/// Everything personal that is known before the year begins: names, telephones, households.
fn personal(year: &Year) -> AhoCorasick {
    let population = year.population();
    let of = population.people().iter();
    let words = of.flat_map(|one| [&one.name, &one.phone, &one.household]);
    AhoCorasick::new(words).unwrap()
}

/// A store that is written as the writer writes it, without its decisions.
struct Written {
    store: Box<dyn Store>,
    lease: Lease,
    length: u64,
}

impl Written {
    fn new(mut store: Box<dyn Store>) -> Self {
        let Claim::Held(lease) = store.claim("test", Duration::from_secs(3_600)).unwrap() else {
            panic!("nobody else writes");
        };
        Self {
            store,
            lease,
            length: 0,
        }
    }

    fn append(&mut self, entries: &[Sealed]) {
        let batch = Batch {
            first: self.length,
            entries,
            ..Batch::default()
        };
        self.store.append(self.lease, &batch).unwrap();
        self.length += entries.len() as u64;
    }
}

/// A year as it goes on: in memory, and from there into both stores.
struct Going {
    alone: Alone,
    stores: [Written; 2],
    waiting: Vec<Sealed>,
    folder: PathBuf,
    /// The length of the log at each snapshot.
    snapshots: Vec<u64>,
    personal: AhoCorasick,
}

/// As many entries are written at once.
const GROUP: usize = 8_192;
/// As many entries lie between two snapshots.
const BETWEEN: u64 = 200_000;

impl Campaign for Going {
    fn take(&mut self, sent: &Sent) -> Result<Vec<Entry>, Refusal> {
        let entries = self.alone.take(sent)?;
        for entry in &entries {
            let body = to_bytes(entry).unwrap();
            assert!(
                !self.personal.is_match(&body),
                "{}",
                String::from_utf8_lossy(&body)
            );
            for text in &sent.texts {
                assert!(
                    !contains(&body, text.content.as_bytes()),
                    "{}",
                    text.content
                );
            }
            let salt = Salt(Hash::of(&[&body]).0);
            self.waiting.push(Sealed { body, salt });
        }
        if self.waiting.len() >= GROUP {
            self.write();
        }
        Ok(entries)
    }

    fn state(&self) -> &State {
        self.alone.state()
    }
}

impl Going {
    fn write(&mut self) {
        for store in &mut self.stores {
            store.append(&self.waiting);
        }
        self.waiting.clear();
        let length = self.state().length();
        if length >= self.snapshots.last().copied().unwrap_or(0) + BETWEEN {
            std::fs::write(self.snapshot(length), self.state().snapshot().unwrap()).unwrap();
            self.snapshots.push(length);
        }
    }

    fn snapshot(&self, length: u64) -> PathBuf {
        self.folder.join(format!("{length}.snapshot"))
    }
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    !text.is_empty() && bytes.windows(text.len()).any(|window| window == text)
}

/// 1,000 organisations, 30,000 people, 12 months, 2 million entries. Each state follows from the snapshot before it and the
/// entries between, and the last one from the log alone: so every state of the year is what its entries say.
#[test]
fn a_countys_year_is_rebuilt_byte_for_byte_on_both_stores() {
    let year = Year::of(1_000, campaign_files("county"));
    let folder = tempfile::tempdir().unwrap();
    let sqlite = SqliteStore::open(&folder.path().join("county.ledger")).unwrap();
    let postgres = ledger::postgres::PostgresStore::open(&Postgres::shared().database()).unwrap();
    let mut going = Going {
        alone: Alone::default(),
        stores: [
            Written::new(Box::new(sqlite)),
            Written::new(Box::new(postgres)),
        ],
        waiting: Vec::new(),
        folder: folder.path().to_owned(),
        snapshots: Vec::new(),
        personal: personal(&year),
    };
    year.run(&mut going)
        .unwrap_or_else(|stopped| panic!("{stopped}"));
    going.write();
    let live = going.state();
    assert!(live.length() >= 2_000_000, "{} entries", live.length());
    assert_eq!(live.circulars.iter().count(), 12, "a circular each month");
    let live = live.snapshot().unwrap();
    let end = going.state().length();
    let (snapshots, folder) = (going.snapshots, going.folder);
    // What is rebuilt needs the room.
    drop(going.alone);
    for mut written in going.stores {
        let mut before = State::new();
        for length in snapshots.iter().copied().chain([end]) {
            let after = host::read_to(written.store.as_mut(), before, length).unwrap();
            let bytes = match std::fs::read(folder.join(format!("{length}.snapshot"))) {
                Ok(bytes) if length != end => bytes,
                _ => live.clone(),
            };
            assert!(
                after.snapshot().unwrap() == bytes,
                "the state of {length} entries"
            );
            drop(after);
            before = State::restore(&bytes).unwrap();
        }
        drop(before);
        let rebuilt = host::rebuild(written.store.as_mut()).unwrap();
        assert!(
            rebuilt.snapshot().unwrap() == live,
            "the state of the whole log"
        );
    }
}

/// The same commands, decided by a host on a file, one after the other.
struct Hosted {
    alone: Alone,
    host: Host,
    clock: Arc<AtomicI64>,
    texts: Vec<Text>,
}

impl Campaign for Hosted {
    fn take(&mut self, sent: &Sent) -> Result<Vec<Entry>, Refusal> {
        let first = self.alone.0.length();
        let entries = self.alone.take(sent)?;
        self.clock.store(sent.now.0, Ordering::Relaxed);
        let request = Request {
            command: sent.command.clone(),
            items: sent.texts.iter().map(item).collect(),
        };
        let receipt = self.host.execute(request).unwrap();
        assert_eq!(receipt.entries, first..self.alone.0.length());
        self.texts.extend(sent.texts.iter().cloned());
        Ok(entries)
    }

    fn state(&self) -> &State {
        self.alone.state()
    }
}

fn item(text: &Text) -> Item {
    Item {
        id: ledger::ItemId(text.note.item.0),
        salt: Salt(text.salt),
        media_type: MediaType::Text,
        content: text.content.clone().into_bytes(),
    }
}

/// Where nothing personal may ever be: entries, tiles, checkpoints, an export, snapshots.
fn public_bytes(store: &mut dyn Store, data: &Path) -> Vec<(String, Vec<u8>)> {
    let mut places = Vec::new();
    let sealed = store.read(0, usize::MAX).unwrap();
    places.push((
        "entries".to_owned(),
        sealed.into_iter().flat_map(|entry| entry.body).collect(),
    ));
    let tiles = store.tiles(None, usize::MAX).unwrap();
    places.push((
        "tiles".to_owned(),
        tiles.into_iter().flat_map(|tile| tile.hashes).collect(),
    ));
    let notes = store.checkpoints(None, usize::MAX).unwrap();
    places.push((
        "checkpoints".to_owned(),
        notes
            .into_iter()
            .flat_map(|c| c.note.into_bytes())
            .collect(),
    ));
    for path in files_in(data) {
        places.push((path.display().to_string(), std::fs::read(&path).unwrap()));
    }
    places
}

/// A host whose clock is set by what it is sent.
fn hosted(file: &Path, data: &Path) -> Hosted {
    let clock = Arc::new(AtomicI64::new(0));
    let (told, path) = (Arc::clone(&clock), file.to_owned());
    let opener = Arc::new(move || Ok(Box::new(SqliteStore::open(&path)?) as Box<dyn Store>));
    let parts = Parts {
        clock: Arc::new(move || Time(told.load(Ordering::Relaxed))),
        ..parts(opener)
    };
    let options = Options {
        patience: Duration::ZERO,
        ..Options::new("county", data)
    };
    Hosted {
        alone: Alone::default(),
        host: Host::start(options, parts).unwrap(),
        clock,
        texts: Vec::new(),
    }
}

#[test]
fn nothing_personal_gets_into_entries_tree_or_snapshots_and_nothing_erased_stays_in_a_file() {
    let year = Year {
        months: 1,
        people_per_unit: 20,
        invited_per_unit: 30,
        ..Year::of(20, campaign_files("county"))
    };
    let folder = tempfile::tempdir().unwrap();
    let (file, data) = (
        folder.path().join("county.ledger"),
        folder.path().join("data"),
    );
    let mut hosted = hosted(&file, &data);
    year.run(&mut hosted)
        .unwrap_or_else(|stopped| panic!("{stopped}"));
    same(&hosted.host.read(), &hosted.alone.0);

    let Hosted {
        alone, host, texts, ..
    } = hosted;
    let mut store = SqliteStore::open(&file).unwrap();
    let sealed: Vec<Vec<u8>> = texts
        .iter()
        .map(|text| {
            store
                .item(ledger::ItemId(text.note.item.0))
                .unwrap()
                .expect("put")
                .sealed
        })
        .collect();
    let some = &texts[texts.len() / 2];
    let read = host.item(some.note.item).unwrap().expect("there");
    assert_eq!(read.content, some.content.as_bytes());

    erase_all(&host, &alone.0, &texts);
    assert_eq!(host.item(some.note.item).unwrap(), None);
    host.stop();

    let words = personal(&year);
    let comments = AhoCorasick::new(texts.iter().map(|text| &text.content)).unwrap();
    for (place, bytes) in public_bytes(&mut store, &data) {
        assert!(
            !words.is_match(&bytes),
            "{place} holds a name, telephone or household"
        );
        assert!(!comments.is_match(&bytes), "{place} holds a text");
    }
    // The nonce alone tells a sealed item from any other.
    let gone = AhoCorasick::new(sealed.iter().map(|bytes| &bytes[..48])).unwrap();
    for file in files_in(folder.path()) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(
            !gone.is_match(&bytes),
            "{} holds an erased item",
            file.display()
        );
        assert!(!words.is_match(&bytes), "{} holds a name", file.display());
    }
    let report = ledger::verify::verify(&mut store, &keys(), &[], &mut |_| {}).unwrap();
    assert!(
        report.is_sound(),
        "every proof holds: {:?}",
        report.findings
    );
}

fn files_in(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let listed = std::fs::read_dir(folder).unwrap();
    listed
        .map(|file| file.unwrap().path())
        .filter(|path| path.is_file())
}

/// Erases every person, then whatever else lies in the vault.
fn erase_all(host: &Host, state: &State, texts: &[Text]) {
    let of_people = state
        .organisation
        .people()
        .map(|(person, _)| vault::Action::ErasePerson {
            person: person.clone(),
            reason: None,
        });
    let items: Vec<ItemId> = texts.iter().map(|text| text.note.item).collect();
    let rest = items.chunks(500).map(|items| vault::Action::EraseItems {
        items: items.to_vec(),
        reason: None,
    });
    for (number, action) in of_people.chain(rest).enumerate() {
        let request = command(&format!("erase {number}"), campaign::Action::Vault(action));
        host.execute(request).unwrap();
    }
}
