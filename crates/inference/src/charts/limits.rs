//! Centres and limits, by kind of chart.

use super::{Data, Kind, Scaling};
use crate::Invalid;
use crate::special::ln_gamma;

/// The mean range of two normal values in standard deviations (d₂ for n = 2).
const D2: f64 = 1.128;
/// The upper limit of a moving range over its mean (D₄ for n = 2).
const D4: f64 = 3.267;
/// 3 ÷ d₂ as *Making data count* rounds it.
const ROUNDED: f64 = 2.66;
/// The power that brings waiting times near the normal.
const POWER: f64 = 3.6;
/// Median over mean of an exponential, as Provost and Murray round it.
const MEDIAN: f64 = 0.693;

/// A position: what is plotted (NaN: nothing) and what its limits need.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) y: f64,
    count: f64,
    n: f64,
    deviation: f64,
}

/// The limits at a position.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    pub(super) centre: f64,
    pub(super) lower: Option<f64>,
    pub(super) upper: Option<f64>,
    /// From where, and in what, distances are measured; on the scale of `power`.
    middle: f64,
    sigma: f64,
    power: f64,
}

impl Limit {
    pub(super) fn z(&self, value: f64) -> Option<f64> {
        let value = if self.power == 1.0 {
            value
        } else {
            libm::pow(value, self.power)
        };
        self.sigma().map(|sigma| (value - self.middle) / sigma)
    }

    pub(super) fn sigma(&self) -> Option<f64> {
        (self.sigma > 0.0).then_some(self.sigma)
    }

    fn line(centre: f64) -> Self {
        Self {
            centre,
            lower: None,
            upper: None,
            middle: centre,
            sigma: 0.0,
            power: 1.0,
        }
    }

    fn three_sigma(centre: f64, sigma: f64) -> Self {
        Self {
            lower: Some(centre - 3.0 * sigma),
            upper: Some(centre + 3.0 * sigma),
            sigma,
            ..Self::line(centre)
        }
    }

    fn at_least(mut self, least: f64) -> Self {
        self.lower = self.lower.map(|lower| lower.max(least));
        self
    }

    fn at_most(mut self, most: f64) -> Self {
        self.upper = self.upper.map(|upper| upper.min(most));
        self
    }
}

/// The limits of a phase.
pub(super) struct Found {
    pub(super) limits: Vec<Limit>,
    pub(super) centre: f64,
    pub(super) moving_range: Option<f64>,
}

/// The positions, checked.
pub(super) fn rows(kind: Kind, data: Data<'_>) -> Result<Vec<Row>, Invalid> {
    match (kind, data) {
        (Kind::Run | Kind::Xmr, Data::Figures(values)) => {
            Invalid::check_finite("figures", values)?;
            Ok(values.iter().map(|y| figure(*y)).collect())
        }
        (Kind::C | Kind::G | Kind::T, Data::Figures(values)) => {
            Invalid::check_range("figures", values, "0 or more", |x| x >= 0.0)?;
            Ok(values.iter().map(|y| figure(*y)).collect())
        }
        (Kind::Mr, Data::Figures(values)) => {
            Invalid::check_finite("figures", values)?;
            Ok(ranges(values))
        }
        (Kind::P | Kind::PPrime, Data::Rates { counts, of }) => rates(counts, of, true),
        (Kind::U | Kind::UPrime | Kind::Run | Kind::Xmr, Data::Rates { counts, of }) => {
            rates(counts, of, false)
        }
        (Kind::Mr, Data::Rates { counts, of }) => {
            let quotients: Vec<f64> = rates(counts, of, false)?.iter().map(|row| row.y).collect();
            Ok(ranges(&quotients))
        }
        (
            Kind::Xbar | Kind::S,
            Data::Groups {
                means,
                deviations,
                sizes,
            },
        ) => groups(kind, means, deviations, sizes),
        _ => Err(Invalid::Range {
            what: "data",
            at: 0,
            value: f64::NAN,
            expected: "figures, rates or groups, as this kind of chart takes",
        }),
    }
}

const fn figure(y: f64) -> Row {
    Row {
        y,
        count: y,
        n: 1.0,
        deviation: f64::NAN,
    }
}

/// Moving ranges; the first position has none, nor has one beside a position without a figure.
fn ranges(values: &[f64]) -> Vec<Row> {
    let moved = values
        .iter()
        .skip(1)
        .zip(values)
        .map(|(after, before)| figure((after - before).abs()));
    values
        .first()
        .map(|_| figure(f64::NAN))
        .into_iter()
        .chain(moved)
        .collect()
}

