//! Preparing figures before they are scored: each step of the scheme, in the order written, on each indicator's own column.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use rulebook::figures::{Figure, MISSING, NOT_APPLICABLE};
use rulebook::model::{
    Denominator, Direction, Fallback, Id, Impute, ImputeWith, Measure, OtherTreatment, Preparation,
    Progress, ProgressAs, Rule, ScreenMeasures, ScreenUnits, Treat, ZScore,
};
use rulebook::say;

use crate::class::Class;
use crate::curve::{held_between, signed};
use crate::plan::{Leaf, Plan, PlanError};
use crate::stats;
use crate::wide::has_gap;

/// What preparation did, for whoever asks why a figure isn't the one handed in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PreparationReport {
    /// What was done to each indicator's column, in order.
    pub notes: Vec<(String, PreparationNote)>,
    /// The ids of the units that screening left out.
    pub screened: Vec<String>,
}

/// What was done to a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PreparationNote {
    /// Too few units report it: it was left out.
    LeftOut {
        /// How many report it.
        reported_by: usize,
    },
    /// So many gaps were filled.
    Imputed(usize),
    /// So many outliers were drawn in to the next figure.
    Winsorised(usize),
    /// The logarithm was taken.
    Logarithm,
}

/// The columns of a scheme's indicators, ready to be scored. What no step touches is borrowed.
#[derive(Clone, Debug)]
pub(crate) struct Prepared<'a> {
    columns: Vec<LeafColumn<'a>>,
    /// Per unit: left out by screening. Empty where no unit is.
    screened: Vec<bool>,
    pub report: PreparationReport,
}

#[derive(Clone, Debug)]
struct LeafColumn<'a> {
    figures: Cow<'a, [f64]>,
    counts: Option<&'a [f64]>,
    progress: Option<Base<'a>>,
    dropped: bool,
}

/// What progress is measured from.
#[derive(Clone, Debug)]
struct Base<'a> {
    cells: Cow<'a, [f64]>,
    rule: Progress,
    direction: Direction,
}

impl Prepared<'_> {
    /// All figures of an indicator: for progress, the progress.
    pub fn figures(&self, leaf: usize) -> Option<Cow<'_, [f64]>> {
        let column = self.columns.get(leaf)?;
        Some(match &column.progress {
            None => Cow::Borrowed(&column.figures),
            Some(base) => column
                .figures
                .iter()
                .zip(base.cells.iter())
                .map(|(x, from)| base.progress(*x, *from))
                .collect(),
        })
    }

    /// Whether an indicator's column has a gap; `handed_in` tells it of the column as it was handed in.
    pub fn has_gap(&self, leaf: usize, handed_in: bool) -> bool {
        let untouched = |column: &LeafColumn<'_>| {
            matches!(column.figures, Cow::Borrowed(_)) && column.progress.is_none()
        };
        match self.columns.get(leaf) {
            Some(column) if untouched(column) => handed_in,
            _ => self.figures(leaf).is_some_and(|figures| has_gap(&figures)),
        }
    }

    /// The figures of a block of units; progress is worked out into `derived`.
    pub fn block<'b>(
        &'b self,
        leaf: usize,
        span: Range<usize>,
        derived: &'b mut Vec<f64>,
    ) -> &'b [f64] {
        let Some(column) = self.columns.get(leaf) else {
            return &[];
        };
        let figures = column.figures.get(span.clone()).unwrap_or(&[]);
        let Some(base) = &column.progress else {
            return figures;
        };
        let from = base.cells.get(span).unwrap_or(&[]);
        derived.clear();
        derived.extend(
            figures
                .iter()
                .zip(from)
                .map(|(x, from)| base.progress(*x, *from)),
        );
        derived
    }

    /// The figures that relief looks at: those before progress was worked out, of the units that are scored by them.
    pub fn own_figures(&self, leaf: usize) -> Option<Cow<'_, [f64]>> {
        let column = self.columns.get(leaf)?;
        if column.progress.is_none() {
            return Some(Cow::Borrowed(&column.figures));
        }
        let scored = self.figures(leaf)?;
        let own = |(x, y): (&f64, &f64)| if y.is_nan() { *y } else { *x };
        Some(column.figures.iter().zip(scored.iter()).map(own).collect())
    }

    /// The figures of a block of units before progress was worked out.
    pub fn own_block(&self, leaf: usize, span: Range<usize>) -> &[f64] {
        let column = self.columns.get(leaf);
        column
            .and_then(|column| column.figures.get(span))
            .unwrap_or(&[])
    }

    /// The figures as they were before progress was worked out, and what progress is measured from.
    pub fn raw(&self, leaf: usize, unit: usize) -> Option<(f64, Option<f64>)> {
        let column = self.columns.get(leaf)?;
        let base = column
            .progress
            .as_ref()
            .and_then(|base| base.cells.get(unit).copied());
        Some((column.figures.get(unit).copied()?, base))
    }

    /// On how many cases an indicator's figures rest.
    pub fn counts(&self, leaf: usize) -> Option<&[f64]> {
        self.columns.get(leaf)?.counts
    }

    /// Whether screening left the indicator out.
    pub fn is_dropped(&self, leaf: usize) -> bool {
        self.columns.get(leaf).is_some_and(|column| column.dropped)
    }

    /// Whether screening left the unit out.
    pub fn is_screened(&self, unit: usize) -> bool {
        self.screened.get(unit).copied().unwrap_or(false)
    }
}

