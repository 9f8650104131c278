//! What is rarely so by chance, as questions to a person: what was found, how sure that is, what explains it honestly, who is
//! asked. Nothing here changes a score.

mod look;

use std::sync::Arc;

use campaign::{Date, UnitId};
use inference::Invalid;
use inference::gaming::Detector;
use rulebook::Period;

use super::paged::query;
use super::samples::{choice, period};
use super::sheet::{Block, Cell, Sheet};
use crate::asked::{Asked, At};
use crate::problem::Problem;
use crate::recent::Recent;
use crate::reply::Answer;
use crate::vault::blocking;

pub use look::{About, Flag, Found, Look, RATE};

/// What was looked for lately, by period and the day it was done: once a day is enough, and costs as much.
pub type Flags = Recent<(Period, Date), Result<Arc<Found>, Invalid>>;

/// What is found in a period.
///
/// # Errors
/// When a detector can't be run: a mistake in the program.
pub(crate) fn find(asked: &Asked<'_>, period: Period) -> Result<Arc<Found>, Problem> {
    let text = |item| asked.text(item);
    let look = || look::look(asked.state, period, asked.today, &text).map(Arc::new);
    let found = blocking(|| asked.app.flags.get((period, asked.today), look));
    match &*found {
        Ok(found) => Ok(Arc::clone(found)),
        Err(error) => {
            tracing::error!(%error, "a detector can't be run");
            Err(Problem::broken())
        }
    }
}

/// The name of a detector, as in messages.
pub(crate) const fn name(detector: Detector) -> &'static str {
    match detector {
        Detector::Burst => "burst",
        Detector::AllTopRun => "all-top-run",
        Detector::SuddenCeiling => "sudden-ceiling",
        Detector::CopiedComments => "copied-comments",
        Detector::LastDays => "last-days",
        Detector::NoSpread => "no-spread",
        Detector::BackScratching => "back-scratching",
        Detector::TitlesInTurns => "titles-in-turns",
        _ => "other",
    }
}

/// Shows them.
pub(super) fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let mut sheet = Sheet::new(asked, "office-flags");
    sheet.add(super::places(asked));
    sheet.text(asked, "office-flags-about");
    let Some(period) = period(asked, at)? else {
        sheet.note(asked, "office-flags-first");
        return sheet.show(asked);
    };
    choice(asked, "/office/flags", period, &mut sheet)?;
    let found = find(asked, period)?;
    flags(asked, period, &found, &mut sheet);
    bursts(asked, &mut sheet);
    looked(asked, &found, &mut sheet);
    sheet.show(asked)
}

fn subject(asked: &Asked<'_>, about: &About) -> Cell {
    match about {
        About::Unit(unit) => Cell::text(asked.unit_name(unit)).to(format!("/units/{unit}")),
        About::Category(category) => Cell::text(super::board::category_name(asked, category)),
        About::Campaign => Cell::text(asked.words.t("office-whole-campaign")),
    }
}

fn flags(asked: &Asked<'_>, period: Period, found: &Found, sheet: &mut Sheet) {
    let w = asked.words;
    let rows = found.flags.iter().map(|flag| {
        let kind = name(flag.detector);
        let looks: Vec<String> = flag
            .looks
            .iter()
            .map(|one| said(asked, flag, one))
            .collect();
        let adjusted = match flag.adjusted < 0.0001 {
            true => "< 0.0001".to_owned(),
            false => w.num(flag.adjusted, 4),
        };
        vec![
            subject(asked, &flag.about),
            Cell::text(w.t(&format!("office-flag-{kind}"))),
            Cell::text(looks.join("; ")),
            Cell::text(adjusted).look("n"),
            Cell::text(w.t(&format!("office-flag-{kind}.check"))),
            Cell::text(whom(asked, period, flag.detector)),
            remedy(asked, period, flag),
        ]
    });
    sheet.heading(asked, "office-flags-found");
    let head = [
        "office-unit",
        "office-pattern",
        "office-what-was-found",
        "office-by-chance",
        "office-check-first",
        "office-who-is-asked",
        "office-what-to-do",
    ];
    let words = ("office-flags-found", "office-no-flags");
    sheet.table(asked, words, &head, rows.collect());
}

