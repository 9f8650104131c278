//! Rules over ranks.

use super::{Faults, Setting};
use crate::exact::{Micro, micro};
use crate::model::{RankShare, RankTable};
use crate::say;

pub(super) fn table(rule: &RankTable, setting: &Setting, faults: &mut Faults) {
    falling(
        "points",
        rule.points.iter().copied(),
        rule.rest,
        setting,
        faults,
    );
    if let Some(units) = setting
        .units
        .filter(|units| *units > 0 && rule.points.len() > *units)
    {
        let rows = rule.points.len();
        let problem = say!(
            "名次表有 {rows} 行,而本类别只有 {units} 个单位",
            "the table has {rows} ranks, but the category only {units} units"
        );
        let remedy = say!(
            "去掉第 {units} 名以后的行",
            "Drop the rows after rank {units}"
        );
        faults.add_at("unreachable-rule", ("points", units, ""), problem, remedy);
    }
}

pub(super) fn share(rule: &RankShare, setting: &Setting, faults: &mut Faults) {
    let percent: Micro = rule.share.iter().map(|share| micro(share.percent)).sum();
    if percent > micro(100.0) {
        let problem = say!(
            "各段合计 {percent}%,超过 100%",
            "the shares add up to {percent} %, over 100 %"
        );
        faults.add(
            "shares-over-100",
            "share",
            problem,
            say!("合计不超过 100", "At most 100 together"),
        );
    } else if percent == micro(100.0) && rule.rest != 0.0 {
        let rest = rule.rest;
        let problem = say!(
            "各段已占满 100%,其余的 {rest} 分没有人得",
            "the shares fill 100 %: nobody gets the rest's {rest} points"
        );
        faults.add(
            "unreachable-rule",
            "rest",
            problem,
            say!("去掉 rest", "Drop `rest`"),
        );
    }
    falling(
        "share",
        rule.share.iter().map(|share| share.points),
        rule.rest,
        setting,
        faults,
    );
}

/// Points by rank: none over the indicator's, the first in full, each no more than the one before.
fn falling(
    key: &'static str,
    points: impl Iterator<Item = f64> + Clone,
    rest: f64,
    setting: &Setting,
    faults: &mut Faults,
) {
    let most = points.clone().fold(rest, f64::max);
    faults.over_points(key, most, setting);
    faults.short_of_full(key, most, setting);
    let mut before = f64::INFINITY;
    for (index, value) in points.enumerate() {
        if value > before {
            let problem = say!(
                "第 {} 行得 {value} 分,比前一行的 {before} 分多",
                "row {} earns {value}, more than the {before} of the row before",
                index + 1
            );
            faults.add_at(
                "step-order",
                (key, index, ""),
                problem,
                say!("名次越好得分越多", "A better rank earns more"),
            );
        }
        before = value;
    }
    if rest > before {
        let problem = say!(
            "其余的得 {rest} 分,比最后一行的 {before} 分多",
            "the rest earns {rest}, more than the {before} of the last row"
        );
        faults.add(
            "step-order",
            "rest",
            problem,
            say!("不超过 {before}", "At most {before}"),
        );
    }
}
