//! The profiled deviance at one set of variance ratios, its gradient, and its curvature.
#![expect(
    clippy::indexing_slicing,
    reason = "vectors by level and matrices by column have the sizes of the crossproducts"
)]

use std::f64::consts::PI;

use super::cross::Cross;
use super::factorise::{Factored, Plan};
use super::{Criterion, Lapse};

/// A set of ratios, the factor of its A, and the deviance.
#[derive(Clone, Debug)]
pub(super) struct Point {
    pub state: State,
    pub factored: Factored,
    /// −2 log L, or the REML criterion.
    pub deviance: f64,
}

/// What is known where the ratios γ = θ² are given. With V = I + Σ γₖZₖZₖ', P = V⁻¹ − V⁻¹X(X'V⁻¹X)⁻¹X'V⁻¹ and r² = y'Py:
#[derive(Clone, Debug)]
pub(super) struct State {
    /// γ, one for each factor in the order of the crossproducts.
    pub ratios: Vec<f64>,
    /// The relative standard deviation of each level: its factor's θ.
    pub scale: Vec<f64>,
    /// r².
    pub squares: f64,
    pub fixed: Vec<f64>,
    /// (X'V⁻¹X)⁻¹.
    pub covariance: Vec<f64>,
    /// A⁻¹ΛZ'X, and A⁻¹ΛZ'(y − Xβ) in the last column: the modes on the scale of u.
    pub solved: Vec<f64>,
    /// log|X'V⁻¹X|.
    log_determinant: f64,
}

/// The slope of the deviance over the ratios, and its curvature by average information.
#[derive(Clone, Debug)]
pub(super) struct Slope {
    pub gradient: Vec<f64>,
    pub curvature: Vec<f64>,
    /// y'PZₖZₖ'Py ⁄ r² times the divisor, and the trace: the gradient is their difference.
    pub parts: Vec<(f64, f64)>,
}

impl Point {
    pub(super) fn new(
        cross: &Cross,
        plan: &Plan,
        ratios: &[f64],
        criterion: Criterion,
    ) -> Result<Self, Lapse> {
        let scale = scale(cross, ratios);
        let factored = plan.factor(cross, &scale)?;
        let solver = |columns: &mut [f64]| factored.solve(cross, &scale, columns);
        let state = State::new(cross, ratios, &scale, solver)?;
        let deviance = deviance(cross, criterion, factored.log_determinant(), &state);
        Ok(Self {
            state,
            factored,
            deviance,
        })
    }
}

impl State {
    /// `solver` solves with A, `scale` is each level's θ.
    pub(super) fn new(
        cross: &Cross,
        ratios: &[f64],
        scale: &[f64],
        solver: impl FnOnce(&mut [f64]),
    ) -> Result<Self, Lapse> {
        let levels = cross.levels();
        let scaled: Vec<f64> = cross
            .zxy
            .chunks_exact(levels)
            .flat_map(|column| column.iter().zip(scale).map(|(entry, scale)| entry * scale))
            .collect();
        let mut solved = scaled.clone();
        solver(&mut solved);
        let all = cross.width + 1;
        let mut reduced = cross.xyxy.clone();
        for row in 0..all {
            let left = &scaled[row * levels..(row + 1) * levels];
            for column in 0..all {
                let right = &solved[column * levels..(column + 1) * levels];
                reduced[row * all + column] -= dot(left, right);
            }
        }
        let effects = Effects::new(&reduced, cross.width)?;
        let (fixed_part, modes) = solved.split_at_mut(cross.width * levels);
        for (column, effect) in fixed_part.chunks_exact(levels).zip(&effects.fixed) {
            for (mode, entry) in modes.iter_mut().zip(column) {
                *mode -= entry * effect;
            }
        }
        Ok(Self {
            ratios: ratios.to_vec(),
            scale: scale.to_vec(),
            squares: effects.squares,
            fixed: effects.fixed,
            covariance: effects.covariance,
            log_determinant: effects.log_determinant,
            solved,
        })
    }

