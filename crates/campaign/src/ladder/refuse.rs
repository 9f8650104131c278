//! Why a step of a ladder is refused.

use rulebook::model::Ladder;
use rulebook::{Lang, Period, say};

use super::ProposalId;
use crate::id::Name;
use crate::refusal::{Code, Refusal};
use crate::{PersonId, UnitId};

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
        "no-such-proposal",
        "没有这个定档建议",
        "there is no such proposal",
    ),
    (
        "second-person",
        "须由另一个人来办",
        "someone else has to take this step",
    ),
    (
        "confirmed-already",
        "已经定过档",
        "the proposal is decided on already",
    ),
    (
        "no-such-ladder",
        "细则里没有这个台阶",
        "the rules have no such ladder",
    ),
    (
        "no-such-period",
        "不是本活动已经开始的一期",
        "no period of this campaign that has begun",
    ),
    (
        "not-final",
        "有一期还没定稿",
        "the results of a period aren't final",
    ),
    ("no-results", "没有结果", "there are no results"),
    (
        "no-such-unit",
        "建议里没有这个单位",
        "the proposal has no such unit",
    ),
    ("concerned", "须回避", "whoever asks is concerned"),
    (
        "no-such-level",
        "没有这一档",
        "the ladder has no such level",
    ),
];

pub(super) fn no_such_ladder(ladder: &Name) -> Refusal {
    Refusal::new(
        "no-such-ladder",
        say!(
            "细则里没有台阶“{ladder}”。",
            "The rules have no ladder `{ladder}`."
        ),
        say!(
            "写 ladders 里的标识。",
            "Write the id of one that stands in `ladders/`."
        ),
    )
}

pub(super) fn not_final(period: Period) -> Refusal {
    Refusal::new(
        "not-final",
        say!(
            "{period} 的结果还没定稿。",
            "The results of {period} aren't final."
        ),
        say!(
            "等它定稿,或看更早的几期。",
            "Wait until they are, or take an earlier last period."
        ),
    )
}

pub(super) fn no_results(ladder: &Ladder) -> Refusal {
    let category = &ladder.category;
    let (zh, en) = (ladder.name.get(Lang::Zh), ladder.name.get(Lang::En));
    Refusal::new(
        "no-results",
        say!(
            "“{zh}”要看的几期里,类别“{category}”没有结果。",
            "In the periods that “{en}” looks at, the category `{category}` has no results."
        ),
        say!(
            "核对台阶的类别和最后一期。",
            "Check the ladder's category and the last period."
        ),
    )
}

pub(super) fn no_such_proposal(id: ProposalId) -> Refusal {
    Refusal::new(
        "no-such-proposal",
        say!("没有第 {id} 号定档建议。", "There is no proposal {id}."),
        say!("核对编号。", "Check the number."),
    )
}

pub(super) fn confirmed_already(id: ProposalId, by: &PersonId) -> Refusal {
    Refusal::new(
        "confirmed-already",
        say!(
            "{by} 已经就第 {id} 号建议定档。",
            "{by} has decided on proposal {id} already."
        ),
        say!(
            "要改的,重新提出建议,再由人定。",
            "To change something, compute a new proposal and decide on that."
        ),
    )
}

pub(super) fn no_such_unit(id: ProposalId, unit: &UnitId) -> Refusal {
    Refusal::new(
        "no-such-unit",
        say!(
            "第 {id} 号建议里没有单位 {unit}。",
            "Proposal {id} has no unit {unit}."
        ),
        say!("核对单位的标识。", "Check the unit's id."),
    )
}

pub(super) fn no_such_level(ladder: &Ladder, level: &Name) -> Refusal {
    let levels: Vec<&str> = ladder.level.iter().map(|level| level.id.as_str()).collect();
    let levels = levels.join(", ");
    Refusal::new(
        "no-such-level",
        say!("没有“{level}”这一档。", "There is no level `{level}`."),
        say!("写其中之一:{levels}。", "Write one of: {levels}."),
    )
}
