//! Schemes explained and compared in words: golden texts in Chinese and English.

use proptest::prelude::*;
use rulebook::diff::{diff, render};
use rulebook::explain::{explain, rule_sentence, running};
use rulebook::model::{Indicator, Measure};
use rulebook::{Campaign, Lang};

use crate::meaning_bench::Bench;

/// A small county with a frame, a scheme on it, and something of everything.
const FRAME: &str = r#"
total = 100
lock = true
free_points = 10
rounding = { points = 2 }
defaults = { missing = "class-mean", not_applicable = "drop", kind = "outcome", office = "org" }
caps = { bonus = 5, deduction = 10, score_min = 0 }
tie_break = [{ points = "served" }, { lower = "late" }]
banding = { quota_rounding = "half-up", quota_ties = "in" }
[[group]]
id = "people"
name = { zh = "群众评价", en = "People" }
points = 60
[[indicator]]
id = "served"
name = { zh = "服务对象满意", en = "Those served" }
group = "people"
points = 40
measure = "satisfied"
rule = { linear = { zero = 60, full = 95 } }
min_n = 30
proof = { zh = "邀请码评价", en = "ratings by invitation code" }
[[indicator]]
id = "requests"
name = { zh = "诉求办结", en = "Requests" }
group = "people"
points = 20
measure = "settled"
rule = { threshold = { pass = 95, lose = 2, per = 1, counting = "started" } }
relief = { over_mean = 5 }
open = ["proof"]
[[indicator]]
id = "filing"
name = { zh = "按时报送", en = "Filing" }
kind = "paper"
points = 30
measure = "late"
direction = "lower"
rule = { deduct = { per_case = 0.5, free = 1 } }
missing = "zero"
[[bonus]]
id = "models"
name = { zh = "先进典型", en = "Models" }
points = 2
measure = "models"
rule = { earn = { per_case = 0.5 } }
[[deduction]]
id = "false"
name = { zh = "弄虚作假", en = "False reports" }
points = 4
measure = "false"
rule = { earn = { per_case = 2 } }
missing = "zero"
[[veto]]
id = "crime"
name = { zh = "违纪违法", en = "Crime" }
measure = "crimes"
effect = { score_at_most = 59 }
[[veto]]
id = "red-line"
name = { zh = "触碰红线", en = "Red line" }
measure = "false"
at_least = 2
effect = { bars = "top" }
[[band]]
id = "top"
name = { zh = "先进", en = "Advanced" }
at_least = 90
percent = 20
[[band]]
id = "fair"
name = { zh = "合格", en = "Passed" }
at_least = 60
[[band]]
id = "low"
name = { zh = "不合格", en = "Failed" }
"#;

const TOWN: &str = r#"
extends = "frame"
category = "town"
from = "2026-03"
[[indicator]]
id = "progress"
name = { zh = "与自己比", en = "Own progress" }
points = 10
measure = "marks"
rule = { progress = { base = "start", as = "gap", target = 90, zero = 0, full = 0.3 } }
"#;

fn bench() -> Bench {
    let unit = |zh: &str, en: &str| format!("unit = {{ zh = \"{zh}\", en = \"{en}\" }}");
    let percent = unit("%", "%");
    Bench::new()
        .file("[[office]]\nid = \"org\"\nname = { zh = \"组织部\", en = \"Organisation Department\" }\n")
        .measure("satisfied", &format!("{percent}\nfilled_by = {{ rating = {{ top_levels = 2 }} }}"))
        .measure("settled", &format!("{percent}\norigin = {{ zh = \"热线统计\", en = \"hotline statistics\" }}"))
        .measure("late", &unit("天", "days"))
        .measure("models", &unit("个", "models"))
        .measure("false", &unit("件", "cases"))
        .measure("crimes", &unit("件", "cases"))
        .measure("marks", &unit("分", "marks"))
        .measure("start", &unit("分", "marks"))
        .scheme("frame", FRAME)
        .scheme("town-rules", TOWN)
}

fn campaign(bench: &Bench) -> Campaign {
    let found: Vec<String> = bench.findings().iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "{found:?}");
    bench.build().0
}

fn both(words: impl Fn(Lang) -> String) -> String {
    format!("{}\n=====\n\n{}", words(Lang::Zh), words(Lang::En))
}

