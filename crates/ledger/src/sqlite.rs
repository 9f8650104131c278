//! The store in one SQLite file, for a campaign on one machine.
//!
//! The file is in WAL mode and written with `synchronous=FULL`: what a call has written is on the disk when it returns. Beside
//! it lie SQLite's `-wal` and `-shm` while it is open, and `<file>.writer`. A new file is for its owner alone (mode 0600).
//!
//! **The lease** is two things. An operating system's lock on `<file>.writer` says who may claim: it goes with the process,
//! however that ends, so nobody waits for anything to lapse. And the epoch in the table `writer`, which each write compares
//! in its own transaction: even where the lock fails (a deleted lock file, a careless network file system), an older lease
//! never writes again. A lease may be shown through any handle of the process that holds it.
//!
//! **Erasing** overwrites an item with as many zeros, in place. Deleting the row wouldn't do, not even with `secure_delete`:
//! when SQLite joins two half-empty pages it copies cells, and leaves behind what it copied from. As rows of the table
//! `items` never change their size and are only added at its end, no cell of it is ever moved. Then the WAL, which holds what
//! was overwritten, is written back and cut to nothing. That must wait while someone reads an old state of the file (a backup,
//! say). So the table `writer` counts the batches that erased something and how many of these are in no file any longer:
//! [`Store::erasures_pending`] tells, and each further write and renewal tries again, also after a restart. The room that an
//! erased item took stays in the file.
//!
//! A process that is killed while it writes leaves pages in the WAL that count for nothing: parts of a batch that never
//! happened, with items that no erasure would ever name. So each claim counts as such a batch too.

use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{
    Connection, ErrorCode, OpenFlags, OptionalExtension, Row, Transaction, TransactionBehavior,
    ffi, params,
};

use crate::seal::{Salt, Sealed};
use crate::store::{
    Batch, Claim, ItemId, Lease, Result, Store, StoreError, StoredCheckpoint, StoredItem,
    StoredTile, TreeStep,
};

/// `Merl`, in the file's header: a ledger of Merit.
const APPLICATION_ID: i32 = 0x4d65_726c;

/// The version of the tables.
const VERSION: i32 = 1;

/// How long a call waits for another connection's write to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long to wait before trying again where SQLite itself doesn't wait.
const PAUSE: Duration = Duration::from_millis(5);

/// How long an erasing call waits for readers of an older state before it leaves the rest to later calls.
const PATIENCE_WITH_READERS: Duration = Duration::from_secs(1);

/// Held while a file is made and opened: on Unix a process that closes a file loses its locks on it, also those of a
/// connection that another thread has just opened.
static OPENING: Mutex<()> = Mutex::new(());

const TABLES: &str = "
    CREATE TABLE entries (
        position INTEGER PRIMARY KEY,
        body BLOB NOT NULL,
        salt BLOB NOT NULL CHECK (length(salt) = 32)
    ) STRICT;
    CREATE TABLE items (
        id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
        kept INTEGER NOT NULL CHECK (kept IN (0, 1)),
        sealed BLOB NOT NULL
    ) STRICT;
    CREATE TABLE tiles (
        level INTEGER NOT NULL,
        place INTEGER NOT NULL,
        hashes BLOB NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
        PRIMARY KEY (level, place)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE checkpoints (
        size INTEGER PRIMARY KEY,
        note TEXT NOT NULL
    ) STRICT;
    CREATE TABLE writer (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        epoch INTEGER NOT NULL,
        holder TEXT,
        erasures INTEGER NOT NULL,
        scrubbed INTEGER NOT NULL
    ) STRICT;
    INSERT INTO writer VALUES (1, 0, NULL, 0, 0);
";

/// A ledger in one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    db: Connection,
    path: PathBuf,
    lock: Option<Lock>,
}

/// The lock on `<file>.writer`, as long as it isn't dropped.
#[derive(Debug)]
struct Lock {
    _file: File,
    epoch: u64,
}

