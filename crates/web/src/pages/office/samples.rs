//! Records to be verified: which forms are sampled and how far that is, drawing, what waits, what was found.

use std::collections::BTreeMap;

use campaign::id::Name;
use campaign::record::{self, Action as Do, Draw, Record, RecordId, Sampled, Verdict};
use campaign::{Action, Digest, UnitId};
use rulebook::{Period, say};

use super::paged::{PER_PAGE, Paged, query};
use super::sheet::{Block, Cell, Field, Form, Grid, Input, Sheet};
use crate::act::Plan;
use crate::asked::{Asked, At};
use crate::fields::Fields;
use crate::problem::Problem;
use crate::reply::Answer;
use crate::rights::Verb;
use crate::routes::Table;

/// So many periods are offered.
const PERIODS: usize = 14;
const HERE: &str = "/office/samples";

/// The routes: for those who run the campaign, and those who verify.
pub(super) fn routes() -> Table {
    let see = Verb::SeeRecord;
    Table::new()
        .show(HERE, see, show)
        .act(HERE, see, draw, show)
        .show("/office/samples/waiting", see, waiting)
}

/// The periods that are over, the latest first.
pub(crate) fn periods(asked: &Asked<'_>) -> Result<Vec<Period>, Problem> {
    let rules = &asked.state.rules;
    let first = rules.version(1).ok_or_else(Problem::not_found)?.from;
    let running = asked.book()?.calendar.period_of(asked.today);
    let back = std::iter::successors(Some(running), |period| Some(period.previous()));
    let over = back.skip(1).take_while(|period| *period >= first);
    Ok(over.take(PERIODS).collect())
}

/// The period that is asked for; the last that is over when none is.
pub(super) fn period(asked: &Asked<'_>, at: &At) -> Result<Option<Period>, Problem> {
    let periods = periods(asked)?;
    let wanted = asked.kept.map_or(&at.query, |kept| &kept.fields);
    let wanted = wanted.get("period").parse().ok();
    let known = wanted.filter(|wanted| periods.contains(wanted));
    Ok(known.or_else(|| periods.first().copied()))
}

fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let mut sheet = Sheet::new(asked, "office-samples");
    if asked.standing.is_office() {
        sheet.add(super::places(asked));
    }
    sheet.text(asked, "office-samples-about");
    let Some(period) = period(asked, at)? else {
        sheet.note(asked, "office-samples-first");
        return sheet.show(asked);
    };
    choice(asked, HERE, period, &mut sheet)?;
    let sampled = record::sampled(asked.state, period);
    forms(asked, period, &sampled, &mut sheet);
    drawing(asked, period, &sampled, &mut sheet);
    draws(asked, period, &sampled, &mut sheet);
    waits(asked, &mut sheet);
    wrong(asked, period, &mut sheet);
    sheet.show(asked)
}

/// The periods to choose from.
pub(super) fn choice(
    asked: &Asked<'_>,
    path: &str,
    here: Period,
    sheet: &mut Sheet,
) -> Result<(), Problem> {
    let link = |one: Period| {
        let cell = Cell::text(asked.words.period(one));
        match one == here {
            true => cell,
            false => cell.to(format!("{path}?period={one}")),
        }
    };
    sheet.heading(asked, "office-board-periods");
    let links = periods(asked)?.into_iter().map(link);
    sheet.add(Block::Links(links.collect()));
    Ok(())
}

