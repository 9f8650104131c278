//! `merit judges`.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::Desk;

/// Two judges who share units and a third who shares none; each marks two traits.
const MARKS: &str = "\
unit,judge,trait,hours,mark
a,wang,order,1,80
a,wang,speed,1,84
a,li,order,2,71
a,li,speed,2,77
b,wang,order,2,91
b,wang,speed,2,88
b,li,order,3,83
b,li,speed,3,80
c,wang,order,4,77
c,wang,speed,4,79
c,li,order,1,70
c,li,speed,1,66
d,zhao,order,2,85
d,zhao,speed,2,86
e,zhao,order,3,75
e,zhao,speed,3,
e,zhao,speed,3,77
";

const LINE: &str =
    "judges marks.csv --mark mark --random unit,judge --judge judge --unit unit --trait trait";

fn desk() -> Desk {
    let desk = Desk::empty();
    desk.write("marks.csv", MARKS);
    desk
}

fn number(value: &Value, path: &str) -> f64 {
    value
        .pointer(path)
        .and_then(Value::as_f64)
        .unwrap_or_else(|| panic!("{path} in {value}"))
}

#[test]
fn marks_become_a_table_in_both_languages() {
    insta::assert_snapshot!(desk().both(LINE));
}

#[test]
fn json_keeps_the_contract() {
    let desk = desk();
    let ran = desk.run("judges marks.csv --mark mark --random unit:judge,judge --fixed trait,numeric(hours) --reml --format json");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("1 rows have an empty cell"), "{}", ran.err);
    let fit: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(fit["criterion"], "reml");
    assert_eq!(fit["theta"].as_array().unwrap().len(), 2);
    assert_eq!(fit["marks"], 16);
    assert!(number(&fit, "/deviance").is_finite() && number(&fit, "/sigma") > 0.0);
    for name in ["(Intercept)", "traitspeed", "hours"] {
        assert!(number(&fit, &format!("/fixed/{name}/estimate")).is_finite());
        assert!(number(&fit, &format!("/fixed/{name}/se")) > 0.0);
    }
    assert!(number(&fit, "/random/unit:judge/a:wang/mode").is_finite());
    assert!(number(&fit, "/random/judge/li/se") >= 0.0);
}

#[test]
fn a_file_is_written_whole() {
    let desk = desk();
    let ran =
        desk.run("judges marks.csv --mark mark --random unit,judge --format json --out fit.json");
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    let fit: Value = serde_json::from_str(&desk.read("fit.json")).unwrap();
    assert!(number(&fit, "/random/judge/wang/mode") > number(&fit, "/random/judge/li/mode"));
}

#[test]
fn what_is_wrong_is_said_in_both_languages() {
    let desk = desk();
    desk.write("words.csv", "judge,mark\na,4\nb,good\na,5\n");
    desk.write("equal.csv", "judge,mark\na,4\nb,4\na,4\nb,4\n");
    desk.write("one.csv", "judge,mark\na,4\na,5\na,3\n");
    desk.write("none.csv", "judge,mark\n");
    let lines = [
        "judges marks.csv --mark score --random judge",
        "judges marks.csv --mark mark --random judge --judge unit",
        "judges marks.csv --mark mark --random judge --unit unit",
        "judges words.csv --mark mark --random judge",
        "judges equal.csv --mark mark --random judge",
        "judges one.csv --mark mark --random judge",
        "judges none.csv --mark mark --random judge",
        "judges absent.csv --mark mark --random judge",
    ];
    let shown: Vec<String> = lines.iter().map(|line| desk.both(line)).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

/// The lecture ratings, from `$MERIT_REFERENCE_DATA` or beside the project.
fn ratings() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let root = std::env::var_os("MERIT_REFERENCE_DATA").map_or_else(beside, PathBuf::from);
    let file = root.join("insteval/insteval.csv");
    if file.is_file() {
        return Some(file.canonicalize().unwrap());
    }
    eprintln!(
        "left out: insteval/insteval.csv is not in {}",
        root.display()
    );
    None
}

fn rated(options: &str) -> Option<Value> {
    let line = format!(
        "judges {} --mark y {options} --format json",
        ratings()?.display()
    );
    let ran = Desk::empty().run(&line);
    assert_eq!(ran.code, 0, "{}", ran.err);
    Some(serde_json::from_str(&ran.out).unwrap())
}

fn near(found: f64, expected: f64, within: f64) {
    assert!(
        (found - expected).abs() <= within,
        "{found} where {expected} is expected"
    );
}

/// lme4 1.1-31, `y ~ 1 + studage + lectage + service + (1|s) + (1|d) + (1|dept/service)`, REML, factors with treatment contrasts:
/// criterion 237555.475611, singular in dept.
#[test]
fn a_nested_singular_fit_of_the_lecture_ratings_meets_lme4() {
    let Some(fit) = rated("--random s,d,dept:service,dept --fixed studage,lectage,service --reml")
    else {
        return;
    };
    near(number(&fit, "/deviance"), 237_555.475_611, 1e-4);
    for (at, theta) in [0.277_199_23, 0.432_312_79, 0.089_190_818, 0.0]
        .into_iter()
        .enumerate()
    {
        near(number(&fit, &format!("/theta/{at}")), theta, 1e-4);
    }
    assert_eq!(fit["singular"], serde_json::json!(["dept"]));
    near(
        number(&fit, "/fixed/lectage6/estimate"),
        -0.236_008_850,
        1e-5,
    );
    near(number(&fit, "/fixed/lectage6/se"), 0.020_571_649, 1e-5);
    near(number(&fit, "/fixed/service1/se"), 0.042_859_545, 1e-4);
}

/// lme4 1.1-31, `y ~ 1 + service * dept + (1|s) + (1|d)`, REML: criterion 237688.733511.
#[test]
fn interactions_of_the_lecture_ratings_meet_lme4() {
    let Some(fit) = rated("--random s,d --fixed service*dept --reml") else {
        return;
    };
    near(number(&fit, "/deviance"), 237_688.733_511, 1e-4);
    near(number(&fit, "/theta/0"), 0.276_158_259, 1e-5);
    near(number(&fit, "/theta/1"), 0.435_227_958, 1e-5);
    near(
        number(&fit, "/fixed/(Intercept)/estimate"),
        3.276_010_798,
        1e-5,
    );
    near(
        number(&fit, "/fixed/service1:dept12/estimate"),
        -0.042_303_712,
        1e-5,
    );
    near(
        number(&fit, "/fixed/service1:dept12/se"),
        0.079_354_458,
        1e-5,
    );
}
