//! What can be asked about ratings.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use indexmap::IndexSet;
use rulebook::Period;
use rulebook::figures::{MISSING, NOT_APPLICABLE};
use rulebook::model::RatingShare;
use schemars::JsonSchema;
use serde::Serialize;

use super::state::{Burst, Cell, Counts, Exclusion, Former, Kept, Levels, Ratings, Source, Words};
use super::{BatchId, BurstId, Level, Voice};
use crate::entry::Standing;
use crate::figure::{self, Tallied};
use crate::id::{Name, RatingId};
use crate::organisation::Facts;
use crate::rules::Book;
use crate::{Date, Note, State, UnitId};

/// What a numbered service or group is called; 0 is none.
pub(super) fn numbered(names: &IndexSet<Name>, number: u16) -> Option<&Name> {
    names.get_index(usize::from(number).checked_sub(1)?)
}

/// Which ratings of a period: all that fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter<'f> {
    /// Of this unit.
    pub unit: Option<&'f UnitId>,
    /// Of this service.
    pub service: Option<&'f Name>,
    /// By this group.
    pub group: Option<&'f Name>,
}

/// What may be shown of ratings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    /// Fewer than the rulebook lets be shown, but not none; or what would give those away. Never told which.
    Withheld,
    /// How many said what.
    Levels(Levels),
}

/// A rating, as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rating<'r> {
    /// Its id.
    pub id: RatingId,
    /// The unit.
    pub unit: &'r UnitId,
    /// The service.
    pub service: Option<&'r Name>,
    /// The group.
    pub group: Option<&'r Name>,
    /// Who rates.
    pub voice: Voice,
    /// The level; `None` is "can't say".
    pub level: Option<Level>,
    /// Tags ticked.
    pub tags: &'r [Name],
    /// The day.
    pub day: Date,
    /// The period it counts in.
    pub period: Period,
    /// Whether it counts.
    pub standing: Standing,
    /// Whether it is a case of a hotline.
    pub from_hotline: bool,
    /// What it said before it was revised.
    pub former: Option<Former>,
    /// A proposal to exclude it.
    pub exclusion: Option<&'r Exclusion>,
}

/// The words of a rating.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// The rating; `None` where it came without invitation.
    pub rating: Option<RatingId>,
    /// The level.
    pub level: Option<Level>,
    /// The day on which it was given: never to be shown with a comment.
    pub day: Date,
    /// The comment.
    pub comment: Option<Note>,
    /// Where to call back.
    pub call_back: Option<Note>,
    /// The day on which that was done.
    pub called: Option<Date>,
}

/// An invitation, as whoever holds its code is told about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invitation<'r> {
    /// The batch it belongs to.
    pub batch: BatchId,
    /// The unit to be rated.
    pub unit: &'r UnitId,
    /// The service.
    pub service: Option<&'r Name>,
    /// The group.
    pub group: Option<&'r Name>,
    /// Who rates.
    pub voice: Voice,
    /// How many codes the batch has.
    pub codes: u32,
    /// Its last valid day.
    pub until: Date,
    /// Whether it was cancelled.
    pub cancelled: bool,
}

