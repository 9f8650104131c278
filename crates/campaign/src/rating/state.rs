//! What is known of ratings: compact, with counters that every entry keeps exact.
//!
//! A rating costs about 60 bytes with its place in the index: units, services, groups, periods and sets of tags are numbered once and kept as numbers.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::{IndexMap, IndexSet};
use rulebook::Period;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::query::numbered;
use super::{
    BatchId, BurstId, CaseTold, Finding, Given, Invited, Level, OpenGiven, Revised, Voice,
};
use crate::entry::Standing;
use crate::id::{Name, RatingId, Ticket};
use crate::{Actor, Date, Inconsistent, Note, UnitId};

/// Days after its last valid day for which a code can still be told from one that never was.
const TICKET_KEPT_DAYS: i32 = 30;
/// Days for which the low ratings of a day are kept together, in case clocks disagree about midnight.
const LOW_KEPT_DAYS: i32 = 2;

/// How many ratings said what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Levels {
    /// By level, the lowest first.
    pub of: [u32; 5],
    /// "Can't say".
    pub cannot_say: u32,
}

impl Levels {
    /// How many named a level.
    #[must_use]
    pub fn rated(&self) -> u32 {
        self.of.iter().sum()
    }

    /// How many there are, those that can't say included.
    #[must_use]
    pub fn all(&self) -> u32 {
        self.rated() + self.cannot_say
    }

    /// How many named one of the `top` highest levels.
    #[must_use]
    pub fn top(&self, top: u8) -> u32 {
        self.of.iter().rev().take(usize::from(top)).sum()
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.of.iter_mut().zip(other.of) {
            *mine += theirs;
        }
        self.cannot_say += other.cannot_say;
    }

    /// Takes others out again.
    pub(super) fn take(&mut self, other: &Self) {
        for (mine, theirs) in self.of.iter_mut().zip(other.of) {
            *mine = mine.saturating_sub(theirs);
        }
        self.cannot_say = self.cannot_say.saturating_sub(other.cannot_say);
    }

    /// Counts one more.
    pub(super) fn one(&mut self, level: Option<Level>) {
        *self.slot(level) += 1;
    }

    fn slot(&mut self, level: Option<Level>) -> &mut u32 {
        match level {
            None => &mut self.cannot_say,
            Some(level) => {
                let [one, two, three, four, five] = &mut self.of;
                match level {
                    Level::VeryLow => one,
                    Level::Low => two,
                    Level::Middle => three,
                    Level::High => four,
                    Level::VeryHigh => five,
                }
            }
        }
    }
}

/// A burst: many low ratings of one unit in one day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Burst {
    /// The unit.
    pub unit: UnitId,
    /// The day.
    pub day: Date,
    /// The last day for a decision.
    pub decide_by: Date,
    /// What it was found to be.
    pub finding: Option<Finding>,
    /// Whether nothing more is to be decided about it.
    pub settled: bool,
    pub(super) ratings: Vec<u32>,
}

/// An exclusion proposed, not yet confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusion {
    /// Who has proposed it; not the one who may confirm it.
    pub by: Actor,
    /// The burst it belongs to.
    pub burst: Option<BurstId>,
    /// Why.
    pub reason: Note,
}

/// What a rating said before it was revised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    /// The level.
    pub level: Option<Level>,
    /// Its comment.
    pub comment: Option<Note>,
    /// The period it counted in.
    pub(super) period: u16,
    /// Whether it still counts there, that period having been cut off before the revision.
    pub stays: bool,
    pub(super) standing: Standing,
    pub(super) tags: u32,
}

/// A batch of codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Batch {
    pub unit: u32,
    pub service: u16,
    pub group: u16,
    pub period: u16,
    pub until: Date,
    pub codes: u32,
    pub voice: Voice,
    pub cancelled: bool,
}

/// A rating. Numbers are those of [`Names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub unit: u32,
    pub tags: u32,
    pub day: Date,
    pub revise_until: Date,
    pub service: u16,
    pub group: u16,
    pub period: u16,
    pub level: Option<Level>,
    pub standing: Standing,
    pub low: bool,
    pub voice: Voice,
    pub source: Source,
}

