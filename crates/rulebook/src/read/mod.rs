//! From the files of a folder to a campaign, with every finding at once.
//!
//! In stages, each of which needs the one before: text, TOML, schema, types; then what the files mean together. A stage
//! looks at all files, so a person sees all findings of a stage in one go. Spans are in bytes of the decoded text, as
//! [`crate::text::decode`] gives it.

pub(crate) mod codes;
mod files;
mod syntax;
pub(crate) mod tree;
mod validate;
mod wording;

use serde::de::DeserializeOwned;

pub use codes::CODES;
pub use syntax::SyntaxError;

use crate::campaign::{Folder, Reading};
use crate::diagnostic::{Diagnostic, Place, Step};
use crate::model::{
    CampaignFile, Form, Honour, Ladder, Measure, MeasuresFile, Scheme, Service, ServicesFile,
};
use crate::schema::{FileKind, View, schema};
use crate::{
    Campaign, Severity, Spot, Unit, Written, check, organisation, render, resolve, say, text,
};

/// Reads a campaign folder.
///
/// The campaign is there unless a finding is an error; findings are in order of file and place.
#[must_use]
pub fn read(folder: &Folder) -> Reading {
    let mut findings = files::check(folder);
    let parts = parts(folder, &mut findings);
    let campaign = parts.and_then(|parts| campaign(folder, parts, &mut findings));
    render::sort(folder, &mut findings);
    let campaign = campaign.filter(|_| {
        findings
            .iter()
            .all(|finding| finding.severity != Severity::Error)
    });
    Reading { campaign, findings }
}

/// The contents of all TOML files.
#[derive(Default)]
struct Parts {
    file: Option<CampaignFile>,
    measures: Vec<Written<Measure>>,
    forms: Vec<Written<Form>>,
    schemes: Vec<Written<Scheme>>,
    services: Vec<Written<Service>>,
    honours: Vec<Written<Honour>>,
    ladders: Vec<Written<Ladder>>,
}

impl Parts {
    fn add(&mut self, path: &str, bytes: &[u8], kind: FileKind) -> Result<(), Vec<Diagnostic>> {
        match kind {
            FileKind::Campaign => self.file = Some(parse(path, bytes, kind)?),
            FileKind::Measures => {
                let file: MeasuresFile = parse(path, bytes, kind)?;
                self.measures.extend(listed(path, "measure", file.measure));
            }
            FileKind::Form => self.forms.push(whole(path, parse(path, bytes, kind)?)),
            FileKind::Scheme => self.schemes.push(whole(path, parse(path, bytes, kind)?)),
            FileKind::Services => {
                let file: ServicesFile = parse(path, bytes, kind)?;
                self.services.extend(listed(path, "service", file.service));
            }
            FileKind::Honour => self.honours.push(whole(path, parse(path, bytes, kind)?)),
            FileKind::Ladder => self.ladders.push(whole(path, parse(path, bytes, kind)?)),
        }
        Ok(())
    }
}

/// Every TOML file's content; `None` where any is wrong.
fn parts(folder: &Folder, findings: &mut Vec<Diagnostic>) -> Option<Parts> {
    let mut parts = Parts::default();
    let mut failed = Vec::new();
    for (path, bytes) in &folder.files {
        if let Some(kind) = FileKind::of(path) {
            failed.extend(parts.add(path, bytes, kind).err().into_iter().flatten());
        }
    }
    let complete = failed.is_empty();
    findings.append(&mut failed);
    Some(parts).filter(|_| complete)
}

fn whole<T>(path: &str, item: T) -> Written<T> {
    Written {
        item,
        place: Place::whole(path),
    }
}

/// The items of an array of tables, each with its place.
fn listed<T>(path: &str, key: &str, items: Vec<T>) -> impl Iterator<Item = Written<T>> {
    items
        .into_iter()
        .enumerate()
        .map(move |(at, item)| Written {
            item,
            place: Place::item(path, vec![Step::Key(key.to_owned()), Step::At(at)]),
        })
}

/// One TOML file as its type.
///
/// # Errors
/// Everything that is wrong with the file.
pub fn parse<T: DeserializeOwned>(
    path: &str,
    bytes: &[u8],
    kind: FileKind,
) -> Result<T, Vec<Diagnostic>> {
    let (text, _) = text::decode(bytes).map_err(|not_text| vec![not_text.diagnostic(path)])?;
    let (root, syntax) = tree::parse(&text);
    let schema = schema(kind);
    let mut problems = validate::validate(path, &text, &root, View::root(&schema));
    if !syntax.is_empty() {
        problems.retain(|problem| stands_alone(problem, &syntax, &text));
        problems.extend(syntax.into_iter().map(|error| error.diagnostic(path)));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    serde_json::from_value(root.to_json()).map_err(|error| vec![unreadable(path, &error)])
}

/// Whether a problem isn't merely what a syntax error leaves behind: a value already reported, a key swallowed, or keys
/// that ended up under the wrong header.
fn stands_alone(problem: &Diagnostic, syntax: &[SyntaxError], text: &str) -> bool {
    let Spot::Bytes(span) = &problem.place.spot else {
        return false;
    };
    let apart = |error: &SyntaxError| {
        let after_broken_header =
            error.span.start < span.start && in_header(text, error.span.start);
        (error.span.end < span.start || span.end < error.span.start) && !after_broken_header
    };
    problem.code != codes::MISSING_KEY && syntax.iter().all(apart)
}

fn in_header(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.trim_start().starts_with('[')
}

fn unreadable(path: &str, error: &serde_json::Error) -> Diagnostic {
    Diagnostic::error(
        codes::UNREADABLE,
        Place::whole(path),
        say!(
            "这个文件的内容读不出来({error})",
            "the file's content can't be read ({error})"
        ),
    )
    .remedy(say!(
        "对照语法参考改正。",
        "Compare it with the language reference."
    ))
}

/// What the files say together.
fn campaign(folder: &Folder, parts: Parts, findings: &mut Vec<Diagnostic>) -> Option<Campaign> {
    let Parts {
        file,
        measures,
        forms,
        schemes,
        services,
        honours,
        ladders,
    } = parts;
    let file = file?;
    let organisation = units(folder, &file, findings);
    let (effective, mut broken) = resolve::effective(&schemes);
    let resolved = broken
        .iter()
        .all(|finding| finding.severity != Severity::Error);
    findings.append(&mut broken);
    if !resolved {
        return None;
    }
    let campaign = Campaign {
        file,
        measures,
        forms,
        services,
        honours,
        ladders,
        schemes,
        effective,
        organisation,
    };
    findings.extend(check::check(&campaign));
    Some(campaign)
}

fn units(
    folder: &Folder,
    file: &CampaignFile,
    findings: &mut Vec<Diagnostic>,
) -> Option<Vec<Unit>> {
    let (path, bytes) = files::organisation(folder)?;
    organisation::read(path, bytes, file)
        .map_err(|mut problems| findings.append(&mut problems))
        .ok()
}