    /// The slope here. `traces` are the sums of A⁻¹'s diagonal over each factor's levels.
    ///
    /// ∂d⁄∂γₖ = tr(Zₖ'V⁻¹Zₖ) − m·|Zₖ'Py|² ⁄ r² with m = n, where Zₖ'V⁻¹Zₖ has the trace (qₖ − trₖA⁻¹) ⁄ γₖ, since A = ΛZ'ZΛ + I, and
    /// Zₖ'Py = uₖ ⁄ θₖ. REML takes P for V in the trace, and m = n − p. The curvature is the average of the observed and the expected
    /// information (Johnson, Thompson 1995; Gilmour, Thompson, Cullis 1995), with r² profiled out.
    pub(super) fn slope(
        &self,
        cross: &Cross,
        criterion: Criterion,
        traces: &[f64],
        solver: impl Fn(&mut [f64]),
    ) -> Slope {
        let count = cross.factors();
        let m = divisor(cross, criterion);
        let scores: Vec<Vec<f64>> = (0..count)
            .map(|factor| self.scores(cross, factor))
            .collect();
        let images = self.images(cross, &scores, solver);
        let inner: Vec<f64> = scores.iter().map(|own| dot(own, own)).collect();
        let mut slope = Slope {
            gradient: Vec::with_capacity(count),
            curvature: vec![0.0; count * count],
            parts: Vec::with_capacity(count),
        };
        for factor in 0..count {
            let levels = cross.span(factor).len() as f64;
            let mut trace = (levels - traces[factor]) / self.ratios[factor];
            if criterion == Criterion::Reml {
                trace -= self.fixed_share(cross, factor);
            }
            let fit = m * inner[factor] / self.squares;
            slope.parts.push((fit, trace));
            slope.gradient.push(trace - fit);
            for other in 0..count {
                let product = self.information(
                    cross,
                    (factor, &scores[factor]),
                    (other, &images[other]),
                    &scores[other],
                );
                slope.curvature[factor * count + other] = m * product / self.squares
                    - m * inner[factor] * inner[other] / (self.squares * self.squares);
            }
        }
        slope
    }

    /// Zₖ'Py.
    fn scores(&self, cross: &Cross, factor: usize) -> Vec<f64> {
        let modes = &self.solved[cross.width * cross.levels()..];
        let theta = self.ratios[factor].sqrt();
        modes[cross.span(factor)]
            .iter()
            .map(|mode| mode / theta)
            .collect()
    }

    /// A⁻¹ΛZ'Zₖ(Zₖ'Py), for each factor.
    fn images(
        &self,
        cross: &Cross,
        scores: &[Vec<f64>],
        solver: impl Fn(&mut [f64]),
    ) -> Vec<Vec<f64>> {
        let mut columns = Vec::with_capacity(scores.len() * cross.levels());
        for (factor, own) in scores.iter().enumerate() {
            let product = cross.times(factor, own);
            columns.extend(
                product
                    .iter()
                    .zip(&self.scale)
                    .map(|(entry, scale)| entry * scale),
            );
        }
        solver(&mut columns);
        columns
            .chunks_exact(cross.levels())
            .map(<[f64]>::to_vec)
            .collect()
    }

    /// y'PVₖPVₗPy.
    fn information(
        &self,
        cross: &Cross,
        (factor, scores): (usize, &[f64]),
        (other, image): (usize, &[f64]),
        other_scores: &[f64],
    ) -> f64 {
        let theta = self.ratios[factor].sqrt();
        let plain = dot(scores, &image[cross.span(factor)]) / theta;
        let left = self.through_fixed(cross, factor, scores);
        let right = self.through_fixed(cross, other, other_scores);
        let mut fixed = 0.0;
        for (row, own) in left.iter().enumerate() {
            fixed += own
                * dot(
                    &self.covariance[row * cross.width..(row + 1) * cross.width],
                    &right,
                );
        }
        plain - fixed
    }

    /// X'V⁻¹Zₖs.
    fn through_fixed(&self, cross: &Cross, factor: usize, scores: &[f64]) -> Vec<f64> {
        let theta = self.ratios[factor].sqrt();
        let span = cross.span(factor);
        let column = |at: usize| &self.solved[at * cross.levels()..][span.clone()];
        (0..cross.width)
            .map(|at| dot(column(at), scores) / theta)
            .collect()
    }

    /// tr((X'V⁻¹X)⁻¹ X'V⁻¹ZₖZₖ'V⁻¹X).
    fn fixed_share(&self, cross: &Cross, factor: usize) -> f64 {
        let span = cross.span(factor);
        let column = |at: usize| &self.solved[at * cross.levels()..][span.clone()];
        let mut share = 0.0;
        for row in 0..cross.width {
            for other in 0..cross.width {
                share +=
                    self.covariance[row * cross.width + other] * dot(column(row), column(other));
            }
        }
        share / self.ratios[factor]
    }
}

