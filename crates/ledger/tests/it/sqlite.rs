//! The SQLite store: what a killed process leaves, what erasing leaves, and files that aren't a ledger.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ledger::sqlite::SqliteError;
use ledger::store::{StoredCheckpoint, StoredTile, TreeStep};
use ledger::{
    Batch, Claim, ItemId, Lease, Location, Salt, Sealed, SqliteStore, Store, StoreError, StoredItem,
};

use crate::sample::append_to;

fn claimed(path: &Path) -> (SqliteStore, Lease) {
    let mut store = SqliteStore::open(path).unwrap();
    let Claim::Held(lease) = store.claim("the test", Duration::ZERO).unwrap() else {
        panic!("{} is held", path.display())
    };
    (store, lease)
}

/// Seeded numbers (`SplitMix64`).
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

/// An item that is nothing but its mark, again and again: also a part of it is recognised.
fn marked(number: u64, length: usize) -> StoredItem {
    let mark = format!("<item {number}>");
    let sealed = mark.bytes().cycle().take(length.max(mark.len())).collect();
    StoredItem {
        id: id(number),
        sealed,
    }
}

fn id(number: u64) -> ItemId {
    // Scattered, as random ids are.
    let scattered = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ItemId((u128::from(scattered) << 64 | u128::from(number)).to_be_bytes())
}

/// The numbers of all marks in any file of the folder.
fn marks_in_files(folder: &Path) -> BTreeSet<u64> {
    let mut marks = BTreeSet::new();
    for file in fs::read_dir(folder).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        for piece in bytes.split(|&byte| byte == b'<') {
            let Some(rest) = piece.strip_prefix(b"item ") else {
                continue;
            };
            let Some(end) = rest.iter().position(|&byte| byte == b'>') else {
                continue;
            };
            // A mark that lies on two pages is torn.
            let digits = std::str::from_utf8(&rest[..end]).unwrap_or_default();
            marks.extend(digits.parse::<u64>());
        }
    }
    marks
}

// ---- Killed ----

/// Where the child finds its ledger.
const CHILD: &str = "LEDGER_TEST_CHILD";

fn batch_entries(batch: u64) -> Vec<Sealed> {
    let count = 1 + batch % 7;
    let body = |place| format!("batch {batch}, entry {place} of {count}{:40}", "").into_bytes();
    (0..count)
        .map(|place| Sealed {
            body: body(place),
            salt: Salt([5; 32]),
        })
        .collect()
}

fn batch_item(batch: u64) -> StoredItem {
    let length = if batch.is_multiple_of(5) {
        9000
    } else {
        100 + batch % 300
    };
    marked(batch, usize::try_from(length).unwrap())
}

/// Which item a batch erases: every other one, three batches later.
fn erased_by(batch: u64) -> Option<u64> {
    (batch % 2 == 1).then(|| batch.checked_sub(3)).flatten()
}

/// Reads the whole log, batch by batch: each is there once and whole. How many there are.
fn whole_batches(store: &mut SqliteStore) -> u64 {
    let log = store.read(0, usize::MAX).unwrap();
    assert_eq!(log.len() as u64, store.length().unwrap());
    let (mut rest, mut batch) = (&log[..], 0);
    while !rest.is_empty() {
        let wanted = batch_entries(batch);
        let (found, further) = rest.split_at(wanted.len());
        assert_eq!(found, wanted, "batch {batch}");
        (rest, batch) = (further, batch + 1);
    }
    batch
}

/// Not a test by itself: what [`no_acknowledged_batch_is_lost_or_doubled_by_kill_9`] kills.
#[test]
fn child_that_appends_until_it_is_killed() {
    let Some(path) = std::env::var_os(CHILD) else {
        return;
    };
    let (mut store, lease) = claimed(Path::new(&path));
    println!();
    let first = whole_batches(&mut store);
    for number in first.. {
        let entries = batch_entries(number);
        let erase: Vec<ItemId> = erased_by(number).map(id).into_iter().collect();
        let batch = Batch {
            first: store.length().unwrap(),
            entries: &entries,
            put: &[batch_item(number)],
            erase: &erase,
            ..Batch::default()
        };
        store.append(lease, &batch).unwrap();
        println!("entries {}", batch.first + entries.len() as u64);
        let size = batch.first + entries.len() as u64;
        let tiles = [StoredTile {
            level: 0,
            index: 0,
            hashes: vec![1; 32],
        }];
        let checkpoint = StoredCheckpoint {
            size,
            note: format!("{size} entries"),
        };
        let step = TreeStep {
            tiles: &tiles,
            checkpoint: Some(&checkpoint),
            supersedes: None,
        };
        store.put_tree(lease, &step).unwrap();
        println!("tree {size}");
    }
}

