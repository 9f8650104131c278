//! Why something about ratings is refused.

use rulebook::{Say, say};

use crate::Date;
use crate::refusal::{Code, Refusal};

/// What can be refused, in order of precedence.
pub const REFUSALS: &[Code] = &[
    (
        "rating-named",
        "评价须匿名,不得用账号提交",
        "a rating is sent as the public, never with an account",
    ),
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
    (
        "no-such-batch",
        "没有这批邀请码,或已过期清除",
        "there is no such batch of codes, or it expired long ago",
    ),
    ("no-such-burst", "没有这次扎堆", "there is no such burst"),
    ("no-such-rating", "没有这条评价", "there is no such rating"),
    (
        "no-such-unit",
        "没有这个单位,或那天没有",
        "there is no such unit, or not on that day",
    ),
    (
        "no-such-service",
        "细则里没有这项服务,或这类单位不提供",
        "the rulebook has no such service, or units of this category don't offer it",
    ),
    (
        "no-such-group",
        "细则里没有这类服务对象,或这项服务不面向他们",
        "the rulebook has no such group served, or the service isn't for it",
    ),
    (
        "no-such-tag",
        "细则里没有这个标签",
        "the rulebook has no such tag",
    ),
    (
        "not-your-desk",
        "不是本单位的事",
        "it isn't for a unit of theirs",
    ),
    (
        "not-entitled",
        "没有所需的角色",
        "whoever asks doesn't have the role that is needed",
    ),
    ("concerned", "须回避", "they are concerned"),
    (
        "no-tickets",
        "没有邀请码,或一次太多",
        "there are no codes, or too many at once",
    ),
    (
        "ticket-known",
        "邀请码重复",
        "a code stands twice, or was used for an invitation before",
    ),
    (
        "batch-cancelled",
        "这批邀请码已经作废",
        "the batch is cancelled already",
    ),
    (
        "code-unknown",
        "没有这个邀请码",
        "there is no such invitation code",
    ),
    (
        "code-cancelled",
        "邀请码已作废",
        "the invitation code was cancelled",
    ),
    (
        "code-expired",
        "邀请码已过期",
        "the invitation code has expired",
    ),
    (
        "code-used",
        "邀请码已用过",
        "the invitation code was used already",
    ),
    (
        "not-yet-rated",
        "还没有用这个码评价过",
        "nothing was rated with this code yet",
    ),
    (
        "revised-already",
        "已经改过一次",
        "the rating was revised already",
    ),
    ("revise-late", "过了修改期限", "the time to revise is over"),
    (
        "rating-set-aside",
        "评价已被排除",
        "the rating is set aside",
    ),
    (
        "no-cases",
        "没有个案,或一次太多",
        "there are no cases, or too many at once",
    ),
    (
        "case-in-future",
        "个案的日期还没到",
        "a case's day is yet to come",
    ),
    (
        "case-known",
        "个案重复",
        "a case stands twice, or was taken in before",
    ),
    (
        "burst-decided",
        "这次扎堆已经判定",
        "the burst is decided on already",
    ),
    (
        "exclusion-pending",
        "已经有人提出排除",
        "its exclusion was proposed already",
    ),
    (
        "no-exclusion",
        "没有人提出排除",
        "nobody has proposed its exclusion",
    ),
    (
        "second-person",
        "须由另一个人来办",
        "someone else has to take this step",
    ),
    (
        "no-call-back",
        "评价人没有要求回电,或已回过",
        "the rater asked for no call-back, or was called already",
    ),
    ("nothing-due", "没有到期的事", "nothing is due"),
];

/// A refusal with a given problem and remedy.
pub(super) const fn of(code: &'static str, problem: Say, remedy: Say) -> Refusal {
    Refusal::new(code, problem, remedy)
}

pub(super) fn named() -> Refusal {
    of(
        "rating-named",
        say!(
            "评价带着账号:评价人须不可知。",
            "The rating comes with an account: raters stay unknown."
        ),
        say!(
            "不登录,从评价页面提交。",
            "Send it from the rating page without signing in."
        ),
    )
}

pub(super) fn missing(code: &'static str, what: (&str, &str), id: &str) -> Refusal {
    let (zh, en) = what;
    of(
        code,
        say!("没有{zh} {id}。", "There is no {en} {id}."),
        say!("核对编号。", "Check the number."),
    )
}

pub(super) fn not_in_rules(code: &'static str, name: &str, why: (&str, &str)) -> Refusal {
    let (zh, en) = why;
    of(
        code,
        say!("“{name}”不可用:{zh}。", "“{name}” can't be used: {en}."),
        say!("按细则里的标识写。", "Use an id of the rulebook."),
    )
}

