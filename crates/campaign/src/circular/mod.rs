//! Circulars: a period's results, drafted, approved by someone else, published with everything needed to recompute them.
//!
//! The draft can be looked at while the results are preliminary, so that what is wrong is objected to before it is printed.
//! What is published is a bundle of files without personal data; its digest stands in the entry, the host adds the proofs.

mod attest;
mod bundle;
mod refuse;
mod verify;

use std::collections::BTreeMap;
use std::fmt;

use rulebook::Period;
use rulebook::figures::Figure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use attest::{Disagreement, Proof, disagreements, proofs};
pub use bundle::{Bundle, Manifest, PROOFS, bundle, digest_of};
pub use refuse::REFUSALS;
pub use verify::{Difference, manifest, recompute, rules_files};

use crate::figure::{Frozen, FrozenColumn};
use crate::id::Name;
use crate::period::{ClassResult, Run, Stage};
use crate::record::{self, Returns};
use crate::refusal::Refusal;
use crate::state::Context;
use crate::{Date, Digest, Entry, Inconsistent, PersonId, State, Time, UnitId, checks};

/// A circular: the first is number 0.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct CircularId(pub u64);

impl fmt::Display for CircularId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Draft a period's circular from its results.
    Draft {
        /// The period.
        period: Period,
    },
    /// Approve a draft.
    Approve {
        /// Which.
        circular: CircularId,
    },
    /// Publish it.
    Publish {
        /// Which.
        circular: CircularId,
    },
}

/// What has happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// A circular was drafted.
    #[serde(rename = "drafted/1")]
    Drafted {
        /// Its number.
        circular: CircularId,
        /// The period.
        period: Period,
        /// Which results of the period.
        run: u32,
        /// The digest of its bundle.
        bundle: Digest,
    },
    /// It was approved.
    #[serde(rename = "approved/1")]
    Approved {
        /// Which.
        circular: CircularId,
    },
    /// It was published.
    #[serde(rename = "published/1")]
    Published {
        /// Which.
        circular: CircularId,
        /// The period.
        period: Period,
        /// The digest of its bundle.
        bundle: Digest,
    },
}

/// How far a circular is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Progress {
    /// Drafted.
    Draft,
    /// Approved.
    Approved {
        /// By whom.
        by: PersonId,
    },
    /// Published.
    Published {
        /// Who approved it.
        approved_by: PersonId,
        /// When it was published.
        on: Date,
        /// The index of the entry by which it was.
        entry: u64,
    },
}

/// A circular.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Circular {
    /// The period.
    pub period: Period,
    /// Which results of the period.
    pub run: u32,
    /// The digest of its bundle.
    pub bundle: Digest,
    /// Who drafted it.
    pub by: PersonId,
    /// When.
    pub on: Date,
    /// How far it is.
    pub progress: Progress,
}

impl Circular {
    /// The index of the entry by which it was published.
    #[must_use]
    pub const fn published_by(&self) -> Option<u64> {
        match self.progress {
            Progress::Published { entry, .. } => Some(entry),
            Progress::Draft | Progress::Approved { .. } => None,
        }
    }
}

/// All circulars.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Circulars {
    all: Vec<Circular>,
}

impl Circulars {
    /// A circular.
    #[must_use]
    pub fn get(&self, id: CircularId) -> Option<&Circular> {
        self.all.get(usize::try_from(id.0).ok()?)
    }

    /// All circulars, oldest first; a period that was reopened can have several.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (CircularId, &Circular)> {
        let numbered = self.all.iter().enumerate();
        numbered.map(|(at, one)| (CircularId(at as u64), one))
    }

    /// The circular of a period that was published last.
    #[must_use]
    pub fn published(&self, period: Period) -> Option<&Circular> {
        let published = |one: &&Circular| matches!(one.progress, Progress::Published { .. });
        let mut of = self.all.iter().rev().filter(|one| one.period == period);
        of.find(published)
    }

    /// Whether the results of a period that are final now are published.
    #[must_use]
    pub fn is_published(&self, period: Period, state: &State) -> bool {
        let run = state.periods.final_results(period).map(|run| run.number);
        let published = self.published(period);
        published.is_some_and(|one| Some(one.run) == run)
    }
}

