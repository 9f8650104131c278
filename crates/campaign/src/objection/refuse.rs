//! Why a step of an objection is refused.

use rulebook::say;

use super::ObjectionId;
use crate::figure::Amount;
use crate::id::Name;
use crate::refusal::{Code, Refusal};
use crate::{Date, PersonId, UnitId};

/// What can be refused, in order of precedence.
pub const REFUSALS: &[Code] = &[
    (
        "not-anonymous",
        "匿名的异议不影响分数",
        "no anonymous objection touches a score",
    ),
    (
        "not-a-person",
        "须由登记在册的人来办",
        "this is for a person on the register to do",
    ),
    (
        "no-such-objection",
        "没有这个异议",
        "there is no such objection",
    ),
    (
        "no-such-matter",
        "没有所异议的事",
        "there is nothing like what the objection is about",
    ),
    (
        "no-such-rule",
        "细则里没有所引的条款",
        "the rules have no such indicator, form, service or measure",
    ),
    (
        "not-yours",
        "不是当事的人或单位",
        "whoever asks is not the person or unit concerned",
    ),
    (
        "not-open",
        "这个异议不在这一步",
        "the objection isn't at this step",
    ),
    (
        "not-entitled",
        "没有所需的角色",
        "whoever asks doesn't have the role that is needed",
    ),
    ("day-future", "日期在今天之后", "the day is in the future"),
    ("too-late", "期限已过", "the time for it is over"),
    ("raised-already", "已经提过", "it was raised already"),
    ("answered-already", "已经答复过", "it was answered already"),
    (
        "second-person",
        "须由另一个人来办",
        "someone else has to take this step",
    ),
    ("concerned", "须回避", "whoever asks is concerned"),
    (
        "effect-unfitting",
        "裁定和它的效果对不上",
        "the decision and what it changes don't fit",
    ),
    (
        "no-such-measure",
        "没有这个度量",
        "there is no such measure",
    ),
    (
        "out-of-range",
        "数超出声明的范围",
        "a figure is out of the declared range",
    ),
];

pub(super) fn not_anonymous() -> Refusal {
    Refusal::new(
        "not-anonymous",
        say!(
            "匿名的异议不能改动分数。",
            "An objection without a name can't touch a score."
        ),
        say!(
            "由当事人实名提出;不便具名的,向纪检监察机关反映,查实后由其工作人员提出。",
            "The person concerned raises it under their name; whoever can't do that turns to discipline inspection, whose staff raise what they have verified."
        ),
    )
}

pub(super) fn no_such_matter() -> Refusal {
    Refusal::new(
        "no-such-matter",
        say!(
            "没有所异议的记录、评价、事项、分数或荣誉。",
            "There is no such record, rating, work item, score or honour."
        ),
        say!(
            "核对编号、期和单位;初步结果公开后才能对分数提异议。",
            "Check number, period and unit; scores can be objected to once there are preliminary results."
        ),
    )
}

pub(super) fn no_such_objection(id: ObjectionId) -> Refusal {
    Refusal::new(
        "no-such-objection",
        say!("没有第 {id} 号异议。", "There is no objection {id}."),
        say!("核对编号。", "Check the number."),
    )
}

pub(super) fn no_such_rule(rule: &Name) -> Refusal {
    Refusal::new(
        "no-such-rule",
        say!(
            "细则里没有条款“{rule}”。",
            "The rules have no item `{rule}`."
        ),
        say!(
            "写明所依据的指标、表单、服务、度量或荣誉;态度好坏不是理由。",
            "Cite the indicator, form, service, measure or honour it falls under; attitude is no ground."
        ),
    )
}

pub(super) fn not_yours(person: &PersonId, unit: Option<&UnitId>) -> Refusal {
    let unit = unit.map_or("-", UnitId::as_str);
    Refusal::new(
        "not-yours",
        say!(
            "{person} 不是这件事的当事人,也不属于当事单位 {unit}。",
            "{person} is not concerned, nor part of the unit concerned, {unit}."
        ),
        say!(
            "由当事的人或单位来办。",
            "The person or unit concerned has to do it."
        ),
    )
}

