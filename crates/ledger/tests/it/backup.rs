//! Copies of a ledger: taken while it is written to, and put back.

use std::fs;
use std::path::Path;
use std::time::Duration;

use ledger::backup::{BackupError, Progress, backup, restore};
use ledger::{
    Batch, Claim, ItemId, Lease, Salt, Sealed, SqliteStore, Store, StoreError, StoredItem,
};

fn claimed(path: &Path) -> (SqliteStore, Lease) {
    let mut store = SqliteStore::open(path).unwrap();
    let Claim::Held(lease) = store.claim("the test", Duration::ZERO).unwrap() else {
        panic!()
    };
    (store, lease)
}

fn append(store: &mut SqliteStore, lease: Lease, count: usize, length: usize) {
    let entries = vec![
        Sealed {
            body: vec![b'x'; length],
            salt: Salt([3; 32])
        };
        count
    ];
    let first = store.length().unwrap();
    store
        .append(
            lease,
            &Batch {
                first,
                entries: &entries,
                ..Batch::default()
            },
        )
        .unwrap();
}

fn quiet(_: Progress) {}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_copy_taken_under_load_shows_one_moment_and_is_one_file() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (from, to) = (here.path().join("ledger"), there.path().join("copy"));
    let (mut store, lease) = claimed(&from);
    append(&mut store, lease, 4000, 4000);

    let mut reports: Vec<Progress> = Vec::new();
    backup(&from, &to, &mut |progress| {
        append(&mut store, lease, 7, 4000);
        reports.push(progress);
    })
    .unwrap();

    assert!(reports.len() > 3, "{reports:?}");
    assert!(
        reports.is_sorted_by_key(|progress| progress.done),
        "{reports:?}"
    );
    assert!(
        reports.last().is_some_and(|last| last.done == last.total),
        "{reports:?}"
    );
    assert_eq!(names(there.path()), ["copy"]);
    let mut copy = SqliteStore::open_read_only(&to).unwrap();
    assert_eq!(copy.length().unwrap(), 4000);
    assert_eq!(copy.read(0, 5000).unwrap(), store.read(0, 4000).unwrap());
}

#[test]
fn a_restored_ledger_goes_on_and_holds_no_lease() {
    let folder = tempfile::tempdir().unwrap();
    let [from, copy, to] = ["ledger", "copy", "restored"].map(|name| folder.path().join(name));
    let (mut store, old) = claimed(&from);
    append(&mut store, old, 3, 10);
    backup(&from, &copy, &mut quiet).unwrap();
    fs::write(&to, "").unwrap();
    restore(&copy, &to, &mut quiet).unwrap();

    let (mut restored, lease) = claimed(&to);
    assert!(matches!(
        restored.append(old, &Batch::default()),
        Err(StoreError::Superseded)
    ));
    append(&mut restored, lease, 2, 10);
    assert_eq!(restored.length().unwrap(), 5);
    assert_eq!(store.length().unwrap(), 3);
}

#[test]
fn what_was_erased_since_is_listed_and_erased_again() {
    let folder = tempfile::tempdir().unwrap();
    let [from, copy, to] = ["ledger", "copy", "restored"].map(|name| folder.path().join(name));
    let (mut store, lease) = claimed(&from);
    let put = [1, 2, 3].map(|byte| StoredItem {
        id: ItemId([byte; 16]),
        sealed: vec![byte; 50],
    });
    store
        .append(
            lease,
            &Batch {
                put: &put,
                ..Batch::default()
            },
        )
        .unwrap();
    backup(&from, &copy, &mut quiet).unwrap();
    let erase = [put[0].id, put[2].id];
    store
        .append(
            lease,
            &Batch {
                erase: &erase,
                ..Batch::default()
            },
        )
        .unwrap();

    restore(&copy, &to, &mut quiet).unwrap();
    let (mut restored, lease) = claimed(&to);
    assert_eq!(restored.items(None, 9).unwrap(), put);
    restored
        .append(
            lease,
            &Batch {
                erase: &erase,
                ..Batch::default()
            },
        )
        .unwrap();
    assert_eq!(
        restored.items(None, 9).unwrap(),
        store.items(None, 9).unwrap()
    );
}

#[test]
fn an_erasure_waits_for_a_running_copy_and_is_told_as_pending() {
    let folder = tempfile::tempdir().unwrap();
    let [from, copy] = ["ledger", "copy"].map(|name| folder.path().join(name));
    let (mut store, lease) = claimed(&from);
    let put = [StoredItem {
        id: ItemId([1; 16]),
        sealed: b"a marker that is erased".into(),
    }];
    store
        .append(
            lease,
            &Batch {
                put: &put,
                ..Batch::default()
            },
        )
        .unwrap();

    let mut pending = None;
    backup(&from, &copy, &mut |_| {
        let erase = [put[0].id];
        store
            .append(
                lease,
                &Batch {
                    erase: &erase,
                    ..Batch::default()
                },
            )
            .unwrap();
        assert_eq!(store.item(put[0].id).unwrap(), None);
        pending = Some(store.erasures_pending().unwrap());
    })
    .unwrap();
    assert_eq!(pending, Some(true));

    store.renew(lease).unwrap();
    assert!(!store.erasures_pending().unwrap());
}

#[test]
fn nothing_is_ever_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let [from, copy, other] = ["ledger", "copy", "other"].map(|name| folder.path().join(name));
    let (mut store, lease) = claimed(&from);
    append(&mut store, lease, 3, 10);
    fs::write(&other, "dear diary").unwrap();
    for target in [&from, &other] {
        let refused = backup(&from, target, &mut quiet);
        assert!(matches!(refused, Err(BackupError::TargetExists(path)) if path == *target));
    }
    backup(&from, &copy, &mut quiet).unwrap();
    for target in [&from, &other] {
        let refused = restore(&copy, target, &mut quiet);
        assert!(matches!(refused, Err(BackupError::TargetExists(path)) if path == *target));
    }
    let left_over = folder.path().join("new-wal");
    fs::write(&left_over, "").unwrap();
    let refused = restore(&copy, &folder.path().join("new"), &mut quiet);
    assert!(matches!(refused, Err(BackupError::TargetExists(path)) if path == left_over));
    assert_eq!(fs::read(&other).unwrap(), b"dear diary");
    assert_eq!(store.length().unwrap(), 3);
}

#[test]
fn a_damaged_or_foreign_copy_is_refused_and_leaves_nothing() {
    let (folder, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let [from, copy] = ["ledger", "copy"].map(|name| folder.path().join(name));
    let (mut store, lease) = claimed(&from);
    append(&mut store, lease, 500, 500);
    backup(&from, &copy, &mut quiet).unwrap();

    let good = fs::read(&copy).unwrap();
    let mut overwritten = good.clone();
    overwritten[4096 * 9..4096 * 12].fill(0x55);
    let bad = [
        b"no database at all".to_vec(),
        good[..good.len() / 2].to_vec(),
        overwritten,
    ];
    for bytes in bad {
        fs::write(&copy, bytes).unwrap();
        let refused = restore(&copy, &target.path().join("restored"), &mut quiet);
        assert!(matches!(refused, Err(BackupError::Store(_))), "{refused:?}");
        assert_eq!(names(target.path()), Vec::<String>::new());
    }
    let missing = backup(
        &folder.path().join("none"),
        &target.path().join("copy"),
        &mut quiet,
    );
    assert!(
        matches!(missing, Err(BackupError::Store(StoreError::Failed(_)))),
        "{missing:?}"
    );
}
