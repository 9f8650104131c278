//! Tables: shown on pages, and the same as CSV and XLSX.

use rulebook::Lang;
use rust_xlsxwriter::{Format, Workbook, XlsxError};
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

    /// What a file holds of it: an ASCII minus in numbers, nothing for a dash.
    fn content(&self) -> String {
        match self.number {
            true if self.text == "—" => String::new(),
            true => self.text.replace('−', "-"),
            false => guarded(&self.text),
        }
    }
}

/// A text that no spreadsheet takes for a formula (OWASP, *CSV injection*).
fn guarded(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

/// A table of a page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Table {
    /// What its files are called.
    pub name: &'static str,
    /// What it is called on the page.
    pub caption: String,
    /// The columns.
    pub headers: Vec<String>,
    /// The rows; the first cell names the row.
    pub rows: Vec<Vec<Cell>>,
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
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            xlsx(headers, rows).map_err(|error| {
                tracing::error!(%error, "a workbook can't be written");
                Problem::broken()
            })?,
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
    let head: Vec<String> = headers.iter().map(|header| guarded(header)).collect();
    line(&mut text, &head);
    for row in rows {
        let cells: Vec<String> = row.iter().map(Cell::content).collect();
        line(&mut text, &cells);
    }
    text
}

fn line(text: &mut String, cells: &[String]) {
    let quoted = cells.iter().map(|cell| {
        if cell.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.clone()
        }
    });
    text.push_str(&quoted.collect::<Vec<String>>().join(","));
    text.push_str("\r\n");
}

fn xlsx(headers: &[String], rows: &[Vec<Cell>]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let bold = Format::new().set_bold();
    let column = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
    for (at, header) in headers.iter().enumerate() {
        sheet.write_string_with_format(0, column(at), header, &bold)?;
    }
    for (row, cells) in (1..).zip(rows) {
        for (at, cell) in cells.iter().enumerate() {
            let content = cell.content();
            match content.parse::<f64>() {
                Ok(value) if cell.number => sheet.write_number(row, column(at), value)?,
                _ => sheet.write_string(row, column(at), &content)?,
            };
        }
    }
    sheet.set_freeze_panes(1, 1)?;
    sheet.autofit();
    book.save_to_buffer()
}

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
            vec![Cell::text("a,\"b\""), Cell::number(None)],
        ]
    }

    #[test]
    fn no_cell_is_a_formula_and_numbers_stay_numbers() {
        let text = csv(&["名称".to_owned(), "得分".to_owned()], &rows());
        assert_eq!(
            text,
            "\u{feff}名称,得分\r\n'=1+1,-2.5\r\n\"a,\"\"b\"\"\",\r\n"
        );
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
                all.push(cells.iter().map(ToString::to_string).collect());
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
