//! How often the lists of a replay name a unit wrongly: who is clearly over or under the mean of its class, who is clearly improved.

use std::num::NonZeroU32;

use inference::named::{Control, Named, Verdict};
use inference::random::Random;
use rulebook::model::Measure;
use scoring::replay::{Estimate, Settings, Sureness, ahead, improved, replay};
use scoring::score;

use crate::plan::Plan;
use crate::replay::{BARELY, Design, Kind, ONE, design};
use crate::table::{Aim, Cell, Figure, Table};

/// The declared error rate.
const RATE: f64 = 0.05;
const DRAWS: NonZeroU32 = NonZeroU32::new(200).expect("over 0");
/// Scores truly this near are the same.
const SAME: f64 = 0.01;

fn designs() -> Vec<Design> {
    let share = Kind::Share;
    let equal = |centre| (centre, 0.0, BARELY);
    vec![
        design("equal, 80 %, n = 30", (15, 1), share(30), equal(0.8)),
        design("equal, 97 %, n = 30", (15, 1), share(30), equal(0.97)),
        design("equal, 99 %, n = 30", (15, 1), share(30), equal(0.99)),
        design("equal, 99 %, n = 300", (50, 1), share(300), equal(0.99)),
        design(
            "equal, few raters, 80 %, n = 5",
            (15, 1),
            share(5),
            equal(0.8),
        ),
        design(
            "equal, 90 %, n = 30, ten measures",
            (20, 10),
            share(30),
            equal(0.9),
        ),
        design(
            "equal, 99 %, n = 30, ten measures",
            (20, 10),
            share(30),
            equal(0.99),
        ),
        design("equal, se 0.05", (20, 1), Kind::Figure(0.05), equal(0.7)),
        design(
            "equal, 80 %, n = 30, many units",
            (200, 1),
            share(30),
            equal(0.8),
        ),
        design(
            "apart by 1 se, 80 %, n = 30",
            (15, 1),
            share(30),
            (0.8, 0.07, 0.0),
        ),
        design(
            "apart by 2 se, 80 %, n = 100",
            (15, 1),
            share(100),
            (0.8, 0.08, 0.0),
        ),
        design(
            "apart, 90 %, n = 30, five measures",
            (20, 5),
            share(30),
            (0.88, 0.06, 0.02),
        ),
        design(
            "apart by 2 se, se 0.05",
            (20, 1),
            Kind::Figure(0.05),
            (0.6, 0.1, 0.0),
        ),
    ]
}

/// What came of a list: how many names are wrong, how many there are, how many units are found that differ, and how many differ.
#[derive(Clone, Copy, Default)]
struct List {
    wrong: f64,
    named: f64,
    found: f64,
    differ: f64,
}

impl List {
    fn of(said: &[Verdict], truth: &[f64]) -> Self {
        let mut list = Self::default();
        for (said, truth) in said.iter().zip(truth) {
            let right = if truth.abs() < SAME {
                Verdict::NoDifferent
            } else if *truth > 0.0 {
                Verdict::Ahead
            } else {
                Verdict::Behind
            };
            let one = |holds: bool| f64::from(u8::from(holds));
            let named = *said != Verdict::NoDifferent;
            list.named += one(named);
            list.wrong += one(named && *said != right);
            list.found += one(named && *said == right);
            list.differ += one(right != Verdict::NoDifferent);
        }
        list
    }
}

