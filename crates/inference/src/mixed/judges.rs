//! What marks and a fitted model say about judges and those they judge: who can be compared, severity, spread, halo, adjusted marks.
#![expect(
    clippy::indexing_slicing,
    reason = "codes are under the number of levels"
)]

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Invalid;
use crate::special::{chi_squared_cdf, gamma_quantile, normal_quantile};

use super::{Factor, Fit, Refusal};

/// Which units and judges hang together: a judge links the units he marks. Units in different parts were never marked by judges who
/// have anything in common, so their difference can't be told from that of their judges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Links {
    /// How many parts.
    pub parts: usize,
    /// The part of each unit, from 0 in the order of the units.
    pub units: Vec<usize>,
    /// The part of each judge.
    pub judges: Vec<usize>,
}

impl Links {
    /// The connected components of the graph in which a mark joins its judge and its unit.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] where the factors differ in length.
    pub fn new(judges: &Factor, units: &Factor) -> Result<Self, Refusal> {
        Invalid::check_length("units", judges.len(), units.len())?;
        let count = units.levels().len();
        let mut parent: Vec<usize> = (0..count + judges.levels().len()).collect();
        for (judge, unit) in judges.codes().iter().zip(units.codes()) {
            let one = root(&mut parent, *unit as usize);
            let other = root(&mut parent, count + *judge as usize);
            // The lower root stays, so that parts come in the order of their units.
            parent[one.max(other)] = one.min(other);
        }
        let mut number = vec![usize::MAX; parent.len()];
        let mut parts = 0;
        let mut part = Vec::with_capacity(parent.len());
        for at in 0..parent.len() {
            let root = root(&mut parent, at);
            if number[root] == usize::MAX {
                number[root] = parts;
                parts += 1;
            }
            part.push(number[root]);
        }
        let judges = part.split_off(count);
        Ok(Self {
            parts,
            units: part,
            judges,
        })
    }

    /// That two units can be compared, by their positions.
    ///
    /// # Errors
    /// [`Refusal::Unlinked`] where no judge links them.
    pub fn compare(&self, units: &Factor, first: u32, second: u32) -> Result<(), Refusal> {
        let part = |unit: u32| self.units.get(unit as usize);
        if part(first).is_some() && part(first) == part(second) {
            return Ok(());
        }
        Err(Refusal::Unlinked {
            first: units.level(first).to_owned(),
            second: units.level(second).to_owned(),
        })
    }
}

fn root(parent: &mut [usize], mut at: usize) -> usize {
    while parent[at] != at {
        parent[at] = parent[parent[at]];
        at = parent[at];
    }
    at
}

/// How severe a judge is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Severity {
    /// The judge.
    pub judge: String,
    /// The judge's marks.
    pub marks: u64,
    /// How far the judge's marks lie below those of an average judge on the same: minus the conditional mode. Under 0: lenient.
    pub severity: f64,
    /// Its standard error: the conditional standard deviation.
    pub se: f64,
}

/// Each judge's severity; `judge` is the position of the random factor.
///
/// # Errors
/// [`Refusal::Invalid`] where there is no such factor.
pub fn severity(fit: &Fit, judge: usize) -> Result<Vec<Severity>, Refusal> {
    check(fit, judge)?;
    let random = fit.random().swap_remove(judge);
    let se = fit.deviations().swap_remove(judge);
    let levels = random.levels.into_iter().zip(random.counts);
    let effects = random.modes.iter().zip(se);
    Ok(levels
        .zip(effects)
        .map(|((judge, marks), (mode, se))| Severity {
            judge,
            marks,
            severity: -mode,
            se,
        })
        .collect())
}

fn check(fit: &Fit, judge: usize) -> Result<(), Refusal> {
    if judge < fit.factors().len() {
        return Ok(());
    }
    Err(Invalid::Range {
        what: "position of the judge's factor",
        at: 0,
        value: judge as f64,
        expected: "under the number of random factors",
    }
    .into())
}

/// How far a judge's marks scatter beside what the model expects of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// The judge.
    pub judge: String,
    /// Degrees of freedom of the judge's residuals.
    pub freedom: f64,
    /// The judge's residual variance over that of all. Well over 1: erratic; well under 1: all marks alike.
    pub ratio: f64,
    /// Lower end of its interval.
    pub lower: f64,
    /// Upper end; infinite where the residuals leave no upper end.
    pub upper: f64,
    /// The two-sided probability of a ratio at least as far out if the judge scattered like all.
    pub p: f64,
}

