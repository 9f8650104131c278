//! Funnel limits: how far a unit of its size may lie from the whole by luck, also where units differ more than luck allows.
//!
//! Spiegelhalter (2005), *Funnel plots for comparing institutional performance*, Statistics in Medicine 24, and (2012), *Statistical
//! methods for healthcare regulation: rating, screening and surveillance*, JRSS A 175: figures are transformed, held against the
//! target as z scores, the extremes of these pulled in, the spread beyond luck φ taken from them, and from φ the variance τ²
//! between units (DerSimonian, Laird 1986) that widens the limits. Nothing here says who is good: a point outside asks for a reason.

use serde::Serialize;

use crate::Invalid;
use crate::special::gamma_quantile;

/// The two-sided 95 % multiplier, to the six decimals at which funnel software has it.
const INNER: f64 = 1.959_964;
/// The two-sided 99.8 % multiplier, likewise.
const OUTER: f64 = 3.090_232;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Proportions, through the arcsine of the root.
    Proportion,
    /// Quotients of two counts, through the logarithm.
    Ratio,
    /// Observed over expected, target 1, through the logarithm; extremes are left out (English SHMI).
    Standardised,
    /// Observed over expected, target 1, through the root; extremes are pulled in (Care Quality Commission).
    StandardisedRoot,
}

/// Two pairs of limits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Limits {
    /// Lower, 95 %.
    pub lower_95: f64,
    /// Upper, 95 %.
    pub upper_95: f64,
    /// Lower, 99.8 %.
    pub lower_998: f64,
    /// Upper, 99.8 %.
    pub upper_998: f64,
}

/// A unit in a funnel.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    /// Numerator over denominator.
    pub ratio: f64,
    /// The transformed figure.
    pub transformed: f64,
    /// Its standard error by luck alone.
    pub se: f64,
    /// Its distance from the target in standard errors.
    pub z: f64,
    /// The distance as φ uses it: pulled in to the quantile, or `None` where it is left out.
    pub trimmed_z: Option<f64>,
    /// The distance with the variance between units added: what a flag should go by.
    pub adjusted_z: f64,
    /// Limits by luck alone.
    pub plain: Limits,
    /// Limits with the variance between units added.
    pub adjusted: Limits,
}

/// A funnel.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Funnel {
    /// What is compared.
    pub kind: Kind,
    /// The whole: the sum of numerators over that of denominators; 1 for standardised ratios.
    pub target: f64,
    /// The target, transformed.
    pub transformed_target: f64,
    /// Mean of the squared trimmed z scores: about 1 where units differ by luck alone.
    pub dispersion: f64,
    /// τ²: the variance between units on the transformed scale; 0 where luck explains all.
    pub between: f64,
    /// The units, as given.
    pub points: Vec<Point>,
}

