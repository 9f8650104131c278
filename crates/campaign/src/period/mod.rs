//! Periods: cut-off, scoring, objections, final; and reopening by a decision on record.
//!
//! A period is cut off by the clock once its cut-off day is over; from then on nothing comes in for it. The rest are people's
//! steps: scoring gives preliminary results, which can be objected to for a number of working days; decisions that change
//! something call for scoring again, and both results stay; final is what stands when the window is over and nothing is open.
//! The rules are those that held at the first cut-off, for ever.

mod refuse;
mod score;
mod step;

use std::collections::BTreeMap;

use rulebook::Period;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use refuse::REFUSALS;
pub(crate) use score::push_row;
pub use score::{
    ClassResult, Evaluation, Sure, UnitResult, evaluate, figures_csv, results_csv, tried,
};
pub use step::{Next, Step, due, next_step};

use crate::figure::Frozen;
use crate::refusal::Refusal;
use crate::state::Context;
use crate::{Actor, Date, Digest, Entry, Inconsistent, Note, PersonId, State, UnitId, checks};

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Do what falls due by itself: cut off the periods whose cut-off day is over. Only the clock asks this.
    Tick {},
    /// Cut a period off whose cut-off day is over, where the clock hasn't yet.
    CutOff {
        /// Which.
        period: Period,
    },
    /// Score a period that is cut off; or score it again after decisions that change something.
    Score {
        /// Which.
        period: Period,
    },
    /// Make the results final.
    Finalise {
        /// Of which period.
        period: Period,
    },
    /// Propose to take in what is late.
    ProposeReopening {
        /// For which period.
        period: Period,
        /// The last day on which something comes in.
        until: Date,
        /// Why.
        reason: Note,
    },
    /// Reopen a period, as someone else has proposed.
    Reopen {
        /// Which.
        period: Period,
    },
    /// Turn the proposal to reopen a period down.
    KeepClosed {
        /// Which.
        period: Period,
        /// Why.
        reason: Note,
    },
}

/// What has happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// A period was cut off.
    #[serde(rename = "cut-off/1")]
    CutOff {
        /// Which.
        period: Period,
        /// The version of the rules that it is scored by.
        rules: u32,
        /// How many entries there were before.
        entries: u64,
    },
    /// A period was scored.
    #[serde(rename = "scored/1")]
    Scored {
        /// Which.
        period: Period,
        /// The results.
        run: Run,
        /// The figures they rest on: of the period, and of the one before where it has any.
        inputs: BTreeMap<Period, Frozen>,
        /// The last day on which the results can be objected to.
        objections_until: Date,
    },
    /// The results of a period became final.
    #[serde(rename = "finalised/1")]
    Finalised {
        /// Of which.
        period: Period,
        /// Which results.
        run: u32,
    },
    /// It was proposed to reopen a period.
    #[serde(rename = "reopening-proposed/1")]
    ReopeningProposed {
        /// Which.
        period: Period,
        /// The last day on which something would come in.
        until: Date,
        /// Why.
        reason: Note,
    },
    /// A period was reopened.
    #[serde(rename = "reopened/1")]
    Reopened {
        /// Which.
        period: Period,
        /// The last day on which something comes in.
        until: Date,
    },
    /// The proposal to reopen a period was turned down.
    #[serde(rename = "kept-closed/1")]
    KeptClosed {
        /// Which.
        period: Period,
        /// Why.
        reason: Note,
    },
}

/// Results of a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Its number within the period, from 1.
    pub number: u32,
    /// The version of the rules.
    pub rules: u32,
    /// How many entries it rests on: all before its own, so this is the index of that one.
    pub entries: u64,
    /// The SHA-256 digest of the figures as a long CSV table ([`figures_csv`]).
    pub figures: Digest,
    /// The results, class by class, in the order of the campaign's categories.
    pub classes: Vec<ClassResult>,
}

impl Run {
    /// A unit's result, with its class.
    #[must_use]
    pub fn of(&self, unit: &UnitId) -> Option<(&ClassResult, &UnitResult)> {
        self.classes
            .iter()
            .find_map(|class| Some((class, class.of(unit)?)))
    }
}

/// How far a period is. One that isn't listed is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Nothing more comes in; it is to be scored.
    CutOff,
    /// There are preliminary results.
    Preliminary {
        /// The last day on which they can be objected to.
        until: Date,
        /// Whether a decision has changed something since.
        stale: Stale,
    },
    /// The results are final.
    Final,
    /// It was reopened.
    Reopened {
        /// The last day on which something comes in.
        until: Date,
    },
}

