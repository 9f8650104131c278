//! Curves: what every rule becomes once the class's mean, best and ranks are known.
//!
//! A curve maps a figure to points, cell by cell, and can be asked backwards: which figure earns more.

use rulebook::formula::Formula;
use rulebook::model::{Counting, Direction, DistanceTo, Rule, Scale, Span, Steps, Threshold};

use crate::plan::Leaf;
use crate::rounding::{Rounder, floor};
use crate::sort::{self, radix_sort};
use crate::stats;
use crate::wide::{self, AddTo, AtLeast, AtMost, Cellwise, Sink, Store};

/// A quotient that is counted (short by so many, so many seats) is taken as whole within this.
pub(crate) const COUNT_TOLERANCE: f64 = 1e-9;

/// `base + (x − anchor) · slope`, held between `low` and `high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// The figure at which the line is at `base`.
    pub anchor: f64,
    /// Points for each unit of the figure.
    pub slope: f64,
    /// Points at the anchor.
    pub base: f64,
    /// The least points.
    pub low: f64,
    /// The most points.
    pub high: f64,
}

impl Line {
    #[inline]
    fn at(&self, x: f64) -> f64 {
        let y = self.base + (x - self.anchor) * self.slope;
        let y = if y < self.low { self.low } else { y };
        if y > self.high { self.high } else { y }
    }

    /// From no points at `zero` to `points` at `full`.
    fn between(zero: f64, full: f64, points: f64) -> Self {
        Self {
            anchor: full,
            slope: points / (full - zero),
            base: points,
            low: 0.0,
            high: points,
        }
    }

    /// The figure that earns `points`.
    fn back(&self, points: f64) -> Option<f64> {
        let x = self.anchor + (points - self.base) / self.slope;
        (self.slope != 0.0 && x.is_finite()).then_some(x)
    }

    fn held(mut self, low: f64, high: f64) -> Self {
        self.low = self.low.max(low);
        self.high = self.high.min(high);
        self
    }
}

/// From a figure to points. Gaps (NaN) stay the gaps they are.
#[derive(Clone, Debug, PartialEq)]
pub enum Curve {
    /// A straight line with ends.
    Line(Line),
    /// A line over the natural logarithm of the figure; a figure of zero or less is at the end of small figures.
    Log(Line),
    /// All points, minus `lose` for each `per` short of `pass`, counted whole.
    Stairs {
        /// The figure that passes.
        pass: f64,
        /// Points lost for each step short.
        lose: f64,
        /// The length of a step; negative where lower figures are better.
        per: f64,
        /// How a part of a step counts.
        counting: Counting,
        /// All points.
        points: f64,
    },
    /// The points of the first cut reached, best first.
    Steps {
        /// Cut and points, best first.
        cuts: Vec<(f64, f64)>,
        /// Points below the last.
        below: f64,
        /// Which side of a cut is better.
        direction: Direction,
    },
    /// `numerator ÷ figure`, held between 0 and `high`; a figure of zero or less earns `high`.
    Inverse {
        /// What is divided.
        numerator: f64,
        /// The most points.
        high: f64,
    },
    /// By place among the class's figures.
    Place {
        /// The class's figures, worst first (signs flipped where lower is better).
        sorted: Vec<f64>,
        /// Which side is better.
        direction: Direction,
        /// Points of the worst place.
        base: f64,
        /// Points for each place above it.
        slope: f64,
    },
    /// A formula; see the rule `formula`.
    Formula {
        /// The formula.
        formula: Formula,
        /// For each of its names: where the value comes from.
        slots: Vec<Slot>,
        /// The least and the most points.
        held: (f64, f64),
    },
    /// The same for every figure.
    Same(f64),
}

/// Where the value of a name in a formula comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Slot {
    /// The unit's own figure.
    Own,
    /// A value that holds for the whole class.
    Class(f64),
    /// The unit's figure of another measure.
    Measure(String),
    /// On how many cases the unit's own figure rests.
    Count,
}

impl Curve {
    /// The points of each figure, in grains where there is a rounder; gaps stay the gaps they are. Says whether there is one.
    /// `out` is as long as `figures`. Not for formulas: those may look at more than the figure.
    pub(crate) fn apply(&self, figures: &[f64], out: &mut [f64], rounder: Option<Rounder>) -> bool {
        match rounder {
            Some(rounder) if !rounder.is_half_up() => {
                let gap = self.run(figures, out, None, Store);
                let given = out.iter_mut().filter(|y| !y.is_nan());
                given.for_each(|y| *y = rounder.grains(*y));
                gap
            }
            rounder => self.run(figures, out, rounder, Store),
        }
    }

