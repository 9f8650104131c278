//! The burden meter: what forms ask of units in minutes, what they took, by month, category, form and unit; and how it falls on
//! people who hold several posts, without naming anyone.

use std::collections::BTreeMap;

use campaign::{State, UnitId};
use rulebook::model::{Cadence, Form};
use rulebook::{Period, check};

use super::board::category_name;
use super::samples::{choice, period, periods};
use super::sheet::{Block, Cell, Sheet};
use crate::asked::{Asked, At};
use crate::charts;
use crate::problem::Problem;
use crate::reply::Answer;

/// So many periods the trend shows, and so many units are listed.
const PERIODS: usize = 12;
const UNITS: usize = 10;
/// The upper ends of the bands of minutes that people fall into.
const BANDS: [f64; 4] = [15.0, 60.0, 120.0, 240.0];

/// The minutes that forms took a unit: those that are asked for regularly, which the rules limit, and those filled as things
/// happen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Taken {
    /// Of regular forms.
    pub regular: f64,
    /// Of these, what the limit of a month counts: a form of a quarter by a third, of a year by a twelfth.
    pub limited: f64,
    /// Of forms filled as things happen.
    pub events: f64,
}

/// The minutes that the forms of a period took the units that filed them.
#[must_use]
pub fn taken(state: &State, period: Period) -> BTreeMap<&UnitId, Taken> {
    let mut of: BTreeMap<&UnitId, Taken> = BTreeMap::new();
    let book = state.rules.of(period);
    let forms = book.into_iter().flat_map(|book| &book.campaign.forms);
    for form in forms.map(|form| &form.item) {
        for (_, record) in state.records.of_form(form.id.as_str(), period) {
            let taken = of.entry(&record.from).or_default();
            match form.every {
                Cadence::Event => taken.events += form.minutes,
                every => {
                    taken.regular += form.minutes;
                    taken.limited += form.minutes * every.per_month().unwrap_or(0.0).min(1.0);
                }
            }
        }
    }
    of
}

/// What forms ask of the units of a category, and what they took in a period.
#[derive(Clone, Debug)]
pub struct OfCategory {
    /// The category.
    pub category: String,
    /// How many units it has.
    pub units: usize,
    /// The minutes a month that regular forms ask of each.
    pub asked: f64,
    /// The minutes that regular forms took them, on average.
    pub regular: f64,
    /// The minutes of forms filled as things happen, on average.
    pub events: f64,
    /// The most that regular forms took one of them.
    pub most: f64,
    /// How many of them are over the limit.
    pub over: usize,
}

/// The burden of a period by category, in the campaign's order.
#[must_use]
pub fn of_categories(state: &State, period: Period) -> Vec<OfCategory> {
    let Some(book) = state.rules.of(period) else {
        return Vec::new();
    };
    let limit = book.campaign.file.limits.minutes_per_month;
    let day = book.calendar.last_day(period);
    let taken = taken(state, period);
    let mut units: BTreeMap<&str, Vec<Taken>> = BTreeMap::new();
    for (unit, facts) in state.organisation.units(day) {
        let taken = taken.get(unit).copied().unwrap_or_default();
        units
            .entry(facts.category.as_str())
            .or_default()
            .push(taken);
    }
    let categories = check::burden(&book.campaign).into_iter();
    let of = categories.map(|burden| {
        let units = units.get(burden.category.as_str());
        let units = units.map_or(&[][..], Vec::as_slice);
        let over = |taken: &&Taken| limit.is_some_and(|limit| taken.limited > limit);
        OfCategory {
            category: burden.category.to_string(),
            units: units.len(),
            asked: burden.minutes_per_month,
            regular: mean(units, |taken| taken.regular),
            events: mean(units, |taken| taken.events),
            most: units.iter().map(|taken| taken.regular).fold(0.0, f64::max),
            over: units.iter().filter(over).count(),
        }
    });
    of.collect()
}

fn mean(units: &[Taken], of: fn(&Taken) -> f64) -> f64 {
    units.iter().map(of).sum::<f64>() / units.len().max(1) as f64
}

/// Shows it.
pub(super) fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let mut sheet = Sheet::new(asked, "office-burden");
    sheet.add(super::places(asked));
    sheet.text(asked, "office-burden-about");
    let Some(period) = period(asked, at)? else {
        sheet.note(asked, "office-burden-first");
        return sheet.show(asked);
    };
    choice(asked, "/office/burden", period, &mut sheet)?;
    let book = asked.state.rules.of(period);
    let Some(book) = book else {
        return sheet.show(asked);
    };
    let limit = book.campaign.file.limits.minutes_per_month;
    summary(asked, period, limit, &mut sheet);
    trend(asked, limit, &mut sheet)?;
    categories(asked, period, &mut sheet);
    forms(asked, book, period, &mut sheet);
    units(asked, period, limit, &mut sheet);
    people(asked, period, &mut sheet);
    sheet.show(asked)
}

