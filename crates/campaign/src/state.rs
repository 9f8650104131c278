//! The state of a campaign: everything its entries say, ready to be asked.

use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;

use indexmap::IndexMap;
use rulebook::say;
use serde::{Deserialize, Serialize};

use crate::refusal::{Code, Refusal};
use crate::{
    Action, Actor, Command, CommandId, Date, Entry, Event, Time, circular, figure, honour, ladder,
    objection, organisation, period, rating, record, rules, vault, work,
};

/// What can be wrong with any command, in order of precedence.
pub const REFUSALS: &[Code] = &[
    (
        "no-rules",
        "还没有采用任何细则",
        "no rulebook has been adopted yet",
    ),
    (
        "unknown-actor",
        "发出命令的人不在册",
        "whoever sends the command is not on the register",
    ),
];

/// How many days the key of a command is remembered: sent again within them, it happens once.
pub const KEYS_KEPT_DAYS: i32 = 45;

/// The state of a campaign.
///
/// Equal entries give equal states, and equal states give equal [`snapshot`](State::snapshot)s, byte for byte.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    length: u64,
    keys: Keys,
    /// The rulebook, all its versions.
    pub rules: rules::Rules,
    /// Units, people, posts, roles, relations.
    pub organisation: organisation::Organisation,
    /// Forms filled.
    pub records: record::Records,
    /// Ratings by those served.
    pub ratings: rating::Ratings,
    /// Tasks, promises, rectifications, requests.
    pub work: work::WorkItems,
    /// Figures handed in.
    pub figures: figure::Handed,
    /// Periods and their results.
    pub periods: period::Periods,
    /// Objections and appeals.
    pub objections: objection::Objections,
    /// Honours.
    pub honours: honour::Honours,
    /// Ladders.
    pub ladders: ladder::Ladders,
    /// Circulars.
    pub circulars: circular::Circulars,
    /// Whose items lie in the vault.
    pub vault: vault::Index,
}

/// What comes of a command that isn't refused.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// These entries, at least one.
    New(Vec<Entry>),
    /// It has happened before: these entries came of it.
    Before(Range<u64>),
}

/// An entry that can't follow what came before: a log that Merit hasn't written, or one from a later version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inconsistent(pub String);

impl fmt::Display for Inconsistent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the entry can't follow what came before: {}", self.0)
    }
}

impl std::error::Error for Inconsistent {}

/// What a decision is made in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'c> {
    /// The day, in the campaign's calendar.
    pub today: Date,
    /// Who asks.
    pub by: &'c Actor,
}

impl State {
    /// A campaign of which nothing is known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many entries it has taken in: the index of the next.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// The entries that came of a command, if it has happened within the last [`KEYS_KEPT_DAYS`] days.
    #[must_use]
    pub fn done(&self, id: CommandId) -> Option<Range<u64>> {
        self.keys.get(id)
    }

    /// What comes of a command.
    ///
    /// # Errors
    /// The first reason against it, in the order of [`crate::refusal::all`].
    pub fn decide(&self, command: &Command, now: Time) -> Result<Decision, Refusal> {
        if let Some(done) = self.keys.get(command.id) {
            return Ok(Decision::Before(done));
        }
        let context = Context {
            today: now.day(self.rules.offset()),
            by: &command.by,
        };
        self.known(command, &context)?;
        let events = self.events(&command.action, &context)?;
        let entry = |event: Event| Entry {
            at: if event.hides_its_moment(&command.by) {
                context.today.start(self.rules.offset())
            } else {
                now
            },
            by: command.by.clone(),
            cmd: command.id,
            event,
        };
        Ok(Decision::New(events.into_iter().map(entry).collect()))
    }

    /// That there is a rulebook, and that whoever sends the command is known.
    fn known(&self, command: &Command, context: &Context<'_>) -> Result<(), Refusal> {
        if !matches!(command.action, Action::Rules(_)) && self.rules.latest().is_none() {
            return Err(Refusal::new(
                "no-rules",
                say!("还没有采用任何细则。", "No rulebook has been adopted yet."),
                say!(
                    "先采用活动文件夹里的细则。",
                    "Adopt the rules of the campaign folder first."
                ),
            ));
        }
        // Before there is anyone on the register, someone has to begin.
        let empty = self.organisation.people().next().is_none();
        match &command.by {
            Actor::Person(person)
                if !empty && !self.organisation.is_here(person, context.today) =>
            {
                Err(Refusal::new(
                    "unknown-actor",
                    say!("{person} 不在册。", "{person} is not on the register."),
                    say!(
                        "先登记这个人,或换一个账号。",
                        "Register the person first, or use another account."
                    ),
                ))
            }
            _ => Ok(()),
        }
    }

