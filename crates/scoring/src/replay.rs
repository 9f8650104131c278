//! Replaying a period: how sure scores, ranks and bands are.
//!
//! Every measure whose noise is known is drawn anew (`inference::noise`), and the *same rulebook* is run on the draw: rules, means
//! of the class, caps, vetoes, ranks, quotas. A thousand draws say how far a score and a rank can be from what they would be
//! without luck. So it holds for any rule, and there is no formula to go with each.
//!
//! A score's interval is the unit's own: the quantiles of its drawn scores. Ranks, bands and all that compares are taken from the
//! same draws, but pulled towards the class by as much of the spread as is luck (`inference::likeness`); else luck would be in the
//! figures once and in the draws again, and who was lucky would stay ahead in every draw. Vetoes fall on the pulled scores as the
//! draw's own figures say.
//!
//! The same seed gives the same bits with any number of threads: each measure in each draw has a stream of its own. What is held:
//! figures without noise, gaps, numbers of cases, and all that comes from the period before.

mod compare;
mod named;
mod sample;
mod sources;

use std::fmt;
use std::num::{NonZeroU32, NonZeroUsize};

use inference::Invalid;
use rulebook::model::Measure;
use serde::Serialize;

use crate::{PlanError, Scored};

pub use compare::{Compared, Comparing};
pub use inference::named::{Named, Verdict};
pub use named::{Estimate, ahead, improved};
pub use sources::Held;

/// The seed where none is said.
pub const SEED: u64 = 20_260_101;

/// So many scores are kept at most: draws × units.
const MOST: usize = 400_000_000;

/// How a period is replayed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Settings {
    /// How many times.
    pub draws: NonZeroU32,
    /// The seed of all randomness.
    pub seed: u64,
    /// The share of the draws that intervals hold, over 0 and under 1; 0.95 is usual.
    pub coverage: f64,
    /// Being among so many first is counted.
    pub first: u32,
}

impl Settings {
    /// So many draws, with the usual seed, coverage 0.95, and the first three.
    #[must_use]
    pub const fn new(draws: NonZeroU32) -> Self {
        Self {
            draws,
            seed: SEED,
            coverage: 0.95,
            first: 3,
        }
    }
}

/// How sure a unit's result is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Sureness {
    /// The interval of its score; `None` where it is never scored.
    pub score: Option<(f64, f64)>,
    /// The interval of its rank; `None` where it is never ranked.
    pub rank: Option<(u32, u32)>,
    /// Its mean rank.
    pub expected_rank: Option<f64>,
    /// For each band of the scheme: the share of the draws in which it has it. What is short of 1 is the share without a band.
    pub bands: Vec<f64>,
    /// The share of the draws in which its rank is among the first, [`Settings::first`].
    pub first: f64,
    /// The share of the draws in which its score is over the mean of all units scored.
    pub over_mean: f64,
    /// What it is compared by; `None` where it isn't ranked, or a figure of it is missing or of unknown noise.
    pub estimate: Option<Estimate>,
}

/// A class replayed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Replay {
    /// How.
    pub settings: Settings,
    /// For each unit of the class.
    pub units: Vec<Sureness>,
    /// The items that rest, wholly or for some units, on figures without known noise; they are held.
    pub held: Vec<Held>,
    /// The points of the indicators that are held for every unit, and of all indicators; `None` for schemes without points.
    pub points_held: Option<(f64, f64)>,
}

/// Why a class can't be replayed.
#[derive(Clone, Debug, PartialEq)]
pub enum ReplayError {
    /// The coverage isn't between 0 and 1.
    Coverage(f64),
    /// Draws × units is more than can be kept.
    TooLarge {
        /// How many draws the class allows.
        at_most: usize,
    },
    /// A measure's figures don't go with its noise.
    Noise {
        /// The measure.
        measure: String,
        /// What is wrong.
        invalid: Invalid,
    },
    /// What is compared isn't finite, or the error rate isn't between 0 and 1.
    Compare(Invalid),
    /// The scheme can't be scored.
    Plan(PlanError),
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Coverage(coverage) => write!(f, "a coverage of {coverage} isn't between 0 and 1"),
            Self::TooLarge { at_most } => {
                write!(f, "too many draws for so many units: at most {at_most}")
            }
            Self::Noise { measure, .. } => write!(f, "the noise of {measure} can't be fitted"),
            Self::Compare(_) => write!(f, "the units can't be compared"),
            Self::Plan(_) => write!(f, "the scheme can't be scored"),
        }
    }
}

impl std::error::Error for ReplayError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Noise { invalid, .. } | Self::Compare(invalid) => Some(invalid),
            Self::Plan(error) => Some(error),
            Self::Coverage(_) | Self::TooLarge { .. } => None,
        }
    }
}

impl From<PlanError> for ReplayError {
    fn from(error: PlanError) -> Self {
        Self::Plan(error)
    }
}

/// Replays a scored class on so many threads: the result is the same for any number. `measures` are those it was scored with;
/// `drawn` is told after each draw, from any of the threads.
///
/// # Errors
/// [`ReplayError`].
pub fn replay(
    scored: &Scored<'_>,
    measures: &[&Measure],
    settings: &Settings,
    threads: NonZeroUsize,
    drawn: &(dyn Fn() + Sync),
) -> Result<Replay, ReplayError> {
    if !(settings.coverage > 0.0 && settings.coverage < 1.0) {
        return Err(ReplayError::Coverage(settings.coverage));
    }
    let at_most = MOST / scored.scores.len().max(1);
    if settings.draws.get() as usize > at_most {
        return Err(ReplayError::TooLarge { at_most });
    }
    let sources = sources::sources(&scored.ruler, measures)?;
    let (held, points_held) = sources::held(&scored.ruler, measures, &sources);
    let known = sources::known(&scored.ruler, measures, &sources);
    let sampler = sample::Sampler::new(scored, measures, settings, (&sources, &known));
    Ok(Replay {
        settings: *settings,
        units: sampler.run(threads, drawn)?,
        held,
        points_held,
    })
}
