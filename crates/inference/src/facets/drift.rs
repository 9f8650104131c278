//! Whether judges grow harder or softer: a severity for each judge and period.
#![expect(clippy::indexing_slicing, reason = "positions are checked first")]

use std::collections::BTreeMap;

use serde::Serialize;

use super::report::wald;
use super::{Extreme, Fault, Marks, Model, Unlinked, fit};
use crate::Invalid;
use crate::special::chi_squared_survival;

/// A judge in a period.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Period {
    /// Which period.
    pub period: usize,
    /// The severity then, on the scale of all judges and periods; `None` where it has no finite estimate.
    pub severity: Option<f64>,
    /// Its standard error.
    pub se: Option<f64>,
    /// Why there is no severity.
    pub extreme: Option<Extreme>,
}

/// A judge over time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JudgeDrift {
    /// The periods in which the judge gave marks, in order.
    pub periods: Vec<Period>,
    /// Wald's statistic for the judge's severities being equal.
    pub chi_squared: f64,
    /// Its degrees of freedom; 0 where there is nothing to compare.
    pub freedom: usize,
    /// Its p-value; 1 where there is nothing to compare.
    pub p: f64,
}

/// Drift of all judges.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Drift {
    /// The deviance with a severity for each judge and period.
    pub deviance: f64,
    /// How much less that is than with one for each judge: χ² with `freedom` degrees where nobody drifts.
    pub gain: f64,
    /// How many more severities there are.
    pub freedom: usize,
    /// The p-value of nobody drifting.
    pub p: f64,
    /// The judges in order.
    pub judges: Vec<JudgeDrift>,
}

/// Fits a severity for each judge and period beside one for each judge. The p-values of judges aren't corrected for their number.
///
/// Where no person is marked in several periods, a change of all judges at once can't be told from one of the persons: drift is
/// then relative to persons being alike in all periods. `period` gives that of each row, under `periods`.
///
/// # Errors
/// Those of [`fit`]; links are asked for of judges, not of each judge and period.
pub fn drift(
    marks: &Marks<'_>,
    period: &[usize],
    periods: usize,
    model: &Model,
) -> Result<Drift, Fault> {
    Invalid::check_length("period", marks.person.len(), period.len())?;
    if let Some(at) = period.iter().position(|period| *period >= periods) {
        return Err(Fault::Invalid(Invalid::Range {
            what: "period",
            at,
            value: period[at] as f64,
            expected: "under their number",
        }));
    }
    let plain = fit(marks, model)?;
    let pairs: Vec<(usize, usize)> = marks
        .judge
        .iter()
        .copied()
        .zip(period.iter().copied())
        .collect();
    let mut place: BTreeMap<(usize, usize), usize> = pairs.iter().map(|pair| (*pair, 0)).collect();
    (0..)
        .zip(place.values_mut())
        .for_each(|(at, place)| *place = at);
    let judge: Vec<usize> = pairs.iter().map(|pair| place[pair]).collect();
    let apart = Marks {
        judges: place.len(),
        judge: &judge,
        ..*marks
    };
    let model = Model {
        unlinked: Unlinked::AtRandom,
        ..*model
    };
    let full = fit(&apart, &model)?;
    let freedom = full.parameters.saturating_sub(plain.parameters);
    let gain = (plain.deviance - full.deviance).max(0.0);
    let judges = (0..marks.judges).map(|judge| {
        let own = place.iter().filter(|((of, _), _)| *of == judge);
        let own: Vec<(usize, usize)> = own.map(|((_, period), at)| (*period, *at)).collect();
        one(&own, &full)
    });
    Ok(Drift {
        deviance: full.deviance,
        gain,
        freedom,
        p: survival(freedom, gain),
        judges: judges.collect(),
    })
}

fn one(own: &[(usize, usize)], full: &super::Fit) -> JudgeDrift {
    let wide = full.judges.len();
    let known: Vec<usize> = own
        .iter()
        .map(|(_, at)| *at)
        .filter(|at| full.judges[*at].severity.is_some())
        .collect();
    let severity = |at: usize| full.judges[at].severity.unwrap_or_default();
    let chi_squared = wald(&known, severity, |a, b| full.covariance[a * wide + b]);
    let freedom = known.len().saturating_sub(1);
    let period = |(period, at): &(usize, usize)| {
        let judge = &full.judges[*at];
        Period {
            period: *period,
            severity: judge.severity,
            se: judge.se,
            extreme: judge.extreme,
        }
    };
    JudgeDrift {
        periods: own.iter().map(period).collect(),
        chi_squared,
        freedom,
        p: survival(freedom, chi_squared),
    }
}

fn survival(freedom: usize, chi_squared: f64) -> f64 {
    match freedom {
        0 => 1.0,
        _ => chi_squared_survival(freedom as f64, chi_squared),
    }
}
