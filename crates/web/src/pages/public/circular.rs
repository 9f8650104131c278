//! Circulars: what was found in a period, by class; who filed; who visited whom; what moved.

use axum::http::StatusCode;
use campaign::circular::{self, Circular, CircularId, Content};
use campaign::period::{ClassResult, Run};
use campaign::{Date, UnitId};
use host::bundle::BundleError;
use rulebook::say;
use scoring::replay::Verdict;

use super::category::{band_name, category_name, score_link, verdict};
use super::results::{self, Results};
use super::sheet::{Part, Sheet, headers};
use crate::asked::{Asked, At};
use crate::files::{Cell, Table, table};
use crate::problem::Problem;
use crate::reply::{Answer, File, Reply};

/// Lists them.
pub fn list(asked: &Asked<'_>, at: &At) -> Answer {
    let w = asked.words;
    let mut sheet = Sheet::new(w.t("public-circulars"));
    let rows = results::published(asked.state)
        .into_iter()
        .map(|(id, one, on)| {
            vec![
                Cell::link(
                    w.a("public-circular-of", "period", w.period(one.period)),
                    format!("/circulars/{id}"),
                ),
                Cell::text(w.date(on)),
            ]
        });
    let table = Table {
        name: "circulars".into(),
        caption: w.t("public-circulars").into_owned(),
        headers: headers(asked, &["public-circular", "public-published-on"]),
        rows: rows.collect(),
    };
    sheet.table(table, &w.t("public-no-circulars"));
    sheet.add(Part::List(vec![Cell::link(
        w.t("public-feed"),
        "/feeds/circulars.atom",
    )]));
    sheet.answer(asked, at)
}

fn find<'a>(asked: &Asked<'a>, at: &At) -> Result<(CircularId, &'a Circular, Date), Problem> {
    let id = CircularId(at.number("circular")?);
    let all = results::published(asked.state);
    let mut all = all.into_iter();
    all.find(|(known, ..)| *known == id)
        .ok_or_else(Problem::not_found)
}

/// The bundle in one file, as `merit verify bundle` reads it.
pub fn bundle(asked: &Asked<'_>, at: &At) -> Answer {
    let (id, one, _) = find(asked, at)?;
    // A period that was scored again has another bundle now.
    let run = asked.state.periods.results(one.period);
    if run.is_none_or(|run| run.number != one.run) {
        return Err(Problem::not_found());
    }
    let bundle = asked
        .app
        .host
        .bundle(one.period)
        .map_err(|error| no_bundle(&error))?;
    let text = host::bundle::pack(&bundle).ok_or_else(Problem::broken)?;
    Ok(Reply::File(File {
        name: Some(format!("circular-{id}-{}.json", one.period)),
        media_type: "application/json",
        content: text.into_bytes(),
    }))
}

fn no_bundle(error: &BundleError) -> Problem {
    if matches!(error, BundleError::NotSigned(_)) {
        return Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "not-signed-yet",
            say!(
                "账本还没有签到这一条。",
                "The log isn't signed that far yet."
            ),
            say!("过一会儿再下载。", "Download it again in a moment."),
        );
    }
    tracing::error!(%error, "a bundle can't be made");
    Problem::broken()
}

/// Shows one.
pub fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let (id, one, on) = find(asked, at)?;
    let w = asked.words;
    let title = w.a("public-circular-of", "period", w.period(one.period));
    let mut sheet = Sheet::new(title).class("circular");
    let of = asked.state.periods.get(one.period);
    let run = of.and_then(|of| of.runs.iter().find(|run| run.number == one.run));
    let run = run.ok_or_else(Problem::not_found)?;
    // What has come in since the day of publishing doesn't change what it said.
    let until = on.plus(1).start(asked.state.rules.offset());
    let until = campaign::Time(until.0 - 1);
    let content = circular::content_by(asked.state, one.period, until);
    let content = content.filter(|content| content.run.number == one.run);
    for class in &run.classes {
        findings(&mut sheet, asked, one, run, class);
    }
    if let Some(content) = &content {
        filed(&mut sheet, asked, content);
        visits(&mut sheet, asked, content);
        moved(&mut sheet, asked, content);
    }
    sheet.add(Part::Heading(w.t("public-signed-head").into_owned()));
    sheet.add(Part::Text(
        w.a("public-signed", "day", w.date(on)).into_owned(),
    ));
    let mut facts = vec![
        (
            w.t("public-run").into_owned(),
            Cell::text(one.run.to_string()),
        ),
        (
            w.t("public-rules").into_owned(),
            Cell::text(run.rules.to_string()),
        ),
        (
            w.t("public-digest").into_owned(),
            Cell::text(one.bundle.to_string()),
        ),
    ];
    if let Some(entry) = one.published_by() {
        facts.push((
            w.t("public-entry").into_owned(),
            Cell::link(entry.to_string(), "/log"),
        ));
    }
    sheet.add(Part::Facts(facts));
    let link = Cell::link(w.t("public-bundle"), format!("/circulars/{id}/bundle.json"));
    sheet.add(Part::List(vec![link]));
    sheet.add(Part::Quiet(w.t("public-verify").into_owned()));
    sheet.answer(asked, at)
}