impl Ratings {
    /// The invitation of a ticket; `None` where there is none, or it has long expired.
    #[must_use]
    pub fn invitation(&self, ticket: crate::id::Ticket) -> Option<Invitation<'_>> {
        self.batch_facts(BatchId(*self.tickets.get(&ticket)?))
    }

    fn batch_facts(&self, id: BatchId) -> Option<Invitation<'_>> {
        let batch = self.batches.get(&id.0)?;
        Some(Invitation {
            batch: id,
            unit: self.unit(batch.unit)?,
            service: numbered(&self.names.services, batch.service),
            group: numbered(&self.names.groups, batch.group),
            voice: batch.voice,
            codes: batch.codes,
            until: batch.until,
            cancelled: batch.cancelled,
        })
    }

    /// The batches of a unit that haven't long expired, oldest first.
    pub fn batches_of<'r>(&'r self, unit: &'r UnitId) -> impl Iterator<Item = Invitation<'r>> {
        let facts = self.batches.keys().map(|id| BatchId(*id));
        let facts = facts.filter_map(|id| self.batch_facts(id));
        facts.filter(move |batch| batch.unit == unit)
    }

    /// Until when a rating can be revised; `None` where it can't be (any more).
    #[must_use]
    pub fn revisable(&self, id: RatingId) -> Option<Date> {
        let kept = self.kept.get(&id)?;
        (kept.source == Source::Code && kept.standing != Standing::SetAside)
            .then_some(kept.revise_until)
    }

    /// A rating.
    #[must_use]
    pub fn rating(&self, id: RatingId) -> Option<Rating<'_>> {
        let index = self.index(id)?;
        let kept = self.kept.get(&id)?;
        let names = &self.names;
        let tags = names.tag_sets.get_index(usize::try_from(kept.tags).ok()?)?;
        Some(Rating {
            id,
            unit: names.units.get_index(usize::try_from(kept.unit).ok()?)?,
            service: numbered(&names.services, kept.service),
            group: numbered(&names.groups, kept.group),
            voice: kept.voice,
            level: kept.level,
            tags,
            day: kept.day,
            period: *names.periods.get_index(usize::from(kept.period))?,
            standing: kept.standing,
            from_hotline: kept.source == Source::Case,
            former: self.former.get(&index).copied(),
            exclusion: self.proposed.get(&index),
        })
    }

    /// How many ratings there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// All ratings, in the order in which they came. For audits: it walks over all of them.
    pub fn all(&self) -> impl Iterator<Item = Rating<'_>> {
        self.kept.keys().filter_map(|id| self.rating(*id))
    }

    /// How many ratings of a period that count said what, by unit: all of them, for scoring and for the noise of a share. What
    /// people see is [`shown`].
    #[must_use]
    pub fn levels(&self, period: Period, group: Option<&Name>) -> BTreeMap<&UnitId, Levels> {
        let filter = Filter {
            group,
            ..Filter::default()
        };
        let mut levels: BTreeMap<&UnitId, Levels> = BTreeMap::new();
        for (cell, counts) in self.cells(period, filter) {
            if let Some(unit) = self.unit(cell.unit) {
                levels.entry(unit).or_default().add(&counts.counting);
            }
        }
        levels
    }

    /// How many codes were given out in a period, and how many of them were cancelled.
    #[must_use]
    pub fn invited(&self, period: Period, filter: Filter<'_>) -> (u32, u32) {
        self.cells(period, filter)
            .fold((0, 0), |(invited, cancelled), (_, counts)| {
                (invited + counts.invited, cancelled + counts.cancelled)
            })
    }

    /// How many ratings of a period wait for a decision, and how many were set aside. These are shown however few they are.
    #[must_use]
    pub fn not_counting(&self, period: Period, filter: Filter<'_>) -> (u32, u32) {
        self.cells(period, filter)
            .fold((0, 0), |(held, aside), (_, counts)| {
                (held + counts.held, aside + counts.set_aside)
            })
    }

    /// How often tags were ticked in ratings of a unit in a period that count.
    #[must_use]
    pub fn tags(&self, unit: &UnitId, period: Period) -> BTreeMap<&Name, u32> {
        let mut tags = BTreeMap::new();
        let number = self.names.units.get_index_of(unit);
        let number = number.and_then(|number| u32::try_from(number).ok());
        let (Some(number), Some(tallies)) = (number, self.period(period)) else {
            return tags;
        };
        let of_unit = tallies.tags.range((number, 0)..=(number, u32::MAX));
        for ((_, set), count) in of_unit {
            let at = usize::try_from(*set).unwrap_or(usize::MAX);
            for tag in self.names.tag_sets.get_index(at).into_iter().flatten() {
                *tags.entry(tag).or_default() += count;
            }
        }
        tags
    }

    /// Comments and wishes to be called back of a unit in a period, all of them; what is shown is [`comments`](super::comments)
    /// and [`calls`](super::calls).
    pub fn texts(&self, unit: &UnitId, period: Period) -> impl Iterator<Item = Text> {
        let number = self.names.units.get_index_of(unit);
        let number = number.and_then(|number| u32::try_from(number).ok());
        let period = self.names.periods.get_index_of(&period);
        let period = period.and_then(|period| u16::try_from(period).ok());
        let key = period.zip(number);
        let invited = key.into_iter().flat_map(|(period, unit)| {
            let range = (period, unit, 0)..=(period, unit, u32::MAX);
            self.words.range(range)
        });
        let invited = invited.filter_map(|((_, _, at), words)| {
            let (id, kept) = self.at(*at)?;
            Some(text(Some(*id), (kept.level, kept.day), words))
        });
        let open = key.and_then(|key| self.open_words.get(&key));
        let open = open.into_iter().flatten();
        invited.chain(open.map(|(level, day, words)| text(None, (*level, *day), words)))
    }

    /// Whether a rater wants to be called back and hasn't been.
    pub(super) fn wants_call(&self, index: u32) -> bool {
        let kept = self.at(index).map(|(_, kept)| kept);
        let words = kept.and_then(|kept| self.words.get(&(kept.period, kept.unit, index)));
        words.is_some_and(|words| words.call_back.is_some() && words.called.is_none())
    }

    /// How many low ratings of a unit's service came in on a day: what a rectification is about.
    #[must_use]
    pub fn low_on(&self, unit: &UnitId, service: Option<&Name>, day: Date) -> u32 {
        let unit = self.names.units.get_index_of(unit);
        let unit = unit.and_then(|unit| u32::try_from(unit).ok());
        let service = match service {
            None => Some(0),
            Some(name) => {
                let at = self.names.services.get_index_of(name);
                at.and_then(|at| u16::try_from(at + 1).ok())
            }
        };
        let key = unit
            .zip(service)
            .map(|(unit, service)| (day, unit, service));
        key.and_then(|key| self.low_counts.get(&key).copied())
            .unwrap_or(0)
    }

    /// A burst.
    #[must_use]
    pub fn burst(&self, id: BurstId) -> Option<&Burst> {
        self.bursts.get(usize::try_from(id.0).ok()?)
    }

    /// All bursts, oldest first.
    pub fn bursts(&self) -> impl DoubleEndedIterator<Item = (BurstId, &Burst)> {
        let id = |at: usize| BurstId(u32::try_from(at).unwrap_or(u32::MAX));
        let bursts = self.bursts.iter().enumerate();
        bursts.map(move |(at, burst)| (id(at), burst))
    }

    /// Bursts that something is still to be decided about, the most urgent first.
    pub fn unsettled(&self) -> impl Iterator<Item = (BurstId, &Burst)> {
        let ids = self.unsettled.iter().map(|(_, id)| *id);
        ids.filter_map(|id| Some((id, self.burst(id)?)))
    }

    /// The ratings of a burst.
    pub fn of_burst<'r>(&'r self, burst: &'r Burst) -> impl Iterator<Item = RatingId> + 'r {
        let ids = burst.ratings.iter().filter_map(|at| self.at(*at));
        ids.map(|(id, _)| *id)
    }

    /// The ratings of a burst that are held.
    pub fn held<'r>(&'r self, burst: &'r Burst) -> impl Iterator<Item = RatingId> + 'r {
        let kept = burst.ratings.iter().filter_map(|at| self.at(*at));
        kept.filter(|(_, kept): &(_, &Kept)| kept.standing == Standing::Held)
            .map(|(id, _)| *id)
    }

    /// Exclusions that wait for a second person.
    pub fn exclusions(&self) -> impl Iterator<Item = (RatingId, &Exclusion)> {
        let of = |(at, exclusion)| Some((*self.at(at)?.0, exclusion));
        self.proposed
            .iter()
            .map(|(at, exclusion)| (*at, exclusion))
            .filter_map(of)
    }

    /// How many codes a batch has, and its last valid day; `None` once it has long expired.
    #[must_use]
    pub fn batch(&self, id: BatchId) -> Option<(u32, Date)> {
        let batch = self.batches.get(&id.0)?;
        Some((batch.codes, batch.until))
    }

    fn period(&self, period: Period) -> Option<&super::state::Tallies> {
        let at = self.names.periods.get_index_of(&period)?;
        self.tallies.get(at)
    }

    fn unit(&self, number: u32) -> Option<&UnitId> {
        self.names.units.get_index(usize::try_from(number).ok()?)
    }

    pub(super) fn cells<'r>(
        &'r self,
        period: Period,
        filter: Filter<'r>,
    ) -> impl Iterator<Item = (&'r Cell, &'r Counts)> {
        let same = |wanted: Option<&Name>, name: Option<&Name>| {
            wanted.is_none_or(|wanted| name == Some(wanted))
        };
        let fits = move |cell: &Cell| {
            let names = &self.names;
            same(filter.service, numbered(&names.services, cell.service))
                && same(filter.group, numbered(&names.groups, cell.group))
        };
        let cells = self.period(period).zip(self.range(filter.unit));
        let cells = cells.map(|(tallies, range)| tallies.cells.range(range));
        cells
            .into_iter()
            .flatten()
            .filter(move |(cell, _)| fits(cell))
    }

    /// The cells of a unit, or of all; `None` where the unit was never rated.
    fn range(&self, unit: Option<&UnitId>) -> Option<RangeInclusive<Cell>> {
        let (first, last) = match unit {
            None => (0, u32::MAX),
            Some(unit) => {
                let at = u32::try_from(self.names.units.get_index_of(unit)?).ok()?;
                (at, at)
            }
        };
        let cell = |unit, rest| Cell {
            unit,
            service: rest,
            group: rest,
        };
        Some(cell(first, 0)..=cell(last, u16::MAX))
    }
}