fn minutes(asked: &Asked<'_>, minutes: f64) -> Cell {
    Cell::text(asked.words.num(minutes, 1)).look("n")
}

/// The minutes of each unit that there was at the end of the period.
fn by_unit<'a>(asked: &Asked<'a>, period: Period) -> Vec<(&'a UnitId, Taken)> {
    let taken = taken(asked.state, period);
    let book = asked.state.rules.of(period);
    let day = book.map_or(asked.today, |book| book.calendar.last_day(period));
    let units = asked.state.organisation.units(day.min(asked.today));
    let units = units.map(|(unit, _)| (unit, taken.get(unit).copied().unwrap_or_default()));
    units.collect()
}

fn means(asked: &Asked<'_>, period: Period) -> Taken {
    let units: Vec<Taken> = by_unit(asked, period)
        .into_iter()
        .map(|(_, taken)| taken)
        .collect();
    Taken {
        regular: mean(&units, |taken| taken.regular),
        limited: mean(&units, |taken| taken.limited),
        events: mean(&units, |taken| taken.events),
    }
}

fn summary(asked: &Asked<'_>, period: Period, limit: Option<f64>, sheet: &mut Sheet) {
    let w = asked.words;
    let units = by_unit(asked, period);
    let sum: f64 = units
        .iter()
        .map(|(_, taken)| taken.regular + taken.events)
        .sum();
    let fact = |id: &str, cell: Cell| (w.t(id).into_owned(), cell);
    let minutes = |value: f64| Cell::text(w.a("office-minutes", "n", w.num(value, 1)));
    let limit = limit.map_or_else(|| Cell::text(w.t("office-no-limit")), minutes);
    let means = means(asked, period);
    sheet.add(Block::Facts(vec![
        fact("office-period", Cell::text(w.period(period))),
        fact("office-burden-limit", limit),
        fact("office-burden-mean", minutes(means.regular)),
        fact("office-burden-events", minutes(means.events)),
        fact(
            "office-burden-hours",
            Cell::text(w.a("office-hours", "n", w.num(sum / 60.0, 0))),
        ),
    ]));
}

/// What forms took a unit on average, month by month.
fn trend(asked: &Asked<'_>, limit: Option<f64>, sheet: &mut Sheet) -> Result<(), Problem> {
    let w = asked.words;
    let mut periods = periods(asked)?;
    periods.truncate(PERIODS);
    periods.reverse();
    let values: Vec<(Period, Taken)> = periods
        .into_iter()
        .map(|period| (period, means(asked, period)))
        .collect();
    sheet.heading(asked, "office-burden-trend");
    let about = charts::About {
        title: &w.t("office-burden-trend"),
        desc: &w.t("office-burden-trend.desc"),
    };
    let regular: Vec<_> = values
        .iter()
        .map(|(period, taken)| (*period, taken.regular))
        .collect();
    sheet.add(Block::Chart(charts::trend(about, &regular, limit)));
    let rows = values.iter().rev().map(|(period, taken)| {
        vec![
            Cell::text(w.period(*period)),
            minutes(asked, taken.regular),
            minutes(asked, taken.events),
        ]
    });
    let head = [
        "office-period",
        "office-minutes-regular",
        "office-minutes-events",
    ];
    let words = ("office-burden-trend", "office-burden-first");
    sheet.table(asked, words, &head, rows.collect());
    Ok(())
}

fn categories(asked: &Asked<'_>, period: Period, sheet: &mut Sheet) {
    let rows = of_categories(asked.state, period).into_iter().map(|of| {
        let over = Cell::number(of.over);
        vec![
            Cell::text(category_name(asked, &of.category)),
            Cell::number(of.units),
            minutes(asked, of.asked),
            minutes(asked, of.regular),
            minutes(asked, of.events),
            minutes(asked, of.most),
            over,
        ]
    });
    sheet.heading(asked, "office-burden-categories");
    sheet.note(asked, "office-burden-categories-about");
    let head = [
        "office-category",
        "office-units",
        "office-minutes-asked",
        "office-minutes-regular",
        "office-minutes-events",
        "office-minutes-most",
        "office-over-limit",
    ];
    let words = ("office-burden-categories", "office-no-categories");
    sheet.table(asked, words, &head, rows.collect());
}

/// How many figures, texts and so on a form asks for at most once: columns of tables counted, not their rows.
fn asks_for(form: &Form) -> usize {
    let of = |field: &rulebook::model::Field| 1 + field.column.len();
    form.field.iter().map(of).sum()
}

fn every(form: &Form) -> &'static str {
    match form.every {
        Cadence::Week => "office-every-week",
        Cadence::Month => "office-every-month",
        Cadence::Quarter => "office-every-quarter",
        Cadence::HalfYear => "office-every-half-year",
        Cadence::Year => "office-every-year",
        Cadence::Event => "office-every-event",
    }
}

