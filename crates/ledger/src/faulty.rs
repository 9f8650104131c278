//! A store that fails when it is told to, for tests of recovery. It is part of the crate, so that whoever builds on a store
//! can be tested with it.
//!
//! A call that fails may have happened or not, and both must be survived: a [`Script`] says for each call by its number which
//! of the two it is. Nothing is random.
//!
//! ```
//! use std::time::Duration;
//! use ledger::faulty::{Fault, Faulty, Script};
//! use ledger::{SqliteStore, Store};
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("ledger.merit");
//! let script = Script::new([(1, Fault::Landed)]);
//! let mut store = Faulty::new(SqliteStore::open(&path)?, script.clone());
//! assert_eq!(store.length()?, 0);
//! assert!(store.claim("me", Duration::ZERO).is_err());
//! assert!(store.claim("me", Duration::ZERO).is_ok());
//! assert_eq!(script.calls(), 3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::seal::Sealed;
use crate::store::{
    Batch, Claim, ItemId, Lease, Result, Store, StoreError, StoredCheckpoint, StoredItem,
    StoredTile, TreeStep,
};

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing happens.
    Lost,
    /// It happens, and yet an error comes back.
    Landed,
}

/// Which calls fail. Clones share one count, so that it goes on when a store is opened again, and can be read while a store is
/// somewhere else.
#[derive(Clone, Debug, Default)]
pub struct Script {
    faults: Arc<BTreeMap<u64, Fault>>,
    calls: Arc<AtomicU64>,
}

impl Script {
    /// The calls that fail, counted from 0.
    #[must_use]
    pub fn new(faults: impl IntoIterator<Item = (u64, Fault)>) -> Self {
        Self {
            faults: Arc::new(faults.into_iter().collect()),
            calls: Arc::default(),
        }
    }

    /// How many calls there have been.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }

    /// Counts one call and runs it, or not.
    fn call<T>(&self, run: impl FnOnce() -> Result<T>) -> Result<T> {
        let number = self.calls.fetch_add(1, Ordering::SeqCst);
        match self.faults.get(&number) {
            None => run(),
            Some(Fault::Lost) => Err(Injected {
                number,
                fault: Fault::Lost,
            }
            .into()),
            Some(Fault::Landed) => {
                run()?;
                Err(Injected {
                    number,
                    fault: Fault::Landed,
                }
                .into())
            }
        }
    }
}

/// The error of a call that failed by a [`Script`]. It stands in [`StoreError::Failed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Injected {
    /// The call, counted from 0.
    pub number: u64,
    /// How it failed.
    pub fault: Fault,
}

impl fmt::Display for Injected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fault = match self.fault {
            Fault::Lost => "lost",
            Fault::Landed => "landed",
        };
        write!(f, "call {} failed by the script ({fault})", self.number)
    }
}

impl std::error::Error for Injected {}

impl From<Injected> for StoreError {
    fn from(injected: Injected) -> Self {
        Self::Failed(Box::new(injected))
    }
}

/// A store that fails by a [`Script`].
#[derive(Debug)]
pub struct Faulty<S> {
    store: S,
    script: Script,
}

impl<S: Store> Faulty<S> {
    /// The store, failing by the script.
    #[must_use]
    pub fn new(store: S, script: Script) -> Self {
        Self { store, script }
    }

    /// The store, without faults.
    #[must_use]
    pub fn into_inner(self) -> S {
        self.store
    }
}

impl<S: Store> Store for Faulty<S> {
    fn claim(&mut self, who: &str, ttl: Duration) -> Result<Claim> {
        self.script.call(|| self.store.claim(who, ttl))
    }

    fn renew(&mut self, lease: Lease) -> Result<()> {
        self.script.call(|| self.store.renew(lease))
    }

    fn release(&mut self, lease: Lease) -> Result<()> {
        self.script.call(|| self.store.release(lease))
    }

    fn length(&mut self) -> Result<u64> {
        self.script.call(|| self.store.length())
    }

    fn append(&mut self, lease: Lease, batch: &Batch<'_>) -> Result<()> {
        self.script.call(|| self.store.append(lease, batch))
    }

    fn erasures_pending(&mut self) -> Result<bool> {
        self.script.call(|| self.store.erasures_pending())
    }

    fn read(&mut self, from: u64, max: usize) -> Result<Vec<Sealed>> {
        self.script.call(|| self.store.read(from, max))
    }

    fn item(&mut self, id: ItemId) -> Result<Option<StoredItem>> {
        self.script.call(|| self.store.item(id))
    }

    fn items(&mut self, after: Option<ItemId>, max: usize) -> Result<Vec<StoredItem>> {
        self.script.call(|| self.store.items(after, max))
    }

    fn put_tree(&mut self, lease: Lease, step: &TreeStep<'_>) -> Result<()> {
        self.script.call(|| self.store.put_tree(lease, step))
    }

    fn tile(&mut self, level: u8, index: u64) -> Result<Option<StoredTile>> {
        self.script.call(|| self.store.tile(level, index))
    }

    fn tiles(&mut self, after: Option<(u8, u64)>, max: usize) -> Result<Vec<StoredTile>> {
        self.script.call(|| self.store.tiles(after, max))
    }

    fn checkpoint(&mut self) -> Result<Option<StoredCheckpoint>> {
        self.script.call(|| self.store.checkpoint())
    }

    fn checkpoints(&mut self, after: Option<u64>, max: usize) -> Result<Vec<StoredCheckpoint>> {
        self.script.call(|| self.store.checkpoints(after, max))
    }
}