const fn text(
    rating: Option<RatingId>,
    (level, day): (Option<Level>, Date),
    words: &Words,
) -> Text {
    Text {
        rating,
        level,
        day,
        comment: words.comment,
        call_back: words.call_back,
        called: words.called,
    }
}

/// From how many ratings on they are shown in a period.
pub(super) fn least(state: &State, period: Period) -> u32 {
    let book = state.rules.of(period);
    book.map_or(u32::MAX, |book| book.campaign.file.ratings.min_shown)
}

impl Shown {
    /// Ratings looked at alone: nothing that they are a part of is shown.
    pub(super) fn of(levels: Levels, least: u32) -> Self {
        match levels.all() {
            few if 0 < few && few < least => Self::Withheld,
            _ => Self::Levels(levels),
        }
    }
}

/// Ratings with invitation and cases of a period that count, and ratings without invitation beside them, as far as the
/// rulebook lets them be shown.
///
/// For one cell that stands alone. Where parts stand beside a whole, one left out would follow from the rest: there it is
/// [`told`](super::told()).
#[must_use]
pub fn shown(state: &State, period: Period, filter: Filter<'_>) -> (Shown, Shown) {
    let least = least(state, period);
    let (mut counting, mut open) = (Levels::default(), Levels::default());
    for (_, counts) in state.ratings.cells(period, filter) {
        counting.add(&counts.counting);
        open.add(&counts.open);
    }
    (Shown::of(counting, least), Shown::of(open, least))
}

