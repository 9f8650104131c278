//! Periods of a campaign: years, half-years, quarters and months, with one spelling each.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// 一期多长。How long one period lasts.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum PeriodKind {
    /// 年,写作 2026。A year, written 2026.
    Year,
    /// 半年,写作 2026-H1。Half a year, written 2026-H1.
    HalfYear,
    /// 季度,写作 2026-Q1。A quarter, written 2026-Q1.
    Quarter,
    /// 月,写作 2026-01。A month, written 2026-01.
    Month,
}

impl PeriodKind {
    /// How many periods of this kind a year has.
    #[must_use]
    pub const fn per_year(self) -> u16 {
        match self {
            Self::Year => 1,
            Self::HalfYear => 2,
            Self::Quarter => 4,
            Self::Month => 12,
        }
    }

    /// A period of this kind, as an example in messages.
    #[must_use]
    pub const fn example(self) -> &'static str {
        match self {
            Self::Year => "2026",
            Self::HalfYear => "2026-H1",
            Self::Quarter => "2026-Q1",
            Self::Month => "2026-01",
        }
    }
}

/// One period: `2026`, `2026-H1`, `2026-Q1` or `2026-01`.
///
/// Periods of one kind are ordered in time; [`Period::starts`] compares periods of any kind.
///
/// ```
/// use rulebook::Period;
/// let march: Period = "2026-03".parse().unwrap();
/// assert_eq!(march.previous().to_string(), "2026-02");
/// assert_eq!("2026-Q1".parse::<Period>().unwrap().previous().to_string(), "2025-Q4");
/// assert!("2026-13".parse::<Period>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    year: u16,
    kind: PeriodKind,
    /// Zero-based within the year.
    index: u16,
}

impl Period {
    /// What kind of period it is.
    #[must_use]
    pub const fn kind(self) -> PeriodKind {
        self.kind
    }

    /// The year and the zero-based month in which the period starts.
    #[must_use]
    pub const fn starts(self) -> (u16, u16) {
        (self.year, self.index * (12 / self.kind.per_year()))
    }

    /// The period of a kind that a month lies in; the month is zero-based.
    #[must_use]
    pub const fn containing(kind: PeriodKind, year: u16, month: u16) -> Self {
        Self {
            year,
            kind,
            index: month % 12 / (12 / kind.per_year()),
        }
    }

    /// The period just after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        if self.index + 1 < self.kind.per_year() {
            Self {
                index: self.index + 1,
                ..self
            }
        } else {
            Self {
                year: self.year.saturating_add(1),
                index: 0,
                ..self
            }
        }
    }

    /// The period just before this one.
    #[must_use]
    pub const fn previous(self) -> Self {
        if self.index > 0 {
            Self {
                index: self.index - 1,
                ..self
            }
        } else {
            Self {
                year: self.year.saturating_sub(1),
                index: self.kind.per_year() - 1,
                ..self
            }
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.index + 1;
        match self.kind {
            PeriodKind::Year => write!(f, "{:04}", self.year),
            PeriodKind::HalfYear => write!(f, "{:04}-H{number}", self.year),
            PeriodKind::Quarter => write!(f, "{:04}-Q{number}", self.year),
            PeriodKind::Month => write!(f, "{:04}-{number:02}", self.year),
        }
    }
}

/// A text that is no period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAPeriod;

impl fmt::Display for NotAPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a period: write 2026, 2026-H1, 2026-Q1 or 2026-01")
    }
}

impl std::error::Error for NotAPeriod {}

impl FromStr for Period {
    type Err = NotAPeriod;

    fn from_str(text: &str) -> Result<Self, NotAPeriod> {
        let (year, rest) = match text.split_once('-') {
            Some((year, rest)) => (year, Some(rest)),
            None => (text, None),
        };
        let year = digits(year, 4).ok_or(NotAPeriod)?;
        let (kind, number) = match rest {
            None => (PeriodKind::Year, 1),
            Some(part) => within_year(part).ok_or(NotAPeriod)?,
        };
        if number == 0 || number > kind.per_year() {
            return Err(NotAPeriod);
        }
        Ok(Self {
            year,
            kind,
            index: number - 1,
        })
    }
}

fn within_year(part: &str) -> Option<(PeriodKind, u16)> {
    if let Some(number) = part.strip_prefix('H') {
        Some((PeriodKind::HalfYear, digits(number, 1)?))
    } else if let Some(number) = part.strip_prefix('Q') {
        Some((PeriodKind::Quarter, digits(number, 1)?))
    } else {
        Some((PeriodKind::Month, digits(part, 2)?))
    }
}

fn digits(text: &str, length: usize) -> Option<u16> {
    (text.len() == length && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

impl Serialize for Period {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Period {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Period".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "期:2026、2026-H1、2026-Q1 或 2026-01。A period: 2026, 2026-H1, 2026-Q1 or 2026-01.",
            "type": "string",
            "pattern": "^[0-9]{4}(-(H[12]|Q[1-4]|0[1-9]|1[0-2]))?$"
        })
    }
}
