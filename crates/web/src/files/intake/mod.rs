//! Tables that are taken in: the organisation, ratings on paper, hours of service. Each is looked at first, with every error by
//! cell; what is confirmed is what was looked at; all of it is taken, or nothing.
//!
//! What is there already is left out, so the same file sent again goes on where it stopped and does nothing twice.

mod hours;
mod organisation;
mod page;
mod ratings;
mod rows;

use std::borrow::Cow;

use axum::http::StatusCode;
use campaign::{Action, Actor, Command, Date, Decision, State};
use rulebook::grid::{self, Grid};
use rulebook::{Diagnostic, Place, Say, Severity, say};
use sha2::{Digest as _, Sha256};

use super::import::UNPACKED;
use crate::act::{Plan, new_key};
use crate::asked::{Asked, At, Who};
use crate::fields::{Fields, Upload};
use crate::problem::Problem;
use crate::rights::Verb;
use crate::routes::Table;
use crate::vault::Writing;

/// So many bytes a file has at most: it comes back with the page that shows what it would change.
pub const LARGEST: usize = 4 << 20;
/// So many rows a file has at most.
pub const ROWS: usize = 5_000;
/// After so many refusals no more are looked for.
const REFUSALS: usize = 200;

/// The routes.
#[must_use]
pub fn routes() -> Table {
    let all = Table::new().show("/office/import", Verb::Import, page::overview);
    Kind::ALL.into_iter().fold(all, |table, kind| {
        table.show(kind.path(), kind.verb(), page::show).act(
            kind.path(),
            kind.verb(),
            take,
            page::show,
        )
    })
}

/// What a file is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Units, people, posts.
    Organisation,
    /// Ratings on paper, by invitation code; rated cases of a hotline.
    Ratings,
    /// Hours of service, or whatever else people file about themselves as it happens.
    Hours,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Organisation, Self::Ratings, Self::Hours];

    /// Its page.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Organisation => "/office/import/organisation",
            Self::Ratings => "/office/import/ratings",
            Self::Hours => "/import/hours",
        }
    }

    /// Its name in messages and files.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Ratings => "ratings",
            Self::Hours => "hours",
        }
    }

    const fn verb(self) -> Verb {
        match self {
            Self::Organisation => Verb::Run,
            Self::Ratings => Verb::Import,
            Self::Hours => Verb::TakePart,
        }
    }

    fn of(path: &str) -> Result<Self, Problem> {
        let mut all = Self::ALL.into_iter();
        all.find(|kind| kind.path() == path)
            .ok_or_else(Problem::not_found)
    }
}

/// What a row does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Is {
    /// It brings something new.
    New,
    /// It changes something.
    Changed,
    /// It says what is known already.
    Same,
}

/// What a row says, and what that does.
#[derive(Clone, Debug)]
pub struct Change {
    /// Where it stands.
    pub place: Place,
    /// What it does.
    pub is: Is,
    /// In words.
    pub what: Say,
}

/// An action that comes of a row.
#[derive(Debug)]
pub struct Step {
    /// Where the row stands.
    pub place: Place,
    /// What.
    pub action: Action,
    /// The texts that go with it.
    pub writing: Writing,
}

/// A file that was read.
#[derive(Debug, Default)]
pub struct Read {
    /// What its rows do.
    pub changes: Vec<Change>,
    /// What is to be sent.
    pub steps: Vec<Step>,
    /// What is wrong, or worth knowing.
    pub findings: Vec<Diagnostic>,
}

impl Read {
    /// Whether nothing of it may be sent.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        let mut findings = self.findings.iter();
        findings.any(|one| one.severity == Severity::Error)
    }

    fn change(&mut self, place: Place, is: Is, what: Say) {
        self.changes.push(Change { place, is, what });
    }

    fn step(&mut self, place: Place, action: Action, writing: Writing) {
        self.steps.push(Step {
            place,
            action,
            writing,
        });
    }

    /// How many rows do that.
    #[must_use]
    pub fn count(&self, is: Is) -> usize {
        self.changes.iter().filter(|change| change.is == is).count()
    }
}

