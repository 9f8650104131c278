//! Points as whole millionths, so that sums people can check by hand are exact.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};

/// Millionths of a point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Micro(i64);

impl Micro {
    /// Nothing.
    pub(crate) const ZERO: Self = Self(0);
}

/// The millionths nearest to `value`; held at the ends of what 64 bits hold.
#[expect(
    clippy::cast_possible_truncation,
    reason = "float to integer casts hold at the ends"
)]
pub(crate) fn micro(value: f64) -> Micro {
    Micro((value * 1e6).round() as i64)
}

impl Add for Micro {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Micro {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Micro {
    fn sum<I: Iterator<Item = Self>>(values: I) -> Self {
        values.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Micro {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let size = self.0.unsigned_abs();
        let part = format!("{:06}", size % 1_000_000);
        let part = part.trim_end_matches('0');
        let dot = if part.is_empty() { "" } else { "." };
        write!(f, "{sign}{}{dot}{part}", size / 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenths_add_up_exactly() {
        let sum: Micro = [0.1, 0.2, 0.7].into_iter().map(micro).sum();
        assert_eq!(sum, micro(1.0));
        assert_eq!((micro(0.3) - micro(1.55)).to_string(), "-1.25");
        assert_eq!(micro(20.0).to_string(), "20");
    }
}
