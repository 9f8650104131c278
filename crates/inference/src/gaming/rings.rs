//! Rings of raters: a few who give the same units the top level, more often than their popularity explains.
#![expect(
    clippy::indexing_slicing,
    reason = "numbers are checked to be under their count"
)]

use super::{Answer, Calibration, Draws, Evidence, Finding, NotApplicable, Place, check_under};
use crate::Invalid;
use crate::random::Random;

/// Who rated what.
#[derive(Clone, Copy, Debug)]
pub struct Ratings<'a> {
    /// How many raters there are.
    pub raters: usize,
    /// How many units there are.
    pub units: usize,
    /// Who gave each rating.
    pub rater: &'a [usize],
    /// Which unit it is of.
    pub unit: &'a [usize],
    /// Whether it is of the kind a ring would give: the top level, or the lowest.
    pub marked: &'a [bool],
    /// For each rater the number of its stratum, within which all choose among the same units: an area, a line of work.
    pub stratum: &'a [usize],
}

/// For each rater, whether some of the units marked are marked together by too many. For units u and v let c be how many raters marked
/// both, and e its mean over all graphs, the true one included; their surprise is c ln(c/e) − (c − e), the Poisson ln likelihood ratio,
/// where c is over e. A rater's score is the sum of the three largest surprises among the units marked: three targets make three
/// pairs, while an honest rater may have happened on one.
///
/// Null: given how many each rater marked and how many marked each unit, within strata all graphs are as likely (drawn by trades
/// of units between two raters: Strona et al. 2014, *A fast and unbiased procedure to randomize ecological binary matrices*,
/// Nature Communications 5). A rater's excess over the own mean over all graphs is ranked among the drawn ones' of the 200 to 399
/// raters (all, where there are fewer) with the nearest number of marked units: the stated rate holds on average over these. One answer for each rater, in order; the statistic is the excess in standard deviations.
/// Evidence for p up to 0.01: each of these pairs of units (how many marked both, how many expected), and who did.
///
/// A ring with one target leaves no pair: that is for bursts and all-top series. Raters who live off the same street without a
/// stratum that says so look like a ring. Work: draws × Σ (units of a rater)²; memory: draws × ratings.
///
/// # Errors
/// [`Invalid`] for lengths that differ, numbers out of range, under 19 draws.
pub fn rings(ratings: &Ratings<'_>, draws: &Draws) -> Result<Vec<Answer>, Invalid> {
    check(ratings)?;
    let mut random = draws.check()?;
    let mut marked = vec![Vec::new(); ratings.raters];
    for (at, rater) in ratings.rater.iter().enumerate() {
        if ratings.marked[at] {
            marked[*rater].push(ratings.unit[at]);
        }
    }
    for units in &mut marked {
        units.sort_unstable();
        units.dedup();
    }
    let strata = strata(ratings.stratum, &marked);
    let mut graphs = vec![Graph::new(ratings.units, marked.clone())];
    for _ in 0..draws.draws {
        trade(&mut random, &strata, &mut marked);
        graphs.push(Graph::new(ratings.units, marked.clone()));
    }
    let scores = scores(&graphs, ratings.raters, ratings.units);
    let (first, drawn) = scores.split_at(1);
    let real = &graphs[0];
    let judged = judge(&first[0], drawn, &real.marked);
    let calibration = Calibration::Drawn {
        draws: draws.draws,
        seed: draws.seed,
        stream: draws.stream,
    };
    let answer = |(rater, judged): (usize, Option<Judged>)| match judged {
        None => NotApplicable::too_few("units marked", LEAST, real.marked[rater].len()),
        Some(judged) => Answer::Tested(Finding {
            p: judged.p,
            calibration,
            statistic: judged.excess,
            evidence: if judged.p <= 0.01 {
                first[0][rater]
                    .iter()
                    .filter(|pair| pair.surprise > 0.0)
                    .flat_map(|pair| real.evidence(pair))
                    .collect()
            } else {
                Vec::new()
            },
        }),
    };
    Ok(judged.into_iter().enumerate().map(answer).collect())
}