/// A file with all that was chosen beside it.
pub struct Sent<'f> {
    kind: Kind,
    file: Cow<'f, Upload>,
    from: Date,
    form: &'f str,
}

impl<'f> Sent<'f> {
    /// What was sent: a file, or the one that was looked at before.
    fn of(asked: &Asked<'_>, kind: Kind, fields: &'f Fields) -> Option<Self> {
        let file = match fields.file("file") {
            Some(file) => Cow::Borrowed(file),
            None => Cow::Owned(page::kept(fields)?),
        };
        Some(Self {
            kind,
            file,
            from: fields.get("from").parse().unwrap_or(asked.today),
            form: fields.get("form"),
        })
    }

    /// What it would do, as things stand.
    fn read(&self, asked: &Asked<'_>) -> Result<Read, Problem> {
        let mut read = match self.grids() {
            Ok(grids) => match self.kind {
                Kind::Organisation => organisation::read(asked, &grids, self.from)?,
                Kind::Ratings => ratings::read(asked, &grids, &self.file)?,
                Kind::Hours => hours::read(asked, &grids, self.form)?,
            },
            Err(findings) => Read {
                findings,
                ..Read::default()
            },
        };
        if !read.has_errors() {
            let refused = rehearse(asked, self.kind, &read.steps)?;
            read.findings.extend(refused);
        }
        Ok(read)
    }

    fn grids(&self) -> Result<Vec<Grid<'_>>, Vec<Diagnostic>> {
        let (name, bytes) = (self.file.name.as_str(), self.file.content.as_slice());
        if bytes.len() > LARGEST {
            return Err(vec![too_large(name)]);
        }
        grid::fits(name, bytes, UNPACKED)?;
        let grids = match bytes.starts_with(b"PK\x03\x04") {
            true => grid::read_all(name, bytes)?,
            false => vec![grid::read(name, bytes)?],
        };
        if grids.is_empty() {
            return Err(vec![empty(name)]);
        }
        let rows: usize = grids.iter().map(|grid| grid.rows.len()).sum();
        match rows > ROWS {
            true => Err(vec![too_long(name, rows)]),
            false => Ok(grids),
        }
    }

    /// What proves that what is confirmed is what was looked at: of the file and of all it would do.
    fn stamp(&self, read: &Read) -> String {
        let mut sha = Sha256::new();
        let mut put = |text: &[u8]| {
            sha.update((text.len() as u64).to_be_bytes());
            sha.update(text);
        };
        put(self.kind.id().as_bytes());
        put(self.from.to_string().as_bytes());
        put(self.form.as_bytes());
        put(&self.file.content);
        for change in &read.changes {
            put(format!("{:?}", change.is).as_bytes());
            put(change.what.en.as_bytes());
        }
        hex::encode(sha.finalize())
    }
}

/// Asks of everything whether the campaign would take it. Gives what it refuses, by row.
///
/// What builds on what stands before it in the file is tried on a copy of the campaign; all else doesn't need one, and isn't given
/// one: hours may be sent by anyone with an account.
fn rehearse(asked: &Asked<'_>, kind: Kind, steps: &[Step]) -> Result<Vec<Diagnostic>, Problem> {
    let mut copy: Option<State> = (kind == Kind::Organisation).then(|| asked.state.clone());
    let mut refused = Vec::new();
    for step in steps {
        let command = Command {
            id: new_key()?,
            by: actor(asked, kind, &step.action),
            action: step.action.clone(),
        };
        let state = copy.as_ref().unwrap_or(asked.state);
        match state.decide(&command, asked.app.now()) {
            Ok(Decision::Before(_)) => {}
            Ok(Decision::New(entries)) => {
                if let Some(copy) = &mut copy {
                    go_on(copy, &entries)?;
                }
            }
            Err(refusal) => {
                let place = step.place.clone();
                let told = Diagnostic::error(refusal.code, place, refusal.problem);
                refused.push(told.remedy(refusal.remedy));
            }
        }
        if refused.len() >= REFUSALS {
            break;
        }
    }
    Ok(refused)
}