fn spawn_child(ledger: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "sqlite::child_that_appends_until_it_is_killed",
            "--nocapture",
        ])
        .env(CHILD, ledger)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Kills a child at a point drawn: so many acknowledgements, then so many microseconds. The last sizes acknowledged, of the
/// log and of its tree.
fn kill_somewhere(ledger: &Path, draw: &mut Draw) -> (u64, u64) {
    let mut child = spawn_child(ledger);
    let mut lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let (mut log, mut tree) = (0, 0);
    let mut note = |line: String| match line.split_once(' ') {
        Some(("entries", size)) => log = size.parse().unwrap(),
        Some(("tree", size)) => tree = size.parse().unwrap(),
        _ => (),
    };
    let heard = 2 + draw.below(30);
    for _ in 0..heard {
        lines.next().map(&mut note);
    }
    let (start, wait) = (Instant::now(), Duration::from_micros(draw.below(3000)));
    while start.elapsed() < wait {
        std::hint::spin_loop();
    }
    child.kill().unwrap();
    lines.for_each(note);
    child.wait().unwrap();
    (log, tree)
}

#[test]
fn no_acknowledged_batch_is_lost_or_doubled_by_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let mut draw = Draw(20_120_629);
    let mut epoch = 0;
    for round in 0..50 {
        let (log, tree) = kill_somewhere(&path, &mut draw);
        let (mut store, lease) = claimed(&path);
        assert!(lease.epoch > epoch, "round {round}");
        epoch = lease.epoch;
        assert!(
            store.length().unwrap() >= log,
            "round {round}: {log} were acknowledged"
        );
        let checkpoint = store
            .checkpoint()
            .unwrap()
            .map_or(0, |checkpoint| checkpoint.size);
        assert!(
            (tree..=store.length().unwrap()).contains(&checkpoint),
            "round {round}"
        );

        let batches = whole_batches(&mut store);
        let erased: BTreeSet<u64> = (0..batches).filter_map(erased_by).collect();
        let kept: BTreeSet<u64> = (0..batches).filter(|item| !erased.contains(item)).collect();
        for number in 0..batches {
            let item = store.item(id(number)).unwrap();
            assert_eq!(
                item,
                kept.contains(&number).then(|| batch_item(number)),
                "round {round}"
            );
        }
        assert!(!store.erasures_pending().unwrap());
        let found = marks_in_files(folder.path());
        let wrong: Vec<&u64> = found.symmetric_difference(&kept).collect();
        assert!(
            wrong.is_empty(),
            "round {round}: {wrong:?} of {batches} batches"
        );
    }
}

// ---- Erased ----

#[test]
fn no_byte_of_an_erased_item_is_in_any_file() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, lease) = claimed(&folder.path().join("ledger"));
    let mut draw = Draw(7);
    let mut kept = BTreeSet::new();
    for round in 0..40_u64 {
        let put: Vec<StoredItem> = (round * 25..(round + 1) * 25)
            .map(|number| {
                let length = if draw.below(12) == 0 { 30_000 } else { 1200 };
                marked(number, usize::try_from(draw.below(length)).unwrap())
            })
            .collect();
        kept.extend(round * 25..(round + 1) * 25);
        let erase: Vec<u64> = kept
            .iter()
            .copied()
            .filter(|_| draw.below(4) == 0)
            .collect();
        kept.retain(|number| !erase.contains(number));
        let erase: Vec<ItemId> = erase.into_iter().map(id).collect();
        store
            .append(
                lease,
                &Batch {
                    put: &put,
                    ..Batch::default()
                },
            )
            .unwrap();
        store
            .append(
                lease,
                &Batch {
                    erase: &erase,
                    ..Batch::default()
                },
            )
            .unwrap();
        assert!(!store.erasures_pending().unwrap());
        let found = marks_in_files(folder.path());
        let wrong: Vec<&u64> = found.symmetric_difference(&kept).collect();
        assert!(wrong.is_empty(), "round {round}: {wrong:?}");
    }
}

#[test]
fn no_byte_of_what_was_sealed_anew_is_in_any_file() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, lease) = claimed(&folder.path().join("ledger"));
    let old = [marked(100, 700), marked(101, 20_000), marked(102, 20)];
    store
        .append(
            lease,
            &Batch {
                put: &old,
                ..Batch::default()
            },
        )
        .unwrap();
    let new: Vec<StoredItem> = old
        .iter()
        .zip(200..)
        .map(|(old, mark)| StoredItem {
            id: old.id,
            ..marked(mark, old.sealed.len())
        })
        .collect();
    store
        .append(
            lease,
            &Batch {
                reseal: &new,
                ..Batch::default()
            },
        )
        .unwrap();
    assert_eq!(
        marks_in_files(folder.path()),
        BTreeSet::from([200, 201, 202])
    );
}

