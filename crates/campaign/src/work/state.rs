//! What is known of work items, and what may be asked of them.

use std::collections::{BTreeMap, BTreeSet};

use rulebook::Period;
use rulebook::model::WorkKind;
use serde::{Deserialize, Serialize};

use super::count::Counts;
use super::event::{Checks, Event, Opened, Source};
use super::{Counted, Figures, Mark, Verdict, WorkId};
use crate::entry::Standing;
use crate::{Actor, Date, Inconsistent, Note, PersonId, UnitId};

/// Where an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Offered, to be answered.
    Offered,
    /// Declined, with a reason and what would make it possible.
    Declined,
    /// Offered, and not answered in time.
    Unanswered,
    /// In hand.
    InHand,
    /// Done, to be checked.
    Finished,
    /// Done, checked and closed.
    Closed,
    /// A request closed for want of ground.
    Groundless,
}

/// An offer to be answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// By whom.
    pub to: UnitId,
    /// The last day for it.
    pub answer_by: Date,
}

/// Something that happened to an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// When.
    pub day: Date,
    /// Who; those who check with a code are the public.
    pub by: Actor,
    /// What.
    pub step: Step,
}

/// What can happen to an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// It was opened.
    Opened,
    /// It was accepted by this unit.
    Accepted(UnitId),
    /// It was declined: the reason, and what would make it possible.
    Declined(Note, Note),
    /// Nobody answered.
    Unanswered,
    /// It is done: what came of it.
    Finished(Note),
    /// It was checked.
    Checked(Verdict, Option<Note>),
    /// It was offered to another unit: to whom, and why.
    HandedOver(UnitId, Note),
    /// It was given more time: until when, and why.
    Postponed(Date, Note),
    /// A unit was asked to help.
    HelpAsked(UnitId),
    /// It was closed for want of ground: the explanation.
    Groundless(Note),
    /// It was opened again: the last day, and why.
    Reopened(Date, Note),
    /// It climbed: to whom.
    Escalated(Option<UnitId>),
}

/// A work item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// What it is.
    pub kind: WorkKind,
    /// What is to be done; none where the source says it.
    pub title: Option<Note>,
    /// What makes it well done.
    pub quality: Option<Note>,
    /// What it comes from.
    pub source: Source,
    /// Who gave it.
    pub giver: Actor,
    /// The units that have or had it; the last has it, or is offered it.
    pub holders: Vec<UnitId>,
    /// The person who does it.
    pub person: Option<PersonId>,
    /// The last day for it.
    pub due: Date,
    /// The period in which it is due.
    pub due_in: Period,
    /// Where it stands.
    pub stage: Stage,
    /// An offer or hand-over to be answered.
    pub offer: Option<Offer>,
    /// The units that help.
    pub helpers: Vec<UnitId>,
    /// Who may check it.
    pub checks: Checks,
    /// The unit that its last climb, in this stretch, came to.
    pub reached: Option<UnitId>,
    /// The day on which it climbs next, if it is late.
    pub climbs: Option<Date>,
    /// Whether it counts.
    pub standing: Standing,
    /// Every change of a figure it has made.
    pub marks: Vec<Mark>,
    /// All that happened to it.
    pub history: Vec<Past>,
    /// Which holder the last day binds.
    due_holder: u16,
    /// Whether it was checked since it was last opened.
    checked: bool,
    /// Whether it is marked as waiting for its first check.
    waiting: bool,
}

impl Item {
    fn opened(opened: &Opened, by: &Actor) -> Self {
        let offer = opened.answer_by.map(|answer_by| Offer {
            to: opened.unit.clone(),
            answer_by,
        });
        let mut item = Self {
            kind: opened.kind,
            title: opened.title,
            quality: opened.quality,
            source: opened.source.clone(),
            giver: by.clone(),
            holders: vec![opened.unit.clone()],
            person: opened.person.clone(),
            due: opened.due,
            due_in: opened.due_in,
            stage: if offer.is_some() {
                Stage::Offered
            } else {
                Stage::InHand
            },
            offer,
            helpers: Vec::new(),
            checks: opened.checks.clone(),
            reached: None,
            climbs: Some(opened.climbs),
            standing: Standing::Counts,
            marks: Vec::new(),
            history: Vec::new(),
            due_holder: 0,
            checked: false,
            waiting: false,
        };
        item.mark(Counted::Opened, opened.period, 1);
        item.mark(Counted::Open, opened.period, 1);
        if item.stage == Stage::InHand {
            item.bind(opened.period);
        }
        item.note(opened.day, by, Step::Opened);
        item
    }

