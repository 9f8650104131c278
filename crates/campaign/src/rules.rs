//! The rulebook in force: every version that was adopted, from which period it holds, and what follows from it.
//!
//! An adopted version stands in the ledger with the text of its files, so a score can be recomputed for ever, and nobody can
//! change a rule in secret. The list of units isn't part of it: units change by entries of their own.

use std::collections::BTreeMap;
use std::sync::Arc;

use rulebook::model::Form;
use rulebook::{Campaign, Folder, Period, say};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::calendar::Calendar;
use crate::refusal::{Code, Refusal};
use crate::state::Context;
use crate::{Digest, Entry, Inconsistent, State};

/// What can be refused, in order of precedence.
pub const REFUSALS: &[Code] = &[
    ("rules-broken", "细则有错", "the rules have errors"),
    (
        "rules-unchanged",
        "和现行细则一样",
        "the rules are those in force already",
    ),
    (
        "rules-past",
        "生效的期已经截止或早于已采用的细则",
        "the period from which they would hold is cut off already, or earlier than that of rules adopted before",
    ),
    (
        "rules-calendar",
        "周期长短或时区不能中途改",
        "the kind of period and the time zone can't change in a running campaign",
    ),
];

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Adopt the rules of a campaign folder.
    Adopt {
        /// The first period they hold for.
        from: Period,
        /// Path → text of the folder's TOML files.
        files: BTreeMap<String, String>,
    },
}

/// What has happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// Rules were adopted.
    #[serde(rename = "adopted/1")]
    Adopted {
        /// The first period they hold for.
        from: Period,
        /// Path → text.
        files: BTreeMap<String, String>,
    },
}

/// A version of the rules, with what follows from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Book {
    /// Its number, from 1.
    pub version: u32,
    /// The first period it holds for.
    pub from: Period,
    /// The SHA-256 digest of its files: for each, in order of path, its path, a zero byte, its length as eight bytes (big-endian), its text.
    pub digest: Digest,
    /// What it says.
    pub campaign: Campaign,
    /// Its calendar.
    pub calendar: Calendar,
    forms: BTreeMap<String, usize>,
}

impl Book {
    fn open(version: u32, adopted: &Adopted) -> Result<Self, Vec<rulebook::Diagnostic>> {
        let files = adopted
            .files
            .iter()
            .map(|(path, text)| (path.clone(), text.clone().into_bytes()));
        let reading = rulebook::read::read(&Folder {
            files: files.collect(),
        });
        let campaign = reading.campaign.ok_or(reading.findings)?;
        let forms = campaign.forms.iter().enumerate();
        Ok(Self {
            version,
            from: adopted.from,
            digest: digest(&adopted.files),
            calendar: Calendar::new(&campaign.file.calendar),
            forms: forms
                .map(|(at, form)| (form.item.id.0.clone(), at))
                .collect(),
            campaign,
        })
    }

    /// The form with this id.
    #[must_use]
    pub fn form(&self, id: &str) -> Option<&Form> {
        let at = *self.forms.get(id)?;
        self.campaign.forms.get(at).map(|written| &written.item)
    }
}

pub(crate) fn digest(files: &BTreeMap<String, String>) -> Digest {
    let mut sha = Sha256::new();
    for (path, text) in files {
        sha.update(path.as_bytes());
        sha.update([0]);
        sha.update((text.len() as u64).to_be_bytes());
        sha.update(text.as_bytes());
    }
    Digest(sha.finalize().into())
}

/// A version as adopted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Adopted {
    from: Period,
    files: BTreeMap<String, String>,
    /// The index of its entry.
    entry: u64,
}

/// The versions of the rulebook.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    adopted: Vec<Adopted>,
    /// The same, opened. Made from `adopted` when a snapshot is read.
    #[serde(skip)]
    books: Vec<Arc<Book>>,
}

impl Rules {
    /// The version adopted last.
    #[must_use]
    pub fn latest(&self) -> Option<&Arc<Book>> {
        self.books.last()
    }

    /// The version that holds for a period; the first for periods before it.
    #[must_use]
    pub fn of(&self, period: Period) -> Option<&Arc<Book>> {
        let starts = period.starts();
        let holds = self
            .books
            .iter()
            .rev()
            .find(|book| book.from.starts() <= starts);
        holds.or_else(|| self.books.first())
    }

