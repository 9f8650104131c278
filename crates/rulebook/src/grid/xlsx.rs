//! Sheets of a workbook: values only, nothing merged, no error values, no formula that was never computed.

use std::fmt::Write as _;
use std::io::{Cursor, Read};

use calamine::{Cell, Data, Range, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use super::{Body, Cells, Grid, Rows, empty_file, finish, header_of, letters};
use crate::diagnostic::Place;
use crate::findings::{self, Findings, list, shown};
use crate::{Diagnostic, say};

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;

/// Reads one sheet.
pub(super) fn read<'a>(
    file: &str,
    bytes: &[u8],
    sheet: Option<&str>,
) -> Result<Grid<'a>, Vec<Diagnostic>> {
    let unreadable = |error: XlsxError| vec![unreadable(file, &error)];
    fits(file, bytes, UNPACKED)?;
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let filled = filled_sheets(file, &mut book, |visible| visible == SheetVisible::Visible)?;
    let mut findings = Findings::about(file);
    let names: Vec<&str> = filled.iter().map(|(name, _)| name.as_str()).collect();
    let Some((name, range)) = filled
        .iter()
        .find(|(name, _)| sheet.is_none_or(|wanted| wanted == name))
    else {
        return Err(vec![sheet.map_or_else(
            || empty_file(file, None),
            |wanted| no_sheet(file, wanted, &names),
        )]);
    };
    if filled.len() > 1 && sheet.is_none() {
        findings.warning(|| other_sheets(file, name, &names));
    }
    checked(file, name, &mut book, range, findings)
}

/// Reads all sheets.
pub(super) fn read_all<'a>(file: &str, bytes: &[u8]) -> Result<Vec<Grid<'a>>, Vec<Diagnostic>> {
    let unreadable = |error: XlsxError| vec![unreadable(file, &error)];
    fits(file, bytes, UNPACKED)?;
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let (mut grids, mut wrong) = (Vec::new(), Vec::new());
    for (name, range) in filled_sheets(file, &mut book, |_| true)? {
        match checked(file, &name, &mut book, &range, Findings::about(file)) {
            Ok(grid) => grids.push(grid),
            Err(mut errors) => wrong.append(&mut errors),
        }
    }
    if wrong.is_empty() {
        Ok(grids)
    } else {
        Err(wrong)
    }
}

fn checked<'a>(
    file: &str,
    name: &str,
    book: &mut Book<'_>,
    range: &Range<Data>,
    mut findings: Findings,
) -> Result<Grid<'a>, Vec<Diagnostic>> {
    let unreadable = |error: XlsxError| vec![unreadable(file, &error)];
    refuse_merged(file, name, book, &mut findings).map_err(unreadable)?;
    refuse_bad_cells(file, name, range, &mut findings);
    refuse_uncomputed(file, name, book, range, &mut findings).map_err(unreadable)?;
    table(file, name, range, findings)
}

/// The sheets that hold anything, of those that are wanted.
fn filled_sheets(
    file: &str,
    book: &mut Book<'_>,
    wanted: impl Fn(SheetVisible) -> bool,
) -> Result<Vec<(String, Range<Data>)>, Vec<Diagnostic>> {
    let sheets: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| wanted(sheet.visible) && sheet.typ == SheetType::WorkSheet)
        .map(|sheet| sheet.name.clone())
        .collect();
    let mut filled = Vec::new();
    for name in sheets {
        let cells = cells(book, &name).map_err(|error| vec![unreadable(file, &error)])?;
        if sprawls(&cells) {
            return Err(vec![sprawling(file, &name)]);
        }
        let range = Range::from_sparse(cells);
        if range.used_cells().any(|(_, _, value)| !is_blank(value)) {
            filled.push((name, range));
        }
    }
    Ok(filled)
}

