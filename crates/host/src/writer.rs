//! Writing: groups of requests are decided ahead, written in one go, shown, and only then answered.
//!
//! While a group is being written requests gather for the next one, so the busier the host, the larger its groups; nothing ever
//! waits for company. A refusal too is answered after its group is written, because it may rest on what is decided ahead of it.
//!
//! What a crash leaves, step by step of [`Runner::group`]:
//! - before the write: nothing; nobody has been answered.
//! - in the write, lost: the same. Landed: the entries stand, and whoever sends a command again with its key is answered so.
//! - after it, before the answers: the same as landed.

use std::collections::BTreeSet;
use std::time::Instant;

use campaign::{Decision, Entry, State, Time};
use ledger::sequence::{self, Signing};
use ledger::{Batch, ItemId, Lease, Sealed, Store, StoreError, StoredItem};

use crate::inbox::Order;
use crate::log;
use crate::request::{Failure, Outcome, Pending, Receipt};
use crate::runner::{Runner, survive, tell};
use crate::status::Role;

/// How many entries are taken into the tree between two groups at most: some ten milliseconds.
const TREE_STEP: u64 = 8_192;

/// Requests that are decided and not answered yet, and what is to be written for them.
#[derive(Default)]
struct Group {
    waiting: Vec<(Pending, Outcome)>,
    entries: Vec<Sealed>,
    put: Vec<StoredItem>,
    erase: Vec<ItemId>,
    brought: BTreeSet<ItemId>,
    bytes: usize,
}

/// What comes of looking at one request.
enum Verdict {
    /// This will be the answer.
    Answer(Outcome),
    /// These entries, with their bodies.
    Write(Vec<(Entry, Sealed)>),
}

/// When the chores of a writer are due.
struct Chores {
    sequenced: u64,
    sequence: Instant,
}

impl Runner {
    /// Writes while the right to holds, or until told to end.
    pub(crate) fn write(&mut self, store: &mut dyn Store, lease: Lease) -> ledger::Result<()> {
        self.board.lock().role = Role::Writing { epoch: lease.epoch };
        // A copy of a large state takes a while: not while someone waits.
        self.states.back();
        self.ready();
        let mut chores = Chores {
            sequenced: 0,
            sequence: Instant::now(),
        };
        loop {
            self.keep(store, lease)?;
            match self.inbox.order() {
                Order::Abandon => return Ok(()),
                _ if self.has_requests() => self.group(store, lease)?,
                Order::Finish => return self.finish(store, lease),
                Order::Run => self.inbox.wait(self.next_chore(&chores)),
            }
            self.sequence(store, lease, &mut chores)?;
        }
    }

    /// Renews the right to write when it is time to.
    fn keep(&mut self, store: &mut dyn Store, lease: Lease) -> ledger::Result<()> {
        if self.renewed.elapsed() >= self.options.renew {
            let asked = Instant::now();
            store.renew(lease)?;
            self.renewed = asked;
            if self.redo.is_empty() {
                self.failures = 0;
            }
        }
        Ok(())
    }

    fn has_requests(&self) -> bool {
        !self.redo.is_empty() || self.inbox.len() > 0
    }

    fn next_chore(&self, chores: &Chores) -> Instant {
        let renew = self.renewed + self.options.renew;
        if chores.sequenced < self.states.length() {
            renew.min(chores.sequence)
        } else {
            renew
        }
    }

    /// Decides and writes a group, shows it, answers.
    fn group(&mut self, store: &mut dyn Store, lease: Lease) -> ledger::Result<()> {
        let group = self.gather();
        let begun = Instant::now();
        match self.append(store, lease, &group) {
            Ok(()) => {
                self.states.publish();
                self.account(&group, begun);
                for (pending, outcome) in group.waiting {
                    pending.answer(outcome);
                }
                Ok(())
            }
            Err(StoreError::ItemExists(item)) if group.brought.contains(&item) => {
                self.refuse_item(group, item);
                Ok(())
            }
            Err(error) => {
                self.put_back(group);
                Err(error)
            }
        }
    }