impl SqliteStore {
    /// Opens the ledger at `path` for reading and writing; makes an empty one if there is nothing.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for a file that isn't a ledger, is damaged or comes from a newer version: it is left as it is.
    /// [`StoreError::Failed`] with a [`SqliteError`] when it can't be opened or may not be written.
    pub fn open(path: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let store = Self::connect(path, flags)?;
        let start = Instant::now();
        loop {
            match store.make_ready() {
                Err(Stop::Sql(error)) if is_busy(&error) && start.elapsed() < PATIENCE => {
                    thread::sleep(PAUSE);
                }
                outcome => {
                    outcome.map_err(|stop| stop.at(&store.path))?;
                    return Ok(store);
                }
            }
        }
    }

    /// Opens the ledger at `path` for reading: every write is refused.
    ///
    /// # Errors
    /// As [`open`](Self::open); a file that isn't there or has nothing in it is an error too.
    pub fn open_read_only(path: &Path) -> Result<Self> {
        let store = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        match store.found().map_err(|stop| stop.at(&store.path))? {
            Found::Ledger => Ok(store),
            Found::Nothing => Err(StoreError::Damaged(format!("{} is empty", path.display()))),
        }
    }

    /// Opens the ledger at `path` for reading, as it stands now: what is written later isn't seen. While it is open the WAL
    /// can't be cut, so that erasures stay pending ([`Store::erasures_pending`]).
    ///
    /// # Errors
    /// As [`open_read_only`](Self::open_read_only).
    pub fn open_snapshot(path: &Path) -> Result<Self> {
        let store = Self::open_read_only(path)?;
        // The first read decides which state the transaction sees.
        let begun = store
            .db
            .execute_batch("BEGIN")
            .and_then(|()| writer(&store.db));
        store.in_file(begun)?;
        Ok(store)
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The connection, for copies of the whole file.
    pub(crate) fn connection(&mut self) -> &mut Connection {
        &mut self.db
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Self> {
        let io = |source| SqliteError::Io {
            path: path.to_owned(),
            source,
        };
        let explain = |error| failure(path, error);
        // An absolute path has none of the meanings that SQLite gives to some names, such as `:memory:`.
        let path_to_file = std::path::absolute(path).map_err(io)?;
        let _alone = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
        if flags.contains(OpenFlags::SQLITE_OPEN_CREATE) {
            make_private(&path_to_file);
        }
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(&path_to_file, flags).map_err(explain)?;
        db.busy_timeout(PATIENCE).map_err(explain)?;
        db.set_prepared_statement_cache_capacity(32);
        let path = path_to_file.canonicalize().map_err(io)?;
        Ok(Self {
            db,
            path,
            lock: None,
        })
    }

    /// What the file is, before anything is written to it.
    fn found(&self) -> std::result::Result<Found, Stop> {
        let path = self.path.display();
        match marks(&self.db)? {
            (APPLICATION_ID, VERSION, _) => Ok(Found::Ledger),
            (APPLICATION_ID, version, _) => Err(Stop::Refused(StoreError::Damaged(format!(
                "{path} has tables of version {version}; this program knows version {VERSION}: open it with a newer one"
            )))),
            (0, 0, 0) => Ok(Found::Nothing),
            _ => Err(Stop::Refused(StoreError::Damaged(format!(
                "{path} is a database of another program: choose another file"
            )))),
        }
    }

    /// Makes the connection one that writes, and the tables if there are none. Where several do that at once SQLite doesn't
    /// wait but says that it is busy.
    fn make_ready(&self) -> std::result::Result<(), Stop> {
        let found = self.found()?;
        if self.db.is_readonly("main")? {
            return Err(StoreError::from(SqliteError::ReadOnly(self.path.clone())).into());
        }
        settle(&self.db)?;
        if matches!(found, Found::Nothing) {
            create(&self.db)?;
            sync_folder_of(&self.path).map_err(|source| {
                let path = self.path.clone();
                StoreError::from(SqliteError::Io { path, source })
            })?;
        }
        Ok(())
    }

    /// Gives an error of SQLite its meaning for this file.
    fn in_file<T>(&self, result: rusqlite::Result<T>) -> Result<T> {
        result.map_err(|error| failure(&self.path, error))
    }

    /// One write: it sees the lease, happens wholly or not at all, and is on the disk in the end.
    fn write(
        &mut self,
        lease: Lease,
        work: impl FnOnce(&Connection) -> std::result::Result<(), Stop>,
    ) -> Result<()> {
        let run = |db: &mut Connection| -> std::result::Result<(Writer, Writer), Stop> {
            let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let before = writer(&transaction)?;
            before.check(lease)?;
            work(&transaction)?;
            let after = writer(&transaction)?;
            transaction.commit()?;
            Ok((before, after))
        };
        let (before, after) = run(&mut self.db).map_err(|stop| stop.at(&self.path))?;
        if after.erasures > before.erasures {
            self.scrub(PATIENCE_WITH_READERS)
        } else if after.pending() {
            self.scrub(Duration::ZERO)
        } else {
            Ok(())
        }
    }

    /// Cuts the WAL to nothing, so that what was erased is in no file; waits for readers no longer than `patience`.
    fn scrub(&self, patience: Duration) -> Result<()> {
        let run = || -> rusqlite::Result<()> {
            let erasures = writer(&self.db)?.erasures;
            self.db.busy_timeout(patience)?;
            let busy: bool = self
                .db
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
            if !busy {
                let note = "UPDATE writer SET scrubbed = max(scrubbed, ?1)";
                self.db.prepare_cached(note)?.execute([erasures])?;
            }
            Ok(())
        };
        let outcome = match run() {
            Err(error) if is_busy(&error) => Ok(()),
            outcome => outcome,
        };
        self.in_file(outcome.and(self.db.busy_timeout(PATIENCE)))
    }

    /// The lease that this handle's lock stands for, if nobody has claimed or released since.
    fn held(&self) -> Result<Option<Lease>> {
        let Some(lock) = &self.lock else {
            return Ok(None);
        };
        let lease = Lease { epoch: lock.epoch };
        let writer = self.in_file(writer(&self.db))?;
        Ok(writer.check(lease).is_ok().then_some(lease))
    }

    /// Tries to lock `<file>.writer`.
    fn try_lock(&self) -> Result<Option<File>> {
        let mut path = self.path.clone().into_os_string();
        path.push(".writer");
        let failed = |source| SqliteError::Io {
            path: PathBuf::from(&path),
            source,
        };
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(failed(source).into()),
        }
    }
}

impl Store for SqliteStore {
    fn claim(&mut self, who: &str, _ttl: Duration) -> Result<Claim> {
        if let Some(lease) = self.held()? {
            return Ok(Claim::Held(lease));
        }
        if self.in_file(self.db.is_readonly("main"))? {
            return Err(SqliteError::ReadOnly(self.path.clone()).into());
        }
        self.lock = None;
        let Some(file) = self.try_lock()? else {
            let holder = self.in_file(writer(&self.db))?.holder;
            return Ok(Claim::Busy(
                holder.unwrap_or_else(|| "another process".to_owned()),
            ));
        };
        let taken = take(&mut self.db, who);
        let epoch = self.in_file(taken)?;
        self.lock = Some(Lock { _file: file, epoch });
        let lease = Lease { epoch };
        self.renew(lease)?;
        Ok(Claim::Held(lease))
    }

