//! What a unit is told of its ratings: never so that one rating can be told from the rest.
//!
//! Three things could give a rater away to someone who watches: a part of a whole that follows from the others, figures looked
//! at before and after someone rated, and words that appear just then. So parts are withheld until what they leave open is no
//! smaller than what may be shown; a period that still runs is told in whole weeks, each step at least as large; words come
//! with the weeks, in an order that has nothing to do with when they came.

use std::collections::BTreeMap;

use super::query::{Filter, Shown, Text, numbered};
use super::state::{Cell, Levels, Ratings, Source};
use crate::entry::Standing;
use crate::id::Name;
use crate::{Date, State, UnitId};
use rulebook::Period;

/// A part of a unit's ratings, such as those of a service; `None` is what names none.
pub type Part<'r> = (Option<&'r Name>, Shown);

/// What is told of a unit's ratings of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told<'r> {
    /// The last day whose ratings are in it; none while it is too early to tell anything.
    pub until: Option<Date>,
    /// Ratings with invitation and cases that count.
    pub all: Shown,
    /// The same by service.
    pub services: Vec<Part<'r>>,
    /// The same by group served.
    pub groups: Vec<Part<'r>>,
    /// Ratings without invitation; none while the period runs.
    pub open: Option<Shown>,
}

/// What a unit, and everyone, is told of its ratings of a period.
///
/// What is told of a period that is over is told of all of it; of one that runs, of whole weeks that are over, as soon as they
/// bring `min_shown` more ratings than were told before.
#[must_use]
pub fn told<'r>(state: &'r State, unit: &'r UnitId, period: Period, today: Date) -> Told<'r> {
    let ratings = &state.ratings;
    let Some(book) = state.rules.of(period) else {
        return Told::nothing();
    };
    let least = book.campaign.file.ratings.min_shown;
    let filter = Filter {
        unit: Some(unit),
        ..Filter::default()
    };
    let (mut cells, mut open) = (BTreeMap::new(), Levels::default());
    for (cell, counts) in ratings.cells(period, filter) {
        cells.insert(*cell, counts.counting);
        open.add(&counts.open);
    }
    let last = book.calendar.last_day(period);
    let over = last < today;
    let until = match over {
        true => Some(last),
        false => {
            let weeks = ratings.weeks(unit, period, book.calendar.first_day(period));
            hold_back(&mut cells, weeks, least, today)
        }
    };
    let names = &ratings.names;
    let parts = |of: fn(&Cell) -> u16| {
        let mut parts: BTreeMap<u16, Levels> = BTreeMap::new();
        for (cell, levels) in &cells {
            parts.entry(of(cell)).or_default().add(levels);
        }
        parted(parts, least)
    };
    let mut all = Levels::default();
    cells.values().for_each(|levels| all.add(levels));
    let called = |(number, shown), names| (numbered(names, number), shown);
    Told {
        until,
        all: show(all, least),
        services: parts(|cell| cell.service)
            .map(|part| called(part, &names.services))
            .collect(),
        groups: parts(|cell| cell.group)
            .map(|part| called(part, &names.groups))
            .collect(),
        open: over.then(|| show(open, least)),
    }
}

impl Told<'_> {
    const fn nothing() -> Self {
        Self {
            until: None,
            all: Shown::Withheld,
            services: Vec::new(),
            groups: Vec::new(),
            open: None,
        }
    }
}

fn show(levels: Levels, least: u32) -> Shown {
    match levels.all() {
        few if 0 < few && few < least => Shown::Withheld,
        _ => Shown::Levels(levels),
    }
}

/// Parts of a whole, so many of them withheld that those withheld are at least two and together no fewer than may be shown.
fn parted(parts: BTreeMap<u16, Levels>, least: u32) -> impl Iterator<Item = (u16, Shown)> {
    let mut parts: Vec<(u16, Levels)> = parts.into_iter().filter(|p| p.1.all() > 0).collect();
    parts.sort_by_key(|(number, levels)| (levels.all(), *number));
    let (mut withheld, mut left) = (0_usize, 0_u32);
    for (_, levels) in &parts {
        let few = levels.all() < least;
        let tells = withheld > 0 && (left < least || withheld < 2);
        if !few && !tells {
            break;
        }
        withheld += 1;
        left += levels.all();
    }
    let shown = move |(at, (number, levels)): (usize, (u16, Levels))| {
        let shown = if at < withheld {
            Shown::Withheld
        } else {
            Shown::Levels(levels)
        };
        (number, shown)
    };
    let mut shown: Vec<(u16, Shown)> = parts.into_iter().enumerate().map(shown).collect();
    shown.sort_by_key(|(number, _)| *number);
    shown.into_iter()
}

/// Week (of the era) → how many of a unit's ratings said what.
type Weeks = BTreeMap<i32, Vec<(Cell, Levels)>>;

const fn week(day: Date) -> i32 {
    // 1970-01-01 was a Thursday.
    (day.0 + 3).div_euclid(7)
}

/// Takes out of `cells` what isn't told yet; the last day that is.
fn hold_back(
    cells: &mut BTreeMap<Cell, Levels>,
    weeks: Weeks,
    least: u32,
    today: Date,
) -> Option<Date> {
    let (mut told, mut waiting) = (None, 0);
    for (at, levels) in weeks.range(..week(today)) {
        waiting += levels.iter().map(|(_, levels)| levels.all()).sum::<u32>();
        if waiting >= least {
            (told, waiting) = (Some(*at), 0);
        }
    }
    let later = weeks.into_iter().filter(|(at, _)| Some(*at) > told);
    for (cell, levels) in later.flat_map(|(_, levels)| levels) {
        if let Some(all) = cells.get_mut(&cell) {
            all.take(&levels);
        }
    }
    told.map(|at| Date(at * 7 - 3 + 6))
}

