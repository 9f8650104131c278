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
use crate::model::{CampaignFile, Form, Measure, MeasuresFile, Scheme};
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
struct Parts {
    file: CampaignFile,
    measures: Vec<Written<Measure>>,
    forms: Vec<Written<Form>>,
    schemes: Vec<Written<Scheme>>,
}

/// Every TOML file's content; `None` where any is wrong.
fn parts(folder: &Folder, findings: &mut Vec<Diagnostic>) -> Option<Parts> {
    let mut campaign = None;
    let (mut measures, mut forms, mut schemes) = (Vec::new(), Vec::new(), Vec::new());
    let mut failed = Vec::new();
    for (path, bytes) in &folder.files {
        let outcome = match FileKind::of(path) {
            None => Ok(()),
            Some(FileKind::Campaign) => {
                parse(path, bytes, FileKind::Campaign).map(|file| campaign = Some(file))
            }
            Some(FileKind::Measures) => parse(path, bytes, FileKind::Measures)
                .map(|file| measures.extend(listed(path, file))),
            Some(FileKind::Form) => {
                parse(path, bytes, FileKind::Form).map(|item| forms.push(whole(path, item)))
            }
            Some(FileKind::Scheme) => {
                parse(path, bytes, FileKind::Scheme).map(|item| schemes.push(whole(path, item)))
            }
        };
        failed.extend(outcome.err().into_iter().flatten());
    }
    let complete = failed.is_empty();
    findings.append(&mut failed);
    campaign.filter(|_| complete).map(|file| Parts {
        file,
        measures,
        forms,
        schemes,
    })
}

fn whole<T>(path: &str, item: T) -> Written<T> {
    Written {
        item,
        place: Place::whole(path),
    }
}

fn listed(path: &str, file: MeasuresFile) -> impl Iterator<Item = Written<Measure>> {
    file.measure
        .into_iter()
        .enumerate()
        .map(move |(at, item)| Written {
            item,
            place: Place::item(path, vec![Step::Key("measure".to_owned()), Step::At(at)]),
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
    } = parts;
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