    fn renew(&mut self, lease: Lease) -> Result<()> {
        let writer = self.in_file(writer(&self.db))?;
        writer.check(lease)?;
        if writer.pending() {
            self.scrub(Duration::ZERO)
        } else {
            Ok(())
        }
    }

    fn release(&mut self, lease: Lease) -> Result<()> {
        self.write(lease, |db| {
            db.execute("UPDATE writer SET holder = NULL", [])?;
            Ok(())
        })?;
        self.lock.take_if(|lock| lock.epoch == lease.epoch);
        Ok(())
    }

    fn length(&mut self) -> Result<u64> {
        self.in_file(length(&self.db))
    }

    fn append(&mut self, lease: Lease, batch: &Batch<'_>) -> Result<()> {
        self.write(lease, |db| {
            insert_entries(db, batch.first, batch.entries)?;
            put_items(db, batch.put)?;
            reseal_items(db, batch.reseal)?;
            erase_items(db, batch.erase)?;
            if !(batch.reseal.is_empty() && batch.erase.is_empty()) {
                db.prepare_cached("UPDATE writer SET erasures = erasures + 1")?
                    .execute([])?;
            }
            Ok(())
        })
    }

    fn erasures_pending(&mut self) -> Result<bool> {
        Ok(self.in_file(writer(&self.db))?.pending())
    }

