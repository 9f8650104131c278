//! Where an audit begins: how long the log is, what is signed, what is overdue.

use rulebook::{Period, say};

use super::places;
use crate::asked::{Asked, At};
use crate::pages::office::sheet::{Block, Cell, Sheet};
use crate::problem::Problem;
use crate::reply::Answer;

/// Shows it.
pub(super) fn show(asked: &Asked<'_>, _at: &At) -> Answer {
    let mut sheet = Sheet::new(asked, "audit-title");
    sheet.add(Block::Links(places(asked)));
    sheet.text(asked, "audit-about");
    chain(asked, &mut sheet)?;
    bundle(asked, &mut sheet);
    overdue(asked, &mut sheet);
    sheet.show(asked)
}

fn chain(asked: &Asked<'_>, sheet: &mut Sheet) -> Result<(), Problem> {
    let w = asked.words;
    let signed = asked
        .app
        .host
        .checkpoint()
        .map_err(|error| failed(&error))?;
    let mut facts = vec![(
        w.t("audit-height").into_owned(),
        Cell::text(asked.state.length().to_string()).to("/audit/log"),
    )];
    match signed {
        Some((opened, _)) => {
            let (checkpoint, head) = (&opened.checkpoint, &opened.checkpoint.head);
            let mut fact = |id: &str, cell: Cell| facts.push((w.t(id).into_owned(), cell));
            fact("audit-signed-size", Cell::text(head.size.to_string()));
            fact("audit-root", Cell::text(head.root.to_string()));
            fact("audit-origin", Cell::text(checkpoint.origin.as_str()));
            if let Some(time) = checkpoint.time().and_then(|time| i64::try_from(time).ok()) {
                let when = super::told::moment(asked, campaign::Time(time));
                fact("audit-signed-at", Cell::text(when));
            }
            let witnesses = opened.cosignatures.len().to_string();
            fact("audit-witnesses", Cell::text(witnesses));
        }
        None => facts.push((
            w.t("audit-signed-size").into_owned(),
            Cell::text(w.t("audit-not-signed")),
        )),
    }
    sheet.heading(asked, "audit-chain");
    sheet.add(Block::Facts(facts));
    sheet.add(Block::Links(vec![
        Cell::text(w.t("audit-public-log")).to("/log"),
    ]));
    Ok(())
}

/// The circular published last, with its bundle.
fn bundle(asked: &Asked<'_>, sheet: &mut Sheet) {
    let w = asked.words;
    let published = asked.state.circulars.iter().rev();
    let last = published
        .filter(|(_, one)| one.published_by().is_some())
        .max_by_key(|(_, one)| one.published_by());
    sheet.heading(asked, "audit-recompute");
    let Some((id, one)) = last else {
        sheet.note(asked, "audit-no-circular");
        return;
    };
    sheet.text(asked, "audit-recompute-how");
    let name = w.a("audit-circular-of", "period", name_of(asked, one.period));
    let entry = one.published_by().unwrap_or_default();
    sheet.add(Block::Links(vec![
        Cell::text(name).to(format!("/circulars/{}", id.0)),
        Cell::text(w.t("audit-bundle")).to(format!("/circulars/{}/bundle.json", id.0)),
        Cell::text(w.t("audit-its-entry")).to(format!("/audit/log/{entry}")),
    ]));
}

fn name_of(asked: &Asked<'_>, period: Period) -> String {
    asked.words.period(period)
}

/// What should have been decided by now.
fn overdue(asked: &Asked<'_>, sheet: &mut Sheet) {
    let (state, w) = (asked.state, asked.words);
    let objections = state.objections.overdue(asked.today).map(|(id, one)| {
        let unit = one.unit.as_ref().map_or("", |unit| asked.unit_name(unit));
        vec![
            Cell::text(w.a("audit-thing-objection", "n", id.0.to_string()))
                .to(format!("/objections/{}", id.0)),
            Cell::text(unit),
            Cell::text(one.due().map(|due| w.date(due)).unwrap_or_default()).look("late"),
        ]
    });
    let bursts = state.ratings.unsettled();
    let bursts = bursts.filter(|(_, burst)| burst.decide_by < asked.today);
    let bursts = bursts.map(|(_, burst)| {
        let unit = asked.unit_name(&burst.unit);
        vec![
            Cell::text(w.a("audit-burst-of", "day", w.date(burst.day))),
            Cell::text(unit),
            Cell::text(w.date(burst.decide_by)).look("late"),
        ]
    });
    let rows = objections.chain(bursts).collect();
    sheet.heading(asked, "audit-overdue");
    sheet.table(
        asked,
        ("audit-overdue", "audit-none-overdue"),
        &["audit-matter", "audit-unit", "audit-due"],
        rows,
    );
}

/// That the ledger can't be read.
pub(super) fn failed(error: &(dyn std::error::Error + 'static)) -> Problem {
    tracing::error!(error, "the log can't be read");
    let mut problem = Problem::new(
        axum::http::StatusCode::SERVICE_UNAVAILABLE,
        "unavailable",
        say!("现在读不了日志。", "The log can't be read now."),
        say!(
            "过一会儿再打开;若仍不行,请告诉维护人员。",
            "Open the page again shortly; if that doesn't help, tell those who maintain it."
        ),
    );
    problem.retry_after = Some(5);
    problem
}
