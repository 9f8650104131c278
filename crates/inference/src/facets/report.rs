//! From the maximum to what is told.
#![expect(clippy::indexing_slicing, reason = "positions come from the tally")]

use super::dense::{cholesky, dot, solve};
use super::fitness::{Fits, fits};
use super::layout::Layout;
use super::likelihood::Likelihood;
use super::search::{Found, Lost, search};
use super::tally::Tally;
use super::{Fault, Fit, Group, Item, Judge, Marks, Model, Person, Slopes, Steps, separation};

pub(super) fn fitted(
    tally: &Tally,
    model: &Model,
    nodes: Vec<f64>,
    marks: &Marks<'_>,
    groups: Vec<Group>,
) -> Result<Fit, Fault> {
    let layout = Layout::new(tally, model, true);
    let likelihood = Likelihood {
        tally,
        layout: &layout,
        nodes,
    };
    match search(&likelihood, start(tally, model, &layout)) {
        Ok(found) => Ok(told(&likelihood, &found, marks, groups)),
        Err(Lost::NoSpread) if model.slopes != Slopes::None => Err(Fault::NoSpread),
        Err(Lost::NoSpread) => {
            let layout = Layout::new(tally, model, false);
            let likelihood = Likelihood {
                layout: &layout,
                ..likelihood
            };
            match search(&likelihood, start(tally, model, &layout)) {
                Ok(found) => Ok(told(&likelihood, &found, marks, groups)),
                Err(Lost::NoSpread) => Err(Fault::NoSpread),
                Err(Lost::Fault(fault)) => Err(fault),
            }
        }
        Err(Lost::Fault(fault)) => Err(fault),
    }
}

/// Thresholds as if persons and judges didn't differ; everything else 0 (σ = 1).
fn start(tally: &Tally, model: &Model, layout: &Layout) -> Vec<f64> {
    let mut free = vec![0.0; layout.free];
    if model.steps == Steps::PerItem {
        for (item, counts) in tally.counts.iter().enumerate() {
            for category in 1..counts.len() {
                if let [(at, _)] = layout.made_of[layout.threshold[item] + category - 1][..] {
                    free[at] = libm::log(counts[0] / counts[category]);
                }
            }
        }
    }
    free
}

fn told(likelihood: &Likelihood<'_>, found: &Found, marks: &Marks<'_>, groups: Vec<Group>) -> Fit {
    let (tally, layout) = (likelihood.tally, likelihood.layout);
    let fits = fits(likelihood, &found.state);
    let persons = persons(likelihood, found);
    let judges = judges(likelihood, found, &fits, marks);
    let covariance = covariance(layout, found, judges.len());
    let chi_squared = equal(&judges, &covariance);
    let spread = found.state.sigma > 0.0;
    let log_sigma_se = spread.then(|| error(layout, found, layout.log_sigma));
    Fit {
        deviance: -2.0 * found.log_likelihood,
        parameters: layout.free,
        sigma: found.state.sigma,
        log_sigma_se,
        reliability: reliability(&persons),
        separation: separation(&judges, chi_squared),
        items: (0..tally.used.len())
            .map(|item| self::item(likelihood, found, &fits, item))
            .collect(),
        judges,
        persons,
        groups,
        iterations: found.iterations,
        covariance,
    }
}

/// The standard error of a parameter.
fn error(layout: &Layout, found: &Found, at: usize) -> f64 {
    layout.covariance(&found.covariance, at, at).max(0.0).sqrt()
}

/// A slope and its standard error by the delta method.
fn slope(layout: &Layout, found: &Found, start: Option<usize>, at: usize) -> (f64, Option<f64>) {
    match start {
        None => (1.0, None),
        Some(start) => {
            let slope = libm::exp(found.all[start + at]);
            (slope, Some(slope * error(layout, found, start + at)))
        }
    }
}

fn judges(
    likelihood: &Likelihood<'_>,
    found: &Found,
    fits: &Fits,
    marks: &Marks<'_>,
) -> Vec<Judge> {
    let (tally, layout) = (likelihood.tally, likelihood.layout);
    let mut given = vec![0; tally.extreme.len()];
    for (judge, row) in marks
        .judge
        .iter()
        .zip(marks.marks.chunks(marks.items.max(1)))
    {
        given[*judge] += row.iter().flatten().count();
    }
    let judge = |(at, marks): (usize, usize)| {
        let fitness = fits.judges[at];
        let counts = tally.cells.iter().any(|cell| cell.judge == at);
        let place = layout.severity + at;
        let (slope, slope_se) = slope(layout, found, layout.judge_slope, at);
        Judge {
            marks,
            severity: counts.then(|| found.all[place]),
            se: counts.then(|| error(layout, found, place)),
            extreme: tally.extreme[at],
            slope,
            slope_se: slope_se.filter(|_| counts),
            fitness,
        }
    };
    given.into_iter().enumerate().map(judge).collect()
}

