//! What time a record is for: a period, a week, or the day on which something happened.

use std::fmt;

use rulebook::model::Cadence;
use rulebook::{Period, PeriodKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Date;

/// What time a record is for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// A month, quarter, half-year or year.
    Period(Period),
    /// The week that begins on this Monday.
    Week(Date),
    /// The day on which something happened.
    Day(Date),
}

impl When {
    /// What a record of a day is for, where one is asked so often.
    #[must_use]
    pub fn of(every: Cadence, day: Date) -> Self {
        let Some(kind) = kind(every) else {
            return match every {
                Cadence::Week => Self::Week(monday(day)),
                _ => Self::Day(day),
            };
        };
        let (year, month, _) = day.parts();
        let year = u16::try_from(year).unwrap_or(0);
        let month = u16::try_from(month).unwrap_or(1).saturating_sub(1);
        Self::Period(Period::containing(kind, year, month))
    }

    /// Whether that is what is asked so often.
    #[must_use]
    pub fn fits(self, every: Cadence) -> bool {
        match self {
            Self::Period(period) => kind(every) == Some(period.kind()),
            Self::Week(_) => every == Cadence::Week,
            Self::Day(_) => every == Cadence::Event,
        }
    }

    /// Its first day.
    #[must_use]
    pub fn first_day(self) -> Date {
        match self {
            Self::Period(period) => {
                let (year, month) = period.starts();
                Date::of(year, u8::try_from(month + 1).unwrap_or(1), 1).unwrap_or_default()
            }
            Self::Week(day) | Self::Day(day) => day,
        }
    }

    /// Its last day.
    #[must_use]
    pub fn last_day(self) -> Date {
        match self {
            Self::Period(period) => Self::Period(period.next()).first_day().plus(-1),
            Self::Week(monday) => monday.plus(6),
            Self::Day(day) => day,
        }
    }

    /// The day whose period it belongs to: the last; of a week the Thursday, so that it belongs where most of its days lie.
    #[must_use]
    pub fn belongs_to(self) -> Date {
        match self {
            Self::Week(monday) => monday.plus(3),
            _ => self.last_day(),
        }
    }

    /// The one just before; `None` where things are recorded as they happen.
    #[must_use]
    pub const fn previous(self) -> Option<Self> {
        match self {
            Self::Period(period) => Some(Self::Period(period.previous())),
            Self::Week(monday) => Some(Self::Week(monday.plus(-7))),
            Self::Day(_) => None,
        }
    }

    /// The one just after; `None` where things are recorded as they happen.
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        match self {
            Self::Period(period) => Some(Self::Period(period.next())),
            Self::Week(monday) => Some(Self::Week(monday.plus(7))),
            Self::Day(_) => None,
        }
    }

    /// The same, a week named by its Monday whichever of its days it was named by.
    #[must_use]
    pub(crate) const fn spelled(self) -> Self {
        match self {
            Self::Week(day) => Self::Week(monday(day)),
            other => other,
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Period(period) => period.fmt(f),
            Self::Week(monday) => write!(f, "{monday}/{}", monday.plus(6)),
            Self::Day(day) => day.fmt(f),
        }
    }
}

const fn kind(every: Cadence) -> Option<PeriodKind> {
    match every {
        Cadence::Month => Some(PeriodKind::Month),
        Cadence::Quarter => Some(PeriodKind::Quarter),
        Cadence::HalfYear => Some(PeriodKind::HalfYear),
        Cadence::Year => Some(PeriodKind::Year),
        Cadence::Week | Cadence::Event => None,
    }
}

const fn monday(day: Date) -> Date {
    day.plus(-(day.weekday() as i32))
}
