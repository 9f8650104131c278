//! A store in memory: the plainest thing that does what the trait says. Tests damage it through [`Memory::data`].

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use ledger::store::{StoredCheckpoint, StoredTile, TreeStep};
use ledger::{Batch, Claim, ItemId, Lease, Result, Sealed, Store, StoreError, StoredItem};

/// What a store holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Data {
    pub entries: Vec<Sealed>,
    pub items: BTreeMap<ItemId, Vec<u8>>,
    /// Every id ever put, erased or not.
    pub used: BTreeSet<ItemId>,
    pub tiles: BTreeMap<(u8, u64), Vec<u8>>,
    pub checkpoints: BTreeMap<u64, String>,
    pub epoch: u64,
    pub holder: Option<(String, Instant)>,
}

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing has happened.
    Lost,
    /// It has happened all the same.
    Landed,
}

/// A handle; clones of it share the data.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    data: Arc<Mutex<Data>>,
    /// What becomes of the next writes of the tree; none left: they succeed.
    pub tree_faults: VecDeque<Option<Fault>>,
    /// What reading entries ends with, if not with entries.
    pub unreadable: Option<fn() -> StoreError>,
}

impl Memory {
    /// A store of its own that holds this.
    pub fn holding(data: Data) -> Self {
        Self {
            data: Arc::new(Mutex::new(data)),
            ..Self::default()
        }
    }

    /// What it holds, to look at or to damage.
    pub fn data(&self) -> MutexGuard<'_, Data> {
        self.data.lock().unwrap()
    }

    fn held(&self, lease: Lease) -> Result<MutexGuard<'_, Data>> {
        let data = self.data();
        if data.epoch == lease.epoch && data.holder.is_some() {
            Ok(data)
        } else {
            Err(StoreError::Superseded)
        }
    }
}

fn after<P>(place: Option<P>) -> (Bound<P>, Bound<P>) {
    (
        place.map_or(Bound::Unbounded, Bound::Excluded),
        Bound::Unbounded,
    )
}

impl Store for Memory {
    fn claim(&mut self, who: &str, ttl: Duration) -> Result<Claim> {
        let mut data = self.data();
        if let Some((holder, _)) = data
            .holder
            .as_ref()
            .filter(|(_, until)| Instant::now() < *until)
        {
            return Ok(Claim::Busy(holder.clone()));
        }
        data.epoch += 1;
        data.holder = Some((who.to_owned(), Instant::now() + ttl));
        Ok(Claim::Held(Lease { epoch: data.epoch }))
    }

    fn renew(&mut self, lease: Lease) -> Result<()> {
        self.held(lease).map(drop)
    }

    fn release(&mut self, lease: Lease) -> Result<()> {
        self.held(lease)?.holder = None;
        Ok(())
    }

    fn length(&mut self) -> Result<u64> {
        Ok(self.data().entries.len() as u64)
    }

    fn append(&mut self, lease: Lease, batch: &Batch<'_>) -> Result<()> {
        let mut data = self.held(lease)?;
        let length = data.entries.len() as u64;
        if batch.first != length {
            return Err(StoreError::NotNext {
                length,
                first: batch.first,
            });
        }
        let mut used = data.used.clone();
        if let Some(item) = batch.put.iter().find(|item| !used.insert(item.id)) {
            return Err(StoreError::ItemExists(item.id));
        }
        data.used = used;
        data.entries.extend_from_slice(batch.entries);
        data.items
            .extend(batch.put.iter().map(|item| (item.id, item.sealed.clone())));
        for id in batch.erase {
            data.items.remove(id);
        }
        Ok(())
    }

    fn read(&mut self, from: u64, max: usize) -> Result<Vec<Sealed>> {
        if let Some(error) = self.unreadable {
            return Err(error());
        }
        let from = usize::try_from(from).unwrap();
        Ok(self
            .data()
            .entries
            .iter()
            .skip(from)
            .take(max)
            .cloned()
            .collect())
    }

    fn item(&mut self, id: ItemId) -> Result<Option<StoredItem>> {
        Ok(self.data().items.get(&id).map(|sealed| StoredItem {
            id,
            sealed: sealed.clone(),
        }))
    }

    fn items(&mut self, place: Option<ItemId>, max: usize) -> Result<Vec<StoredItem>> {
        let data = self.data();
        let rows = data.items.range(after(place)).take(max);
        Ok(rows
            .map(|(id, sealed)| StoredItem {
                id: *id,
                sealed: sealed.clone(),
            })
            .collect())
    }

    fn put_tree(&mut self, lease: Lease, step: &TreeStep<'_>) -> Result<()> {
        let fault = self.tree_faults.pop_front().flatten();
        let failed = || Err(StoreError::Failed("injected".into()));
        if fault == Some(Fault::Lost) {
            return failed();
        }
        let mut data = self.held(lease)?;
        for tile in step.tiles {
            data.tiles
                .insert((tile.level, tile.index), tile.hashes.clone());
        }
        if let Some(checkpoint) = step.checkpoint {
            data.checkpoints
                .insert(checkpoint.size, checkpoint.note.clone());
        }
        if let Some(size) = step.supersedes {
            data.checkpoints.remove(&size);
        }
        if fault.is_some() { failed() } else { Ok(()) }
    }

    fn tile(&mut self, level: u8, index: u64) -> Result<Option<StoredTile>> {
        let hashes = self.data().tiles.get(&(level, index)).cloned();
        Ok(hashes.map(|hashes| StoredTile {
            level,
            index,
            hashes,
        }))
    }

    fn tiles(&mut self, place: Option<(u8, u64)>, max: usize) -> Result<Vec<StoredTile>> {
        let data = self.data();
        let rows = data.tiles.range(after(place)).take(max);
        Ok(rows
            .map(|(&(level, index), hashes)| StoredTile {
                level,
                index,
                hashes: hashes.clone(),
            })
            .collect())
    }

    fn checkpoint(&mut self) -> Result<Option<StoredCheckpoint>> {
        let data = self.data();
        Ok(data
            .checkpoints
            .last_key_value()
            .map(|(size, note)| StoredCheckpoint {
                size: *size,
                note: note.clone(),
            }))
    }

    fn checkpoints(&mut self, place: Option<u64>, max: usize) -> Result<Vec<StoredCheckpoint>> {
        let data = self.data();
        let rows = data.checkpoints.range(after(place)).take(max);
        Ok(rows
            .map(|(size, note)| StoredCheckpoint {
                size: *size,
                note: note.clone(),
            })
            .collect())
    }
}
