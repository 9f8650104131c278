//! Bands: by score, by quota, by condition, or by clustering the scores; inside the category or inside peer groups.

use std::collections::BTreeMap;

use rulebook::formula::Formula;
use rulebook::model::{Band, Effect, KMeans, Peers, QuotaRounding, QuotaTies, Within};

use crate::curve::COUNT_TOLERANCE;
use crate::plan::{LeafRole, Member, PlanError};
use crate::rank::Ranks;
use crate::ruler::{Ruler, vetoed};

/// The bands of a class's units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bands {
    /// Each unit's band, as a position in the scheme's list; `None` where it has none.
    pub band: Vec<Option<u16>>,
}

/// How much of a unit is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Whether it is ranked and banded.
    pub rated: bool,
    /// How many of the top groups hold enough measured indicators.
    pub groups: u32,
}

/// How much of each unit is measured; `None` where the scheme doesn't ask.
pub(crate) fn coverage(ruler: &Ruler<'_>) -> Option<Vec<Coverage>> {
    let scheme = &ruler.plan.scheme;
    if scheme.rated.is_none() && scheme.peers != Some(Peers::GroupsReported) {
        return None;
    }
    let rated = scheme.rated.clone().unwrap_or_default();
    let each = rated.each_with.unwrap_or(1);
    let groups: Vec<(bool, Vec<u32>)> = top_groups(ruler)
        .into_iter()
        .map(|(id, leaves)| {
            (
                rated.one_of.iter().any(|one| one.as_str() == id),
                measured(ruler, &leaves),
            )
        })
        .collect();
    let all: Vec<usize> = ruler
        .plan
        .leaves_of(LeafRole::Indicator)
        .map(|(leaf, _)| leaf)
        .filter(|leaf| !ruler.prepared.is_dropped(*leaf))
        .collect();
    let total = measured(ruler, &all);
    let of_unit = |unit: usize| {
        let enough = |counts: &[u32]| counts.get(unit).is_some_and(|count| *count >= each);
        let held = groups.iter().filter(|(_, counts)| enough(counts)).count() as u32;
        let one = rated.one_of.is_empty()
            || groups
                .iter()
                .any(|(named, counts)| *named && enough(counts));
        let share =
            f64::from(total.get(unit).copied().unwrap_or(0)) * 100.0 / all.len().max(1) as f64;
        let complete = rated
            .at_least_percent
            .is_none_or(|least| share >= least - COUNT_TOLERANCE);
        Coverage {
            rated: held >= rated.groups.unwrap_or(0) && one && complete,
            groups: held,
        }
    };
    Some((0..ruler.class.len()).map(of_unit).collect())
}

/// The groups right under the top, with the leaves in them.
fn top_groups<'r>(ruler: &'r Ruler<'_>) -> Vec<(&'r str, Vec<usize>)> {
    let top = ruler
        .plan
        .groups
        .first()
        .into_iter()
        .flat_map(|top| &top.members);
    top.filter_map(|(member, _)| match member {
        Member::Group(group) => Some((
            ruler.plan.groups.get(*group)?.id.as_str(),
            ruler.plan.leaves_under(*group),
        )),
        Member::Leaf(_) => None,
    })
    .collect()
}

/// How many of these leaves have a figure, for each unit.
fn measured(ruler: &Ruler<'_>, leaves: &[usize]) -> Vec<u32> {
    let mut counts = vec![0; ruler.class.len()];
    for figures in leaves
        .iter()
        .filter_map(|leaf| ruler.prepared.figures(*leaf))
    {
        counts
            .iter_mut()
            .zip(figures.iter())
            .for_each(|(count, x)| *count += u32::from(!x.is_nan()));
    }
    counts
}

pub(crate) fn bands(
    ruler: &Ruler<'_>,
    scores: &[f64],
    ranks: &Ranks,
    coverage: Option<&[Coverage]>,
) -> Result<Bands, PlanError> {
    let scheme = &ruler.plan.scheme;
    let mut bands = Bands {
        band: vec![None; scores.len()],
    };
    if scheme.band.is_empty() {
        return Ok(bands);
    }
    let banding = scheme.banding.clone().unwrap_or_default();
    let peers = if banding.within == Within::Peers {
        peer_groups(ruler, ranks, coverage)
    } else {
        vec![ranks.order.clone()]
    };
    for members in &peers {
        match &banding.k_means {
            Some(k_means) => cluster(k_means, scores, members, scheme.band.len(), &mut bands),
            None => Quotas {
                ruler,
                scores,
                ranks,
                members,
            }
            .give(&mut bands)?,
        }
    }
    Ok(bands)
}

