//! Special functions: distribution functions and their inverses, in software, the same bits everywhere.
//!
//! Relative errors are at most about 10⁻¹³ over the ranges tested (`tests/it/special.rs` holds them against published and
//! independently computed values). A parameter out of its range gives NaN, never a wrong figure.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// ln Γ(x), x over 0.
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// ln B(a, b) = ln Γ(a) + ln Γ(b) − ln Γ(a + b).
#[must_use]
pub fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// The standard normal density.
#[must_use]
pub fn normal_density(x: f64) -> f64 {
    libm::exp(-0.5 * x * x) / (2.0 * PI).sqrt()
}

/// The standard normal distribution function Φ(x).
#[must_use]
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// Φ⁻¹(p): −∞ at 0, ∞ at 1. Wichura (1988), *Algorithm AS 241*, PPND16.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * ratio(r, &MIDDLE);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    if tail == 0.0 {
        return f64::INFINITY.copysign(q);
    }
    let r = (-libm::log(tail)).sqrt();
    let size = if r <= 5.0 {
        ratio(r - 1.6, &NEAR)
    } else {
        ratio(r - 5.0, &FAR)
    };
    size.copysign(q)
}

/// A quotient of two polynomials, coefficients from the constant up.
fn ratio(x: f64, of: &[[f64; 8]; 2]) -> f64 {
    let [above, below] = of.map(|terms| terms.iter().rev().fold(0.0, |sum, term| sum * x + term));
    above / below
}

#[rustfmt::skip]
const MIDDLE: [[f64; 8]; 2] = [
    [3.387_132_872_796_366_6, 133.141_667_891_784_38, 1_971.590_950_306_551_4, 13_731.693_765_509_46,
     45_921.953_931_549_87, 67_265.770_927_008_7, 33_430.575_583_588_13, 2_509.080_928_730_122_7],
    [1.0, 42.313_330_701_600_91, 687.187_007_492_057_9, 5_394.196_021_424_751,
     21_213.794_301_586_597, 39_307.895_800_092_71, 28_729.085_735_721_943, 5_226.495_278_852_855],
];

#[rustfmt::skip]
const NEAR: [[f64; 8]; 2] = [
    [1.423_437_110_749_683_5, 4.630_337_846_156_546, 5.769_497_221_460_691, 3.647_848_324_763_204_5,
     1.270_458_252_452_368_4, 0.241_780_725_177_450_6, 0.022_723_844_989_269_184, 7.745_450_142_783_414e-4],
    [1.0, 2.053_191_626_637_759, 1.676_384_830_183_803_8, 0.689_767_334_985_1,
     0.148_103_976_427_480_08, 0.015_198_666_563_616_457, 5.475_938_084_995_345e-4, 1.050_750_071_644_416_9e-9],
];

#[rustfmt::skip]
const FAR: [[f64; 8]; 2] = [
    [6.657_904_643_501_103, 5.463_784_911_164_114, 1.784_826_539_917_291_3, 0.296_560_571_828_504_87,
     0.026_532_189_526_576_124, 1.242_660_947_388_078_4e-3, 2.711_555_568_743_487_6e-5, 2.010_334_399_292_288_1e-7],
    [1.0, 0.599_832_206_555_887_9, 0.136_929_880_922_735_8, 0.014_875_361_290_850_615,
     7.868_691_311_456_133e-4, 1.846_318_317_510_054_8e-5, 1.421_511_758_316_446e-7, 2.044_263_103_389_939_8e-15],
];

/// The regularised incomplete gamma function P(shape, x): the distribution function of the gamma distribution with scale 1.
///
/// By its series below `shape + 1`, by its continued fraction above (DLMF 8.7.1, 8.9.2).
#[must_use]
pub fn gamma_cdf(shape: f64, x: f64) -> f64 {
    gamma_tails(shape, x).0
}

/// 1 − P(shape, x), without cancellation.
#[must_use]
pub fn gamma_survival(shape: f64, x: f64) -> f64 {
    gamma_tails(shape, x).1
}

fn gamma_tails(shape: f64, x: f64) -> (f64, f64) {
    if shape.is_nan() || x.is_nan() || shape <= 0.0 {
        return (f64::NAN, f64::NAN);
    }
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if x.is_infinite() {
        return (1.0, 0.0);
    }
    let front = libm::exp(shape * libm::log(x) - x - ln_gamma(shape));
    if x < shape + 1.0 {
        let below = (front * gamma_series(shape, x)).min(1.0);
        (below, 1.0 - below)
    } else {
        let above = (front * gamma_fraction(shape, x)).min(1.0);
        (1.0 - above, above)
    }
}

fn gamma_series(shape: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (1.0 / shape, 1.0 / shape, shape);
    while term > sum * EPSILON {
        n += 1.0;
        term *= x / n;
        sum += term;
    }
    sum
}

fn gamma_fraction(shape: f64, x: f64) -> f64 {
    let first = x + 1.0 - shape;
    lentz(first, |n| (-n * (n - shape), first + 2.0 * n))
}

const EPSILON: f64 = f64::EPSILON / 4.0;

