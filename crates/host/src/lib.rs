//! Runs a campaign on a ledger: one thread decides commands, makes what comes of them durable in groups and shows it; any
//! number of readers look at the durable state and never wait.
//!
//! - [`Host`] is the whole of it. It writes if it is given the right to, else it follows whoever does, and takes over when they
//!   are gone.
//! - A [`Request`] is a command with its items of the vault. It is answered once what it rests on is durable: with a
//!   [`Receipt`], or with a [`Failure`]. Sent again with the same key it happens once, whatever became of the first.
//! - Starting, going on after a failure of the ledger, and following are the same function (`runner`). Snapshots are a cache
//!   (`snapshot`); [`rebuild`] makes the state from the log alone.
//!
//! ```
//! use std::sync::Arc;
//!
//! use campaign::{Action, Actor, Command, CommandId, Time, organisation};
//! use host::{Failure, Host, Options, Parts};
//! use ledger::vault::{Cipher, Key};
//! use ledger::{Keys, Signer, SqliteStore};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! let (path, data) = (folder.path().join("ledger.merit"), folder.path().join("data"));
//! let signer = Signer::from_seed("county.example.org/log", &[7; 32])?;
//! let keys = Keys::new(vec![signer.verifier().clone()], Vec::new())?;
//! let parts = Parts {
//!     open: Arc::new(move || Ok(Box::new(SqliteStore::open(&path)?))),
//!     cipher: Arc::new(Cipher::new(Key::from_hex(&"5a".repeat(32))?)),
//!     signer: Arc::new(signer),
//!     keys: Arc::new(keys),
//!     clock: Arc::new(|| Time(1_772_409_600)),
//! };
//! let host = Host::start(Options::new("one", data), parts)?;
//!
//! // The key is drawn by whoever sends the command; sent again with it, the command happens once.
//! let command = Command {
//!     id: CommandId([1; 16]),
//!     by: Actor::Program("import".into()),
//!     action: Action::Organisation(organisation::Action::ImportUnits {
//!         from: "2026-01-01".parse()?,
//!         units: Vec::new(),
//!     }),
//! };
//! match host.execute(command) {
//!     Err(Failure::Refused(refusal)) => assert_eq!(refusal.code, "no-rules"),
//!     outcome => panic!("there are no rules yet: {outcome:?}"),
//! }
//! assert_eq!(host.read().length(), 0);
//! assert_eq!(host.stop().trouble, None);
//! # Ok(())
//! # }
//! ```
//!
//! **What a caller meets.** More requests than may wait are answered [`Failure::Busy`] at once: whoever sends them slows down
//! and sends them again; nobody is kept waiting to be let in. [`Host::stop`] first decides and writes what waits; what comes
//! after is answered [`Failure::Stopped`]. A command that makes the program panic is answered [`Failure::Broken`], nothing of
//! it is written, and those decided with it are decided again without it. A clock that goes back makes nothing undone: entries
//! stand in the order in which they were decided, each with the time it was told. The folder for snapshots may fill up or go
//! away: that is told as trouble, and writing goes on.
//!
//! Nothing here is asynchronous, and nothing here knows of HTTP. Nothing here decides what a campaign may do either: that is
//! [`campaign::State::decide`].

pub mod bundle;
mod entries;
mod host;
mod inbox;
mod log;
mod options;
mod request;
mod runner;
mod snapshot;
mod states;
mod status;
mod writer;

pub use entries::{Found, Logged, Search};
pub use host::{Host, StartError};
pub use log::{read_to, rebuild};
pub use options::{Clock, Opener, Options, Parts};
pub use request::{Failure, Outcome, Receipt, Request};
pub use status::{Role, Status};
