//! What those served said about a unit: for everyone how many said what, where that leads to nobody, and what was done about
//! it; for those who handle it also the words, and who wants to be called back.

use askama::Template;
use campaign::UnitId;
use campaign::id::Name;
use campaign::rating::{self, Action, Finding, Levels, Part, Shown, Told};
use campaign::work::{Item, Source, Stage, Step, WorkId};
use rulebook::Period;

use super::opinion::{group_name, service_name};
use crate::act::Plan;
use crate::asked::{Asked, At};
use crate::fields::Fields;
use crate::files::{self, Cell, Kind, Table};
use crate::page::Page;
use crate::problem::Problem;
use crate::reply::{Answer, Reply};
use crate::rights::{Resource, Verb};

/// So many periods can be chosen.
const PERIODS: usize = 12;
/// So many rectifications are listed.
const LISTED: usize = 100;
/// From so many highest levels on someone is satisfied.
const SATISFIED: u8 = 2;

/// A period to choose.
struct Choice {
    to: String,
    name: String,
    here: bool,
}

/// A comment.
struct Said {
    level: String,
    text: String,
}

/// Someone who wants to be called back.
struct Call {
    key: String,
    day: String,
    service: String,
    level: String,
    comment: String,
    number: String,
    called: Option<String>,
    work: Option<(String, String)>,
    can: bool,
}

/// What those who handle ratings see besides.
struct Inside {
    comments: Vec<Said>,
    calls: Vec<Call>,
}

#[derive(Template)]
#[template(path = "rating/received.html")]
struct Received<'a> {
    page: Page<'a>,
    unit: String,
    unit_name: &'a str,
    of: String,
    period: String,
    periods: Vec<Choice>,
    until: String,
    least: u32,
    numbers: Vec<&'a Table>,
    deeds: Vec<&'a Table>,
    not_counting: (u32, u32),
    inside: Option<Inside>,
}

/// Shows it.
pub fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let unit = at.unit()?;
    let (period, known) = period(asked, at)?;
    let may = |verb| -> Result<bool, Problem> {
        let of = Resource::find(asked.state, at, asked.today)?;
        let (rights, state) = (&asked.app.rights, asked.state);
        Ok(rights.allow(state, asked.standing, verb, &of))
    };
    let sees = may(Verb::SeeUnit)?;
    let told = rating::told(asked.state, &unit, period, asked.today);
    let numbers = [
        services(asked, &told),
        groups(asked, &told),
        over_time(asked, &unit, &known),
        tags(asked, &unit, period, &told),
    ];
    let deeds = [rectified(asked, &unit, sees), bursts(asked, &unit, sees)];
    let tables = || numbers.iter().chain(&deeds);
    if at.query.has("as") {
        let kind = Kind::asked(at.query.get("as")).ok_or_else(Problem::not_found)?;
        let found = tables().find(|table| table.name == at.query.get("table"));
        let table = found.ok_or_else(Problem::not_found)?;
        return files::table(&table.name, &table.headers, &table.rows, kind);
    }
    let w = asked.words;
    let filter = rating::Filter {
        unit: Some(&unit),
        ..rating::Filter::default()
    };
    let filled = |table: &&Table| !table.rows.is_empty();
    let inside = (sees && handles(asked)).then(|| Inside {
        comments: comments(asked, &unit, period),
        calls: calls(asked, &unit, period),
    });
    Reply::page(&Received {
        page: Page::new(
            asked,
            w.a(
                "rating-inside-title",
                "unit",
                asked.unit_name(&unit).to_owned(),
            ),
        ),
        unit: unit.to_string(),
        unit_name: asked.unit_name(&unit),
        of: period.to_string(),
        period: w.period(period),
        periods: choices(asked, &unit, &known, period),
        until: until(asked, &told),
        least: asked.book()?.campaign.file.ratings.min_shown,
        numbers: numbers.iter().filter(filled).collect(),
        deeds: deeds.iter().filter(filled).collect(),
        not_counting: asked.state.ratings.not_counting(period, filter),
        inside,
    })
}

/// Whether whoever looks has something to do with it: mere membership of a unit doesn't show what raters wrote.
fn handles(asked: &Asked<'_>) -> bool {
    !asked.standing.roles.is_empty() || !asked.standing.leads.is_empty()
}