pub(super) fn not_your_desk(who: &str, unit: &str) -> Refusal {
    of(
        "not-your-desk",
        say!(
            "{who} 不在 {unit} 或其上级,不能替它办。",
            "{who} belongs neither to {unit} nor to a unit above it, and can't act for it."
        ),
        say!(
            "请 {unit} 的人、上级或窗口程序来办。",
            "Ask someone of {unit}, of a unit above, or the desk's program."
        ),
    )
}

pub(super) fn number(code: &'static str, got: usize, most: usize, what: (&str, &str)) -> Refusal {
    let (zh, en) = what;
    of(
        code,
        say!(
            "这次有 {got} 个{zh};一次 1 到 {most} 个。",
            "There are {got} {en}; 1 to {most} at once."
        ),
        say!("分几次交。", "Send them in parts."),
    )
}

pub(super) fn twice(code: &'static str, id: &str) -> Refusal {
    of(
        code,
        say!(
            "{id} 在这次里出现两次,或以前已有。",
            "{id} stands twice here, or is known from before."
        ),
        say!("去掉它再交。", "Take it out and send again."),
    )
}

pub(super) fn code_unknown() -> Refusal {
    of(
        "code-unknown",
        say!("没有这个邀请码。", "There is no such invitation code."),
        say!(
            "核对是否抄错;没有码也可以在墙上的公开码评价。",
            "Check it for slips; without a code the open one on the wall can be used."
        ),
    )
}

pub(super) fn code_gone(code: &'static str, until: Date) -> Refusal {
    if code == "code-expired" {
        return of(
            code,
            say!(
                "邀请码有效到 {until},已过期。",
                "The invitation code was valid until {until}."
            ),
            say!("请窗口重新给一个。", "Ask the desk for a new one."),
        );
    }
    of(
        code,
        say!(
            "这批邀请码已作废。",
            "The codes of this batch were cancelled."
        ),
        say!("请窗口重新给一个。", "Ask the desk for a new one."),
    )
}

pub(super) fn code_used() -> Refusal {
    of(
        "code-used",
        say!(
            "这个邀请码已经评价过。",
            "This invitation code was used already."
        ),
        say!(
            "要改评价,用同一个码修改一次。",
            "To change the rating, revise it once with the same code."
        ),
    )
}

pub(super) fn not_yet_rated() -> Refusal {
    of(
        "not-yet-rated",
        say!(
            "还没有用这个码评价过。",
            "Nothing was rated with this code yet."
        ),
        say!("先评价。", "Rate first."),
    )
}

pub(super) fn revised_already() -> Refusal {
    of(
        "revised-already",
        say!("这条评价已经改过一次。", "This rating was revised already."),
        say!(
            "评价只能改一次;以后办事可以再评。",
            "A rating is revised once; the next service can be rated again."
        ),
    )
}

pub(super) fn revise_late(until: Date) -> Refusal {
    of(
        "revise-late",
        say!(
            "这条评价到 {until} 为止可以改。",
            "This rating could be revised until {until}."
        ),
        say!("以后办事可以再评。", "The next service can be rated again."),
    )
}

pub(super) fn set_aside() -> Refusal {
    of(
        "rating-set-aside",
        say!("这条评价已被排除。", "This rating was set aside."),
        say!("不同意,可以提出异议。", "Those who disagree can object."),
    )
}

pub(super) fn in_future(day: Date, today: Date) -> Refusal {
    of(
        "case-in-future",
        say!(
            "个案的日期 {day} 在今天 {today} 之后。",
            "A case's day, {day}, is after today, {today}."
        ),
        say!("改正日期。", "Correct the day."),
    )
}

pub(super) fn simple(code: &'static str, id: &str) -> Refusal {
    let (problem, remedy) = match code {
        "batch-cancelled" => (
            say!(
                "这批邀请码 {id} 已经作废。",
                "Batch {id} is cancelled already."
            ),
            say!("不用再作废。", "Nothing more need be done."),
        ),
        "burst-decided" => (
            say!("扎堆 {id} 已经判定。", "Burst {id} is decided on already."),
            say!("不同意,可以提出异议。", "Those who disagree can object."),
        ),
        "exclusion-pending" => (
            say!(
                "已经有人提出排除评价 {id}。",
                "The exclusion of rating {id} was proposed already."
            ),
            say!("等第二个人确认。", "A second person has to confirm it."),
        ),
        "no-exclusion" => (
            say!(
                "没有人提出排除评价 {id}。",
                "Nobody has proposed to exclude rating {id}."
            ),
            say!("先由一个人提出。", "Someone has to propose it first."),
        ),
        "no-call-back" => (
            say!(
                "评价 {id} 没有要求回电,或已回过。",
                "Rating {id} asks for no call-back, or was called already."
            ),
            say!("不要联系评价人。", "Leave the rater alone."),
        ),
        _ => (
            say!("没有到期的事。", "Nothing is due."),
            say!("以后再来。", "Come again later."),
        ),
    };
    of(code, problem, remedy)
}
