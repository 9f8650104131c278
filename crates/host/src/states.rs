//! Two states: the front, which readers see, and the back, in which the writer decides ahead of them.
//!
//! The front holds what is durable and nothing else. When a group has been written the back takes its place, and the old front
//! becomes the back: it is brought forward by the same entries. That must wait until its last reader is gone. Readers never
//! wait; one who holds on to a state for longer than the host is patient costs the writer a copy of the front, once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use campaign::{Entry, Inconsistent, State};

use crate::runner::survive;

/// The front and the back.
pub(crate) struct States {
    front: Arc<ArcSwap<State>>,
    /// The back: the front with `ahead` on top. None when it is to be made first.
    ready: Option<Box<State>>,
    /// The entries by which the back is ahead.
    ahead: Vec<Entry>,
    /// The front before, which someone may be reading still, and the entries that it lacks.
    old: Option<(Arc<State>, Vec<Entry>)>,
    patience: Duration,
    copies: u64,
}

impl States {
    pub(crate) fn new(front: Arc<ArcSwap<State>>, patience: Duration) -> Self {
        Self {
            front,
            ready: None,
            ahead: Vec::new(),
            old: None,
            patience,
            copies: 0,
        }
    }

    /// Begins with two equal states.
    pub(crate) fn begin(&mut self, front: Box<State>, back: Box<State>) {
        self.replace(front, None);
        self.ready = Some(back);
    }

    /// The durable state.
    pub(crate) fn front(&self) -> Arc<State> {
        self.front.load_full()
    }

    /// How many entries the front has.
    pub(crate) fn length(&self) -> u64 {
        self.front.load().length()
    }

    /// How often the front had to be copied.
    pub(crate) const fn copies(&self) -> u64 {
        self.copies
    }

    /// The state ahead of the front.
    pub(crate) fn back(&mut self) -> &mut State {
        let ready = self.take();
        self.ready.insert(ready)
    }

    /// Makes an entry part of the back. After an error there is no back any more, nor what it was ahead.
    pub(crate) fn evolve(&mut self, entry: Entry) -> Result<(), Inconsistent> {
        let back = self.back();
        let evolved = survive("evolve", || back.evolve(&entry));
        let evolved = evolved.unwrap_or_else(|why| Err(Inconsistent(why)));
        self.ahead.push(entry);
        if evolved.is_err() {
            self.discard();
        }
        evolved
    }

    /// Shows the back to readers: its entries are durable.
    pub(crate) fn publish(&mut self) {
        let entries = std::mem::take(&mut self.ahead);
        if let Some(state) = self.ready.take() {
            self.replace(state, Some(entries));
        }
    }

    /// Drops whatever the back is ahead.
    pub(crate) fn discard(&mut self) {
        if !self.ahead.is_empty() {
            self.ready = None;
            self.ahead.clear();
        }
    }

    /// Takes the back out, to put it in front by [`States::replace`].
    pub(crate) fn take(&mut self) -> Box<State> {
        let old = self.old.take();
        self.ready
            .take()
            .or_else(|| old.and_then(|(old, lacks)| self.bring_forward(old, &lacks)))
            .unwrap_or_else(|| self.copy())
    }

    /// Shows a state to readers. `entries` are those the front lacked; without them the back will be a copy.
    pub(crate) fn replace(&mut self, state: Box<State>, entries: Option<Vec<Entry>>) {
        let front = self.front.swap(Arc::from(state));
        self.old = entries.map(|entries| (front, entries));
    }

    /// A former front with the entries it lacks, once nobody reads it any more; nothing when that takes too long.
    fn bring_forward(&self, mut old: Arc<State>, lacks: &[Entry]) -> Option<Box<State>> {
        let deadline = Instant::now() + self.patience;
        let mut state = loop {
            old = match Arc::try_unwrap(old) {
                Ok(state) => break Box::new(state),
                Err(old) => old,
            };
            if Instant::now() >= deadline {
                return None;
            }
            std::thread::sleep(Duration::from_micros(20));
        };
        let forward = lacks.iter().try_for_each(|entry| state.evolve(entry));
        forward.is_ok().then_some(state)
    }

    fn copy(&mut self) -> Box<State> {
        self.copies += 1;
        Box::new(self.front().as_ref().clone())
    }
}