/// Where a rating comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Source {
    Code,
    RevisedCode,
    Case,
}

/// Comment and call-back of a rating.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Words {
    pub comment: Option<Note>,
    pub call_back: Option<Note>,
    pub called: Option<Date>,
}

/// Level, day and words of a rating without invitation.
type OpenWords = (Option<Level>, Date, Words);

/// Whose counter: numbers of [`Names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Cell {
    pub unit: u32,
    pub service: u16,
    pub group: u16,
}

/// The counters of a cell in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Counts {
    pub counting: Levels,
    pub open: Levels,
    pub held: u32,
    pub set_aside: u32,
    pub invited: u32,
    pub cancelled: u32,
}

/// The counters of a period.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Tallies {
    pub cells: BTreeMap<Cell, Counts>,
    /// (unit, set of tags) → ratings that count.
    pub tags: BTreeMap<(u32, u32), u32>,
}

/// Things numbered once. Of services and groups 0 is none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Names {
    pub units: IndexSet<UnitId>,
    pub services: IndexSet<Name>,
    pub groups: IndexSet<Name>,
    pub periods: IndexSet<Period>,
    pub tag_sets: IndexSet<Vec<Name>>,
}

impl Names {
    fn unit(&mut self, unit: &UnitId) -> Result<u32, Inconsistent> {
        let at = match self.units.get_index_of(unit) {
            Some(at) => at,
            None => self.units.insert_full(unit.clone()).0,
        };
        u32::try_from(at).map_err(|_| too_many("units"))
    }

    fn period(&mut self, period: Period) -> Result<u16, Inconsistent> {
        let (at, _) = self.periods.insert_full(period);
        u16::try_from(at).map_err(|_| too_many("periods"))
    }

    fn cell(
        &mut self,
        unit: &UnitId,
        service: Option<&Name>,
        group: Option<&Name>,
    ) -> Result<Cell, Inconsistent> {
        Ok(Cell {
            unit: self.unit(unit)?,
            service: optional(&mut self.services, service)?,
            group: optional(&mut self.groups, group)?,
        })
    }

    fn tags(&mut self, tags: &BTreeSet<Name>) -> Result<u32, Inconsistent> {
        let set: Vec<Name> = tags.iter().cloned().collect();
        let (at, _) = self.tag_sets.insert_full(set);
        u32::try_from(at).map_err(|_| too_many("sets of tags"))
    }
}

fn optional(names: &mut IndexSet<Name>, name: Option<&Name>) -> Result<u16, Inconsistent> {
    let Some(name) = name else { return Ok(0) };
    let at = match names.get_index_of(name) {
        Some(at) => at,
        None => names.insert_full(name.clone()).0,
    };
    u16::try_from(at + 1).map_err(|_| too_many("services or groups"))
}

fn too_many(what: &str) -> Inconsistent {
    Inconsistent(format!("there are more {what} than can be numbered"))
}

/// Ratings by those served.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ratings {
    pub(super) names: Names,
    pub(super) kept: IndexMap<RatingId, Kept>,
    pub(super) tallies: Vec<Tallies>,
    /// (period, unit, rating) → its words.
    pub(super) words: BTreeMap<(u16, u32, u32), Words>,
    /// Words of ratings without invitation: (period, unit), in the order in which they came.
    pub(super) open_words: BTreeMap<(u16, u32), Vec<OpenWords>>,
    /// Rating → what it said before.
    pub(super) former: BTreeMap<u32, Former>,
    next_batch: u32,
    pub(super) batches: BTreeMap<u32, Batch>,
    pub(super) tickets: IndexMap<Ticket, u32>,
    expiring: BTreeMap<Date, Vec<Ticket>>,
    /// Day → unit → its low ratings that no burst has been decided about.
    lows: BTreeMap<Date, BTreeMap<u32, Vec<u32>>>,
    /// (Day, unit, service) → how many low ratings.
    pub(super) low_counts: BTreeMap<(Date, u32, u16), u32>,
    /// (Day, unit, service) with low ratings that no rectification was opened for.
    to_rectify: BTreeSet<(Date, u32, u16)>,
    pub(super) bursts: Vec<Burst>,
    /// Bursts that something is still to be decided about, by the last day for it.
    pub(super) unsettled: BTreeSet<(Date, BurstId)>,
    /// (Unit, day) → the burst that is not yet decided on.
    bursting: BTreeMap<(u32, Date), BurstId>,
    pub(super) proposed: BTreeMap<u32, Exclusion>,
}

