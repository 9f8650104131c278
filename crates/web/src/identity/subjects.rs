//! Whom a provider of single sign-on means: its subjects, each linked to one account by whoever has it.

use campaign::{PersonId, Time};
use rusqlite::{OptionalExtension, params};

use super::accounts::{Accounts, Result};
use super::oidc::Subject;
use super::session::Token;

/// The table.
pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS subject (
        issuer TEXT NOT NULL,
        sub TEXT NOT NULL,
        person TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (issuer, sub),
        UNIQUE (person, issuer)
    ) STRICT;
";

impl Accounts {
    /// Whose account a subject is linked to.
    ///
    /// # Errors
    /// [`AccountsError`](super::AccountsError).
    pub fn subject(&self, subject: &Subject) -> Result<Option<PersonId>> {
        let found = self.store().query_row(
            "SELECT person FROM subject WHERE issuer = ?1 AND sub = ?2",
            [&subject.issuer, &subject.sub],
            |row| row.get::<_, String>(0),
        );
        let found = found.optional()?;
        Ok(found.map(|person| PersonId::from(person.as_str())))
    }

    /// Since when someone's account is linked to a subject of a provider.
    ///
    /// # Errors
    /// [`AccountsError`](super::AccountsError).
    pub fn linked(&self, person: &PersonId, issuer: &str) -> Result<Option<Time>> {
        let found = self.store().query_row(
            "SELECT at FROM subject WHERE person = ?1 AND issuer = ?2",
            [person.as_str(), issuer],
            |row| row.get(0).map(Time),
        );
        Ok(found.optional()?)
    }

    /// Links a subject to someone's account.
    ///
    /// # Errors
    /// [`AccountsError::Taken`](super::AccountsError::Taken) when it is linked to another account, or the account to another
    /// subject of that provider.
    pub fn link(&self, person: &PersonId, subject: &Subject, now: Time) -> Result<()> {
        self.store().execute(
            "INSERT INTO subject (issuer, sub, person, at) VALUES (?1, ?2, ?3, ?4)",
            params![subject.issuer, subject.sub, person.as_str(), now.0],
        )?;
        Ok(())
    }

    /// Takes someone's link to a provider away.
    ///
    /// # Errors
    /// [`AccountsError`](super::AccountsError).
    pub fn unlink(&self, person: &PersonId, issuer: &str) -> Result<()> {
        self.store().execute(
            "DELETE FROM subject WHERE person = ?1 AND issuer = ?2",
            [person.as_str(), issuer],
        )?;
        Ok(())
    }

    /// Makes the account of an invitation, or sets it anew, without a password: whoever it is for signs in as this subject.
    /// None where the invitation doesn't hold.
    ///
    /// # Errors
    /// [`AccountsError::Taken`](super::AccountsError::Taken) when the subject is linked to another account.
    pub fn accept_subject(
        &self,
        token: &Token,
        subject: &Subject,
        now: Time,
    ) -> Result<Option<PersonId>> {
        self.settle(token, now, |all, person| {
            let person = person.as_str();
            all.execute(
                "INSERT INTO account (login, person, password) VALUES (?1, ?1, '')
                 ON CONFLICT (person) DO UPDATE SET password = ''",
                [person],
            )?;
            all.execute(
                "INSERT INTO subject (issuer, sub, person, at) VALUES (?1, ?2, ?3, ?4)",
                params![subject.issuer, subject.sub, person, now.0],
            )?;
            Ok(())
        })
    }
}
