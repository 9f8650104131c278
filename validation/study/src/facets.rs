//! How often the intervals of `inference::facets` hold the judges' severities and the items' thresholds.

use inference::facets::{Fault, Fit, Marks, Model, fit};
use inference::random::Random;

use crate::plan::Plan;
use crate::table::{Aim, Cell, Figure, Table};

const TEXT: &str = "\
The many-facet Rasch model (`inference::facets`): persons marked 0 to 3 on three items, each by two judges. Severity and thresholds: estimate
± 1.96 standard errors (observed information); a person's ability: EAP ± 1.96 posterior deviations. Severities sum to 0. *Equal* is the
share of data sets where Wald's test of equal severities rejects at 0.05: its false alarms where they are equal, else its power.
*Refused* are data sets with no fit, by name.";

const COLUMNS: [&str; 7] = [
    "design",
    "data sets",
    "refused",
    "severity",
    "thresholds",
    "ability",
    "test of equal",
];

struct Design {
    name: &'static str,
    persons: usize,
    judges: usize,
    /// The severities run from minus this to this.
    reach: f64,
    /// Standard deviation of the persons' abilities.
    sigma: f64,
    /// Added to all abilities: a ceiling.
    lift: f64,
}

const DESIGNS: [Design; 6] = [
    design("6 judges, 100 persons", 100, 6, 0.8),
    design("3 judges, 40 persons", 40, 3, 0.8),
    design("20 judges, 200 persons", 200, 20, 0.8),
    design("6 judges, 1,000 persons", 1_000, 6, 0.8),
    design("6 judges, equal, 100 persons", 100, 6, 0.0),
    Design {
        lift: 2.0,
        ..design("6 judges, 100 persons near the ceiling", 100, 6, 0.8)
    },
];

const fn design(name: &'static str, persons: usize, judges: usize, reach: f64) -> Design {
    Design {
        name,
        persons,
        judges,
        reach,
        sigma: 1.2,
        lift: 0.0,
    }
}

/// Of each item, what τ adds from mark to mark.
const THRESHOLDS: [[f64; 3]; 3] = [[-2.0, -1.5, 0.5], [-1.0, 0.0, 2.0], [-3.0, -2.5, -1.0]];

impl Design {
    fn severities(&self) -> Vec<f64> {
        let step = 2.0 * self.reach / (self.judges - 1) as f64;
        (0..self.judges)
            .map(|judge| step * judge as f64 - self.reach)
            .collect()
    }
}

/// The mark from 0 to 3 at this place: P(k) ∝ exp(k·place − τₖ).
fn mark(random: &mut Random, place: f64, thresholds: &[f64; 3]) -> u8 {
    let weight = |(step, threshold): (u32, &f64)| libm::exp(f64::from(step) * place - threshold);
    let mut weights = vec![1.0];
    weights.extend((1..).zip(thresholds).map(weight));
    let mut left = random.uniform() * weights.iter().sum::<f64>();
    let passed = weights.iter().take_while(|weight| {
        left -= **weight;
        left > 0.0
    });
    passed.count().min(3) as u8
}

/// Of how many the interval holds the truth, of how many (severity, threshold, ability), and whether equal severities are rejected.
type Held = ([(f64, f64); 3], bool);

fn trial(design: &Design, random: &mut Random) -> Result<Held, Fault> {
    let severities = design.severities();
    let abilities: Vec<f64> = (0..design.persons)
        .map(|_| design.sigma * random.normal())
        .collect();
    let (mut person, mut judge, mut marks) = (Vec::new(), Vec::new(), Vec::new());
    let mut order: Vec<usize> = (0..design.judges).collect();
    for (at, ability) in abilities.iter().enumerate() {
        random.shuffle(&mut order);
        for by in &order[..2] {
            person.push(at);
            judge.push(*by);
            let place = ability + design.lift - severities[*by];
            marks.extend(
                THRESHOLDS
                    .iter()
                    .map(|item| Some(mark(random, place, item))),
            );
        }
    }
    let marks = Marks {
        persons: design.persons,
        judges: design.judges,
        items: THRESHOLDS.len(),
        person: &person,
        judge: &judge,
        marks: &marks,
    };
    let fit = fit(&marks, &Model::default())?;
    Ok(held(design, &fit, &severities, &abilities))
}

fn held(design: &Design, fit: &Fit, severities: &[f64], abilities: &[f64]) -> Held {
    let covers = |estimate: f64, se: f64, truth: f64| (estimate - truth).abs() <= 1.959_964 * se;
    let count = |held: &[bool]| {
        let hits = held.iter().filter(|held| **held).count();
        (hits as f64, held.len() as f64)
    };
    let judges = fit.judges.iter().zip(severities);
    let severity: Vec<bool> = judges
        .filter_map(|(judge, truth)| Some(covers(judge.severity?, judge.se?, *truth)))
        .collect();
    let items = fit.items.iter().zip(THRESHOLDS);
    let mut threshold = Vec::new();
    for (item, truth) in items.filter(|(item, _)| item.thresholds.len() == 3) {
        let found = item.thresholds.iter().zip(&item.threshold_se);
        // A lifted place k·(θ + l) − τ is the place k·θ − (τ − k·l).
        let truth = (1..)
            .zip(truth)
            .map(|(k, tau)| tau - f64::from(k) * design.lift);
        threshold.extend(
            found
                .zip(truth)
                .map(|((x, se), truth)| covers(*x, *se, truth)),
        );
    }
    let persons = fit.persons.iter().zip(abilities);
    let ability: Vec<bool> = persons
        .map(|(found, truth)| covers(found.eap, found.se, *truth))
        .collect();
    let rejected = fit
        .separation
        .is_some_and(|separation| separation.p <= 0.05);
    let shares = [count(&severity), count(&threshold), count(&ability)];
    (shares, rejected)
}

/// Coverage of severities, thresholds and abilities.
pub(crate) fn tables(plan: &Plan) -> Vec<Table> {
    let mut table = Table::new("Ordinal marks", TEXT, &COLUMNS);
    for (at, design) in DESIGNS.iter().enumerate() {
        let sets = plan.sets((400_000 / (design.persons * design.judges)).clamp(100, 1_000));
        let found = plan.each(at, sets, |random| trial(design, random));
        let held: Vec<Held> = found.into_iter().flatten().collect();
        let mut cells = vec![Cell::text(sets), Cell::text(sets - held.len())];
        cells.extend((0..3).map(|what| {
            Cell::figure(
                Figure::share(held.iter().map(|(held, _)| held[what])),
                Aim::Coverage,
            )
        }));
        let rejected = held
            .iter()
            .map(|(_, rejected)| f64::from(u8::from(*rejected)));
        let aim = if design.reach == 0.0 {
            Aim::AtMost(0.05)
        } else {
            Aim::None
        };
        cells.push(Cell::figure(Figure::mean(rejected), aim));
        table.row(design.name, cells);
    }
    vec![table]
}
