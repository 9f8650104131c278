//! From marks to what the likelihood needs of them: who has which marks from whom, counted once for all who are alike.
#![expect(
    clippy::indexing_slicing,
    reason = "positions are checked by `checked` before anything is counted"
)]

use std::collections::BTreeMap;

use super::{Extreme, Fault, Marks, Model, Slopes, Steps};
use crate::Invalid;

/// A judge's marks on an item: all of them have the same probabilities.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub judge: usize,
    pub item: usize,
    /// Which slope its marks count with.
    pub unit: usize,
}

/// What a slope belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Unit {
    pub judge: Option<usize>,
    pub item: Option<usize>,
}

/// Persons who have the same likelihood but for a constant: marks from the same cells, and the same sum in each unit.
#[derive(Clone, Debug)]
pub(super) struct Class {
    pub design: usize,
    /// Sum of the marks by unit.
    pub scores: Vec<(usize, f64)>,
    pub count: f64,
}

/// One mark that tells something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    pub person: usize,
    pub cell: usize,
    /// Its place among the item's categories in use.
    pub category: usize,
}

/// The marks, counted.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    /// The categories in use, by item; one alone tells nothing, and the item's marks are left out.
    pub used: Vec<Vec<u8>>,
    /// Judges whose every mark is the lowest, or the highest; their marks are left out.
    pub extreme: Vec<Option<Extreme>>,
    pub cells: Vec<Cell>,
    pub units: Vec<Unit>,
    pub designs: Vec<Vec<usize>>,
    pub classes: Vec<Class>,
    /// The class of each person; `None` without a mark that counts.
    pub class_of: Vec<Option<usize>>,
    /// Every mark that counts, by person.
    pub marks: Vec<Mark>,
    /// How many marks each category in use has, by item.
    pub counts: Vec<Vec<f64>>,
}

impl Tally {
    pub(super) fn new(marks: &Marks<'_>, model: &Model) -> Result<Self, Fault> {
        checked(marks)?;
        let (kept, used, extreme) = telling(marks, model.steps);
        if kept.is_empty() {
            return Err(Fault::NoVariation);
        }
        let (cells, units) = cells(&kept, model.slopes);
        let place: BTreeMap<(usize, usize), usize> = (0..)
            .zip(&cells)
            .map(|(at, cell)| ((cell.judge, cell.item), at))
            .collect();
        let mut counts: Vec<Vec<f64>> = used.iter().map(|used| vec![0.0; used.len()]).collect();
        let mut all: Vec<Mark> = Vec::with_capacity(kept.len());
        for raw in &kept {
            let category = used[raw.item].iter().position(|mark| *mark == raw.mark);
            let category = category.unwrap_or_default();
            counts[raw.item][category] += 1.0;
            all.push(Mark {
                person: raw.person,
                cell: place[&(raw.judge, raw.item)],
                category,
            });
        }
        all.sort_by_key(|mark| (mark.person, mark.cell, mark.category));
        let mut tally = Self {
            used,
            extreme,
            cells,
            units,
            designs: Vec::new(),
            classes: Vec::new(),
            class_of: vec![None; marks.persons],
            marks: all,
            counts,
        };
        tally.classify();
        Ok(tally)
    }

    /// How far a category in use lies over the lowest of its item.
    pub(super) fn step(&self, item: usize, category: usize) -> f64 {
        f64::from(self.used[item][category]) - f64::from(self.used[item][0])
    }

    fn classify(&mut self) {
        let mut designs: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
        let mut classes: BTreeMap<(usize, Vec<(usize, u64)>), usize> = BTreeMap::new();
        for marks in self.marks.chunk_by(|a, b| a.person == b.person) {
            let design: Vec<usize> = marks.iter().map(|mark| mark.cell).collect();
            let next = designs.len();
            let design = *designs.entry(design).or_insert(next);
            let mut sums: BTreeMap<usize, u64> = BTreeMap::new();
            for mark in marks {
                let cell = self.cells[mark.cell];
                let used = &self.used[cell.item];
                let step = u64::from(used[mark.category] - used[0]);
                *sums.entry(cell.unit).or_default() += step;
            }
            let key = (design, sums.into_iter().collect());
            let next = classes.len();
            let class = *classes.entry(key).or_insert(next);
            if let Some(mark) = marks.first() {
                self.class_of[mark.person] = Some(class);
            }
        }
        self.designs = by_place(designs);
        self.classes = by_place(classes)
            .into_iter()
            .map(|(design, scores)| Class {
                design,
                scores: scores
                    .into_iter()
                    .map(|(at, sum)| (at, sum as f64))
                    .collect(),
                count: 0.0,
            })
            .collect();
        for class in self.class_of.iter().flatten() {
            self.classes[*class].count += 1.0;
        }
    }
}