/// The period asked for, and all that have begun, the latest first.
fn period(asked: &Asked<'_>, at: &At) -> Result<(Period, Vec<Period>), Problem> {
    let calendar = &asked.book()?.calendar;
    let now = calendar.period_of(asked.today);
    let first = asked.state.rules.version(1).map_or(now, |first| first.from);
    let all = std::iter::successors(Some(now), |period| {
        let before = calendar.period_of(calendar.first_day(*period).plus(-1));
        (before >= first).then_some(before)
    });
    let known: Vec<Period> = all.take(PERIODS).collect();
    let wanted = match at.query.get("period") {
        "" => now,
        text => text.parse().map_err(|_| Problem::not_found())?,
    };
    let found = known.contains(&wanted);
    found
        .then_some((wanted, known))
        .ok_or_else(Problem::not_found)
}

fn choices(asked: &Asked<'_>, unit: &UnitId, known: &[Period], here: Period) -> Vec<Choice> {
    let choice = |period: &Period| Choice {
        to: format!("/units/{unit}/ratings?period={period}"),
        name: asked.words.period(*period),
        here: *period == here,
    };
    known.iter().map(choice).collect()
}

fn until(asked: &Asked<'_>, told: &Told<'_>) -> String {
    let w = asked.words;
    match told.until {
        Some(day) => w.a("rating-told-until", "day", w.date(day)).into_owned(),
        None => w.t("rating-told-nothing").into_owned(),
    }
}

fn table(asked: &Asked<'_>, name: &'static str, head: &[&str], rows: Vec<Vec<Cell>>) -> Table {
    let word = |id: &str| asked.words.t(id).into_owned();
    Table {
        name: name.into(),
        caption: word(&format!("rating-table-{name}")),
        headers: head.iter().map(|id| word(id)).collect(),
        rows,
    }
}

const LEVELS: [&str; 8] = [
    "rating-level-5",
    "rating-level-4",
    "rating-level-3",
    "rating-level-2",
    "rating-level-1",
    "rating-level-none",
    "rating-n",
    "rating-satisfied",
];

