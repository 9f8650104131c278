//! Figures: the measures of units, period by period, in columns.
//!
//! A cell is an `f64`. Two NaN bit patterns stand for "missing" and "not applicable", so a column is one plain slice and a
//! kernel can run over it; [`Figure::of`] tells them apart. No other NaN and no infinity ever stands in a column: whoever
//! fills one checks.

mod absent;
mod derive;
mod draft;
mod long;
mod number;
mod plan;
mod read;
mod rows;

use std::collections::BTreeMap;

use crate::campaign::Campaign;
use crate::diagnostic::Place;
use crate::{Diagnostic, Period, Unit};

pub use long::write_long;
pub(crate) use read::unit_without_category;
pub use read::{CODES, Layout, Notes, Shape, Table, TableNote, read};

/// The cell of a figure that is missing.
pub const MISSING: f64 = f64::from_bits(0x7ff8_0000_0000_0001);
/// The cell of a figure that does not apply to the unit.
pub const NOT_APPLICABLE: f64 = f64::from_bits(0x7ff8_0000_0000_0002);

/// What stands in a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Figure {
    /// A finite number.
    Given(f64),
    /// No figure was given, though one was due.
    Missing,
    /// The measure does not apply to the unit.
    NotApplicable,
}

impl Figure {
    /// What `cell` stands for.
    #[must_use]
    #[inline]
    pub fn of(cell: f64) -> Self {
        if !cell.is_nan() {
            Self::Given(cell)
        } else if cell.to_bits() == NOT_APPLICABLE.to_bits() {
            Self::NotApplicable
        } else {
            Self::Missing
        }
    }

    /// The cell that stands for it.
    #[must_use]
    #[inline]
    pub fn cell(self) -> f64 {
        match self {
            Self::Given(value) => value,
            Self::Missing => MISSING,
            Self::NotApplicable => NOT_APPLICABLE,
        }
    }
}

/// One measure of all units of a period.
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// A cell for each unit.
    pub values: Vec<f64>,
    /// On how many cases each figure rests; cells too.
    pub n: Option<Vec<f64>>,
    /// The standard error of each figure; cells too.
    pub se: Option<Vec<f64>>,
}

/// The figures of one period.
#[derive(Clone, Debug, Default)]
pub struct PeriodFigures {
    /// The units, sorted by id (bytewise), each once.
    pub units: Vec<Unit>,
    /// For each measure of the campaign, in the campaign's order: its column, or `None` where no file had one.
    pub columns: Vec<Option<Column>>,
}

/// The figures of all periods.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Period → figures.
    pub periods: BTreeMap<Period, PeriodFigures>,
}

/// Completes figures that were put together without tables: computes what a formula gives, takes numbers of cases from the
/// measure named in `count` where there are none.
///
/// Gives the figures that their measure's range refuses, the first ten of them: such figures must not be scored.
#[must_use]
pub fn complete(
    campaign: &Campaign,
    period: Period,
    figures: &mut PeriodFigures,
) -> Vec<Diagnostic> {
    derive::complete(campaign, figures);
    let place = Place::whole(period.to_string());
    derive::out_of_range(campaign, period, figures, &place, |_| true)
}
