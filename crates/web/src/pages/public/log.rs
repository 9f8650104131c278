//! The log as anyone can check it: what is signed, the public entries laid open, and that it goes on from what it was.

use std::fmt::Display;

use axum::http::StatusCode;
use campaign::{Event, circular};
use rulebook::say;

use super::results;
use super::sheet::{Part, Sheet, headers};
use crate::asked::{Asked, At};
use crate::files::{Cell, Table};
use crate::problem::Problem;
use crate::reply::{Answer, File, Reply};

/// So many of the latest public entries are listed.
const LISTED: usize = 24;

/// How long the log is, what is signed, how it is checked.
pub fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let w = asked.words;
    let status = asked.app.host.status();
    let mut sheet = Sheet::new(w.t("public-log"));
    sheet.add(Part::Text(w.t("public-log-about").into_owned()));
    let fact = |id: &str, value: String| (w.t(id).into_owned(), Cell::text(value));
    let mut facts = vec![
        fact("public-log-size", status.length.to_string()),
        fact("public-log-signed", status.sequenced.to_string()),
    ];
    let checkpoint = asked
        .app
        .host
        .checkpoint()
        .map_err(|error| failed(&error))?;
    if let Some((opened, _)) = &checkpoint {
        let latest = &opened.checkpoint;
        facts.push(fact("public-log-origin", latest.origin.clone()));
        facts.push(fact("public-log-root", latest.head.root.to_string()));
        if let Some(day) = latest.time().and_then(|time| i64::try_from(time).ok()) {
            let day = campaign::Time(day).day(asked.state.rules.offset());
            facts.push(fact("public-log-signed-on", w.date(day)));
        }
    }
    let keys = asked.app.host.log_keys();
    facts.extend(keys.into_iter().map(|key| fact("public-log-key", key)));
    sheet.add(Part::Facts(facts));
    sheet.add(Part::Heading(w.t("public-log-how").into_owned()));
    sheet.add(Part::Text(w.t("public-log-keep").into_owned()));
    let mut links = vec![
        Cell::link(w.t("public-log-checkpoint"), "/log/checkpoint"),
        Cell::link(w.t("public-log-keys"), "/log/keys"),
    ];
    if let Some((opened, _)) = &checkpoint {
        let size = opened.checkpoint.head.size;
        let link = format!("/log/since/{size}");
        links.push(Cell::link(w.t("public-log-since"), link));
    }
    sheet.add(Part::List(links));
    sheet.add(Part::Text(w.t("public-log-check").into_owned()));
    sheet.add(Part::Text(w.t("public-verify").into_owned()));
    entries(&mut sheet, asked);
    sheet.answer(asked, at)
}

/// The public entries, each with its proof.
fn entries(sheet: &mut Sheet, asked: &Asked<'_>) {
    let w = asked.words;
    let rows = results::published(asked.state).into_iter().take(LISTED);
    let rows = rows.filter_map(|(id, one, on)| {
        let entry = one.published_by()?;
        let what = w.a("public-circular-of", "period", w.period(one.period));
        Some(vec![
            Cell::text(entry.to_string()),
            Cell::link(what, format!("/circulars/{id}")),
            Cell::text(w.date(on)),
            Cell::link(w.t("public-log-proof"), format!("/log/entries/{entry}")),
        ])
    });
    let ids = [
        "public-entry",
        "public-circular",
        "public-published-on",
        "public-log-proof",
    ];
    let table = Table {
        name: "entries".into(),
        caption: w.t("public-log-entries").into_owned(),
        headers: headers(asked, &ids),
        rows: rows.collect(),
    };
    sheet.add(Part::Heading(w.t("public-log-entries").into_owned()));
    sheet.table(table, &w.t("public-no-circulars"));
}

/// The latest checkpoint, as it was signed.
pub fn checkpoint(asked: &Asked<'_>, _at: &At) -> Answer {
    let found = asked
        .app
        .host
        .checkpoint()
        .map_err(|error| failed(&error))?;
    let (opened, note) = found.ok_or_else(not_signed)?;
    let name = format!("{}.checkpoint", opened.checkpoint.head.size);
    Ok(file(name, "text/plain; charset=utf-8", note.into_bytes()))
}

/// The keys that sign.
pub fn keys(asked: &Asked<'_>, _at: &At) -> Answer {
    let keys = asked.app.host.log_keys().join("\n") + "\n";
    Ok(file(
        "log.pub".to_owned(),
        "text/plain; charset=utf-8",
        keys.into_bytes(),
    ))
}

/// That the log goes on from what it was with so many entries.
pub fn since(asked: &Asked<'_>, at: &At) -> Answer {
    let from: u64 = at.number("size")?;
    let found = asked.app.host.continuation(from);
    let found = found.map_err(|error| failed(&error))?;
    let found = found.ok_or_else(Problem::not_found)?;
    let content = serde_json::to_vec_pretty(&found).map_err(|_| Problem::broken())?;
    Ok(file(
        format!("since-{from}.json"),
        "application/json",
        content,
    ))
}

/// A public entry, laid open with the proof that it stands in the log: that of a circular.
pub fn entry(asked: &Asked<'_>, at: &At) -> Answer {
    let height: u64 = at.number("height")?;
    let host = &asked.app.host;
    let found = host.entry(height).map_err(|error| failed(&error))?;
    let public =
        |event: &Event| matches!(event, Event::Circular(circular::Event::Published { .. }));
    if !found.is_some_and(|found| public(&found.entry.event)) {
        return Err(Problem::not_found());
    }
    let disclosed = host.disclosure(height).map_err(|error| failed(&error))?;
    let disclosed = disclosed.ok_or_else(not_signed)?;
    let content = serde_json::to_vec_pretty(&disclosed).map_err(|_| Problem::broken())?;
    Ok(file(
        format!("entry-{height}.json"),
        "application/json",
        content,
    ))
}

fn file(name: String, media_type: &'static str, content: Vec<u8>) -> Reply {
    Reply::File(File {
        name: Some(name),
        media_type,
        content,
    })
}

fn failed(error: &impl Display) -> Problem {
    tracing::error!(%error, "the log can't be read");
    Problem::broken()
}

fn not_signed() -> Problem {
    let mut problem = Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "not-signed",
        say!("还没有签名的检查点。", "No checkpoint is signed yet."),
        say!("过几秒再取。", "Ask for it again in a few seconds."),
    );
    problem.retry_after = Some(2);
    problem
}
