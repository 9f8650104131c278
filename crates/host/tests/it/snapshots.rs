//! Snapshots: a faster start, never a different state.

use std::fs;
use std::path::{Path, PathBuf};

use crate::memory::Memory;
use crate::support::{begun, options, parts, register, same, sound, start, until};

fn snapshots(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    found.sort();
    found
}

/// Runs a host on the ledger that registers people, and ends it in good order.
fn run(folder: &Path, memory: &Memory, people: &[&str]) {
    let host = start(folder, memory);
    for person in people {
        host.execute(register(person, person)).unwrap();
    }
    host.stop();
}

/// Starts a host; how long the snapshot is that it used.
fn used(folder: &Path, memory: &Memory) -> u64 {
    let host = start(folder, memory);
    same(&host.read(), &sound(&mut memory.still()));
    host.status().snapshot
}

#[test]
fn a_start_uses_the_snapshot_and_reads_on_from_there() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    run(folder.path(), &memory, &["p1", "p2"]);
    let host = start(folder.path(), &memory);
    assert_eq!(host.status().snapshot, 4);
    host.execute(register("p3", "p3")).unwrap();
    drop(host);
    assert_eq!(used(folder.path(), &memory), 4);
}

#[test]
fn two_snapshots_are_kept_and_a_damaged_one_is_passed_over_for_the_one_before() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    run(folder.path(), &memory, &["p1"]);
    run(folder.path(), &memory, &["p2"]);
    run(folder.path(), &memory, &["p3"]);
    let found = snapshots(folder.path());
    assert_eq!(found.len(), 2);
    let whole = fs::read(&found[1]).unwrap();
    for at in [0, 20, 30, 70, 100, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        fs::write(&found[1], &damaged).unwrap();
        assert_eq!(used(folder.path(), &memory), 4, "byte {at}");
        fs::write(&found[1], &whole[..at]).unwrap();
        assert_eq!(used(folder.path(), &memory), 4, "cut at {at}");
    }
    fs::write(&found[0], b"").unwrap();
    assert_eq!(
        used(folder.path(), &memory),
        0,
        "without any, the log is read"
    );
}

#[test]
fn the_snapshot_of_another_log_is_not_used() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    let twin = Memory::holding(memory.data().clone());
    run(folder.path(), &memory, &["p1"]);
    run(tempfile::tempdir().unwrap().path(), &twin, &["p2"]);
    assert_eq!(used(folder.path(), &twin), 0);
    assert_eq!(used(folder.path(), &memory), 3);
}

#[test]
fn a_snapshot_of_what_a_restored_log_has_lost_is_not_used_and_makes_room() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    run(folder.path(), &memory, &["p1"]);
    let backup = memory.data().clone();
    run(folder.path(), &memory, &["p2", "p3", "p4"]);
    let restored = Memory::holding(backup);
    assert_eq!(used(folder.path(), &restored), 3);
    run(folder.path(), &restored, &["q1"]);
    assert_eq!(used(folder.path(), &restored), 4);
    assert_eq!(snapshots(folder.path()).len(), 2);
}

#[test]
fn snapshots_are_made_while_the_host_writes_and_while_it_follows() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), begun());
    let other = tempfile::tempdir().unwrap();
    let often = |name: &str, folder: &Path| {
        let mut options = options(name, folder);
        options.snapshot_entries = 10;
        host::Host::start(options, parts(memory.opener())).unwrap()
    };
    let host = often("one", folder.path());
    let follower = often("two", other.path());
    for n in 0..40 {
        let id = format!("k{n}");
        host.execute(register(&id, &id)).unwrap();
    }
    until("the writer has a snapshot", || host.status().snapshot >= 10);
    until("the follower too", || follower.status().snapshot >= 10);
    drop((host, follower));
    assert!(used(folder.path(), &memory) >= 10);
    assert!(used(other.path(), &memory) >= 10);
}
