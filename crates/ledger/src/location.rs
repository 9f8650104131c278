//! Where a ledger is: a file or a PostgreSQL database, told apart by how the place is written.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::postgres::PostgresStore;
use crate::sqlite::SqliteStore;
use crate::store::{Result, Store};

/// Where a ledger is.
///
/// ```
/// use ledger::Location;
///
/// let file: Location = "county/ledger.merit".parse()?;
/// assert!(matches!(file, Location::File(_)));
/// let server: Location = "postgres://merit:secret@db/merit".parse()?;
/// assert_eq!(server.to_string(), "postgres://merit:…@db/merit");
/// assert!("mysql://db/merit".parse::<Location>().is_err());
/// # Ok::<(), ledger::location::NotALocation>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A SQLite file.
    File(PathBuf),
    /// A PostgreSQL database: a connection URL, with its password if it has one.
    Postgres(String),
}

impl Location {
    /// Opens the ledger for reading and writing; makes an empty one where there is none.
    ///
    /// # Errors
    /// [`Damaged`](crate::StoreError::Damaged) for what isn't a ledger, [`Failed`](crate::StoreError::Failed) for what can't
    /// be reached.
    pub fn open(&self) -> Result<Box<dyn Store>> {
        match self {
            Self::File(path) => Ok(Box::new(SqliteStore::open(path)?)),
            Self::Postgres(url) => Ok(Box::new(PostgresStore::open(url)?)),
        }
    }

    /// Opens a ledger that is there, for reading: nothing is made where there is none. A file shows one moment for as long
    /// as it is open, whatever is written meanwhile.
    ///
    /// # Errors
    /// As [`open`](Self::open); also where there is no ledger.
    pub fn open_existing(&self) -> Result<Box<dyn Store>> {
        match self {
            Self::File(path) => Ok(Box::new(SqliteStore::open_snapshot(path)?)),
            Self::Postgres(url) => Ok(Box::new(PostgresStore::open_existing(url)?)),
        }
    }
}

impl FromStr for Location {
    type Err = NotALocation;

    fn from_str(text: &str) -> std::result::Result<Self, NotALocation> {
        match text.split_once("://") {
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(text.to_owned())),
            None if !text.trim().is_empty() => Ok(Self::File(text.into())),
            _ => Err(NotALocation(hidden(text))),
        }
    }
}

/// The location as people are shown it: without a password.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Postgres(url) => f.write_str(&hidden(url)),
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self})")
    }
}

/// The URL with `…` for its password, and without its parameters, which may hold one too.
fn hidden(url: &str) -> String {
    let url = url.split_once('?').map_or(url, |(before, _)| before);
    let parts = url.split_once("://").and_then(|(scheme, rest)| {
        let (user, host) = rest.rsplit_once('@')?;
        let (name, _) = user.split_once(':')?;
        Some(format!("{scheme}://{name}:…@{host}"))
    });
    parts.unwrap_or_else(|| url.to_owned())
}

/// A text that says no place for a ledger: a file's path or a `postgres://` URL is wanted. Passwords are left out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotALocation(pub String);

impl fmt::Display for NotALocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is no place for a ledger: write a file's path or postgres://user@host/database",
            self.0
        )
    }
}

impl std::error::Error for NotALocation {}
