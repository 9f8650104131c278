//! The pages of files that are taken in: what they need, what a file would change, and empty tables.

use std::io::{Read as _, Write as _};

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use rulebook::{Diagnostic, Place, Severity, Spot};

use super::{Is, Kind, LARGEST, Read, Sent, hours, organisation, ratings};
use crate::asked::{Asked, At};
use crate::fields::{Fields, Upload};
use crate::files::Cell;
use crate::files::{self, Kind as As, Sheet, workbook};
use crate::page::Page;
use crate::pages::public::sheet::{Part, Sheet as Shown};
use crate::problem::Problem;
use crate::reply::{Answer, Reply};
use crate::rights::Resource;

/// So many rows, and so many findings, are listed.
const LISTED: usize = 300;

/// What is wrong, with its place.
struct Finding<'a> {
    sheet: &'a str,
    cell: String,
    problem: &'a str,
    remedy: &'a str,
    error: bool,
}

/// A row, with what it does.
struct Line<'a> {
    cell: String,
    is: &'static str,
    what: &'a str,
}

/// What a file would change.
struct Looked<'a> {
    counts: Vec<(&'static str, usize)>,
    findings: Vec<Finding<'a>>,
    more_findings: usize,
    lines: Vec<Line<'a>>,
    more_lines: usize,
    /// Whether it can be confirmed.
    ready: bool,
    stamp: String,
    name: String,
    content: String,
}

/// What a table is called, and its columns in words.
type Columns = (String, Vec<(String, String)>);

#[derive(Template)]
#[template(path = "files/intake.html")]
struct Intake<'a> {
    page: Page<'a>,
    path: &'static str,
    abouts: Vec<String>,
    columns: Vec<Columns>,
    templates: Vec<(String, String)>,
    from: Option<String>,
    forms: Vec<(&'a str, &'a str, bool)>,
    looked: Option<Looked<'a>>,
}

/// The kinds of files that whoever asks may take in.
pub fn overview(asked: &Asked<'_>, at: &At) -> Answer {
    let w = asked.words;
    let mut sheet = Shown::new(w.t("files-intake"));
    sheet.add(Part::Text(w.t("files-intake-about").into_owned()));
    let link = |name: &str, to: &str| Cell::link(w.t(name), to);
    let mut links = vec![link("files-import-figures", "/office/import/figures")];
    for kind in Kind::ALL {
        let all = Resource::campaign();
        let rights = &asked.app.rights;
        if rights.allow(asked.state, asked.standing, kind.verb(), &all) {
            links.push(link(&format!("files-intake-{}", kind.id()), kind.path()));
        }
    }
    sheet.add(Part::List(links));
    sheet.answer(asked, at)
}

/// Shows what is needed; and what a file would change that was sent to be looked at.
pub fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let kind = Kind::of(asked.path)?;
    if at.query.has("template") {
        return template(asked, at, kind);
    }
    let (w, none) = (asked.words, Fields::default());
    let fields = asked.kept.map_or(&none, |kept| &kept.fields);
    let sent = Sent::of(asked, kind, fields);
    let read = sent.as_ref().map(|sent| sent.read(asked)).transpose()?;
    let looked = sent.as_ref().zip(read.as_ref());
    let looked = looked
        .map(|(sent, read)| looked_at(asked, sent, read))
        .transpose()?;
    let id = kind.id();
    let from = match fields.get("from") {
        "" => asked.today.to_string(),
        text => text.to_owned(),
    };
    let forms = match kind {
        Kind::Hours => hours::forms(asked),
        _ => Vec::new(),
    };
    let chosen = fields.get("form");
    Reply::page(&Intake {
        page: Page::new(asked, w.t(&format!("files-intake-{id}"))),
        path: kind.path(),
        abouts: vec![
            w.t(&format!("files-intake-{id}-about")).into_owned(),
            w.t("files-intake-how").into_owned(),
        ],
        columns: columns(asked, kind),
        templates: templates(asked, kind)?,
        from: (kind == Kind::Organisation).then_some(from),
        forms: forms
            .iter()
            .map(|form| {
                (
                    form.id.as_str(),
                    w.of(&form.name),
                    form.id.as_str() == chosen,
                )
            })
            .collect(),
        looked,
    })
}

