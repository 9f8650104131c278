//! A connection, its settings, and the statements prepared on it.

use std::collections::BTreeMap;
use std::time::Duration;

use ::postgres::error::SqlState;
use ::postgres::types::ToSql;
use ::postgres::{Client, Config, NoTls, Row, SimpleQueryMessage, SimpleQueryRow, Statement};

use super::fault::Fault;
use crate::{Lease, StoreError};

/// A value for a statement.
pub(super) type Value<'v> = &'v (dyn ToSql + Sync);

/// How long the network may be silent, where the address doesn't say otherwise.
const PATIENCE: Duration = Duration::from_secs(5);

/// What every connection asks of the server, as far as the server knows the setting.
///
/// A writer that stops in the middle of a transaction (its machine asleep, its cable cut) holds the row that the next one
/// needs: the server cuts such a one off.
const SETTINGS: [(&str, &str); 2] = [
    ("synchronous_commit", "on"),
    ("idle_in_transaction_session_timeout", "2000"),
];

/// The most bytes in one statement, unless a single row has more: servers limit the length of a message.
const MOST_BYTES: usize = 4 << 20;

/// What a row has beside its bytes of any length: at most.
const ROW_BYTES: usize = 64;

/// A connection.
pub(super) struct Session {
    client: Client,
    statements: BTreeMap<&'static str, Statement>,
}

/// The row of `merit.head` as a transaction has locked it.
pub(super) struct Head {
    epoch: u64,
    length: u64,
    held: bool,
}

impl Session {
    pub(super) fn open(config: &Config) -> Result<Self, Fault> {
        let mut config = config.clone();
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(PATIENCE);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(PATIENCE);
        }
        let mut session = Self {
            client: config.connect(NoTls)?,
            statements: BTreeMap::new(),
        };
        for (name, setting) in SETTINGS {
            // Waiting until a standby shows the commit is more than we ask.
            if session
                .setting(name)?
                .is_some_and(|now| now != "remote_apply")
            {
                session.batch(&format!("SET {name} = {setting}"))?;
            }
        }
        Ok(session)
    }

    /// A setting of the server; nothing where it doesn't know it.
    pub(super) fn setting(&mut self, name: &str) -> Result<Option<String>, Fault> {
        match self.batch(&format!("SHOW {name}")) {
            Ok(messages) => Ok(rows(&messages)
                .next()
                .and_then(|row| row.get(0).map(str::to_owned))),
            Err(Fault::Database(error)) if error.code() == Some(&SqlState::UNDEFINED_OBJECT) => {
                Ok(None)
            }
            Err(fault) => Err(fault),
        }
    }

    /// Runs a statement, prepared once: its rows.
    pub(super) fn query(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, Fault> {
        let statement = self.prepared(sql)?;
        Ok(self.client.query(&statement, values)?)
    }

    /// Runs a statement, prepared once: how many rows it has written.
    pub(super) fn execute(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<u64, Fault> {
        let statement = self.prepared(sql)?;
        Ok(self.client.execute(&statement, values)?)
    }

    fn prepared(&mut self, sql: &'static str) -> Result<Statement, Fault> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql)?;
        self.statements.insert(sql, statement.clone());
        Ok(statement)
    }

    /// Runs statements without values, in one round trip.
    pub(super) fn batch(&mut self, sql: &str) -> Result<Vec<SimpleQueryMessage>, Fault> {
        Ok(self.client.simple_query(sql)?)
    }

    /// A transaction under a lease: locks the head, and goes on only as long as the lease is the head's.
    ///
    /// `also` is run in the same round trip as the lock. It must not change anything under another lease.
    pub(super) fn transaction(
        &mut self,
        lease: Lease,
        also: &str,
        work: impl FnOnce(&mut Self, &Head) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let outcome = self.locked(also).and_then(|head| {
            if !head.held || head.epoch != lease.epoch {
                return Err(StoreError::Superseded.into());
            }
            work(self, &head)?;
            self.batch("COMMIT").map(|_| ())
        });
        match outcome {
            // A connection that breaks is rolled back by the server.
            Err(fault) if !fault.is_loss() => {
                self.batch("ROLLBACK").map_or_else(Err, |_| Err(fault))
            }
            other => other,
        }
    }

    fn locked(&mut self, also: &str) -> Result<Head, Fault> {
        let lock = "SELECT epoch, length, holder FROM merit.head WHERE id = 1 FOR UPDATE";
        let messages = self.batch(&format!("BEGIN; {lock}; {also}"))?;
        let head = rows(&messages).next().and_then(|row| {
            Some(Head {
                epoch: row.get(0)?.parse().ok()?,
                length: row.get(1)?.parse().ok()?,
                held: row.get(2).is_some(),
            })
        });
        let gone = || StoreError::Damaged("merit.head has no row of numbers".to_owned());
        Ok(head.ok_or_else(gone)?)
    }
}

impl Head {
    /// How many entries there are.
    pub(super) fn length(&self) -> u64 {
        self.length
    }
}

/// The rows in runs that fit into a statement each.
pub(super) fn runs<T>(rows: &[T], bytes: impl Fn(&T) -> usize) -> impl Iterator<Item = &[T]> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let fitting = fitting(rest.iter().map(&bytes)).max(1).min(rest.len());
        let (now, later) = rest.split_at(fitting);
        rest = later;
        (!now.is_empty()).then_some(now)
    })
}

/// How many of the rows with these bytes fit into one statement.
pub(super) fn fitting(bytes: impl Iterator<Item = usize>) -> usize {
    let mut sum = 0_usize;
    let fitting = bytes.take_while(|bytes| {
        sum = sum.saturating_add(*bytes).saturating_add(ROW_BYTES);
        sum <= MOST_BYTES
    });
    fitting.count()
}

fn rows(messages: &[SimpleQueryMessage]) -> impl Iterator<Item = &SimpleQueryRow> {
    messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    })
}