impl Base<'_> {
    /// The progress from `from` to `x`; better is positive. A gap where either is one.
    fn progress(&self, x: f64, from: f64) -> f64 {
        if x.is_nan() {
            return x;
        }
        if from.is_nan() {
            return from;
        }
        let change = signed(x - from, self.direction);
        match self.rule.kind {
            ProgressAs::Difference => change,
            ProgressAs::Ratio if from == 0.0 => NOT_APPLICABLE,
            ProgressAs::Ratio => change / from.abs(),
            ProgressAs::Gap => self.gap_closed(x, from, change),
        }
    }

    fn gap_closed(&self, x: f64, from: f64, change: f64) -> f64 {
        let target = self.rule.target.unwrap_or(0.0);
        let left = |figure: f64| signed(target - figure, self.direction);
        if left(x) <= 0.0 && left(from) <= 0.0 {
            1.0
        } else if left(from) == 0.0 {
            0.0
        } else {
            change / left(from).abs()
        }
    }
}

/// Prepares the columns of a plan's indicators.
pub(crate) fn prepare<'a>(
    plan: &Plan,
    measures: &[&Measure],
    class: &'a Class<'a>,
) -> Result<Prepared<'a>, PlanError> {
    let columns = plan.leaves.iter().map(|leaf| column(leaf, class)).collect();
    let mut prepared = Prepared {
        columns,
        screened: Vec::new(),
        report: PreparationReport::default(),
    };
    for step in &plan.scheme.prepare {
        match step {
            Preparation::Denominate(step) => denominate(&mut prepared, plan, measures, class, step),
            Preparation::ScreenUnits(step) => screen_units(&mut prepared, class, step),
            Preparation::ScreenMeasures(step) => screen_measures(&mut prepared, plan, step),
            Preparation::Impute(step) => impute(&mut prepared, plan, class, step)?,
            Preparation::Treat(step) => treat(&mut prepared, plan, step),
            Preparation::Standardise(step) => standardise(&mut prepared, plan, step),
        }
    }
    Ok(prepared)
}

