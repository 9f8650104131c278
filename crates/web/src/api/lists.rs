//! Lists of what someone may see: records, work, objections; honours; ladders. What isn't theirs to see isn't among them.

use std::collections::HashMap;

use campaign::objection::Objection;
use campaign::record::{Record, RecordId};
use campaign::work::Item;
use campaign::{PersonId, UnitId};
use schemars::schema_for;

use super::Limit;
use super::read::{limited, listed};
use super::views::{
    BurdenView, FlagView, HonourView, LadderView, Listed, ObjectionView, RecordView, SampleView,
    WorkView,
};
use crate::asked::{Asked, At};
use crate::problem::Problem;
use crate::reply::Answer;
use crate::rights::{Resource, Verb};
use crate::routes::Table;

const UNIT: Limit = Limit {
    name: "unit",
    about: "Only those of this unit.",
    example: "t01",
};
const PERIOD: Limit = Limit {
    name: "period",
    about: "Only those of this period.",
    example: "2026-11",
};
const FORM: Limit = Limit {
    name: "form",
    about: "Only those of this form.",
    example: "monthly",
};
const WAITING: Limit = Limit {
    name: "waiting",
    about: "`yes`: only those that are to be verified.",
    example: "yes",
};
const KIND: Limit = Limit {
    name: "kind",
    about: "Only those of this kind: `task`, `promise`, `rectification` or `request`.",
    example: "task",
};
const OPEN: Limit = Limit {
    name: "open",
    about: "`yes`: only those that are still to be decided, or can be appealed.",
    example: "yes",
};
const HONOUR: Limit = Limit {
    name: "honour",
    about: "Only this honour.",
    example: "model",
};
const LADDER: Limit = Limit {
    name: "ladder",
    about: "Only this ladder.",
    example: "annual-township",
};

/// The routes.
pub(super) fn lists(table: Table) -> Table {
    use Verb::{SeeAccount, SeeOffice, SeePublic, SeeRecord};
    let at = (
        "/records",
        SeeAccount,
        "records",
        "The records that whoever asks may see, oldest first.",
    );
    let answer = schema_for!(Listed<RecordView>);
    let table = limited(table, at, &[UNIT, FORM, PERIOD, WAITING], (records, answer));
    let at = (
        "/samples",
        SeeRecord,
        "samples",
        "The forms of a period of which a share is drawn for verification, and how far that is.",
    );
    let answer = schema_for!(Listed<SampleView>);
    let table = limited(table, at, &[PERIOD], (samples, answer));
    let at = (
        "/flags",
        SeeOffice,
        "flags",
        "What is rarely so by chance in a period that is over: questions to a person, none of which changes a score.",
    );
    let answer = schema_for!(Listed<FlagView>);
    let table = limited(table, at, &[PERIOD], (flags, answer));
    let at = (
        "/burden",
        SeeOffice,
        "burden",
        "The minutes that forms ask of the units of each category, and took in a period that is over.",
    );
    let answer = schema_for!(Listed<BurdenView>);
    let table = limited(table, at, &[PERIOD], (burden, answer));
    let at = (
        "/work",
        SeeAccount,
        "work-items",
        "The work items that whoever asks may see, oldest first.",
    );
    let answer = schema_for!(Listed<WorkView>);
    let table = limited(table, at, &[UNIT, KIND], (work, answer));
    let at = (
        "/objections",
        SeeAccount,
        "objections",
        "The objections that whoever asks may see, oldest first.",
    );
    let answer = schema_for!(Listed<ObjectionView>);
    let table = limited(table, at, &[UNIT, PERIOD, OPEN], (objections, answer));
    let at = (
        "/honours",
        SeePublic,
        "honours",
        "The honours held, oldest first; people aren't named.",
    );
    let answer = schema_for!(Listed<HonourView>);
    let table = limited(table, at, &[UNIT, HONOUR], (honours, answer));
    let at = (
        "/ladders",
        SeeOffice,
        "ladders",
        "The levels that ladders have proposed, oldest first.",
    );
    let answer = schema_for!(Listed<LadderView>);
    limited(table, at, &[LADDER], (ladders, answer))
}

/// Which things whoever asks may see; each group of units is asked about once.
struct Sight<'a> {
    asked: &'a Asked<'a>,
    known: HashMap<(Vec<UnitId>, Option<PersonId>), bool>,
}

impl<'a> Sight<'a> {
    fn new(asked: &'a Asked<'a>) -> Self {
        Self {
            asked,
            known: HashMap::new(),
        }
    }

    fn of(&mut self, units: Vec<UnitId>, person: Option<PersonId>) -> bool {
        let Asked {
            app,
            state,
            standing,
            ..
        } = self.asked;
        let seen = self.known.entry((units, person)).or_insert_with_key(|key| {
            let of = Resource {
                units: key.0.clone(),
                person: key.1.clone(),
            };
            app.rights.allow(state, standing, Verb::SeeRecord, &of)
        });
        *seen
    }
}

/// What a parameter says; none where it isn't there.
fn wanted(at: &At, limit: Limit) -> Option<&str> {
    Some(at.query.get(limit.name)).filter(|text| !text.is_empty())
}

fn period(at: &At) -> Result<Option<rulebook::Period>, Problem> {
    let text = wanted(at, PERIOD);
    let parsed = text.map(|text| text.parse::<rulebook::Period>());
    parsed
        .transpose()
        .map_err(|error| Problem::unreadable(&format!("period: {error}")))
}