/// One thing to look at, in words.
fn said(asked: &Asked<'_>, flag: &Flag, look: &Look) -> String {
    let w = asked.words;
    let kind = match (flag.detector, look.units.is_empty()) {
        (Detector::TitlesInTurns, true) => "titles-in-turns-gaps",
        (detector, _) => name(detector),
    };
    let day = |day: Option<Date>| day.map_or_else(String::new, |day| w.date(day));
    let names: Vec<&str> = look
        .units
        .iter()
        .map(|unit| asked.unit_name(unit))
        .collect();
    let values = [
        ("from", day(look.days.map(|days| days.0))),
        ("until", day(look.days.map(|days| days.1))),
        (
            "since",
            look.since.map_or_else(String::new, |since| w.period(since)),
        ),
        ("units", names.join(w.lang.pick("、", ", "))),
        ("all", look.all.to_string()),
        ("n", w.num(look.observed, 1)),
        ("usual", w.num(look.expected, 1)),
        (
            "share",
            w.num(100.0 * look.observed / (look.all.max(1) as f64), 0),
        ),
    ];
    let values = values.each_ref().map(|(name, text)| (*name, text.as_str()));
    w.with(&format!("office-flag-{kind}.look"), &values)
        .into_owned()
}

/// The role that is asked to look: never the unit it is about.
fn whom(asked: &Asked<'_>, period: Period, detector: Detector) -> String {
    let Some(book) = asked.state.rules.of(period) else {
        return String::new();
    };
    let closing = &book.calendar.closing;
    let role = match detector {
        Detector::LastDays | Detector::NoSpread | Detector::BackScratching => {
            let forms = book.campaign.forms.iter().map(|form| &form.item);
            let mut sampled = forms.filter(|form| form.sample_percent.is_some());
            sampled.find_map(|form| form.verified_by.as_ref())
        }
        Detector::TitlesInTurns => closing.decided_by.as_ref(),
        _ => book.campaign.file.ratings.decided_by.as_ref(),
    };
    let role = role.or(closing.closed_by.as_ref());
    role.map_or_else(String::new, |role| asked.role_name(role.as_str()))
}

/// Where to look closer: at ratings, at records to be verified, at results; else someone is asked by a task.
fn remedy(asked: &Asked<'_>, period: Period, flag: &Flag) -> Cell {
    let w = asked.words;
    let ratings =
        |unit: &UnitId| Cell::text(w.t("office-see-ratings")).to(format!("/units/{unit}/ratings"));
    match (flag.detector, &flag.about) {
        (Detector::LastDays | Detector::NoSpread, _) => {
            Cell::text(w.t("office-draw-sample")).to(format!("/office/samples?period={period}"))
        }
        (Detector::TitlesInTurns, About::Category(category)) => {
            Cell::text(w.t("office-see-results")).to(format!("/categories/{category}/{period}"))
        }
        (_, About::Unit(unit)) => ratings(unit),
        _ => {
            let title = w.t(&format!("office-flag-{}", name(flag.detector)));
            let to = query("/office/tasks", &[], ("title", &title));
            Cell::text(w.t("office-ask-someone")).to(format!("{to}#give"))
        }
    }
}

/// How many bursts of low ratings wait for a decision: the rules find those, each has a page.
fn bursts(asked: &Asked<'_>, sheet: &mut Sheet) {
    let open = asked.state.ratings.unsettled().count();
    sheet.heading(asked, "rating-bursts");
    let text = asked.words.n("office-bursts-open", open);
    sheet.add(Block::Links(vec![Cell::text(text).to("/office/bursts")]));
}

/// How much was looked for: without it a list of flags says little.
fn looked(asked: &Asked<'_>, found: &Found, sheet: &mut Sheet) {
    let w = asked.words;
    let (tests, rate) = (found.tests.to_string(), w.num(100.0 * RATE, 0));
    let pairs = [("tests", tests.as_str()), ("rate", rate.as_str())];
    let rows = found.by_kind.iter().map(|(detector, (made, refused))| {
        let kind = name(*detector);
        vec![
            Cell::text(w.t(&format!("office-flag-{kind}"))),
            Cell::text(w.t(&format!("office-flag-{kind}.null"))),
            Cell::number(made),
            Cell::number(refused),
        ]
    });
    sheet.heading(asked, "office-looked-for");
    sheet.add(Block::Note(
        w.with("office-looked-for-about", &pairs).into_owned(),
    ));
    let head = [
        "office-pattern",
        "office-null",
        "office-tests",
        "office-too-little",
    ];
    let words = ("office-looked-for", "office-nothing-looked-for");
    sheet.table(asked, words, &head, rows.collect());
}