    /// Whether [`Curve::add`] can be used.
    pub(crate) fn adds(&self, rounder: Option<Rounder>) -> bool {
        rounder.is_none_or(Rounder::is_half_up) && !matches!(self, Self::Formula { .. })
    }

    /// Adds the points of each figure to the sums, in grains where there is a rounder (half up). The figures have no gap.
    pub(crate) fn add(&self, figures: &[f64], sums: &mut [f64], rounder: Option<Rounder>) {
        self.run(figures, sums, rounder, AddTo);
    }

    /// Runs the curve's loop over the figures; a rounder rounds half up.
    fn run(
        &self,
        figures: &[f64],
        out: &mut [f64],
        rounder: Option<Rounder>,
        sink: impl Sink,
    ) -> bool {
        match (self, rounder) {
            (Self::Line(line), Some(rounder)) => {
                let line = wide::RoundedLine::new(*line, rounder.per_point());
                wide::map(figures, out, line, wide::Plain, sink)
            }
            (Self::Line(line), None) => wide::map(figures, out, *line, wide::Plain, sink),
            (
                Self::Steps {
                    cuts,
                    below,
                    direction,
                },
                rounder,
            ) => {
                let round = |points: f64| rounder.map_or(points, |rounder| rounder.grains(points));
                let cuts: Vec<(f64, f64)> = cuts
                    .iter()
                    .map(|(cut, points)| (*cut, round(*points)))
                    .collect();
                let steps = AtLeast {
                    cuts: &cuts,
                    below: round(*below),
                };
                match direction {
                    Direction::Higher => wide::map(figures, out, steps, wide::Plain, sink),
                    Direction::Lower => wide::map(figures, out, AtMost(steps), wide::Plain, sink),
                }
            }
            (_, Some(rounder)) => self.run_then(
                figures,
                out,
                wide::HalfUp {
                    per_point: rounder.per_point(),
                },
                sink,
            ),
            (_, None) => self.run_then(figures, out, wide::Plain, sink),
        }
    }

    fn run_then(
        &self,
        figures: &[f64],
        out: &mut [f64],
        then: impl Cellwise,
        sink: impl Sink,
    ) -> bool {
        match self {
            Self::Inverse { numerator, high } => {
                let inverse = wide::Inverse {
                    numerator: *numerator,
                    high: *high,
                };
                wide::map(figures, out, inverse, then, sink)
            }
            _ => {
                let points = |x: &f64| if x.is_nan() { *x } else { self.at(*x) };
                let points: Vec<f64> = figures.iter().map(points).collect();
                wide::map(&points, out, wide::Plain, then, sink)
            }
        }
    }

    /// The points of one figure that is given.
    pub(crate) fn at(&self, x: f64) -> f64 {
        match self {
            Self::Line(line) => line.at(x),
            Self::Log(line) if x > 0.0 => line.at(libm::log(x)),
            Self::Log(line) => line.at(if line.slope > 0.0 { f64::MIN } else { f64::MAX }),
            Self::Stairs {
                pass,
                lose,
                per,
                counting,
                points,
            } => {
                let steps = (pass - x) / per;
                let counted = match counting {
                    Counting::Exact => steps,
                    Counting::Started => -floor(COUNT_TOLERANCE - steps),
                    Counting::Whole => floor(steps + COUNT_TOLERANCE),
                };
                stair(*points, *lose, counted)
            }
            Self::Steps {
                cuts,
                below,
                direction,
            } => cuts
                .iter()
                .find(|(cut, _)| reaches(x, *cut, *direction))
                .map_or(*below, |(_, points)| *points),
            Self::Inverse { numerator, high } if x > 0.0 => (numerator / x).min(*high),
            Self::Inverse { high, .. } => *high,
            Self::Place {
                sorted,
                direction,
                base,
                slope,
            } => {
                let x = signed(x, *direction);
                base + sorted.partition_point(|other| *other < x) as f64 * slope
            }
            Self::Formula {
                formula,
                slots,
                held,
            } => {
                let own = |slot: &Slot| {
                    if let Slot::Class(value) = slot {
                        *value
                    } else {
                        x
                    }
                };
                held_between(
                    formula.eval_slots(&slots.iter().map(own).collect::<Vec<_>>()),
                    *held,
                )
            }
            Self::Same(points) => *points,
        }
    }

