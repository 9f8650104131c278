//! The uncertain choices, and what each makes of a scheme.

use std::ops::Range;

use inference::Invalid;
use rulebook::model::{Aggregate, Preparation, Rule, Scheme, TieBreak};
use rulebook::{Say, say};

use super::RobustError;
use super::weights::{self, Coordinate};
use crate::plan::{Mix, Plan, PlanError};

/// An uncertain choice. Those with alternatives take each with the same probability.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Every weight (in a sum, every item's points) times a number of its own, uniform in 1 ± the noise of its level; parents'
    /// totals stay as they are. Where several apply to a level, the one that names it does.
    Weights(Vec<Noise>),
    /// The rule of every indicator that is scored against its class or between goalposts is one of these.
    Rules(Vec<Rule>),
    /// Every mean, at the top and in groups, is one of these.
    Aggregates(Vec<Aggregate>),
    /// So many points at most are winsorised, where outliers are treated.
    Winsorise(Vec<u32>),
    /// All indicators, or all but one.
    Indicators,
    /// All groups, or all but one with what is in it.
    Groups,
}

/// Noise on weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// The level whose members' weights it is on: 1 for indicators, for a group one more than the highest level in it; any level
    /// that no other noise names when absent.
    pub level: Option<u32>,
    /// How far a weight may be from what is written, as a part of it: 0 to 1.
    pub spread: f64,
}

impl Input {
    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Weights(_) => "weights",
            Self::Rules(_) => "rules",
            Self::Aggregates(_) => "aggregates",
            Self::Winsorise(_) => "winsorise",
            Self::Indicators => "indicators",
            Self::Groups => "groups",
        }
    }
}

/// One alternative of a choice.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Choice {
    Rule(Rule),
    Aggregate(Aggregate),
    Winsorise(u32),
    /// As it is written.
    All,
    Without(String),
}

/// The choices laid out as coordinates: those with alternatives first, one each, then the weights.
#[derive(Clone, Debug)]
pub(super) struct Inputs {
    choices: Vec<(&'static str, Vec<Choice>)>,
    weights: Option<Vec<Coordinate>>,
}

impl Inputs {
    pub fn new(scheme: &Scheme, plan: &Plan, inputs: &[Input]) -> Result<Self, RobustError> {
        let mut found = Self {
            choices: Vec::new(),
            weights: None,
        };
        for (at, input) in inputs.iter().enumerate() {
            let name = input.name();
            if inputs.iter().take(at).any(|other| other.name() == name) {
                return Err(RobustError::Twice { input: name });
            }
            if let Input::Weights(noise) = input {
                found.weights = Some(weights::coordinates(plan, noise)?);
            } else {
                found.choices.push((name, choices(scheme, plan, input)?));
            }
        }
        Ok(found)
    }

    pub fn width(&self) -> usize {
        self.choices.len() + self.weights().len()
    }

    pub fn weights(&self) -> &[Coordinate] {
        self.weights.as_deref().unwrap_or(&[])
    }

    /// The coordinates of each input: its name, that it isn't a single weight, and where they stand.
    pub fn ranges(&self) -> Vec<(String, bool, Range<usize>)> {
        let choices = self.choices.iter().enumerate();
        let mut ranges: Vec<_> = choices
            .map(|(at, (name, _))| ((*name).to_owned(), false, at..at + 1))
            .collect();
        if self.weights.is_some() {
            ranges.push((
                "weights".to_owned(),
                false,
                self.choices.len()..self.width(),
            ));
        }
        ranges
    }

    /// The coordinate of each weight.
    pub fn single_weights(&self) -> impl Iterator<Item = (String, bool, Range<usize>)> {
        (self.choices.len()..)
            .zip(self.weights())
            .map(|(at, weight)| (weight.id.clone(), true, at..at + 1))
    }

    /// Which alternative of each choice a point takes.
    pub fn key(&self, point: &[f64]) -> Vec<usize> {
        let taken = |((_, choices), x): (&(_, Vec<Choice>), &f64)| {
            ((x * choices.len() as f64) as usize).min(choices.len() - 1)
        };
        self.choices.iter().zip(point).map(taken).collect()
    }

    /// What each weight is multiplied by at a point.
    pub fn factors(&self, point: &[f64]) -> Vec<f64> {
        let own = point.iter().skip(self.choices.len());
        let factor = |(weight, x): (&Coordinate, &f64)| 1.0 + weight.spread * (2.0 * x - 1.0);
        self.weights().iter().zip(own).map(factor).collect()
    }

