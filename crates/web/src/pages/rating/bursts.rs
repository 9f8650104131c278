//! Bursts of low ratings: found by the campaign's rules, decided by people who aren't concerned.

use std::collections::{BTreeMap, BTreeSet};

use campaign::id::{Name, RatingId};
use campaign::rating::{Action, Burst, BurstId, Filter, Finding, Second};

use super::received;
use crate::act::Plan;
use crate::asked::{Asked, At};
use crate::fields::{Fields, empty};
use crate::pages::office::sheet::{Block, Cell, Field, Form, Input, Sheet};
use crate::problem::Problem;
use crate::reply::Answer;
use crate::vault::Writing;

/// So many bursts that are settled are listed.
const SETTLED: usize = 50;
/// So many days before a burst are looked at to tell what is usual.
const BEFORE: i32 = 28;
/// So many exclusions are confirmed or refused at once.
const AT_ONCE: usize = 1_000;

/// Lists them.
pub fn list(asked: &Asked<'_>, _at: &At) -> Answer {
    let mut sheet = Sheet::new(asked, "rating-bursts");
    sheet.text(asked, "rating-bursts-about");
    let ratings = &asked.state.ratings;
    let open = ratings.unsettled().map(|(id, burst)| row(asked, id, burst));
    let texts = ("rating-bursts-open", "rating-bursts-none-open");
    sheet.table(asked, texts, &HEAD, open.collect());
    let settled = ratings.bursts().rev().filter(|(_, burst)| burst.settled);
    let settled = settled.map(|(id, burst)| row(asked, id, burst));
    let texts = ("rating-bursts-settled", "rating-bursts-none");
    sheet.table(asked, texts, &HEAD, settled.take(SETTLED).collect());
    sheet.show(asked)
}

const HEAD: [&str; 5] = [
    "rating-unit",
    "rating-day",
    "rating-low",
    "rating-found",
    "rating-decide-by",
];

fn row(asked: &Asked<'_>, id: BurstId, burst: &Burst) -> Vec<Cell> {
    let w = asked.words;
    let count = asked.state.ratings.of_burst(burst).count();
    let late = !burst.settled && burst.decide_by < asked.today;
    vec![
        Cell::text(asked.unit_name(&burst.unit)).to(format!("/office/bursts/{}", id.0)),
        Cell::text(w.date(burst.day)),
        Cell::number(count),
        Cell::text(w.t(received::found(burst))),
        Cell::text(w.date(burst.decide_by)).look(if late { "late" } else { "" }),
    ]
}

fn burst<'a>(asked: &Asked<'a>, at: &At) -> Result<(BurstId, &'a Burst), Problem> {
    let id = BurstId(at.number("burst")?);
    let burst = asked.state.ratings.burst(id);
    Ok((id, burst.ok_or_else(Problem::not_found)?))
}

/// Shows one, with why it was found and what may be done.
pub fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let (id, burst) = burst(asked, at)?;
    let name = asked.unit_name(&burst.unit).to_owned();
    let mut sheet = Sheet::titled(asked.words.a("rating-burst-title", "unit", name));
    let back = Cell::text(asked.words.t("rating-bursts")).to("/office/bursts");
    let unit =
        Cell::text(asked.words.t("rating-burst-unit")).to(format!("/units/{}/ratings", burst.unit));
    sheet.add(Block::Links(vec![back, unit]));
    sheet.add(Block::Facts(facts(asked, burst)?));
    sheet.note(asked, "rating-burst-weigh");
    said(asked, burst, &mut sheet);
    ask(asked, id, burst, &mut sheet);
    sheet.show(asked)
}

fn facts(asked: &Asked<'_>, burst: &Burst) -> Result<Vec<(String, Cell)>, Problem> {
    let (w, ratings) = (asked.words, &asked.state.ratings);
    let book = asked.book()?;
    let count = ratings.of_burst(burst).count();
    let rule = book.campaign.file.ratings.burst.to_string();
    let why = [("count", count.to_string()), ("rule", rule)];
    let why = why.each_ref().map(|(name, text)| (*name, text.as_str()));
    let usual = usual(asked, burst)?;
    let period = book.calendar.period_of(burst.day);
    let filter = Filter {
        unit: Some(&burst.unit),
        ..Filter::default()
    };
    let (invited, _) = ratings.invited(period, filter);
    let (held, aside) = ratings.not_counting(period, filter);
    let fact = |id: &str, cell: Cell| (w.t(id).into_owned(), cell);
    Ok(vec![
        fact("rating-day", Cell::text(w.date(burst.day))),
        fact(
            "rating-burst-why",
            Cell::text(w.with("rating-burst-reason", &why)),
        ),
        fact("rating-burst-usual", Cell::text(w.num(usual, 1))),
        fact("rating-burst-invited", Cell::text(invited.to_string())),
        fact("rating-burst-held", Cell::text(held.to_string())),
        fact("rating-set-aside", Cell::text(aside.to_string())),
        fact("rating-found", Cell::text(w.t(received::found(burst)))),
        fact("rating-decide-by", Cell::text(w.date(burst.decide_by))),
    ])
}