    fn read(&mut self, from: u64, max: usize) -> Result<Vec<Sealed>> {
        let entries = self.in_file(entries(&self.db, from, max))?;
        let mut sealed = Vec::with_capacity(entries.len());
        for ((position, entry), expected) in entries.into_iter().zip(from..) {
            if position != expected {
                return Err(StoreError::Damaged(format!(
                    "entry {expected} is missing from {}: the next one is {position}",
                    self.path.display()
                )));
            }
            sealed.push(entry);
        }
        Ok(sealed)
    }

    fn item(&mut self, id: ItemId) -> Result<Option<StoredItem>> {
        let sql = "SELECT id, sealed FROM items WHERE id = ?1 AND kept = 1";
        self.in_file(one(&self.db, sql, params![id.0], stored_item))
    }

    fn items(&mut self, after: Option<ItemId>, max: usize) -> Result<Vec<StoredItem>> {
        let sql = "SELECT id, sealed FROM items WHERE id > ?1 AND kept = 1 ORDER BY id LIMIT ?2";
        let after: &[u8] = after.as_ref().map_or(&[], |id| &id.0);
        self.in_file(many(&self.db, sql, params![after, limit(max)], stored_item))
    }

    fn put_tree(&mut self, lease: Lease, step: &TreeStep<'_>) -> Result<()> {
        self.write(lease, |db| Ok(put_tree(db, step)?))
    }

    fn tile(&mut self, level: u8, index: u64) -> Result<Option<StoredTile>> {
        let sql = "SELECT level, place, hashes FROM tiles WHERE level = ?1 AND place = ?2";
        self.in_file(one(
            &self.db,
            sql,
            params![level, at_most(index)],
            stored_tile,
        ))
    }

    fn tiles(&mut self, after: Option<(u8, u64)>, max: usize) -> Result<Vec<StoredTile>> {
        let sql = "SELECT level, place, hashes FROM tiles WHERE (level, place) > (?1, ?2)
            ORDER BY level, place LIMIT ?3";
        let (level, place) =
            after.map_or((-1, 0), |(level, index)| (i64::from(level), at_most(index)));
        self.in_file(many(
            &self.db,
            sql,
            params![level, place, limit(max)],
            stored_tile,
        ))
    }

    fn checkpoint(&mut self) -> Result<Option<StoredCheckpoint>> {
        let sql = "SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1";
        self.in_file(one(&self.db, sql, [], stored_checkpoint))
    }

    fn checkpoints(&mut self, after: Option<u64>, max: usize) -> Result<Vec<StoredCheckpoint>> {
        let sql = "SELECT size, note FROM checkpoints WHERE size > ?1 ORDER BY size LIMIT ?2";
        let after = after.map_or(-1, at_most);
        self.in_file(many(
            &self.db,
            sql,
            params![after, limit(max)],
            stored_checkpoint,
        ))
    }
}

/// What an openable file turned out to be.
enum Found {
    Nothing,
    Ledger,
}

/// The row of the table `writer`.
struct Writer {
    epoch: u64,
    holder: Option<String>,
    erasures: i64,
    scrubbed: i64,
}

impl Writer {
    fn check(&self, lease: Lease) -> Result<()> {
        if self.holder.is_some() && self.epoch == lease.epoch {
            Ok(())
        } else {
            Err(StoreError::Superseded)
        }
    }

