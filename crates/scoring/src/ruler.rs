//! A ruler: a scheme fitted to a class, ready to be laid on each unit.

use std::num::NonZeroUsize;

use rulebook::figures::{Figure, MISSING};
use rulebook::model::{Caps, Direction, Fallback, Indicator, Measure, Rule, Scheme};

use crate::band::{self, Bands};
use crate::class::Class;
use crate::curve::{self, Curve, Fit, Graded, Slot, signed};
use crate::evaluate;
use crate::plan::{GroupNode, Leaf, LeafRole, Mix, Plan, PlanError};
use crate::prepare::{self, PreparationReport, Prepared};
use crate::rank::{self, Ranks};
use crate::rounding::Rounder;
use crate::stats;

/// Fewer units than this aren't worth a second thread.
const SMALL: usize = 10_000;

/// What stands in for a gap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fill {
    /// This value: in grains where the scheme rounds points.
    Value(f64),
    /// Nothing: the member is left out.
    Drop,
    /// Nothing, and the unit isn't scored.
    Withhold,
}

/// An indicator, bonus or deduction, fitted to the class.
#[derive(Clone, Debug)]
pub(crate) struct FittedLeaf {
    pub curve: Curve,
    /// The signed figure from which relief gives all points.
    pub relief: Option<f64>,
    pub missing: Fill,
    pub not_applicable: Fill,
    /// Every figure is given, and nothing but the curve makes points of it.
    pub gapless: bool,
}

/// A group, fitted to the class.
#[derive(Clone, Debug)]
pub(crate) struct FittedGroup {
    pub curve: Option<Curve>,
    pub missing: Fill,
}

/// A scheme fitted to a class.
#[derive(Clone, Debug)]
pub struct Ruler<'a> {
    pub(crate) class: &'a Class<'a>,
    pub(crate) plan: Plan,
    pub(crate) prepared: Prepared<'a>,
    pub(crate) leaves: Vec<FittedLeaf>,
    pub(crate) groups: Vec<FittedGroup>,
}

/// The values of one node (an item or a group) for all units, in points.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeColumn {
    /// The id of the item or group.
    pub id: String,
    /// A cell for each unit; missing where the node was left out.
    pub points: Vec<f64>,
}

impl<'a> Ruler<'a> {
    /// Fits a scheme to a class, on so many threads: the result is the same for any number.
    ///
    /// # Errors
    /// The first reason why the scheme can't be scored; `merit check` finds all of them before.
    pub fn fit(
        scheme: &Scheme,
        measures: &[&Measure],
        class: &'a Class<'a>,
        threads: NonZeroUsize,
    ) -> Result<Self, PlanError> {
        Self::fit_plan(Plan::of(scheme)?, measures, class, threads)
    }

    /// Fits a plan, so that a scheme fitted many times is planned once.
    pub(crate) fn fit_plan(
        plan: Plan,
        measures: &[&Measure],
        class: &'a Class<'a>,
        threads: NonZeroUsize,
    ) -> Result<Self, PlanError> {
        let prepared = prepare::prepare(&plan, measures, class)?;
        let mut ruler = Self {
            class,
            leaves: Vec::new(),
            groups: Vec::new(),
            plan,
            prepared,
        };
        ruler.leaves = ruler.fit_leaves(threads);
        ruler.groups = vec![
            FittedGroup {
                curve: None,
                missing: Fill::Drop
            };
            ruler.plan.groups.len()
        ];
        for position in (0..ruler.plan.groups.len()).rev() {
            ruler.fit_group(position);
        }
        Ok(ruler)
    }

