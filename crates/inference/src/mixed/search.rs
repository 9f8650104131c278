//! The search for the variance ratios: Newton's steps by average information, held at the bound 0.
#![expect(clippy::indexing_slicing, reason = "one entry for each factor")]

use super::cross::Cross;
use super::factorise::Plan;
use super::point::{Point, Slope, State, divisor, dot, small_cholesky, small_inverse};
use super::{Criterion, Lapse, Refusal};

/// A ratio counts as 0 where a level's marks would be pooled by less than this share.
const AT_BOUND: f64 = 1e-8;
/// A ratio of this size, times the marks of a level, leaves no residual.
const NO_RESIDUAL: f64 = 1e12;
const MOST_STEPS: usize = 200;
/// The search ends where a step promises less than this.
const SETTLED: f64 = 1e-10;

/// Where a step promises more than this and yet none leads down, something is wrong.
const UNSETTLED: f64 = 1e-4;

/// Everything a search looks at.
pub(super) struct Search<'a> {
    pub cross: &'a Cross,
    pub plan: &'a Plan,
    pub criterion: Criterion,
}

/// Where the search ended.
pub(super) struct Found {
    pub point: Point,
    /// The diagonal of A⁻¹ there.
    pub diagonal: Vec<f64>,
    pub steps: usize,
}

/// A step and how much it promises.
pub(super) struct Step {
    pub ratios: Vec<f64>,
    pub promise: f64,
}

impl Search<'_> {
    /// Searches from these ratios.
    pub(super) fn run(&self, start: &[f64]) -> Result<Found, Refusal> {
        let start: Vec<f64> = (0..start.len())
            .map(|at| start[at].max(self.least(at)))
            .collect();
        let mut point = self.at(&start)?;
        for steps in 0..MOST_STEPS {
            let diagonal = point
                .factored
                .inverse_diagonal(self.cross, &point.state.scale);
            let slope = self.slope(&point, &diagonal);
            let step = self.step(&point.state, &slope);
            let next = if step.promise < SETTLED {
                None
            } else {
                self.better(&point, &slope, &step)
            };
            match next {
                Some(next) => point = next,
                None if step.promise > UNSETTLED => return Err(Refusal::NotConverged { steps }),
                None => return self.finish(point, diagonal, steps),
            }
            if self.unbounded(&point) {
                return Err(Refusal::NoResidual);
            }
        }
        Err(Refusal::NotConverged { steps: MOST_STEPS })
    }

    /// The least ratio looked at, which stands for 0: at 0 itself the slope can't be had from the factor.
    fn least(&self, factor: usize) -> f64 {
        AT_BOUND / self.repeats(factor)
    }

    /// Marks per level.
    fn repeats(&self, factor: usize) -> f64 {
        self.cross.marks as f64 / self.cross.span(factor).len() as f64
    }

    fn at(&self, ratios: &[f64]) -> Result<Point, Refusal> {
        self.try_at(ratios).map_err(|_| Refusal::NoResidual)
    }

    fn try_at(&self, ratios: &[f64]) -> Result<Point, Lapse> {
        let point = Point::new(self.cross, self.plan, ratios, self.criterion)?;
        if point.deviance.is_finite() {
            Ok(point)
        } else {
            Err(Lapse)
        }
    }

    fn slope(&self, point: &Point, diagonal: &[f64]) -> Slope {
        let traces = traces(self.cross, diagonal);
        let solver = |columns: &mut [f64]| {
            point
                .factored
                .solve(self.cross, &point.state.scale, columns)
        };
        point
            .state
            .slope(self.cross, self.criterion, &traces, solver)
    }

    fn unbounded(&self, point: &Point) -> bool {
        let beyond = |at: usize| point.state.ratios[at] * self.repeats(at) > NO_RESIDUAL;
        let total = self.cross.xyxy.last().copied().unwrap_or(0.0);
        (0..point.state.ratios.len()).any(beyond) || point.state.squares <= 1e-13 * total
    }

    /// Newton's step over the ratios that are free to move, cut to the box in which the curvature can be trusted.
    pub(super) fn step(&self, state: &State, slope: &Slope) -> Step {
        let count = state.ratios.len();
        let held = |at: &usize| state.ratios[*at] <= self.least(*at) && slope.gradient[*at] >= 0.0;
        let free: Vec<usize> = (0..count).filter(|at| !held(at)).collect();
        let mut moves = newton(slope, &free, count);
        let promise = -dot(&moves, &slope.gradient);
        let boxes: Vec<(f64, f64)> = (0..count)
            .map(|at| self.range(at, state.ratios[at]))
            .collect();
        let outside = |at: &usize| moves[*at] < boxes[*at].0 || moves[*at] > boxes[*at].1;
        if free.iter().any(outside) {
            moves = inside(slope, &free, &boxes);
        }
        let ratios = state
            .ratios
            .iter()
            .zip(&moves)
            .map(|(from, by)| from + by)
            .collect();
        Step { ratios, promise }
    }

    /// How far a ratio may move down and up in one step: the curvature holds only nearby. A ratio that is as good as 0 may go there.
    fn range(&self, factor: usize, from: f64) -> (f64, f64) {
        let (repeats, least) = (self.repeats(factor), self.least(factor));
        let down = if from * repeats < 0.05 {
            least
        } else {
            (from / 10.0).max(least)
        };
        (down - from, 9.0 * from + 1.0 / repeats)
    }

    /// A point with a lower deviance; `None` where rounding is all that is left.
    fn better(&self, point: &Point, slope: &Slope, step: &Step) -> Option<Point> {
        let noise = 1e-11 * (point.deviance.abs() + self.cross.marks as f64);
        let mut share = 1.0;
        for _ in 0..5 {
            let ratios: Vec<f64> = point
                .state
                .ratios
                .iter()
                .zip(&step.ratios)
                .map(|(from, to)| from + share * (to - from))
                .collect();
            let next = self.try_at(&ratios).ok();
            let allowed = if step.promise < 1e-6 { noise } else { 0.0 };
            if let Some(next) = next.filter(|next| next.deviance <= point.deviance + allowed) {
                return Some(next);
            }
            share *= 0.25;
        }
        let next = self.try_at(&self.majorised(point, slope)).ok()?;
        (next.deviance < point.deviance - noise).then_some(next)
    }

    /// The step that always leads down (Zhou, Hu, Zhou, Lange 2019, *MM algorithms for variance components models*, JCGS 28).
    fn majorised(&self, point: &Point, slope: &Slope) -> Vec<f64> {
        let step = |at: usize| {
            let (fit, trace) = slope.parts[at];
            let to = point.state.ratios[at] * (fit / trace).max(0.0).sqrt();
            if to.is_finite() {
                to.max(self.least(at))
            } else {
                point.state.ratios[at]
            }
        };
        (0..point.state.ratios.len()).map(step).collect()
    }

    /// Ratios at the bound become 0.
    fn finish(&self, point: Point, diagonal: Vec<f64>, steps: usize) -> Result<Found, Refusal> {
        let bound = |at: usize| point.state.ratios[at] <= self.least(at);
        let count = point.state.ratios.len();
        if !(0..count).any(bound) {
            return Ok(Found {
                point,
                diagonal,
                steps,
            });
        }
        let ratios: Vec<f64> = (0..count)
            .map(|at| {
                if bound(at) {
                    0.0
                } else {
                    point.state.ratios[at]
                }
            })
            .collect();
        let point = self.at(&ratios)?;
        let diagonal = point
            .factored
            .inverse_diagonal(self.cross, &point.state.scale);
        Ok(Found {
            point,
            diagonal,
            steps,
        })
    }

    /// Where to begin: each factor's ratio by the analysis of variance as if it were the only one.
    pub(super) fn start(&self) -> Vec<f64> {
        (0..self.cross.factors())
            .map(|factor| self.moment(factor))
            .collect()
    }

    fn moment(&self, factor: usize) -> f64 {
        let cross = self.cross;
        let span = cross.span(factor);
        let (n, levels) = (cross.marks as f64, span.len() as f64);
        let sums = &cross.zxy[cross.width * cross.levels()..][span.clone()];
        let counts = &cross.counts[span];
        let between: f64 = sums
            .iter()
            .zip(counts)
            .map(|(sum, count)| sum * sum / count)
            .sum();
        let total = cross.xyxy.last().copied().unwrap_or(0.0);
        let within = (total - between) / (n - levels);
        let size = (n - dot(counts, counts) / n) / (levels - 1.0);
        let ratio = (between / (levels - 1.0) / within - 1.0) / size;
        let most = 100.0;
        if ratio.is_nan() {
            1.0
        } else {
            ratio.clamp(0.1 / size, most)
        }
    }
}

