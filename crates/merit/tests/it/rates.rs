//! `merit rates`.

use serde_json::Value;

use crate::support::Desk;

/// Window c has only hard matters, and does them better than others do.
const SERVICES: &str = "\
window,matter,satisfied,cases
a,easy,980,1000
a,hard,70,100
b,easy,975,1000
b,hard,68,100
c,hard,820,1000
d,easy,100,100
d,hard,9,20
";

const UNITS: &str = "window,satisfied,cases\na,290,300\nb,180,200\nc,6,6\nd,0,0\ne,40,50\nf,9,11\n";

const LINE: &str = "rates units.csv --count satisfied --of cases";

fn desk() -> Desk {
    let desk = Desk::empty();
    desk.write("units.csv", UNITS);
    desk.write("services.csv", SERVICES);
    desk.write(
        "levels.csv",
        "window,poor,fair,good\na,1,2,97\nb,0,0,3\nc,30,40,30\n",
    );
    desk
}

#[test]
fn rates_become_a_table_in_both_languages() {
    let desk = desk();
    let levels = desk.both("rates levels.csv --levels poor,fair,good");
    insta::assert_snapshot!(desk.both(LINE) + &levels);
}

#[test]
fn a_unit_with_hard_matters_is_not_blamed() {
    let desk = desk();
    let ran =
        desk.run("rates services.csv --count satisfied --of cases --service matter --format json");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let found: Value = serde_json::from_str(&ran.out).unwrap();
    let figure = |unit: usize, name: &str| found["units"][unit][name].as_f64().unwrap();
    assert!(figure(2, "raw") < figure(0, "raw"));
    assert!(figure(2, "adjusted") > figure(0, "adjusted"), "{found}");
    assert!(figure(2, "expected") < figure(0, "expected"));
    let plain = desk.run("rates services.csv --count satisfied --of cases --unit-column window");
    assert!(
        plain.code == 3 && plain.err.contains("stands twice"),
        "{}",
        plain.err
    );
}

#[test]
fn a_small_unit_can_not_be_computed_from_the_total() {
    let desk = desk();
    let ran = desk.run(&format!("{LINE} --min-n 10 --format csv"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let hidden: Vec<&str> = ran
        .out
        .lines()
        .filter(|line| line.ends_with(",true"))
        .collect();
    assert_eq!(hidden, ["c,,,,,,,,,,,,,,,true", "f,,,,,,,,,,,,,,,true"]);
    assert!(ran.err.contains("2 units are withheld"), "{}", ran.err);
    insta::assert_snapshot!(ran.shown());
    // What is shown of the others doesn't depend on what is withheld.
    desk.write(
        "units.csv",
        UNITS.replace("c,6,6", "c,1,6").replace("f,9,11", "f,11,11"),
    );
    assert_eq!(
        ran.out,
        desk.run(&format!("{LINE} --min-n 10 --format csv")).out
    );
    desk.write("units.csv", "window,satisfied,cases\na,3,4\n");
    let alone = desk.both(&format!("{LINE} --min-n 10"));
    insta::assert_snapshot!("alone", alone);
}

#[test]
fn what_is_wrong_is_said_in_both_languages() {
    let desk = desk();
    desk.write("over.csv", "window,satisfied,cases\na,11,10\nb,2,3\n");
    desk.write("share.csv", "window,satisfied,cases\na,0.97,10\nb,,-3\n");
    desk.write("none.csv", "window,satisfied,cases\na,0,0\n");
    let columns = "--count satisfied --of cases";
    let lines = [
        format!("rates over.csv {columns}"),
        format!("rates share.csv {columns}"),
        format!("rates none.csv {columns}"),
        "rates units.csv --count happy --of cases".to_owned(),
        "rates units.csv --count satisfied".to_owned(),
        "rates levels.csv --levels good".to_owned(),
        format!("{LINE} --min-n 0"),
    ];
    let shown: Vec<String> = lines.iter().map(|line| desk.both(line)).collect();
    insta::assert_snapshot!(shown.join("\n"));
}