    /// The figure that just earns `points`, where the curve has one.
    pub(crate) fn back(&self, points: f64) -> Option<f64> {
        match self {
            Self::Line(line) => line.back(points),
            Self::Log(line) => line.back(points).map(libm::exp),
            Self::Stairs {
                pass,
                lose,
                per,
                points: all,
                ..
            } if *lose > 0.0 => Some(pass - per * (all - points) / lose),
            Self::Steps { cuts, .. } => cuts
                .iter()
                .rev()
                .find(|(_, earned)| *earned >= points)
                .map(|(cut, _)| *cut),
            Self::Inverse { numerator, .. } if points > 0.0 => Some(numerator / points),
            Self::Place {
                sorted,
                direction,
                base,
                slope,
            } => {
                let place = ((points - base) / slope - COUNT_TOLERANCE).max(0.0).ceil();
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a place, not negative"
                )]
                sorted.get(place as usize).map(|x| signed(*x, *direction))
            }
            _ => None,
        }
    }

    /// The next better result than `points` and the figure that earns it, where results come in steps.
    pub(crate) fn next_step(&self, points: f64) -> Option<(f64, f64)> {
        match self {
            Self::Steps { cuts, .. } => cuts
                .iter()
                .rev()
                .find(|(_, earned)| *earned > points)
                .copied(),
            _ => None,
        }
    }
}

fn stair(points: f64, lose: f64, steps: f64) -> f64 {
    let y = points - lose * if steps > 0.0 { steps } else { 0.0 };
    if y > 0.0 { y } else { 0.0 }
}

pub(crate) fn held_between(y: f64, (low, high): (f64, f64)) -> f64 {
    let y = if y < low { low } else { y };
    if y > high { high } else { y }
}

fn reaches(x: f64, cut: f64, direction: Direction) -> bool {
    match direction {
        Direction::Higher => x >= cut,
        Direction::Lower => x <= cut,
    }
}

/// The figure with its sign turned so that higher is better.
pub(crate) fn signed(x: f64, direction: Direction) -> f64 {
    match direction {
        Direction::Higher => x,
        Direction::Lower => -x,
    }
}

/// What a curve is fitted to: the class's figures, and the figures of a unit of reference.
pub(crate) struct Fit<'a> {
    pub figures: &'a [f64],
    pub reference: Option<f64>,
}

/// The curve of an indicator's rule for a class; `None` where the rule needs figures and none is given.
pub(crate) fn fit(leaf: &Leaf, fit: &Fit<'_>) -> Option<Curve> {
    let full = leaf.full;
    let curve = match &leaf.rule {
        Rule::Linear(rule) => Curve::Line(Line::between(rule.zero, rule.full, full)),
        Rule::Quoted(rule) => Curve::Line(Line::between(rule.zero, rule.full, full)),
        Rule::Progress(rule) => Curve::Line(Line::between(rule.zero, rule.full, full)),
        Rule::Goalposts(rule) if rule.scale == Scale::Log => Curve::Log(Line::between(
            libm::log(rule.zero),
            libm::log(rule.full),
            full,
        )),
        Rule::Goalposts(rule) => Curve::Line(Line::between(rule.zero, rule.full, full)),
        Rule::Steps(rule) => steps(rule, leaf.direction),
        Rule::Threshold(rule) => threshold(rule, leaf.direction, full),
        Rule::Deduct(rule) => {
            let low = (full - rule.at_most.unwrap_or(full)).max(0.0);
            Curve::Line(Line {
                anchor: rule.free,
                slope: -rule.per_case,
                base: full,
                low,
                high: full,
            })
        }
        Rule::Earn(rule) => {
            let high = rule.at_most.unwrap_or(full).min(full);
            Curve::Line(Line {
                anchor: 0.0,
                slope: rule.per_case,
                base: 0.0,
                low: 0.0,
                high,
            })
        }
        Rule::Strikes(rule) => strikes(rule.zero_at, rule.lose, full),
        Rule::RankTable(rule) => rank_cuts(
            leaf.direction,
            fit.figures,
            &rank_table_seats(&rule.points),
            rule.rest,
        ),
        Rule::RankShare(rule) => {
            let (n, _) = stats::sum_of(fit.figures, |_| 0.0);
            let seats = share_seats(
                n,
                rule.share.iter().map(|share| (share.percent, share.points)),
            );
            rank_cuts(leaf.direction, fit.figures, &seats, rule.rest)
        }
        Rule::RatioToBest => ratio_to_best(leaf, fit.figures)?,
        Rule::RatioToTarget(rule) => match leaf.direction {
            Direction::Higher => Curve::Line(Line::between(0.0, rule.target, full)),
            Direction::Lower => Curve::Inverse {
                numerator: rule.target * full,
                high: full,
            },
        },
        Rule::AsIs => Curve::Line(Line {
            anchor: 0.0,
            slope: 1.0,
            base: 0.0,
            low: f64::NEG_INFINITY,
            high: f64::INFINITY,
        }),
        other => {
            return normaliser(other, leaf.direction, full, fit).map(|curve| bounded(curve, leaf));
        }
    };
    Some(bounded(curve, leaf))
}

