//! Ordinal marks: how severe each judge is, how good each person, by the many-facet Rasch model.
//!
//! A person of quality θ gets from judge r on item (trait) i the mark k with probability proportional to
//! exp(k·aᵢ·aᵣ·θ − τᵢₖ − k·bᵣ), τᵢ₀ = 0; θ is normal with mean 0 and deviation σ in the population (Linacre 1989, *Many-Facet Rasch
//! Measurement*; with slopes: Robitzsch, Steinfeld 2018, *Item response models for human ratings*, eq. 5–8). Severities sum to 0,
//! slopes multiply to 1. All parameters are those of greatest marginal likelihood, θ being summed out over a grid, by Newton's
//! method with the observed information.
//!
//! It must never compare judges that no chain of persons marked in common links, unless it is told that persons came to judges
//! at random.

mod dense;
mod drift;
mod fitness;
mod layout;
mod likelihood;
mod links;
mod report;
mod search;
mod tally;

use std::fmt;

use serde::Serialize;

pub use drift::{Drift, JudgeDrift, Period, drift};

use crate::Invalid;
use crate::special::{chi_squared_survival, normal_cdf};

/// Marks as they were given: row by row, what one judge gave one person on each item.
#[derive(Clone, Copy, Debug)]
pub struct Marks<'a> {
    /// How many persons (units, works) there are.
    pub persons: usize,
    /// How many judges there are.
    pub judges: usize,
    /// How many items (traits) there are.
    pub items: usize,
    /// The person of each row, under `persons`.
    pub person: &'a [usize],
    /// The judge of each row, under `judges`.
    pub judge: &'a [usize],
    /// The marks: `items` for each row, `None` where none was given. Any whole numbers: where they start makes no difference.
    pub marks: &'a [Option<u8>],
}

/// Which slopes are estimated; the others are 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Slopes {
    /// None.
    #[default]
    None,
    /// One for each judge.
    Judges,
    /// One for each item.
    Items,
    /// One for each judge and one for each item.
    Both,
}

impl Slopes {
    const fn of_judges(self) -> bool {
        matches!(self, Self::Judges | Self::Both)
    }

    const fn of_items(self) -> bool {
        matches!(self, Self::Items | Self::Both)
    }
}

/// Whether items share the steps between marks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Steps {
    /// Each item has thresholds of its own (partial credit).
    #[default]
    PerItem,
    /// τᵢₖ = k·δᵢ + κₖ: items differ in difficulty only (rating scale; Andrich 1978).
    Common,
}

/// What is done with judges that no person links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unlinked {
    /// They are refused: [`Fault::Unlinked`].
    #[default]
    Refused,
    /// They are compared as if persons came to judges at random.
    AtRandom,
}

/// The model that is fitted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Model {
    /// Which slopes are estimated.
    pub slopes: Slopes,
    /// Whether items share the steps between marks.
    pub steps: Steps,
    /// What is done with judges that no person links.
    pub unlinked: Unlinked,
    /// How many nodes the grid has: odd, at least 3.
    pub nodes: usize,
    /// The grid runs from −`reach` to `reach`, over 0.
    pub reach: f64,
}

impl Default for Model {
    /// No slopes, thresholds by item, 61 nodes from −9 to 9.
    fn default() -> Self {
        Self {
            slopes: Slopes::None,
            steps: Steps::PerItem,
            unlinked: Unlinked::Refused,
            nodes: 61,
            reach: 9.0,
        }
    }
}

/// Judges and persons that are linked with one another and with no others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Positions of its judges.
    pub judges: Vec<usize>,
    /// Positions of the persons they marked.
    pub persons: Vec<usize>,
}

/// Why nothing was estimated.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The input is no good.
    Invalid(Invalid),
    /// Every mark is its judge's only one or its item's only one: nothing can be told.
    NoVariation,
    /// No chain of persons marked in common links these groups.
    Unlinked {
        /// The groups, at least two.
        groups: Vec<Group>,
    },
    /// Estimates run to infinity: marks are separated perfectly (this judge's from all others', or by a threshold).
    Separated {
        /// The judge whose severity has no finite estimate; `None` where it is a threshold.
        judge: Option<usize>,
    },
    /// Persons differ more than the grid is wide: their marks are all but perfectly apart.
    TooWide {
        /// How far the grid reaches.
        reach: f64,
    },
    /// Persons don't differ at all beyond chance, so slopes have no meaning.
    NoSpread,
    /// A slope left 0.05…10: the marks of this judge or item don't go along with the others'.
    Slope {
        /// The judge.
        judge: Option<usize>,
        /// Or the item.
        item: Option<usize>,
        /// Where its slope got to.
        slope: f64,
    },
    /// No maximum was found.
    NotConverged {
        /// After how many steps.
        steps: usize,
    },
}