fn records(asked: &Asked<'_>, at: &At) -> Answer {
    let (unit, form, period) = (wanted(at, UNIT), wanted(at, FORM), period(at)?);
    let waiting = wanted(at, WAITING) == Some("yes");
    let mut sight = Sight::new(asked);
    let numbers = 0..asked.state.records.len();
    let all = numbers.filter_map(|number| {
        let id = RecordId(u64::try_from(number).ok()?);
        Some((id, asked.state.records.get(id)?))
    });
    let fits = |one: &Record| {
        unit.is_none_or(|unit| one.unit.as_str() == unit || one.from.as_str() == unit)
            && form.is_none_or(|form| one.form.as_str() == form)
            && period.is_none_or(|period| one.counts_in == period)
            && (!waiting || one.to_be_verified())
    };
    let all = all.filter(|(_, one)| fits(one));
    let seen = all.filter(|(_, one)| sight.of(vec![one.unit.clone(), one.from.clone()], None));
    listed(
        at,
        seen,
        |(id, _)| id.0.to_string(),
        |(id, one)| RecordView::of(asked, *id, one),
    )
}

fn samples(asked: &Asked<'_>, at: &At) -> Answer {
    let running = asked.book()?.calendar.period_of(asked.today);
    let period = period(at)?.unwrap_or_else(|| running.previous());
    listed(
        at,
        campaign::record::sampled(asked.state, period),
        |one| one.form.id.to_string(),
        |one| SampleView::of(period, one),
    )
}

/// The period that is named, or the last; one that isn't over is not found.
fn over(asked: &Asked<'_>, at: &At) -> Result<rulebook::Period, Problem> {
    let period = period(at)?;
    let over = crate::pages::office::over(asked)?;
    let period = period.or_else(|| over.first().copied());
    let period = period.filter(|period| over.contains(period));
    period.ok_or_else(Problem::not_found)
}

fn burden(asked: &Asked<'_>, at: &At) -> Answer {
    let period = over(asked, at)?;
    let book = asked
        .state
        .rules
        .of(period)
        .ok_or_else(Problem::not_found)?;
    let limit = book.campaign.file.limits.minutes_per_month;
    listed(
        at,
        crate::pages::office::burden::of_categories(asked.state, period),
        |of| of.category.clone(),
        |of| BurdenView::of(period, limit, of),
    )
}

fn flags(asked: &Asked<'_>, at: &At) -> Answer {
    let found = crate::pages::office::find(asked, over(asked, at)?)?;
    listed(
        at,
        found.flags.iter().enumerate(),
        |(place, _)| place.to_string(),
        |(place, flag)| FlagView::of(*place, flag),
    )
}

fn work(asked: &Asked<'_>, at: &At) -> Answer {
    let (unit, kind) = (wanted(at, UNIT), wanted(at, KIND));
    let mut sight = Sight::new(asked);
    let units = |item: &Item| -> Vec<UnitId> {
        item.holders.iter().chain(&item.helpers).cloned().collect()
    };
    let fits = |item: &Item| {
        let name = serde_json::to_value(item.kind).unwrap_or_default();
        unit.is_none_or(|unit| item.holder().is_some_and(|one| one.as_str() == unit))
            && kind.is_none_or(|kind| name == kind)
    };
    let all = asked.state.work.items().filter(|(_, item)| fits(item));
    let seen = all.filter(|(_, item)| sight.of(units(item), None));
    listed(
        at,
        seen,
        |(id, _)| id.0.to_string(),
        |(id, item)| WorkView::of(asked, *id, item),
    )
}

fn objections(asked: &Asked<'_>, at: &At) -> Answer {
    let (unit, period) = (wanted(at, UNIT), period(at)?);
    let open = wanted(at, OPEN) == Some("yes");
    let mut sight = Sight::new(asked);
    let fits = |one: &Objection| {
        unit.is_none_or(|unit| one.unit.as_ref().is_some_and(|of| of.as_str() == unit))
            && period.is_none_or(|period| one.period == Some(period))
            && (!open || one.is_open(asked.today))
    };
    let all = asked.state.objections.iter().filter(|(_, one)| fits(one));
    let seen = all.filter(|(_, one)| {
        let own = asked.standing.person.as_ref() == Some(&one.by);
        own || sight.of(one.unit.iter().cloned().collect(), None)
    });
    listed(
        at,
        seen,
        |(id, _)| id.0.to_string(),
        |(id, one)| ObjectionView::of(asked, *id, one),
    )
}

fn honours(asked: &Asked<'_>, at: &At) -> Answer {
    let (unit, honour) = (wanted(at, UNIT), wanted(at, HONOUR));
    let all = asked.state.honours.gallery();
    let all = all.map(|(id, one)| HonourView::of(id, one));
    let fits = |one: &HonourView| {
        unit.is_none_or(|unit| one.by_unit.as_str() == unit)
            && honour.is_none_or(|honour| one.honour == honour)
    };
    listed(
        at,
        all.filter(|one| fits(one)),
        |one| one.nomination.to_string(),
        Clone::clone,
    )
}

fn ladders(asked: &Asked<'_>, at: &At) -> Answer {
    let ladder = wanted(at, LADDER);
    let all = asked.state.ladders.iter();
    let all = all.filter(|(_, one)| ladder.is_none_or(|ladder| one.ladder.as_str() == ladder));
    listed(
        at,
        all,
        |(id, _)| id.0.to_string(),
        |(id, one)| LadderView::of(*id, one),
    )
}