/// Whether results still say what the figures say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stale {
    /// They do.
    No,
    /// A decision has changed something: the period is to be scored again.
    Yes,
}

/// A proposal to reopen a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// Who proposes it.
    pub by: PersonId,
    /// The last day on which something would come in.
    pub until: Date,
    /// Why.
    pub reason: Note,
}

/// A period that was cut off at least once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OfPeriod {
    /// How far it is.
    pub stage: Stage,
    /// The version of the rules that it is scored by.
    pub rules: u32,
    /// All its results, oldest first.
    pub runs: Vec<Run>,
    /// The figures that the last results rest on.
    pub inputs: BTreeMap<Period, Frozen>,
    /// The number of its final results, if they ever became final.
    pub final_run: Option<u32>,
    /// The index of the entry by which they did.
    pub final_entry: Option<u64>,
    /// A proposal to reopen it that nobody has decided on.
    pub proposal: Option<Proposal>,
}

/// The periods that were cut off at least once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Periods {
    periods: BTreeMap<Period, OfPeriod>,
}

impl Periods {
    /// Whether a period has been cut off: nothing more comes in for it.
    #[must_use]
    pub fn is_cut_off(&self, period: Period) -> bool {
        let stage = self.periods.get(&period).map(|of| of.stage);
        stage.is_some_and(|stage| !matches!(stage, Stage::Reopened { .. }))
    }

    /// The period in which something counts that belongs to `wanted`: the first from there on that isn't cut off.
    #[must_use]
    pub fn counts_in(&self, wanted: Period) -> Period {
        let mut period = wanted;
        while self.is_cut_off(period) {
            period = period.next();
        }
        period
    }

    /// A period that was cut off at least once.
    #[must_use]
    pub fn get(&self, period: Period) -> Option<&OfPeriod> {
        self.periods.get(&period)
    }

    /// The latest period whose results are final, and these.
    #[must_use]
    pub fn last_final(&self) -> Option<(Period, &Run)> {
        self.iter().rev().find_map(|(period, of)| {
            let number = of.final_run.filter(|_| of.stage == Stage::Final)?;
            let run = of.runs.iter().find(|run| run.number == number)?;
            Some((period, run))
        })
    }

    /// All periods that were cut off at least once, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Period, &OfPeriod)> {
        self.periods.iter().map(|(period, of)| (*period, of))
    }

    /// How far a period is; `None` while it is open for the first time.
    #[must_use]
    pub fn stage(&self, period: Period) -> Option<Stage> {
        self.get(period).map(|of| of.stage)
    }

    /// The results that were made last.
    #[must_use]
    pub fn results(&self, period: Period) -> Option<&Run> {
        self.get(period)?.runs.last()
    }

    /// The results that are final; those of before where the period was reopened since.
    #[must_use]
    pub fn final_results(&self, period: Period) -> Option<&Run> {
        let of = self.get(period)?;
        let number = of.final_run?;
        of.runs.iter().find(|run| run.number == number)
    }

    /// The next period to be cut off for the first time.
    #[must_use]
    pub fn next_to_cut_off(&self, state: &State) -> Option<Period> {
        let last = self.periods.keys().next_back();
        let first = || state.rules.version(1).map(|book| book.from);
        last.map(|last| last.next()).or_else(first)
    }

    /// Says that a decision has changed what the period's results rest on.
    pub(crate) fn outdate(&mut self, period: Period) {
        if let Some(OfPeriod {
            stage: Stage::Preliminary { stale, .. },
            ..
        }) = self.periods.get_mut(&period)
        {
            *stale = Stale::Yes;
        }
    }
}

pub(crate) fn decide(
    state: &State,
    action: &Action,
    context: &Context<'_>,
) -> Result<Vec<crate::Event>, Refusal> {
    if matches!(action, Action::Tick {}) {
        return tick(state, context);
    }
    let book = checks::book(state)?;
    let person = checks::with_role(state, context, checks::closer(book), None)?;
    let event = match action {
        Action::Tick {} | Action::CutOff { .. } => cut_off_by_hand(state, action, context)?,
        Action::Score { period } => score(state, *period, context)?,
        Action::Finalise { period } => finalise(state, *period, context)?,
        Action::ProposeReopening {
            period,
            until,
            reason,
        } => propose(state, *period, *until, *reason, context)?,
        Action::Reopen { period } => {
            let proposal = decided_by_another(state, *period, person)?;
            let until = refuse::not_past(*period, proposal.until, context.today)?;
            Event::Reopened {
                period: *period,
                until,
            }
        }
        Action::KeepClosed { period, reason } => {
            decided_by_another(state, *period, person)?;
            Event::KeptClosed {
                period: *period,
                reason: *reason,
            }
        }
    };
    Ok(vec![crate::Event::Period(event)])
}