#[test]
fn an_erasure_that_had_to_wait_is_done_by_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let (mut store, lease) = claimed(&path);
    store
        .append(
            lease,
            &Batch {
                put: &[marked(1, 500)],
                ..Batch::default()
            },
        )
        .unwrap();

    let reader = rusqlite::Connection::open(&path).unwrap();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM items;")
        .unwrap();
    store
        .append(
            lease,
            &Batch {
                erase: &[id(1)],
                ..Batch::default()
            },
        )
        .unwrap();
    assert_eq!(store.item(id(1)).unwrap(), None);
    assert!(store.erasures_pending().unwrap());
    drop(store);
    assert!(
        SqliteStore::open(&path)
            .unwrap()
            .erasures_pending()
            .unwrap()
    );
    drop(reader);

    let (mut store, _) = claimed(&path);
    assert!(!store.erasures_pending().unwrap());
    assert_eq!(marks_in_files(folder.path()), BTreeSet::new());
}

/// What a process leaves that is killed in the middle of a write: SQLite writes the WAL page by page, and the write counts
/// with its last page only. A cache of a few pages makes it write the first ones early.
#[test]
fn an_item_whose_write_was_cut_short_is_in_no_file_after_the_next_claim() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    filled(&path);
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch("PRAGMA cache_size = 4; BEGIN IMMEDIATE")
        .unwrap();
    let item = marked(1, 100_000);
    db.execute(
        "INSERT INTO items VALUES (?1, 1, ?2)",
        rusqlite::params![item.id.0, item.sealed],
    )
    .unwrap();
    let killed = tempfile::tempdir().unwrap();
    for name in ["ledger", "ledger-wal"] {
        fs::copy(folder.path().join(name), killed.path().join(name)).unwrap();
    }
    assert_eq!(marks_in_files(killed.path()), BTreeSet::from([1]));

    let (mut store, _) = claimed(&killed.path().join("ledger"));
    assert_eq!(store.item(item.id).unwrap(), None);
    assert!(!store.erasures_pending().unwrap());
    assert_eq!(marks_in_files(killed.path()), BTreeSet::new());
}

// ---- The lease ----

#[test]
fn a_deleted_lock_file_makes_no_second_writer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let (mut first, old) = claimed(&path);
    fs::remove_file(folder.path().join("ledger.writer")).unwrap();
    let (mut second, new) = claimed(&path);
    assert!(matches!(
        first.append(old, &Batch::default()),
        Err(StoreError::Superseded)
    ));
    second.append(new, &Batch::default()).unwrap();
    assert!(matches!(
        first.claim("first", Duration::ZERO),
        Ok(Claim::Busy(_))
    ));
}

#[test]
fn a_dropped_handle_frees_the_lease() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let (first, old) = claimed(&path);
    drop(first);
    let (mut second, _) = claimed(&path);
    assert!(matches!(
        second.append(old, &Batch::default()),
        Err(StoreError::Superseded)
    ));
}

#[test]
fn a_lease_is_shown_through_any_handle_of_its_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let (_first, lease) = claimed(&path);
    let mut second = SqliteStore::open(&path).unwrap();
    second.append(lease, &Batch::default()).unwrap();
    second.put_tree(lease, &TreeStep::default()).unwrap();
}

// ---- Files ----

fn damaged<T: std::fmt::Debug>(result: ledger::Result<T>) -> String {
    match result {
        Err(StoreError::Damaged(what)) => what,
        other => panic!("{other:?}"),
    }
}

fn failed<T: std::fmt::Debug>(result: ledger::Result<T>) -> SqliteError {
    match result {
        Err(StoreError::Failed(error)) => *error.downcast().unwrap(),
        other => panic!("{other:?}"),
    }
}

/// A closed ledger of some pages.
fn filled(path: &Path) {
    let (mut store, lease) = claimed(path);
    let entries = vec![
        Sealed {
            body: vec![b'x'; 500],
            salt: Salt([1; 32])
        };
        200
    ];
    store
        .append(
            lease,
            &Batch {
                entries: &entries,
                ..Batch::default()
            },
        )
        .unwrap();
}

#[test]
fn many_may_make_the_same_new_ledger_at_once() {
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger");
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| SqliteStore::open(&path).unwrap().length().unwrap());
            }
        });
    }
}

