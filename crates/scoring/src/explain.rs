//! Explaining a score as data: for each item the figure, the peers, the rule's result, what was lost and what would have earned
//! it. Rows add up to the score; words and pages are made of them elsewhere.

use rulebook::figures::{Figure, MISSING};
use rulebook::model::{Effect, Fallback, Indicator};
use schemars::JsonSchema;
use serde::Serialize;

use crate::curve::signed;
use crate::evaluate;
use crate::plan::{Leaf, LeafRole, Member, Mix};
use crate::ruler::{Fill, Ruler, Scored, vetoed};
use crate::stats;

/// A unit's score, explained.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Explanation {
    /// The unit.
    pub unit: String,
    /// Its score; `None` where it isn't scored.
    pub score: Option<f64>,
    /// Its rank; `None` where it isn't rated.
    pub rank: Option<u32>,
    /// How many are ranked.
    pub rank_of: usize,
    /// Its band's id.
    pub band: Option<String>,
    /// Indicators, bonuses and deductions, in the order of the scheme's tree.
    pub items: Vec<ItemRow>,
    /// Groups, each after its members; the top last, with an empty id.
    pub groups: Vec<GroupRow>,
    /// What lies between the items' points and the score: re-weighting, caps, vetoes. In a sum of points,
    /// Σ indicators + Σ bonuses − Σ deductions + Σ adjustments = score.
    pub adjustments: Vec<Adjustment>,
    /// The vetoes that hold.
    pub vetoes: Vec<VetoRow>,
}

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "ItemRole")]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// An indicator of the total.
    Indicator,
    /// A bonus on top.
    Bonus,
    /// A deduction from it.
    Deduction,
}

/// Where an item's points come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "ItemState")]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// From the figure given.
    Given,
    /// The figure is missing: by the policy for that.
    Missing,
    /// The indicator does not apply: by the policy for that.
    NotApplicable,
}

/// One item of a unit.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ItemRow {
    /// The item's id.
    pub id: String,
    /// What it is.
    pub role: Role,
    /// The measure it looks at.
    pub measure: String,
    /// The figure that was scored (for progress: the progress); `None` for a gap.
    pub figure: Option<f64>,
    /// What progress was measured from.
    pub base: Option<f64>,
    /// The figure as handed in, where preparation or progress made another of it.
    pub handed_in: Option<f64>,
    /// On how many cases it rests.
    pub n: Option<f64>,
    /// The mean of the class.
    pub class_mean: Option<f64>,
    /// The best figure of the class; `None` for deductions, where nobody competes.
    pub class_best: Option<f64>,
    /// The rank of the figure in the class, better first; `None` for deductions.
    pub rank: Option<u32>,
    /// How many units of the class have a figure.
    pub rank_of: usize,
    /// Whether there was a figure.
    pub state: State,
    /// The policy that gave the points, where there was none.
    pub policy: Option<Fallback>,
    /// Its points; `None` where it was left out.
    pub points: Option<f64>,
    /// The points of a full result; `None` where there is no such thing.
    pub full: Option<f64>,
    /// Points lost against a full result.
    pub lost: Option<f64>,
    /// The figure that would have earned all points.
    pub full_at: Option<f64>,
    /// Where results come in steps: the figure that would have earned more, and the points it earns.
    pub next: Option<(f64, f64)>,
}

/// One group of a unit.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct GroupRow {
    /// The group's id; empty for the top.
    pub id: String,
    /// Its value; `None` where it was left out.
    pub value: Option<f64>,
    /// What it can come to, in a sum.
    pub full: Option<f64>,
}

/// What lies between the items and the score.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum Adjustment {
    /// Members of a group were left out and the others scaled up; or a group's policy gave its points.
    Reweighted {
        /// The group; empty for the top.
        group: String,
        /// Points added.
        points: f64,
    },
    /// Bonuses over the cap.
    BonusCap {
        /// Points added (not above zero).
        points: f64,
    },
    /// Deductions over the cap.
    DeductionCap {
        /// Points added.
        points: f64,
    },
    /// The score was held at its least or most.
    ScoreCap {
        /// Points added.
        points: f64,
    },
    /// A veto.
    Veto {
        /// Points added (not above zero).
        points: f64,
    },
}

