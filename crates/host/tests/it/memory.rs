//! A store in memory whose writes can be held up, and whose lease can be made to lapse.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use host::Opener;
use ledger::faulty::{Faulty, Script};
use ledger::store::{StoredCheckpoint, StoredTile, TreeStep};
use ledger::{Batch, Claim, ItemId, Lease, Result, Sealed, Store, StoreError, StoredItem};

/// What a store holds.
#[derive(Clone, Debug, Default)]
pub struct Data {
    pub entries: Vec<Sealed>,
    items: BTreeMap<ItemId, Vec<u8>>,
    used: BTreeSet<ItemId>,
    tiles: BTreeMap<(u8, u64), Vec<u8>>,
    checkpoints: BTreeMap<u64, String>,
    epoch: u64,
    /// Who holds the lease, through which handle. It ends with the handle, as a lock of the system does.
    holder: Option<(String, u64)>,
}

/// Whether writes go through.
#[derive(Debug, Default)]
struct Gate {
    shut: Mutex<(bool, u64)>,
    changed: Condvar,
}

/// A ledger in memory, to be opened any number of times.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    data: Arc<Mutex<Data>>,
    gate: Arc<Gate>,
    handles: Arc<AtomicU64>,
    away: Arc<AtomicBool>,
}

impl Memory {
    pub fn holding(data: Data) -> Self {
        Self {
            data: Arc::new(Mutex::new(data)),
            ..Self::default()
        }
    }

    pub fn data(&self) -> MutexGuard<'_, Data> {
        self.data.lock().unwrap()
    }

    pub fn open(&self) -> Handle {
        Handle {
            memory: self.clone(),
            number: self.handles.fetch_add(1, Ordering::SeqCst),
        }
    }

    /// A copy as of now, to be looked at while a host goes on with the ledger itself.
    pub fn still(&self) -> Handle {
        let data = self.data().clone();
        Self::holding(data).open()
    }

    pub fn opener(&self) -> Opener {
        let memory = self.clone();
        Arc::new(move || {
            memory.is_there()?;
            Ok(Box::new(memory.open()))
        })
    }

    /// From now on nothing can be written or opened, or it can again.
    pub fn go_away(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }

    fn is_there(&self) -> Result<()> {
        match self.away.load(Ordering::SeqCst) {
            true => Err(StoreError::Failed("the ledger is away".into())),
            false => Ok(()),
        }
    }

    /// Opens with faults by a script, which counts on from handle to handle.
    pub fn faulty(&self, script: &Script) -> Opener {
        let (memory, script) = (self.clone(), script.clone());
        Arc::new(move || Ok(Box::new(Faulty::new(memory.open(), script.clone()))))
    }

    /// From now on appends wait.
    pub fn shut(&self) {
        self.gate.shut.lock().unwrap().0 = true;
    }

    /// Waits until an append is waiting.
    pub fn wait_for_append(&self) {
        let shut = self.gate.shut.lock().unwrap();
        drop(self.gate.changed.wait_while(shut, |shut| shut.1 == 0));
    }

    /// Lets appends through.
    pub fn reopen(&self) {
        self.gate.shut.lock().unwrap().0 = false;
        self.gate.changed.notify_all();
    }

    /// The lease lapses, as if its holder had been silent for too long.
    pub fn lapse(&self) {
        self.data().holder = None;
    }
}

/// An open store.
#[derive(Debug)]
pub struct Handle {
    memory: Memory,
    number: u64,
}

impl Drop for Handle {
    fn drop(&mut self) {
        let mut data = self.memory.data();
        data.holder.take_if(|(_, handle)| *handle == self.number);
    }
}

impl Handle {
    fn held(&self, lease: Lease) -> Result<MutexGuard<'_, Data>> {
        let data = self.memory.data();
        if data.epoch == lease.epoch {
            Ok(data)
        } else {
            Err(StoreError::Superseded)
        }
    }
}

impl Store for Handle {
    fn claim(&mut self, who: &str, _ttl: Duration) -> Result<Claim> {
        let mut data = self.memory.data();
        match &data.holder {
            Some((_, handle)) if *handle == self.number => {}
            Some((name, _)) => return Ok(Claim::Busy(name.clone())),
            None => {
                data.holder = Some((who.to_owned(), self.number));
                data.epoch += 1;
            }
        }
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
        Ok(self.memory.data().entries.len() as u64)
    }

