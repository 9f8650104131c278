//! `merit sample`.

use crate::support::Desk;

fn desk() -> Desk {
    let desk = Desk::empty();
    let rows: String = (0..40)
        .map(|at| format!("u{at:02},{}\n", ["hill", "vale", "town"][at % 7 % 3]))
        .collect();
    desk.write("list.csv", format!("unit,place\n{rows}"));
    desk
}

#[test]
fn sizes_are_those_of_the_formulas() {
    let desk = desk();
    // R's power.prop.test(p1 = 0.5, p2 = 0.75, power = 0.9) gives 76.7.
    let size = |line: &str| desk.run(&format!("sample {line} --format csv")).out;
    assert_eq!(
        size("--rates 0.5,0.75"),
        "n,p1,p2,units,alpha,power\n77,0.5,0.75,2,0.05,0.9\n"
    );
    assert_eq!(
        size("--reliability 0.8 --between 0.5 --within 2"),
        "n,reliability,between,within\n16,0.8,0.5,2\n"
    );
    insta::assert_snapshot!(desk.both("sample --rates 0.90,0.97 --units 15 --power 0.8"));
}

#[test]
fn a_draw_can_be_repeated_and_follows_from_its_seed() {
    let desk = desk();
    let line = "sample list.csv --draw 9 --stratum place --format csv --seed";
    let first = desk.run(&format!("{line} 7"));
    assert_eq!(
        (first.code, first.out.lines().count()),
        (0, 10),
        "{}",
        first.err
    );
    assert_eq!(first.out, desk.run(&format!("{line} 7")).out);
    assert_ne!(first.out, desk.run(&format!("{line} 8")).out);
    for place in ["hill", "vale", "town"] {
        assert!(first.out.contains(place), "{}", first.out);
    }
    let weights = first
        .out
        .lines()
        .skip(1)
        .map(|line| line.rsplit(',').next().unwrap());
    let all: f64 = weights.map(|weight| weight.parse::<f64>().unwrap()).sum();
    assert!((all - 40.0).abs() < 1e-9, "{all}");
    insta::assert_snapshot!(desk.both("sample list.csv --draw 4 --seed 7"));
}

#[test]
fn what_is_wrong_is_said_in_both_languages() {
    let desk = desk();
    let lines = [
        "sample",
        "sample --rates 0.9",
        "sample --rates 0.9,0.9",
        "sample --rates 0.9,1.2",
        "sample --rates 0.9,0.8 --units 1",
        "sample --reliability 0.8 --between 0 --within 1",
        "sample --reliability 0.8",
        "sample list.csv --draw 4",
        "sample list.csv --draw 50 --seed 1",
        "sample list.csv --draw 2 --seed 1 --stratum place",
        "sample list.csv --draw 2 --seed 1 --stratum town",
    ];
    let shown: Vec<String> = lines.iter().map(|line| desk.both(line)).collect();
    insta::assert_snapshot!(shown.join("\n"));
}