    /// The version with this number.
    #[must_use]
    pub fn version(&self, number: u32) -> Option<&Arc<Book>> {
        self.books
            .get(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    /// The texts of a version's files.
    #[must_use]
    pub fn files(&self, number: u32) -> Option<&BTreeMap<String, String>> {
        let at = usize::try_from(number).ok()?.checked_sub(1)?;
        self.adopted.get(at).map(|adopted| &adopted.files)
    }

    /// The index of the entry by which a version was adopted.
    #[must_use]
    pub fn entry(&self, number: u32) -> Option<u64> {
        let at = usize::try_from(number).ok()?.checked_sub(1)?;
        self.adopted.get(at).map(|adopted| adopted.entry)
    }

    /// Minutes that local time is ahead of UTC; China's before any rules are adopted.
    #[must_use]
    pub fn offset(&self) -> i16 {
        self.latest().map_or(480, |book| book.calendar.offset())
    }

    /// Opens the versions anew, after a snapshot was read.
    pub(crate) fn reopen(&mut self) -> Result<(), Inconsistent> {
        let adopted = std::mem::take(&mut self.adopted);
        self.books.clear();
        adopted
            .into_iter()
            .try_for_each(|adopted| self.add(adopted))
    }

    fn add(&mut self, adopted: Adopted) -> Result<(), Inconsistent> {
        let version = u32::try_from(self.books.len() + 1).unwrap_or(u32::MAX);
        let book = Book::open(version, &adopted)
            .map_err(|_| Inconsistent(format!("version {version} of the rules can't be read")))?;
        self.books.push(Arc::new(book));
        self.adopted.push(adopted);
        Ok(())
    }
}

/// Rules that aren't adopted, opened as if they were, so that they can be looked at and tried on past periods.
///
/// # Errors
/// Everything that is wrong with them.
pub fn tried(
    state: &State,
    from: Period,
    files: &BTreeMap<String, String>,
) -> Result<Book, Vec<rulebook::Diagnostic>> {
    let adopted = Adopted {
        from,
        files: files.clone(),
        entry: state.length(),
    };
    let latest = state.rules.latest().map_or(0, |book| book.version);
    Book::open(latest + 1, &adopted)
}

/// That rules can be adopted after those in force.
///
/// # Errors
/// Why they can't.
pub fn can_follow(state: &State, book: &Book) -> Result<(), Refusal> {
    let latest = state.rules.latest();
    latest.map_or(Ok(()), |latest| fits(state, latest, book))
}

pub(crate) fn decide(
    state: &State,
    action: &Action,
    _context: &Context<'_>,
) -> Result<Vec<crate::Event>, Refusal> {
    let Action::Adopt { from, files } = action;
    let adopted = Adopted {
        from: *from,
        files: files.clone(),
        entry: state.length(),
    };
    let book = Book::open(0, &adopted).map_err(|findings| broken(&findings))?;
    can_follow(state, &book)?;
    Ok(vec![crate::Event::Rules(Event::Adopted {
        from: adopted.from,
        files: adopted.files,
    })])
}

/// That a new version can follow the latest.
fn fits(state: &State, latest: &Book, book: &Book) -> Result<(), Refusal> {
    let from = book.from;
    if latest.digest == book.digest {
        return Err(Refusal::new(
            "rules-unchanged",
            say!(
                "这些细则和第 {} 版一样。",
                "These rules are those of version {}.",
                latest.version
            ),
            say!("没有要改的,不用再采用。", "There is nothing to adopt."),
        ));
    }
    let closed = state.periods.is_cut_off(from);
    if closed || from.starts() < latest.from.starts() {
        return Err(Refusal::new(
            "rules-past",
            say!(
                "{from} 已经截止,或早于第 {} 版的 {}。",
                "{from} is cut off already, or earlier than {1}, from which version {0} holds.",
                latest.version,
                latest.from
            ),
            say!("从以后的期起生效。", "Let them hold from a later period."),
        ));
    }
    let kind = |book: &Book| (book.campaign.file.calendar.period, book.calendar.offset());
    if kind(latest) != kind(book) {
        return Err(Refusal::new(
            "rules-calendar",
            say!(
                "周期长短或时区变了。",
                "The kind of period or the time zone differs."
            ),
            say!(
                "改回来,或另开一个活动。",
                "Change it back, or start another campaign."
            ),
        ));
    }
    Ok(())
}

fn broken(findings: &[rulebook::Diagnostic]) -> Refusal {
    let errors = findings
        .iter()
        .filter(|finding| finding.severity == rulebook::Severity::Error);
    let count = errors.clone().count();
    let first = errors.clone().next();
    let (zh, en) = first.map_or_else(Default::default, |finding| {
        let file = &finding.place.file;
        (
            format!("{file}:{}", finding.problem.zh),
            format!("{file}: {}", finding.problem.en),
        )
    });
    Refusal::new(
        "rules-broken",
        say!(
            "细则有 {count} 处错误;第一处:{zh}。",
            "The rules have {count} errors; the first: {en}."
        ),
        say!(
            "用 merit check 查出全部错误,改好再采用。",
            "Find them all with `merit check`, mend them, adopt again."
        ),
    )
}

pub(crate) fn evolve(state: &mut State, event: &Event, _entry: &Entry) -> Result<(), Inconsistent> {
    let Event::Adopted { from, files } = event;
    let entry = state.length();
    state.rules.add(Adopted {
        from: *from,
        files: files.clone(),
        entry,
    })
}
