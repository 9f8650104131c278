//! From a value of the model to a file: tables at the top level get headers, everything deeper stands on one line.

use serde_json::{Map, Value};

use super::NotWritable;
use super::layout::{Document, Element, Entry, Item, Section};
use super::order::{Level, Rank};
use super::source::{key_text, number_text, string_text};
use crate::schema::View;

/// The file with this content.
pub(super) fn document(value: &Value, view: View<'_>) -> Result<Document, NotWritable> {
    let mut root = Section::default();
    let mut sections = Vec::new();
    for (key, value) in value.as_object().into_iter().flatten() {
        match headed(value, view.child(key)) {
            Some(Headed::Table(map, inner)) => {
                let place = Level::Single(Rank::of(key, Some(view)));
                sections.push(section(place, format!("[{}]", key_text(key)), map, inner)?);
            }
            Some(Headed::Tables(maps, inner)) => {
                for map in maps {
                    let place = Level::Listed(sections.len());
                    sections.push(section(
                        place,
                        format!("[[{}]]", key_text(key)),
                        map,
                        inner,
                    )?);
                }
            }
            None => root.entries.push(entry(key, value, Some(view))?),
        }
    }
    sections.insert(0, root);
    Ok(Document {
        sections,
        ..Document::default()
    }
    .ordered())
}

/// What gets a header.
enum Headed<'v, 's> {
    Table(&'v Map<String, Value>, View<'s>),
    Tables(Vec<&'v Map<String, Value>>, View<'s>),
}

fn headed<'v, 's>(value: &'v Value, view: Option<View<'s>>) -> Option<Headed<'v, 's>> {
    let view = view?;
    match value {
        Value::Object(map) => is_record(view).then_some(Headed::Table(map, view)),
        Value::Array(items) => {
            let inner = view
                .items()
                .filter(|inner| is_record(*inner) && !items.is_empty())?;
            Some(Headed::Tables(
                items.iter().filter_map(Value::as_object).collect(),
                inner,
            ))
        }
        _ => None,
    }
}

/// Whether it is a table with named keys, not a choice and not a text in several languages.
fn is_record(view: View<'_>) -> bool {
    view.get("properties").is_some()
}

fn section(
    place: Level,
    header: String,
    map: &Map<String, Value>,
    view: View<'_>,
) -> Result<Section, NotWritable> {
    Ok(Section {
        place: vec![place],
        header: Some(header),
        entries: entries(map, Some(view))?,
        ..Section::default()
    })
}

fn entries(map: &Map<String, Value>, view: Option<View<'_>>) -> Result<Vec<Entry>, NotWritable> {
    map.iter()
        .map(|(key, value)| entry(key, value, view))
        .collect()
}

fn entry(key: &str, value: &Value, parent: Option<View<'_>>) -> Result<Entry, NotWritable> {
    Ok(Entry {
        rank: vec![Rank::of(key, parent)],
        lead: Vec::new(),
        key: key_text(key),
        value: item(key, value, parent.and_then(|view| view.child(key)))?,
        remark: None,
    })
}

fn item(key: &str, value: &Value, view: Option<View<'_>>) -> Result<Item, NotWritable> {
    Ok(match value {
        Value::Null => return Err(NotWritable::at(key)),
        Value::Bool(truth) => Item::Atom(truth.to_string()),
        Value::Number(number) => match number.as_f64() {
            Some(real) if number.is_f64() => Item::Atom(number_text(real, view)),
            _ => Item::Atom(number.to_string()),
        },
        Value::String(text) => Item::Atom(string_text(text)),
        Value::Array(items) => {
            let inner = view.and_then(View::items);
            let element = |value| {
                Ok(Element {
                    lead: Vec::new(),
                    value: item(key, value, inner)?,
                    remark: None,
                })
            };
            Item::List(
                items.iter().map(element).collect::<Result<_, _>>()?,
                Vec::new(),
            )
        }
        Value::Object(map) => Item::Table(entries(map, view)?, Vec::new()),
    })
}
