//! How often the intervals of `inference::mixed` hold: severities, fixed effects, adjusted means and spreads of judges.

use inference::mixed::{
    Criterion, Design as Fixed, Factor, Fit, Model, Variable, adjusted_units, severity, spread,
};
use inference::random::Random;

use crate::plan::Plan;
use crate::table::{Aim, Cell, Figure, Table};

const TEXT: &str = "\
Linear mixed models (`inference::mixed`): marks of units by judges, units and judges random, one fixed effect of two services. Severity,
fixed effect, adjusted mean: estimate ± 1.96 standard errors; spread: its chi-squared interval holds 1, as all judges scatter alike.
Severity and adjusted mean are held against the average of the judges at hand, and severity also against all judges there might be
(*of any*), from whom these are drawn: the standard error, as lme4's, takes the fixed effects and with them that average as known, so it
is for comparing these judges. It takes the variances as known too: with five judges they aren't. Where judges hardly differ the fit may
say that they don't: severity 0 with error 0.";

const COLUMNS: [&str; 8] = [
    "design",
    "data sets",
    "no difference found",
    "severity",
    "severity, of any",
    "fixed effect",
    "adjusted mean",
    "spread",
];

struct Design {
    name: &'static str,
    units: usize,
    judges: usize,
    /// Judges who mark each unit.
    each: usize,
    /// Standard deviation of the judges' effects; that of units is 1, that of the residual 0.7.
    severity: f64,
    criterion: Criterion,
    /// Rounded to whole marks of 1 to 5.
    levels: bool,
}

fn designs() -> Vec<Design> {
    let design = |name, units, judges, each, severity| Design {
        name,
        units,
        judges,
        each,
        severity,
        criterion: Criterion::Reml,
        levels: false,
    };
    vec![
        design("5 judges, 40 units by 2 each, REML", 40, 5, 2, 0.5),
        Design {
            criterion: Criterion::Ml,
            ..design("5 judges, 40 units by 2 each, ML", 40, 5, 2, 0.5)
        },
        design("12 judges, 60 units by 3 each", 60, 12, 3, 0.5),
        design("12 judges, 60 units by all", 60, 12, 12, 0.5),
        design("50 judges, 200 units by 3 each", 200, 50, 3, 0.5),
        design("500 judges, 1,000 units by 3 each", 1_000, 500, 3, 0.5),
        design("50 judges hardly unlike, σ = 0.1", 200, 50, 3, 0.1),
        Design {
            levels: true,
            ..design("50 judges, whole marks 1 to 5", 200, 50, 3, 0.5)
        },
    ]
}

/// Marks and what is true of them.
struct Jury {
    marks: Vec<f64>,
    unit: Vec<usize>,
    judge: Vec<usize>,
    service: Vec<usize>,
    units: Vec<f64>,
    judges: Vec<f64>,
}

const MEAN: f64 = 3.0;
const EFFECT: f64 = 0.4;

fn jury(design: &Design, random: &mut Random) -> Jury {
    let units: Vec<f64> = (0..design.units).map(|_| random.normal()).collect();
    let judges = (0..design.judges).map(|_| design.severity * random.normal());
    let mut jury = Jury {
        marks: Vec::new(),
        unit: Vec::new(),
        judge: Vec::new(),
        service: Vec::new(),
        judges: judges.collect(),
        units,
    };
    let mut order: Vec<usize> = (0..design.judges).collect();
    for unit in 0..design.units {
        random.shuffle(&mut order);
        for judge in &order[..design.each] {
            let service = random.below(2) as usize;
            let place = jury.units[unit] + jury.judges[*judge] + EFFECT * service as f64;
            let mark = MEAN + place + 0.7 * random.normal();
            jury.marks.push(if design.levels {
                libm::round(mark).clamp(1.0, 5.0)
            } else {
                mark
            });
            jury.unit.push(unit);
            jury.judge.push(*judge);
            jury.service.push(service);
        }
    }
    jury
}