#[test]
fn a_foreign_file_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text");
    fs::write(&text, "dear diary, ".repeat(1000)).unwrap();
    let other = folder.path().join("other.sqlite");
    rusqlite::Connection::open(&other)
        .unwrap()
        .execute_batch("CREATE TABLE t (x)")
        .unwrap();
    for (path, told) in [(&text, "no SQLite database"), (&other, "another program")] {
        let before = fs::read(path).unwrap();
        for refused in [SqliteStore::open(path), SqliteStore::open_read_only(path)] {
            let what = damaged(refused);
            assert!(
                what.contains(told) && what.contains(path.to_str().unwrap()),
                "{what}"
            );
        }
        assert_eq!(fs::read(path).unwrap(), before);
    }
}

#[test]
fn a_ledger_from_the_future_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    filled(&path);
    let db = rusqlite::Connection::open(&path).unwrap();
    db.pragma_update(None, "user_version", 2).unwrap();
    drop(db);
    let what = damaged(SqliteStore::open(&path));
    assert!(
        what.contains("version 2") && what.contains("newer"),
        "{what}"
    );
}

#[test]
fn a_truncated_file_is_told_as_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    filled(&path);
    let whole = fs::read(&path).unwrap();
    // SQLite takes a file of one byte for an empty one.
    for length in [2, 50, 4096, whole.len() / 2, whole.len() - 4096] {
        fs::write(&path, &whole[..length]).unwrap();
        damaged(SqliteStore::open(&path));
        damaged(SqliteStore::open_read_only(&path));
    }
}

#[test]
fn a_missing_entry_is_told_as_damage() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    filled(&path);
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch("DELETE FROM entries WHERE position = 17")
        .unwrap();
    let mut store = SqliteStore::open(&path).unwrap();
    assert!(damaged(store.read(0, 999)).contains("entry 17"));
    assert!(store.read(18, 999).is_ok());
}

#[test]
fn a_handle_for_reading_reads_and_refuses_to_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    filled(&path);
    let mut store = SqliteStore::open_read_only(&path).unwrap();
    assert_eq!(store.length().unwrap(), 200);
    let refused = failed(store.claim("the test", Duration::ZERO));
    assert!(matches!(refused, SqliteError::ReadOnly(_)), "{refused:?}");
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_written_is_told_at_once() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    filled(&path);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    if fs::File::options().append(true).open(&path).is_err() {
        let refused = failed(SqliteStore::open(&path));
        assert!(matches!(refused, SqliteError::ReadOnly(_)), "{refused:?}");
    } else {
        // Whoever runs the tests may write everything.
        SqliteStore::open(&path).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_ledger_and_its_copies_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let (mut store, lease) = claimed(&path);
    store
        .append(
            lease,
            &Batch {
                entries: &batch_entries(3),
                ..Batch::default()
            },
        )
        .unwrap();
    ledger::backup::backup(&path, &folder.path().join("copy"), &mut |_| ()).unwrap();
    for name in ["ledger", "ledger-wal", "ledger-shm", "copy"] {
        let mode = fs::metadata(folder.path().join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_path_that_leads_nowhere_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("no such folder").join("ledger");
    for refused in [
        failed(SqliteStore::open(&nowhere)),
        failed(SqliteStore::open(folder.path())),
        failed(SqliteStore::open_read_only(&folder.path().join("none"))),
    ] {
        assert!(refused.to_string().contains("can't be opened"), "{refused}");
    }
}

#[test]
fn an_empty_file_becomes_a_ledger_and_is_none_for_a_reader() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    fs::write(&path, "").unwrap();
    assert!(damaged(SqliteStore::open_read_only(&path)).contains("empty"));
    assert_eq!(SqliteStore::open(&path).unwrap().length().unwrap(), 0);
}

#[test]
fn a_snapshot_shows_one_moment_and_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (path, nowhere) = (folder.path().join("ledger"), folder.path().join("nowhere"));
    let (mut store, lease) = claimed(&path);
    append_to(&mut store, lease, 3);
    let mut snapshot = Location::File(path.clone()).open_existing().unwrap();
    append_to(&mut store, lease, 5);
    assert_eq!(snapshot.length().unwrap(), 3);
    assert_eq!(snapshot.read(0, 9).unwrap().len(), 3);
    assert!(snapshot.claim("someone", Duration::ZERO).is_err());
    let later = SqliteStore::open_snapshot(&path).unwrap().length().unwrap();
    assert_eq!(later, 5);
    assert!(Location::File(nowhere.clone()).open_existing().is_err());
    assert!(!nowhere.exists());
}