impl From<Invalid> for Fault {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(invalid) => invalid.fmt(f),
            Self::NoVariation => f.write_str("marks don't vary within any judge and item"),
            Self::Unlinked { groups } => write!(
                f,
                "the judges are in {} groups that no person marked in common links",
                groups.len()
            ),
            Self::Separated { judge: Some(judge) } => {
                write!(
                    f,
                    "judge {judge}: marks are perfectly apart, the severity has no bound"
                )
            }
            Self::Separated { judge: None } => {
                f.write_str("marks are perfectly apart, a threshold has no bound")
            }
            Self::TooWide { reach } => {
                write!(
                    f,
                    "persons differ more than the grid from -{reach} to {reach} can hold"
                )
            }
            Self::NoSpread => {
                f.write_str("persons don't differ beyond chance, slopes have no meaning")
            }
            Self::Slope { judge, item, slope } => {
                let (what, at) = match judge {
                    Some(judge) => ("judge", judge),
                    None => ("item", &item.unwrap_or_default()),
                };
                write!(
                    f,
                    "{what} {at}: the slope runs to {slope}, out of 0.05 to 10"
                )
            }
            Self::NotConverged { steps } => write!(f, "no maximum found in {steps} steps"),
        }
    }
}

impl std::error::Error for Fault {}

/// A judge none of whose marks is between: the severity has no finite estimate, and the marks tell nothing of the persons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Extreme {
    /// Every mark is the item's highest: severity −∞.
    Lenient,
    /// Every mark is the item's lowest: severity ∞.
    Severe,
}

/// Mean squares of residuals, expected 1: over 1 marks are more erratic than the model has it, under 1 more uniform.
///
/// Residuals are averaged over where each person may be by all marks, so that under the model a mean square is 1 on average,
/// which it isn't with an estimate put in. This also makes it vary less than z assumes: |z| under 2 is no news.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Fitness {
    /// Weighted by information.
    pub infit: f64,
    /// As a standard normal figure.
    pub infit_z: f64,
    /// Unweighted: a few strange marks show.
    pub outfit: f64,
    /// As a standard normal figure.
    pub outfit_z: f64,
}

/// A judge.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judge {
    /// How many marks the judge gave.
    pub marks: usize,
    /// bᵣ in logits: how much harder the judge is than the mean judge. `None` where it has no finite estimate or no mark counts.
    pub severity: Option<f64>,
    /// Its standard error from the observed information; 0 for a judge alone.
    pub se: Option<f64>,
    /// Why there is no severity.
    pub extreme: Option<Extreme>,
    /// aᵣ.
    pub slope: f64,
    /// The standard error of aᵣ where it is estimated.
    pub slope_se: Option<f64>,
    /// Whether the judge's marks are as the model has them.
    pub fitness: Option<Fitness>,
}

/// An item (trait).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Item {
    /// The marks in use, lowest first; empty where they tell nothing.
    pub categories: Vec<u8>,
    /// τᵢₖ for each mark in use over the lowest, whose own is 0; a mark nobody gave has probability 0 and no threshold.
    pub thresholds: Vec<f64>,
    /// Their standard errors.
    pub threshold_se: Vec<f64>,
    /// The last threshold ÷ its mark's distance from the lowest: how hard the item is, in logits.
    pub difficulty: Option<f64>,
    /// aᵢ.
    pub slope: f64,
    /// The standard error of aᵢ where it is estimated.
    pub slope_se: Option<f64>,
    /// Whether marks on the item are as the model has them.
    pub fitness: Option<Fitness>,
}

/// A person.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Person {
    /// How many marks count.
    pub marks: usize,
    /// Expected θ given all marks; 0 without any.
    pub eap: f64,
    /// Posterior deviation of θ; σ without any mark.
    pub se: f64,
}

/// How far judges can be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Separation {
    /// Root mean square of the standard errors.
    pub error: f64,
    /// Deviation of severities that error doesn't explain; 0 where it explains all.
    pub spread: f64,
    /// `spread` ÷ `error`.
    pub separation: f64,
    /// The share of the variance of severities that isn't error, 0…1.
    pub reliability: f64,
    /// Wald's statistic for all severities being equal.
    pub chi_squared: f64,
    /// Its degrees of freedom.
    pub freedom: usize,
    /// Its p-value.
    pub p: f64,
}