    fn events(&self, action: &Action, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        match action {
            Action::Rules(action) => rules::decide(self, action, context),
            Action::Organisation(action) => organisation::decide(self, action, context),
            Action::Record(action) => record::decide(self, action, context),
            Action::Rating(action) => rating::decide(self, action, context),
            Action::Work(action) => work::decide(self, action, context),
            Action::Figure(action) => figure::decide(self, action, context),
            Action::Period(action) => period::decide(self, action, context),
            Action::Objection(action) => objection::decide(self, action, context),
            Action::Honour(action) => honour::decide(self, action, context),
            Action::Ladder(action) => ladder::decide(self, action, context),
            Action::Circular(action) => circular::decide(self, action, context),
            Action::Vault(action) => vault::decide(self, action, context),
        }
    }

    /// Makes an entry part of the state.
    ///
    /// # Errors
    /// When it can't follow what came before. The state is then of no more use.
    pub fn evolve(&mut self, entry: &Entry) -> Result<(), Inconsistent> {
        match &entry.event {
            Event::Rules(event) => rules::evolve(self, event, entry),
            Event::Organisation(event) => organisation::evolve(self, event, entry),
            Event::Record(event) => record::evolve(self, event, entry),
            Event::Rating(event) => rating::evolve(self, event, entry),
            Event::Work(event) => work::evolve(self, event, entry),
            Event::Figure(event) => figure::evolve(self, event, entry),
            Event::Period(event) => period::evolve(self, event, entry),
            Event::Objection(event) => objection::evolve(self, event, entry),
            Event::Honour(event) => honour::evolve(self, event, entry),
            Event::Ladder(event) => ladder::evolve(self, event, entry),
            Event::Circular(event) => circular::evolve(self, event, entry),
            Event::Vault(event) => vault::evolve(self, event, entry),
        }?;
        self.keys.note(entry, self.length);
        self.length += 1;
        Ok(())
    }

    /// The state as bytes: a cache for a faster start, never a source.
    ///
    /// # Errors
    /// Never, unless memory runs out.
    pub fn snapshot(&self) -> Result<Vec<u8>, postcard::Error> {
        postcard::to_stdvec(&(SNAPSHOT_VERSION, self))
    }

    /// The state of a snapshot; `None` where this version of Merit can't use it, and the state is to be rebuilt from entries.
    #[must_use]
    pub fn restore(bytes: &[u8]) -> Option<Self> {
        let (version, rest) = postcard::take_from_bytes::<u32>(bytes).ok()?;
        if version != SNAPSHOT_VERSION {
            return None;
        }
        let mut state: Self = postcard::from_bytes(rest).ok()?;
        state.rules.reopen().ok()?;
        Some(state)
    }
}

/// Raised whenever the state's types change.
const SNAPSHOT_VERSION: u32 = 3;

impl Event {
    /// Whether the beginning of the day is written instead of the moment, which could tell who it was.
    fn hides_its_moment(&self, by: &Actor) -> bool {
        match self {
            Self::Rating(event) => event.hides_its_moment(),
            // Those who confirm with a code stay unknown.
            Self::Record(_) | Self::Work(_) => *by == Actor::Public,
            _ => false,
        }
    }
}

/// The keys of recent commands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Keys {
    /// Key → the entries that came of it.
    done: IndexMap<CommandId, (u64, u32)>,
    /// The keys by day, oldest first.
    days: VecDeque<(Date, Vec<CommandId>)>,
}

impl Keys {
    fn get(&self, id: CommandId) -> Option<Range<u64>> {
        let (first, count) = *self.done.get(&id)?;
        Some(first..first + u64::from(count))
    }

    fn note(&mut self, entry: &Entry, index: u64) {
        if let Some((_, count)) = self.done.get_mut(&entry.cmd) {
            *count += 1;
            return;
        }
        self.done.insert(entry.cmd, (index, 1));
        let day = entry.at.day(0);
        match self.days.back_mut() {
            Some((last, keys)) if *last >= day => keys.push(entry.cmd),
            _ => self.days.push_back((day, vec![entry.cmd])),
        }
        while self
            .days
            .front()
            .is_some_and(|(first, _)| first.plus(KEYS_KEPT_DAYS) < day)
        {
            let (_, old) = self.days.pop_front().unwrap_or_default();
            for key in old {
                self.done.swap_remove(&key);
            }
        }
    }
}
