//! Tables: shown on pages, and the same as CSV and XLSX.

use std::borrow::Cow;

use rulebook::Lang;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use serde::Serialize;

use crate::problem::Problem;
use crate::reply::{Answer, File, Reply};

/// A cell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// What it shows.
    pub text: String,
    /// Where it leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Whether it is a number.
    pub number: bool,
}

impl Cell {
    /// A text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// A text that leads somewhere.
    #[must_use]
    pub fn link(text: impl Into<String>, to: impl Into<String>) -> Self {
        Self {
            link: Some(to.into()),
            ..Self::text(text)
        }
    }

    /// A number as it is shown; a dash where there is none.
    #[must_use]
    pub fn number(shown: Option<String>) -> Self {
        Self {
            number: true,
            ..Self::text(shown.unwrap_or_else(|| "—".to_owned()))
        }
    }

    /// The number, as files hold it: with an ASCII minus.
    fn figure(&self) -> Option<String> {
        let text = self.text.replace('−', "-");
        let plain = |c: char| c.is_ascii_digit() || "-.".contains(c);
        let is = self.number && text.chars().all(plain) && text.parse::<f64>().is_ok();
        is.then_some(text)
    }

    /// The text; nothing for the dash of a number that isn't there.
    fn told(&self) -> &str {
        match self.number && self.text == "—" {
            true => "",
            false => &self.text,
        }
    }

    /// What a CSV file holds of it: a number as it is; a text in quotes, so that no other separator than the comma can cut it
    /// in two, and never as a formula.
    fn csv(&self) -> String {
        let text = || quoted(&guarded(self.told()));
        match self.told() {
            "" => String::new(),
            _ => self.figure().unwrap_or_else(text),
        }
    }
}

/// The signs with which a spreadsheet may begin a formula, or pass over to find one (OWASP, *CSV injection*).
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Whether a spreadsheet may take a text for a formula.
fn like_formula(text: &str) -> bool {
    text.starts_with(FORMULA) || text.trim_start().starts_with(FORMULA)
}

/// A text that no spreadsheet takes for a formula: with an apostrophe before what could be one.
fn guarded(text: &str) -> Cow<'_, str> {
    match like_formula(text) {
        true => Cow::Owned(format!("'{text}")),
        false => Cow::Borrowed(text),
    }
}

/// What stood in a cell before it was [guarded]: so a file that was had from here comes in as it went out.
#[must_use]
pub fn unguarded(text: &str) -> &str {
    let inside = text.strip_prefix('\'');
    inside.filter(|inside| like_formula(inside)).unwrap_or(text)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A table of a page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Table {
    /// What its files are called.
    pub name: Cow<'static, str>,
    /// What it is called on the page.
    pub caption: String,
    /// The columns.
    pub headers: Vec<String>,
    /// The rows; the first cell names the row.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Whether a column holds numbers; the template has its place as a reference or not.
    pub fn is_number(&self, at: impl std::borrow::Borrow<usize>) -> bool {
        let mut cells = self.rows.iter().filter_map(|row| row.get(*at.borrow()));
        cells.next().is_some_and(|cell| cell.number)
    }
}

/// The kind of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Comma-separated values.
    Csv,
    /// An Excel workbook.
    Xlsx,
}

impl Kind {
    /// The kind that a query asks for with `as`.
    #[must_use]
    pub fn asked(text: &str) -> Option<Self> {
        match text {
            "csv" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            _ => None,
        }
    }
}

/// A table as a file.
///
/// # Errors
/// [`Problem::broken`] when the workbook can't be written, as with too many rows.
pub fn table(name: &str, headers: &[String], rows: &[Vec<Cell>], kind: Kind) -> Answer {
    let (ending, media_type, content) = match kind {
        Kind::Csv => (
            "csv",
            "text/csv; charset=utf-8",
            csv(headers, rows).into_bytes(),
        ),
        Kind::Xlsx => (
            "xlsx",
            XLSX,
            xlsx(headers, rows).map_err(|error| unwritable(&error))?,
        ),
    };
    Ok(Reply::File(File {
        name: Some(format!("{name}.{ending}")),
        media_type,
        content,
    }))
}

/// RFC 4180, with the mark by which spreadsheets know UTF-8.
fn csv(headers: &[String], rows: &[Vec<Cell>]) -> String {
    let mut text = String::from('\u{feff}');
    let mut line = |cells: Vec<String>| {
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    };
    line(headers.iter().map(|name| quoted(&guarded(name))).collect());
    for row in rows {
        line(row.iter().map(Cell::csv).collect());
    }
    text
}

/// Numbers as numbers; every text as a text as it is, which no program computes: one that looks like a formula is marked so that
/// it stays a text when it is edited or pasted elsewhere.
fn xlsx(headers: &[String], rows: &[Vec<Cell>]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    fill(book.add_worksheet(), headers, rows)?;
    book.save_to_buffer()
}