/// How many periods one tick cuts off at most. After a long stop, or with a clock that is far ahead, the next ticks go on.
const CUT_OFF_AT_ONCE: usize = 64;

/// Cuts off what is over: reopened periods first, then the others in order of time.
fn tick(state: &State, context: &Context<'_>) -> Result<Vec<crate::Event>, Refusal> {
    if *context.by != Actor::Clock {
        return Err(refuse::not_the_clock(context.by));
    }
    let reopened = state
        .periods
        .iter()
        .filter_map(|(period, of)| match of.stage {
            Stage::Reopened { until } if until < context.today => Some(period),
            _ => None,
        });
    let new = std::iter::successors(state.periods.next_to_cut_off(state), |last| {
        Some(last.next())
    });
    let new = new.take_while(|period| is_over(state, *period, context.today));
    let over: Vec<Period> = reopened.chain(new).take(CUT_OFF_AT_ONCE).collect();
    if over.is_empty() {
        return Err(refuse::nothing_due(context.today));
    }
    let event = |period: Period| cut_off(state, period);
    Ok(over
        .into_iter()
        .map(event)
        .map(crate::Event::Period)
        .collect())
}

/// The last day on which something comes in for a period.
#[must_use]
pub fn last_day_in(state: &State, period: Period) -> Option<Date> {
    match state.periods.stage(period) {
        Some(Stage::Reopened { until }) => Some(until),
        _ => Some(state.rules.of(period)?.calendar.cut_off(period)),
    }
}

fn is_over(state: &State, period: Period, today: Date) -> bool {
    last_day_in(state, period).is_some_and(|last| last < today)
}

fn cut_off(state: &State, period: Period) -> Event {
    // Once scored by a version, for ever by that one.
    let pinned = state.periods.get(period).map(|of| of.rules);
    let version = || state.rules.of(period).map_or(1, |book| book.version);
    Event::CutOff {
        period,
        rules: pinned.unwrap_or_else(version),
        entries: state.length(),
    }
}

fn cut_off_by_hand(
    state: &State,
    action: &Action,
    context: &Context<'_>,
) -> Result<Event, Refusal> {
    let Action::CutOff { period } = action else {
        return Err(refuse::not_the_clock(context.by));
    };
    checks::begun(state, *period, context.today)?;
    if state.periods.is_cut_off(*period) {
        return Err(refuse::wrong_step(state, *period, context.today));
    }
    let reopened = state.periods.get(*period).is_some();
    if let Some(first) = state
        .periods
        .next_to_cut_off(state)
        .filter(|next| !reopened && next != period)
    {
        return Err(refuse::out_of_order(*period, first));
    }
    match last_day_in(state, *period) {
        Some(last) if last >= context.today => Err(refuse::too_early(*period, last)),
        _ => Ok(cut_off(state, *period)),
    }
}

fn score(state: &State, period: Period, context: &Context<'_>) -> Result<Event, Refusal> {
    checks::begun(state, period, context.today)?;
    let of = state.periods.get(period);
    let wrong = || refuse::wrong_step(state, period, context.today);
    let of = of.ok_or_else(wrong)?;
    let standing_until = match of.stage {
        Stage::CutOff => None,
        Stage::Preliminary {
            until,
            stale: Stale::Yes,
        } => Some(until),
        Stage::Preliminary { .. } | Stage::Final | Stage::Reopened { .. } => return Err(wrong()),
    };
    let book = state.rules.version(of.rules).ok_or_else(wrong)?;
    let scored = score::score(state, book, period)?;
    let closing = &book.calendar.closing;
    let unchanged = of
        .runs
        .last()
        .is_some_and(|last| last.classes == scored.classes);
    // Results that differ are new to those they concern: they have the whole window for them.
    let objections_until = standing_until
        .filter(|_| unchanged)
        .unwrap_or_else(|| book.calendar.after(context.today, closing.objection_days));
    let run = Run {
        number: u32::try_from(of.runs.len() + 1).unwrap_or(u32::MAX),
        rules: of.rules,
        entries: state.length(),
        figures: scored.figures,
        classes: scored.classes,
    };
    Ok(Event::Scored {
        period,
        run,
        inputs: scored.inputs,
        objections_until,
    })
}

