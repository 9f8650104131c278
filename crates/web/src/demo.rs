//! A demonstration: a county with most of a simulated year behind it, and accounts to look at it with.
//!
//! The year ends in the middle of a month, so that there is something to do: last month's results are open to objections, this
//! month's forms are due.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use campaign::organisation::{self, Charge};
use campaign::{Action, Actor, Command, CommandId, Date, Entry, PersonId, Refusal, State, Time};
use host::{Clock, Options, Parts};
use ledger::canonical::to_bytes;
use ledger::vault::{Cipher, Item, Key, MediaType};
use ledger::{Batch, Claim, Keys, Lease, Salt, Sealed, Signer, SqliteStore, Store, StoredItem};
use rulebook::say;
use simulate::organisation::{Sizes, county};
use simulate::year::{Alone, Campaign, Sent, Year};

use crate::app::Demo;
use crate::identity::{Account, Accounts};

/// The password of all demo accounts.
pub const PASSWORD: &str = "strive-for-excellence";

/// Why a demonstration can't be made.
#[derive(Debug)]
pub struct DemoError(String);

impl fmt::Display for DemoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the demonstration can't be made: {}", self.0)
    }
}

impl std::error::Error for DemoError {}

/// Any error on the way, told as text.
fn failed(error: impl fmt::Display) -> DemoError {
    DemoError(error.to_string())
}

/// A county on a ledger, ready to be run.
pub struct Founded {
    /// What the host works with; its clock goes on from the last simulated day.
    pub parts: Parts,
    /// How the host runs.
    pub options: Options,
    /// The accounts.
    pub accounts: Accounts,
    /// What the pages say of them.
    pub demo: Demo,
}

/// What to make.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The TOML files of the campaign's folder.
    pub files: BTreeMap<String, String>,
    /// How many units.
    pub sizes: Sizes,
    /// The people of each unit.
    pub people_per_unit: u32,
    /// The last simulated day.
    pub until: Date,
}

impl Plan {
    /// The county that ships with Merit, in December 2026.
    #[must_use]
    pub fn county(files: BTreeMap<String, String>) -> Self {
        Self {
            files,
            sizes: Sizes::SHIPPED,
            people_per_unit: 30,
            until: Date::of(2026, 12, 10).unwrap_or_default(),
        }
    }

    /// Lives the year and writes it into a folder.
    ///
    /// # Errors
    /// [`DemoError`] when the folder can't be written, or a command was refused.
    pub fn found(&self, folder: &Path) -> Result<Founded, DemoError> {
        let year = Year {
            until: Some(self.until),
            units: county(self.sizes),
            people_per_unit: self.people_per_unit,
            ..Year::of(1, self.files.clone())
        };
        let cipher = Cipher::new(Key::generate().map_err(failed)?);
        let path = folder.join("county.ledger");
        let mut filling = Filling::new(&path, cipher)?;
        year.run(&mut filling).map_err(failed)?;
        let start = Time(self.until.start(480).0 + 9 * 3_600);
        filling.give_charges(&year, start)?;
        filling.write()?;
        let accounts = Accounts::open(&folder.join("accounts.db")).map_err(failed)?;
        let demo = accounts_of(&filling.alone.0, &accounts, self.until)?;
        let cipher = Arc::new(filling.close()?);
        Ok(Founded {
            parts: parts(path, cipher, start)?,
            options: Options::new("demo", folder.join("snapshots")),
            accounts,
            demo,
        })
    }
}

fn parts(path: PathBuf, cipher: Arc<Cipher>, start: Time) -> Result<Parts, DemoError> {
    let signer = Signer::generate("demo.merit.example/log").map_err(failed)?;
    let keys = Keys::new(vec![signer.verifier().clone()], Vec::new()).map_err(failed)?;
    let began = Instant::now();
    let clock: Clock = Arc::new(move || {
        let passed = i64::try_from(began.elapsed().as_secs()).unwrap_or(0);
        Time(start.0 + passed)
    });
    Ok(Parts {
        open: Arc::new(move || Ok(Box::new(SqliteStore::open(&path)?))),
        cipher,
        signer: Arc::new(signer),
        keys: Arc::new(keys),
        clock,
    })
}

/// A year that goes into a ledger as it is lived.
struct Filling {
    alone: Alone,
    cipher: Cipher,
    store: SqliteStore,
    lease: Lease,
    written: u64,
    entries: Vec<Sealed>,
    items: Vec<StoredItem>,
    /// What went wrong with a write; told at the end, since the year knows only refusals.
    trouble: Option<DemoError>,
}

/// As many entries are written at once.
const GROUP: usize = 8_192;

impl Filling {
    fn new(path: &Path, cipher: Cipher) -> Result<Self, DemoError> {
        let mut store = SqliteStore::open(path).map_err(failed)?;
        let claim = store
            .claim("demo", Duration::from_secs(3_600))
            .map_err(failed)?;
        let Claim::Held(lease) = claim else {
            return Err(failed("someone else writes to its ledger"));
        };
        Ok(Self {
            alone: Alone::default(),
            cipher,
            store,
            lease,
            written: 0,
            entries: Vec::new(),
            items: Vec::new(),
            trouble: None,
        })
    }

    fn keep(&mut self, sent: &Sent, entries: &[Entry]) -> Result<(), DemoError> {
        for entry in entries {
            let mut salt = [0; 32];
            getrandom::fill(&mut salt).map_err(failed)?;
            let body = to_bytes(entry).map_err(failed)?;
            self.entries.push(Sealed {
                body,
                salt: Salt(salt),
            });
        }
        for text in &sent.texts {
            let item = Item {
                id: ledger::ItemId(text.note.item.0),
                salt: Salt(text.salt),
                media_type: MediaType::Text,
                content: text.content.clone().into_bytes(),
            };
            self.items.push(self.cipher.seal(&item).map_err(failed)?);
        }
        if self.entries.len() >= GROUP {
            self.write()?;
        }
        Ok(())
    }