impl Ratings {
    /// The number of the next batch.
    pub(super) const fn next_batch(&self) -> BatchId {
        BatchId(self.next_batch)
    }

    /// The number of the next burst.
    pub(super) fn next_burst(&self) -> BurstId {
        BurstId(u32::try_from(self.bursts.len()).unwrap_or(u32::MAX))
    }

    /// The burst of a unit and day that is not yet decided on.
    pub(super) fn bursting(&self, unit: &UnitId, day: Date) -> Option<BurstId> {
        let unit = u32::try_from(self.names.units.get_index_of(unit)?).ok()?;
        self.bursting.get(&(unit, day)).copied()
    }

    /// How many ratings of a unit that were low on a day still are, and count.
    pub(super) fn lows(&self, unit: &UnitId, day: Date) -> usize {
        let unit = self.names.units.get_index_of(unit);
        let unit = unit.and_then(|unit| u32::try_from(unit).ok());
        let lows = unit.and_then(|unit| self.lows.get(&day)?.get(&unit));
        let counts = |at: &&u32| {
            let kept = self.at(**at).map(|(_, kept)| kept);
            kept.is_some_and(|kept| kept.low && kept.standing == Standing::Counts)
        };
        lows.map_or(0, |lows| lows.iter().filter(counts).count())
    }

    pub(super) fn at(&self, index: u32) -> Option<(&RatingId, &Kept)> {
        self.kept.get_index(usize::try_from(index).ok()?)
    }

    pub(super) fn index(&self, rating: RatingId) -> Option<u32> {
        u32::try_from(self.kept.get_index_of(&rating)?).ok()
    }

    fn counts(&mut self, period: u16, cell: Cell) -> &mut Counts {
        self.tallies_of(period).cells.entry(cell).or_default()
    }

    fn tallies_of(&mut self, period: u16) -> &mut Tallies {
        let at = usize::from(period);
        if self.tallies.len() <= at {
            self.tallies.resize_with(at + 1, Tallies::default);
        }
        // The vector was just made long enough.
        #[expect(clippy::indexing_slicing, reason = "resized above")]
        &mut self.tallies[at]
    }

    /// Counts a rating in, or out again.
    fn count(&mut self, kept: &Kept, way: Way) {
        let cell = Cell {
            unit: kept.unit,
            service: kept.service,
            group: kept.group,
        };
        let counts = self.counts(kept.period, cell);
        way.step(match kept.standing {
            Standing::Counts => counts.counting.slot(kept.level),
            Standing::Held => &mut counts.held,
            Standing::SetAside => &mut counts.set_aside,
        });
        if kept.standing == Standing::Counts {
            let tags = &mut self.tallies_of(kept.period).tags;
            way.step(tags.entry((kept.unit, kept.tags)).or_default());
        }
    }

    pub(super) fn invite(&mut self, invited: &Invited) -> Result<(), Inconsistent> {
        if invited.batch != self.next_batch() {
            return Err(Inconsistent(format!(
                "batch {} is not the next",
                invited.batch.0
            )));
        }
        self.forget_expired(invited.day);
        let Invited { unit, until, .. } = invited;
        let cell = self
            .names
            .cell(unit, invited.service.as_ref(), invited.group.as_ref())?;
        let period = self.names.period(invited.period)?;
        let codes = u32::try_from(invited.tickets.len()).map_err(|_| too_many("codes"))?;
        let batch = Batch {
            unit: cell.unit,
            service: cell.service,
            group: cell.group,
            period,
            until: *until,
            codes,
            voice: invited.voice,
            cancelled: false,
        };
        self.batches.insert(self.next_batch, batch);
        for ticket in &invited.tickets {
            self.tickets.insert(*ticket, self.next_batch);
        }
        let expiring = self.expiring.entry(*until).or_default();
        expiring.extend(&invited.tickets);
        self.counts(period, cell).invited += codes;
        self.next_batch += 1;
        Ok(())
    }

