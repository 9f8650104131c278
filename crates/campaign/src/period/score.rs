//! The scoring run of a period.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroUsize};

use rulebook::figures::{self, Figures, Layout, Table};
use rulebook::model::Comparison;
use rulebook::{Campaign, Diagnostic, Period};
use scoring::replay::{
    Compared, Comparing, Named, ReplayError, Settings, Sureness, Verdict, replay,
};
use scoring::run::{Outcome, Run as Scoring, Selection};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

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
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
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
    /// How sure that is; `None` where the campaign declares no comparison.
    #[serde(default)]
    pub sure: Option<Sure>,
}

/// As text, a result that says nothing of how sure it is looks as it did before results could say so; snapshots have all fields.
impl Serialize for UnitResult {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sure = self.sure.is_some() || !serializer.is_human_readable();
        let mut result = serializer.serialize_struct("UnitResult", 4 + usize::from(sure))?;
        result.serialize_field("unit", &self.unit)?;
        result.serialize_field("score", &self.score)?;
        result.serialize_field("rank", &self.rank)?;
        result.serialize_field("band", &self.band)?;
        if sure {
            result.serialize_field("sure", &self.sure)?;
        }
        result.end()
    }
}

/// How sure a unit's result is, and what it is named for, at the error rate that the campaign declares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sure {
    /// The 95 % interval of its score.
    pub score: Option<(Amount, Amount)>,
    /// The 95 % interval of its rank.
    pub rank: Option<(u32, u32)>,
    /// Next to the mean of its class; `None` where it can't be compared.
    pub named: Option<Verdict>,
    /// Next to the period before: [`Verdict::Ahead`] is clearly improved; `None` where it can't be compared.
    pub improved: Option<Verdict>,
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
    /// A class can't be replayed.
    Replay {
        /// Its category.
        category: String,
        /// Why.
        error: ReplayError,
    },
}

impl Evaluation {
    /// As scoring is refused for it.
    #[must_use]
    pub fn refusal(&self, period: Period) -> Refusal {
        match self {
            Self::Figures(findings) => refuse::figures_wrong(period, findings),
            Self::Scheme(error) => refuse::not_scorable(error),
            Self::Replay { category, error } => refuse::not_replayed(category, error),
        }
    }
}

/// Scores a period as the state stands: the figures put together, written down, read back as anyone reads them, scored.
pub(super) fn score(state: &State, book: &Book, period: Period) -> Result<Scored, Refusal> {
    let (inputs, csv) = figures_of(state, book, period)?;
    let classes = evaluate(&book.campaign, period, &csv).map_err(|why| why.refusal(period))?;
    Ok(Scored {
        figures: Digest::of(csv.as_bytes()),
        inputs,
        classes,
    })
}

/// So many times a period is replayed to tell how sure results are by rules that declare no comparison.
const TRIED_DRAWS: u32 = 400;

/// What the results of a period would be by other rules, from all that was filed and handed in for it, always with how sure that
/// is. Nothing comes of it.
///
/// # Errors
/// Why they can't score it.
pub fn tried(state: &State, book: &Book, period: Period) -> Result<Vec<ClassResult>, Refusal> {
    let (_, csv) = figures_of(state, book, period)?;
    let mut campaign = book.campaign.clone();
    campaign.file.comparison.get_or_insert_with(|| Comparison {
        draws: TRIED_DRAWS,
        ..Comparison::default()
    });
    evaluate(&campaign, period, &csv).map_err(|why| why.refusal(period))
}

/// The figures that a period is scored by, put together and written down.
fn figures_of(
    state: &State,
    book: &Book,
    period: Period,
) -> Result<(BTreeMap<Period, Frozen>, String), Refusal> {
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
    Ok((inputs, csv))
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
    match campaign.file.comparison.clone() {
        None => plain(&campaign, period, &figures),
        Some(declared) => compared(&campaign, period, &figures, &declared),
    }
}

fn plain(
    campaign: &Campaign,
    period: Period,
    figures: &Figures,
) -> Result<Vec<ClassResult>, Evaluation> {
    let selection = Selection {
        period: Some(period),
        scheme: None,
    };
    let mut classes = Vec::new();
    Scoring::new(campaign, figures, selection)
        .each(NonZeroUsize::MIN, |outcome| {
            classes.push(class_of(outcome, |_| None));
        })
        .map_err(Evaluation::Scheme)?;
    Ok(classes)
}

