//! How schemes that extend each other become complete, and what may not be done to a frame.

use proptest::prelude::*;
use rulebook::model::{Aggregate, Direction, Fallback, Rule};
use rulebook::resolve::effective;

use crate::meaning_bench::{Bench, shown};

/// A locked frame of 85 points that leaves 15.
const FRAME: &str = r#"
total = 100
lock = true
free_points = 15
defaults = { missing = "class-mean", not_applicable = "drop", kind = "outcome" }
caps = { bonus = 5 }
[[group]]
id = "main"
name = { zh = "主体", en = "Main" }
[[indicator]]
id = "served"
name = { zh = "满意", en = "Served" }
group = "main"
points = 60
measure = "m"
rule = { linear = { zero = 0, full = 1 } }
open = ["proof"]
[[indicator]]
id = "visits"
name = { zh = "走访", en = "Visits" }
points = 25
measure = "m"
rule = { earn = { per_case = 1 } }
"#;

fn own(points: u32) -> String {
    format!(
        "[[indicator]]\nid = \"own\"\nname = {{ zh = \"自定\", en = \"Own\" }}\npoints = {points}\nmeasure = \"m\"\n"
    )
}

fn framed(rest: &str) -> Bench {
    Bench::new()
        .scheme("frame", FRAME)
        .scheme("a", &format!("extends = \"frame\"\n{rest}"))
}

/// Code and place of every finding.
fn found(bench: &Bench) -> Vec<String> {
    let (_, findings) = effective(&bench.written());
    findings
        .iter()
        .map(|finding| format!("{} {}", finding.code, shown(&finding.place)))
        .collect()
}

#[test]
fn a_frame_and_its_layer_make_one_scheme() {
    let bench = framed(&format!(
        "category = \"town\"\ndefaults = {{ missing = \"zero\", direction = \"lower\", rule = \"ratio-to-best\" }}\n\
         [[change]]\nid = \"served\"\nproof = {{ zh = \"评价\", en = \"ratings\" }}\n{}",
        own(15)
    ));
    let (schemes, findings) = effective(&bench.written());
    assert_eq!(findings, []);
    let complete = &schemes[1];
    assert_eq!(complete.total, Some(100.0));
    assert_eq!(complete.caps.bonus, Some(5.0));
    assert_eq!(complete.aggregate, Some(Aggregate::Sum));
    assert_eq!(complete.group[0].aggregate, Some(Aggregate::Sum));
    let ids: Vec<&str> = complete.indicator.iter().map(|i| i.id.as_str()).collect();
    assert_eq!(ids, ["served", "visits", "own"]);
    let (served, own) = (&complete.indicator[0], &complete.indicator[2]);
    assert_eq!(served.proof.as_ref().unwrap().0["en"], "ratings");
    assert_eq!(
        (served.missing, served.direction),
        (Some(Fallback::ClassMean), Some(Direction::Higher))
    );
    assert_eq!(
        (own.missing, own.direction),
        (Some(Fallback::Zero), Some(Direction::Lower))
    );
    assert_eq!(
        (own.not_applicable, &own.rule),
        (Some(Fallback::Drop), &Some(Rule::RatioToBest))
    );
    assert!(complete.change.is_empty() && complete.remove.is_empty());
}

#[test]
fn without_a_lock_the_layer_above_decides() {
    let bench = Bench::new()
        .scheme("base", &FRAME.replace("lock = true", ""))
        .scheme("b", "extends = \"base\"\nremove = [\"visits\"]\ndefaults = { missing = \"zero\" }\ncaps = { bonus = 9 }")
        .scheme("c", "extends = \"b\"\n[[change]]\nid = \"served\"\npoints = 100\nrule = \"ratio-to-best\"");
    let (schemes, findings) = effective(&bench.written());
    assert_eq!(findings, []);
    let served = &schemes[2].indicator[0];
    assert_eq!(schemes[2].indicator.len(), 1);
    assert_eq!(
        (served.points, served.missing),
        (Some(100.0), Some(Fallback::Zero))
    );
    assert_eq!(served.rule, Some(Rule::RatioToBest));
    assert_eq!(schemes[2].caps.bonus, Some(9.0));
}

#[test]
fn locks_hold() {
    let cases = [
        (
            "[[change]]\nid = \"served\"\npoints = 9",
            "broken-lock schemes/a.toml:change[0].points",
        ),
        (
            "remove = [\"visits\"]",
            "broken-lock schemes/a.toml:remove[0]",
        ),
        ("total = 90", "broken-lock schemes/a.toml:total"),
        ("caps = { bonus = 50 }", "broken-lock schemes/a.toml:caps"),
        (
            &own(1).replace("own", "served"),
            "broken-lock schemes/a.toml:indicator[0].id",
        ),
        (&own(16), "over-budget schemes/a.toml:indicator[0].points"),
    ];
    for (rest, expected) in cases {
        assert_eq!(found(&framed(rest)), [expected], "{rest}");
    }
    for harmless in ["total = 100", "rounding = { points = 2 }", &own(15)] {
        assert!(found(&framed(harmless)).is_empty(), "{harmless}");
    }
}

