//! For those who lead: exceptions first, then the double duty — one's own promises, and the units one answers for.
//!
//! Units stand in the order of their names: what is listed is to be looked at, not to be ranked.

use campaign::objection::Objection;
use campaign::record::due_of_person;
use campaign::work::{Item, Stage, WorkId};
use campaign::{Date, PersonId, UnitId};
use rulebook::Period;
use rulebook::model::WorkKind;

use crate::asked::{Asked, At};
use crate::page::Link;
use crate::pages::link;
use crate::pages::office::Board;
use crate::pages::office::sheet::{Block, Cell, Sheet};
use crate::pages::office::tasks::title;
use crate::pages::public::results::results;
use crate::problem::Problem;
use crate::reply::Answer;
use crate::rights::{Scope, Verb};
use crate::routes::Table;

/// So many of a kind are listed.
const LISTED: usize = 50;
/// Over so many periods back the last score is looked for.
const BACK: usize = 3;

/// The routes of this area.
#[must_use]
pub fn routes() -> Table {
    Table::new().show("/leader", Verb::SeeAccount, show)
}

/// Its link in the navigation of those who lead.
#[must_use]
pub fn nav(asked: &Asked<'_>) -> Vec<Link> {
    match leads(asked) {
        true => vec![link(asked, "/leader", "leader-nav")],
        false => Vec::new(),
    }
}

fn leads(asked: &Asked<'_>) -> bool {
    asked.standing.is_leading() || !asked.standing.leads.is_empty()
}

/// Which units someone leads.
struct Sight<'a> {
    asked: &'a Asked<'a>,
}

impl Sight<'_> {
    fn has(&self, unit: &UnitId) -> bool {
        let Asked {
            standing,
            state,
            today,
            ..
        } = self.asked;
        standing.is_leading()
            || standing.leads.iter().any(|scope| match scope {
                Scope::Everywhere => true,
                Scope::Unit(above) => state.organisation.is_within(unit, above, *today),
            })
    }
}

fn show(asked: &Asked<'_>, _at: &At) -> Answer {
    let person = asked.person()?;
    if !leads(asked) {
        return Err(Problem::not_found());
    }
    let sight = Sight { asked };
    let mut sheet = Sheet::new(asked, "leader-title");
    let about = match asked.standing.is_leading() {
        true => "leader-about-all",
        false => "leader-about-own",
    };
    sheet.text(asked, about);
    filing(asked, &sight, &mut sheet)?;
    objections(asked, &sight, &mut sheet);
    late_work(asked, &sight, &mut sheet);
    sheet.heading(asked, "leader-double");
    sheet.text(asked, "leader-double-about");
    own(asked, person, &mut sheet);
    charge(asked, person, &mut sheet);
    sheet.show(asked)
}

fn unit_cell(asked: &Asked<'_>, unit: &UnitId) -> Cell {
    Cell::text(asked.unit_name(unit)).to(format!("/units/{unit}"))
}

fn day_cell(asked: &Asked<'_>, day: Date) -> Cell {
    let text = asked.words.date(day);
    match day < asked.today {
        true => Cell::text(asked.words.a("leader-late-since", "day", text)).look("late"),
        false => Cell::text(text),
    }
}

fn by_name(asked: &Asked<'_>, rows: &mut [Vec<Cell>]) {
    let name = |row: &Vec<Cell>| {
        row.first()
            .map_or_else(String::new, |cell| cell.text.clone())
    };
    rows.sort_by(|a, b| crate::order::names(asked.lang(), &name(a), &name(b)));
}

/// Who hasn't filed for the period that has just ended, and where nothing moves.
fn filing(asked: &Asked<'_>, sight: &Sight<'_>, sheet: &mut Sheet) -> Result<(), Problem> {
    let w = asked.words;
    let period = asked.book()?.calendar.period_of(asked.today).previous();
    let board = Board::get(asked, period);
    let missing = board.returns.iter().filter(|(_, of)| of.missing() > 0);
    let missing = missing.filter(|(unit, _)| sight.has(unit));
    let mut rows: Vec<Vec<Cell>> = missing
        .map(|(unit, of)| {
            vec![
                unit_cell(asked, unit),
                Cell::number(of.missing()),
                Cell::number(of.asked),
                Cell::number(of.late),
            ]
        })
        .collect();
    by_name(asked, &mut rows);
    let more = cut(&mut rows);
    sheet.heading(asked, "leader-late-units");
    let note = w.a("leader-late-units-note", "period", w.period(period));
    sheet.add(Block::Note(note.into_owned()));
    let head = [
        "leader-unit",
        "leader-missing",
        "leader-of-asked",
        "leader-came-late",
    ];
    let words = ("leader-late-units", "leader-no-late-units");
    sheet.table(asked, words, &head, rows);
    note_more(asked, more, sheet);

    let still = board.still.iter().filter(|unit| sight.has(unit));
    let mut rows: Vec<Vec<Cell>> = still
        .map(|unit| vec![unit_cell(asked, unit), go_there(asked)])
        .collect();
    by_name(asked, &mut rows);
    let more = cut(&mut rows);
    sheet.heading(asked, "leader-still");
    sheet.note(asked, "leader-still-note");
    let words = ("leader-still", "leader-no-still");
    sheet.table(asked, words, &["leader-unit", "leader-do"], rows);
    note_more(asked, more, sheet);
    Ok(())
}

