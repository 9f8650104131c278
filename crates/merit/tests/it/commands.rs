//! Each command on the small campaign: golden output in both languages, exit codes, what is written.

use std::fs;

use crate::support::{Desk, LOCALES, Ran};

#[test]
fn check_says_that_all_is_well() {
    insta::assert_snapshot!(Desk::new().both("check valley"));
}

#[test]
fn check_lists_all_findings() {
    let desk = Desk::new();
    desk.edit("valley/schemes/town.toml", "points = 60", "points = 61");
    desk.edit(
        "valley/schemes/town.toml",
        "measure = \"visits\"",
        "measure = \"visit\"",
    );
    insta::assert_snapshot!(desk.both("check valley"));
}

#[test]
fn check_of_a_folder_without_a_campaign() {
    let desk = Desk::empty();
    fs::create_dir(desk.path("empty")).unwrap();
    insta::assert_snapshot!(desk.both("check empty") + "\n" + &desk.both("check nowhere"));
}

#[test]
fn fmt_of_a_folder_without_a_campaign_says_so() {
    let desk = Desk::empty();
    desk.write("notes/readme.txt", "nothing here");
    insta::assert_snapshot!(desk.both("fmt notes") + "\n" + &desk.both("fmt notes --check"));
    assert_eq!(desk.run("fmt notes").code, 3);
}

#[test]
fn fmt_says_what_differs_then_lays_it_out() {
    let desk = Desk::new();
    desk.edit(
        "valley/schemes/town.toml",
        "points = 60",
        "points   =   60 # 多数",
    );
    let before = desk.read("valley/schemes/town.toml");
    let looked = desk.both("fmt valley --check");
    assert_eq!(
        desk.read("valley/schemes/town.toml"),
        before,
        "--check changes nothing"
    );
    let written = desk.run("fmt valley").shown();
    assert!(
        desk.read("valley/schemes/town.toml")
            .contains("points = 60 # 多数")
    );
    let after = desk.run("fmt valley --check").shown();
    insta::assert_snapshot!([looked, written, after].join("\n"));
}

#[test]
fn fmt_changes_nothing_where_a_file_is_broken() {
    let desk = Desk::new();
    desk.edit("valley/schemes/town.toml", "points = 60", "points   =   60");
    desk.edit("valley/schemes/office.toml", "rule = {", "rule = {{");
    let before = desk.read("valley/schemes/town.toml");
    let shown = desk.both("fmt valley");
    assert_eq!(desk.read("valley/schemes/town.toml"), before);
    assert_eq!(shown.matches("exit code 3").count(), 2);
    insta::assert_snapshot!(shown);
}

#[test]
fn explain_tells_the_rules() {
    insta::assert_snapshot!(Desk::new().both("explain valley --scheme town"));
}

#[test]
fn explain_tells_the_rules_in_force_in_a_period() {
    let desk = Desk::new();
    let all = desk.run("explain valley").out;
    let january = desk.run("explain valley --period 2026-01").out;
    assert!(all.contains("Index of offices") && all.contains("Trial for townships"));
    assert!(january.contains("Hundred points of township committees"));
    assert!(!january.contains("Index of offices") && !january.contains("Trial"));
}

#[test]
fn explain_tells_a_score() {
    let desk = Desk::new();
    let units =
        ["t1", "t3", "t4", "o2"].map(|unit| desk.both(&format!("explain valley --unit {unit}")));
    let vetoed = desk.both("explain valley --unit t4 --period 2026-01");
    insta::assert_snapshot!(units.join("\n") + "\n" + &vetoed);
}

#[test]
fn explain_gives_data() {
    let desk = Desk::new();
    let score = desk.run("explain valley --unit t4 --period 2026-01 --format json");
    let rules = desk.run("explain valley --scheme office --format json");
    insta::assert_snapshot!(score.shown() + "\n" + &rules.shown());
}

