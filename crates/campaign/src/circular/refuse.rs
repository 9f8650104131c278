//! Why a step of a circular is refused.

use rulebook::{Period, say};

use super::CircularId;
use crate::refusal::{Code, Refusal};

/// What can be refused, in order of precedence.
pub const REFUSALS: &[Code] = &[
    (
        "not-a-person",
        "须由登记在册的人来办",
        "this is for a person on the register to do",
    ),
    (
        "not-entitled",
        "没有所需的角色",
        "whoever asks doesn't have the role that is needed",
    ),
    (
        "no-such-circular",
        "没有这份通报",
        "there is no such circular",
    ),
    (
        "no-such-period",
        "不是本活动已经开始的一期",
        "no period of this campaign that has begun",
    ),
    (
        "no-results",
        "这一期还没有结果",
        "the period has no results yet",
    ),
    (
        "drafted-already",
        "同样内容的通报已经起草",
        "a circular of the same content was drafted already",
    ),
    (
        "not-final",
        "这一期的结果还没定稿",
        "the period's results aren't final",
    ),
    (
        "outdated",
        "起草以后结果变了",
        "the results have changed since it was drafted",
    ),
    (
        "second-person",
        "须由另一个人来办",
        "someone else has to take this step",
    ),
    (
        "wrong-step",
        "这份通报还没走到或已走过这一步",
        "the circular isn't at this step",
    ),
    (
        "not-visited",
        "签发人的单位这一期没有走访过任何单位",
        "the unit of whoever signs has visited nobody in the period",
    ),
];

pub(super) fn no_such_circular(id: CircularId) -> Refusal {
    Refusal::new(
        "no-such-circular",
        say!("没有第 {id} 号通报。", "There is no circular {id}."),
        say!("核对编号。", "Check the number."),
    )
}

pub(super) fn no_results(period: Period) -> Refusal {
    Refusal::new(
        "no-results",
        say!("{period} 还没有结果。", "{period} has no results yet."),
        say!(
            "先截止、计分,再起草。",
            "Cut it off and score it first, then draft."
        ),
    )
}

pub(super) fn drafted_already(period: Period, id: CircularId) -> Refusal {
    Refusal::new(
        "drafted-already",
        say!(
            "{period} 的第 {id} 号通报内容相同。",
            "Circular {id} of {period} says the same."
        ),
        say!("批准或发布那一份。", "Approve or publish that one."),
    )
}

pub(super) fn not_final(period: Period) -> Refusal {
    Refusal::new(
        "not-final",
        say!(
            "{period} 的结果还没定稿。",
            "The results of {period} aren't final."
        ),
        say!("定稿后再批准、发布。", "Approve and publish once they are."),
    )
}

pub(super) fn outdated(id: CircularId, period: Period) -> Refusal {
    Refusal::new(
        "outdated",
        say!(
            "第 {id} 号通报起草以后,{period} 重新计过分。",
            "{period} was scored again since circular {id} was drafted."
        ),
        say!("重新起草。", "Draft it anew."),
    )
}

pub(super) fn wrong_step(id: CircularId) -> Refusal {
    Refusal::new(
        "wrong-step",
        say!(
            "第 {id} 号通报不在这一步。",
            "Circular {id} isn't at this step."
        ),
        say!(
            "先批准,再发布;各一次。",
            "Approve it, then publish it, once each."
        ),
    )
}

pub(super) fn not_visited(period: Period) -> Refusal {
    Refusal::new(
        "not-visited",
        say!(
            "您的单位 {period} 没有走访过任何单位,不能签发这一期的通报。",
            "Your unit has visited nobody in {period}, so you can't sign its circular."
        ),
        say!(
            "请本单位这一期走访过的人签发。",
            "Let someone sign whose unit has been there."
        ),
    )
}
