//! Values, between TOML and cells.

use toml_edit::{DocumentMut, Formatted, InlineTable, Item, Table, Value};

use super::shape::Kind;

/// A cell to write.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Text(String),
    Number(f64),
    Truth(bool),
}

/// The cell of a value; `None` where the value isn't of the column's kind.
pub(super) fn cell(kind: &Kind, key: &str, item: &Item) -> Option<Cell> {
    match (kind, item) {
        (Kind::Word(_), Item::Value(Value::String(text))) => Some(Cell::Text(text.value().clone())),
        (Kind::Number, Item::Value(Value::Float(number))) => Some(*number.value())
            .filter(|number| number.is_finite())
            .map(Cell::Number),
        (Kind::Number, Item::Value(Value::Integer(number))) => {
            exact(*number.value()).map(Cell::Number)
        }
        (Kind::Truth, Item::Value(Value::Boolean(truth))) => Some(Cell::Truth(*truth.value())),
        (Kind::Toml, _) => Some(Cell::Text(text(key, item))),
        _ => None,
    }
}

/// A whole number as a double, where that is exact.
fn exact(number: i64) -> Option<f64> {
    number
        .to_string()
        .parse()
        .ok()
        .filter(|_| number.unsigned_abs() <= 1 << 53)
}

/// A nested value as text: inline values as they are written, a `[table]` as the lines under its header, a `[[list]]` with
/// its headers.
fn text(key: &str, item: &Item) -> String {
    match item {
        Item::Value(Value::String(text)) if is_bare(text.value()) => text.value().clone(),
        Item::Value(value) => {
            let mut value = value.clone();
            value.decor_mut().clear();
            value.to_string()
        }
        Item::Table(table) if table.is_empty() => "{}".to_owned(),
        Item::Table(table) => {
            let mut body = table.clone();
            body.decor_mut().clear();
            body.set_dotted(false);
            body.set_implicit(false);
            DocumentMut::from(body).to_string().trim().to_owned()
        }
        Item::ArrayOfTables(_) => {
            let mut body = Table::new();
            body.insert(key, item.clone());
            DocumentMut::from(body).to_string().trim().to_owned()
        }
        Item::None => String::new(),
    }
}

/// Whether a text can stand in a cell of TOML without quotes: it is a word, and nothing else in TOML.
fn is_bare(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || "_-.".contains(c))
        && text.parse::<Value>().is_err()
}

/// The item that a cell's text means; `None` where it isn't of the column's kind.
pub(super) fn item(kind: &Kind, key: &str, cell: &str) -> Option<Item> {
    let trimmed = cell.trim();
    match kind {
        Kind::Word(choices) if choices.is_empty() => Some(string(cell)),
        Kind::Word(_) => Some(string(trimmed)),
        Kind::Number => number(trimmed),
        Kind::Truth => truth(trimmed).map(|truth| Item::Value(Value::from(truth))),
        Kind::Languages | Kind::Toml => toml(key, trimmed),
    }
}

fn string(text: &str) -> Item {
    Item::Value(Value::from(text))
}

/// A number as it would be written by hand: whole numbers without a point.
fn number(text: &str) -> Option<Item> {
    if let Ok(whole) = text.parse::<i64>() {
        return Some(Item::Value(Value::from(whole)));
    }
    let number = text
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite())?;
    Some(Item::Value(Value::Float(Formatted::new(number))))
}

fn truth(text: &str) -> Option<bool> {
    match text {
        "TRUE" | "true" | "是" => Some(true),
        "FALSE" | "false" | "否" => Some(false),
        _ => None,
    }
}

fn toml(key: &str, text: &str) -> Option<Item> {
    if let Ok(mut value) = text.parse::<Value>() {
        value.decor_mut().clear();
        return Some(Item::Value(value));
    }
    if is_bare(text) {
        return Some(string(text));
    }
    let document: DocumentMut = format!("{text}\n").parse().ok()?;
    let trailing = document.trailing().clone();
    let mut table = document.into_table();
    if table.len() == 1
        && let Some(list @ Item::ArrayOfTables(_)) = table.get(key)
    {
        return Some(list.clone());
    }
    if trailing
        .as_str()
        .is_some_and(|trailing| !trailing.trim().is_empty())
    {
        // Comments behind the last line would be lost with the document: they move above the first.
        let comments = trailing.as_str().unwrap_or_default().to_owned();
        let mut first = table.iter_mut().next()?.0;
        let prefix = first
            .leaf_decor()
            .prefix()
            .and_then(|raw| raw.as_str())
            .unwrap_or_default()
            .to_owned();
        first
            .leaf_decor_mut()
            .set_prefix(format!("{}\n{prefix}", comments.trim()));
    }
    Some(Item::Table(table))
}

/// Texts by language, each with its tag, as an inline table.
pub(super) fn languages<'t>(texts: impl Iterator<Item = (&'t str, &'t str)>) -> Item {
    let mut table = InlineTable::new();
    for (tag, text) in texts {
        table.insert(tag, Value::from(text));
    }
    Item::Value(Value::InlineTable(table))
}

/// Texts by language from a value, each with its tag; `None` where it is none.
pub(super) fn texts(item: &Item) -> Option<Vec<(String, String)>> {
    let table = item.as_table_like()?;
    table
        .iter()
        .map(|(tag, text)| Some((tag.to_owned(), text.as_str()?.to_owned())))
        .collect()
}
