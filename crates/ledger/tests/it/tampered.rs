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

#[test]
fn every_row_that_is_removed_swapped_or_added_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, other) = ledger(folder.path());
    let found = |store: &mut SqliteStore, what: &str, sql: &str| {
        other.execute_batch("SAVEPOINT altered").unwrap();
        other.execute_batch(sql).unwrap();
        other.execute_batch("RELEASE altered").unwrap();
        // A store may refuse to read a file whose rows have a gap: that is found too.
        let outcome = verify(store, &keys(), &[], &mut |_| {});
        assert!(
            outcome.is_err() || outcome.is_ok_and(|report| !report.is_sound()),
            "{what}"
        );
    };
    for at in 0..ENTRIES {
        let keep =
            format!("CREATE TEMP TABLE kept AS SELECT * FROM entries WHERE position = {at};");
        let back = "DELETE FROM entries WHERE position IN (SELECT position FROM kept); \
                    INSERT INTO entries SELECT * FROM kept; DROP TABLE kept;";
        found(
            &mut store,
            &format!("entry {at} removed"),
            &format!("{keep} DELETE FROM entries WHERE position = {at}"),
        );
        other.execute_batch(back).unwrap();
        let next = (at + 1) % ENTRIES;
        let swap = format!(
            "UPDATE entries SET position = -1 WHERE position = {at};
             UPDATE entries SET position = {at} WHERE position = {next};
             UPDATE entries SET position = {next} WHERE position = -1;"
        );
        found(
            &mut store,
            &format!("entries {at} and {next} swapped"),
            &swap,
        );
        other.execute_batch(&swap).unwrap();
        let insert = format!(
            "UPDATE entries SET position = -position - 1 WHERE position >= {at};
             UPDATE entries SET position = -position WHERE position < 0;
             INSERT INTO entries SELECT {at}, body, salt FROM entries WHERE position = {};",
            if at == 0 { 1 } else { 0 }
        );
        found(&mut store, &format!("an entry added before {at}"), &insert);
        let undo = format!(
            "DELETE FROM entries WHERE position = {at};
             UPDATE entries SET position = -position WHERE position > {at};
             UPDATE entries SET position = -position - 1 WHERE position < 0;"
        );
        other.execute_batch(&undo).unwrap();
    }
    assert!(check(&mut store).is_sound(), "all is back in its place");
    found(
        &mut store,
        "a tile removed",
        "CREATE TEMP TABLE tile AS SELECT * FROM tiles; DELETE FROM tiles",
    );
    other
        .execute_batch("INSERT INTO tiles SELECT * FROM tile")
        .unwrap();
    found(
        &mut store,
        "a tile added",
        "INSERT INTO tiles SELECT 1, 0, hashes FROM tiles",
    );
    other
        .execute_batch("DELETE FROM tiles WHERE level = 1")
        .unwrap();
    found(
        &mut store,
        "the checkpoint of another size",
        "UPDATE checkpoints SET size = size - 1",
    );
    other
        .execute_batch("UPDATE checkpoints SET size = size + 1")
        .unwrap();
    assert!(check(&mut store).is_sound(), "all is back in its place");
}
