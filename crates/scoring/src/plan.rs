//! A scheme as a tree of nodes: what is added to what, whatever the figures.

use std::collections::BTreeMap;
use std::fmt;

use rulebook::formula::Formula;
use rulebook::model::{Aggregate, Direction, Fallback, Indicator, Preparation, Rule, Scheme};
use rulebook::{Say, say};

use crate::rounding::Rounder;

/// Why a scheme can't be scored. `merit check` finds all of these before, with their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanError {
    /// The item it is about; the scheme's id for the scheme as a whole.
    pub item: String,
    /// What is wrong.
    pub problem: Say,
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.item, self.problem.en)
    }
}

impl std::error::Error for PlanError {}

/// An indicator, bonus or deduction.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    pub item: Indicator,
    pub role: LeafRole,
    pub rule: Rule,
    /// Which of the figures that are scored is better: always the higher one after standardising, and of progress.
    pub direction: Direction,
    /// The points of a full result; 1 in a mean, where an indicator has none.
    pub full: f64,
    /// Whether results are held between 0 and `full`.
    pub bounded: bool,
    pub missing: Fallback,
    pub not_applicable: Fallback,
    /// The rule's formula, parsed.
    pub formula: Option<Formula>,
}

impl Leaf {
    /// Which of the figures that relief looks at is better: of progress, those before it was worked out.
    pub fn relief_direction(&self) -> Direction {
        match self.rule {
            Rule::Progress(_) => self.item.direction.unwrap_or(Direction::Higher),
            _ => self.direction,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeafRole {
    Indicator,
    Bonus,
    Deduction,
}

/// A member of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Member {
    Leaf(usize),
    Group(usize),
}

/// How a group's members become one value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mix {
    Sum,
    Mean,
    Geometric,
    /// The weighted power mean; the harmonic mean is that of −1.
    Power(f64),
    /// A formula over members, by position among the group's members.
    Formula(Formula, Vec<usize>),
}

/// A group; the scheme's top is the first.
#[derive(Clone, Debug)]
pub(crate) struct GroupNode {
    pub id: String,
    /// With their weight in a mean; in a sum with a factor to their points, 1 as the scheme is written.
    pub members: Vec<(Member, f64)>,
    pub mix: Mix,
    /// What its members come to at most, in a sum; else its own points, or 1 where it has none.
    pub full: f64,
    /// Whether it is summed itself, so that its value is held between 0 and `full` and rounded as points are.
    pub bounded: bool,
    pub rule: Option<Rule>,
    /// The rule's formula, parsed.
    pub formula: Option<Formula>,
    pub at_least: Option<u32>,
    pub missing: Fallback,
}

/// A scheme as a tree.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub scheme: Scheme,
    pub leaves: Vec<Leaf>,
    /// The top first; every group stands after the group it belongs to.
    pub groups: Vec<GroupNode>,
    /// Rounding of the points of leaves.
    pub rounder: Option<Rounder>,
}

impl Plan {
    /// The tree of an effective scheme.
    pub fn of(scheme: &Scheme) -> Result<Self, PlanError> {
        let mut builder = Builder {
            scheme,
            leaves: Vec::new(),
            groups: Vec::new(),
        };
        builder.group(None, false)?;
        builder.adjustments(&scheme.bonus, LeafRole::Bonus)?;
        builder.adjustments(&scheme.deduction, LeafRole::Deduction)?;
        let Builder { leaves, groups, .. } = builder;
        let placed = leaves
            .iter()
            .filter(|leaf| leaf.role == LeafRole::Indicator)
            .count();
        if placed < scheme.indicator.len() || groups.len() < scheme.group.len() + 1 {
            let problem = say!(
                "有的条目所属的组不存在或成环",
                "some items belong to a group that doesn't exist, or groups form a circle"
            );
            return Err(error(scheme.id.as_str(), problem));
        }
        let rounding = scheme.rounding.clone().unwrap_or_default();
        let rounder = rounding
            .points
            .map(|decimals| Rounder::new(decimals, rounding.mode));
        Ok(Self {
            scheme: scheme.clone(),
            leaves,
            groups,
            rounder,
        })
    }

    /// The leaves of a role, with their position.
    pub fn leaves_of(&self, role: LeafRole) -> impl Iterator<Item = (usize, &Leaf)> {
        self.leaves
            .iter()
            .enumerate()
            .filter(move |(_, leaf)| leaf.role == role)
    }

    /// The positions of the leaves anywhere under a group.
    pub fn leaves_under(&self, group: usize) -> Vec<usize> {
        let Some(node) = self.groups.get(group) else {
            return Vec::new();
        };
        node.members
            .iter()
            .flat_map(|(member, _)| match member {
                Member::Leaf(leaf) => vec![*leaf],
                Member::Group(group) => self.leaves_under(*group),
            })
            .collect()
    }
}

fn error(item: &str, problem: Say) -> PlanError {
    PlanError {
        item: item.to_owned(),
        problem,
    }
}

struct Builder<'a> {
    scheme: &'a Scheme,
    leaves: Vec<Leaf>,
    groups: Vec<GroupNode>,
}

