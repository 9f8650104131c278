//! What was filled in, as values of a record; what is wrong is said per field.

use campaign::id::Name;
use campaign::record::{Attachment, Value, Values};
use campaign::{Date, PersonId, UnitId};
use ledger::vault::MediaType;
use rulebook::model::{Column, ColumnType, Field, FieldType, Form, Range};
use rulebook::{Say, say};

use super::widget::{as_column, rows_sent};
use crate::asked::Asked;
use crate::fields::{Fields, empty};
use crate::problem::Problem;
use crate::vault::Writing;

/// Reads the fields of a form. A file that isn't sent again stays what it was in `base`.
///
/// # Errors
/// What is wrong with each field.
pub fn read(
    asked: &Asked<'_>,
    form: &Form,
    fields: &Fields,
    base: Option<&Values>,
    writing: &mut Writing,
) -> Result<Values, Problem> {
    let mut reading = Reading {
        asked,
        fields,
        writing,
        problem: Problem::fields(),
    };
    let mut values = Vec::new();
    for field in &form.field {
        let old = base.and_then(|base| base.get(field.id.as_str()));
        if let Some(value) = reading.field(field, old) {
            values.push((Name::from(field.id.as_str()), value));
        }
    }
    reading.problem.settle()?;
    Ok(values.into_iter().collect())
}

struct Reading<'r, 'a> {
    asked: &'r Asked<'a>,
    fields: &'r Fields,
    writing: &'r mut Writing,
    problem: Problem,
}

impl Reading<'_, '_> {
    fn field(&mut self, field: &Field, old: Option<&Value>) -> Option<Value> {
        let name = format!("f.{}", field.id);
        let value = match field.kind {
            FieldType::Attachment => self.file(&name).or_else(|| old.cloned()),
            FieldType::Checklist => self.marks(field, &name),
            FieldType::Table => self.table(field, &name),
            kind => self.simple(&as_column(field, kind), &name),
        };
        if value.is_none() && !field.optional {
            self.problem.wrong(&name, empty());
        }
        value
    }

    fn file(&mut self, name: &str) -> Option<Value> {
        let upload = self.fields.file(name)?;
        let Some(media) = media_of(&upload.content) else {
            let what = say!(
                "只收照片(JPEG、PNG、WebP)和 PDF、OFD 文件。",
                "Only pictures (JPEG, PNG, WebP) and PDF or OFD documents are taken."
            );
            self.problem.wrong(name, what);
            return None;
        };
        let bytes = upload.content.len() as u64;
        match self.writing.add(name, media, upload.content.clone()) {
            Ok(note) => Some(Value::Attachment(Box::new(Attachment {
                note,
                media_type: media_name(media).into(),
                bytes,
            }))),
            Err(problem) => {
                self.problem.fields.extend(problem.fields);
                None
            }
        }
    }

    fn marks(&mut self, field: &Field, name: &str) -> Option<Value> {
        let count = field.choices.len();
        let names: Vec<String> = (0..count).map(|at| format!("{name}.{at}")).collect();
        let marks = names.iter().map(|name| self.number(&field.range, name));
        let marks: Vec<Option<f64>> = marks.collect();
        let any = marks.iter().any(Option::is_some);
        any.then(|| Value::Checklist(marks.into_boxed_slice()))
    }

    fn table(&mut self, field: &Field, name: &str) -> Option<Value> {
        let mut rows = Vec::new();
        for at in 0..rows_sent(self.fields, name) {
            let cell = |column: &Column| format!("{name}.{at}.{}", column.id);
            let filled = |column: &Column| !self.fields.get(&cell(column)).is_empty();
            if !field.column.iter().any(filled) {
                continue;
            }
            let mut row = Vec::new();
            for column in &field.column {
                let name = cell(column);
                match self.simple(column, &name) {
                    Some(value) => row.push((Name::from(column.id.as_str()), value)),
                    None if !column.optional => self.problem.wrong(&name, empty()),
                    None => {}
                }
            }
            rows.push(row.into_iter().collect::<Values>());
        }
        (!rows.is_empty()).then(|| Value::Table(rows.into_boxed_slice()))
    }

