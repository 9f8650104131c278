//! What is to be done next about a period, by whom, and until when.

use rulebook::Period;

use super::{Stage, Stale, last_day_in};
use crate::id::Name;
use crate::{Date, State, checks};

/// The next step of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Fill, hand in, verify.
    TakeIn,
    /// Cut it off: the clock does, or whoever closes periods.
    CutOff,
    /// Score it.
    Score,
    /// Look at the preliminary results and object where they are wrong.
    Object,
    /// Decide the objections, or wait until those decided can't be appealed any more.
    Decide,
    /// Score it again: a decision has changed something.
    ScoreAgain,
    /// Make the results final.
    Finalise,
    /// Draft, approve and publish the circular.
    Publish,
}

/// The next step of a period, who takes it and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// What.
    pub step: Step,
    /// The role of whoever takes it; `None` where it is everyone's, each their own.
    pub by: Option<Name>,
    /// The last day for it, where it has one.
    pub until: Option<Date>,
}

/// What is to be done next about a period; `None` when its circular is published.
#[must_use]
pub fn next_step(state: &State, period: Period, today: Date) -> Option<Next> {
    let book = state.rules.latest()?;
    let closer = || Some(Name::from(checks::closer(book)));
    let decider = || Some(Name::from(checks::decider(book)));
    let next = |step, by, until| Some(Next { step, by, until });
    match state.periods.stage(period) {
        None | Some(Stage::Reopened { .. }) => {
            let last = last_day_in(state, period)?;
            if last < today {
                return next(Step::CutOff, closer(), None);
            }
            next(Step::TakeIn, None, Some(last))
        }
        Some(Stage::CutOff) => next(Step::Score, closer(), None),
        Some(Stage::Preliminary { until, stale }) => {
            let open = state.objections.holding_up(period, today);
            match (open, stale) {
                (_, Stale::Yes) => next(Step::ScoreAgain, closer(), None),
                _ if today <= until => next(Step::Object, None, Some(until)),
                (Some(id), _) => next(Step::Decide, decider(), state.objections.due(id)),
                (None, Stale::No) => next(Step::Finalise, closer(), None),
            }
        }
        Some(Stage::Final) if state.circulars.is_published(period, state) => None,
        Some(Stage::Final) => next(Step::Publish, closer(), None),
    }
}

/// All periods with a next step, in order: those that were cut off, the next one to be, and the present one.
#[must_use]
pub fn due(state: &State, today: Date) -> Vec<(Period, Next)> {
    let mut periods: Vec<Period> = state.periods.iter().map(|(period, _)| period).collect();
    let now = state
        .rules
        .latest()
        .map(|book| book.calendar.period_of(today));
    let mut next = state.periods.next_to_cut_off(state);
    while let Some(period) = next.filter(|next| now.is_some_and(|now| *next <= now)) {
        periods.push(period);
        next = Some(period.next());
    }
    let with_step = |period: Period| Some((period, next_step(state, period, today)?));
    periods.into_iter().filter_map(with_step).collect()
}
