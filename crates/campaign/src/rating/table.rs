//! Ratings of a unit as they may be published: the whole beside its parts, so withheld that no part follows from the rest.
//!
//! The whole is split by group and, once more, by service. What is published of a unit in a period is these three and nothing
//! finer. Units are never added up with one withheld among them, so that each unit can be looked at alone.

use std::collections::BTreeMap;

use inference::suppression::{Sum, suppress};
use rulebook::Period;
use serde::Serialize;

use super::query::{Filter, Shown, least, numbered};
use super::state::{Cell, Levels};
use crate::id::Name;
use crate::{State, UnitId};

/// What may be published of a unit's ratings in a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Table<'r> {
    /// All that count.
    pub all: Shown,
    /// Those that count, by group; of no group last. Groups by which nobody rated are left out.
    pub groups: Vec<(Option<&'r Name>, Shown)>,
    /// Those that count, by service; of no service last. Services for which nobody rated are left out.
    pub services: Vec<(Option<&'r Name>, Shown)>,
    /// Those without invitation, apart: never among the others, never split.
    pub open: Shown,
}

impl Table<'_> {
    /// By a group; by all, where none is named.
    #[must_use]
    pub fn group(&self, group: Option<&Name>) -> Shown {
        match group {
            None => self.all,
            Some(_) => of(&self.groups, group),
        }
    }

    /// For a service.
    #[must_use]
    pub fn service(&self, service: &Name) -> Shown {
        of(&self.services, Some(service))
    }
}

fn of(parts: &[(Option<&Name>, Shown)], wanted: Option<&Name>) -> Shown {
    let found = parts.iter().find(|(name, _)| *name == wanted);
    found.map_or(Shown::Levels(Levels::default()), |(_, shown)| *shown)
}

/// What may be published of the ratings of a unit in a period.
#[must_use]
pub fn table<'r>(state: &'r State, period: Period, unit: &'r UnitId) -> Table<'r> {
    let filter = Filter {
        unit: Some(unit),
        ..Filter::default()
    };
    let (mut all, mut open) = (Levels::default(), Levels::default());
    let (mut groups, mut services) = (BTreeMap::new(), BTreeMap::new());
    for (cell, counts) in state.ratings.cells(period, filter) {
        let Cell { group, service, .. } = *cell;
        all.add(&counts.counting);
        open.add(&counts.open);
        let add = |parts: &mut BTreeMap<u16, Levels>, part| {
            parts.entry(part).or_default().add(&counts.counting);
        };
        add(&mut groups, group);
        add(&mut services, service);
    }
    // A cell may be there for invitations alone.
    groups.retain(|_, levels| levels.all() > 0);
    services.retain(|_, levels| levels.all() > 0);
    let counts = |parts: &BTreeMap<u16, Levels>| parts.values().map(Levels::all).collect();
    let (by_group, by_service): (Vec<u32>, Vec<u32>) = (counts(&groups), counts(&services));
    let least = least(state, period);
    let withheld = withheld(all.all(), &[&by_group, &by_service], least);
    let mut withheld = withheld.into_iter();
    let mut show = |levels: Levels| match withheld.next() {
        Some(false) => Shown::Levels(levels),
        _ => Shown::Withheld,
    };
    let names = &state.ratings.names;
    let all = show(all);
    let mut named = |parts: BTreeMap<u16, Levels>, names: &'r indexmap::IndexSet<Name>| {
        let of = |(number, levels)| (numbered(names, number), show(levels));
        let mut parts: Vec<(Option<&Name>, Shown)> = parts.into_iter().map(of).collect();
        parts.sort_by_key(|(name, _)| (name.is_none(), *name));
        parts
    };
    Table {
        all,
        groups: named(groups, &names.groups),
        services: named(services, &names.services),
        open: Shown::of(open, least),
    }
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