#[test]
fn a_scheme_in_words() {
    let campaign = campaign(&bench());
    let scheme = campaign.scheme("town-rules").unwrap();
    insta::assert_snapshot!(both(|lang| explain(&campaign, scheme, lang)));
}

#[test]
fn an_index_in_words() {
    let index = r#"
category = "town"
aggregate = "geometric"
defaults = { missing = "drop", not_applicable = "drop", aggregate = "mean", rule = { min_max = { high = 100 } } }
prepare = [{ denominate = {} }, { screen_units = { at_least_percent = 90 } }, { screen_measures = { more_than = 100 } },
  { impute = { with = "mean", by = "region" } },
  { treat = { winsorise_at_most = 5, skewness = 2, kurtosis = 3.5 } }, { standardise = {} }]
rated = { groups = 1, each_with = 2, one_of = ["g"], at_least_percent = 50 }
peers = { attribute = "region" }
banding = { within = "peers", k_means = { strict = 1 } }
[[group]]
id = "g"
name = { zh = "甲组", en = "Group G" }
weight = 2
at_least = 1
rule = { z_score = {} }
[[indicator]]
id = "a"
name = { zh = "甲", en = "A" }
group = "g"
measure = "m"
[[indicator]]
id = "b"
name = { zh = "乙", en = "B" }
measure = "n"
weight = 3
[[band]]
id = "one"
name = { zh = "一星", en = "One star" }
"#;
    let bench = Bench::new()
        .file("[[attribute]]\nid = \"region\"\nname = { zh = \"地区\", en = \"region\" }\n")
        .measure("m", "per = \"n\"")
        .measure("n", "")
        .scheme("index", index);
    let campaign = campaign(&bench);
    let scheme = campaign.scheme("index").unwrap();
    insta::assert_snapshot!(both(|lang| explain(&campaign, scheme, lang)));
}

/// Something of everything by which a campaign is run.
const RUN: &str = r#"
[calendar]
period = "month"
rest = ["sun"]
holidays = ["2026-10-01", "2026-10-03", "2026-10-02", "2026-12-31", "2027-01-01"]
working_days = ["2026-09-27"]
[calendar.closing]
cut_off_days = 1
appeal_days = 3
closed_by = "clerk"
decided_by = "panel"
[ratings]
low_levels = 1
burst = 10
decided_by = "panel"
[[ratings.tag]]
id = "speed"
name = { zh = "快慢", en = "Speed" }
[work]
handovers = 1
[attachments]
max_kilobytes = 500
types = ["webp", "text"]
[[served]]
id = "people"
name = { zh = "群众", en = "People" }
[[served]]
id = "firms"
name = { zh = "企业", en = "Firms" }
[[role]]
id = "clerk"
name = { zh = "办公室", en = "Office" }
[[role]]
id = "panel"
name = { zh = "评议组", en = "Panel" }
"#;

const PERMIT: &str = r#"
about = { zh = "开店要的", en = "What a shop needs" }
categories = ["town"]
served = ["people", "firms"]
steps = [{ zh = "受理", en = "Taken in" }, { zh = "发证", en = "Issued" }]
days = 3
cost = { zh = "免费", en = "free" }
red_lines = [{ zh = "不收礼", en = "no gifts" }]
"#;

const STAR: &str = r#"
to = "unit"
every = "quarter"
nominated_by = "clerk"
at_most = 2
decided_by = "panel"
notice_days = 5
review_months = 6
categories = ["town"]
"#;

const YEAR: &str = r#"
category = "town"
periods = 12
at_least = 9
[[level]]
id = "top"
name = { zh = "优秀", en = "Excellent" }
when = "mean_score >= 90 && min_score - 5 > 60 || mean_rank_share<=0.1"
at_most_percent = 20
coefficient = 1.2
eligible = true
[[level]]
id = "good"
name = { zh = "良好", en = "Good" }
when = "(last_score != 0 ? change : 0) > 3"
[[level]]
id = "rest"
name = { zh = "其他", en = "Others" }
"#;