fn forms(asked: &Asked<'_>, period: Period, sampled: &[Sampled<'_>], sheet: &mut Sheet) {
    let w = asked.words;
    let rows = sampled.iter().map(|one| {
        let waiting = Cell::number(one.waiting);
        let waiting = match one.waiting {
            0 => waiting,
            _ => waiting.to(waiting_at(one.form.id.as_str(), Some(period), "")),
        };
        vec![
            Cell::text(w.of(&one.form.name)),
            Cell::text(format!("{} %", w.num(one.percent, 1))).look("n"),
            Cell::number(one.records),
            Cell::number(one.drawn),
            Cell::number(one.right),
            Cell::number(one.wrong),
            waiting,
            Cell::text(asked.role_name(one.verified_by)),
        ]
    });
    let caption = w.a("office-sampled", "period", w.period(period));
    sheet.add(Block::Heading(caption.to_string()));
    let head = [
        "office-form",
        "office-share",
        "office-records",
        "office-drawn",
        "office-found-right",
        "office-found-wrong",
        "office-waiting",
        "office-verified-by",
    ];
    sheet.add(Block::Table(Grid {
        caption: caption.into_owned(),
        head: head.iter().map(|id| w.t(id).into_owned()).collect(),
        rows: rows.collect(),
        empty: w.t("office-nothing-sampled").into_owned(),
    }));
}

/// The form that draws, for those with the role that it takes; for the rest, who has it.
fn drawing(asked: &Asked<'_>, period: Period, sampled: &[Sampled<'_>], sheet: &mut Sheet) {
    let w = asked.words;
    let open = |one: &&Sampled<'_>| one.undrawn > 0 && one.from <= asked.today;
    let open: Vec<&Sampled<'_>> = sampled.iter().filter(open).collect();
    if open.is_empty() {
        sheet.note(asked, "office-nothing-to-draw");
        return;
    }
    let mine = open.iter();
    let mine = mine.filter(|one| asked.standing.has_role(one.verified_by));
    let choices: Vec<(String, String)> = mine
        .map(|one| {
            let (undrawn, size) = (one.undrawn, record::size(one.percent, one.undrawn));
            let counts = [undrawn.to_string(), size.to_string()];
            let [of, drawn] = counts.each_ref().map(String::as_str);
            let name = w.of(&one.form.name);
            let pairs = [("form", name), ("of", of), ("drawn", drawn)];
            let text = w.with("office-draw-of", &pairs).into_owned();
            (one.form.id.to_string(), text)
        })
        .collect();
    if choices.is_empty() {
        let mut roles: Vec<String> = open
            .iter()
            .map(|one| asked.role_name(one.verified_by))
            .collect();
        roles.sort();
        roles.dedup();
        let text = w.a("office-who-draws", "roles", roles.join(", "));
        sheet.add(Block::Note(text.into_owned()));
        return;
    }
    let form = Form::new(asked, HERE, "office-draw", "office-do-draw");
    sheet.form(
        form.about(w.t("office-draw.about"))
            .field(Field::hidden("period", period.to_string()))
            .field(Field::new(
                asked,
                "form",
                "office-form",
                Input::Choice(choices),
            )),
    );
}

fn draws(asked: &Asked<'_>, period: Period, sampled: &[Sampled<'_>], sheet: &mut Sheet) {
    let w = asked.words;
    let row = |form: &str, draw: &Draw| {
        let numbers = format!("{}–#{}", draw.since, draw.until.0.saturating_sub(1));
        vec![
            Cell::text(form),
            Cell::text(w.date(draw.at.day(asked.state.rules.offset()))),
            Cell::number(draw.of),
            Cell::number(draw.records.len()),
            Cell::text(numbers),
            Cell::text(draw.seed.to_string()),
        ]
    };
    let rows = sampled.iter().flat_map(|one| {
        let draws = asked.state.records.draws(one.form.id.as_str(), period);
        draws.iter().map(|draw| row(w.of(&one.form.name), draw))
    });
    let rows: Vec<_> = rows.collect();
    sheet.heading(asked, "office-draws");
    sheet.note(asked, "office-draws-about");
    let head = [
        "office-form",
        "office-day",
        "office-draw-from",
        "office-drawn",
        "office-numbers",
        "office-seed",
    ];
    sheet.table(asked, ("office-draws", "office-no-draws"), &head, rows);
}