fn looked_at<'r>(
    asked: &Asked<'r>,
    sent: &'r Sent<'_>,
    read: &'r Read,
) -> Result<Looked<'r>, Problem> {
    let w = asked.words;
    let finding = |one: &'r Diagnostic| {
        let (sheet, cell) = place(&one.place);
        Finding {
            sheet,
            cell,
            problem: w.say(&one.problem),
            remedy: one.remedy.as_ref().map_or("", |remedy| w.say(remedy)),
            error: one.severity == Severity::Error,
        }
    };
    // What stops everything first.
    let mut all: Vec<&Diagnostic> = read.findings.iter().collect();
    all.sort_by_key(|one| one.severity);
    let mut rows: Vec<&super::Change> = read.changes.iter().collect();
    rows.sort_by_key(|change| change.is);
    let refused = read.findings.iter();
    let refused = refused
        .filter(|one| one.severity == Severity::Error)
        .count();
    let lines = rows.iter().take(LISTED).map(|change| {
        let (sheet, cell) = place(&change.place);
        Line {
            cell: if sheet.is_empty() {
                cell
            } else {
                format!("{sheet} {cell}")
            },
            is: is(change.is),
            what: w.say(&change.what),
        }
    });
    let error = read.has_errors();
    Ok(Looked {
        counts: vec![
            (is(Is::New), read.count(Is::New)),
            (is(Is::Changed), read.count(Is::Changed)),
            (is(Is::Same), read.count(Is::Same)),
            ("files-is-refused", refused),
        ],
        findings: all.iter().take(LISTED).map(|one| finding(one)).collect(),
        more_findings: all.len().saturating_sub(LISTED),
        lines: lines.collect(),
        more_lines: rows.len().saturating_sub(LISTED),
        ready: !error && !read.steps.is_empty(),
        stamp: sent.stamp(read),
        name: sent.file.name.clone(),
        content: match error {
            true => String::new(),
            false => packed(&sent.file.content)?,
        },
    })
}

const fn is(is: Is) -> &'static str {
    match is {
        Is::New => "files-is-new",
        Is::Changed => "files-is-changed",
        Is::Same => "files-is-same",
    }
}

/// The sheet and the cell, such as C5; a row alone by its number.
fn place(place: &Place) -> (&str, String) {
    match &place.spot {
        Spot::Cell { sheet, row, column } => {
            let column = column.map_or_else(String::new, letters);
            (sheet.as_deref().unwrap_or(""), format!("{column}{row}"))
        }
        _ => ("", String::new()),
    }
}

/// A column as spreadsheets call it, from its place from 0 on.
fn letters(column: usize) -> String {
    let (mut left, mut letters) = (column + 1, Vec::new());
    while left > 0 {
        left -= 1;
        letters.push(char::from(b'A' + u8::try_from(left % 26).unwrap_or(0)));
        left /= 26;
    }
    letters.iter().rev().collect()
}

/// A file on its way into the page and back.
fn packed(content: &[u8]) -> Result<String, Problem> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let packed = encoder.write_all(content).and_then(|()| encoder.finish());
    packed
        .map(|bytes| STANDARD.encode(bytes))
        .map_err(|_| Problem::broken())
}

/// The file that was looked at before, as it came back.
pub fn kept(fields: &Fields) -> Option<Upload> {
    let bytes = STANDARD.decode(fields.get("content")).ok()?;
    if bytes.is_empty() {
        return None;
    }
    let mut content = Vec::new();
    // One byte more than is taken, so that too large a file is told of.
    let mut decoder = GzDecoder::new(bytes.as_slice()).take(LARGEST as u64 + 1);
    decoder.read_to_end(&mut content).ok()?;
    Some(Upload {
        name: fields.get("name").to_owned(),
        content,
    })
}

