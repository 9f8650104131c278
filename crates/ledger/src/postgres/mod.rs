//! The store in PostgreSQL, for several processes that share a ledger: one writes, the others read on.
//!
//! Everything is in the schema `merit` of the database that the address names; [`PostgresStore::open`] makes it where it
//! isn't. Only SQL is used that the distributed databases which speak PostgreSQL's language also take, so nothing of the
//! kind of advisory locks, `LISTEN`, procedures, `COPY` (`docs/decisions/0012-postgresql.md`). The connection isn't
//! encrypted: the server is on the same machine, in a network of its own, or behind a tunnel. A pool between Merit and the
//! server must pool sessions, not transactions.
//!
//! # Never two writers
//! The lease is a row, and its times are those of the server's clock alone. Whoever claims it raises the epoch; every write
//! first locks the row and compares the epoch. A writer that slept through its lease finds another epoch there and changes
//! nothing. If nobody has taken over, a lease that has lapsed is still good: as long as the row is locked nobody can, so
//! the time needs no look. A writer that stops in the middle of a transaction is cut off by the server after two seconds.
//!
//! # Durable
//! Each connection switches `synchronous_commit` on. What the server does with a commit is its own: with `fsync` off it can
//! lose what it acknowledged ([`PostgresStore::is_durable`]).
//!
//! # What an erasure leaves
//! An item's bytes are gone from every answer at once, also those it had before it was sealed anew. The server is then asked to
//! vacuum the table, which frees the space. Until that is used again the old bytes can still stand in the table's file
//! (`VACUUM FULL merit.item` writes a new one), and they stand in the write-ahead log, its archive, standbys and backups
//! until the server's administrator lets those go. Nobody can ask a server about that, so
//! [`erasures_pending`](Store::erasures_pending) speaks of answers only. All of it is ciphertext: an item is sealed before
//! it gets here ([`crate::vault`]).

mod fault;
mod schema;
mod session;

use std::collections::BTreeSet;
use std::time::Duration;

use ::postgres::error::SqlState;
use ::postgres::{Config, Row};

use crate::store::{StoredCheckpoint, StoredTile, TreeStep};
use crate::{Batch, Claim, ItemId, Lease, Result, Salt, Sealed, Store, StoreError, StoredItem};
use fault::{Fault, natural, value};
use session::{Session, Value, fitting, runs};

/// How often a call is made anew after a conflict or, where it only reads, on a new connection.
const ATTEMPTS: u32 = 10;

/// The longest lease; a longer one counts as this.
const LONGEST_LEASE: Duration = Duration::from_secs(366 * 24 * 60 * 60);

const PUT_ENTRIES: &str = "INSERT INTO merit.entry (idx, salt, body) \
    SELECT e.idx, e.salt, e.body \
    FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BYTEA[]), CAST($3 AS BYTEA[])) AS e (idx, salt, body)";

/// An id that is there already isn't returned.
const PUT_ITEMS: &str = "INSERT INTO merit.item (id, sealed) \
    SELECT i.id, i.sealed FROM unnest(CAST($1 AS BYTEA[]), CAST($2 AS BYTEA[])) AS i (id, sealed) \
    ON CONFLICT (id) DO NOTHING RETURNING id";

/// What can't be sealed anew isn't returned.
const RESEAL_ITEMS: &str = "UPDATE merit.item SET sealed = i.sealed \
    FROM unnest(CAST($1 AS BYTEA[]), CAST($2 AS BYTEA[])) AS i (id, sealed) \
    WHERE item.id = i.id AND octet_length(item.sealed) = octet_length(i.sealed) RETURNING item.id";

const ERASE_ITEMS: &str =
    "UPDATE merit.item SET sealed = NULL WHERE id = ANY($1) AND sealed IS NOT NULL";

/// A whole batch in one statement, so in one transaction: nothing happens where the head isn't what the batch takes it for.
const PUT_AT_ONCE: &str = "WITH \
    head AS (UPDATE merit.head SET length = length + $1 \
        WHERE id = 1 AND holder IS NOT NULL AND epoch = $2 AND length = $3 RETURNING id), \
    item AS (INSERT INTO merit.item (id, sealed) SELECT i.id, i.sealed \
        FROM head, unnest(CAST($4 AS BYTEA[]), CAST($5 AS BYTEA[])) AS i (id, sealed) RETURNING id) \
    INSERT INTO merit.entry (idx, salt, body) SELECT e.idx, e.salt, e.body \
        FROM head, unnest(CAST($6 AS BIGINT[]), CAST($7 AS BYTEA[]), CAST($8 AS BYTEA[])) AS e (idx, salt, body)";

