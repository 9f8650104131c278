//! Entries filed on the last days before a cut-off.

use super::chance::beta_binomial_at_least;
use super::{Answer, Calibration, Evidence, Finding, NotApplicable, Place};
use crate::Invalid;
use crate::special::ln_beta;

/// Entries filed late, against peers or against the unit's own earlier periods.
#[derive(Clone, Copy, Debug)]
pub struct Deadline<'a> {
    /// The unit's entries on the last days.
    pub late: u64,
    /// All its entries.
    pub all: u64,
    /// Late and all entries of each peer, or of each earlier period.
    pub peers: &'a [(u64, u64)],
}

/// Peers with entries that are needed.
const PEERS: usize = 5;

/// Looks for too large a share filed on the last days. Statistic: that share.
///
/// Null: the unit's own share is drawn from the same beta distribution as the peers' shares, which differ honestly. The p-value is the
/// posterior predictive tail P(late or more), the beta's mean and intra-class correlation each with a flat prior, integrated over a grid
/// (Gelman et al. 2013, *Bayesian data analysis*, 5.3): few or unlike peers make it large. No draws; exact for this model, with
/// these priors. Evidence: the late entries, and how
/// many the peers let expect.
///
/// # Errors
/// [`Invalid::Range`] where more are late than there are.
pub fn last_days(input: &Deadline<'_>) -> Result<Answer, Invalid> {
    let pairs = std::iter::once((input.late, input.all)).chain(input.peers.iter().copied());
    for (at, (late, all)) in pairs.enumerate() {
        let value = late as f64;
        if late > all {
            let expected = "at most all entries";
            return Err(Invalid::Range {
                what: "late",
                at,
                value,
                expected,
            });
        }
    }
    if input.all < 3 {
        return Ok(NotApplicable::too_few("entries", 3, input.all as usize));
    }
    let peers: Vec<(u64, u64)> = input
        .peers
        .iter()
        .copied()
        .filter(|(_, all)| *all > 0)
        .collect();
    if peers.len() < PEERS {
        return Ok(NotApplicable::too_few(
            "peers with entries",
            PEERS,
            peers.len(),
        ));
    }
    let grid = posterior(&peers);
    let total: f64 = grid.iter().map(|(_, _, weight)| weight).sum();
    let mean = |of: &dyn Fn(f64, f64) -> f64| {
        grid.iter()
            .map(|(a, b, weight)| weight * of(*a, *b))
            .sum::<f64>()
            / total
    };
    let p = mean(&|a, b| beta_binomial_at_least(input.all, a, b, input.late));
    let share = mean(&|a, b| a / (a + b));
    Ok(Answer::Tested(Finding {
        p: p.clamp(0.0, 1.0),
        calibration: Calibration::Exact,
        statistic: input.late as f64 / input.all as f64,
        evidence: vec![Evidence {
            place: Place::Values,
            positions: Vec::new(),
            observed: input.late as f64,
            expected: share * input.all as f64,
        }],
    }))
}

/// Beta parameters on a grid with their posterior weights; those without weight left out. The prior is flat in the mean μ and in the
/// intra-class correlation ρ = 1 / (1 + a + b).
fn posterior(peers: &[(u64, u64)]) -> Vec<(f64, f64, f64)> {
    let mut grid = Vec::new();
    for i in 0..57 {
        let mean = 1.0 / (1.0 + libm::exp(7.0 - 0.25 * f64::from(i)));
        for j in 0..24 {
            let size = libm::exp(-1.0 + 0.35 * f64::from(j));
            let (a, b) = (mean * size, (1.0 - mean) * size);
            let prior = mean * (1.0 - mean) * size / ((1.0 + size) * (1.0 + size));
            let fits = |(late, all): &(u64, u64)| {
                ln_beta(a + *late as f64, b + (*all - *late) as f64) - ln_beta(a, b)
            };
            let weight = libm::log(prior) + peers.iter().map(fits).sum::<f64>();
            grid.push((a, b, weight));
        }
    }
    let most = grid
        .iter()
        .fold(f64::NEG_INFINITY, |most: f64, point| most.max(point.2));
    grid.retain(|point| point.2 > most - 25.0);
    grid.iter_mut()
        .for_each(|point| point.2 = libm::exp(point.2 - most));
    grid
}
