//! Decisions: on records, objections, bursts, exclusions, figures, work, honours, ladders, periods; who decided, in which role,
//! whether anything bars them, and why it was decided so.

use campaign::objection::ObjectionId;
use campaign::organisation::Bar;
use campaign::record::RecordId;
use campaign::{Actor, Date, Note, PersonId};
use host::{Logged, Search};
use serde_json::Value;

use super::log::LOOK_AT;
use super::overview::failed;
use super::places;
use super::told::{Told, actor, primitive};
use crate::asked::{Asked, At};
use crate::pages::office::sheet::{Block, Cell, Field, Form, Input, Sheet};
use crate::reply::Answer;

/// So many stand on a page.
const ON_A_PAGE: usize = 50;

/// Which kinds of entries are decisions.
const DECISIONS: [(&str, &[&str]); 11] = [
    ("objection", &["decided", "appeal-decided"]),
    ("record", &["verified", "corrected", "withdrawn"]),
    (
        "rating",
        &[
            "burst-decided",
            "exclusion-proposed",
            "excluded",
            "exclusion-refused",
            "cancelled",
        ],
    ),
    ("figure", &["taken-back"]),
    ("work", &["checked", "groundless"]),
    (
        "period",
        &["finalised", "reopening-proposed", "reopened", "kept-closed"],
    ),
    ("honour", &["awarded", "declined", "withdrawn", "confirmed"]),
    ("ladder", &["confirmed"]),
    ("circular", &["approved", "published"]),
    ("organisation", &["relation-ended"]),
    ("vault", &["erased"]),
];

/// Shows them, the newest first.
pub(super) fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let of = at.query.get("of");
    let length = asked.state.length();
    let below = at.query.get("below").parse().unwrap_or(length).min(length);
    let wanted: Vec<&(&str, &[&str])> = DECISIONS
        .iter()
        .filter(|(known, _)| of.is_empty() || *known == of)
        .collect();
    let search = Search {
        below,
        most: ON_A_PAGE,
        look_at: LOOK_AT,
    };
    let found = asked.app.host.entries(search, |entry| {
        let kinds = wanted
            .iter()
            .find(|(known, _)| *known == primitive(&entry.event));
        kinds.is_some_and(|(_, kinds)| {
            entry.by != Actor::Public && kinds.contains(&Told::of(&entry.event).kind.as_str())
        })
    });
    let found = found.map_err(|error| failed(&error))?;
    let rows: Vec<Vec<Cell>> = found.entries.iter().map(|one| row(asked, one)).collect();
    let head = [
        "audit-height-of",
        "audit-when",
        "audit-kind",
        "audit-outcome",
        "audit-matter",
        "audit-unit",
        "audit-decided-by",
        "audit-roles",
        "audit-concern",
        "audit-reason",
    ];
    let mut sheet = Sheet::new(asked, "audit-decisions");
    sheet.add(Block::Links(places(asked)));
    sheet.text(asked, "audit-decisions-about");
    sheet.form(form(asked, of));
    sheet.table(
        asked,
        ("audit-decisions", "audit-no-decisions"),
        &head,
        rows,
    );
    if let Some(further) = further(asked, of, found.reached) {
        sheet.add(further);
    }
    sheet.show(asked)
}

fn form(asked: &Asked<'_>, of: &str) -> Form {
    let choices = DECISIONS.iter().map(|(of, _)| {
        let name = asked.words.t(&format!("audit-of-{of}")).into_owned();
        ((*of).to_owned(), name)
    });
    let field = Field::new(
        asked,
        "of",
        "audit-matter",
        Input::Choice(choices.collect()),
    );
    Form::new(asked, "/audit/decisions", "", "audit-search")
        .asking()
        .field(field.value(of).optional())
}

/// The link to what was decided before; none where all has been looked at.
fn further(asked: &Asked<'_>, of: &str, reached: u64) -> Option<Block> {
    // Only what is known stands in an address.
    let of = DECISIONS.iter().find(|(known, _)| *known == of);
    let of = of.map_or("", |(known, _)| *known);
    let to = format!("/audit/decisions?of={of}&below={reached}");
    let link = Cell::text(asked.words.t("audit-older")).to(to);
    (reached > 0).then(|| Block::Links(vec![link]))
}

