//! A TOML file as a tree in which everything knows its place, and the syntax errors on the way to it.

use std::ops::Range;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeArray, DeInteger, DeTable, DeValue};

use super::syntax::{self, SyntaxError};
use crate::diagnostic::Step;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// Its bytes in the text; of a table with a header, the header's.
    pub span: Range<usize>,
    /// What it is.
    pub content: Content,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// A text.
    Text(String),
    /// A whole number; `None` beyond 128 bits.
    Whole(Option<i128>),
    /// A number with a point or an exponent.
    Real(f64),
    /// True or false.
    Truth(bool),
    /// A date or a time.
    Date,
    /// A list.
    List(Vec<Node>),
    /// A table, its keys in the order of their places.
    Table(Vec<Entry>),
    /// Something the parser couldn't read and has reported.
    Unread,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The key.
    pub key: String,
    /// Its bytes in the text.
    pub span: Range<usize>,
    /// Its value.
    pub value: Node,
}

/// The tree of a text and all its syntax errors, in order.
///
/// The parser may misread what follows an error or stop at it. So a line with an error is set aside and the rest read
/// again, until every mistake has been reported once.
pub(crate) fn parse(text: &str) -> (Node, Vec<SyntaxError>) {
    let mut rest = text.to_owned();
    let mut found = Vec::new();
    for _ in 0..MOST_BAD_LINES {
        let (_, errors) = DeTable::parse_recoverable(&rest);
        let Some(line) = syntax::bad_line(&errors, &rest) else {
            break;
        };
        rest.replace_range(line.span, &line.filler);
        found.extend(line.errors);
    }
    let (root, errors) = DeTable::parse_recoverable(&rest);
    found.extend(syntax::translated(&errors, &rest));
    found.sort_by_key(|error| (error.span.start, error.span.end));
    let content = Content::Table(entries(root.get_ref()));
    (
        Node {
            span: 0..0,
            content,
        },
        found,
    )
}

const MOST_BAD_LINES: usize = 50;

fn entries(table: &DeTable<'_>) -> Vec<Entry> {
    let entry = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| Entry {
        key: AsRef::<str>::as_ref(key.get_ref()).to_owned(),
        span: key.span(),
        value: node(value),
    };
    let mut entries: Vec<Entry> = table.iter().map(entry).collect();
    entries.sort_by_key(|entry| entry.span.start);
    entries
}

fn node(value: &Spanned<DeValue<'_>>) -> Node {
    let span = value.span();
    // The parser stands in an empty value at 0..0 for one it couldn't read.
    let content = if span.is_empty() {
        Content::Unread
    } else {
        content(value.get_ref())
    };
    Node { span, content }
}

fn content(value: &DeValue<'_>) -> Content {
    match value {
        DeValue::String(text) => Content::Text(text.clone().into_owned()),
        DeValue::Integer(number) => Content::Whole(whole(number)),
        DeValue::Float(number) => number
            .as_str()
            .parse()
            .map_or(Content::Unread, Content::Real),
        DeValue::Boolean(truth) => Content::Truth(*truth),
        DeValue::Datetime(_) => Content::Date,
        DeValue::Array(list) => Content::List(items(list)),
        DeValue::Table(table) => Content::Table(entries(table)),
    }
}

fn items(list: &DeArray<'_>) -> Vec<Node> {
    list.iter().map(node).collect()
}

fn whole(number: &DeInteger<'_>) -> Option<i128> {
    i128::from_str_radix(number.as_str(), number.radix()).ok()
}

impl Node {
    /// The value as JSON, for decoding. Only trees that fit their schema are decoded; what JSON lacks becomes null.
    pub(crate) fn to_json(&self) -> Value {
        match &self.content {
            Content::Text(text) => Value::from(text.as_str()),
            Content::Whole(number) => number.map_or(Value::Null, json_number),
            Content::Real(number) => Value::from(*number),
            Content::Truth(truth) => Value::from(*truth),
            Content::List(items) => items.iter().map(Self::to_json).collect(),
            Content::Table(entries) => Value::Object(
                entries
                    .iter()
                    .map(|e| (e.key.clone(), e.value.to_json()))
                    .collect::<Map<_, _>>(),
            ),
            Content::Date | Content::Unread => Value::Null,
        }
    }

    /// The place of the item that a path leads to, or of the deepest one on the way that exists: the key where a table or
    /// a list stands under it, else the value.
    pub(crate) fn locate(&self, path: &[Step]) -> Option<Range<usize>> {
        let [step, rest @ ..] = path else { return None };
        match (step, &self.content) {
            (Step::Key(key), Content::Table(entries)) => {
                let entry = entries.iter().find(|entry| entry.key == *key)?;
                let here = || {
                    if entry.value.is_simple() {
                        entry.value.span.clone()
                    } else {
                        entry.span.clone()
                    }
                };
                Some(entry.value.locate(rest).unwrap_or_else(here))
            }
            (Step::At(index), Content::List(items)) => {
                let item = items.get(*index)?;
                Some(item.locate(rest).unwrap_or_else(|| item.span.clone()))
            }
            _ => None,
        }
    }

    fn is_simple(&self) -> bool {
        !matches!(
            self.content,
            Content::List(_) | Content::Table(_) | Content::Unread
        )
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a number beyond 64 bits is read as the nearest real number"
)]
fn json_number(number: i128) -> Value {
    i64::try_from(number).map_or_else(|_| Value::from(number as f64), Value::from)
}
