//! The board of a period: what is next, who filed, who was visited, what moved, where nothing moves, where reports and what
//! was seen differ.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use campaign::id::Name;
use campaign::record::{About, RecordId, Returns, Verdict};
use campaign::{Date, State, UnitId, circular, period, record};
use rulebook::Period;

use super::periods::step_cells;
use super::sheet::{Block, Cell, Grid, Sheet};
use crate::asked::{Asked, At};
use crate::problem::Problem;
use crate::recent::Recent;
use crate::reply::Answer;

/// How many periods nothing may have moved before someone is asked to go there.
const STILL_PERIODS: usize = 2;
/// From which share of low ratings on a unit whose reports all came in is looked at.
const LOW_SHARE: f64 = 0.3;

/// What a board shows, whatever the language.
#[derive(Debug, Default)]
pub struct Board {
    /// Who filed what was asked for.
    pub returns: BTreeMap<UnitId, Returns>,
    visits: Vec<(UnitId, UnitId, u32)>,
    unvisited: Vec<UnitId>,
    moved: Vec<Moved>,
    /// The units where nothing moves.
    pub still: Vec<UnitId>,
    wrong: Vec<(RecordId, UnitId)>,
    dissatisfied: Vec<(UnitId, u32, u32)>,
    accuracy: Vec<(UnitId, u32, u32)>,
}

/// A measure, its mean before and now, how many units rose and fell.
type Moved = (Name, Option<f64>, Option<f64>, usize, usize);

type Key = (u64, Date, Period);

/// Boards that were put together lately, by the length of the log and the day: nothing in them changes without either.
pub type Boards = Recent<Key, Board>;

impl Board {
    /// The board of a period.
    pub fn get(asked: &Asked<'_>, period: Period) -> Arc<Self> {
        let (state, today) = (asked.state, asked.today);
        let key = (state.length(), today, period);
        asked.app.boards.get(key, || Self::of(state, today, period))
    }

    fn of(state: &State, today: Date, period: Period) -> Self {
        let returns = record::returns(state, period);
        let visits = record::visits(state, period);
        let visited: BTreeSet<&UnitId> = visits.keys().map(|(_, about)| *about).collect();
        let from: BTreeSet<&UnitId> = visits.keys().map(|(from, _)| *from).collect();
        let units = state.organisation.units(today).map(|(unit, _)| unit);
        let unvisited = units.filter(|unit| !visited.contains(unit) && !from.contains(unit));
        let units = state.organisation.units(today).map(|(unit, _)| unit);
        let accuracy = units.filter_map(|unit| {
            let accuracy = state.records.accuracy(unit);
            let checked = accuracy.right + accuracy.wrong;
            (checked > 0).then(|| (unit.clone(), accuracy.right, checked))
        });
        Self {
            unvisited: unvisited.cloned().collect(),
            moved: moved(state, period),
            still: still(state, today, period),
            wrong: found_wrong(state, period),
            dissatisfied: dissatisfied(state, period, &returns),
            accuracy: accuracy.collect(),
            visits: visits
                .iter()
                .map(|((from, about), count)| ((*from).clone(), (*about).clone(), *count))
                .collect(),
            returns: returns
                .into_iter()
                .map(|(unit, returns)| (unit.clone(), returns))
                .collect(),
        }
    }
}

fn moved(state: &State, period: Period) -> Vec<Moved> {
    let Some(content) = circular::content(state, period) else {
        return Vec::new();
    };
    let moved = content.moved.iter();
    moved
        .map(|(measure, moved)| {
            let (up, down) = (moved.up.len(), moved.down.len());
            ((*measure).clone(), moved.before, moved.now, up, down)
        })
        .collect()
}