/// The cells of a sheet that hold anything.
fn cells(book: &mut Book<'_>, sheet: &str) -> Result<Vec<Cell<Data>>, XlsxError> {
    let mut reader = book.worksheet_cells_reader(sheet)?;
    let mut cells = Vec::new();
    while let Some(cell) = reader.next_cell()? {
        let value = Data::from(cell.get_value().clone());
        if value != Data::Empty {
            cells.push(Cell::new(cell.get_position(), value));
        }
    }
    Ok(cells)
}

/// Whether cells lie so far apart that a table of them would be nothing but gaps: a few bytes could ask for all memory there is.
fn sprawls(cells: &[Cell<Data>]) -> bool {
    const ROOMY: u64 = 1_000_000;
    let reach = |place: fn(&Cell<Data>) -> u32| {
        let all = || cells.iter().map(place);
        let (first, last) = (all().min().unwrap_or(0), all().max().unwrap_or(0));
        u64::from(last - first) + 1
    };
    let area = reach(|cell| cell.get_position().0) * reach(|cell| cell.get_position().1);
    area > ROOMY.max(4 * cells.len() as u64)
}

/// So many parts a workbook has at most; one of this program has about ten.
const PARTS: usize = 1_000;

/// So many bytes a workbook has at most once it is unpacked.
const UNPACKED: u64 = 1 << 30;

/// That a workbook, unpacked, holds no more than so many bytes. Nothing is kept of it while that is found out, and what it says
/// of its own size isn't believed.
pub(super) fn fits(file: &str, bytes: &[u8], most: u64) -> Result<(), Vec<Diagnostic>> {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else {
        // What is no archive is told of when it is read.
        return Ok(());
    };
    if archive.len() > PARTS {
        return Err(vec![too_large(file, most)]);
    }
    let mut left = most;
    for part in 0..archive.len() {
        let Ok(part) = archive.by_index(part) else {
            continue;
        };
        let mut part = part.take(left + 1);
        // A part that can't be unpacked is told of when it is read.
        let unpacked = std::io::copy(&mut part, &mut std::io::sink()).unwrap_or(0);
        left = left
            .checked_sub(unpacked)
            .ok_or_else(|| vec![too_large(file, most)])?;
    }
    Ok(())
}

fn is_blank(value: &Data) -> bool {
    match value {
        Data::Empty => true,
        Data::String(text) => text.trim().is_empty(),
        _ => false,
    }
}

fn table<'a>(
    file: &str,
    sheet: &str,
    range: &Range<Data>,
    mut findings: Findings,
) -> Result<Grid<'a>, Vec<Diagnostic>> {
    let (top, left) = range
        .start()
        .map_or((0, 0), |(row, column)| (row as usize, column as usize));
    let mut rows = range
        .rows()
        .enumerate()
        .filter(|(_, row)| !row.iter().all(is_blank));
    let Some((first, names)) = rows.next() else {
        return Err(vec![empty_file(file, Some(sheet))]);
    };
    let offset = names.iter().position(|name| !is_blank(name)).unwrap_or(0);
    let width = names
        .iter()
        .rposition(|name| !is_blank(name))
        .map_or(0, |last| last + 1 - offset);
    let names: Vec<String> = names.iter().skip(offset).take(width).map(text_of).collect();
    let (header_row, first_column) = (top + first + 1, left + offset);
    let header = header_of(
        file,
        Some(sheet),
        (header_row, first_column),
        names.iter().map(String::as_str),
        &mut findings,
    );
    let mut cells = Cells {
        width,
        ..Cells::default()
    };
    for (index, row) in rows {
        let line = top + index + 1;
        for (column, value) in row.iter().enumerate() {
            if (offset..offset + width).contains(&column) {
                push_text(value, &mut cells.text);
                cells.ends.push(cells.text.len());
            } else if !is_blank(value) {
                findings.error(|| {
                    outside(
                        findings::cell(file, Some(sheet), line, Some(left + column)),
                        value,
                    )
                });
            }
        }
        cells.rows.push(line);
    }
    let rows = Rows {
        count: cells.rows.len(),
        body: Body::Cells(cells),
    };
    let (file, sheet) = (file.to_owned(), Some(sheet.to_owned()));
    finish(
        findings,
        Grid {
            file,
            sheet,
            header,
            header_row,
            first_column,
            rows,
            warnings: vec![],
        },
    )
}

