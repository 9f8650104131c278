//! The host as its callers see it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use arc_swap::ArcSwap;
use campaign::circular::Bundle;
use campaign::{Entry, ItemId, State};
use ledger::checkpoint::Opened;
use ledger::disclose::{Continuation, DiscloseError, Disclosure, continuation};
use ledger::vault::{Item, VaultError};
use ledger::{Store, StoreError};
use rulebook::Period;

use crate::bundle::{self, BundleError};
use crate::entries::{self, Found, Logged, Search};
use crate::inbox::{Inbox, Order};
use crate::log::Salts;
use crate::options::{Options, Parts};
use crate::request::{Failure, Outcome, Pending, Reply, Request};
use crate::runner::Runner;
use crate::snapshot::Snapshots;
use crate::states::States;
use crate::status::{Board, Status};

/// A running campaign. Shared by reference among the threads that serve callers.
///
/// Dropping it is like a crash: what isn't durable by then is lost, and the next start goes on from what is. [`Host::stop`] ends
/// it in good order.
pub struct Host {
    front: Arc<ArcSwap<State>>,
    inbox: Arc<Inbox>,
    board: Arc<Board>,
    parts: Parts,
    reader: Mutex<Option<Box<dyn Store>>>,
    started: Instant,
    thread: Option<JoinHandle<()>>,
}

impl Host {
    /// Starts a host. On return its readers see everything that was durable, and it writes or follows.
    ///
    /// # Errors
    /// [`StartError`] when the data folder or the ledger can't be used.
    pub fn start(options: Options, parts: Parts) -> Result<Self, StartError> {
        make_folder(&options.data)
            .map_err(|error| StartError::Folder(options.data.clone(), error))?;
        let front = Arc::new(ArcSwap::from_pointee(State::new()));
        let inbox = Arc::new(Inbox::new(options.queue));
        let board = Arc::new(Board::default());
        let (starting, started) = sync_channel(1);
        let runner = Runner {
            states: States::new(Arc::clone(&front), options.patience),
            snapshots: Snapshots::new(&options, Arc::clone(&board)),
            options,
            parts: parts.clone(),
            inbox: Arc::clone(&inbox),
            board: Arc::clone(&board),
            salts: Salts::default(),
            redo: std::collections::VecDeque::new(),
            lease: None,
            renewed: Instant::now(),
            failures: 0,
            starting: Some(starting),
        };
        let thread = std::thread::Builder::new()
            .name("merit-host".to_owned())
            .spawn(move || runner.run())
            .map_err(StartError::Thread)?;
        let host = Self {
            front,
            inbox,
            board,
            parts,
            reader: Mutex::new(None),
            started: Instant::now(),
            thread: Some(thread),
        };
        match started.recv() {
            Ok(Ok(())) => Ok(host),
            Ok(Err(error)) => Err(StartError::Store(error)),
            Err(mpsc::RecvError) => Err(StartError::Ended),
        }
    }

    /// The state, as far as it is durable. It never waits. Let it go soon: whoever holds on to an old state for long makes the
    /// writer copy a newer one.
    #[must_use]
    pub fn read(&self) -> Arc<State> {
        self.front.load_full()
    }

