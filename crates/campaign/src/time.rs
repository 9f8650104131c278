//! Time as an argument: seconds since 1970 (UTC), and days of the campaign's calendar.

use std::fmt;
use std::str::FromStr;

use jiff::civil;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment: whole seconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Time(pub i64);

impl Time {
    /// The day this is where local time is `offset` minutes ahead of UTC.
    #[must_use]
    pub fn day(self, offset: i16) -> Date {
        let local = self.0.saturating_add(i64::from(offset) * 60);
        Date(i32::try_from(local.div_euclid(86_400)).unwrap_or(i32::MAX))
    }
}

/// A day: days since 1970-01-01. Written 2026-10-01 in JSON, a number in snapshots.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub i32);

impl Date {
    /// The day of this year, month (1 to 12) and day of the month; `None` where there is no such day.
    #[must_use]
    pub fn of(year: u16, month: u8, day: u8) -> Option<Self> {
        let year = i16::try_from(year).ok()?;
        let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        civil::Date::new(year, month, day).ok().map(Self::from)
    }

    /// So many days later.
    #[must_use]
    pub const fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The weekday: 0 is Monday, 6 Sunday.
    #[must_use]
    pub const fn weekday(self) -> u8 {
        // 1970-01-01 was a Thursday. The remainder is in 0..7.
        (self.0 as i64 + 3).rem_euclid(7) as u8
    }

    /// Year, month and day of the month.
    #[must_use]
    pub fn parts(self) -> (i16, i8, i8) {
        let date = self.civil();
        (date.year(), date.month(), date.day())
    }

    /// The moment at which the day begins where local time is `offset` minutes ahead of UTC.
    #[must_use]
    pub fn start(self, offset: i16) -> Time {
        Time(i64::from(self.0) * 86_400 - i64::from(offset) * 60)
    }

    fn civil(self) -> civil::Date {
        let epoch = civil::Date::constant(1970, 1, 1);
        let span = jiff::Span::new().try_days(self.0);
        let day = span.and_then(|span| epoch.checked_add(span));
        day.unwrap_or(civil::Date::MAX)
    }
}

impl From<civil::Date> for Date {
    fn from(date: civil::Date) -> Self {
        let epoch = civil::Date::constant(1970, 1, 1);
        // The difference of two dates in years 1 to 9999 is always told in days.
        Self(epoch.until(date).map_or(0, |span| span.get_days()))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is no day: 2026-10-01 is how days are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotADate(pub String);

impl fmt::Display for NotADate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no day; days are written 2026-10-01", self.0)
    }
}

impl std::error::Error for NotADate {}

impl FromStr for Date {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let wrong = || NotADate(text.to_owned());
        let mut parts = text.split('-');
        let mut number = |digits: usize| {
            let part = parts.next().filter(|part| part.len() == digits)?;
            part.bytes()
                .all(|b| b.is_ascii_digit())
                .then(|| part.parse::<u16>().ok())?
        };
        let (year, month, day) = (number(4), number(2), number(2));
        let (Some(year), Some(month), Some(day), None) = (year, month, day, parts.next()) else {
            return Err(wrong());
        };
        let small = |n: u16| u8::try_from(n).unwrap_or(u8::MAX);
        Self::of(year, small(month), small(day)).ok_or_else(wrong)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return Deserialize::deserialize(deserializer).map(Self);
        }
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