/// Who is named in a class; the rest are said to be no different from the middle.
fn findings(sheet: &mut Sheet, asked: &Asked<'_>, one: &Circular, run: &Run, class: &ClassResult) {
    let w = asked.words;
    sheet.add(Part::Heading(category_name(asked, class)));
    let names = |is: &dyn Fn(&campaign::period::UnitResult) -> bool| -> Vec<String> {
        let found = class.units.iter().filter(|result| is(result));
        let mut names: Vec<String> = found
            .map(|result| asked.unit_name(&result.unit).to_owned())
            .collect();
        names.sort_by(|a, b| crate::order::names(w.lang, a, b));
        names
    };
    let joined = |names: Vec<String>| match names.is_empty() {
        true => w.t("public-nobody").into_owned(),
        false => names.join(w.lang.pick("、", ", ")),
    };
    let improved = |result: &campaign::period::UnitResult| {
        let sure = result.sure.as_ref();
        sure.is_some_and(|sure| sure.improved == Some(Verdict::Ahead))
    };
    let ahead = joined(names(&|result| verdict(result) == Some(Verdict::Ahead)));
    let behind = joined(names(&|result| verdict(result) == Some(Verdict::Behind)));
    sheet.add(Part::Text(
        w.a("public-found-ahead", "names", ahead).into_owned(),
    ));
    sheet.add(Part::Text(
        w.a("public-found-improved", "names", joined(names(&improved)))
            .into_owned(),
    ));
    sheet.add(Part::Text(
        w.a("public-found-behind", "names", behind).into_owned(),
    ));
    let middle = names(&|result| verdict(result) == Some(Verdict::NoDifferent)).len();
    sheet.add(Part::Text(w.n("public-found-middle", middle).into_owned()));
    let found = Results {
        run,
        preliminary: false,
    };
    let mut rows: Vec<Vec<Cell>> = class
        .units
        .iter()
        .map(|result| {
            let score = result.score.and_then(campaign::figure::Amount::given);
            vec![
                Cell::link(
                    asked.unit_name(&result.unit),
                    score_link(&result.unit, one.period),
                ),
                Cell::number(score.map(|score| w.num(score, 2))),
                Cell::text(band_name(asked, found, class, result)),
                Cell::text(w.t(super::category::told(verdict(result)))),
            ]
        })
        .collect();
    table::by_name(&mut rows, w.lang);
    let ids = ["public-unit", "public-score", "public-band", "public-named"];
    sheet.add(Part::Table(Table {
        name: file_name(class.category.as_str()).into(),
        caption: w
            .a("public-results", "class", category_name(asked, class))
            .into_owned(),
        headers: headers(asked, &ids),
        rows,
    }));
}

/// The name of a class's file: of its category's id, what is safe in the name of a file and in an address.
fn file_name(category: &str) -> String {
    let safe = |c: char| match c {
        c if c.is_ascii_alphanumeric() || c == '_' => c,
        _ => '-',
    };
    format!("results-{}", category.chars().map(safe).collect::<String>())
}

fn filed(sheet: &mut Sheet, asked: &Asked<'_>, content: &Content<'_>) {
    let w = asked.words;
    let mut rows: Vec<Vec<Cell>> = content
        .filed
        .iter()
        .map(|(unit, returns)| {
            let count = |count: u32| Cell::number(Some(count.to_string()));
            vec![
                Cell::link(asked.unit_name(unit), format!("/units/{unit}")),
                count(returns.asked),
                count(returns.filed),
                count(returns.late),
            ]
        })
        .collect();
    table::by_name(&mut rows, w.lang);
    sheet.add(Part::Heading(w.t("public-filed-head").into_owned()));
    let ids = ["public-unit", "public-asked", "public-filed", "public-late"];
    let table = Table {
        name: "filed".into(),
        caption: w.t("public-filed-head").into_owned(),
        headers: headers(asked, &ids),
        rows,
    };
    sheet.table(table, &w.t("public-nothing"));
}

fn visits(sheet: &mut Sheet, asked: &Asked<'_>, content: &Content<'_>) {
    let w = asked.words;
    let name = |unit: &UnitId| asked.unit_name(unit).to_owned();
    let mut rows: Vec<Vec<Cell>> = content
        .visits
        .iter()
        .map(|((from, to), count)| {
            vec![
                Cell::text(name(from)),
                Cell::link(name(to), format!("/units/{to}")),
                Cell::number(Some(count.to_string())),
            ]
        })
        .collect();
    table::by_name(&mut rows, w.lang);
    sheet.add(Part::Heading(w.t("public-visits-head").into_owned()));
    let ids = ["public-visitor", "public-visited", "public-times"];
    let table = Table {
        name: "visits".into(),
        caption: w.t("public-visits-head").into_owned(),
        headers: headers(asked, &ids),
        rows,
    };
    sheet.table(table, &w.t("public-nothing"));
}

fn moved(sheet: &mut Sheet, asked: &Asked<'_>, content: &Content<'_>) {
    let w = asked.words;
    let book = asked.state.rules.version(content.run.rules);
    let name = |measure: &str| {
        let known = book.and_then(|book| book.campaign.measure(measure));
        known.map_or_else(|| measure.to_owned(), |known| w.of(&known.name).to_owned())
    };
    let rows: Vec<Vec<Cell>> = content
        .moved
        .iter()
        .filter(|(_, moved)| moved.is_moved())
        .map(|(measure, moved)| {
            let shown = |value: Option<f64>| Cell::number(value.map(|value| w.num(value, 2)));
            let count = |units: usize| Cell::number(Some(units.to_string()));
            vec![
                Cell::text(name(measure.as_str())),
                shown(moved.before),
                shown(moved.now),
                count(moved.up.len()),
                count(moved.down.len()),
            ]
        })
        .collect();
    sheet.add(Part::Heading(w.t("public-moved-head").into_owned()));
    let ids = [
        "public-measure",
        "public-before",
        "public-now",
        "public-up",
        "public-down",
    ];
    let table = Table {
        name: "moved".into(),
        caption: w.t("public-moved-head").into_owned(),
        headers: headers(asked, &ids),
        rows,
    };
    sheet.table(table, &w.t("public-nothing"));
}
