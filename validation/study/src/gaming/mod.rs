//! The gaming detectors: false alarms on simulated honest data, power against simulated attacks.

mod data;
mod people;
#[cfg(test)]
mod tests;
mod texts;
mod times;

use inference::gaming::{Correction, Detector, Draws, Panel};
use inference::random::Random;

use crate::plan::Plan;
use crate::table::{Aim, Cell, Figure, Table};
use data::{Design, attacks, auc, honest, rates};
use people::crowd;

const HONEST: &str = "\
Honest data, 399 draws: the share of tests with p at most 0.05 and at most 0.01, which are the stated rates (`inference::gaming`).
*Refused* are tests that say by name why they can't be made.";

const ATTACKS: &str = "\
Attacks: the share of the attackers' tests with p at most 0.05 and at most 0.01.";

const RINGS: &str = "\
A ring of 20 among 2,000 raters, 59 draws. AUC: how often a ring member's statistic is over an honest rater's. *Named*: the shares of the
ring and of honest raters in the list at that false discovery rate (Benjamini–Hochberg).";

/// False alarms, power, and rings among many.
pub(crate) fn tables(plan: &Plan) -> Vec<Table> {
    let columns = &["detector", "data", "tests", "refused", "at 0.05", "at 0.01"];
    let mut alarms = Table::new("Gaming detectors: false alarms", HONEST, columns);
    for design in honest() {
        rows(&mut alarms, &design, plan, Aim::AtMost);
    }
    let mut power = Table::new("Gaming detectors: power", ATTACKS, columns);
    for design in attacks() {
        rows(&mut power, &design, plan, |_| Aim::None);
    }
    vec![alarms, power, rings(plan)]
}

fn rows(table: &mut Table, design: &Design, plan: &Plan, aim: fn(f64) -> Aim) {
    let runs = plan.sets(match design.detector {
        Detector::Ring => 25,
        Detector::NoSpread => 500,
        _ => 1_000,
    });
    let found = rates(design, runs, 399, plan);
    let share = |figure, rate| {
        if found.tests == 0 {
            Cell::text("–")
        } else {
            Cell::figure(figure, aim(rate))
        }
    };
    let cells = vec![
        Cell::text(design.name),
        Cell::text(found.tests),
        Cell::text(found.refused),
        share(found.at_05, 0.05),
        share(found.at_01, 0.01),
    ];
    table.row(format!("{:?}", design.detector), cells);
}

/// Rings of 1 % of 2,000 raters: AUC, and whom the lists at a false discovery rate of 0.05 and 0.01 name.
fn rings(plan: &Plan) -> Table {
    let columns = &[
        "a ring that",
        "runs",
        "AUC",
        "least AUC",
        "ring named at 0.05",
        "honest at 0.05",
        "ring named at 0.01",
        "honest at 0.01",
    ];
    let mut table = Table::new("Rings among many raters", RINGS, columns);
    let designs = [
        ("pushes 3 units", false, 3),
        ("pushes 4 units", false, 4),
        ("pushes 6 units", false, 6),
        ("pushes 4 units; five areas as strata", true, 4),
    ];
    for (at, (name, areas, favoured)) in designs.into_iter().enumerate() {
        let runs = plan.sets(20);
        let found = plan.each(at, runs, |random| one_ring(areas, favoured, random));
        let mean =
            |of: usize| Cell::figure(Figure::mean(found.iter().map(|run| run[of])), Aim::None);
        let least = found.iter().fold(1.0_f64, |least, run| least.min(run[0]));
        let mut cells = vec![
            Cell::text(runs),
            mean(0),
            Cell::text(format_args!("{least:.3}")),
        ];
        cells.extend((1..5).map(mean));
        table.row(name, cells);
    }
    table
}

/// AUC; shares of the ring and of honest raters named at 0.05; the same at 0.01.
fn one_ring(areas: bool, favoured: usize, random: &mut Random) -> [f64; 5] {
    let crowd = crowd(random, 2_000, areas, 20, favoured);
    let answers = crowd.ask(&Draws {
        draws: 59,
        seed: random.bits(),
        stream: 0,
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
