//! What can be read: the routes, and the functions that answer them with [`views`](super::views).

use axum::http::Method;
use campaign::objection::ObjectionId;
use campaign::record::{RecordId, due_of_person, due_of_unit};
use campaign::work::WorkId;
use rulebook::model::WorkKind;
use schemars::{Schema, schema_for};
use serde::Serialize;

use super::lists::lists;
use super::openapi::{ITEMS, MOST_ITEMS};
use super::views::{
    CampaignView, CategoryView, CircularView, DueView, Listed, LogView, ObjectionView, PeriodView,
    RatingsView, RecordView, RefusalView, ResultView, ResultsView, ScoreView, ServiceView,
    UnitView, WorkView,
};
use super::write::BASE;
use super::{Doc, Limit, Paging};
use crate::asked::{Asked, At};
use crate::pages::public::results::{Only, explained, results as visible};
use crate::problem::Problem;
use crate::reply::{Answer, Reply};
use crate::rights::Verb;
use crate::routes::{Does, Route, Show, Table};

/// A resource: its path below the base, the right it takes, the operation's id and summary.
pub(super) type Resource = (&'static str, Verb, &'static str, &'static str);

fn one(table: Table, (path, verb, id, summary): Resource, show: Show, answer: Schema) -> Table {
    resource(table, (path, verb, id, summary), show, answer, Paging::No)
}

fn list(table: Table, (path, verb, id, summary): Resource, show: Show, answer: Schema) -> Table {
    resource(table, (path, verb, id, summary), show, answer, Paging::Yes)
}

/// A list that can be limited.
pub(super) fn limited(
    table: Table,
    at: Resource,
    limits: &'static [Limit],
    (show, answer): (Show, Schema),
) -> Table {
    add(table, at, show, answer, (Paging::Yes, limits))
}

fn resource(table: Table, at: Resource, show: Show, answer: Schema, paging: Paging) -> Table {
    add(table, at, show, answer, (paging, &[]))
}

fn add(
    table: Table,
    (path, verb, id, summary): Resource,
    show: Show,
    answer: Schema,
    (paging, limits): (Paging, &'static [Limit]),
) -> Table {
    table.documented(Route {
        method: Method::GET,
        path: format!("{BASE}{path}"),
        verb,
        does: Does::Show(show),
        doc: Some(Doc {
            id: id.into(),
            tag: "read",
            summary: summary.into(),
            paging,
            limits,
            body: None,
            answer,
        }),
    })
}

/// The routes.
#[must_use]
pub fn routes() -> Table {
    lists(internal(public(Table::new())))
}

#[expect(clippy::too_many_lines, reason = "a list of routes")]
fn public(table: Table) -> Table {
    use Verb::SeePublic;
    let at = ("/campaign", SeePublic, "campaign", "The campaign.");
    let table = one(table, at, campaign, schema_for!(CampaignView));
    let at = (
        "/categories",
        SeePublic,
        "categories",
        "The categories: units are compared only inside one.",
    );
    let table = list(table, at, categories, schema_for!(Listed<CategoryView>));
    let at = (
        "/units",
        SeePublic,
        "units",
        "The units, as they are today, by id.",
    );
    let table = list(table, at, units, schema_for!(Listed<UnitView>));
    let at = (
        "/units/{unit}",
        SeePublic,
        "unit",
        "A unit, as it is today.",
    );
    let table = one(table, at, unit, schema_for!(UnitView));
    let at = (
        "/periods",
        SeePublic,
        "periods",
        "The periods that were cut off, and how far each is.",
    );
    let table = list(table, at, periods, schema_for!(Listed<PeriodView>));
    let at = (
        "/periods/{period}/results",
        SeePublic,
        "results",
        "The results of a period: final ones for everyone, preliminary ones for those who may see the inside.",
    );
    let table = one(table, at, results, schema_for!(ResultsView));
    let at = (
        "/units/{unit}/score/{period}",
        SeePublic,
        "score",
        "The score of a unit, explained point by point.",
    );
    let table = one(table, at, score, schema_for!(ScoreView));
    let at = (
        "/units/{unit}/ratings/{period}",
        SeePublic,
        "ratings",
        "How many of those served said what of a unit in a period, small numbers withheld.",
    );
    let table = one(table, at, ratings, schema_for!(RatingsView));
    let at = (
        "/circulars",
        SeePublic,
        "circulars",
        "The circulars that are published, oldest first.",
    );
    let table = list(table, at, circulars, schema_for!(Listed<CircularView>));
    let at = (
        "/promises",
        SeePublic,
        "promises",
        "The promises that units have made.",
    );
    let table = list(table, at, promises, schema_for!(Listed<WorkView>));
    let at = (
        "/services",
        SeePublic,
        "services",
        "The services with their steps, time limits and costs.",
    );
    let table = list(table, at, services, schema_for!(Listed<ServiceView>));
    let at = (
        "/refusals",
        SeePublic,
        "refusals",
        "Every code with which an action can be refused.",
    );
    let table = list(table, at, refusals, schema_for!(Listed<RefusalView>));
    let at = ("/log", SeePublic, "log", "How many entries the log has.");
    one(table, at, log, schema_for!(LogView))
}

fn internal(table: Table) -> Table {
    use Verb::{SeeAccount, SeeRecord, SeeUnit};
    let at = (
        "/me/due",
        SeeAccount,
        "my-due",
        "What whoever asks has to file.",
    );
    let table = list(table, at, my_due, schema_for!(Listed<DueView>));
    let at = (
        "/me/work",
        SeeAccount,
        "my-work",
        "The work items of whoever asks.",
    );
    let table = list(table, at, my_work, schema_for!(Listed<WorkView>));
    let at = (
        "/units/{unit}/due",
        SeeUnit,
        "unit-due",
        "What a unit has to file.",
    );
    let table = list(table, at, unit_due, schema_for!(Listed<DueView>));
    let at = (
        "/units/{unit}/work",
        SeeUnit,
        "unit-work",
        "The work items of a unit.",
    );
    let table = list(table, at, unit_work, schema_for!(Listed<WorkView>));
    let at = ("/records/{record}", SeeRecord, "record", "A record.");
    let table = one(table, at, record, schema_for!(RecordView));
    let at = ("/work/{work}", SeeRecord, "work", "A work item.");
    let table = one(table, at, work, schema_for!(WorkView));
    let at = (
        "/objections/{objection}",
        SeeRecord,
        "objection",
        "An objection.",
    );
    one(table, at, objection, schema_for!(ObjectionView))
}

/// A page of a list: from `after` on, as many as `limit` says. `key` names an item for `after`.
pub(super) fn listed<S, T: Serialize>(
    at: &At,
    all: impl IntoIterator<Item = S>,
    key: impl Fn(&S) -> String,
    view: impl Fn(&S) -> T,
) -> Answer {
    let limit = match at.query.get("limit") {
        "" => ITEMS,
        limit => limit
            .parse()
            .ok()
            .filter(|limit| (1..=MOST_ITEMS).contains(limit))
            .ok_or_else(|| Problem::unreadable(&format!("limit: 1–{MOST_ITEMS}")))?,
    };
    let mut all = all.into_iter();
    let after = at.query.get("after");
    if !after.is_empty() && !all.any(|one| key(&one) == after) {
        return Err(Problem::unreadable("after"));
    }
    let mut shown: Vec<S> = all.by_ref().take(limit + 1).collect();
    let more = shown.len() > limit;
    shown.truncate(limit);
    Reply::json(&Listed {
        next: shown.last().filter(|_| more).map(&key),
        items: shown.iter().map(view).collect(),
    })
}

fn campaign(asked: &Asked<'_>, _at: &At) -> Answer {
    let book = asked.book()?;
    let file = &book.campaign.file;
    Reply::json(&CampaignView {
        id: file.id.to_string(),
        name: file.name.clone(),
        about: file.about.clone(),
        aims: file.aims.clone(),
        rules: book.version,
        digest: book.digest,
        today: asked.today,
    })
}

fn categories(asked: &Asked<'_>, at: &At) -> Answer {
    let all = &asked.book()?.campaign.file.category;
    let organisation = &asked.state.organisation;
    listed(
        at,
        all,
        |one| one.id.to_string(),
        |one| CategoryView {
            id: one.id.to_string(),
            name: one.name.clone(),
            about: one.about.clone(),
            units: organisation
                .units(asked.today)
                .filter(|(_, facts)| facts.category.as_str() == one.id.as_str())
                .count(),
        },
    )
}

fn units(asked: &Asked<'_>, at: &At) -> Answer {
    let all = asked.state.organisation.units(asked.today);
    listed(
        at,
        all,
        |(unit, _)| unit.to_string(),
        |(unit, facts)| unit_view(unit, facts),
    )
}

fn unit(asked: &Asked<'_>, at: &At) -> Answer {
    let unit = at.unit()?;
    let facts = asked.state.organisation.facts(&unit, asked.today);
    Reply::json(&unit_view(&unit, facts.ok_or_else(Problem::not_found)?))
}

fn unit_view(unit: &campaign::UnitId, facts: &campaign::organisation::Facts) -> UnitView {
    UnitView {
        unit: unit.clone(),
        name: facts.name.clone(),
        category: facts.category.to_string(),
        parent: facts.parent.clone(),
    }
}

fn periods(asked: &Asked<'_>, at: &At) -> Answer {
    listed(
        at,
        asked.state.periods.iter(),
        |(period, _)| period.to_string(),
        |(period, of)| PeriodView::of(asked, *period, of.stage),
    )
}

fn results(asked: &Asked<'_>, at: &At) -> Answer {
    let period = at.period()?;
    let found = visible(asked, period, None).ok_or_else(Problem::not_found)?;
    Reply::json(&ResultsView::of(period, found.run, found.preliminary))
}

fn score(asked: &Asked<'_>, at: &At) -> Answer {
    let (unit, period) = (at.unit()?, at.period()?);
    let found = visible(asked, period, Some(&unit)).ok_or_else(Problem::not_found)?;
    let (class, result) = found.run.of(&unit).ok_or_else(Problem::not_found)?;
    let explained = explained(asked, period, found.run, &unit, Only::One);
    Reply::json(&ScoreView {
        period,
        preliminary: found.preliminary,
        category: class.category.to_string(),
        scheme: class.scheme.to_string(),
        result: ResultView::of(result),
        explanation: explained.and_then(|class| class.of(&unit).cloned()),
    })
}

fn ratings(asked: &Asked<'_>, at: &At) -> Answer {
    let (unit, period) = (at.unit()?, at.period()?);
    let found = visible(asked, period, Some(&unit)).ok_or_else(Problem::not_found)?;
    found.run.of(&unit).ok_or_else(Problem::not_found)?;
    let book = asked
        .state
        .rules
        .of(period)
        .ok_or_else(Problem::not_found)?;
    let least = book.campaign.file.ratings.min_shown;
    let told = campaign::rating::told(asked.state, &unit, period, asked.today);
    Reply::json(&RatingsView::of(&unit, period, least, &told))
}

fn circulars(asked: &Asked<'_>, at: &At) -> Answer {
    let all = asked.state.circulars.iter();
    listed(
        at,
        all.filter_map(|(id, one)| CircularView::of(id, one)),
        |one| one.circular.to_string(),
        Clone::clone,
    )
}

fn promises(asked: &Asked<'_>, at: &At) -> Answer {
    let items = asked.state.work.items();
    let counts = campaign::entry::Standing::Counts;
    listed(
        at,
        items.filter(|(_, item)| item.kind == WorkKind::Promise && item.standing == counts),
        |(id, _)| id.0.to_string(),
        |(id, item)| WorkView::of(asked, *id, item),
    )
}

fn services(asked: &Asked<'_>, at: &At) -> Answer {
    let all = &asked.book()?.campaign.services;
    listed(
        at,
        all.iter().map(|service| &service.item),
        |one| one.id.to_string(),
        |one| (*one).clone(),
    )
}

fn refusals(_asked: &Asked<'_>, at: &At) -> Answer {
    let all = campaign::refusal::all();
    let all = all
        .into_iter()
        .flat_map(|(of, codes)| codes.iter().map(move |code| (of, code)));
    listed(
        at,
        all,
        |(of, (code, ..))| format!("{of}/{code}"),
        |(of, (code, zh, en))| RefusalView { code, of, zh, en },
    )
}

fn log(asked: &Asked<'_>, _at: &At) -> Answer {
    Reply::json(&LogView {
        entries: asked.state.length(),
    })
}

fn dues(at: &At, all: &[campaign::record::Due<'_>]) -> Answer {
    listed(
        at,
        all.iter().enumerate(),
        |(place, _)| place.to_string(),
        |(_, due)| DueView::of(due),
    )
}

fn my_due(asked: &Asked<'_>, at: &At) -> Answer {
    dues(
        at,
        &due_of_person(asked.state, asked.person()?, asked.today),
    )
}

fn unit_due(asked: &Asked<'_>, at: &At) -> Answer {
    dues(at, &due_of_unit(asked.state, &at.unit()?, asked.today))
}

fn my_work(asked: &Asked<'_>, at: &At) -> Answer {
    listed(
        at,
        asked.state.work.of_person(asked.person()?),
        |(id, _)| id.0.to_string(),
        |(id, item)| WorkView::of(asked, *id, item),
    )
}

fn unit_work(asked: &Asked<'_>, at: &At) -> Answer {
    listed(
        at,
        asked.state.work.of_unit(&at.unit()?),
        |(id, _)| id.0.to_string(),
        |(id, item)| WorkView::of(asked, *id, item),
    )
}

fn record(asked: &Asked<'_>, at: &At) -> Answer {
    let id = RecordId(at.number("record")?);
    let record = asked.state.records.get(id);
    Reply::json(&RecordView::of(
        asked,
        id,
        record.ok_or_else(Problem::not_found)?,
    ))
}

fn work(asked: &Asked<'_>, at: &At) -> Answer {
    let id = WorkId(at.number("work")?);
    let item = asked.state.work.item(id);
    Reply::json(&WorkView::of(
        asked,
        id,
        item.ok_or_else(Problem::not_found)?,
    ))
}

fn objection(asked: &Asked<'_>, at: &At) -> Answer {
    let id = ObjectionId(at.number("objection")?);
    let one = asked.state.objections.get(id);
    Reply::json(&ObjectionView::of(
        asked,
        id,
        one.ok_or_else(Problem::not_found)?,
    ))
}
