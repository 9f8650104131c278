//! Measures the gaming detectors: false alarms on simulated honest data, power against simulated attacks. Prints Markdown.
//!
//! `cargo run --release -p inference --example calibrate_gaming [RUNS [SEED]]`; 1,000 runs and seed 1 where not given.

mod gaming;

use gaming::people::crowd;
use gaming::{Design, Rates, attacks, honest, rates};
use inference::gaming::{Answer, Correction, Detector, Draws, Panel};
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

/// Rings of 1 % of 2,000 raters: AUC, and whom the list names at a false discovery rate of 0.05.
fn rings_table(runs: u64, seed: u64) {
    println!(
        "| ring of 20 among 2,000 raters | runs | AUC, mean | AUC, least | ring members named | honest raters named |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    for (name, areas, favoured) in [
        ("pushes 3 units", false, 3),
        ("pushes 4 units", false, 4),
        ("pushes 6 units", false, 6),
        ("pushes 4 units; five areas as strata", true, 4),
    ] {
        let (mut sum, mut least, mut caught, mut wronged) = (0.0, 1.0_f64, 0.0, 0.0);
        for run in 0..runs {
            let mut random = Random::new(seed, run);
            let crowd = crowd(&mut random, 2_000, areas, 20, favoured);
            let answers = crowd.ask(&Draws {
                draws: 29,
                seed,
                stream: run,
            });
            let area = auc(&answers, crowd.ring);
            sum += area;
            least = least.min(area);
            let (guilty, honest) = named(answers, crowd.ring);
            caught += guilty / crowd.ring as f64;
            wronged += honest / (crowd.raters - crowd.ring) as f64;
        }
        let n = runs as f64;
        println!(
            "| {name} | {runs} | {:.4} | {least:.4} | {:.3} | {:.5} |",
            sum / n,
            caught / n,
            wronged / n
        );
    }
}

/// The probability that a ring member's statistic is over an honest rater's; ties count half.
fn auc(answers: &[Answer], ring: usize) -> f64 {
    let score = |answer: &Answer| {
        answer
            .finding()
            .map_or(f64::NEG_INFINITY, |finding| finding.statistic)
    };
    let scores: Vec<f64> = answers.iter().map(score).collect();
    let (guilty, honest) = scores.split_at(ring);
    let mut over = 0.0;
    for a in guilty {
        for b in honest {
            over += if a > b {
                1.0
            } else if a < b {
                0.0
            } else {
                0.5
            };
        }
    }
    over / (guilty.len() * honest.len()) as f64
}

fn named(answers: Vec<Answer>, ring: usize) -> (f64, f64) {
    let mut panel = Panel::new();
    for (rater, answer) in answers.into_iter().enumerate() {
        panel.add(rater, Detector::Ring, answer);
    }
    let list = panel
        .list(0.05, Correction::BenjaminiHochberg)
        .map(|list| list.flags)
        .unwrap_or_default();
    let guilty = list.iter().filter(|flag| flag.subject < ring).count();
    (guilty as f64, (list.len() - guilty) as f64)
}