/// Each judge's residual sum of squares over σ² times its degrees of freedom, with the chi-squared interval of this `coverage`.
///
/// A judge's residuals have nⱼ(1 − h) degrees of freedom, h the model's effective parameters per mark (the trace of the hat matrix
/// over n): the average leverage stands for the judge's own, which is close where judges mark similarly many. Normal residuals are
/// taken for granted: for marks of few levels the interval is rough.
///
/// # Errors
/// [`Refusal::Invalid`] where there is no such factor or the coverage isn't in (0, 1).
pub fn spread(fit: &Fit, judge: usize, coverage: f64) -> Result<Vec<Spread>, Refusal> {
    check(fit, judge)?;
    Invalid::check_range("coverage", &[coverage], "in (0, 1)", |value| {
        value > 0.0 && value < 1.0
    })?;
    let factor = &fit.factors()[judge];
    let mut sums = vec![(0.0, 0.0); factor.levels().len()];
    for (code, residual) in factor.codes().iter().zip(fit.residuals()) {
        let (count, sum) = &mut sums[*code as usize];
        *count += 1.0;
        *sum += residual * residual;
    }
    let share = 1.0 - fit.parameters() / fit.marks() as f64;
    let tail = 0.5 * (1.0 - coverage);
    let variance = fit.sigma() * fit.sigma();
    let row = |(level, (count, sum)): (&String, &(f64, f64))| {
        let freedom = count * share;
        let scaled = sum / variance;
        let quantile = |p: f64| 2.0 * gamma_quantile(0.5 * freedom, p);
        let below = chi_squared_cdf(freedom, scaled);
        Spread {
            judge: level.clone(),
            freedom,
            ratio: scaled / freedom,
            lower: scaled / quantile(1.0 - tail),
            upper: scaled / quantile(tail),
            p: (2.0 * below.min(1.0 - below)).min(1.0),
        }
    };
    Ok(factor.levels().iter().zip(&sums).map(row).collect())
}

/// Each mark without the severity of its judge: y − b. `judge` is the position of the random factor.
///
/// # Errors
/// [`Refusal::Invalid`] where there is no such factor.
pub fn adjusted_marks(fit: &Fit, judge: usize) -> Result<Vec<f64>, Refusal> {
    check(fit, judge)?;
    let modes = fit.random().swap_remove(judge).modes;
    let codes = fit.factors()[judge].codes();
    let adjusted = |(mark, code): (&f64, &u32)| mark - modes[*code as usize];
    Ok(fit.values().iter().zip(codes).map(adjusted).collect())
}

/// A unit's marks without the severity of its judges.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Adjusted {
    /// The unit.
    pub unit: String,
    /// Its marks.
    pub marks: u64,
    /// Their mean.
    pub mean: f64,
    /// Their mean without the judges' severity.
    pub adjusted: f64,
    /// The standard error of the adjusted mean as a measure of this unit: the residual's and the judges' share.
    pub se: f64,
    /// The part of the units that it can be compared with.
    pub part: usize,
}

/// Each unit's adjusted mean. Its variance is σ²⁄n + Σⱼ (mⱼ⁄n)² sⱼ², mⱼ the marks of judge j for the unit and sⱼ the standard
/// deviation of the judge's effect; the errors of different judges' effects are taken as uncorrelated.
///
/// # Errors
/// [`Refusal::Invalid`] where there is no such factor or `units` differ in length from the marks.
pub fn adjusted_units(fit: &Fit, judge: usize, units: &Factor) -> Result<Vec<Adjusted>, Refusal> {
    let adjusted = adjusted_marks(fit, judge)?;
    let judges = &fit.factors()[judge];
    let links = Links::new(judges, units)?;
    let deviations = fit.deviations().swap_remove(judge);
    let mut sums = vec![(0.0, 0.0, 0.0); units.levels().len()];
    let mut by_judge: BTreeMap<(u32, u32), f64> = BTreeMap::new();
    for (mark, unit) in units.codes().iter().enumerate() {
        let (count, raw, without) = &mut sums[*unit as usize];
        *count += 1.0;
        *raw += fit.values()[mark];
        *without += adjusted[mark];
        *by_judge.entry((*unit, judges.codes()[mark])).or_default() += 1.0;
    }
    let mut shared = vec![0.0; sums.len()];
    for ((unit, judge), times) in by_judge {
        let part = times * deviations[judge as usize];
        shared[unit as usize] += part * part;
    }
    let variance = fit.sigma() * fit.sigma();
    let row = |(at, (count, raw, without)): (usize, &(f64, f64, f64))| Adjusted {
        unit: units.levels()[at].clone(),
        marks: *count as u64,
        mean: raw / count,
        adjusted: without / count,
        se: (variance / count + shared[at] / (count * count)).sqrt(),
        part: links.units[at],
    };
    Ok(sums.iter().enumerate().map(row).collect())
}