fn finalise(state: &State, period: Period, context: &Context<'_>) -> Result<Event, Refusal> {
    checks::begun(state, period, context.today)?;
    let wrong = || refuse::wrong_step(state, period, context.today);
    let of = state.periods.get(period).ok_or_else(wrong)?;
    let Stage::Preliminary { until, stale } = of.stage else {
        return Err(wrong());
    };
    if let Some(open) = state.objections.holding_up(period, context.today) {
        return Err(refuse::objection_open(period, open));
    }
    if stale == Stale::Yes {
        return Err(refuse::stale(period));
    }
    if context.today <= until {
        return Err(refuse::window_open(period, until));
    }
    let run = of.runs.last().map(|run| run.number).ok_or_else(wrong)?;
    Ok(Event::Finalised { period, run })
}

fn propose(
    state: &State,
    period: Period,
    until: Date,
    reason: Note,
    context: &Context<'_>,
) -> Result<Event, Refusal> {
    checks::begun(state, period, context.today)?;
    if !state.periods.is_cut_off(period) {
        return Err(refuse::wrong_step(state, period, context.today));
    }
    let of = state.periods.get(period);
    if let Some(by) = of.and_then(|of| of.proposal.as_ref()).map(|p| &p.by) {
        return Err(refuse::proposed_already(period, by));
    }
    Ok(Event::ReopeningProposed {
        period,
        until: refuse::not_past(period, until, context.today)?,
        reason,
    })
}

/// The proposal to reopen a period, which someone else made.
fn decided_by_another<'s>(
    state: &'s State,
    period: Period,
    person: &PersonId,
) -> Result<&'s Proposal, Refusal> {
    let of = state.periods.get(period);
    let proposal = of.and_then(|of| of.proposal.as_ref());
    let proposal = proposal.ok_or_else(|| refuse::not_proposed(period))?;
    checks::second_person(person, &[&proposal.by])?;
    Ok(proposal)
}

impl Event {
    /// The items of the vault it brings.
    pub(crate) fn notes(&self, out: &mut Vec<Note>) {
        if let Self::ReopeningProposed { reason, .. } | Self::KeptClosed { reason, .. } = self {
            out.push(*reason);
        }
    }

    /// The period it is about.
    #[must_use]
    pub const fn period(&self) -> Period {
        match self {
            Self::CutOff { period, .. }
            | Self::Scored { period, .. }
            | Self::Finalised { period, .. }
            | Self::ReopeningProposed { period, .. }
            | Self::Reopened { period, .. }
            | Self::KeptClosed { period, .. } => *period,
        }
    }
}

pub(crate) fn evolve(state: &mut State, event: &Event, entry: &Entry) -> Result<(), Inconsistent> {
    let mut notes = Vec::new();
    event.notes(&mut notes);
    checks::remember(state, entry, &notes);
    let period = event.period();
    if let Event::CutOff { rules, .. } = event {
        state.periods.cut_off(period, *rules);
        return Ok(());
    }
    let index = state.length();
    let of = state.periods.periods.get_mut(&period);
    let of = of.ok_or_else(|| Inconsistent(format!("{period} was never cut off")))?;
    of.apply(event, entry, index)
}

impl Periods {
    fn cut_off(&mut self, period: Period, rules: u32) {
        let of = self.periods.entry(period).or_insert_with(|| OfPeriod {
            stage: Stage::CutOff,
            rules,
            runs: Vec::new(),
            inputs: BTreeMap::new(),
            final_run: None,
            final_entry: None,
            proposal: None,
        });
        of.stage = Stage::CutOff;
    }
}

impl OfPeriod {
    fn apply(&mut self, event: &Event, entry: &Entry, index: u64) -> Result<(), Inconsistent> {
        match event {
            Event::CutOff { .. } => self.stage = Stage::CutOff,
            Event::Scored {
                run,
                inputs,
                objections_until,
                ..
            } => {
                self.runs.push(run.clone());
                self.inputs.clone_from(inputs);
                self.stage = Stage::Preliminary {
                    until: *objections_until,
                    stale: Stale::No,
                };
            }
            Event::Finalised { run, .. } => {
                self.stage = Stage::Final;
                self.final_run = Some(*run);
                self.final_entry = Some(index);
            }
            Event::ReopeningProposed { until, reason, .. } => {
                let by = entry.by.person().cloned();
                let by = by.ok_or_else(|| Inconsistent("nobody proposed it".to_owned()))?;
                self.proposal = Some(Proposal {
                    by,
                    until: *until,
                    reason: *reason,
                });
            }
            Event::Reopened { until, .. } => {
                self.stage = Stage::Reopened { until: *until };
                self.proposal = None;
            }
            Event::KeptClosed { .. } => self.proposal = None,
        }
        Ok(())
    }
}