/// What the divisor of r² is: n, or n − p for REML.
pub(super) fn divisor(cross: &Cross, criterion: Criterion) -> f64 {
    match criterion {
        Criterion::Ml => cross.marks as f64,
        Criterion::Reml => (cross.marks - cross.width) as f64,
    }
}

/// Each level's relative standard deviation.
pub(super) fn scale(cross: &Cross, ratios: &[f64]) -> Vec<f64> {
    let mut scale = Vec::with_capacity(cross.levels());
    for (factor, ratio) in ratios.iter().enumerate() {
        scale.resize(scale.len() + cross.span(factor).len(), ratio.sqrt());
    }
    scale
}

/// The fixed effects by generalised least squares.
struct Effects {
    fixed: Vec<f64>,
    covariance: Vec<f64>,
    squares: f64,
    /// log|X'V⁻¹X|.
    log_determinant: f64,
}

impl Effects {
    /// From [X y]'V⁻¹[X y].
    fn new(reduced: &[f64], width: usize) -> Result<Self, Lapse> {
        let all = width + 1;
        let matrix: Vec<f64> = (0..width)
            .flat_map(|row| reduced[row * all..row * all + width].iter().copied())
            .collect();
        let right: Vec<f64> = (0..width).map(|row| reduced[row * all + width]).collect();
        let factor = small_cholesky(&matrix, width).ok_or(Lapse)?;
        let covariance = small_inverse(&factor, width);
        let fixed: Vec<f64> = (0..width)
            .map(|row| dot(&covariance[row * width..(row + 1) * width], &right))
            .collect();
        let squares = reduced[width * all + width] - dot(&fixed, &right);
        let log_determinant = 2.0
            * (0..width)
                .map(|at| libm::log(factor[at * width + at]))
                .sum::<f64>();
        Ok(Self {
            fixed,
            covariance,
            squares,
            log_determinant,
        })
    }
}

/// Equations 34 and 42 of Bates, Mächler, Bolker, Walker (2015).
fn deviance(cross: &Cross, criterion: Criterion, log_determinant: f64, state: &State) -> f64 {
    let m = divisor(cross, criterion);
    let fixed = match criterion {
        Criterion::Ml => 0.0,
        Criterion::Reml => state.log_determinant,
    };
    log_determinant + fixed + m * (1.0 + libm::log(2.0 * PI * state.squares / m))
}

pub(super) fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}

/// The lower Cholesky factor of a small symmetric matrix, row by row; `None` where it isn't positive definite.
pub(super) fn small_cholesky(matrix: &[f64], size: usize) -> Option<Vec<f64>> {
    let mut factor = vec![0.0; size * size];
    for row in 0..size {
        for column in 0..=row {
            let inner = dot(
                &factor[row * size..row * size + column],
                &factor[column * size..column * size + column],
            );
            let left = matrix[row * size + column] - inner;
            factor[row * size + column] = if row == column {
                // A pivot that is but rounding says that the matrix is singular.
                if left.is_nan() || left <= 1e-14 * matrix[row * size + row] {
                    return None;
                }
                left.sqrt()
            } else {
                left / factor[column * size + column]
            };
        }
    }
    Some(factor)
}

/// The inverse of the matrix of which this is the Cholesky factor.
pub(super) fn small_inverse(factor: &[f64], size: usize) -> Vec<f64> {
    let mut inverse = vec![0.0; size * size];
    let mut column = vec![0.0; size];
    for at in 0..size {
        column.fill(0.0);
        for row in at..size {
            let own = if row == at { 1.0 } else { 0.0 };
            let inner = dot(&factor[row * size + at..row * size + row], &column[at..row]);
            column[row] = (own - inner) / factor[row * size + row];
        }
        for row in (0..size).rev() {
            let inner: f64 = (row + 1..size)
                .map(|below| factor[below * size + row] * column[below])
                .sum();
            column[row] = (column[row] - inner) / factor[row * size + row];
        }
        for row in 0..size {
            inverse[row * size + at] = column[row];
        }
    }
    inverse
}