/// The curve of a rule that compares with the class; also used for groups.
pub(crate) fn normaliser(
    rule: &Rule,
    direction: Direction,
    full: f64,
    fit: &Fit<'_>,
) -> Option<Curve> {
    let one_if_unbounded = if full.is_finite() { full } else { 1.0 };
    let ends = |span: &Span| (span.low, span.high.unwrap_or(one_if_unbounded));
    Some(match rule {
        Rule::MinMax(span) => min_max(ends(span), direction, fit.figures)?,
        Rule::DistanceToBest => min_max((0.0, one_if_unbounded), direction, fit.figures)?,
        Rule::ZScore(z) => {
            let (n, mean) = stats::mean(fit.figures);
            let sd = stats::standard_deviation(fit.figures, mean);
            let slope = if sd > 0.0 {
                signed(z.sd, direction) / sd
            } else {
                0.0
            };
            let ends = (
                z.low.unwrap_or(f64::NEG_INFINITY),
                z.high.unwrap_or(f64::INFINITY),
            );
            let line = Line {
                anchor: mean,
                slope,
                base: z.mean,
                low: ends.0,
                high: ends.1,
            };
            if n == 0 {
                return None;
            } else {
                Curve::Line(line)
            }
        }
        Rule::Percentile(span) => {
            let (low, high) = ends(span);
            let sorted = worst_first(direction, fit.figures);
            match sorted.len() {
                0 => return None,
                1 => Curve::Same(high),
                n => Curve::Place {
                    sorted,
                    direction,
                    base: low,
                    slope: (high - low) / (n - 1) as f64,
                },
            }
        }
        Rule::Rank => Curve::Place {
            sorted: worst_first(direction, fit.figures),
            direction,
            base: 1.0,
            slope: 1.0,
        },
        Rule::Borda => Curve::Place {
            sorted: worst_first(direction, fit.figures),
            direction,
            base: 0.0,
            slope: 1.0,
        },
        Rule::DistanceTo(rule) => distance_to(rule, direction, one_if_unbounded, fit)?,
        Rule::Linear(rule) => Curve::Line(Line::between(rule.zero, rule.full, one_if_unbounded)),
        Rule::AsIs => Curve::Line(Line {
            anchor: 0.0,
            slope: 1.0,
            base: 0.0,
            low: f64::NEG_INFINITY,
            high: f64::INFINITY,
        }),
        _ => return None,
    })
}

/// Holds a curve between 0 and the indicator's points, in a sum.
fn bounded(curve: Curve, leaf: &Leaf) -> Curve {
    let (low, high) = (0.0, leaf.full);
    if !leaf.bounded {
        return curve;
    }
    match curve {
        Curve::Line(line) => Curve::Line(line.held(low, high)),
        Curve::Log(line) => Curve::Log(line.held(low, high)),
        Curve::Steps {
            cuts,
            below,
            direction,
        } => Curve::Steps {
            cuts: cuts
                .into_iter()
                .map(|(cut, points)| (cut, held_between(points, (low, high))))
                .collect(),
            below: held_between(below, (low, high)),
            direction,
        },
        other => other,
    }
}

fn steps(rule: &Steps, direction: Direction) -> Curve {
    let cuts = rule
        .step
        .iter()
        .map(|step| (step.at, step.points))
        .collect();
    Curve::Steps {
        cuts,
        below: rule.below,
        direction,
    }
}

fn threshold(rule: &Threshold, direction: Direction, points: f64) -> Curve {
    let per = signed(rule.per, direction);
    if rule.counting == Counting::Exact {
        let slope = rule.lose / per;
        Curve::Line(Line {
            anchor: rule.pass,
            slope,
            base: points,
            low: 0.0,
            high: points,
        })
    } else {
        Curve::Stairs {
            pass: rule.pass,
            lose: rule.lose,
            per,
            counting: rule.counting,
            points,
        }
    }
}