/// Funnel limits for units with these numerators (0 and up) and denominators (over 0), extremes trimmed by the share `trim` at each
/// end (0 up to but not 0.5; 0.1 is usual).
///
/// One unit has no spread: τ² is 0. In a logarithm a numerator of 0 counts as one half. A limit on the arcsine scale stops at 0 and 1.
/// Limits by luck alone are exact Poisson for standardised ratios, else normal on the transformed scale.
///
/// # Errors
/// [`Invalid`]: no unit, lengths that differ, NaN, a value out of its range, for [`Kind::Proportion`] a numerator over its
/// denominator, all numerators 0.
pub fn funnel(
    kind: Kind,
    numerators: &[f64],
    denominators: &[f64],
    trim: f64,
) -> Result<Funnel, Invalid> {
    check(kind, numerators, denominators, trim)?;
    let target = match kind {
        Kind::Proportion | Kind::Ratio => {
            numerators.iter().sum::<f64>() / denominators.iter().sum::<f64>()
        }
        Kind::Standardised | Kind::StandardisedRoot => 1.0,
    };
    let scale = Scale {
        kind,
        target,
        middle: transform(kind, target),
    };
    let units: Vec<(f64, f64)> = numerators
        .iter()
        .copied()
        .zip(denominators.iter().copied())
        .collect();
    let seen: Vec<(f64, f64)> = units
        .iter()
        .map(|(count, of)| scale.see(*count, *of))
        .collect();
    let z: Vec<f64> = seen.iter().map(|(y, se)| (y - scale.middle) / se).collect();
    let trimmed = match kind {
        Kind::Standardised => left_out(&z, trim),
        _ => pulled_in(&z, trim),
    };
    let kept: Vec<(f64, f64)> = trimmed
        .iter()
        .zip(&seen)
        .filter_map(|(z, (_, se))| Some(((*z)?, *se)))
        .collect();
    let (dispersion, between) = spread(&kept);
    let point = |at: usize, (count, of): &(f64, f64)| {
        let (transformed, se) = seen.get(at).copied().unwrap_or((f64::NAN, f64::NAN));
        Point {
            ratio: count / of,
            transformed,
            se,
            z: (transformed - scale.middle) / se,
            trimmed_z: trimmed.get(at).copied().flatten(),
            adjusted_z: (transformed - scale.middle) / (se * se + between).sqrt(),
            plain: scale.plain(*of),
            adjusted: scale.limits(*of, between),
        }
    };
    Ok(Funnel {
        kind,
        target,
        transformed_target: scale.middle,
        dispersion,
        between,
        points: units
            .iter()
            .enumerate()
            .map(|(at, unit)| point(at, unit))
            .collect(),
    })
}

fn check(kind: Kind, numerators: &[f64], denominators: &[f64], trim: f64) -> Result<(), Invalid> {
    if numerators.is_empty() {
        return Err(Invalid::TooFew {
            what: "units",
            least: 1,
            found: 0,
        });
    }
    Invalid::check_length("denominators", numerators.len(), denominators.len())?;
    Invalid::check_range("numerators", numerators, "0 or more", |x| x >= 0.0)?;
    Invalid::check_range("denominators", denominators, "over 0", |x| x > 0.0)?;
    Invalid::check_range("trim", &[trim], "from 0 to under 0.5", |x| {
        (0.0..0.5).contains(&x)
    })?;
    let over = numerators
        .iter()
        .zip(denominators)
        .position(|(count, of)| count > of);
    if let (Kind::Proportion, Some(at)) = (kind, over) {
        return Err(Invalid::Range {
            what: "numerators",
            at,
            value: numerators.get(at).copied().unwrap_or(f64::NAN),
            expected: "no more than its denominator",
        });
    }
    if kind == Kind::Ratio && numerators.iter().all(|count| *count == 0.0) {
        return Err(Invalid::Range {
            what: "numerators",
            at: 0,
            value: 0.0,
            expected: "over 0 for one unit at least",
        });
    }
    Ok(())
}

fn transform(kind: Kind, ratio: f64) -> f64 {
    match kind {
        Kind::Proportion => libm::asin(ratio.sqrt()),
        Kind::Ratio | Kind::Standardised => libm::log(ratio),
        Kind::StandardisedRoot => ratio.sqrt(),
    }
}

/// How figures are transformed, and about what.
struct Scale {
    kind: Kind,
    target: f64,
    middle: f64,
}

impl Scale {
    /// A unit's transformed figure and its standard error.
    fn see(&self, count: f64, of: f64) -> (f64, f64) {
        match self.kind {
            Kind::Proportion | Kind::StandardisedRoot => {
                (transform(self.kind, count / of), 0.5 / of.sqrt())
            }
            Kind::Standardised => {
                let count = if count == 0.0 { 0.5 } else { count };
                (transform(self.kind, count / of), 1.0 / of.sqrt())
            }
            Kind::Ratio => {
                // Half is added to both so that 0 has a logarithm.
                let part = |x: f64| x / ((x + 0.5) * (x + 0.5));
                (
                    transform(self.kind, (count + 0.5) / (of + 0.5)),
                    (part(count) + part(of)).sqrt(),
                )
            }
        }
    }

