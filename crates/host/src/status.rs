//! How a host is doing, as plain data.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What a host does at the moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// It opens the ledger and reads on: after a start, or after a failure.
    #[default]
    Opening,
    /// It reads on what another host writes.
    Following {
        /// Who writes, if that is known.
        writer: Option<String>,
    },
    /// It writes.
    Writing {
        /// The epoch of its right to.
        epoch: u64,
    },
    /// It has ended.
    Ended,
}

/// How a host is doing. Counts are since it was started; a rate is the difference of two over the difference of their `uptime`.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Status {
    /// What it does.
    pub role: Role,
    /// How long it has been running.
    pub uptime: Duration,
    /// How many entries its readers see.
    pub length: u64,
    /// How many entries the log had when it was last looked at: a follower lags by the difference.
    pub log: u64,
    /// How many entries the latest checkpoint covers that this host has made or seen.
    pub sequenced: u64,
    /// How many entries the latest snapshot covers that this host has made or used.
    pub snapshot: u64,
    /// How many requests wait.
    pub waiting: usize,
    /// Groups written.
    pub groups: u64,
    /// Entries written.
    pub entries: u64,
    /// Requests of written groups.
    pub requests: u64,
    /// The most entries in a group.
    pub largest_group: u64,
    /// Time spent waiting for groups to be written.
    pub writing: Duration,
    /// Failures of the ledger.
    pub failures: u64,
    /// The last failure of the ledger, of a checkpoint or of a snapshot.
    pub trouble: Option<String>,
    /// How often the state had to be copied because someone read an old one for long, or because a group wasn't written.
    pub copies: u64,
}

/// A status that is being kept.
#[derive(Debug, Default)]
pub(crate) struct Board(Mutex<Status>);

impl Board {
    /// Nothing panics while the lock is held, so a poisoned one is sound.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Status> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
