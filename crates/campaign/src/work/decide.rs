//! What comes of a command about work items.

use rulebook::Period;
use rulebook::model::{Work as Terms, WorkKind};

use super::event::{Checks, Event, Opened, Source};
use super::refuse;
use super::state::{Item, Stage};
use super::{Action, Verdict, WorkId};
use crate::checks;
use crate::id::Name;
use crate::organisation::{no_such_person, no_such_unit};
use crate::rating::Code;
use crate::refusal::Refusal;
use crate::rules::Book;
use crate::state::Context;
use crate::{Actor, Date, Note, PersonId, State, UnitId};

/// So many codes to check it with can be given out for one item.
const TICKETS_AT_MOST: usize = 1_000;

/// So many entries come of one tick at most; the rest of the next.
const TICK_AT_MOST: usize = 500;

fn standing_in<'s>(state: &'s State, unit: &'s UnitId, day: Date) -> &'s UnitId {
    if state.organisation.facts(unit, day).is_some() {
        return unit;
    }
    let known = state.organisation.unit(unit);
    known
        .and_then(|unit| unit.successor.as_ref())
        .unwrap_or(unit)
}

fn counts_in(state: &State, book: &Book, day: Date) -> Period {
    state.periods.counts_in(book.calendar.period_of(day))
}

/// The day on which an item climbs that isn't done by its last day.
fn climbs(book: &Book, due: Date, today: Date) -> Date {
    let days = book.campaign.file.work.escalate_days;
    book.calendar.after(due.max(today), days)
}

pub(crate) fn decide(
    state: &State,
    action: &Action,
    context: &Context<'_>,
) -> Result<Vec<crate::Event>, Refusal> {
    let Some(book) = state.rules.latest() else {
        return Ok(Vec::new());
    };
    let asked = Asked {
        state,
        book,
        terms: &book.campaign.file.work,
        today: context.today,
        by: context.by,
    };
    let events = asked.decide(action)?;
    Ok(events.into_iter().map(crate::Event::Work).collect())
}

struct Asked<'s> {
    state: &'s State,
    book: &'s Book,
    terms: &'s Terms,
    today: Date,
    by: &'s Actor,
}

impl<'s> Asked<'s> {
    fn decide(&self, action: &Action) -> Result<Vec<Event>, Refusal> {
        let event = match action {
            Action::Tick => return self.tick(),
            Action::Open { .. } => self.open(action)?,
            Action::Accept { work, person } => self.accept(*work, person.as_ref())?,
            Action::Decline {
                work,
                reason,
                possible_if,
            } => self.decline(*work, *reason, *possible_if)?,
            Action::Finish { work, outcome } => self.finish(*work, *outcome)?,
            Action::Check {
                work,
                code,
                verdict,
                reason,
            } => self.check(*work, code.as_ref(), *verdict, *reason)?,
            Action::HandOver { work, to, reason } => self.hand_over(*work, to, *reason)?,
            Action::Postpone { work, due, reason } => self.postpone(*work, *due, *reason)?,
            Action::AskHelp { work, unit } => self.ask_help(*work, unit)?,
            Action::CloseGroundless { work, reason } => self.groundless(*work, *reason)?,
            Action::Reopen { work, due, reason } => self.reopen(*work, *due, *reason)?,
        };
        Ok(vec![event])
    }

    fn open(&self, action: &Action) -> Result<Event, Refusal> {
        let Action::Open {
            kind,
            title,
            quality,
            source,
            unit,
            person,
            due,
            role,
            tickets,
        } = action
        else {
            return Err(refuse::nothing_due());
        };
        self.opener(*kind)?;
        checks::at_most(tickets.len(), TICKETS_AT_MOST, ("验收码", "codes"))?;
        self.place(unit, person.as_ref())?;
        if let Some(role) = role {
            self.role(role)?;
        }
        let promised = *kind == WorkKind::Promise;
        if promised {
            self.promiser(unit)?;
        }
        if role.is_none() && tickets.is_empty() && !self.can_check(unit, person.as_ref()) {
            return Err(refuse::nobody_checks(unit));
        }
        if *due < self.today {
            return Err(refuse::due_past(*due, self.today));
        }
        Ok(Event::Opened(Box::new(Opened {
            work: self.state.work.next(),
            kind: *kind,
            title: Some(*title),
            quality: *quality,
            source: Source::Given(*source),
            unit: unit.clone(),
            person: person.clone(),
            due: *due,
            due_in: self.period(*due),
            day: self.today,
            period: self.period(self.today),
            answer_by: (!promised).then(|| self.answer_by()),
            climbs: climbs(self.book, *due, self.today),
            checks: Checks {
                role: role.clone(),
                tickets: tickets.clone(),
            },
        })))
    }

