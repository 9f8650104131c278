//! How sure measures are: from what comes with a figure to draws of what the figure would be without luck.
//!
//! A [`Noise`] is fitted to one measure of a class of units and then drawn as often as wanted. Each draw is one from the posterior of
//! the units' true figures: Beta for shares, Gamma for counts, Dirichlet for ratings by level, normal or Student for figures with a
//! standard error. Nothing here knows rules or points, and nothing is drawn where nothing is known of the noise: such a figure is held.
//!
//! **The prior.** One unit's figures are few, and the usual flat priors pull every figure towards the middle. Where a score adds many
//! measures near a ceiling, these pulls add up and an interval misses. So the prior's mean is the class's own pooled figure, and its
//! weight is what the class supports (by the method of moments), never more than a quarter of the unit's own cases: an interval stays
//! the unit's own, and its centre is on average where the figure is. Classes with fewer than [`CLASS`] units have Jeffreys' prior
//! (½ and ½ for shares, ½ for counts; 1 ÷ levels each, Perks 1947, for ratings by level).

use crate::Invalid;
use crate::random::Random;

/// From so many units on, the class is the prior.
pub const CLASS: usize = 4;

/// At most this part of a unit's own cases is what the class weighs.
const CLASS_WEIGHT: f64 = 0.25;

/// What the class adds at least to an outcome, in cases: what nobody had can still happen.
const LEAST_CASES: f64 = 0.1;

/// The least weight of the class in counts, in periods.
const LEAST_PERIODS: f64 = 0.01;

/// What comes with the figures of a measure. All slices have a cell for each unit; NaN stands for a gap. A unit with a gap in any of
/// them is held.
#[derive(Clone, Debug)]
pub enum Model<'a> {
    /// Shares of n cases, each of which counts or doesn't.
    Share {
        /// 0…`full`.
        value: &'a [f64],
        /// The number of cases, 0 or more; a unit with none is held.
        n: &'a [f64],
        /// What stands for all: 1, or 100 for per cent.
        full: f64,
    },
    /// Numbers of events in a period, 0 or more.
    Count {
        /// The counts.
        value: &'a [f64],
    },
    /// Figures with a standard error, normal.
    Figure {
        /// The figures.
        value: &'a [f64],
        /// Their standard errors, 0 or more; with 0 the figure is known exactly.
        se: &'a [f64],
        /// The least and the most a figure can be; draws are held between.
        range: (f64, f64),
    },
    /// Means of judges' marks: Student's t with `n` − 1 degrees of freedom.
    Mark {
        /// The means.
        value: &'a [f64],
        /// Their standard errors, as the judges' spread gives them; 0 or more.
        se: &'a [f64],
        /// How many judges; a unit with fewer than two is held.
        n: &'a [f64],
        /// The least and the most a mark can be; draws are held between.
        range: (f64, f64),
    },
    /// Ratings by level: the figure is the mean of the levels' marks.
    Levels {
        /// For each level: how many ratings each unit has, 0 or more.
        counts: Vec<&'a [f64]>,
        /// For each level: its mark (0 and 1 for the share of those satisfied).
        marks: Vec<f64>,
    },
}

/// A measure whose noise is known, ready to be drawn.
#[derive(Clone, Debug)]
pub struct Noise {
    /// How many units there are.
    units: usize,
    /// The units that are drawn.
    at: Vec<u32>,
    /// Their own cases, for shares and ratings by level.
    cases: Vec<f64>,
    posterior: Posterior,
}

/// The parameters of the units that are drawn, in their order.
#[derive(Clone, Debug)]
enum Posterior {
    /// Events and the others.
    Beta {
        shapes: Vec<(Shape, Shape)>,
        full: f64,
    },
    /// Shape and rate.
    Gamma(Vec<(Shape, f64)>),
    /// Centre and spread.
    Normal {
        cells: Vec<(f64, f64)>,
        range: (f64, f64),
    },
    /// Centre, spread, and the χ² of the judges' spread: its shape and half its degrees of freedom.
    Student {
        cells: Vec<(f64, f64, Shape, f64)>,
        range: (f64, f64),
    },
    /// Level by level, unit after unit.
    Dirichlet { shapes: Vec<Shape>, marks: Vec<f64> },
}

