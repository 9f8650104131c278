//! Confidence sets for ranks: which places a unit may truly hold.
//!
//! Mogstad, Romano, Shaikh, Wilhelm (2024), *Inference for Ranks with Applications to Mobility across Neighbourhoods and Academic
//! Achievement across Countries*, Review of Economic Studies 91. A unit's place is 1 plus the number of units that are truly ahead
//! of it; the largest estimate is the best. All differences that a set depends on are tested at once, each in both directions:
//! with x the estimates and s² the variance of a difference, unit k is *clearly ahead* of unit j where (x_k − x_j)/s passes the
//! critical value c. With a units clearly ahead of j, and b clearly behind, its set is {1 + a, …, n − b}. The value c is the `coverage`
//! quantile of the largest studentised error among the differences tested; by the stepdown (Romano, Wolf 2005) those that are
//! rejected leave the maximum, and c falls until nothing more is rejected.
//!
//! A *marginal* set holds its unit's true place with the stated probability; *simultaneous* sets all hold theirs at once.
//! Estimates are taken as normal with known standard errors.
//!
//! How c is computed: marginal and independent errors, by quadrature, without any draw; otherwise by simulation, its Monte-Carlo
//! standard error stated. Never are all pairs held.

mod count;
mod marginal;
mod model;
mod nodes;
mod quadrature;
mod simulate;
mod spread;

use std::num::NonZeroUsize;

use serde::Serialize;

use crate::Invalid;
use model::{Model, Noise};
use simulate::Task;

/// How the estimates err.
#[derive(Clone, Copy, Debug)]
pub enum Errors<'a> {
    /// Independently; the standard error of each, over 0.
    Independent(&'a [f64]),
    /// Together: the covariance matrix, n × n, row by row. It may be singular, but the difference of any two units must vary.
    Covariance(&'a [f64]),
}

/// What holds with the stated probability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Each set for itself.
    Marginal,
    /// All sets at once.
    Simultaneous,
}

/// Which bounds are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sides {
    /// From a place to a place.
    Both,
    /// The best place it may hold; the worst is n.
    Lower,
    /// The worst place it may hold; the best is 1.
    Upper,
}

/// How often differences are tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Procedure {
    /// Once.
    SingleStep,
    /// Again without those rejected, until nothing more is rejected: sets as good and never wider.
    Stepdown,
}

/// What is wanted.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Settings {
    /// The probability with which the sets hold the true places, in (0, 1).
    pub coverage: f64,
    /// Of which sets.
    pub scope: Scope,
    /// Which bounds.
    pub sides: Sides,
    /// How often differences are tested.
    pub procedure: Procedure,
    /// How many draws; absent, as many as take seconds: 100,000 for 1,000 units. Marginal sets with independent errors take none.
    pub draws: Option<NonZeroUsize>,
    /// What the draws follow from.
    pub seed: u64,
    /// How many threads; no result depends on it.
    #[serde(skip)]
    pub threads: NonZeroUsize,
}

/// A critical value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Critical {
    /// The value, at least 0.
    pub value: f64,
    /// Its Monte-Carlo standard error; 0 where nothing was drawn.
    pub standard_error: f64,
}

/// Confidence sets for the ranks of all units.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RankSets {
    /// Places by the estimates: 1 plus the number of larger ones.
    pub rank: Vec<u32>,
    /// The best place each may hold.
    pub lower: Vec<u32>,
    /// The worst place each may hold.
    pub upper: Vec<u32>,
    /// The last critical value: of all sets at once one, else of each unit.
    pub critical: Vec<Critical>,
    /// Whether a bound would be another if the critical value were off by three Monte-Carlo standard errors.
    pub unsettled: Vec<bool>,
    /// How many draws were taken for each critical value.
    pub draws: usize,
}

impl RankSets {
    /// Units that may be among the first `k`: from simultaneous sets, all that truly are among them, with the stated probability.
    #[must_use]
    pub fn best(&self, k: u32) -> Vec<bool> {
        self.lower.iter().map(|lower| *lower <= k).collect()
    }

    /// Units that may be among the last `k`.
    #[must_use]
    pub fn worst(&self, k: u32) -> Vec<bool> {
        let above = (self.rank.len() as u32).saturating_sub(k);
        self.upper.iter().map(|upper| *upper > above).collect()
    }
}

/// Standard errors of Monte Carlo that a bound must stand.
const SURE: f64 = 3.0;

/// Places by estimate: 1 plus the number of larger ones, so that equal ones share the best place.
#[must_use]
pub fn ranks(estimates: &[f64]) -> Vec<u32> {
    let mut sorted = estimates.to_vec();
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    let larger = |estimate: &f64| sorted.partition_point(|other| other > estimate);
    estimates.iter().map(|x| larger(x) as u32 + 1).collect()
}

/// The confidence sets of all units' ranks.
///
/// Of one unit the set is {1}. Units with equal estimates all may hold any place that none is clearly ahead of.
///
/// Memory is linear in the units with independent errors. Above 2,500 units a marginal critical value is interpolated, and raised by
/// 0.0005 so that no set is narrower than it should be.
///
/// # Errors
/// [`Invalid`] where there is no unit, a value isn't finite, a standard error isn't over 0, the coverage isn't between 0 and 1,
/// lengths differ, or the covariance matrix isn't one.
pub fn rank_sets(
    estimates: &[f64],
    errors: Errors<'_>,
    settings: &Settings,
) -> Result<RankSets, Invalid> {
    let model = Model::new(estimates, errors)?;
    Invalid::check_range("coverage", &[settings.coverage], "between 0 and 1", |p| {
        p > 0.0 && p < 1.0
    })?;
    let critical = match (settings.scope, &model.noise) {
        _ if estimates.len() == 1 => vec![Critical::exact(0.0)],
        (Scope::Marginal, Noise::Independent { errors, .. }) => {
            let values = marginal::criticals(estimates, errors, settings);
            values.into_iter().map(Critical::exact).collect()
        }
        (Scope::Marginal, Noise::Full(_)) => marginal_by_draws(&model, settings),
        (Scope::Simultaneous, _) => vec![simultaneous(&model, settings)],
    };
    Ok(sets(&model, critical, settings))
}

