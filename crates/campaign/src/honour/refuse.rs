//! Why a step of an honour is refused.

use rulebook::model::{Honour, Honoured, Requirement};
use rulebook::{Lang, Period, Say, say};

use super::{NominationId, Nominee};
use crate::id::Name;
use crate::objection::ObjectionId;
use crate::refusal::{Code, Refusal};
use crate::{Date, UnitId};

/// What can be refused, in order of precedence.
pub const REFUSALS: &[Code] = &[
    (
        "no-such-nomination",
        "没有这个推荐",
        "there is no such nomination",
    ),
    (
        "no-such-honour",
        "细则里没有这种荣誉",
        "the rules have no such honour",
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
        "wrong-kind",
        "这种荣誉不授予单位(或个人)",
        "the honour isn't for units, or not for people",
    ),
    (
        "no-such-nominee",
        "没有这个单位或人",
        "there is no such unit or person",
    ),
    (
        "wrong-category",
        "这个类别不评这种荣誉",
        "units of the category can't have the honour",
    ),
    (
        "second-person",
        "须由另一个人来办",
        "someone else has to take this step",
    ),
    ("concerned", "须回避", "whoever asks is concerned"),
    (
        "nominated-already",
        "这一次已经推荐过",
        "nominated already on this occasion",
    ),
    (
        "too-many",
        "推荐已满",
        "the unit has put forward as many as it may",
    ),
    (
        "decided-already",
        "已经有了结果",
        "it is decided or taken back already",
    ),
    ("not-held", "没有授予,或已撤销", "the honour isn't held"),
    (
        "set-aside",
        "异议成立,不再计入",
        "an objection was upheld: it doesn't count",
    ),
    ("under-notice", "还在公示", "it is under public notice"),
    ("objection-open", "还有异议没有办完", "an objection is open"),
    (
        "not-shown",
        "最终结果没有说明荣誉要求的",
        "final results don't say what the honour requires",
    ),
];

pub(super) fn no_such_nomination(id: NominationId) -> Refusal {
    Refusal::new(
        "no-such-nomination",
        say!("没有第 {id} 号推荐。", "There is no nomination {id}."),
        say!("核对编号。", "Check the number."),
    )
}

pub(super) fn no_such_honour(honour: &Name) -> Refusal {
    Refusal::new(
        "no-such-honour",
        say!(
            "细则里没有荣誉“{honour}”。",
            "The rules have no honour `{honour}`."
        ),
        say!(
            "写 honours 里的标识。",
            "Write the id of one that stands in `honours/`."
        ),
    )
}

pub(super) fn wrong_kind(honour: &Honour, nominee: &Nominee) -> Refusal {
    let (zh, en) = match honour.to {
        Honoured::Unit => ("单位", "units"),
        Honoured::Person => ("个人", "people"),
    };
    let (name_zh, name_en) = (honour.name.get(Lang::Zh), honour.name.get(Lang::En));
    Refusal::new(
        "wrong-kind",
        say!(
            "“{name_zh}”只授予{zh},{nominee} 不是。",
            "“{name_en}” is for {en}, and {nominee} is none of them."
        ),
        say!("推荐{zh}。", "Nominate one of those it is for."),
    )
}

pub(super) fn no_such_nominee(nominee: &Nominee) -> Refusal {
    Refusal::new(
        "no-such-nominee",
        say!(
            "{nominee} 今天不在册。",
            "{nominee} isn't on the register today."
        ),
        say!("核对标识。", "Check the id."),
    )
}

pub(super) fn wrong_category(honour: &Honour, category: &Name) -> Refusal {
    let (zh, en) = (honour.name.get(Lang::Zh), honour.name.get(Lang::En));
    Refusal::new(
        "wrong-category",
        say!(
            "“{zh}”不在类别“{category}”中评。",
            "“{en}” isn't given in the category `{category}`."
        ),
        say!(
            "推荐可评类别里的。",
            "Nominate someone of a category that can have it."
        ),
    )
}

pub(super) fn nominated_already(nominee: &Nominee, occasion: Date) -> Refusal {
    Refusal::new(
        "nominated-already",
        say!(
            "{nominee} 在 {occasion} 起的这一次已经被推荐。",
            "{nominee} was nominated already on the occasion that began on {occasion}."
        ),
        say!("不用再推荐。", "There is no need to nominate them again."),
    )
}

pub(super) fn too_many(unit: &UnitId, most: u16, occasion: Date) -> Refusal {
    Refusal::new(
        "too-many",
        say!(
            "{unit} 在 {occasion} 起的这一次已经推荐了 {most} 个,最多就是这么多。",
            "{unit} has put forward {most} on the occasion that began on {occasion}, which is the most."
        ),
        say!(
            "下一次再推荐,或先撤回一个。",
            "Wait for the next occasion, or take one back first."
        ),
    )
}

pub(super) fn decided_already(id: NominationId) -> Refusal {
    Refusal::new(
        "decided-already",
        say!(
            "第 {id} 号推荐已经有了结果。",
            "Nomination {id} is decided or taken back already."
        ),
        say!(
            "已授予的只能复查或撤销。",
            "What is awarded can be reviewed or withdrawn."
        ),
    )
}

pub(super) fn not_held(id: NominationId) -> Refusal {
    Refusal::new(
        "not-held",
        say!(
            "第 {id} 号推荐没有授予,或已撤销。",
            "Nomination {id} led to no honour, or it was withdrawn."
        ),
        say!(
            "只复查已授予的。",
            "Only honours that are held are reviewed."
        ),
    )
}

pub(super) fn set_aside(id: NominationId) -> Refusal {
    Refusal::new(
        "set-aside",
        say!(
            "对第 {id} 号推荐的异议成立。",
            "An objection to nomination {id} was upheld."
        ),
        say!("不予授予,写明理由。", "Decline it, with the reason."),
    )
}

pub(super) fn under_notice(id: NominationId, until: Date) -> Refusal {
    Refusal::new(
        "under-notice",
        say!(
            "第 {id} 号推荐公示到 {until}。",
            "Nomination {id} is under public notice until {until}."
        ),
        say!("{until} 之后再定。", "Decide after {until}."),
    )
}

pub(super) fn objection_open(id: NominationId, objection: ObjectionId) -> Refusal {
    Refusal::new(
        "objection-open",
        say!(
            "对第 {id} 号推荐的第 {objection} 号异议还没有办完。",
            "Objection {objection} to nomination {id} is open."
        ),
        say!(
            "等它的裁定,和申诉期过。",
            "Wait for its decision, and until it can't be appealed any more."
        ),
    )
}

pub(super) fn not_shown(
    honour: &Honour,
    nominee: &Nominee,
    requirement: Requirement,
    results: Option<Period>,
) -> Refusal {
    let (zh, en) = (honour.name.get(Lang::Zh), honour.name.get(Lang::En));
    let Say {
        zh: wanted_zh,
        en: wanted_en,
    } = requirement.words();
    let problem = match results {
        Some(period) => say!(
            "“{zh}”要求{wanted_zh};{period} 的最终结果没有这样说 {nominee}。",
            "“{en}” is for who is {wanted_en}; the final results of {period} don't say so of {nominee}."
        ),
        None => say!(
            "“{zh}”要求{wanted_zh};还没有哪一期的结果是最终的。",
            "“{en}” is for who is {wanted_en}; no period's results are final yet."
        ),
    };
    let remedy = say!(
        "等下一期的最终结果,或不予授予并写明理由;分不出先后不等于不好。",
        "Wait for the next final results, or decline with the reason; that the data can't tell is no fault of the unit."
    );
    Refusal::new("not-shown", problem, remedy)
}
