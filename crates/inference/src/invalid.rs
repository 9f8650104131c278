//! What can be wrong with the data an estimator is given.

use std::fmt;

/// Data that an estimator can't take. Positions count from 0.
#[derive(Clone, Debug, PartialEq)]
pub enum Invalid {
    /// Two slices that belong together differ in length.
    Length {
        /// Which slice.
        what: &'static str,
        /// How many it should have.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// A value is NaN or infinite.
    NotFinite {
        /// Which slice.
        what: &'static str,
        /// Where in it.
        at: usize,
    },
    /// A value is outside what it may be.
    Range {
        /// Which slice or setting.
        what: &'static str,
        /// Where in it; 0 for a setting.
        at: usize,
        /// The value.
        value: f64,
        /// What it may be, in words: `over 0`.
        expected: &'static str,
    },
    /// There is too little to say anything.
    TooFew {
        /// What there is too little of.
        what: &'static str,
        /// How many are needed.
        least: usize,
        /// How many there are.
        found: usize,
    },
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length {
                what,
                expected,
                found,
            } => write!(f, "{what}: {found} values where {expected} are needed"),
            Self::NotFinite { what, at } => write!(f, "{what}: value {at} is no finite number"),
            Self::Range {
                what,
                at,
                value,
                expected,
            } => write!(f, "{what}: value {at} is {value}, it must be {expected}"),
            Self::TooFew { what, least, found } => {
                write!(f, "{what}: {found}, at least {least} are needed")
            }
        }
    }
}

impl std::error::Error for Invalid {}

impl Invalid {
    /// That a slice has the length it should have.
    ///
    /// # Errors
    /// [`Invalid::Length`].
    pub fn check_length(what: &'static str, expected: usize, found: usize) -> Result<(), Self> {
        if expected == found {
            Ok(())
        } else {
            Err(Self::Length {
                what,
                expected,
                found,
            })
        }
    }

    /// That every value is a finite number.
    ///
    /// # Errors
    /// [`Invalid::NotFinite`], for the first that isn't.
    pub fn check_finite(what: &'static str, values: &[f64]) -> Result<(), Self> {
        match values.iter().position(|value| !value.is_finite()) {
            Some(at) => Err(Self::NotFinite { what, at }),
            None => Ok(()),
        }
    }

    /// That every value is finite and `holds`.
    ///
    /// # Errors
    /// [`Invalid::NotFinite`] or [`Invalid::Range`], for the first that isn't.
    pub fn check_range(
        what: &'static str,
        values: &[f64],
        expected: &'static str,
        holds: impl Fn(f64) -> bool,
    ) -> Result<(), Self> {
        Self::check_finite(what, values)?;
        match values.iter().position(|value| !holds(*value)) {
            Some(at) => Err(Self::Range {
                what,
                at,
                value: values.get(at).copied().unwrap_or(f64::NAN),
                expected,
            }),
            None => Ok(()),
        }
    }
}