    /// Each leaf is fitted on its own, so they can be shared out; one thread takes every n-th, as dear rules often stand together.
    fn fit_leaves(&self, threads: NonZeroUsize) -> Vec<FittedLeaf> {
        let leaves = self.plan.leaves.len();
        let share = |thread: usize| {
            (thread..leaves)
                .step_by(threads.get())
                .map(|leaf| (leaf, self.fit_leaf(leaf)))
                .collect()
        };
        if threads.get() == 1 || self.class.len() < SMALL {
            return (0..leaves).map(|leaf| self.fit_leaf(leaf)).collect();
        }
        let mut fitted: Vec<(usize, FittedLeaf)> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads.get())
                .map(|thread| scope.spawn(move || -> Vec<_> { share(thread) }))
                .collect();
            workers
                .into_iter()
                .flat_map(|worker| {
                    worker
                        .join()
                        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                })
                .collect()
        });
        fitted.sort_by_key(|(leaf, _)| *leaf);
        fitted.into_iter().map(|(_, fitted)| fitted).collect()
    }

    fn fit_leaf(&self, position: usize) -> FittedLeaf {
        // Without a curve, such as for want of the figure of the unit of reference, nobody has points.
        let unfit = FittedLeaf {
            curve: Curve::Same(MISSING),
            relief: None,
            missing: Fill::Drop,
            not_applicable: Fill::Drop,
            gapless: false,
        };
        let (Some(leaf), Some(figures)) = (
            self.plan.leaves.get(position),
            self.prepared.figures(position),
        ) else {
            return unfit;
        };
        let own = self.prepared.own_figures(position);
        let mut fitted = FittedLeaf {
            relief: own.and_then(|own| relief_cut(leaf, &own)),
            ..unfit
        };
        if let Some(curve) = self.curve(leaf, &figures) {
            fitted.curve = curve;
        }
        let policies = [leaf.missing, leaf.not_applicable];
        if self.prepared.is_dropped(position) {
            return fitted;
        }
        let needs_mean =
            |policy: &Fallback| matches!(policy, Fallback::ClassMean | Fallback::Previous);
        let handed_in = self.class.has_gap(leaf.item.measure.as_str());
        let gaps = self.prepared.has_gap(position, handed_in);
        let mean = (gaps && policies.iter().any(needs_mean))
            .then(|| self.mean_points(position, &fitted))
            .flatten();
        let [missing, not_applicable] = policies.map(|policy| self.fill(policy, leaf.full, mean));
        FittedLeaf {
            missing,
            not_applicable,
            gapless: !gaps && fitted.relief.is_none() && fitted.curve.adds(self.plan.rounder),
            ..fitted
        }
    }

    fn curve(&self, leaf: &Leaf, figures: &[f64]) -> Option<Curve> {
        let fit = Fit {
            figures,
            reference: self.reference(&leaf.rule, figures),
        };
        let graded = Graded::leaf(leaf);
        let Some(formula) = &leaf.formula else {
            return curve::fit(graded, &fit);
        };
        Some(Curve::Formula {
            formula: formula.clone(),
            slots: formula.names().into_iter().map(slot).collect(),
            held: graded.held(),
        })
    }

    /// The figure of the unit that a `distance_to` refers to.
    fn reference(&self, rule: &Rule, figures: &[f64]) -> Option<f64> {
        let Rule::DistanceTo(rule) = rule else {
            return None;
        };
        let place = self.class.position(rule.unit.as_deref()?)?;
        figures.get(place).copied().filter(|x| !x.is_nan())
    }

    /// The mean points, as they are rounded, of the units that have a figure.
    fn mean_points(&self, position: usize, fitted: &FittedLeaf) -> Option<f64> {
        let (mut count, mut total) = (0, 0.0);
        for span in evaluate::spans(0..self.class.len()) {
            let points = evaluate::given_points(self, position, fitted, span);
            let (n, sum) = stats::sum_of(&points, |x| x);
            count += n;
            total += sum;
        }
        (count > 0).then(|| total / count as f64)
    }

    /// A value of the scheme's sums as points.
    pub(crate) fn points(&self, value: f64) -> f64 {
        self.plan
            .rounder
            .map_or(value, |rounder| rounder.points(value))
    }

    /// What a policy puts in place of a gap.
    fn fill(&self, policy: Fallback, full: f64, mean: Option<f64>) -> Fill {
        match policy {
            Fallback::ClassMean | Fallback::Previous => {
                mean.map_or(Fill::Drop, |mean| Fill::Value(self.whole(mean)))
            }
            Fallback::Drop => Fill::Drop,
            Fallback::Zero => Fill::Value(0.0),
            Fallback::Full => Fill::Value(self.grains(full)),
            Fallback::Withhold => Fill::Withhold,
        }
    }

    /// A value in grains, rounded to a whole number of them where the scheme rounds.
    pub(crate) fn whole(&self, value: f64) -> f64 {
        let rounding = self.plan.scheme.rounding.clone().unwrap_or_default();
        if rounding.points.is_some() {
            Rounder::new(0, rounding.mode).grains(value)
        } else {
            value
        }
    }

    /// Gives a group's members other weights (in a sum, other factors to their points), without fitting anything anew.
    pub(crate) fn reweigh(&mut self, group: usize, weights: &[f64]) {
        if let Some(group) = self.plan.groups.get_mut(group) {
            let members = group.members.iter_mut().zip(weights);
            members.for_each(|((_, weight), new)| *weight = *new);
        }
    }

    /// Fits the groups anew after [`Self::reweigh`]: only what a group's own rule or mean gap needs depends on weights.
    pub(crate) fn refit_groups(&mut self) {
        for position in (0..self.plan.groups.len()).rev() {
            let fixed = |group: &GroupNode| {
                let by_mean = matches!(group.missing, Fallback::ClassMean | Fallback::Previous);
                group.rule.is_none() && !by_mean
            };
            if !self.plan.groups.get(position).is_none_or(fixed) {
                self.fit_group(position);
            }
        }
    }

    fn fit_group(&mut self, position: usize) {
        let Some(group) = self.plan.groups.get(position).cloned() else {
            return;
        };
        let by_mean = matches!(group.missing, Fallback::ClassMean | Fallback::Previous);
        let column =
            (group.rule.is_some() || by_mean).then(|| evaluate::group_column(self, position));
        let curve = column.and_then(|grains| group_curve(&group, &self.in_points(grains)));
        if let Some(fitted) = self.groups.get_mut(position) {
            fitted.curve = curve;
        }
        let mean = by_mean
            .then(|| stats::mean(&evaluate::group_column(self, position)))
            .filter(|(n, _)| *n > 0);
        let missing = self.fill(group.missing, group.full, mean.map(|(_, mean)| mean));
        if let Some(fitted) = self.groups.get_mut(position) {
            fitted.missing = missing;
        }
    }

    /// The values of every item and group for all units, in points: items first, then groups but for the top.
    #[must_use]
    pub fn nodes(&self) -> Vec<NodeColumn> {
        let leaves = self.plan.leaves.iter().enumerate();
        let leaves =
            leaves.map(|(i, leaf)| (leaf.item.id.to_string(), evaluate::leaf_column(self, i)));
        let groups = self.plan.groups.iter().enumerate().skip(1);
        let groups = groups.map(|(i, group)| (group.id.clone(), evaluate::group_column(self, i)));
        leaves
            .chain(groups)
            .map(|(id, grains)| NodeColumn {
                id,
                points: self.in_points(grains),
            })
            .collect()
    }

    fn in_points(&self, mut values: Vec<f64>) -> Vec<f64> {
        let given = values.iter_mut().filter(|value| !value.is_nan());
        given.for_each(|value| *value = self.points(*value));
        values
    }

    /// The values of one item or group in points, by its id.
    pub(crate) fn node(&self, id: &str) -> Option<Vec<f64>> {
        let leaf = self
            .plan
            .leaves
            .iter()
            .position(|leaf| leaf.item.id.as_str() == id);
        let group = || self.plan.groups.iter().position(|group| group.id == id);
        let column = match leaf {
            Some(leaf) => evaluate::leaf_column(self, leaf),
            None => evaluate::group_column(self, group()?),
        };
        Some(self.in_points(column))
    }

    /// Points as whole grains where the scheme rounds.
    pub(crate) fn grains(&self, points: f64) -> f64 {
        let rounder = self.plan.rounder;
        rounder.map_or(points, |rounder| rounder.grains(points))
    }

    /// A limit of the score or a part of it, as fine as points are rounded.
    pub(crate) fn limit(&self, points: f64) -> f64 {
        let rounder = self.plan.rounder;
        rounder.map_or(points, |rounder| rounder.points(rounder.grains(points)))
    }

    /// The score in points, before vetoes: the top, bonuses and deductions (all in grains), held at the caps.
    pub(crate) fn finish(&self, grains: f64, bonus: f64, deduction: f64) -> f64 {
        let caps = &self.plan.scheme.caps;
        let grain = |points: f64| self.grains(points);
        let at_most = |value: f64, cap: Option<f64>| cap.map_or(value, |cap| value.min(grain(cap)));
        let sum = grains + at_most(bonus, caps.bonus) - at_most(deduction, caps.deduction);
        let sum = caps.score_min.map_or(sum, |least| sum.max(grain(least)));
        let score = at_most(sum, caps.score_max);
        self.plan
            .rounder
            .map_or(score, |rounder| rounder.points(score))
    }

    /// Decimals that scores are printed with, where the scheme says.
    #[must_use]
    pub fn decimals(&self) -> Option<u8> {
        let rounding = self.plan.scheme.rounding.as_ref()?;
        rounding
            .points
            .filter(|_| self.top_is_sum())
            .or(rounding.score)
    }

    fn top_is_sum(&self) -> bool {
        let top = self.plan.groups.first();
        top.is_some_and(|top| top.mix == Mix::Sum)
    }

    /// Rounding of scores; a sum of rounded points is exact as it is.
    fn score_rounder(&self) -> Option<Rounder> {
        let rounding = self.plan.scheme.rounding.as_ref()?;
        if self.plan.rounder.is_some() && self.top_is_sum() {
            return None;
        }
        Some(Rounder::new(rounding.score?, rounding.mode))
    }

    /// The score of every unit in points, on so many threads; missing where a unit isn't scored. Vetoes are not in it yet.
    #[must_use]
    pub fn scores(&self, threads: NonZeroUsize) -> Vec<f64> {
        let mut scores = evaluate::scores(self, threads);
        if let Some(rounder) = self.score_rounder() {
            scores
                .iter_mut()
                .filter(|s| !s.is_nan())
                .for_each(|s| *s = rounder.points(rounder.grains(*s)));
        }
        scores
    }

    /// A score held at the caps and rounded as scores are.
    pub(crate) fn as_score(&self, score: f64) -> f64 {
        let score = self.finish(self.grains(score), 0.0, 0.0);
        self.score_rounder()
            .map_or(score, |rounder| rounder.points(rounder.grains(score)))
    }

    /// Whether scores rest on figures of the period before: progress since then, or gaps that are filled from there.
    #[must_use]
    pub fn rests_on_previous(&self) -> bool {
        self.plan.leaves.iter().any(|leaf| {
            matches!(&leaf.rule, Rule::Progress(progress) if progress.base.is_none())
                || [leaf.missing, leaf.not_applicable].contains(&Fallback::Previous)
        })
    }

    /// The class it is fitted to.
    #[must_use]
    pub const fn class(&self) -> &'a Class<'a> {
        self.class
    }

    /// What preparation did to the figures.
    #[must_use]
    pub fn preparation(&self) -> &PreparationReport {
        &self.prepared.report
    }

    /// The figures of an indicator after preparation, one cell a unit.
    #[must_use]
    pub fn prepared_figures(&self, indicator: &str) -> Option<Vec<f64>> {
        let position = self
            .plan
            .leaves
            .iter()
            .position(|leaf| leaf.item.id.as_str() == indicator)?;
        self.prepared
            .figures(position)
            .map(std::borrow::Cow::into_owned)
    }

    /// The curve of an indicator, bonus or deduction.
    #[must_use]
    pub fn curve_of(&self, item: &str) -> Option<&Curve> {
        let position = self
            .plan
            .leaves
            .iter()
            .position(|leaf| leaf.item.id.as_str() == item)?;
        self.leaves.get(position).map(|leaf| &leaf.curve)
    }

    /// The indicators, bonuses and deductions, in order.
    pub fn items(&self) -> impl Iterator<Item = &Indicator> {
        self.plan.leaves.iter().map(|leaf| &leaf.item)
    }

    /// Whether the score is the top's value as it is: no bonus, no deduction, no cap.
    pub(crate) fn is_plain(&self) -> bool {
        let indicator = |leaf: &Leaf| leaf.role == LeafRole::Indicator;
        self.plan.leaves.iter().all(indicator) && self.plan.scheme.caps == Caps::default()
    }
}

