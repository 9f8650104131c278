//! Laying the ruler on the units, a block at a time: the block's figures are read once and all sums stay in the cache.

use std::num::NonZeroUsize;
use std::ops::Range;

use rulebook::figures::{Figure, MISSING, NOT_APPLICABLE};

use crate::curve::{Curve, Slot, held_between, signed};
use crate::plan::{GroupNode, LeafRole, Member, Mix};
use crate::rounding::Rounder;
use crate::ruler::{Fill, FittedLeaf, Ruler};
use crate::wide::{self, has_gap};

/// Units in a block: a column of it and the sums stay in the second-level cache, and streams are long enough to be fetched ahead.
const BLOCK: usize = 4096;

/// What one thread needs besides its results: buffers, and which units of the block are withheld.
#[derive(Clone, Debug, Default)]
pub(crate) struct Workspace {
    spare: Vec<Vec<f64>>,
    withheld: Vec<bool>,
}

impl Workspace {
    fn take(&mut self, length: usize) -> Vec<f64> {
        let mut buffer = self.spare.pop().unwrap_or_default();
        buffer.resize(length, 0.0);
        buffer
    }

    fn give(&mut self, buffer: Vec<f64>) {
        self.spare.push(buffer);
    }

    fn start(&mut self, length: usize) {
        self.withheld.clear();
        self.withheld.resize(length, false);
    }
}

/// The blocks of a range of units.
pub(crate) fn spans(units: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let end = units.end;
    units
        .step_by(BLOCK)
        .map(move |start| start..(start + BLOCK).min(end))
}

/// The points, in grains where the scheme rounds, of the figures that are given; gaps stay gaps.
pub(crate) fn given_points(
    ruler: &Ruler<'_>,
    leaf: usize,
    fitted: &FittedLeaf,
    span: Range<usize>,
) -> Vec<f64> {
    let mut out = vec![0.0; span.len()];
    fill_given(
        ruler,
        leaf,
        fitted,
        span,
        &mut out,
        &mut Workspace::default(),
    );
    out
}

/// Fills `out` with the points of the figures given; says whether there are gaps.
fn fill_given(
    ruler: &Ruler<'_>,
    position: usize,
    fitted: &FittedLeaf,
    span: Range<usize>,
    out: &mut [f64],
    work: &mut Workspace,
) -> bool {
    let mut derived = work.take(0);
    let figures = ruler.prepared.block(position, span.clone(), &mut derived);
    let round = |points: f64| ruler.grains(points);
    let gap = match (&fitted.curve, ruler.plan.rounder) {
        (Curve::Formula { .. }, _) => {
            apply_formula(ruler, fitted, span.clone(), figures, out);
            out.iter_mut()
                .filter(|y| !y.is_nan())
                .for_each(|y| *y = round(*y));
            has_gap(out)
        }
        (curve, rounder) => curve.apply(figures, out, rounder),
    };
    if let (Some(cut), Some(leaf)) = (fitted.relief, ruler.plan.leaves.get(position)) {
        let full = round(if leaf.role == LeafRole::Deduction {
            0.0
        } else {
            leaf.full
        });
        let own = ruler.prepared.own_block(position, span);
        let relieved = |x: f64| signed(x, leaf.relief_direction()) >= cut;
        own.iter()
            .zip(&mut *out)
            .filter(|(x, y)| relieved(**x) && !y.is_nan())
            .for_each(|(_, y)| *y = full);
    }
    work.give(derived);
    gap
}

/// Formulas may look at other measures of the unit; where one of those is a gap, so is the result.
fn apply_formula(
    ruler: &Ruler<'_>,
    fitted: &FittedLeaf,
    span: Range<usize>,
    figures: &[f64],
    out: &mut [f64],
) {
    let Curve::Formula {
        formula,
        slots,
        held,
    } = &fitted.curve
    else {
        return;
    };
    let columns: Vec<Option<&[f64]>> = slots.iter().map(|slot| other_column(ruler, slot)).collect();
    let mut values = vec![0.0; slots.len()];
    for ((unit, x), y) in span.zip(figures).zip(out) {
        for ((value, slot), column) in values.iter_mut().zip(slots).zip(&columns) {
            *value = match slot {
                Slot::Own => *x,
                Slot::Measure(_) => column
                    .and_then(|cells| cells.get(unit))
                    .copied()
                    .unwrap_or(MISSING),
            };
        }
        let gap = values
            .iter()
            .copied()
            .chain([*x])
            .find(|value| value.is_nan());
        *y = gap.unwrap_or_else(|| held_between(finite(formula.eval_slots(&values)), *held));
    }
}