    /// Decides requests until none waits, or there are enough of them.
    fn gather(&mut self) -> Group {
        let now = (self.parts.clock)();
        let mut group = Group::default();
        // What has failed twice is tried alone, so that one request can't take others down with it.
        let alone = self.redo.front().is_some_and(|first| first.attempts > 1);
        let most = if alone { 1 } else { self.options.group_entries };
        while group.waiting.len() < most
            && group.entries.len() < self.options.group_entries
            && group.bytes < self.options.group_bytes
        {
            let Some(pending) = self.redo.pop_front().or_else(|| self.inbox.pop()) else {
                break;
            };
            self.decide(&mut group, pending, now);
        }
        group
    }

    /// Decides a request and makes what comes of it part of the group and of the state ahead.
    fn decide(&mut self, group: &mut Group, pending: Pending, now: Time) {
        let first = self.states.back().length();
        let written = match self.verdict(group, &pending, now) {
            Verdict::Answer(outcome) => {
                group.waiting.push((pending, outcome));
                return;
            }
            Verdict::Write(written) => written,
        };
        let entries = first..first + written.len() as u64;
        for (entry, sealed) in written {
            group
                .erase
                .extend(entry.erases().iter().map(|item| ItemId(item.0)));
            group.bytes += sealed.body.len();
            group.entries.push(sealed);
            if let Err(error) = self.states.evolve(entry) {
                // The state ahead is lost with it: the others are decided again without this one.
                self.decide_again(std::mem::take(group).waiting);
                pending.answer(Err(Failure::Broken(error.to_string())));
                return;
            }
        }
        for item in &pending.items {
            group.bytes += item.stored.sealed.len();
            group.brought.insert(item.stored.id);
            group.put.push(item.stored.clone());
        }
        group.waiting.push((pending, Ok(Receipt { entries })));
    }

    fn verdict(&mut self, group: &Group, pending: &Pending, now: Time) -> Verdict {
        let back: &State = self.states.back();
        let decided = survive("decide", || back.decide(&pending.command, now));
        let decided = match decided {
            Ok(decided) => decided,
            Err(why) => return Verdict::Answer(Err(Failure::Broken(why))),
        };
        let entries = match decided {
            Err(refusal) => return Verdict::Answer(Err(Failure::Refused(refusal))),
            Ok(Decision::Before(entries)) => return Verdict::Answer(Ok(Receipt { entries })),
            Ok(Decision::New(entries)) => entries,
        };
        if let Err(failure) = pending.check_items(&entries) {
            return Verdict::Answer(Err(failure));
        }
        let mut ids = pending.items.iter().map(|item| item.stored.id);
        if let Some(taken) = ids.find(|id| group.brought.contains(id)) {
            return Verdict::Answer(Err(Failure::ItemTaken(taken)));
        }
        match entries.into_iter().map(|entry| self.seal(entry)).collect() {
            Ok(written) => Verdict::Write(written),
            Err(why) => Verdict::Answer(Err(Failure::Broken(why))),
        }
    }

    fn seal(&mut self, entry: Entry) -> Result<(Entry, Sealed), String> {
        let body = log::body(&entry).map_err(|error| tell(&error))?;
        let salt = self.salts.next().map_err(|error| error.to_string())?;
        Ok((entry, Sealed { body, salt }))
    }

    /// Writes the group, if there is anything to write.
    fn append(&mut self, store: &mut dyn Store, lease: Lease, group: &Group) -> ledger::Result<()> {
        if group.entries.is_empty() {
            return Ok(());
        }
        self.keep(store, lease)?;
        let batch = Batch {
            first: self.states.length(),
            entries: &group.entries,
            put: &group.put,
            erase: &group.erase,
            ..Batch::default()
        };
        store.append(lease, &batch)
    }

    fn account(&mut self, group: &Group, begun: Instant) {
        let count = group.entries.len() as u64;
        let mut board = self.board.lock();
        board.length = self.states.length();
        board.log = board.length;
        board.copies = self.states.copies();
        board.requests += group.waiting.len() as u64;
        if count > 0 {
            self.failures = 0;
            board.groups += 1;
            board.entries += count;
            board.largest_group = board.largest_group.max(count);
            board.writing += begun.elapsed();
        }
    }