/// Labels sort by size, so that a level's position is its number where all levels occur.
fn factor(name: &str, codes: &[usize]) -> Factor {
    let labels: Vec<String> = codes.iter().map(ToString::to_string).collect();
    Factor::from_labels(name, &labels).expect("few levels")
}

/// Of how many the interval holds the truth, of how many, for each column; and whether the fit has no difference between judges.
fn trial(design: &Design, random: &mut Random) -> ([(f64, f64); 5], bool) {
    let jury = jury(design, random);
    let units = factor("unit", &jury.unit);
    let factors = vec![factor("judge", &jury.judge), units.clone()];
    let service = Variable::Levels(factor("service", &jury.service));
    let fixed = Fixed::new(jury.marks.len(), vec![service], &[vec![0]]).expect("sound data");
    let model = Model::new(jury.marks.clone(), fixed, factors, design.criterion);
    let fit = model.and_then(Model::fit).expect("it can be fitted");
    let effect = fit.fixed().pop().expect("an effect");
    let average = jury.judges.iter().sum::<f64>() / jury.judges.len() as f64;
    let held = [
        severities(&fit, &jury, average),
        severities(&fit, &jury, 0.0),
        (
            f64::from(u8::from(covers(effect.estimate, effect.se, EFFECT))),
            1.0,
        ),
        adjusted(&fit, &jury, average, &units),
        spreads(&fit),
    ];
    (held, fit.theta()[0] == 0.0)
}

fn covers(estimate: f64, se: f64, truth: f64) -> bool {
    (estimate - truth).abs() <= 1.959_964 * se
}

/// How many hold, of how many.
fn count(held: impl Iterator<Item = bool>) -> (f64, f64) {
    held.fold((0.0, 0.0), |(hits, all), held| {
        (hits + f64::from(u8::from(held)), all + 1.0)
    })
}

fn severities(fit: &Fit, jury: &Jury, average: f64) -> (f64, f64) {
    let found = severity(fit, 0).expect("there are judges");
    count(found.iter().map(|found| {
        let judge: usize = found.judge.parse().expect("a number");
        covers(found.severity, found.se, average - jury.judges[judge])
    }))
}

fn adjusted(fit: &Fit, jury: &Jury, average: f64, units: &Factor) -> (f64, f64) {
    let found = adjusted_units(fit, 0, units).expect("as many marks");
    count(found.iter().map(|found| {
        let unit: usize = found.unit.parse().expect("a number");
        let of_unit = jury
            .unit
            .iter()
            .zip(&jury.service)
            .filter(|(of, _)| **of == unit);
        let services: usize = of_unit.map(|(_, service)| service).sum();
        let fixed = EFFECT * services as f64 / found.marks as f64;
        covers(
            found.adjusted,
            found.se,
            MEAN + average + jury.units[unit] + fixed,
        )
    }))
}

fn spreads(fit: &Fit) -> (f64, f64) {
    let found = spread(fit, 0, 0.95).expect("there are judges");
    count(
        found
            .iter()
            .map(|found| (found.lower..=found.upper).contains(&1.0)),
    )
}

/// Coverage of what is said of judges.
pub(crate) fn tables(plan: &Plan) -> Vec<Table> {
    let mut table = Table::new("Judges", TEXT, &COLUMNS);
    for (at, design) in designs().iter().enumerate() {
        let sets = plan.sets((200_000 / design.units).min(2_000));
        let found = plan.each(at, sets, |random| trial(design, random));
        let none = found.iter().map(|(_, none)| f64::from(u8::from(*none)));
        let mut cells = vec![
            Cell::text(sets),
            Cell::figure(Figure::mean(none), Aim::None),
        ];
        for what in 0..5 {
            // Truncated marks have other effects than the truth they were drawn from.
            let aim = [Aim::Coverage, Aim::None][usize::from(design.levels && what != 4)];
            let share = Figure::share(found.iter().map(|(held, _)| held[what]));
            cells.push(Cell::figure(share, aim));
        }
        table.row(design.name, cells);
    }
    vec![table]
}
