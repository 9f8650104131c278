//! What comes of a command about ratings.
//!
//! The lowest level is as easy to give as the highest: no check here looks at the level.

use std::collections::BTreeSet;

use rulebook::model::Ratings as Terms;

use super::event::{CaseTold, Event, Given, Invited, OpenGiven, Revised};
use super::refuse;
use super::state::{Batch, Source};
use super::{Action, BatchId, BurstId, Case, Finding, Level, Opinion, Second, Voice};
use crate::checks;
use crate::entry::Standing;
use crate::id::{Name, RatingId, Ticket};
use crate::organisation::no_such_unit;
use crate::refusal::Refusal;
use crate::rules::Book;
use crate::state::Context;
use crate::{Actor, Date, Note, PersonId, State, UnitId};

/// So many codes can be entered with one command.
const TICKETS_AT_ONCE: usize = 1_000;
/// So many cases can be taken in with one command.
const CASES_AT_ONCE: usize = 5_000;
/// So many exclusions can be confirmed or refused with one command.
const EXCLUSIONS_AT_ONCE: usize = 1_000;
/// So many bursts lapse with one tick.
const LAPSES_AT_ONCE: usize = 500;

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
        terms: &book.campaign.file.ratings,
        today: context.today,
        by: context.by,
    };
    asked.decide(action)
}

struct Asked<'s> {
    state: &'s State,
    book: &'s Book,
    terms: &'s Terms,
    today: Date,
    by: &'s Actor,
}

/// What is rated.
struct About<'s> {
    unit: &'s UnitId,
    service: Option<&'s Name>,
    group: Option<&'s Name>,
}

fn one(event: Event) -> Vec<crate::Event> {
    vec![crate::Event::Rating(event)]
}

