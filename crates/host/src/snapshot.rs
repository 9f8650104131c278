//! Snapshots: the state in a file, so that a start needn't read the whole log.
//!
//! A snapshot is a cache. It is used only if its bytes are whole and the log's tree had, at its length, the root that the
//! snapshot was made under: one of another log, of a log that was since restored from a backup, or of a later version of Merit
//! is passed over. A snapshot is made once the tree covers it, never before.
//!
//! The file: `merit snapshot 1\n`, how many entries (8 bytes, big-endian), the tree's root (32), the SHA-256 of the state's
//! bytes (32), these bytes. It is written beside and renamed, so it is there wholly or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use campaign::State;
use ledger::tree::Tiles;
use ledger::{Hash, Store, StoreError};

use crate::options::Options;
use crate::runner::tell;
use crate::status::Board;

const MAGIC: &[u8] = b"merit snapshot 1\n";
const PREFIX: &str = "snapshot-";
const SUFFIX: &str = ".merit";

/// Makes snapshots, one at a time, on threads of their own.
pub(crate) struct Snapshots {
    folder: PathBuf,
    /// How many entries, and how long, until the next is due.
    entries: u64,
    every: Duration,
    /// The length of the latest, and when it was begun.
    length: u64,
    begun: Instant,
    running: Option<JoinHandle<()>>,
    board: Arc<Board>,
}

impl Snapshots {
    pub(crate) fn new(options: &Options, board: Arc<Board>) -> Self {
        Self {
            folder: options.data.clone(),
            entries: options.snapshot_entries.max(1),
            every: options.snapshot_every,
            length: 0,
            begun: Instant::now(),
            running: None,
            board,
        }
    }

    /// A snapshot of that length is there.
    pub(crate) fn covers(&mut self, length: u64) {
        self.length = length;
        self.board.lock().snapshot = length;
    }

    /// Whether there is something new for a snapshot of that length to hold.
    pub(crate) const fn is_new(&self, length: u64) -> bool {
        length > self.length
    }

    /// Whether it is time for one.
    pub(crate) fn is_due(&self, length: u64) -> bool {
        let running = self.running.as_ref().is_some_and(|one| !one.is_finished());
        let late = length >= self.length.saturating_add(self.entries)
            || self.begun.elapsed() >= self.every;
        !running && late && self.is_new(length)
    }

    /// Begins one of a state that the tree covers. The state is read until its bytes are made, and let go before they are
    /// written.
    ///
    /// # Errors
    /// When the store fails. A tree that isn't sound and a folder that can't be written are told as trouble: it goes without.
    pub(crate) fn make(&mut self, store: &mut dyn Store, state: Arc<State>) -> ledger::Result<()> {
        self.join();
        self.length = state.length();
        self.begun = Instant::now();
        let root = match Tiles::new(store).root(self.length) {
            Ok(root) => root,
            Err(damaged @ StoreError::Damaged(_)) => {
                self.board.lock().trouble = Some(tell(&damaged));
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let (folder, board, length) = (self.folder.clone(), Arc::clone(&self.board), self.length);
        self.running = Some(std::thread::spawn(move || {
            let written = encode(&state, root).and_then(|bytes| {
                drop(state);
                write(&folder, length, &bytes)
            });
            let mut board = board.lock();
            match written {
                Ok(()) => board.snapshot = length,
                Err(error) => {
                    let folder = folder.display();
                    board.trouble = Some(format!("no snapshot in {folder}: {error}"));
                }
            }
        }));
        Ok(())
    }

    /// Waits for the one that is being made.
    pub(crate) fn join(&mut self) {
        if let Some(running) = self.running.take() {
            // Then there is no snapshot, and that is all.
            if running.join().is_err() {
                self.board.lock().trouble = Some("no snapshot: its thread has panicked".to_owned());
            }
        }
    }
}

/// The bytes of a snapshot.
fn encode(state: &State, root: Hash) -> io::Result<Vec<u8>> {
    let bytes = state.snapshot().map_err(io::Error::other)?;
    let mut file = Vec::with_capacity(MAGIC.len() + 72 + bytes.len());
    file.extend_from_slice(MAGIC);
    file.extend_from_slice(&state.length().to_be_bytes());
    file.extend_from_slice(&root.0);
    file.extend_from_slice(&Hash::of(&[&bytes]).0);
    file.extend_from_slice(&bytes);
    Ok(file)
}

/// Writes a snapshot to the folder; keeps it and the one before it. What was there stays, if that fails, and nothing is left
/// of the attempt. A snapshot is for its owner alone: it holds everything but the vault.
fn write(folder: &Path, length: u64, bytes: &[u8]) -> io::Result<()> {
    let path = folder.join(name(length));
    let beside = path.with_extension("tmp");
    let written = write_anew(&beside, bytes).and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        // It may not even have been made.
        let _absent = fs::remove_file(&beside);
    }
    written?;
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    tidy(folder, length)
}

fn write_anew(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // What a crash has left is made anew, so that it has the right mode.
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Removes all snapshots but that of `length` and the longest shorter one. Longer ones weren't usable, else the state would
/// have been theirs.
fn tidy(folder: &Path, length: u64) -> io::Result<()> {
    let mut found = list(folder)?;
    found.retain(|(other, _)| *other != length);
    let before = found.iter().position(|(other, _)| *other < length);
    for (at, (_, path)) in found.iter().enumerate() {
        if Some(at) != before {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// The state of the longest snapshot that fits the log, twice: a host needs two, and to read a second one beside the first is
/// quicker than to copy it afterwards.
///
/// # Errors
/// When the store fails. A snapshot that can't be used is passed over.
pub(crate) fn restore(
    folder: &Path,
    store: &mut dyn Store,
) -> ledger::Result<Option<[Box<State>; 2]>> {
    for (length, path) in list(folder).unwrap_or_default() {
        let Some((root, states)) = fs::read(path).ok().and_then(|bytes| parse(&bytes, length))
        else {
            continue;
        };
        match Tiles::new(store).root(length) {
            Ok(found) if found == root => return Ok(Some(states)),
            // Damaged: the tree isn't as long, or isn't sound.
            Ok(_) | Err(StoreError::Damaged(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// Root and state of a snapshot, the latter twice, if it is whole, of this version, and of this length.
fn parse(bytes: &[u8], length: u64) -> Option<(Hash, [Box<State>; 2])> {
    let (written, rest) = bytes.strip_prefix(MAGIC)?.split_first_chunk()?;
    let (root, rest) = rest.split_first_chunk()?;
    let (digest, state) = rest.split_first_chunk::<32>()?;
    if u64::from_be_bytes(*written) != length || Hash::of(&[state]).0 != *digest {
        return None;
    }
    let read = || State::restore(state).map(Box::new);
    let (first, second) = std::thread::scope(|threads| {
        let second = threads.spawn(read);
        (read(), second.join().ok().flatten())
    });
    let (first, second) = (first?, second?);
    (first.length() == length).then_some((Hash(*root), [first, second]))
}

fn name(length: u64) -> String {
    format!("{PREFIX}{length:020}{SUFFIX}")
}

/// The snapshots of a folder, the longest first.
fn list(folder: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut found = Vec::new();
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let length = name
            .and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX))
            .and_then(|length| length.parse::<u64>().ok());
        found.extend(length.map(|length| (length, path)));
    }
    found.sort_unstable_by(|a, b| b.cmp(a));
    Ok(found)
}
