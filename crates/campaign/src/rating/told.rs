//! What a unit is told of its ratings: never so that one rating can be told from the rest.
//!
//! Three things could give a rater away to someone who watches: a part of a whole that follows from the others, figures looked
//! at before and after someone rated, and words that appear just then. So parts are withheld until what they leave open is no
//! smaller than what may be shown; a period that still runs is told in whole weeks, each step at least as large; words come
//! with the weeks, in an order that has nothing to do with when they came.

use std::collections::BTreeMap;

use indexmap::IndexSet;
use inference::suppression::{Sum, suppress};
use rulebook::Period;

use super::query::{Filter, Shown, Text, least, numbered};
use super::state::{Cell, Levels, Ratings, Source};
use crate::entry::Standing;
use crate::id::Name;
use crate::{Date, State, UnitId};

/// A part of a unit's ratings, such as those of a service; `None` is what names none.
pub type Part<'r> = (Option<&'r Name>, Shown);

/// What is told of a unit's ratings of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told<'r> {
    /// The last day whose ratings are in it; none while it is too early to tell anything.
    pub until: Option<Date>,
    /// Ratings with invitation and cases that count.
    pub all: Shown,
    /// The same by service; of no service last. Services for which nobody rated are left out.
    pub services: Vec<Part<'r>>,
    /// The same by group served; of no group last. Groups by which nobody rated are left out.
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
    let least = least(state, period);
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
    let split = |of: fn(&Cell) -> u16| {
        let mut parts: BTreeMap<u16, Levels> = BTreeMap::new();
        for (cell, levels) in cells.iter().filter(|(_, levels)| levels.all() > 0) {
            parts.entry(of(cell)).or_default().add(levels);
        }
        parts
    };
    let (services, groups) = (split(|cell| cell.service), split(|cell| cell.group));
    let mut all = Levels::default();
    cells.values().for_each(|levels| all.add(levels));
    let counts = |parts: &BTreeMap<u16, Levels>| parts.values().map(Levels::all).collect();
    let (by_service, by_group): (Vec<u32>, Vec<u32>) = (counts(&services), counts(&groups));
    let mut withheld = withheld(all.all(), &[&by_service, &by_group], least).into_iter();
    let mut show = |levels: Levels| match withheld.next() {
        Some(false) => Shown::Levels(levels),
        _ => Shown::Withheld,
    };
    let all = show(all);
    let mut named = |parts: BTreeMap<u16, Levels>, names: &'r IndexSet<Name>| {
        let of = |(number, levels)| (numbered(names, number), show(levels));
        let mut parts: Vec<Part<'r>> = parts.into_iter().map(of).collect();
        parts.sort_by_key(|(name, _)| (name.is_none(), *name));
        parts
    };
    Told {
        until,
        all,
        services: named(services, &names.services),
        groups: named(groups, &names.groups),
        open: over.then(|| Shown::of(open, least)),
    }
}

impl Told<'_> {
    /// By a group; by all, where none is named.
    #[must_use]
    pub fn group(&self, group: Option<&Name>) -> Shown {
        match group {
            None => self.all,
            Some(_) => part(&self.groups, group),
        }
    }

    /// For a service.
    #[must_use]
    pub fn service(&self, service: &Name) -> Shown {
        part(&self.services, Some(service))
    }

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

fn part(parts: &[Part<'_>], wanted: Option<&Name>) -> Shown {
    let found = parts.iter().find(|(name, _)| *name == wanted);
    found.map_or(Shown::Levels(Levels::default()), |(_, shown)| *shown)
}

/// Which counts are withheld of a whole and of its parts, split once or several times: the whole first, then the parts of each
/// split in their order.
///
/// Withheld are counts of 1 to `least` − 1, and as many others as it takes so that a reader can tell none of these closer than
/// `least` apart: also the sum of what is withheld of a split is `least` or more. Where that can't be done, as the numbers
/// themselves give a count away, everything but zeros is withheld.
#[must_use]
pub fn withheld(all: u32, splits: &[&[u32]], least: u32) -> Vec<bool> {
    let mut cells = vec![u64::from(all)];
    let mut sums = Vec::new();
    for parts in splits {
        let first = cells.len();
        cells.extend(parts.iter().map(|count| u64::from(*count)));
        sums.push(Sum {
            total: 0,
            parts: (first..cells.len()).collect(),
        });
    }
    let width = f64::from(least.max(1));
    match suppress(&cells, &sums, u64::from(least), width, &[]) {
        Ok(found) if found.unprotected.is_empty() => found.withheld,
        _ => cells.iter().map(|count| *count > 0).collect(),
    }
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

    fn parts_withheld(sizes: &[u32]) -> Vec<bool> {
        withheld(sizes.iter().sum(), &[sizes], 5).split_off(1)
    }

    #[test]
    fn no_part_that_is_withheld_follows_from_the_others() {
        assert_eq!(parts_withheld(&[10, 20]), [false, false]);
        assert_eq!(parts_withheld(&[2, 20, 10]), [true, false, true]);
        assert_eq!(parts_withheld(&[2, 4, 20]), [true, true, false]);
        assert_eq!(parts_withheld(&[1, 1, 7, 20]), [true, true, true, false]);
        assert_eq!(parts_withheld(&[3]), [true]);
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