impl Asked<'_> {
    fn decide(&self, action: &Action) -> Result<Vec<crate::Event>, Refusal> {
        match action {
            Action::Invite {
                unit,
                service,
                group,
                voice,
                tickets,
            } => {
                let (service, group) = (service.as_ref(), group.as_ref());
                let about = About {
                    unit,
                    service,
                    group,
                };
                self.invite(&about, *voice, tickets)
            }
            Action::Cancel { batch, reason } => self.cancel(*batch, *reason),
            Action::Give { code, opinion } => self.give(code, opinion),
            Action::Revise { code, opinion } => self.revise(code, opinion),
            Action::GiveOpen {
                unit,
                service,
                group,
                opinion,
            } => {
                let (service, group) = (service.as_ref(), group.as_ref());
                let about = About {
                    unit,
                    service,
                    group,
                };
                self.give_open(&about, opinion)
            }
            Action::ImportCases { cases } => self.import(cases),
            Action::DecideBurst {
                burst,
                finding,
                reason,
            } => self.decide_burst(*burst, *finding, *reason),
            Action::Exclude { rating, reason } => self.exclude(*rating, *reason),
            Action::SecondExclusions {
                ratings,
                second,
                reason,
            } => self.second(ratings, *second, *reason),
            Action::CallBack { rating } => self.call_back(*rating),
            Action::Tick => self.tick(),
        }
    }

    fn invite(
        &self,
        about: &About<'_>,
        voice: Voice,
        tickets: &[Ticket],
    ) -> Result<Vec<crate::Event>, Refusal> {
        checks::account(self.by)?;
        self.offered(about, self.today)?;
        self.desk(about.unit)?;
        if tickets.is_empty() || tickets.len() > TICKETS_AT_ONCE {
            let what = ("邀请码", "codes");
            return Err(refuse::number(
                "no-tickets",
                tickets.len(),
                TICKETS_AT_ONCE,
                what,
            ));
        }
        let mut seen = BTreeSet::new();
        let known = |ticket: &&Ticket| {
            self.state.ratings.tickets.contains_key(*ticket) || !seen.insert(**ticket)
        };
        if let Some(twice) = tickets.iter().find(known) {
            return Err(refuse::twice("ticket-known", &twice.to_string()));
        }
        Ok(one(Event::Invited(Box::new(Invited {
            batch: self.state.ratings.next_batch(),
            unit: about.unit.clone(),
            service: about.service.cloned(),
            group: about.group.cloned(),
            voice,
            tickets: tickets.to_vec(),
            day: self.today,
            until: self.today.plus(i32::from(self.terms.valid_days)),
            period: self.period(self.today),
        }))))
    }

    /// That whoever asks may act for a unit: its own people, those of a unit above, those who decide on ratings, programs.
    fn desk(&self, unit: &UnitId) -> Result<(), Refusal> {
        let Actor::Person(person) = self.by else {
            return Ok(());
        };
        let organisation = &self.state.organisation;
        let own = organisation.unit_of(person, self.today);
        let near = own.is_some_and(|own| organisation.is_within(unit, own, self.today));
        let role = self.terms.decided_by.as_ref();
        let decides = || {
            role.is_some_and(|role| organisation.has_role(person, role.as_str(), unit, self.today))
        };
        if near || decides() {
            Ok(())
        } else {
            Err(refuse::not_your_desk(person.as_str(), unit.as_str()))
        }
    }

    /// That unit, service and group are there and go together.
    fn offered(&self, about: &About<'_>, day: Date) -> Result<(), Refusal> {
        let facts = self.state.organisation.facts(about.unit, day);
        let facts = facts.ok_or_else(|| no_such_unit(about.unit, day))?;
        let mut served = &[][..];
        if let Some(name) = about.service {
            let unknown = |why| refuse::not_in_rules("no-such-service", name.as_str(), why);
            let service = self.book.campaign.service(name.as_str());
            let service = service.ok_or_else(|| {
                unknown(("细则里没有这项服务", "the rulebook has no such service"))
            })?;
            let here = service.categories.is_empty()
                || service
                    .categories
                    .iter()
                    .any(|category| category.as_str() == facts.category.as_str());
            if !here {
                return Err(unknown((
                    "这类单位不提供这项服务",
                    "units of this category don't offer the service",
                )));
            }
            served = &service.served;
        }
        let Some(group) = about.group else {
            return Ok(());
        };
        let unknown = |why| refuse::not_in_rules("no-such-group", group.as_str(), why);
        let mut groups = self.book.campaign.file.served.iter();
        if !groups.any(|known| known.id.as_str() == group.as_str()) {
            return Err(unknown((
                "细则里没有这类服务对象",
                "the rulebook has no such group",
            )));
        }
        if !served.is_empty() && !served.iter().any(|id| id.as_str() == group.as_str()) {
            return Err(unknown((
                "这项服务不面向他们",
                "the service isn't for this group",
            )));
        }
        Ok(())
    }

    fn cancel(&self, id: BatchId, reason: Note) -> Result<Vec<crate::Event>, Refusal> {
        checks::account(self.by)?;
        let ratings = &self.state.ratings;
        let number = id.0.to_string();
        let unknown = || refuse::missing("no-such-batch", ("这批邀请码", "batch"), &number);
        let batch = ratings.batches.get(&id.0).ok_or_else(unknown)?;
        self.desk(self.unit(batch.unit).ok_or_else(unknown)?)?;
        if batch.cancelled {
            return Err(refuse::simple("batch-cancelled", &number));
        }
        Ok(one(Event::Cancelled { batch: id, reason }))
    }

    fn unit(&self, number: u32) -> Option<&UnitId> {
        let at = usize::try_from(number).ok()?;
        self.state.ratings.names.units.get_index(at)
    }

    fn give(&self, code: &super::Code, opinion: &Opinion) -> Result<Vec<crate::Event>, Refusal> {
        self.unnamed()?;
        self.tags(opinion)?;
        let (id, batch) = self.invitation(code.ticket())?;
        let rating = code.rating();
        if self.state.ratings.kept.contains_key(&rating) {
            return Err(refuse::code_used());
        }
        let names = &self.state.ratings.names;
        let unit = self.unit(batch.unit).ok_or_else(refuse::code_unknown)?;
        let low = self.is_low(opinion.level);
        let service = super::query::numbered(&names.services, batch.service);
        let given = Given {
            rating,
            unit: unit.clone(),
            service: service.cloned(),
            group: super::query::numbered(&names.groups, batch.group).cloned(),
            voice: batch.voice,
            batch: (batch.codes >= self.terms.min_shown).then_some(id),
            level: opinion.level,
            low,
            tags: opinion.tags.clone(),
            comment: opinion.comment,
            call_back: opinion.call_back,
            day: self.today,
            period: self.period(self.today),
            revise_until: self.today.plus(i32::from(self.terms.revise_days)),
            standing: self.standing(unit, low, Standing::Counts),
        };
        let mut events = one(Event::Given(Box::new(given)));
        if low {
            events.extend(self.burst(unit));
        }
        Ok(events)
    }

    /// The burst that one more low rating of a unit makes of those before it.
    fn burst(&self, unit: &UnitId) -> Option<crate::Event> {
        let ratings = &self.state.ratings;
        let count = ratings.lows(unit, self.today) + 1;
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let bursting = ratings.bursting(unit, self.today).is_some();
        let opened = || Event::BurstOpened {
            burst: ratings.next_burst(),
            unit: unit.clone(),
            day: self.today,
            count,
            decide_by: self.book.calendar.after(self.today, self.terms.burst_days),
        };
        (!bursting && count >= self.terms.burst).then(|| crate::Event::Rating(opened()))
    }

    fn unnamed(&self) -> Result<(), Refusal> {
        match self.by {
            Actor::Public => Ok(()),
            _ => Err(refuse::named()),
        }
    }

    fn tags(&self, opinion: &Opinion) -> Result<(), Refusal> {
        let known = |tag: &&Name| {
            let mut tags = self.terms.tag.iter();
            tags.any(|known| known.id.as_str() == tag.as_str())
        };
        match opinion.tags.iter().find(|tag| !known(tag)) {
            None => Ok(()),
            Some(tag) => Err(refuse::not_in_rules(
                "no-such-tag",
                tag.as_str(),
                ("细则里没有这个标签", "the rulebook has no such tag"),
            )),
        }
    }

    /// The batch of a code that is valid today.
    fn invitation(&self, ticket: Ticket) -> Result<(BatchId, &Batch), Refusal> {
        let ratings = &self.state.ratings;
        let id = *ratings
            .tickets
            .get(&ticket)
            .ok_or_else(refuse::code_unknown)?;
        let batch = ratings.batches.get(&id).ok_or_else(refuse::code_unknown)?;
        if batch.cancelled {
            return Err(refuse::code_gone("code-cancelled", batch.until));
        }
        if batch.until < self.today {
            return Err(refuse::code_gone("code-expired", batch.until));
        }
        Ok((BatchId(id), batch))
    }

    fn is_low(&self, level: Option<Level>) -> bool {
        level.is_some_and(|level| level.number() <= self.terms.low_levels)
    }

    fn period(&self, day: Date) -> rulebook::Period {
        let wanted = self.book.calendar.period_of(day);
        self.state.periods.counts_in(wanted)
    }

    /// A low rating of a unit with a burst today waits with the others.
    fn standing(&self, unit: &UnitId, low: bool, otherwise: Standing) -> Standing {
        if low && self.state.ratings.bursting(unit, self.today).is_some() {
            Standing::Held
        } else {
            otherwise
        }
    }

    fn revise(&self, code: &super::Code, opinion: &Opinion) -> Result<Vec<crate::Event>, Refusal> {
        self.unnamed()?;
        self.tags(opinion)?;
        let ratings = &self.state.ratings;
        let rating = code.rating();
        let old = ratings
            .kept
            .get(&rating)
            .ok_or_else(refuse::not_yet_rated)?;
        match old.source {
            Source::Code => {}
            Source::RevisedCode => return Err(refuse::revised_already()),
            // A case has no code; its id can't be that of one.
            Source::Case => return Err(refuse::not_yet_rated()),
        }
        if old.revise_until < self.today {
            return Err(refuse::revise_late(old.revise_until));
        }
        if old.standing == Standing::SetAside {
            return Err(refuse::set_aside());
        }
        let unit = self.unit(old.unit).ok_or_else(refuse::not_yet_rated)?;
        let low = self.is_low(opinion.level);
        let newly_low = low && !old.low;
        let counted = ratings.names.periods.get_index(usize::from(old.period));
        let counted = counted.copied().unwrap_or_else(|| self.period(self.today));
        let revised = Revised {
            rating,
            level: opinion.level,
            low,
            tags: opinion.tags.clone(),
            comment: opinion.comment,
            call_back: opinion.call_back,
            day: self.today,
            period: self.state.periods.counts_in(counted),
            standing: self.standing(unit, newly_low, old.standing),
        };
        let mut events = one(Event::Revised(Box::new(revised)));
        if newly_low {
            events.extend(self.burst(unit));
        }
        Ok(events)
    }

    fn give_open(
        &self,
        about: &About<'_>,
        opinion: &Opinion,
    ) -> Result<Vec<crate::Event>, Refusal> {
        self.unnamed()?;
        self.offered(about, self.today)?;
        self.tags(opinion)?;
        Ok(one(Event::OpenGiven(Box::new(OpenGiven {
            unit: about.unit.clone(),
            service: about.service.cloned(),
            group: about.group.cloned(),
            level: opinion.level,
            tags: opinion.tags.clone(),
            comment: opinion.comment,
            call_back: opinion.call_back,
            day: self.today,
            period: self.period(self.today),
        }))))
    }

    fn import(&self, cases: &[Case]) -> Result<Vec<crate::Event>, Refusal> {
        checks::account(self.by)?;
        for case in cases {
            let (service, group) = (case.service.as_ref(), case.group.as_ref());
            let about = About {
                unit: &case.unit,
                service,
                group,
            };
            self.offered(&about, case.day.min(self.today))?;
        }
        if let Actor::Person(person) = self.by {
            let units: BTreeSet<&UnitId> = cases.iter().map(|case| &case.unit).collect();
            for unit in units {
                self.unconcerned(person, unit)?;
            }
        }
        self.importable(cases)?;
        let told = cases.iter().map(|case| self.told(case));
        Ok(told.map(crate::Event::Rating).collect())
    }

    fn told(&self, case: &Case) -> Event {
        Event::CaseTold(Box::new(CaseTold {
            case: case.case,
            unit: case.unit.clone(),
            service: case.service.clone(),
            group: case.group.clone(),
            level: case.level,
            low: self.is_low(case.level),
            day: case.day,
            told: self.today,
            period: self.period(case.day),
        }))
    }

    fn importable(&self, cases: &[Case]) -> Result<(), Refusal> {
        if cases.is_empty() || cases.len() > CASES_AT_ONCE {
            let what = ("个案", "cases");
            return Err(refuse::number("no-cases", cases.len(), CASES_AT_ONCE, what));
        }
        if let Some(case) = cases.iter().find(|case| case.day > self.today) {
            return Err(refuse::in_future(case.day, self.today));
        }
        let mut seen = BTreeSet::new();
        let known = |case: &&Case| {
            self.state.ratings.kept.contains_key(&case.case) || !seen.insert(case.case)
        };
        match cases.iter().find(known) {
            Some(twice) => Err(refuse::twice("case-known", &twice.case.to_string())),
            None => Ok(()),
        }
    }

    fn unconcerned(&self, person: &PersonId, unit: &UnitId) -> Result<(), Refusal> {
        checks::unconcerned(self.state, person, None, Some(unit), self.today)
    }

    fn person(&self) -> Result<&PersonId, Refusal> {
        checks::by_person(self.by)
    }

    /// That a person may decide on ratings of a unit. Where the rulebook names no role, anyone may who isn't concerned and
    /// whom the door lets in.
    fn decider(&self, person: &PersonId, unit: &UnitId) -> Result<(), Refusal> {
        if let Some(role) = &self.terms.decided_by {
            let organisation = &self.state.organisation;
            if !organisation.has_role(person, role.as_str(), unit, self.today) {
                return Err(checks::not_entitled(person.as_str(), role.as_str()));
            }
        }
        self.unconcerned(person, unit)
    }

    fn decide_burst(
        &self,
        id: BurstId,
        finding: Finding,
        reason: Note,
    ) -> Result<Vec<crate::Event>, Refusal> {
        let person = self.person()?;
        let number = id.0.to_string();
        let unknown = || refuse::missing("no-such-burst", ("扎堆", "burst"), &number);
        let burst = self.state.ratings.burst(id).ok_or_else(unknown)?;
        self.decider(person, &burst.unit)?;
        if burst.finding.is_some() || burst.settled {
            return Err(refuse::simple("burst-decided", &number));
        }
        let mut events = one(Event::BurstDecided {
            burst: id,
            finding,
            reason,
        });
        if finding == Finding::Attack {
            let held = self.state.ratings.held(burst);
            events.extend(held.map(|rating| {
                crate::Event::Rating(Event::ExclusionProposed {
                    rating,
                    burst: Some(id),
                    reason,
                })
            }));
        }
        Ok(events)
    }

    /// The unit of a rating and its number.
    fn rated(&self, rating: RatingId) -> Result<(&UnitId, u32), Refusal> {
        let id = rating.to_string();
        let unknown = || refuse::missing("no-such-rating", ("评价", "rating"), &id);
        let ratings = &self.state.ratings;
        let index = ratings.index(rating).ok_or_else(unknown)?;
        let (_, kept) = ratings.at(index).ok_or_else(unknown)?;
        Ok((self.unit(kept.unit).ok_or_else(unknown)?, index))
    }

    fn exclude(&self, rating: RatingId, reason: Note) -> Result<Vec<crate::Event>, Refusal> {
        let person = self.person()?;
        let (unit, index) = self.rated(rating)?;
        self.decider(person, unit)?;
        let kept = self.state.ratings.at(index).map(|(_, kept)| kept);
        if kept.is_some_and(|kept| kept.standing == Standing::SetAside) {
            return Err(refuse::set_aside());
        }
        if self.state.ratings.proposed.contains_key(&index) {
            return Err(refuse::simple("exclusion-pending", &rating.to_string()));
        }
        Ok(one(Event::ExclusionProposed {
            rating,
            burst: None,
            reason,
        }))
    }

    fn second(
        &self,
        listed: &[RatingId],
        second: Second,
        reason: Note,
    ) -> Result<Vec<crate::Event>, Refusal> {
        let person = self.person()?;
        checks::at_most(listed.len(), EXCLUSIONS_AT_ONCE, ("评价", "ratings"))?;
        let listed: BTreeSet<RatingId> = listed.iter().copied().collect();
        let mut found = Vec::new();
        for rating in &listed {
            let (unit, index) = self.rated(*rating)?;
            found.push((*rating, unit, index));
        }
        for (_, unit, _) in &found {
            self.decider(person, unit)?;
        }
        let mut events = Vec::with_capacity(found.len());
        for (rating, _, index) in found {
            let id = rating.to_string();
            let proposed = self.state.ratings.proposed.get(&index);
            let proposed = proposed.ok_or_else(|| refuse::simple("no-exclusion", &id))?;
            checks::second_person(person, proposed.by.person().as_slice())?;
            events.push(crate::Event::Rating(match second {
                Second::Confirmed => Event::Excluded { rating, reason },
                Second::Refused => Event::ExclusionRefused { rating, reason },
            }));
        }
        if events.is_empty() {
            return Err(refuse::simple("no-exclusion", "-"));
        }
        Ok(events)
    }

    fn call_back(&self, rating: RatingId) -> Result<Vec<crate::Event>, Refusal> {
        self.person()?;
        let (unit, index) = self.rated(rating)?;
        self.desk(unit)?;
        if !self.state.ratings.wants_call(index) {
            return Err(refuse::simple("no-call-back", &rating.to_string()));
        }
        Ok(one(Event::CalledBack {
            rating,
            day: self.today,
        }))
    }

    /// What falls due: bursts that nobody has settled in time.
    fn tick(&self) -> Result<Vec<crate::Event>, Refusal> {
        checks::the_clock(self.by)?;
        let due = self.state.ratings.unsettled.iter();
        let due = due.take_while(|(by, _)| *by < self.today);
        let lapse = |(_, burst): &(Date, BurstId)| Event::BurstLapsed { burst: *burst };
        let lapsed: Vec<crate::Event> = due
            .take(LAPSES_AT_ONCE)
            .map(lapse)
            .map(crate::Event::Rating)
            .collect();
        if lapsed.is_empty() {
            return Err(refuse::simple("nothing-due", ""));
        }
        Ok(lapsed)
    }
}