fn slot(name: &str) -> Slot {
    match name {
        "x" => Slot::Own,
        measure => Slot::Measure(measure.to_owned()),
    }
}

/// The signed figure that is better than the class mean by the relief's margin.
fn relief_cut(leaf: &Leaf, figures: &[f64]) -> Option<f64> {
    let relief = leaf.item.relief.as_ref()?;
    let (n, mean) = stats::mean(figures);
    let tolerance = curve::COUNT_TOLERANCE * mean.abs().max(1.0);
    (n > 0).then(|| signed(mean, leaf.relief_direction()) + relief.over_mean - tolerance)
}

/// The curve of a group's own rule over the class's values, in points; higher is better.
fn group_curve(group: &GroupNode, column: &[f64]) -> Option<Curve> {
    let graded = Graded {
        rule: group.rule.as_ref()?,
        direction: Direction::Higher,
        full: group.full,
        bounded: group.bounded,
    };
    let fit = Fit {
        figures: column,
        reference: None,
    };
    let Some(formula) = &group.formula else {
        return curve::fit(graded, &fit).or(Some(Curve::Same(MISSING)));
    };
    Some(Curve::Formula {
        formula: formula.clone(),
        slots: formula.names().into_iter().map(slot).collect(),
        held: graded.held(),
    })
}