impl Noise {
    /// Fits the noise of a measure to the class's figures.
    ///
    /// `kin` is how much more the units' totals spread than independent measures would, as a part of the measures' own variances (0 or
    /// more): where a unit that is good at one thing is good at all, the class weighs less by it. 0 where that isn't known.
    ///
    /// # Errors
    /// [`Invalid`]: slices of different lengths, infinite cells, a figure outside its range.
    pub fn fit(model: &Model<'_>, kin: f64) -> Result<Self, Invalid> {
        Invalid::check_range("kin", &[kin], "0 or more", |kin| kin >= 0.0)?;
        match model {
            Model::Share { value, n, full } => share(value, n, *full, kin),
            Model::Count { value } => count(value, kin),
            Model::Figure { value, se, range } => figure(value, se, *range),
            Model::Mark {
                value,
                se,
                n,
                range,
            } => mark(value, se, n, *range),
            Model::Levels { counts, marks } => levels(counts, marks, kin),
        }
    }

    /// The positions of the units that are drawn, ascending; the others are held.
    #[must_use]
    pub fn drawn(&self) -> &[u32] {
        &self.at
    }

    /// How new figures would spread, not how the true ones may lie: about the unit's own figure as the posterior has it, or, for the
    /// units that are `chosen`, about the class's pooled figure. The class lends no cases here, so this is the noise that a test needs:
    /// the posterior is narrower, and at a ceiling hardly spreads at all.
    #[must_use]
    pub fn anew(&self, chosen: impl Fn(u32) -> bool) -> Self {
        let mut noise = self.clone();
        let mut units = self.at.iter().map(|unit| chosen(*unit));
        let mut chosen = || units.next().is_some_and(|chosen| chosen);
        match &mut noise.posterior {
            Posterior::Beta { shapes, .. } => {
                let events: f64 = shapes.iter().map(|(events, _)| events.shape).sum();
                let others: f64 = shapes.iter().map(|(_, others)| others.shape).sum();
                for ((yes, no), cases) in shapes.iter_mut().zip(&self.cases) {
                    let own = (yes.shape, no.shape);
                    let (a, b) = if chosen() { (events, others) } else { own };
                    let cases = spread_of(*cases) / (a + b);
                    (*yes, *no) = (Shape::new(cases * a), Shape::new(cases * b));
                }
            }
            Posterior::Gamma(cells) => {
                let counts = cells.iter().map(|(shape, rate)| shape.shape / rate);
                let mean = counts.sum::<f64>() / cells.len() as f64;
                for (shape, rate) in cells {
                    let own = shape.shape / *rate;
                    let count = if chosen() { mean } else { own };
                    (*shape, *rate) = (Shape::new(count), 1.0);
                }
            }
            Posterior::Normal { cells, .. } => {
                about_mean(cells.iter_mut().map(|cell| &mut cell.0).collect(), chosen);
            }
            Posterior::Student { cells, .. } => {
                about_mean(cells.iter_mut().map(|cell| &mut cell.0).collect(), chosen);
            }
            Posterior::Dirichlet { shapes, marks } => {
                let levels = marks.len().max(1);
                let of_level = |level: usize| shapes.iter().skip(level).step_by(levels);
                let sum = |level: usize| of_level(level).map(|shape| shape.shape).sum();
                let class: Vec<f64> = (0..levels).map(sum).collect();
                for (shapes, cases) in shapes.chunks_exact_mut(levels).zip(&self.cases) {
                    let own: Vec<f64> = shapes.iter().map(|shape| shape.shape).collect();
                    let about = if chosen() { &class } else { &own };
                    let cases = spread_of(*cases) / about.iter().sum::<f64>();
                    let about = shapes.iter_mut().zip(about);
                    about.for_each(|(shape, about)| *shape = Shape::new(cases * about));
                }
            }
        }
        noise
    }

    /// How many units there are.
    #[must_use]
    pub fn units(&self) -> usize {
        self.units
    }

    /// Draws the true figures of the units that are drawn into their cells of `out`; other cells stay as they are. `out` has a cell a
    /// unit; cells beyond its end are left out.
    pub fn draw(&self, random: &mut Random, out: &mut [f64]) {
        let units = self.at.iter();
        let mut put = |unit: &u32, figure: f64| {
            if let Some(cell) = out.get_mut(*unit as usize) {
                *cell = figure;
            }
        };
        match &self.posterior {
            Posterior::Beta { shapes, full } => {
                for (unit, (events, others)) in units.zip(shapes) {
                    put(unit, full * part(random, *events, *others));
                }
            }
            Posterior::Gamma(cells) => {
                for (unit, (shape, rate)) in units.zip(cells) {
                    put(unit, shape.draw(random) / rate);
                }
            }
            Posterior::Normal { cells, range } => {
                for (unit, (centre, spread)) in units.zip(cells) {
                    put(unit, held(centre + spread * random.normal(), *range));
                }
            }
            Posterior::Student { cells, range } => {
                for (unit, (centre, spread, shape, half)) in units.zip(cells) {
                    let z = random.normal();
                    let scale = (shape.draw(random) / half).sqrt();
                    put(unit, held(centre + spread * z / scale, *range));
                }
            }
            Posterior::Dirichlet { shapes, marks } => {
                for (unit, shapes) in units.zip(shapes.chunks_exact(marks.len().max(1))) {
                    put(unit, mean_mark(random, shapes, marks));
                }
            }
        }
    }
}

