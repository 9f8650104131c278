//! Why a step of a period is refused.

use rulebook::{Diagnostic, Period, Say, say};
use scoring::replay::ReplayError;
use scoring::run::RunError;

use super::step::{Step, next_step};
use crate::objection::ObjectionId;
use crate::refusal::{Code, Refusal};
use crate::{Actor, Date, PersonId, State, checks, figure};

/// What can be refused, in order of precedence.
pub const REFUSALS: &[Code] = &[
    (
        "not-the-clock",
        "这一步只由时钟来走",
        "only the clock takes this step",
    ),
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
        "no-such-period",
        "不是本活动已经开始的一期",
        "no period of this campaign that has begun",
    ),
    (
        "not-proposed",
        "没有人提请重新开放",
        "nobody has proposed to reopen the period",
    ),
    (
        "second-person",
        "须由另一个人来办",
        "someone else has to take this step",
    ),
    (
        "wrong-step",
        "这一期还没走到或已走过这一步",
        "the period isn't at this step",
    ),
    (
        "proposed-already",
        "已经有人提请重新开放",
        "it was proposed already to reopen the period",
    ),
    (
        "out-of-order",
        "更早的一期还没截止",
        "an earlier period isn't cut off yet",
    ),
    ("too-early", "截止日还没过", "the cut-off day isn't over"),
    ("day-past", "这一天已经过了", "the day is over"),
    (
        "figures-wrong",
        "这一期的数有错",
        "the period's figures are wrong",
    ),
    ("not-scorable", "细则算不出分", "a scheme can't be scored"),
    ("objection-open", "还有异议没有办完", "an objection is open"),
    (
        "scores-stale",
        "裁定改变了数,还没有重新计分",
        "a decision changed something and the period isn't scored again",
    ),
    (
        "window-open",
        "异议期还没过",
        "the results can still be objected to",
    ),
    ("nothing-due", "没有到期的事", "nothing falls due"),
];

pub(super) fn not_the_clock(by: &Actor) -> Refusal {
    let who = checks::name(by);
    Refusal::new(
        "not-the-clock",
        say!(
            "{who} 不是时钟:到期的事由时钟来办。",
            "{who} isn't the clock, which does what falls due."
        ),
        say!(
            "要提前一步的,用“截止”这一步。",
            "To cut off a period that is over, use the step `cut-off`."
        ),
    )
}

pub(super) fn wrong_step(state: &State, period: Period, today: Date) -> Refusal {
    let next = next_step(state, period, today).map(|next| next.step);
    let (zh, en) = match next {
        Some(Step::TakeIn) => ("填报", "taking in what belongs to it"),
        Some(Step::CutOff) => ("截止", "the cut-off"),
        Some(Step::Score) => ("计分", "scoring"),
        Some(Step::Object) => ("受理异议", "objections"),
        Some(Step::Decide) => ("裁定异议", "deciding objections"),
        Some(Step::ScoreAgain) => ("重新计分", "scoring again"),
        Some(Step::Finalise) => ("定稿", "making the results final"),
        Some(Step::Publish) => ("通报", "the circular"),
        None => ("已经办完", "done"),
    };
    Refusal::new(
        "wrong-step",
        say!(
            "{period} 现在的一步是:{zh}。",
            "The present step of {period} is: {en}."
        ),
        say!(
            "按顺序来;要补报的,提请重新开放。",
            "Take the steps in order; if something is late, propose to reopen the period."
        ),
    )
}

pub(super) fn out_of_order(period: Period, first: Period) -> Refusal {
    Refusal::new(
        "out-of-order",
        say!(
            "{period} 之前的 {first} 还没截止。",
            "{first}, which lies before {period}, isn't cut off yet."
        ),
        say!("先截止 {first}。", "Cut off {first} first."),
    )
}

pub(super) fn too_early(period: Period, last: Date) -> Refusal {
    Refusal::new(
        "too-early",
        say!(
            "{period} 到 {last} 为止都可以填报。",
            "{period} takes things in until {last}."
        ),
        say!("{last} 之后再截止。", "Cut it off after {last}."),
    )
}

pub(super) fn not_past(period: Period, until: Date, today: Date) -> Result<Date, Refusal> {
    if until >= today {
        return Ok(until);
    }
    Err(Refusal::new(
        "day-past",
        say!(
            "{period} 重新开放到 {until},而今天是 {today}。",
            "{period} would be reopened until {until}, and today is {today}."
        ),
        say!("写今天或以后的一天。", "Name today or a later day."),
    ))
}

