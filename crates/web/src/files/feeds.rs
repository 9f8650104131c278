//! Feeds: the circulars as Atom (RFC 4287), what is due for a unit as iCalendar (RFC 5545).

use std::fmt::Write;

use campaign::{Date, UnitId, period, record};

use crate::asked::{Asked, At};
use crate::pages::public::results;
use crate::reply::{Answer, File, Reply};

/// The published circulars, the newest first.
///
/// # Errors
/// When there are no rules yet.
pub fn circulars(asked: &Asked<'_>, _at: &At) -> Answer {
    let base = &asked.app.settings.base;
    let (w, book) = (asked.words, asked.book()?);
    let mut entries = String::new();
    let mut newest = None;
    for (id, one, on) in results::published(asked.state).into_iter().take(24) {
        newest = newest.or(Some(on));
        let title = w.a("public-circular-of", "period", w.period(one.period));
        // Writing to a string can't fail.
        let _written = write!(
            entries,
            "<entry><id>{base}/circulars/{id}</id><title>{title}</title><updated>{day}</updated><link href=\"{base}/circulars/{id}\"/><summary>{summary}</summary></entry>",
            base = xml(base),
            title = xml(&title),
            day = instant(on),
            summary = xml(&w.t("public-circular-summary")),
        );
    }
    let feed = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{lang}\"><id>{base}/feeds/circulars.atom</id><title>{title}</title><updated>{updated}</updated><author><name>{title}</name></author><link rel=\"self\" href=\"{base}/feeds/circulars.atom\"/><link href=\"{base}/circulars\"/>{entries}</feed>\n",
        lang = w.lang.pick("zh-CN", "en"),
        base = xml(base),
        title = xml(w.of(&book.campaign.file.name)),
        updated = instant(newest.unwrap_or(asked.today)),
    );
    Ok(file("application/atom+xml; charset=utf-8", feed))
}

fn file(media_type: &'static str, text: String) -> Reply {
    Reply::File(File {
        name: None,
        media_type,
        content: text.into_bytes(),
    })
}

fn instant(day: Date) -> String {
    let (year, month, day) = day.parts();
    format!("{year:04}-{month:02}-{day:02}T00:00:00Z")
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// What is due for a unit: its forms, and the steps of periods that have a last day.
///
/// # Errors
/// When the path names no unit.
pub fn calendar(asked: &Asked<'_>, at: &At) -> Answer {
    let unit = at.unit()?;
    let mut text = String::new();
    for line in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Merit//Merit//EN",
    ] {
        put(&mut text, line);
    }
    for (uid, day, summary) in events(asked, &unit) {
        put(&mut text, "BEGIN:VEVENT");
        put(&mut text, &format!("UID:{uid}@{}", host(asked)));
        put(
            &mut text,
            &format!("DTSTAMP:{}T000000Z", compact(asked.today)),
        );
        put(&mut text, &format!("DTSTART;VALUE=DATE:{}", compact(day)));
        put(&mut text, &format!("SUMMARY:{}", escaped(&summary)));
        put(&mut text, "TRANSP:TRANSPARENT");
        put(&mut text, "END:VEVENT");
    }
    put(&mut text, "END:VCALENDAR");
    Ok(file("text/calendar; charset=utf-8", text))
}

/// UID, day and name of each.
fn events(asked: &Asked<'_>, unit: &UnitId) -> Vec<(String, Date, String)> {
    let w = asked.words;
    let due = record::due_of_unit(asked.state, unit, asked.today);
    // Whom a form is about is no business of a public calendar: one event for each form and day.
    let mut events: Vec<(String, Date, String)> = due
        .iter()
        .filter(|due| due.record.is_none())
        .map(|due| {
            let (year, month, day) = due.due.parts();
            let id = due.form.id.as_str();
            let uid = format!("{unit}-{id}-{year:04}{month:02}{day:02}");
            (uid, due.due, w.of(&due.form.name).to_owned())
        })
        .collect();
    for (of, next) in period::due(asked.state, asked.today) {
        if let Some(until) = next.until {
            let step = match next.step {
                period::Step::TakeIn => "files-take-in",
                period::Step::Object => "files-object",
                _ => continue,
            };
            let name = w.a(step, "period", w.period(of)).into_owned();
            events.push((format!("{step}-{of}"), until, name));
        }
    }
    events.sort();
    events.dedup_by(|a, b| a.0 == b.0);
    events
}

fn host<'a>(asked: &Asked<'a>) -> &'a str {
    let base = asked.app.settings.base.as_str();
    base.split("://").nth(1).unwrap_or(base)
}

fn compact(day: Date) -> String {
    let (year, month, day) = day.parts();
    format!("{year:04}{month:02}{day:02}")
}

/// RFC 5545, 3.3.11.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace(';', "\\;");
    text.replace(',', "\\,").replace(['\r', '\n'], " ")
}

/// A line, folded so that none is longer than 75 octets and no sign is torn apart (RFC 5545, 3.1).
fn put(text: &mut String, line: &str) {
    let mut room = 75;
    for sign in line.chars() {
        if sign.len_utf8() > room {
            text.push_str("\r\n ");
            room = 74;
        }
        room -= sign.len_utf8();
        text.push(sign);
    }
    text.push_str("\r\n");
}
