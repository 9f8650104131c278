//! Where requests wait for the host's thread, and how it is woken.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::request::{Failure, Pending};

/// What the host's thread is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Go on.
    Run,
    /// Finish what waits, then end.
    Finish,
    /// End at once, as in a crash.
    Abandon,
}

/// A bounded queue.
pub(crate) struct Inbox {
    state: Mutex<Waiting>,
    woken: Condvar,
    most: usize,
}

struct Waiting {
    requests: VecDeque<Pending>,
    order: Order,
}

impl Inbox {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            state: Mutex::new(Waiting {
                requests: VecDeque::new(),
                order: Order::Run,
            }),
            woken: Condvar::new(),
            most,
        }
    }

    /// Puts requests in line, next to each other; those that can't wait are answered at once.
    pub(crate) fn push(&self, requests: Vec<Pending>) {
        let mut refused = Vec::new();
        let why;
        {
            let mut state = self.lock();
            let stopped = state.order != Order::Run;
            why = if stopped {
                Failure::Stopped
            } else {
                Failure::Busy
            };
            for request in requests {
                if stopped || state.requests.len() >= self.most {
                    refused.push(request);
                } else {
                    state.requests.push_back(request);
                }
            }
        }
        self.woken.notify_one();
        for request in refused {
            request.answer(Err(why.clone()));
        }
    }

    /// The next request.
    pub(crate) fn pop(&self) -> Option<Pending> {
        self.lock().requests.pop_front()
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.lock().requests.len()
    }

    /// What to do.
    pub(crate) fn order(&self) -> Order {
        self.lock().order
    }

    /// Tells the host's thread what to do. There is no way back.
    pub(crate) fn give(&self, order: Order) {
        let mut state = self.lock();
        if state.order != Order::Abandon {
            state.order = order;
        }
        drop(state);
        self.woken.notify_one();
    }

    /// Waits until a request is there, there is something else to do than to run, or it is time.
    pub(crate) fn wait(&self, until: Instant) {
        let state = self.lock();
        let patience = until.saturating_duration_since(Instant::now());
        let idle = |state: &mut Waiting| state.requests.is_empty() && state.order == Order::Run;
        drop(self.woken.wait_timeout_while(state, patience, idle));
    }

    /// Waits until there is something else to do than to run, or it is time.
    pub(crate) fn pause(&self, until: Instant) {
        let state = self.lock();
        let patience = until.saturating_duration_since(Instant::now());
        let running = |state: &mut Waiting| state.order == Order::Run;
        drop(self.woken.wait_timeout_while(state, patience, running));
    }

    /// No line of this module panics while it holds the lock, so a poisoned one is sound.
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
