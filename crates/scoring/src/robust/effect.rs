//! What each item and group does to the result: what it counts for, whether it goes with the score, what leaving it out moves.

use inference::sensitivity::{Correlation, Summary, correlation, rank_correlation, summary};
use serde::Serialize;

use super::input::leave_out;
use super::replicate::{Fitted, Standing, Variants};
use super::weights::Slots;
use super::{RobustError, Settings};
use crate::plan::{LeafRole, Plan};
use crate::rank::Ranks;

/// Ranges of effective weights rest on so many draws at most.
const DRAWS: usize = 2_000;

/// What an item or group does to the result.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// Its id.
    pub id: String,
    /// What it is.
    pub kind: NodeKind,
    /// What it counts for as written: the product of its shares from the top down, so that indicators come to 1. In a mean a
    /// member's share is its weight's, in a sum its points'. `None` for bonuses and deductions, and under a formula.
    pub weight: Option<f64>,
    /// The range of that over the draws' weights; `None` where weights aren't varied.
    pub weight_range: Option<Summary>,
    /// Pearson's correlation of its points with the score, over the units ranked that have both; `None` where a side doesn't vary.
    pub pearson: Option<Correlation>,
    /// Spearman's.
    pub spearman: Option<Correlation>,
    /// What leaving it out moves, or why it can't be left out.
    pub left_out: Result<LeftOut, RobustError>,
    /// Why it can be said to decide nothing; empty where it can't.
    pub idle: Vec<Idle>,
}

/// What an item of the scheme is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NodeKind {
    /// An indicator.
    Indicator,
    /// A bonus.
    Bonus,
    /// A deduction.
    Deduction,
    /// A group.
    Group,
}

/// What leaving an item or group out does to ranks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LeftOut {
    /// The mean number of places that units ranked with and without it move.
    pub mean: f64,
    /// The half-width of the mean's 95 % interval, the units taken as a sample of such units: 1.96 standard errors.
    pub half: f64,
    /// The most places that one moves.
    pub most: u32,
    /// How many units move.
    pub moved: usize,
    /// How many units are ranked with or without it, but not both.
    pub unranked: usize,
}

/// Why an item or group can be said to decide nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Idle {
    /// Its points are the same for all units ranked.
    Same,
    /// It counts for nothing.
    Weightless,
    /// Left out, it moves nobody.
    MovesNobody,
    /// Neither correlation with the score can be told from 0.
    Unrelated,
}

/// The effects of a scheme's items, then of its groups.
pub(super) fn effects(
    variants: &Variants<'_>,
    nominal: &Standing,
    settings: &Settings,
    points: &dyn Fn(usize) -> Vec<f64>,
) -> Result<Vec<Effect>, RobustError> {
    let fitted = variants.fit(variants.scheme).map_err(RobustError::Scheme)?;
    let plan = &fitted.ruler.plan;
    let written = nodes(plan, &fitted.slots, &[]);
    let mut drawn: Vec<Vec<f64>> = vec![Vec::new(); written.len()];
    if !variants.inputs.weights().is_empty() {
        for draw in 0..settings.draws.min(DRAWS) {
            let weights = nodes(plan, &fitted.slots, &variants.inputs.factors(&points(draw)));
            let cells = drawn.iter_mut().zip(weights);
            cells.for_each(|(cells, weight)| cells.extend(weight));
        }
    }
    let rows = nodes_told(&fitted, nominal)
        .into_iter()
        .zip(written)
        .zip(&mut drawn);
    let effect = |((node, weight), drawn): ((Node, Option<f64>), &mut Vec<f64>)| {
        let mut effect = Effect {
            left_out: without(variants, &node.id, &nominal.ranks),
            id: node.id,
            kind: node.kind,
            weight,
            weight_range: summary(drawn, settings.coverage),
            pearson: correlation(&node.pairs),
            spearman: rank_correlation(&node.pairs),
            idle: Vec::new(),
        };
        effect.idle = idle(&effect, &node.pairs);
        effect
    };
    Ok(rows.map(effect).collect())
}