/// A cell's value as it would stand in a CSV file: numbers in their shortest exact spelling, dates as in ISO 8601.
pub(crate) fn text_of(value: &Data) -> String {
    let mut text = String::new();
    push_text(value, &mut text);
    text
}

fn push_text(value: &Data, out: &mut String) {
    // Writing to a string can't fail.
    let _ = match value {
        Data::Int(number) => write!(out, "{number}"),
        Data::Float(number) => write!(out, "{number}"),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
            write!(out, "{text}")
        }
        Data::Bool(truth) => write!(out, "{}", if *truth { "TRUE" } else { "FALSE" }),
        Data::Error(error) => write!(out, "{error}"),
        Data::Empty => Ok(()),
        Data::DateTime(time) => {
            let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
            match (hour, minute, second) {
                (0, 0, 0) => write!(out, "{year:04}-{month:02}-{day:02}"),
                _ => write!(
                    out,
                    "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"
                ),
            }
        }
    };
}

fn refuse_merged(
    file: &str,
    sheet: &str,
    book: &mut Book<'_>,
    findings: &mut Findings,
) -> Result<(), XlsxError> {
    for region in book.merge_cells_by_sheet_name(sheet)? {
        findings.error(|| merged(file, sheet, region.start, region.end));
    }
    Ok(())
}

fn refuse_bad_cells(file: &str, sheet: &str, range: &Range<Data>, findings: &mut Findings) {
    let (top, left) = range
        .start()
        .map_or((0, 0), |(row, column)| (row as usize, column as usize));
    for (row, column, value) in range.used_cells() {
        if let Data::Error(error) = value {
            let place = findings::cell(file, Some(sheet), top + row + 1, Some(left + column));
            let name = address(top + row, left + column);
            findings.error(|| formula_error(place, &name, &error.to_string()));
        }
    }
}

fn refuse_uncomputed(
    file: &str,
    sheet: &str,
    book: &mut Book<'_>,
    values: &Range<Data>,
    findings: &mut Findings,
) -> Result<(), XlsxError> {
    let mut formulas = book.worksheet_cells_reader(sheet)?;
    while let Some(formula) = formulas.next_formula()? {
        let (at, formula) = (formula.get_position(), formula.get_value());
        if !formula.is_empty() && matches!(values.get_value(at), None | Some(Data::Empty)) {
            let at = (at.0 as usize, at.1 as usize);
            findings.error(|| uncomputed(file, sheet, at, formula));
        }
    }
    Ok(())
}

/// The address of a cell, such as C5, from its zero-based row and column.
pub(crate) fn address(row: usize, column: usize) -> String {
    format!("{}{}", letters(column), row + 1)
}

fn merged(file: &str, sheet: &str, start: (u32, u32), end: (u32, u32)) -> Diagnostic {
    let (row, column) = (start.0 as usize, start.1 as usize);
    let (from, to) = (
        address(row, column),
        address(end.0 as usize, end.1 as usize),
    );
    let place = findings::cell(file, Some(sheet), row + 1, Some(column));
    let problem = say!("{from}:{to} 是合并单元格", "{from}:{to} are merged");
    let remedy = say!(
        "取消合并,每格各写各的值",
        "unmerge them and write each cell's own value"
    );
    Diagnostic::error("merged-cells", place, problem).remedy(remedy)
}

