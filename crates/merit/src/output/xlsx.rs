//! Scores as a workbook: a sheet for each class, a column for each item.
//!
//! What comes from a table is written as text cells, never as formulas; the workbook's date is fixed, so the same results
//! give the same bytes.

use std::collections::BTreeSet;

use rulebook::say;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use scoring::run::{Outcome, Row};

use super::sureness::{Columns, VERDICTS, verdicts};
use super::{Certainty, Report};
use crate::failure::Failure;
use crate::lang::{lang, tr};

/// A sheet's name has at most so many characters.
const NAME_LENGTH: usize = 31;
/// Columns before the items.
const FACTS: u16 = 5;

/// One workbook of all classes.
pub struct Xlsx {
    workbook: Workbook,
    names: BTreeSet<String>,
    /// The first thing that went wrong.
    failed: Option<XlsxError>,
}

impl Xlsx {
    /// An empty workbook.
    pub fn new() -> Self {
        let mut workbook = Workbook::new();
        if let Ok(date) = ExcelDateTime::from_ymd(2000, 1, 1) {
            workbook.set_properties(&DocProperties::new().set_creation_datetime(&date));
        }
        Self {
            workbook,
            names: BTreeSet::new(),
            failed: None,
        }
    }

    /// A name no sheet has yet.
    fn name(&mut self, outcome: &Outcome<'_, '_>) -> String {
        let full = format!("{} {}", outcome.job.period, outcome.job.category);
        let cut = |length: usize| full.chars().take(length).collect::<String>();
        let mut name = cut(NAME_LENGTH);
        let mut number = 2;
        // Spreadsheets don't tell capital from small letters in names.
        while !self.names.insert(name.to_lowercase()) {
            let ending = format!(" {number}");
            name = cut(NAME_LENGTH - ending.len()) + &ending;
            number += 1;
        }
        name
    }
}

impl Report for Xlsx {
    fn add(&mut self, outcome: &Outcome<'_, '_>, certainty: Option<Certainty<'_>>) {
        let name = self.name(outcome);
        let sheet = self.workbook.add_worksheet();
        let filled = sheet
            .set_name(name)
            .map(|_| ())
            .and_then(|()| fill(sheet, outcome, certainty));
        self.failed = self.failed.take().or(filled.err());
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<u8>, Failure> {
        let bytes = match self.failed {
            Some(error) => Err(error),
            None => self.workbook.save_to_buffer(),
        };
        bytes.map_err(|error| {
            Failure::Usage(say!(
                "结果放不进工作簿({error});请改用 --format csv",
                "the results don't fit into a workbook ({error}); use --format csv"
            ))
        })
    }
}

fn fill(
    sheet: &mut Worksheet,
    outcome: &Outcome<'_, '_>,
    certainty: Option<Certainty<'_>>,
) -> Result<(), XlsxError> {
    let ruler = &outcome.scored.ruler;
    let names: Vec<&str> = ruler.items().map(|item| item.name.get(lang())).collect();
    let columns = certainty.map(|certainty| Columns::of_class(outcome, certainty.replay));
    let mut sure = columns.as_ref().map(Columns::names).unwrap_or_default();
    let first_verdict = FACTS + sure.len() as u16;
    sure.extend(certainty.iter().flat_map(|_| VERDICTS.map(str::to_owned)));
    let titles: Vec<&str> = sure
        .iter()
        .map(String::as_str)
        .chain(names.iter().copied())
        .collect();
    header(sheet, &titles)?;
    let first_item = FACTS + sure.len() as u16;
    let nodes = ruler.nodes();
    let items = nodes.get(..names.len()).unwrap_or(&nodes);
    let format = match ruler.decimals() {
        Some(decimals) if decimals > 0 => {
            Format::new().set_num_format(format!("0.{}", "0".repeat(usize::from(decimals))))
        }
        Some(_) => Format::new().set_num_format("0"),
        None => Format::new(),
    };
    for (line, row) in (1..).zip(outcome.rows()) {
        facts(sheet, line, &row, &format)?;
        let of_unit = certainty.and_then(|certainty| certainty.replay.units.get(row.at));
        for (columns, of_unit) in columns.iter().zip(of_unit) {
            numbers(sheet, (line, FACTS), columns.numbers(outcome, of_unit))?;
        }
        let verdicts = certainty.map(|certainty| verdicts(certainty.compared, row.at));
        for (column, verdict) in (first_verdict..).zip(verdicts.into_iter().flatten()) {
            sheet.write_string(line, column, verdict)?;
        }
        let points = items.iter().map(|item| item.points.get(row.at).copied());
        numbers(sheet, (line, first_item), points)?;
    }
    Ok(())
}

fn header(sheet: &mut Worksheet, items: &[&str]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold().set_text_wrap();
    let facts = [
        tr("名次", "Rank"),
        tr("单位", "Unit"),
        tr("名称", "Name"),
        tr("得分", "Score"),
        tr("等次", "Band"),
    ];
    for (column, title) in (0..).zip(facts.iter().chain(items)) {
        sheet.write_string_with_format(0, column, *title, &bold)?;
    }
    sheet.set_freeze_panes(1, 3)?;
    sheet.set_column_width(1, 14)?.set_column_width(2, 28)?;
    Ok(())
}

fn facts(sheet: &mut Worksheet, line: u32, row: &Row<'_>, score: &Format) -> Result<(), XlsxError> {
    if let Some(rank) = row.rank {
        sheet.write_number(line, 0, f64::from(rank))?;
    }
    sheet.write_string(line, 1, &row.unit.id)?;
    sheet.write_string(line, 2, &row.unit.name)?;
    if let Some(points) = row.score {
        sheet.write_number_with_format(line, 3, points, score)?;
    }
    if let Some(band) = row.band {
        sheet.write_string(line, 4, band.name.get(lang()))?;
    }
    Ok(())
}

/// Numbers in a row, from a cell on; a gap leaves its cell empty.
fn numbers(
    sheet: &mut Worksheet,
    (line, from): (u32, u16),
    numbers: impl IntoIterator<Item = Option<f64>>,
) -> Result<(), XlsxError> {
    for (column, number) in (from..).zip(numbers) {
        if let Some(number) = number.filter(|number| !number.is_nan()) {
            sheet.write_number(line, column, number)?;
        }
    }
    Ok(())
}
