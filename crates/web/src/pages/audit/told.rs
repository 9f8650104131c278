//! An entry as it is told to auditors: its kind, its fields, which units it is about.

use std::collections::BTreeSet;

use campaign::honour::{NominationId, Nominee};
use campaign::objection::ObjectionId;
use campaign::rating::BurstId;
use campaign::record::RecordId;
use campaign::work::WorkId;
use campaign::{Actor, Event, State, Time, UnitId};
use serde_json::Value;

use crate::asked::Asked;

/// The kinds of entries that tell a single rating.
const OF_ONE_RATING: [&str; 5] = ["given", "revised", "open-given", "case-told", "called-back"];

/// Every kind of entry, by primitive.
pub const KINDS: [(&str, &[&str]); 12] = [
    ("rules", &["adopted"]),
    (
        "organisation",
        &[
            "unit-founded",
            "unit-changed",
            "unit-closed",
            "charge-given",
            "person-registered",
            "person-moved",
            "profile-changed",
            "role-given",
            "role-ended",
            "post-made",
            "post-ended",
            "post-taken",
            "post-left",
            "relation-declared",
            "relation-ended",
        ],
    ),
    (
        "record",
        &[
            "filed",
            "corrected",
            "withdrawn",
            "verified",
            "drawn",
            "answered",
        ],
    ),
    (
        "rating",
        &[
            "invited",
            "cancelled",
            "given",
            "revised",
            "open-given",
            "case-told",
            "burst-opened",
            "burst-decided",
            "burst-lapsed",
            "exclusion-proposed",
            "excluded",
            "exclusion-refused",
            "called-back",
        ],
    ),
    (
        "work",
        &[
            "opened",
            "accepted",
            "declined",
            "unanswered",
            "finished",
            "checked",
            "handed-over",
            "postponed",
            "help-asked",
            "groundless",
            "reopened",
            "escalated",
        ],
    ),
    ("figure", &["handed-in", "taken-back"]),
    (
        "period",
        &[
            "cut-off",
            "scored",
            "finalised",
            "reopening-proposed",
            "reopened",
            "kept-closed",
        ],
    ),
    (
        "objection",
        &[
            "raised",
            "answered",
            "withdrawn",
            "decided",
            "appealed",
            "appeal-decided",
        ],
    ),
    (
        "honour",
        &["nominated", "awarded", "declined", "withdrawn", "confirmed"],
    ),
    ("ladder", &["proposed", "confirmed"]),
    ("circular", &["drafted", "approved", "published"]),
    ("vault", &["erased"]),
];

/// The primitive of an event, as entries name it.
pub const fn primitive(event: &Event) -> &'static str {
    match event {
        Event::Rules(_) => "rules",
        Event::Organisation(_) => "organisation",
        Event::Record(_) => "record",
        Event::Rating(_) => "rating",
        Event::Work(_) => "work",
        Event::Figure(_) => "figure",
        Event::Period(_) => "period",
        Event::Objection(_) => "objection",
        Event::Honour(_) => "honour",
        Event::Ladder(_) => "ladder",
        Event::Circular(_) => "circular",
        Event::Vault(_) => "vault",
    }
}

/// An event, decoded.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The primitive.
    pub primitive: &'static str,
    /// The kind within it, without its version.
    pub kind: String,
    /// The kind with its version, as the entry names it.
    pub written: String,
    /// What it holds.
    pub fields: Value,
}

impl Told {
    /// An event as its entry writes it.
    pub fn of(event: &Event) -> Self {
        let whole = serde_json::to_value(event).unwrap_or_default();
        let of = whole
            .as_object()
            .and_then(|of| of.values().next().and_then(Value::as_object));
        let (written, fields) = of.and_then(|of| of.iter().next()).map_or_else(
            || (String::new(), Value::Null),
            |(name, fields)| (name.clone(), fields.clone()),
        );
        let kind = written.split('/').next().unwrap_or_default().to_owned();
        Self {
            primitive: primitive(event),
            kind,
            written,
            fields,
        }
    }

    /// What its kind is called.
    pub fn name(&self, asked: &Asked<'_>) -> String {
        kind_name(asked, self.primitive, &self.kind)
    }

    /// Whether it tells a single rating, of which nothing more is shown.
    pub fn is_of_one_rating(&self) -> bool {
        self.primitive == "rating" && OF_ONE_RATING.contains(&self.kind.as_str())
    }