/// The scores of a class, ranked and banded.
#[derive(Clone, Debug)]
pub struct Scored<'a> {
    /// The ruler that made them.
    pub ruler: Ruler<'a>,
    /// Each unit's score in points; missing where the unit isn't scored.
    pub scores: Vec<f64>,
    /// Ranks of the units that are rated.
    pub ranks: Ranks,
    /// Bands.
    pub bands: Bands,
}

/// Scores a class by a scheme, on so many threads: the result is the same for any number.
///
/// # Errors
/// The first reason why the scheme can't be scored; `merit check` finds all of them before.
pub fn score<'a>(
    scheme: &Scheme,
    measures: &[&Measure],
    class: &'a Class<'a>,
    threads: NonZeroUsize,
) -> Result<Scored<'a>, PlanError> {
    let ruler = Ruler::fit(scheme, measures, class, threads)?;
    let scores = vetoed_scores(&ruler, threads);
    let coverage = band::coverage(&ruler);
    let ranks = rank::rank(&ruler, &scores, coverage.as_deref())?;
    let bands = band::bands(&ruler, &scores, &ranks, coverage.as_deref())?;
    Ok(Scored {
        ruler,
        scores,
        ranks,
        bands,
    })
}

/// The score of every unit in points, vetoes applied.
pub(crate) fn vetoed_scores(ruler: &Ruler<'_>, threads: NonZeroUsize) -> Vec<f64> {
    let mut scores = ruler.scores(threads);
    apply_vetoes(ruler, &mut scores);
    scores
}

