//! The way to the maximum: Newton's steps by the observed information, held back where they lead nowhere.
#![expect(clippy::indexing_slicing, reason = "vectors are of the layout's size")]

use super::Fault;
use super::dense::{cholesky, dot, inverse, solve};
use super::layout::Layout;
use super::likelihood::{Likelihood, State};
use super::tally::Tally;

/// Where the search ended.
#[derive(Debug)]
pub(super) struct Found {
    pub all: Vec<f64>,
    pub state: State,
    pub log_likelihood: f64,
    /// The inverse of the information by the free parameters, row by row.
    pub covariance: Vec<f64>,
    pub iterations: usize,
}

/// Why there is no maximum.
#[derive(Debug)]
pub(super) enum Lost {
    /// σ runs to 0: persons don't differ.
    NoSpread,
    Fault(Fault),
}

const MOST_STEPS: usize = 200;
/// The search ends where another step would gain less log-likelihood than this.
const GAIN: f64 = 1e-10;
/// No parameter moves further in one step.
const LONGEST: f64 = 3.0;
/// A severity, or a threshold for each step of its category, beyond this is on its way to infinity.
const FAR: f64 = 30.0;
/// Where the likelihood is as flat as this (a variance), the estimate has no bound.
const FLAT: f64 = 1e4;
/// Slopes are looked for between these.
const SLOPES: [f64; 2] = [0.05, 10.0];

pub(super) fn search(likelihood: &Likelihood<'_>, start: Vec<f64>) -> Result<Found, Lost> {
    let layout = likelihood.layout;
    let mut free = start;
    let mut state = likelihood.state(&layout.all(&free));
    let mut value = likelihood.log_likelihood(&state);
    let mut hold = 0.0;
    for iteration in 1..=MOST_STEPS {
        let slopes = likelihood.slopes(&state);
        let gradient = layout.gradient(&slopes.gradient);
        let information = layout.information(&slopes.information);
        let factor = held(&information, layout.free, &mut hold)
            .ok_or(Lost::Fault(Fault::NotConverged { steps: iteration }))?;
        let step = solve(&factor, &gradient);
        let gain = dot(&step, &gradient);
        if gain < GAIN && hold == 0.0 {
            let covariance = inverse(&factor, layout.free);
            flat(likelihood, &covariance)?;
            return Ok(Found {
                all: layout.all(&free),
                state,
                log_likelihood: value,
                covariance,
                iterations: iteration,
            });
        }
        let longest = step
            .iter()
            .fold(0.0, |most: f64, step| most.max(step.abs()));
        let mut share = (LONGEST / longest).min(1.0);
        loop {
            let next: Vec<f64> = free.iter().zip(&step).map(|(x, d)| x + share * d).collect();
            let there = likelihood.state(&layout.all(&next));
            let found = likelihood.log_likelihood(&there);
            // The last steps gain less than rounding takes.
            if found >= value + 1e-4 * share * gain - 1e-11 * value.abs() {
                (free, state, value) = (next, there, found);
                break;
            }
            share *= 0.5;
            if share < 1e-10 {
                return Err(Lost::Fault(Fault::NotConverged { steps: iteration }));
            }
        }
        within(likelihood, &layout.all(&free), state.sigma)?;
        hold = if hold < 1e-6 { 0.0 } else { hold * 0.1 };
    }
    Err(Lost::Fault(Fault::NotConverged { steps: MOST_STEPS }))
}

/// A factor of the information, its diagonal raised as far as it must be to be positive definite.
fn held(information: &[f64], size: usize, hold: &mut f64) -> Option<Vec<f64>> {
    while *hold < 1e12 {
        let mut raised = information.to_vec();
        for at in 0..size {
            let own = &mut raised[at * size + at];
            *own += *hold * own.abs().max(1.0);
        }
        if let Some(factor) = cholesky(&raised, size) {
            return Some(factor);
        }
        *hold = (*hold * 4.0).max(1e-4);
    }
    None
}

/// Whether the parameters are where estimates can be.
fn within(likelihood: &Likelihood<'_>, all: &[f64], sigma: f64) -> Result<(), Lost> {
    let (layout, tally) = (likelihood.layout, likelihood.tally);
    let reach = likelihood.nodes.last().copied().unwrap_or(0.0);
    let spacing = reach - likelihood.nodes.iter().rev().nth(1).copied().unwrap_or(0.0);
    let spread = !layout.made_of[layout.log_sigma].is_empty();
    if spread && sigma < spacing / 4.0 {
        return Err(Lost::NoSpread);
    }
    if sigma > 2.0 * reach {
        return Err(Lost::Fault(Fault::TooWide { reach }));
    }
    let judges = tally.extreme.len();
    let far = (0..judges).find(|judge| all[layout.severity + judge].abs() > FAR);
    if let Some(judge) = far {
        return Err(Lost::Fault(Fault::Separated { judge: Some(judge) }));
    }
    if far_threshold(layout, tally, all) {
        return Err(Lost::Fault(Fault::Separated { judge: None }));
    }
    slope_within(layout.judge_slope, judges, all)
        .map(|(at, slope)| Fault::Slope {
            judge: Some(at),
            item: None,
            slope,
        })
        .or_else(|| {
            slope_within(layout.item_slope, tally.used.len(), all).map(|(at, slope)| Fault::Slope {
                judge: None,
                item: Some(at),
                slope,
            })
        })
        .map_or(Ok(()), |fault| Err(Lost::Fault(fault)))
}

/// Whether the likelihood still bends by every parameter where the search ended.
fn flat(likelihood: &Likelihood<'_>, covariance: &[f64]) -> Result<(), Lost> {
    let layout = likelihood.layout;
    let variance = |place| layout.covariance(covariance, place, place);
    if (0..layout.made_of.len()).all(|place| variance(place) < FLAT) {
        return Ok(());
    }
    let judges = 0..likelihood.tally.extreme.len();
    let judge = judges
        .into_iter()
        .find(|judge| variance(layout.severity + judge) >= FLAT);
    Err(Lost::Fault(Fault::Separated { judge }))
}

fn far_threshold(layout: &Layout, tally: &Tally, all: &[f64]) -> bool {
    let far = |(item, used): (usize, &Vec<u8>)| {
        (1..used.len()).any(|category| {
            let threshold = all[layout.threshold[item] + category - 1];
            threshold.abs() > 2.0 * FAR * tally.step(item, category).max(1.0)
        })
    };
    tally.used.iter().enumerate().any(far)
}

fn slope_within(start: Option<usize>, count: usize, all: &[f64]) -> Option<(usize, f64)> {
    let start = start?;
    let slopes = (0..count).map(|at| (at, libm::exp(all[start + at])));
    let [least, most] = SLOPES;
    slopes
        .into_iter()
        .find(|(_, slope)| !(least..=most).contains(slope))
}
