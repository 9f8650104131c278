//! Measures the gaming detectors: false alarms on simulated honest data, power against simulated attacks. Prints Markdown.
//!
//! `cargo run --release -p inference --example calibrate_gaming [RUNS [SEED]]`; 1,000 runs and seed 1 where not given.

mod gaming;

use gaming::people::crowd;
use gaming::{Design, Rates, attacks, auc, honest, rates};
use inference::gaming::{Correction, Detector, Draws, Panel};
use inference::random::Random;

fn main() {
    let number = |at: usize, otherwise: u64| {
        std::env::args()
            .nth(at)
            .and_then(|text| text.parse().ok())
            .unwrap_or(otherwise)
    };
    let (runs, seed) = (number(1, 1_000), number(2, 1));
    println!("Runs: {runs} (those with many tests each: fewer), seed {seed}, 399 draws.\n");
    table("honest data", &honest(), runs, seed, "false alarms");
    table("attack", &attacks(), runs, seed, "found");
    rings_table(runs.div_ceil(50), seed);
}

fn table(what: &str, designs: &[Design], runs: u64, seed: u64, found: &str) {
    println!("| detector | {what} | tests | refused | {found} at 0.05 | {found} at 0.01 |");
    println!("| --- | --- | ---: | ---: | ---: | ---: |");
    for design in designs {
        let runs = match design.detector {
            Detector::Ring => runs.div_ceil(40),
            Detector::NoSpread => runs.div_ceil(2),
            _ => runs,
        };
        let Rates {
            tests,
            refused,
            at_05,
            at_01,
        } = rates(design, runs, 399, seed);
        let (detector, name) = (design.detector, design.name);
        println!("| {detector:?} | {name} | {tests} | {refused} | {at_05:.3} | {at_01:.3} |");
    }
    println!();
}

/// Rings of 1 % of 2,000 raters: AUC, and whom the lists at a false discovery rate of 0.05 and 0.01 name.
fn rings_table(runs: u64, seed: u64) {
    println!(
        "| ring of 20 among 2,000 raters | runs | AUC, mean | AUC, least | ring named at 0.05 | honest named at 0.05 | ring named at 0.01 | honest named at 0.01 |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (name, areas, favoured) in [
        ("pushes 3 units", false, 3),
        ("pushes 4 units", false, 4),
        ("pushes 6 units", false, 6),
        ("pushes 4 units; five areas as strata", true, 4),
    ] {
        let results: Vec<[f64; 5]> = (0..runs)
            .map(|run| one_ring(areas, favoured, run, seed))
            .collect();
        let mean =
            |at: usize| results.iter().filter_map(|row| row.get(at)).sum::<f64>() / runs as f64;
        let least = results
            .iter()
            .fold(1.0_f64, |least, [area, ..]| least.min(*area));
        let named: Vec<String> = (1..5).map(|at| format!("{:.4}", mean(at))).collect();
        println!(
            "| {name} | {runs} | {:.4} | {least:.4} | {} |",
            mean(0),
            named.join(" | ")
        );
    }
}

/// AUC; shares of the ring and of honest raters named at 0.05; the same at 0.01.
fn one_ring(areas: bool, favoured: usize, run: u64, seed: u64) -> [f64; 5] {
    let mut random = Random::new(seed, run);
    let crowd = crowd(&mut random, 2_000, areas, 20, favoured);
    let answers = crowd.ask(&Draws {
        draws: 59,
        seed,
        stream: run,
    });
    let area = auc(&answers, crowd.ring);
    let mut panel = Panel::new();
    for (rater, answer) in answers.into_iter().enumerate() {
        panel.add(rater, Detector::Ring, answer);
    }
    let named = |rate: f64| {
        let list = panel
            .list(rate, Correction::BenjaminiHochberg)
            .map(|list| list.flags)
            .unwrap_or_default();
        let ring = list.iter().filter(|flag| flag.subject < crowd.ring).count();
        let honest = (list.len() - ring) as f64 / (crowd.raters - crowd.ring) as f64;
        (ring as f64 / crowd.ring as f64, honest)
    };
    let ((a, b), (c, d)) = (named(0.05), named(0.01));
    [area, a, b, c, d]
}