    /// Lets go of codes that have long expired, so that they don't pile up.
    fn forget_expired(&mut self, today: Date) {
        while let Some(first) = self.expiring.first_entry() {
            if first.key().plus(TICKET_KEPT_DAYS) >= today {
                return;
            }
            for ticket in first.remove() {
                if let Some(batch) = self.tickets.swap_remove(&ticket) {
                    self.batches.remove(&batch);
                }
            }
        }
    }

    pub(super) fn cancel(&mut self, batch: BatchId) -> Result<(), Inconsistent> {
        let found = self.batches.get_mut(&batch.0);
        let batch = found.ok_or_else(|| Inconsistent(format!("there is no batch {}", batch.0)))?;
        batch.cancelled = true;
        let Batch {
            unit,
            service,
            group,
            period,
            codes,
            ..
        } = *batch;
        let cell = Cell {
            unit,
            service,
            group,
        };
        self.counts(period, cell).cancelled += codes;
        Ok(())
    }

    pub(super) fn give(&mut self, given: &Given) -> Result<(), Inconsistent> {
        let (service, group) = (given.service.as_ref(), given.group.as_ref());
        let cell = self.names.cell(&given.unit, service, group)?;
        let kept = Kept {
            unit: cell.unit,
            tags: self.names.tags(&given.tags)?,
            day: given.day,
            revise_until: given.revise_until,
            service: cell.service,
            group: cell.group,
            period: self.names.period(given.period)?,
            level: given.level,
            standing: given.standing,
            low: given.low,
            voice: given.voice,
            source: Source::Code,
        };
        let index = self.keep(given.rating, kept)?;
        self.speak(index, &kept, given.comment, given.call_back);
        if given.low {
            self.note_low(index, &kept, given.day);
        }
        Ok(())
    }

    /// Takes a new rating in and counts it.
    fn keep(&mut self, rating: RatingId, kept: Kept) -> Result<u32, Inconsistent> {
        let (at, before) = self.kept.insert_full(rating, kept);
        if before.is_some() {
            return Err(Inconsistent(format!("rating {rating} stands twice")));
        }
        self.count(&kept, Way::In);
        u32::try_from(at).map_err(|_| too_many("ratings"))
    }

    fn speak(&mut self, at: u32, kept: &Kept, comment: Option<Note>, call_back: Option<Note>) {
        if comment.is_some() || call_back.is_some() {
            let words = Words {
                comment,
                call_back,
                called: None,
            };
            self.words.insert((kept.period, kept.unit, at), words);
        }
    }

    /// Remembers a low rating for the burst of its unit and day, and for the rectification's count.
    fn note_low(&mut self, index: u32, kept: &Kept, day: Date) {
        self.count_low(kept, day);
        let unit = kept.unit;
        if let Some(burst) = self.bursting.get(&(unit, day)) {
            let at = usize::try_from(burst.0).unwrap_or(usize::MAX);
            if let Some(burst) = self.bursts.get_mut(at) {
                burst.ratings.push(index);
            }
            return;
        }
        while let Some(first) = self.lows.first_entry() {
            if first.key().plus(LOW_KEPT_DAYS) >= day {
                break;
            }
            first.remove();
        }
        let units = self.lows.entry(day).or_default();
        units.entry(unit).or_default().push(index);
    }

    fn count_low(&mut self, kept: &Kept, day: Date) {
        let key = (day, kept.unit, kept.service);
        *self.low_counts.entry(key).or_default() += 1;
        self.to_rectify.insert(key);
    }