/// The results with how sure they are. The period before is replayed as well, to tell who has improved.
fn compared(
    campaign: &Campaign,
    period: Period,
    figures: &Figures,
    declared: &Comparison,
) -> Result<Vec<ClassResult>, Evaluation> {
    let draws = NonZeroU32::new(declared.draws).unwrap_or(NonZeroU32::MIN);
    let settings = Settings {
        seed: declared.seed,
        ..Settings::new(draws)
    };
    let scoring = Scoring::new(campaign, figures, Selection::default());
    let measures = scoring.measures();
    let mut comparing = Comparing::new(declared);
    let mut classes = Vec::new();
    let mut failed = None;
    let mut one = |outcome: &Outcome<'_, '_>| -> Result<(), ReplayError> {
        let replayed = replay(
            outcome.scored,
            &measures,
            &settings,
            NonZeroUsize::MIN,
            &|| (),
        )?;
        let found = comparing.compare(outcome, &replayed)?;
        if outcome.job.period == period {
            let sure = |at: usize| Some(sure_of(replayed.units.get(at)?, &found, at));
            classes.push(class_of(outcome, sure));
        }
        Ok(())
    };
    scoring
        .each(NonZeroUsize::MIN, |outcome| {
            if let Err(error) = one(outcome) {
                let category = outcome.job.category.to_owned();
                failed.get_or_insert(Evaluation::Replay { category, error });
            }
        })
        .map_err(Evaluation::Scheme)?;
    failed.map_or(Ok(classes), Err)
}

fn sure_of(unit: &Sureness, found: &Compared, at: usize) -> Sure {
    let verdict = |list: &[Option<Named>]| list.get(at).copied().flatten().map(|one| one.verdict);
    Sure {
        score: unit
            .score
            .map(|(low, high)| (Amount::of(low), Amount::of(high))),
        rank: unit.rank,
        named: verdict(&found.ahead),
        improved: verdict(&found.improved),
    }
}

/// The campaign for figures that bring their units with them.
fn without_units(campaign: &Campaign) -> Campaign {
    Campaign {
        organisation: None,
        ..campaign.clone()
    }
}

fn class_of(outcome: &Outcome<'_, '_>, sure: impl Fn(usize) -> Option<Sure>) -> ClassResult {
    let units = outcome.rows().map(|row| UnitResult {
        unit: UnitId::from(row.unit.id.as_str()),
        score: row.score.map(Amount::of),
        rank: row.rank,
        band: row.band.map(|band| Name::from(band.id.as_str())),
        sure: sure(row.at),
    });
    ClassResult {
        category: Name::from(outcome.job.category),
        scheme: Name::from(outcome.job.scheme.id.as_str()),
        units: units.collect(),
    }
}

/// The columns of results, and those of how sure they are.
const COLUMNS: [&str; 6] = ["category", "scheme", "unit", "score", "rank", "band"];
const SURE: [&str; 6] = [
    "score_low",
    "score_high",
    "rank_low",
    "rank_high",
    "named",
    "improved",
];

/// Results as a CSV table: `category,scheme,unit,score,rank,band`; where the campaign declares a comparison also
/// `score_low,score_high,rank_low,rank_high,named,improved`.
///
/// Cells that hold commas, quotes or line ends are quoted.
#[must_use]
pub fn results_csv(classes: &[ClassResult]) -> String {
    let mut units = classes.iter().flat_map(|class| &class.units);
    let compared = units.any(|result| result.sure.is_some());
    let width = COLUMNS.len() + if compared { SURE.len() } else { 0 };
    let mut csv = String::new();
    let header: Vec<&str> = COLUMNS.into_iter().chain(SURE).take(width).collect();
    push_row(&mut csv, &header);
    for class in classes {
        for result in &class.units {
            let score = points(result.score);
            let rank = result
                .rank
                .map_or_else(String::new, |rank| rank.to_string());
            let facts = [
                class.category.as_str(),
                class.scheme.as_str(),
                result.unit.as_str(),
                &score,
                &rank,
                result.band.as_ref().map_or("", Name::as_str),
            ];
            let sure = result
                .sure
                .as_ref()
                .map_or_else(Default::default, Sure::cells);
            let cells = facts.into_iter().chain(sure.iter().map(String::as_str));
            push_row(&mut csv, &cells.take(width).collect::<Vec<&str>>());
        }
    }
    csv
}

fn points(score: Option<Amount>) -> String {
    let score = score.and_then(Amount::given);
    score.map_or_else(String::new, |score| score.to_string())
}

impl Sure {
    fn cells(&self) -> [String; 6] {
        let rank = |end: fn((u32, u32)) -> u32| {
            let rank = self.rank.map(end);
            rank.map_or_else(String::new, |rank| rank.to_string())
        };
        let verdict = |verdict: Option<Verdict>, above: &str, below: &str| match verdict {
            Some(Verdict::Ahead) => above.to_owned(),
            Some(Verdict::Behind) => below.to_owned(),
            Some(Verdict::NoDifferent) => "no-different".to_owned(),
            None => String::new(),
        };
        [
            points(self.score.map(|(low, _)| low)),
            points(self.score.map(|(_, high)| high)),
            rank(|(low, _)| low),
            rank(|(_, high)| high),
            verdict(self.named, "ahead", "behind"),
            verdict(self.improved, "improved", "worse"),
        ]
    }
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
