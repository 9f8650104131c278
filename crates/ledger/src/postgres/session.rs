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

/// The most rows in one statement. Chunks are powers of two, so that few statements have to be prepared.
const CHUNK_ROWS: usize = 256;

/// The most bytes in one statement, unless a single row has more: servers limit the length of a message.
const CHUNK_BYTES: usize = 4 << 20;

/// A connection.
pub(super) struct Session {
    client: Client,
    statements: BTreeMap<String, Statement>,
}

/// The row of `merit.head` as a transaction has locked it.
pub(super) struct Head {
    epoch: u64,
    length: u64,
    held: bool,
}

/// `INSERT` of any number of rows: what stands before the rows, how many columns they have, what stands after.
pub(super) struct Insert {
    pub(super) into: &'static str,
    pub(super) columns: usize,
    pub(super) then: &'static str,
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

    /// Runs a statement, prepared once.
    pub(super) fn query(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, Fault> {
        let statement = match self.statements.get(sql) {
            Some(statement) => statement.clone(),
            None => {
                let statement = self.client.prepare(sql)?;
                self.statements.insert(sql.to_owned(), statement.clone());
                statement
            }
        };
        Ok(self.client.query(&statement, values)?)
    }

    /// Runs statements without values, in one round trip.
    pub(super) fn batch(&mut self, sql: &str) -> Result<Vec<SimpleQueryMessage>, Fault> {
        Ok(self.client.simple_query(sql)?)
    }

    /// Inserts rows chunk by chunk; what the statements return.
    pub(super) fn insert<T>(
        &mut self,
        insert: &Insert,
        rows: &[T],
        bytes: impl Fn(&T) -> usize,
        values: impl for<'r> Fn(&'r T) -> Vec<Value<'r>>,
    ) -> Result<Vec<Row>, Fault> {
        let mut returned = Vec::new();
        let mut rest = rows;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(chunk(rest.iter().map(&bytes)));
            let flat: Vec<Value<'_>> = now.iter().flat_map(&values).collect();
            returned.extend(self.query(&insert.sql(now.len()), &flat)?);
            rest = later;
        }
        Ok(returned)
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

impl Insert {
    /// The statement for so many rows.
    fn sql(&self, rows: usize) -> String {
        let row = |row: usize| {
            let first = row * self.columns + 1;
            let columns: Vec<String> = (first..first + self.columns)
                .map(|at| format!("${at}"))
                .collect();
            format!("({})", columns.join(", "))
        };
        let rows: Vec<String> = (0..rows).map(row).collect();
        format!(
            "INSERT INTO {} VALUES {} {}",
            self.into,
            rows.join(", "),
            self.then
        )
    }
}

/// How many of the rows with these bytes go into one statement: a power of two, and never none.
fn chunk(bytes: impl Iterator<Item = usize>) -> usize {
    let mut sum = 0_usize;
    let fitting = bytes.take(CHUNK_ROWS).take_while(|bytes| {
        sum = sum.saturating_add(*bytes);
        sum <= CHUNK_BYTES
    });
    1 << fitting.count().max(1).ilog2()
}

fn rows(messages: &[SimpleQueryMessage]) -> impl Iterator<Item = &SimpleQueryRow> {
    messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    })
}
