//! Why a change of the organisation is refused.

use rulebook::say;

use crate::refusal::{Code, Refusal};
use crate::{Date, PersonId, UnitId};

/// What can be refused, in order of precedence.
pub const REFUSALS: &[Code] = &[
    (
        "too-many",
        "一次太多",
        "more is asked at once than is taken",
    ),
    ("bad-id", "标识写法不对", "an id is malformed"),
    (
        "unit-twice",
        "一个单位在名单里出现两次",
        "a unit stands in the list twice",
    ),
    (
        "person-exists",
        "这个人已经登记",
        "the person is registered already",
    ),
    (
        "post-exists",
        "这个岗位已经有了",
        "there is such a post already",
    ),
    (
        "no-such-unit",
        "没有这个单位,或那天没有",
        "there is no such unit, or not on that day",
    ),
    (
        "no-such-person",
        "没有登记这个人,或那天已离开",
        "there is no such person, or not on that day",
    ),
    (
        "no-such-post",
        "没有这个岗位,或那天没有",
        "there is no such post, or not on that day",
    ),
    (
        "no-such-role",
        "细则里没有这个角色",
        "the rulebook has no such role",
    ),
    (
        "no-such-category",
        "细则里没有这个类别",
        "the rulebook has no such category",
    ),
    (
        "attribute-value",
        "细则里没有这个属性,或不许这个值",
        "the rulebook has no such attribute, or doesn't allow the value",
    ),
    ("empty-name", "名称是空的", "a name is empty"),
    (
        "date-past",
        "日期在已截止的期里",
        "the day lies in a period that is cut off",
    ),
    (
        "parent-cycle",
        "上级单位绕成了圈,或层级太深",
        "units are each other's parents, or the tree is too deep",
    ),
    (
        "unit-in-use",
        "这个单位下面还有单位或人",
        "the unit still has units or people",
    ),
    (
        "related-to-self",
        "和自己有关系不用申报",
        "nobody declares a relation to themselves",
    ),
    ("nothing-changes", "没有任何变化", "nothing would change"),
];

pub(super) fn bad_id(id: &str, what: (&str, &str)) -> Refusal {
    let (zh, en) = what;
    Refusal::new(
        "bad-id",
        say!("{zh}的标识“{id}”写法不对。", "“{id}” is no id of a {en}."),
        say!(
            "人员和岗位用字母开头的字母、数字、点、连字符、下划线,最多 32 个(不要用姓名、电话、证件号);单位标识最多 64 字节,不含空白和控制字符。",
            "People and posts: a letter, then letters, digits, dots, hyphens, underscores, 32 at most (never a name, a telephone or card number); units: at most 64 bytes, no blanks or control characters."
        ),
    )
}

pub(super) fn exists(code: &'static str, id: &str) -> Refusal {
    Refusal::new(
        code,
        say!("{id} 已经有了。", "{id} is there already."),
        say!(
            "换一个标识;要改它,就用修改。",
            "Choose another id; to change it, use a change."
        ),
    )
}

pub(super) fn twice(unit: &UnitId) -> Refusal {
    Refusal::new(
        "unit-twice",
        say!(
            "{unit} 在名单里出现两次。",
            "{unit} stands in the list twice."
        ),
        say!("只留一次。", "Leave it in once."),
    )
}

/// The refusal for a unit that isn't there on a day; other modules give it too.
pub(crate) fn no_such_unit(unit: &UnitId, day: Date) -> Refusal {
    Refusal::new(
        "no-such-unit",
        say!(
            "{day} 没有单位 {unit}。",
            "There is no unit {unit} on {day}."
        ),
        say!("核对单位的标识和日期。", "Check the unit's id and the day."),
    )
}

/// The refusal for a person who isn't there on a day; other modules give it too.
pub(crate) fn no_such_person(person: &PersonId, day: Date) -> Refusal {
    Refusal::new(
        "no-such-person",
        say!(
            "{day} 没有在册人员 {person}。",
            "There is no person {person} on the register on {day}."
        ),
        say!(
            "核对人员的标识和日期,或先登记。",
            "Check the person's id and the day, or register them first."
        ),
    )
}

pub(super) fn no_such_post(post: &str) -> Refusal {
    Refusal::new(
        "no-such-post",
        say!(
            "没有岗位 {post},或那天已经撤销。",
            "There is no post {post}, or it has ended by that day."
        ),
        say!("核对岗位的标识和日期。", "Check the post's id and the day."),
    )
}

pub(super) fn not_in_rules(code: &'static str, name: &str, known: &str) -> Refusal {
    Refusal::new(
        code,
        say!("细则里没有“{name}”。", "The rulebook has no “{name}”."),
        say!("可用的有:{known}。", "It has: {known}."),
    )
}

pub(super) fn empty_name(id: &str) -> Refusal {
    Refusal::new(
        "empty-name",
        say!("{id} 的名称是空的。", "The name of {id} is empty."),
        say!("写上名称。", "Give it a name."),
    )
}

pub(super) fn date_past(day: Date) -> Refusal {
    Refusal::new(
        "date-past",
        say!(
            "{day} 所在的期已经截止。",
            "{day} lies in a period that is cut off."
        ),
        say!(
            "从还没有截止的一天起生效。",
            "Let it hold from a day that isn't cut off."
        ),
    )
}

pub(super) fn cycle(unit: &UnitId, parent: &UnitId) -> Refusal {
    Refusal::new(
        "parent-cycle",
        say!(
            "{unit} 不能归到 {parent}:会绕成圈,或层级太深。",
            "{unit} can't belong to {parent}: they would be each other's parents, or the tree would be too deep."
        ),
        say!("换一个上级单位。", "Choose another parent."),
    )
}

pub(super) fn in_use(unit: &UnitId, units: usize, people: usize) -> Refusal {
    Refusal::new(
        "unit-in-use",
        say!(
            "{unit} 那天还有 {units} 个下级单位、{people} 个人。",
            "{unit} still has {units} units and {people} people that day."
        ),
        say!(
            "先把他们转走,或把它并入另一个单位。",
            "Move them first, or merge it into another unit."
        ),
    )
}

pub(super) fn to_self(person: &PersonId) -> Refusal {
    Refusal::new(
        "related-to-self",
        say!(
            "{person} 和自己的关系不用申报。",
            "{person} need not declare a relation to themselves."
        ),
        say!("写另一个人。", "Name another person."),
    )
}

pub(super) fn nothing(id: &str) -> Refusal {
    Refusal::new(
        "nothing-changes",
        say!("{id} 已经是这样。", "{id} is so already."),
        say!("没有要改的。", "There is nothing to change."),
    )
}
