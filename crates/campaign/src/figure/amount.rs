//! A figure as entries and the state hold it.

use std::fmt;

use rulebook::figures::{Figure, MISSING, NOT_APPLICABLE};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A finite number, or one of the two gaps of [`rulebook::figures`]. In JSON a number, `"missing"` or `"not-applicable"`.
///
/// Equal means the same bits, so a gap equals itself. There is no negative zero: JSON's canonical form knows none.
#[derive(Clone, Copy)]
pub struct Amount(f64);

impl Amount {
    /// The figure of a cell. What is neither finite nor one of the gaps is missing.
    #[must_use]
    pub fn of(cell: f64) -> Self {
        match Figure::of(cell) {
            Figure::Given(value) if value.is_finite() => Self(value + 0.0),
            Figure::NotApplicable => Self(NOT_APPLICABLE),
            Figure::Given(_) | Figure::Missing => Self(MISSING),
        }
    }

    /// The cell that stands for it.
    #[must_use]
    pub const fn cell(self) -> f64 {
        self.0
    }

    /// What it is.
    #[must_use]
    pub fn figure(self) -> Figure {
        Figure::of(self.0)
    }

    /// The number, where it is one.
    #[must_use]
    pub fn given(self) -> Option<f64> {
        Some(self.0).filter(|value| !value.is_nan())
    }

    /// Whether it is missing.
    #[must_use]
    pub fn is_missing(self) -> bool {
        self.figure() == Figure::Missing
    }
}

impl PartialEq for Amount {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Amount {}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.figure() {
            Figure::Given(value) => write!(f, "{value}"),
            Figure::Missing => f.write_str(MISSING_WORD),
            Figure::NotApplicable => f.write_str(NOT_APPLICABLE_WORD),
        }
    }
}

const MISSING_WORD: &str = "missing";
const NOT_APPLICABLE_WORD: &str = "not-applicable";

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.figure() {
            Figure::Missing if serializer.is_human_readable() => {
                serializer.serialize_str(MISSING_WORD)
            }
            Figure::NotApplicable if serializer.is_human_readable() => {
                serializer.serialize_str(NOT_APPLICABLE_WORD)
            }
            _ => serializer.serialize_f64(self.0),
        }
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(AmountVisitor)
        } else {
            f64::deserialize(deserializer).map(Self::of)
        }
    }
}

struct AmountVisitor;

impl Visitor<'_> for AmountVisitor {
    type Value = Amount;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a number, {MISSING_WORD:?} or {NOT_APPLICABLE_WORD:?}")
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Amount, E> {
        Ok(Amount::of(value))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "canonical JSON writes whole doubles without a point: the nearest double is the one that was written"
    )]
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Amount, E> {
        Ok(Amount::of(value as f64))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "canonical JSON writes whole doubles without a point: the nearest double is the one that was written"
    )]
    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Amount, E> {
        Ok(Amount::of(value as f64))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Amount, E> {
        match text {
            MISSING_WORD => Ok(Amount(MISSING)),
            NOT_APPLICABLE_WORD => Ok(Amount(NOT_APPLICABLE)),
            _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
        }
    }
}