    /// The unit that has it, or is offered it.
    #[must_use]
    pub fn holder(&self) -> Option<&UnitId> {
        self.holders.last()
    }

    /// How often it was handed over.
    #[must_use]
    pub fn handovers(&self) -> usize {
        self.holders.len().saturating_sub(1)
    }

    /// The units it climbed to, with the days, lowest first.
    pub fn climbed(&self) -> impl Iterator<Item = (Date, &UnitId)> {
        self.history.iter().filter_map(|past| match &past.step {
            Step::Escalated(Some(to)) => Some((past.day, to)),
            _ => None,
        })
    }

    fn note(&mut self, day: Date, by: &Actor, step: Step) {
        let by = by.clone();
        self.history.push(Past { day, by, step });
    }

    fn last_holder(&self) -> u16 {
        u16::try_from(self.handovers()).unwrap_or(u16::MAX)
    }

    fn mark(&mut self, counted: Counted, period: Period, by: i8) {
        let holder = match counted {
            Counted::Due | Counted::InTime | Counted::Waiting => self.due_holder,
            Counted::Opened | Counted::Closed | Counted::Open | Counted::Late => self.last_holder(),
        };
        self.marks.push(Mark {
            period,
            holder,
            counted,
            by,
        });
    }

    /// Late at the end of a period, from `now` on, unless it is done by then.
    fn mark_late(&mut self, now: Period, by: i8) {
        self.mark(Counted::Late, now.max(self.due_in), by);
    }

    /// From now on the last day binds whoever has it.
    fn bind(&mut self, now: Period) {
        self.due_holder = self.last_holder();
        self.mark(Counted::Due, self.due_in, 1);
        self.mark_late(now, 1);
    }

    /// Changes the item; what changes in figures is added to its marks.
    fn apply(&mut self, event: &Event, by: &Actor) {
        match event {
            Event::Opened(_) => {}
            Event::Accepted {
                person,
                day,
                period,
                due_in,
                ..
            } => {
                self.accept(person.clone(), *period, *due_in);
                let unit = self.holder().cloned();
                self.note(*day, by, Step::Accepted(unit.unwrap_or_else(|| "".into())));
            }
            Event::Declined {
                reason,
                possible_if,
                day,
                period,
                ..
            } => {
                self.drop_offer(Stage::Declined, *period);
                self.note(*day, by, Step::Declined(*reason, *possible_if));
            }
            Event::Unanswered { day, period, .. } => {
                self.drop_offer(Stage::Unanswered, *period);
                self.note(*day, by, Step::Unanswered);
            }
            Event::HandedOver {
                to,
                reason,
                day,
                answer_by,
                ..
            } => {
                self.offer = Some(Offer {
                    to: to.clone(),
                    answer_by: *answer_by,
                });
                self.note(*day, by, Step::HandedOver(to.clone(), *reason));
            }
            Event::HelpAsked { unit, day, .. } => {
                self.helpers.push(unit.clone());
                self.note(*day, by, Step::HelpAsked(unit.clone()));
            }
            Event::Escalated {
                to, day, climbs, ..
            } => {
                self.reached.clone_from(to);
                self.climbs = *climbs;
                self.note(*day, by, Step::Escalated(to.clone()));
            }
            _ => self.apply_rest(event, by),
        }
    }

    fn apply_rest(&mut self, event: &Event, by: &Actor) {
        match event {
            Event::Finished {
                outcome,
                day,
                period,
                in_time,
                ..
            } => {
                self.finish(*period, *in_time);
                self.note(*day, by, Step::Finished(*outcome));
            }
            Event::Checked {
                verdict,
                reason,
                day,
                period,
                climbs,
                ..
            } => {
                self.check(*verdict, *period, *climbs);
                self.note(*day, by, Step::Checked(*verdict, *reason));
            }
            Event::Postponed {
                due,
                due_in,
                reason,
                day,
                period,
                climbs,
                ..
            } => {
                self.postpone((*due, *due_in), *period, *climbs);
                self.note(*day, by, Step::Postponed(*due, *reason));
            }
            Event::Groundless {
                reason,
                day,
                period,
                ..
            } => {
                self.close_groundless(*period);
                self.note(*day, by, Step::Groundless(*reason));
            }
            Event::Reopened {
                due,
                due_in,
                reason,
                day,
                period,
                answer_by,
                climbs,
                ..
            } => {
                (self.due, self.due_in, self.climbs) = (*due, *due_in, Some(*climbs));
                self.reopen(*period, *answer_by);
                self.note(*day, by, Step::Reopened(*due, *reason));
            }
            _ => {}
        }
    }