/// 1 ÷ (b₀ + a₁ ÷ (b₁ + a₂ ÷ (b₂ + …))) by the modified method of Lentz (Thompson, Barnett 1986); `term` gives (aₙ, bₙ).
fn lentz(first: f64, term: impl Fn(f64) -> (f64, f64)) -> f64 {
    const TINY: f64 = 1e-300;
    let nonzero = |x: f64| if x.abs() < TINY { TINY } else { x };
    let mut d = 1.0 / nonzero(first);
    let (mut c, mut value) = (1.0 / TINY, d);
    for n in 1..100_000_u32 {
        let (a, b) = term(f64::from(n));
        d = 1.0 / nonzero(b + a * d);
        c = nonzero(b + a / c);
        value *= c * d;
        if (c * d - 1.0).abs() < 2.0 * f64::EPSILON {
            break;
        }
    }
    value
}

/// The regularised incomplete beta function Iₓ(a, b): the distribution function of the beta distribution (DLMF 8.17.22).
#[must_use]
pub fn beta_cdf(a: f64, b: f64, x: f64) -> f64 {
    if a.is_nan() || b.is_nan() || x.is_nan() || a <= 0.0 || b <= 0.0 {
        return f64::NAN;
    }
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = libm::exp(a * libm::log(x) + b * libm::log1p(-x) - ln_beta(a, b));
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(a, b, x) / a
    } else {
        1.0 - front * beta_fraction(b, a, 1.0 - x) / b
    }
}

fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    lentz(1.0, |n| {
        let m = libm::floor(n / 2.0);
        let above = if n % 2.0 == 0.0 {
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        } else {
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        };
        (above, 1.0)
    })
}

/// The quantile of the beta distribution: the x with Iₓ(a, b) = p.
#[must_use]
pub fn beta_quantile(a: f64, b: f64, p: f64) -> f64 {
    if !((0.0..=1.0).contains(&p) && a > 0.0 && b > 0.0) {
        return f64::NAN;
    }
    invert(0.0, 1.0, p, |x| beta_cdf(a, b, x))
}

/// The quantile of the gamma distribution with scale 1.
#[must_use]
pub fn gamma_quantile(shape: f64, p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || shape.is_nan() || shape <= 0.0 {
        return f64::NAN;
    }
    if p == 1.0 {
        return f64::INFINITY;
    }
    let mut most = 2.0 * shape + 10.0;
    while gamma_cdf(shape, most) < p {
        most *= 2.0;
    }
    invert(0.0, most, p, |x| gamma_cdf(shape, x))
}

/// Where a function that rises from `low` to `high` passes `p`: halving, until no number lies between.
fn invert(mut low: f64, mut high: f64, p: f64, cdf: impl Fn(f64) -> f64) -> f64 {
    if p <= 0.0 {
        return low;
    }
    if cdf(high) <= p {
        return high;
    }
    // Relative precision near 0 takes more halvings than near 1.
    for _ in 0..1_100 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if cdf(middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The distribution function of χ² with `freedom` degrees.
#[must_use]
pub fn chi_squared_cdf(freedom: f64, x: f64) -> f64 {
    gamma_cdf(0.5 * freedom, 0.5 * x)
}

/// P(χ² > x): the p-value of a statistic.
#[must_use]
pub fn chi_squared_survival(freedom: f64, x: f64) -> f64 {
    gamma_survival(0.5 * freedom, 0.5 * x)
}

/// The distribution function of Student's t.
#[must_use]
pub fn student_cdf(freedom: f64, t: f64) -> f64 {
    let tail = 0.5 * beta_cdf(0.5 * freedom, 0.5, freedom / (freedom + t * t));
    if t > 0.0 { 1.0 - tail } else { tail }
}

/// The quantile of Student's t.
#[must_use]
pub fn student_quantile(freedom: f64, p: f64) -> f64 {
    if p > 0.5 {
        return -student_quantile(freedom, 1.0 - p);
    }
    let x = beta_quantile(0.5 * freedom, 0.5, 2.0 * p);
    -(freedom * (1.0 - x) / x).sqrt()
}

/// P(K ≤ k) of `n` trials that each succeed with probability `p`.
#[must_use]
pub fn binomial_cdf(n: u64, p: f64, k: u64) -> f64 {
    if k >= n {
        return 1.0;
    }
    beta_cdf((n - k) as f64, k as f64 + 1.0, 1.0 - p)
}

/// P(K ≥ k) of `n` trials that each succeed with probability `p`.
#[must_use]
pub fn binomial_at_least(n: u64, p: f64, k: u64) -> f64 {
    match k {
        0 => 1.0,
        _ if k > n => 0.0,
        _ => beta_cdf(k as f64, (n - k) as f64 + 1.0, p),
    }
}

/// P(K ≤ k) of a number of events with this `mean`.
#[must_use]
pub fn poisson_cdf(mean: f64, k: u64) -> f64 {
    gamma_survival(k as f64 + 1.0, mean)
}

/// P(K ≥ k) of a number of events with this `mean`.
#[must_use]
pub fn poisson_at_least(mean: f64, k: u64) -> f64 {
    if k == 0 {
        1.0
    } else {
        gamma_cdf(k as f64, mean)
    }
}
