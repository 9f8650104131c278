//! Why something about work items is refused.

use rulebook::say;

use super::WorkId;
use super::state::Stage;
use crate::refusal::{Code, Refusal};
use crate::{Date, UnitId};

/// What can be refused, in order of precedence.
pub const REFUSALS: &[Code] = &[
    (
        "not-the-clock",
        "这一步只由时钟来走",
        "only the clock takes this step",
    ),
    (
        "no-account",
        "要用账号办",
        "it takes an account of a person or a program",
    ),
    (
        "not-a-person",
        "须由登记在册的人来办",
        "this is for a person on the register to do",
    ),
    (
        "too-many",
        "一次太多",
        "more is asked at once than is taken",
    ),
    ("no-such-work", "没有这件事项", "there is no such work item"),
    (
        "no-such-unit",
        "没有这个单位,或那天没有",
        "there is no such unit, or not on that day",
    ),
    (
        "no-such-person",
        "没有登记这个人,或不在这个单位",
        "there is no such person, or not in that unit",
    ),
    (
        "no-such-role",
        "细则里没有这个角色",
        "the rulebook has no such role",
    ),
    (
        "not-your-unit",
        "只能替本单位承诺",
        "a promise is made by the unit's own people",
    ),
    (
        "not-the-holder",
        "事项不在他们手上",
        "the item isn't theirs",
    ),
    (
        "not-the-giver",
        "事项不是他们交办的",
        "they didn't give the item",
    ),
    (
        "not-the-checker",
        "不由他们验收",
        "they aren't the ones to check it",
    ),
    ("concerned", "须回避", "they are concerned"),
    (
        "nobody-checks",
        "没有无关的人验收",
        "nobody who isn't concerned would check it",
    ),
    ("due-past", "期限已经过去", "the last day for it is past"),
    (
        "work-stage",
        "事项现在不在这一步",
        "the item doesn't stand where this can be done",
    ),
    (
        "answer-pending",
        "正等对方答复",
        "an answer to a hand-over is awaited",
    ),
    ("not-a-request", "不是诉求", "the item is no request"),
    (
        "had-it-before",
        "这个单位经手过",
        "the unit has or had the item",
    ),
    (
        "handovers-used-up",
        "转手次数已满",
        "the item was handed over as often as is allowed",
    ),
    (
        "due-not-later",
        "新期限不比原来晚",
        "the new last day isn't later",
    ),
    (
        "no-reason",
        "退回须写明理由",
        "who returns an item says why",
    ),
    (
        "helps-already",
        "已在协办,或就是承办单位",
        "the unit helps already, or has the item itself",
    ),
    ("nothing-due", "没有到期的事", "nothing is due"),
];

pub(super) fn no_such_work(id: WorkId) -> Refusal {
    Refusal::new(
        "no-such-work",
        say!("没有事项 {}。", "There is no work item {}.", id.0),
        say!("核对编号。", "Check the number."),
    )
}

pub(super) fn no_such_role(role: &str) -> Refusal {
    Refusal::new(
        "no-such-role",
        say!(
            "细则里没有角色 {role}。",
            "The rulebook has no role {role}."
        ),
        say!(
            "用 campaign.toml 里的角色。",
            "Use a role of campaign.toml."
        ),
    )
}

/// A refusal of someone who isn't the one to do it.
pub(super) fn not_theirs(code: &'static str, who: &str, whose: &str) -> Refusal {
    let (problem, remedy) = match code {
        "not-your-unit" => (
            say!(
                "{who} 不在 {whose},不能替它承诺。",
                "{who} doesn't belong to {whose} and can't promise for it."
            ),
            say!("请 {whose} 的人来承诺。", "Ask someone of {whose}."),
        ),
        "not-the-holder" => (
            say!(
                "事项在 {whose},{who} 不在那里。",
                "The item is with {whose}, where {who} doesn't belong."
            ),
            say!("请 {whose} 的人来办。", "Ask someone of {whose}."),
        ),
        "not-the-giver" => (
            say!(
                "事项由 {whose} 交办,不是 {who}。",
                "The item was given by {whose}, not by {who}."
            ),
            say!("请 {whose} 来办。", "Ask {whose}."),
        ),
        _ => (
            say!(
                "事项由 {whose} 验收,不是 {who}。",
                "The item is checked by {whose}, not by {who}."
            ),
            say!("请 {whose} 来验收。", "Ask {whose} to check it."),
        ),
    };
    Refusal::new(code, problem, remedy)
}

