//! Curves: what every rule becomes once the class's mean, best and ranks are known.
//!
//! A curve maps a figure to points, cell by cell, and can be asked backwards: which figure earns more.

use rulebook::formula::Formula;
use rulebook::model::{
    Counting, Direction, DistanceTo, Rule, Scale, Span, Steps, Threshold, ZScore,
};

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

    /// The figure that earns `points`; `None` where no figure does.
    fn back(&self, points: f64) -> Option<f64> {
        let x = self.anchor + (points - self.base) / self.slope;
        let within = self.low <= points && points <= self.high;
        (within && self.slope != 0.0 && x.is_finite()).then_some(x)
    }

    /// From `base` at `anchor` and before, down by `lose` for each one more.
    fn falling(anchor: f64, lose: f64, base: f64) -> Self {
        Self {
            anchor,
            slope: -lose,
            base,
            low: f64::NEG_INFINITY,
            high: base,
        }
    }

    /// From nothing at `anchor`, up by `gain` for each one more; without ends.
    fn rising(anchor: f64, gain: f64) -> Self {
        Self {
            anchor,
            slope: gain,
            base: 0.0,
            low: f64::NEG_INFINITY,
            high: f64::INFINITY,
        }
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
    /// `high` down to `target`, above it `high` times `target ÷ figure`; a figure of zero or less earns `high`.
    Inverse {
        /// The greatest figure that earns all.
        target: f64,
        /// The most points.
        high: f64,
    },
    /// Points on the line for fewer strikes than `zero_at`, then none.
    Strikes {
        /// Points by strikes.
        line: Line,
        /// At so many nothing is left.
        zero_at: f64,
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
        /// The least and the most points.
        held: (f64, f64),
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
    /// The unit's figure of another measure.
    Measure(String),
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
            Self::Inverse { target, high } => {
                let (target, high) = (*target, *high);
                wide::map(figures, out, wide::Inverse { target, high }, then, sink)
            }
            Self::Strikes { line, zero_at } => {
                let (line, zero_at) = (*line, *zero_at);
                wide::map(figures, out, wide::Strikes { line, zero_at }, then, sink)
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
            Self::Log(line) => line.at(f64::MIN),
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
            Self::Inverse { target, high } if x > *target && x > 0.0 => target / x * high,
            Self::Inverse { high, .. } => *high,
            Self::Strikes { zero_at, .. } if x >= *zero_at => 0.0,
            Self::Strikes { line, .. } => line.at(x),
            Self::Place {
                sorted,
                direction,
                base,
                slope,
                held,
            } => {
                let x = signed(x, *direction);
                let place = sorted.partition_point(|other| *other < x) as f64;
                held_between(base + place * slope, *held)
            }
            Self::Formula {
                formula,
                slots,
                held,
            } => {
                let own = vec![x; slots.len()];
                held_between(formula.eval_slots(&own), *held)
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
            Self::Inverse { target, high } if points > 0.0 => Some(target * (high / points)),
            Self::Strikes { line, zero_at } => {
                let last = most_strikes(*zero_at);
                let most = Some(last).filter(|last| line.at(*last) >= points);
                most.or_else(|| line.back(points))
            }
            Self::Place {
                sorted,
                direction,
                base,
                slope,
                held,
            } if points <= held.1 => {
                let place = ((points - base) / slope - COUNT_TOLERANCE).max(0.0).ceil();
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a place, not negative"
                )]
                let figure = sorted.get(place as usize).map(|x| signed(*x, *direction));
                // Where figures tie, they share the lowest place, and none of them earns a higher one.
                figure.filter(|figure| self.at(*figure) >= points)
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
                .map(|(cut, _)| (*cut, self.at(*cut)))
                .find(|(_, earned)| *earned > points),
            Self::Strikes { line, zero_at } => {
                let lost = (line.base - points) / -line.slope;
                let fewer = (lost - COUNT_TOLERANCE).ceil() - 1.0;
                let strikes = most_strikes(*zero_at).min(fewer);
                (strikes >= 0.0).then(|| (strikes, line.at(strikes)))
            }
            _ => None,
        }
    }
}

