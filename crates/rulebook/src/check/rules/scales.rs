//! Normalisers over the class.

use super::{Faults, Setting};
use crate::model::{DistanceTo, Span, ZScore};
use crate::say;

pub(super) fn span(rule: &Span, setting: &Setting, faults: &mut Faults) {
    let high = rule.high.or(setting.points).unwrap_or(1.0);
    let low = rule.low;
    if high <= low {
        faults.senseless(
            "low",
            say!(
                "最差得 {low},不低于最好的 {high}",
                "the worst gets {low}, not less than the {high} of the best"
            ),
            say!("low 要小于 high", "`low` has to be less than `high`"),
        );
    } else if let (Some(high), true) = (rule.high, setting.summed) {
        faults.over_points("high", high, setting);
        faults.short_of_full("high", high, setting);
    }
}

pub(super) fn z_score(rule: &ZScore, setting: &Setting, faults: &mut Faults) {
    if rule.sd <= 0.0 {
        faults.senseless(
            "sd",
            say!(
                "标准差 {} 不大于 0",
                "the standard deviation {} isn't over 0",
                rule.sd
            ),
            say!("sd 要大于 0", "`sd` has to be over 0"),
        );
    }
    match (rule.low, rule.high) {
        (Some(low), Some(high)) if low >= high => faults.senseless(
            "low",
            say!(
                "下限 {low} 不小于上限 {high}",
                "the lower end {low} isn't less than the upper end {high}"
            ),
            say!("low 要小于 high", "`low` has to be less than `high`"),
        ),
        (Some(_), Some(high)) if setting.summed => {
            faults.over_points("high", high, setting);
        }
        (Some(_), Some(_)) => {}
        _ => unbounded(setting, faults),
    }
}

/// Reports a rule without bounds among points that are summed.
pub(super) fn unbounded(setting: &Setting, faults: &mut Faults) {
    if !setting.summed {
        return;
    }
    let id = setting.id;
    let problem = say!(
        "“{id}”的分数要相加,而这条规则没有上下限",
        "the points of `{id}` are summed, but this rule has no bounds"
    );
    let remedy = say!(
        "用有上下限的规则(z_score 写明 low 和 high),或让所在的组取平均",
        "Use a rule with bounds (a z_score with `low` and `high`), or let its group be a mean"
    );
    faults.add("unbounded-rule", "", problem, remedy);
}

pub(super) fn distance(rule: &DistanceTo, faults: &mut Faults) {
    let problem = match (&rule.target, &rule.unit) {
        (None, None) => say!(
            "没有写明与什么的距离",
            "nothing says what the distance is to"
        ),
        (Some(_), Some(_)) => say!(
            "target 和 unit 只能写一个",
            "`target` and `unit` are both given"
        ),
        _ => return,
    };
    faults.add(
        "distance-target",
        "",
        problem,
        say!("写 target 或 unit 之一", "Give one of `target` and `unit`"),
    );
}