    fn taken<'s>(&'s self, key: &[usize]) -> impl Iterator<Item = (&'static str, &'s Choice)> {
        let pairs = self.choices.iter().zip(key.to_vec());
        pairs.filter_map(|((name, choices), at)| Some((*name, choices.get(at)?)))
    }

    /// The alternatives taken, in words.
    pub fn words(&self, key: &[usize]) -> String {
        let words = self
            .taken(key)
            .map(|(name, choice)| format!("{name} {}", word(choice)));
        words.collect::<Vec<_>>().join(", ")
    }

    /// The scheme with these alternatives.
    pub fn variant(&self, scheme: &Scheme, key: &[usize]) -> Result<Scheme, PlanError> {
        let mut variant = scheme.clone();
        self.taken(key)
            .try_for_each(|(_, choice)| apply(choice, &mut variant))?;
        Ok(variant)
    }
}

/// The alternatives of an input that has them.
fn choices(scheme: &Scheme, plan: &Plan, input: &Input) -> Result<Vec<Choice>, RobustError> {
    let nothing = |wanted| RobustError::Nothing {
        input: input.name(),
        wanted,
    };
    let some = |found: bool, wanted: Say| if found { Ok(()) } else { Err(nothing(wanted)) };
    let or_all = |ids: Vec<String>| {
        std::iter::once(Choice::All)
            .chain(ids.into_iter().map(Choice::Without))
            .collect()
    };
    let choices: Vec<Choice> = match input {
        Input::Weights(_) => Vec::new(),
        Input::Rules(rules) => {
            let any = scheme
                .indicator
                .iter()
                .any(|item| item.rule.as_ref().is_some_and(normalises));
            some(
                any,
                say!(
                    "按同类数据或目标值折算的指标",
                    "indicator scored against its class or between goalposts"
                ),
            )?;
            rules.iter().cloned().map(Choice::Rule).collect()
        }
        Input::Aggregates(aggregates) => {
            let mean = |mix: &Mix| matches!(mix, Mix::Mean | Mix::Geometric | Mix::Power(_));
            let any = plan.groups.iter().any(|group| mean(&group.mix));
            some(any, say!("取平均的组", "group that is a mean"))?;
            aggregates.iter().cloned().map(Choice::Aggregate).collect()
        }
        Input::Winsorise(most) => {
            let any = scheme
                .prepare
                .iter()
                .any(|step| matches!(step, Preparation::Treat(_)));
            some(any, say!("离群值处理(treat)", "step that treats outliers"))?;
            most.iter().copied().map(Choice::Winsorise).collect()
        }
        Input::Indicators => or_all(
            scheme
                .indicator
                .iter()
                .map(|item| item.id.to_string())
                .collect(),
        ),
        Input::Groups => {
            some(!scheme.group.is_empty(), say!("组", "group"))?;
            or_all(
                scheme
                    .group
                    .iter()
                    .map(|group| group.id.to_string())
                    .collect(),
            )
        }
    };
    if choices.is_empty() {
        return Err(Invalid::TooFew {
            what: input.name(),
            least: 1,
            found: 0,
        }
        .into());
    }
    Ok(choices)
}

/// Whether a rule sets a figure against its class or goalposts, so that another such rule could stand in its place.
fn normalises(rule: &Rule) -> bool {
    matches!(
        rule,
        Rule::MinMax(_)
            | Rule::ZScore(_)
            | Rule::Goalposts(_)
            | Rule::Percentile(_)
            | Rule::Rank
            | Rule::Borda
            | Rule::DistanceToBest
            | Rule::RatioToBest
    )
}

fn word(choice: &Choice) -> String {
    match choice {
        Choice::Rule(Rule::MinMax(span)) => span_word("min_max", span.low, span.high),
        Choice::Rule(Rule::Percentile(span)) => span_word("percentile", span.low, span.high),
        Choice::Rule(Rule::ZScore(z)) => format!("z_score:{}:{}", z.mean, z.sd),
        Choice::Rule(Rule::Rank) => "rank".to_owned(),
        Choice::Rule(Rule::Borda) => "borda".to_owned(),
        Choice::Rule(Rule::DistanceToBest) => "distance-to-best".to_owned(),
        Choice::Rule(Rule::RatioToBest) => "ratio-to-best".to_owned(),
        Choice::Rule(rule) => format!("{rule:?}"),
        Choice::Aggregate(Aggregate::Power(power)) => format!("power:{power}"),
        Choice::Aggregate(aggregate) => format!("{aggregate:?}").to_lowercase(),
        Choice::Winsorise(most) => most.to_string(),
        Choice::All => "all".to_owned(),
        Choice::Without(id) => format!("without {id}"),
    }
}

