//! Figures: those handed in as tables, and all measures of a period put together for scoring.
//!
//! A table is checked as `merit score` would check it, against the rules and the units of its period. What it says replaces what
//! was handed in before; what it leaves empty stays. Nothing comes in after the cut-off: a figure found wrong later is corrected
//! by the decision on an objection, or after a reopening on record.

mod amount;
mod frozen;
mod table;
mod together;

use std::collections::{BTreeMap, BTreeSet};

use rulebook::model::FilledBy;
use rulebook::{Period, say};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use amount::Amount;
pub use frozen::{Frozen, FrozenColumn, FrozenUnit, digest};
pub use table::{Columns, errors, preview};
pub use together::{checked_figures, figures, units_on};

use crate::checks;
use crate::id::Name;
use crate::objection::ObjectionId;
use crate::refusal::{Code, Refusal};
use crate::rules::Book;
use crate::state::Context;
use crate::{Actor, Digest, Entry, Inconsistent, Note, State, Time, UnitId};

/// What can be refused, in order of precedence.
pub const REFUSALS: &[Code] = &[
    (
        "not-a-person",
        "须由登记在册的人来办",
        "this is for a person on the register to do",
    ),
    (
        "not-entitled",
        "没有所需的角色",
        "whoever asks doesn't have the role that is needed",
    ),
    (
        "no-such-period",
        "不是本活动已经开始的一期",
        "no period of this campaign that has begun",
    ),
    ("cut-off", "这一期已经截止", "the period is cut off"),
    ("figures-wrong", "数据表有错", "the table has errors"),
    (
        "not-by-file",
        "这个度量不由数据表给出",
        "the measure isn't given by tables",
    ),
    ("no-figures", "表里没有数", "the table has no figures"),
    (
        "nothing-to-take-back",
        "没有交过这个数",
        "no such figure was handed in",
    ),
];

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Hand in a table of figures: CSV, long or wide.
    HandIn {
        /// The period they are of.
        period: Period,
        /// The text of the table.
        table: String,
    },
    /// Take figures back: they are missing again.
    TakeBack {
        /// The period they are of.
        period: Period,
        /// The measure.
        measure: Name,
        /// Of which units.
        units: Vec<UnitId>,
        /// Why.
        reason: Note,
    },
}

/// A figure handed in: the unit, the figure, on how many cases it rests, its standard error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row(
    pub UnitId,
    pub Amount,
    pub Option<Amount>,
    pub Option<Amount>,
);

/// What has happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// Figures were handed in.
    #[serde(rename = "handed-in/1")]
    HandedIn {
        /// The period they are of.
        period: Period,
        /// The SHA-256 digest of the table's text.
        table: Digest,
        /// Measure → its figures.
        columns: Columns,
    },
    /// Figures were taken back.
    #[serde(rename = "taken-back/1")]
    TakenBack {
        /// The period they are of.
        period: Period,
        /// The measure.
        measure: Name,
        /// Of which units.
        units: Vec<UnitId>,
        /// Why.
        reason: Note,
    },
}

/// A figure with what is known of its precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "GivenFigure")]
pub struct Given {
    /// The figure.
    pub value: Amount,
    /// On how many cases it rests.
    pub n: Option<Amount>,
    /// Its standard error.
    pub se: Option<Amount>,
}

/// Figures coming in or being taken back: which entry tells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HandIn {
    /// The entry.
    pub entry: u64,
    /// When.
    pub at: Time,
    /// Who.
    pub by: Actor,
    /// How many figures.
    pub cells: u32,
}

/// The figures of a period that don't come from records, ratings or work items.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OfPeriod {
    cells: BTreeMap<Name, BTreeMap<UnitId, Given>>,
    /// Measure → unit → what decisions on objections put in place, in order of the decisions.
    corrections: BTreeMap<Name, BTreeMap<UnitId, Vec<(ObjectionId, Given)>>>,
    history: Vec<HandIn>,
}

impl OfPeriod {
    /// A figure as handed in last.
    #[must_use]
    pub fn cell(&self, measure: &str, unit: &UnitId) -> Option<&Given> {
        self.cells.get(measure)?.get(unit)
    }

