//! The weights as coordinates, and what they come to from the top down.

use inference::Invalid;
use rulebook::say;

use super::RobustError;
use super::input::Noise;
use crate::plan::{GroupNode, Member, Mix, Plan};

/// A weight that may be varied.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Coordinate {
    /// The member whose weight it is.
    pub id: String,
    pub spread: f64,
}

/// The weights under noise: of members that share their group with others and count there. A formula has no weights.
pub(super) fn coordinates(plan: &Plan, noise: &[Noise]) -> Result<Vec<Coordinate>, RobustError> {
    let spreads: Vec<f64> = noise.iter().map(|noise| noise.spread).collect();
    Invalid::check_range("weights", &spreads, "0 to 1", |p| (0.0..=1.0).contains(&p))?;
    let levels = levels(plan);
    let level = |member: Member| match member {
        Member::Leaf(_) => 1,
        Member::Group(group) => levels.get(group).copied().unwrap_or(1),
    };
    let of_level = |level: u32| {
        let named = noise.iter().find(|noise| noise.level == Some(level));
        named.or_else(|| noise.iter().find(|noise| noise.level.is_none()))
    };
    let mut used = Vec::new();
    let mut found = Vec::new();
    for group in plan.groups.iter().filter(|group| has_weights(group)) {
        for (member, _) in group.members.iter().filter(|(_, weight)| *weight > 0.0) {
            if let Some(noise) = of_level(level(*member)) {
                used.push(noise.level);
                found.push(Coordinate {
                    id: id(plan, *member).to_owned(),
                    spread: noise.spread,
                });
            }
        }
    }
    match noise.iter().find(|noise| !used.contains(&noise.level)) {
        Some(noise) => Err(nothing(noise.level)),
        None if found.is_empty() => Err(nothing(None)),
        None => Ok(found),
    }
}

fn nothing(level: Option<u32>) -> RobustError {
    let wanted = match level {
        Some(level) => say!("第 {level} 层的权重", "weight on level {level}"),
        None => say!("权重", "weight"),
    };
    RobustError::Nothing {
        input: "weights",
        wanted,
    }
}

/// The level of each group: one more than the highest among its members.
fn levels(plan: &Plan) -> Vec<u32> {
    let mut levels = vec![1; plan.groups.len()];
    for at in (0..plan.groups.len()).rev() {
        let members = plan
            .groups
            .get(at)
            .into_iter()
            .flat_map(|group| &group.members);
        let highest = members.map(|(member, _)| match member {
            Member::Leaf(_) => 1,
            Member::Group(group) => levels.get(*group).copied().unwrap_or(1),
        });
        let level = highest.max().unwrap_or(0) + 1;
        levels
            .iter_mut()
            .skip(at)
            .take(1)
            .for_each(|of| *of = level);
    }
    levels
}

fn has_weights(group: &GroupNode) -> bool {
    group.members.len() > 1 && !matches!(group.mix, Mix::Formula(..))
}

/// The groups that a formula puts together.
pub(super) fn without(plan: &Plan) -> Vec<String> {
    let formulas = plan
        .groups
        .iter()
        .filter(|group| matches!(group.mix, Mix::Formula(..)));
    formulas.map(|group| group.id.clone()).collect()
}

pub(super) fn id(plan: &Plan, member: Member) -> &str {
    match member {
        Member::Leaf(leaf) => plan
            .leaves
            .get(leaf)
            .map_or("", |leaf| leaf.item.id.as_str()),
        Member::Group(group) => plan.groups.get(group).map_or("", |group| &group.id),
    }
}

fn full(plan: &Plan, member: Member) -> f64 {
    match member {
        Member::Leaf(leaf) => plan.leaves.get(leaf).map_or(0.0, |leaf| leaf.full),
        Member::Group(group) => plan.groups.get(group).map_or(0.0, |group| group.full),
    }
}

/// Where each group's members find their factor.
#[derive(Clone, Debug)]
pub(super) struct Slots(Vec<Vec<Option<usize>>>);

impl Slots {
    pub fn new(plan: &Plan, coordinates: &[Coordinate]) -> Self {
        let slot = |(member, _): &(Member, f64)| {
            let id = id(plan, *member);
            coordinates
                .iter()
                .position(|coordinate| coordinate.id == id)
        };
        let of_group = |group: &GroupNode| group.members.iter().map(slot).collect();
        Self(plan.groups.iter().map(of_group).collect())
    }

    /// The weights of a group's members under these factors; `None` where none of them is varied. In a sum they are factors that
    /// leave the group's full points as they are.
    pub fn weights(&self, plan: &Plan, at: usize, factors: &[f64]) -> Option<Vec<f64>> {
        let (group, slots) = (plan.groups.get(at)?, self.0.get(at)?);
        if slots.iter().all(Option::is_none) {
            return None;
        }
        let factor =
            |slot: &Option<usize>| slot.and_then(|at| factors.get(at)).copied().unwrap_or(1.0);
        let members = || group.members.iter().zip(slots);
        if group.mix != Mix::Sum {
            return Some(
                members()
                    .map(|((_, weight), slot)| weight * factor(slot))
                    .collect(),
            );
        }
        let (mut written, mut varied) = (0.0, 0.0);
        for ((member, _), slot) in members() {
            written += full(plan, *member);
            varied += full(plan, *member) * factor(slot);
        }
        let level = if varied > 0.0 { written / varied } else { 1.0 };
        Some(slots.iter().map(|slot| factor(slot) * level).collect())
    }

    /// What each leaf and each group counts for in the whole under these factors: the product of its shares from the top down, in
    /// a mean by weight, in a sum by full points. `None` under a formula, and for bonuses and deductions.
    pub fn effective(&self, plan: &Plan, factors: &[f64]) -> (Vec<Option<f64>>, Vec<Option<f64>>) {
        let mut leaves = vec![None; plan.leaves.len()];
        let mut groups = vec![None; plan.groups.len()];
        groups.iter_mut().take(1).for_each(|top| *top = Some(1.0));
        for (at, group) in plan.groups.iter().enumerate() {
            let whole = groups.get(at).copied().flatten();
            let weights = self.weights(plan, at, factors);
            let weight = |place: usize, written: f64| {
                let varied = weights.as_ref().and_then(|weights| weights.get(place));
                varied.copied().unwrap_or(written)
            };
            let parts: Vec<f64> = (0..)
                .zip(&group.members)
                .map(|(place, (member, written))| match group.mix {
                    Mix::Sum => full(plan, *member) * weight(place, *written),
                    _ => weight(place, *written),
                })
                .collect();
            let sum: f64 = parts.iter().sum();
            for ((member, _), part) in group.members.iter().zip(&parts) {
                let formula = matches!(group.mix, Mix::Formula(..));
                let share = whole
                    .filter(|_| !formula && sum > 0.0)
                    .map(|whole| whole * part / sum);
                let (column, place) = match member {
                    Member::Leaf(leaf) => (&mut leaves, *leaf),
                    Member::Group(group) => (&mut groups, *group),
                };
                column
                    .iter_mut()
                    .skip(place)
                    .take(1)
                    .for_each(|of| *of = share);
            }
        }
        (leaves, groups)
    }
}