    /// Sends a request, and waits for what comes of it.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn execute(&self, request: impl Into<Request>) -> Outcome {
        let (send, receive) = sync_channel(1);
        self.submit(request, move |outcome| {
            let _nobody_waits = send.send(outcome);
        });
        receive.recv().unwrap_or(Err(Failure::Stopped))
    }

    /// Sends a request. `reply` is called once, on the host's thread or on this one: it must be quick.
    pub fn submit(
        &self,
        request: impl Into<Request>,
        reply: impl FnOnce(Outcome) + Send + 'static,
    ) {
        let pending = Pending::seal(request.into(), &self.parts.cipher, Box::new(reply));
        self.inbox.push(pending.into_iter().collect());
    }

    /// Sends many requests; they are decided in this order, with none in between. Gives back what came of each, in their order.
    pub fn execute_all(&self, requests: impl IntoIterator<Item = Request>) -> Vec<Outcome> {
        let (send, receive) = mpsc::channel();
        let mut pending = Vec::new();
        let mut count = 0;
        for (at, request) in requests.into_iter().enumerate() {
            let send = send.clone();
            let reply: Reply = Box::new(move |outcome| {
                let _nobody_waits = send.send((at, outcome));
            });
            pending.extend(Pending::seal(request, &self.parts.cipher, reply));
            count = at + 1;
        }
        drop(send);
        self.inbox.push(pending);
        let mut outcomes = vec![Err(Failure::Stopped); count];
        for (at, outcome) in receive {
            if let Some(place) = outcomes.get_mut(at) {
                *place = outcome;
            }
        }
        outcomes
    }

    /// An item of the vault, decrypted; none where it was never put or has been erased.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn item(&self, id: ItemId) -> Result<Option<Item>, VaultError> {
        let found = self.reading(|store| store.item(ledger::ItemId(id.0)))?;
        found
            .map(|stored| self.parts.cipher.open(&stored))
            .transpose()
    }

    /// The bundle of a period's last results, with its proofs.
    ///
    /// # Errors
    /// [`BundleError`] when there are no results, or no checkpoint covers them yet.
    pub fn bundle(&self, period: Period) -> Result<Bundle, BundleError> {
        let state = self.read();
        self.reading(|store| bundle::bundle(&state, store, period, &self.parts.keys))
    }

    /// Entries of the log that are wanted, from the newest down. The connection is let go after each stretch, so that others
    /// read in between.
    ///
    /// # Errors
    /// When the store fails, or an entry can't be read.
    pub fn entries(
        &self,
        search: Search,
        wanted: impl FnMut(&Entry) -> bool,
    ) -> Result<Found, StoreError> {
        let read = |from, below| self.reading(|store| entries::chunk(store, from, below));
        entries::search(search, read, wanted)
    }

    /// An entry of the log; none where it isn't that long.
    ///
    /// # Errors
    /// When the store fails, or the entry can't be read.
    pub fn entry(&self, index: u64) -> Result<Option<Logged>, StoreError> {
        self.reading(|store| entries::entry(store, index))
    }

    /// An entry laid open, with the proof that it stands under the latest checkpoint; none while none covers it.
    ///
    /// # Errors
    /// [`DiscloseError`] when the store can't give what is needed.
    pub fn disclosure(&self, index: u64) -> Result<Option<Disclosure>, DiscloseError> {
        self.reading(|store| entries::disclosed(store, index))
    }

    /// The latest checkpoint that the log's keys have signed: opened, and as it was signed.
    ///
    /// # Errors
    /// When the store fails.
    pub fn checkpoint(&self) -> Result<Option<(Opened, String)>, StoreError> {
        self.reading(|store| entries::checkpoint(store, &self.parts.keys))
    }

    /// The proof that the log goes on from what it was with so many entries; none where no checkpoint covers so many.
    ///
    /// # Errors
    /// When the store fails.
    pub fn continuation(&self, from: u64) -> Result<Option<Continuation>, StoreError> {
        self.reading(|store| continuation(store, from))
    }

    /// The public keys that sign the log, as they are given to `merit ledger check-proof`.
    #[must_use]
    pub fn log_keys(&self) -> Vec<String> {
        self.parts
            .keys
            .log()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    /// Reads from the ledger through the one connection that is kept for it.
    fn reading<T, E: From<StoreError>>(
        &self,
        read: impl FnOnce(&mut dyn Store) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let store = match &mut *reader {
            Some(store) => store,
            none => none.insert((self.parts.open)()?),
        };
        let found = read(store.as_mut());
        if found.is_err() {
            // The next reader opens the ledger anew.
            *reader = None;
        }
        found
    }

    /// How the host is doing.
    #[must_use]
    pub fn status(&self) -> Status {
        let mut status = self.board.lock().clone();
        status.uptime = self.started.elapsed();
        status.waiting = self.inbox.len();
        status
    }

    /// Ends in good order: what waits is decided and written, the tree covers everything, a snapshot is made, the right to write
    /// is given back. Nothing new is taken. Gives the last status, with its trouble if something of that didn't work.
    pub fn stop(mut self) -> Status {
        self.inbox.give(Order::Finish);
        self.join();
        self.status()
    }

    fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            // If it has panicked, whoever waited has been answered by then.
            let _panicked = thread.join();
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.inbox.give(Order::Abandon);
        self.join();
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

/// Makes the folder for snapshots, for its owner alone. One that is there stays as it is.
fn make_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Why a host didn't start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The folder for the host's data couldn't be made.
    Folder(PathBuf, std::io::Error),
    /// A thread couldn't be made.
    Thread(std::io::Error),
    /// The ledger can't be used.
    Store(StoreError),
    /// The host's thread has ended unexpectedly: a mistake in the program.
    Ended,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path, _) => write!(
                f,
                "the folder for the host's data, {}, can't be made: name another, or see to its rights",
                path.display()
            ),
            Self::Thread(_) => f.write_str("the system gives no thread"),
            Self::Store(_) => f.write_str("the ledger can't be used"),
            Self::Ended => f.write_str("the host's thread has ended unexpectedly"),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Folder(_, source) | Self::Thread(source) => Some(source),
            Self::Store(source) => Some(source),
            Self::Ended => None,
        }
    }
}