fn rates(counts: &[f64], of: &[f64], proportion: bool) -> Result<Vec<Row>, Invalid> {
    Invalid::check_length("denominators", counts.len(), of.len())?;
    Invalid::check_range("counts", counts, "0 or more", |x| x >= 0.0)?;
    Invalid::check_range("denominators", of, "0 or more", |x| x >= 0.0)?;
    let wrong = |(count, n): (&f64, &f64)| (*n == 0.0 && *count > 0.0) || (proportion && count > n);
    if let Some(at) = counts.iter().zip(of).position(wrong) {
        return Err(Invalid::Range {
            what: "counts",
            at,
            value: counts.get(at).copied().unwrap_or(f64::NAN),
            expected: if proportion {
                "no more than its denominator"
            } else {
                "0 where the denominator is 0"
            },
        });
    }
    let row = |(count, n): (&f64, &f64)| Row {
        // 0 ÷ 0 is NaN: no figure.
        y: count / n,
        count: *count,
        n: *n,
        deviation: f64::NAN,
    };
    Ok(counts.iter().zip(of).map(row).collect())
}

fn groups(
    kind: Kind,
    means: &[f64],
    deviations: &[f64],
    sizes: &[f64],
) -> Result<Vec<Row>, Invalid> {
    Invalid::check_length("deviations", means.len(), deviations.len())?;
    Invalid::check_length("sizes", means.len(), sizes.len())?;
    Invalid::check_finite("means", means)?;
    Invalid::check_range("deviations", deviations, "0 or more", |x| x >= 0.0)?;
    Invalid::check_range("sizes", sizes, "2 or more", |x| x >= 2.0)?;
    let row = |((mean, deviation), n): ((&f64, &f64), &f64)| Row {
        y: if kind == Kind::S { *deviation } else { *mean },
        count: *mean,
        n: *n,
        deviation: *deviation,
    };
    Ok(means.iter().zip(deviations).zip(sizes).map(row).collect())
}

/// The limits of a phase at each of its rows, from those of its base.
pub(super) fn limits(
    kind: Kind,
    rows: &[Row],
    base: &[Row],
    scaling: Scaling,
) -> Result<Found, Invalid> {
    let least = match kind {
        Kind::Xmr | Kind::T | Kind::PPrime | Kind::UPrime => 2,
        _ => 1,
    };
    if base.len() < least {
        return Err(Invalid::TooFew {
            what: "points to take limits from",
            least,
            found: base.len(),
        });
    }
    let same = |limit: Limit| Found {
        limits: vec![limit; rows.len()],
        centre: limit.centre,
        moving_range: None,
    };
    let ys = || base.iter().map(|row| row.y).collect::<Vec<f64>>();
    Ok(match kind {
        Kind::Run => same(Limit::line(median(&ys()))),
        Kind::Xmr => {
            let (limit, range) = individuals(&ys(), scaling);
            Found {
                moving_range: Some(range),
                ..same(limit)
            }
        }
        Kind::Mr => {
            let centre = mean(&ys());
            same(Limit {
                upper: Some(D4 * centre),
                ..Limit::line(centre)
            })
        }
        Kind::T => same(waiting(&ys(), scaling)),
        Kind::G => same(geometric(mean(&ys()))),
        Kind::C => {
            let centre = mean(&ys());
            same(Limit::three_sigma(centre, centre.sqrt()).at_least(0.0))
        }
        Kind::P | Kind::PPrime | Kind::U | Kind::UPrime => attributes(kind, rows, base),
        Kind::Xbar | Kind::S => subgroups(kind, rows, base),
    })
}

/// Individuals: limits, and the mean moving range after screening.
fn individuals(values: &[f64], scaling: Scaling) -> (Limit, f64) {
    let range = screened(&moving_ranges(values));
    let sigma = match scaling {
        Scaling::Exact => range / D2,
        Scaling::Rounded => ROUNDED * range / 3.0,
    };
    (Limit::three_sigma(mean(values), sigma), range)
}

fn moving_ranges(values: &[f64]) -> Vec<f64> {
    values
        .windows(2)
        .map(|pair| pair.iter().fold(0.0, |before, after| after - before))
        .map(f64::abs)
        .collect()
}

/// The mean of moving ranges without those beyond their own upper limit (Nelson 1982).
fn screened(ranges: &[f64]) -> f64 {
    let all = mean(ranges);
    let kept: Vec<f64> = ranges
        .iter()
        .copied()
        .filter(|range| *range < D4 * all)
        .collect();
    if kept.is_empty() { all } else { mean(&kept) }
}

