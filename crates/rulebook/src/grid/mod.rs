//! Tables as people hand them in: CSV and XLSX, checked for everything that can be wrong with a table as such.
//!
//! What its cells mean is for others ([`crate::figures`], [`crate::organisation`]). Nothing here guesses: a date stays a date,
//! a damaged or ambiguous file is refused with every place named.

mod csv;
mod xlsx;

use std::borrow::Cow;

use crate::diagnostic::Place;
use crate::findings::{self, Findings, shown};
use crate::text::{self, Encoding};
use crate::{Diagnostic, say};

/// The codes of what can be wrong with any table, in Chinese and English.
pub const CODES: &[(&str, &str, &str)] = &[
    (
        "control-character",
        "格子里有换行等控制字符",
        "a cell holds a control character such as a line break",
    ),
    ("cut-off", "文件在行中间结束", "the file ends in mid-line"),
    (
        "duplicate-column",
        "两列同名",
        "two columns have the same name",
    ),
    (
        "empty-column-name",
        "有一列没有列名",
        "a column has no name",
    ),
    (
        "empty-file",
        "文件中没有表",
        "there is no table in the file",
    ),
    (
        "formula-error",
        "格子里是 #DIV/0! 等公式错误",
        "a cell holds a formula error such as #DIV/0!",
    ),
    (
        "formula-uncomputed",
        "公式没有算出的值",
        "a formula has no computed value",
    ),
    ("merged-cells", "有合并单元格", "cells are merged"),
    (
        "more-findings",
        "另有未列出的",
        "there are more findings than are listed",
    ),
    (
        "no-sheet",
        "没有指名的工作表",
        "the sheet named isn't there",
    ),
    (
        "not-a-workbook",
        "不是能读的工作簿",
        "the file is no workbook that can be read",
    ),
    ("nul-byte", "文件中有空字符", "the file holds a NUL"),
    (
        "other-separator",
        "各列用分号或制表符分开",
        "the columns are separated by semicolons or tabs",
    ),
    (
        "other-sheets",
        "还有别的工作表未读",
        "other sheets weren't read",
    ),
    (
        "ragged-row",
        "一行的格数与表头不同",
        "a row has more or fewer cells than the header",
    ),
    (
        "read-as-gb18030",
        "文件按 GB18030 读取",
        "the file was read as GB18030",
    ),
    (
        "sheet-sprawls",
        "工作表的格子相隔太远",
        "the cells of a sheet lie too far apart",
    ),
    (
        "surrounding-spaces",
        "前后有空格,已忽略",
        "spaces around a text are ignored",
    ),
    (
        "text-after-quote",
        "引号关上之后还有文字",
        "text stands after a closing quote",
    ),
    ("unclosed-quote", "引号没有关上", "a quote is never closed"),
    (
        "workbook-too-large",
        "工作簿解开后太大",
        "a workbook is too large once it is unpacked",
    ),
    (
        "wrong-encoding",
        "文件编码不对",
        "the file's encoding is wrong",
    ),
];

/// A table: a header and rows of as many cells.
#[derive(Clone, Debug)]
pub struct Grid<'a> {
    /// The file's name.
    pub file: String,
    /// The sheet, in a workbook.
    pub sheet: Option<String>,
    /// The columns' names: none empty, none twice.
    pub header: Vec<String>,
    /// One-based row (line) of the header.
    pub header_row: usize,
    /// Zero-based column of the file in which the first column of the table stands.
    pub first_column: usize,
    /// The rows.
    pub rows: Rows<'a>,
    /// What is worth knowing though it stops nothing.
    pub warnings: Vec<Diagnostic>,
}

/// The rows of a table. Read them with [`Grid::reader`].
#[derive(Clone, Debug)]
pub struct Rows<'a> {
    count: usize,
    body: Body<'a>,
}

impl Rows<'_> {
    /// How many rows there are, the header not counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

#[derive(Clone, Debug)]
enum Body<'a> {
    /// The text of a CSV file, split when it is read.
    Text { text: Cow<'a, str>, separator: u8 },
    /// The cells of a sheet, one after another in one buffer.
    Cells(Cells),
}

/// Cells in one buffer.
#[derive(Clone, Debug, Default)]
struct Cells {
    text: String,
    /// The end of each cell in `text`, row by row.
    ends: Vec<usize>,
    /// The one-based sheet row of each row.
    rows: Vec<usize>,
    width: usize,
}