fn item(likelihood: &Likelihood<'_>, found: &Found, fits: &Fits, item: usize) -> Item {
    let (tally, layout) = (likelihood.tally, likelihood.layout);
    let tells = tally.cells.iter().any(|cell| cell.item == item);
    let categories = if tells {
        tally.used[item].clone()
    } else {
        Vec::new()
    };
    let first = layout.threshold[item];
    let places = first..first + categories.len().saturating_sub(1);
    let (slope, slope_se) = slope(layout, found, layout.item_slope, item);
    let last = categories.len().checked_sub(1).filter(|last| *last > 0);
    Item {
        thresholds: places.clone().map(|at| found.all[at]).collect(),
        threshold_se: places.map(|at| error(layout, found, at)).collect(),
        difficulty: last.map(|last| found.all[first + last - 1] / tally.step(item, last)),
        categories,
        slope,
        slope_se: slope_se.filter(|_| tells),
        fitness: fits.items[item],
    }
}

fn persons(likelihood: &Likelihood<'_>, found: &Found) -> Vec<Person> {
    let tally = likelihood.tally;
    let mut posterior = vec![0.0; likelihood.nodes.len()];
    let by_class: Vec<(f64, f64, usize)> = tally
        .classes
        .iter()
        .map(|class| {
            let moments = likelihood.posterior(&found.state, class, &mut posterior);
            (
                moments.mean,
                moments.variance.sqrt(),
                tally.designs[class.design].len(),
            )
        })
        .collect();
    let person = |class: &Option<usize>| match class {
        Some(class) => {
            let (eap, se, marks) = by_class[*class];
            Person { marks, eap, se }
        }
        None => Person {
            marks: 0,
            eap: 0.0,
            se: found.state.sigma,
        },
    };
    tally.class_of.iter().map(person).collect()
}

fn reliability(persons: &[Person]) -> Option<f64> {
    let marked: Vec<&Person> = persons.iter().filter(|person| person.marks > 0).collect();
    if marked.len() < 2 {
        return None;
    }
    let count = marked.len() as f64;
    let mean = marked.iter().map(|person| person.eap).sum::<f64>() / count;
    let squares = marked
        .iter()
        .map(|person| (person.eap - mean) * (person.eap - mean));
    let between = squares.sum::<f64>() / (count - 1.0);
    let error = marked
        .iter()
        .map(|person| person.se * person.se)
        .sum::<f64>()
        / count;
    let all = between + error;
    Some(if all > 0.0 { between / all } else { 0.0 })
}

fn covariance(layout: &Layout, found: &Found, judges: usize) -> Vec<f64> {
    let place = |judge| layout.severity + judge;
    let pairs = (0..judges).flat_map(|a| (0..judges).map(move |b| (a, b)));
    pairs
        .map(|(a, b)| layout.covariance(&found.covariance, place(a), place(b)))
        .collect()
}

/// Wald's statistic for all finite severities being equal, which with their sum 0 is all being 0.
fn equal(judges: &[Judge], covariance: &[f64]) -> f64 {
    let known: Vec<usize> = (0..judges.len())
        .filter(|at| judges[*at].severity.is_some())
        .collect();
    wald(
        &known,
        |at| judges[at].severity.unwrap_or_default(),
        |a, b| covariance[a * judges.len() + b],
    )
}

/// Wald's statistic for estimates being equal: of their differences from the last.
pub(super) fn wald(
    which: &[usize],
    estimate: impl Fn(usize) -> f64,
    covariance: impl Fn(usize, usize) -> f64,
) -> f64 {
    let Some((last, others)) = which.split_last() else {
        return 0.0;
    };
    let differences: Vec<f64> = others
        .iter()
        .map(|at| estimate(*at) - estimate(*last))
        .collect();
    let of = |a: usize, b: usize| {
        covariance(a, b) - covariance(a, *last) - covariance(*last, b) + covariance(*last, *last)
    };
    let matrix: Vec<f64> = others
        .iter()
        .flat_map(|a| others.iter().map(|b| of(*a, *b)))
        .collect();
    match cholesky(&matrix, others.len()) {
        Some(factor) => dot(&differences, &solve(&factor, &differences)),
        None => 0.0,
    }
}
