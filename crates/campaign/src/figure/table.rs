//! A table of figures as handed in, read against the rules of its period.

use std::collections::BTreeMap;

use rulebook::figures::{self, Column, Figure, Layout, MISSING, Table};
use rulebook::model::FilledBy;
use rulebook::{Campaign, Diagnostic, Period, Severity};

use super::together::units_on;
use super::{Amount, Row};
use crate::id::Name;
use crate::rules::Book;
use crate::{State, UnitId};

/// What a table says: measure → its figures.
pub type Columns = BTreeMap<Name, Vec<Row>>;

/// What a table for a period says, with everything that is wrong with it: errors are there where nothing was read.
///
/// The table is a CSV text, long or wide, as [`rulebook::figures`] reads it. An empty or missing cell says nothing.
#[must_use]
pub fn preview(
    state: &State,
    book: &Book,
    period: Period,
    table: &str,
) -> (Option<Columns>, Vec<Diagnostic>) {
    let campaign = reading_campaign(state, book, period);
    let table = Table {
        name: "figures.csv",
        bytes: table.as_bytes(),
    };
    let layout = Layout {
        period: Some(period),
        ..Layout::default()
    };
    let (figures, _, findings) = figures::read(&campaign, &[table], &layout);
    let columns = figures.map(|figures| {
        let of_period = figures.periods.get(&period);
        of_period.map_or_else(Columns::new, |figures| columns(&campaign, figures))
    });
    (columns, findings)
}

/// How many errors there are among findings, and the first.
#[must_use]
pub fn errors(findings: &[Diagnostic]) -> (usize, Option<&Diagnostic>) {
    let error = |finding: &&Diagnostic| finding.severity == Severity::Error;
    let errors = findings.iter().filter(error);
    (errors.clone().count(), errors.clone().next())
}

/// The campaign as tables are read against it: the units are those of the period's last day, and no table need be whole.
fn reading_campaign(state: &State, book: &Book, period: Period) -> Campaign {
    let mut campaign = book.campaign.clone();
    campaign.organisation = Some(units_on(state, book.calendar.last_day(period)));
    for measure in &mut campaign.measures {
        measure.item.optional = true;
        // Numbers of cases are taken from other measures when all figures are there, not when a table comes in.
        measure.item.count = None;
    }
    campaign
}

fn columns(campaign: &Campaign, figures: &figures::PeriodFigures) -> Columns {
    let measures = campaign.measures.iter().zip(&figures.columns);
    let columns = measures.filter_map(|(written, column)| {
        let measure = &written.item;
        // Formulas are computed again whenever figures are put together.
        let column = column
            .as_ref()
            .filter(|_| !matches!(measure.filled_by, Some(FilledBy::Formula(_))))?;
        let rows = figures.units.iter().enumerate();
        let rows = rows.filter_map(|(at, unit)| row(&unit.id, column, at));
        Some((Name::from(measure.id.as_str()), rows.collect::<Vec<Row>>()))
    });
    columns.filter(|(_, rows)| !rows.is_empty()).collect()
}

fn row(unit: &str, column: &Column, at: usize) -> Option<Row> {
    let cell = |cells: &[f64]| cells.get(at).copied().unwrap_or(MISSING);
    let known = |cells: &Option<Vec<f64>>| {
        let cell = cells.as_deref().map(cell)?;
        (Figure::of(cell) != Figure::Missing).then(|| Amount::of(cell))
    };
    let value = Amount::of(cell(&column.values));
    (!value.is_missing()).then(|| {
        Row(
            UnitId::from(unit),
            value,
            known(&column.n),
            known(&column.se),
        )
    })
}
