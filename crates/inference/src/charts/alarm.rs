//! How often rules speak though nothing happened.

use serde::Serialize;

use super::runs::{crossings_limit, longest_run_limit};
use super::{Data, Kind, Options, RuleSet, chart};
use crate::Invalid;
use crate::random::Random;

/// The false-alarm rate of a set of rules.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FalseAlarm {
    /// The share of charts of a stable process with at least one signal.
    pub rate: f64,
    /// Its Monte-Carlo standard error.
    pub se: f64,
    /// How many points each chart has.
    pub points: usize,
    /// How many charts were drawn.
    pub draws: usize,
}

/// The share of `XmR` charts of `points` independent normal values, limits taken from these values, in which a set of rules gives
/// at least one signal. By simulation; each chart is a stream of its own.
///
/// # Errors
/// [`Invalid::TooFew`] for fewer than two points or no draw.
pub fn false_alarm(
    set: RuleSet,
    points: usize,
    draws: usize,
    seed: u64,
) -> Result<FalseAlarm, Invalid> {
    for (what, least, found) in [("points", 2, points), ("draws", 1, draws)] {
        if found < least {
            return Err(Invalid::TooFew { what, least, found });
        }
    }
    let options = Options::new(set);
    let mut alarms = 0_usize;
    for draw in 0..draws {
        let mut random = Random::new(seed, draw as u64);
        let values: Vec<f64> = (0..points).map(|_| random.normal()).collect();
        let chart = chart(Kind::Xmr, Data::Figures(&values), &options)?;
        let runs = set == RuleSet::Anhoj && chart.phases.iter().any(|phase| phase.runs.signal);
        let marked = chart.points.iter().any(|point| !point.signals.is_empty());
        alarms += usize::from(runs || marked);
    }
    let rate = alarms as f64 / draws as f64;
    Ok(FalseAlarm {
        rate,
        se: (rate * (1.0 - rate) / draws as f64).sqrt(),
        points,
        draws,
    })
}

/// The exact false-alarm rate of Anhøj's two run rules for so many useful points, each side of the centre as likely, independent:
/// one minus the share of coin sequences with no run over the limit and no fewer crossings than the limit (the joint distribution
/// of Wentzel-Larsen, Anhøj 2019, *Joint distribution for number of crossings and longest run*, PLOS ONE 14(10)). Time: points² .
#[must_use]
pub fn runs_false_alarm(useful: usize) -> f64 {
    let (Some(longest), Some(crossings)) = (longest_run_limit(useful), crossings_limit(useful))
    else {
        return 0.0;
    };
    // ways[m]: the probability weight of the first m points as so many whole runs, none too long; each point after the first is
    // a fair coin.
    let mut ways = vec![0.0; useful + 1];
    if let Some(first) = ways.first_mut() {
        *first = 2.0;
    }
    let mut passed = 0.0;
    for runs in 1..=useful {
        ways = one_run_more(&ways, longest);
        if runs > crossings {
            passed += ways.last().copied().unwrap_or(0.0);
        }
    }
    (1.0 - passed).max(0.0)
}

fn one_run_more(ways: &[f64], longest: usize) -> Vec<f64> {
    let halves = |length: usize| libm::ldexp(1.0, -(length as i32));
    (0..ways.len())
        .map(|end| {
            let runs = 1..=longest.min(end);
            runs.map(|length| ways.get(end - length).copied().unwrap_or(0.0) * halves(length))
                .sum()
        })
        .collect()
}