const PUT_TILES: &str = "INSERT INTO merit.tile (level, idx, hashes) \
    SELECT t.level, t.idx, t.hashes \
    FROM unnest(CAST($1 AS SMALLINT[]), CAST($2 AS BIGINT[]), CAST($3 AS BYTEA[])) AS t (level, idx, hashes) \
    ON CONFLICT (level, idx) DO UPDATE SET hashes = excluded.hashes";

const PUT_CHECKPOINT: &str = "INSERT INTO merit.checkpoint (size, note) VALUES ($1, $2) \
    ON CONFLICT (size) DO UPDATE SET note = excluded.note";

const CLAIM: &str = "UPDATE merit.head SET epoch = epoch + 1, holder = $1, \
    span = CAST($2 AS DOUBLE PRECISION) * INTERVAL '1 second', \
    lapses = CURRENT_TIMESTAMP + CAST($2 AS DOUBLE PRECISION) * INTERVAL '1 second' \
    WHERE id = 1 AND (holder IS NULL OR lapses <= CURRENT_TIMESTAMP) RETURNING epoch";

const CLAIM_AGAIN: &str = "UPDATE merit.head SET holder = $1, \
    span = CAST($2 AS DOUBLE PRECISION) * INTERVAL '1 second', \
    lapses = CURRENT_TIMESTAMP + CAST($2 AS DOUBLE PRECISION) * INTERVAL '1 second' \
    WHERE id = 1 AND epoch = $3 AND holder IS NOT NULL";

const RENEW: &str = "UPDATE merit.head SET lapses = CURRENT_TIMESTAMP + span \
    WHERE id = 1 AND epoch = $1 AND holder IS NOT NULL";

const RELEASE: &str = "UPDATE merit.head SET holder = NULL, span = NULL, lapses = NULL \
    WHERE id = 1 AND epoch = $1 AND holder IS NOT NULL";

/// A ledger in PostgreSQL. It must not be used inside an asynchronous runtime: it waits.
///
/// A connection that is lost is made anew at the next call. A read does so by itself; a write that loses its connection has
/// [failed](StoreError::Failed), and may have happened.
pub struct PostgresStore {
    config: Config,
    session: Option<Session>,
    /// The lease this handle has claimed, unless somebody has taken over since.
    held: Option<Lease>,
    durable: bool,
}

/// What may be done again when the connection is lost.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Read,
    Write,
}

impl PostgresStore {
    /// Opens the ledger at an address, as a URL (`postgresql://user:password@host:5432/database`) or as pairs
    /// (`host=/run/postgresql user=merit dbname=merit`). Where there is no ledger yet an empty one is made.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for tables of a version from the future or of something else; [`StoreError::Failed`] when the
    /// address isn't one or the server can't be reached.
    pub fn open(address: &str) -> Result<Self> {
        Self::connect(address, schema::ensure)
    }

    /// Opens the ledger at an address where there is one; makes nothing.
    ///
    /// # Errors
    /// As [`open`](Self::open); [`StoreError::Damaged`] where there is no ledger.
    pub fn open_existing(address: &str) -> Result<Self> {
        Self::connect(address, schema::require)
    }

    fn connect(
        address: &str,
        look: fn(&mut Session) -> std::result::Result<(), Fault>,
    ) -> Result<Self> {
        let config: Config = address.parse().map_err(Fault::Database)?;
        let mut session = Session::open(&config)?;
        let durable = session.setting("fsync")?.is_none_or(|fsync| fsync == "on");
        look(&mut session)?;
        Ok(Self {
            config,
            session: Some(session),
            held: None,
            durable,
        })
    }

    /// Whether the server writes to the disk before it acknowledges. Where its administrator has switched `fsync` off it
    /// doesn't, and a power cut can take what was acknowledged: people must be told.
    #[must_use]
    pub fn is_durable(&self) -> bool {
        self.durable
    }