    /// Unit, service and day of low ratings before `today` that no rectification was opened for, oldest first.
    pub(crate) fn to_rectify(
        &self,
        today: Date,
    ) -> impl Iterator<Item = (&UnitId, Option<&Name>, Date)> {
        let days = self.to_rectify.range(..(today, 0, 0));
        days.filter_map(|(day, unit, service)| {
            let unit = self.names.units.get_index(usize::try_from(*unit).ok()?)?;
            Some((unit, numbered(&self.names.services, *service), *day))
        })
    }

    /// A rectification was opened for the low ratings of a unit's service on a day.
    pub(crate) fn rectified(
        &mut self,
        unit: &UnitId,
        service: Option<&Name>,
        day: Date,
    ) -> Result<(), Inconsistent> {
        let cell = self.names.cell(unit, service, None)?;
        self.to_rectify.remove(&(day, cell.unit, cell.service));
        Ok(())
    }

    pub(super) fn revise(&mut self, revised: &Revised) -> Result<(), Inconsistent> {
        let unknown = || Inconsistent(format!("there is no rating {}", revised.rating));
        let index = self.index(revised.rating).ok_or_else(unknown)?;
        let (_, old) = self.at(index).ok_or_else(unknown)?;
        let old = *old;
        let new = Kept {
            tags: self.names.tags(&revised.tags)?,
            period: self.names.period(revised.period)?,
            level: revised.level,
            low: revised.low,
            standing: revised.standing,
            source: Source::RevisedCode,
            ..old
        };
        let words = self.words.remove(&(old.period, old.unit, index));
        // What a period that is cut off was scored with stays as it was.
        let stays = old.period != new.period;
        if !stays {
            self.count(&old, Way::Out);
        }
        let former = Former {
            level: old.level,
            comment: words.and_then(|words| words.comment),
            period: old.period,
            stays,
            standing: old.standing,
            tags: old.tags,
        };
        self.former.insert(index, former);
        self.kept.insert(revised.rating, new);
        self.count(&new, Way::In);
        self.speak(index, &new, revised.comment, revised.call_back);
        if new.low && !old.low {
            self.note_low(index, &new, revised.day);
        }
        Ok(())
    }

    pub(super) fn give_open(&mut self, given: &OpenGiven) -> Result<(), Inconsistent> {
        let (service, group) = (given.service.as_ref(), given.group.as_ref());
        let cell = self.names.cell(&given.unit, service, group)?;
        let period = self.names.period(given.period)?;
        Way::In.step(self.counts(period, cell).open.slot(given.level));
        if given.comment.is_some() || given.call_back.is_some() {
            let words = Words {
                comment: given.comment,
                call_back: given.call_back,
                called: None,
            };
            let spoken = self.open_words.entry((period, cell.unit)).or_default();
            spoken.push((given.level, given.day, words));
        }
        Ok(())
    }

    pub(super) fn tell(&mut self, case: &CaseTold) -> Result<(), Inconsistent> {
        let (service, group) = (case.service.as_ref(), case.group.as_ref());
        let cell = self.names.cell(&case.unit, service, group)?;
        let kept = Kept {
            unit: cell.unit,
            tags: self.names.tags(&BTreeSet::new())?,
            day: case.day,
            revise_until: case.day,
            service: cell.service,
            group: cell.group,
            period: self.names.period(case.period)?,
            level: case.level,
            standing: Standing::Counts,
            low: case.low,
            voice: Voice::Own,
            source: Source::Case,
        };
        self.keep(case.case, kept)?;
        if case.low {
            self.count_low(&kept, case.told);
        }
        Ok(())
    }