/// A fitted model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fit {
    /// −2 log marginal likelihood.
    pub deviance: f64,
    /// How many parameters are free.
    pub parameters: usize,
    /// The population's deviation; 0 where persons don't differ beyond chance.
    pub sigma: f64,
    /// Standard error of ln σ; `None` where σ is 0.
    pub log_sigma_se: Option<f64>,
    /// var(EAP) ÷ (var(EAP) + mean of squared errors), over persons with marks; `None` with fewer than two.
    pub reliability: Option<f64>,
    /// The judges in order.
    pub judges: Vec<Judge>,
    /// The items in order.
    pub items: Vec<Item>,
    /// The persons in order.
    pub persons: Vec<Person>,
    /// How far judges can be told apart; `None` with fewer than two that have a severity.
    pub separation: Option<Separation>,
    /// The groups that persons link: one, unless [`Unlinked::AtRandom`].
    pub groups: Vec<Group>,
    /// Newton's steps.
    pub iterations: usize,
    /// Covariance of severities, row by row; 0 where there is none.
    #[serde(skip)]
    pub covariance: Vec<f64>,
}

/// Two judges side by side.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The first's severity less the second's.
    pub estimate: f64,
    /// Its standard error.
    pub se: f64,
    /// Two-sided p-value of no difference.
    pub p: f64,
}

impl Fit {
    /// How two judges differ; `None` where either has no finite severity.
    #[must_use]
    pub fn difference(&self, a: usize, b: usize) -> Option<Difference> {
        let severity = |at: usize| self.judges.get(at)?.severity;
        let estimate = severity(a)? - severity(b)?;
        let wide = self.judges.len();
        let covariance = |a: usize, b: usize| self.covariance.get(a * wide + b).copied();
        let variance = covariance(a, a)? + covariance(b, b)? - 2.0 * covariance(a, b)?;
        let se = variance.max(0.0).sqrt();
        let p = if se > 0.0 {
            2.0 * normal_cdf(-(estimate / se).abs())
        } else {
            1.0
        };
        Some(Difference { estimate, se, p })
    }
}

/// Fits the model to the marks.
///
/// A judge whose marks are all the highest (all the lowest) has severity −∞ (∞); the likelihood's supremum is that without these
/// marks, so they are left out and the judge is [`Extreme`]. A mark nobody gave on an item has probability 0. Of an item with a
/// single mark nothing is told. Where persons don't differ beyond chance, σ is 0, and so is every EAP. A judge who marks the same
/// person in several rows counts as often.
///
/// # Errors
/// [`Fault`]: each of its cases.
pub fn fit(marks: &Marks<'_>, model: &Model) -> Result<Fit, Fault> {
    let nodes = grid(model)?;
    let tally = tally::Tally::new(marks, model)?;
    let groups = links::groups(&tally);
    if groups.len() > 1 && model.unlinked == Unlinked::Refused {
        return Err(Fault::Unlinked { groups });
    }
    report::fitted(&tally, model, nodes, marks, groups)
}

/// The nodes, symmetric to the last bit.
fn grid(model: &Model) -> Result<Vec<f64>, Invalid> {
    let range = |what, value, expected| Invalid::Range {
        what,
        at: 0,
        value,
        expected,
    };
    if model.nodes < 3 || model.nodes.is_multiple_of(2) {
        return Err(range("nodes", model.nodes as f64, "odd, at least 3"));
    }
    if !model.reach.is_finite() || model.reach <= 0.0 {
        return Err(range("reach", model.reach, "over 0"));
    }
    let half = (model.nodes / 2) as f64;
    let node = |at: usize| (at as f64 - half) / half * model.reach;
    Ok((0..model.nodes).map(node).collect())
}

/// How far judges can be told apart (Wright, Masters 1982; Linacre 1989), and whether at all.
fn separation(judges: &[Judge], chi_squared: f64) -> Option<Separation> {
    let known: Vec<(f64, f64)> = judges
        .iter()
        .filter_map(|judge| judge.severity.zip(judge.se))
        .collect();
    if known.len() < 2 {
        return None;
    }
    let count = known.len() as f64;
    let mean = known.iter().map(|(severity, _)| severity).sum::<f64>() / count;
    let squares = known
        .iter()
        .map(|(severity, _)| (severity - mean) * (severity - mean));
    let observed = squares.sum::<f64>() / (count - 1.0);
    let error = known.iter().map(|(_, se)| se * se).sum::<f64>() / count;
    let real = (observed - error).max(0.0);
    let freedom = known.len() - 1;
    Some(Separation {
        error: error.sqrt(),
        spread: real.sqrt(),
        separation: (real / error).sqrt(),
        reliability: if observed > 0.0 { real / observed } else { 0.0 },
        chi_squared,
        freedom,
        p: chi_squared_survival(freedom as f64, chi_squared),
    })
}