/// The lists of a class: family-wise, by false discoveries, and the first and last three by points; then who is improved.
fn trial(design: &Design, random: &mut Random) -> [List; 4] {
    let (scheme, measures) = (design.scheme(), design.measures());
    let ids: Vec<String> = (0..design.units).map(|unit| format!("{unit:05}")).collect();
    let of: Vec<&Measure> = measures.iter().collect();
    let truth = design.truth(random);
    let month = |random: &mut Random| -> Vec<Sureness> {
        let mut measured = truth.clone();
        for x in measured.iter_mut().flatten() {
            *x = design.measured(random, *x);
        }
        let class = design.class(&ids, &measures, measured);
        let scored = score(&scheme, &of, &class, ONE).expect("it can be scored");
        let settings = Settings {
            seed: random.bits(),
            ..Settings::new(DRAWS)
        };
        replay(&scored, &of, &settings, ONE, &|| ())
            .expect("it can be replayed")
            .units
    };
    let (before, now) = (month(random), month(random));
    let class = design.class(&ids, &measures, truth.clone());
    let scores = score(&scheme, &of, &class, ONE)
        .expect("it can be scored")
        .scores;
    let mean = scores.iter().sum::<f64>() / scores.len() as f64;
    let leads: Vec<f64> = scores.iter().map(|score| score - mean).collect();
    let list = |control| ahead(&now, control, RATE).expect("it can be compared");
    let pairs: Vec<(Option<Estimate>, Option<Estimate>)> = before
        .iter()
        .zip(&now)
        .map(|(before, now)| (before.estimate, now.estimate))
        .collect();
    let changed = improved(&pairs, Control::Holm, RATE).expect("it can be compared");
    [
        List::of(&said(&list(Control::Holm)), &leads),
        List::of(&said(&list(Control::BenjaminiHochberg)), &leads),
        List::of(&naive(&now), &leads),
        List::of(&said(&changed), &vec![0.0; leads.len()]),
    ]
}

fn said(list: &[Option<Named>]) -> Vec<Verdict> {
    let verdict = |one: &Option<Named>| one.map_or(Verdict::NoDifferent, |named| named.verdict);
    list.iter().map(verdict).collect()
}

/// The first three by points are ahead, the last three behind.
fn naive(units: &[Sureness]) -> Vec<Verdict> {
    let score = |unit: &usize| {
        units[*unit]
            .estimate
            .map_or(f64::NAN, |estimate| estimate.score)
    };
    let mut order: Vec<usize> = (0..units.len()).collect();
    order.sort_by(|a, b| score(b).total_cmp(&score(a)));
    let mut said = vec![Verdict::NoDifferent; units.len()];
    for unit in order.iter().take(3) {
        said[*unit] = Verdict::Ahead;
    }
    for unit in order.iter().rev().take(3) {
        said[*unit] = Verdict::Behind;
    }
    said
}

const TEXT: &str = "\
Who `merit score --replay` names at a declared rate of 0.05: clearly over or under the mean of the class (family-wise by Holm, false
discoveries by Benjamini–Hochberg), and clearly better or worse than in the month before, where nothing has changed. *Family-wise*: the share of
classes with any wrong name. *Naive* names the first three and the last three by points. *Found*: the share of units truly over or under
that are named so.";

/// The lists' error rates and power.
pub(crate) fn table(plan: &Plan) -> Table {
    let columns = &[
        "design",
        "units",
        "classes",
        "family-wise",
        "false discoveries",
        "naive: wrong",
        "improved: family-wise",
        "family-wise: found",
        "false discoveries: found",
        "naive: found",
    ];
    let mut table = Table::new("Named lists of a replay", TEXT, columns);
    for (at, design) in designs().iter().enumerate() {
        let classes = plan.sets((60_000 / (design.units * design.measures)).clamp(100, 2_000));
        let lists = plan.each(at, classes, |random| trial(design, random));
        let any = |which: usize| {
            let any = lists
                .iter()
                .map(move |lists| f64::from(u8::from(lists[which].wrong > 0.0)));
            Cell::figure(Figure::mean(any), Aim::AtMost(RATE))
        };
        let share = |which: usize, aim| {
            let wrong = lists
                .iter()
                .map(move |lists| lists[which].wrong / lists[which].named.max(1.0));
            Cell::figure(Figure::mean(wrong), aim)
        };
        let found = |which: usize| {
            let found = lists
                .iter()
                .map(move |lists| (lists[which].found, lists[which].differ));
            if lists.iter().all(|lists| lists[which].differ == 0.0) {
                Cell::text("–")
            } else {
                Cell::figure(Figure::share(found), Aim::None)
            }
        };
        let cells = vec![
            Cell::text(design.units),
            Cell::text(classes),
            any(0),
            share(1, Aim::AtMost(RATE)),
            share(2, Aim::None),
            any(3),
            found(0),
            found(1),
            found(2),
        ];
        table.row(design.name, cells);
    }
    table
}
