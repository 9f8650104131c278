//! Mutual back-scratching: pairs that mark each other higher than either marks others, and than others mark them.
#![expect(
    clippy::indexing_slicing,
    reason = "numbers are checked to be under their count"
)]

use std::collections::BTreeMap;

use super::judges::additive;
use super::{Answer, Draws, Evidence, Finding, NotApplicable, Place, check_under};
use crate::Invalid;

/// Who gave whom which mark.
#[derive(Clone, Copy, Debug)]
pub struct Favours<'a> {
    /// How many people or units there are.
    pub count: usize,
    /// Who gave each mark.
    pub from: &'a [usize],
    /// Who got it. Marks of oneself are left out; several marks of one pair are averaged.
    pub to: &'a [usize],
    /// The mark, high is good.
    pub mark: &'a [f64],
}

/// The pairs that must have marked each other.
const MUTUAL: usize = 10;

/// Looks for reciprocity of high marks beyond how generous each is and how good each is held to be: residuals of the additive fit
/// giver + receiver (the relationship effects of the social relations model: Warner, Kenny, Stoto 1979, *A new round robin analysis
/// of variance*). Two statistics: the sum over mutual pairs of the product of residuals that are both positive (the reported
/// statistic), and the largest of the smaller residual of a pair.
///
/// Null: what one gives beyond the fit says nothing on what comes back: residuals are permuted among mutual pairs; p is twice the
/// smaller of the two (Bonferroni). Evidence: the ten pairs with the largest smaller residual: that residual, expected 0.
///
/// # Errors
/// [`Invalid`] for lengths that differ, numbers out of range, a mark that isn't finite, under 19 draws.
pub fn back_scratching(favours: &Favours<'_>, draws: &Draws) -> Result<Answer, Invalid> {
    Invalid::check_length("from", favours.mark.len(), favours.from.len())?;
    Invalid::check_length("to", favours.mark.len(), favours.to.len())?;
    Invalid::check_finite("mark", favours.mark)?;
    check_under("from", favours.from, favours.count)?;
    check_under("to", favours.to, favours.count)?;
    let residuals = residuals(favours);
    let mutual: Vec<(usize, usize, f64, f64)> = residuals
        .iter()
        .filter(|((from, to), _)| from < to)
        .filter_map(|((from, to), one)| {
            residuals
                .get(&(*to, *from))
                .map(|other| (*from, *to, *one, *other))
        })
        .collect();
    if mutual.len() < MUTUAL {
        return Ok(NotApplicable::too_few(
            "pairs that marked each other",
            MUTUAL,
            mutual.len(),
        ));
    }
    if mutual
        .iter()
        .all(|(_, _, a, b)| a.abs() < 1e-9 && b.abs() < 1e-9)
    {
        return Ok(NotApplicable::all_equal("marks"));
    }
    let given: Vec<f64> = mutual.iter().map(|pair| pair.2).collect();
    let mut back: Vec<f64> = mutual.iter().map(|pair| pair.3).collect();
    let (statistic, largest) = (products(&given, &back), smaller(&given, &back));
    let (p_sum, calibration) = draws.p(statistic, |random| {
        random.shuffle(&mut back);
        products(&given, &back)
    })?;
    let other = Draws {
        stream: draws.stream ^ (1 << 63),
        ..*draws
    };
    let (p_most, _) = other.p(largest, |random| {
        random.shuffle(&mut back);
        smaller(&given, &back)
    })?;
    Ok(Answer::Tested(Finding {
        p: (2.0 * p_sum.min(p_most)).min(1.0),
        calibration,
        statistic,
        evidence: striking(mutual),
    }))
}

/// For each pair that has marks, the mean mark less both effects.
fn residuals(favours: &Favours<'_>) -> BTreeMap<(usize, usize), f64> {
    let mut sums: BTreeMap<(usize, usize), (f64, f64)> = BTreeMap::new();
    for ((from, to), mark) in favours.from.iter().zip(favours.to).zip(favours.mark) {
        if from != to {
            let entry = sums.entry((*from, *to)).or_default();
            entry.0 += mark;
            entry.1 += 1.0;
        }
    }
    let from: Vec<usize> = sums.keys().map(|pair| pair.0).collect();
    let to: Vec<usize> = sums.keys().map(|pair| pair.1).collect();
    let mark: Vec<f64> = sums.values().map(|(sum, n)| sum / n).collect();
    let (give, get) = additive(&from, favours.count, &to, favours.count, &mark);
    let left = |(pair, mark): ((usize, usize), &f64)| (pair, mark - give[pair.0] - get[pair.1]);
    sums.keys().copied().zip(&mark).map(left).collect()
}

fn products(given: &[f64], back: &[f64]) -> f64 {
    given
        .iter()
        .zip(back)
        .map(|(a, b)| a.max(0.0) * b.max(0.0))
        .sum()
}

fn smaller(given: &[f64], back: &[f64]) -> f64 {
    given
        .iter()
        .zip(back)
        .fold(0.0, |best, (a, b)| a.min(*b).max(best))
}

fn striking(mut mutual: Vec<(usize, usize, f64, f64)>) -> Vec<Evidence> {
    mutual.sort_by(|a, b| b.2.min(b.3).total_cmp(&a.2.min(a.3)));
    mutual
        .into_iter()
        .take(10)
        .filter(|(_, _, one, other)| one.min(*other) > 0.0)
        .map(|(from, to, one, other)| Evidence {
            place: Place::Raters,
            positions: vec![from, to],
            observed: one.min(other),
            expected: 0.0,
        })
        .collect()
}
