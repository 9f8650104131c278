//! Which units a replay names: clearly over or under the mean of their class, clearly improved. All others are no different.
//!
//! A lead is told by the score as it stands, next to its standard error: the larger of two standard deviations, that of scores of new
//! figures if the unit is what it seems, and if it is as its class (`inference::noise::Noise::anew`). At a ceiling the first alone won't
//! do: thirty satisfied of thirty hardly spread, yet thirty of thirty is what luck often does to a unit like all others. (So does a
//! score test, whose error is that under the hypothesis: Agresti and Coull 1998, *Approximate is better than exact*, The American
//! Statistician 52.) A change is told likewise with the larger error of the two periods in both, as they would have it if nothing had
//! changed.
//!
//! A unit with a figure that is missing, or whose noise nobody knows, is never named: how sure its score is can't be said.

use inference::Invalid;
use inference::named::{Control, Named, by_difference};
use serde::Serialize;

use super::Sureness;
use super::sample::mean_and_variance;

/// A score with what is known of its error.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The score.
    pub score: f64,
    /// Its standard error if the unit is what it seems.
    pub error: f64,
    /// The score less the mean of all units scored.
    pub lead: f64,
    /// The standard error of the lead; that of the mean is part of it.
    pub lead_error: f64,
}

impl Estimate {
    /// From a unit's score and the class's mean, as they stand, and both draw by draw of new figures.
    pub(super) fn of(
        (score, mean): (f64, f64),
        as_itself: &(Vec<f64>, Vec<f64>),
        as_class: &(Vec<f64>, Vec<f64>),
    ) -> Self {
        let lead = |(scores, means): &(Vec<f64>, Vec<f64>)| {
            let leads = scores.iter().zip(means).map(|(score, mean)| score - mean);
            spread(&leads.collect::<Vec<f64>>())
        };
        Self {
            score,
            error: spread(&as_itself.0),
            lead: score - mean,
            lead_error: lead(as_itself).max(lead(as_class)),
        }
    }
}

/// The standard deviation; 0 where nothing is drawn.
fn spread(draws: &[f64]) -> f64 {
    let (_, variance) = mean_and_variance(draws);
    if variance.is_nan() {
        0.0
    } else {
        variance.sqrt()
    }
}

/// Names the units of a class that are clearly over or under its mean; `None` for those that can't be compared.
///
/// # Errors
/// [`Invalid`] where the error rate isn't between 0 and 1.
pub fn ahead(
    units: &[Sureness],
    control: Control,
    rate: f64,
) -> Result<Vec<Option<Named>>, Invalid> {
    let leads = units.iter().map(|unit| {
        let estimate = unit.estimate.as_ref()?;
        Some((estimate.lead, estimate.lead_error))
    });
    named(leads.collect(), control, rate)
}

/// Names units that are clearly better, or worse, than they were before: each unit's estimate then and now, from periods scored by
/// one scheme. `None` for those that can't be compared.
///
/// The figures of two periods have errors of their own, so the difference has the variance of both. Scores of which the later rests
/// on the earlier period's figures can't be compared so: [`crate::Ruler::rests_on_previous`].
///
/// # Errors
/// [`Invalid`] where the error rate isn't between 0 and 1.
pub fn improved(
    units: &[(Option<Estimate>, Option<Estimate>)],
    control: Control,
    rate: f64,
) -> Result<Vec<Option<Named>>, Invalid> {
    let changes = units.iter().map(|(before, now)| {
        let (before, now) = (before.as_ref()?, now.as_ref()?);
        let error = before.error.max(now.error) * std::f64::consts::SQRT_2;
        Some((now.score - before.score, error))
    });
    named(changes.collect(), control, rate)
}

/// Names those of which there is a difference.
fn named(
    differences: Vec<Option<(f64, f64)>>,
    control: Control,
    rate: f64,
) -> Result<Vec<Option<Named>>, Invalid> {
    let known: Vec<(f64, f64)> = differences.iter().copied().flatten().collect();
    let mut found = by_difference(&known, control, rate)?.into_iter();
    let of_unit = |difference: Option<(f64, f64)>| difference.and_then(|_| found.next());
    Ok(differences.into_iter().map(of_unit).collect())
}
