//! The other sides: plain inserts of the same bytes, with the same durability.

use std::path::Path;
use std::process::Command;

use ledger::Sealed;
use rusqlite::{Connection, params};

use crate::Done;
use crate::turns::rate;

/// What a plain table holds of an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    /// Body and salt, as the ledger does.
    Both,
    /// The body alone.
    Body,
}

/// Inserts the entries into a new plain SQLite file, one transaction a group; how many a second.
pub fn sqlite(path: &Path, entries: &[Sealed], group: usize, columns: Columns) -> Done<f64> {
    let mut db = Connection::open(path)?;
    let (table, insert) = match columns {
        Columns::Both => (
            "body BLOB, salt BLOB",
            "INSERT INTO plain VALUES (?1, ?2, ?3)",
        ),
        Columns::Body => ("body BLOB", "INSERT INTO plain VALUES (?1, ?2)"),
    };
    db.execute_batch(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
        CREATE TABLE plain (position INTEGER PRIMARY KEY, {table});"
    ))?;
    let mut position = 0_i64;
    rate(entries.len(), || {
        for group in entries.chunks(group) {
            let transaction = db.transaction()?;
            let mut insert = transaction.prepare_cached(insert)?;
            for entry in group {
                match columns {
                    Columns::Both => insert.execute(params![position, entry.body, entry.salt.0])?,
                    Columns::Body => insert.execute(params![position, entry.body])?,
                };
                position += 1;
            }
            drop(insert);
            transaction.commit()?;
        }
        Ok(())
    })
}

/// Inserts rows of the same bytes by `pgbench` on one connection, one statement a group; how many rows a second.
pub fn pgbench(folder: &Path, url: &str, entries: &[Sealed], group: usize) -> Done<f64> {
    let rows: Vec<String> = entries
        .iter()
        .take(group)
        .map(|entry| {
            let (salt, body) = (hex::encode(entry.salt.0), hex::encode(&entry.body));
            format!("('\\x{salt}', '\\x{body}')")
        })
        .collect();
    let script = folder.join("insert.sql");
    let insert = format!(
        "INSERT INTO plain (salt, body) VALUES {};\n",
        rows.join(", ")
    );
    std::fs::write(&script, insert)?;
    let mut client = postgres::Client::connect(url, postgres::NoTls)?;
    client.batch_execute(
        "DROP TABLE IF EXISTS plain;
        CREATE TABLE plain (idx BIGSERIAL PRIMARY KEY, salt BYTEA NOT NULL, body BYTEA NOT NULL)",
    )?;
    let transactions = (entries.len() / group).to_string();
    let told = Command::new("pgbench")
        .args(["-n", "-c", "1", "-t", &transactions, "-f"])
        .arg(&script)
        .arg(url)
        .output()?;
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    let tps = text.lines().find_map(|line| line.strip_prefix("tps = "));
    let tps: f64 = tps
        .and_then(|rest| rest.split_whitespace().next())
        .ok_or_else(|| format!("pgbench: {text}{}", String::from_utf8_lossy(&told.stderr)))?
        .parse()?;
    #[expect(clippy::cast_precision_loss, reason = "far below 2⁵³")]
    let rows = rows.len() as f64;
    Ok(tps * rows)
}
