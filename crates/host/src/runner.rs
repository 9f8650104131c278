//! The host's thread: it opens the ledger, reads on, asks for the right to write, and writes while it has it.
//!
//! There is one way to go on, whatever happened: [`Runner::session`] opens the ledger anew, reads what the front lacks, and asks
//! for the right to write. A first start does that, a start after a crash, a writer whose group wasn't written, a follower whose
//! connection was cut. Requests whose group failed are decided again from what is durable by then. If the group has landed
//! after all, the state knows their keys and they are answered with the entries that stand; else they happen now. So nothing is
//! ever written twice, and nobody has to know which of the two it was.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use ledger::{Claim, Lease, Store, StoreError};

use crate::inbox::{Inbox, Order};
use crate::log::{self, Salts};
use crate::options::{Options, Parts};
use crate::request::{Failure, Pending, Receipt};
use crate::snapshot::{self, Snapshots};
use crate::states::States;
use crate::status::{Board, Role};

/// The longest pause between two attempts to open the ledger.
const LONGEST_BACKOFF: Duration = Duration::from_secs(1);

/// What the host's thread has.
pub(crate) struct Runner {
    pub options: Options,
    pub parts: Parts,
    pub inbox: Arc<Inbox>,
    pub board: Arc<Board>,
    pub states: States,
    pub snapshots: Snapshots,
    pub salts: Salts,
    /// Requests whose group wasn't written: they come before those of the inbox.
    pub redo: VecDeque<Pending>,
    /// The right to write that this process was last given.
    pub lease: Option<Lease>,
    /// When it was asked for or last renewed.
    pub renewed: Instant,
    /// Failures since anything last went well.
    pub failures: u32,
    /// Who waits for the host to be ready.
    pub starting: Option<SyncSender<ledger::Result<()>>>,
}

impl Runner {
    /// Runs until it is told to end.
    pub(crate) fn run(mut self) {
        while let Err(error) = self.session() {
            if !self.survive(error) {
                break;
            }
        }
        self.snapshots.join();
    }

    /// The life of one connection to the ledger.
    fn session(&mut self) -> ledger::Result<()> {
        let mut store = (self.parts.open)()?;
        let store = store.as_mut();
        if self.states.length() == 0
            && let Some([front, back]) = snapshot::restore(&self.options.data, store)?
        {
            self.snapshots.covers(front.length());
            self.states.begin(front, back);
        }
        while let Some(lease) = self.follow(store)? {
            match self.write(store, lease) {
                Err(StoreError::Superseded) => self.superseded(),
                ended => return ended,
            }
        }
        Ok(())
    }

    /// Notes a failure. Whether to go on: not when told to end, or when the host has never been ready.
    fn survive(&mut self, error: StoreError) -> bool {
        self.states.discard();
        self.failures += 1;
        {
            let mut board = self.board.lock();
            board.role = Role::Opening;
            board.failures += 1;
            board.trouble = Some(tell(&error));
        }
        let in_vain = self.failures > self.options.attempts;
        if in_vain {
            if let Some(starting) = self.starting.take() {
                let _nobody_waits = starting.send(Err(error));
                return false;
            }
            self.turn_away(&Failure::Unavailable);
        }
        match self.inbox.order() {
            Order::Abandon => false,
            Order::Finish => !in_vain,
            Order::Run => {
                self.pause();
                self.inbox.order() != Order::Abandon
            }
        }
    }

    /// Waits before the next attempt; not before the first.
    fn pause(&self) {
        if let Some(doublings) = self.failures.checked_sub(2) {
            let longer = self.options.backoff * 2_u32.pow(doublings.min(16));
            self.inbox
                .pause(Instant::now() + longer.min(LONGEST_BACKOFF));
        }
    }

    /// Someone else writes: what was ahead is void.
    fn superseded(&mut self) {
        self.lease = None;
        self.states.discard();
    }

