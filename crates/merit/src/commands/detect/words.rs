//! Detectors, and why one can't be used, in words.

use inference::gaming::{Detector, NotApplicable};
use rulebook::{Say, say};

/// Every detector: its name, and the columns that bring it.
pub const DETECTORS: [(Detector, &str, &str, &str); 16] = [
    (Detector::Burst, "扎堆", "burst in time", "--unit --time"),
    (
        Detector::LowBurst,
        "低分扎堆",
        "burst of lowest levels",
        "--unit --time --level",
    ),
    (
        Detector::BatchFlood,
        "一批邀请的回收畸高",
        "flood from one batch",
        "--unit --batch --invited",
    ),
    (
        Detector::HourFlood,
        "集中在一个钟点",
        "flood in one hour",
        "--unit --time",
    ),
    (
        Detector::CopiedComments,
        "雷同的留言",
        "copied comments",
        "--comment",
    ),
    (
        Detector::AllTopRun,
        "连续满分",
        "run of top levels",
        "--level --top",
    ),
    (
        Detector::AllTopGroup,
        "一批全是满分",
        "batch of top levels only",
        "--level --top --batch",
    ),
    (
        Detector::SuddenCeiling,
        "忽然满分",
        "sudden ceiling",
        "--unit --time --level --top",
    ),
    (
        Detector::NoSpread,
        "打分不分高低",
        "judge without spread",
        "--unit --judge --mark",
    ),
    (
        Detector::BackScratching,
        "互打高分",
        "mutual back-scratching",
        "--unit --judge --mark",
    ),
    (
        Detector::Ring,
        "评价人成圈",
        "ring of raters",
        "--unit --rater --level --top",
    ),
    (
        Detector::TitlesInTurns,
        "轮流坐庄",
        "titles in turns",
        "--unit --time --won",
    ),
    (
        Detector::Benford,
        "首位数字不合常规",
        "first digits off Benford's law",
        "--figure --benford",
    ),
    (
        Detector::Threshold,
        "卡线",
        "heap at a mark",
        "--figure --threshold --width",
    ),
    (
        Detector::RoundNumbers,
        "凑整",
        "round numbers",
        "--figure --step",
    ),
    (
        Detector::LastDays,
        "集中在截止前",
        "last-day entries",
        "--unit --time --due",
    ),
];

/// What a detector looks for.
pub fn pattern(detector: Detector) -> Say {
    let known = DETECTORS.iter().find(|(known, ..)| *known == detector);
    let (zh, en) = known.map_or(("", ""), |(_, zh, en, _)| (*zh, *en));
    say!("{zh}", "{en}")
}

/// Why it can't be used.
pub fn why(reason: &NotApplicable) -> Say {
    match reason {
        NotApplicable::TooFew { what, least, found } => {
            let zh = chinese(what);
            say!(
                "{zh}只有 {found},至少要 {least}",
                "{what}: {found}, at least {least} are needed"
            )
        }
        NotApplicable::AllEqual { what } => {
            let zh = chinese(what);
            say!("{zh}全都一样", "{what}: all are equal")
        }
        NotApplicable::NoComparison { what } => {
            let zh = chinese(what);
            say!("没有{zh}可比", "{what}: there is nothing to compare with")
        }
        NotApplicable::Span { needed, found } => say!(
            "中间九成的数只跨 {found:.1} 个数量级,要 {needed:.1} 个",
            "the middle 90 % of the figures span {found:.1} powers of ten, {needed:.1} are needed"
        ),
    }
}

/// What the detectors name, in Chinese.
const THINGS: [(&str, &str); 23] = [
    ("events", "条数"),
    ("bins with events", "有数据的天数"),
    ("events of others", "别人的数据"),
    ("ratings", "条数"),
    ("sources", "来源(批次或钟点)"),
    (
        "ratings that aren't the unit's, or invitations without one",
        "别的单位的数据或没有回的邀请",
    ),
    ("periods with ratings", "有数据的期数"),
    ("levels", "等级"),
    ("entries", "条数"),
    ("peers with entries", "有数据的别的单位"),
    ("comments with text", "写了字的留言"),
    ("figures other than 0", "不是 0 的数"),
    ("bins with figures on each side", "合格线每边有数的格"),
    ("figures near the threshold", "合格线附近的数"),
    ("figures at or beside a round number", "整数及其邻近的数"),
    ("figures", "数"),
    ("objects marked by others too", "别人也打过分的单位"),
    ("marks", "分数"),
    ("pairs that marked each other", "互相打过分的对数"),
    ("units marked", "给过最高级的单位"),
    ("groups", "批数"),
    ("periods with a winner", "有人当选的期数"),
    ("winners", "当选者"),
];

fn chinese(what: &str) -> &str {
    THINGS
        .iter()
        .find(|(en, _)| *en == what)
        .map_or(what, |(_, zh)| *zh)
}