    /// A figure as a decision on an objection corrected it, wherever the measure comes from.
    #[must_use]
    pub fn corrected(&self, measure: &str, unit: &UnitId) -> Option<Given> {
        let corrections = self.corrections.get(measure)?.get(unit)?;
        corrections.last().map(|(_, given)| *given)
    }

    /// How figures came in, oldest first.
    #[must_use]
    pub fn history(&self) -> &[HandIn] {
        &self.history
    }
}

/// The figures handed in, by period.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Handed {
    periods: BTreeMap<Period, OfPeriod>,
}

impl Handed {
    /// What was handed in for a period.
    #[must_use]
    pub fn of(&self, period: Period) -> Option<&OfPeriod> {
        self.periods.get(&period)
    }

    /// Puts a corrected figure in place, by the decision on an objection.
    pub(crate) fn correct(
        &mut self,
        objection: ObjectionId,
        (period, measure, unit): (Period, &Name, &UnitId),
        given: Given,
    ) {
        let measures = &mut self.periods.entry(period).or_default().corrections;
        let units = measures.entry(measure.clone()).or_default();
        let corrections = units.entry(unit.clone()).or_default();
        corrections.push((objection, given));
    }

    /// Undoes what the decision on an objection put in place.
    pub(crate) fn uncorrect(
        &mut self,
        objection: ObjectionId,
        (period, measure, unit): (Period, &Name, &UnitId),
    ) {
        let of_period = self.periods.get_mut(&period);
        let corrections = of_period
            .and_then(|of_period| of_period.corrections.get_mut(measure))
            .and_then(|units| units.get_mut(unit));
        if let Some(corrections) = corrections {
            corrections.retain(|(of, _)| *of != objection);
        }
    }

    fn put(&mut self, period: Period, columns: &Columns, note: HandIn) {
        let of_period = self.periods.entry(period).or_default();
        for (measure, rows) in columns {
            let cells = of_period.cells.entry(measure.clone()).or_default();
            for Row(unit, value, n, se) in rows {
                let given = Given {
                    value: *value,
                    n: *n,
                    se: *se,
                };
                cells.insert(unit.clone(), given);
            }
        }
        of_period.history.push(note);
    }

    fn take_back(&mut self, period: Period, measure: &Name, units: &[UnitId], note: HandIn) {
        let of_period = self.periods.entry(period).or_default();
        if let Some(cells) = of_period.cells.get_mut(measure) {
            cells.retain(|unit, _| !units.contains(unit));
        }
        of_period.history.push(note);
    }
}

pub(crate) fn decide(
    state: &State,
    action: &Action,
    context: &Context<'_>,
) -> Result<Vec<crate::Event>, Refusal> {
    let book = checks::book(state)?;
    let (Action::HandIn { period, .. } | Action::TakeBack { period, .. }) = action;
    if !matches!(context.by, Actor::Program(_)) {
        checks::with_role(state, context, checks::closer(book), None)?;
    }
    checks::begun(state, *period, context.today)?;
    open(state, *period)?;
    // The rules of the period, not those of the day.
    let book = state.rules.of(*period).map_or(book, |book| &**book);
    let event = match action {
        Action::HandIn { table, .. } => hand_in(state, book, *period, table)?,
        Action::TakeBack {
            measure,
            units,
            reason,
            ..
        } => take_back(state, *period, measure, units, *reason)?,
    };
    Ok(vec![crate::Event::Figure(event)])
}

/// That figures of a period may still come in.
fn open(state: &State, period: Period) -> Result<(), Refusal> {
    if !state.periods.is_cut_off(period) {
        return Ok(());
    }
    Err(Refusal::new(
        "cut-off",
        say!("{period} 已经截止。", "{period} is cut off."),
        say!(
            "个别数有错的,由当事单位提出异议;整批要补的,提请重新开放这一期。",
            "If single figures are wrong, the unit concerned objects; if many are late, propose to reopen the period."
        ),
    ))
}