/// The units of which no figure moved in the last periods that were scored, and that did nothing there beyond what is owed:
/// nothing filed as it happened, nobody visited, nobody there.
fn still(state: &State, today: Date, period: Period) -> Vec<UnitId> {
    let scored = state.periods.iter().rev().map(|(scored, _)| scored);
    let scored = scored.filter(|scored| scored.starts() <= period.starts());
    let scored: Vec<Period> = scored.take(STILL_PERIODS).collect();
    let contents: Vec<_> = scored
        .iter()
        .filter_map(|period| circular::content(state, *period))
        .collect();
    if contents.len() < STILL_PERIODS {
        return Vec::new();
    }
    let mut alive: BTreeSet<&UnitId> = BTreeSet::new();
    for content in &contents {
        for moved in content.moved.values() {
            alive.extend(moved.up.iter().chain(&moved.down));
        }
        for (from, about) in content.visits.keys() {
            alive.extend([from, about]);
        }
    }
    for period in &scored {
        let book = state.rules.of(*period);
        let forms = book.into_iter().flat_map(|book| &book.campaign.forms);
        let as_it_happens = forms.filter(|form| form.item.every == rulebook::model::Cadence::Event);
        let records = as_it_happens
            .flat_map(|form| state.records.of_form(form.item.id.as_str(), *period))
            .filter(|(_, record)| record.stands());
        alive.extend(records.map(|(_, record)| &record.from));
    }
    let known: BTreeSet<&UnitId> = contents
        .iter()
        .flat_map(|content| content.figures.keys().copied())
        .collect();
    let units = state.organisation.units(today).map(|(unit, _)| unit);
    let still = units.filter(|unit| known.contains(unit) && !alive.contains(unit));
    still.cloned().collect()
}

/// The records of a period that a verification found wrong.
fn found_wrong(state: &State, period: Period) -> Vec<(RecordId, UnitId)> {
    let book = state.rules.of(period);
    let forms = book.into_iter().flat_map(|book| &book.campaign.forms);
    let records = forms.flat_map(|form| state.records.of_form(form.item.id.as_str(), period));
    let wrong = records.filter(|(_, record)| record.verdict == Verdict::Wrong);
    wrong
        .map(|(id, record)| {
            let unit = match &record.about {
                About::Unit(unit) => unit.clone(),
                _ => record.from.clone(),
            };
            (id, unit)
        })
        .collect()
}

/// The units whose reports all came in, while many of those they served are dissatisfied; small numbers are left out.
fn dissatisfied(
    state: &State,
    period: Period,
    returns: &BTreeMap<&UnitId, Returns>,
) -> Vec<(UnitId, u32, u32)> {
    let Some(book) = state.rules.of(period) else {
        return Vec::new();
    };
    let least = book.campaign.file.ratings.min_shown;
    let levels = state.ratings.levels(period, None);
    let found = levels.iter().filter_map(|(unit, levels)| {
        let filed = returns
            .get(unit)
            .is_some_and(|returns| returns.missing() == 0);
        let (low, rated) = (levels.of.iter().take(2).sum::<u32>(), levels.rated());
        let many = f64::from(low) >= LOW_SHARE * f64::from(rated);
        // A share of so few who are dissatisfied, or aren't, could point at someone.
        let shown = low >= least && rated - low >= least;
        (filed && many && shown).then(|| ((*unit).clone(), low, rated))
    });
    found.collect()
}

/// The period whose board is shown when none is asked for: the first that is still to be closed, or the one that runs.
fn period_now(asked: &Asked<'_>) -> Result<Period, Problem> {
    let due = period::due(asked.state, asked.today);
    let cut_off = due
        .iter()
        .map(|(period, _)| *period)
        .find(|period| asked.state.periods.is_cut_off(*period));
    let running = asked.book()?.calendar.period_of(asked.today);
    Ok(cut_off.unwrap_or(running))
}

/// Shows it.
pub(super) fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let wanted = at.query.get("period").parse().ok();
    let period = wanted.map_or_else(|| period_now(asked), Ok)?;
    let board = Board::get(asked, period);
    let w = asked.words;
    let title = w.a("office-board-title", "period", w.period(period));
    let mut sheet = Sheet::titled(title);
    sheet.add(super::places(asked));
    next_steps(asked, &mut sheet);
    other_periods(asked, period, &mut sheet);
    exceptions(asked, &board, &mut sheet);
    filed(asked, period, &board, &mut sheet);
    visits(asked, &board, &mut sheet);
    measures(asked, period, &board, &mut sheet);
    sheet.show(asked)
}