fn sheets(asked: &Asked<'_>, at: &At, kind: Kind) -> Result<Vec<Sheet>, Problem> {
    match kind {
        Kind::Organisation => organisation::template(asked, asked.today),
        Kind::Ratings => Ok(ratings::template()),
        Kind::Hours => hours::template(hours::form(asked, at.query.get("form"))?),
    }
}

/// A table to be filled, by the name of its file; `all.xlsx` has them all.
fn template(asked: &Asked<'_>, at: &At, kind: Kind) -> Answer {
    let (name, ending) = at.query.get("template").split_once('.').unwrap_or_default();
    let ending = As::asked(ending).ok_or_else(Problem::not_found)?;
    let sheets = sheets(asked, at, kind)?;
    if name == "all" && ending == As::Xlsx {
        return workbook(kind.id(), &sheets);
    }
    let sheet = sheets.iter().find(|sheet| sheet.name == name);
    let sheet = sheet.ok_or_else(Problem::not_found)?;
    files::table(&sheet.name, &sheet.headers, &sheet.rows, ending)
}

/// The addresses of empty tables, with their names.
fn templates(asked: &Asked<'_>, kind: Kind) -> Result<Vec<(String, String)>, Problem> {
    let names: Vec<String> = match kind {
        Kind::Organisation => ["units", "people", "posts"].map(str::to_owned).into(),
        Kind::Ratings => ["codes", "cases"].map(str::to_owned).into(),
        Kind::Hours => {
            let forms = hours::forms(asked);
            forms.iter().map(|form| form.id.to_string()).collect()
        }
    };
    let mut all = Vec::new();
    if kind == Kind::Organisation {
        all.push((
            "?template=all.xlsx".to_owned(),
            "organisation.xlsx".to_owned(),
        ));
    }
    for name in names {
        let form = match kind {
            Kind::Hours => format!("&form={name}"),
            _ => String::new(),
        };
        for ending in ["xlsx", "csv"] {
            let file = format!("{name}.{ending}");
            all.push((format!("?template={file}{form}"), file));
        }
    }
    Ok(all)
}

/// The columns of each table, in words.
fn columns(asked: &Asked<'_>, kind: Kind) -> Vec<Columns> {
    let w = asked.words;
    let told = |table: &str, columns: &[&str]| {
        let column = |name: &&str| {
            let said = w.t(&format!("files-column-{table}-{name}"));
            ((*name).to_owned(), said.into_owned())
        };
        let named = w.t(&format!("files-table-{table}")).into_owned();
        (named, columns.iter().map(column).collect::<Vec<_>>())
    };
    match kind {
        Kind::Organisation => vec![
            told("units", &["unit", "name", "category", "parent"]),
            told("people", &["person", "name", "unit", "phone", "mail"]),
            told("posts", &["post", "unit", "name", "duties", "holder"]),
        ],
        Kind::Ratings => vec![
            told("codes", &["code", "level", "comment"]),
            told(
                "cases",
                &["case", "unit", "day", "level", "service", "group"],
            ),
        ],
        Kind::Hours => {
            let forms = hours::forms(asked);
            let table = |form: &&rulebook::model::Form| {
                let (_, mut columns) = told("hours", &["person"]);
                let fields = form.field.iter();
                columns.extend(fields.map(|field| {
                    let name = w.of(&field.name).to_owned();
                    (field.id.to_string(), name)
                }));
                if form.verified_by.is_some() {
                    columns.extend(told("hours", &["code"]).1);
                }
                (w.of(&form.name).to_owned(), columns)
            };
            forms.iter().map(table).collect()
        }
    }
}