/// An item or group with its points and the score, of the units ranked that have both.
struct Node {
    id: String,
    kind: NodeKind,
    pairs: Vec<(f64, f64)>,
}

/// What each item and each group but the top counts for.
fn nodes(plan: &Plan, slots: &Slots, factors: &[f64]) -> Vec<Option<f64>> {
    let (leaves, groups) = slots.effective(plan, factors);
    leaves
        .into_iter()
        .chain(groups.into_iter().skip(1))
        .collect()
}

fn nodes_told(fitted: &Fitted<'_>, nominal: &Standing) -> Vec<Node> {
    let leaves = fitted.ruler.plan.leaves.iter().map(|leaf| match leaf.role {
        LeafRole::Indicator => NodeKind::Indicator,
        LeafRole::Bonus => NodeKind::Bonus,
        LeafRole::Deduction => NodeKind::Deduction,
    });
    let kinds = leaves.chain(std::iter::repeat(NodeKind::Group));
    let nodes = fitted.ruler.nodes().into_iter().zip(kinds);
    nodes
        .map(|(node, kind)| {
            let ranked = |unit: &usize| nominal.ranks.rank(*unit).is_some();
            let pair = |unit: usize| Some((*node.points.get(unit)?, nominal.score(unit)?));
            let pairs = (0..node.points.len()).filter(ranked).filter_map(pair);
            let pairs = pairs.filter(|(points, _)| points.is_finite()).collect();
            Node {
                id: node.id,
                kind,
                pairs,
            }
        })
        .collect()
}

/// What leaving one item or group out moves.
fn without(variants: &Variants<'_>, id: &str, nominal: &Ranks) -> Result<LeftOut, RobustError> {
    let variant = || format!("without {id}");
    let failed = |error| RobustError::Variant {
        variant: variant(),
        error,
    };
    let mut scheme = variants.scheme.clone();
    leave_out(&mut scheme, id);
    let fitted = variants.fit(&scheme).map_err(failed)?;
    let standing = fitted.standing().map_err(failed)?;
    left_out(nominal, &standing.ranks).ok_or_else(|| RobustError::NoRanks { variant: variant() })
}

fn left_out(was: &Ranks, is: &Ranks) -> Option<LeftOut> {
    let pairs = || was.place.iter().zip(&is.place);
    let both = pairs().filter(|(was, is)| **was > 0 && **is > 0);
    let moves: Vec<u32> = both.map(|(was, is)| was.abs_diff(*is)).collect();
    let mut places: Vec<f64> = moves.iter().copied().map(f64::from).collect();
    let told = summary(&mut places, 0.95)?;
    Some(LeftOut {
        mean: told.mean,
        half: 1.959_963_984_540_054 * told.deviation / (moves.len() as f64).sqrt(),
        most: moves.iter().copied().max().unwrap_or(0),
        moved: moves.iter().filter(|places| **places > 0).count(),
        unranked: pairs()
            .filter(|(was, is)| (**was > 0) != (**is > 0))
            .count(),
    })
}

fn idle(effect: &Effect, pairs: &[(f64, f64)]) -> Vec<Idle> {
    let first = pairs.first().map(|pair| pair.0);
    let same = pairs.iter().all(|pair| Some(pair.0) == first);
    let weightless = effect.weight.is_some_and(|weight| weight < 1e-12);
    let moves = |left_out: &LeftOut| left_out.moved > 0 || left_out.unranked > 0;
    let nobody = effect
        .left_out
        .as_ref()
        .is_ok_and(|left_out| !moves(left_out));
    let unrelated = [effect.pearson, effect.spearman]
        .iter()
        .all(|r| r.is_some_and(|r| r.holds_zero()));
    let reasons = [
        (same, Idle::Same),
        (weightless, Idle::Weightless),
        (nobody, Idle::MovesNobody),
        (unrelated, Idle::Unrelated),
    ];
    reasons
        .into_iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, reason)| reason)
        .collect()
}