/// The measure of a period that ratings yield: the share of the highest levels among those that named one. "Can't say" is no
/// level.
///
/// A unit whose category offers no service (to the group) and that nobody rated has no such figure; one that offers some and
/// that nobody rated has a missing one.
#[must_use]
pub fn tally(state: &State, share: &RatingShare, period: Period) -> Tallied {
    let mut tallied = Tallied::new();
    let Some(book) = state.rules.of(period) else {
        return tallied;
    };
    let group = share.group.as_ref().map(|group| Name::from(group.as_str()));
    let levels = state.ratings.levels(period, group.as_ref());
    let last_day = book.calendar.last_day(period);
    for (unit, facts) in state.organisation.units(last_day) {
        let gap = if offers(book, facts, group.as_ref()) {
            MISSING
        } else {
            NOT_APPLICABLE
        };
        let nobody = figure::Cell {
            value: gap,
            n: Some(0.0),
        };
        tallied.insert(unit.clone(), nobody);
    }
    for (unit, levels) in levels {
        let n = levels.rated();
        if n > 0 {
            let n = f64::from(n);
            let cell = figure::Cell {
                value: f64::from(levels.top(share.top_levels)) / n,
                n: Some(n),
            };
            tallied.insert(unit.clone(), cell);
        }
    }
    tallied
}

/// Whether units of a category offer any service, to a group where one is named.
fn offers(book: &Book, facts: &Facts, group: Option<&Name>) -> bool {
    let mut services = book.campaign.services.iter().map(|written| &written.item);
    let names = |ids: &[rulebook::model::Id], name: &Name| {
        ids.is_empty() || ids.iter().any(|id| id.as_str() == name.as_str())
    };
    services.any(|service| {
        names(&service.categories, &facts.category)
            && group.is_none_or(|group| names(&service.served, group))
    })
}