/// Holds the score of each unit under a veto at what the veto leaves.
pub(crate) fn apply_vetoes(ruler: &Ruler<'_>, scores: &mut [f64]) {
    for veto in &ruler.plan.scheme.veto {
        let rulebook::model::Effect::ScoreAtMost(most) = veto.effect else {
            continue;
        };
        let Some(column) = ruler.class.column(veto.measure.as_str()) else {
            continue;
        };
        let most = ruler.limit(most);
        for (score, figure) in scores.iter_mut().zip(column.values.iter()) {
            if vetoed(*figure, veto.at_least) && *score > most {
                *score = most;
            }
        }
    }
}

/// Whether a figure calls a veto: it is given and reaches the veto's limit.
pub(crate) fn vetoed(figure: f64, at_least: Option<f64>) -> bool {
    matches!(Figure::of(figure), Figure::Given(x) if x >= at_least.unwrap_or(1.0))
}

impl Scored<'_> {
    /// The position of a unit.
    #[must_use]
    pub fn position(&self, unit: &str) -> Option<usize> {
        self.ruler.class.position(unit)
    }

    /// A unit's score; missing (NaN) where it isn't scored.
    #[must_use]
    pub fn score_of(&self, position: usize) -> f64 {
        self.scores.get(position).copied().unwrap_or(MISSING)
    }
}
