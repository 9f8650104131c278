//! Counts of work items per unit and period: kept exact by every entry.

use std::collections::BTreeMap;

use rulebook::Period;
use rulebook::figures::NOT_APPLICABLE;
use rulebook::model::{WorkKind, WorkShare, WorkTally};
use serde::{Deserialize, Serialize};

use crate::figure::{Cell, Tallied};
use crate::{State, UnitId};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counted {
    /// Opened in the period.
    Opened,
    /// Closed in the period: done and passed, or groundless.
    Closed,
    /// Change in the period of how many are open.
    Open,
    /// Change in the period of how many are late when it ends.
    Late,
    /// Due in the period.
    Due,
    /// Of those due, done in time and passed at the first check.
    InTime,
    /// Of those due, done in time and waiting for the first check.
    Waiting,
}

/// A change of a figure by an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The period.
    pub period: Period,
    /// Which of the units that had the item, the first being 0.
    pub holder: u16,
    /// What.
    pub counted: Counted,
    /// By how much: 1 or -1.
    pub by: i8,
}

/// Figures of a unit's items of one kind in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Opened in the period.
    pub opened: i32,
    /// Closed in the period.
    pub closed: i32,
    /// Change of how many are open.
    pub open: i32,
    /// Change of how many are late at the end.
    pub late: i32,
    /// Due in the period.
    pub due: i32,
    /// Of those due, done in time and passed at the first check.
    pub in_time: i32,
    /// Of those due, done in time and waiting for the first check.
    pub waiting: i32,
}

impl Figures {
    const fn slot(&mut self, counted: Counted) -> &mut i32 {
        match counted {
            Counted::Opened => &mut self.opened,
            Counted::Closed => &mut self.closed,
            Counted::Open => &mut self.open,
            Counted::Late => &mut self.late,
            Counted::Due => &mut self.due,
            Counted::InTime => &mut self.in_time,
            Counted::Waiting => &mut self.waiting,
        }
    }

    /// The sum of two.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            opened: self.opened + other.opened,
            closed: self.closed + other.closed,
            open: self.open + other.open,
            late: self.late + other.late,
            due: self.due + other.due,
            in_time: self.in_time + other.in_time,
            waiting: self.waiting + other.waiting,
        }
    }
}

/// The figures of all units.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Counts(BTreeMap<Period, BTreeMap<(WorkKind, UnitId), Figures>>);

impl Counts {
    /// Counts a mark in, or with -1 out again.
    pub(super) fn add(&mut self, kind: WorkKind, unit: &UnitId, mark: Mark, sign: i32) {
        let units = self.0.entry(mark.period).or_default();
        let figures = units.entry((kind, unit.clone())).or_default();
        *figures.slot(mark.counted) += i32::from(mark.by) * sign;
    }

    pub(super) fn of(&self, period: Period, kind: WorkKind, unit: &UnitId) -> Figures {
        let units = self.0.get(&period);
        let figures = units.and_then(|units| units.get(&(kind, unit.clone())));
        figures.copied().unwrap_or_default()
    }

    /// The figures of the units in a period; what is open and late is summed over all periods up to it.
    pub(super) fn at_end(&self, period: Period, kind: WorkKind) -> BTreeMap<&UnitId, Figures> {
        let mut sums: BTreeMap<&UnitId, Figures> = BTreeMap::new();
        for (at, units) in self.0.range(..=period) {
            for ((_, unit), figures) in units.iter().filter(|((k, _), _)| *k == kind) {
                let sum = sums.entry(unit).or_default();
                *sum = if *at == period {
                    sum.plus(*figures)
                } else {
                    Figures {
                        open: sum.open + figures.open,
                        late: sum.late + figures.late,
                        ..*sum
                    }
                };
            }
        }
        sums
    }
}

/// The measure of a period that work items yield.
///
/// Counts are 0 where there is nothing. The share done in time leaves out what waits for its first check – nobody pays for a
/// slow checker – and isn't applicable where nothing was due; `n` is what it rests on. Items count where they were when the
/// period ended; declined and unanswered offers are never due.
#[must_use]
pub fn tally(state: &State, share: &WorkShare, period: Period) -> Tallied {
    let Some(book) = state.rules.of(period) else {
        return Tallied::new();
    };
    let sums = state.work.counts().at_end(period, share.kind);
    let last_day = book.calendar.last_day(period);
    let units = state.organisation.units(last_day).map(|(unit, _)| unit);
    let all = units.chain(sums.keys().copied());
    let cell = |unit: &UnitId| value(share.tally, sums.get(unit).copied().unwrap_or_default());
    all.map(|unit| (unit.clone(), cell(unit))).collect()
}

fn value(tally: WorkTally, figures: Figures) -> Cell {
    let count = match tally {
        WorkTally::Opened => figures.opened,
        WorkTally::Closed => figures.closed,
        WorkTally::Open => figures.open,
        WorkTally::Overdue => figures.late,
        WorkTally::Due => figures.due,
        WorkTally::InTimeCount => figures.in_time,
        WorkTally::InTime => {
            let n = f64::from(figures.due - figures.waiting);
            let value = if n > 0.0 {
                f64::from(figures.in_time) / n
            } else {
                NOT_APPLICABLE
            };
            return Cell { value, n: Some(n) };
        }
    };
    Cell {
        value: f64::from(count),
        n: None,
    }
}