/// The ranked units by peer group, best first inside each.
fn peer_groups(ruler: &Ruler<'_>, ranks: &Ranks, coverage: Option<&[Coverage]>) -> Vec<Vec<u32>> {
    let mut groups: BTreeMap<(u32, &str), Vec<u32>> = BTreeMap::new();
    let peers = ruler.plan.scheme.peers.as_ref();
    for unit in &ranks.order {
        let at = *unit as usize;
        let key = match peers {
            Some(Peers::Attribute(id)) => {
                let values = ruler.class.attribute(id.as_str());
                (
                    0,
                    values.and_then(|values| values.get(at)).map_or("", |v| v),
                )
            }
            _ => {
                let held = coverage.and_then(|coverage| coverage.get(at));
                (held.map_or(0, |coverage| coverage.groups), "")
            }
        };
        groups.entry(key).or_default().push(*unit);
    }
    groups.into_values().collect()
}

/// Bands by conditions, thresholds and seats among units in rank order.
struct Quotas<'r> {
    ruler: &'r Ruler<'r>,
    scores: &'r [f64],
    ranks: &'r Ranks,
    members: &'r [u32],
}

impl Quotas<'_> {
    fn give(&self, bands: &mut Bands) -> Result<(), PlanError> {
        let banding = self.ruler.plan.scheme.banding.clone().unwrap_or_default();
        let mut left: Vec<u32> = self.members.to_vec();
        for (position, band) in self.ruler.plan.scheme.band.iter().enumerate() {
            let condition = Condition::of(band)?;
            let (mut candidates, mut others): (Vec<u32>, Vec<u32>) = left
                .iter()
                .partition(|unit| self.may_have(**unit as usize, position, band, &condition));
            if let Some(seats) = self.seats(band, banding.quota_rounding) {
                let taken = self.fair_cut(&candidates, seats, banding.quota_ties);
                others.extend(candidates.drain(taken..));
            }
            for unit in candidates {
                if let Some(given) = bands.band.get_mut(unit as usize) {
                    *given = Some(position as u16);
                }
            }
            others.sort_by_key(|unit| (self.ranks.rank(*unit as usize), *unit));
            left = others;
        }
        Ok(())
    }

    fn may_have(&self, unit: usize, position: usize, band: &Band, condition: &Condition) -> bool {
        let score = self.scores.get(unit).copied().unwrap_or(f64::NAN);
        band.at_least.is_none_or(|least| score >= least)
            && !self.barred(unit, position)
            && condition.holds(self.ruler, unit, score, self.ranks)
    }

    /// Whether a veto bars the unit from this band: the veto's own, or a better one.
    fn barred(&self, unit: usize, position: usize) -> bool {
        self.ruler.plan.scheme.veto.iter().any(|veto| {
            let Effect::Bars(barred) = &veto.effect else {
                return false;
            };
            let limit = self
                .ruler
                .plan
                .scheme
                .band
                .iter()
                .position(|band| band.id == *barred);
            let column = self.ruler.class.column(veto.measure.as_str());
            let figure = column
                .and_then(|column| column.values.get(unit))
                .copied()
                .unwrap_or(f64::NAN);
            limit.is_some_and(|limit| position <= limit) && vetoed(figure, veto.at_least)
        })
    }

    /// How many the band has room for; `None` for any number.
    fn seats(&self, band: &Band, rounding: QuotaRounding) -> Option<usize> {
        let of_share = band.percent.map(|percent| {
            let exact = percent * self.members.len() as f64 / 100.0;
            let seats = match rounding {
                QuotaRounding::Down => (exact + COUNT_TOLERANCE).floor(),
                QuotaRounding::HalfUp => (exact + 0.5 + COUNT_TOLERANCE).floor(),
                QuotaRounding::Up => (exact - COUNT_TOLERANCE).ceil(),
            };
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "between 0 and the number of units"
            )]
            let seats = seats as usize;
            seats
        });
        let fixed = band.seats.map(|seats| seats as usize);
        of_share.into_iter().chain(fixed).min()
    }

    /// How many of the candidates get a seat: a tie across the edge goes in, or stays out, as a whole.
    fn fair_cut(&self, candidates: &[u32], seats: usize, ties: QuotaTies) -> usize {
        let rank = |at: usize| {
            candidates
                .get(at)
                .and_then(|unit| self.ranks.rank(*unit as usize))
        };
        if seats >= candidates.len() {
            return candidates.len();
        }
        let edge = rank(seats);
        let tied = |at: &usize| rank(*at) == edge;
        match ties {
            QuotaTies::Out => (0..seats).rev().take_while(tied).last().unwrap_or(seats),
            QuotaTies::In if seats > 0 && rank(seats - 1) == edge => (seats..candidates.len())
                .take_while(tied)
                .last()
                .map_or(seats, |last| last + 1),
            QuotaTies::In => seats,
        }
    }
}

/// The condition of a band.
struct Condition {
    formula: Option<Formula>,
}

impl Condition {
    fn of(band: &Band) -> Result<Self, PlanError> {
        let formula = band.when.as_deref().map(Formula::parse).transpose();
        let formula = formula.map_err(|error| PlanError {
            item: band.id.to_string(),
            problem: error.problem,
        })?;
        Ok(Self { formula })
    }

