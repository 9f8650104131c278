//! Snapshots: the state in a file, so that a start needn't read the whole log.
//!
//! A snapshot is a cache. It is used only if its bytes are whole and the log's tree had, at its length, the root that the
//! snapshot was made under: one of another log, of a log that was since restored from a backup, or of a later version of Merit
//! is passed over. A snapshot is made once the tree covers it, never before.
//!
//! The file: `merit snapshot 1\n`, how many entries (8 bytes, big-endian), the tree's root (32), the SHA-256 of the state's
//! bytes (32), these bytes. It is written beside and renamed, so it is there wholly or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use campaign::State;
use ledger::tree::Tiles;
use ledger::{Hash, Store, StoreError};

const MAGIC: &[u8] = b"merit snapshot 1\n";
const PREFIX: &str = "snapshot-";
const SUFFIX: &str = ".merit";

/// Writes the snapshot of a state to the folder; keeps it and the one before it.
///
/// # Errors
/// Whatever the file system says. What was there before is there still.
pub(crate) fn write(folder: &Path, state: &State, root: Hash) -> io::Result<()> {
    let bytes = state.snapshot().map_err(io::Error::other)?;
    let length = state.length();
    let path = folder.join(name(length));
    let beside = path.with_extension("tmp");
    let mut file = File::create(&beside)?;
    file.write_all(MAGIC)?;
    file.write_all(&length.to_be_bytes())?;
    file.write_all(&root.0)?;
    file.write_all(&Hash::of(&[&bytes]).0)?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    fs::rename(&beside, &path)?;
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    tidy(folder, length)
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

/// The state of the longest snapshot that fits the log.
///
/// # Errors
/// When the store fails. A snapshot that can't be used is passed over.
pub(crate) fn restore(folder: &Path, store: &mut dyn Store) -> ledger::Result<Option<State>> {
    for (length, path) in list(folder).unwrap_or_default() {
        let Some((root, state)) = fs::read(path).ok().and_then(|bytes| parse(&bytes, length))
        else {
            continue;
        };
        match Tiles::new(store).root(length) {
            Ok(found) if found == root => return Ok(Some(state)),
            // Damaged: the tree isn't as long, or isn't sound.
            Ok(_) | Err(StoreError::Damaged(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// Root and state of a snapshot, if it is whole, of this version, and of this length.
fn parse(bytes: &[u8], length: u64) -> Option<(Hash, State)> {
    let (written, rest) = bytes.strip_prefix(MAGIC)?.split_first_chunk()?;
    let (root, rest) = rest.split_first_chunk()?;
    let (digest, state) = rest.split_first_chunk::<32>()?;
    if u64::from_be_bytes(*written) != length || Hash::of(&[state]).0 != *digest {
        return None;
    }
    let state = State::restore(state)?;
    (state.length() == length).then_some((Hash(*root), state))
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
