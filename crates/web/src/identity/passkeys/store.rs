//! Passkeys as they are kept: public keys, by their owner.

use campaign::{PersonId, Time};
use rusqlite::{OptionalExtension, params};

use super::Owner;
use crate::identity::accounts::{Accounts, AccountsError, Result};

/// The tables. `key` and `state` are as the library writes them; neither is a secret.
pub(crate) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS passkey_owner (
        person TEXT PRIMARY KEY,
        handle BLOB NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE IF NOT EXISTS passkey (
        id BLOB PRIMARY KEY,
        person TEXT NOT NULL,
        name TEXT NOT NULL,
        transports INTEGER NOT NULL,
        key BLOB NOT NULL,
        state BLOB NOT NULL,
        made INTEGER NOT NULL,
        used INTEGER NOT NULL
    ) STRICT;
";

/// What is kept of a passkey to check it by.
#[derive(Clone, Debug)]
pub struct Kept {
    /// What its device knows it by.
    pub id: Vec<u8>,
    /// How that device is reached.
    pub transports: u8,
    /// The public key, with what never changes.
    pub key: Vec<u8>,
    /// What changes with use: the counter, whether it is backed up.
    pub state: [u8; 7],
}

/// A passkey, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// What it is told apart by here.
    pub number: i64,
    /// What its owner calls it.
    pub name: String,
    /// When it was made.
    pub made: Time,
    /// When it was last used.
    pub used: Time,
}

impl Accounts {
    /// Someone as their devices are to know them; a new handle where they have none.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn passkey_owner(&self, person: &PersonId, name: &str) -> Result<Owner> {
        let mut handle = [0; 64];
        getrandom::fill(&mut handle).map_err(|_| AccountsError::Exhausted)?;
        let login = self.login_of(person)?;
        let store = self.store();
        store.execute(
            "INSERT INTO passkey_owner (person, handle) VALUES (?1, ?2) ON CONFLICT (person) DO NOTHING",
            params![person.as_str(), handle],
        )?;
        let handle = store.query_row(
            "SELECT handle FROM passkey_owner WHERE person = ?1",
            [person.as_str()],
            |row| row.get(0),
        )?;
        let mut query = store.prepare("SELECT id, transports FROM passkey WHERE person = ?1")?;
        let have = query.query_map([person.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Owner {
            handle,
            login,
            name: name.to_owned(),
            have: have.collect::<rusqlite::Result<_>>()?,
        })
    }

    /// Keeps a passkey that someone has made.
    ///
    /// # Errors
    /// [`AccountsError::Taken`] when it is kept already.
    pub fn add_passkey(&self, person: &PersonId, name: &str, made: &Kept, now: Time) -> Result<()> {
        self.store().execute(
            "INSERT INTO passkey (id, person, name, transports, key, state, made, used)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
            params![
                made.id,
                person.as_str(),
                name,
                made.transports,
                made.key,
                made.state,
                now.0
            ],
        )?;
        Ok(())
    }

    /// Whose a passkey is, with what it is checked by, if its device names them by their handle.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn passkey(&self, id: &[u8], handle: &[u8]) -> Result<Option<(PersonId, Kept)>> {
        let found = self.store().query_row(
            "SELECT passkey.person, id, transports, key, state FROM passkey
             JOIN passkey_owner ON passkey_owner.person = passkey.person WHERE id = ?1 AND handle = ?2",
            params![id, handle],
            |row| {
                let person: String = row.get(0)?;
                let kept = Kept {
                    id: row.get(1)?,
                    transports: row.get(2)?,
                    key: row.get(3)?,
                    state: row.get(4)?,
                };
                Ok((PersonId::from(person.as_str()), kept))
            },
        );
        Ok(found.optional()?)
    }

    /// That a passkey was used; false where it was taken away meanwhile.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn passkey_used(&self, kept: &Kept, now: Time) -> Result<bool> {
        let changed = self.store().execute(
            "UPDATE passkey SET state = ?2, used = ?3 WHERE id = ?1",
            params![kept.id, kept.state, now.0],
        )?;
        Ok(changed > 0)
    }

    /// Someone's passkeys, the first made first.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn passkeys_of(&self, person: &PersonId) -> Result<Vec<Passkey>> {
        let store = self.store();
        let mut query = store.prepare(
            "SELECT rowid, name, made, used FROM passkey WHERE person = ?1 ORDER BY made, rowid",
        )?;
        let rows = query.query_map([person.as_str()], |row| {
            Ok(Passkey {
                number: row.get(0)?,
                name: row.get(1)?,
                made: Time(row.get(2)?),
                used: Time(row.get(3)?),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Calls a passkey of someone otherwise.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn name_passkey(&self, person: &PersonId, number: i64, name: &str) -> Result<()> {
        self.store().execute(
            "UPDATE passkey SET name = ?3 WHERE person = ?1 AND rowid = ?2",
            params![person.as_str(), number, name],
        )?;
        Ok(())
    }

    /// Takes a passkey of someone away.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn end_passkey(&self, person: &PersonId, number: i64) -> Result<()> {
        self.store().execute(
            "DELETE FROM passkey WHERE person = ?1 AND rowid = ?2",
            params![person.as_str(), number],
        )?;
        Ok(())
    }

    /// How many ways to sign in someone has: a password, each passkey, a link to this provider.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn ways(&self, person: &PersonId, issuer: &str) -> Result<i64> {
        let count = self.store().query_row(
            "SELECT (SELECT count(*) FROM account WHERE person = ?1 AND password <> '')
                + (SELECT count(*) FROM passkey WHERE person = ?1)
                + (SELECT count(*) FROM subject WHERE person = ?1 AND issuer = ?2)",
            [person.as_str(), issuer],
            |row| row.get(0),
        );
        Ok(count?)
    }
}
