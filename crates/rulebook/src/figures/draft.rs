//! The figures of a period while tables are being read: columns that grow, and where each figure came from.

use std::collections::HashMap;

use super::plan::Part;
use super::{Column, MISSING, PeriodFigures};
use crate::Unit;

/// A row of a table, so that messages can name it: the table's position, and its one-based line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub table: u32,
    pub line: u32,
}

/// The figures of one period.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub units: Vec<Unit>,
    /// Where each unit was first met; `None` for units of the organisation.
    pub met: Vec<Option<Source>>,
    /// Looked up only, never walked.
    ids: HashMap<Box<str>, usize>,
    /// Measure by measure.
    parts: Vec<Parts>,
    /// For each wide table: the line each unit stands on, 0 where it does not.
    wide: Vec<(u32, Vec<u32>)>,
}

#[derive(Clone, Debug, Default)]
struct Parts {
    value: Cells,
    n: Cells,
    se: Cells,
}

#[derive(Clone, Debug, Default)]
struct Cells {
    /// Some table has such a column.
    present: bool,
    values: Vec<f64>,
    /// For figures from long tables: where they came from.
    long: Vec<Option<Source>>,
}

impl Parts {
    fn get(&self, part: Part) -> &Cells {
        match part {
            Part::Value => &self.value,
            Part::N => &self.n,
            Part::Se => &self.se,
        }
    }

    fn get_mut(&mut self, part: Part) -> &mut Cells {
        match part {
            Part::Value => &mut self.value,
            Part::N => &mut self.n,
            Part::Se => &mut self.se,
        }
    }
}

impl Draft {
    /// No figures yet, of the organisation's units (where there is one) and so many measures.
    pub(super) fn new(organisation: Option<&[Unit]>, measures: usize) -> Self {
        let units = organisation.unwrap_or_default().to_vec();
        let ids = units
            .iter()
            .enumerate()
            .map(|(index, unit)| (Box::from(unit.id.as_str()), index))
            .collect();
        Self {
            met: vec![None; units.len()],
            units,
            ids,
            parts: vec![Parts::default(); measures],
            wide: Vec::new(),
        }
    }

    /// The position of the unit with this id.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        self.ids.get(id).copied()
    }

    /// Adds a unit that isn't there yet.
    pub(super) fn add(&mut self, id: &str, met: Source) -> usize {
        let index = self.units.len();
        self.units.push(Unit {
            id: id.to_owned(),
            ..Unit::default()
        });
        self.met.push(Some(met));
        self.ids.insert(Box::from(id), index);
        index
    }

    /// Notes that a wide table has a row about the unit; the line of an earlier one, if there is one.
    pub(super) fn row_of(&mut self, unit: usize, at: Source) -> Option<u32> {
        if self.wide.last().is_none_or(|(table, _)| *table != at.table) {
            self.wide.push((at.table, Vec::new()));
        }
        let (_, lines) = self.wide.last_mut()?;
        if lines.len() <= unit {
            lines.resize(unit + 1, 0);
        }
        let line = lines.get_mut(unit)?;
        let before = std::mem::replace(line, at.line);
        (before != 0).then_some(before)
    }

    /// Notes that some table has the measure.
    pub(super) fn has(&mut self, measure: usize, part: Part) {
        if let Some(parts) = self.parts.get_mut(measure) {
            parts.get_mut(part).present = true;
        }
    }

    /// Puts a figure in place, unless one is there; then gives that. `long` says where a long table's figure stands.
    #[inline]
    pub(super) fn put(
        &mut self,
        (measure, part): (usize, Part),
        unit: usize,
        value: f64,
        long: Option<Source>,
    ) -> Result<(), f64> {
        let Some(cells) = self.parts.get_mut(measure).map(|parts| parts.get_mut(part)) else {
            return Ok(());
        };
        if cells.values.len() <= unit {
            cells.values.resize(unit + 1, MISSING);
        }
        let Some(cell) = cells.values.get_mut(unit) else {
            return Ok(());
        };
        if cell.to_bits() != MISSING.to_bits() {
            // An empty cell says nothing against the figure that is there.
            let agrees = value.to_bits() == MISSING.to_bits();
            let value = *cell;
            return if agrees { Ok(()) } else { Err(value) };
        }
        *cell = value;
        if long.is_some() {
            cells.long.resize(cells.long.len().max(unit + 1), None);
            if let Some(from) = cells.long.get_mut(unit) {
                *from = long;
            }
        }
        Ok(())
    }

    /// Where the figure that is in place came from; `has_column` says whether a wide table has its column.
    pub(super) fn source(
        &self,
        (measure, part): (usize, Part),
        unit: usize,
        has_column: impl Fn(u32) -> bool,
    ) -> Option<Source> {
        let cells = self.parts.get(measure).map(|parts| parts.get(part));
        let long = cells.and_then(|cells| cells.long.get(unit).copied().flatten());
        let line = |(table, lines): &(u32, Vec<u32>)| {
            let line = lines
                .get(unit)
                .copied()
                .filter(|line| *line != 0 && has_column(*table))?;
            Some(Source {
                table: *table,
                line,
            })
        };
        long.or_else(|| self.wide.iter().find_map(line))
    }

    /// Makes room for so many units.
    pub(super) fn reserve(&mut self, units: usize, slots: impl Iterator<Item = (usize, Part)>) {
        self.units.reserve(units);
        self.met.reserve(units);
        self.ids.reserve(units);
        for (measure, part) in slots {
            if let Some(parts) = self.parts.get_mut(measure) {
                parts.get_mut(part).values.reserve_exact(units);
            }
        }
    }

    /// The figures, units sorted by id.
    pub(super) fn finish(self) -> PeriodFigures {
        let Self {
            mut units, parts, ..
        } = self;
        let order = order(&units);
        let count = units.len();
        let columns = parts
            .into_iter()
            .map(|parts| column(parts, count, order.as_deref()))
            .collect();
        if order.is_some() {
            units.sort_by(|a, b| a.id.cmp(&b.id));
        }
        PeriodFigures { units, columns }
    }
}

/// The positions of the units in order of id; `None` where they are in order already.
fn order(units: &[Unit]) -> Option<Vec<usize>> {
    if units.is_sorted_by(|a, b| a.id < b.id) {
        return None;
    }
    let mut keyed: Vec<(&str, usize)> = units
        .iter()
        .enumerate()
        .map(|(index, unit)| (unit.id.as_str(), index))
        .collect();
    keyed.sort_unstable();
    Some(keyed.into_iter().map(|(_, index)| index).collect())
}

fn column(parts: Parts, count: usize, order: Option<&[usize]>) -> Option<Column> {
    let Parts { value, n, se } = parts;
    let optional = |cells: Cells| {
        let given = cells
            .values
            .iter()
            .any(|cell| cell.to_bits() != MISSING.to_bits());
        given.then(|| arrange(cells.values, count, order))
    };
    let (n, se) = (optional(n), optional(se));
    // Numbers of cases alone are no figures: their column's name was likely misspelt, and that must be told.
    value.present.then(|| Column {
        values: arrange(value.values, count, order),
        n,
        se,
    })
}

fn arrange(mut values: Vec<f64>, count: usize, order: Option<&[usize]>) -> Vec<f64> {
    values.resize(count, MISSING);
    match order {
        None => values,
        Some(order) => order
            .iter()
            .map(|index| values.get(*index).copied().unwrap_or(MISSING))
            .collect(),
    }
}