/// The keys in the order of their numbers.
fn by_place<K: Ord>(map: BTreeMap<K, usize>) -> Vec<K> {
    let mut keys: Vec<(usize, K)> = map.into_iter().map(|(key, at)| (at, key)).collect();
    keys.sort_by_key(|(at, _)| *at);
    keys.into_iter().map(|(_, key)| key).collect()
}

#[derive(Clone, Copy)]
struct Raw {
    person: usize,
    judge: usize,
    item: usize,
    mark: u8,
}

fn checked(marks: &Marks<'_>) -> Result<(), Invalid> {
    let rows = marks.person.len();
    Invalid::check_length("judge", rows, marks.judge.len())?;
    Invalid::check_length("marks", rows * marks.items, marks.marks.len())?;
    within("person", marks.person, marks.persons)?;
    within("judge", marks.judge, marks.judges)
}

fn within(what: &'static str, positions: &[usize], count: usize) -> Result<(), Invalid> {
    match positions.iter().position(|position| *position >= count) {
        None => Ok(()),
        Some(at) => Err(Invalid::Range {
            what,
            at,
            value: positions[at] as f64,
            expected: "under their number",
        }),
    }
}

type Telling = (Vec<Raw>, Vec<Vec<u8>>, Vec<Option<Extreme>>);

/// The marks that tell something. A judge whose every mark is extreme has no finite severity, and in the limit his marks have
/// probability one whoever is marked; so have those of an item that has one category. Leaving some out may make others extreme.
fn telling(marks: &Marks<'_>, steps: Steps) -> Telling {
    let mut extreme = vec![None; marks.judges];
    let mut kept = raw(marks);
    loop {
        let used = used(&kept, marks.items, steps);
        let before = kept.len();
        let ends = ends(&kept, marks.items, |mark| mark.item, &used);
        kept.retain(|mark| !(ends[mark.item].0 || ends[mark.item].1));
        let several = kept.iter().any(|mark| mark.judge != kept[0].judge);
        if several {
            let ends = self::ends(&kept, marks.judges, |mark| mark.judge, &used);
            for raw in &kept {
                extreme[raw.judge] = match ends[raw.judge] {
                    (true, _) => Some(Extreme::Severe),
                    (_, true) => Some(Extreme::Lenient),
                    _ => None,
                };
            }
            kept.retain(|mark| extreme[mark.judge].is_none());
        }
        if kept.len() == before {
            return (kept, used, extreme);
        }
    }
}

fn raw(marks: &Marks<'_>) -> Vec<Raw> {
    let rows = marks.person.iter().zip(marks.judge);
    let rows = rows.zip(marks.marks.chunks(marks.items.max(1)));
    rows.flat_map(|((person, judge), marks)| {
        let given = (0..).zip(marks);
        given.filter_map(|(item, mark)| {
            Some(Raw {
                person: *person,
                judge: *judge,
                item,
                mark: (*mark)?,
            })
        })
    })
    .collect()
}

/// The categories in use, by item; with common steps those of any item.
fn used(kept: &[Raw], items: usize, steps: Steps) -> Vec<Vec<u8>> {
    let mut used: Vec<Vec<u8>> = vec![Vec::new(); items];
    for raw in kept {
        if let Err(at) = used[raw.item].binary_search(&raw.mark) {
            used[raw.item].insert(at, raw.mark);
        }
    }
    if steps == Steps::Common {
        let mut any: Vec<u8> = used.concat();
        any.sort_unstable();
        any.dedup();
        used.fill(any);
    }
    used
}

/// Whether every mark of each is the lowest of its item, and whether every one is the highest.
fn ends(
    kept: &[Raw],
    count: usize,
    of: impl Fn(&Raw) -> usize,
    used: &[Vec<u8>],
) -> Vec<(bool, bool)> {
    let mut ends = vec![(true, true); count];
    for raw in kept {
        let used = &used[raw.item];
        let (lowest, highest) = &mut ends[of(raw)];
        *lowest &= used.first() == Some(&raw.mark);
        *highest &= used.last() == Some(&raw.mark);
    }
    ends
}

fn cells(kept: &[Raw], slopes: Slopes) -> (Vec<Cell>, Vec<Unit>) {
    let mut pairs: Vec<(usize, usize)> = kept.iter().map(|raw| (raw.judge, raw.item)).collect();
    pairs.sort_unstable();
    pairs.dedup();
    let unit = |(judge, item): (usize, usize)| Unit {
        judge: slopes.of_judges().then_some(judge),
        item: slopes.of_items().then_some(item),
    };
    let mut units: Vec<Unit> = pairs.iter().map(|pair| unit(*pair)).collect();
    units.sort_unstable();
    units.dedup();
    let cell = |(judge, item)| Cell {
        judge,
        item,
        unit: units
            .binary_search(&unit((judge, item)))
            .unwrap_or_default(),
    };
    (pairs.iter().map(|pair| cell(*pair)).collect(), units)
}
