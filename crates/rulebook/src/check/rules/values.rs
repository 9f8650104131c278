//! Rules over the own value.

use super::{Faults, Setting};
use crate::model::{
    Goalposts, Linear, Progress, ProgressAs, Quoted, Ratio, Scale, Steps, Threshold,
};
use crate::say;

pub(super) fn linear(rule: &Linear, setting: &Setting, faults: &mut Faults) {
    if two_ends(rule.zero, rule.full, setting, faults) {
        faults.unreachable("full", rule.full, setting.beyond_best(rule.full), setting);
    }
}

pub(super) fn goalposts(rule: &Goalposts, setting: &Setting, faults: &mut Faults) {
    if !two_ends(rule.zero, rule.full, setting, faults) {
        return;
    }
    if rule.scale == Scale::Log && (rule.zero <= 0.0 || rule.full <= 0.0) {
        let (key, value) = if rule.zero <= 0.0 {
            ("zero", rule.zero)
        } else {
            ("full", rule.full)
        };
        let problem = say!(
            "对数刻度的一端是 {value},没有对数",
            "one end of a log scale is {value}, which has no logarithm"
        );
        faults.add(
            "log-goalposts",
            key,
            problem,
            say!("两端都要大于 0", "Both ends have to be over 0"),
        );
    }
    faults.unreachable("full", rule.full, setting.beyond_best(rule.full), setting);
}

/// Whether the two ends differ and lie as the direction says.
fn two_ends(zero: f64, full: f64, setting: &Setting, faults: &mut Faults) -> bool {
    let id = setting.id;
    if zero == full {
        faults.senseless(
            "full",
            say!(
                "“{id}”的零分与满分是同一个数 {full}",
                "`{id}` earns nothing and all at the same figure, {full}"
            ),
            say!("zero 与 full 要不同", "`zero` and `full` have to differ"),
        );
        return false;
    }
    if !setting.better(full, zero) {
        let direction = if setting.higher {
            ("高好", "higher")
        } else {
            ("低好", "lower")
        };
        let (zh, en) = direction;
        let problem = say!(
            "“{id}”的方向是{zh},满分值 {full} 却比零分值 {zero} 差",
            "`{id}` says {en} is better, but {full} (all) is worse than {zero} (nothing)"
        );
        let other = if setting.higher { "lower" } else { "higher" };
        let remedy = say!(
            "对调 zero 和 full,或写 direction = \"{other}\"",
            "Swap `zero` and `full`, or write direction = \"{other}\""
        );
        faults.add("against-direction", "full", problem, remedy);
        return false;
    }
    true
}

pub(super) fn steps(rule: &Steps, setting: &Setting, faults: &mut Faults) {
    let most = rule
        .step
        .iter()
        .map(|step| step.points)
        .fold(rule.below, f64::max);
    for (index, step) in rule.step.iter().enumerate() {
        over(index, step.points, setting, faults);
        if let Some(best) = setting.beyond_best(step.at) {
            let (problem, remedy) = super::outside(setting.id, step.at, best);
            faults.add_at("unreachable-rule", ("step", index, "at"), problem, remedy);
        }
    }
    for (index, pair) in rule.step.windows(2).enumerate() {
        if let [upper, lower] = pair {
            order(index + 1, upper, lower, setting, faults);
        }
    }
    let lowest = rule
        .step
        .iter()
        .map(|step| step.points)
        .fold(f64::INFINITY, f64::min);
    if rule.below > lowest {
        let below = rule.below;
        faults.senseless(
            "below",
            say!(
                "一档不到反得 {below} 分,比最低一档多",
                "below the last step there are {below} points, more than at it"
            ),
            say!("不超过 {lowest}", "At most {lowest}"),
        );
    }
    always_reached(rule, setting, faults);
    faults.short_of_full("step", most, setting);
}

fn over(index: usize, value: f64, setting: &Setting, faults: &mut Faults) {
    if let Some(points) = setting.points.filter(|points| value > *points) {
        let id = setting.id;
        let problem = say!(
            "“{id}”只有 {points} 分,这一档的 {value} 分超出了",
            "`{id}` has {points} points; this step's {value} are more"
        );
        faults.add_at(
            "points-over",
            ("step", index, "points"),
            problem,
            say!("不超过 {points}", "At most {points}"),
        );
    }
}

/// Two steps next to each other: the upper one is better and earns more.
fn order(
    index: usize,
    upper: &crate::model::Step,
    lower: &crate::model::Step,
    setting: &Setting,
    faults: &mut Faults,
) {
    let (at, before) = (lower.at, upper.at);
    if !setting.better(before, at) {
        let problem = say!(
            "这一档 {at} 不比上一档 {before} 低一等",
            "this step, {at}, isn't below the one before, {before}"
        );
        let remedy = say!(
            "从最好的一档写起,各档不同",
            "Write the best step first, each step once"
        );
        faults.add_at("step-order", ("step", index, "at"), problem, remedy);
    } else if lower.points >= upper.points {
        let (more, less) = (lower.points, upper.points);
        let problem = say!(
            "这一档得 {more} 分,更好的一档才 {less} 分",
            "this step earns {more}, the better one before it {less}"
        );
        let remedy = say!(
            "越好得分越多;同分的并成一档",
            "Better earns more; merge steps that earn the same"
        );
        faults.add_at("step-order", ("step", index, "points"), problem, remedy);
    }
}