/// The most whole strikes that leave something.
fn most_strikes(zero_at: f64) -> f64 {
    zero_at.ceil() - 1.0
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

/// What is graded by a rule: an item by its figure, or a group by its value.
#[derive(Clone, Copy)]
pub(crate) struct Graded<'a> {
    pub rule: &'a Rule,
    pub direction: Direction,
    /// The points of a full result; infinite where there are none.
    pub full: f64,
    /// Whether results are held between 0 and `full`.
    pub bounded: bool,
}

impl<'a> Graded<'a> {
    pub fn leaf(leaf: &'a Leaf) -> Self {
        Self {
            rule: &leaf.rule,
            direction: leaf.direction,
            full: leaf.full,
            bounded: leaf.bounded,
        }
    }

    /// The least and the most points.
    pub fn held(self) -> (f64, f64) {
        if self.bounded {
            (0.0, self.full)
        } else {
            (f64::NEG_INFINITY, f64::INFINITY)
        }
    }

    /// What a full result is where a rule needs a number.
    fn finite_full(self) -> f64 {
        if self.full.is_finite() {
            self.full
        } else {
            1.0
        }
    }
}

/// What a curve is fitted to: the class's figures, and the figure of a unit of reference.
pub(crate) struct Fit<'a> {
    pub figures: &'a [f64],
    pub reference: Option<f64>,
}

/// The curve of a rule for a class; `None` where the rule needs figures and none is given. Formulas are not made here.
pub(crate) fn fit(graded: Graded<'_>, fit: &Fit<'_>) -> Option<Curve> {
    let curve = alone(graded).or_else(|| among(graded, fit))?;
    Some(bounded(curve, graded))
}

/// The curve of a rule that looks at the own figure only.
fn alone(graded: Graded<'_>) -> Option<Curve> {
    let Graded {
        direction, full, ..
    } = graded;
    let between = |zero, end| Curve::Line(Line::between(zero, end, full));
    Some(match graded.rule {
        Rule::Linear(rule) => between(rule.zero, rule.full),
        Rule::Quoted(rule) => between(rule.zero, rule.full),
        Rule::Progress(rule) => between(rule.zero, rule.full),
        Rule::Goalposts(rule) if rule.scale == Scale::Log => Curve::Log(Line::between(
            libm::log(rule.zero),
            libm::log(rule.full),
            full,
        )),
        Rule::Goalposts(rule) => between(rule.zero, rule.full),
        Rule::Steps(rule) => steps(rule, direction),
        Rule::Threshold(rule) => threshold(rule, direction, full),
        Rule::Deduct(rule) => {
            let low = (full - rule.at_most.unwrap_or(full)).max(0.0);
            Curve::Line(Line::falling(rule.free, rule.per_case, full).held(low, full))
        }
        Rule::Earn(rule) => {
            let high = rule.at_most.unwrap_or(full).min(full);
            Curve::Line(Line::rising(0.0, rule.per_case).held(0.0, high))
        }
        Rule::Strikes(rule) => Curve::Strikes {
            line: Line::falling(0.0, rule.lose, full).held(0.0, full),
            zero_at: rule.zero_at,
        },
        Rule::RatioToTarget(rule) if direction == Direction::Higher => between(0.0, rule.target),
        Rule::RatioToTarget(rule) => Curve::Inverse {
            target: rule.target,
            high: full,
        },
        Rule::AsIs => Curve::Line(Line::rising(0.0, 1.0)),
        _ => return None,
    })
}