    fn accept(&mut self, person: Option<PersonId>, now: Period, due_in: Period) {
        let offer = self.offer.take();
        if self.stage == Stage::Offered {
            self.person = person.or_else(|| self.person.take());
            self.stage = Stage::InHand;
            self.due_in = due_in;
            self.bind(now);
            return;
        }
        self.mark(Counted::Open, now, -1);
        self.mark_late(now, -1);
        // What was due in a period that is over stays with whoever had it then.
        let moves = self.due_in >= now;
        if moves {
            self.mark(Counted::Due, self.due_in, -1);
        }
        self.holders.extend(offer.map(|offer| offer.to));
        self.person = person;
        self.reached = None;
        self.mark(Counted::Open, now, 1);
        if moves {
            self.bind(now);
        } else {
            self.mark_late(now, 1);
        }
    }

    /// An offer is off; a hand-over that isn't accepted changes nothing.
    fn drop_offer(&mut self, stage: Stage, now: Period) {
        self.offer = None;
        if self.stage == Stage::Offered {
            self.stage = stage;
            self.mark(Counted::Open, now, -1);
        }
    }

    fn finish(&mut self, now: Period, in_time: bool) {
        self.stage = Stage::Finished;
        self.offer = None;
        self.mark_late(now, -1);
        if in_time && !self.checked {
            self.waiting = true;
            self.mark(Counted::Waiting, self.due_in, 1);
        }
    }

    fn check(&mut self, verdict: Verdict, now: Period, climbs: Date) {
        let first = self.waiting;
        if first {
            self.mark(Counted::Waiting, self.due_in, -1);
        }
        (self.waiting, self.checked) = (false, true);
        match verdict {
            Verdict::Passed => {
                if first {
                    self.mark(Counted::InTime, self.due_in, 1);
                }
                self.stage = Stage::Closed;
                self.mark(Counted::Closed, now, 1);
                self.mark(Counted::Open, now, -1);
            }
            Verdict::Returned => {
                self.stage = Stage::InHand;
                self.climbs = Some(climbs);
                self.mark_late(now, 1);
            }
        }
    }

    fn postpone(&mut self, due: (Date, Period), now: Period, climbs: Date) {
        let binds = self.stage == Stage::InHand;
        if binds {
            self.mark_late(now, -1);
            // What was due in a period that is over was due then.
            if self.due_in >= now {
                self.mark(Counted::Due, self.due_in, -1);
            }
        }
        (self.due, self.due_in) = due;
        self.climbs = Some(climbs);
        self.reached = None;
        if binds {
            self.bind(now);
        }
    }

    fn close_groundless(&mut self, now: Period) {
        if self.stage == Stage::InHand {
            self.mark_late(now, -1);
            if self.due_in >= now {
                self.mark(Counted::Due, self.due_in, -1);
            }
        }
        self.stage = Stage::Groundless;
        self.offer = None;
        self.mark(Counted::Closed, now, 1);
        self.mark(Counted::Open, now, -1);
    }

    fn reopen(&mut self, now: Period, answer_by: Option<Date>) {
        (self.checked, self.waiting, self.reached) = (false, false, None);
        self.mark(Counted::Open, now, 1);
        match answer_by.zip(self.holder().cloned()) {
            Some((answer_by, to)) => {
                self.stage = Stage::Offered;
                self.offer = Some(Offer { to, answer_by });
            }
            None => {
                self.stage = Stage::InHand;
                self.bind(now);
            }
        }
    }

