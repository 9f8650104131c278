//! Sheets on their way into a workbook.

use rust_xlsxwriter::{
    DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, Note, Workbook, Worksheet,
    XlsxError,
};

use super::shape::Kind;
use super::value::Cell;

/// A column to write.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub name: String,
    pub kind: Kind,
    /// A note at its head.
    pub help: String,
}

/// A sheet to write.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    pub name: String,
    pub columns: Vec<Column>,
    /// Each row has a cell, or none, for each column.
    pub rows: Vec<Vec<Option<Cell>>>,
}

/// A spreadsheet holds so many rows, the header not counted.
pub(super) const MAX_ROWS: usize = 1_048_575;
/// And so many columns.
pub(super) const MAX_COLUMNS: usize = 16_384;
/// A cell holds so many characters (UTF-16 units).
pub(super) const MAX_TEXT: usize = 32_767;
/// A list of choices holds so many characters.
const MAX_CHOICES: usize = 255;
/// So many rows below the last are prepared for new items.
const SPARE_ROWS: u32 = 500;

/// The workbook's bytes: the same for the same sheets.
pub(super) fn write(sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The date of creation would make the same folder give different bytes.
    book.set_properties(
        &DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?),
    );
    for sheet in sheets {
        write_sheet(sheet, book.add_worksheet())?;
    }
    book.save_to_buffer()
}

fn write_sheet(sheet: &Sheet, out: &mut Worksheet) -> Result<(), XlsxError> {
    out.set_name(&sheet.name)?;
    let frozen = u16::from(sheet.columns.len() > 3) * 2;
    out.set_freeze_panes(1, frozen)?;
    let last = u32::try_from(sheet.rows.len())
        .unwrap_or(u32::MAX)
        .saturating_add(SPARE_ROWS);
    for (index, column) in (0_u16..).zip(&sheet.columns) {
        write_column(column, index, last, out)?;
    }
    for (line, row) in (1_u32..).zip(&sheet.rows) {
        for (index, cell) in (0_u16..).zip(row) {
            match cell {
                None => continue,
                Some(Cell::Text(text)) => out.write_string(line, index, text)?,
                Some(Cell::Number(number)) => out.write_number(line, index, *number)?,
                Some(Cell::Truth(truth)) => out.write_boolean(line, index, *truth)?,
            };
        }
    }
    Ok(())
}

fn write_column(
    column: &Column,
    index: u16,
    last: u32,
    out: &mut Worksheet,
) -> Result<(), XlsxError> {
    let head = Format::new()
        .set_bold()
        .set_align(FormatAlign::Top)
        .set_background_color("EEEEEE");
    out.set_column_width(index, width(&column.name, &column.kind))?;
    if !matches!(column.kind, Kind::Number | Kind::Truth) {
        // Or a spreadsheet makes a date of 2026-01, and a number of 007.
        let text = Format::new()
            .set_num_format("@")
            .set_align(FormatAlign::Top)
            .set_text_wrap();
        out.set_column_format(index, &text)?;
    }
    out.write_string_with_format(0, index, &column.name, &head)?;
    if !column.help.is_empty() {
        out.insert_note(
            0,
            index,
            &Note::new(&column.help)
                .add_author_prefix(false)
                .set_width(320),
        )?;
    }
    if let Some(choices) = choices(&column.kind) {
        out.add_data_validation(
            1,
            index,
            last,
            index,
            &DataValidation::new().allow_list_strings(&choices)?,
        )?;
    }
    Ok(())
}

fn choices(kind: &Kind) -> Option<Vec<&str>> {
    let choices: Vec<&str> = match kind {
        Kind::Word(words) => words.iter().map(String::as_str).collect(),
        Kind::Truth => vec!["TRUE", "FALSE"],
        _ => return None,
    };
    let length: usize = choices.iter().map(|choice| choice.len() + 1).sum();
    (!choices.is_empty() && length <= MAX_CHOICES).then_some(choices)
}

fn width(name: &str, kind: &Kind) -> f64 {
    match (name, kind) {
        ("order", _) => 7.0,
        (_, Kind::Number | Kind::Truth) => 11.0,
        (_, Kind::Languages | Kind::Toml) => 34.0,
        (_, Kind::Word(_)) => 20.0,
    }
}
