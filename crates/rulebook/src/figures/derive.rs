//! Figures that follow from others: measures computed by a formula, and numbers of cases named by `count`.

use super::number::Limits;
use super::{Column, Figure, MISSING, NOT_APPLICABLE, PeriodFigures};
use crate::campaign::Campaign;
use crate::diagnostic::Place;
use crate::formula::Formula;
use crate::model::{FilledBy, Measure};
use crate::{Diagnostic, Period, say};

/// A measure to compute: its position, its formula, and the positions of the measures it reads.
struct Computed {
    measure: usize,
    formula: Formula,
    inputs: Vec<usize>,
}

/// Computes what is computed, then takes numbers of cases from the measures named in `count`.
pub(super) fn complete(campaign: &Campaign, figures: &mut PeriodFigures) {
    let mut left: Vec<Computed> = (0..campaign.measures.len())
        .filter_map(|measure| computed(campaign, measure))
        .collect();
    // A formula may read another: each round computes those whose inputs are done. A circle, which the check of the
    // campaign refuses, ends the rounds.
    while !left.is_empty() {
        let waiting: Vec<usize> = left.iter().map(|computed| computed.measure).collect();
        let (ready, rest): (Vec<_>, Vec<_>) = left
            .into_iter()
            .partition(|computed| !computed.inputs.iter().any(|input| waiting.contains(input)));
        if ready.is_empty() {
            break;
        }
        for computed in ready {
            let values = evaluate(&computed, campaign, figures);
            if let Some(column) = figures.columns.get_mut(computed.measure) {
                let (n, se) = column
                    .take()
                    .map_or((None, None), |column| (column.n, column.se));
                *column = Some(Column { values, n, se });
            }
        }
        left = rest;
    }
    for (index, written) in campaign.measures.iter().enumerate() {
        count(campaign, &written.item, index, figures);
    }
}

/// So many computed figures outside their range are named for a period; the first ones tell what is wrong.
const NAMED: usize = 10;

/// The figures of the measures `wanted` that their range refuses: what they are computed from can't be right.
pub(super) fn out_of_range(
    campaign: &Campaign,
    period: Period,
    figures: &PeriodFigures,
    place: &Place,
    wanted: impl Fn(&Measure) -> bool,
) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (written, column) in campaign.measures.iter().zip(&figures.columns) {
        let measure = &written.item;
        let Some(column) = column.as_ref().filter(|_| wanted(measure)) else {
            continue;
        };
        let limits = Limits::of(measure.range);
        for (unit, value) in figures.units.iter().zip(&column.values) {
            if limits.refuses(*value) {
                let finding = limits.explain(*value, place.clone(), measure.id.as_str());
                findings.push(with_origin(finding, measure, &unit.id, period));
            }
        }
    }
    findings.truncate(NAMED);
    findings
}

/// Says of a figure out of range whose it is, and what it was computed from.
fn with_origin(
    mut finding: Diagnostic,
    measure: &Measure,
    unit: &str,
    period: Period,
) -> Diagnostic {
    let (zh, en) = (&finding.problem.zh, &finding.problem.en);
    finding.problem = match &measure.filled_by {
        Some(FilledBy::Formula(formula)) => say!(
            "单位“{unit}”{period}:由“{formula}”算出的{zh}",
            "unit “{unit}”, {period}: computed from “{formula}”, {en}"
        ),
        _ => say!("单位“{unit}”{period}:{zh}", "unit “{unit}”, {period}: {en}"),
    };
    finding
}

fn position(campaign: &Campaign, id: &str) -> Option<usize> {
    campaign
        .measures
        .iter()
        .position(|written| written.item.id.as_str() == id)
}

fn computed(campaign: &Campaign, measure: usize) -> Option<Computed> {
    let Some(FilledBy::Formula(text)) = &campaign.measures.get(measure)?.item.filled_by else {
        return None;
    };
    let formula = Formula::parse(text).ok()?;
    let inputs = formula
        .names()
        .iter()
        .filter_map(|name| position(campaign, name))
        .collect();
    Some(Computed {
        measure,
        formula,
        inputs,
    })
}

/// Missing where an input is missing, not applicable where one does not apply (and none is missing).
fn evaluate(computed: &Computed, campaign: &Campaign, figures: &PeriodFigures) -> Vec<f64> {
    let names = computed.formula.names();
    let columns: Vec<Option<&Column>> = names
        .iter()
        .map(|name| {
            position(campaign, name)
                .and_then(|index| figures.columns.get(index))
                .and_then(Option::as_ref)
        })
        .collect();
    let mut inputs = vec![MISSING; names.len()];
    let mut values = Vec::with_capacity(figures.units.len());
    for unit in 0..figures.units.len() {
        for (input, column) in inputs.iter_mut().zip(&columns) {
            *input = column
                .and_then(|column| column.values.get(unit).copied())
                .unwrap_or(MISSING);
        }
        values.push(evaluate_one(&computed.formula, &names, &inputs));
    }
    values
}

fn evaluate_one(formula: &Formula, names: &[&str], inputs: &[f64]) -> f64 {
    let any = |state: Figure| inputs.iter().any(|input| Figure::of(*input) == state);
    if any(Figure::Missing) {
        return MISSING;
    }
    if any(Figure::NotApplicable) {
        return NOT_APPLICABLE;
    }
    let mut input = |name: &str| {
        let index = names.iter().position(|other| *other == name);
        index
            .and_then(|index| inputs.get(index).copied())
            .unwrap_or(MISSING)
    };
    let value = formula.eval(&mut input);
    if value.is_finite() {
        value + 0.0
    } else {
        NOT_APPLICABLE
    }
}

fn count(campaign: &Campaign, measure: &Measure, index: usize, figures: &mut PeriodFigures) {
    let Some(counting) = measure
        .count
        .as_ref()
        .and_then(|id| position(campaign, id.as_str()))
    else {
        return;
    };
    let Some(n) = figures
        .columns
        .get(counting)
        .and_then(Option::as_ref)
        .map(|column| column.values.clone())
    else {
        return;
    };
    if let Some(Some(column)) = figures.columns.get_mut(index)
        && column.n.is_none()
        && n.iter().any(|cell| cell.to_bits() != MISSING.to_bits())
    {
        column.n = Some(n);
    }
}
