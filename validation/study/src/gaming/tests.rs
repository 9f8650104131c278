//! The study in small, with fixed seeds.

use inference::gaming::*;
use inference::random::Random;

use super::data::{attacks, auc, honest, rates};
use super::people::crowd;
use crate::plan::Plan;

fn plan(seed: u64) -> Plan {
    Plan {
        quick: true,
        seed,
        threads: std::num::NonZeroUsize::MIN,
    }
}

fn runs(detector: Detector, runs: usize) -> usize {
    match detector {
        Detector::Ring => 1,
        Detector::NoSpread => runs / 4,
        _ => runs,
    }
}

#[test]
fn honest_data_are_flagged_at_most_at_the_stated_rate() {
    for design in honest() {
        let found = rates(&design, runs(design.detector, 60), 99, &plan(5));
        let tests = found.tests as f64;
        // Three standard errors of a binomial count over the rate.
        let most = |rate: f64| rate + 3.0 * (rate * (1.0 - rate) / tests.max(1.0)).sqrt();
        let name = design.name;
        assert!(
            found.at_05.value <= most(0.05),
            "{name}: {}",
            found.at_05.value
        );
        assert!(
            found.at_01.value <= most(0.01),
            "{name}: {}",
            found.at_01.value
        );
        assert_eq!(found.tests == 0, name.contains("must be refused"), "{name}");
    }
}

#[test]
fn attacks_are_found() {
    for design in attacks() {
        let found = rates(&design, runs(design.detector, 20), 99, &plan(6));
        assert_eq!(found.refused, 0, "{}", design.name);
        assert!(
            found.at_05.value >= 0.5,
            "{}: {}",
            design.name,
            found.at_05.value
        );
    }
}

#[test]
fn a_ring_of_one_rater_in_a_hundred_stands_out() {
    let crowd = crowd(&mut Random::new(1, 0), 1_000, false, 10, 5);
    let draws = Draws {
        draws: 29,
        seed: 1,
        stream: 0,
    };
    let answers = crowd.ask(&draws);
    assert!(auc(&answers, crowd.ring) >= 0.95);
    assert_eq!(answers, crowd.ask(&draws), "repeatable");
    let mut panel = Panel::new();
    for (rater, answer) in answers.into_iter().enumerate() {
        panel.add(rater, Detector::Ring, answer);
    }
    let list = panel.list(0.05, Correction::BenjaminiHochberg).unwrap();
    let honest = list
        .flags
        .iter()
        .filter(|flag| flag.subject >= crowd.ring)
        .count();
    assert!(list.flags.len() - honest >= 8, "{}", list.flags.len());
    assert!(honest <= 9, "{honest}");
    let first = &list.flags[0].finding.evidence;
    assert_eq!(first[0].place, Place::Targets);
    assert_eq!(first[1].place, Place::Raters);
    assert_eq!(first[1].positions.len() as f64, first[0].observed);
}
