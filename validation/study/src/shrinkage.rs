//! How often the intervals of `inference::shrinkage` hold the truth.

use inference::Invalid;
use inference::random::Random;
use inference::shrinkage::{Between, Interval, Means, MeansOptions, counts, means, rates, ratings};

use crate::plan::Plan;
use crate::table::{Aim, Cell, Figure, Table};

const TEXT: &str = "\
The share of units' intervals that hold the truth (`inference::shrinkage`). The truth is drawn from each model's own distribution.
*Plain* is Wilson's interval of the raw rate. With equal units nearly every interval that doesn't collapse holds the truth; the plug-in
interval is there to show why it isn't to be published.";

const COLUMNS: [&str; 10] = [
    "design",
    "units",
    "data sets",
    "rates",
    "plain",
    "counts",
    "ratings",
    "plug-in",
    "Morris",
    "robust",
];

/// About so many units in all data sets of a design.
const UNITS: usize = 20_000;

/// How units differ and how much is known of each.
struct Design {
    name: &'static str,
    units: usize,
    /// Mean rate of success.
    mean: f64,
    /// Standard deviation of units' rates.
    spread: f64,
    least: u64,
    most: u64,
}

const fn design(
    name: &'static str,
    units: usize,
    mean: f64,
    spread: f64,
    least: u64,
    most: u64,
) -> Design {
    Design {
        name,
        units,
        mean,
        spread,
        least,
        most,
    }
}

const DESIGNS: [Design; 10] = [
    design("equal units, n = 30", 15, 0.97, 0.0, 30, 30),
    design("equal units, n = 30", 1_000, 0.97, 0.0, 30, 30),
    design("few raters, n = 5", 30, 0.8, 0.1, 5, 5),
    design("few raters, n = 5", 300, 0.8, 0.1, 5, 5),
    design("ceiling 99 %, n = 100", 50, 0.99, 0.008, 100, 100),
    design("n from 2 to 500", 50, 0.9, 0.05, 2, 500),
    design("n from 2 to 500", 500, 0.9, 0.05, 2, 500),
    design("ten units, n = 50", 10, 0.85, 0.07, 50, 50),
    design("a thousand units, n = 50", 1_000, 0.85, 0.07, 50, 50),
    design("ten thousand units, n = 20", 10_000, 0.85, 0.07, 20, 20),
];

/// How often each model's intervals held the truth in one data set, of how many.
fn trial(design: &Design, random: &mut Random) -> Result<[usize; 7], Invalid> {
    let total = if design.spread > 0.0 {
        design.mean * (1.0 - design.mean) / (design.spread * design.spread) - 1.0
    } else {
        f64::INFINITY
    };
    let draw = |random: &mut Random| {
        if total.is_finite() {
            random.beta(total * design.mean, total * (1.0 - design.mean))
        } else {
            design.mean
        }
    };
    let truth: Vec<f64> = (0..design.units).map(|_| draw(random)).collect();
    let range = design.most - design.least + 1;
    let n: Vec<u64> = truth
        .iter()
        .map(|_| design.least + random.below(range))
        .collect();
    let cases: Vec<f64> = n.iter().map(|n| *n as f64).collect();
    let hits: Vec<f64> = truth
        .iter()
        .zip(&n)
        .map(|(p, n)| random.binomial(*n, *p) as f64)
        .collect();
    let shrunk = rates(&hits, &cases, None, 0.95)?;
    let held = |intervals: &mut dyn Iterator<Item = Interval>, truth: &[f64]| {
        intervals
            .zip(truth)
            .filter(|(interval, truth)| interval.holds(**truth))
            .count()
    };
    let rate = held(&mut shrunk.units.iter().map(|unit| unit.shrunk), &truth);
    let plain = held(&mut shrunk.units.iter().filter_map(|unit| unit.raw), &truth);
    let gamma = 0.04 / (design.spread * design.spread).max(1e-12);
    let risks: Vec<f64> = truth
        .iter()
        .map(|_| {
            if total.is_finite() {
                0.2 * random.gamma(gamma) / gamma
            } else {
                0.2
            }
        })
        .collect();
    let events: Vec<f64> = (risks.iter().zip(&cases))
        .map(|(risk, n)| random.poisson(risk * n) as f64)
        .collect();
    let found = counts(&events, &cases, 0.95)?;
    let count = held(&mut found.units.iter().map(|unit| unit.shrunk), &risks);
    let rating = trial_ratings(design, total, &n, random)?;
    let [plug_in, morris, robust] = trial_means(design, &cases, random)?;
    Ok([rate, plain, count, rating, plug_in, morris, robust])
}