const PHOTO: &str = r#"
filled_by = "clerk"
subject = "own-unit"
every = "event"
minutes = 3
[[field]]
id = "photo"
name = { zh = "照片", en = "Photo" }
type = "attachment"
why = { zh = "说明要修", en = "To show what needs repair" }
[[field]]
id = "goals"
name = { zh = "目标", en = "Goals" }
type = "table"
[[field.column]]
id = "figure"
name = { zh = "数", en = "Figure" }
type = "number"
"#;

fn run() -> Bench {
    bench()
        .file_with("calendar = { period = \"month\" }\n", "")
        .file(RUN)
        .form("photo", PHOTO)
        .service("permit", PERMIT)
        .service("errand", "days = 0")
        .honour("star", STAR)
        .ladder("year", YEAR)
}

#[test]
fn how_a_campaign_is_run_in_words() {
    let campaign = campaign(&run());
    insta::assert_snapshot!(both(|lang| running(&campaign, lang)));
}

#[test]
fn a_campaign_that_only_scores_has_no_page_on_how_it_is_run() {
    assert_eq!(running(&campaign(&bench()), Lang::Zh), "");
}

#[test]
fn changes_of_how_a_campaign_is_run_in_words() {
    let new = run()
        .file_with(
            "rest = [\"sun\"]",
            "rest = [\"sat\", \"sun\"]\nutc_offset_minutes = -210",
        )
        .file_with(
            "\"2026-10-01\", \"2026-10-03\"",
            "\"2026-10-03\", \"2026-10-04\"",
        )
        .file_with("cut_off_days = 1", "cut_off_days = 2")
        .file_with("closed_by = \"clerk\"\n", "")
        .file_with("low_levels = 1", "low_levels = 2\nrectify_days = 1")
        .file_with("id = \"speed\"", "id = \"manner\"")
        .file_with("handovers = 1", "handovers = 3")
        .file_with("max_kilobytes = 500", "max_kilobytes = 1024")
        .file_with(
            "zh = \"企业\", en = \"Firms\"",
            "zh = \"企业\", en = \"Companies\"",
        )
        .with_all("days = 3\ncost", "days = 2\ncost")
        .with_all("served = [\"people\", \"firms\"]\n", "")
        .with_all("notice_days = 5", "notice_days = 7")
        .with_all("at_most_percent = 20", "at_most_percent = 15")
        .with_all("type = \"number\"", "type = \"date\"")
        .honour("model", STAR);
    let changes = diff(&campaign(&run()), &campaign(&new));
    insta::assert_snapshot!(both(|lang| render(&changes, lang)));
}

/// One rule of each kind, with other keys of its indicator.
const RULES: [&str; 24] = [
    "rule = { linear = { zero = 30, full = 10 } }\ndirection = \"lower\"",
    "rule = { steps = { below = 1, step = [{ at = 10, points = 20 }, { at = 5, points = 9 }] } }",
    "rule = { steps = { step = [{ at = 1, points = 20 }] } }\ndirection = \"lower\"",
    "rule = { threshold = { pass = 9, lose = 2, per = 1 } }",
    "rule = { threshold = { pass = 9, lose = 2, per = 1, counting = \"whole\" } }",
    "rule = { deduct = { per_case = 2, at_most = 6 } }",
    "rule = { strikes = { zero_at = 3 } }",
    "rule = { strikes = { zero_at = 3, lose = 5 } }",
    "rule = { rank_table = { points = [20, 15], rest = 5 } }",
    "rule = { rank_share = { share = [{ percent = 30, points = 20 }, { percent = 20, points = 10 }] } }",
    "rule = \"ratio-to-best\"",
    "rule = { ratio_to_target = { target = 40 } }",
    "rule = { progress = { as = \"difference\", zero = 0, full = 4 } }",
    "rule = { progress = { base = \"start\", as = \"ratio\", zero = 0, full = 0.2 } }",
    "rule = { quoted = { full = 100, zero = 60 } }",
    "rule = { min_max = {} }",
    "rule = { z_score = { mean = 10, sd = 2, low = 0, high = 20 } }",
    "rule = { goalposts = { zero = 100, full = 75000, scale = \"log\" } }",
    "rule = { percentile = {} }",
    "rule = \"borda\"",
    "rule = \"distance-to-best\"",
    "rule = { distance_to = { unit = \"best\", cap = true } }",
    "rule = \"as-is\"",
    "rule = { formula = \"min(x, 20)\" }",
];