impl Cells {
    fn row(&self, index: usize) -> impl Iterator<Item = &str> {
        let first = index * self.width;
        (first..first + self.width).map(|cell| {
            let from = cell
                .checked_sub(1)
                .and_then(|before| self.ends.get(before))
                .copied()
                .unwrap_or(0);
            let to = self.ends.get(cell).copied().unwrap_or(from);
            self.text.get(from..to).unwrap_or_default()
        })
    }
}

/// Reads the rows of a [`Grid`] one after another, without a string per cell.
#[derive(Debug)]
pub struct RowReader<'g>(Source<'g>);

#[derive(Debug)]
enum Source<'g> {
    Text(csv::Scanner<'g>),
    Cells { cells: &'g Cells, next: usize },
}

impl<'g> RowReader<'g> {
    /// Puts the cells of the next row into `cells` and gives its one-based line (sheet row); `None` after the last.
    ///
    /// `cells` holds exactly as many as the header.
    pub fn next(&mut self, cells: &mut Vec<Cow<'g, str>>) -> Option<usize> {
        match &mut self.0 {
            Source::Text(scanner) => scanner.row(cells),
            Source::Cells {
                cells: buffer,
                next,
            } => {
                let line = *buffer.rows.get(*next)?;
                cells.clear();
                cells.extend(buffer.row(*next).map(Cow::Borrowed));
                *next += 1;
                Some(line)
            }
        }
    }
}

impl Grid<'_> {
    /// A reader at the first row.
    #[must_use]
    pub fn reader(&self) -> RowReader<'_> {
        RowReader(match &self.rows.body {
            Body::Text { text, separator } => {
                let mut scanner = csv::Scanner::new(text, *separator);
                scanner.row(&mut Vec::new());
                Source::Text(scanner)
            }
            Body::Cells(cells) => Source::Cells { cells, next: 0 },
        })
    }

    /// The place of a cell (of a row, without a column): one-based line, zero-based column of the table.
    #[must_use]
    pub fn place(&self, line: usize, column: Option<usize>) -> Place {
        findings::cell(
            &self.file,
            self.sheet.as_deref(),
            line,
            column.map(|column| column + self.first_column),
        )
    }

    /// The position of the column with this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }
}

/// Reads a table from the bytes of a CSV or XLSX file.
///
/// Of a workbook the first visible sheet that isn't empty is read, and a warning names the others.
///
/// # Errors
/// Everything that is wrong with the table, in order of place.
pub fn read<'a>(file: &str, bytes: &'a [u8]) -> Result<Grid<'a>, Vec<Diagnostic>> {
    read_sheet(file, bytes, None)
}

/// Like [`read`], with the sheet of a workbook named.
///
/// # Errors
/// Everything that is wrong with the table, in order of place.
pub fn read_sheet<'a>(
    file: &str,
    bytes: &'a [u8],
    sheet: Option<&str>,
) -> Result<Grid<'a>, Vec<Diagnostic>> {
    if bytes.starts_with(b"PK\x03\x04") {
        return xlsx::read(file, bytes, sheet);
    }
    let extension = file
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase());
    let old_workbook = bytes.starts_with(b"\xd0\xcf\x11\xe0");
    match extension.as_deref() {
        Some("xlsx" | "xlsm" | "xls" | "et" | "ods") => {
            Err(vec![not_a_workbook(file, bytes.is_empty())])
        }
        _ if old_workbook => Err(vec![not_a_workbook(file, false)]),
        _ => read_csv(file, bytes),
    }
}

/// Reads every sheet of a workbook that isn't empty, hidden ones too.
///
/// # Errors
/// Everything that is wrong with any of them.
pub fn read_all<'a>(file: &str, bytes: &[u8]) -> Result<Vec<Grid<'a>>, Vec<Diagnostic>> {
    if !bytes.starts_with(b"PK\x03\x04") {
        return Err(vec![not_a_workbook(file, bytes.is_empty())]);
    }
    xlsx::read_all(file, bytes)
}

/// That a file that came from anyone can be read without asking for more memory than there is: as a workbook it has, unpacked,
/// no more than so many bytes. Other files are as large as they are.
///
/// # Errors
/// That it is too large.
pub fn fits(file: &str, bytes: &[u8], most: u64) -> Result<(), Vec<Diagnostic>> {
    match bytes.starts_with(b"PK\x03\x04") {
        true => xlsx::fits(file, bytes, most),
        false => Ok(()),
    }
}