fn go_on(copy: &mut State, entries: &[campaign::Entry]) -> Result<(), Problem> {
    for entry in entries {
        copy.evolve(entry).map_err(|error| {
            tracing::error!(%error, "a file can't be tried out");
            Problem::broken()
        })?;
    }
    Ok(())
}

/// As whom something is sent.
fn actor(asked: &Asked<'_>, kind: Kind, action: &Action) -> Actor {
    match asked.who {
        _ if kind == Kind::Ratings && ratings::is_given(action) => Actor::Public,
        Who::Person(person) => Actor::Person(person.clone()),
        Who::Program(program) => Actor::Program(program.clone()),
        Who::Nobody => Actor::Public,
    }
}

/// Takes a file in, if it was looked at, says the same as then, and nothing is wrong.
fn take(asked: &Asked<'_>, _at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let kind = Kind::of(asked.path)?;
    let mut problem = Problem::fields();
    let _day: Option<Date> = fields.parse("from", "2026-12-31", &mut problem);
    let Some(sent) = Sent::of(asked, kind, fields) else {
        problem.wrong("file", crate::fields::empty());
        return Err(problem);
    };
    problem.clone().settle()?;
    let read = sent.read(asked)?;
    if read.has_errors() {
        problem.wrong("file", nothing_taken());
        return Err(problem);
    }
    if fields.get("step") != "take" {
        return Err(looked_at());
    }
    if fields.get("stamp") != sent.stamp(&read) {
        return Err(changed());
    }
    plan(kind, read)
}

fn plan(kind: Kind, read: Read) -> Result<Plan, Problem> {
    let mut steps = organisation::together(read.steps).into_iter();
    let first = steps.next().ok_or_else(nothing_new)?;
    let unnamed = kind == Kind::Ratings && ratings::is_given(&first.action);
    let mut plan = Plan::new(first.action, kind.path(), "files-taken").with(first.writing);
    plan.unnamed = unnamed;
    Ok(steps.fold(plan, |plan, step| plan.and(step.action, step.writing)))
}

fn too_large(file: &str) -> Diagnostic {
    let problem = say!("文件超过 4 MB", "the file has more than 4 MB");
    let remedy = say!("分成几个文件", "split it into several files");
    Diagnostic::error("file-too-large", Place::whole(file), problem).remedy(remedy)
}

fn empty(file: &str) -> Diagnostic {
    let problem = say!("文件中没有表", "there is no table in the file");
    let remedy = say!(
        "第一行写列名,以下每行一条",
        "name the columns in the first row, and write a row for each below"
    );
    Diagnostic::error("empty-file", Place::whole(file), problem).remedy(remedy)
}

fn too_long(file: &str, rows: usize) -> Diagnostic {
    let problem = say!(
        "文件有 {rows} 行,一次至多收 {ROWS} 行",
        "the file has {rows} rows; {ROWS} are taken at once"
    );
    let remedy = say!("分成几个文件", "split it into several files");
    Diagnostic::error("file-too-long", Place::whole(file), problem).remedy(remedy)
}

fn nothing_taken() -> Say {
    say!(
        "文件有错,什么也没有收下;每一处都按格列出了。",
        "The file has errors, so nothing of it was taken; each is listed by its cell."
    )
}

fn looked_at() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "looked-at",
        say!(
            "文件已读过,还没有收。",
            "The file was read; nothing is taken in yet."
        ),
        say!(
            "看过下面会改变什么,再确认。",
            "Look at what it would change below, then confirm."
        ),
    )
}

fn changed() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "changed-since",
        say!(
            "看过之后,文件或活动有了变化,什么也没有收下。",
            "The file or the campaign has changed since you looked; nothing was taken in."
        ),
        say!(
            "下面是现在会改变什么;再看一遍,再确认。",
            "Below is what it would change now; look again, then confirm."
        ),
    )
}

fn nothing_new() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "nothing-new",
        say!(
            "文件里的内容都已经在册。",
            "Everything in the file is there already."
        ),
        say!(
            "不用再收;要改的,改好文件再传。",
            "There is nothing to do; to change something, change it in the file and send it again."
        ),
    )
}