    /// Whether it holds; a gap in anything it names means it doesn't.
    fn holds(&self, ruler: &Ruler<'_>, unit: usize, score: f64, ranks: &Ranks) -> bool {
        let Some(formula) = &self.formula else {
            return true;
        };
        let value = |name: &&str| match *name {
            "score" => score,
            "rank" => ranks.rank(unit).map_or(f64::NAN, f64::from),
            "of" => ranks.of() as f64,
            name => unit_value(ruler, name, unit),
        };
        let values: Vec<f64> = formula.names().iter().map(value).collect();
        values.iter().all(|value| !value.is_nan()) && formula.eval_slots(&values) != 0.0
    }
}

fn unit_value(ruler: &Ruler<'_>, name: &str, unit: usize) -> f64 {
    let previous = ruler.class.previous_result();
    let cells = match name {
        "previous_score" => previous.map(|result| result.score.as_slice()),
        "previous_rank" => previous.map(|result| result.rank.as_slice()),
        measure => ruler
            .class
            .column(measure)
            .map(|column| column.values.as_ref()),
    };
    cells
        .and_then(|cells| cells.get(unit))
        .copied()
        .unwrap_or(f64::NAN)
}

/// Bands by k-means in one dimension (Lloyd's algorithm), as many clusters as bands, best cluster first.
///
/// Deterministic: it starts from the medians of the quantile groups (R's type 1 quantiles, as SAS PROC UNIVARIATE's inverse
/// distribution function) and runs to convergence; with `strict` it runs again from there, and what is farther than that from
/// its centre doesn't move it (SAS PROC FASTCLUS, option STRICT).
fn cluster(k_means: &KMeans, scores: &[f64], members: &[u32], clusters: usize, bands: &mut Bands) {
    let value = |unit: &u32| scores.get(*unit as usize).copied().unwrap_or(f64::NAN);
    let mut values: Vec<f64> = members.iter().map(value).collect();
    values.reverse();
    // Scores that are the same in many units can leave a share empty: then there are fewer clusters.
    let mut centres = quantile_medians(&values, clusters);
    centres.retain(|centre| !centre.is_nan());
    converge(&values, &mut centres, f64::INFINITY);
    if let Some(strict) = k_means.strict {
        converge(&values, &mut centres, strict);
    }
    for unit in members {
        let Some(nearest) = nearest(value(unit), &centres) else {
            continue;
        };
        if let Some(band) = bands.band.get_mut(*unit as usize) {
            *band = u16::try_from(centres.len() - 1 - nearest).ok();
        }
    }
}

/// The median of each of `groups` equal shares of the ascending values; an empty share has no centre (NaN).
fn quantile_medians(ascending: &[f64], groups: usize) -> Vec<f64> {
    let n = ascending.len();
    let cut = |group: usize| {
        ascending
            .get((n * group).div_ceil(groups).saturating_sub(1))
            .copied()
    };
    let end = |group: usize| {
        let cut = cut(group).unwrap_or(f64::INFINITY);
        if group == groups {
            n
        } else {
            ascending.partition_point(|x| *x <= cut)
        }
    };
    (0..groups)
        .map(|group| {
            let start = if group == 0 { 0 } else { end(group) };
            let share = ascending.get(start..end(group + 1)).unwrap_or(&[]);
            crate::stats::median(share).unwrap_or(f64::NAN)
        })
        .collect()
}

/// Moves the centres until no value changes its cluster; one that is nobody's nearest stays where it is.
fn converge(values: &[f64], centres: &mut [f64], strict: f64) {
    const ROUNDS: usize = 1000;
    let mut assigned: Vec<Option<(usize, bool)>> = Vec::new();
    for _ in 0..ROUNDS {
        let within =
            |x: f64, centre: usize| centres.get(centre).is_some_and(|c| (x - c).abs() <= strict);
        let now: Vec<Option<(usize, bool)>> = values
            .iter()
            .map(|x| nearest(*x, centres).map(|centre| (centre, within(*x, centre))))
            .collect();
        if now == assigned {
            break;
        }
        for (cluster, centre) in centres.iter_mut().enumerate() {
            let members = values
                .iter()
                .zip(&now)
                .filter(|(_, at)| **at == Some((cluster, true)));
            let (count, sum) =
                members.fold((0_u32, 0.0), |(count, sum), (x, _)| (count + 1, sum + x));
            if count > 0 {
                *centre = sum / f64::from(count);
            }
        }
        assigned = now;
    }
}

/// The nearest centre, the lower one of two equally near.
fn nearest(x: f64, centres: &[f64]) -> Option<usize> {
    let distances = centres
        .iter()
        .map(|centre| (x - centre).abs())
        .enumerate()
        .filter(|(_, d)| !d.is_nan());
    distances
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(cluster, _)| cluster)
}