fn not_a_workbook(file: &str, empty: bool) -> Diagnostic {
    if empty {
        return empty_file(file, None);
    }
    let problem = say!(
        "文件不是 xlsx 工作簿(可能是旧的 xls 格式,或已加密、损坏)",
        "the file is no xlsx workbook (perhaps the old xls format, encrypted, or damaged)"
    );
    let remedy = say!(
        "另存为 .xlsx,或另存为 CSV UTF-8",
        "save it as .xlsx, or as CSV UTF-8"
    );
    Diagnostic::error("not-a-workbook", Place::whole(file), problem).remedy(remedy)
}

fn empty_file(file: &str, sheet: Option<&str>) -> Diagnostic {
    let place = sheet.map_or_else(
        || Place::whole(file),
        |name| findings::cell(file, Some(name), 1, None),
    );
    let problem = say!("文件中没有表", "there is no table in the file");
    let remedy = say!(
        "第一行写列名,以下每行一个单位",
        "write column names in the first row, then one row a unit"
    );
    Diagnostic::error("empty-file", place, problem).remedy(remedy)
}

fn read_csv<'a>(file: &str, bytes: &'a [u8]) -> Result<Grid<'a>, Vec<Diagnostic>> {
    let (text, encoding) = text::decode(bytes).map_err(|wrong| vec![wrong.diagnostic(file)])?;
    let mut findings = Findings::about(file);
    let separator = csv::separator(&text);
    if encoding == Encoding::Gb18030 {
        findings.warning(|| read_as_gb18030(file));
    }
    let (header, header_row, count) = {
        let mut scanner = csv::Scanner::new(&text, separator);
        let mut cells = Vec::new();
        let Some(line) = scanner.row(&mut cells) else {
            return Err(vec![empty_file(file, None)]);
        };
        let header = header_of(
            file,
            None,
            (line, 0),
            cells.iter().map(AsRef::as_ref),
            &mut findings,
        );
        if separator != b',' {
            findings.warning(|| other_separator(file, line, separator));
        }
        let (mut count, mut faults) = (0, scanner.faults().len());
        while let Some(row) = scanner.row(&mut cells) {
            count += 1;
            let sound = scanner.faults().len() == faults;
            faults = scanner.faults().len();
            // Of a row with a fault the cells say nothing.
            if sound && cells.len() != header.len() {
                findings.error(|| ragged(file, row, cells.len(), header.len()));
            }
        }
        for fault in scanner.faults() {
            findings.error(|| of_fault(file, *fault));
        }
        (header, line, count)
    };
    let rows = Rows {
        count,
        body: Body::Text { text, separator },
    };
    finish(
        findings,
        Grid {
            file: file.to_owned(),
            sheet: None,
            header,
            header_row,
            first_column: 0,
            rows,
            warnings: vec![],
        },
    )
}

/// The grid with the warnings, or the errors and warnings.
fn finish<'a>(findings: Findings, grid: Grid<'a>) -> Result<Grid<'a>, Vec<Diagnostic>> {
    let wrong = findings.has_errors();
    let mut found = findings.finish();
    found.sort_by_key(|finding| line_of(&finding.place));
    if wrong {
        Err(found)
    } else {
        Ok(Grid {
            warnings: found,
            ..grid
        })
    }
}

fn line_of(place: &Place) -> usize {
    match &place.spot {
        crate::Spot::Cell { row, .. } => *row,
        _ => usize::MAX,
    }
}

/// The column names, trimmed; `from` is the one-based row and the zero-based column the header starts at.
fn header_of<'c>(
    file: &str,
    sheet: Option<&str>,
    from: (usize, usize),
    cells: impl Iterator<Item = &'c str>,
    findings: &mut Findings,
) -> Vec<String> {
    let (row, first) = from;
    let mut header: Vec<String> = Vec::new();
    for (column, text) in cells.enumerate() {
        let place = || findings::cell(file, sheet, row, Some(first + column));
        let name = text.trim();
        if name.is_empty() {
            findings.error(|| unnamed(place(), first + column));
        } else if name.chars().any(char::is_control) {
            findings.error(|| control_character(place(), name));
        } else if let Some(before) = header.iter().position(|other| other == name) {
            let other = findings::cell(file, sheet, row, Some(first + before));
            findings.error(|| named_twice(place(), name, other));
        } else if name.len() != text.len() {
            findings.warning(|| spaces_in_name(place(), name));
        }
        header.push(name.to_owned());
    }
    header
}