fn other_column<'r>(ruler: &'r Ruler<'_>, slot: &Slot) -> Option<&'r [f64]> {
    let Slot::Measure(measure) = slot else {
        return None;
    };
    ruler
        .class
        .column(measure)
        .map(|column| column.values.as_ref())
}

fn finite(value: f64) -> f64 {
    if value.is_finite() { value } else { MISSING }
}

/// A leaf's values with gaps filled by policy; NaN where it is left out. Says whether it is for any unit.
fn fill_leaf(
    ruler: &Ruler<'_>,
    position: usize,
    span: Range<usize>,
    out: &mut [f64],
    work: &mut Workspace,
) -> bool {
    let Some(fitted) = ruler.leaves.get(position) else {
        return false;
    };
    if !fill_given(ruler, position, fitted, span, out, work) {
        return false;
    }
    if let (Fill::Value(missing), Fill::Value(not_applicable)) =
        (fitted.missing, fitted.not_applicable)
    {
        let stand_in = |y: f64| {
            if y.to_bits() == NOT_APPLICABLE.to_bits() {
                not_applicable
            } else {
                missing
            }
        };
        out.iter_mut()
            .for_each(|y| *y = if y.is_nan() { stand_in(*y) } else { *y });
        return false;
    }
    for (unit, y) in out.iter_mut().enumerate().filter(|(_, y)| y.is_nan()) {
        let fill = if Figure::of(*y) == Figure::NotApplicable {
            fitted.not_applicable
        } else {
            fitted.missing
        };
        *y = stand_in(fill, unit, work);
    }
    has_gap(out)
}

/// The value that stands in for a gap; NaN for none.
fn stand_in(fill: Fill, unit: usize, work: &mut Workspace) -> f64 {
    match fill {
        Fill::Value(value) => value,
        Fill::Drop => MISSING,
        Fill::Withhold => {
            if let Some(withheld) = work.withheld.get_mut(unit) {
                *withheld = true;
            }
            MISSING
        }
    }
}

/// A group's values after its rule, gaps filled by its policy. Says whether gaps are left.
fn fill_group(
    ruler: &Ruler<'_>,
    position: usize,
    span: Range<usize>,
    out: &mut [f64],
    work: &mut Workspace,
) -> bool {
    let (Some(group), Some(fitted)) = (ruler.plan.groups.get(position), ruler.groups.get(position))
    else {
        return false;
    };
    let mut gap = match &group.mix {
        Mix::Sum => fill_sum(ruler, group, span.clone(), out, work),
        Mix::Formula(..) => fill_formula(ruler, group, span.clone(), out, work),
        _ => fill_mean(ruler, group, span.clone(), out, work),
    };
    if let Some(least) = group.at_least {
        require_given(ruler, position, least, span, out);
        gap = has_gap(out);
    }
    if let Some(curve) = &fitted.curve {
        apply_group_rule(ruler, group, curve, out);
        gap |= has_gap(out);
    }
    if !gap || fitted.missing == Fill::Drop {
        return gap;
    }
    for (unit, y) in out.iter_mut().enumerate().filter(|(_, y)| y.is_nan()) {
        *y = stand_in(fitted.missing, unit, work);
    }
    has_gap(out)
}

/// Applies a group's own rule to its values.
fn apply_group_rule(ruler: &Ruler<'_>, group: &GroupNode, curve: &Curve, out: &mut [f64]) {
    let per_point = ruler.plan.rounder.map_or(1.0, Rounder::per_point);
    out.iter_mut()
        .filter(|y| !y.is_nan())
        .for_each(|y| *y = made_points(ruler, group, curve.at(*y / per_point)));
}

/// What a rule or a formula makes of a group, in grains: whole ones where it is summed, missing where it is no number.
fn made_points(ruler: &Ruler<'_>, group: &GroupNode, points: f64) -> f64 {
    let per_point = ruler.plan.rounder.map_or(1.0, Rounder::per_point);
    if !points.is_finite() {
        MISSING
    } else if group.bounded {
        ruler.grains(held_between(points, (0.0, group.full)))
    } else {
        points * per_point
    }
}

fn fill_member(
    ruler: &Ruler<'_>,
    member: Member,
    span: Range<usize>,
    out: &mut [f64],
    work: &mut Workspace,
) -> bool {
    match member {
        Member::Leaf(leaf) => fill_leaf(ruler, leaf, span, out, work),
        Member::Group(group) => fill_group(ruler, group, span, out, work),
    }
}

