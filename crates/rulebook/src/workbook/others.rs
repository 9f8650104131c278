//! Files of the folder that are no TOML of the campaign: tables, texts, anything else.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::shape::Kind;
use super::sheet::{Column, MAX_COLUMNS, MAX_ROWS, MAX_TEXT, Sheet};
use super::value::Cell;
use crate::grid::{self, Grid};

/// How a file stands in the workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Toml,
    Table,
    Text,
    Binary,
}

impl Way {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Toml => "toml",
            Self::Table => "table",
            Self::Text => "text",
            Self::Binary => "binary",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Toml, Self::Table, Self::Text, Self::Binary]
            .into_iter()
            .find(|way| way.name() == name)
    }
}

/// The table in a CSV file, where a sheet can hold it without loss.
pub(super) fn table(path: &str, bytes: &[u8]) -> Option<Sheet> {
    if !path.to_ascii_lowercase().ends_with(".csv") {
        return None;
    }
    let grid = grid::read(path, bytes).ok()?;
    let harmless = |code: &str| matches!(code, "read-as-gb18030" | "other-separator");
    let fits = grid.rows.len() <= MAX_ROWS && grid.header.len() <= MAX_COLUMNS;
    if !fits || !grid.warnings.iter().all(|warning| harmless(warning.code)) {
        return None;
    }
    let word = |name: &String| Column {
        name: name.clone(),
        kind: Kind::Word(Vec::new()),
        help: String::new(),
    };
    let columns = grid.header.iter().map(word).collect();
    let (mut reader, mut cells, mut rows) = (grid.reader(), Vec::new(), Vec::new());
    while reader.next(&mut cells).is_some() {
        let kept = |cell: &Cow<'_, str>| is_kept(cell);
        if cells.iter().all(|cell| cell.trim().is_empty()) || !cells.iter().all(kept) {
            return None;
        }
        rows.push(cells.iter().map(|cell| table_cell(cell)).collect());
    }
    Some(Sheet {
        name: String::new(),
        columns,
        rows,
    })
}

/// Whether a cell of a spreadsheet gives the text back as it was.
fn is_kept(text: &str) -> bool {
    text.encode_utf16().count() <= MAX_TEXT
        && !text
            .chars()
            .any(|c| c.is_control() && c != '\n' && c != '\t')
}

fn table_cell(text: &str) -> Option<Cell> {
    if text.is_empty() {
        return None;
    }
    // A number, where its spelling comes back as it was.
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && number.to_string() == text => {
            Some(Cell::Number(number))
        }
        _ => Some(Cell::Text(text.to_owned())),
    }
}

/// A sheet's table as the bytes of a CSV file.
pub(super) fn csv(grid: &Grid<'_>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory can't fail, nor can rows of the same width.
    let _ = writer.write_record(&grid.header);
    let (mut reader, mut cells) = (grid.reader(), Vec::new());
    while reader.next(&mut cells).is_some() {
        let _ = writer.write_record(cells.iter().map(|cell| cell.as_bytes()));
    }
    writer.into_inner().unwrap_or_default()
}

/// The lines of a text that cells can hold.
pub(super) fn text_lines(bytes: &[u8]) -> Option<Vec<&str>> {
    let lines: Vec<&str> = std::str::from_utf8(bytes).ok()?.split('\n').collect();
    lines.iter().all(|line| is_kept(line)).then_some(lines)
}

/// Bytes as lines of hexadecimal digits.
pub(super) fn hexadecimal(bytes: &[u8]) -> Vec<String> {
    let digits = |chunk: &[u8]| {
        chunk.iter().fold(String::new(), |mut digits, byte| {
            let _ = write!(digits, "{byte:02x}");
            digits
        })
    };
    bytes.chunks(8_000).map(digits).collect()
}

/// The bytes that hexadecimal digits stand for.
pub(super) fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    let pair = |at: usize| {
        digits
            .get(at..at + 2)
            .and_then(|pair| u8::from_str_radix(pair, 16).ok())
    };
    (0..digits.len()).step_by(2).map(pair).collect()
}

/// A sheet's name for a file: allowed in a spreadsheet, and not taken.
pub(super) fn sheet_name(path: &str, taken: &BTreeMap<String, String>) -> String {
    let plain = |c: char| {
        if matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'') {
            ' '
        } else {
            c
        }
    };
    let base: String = path.chars().map(plain).take(27).collect();
    let base = base.trim();
    let free = |name: &String| !taken.contains_key(&name.to_lowercase());
    let numbered = (2..).map(|number| format!("{base} {number}"));
    std::iter::once(base.to_owned())
        .chain(numbered)
        .find(free)
        .unwrap_or_default()
}