impl Critical {
    const fn exact(value: f64) -> Self {
        Self {
            value,
            standard_error: 0.0,
        }
    }

    /// The value moved by so many of its standard errors.
    fn moved(&self, by: f64) -> f64 {
        (self.value + by * self.standard_error).max(0.0)
    }
}

impl Settings {
    /// How many draws are taken.
    fn draws(&self, model: &Model<'_>) -> usize {
        let units = model.estimates.len();
        let steps = match (&model.noise, self.scope) {
            (Noise::Independent { .. }, Scope::Marginal) => return 0,
            (Noise::Independent { .. }, Scope::Simultaneous) => 200_000_000 / units,
            (Noise::Full(_), Scope::Simultaneous) => 4_000_000_000 / (units * units),
            (Noise::Full(_), Scope::Marginal) => 1_000_000_000 / (units * units),
        };
        self.draws
            .map_or_else(|| steps.clamp(1_000, 100_000), NonZeroUsize::get)
    }
}

/// One value for all pairs. Every pair is tested in both directions, whichever bounds are wanted.
fn simultaneous(model: &Model<'_>, settings: &Settings) -> Critical {
    let units = model.estimates.len() as u64;
    let (mut last, mut rejected) = (Critical::exact(f64::INFINITY), 0);
    loop {
        let task = Task {
            unit: None,
            last: last.value,
            left: units * (units - 1) - rejected,
        };
        let found = simulate::criticals(model, &[task], settings);
        if let Some(next) = found.first().filter(|next| next.value < last.value) {
            last = *next;
        }
        let counts = model.count(|_| last.value, settings.threads);
        let now = counts.iter().map(|count| u64::from(count.ahead)).sum();
        if now == rejected || settings.procedure == Procedure::SingleStep {
            return last;
        }
        rejected = now;
    }
}

/// A value for each unit, all units' draws in common.
fn marginal_by_draws(model: &Model<'_>, settings: &Settings) -> Vec<Critical> {
    let units = model.estimates.len();
    let mut last = vec![Critical::exact(f64::INFINITY); units];
    let mut rejected = vec![0; units];
    let mut open: Vec<usize> = (0..units).collect();
    let all = (units as u64 - 1) * if settings.sides == Sides::Both { 2 } else { 1 };
    while !open.is_empty() {
        let task = |unit: &usize| Task {
            unit: Some(*unit),
            last: last.get(*unit).map_or(f64::INFINITY, |last| last.value),
            left: all - rejected.get(*unit).copied().unwrap_or(0),
        };
        let tasks: Vec<Task> = open.iter().map(task).collect();
        let found = simulate::criticals(model, &tasks, settings);
        for (unit, next) in open.iter().zip(found) {
            if let Some(last) = last.get_mut(*unit).filter(|last| next.value < last.value) {
                *last = next;
            }
        }
        if settings.procedure == Procedure::SingleStep {
            break;
        }
        let value = |unit: usize| last.get(unit).map_or(f64::INFINITY, |last| last.value);
        let counts = model.count(value, settings.threads);
        open.retain(|unit| {
            let count = counts.get(*unit).copied().unwrap_or_default();
            let (ahead, behind) = (u64::from(count.ahead), u64::from(count.behind));
            let now = match settings.sides {
                Sides::Both => ahead + behind,
                Sides::Lower => ahead,
                Sides::Upper => behind,
            };
            let before = rejected.get_mut(*unit).map(|of| std::mem::replace(of, now));
            before != Some(now) && now < all
        });
    }
    last
}

fn sets(model: &Model<'_>, critical: Vec<Critical>, settings: &Settings) -> RankSets {
    let units = model.estimates.len();
    let of = |unit: usize| critical.get(unit).or(critical.first());
    let bounds = |by: f64| {
        let value = |unit| of(unit).map_or(f64::INFINITY, |critical| critical.moved(by));
        let counts = model.count(value, settings.threads);
        let lower = |ahead: u32| {
            if settings.sides == Sides::Upper {
                1
            } else {
                1 + ahead
            }
        };
        let worst = |behind: u32| {
            if settings.sides == Sides::Lower {
                0
            } else {
                behind
            }
        };
        let bound = |count: count::Counts| (lower(count.ahead), units as u32 - worst(count.behind));
        counts.into_iter().map(bound).collect::<Vec<_>>()
    };
    let found = bounds(0.0);
    let drawn = critical
        .iter()
        .any(|critical| critical.standard_error > 0.0);
    let unsettled = if drawn {
        let (narrow, wide) = (bounds(-SURE), bounds(SURE));
        narrow.iter().zip(&wide).map(|(a, b)| a != b).collect()
    } else {
        vec![false; units]
    };
    RankSets {
        rank: ranks(model.estimates),
        lower: found.iter().map(|(lower, _)| *lower).collect(),
        upper: found.iter().map(|(_, upper)| *upper).collect(),
        unsettled,
        draws: settings.draws(model),
        critical,
    }
}
