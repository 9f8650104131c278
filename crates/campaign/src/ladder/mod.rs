//! Ladders: the final results of several periods become a level, for each unit of a category.
//!
//! The rules compute a proposal; a person decides on it, and may deviate with a reason for each unit. Ladders are for those
//! who decide and for each unit its own; they are never published.

mod compute;
mod refuse;

use std::collections::BTreeMap;
use std::fmt;

use rulebook::Period;
use rulebook::model::{Ladder, LadderLevel};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use refuse::REFUSALS;

use crate::figure::Amount;
use crate::id::Name;
use crate::refusal::Refusal;
use crate::rules::Book;
use crate::state::Context;
use crate::{Date, Entry, Inconsistent, Note, PersonId, State, UnitId, checks};

/// A proposal: the first is number 0.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct ProposalId(pub u64);

impl fmt::Display for ProposalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Compute the levels from the final results.
    Propose {
        /// Of which ladder.
        ladder: Name,
        /// The last period that counts.
        last: Period,
    },
    /// Decide on a proposal.
    Confirm {
        /// Which.
        proposal: ProposalId,
        /// Unit → the level it is given instead, and why.
        deviations: BTreeMap<UnitId, Deviation>,
    },
}

/// A level other than the one proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deviation {
    /// The level.
    pub level: Name,
    /// Why.
    pub reason: Note,
}

/// What has happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// Levels were proposed.
    #[serde(rename = "proposed/1")]
    Proposed {
        /// The proposal's number.
        proposal: ProposalId,
        /// Of which ladder.
        ladder: Name,
        /// The version of the rules.
        rules: u32,
        /// The periods whose final results count, and which results of each.
        runs: BTreeMap<Period, u32>,
        /// The levels, in the order of the units' ids.
        rows: Vec<Row>,
    },
    /// A proposal was decided on.
    #[serde(rename = "confirmed/1")]
    Confirmed {
        /// Which.
        proposal: ProposalId,
        /// Unit → what it is given instead.
        deviations: BTreeMap<UnitId, Given>,
    },
}

/// What a level brings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// The level.
    pub level: Name,
    /// The reward coefficient.
    pub coefficient: Option<Amount>,
    /// Whether the unit may take part in a selection.
    pub eligible: Eligible,
}

/// Whether a unit may take part in a selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Eligible {
    /// It may.
    Yes,
    /// It may not.
    No,
}

impl Standing {
    /// What a level of the rules brings.
    fn of(level: &LadderLevel) -> Self {
        Self {
            level: Name::from(level.id.as_str()),
            coefficient: level.coefficient.map(Amount::of),
            eligible: if level.eligible {
                Eligible::Yes
            } else {
                Eligible::No
            },
        }
    }
}

/// What a unit is given instead of what was proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The level and what it brings.
    pub standing: Standing,
    /// Why.
    pub reason: Note,
}

/// Why a unit is proposed for its level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// The level's condition holds, and no higher one's does.
    Condition,
    /// A higher level's condition holds, but that level is full.
    Full {
        /// The higher level.
        level: Name,
    },
    /// No level's condition holds.
    NoCondition,
    /// There are fewer results than are needed.
    TooFew {
        /// How many are needed.
        needed: u16,
    },
}

/// A unit's results over the periods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Results {
    /// In how many periods it has a score.
    pub periods: u16,
    /// The mean of its scores.
    pub mean_score: Amount,
    /// The least of its scores.
    pub min_score: Amount,
    /// Its score in the last period; missing where it has none.
    pub last_score: Amount,
    /// The mean of its rank shares: 0 is the first, 1 the last of its class. Missing where it was never ranked.
    pub mean_rank_share: Amount,
    /// Its last score minus its first.
    pub change: Amount,
}

/// A unit of a proposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The unit.
    pub unit: UnitId,
    /// Its results.
    pub results: Results,
    /// The level proposed, and what it brings.
    pub standing: Option<Standing>,
    /// Why.
    pub why: Why,
}

