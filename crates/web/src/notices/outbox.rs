//! The outbox: a SQLite database beside the ledger.

use std::fmt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use campaign::Time;
use rusqlite::{Connection, params};

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS letter (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        channel TEXT NOT NULL,
        address TEXT NOT NULL,
        subject TEXT NOT NULL,
        body TEXT NOT NULL,
        written INTEGER NOT NULL,
        tries INTEGER NOT NULL DEFAULT 0,
        next INTEGER NOT NULL,
        done INTEGER,
        why TEXT NOT NULL DEFAULT ''
    ) STRICT;
    CREATE INDEX IF NOT EXISTS letter_next ON letter (next) WHERE done IS NULL;
";

/// How long after a first failure it is tried again, in seconds; each failure doubles it.
const FIRST_WAIT: i64 = 60;
/// The longest wait, in seconds.
const LONGEST_WAIT: i64 = 6 * 3_600;
/// After how many seconds it is given up: what was due then no longer matters.
const GIVEN_UP: i64 = 3 * 86_400;
/// For how many seconds it is remembered what was sent, so that nothing is told twice.
const REMEMBERED: i64 = 180 * 86_400;

/// By what something is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Mail.
    Mail,
    /// A webhook.
    Hook,
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mail => "mail",
            Self::Hook => "hook",
        })
    }
}

/// Something to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// What tells it apart: what has the same key is sent once.
    pub key: String,
    /// By what.
    pub channel: Channel,
    /// To whom: a mail address, the name of a webhook.
    pub address: String,
    /// What it is about.
    pub subject: String,
    /// What it says.
    pub body: String,
}

/// Why the outbox can't be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum OutboxError {
    /// The database.
    Store(rusqlite::Error),
    /// The people's accounts.
    Accounts(crate::identity::AccountsError),
    /// What the operator said can't be used.
    Config(String),
    /// A thread or randomness is missing.
    Exhausted,
}

impl fmt::Display for OutboxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => write!(f, "the outbox can't be used: {error}"),
            Self::Accounts(error) => error.fmt(f),
            Self::Config(why) => f.write_str(why),
            Self::Exhausted => f.write_str("the system has run out of threads"),
        }
    }
}

impl std::error::Error for OutboxError {}

impl From<rusqlite::Error> for OutboxError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error)
    }
}

impl From<crate::identity::AccountsError> for OutboxError {
    fn from(error: crate::identity::AccountsError) -> Self {
        Self::Accounts(error)
    }
}

type Result<T> = std::result::Result<T, OutboxError>;

/// The outbox.
pub struct Outbox(Mutex<Connection>);

impl Outbox {
    /// Opens the database at a path; makes it where there is none.
    ///
    /// # Errors
    /// [`OutboxError`].
    pub fn open(path: &Path) -> Result<Self> {
        let store = crate::identity::open_private(path)?;
        store.pragma_update(None, "journal_mode", "wal")?;
        store.pragma_update(None, "synchronous", "normal")?;
        store.execute_batch(SCHEMA)?;
        Ok(Self(Mutex::new(store)))
    }

