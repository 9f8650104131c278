//! Titles in turns: winners that change too regularly to be the best each time.
#![expect(
    clippy::indexing_slicing,
    reason = "winners are checked to be under the number of candidates"
)]

use super::{Answer, Draws, Evidence, Finding, NotApplicable, Place, check_under};
use crate::Invalid;
use crate::random::Random;

/// Who won in each period.
#[derive(Clone, Copy, Debug)]
pub struct Titles<'a> {
    /// The winners of each period, in order of time.
    pub winners: &'a [&'a [usize]],
    /// How many could have won.
    pub candidates: usize,
    /// For how many periods after a win the rules bar the winner; 0 where they don't.
    pub barred: usize,
}

/// Looks for titles that go round. Statistic: the number of different winners.
///
/// Null: each period's winners are drawn by merit, the same in every period. Merit that differs makes repeats *more* likely, so equal
/// chances give an upper bound of P(at least as many different winners), with the declared bar kept. A second test, where nobody is
/// barred: the sum of squared gaps between a winner's wins (round the circle of periods) is too small for the same winners in
/// random order; this is an exact permutation test whatever their merit. p is twice the smaller (Bonferroni). Evidence: the winners
/// (how many different ones, how many equal chances expect); then the periods (mean squared gap, expected in random order).
///
/// # Errors
/// [`Invalid`] for a winner out of range, one who wins twice in a period or while barred, more winners than candidates left, under 19
/// draws.
pub fn titles_in_turns(titles: &Titles<'_>, draws: &Draws) -> Result<Answer, Invalid> {
    check(titles)?;
    let periods = titles
        .winners
        .iter()
        .filter(|winners| !winners.is_empty())
        .count();
    if periods < 4 {
        return Ok(NotApplicable::too_few("periods with a winner", 4, periods));
    }
    if titles
        .winners
        .iter()
        .all(|winners| winners.len() == titles.candidates)
    {
        return Ok(NotApplicable::all_equal("winners"));
    }
    let observed = different(
        titles
            .winners
            .iter()
            .flat_map(|winners| winners.iter().copied()),
        titles.candidates,
    );
    let (mut sum, mut count) = (0.0, 0.0_f64);
    let (by_number, calibration) = draws.p(observed, |random| {
        let drawn = by_lot(random, titles);
        sum += drawn;
        count += 1.0;
        drawn
    })?;
    let mut evidence = vec![Evidence {
        place: Place::Targets,
        positions: winners(titles),
        observed,
        expected: sum / count.max(1.0),
    }];
    let p = if titles.barred == 0 {
        let (by_order, order) = order(titles, draws)?;
        evidence.push(order);
        (2.0 * by_number.min(by_order)).min(1.0)
    } else {
        by_number
    };
    Ok(Answer::Tested(Finding {
        p,
        calibration,
        statistic: observed,
        evidence,
    }))
}

fn check(titles: &Titles<'_>) -> Result<(), Invalid> {
    let mut free_from = vec![0; titles.candidates];
    for (period, winners) in titles.winners.iter().enumerate() {
        check_under("winners", winners, titles.candidates)?;
        for winner in *winners {
            if free_from[*winner] > period {
                return Err(Invalid::Range {
                    what: "winners",
                    at: period,
                    value: *winner as f64,
                    expected: "once in a period, and not while barred",
                });
            }
            free_from[*winner] = period + 1;
        }
        winners
            .iter()
            .for_each(|winner| free_from[*winner] = period + 1 + titles.barred);
    }
    Ok(())
}

fn winners(titles: &Titles<'_>) -> Vec<usize> {
    let mut all: Vec<usize> = titles
        .winners
        .iter()
        .flat_map(|winners| winners.iter().copied())
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn different(winners: impl Iterator<Item = usize>, candidates: usize) -> f64 {
    let mut seen = vec![false; candidates];
    winners.for_each(|winner| seen[winner] = true);
    seen.into_iter().filter(|seen| *seen).count() as f64
}

/// How many different winners equal chances give.
fn by_lot(random: &mut Random, titles: &Titles<'_>) -> f64 {
    let mut free_from = vec![0; titles.candidates];
    let mut ever = Vec::new();
    for (period, winners) in titles.winners.iter().enumerate() {
        let mut free: Vec<usize> = (0..titles.candidates)
            .filter(|c| free_from[*c] <= period)
            .collect();
        random.shuffle(&mut free);
        for winner in free.into_iter().take(winners.len()) {
            free_from[winner] = period + 1 + titles.barred;
            ever.push(winner);
        }
    }
    different(ever.into_iter(), titles.candidates)
}

/// The test of the order: its p-value and evidence.
fn order(titles: &Titles<'_>, draws: &Draws) -> Result<(f64, Evidence), Invalid> {
    let mut winners = titles.winners.to_vec();
    let observed = squared_gaps(&winners, titles.candidates);
    let own = Draws {
        stream: draws.stream ^ (1 << 63),
        ..*draws
    };
    let (mut sum, mut count) = (0.0, 0.0_f64);
    let (p, _) = own.p(-observed, |random| {
        random.shuffle(&mut winners);
        let drawn = squared_gaps(&winners, titles.candidates);
        sum += drawn;
        count += 1.0;
        -drawn
    })?;
    let wins = titles
        .winners
        .iter()
        .map(|winners| winners.len())
        .sum::<usize>() as f64;
    let evidence = Evidence {
        place: Place::Periods,
        positions: (0..titles.winners.len()).collect(),
        observed: observed / wins,
        expected: sum / count.max(1.0) / wins,
    };
    Ok((p, evidence))
}

/// The sum of squared gaps between each winner's wins, the last to the first round the circle included.
fn squared_gaps(winners: &[&[usize]], candidates: usize) -> f64 {
    let mut first = vec![None; candidates];
    let mut last = vec![0; candidates];
    let mut sum = 0.0;
    for (period, winners) in winners.iter().enumerate() {
        for winner in *winners {
            if first[*winner].is_some() {
                let gap = (period - last[*winner]) as f64;
                sum += gap * gap;
            } else {
                first[*winner] = Some(period);
            }
            last[*winner] = period;
        }
    }
    for (first, last) in first.iter().zip(&last) {
        if let Some(first) = first {
            let gap = (first + winners.len() - last) as f64;
            sum += gap * gap;
        }
    }
    sum
}