fn with_levels(first: &'static str) -> Vec<&'static str> {
    std::iter::once(first).chain(LEVELS).collect()
}

fn cells(asked: &Asked<'_>, name: Cell, shown: Shown) -> Vec<Cell> {
    let mut row = vec![name];
    match shown {
        Shown::Withheld => {
            let withheld = asked.words.t("rating-not-shown");
            row.extend(LEVELS.map(|_| Cell::text(withheld.clone())));
        }
        Shown::Levels(levels) => row.extend(counts(asked, &levels)),
    }
    row
}

fn counts(asked: &Asked<'_>, levels: &Levels) -> Vec<Cell> {
    let numbers = levels.of.iter().rev();
    let numbers = numbers.chain([&levels.cannot_say]).copied();
    let all = numbers.chain([levels.all()]);
    let rated = levels.rated();
    let share = f64::from(levels.top(SATISFIED)) / f64::from(rated.max(1));
    let share = (rated > 0).then(|| format!("{}%", asked.words.num(share * 100.0, 1)));
    all.map(|count| Cell::number(Some(count.to_string())))
        .chain([Cell::number(share)])
        .collect()
}

fn parts<'a>(
    asked: &Asked<'_>,
    parts: &[Part<'a>],
    called: impl Fn(Option<&'a Name>) -> String,
) -> Vec<Vec<Cell>> {
    let row = |(name, shown): &Part<'a>| cells(asked, Cell::text(called(*name)), *shown);
    parts.iter().map(row).collect()
}

fn services(asked: &Asked<'_>, told: &Told<'_>) -> Table {
    let called = |name: Option<&Name>| service(asked, name);
    let mut rows = parts(asked, &told.services, called);
    let all = told.until.is_some() || !rows.is_empty();
    if all {
        let name = Cell::text(asked.words.t("rating-all-services"));
        rows.push(cells(asked, name, told.all));
    }
    if let Some(open) = told.open.filter(|open| !is_none(*open)) {
        let name = Cell::text(asked.words.t("rating-open-apart"));
        rows.push(cells(asked, name, open));
    }
    table(asked, "services", &with_levels("rating-service"), rows)
}

fn is_none(shown: Shown) -> bool {
    matches!(shown, Shown::Levels(levels) if levels.all() == 0)
}

fn service(asked: &Asked<'_>, name: Option<&Name>) -> String {
    let whole = || asked.words.t("rating-whole-unit").into_owned();
    service_name(asked, name).map_or_else(whole, str::to_owned)
}

fn groups(asked: &Asked<'_>, told: &Told<'_>) -> Table {
    let called = |name: Option<&Name>| {
        let none = || asked.words.t("rating-no-group").into_owned();
        group_name(asked, name).map_or_else(none, str::to_owned)
    };
    let rows = parts(asked, &told.groups, called);
    table(asked, "groups", &with_levels("rating-group"), rows)
}

fn over_time(asked: &Asked<'_>, unit: &UnitId, known: &[Period]) -> Table {
    let row = |period: &Period| {
        let told = rating::told(asked.state, unit, *period, asked.today);
        let to = format!("/units/{unit}/ratings?period={period}");
        let name = Cell::link(asked.words.period(*period), to);
        told.until.map(|_| cells(asked, name, told.all))
    };
    let rows = known.iter().rev().filter_map(row).collect();
    table(asked, "periods", &with_levels("rating-period"), rows)
}

/// What is mentioned, once the period is over: each tag that was ticked often enough.
fn tags(asked: &Asked<'_>, unit: &UnitId, period: Period, told: &Told<'_>) -> Table {
    let terms = asked.book().map(|book| &book.campaign.file.ratings);
    let mut rows = Vec::new();
    if let (Ok(terms), Some(_), Shown::Levels(_)) = (terms, told.open, told.all) {
        let ticked = asked.state.ratings.tags(unit, period);
        for tag in &terms.tag {
            let count = ticked.get(&Name::from(tag.id.as_str())).copied();
            let count = count.filter(|count| *count >= terms.min_shown);
            if let Some(count) = count {
                let name = Cell::text(asked.words.of(&tag.name));
                rows.push(vec![name, Cell::number(Some(count.to_string()))]);
            }
        }
    }
    table(asked, "tags", &["rating-tag", "rating-n"], rows)
}

/// The rectification that low ratings of a unit's service on a day have led to.
pub(super) fn rectification<'a>(
    asked: &Asked<'a>,
    unit: &UnitId,
    service: Option<&Name>,
    day: campaign::Date,
) -> Option<(WorkId, &'a Item)> {
    let mut items = asked.state.work.of_unit(unit);
    items.find(|(_, item)| match &item.source {
        Source::Ratings {
            unit: of,
            service: named,
            day: on,
        } => of == unit && named.as_ref() == service && *on == day,
        Source::Given(_) => false,
    })
}

/// What the unit says came of an item, the latest.
pub(super) fn outcome(asked: &Asked<'_>, item: &Item) -> Option<String> {
    let finished = item.history.iter().rev().find_map(|past| match past.step {
        Step::Finished(outcome) => Some(outcome),
        _ => None,
    });
    finished.map(|note| asked.text(note.item).to_string())
}

/// How a rectification stands, as a message.
pub(super) const fn stands(stage: Stage) -> &'static str {
    match stage {
        Stage::Closed | Stage::Groundless => "rating-fix-closed",
        Stage::Finished => "rating-fix-finished",
        _ => "rating-fix-in-hand",
    }
}

/// Rectifications, the latest first. Those inside see of which day they are, and open them.
fn rectified(asked: &Asked<'_>, unit: &UnitId, sees: bool) -> Table {
    let w = asked.words;
    let row = |(id, item): (WorkId, &Item)| {
        let Source::Ratings {
            service: of, day, ..
        } = &item.source
        else {
            return None;
        };
        let name = service(asked, of.as_ref());
        let first = match sees {
            true => Cell::link(
                format!("{name} · {}", w.date(*day)),
                format!("/work/{}", id.0),
            ),
            false => Cell::text(name),
        };
        Some(vec![
            first,
            Cell::text(w.t(stands(item.stage))),
            Cell::text(w.date(item.due)),
            Cell::text(outcome(asked, item).unwrap_or_default()),
        ])
    };
    let items = asked.state.work.of_unit(unit).rev();
    let rows = items.filter_map(row).take(LISTED).collect();
    let head = [
        "rating-service",
        "rating-state",
        "rating-due",
        "rating-outcome",
    ];
    table(asked, "rectifications", &head, rows)
}

