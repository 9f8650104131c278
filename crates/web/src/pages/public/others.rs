//! Promises, services with their standards, honours, the log.

use campaign::honour::{Nomination, Nominee, Stage};
use campaign::work::Stage as WorkStage;
use rulebook::model::WorkKind;

use super::sheet::{Part, Sheet, headers};
use crate::asked::{Asked, At};
use crate::files::{Cell, Table};
use crate::reply::Answer;

/// The promises of units: what they are about is published, who keeps them for a unit is not.
pub fn promises(asked: &Asked<'_>, at: &At) -> Answer {
    let w = asked.words;
    let mut sheet = Sheet::new(w.t("public-promises"));
    let items = asked.state.work.items().rev();
    let rows = items
        .filter(|(_, item)| item.kind == WorkKind::Promise && item.person.is_none())
        .filter(|(_, item)| !matches!(item.stage, WorkStage::Offered | WorkStage::Declined))
        .take(200)
        .map(|(_, item)| {
            let title = item.title.map(|title| asked.text(title.item));
            let title = title.map_or_else(String::new, |title| title.to_string());
            let unit = item.holder();
            let name = unit.map_or("", |unit| asked.unit_name(unit));
            let to = unit
                .map(|unit| format!("/units/{unit}"))
                .unwrap_or_default();
            let state = match item.stage {
                WorkStage::Closed => "public-promise-kept",
                WorkStage::Finished => "public-promise-done",
                _ if item.due < asked.today => "public-promise-late",
                _ => "public-promise-open",
            };
            vec![
                Cell::link(name, to),
                Cell::text(title),
                Cell::text(w.date(item.due)),
                Cell::text(w.t(state)),
            ]
        });
    let ids = [
        "public-unit",
        "public-promise",
        "public-due",
        "public-state",
    ];
    let table = Table {
        name: "promises".into(),
        caption: w.t("public-promises-caption").into_owned(),
        headers: headers(asked, &ids),
        rows: rows.collect(),
    };
    sheet.table(table, &w.t("public-no-promises"));
    sheet.answer(asked, at)
}

/// The services: steps, time, cost, red lines.
pub fn services(asked: &Asked<'_>, at: &At) -> Answer {
    let w = asked.words;
    let mut sheet = Sheet::new(w.t("public-services"));
    let joined = |texts: &[rulebook::model::Text]| {
        let texts: Vec<&str> = texts.iter().map(|text| w.of(text)).collect();
        Cell::text(texts.join(w.lang.pick(";", "; ")))
    };
    let services = asked.book()?.campaign.services.iter();
    let rows = services.map(|written| {
        let service = &written.item;
        let cost = service.cost.as_ref().map_or("—", |cost| w.of(cost));
        vec![
            Cell::text(w.of(&service.name)),
            joined(&service.steps),
            Cell::number(service.days.map(|days| days.to_string())),
            Cell::text(cost),
            joined(&service.red_lines),
        ]
    });
    let ids = [
        "public-service",
        "public-steps",
        "public-days",
        "public-cost",
        "public-red-lines",
    ];
    let table = Table {
        name: "services".into(),
        caption: w.t("public-services-caption").into_owned(),
        headers: headers(asked, &ids),
        rows: rows.collect(),
    };
    sheet.table(table, &w.t("public-nothing"));
    sheet.answer(asked, at)
}

/// What an honour is called.
pub fn honour_name(asked: &Asked<'_>, one: &Nomination) -> String {
    let book = asked.book().ok();
    let known = book.and_then(|book| book.campaign.honour(one.honour.as_str()));
    known.map_or_else(
        || one.honour.as_str().to_owned(),
        |honour| asked.words.of(&honour.name).to_owned(),
    )
}

/// The honours held: units by name; of persons only the unit that put them forward.
pub fn honours(asked: &Asked<'_>, at: &At) -> Answer {
    let w = asked.words;
    let mut sheet = Sheet::new(w.t("public-honours"));
    sheet.add(Part::Text(w.t("public-not-named").into_owned()));
    let rows = asked
        .state
        .honours
        .gallery()
        .rev()
        .take(300)
        .map(|(_, one)| {
            let who = match &one.nominee {
                Nominee::Unit(unit) => Cell::link(asked.unit_name(unit), format!("/units/{unit}")),
                Nominee::Person(_) => Cell::text(
                    w.a(
                        "public-someone-of",
                        "unit",
                        asked.unit_name(&one.by_unit).to_owned(),
                    )
                    .into_owned(),
                ),
            };
            let on = match one.stage {
                Stage::Awarded { on, .. } => w.date(on),
                _ => String::new(),
            };
            vec![who, Cell::text(honour_name(asked, one)), Cell::text(on)]
        });
    let ids = ["public-honoured", "public-honour", "public-awarded"];
    let table = Table {
        name: "honours".into(),
        caption: w.t("public-honours").into_owned(),
        headers: headers(asked, &ids),
        rows: rows.collect(),
    };
    sheet.table(table, &w.t("public-no-honours"));
    sheet.answer(asked, at)
}

/// The log: how long it is, how it is checked.
pub fn log(asked: &Asked<'_>, at: &At) -> Answer {
    let w = asked.words;
    let status = asked.app.host.status();
    let mut sheet = Sheet::new(w.t("public-log"));
    sheet.add(Part::Text(w.t("public-log-about").into_owned()));
    let fact = |id: &str, value: u64| (w.t(id).into_owned(), Cell::text(value.to_string()));
    sheet.add(Part::Facts(vec![
        fact("public-log-size", status.length),
        fact("public-log-signed", status.sequenced),
    ]));
    sheet.add(Part::Heading(w.t("public-log-how").into_owned()));
    sheet.add(Part::Text(w.t("public-verify").into_owned()));
    sheet.add(Part::List(vec![Cell::link(
        w.t("public-circulars"),
        "/circulars",
    )]));
    sheet.answer(asked, at)
}
