//! Promises, services with their standards, honours.

use campaign::honour::{Nomination, Nominee, Stage};
use campaign::work::{Item, Stage as WorkStage};
use campaign::{Date, UnitId};
use rulebook::model::WorkKind;

use super::sheet::{Part, Sheet, headers};
use crate::asked::{Asked, At};
use crate::files::{Cell, Table};
use crate::reply::Answer;

/// Whether a promise is for everyone to see: a unit's from when it is taken on; a person's once it is kept, without their name.
fn is_shown(item: &Item) -> bool {
    item.kind == WorkKind::Promise
        && match item.stage {
            WorkStage::Offered | WorkStage::Declined => false,
            WorkStage::Closed => true,
            _ => item.person.is_none(),
        }
}

/// How a promise stands.
fn promise_state(item: &Item, today: Date) -> &'static str {
    match item.stage {
        WorkStage::Closed => "public-promise-kept",
        WorkStage::Finished => "public-promise-done",
        _ if item.due < today => "public-promise-late",
        _ => "public-promise-open",
    }
}

/// The promises of all units, or of one: the newest first.
pub fn promised(asked: &Asked<'_>, unit: Option<&UnitId>) -> Table {
    let w = asked.words;
    let items = asked.state.work.items().rev();
    let of = |item: &Item| unit.is_none_or(|unit| item.holder() == Some(unit));
    let rows = items
        .filter(|(_, item)| is_shown(item) && of(item))
        .take(200)
        .map(|(_, item)| {
            let title = item.title.map(|title| asked.text(title.item));
            let title = title.map_or_else(String::new, |title| title.to_string());
            let holder = item.holder();
            let name = holder.map_or("", |unit| asked.unit_name(unit)).to_owned();
            let who = match item.person {
                Some(_) => w.a("public-someone-of", "unit", name).into_owned(),
                None => name,
            };
            let to = holder
                .map(|unit| format!("/units/{unit}"))
                .unwrap_or_default();
            vec![
                Cell::link(who, to),
                Cell::text(title),
                Cell::text(w.date(item.due)),
                Cell::text(w.t(promise_state(item, asked.today))),
            ]
        });
    let ids = [
        "public-unit",
        "public-promise",
        "public-due",
        "public-state",
    ];
    Table {
        name: "promises".into(),
        caption: w.t("public-promises-caption").into_owned(),
        headers: headers(asked, &ids),
        rows: rows.collect(),
    }
}

/// The promises: what they are about is published, who keeps them for a unit is not.
pub fn promises(asked: &Asked<'_>, at: &At) -> Answer {
    let w = asked.words;
    let mut sheet = Sheet::new(w.t("public-promises"));
    sheet.add(Part::Text(w.t("public-promises-about").into_owned()));
    sheet.table(promised(asked, None), &w.t("public-no-promises"));
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
