//! Why a mixed model can't be fitted.

use std::fmt;

use crate::Invalid;

/// Data from which a mixed model can't be fitted.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// A slice is no good by itself.
    Invalid(Invalid),
    /// A random factor has a single level: its effect can't be told from the mean.
    OneLevel {
        /// The factor's name.
        factor: String,
    },
    /// A random factor has as many levels as there are marks: its effect can't be told from the residual.
    NoRepeats {
        /// The factor's name.
        factor: String,
    },
    /// Two random factors part the marks in the same way: their effects can't be told apart.
    Confounded {
        /// The one.
        first: String,
        /// The other.
        second: String,
    },
    /// There is no variation left to apportion: all marks are equal, or the fixed effects give them exactly.
    NoVariation,
    /// The marks are exactly what the factors say: the residual variance is 0 and the ratios have no bound.
    NoResidual,
    /// No judge links two units, so their difference can't be told from that of their judges.
    Unlinked {
        /// The one.
        first: String,
        /// The other.
        second: String,
    },
    /// A new mark names a level that a fixed factor doesn't have.
    UnknownLevel {
        /// The factor's name.
        factor: String,
        /// The level.
        level: String,
    },
    /// The model needs more than it may take.
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How many are allowed.
        most: usize,
        /// How many there are.
        found: usize,
    },
    /// The search for the variances didn't settle.
    NotConverged {
        /// After so many steps.
        steps: usize,
    },
}

impl Refusal {
    pub(super) const fn too_few(what: &'static str, least: usize, found: usize) -> Self {
        Self::Invalid(Invalid::TooFew { what, least, found })
    }

    pub(super) const fn too_large(found: usize) -> Self {
        Self::TooLarge {
            what: "levels of a factor",
            most: u32::MAX as usize,
            found,
        }
    }
}

impl From<Invalid> for Refusal {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(invalid) => invalid.fmt(f),
            Self::OneLevel { factor } => {
                write!(
                    f,
                    "random factor {factor} has one level, at least 2 are needed"
                )
            }
            Self::NoRepeats { factor } => write!(
                f,
                "random factor {factor} has a level of its own for each mark, so it can't be told from the residual"
            ),
            Self::Confounded { first, second } => write!(
                f,
                "random factors {first} and {second} part the marks in the same way, so they can't be told apart"
            ),
            Self::NoVariation => write!(
                f,
                "no variation is left: all marks are as the fixed effects say"
            ),
            Self::NoResidual => write!(
                f,
                "the factors give every mark exactly: the residual variance is 0"
            ),
            Self::Unlinked { first, second } => write!(
                f,
                "no judge links {first} and {second}: their difference can't be told from that of their judges"
            ),
            Self::UnknownLevel { factor, level } => {
                write!(f, "fixed factor {factor} has no level {level}")
            }
            Self::TooLarge { what, most, found } => {
                write!(f, "{what}: {found}, at most {most} are possible")
            }
            Self::NotConverged { steps } => {
                write!(f, "the variances didn't settle after {steps} steps")
            }
        }
    }
}

impl std::error::Error for Refusal {}