    pub(super) fn open_burst(
        &mut self,
        burst: BurstId,
        unit: &UnitId,
        day: Date,
        decide_by: Date,
    ) -> Result<(), Inconsistent> {
        if burst != self.next_burst() {
            return Err(Inconsistent(format!("burst {} is not the next", burst.0)));
        }
        let number = self.names.unit(unit)?;
        let units = self.lows.get_mut(&day);
        let mut ratings = units
            .and_then(|units| units.remove(&number))
            .unwrap_or_default();
        ratings.retain(|at| self.at(*at).is_some_and(|(_, kept)| kept.low));
        for at in &ratings {
            self.move_from(*at, Standing::Counts, Standing::Held);
        }
        self.bursts.push(Burst {
            unit: unit.clone(),
            day,
            decide_by,
            finding: None,
            settled: false,
            ratings,
        });
        self.unsettled.insert((decide_by, burst));
        self.bursting.insert((number, day), burst);
        Ok(())
    }

    pub(super) fn decide_burst(
        &mut self,
        burst: BurstId,
        finding: Finding,
    ) -> Result<(), Inconsistent> {
        let found = self.burst_mut(burst)?;
        found.finding = Some(finding);
        let (unit, day) = (found.unit.clone(), found.day);
        let unit = self.names.unit(&unit)?;
        self.bursting.remove(&(unit, day));
        match finding {
            Finding::Grievance => self.settle(burst),
            Finding::Attack => Ok(()),
        }
    }

    /// Ends a burst: what is still held counts.
    fn settle(&mut self, burst: BurstId) -> Result<(), Inconsistent> {
        let found = self.burst_mut(burst)?;
        found.settled = true;
        let (ratings, decide_by) = (found.ratings.clone(), found.decide_by);
        for at in ratings {
            self.move_from(at, Standing::Held, Standing::Counts);
            self.proposed.remove(&at);
        }
        self.unsettled.remove(&(decide_by, burst));
        Ok(())
    }

    pub(super) fn lapse(&mut self, burst: BurstId) -> Result<(), Inconsistent> {
        let found = self.burst_mut(burst)?;
        let (unit, day) = (found.unit.clone(), found.day);
        let unit = self.names.unit(&unit)?;
        self.bursting.remove(&(unit, day));
        self.settle(burst)
    }

    fn burst_mut(&mut self, burst: BurstId) -> Result<&mut Burst, Inconsistent> {
        let at = usize::try_from(burst.0).ok();
        at.and_then(|at| self.bursts.get_mut(at))
            .ok_or_else(|| Inconsistent(format!("there is no burst {}", burst.0)))
    }

    pub(super) fn propose(
        &mut self,
        rating: RatingId,
        burst: Option<BurstId>,
        reason: Note,
        by: &Actor,
    ) -> Result<(), Inconsistent> {
        let unknown = || Inconsistent(format!("there is no rating {rating}"));
        let index = self.index(rating).ok_or_else(unknown)?;
        let by = by.clone();
        self.proposed.insert(index, Exclusion { by, burst, reason });
        Ok(())
    }

    pub(super) fn second(
        &mut self,
        rating: RatingId,
        standing: Standing,
    ) -> Result<(), Inconsistent> {
        let unknown = || Inconsistent(format!("no exclusion of rating {rating} was proposed"));
        let index = self.index(rating).ok_or_else(unknown)?;
        let exclusion = self.proposed.remove(&index).ok_or_else(unknown)?;
        self.set_standing(rating, standing)?;
        let Some(burst) = exclusion.burst else {
            return Ok(());
        };
        let pending = |at: &u32| self.proposed.contains_key(at);
        let all = self.bursts.get(usize::try_from(burst.0).unwrap_or(0));
        if all.is_some_and(|burst| !burst.ratings.iter().any(pending)) {
            self.settle(burst)?;
        }
        Ok(())
    }

    /// Sets whether a rating counts: what it says now, and what it said before where that still counts.
    ///
    /// # Errors
    /// When there is no such rating.
    pub(crate) fn set_standing(
        &mut self,
        rating: RatingId,
        standing: Standing,
    ) -> Result<(), Inconsistent> {
        let unknown = || Inconsistent(format!("there is no rating {rating}"));
        let index = self.index(rating).ok_or_else(unknown)?;
        let (_, kept) = self.at(index).ok_or_else(unknown)?;
        let from = kept.standing;
        self.move_from(index, from, standing);
        Ok(())
    }