/// The units a rater must have marked: one in common is no ring.
const LEAST: usize = 2;
/// How many raters of like number of units are judged by one null distribution.
const ALIKE: usize = 200;

fn check(ratings: &Ratings<'_>) -> Result<(), Invalid> {
    Invalid::check_length("unit", ratings.rater.len(), ratings.unit.len())?;
    Invalid::check_length("marked", ratings.rater.len(), ratings.marked.len())?;
    Invalid::check_length("stratum", ratings.raters, ratings.stratum.len())?;
    check_under("rater", ratings.rater, ratings.raters)?;
    check_under("unit", ratings.unit, ratings.units)
}

/// The raters of each stratum who have something to trade.
fn strata(stratum: &[usize], marked: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..marked.len())
        .filter(|rater| !marked[*rater].is_empty())
        .collect();
    order.sort_by_key(|rater| (stratum[*rater], *rater));
    order
        .chunk_by(|a, b| stratum[*a] == stratum[*b])
        .map(<[usize]>::to_vec)
        .collect()
}

/// Trades between random pairs within each stratum, about ten for each rater.
fn trade(random: &mut Random, strata: &[Vec<usize>], marked: &mut [Vec<usize>]) {
    for raters in strata.iter().filter(|raters| raters.len() > 1) {
        for _ in 0..5 * raters.len() {
            let a = random.below(raters.len() as u64) as usize;
            let b = (a + 1 + random.below(raters.len() as u64 - 1) as usize) % raters.len();
            swap_units(random, raters[a], raters[b], marked);
        }
    }
}

/// Deals out anew the units that just one of the two marked; both keep their number.
fn swap_units(random: &mut Random, a: usize, b: usize, marked: &mut [Vec<usize>]) {
    let only = |these: &[usize], those: &[usize]| -> Vec<usize> {
        these
            .iter()
            .copied()
            .filter(|unit| those.binary_search(unit).is_err())
            .collect()
    };
    let mut pool = only(&marked[a], &marked[b]);
    let of_a = pool.len();
    pool.extend(only(&marked[b], &marked[a]));
    if of_a == 0 || of_a == pool.len() {
        return;
    }
    let mut common = std::mem::take(&mut marked[a]);
    common.retain(|unit| marked[b].binary_search(unit).is_ok());
    random.shuffle(&mut pool);
    let deal = |part: &[usize]| {
        let mut units = [part, &common].concat();
        units.sort_unstable();
        units
    };
    marked[a] = deal(&pool[..of_a]);
    marked[b] = deal(&pool[of_a..]);
}

struct Graph {
    /// The units of each rater, in order.
    marked: Vec<Vec<usize>>,
    /// The raters of each unit, in order.
    by_unit: Vec<Vec<usize>>,
}

/// The most surprising pairs of a rater's units, the first the most.
type Best = [Pair; 3];

/// Two units that are marked together.
#[derive(Clone, Copy, Default)]
struct Pair {
    surprise: f64,
    units: (usize, usize),
    together: f64,
    expected: f64,
}

impl Graph {
    fn new(units: usize, marked: Vec<Vec<usize>>) -> Self {
        let mut by_unit = vec![Vec::new(); units];
        for (rater, units) in marked.iter().enumerate() {
            units.iter().for_each(|unit| by_unit[*unit].push(rater));
        }
        Self { marked, by_unit }
    }

    /// The units after `unit` of each rater who marked it.
    fn later(&self, unit: usize) -> impl Iterator<Item = (usize, &[usize])> {
        self.by_unit[unit].iter().map(move |rater| {
            let units = &self.marked[*rater];
            (
                *rater,
                &units[units.partition_point(|other| *other <= unit)..],
            )
        })
    }