    fn plain(&self, of: f64) -> Limits {
        match self.kind {
            Kind::Proportion | Kind::Ratio => self.limits(of, 0.0),
            Kind::Standardised | Kind::StandardisedRoot => {
                // Exact limits of a Poisson count with `of` expected, by the gamma distribution.
                let lower = |p| gamma_quantile(of, p) / of;
                let upper = |p| gamma_quantile(of + 1.0, 1.0 - p) / of;
                Limits {
                    lower_95: lower(0.025),
                    upper_95: upper(0.025),
                    lower_998: lower(0.001),
                    upper_998: upper(0.001),
                }
            }
        }
    }

    fn limits(&self, of: f64, between: f64) -> Limits {
        let within = match self.kind {
            Kind::Standardised => 1.0 / of,
            _ => 0.25 / of,
        };
        let se = (within + between).sqrt();
        Limits {
            lower_95: self.back(-INNER * se),
            upper_95: self.back(INNER * se),
            lower_998: self.back(-OUTER * se),
            upper_998: self.back(OUTER * se),
        }
    }

    /// The ratio that lies so far from the target on the transformed scale.
    fn back(&self, distance: f64) -> f64 {
        match self.kind {
            Kind::Proportion => {
                let angle = (self.middle + distance).clamp(0.0, std::f64::consts::FRAC_PI_2);
                let sine = libm::sin(angle);
                sine * sine
            }
            Kind::Ratio | Kind::Standardised => self.target * libm::exp(distance),
            // As the Commission draws them: straight about 1, not squared back.
            Kind::StandardisedRoot => (1.0 + distance).max(0.0),
        }
    }
}

/// z scores beyond the quantiles moved to them (the seventh definition of Hyndman, Fan 1996).
fn pulled_in(z: &[f64], trim: f64) -> Vec<Option<f64>> {
    let mut sorted = z.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (quantile(&sorted, trim), quantile(&sorted, 1.0 - trim));
    z.iter().map(|z| Some(z.max(low).min(high))).collect()
}

fn quantile(sorted: &[f64], p: f64) -> f64 {
    let position = p * (sorted.len() - 1) as f64;
    let below = libm::floor(position);
    let at = |place: f64| sorted.get(place as usize).copied();
    let low = at(below).unwrap_or(f64::NAN);
    let high = at(below + 1.0).unwrap_or(low);
    low + (position - below) * (high - low)
}

/// z scores without those in the first and last of 1 ÷ `trim` equal groups by rank; ties have their mean rank.
fn left_out(z: &[f64], trim: f64) -> Vec<Option<f64>> {
    if trim == 0.0 {
        return z.iter().map(|z| Some(*z)).collect();
    }
    let mut sorted = z.to_vec();
    sorted.sort_by(f64::total_cmp);
    let groups = 1.0 / trim;
    let kept = |z: &f64| {
        let below = sorted.partition_point(|other| other < z);
        let upto = sorted.partition_point(|other| other <= z);
        let rank = 0.5 * (below + 1 + upto) as f64;
        let group = libm::floor(rank * groups / (sorted.len() + 1) as f64);
        (group > 0.0 && group < groups - 1.0).then_some(*z)
    };
    z.iter().map(kept).collect()
}

/// φ and τ² of z scores with their standard errors.
fn spread(kept: &[(f64, f64)]) -> (f64, f64) {
    if kept.is_empty() {
        return (0.0, 0.0);
    }
    let n = kept.len() as f64;
    let dispersion = kept.iter().map(|(z, _)| z * z).sum::<f64>() / n;
    let weights = || kept.iter().map(|(_, se)| 1.0 / (se * se));
    let (all, squares) = (
        weights().sum::<f64>(),
        weights().map(|w| w * w).sum::<f64>(),
    );
    let free = all - squares / all;
    let beyond = n * dispersion - (n - 1.0);
    let between = if beyond > 0.0 && free > 0.0 && kept.len() > 1 {
        beyond / free
    } else {
        0.0
    };
    (dispersion, between)
}
