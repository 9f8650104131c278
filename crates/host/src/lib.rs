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
//! Nothing here is asynchronous, and nothing here knows of HTTP. Nothing here decides what a campaign may do either: that is
//! [`campaign::State::decide`].

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

pub use host::{Host, StartError};
pub use log::{read_to, rebuild};
pub use options::{Clock, Opener, Options, Parts};
pub use request::{Failure, Outcome, Receipt, Request};
pub use status::{Role, Status};