    fn pending(&self) -> bool {
        self.erasures > self.scrubbed
    }
}

fn writer(db: &Connection) -> rusqlite::Result<Writer> {
    let sql = "SELECT epoch, holder, erasures, scrubbed FROM writer";
    db.prepare_cached(sql)?.query_row([], |row| {
        Ok(Writer {
            epoch: unsigned(row, 0)?,
            holder: row.get(1)?,
            erasures: row.get(2)?,
            scrubbed: row.get(3)?,
        })
    })
}

/// The next epoch, held by `who`. What a killed holder may have left in the WAL is to be erased.
fn take(db: &mut Connection, who: &str) -> rusqlite::Result<u64> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let sql = "UPDATE writer SET epoch = epoch + 1, holder = ?1, erasures = erasures + 1";
    transaction.execute(sql, [who])?;
    let epoch = writer(&transaction)?.epoch;
    transaction.commit()?;
    Ok(epoch)
}

/// Application id, version of the tables, and how many things the file defines.
fn marks(db: &Connection) -> rusqlite::Result<(i32, i32, i64)> {
    let sql = "SELECT (SELECT application_id FROM pragma_application_id),
        (SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_schema)";
    db.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}

/// What holds for a connection that writes. The WAL is written back as soon as SQLite does by itself (1,000 pages): a short
/// WAL is overwritten again and again, and appends were up to a third slower with one that goes on growing. Nothing is
/// spilled into it before the commit: a batch that is refused leaves no page there.
fn settle(db: &Connection) -> rusqlite::Result<()> {
    db.execute_batch(
        "PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA fullfsync = ON;
        PRAGMA checkpoint_fullfsync = ON;
        PRAGMA secure_delete = ON;
        PRAGMA temp_store = MEMORY;
        PRAGMA cache_size = -16384;
        PRAGMA cache_spill = OFF;",
    )
}

