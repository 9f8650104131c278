//! Guessing is slowed down: after a few failures a login name, and after more an address, has to wait, each time twice as long.
//!
//! What is counted is kept by digest: neither login names that were tried nor addresses stand in the database. It is counted
//! before a password is looked at, so that tries at the same time count too, and for names nobody has as for those that exist.

use campaign::Time;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

/// The table.
pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS throttle (
        key TEXT PRIMARY KEY,
        failures INTEGER NOT NULL,
        until INTEGER NOT NULL
    ) STRICT;
";

/// The longest wait, in seconds.
const LONGEST: i64 = 900;
/// After how many seconds failures are forgotten.
const FORGOTTEN: i64 = 86_400;

/// What is counted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counted {
    /// A login name: waits from the fifth failure on.
    Login(String),
    /// An address: waits from the thirtieth.
    Address(String),
}

impl Counted {
    fn key(&self) -> String {
        let (kind, name) = match self {
            Self::Login(login) => ("login\0", login),
            Self::Address(address) => ("address\0", address),
        };
        let mut sha = Sha256::new();
        sha.update(kind.as_bytes());
        sha.update(name.as_bytes());
        hex::encode(sha.finalize())
    }

    const fn free(&self) -> i64 {
        match self {
            Self::Login(_) => 5,
            Self::Address(_) => 30,
        }
    }

    /// How long to wait after so many failures, in seconds.
    fn wait(&self, failures: i64) -> i64 {
        let over = failures - self.free();
        if over < 0 {
            return 0;
        }
        (30_i64 << over.min(5)).min(LONGEST)
    }
}

/// Counts a try; `Some` says for how many seconds to wait instead, and then nothing is counted.
pub(super) fn try_once(
    store: &Connection,
    counted: &Counted,
    now: Time,
) -> rusqlite::Result<Option<u64>> {
    store.execute("DELETE FROM throttle WHERE until < ?1", [now.0 - FORGOTTEN])?;
    let key = counted.key();
    let found: Option<(i64, i64)> = store
        .query_row(
            "SELECT failures, until FROM throttle WHERE key = ?1",
            [&key],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let (failures, until) = found.unwrap_or((0, 0));
    if until > now.0 {
        return Ok(u64::try_from(until - now.0).ok());
    }
    let failures = failures + 1;
    store.execute(
        "INSERT INTO throttle (key, failures, until) VALUES (?1, ?2, ?3)
         ON CONFLICT (key) DO UPDATE SET failures = ?2, until = ?3",
        params![key, failures, now.0 + counted.wait(failures)],
    )?;
    Ok(None)
}

/// Takes back a try that was right.
pub(super) fn forgive(store: &Connection, counted: &Counted) -> rusqlite::Result<()> {
    let key = counted.key();
    match counted {
        Counted::Login(_) => store.execute("DELETE FROM throttle WHERE key = ?1", [key])?,
        Counted::Address(_) => store.execute(
            "UPDATE throttle SET failures = max(failures - 1, 0), until = 0 WHERE key = ?1",
            [key],
        )?,
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Counted;

    #[test]
    fn each_failure_doubles_the_wait() {
        let login = Counted::Login("a".to_owned());
        let waits: Vec<i64> = (1..14).map(|failures| login.wait(failures)).collect();
        assert_eq!(
            waits,
            [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900, 900]
        );
    }
}
