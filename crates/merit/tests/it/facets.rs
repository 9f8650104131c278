//! `merit facets`.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::Desk;

/// Essays by judges on two traits; judge `hart` is severe, in the second month more so.
fn marks() -> (String, String) {
    let (mut wide, mut long) = (
        "essay,judge,month,style,order\n".to_owned(),
        "essay,judge,trait,mark\n".to_owned(),
    );
    for essay in 0..24 {
        for (at, judge) in ["hart", "mild", "even"].into_iter().enumerate() {
            if (essay + at) % 4 == 3 {
                continue;
            }
            let (month, good) = (1 + essay % 2, essay / 6);
            let severe = usize::from(at == 0) * month;
            let style = (good + (essay * 7 + at) % 2).saturating_sub(severe).min(3);
            let order = (good + (essay * 5 + 3 * at) % 3)
                .saturating_sub(severe)
                .min(3);
            wide.push_str(&format!("e{essay:02},{judge},{month},{style},{order}\n"));
            long.push_str(&format!(
                "e{essay:02},{judge},style,{style}\ne{essay:02},{judge},order,{order}\n"
            ));
        }
    }
    (wide, long)
}

fn desk() -> Desk {
    let desk = Desk::empty();
    let (wide, long) = marks();
    desk.write("wide.csv", wide);
    desk.write("long.csv", long);
    desk
}

const WIDE: &str = "facets wide.csv --person essay --judge judge --items style,order";
const LONG: &str = "facets long.csv --person essay --judge judge --mark mark --item trait";

#[test]
fn marks_become_a_table_in_both_languages() {
    let desk = desk();
    insta::assert_snapshot!(desk.both(&format!("{WIDE} --period month")));
}

#[test]
fn a_long_table_and_a_wide_one_tell_the_same() {
    let desk = desk();
    for part in ["judges", "items", "persons"] {
        let part = format!("--part {part} --format csv");
        let (wide, long) = (
            desk.run(&format!("{WIDE} {part}")),
            desk.run(&format!("{LONG} {part}")),
        );
        assert_eq!((wide.code, wide.err.as_str()), (0, ""));
        assert_eq!(wide.out, long.out);
        insta::assert_snapshot!(
            format!("csv_{}", part.split(' ').nth(1).unwrap()),
            head(&wide.out)
        );
    }
    let drift = desk.run(&format!("{WIDE} --period month --part drift --format csv"));
    insta::assert_snapshot!("csv_drift", drift.shown());
}

/// The first lines.
fn head(text: &str) -> String {
    text.lines()
        .take(8)
        .map(|line| line.to_owned() + "\n")
        .collect()
}

#[test]
fn json_keeps_the_contract() {
    let desk = desk();
    assert_eq!(
        desk.run(&format!("{WIDE} --period month --out fit.json"))
            .code,
        0
    );
    let fit: Value = serde_json::from_str(&desk.read("fit.json")).unwrap();
    for path in [
        "/deviance",
        "/sigma",
        "/reliability",
        "/separation/separation",
        "/separation/reliability",
        "/judges/hart/severity",
        "/judges/hart/se",
        "/judges/hart/infit",
        "/judges/hart/outfit",
        "/items/style/thresholds/0",
        "/items/style/difficulty",
        "/persons/e00/eap",
        "/persons/e00/se",
        "/drift/judges/hart/periods/2/severity",
    ] {
        assert!(number(&fit, path).is_finite(), "{path}");
    }
    assert!(number(&fit, "/judges/hart/severity") > number(&fit, "/judges/even/severity"));
    let slopes = desk.run(&format!(
        "{WIDE} --slopes items --steps common --format json"
    ));
    assert_eq!(slopes.code, 0, "{}", slopes.err);
    let slopes: Value = serde_json::from_str(&slopes.out).unwrap();
    assert_eq!(slopes["settings"]["slopes"], "items");
    assert!(number(&slopes, "/items/order/slope_se") > 0.0);
}

#[test]
fn a_judge_without_a_severity_is_warned_of() {
    let desk = desk();
    let more: String = (0..6)
        .map(|essay| format!("e{essay:02},kind,1,3,3\n"))
        .collect();
    desk.write("wide.csv", marks().0 + &more);
    let shown = desk.both(&format!("{WIDE} --part judges"));
    assert!(
        shown.contains("gave only the highest mark") && shown.contains("全是最高分"),
        "{shown}"
    );
    insta::assert_snapshot!(shown);
}

