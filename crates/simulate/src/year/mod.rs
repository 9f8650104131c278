//! A county's year: every command that its people and programs send, in order, as a pure function of a seed.
//!
//! The campaign answers each command at once, since later commands name what came of earlier ones (a record's number, a batch
//! of invitations). Texts that belong into the vault are made with each command, so a test can look for them where they must
//! never be.

mod close;
mod duties;
mod month;
mod people;
mod ratings;

mod tasks;
mod texts;

use std::collections::BTreeMap;

use campaign::{
    Action, Actor, Command, CommandId, Date, Decision, Entry, Note, Refusal, State, Time,
};
use rulebook::Period;

use crate::organisation::{Unit, county};
use crate::random::Random;

pub use people::{Population, Resident};
pub use texts::Text;

/// What to make.
#[derive(Clone, Debug)]
pub struct Year {
    /// The seed. The same seed makes the same year.
    pub seed: u64,
    /// The units, as [`county`] makes them.
    pub units: Vec<Unit>,
    /// The people of each unit.
    pub people_per_unit: u32,
    /// The first period, a month.
    pub first: Period,
    /// How many months.
    pub months: u32,
    /// The last day that is lived, where the year isn't run to its end.
    pub until: Option<Date>,
    /// How many people each unit invites to rate in a month.
    pub invited_per_unit: u32,
    /// The TOML files of the campaign's folder: path → text.
    pub files: BTreeMap<String, String>,
}

/// A command on its way, with the texts that go into the vault with it.
#[derive(Clone, Debug)]
pub struct Sent {
    /// When.
    pub now: Time,
    /// What.
    pub command: Command,
    /// The texts.
    pub texts: Vec<Text>,
}

/// Whatever takes commands: a state alone, or a host with its ledger.
pub trait Campaign {
    /// Takes a command; what came of it has happened on return.
    ///
    /// # Errors
    /// Why it was refused.
    fn take(&mut self, sent: &Sent) -> Result<Vec<Entry>, Refusal>;

    /// The state.
    fn state(&self) -> &State;
}

/// A state alone.
#[derive(Debug, Default)]
pub struct Alone(pub State);

impl Campaign for Alone {
    fn take(&mut self, sent: &Sent) -> Result<Vec<Entry>, Refusal> {
        match self.0.decide(&sent.command, sent.now)? {
            Decision::Before(_) => Ok(Vec::new()),
            Decision::New(entries) => {
                for entry in &entries {
                    // What was just decided follows.
                    let _ = self.0.evolve(entry);
                }
                Ok(entries)
            }
        }
    }

    fn state(&self) -> &State {
        &self.0
    }
}

/// A command that was refused though the plan of the year is within the rules.
#[derive(Debug)]
pub struct Stopped {
    /// The command.
    pub sent: Box<Sent>,
    /// Why it was refused.
    pub refusal: Refusal,
}

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} (command {} by {:?})",
            self.refusal, self.sent.command.id, self.sent.command.by
        )
    }
}

impl std::error::Error for Stopped {}

type Done<T> = Result<T, Box<Stopped>>;

impl Year {
    /// A county of about so many units, with 30 people and 90 invitations a month in each, over the twelve months of 2026.
    #[must_use]
    pub fn of(units: u32, files: BTreeMap<String, String>) -> Self {
        Self {
            seed: 2026,
            units: county(crate::organisation::Sizes::about(units)),
            people_per_unit: 30,
            first: Period::containing(rulebook::PeriodKind::Month, 2026, 0),
            months: 12,
            until: None,
            invited_per_unit: 90,
            files,
        }
    }

    /// The people of the county.
    #[must_use]
    pub fn population(&self) -> Population {
        Population::of(self)
    }

    /// Runs the year through a campaign of which nothing is known yet.
    ///
    /// # Errors
    /// The first command that is refused.
    pub fn run(&self, campaign: &mut dyn Campaign) -> Done<()> {
        let mut county = County {
            year: self,
            population: self.population(),
            campaign,
            commands: 0,
            texts: 0,
            waiting: Vec::new(),
            on_hand: Vec::new(),
            now: Time::default(),
        };
        county.found()?;
        let mut period = self.first;
        for _ in 0..self.months {
            county.month(period)?;
            period = period.next();
        }
        if self.until.is_some() {
            return Ok(());
        }
        county.finish_year(period.previous())
    }
}

/// A county as its year goes on.
struct County<'y> {
    year: &'y Year,
    population: Population,
    campaign: &'y mut dyn Campaign,
    /// How many commands have been sent.
    commands: u64,
    /// How many texts have been written.
    texts: u64,
    /// The texts that go with the next command.
    waiting: Vec<Text>,
    /// Work items that people are on.
    on_hand: Vec<tasks::OnHand>,
    now: Time,
}

/// Minutes that the county's time is ahead of UTC.
const OFFSET: i16 = 480;

impl County<'_> {
    /// A stream of random numbers of its own for each name.
    fn random(&self, parts: &[&str]) -> Random {
        Random::named(self.year.seed, parts)
    }

    /// It is now some hours into a day.
    fn at(&mut self, day: Date, hours: i64) {
        self.now = Time(day.start(OFFSET).0 + hours * 3_600);
    }

    /// Sends a command. The texts written since the last one go with it.
    fn send(&mut self, by: &Actor, action: Action) -> Done<Vec<Entry>> {
        self.commands += 1;
        let mut id = [0; 16];
        for (to, from) in id
            .iter_mut()
            .zip(self.commands.to_be_bytes().iter().chain(b"simulate"))
        {
            *to = *from;
        }
        let sent = Sent {
            now: self.now,
            command: Command {
                id: CommandId(id),
                by: by.clone(),
                action,
            },
            texts: std::mem::take(&mut self.waiting),
        };
        self.campaign.take(&sent).map_err(|refusal| {
            Box::new(Stopped {
                sent: Box::new(sent),
                refusal,
            })
        })
    }

    /// Writes a text that goes into the vault with the next command.
    fn write(&mut self, content: String) -> Note {
        self.texts += 1;
        let text = Text::of(self.year.seed, self.texts, content);
        let note = text.note;
        self.waiting.push(text);
        note
    }
}