    /// By what it is found.
    fn keys(&self) -> Keys {
        let in_hand = self.stage == Stage::InHand;
        Keys {
            holder: self.holder().cloned(),
            person: self.person.clone(),
            due: in_hand.then_some(self.due),
            climbs: self.climbs.filter(|_| in_hand),
            answer_by: self.offer.as_ref().map(|offer| offer.answer_by),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Keys {
    holder: Option<UnitId>,
    person: Option<PersonId>,
    due: Option<Date>,
    climbs: Option<Date>,
    answer_by: Option<Date>,
}

/// Tasks, promises, rectifications, requests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WorkItems {
    items: Vec<Item>,
    counts: Counts,
    by_unit: BTreeMap<UnitId, BTreeSet<WorkId>>,
    by_person: BTreeMap<PersonId, BTreeSet<WorkId>>,
    by_giver: BTreeMap<PersonId, BTreeSet<WorkId>>,
    /// What is in hand, by its last day.
    due: BTreeSet<(Date, WorkId)>,
    /// What is in hand, by the day on which it climbs.
    climbs: BTreeSet<(Date, WorkId)>,
    /// What is to be answered, by the last day for it.
    answers: BTreeSet<(Date, WorkId)>,
}

impl WorkItems {
    /// An item.
    #[must_use]
    pub fn item(&self, id: WorkId) -> Option<&Item> {
        self.items.get(usize::try_from(id.0).ok()?)
    }

    /// All items, oldest first.
    pub fn items(&self) -> impl DoubleEndedIterator<Item = (WorkId, &Item)> {
        let items = self.items.iter().enumerate();
        items.map(|(at, item)| (WorkId(at as u64), item))
    }

    /// The items a unit has or is offered, closed ones too, oldest first.
    pub fn of_unit(&self, unit: &UnitId) -> impl DoubleEndedIterator<Item = (WorkId, &Item)> {
        self.listed(self.by_unit.get(unit))
    }

    /// The items a person has, closed ones too, oldest first.
    pub fn of_person(&self, person: &PersonId) -> impl DoubleEndedIterator<Item = (WorkId, &Item)> {
        self.listed(self.by_person.get(person))
    }

    /// The items a person has given, oldest first: what was declined or left unanswered is among them.
    pub fn given_by(&self, person: &PersonId) -> impl DoubleEndedIterator<Item = (WorkId, &Item)> {
        self.listed(self.by_giver.get(person))
    }

    fn listed<'w>(
        &'w self,
        ids: Option<&'w BTreeSet<WorkId>>,
    ) -> impl DoubleEndedIterator<Item = (WorkId, &'w Item)> {
        let ids = ids.into_iter().flatten();
        ids.filter_map(|id| Some((*id, self.item(*id)?)))
    }

    /// What is in hand and late on a day, the latest first.
    pub fn overdue(&self, today: Date) -> impl Iterator<Item = (WorkId, &Item)> {
        let late = self.due.range(..(today, WorkId(0)));
        late.filter_map(|(_, id)| Some((*id, self.item(*id)?)))
    }

    /// What waits for an answer, the most urgent first.
    pub fn unanswered(&self) -> impl Iterator<Item = (WorkId, &Item)> {
        let offers = self.answers.iter();
        offers.filter_map(|(_, id)| Some((*id, self.item(*id)?)))
    }

    /// The figures of a unit's items of a kind in a period; of open and late items the changes.
    #[must_use]
    pub fn figures(&self, unit: &UnitId, kind: WorkKind, period: Period) -> Figures {
        self.counts.of(period, kind, unit)
    }

    pub(super) const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The number of the next item.
    pub(super) fn next(&self) -> WorkId {
        WorkId(self.items.len() as u64)
    }

    /// What is to be answered by a day before `today`.
    pub(super) fn lapsing(&self, today: Date) -> impl Iterator<Item = WorkId> {
        self.answers.range(..(today, WorkId(0))).map(|(_, id)| *id)
    }

    /// What climbs today or should have.
    pub(super) fn climbing(&self, today: Date) -> impl Iterator<Item = (WorkId, &Item)> {
        let due = self.climbs.range(..(today.plus(1), WorkId(0)));
        due.filter_map(|(_, id)| Some((*id, self.item(*id)?)))
    }

    pub(super) fn open(&mut self, opened: &Opened, by: &Actor) -> Result<(), Inconsistent> {
        let id = self.next();
        if opened.work != id {
            return Err(Inconsistent(format!(
                "work item {} is not the next, {}",
                opened.work.0, id.0
            )));
        }
        if let Actor::Person(person) = by {
            let given = self.by_giver.entry(person.clone()).or_default();
            given.insert(id);
        }
        let item = Item::opened(opened, by);
        self.count(&item, &item.marks, 1);
        self.reindex(id, Keys::default(), item.keys());
        self.items.push(item);
        Ok(())
    }

    pub(super) fn change(&mut self, event: &Event, by: &Actor) -> Result<(), Inconsistent> {
        let id = event.work();
        let at = usize::try_from(id.0).unwrap_or(usize::MAX);
        let unknown = || Inconsistent(format!("there is no work item {}", id.0));
        let item = self.items.get_mut(at).ok_or_else(unknown)?;
        let (before, old_marks) = (item.keys(), item.marks.len());
        item.apply(event, by);
        let after = item.keys();
        if item.standing == Standing::Counts {
            let new = item.marks.get(old_marks..).unwrap_or_default();
            add(&mut self.counts, item, new, 1);
        }
        self.reindex(id, before, after);
        Ok(())
    }

    fn count(&mut self, item: &Item, marks: &[Mark], sign: i32) {
        add(&mut self.counts, item, marks, sign);
    }

    fn reindex(&mut self, id: WorkId, before: Keys, after: Keys) {
        swap_in(&mut self.by_unit, id, before.holder, after.holder);
        swap_in(&mut self.by_person, id, before.person, after.person);
        swap_day(&mut self.due, id, before.due, after.due);
        swap_day(&mut self.climbs, id, before.climbs, after.climbs);
        swap_day(&mut self.answers, id, before.answer_by, after.answer_by);
    }

    /// Sets whether an item counts in the figures.
    ///
    /// # Errors
    /// When there is no such item.
    pub(crate) fn set_standing(
        &mut self,
        id: WorkId,
        standing: Standing,
    ) -> Result<(), Inconsistent> {
        let at = usize::try_from(id.0).unwrap_or(usize::MAX);
        let unknown = || Inconsistent(format!("there is no work item {}", id.0));
        let item = self.items.get_mut(at).ok_or_else(unknown)?;
        let counted = item.standing == Standing::Counts;
        item.standing = standing;
        match (counted, standing == Standing::Counts) {
            (true, false) => add(&mut self.counts, item, &item.marks, -1),
            (false, true) => add(&mut self.counts, item, &item.marks, 1),
            _ => {}
        }
        Ok(())
    }
}

fn add(counts: &mut Counts, item: &Item, marks: &[Mark], sign: i32) {
    for mark in marks {
        if let Some(unit) = item.holders.get(usize::from(mark.holder)) {
            counts.add(item.kind, unit, *mark, sign);
        }
    }
}

fn swap_in<K: Ord>(
    index: &mut BTreeMap<K, BTreeSet<WorkId>>,
    id: WorkId,
    before: Option<K>,
    after: Option<K>,
) {
    if before == after {
        return;
    }
    if let Some(ids) = before.and_then(|key| index.get_mut(&key)) {
        ids.remove(&id);
    }
    if let Some(key) = after {
        index.entry(key).or_default().insert(id);
    }
}

fn swap_day(
    index: &mut BTreeSet<(Date, WorkId)>,
    id: WorkId,
    before: Option<Date>,
    after: Option<Date>,
) {
    if before == after {
        return;
    }
    if let Some(day) = before {
        index.remove(&(day, id));
    }
    if let Some(day) = after {
        index.insert((day, id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Digest, ItemId};

    fn period() -> Period {
        "2026-09".parse().expect("a period")
    }

    fn opened() -> Opened {
        Opened {
            work: WorkId(0),
            kind: WorkKind::Promise,
            title: None,
            quality: None,
            source: Source::Given(None),
            unit: UnitId::from("t1"),
            person: None,
            due: Date(20_010),
            due_in: period(),
            day: Date(20_000),
            period: period(),
            answer_by: None,
            climbs: Date(20_012),
            checks: Checks::default(),
        }
    }

    fn figures(items: &WorkItems) -> Figures {
        items.figures(&UnitId::from("t1"), WorkKind::Promise, period())
    }

    #[test]
    fn what_is_set_aside_is_in_no_figure_and_comes_back_with_all_that_happened_to_it() {
        let by = Actor::Person(PersonId::from("p1"));
        let mut items = WorkItems::default();
        items.open(&opened(), &by).expect("the next");
        let finished = Event::Finished {
            work: WorkId(0),
            outcome: Note {
                item: ItemId::default(),
                digest: Digest::default(),
            },
            day: Date(20_005),
            period: period(),
            in_time: true,
        };
        let mut never_aside = items.clone();
        never_aside.change(&finished, &by).expect("known");
        items
            .set_standing(WorkId(0), Standing::SetAside)
            .expect("known");
        assert_eq!(figures(&items), Figures::default());
        items.change(&finished, &by).expect("known");
        assert_eq!(figures(&items), Figures::default());
        for standing in [Standing::Held, Standing::Counts, Standing::Counts] {
            items.set_standing(WorkId(0), standing).expect("known");
        }
        assert_eq!(items, never_aside);
        assert_eq!(figures(&items).waiting, 1);
        let unknown = items.set_standing(WorkId(1), Standing::SetAside);
        assert!(unknown.is_err());
    }
}