    fn write(&mut self) -> Result<(), DemoError> {
        if let Some(trouble) = self.trouble.take() {
            return Err(trouble);
        }
        let batch = Batch {
            first: self.written,
            entries: &self.entries,
            put: &self.items,
            ..Batch::default()
        };
        self.store.append(self.lease, &batch).map_err(failed)?;
        self.written += self.entries.len() as u64;
        self.entries.clear();
        self.items.clear();
        Ok(())
    }

    /// Says who answers for each unit: its first four people.
    fn give_charges(&mut self, year: &Year, now: Time) -> Result<(), DemoError> {
        let population = year.population();
        for (number, unit) in year.units.iter().enumerate() {
            let of_unit = population
                .people()
                .iter()
                .filter(|one| one.unit.as_str() == unit.id);
            let people: Vec<PersonId> = of_unit.take(4).map(|one| one.id.clone()).collect();
            let charge = Charge {
                principal: people.first().cloned(),
                in_charge: people.get(1).cloned(),
                team: people.iter().skip(2).cloned().collect(),
            };
            let mut id = *b"demo charge\0\0\0\0\0";
            for (to, from) in id.iter_mut().rev().zip((number as u32).to_le_bytes()) {
                *to = from;
            }
            let give = organisation::Action::GiveCharge {
                unit: unit.id.as_str().into(),
                from: now.day(480),
                charge,
            };
            let command = Command {
                id: CommandId(id),
                by: Actor::Program("office".into()),
                action: Action::Organisation(give),
            };
            let texts = Vec::new();
            self.take(&Sent {
                now,
                command,
                texts,
            })
            .map_err(failed)?;
        }
        Ok(())
    }

    fn close(mut self) -> Result<Cipher, DemoError> {
        self.store.release(self.lease).map_err(failed)?;
        Ok(self.cipher)
    }
}

impl Campaign for Filling {
    fn take(&mut self, sent: &Sent) -> Result<Vec<Entry>, Refusal> {
        let entries = self.alone.take(sent)?;
        if self.trouble.is_none() {
            self.trouble = self.keep(sent, &entries).err();
        }
        Ok(entries)
    }

    fn state(&self) -> &State {
        &self.alone.0
    }
}

/// The demo accounts: login, a role of the county, whether it is held for the whole county, what it is for.
#[expect(clippy::too_many_lines, reason = "a list of accounts")]
fn roles() -> [(&'static str, &'static str, bool, rulebook::Say); 12] {
    [
        (
            "office",
            "closer",
            true,
            say!(
                "活动办公室:看板、结账、通报",
                "The campaign's office: board, closing, circular"
            ),
        ),
        (
            "office2",
            "closer",
            true,
            say!(
                "活动办公室的第二个人:批准",
                "The office's second person: approves"
            ),
        ),
        (
            "secretary",
            "secretary",
            false,
            say!(
                "基层单位:本月、填表、得分和异议",
                "A grassroots unit: its month, forms, score, objections"
            ),
        ),
        (
            "leader",
            "leading-group",
            true,
            say!(
                "领导小组:先看例外,看自己的承诺",
                "The leading group: exceptions first, one's own promises"
            ),
        ),
        (
            "visitor",
            "visitor",
            true,
            say!(
                "走访人:路线、检查单,没有网络也能填",
                "A visitor: route and checklist, also without network"
            ),
        ),
        (
            "staff",
            "staff",
            true,
            say!(
                "组工干部:抽查和核实填报",
                "Organisation-department staff: draws and verifies records"
            ),
        ),
        (
            "reviewer",
            "reviewer",
            true,
            say!("异议复核人", "Who decides objections"),
        ),
        (
            "appeals",
            "appeals-panel",
            true,
            say!("申诉评议组", "Who decides appeals"),
        ),
        (
            "auditor",
            "auditor",
            true,
            say!(
                "审计人:日志、裁定、权限",
                "An auditor: log, decisions, rights"
            ),
        ),
        (
            "ratings",
            "rating-decider",
            true,
            say!("评价核查人:扎堆、排除", "Who looks at bursts of ratings"),
        ),
        ("desk", "desk", false, say!("诉求受理人", "The intake desk")),
        (
            "member",
            "member",
            false,
            say!(
                "一名党员:职责、承诺、学习",
                "A member: duties, promises, study"
            ),
        ),
    ]
}

/// Makes an account for someone in each role.
fn accounts_of(state: &State, accounts: &Accounts, today: Date) -> Result<Demo, DemoError> {
    let mut demo = Demo::default();
    let mut taken: Vec<PersonId> = Vec::new();
    for (login, role, everywhere, what) in roles() {
        let holds = |person: &organisation::Person| {
            let mut grants = person.grants.iter().filter(|grant| grant.holds(today));
            grants.any(|grant| grant.role.as_str() == role && grant.unit.is_none() == everywhere)
        };
        let mut people = state.organisation.people();
        let found = people.find(|(id, person)| holds(person) && !taken.contains(id));
        let Some((person, _)) = found else {
            continue;
        };
        let account = Account {
            login: login.to_owned(),
            person: person.clone(),
        };
        accounts.add(&account, PASSWORD).map_err(failed)?;
        taken.push(person.clone());
        demo.accounts
            .push((login.to_owned(), PASSWORD.to_owned(), what));
    }
    Ok(demo)
}