/// The column as handed in: too few cases count as missing, and where the policy says so the previous figure stands in.
fn column<'a>(leaf: &Leaf, class: &'a Class<'a>) -> LeafColumn<'a> {
    let measure = leaf.item.measure.as_str();
    let given = class.column(measure);
    let counts = given.and_then(|column| column.n.as_deref());
    let mut figures = match given {
        Some(column) => Cow::Borrowed(column.values.as_ref()),
        None => Cow::Owned(vec![MISSING; class.len()]),
    };
    if let Some(least) = leaf.item.min_n {
        require_cases(&mut figures, counts, least);
    }
    if [leaf.missing, leaf.not_applicable].contains(&Fallback::Previous) {
        carry_over(&mut figures, class.previous(measure), leaf);
    }
    LeafColumn {
        figures,
        counts,
        progress: base(leaf, class),
        dropped: false,
    }
}

/// Fewer cases than `least`, or an unknown number of them, make a figure missing.
fn require_cases(figures: &mut Cow<'_, [f64]>, counts: Option<&[f64]>, least: f64) {
    let enough = |unit: usize| {
        counts
            .and_then(|n| n.get(unit))
            .is_some_and(|n| *n >= least)
    };
    let short = |(unit, x): (usize, &f64)| !x.is_nan() && !enough(unit);
    if figures.iter().enumerate().any(short) {
        for (unit, x) in figures.to_mut().iter_mut().enumerate() {
            *x = if short((unit, x)) { MISSING } else { *x };
        }
    }
}

fn carry_over(figures: &mut Cow<'_, [f64]>, previous: Option<&[f64]>, leaf: &Leaf) {
    let Some(previous) = previous else { return };
    let carried = |x: f64| match Figure::of(x) {
        Figure::Given(_) => false,
        Figure::Missing => leaf.missing == Fallback::Previous,
        Figure::NotApplicable => leaf.not_applicable == Fallback::Previous,
    };
    if figures.iter().any(|x| carried(*x)) {
        for (x, before) in figures.to_mut().iter_mut().zip(previous) {
            *x = if carried(*x) && !before.is_nan() {
                *before
            } else {
                *x
            };
        }
    }
}

fn base<'a>(leaf: &Leaf, class: &'a Class<'a>) -> Option<Base<'a>> {
    let Rule::Progress(rule) = &leaf.rule else {
        return None;
    };
    let cells = match &rule.base {
        Some(measure) => class
            .column(measure.as_str())
            .map(|column| column.values.as_ref()),
        None => class.previous(leaf.item.measure.as_str()),
    };
    let cells = cells.map_or_else(|| Cow::Owned(vec![MISSING; class.len()]), Cow::Borrowed);
    Some(Base {
        cells,
        rule: rule.clone(),
        direction: leaf.item.direction.unwrap_or(Direction::Higher),
    })
}

fn denominate(
    prepared: &mut Prepared<'_>,
    plan: &Plan,
    measures: &[&Measure],
    class: &Class<'_>,
    step: &Denominator,
) {
    for (leaf, column) in plan.leaves.iter().zip(&mut prepared.columns) {
        let own = &leaf.item.measure;
        let per = measures
            .iter()
            .find(|measure| measure.id == *own)
            .and_then(|measure| measure.per.as_ref());
        let wanted = step.only.is_empty() || step.only.contains(own);
        let Some(per) = per.filter(|_| wanted) else {
            continue;
        };
        let missing = [];
        let denominators = class
            .column(per.as_str())
            .map_or(&missing[..], |column| column.values.as_ref());
        for (unit, x) in column
            .figures
            .to_mut()
            .iter_mut()
            .enumerate()
            .filter(|(_, x)| !x.is_nan())
        {
            *x = divided(*x, denominators.get(unit).copied().unwrap_or(MISSING));
        }
    }
}

/// A quotient by nothing does not apply; by a gap it is that gap.
fn divided(x: f64, by: f64) -> f64 {
    if by.is_nan() {
        by
    } else if by == 0.0 {
        NOT_APPLICABLE
    } else {
        x / by
    }
}

