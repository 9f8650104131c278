//! Tables of figures that are handed in: CSV or XLSX, looked at first, with every error by cell; all of it or nothing.

use askama::Template;
use axum::http::StatusCode;
use campaign::Action as Any;
use campaign::figure::{self, Action, preview};
use campaign::rules::Book;
use rulebook::{Diagnostic, Period, Place, Say, Spot, grid, say};

use crate::act::Plan;
use crate::asked::{Asked, At};
use crate::fields::Fields;
use crate::page::Page;
use crate::problem::Problem;
use crate::reply::{Answer, Reply};
use crate::rights::Verb;
use crate::routes::Table;

/// As many findings are listed.
const LISTED: usize = 50;

/// So many bytes a workbook has at most once it is unpacked.
pub(super) const UNPACKED: u64 = 64 << 20;

/// The routes.
#[must_use]
pub fn routes() -> Table {
    let path = "/office/import/figures";
    Table::new()
        .show(path, Verb::Import, show)
        .act(path, Verb::Import, hand_in, show)
}

#[derive(Template)]
#[template(path = "files/import.html")]
struct Shown<'a> {
    page: Page<'a>,
    periods: Vec<(Period, bool)>,
    table: String,
    read: Option<usize>,
    findings: Vec<String>,
    left_out: usize,
}

/// What was sent: the table as text, from the field or the file.
fn table_of(fields: &Fields) -> Result<String, Vec<Diagnostic>> {
    match fields.file("file") {
        Some(file) => as_csv(&file.name, &file.content),
        None => match fields.get("table") {
            "" => Ok(String::new()),
            // A field loses its last line end on the way.
            text => Ok(format!("{text}\n")),
        },
    }
}

/// A table file as CSV text, without the mark some programs begin with.
fn as_csv(name: &str, bytes: &[u8]) -> Result<String, Vec<Diagnostic>> {
    grid::fits(name, bytes, UNPACKED)?;
    let read = grid::read(name, bytes)?;
    let mut text = String::new();
    let mut put = |cells: &mut dyn Iterator<Item = &str>| {
        let quoted = cells.map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
        text.push_str(&quoted.collect::<Vec<String>>().join(","));
        text.push('\n');
    };
    put(&mut read.header.iter().map(AsRef::as_ref));
    let (mut reader, mut cells) = (read.reader(), Vec::new());
    while reader.next(&mut cells).is_some() {
        put(&mut cells.iter().map(AsRef::as_ref));
    }
    Ok(text)
}

/// The period a form names, the present one at first.
fn period_of(asked: &Asked<'_>, book: &Book) -> Period {
    let named = asked.kept.map(|kept| kept.fields.get("period"));
    let named = named.and_then(|text| text.parse().ok());
    named.unwrap_or_else(|| book.calendar.period_of(asked.today))
}

/// Shows the form; and what a table says that was sent to be looked at.
fn show(asked: &Asked<'_>, _at: &At) -> Answer {
    let book = asked.book()?;
    let chosen = period_of(asked, book);
    let now = book.calendar.period_of(asked.today);
    let (mut table, mut read, mut found) = (String::new(), None, Vec::new());
    if let Some(kept) = asked.kept {
        match table_of(&kept.fields) {
            Ok(text) if text.is_empty() => {}
            Ok(text) => {
                let (columns, findings) = preview(asked.state, book, chosen, &text);
                read = columns.map(|columns| columns.values().map(Vec::len).sum());
                (table, found) = (text, findings);
            }
            Err(findings) => found = findings,
        }
    }
    let told = |one: &Diagnostic| {
        let w = asked.words;
        let remedy = one.remedy.as_ref().map_or("", |remedy| w.say(remedy));
        let place = place(&one.place);
        format!("{}{} {remedy}", w.say(&place), w.say(&one.problem))
    };
    Reply::page(&Shown {
        page: Page::new(asked, asked.words.t("files-import-figures")),
        periods: [now.previous(), now]
            .into_iter()
            .map(|period| (period, period == chosen))
            .collect(),
        table,
        read,
        findings: found.iter().take(LISTED).map(told).collect(),
        left_out: found.len().saturating_sub(LISTED),
    })
}

/// Hands the table in, if it was looked at and nothing is wrong.
fn hand_in(asked: &Asked<'_>, _at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let book = asked.book()?;
    let mut problem = Problem::fields();
    let period: Option<Period> = fields.parse("period", "2026-12", &mut problem);
    let table = table_of(fields);
    let text = table.as_deref().unwrap_or_default();
    if table.is_err() {
        problem.wrong("file", unreadable());
    } else if text.is_empty() {
        problem.wrong("file", crate::fields::empty());
    }
    if let Some(period) = period {
        let (_, findings) = preview(asked.state, book, period, text);
        if figure::errors(&findings).0 > 0 {
            problem.wrong("file", unreadable());
        }
    } else {
        problem.wrong("period", crate::fields::empty());
    }
    problem.settle()?;
    if fields.get("step") != "hand-in" {
        return Err(looked_at());
    }
    let action = Action::HandIn {
        period: period.ok_or_else(Problem::broken)?,
        table: text.to_owned(),
    };
    Ok(Plan::new(
        Any::Figure(action),
        "/office/import/figures",
        "files-handed-in",
    ))
}

/// A first look changes nothing: the page comes back with what the table says.
fn looked_at() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "looked-at",
        say!(
            "表已读过,还没有交。",
            "The table was read; nothing is handed in yet."
        ),
        say!(
            "看过下面读出的内容,再确认交表。",
            "Look at what was read below, then hand it in."
        ),
    )
}

/// Where in a table; nothing for the table as a whole.
fn place(place: &Place) -> Say {
    match &place.spot {
        Spot::Cell {
            row,
            column: Some(column),
            ..
        } => {
            let column = column + 1;
            say!("第 {row} 行第 {column} 列:", "row {row}, column {column}: ")
        }
        Spot::Cell { row, .. } => say!("第 {row} 行:", "row {row}: "),
        _ => say!("", ""),
    }
}

fn unreadable() -> Say {
    say!(
        "表里有错,一个数也没有收下;逐格列在下面。",
        "The table has errors, so nothing of it was taken; they are listed by cell below."
    )
}