/// The curve of a rule that compares with the class.
fn among(graded: Graded<'_>, fit: &Fit<'_>) -> Option<Curve> {
    let Graded {
        direction, full, ..
    } = graded;
    let figures = fit.figures;
    let all = graded.finite_full();
    let ends = |span: &Span| (span.low, span.high.unwrap_or(all));
    Some(match graded.rule {
        Rule::RankTable(rule) => {
            let seats = rank_table_seats(&rule.points);
            rank_cuts(direction, figures, &seats, rule.rest)
        }
        Rule::RankShare(rule) => {
            let (n, _) = stats::sum_of(figures, |_| 0.0);
            let shares = rule.share.iter();
            let seats = share_seats(n, shares.map(|share| (share.percent, share.points)));
            rank_cuts(direction, figures, &seats, rule.rest)
        }
        Rule::RatioToBest => ratio_to_best(direction, full, figures)?,
        Rule::MinMax(span) => min_max(ends(span), direction, figures)?,
        Rule::DistanceToBest => min_max((0.0, all), direction, figures)?,
        Rule::DistanceTo(rule) => distance_to(rule, direction, all, fit)?,
        Rule::ZScore(rule) => z_score(rule, direction, figures)?,
        Rule::Percentile(span) => percentile(ends(span), direction, figures)?,
        Rule::Rank => places(direction, figures, 1.0, 1.0),
        Rule::Borda => places(direction, figures, 0.0, 1.0),
        _ => return None,
    })
}

/// Holds a curve between 0 and the full points, in a sum.
fn bounded(curve: Curve, graded: Graded<'_>) -> Curve {
    if !graded.bounded {
        return curve;
    }
    let ends = graded.held();
    match curve {
        Curve::Line(line) => Curve::Line(line.held(ends.0, ends.1)),
        Curve::Log(line) => Curve::Log(line.held(ends.0, ends.1)),
        Curve::Same(points) => Curve::Same(held_between(points, ends)),
        Curve::Place {
            sorted,
            direction,
            base,
            slope,
            ..
        } => Curve::Place {
            sorted,
            direction,
            base,
            slope,
            held: ends,
        },
        Curve::Steps {
            cuts,
            below,
            direction,
        } => Curve::Steps {
            cuts: cuts
                .into_iter()
                .map(|(cut, points)| (cut, held_between(points, ends)))
                .collect(),
            below: held_between(below, ends),
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

fn ratio_to_best(direction: Direction, full: f64, figures: &[f64]) -> Option<Curve> {
    let (least, most) = stats::extremes(figures)?;
    let only = |best| Curve::Steps {
        cuts: vec![(best, full)],
        below: 0.0,
        direction,
    };
    Some(match direction {
        Direction::Higher if most > 0.0 => Curve::Line(Line::between(0.0, most, full)),
        Direction::Lower if least > 0.0 => Curve::Inverse {
            target: least,
            high: full,
        },
        Direction::Higher => only(most),
        Direction::Lower => only(least),
    })
}

fn z_score(rule: &ZScore, direction: Direction, figures: &[f64]) -> Option<Curve> {
    let (n, mean) = stats::mean(figures);
    let sd = stats::standard_deviation(figures, mean);
    let line = Line {
        anchor: mean,
        slope: if sd > 0.0 {
            signed(rule.sd, direction) / sd
        } else {
            0.0
        },
        base: rule.mean,
        low: rule.low.unwrap_or(f64::NEG_INFINITY),
        high: rule.high.unwrap_or(f64::INFINITY),
    };
    (n > 0).then_some(Curve::Line(line))
}

fn percentile((low, high): (f64, f64), direction: Direction, figures: &[f64]) -> Option<Curve> {
    let (least, most) = stats::extremes(figures)?;
    match stats::sum_of(figures, |_| 0.0).0 {
        // As in `min_max`, all equal are all best.
        _ if least == most => Some(Curve::Same(high)),
        n => {
            let slope = (high - low) / (n - 1) as f64;
            Some(places(direction, figures, low, slope))
        }
    }
}

/// By place: `base` for the worst, `slope` for each place above it.
fn places(direction: Direction, figures: &[f64], base: f64, slope: f64) -> Curve {
    Curve::Place {
        sorted: worst_first(direction, figures),
        direction,
        base,
        slope,
        held: (f64::NEG_INFINITY, f64::INFINITY),
    }
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
    // Nobody is short of such a target.
    if signed(target - worst, direction) <= 0.0 {
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