    fn simple(&mut self, column: &Column, name: &str) -> Option<Value> {
        let text = self.fields.get(name);
        if text.is_empty() {
            return None;
        }
        match column.kind {
            ColumnType::Number => self.number(&column.range, name).map(Value::Number),
            ColumnType::Choice => {
                let at = text.parse().ok();
                let at = at.filter(|at| (*at as usize) < column.choices.len());
                self.found(name, at.map(Value::Choice), not_listed)
            }
            ColumnType::Text => match self.writing.text(name, text) {
                Ok(note) => Some(Value::Text(note)),
                Err(problem) => {
                    self.problem.fields.extend(problem.fields);
                    None
                }
            },
            ColumnType::Date => {
                let day: Option<Date> = self.fields.parse(name, "2026-12-31", &mut self.problem);
                day.map(Value::Date)
            }
            ColumnType::Unit => {
                let unit = unit_of(self.asked, text).map(Value::Unit);
                self.found(name, unit, || no_unit(text))
            }
            ColumnType::Person => {
                let person = person_of(self.asked, text).map(Value::Person);
                self.found(name, person, || {
                    say!(
                        "没有找到“{text}”;请从列出的人里选。",
                        "`{text}` isn't found; choose one of those listed."
                    )
                })
            }
            ColumnType::Post => {
                let post = campaign::id::PostId::from(text);
                let found = self.asked.state.organisation.post(&post).is_some();
                self.found(name, found.then_some(Value::Post(post)), || {
                    say!("没有这个岗位。", "There is no such post.")
                })
            }
        }
    }

    fn found(&mut self, name: &str, value: Option<Value>, say: impl Fn() -> Say) -> Option<Value> {
        if value.is_none() {
            self.problem.wrong(name, say());
        }
        value
    }

    fn number(&mut self, range: &Range, name: &str) -> Option<f64> {
        let number: f64 = self.fields.parse(name, "12.5", &mut self.problem)?;
        let wrong = if !number.is_finite() {
            Some(say!("要填一个数。", "Fill in a number."))
        } else if range.whole && number.fract() != 0.0 {
            Some(say!("要填整数。", "Fill in a whole number."))
        } else if let Some(min) = range.min.filter(|min| number < *min) {
            Some(say!("不能小于 {min}。", "No less than {min}."))
        } else {
            let max = range.max.filter(|max| number > *max);
            max.map(|max| say!("不能大于 {max}。", "No more than {max}."))
        };
        match wrong {
            Some(wrong) => {
                self.problem.wrong(name, wrong);
                None
            }
            None => Some(number),
        }
    }
}

/// What is said of a unit that isn't there.
fn no_unit(text: &str) -> Say {
    say!(
        "没有找到“{text}”;请从列出的单位里选。",
        "`{text}` isn't found; choose one of those listed."
    )
}

/// What is said of a choice that isn't one of those offered.
#[must_use]
pub fn not_listed() -> Say {
    say!("请从列出的选项里选。", "Choose one of those listed.")
}

/// A unit by its id or its name.
#[must_use]
pub fn unit_of(asked: &Asked<'_>, text: &str) -> Option<UnitId> {
    let organisation = &asked.state.organisation;
    let id = UnitId::from(text);
    if organisation.facts(&id, asked.today).is_some() {
        return Some(id);
    }
    let mut named = organisation
        .units(asked.today)
        .filter(|(_, facts)| facts.name == text);
    let found = named.next().map(|(id, _)| id.clone());
    found.filter(|_| named.next().is_none())
}

/// A person by their id, or by their name among those of one's own unit.
#[must_use]
pub fn person_of(asked: &Asked<'_>, text: &str) -> Option<PersonId> {
    let organisation = &asked.state.organisation;
    let id = PersonId::from(text);
    if organisation.is_here(&id, asked.today) {
        return Some(id);
    }
    let unit = organisation.unit_of(asked.person().ok()?, asked.today)?;
    let people = organisation.people_of(unit, asked.today);
    let mut named = people.filter(|person| asked.person_name(person) == text);
    let found = named.next().cloned();
    found.filter(|_| named.next().is_none())
}

/// The type of a file, by how it begins.
fn media_of(content: &[u8]) -> Option<MediaType> {
    let webp = content.starts_with(b"RIFF") && content.get(8..12) == Some(b"WEBP");
    Some(match content {
        _ if content.starts_with(b"\xff\xd8\xff") => MediaType::Jpeg,
        _ if content.starts_with(b"\x89PNG\r\n\x1a\n") => MediaType::Png,
        _ if webp => MediaType::Webp,
        _ if content.starts_with(b"%PDF-") => MediaType::Pdf,
        _ if content.starts_with(b"PK\x03\x04") => MediaType::Ofd,
        _ => return None,
    })
}

const fn media_name(media: MediaType) -> &'static str {
    match media {
        MediaType::Jpeg => "image/jpeg",
        MediaType::Png => "image/png",
        MediaType::Webp => "image/webp",
        MediaType::Ofd => "application/ofd",
        _ => "application/pdf",
    }
}