fn waiting(values: &[f64], scaling: Scaling) -> Limit {
    let powers: Vec<f64> = values.iter().map(|y| libm::pow(*y, 1.0 / POWER)).collect();
    let (limit, _) = individuals(&powers, scaling);
    let back = |x: f64| libm::pow(x.max(0.0), POWER);
    Limit {
        centre: back(limit.centre),
        lower: limit.lower.map(back),
        upper: limit.upper.map(back),
        power: 1.0 / POWER,
        ..limit
    }
}

fn geometric(mean: f64) -> Limit {
    Limit {
        centre: MEDIAN * mean,
        ..Limit::three_sigma(mean, (mean * (mean + 1.0)).sqrt()).at_least(0.0)
    }
}

fn attributes(kind: Kind, rows: &[Row], base: &[Row]) -> Found {
    let total = |of: fn(&Row) -> f64| sum(&base.iter().map(of).collect::<Vec<f64>>());
    let centre = total(|row| row.count) / total(|row| row.n);
    let proportion = matches!(kind, Kind::P | Kind::PPrime);
    let variance = if proportion {
        centre * (1.0 - centre)
    } else {
        centre
    };
    let sigma = |row: &Row| (variance / row.n).sqrt();
    let beyond = if matches!(kind, Kind::PPrime | Kind::UPrime) {
        let z: Vec<f64> = base
            .iter()
            .map(|row| (row.y - centre) / sigma(row))
            .collect();
        let ranges = moving_ranges(&z);
        // No spread at all: every count is 0 or full.
        if variance > 0.0 {
            mean(&ranges) / D2
        } else {
            0.0
        }
    } else {
        1.0
    };
    let limit = |row: &Row| {
        if row.n == 0.0 {
            return Limit::line(centre);
        }
        let limit = Limit::three_sigma(centre, beyond * sigma(row)).at_least(0.0);
        if proportion {
            limit.at_most(1.0)
        } else {
            limit
        }
    };
    Found {
        limits: rows.iter().map(limit).collect(),
        centre,
        moving_range: None,
    }
}

/// Means or standard deviations of subgroups (Montgomery 6.27 to 6.32): the spread within them is their mean deviation where all
/// are of one size, else pooled.
fn subgroups(kind: Kind, rows: &[Row], base: &[Row]) -> Found {
    let total = |of: fn(&Row) -> f64| sum(&base.iter().map(of).collect::<Vec<f64>>());
    let first = base.first().map_or(0.0, |row| row.n);
    let spread = if base.iter().all(|row| row.n == first) {
        total(|row| row.deviation) / base.len() as f64
    } else {
        (total(|row| (row.n - 1.0) * row.deviation * row.deviation) / total(|row| row.n - 1.0))
            .sqrt()
    };
    let centre = match kind {
        Kind::S => spread,
        _ => total(|row| row.n * row.count) / total(|row| row.n),
    };
    let limit = |row: &Row| {
        let c4 = c4(row.n);
        match kind {
            Kind::S => {
                let sigma = spread * (1.0 - c4 * c4).sqrt() / c4;
                Limit::three_sigma(centre, sigma).at_least(0.0)
            }
            _ => Limit::three_sigma(centre, spread / (c4 * row.n.sqrt())),
        }
    };
    Found {
        limits: rows.iter().map(limit).collect(),
        centre,
        moving_range: None,
    }
}

/// The mean standard deviation of `n` normal values over σ.
fn c4(n: f64) -> f64 {
    (2.0 / (n - 1.0)).sqrt() * libm::exp(ln_gamma(0.5 * n) - ln_gamma(0.5 * (n - 1.0)))
}

/// A sum that doesn't lose small parts (Neumaier 1974), so that a point on the mean is found on it.
fn sum(values: &[f64]) -> f64 {
    let (mut total, mut lost) = (0.0_f64, 0.0);
    for value in values {
        let next = total + value;
        lost += if total.abs() >= value.abs() {
            (total - next) + value
        } else {
            (value - next) + total
        };
        total = next;
    }
    total + lost
}

/// The mean; of equal values exactly that value.
fn mean(values: &[f64]) -> f64 {
    match values.split_first() {
        Some((first, others)) if others.iter().all(|other| other == first) => *first,
        _ => sum(values) / values.len() as f64,
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |position: usize| sorted.get(position).copied().unwrap_or(f64::NAN);
    let half = sorted.len() / 2;
    if sorted.len().is_multiple_of(2) {
        0.5 * (at(half.saturating_sub(1)) + at(half))
    } else {
        at(half)
    }
}
