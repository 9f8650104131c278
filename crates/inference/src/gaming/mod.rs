//! Patterns that a person should look at: bursts, floods, copied comments, rings and the like.
//!
//! Each detector tests one stated null hypothesis and answers with a p-value, its statistic, and the evidence as data: where, how
//! many, how many were expected. The p-value is exact, a bound, or calibrated by seeded draws (`(1 + as extreme) / (1 + draws)`:
//! Davison, Hinkley 1997, *Bootstrap methods and their application*, 4.2), so an honest unit is flagged at most at the stated rate.
//! [`Panel`] corrects over everything that was run, and says how much that was.
//!
//! A flag is a question, not guilt: it says that chance alone, as the null describes it, rarely does this. A holiday, a rule or a good
//! month may. Nothing here knows of scores, and nothing here may ever change one. Where the data can't tell the answer is
//! [`NotApplicable`], by name, never a flag.

mod bursts;
mod ceiling;
mod chance;
mod comments;
mod deadline;
mod figures;
mod floods;
mod judges;
mod panel;
mod reciprocity;
mod rings;
mod series;
mod titles;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Invalid;
use crate::random::Random;

pub use bursts::{Bursts, bursts};
pub use ceiling::{Ceiling, sudden_ceiling};
pub use comments::{Comments, copied_comments, near_duplicates, normalised};
pub use deadline::{Deadline, last_days};
pub use figures::{Heap, benford, heap_at_threshold, round_numbers};
pub use floods::{Floods, dispersion, dispersion_at, floods};
pub use judges::{Marks, without_spread};
pub use panel::{Asked, Correction, Flag, List, Panel, Refused, adjusted, simes};
pub use reciprocity::{Favours, back_scratching};
pub use rings::{Ratings, rings};
pub use series::{Series, all_top_groups, all_top_run};
pub use titles::{Titles, titles_in_turns};

/// Which pattern was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Detector {
    /// [`bursts`] of events in time.
    Burst,
    /// [`bursts`] of lowest levels aimed at one target.
    LowBurst,
    /// [`floods`] from one invitation batch.
    BatchFlood,
    /// [`floods`] in one hour of the day.
    HourFlood,
    /// [`copied_comments`].
    CopiedComments,
    /// [`all_top_run`]: a long run of the top level.
    AllTopRun,
    /// [`all_top_groups`]: a batch or collector with the top level only.
    AllTopGroup,
    /// [`sudden_ceiling`].
    SuddenCeiling,
    /// [`without_spread`]: a judge whose marks hardly differ.
    NoSpread,
    /// [`back_scratching`].
    BackScratching,
    /// [`rings`] of raters.
    Ring,
    /// [`titles_in_turns`].
    TitlesInTurns,
    /// [`benford`].
    Benford,
    /// [`heap_at_threshold`].
    Threshold,
    /// [`round_numbers`].
    RoundNumbers,
    /// [`last_days`].
    LastDays,
}

/// What a detector answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It was tested.
    Tested(Finding),
    /// It can't be tested with these data. Never a flag.
    NotApplicable(NotApplicable),
}

impl Answer {
    /// The finding, where it was tested.
    #[must_use]
    pub fn finding(&self) -> Option<&Finding> {
        match self {
            Self::Tested(finding) => Some(finding),
            Self::NotApplicable(_) => None,
        }
    }

    /// The p-value, where it was tested.
    #[must_use]
    pub fn p(&self) -> Option<f64> {
        self.finding().map(|finding| finding.p)
    }
}

/// The result of one test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// How often chance alone does at least this, in 0…1.
    pub p: f64,
    /// Where `p` comes from.
    pub calibration: Calibration,
    /// The detector's statistic; its doc says which.
    pub statistic: f64,
    /// What to look at, the most striking first.
    pub evidence: Vec<Evidence>,
}

/// Where a p-value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Calibration {
    /// Summed from the null distribution, or an upper bound of it; [`last_days`] averages that over what the peers leave open.
    Exact,
    /// Counted among this many draws from the null distribution.
    Drawn {
        /// How many draws were made; fewer than allowed where it was clear early that nothing is there.
        draws: usize,
        /// The seed.
        seed: u64,
        /// The stream.
        stream: u64,
    },
}

/// One thing to look at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// What `positions` count.
    pub place: Place,
    /// Positions in the input, from 0.
    pub positions: Vec<usize>,
    /// What was found there: a count, or a figure in the input's own unit.
    pub observed: f64,
    /// What the null hypothesis expects there.
    pub expected: f64,
}

/// What the positions of an [`Evidence`] count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// Days, hours or other bins of time.
    Times,
    /// Batches, hours of the day, or other sources.
    Sources,
    /// Comments.
    Comments,
    /// Single ratings.
    Ratings,
    /// Batches or collectors, by their number.
    Groups,
    /// Judges or raters, by their number.
    Raters,
    /// Units that are rated, by their number.
    Targets,
    /// Periods.
    Periods,
    /// The first digits 1…9 at positions 0…8.
    Digits,
    /// Bins beside a threshold; the threshold is the lower edge of the middle one.
    Bins,
    /// Single figures.
    Values,
}