    fn append(&mut self, lease: Lease, batch: &Batch<'_>) -> Result<()> {
        self.memory.is_there()?;
        let mut shut = self.memory.gate.shut.lock().unwrap();
        shut.1 += 1;
        self.memory.gate.changed.notify_all();
        let changed = &self.memory.gate.changed;
        let mut shut = changed.wait_while(shut, |shut| shut.0).unwrap();
        shut.1 -= 1;
        drop(shut);
        let mut data = self.held(lease)?;
        let length = data.entries.len() as u64;
        let first = batch.first;
        if length != first {
            return Err(StoreError::NotNext { length, first });
        }
        if let Some(item) = batch.put.iter().find(|item| data.used.contains(&item.id)) {
            return Err(StoreError::ItemExists(item.id));
        }
        data.entries.extend_from_slice(batch.entries);
        for item in batch.put {
            data.used.insert(item.id);
            data.items.insert(item.id, item.sealed.clone());
        }
        for id in batch.erase {
            data.items.remove(id);
        }
        Ok(())
    }

    fn erasures_pending(&mut self) -> Result<bool> {
        Ok(false)
    }

    fn read(&mut self, from: u64, max: usize) -> Result<Vec<Sealed>> {
        let data = self.memory.data();
        let from = usize::try_from(from).unwrap();
        Ok(data.entries.iter().skip(from).take(max).cloned().collect())
    }

    fn item(&mut self, id: ItemId) -> Result<Option<StoredItem>> {
        let sealed = self.memory.data().items.get(&id).cloned();
        Ok(sealed.map(|sealed| StoredItem { id, sealed }))
    }

    fn items(&mut self, after: Option<ItemId>, max: usize) -> Result<Vec<StoredItem>> {
        let data = self.memory.data();
        let items = data.items.iter().filter(|(id, _)| Some(**id) > after);
        let stored = |(id, sealed): (&ItemId, &Vec<u8>)| StoredItem {
            id: *id,
            sealed: sealed.clone(),
        };
        Ok(items.take(max).map(stored).collect())
    }

    fn put_tree(&mut self, lease: Lease, step: &TreeStep<'_>) -> Result<()> {
        let mut data = self.held(lease)?;
        for tile in step.tiles {
            data.tiles
                .insert((tile.level, tile.index), tile.hashes.clone());
        }
        if let Some(size) = step.supersedes {
            data.checkpoints.remove(&size);
        }
        if let Some(checkpoint) = step.checkpoint {
            data.checkpoints
                .insert(checkpoint.size, checkpoint.note.clone());
        }
        Ok(())
    }

    fn tile(&mut self, level: u8, index: u64) -> Result<Option<StoredTile>> {
        let hashes = self.memory.data().tiles.get(&(level, index)).cloned();
        Ok(hashes.map(|hashes| StoredTile {
            level,
            index,
            hashes,
        }))
    }

    fn tiles(&mut self, after: Option<(u8, u64)>, max: usize) -> Result<Vec<StoredTile>> {
        let data = self.memory.data();
        let tiles = data.tiles.iter().filter(|(at, _)| Some(**at) > after);
        let stored = |((level, index), hashes): (&(u8, u64), &Vec<u8>)| StoredTile {
            level: *level,
            index: *index,
            hashes: hashes.clone(),
        };
        Ok(tiles.take(max).map(stored).collect())
    }

    fn checkpoint(&mut self) -> Result<Option<StoredCheckpoint>> {
        let data = self.memory.data();
        let last = data.checkpoints.last_key_value();
        Ok(last.map(|(size, note)| StoredCheckpoint {
            size: *size,
            note: note.clone(),
        }))
    }

    fn checkpoints(&mut self, after: Option<u64>, max: usize) -> Result<Vec<StoredCheckpoint>> {
        let data = self.memory.data();
        let found = data.checkpoints.iter().filter(|(at, _)| Some(**at) > after);
        let stored = |(size, note): (&u64, &String)| StoredCheckpoint {
            size: *size,
            note: note.clone(),
        };
        Ok(found.take(max).map(stored).collect())
    }
}