    /// Requests come from anyone; everything else from people and programs, promises from people.
    fn opener(&self, kind: WorkKind) -> Result<(), Refusal> {
        match (self.by, kind) {
            (Actor::Public, WorkKind::Request) => Ok(()),
            (_, WorkKind::Promise) => self.person().map(drop),
            _ => checks::account(self.by),
        }
    }

    /// That the unit is there, and the person in it.
    fn place(&self, unit: &UnitId, person: Option<&PersonId>) -> Result<(), Refusal> {
        let organisation = &self.state.organisation;
        if organisation.facts(unit, self.today).is_none() {
            return Err(no_such_unit(unit, self.today));
        }
        match person {
            Some(person) if organisation.unit_of(person, self.today) != Some(unit) => {
                Err(no_such_person(person, self.today))
            }
            _ => Ok(()),
        }
    }

    fn role(&self, role: &Name) -> Result<(), Refusal> {
        let mut roles = self.book.campaign.file.role.iter();
        if roles.any(|known| known.id.as_str() == role.as_str()) {
            Ok(())
        } else {
            Err(refuse::no_such_role(role.as_str()))
        }
    }

    fn promiser(&self, unit: &UnitId) -> Result<(), Refusal> {
        let person = self.person()?;
        if self.belongs(person, unit) {
            Ok(())
        } else {
            Err(refuse::not_theirs(
                "not-your-unit",
                person.as_str(),
                unit.as_str(),
            ))
        }
    }

    /// Whether whoever asks can check what the unit does: nobody checks what they are concerned with.
    fn can_check(&self, unit: &UnitId, person: Option<&PersonId>) -> bool {
        let organisation = &self.state.organisation;
        self.by.person().is_some_and(|giver| {
            let bar = organisation.barred(giver, person, Some(unit), self.today);
            bar.is_none()
        })
    }