/// What a circular says, beside the results themselves.
#[derive(Clone, Debug)]
pub struct Content<'s> {
    /// The results.
    pub run: &'s Run,
    /// The final results of the period before, where there are any.
    pub before: Option<&'s Run>,
    /// Class by class: band → its units, in order of rank. Units without a band aren't named.
    pub bands: Vec<(&'s ClassResult, BTreeMap<&'s Name, Vec<&'s UnitId>>)>,
    /// Unit → how many figures there are of it, and how many are missing.
    pub figures: BTreeMap<&'s UnitId, Counted>,
    /// Unit → what came in of the forms that it and its people owed: who filed, late or not at all.
    pub filed: BTreeMap<&'s UnitId, Returns>,
    /// Who visited whom: the unit that filed, the other unit it filed about → how many records that stand.
    pub visits: BTreeMap<(&'s UnitId, &'s UnitId), u32>,
    /// Measure → how it moved against the period before.
    pub moved: BTreeMap<&'s Name, Moved<'s>>,
}

/// How a measure moved against the period before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moved<'s> {
    /// Its mean over the units that have it.
    pub now: Option<f64>,
    /// The same, in the period before.
    pub before: Option<f64>,
    /// The units whose own figure rose.
    pub up: Vec<&'s UnitId>,
    /// The units whose own figure fell.
    pub down: Vec<&'s UnitId>,
}

impl Moved<'_> {
    /// Whether any unit's figure moved. Means of other units can differ without that: units come and go.
    #[must_use]
    pub const fn is_moved(&self) -> bool {
        !self.up.is_empty() || !self.down.is_empty()
    }
}

/// The figures of a unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Figures there are, or that don't apply.
    pub given: u32,
    /// Figures that are missing.
    pub missing: u32,
}

/// What the circular of a period says, from its last results; `None` while there are none.
#[must_use]
pub fn content(state: &State, period: Period) -> Option<Content<'_>> {
    content_by(state, period, Time(i64::MAX))
}

/// Like [`content`], with who had filed and visited by a time: what comes in after a circular was published doesn't change it.
#[must_use]
pub fn content_by(state: &State, period: Period, at: Time) -> Option<Content<'_>> {
    let of = state.periods.get(period)?;
    let run = of.runs.last()?;
    let inputs = of.inputs.get(&period)?;
    let earlier = of.inputs.get(&period.previous());
    let bands = run.classes.iter().map(|class| (class, by_band(class)));
    let mut figures: BTreeMap<&UnitId, Counted> = BTreeMap::new();
    for column in inputs.columns.values() {
        for (unit, value) in inputs.units.iter().zip(&column.values) {
            let of_unit = figures.entry(&unit.unit).or_default();
            match value.figure() {
                Figure::Missing => of_unit.missing += 1,
                Figure::Given(_) | Figure::NotApplicable => of_unit.given += 1,
            }
        }
    }
    let measures = inputs.columns.keys();
    let moved = measures.map(|measure| (measure, moved(measure, inputs, earlier)));
    Some(Content {
        run,
        before: state.periods.final_results(period.previous()),
        bands: bands.collect(),
        moved: moved.collect(),
        figures,
        filed: record::returns_by(state, period, at),
        visits: record::visits_by(state, period, at),
    })
}

/// How a measure moved from one period's figures to the next one's.
fn moved<'s>(measure: &Name, now: &'s Frozen, before: Option<&Frozen>) -> Moved<'s> {
    let mut moved = Moved {
        now: now.columns.get(measure).and_then(mean),
        ..Moved::default()
    };
    let Some(before) = before else {
        return moved;
    };
    moved.before = before.columns.get(measure).and_then(mean);
    let old: BTreeMap<&UnitId, f64> = given(before, measure).collect();
    for (unit, value) in given(now, measure) {
        match old.get(unit) {
            Some(old) if value > *old => moved.up.push(unit),
            Some(old) if value < *old => moved.down.push(unit),
            _ => {}
        }
    }
    moved
}

/// The units that have a figure, in the order of their ids.
fn given<'f>(frozen: &'f Frozen, measure: &Name) -> impl Iterator<Item = (&'f UnitId, f64)> {
    let values = frozen.columns.get(measure).into_iter();
    let values = values.flat_map(|column| &column.values);
    let units = frozen.units.iter().zip(values);
    units.filter_map(|(unit, value)| Some((&unit.unit, value.given()?)))
}

fn by_band(class: &ClassResult) -> BTreeMap<&Name, Vec<&UnitId>> {
    let mut bands: BTreeMap<&Name, Vec<&UnitId>> = BTreeMap::new();
    for result in &class.units {
        if let Some(band) = &result.band {
            bands.entry(band).or_default().push(&result.unit);
        }
    }
    bands
}

