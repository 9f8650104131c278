//! `merit detect`.

use serde_json::Value;

use crate::support::Desk;

const LINE: &str =
    "detect ratings.csv --unit unit --time time --level stars --top 5 --comment text";

/// Six units with 60 ratings each, spread evenly by a fixed rule; under attack one unit has 14 more on one afternoon, with one text.
fn ratings(attack: bool) -> String {
    let mut text = "unit,time,stars,id,text\n".to_owned();
    let mut word: u64 = 7;
    let mut below = |n: u64| {
        word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (word >> 33) % n
    };
    for row in 0..360 {
        let (day, hour) = (1 + below(28), 8 + below(10));
        let stars = if below(5) > 0 { 5 } else { 1 + below(4) };
        text += &format!(
            "u{},2026-03-{day:02} {hour:02}:30,{stars},zhang{row},\n",
            1 + row % 6
        );
    }
    for row in 0..if attack { 14 } else { 0 } {
        text += &format!(
            "u3,2026-03-20 16:{row:02},5,wang{row},窗口的同志非常耐心一次办成材料少跑腿\n"
        );
    }
    text
}

fn desk(attack: bool) -> Desk {
    let desk = Desk::empty();
    desk.write("ratings.csv", ratings(attack));
    desk
}

#[test]
fn honest_ratings_are_not_listed() {
    insta::assert_snapshot!(desk(false).both(LINE));
}

#[test]
fn stuffed_ratings_are_listed_with_their_rows() {
    insta::assert_snapshot!(desk(true).both(LINE));
}

#[test]
fn csv_and_json_name_rows_and_no_rater() {
    let desk = desk(true);
    let ran = desk.run(&format!(
        "{LINE} --rater id --control false-discovery --format json"
    ));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        !ran.out.contains("wang") && !ran.out.contains("窗口"),
        "{}",
        ran.out
    );
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(document["control"], "false-discovery");
    assert!(document["tests"].as_u64().unwrap() > 20);
    let findings = document["findings"].as_array().unwrap();
    let copied = findings
        .iter()
        .find(|f| f["detector"] == "copied-comments")
        .unwrap();
    assert_eq!(copied["subject"]["en"], "u3");
    let rows: Vec<u64> = (362..376).collect();
    assert_eq!(copied["evidence"][0]["rows"], serde_json::json!(rows));
    assert!(copied["adjusted"].as_f64() >= copied["p"].as_f64());
    let ran = desk.run(&format!("{LINE} --out list.csv"));
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    assert!(ran.err.contains("changes nothing by itself"), "{}", ran.err);
    assert!(
        desk.read("list.csv")
            .starts_with("kind,subject,detector,pattern,p,adjusted,evidence,rows,note\nunit,u3,")
    );
}

#[test]
fn judges_filing_titles_and_figures_have_their_detectors() {
    let desk = Desk::empty();
    let mut marks = "unit,judge,mark\n".to_owned();
    for judge in 0..6 {
        for unit in 0..20 {
            let mark = if judge == 2 {
                80
            } else {
                60 + 2 * unit + (unit * 7 + judge * 5) % 6
            };
            marks += &format!("t{unit},li{judge},{mark}\n");
        }
    }
    desk.write("marks.csv", marks);
    let mut filed = "unit,filed,due,hours\n".to_owned();
    for unit in 0..8 {
        for row in 0..30 {
            let day = if unit == 5 {
                31
            } else {
                1 + (row * 7 + unit * 3) % 31
            };
            let hours = if unit == 5 {
                10 * (1 + row % 4)
            } else {
                1 + (row * 13 + unit * 5) % 47
            };
            filed += &format!("v{unit},2026-03-{day:02},2026-03-31,{hours}\n");
        }
    }
    desk.write("filed.csv", filed);
    let mut titles = "unit,period,won\n".to_owned();
    for period in 1..=12 {
        for unit in 1..=12 {
            titles += &format!("w{unit},2026-{period:02},{}\n", u8::from(unit == period));
        }
    }
    desk.write("titles.csv", titles);
    let lines = [
        "detect marks.csv --unit unit --judge judge --mark mark",
        "detect filed.csv --unit unit --time filed --due due --figure hours --step 10",
        "detect titles.csv --unit unit --time period --won won",
    ];
    let shown: Vec<String> = lines.iter().map(|line| desk.both(line)).collect();
    assert!(!shown.join("").contains("li2"));
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn what_is_wrong_is_said_in_both_languages() {
    let desk = Desk::empty();
    desk.write("a.csv", "unit,time,stars,batch,sent,won\nu1,2026-03-01,5,a,2,1\nu1,01.03.2026,good,a,3,2\n,2026-03-01,5,a,2,0\n");
    desk.write("twice.csv", "unit,time,won,batch,sent\nu1,2026-01,1,a,1\nu2,2026-01,0,a,9\nu1,2026-02,1,a,1\nu1,2026-03,1,b,5\nu2,2026-04,1,b,5\n");
    desk.write("none.csv", "unit,time\n");
    let lines = [
        "detect a.csv --unit unit --time time",
        "detect a.csv --time time --won won",
        "detect a.csv --time sent --level stars --top 5",
        "detect a.csv --level stars --top 5",
        "detect a.csv --level stars",
        "detect a.csv --won won --time batch",
        "detect twice.csv --unit unit --time time --won won --barred 1",
        "detect twice.csv --unit unit --batch batch --invited sent",
        "detect twice.csv --unit unit",
        "detect twice.csv --unit unit --time time --draws 5",
        "detect twice.csv --unit unit --time time --rate 1",
        "detect twice.csv --figure won --step 2",
        "detect none.csv --unit unit --time time",
    ];
    let shown: Vec<String> = lines.iter().map(|line| desk.both(line)).collect();
    insta::assert_snapshot!(shown.join("\n"));
}
