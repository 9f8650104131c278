//! A wrong file never gives a score: each kind is named with its place and remedy, and nothing is written.

use rust_xlsxwriter::{Format, Formula, Workbook};

use crate::support::{Desk, FIGURES};

/// Scores with `--out` by a table that is wrong, and shows the messages in both languages.
fn refused(desk: &Desk, table: &str) -> String {
    let line = format!("score valley --measures {table} --period 2026-02 --out out.csv");
    let shown = desk.both(&line);
    assert_eq!(shown.matches("exit code 3").count(), 2, "{shown}");
    assert!(!shown.contains("--- output"), "{shown}");
    assert!(!desk.path("out.csv").exists(), "nothing is written");
    shown
}

/// The same for a table of these bytes.
fn table(bytes: impl AsRef<[u8]>) -> String {
    let desk = Desk::new();
    desk.write("table.csv", bytes);
    refused(&desk, "table.csv")
}

/// The campaign's figures with one text for another.
fn figures(from: &str, to: &str) -> String {
    assert!(FIGURES.contains(from), "{from}");
    FIGURES.replacen(from, to, 1)
}

macro_rules! refusals {
    ($($name:ident: $table:expr;)*) => {
        $(
            #[test]
            fn $name() {
                insta::assert_snapshot!(table($table));
            }
        )*
    };
}

refusals! {
    text_in_a_number: figures("2026-02,t2,0.80", "2026-02,t2,好");
    not_a_number: figures("2026-02,t2,0.80", "2026-02,t2,NaN");
    infinity: figures("2026-02,t2,0.80", "2026-02,t2,inf");
    out_of_range: figures("2026-02,t2,0.80", "2026-02,t2,80");
    duplicate_unit: format!("{FIGURES}2026-02,t2,0.80,35,14,8,0,0,0,4\n");
    unit_not_listed: figures("2026-02,t2", "2026-02,t22");
    cut_in_mid_line: FIGURES.get(..FIGURES.len() - 12).unwrap();
    formula_error_as_text: figures("2026-02,t2,0.80", "2026-02,t2,#DIV/0!");
    a_measure_nobody_gives: figures("satisfied,", "satisfaction,");
    utf16: FIGURES.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    latin_1: {
        let mut bytes = figures("rumours", "rumeur_").into_bytes();
        let at = bytes.windows(7).position(|part| part == b"rumeur_").unwrap();
        bytes[at + 6] = 0xe9;
        bytes
    };
    empty: "";
}

#[test]
fn unit_without_category() {
    let desk = Desk::new();
    std::fs::remove_file(desk.path("valley/organisation.csv")).unwrap();
    desk.write("table.csv", FIGURES);
    insta::assert_snapshot!(refused(&desk, "table.csv"));
}

#[test]
fn unknown_key_in_the_rules() {
    let desk = Desk::new();
    desk.edit("valley/schemes/town.toml", "total = 100", "totl = 100");
    desk.write("table.csv", FIGURES);
    insta::assert_snapshot!(refused(&desk, "table.csv"));
}

#[test]
fn duplicate_unit_in_the_list() {
    let desk = Desk::new();
    desk.edit("valley/organisation.csv", "t2,云岭乡", "t1,云岭乡");
    desk.write("table.csv", FIGURES);
    insta::assert_snapshot!(refused(&desk, "table.csv"));
}

/// The figures of February as a workbook, changed by `change`.
fn workbook(change: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> String {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let february = FIGURES.lines().filter(|line| !line.starts_with("2026-01"));
    for (row, line) in (0..).zip(february) {
        for (column, cell) in (0..).zip(line.split(',')) {
            match cell.parse::<f64>() {
                Ok(number) => sheet.write_number(row, column, number).unwrap(),
                Err(_) => sheet.write_string(row, column, cell).unwrap(),
            };
        }
    }
    change(sheet);
    let desk = Desk::new();
    desk.write("table.xlsx", workbook.save_to_buffer().unwrap());
    refused(&desk, "table.xlsx")
}

#[test]
fn merged_cells() {
    insta::assert_snapshot!(workbook(|sheet| {
        sheet
            .merge_range(1, 2, 2, 2, "0.9", &Format::new())
            .unwrap();
    }));
}

#[test]
fn formula_error_in_a_cell() {
    insta::assert_snapshot!(workbook(|sheet| {
        sheet
            .write_formula(1, 2, Formula::new("=1/0").set_result("#DIV/0!"))
            .unwrap();
    }));
}

#[test]
fn a_table_that_is_not_there() {
    let desk = Desk::new();
    let shown = desk.both("score valley --measures nowhere.csv --out out.csv");
    assert_eq!(shown.matches("exit code 4").count(), 2);
    assert!(!desk.path("out.csv").exists());
    insta::assert_snapshot!(shown);
}

#[test]
fn a_mark_before_the_text_and_gb18030_are_read() {
    let desk = Desk::new();
    let plain = FIGURES.replace("rumours", "传闻");
    let (chinese, _, _) = encoding_rs::GB18030.encode(&plain);
    desk.write("plain.csv", &plain);
    desk.write("mark.csv", format!("\u{feff}{plain}"));
    desk.write("chinese.csv", &chinese);
    let score = |name: &str| desk.run(&format!("score valley --format csv --measures {name}.csv"));
    let plain = score("plain");
    assert_eq!(plain.code, 0);
    assert_eq!(score("mark").out, plain.out);
    let chinese = score("chinese");
    assert_eq!(chinese.out, plain.out);
    insta::assert_snapshot!(chinese.err);
}