    fn evidence(&self, pair: &Pair) -> Vec<Evidence> {
        let (one, other) = pair.units;
        let both = self.by_unit[one]
            .iter()
            .copied()
            .filter(|rater| self.marked[*rater].binary_search(&other).is_ok());
        let place = |place, positions| Evidence {
            place,
            positions,
            observed: pair.together,
            expected: pair.expected,
        };
        vec![
            place(Place::Targets, vec![one, other]),
            place(Place::Raters, both.collect()),
        ]
    }
}

/// For each graph, each rater's most surprising pairs. Goes through the units one by one, so that no table of all pairs is held.
fn scores(graphs: &[Graph], raters: usize, units: usize) -> Vec<Vec<Best>> {
    let mut best = vec![vec![Best::default(); raters]; graphs.len()];
    let mut together = vec![vec![0.0_f64; units]; graphs.len()];
    for unit in 0..units {
        let mut mean = vec![0.0; units];
        for (graph, together) in graphs.iter().zip(&mut together) {
            together.fill(0.0);
            for other in graph.later(unit).flat_map(|(_, units)| units) {
                together[*other] += 1.0;
                mean[*other] += 1.0 / graphs.len() as f64;
            }
        }
        for ((graph, together), best) in graphs.iter().zip(&together).zip(&mut best) {
            let surprise = surprises(unit, together, &mean);
            for (rater, units) in graph.later(unit) {
                for other in units {
                    enter(&mut best[rater], surprise[*other]);
                }
            }
        }
    }
    best
}

fn enter(best: &mut Best, pair: Pair) {
    if let Some(at) = best.iter().position(|other| pair.surprise > other.surprise) {
        best[at..].rotate_right(1);
        best[at] = pair;
    }
}

fn total(best: &Best) -> f64 {
    best.iter().map(|pair| pair.surprise).sum()
}

fn surprises(unit: usize, together: &[f64], mean: &[f64]) -> Vec<Pair> {
    let one = |(other, (together, expected)): (usize, (&f64, &f64))| Pair {
        surprise: if together > expected {
            together * libm::log(together / expected) - (together - expected)
        } else {
            0.0
        },
        units: (unit, other),
        together: *together,
        expected: *expected,
    };
    together.iter().zip(mean).enumerate().map(one).collect()
}

struct Judged {
    p: f64,
    excess: f64,
}

/// Ranks each rater's excess among the drawn ones' of raters with a like number of units. `None` for raters with too few.
fn judge(first: &[Best], drawn: &[Vec<Best>], marked: &[Vec<usize>]) -> Vec<Option<Judged>> {
    let graphs = (drawn.len() + 1) as f64;
    let mean = |rater: usize| {
        (total(&first[rater])
            + drawn
                .iter()
                .map(|scores| total(&scores[rater]))
                .sum::<f64>())
            / graphs
    };
    let mut order: Vec<usize> = (0..marked.len())
        .filter(|rater| marked[*rater].len() >= LEAST)
        .collect();
    order.sort_by_key(|rater| (marked[*rater].len(), *rater));
    let mut judged: Vec<Option<Judged>> = marked.iter().map(|_| None).collect();
    let parts = (order.len() / ALIKE).max(1);
    for alike in order.chunks(order.len().div_ceil(parts).max(1)) {
        let means: Vec<f64> = alike.iter().map(|rater| mean(*rater)).collect();
        let mut null: Vec<f64> = Vec::with_capacity(alike.len() * drawn.len());
        for scores in drawn {
            null.extend(
                alike
                    .iter()
                    .zip(&means)
                    .map(|(rater, mean)| total(&scores[*rater]) - mean),
            );
        }
        null.sort_by(f64::total_cmp);
        let spread =
            (null.iter().map(|excess| excess * excess).sum::<f64>() / null.len() as f64).sqrt();
        for (rater, mean) in alike.iter().zip(&means) {
            let excess = total(&first[*rater]) - mean;
            let below = null.partition_point(|drawn| *drawn < excess - 1e-9);
            judged[*rater] = Some(Judged {
                p: (1 + null.len() - below) as f64 / (1 + null.len()) as f64,
                excess: if spread > 0.0 { excess / spread } else { 0.0 },
            });
        }
    }
    judged
}
