//! The second step of signing in: a code of an authenticator (TOTP, RFC 6238), or one of the recovery codes, each used once.

use campaign::{PersonId, Time};
use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};
use totp_rs::{Builder, Secret, Totp};

use super::accounts::{Accounts, AccountsError, Result};

/// The tables. `is_on` is 0 until a first code has proved that the authenticator works.
pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS second (
        person TEXT PRIMARY KEY,
        secret BLOB NOT NULL,
        is_on INTEGER NOT NULL,
        last INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS recovery (
        digest TEXT PRIMARY KEY,
        person TEXT NOT NULL
    ) STRICT;
";

/// How many recovery codes there are.
const CODES: usize = 8;

fn totp(secret: Vec<u8>) -> Option<Totp> {
    let builder = Builder::new()
        .with_secret(Secret::from(secret))
        .with_step_duration(30)
        .with_digits(6);
    builder.build().ok()
}

fn digest(code: &str) -> String {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    hex::encode(Sha256::digest(plain.to_ascii_lowercase().as_bytes()))
}

impl Accounts {
    /// Whether a second step is asked of someone.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn has_second(&self, person: &PersonId) -> Result<bool> {
        let found = self.store().query_row(
            "SELECT is_on FROM second WHERE person = ?1",
            [person.as_str()],
            |row| row.get::<_, bool>(0),
        );
        Ok(found.optional()?.unwrap_or(false))
    }

    /// A new secret, not asked for until [`turn_on`](Self::turn_on): in base 32, as authenticators take it.
    ///
    /// # Errors
    /// [`AccountsError::Taken`] when it is on already.
    pub fn begin_second(&self, person: &PersonId) -> Result<String> {
        let mut bytes = [0; 20];
        getrandom::fill(&mut bytes).map_err(|_| AccountsError::Exhausted)?;
        let changed = self.store().execute(
            "INSERT INTO second (person, secret, is_on, last) VALUES (?1, ?2, 0, 0)
             ON CONFLICT (person) DO UPDATE SET secret = ?2 WHERE is_on = 0",
            params![person.as_str(), bytes.to_vec()],
        )?;
        if changed == 0 {
            return Err(AccountsError::Taken);
        }
        Ok(Secret::from(bytes.to_vec()).to_base32())
    }

    /// Turns the second step on, with a code that shows it works; gives the recovery codes, which are kept by digest alone.
    /// None where the code is wrong.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn turn_on(&self, person: &PersonId, code: &str, now: Time) -> Result<Option<Vec<String>>> {
        if !self.right_code(person, code, now)? {
            return Ok(None);
        }
        let mut codes = Vec::new();
        let mut store = self.store();
        let all = store.transaction()?;
        all.execute("DELETE FROM recovery WHERE person = ?1", [person.as_str()])?;
        for _ in 0..CODES {
            let mut bytes = [0; 10];
            getrandom::fill(&mut bytes).map_err(|_| AccountsError::Exhausted)?;
            let code = hex::encode(bytes);
            all.execute(
                "INSERT INTO recovery (digest, person) VALUES (?1, ?2)",
                params![digest(&code), person.as_str()],
            )?;
            codes.push(code);
        }
        all.execute(
            "UPDATE second SET is_on = 1 WHERE person = ?1",
            [person.as_str()],
        )?;
        all.commit()?;
        Ok(Some(codes))
    }

    /// Turns it off.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn turn_off(&self, person: &PersonId) -> Result<()> {
        let store = self.store();
        store.execute("DELETE FROM recovery WHERE person = ?1", [person.as_str()])?;
        store.execute("DELETE FROM second WHERE person = ?1", [person.as_str()])?;
        Ok(())
    }

    /// Whether the second step is passed: where none is asked for, or with a code not used before.
    pub(super) fn second_step(&self, person: &PersonId, code: &str, now: Time) -> Result<bool> {
        if !self.has_second(person)? || self.right_code(person, code, now)? {
            return Ok(true);
        }
        let used = self.store().execute(
            "DELETE FROM recovery WHERE person = ?1 AND digest = ?2",
            params![person.as_str(), digest(code)],
        )?;
        Ok(used > 0)
    }

    fn right_code(&self, person: &PersonId, code: &str, now: Time) -> Result<bool> {
        let store = self.store();
        let found: Option<(Vec<u8>, i64)> = store
            .query_row(
                "SELECT secret, last FROM second WHERE person = ?1",
                [person.as_str()],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        let Some((secret, last)) = found else {
            return Ok(false);
        };
        let time = u64::try_from(now.0).unwrap_or(0);
        let step = totp(secret).and_then(|totp| totp.check(code, time));
        let step = step.and_then(|step| i64::try_from(step).ok());
        let Some(step) = step.filter(|step| *step > last) else {
            return Ok(false);
        };
        store.execute(
            "UPDATE second SET last = ?2 WHERE person = ?1",
            params![person.as_str(), step],
        )?;
        Ok(true)
    }
}
