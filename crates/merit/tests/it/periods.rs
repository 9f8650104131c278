//! Several periods: which are scored by which scheme, and what looks back.

use crate::support::Desk;

/// The rows of a period.
fn rows(csv: &str, period: &str) -> Vec<String> {
    csv.lines()
        .filter(|line| line.starts_with(period))
        .map(str::to_owned)
        .collect()
}

#[test]
fn one_period_scores_as_among_others() {
    let desk = Desk::new();
    let all = desk.run("score valley --format csv").out;
    let one = desk.run("score valley --format csv --period 2026-02").out;
    assert_eq!(rows(&one, "2026-02"), rows(&all, "2026-02"));
    assert!(rows(&one, "2026-01").is_empty());
    assert!(
        one.contains(",better"),
        "who improved is told by the period before: {one}"
    );
}

#[test]
fn without_the_period_before_nobody_has_improved() {
    let desk = Desk::new();
    let csv = crate::support::FIGURES;
    let february: Vec<&str> = csv
        .lines()
        .filter(|line| !line.starts_with("2026-01"))
        .collect();
    desk.write("february.csv", february.join("\n") + "\n");
    let ran = desk.run("score valley --format csv --measures february.csv");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(!ran.out.contains(",better"), "{}", ran.out);
}

#[test]
fn tables_without_a_period_are_of_the_one_named() {
    let desk = Desk::new();
    let plain: Vec<&str> = crate::support::FIGURES
        .lines()
        .filter(|line| !line.starts_with("2026-01"))
        .filter_map(|line| line.split_once(',').map(|(_, rest)| rest))
        .collect();
    desk.write("february.csv", plain.join("\n") + "\n");
    let named = desk.run("score valley --format csv --measures february.csv --period 2026-02");
    let own = desk.run("score valley --format csv");
    let scores = |text: &str| -> Vec<String> {
        rows(text, "2026-02")
            .iter()
            .map(|row| row.rsplit_once(',').unwrap().0.to_owned())
            .collect()
    };
    assert_eq!(scores(&named.out), scores(&own.out));
    insta::assert_snapshot!(desk.both("score valley --measures february.csv"));
}

#[test]
fn a_category_without_rules_is_named_and_the_others_scored() {
    insta::assert_snapshot!(Desk::new().both("score valley --period 2026-01 --format csv"));
}

#[test]
fn nothing_to_score_is_an_error() {
    let desk = Desk::new();
    let shown = desk.both("score valley --period 2027-01");
    desk.edit(
        "valley/schemes/town.toml",
        "from = \"2026-01\"",
        "from = \"2026-09\"",
    );
    desk.edit(
        "valley/schemes/office.toml",
        "from = \"2026-02\"",
        "from = \"2026-09\"",
    );
    let unruled = desk.both("score valley");
    let yearly = desk.both("score valley --period 2026");
    assert_eq!(
        [&shown, &unruled].map(|shown| shown.matches("exit code 3").count()),
        [2; 2]
    );
    assert_eq!(yearly.matches("exit code 2").count(), 2, "{yearly}");
    insta::assert_snapshot!([shown, unruled, yearly].join("\n"));
}

#[test]
fn a_trial_is_scored_only_when_named() {
    let desk = Desk::new();
    assert!(!desk.run("score valley").out.contains("Trial"));
    insta::assert_snapshot!(desk.both("score valley --scheme town-trial --period 2026-02"));
}

#[test]
fn a_scheme_named_needs_its_own_columns_and_no_others() {
    let desk = Desk::new();
    desk.write(
        "satisfied.csv",
        "unit,satisfied\nt1,0.9\nt2,0.8\nt3,0.7\nt4,0.6\n",
    );
    desk.write("visits.csv", "unit,visits\nt1,9\nt2,8\nt3,7\nt4,6\n");
    let trial = |table: &str| {
        let line = format!("score valley --scheme town-trial --period 2026-02 --measures {table}");
        desk.run(&line)
    };
    let ran = trial("satisfied.csv");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ran = trial("visits.csv");
    assert_eq!((ran.code, ran.out.as_str()), (3, ""));
    assert!(
        ran.err.contains("column-absent") && ran.err.contains("town-trial"),
        "{}",
        ran.err
    );
}

#[test]
fn a_campaign_without_figures_asks_for_them() {
    let desk = Desk::new();
    std::fs::remove_dir_all(desk.path("valley/figures")).unwrap();
    insta::assert_snapshot!(desk.both("score valley"));
}

#[test]
fn units_may_come_from_the_figures() {
    let desk = Desk::new();
    std::fs::remove_file(desk.path("valley/organisation.csv")).unwrap();
    let measures = "iso,when,category,name,satisfied,visits,complaints\n\
                    t1,2026-02,town,甲,0.9,20,0\n\
                    t2,2026-02,town,乙,0.7,10,0\n";
    desk.write("units.csv", measures);
    insta::assert_snapshot!(
        desk.run("score valley --measures units.csv --unit-column iso --period-column when")
            .shown()
    );
}