#[test]
fn every_rule_in_a_sentence() {
    let unit = "unit = { zh = \"件\", en = \"cases\" }";
    let measure: Measure = toml::from_str(&format!(
        "id = \"m\"\nname = {{ zh = \"事项\", en = \"matters\" }}\n{unit}"
    ))
    .unwrap();
    let mut text = String::new();
    for rule in RULES {
        let item =
            format!("id = \"a\"\nname = {{ zh = \"甲\" }}\nmeasure = \"m\"\npoints = 20\n{rule}");
        let item: Indicator = toml::from_str(&item).unwrap();
        let (zh, en) = (
            rule_sentence(&item, &measure, Lang::Zh),
            rule_sentence(&item, &measure, Lang::En),
        );
        text.push_str(&format!("{rule}\n  {zh}\n  {en}\n"));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn changes_of_meaning_in_words() {
    let old = campaign(&bench());
    let new = bench()
        .file_with("[[office]]", "[limits]\npaper_percent = 40\n[[office]]")
        .measure("visits", "")
        .scheme_with(
            "points = 40\nmeasure = \"satisfied\"\nrule = { linear = { zero = 60, full = 95 } }",
            "points = 35\nmeasure = \"satisfied\"\nrule = { linear = { zero = 60, full = 98 } }",
        )
        .scheme_with(
            "id = \"people\"\nname = { zh = \"群众评价\", en = \"People\" }\npoints = 60",
            "id = \"people\"\nname = { zh = \"群众评价\", en = \"People\" }\npoints = 55",
        )
        .scheme_with("free_points = 10", "free_points = 15")
        .scheme_with(
            "missing = \"zero\"\n[[bonus]]",
            "missing = \"withhold\"\n[[bonus]]",
        )
        .scheme_with("score_at_most = 59", "score_at_most = 50")
        .scheme_with("at_least = 90\npercent = 20", "at_least = 85\npercent = 15")
        .scheme_with("id = \"progress\"", "id = \"visits\"")
        .scheme_with(
            "points = 10\nmeasure = \"marks\"",
            "points = 15\nmeasure = \"marks\"",
        );
    let new = campaign(&new.drop_measure("visits"));
    let changes = diff(&old, &new);
    insta::assert_snapshot!(both(|lang| render(&changes, lang)));
}

#[test]
fn order_and_layers_are_no_changes() {
    let old = campaign(&bench());
    let filing = FRAME.find("[[indicator]]\nid = \"filing\"").unwrap();
    let served = FRAME.find("[[indicator]]\nid = \"served\"").unwrap();
    let bonus = FRAME.find("[[bonus]]").unwrap();
    let shuffled = [
        &FRAME[..served],
        &FRAME[filing..bonus],
        &FRAME[served..filing],
        &FRAME[bonus..],
    ]
    .concat();
    let new = campaign(&bench().scheme_with(FRAME, &shuffled).reversed());
    assert_eq!(diff(&old, &new), []);
    assert_eq!(render(&diff(&old, &new), Lang::Zh), "");
}

#[test]
fn a_new_version_takes_the_place_of_the_old() {
    let old = campaign(&bench());
    let new = campaign(
        &bench()
            .scheme_with("id = \"town-rules\"", "id = \"town-2027\"")
            .scheme_with("2026-03", "2027-01"),
    );
    let text = render(&diff(&old, &new), Lang::En);
    assert!(
        text.contains("~ id: town-rules → town-2027\n  ~ in force from: 2026-03 → 2027-01\n"),
        "{text}"
    );
    assert!(!text.contains("removed"), "{text}");
}

proptest! {
    #[test]
    fn a_campaign_does_not_differ_from_itself_and_differs_both_ways(points in 0_u32..100, full in 61_u32..100) {
        let old = bench().build().0;
        let new = bench()
            .scheme_with("points = 40", &format!("points = {points}"))
            .scheme_with("full = 95", &format!("full = {full}"))
            .build()
            .0;
        prop_assert!(diff(&new, &new).is_empty());
        prop_assert_eq!(diff(&old, &new).len(), diff(&new, &old).len());
        prop_assert_eq!(diff(&old, &new).is_empty(), points == 40 && full == 95);
    }
}
