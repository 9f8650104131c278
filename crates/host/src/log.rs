//! Between the campaign's entries and the ledger's: sealing, opening, reading on.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use campaign::{Entry, State};
use ledger::canonical::{CanonicalError, to_bytes};
use ledger::{Salt, Sealed, Store, StoreError};

/// How many entries are read at once.
pub(crate) const CHUNK: usize = 4_096;

/// How many chunks may lie between the thread that reads and the one that evolves.
const READ_AHEAD: usize = 4;

/// How many entries that were read on are kept, to bring the other state forward too. More are cheaper made up for by a copy.
const KEPT: usize = 4 * CHUNK;

/// Random salts, fetched in bulk.
#[derive(Default)]
pub(crate) struct Salts(Vec<Salt>);

impl Salts {
    /// The next one.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub(crate) fn next(&mut self) -> Result<Salt, getrandom::Error> {
        loop {
            if let Some(salt) = self.0.pop() {
                return Ok(salt);
            }
            let mut bytes = [0; 32 * 256];
            getrandom::fill(&mut bytes)?;
            self.0
                .extend(bytes.as_chunks::<32>().0.iter().map(|salt| Salt(*salt)));
        }
    }
}

/// The entry as the log takes it.
pub(crate) fn body(entry: &Entry) -> Result<Vec<u8>, CanonicalError> {
    to_bytes(entry)
}

/// The entry that a body says.
pub(crate) fn open(sealed: &Sealed, index: u64) -> Result<Entry, StoreError> {
    serde_json::from_slice(&sealed.body).map_err(|error| {
        StoreError::Damaged(format!(
            "entry {index} can't be read, so it is altered or from a later version: {error}"
        ))
    })
}

/// What reading on has come to.
pub(crate) struct Reading {
    /// The state with everything that was read.
    pub state: Box<State>,
    /// The entries that were read; none when they are too many to keep.
    pub entries: Option<Vec<Entry>>,
    /// Why it ended before the end of the log.
    pub failed: Option<StoreError>,
}

impl Reading {
    fn new(state: Box<State>) -> Self {
        Self {
            state,
            entries: Some(Vec::new()),
            failed: None,
        }
    }

    /// Takes entries in.
    fn take_in(&mut self, entries: Vec<Entry>) -> Result<(), StoreError> {
        for entry in entries {
            let index = self.state.length();
            self.state
                .evolve(&entry)
                .map_err(|error| StoreError::Damaged(format!("entry {index}: {error}")))?;
            self.keep(entry);
        }
        Ok(())
    }

    fn keep(&mut self, entry: Entry) {
        if let Some(entries) = &mut self.entries {
            entries.push(entry);
            if entries.len() > KEPT {
                self.entries = None;
            }
        }
    }

    /// Takes in whatever comes.
    fn follow(mut self, chunks: &Receiver<Vec<Entry>>) -> Self {
        for entries in chunks {
            if let Err(error) = self.take_in(entries) {
                self.failed = Some(error);
                break;
            }
        }
        self
    }
}

/// Brings a state forward to the end of the log, or to `end` if that comes first. Long stretches are read and opened on this
/// thread while another one evolves: opening takes about as long as evolving does, and neither waits for the other.
///
/// # Errors
/// When the thread that evolves has panicked. Other failures stand in the [`Reading`] together with what was reached; after
/// [`StoreError::Damaged`] its state is of no more use.
pub(crate) fn read_on(
    store: &mut dyn Store,
    state: Box<State>,
    end: u64,
) -> Result<Reading, StoreError> {
    let mut reading = Reading::new(state);
    let chunk = match read(store, reading.state.length(), end) {
        Ok(chunk) => chunk,
        Err(error) => {
            reading.failed = Some(error);
            return Ok(reading);
        }
    };
    if chunk.len() < CHUNK {
        let (entries, failed) = open_all(&chunk, reading.state.length());
        reading.failed = reading.take_in(entries).err().or(failed);
        return Ok(reading);
    }
    let first = reading.state.length();
    std::thread::scope(|scope| {
        let (send, receive) = sync_channel(READ_AHEAD);
        let evolving = scope.spawn(move || reading.follow(&receive));
        let failed = read_all(store, chunk, first, end, &send).err();
        drop(send);
        let panicked = |_| StoreError::Failed("the thread that evolves has panicked".into());
        let mut reading = evolving.join().map_err(panicked)?;
        reading.failed = reading.failed.or(failed);
        Ok(reading)
    })
}

/// The entries that the bodies from index `first` on say, up to one that can't be read, and why it can't.
fn open_all(chunk: &[Sealed], first: u64) -> (Vec<Entry>, Option<StoreError>) {
    let mut entries = Vec::with_capacity(chunk.len());
    for (sealed, index) in chunk.iter().zip(first..) {
        match open(sealed, index) {
            Ok(entry) => entries.push(entry),
            Err(error) => return (entries, Some(error)),
        }
    }
    (entries, None)
}

/// Reads to the end, opens everything and sends it on: first `chunk`, which begins at index `at`.
fn read_all(
    store: &mut dyn Store,
    mut chunk: Vec<Sealed>,
    mut at: u64,
    end: u64,
    send: &SyncSender<Vec<Entry>>,
) -> Result<(), StoreError> {
    loop {
        let full = chunk.len() >= CHUNK;
        let (entries, failed) = open_all(&chunk, at);
        at += chunk.len() as u64;
        // Nobody receives any more once something couldn't be taken in.
        if send.send(entries).is_err() {
            return Ok(());
        }
        if let Some(error) = failed {
            return Err(error);
        }
        if !full {
            return Ok(());
        }
        chunk = read(store, at, end)?;
    }
}

fn read(store: &mut dyn Store, from: u64, end: u64) -> Result<Vec<Sealed>, StoreError> {
    let wanted = usize::try_from(end.saturating_sub(from)).unwrap_or(CHUNK);
    match wanted.min(CHUNK) {
        0 => Ok(Vec::new()),
        wanted => store.read(from, wanted),
    }
}

/// The state that follows from the whole log, from its first entry on.
///
/// # Errors
/// Whatever the store says; [`StoreError::Damaged`] for an entry that can't be read or can't follow those before it.
pub fn rebuild(store: &mut dyn Store) -> Result<State, StoreError> {
    read_to(store, State::new(), u64::MAX)
}

/// The state that follows from another one and the entries after it, up to but without the one at `end`.
///
/// # Errors
/// As for [`rebuild`].
pub fn read_to(store: &mut dyn Store, from: State, end: u64) -> Result<State, StoreError> {
    let reading = read_on(store, Box::new(from), end)?;
    match reading.failed {
        None => Ok(*reading.state),
        Some(error) => Err(error),
    }
}
