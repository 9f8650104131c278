//! `merit whatif --robust`: what it prints for eyes and for programs, and what it refuses.

use std::path::Path;

use crate::support::{Desk, copy};

/// A folder with the ready campaign `asem` and its invented figures.
fn asem() -> Desk {
    let desk = Desk::empty();
    let campaigns = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../campaigns");
    copy(&campaigns.join("asem"), &desk.path("asem"));
    desk
}

const QUICK: &str = "--draws 60 --sobol 8 --seed 3";

#[test]
fn robustness_is_told_in_both_languages() {
    let shown = asem().both(&format!("whatif asem --robust {QUICK}"));
    for part in [
        "first order S",
        "一阶 S",
        "left out: mean move",
        "去掉后平均变动",
        "decides nothing",
        "不起作用",
    ] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
}

#[test]
fn programs_get_csv_and_json() {
    let desk = asem();
    let choices = "--weights 2=0.25,3=0.25 --rules min_max:1:100,z_score:10:2 --aggregates mean,geometric --winsorise 1,5";
    let line = format!("whatif asem --robust {choices} {QUICK}");
    let units = desk.run(&format!("{line} --format csv"));
    assert_eq!(units.code, 0, "{}", units.err);
    assert!(
        units
            .out
            .starts_with("period,category,unit,score,rank,rank_mean,")
    );
    assert_eq!(units.out.lines().count(), 14);
    let again = desk.run(&format!("{line} --format csv --threads 3"));
    assert_eq!(units.out, again.out);
    let inputs = desk.run(&format!("{line} --format csv --part inputs"));
    let names: Vec<&str> = inputs
        .out
        .lines()
        .skip(1)
        .map(|line| line.split(',').nth(2).unwrap())
        .collect();
    assert_eq!(names, ["winsorise", "rules", "aggregates", "weights"]);
    let items = desk.run(&format!("{line} --format csv --part items --out items.csv"));
    assert_eq!((items.code, items.out.as_str()), (0, ""));
    assert_eq!(desk.read("items.csv").lines().count(), 1 + 49 + 10);
    let json = desk.run(&format!("{line} --each-weight --format json"));
    let document: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(document["settings"]["seed"], 3);
    let class = &document["results"][0];
    assert_eq!(class["units"].as_array().unwrap().len(), 13);
    assert_eq!(class["inputs"].as_array().unwrap().len(), 4 + 10);
    assert!(class["items"][0]["left_out"]["mean"].is_number());
}

#[test]
fn a_sum_of_points_has_weights_too() {
    let desk = Desk::new();
    let ran = desk.run(&format!(
        "whatif valley --robust --period 2026-01 {QUICK} --format csv"
    ));
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn what_can_not_be_varied_is_said_with_the_remedy() {
    let desk = asem();
    let cases = [
        ("--weights 9=0.1", 2, "no weight on level 9"),
        ("--weights 2", 2, "a number from 0 to 1"),
        ("--rules z_score", 2, "z_score:0:1"),
        (
            "--aggregates median",
            2,
            "mean, geometric, harmonic or power:2",
        ),
        ("--sobol 1", 2, "a whole number from 2 on"),
    ];
    for (option, code, message) in cases {
        let ran = desk.run(&format!("whatif asem --robust --draws 10 {option}"));
        assert_eq!(ran.code, code, "{option}\n{}", ran.err);
        assert!(ran.err.contains(message), "{option}\n{}", ran.err);
        assert_eq!(ran.out, "");
    }
    assert_eq!(desk.run("whatif asem").code, 2);
    assert_eq!(desk.run("whatif asem asem --robust").code, 2);
    assert_eq!(desk.run("whatif asem asem --draws 5").code, 2);
}