impl Adjustment {
    /// The points it adds.
    #[must_use]
    pub fn points(&self) -> f64 {
        match self {
            Self::Reweighted { points, .. }
            | Self::BonusCap { points }
            | Self::DeductionCap { points }
            | Self::ScoreCap { points }
            | Self::Veto { points } => *points,
        }
    }
}

/// A veto that holds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct VetoRow {
    /// Its id.
    pub id: String,
    /// The figure that called it.
    pub figure: f64,
    /// The most the score may be, for a veto.
    pub score_at_most: Option<f64>,
    /// The band it bars, for a veto of a band.
    pub bars: Option<String>,
}

fn given(value: f64) -> Option<f64> {
    (!value.is_nan()).then_some(value)
}

impl Scored<'_> {
    /// Explains the score of the unit at a position; `None` where there is no such unit.
    #[must_use]
    pub fn explain(&self, position: usize) -> Option<Explanation> {
        let ruler = &self.ruler;
        let unit = (*ruler.class.ids().get(position)?).to_owned();
        let items = self.item_rows(position);
        let groups: Vec<GroupRow> = (0..ruler.plan.groups.len())
            .rev()
            .map(|g| group_row(ruler, g, position))
            .collect();
        let vetoes = veto_rows(ruler, position);
        let band = self.bands.band.get(position).copied().flatten();
        let band = band.and_then(|at| ruler.plan.scheme.band.get(usize::from(at)));
        Some(Explanation {
            unit,
            score: given(self.score_of(position)),
            rank: self.ranks.rank(position),
            rank_of: self.ranks.of(),
            band: band.map(|band| band.id.to_string()),
            adjustments: self.adjustments(position, &items, &groups),
            items,
            groups,
            vetoes,
        })
    }

    /// The rows of all items of a unit.
    fn item_rows(&self, position: usize) -> Vec<ItemRow> {
        let ruler = &self.ruler;
        let mut order = ruler.plan.leaves_under(0);
        order.extend(ruler.plan.leaves_of(LeafRole::Bonus).map(|(leaf, _)| leaf));
        order.extend(
            ruler
                .plan
                .leaves_of(LeafRole::Deduction)
                .map(|(leaf, _)| leaf),
        );
        order
            .into_iter()
            .filter_map(|leaf| item_row(ruler, leaf, position))
            .collect()
    }

    /// What lies between the items' points and the score, in a sum of points.
    fn adjustments(
        &self,
        position: usize,
        items: &[ItemRow],
        groups: &[GroupRow],
    ) -> Vec<Adjustment> {
        let ruler = &self.ruler;
        let (Some(top), Some(score)) = (
            groups.last().and_then(|top| top.value),
            given(self.score_of(position)),
        ) else {
            return Vec::new();
        };
        if !ruler
            .plan
            .groups
            .iter()
            .all(|group| group.mix == Mix::Sum && group.rule.is_none())
        {
            return Vec::new();
        }
        let sum = |role: Role| {
            items
                .iter()
                .filter(|row| row.role == role)
                .filter_map(|row| row.points)
                .sum::<f64>()
        };
        let (bonus, deduction) = (sum(Role::Bonus), sum(Role::Deduction));
        let caps = &ruler.plan.scheme.caps;
        let limit = |cap: Option<f64>| cap.map(|cap| ruler.limit(cap));
        let held = |value: f64, cap| limit(cap).map_or(value, |cap| value.min(cap));
        let before = top + held(bonus, caps.bonus) - held(deduction, caps.deduction);
        let raised = limit(caps.score_min).map_or(before, |least| before.max(least));
        let unvetoed = held(raised, caps.score_max);
        let mut found = reweighted(ruler, items, groups);
        found.extend([
            Adjustment::BonusCap {
                points: self.exact(held(bonus, caps.bonus) - bonus),
            },
            Adjustment::DeductionCap {
                points: self.exact(deduction - held(deduction, caps.deduction)),
            },
            Adjustment::ScoreCap {
                points: self.exact(unvetoed - before),
            },
            Adjustment::Veto {
                points: self.exact(score - unvetoed),
            },
        ]);
        found.retain(|adjustment| adjustment.points() != 0.0);
        found
    }

    /// A difference of points, without the dust of binary fractions where points are rounded.
    fn exact(&self, points: f64) -> f64 {
        exact(&self.ruler, points)
    }
}

