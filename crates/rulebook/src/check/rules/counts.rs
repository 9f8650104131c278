//! Rules over counted cases.

use super::{Faults, Setting};
use crate::model::{Deduct, Earn, Strikes};
use crate::say;

pub(super) fn deduct(rule: &Deduct, setting: &Setting, faults: &mut Faults) {
    if rule.per_case <= 0.0 {
        faults.senseless(
            "per_case",
            say!(
                "每件扣 {} 分,等于不扣",
                "each case loses {} points: nothing is ever lost",
                rule.per_case
            ),
            say!("per_case 要大于 0", "`per_case` has to be over 0"),
        );
    }
    if let Some(most) = rule.at_most {
        faults.over_points("at_most", most, setting);
    }
    let free = rule.free;
    faults.unreachable(
        "free",
        free,
        setting.range.max.filter(|max| free >= *max),
        setting,
    );
}

pub(super) fn earn(rule: &Earn, setting: &Setting, faults: &mut Faults) {
    if rule.per_case <= 0.0 {
        faults.senseless(
            "per_case",
            say!(
                "每件加 {} 分,等于不加",
                "each case earns {} points: nothing is ever earned",
                rule.per_case
            ),
            say!("per_case 要大于 0", "`per_case` has to be over 0"),
        );
        return;
    }
    if let Some(most) = rule.at_most {
        faults.over_points("at_most", most, setting);
        faults.short_of_full("at_most", most, setting);
    }
    // A hair less is rounding: 3 × 0.1 is meant to fill 0.3.
    let most = setting
        .range
        .max
        .map(|max| max * rule.per_case * (1.0 + 1e-12));
    if let Some(most) = most.filter(|_| {
        rule.at_most
            .is_none_or(|cap| setting.points.is_none_or(|p| cap >= p))
    }) {
        faults.short_of_full("per_case", most, setting);
    }
}

pub(super) fn strikes(rule: &Strikes, setting: &Setting, faults: &mut Faults) {
    let (zero_at, lose) = (rule.zero_at, rule.lose);
    if zero_at < 1.0 {
        faults.senseless(
            "zero_at",
            say!(
                "{zero_at} 次就归零,等于没有分",
                "nothing is left at {zero_at} strikes: there are no points to have"
            ),
            say!("zero_at 至少为 1", "`zero_at` has to be 1 or more"),
        );
        return;
    }
    let before = zero_at.ceil() - 1.0;
    if let Some(points) = setting
        .points
        .filter(|points| before > 0.0 && before * lose > *points)
    {
        faults.senseless(
            "lose",
            say!(
                "{zero_at} 次归零之前已扣 {} 分,超过 {points} 分",
                "{} points are lost before strike {zero_at}, more than the {points} there are",
                before * lose
            ),
            say!("减少 lose 或 zero_at", "Lower `lose` or `zero_at`"),
        );
    }
    faults.unreachable(
        "zero_at",
        zero_at,
        setting.range.max.filter(|max| zero_at > *max),
        setting,
    );
}