fn next_steps(asked: &Asked<'_>, sheet: &mut Sheet) {
    let rows = period::due(asked.state, asked.today)
        .iter()
        .map(|(period, next)| {
            let name = asked.words.period(*period);
            let mut row = vec![Cell::text(name).to(format!("/office/periods/{period}"))];
            row.extend(step_cells(asked, next));
            row
        })
        .collect();
    sheet.heading(asked, "office-next-steps");
    let head = ["office-period", "office-next", "office-by", "office-until"];
    sheet.table(
        asked,
        ("office-next-steps", "office-all-closed"),
        &head,
        rows,
    );
}

fn other_periods(asked: &Asked<'_>, here: Period, sheet: &mut Sheet) {
    let periods = asked.state.periods.iter().rev().map(|(period, _)| period);
    let running = asked
        .book()
        .map(|book| book.calendar.period_of(asked.today));
    let mut all: Vec<Period> = running.into_iter().chain(periods).take(14).collect();
    all.dedup();
    let link = |period: Period| {
        let cell = Cell::text(asked.words.period(period));
        if period == here {
            cell
        } else {
            cell.to(format!("/office?period={period}"))
        }
    };
    sheet.heading(asked, "office-board-periods");
    sheet.add(Block::Links(all.into_iter().map(link).collect()));
}

fn unit_cell(asked: &Asked<'_>, unit: &UnitId) -> Cell {
    Cell::text(asked.unit_name(unit)).to(format!("/units/{unit}"))
}

/// What is to be done about a unit that nobody has been to, or where nothing moves.
fn go_there(asked: &Asked<'_>) -> Cell {
    Cell::text(asked.words.t("office-ask-visit"))
}

fn exceptions(asked: &Asked<'_>, board: &Board, sheet: &mut Sheet) {
    let w = asked.words;
    sheet.heading(asked, "office-still");
    sheet.note(asked, "office-still-rule");
    let rows = board.still.iter();
    let rows = rows.map(|unit| vec![unit_cell(asked, unit), go_there(asked)]);
    let head = ["office-unit", "office-what-to-do"];
    sheet.table(
        asked,
        ("office-still", "office-no-still"),
        &head,
        rows.collect(),
    );

    sheet.heading(asked, "office-contradictions");
    sheet.note(asked, "office-contradictions-rule");
    let wrong = board.wrong.iter().map(|(id, unit)| {
        let record = w.a("office-record-wrong", "n", id.to_string());
        vec![
            unit_cell(asked, unit),
            Cell::text(record).to(format!("/records/{}", id.0)),
        ]
    });
    let low = board.dissatisfied.iter().map(|(unit, low, rated)| {
        let (low, rated) = (low.to_string(), rated.to_string());
        let said = w.with("office-filed-but-low", &[("low", &low), ("rated", &rated)]);
        vec![unit_cell(asked, unit), Cell::text(said)]
    });
    let rows = wrong.chain(low).collect();
    let head = ["office-unit", "office-what-differs"];
    let words = ("office-contradictions", "office-no-contradictions");
    sheet.table(asked, words, &head, rows);

    let mut accuracy: Vec<_> = board.accuracy.iter().collect();
    accuracy.sort_by(|a, b| (a.1 * b.2).cmp(&(b.1 * a.2)));
    let rows = accuracy.iter().map(|(unit, right, checked)| {
        let share = 100.0 * f64::from(*right) / f64::from(*checked);
        vec![
            unit_cell(asked, unit),
            Cell::number(checked),
            Cell::text(format!("{} %", w.num(share, 1))).look("n"),
        ]
    });
    let head = ["office-unit", "office-checked", "office-right"];
    sheet.table(
        asked,
        ("office-accuracy", "office-no-accuracy"),
        &head,
        rows.collect(),
    );
}

