//! What a store of the ledger must do: one trait, and one conformance suite (`tests/it/conformance.rs`) that every store passes.
//!
//! A store keeps four things that live and die together: the entries, the tiles and checkpoints of their tree, the vault's
//! sealed items, and the writer's lease. One call is one transaction: it happens wholly or not at all, and once it has
//! returned it is on the disk. A call that fails may still have happened; whoever calls reads before trying again.
//!
//! To add a store: implement [`Store`], give [`crate::Location`] a case for it, and in `tests/it/conformance.rs` say how the
//! suite gets fresh data (`impl Fresh for …`) and add one line, `conformance!(name, …);`.

use std::fmt;
use std::time::Duration;

use crate::Sealed;

/// What comes of a call.
pub type Result<T> = std::result::Result<T, StoreError>;

/// The right to write, until someone else takes it. Every write shows it, and a write under an old one is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Grows by one whenever the right changes hands.
    pub epoch: u64,
}

/// What comes of asking for the right to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is ours.
    Held(Lease),
    /// Someone else has it: who, as they called themselves (a name, an address to reach them).
    Busy(String),
}

/// The id of an item of the vault: 16 random bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId(pub [u8; 16]);

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An item of the vault as it lies in the store: encrypted ([`crate::vault`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredItem {
    /// Its id.
    pub id: ItemId,
    /// Nonce and ciphertext.
    pub sealed: Vec<u8>,
}

/// What is written in one go.
#[derive(Clone, Copy, Debug, Default)]
pub struct Batch<'b> {
    /// The index of the first entry: how many entries there are before. Anything else is refused.
    pub first: u64,
    /// The entries.
    pub entries: &'b [Sealed],
    /// Items to put into the vault; each id once and for ever, also after its erasure.
    pub put: &'b [StoredItem],
    /// Items sealed anew under another key: ids that are in the vault, and as many bytes as before. What they replace is
    /// erased.
    pub reseal: &'b [StoredItem],
    /// Items to erase from the vault, so that no file of the store holds their bytes any longer. An id that isn't there is
    /// passed over, so that erasures can be done again after a restore.
    pub erase: &'b [ItemId],
}

/// A tile of hashes (C2SP tlog-tiles): up to 256 of a level, full or partial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredTile {
    /// The level, from 0.
    pub level: u8,
    /// Which of the level.
    pub index: u64,
    /// 1 to 256 hashes, one after the other. A tile only ever grows.
    pub hashes: Vec<u8>,
}

/// A checkpoint as it was signed (C2SP tlog-checkpoint, signed-note), with its cosignatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCheckpoint {
    /// How many entries it covers.
    pub size: u64,
    /// The signed note.
    pub note: String,
}

/// A step of the tree.
#[derive(Clone, Copy, Debug, Default)]
pub struct TreeStep<'t> {
    /// Tiles that are new or have grown.
    pub tiles: &'t [StoredTile],
    /// The checkpoint over them; one of the same size is replaced.
    pub checkpoint: Option<&'t StoredCheckpoint>,
    /// The size of an earlier checkpoint that this one makes superfluous.
    pub supersedes: Option<u64>,
}

/// A store of the ledger.
///
/// Writes need a [`Lease`]. Reads need none and may run in any number of other stores opened on the same data; they see whole
/// transactions only.
pub trait Store: Send {
    /// Asks for the right to write. `who` tells others how to reach the holder. It lapses `ttl` after the last
    /// [`renew`](Self::renew), or at once when a store that needs no `ttl` sees that the holder's process has ended.
    fn claim(&mut self, who: &str, ttl: Duration) -> Result<Claim>;

    /// Keeps the right; [`StoreError::Superseded`] when it is gone.
    fn renew(&mut self, lease: Lease) -> Result<()>;

    /// Gives the right back.
    fn release(&mut self, lease: Lease) -> Result<()>;

    /// How many entries there are.
    fn length(&mut self) -> Result<u64>;

