//! Invitations to make an account, and tokens of programs that act for someone. Of both only a digest is kept.

use campaign::{PersonId, Time};
use rusqlite::{OptionalExtension, Transaction, params};

use super::accounts::{Account, Accounts, AccountsError, Result};
use super::password;
use super::session::Token;

/// The tables.
pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS invitation (
        digest TEXT PRIMARY KEY,
        person TEXT NOT NULL UNIQUE,
        until INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS token (
        digest TEXT PRIMARY KEY,
        person TEXT NOT NULL,
        name TEXT NOT NULL,
        scope TEXT NOT NULL,
        until INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS renewal (
        person TEXT NOT NULL,
        by TEXT NOT NULL,
        at INTEGER NOT NULL
    ) STRICT;
";

/// For how long an invitation holds, in seconds.
pub const INVITED: i64 = 7 * 86_400;

/// A token of the API, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// What it is told apart by: the start of its digest.
    pub id: String,
    /// Whose rights it has.
    pub person: PersonId,
    /// What it is called.
    pub name: String,
    /// What it is limited to: `read`, `write` or `import`.
    pub scope: String,
    /// Until when it holds.
    pub until: Time,
}

impl Accounts {
    /// Everyone with an account, by person.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn all(&self) -> Result<Vec<Account>> {
        let store = self.store();
        let mut query = store.prepare("SELECT login, person FROM account ORDER BY person")?;
        let rows = query.query_map([], |row| {
            let person: String = row.get(1)?;
            Ok(Account {
                login: row.get(0)?,
                person: PersonId::from(person.as_str()),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Gives someone who has lost their password or second step a link to set both anew; what they have holds until they use
    /// it. That it was done, and by whom, is kept for them and for the office to see.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn renew(&self, person: &PersonId, by: &PersonId, now: Time) -> Result<Token> {
        let token = Token::new().ok_or(AccountsError::Exhausted)?;
        let mut store = self.store();
        let both = store.transaction()?;
        both.execute(
            "INSERT OR REPLACE INTO invitation (digest, person, until) VALUES (?1, ?2, ?3)",
            params![token.digest(), person.as_str(), now.0 + INVITED],
        )?;
        both.execute(
            "INSERT INTO renewal (person, by, at) VALUES (?1, ?2, ?3)",
            params![person.as_str(), by.as_str(), now.0],
        )?;
        both.commit()?;
        Ok(token)
    }

    /// Whose access was given anew since a time, by whom, and when; the last first.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn renewals(&self, since: Time) -> Result<Vec<(PersonId, PersonId, Time)>> {
        let store = self.store();
        let mut query =
            store.prepare("SELECT person, by, at FROM renewal WHERE at >= ?1 ORDER BY at DESC")?;
        let rows = query.query_map([since.0], |row| {
            let (person, by): (String, String) = (row.get(0)?, row.get(1)?);
            Ok((
                PersonId::from(person.as_str()),
                PersonId::from(by.as_str()),
                Time(row.get(2)?),
            ))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Invites someone; what was sent to them before holds no more.
    ///
    /// # Errors
    /// [`AccountsError::Taken`] when they have an account.
    pub fn invite(&self, person: &PersonId, now: Time) -> Result<Token> {
        let token = Token::new().ok_or(AccountsError::Exhausted)?;
        let store = self.store();
        let has: bool = store.query_row(
            "SELECT EXISTS (SELECT 1 FROM account WHERE person = ?1)",
            [person.as_str()],
            |row| row.get(0),
        )?;
        if has {
            return Err(AccountsError::Taken);
        }
        store.execute(
            "INSERT OR REPLACE INTO invitation (digest, person, until) VALUES (?1, ?2, ?3)",
            params![token.digest(), person.as_str(), now.0 + INVITED],
        )?;
        Ok(token)
    }

    /// Who is invited by a link, if it still holds.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn invited(&self, token: &Token, now: Time) -> Result<Option<PersonId>> {
        let found = self.store().query_row(
            "SELECT person FROM invitation WHERE digest = ?1 AND until >= ?2",
            params![token.digest(), now.0],
            |row| row.get::<_, String>(0),
        );
        Ok(found
            .optional()?
            .map(|person| PersonId::from(person.as_str())))
    }

    /// Makes the account of an invitation, or sets it anew, and uses the invitation up; none where it doesn't hold. Of an
    /// account set anew all sessions, tokens, links, passkeys and the second step end.
    ///
    /// # Errors
    /// [`AccountsError::Taken`] when the login name is.
    pub fn accept(
        &self,
        token: &Token,
        login: &str,
        password: &str,
        now: Time,
    ) -> Result<Option<PersonId>> {
        if self.invited(token, now)?.is_none() {
            return Ok(None);
        }
        let hash = password::hash(password).ok_or(AccountsError::Exhausted)?;
        self.settle(token, now, |all, person| {
            all.execute(
                "INSERT INTO account (login, person, password) VALUES (?1, ?2, ?3)
                 ON CONFLICT (person) DO UPDATE SET login = ?1, password = ?3",
                params![login, person.as_str(), hash],
            )?;
            Ok(())
        })
    }

    /// Uses an invitation up: whatever let someone in before ends, and what `make` makes takes its place. None where the
    /// invitation doesn't hold.
    pub(super) fn settle(
        &self,
        token: &Token,
        now: Time,
        make: impl FnOnce(&Transaction<'_>, &PersonId) -> Result<()>,
    ) -> Result<Option<PersonId>> {
        let Some(person) = self.invited(token, now)? else {
            return Ok(None);
        };
        let mut store = self.store();
        let both = store.transaction()?;
        let used = both.execute("DELETE FROM invitation WHERE digest = ?1", [token.digest()])?;
        if used == 0 {
            return Ok(None);
        }
        for table in [
            "session", "token", "second", "recovery", "subject", "passkey",
        ] {
            let forget = format!("DELETE FROM {table} WHERE person = ?1");
            both.execute(&forget, [person.as_str()])?;
        }
        make(&both, &person)?;
        both.commit()?;
        self.sessions()
            .retain(|_, session| session.person != person);
        Ok(Some(person))
    }

    /// Whether a password is someone's.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn knows(&self, person: &PersonId, password: &str) -> Result<bool> {
        let found: Option<String> = self
            .store()
            .query_row(
                "SELECT password FROM account WHERE person = ?1",
                [person.as_str()],
                |row| row.get(0),
            )
            .optional()?;
        Ok(found.is_some_and(|hash| password::verify(password, &hash)))
    }

    /// Whether someone can sign in by a password.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn has_password(&self, person: &PersonId) -> Result<bool> {
        let found = self.store().query_row(
            "SELECT password <> '' FROM account WHERE person = ?1",
            [person.as_str()],
            |row| row.get(0),
        );
        Ok(found.optional()?.unwrap_or(false))
    }

    /// Someone's login name.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn login_of(&self, person: &PersonId) -> Result<String> {
        let found = self.store().query_row(
            "SELECT login FROM account WHERE person = ?1",
            [person.as_str()],
            |row| row.get(0),
        );
        Ok(found.optional()?.unwrap_or_default())
    }

    /// Changes someone's password, and ends all their sessions but this one.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn change(&self, person: &PersonId, password: &str, this: &Token) -> Result<()> {
        let hash = password::hash(password).ok_or(AccountsError::Exhausted)?;
        self.store().execute(
            "UPDATE account SET password = ?2 WHERE person = ?1",
            params![person.as_str(), hash],
        )?;
        self.end_others(person, this)
    }

    /// When someone's sessions began and were last used; the last used first.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn sessions_of(&self, person: &PersonId) -> Result<Vec<(Time, Time)>> {
        let store = self.store();
        let mut query = store
            .prepare("SELECT began, seen FROM session WHERE person = ?1 ORDER BY seen DESC")?;
        let rows = query.query_map([person.as_str()], |row| {
            Ok((Time(row.get(0)?), Time(row.get(1)?)))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Ends all sessions of someone but one.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn end_others(&self, person: &PersonId, this: &Token) -> Result<()> {
        let digest = this.digest();
        self.store().execute(
            "DELETE FROM session WHERE person = ?1 AND digest <> ?2",
            params![person.as_str(), digest],
        )?;
        self.sessions()
            .retain(|known, session| session.person != *person || *known == digest);
        Ok(())
    }

    /// A new token of the API, shown once.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn add_token(
        &self,
        person: &PersonId,
        name: &str,
        scope: &str,
        until: Time,
    ) -> Result<Token> {
        let token = Token::new().ok_or(AccountsError::Exhausted)?;
        self.store().execute(
            "INSERT INTO token (digest, person, name, scope, until) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![token.digest(), person.as_str(), name, scope, until.0],
        )?;
        Ok(token)
    }

    /// The token that a program shows, if it holds.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn token(&self, token: &Token, now: Time) -> Result<Option<ApiToken>> {
        let found = self.store().query_row(
            "SELECT digest, person, name, scope, until FROM token WHERE digest = ?1 AND until >= ?2",
            params![token.digest(), now.0],
            api_token,
        );
        Ok(found.optional()?)
    }

    /// Someone's tokens.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn tokens_of(&self, person: &PersonId) -> Result<Vec<ApiToken>> {
        let store = self.store();
        let mut query = store.prepare(
            "SELECT digest, person, name, scope, until FROM token WHERE person = ?1 ORDER BY until",
        )?;
        let rows = query.query_map([person.as_str()], api_token)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Ends a token of someone.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn end_token(&self, person: &PersonId, id: &str) -> Result<()> {
        self.store().execute(
            "DELETE FROM token WHERE person = ?1 AND substr(digest, 1, 16) = ?2",
            params![person.as_str(), id],
        )?;
        Ok(())
    }
}

fn api_token(row: &rusqlite::Row<'_>) -> rusqlite::Result<ApiToken> {
    let (digest, person): (String, String) = (row.get(0)?, row.get(1)?);
    Ok(ApiToken {
        id: digest.chars().take(16).collect(),
        person: PersonId::from(person.as_str()),
        name: row.get(2)?,
        scope: row.get(3)?,
        until: Time(row.get(4)?),
    })
}
