//! The values of a record, to be read.

use campaign::record::{Value, Values};
use rulebook::model::{Column, Field, Form};
use serde::Serialize;

use super::widget::as_column;
use crate::asked::Asked;

/// A value with what it is called.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// What it is called.
    pub label: String,
    /// What stands there; of tables and checklists, one line each.
    pub text: String,
}

/// The values of a record in the order of its form.
#[must_use]
pub fn lines(asked: &Asked<'_>, form: &Form, values: &Values) -> Vec<Line> {
    let each = form.field.iter().filter_map(|field| {
        let value = values.get(field.id.as_str())?;
        Some(Line {
            label: asked.words.of(&field.name).to_owned(),
            text: text(asked, field, value),
        })
    });
    each.collect()
}

/// A value as text.
pub(super) fn text(asked: &Asked<'_>, field: &Field, value: &Value) -> String {
    let w = asked.words;
    match value {
        Value::Table(rows) => {
            let cell = |row: &Values, column: &Column| {
                let value = row.get(column.id.as_str())?;
                Some(format!(
                    "{}: {}",
                    w.of(&column.name),
                    simple(asked, column, value)
                ))
            };
            let row = |row: &Values| {
                let cells = field.column.iter().filter_map(|column| cell(row, column));
                cells.collect::<Vec<_>>().join(" · ")
            };
            rows.iter().map(row).collect::<Vec<_>>().join("\n")
        }
        Value::Checklist(marks) => {
            let items = field.choices.iter().zip(marks.iter());
            let item = |(item, mark): (&rulebook::model::Text, &Option<f64>)| {
                let mark = mark.map_or_else(|| "–".to_owned(), |mark| w.num(mark, 2));
                format!("{}: {mark}", w.of(item))
            };
            items.map(item).collect::<Vec<_>>().join("\n")
        }
        _ => simple(asked, &as_column(field, field.kind), value),
    }
}

fn simple(asked: &Asked<'_>, column: &Column, value: &Value) -> String {
    let w = asked.words;
    match value {
        Value::Number(number) => {
            let unit = column.unit.as_ref().map_or("", |unit| w.of(unit));
            format!("{} {unit}", w.num(*number, 6))
                .trim_end()
                .to_owned()
        }
        Value::Choice(at) => {
            let choice = usize::try_from(*at)
                .ok()
                .and_then(|at| column.choices.get(at));
            choice.map_or_else(String::new, |choice| w.of(choice).to_owned())
        }
        Value::Text(note) => match asked.text(note.item) {
            text if text.is_empty() => w.t("mine-erased").into_owned(),
            text => text.to_string(),
        },
        Value::Date(day) => w.date(*day),
        Value::Unit(unit) => asked.unit_name(unit).to_owned(),
        Value::Person(person) => asked.person_name(person),
        Value::Post(post) => {
            let post = asked.state.organisation.post(post);
            post.map_or_else(String::new, |post| post.name.clone())
        }
        Value::Attachment(file) => {
            format!("{} · {} kB", file.media_type, file.bytes.div_ceil(1024))
        }
        Value::Table(_) | Value::Checklist(_) => String::new(),
    }
}
