//! What stands in the fields of a record.

use std::fmt;

use schemars::JsonSchema;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::id::{Name, PostId};
use crate::{Date, Note, PersonId, UnitId};

/// What stands in a field. Texts and files lie in the vault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// A number.
    Number(f64),
    /// A choice: its place among the field's choices, from 0.
    Choice(u32),
    /// A text.
    Text(Note),
    /// A day.
    Date(Date),
    /// A unit.
    Unit(UnitId),
    /// A person.
    Person(PersonId),
    /// A post.
    Post(PostId),
    /// The rows of a table, each by column.
    Table(Box<[Values]>),
    /// A file.
    Attachment(Box<Attachment>),
    /// The marks of a checklist, one for each of the field's choices; `None` where one wasn't judged.
    Checklist(Box<[Option<f64>]>),
}

/// A file that lies in the vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// Where it lies.
    pub note: Note,
    /// Its media type, such as `image/jpeg`.
    pub media_type: Name,
    /// Its size in bytes.
    pub bytes: u64,
}

/// Field (or column) → what stands in it; in JSON an object. In order of the fields' ids, each at most once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values(Box<[(Name, Value)]>);

impl Values {
    /// What stands in a field; `None` where it was left empty.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&Value> {
        let at = self
            .0
            .binary_search_by(|(name, _)| name.as_str().cmp(field));
        self.0.get(at.ok()?).map(|(_, value)| value)
    }

    /// All that stands in the fields.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Name, &Value)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// How many values there are, those in rows of tables and the rows themselves included.
    #[must_use]
    pub fn count(&self) -> usize {
        let inside = |value: &Value| match value {
            Value::Table(rows) => rows.iter().map(|row| 1 + row.count()).sum(),
            Value::Checklist(marks) => marks.len(),
            _ => 0,
        };
        self.0.iter().map(|(_, value)| 1 + inside(value)).sum()
    }

    /// Whether nothing stands in any field.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// These, with `others` in place of what stood in the same fields.
    #[must_use]
    pub fn with(&self, others: &Self) -> Self {
        self.0.iter().chain(&others.0).cloned().collect()
    }

    /// The items of the vault that are named in them.
    pub(crate) fn notes(&self, found: &mut Vec<Note>) {
        for (_, value) in &self.0 {
            match value {
                Value::Text(note) => found.push(*note),
                Value::Attachment(file) => found.push(file.note),
                Value::Table(rows) => rows.iter().for_each(|row| row.notes(found)),
                _ => {}
            }
        }
    }

    /// The people who are named in them.
    pub(crate) fn people<'v>(&'v self, found: &mut Vec<&'v PersonId>) {
        for (_, value) in &self.0 {
            match value {
                Value::Person(person) => found.push(person),
                Value::Table(rows) => rows.iter().for_each(|row| row.people(found)),
                _ => {}
            }
        }
    }
}

/// Of two values of the same field the later is taken.
impl FromIterator<(Name, Value)> for Values {
    fn from_iter<I: IntoIterator<Item = (Name, Value)>>(values: I) -> Self {
        let mut values: Vec<_> = values.into_iter().collect();
        // Stable, so of the same field the latest stands first.
        values.reverse();
        values.sort_by(|(a, _), (b, _)| a.cmp(b));
        values.dedup_by(|(a, _), (b, _)| a == b);
        Self(values.into_boxed_slice())
    }
}

impl Serialize for Values {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ValuesVisitor)
    }
}

struct ValuesVisitor;

impl<'de> Visitor<'de> for ValuesVisitor {
    type Value = Values;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("values by field")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Values, A::Error> {
        // No more room is made at once than a form has fields, whatever the bytes claim.
        let mut values = Vec::with_capacity(map.size_hint().unwrap_or(0).min(64));
        while let Some(pair) = map.next_entry()? {
            values.push(pair);
        }
        let given = values.len();
        let values: Values = values.into_iter().collect();
        if values.0.len() == given {
            Ok(values)
        } else {
            Err(A::Error::custom("a field is given twice"))
        }
    }
}