fn hand_in(state: &State, book: &Book, period: Period, table: &str) -> Result<Event, Refusal> {
    let (columns, findings) = preview(state, book, period, table);
    let columns = columns.ok_or_else(|| wrong(&findings))?;
    if let Some(measure) = columns.keys().find(|id| !by_file(book, id.as_str())) {
        return Err(Refusal::new(
            "not-by-file",
            say!(
                "度量“{measure}”由表单、评价或事项汇总,不由数据表给出。",
                "The measure `{measure}` is tallied from records, ratings or work items, not given by tables."
            ),
            say!("删去这一列再交。", "Take the column out and hand in again."),
        ));
    }
    if columns.is_empty() {
        return Err(Refusal::new(
            "no-figures",
            say!(
                "表里没有 {period} 的数。",
                "The table has no figures of {period}."
            ),
            say!(
                "核对期和列名,填上数再交。",
                "Check the period and the names of the columns, fill in figures, hand in again."
            ),
        ));
    }
    Ok(Event::HandedIn {
        period,
        table: Digest::of(table.as_bytes()),
        columns,
    })
}

fn by_file(book: &Book, measure: &str) -> bool {
    let measure = book.campaign.measure(measure);
    measure.is_some_and(|m| matches!(m.filled_by, None | Some(FilledBy::File)))
}

fn wrong(findings: &[rulebook::Diagnostic]) -> Refusal {
    let (count, first) = errors(findings);
    let (zh, en) = first.map_or_else(Default::default, |first| {
        let place = &first.place.file;
        (
            format!("{place}:{}", first.problem.zh),
            format!("{place}: {}", first.problem.en),
        )
    });
    Refusal::new(
        "figures-wrong",
        say!(
            "数据表有 {count} 处错误;第一处:{zh}。",
            "The table has {count} errors; the first: {en}."
        ),
        say!(
            "预览里列出了全部错误;改好再交。",
            "The preview lists them all; mend them and hand in again."
        ),
    )
}

fn take_back(
    state: &State,
    period: Period,
    measure: &Name,
    units: &[UnitId],
    reason: Note,
) -> Result<Event, Refusal> {
    let handed = |unit: &&UnitId| {
        let of_period = state.figures.of(period);
        of_period.is_some_and(|of_period| of_period.cell(measure.as_str(), unit).is_some())
    };
    let unknown = units.iter().find(|unit| !handed(unit));
    if units.is_empty() || unknown.is_some() {
        let unit = unknown.map_or("-", UnitId::as_str);
        return Err(Refusal::new(
            "nothing-to-take-back",
            say!(
                "没有交过单位 {unit} 的“{measure}”({period})。",
                "No `{measure}` of the unit {unit} was handed in for {period}."
            ),
            say!("核对度量和单位。", "Check the measure and the unit."),
        ));
    }
    // Named twice, a unit is taken back once.
    let units: BTreeSet<&UnitId> = units.iter().collect();
    Ok(Event::TakenBack {
        period,
        measure: measure.clone(),
        units: units.into_iter().cloned().collect(),
        reason,
    })
}

impl Event {
    /// The items of the vault it brings.
    pub(crate) fn notes(&self, out: &mut Vec<Note>) {
        match self {
            Self::HandedIn { .. } => {}
            Self::TakenBack { reason, .. } => out.push(*reason),
        }
    }
}

pub(crate) fn evolve(state: &mut State, event: &Event, entry: &Entry) -> Result<(), Inconsistent> {
    let note = |cells: usize| HandIn {
        entry: state.length(),
        at: entry.at,
        by: entry.by.clone(),
        cells: u32::try_from(cells).unwrap_or(u32::MAX),
    };
    match event {
        Event::HandedIn {
            period, columns, ..
        } => {
            let note = note(columns.values().map(Vec::len).sum());
            state.figures.put(*period, columns, note);
        }
        Event::TakenBack {
            period,
            measure,
            units,
            ..
        } => {
            let note = note(units.len());
            state.figures.take_back(*period, measure, units, note);
        }
    }
    let mut notes = Vec::new();
    event.notes(&mut notes);
    checks::remember(state, entry, &notes);
    Ok(())
}

/// A figure of a unit, tallied from records, ratings or work items.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// The figure; one of the two gaps of [`rulebook::figures`] where there is none.
    pub value: f64,
    /// On how many cases it rests, where that is known.
    pub n: Option<f64>,
}

/// A measure of a period, for the units that have it; a unit that isn't in it has a missing figure.
pub type Tallied = BTreeMap<UnitId, Cell>;
