//! A page of headings, texts, tables and pictures; each table can be had as a file.

use askama::Template;

use crate::asked::{Asked, At};
use crate::charts::Chart;
use crate::files::{self, Cell, Kind, Table};
use crate::page::Page;
use crate::problem::Problem;
use crate::reply::{Answer, Reply};

/// A part of it.
pub enum Part {
    /// A heading.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// A remark.
    Quiet(String),
    /// What must not be overlooked.
    Warn(String),
    /// A picture.
    Chart(Chart),
    /// A list.
    List(Vec<Cell>),
    /// Facts with their names.
    Facts(Vec<(String, Cell)>),
    /// A table.
    Table(Table),
}

#[derive(Template)]
#[template(path = "public/sheet.html")]
struct Shown<'a> {
    page: Page<'a>,
    class: &'a str,
    parts: &'a [Part],
}

/// The page.
pub struct Sheet {
    title: String,
    class: &'static str,
    parts: Vec<Part>,
}

impl Sheet {
    /// An empty one.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            class: "",
            parts: Vec::new(),
        }
    }

    /// Set in a way of its own.
    pub const fn class(mut self, class: &'static str) -> Self {
        self.class = class;
        self
    }

    /// Adds a part.
    pub fn add(&mut self, part: Part) {
        self.parts.push(part);
    }

    /// Adds a table, or says why there is none.
    pub fn table(&mut self, table: Table, empty: &str) {
        let part = match table.rows.is_empty() {
            true => Part::Quiet(empty.to_owned()),
            false => Part::Table(table),
        };
        self.parts.push(part);
    }

    /// The page; or the table that the query asks for as a file.
    ///
    /// # Errors
    /// [`Problem::not_found`] when there is no such table.
    pub fn answer(&self, asked: &Asked<'_>, at: &At) -> Answer {
        if at.query.has("as") {
            let kind = Kind::asked(at.query.get("as")).ok_or_else(Problem::not_found)?;
            let name = at.query.get("table");
            let mut tables = self.parts.iter().filter_map(|part| match part {
                Part::Table(table) => Some(table),
                _ => None,
            });
            let found = tables.find(|table| name.is_empty() || table.name == name);
            let table = found.ok_or_else(Problem::not_found)?;
            return files::table(&table.name, &table.headers, &table.rows, kind);
        }
        Reply::page(&Shown {
            page: Page::new(asked, self.title.as_str()),
            class: self.class,
            parts: &self.parts,
        })
    }
}

/// Headers by their messages.
pub fn headers(asked: &Asked<'_>, ids: &[&str]) -> Vec<String> {
    ids.iter()
        .map(|id| asked.words.t(id).into_owned())
        .collect()
}