#[test]
fn locks_hold_through_layers() {
    let middle = format!("category = \"town\"\n{}", own(10));
    let below = "extends = \"a\"\nremove = [\"own\", \"served\"]\n";
    let bench = framed(&middle).scheme("b", below);
    assert_eq!(found(&bench), ["broken-lock schemes/b.toml:remove[1]"]);
    let more = own(6).replace("own", "more");
    let bench = framed(&middle).scheme("b", &format!("extends = \"a\"\n{more}"));
    assert_eq!(
        found(&bench),
        ["over-budget schemes/b.toml:indicator[0].points"]
    );
}

#[test]
fn a_broken_lock_names_both_lines() {
    let (_, findings) = effective(&framed(&own(16)).written());
    let finding = &findings[0];
    assert_eq!(
        finding.problem.zh,
        "自定指标共 16 分,超出“frame”留下的 15 分,多了 1 分"
    );
    assert_eq!(
        shown(&finding.related[0].0),
        "schemes/frame.toml:free_points"
    );
    let (_, findings) = effective(&framed("[[change]]\nid = \"visits\"\npoints = 9").written());
    let finding = &findings[0];
    assert_eq!(
        finding.problem.zh,
        "改了“visits”的 points,而“frame”已锁定它"
    );
    assert_eq!(
        finding.problem.en,
        "this changes `points` of `visits`, which `frame` locks"
    );
    assert_eq!(
        shown(&finding.related[0].0),
        "schemes/frame.toml:indicator[1]"
    );
}

#[test]
fn what_cannot_be_merged_is_said_once() {
    let base = FRAME.replace("lock = true", "");
    let cases = [
        (
            "remove = [\"nothing\"]",
            "unknown-item schemes/a.toml:remove[0]",
        ),
        (
            "remove = [\"main\"]",
            "removed-in-use schemes/a.toml:remove[0]",
        ),
        (
            "[[change]]\nid = \"servd\"\npoints = 9",
            "unknown-item schemes/a.toml:change[0].id",
        ),
        (
            "[[change]]\nid = \"main\"\nmeasure = \"m\"",
            "unfit-change schemes/a.toml:change[0].measure",
        ),
        (
            &own(1).replace("own", "served"),
            "redefined-item schemes/a.toml:indicator[0].id",
        ),
    ];
    for (rest, expected) in cases {
        let bench = Bench::new()
            .scheme("base", &base)
            .scheme("a", &format!("extends = \"base\"\n{rest}"));
        let bench = bench.scheme("last", "extends = \"a\"");
        assert_eq!(found(&bench), [expected], "{rest}");
    }
}

#[test]
fn broken_chains_are_said_once() {
    let bench = Bench::new()
        .scheme("a", "extends = \"b\"")
        .scheme("b", "extends = \"a\"")
        .scheme("c", "extends = \"b\"");
    assert_eq!(found(&bench), ["extends-circle schemes/a.toml:extends"]);
    let bench = Bench::new()
        .scheme("frame", "")
        .scheme("a", "extends = \"fram\"")
        .scheme("b", "extends = \"a\"");
    assert_eq!(found(&bench), ["unknown-scheme schemes/a.toml:extends"]);
    let (_, findings) = effective(&bench.written());
    assert_eq!(findings[0].remedy.as_ref().unwrap().zh, "是不是“frame”?");
}

#[test]
fn what_extends_nothing_stays_itself() {
    let bench = Bench::new().scheme("frame", FRAME);
    let written = bench.written().remove(0).item;
    let complete = effective(&bench.written()).0.remove(0);
    let mut expected = written.clone();
    expected.aggregate = Some(Aggregate::Sum);
    expected.group[0].aggregate = Some(Aggregate::Sum);
    for indicator in &mut expected.indicator {
        indicator.kind = written.defaults.kind;
        indicator.direction = Some(Direction::Higher);
        indicator.missing = written.defaults.missing;
        indicator.not_applicable = written.defaults.not_applicable;
    }
    assert_eq!(complete, expected);
}

proptest! {
    #[test]
    fn the_order_of_files_does_not_matter(order in Just(vec![0_usize, 1, 2, 3]).prop_shuffle(), points in 1_u32..30) {
        let bench = framed(&own(points))
            .scheme("b", "extends = \"a\"\nremove = [\"own\"]")
            .scheme("c", "extends = \"b\"\ntotal = 85");
        let written = bench.written();
        let shuffled: Vec<_> = order.iter().map(|&index| written[index].clone()).collect();
        let by_id = |schemes: &[_]| {
            let (mut complete, mut findings) = effective(schemes);
            complete.sort_by(|a, b| a.id.cmp(&b.id));
            findings.sort_by_key(|finding| (finding.place.file.clone(), finding.to_string()));
            (complete, findings)
        };
        prop_assert_eq!(by_id(&written), by_id(&shuffled));
    }
}