fn screen_units(prepared: &mut Prepared<'_>, class: &Class<'_>, step: &ScreenUnits) {
    let counted = |x: &f64| !(x.is_nan() || step.zeros_count_as_missing && *x == 0.0);
    let kept: Vec<&LeafColumn<'_>> = prepared.columns.iter().filter(|c| !c.dropped).collect();
    let columns = kept.len() as f64;
    let complete = |unit: usize| {
        let given = kept
            .iter()
            .filter(|column| column.figures.get(unit).is_some_and(counted))
            .count();
        given as f64 * 100.0 >= step.at_least_percent * columns - 1e-9
    };
    let screened: Vec<bool> = (0..class.len())
        .map(|unit| prepared.is_screened(unit) || !complete(unit))
        .collect();
    if !screened.contains(&true) {
        return;
    }
    for column in &mut prepared.columns {
        for (x, out) in column.figures.to_mut().iter_mut().zip(&screened) {
            *x = if *out { MISSING } else { *x };
        }
    }
    let out = class.ids().iter().zip(&screened).filter(|(_, out)| **out);
    prepared.report.screened = out.map(|(id, _)| (*id).to_owned()).collect();
    prepared.screened = screened;
}

fn screen_measures(prepared: &mut Prepared<'_>, plan: &Plan, step: &ScreenMeasures) {
    for (leaf, column) in plan.leaves.iter().zip(&mut prepared.columns) {
        let (reported_by, _) = stats::sum_of(&column.figures, |_| 0.0);
        if reported_by > step.more_than as usize {
            continue;
        }
        column.dropped = true;
        column.figures = Cow::Owned(vec![MISSING; column.figures.len()]);
        prepared.report.notes.push((
            leaf.item.id.to_string(),
            PreparationNote::LeftOut { reported_by },
        ));
    }
}

fn impute(
    prepared: &mut Prepared<'_>,
    plan: &Plan,
    class: &Class<'_>,
    step: &Impute,
) -> Result<(), PlanError> {
    let groups = groups(class, step.by.as_ref(), plan)?;
    for position in 0..prepared.columns.len() {
        let screened = std::mem::take(&mut prepared.screened);
        let Some(column) = prepared.columns.get_mut(position) else {
            continue;
        };
        let is_screened = |unit: usize| screened.get(unit).copied().unwrap_or(false);
        let filled = if column.dropped {
            0
        } else {
            impute_column(&mut column.figures, &groups, step.with, is_screened)
        };
        prepared.screened = screened;
        if let (true, Some(leaf)) = (filled > 0, plan.leaves.get(position)) {
            prepared
                .report
                .notes
                .push((leaf.item.id.to_string(), PreparationNote::Imputed(filled)));
        }
    }
    Ok(())
}

/// The units of each group, by an attribute's value; one group of all without an attribute.
fn groups(class: &Class<'_>, by: Option<&Id>, plan: &Plan) -> Result<Vec<Vec<usize>>, PlanError> {
    let Some(by) = by else {
        return Ok(vec![(0..class.len()).collect()]);
    };
    let unknown = || PlanError {
        item: plan.scheme.id.to_string(),
        problem: say!(
            "单位没有属性“{by}”,不能按它补缺",
            "units have no attribute `{by}` to impute by"
        ),
    };
    let values = class.attribute(by.as_str()).ok_or_else(unknown)?;
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (unit, value) in values.iter().enumerate() {
        groups.entry(value).or_default().push(unit);
    }
    Ok(groups.into_values().collect())
}

/// Fills missing figures (not those that don't apply); says how many.
fn impute_column(
    figures: &mut Cow<'_, [f64]>,
    groups: &[Vec<usize>],
    with: ImputeWith,
    is_screened: impl Fn(usize) -> bool,
) -> usize {
    let mut filled = 0;
    for group in groups {
        let cells: Vec<f64> = group
            .iter()
            .filter_map(|unit| figures.get(*unit).copied())
            .collect();
        if cells.iter().all(|x| !x.is_nan()) {
            continue;
        }
        let value = match with {
            ImputeWith::Mean => Some(stats::mean(&cells))
                .filter(|(n, _)| *n > 0)
                .map(|(_, mean)| mean),
            ImputeWith::Median => stats::median(&cells),
        };
        let Some(value) = value else { continue };
        let column = figures.to_mut();
        for unit in group.iter().filter(|unit| !is_screened(**unit)) {
            if let Some(x) = column
                .get_mut(*unit)
                .filter(|x| Figure::of(**x) == Figure::Missing)
            {
                *x = value;
                filled += 1;
            }
        }
    }
    filled
}

