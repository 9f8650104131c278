//! Ranks: competition ranks (1, 2, 2, 4) of the scores as they are printed; ties stay ties unless the scheme breaks them.

use std::cmp::Ordering;

use rulebook::figures::MISSING;
use rulebook::model::TieBreak;
use rulebook::say;

use crate::band::Coverage;
use crate::plan::PlanError;
use crate::ruler::Ruler;
use crate::sort::{key, radix_sort};

/// The ranks of a class's units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranks {
    /// Each unit's rank; 0 where it has none (not scored, or not rated).
    pub place: Vec<u32>,
    /// The ranked units' positions, best first; ties in the order of their ids.
    pub order: Vec<u32>,
}

impl Ranks {
    /// How many units are ranked.
    #[must_use]
    pub fn of(&self) -> usize {
        self.order.len()
    }

    /// A unit's rank.
    #[must_use]
    pub fn rank(&self, position: usize) -> Option<u32> {
        self.place.get(position).copied().filter(|place| *place > 0)
    }
}

pub(crate) fn rank(
    ruler: &Ruler<'_>,
    scores: &[f64],
    coverage: Option<&[Coverage]>,
) -> Result<Ranks, PlanError> {
    let rated =
        |unit: usize| coverage.is_none_or(|coverage| coverage.get(unit).is_some_and(|c| c.rated));
    let keyed = scores
        .iter()
        .zip(0_u32..)
        .filter(|(score, unit)| !score.is_nan() && rated(*unit as usize));
    let mut keyed: Vec<(u64, u32)> = keyed.map(|(score, unit)| (!key(*score), unit)).collect();
    radix_sort(&mut keyed, |item| item.0);
    let breakers = breakers(ruler)?;
    let mut place = vec![0; scores.len()];
    let mut first = 1;
    for tied in keyed.chunk_by_mut(|a, b| a.0 == b.0) {
        place_tied(tied, &breakers, first, &mut place);
        first += tied.len() as u32;
    }
    Ok(Ranks {
        place,
        order: keyed.into_iter().map(|(_, unit)| unit).collect(),
    })
}

/// For each tie-break: a value a unit, more is better; gaps come last.
fn breakers(ruler: &Ruler<'_>) -> Result<Vec<Vec<f64>>, PlanError> {
    ruler
        .plan
        .scheme
        .tie_break
        .iter()
        .map(|breaker| values(ruler, breaker))
        .collect()
}

fn values(ruler: &Ruler<'_>, breaker: &TieBreak) -> Result<Vec<f64>, PlanError> {
    // A measure that no table had breaks no tie.
    let measure = |id: &rulebook::model::Id| match ruler.class.column(id.as_str()) {
        Some(column) => column.values.to_vec(),
        None => vec![MISSING; ruler.class.len()],
    };
    let unknown = |id: &rulebook::model::Id| PlanError {
        item: ruler.plan.scheme.id.to_string(),
        problem: say!(
            "同分先看的“{id}”不是本细则的条目",
            "`{id}`, which should break ties, is no item of the scheme"
        ),
    };
    Ok(match breaker {
        TieBreak::Points(id) => ruler.node(id.as_str()).ok_or_else(|| unknown(id))?,
        TieBreak::Higher(id) => measure(id),
        TieBreak::Lower(id) => measure(id).iter().map(|x| -x).collect(),
    })
}

/// Puts tied units in order by the tie-breaks; those still tied share a rank.
fn place_tied(tied: &mut [(u64, u32)], breakers: &[Vec<f64>], first: u32, place: &mut [u32]) {
    let compare = |a: &(u64, u32), b: &(u64, u32)| {
        let better = |values: &Vec<f64>| {
            let value = |unit: u32| values.get(unit as usize).copied().unwrap_or(f64::NAN);
            let value = |unit| {
                if value(unit).is_nan() {
                    f64::NEG_INFINITY
                } else {
                    value(unit)
                }
            };
            value(b.1)
                .partial_cmp(&value(a.1))
                .unwrap_or(Ordering::Equal)
        };
        breakers
            .iter()
            .map(better)
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    };
    if tied.len() > 1 && !breakers.is_empty() {
        tied.sort_by(compare);
    }
    let mut shared = first;
    let mut before: Option<(u64, u32)> = None;
    for (rank, item) in (first..).zip(tied.iter()) {
        if before.is_some_and(|before| compare(&before, item).is_ne()) {
            shared = rank;
        }
        if let Some(place) = place.get_mut(item.1 as usize) {
            *place = shared;
        }
        before = Some(*item);
    }
}
