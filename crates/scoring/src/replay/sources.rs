//! Which measures are drawn, each by the noise it declares or its figures bring.

use std::collections::BTreeSet;

use inference::noise::{Model, Noise};
use rulebook::figures::{Figure, MISSING};
use rulebook::formula::Formula;
use rulebook::model::{Measure, Noise as Declared, Range, Rule, TieBreak};
use serde::Serialize;

use super::ReplayError;
use crate::class::{Class, ClassColumn};
use crate::plan::LeafRole;
use crate::ruler::Ruler;
use crate::stats;

/// A measure that is drawn.
#[derive(Clone, Debug)]
pub(super) struct Source<'a> {
    pub measure: &'a str,
    pub noise: Noise,
}

/// An item that rests, wholly or for some units, on figures without known noise.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Held {
    /// The indicator, bonus or deduction.
    pub item: String,
    /// Its measure.
    pub measure: String,
    /// The points of a full result, where it has them.
    pub points: Option<f64>,
    /// How many units' figures are held.
    pub held: usize,
    /// How many units have a figure.
    pub of: usize,
}

/// The measures of a scheme that have noise, in order of id.
pub(super) fn sources<'a>(
    ruler: &Ruler<'_>,
    measures: &[&'a Measure],
) -> Result<Vec<Source<'a>>, ReplayError> {
    let used = used(ruler, measures);
    let kin = kin(ruler);
    let mut sources = Vec::new();
    for measure in measures {
        let id = measure.id.as_str();
        let column = ruler.class.column(id).filter(|_| used.contains(id));
        let Some(model) = column.and_then(|column| model(measure, column, ruler.class)) else {
            continue;
        };
        let noise = Noise::fit(&model, kin).map_err(|invalid| ReplayError::Noise {
            measure: id.to_owned(),
            invalid,
        })?;
        if !noise.drawn().is_empty() {
            sources.push(Source { measure: id, noise });
        }
    }
    sources.sort_by_key(|source| source.measure);
    Ok(sources)
}

/// The noise of a measure: as it declares, else as its figures say. `None` where it has none.
fn model<'c>(
    measure: &Measure,
    column: &'c ClassColumn<'_>,
    class: &'c Class<'_>,
) -> Option<Model<'c>> {
    let value = column.values.as_ref();
    let (n, se) = (column.n.as_deref(), column.se.as_deref());
    let Range { min, max, whole } = measure.range;
    let range = (
        min.unwrap_or(f64::NEG_INFINITY),
        max.unwrap_or(f64::INFINITY),
    );
    let full = max.unwrap_or(1.0);
    let share = |n| Model::Share { value, n, full };
    let by_data = || match (se, n) {
        (Some(se), _) => Some(Model::Figure { value, se, range }),
        (None, Some(n)) if is_share(min, max, whole) => Some(share(n)),
        _ => None,
    };
    match &measure.noise {
        None => by_data(),
        Some(Declared::None) => None,
        Some(Declared::Share) => n.map(share),
        Some(Declared::Count) => Some(Model::Count { value }),
        Some(Declared::Marks) => se.zip(n).map(|(se, n)| Model::Mark {
            value,
            se,
            n,
            range,
        }),
        Some(Declared::Levels(levels)) => {
            let counts = levels.counts.iter();
            let counts = counts.map(|id| Some(class.column(id.as_str())?.values.as_ref()));
            match counts.collect::<Option<Vec<_>>>() {
                Some(counts) => Some(Model::Levels {
                    counts,
                    marks: levels.marks.clone(),
                }),
                None => by_data(),
            }
        }
    }
}

/// Whether a range is that of a share: 0 to 1, or 0 to 100 per cent.
fn is_share(min: Option<f64>, max: Option<f64>, whole: bool) -> bool {
    min == Some(0.0) && (max == Some(1.0) || max == Some(100.0)) && !whole
}

/// The measures whose figures a scheme reads.
fn used(ruler: &Ruler<'_>, measures: &[&Measure]) -> BTreeSet<String> {
    let scheme = &ruler.plan.scheme;
    let mut used = BTreeSet::new();
    for leaf in &ruler.plan.leaves {
        used.insert(leaf.item.measure.to_string());
        if let Rule::Progress(progress) = &leaf.rule {
            used.extend(progress.base.as_ref().map(ToString::to_string));
        }
        let names = leaf.formula.iter().flat_map(Formula::names);
        used.extend(names.map(str::to_owned));
    }
    let divisors = measures
        .iter()
        .filter(|measure| used.contains(measure.id.as_str()))
        .filter_map(|measure| measure.per.as_ref().map(ToString::to_string));
    used.extend(divisors.collect::<Vec<_>>());
    used.extend(scheme.veto.iter().map(|veto| veto.measure.to_string()));
    for tie in &scheme.tie_break {
        if let TieBreak::Higher(id) | TieBreak::Lower(id) = tie {
            used.insert(id.to_string());
        }
    }
    for when in scheme.band.iter().filter_map(|band| band.when.as_deref()) {
        if let Ok(formula) = Formula::parse(when) {
            used.extend(formula.names().into_iter().map(str::to_owned));
        }
    }
    used
}