/// The sums of A⁻¹'s diagonal over each factor's levels.
pub(super) fn traces(cross: &Cross, diagonal: &[f64]) -> Vec<f64> {
    (0..cross.factors())
        .map(|factor| diagonal[cross.span(factor)].iter().sum())
        .collect()
}

/// −H⁻¹g over the free ratios, 0 at the others; along −g where the curvature isn't positive definite.
fn newton(slope: &Slope, free: &[usize], count: usize) -> Vec<f64> {
    let size = free.len();
    let curvature: Vec<f64> = free
        .iter()
        .flat_map(|row| {
            free.iter()
                .map(move |column| slope.curvature[row * count + column])
        })
        .collect();
    let gradient: Vec<f64> = free.iter().map(|at| slope.gradient[*at]).collect();
    let inverse = small_cholesky(&curvature, size).map(|factor| small_inverse(&factor, size));
    let mut moves = vec![0.0; count];
    for (row, at) in free.iter().enumerate() {
        moves[*at] = match &inverse {
            Some(inverse) => -dot(&inverse[row * size..(row + 1) * size], &gradient),
            None => -gradient[row] / curvature[row * size + row].max(f64::MIN_POSITIVE),
        };
    }
    moves
}

/// Sweeps of [`inside`]; each lowers the quadratic model.
const SWEEPS: usize = 100;

/// The least of g'δ + δ'Hδ ⁄ 2 with each δ in its box, one coordinate after another.
fn inside(slope: &Slope, free: &[usize], boxes: &[(f64, f64)]) -> Vec<f64> {
    let count = boxes.len();
    let mut moves = vec![0.0; count];
    for _ in 0..SWEEPS {
        for at in free {
            let row = &slope.curvature[at * count..(at + 1) * count];
            let pull = slope.gradient[*at] + dot(row, &moves) - row[*at] * moves[*at];
            let (down, up) = boxes[*at];
            moves[*at] = (-pull / row[*at].max(f64::MIN_POSITIVE)).clamp(down, up);
        }
    }
    moves
}

/// How the search divides r²; for σ.
pub(super) fn variance(cross: &Cross, criterion: Criterion, point: &Point) -> f64 {
    point.state.squares / divisor(cross, criterion)
}