const LEVELS: [f64; 5] = [1.0, 2.0, 3.0, 4.0, 5.0];

fn trial_ratings(
    design: &Design,
    total: f64,
    n: &[u64],
    random: &mut Random,
) -> Result<usize, Invalid> {
    let low = 1.0 - design.mean;
    let shares = [0.1 * low, 0.1 * low, 0.2 * low, 0.6 * low, design.mean];
    let (mut truth, mut table) = (Vec::new(), Vec::new());
    for n in n {
        let parts = if total.is_finite() {
            shares.map(|share| random.gamma(share * total))
        } else {
            shares
        };
        let sum: f64 = parts.iter().sum();
        truth.push(
            parts
                .iter()
                .zip(LEVELS)
                .map(|(part, level)| part * level / sum)
                .sum::<f64>(),
        );
        let (mut left, mut whole) = (*n, sum);
        for part in parts {
            let count = random.binomial(left, part / whole);
            table.push(count as f64);
            left -= count;
            whole -= part;
        }
    }
    let found = ratings(&table, &LEVELS, 0.95)?;
    let pairs = found.units.iter().zip(&truth);
    Ok(pairs
        .filter(|(unit, truth)| unit.shrunk.holds(**truth))
        .count())
}

/// Standard error of 0.4 ÷ √n, units as far apart as the design's rates.
fn trial_means(design: &Design, cases: &[f64], random: &mut Random) -> Result<[usize; 3], Invalid> {
    let se: Vec<f64> = cases.iter().map(|n| 0.4 / n.sqrt()).collect();
    let truth: Vec<f64> = se.iter().map(|_| design.spread * random.normal()).collect();
    let figures: Vec<f64> = truth
        .iter()
        .zip(&se)
        .map(|(x, se)| x + se * random.normal())
        .collect();
    let mut held = [0; 3];
    for (held, method) in held
        .iter_mut()
        .zip([Means::PlugIn, Means::Morris, Means::Robust])
    {
        let options = MeansOptions {
            between: Between::PauleMandel,
            method,
            coverage: 0.95,
        };
        let found = means(&figures, &se, options)?;
        let pairs = found.units.iter().zip(&truth);
        *held = pairs
            .filter(|(unit, truth)| unit.shrunk.holds(**truth))
            .count();
    }
    Ok(held)
}

/// Coverage of all intervals.
pub(crate) fn tables(plan: &Plan) -> Vec<Table> {
    let mut table = Table::new("Shrunk figures", TEXT, &COLUMNS);
    for (at, design) in DESIGNS.iter().enumerate() {
        let sets = plan.sets((UNITS / design.units).clamp(4, 2_000));
        let held = plan.each(at, sets, |random| {
            trial(design, random).expect("sound data")
        });
        let units = design.units as f64;
        let cell = |model| {
            let sets = held
                .iter()
                .map(|held: &[usize; 7]| (held[model] as f64, units));
            Cell::figure(Figure::share(sets), Aim::Coverage)
        };
        let mut cells = vec![Cell::text(design.units), Cell::text(sets)];
        cells.extend((0..7).map(cell));
        table.row(design.name, cells);
    }
    vec![table]
}