fn row(asked: &Asked<'_>, one: &Logged) -> Vec<Cell> {
    let told = Told::of(&one.entry.event);
    let day = one.entry.at.day(asked.state.rules.offset());
    let units = told.units(asked.state);
    let names: Vec<&str> = units.iter().map(|unit| asked.unit_name(unit)).collect();
    let judge = one.entry.by.person();
    let (roles, concern) = judge.map_or_else(Default::default, |judge| {
        (roles(asked, judge, day), concern(asked, judge, &told, day))
    });
    let who = match &one.entry.by {
        Actor::Person(person) => {
            let name = asked.person_name(person);
            match name == person.to_string() {
                true => name,
                false => format!("{name} ({person})"),
            }
        }
        other => actor(asked, other),
    };
    vec![
        Cell::text(one.index.to_string()).to(format!("/audit/log/{}", one.index)),
        Cell::text(asked.words.date(day)),
        Cell::text(told.name(asked)),
        Cell::text(outcome(asked, &told)),
        matter(asked, &told),
        Cell::text(names.join(asked.words.lang.pick("、", ", "))),
        Cell::text(who),
        Cell::text(roles),
        Cell::text(concern),
        Cell::text(reason(asked, &told)),
    ]
}

/// What was decided.
fn outcome(asked: &Asked<'_>, told: &Told) -> String {
    let said = ["outcome", "finding", "verdict"].into_iter();
    let said = said.filter_map(|name| told.fields.get(name)).next();
    let said = match said {
        Some(Value::String(text)) => text.as_str(),
        Some(Value::Object(fields)) => fields.keys().next().map_or("", String::as_str),
        _ => "",
    };
    let id = format!("audit-outcome-{said}");
    match asked.words.has(&id) {
        true => asked.words.t(&id).into_owned(),
        false => said.to_owned(),
    }
}

fn matter(asked: &Asked<'_>, told: &Told) -> Cell {
    let w = asked.words;
    if let Some((name, number, to)) = told.thing() {
        let text = w.a(&format!("audit-thing-{name}"), "n", number.to_string());
        return Cell::text(text).to(to);
    }
    let period = told.text("period").and_then(|text| text.parse().ok());
    let period = period.map(|period| w.period(period));
    Cell::text(period.unwrap_or_default())
}

/// The roles they had on the day.
fn roles(asked: &Asked<'_>, judge: &PersonId, day: Date) -> String {
    let (Some(person), Ok(book)) = (asked.state.organisation.person(judge), asked.book()) else {
        return String::new();
    };
    let grants = person.grants.iter().filter(|grant| grant.holds(day));
    let names = grants.map(|grant| {
        let mut roles = book.campaign.file.role.iter();
        let role = roles.find(|role| role.id.as_str() == grant.role.as_str());
        role.map_or(grant.role.as_str(), |role| asked.words.of(&role.name))
    });
    let mut names: Vec<&str> = names.collect();
    names.dedup();
    names.join(asked.words.lang.pick("、", ", "))
}

/// Whether anything barred them on the day: their own unit or one it belongs to, a shared duty, a declared relation.
fn concern(asked: &Asked<'_>, judge: &PersonId, told: &Told, day: Date) -> String {
    let (state, w) = (asked.state, asked.words);
    let record = told
        .number("record")
        .and_then(|id| state.records.get(RecordId(id)));
    let objection = told.number("objection");
    let objection = objection.and_then(|id| state.objections.get(ObjectionId(id)));
    let filed_by = record.and_then(|record| record.filed_by.person());
    let other = filed_by.or_else(|| objection.map(|one| &one.by));
    if record.is_some() && other == Some(judge) {
        return w.t("audit-own-step").into_owned();
    }
    let unit = told.units(state).into_iter().next();
    if unit.is_none() && other.is_none() {
        return w.t("audit-nobodys").into_owned();
    }
    let related = other.filter(|other| state.organisation.are_related(judge, other));
    let related = related.cloned().map(Bar::Related);
    let barred = state.organisation.barred(judge, None, unit.as_ref(), day);
    match barred.or(related) {
        None => w.t("audit-unconcerned").into_owned(),
        Some(Bar::Self_) => w.t("audit-own-step").into_owned(),
        Some(Bar::OwnUnit(unit)) => {
            let name = asked.unit_name(&unit).to_owned();
            w.a("audit-own-unit", "unit", name).into_owned()
        }
        Some(Bar::Related(other)) => w
            .a("audit-related", "other", other.to_string())
            .into_owned(),
        Some(Bar::SharedDuty(unit)) => {
            let name = asked.unit_name(&unit).to_owned();
            w.a("audit-shared-duty", "unit", name).into_owned()
        }
    }
}

/// The reason that was written, where one was.
fn reason(asked: &Asked<'_>, told: &Told) -> String {
    let note = ["reason", "note"].into_iter();
    let mut notes = note.filter_map(|name| {
        let note = told.fields.get(name)?.clone();
        serde_json::from_value::<Note>(note).ok()
    });
    let Some(note) = notes.next() else {
        return String::new();
    };
    let text = asked.text(note.item).to_string();
    match text.is_empty() {
        true => asked.words.t("audit-erased-text").into_owned(),
        false => text,
    }
}