pub(super) fn nobody_checks(unit: &UnitId) -> Refusal {
    Refusal::new(
        "nobody-checks",
        say!(
            "交办人与 {unit} 有关,不能自己验收。",
            "The giver is concerned with {unit} and can't check the item."
        ),
        say!(
            "指定一个验收的角色,或给服务对象验收码。",
            "Name a role that checks it, or give codes to those it is for."
        ),
    )
}

pub(super) fn due_past(due: Date, today: Date) -> Refusal {
    Refusal::new(
        "due-past",
        say!(
            "期限 {due} 早于今天 {today}。",
            "The last day, {due}, is before today, {today}."
        ),
        say!("换一个以后的日期。", "Choose a later day."),
    )
}

pub(super) fn stage(id: WorkId, stage: Stage) -> Refusal {
    let (zh, en) = match stage {
        Stage::Offered => ("待答复", "offered and not answered"),
        Stage::Declined => ("已谢绝", "declined"),
        Stage::Unanswered => ("逾期未答复", "left unanswered"),
        Stage::InHand => ("在办", "in hand"),
        Stage::Finished => ("待验收", "done and not yet checked"),
        Stage::Closed => ("已办结", "closed"),
        Stage::Groundless => ("已因无依据办结", "closed for want of ground"),
    };
    Refusal::new(
        "work-stage",
        say!("事项 {} 现在{zh}。", "Work item {} is {en}.", id.0),
        say!("先办它现在这一步。", "See first to the step it is at."),
    )
}

/// A refusal about one item that needs no more than its number.
pub(super) fn about(code: &'static str, id: WorkId) -> Refusal {
    let id = id.0;
    let (problem, remedy) = match code {
        "answer-pending" => (
            say!(
                "事项 {id} 已转出,对方还没有答复。",
                "Work item {id} was handed over, and the other unit hasn't answered."
            ),
            say!("等对方答复。", "Wait for the answer."),
        ),
        "not-a-request" => (
            say!("事项 {id} 不是诉求。", "Work item {id} is no request."),
            say!(
                "只有诉求可以因无依据办结;其他的请交办人处理。",
                "Only requests are closed for want of ground; of others ask the giver."
            ),
        ),
        _ => (
            say!(
                "退回事项 {id} 没有写理由。",
                "Work item {id} is returned without a reason."
            ),
            say!("写明哪里没做好。", "Say what isn't done well."),
        ),
    };
    Refusal::new(code, problem, remedy)
}

pub(super) fn had_it_before(unit: &UnitId) -> Refusal {
    Refusal::new(
        "had-it-before",
        say!(
            "{unit} 已经手过这件事项,不能再转给它。",
            "{unit} has or had the item; it can't go there again."
        ),
        say!(
            "转给没有经手过的单位,或请交办人定。",
            "Choose a unit that never had it, or ask the giver to decide."
        ),
    )
}

pub(super) fn used_up(most: u16) -> Refusal {
    Refusal::new(
        "handovers-used-up",
        say!(
            "这件事项已转手 {most} 次,不能再转。",
            "The item was handed over {most} times already."
        ),
        say!(
            "就在本单位办,或请交办人定。",
            "See to it here, or ask the giver to decide."
        ),
    )
}

pub(super) fn not_later(due: Date, old: Date) -> Refusal {
    Refusal::new(
        "due-not-later",
        say!(
            "新期限 {due} 不比原来的 {old} 晚。",
            "The new last day, {due}, isn't later than {old}."
        ),
        say!("换一个更晚的日期。", "Choose a later day."),
    )
}

pub(super) fn helps_already(unit: &UnitId) -> Refusal {
    Refusal::new(
        "helps-already",
        say!(
            "{unit} 已在协办,或就是承办单位。",
            "{unit} helps already, or has the item itself."
        ),
        say!("换一个单位。", "Ask another unit."),
    )
}

pub(super) fn nothing_due() -> Refusal {
    Refusal::new(
        "nothing-due",
        say!("没有到期的事。", "Nothing is due."),
        say!("以后再来。", "Come again later."),
    )
}
