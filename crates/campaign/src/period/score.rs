//! The scoring run of a period.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use rulebook::figures::{self, Figures, Layout, Table};
use rulebook::{Campaign, Diagnostic, Period};
use scoring::run::{Outcome, Run as Scoring, Selection};
use serde::{Deserialize, Serialize};

use super::refuse;
use crate::figure::{self, Amount, Frozen};
use crate::id::Name;
use crate::refusal::Refusal;
use crate::rules::Book;
use crate::{Digest, State, UnitId};

/// The results of a class: the units of one category.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassResult {
    /// The category.
    pub category: Name,
    /// The scheme that scored it.
    pub scheme: Name,
    /// Its units: ranked ones by rank, then the others; by id where that leaves them equal.
    pub units: Vec<UnitResult>,
}

impl ClassResult {
    /// A unit's result.
    #[must_use]
    pub fn of(&self, unit: &UnitId) -> Option<&UnitResult> {
        self.units.iter().find(|result| result.unit == *unit)
    }

    /// How many of its units are ranked.
    #[must_use]
    pub fn ranked(&self) -> usize {
        let ranked = self.units.iter().filter(|result| result.rank.is_some());
        ranked.count()
    }
}

/// The result of a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitResult {
    /// The unit.
    pub unit: UnitId,
    /// Its score; `None` where it isn't scored.
    pub score: Option<Amount>,
    /// Its rank; `None` where it isn't rated.
    pub rank: Option<u32>,
    /// Its band.
    pub band: Option<Name>,
}

/// What a scoring run gives.
pub(super) struct Scored {
    pub figures: Digest,
    pub inputs: BTreeMap<Period, Frozen>,
    pub classes: Vec<ClassResult>,
}

/// Why figures can't be scored.
#[derive(Clone, Debug)]
pub enum Evaluation {
    /// The table of figures has errors.
    Figures(Vec<Diagnostic>),
    /// A scheme can't be used.
    Scheme(scoring::run::RunError),
}

impl Evaluation {
    /// As scoring is refused for it.
    #[must_use]
    pub fn refusal(&self, period: Period) -> Refusal {
        match self {
            Self::Figures(findings) => refuse::figures_wrong(period, findings),
            Self::Scheme(error) => refuse::not_scorable(error),
        }
    }
}

/// Scores a period as the state stands: the figures put together, written down, read back as anyone reads them, scored.
pub(super) fn score(state: &State, book: &Book, period: Period) -> Result<Scored, Refusal> {
    let last_day = book.calendar.last_day(period);
    let (figures, findings) = figure::checked_figures(state, book, period, last_day);
    if !findings.is_empty() {
        return Err(refuse::figures_wrong(period, &findings));
    }
    let before = state.periods.get(period.previous());
    let before = before.and_then(|of| of.inputs.get_key_value(&period.previous()));
    let mut inputs: BTreeMap<Period, Frozen> = before
        .map(|(period, frozen)| (*period, frozen.clone()))
        .into_iter()
        .collect();
    inputs.insert(period, Frozen::of(&book.campaign, &figures));
    let csv = figures_csv(&book.campaign, &inputs);
    let classes = evaluate(&book.campaign, period, &csv).map_err(|why| why.refusal(period))?;
    Ok(Scored {
        figures: Digest::of(csv.as_bytes()),
        inputs,
        classes,
    })
}

/// Figures as a long CSV table that stands for itself: with category, name, parent and attributes of each unit.
#[must_use]
pub fn figures_csv(campaign: &Campaign, inputs: &BTreeMap<Period, Frozen>) -> String {
    let campaign = without_units(campaign);
    let thaw = |(period, frozen): (&Period, &Frozen)| (*period, frozen.thaw(&campaign, *period));
    let figures = Figures {
        periods: inputs.iter().map(thaw).collect(),
    };
    figures::write_long(&campaign, &figures)
}

/// The results of a period, from its rules and its figures alone; for the same texts the same, on any machine.
///
/// # Errors
/// Everything that is wrong with the table, or the scheme that can't be used.
pub fn evaluate(
    campaign: &Campaign,
    period: Period,
    csv: &str,
) -> Result<Vec<ClassResult>, Evaluation> {
    let campaign = without_units(campaign);
    let table = Table {
        name: "figures.csv",
        bytes: csv.as_bytes(),
    };
    let layout = Layout {
        period: Some(period),
        ..Layout::default()
    };
    let (figures, _, findings) = figures::read(&campaign, &[table], &layout);
    let figures = figures.ok_or(Evaluation::Figures(findings))?;
    let selection = Selection {
        period: Some(period),
        scheme: None,
    };
    let mut classes = Vec::new();
    Scoring::new(&campaign, &figures, selection)
        .each(NonZeroUsize::MIN, |outcome| classes.push(class_of(outcome)))
        .map_err(Evaluation::Scheme)?;
    Ok(classes)
}

/// The campaign for figures that bring their units with them.
fn without_units(campaign: &Campaign) -> Campaign {
    Campaign {
        organisation: None,
        ..campaign.clone()
    }
}

fn class_of(outcome: &Outcome<'_, '_>) -> ClassResult {
    let units = outcome.rows().map(|row| UnitResult {
        unit: UnitId::from(row.unit.id.as_str()),
        score: row.score.map(Amount::of),
        rank: row.rank,
        band: row.band.map(|band| Name::from(band.id.as_str())),
    });
    ClassResult {
        category: Name::from(outcome.job.category),
        scheme: Name::from(outcome.job.scheme.id.as_str()),
        units: units.collect(),
    }
}

/// Results as a CSV table: `category,scheme,unit,score,rank,band`.
///
/// Cells that hold commas, quotes or line ends are quoted.
#[must_use]
pub fn results_csv(classes: &[ClassResult]) -> String {
    let mut csv = String::from("category,scheme,unit,score,rank,band\n");
    for class in classes {
        for result in &class.units {
            let score = result.score.and_then(Amount::given);
            let score = score.map_or_else(String::new, |score| score.to_string());
            let rank = result
                .rank
                .map_or_else(String::new, |rank| rank.to_string());
            let band = result.band.as_ref().map_or("", Name::as_str);
            let cells = [
                class.category.as_str(),
                class.scheme.as_str(),
                result.unit.as_str(),
                &score,
                &rank,
                band,
            ];
            push_row(&mut csv, &cells);
        }
    }
    csv
}

/// Adds a row to a CSV text (RFC 4180, lines end in LF).
pub(crate) fn push_row(csv: &mut String, cells: &[&str]) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            csv.push(',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            csv.push('"');
            csv.push_str(&cell.replace('"', "\"\""));
            csv.push('"');
        } else {
            csv.push_str(cell);
        }
    }
    csv.push('\n');
}
