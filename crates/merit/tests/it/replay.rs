//! `merit score --replay`: intervals and named lists in each layout, the same for any number of threads.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use calamine::{Reader, Xlsx};

use crate::support::Desk;

/// A folder with the hotline appraisal of the examples in `hotline`.
fn desk() -> Desk {
    let desk = Desk::empty();
    let hotline = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../campaigns/hotline");
    for name in [
        "campaign.toml",
        "measures.toml",
        "organisation.csv",
        "schemes/hotline.toml",
        "figures/simulated.csv",
    ] {
        desk.write(
            &format!("hotline/{name}"),
            fs::read(hotline.join(name)).unwrap(),
        );
    }
    desk
}

const LINE: &str = "score hotline --period 2026-04 --replay 200";

#[test]
fn a_table_tells_how_sure_and_who_is_named() {
    insta::assert_snapshot!(desk().both(LINE));
}

#[test]
fn the_layouts_agree_and_threads_do_not_matter() {
    let desk = desk();
    let csv = desk.run(&format!("{LINE} --format csv")).out;
    let header = csv.lines().next().unwrap();
    let columns = "p_band.advanced,p_band.progress,p_band.mend,p_band.govern,p_first.3,p_over_mean,named,improved";
    assert!(header.ends_with(columns), "{header}");
    let named = |unit: &str| {
        let row = csv
            .lines()
            .find(|row| row.contains(&format!(",{unit},")))
            .unwrap();
        row.rsplit(',').take(2).collect::<Vec<_>>().join(" ")
    };
    // Built in: h14 improves, h18 slips, h03 has too few cases; h10 is like most.
    assert_eq!(named("h14"), "improved ahead");
    assert_eq!(named("h18"), "no-different behind");
    assert_eq!(named("h10"), "no-different no-different");
    assert_eq!(named("h03"), " ");
    let one = desk.run(&format!("{LINE} --format csv --threads 1")).out;
    assert_eq!(csv, one);
    let other = desk.run(&format!("{LINE} --format csv --seed 2")).out;
    assert_ne!(csv, other);
    let json = desk.run(&format!("{LINE} --format json")).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let class = &json["results"][0];
    assert_eq!(class["replay"]["control"], "family-wise");
    assert_eq!(class["replay"]["seed"], 20_260_101);
    let units = class["units"].as_array().unwrap();
    let h14 = units.iter().find(|unit| unit["unit"] == "h14").unwrap();
    assert_eq!(h14["replay"]["improved"]["verdict"], "ahead");
    assert!(h14["replay"]["named"]["adjusted"].as_f64().unwrap() < 0.05);
    assert_eq!(desk.run(&format!("{LINE} --out r.xlsx")).code, 0);
    let mut book = Xlsx::new(Cursor::new(fs::read(desk.path("r.xlsx")).unwrap())).unwrap();
    let sheet = book.worksheet_range("2026-04 township").unwrap();
    let rows: Vec<Vec<String>> = sheet
        .rows()
        .map(|row| row.iter().map(ToString::to_string).collect())
        .collect();
    let column = rows[0]
        .iter()
        .position(|title| title == "improved")
        .unwrap();
    let h14 = rows.iter().find(|row| row[1] == "h14").unwrap();
    assert_eq!(h14[column], "improved");
}

#[test]
fn the_error_rate_declared_is_the_one_used() {
    let desk = desk();
    let count = |desk: &Desk| {
        let csv = desk.run(&format!("{LINE} --format csv")).out;
        csv.lines()
            .filter(|row| row.ends_with("ahead,improved") || row.contains(",ahead,"))
            .count()
    };
    let strict = count(&desk);
    desk.edit("hotline/campaign.toml", "rate = 0.05", "rate = 0.4");
    assert!(count(&desk) > strict);
    desk.edit("hotline/campaign.toml", "rate = 0.4", "rate = 0.9");
    insta::assert_snapshot!(desk.both(LINE));
}

#[test]
fn a_wrong_way_to_replay_is_answered() {
    let desk = desk();
    let lines = [
        "score hotline --replay 0",
        "score hotline --replay 10 --coverage 1.5",
        "score hotline --seed 3",
        "score hotline --replay 4000000000",
    ];
    let shown = lines.map(|line| desk.both(line));
    insta::assert_snapshot!(shown.join("\n"));
}
