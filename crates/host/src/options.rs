//! What a host is told: who it is, how patient, how often.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use campaign::Time;
use ledger::vault::Cipher;
use ledger::{Keys, Signer, Store};

/// How a host runs. [`Options::new`] gives values for one county.
#[derive(Clone, Debug)]
pub struct Options {
    /// How others reach this host: what they are told who ask a follower to write.
    pub name: String,
    /// The folder for snapshots, this host's own. What lies there is a cache and may be removed at any time.
    pub data: PathBuf,
    /// For how long the right to write holds without being renewed.
    pub ttl: Duration,
    /// How often it is renewed, and how often a follower asks for it; well below `ttl`.
    pub renew: Duration,
    /// How often a follower looks for new entries.
    pub poll: Duration,
    /// The most requests that may wait; more are answered [`Busy`](crate::Failure::Busy).
    pub queue: usize,
    /// A group is written once it has so many entries.
    pub group_entries: usize,
    /// A group is written once its bodies and items have so many bytes.
    pub group_bytes: usize,
    /// How often new entries are taken into the tree and signed.
    pub checkpoint_every: Duration,
    /// A snapshot is made after so many entries.
    pub snapshot_entries: u64,
    /// A snapshot is made after that time, if there are new entries.
    pub snapshot_every: Duration,
    /// For how long the writer waits until nobody reads an old state any more, before it makes a copy of its own.
    pub patience: Duration,
    /// How often a request is tried while the store fails, before it is answered [`Unavailable`](crate::Failure::Unavailable).
    pub attempts: u32,
    /// How long to wait after a second failure in a row; twice as long after each further one, up to a second.
    pub backoff: Duration,
}

impl Options {
    /// The usual values.
    #[must_use]
    pub fn new(name: impl Into<String>, data: impl Into<PathBuf>) -> Self {
        Self {
            name: name.into(),
            data: data.into(),
            ttl: Duration::from_secs(2),
            renew: Duration::from_millis(500),
            poll: Duration::from_millis(100),
            queue: 65_536,
            group_entries: 4_096,
            group_bytes: 8 << 20,
            checkpoint_every: Duration::from_secs(1),
            snapshot_entries: 500_000,
            snapshot_every: Duration::from_secs(3_600),
            patience: Duration::from_millis(5),
            attempts: 4,
            backoff: Duration::from_millis(50),
        }
    }
}

/// Opens the ledger. Called anew after each failure, and for reading from the vault.
pub type Opener = Arc<dyn Fn() -> ledger::Result<Box<dyn Store>> + Send + Sync>;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Time + Send + Sync>;

/// What a host works with.
#[derive(Clone)]
pub struct Parts {
    /// Opens the ledger.
    pub open: Opener,
    /// Seals and opens items of the vault.
    pub cipher: Arc<Cipher>,
    /// Signs checkpoints.
    pub signer: Arc<Signer>,
    /// Checks the checkpoints that are there: the signer's key and former ones.
    pub keys: Arc<Keys>,
    /// Tells the time.
    pub clock: Clock,
}
