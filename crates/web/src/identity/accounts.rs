//! The accounts: a SQLite database beside the ledger.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use campaign::{PersonId, Time};
use rusqlite::{Connection, OptionalExtension, params};

use super::password;
use super::session::{LONGEST, Session, Token};
use super::throttle::{self, Counted};

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS account (
        login TEXT PRIMARY KEY,
        person TEXT NOT NULL UNIQUE,
        password TEXT NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS session (
        digest TEXT PRIMARY KEY,
        person TEXT NOT NULL,
        began INTEGER NOT NULL,
        seen INTEGER NOT NULL
    ) STRICT;
";

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// What is typed to sign in.
    pub login: String,
    /// Whose it is.
    pub person: PersonId,
}

/// Why the accounts can't be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum AccountsError {
    /// The database.
    Store(rusqlite::Error),
    /// The login name or the person has an account already.
    Taken,
    /// Memory or randomness has run out.
    Exhausted,
}

impl fmt::Display for AccountsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Store(_) => "the database of accounts can't be used",
            Self::Taken => "the login name or the person has an account already",
            Self::Exhausted => "memory or randomness has run out",
        })
    }
}

impl std::error::Error for AccountsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl From<rusqlite::Error> for AccountsError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::ConstraintViolation) => Self::Taken,
            _ => Self::Store(error),
        }
    }
}

/// Opens a database that only the account that runs the server may read; makes it where there is none.
pub(crate) fn open_private(path: &Path) -> rusqlite::Result<Connection> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // Where it can't be made, opening the database says why.
    let _made = options.open(path);
    Connection::open(path)
}

/// What comes of a call.
pub type Result<T> = std::result::Result<T, AccountsError>;

/// The accounts.
pub struct Accounts {
    store: Mutex<Connection>,
    /// Sessions lately used, by the digest of their token.
    sessions: Mutex<HashMap<String, Session>>,
    /// What a password is compared with where there is no such login, so that the answer takes as long.
    decoy: String,
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Accounts")
    }
}

impl Accounts {
    /// Opens the database at a path; makes it where there is none.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn open(path: &Path) -> Result<Self> {
        let store = open_private(path)?;
        store.pragma_update(None, "journal_mode", "wal")?;
        store.execute_batch(SCHEMA)?;
        store.execute_batch(throttle::SCHEMA)?;
        store.execute_batch(super::second::SCHEMA)?;
        store.execute_batch(super::links::SCHEMA)?;
        store.execute_batch(super::subjects::SCHEMA)?;
        store.execute_batch(super::passkeys::SCHEMA)?;
        store.execute_batch(crate::notices::SCHEMA)?;
        Ok(Self {
            store: Mutex::new(store),
            sessions: Mutex::default(),
            decoy: password::hash("nobody's password").ok_or(AccountsError::Exhausted)?,
        })
    }

    /// Makes an account.
    ///
    /// # Errors
    /// [`AccountsError::Taken`] and others.
    pub fn add(&self, account: &Account, password: &str) -> Result<()> {
        let hash = password::hash(password).ok_or(AccountsError::Exhausted)?;
        self.store().execute(
            "INSERT INTO account (login, person, password) VALUES (?1, ?2, ?3)",
            params![account.login, account.person.as_str(), hash],
        )?;
        Ok(())
    }

    /// A new session for whoever knows the password; none if it is wrong. It takes as long as Argon2id does.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn sign_in(
        &self,
        login: &str,
        password: &str,
        code: &str,
        now: Time,
    ) -> Result<Option<Token>> {
        let found: Option<(String, String)> = self
            .store()
            .query_row(
                "SELECT person, password FROM account WHERE login = ?1",
                [login],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        // An account without a password takes as long to refuse.
        let found = found.filter(|(_, hash)| !hash.is_empty());
        let hash = found.as_ref().map_or(&self.decoy, |(_, hash)| hash);
        let right = password::verify(password, hash);
        let Some((person, _)) = found.filter(|_| right) else {
            return Ok(None);
        };
        let person = PersonId::from(person.as_str());
        if !self.second_step(&person, code, now)? {
            return Ok(None);
        }
        self.begin(&person, now).map(Some)
    }

    /// Counts a try to guess, by each of these; `Some` says for how many seconds to wait instead.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn try_once(&self, counted: &[Counted], now: Time) -> Result<Option<u64>> {
        let store = self.store();
        for counted in counted {
            if let Some(seconds) = throttle::try_once(&store, counted, now)? {
                return Ok(Some(seconds));
            }
        }
        Ok(None)
    }

    /// Takes back a try that was right.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn forgive(&self, counted: &[Counted]) -> Result<()> {
        let store = self.store();
        for counted in counted {
            throttle::forgive(&store, counted)?;
        }
        Ok(())
    }

    /// Begins a session.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn begin(&self, person: &PersonId, now: Time) -> Result<Token> {
        let token = Token::new().ok_or(AccountsError::Exhausted)?;
        let store = self.store();
        store.execute("DELETE FROM session WHERE began < ?1", [now.0 - LONGEST])?;
        store.execute(
            "INSERT INTO session (digest, person, began, seen) VALUES (?1, ?2, ?3, ?3)",
            params![token.digest(), person.as_str(), now.0],
        )?;
        Ok(token)
    }

    /// The session of a token, if it holds.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn session(&self, token: &Token, now: Time) -> Result<Option<Session>> {
        /// How old what is kept of the last use may be, in seconds.
        const COARSE: i64 = 60;
        let digest = token.digest();
        let kept = self.sessions().get(&digest).cloned();
        let found = match kept {
            Some(found) => Some(found),
            None => self.stored(&digest)?,
        };
        let Some(mut session) = found.filter(|session| session.holds(now)) else {
            self.sessions().remove(&digest);
            return Ok(None);
        };
        if now.0 - session.seen.0 >= COARSE {
            session.seen = now;
            self.store().execute(
                "UPDATE session SET seen = ?2 WHERE digest = ?1",
                params![digest, now.0],
            )?;
        }
        self.sessions().insert(digest, session.clone());
        Ok(Some(session))
    }

    fn stored(&self, digest: &str) -> Result<Option<Session>> {
        let found = self.store().query_row(
            "SELECT person, began, seen FROM session WHERE digest = ?1",
            [digest],
            |row| {
                let person: String = row.get(0)?;
                Ok(Session {
                    person: PersonId::from(person.as_str()),
                    began: Time(row.get(1)?),
                    seen: Time(row.get(2)?),
                })
            },
        );
        Ok(found.optional()?)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn sign_out(&self, token: &Token) -> Result<()> {
        let digest = token.digest();
        self.sessions().remove(&digest);
        self.store()
            .execute("DELETE FROM session WHERE digest = ?1", [digest])?;
        Ok(())
    }

    pub(crate) fn store(&self) -> MutexGuard<'_, Connection> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn sessions(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