#[test]
fn unlinked_judges_are_compared_only_when_told_so() {
    let desk = desk();
    let apart = marks()
        .0
        .replace(",even,", ",alone,")
        .lines()
        .map(|line| {
            let line = line.to_owned() + "\n";
            if line.contains(",alone,") {
                line.replace('e', "x").replace("alonx", "alone")
            } else {
                line
            }
        })
        .collect::<String>();
    desk.write("wide.csv", apart.replace("xssay", "essay"));
    let refused = desk.both(WIDE);
    assert_eq!(refused.matches("exit code 3").count(), 2, "{refused}");
    let told = desk.run(&format!("{WIDE} --unlinked at-random --format csv"));
    assert_eq!(told.code, 0, "{}", told.err);
    assert!(told.err.contains("2 groups"), "{}", told.err);
    insta::assert_snapshot!(refused);
}

#[test]
fn what_is_wrong_is_said_in_both_languages() {
    let desk = desk();
    desk.write(
        "bad.csv",
        "essay,judge,mark\na,x,1.5\na,y,good\n,x,2\nb,x,300\nb,,1\n",
    );
    desk.write("twice.csv", "essay,judge,mark\na,x,1\na,y,2\na,x,2\n");
    desk.write("same.csv", "essay,judge,mark\na,x,1\na,y,1\nb,x,1\nb,y,1\n");
    desk.write("none.csv", "essay,judge,mark\na,x,\nb,x,NA\n");
    let alike = |essay: usize| format!("e{essay},x,{0}\ne{essay},y,{0}\n", essay % 3);
    let alike: String = (0..30).map(alike).collect();
    desk.write("alike.csv", format!("essay,judge,mark\n{alike}"));
    let columns = "--person essay --judge judge --mark mark";
    let lines = [
        format!("facets bad.csv {columns}"),
        "facets bad.csv --person mark --judge mark --mark mark".to_owned(),
        format!("facets twice.csv {columns}"),
        format!("facets same.csv {columns}"),
        format!("facets none.csv {columns}"),
        format!("facets alike.csv {columns}"),
        "facets long.csv --person essay --judge rater --mark mark".to_owned(),
        format!("{WIDE} --mark style"),
        "facets wide.csv --person essay --judge judge".to_owned(),
        format!("{WIDE} --part drift"),
    ];
    let shown: Vec<String> = lines.iter().map(|line| desk.both(line)).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

fn number(value: &Value, path: &str) -> f64 {
    value
        .pointer(path)
        .and_then(Value::as_f64)
        .unwrap_or_else(|| panic!("{path} in {value}"))
}

/// A reference file, from `$MERIT_REFERENCE_DATA` or beside the project.
fn reference(name: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let root = std::env::var_os("MERIT_REFERENCE_DATA").map_or_else(beside, PathBuf::from);
    let file = root.join("facets").join(name);
    if file.is_file() {
        return Some(file.canonicalize().unwrap());
    }
    eprintln!("left out: facets/{name} is not in {}", root.display());
    None
}

/// sirt 4.3, `rm.facets`: deviance to 0.01, severities to 0.001, EAP to 0.001.
#[test]
fn essays_meet_the_published_severities() {
    let (Some(marks), Some(raters), Some(persons)) = (
        reference("data.ratings1.csv"),
        reference("expected_rmfacets_ratings1_rater.csv"),
        reference("expected_rmfacets_ratings1_person.csv"),
    ) else {
        return;
    };
    let line = format!(
        "facets {} --person idstud --judge rater --items k1,k2,k3,k4,k5 --format json",
        marks.display()
    );
    let ran = Desk::empty().run(&line);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let fit: Value = serde_json::from_str(&ran.out).unwrap();
    assert!((number(&fit, "/deviance") - 2_526.214_301).abs() < 0.01);
    for (file, name, column, of) in [
        (raters, 0, 3, ("judges", "severity")),
        (persons, 0, 4, ("persons", "eap")),
    ] {
        let text = std::fs::read_to_string(file).unwrap().replace('"', "");
        for line in text.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let found = number(&fit, &format!("/{}/{}/{}", of.0, cells[name], of.1));
            let expected: f64 = cells[column].parse().unwrap();
            assert!((found - expected).abs() < 1e-3, "{line}: {found}");
        }
    }
}