/// A proposal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// Of which ladder.
    pub ladder: Name,
    /// The version of the rules.
    pub rules: u32,
    /// The periods whose final results count, and which results of each.
    pub runs: BTreeMap<Period, u32>,
    /// The units.
    pub rows: Vec<Row>,
    /// Who proposed it.
    pub by: PersonId,
    /// The decision, once there is one.
    pub confirmed: Option<Confirmation>,
}

impl Proposal {
    /// A unit's row.
    #[must_use]
    pub fn of(&self, unit: &UnitId) -> Option<&Row> {
        let at = self.rows.binary_search_by(|row| row.unit.cmp(unit)).ok()?;
        self.rows.get(at)
    }

    /// What a unit was given; `None` while nobody has decided, or where it has no level.
    #[must_use]
    pub fn given(&self, unit: &UnitId) -> Option<&Standing> {
        let confirmed = self.confirmed.as_ref()?;
        let deviation = confirmed.deviations.get(unit).map(|given| &given.standing);
        deviation.or_else(|| self.of(unit)?.standing.as_ref())
    }
}

/// The decision on a proposal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Confirmation {
    /// By whom.
    pub by: PersonId,
    /// When.
    pub on: Date,
    /// Unit → what it is given instead of what was proposed.
    pub deviations: BTreeMap<UnitId, Given>,
}

/// All proposals.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ladders {
    all: Vec<Proposal>,
}

impl Ladders {
    /// A proposal.
    #[must_use]
    pub fn get(&self, id: ProposalId) -> Option<&Proposal> {
        self.all.get(usize::try_from(id.0).ok()?)
    }

    /// All proposals, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (ProposalId, &Proposal)> {
        let numbered = self.all.iter().enumerate();
        numbered.map(|(at, one)| (ProposalId(at as u64), one))
    }

    /// What a unit was given on a ladder last.
    #[must_use]
    pub fn standing(&self, ladder: &str, unit: &UnitId) -> Option<&Standing> {
        let mut of_ladder = self
            .all
            .iter()
            .rev()
            .filter(|one| one.ladder.as_str() == ladder);
        of_ladder.find_map(|proposal| proposal.given(unit))
    }
}

/// A unit's results so far on a ladder, of the final results that there are, and the first level whose condition they meet, by
/// position. Whether they are enough for a proposal, and whether that level has room, isn't looked at.
#[must_use]
pub fn so_far(state: &State, ladder: &Ladder, unit: &UnitId) -> Option<(Results, Option<usize>)> {
    let (last, _) = state.periods.last_final()?;
    let before = |period: &Period| Some(period.previous());
    let periods = std::iter::successors(Some(last), before).take(usize::from(ladder.periods));
    let runs = periods.filter_map(|period| Some((period, state.periods.final_results(period)?)));
    compute::so_far(ladder, last, &runs.collect(), unit)
}

pub(crate) fn decide(
    state: &State,
    action: &Action,
    context: &Context<'_>,
) -> Result<Vec<crate::Event>, Refusal> {
    let book = checks::book(state)?;
    let person = checks::with_role(state, context, checks::closer(book), None)?;
    let event = match action {
        Action::Propose { ladder, last } => propose(state, book, ladder, *last, context)?,
        Action::Confirm {
            proposal,
            deviations,
        } => confirm(state, (*proposal, deviations), person, context)?,
    };
    Ok(vec![crate::Event::Ladder(event)])
}

fn propose(
    state: &State,
    book: &Book,
    name: &Name,
    last: Period,
    context: &Context<'_>,
) -> Result<Event, Refusal> {
    let ladder = book.campaign.ladder(name.as_str());
    let ladder = ladder.ok_or_else(|| refuse::no_such_ladder(name))?;
    checks::begun(state, last, context.today)?;
    let results = final_results(state, ladder, last)?;
    let rows = compute::rows(ladder, last, &results);
    if rows.is_empty() {
        return Err(refuse::no_results(ladder));
    }
    let runs = results.iter().map(|(period, run)| (*period, run.number));
    Ok(Event::Proposed {
        proposal: ProposalId(state.ladders.all.len() as u64),
        ladder: name.clone(),
        rules: book.version,
        runs: runs.collect(),
        rows,
    })
}