/// Puts the centres that are chosen, asked one after the other, at the mean of all.
fn about_mean(centres: Vec<&mut f64>, mut chosen: impl FnMut() -> bool) {
    let mean = centres.iter().map(|centre| **centre).sum::<f64>() / centres.len() as f64;
    for centre in centres {
        if chosen() {
            *centre = mean;
        }
    }
}

/// The weight of a Beta or Dirichlet that spreads as the mean of so many cases does: its variance is that of one case over weight + 1.
fn spread_of(cases: f64) -> f64 {
    (cases - 1.0).max(LEAST_CASES)
}

fn held(x: f64, (low, high): (f64, f64)) -> f64 {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

/// A draw from the beta distribution.
fn part(random: &mut Random, events: Shape, others: Shape) -> f64 {
    let (x, y) = (events.draw(random), others.draw(random));
    if x + y > 0.0 {
        x / (x + y)
    } else if events.shape > others.shape {
        1.0
    } else {
        0.0
    }
}

fn mean_mark(random: &mut Random, shapes: &[Shape], marks: &[f64]) -> f64 {
    let (mut total, mut sum) = (0.0, 0.0);
    for (shape, mark) in shapes.iter().zip(marks) {
        let weight = shape.draw(random);
        total += weight;
        sum += weight * mark;
    }
    if total > 0.0 {
        sum / total
    } else {
        marks.iter().sum::<f64>() / marks.len() as f64
    }
}

/// A gamma distribution with scale 1, ready to be drawn: as [`Random::gamma`], without its square root and division in each draw.
#[derive(Clone, Copy, Debug)]
struct Shape {
    shape: f64,
    d: f64,
    c: f64,
}

impl Shape {
    fn new(shape: f64) -> Self {
        let d = shape + f64::from(u8::from(shape < 1.0)) - 1.0 / 3.0;
        Self {
            shape,
            d,
            c: 1.0 / (9.0 * d).sqrt(),
        }
    }

    #[inline]
    fn draw(self, random: &mut Random) -> f64 {
        if self.shape < 1.0 {
            return self.draw_small(random);
        }
        self.draw_large(random)
    }

    #[cold]
    fn draw_small(self, random: &mut Random) -> f64 {
        if self.shape <= 0.0 {
            return 0.0;
        }
        let boost = libm::exp(libm::log(random.uniform()) / self.shape);
        boost * self.draw_large(random)
    }

    #[inline]
    fn draw_large(self, random: &mut Random) -> f64 {
        loop {
            let x = random.normal();
            let v = 1.0 + self.c * x;
            if v <= 0.0 {
                continue;
            }
            let v = v * v * v;
            let u = random.uniform();
            let square = x * x;
            if u < 1.0 - 0.0331 * square * square
                || libm::log(u) < 0.5 * square + self.d * (1.0 - v + libm::log(v))
            {
                return self.d * v;
            }
        }
    }
}

/// That a slice has a cell a unit, each a gap or a finite number that `holds`.
fn check(
    what: &'static str,
    units: usize,
    cells: &[f64],
    expected: &'static str,
    holds: impl Fn(f64) -> bool,
) -> Result<(), Invalid> {
    Invalid::check_length(what, units, cells.len())?;
    if let Some(at) = cells.iter().position(|x| x.is_infinite()) {
        return Err(Invalid::NotFinite { what, at });
    }
    match cells
        .iter()
        .enumerate()
        .find(|(_, x)| !x.is_nan() && !holds(**x))
    {
        Some((at, value)) => Err(Invalid::Range {
            what,
            at,
            value: *value,
            expected,
        }),
        None => Ok(()),
    }
}

/// The positions of the units for which `known` holds.
fn known(units: usize, known: impl Fn(usize) -> bool) -> Vec<u32> {
    (0..units)
        .zip(0_u32..)
        .filter(|(unit, _)| known(*unit))
        .map(|(_, at)| at)
        .collect()
}

fn cell(cells: &[f64], at: u32) -> f64 {
    cells.get(at as usize).copied().unwrap_or(f64::NAN)
}

/// Figures of a class, each with its own number of cases: how much the class is to weigh, in cases.
///
/// With variance `v` of one case and units that differ by τ², Σ n (y − m)² has the mean (J − 1) v + τ² (Σ n − Σ n² ÷ Σ n), less what
/// cases of one unit have in common; τ² by moments, then v ÷ τ² cases, as a Beta or Dirichlet of that weight spreads. Source: the
/// moment estimator of Kleinman (1973), *Proportions with extraneous variance*, JASA 68.
fn class_weight(cases: &[(f64, f64)], mean: f64, of_one: f64, kin: f64) -> f64 {
    let units = cases.len() as f64;
    let total: f64 = cases.iter().map(|(_, n)| n).sum();
    let squares: f64 = cases.iter().map(|(_, n)| n * n).sum();
    let q: f64 = cases.iter().map(|(y, n)| n * (y - mean) * (y - mean)).sum();
    let room = total - squares / total - (units - 1.0);
    let between = if room > 0.0 {
        ((q - (units - 1.0) * of_one) / room).max(0.0)
    } else {
        0.0
    };
    let centre = cases.iter().map(|(y, _)| y).sum::<f64>() / units;
    let spread = cases.iter().map(|(y, _)| (y - centre) * (y - centre));
    let between = between + kin * spread.sum::<f64>() / (units - 1.0);
    of_one / between - 1.0
}

/// The class's weight for a unit with `n` cases.
fn held_weight(weight: f64, n: f64) -> f64 {
    weight.min(n * CLASS_WEIGHT).max(1.0)
}

fn share(value: &[f64], n: &[f64], full: f64, kin: f64) -> Result<Noise, Invalid> {
    let units = value.len();
    Invalid::check_range("full", &[full], "over 0", |full| full > 0.0)?;
    check("shares", units, value, "from 0 to all", |x| {
        (0.0..=full).contains(&x)
    })?;
    check("cases", units, n, "0 or more", |n| n >= 0.0)?;
    let figure = |at: u32| (cell(value, at) / full, cell(n, at));
    let at = known(units, |unit| {
        let (y, n) = figure(unit as u32);
        !y.is_nan() && n > 0.0
    });
    let cases: Vec<(f64, f64)> = at.iter().map(|at| figure(*at)).collect();
    let total: f64 = cases.iter().map(|(_, n)| n).sum();
    let events: f64 = cases.iter().map(|(y, n)| y * n).sum();
    let mean = (events + 0.5) / (total + 1.0);
    let weight = class_weight(&cases, mean, mean * (1.0 - mean), kin);
    let shapes = cases.iter().map(|(y, n)| {
        let (events, others) = if cases.len() < CLASS {
            (0.5, 0.5)
        } else {
            let weight = held_weight(weight, *n);
            let events = (weight * mean).max(LEAST_CASES);
            (events, (weight * (1.0 - mean)).max(LEAST_CASES))
        };
        let (yes, no) = (y * n, (1.0 - y) * n);
        (Shape::new(yes + events), Shape::new(no + others))
    });
    Ok(Noise {
        units,
        posterior: Posterior::Beta {
            shapes: shapes.collect(),
            full,
        },
        at,
        cases: cases.into_iter().map(|(_, n)| n).collect(),
    })
}

fn count(value: &[f64], kin: f64) -> Result<Noise, Invalid> {
    let units = value.len();
    check("counts", units, value, "0 or more", |x| x >= 0.0)?;
    let at = known(units, |unit| !cell(value, unit as u32).is_nan());
    let counts: Vec<f64> = at.iter().map(|at| cell(value, *at)).collect();
    let number = counts.len() as f64;
    let mean = (counts.iter().sum::<f64>() + 0.5) / number;
    let squares: f64 = counts.iter().map(|x| (x - mean) * (x - mean)).sum();
    let spread = squares / (number - 1.0);
    let between = (spread - mean).max(0.0) + kin * spread;
    let (shape, periods) = if counts.len() < CLASS {
        (0.5, 0.0)
    } else {
        let periods = (mean / between).clamp(LEAST_PERIODS, CLASS_WEIGHT);
        ((periods * mean).max(LEAST_CASES), periods)
    };
    let cells = counts
        .iter()
        .map(|x| (Shape::new(x + shape), 1.0 + periods))
        .collect();
    Ok(Noise {
        units,
        at,
        cases: Vec::new(),
        posterior: Posterior::Gamma(cells),
    })
}

fn check_range(range: (f64, f64)) -> Result<(), Invalid> {
    if range.0 <= range.1 {
        return Ok(());
    }
    Err(Invalid::Range {
        what: "range",
        at: 0,
        value: range.0,
        expected: "at most its end",
    })
}

fn figure(value: &[f64], se: &[f64], range: (f64, f64)) -> Result<Noise, Invalid> {
    let units = value.len();
    check_range(range)?;
    check("figures", units, value, "", |_| true)?;
    check("standard errors", units, se, "0 or more", |se| se >= 0.0)?;
    let figure = |at: u32| (cell(value, at), cell(se, at));
    let at = known(units, |unit| {
        let (x, se) = figure(unit as u32);
        !x.is_nan() && se > 0.0
    });
    let cells = at.iter().map(|at| figure(*at)).collect();
    Ok(Noise {
        units,
        at,
        cases: Vec::new(),
        posterior: Posterior::Normal { cells, range },
    })
}

fn mark(value: &[f64], se: &[f64], n: &[f64], range: (f64, f64)) -> Result<Noise, Invalid> {
    let units = value.len();
    check("judges", units, n, "0 or more", |n| n >= 0.0)?;
    let with_se = figure(value, se, range)?;
    let at: Vec<u32> = with_se
        .at
        .into_iter()
        .filter(|at| cell(n, *at) >= 2.0)
        .collect();
    let cells = at.iter().map(|at| {
        let half = (cell(n, *at) - 1.0) / 2.0;
        (cell(value, *at), cell(se, *at), Shape::new(half), half)
    });
    Ok(Noise {
        units,
        posterior: Posterior::Student {
            cells: cells.collect(),
            range,
        },
        at,
        cases: Vec::new(),
    })
}

fn levels(counts: &[&[f64]], marks: &[f64], kin: f64) -> Result<Noise, Invalid> {
    if marks.len() < 2 {
        return Err(Invalid::TooFew {
            what: "levels",
            least: 2,
            found: marks.len(),
        });
    }
    Invalid::check_length("levels", marks.len(), counts.len())?;
    Invalid::check_finite("marks", marks)?;
    let units = counts.first().map_or(0, |level| level.len());
    for level in counts {
        check("ratings", units, level, "0 or more", |n| n >= 0.0)?;
    }
    let of_unit = |at: u32| counts.iter().map(move |level| cell(level, at));
    let at = known(units, |unit| of_unit(unit as u32).sum::<f64>() > 0.0);
    let prior = LevelPrior::of(&at, counts, marks, kin);
    let shapes = at.iter().flat_map(|at| {
        let n: f64 = of_unit(*at).sum();
        let prior = &prior;
        of_unit(*at)
            .enumerate()
            .map(move |(level, count)| Shape::new(count + prior.at(level, n)))
    });
    Ok(Noise {
        units,
        posterior: Posterior::Dirichlet {
            shapes: shapes.collect(),
            marks: marks.to_vec(),
        },
        cases: at.iter().map(|at| of_unit(*at).sum()).collect(),
        at,
    })
}

/// The class's shares of the levels, and what they weigh; no weight where the class is too small.
struct LevelPrior {
    shares: Vec<f64>,
    weight: Option<f64>,
}

impl LevelPrior {
    fn of(at: &[u32], counts: &[&[f64]], marks: &[f64], kin: f64) -> Self {
        let levels = marks.len() as f64;
        let sum = |level: &&[f64]| at.iter().map(|at| cell(level, *at)).sum::<f64>();
        let total: f64 = counts.iter().map(sum).sum();
        let share = |level: &&[f64]| (sum(level) + 1.0 / levels) / (total + 1.0);
        let shares: Vec<f64> = counts.iter().map(share).collect();
        let mean: f64 = shares.iter().zip(marks).map(|(p, mark)| p * mark).sum();
        let square = |(p, mark): (&f64, &f64)| p * (mark - mean) * (mark - mean);
        let of_one: f64 = shares.iter().zip(marks).map(square).sum();
        let figure = |at: &u32| {
            let n: f64 = counts.iter().map(|level| cell(level, *at)).sum();
            let sum = counts.iter().zip(marks);
            let sum: f64 = sum.map(|(level, mark)| cell(level, *at) * mark).sum();
            (sum / n, n)
        };
        let cases: Vec<(f64, f64)> = at.iter().map(figure).collect();
        let weight = (cases.len() >= CLASS).then(|| class_weight(&cases, mean, of_one, kin));
        Self { shares, weight }
    }

    /// What it adds to a level of a unit with so many ratings.
    fn at(&self, level: usize, n: f64) -> f64 {
        let share = self.shares.get(level).copied().unwrap_or(0.0);
        match self.weight {
            Some(weight) => share * held_weight(weight, n),
            None => 1.0 / self.shares.len() as f64,
        }
    }
}