/// How much more the units' totals spread than independent items would, as a part of the items' variances: what items have in common
/// is quality, as their noise is independent.
fn kin(ruler: &Ruler<'_>) -> f64 {
    let nodes = ruler.nodes();
    let indicators = ruler.plan.leaves_of(LeafRole::Indicator);
    let columns: Vec<&[f64]> = indicators
        .filter_map(|(leaf, _)| nodes.get(leaf))
        .map(|node| node.points.as_slice())
        .collect();
    let mut totals = vec![0.0; ruler.class.len()];
    for column in &columns {
        for (total, points) in totals.iter_mut().zip(*column) {
            *total += points;
        }
    }
    let variance = |column: &[f64]| {
        let (_, mean) = stats::mean(column);
        let sd = stats::standard_deviation(column, mean);
        if sd.is_nan() { 0.0 } else { sd * sd }
    };
    let alone: f64 = columns.iter().map(|column| variance(column)).sum();
    if alone > 0.0 {
        (variance(&totals) / alone - 1.0).max(0.0)
    } else {
        0.0
    }
}

/// The items that are held, and the points of those that are held for every unit next to all points.
pub(super) fn held(
    ruler: &Ruler<'_>,
    measures: &[&Measure],
    sources: &[Source<'_>],
) -> (Vec<Held>, Option<(f64, f64)>) {
    let mut held = Vec::new();
    let (mut without, mut all) = (0.0, 0.0);
    for leaf in &ruler.plan.leaves {
        let measure = leaf.item.measure.as_str();
        let given = ruler.class.column(measure).map_or(0, |column| {
            column.values.iter().filter(|x| !x.is_nan()).count()
        });
        let source = sources.iter().find(|source| source.measure == measure);
        let drawn = source.map_or(0, |source| source.noise.drawn().len());
        let unknown = !is_exact(measures, measure) && drawn < given;
        if leaf.role == LeafRole::Indicator {
            all += leaf.item.points.unwrap_or(f64::NAN);
            let resting = leaf.item.points.filter(|_| unknown && drawn == 0);
            without += resting.unwrap_or(0.0);
        }
        if unknown {
            held.push(Held {
                item: leaf.item.id.to_string(),
                measure: measure.to_owned(),
                points: leaf.item.points,
                held: given - drawn,
                of: given,
            });
        }
    }
    (held, (!all.is_nan()).then_some((without, all)))
}

/// For each unit: whether every item's figure is drawn, declared to have no noise, or not applicable. A figure that is missing, or rests
/// on too few cases, might be anything.
pub(super) fn known(ruler: &Ruler<'_>, measures: &[&Measure], sources: &[Source<'_>]) -> Vec<bool> {
    let mut known = vec![true; ruler.class.len()];
    for leaf in &ruler.plan.leaves {
        let id = leaf.item.measure.as_str();
        let exact = is_exact(measures, id);
        let source = sources.iter().find(|source| source.measure == id);
        let drawn = source.map_or(&[][..], |source| source.noise.drawn());
        let column = ruler.class.column(id);
        let cell = |cells: &[f64], unit: usize| cells.get(unit).copied().unwrap_or(MISSING);
        let figure = |unit: usize| column.map_or(MISSING, |column| cell(&column.values, unit));
        let enough = |unit: usize| {
            let counts = column.and_then(|column| column.n.as_deref()).unwrap_or(&[]);
            leaf.item
                .min_n
                .is_none_or(|least| cell(counts, unit) >= least)
        };
        for (unit, (at, known)) in (0..).zip(known.iter_mut().enumerate()) {
            *known &= match Figure::of(figure(at)) {
                Figure::Given(_) => enough(at) && (exact || drawn.binary_search(&unit).is_ok()),
                Figure::Missing => false,
                Figure::NotApplicable => true,
            };
        }
    }
    known
}

/// Whether a measure is declared to have no noise.
fn is_exact(measures: &[&Measure], id: &str) -> bool {
    let declared = measures.iter().find(|measure| measure.id.as_str() == id);
    declared.is_some_and(|measure| measure.noise == Some(Declared::None))
}