fn exact(ruler: &Ruler<'_>, points: f64) -> f64 {
    ruler.plan.rounder.map_or(points, |rounder| {
        rounder.points((points * rounder.per_point()).round())
    })
}

/// For each group of a sum: its value less its members'.
fn reweighted(ruler: &Ruler<'_>, items: &[ItemRow], groups: &[GroupRow]) -> Vec<Adjustment> {
    let value_of = |member: &Member| match member {
        Member::Leaf(leaf) => {
            let id = ruler
                .plan
                .leaves
                .get(*leaf)
                .map(|leaf| leaf.item.id.as_str());
            items
                .iter()
                .find(|row| Some(row.id.as_str()) == id)
                .and_then(|row| row.points)
        }
        Member::Group(group) => {
            let id = ruler.plan.groups.get(*group).map(|group| group.id.as_str());
            groups
                .iter()
                .find(|row| Some(row.id.as_str()) == id)
                .and_then(|row| row.value)
        }
    };
    let of_group = |group: &crate::plan::GroupNode| {
        let row = groups.iter().find(|row| row.id == group.id)?;
        let members: f64 = group
            .members
            .iter()
            .filter_map(|(member, _)| value_of(member))
            .sum();
        let points = exact(ruler, row.value.unwrap_or(0.0) - members);
        Some(Adjustment::Reweighted {
            group: group.id.clone(),
            points,
        })
    };
    ruler.plan.groups.iter().filter_map(of_group).collect()
}

fn group_row(ruler: &Ruler<'_>, group: usize, position: usize) -> GroupRow {
    let node = ruler.plan.groups.get(group);
    let value = evaluate::group_value(ruler, group, position);
    let value = ruler.points(value);
    GroupRow {
        id: node.map(|node| node.id.clone()).unwrap_or_default(),
        value: given(value),
        full: node
            .filter(|node| node.mix == Mix::Sum)
            .map(|node| node.full),
    }
}

fn item_row(ruler: &Ruler<'_>, at: usize, position: usize) -> Option<ItemRow> {
    let leaf = ruler.plan.leaves.get(at)?;
    let fitted = ruler.leaves.get(at)?;
    let figures = ruler.prepared.figures(at)?;
    let figure = figures.get(position).copied().unwrap_or(MISSING);
    let state = match Figure::of(figure) {
        Figure::Given(_) => State::Given,
        Figure::Missing => State::Missing,
        Figure::NotApplicable => State::NotApplicable,
    };
    let (policy, fill) = match state {
        State::Given => (None, None),
        State::Missing => (Some(leaf.missing), Some(fitted.missing)),
        State::NotApplicable => (Some(leaf.not_applicable), Some(fitted.not_applicable)),
    };
    let value = evaluate::leaf_value(ruler, at, position);
    let points = ruler.points(value);
    let points = given(points).filter(|_| fill != Some(Fill::Withhold));
    let full = (leaf.full.is_finite() && leaf.bounded).then_some(leaf.full);
    let lost = full
        .zip(points)
        .filter(|_| leaf.role == LeafRole::Indicator)
        .map(|(full, points)| exact(ruler, full - points));
    let compared = leaf.role != LeafRole::Deduction;
    let (n, mean) = stats::mean(&figures);
    let earning = Earning::of(ruler, at, leaf, full, points);
    Some(ItemRow {
        role: role(leaf.role),
        state,
        policy,
        points,
        full,
        lost,
        full_at: earning.full_at,
        next: earning.next,
        figure: given(figure),
        n: ruler
            .prepared
            .counts(at)
            .and_then(|counts| counts.get(position))
            .copied()
            .and_then(given),
        class_mean: given(mean),
        class_best: class_best(leaf, &figures).filter(|_| compared),
        rank: given(figure)
            .filter(|_| compared)
            .map(|figure| 1 + better(leaf, &figures, figure)),
        rank_of: n,
        ..handed_in(ruler, at, position, &leaf.item, figure)
    })
}