/// The sum; where members are left out, the others are scaled up to the group's full points and rounded once.
fn fill_sum(
    ruler: &Ruler<'_>,
    group: &GroupNode,
    span: Range<usize>,
    out: &mut [f64],
    work: &mut Workspace,
) -> bool {
    if group.members.iter().any(|(_, factor)| *factor != 1.0) {
        return fill_reweighted_sum(ruler, group, span, out, work);
    }
    let mut values = work.take(span.len());
    let mut present = work.take(0);
    out.fill(0.0);
    let mut before = 0.0;
    for (member, _) in &group.members {
        let full = member_full(ruler, *member);
        if present.is_empty() && add_whole(ruler, *member, span.clone(), out, work) {
            before += full;
            continue;
        }
        let gap = fill_member(ruler, *member, span.clone(), &mut values, work);
        if gap && present.is_empty() {
            present.resize(span.len(), before);
        }
        if present.is_empty() {
            wide::add(&values, out);
        } else {
            add_present(&values, full, out, &mut present);
        }
        before += full;
    }
    let left_out = !present.is_empty();
    if left_out {
        scale_up(ruler, group.full, &present, out);
    } else if group.members.is_empty() {
        out.fill(MISSING);
    }
    present.clear();
    work.give(present);
    work.give(values);
    (left_out || group.members.is_empty()) && has_gap(out)
}

/// The sum where members' points are multiplied by factors, each product rounded as points are.
fn fill_reweighted_sum(
    ruler: &Ruler<'_>,
    group: &GroupNode,
    span: Range<usize>,
    out: &mut [f64],
    work: &mut Workspace,
) -> bool {
    let mut values = work.take(span.len());
    let mut present = work.take(span.len());
    out.fill(0.0);
    present.fill(0.0);
    let mut all = 0.0;
    for (member, factor) in &group.members {
        let full = member_full(ruler, *member) * factor;
        fill_member(ruler, *member, span.clone(), &mut values, work);
        values.iter_mut().for_each(|value| {
            *value = if value.is_nan() {
                *value
            } else {
                ruler.whole(*value * factor)
            }
        });
        add_present(&values, full, out, &mut present);
        all += full;
    }
    scale_up(ruler, all, &present, out);
    work.give(present);
    work.give(values);
    has_gap(out)
}

/// Adds the points of an indicator without gaps straight to the sums; `false` where it isn't one, and nothing is done.
fn add_whole(
    ruler: &Ruler<'_>,
    member: Member,
    span: Range<usize>,
    sums: &mut [f64],
    work: &mut Workspace,
) -> bool {
    let Member::Leaf(leaf) = member else {
        return false;
    };
    let Some(fitted) = ruler.leaves.get(leaf).filter(|fitted| fitted.gapless) else {
        return false;
    };
    let mut derived = work.take(0);
    let figures = ruler.prepared.block(leaf, span, &mut derived);
    fitted.curve.add(figures, sums, ruler.plan.rounder);
    work.give(derived);
    true
}

fn member_full(ruler: &Ruler<'_>, member: Member) -> f64 {
    match member {
        Member::Leaf(leaf) => ruler.plan.leaves.get(leaf).map_or(0.0, |leaf| leaf.full),
        Member::Group(group) => ruler.plan.groups.get(group).map_or(0.0, |group| group.full),
    }
}

fn add_present(values: &[f64], full: f64, sums: &mut [f64], present: &mut [f64]) {
    for ((value, sum), present) in values.iter().zip(sums).zip(present) {
        if !value.is_nan() {
            *sum += value;
            *present += full;
        }
    }
}

fn scale_up(ruler: &Ruler<'_>, full: f64, present: &[f64], sums: &mut [f64]) {
    for (sum, present) in sums.iter_mut().zip(present) {
        if *present <= 0.0 {
            *sum = MISSING;
        } else if *present < full {
            *sum = ruler.whole(*sum * full / *present);
        }
    }
}