impl Builder<'_> {
    /// Adds the group with this id (the top for `None`) and all under it; says its position.
    fn group(&mut self, id: Option<&str>, summed: bool) -> Result<usize, PlanError> {
        let scheme = self.scheme;
        let written = id.and_then(|id| scheme.group.iter().find(|group| group.id.as_str() == id));
        let own = |group: &Option<rulebook::model::Id>| {
            group.as_ref().map(rulebook::model::Id::as_str) == id
        };
        let default = scheme.defaults.aggregate.as_ref();
        let aggregate = written.map_or(scheme.aggregate.as_ref(), |group| group.aggregate.as_ref());
        let aggregate = aggregate.or(default).cloned().unwrap_or(Aggregate::Sum);
        let rule = written.and_then(|group| group.rule.clone());
        let place = self.groups.len();
        self.groups.push(GroupNode {
            id: id.unwrap_or("").to_owned(),
            members: Vec::new(),
            mix: Mix::Sum,
            full: written.and_then(|group| group.points).unwrap_or(1.0),
            bounded: summed,
            formula: formula(rule.as_ref(), id.unwrap_or(""))?,
            rule,
            at_least: written.and_then(|group| group.at_least),
            missing: written
                .and_then(|group| group.missing)
                .unwrap_or(Fallback::Drop),
        });
        let in_sum = aggregate == Aggregate::Sum;
        let part = |weight: Option<f64>| weight.filter(|_| !in_sum).unwrap_or(1.0);
        let mut members = Vec::new();
        let mut names = BTreeMap::new();
        for group in scheme.group.iter().filter(|group| own(&group.group)) {
            names.insert(group.id.as_str(), members.len());
            let member = Member::Group(self.group(Some(group.id.as_str()), in_sum)?);
            members.push((member, part(group.weight)));
        }
        for item in scheme.indicator.iter().filter(|item| own(&item.group)) {
            names.insert(item.id.as_str(), members.len());
            let member = Member::Leaf(self.leaf(item, LeafRole::Indicator, in_sum)?);
            members.push((member, part(item.weight)));
        }
        let mix = mix(&aggregate, &names, id.unwrap_or(scheme.id.as_str()))?;
        let sum: f64 = members.iter().map(|(member, _)| self.full(*member)).sum();
        if let Some(node) = self.groups.get_mut(place) {
            *node = GroupNode {
                full: if mix == Mix::Sum { sum } else { node.full },
                members,
                mix,
                ..node.clone()
            };
        }
        Ok(place)
    }

    /// Whether preparation turns every figure so that higher is better.
    fn standardised(&self) -> bool {
        self.scheme
            .prepare
            .iter()
            .any(|step| matches!(step, Preparation::Standardise(_)))
    }

    fn full(&self, member: Member) -> f64 {
        match member {
            Member::Leaf(leaf) => self.leaves.get(leaf).map_or(0.0, |leaf| leaf.full),
            Member::Group(group) => self.groups.get(group).map_or(0.0, |group| group.full),
        }
    }

    fn adjustments(&mut self, items: &[Indicator], role: LeafRole) -> Result<(), PlanError> {
        items
            .iter()
            .try_for_each(|item| self.leaf(item, role, false).map(|_| ()))
    }

    fn leaf(&mut self, item: &Indicator, role: LeafRole, in_sum: bool) -> Result<usize, PlanError> {
        let id = item.id.as_str();
        let no_rule = || error(id, say!("没有写计分规则", "it has no rule"));
        let rule = item.rule.clone().ok_or_else(no_rule)?;
        if in_sum && item.points.is_none() {
            return Err(error(
                id,
                say!(
                    "相加的组里,每个指标要写分值 points",
                    "an indicator in a sum needs `points`"
                ),
            ));
        }
        self.leaves.push(Leaf {
            formula: formula(Some(&rule), id)?,
            role,
            full: item.points.unwrap_or(if role == LeafRole::Indicator {
                1.0
            } else {
                f64::INFINITY
            }),
            bounded: item.points.is_some(),
            direction: if self.standardised() || matches!(rule, Rule::Progress(_)) {
                Direction::Higher
            } else {
                item.direction.unwrap_or(Direction::Higher)
            },
            missing: item.missing.unwrap_or(Fallback::Drop),
            not_applicable: item.not_applicable.unwrap_or(Fallback::Drop),
            rule,
            item: item.clone(),
        });
        Ok(self.leaves.len() - 1)
    }
}

/// The formula of a rule that is one.
fn formula(rule: Option<&Rule>, item: &str) -> Result<Option<Formula>, PlanError> {
    let Some(Rule::Formula(text)) = rule else {
        return Ok(None);
    };
    let parsed = Formula::parse(text).map_err(|e| error(item, e.problem))?;
    Ok(Some(parsed))
}

fn mix(aggregate: &Aggregate, names: &BTreeMap<&str, usize>, item: &str) -> Result<Mix, PlanError> {
    Ok(match aggregate {
        Aggregate::Sum => Mix::Sum,
        Aggregate::Mean => Mix::Mean,
        Aggregate::Geometric => Mix::Geometric,
        Aggregate::Harmonic => Mix::Power(-1.0),
        Aggregate::Power(power) if *power == 0.0 => Mix::Geometric,
        Aggregate::Power(power) => Mix::Power(*power),
        Aggregate::Formula(text) => {
            let formula = Formula::parse(text).map_err(|e| error(item, e.problem))?;
            let slots = formula
                .names()
                .iter()
                .map(|name| names.get(name).copied())
                .collect::<Option<Vec<_>>>();
            let unknown = || {
                error(
                    item,
                    say!(
                        "合成公式里有不是成员的名字",
                        "the aggregate's formula names something that is no member"
                    ),
                )
            };
            Mix::Formula(formula, slots.ok_or_else(unknown)?)
        }
    })
}
