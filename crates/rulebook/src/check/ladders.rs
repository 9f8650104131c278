//! Ladders: that each level can be reached, everyone finds one, and a higher one isn't worth less.

use super::context::Findings;
use super::formulas;
use super::names::{self, CATEGORY};
use crate::exact::{Micro, micro};
use crate::formula::Kind;
use crate::model::{Ladder, LadderLevel};
use crate::trail::at;
use crate::{Campaign, Diagnostic, Place, Written, say};

/// What a level's condition may use.
const RESULTS: [&str; 6] = [
    "mean_score",
    "min_score",
    "last_score",
    "mean_rank_share",
    "periods",
    "change",
];

/// Checks every ladder.
pub(super) fn check(campaign: &Campaign, findings: &mut Findings) {
    names::once(names::written(&campaign.ladders, |item| &item.id), findings);
    for written in &campaign.ladders {
        let Written { item, place } = written;
        let known = names::categories(campaign);
        let category = || at!(place, "category");
        CATEGORY.check(item.category.as_str(), known, category, findings);
        names::once(
            levels(written).map(|(level, place)| (level.id.to_string(), at!(&place, "id"))),
            findings,
        );
        results_needed(item, place, findings);
        conditions(written, findings);
        reached(written, findings);
        quotas(written, findings);
        order(written, findings);
    }
}

/// The levels, each with its place, from the top.
fn levels(ladder: &Written<Ladder>) -> impl Iterator<Item = (&LadderLevel, Place)> {
    let levels = ladder.item.level.iter().enumerate();
    levels.map(|(index, level)| (level, at!(&ladder.place, "level", index)))
}

fn results_needed(ladder: &Ladder, place: &Place, findings: &mut Findings) {
    let Ladder {
        periods, at_least, ..
    } = ladder;
    if let Some(least) = at_least.filter(|least| least > periods) {
        let problem = say!(
            "只看 {periods} 期,却至少要有 {least} 期结果",
            "it looks at {periods} periods but needs the results of {least}"
        );
        let remedy = say!(
            "at_least 不超过 periods",
            "Let `at_least` be at most `periods`"
        );
        let place = at!(place, "at_least");
        findings.push(Diagnostic::error("over-periods", place, problem).remedy(remedy));
    }
}

fn conditions(ladder: &Written<Ladder>, findings: &mut Findings) {
    for (level, place) in levels(ladder) {
        if let Some(text) = &level.when {
            let place = at!(&place, "when");
            formulas::examine(text, Kind::Condition, RESULTS, &place, findings);
        }
    }
}

/// Whether a level takes everyone who comes to it.
fn takes_all(level: &LadderLevel) -> bool {
    level.when.is_none() && level.at_most_percent.is_none_or(|percent| percent >= 100.0)
}

/// Reports levels that nobody reaches, and a last one that leaves some without any.
fn reached(ladder: &Written<Ladder>, findings: &mut Findings) {
    let mut taker: Option<&LadderLevel> = None;
    for (level, place) in levels(ladder) {
        let id = &level.id;
        if let Some(taker) = taker.map(|taker| &taker.id) {
            let problem = say!(
                "到不了“{id}”:其余的都已进了“{taker}”",
                "nobody comes to `{id}`: all who are left are in `{taker}`"
            );
            let remedy = say!(
                "给“{taker}”写明条件或名额,或去掉“{id}”",
                "Give `{taker}` a condition or a quota, or drop `{id}`"
            );
            findings.push(Diagnostic::error("unreachable-level", place, problem).remedy(remedy));
        } else if level.at_most_percent.is_some_and(|percent| percent <= 0.0) {
            let problem = say!("“{id}”的名额是 0", "the quota of `{id}` is 0");
            let remedy = say!(
                "写大于 0 的名额,或去掉“{id}”",
                "Give it a share over 0, or drop `{id}`"
            );
            let place = at!(&place, "at_most_percent");
            findings.push(Diagnostic::error("unreachable-level", place, problem).remedy(remedy));
        }
        taker = taker.or_else(|| takes_all(level).then_some(level));
    }
    let last = levels(ladder).last();
    if let Some((level, place)) = last.filter(|_| taker.is_none()) {
        let id = &level.id;
        let problem = say!(
            "最后一档“{id}”仍有条件或名额,有的单位可能没有档次",
            "the last level `{id}` still has a condition or a quota: some units may get no level"
        );
        let remedy = say!(
            "最后一档不写 when 和 at_most_percent",
            "Give the last level neither `when` nor `at_most_percent`"
        );
        findings.push(Diagnostic::warning("level-gap", place, problem).remedy(remedy));
    }
}

fn quotas(ladder: &Written<Ladder>, findings: &mut Findings) {
    let mut sum = Micro::ZERO;
    for (level, place) in levels(ladder) {
        let Some(percent) = level.at_most_percent.map(micro) else {
            continue;
        };
        let over = sum <= micro(100.0);
        sum = sum + percent;
        if over && sum > micro(100.0) {
            let problem = say!(
                "名额合计到这里已 {sum}%,超过 100%",
                "the quotas add up to {sum} % here, over 100 %"
            );
            let place = at!(&place, "at_most_percent");
            let remedy = say!("合计不超过 100%", "At most 100 % together");
            findings.push(Diagnostic::error("quota-over-100", place, problem).remedy(remedy));
        }
    }
}

/// Warns where a higher level earns less than one below it.
fn order(ladder: &Written<Ladder>, findings: &mut Findings) {
    let mut above: Option<(f64, &LadderLevel)> = None;
    let mut barred = None;
    for (level, place) in levels(ladder) {
        let id = &level.id;
        if let Some(coefficient) = level.coefficient {
            if let Some((higher, other)) = above.filter(|(higher, _)| coefficient > *higher) {
                let other = &other.id;
                let problem = say!(
                    "“{id}”的系数 {coefficient} 比上一档“{other}”的 {higher} 还高",
                    "the coefficient of `{id}`, {coefficient}, is over that of `{other}` above it, {higher}"
                );
                findings.push(less_above(at!(&place, "coefficient"), problem));
            }
            above = Some((coefficient, level));
        }
        if !level.eligible {
            barred = barred.or(Some(id));
        } else if let Some(higher) = barred {
            let problem = say!(
                "“{id}”有资格参加选拔,上面的“{higher}”却没有",
                "`{id}` is eligible for promotion, but `{higher}` above it isn't"
            );
            findings.push(less_above(at!(&place, "eligible"), problem));
        }
    }
}

fn less_above(place: Place, problem: crate::Say) -> Diagnostic {
    Diagnostic::warning("level-order", place, problem).remedy(say!(
        "从高到低写各档,高的不比低的差",
        "Write the levels from the top, none worth less than one below it"
    ))
}