    /// Moves a rating from one standing to another; one that stands otherwise is left alone.
    fn move_from(&mut self, index: u32, from: Standing, to: Standing) {
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        let Some((_, kept)) = self.kept.get_index_mut(at) else {
            return;
        };
        if kept.standing != from || from == to {
            return;
        }
        let old = *kept;
        kept.standing = to;
        self.recount(&old, to);
        if let Some(former) = self.former.get_mut(&index).filter(|former| former.stays) {
            let said = Kept {
                level: former.level,
                period: former.period,
                standing: former.standing,
                tags: former.tags,
                ..old
            };
            former.standing = to;
            self.recount(&said, to);
        }
    }

    fn recount(&mut self, old: &Kept, to: Standing) {
        self.count(old, Way::Out);
        let new = Kept {
            standing: to,
            ..*old
        };
        self.count(&new, Way::In);
    }

    pub(super) fn call_back(&mut self, rating: RatingId, day: Date) -> Result<(), Inconsistent> {
        let words = self
            .index(rating)
            .and_then(|index| {
                let (_, kept) = self.at(index)?;
                Some((kept.period, kept.unit, index))
            })
            .and_then(|key| self.words.get_mut(&key));
        let words =
            words.ok_or_else(|| Inconsistent(format!("rating {rating} asked for no call-back")))?;
        words.called = Some(day);
        Ok(())
    }
}

/// Into a counter, or out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    In,
    Out,
}

impl Way {
    const fn step(self, counter: &mut u32) {
        *counter = match self {
            Self::In => counter.saturating_add(1),
            Self::Out => counter.saturating_sub(1),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(n: u8, level: Level) -> Given {
        Given {
            rating: RatingId([n; 16]),
            unit: UnitId::from("t1"),
            service: None,
            group: None,
            voice: Voice::Own,
            batch: None,
            level: Some(level),
            low: level < Level::Middle,
            tags: BTreeSet::new(),
            comment: None,
            call_back: None,
            day: Date(20_000),
            period: "2026-09".parse().expect("a period"),
            revise_until: Date(20_030),
            standing: Standing::Counts,
        }
    }

    fn levels(ratings: &Ratings, period: &str) -> [u32; 5] {
        let levels = ratings.levels(period.parse().expect("a period"), None);
        levels.values().next().copied().unwrap_or_default().of
    }

    #[test]
    fn what_a_period_that_is_cut_off_was_scored_with_stays_unless_the_rating_is_set_aside() {
        let mut ratings = Ratings::default();
        let first = given(1, Level::VeryLow);
        ratings.give(&first).expect("new");
        let revised = Revised {
            rating: first.rating,
            level: Some(Level::High),
            low: false,
            tags: BTreeSet::new(),
            comment: None,
            call_back: None,
            day: Date(20_020),
            period: "2026-10".parse().expect("a period"),
            standing: Standing::Counts,
        };
        ratings.revise(&revised).expect("known");
        assert_eq!(levels(&ratings, "2026-09"), [1, 0, 0, 0, 0]);
        assert_eq!(levels(&ratings, "2026-10"), [0, 0, 0, 1, 0]);
        let set = ratings.set_standing(first.rating, Standing::SetAside);
        set.expect("known");
        assert_eq!(levels(&ratings, "2026-09"), [0; 5]);
        assert_eq!(levels(&ratings, "2026-10"), [0; 5]);
    }

    #[test]
    fn an_entry_that_cannot_follow_is_told() {
        let mut ratings = Ratings::default();
        let first = given(1, Level::High);
        ratings.give(&first).expect("new");
        assert!(ratings.give(&first).is_err(), "the same rating twice");
        assert!(ratings.cancel(BatchId(0)).is_err());
        assert!(ratings.lapse(BurstId(0)).is_err());
        assert!(ratings.second(first.rating, Standing::SetAside).is_err());
        assert!(ratings.call_back(first.rating, Date(0)).is_err());
    }

    #[test]
    fn a_rating_is_kept_in_forty_eight_bytes() {
        assert!(size_of::<(RatingId, Kept)>() <= 48);
    }
}
