//! Sequencing: taking appended entries into the tree and signing it.
//!
//! Appending writes entries and nothing else, so it is fast; the tree follows when [`advance`] is called. There is one way to
//! go on, whatever happened before: the state is read back from the stored tiles and the latest checkpoint, never remembered.
//!
//! What a crash leaves, line by line of [`advance`]:
//! - before the write: nothing has changed; a checkpoint that was signed has been seen by nobody.
//! - in the write, lost: the same.
//! - in the write, landed: tiles and checkpoint stand together, as they always do, and the next call starts after them.
//!
//! Entries are never changed, so signing a size once more gives the same root: two calls can't sign different trees.

use std::collections::BTreeSet;

use crate::checkpoint::{Checkpoint, Keys, Opened};
use crate::key::Signer;
use crate::store::{StoredCheckpoint, StoredTile, TreeStep};
use crate::tree::{Frontier, hashes_at, leaf_hash};
use crate::{Lease, Result, Store, StoreError};

/// How many entries are read at once.
pub(crate) const CHUNK: usize = 4096;

/// How many leaves one write takes into the tree at most: 2 MiB of leaf hashes.
pub(crate) const STEP: u64 = 1 << 16;

/// The seconds of a UTC day.
const DAY: u64 = 86_400;

/// With what, when and how sparingly checkpoints are signed.
#[derive(Clone, Copy, Debug)]
pub struct Signing<'k> {
    /// The log's key; its name is the log's origin.
    pub signer: &'k Signer,
    /// The keys by which the latest checkpoint is checked before anything is built on it: the signer's, and the log's former
    /// ones.
    pub keys: &'k Keys,
    /// Now, in seconds of POSIX.
    pub now: u64,
    /// Sizes whose checkpoints must stay, because someone refers to them or has them before them for a cosignature.
    pub keep: &'k BTreeSet<u64>,
}

/// Takes all entries that stand now into the tree and signs it. None when the latest checkpoint covers them already.
///
/// A new checkpoint takes the place of the one before it, so that checkpoints don't pile up, unless that one
/// - was signed on another day (UTC): the last checkpoint of each day stays;
/// - has been cosigned: someone outside vouches for it;
/// - is one of those to [`keep`](Signing::keep).
///
/// Nothing is lost by dropping one: that a kept copy of it is how today's log began can be proved at any time.
///
/// # Errors
/// [`StoreError::Damaged`] when the latest checkpoint isn't signed by a known key, doesn't fit the tiles, or covers more
/// entries than there are: nothing is signed on such ground. Else whatever the store says; call again, it goes on where it was.
pub fn advance(
    store: &mut dyn Store,
    lease: Lease,
    signing: &Signing<'_>,
) -> Result<Option<StoredCheckpoint>> {
    let length = store.length()?;
    let mut latest = None;
    while let Some(checkpoint) = step(store, lease, signing, length)? {
        latest = Some(checkpoint);
    }
    Ok(latest)
}

/// One write: at most [`STEP`] entries more.
fn step(
    store: &mut dyn Store,
    lease: Lease,
    signing: &Signing<'_>,
    length: u64,
) -> Result<Option<StoredCheckpoint>> {
    let before = latest(store, signing.keys)?;
    let mut frontier = resume(store, before.as_ref())?;
    let from = frontier.size();
    if from > length {
        return Err(StoreError::Damaged(format!(
            "the latest checkpoint covers {from} entries and there are only {length}"
        )));
    }
    if from == length {
        return Ok(None);
    }
    let tiles = grow(store, &mut frontier, length.min(from + STEP))?;
    let note = Checkpoint::sign(signing.signer, frontier.head(), signing.now);
    let checkpoint = StoredCheckpoint {
        size: frontier.size(),
        note: note.to_string(),
    };
    let supersedes = before
        .filter(|before| is_superseded(before, signing))
        .map(|before| before.checkpoint.head.size);
    store.put_tree(
        lease,
        &TreeStep {
            tiles: &tiles,
            checkpoint: Some(&checkpoint),
            supersedes,
        },
    )?;
    Ok(Some(checkpoint))
}

/// The latest checkpoint, if it is the log's own.
fn latest(store: &mut dyn Store, keys: &Keys) -> Result<Option<Opened>> {
    let Some(stored) = store.checkpoint()? else {
        return Ok(None);
    };
    let opened = keys.open(&stored.note).map_err(|error| {
        StoreError::Damaged(format!(
            "the latest checkpoint, of {} entries: {error}",
            stored.size
        ))
    })?;
    if opened.checkpoint.head.size == stored.size {
        return Ok(Some(opened));
    }
    Err(StoreError::Damaged(format!(
        "the checkpoint of {} entries is stored as of {}",
        opened.checkpoint.head.size, stored.size
    )))
}

/// The right edge of the tree under the latest checkpoint.
fn resume(store: &mut dyn Store, before: Option<&Opened>) -> Result<Frontier> {
    let Some(Opened { checkpoint, .. }) = before else {
        return Ok(Frontier::default());
    };
    let frontier = Frontier::load(store, checkpoint.head.size)?;
    if frontier.head() == checkpoint.head {
        return Ok(frontier);
    }
    Err(StoreError::Damaged(format!(
        "the tiles don't give the root of the checkpoint of {} entries",
        checkpoint.head.size
    )))
}

/// Takes entries into the tree up to `size`; gives the tiles that are new or have grown.
pub(crate) fn grow(
    store: &mut dyn Store,
    frontier: &mut Frontier,
    size: u64,
) -> Result<Vec<StoredTile>> {
    let from = frontier.size();
    let mut tiles = Vec::new();
    while frontier.size() < size {
        let wanted = usize::try_from(size - frontier.size())
            .unwrap_or(CHUNK)
            .min(CHUNK);
        let entries = store.read(frontier.size(), wanted)?;
        if entries.is_empty() {
            return Err(StoreError::Damaged(format!(
                "entry {} is missing",
                frontier.size()
            )));
        }
        for entry in entries.iter().take(wanted) {
            frontier.push(&leaf_hash(&entry.commitment().0), &mut tiles);
        }
    }
    tiles.extend(
        frontier
            .partial()
            .filter(|tile| hashes_at(from, tile.level) < hashes_at(size, tile.level)),
    );
    Ok(tiles)
}

fn is_superseded(before: &Opened, signing: &Signing<'_>) -> bool {
    let same_day = before
        .checkpoint
        .time()
        .is_some_and(|time| time / DAY == signing.now / DAY);
    same_day
        && before.cosignatures.is_empty()
        && !signing.keep.contains(&before.checkpoint.head.size)
}