/// Weighted means over the members present.
fn fill_mean(
    ruler: &Ruler<'_>,
    group: &GroupNode,
    span: Range<usize>,
    out: &mut [f64],
    work: &mut Workspace,
) -> bool {
    let mut values = work.take(span.len());
    let mut weights = work.take(span.len());
    out.fill(0.0);
    weights.fill(0.0);
    for (member, weight) in group.members.iter().filter(|(_, weight)| *weight > 0.0) {
        fill_member(ruler, *member, span.clone(), &mut values, work);
        for ((value, sum), total) in values.iter().zip(&mut *out).zip(&mut weights) {
            if !value.is_nan() {
                *sum += weight * lift(&group.mix, *value);
                *total += weight;
            }
        }
    }
    for (sum, total) in out.iter_mut().zip(&weights) {
        *sum = if *total > 0.0 {
            settle(&group.mix, *sum / total)
        } else {
            MISSING
        };
    }
    work.give(weights);
    work.give(values);
    has_gap(out)
}

/// What a mean of this kind averages.
fn lift(mix: &Mix, value: f64) -> f64 {
    match mix {
        Mix::Geometric if value > 0.0 => libm::log(value),
        Mix::Geometric => f64::NEG_INFINITY,
        Mix::Power(power) if *power < 0.0 && value <= 0.0 => f64::INFINITY,
        Mix::Power(power) if *power == -1.0 => 1.0 / value,
        Mix::Power(power) => libm::pow(value.max(0.0), *power),
        _ => value,
    }
}

/// The mean of what was averaged, as a value again. A member of zero or less makes geometric, harmonic and other means of a
/// negative power zero.
fn settle(mix: &Mix, mean: f64) -> f64 {
    match mix {
        Mix::Geometric => libm::exp(mean),
        Mix::Power(power) if *power == -1.0 => 1.0 / mean,
        Mix::Power(power) => libm::pow(mean, 1.0 / power),
        _ => mean,
    }
}

/// A formula over the members; missing where one of those it names is left out.
fn fill_formula(
    ruler: &Ruler<'_>,
    group: &GroupNode,
    span: Range<usize>,
    out: &mut [f64],
    work: &mut Workspace,
) -> bool {
    let Mix::Formula(formula, slots) = &group.mix else {
        return false;
    };
    let per_point = ruler.plan.rounder.map_or(1.0, Rounder::per_point);
    let columns: Vec<Vec<f64>> = group
        .members
        .iter()
        .map(|(member, _)| {
            let mut values = work.take(span.len());
            fill_member(ruler, *member, span.clone(), &mut values, work);
            values
        })
        .collect();
    for (unit, y) in out.iter_mut().enumerate() {
        let value = |slot: &usize| {
            let cell = columns.get(*slot).and_then(|column| column.get(unit));
            cell.map_or(MISSING, |grains| grains / per_point)
        };
        let values: Vec<f64> = slots.iter().map(value).collect();
        *y = if has_gap(&values) {
            MISSING
        } else {
            made_points(ruler, group, formula.eval_slots(&values))
        };
    }
    columns.into_iter().for_each(|column| work.give(column));
    has_gap(out)
}

/// Makes the group missing where fewer members than `least` have a figure of their own.
fn require_given(
    ruler: &Ruler<'_>,
    position: usize,
    least: u32,
    span: Range<usize>,
    out: &mut [f64],
) {
    let Some(group) = ruler.plan.groups.get(position) else {
        return;
    };
    let mut given = vec![0_u32; span.len()];
    for (member, _) in &group.members {
        let leaves = match member {
            Member::Leaf(leaf) => vec![*leaf],
            Member::Group(group) => ruler.plan.leaves_under(*group),
        };
        let mut any = vec![false; span.len()];
        for leaf in leaves {
            let mut derived = Vec::new();
            let figures = ruler.prepared.block(leaf, span.clone(), &mut derived);
            figures
                .iter()
                .zip(&mut any)
                .for_each(|(x, any)| *any |= !x.is_nan());
        }
        any.iter()
            .zip(&mut given)
            .for_each(|(any, given)| *given += u32::from(*any));
    }
    out.iter_mut()
        .zip(given)
        .filter(|(_, given)| *given < least)
        .for_each(|(y, _)| *y = MISSING);
}

/// The values of a group for all units, in grains where the scheme rounds.
pub(crate) fn group_column(ruler: &Ruler<'_>, group: usize) -> Vec<f64> {
    whole_column(ruler, |span, out, work| {
        fill_group(ruler, group, span, out, work);
    })
}

/// The value of a group for one unit, in grains where the scheme rounds.
pub(crate) fn group_value(ruler: &Ruler<'_>, group: usize, unit: usize) -> f64 {
    one_value(
        |span, out, work| fill_group(ruler, group, span, out, work),
        unit,
    )
}

