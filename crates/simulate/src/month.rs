//! Months: just enough calendar for figures that come month by month.

use std::fmt;
use std::str::FromStr;

/// A month, written `2026-07`. Ordered in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    /// Months since the start of year 0.
    number: u32,
}

impl Month {
    /// A month of a year, from 1 to 12; a number beyond runs into the next years.
    #[must_use]
    pub const fn new(year: u32, month: u32) -> Self {
        Self {
            number: year * 12 + month - 1,
        }
    }

    /// So many months later.
    #[must_use]
    pub const fn plus(self, months: u32) -> Self {
        Self {
            number: self.number + months,
        }
    }

    /// So many months earlier.
    #[must_use]
    pub const fn minus(self, months: u32) -> Self {
        Self {
            number: self.number.saturating_sub(months),
        }
    }

    /// Months from `earlier` to this one; 0 where it isn't earlier.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u32 {
        self.number.saturating_sub(earlier.number)
    }

    /// Zero-based month of its half-year.
    #[must_use]
    pub const fn of_half_year(self) -> u32 {
        self.number % 6
    }

    /// The first month of its quarter.
    #[must_use]
    pub const fn quarter(self) -> Self {
        Self {
            number: self.number - self.number % 3,
        }
    }

    /// The first month of its half-year.
    #[must_use]
    pub const fn half_year(self) -> Self {
        Self {
            number: self.number - self.number % 6,
        }
    }

    /// How many weeks it has, a week belonging to the month of its Thursday.
    #[must_use]
    pub fn weeks(self) -> u32 {
        let days = self.plus(1).first_day() - self.first_day();
        // Day 0 of the count below is a Wednesday: Thursdays are days 1, 8, 15 …
        let to_thursday = (8 - self.first_day() % 7) % 7;
        (days - to_thursday).div_ceil(7)
    }

    /// Days from 1 March of year 0 (proleptic Gregorian) to its first day.
    fn first_day(self) -> u32 {
        let from_march = self.number - 2;
        let (year, month) = (from_march / 12, from_march % 12);
        year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.number / 12, self.number % 12 + 1)
    }
}

impl FromStr for Month {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text
            .split_once('-')
            .and_then(|(y, m)| Some((y.parse().ok()?, m.parse().ok()?)));
        match parts {
            Some((year @ 1..=9999, month @ 1..=12)) => Ok(Self::new(year, month)),
            _ => Err(format!("{text} is no month: write 2026-07")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_follow_their_thursday() {
        let weeks = |from: Month| (0..12).map(|m| from.plus(m).weeks()).collect::<Vec<_>>();
        assert_eq!(
            weeks(Month::new(2026, 1)),
            [5, 4, 4, 5, 4, 4, 5, 4, 4, 5, 4, 5]
        );
        // Thursdays of 2024, a leap year.
        assert_eq!(
            weeks(Month::new(2024, 1)),
            [4, 5, 4, 4, 5, 4, 4, 5, 4, 5, 4, 4]
        );
    }

    #[test]
    fn spelling_goes_both_ways() {
        let month: Month = "2026-12".parse().unwrap();
        assert_eq!(month.plus(1).to_string(), "2027-01");
        assert_eq!(month.quarter().to_string(), "2026-10");
        assert_eq!(month.half_year().to_string(), "2026-07");
        assert!("2026-13".parse::<Month>().is_err());
    }
}