/// Sending someone there is a task of the office.
fn go_there(asked: &Asked<'_>) -> Cell {
    let cell = Cell::text(asked.words.t("leader-give-visit"));
    match asked.standing.is_office() {
        true => cell.to("/office/tasks"),
        false => cell,
    }
}

/// Leaves as many rows as are listed; gives how many there are besides.
fn cut(rows: &mut Vec<Vec<Cell>>) -> usize {
    let more = rows.len().saturating_sub(LISTED);
    rows.truncate(LISTED);
    more
}

fn note_more(asked: &Asked<'_>, more: usize, sheet: &mut Sheet) {
    if more > 0 {
        let text = asked.words.n("leader-more", more.to_string());
        sheet.add(Block::Note(text.into_owned()));
    }
}

fn objections(asked: &Asked<'_>, sight: &Sight<'_>, sheet: &mut Sheet) {
    let w = asked.words;
    let in_sight = |one: &Objection| match &one.unit {
        Some(unit) => sight.has(unit),
        None => asked.standing.is_leading(),
    };
    let late = asked.state.objections.overdue(asked.today);
    let rows = late.filter(|(_, one)| in_sight(one)).map(|(id, one)| {
        let due = one.due();
        let number = w.a("leader-objection", "n", id.0.to_string());
        vec![
            one.unit
                .as_ref()
                .map_or_else(Cell::default, |unit| unit_cell(asked, unit)),
            Cell::text(number).to(format!("/objections/{}", id.0)),
            due.map_or_else(Cell::default, |due| day_cell(asked, due)),
            Cell::text(crate::pages::mine::decided_by(asked, one)),
        ]
    });
    let mut rows: Vec<Vec<Cell>> = rows.collect();
    let more = cut(&mut rows);
    sheet.heading(asked, "leader-objections");
    let head = [
        "leader-unit",
        "leader-objection-head",
        "leader-due",
        "leader-decider",
    ];
    let words = ("leader-objections", "leader-no-objections");
    sheet.table(asked, words, &head, rows);
    note_more(asked, more, sheet);
}

/// Promises broken, and everything else that is late.
fn late_work(asked: &Asked<'_>, sight: &Sight<'_>, sheet: &mut Sheet) {
    let late: Vec<(WorkId, &Item)> = asked
        .state
        .work
        .overdue(asked.today)
        .filter(|(_, item)| item.holder().is_some_and(|unit| sight.has(unit)))
        .collect();
    let row = |id: WorkId, item: &Item| {
        let climbed = item.climbed().last();
        vec![
            item.holder()
                .map_or_else(Cell::default, |unit| unit_cell(asked, unit)),
            Cell::text(title(asked, id, item)).to(format!("/work/{}", id.0)),
            day_cell(asked, item.due),
            climbed.map_or_else(Cell::default, |(_, unit)| Cell::text(asked.unit_name(unit))),
        ]
    };
    let parts = [
        (
            true,
            "leader-promises",
            "leader-no-promises",
            "leader-promise",
        ),
        (false, "leader-tasks", "leader-no-tasks", "leader-task"),
    ];
    for (promises, heading, empty, what) in parts {
        let of = late
            .iter()
            .filter(|(_, item)| (item.kind == WorkKind::Promise) == promises);
        let mut rows: Vec<Vec<Cell>> = of.map(|(id, item)| row(*id, item)).collect();
        let more = cut(&mut rows);
        sheet.heading(asked, heading);
        let head = ["leader-unit", what, "leader-due", "leader-climbed"];
        sheet.table(asked, (heading, empty), &head, rows);
        note_more(asked, more, sheet);
    }
}

