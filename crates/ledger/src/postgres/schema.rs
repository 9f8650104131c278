//! The tables: made by whoever comes first, also when several come at once.

use ::postgres::error::SqlState;

use super::fault::{Fault, value};
use super::session::Session;
use crate::StoreError;

/// The version of the tables. A program that knows only an older one must not touch them.
const VERSION: i64 = 1;

/// How often a statement is repeated because somebody else is making the same table.
const ATTEMPTS: u32 = 20;

/// `head` has one row: what every writer locks. `epoch`, `holder`, `span` (the lease's duration) and `lapses` are the lease,
/// `length` is the number of entries. An item without bytes has been erased; its id stays, so that it is never used again.
///
/// The row comes last: where it is, everything is. It isn't made where there are entries already, since then it was lost.
const STATEMENTS: [&str; 7] = [
    "CREATE SCHEMA IF NOT EXISTS merit",
    "CREATE TABLE IF NOT EXISTS merit.entry (idx BIGINT PRIMARY KEY, salt BYTEA NOT NULL, body BYTEA NOT NULL)",
    "CREATE TABLE IF NOT EXISTS merit.item (id BYTEA PRIMARY KEY, sealed BYTEA)",
    "CREATE TABLE IF NOT EXISTS merit.tile (level SMALLINT NOT NULL, idx BIGINT NOT NULL, hashes BYTEA NOT NULL, \
     PRIMARY KEY (level, idx))",
    "CREATE TABLE IF NOT EXISTS merit.checkpoint (size BIGINT PRIMARY KEY, note TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS merit.head (id SMALLINT PRIMARY KEY CHECK (id = 1), version BIGINT NOT NULL, \
     length BIGINT NOT NULL, epoch BIGINT NOT NULL, holder TEXT, span INTERVAL, lapses TIMESTAMP WITH TIME ZONE)",
    "INSERT INTO merit.head (id, version, length, epoch) SELECT 1, 1, 0, 0 \
     WHERE NOT EXISTS (SELECT 1 FROM merit.entry) ON CONFLICT (id) DO NOTHING",
];

/// Makes the tables where they aren't, and refuses those of another version.
///
/// Tables that are there are only looked at: that takes no right to make any.
pub(super) fn ensure(session: &mut Session) -> Result<(), Fault> {
    let mut version = version(session)?;
    if version.is_none() {
        for statement in STATEMENTS {
            make(session, statement)?;
        }
        version = self::version(session)?;
    }
    known(
        version,
        "it has entries, but the row of merit.head that counts them is gone",
    )
}

/// Refuses a database without the tables, and tables of another version.
pub(super) fn require(session: &mut Session) -> Result<(), Fault> {
    known(
        version(session)?,
        "the database holds no ledger, or the row of merit.head is gone",
    )
}

fn known(version: Option<i64>, without: &str) -> Result<(), Fault> {
    match version {
        Some(VERSION) => Ok(()),
        Some(other) => Err(damaged(&format!(
            "its tables are of version {other}, and this program knows version {VERSION}: use the program that made them, \
             or a newer one"
        ))),
        None => Err(damaged(without)),
    }
}

/// The version in the database; nothing where there is none.
fn version(session: &mut Session) -> Result<Option<i64>, Fault> {
    let rows = match session.query("SELECT version FROM merit.head WHERE id = 1", &[]) {
        Err(Fault::Database(error))
            if matches!(
                error.code(),
                Some(&(SqlState::UNDEFINED_TABLE | SqlState::INVALID_SCHEMA_NAME))
            ) =>
        {
            return Ok(None);
        }
        Err(Fault::Database(error)) if error.code() == Some(&SqlState::UNDEFINED_COLUMN) => {
            return Err(damaged("merit.head is a table of something else"));
        }
        other => other?,
    };
    rows.first()
        .map(|row| value(row, 0).map_err(Fault::from))
        .transpose()
}

/// Runs a statement. `IF NOT EXISTS` doesn't keep two who make the same thing at once from failing on each other; the next
/// time either finds it there.
fn make(session: &mut Session, statement: &str) -> Result<(), Fault> {
    let mut attempts = 1;
    loop {
        match session.batch(statement) {
            Err(Fault::Database(error)) if attempts < ATTEMPTS && is_raced(&error) => attempts += 1,
            other => return other.map(|_| ()),
        }
    }
}

fn is_raced(error: &::postgres::Error) -> bool {
    error.code().is_some_and(|code| {
        [
            SqlState::UNIQUE_VIOLATION,
            SqlState::DUPLICATE_SCHEMA,
            SqlState::DUPLICATE_TABLE,
            SqlState::DUPLICATE_OBJECT,
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
            // "tuple concurrently updated"
            SqlState::INTERNAL_ERROR,
        ]
        .contains(code)
    })
}

fn damaged(what: &str) -> Fault {
    StoreError::Damaged(what.to_owned()).into()
}