/// A cell that holds an error value such as `#DIV/0!`.
pub(crate) fn formula_error(place: Place, address: &str, error: &str) -> Diagnostic {
    let problem = say!(
        "{address} 是公式错误 {error}",
        "{address} holds the formula error {error}"
    );
    let remedy = say!(
        "改正公式;确实没有数的,把格子清空",
        "mend the formula; empty the cell if there is no figure"
    );
    Diagnostic::error("formula-error", place, problem).remedy(remedy)
}

fn uncomputed(file: &str, sheet: &str, (row, column): (usize, usize), formula: &str) -> Diagnostic {
    let (name, formula) = (address(row, column), shown(formula));
    let place = findings::cell(file, Some(sheet), row + 1, Some(column));
    let problem = say!(
        "{name} 的公式 ={formula} 没有算出的值",
        "the formula ={formula} in {name} has no computed value"
    );
    let remedy = say!(
        "用表格软件打开并保存一次,或改写为数值",
        "open and save it once in a spreadsheet program, or write the value"
    );
    Diagnostic::error("formula-uncomputed", place, problem).remedy(remedy)
}

fn outside(place: Place, value: &Data) -> Diagnostic {
    let value = shown(&text_of(value));
    let problem = say!(
        "“{value}”所在的列没有列名",
        "“{value}” stands in a column without a name"
    );
    let remedy = say!(
        "写上列名,或删去表外的内容",
        "name the column, or delete what stands outside the table"
    );
    Diagnostic::error("empty-column-name", place, problem).remedy(remedy)
}

fn unreadable(file: &str, error: &XlsxError) -> Diagnostic {
    let problem = say!(
        "工作簿读不出:{error}",
        "the workbook can't be read: {error}"
    );
    let remedy = say!(
        "用表格软件打开,另存为 .xlsx",
        "open it in a spreadsheet program and save it as .xlsx"
    );
    Diagnostic::error("not-a-workbook", Place::whole(file), problem).remedy(remedy)
}

fn too_large(file: &str, most: u64) -> Diagnostic {
    let megabytes = most >> 20;
    let problem = say!(
        "工作簿解开后超过 {megabytes} MB,或部件太多,没有读取",
        "unpacked, the workbook has more than {megabytes} MB or too many parts; it wasn't read"
    );
    let remedy = say!(
        "删去图片和不用的工作表,或分成几个文件",
        "take out pictures and sheets that aren't needed, or split it into several files"
    );
    Diagnostic::error("workbook-too-large", Place::whole(file), problem).remedy(remedy)
}

fn sprawling(file: &str, sheet: &str) -> Diagnostic {
    let place = findings::cell(file, Some(sheet), 1, None);
    let name = shown(sheet);
    let problem = say!(
        "工作表“{name}”的格子相隔太远,不是一张表",
        "the cells of the sheet “{name}” lie too far apart to be a table"
    );
    let remedy = say!(
        "删去远处的格子,把表移到左上角",
        "delete the cells far away, and move the table to the upper left corner"
    );
    Diagnostic::error("sheet-sprawls", place, problem).remedy(remedy)
}

fn no_sheet(file: &str, wanted: &str, names: &[&str]) -> Diagnostic {
    let (wanted, names) = (shown(wanted), list(names.iter().copied()));
    let problem = say!(
        "没有名为“{wanted}”的工作表",
        "there is no sheet called “{wanted}”"
    );
    let remedy = say!(
        "有内容的工作表:{names}",
        "the sheets that hold anything: {names}"
    );
    Diagnostic::error("no-sheet", Place::whole(file), problem).remedy(remedy)
}

fn other_sheets(file: &str, name: &str, names: &[&str]) -> Diagnostic {
    let others = list(names.iter().copied().filter(|other| *other != name));
    let name = shown(name);
    let problem = say!(
        "只读取了工作表“{name}”,未读:{others}",
        "only the sheet “{name}” was read, not: {others}"
    );
    let remedy = say!("每张表存为一个文件", "save each sheet as a file of its own");
    Diagnostic::warning("other-sheets", Place::whole(file), problem).remedy(remedy)
}
