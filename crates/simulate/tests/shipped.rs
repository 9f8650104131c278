//! The ready campaign ships exactly what the generator makes.

use std::collections::BTreeSet;
use std::path::Path;

use simulate::county::Plan;
use simulate::month::Month;
use simulate::organisation::{self, Sizes};

#[expect(
    clippy::expect_used,
    reason = "a helper of tests: a file that is not there fails the test by name"
)]
fn shipped(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../campaigns/county")
        .join(file);
    std::fs::read_to_string(&path).expect(file)
}

fn made() -> Plan {
    Plan {
        seed: 2026,
        first: Month::new(2026, 7),
        months: 3,
        units: organisation::county(Sizes::SHIPPED),
    }
}

/// Compares line by line, so that a failure names the first line that differs, then byte for byte.
fn assert_same(shipped: &str, made: &str, remake: &str) {
    for (number, (there, here)) in shipped.lines().zip(made.lines()).enumerate() {
        assert_eq!(
            there,
            here,
            "line {}; make it anew with: {remake}",
            number + 1
        );
    }
    assert!(
        shipped == made,
        "the lengths differ; make it anew with: {remake}"
    );
}

#[test]
fn the_figures_are_the_generators() {
    let remake = "cargo run -p simulate -- county campaigns/county/figures/simulated.csv";
    assert_same(&shipped("figures/simulated.csv"), &made().to_csv(), remake);
}

#[test]
fn the_organisation_is_the_generators() {
    let remake = "cargo run -p simulate -- county-organisation campaigns/county/organisation.csv";
    assert_same(
        &shipped("organisation.csv"),
        &organisation::to_csv(&made().units),
        remake,
    );
}

#[test]
fn every_measure_but_the_formulas_is_made_and_no_other() {
    let measures = shipped("measures.toml");
    let mut expected = BTreeSet::new();
    for item in measures.split("[[measure]]").skip(1) {
        let id = item.split('"').nth(1).unwrap().to_owned();
        if !item.contains("formula =") {
            expected.insert(id);
        }
    }
    let csv = made().to_csv();
    let made: BTreeSet<String> = csv
        .lines()
        .skip(1)
        .map(|line| line.split(',').nth(2).unwrap().to_owned())
        .collect();
    assert_eq!(made, expected);
}