/// The final results of the periods that a ladder looks at; of those before the campaign began there are none.
fn final_results<'s>(
    state: &'s State,
    ladder: &Ladder,
    last: Period,
) -> Result<BTreeMap<Period, &'s crate::period::Run>, Refusal> {
    let first = state.rules.version(1).map(|first| first.from);
    let mut results = BTreeMap::new();
    let mut period = last;
    for _ in 0..ladder.periods {
        if first.is_none_or(|first| period.starts() < first.starts()) {
            break;
        }
        let run = state.periods.final_results(period);
        results.insert(period, run.ok_or_else(|| refuse::not_final(period))?);
        period = period.previous();
    }
    Ok(results)
}

fn confirm(
    state: &State,
    (id, deviations): (ProposalId, &BTreeMap<UnitId, Deviation>),
    person: &PersonId,
    context: &Context<'_>,
) -> Result<Event, Refusal> {
    let proposal = state.ladders.get(id);
    let proposal = proposal.ok_or_else(|| refuse::no_such_proposal(id))?;
    checks::second_person(person, &[&proposal.by])?;
    if let Some(confirmed) = &proposal.confirmed {
        return Err(refuse::confirmed_already(id, &confirmed.by));
    }
    let book = state.rules.version(proposal.rules);
    let ladder = book.and_then(|book| book.campaign.ladder(proposal.ladder.as_str()));
    let ladder = ladder.ok_or_else(|| refuse::no_such_ladder(&proposal.ladder))?;
    if let Some(unit) = deviations.keys().find(|unit| proposal.of(unit).is_none()) {
        return Err(refuse::no_such_unit(id, unit));
    }
    for unit in deviations.keys() {
        checks::unconcerned(state, person, None, Some(unit), context.today)?;
    }
    let given = |(unit, deviation): (&UnitId, &Deviation)| {
        let wanted = deviation.level.as_str();
        let level = ladder
            .level
            .iter()
            .find(|level| level.id.as_str() == wanted);
        let level = level.ok_or_else(|| refuse::no_such_level(ladder, &deviation.level))?;
        let given = Given {
            standing: Standing::of(level),
            reason: deviation.reason,
        };
        Ok((unit.clone(), given))
    };
    Ok(Event::Confirmed {
        proposal: id,
        deviations: deviations.iter().map(given).collect::<Result<_, _>>()?,
    })
}

impl Event {
    /// The items of the vault it brings.
    pub(crate) fn notes(&self, out: &mut Vec<Note>) {
        if let Self::Confirmed { deviations, .. } = self {
            out.extend(deviations.values().map(|given| given.reason));
        }
    }
}

pub(crate) fn evolve(state: &mut State, event: &Event, entry: &Entry) -> Result<(), Inconsistent> {
    let mut notes = Vec::new();
    event.notes(&mut notes);
    checks::remember(state, entry, &notes);
    let by = entry.by.person().cloned();
    let by = by.ok_or_else(|| Inconsistent("ladders are decided by people".to_owned()))?;
    let on = entry.at.day(state.rules.offset());
    match event {
        Event::Proposed {
            ladder,
            rules,
            runs,
            rows,
            ..
        } => state.ladders.all.push(Proposal {
            ladder: ladder.clone(),
            rules: *rules,
            runs: runs.clone(),
            rows: rows.clone(),
            by,
            confirmed: None,
        }),
        Event::Confirmed {
            proposal,
            deviations,
        } => {
            let at = usize::try_from(proposal.0).unwrap_or(usize::MAX);
            let known = state.ladders.all.get_mut(at);
            let known = known.ok_or_else(|| Inconsistent(format!("no proposal {proposal}")))?;
            known.confirmed = Some(Confirmation {
                by,
                on,
                deviations: deviations.clone(),
            });
        }
    }
    Ok(())
}