/// Makes the tables, unless another process has been quicker.
fn create(db: &Connection) -> rusqlite::Result<()> {
    let transaction = Transaction::new_unchecked(db, TransactionBehavior::Immediate)?;
    if marks(&transaction)? == (0, 0, 0) {
        transaction.execute_batch(TABLES)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    transaction.commit()
}

fn length(db: &Connection) -> rusqlite::Result<u64> {
    let sql = "SELECT coalesce(max(position) + 1, 0) FROM entries";
    db.prepare_cached(sql)?
        .query_row([], |row| unsigned(row, 0))
}

fn insert_entries(
    db: &Connection,
    first: u64,
    entries: &[Sealed],
) -> std::result::Result<(), Stop> {
    let length = length(db)?;
    if length != first {
        return Err(StoreError::NotNext { length, first }.into());
    }
    let mut position = signed(first)?;
    let (together, single) = entries.as_chunks::<TOGETHER>();
    let several = format!(
        "INSERT INTO entries VALUES (?, ?, ?){}",
        ", (?, ?, ?)".repeat(TOGETHER - 1)
    );
    insert_rows(db, &several, &mut position, together)?;
    insert_rows(
        db,
        "INSERT INTO entries VALUES (?, ?, ?)",
        &mut position,
        single.as_chunks::<1>().0,
    )
}

/// How many rows one statement inserts where there are so many: that spares some of what a statement costs.
const TOGETHER: usize = 16;

fn insert_rows<const ROWS: usize>(
    db: &Connection,
    sql: &str,
    position: &mut i64,
    entries: &[[Sealed; ROWS]],
) -> std::result::Result<(), Stop> {
    let mut insert = db.prepare_cached(sql)?;
    for entries in entries {
        let mut parameter = 0;
        for entry in entries {
            insert.raw_bind_parameter(parameter + 1, *position)?;
            insert.raw_bind_parameter(parameter + 2, &entry.body)?;
            insert.raw_bind_parameter(parameter + 3, entry.salt.0)?;
            parameter += 3;
            *position += 1;
        }
        insert.raw_execute()?;
    }
    Ok(())
}

fn put_items(db: &Connection, items: &[StoredItem]) -> std::result::Result<(), Stop> {
    let mut insert = db.prepare_cached("INSERT INTO items VALUES (?1, 1, ?2)")?;
    for item in items {
        insert
            .execute(params![item.id.0, item.sealed])
            .map_err(|error| {
                let code = error.sqlite_error().map(|error| error.extended_code);
                if code == Some(ffi::SQLITE_CONSTRAINT_UNIQUE) {
                    Stop::Refused(StoreError::ItemExists(item.id))
                } else {
                    Stop::Sql(error)
                }
            })?;
    }
    Ok(())
}

/// The same length as before: SQLite overwrites the row where it lies.
fn reseal_items(db: &Connection, items: &[StoredItem]) -> std::result::Result<(), Stop> {
    let sql = "UPDATE items SET sealed = ?2 WHERE id = ?1 AND kept = 1 AND length(sealed) = ?3";
    let mut replace = db.prepare_cached(sql)?;
    for item in items {
        if replace.execute(params![item.id.0, item.sealed, limit(item.sealed.len())])? == 0 {
            return Err(StoreError::NoSuchItem(item.id).into());
        }
    }
    Ok(())
}

/// The same length as before: SQLite overwrites the row where it lies.
fn erase_items(db: &Connection, ids: &[ItemId]) -> rusqlite::Result<()> {
    let sql = "UPDATE items SET kept = 0, sealed = zeroblob(length(sealed))
        WHERE id = ?1 AND kept = 1";
    let mut erase = db.prepare_cached(sql)?;
    for id in ids {
        erase.execute([id.0])?;
    }
    Ok(())
}

fn put_tree(db: &Connection, step: &TreeStep<'_>) -> rusqlite::Result<()> {
    let mut tile = db.prepare_cached("INSERT OR REPLACE INTO tiles VALUES (?1, ?2, ?3)")?;
    for StoredTile {
        level,
        index,
        hashes,
    } in step.tiles
    {
        tile.execute(params![level, signed(*index)?, hashes])?;
    }
    if let Some(size) = step.supersedes {
        db.prepare_cached("DELETE FROM checkpoints WHERE size = ?1")?
            .execute([at_most(size)])?;
    }
    if let Some(StoredCheckpoint { size, note }) = step.checkpoint {
        db.prepare_cached("INSERT OR REPLACE INTO checkpoints VALUES (?1, ?2)")?
            .execute(params![signed(*size)?, note])?;
    }
    Ok(())
}

fn entries(db: &Connection, from: u64, max: usize) -> rusqlite::Result<Vec<(u64, Sealed)>> {
    let sql = "SELECT position, body, salt FROM entries WHERE position >= ?1
        ORDER BY position LIMIT ?2";
    many(db, sql, params![at_most(from), limit(max)], |row| {
        let sealed = Sealed {
            body: row.get(1)?,
            salt: Salt(row.get(2)?),
        };
        Ok((unsigned(row, 0)?, sealed))
    })
}

fn stored_item(row: &Row<'_>) -> rusqlite::Result<StoredItem> {
    Ok(StoredItem {
        id: ItemId(row.get(0)?),
        sealed: row.get(1)?,
    })
}

fn stored_tile(row: &Row<'_>) -> rusqlite::Result<StoredTile> {
    Ok(StoredTile {
        level: row.get(0)?,
        index: unsigned(row, 1)?,
        hashes: row.get(2)?,
    })
}

fn stored_checkpoint(row: &Row<'_>) -> rusqlite::Result<StoredCheckpoint> {
    Ok(StoredCheckpoint {
        size: unsigned(row, 0)?,
        note: row.get(1)?,
    })
}

fn one<T>(
    db: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
    make: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Option<T>> {
    db.prepare_cached(sql)?.query_row(params, make).optional()
}

fn many<T>(
    db: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
    make: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    db.prepare_cached(sql)?.query_map(params, make)?.collect()
}

/// A number to store: SQLite's integers have a sign.
fn signed(value: u64) -> rusqlite::Result<i64> {
    i64::try_from(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

/// A number to look for: none greater than this is stored.
fn at_most(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn limit(max: usize) -> i64 {
    i64::try_from(max).unwrap_or(i64::MAX)
}

fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, value))
}

/// Makes the file for its owner alone, if there is none; SQLite gives `-wal` and `-shm` the same permissions. Where it can't
/// be made SQLite says why.
fn make_private(path: &Path) {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    drop(options.open(path));
}

/// Makes a new name in a folder last.
pub(crate) fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

/// Why a transaction is left.
enum Stop {
    Refused(StoreError),
    Sql(rusqlite::Error),
}

impl Stop {
    fn at(self, path: &Path) -> StoreError {
        match self {
            Self::Refused(error) => error,
            Self::Sql(error) => failure(path, error),
        }
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Refused(error)
    }
}

impl From<rusqlite::Error> for Stop {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}

/// What SQLite's error means for the ledger at `path`.
pub(crate) fn failure(path: &Path, error: rusqlite::Error) -> StoreError {
    let path = path.to_owned();
    match error {
        rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..) => StoreError::Damaged(format!(
            "{} holds a value of the wrong form: {error}",
            path.display()
        )),
        error => match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => {
                StoreError::Damaged(format!("{} is no SQLite database", path.display()))
            }
            Some(ErrorCode::DatabaseCorrupt) => StoreError::Damaged(format!(
                "{} is truncated or overwritten ({error}): restore it from a backup",
                path.display()
            )),
            Some(ErrorCode::ReadOnly) => SqliteError::ReadOnly(path).into(),
            _ => SqliteError::Sql {
                path,
                source: error,
            }
            .into(),
        },
    }
}