fn waiting_at(form: &str, period: Option<Period>, unit: &str) -> String {
    let period = period.map_or_else(String::new, |period| period.to_string());
    query(
        "/office/samples/waiting",
        &[("form", form), ("period", &period)],
        ("unit", unit),
    )
}

fn form_name(asked: &Asked<'_>, form: &Name) -> String {
    let book = asked.book().ok();
    let found = book.and_then(|book| book.form(form.as_str()));
    found.map_or_else(
        || form.to_string(),
        |form| asked.words.of(&form.name).to_owned(),
    )
}

/// What waits, counted by period and form, and by unit.
fn waits(asked: &Asked<'_>, sheet: &mut Sheet) {
    let w = asked.words;
    let mut groups: BTreeMap<(Period, &Name), (usize, usize)> = BTreeMap::new();
    let mut units: BTreeMap<&UnitId, usize> = BTreeMap::new();
    for (_, record) in asked.state.records.unverified() {
        let group = groups.entry((record.counts_in, &record.form)).or_default();
        group.0 += 1;
        group.1 += usize::from(record.drawn);
        *units.entry(&record.unit).or_default() += 1;
    }
    let rows = groups.iter().rev().map(|((period, form), (all, drawn))| {
        vec![
            Cell::text(form_name(asked, form)).to(waiting_at(form.as_str(), Some(*period), "")),
            Cell::text(w.period(*period)),
            Cell::number(all),
            Cell::number(drawn),
        ]
    });
    sheet.heading(asked, "office-waits");
    sheet.note(asked, "office-waits-about");
    let head = [
        "office-form",
        "office-period",
        "office-waiting",
        "office-of-drawn",
    ];
    let words = ("office-waits", "office-none-waits");
    sheet.table(asked, words, &head, rows.collect());

    if units.is_empty() {
        return;
    }
    let mut units: Vec<(&UnitId, usize)> = units.into_iter().collect();
    units.sort_by_key(|(unit, count)| (std::cmp::Reverse(*count), *unit));
    let more = units.len().saturating_sub(PER_PAGE);
    let rows = units.iter().take(PER_PAGE).map(|(unit, count)| {
        let name = Cell::text(asked.unit_name(unit)).to(waiting_at("", None, unit.as_str()));
        vec![name, Cell::number(count)]
    });
    let head = ["office-unit", "office-waiting"];
    let words = ("office-waits-by-unit", "office-none-waits");
    sheet.table(asked, words, &head, rows.collect());
    if more > 0 {
        sheet.add(Block::Note(w.n("office-more-units", more).into_owned()));
    }
}

fn record_cells(asked: &Asked<'_>, id: RecordId, record: &Record) -> Vec<Cell> {
    let w = asked.words;
    let number = w.a("office-record-number", "n", id.0.to_string());
    vec![
        Cell::text(number).to(format!("/records/{}", id.0)),
        Cell::text(form_name(asked, &record.form)),
        Cell::text(asked.unit_name(&record.unit)).to(format!("/units/{}", record.unit)),
        Cell::text(w.period(record.counts_in)),
    ]
}

/// The records of the period in which a verification found something wrong.
fn wrong(asked: &Asked<'_>, period: Period, sheet: &mut Sheet) {
    let w = asked.words;
    let forms = asked
        .state
        .rules
        .of(period)
        .map(|book| &book.campaign.forms);
    let forms = forms.into_iter().flatten();
    let records = forms.flat_map(|form| {
        let records = asked.state.records.of_form(form.item.id.as_str(), period);
        records.filter(|(_, record)| record.verdict == Verdict::Wrong)
    });
    let rows: Vec<_> = records
        .map(|(id, record)| {
            let answered = record.history.iter();
            let mut answered =
                answered.filter(|change| matches!(change.step, record::Step::Answered { .. }));
            let answered = match answered.next() {
                Some(_) => "office-answered",
                None => "office-not-answered",
            };
            let mut cells = record_cells(asked, id, record);
            cells.push(Cell::text(w.t(answered)));
            cells
        })
        .collect();
    sheet.heading(asked, "office-wrong");
    sheet.note(asked, "office-wrong-about");
    let head = [
        "office-record",
        "office-form",
        "office-unit",
        "office-period",
        "office-filer-said",
    ];
    sheet.table(asked, ("office-wrong", "office-none-wrong"), &head, rows);
    if asked.standing.is_office() {
        let board = Cell::text(w.t("office-accuracy")).to(format!("/office?period={period}"));
        sheet.add(Block::Links(vec![board]));
    }
}