pub(super) fn proposed_already(period: Period, by: &PersonId) -> Refusal {
    Refusal::new(
        "proposed-already",
        say!(
            "{by} 已经提请重新开放 {period}。",
            "{by} has proposed to reopen {period} already."
        ),
        say!("等另一个人来定。", "Wait until someone else has decided."),
    )
}

pub(super) fn not_proposed(period: Period) -> Refusal {
    Refusal::new(
        "not-proposed",
        say!(
            "没有人提请重新开放 {period}。",
            "Nobody has proposed to reopen {period}."
        ),
        say!(
            "先由一个人提请,再由另一个人来定。",
            "Let one person propose it, and another decide."
        ),
    )
}

pub(super) fn figures_wrong(period: Period, findings: &[Diagnostic]) -> Refusal {
    let (count, first) = figure::errors(findings);
    let (zh, en) = first.map_or_else(Default::default, |first| {
        (first.problem.zh.clone(), first.problem.en.clone())
    });
    Refusal::new(
        "figures-wrong",
        say!(
            "{period} 的数有 {count} 处错误;第一处:{zh}。",
            "The figures of {period} have {count} errors; the first: {en}."
        ),
        say!(
            "提请重新开放这一期,补交或更正后再截止、计分。",
            "Propose to reopen the period, hand in what is missing or mend it, cut it off and score it then."
        ),
    )
}

pub(super) fn not_replayed(category: &str, error: &ReplayError) -> Refusal {
    let why = match error {
        ReplayError::Noise { measure, .. } => say!(
            "度量“{measure}”的数与它的误差不合",
            "the figures of the measure `{measure}` don't go with its noise"
        ),
        ReplayError::TooLarge { at_most } => say!(
            "单位太多,最多重演 {at_most} 次",
            "with so many units {at_most} draws are the most"
        ),
        error => say!("{error}", "{error}"),
    };
    let Say { zh, en } = why;
    Refusal::new(
        "not-scorable",
        say!(
            "类别“{category}”不能重演,说不出区间和名单:{zh}。",
            "The category `{category}` can't be replayed for intervals and named lists: {en}."
        ),
        say!(
            "核对这一期的数和样本量,或改细则里的 noise、comparison.draws。",
            "Check the period's figures and their numbers of cases, or change `noise` or `comparison.draws` in the rules."
        ),
    )
}

pub(super) fn not_scorable(error: &RunError) -> Refusal {
    let (scheme, problem) = (&error.scheme, &error.error.problem);
    let (zh, en) = (&problem.zh, &problem.en);
    Refusal::new(
        "not-scorable",
        say!(
            "细则“{scheme}”算不出分:{zh}。",
            "The scheme `{scheme}` can't be scored: {en}."
        ),
        say!(
            "这是软件没有查出的错误,请报告。",
            "The check of the rules should have found it; please report it."
        ),
    )
}

pub(super) fn objection_open(period: Period, id: ObjectionId) -> Refusal {
    Refusal::new(
        "objection-open",
        say!(
            "{period} 的第 {id} 号异议还没有办完(包括还能申诉的)。",
            "Objection {id} about {period} is open, or can still be appealed."
        ),
        say!(
            "先作出裁定,等申诉期过。",
            "Decide it, and wait until it can't be appealed any more."
        ),
    )
}

pub(super) fn stale(period: Period) -> Refusal {
    Refusal::new(
        "scores-stale",
        say!(
            "裁定改变了 {period} 的数。",
            "A decision has changed something that the scores of {period} rest on."
        ),
        say!("先重新计分。", "Score the period again first."),
    )
}

pub(super) fn window_open(period: Period, until: Date) -> Refusal {
    Refusal::new(
        "window-open",
        say!(
            "{period} 的初步结果到 {until} 为止都可以提异议。",
            "The preliminary results of {period} can be objected to until {until}."
        ),
        say!("{until} 之后再定稿。", "Make them final after {until}."),
    )
}

pub(super) fn nothing_due(today: Date) -> Refusal {
    Refusal::new(
        "nothing-due",
        say!("到 {today} 没有到期的事。", "Nothing falls due by {today}."),
        say!("不用再做什么。", "Nothing need be done."),
    )
}