fn filed(asked: &Asked<'_>, period: Period, board: &Board, sheet: &mut Sheet) {
    let w = asked.words;
    sheet.heading(asked, "office-filed");
    let mut sums: BTreeMap<&str, Returns> = BTreeMap::new();
    let category = |unit: &UnitId| {
        let facts = asked.state.organisation.facts(unit, asked.today);
        facts.map_or("", |facts| facts.category.as_str())
    };
    for (unit, returns) in &board.returns {
        let sum = sums.entry(category(unit)).or_default();
        sum.asked += returns.asked;
        sum.filed += returns.filed;
        sum.late += returns.late;
    }
    let numbers = |returns: &Returns| {
        let late = Cell::number(returns.late).look("n");
        let missing = Cell::number(returns.missing()).look("n");
        [
            Cell::number(returns.asked),
            Cell::number(returns.filed),
            late,
            missing,
        ]
    };
    let rows = sums.iter().map(|(category, sum)| {
        let mut row = vec![Cell::text(category_name(asked, category))];
        row.extend(numbers(sum));
        row
    });
    let head = [
        "office-asked",
        "office-came",
        "office-came-late",
        "office-missing",
    ];
    let with = |first: &'static str| std::iter::once(first).chain(head).collect::<Vec<_>>();
    let words = ("office-filed-by-category", "office-nothing-asked");
    sheet.table(asked, words, &with("office-category"), rows.collect());
    let mut lacking: Vec<_> = board
        .returns
        .iter()
        .filter(|(_, returns)| returns.missing() > 0 || returns.late > 0)
        .collect();
    lacking.sort_by_key(|(_, returns)| std::cmp::Reverse((returns.missing(), returns.late)));
    let rows = lacking.into_iter().map(|(unit, returns)| {
        let mut row = vec![unit_cell(asked, unit)];
        row.extend(numbers(returns));
        row
    });
    sheet.add(Block::Table(Grid {
        caption: w
            .a("office-filed-lacking", "period", w.period(period))
            .into_owned(),
        head: with("office-unit")
            .iter()
            .map(|id| w.t(id).into_owned())
            .collect(),
        rows: rows.collect(),
        empty: w.t("office-all-filed").into_owned(),
    }));
    sheet.note(asked, "office-missing-paper");
}

/// What a category is called.
pub(super) fn category_name(asked: &Asked<'_>, category: &str) -> String {
    let file = asked.book().map(|book| &book.campaign.file);
    let found = file.ok().and_then(|file| {
        let mut all = file.category.iter();
        all.find(|known| known.id.as_str() == category)
    });
    found.map_or_else(
        || category.to_owned(),
        |found| asked.words.of(&found.name).to_owned(),
    )
}

fn visits(asked: &Asked<'_>, board: &Board, sheet: &mut Sheet) {
    sheet.heading(asked, "office-visits");
    let rows = board.unvisited.iter();
    let rows = rows.map(|unit| vec![unit_cell(asked, unit), go_there(asked)]);
    let head = ["office-unit", "office-what-to-do"];
    sheet.table(
        asked,
        ("office-unvisited", "office-all-visited"),
        &head,
        rows.collect(),
    );
    let rows = board.visits.iter().map(|(from, about, count)| {
        vec![
            unit_cell(asked, from),
            unit_cell(asked, about),
            Cell::number(count),
        ]
    });
    let head = ["office-visitor", "office-visited", "office-times"];
    sheet.table(
        asked,
        ("office-who-visited", "office-no-visits"),
        &head,
        rows.collect(),
    );
}

fn measures(asked: &Asked<'_>, period: Period, board: &Board, sheet: &mut Sheet) {
    let w = asked.words;
    sheet.heading(asked, "office-moved");
    let book = asked.state.rules.of(period);
    let name = |id: &Name| {
        let measures = book.map(|book| book.campaign.measures.iter());
        let found = measures
            .and_then(|mut all| all.find(|measure| measure.item.id.as_str() == id.as_str()));
        found.map_or_else(|| id.to_string(), |found| w.of(&found.item.name).to_owned())
    };
    let number = |value: &Option<f64>| {
        let text = value.map_or_else(|| "–".to_owned(), |value| w.num(value, 3));
        Cell::text(text).look("n")
    };
    let rows = board.moved.iter().map(|(id, before, now, up, down)| {
        vec![
            Cell::text(name(id)),
            number(before),
            number(now),
            Cell::number(up),
            Cell::number(down),
        ]
    });
    let head = [
        "office-measure",
        "office-mean-before",
        "office-mean-now",
        "office-units-up",
        "office-units-down",
    ];
    sheet.table(
        asked,
        ("office-moved", "office-nothing-scored"),
        &head,
        rows.collect(),
    );
}
