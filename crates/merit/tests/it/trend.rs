//! `merit trend`: charts of a table, in each layout, and what is wrong with a table.

use crate::support::Desk;

/// Two units over fourteen months, the second with a jump; and one with too few points.
fn desk() -> Desk {
    let mut table = String::from("unit,period,late,all\n");
    for month in 0..14_usize {
        let period = format!("{}-{:02}", 2025 + month / 12, month % 12 + 1);
        let late = 20 + [3, 0, 5, 1, 4, 2, 0][month % 7];
        table.push_str(&format!("a,{period},{late},100\n"));
        let jump = if month == 10 { 60 } else { late };
        table.push_str(&format!("b,{period},{jump},100\n"));
    }
    table.push_str("c,2025-01,3,100\n");
    let desk = Desk::empty();
    desk.write("late.csv", table);
    desk
}

const ASKED: &str = "trend late.csv --value late --denominator all --better down";

#[test]
fn each_unit_has_its_chart_and_too_few_points_a_note() {
    let ran = desk().run(ASKED);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.contains("a p chart, rules anhoj 2014, 14 points"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("above the limit") && ran.out.contains("concern"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("false alarms: of charts of 14 points"),
        "{}",
        ran.out
    );
    assert!(
        ran.err
            .contains("c: too few points for a chart (1; at least 10 are needed)"),
        "{}",
        ran.err
    );
    assert!(desk().both(ASKED).contains("c:点太少,没有作图"));
}

#[test]
fn csv_and_json_are_for_programs() {
    let desk = desk();
    let csv = desk.run(&format!("{ASKED} --format csv")).out;
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!(rows.len(), 1 + 28);
    assert!(
        rows[0]
            .starts_with("unit,period,value,centre,lower,upper,phase,part,outside,signals,meaning")
    );
    let jump = rows
        .iter()
        .find(|row| row.starts_with("b,2025-11,0.6,"))
        .unwrap();
    assert!(jump.contains("1,full,true,outside:up,concern"), "{jump}");
    let changes = desk
        .run(&format!("{ASKED} --change --season 12 --format csv"))
        .out;
    assert!(
        changes.contains("a,previous,2026-01,2026-02,difference,"),
        "{changes}"
    );
    assert!(
        changes.contains("a,year-ago,2025-02,2026-02,difference,"),
        "{changes}"
    );
    assert_eq!(desk.run(&format!("{ASKED} --out charts.json")).code, 0);
    let json = desk.read("charts.json");
    for part in [
        "\"chart\": \"p\"",
        "\"version\": \"2014\"",
        "\"false_alarm\"",
        "\"longest_limit\"",
        "\"note\"",
    ] {
        assert!(json.contains(part), "{part}");
    }
}

#[test]
fn rules_phases_and_points_left_out_are_as_asked() {
    let desk = desk();
    for (rules, version) in [
        ("western-electric", "1956"),
        ("nelson", "1984"),
        ("nhs", "NHSRplotthedots-0.2"),
    ] {
        let out = desk
            .run(&format!("{ASKED} --chart xmr --rules {rules}"))
            .out;
        assert!(out.contains(&format!("rules {rules} {version}")), "{out}");
    }
    let line = format!("{ASKED} --rebase 2025-08 --exclude 2025-11 --ghost 2025-02 --target 0.3");
    let out = desk.run(&line).out;
    for part in [
        "phase 2: longest run",
        "left out, above the limit",
        "shown only",
        "the target is",
    ] {
        assert!(out.contains(part), "{part}: {out}");
    }
}

#[test]
fn a_unit_without_the_period_of_new_limits_is_named() {
    let desk = desk();
    desk.edit("late.csv", "a,2025-08,23,100\n", "");
    let ran = desk.run(&format!("{ASKED} --rebase 2025-08"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("a: has no 2025-08"), "{}", ran.err);
}

#[test]
fn rows_of_one_period_are_cases_or_a_subgroup() {
    let desk = Desk::empty();
    let mut table = String::from("period,value\n");
    for period in 1..=12 {
        for row in 0..5 {
            table.push_str(&format!("{period},{}\n", (period * 7 + row * 3) % 11));
        }
    }
    desk.write("groups.csv", &table);
    let found = desk.run("trend groups.csv --value value --chart xbar --format csv");
    assert_eq!(
        (found.code, found.out.lines().count()),
        (0, 13),
        "{}",
        found.err
    );
    // Numbers are in their order: 10 stands after 9.
    assert!(
        found.out.lines().nth(10).unwrap().starts_with(",10,"),
        "{}",
        found.out
    );
    let cases = table.replace(",0\n", ",FALSE\n");
    desk.write(
        "cases.csv",
        cases
            .lines()
            .map(|row| {
                let (period, value) = row.split_once(',').unwrap();
                let value = if value == "value" {
                    "value"
                } else if value.len() > 1 {
                    "TRUE"
                } else {
                    "FALSE"
                };
                format!("{period},{value}\n")
            })
            .collect::<String>(),
    );
    assert_eq!(desk.run("trend cases.csv --value value --chart p").code, 0);
    let twice = desk.run("trend groups.csv --value value");
    assert_eq!(twice.code, 3);
    assert!(
        twice.err.contains("1 has a figure already, in row 2")
            && twice.err.contains("--chart xbar"),
        "{}",
        twice.err
    );
}

#[test]
fn a_wrong_table_or_line_names_place_value_and_remedy() {
    let desk = desk();
    desk.write("words.csv", "period,late,all\n1,3,10\n2,many,10\n3,12,10\n");
    let words = desk.both("trend words.csv --value late --denominator all --out out.csv");
    assert_eq!(words.matches("exit code 3").count(), 2, "{words}");
    assert!(
        words.contains("words.csv:3")
            && words.contains("“many” is no number")
            && words.contains("“many”不是数"),
        "{words}"
    );
    assert!(!desk.path("out.csv").exists());
    desk.edit("words.csv", "many", "0");
    let over = desk.run("trend words.csv --value late --denominator all --chart p");
    assert!(
        over.code == 3
            && over
                .err
                .contains("the figure 12 is over its denominator 10"),
        "{}",
        over.err
    );
    let missing = desk.run("trend late.csv --value lat");
    assert!(
        missing.code == 3
            && missing
                .err
                .contains("no column “lat” (--value); it has: unit"),
        "{}",
        missing.err
    );
    for (line, says) in [
        (
            "trend late.csv --value late --chart u",
            "a u chart needs a denominator",
        ),
        (
            "trend late.csv --value late --denominator all --chart c",
            "a c chart takes no denominator",
        ),
        (
            "trend late.csv --value late --rebase 2030-01",
            "the table has no such period",
        ),
        (
            "trend late.csv --value late --coverage 2",
            "between 0 and 1",
        ),
        (
            "trend late.csv --value late --out charts.pdf",
            "the ending .pdf says no layout",
        ),
    ] {
        let ran = desk.run(line);
        assert!(
            ran.code == 2 && ran.err.contains(says),
            "{line}: {}",
            ran.err
        );
    }
}