/// What waits, one by one.
fn waiting(asked: &Asked<'_>, at: &At) -> Answer {
    let w = asked.words;
    let (form, period, unit) = (
        at.query.get("form"),
        at.query.get("period"),
        at.query.get("unit"),
    );
    let month: Option<Period> = period.parse().ok();
    let fits = |record: &Record| {
        (form.is_empty() || record.form.as_str() == form)
            && month.is_none_or(|month| record.counts_in == month)
            && (unit.is_empty() || record.unit.as_str() == unit)
    };
    let all = asked.state.records.unverified();
    let all: Vec<_> = all.filter(|(_, record)| fits(record)).collect();
    let paged = Paged::of(at, all.len());
    let rows = all.iter().skip(paged.skip()).take(paged.most());
    let rows = rows.map(|(id, record)| {
        let why = match record.drawn {
            true => "office-was-drawn",
            false => "office-counts-once-verified",
        };
        let mut cells = record_cells(asked, *id, record);
        cells.push(Cell::text(w.t(why)));
        cells
    });
    let rows = rows.collect();
    let mut sheet = Sheet::new(asked, "office-waits");
    sheet.add(Block::Links(vec![
        Cell::text(w.t("office-samples")).to(HERE),
    ]));
    sheet.note(asked, "office-waits-about");
    let head = [
        "office-record",
        "office-form",
        "office-unit",
        "office-period",
        "office-why-waits",
    ];
    sheet.table(asked, ("office-waits", "office-none-waits"), &head, rows);
    let kept = [("form", form), ("period", period), ("unit", unit)];
    if let Some(links) = paged.links(asked, &kept) {
        sheet.add(links);
    }
    sheet.show(asked)
}

/// What the log's latest signed checkpoint says: nobody could foresee it when the records were filed.
fn seed(asked: &Asked<'_>) -> Result<Digest, Problem> {
    let signed = asked.app.host.checkpoint();
    let signed = signed.map_err(|error| {
        tracing::error!(%error, "the latest checkpoint can't be read");
        Problem::broken()
    })?;
    let (opened, _) = signed.ok_or_else(not_signed)?;
    Ok(Digest(opened.checkpoint.head.root.0))
}

fn draw(asked: &Asked<'_>, _at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let mut problem = Problem::fields();
    let form = fields.need("form", &mut problem);
    let period: Option<Period> = fields.parse("period", "2026-11", &mut problem);
    if period.is_none() {
        problem.wrong("form", say!("没有写哪一期。", "No period is named."));
    }
    problem.clone().settle()?;
    let period = period.ok_or(problem)?;
    let action = Do::DrawSample {
        form: Name::from(form),
        period,
        seed: seed(asked)?,
    };
    let then = format!("{HERE}?period={period}");
    let plan = Plan::new(Action::Record(action), then, "office-done-draw");
    Ok(plan)
}

fn not_signed() -> Problem {
    let mut problem = Problem::new(
        axum::http::StatusCode::SERVICE_UNAVAILABLE,
        "not-signed",
        say!(
            "日志还没有签过名,没有可用的种子。",
            "The log isn't signed yet, so there is no seed."
        ),
        say!("过几秒再抽。", "Draw again in a few seconds."),
    );
    problem.retry_after = Some(2);
    problem
}