fn span_word(name: &str, low: f64, high: Option<f64>) -> String {
    high.map_or_else(|| name.to_owned(), |high| format!("{name}:{low}:{high}"))
}

fn apply(choice: &Choice, scheme: &mut Scheme) -> Result<(), PlanError> {
    match choice {
        Choice::Rule(rule) => with_rule(scheme, rule)?,
        Choice::Aggregate(aggregate) => with_aggregate(scheme, aggregate),
        Choice::Winsorise(most) => {
            for step in &mut scheme.prepare {
                if let Preparation::Treat(treat) = step {
                    treat.winsorise_at_most = *most;
                }
            }
        }
        Choice::All => {}
        Choice::Without(id) => leave_out(scheme, id),
    }
    Ok(())
}

fn with_rule(scheme: &mut Scheme, rule: &Rule) -> Result<(), PlanError> {
    let unbounded = match rule {
        Rule::AsIs => true,
        Rule::ZScore(z) => z.low.is_none() || z.high.is_none(),
        _ => false,
    };
    let sums: Vec<Option<String>> = groups_that(scheme, |aggregate| *aggregate == Aggregate::Sum);
    for item in &mut scheme.indicator {
        if !item.rule.as_ref().is_some_and(normalises) {
            continue;
        }
        if unbounded && sums.contains(&item.group.as_ref().map(ToString::to_string)) {
            return Err(PlanError {
                item: item.id.to_string(),
                problem: say!(
                    "它的组是相加的,要用有上下限的规则",
                    "its group is a sum, which needs a rule with bounds"
                ),
            });
        }
        item.rule = Some(rule.clone());
    }
    Ok(())
}

/// The groups (the top as `None`) that are put together in such a way.
fn groups_that(scheme: &Scheme, wanted: impl Fn(&Aggregate) -> bool) -> Vec<Option<String>> {
    let default = scheme.defaults.aggregate.as_ref();
    let matches = |own: &Option<Aggregate>| {
        own.as_ref()
            .or(default)
            .map_or_else(|| wanted(&Aggregate::Sum), &wanted)
    };
    let top = matches(&scheme.aggregate).then_some(None);
    let groups = scheme
        .group
        .iter()
        .filter(|group| matches(&group.aggregate));
    top.into_iter()
        .chain(groups.map(|group| Some(group.id.to_string())))
        .collect()
}

fn with_aggregate(scheme: &mut Scheme, aggregate: &Aggregate) {
    let means = groups_that(scheme, |own| {
        !matches!(own, Aggregate::Sum | Aggregate::Formula(_))
    });
    if means.contains(&None) {
        scheme.aggregate = Some(aggregate.clone());
    }
    for group in &mut scheme.group {
        if means.contains(&Some(group.id.to_string())) {
            group.aggregate = Some(aggregate.clone());
        }
    }
}

/// Leaves an item out, or a group with all that is in it; what breaks ties by its points goes with it.
pub(super) fn leave_out(scheme: &mut Scheme, id: &str) {
    let mut gone = vec![id.to_owned()];
    let mut known = 0;
    while known < gone.len() {
        known = gone.len();
        for group in &scheme.group {
            let under = group
                .group
                .as_ref()
                .is_some_and(|parent| gone.iter().any(|id| id == parent.as_str()));
            if under && !gone.iter().any(|id| id == group.id.as_str()) {
                gone.push(group.id.to_string());
            }
        }
    }
    let stays = |id: &str| !gone.iter().any(|gone| gone == id);
    scheme.group.retain(|group| stays(group.id.as_str()));
    for items in [
        &mut scheme.indicator,
        &mut scheme.bonus,
        &mut scheme.deduction,
    ] {
        items.retain(|item| {
            stays(item.id.as_str())
                && item
                    .group
                    .as_ref()
                    .is_none_or(|group| stays(group.as_str()))
        });
    }
    scheme.tie_break.retain(|breaker| match breaker {
        TieBreak::Points(id) => stays(id.as_str()),
        TieBreak::Higher(_) | TieBreak::Lower(_) => true,
    });
}