fn forms(asked: &Asked<'_>, book: &campaign::rules::Book, period: Period, sheet: &mut Sheet) {
    let w = asked.words;
    let mut rows: Vec<(f64, Vec<Cell>)> = book
        .campaign
        .forms
        .iter()
        .map(|form| {
            let form = &form.item;
            let filed = asked
                .state
                .records
                .of_form(form.id.as_str(), period)
                .count();
            let optional = form.field.iter().filter(|field| field.optional).count();
            let sum = form.minutes * filed as f64;
            let cells = vec![
                Cell::text(w.of(&form.name)),
                Cell::text(asked.role_name(form.filled_by.as_str())),
                Cell::text(w.t(every(form))),
                Cell::number(asks_for(form)),
                Cell::number(optional),
                minutes(asked, form.minutes),
                Cell::number(filed),
                minutes(asked, sum / 60.0),
            ];
            (sum, cells)
        })
        .collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let rows = rows.into_iter().map(|(_, cells)| cells).collect();
    sheet.heading(asked, "office-burden-forms");
    sheet.note(asked, "office-burden-forms-about");
    let head = [
        "office-form",
        "office-filled-by",
        "office-every",
        "office-fields",
        "office-fields-optional",
        "office-minutes-once",
        "office-filed-count",
        "office-hours-all",
    ];
    let words = ("office-burden-forms", "office-nothing-asked");
    sheet.table(asked, words, &head, rows);
}

fn units(asked: &Asked<'_>, period: Period, limit: Option<f64>, sheet: &mut Sheet) {
    let w = asked.words;
    let mut units = by_unit(asked, period);
    units.retain(|(_, taken)| taken.regular > 0.0);
    units.sort_by(|a, b| {
        b.1.regular
            .total_cmp(&a.1.regular)
            .then_with(|| a.0.cmp(b.0))
    });
    let rows = units.iter().take(UNITS).map(|(unit, taken)| {
        let over = limit.is_some_and(|limit| taken.limited > limit);
        let id = match over {
            true => "office-is-over",
            false => "office-is-under",
        };
        vec![
            Cell::text(asked.unit_name(unit)).to(format!("/units/{unit}")),
            minutes(asked, taken.regular),
            minutes(asked, taken.events),
            Cell::text(w.t(id)),
        ]
    });
    sheet.heading(asked, "office-burden-units");
    sheet.note(asked, "office-burden-units-about");
    let head = [
        "office-unit",
        "office-minutes-regular",
        "office-minutes-events",
        "office-burden-limit",
    ];
    let words = ("office-burden-units", "office-nothing-asked");
    sheet.table(asked, words, &head, rows.collect());
}

/// How many people forms took how long, those who hold several posts or roles apart. Nobody is named, nobody is ranked.
fn people(asked: &Asked<'_>, period: Period, sheet: &mut Sheet) {
    let w = asked.words;
    let mut bands = vec![(0_usize, 0_usize); BANDS.len() + 1];
    for (id, person) in asked.state.organisation.people() {
        let taken = asked.state.records.minutes_of_person(id, period);
        if taken <= 0.0 {
            continue;
        }
        let roles = person
            .grants
            .iter()
            .filter(|grant| grant.holds(asked.today))
            .count();
        let held = |post: &&campaign::organisation::Tenure| {
            post.from <= asked.today && post.until.is_none_or(|until| asked.today <= until)
        };
        let several = roles + person.posts.iter().filter(held).count() > 1;
        let at = BANDS
            .iter()
            .position(|end| taken <= *end)
            .unwrap_or(BANDS.len());
        if let Some(band) = bands.get_mut(at) {
            band.0 += 1;
            band.1 += usize::from(several);
        }
    }
    let least = asked
        .book()
        .map_or(1, |book| book.campaign.file.ratings.min_shown);
    let least = usize::try_from(least).unwrap_or(1);
    // A count of so few could point at someone.
    let few = |count: usize| match (1..least).contains(&count) {
        true => Cell::text(w.n("office-fewer-than", least)).look("n"),
        false => Cell::number(count),
    };
    let rows = bands.iter().enumerate().map(|(at, (all, several))| {
        let low = at
            .checked_sub(1)
            .and_then(|at| BANDS.get(at))
            .copied()
            .unwrap_or(0.0);
        let low = w.num(low, 0);
        let name = match BANDS.get(at) {
            Some(high) => {
                let high = w.num(*high, 0);
                w.with("office-band-minutes", &[("low", &low), ("high", &high)])
            }
            None => w.a("office-band-over", "low", low),
        };
        vec![Cell::text(name), few(*all), few(*several)]
    });
    sheet.heading(asked, "office-burden-people");
    sheet.note(asked, "office-burden-people-about");
    let head = ["office-minutes-taken", "office-people", "office-of-several"];
    let words = ("office-burden-people", "office-nothing-asked");
    sheet.table(asked, words, &head, rows.collect());
}