    /// Writes a batch: entries, items and erasures together, durable on return.
    ///
    /// # Errors
    /// [`StoreError::Superseded`] under an old lease; [`StoreError::NotNext`] when `first` isn't the number of entries;
    /// [`StoreError::ItemExists`] for an id used before; [`StoreError::NoSuchItem`] for one that can't be sealed anew.
    fn append(&mut self, lease: Lease, batch: &Batch<'_>) -> Result<()>;

    /// Whether bytes of erased items may still be in a file of the store, because something reads an old state of it. The
    /// next write or [`renew`](Self::renew) tries again.
    fn erasures_pending(&mut self) -> Result<bool> {
        Ok(false)
    }

    /// Entries from `from` on, in order: at most `max`, fewer only at the end of the log (never fewer than one otherwise).
    fn read(&mut self, from: u64, max: usize) -> Result<Vec<Sealed>>;

    /// An item of the vault.
    fn item(&mut self, id: ItemId) -> Result<Option<StoredItem>>;

    /// Items of the vault after `after`, in order of their ids: at most `max`.
    fn items(&mut self, after: Option<ItemId>, max: usize) -> Result<Vec<StoredItem>>;

    /// Writes a step of the tree, durable on return.
    fn put_tree(&mut self, lease: Lease, step: &TreeStep<'_>) -> Result<()>;

    /// A tile as it stands.
    fn tile(&mut self, level: u8, index: u64) -> Result<Option<StoredTile>>;

    /// Tiles after (`level`, `index`), in that order: at most `max`.
    fn tiles(&mut self, after: Option<(u8, u64)>, max: usize) -> Result<Vec<StoredTile>>;

    /// The latest checkpoint.
    fn checkpoint(&mut self) -> Result<Option<StoredCheckpoint>>;

    /// Checkpoints of a size over `after`, in order: at most `max`.
    fn checkpoints(&mut self, after: Option<u64>, max: usize) -> Result<Vec<StoredCheckpoint>>;
}

/// A store behind a pointer is a store, so that what wraps one can also wrap any.
impl<S: Store + ?Sized> Store for Box<S> {
    fn claim(&mut self, who: &str, ttl: Duration) -> Result<Claim> {
        (**self).claim(who, ttl)
    }

    fn renew(&mut self, lease: Lease) -> Result<()> {
        (**self).renew(lease)
    }

    fn release(&mut self, lease: Lease) -> Result<()> {
        (**self).release(lease)
    }

    fn length(&mut self) -> Result<u64> {
        (**self).length()
    }

    fn append(&mut self, lease: Lease, batch: &Batch<'_>) -> Result<()> {
        (**self).append(lease, batch)
    }

    fn erasures_pending(&mut self) -> Result<bool> {
        (**self).erasures_pending()
    }

    fn read(&mut self, from: u64, max: usize) -> Result<Vec<Sealed>> {
        (**self).read(from, max)
    }

    fn item(&mut self, id: ItemId) -> Result<Option<StoredItem>> {
        (**self).item(id)
    }

    fn items(&mut self, after: Option<ItemId>, max: usize) -> Result<Vec<StoredItem>> {
        (**self).items(after, max)
    }

    fn put_tree(&mut self, lease: Lease, step: &TreeStep<'_>) -> Result<()> {
        (**self).put_tree(lease, step)
    }

    fn tile(&mut self, level: u8, index: u64) -> Result<Option<StoredTile>> {
        (**self).tile(level, index)
    }

    fn tiles(&mut self, after: Option<(u8, u64)>, max: usize) -> Result<Vec<StoredTile>> {
        (**self).tiles(after, max)
    }

    fn checkpoint(&mut self) -> Result<Option<StoredCheckpoint>> {
        (**self).checkpoint()
    }

    fn checkpoints(&mut self, after: Option<u64>, max: usize) -> Result<Vec<StoredCheckpoint>> {
        (**self).checkpoints(after, max)
    }
}

/// Why a call failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// Someone else has the right to write.
    Superseded,
    /// A batch doesn't start where the log ends.
    NotNext {
        /// Where the log ends.
        length: u64,
        /// Where the batch starts.
        first: u64,
    },
    /// An item with this id has been put before.
    ItemExists(ItemId),
    /// There is no item of this id and length to seal anew.
    NoSuchItem(ItemId),
    /// What is stored can't be right: a damaged file, a foreign file, a version from the future.
    Damaged(String),
    /// The store didn't answer; the call may have happened or not.
    Failed(Box<dyn std::error::Error + Send + Sync>),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Superseded => f.write_str("someone else has the right to write"),
            Self::NotNext { length, first } => write!(
                f,
                "the log has {length} entries, so the next batch starts at {length}, not at {first}"
            ),
            Self::ItemExists(id) => write!(f, "the vault has an item {id} already"),
            Self::NoSuchItem(id) => {
                write!(f, "the vault has no item {id} of that length to seal anew")
            }
            Self::Damaged(what) => write!(f, "the ledger is damaged: {what}"),
            Self::Failed(_) => f.write_str("the store failed"),
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Failed(source) => Some(source.as_ref()),
            _ => None,
        }
    }
}