    fn store(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts something in, unless it was told before.
    ///
    /// # Errors
    /// [`OutboxError`].
    pub fn put(&self, letter: &Letter, now: Time) -> Result<()> {
        self.store().execute(
            "INSERT OR IGNORE INTO letter (key, channel, address, subject, body, written, next)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
            params![
                letter.key,
                letter.channel.to_string(),
                letter.address,
                letter.subject,
                letter.body,
                now.0
            ],
        )?;
        Ok(())
    }

    /// Whether something was told, or is about to be.
    ///
    /// # Errors
    /// [`OutboxError`].
    pub fn knows(&self, key: &str) -> Result<bool> {
        let query = "SELECT EXISTS (SELECT 1 FROM letter WHERE key = ?1)";
        Ok(self.store().query_row(query, [key], |row| row.get(0))?)
    }

    /// Remembers that something was done, as if it had been told.
    ///
    /// # Errors
    /// [`OutboxError`].
    pub fn mark(&self, key: &str, now: Time) -> Result<()> {
        self.store().execute(
            "INSERT OR IGNORE INTO letter (key, channel, address, subject, body, written, next, done)
             VALUES (?1, '', '', '', '', ?2, ?2, ?2)",
            params![key, now.0],
        )?;
        Ok(())
    }

    /// What is to be sent now, what waits longest first.
    ///
    /// # Errors
    /// [`OutboxError`].
    pub fn due(&self, now: Time, most: usize) -> Result<Vec<(i64, Letter)>> {
        let store = self.store();
        let mut query = store.prepare(
            "SELECT id, key, channel, address, subject, body FROM letter
             WHERE done IS NULL AND next <= ?1 ORDER BY next, id LIMIT ?2",
        )?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = query.query_map(params![now.0, most], |row| {
            let channel: String = row.get(2)?;
            let letter = Letter {
                key: row.get(1)?,
                channel: if channel == "mail" {
                    Channel::Mail
                } else {
                    Channel::Hook
                },
                address: row.get(3)?,
                subject: row.get(4)?,
                body: row.get(5)?,
            };
            Ok((row.get(0)?, letter))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// That something was sent, or is given up: its text and address are forgotten, its key is kept for a while.
    ///
    /// # Errors
    /// [`OutboxError`].
    pub fn sent(&self, id: i64, now: Time) -> Result<()> {
        let store = self.store();
        store.execute(
            "UPDATE letter SET done = ?2, address = '', subject = '', body = '', why = '' WHERE id = ?1",
            params![id, now.0],
        )?;
        store.execute("DELETE FROM letter WHERE done < ?1", [now.0 - REMEMBERED])?;
        Ok(())
    }

    /// That something wasn't taken: it is tried again later, and given up after three days.
    ///
    /// # Errors
    /// [`OutboxError`].
    pub fn failed(&self, id: i64, why: &str, now: Time) -> Result<()> {
        let store = self.store();
        let (tries, written): (u32, i64) = store.query_row(
            "SELECT tries, written FROM letter WHERE id = ?1",
            [id],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let wait = (FIRST_WAIT << tries.min(9)).min(LONGEST_WAIT);
        if now.0 - written >= GIVEN_UP {
            drop(store);
            return self.sent(id, now);
        }
        store.execute(
            "UPDATE letter SET tries = tries + 1, next = ?2, why = ?3 WHERE id = ?1",
            params![id, now.0 + wait, why],
        )?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Channel, Letter, Outbox, OutboxError};
    use campaign::Time;

    #[test]
    fn it_is_told_once_tried_again_with_longer_waits_and_given_up()
    -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let outbox = Outbox::open(&folder.path().join("outbox.db"))?;
        let letter = Letter {
            key: "a".to_owned(),
            channel: Channel::Mail,
            address: "a@example.org".to_owned(),
            subject: "s".to_owned(),
            body: "b".to_owned(),
        };
        outbox.put(&letter, Time(0))?;
        outbox.put(&letter, Time(1))?;
        let ids = |now: i64| -> Result<Vec<i64>, OutboxError> {
            let due = outbox.due(Time(now), 9)?;
            Ok(due.into_iter().map(|(id, _)| id).collect())
        };
        assert_eq!(ids(0)?, [1]);
        outbox.failed(1, "no", Time(0))?;
        assert_eq!((ids(59)?, ids(60)?), (vec![], vec![1]));
        outbox.failed(1, "no", Time(60))?;
        assert_eq!((ids(179)?, ids(180)?), (vec![], vec![1]));
        outbox.failed(1, "no", Time(3 * 86_400))?;
        assert!(ids(i64::MAX)?.is_empty() && outbox.knows("a")?);
        Ok(())
    }
}