/// Why a pattern can't be tested with these data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotApplicable {
    /// There is too little of something.
    TooFew {
        /// Of what.
        what: String,
        /// How many are needed.
        least: usize,
        /// How many there are.
        found: usize,
    },
    /// All are equal, so no order or place is more striking than another.
    AllEqual {
        /// What.
        what: String,
    },
    /// There is nothing to compare with.
    NoComparison {
        /// With what it would be compared.
        what: String,
    },
    /// The figures span too little for the law to apply.
    Span {
        /// Powers of ten that are needed.
        needed: f64,
        /// Powers of ten that the middle 90 % span.
        found: f64,
    },
}

impl NotApplicable {
    fn too_few(what: &str, least: usize, found: usize) -> Answer {
        let what = what.to_owned();
        Answer::NotApplicable(Self::TooFew { what, least, found })
    }

    fn all_equal(what: &str) -> Answer {
        let what = what.to_owned();
        Answer::NotApplicable(Self::AllEqual { what })
    }

    fn no_comparison(what: &str) -> Answer {
        let what = what.to_owned();
        Answer::NotApplicable(Self::NoComparison { what })
    }
}

impl fmt::Display for NotApplicable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFew { what, least, found } => {
                write!(f, "{what}: {found}, at least {least} are needed")
            }
            Self::AllEqual { what } => write!(f, "{what}: all are equal"),
            Self::NoComparison { what } => write!(f, "{what}: there is nothing to compare with"),
            Self::Span { needed, found } => write!(
                f,
                "the middle 90 % of the figures span {found:.1} powers of ten, {needed:.1} are needed"
            ),
        }
    }
}

/// How a p-value is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draws {
    /// The most draws; the smallest p-value is 1 / (draws + 1), so take at least the number of tests over the error rate.
    pub draws: usize,
    /// The user's seed.
    pub seed: u64,
    /// The piece of work: another one for each unit and detector.
    pub stream: u64,
}

/// As many draws at least as extreme end the drawing: p is then about 1 or known to a quarter of itself.
const ENOUGH: usize = 20;

impl Draws {
    /// The generator, and the number of draws.
    ///
    /// # Errors
    /// [`Invalid::TooFew`] under 19 draws: then no p-value can reach 0.05.
    fn check(&self) -> Result<Random, Invalid> {
        if self.draws < 19 {
            return Err(Invalid::TooFew {
                what: "draws",
                least: 19,
                found: self.draws,
            });
        }
        Ok(Random::new(self.seed, self.stream))
    }

    /// How often `one` is at least `observed`, up to rounding: sequential Monte Carlo (Besag, Clifford 1991, *Sequential Monte Carlo
    /// p-values*, Biometrika 78). The p-value is valid at every level.
    fn p(
        &self,
        observed: f64,
        mut one: impl FnMut(&mut Random) -> f64,
    ) -> Result<(f64, Calibration), Invalid> {
        let mut random = self.check()?;
        let bound = observed - 1e-9 * observed.abs();
        let mut extreme = 0;
        let drawn = |draws| Calibration::Drawn {
            draws,
            seed: self.seed,
            stream: self.stream,
        };
        for draw in 1..=self.draws {
            extreme += usize::from(one(&mut random) >= bound);
            if extreme == ENOUGH {
                return Ok((ENOUGH as f64 / draw as f64, drawn(draw)));
            }
        }
        let p = (1 + extreme) as f64 / (1 + self.draws) as f64;
        Ok((p, drawn(self.draws)))
    }
}

/// That every one of `numbers` is under `count`.
fn check_under(what: &'static str, numbers: &[usize], count: usize) -> Result<(), Invalid> {
    match numbers.iter().position(|number| *number >= count) {
        Some(at) => Err(Invalid::Range {
            what,
            at,
            value: numbers.get(at).map_or(f64::NAN, |number| *number as f64),
            expected: "under the number of its kind",
        }),
        None => Ok(()),
    }
}

/// That no count is over that of the pool it is part of.
fn check_part(counts: &[u64], pool: &[u64]) -> Result<(), Invalid> {
    Invalid::check_length("pool", counts.len(), pool.len())?;
    match counts.iter().zip(pool).position(|(part, all)| part > all) {
        Some(at) => Err(Invalid::Range {
            what: "counts",
            at,
            value: counts.get(at).map_or(f64::NAN, |count| *count as f64),
            expected: "at most the pool's count",
        }),
        None => Ok(()),
    }
}

/// ln x where x is over 0, else 0: for terms like x ln x.
fn ln_or_0(x: f64) -> f64 {
    if x > 0.0 { libm::log(x) } else { 0.0 }
}
