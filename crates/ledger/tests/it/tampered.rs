//! A SQLite ledger that someone alters with other tools, row by row and byte by byte: the check finds it.

use std::path::Path;

use ledger::SqliteStore;
use ledger::verify::{Report, verify};
use rusqlite::Connection;

use crate::sample::{MORNING, append_to, claim, keys, sign};

const ENTRIES: u64 = 12;

/// A signed ledger of a few entries, and the way past it.
fn ledger(folder: &Path) -> (SqliteStore, Connection) {
    let path = folder.join("small.ledger");
    let mut store = SqliteStore::open(&path).unwrap();
    let lease = claim(&mut store);
    append_to(&mut store, lease, ENTRIES);
    sign(&mut store, lease, MORNING)
        .unwrap()
        .expect("a checkpoint");
    let other = Connection::open(path).unwrap();
    // Whoever alters the file isn't held up by its checks.
    other
        .pragma_update(None, "ignore_check_constraints", true)
        .unwrap();
    (store, other)
}

fn check(store: &mut SqliteStore) -> Report {
    verify(store, &keys(), &[], &mut |_| {}).unwrap()
}

/// Alters one cell, checks, and puts it back.
fn each_byte_of(
    cell: &str,
    table: &str,
    column: &str,
    store: &mut SqliteStore,
    other: &Connection,
) {
    let blob: Vec<u8> = other
        .query_row(
            &format!("SELECT CAST({column} AS BLOB) FROM {table} WHERE {cell}"),
            [],
            |row| row.get(0),
        )
        .unwrap();
    let kind = if column == "note" {
        "CAST(?1 AS TEXT)"
    } else {
        "?1"
    };
    let set = format!("UPDATE {table} SET {column} = {kind} WHERE {cell}");
    for at in 0..blob.len() {
        let mut altered = blob.clone();
        altered[at] ^= 1;
        assert_eq!(other.execute(&set, [&altered]).unwrap(), 1);
        assert!(
            !check(store).is_sound(),
            "{table}.{column} where {cell}: byte {at}"
        );
    }
    other.execute(&set, [&blob]).unwrap();
    assert!(check(store).is_sound(), "put back");
}

#[test]
fn every_flipped_byte_of_every_row_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, other) = ledger(folder.path());
    for position in 0..ENTRIES {
        let cell = format!("position = {position}");
        each_byte_of(&cell, "entries", "body", &mut store, &other);
        each_byte_of(&cell, "entries", "salt", &mut store, &other);
    }
    each_byte_of("level = 0", "tiles", "hashes", &mut store, &other);
    each_byte_of("size > 0", "checkpoints", "note", &mut store, &other);
}

/// Alters a ledger; that must be found. A store may also refuse to read a file whose rows have a gap.
fn found(store: &mut SqliteStore, other: &Connection, what: &str, sql: &str) {
    other
        .execute_batch(&format!("SAVEPOINT altered; {sql}; RELEASE altered"))
        .unwrap();
    let outcome = verify(store, &keys(), &[], &mut |_| {});
    let sound = outcome.is_ok_and(|report| report.is_sound());
    assert!(!sound, "{what}");
}

#[test]
fn every_entry_that_is_removed_swapped_or_added_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, other) = ledger(folder.path());
    for at in 0..ENTRIES {
        let remove = format!(
            "CREATE TEMP TABLE kept AS SELECT * FROM entries WHERE position = {at};
             DELETE FROM entries WHERE position = {at}"
        );
        found(&mut store, &other, &format!("entry {at} removed"), &remove);
        let back = "INSERT INTO entries SELECT * FROM kept; DROP TABLE kept";
        other.execute_batch(back).unwrap();

        let next = (at + 1) % ENTRIES;
        let swap = format!(
            "UPDATE entries SET position = -1 WHERE position = {at};
             UPDATE entries SET position = {at} WHERE position = {next};
             UPDATE entries SET position = {next} WHERE position = -1"
        );
        found(
            &mut store,
            &other,
            &format!("{at} and {next} swapped"),
            &swap,
        );
        other.execute_batch(&swap).unwrap();

        let of = u64::from(at == 0);
        let add = format!(
            "UPDATE entries SET position = -position - 1 WHERE position >= {at};
             UPDATE entries SET position = -position WHERE position < 0;
             INSERT INTO entries SELECT {at}, body, salt FROM entries WHERE position = {of}"
        );
        found(&mut store, &other, &format!("one added before {at}"), &add);
        let undo = format!(
            "DELETE FROM entries WHERE position = {at};
             UPDATE entries SET position = -position WHERE position > {at};
             UPDATE entries SET position = -position - 1 WHERE position < 0"
        );
        other.execute_batch(&undo).unwrap();
    }
    assert!(check(&mut store).is_sound(), "all is back in its place");
}

#[test]
fn a_tile_or_checkpoint_that_is_removed_added_or_moved_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, other) = ledger(folder.path());
    let alterations = [
        (
            "CREATE TEMP TABLE tile AS SELECT * FROM tiles; DELETE FROM tiles",
            "INSERT INTO tiles SELECT * FROM tile",
        ),
        (
            "INSERT INTO tiles SELECT 1, 0, hashes FROM tiles",
            "DELETE FROM tiles WHERE level = 1",
        ),
        (
            "UPDATE checkpoints SET size = size - 1",
            "UPDATE checkpoints SET size = size + 1",
        ),
    ];
    for (alter, back) in alterations {
        found(&mut store, &other, alter, alter);
        other.execute_batch(back).unwrap();
        assert!(check(&mut store).is_sound(), "{back}");
    }
}