/// Points fall with each strike, to nothing at `zero_at`: as steps from the fewest strikes that earn nothing down.
fn strikes(zero_at: f64, lose: f64, points: f64) -> Curve {
    let line = Line {
        anchor: 0.0,
        slope: -lose,
        base: points,
        low: 0.0,
        high: points,
    };
    let whole = zero_at.ceil().clamp(1.0, 1e6);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 1..=1e6"
    )]
    let cuts = (0..whole as u32)
        .map(|count| (f64::from(count), line.at(f64::from(count))))
        .collect();
    Curve::Steps {
        cuts,
        below: 0.0,
        direction: Direction::Lower,
    }
}

fn rank_table_seats(points: &[f64]) -> Vec<(usize, f64)> {
    points
        .iter()
        .enumerate()
        .map(|(place, points)| (place + 1, *points))
        .collect()
}

/// For each share: the last rank in it, and its points.
fn share_seats(n: usize, shares: impl Iterator<Item = (f64, f64)>) -> Vec<(usize, f64)> {
    let mut percent = 0.0;
    shares
        .map(|(share, points)| {
            percent += share;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "between 0 and n"
            )]
            let last = (percent * n as f64 / 100.0 + COUNT_TOLERANCE) as usize;
            (last.min(n), points)
        })
        .collect()
}

/// Ranks as cuts: a competition rank is at most k exactly when the figure reaches the k-th best.
fn rank_cuts(direction: Direction, figures: &[f64], seats: &[(usize, f64)], rest: f64) -> Curve {
    let mut keys: Vec<u64> = figures
        .iter()
        .filter(|x| !x.is_nan())
        .map(|x| sort::key(signed(*x, direction)))
        .collect();
    keys.iter_mut().for_each(|key| *key = !*key);
    let seats: Vec<(usize, f64)> = seats
        .iter()
        .filter(|(last, _)| *last > 0)
        .copied()
        .collect();
    let places: Vec<usize> = seats
        .iter()
        .map(|(last, _)| (last - 1).min(keys.len().saturating_sub(1)))
        .collect();
    let chosen = sort::select(&mut keys, &places);
    let cut = |key: &u64| signed(sort::figure(!*key), direction);
    let cuts = chosen
        .iter()
        .zip(&seats)
        .map(|(key, (_, points))| (cut(key), *points))
        .collect();
    Curve::Steps {
        cuts,
        below: rest,
        direction,
    }
}

fn ratio_to_best(leaf: &Leaf, figures: &[f64]) -> Option<Curve> {
    let (least, most) = stats::extremes(figures)?;
    Some(match leaf.direction {
        Direction::Higher if most > 0.0 => Curve::Line(Line::between(0.0, most, leaf.full)),
        Direction::Lower if least > 0.0 => Curve::Inverse {
            numerator: least * leaf.full,
            high: leaf.full,
        },
        direction => {
            let best = if direction == Direction::Higher {
                most
            } else {
                least
            };
            Curve::Steps {
                cuts: vec![(best, leaf.full)],
                below: 0.0,
                direction,
            }
        }
    })
}

fn min_max((low, high): (f64, f64), direction: Direction, figures: &[f64]) -> Option<Curve> {
    let (least, most) = stats::extremes(figures)?;
    let (worst, best) = if direction == Direction::Higher {
        (least, most)
    } else {
        (most, least)
    };
    if least == most {
        return Some(Curve::Same(high));
    }
    let slope = (high - low) / (best - worst);
    Some(Curve::Line(Line {
        anchor: worst,
        slope,
        base: low,
        low: low.min(high),
        high: high.max(low),
    }))
}

fn distance_to(rule: &DistanceTo, direction: Direction, full: f64, fit: &Fit<'_>) -> Option<Curve> {
    let (least, most) = stats::extremes(fit.figures)?;
    let worst = if direction == Direction::Higher {
        least
    } else {
        most
    };
    let target = rule.target.or(fit.reference)?;
    if target == worst {
        return Some(Curve::Same(full));
    }
    let high = if rule.cap { full } else { f64::INFINITY };
    let slope = full / (target - worst);
    Some(Curve::Line(Line {
        anchor: target,
        slope,
        base: full,
        low: f64::NEG_INFINITY,
        high,
    }))
}

/// The class's figures, worst first, by radix sort.
fn worst_first(direction: Direction, figures: &[f64]) -> Vec<f64> {
    let mut keys: Vec<u64> = figures
        .iter()
        .filter(|x| !x.is_nan())
        .map(|x| sort::key(signed(*x, direction)))
        .collect();
    radix_sort(&mut keys, |key| *key);
    keys.into_iter().map(sort::figure).collect()
}