    fn person(&self) -> Result<&'s PersonId, Refusal> {
        checks::by_person(self.by)
    }

    fn belongs(&self, person: &PersonId, unit: &UnitId) -> bool {
        self.state.organisation.unit_of(person, self.today) == Some(unit)
    }

    fn period(&self, day: Date) -> Period {
        counts_in(self.state, self.book, day)
    }

    fn answer_by(&self) -> Date {
        let days = self.terms.answer_days;
        self.book.calendar.after(self.today, days)
    }

    /// The item and the unit that has it.
    fn item(&self, id: WorkId) -> Result<(&'s Item, &'s UnitId), Refusal> {
        let item = self.state.work.item(id);
        let found = item.and_then(|item| Some((item, item.holder()?)));
        found.ok_or_else(|| refuse::no_such_work(id))
    }

    /// An item in the hands of whoever asks.
    fn held(&self, id: WorkId) -> Result<&'s Item, Refusal> {
        let person = self.person()?;
        let (item, unit) = self.item(id)?;
        if self.belongs(person, unit) || item.person.as_ref() == Some(person) {
            Ok(item)
        } else {
            Err(refuse::not_theirs(
                "not-the-holder",
                person.as_str(),
                unit.as_str(),
            ))
        }
    }

    /// An item that whoever asks is to answer.
    fn offered(&self, id: WorkId) -> Result<&'s Item, Refusal> {
        let person = self.person()?;
        let (item, unit) = self.item(id)?;
        let unit = item.offer.as_ref().map_or(unit, |offer| &offer.to);
        if !self.belongs(person, unit) {
            return Err(refuse::not_theirs(
                "not-the-holder",
                person.as_str(),
                unit.as_str(),
            ));
        }
        match item.offer {
            Some(_) => Ok(item),
            None => Err(refuse::stage(id, item.stage)),
        }
    }

    /// An item that whoever asks has given; where no person gave it, the role that checks it stands in, or without one whoever
    /// isn't concerned and is let in at the door.
    fn given(&self, id: WorkId) -> Result<&'s Item, Refusal> {
        let person = self.person()?;
        let (item, unit) = self.item(id)?;
        let whose = match (&item.giver, &item.checks.role) {
            (Actor::Person(giver), _) if giver == person => return Ok(item),
            (Actor::Person(giver), _) => giver.as_str(),
            (_, Some(role)) if self.has_role(person, role, unit) => "",
            (_, Some(role)) => role.as_str(),
            (_, None) => "",
        };
        if !whose.is_empty() {
            return Err(refuse::not_theirs("not-the-giver", person.as_str(), whose));
        }
        self.unconcerned(person, item, unit)?;
        Ok(item)
    }

    fn has_role(&self, person: &PersonId, role: &Name, unit: &UnitId) -> bool {
        let organisation = &self.state.organisation;
        organisation.has_role(person, role.as_str(), unit, self.today)
    }

    fn unconcerned(&self, person: &PersonId, item: &Item, unit: &UnitId) -> Result<(), Refusal> {
        let about = item.person.as_ref();
        checks::unconcerned(self.state, person, about, Some(unit), self.today)
    }

    fn accept(&self, id: WorkId, person: Option<&PersonId>) -> Result<Event, Refusal> {
        self.person()?;
        let (item, unit) = self.item(id)?;
        let unit = item.offer.as_ref().map_or(unit, |offer| &offer.to);
        self.place(unit, person)?;
        let item = self.offered(id)?;
        Ok(Event::Accepted {
            work: id,
            person: person.cloned(),
            day: self.today,
            period: self.period(self.today),
            due_in: self.period(item.due),
        })
    }

    fn decline(&self, id: WorkId, reason: Note, possible_if: Note) -> Result<Event, Refusal> {
        self.offered(id)?;
        Ok(Event::Declined {
            work: id,
            reason,
            possible_if,
            day: self.today,
            period: self.period(self.today),
        })
    }

    fn finish(&self, id: WorkId, outcome: Note) -> Result<Event, Refusal> {
        let item = self.held(id)?;
        at(id, item, &[Stage::InHand])?;
        Ok(Event::Finished {
            work: id,
            outcome,
            day: self.today,
            period: self.period(self.today),
            in_time: self.today <= item.due,
        })
    }

    fn check(
        &self,
        id: WorkId,
        code: Option<&Code>,
        verdict: Verdict,
        reason: Option<Note>,
    ) -> Result<Event, Refusal> {
        let item = self.checkable(id, code)?;
        at(id, item, &[Stage::Finished])?;
        if verdict == Verdict::Returned && reason.is_none() {
            return Err(refuse::about("no-reason", id));
        }
        Ok(Event::Checked {
            work: id,
            verdict,
            reason,
            with_code: code.is_some(),
            day: self.today,
            period: self.period(self.today),
            climbs: climbs(self.book, item.due, self.today),
        })
    }

    /// An item that whoever asks may check.
    fn checkable(&self, id: WorkId, code: Option<&Code>) -> Result<&'s Item, Refusal> {
        let not_the_checker =
            |who: &str, whose: &str| Err(refuse::not_theirs("not-the-checker", who, whose));
        match (self.by, code) {
            (Actor::Public, Some(code)) => {
                let (item, _) = self.item(id)?;
                if item.checks.tickets.contains(&code.check_ticket()) {
                    return Ok(item);
                }
                not_the_checker("-", "验收码 code")
            }
            (Actor::Person(person), None) => {
                let (item, unit) = self.item(id)?;
                match (&item.checks.role, &item.giver) {
                    (Some(role), _) if !self.has_role(person, role, unit) => {
                        return not_the_checker(person.as_str(), role.as_str());
                    }
                    (None, Actor::Person(giver)) if giver != person => {
                        return not_the_checker(person.as_str(), giver.as_str());
                    }
                    _ => {}
                }
                self.unconcerned(person, item, unit)?;
                Ok(item)
            }
            (by, _) => not_the_checker(
                &checks::name(by),
                "验收人、不登录的持码人 a checker, or one with a code who isn't signed in",
            ),
        }
    }

    fn hand_over(&self, id: WorkId, to: &UnitId, reason: Note) -> Result<Event, Refusal> {
        self.person()?;
        self.item(id)?;
        self.place(to, None)?;
        let item = self.held(id)?;
        at(id, item, &[Stage::InHand])?;
        if item.offer.is_some() {
            return Err(refuse::about("answer-pending", id));
        }
        if item.holders.contains(to) {
            return Err(refuse::had_it_before(to));
        }
        if item.handovers() >= usize::from(self.terms.handovers) {
            return Err(refuse::used_up(self.terms.handovers));
        }
        Ok(Event::HandedOver {
            work: id,
            to: to.clone(),
            reason,
            day: self.today,
            answer_by: self.answer_by(),
        })
    }

    fn postpone(&self, id: WorkId, due: Date, reason: Note) -> Result<Event, Refusal> {
        let item = self.given(id)?;
        if due < self.today {
            return Err(refuse::due_past(due, self.today));
        }
        at(id, item, &[Stage::Offered, Stage::InHand])?;
        if due <= item.due {
            return Err(refuse::not_later(due, item.due));
        }
        Ok(Event::Postponed {
            work: id,
            due,
            due_in: self.period(due),
            reason,
            day: self.today,
            period: self.period(self.today),
            climbs: climbs(self.book, due, self.today),
        })
    }

    fn ask_help(&self, id: WorkId, unit: &UnitId) -> Result<Event, Refusal> {
        self.person()?;
        self.item(id)?;
        self.place(unit, None)?;
        let item = self.held(id)?;
        at(id, item, &[Stage::InHand])?;
        if item.helpers.contains(unit) || item.holder() == Some(unit) {
            return Err(refuse::helps_already(unit));
        }
        Ok(Event::HelpAsked {
            work: id,
            unit: unit.clone(),
            day: self.today,
        })
    }

    fn groundless(&self, id: WorkId, reason: Note) -> Result<Event, Refusal> {
        let item = self.held(id)?;
        at(id, item, &[Stage::Offered, Stage::InHand])?;
        if item.kind != WorkKind::Request {
            return Err(refuse::about("not-a-request", id));
        }
        Ok(Event::Groundless {
            work: id,
            reason,
            day: self.today,
            period: self.period(self.today),
        })
    }

    fn reopen(&self, id: WorkId, due: Date, reason: Note) -> Result<Event, Refusal> {
        let item = self.given(id)?;
        if due < self.today {
            return Err(refuse::due_past(due, self.today));
        }
        let offers = [Stage::Declined, Stage::Unanswered];
        let closed = [Stage::Closed, Stage::Groundless];
        at(id, item, &[offers, closed].concat())?;
        let offered = offers.contains(&item.stage);
        Ok(Event::Reopened {
            work: id,
            due,
            due_in: self.period(due),
            reason,
            day: self.today,
            period: self.period(self.today),
            answer_by: offered.then(|| self.answer_by()),
            climbs: climbs(self.book, due, self.today),
        })
    }

    /// What falls due by itself: at most [`TICK_AT_MOST`] entries. Sent again on the same day it finds only what was left over.
    fn tick(&self) -> Result<Vec<Event>, Refusal> {
        checks::the_clock(self.by)?;
        let low = self.state.ratings.to_rectify(self.today);
        let opened = (self.state.work.next().0..).zip(low);
        let opened = opened.map(|(id, low)| self.rectification(WorkId(id), low));
        let lapsed = self.state.work.lapsing(self.today);
        let lapsed = lapsed.map(|work| Event::Unanswered {
            work,
            day: self.today,
            period: self.period(self.today),
        });
        let climbing = self.state.work.climbing(self.today);
        let climbing = climbing.filter_map(|(id, item)| self.escalate(id, item));
        let events = opened.chain(lapsed).chain(climbing);
        let events: Vec<Event> = events.take(TICK_AT_MOST).collect();
        if events.is_empty() {
            return Err(refuse::nothing_due());
        }
        Ok(events)
    }

    /// The rectification of what low ratings of a unit's service on a day, now over, were about.
    ///
    /// It names no rating, so nothing in it leads to who rated. Its time runs from the day before today: from the ratings' own
    /// day where the clock is on time. A unit that has ceased to be is stood in for by the one it went into.
    fn rectification(
        &self,
        work: WorkId,
        (unit, service, day): (&UnitId, Option<&Name>, Date),
    ) -> Event {
        let terms = &self.book.campaign.file.ratings;
        let since = self.today.plus(-1).max(day);
        let due = self.book.calendar.after(since, terms.rectify_days);
        let role = terms.decided_by.as_ref();
        Event::Opened(Box::new(Opened {
            work,
            kind: WorkKind::Rectification,
            title: None,
            quality: None,
            source: Source::Ratings {
                unit: unit.clone(),
                service: service.cloned(),
                day,
            },
            unit: standing_in(self.state, unit, self.today).clone(),
            person: None,
            due,
            due_in: self.period(due),
            day: self.today,
            period: self.period(self.today),
            answer_by: None,
            climbs: climbs(self.book, due, self.today),
            checks: Checks {
                role: role.map(|role| Name::from(role.as_str())),
                tickets: Vec::new(),
            },
        }))
    }

    fn escalate(&self, work: WorkId, item: &Item) -> Option<Event> {
        let organisation = &self.state.organisation;
        let from = item.reached.as_ref().or_else(|| item.holder())?;
        let to = organisation.parent(from, self.today);
        let further = to.and_then(|to| organisation.parent(to, self.today));
        Some(Event::Escalated {
            work,
            to: to.cloned(),
            day: self.today,
            climbs: further.map(|_| climbs(self.book, self.today, self.today)),
        })
    }
}

/// That an item stands at one of these stages.
fn at(id: WorkId, item: &Item, stages: &[Stage]) -> Result<(), Refusal> {
    if stages.contains(&item.stage) {
        Ok(())
    } else {
        Err(refuse::stage(id, item.stage))
    }
}