    /// The requests of a group that wasn't written, or perhaps was: they are decided again, in the same order.
    fn put_back(&mut self, group: Group) {
        self.states.discard();
        for (mut pending, _) in group.waiting.into_iter().rev() {
            pending.attempts += 1;
            if pending.attempts >= self.options.attempts {
                pending.answer(Err(Failure::Unavailable));
            } else {
                self.redo.push_front(pending);
            }
        }
    }

    /// The store knows the id of an item: nothing was written. Whoever brought it is told, the others are decided again.
    fn refuse_item(&mut self, group: Group, item: ItemId) {
        let (guilty, others) = group.waiting.into_iter().partition(|(pending, _)| {
            let mut ids = pending.items.iter().map(|brought| brought.stored.id);
            ids.any(|id| id == item)
        });
        self.decide_again(others);
        let guilty: Vec<(Pending, Outcome)> = guilty;
        for (pending, _) in guilty {
            pending.answer(Err(Failure::ItemTaken(item)));
        }
    }

    /// Requests that were decided together with one that has no future: it isn't their failure, so it doesn't count as one.
    fn decide_again(&mut self, waiting: Vec<(Pending, Outcome)>) {
        self.states.discard();
        for (pending, _) in waiting.into_iter().rev() {
            self.redo.push_front(pending);
        }
    }

    /// Takes a stretch of new entries into the tree, if it is time to; makes a snapshot once the tree covers everything.
    fn sequence(
        &mut self,
        store: &mut dyn Store,
        lease: Lease,
        chores: &mut Chores,
    ) -> ledger::Result<()> {
        let length = self.states.length();
        let snapshot = self.snapshots.is_due(length);
        if chores.sequenced < length && (snapshot || Instant::now() >= chores.sequence) {
            chores.sequenced = self.grow(store, lease, TREE_STEP)?.unwrap_or(length);
            if chores.sequenced == length {
                chores.sequence = Instant::now() + self.options.checkpoint_every;
            }
        }
        if snapshot && chores.sequenced == length {
            self.snapshots.make(store, self.states.front())?;
        }
        Ok(())
    }

    /// Takes at most so many entries into the tree; how many the new checkpoint covers, if there is one. A tree on which nothing
    /// can be built is told as trouble and doesn't keep anyone from writing.
    fn grow(
        &mut self,
        store: &mut dyn Store,
        lease: Lease,
        most: u64,
    ) -> ledger::Result<Option<u64>> {
        let now = u64::try_from((self.parts.clock)().0).unwrap_or_default();
        let keep = self.referred_to(store)?;
        let signing = Signing {
            signer: &self.parts.signer,
            keys: &self.parts.keys,
            now,
            keep: &keep,
        };
        match sequence::advance_by(store, lease, &signing, most) {
            Ok(checkpoint) => {
                let size = checkpoint.map(|checkpoint| checkpoint.size);
                let mut board = self.board.lock();
                board.sequenced = size.unwrap_or(board.length);
                Ok(size)
            }
            Err(damaged @ StoreError::Damaged(_)) => {
                self.board.lock().trouble = Some(tell(&damaged));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The checkpoint that a published circular refers to: the earliest that covers its entry. Only the latest checkpoint is
    /// ever dropped, and it can only be the one that the last circular covered by any refers to; so one is enough.
    fn referred_to(&self, store: &mut dyn Store) -> ledger::Result<BTreeSet<u64>> {
        let front = self.states.front();
        let published = front.circulars.iter().rev();
        for entry in published.filter_map(|(_, circular)| circular.published_by()) {
            let found = store.checkpoints(Some(entry), 1)?;
            if let Some(checkpoint) = found.first() {
                return Ok([checkpoint.size].into());
            }
        }
        Ok(BTreeSet::new())
    }

    /// Ends in good order: the tree covers everything, a snapshot is made, the right to write is given back.
    fn finish(&mut self, store: &mut dyn Store, lease: Lease) -> ledger::Result<()> {
        while self.grow(store, lease, u64::MAX)?.is_some() {
            self.keep(store, lease)?;
        }
        self.snapshots.join();
        if self.snapshots.is_new(self.states.length()) {
            self.snapshots.make(store, self.states.front())?;
        }
        store.release(lease)?;
        self.lease = None;
        Ok(())
    }
}