/// How many low ratings the unit had a day before the burst, on average.
fn usual(asked: &Asked<'_>, burst: &Burst) -> Result<f64, Problem> {
    let services = &asked.book()?.campaign.services;
    let mut names: Vec<Option<Name>> = vec![None];
    names.extend(
        services
            .iter()
            .map(|one| Some(Name::from(one.item.id.as_str()))),
    );
    let on = |back: i32| {
        let day = burst.day.plus(-back);
        let low = |name: &Option<Name>| asked.state.ratings.low_on(&burst.unit, name.as_ref(), day);
        names.iter().map(low).sum::<u32>()
    };
    let all: u32 = (1..=BEFORE).map(on).sum();
    Ok(f64::from(all) / f64::from(BEFORE))
}

/// What its ratings say in words, each text once, with how often it came.
fn said(asked: &Asked<'_>, burst: &Burst, sheet: &mut Sheet) {
    let ratings = &asked.state.ratings;
    let own: BTreeSet<RatingId> = ratings.of_burst(burst).collect();
    let first = own.iter().find_map(|id| ratings.rating(*id));
    let texts = first.map(|first| ratings.texts(&burst.unit, first.period));
    let mut counted: BTreeMap<String, u32> = BTreeMap::new();
    for text in texts.into_iter().flatten() {
        let mine = text.rating.is_some_and(|id| own.contains(&id));
        let comment = text.comment.filter(|_| mine);
        let words = comment
            .map(|note| asked.text(note.item))
            .unwrap_or_default();
        if !words.trim().is_empty() {
            *counted.entry(words.trim().to_owned()).or_default() += 1;
        }
    }
    let mut rows: Vec<(String, u32)> = counted.into_iter().collect();
    rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let row = |(text, count): (String, u32)| vec![Cell::text(text), Cell::number(count)];
    let rows = rows.into_iter().map(row).collect();
    let texts = ("rating-burst-texts", "rating-burst-no-texts");
    sheet.table(
        asked,
        texts,
        &["rating-burst-text", "rating-burst-times"],
        rows,
    );
}

fn ask(asked: &Asked<'_>, id: BurstId, burst: &Burst, sheet: &mut Sheet) {
    if burst.settled {
        return;
    }
    let organisation = &asked.state.organisation;
    let person = asked.person().ok();
    let bar = person.and_then(|one| organisation.barred(one, None, Some(&burst.unit), asked.today));
    if bar.is_some() {
        sheet.note(asked, "rating-burst-concerned");
        return;
    }
    let word = |id: &str| asked.words.t(id).into_owned();
    let choice = |value: &str, name: &str| (value.to_owned(), word(name));
    let (act, choices, title) = match burst.finding {
        None => (
            "decide",
            vec![
                choice("grievance", "rating-find-grievance"),
                choice("attack", "rating-find-attack"),
            ],
            "rating-burst-decide",
        ),
        Some(_) => (
            "second",
            vec![
                choice("confirmed", "rating-second-confirm"),
                choice("refused", "rating-second-refuse"),
            ],
            "rating-burst-second",
        ),
    };
    let action = format!("/office/bursts/{}/{act}", id.0);
    let reason = Field::new(asked, "reason", "rating-reason", Input::Lines);
    let form = Form::new(asked, action, title, "rating-burst-send")
        .about(word(&format!("rating-burst-{act}-about")))
        .field(Field::new(
            asked,
            "found",
            "rating-found",
            Input::Choice(choices),
        ))
        .field(reason.hint(word("rating-burst-reason-hint")));
    sheet.form(form);
}

fn chosen<T: Copy>(fields: &Fields, of: &[(&str, T)], problem: &mut Problem) -> Option<T> {
    let sent = fields.get("found");
    let found = of
        .iter()
        .find(|(name, _)| *name == sent)
        .map(|(_, found)| *found);
    if found.is_none() {
        problem.wrong("found", empty());
    }
    found
}

/// Decides what a burst is.
pub fn decide(asked: &Asked<'_>, at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let (id, _) = burst(asked, at)?;
    let findings = [
        ("grievance", Finding::Grievance),
        ("attack", Finding::Attack),
    ];
    let (mut problem, mut writing) = (Problem::fields(), Writing::new());
    let finding = chosen(fields, &findings, &mut problem);
    let reason = fields.need("reason", &mut problem);
    problem.settle()?;
    let action = Action::DecideBurst {
        burst: id,
        finding: finding.ok_or_else(Problem::broken)?,
        reason: writing.text("reason", reason)?,
    };
    Ok(plan(id, action, writing))
}

/// Confirms or refuses, as the second person, that the ratings of a burst be set aside.
pub fn second(asked: &Asked<'_>, at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let (id, _) = burst(asked, at)?;
    let seconds = [
        ("confirmed", Second::Confirmed),
        ("refused", Second::Refused),
    ];
    let (mut problem, mut writing) = (Problem::fields(), Writing::new());
    let second = chosen(fields, &seconds, &mut problem);
    let reason = fields.need("reason", &mut problem);
    problem.settle()?;
    let proposed = asked.state.ratings.exclusions();
    let own = proposed.filter(|(_, one)| one.burst == Some(id));
    let action = Action::SecondExclusions {
        ratings: own.map(|(rating, _)| rating).take(AT_ONCE).collect(),
        second: second.ok_or_else(Problem::broken)?,
        reason: writing.text("reason", reason)?,
    };
    Ok(plan(id, action, writing))
}

fn plan(id: BurstId, action: Action, writing: Writing) -> Plan {
    let then = format!("/office/bursts/{}", id.0);
    Plan::new(campaign::Action::Rating(action), then, "rating-burst-flash").with(writing)
}