fn treat(prepared: &mut Prepared<'_>, plan: &Plan, step: &Treat) {
    for (leaf, column) in plan.leaves.iter().zip(&mut prepared.columns) {
        if fine(&column.figures, step) {
            continue;
        }
        let note = treat_column(&mut column.figures, step);
        prepared.report.notes.push((leaf.item.id.to_string(), note));
    }
}

/// Whether a column needs no treatment: its skewness or its kurtosis is small enough (or it has no shape to speak of).
fn fine(figures: &[f64], step: &Treat) -> bool {
    stats::shape(figures).is_none_or(|(skewness, kurtosis)| {
        skewness.abs() < step.skewness || kurtosis < step.kurtosis
    })
}

/// Draws the outermost figures in to the next one, on the side of the longer tail, as long as it takes and is allowed.
fn treat_column(figures: &mut Cow<'_, [f64]>, step: &Treat) -> PreparationNote {
    let mut drawn_in = figures.to_vec();
    let (mut high, mut low) = (0, 0);
    while !fine(&drawn_in, step) && high + low < step.winsorise_at_most as usize {
        let positive = stats::shape(&drawn_in).is_some_and(|(skewness, _)| skewness >= 0.0);
        let moved = draw_in(&mut drawn_in, if positive { 1.0 } else { -1.0 });
        if positive { high = moved } else { low = moved }
    }
    if fine(&drawn_in, step) || step.otherwise == OtherTreatment::Nothing {
        *figures = Cow::Owned(drawn_in);
        return PreparationNote::Winsorised(high + low);
    }
    if let Some((least, most)) = stats::extremes(figures) {
        let shift = 0.01 * (most - least) - least;
        figures
            .to_mut()
            .iter_mut()
            .filter(|x| !x.is_nan())
            .for_each(|x| *x = libm::log(*x + shift));
    }
    PreparationNote::Logarithm
}

/// Replaces the greatest figures (of the sign given) by the next one; says how many there were.
fn draw_in(figures: &mut [f64], sign: f64) -> usize {
    let greatest = figures
        .iter()
        .filter(|x| !x.is_nan())
        .map(|x| x * sign)
        .fold(f64::NEG_INFINITY, f64::max);
    let below = figures.iter().map(|x| x * sign).filter(|x| *x < greatest);
    let next = below.fold(f64::NEG_INFINITY, f64::max);
    let outermost = figures.iter_mut().filter(|x| **x * sign == greatest);
    outermost.map(|x| *x = next * sign).count()
}

/// z-scores by the class; afterwards higher is better in every column.
fn standardise(prepared: &mut Prepared<'_>, plan: &Plan, step: &ZScore) {
    for (leaf, column) in plan.leaves.iter().zip(&mut prepared.columns) {
        let (_, mean) = stats::mean(&column.figures);
        let sd = stats::standard_deviation(&column.figures, mean);
        let written = leaf.item.direction.unwrap_or(Direction::Higher);
        let z = |x: f64| {
            if sd > 0.0 {
                signed((x - mean) / sd, written) * step.sd + step.mean
            } else {
                step.mean
            }
        };
        let (low, high) = (
            step.low.unwrap_or(f64::NEG_INFINITY),
            step.high.unwrap_or(f64::INFINITY),
        );
        column
            .figures
            .to_mut()
            .iter_mut()
            .filter(|x| !x.is_nan())
            .for_each(|x| *x = held_between(z(*x), (low, high)));
    }
}
