//! Linear mixed models with crossed and nested random intercepts, by maximum likelihood (ML) or restricted maximum likelihood (REML).
//!
//! A mark is y = Xβ + Zb + ε: fixed effects, an effect for each level of each random factor (the judge, the one judged, the
//! department), and a residual; b and ε are independent normal. With bₖ = θₖuₖ the deviance is profiled over β and σ, so that only
//! one θₖ ≥ 0 for each factor is searched for (Bates, Mächler, Bolker, Walker 2015, *Fitting linear mixed-effects models using lme4*,
//! Journal of Statistical Software 67(1), sections 2 and 3). The search takes Newton's steps with the exact gradient and the average
//! information (Johnson, Thompson 1995), not the derivative-free search of lme4; its optimum is the same.
//!
//! Marks are reduced to crossproducts once; after that a step costs as much as the factor of the levels, however many marks there are.
//! Everything runs on one thread in a fixed order, so results don't depend on the number of threads. The Cholesky factors come from
//! `faer`, which picks its kernels by the processor: **on other processors the last digits may differ**, so results hold to the stated
//! tolerances (about 1e-6 relative in θ), not to the bit. This module never judges whether normal errors fit the marks.

mod cross;
mod design;
mod factor;
mod factorise;
mod fit;
mod judges;
mod point;
mod refusal;
mod search;

pub use design::{Design, MOST_COLUMNS, Value, Variable};
pub use factor::Factor;
pub use fit::{Effect, Fit, Model, NewMark, Random};
pub use judges::{
    Adjusted, Halo, Links, Severity, Spread, adjusted_marks, adjusted_units, halo, severity, spread,
};
pub use refusal::Refusal;

use serde::Serialize;

/// What is made smallest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Criterion {
    /// −2 log L.
    Ml,
    /// The restricted −2 log L: variances without the bias from estimating the fixed effects. Fits with different fixed effects can't
    /// be compared by it.
    Reml,
}

/// A matrix turned out not to be positive definite: these ratios can't be looked at.
#[derive(Clone, Copy, Debug)]
struct Lapse;
