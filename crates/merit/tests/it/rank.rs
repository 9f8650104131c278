//! `merit rank`: its layouts, its columns, and what is wrong with a table said by cell.

use crate::support::Desk;

const TABLE: &str = "name,score,se,town\n甲,90,1,a\n乙,80,1.5,b\n丙,79,1,c\n丁,60,2,d\n";

fn desk() -> Desk {
    let desk = Desk::empty();
    desk.write("t.csv", TABLE);
    desk
}

#[test]
fn csv_has_the_columns_agreed_and_further_ones_only_when_asked_for() {
    let desk = desk();
    let ran = desk.run("rank t.csv --estimate score --se se --marginal --format csv");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let expected = "unit,estimate,se,rank,lower,upper\n甲,90,1,1,1,1\n乙,80,1.5,2,2,3\n丙,79,1,3,2,3\n丁,60,2,4,4,4\n";
    assert_eq!(ran.out, expected);
    let more = "rank t.csv --estimate score --se se --best 2 --worst 1 --named fwer --draws 2000 --format csv";
    let out = desk.run(more).out;
    assert!(
        out.starts_with("unit,estimate,se,rank,lower,upper,best,worst,named\n"),
        "{out}"
    );
    assert!(out.contains("甲,90,1,1,1,1,true,false,ahead\n"), "{out}");
    assert!(
        out.contains("丙,79,1,3,2,3,true,false,no-different\n"),
        "{out}"
    );
    assert!(out.contains("丁,60,2,4,4,4,false,true,behind\n"), "{out}");
    assert_eq!(out, desk.run(&format!("{more} --threads 1")).out);
}

#[test]
fn tables_and_documents_tell_the_same_in_both_languages() {
    let desk = desk();
    let line = "rank t.csv --estimate score --se se --draws 2000";
    insta::assert_snapshot!(desk.both(&format!("{line} --best 2 --named fdr")));
    insta::assert_snapshot!(
        desk.run(&format!(
            "{line} --marginal --one-sided lower --format json"
        ))
        .shown()
    );
}

#[test]
fn a_covariance_matrix_is_read_by_the_units_names() {
    let desk = desk();
    let matrix = "unit,丁,丙,乙,甲\n甲,0,0,0,1\n乙,0,0,2.25,0\n丙,0,1,0,0\n丁,4,0,0,0\n";
    desk.write("c.csv", matrix);
    let line = "--estimate score --draws 4000 --format csv";
    let full = desk.run(&format!("rank t.csv {line} --covariance c.csv"));
    let both = desk.run(&format!("rank t.csv {line} --se se --covariance c.csv"));
    assert_eq!(both.out, full.out);
    let alone = desk.run(&format!("rank t.csv {line} --se se"));
    assert_eq!((full.code, full.out), (0, alone.out));
    desk.write("c.csv", matrix.replace("丁,4,0,0,0", "丁,4,0,1,0"));
    let unlike = desk.both(&format!("rank t.csv {line} --covariance c.csv"));
    desk.write("c.csv", "unit,甲\n甲,1\n");
    let missing = desk.both(&format!("rank t.csv {line} --covariance c.csv"));
    insta::assert_snapshot!(format!("{unlike}\n{missing}"));
}

#[test]
fn a_unit_without_figures_is_named_and_left_out() {
    let desk = desk();
    desk.write("t.csv", format!("{TABLE}戊,,,e\n"));
    let ran = desk.run("rank t.csv --estimate score --se se --marginal --format csv");
    assert_eq!((ran.code, ran.out.lines().count()), (0, 5));
    assert_eq!(
        ran.err,
        "warning: units without figures, not ranked (1): 戊\n"
    );
}

#[test]
fn files_are_written_in_the_layout_of_their_ending() {
    let desk = desk();
    let line = "rank t.csv --estimate score --se se --marginal";
    assert_eq!(desk.run(&format!("{line} --out r.csv")).code, 0);
    assert!(desk.read("r.csv").starts_with("unit,estimate"));
    assert_eq!(desk.run(&format!("{line} --out r.json")).code, 0);
    assert!(desk.read("r.json").starts_with('{'));
    assert_eq!(desk.run(&format!("{line} --out r.pdf")).code, 2);
    assert_eq!(
        desk.run(&format!("{line} --out r.csv --format json")).code,
        2
    );
}

#[test]
fn what_is_wrong_is_said_by_row_column_value_and_remedy() {
    let desk = desk();
    desk.write(
        "w.csv",
        "name,score,se\n甲,9O,1\n乙,80,0\n甲,70,\n丁,60,-2\n",
    );
    desk.write("n.csv", "a,b\n1,2\n");
    desk.write("e.csv", "name,score,se\n");
    let lines = [
        "rank w.csv --estimate score --se se",
        "rank w.csv --estimate score --se se --unit-column score",
        "rank w.csv --estimate se --se se --unit-column score",
        "rank t.csv --estimate points --se se",
        "rank t.csv --estimate score --se town",
        "rank n.csv --estimate a --se b",
        "rank e.csv --estimate score --se se --unit-column name",
    ];
    let shown: Vec<String> = lines.iter().map(|line| desk.both(line)).collect();
    for (line, shown) in lines.iter().zip(&shown) {
        assert_eq!(shown.matches("exit code 3").count(), 2, "{line}: {shown}");
    }
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn wrong_command_lines_are_answered() {
    let desk = desk();
    let lines = [
        "rank t.csv --estimate score",
        "rank t.csv --estimate score --se se --coverage 95",
        "rank t.csv --estimate score --se se --marginal --simultaneous",
        "rank t.csv --estimate score --se se --best 0",
        "rank t.csv --estimate score --se se --named fwer --one-sided upper",
    ];
    let shown: Vec<String> = lines.iter().map(|line| desk.both(line)).collect();
    for (line, shown) in lines.iter().zip(&shown) {
        assert_eq!(shown.matches("exit code 2").count(), 2, "{line}: {shown}");
    }
    insta::assert_snapshot!(shown.join("\n"));
}
