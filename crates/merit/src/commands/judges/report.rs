//! What a fit says, as data.

use std::collections::BTreeMap;

use inference::mixed::{
    Adjusted, Criterion, Fit, Halo, Links, Refusal, Severity, Spread, adjusted_units, severity,
    spread,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Asked, singular};

/// The coverage of the intervals of spread.
const COVERAGE: f64 = 0.95;

/// Everything that is written out.
#[derive(Serialize)]
pub struct Report {
    pub criterion: Criterion,
    /// −2 log L, or the REML criterion.
    pub deviance: f64,
    pub sigma: f64,
    /// In the order of `--random`.
    pub theta: Vec<f64>,
    pub marks: usize,
    /// Rows with gaps.
    pub left_out: usize,
    pub steps: usize,
    /// Factors without differences beyond chance.
    pub singular: Vec<String>,
    /// Columns of the fixed effects that others give.
    pub dropped: Vec<String>,
    /// Factor → variance of its effects.
    pub variances: Map<String, Value>,
    /// Name → estimate, se.
    pub fixed: Map<String, Value>,
    /// Factor → level → mode, se.
    pub random: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judges: Option<Vec<Judge>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units: Option<Vec<Adjusted>>,
    /// How many parts of the units can't be compared with each other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts: Option<usize>,
    /// Whether the unit is no random factor: its differences are then in the judges' severity.
    #[serde(skip)]
    pub unit_left_out: Option<String>,
}

/// What there is to say of a judge.
#[derive(Serialize)]
pub struct Judge {
    #[serde(flatten)]
    pub severity: Severity,
    pub spread: Spreading,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub halo: Option<Haloed>,
}

/// A judge's residual variance over that of all.
#[derive(Serialize)]
pub struct Spreading {
    pub ratio: f64,
    pub lower: f64,
    pub upper: f64,
    pub p: f64,
}

/// A judge's correlation among traits beyond what they share.
#[derive(Serialize)]
pub struct Haloed {
    pub units: usize,
    pub correlation: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
}

impl Report {
    pub fn new(fit: &Fit, asked: &Asked, left_out: usize) -> Result<Self, Refusal> {
        let judges = asked
            .judge
            .map(|judge| judges(fit, judge, asked.halo.as_deref()));
        let units = match (asked.judge, &asked.unit) {
            (Some(judge), Some(unit)) => Some(adjusted_units(fit, judge, unit)?),
            _ => None,
        };
        let random = fit.random();
        let unknown = |unit: &String| !fit.factors().iter().any(|factor| factor.name() == unit);
        Ok(Self {
            criterion: fit.criterion(),
            deviance: fit.deviance(),
            sigma: fit.sigma(),
            theta: fit.theta(),
            marks: fit.marks(),
            left_out,
            steps: fit.steps(),
            singular: singular(fit),
            dropped: fit.dropped().to_vec(),
            variances: random
                .iter()
                .map(|random| (random.factor.clone(), json!(random.variance)))
                .collect(),
            fixed: fixed(fit),
            random: effects(fit),
            judges: judges.transpose()?,
            units,
            parts: asked.links.as_ref().map(|links: &Links| links.parts),
            unit_left_out: asked
                .unit
                .as_ref()
                .map(|unit| unit.name().to_owned())
                .filter(unknown),
        })
    }

    /// As a JSON document.
    pub fn json(&self) -> Vec<u8> {
        // These types always serialise.
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

fn fixed(fit: &Fit) -> Map<String, Value> {
    let effects = fit.fixed().into_iter();
    effects
        .map(|effect| {
            (
                effect.name,
                json!({"estimate": effect.estimate, "se": effect.se}),
            )
        })
        .collect()
}

fn effects(fit: &Fit) -> Map<String, Value> {
    let factors = fit.random().into_iter().zip(fit.deviations());
    let levels = factors.map(|(random, se)| {
        let effects = random.modes.iter().zip(se);
        let levels: Map<String, Value> = random
            .levels
            .into_iter()
            .zip(effects)
            .map(|(level, (mode, se))| (level, json!({"mode": mode, "se": se})))
            .collect();
        (random.factor, Value::Object(levels))
    });
    levels.collect()
}

fn judges(fit: &Fit, judge: usize, halo: Option<&[Halo]>) -> Result<Vec<Judge>, Refusal> {
    let halo: BTreeMap<&str, &Halo> = halo
        .unwrap_or_default()
        .iter()
        .map(|halo| (halo.judge.as_str(), halo))
        .collect();
    let rows = severity(fit, judge)?
        .into_iter()
        .zip(spread(fit, judge, COVERAGE)?);
    let row = |(severity, spread): (Severity, Spread)| Judge {
        halo: halo.get(severity.judge.as_str()).map(|halo| Haloed {
            units: halo.units,
            correlation: halo.correlation,
            lower: halo.lower,
            upper: halo.upper,
        }),
        severity,
        spread: Spreading {
            ratio: spread.ratio,
            lower: spread.lower,
            upper: spread.upper,
            p: spread.p,
        },
    };
    Ok(rows.map(row).collect())
}
