//! The layouts of scores, and how files are written.

use std::fs;
use std::io::{Cursor, Read};
use std::process::Stdio;

use calamine::{Data, Reader, Xlsx};

use crate::support::Desk;

#[test]
fn tables_are_for_eyes() {
    insta::assert_snapshot!(Desk::new().both("score valley"));
}

#[test]
fn csv_is_for_programs() {
    let desk = Desk::new();
    insta::assert_snapshot!(desk.run("score valley --format csv").shown());
    let chinese = desk
        .command("zh_CN.UTF-8", "score valley --format csv")
        .output()
        .unwrap();
    let english = desk.run("score valley --format csv").out;
    assert_eq!(
        String::from_utf8(chinese.stdout).unwrap(),
        english,
        "the same in any language"
    );
}

#[test]
fn json_tells_groups_items_and_preparation() {
    insta::assert_snapshot!(
        Desk::new()
            .run("score valley --period 2026-02 --format json")
            .shown()
    );
}

#[test]
fn a_workbook_has_a_sheet_for_each_class() {
    let desk = Desk::new();
    assert_eq!(desk.run("score valley --out result.xlsx").code, 0);
    let bytes = fs::read(desk.path("result.xlsx")).unwrap();
    let mut workbook = Xlsx::new(Cursor::new(bytes.clone())).unwrap();
    assert_eq!(
        workbook.sheet_names(),
        ["2026-01 town", "2026-02 town", "2026-02 office"]
    );
    let town = workbook.worksheet_range("2026-02 town").unwrap();
    let header: Vec<String> = town
        .rows()
        .next()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    let facts = [
        "Rank",
        "Unit",
        "Name",
        "Score",
        "Band",
        "People satisfied",
        "Visiting",
    ];
    assert_eq!(header[..7], facts);
    assert_eq!(town.get_value((1, 3)), Some(&Data::Float(99.57)));
    // What looks like a formula in a table stays a text.
    let office = workbook.worksheet_range("2026-02 office").unwrap();
    assert_eq!(
        office.get_value((2, 2)),
        Some(&Data::String("=民政局".to_owned()))
    );
    assert!(
        workbook
            .worksheet_formula("2026-02 office")
            .unwrap()
            .is_empty()
    );
    assert_eq!(desk.run("score valley --out again.xlsx").code, 0);
    assert_eq!(
        fs::read(desk.path("again.xlsx")).unwrap(),
        bytes,
        "the same scores, the same bytes"
    );
}

#[test]
fn the_ending_of_the_file_says_the_layout() {
    let desk = Desk::new();
    for (name, starts) in [
        ("a.csv", "period,category,unit,"),
        ("a.json", "{\n"),
        ("a.txt", "2026-01 Township"),
    ] {
        assert_eq!(desk.run(&format!("score valley --out {name}")).code, 0);
        assert!(desk.read(name).starts_with(starts), "{}", desk.read(name));
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let desk = Desk::new();
    let one = desk.run("score valley --format json --threads 1").out;
    assert_eq!(one, desk.run("score valley --format json --threads 7").out);
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let desk = Desk::new();
    desk.write("out.csv", "as it was");
    assert_eq!(
        desk.run("score valley --period 2027-01 --out out.csv").code,
        3
    );
    assert_eq!(desk.read("out.csv"), "as it was");
    assert_eq!(desk.run("score valley --out out.csv").code, 0);
    assert!(desk.read("out.csv").starts_with("period,"));
    assert_eq!(
        desk.names("."),
        ["out.csv", "valley"],
        "nothing is left beside it"
    );
    insta::assert_snapshot!(desk.both("score valley --out nowhere/out.csv"));
    fs::create_dir(desk.path("folder")).unwrap();
    assert_eq!(desk.run("score valley --out folder").code, 4);
    assert_eq!(desk.names("."), ["folder", "out.csv", "valley"]);
}

#[test]
fn output_that_is_no_terminal_has_no_colours() {
    let desk = Desk::new();
    desk.edit("valley/schemes/town.toml", "points = 60", "points = 61");
    for line in ["check valley", "score valley", "--help", "explain valley"] {
        let shown = desk.both(line);
        assert!(!shown.contains('\u{1b}'), "{shown:?}");
    }
}

#[test]
fn an_explicit_layout_goes_into_a_file_of_any_other_name() {
    let desk = Desk::new();
    for name in ["scores", "scores.tmp", "scores.CSV"] {
        let ran = desk.run(&format!("score valley --format csv --out {name}"));
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(desk.read(name).starts_with("period,"), "{name}");
    }
}

#[test]
fn a_reader_that_has_gone_is_no_error_but_findings_are() {
    let desk = Desk::new();
    desk.copy("valley", "broken");
    desk.edit("broken/schemes/town.toml", "points = 60", "points   =   61");
    let lines = [
        ("score valley --format csv", 0),
        ("check valley", 0),
        ("--help", 0),
        ("check broken", 1),
        ("fmt broken --check", 1),
    ];
    for (line, expected) in lines {
        let mut command = desk.command("en_US.UTF-8", line);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let mut messages = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut messages)
            .unwrap();
        let code = child.wait().unwrap().code();
        assert!(
            !messages.contains("error") && !messages.contains("panicked"),
            "{messages}"
        );
        assert_eq!(code, Some(expected), "{line}");
    }
}

#[cfg(unix)]
#[test]
fn links_that_go_in_circles_are_not_followed() {
    let desk = Desk::new();
    std::os::unix::fs::symlink(".", desk.path("valley/again")).unwrap();
    std::os::unix::fs::symlink("nowhere.toml", desk.path("valley/gone.toml")).unwrap();
    assert_eq!(desk.run("check valley").code, 0);
}

#[test]
fn a_folder_of_everything_is_no_campaign() {
    let desk = Desk::new();
    for number in 0..20_010 {
        fs::write(desk.path(&format!("valley/{number}.txt")), "").unwrap();
    }
    insta::assert_snapshot!(desk.both("check valley"));
}

#[test]
fn a_text_file_beyond_measure_is_not_read() {
    let desk = Desk::new();
    let file = fs::File::create(desk.path("valley/measures.toml")).unwrap();
    file.set_len(17 << 20).unwrap();
    insta::assert_snapshot!(desk.both("check valley"));
}