fn mean(column: &FrozenColumn) -> Option<f64> {
    let given: Vec<f64> = column.values.iter().filter_map(|v| v.given()).collect();
    let count = u32::try_from(given.len()).ok().filter(|count| *count > 0)?;
    Some(given.iter().sum::<f64>() / f64::from(count))
}

pub(crate) fn decide(
    state: &State,
    action: &Action,
    context: &Context<'_>,
) -> Result<Vec<crate::Event>, Refusal> {
    let book = checks::book(state)?;
    let person = checks::with_role(state, context, checks::closer(book), None)?;
    let event = match action {
        Action::Draft { period } => draft(state, *period, context)?,
        Action::Approve { circular } => {
            let known = current(state, *circular)?;
            checks::second_person(person, &[&known.by])?;
            if known.progress != Progress::Draft {
                return Err(refuse::wrong_step(*circular));
            }
            Event::Approved {
                circular: *circular,
            }
        }
        Action::Publish { circular } => {
            let known = current(state, *circular)?;
            if !matches!(known.progress, Progress::Approved { .. }) {
                return Err(refuse::wrong_step(*circular));
            }
            if record::has_visited(state, person, known.period, context.today) == Some(false) {
                return Err(refuse::not_visited(known.period));
            }
            Event::Published {
                circular: *circular,
                period: known.period,
                bundle: known.bundle,
            }
        }
    };
    Ok(vec![crate::Event::Circular(event)])
}

fn draft(state: &State, period: Period, context: &Context<'_>) -> Result<Event, Refusal> {
    checks::begun(state, period, context.today)?;
    let stage = state.periods.stage(period);
    let ready = matches!(stage, Some(Stage::Preliminary { .. } | Stage::Final));
    let files = bundle(state, period).filter(|_| ready);
    let files = files.ok_or_else(|| refuse::no_results(period))?;
    let run = state.periods.results(period).map_or(0, |run| run.number);
    let digest = digest_of(&files);
    let same = |one: &Circular| (one.period, one.run, one.bundle) == (period, run, digest);
    if let Some((id, _)) = state.circulars.iter().find(|(_, one)| same(one)) {
        return Err(refuse::drafted_already(period, id));
    }
    Ok(Event::Drafted {
        circular: CircularId(state.circulars.all.len() as u64),
        period,
        run,
        bundle: digest,
    })
}

/// A circular that says what is final.
fn current(state: &State, id: CircularId) -> Result<&Circular, Refusal> {
    let circular = state.circulars.get(id);
    let circular = circular.ok_or_else(|| refuse::no_such_circular(id))?;
    let period = circular.period;
    if state.periods.stage(period) != Some(Stage::Final) {
        return Err(refuse::not_final(period));
    }
    let run = state.periods.final_results(period).map(|run| run.number);
    if run != Some(circular.run) {
        return Err(refuse::outdated(id, period));
    }
    Ok(circular)
}

pub(crate) fn evolve(state: &mut State, event: &Event, entry: &Entry) -> Result<(), Inconsistent> {
    let by = entry.by.person().cloned();
    let by = by.ok_or_else(|| Inconsistent("circulars are signed by people".to_owned()))?;
    let on = entry.at.day(state.rules.offset());
    let (Event::Drafted { circular, .. }
    | Event::Approved { circular }
    | Event::Published { circular, .. }) = event;
    if let Event::Drafted {
        period,
        run,
        bundle,
        ..
    } = event
    {
        state.circulars.all.push(Circular {
            period: *period,
            run: *run,
            bundle: *bundle,
            by,
            on,
            progress: Progress::Draft,
        });
        return Ok(());
    }
    let index = state.length();
    let at = usize::try_from(circular.0).unwrap_or(usize::MAX);
    let known = state.circulars.all.get_mut(at);
    let known = known.ok_or_else(|| Inconsistent(format!("there is no circular {circular}")))?;
    known.progress = match (event, &known.progress) {
        (Event::Published { .. }, Progress::Approved { by }) => Progress::Published {
            approved_by: by.clone(),
            on,
            entry: index,
        },
        (Event::Approved { .. }, Progress::Draft) => Progress::Approved { by },
        _ => {
            return Err(Inconsistent(format!(
                "circular {circular} isn't at this step"
            )));
        }
    };
    Ok(())
}