/// What was found of bursts: a trace that anyone can see.
fn bursts(asked: &Asked<'_>, unit: &UnitId, sees: bool) -> Table {
    let w = asked.words;
    let ratings = &asked.state.ratings;
    let of_unit = ratings.bursts().rev().filter(|(_, one)| one.unit == *unit);
    let decides = sees && !(asked.standing.decides.is_empty() && asked.standing.audits.is_empty());
    let row = |(id, burst): (rating::BurstId, &rating::Burst)| {
        let all = ratings.of_burst(burst);
        let (mut count, mut aside) = (0_u32, 0_u32);
        for rating in all.filter_map(|id| ratings.rating(id)) {
            count += 1;
            aside += u32::from(rating.standing == campaign::entry::Standing::SetAside);
        }
        let day = w.date(burst.day);
        let first = match decides {
            true => Cell::link(day, format!("/office/bursts/{}", id.0)),
            false => Cell::text(day),
        };
        vec![
            first,
            Cell::number(Some(count.to_string())),
            Cell::text(w.t(found(burst))),
            Cell::number(Some(aside.to_string())),
        ]
    };
    let head = [
        "rating-day",
        "rating-low",
        "rating-found",
        "rating-set-aside",
    ];
    table(asked, "bursts", &head, of_unit.map(row).collect())
}

/// What a burst was found to be, as a message.
pub(super) const fn found(burst: &rating::Burst) -> &'static str {
    match (burst.finding, burst.settled) {
        (Some(Finding::Grievance), _) => "rating-found-grievance",
        (Some(Finding::Attack), true) => "rating-found-attack",
        (Some(Finding::Attack), false) => "rating-found-pending",
        (None, true) => "rating-found-lapsed",
        (None, false) => "rating-found-open",
    }
}

/// The name of a level.
pub(super) fn level(asked: &Asked<'_>, level: Option<rating::Level>) -> String {
    let id = level.map_or_else(|| "none".to_owned(), |level| level.number().to_string());
    asked.words.t(&format!("rating-level-{id}")).into_owned()
}

fn comments(asked: &Asked<'_>, unit: &UnitId, period: Period) -> Vec<Said> {
    let said = rating::comments(asked.state, unit, period, asked.today);
    let said = said.into_iter().filter_map(|text| {
        let words = asked.text(text.comment?.item);
        let level = level(asked, text.level);
        (!words.is_empty()).then(|| Said {
            level,
            text: words.to_string(),
        })
    });
    said.collect()
}

fn calls(asked: &Asked<'_>, unit: &UnitId, period: Period) -> Vec<Call> {
    let wanted = rating::calls(asked.state, unit, period, asked.today);
    wanted
        .iter()
        .filter_map(|text| call(asked, unit, text))
        .collect()
}

fn call(asked: &Asked<'_>, unit: &UnitId, text: &rating::Text) -> Option<Call> {
    let w = asked.words;
    let note = text.call_back?;
    let rating = text.rating.and_then(|id| asked.state.ratings.rating(id));
    let of = rating.and_then(|rating| rating.service);
    let item = rating.and_then(|rating| rectification(asked, unit, of, rating.day));
    let open = text.called.is_none();
    let written = |note: campaign::Note| asked.text(note.item).to_string();
    Some(Call {
        key: note.item.to_string(),
        day: w.date(text.day),
        service: service(asked, of),
        level: level(asked, text.level),
        comment: text.comment.map(written).unwrap_or_default(),
        number: if open { written(note) } else { String::new() },
        called: text.called.map(|day| w.date(day)),
        work: item.map(|(id, item)| (format!("/work/{}", id.0), w.date(item.due))),
        can: open && rating.is_some(),
    })
}

/// Notes that someone was called back. The form names the number's item, never the rating: whoever kept codes could tell whose
/// that is.
pub fn called(asked: &Asked<'_>, at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let unit = at.unit()?;
    if !handles(asked) {
        return Err(Problem::not_found());
    }
    let (_, known) = period(asked, &At::default())?;
    let sent = fields.get("call");
    let found = known.into_iter().find_map(|period| {
        let calls = rating::calls(asked.state, &unit, period, asked.today);
        let mut calls = calls.into_iter();
        let call = calls.find(|text| text.call_back.is_some_and(|n| n.item.to_string() == sent));
        Some((period, call?.rating?))
    });
    let (period, rating) = found.ok_or_else(Problem::not_found)?;
    let action = campaign::Action::Rating(Action::CallBack { rating });
    let then = format!("/units/{unit}/ratings?period={period}");
    Ok(Plan::new(action, then, "rating-called-flash"))
}