#[test]
fn diff_tells_what_changed() {
    let desk = changed();
    insta::assert_snapshot!(
        desk.both("diff valley valley-new") + "\n" + &desk.both("diff valley valley")
    );
}

#[test]
fn whatif_tells_who_moves() {
    let desk = changed();
    insta::assert_snapshot!(
        desk.both("whatif valley valley-new --measures valley/figures/months.csv")
            + "\n"
            + &desk.both("whatif valley valley --period 2026-02")
    );
}

/// The campaign, and the same with other points.
fn changed() -> Desk {
    let desk = Desk::new();
    desk.copy("valley", "valley-new");
    let scheme = "valley-new/schemes/town.toml";
    desk.edit(scheme, "points = 60", "points = 35");
    desk.edit(scheme, "points = 25\nmeasure", "points = 50\nmeasure");
    desk.edit(
        scheme,
        "{ at = 20, points = 25 }",
        "{ at = 20, points = 50 }",
    );
    desk
}

#[test]
fn a_workbook_comes_back_without_loss() {
    let desk = Desk::new();
    let there = desk.both("campaign to-xlsx valley valley.xlsx");
    let back = desk.run("campaign from-xlsx valley.xlsx again").shown();
    let same = desk.run("diff valley again").shown();
    let occupied = desk.both("campaign from-xlsx valley.xlsx again");
    insta::assert_snapshot!([there, back, same, occupied].join("\n"));
}

#[test]
fn a_workbook_that_is_none_is_refused() {
    let desk = Desk::new();
    desk.write("broken.xlsx", b"PK not really");
    let shown = desk.both("campaign from-xlsx broken.xlsx again");
    assert!(!desk.path("again").exists());
    assert_eq!(shown.matches("exit code 3").count(), 2);
    insta::assert_snapshot!(shown);
}

#[test]
fn new_makes_a_campaign_that_scores() {
    let desk = Desk::empty();
    let listed = desk.run("new --list");
    let names: Vec<&str> = listed
        .out
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(names.contains(&"county"), "{names:?}");
    for name in names {
        assert_eq!(desk.run(&format!("new {name} --from {name}")).code, 0);
        let checked = desk.run(&format!("check {name}"));
        assert_eq!(checked.code, 0, "{}", checked.out);
        let scored = desk.run(&format!("score {name} --format csv"));
        assert_eq!(scored.code, 0, "{}", scored.err);
        assert!(scored.out.lines().count() > 3, "{}", scored.out);
    }
}

#[test]
fn schema_gives_the_files_that_editors_use() {
    let desk = Desk::empty();
    assert_eq!(desk.run("schema out").code, 0);
    let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema");
    for name in desk.names("out") {
        let kept = fs::read_to_string(format!("{kept}/{name}")).unwrap();
        assert_eq!(desk.read(&format!("out/{name}")), kept, "{name}");
    }
    assert_eq!(desk.names("out").len(), 7);
    assert!(desk.run("schema").out.starts_with("{\n  \"campaign\": {"));
}

#[test]
fn completions_are_written_for_every_shell() {
    let desk = Desk::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = desk.run(&format!("completions {shell}"));
        assert_eq!(ran.code, 0);
        assert!(
            ran.out.contains("whatif") && ran.out.contains("unit-column"),
            "{shell}"
        );
    }
}

#[test]
fn man_pages_are_written_in_the_language() {
    let desk = Desk::empty();
    for locale in LOCALES {
        let ran = Ran::of(desk.command(locale, "man pages").output().unwrap());
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    assert_eq!(desk.names("pages").len(), super::help::COMMANDS.len());
    let page = desk.read("pages/merit-score.1");
    assert!(
        page.contains(".SH SYNOPSIS") && page.contains("merit score county"),
        "{page}"
    );
    desk.command(LOCALES[0], "man pages").output().unwrap();
    assert!(desk.read("pages/merit-score.1").contains(".SH 用法"));
}