fn unnamed(place: Place, column: usize) -> Diagnostic {
    let letters = letters(column);
    let problem = say!("{letters} 列没有列名", "column {letters} has no name");
    let remedy = say!("写上列名,或删去这一列", "name the column or delete it");
    Diagnostic::error("empty-column-name", place, problem).remedy(remedy)
}

fn named_twice(place: Place, name: &str, other: Place) -> Diagnostic {
    let name = shown(name);
    let problem = say!("列名“{name}”出现了两次", "two columns are called “{name}”");
    let remedy = say!(
        "改其中一个列名,或删去一列",
        "rename one of them or delete it"
    );
    Diagnostic::error("duplicate-column", place, problem)
        .remedy(remedy)
        .related(other, say!("第一次在这里", "first here"))
}

fn spaces_in_name(place: Place, name: &str) -> Diagnostic {
    let name = shown(name);
    let problem = say!(
        "列名“{name}”前后有空格,已忽略",
        "spaces around the column name “{name}” are ignored"
    );
    let remedy = say!("删去空格", "delete the spaces");
    Diagnostic::warning("surrounding-spaces", place, problem).remedy(remedy)
}

/// A cell that holds a control character.
pub(crate) fn control_character(place: Place, value: &str) -> Diagnostic {
    let value = shown(value);
    let problem = say!(
        "“{value}”中有换行等控制字符",
        "“{value}” holds a control character such as a line break"
    );
    let remedy = say!("删去控制字符", "delete the control character");
    Diagnostic::error("control-character", place, problem).remedy(remedy)
}

fn read_as_gb18030(file: &str) -> Diagnostic {
    let problem = say!("文件按 GB18030 编码读取", "the file was read as GB18030");
    let remedy = say!(
        "如有乱码,另存为 CSV UTF-8",
        "if it came out garbled, save it as CSV UTF-8"
    );
    Diagnostic::warning("read-as-gb18030", Place::whole(file), problem).remedy(remedy)
}

fn other_separator(file: &str, line: usize, separator: u8) -> Diagnostic {
    let (zh, en) = if separator == b';' {
        ("分号", "semicolons")
    } else {
        ("制表符", "tabs")
    };
    let problem = say!(
        "各列按{zh}分开读取",
        "the columns were read as separated by {en}"
    );
    let remedy = say!(
        "如不对,另存为逗号分隔的 CSV",
        "if that is wrong, save it as CSV separated by commas"
    );
    Diagnostic::warning(
        "other-separator",
        findings::cell(file, None, line, None),
        problem,
    )
    .remedy(remedy)
}

fn ragged(file: &str, line: usize, cells: usize, columns: usize) -> Diagnostic {
    let problem = say!(
        "此行有 {cells} 格,表头有 {columns} 列",
        "the row has {cells} cells, the header {columns}"
    );
    let remedy = say!(
        "补上缺的格(可留空)或删去多的格;含逗号的文字要加引号",
        "add the cells that lack (they may be empty) or delete those too many; put text with commas in quotes"
    );
    Diagnostic::error(
        "ragged-row",
        findings::cell(file, None, line, None),
        problem,
    )
    .remedy(remedy)
}

fn of_fault(file: &str, fault: csv::Fault) -> Diagnostic {
    let (code, line, problem, remedy) = match fault {
        csv::Fault::Unclosed { line } => (
            "unclosed-quote",
            line,
            say!(
                "从此行开始的引号到文件结束都没有关上",
                "a quote opened on this line is never closed"
            ),
            say!(
                "补上引号;文件也可能没有传完,请重新导出",
                "close it; the file may also be cut off: export it again"
            ),
        ),
        csv::Fault::AfterQuote { line } => (
            "text-after-quote",
            line,
            say!("引号关上之后还有文字", "text stands after a closing quote"),
            say!(
                "引号里面的引号要写两个",
                "write a quote inside quotes twice"
            ),
        ),
        csv::Fault::CutOff { line } => (
            "cut-off",
            line,
            say!(
                "文件在此行中间结束(末尾没有换行),可能没有传完",
                "the file ends in this line (no line break at its end); it may be cut off"
            ),
            say!(
                "重新导出;确认完整的,在末尾加一个换行",
                "export it again; if it is complete, add a line break at the end"
            ),
        ),
    };
    Diagnostic::error(code, findings::cell(file, None, line, None), problem).remedy(remedy)
}

/// The letters of a zero-based column: A, B … Z, AA.
pub(crate) fn letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(
            b'A' + u8::try_from(rest % 26).unwrap_or_default(),
        ));
        rest /= 26;
    }
    letters.iter().rev().collect()
}
