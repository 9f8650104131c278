//! All measures of a period put together: handed in, tallied, computed.

use rulebook::figures::{self, Column, Figure, MISSING, PeriodFigures};
use rulebook::model::{FilledBy, Id, Measure};
use rulebook::{Diagnostic, Period, Unit};

use super::{Amount, Given, OfPeriod, Tallied};
use crate::rules::Book;
use crate::{Date, State, UnitId, rating, record, work};

/// The units of a day as the scoring kernel knows them, sorted by id.
#[must_use]
pub fn units_on(state: &State, day: Date) -> Vec<Unit> {
    let units = state.organisation.units(day).map(|(id, facts)| Unit {
        id: id.to_string(),
        name: facts.name.clone(),
        category: Id::from(facts.category.as_str()),
        parent: facts.parent.as_ref().map(ToString::to_string),
        attributes: facts
            .attributes
            .iter()
            .map(|(attribute, value)| (Id::from(attribute.as_str()), value.clone()))
            .collect(),
    });
    let mut units: Vec<Unit> = units.collect();
    units.sort_by(|a, b| a.id.cmp(&b.id));
    units
}

/// The figures of a period for the units of a day, and those that their measure's range refuses.
#[must_use]
pub fn checked_figures(
    state: &State,
    book: &Book,
    period: Period,
    day: Date,
) -> (PeriodFigures, Vec<Diagnostic>) {
    let units = units_on(state, day);
    let ids: Vec<UnitId> = units.iter().map(|unit| UnitId::from(&*unit.id)).collect();
    let nothing = OfPeriod::default();
    let handed = state.figures.of(period).unwrap_or(&nothing);
    let measures = book.campaign.measures.iter();
    let columns = measures.map(|written| column(state, handed, &written.item, period, &ids));
    let columns = columns.collect();
    let mut figures = PeriodFigures { units, columns };
    let findings = figures::complete(&book.campaign, period, &mut figures);
    (figures, findings)
}

/// The figures of a period for the units of a day: handed in, tallied, corrected by decisions on objections, computed.
#[must_use]
pub fn figures(state: &State, book: &Book, period: Period, day: Date) -> PeriodFigures {
    checked_figures(state, book, period, day).0
}

/// A measure that isn't computed.
fn column(
    state: &State,
    handed: &OfPeriod,
    measure: &Measure,
    period: Period,
    units: &[UnitId],
) -> Option<Column> {
    let id = measure.id.as_str();
    let tallied = match &measure.filled_by {
        Some(FilledBy::Formula(_)) => return None,
        Some(FilledBy::Form(tally)) => Some(record::tally(state, tally, period)),
        Some(FilledBy::Rating(share)) => Some(rating::tally(state, share, period)),
        Some(FilledBy::Work(share)) => Some(work::tally(state, share, period)),
        Some(FilledBy::File) | None => None,
    };
    let cells = units.iter().map(|unit| {
        let corrected = handed.corrected(id, unit);
        corrected.or_else(|| cell(handed, tallied.as_ref(), id, unit))
    });
    let cells: Vec<Option<Given>> = cells.collect();
    // A measure of which no table has said anything yet has no column.
    let known = tallied.is_some() || cells.iter().any(Option::is_some);
    known.then(|| column_of(&cells))
}

fn cell(
    handed: &OfPeriod,
    tallied: Option<&Tallied>,
    measure: &str,
    unit: &UnitId,
) -> Option<Given> {
    let Some(tallied) = tallied else {
        return handed.cell(measure, unit).copied();
    };
    tallied.get(unit).map(|cell| Given {
        value: Amount::of(cell.value),
        n: cell.n.map(Amount::of),
        se: None,
    })
}

fn column_of(cells: &[Option<Given>]) -> Column {
    let part = |part: fn(&Given) -> Option<Amount>| -> Vec<f64> {
        let cell =
            |cell: &Option<Given>| cell.as_ref().and_then(part).map_or(MISSING, Amount::cell);
        cells.iter().map(cell).collect()
    };
    let known = |cells: Vec<f64>| {
        let any = cells
            .iter()
            .any(|cell| Figure::of(*cell) != Figure::Missing);
        any.then_some(cells)
    };
    Column {
        values: part(|given| Some(given.value)),
        n: known(part(|given| given.n)),
        se: known(part(|given| given.se)),
    }
}