    /// Makes a call, and makes it anew where nothing of it can have happened.
    fn call<T>(
        &mut self,
        kind: Kind,
        mut work: impl FnMut(&mut Session) -> std::result::Result<T, Fault>,
    ) -> Result<T> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let session = match &mut self.session {
                Some(session) => session,
                none => none.insert(Session::open(&self.config)?),
            };
            let fault = match work(session) {
                Ok(done) => return Ok(done),
                Err(fault) => fault,
            };
            if fault.is_loss() {
                self.session = None;
            }
            let again = fault.is_transient() || kind == Kind::Read && fault.is_loss();
            if !again || attempts == ATTEMPTS {
                return Err(fault.into());
            }
        }
    }

    /// The rows of a query that only reads.
    fn rows(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>> {
        self.call(Kind::Read, |session| session.query(sql, values))
    }

    /// What a query finds in the one row of `merit.head`.
    fn head(&mut self, sql: &'static str) -> Result<Row> {
        let gone = || StoreError::Damaged("merit.head has no row".to_owned());
        self.rows(sql, &[])?.into_iter().next().ok_or_else(gone)
    }

    /// A change of the lease.
    fn change_lease(&mut self, sql: &'static str, lease: Lease) -> Result<()> {
        let epoch = whole(lease.epoch);
        match self.call(Kind::Write, |session| session.execute(sql, &[&epoch]))? {
            0 => Err(StoreError::Superseded),
            _ => Ok(()),
        }
    }

    /// Writes a batch that fits into one statement: one round trip, and a writer that stops can't hold up anyone. Whether it
    /// was written: if not, nothing has happened, and going step by step tells why.
    fn append_at_once(&mut self, lease: Lease, batch: &Batch<'_>) -> Result<bool> {
        if batch.entries.is_empty() || !batch.reseal.is_empty() || !batch.erase.is_empty() {
            return Ok(false);
        }
        let entries = batch.entries.iter().map(|entry| entry.body.len());
        let items = batch.put.iter().map(|item| item.sealed.len());
        if fitting(entries.chain(items)) < batch.entries.len() + batch.put.len() {
            return Ok(false);
        }
        let count = whole(batch.entries.len() as u64);
        let (epoch, first) = (whole(lease.epoch), whole(batch.first));
        let (ids, sealed) = item_columns(batch.put);
        let (indices, salts, bodies) = entry_columns(batch.first, batch.entries);
        let values: [Value<'_>; 8] = [
            &count, &epoch, &first, &ids, &sealed, &indices, &salts, &bodies,
        ];
        self.call(Kind::Write, |session| {
            match session.execute(PUT_AT_ONCE, &values) {
                Err(Fault::Database(error))
                    if error.code() == Some(&SqlState::UNIQUE_VIOLATION) =>
                {
                    Ok(false)
                }
                written => Ok(written? > 0),
            }
        })
    }

    /// Writes any batch.
    fn append_step_by_step(&mut self, lease: Lease, batch: &Batch<'_>) -> Result<()> {
        let first = batch.first;
        let also = format!(
            "UPDATE merit.head SET length = length + {} WHERE id = 1 AND epoch = {} AND length = {}",
            batch.entries.len(),
            whole(lease.epoch),
            whole(first)
        );
        self.call(Kind::Write, |session| {
            session.transaction(lease, &also, |session, head| {
                if head.length() != first {
                    return Err(StoreError::NotNext {
                        length: head.length(),
                        first,
                    }
                    .into());
                }
                put_entries(session, first, batch.entries)?;
                put_items(session, batch.put)?;
                reseal_items(session, batch.reseal)?;
                erase_items(session, batch.erase)
            })
        })
    }

    /// Frees the space of what was erased. An aid: the bytes no longer count, some databases have no such statement, and
    /// what it doesn't do now the server does later by itself.
    fn vacuum(&mut self) {
        if let Some(session) = &mut self.session {
            let done = session.batch("VACUUM merit.item");
            if done.is_err_and(|fault| fault.is_loss()) {
                self.session = None;
            }
        }
    }
}

