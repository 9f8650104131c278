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
    /// How many raters make a ring, at least 2; smaller rings weigh less. 5 is sensible.
    pub ring: usize,
}

/// For each rater, whether there are others with too much in common. Two raters' common ground is the sum over units that both marked
/// of −ln(share of raters who marked the unit), so popular units count little. A rater's score is the mean common ground with the
/// `ring` − 1 closest others.
///
/// Null: given how many each rater marked and how many marked each unit, within strata all graphs are as likely (drawn by trades
/// of units between two raters: Strona et al. 2014, *A fast and unbiased procedure to randomize ecological binary matrices*,
/// Nature Communications 5). A rater's excess over the mean of all graphs, the true one included, is ranked among the drawn ones'
/// of the 200 raters with the nearest number of marked units. One answer for each rater, in order; the statistic is the excess in
/// standard deviations. Evidence: the closest others (score, its mean over the graphs), then the units they have in common with
/// the rater (how many of the ring marked each, how many a ring of that size would).
///
/// Raters who live off the same street without a stratum that says so look like a ring. Work: draws × Σ (raters of a unit)².
///
/// # Errors
/// [`Invalid`] for lengths that differ, numbers out of range, a `ring` under 2, under 19 draws.
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
    let graph = Graph::new(ratings, &marked);
    let first = graph.scores(&marked);
    let strata = strata(ratings.stratum, &marked);
    let mut shuffled = marked.clone();
    let mut drawn = Vec::with_capacity(draws.draws);
    for _ in 0..draws.draws {
        trade(&mut random, &strata, &mut shuffled);
        drawn.push(graph.scores(&shuffled));
    }
    let judged = judge(&first, &drawn, &marked);
    let calibration = Calibration::Drawn {
        draws: draws.draws,
        seed: draws.seed,
        stream: draws.stream,
    };
    let answer = |(rater, judged): (usize, Option<Judged>)| match judged {
        None => NotApplicable::too_few("units marked", LEAST, marked[rater].len()),
        Some(judged) => Answer::Tested(Finding {
            p: judged.p,
            calibration,
            statistic: judged.excess,
            evidence: if judged.p <= 0.01 {
                graph.evidence(rater, &marked, first[rater], judged.mean)
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
    check_under("unit", ratings.unit, ratings.units)?;
    Invalid::check_range("ring", &[ratings.ring as f64], "at least 2", |ring| {
        ring >= 2.0
    })
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
    raters: usize,
    units: usize,
    closest: usize,
    weight: Vec<f64>,
}

impl Graph {
    fn new(ratings: &Ratings<'_>, marked: &[Vec<usize>]) -> Self {
        let mut degree = vec![0.0_f64; ratings.units];
        for unit in marked.iter().flatten() {
            degree[*unit] += 1.0;
        }
        let active = marked.iter().filter(|units| !units.is_empty()).count() as f64;
        Self {
            raters: ratings.raters,
            units: ratings.units,
            closest: ratings.ring - 1,
            weight: degree
                .iter()
                .map(|d| -libm::log(d.max(1.0) / active.max(1.0)))
                .collect(),
        }
    }

    fn by_unit(&self, marked: &[Vec<usize>]) -> Vec<Vec<usize>> {
        let mut by_unit = vec![Vec::new(); self.units];
        for (rater, units) in marked.iter().enumerate() {
            units.iter().for_each(|unit| by_unit[*unit].push(rater));
        }
        by_unit
    }

    fn scores(&self, marked: &[Vec<usize>]) -> Vec<f64> {
        let by_unit = self.by_unit(marked);
        let mut common = vec![0.0; self.raters];
        (0..self.raters)
            .map(|rater| {
                let near = self.closest(rater, marked, &by_unit, &mut common);
                near.iter().map(|(ground, _)| ground).sum::<f64>() / self.closest as f64
            })
            .collect()
    }

    /// The closest others with their common ground, the closest first. `common` is scratch, all 0 before and after.
    fn closest(
        &self,
        rater: usize,
        marked: &[Vec<usize>],
        by_unit: &[Vec<usize>],
        common: &mut [f64],
    ) -> Vec<(f64, usize)> {
        let mut touched = Vec::new();
        for unit in &marked[rater] {
            for other in &by_unit[*unit] {
                if common[*other] == 0.0 {
                    touched.push(*other);
                }
                common[*other] += self.weight[*unit];
            }
        }
        let mut near: Vec<(f64, usize)> = touched
            .iter()
            .filter(|other| **other != rater)
            .map(|other| (common[*other], *other))
            .collect();
        touched.iter().for_each(|other| common[*other] = 0.0);
        let order = |a: &(f64, usize), b: &(f64, usize)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        if near.len() > self.closest {
            near.select_nth_unstable_by(self.closest, order);
            near.truncate(self.closest);
        }
        near.sort_by(order);
        near
    }

    fn evidence(
        &self,
        rater: usize,
        marked: &[Vec<usize>],
        score: f64,
        mean: f64,
    ) -> Vec<Evidence> {
        let by_unit = self.by_unit(marked);
        let near = self.closest(rater, marked, &by_unit, &mut vec![0.0; self.raters]);
        let others: Vec<usize> = near.iter().map(|(_, other)| *other).collect();
        let mut evidence = vec![Evidence {
            place: Place::Raters,
            positions: others.clone(),
            observed: score,
            expected: mean,
        }];
        for unit in &marked[rater] {
            let with = others
                .iter()
                .filter(|other| marked[**other].binary_search(unit).is_ok())
                .count();
            if with > 0 {
                evidence.push(Evidence {
                    place: Place::Targets,
                    positions: vec![*unit],
                    observed: with as f64,
                    expected: others.len() as f64 * libm::exp(-self.weight[*unit]),
                });
            }
        }
        evidence
    }
}

struct Judged {
    p: f64,
    excess: f64,
    mean: f64,
}

/// Ranks each rater's excess among the drawn ones' of raters with a like number of units. `None` for raters with too few.
fn judge(first: &[f64], drawn: &[Vec<f64>], marked: &[Vec<usize>]) -> Vec<Option<Judged>> {
    let graphs = (drawn.len() + 1) as f64;
    let mean = |rater: usize| {
        (first[rater] + drawn.iter().map(|scores| scores[rater]).sum::<f64>()) / graphs
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
                    .map(|(rater, mean)| scores[*rater] - mean),
            );
        }
        null.sort_by(f64::total_cmp);
        let spread =
            (null.iter().map(|excess| excess * excess).sum::<f64>() / null.len() as f64).sqrt();
        for (rater, mean) in alike.iter().zip(&means) {
            let excess = first[*rater] - mean;
            let below = null.partition_point(|drawn| *drawn < excess - 1e-9);
            judged[*rater] = Some(Judged {
                p: (1 + null.len() - below) as f64 / (1 + null.len()) as f64,
                excess: if spread > 0.0 { excess / spread } else { 0.0 },
                mean: *mean,
            });
        }
    }
    judged
}