const fn stage_word(stage: Stage) -> &'static str {
    match stage {
        Stage::Offered => "leader-stage-offered",
        Stage::Declined => "leader-stage-declined",
        Stage::Unanswered => "leader-stage-unanswered",
        Stage::InHand => "leader-stage-in-hand",
        Stage::Finished => "leader-stage-finished",
        Stage::Closed => "leader-stage-closed",
        Stage::Groundless => "leader-stage-groundless",
    }
}

/// One's own promises and tasks, and how many forms one owes.
fn own(asked: &Asked<'_>, person: &PersonId, sheet: &mut Sheet) {
    let w = asked.words;
    let items = asked.state.work.of_person(person).rev();
    let rows = items.map(|(id, item)| {
        let open = matches!(item.stage, Stage::InHand | Stage::Offered);
        let due = match open {
            true => day_cell(asked, item.due),
            false => Cell::text(w.date(item.due)),
        };
        vec![
            Cell::text(title(asked, id, item)).to(format!("/work/{}", id.0)),
            due,
            Cell::text(w.t(stage_word(item.stage))),
        ]
    });
    let rows = rows.take(LISTED).collect();
    let head = ["leader-promise", "leader-due", "leader-state"];
    sheet.table(asked, ("leader-own", "leader-no-own"), &head, rows);
    let due = due_of_person(asked.state, person, asked.today);
    let due = due.iter().filter(|due| due.record.is_none()).count();
    let text = w.n("leader-my-month", due.to_string());
    sheet.add(Block::Links(vec![Cell::text(text).to("/me")]));
}

/// The units that someone answers for, in which place, and how they stand.
fn charge(asked: &Asked<'_>, person: &PersonId, sheet: &mut Sheet) {
    let w = asked.words;
    let organisation = &asked.state.organisation;
    let units = organisation.units(asked.today).filter_map(|(unit, _)| {
        let charge = organisation.charge(unit, asked.today)?;
        let place = if charge.principal.as_ref() == Some(person) {
            "leader-as-principal"
        } else if charge.in_charge.as_ref() == Some(person) {
            "leader-as-in-charge"
        } else if charge.team.contains(person) {
            "leader-as-team"
        } else {
            return None;
        };
        Some((unit, place))
    });
    let mut rows: Vec<Vec<Cell>> = units
        .map(|(unit, place)| {
            let open = asked.state.objections.iter();
            let open =
                open.filter(|(_, one)| one.unit.as_ref() == Some(unit) && one.is_open(asked.today));
            let late = asked
                .state
                .work
                .of_unit(unit)
                .filter(|(_, item)| item.stage == Stage::InHand && item.due < asked.today);
            vec![
                unit_cell(asked, unit),
                Cell::text(w.t(place)),
                Cell::number(late.count()),
                Cell::number(open.count()),
                score(asked, unit),
            ]
        })
        .collect();
    by_name(asked, &mut rows);
    let head = [
        "leader-unit",
        "leader-as",
        "leader-late-work",
        "leader-open-objections",
        "leader-score",
    ];
    let words = ("leader-charge", "leader-no-charge");
    sheet.table(asked, words, &head, rows);
}

/// The last score of a unit, with its interval.
fn score(asked: &Asked<'_>, unit: &UnitId) -> Cell {
    let w = asked.words;
    let periods = asked.state.periods.iter().rev().take(BACK);
    let mut found = periods.filter_map(|(period, _)| {
        let results = results(asked, period, Some(unit))?;
        let (_, result) = results.run.of(unit)?;
        let score = result.score?.given()?;
        Some((period, results.preliminary, score, result))
    });
    let Some((period, preliminary, score, result)) = found.next() else {
        return Cell::text(w.t("leader-no-score"));
    };
    let interval = result.sure.as_ref().and_then(|sure| sure.score);
    let interval = interval.and_then(|(low, high)| Some((low.given()?, high.given()?)));
    let interval = interval.map_or_else(String::new, |(low, high)| {
        format!(" ({}–{})", w.num(low, 1), w.num(high, 1))
    });
    let mut text = format!("{}{interval} · {}", w.num(score, 1), w.period(period));
    if preliminary {
        text = format!("{text} · {}", w.t("leader-preliminary"));
    }
    Cell::text(text).to(path(unit, period))
}

fn path(unit: &UnitId, period: Period) -> String {
    format!("/units/{unit}/score/{period}")
}