impl Store for PostgresStore {
    fn claim(&mut self, who: &str, ttl: Duration) -> Result<Claim> {
        let seconds = ttl.min(LONGEST_LEASE).as_secs_f64();
        if let Some(lease) = self.held.take() {
            let epoch = whole(lease.epoch);
            let values: [Value<'_>; 3] = [&who, &seconds, &epoch];
            if self.call(Kind::Write, |session| session.execute(CLAIM_AGAIN, &values))? > 0 {
                self.held = Some(lease);
                return Ok(Claim::Held(lease));
            }
        }
        loop {
            let won = self.call(Kind::Write, |session| {
                session.query(CLAIM, &[&who, &seconds])
            })?;
            if let Some(row) = won.first() {
                let lease = Lease {
                    epoch: natural(row, 0)?,
                };
                self.held = Some(lease);
                return Ok(Claim::Held(lease));
            }
            // Without a holder it was given back in between: whoever asks next gets it.
            let row = self.head("SELECT holder FROM merit.head WHERE id = 1")?;
            if let Some(holder) = value(&row, 0)? {
                return Ok(Claim::Busy(holder));
            }
        }
    }

    fn renew(&mut self, lease: Lease) -> Result<()> {
        self.change_lease(RENEW, lease)
    }

    fn release(&mut self, lease: Lease) -> Result<()> {
        self.change_lease(RELEASE, lease)
    }

    fn length(&mut self) -> Result<u64> {
        let row = self.head("SELECT length FROM merit.head WHERE id = 1")?;
        natural(&row, 0)
    }

    fn append(&mut self, lease: Lease, batch: &Batch<'_>) -> Result<()> {
        if !self.append_at_once(lease, batch)? {
            self.append_step_by_step(lease, batch)?;
        }
        if !(batch.reseal.is_empty() && batch.erase.is_empty()) {
            self.vacuum();
        }
        Ok(())
    }

    fn read(&mut self, from: u64, max: usize) -> Result<Vec<Sealed>> {
        let sql = "SELECT idx, salt, body FROM merit.entry WHERE idx >= $1 ORDER BY idx LIMIT $2";
        let rows = self.rows(sql, &[&whole(from), &limit(max)])?;
        rows.iter()
            .zip(from..)
            .map(|(row, index)| entry(row, index))
            .collect()
    }

    fn item(&mut self, id: ItemId) -> Result<Option<StoredItem>> {
        let sql = "SELECT id, sealed FROM merit.item WHERE id = $1 AND sealed IS NOT NULL";
        self.rows(sql, &[&id.0.as_slice()])?
            .first()
            .map(item)
            .transpose()
    }

    fn items(&mut self, after: Option<ItemId>, max: usize) -> Result<Vec<StoredItem>> {
        let sql = "SELECT id, sealed FROM merit.item WHERE id > $1 AND sealed IS NOT NULL ORDER BY id LIMIT $2";
        // No bytes at all come before any id.
        let after = after.as_ref().map_or::<&[u8], _>(&[], |id| &id.0);
        self.rows(sql, &[&after, &limit(max)])?
            .iter()
            .map(item)
            .collect()
    }

    fn put_tree(&mut self, lease: Lease, step: &TreeStep<'_>) -> Result<()> {
        self.call(Kind::Write, |session| {
            session.transaction(lease, "", |session, _| put_tree(session, step))
        })
    }

    fn tile(&mut self, level: u8, index: u64) -> Result<Option<StoredTile>> {
        let sql = "SELECT level, idx, hashes FROM merit.tile WHERE level = $1 AND idx = $2";
        self.rows(sql, &[&i16::from(level), &whole(index)])?
            .first()
            .map(tile)
            .transpose()
    }

    fn tiles(&mut self, after: Option<(u8, u64)>, max: usize) -> Result<Vec<StoredTile>> {
        let sql = "SELECT level, idx, hashes FROM merit.tile WHERE (level, idx) > ($1, $2) ORDER BY level, idx LIMIT $3";
        let (level, index) =
            after.map_or((-1, 0), |(level, index)| (i16::from(level), whole(index)));
        self.rows(sql, &[&level, &index, &limit(max)])?
            .iter()
            .map(tile)
            .collect()
    }

    fn checkpoint(&mut self) -> Result<Option<StoredCheckpoint>> {
        let sql = "SELECT size, note FROM merit.checkpoint ORDER BY size DESC LIMIT 1";
        self.rows(sql, &[])?.first().map(checkpoint).transpose()
    }

    fn checkpoints(&mut self, after: Option<u64>, max: usize) -> Result<Vec<StoredCheckpoint>> {
        let sql = "SELECT size, note FROM merit.checkpoint WHERE size > $1 ORDER BY size LIMIT $2";
        let after = after.map_or(-1, whole);
        self.rows(sql, &[&after, &limit(max)])?
            .iter()
            .map(checkpoint)
            .collect()
    }
}

fn put_entries(
    session: &mut Session,
    mut first: u64,
    entries: &[Sealed],
) -> std::result::Result<(), Fault> {
    for run in runs(entries, |entry| entry.body.len()) {
        let (indices, salts, bodies) = entry_columns(first, run);
        session.execute(PUT_ENTRIES, &[&indices, &salts, &bodies])?;
        first += run.len() as u64;
    }
    Ok(())
}

fn put_items(session: &mut Session, items: &[StoredItem]) -> std::result::Result<(), Fault> {
    match change_items(session, PUT_ITEMS, items)? {
        Some(id) => Err(StoreError::ItemExists(id).into()),
        None => Ok(()),
    }
}

fn reseal_items(session: &mut Session, items: &[StoredItem]) -> std::result::Result<(), Fault> {
    match change_items(session, RESEAL_ITEMS, items)? {
        Some(id) => Err(StoreError::NoSuchItem(id).into()),
        None => Ok(()),
    }
}

/// Runs a statement that returns the ids it has changed: the first it hasn't.
fn change_items(
    session: &mut Session,
    sql: &'static str,
    items: &[StoredItem],
) -> std::result::Result<Option<ItemId>, Fault> {
    let mut changed = BTreeSet::new();
    for run in runs(items, |item| item.sealed.len()) {
        let (ids, sealed) = item_columns(run);
        for row in session.query(sql, &[&ids, &sealed])? {
            changed.insert(item_id(&row)?);
        }
    }
    // Each counts once, so that an id that comes twice is told.
    Ok(items
        .iter()
        .map(|item| item.id)
        .find(|id| !changed.remove(id)))
}

fn erase_items(session: &mut Session, ids: &[ItemId]) -> std::result::Result<(), Fault> {
    if !ids.is_empty() {
        let ids: Vec<&[u8]> = ids.iter().map(|id| id.0.as_slice()).collect();
        session.execute(ERASE_ITEMS, &[&ids])?;
    }
    Ok(())
}

fn put_tree(session: &mut Session, step: &TreeStep<'_>) -> std::result::Result<(), Fault> {
    for run in runs(step.tiles, |tile| tile.hashes.len()) {
        let levels: Vec<i16> = run.iter().map(|tile| i16::from(tile.level)).collect();
        let indices: Vec<i64> = run.iter().map(|tile| whole(tile.index)).collect();
        let hashes: Vec<&[u8]> = run.iter().map(|tile| tile.hashes.as_slice()).collect();
        session.execute(PUT_TILES, &[&levels, &indices, &hashes])?;
    }
    if let Some(size) = step.supersedes {
        session.execute(
            "DELETE FROM merit.checkpoint WHERE size = $1",
            &[&whole(size)],
        )?;
    }
    if let Some(checkpoint) = step.checkpoint {
        session.execute(PUT_CHECKPOINT, &[&whole(checkpoint.size), &checkpoint.note])?;
    }
    Ok(())
}

/// Entries by columns: indices, salts, bodies.
fn entry_columns(first: u64, entries: &[Sealed]) -> (Vec<i64>, Vec<&[u8]>, Vec<&[u8]>) {
    (
        (0..)
            .zip(entries)
            .map(|(at, _)| whole(first.saturating_add(at)))
            .collect(),
        entries
            .iter()
            .map(|entry| entry.salt.0.as_slice())
            .collect(),
        entries.iter().map(|entry| entry.body.as_slice()).collect(),
    )
}

/// Items by columns: ids, bytes.
fn item_columns(items: &[StoredItem]) -> (Vec<&[u8]>, Vec<&[u8]>) {
    items
        .iter()
        .map(|item| (item.id.0.as_slice(), item.sealed.as_slice()))
        .unzip()
}

fn entry(row: &Row, index: u64) -> Result<Sealed> {
    let found = natural(row, 0)?;
    if found != index {
        return Err(StoreError::Damaged(format!(
            "entry {index} is missing; the next one is {found}"
        )));
    }
    let salt: &[u8] = value(row, 1)?;
    let salt = salt
        .try_into()
        .map_err(|_| StoreError::Damaged(format!("the salt of entry {index} hasn't 32 bytes")))?;
    Ok(Sealed {
        body: value(row, 2)?,
        salt: Salt(salt),
    })
}

fn item(row: &Row) -> Result<StoredItem> {
    Ok(StoredItem {
        id: item_id(row)?,
        sealed: value(row, 1)?,
    })
}

fn item_id(row: &Row) -> Result<ItemId> {
    let id: &[u8] = value(row, 0)?;
    let id = id
        .try_into()
        .map_err(|_| StoreError::Damaged("an item's id hasn't 16 bytes".to_owned()))?;
    Ok(ItemId(id))
}

fn tile(row: &Row) -> Result<StoredTile> {
    let level: i16 = value(row, 0)?;
    let level = u8::try_from(level)
        .map_err(|_| StoreError::Damaged(format!("a tile is on level {level}")))?;
    Ok(StoredTile {
        level,
        index: natural(row, 1)?,
        hashes: value(row, 2)?,
    })
}

fn checkpoint(row: &Row) -> Result<StoredCheckpoint> {
    Ok(StoredCheckpoint {
        size: natural(row, 0)?,
        note: value(row, 1)?,
    })
}

/// A number for the database, whose numbers end at 2⁶³ − 1; none that is stored gets there.
fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn limit(max: usize) -> i64 {
    i64::try_from(max).unwrap_or(i64::MAX)
}