/// What failed with the file of a ledger. It stands in [`StoreError::Failed`].
#[derive(Debug)]
#[non_exhaustive]
pub enum SqliteError {
    /// The file may only be read, by its permissions or as it was opened.
    ReadOnly(PathBuf),
    /// A file beside the database couldn't be used.
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// SQLite failed.
    Sql {
        /// On which file.
        path: PathBuf,
        /// What it says.
        source: rusqlite::Error,
    },
}

/// What keeps SQLite from its work, as far as people can do something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Obstacle {
    /// The file can't be opened: it or its folder isn't there.
    CannotOpen,
    /// The disk is full.
    DiskFull,
    /// Another program has locked the file.
    Locked,
    /// Anything else.
    Other,
}

impl SqliteError {
    /// What keeps SQLite from its work.
    #[must_use]
    pub fn obstacle(&self) -> Obstacle {
        let code = match self {
            Self::Sql { source, .. } => source.sqlite_error_code(),
            Self::ReadOnly(_) | Self::Io { .. } => None,
        };
        match code {
            Some(ErrorCode::CannotOpen) => Obstacle::CannotOpen,
            Some(ErrorCode::DiskFull) => Obstacle::DiskFull,
            Some(ErrorCode::DatabaseBusy) => Obstacle::Locked,
            _ => Obstacle::Other,
        }
    }
}

impl fmt::Display for SqliteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadOnly(path) => write!(
                f,
                "{} may only be read: writing needs the right to write it and its folder",
                path.display()
            ),
            Self::Io { path, .. } => write!(f, "{} can't be used", path.display()),
            Self::Sql { path, .. } => {
                let what = match self.obstacle() {
                    Obstacle::CannotOpen => {
                        "can't be opened: it must exist to be read, and its folder must be there"
                    }
                    Obstacle::DiskFull => "can't grow: the disk is full",
                    Obstacle::Locked => "is locked by another program: end that first",
                    Obstacle::Other => "can't be used",
                };
                write!(f, "{} {what}", path.display())
            }
        }
    }
}

impl std::error::Error for SqliteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::ReadOnly(_) => None,
            Self::Io { source, .. } => Some(source),
            Self::Sql { source, .. } => Some(source),
        }
    }
}

impl From<SqliteError> for StoreError {
    fn from(error: SqliteError) -> Self {
        Self::Failed(Box::new(error))
    }
}