impl Ratings {
    /// The ratings of a unit in a period that still runs, by week. It walks back over all ratings since the period began.
    fn weeks(&self, unit: &UnitId, period: Period, first: Date) -> Weeks {
        let mut weeks: BTreeMap<i32, BTreeMap<Cell, Levels>> = BTreeMap::new();
        let unit = self.names.units.get_index_of(unit);
        let unit = unit.and_then(|unit| u32::try_from(unit).ok());
        let period = self.names.periods.get_index_of(&period);
        let period = period.and_then(|period| u16::try_from(period).ok());
        // Cases are told late, everything else in the order of days.
        let recent = self.kept.values().rev();
        let recent = recent.take_while(|kept| kept.source == Source::Case || kept.day >= first);
        let (Some(unit), Some(period)) = (unit, period) else {
            return Weeks::new();
        };
        let own = recent.filter(|kept| kept.unit == unit && kept.period == period);
        for kept in own.filter(|kept| kept.standing == Standing::Counts) {
            let cell = Cell {
                unit,
                service: kept.service,
                group: kept.group,
            };
            let cells = weeks.entry(week(kept.day)).or_default();
            cells.entry(cell).or_default().one(kept.level);
        }
        let flat = |(week, cells): (i32, BTreeMap<_, _>)| (week, cells.into_iter().collect());
        weeks.into_iter().map(flat).collect()
    }
}

/// Comments of a unit's ratings of a period, for those who handle them: of days that are told ([`told`]), once there are
/// `min_shown` ratings, in an order that says nothing. Of someone who wants to be called back the comment stands with the call
/// ([`calls`]); what was set aside isn't told.
#[must_use]
pub fn comments(state: &State, unit: &UnitId, period: Period, today: Date) -> Vec<Text> {
    let told = told(state, unit, period, today);
    let enough = |shown: Shown| matches!(shown, Shown::Levels(levels) if levels.all() > 0);
    let open_told = told.open.is_some_and(enough);
    let may = |text: &Text| match text.rating {
        None => open_told,
        Some(id) => {
            let rating = state.ratings.rating(id);
            let counts = rating.is_some_and(|rating| rating.standing == Standing::Counts);
            counts && enough(told.all) && told.until.is_some_and(|until| text.day <= until)
        }
    };
    let texts = state.ratings.texts(unit, period);
    let spoken = texts.filter(|text| text.comment.is_some() && text.call_back.is_none());
    let mut comments: Vec<Text> = spoken.filter(may).collect();
    // The ids of items are drawn at random.
    comments.sort_by_key(|text| text.comment.map(|note| note.item));
    comments
}

/// Those who want to be called back, of days that are over: they have said where, and know that it is read with what they said.
#[must_use]
pub fn calls(state: &State, unit: &UnitId, period: Period, today: Date) -> Vec<Text> {
    let texts = state.ratings.texts(unit, period);
    let wanted = texts.filter(|text| text.call_back.is_some() && text.day < today);
    let mut calls: Vec<Text> = wanted.collect();
    calls.sort_by_key(|text| (text.day, text.call_back.map(|note| note.item)));
    calls
}

#[cfg(test)]
mod tests {
    use super::*;

    fn few(n: u32) -> Levels {
        Levels {
            of: [0, 0, 0, 0, n],
            cannot_say: 0,
        }
    }

    fn withheld(sizes: &[u32]) -> Vec<bool> {
        let parts = sizes.iter().zip(0..).map(|(n, at)| (at, few(*n))).collect();
        parted(parts, 5)
            .map(|(_, shown)| shown == Shown::Withheld)
            .collect()
    }

    #[test]
    fn no_part_that_is_withheld_follows_from_the_others() {
        assert_eq!(withheld(&[10, 20]), [false, false]);
        assert_eq!(withheld(&[2, 20, 10]), [true, false, true]);
        assert_eq!(withheld(&[2, 4, 20]), [true, true, false]);
        assert_eq!(withheld(&[1, 1, 7, 20]), [true, true, true, false]);
        assert_eq!(withheld(&[3]), [true]);
    }

    #[test]
    fn a_running_period_is_told_in_weeks_that_bring_enough() {
        let cell = Cell {
            unit: 0,
            service: 0,
            group: 0,
        };
        // 2026-12-07 is a Monday.
        let monday = Date::of(2026, 12, 7).expect("a day");
        let of = |week, n| (week, vec![(cell, few(n))]);
        let (second, third) = (week(monday), week(monday) + 1);
        let told = |weeks: &[(i32, u32)], today| {
            let all = weeks.iter().map(|(_, n)| n).sum();
            let mut cells = BTreeMap::from([(cell, few(all))]);
            let weeks = weeks.iter().map(|(week, n)| of(*week, *n)).collect();
            let until = hold_back(&mut cells, weeks, 5, today);
            (until, cells.get(&cell).map_or(0, Levels::all))
        };
        let weeks = [(second - 1, 6), (second, 4), (third, 3)];
        assert_eq!(told(&weeks, monday), (Some(monday.plus(-1)), 6));
        assert_eq!(told(&weeks, monday.plus(7)), (Some(monday.plus(-1)), 6));
        assert_eq!(told(&weeks, monday.plus(14)), (Some(monday.plus(13)), 13));
        assert_eq!(told(&weeks[1..], monday.plus(7)), (None, 0));
    }
}