pub(super) fn not_open(id: ObjectionId) -> Refusal {
    Refusal::new(
        "not-open",
        say!(
            "第 {id} 号异议不在这一步。",
            "Objection {id} isn't at this step."
        ),
        say!(
            "看它的进展:已裁定的可以申诉,申诉裁定后不再改变。",
            "See how far it is: a decision can be appealed, the decision on the appeal holds."
        ),
    )
}

pub(super) fn day_future(on: Date, today: Date) -> Refusal {
    Refusal::new(
        "day-future",
        say!(
            "{on} 在今天({today})之后。",
            "{on} is after today, {today}."
        ),
        say!(
            "写事情发生的那一天。",
            "Write the day on which it happened."
        ),
    )
}

pub(super) fn too_late(until: Date) -> Refusal {
    Refusal::new(
        "too-late",
        say!("期限到 {until} 为止。", "The last day for it was {until}."),
        say!(
            "有新的事实的,请负责结账的人提请重新开放这一期。",
            "If there are new facts, ask whoever closes periods to propose reopening it."
        ),
    )
}

pub(super) fn final_already() -> Refusal {
    Refusal::new(
        "too-late",
        say!(
            "这一期的结果已经定稿。",
            "The results of the period are final."
        ),
        say!(
            "有新的事实的,请负责结账的人提请重新开放这一期。",
            "If there are new facts, ask whoever closes periods to propose reopening it."
        ),
    )
}

pub(super) fn raised_already(id: ObjectionId) -> Refusal {
    Refusal::new(
        "raised-already",
        say!(
            "同一件事已经提过第 {id} 号异议。",
            "Objection {id} was raised to the same already."
        ),
        say!(
            "等它的裁定;对裁定不服的,可以申诉。",
            "Wait for its decision, and appeal if you don't agree with it."
        ),
    )
}

pub(super) fn answered_already(id: ObjectionId, by: &PersonId) -> Refusal {
    Refusal::new(
        "answered-already",
        say!(
            "{by} 已经答复第 {id} 号异议。",
            "{by} has answered objection {id} already."
        ),
        say!("等裁定。", "Wait for the decision."),
    )
}

fn effect_unfitting(problem: rulebook::Say, remedy: rulebook::Say) -> Refusal {
    Refusal::new("effect-unfitting", problem, remedy)
}

pub(super) fn rejected_with_effect() -> Refusal {
    effect_unfitting(
        say!(
            "驳回的异议不能改动任何东西。",
            "A rejected objection changes nothing."
        ),
        say!(
            "写“无效果”,或改为支持、部分支持。",
            "Let it have no effect, or uphold it, whole or in part."
        ),
    )
}

pub(super) fn upheld_without_effect() -> Refusal {
    effect_unfitting(
        say!(
            "支持的异议必须有所改动。",
            "An objection that is upheld has to change something."
        ),
        say!(
            "写明不再计入,或更正为哪个数;确实不影响的,写“部分支持”。",
            "Set aside what it is about, or correct a figure; if it is right but changes nothing, uphold it in part."
        ),
    )
}

pub(super) fn score_set_aside() -> Refusal {
    effect_unfitting(
        say!(
            "分数是算出来的,不能整个不计。",
            "A score is computed and can't be set aside."
        ),
        say!(
            "更正算错的那个数,再重新计分。",
            "Correct the figure that is wrong; the period is then scored again."
        ),
    )
}

pub(super) fn nothing_to_correct() -> Refusal {
    effect_unfitting(
        say!(
            "这件事不涉及任何一期某单位的数。",
            "There is no figure of a unit and period to correct here."
        ),
        say!(
            "写“不再计入”或“无效果”。",
            "Set it aside, or let the decision have no effect."
        ),
    )
}

pub(super) fn no_such_measure(measure: &Name) -> Refusal {
    Refusal::new(
        "no-such-measure",
        say!(
            "细则里没有度量“{measure}”。",
            "The rules have no measure `{measure}`."
        ),
        say!("写度量的标识。", "Write a measure's id."),
    )
}

pub(super) fn out_of_range(measure: &Name, value: Amount) -> Refusal {
    Refusal::new(
        "out-of-range",
        say!(
            "“{measure}”的值 {value:?} 超出声明的范围。",
            "The value {value:?} of `{measure}` is out of the declared range."
        ),
        say!(
            "核对这个数和它的单位(如 95 与 0.95)。",
            "Check the figure and its unit (95 or 0.95, say)."
        ),
    )
}