    /// Reads on what others write until the right to write is given; none when told to end.
    fn follow(&mut self, store: &mut dyn Store) -> ledger::Result<Option<Lease>> {
        let mut ask = Instant::now();
        let mut writer = None;
        loop {
            if self.inbox.order() == Order::Abandon {
                return Ok(None);
            }
            self.snapshot_of_follower(store)?;
            self.read_on(store, u64::MAX)?;
            if Instant::now() >= ask {
                ask = Instant::now() + self.options.renew;
                writer = match self.claim(store)? {
                    Claim::Held(lease) => {
                        // What the writer before has left, to the last entry: from here on nobody else can add any.
                        self.read_on(store, u64::MAX)?;
                        return Ok(Some(lease));
                    }
                    Claim::Busy(holder) => Some(holder).filter(|name| *name != self.options.name),
                };
            }
            if self.inbox.order() == Order::Finish {
                return Ok(None);
            }
            self.board.lock().role = Role::Following {
                writer: writer.clone(),
            };
            self.failures = 0;
            self.ready();
            self.turn_away(&Failure::NotWriter {
                holder: writer.clone(),
            });
            self.inbox.wait(Instant::now() + self.options.poll);
        }
    }

    /// Asks for the right to write. What this process was given before counts still, if nobody else took it.
    fn claim(&mut self, store: &mut dyn Store) -> ledger::Result<Claim> {
        let asked = Instant::now();
        let claim = store.claim(&self.options.name, self.options.ttl)?;
        let claim = match (claim, self.lease) {
            (Claim::Busy(holder), Some(lease)) => match store.renew(lease) {
                Ok(()) => Claim::Held(lease),
                Err(StoreError::Superseded) => Claim::Busy(holder),
                Err(error) => return Err(error),
            },
            (claim, _) => claim,
        };
        self.lease = match claim {
            Claim::Held(lease) => Some(lease),
            Claim::Busy(_) => None,
        };
        self.renewed = asked;
        Ok(claim)
    }

    /// Brings the front to the end of the log, or to `end`.
    pub(crate) fn read_on(&mut self, store: &mut dyn Store, end: u64) -> ledger::Result<()> {
        let length = store.length()?;
        let front = self.states.length();
        if length < front {
            return Err(StoreError::Damaged(format!(
                "the log had {front} entries and has {length} now"
            )));
        }
        self.board.lock().log = length;
        if length == front || end <= front {
            return Ok(());
        }
        let state = self.states.take();
        let reading = log::read_on(store, state, end)?;
        match reading.failed {
            Some(damaged @ StoreError::Damaged(_)) => Err(damaged),
            failed => {
                self.states.replace(reading.state, reading.entries);
                let mut board = self.board.lock();
                board.length = self.states.length();
                board.copies = self.states.copies();
                failed.map_or(Ok(()), Err)
            }
        }
    }

    /// Says that readers and callers can come.
    pub(crate) fn ready(&mut self) {
        if let Some(starting) = self.starting.take() {
            let _nobody_waits = starting.send(Ok(()));
        }
    }

    /// Answers whoever waits: those whose command has happened with its entries, the others with the failure.
    fn turn_away(&mut self, why: &Failure) {
        let front = self.states.front();
        while let Some(pending) = self.redo.pop_front().or_else(|| self.inbox.pop()) {
            let done = front.done(pending.command.id);
            let outcome = done.map(|entries| Receipt { entries });
            pending.answer(outcome.ok_or_else(|| why.clone()));
        }
    }

    /// Makes a snapshot at the length of the latest checkpoint, if it is time.
    fn snapshot_of_follower(&mut self, store: &mut dyn Store) -> ledger::Result<()> {
        if !self.snapshots.is_due(self.states.length()) {
            return Ok(());
        }
        let Some(checkpoint) = store.checkpoint()? else {
            return Ok(());
        };
        self.read_on(store, checkpoint.size)?;
        if checkpoint.size == self.states.length() {
            self.snapshots.make(store, self.states.front())?;
        }
        Ok(())
    }
}

/// Whatever ends the thread: nobody is left without an answer.
impl Drop for Runner {
    fn drop(&mut self) {
        self.inbox.give(Order::Abandon);
        self.turn_away(&Failure::Stopped);
        self.board.lock().role = Role::Ended;
    }
}

/// Does something pure, and comes back with a text should it panic: one request mustn't end the service of all others. What it
/// worked on is to be thrown away then, unless it was only looked at.
pub(crate) fn survive<T>(what: &str, work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        format!("{what} panicked: {}", text.unwrap_or("without a message"))
    })
}

/// An error with its sources.
pub(crate) fn tell(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::survive;

    #[test]
    fn what_panics_comes_back_as_a_text() {
        assert_eq!(survive("sum", || 1 + 1), Ok(2));
        let told = survive::<()>("decide", || panic!("entry {}", 7));
        assert_eq!(told, Err("decide panicked: entry 7".to_owned()));
    }
}