/// The part of a row that says where the figure comes from.
fn handed_in(
    ruler: &Ruler<'_>,
    at: usize,
    position: usize,
    item: &Indicator,
    figure: f64,
) -> ItemRow {
    let raw = ruler
        .class
        .column(item.measure.as_str())
        .and_then(|column| column.values.get(position))
        .copied();
    let base = ruler.prepared.raw(at, position).and_then(|(_, base)| base);
    ItemRow {
        id: item.id.to_string(),
        role: Role::Indicator,
        measure: item.measure.to_string(),
        figure: None,
        base: base.and_then(given),
        handed_in: raw.and_then(given).filter(|raw| *raw != figure),
        n: None,
        class_mean: None,
        class_best: None,
        rank: None,
        rank_of: 0,
        state: State::Missing,
        policy: None,
        points: None,
        full: None,
        lost: None,
        full_at: None,
        next: None,
    }
}

/// What would have earned more.
#[derive(Default)]
struct Earning {
    full_at: Option<f64>,
    next: Option<(f64, f64)>,
}

impl Earning {
    fn of(
        ruler: &Ruler<'_>,
        at: usize,
        leaf: &Leaf,
        full: Option<f64>,
        points: Option<f64>,
    ) -> Self {
        let (Some(fitted), Some(full)) = (ruler.leaves.get(at), full) else {
            return Self::default();
        };
        let points = points.unwrap_or(0.0);
        if leaf.role == LeafRole::Deduction || points >= full {
            return Self::default();
        }
        Self {
            full_at: fitted.curve.back(full),
            next: fitted.curve.next_step(points),
        }
    }
}

fn role(role: LeafRole) -> Role {
    match role {
        LeafRole::Indicator => Role::Indicator,
        LeafRole::Bonus => Role::Bonus,
        LeafRole::Deduction => Role::Deduction,
    }
}

fn class_best(leaf: &Leaf, figures: &[f64]) -> Option<f64> {
    let (least, most) = stats::extremes(figures)?;
    Some(if signed(1.0, leaf.direction) > 0.0 {
        most
    } else {
        least
    })
}

/// How many figures of the class are better.
fn better(leaf: &Leaf, figures: &[f64], figure: f64) -> u32 {
    let better = |x: &&f64| signed(**x, leaf.direction) > signed(figure, leaf.direction);
    figures.iter().filter(better).count() as u32
}

fn veto_rows(ruler: &Ruler<'_>, position: usize) -> Vec<VetoRow> {
    let row = |veto: &rulebook::model::Veto| {
        let column = ruler.class.column(veto.measure.as_str())?;
        let figure = column
            .values
            .get(position)
            .copied()
            .filter(|figure| vetoed(*figure, veto.at_least))?;
        let (score_at_most, bars) = match &veto.effect {
            Effect::ScoreAtMost(most) => (Some(*most), None),
            Effect::Bars(band) => (None, Some(band.to_string())),
        };
        Some(VetoRow {
            id: veto.id.to_string(),
            figure,
            score_at_most,
            bars,
        })
    };
    ruler.plan.scheme.veto.iter().filter_map(row).collect()
}
