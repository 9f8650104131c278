//! What people want to be told, kept with their accounts.

use campaign::PersonId;
use rulebook::Lang;
use rusqlite::{OptionalExtension, Row, params};

use crate::identity::{Accounts, AccountsError};

/// The table.
pub(crate) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS wants (
        person TEXT PRIMARY KEY,
        mail TEXT NOT NULL,
        proved INTEGER NOT NULL,
        code TEXT NOT NULL,
        digest INTEGER NOT NULL,
        decided INTEGER NOT NULL,
        lang TEXT NOT NULL
    ) STRICT;
";

/// What someone wants to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wants {
    /// Where to; without an address nothing is sent.
    pub mail: String,
    /// Whether they have shown that they read what is sent there.
    pub proved: bool,
    /// What is sent there for them to show it by.
    pub code: String,
    /// Once a day what is due and late of their own duties.
    pub digest: bool,
    /// That an objection they raised is decided.
    pub decided: bool,
    /// In which language.
    pub lang: Lang,
}

impl Default for Wants {
    fn default() -> Self {
        Self {
            mail: String::new(),
            proved: false,
            code: String::new(),
            digest: true,
            decided: true,
            lang: Lang::default(),
        }
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<(PersonId, Wants)> {
    let (person, lang): (String, String) = (row.get(0)?, row.get(6)?);
    let wants = Wants {
        mail: row.get(1)?,
        proved: row.get(2)?,
        code: row.get(3)?,
        digest: row.get(4)?,
        decided: row.get(5)?,
        lang: if lang == "en" { Lang::En } else { Lang::Zh },
    };
    Ok((PersonId::from(person.as_str()), wants))
}

impl Accounts {
    /// What someone wants to be told; the usual where they haven't said.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn wants(&self, person: &PersonId) -> Result<Wants, AccountsError> {
        let found = self.store().query_row(
            "SELECT person, mail, proved, code, digest, decided, lang FROM wants WHERE person = ?1",
            [person.as_str()],
            read,
        );
        Ok(found
            .optional()?
            .map(|(_, wants)| wants)
            .unwrap_or_default())
    }

    /// Who wants to be told something, with what.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn all_wants(&self) -> Result<Vec<(PersonId, Wants)>, AccountsError> {
        let store = self.store();
        let mut query = store.prepare(
            "SELECT person, mail, proved, code, digest, decided, lang FROM wants WHERE mail <> '' ORDER BY person",
        )?;
        let rows = query.query_map([], read)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Says what someone wants to be told.
    ///
    /// # Errors
    /// [`AccountsError`].
    pub fn set_wants(&self, person: &PersonId, wants: &Wants) -> Result<(), AccountsError> {
        self.store().execute(
            "INSERT OR REPLACE INTO wants (person, mail, proved, code, digest, decided, lang)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                person.as_str(),
                wants.mail,
                wants.proved,
                wants.code,
                wants.digest,
                wants.decided,
                wants.lang.pick("zh", "en")
            ],
        )?;
        Ok(())
    }
}