fn fill(sheet: &mut Worksheet, headers: &[String], rows: &[Vec<Cell>]) -> Result<(), XlsxError> {
    let (bold, marked) = (Format::new().set_bold(), Format::new().set_quote_prefix());
    let column = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
    for (at, header) in headers.iter().enumerate() {
        sheet.write_string_with_format(0, column(at), header, &bold)?;
    }
    for (row, cells) in (1..).zip(rows) {
        for (at, cell) in cells.iter().enumerate() {
            let (column, told) = (column(at), cell.told());
            let figure = cell.figure().and_then(|text| text.parse::<f64>().ok());
            match figure {
                Some(value) => sheet.write_number(row, column, value)?,
                None if like_formula(told) => {
                    sheet.write_string_with_format(row, column, told, &marked)?
                }
                None => sheet.write_string(row, column, told)?,
            };
        }
    }
    sheet.set_freeze_panes(1, 1)?;
    sheet.autofit();
    Ok(())
}

/// A sheet of a workbook.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// What it is called.
    pub name: String,
    /// The columns.
    pub headers: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
}

impl Sheet {
    /// One without rows.
    #[must_use]
    pub fn new(name: &str, headers: &[&str]) -> Self {
        Self {
            name: name.to_owned(),
            headers: headers.iter().map(ToString::to_string).collect(),
            rows: Vec::new(),
        }
    }
}

/// Several sheets as a workbook.
///
/// # Errors
/// [`Problem::broken`] when it can't be written.
pub fn workbook(name: &str, sheets: &[Sheet]) -> Answer {
    let write = || -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        for one in sheets {
            let sheet = book.add_worksheet();
            sheet.set_name(&one.name)?;
            fill(sheet, &one.headers, &one.rows)?;
        }
        book.save_to_buffer()
    };
    Ok(Reply::File(File {
        name: Some(format!("{name}.xlsx")),
        media_type: XLSX,
        content: write().map_err(|error| unwritable(&error))?,
    }))
}

fn unwritable(error: &XlsxError) -> Problem {
    tracing::error!(%error, "a workbook can't be written");
    Problem::broken()
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Sorts rows by the name in their first cell.
pub fn by_name(rows: &mut [Vec<Cell>], lang: Lang) {
    let name = |row: &Vec<Cell>| {
        row.first()
            .map(|cell| cell.text.clone())
            .unwrap_or_default()
    };
    rows.sort_by(|a, b| crate::order::names(lang, &name(a), &name(b)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Vec<Cell>> {
        vec![
            vec![Cell::text("=1+1"), Cell::number(Some("−2.5".to_owned()))],
            vec![Cell::text("a,\"b\";=2"), Cell::number(None)],
        ]
    }

    #[test]
    fn no_cell_is_a_formula_and_numbers_stay_numbers() {
        let text = csv(&["名称".to_owned(), "得分".to_owned()], &rows());
        assert_eq!(
            text,
            "\u{feff}\"名称\",\"得分\"\r\n\"'=1+1\",-2.5\r\n\"a,\"\"b\"\";=2\",\r\n"
        );
    }

    #[test]
    fn whatever_could_begin_a_formula_is_guarded_and_comes_back_as_it_was() {
        for text in [
            "=1+1", "+cmd", "-2+3", "@SUM(1)", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠A",
            " =1", "　＝1",
        ] {
            let cell = Cell::text(text);
            assert_eq!(cell.csv(), format!("\"'{text}\""));
            assert_eq!(unguarded(&guarded(text)), text);
        }
        for text in ["1+1", "'quoted", "中文", "-"] {
            assert_eq!(unguarded(&guarded(text)), text);
        }
        // A number that isn't one is a text.
        let sum = Cell::number(Some("-2+3".to_owned()));
        assert_eq!(sum.csv(), "\"'-2+3\"");
    }

    #[test]
    fn a_workbook_says_what_the_csv_says() {
        let headers = ["名称".to_owned(), "得分".to_owned()];
        let csv = csv(&headers, &rows());
        let xlsx = xlsx(&headers, &rows()).unwrap();
        let read = |name: &str, bytes: &[u8]| -> Vec<Vec<String>> {
            let grid = rulebook::grid::read(name, bytes).unwrap();
            let (mut reader, mut cells, mut all) = (grid.reader(), Vec::new(), Vec::new());
            while reader.next(&mut cells).is_some() {
                let plain = cells.iter().map(|cell| unguarded(cell).to_owned());
                all.push(plain.collect());
            }
            all
        };
        assert_eq!(read("a.csv", csv.as_bytes()), read("a.xlsx", &xlsx));
    }

    #[test]
    fn chinese_names_are_in_the_order_of_pinyin() {
        let mut rows: Vec<Vec<Cell>> = ["重阳镇", "安平村", "白水镇"]
            .map(|name| vec![Cell::text(name)])
            .to_vec();
        by_name(&mut rows, Lang::Zh);
        let names: Vec<&str> = rows.iter().map(|row| row[0].text.as_str()).collect();
        assert_eq!(names, ["安平村", "白水镇", "重阳镇"]);
    }
}
