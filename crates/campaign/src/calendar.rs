//! Working days, and where periods begin and end.

use std::collections::BTreeSet;

use rulebook::model::{self, Weekday};
use rulebook::{Period, PeriodKind};

use crate::{Date, Time};

/// The calendar of a campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    kind: PeriodKind,
    offset: i16,
    rest: [bool; 7],
    holidays: BTreeSet<Date>,
    worked: BTreeSet<Date>,
    /// How periods are closed.
    pub closing: model::Closing,
}

impl Calendar {
    /// The calendar that a campaign file describes. Days that aren't days have been refused when it was checked.
    #[must_use]
    pub fn new(file: &model::Calendar) -> Self {
        let days = |days: &[model::Day]| days.iter().filter_map(|d| d.0.parse().ok()).collect();
        let mut rest = [false; 7];
        for day in &file.rest {
            if let Some(rests) = rest.get_mut(number(*day)) {
                *rests = true;
            }
        }
        Self {
            kind: file.period,
            offset: file.utc_offset_minutes,
            rest,
            holidays: days(&file.holidays),
            worked: days(&file.working_days),
            closing: file.closing.clone(),
        }
    }

    /// Minutes that local time is ahead of UTC.
    #[must_use]
    pub const fn offset(&self) -> i16 {
        self.offset
    }

    /// The day of a moment.
    #[must_use]
    pub fn day(&self, time: Time) -> Date {
        time.day(self.offset)
    }

    /// Whether a day is worked: no holiday, and no day of rest unless it makes up for one.
    #[must_use]
    pub fn is_working(&self, day: Date) -> bool {
        let rests = self
            .rest
            .get(usize::from(day.weekday()))
            .copied()
            .unwrap_or(false);
        !self.holidays.contains(&day) && (!rests || self.worked.contains(&day))
    }

    /// The day that is `days` working days after `day`; with 0, `day` itself or the first working day after it.
    ///
    /// A calendar without any working day for ten years counts every day.
    #[must_use]
    pub fn after(&self, day: Date, days: u16) -> Date {
        const TOO_FAR: i32 = 3_653;
        let mut left = days;
        let mut at = day;
        if days == 0 {
            return (0..TOO_FAR)
                .map(|n| day.plus(n))
                .find(|d| self.is_working(*d))
                .unwrap_or(day);
        }
        for _ in 0..TOO_FAR.max(i32::from(days) * 7) {
            at = at.plus(1);
            if self.is_working(at) {
                left -= 1;
            }
            if left == 0 {
                return at;
            }
        }
        day.plus(i32::from(days))
    }

    /// How many working days lie after `from` up to and including `to`; 0 when `to` isn't later.
    #[must_use]
    pub fn between(&self, from: Date, to: Date) -> u32 {
        let days = (from.0.saturating_add(1)..=to.0).filter(|day| self.is_working(Date(*day)));
        u32::try_from(days.count()).unwrap_or(u32::MAX)
    }

    /// The period a day lies in.
    #[must_use]
    pub fn period_of(&self, day: Date) -> Period {
        let (year, month, _) = day.parts();
        let year = u16::try_from(year).unwrap_or(0);
        let month = u16::try_from(month).unwrap_or(1) - 1;
        Period::containing(self.kind, year, month)
    }

    /// The first day of a period.
    #[must_use]
    pub fn first_day(&self, period: Period) -> Date {
        let (year, month) = period.starts();
        Date::of(year, u8::try_from(month + 1).unwrap_or(1), 1).unwrap_or_default()
    }

    /// The last day of a period.
    #[must_use]
    pub fn last_day(&self, period: Period) -> Date {
        self.first_day(period.next()).plus(-1)
    }

    /// The last day on which what belongs to a period can come in.
    #[must_use]
    pub fn cut_off(&self, period: Period) -> Date {
        self.after(self.last_day(period), self.closing.cut_off_days)
    }
}

const fn number(day: Weekday) -> usize {
    match day {
        Weekday::Mon => 0,
        Weekday::Tue => 1,
        Weekday::Wed => 2,
        Weekday::Thu => 3,
        Weekday::Fri => 4,
        Weekday::Sat => 5,
        Weekday::Sun => 6,
    }
}