    /// A text among its fields.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str()
    }

    /// A number among its fields.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.fields.get(name)?.as_u64()
    }

    /// The thing it is about: its name, where it is shown.
    pub fn thing(&self) -> Option<(&'static str, u64, String)> {
        let things = [
            ("record", "/records/"),
            ("work", "/work/"),
            ("objection", "/objections/"),
        ];
        things.into_iter().find_map(|(name, path)| {
            let number = self.number(name)?;
            Some((name, number, format!("{path}{number}")))
        })
    }

    /// The units it is about: those it names, and those of what it names.
    pub fn units(&self, state: &State) -> Vec<UnitId> {
        let mut units: Vec<UnitId> = Vec::new();
        let mut add = |unit: UnitId| {
            if state.organisation.unit(&unit).is_some() && !units.contains(&unit) {
                units.push(unit);
            }
        };
        let named = [
            "/unit",
            "/about/unit",
            "/from",
            "/to",
            "/by_unit",
            "/nominee/unit",
        ];
        for pointer in named {
            if let Some(unit) = self.fields.pointer(pointer).and_then(Value::as_str) {
                add(UnitId::from(unit));
            }
        }
        self.referred(state).into_iter().for_each(add);
        units
    }

    /// The units of the record, work item, objection … it refers to.
    fn referred(&self, state: &State) -> Vec<UnitId> {
        let mut units = Vec::new();
        if let Some(record) = self
            .number("record")
            .and_then(|id| state.records.get(RecordId(id)))
        {
            units.extend([record.unit.clone(), record.from.clone()]);
        }
        if let Some(item) = self
            .number("work")
            .and_then(|id| state.work.item(WorkId(id)))
        {
            units.extend(item.holder().cloned());
        }
        if let Some(one) = self
            .number("objection")
            .and_then(|id| state.objections.get(ObjectionId(id)))
        {
            units.extend(one.unit.clone());
        }
        let burst = self.fields.get("burst").cloned();
        let burst = burst.and_then(|id| serde_json::from_value::<BurstId>(id).ok());
        if let Some(burst) = burst.and_then(|id| state.ratings.burst(id)) {
            units.push(burst.unit.clone());
        }
        if let Some(one) = self
            .number("nomination")
            .and_then(|id| state.honours.get(NominationId(id)))
        {
            if let Nominee::Unit(unit) = &one.nominee {
                units.push(unit.clone());
            }
            units.push(one.by_unit.clone());
        }
        units
    }

    /// Whether it is about a unit, or mentions it anywhere.
    pub fn concerns(&self, state: &State, unit: &UnitId) -> bool {
        self.units(state).contains(unit) || mentions(&self.fields, unit.as_str())
    }
}

fn mentions(value: &Value, id: &str) -> bool {
    match value {
        Value::String(text) => text == id,
        Value::Array(items) => items.iter().any(|item| mentions(item, id)),
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| name == id || mentions(value, id)),
        _ => false,
    }
}

/// What a kind of entry is called.
pub fn kind_name(asked: &Asked<'_>, primitive: &str, kind: &str) -> String {
    let id = format!("audit-kind-{primitive}-{kind}");
    match asked.words.has(&id) {
        true => asked.words.t(&id).into_owned(),
        false => format!("{primitive}/{kind}"),
    }
}

/// Who sent a command, by pseudonym.
pub fn actor(asked: &Asked<'_>, by: &Actor) -> String {
    match by {
        Actor::Person(person) => person.to_string(),
        Actor::Program(program) => program.to_string(),
        Actor::Public => asked.words.t("audit-public").into_owned(),
        Actor::Clock => asked.words.t("audit-clock").into_owned(),
    }
}

/// A moment in the campaign's time.
pub fn moment(asked: &Asked<'_>, at: Time) -> String {
    let offset = asked.state.rules.offset();
    let local = at.0.saturating_add(i64::from(offset) * 60);
    let minutes = local.rem_euclid(86_400) / 60;
    let day = asked.words.date(at.day(offset));
    format!("{day} {:02}:{:02}", minutes / 60, minutes % 60)
}

/// Fields as lines: where each stands, and what stands there; long texts are cut short.
pub fn lines(fields: &Value, most: usize) -> Vec<(String, String)> {
    let mut out = Vec::new();
    flatten(fields, String::new(), most, &mut out);
    out
}

fn flatten(value: &Value, at: String, most: usize, out: &mut Vec<(String, String)>) {
    if out.len() >= most {
        return;
    }
    let under = |name: &str| match at.is_empty() {
        true => name.to_owned(),
        false => format!("{at}.{name}"),
    };
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, inner) in fields {
                flatten(inner, under(name), most, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (place, inner) in items.iter().enumerate() {
                flatten(inner, under(&place.to_string()), most, out);
            }
        }
        Value::String(text) => out.push((at, shortened(text))),
        other => out.push((at, other.to_string())),
    }
}

/// At most so many characters of a text are shown.
const SHOWN: usize = 300;

fn shortened(text: &str) -> String {
    let count = text.chars().count();
    if count <= SHOWN {
        return text.to_owned();
    }
    let start: String = text.chars().take(SHOWN).collect();
    format!("{start}… ({count})")
}

/// The units of the whole register, for a choice: id, name.
pub fn known_units(state: &State) -> BTreeSet<(String, String)> {
    let units = state.organisation.units(campaign::Date(i32::MAX));
    units
        .map(|(id, facts)| (id.to_string(), facts.name.clone()))
        .collect()
}