/// The value of an item for one unit, in grains where the scheme rounds.
pub(crate) fn leaf_value(ruler: &Ruler<'_>, leaf: usize, unit: usize) -> f64 {
    one_value(
        |span, out, work| fill_leaf(ruler, leaf, span, out, work),
        unit,
    )
}

fn one_value(fill: impl Fn(Range<usize>, &mut [f64], &mut Workspace) -> bool, unit: usize) -> f64 {
    let mut work = Workspace::default();
    let mut value = [MISSING];
    work.start(1);
    fill(unit..unit + 1, &mut value, &mut work);
    let [value] = value;
    value
}

/// The values of an item for all units, in grains where the scheme rounds.
pub(crate) fn leaf_column(ruler: &Ruler<'_>, leaf: usize) -> Vec<f64> {
    whole_column(ruler, |span, out, work| {
        fill_leaf(ruler, leaf, span, out, work);
    })
}

fn whole_column(
    ruler: &Ruler<'_>,
    fill: impl Fn(Range<usize>, &mut [f64], &mut Workspace),
) -> Vec<f64> {
    let mut column = vec![0.0; ruler.class.len()];
    let mut work = Workspace::default();
    for (span, out) in spans(0..ruler.class.len()).zip(column.chunks_mut(BLOCK)) {
        work.start(out.len());
        fill(span, out, &mut work);
    }
    // Who is left out by screening has no part in the class.
    for (unit, value) in column.iter_mut().enumerate() {
        if ruler.prepared.is_screened(unit) {
            *value = MISSING;
        }
    }
    column
}

/// The scores of all units in points, before vetoes; missing where a unit isn't scored.
pub(crate) fn scores(ruler: &Ruler<'_>, threads: NonZeroUsize) -> Vec<f64> {
    let mut scores = vec![0.0; ruler.class.len()];
    let blocks = ruler.class.len().div_ceil(BLOCK);
    let share = blocks.div_ceil(threads.get()).max(1) * BLOCK;
    if scores.len() <= share {
        score_range(ruler, 0, &mut scores);
        return scores;
    }
    std::thread::scope(|scope| {
        for (part, out) in scores.chunks_mut(share).enumerate() {
            scope.spawn(move || score_range(ruler, part * share, out));
        }
    });
    scores
}

fn score_range(ruler: &Ruler<'_>, start: usize, out: &mut [f64]) {
    let mut work = Workspace::default();
    let spans = spans(start..start + out.len());
    for (span, out) in spans.zip(out.chunks_mut(BLOCK)) {
        work.start(out.len());
        fill_group(ruler, 0, span.clone(), out, &mut work);
        if ruler.is_plain() {
            out.iter_mut().for_each(|y| *y = ruler.points(*y));
        } else {
            adjust(ruler, span.clone(), out, &mut work);
        }
        let screened = |unit: usize| ruler.prepared.is_screened(span.start + unit);
        let withheld = work
            .withheld
            .iter()
            .enumerate()
            .map(|(unit, withheld)| *withheld || screened(unit));
        out.iter_mut()
            .zip(withheld)
            .filter(|(_, withheld)| *withheld)
            .for_each(|(score, _)| *score = MISSING);
    }
}

/// Adds bonuses, takes off deductions, holds the caps.
fn adjust(ruler: &Ruler<'_>, span: Range<usize>, out: &mut [f64], work: &mut Workspace) {
    let bonus = adjustments(ruler, LeafRole::Bonus, span.clone(), work);
    let deduction = adjustments(ruler, LeafRole::Deduction, span, work);
    for ((score, bonus), deduction) in out
        .iter_mut()
        .zip(&bonus)
        .zip(&deduction)
        .filter(|((s, _), _)| !s.is_nan())
    {
        *score = ruler.finish(*score, *bonus, *deduction);
    }
    work.give(bonus);
    work.give(deduction);
}

/// The sum of a unit's bonuses or deductions; one that is left out counts as nothing.
fn adjustments(
    ruler: &Ruler<'_>,
    role: LeafRole,
    span: Range<usize>,
    work: &mut Workspace,
) -> Vec<f64> {
    let mut total = work.take(span.len());
    let mut values = work.take(span.len());
    total.fill(0.0);
    for (leaf, _) in ruler.plan.leaves_of(role) {
        fill_leaf(ruler, leaf, span.clone(), &mut values, work);
        values
            .iter()
            .zip(&mut total)
            .filter(|(v, _)| !v.is_nan())
            .for_each(|(value, sum)| *sum += value);
    }
    work.give(values);
    total
}