/// Reports a step that every figure reaches, where something stands below it.
fn always_reached(rule: &Steps, setting: &Setting, faults: &mut Faults) {
    let Some(worst) = setting.worst() else { return };
    let found = rule
        .step
        .iter()
        .position(|step| !setting.better(step.at, worst));
    let Some((index, step)) = found.and_then(|index| Some((index, rule.step.get(index)?))) else {
        return;
    };
    let at = step.at;
    let followed = index + 1 < rule.step.len();
    if followed || at != worst {
        let problem = say!(
            "最差也有 {worst},人人都到 {at} 这一档,其下的档到不了",
            "the worst figure is {worst}: everyone reaches the step {at}, nobody falls below"
        );
        let remedy = say!(
            "去掉其下的档,或改正度量的范围",
            "Drop the steps below, or mend the measure's range"
        );
        faults.add_at("unreachable-rule", ("step", index, "at"), problem, remedy);
    }
}

pub(super) fn threshold(rule: &Threshold, setting: &Setting, faults: &mut Faults) {
    if rule.lose <= 0.0 {
        faults.senseless(
            "lose",
            say!(
                "每差一截扣 {} 分,等于不扣",
                "each part short loses {} points: nothing is ever lost",
                rule.lose
            ),
            say!("lose 要大于 0", "`lose` has to be over 0"),
        );
    }
    if rule.per <= 0.0 {
        faults.senseless(
            "per",
            say!(
                "一截长 {},无法计算",
                "a part is {} long, which can't be counted",
                rule.per
            ),
            say!("per 要大于 0", "`per` has to be over 0"),
        );
    }
    faults.over_points("lose", rule.lose, setting);
    faults.unreachable("pass", rule.pass, setting.beyond_best(rule.pass), setting);
    faults.unreachable("pass", rule.pass, setting.beyond_worst(rule.pass), setting);
}

pub(super) fn ratio(rule: &Ratio, setting: &Setting, faults: &mut Faults) {
    if rule.target <= 0.0 {
        faults.senseless(
            "target",
            say!(
                "目标是 {},算不出比例",
                "the target is {}: no ratio to it can be taken",
                rule.target
            ),
            say!("target 要大于 0", "`target` has to be over 0"),
        );
    } else {
        faults.unreachable(
            "target",
            rule.target,
            setting.beyond_best(rule.target),
            setting,
        );
    }
}

pub(super) fn progress(rule: &Progress, faults: &mut Faults) {
    let (zero, full) = (rule.zero, rule.full);
    if full == zero {
        faults.senseless(
            "full",
            say!(
                "零分与满分是同一进步 {full}",
                "nothing and all are earned by the same progress, {full}"
            ),
            say!("zero 与 full 要不同", "`zero` and `full` have to differ"),
        );
    } else if full < zero {
        let problem = say!(
            "满分的进步 {full} 小于零分的进步 {zero}",
            "the progress for all, {full}, is less than for nothing, {zero}"
        );
        let remedy = say!(
            "进步总以变好为正,对调 zero 和 full",
            "Better is always positive; swap `zero` and `full`"
        );
        faults.add("against-direction", "full", problem, remedy);
    }
    let gap = rule.kind == ProgressAs::Gap;
    if gap && rule.target.is_none() {
        let problem = say!("as = \"gap\" 而没有目标", "as = \"gap\" without a target");
        faults.add(
            "progress-target",
            "as",
            problem,
            say!("写明 target", "Give the `target`"),
        );
    } else if let Some(target) = rule.target.filter(|_| !gap) {
        let problem = say!(
            "目标 {target} 没有用处,进步不是按差距算的",
            "the target {target} is of no use: progress isn't figured by the gap"
        );
        faults.add(
            "progress-target",
            "target",
            problem,
            say!("去掉它,或写 as = \"gap\"", "Drop it, or write as = \"gap\""),
        );
    }
}

pub(super) fn quoted(rule: &Quoted, setting: &Setting, faults: &mut Faults) {
    let (zero, full) = (rule.zero, rule.full);
    if full <= zero {
        faults.senseless(
            "full",
            say!(
                "满分 {full} 不大于折零分的 {zero}",
                "full marks, {full}, aren't over {zero}, which is worth nothing"
            ),
            say!("full 要大于 zero", "`full` has to be over `zero`"),
        );
    } else {
        let end = setting.range.max.filter(|max| full > *max);
        faults.unreachable("full", full, end, setting);
    }
}