/// How far a judge lets one trait colour the others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Halo {
    /// The judge.
    pub judge: String,
    /// Units of which the judge marked at least two traits that another judge marked too.
    pub units: usize,
    /// The correlation of the judge's deviations between traits; `None` under 5 units, or where they don't vary.
    pub correlation: Option<f64>,
    /// Lower end of its 95 % interval.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
}

/// Each judge's halo: for a mark of unit u and trait t the deviation from the other judges' mean mark of (u, t), the judge's own mean
/// deviation on the trait taken away; then the correlation of the deviations between traits of the same unit, pooled over units and
/// pairs of traits: Σ dₜdₜ′ ⁄ √(Σ dₜ² · Σ dₜ′²). What traits truly share is in the others' marks too, so it falls out. The interval is
/// Fisher's, by the number of units. A judge with an eye of his own for a whole unit, rightly or not, shows as halo as well.
///
/// # Errors
/// [`Refusal::Invalid`] where slices differ in length or a mark isn't finite.
pub fn halo(
    marks: &[f64],
    judges: &Factor,
    units: &Factor,
    traits: &Factor,
) -> Result<Vec<Halo>, Refusal> {
    Invalid::check_finite("marks", marks)?;
    for factor in [judges, units, traits] {
        Invalid::check_length("levels", marks.len(), factor.len())?;
    }
    let mut by_judge = vec![Vec::new(); judges.levels().len()];
    for ((judge, unit, of), value) in deviations(marks, judges, units, traits) {
        by_judge[judge as usize].push((unit, of, value));
    }
    let rows = judges.levels().iter().zip(&by_judge);
    Ok(rows
        .map(|(judge, own)| one_halo(judge, own, traits.levels().len()))
        .collect())
}

/// Judge, unit and trait, and by how much the judge's mean mark there deviates from the mean of the other judges' marks.
fn deviations(
    marks: &[f64],
    judges: &Factor,
    units: &Factor,
    traits: &Factor,
) -> Vec<((u32, u32, u32), f64)> {
    let mut own: BTreeMap<(u32, u32, u32), (f64, f64)> = BTreeMap::new();
    let mut all: BTreeMap<(u32, u32), (f64, f64)> = BTreeMap::new();
    for (mark, value) in marks.iter().enumerate() {
        let (judge, unit, of) = (
            judges.codes()[mark],
            units.codes()[mark],
            traits.codes()[mark],
        );
        for (count, sum) in [
            own.entry((judge, unit, of)).or_default(),
            all.entry((unit, of)).or_default(),
        ] {
            *count += 1.0;
            *sum += value;
        }
    }
    let deviation = |((judge, unit, of), (count, sum)): (&(u32, u32, u32), &(f64, f64))| {
        let (total, whole) = all.get(&(*unit, *of))?;
        let others = total - count;
        (others > 0.0).then(|| ((*judge, *unit, *of), sum / count - (whole - sum) / others))
    };
    own.iter().filter_map(deviation).collect()
}

fn one_halo(judge: &str, deviations: &[(u32, u32, f64)], traits: usize) -> Halo {
    let mut means = vec![(0.0, 0.0); traits];
    for (_, of, value) in deviations {
        let (count, sum) = &mut means[*of as usize];
        *count += 1.0;
        *sum += value;
    }
    let (mut cross, mut left, mut right, mut units) = (0.0, 0.0, 0.0, 0);
    for own in deviations
        .chunk_by(|one, next| one.0 == next.0)
        .filter(|own| own.len() > 1)
    {
        units += 1;
        let values: Vec<f64> = own
            .iter()
            .map(|(_, of, value)| value - means[*of as usize].1 / means[*of as usize].0)
            .collect();
        for (at, one) in values.iter().enumerate() {
            for other in &values[at + 1..] {
                cross += one * other;
                left += one * one;
                right += other * other;
            }
        }
    }
    let scale = (left * right).sqrt();
    let correlation = (units > 4 && scale > 0.0).then(|| cross / scale);
    let interval = correlation.map(|found| {
        let half = normal_quantile(0.975) / (units as f64 - 3.0).sqrt();
        let middle = libm::atanh(found.clamp(-0.999_999, 0.999_999));
        (libm::tanh(middle - half), libm::tanh(middle + half))
    });
    Halo {
        judge: judge.to_owned(),
        units,
        correlation,
        lower: interval.map(|ends| ends.0),
        upper: interval.map(|ends| ends.1),
    }
}
