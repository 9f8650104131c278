//! Rounding points to whole numbers of the smallest unit, so that sums after it are exact.

use rulebook::model::RoundingMode;

/// What is within this part of the last place of a half (or of a whole number, when rounding down or up) counts as one: decimal
/// figures such as 0.285 have no exact binary form, and nobody should lose a hundredth to that.
pub(crate) const TIE: f64 = 1e-6;

/// 1.5 · 2⁵²: adding and subtracting it rounds any |v| < 2⁵¹ to the nearest integer, and vectorises on every machine.
pub(crate) const MAGIC: f64 = 6_755_399_441_055_744.0;

/// The integer nearest to `v`, the even one of two, for |v| < 2⁵¹.
#[inline]
fn nearest(v: f64) -> f64 {
    (v + MAGIC) - MAGIC
}

/// The greatest integer not above `v`, for |v| < 2⁵¹.
#[inline]
pub(crate) fn floor(v: f64) -> f64 {
    let nearest = nearest(v);
    nearest - f64::from(u8::from(nearest > v))
}

/// Rounds points to whole grains: hundredths, say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rounder {
    per_point: f64,
    mode: RoundingMode,
}

impl Rounder {
    /// Rounds to so many decimals (at most 12).
    #[must_use]
    pub fn new(decimals: u8, mode: RoundingMode) -> Self {
        let per_point = (0..decimals.min(12)).fold(1.0, |grains, _| grains * 10.0);
        Self { per_point, mode }
    }

    /// How many grains one point has.
    #[must_use]
    pub fn per_point(self) -> f64 {
        self.per_point
    }

    /// Points as a whole number of grains; |points| × grains stays below 2⁵¹. NaN stays NaN.
    #[must_use]
    #[inline]
    pub fn grains(self, points: f64) -> f64 {
        let v = points * self.per_point;
        match self.mode {
            RoundingMode::HalfUp => nearest(v + TIE),
            RoundingMode::Down => floor(v + TIE),
            RoundingMode::Up => -floor(TIE - v),
            RoundingMode::HalfEven => half_even(v),
        }
    }

    /// Whether it rounds half up, the usual way.
    pub(crate) fn is_half_up(self) -> bool {
        self.mode == RoundingMode::HalfUp
    }

    /// Grains as points: the double nearest to the decimal number.
    #[must_use]
    #[inline]
    pub fn points(self, grains: f64) -> f64 {
        grains / self.per_point
    }
}

#[inline]
fn half_even(v: f64) -> f64 {
    let below = floor(v);
    if (v - below - 0.5).abs() <= TIE {
        let odd = below - 2.0 * floor(below / 2.0);
        below + odd
    } else {
        nearest(v)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_halves_are_halves() {
        for (points, up, even, down, ceil) in [
            (2.675, 268.0, 268.0, 267.0, 268.0),
            (0.285, 29.0, 28.0, 28.0, 29.0),
            (1.005, 101.0, 100.0, 100.0, 101.0),
            (0.1 + 0.2, 30.0, 30.0, 30.0, 30.0),
            (14.285_714, 1429.0, 1429.0, 1428.0, 1429.0),
            (-0.5, -50.0, -50.0, -50.0, -50.0),
            (0.0, 0.0, 0.0, 0.0, 0.0),
        ] {
            let grains = |mode| Rounder::new(2, mode).grains(points);
            assert_eq!(grains(RoundingMode::HalfUp), up, "{points}");
            assert_eq!(grains(RoundingMode::HalfEven), even, "{points}");
            assert_eq!(grains(RoundingMode::Down), down, "{points}");
            assert_eq!(grains(RoundingMode::Up), ceil, "{points}");
        }
        assert!(
            Rounder::new(2, RoundingMode::HalfUp)
                .grains(f64::NAN)
                .is_nan()
        );
    }

    #[test]
    fn points_print_as_the_decimal() {
        let rounder = Rounder::new(2, RoundingMode::HalfUp);
        for cents in 0..20_000_u32 {
            let text = format!("{:.2}", rounder.points(f64::from(cents)));
            assert_eq!(text, format!("{}.{:02}", cents / 100, cents % 100));
        }
    }
}
