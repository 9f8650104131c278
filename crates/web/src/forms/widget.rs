//! What a form shows to be filled in.

use campaign::record::{Value, Values};
use rulebook::model::{Column, Field, FieldType, Form, Range};

use crate::asked::Asked;
use crate::fields::Fields;

/// Rows that are offered empty in a table.
const EMPTY_ROWS: usize = 3;
/// The most rows that a table offers.
pub(super) const MOST_ROWS: usize = 60;

/// A choice of a list.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// Something to be filled in.
#[derive(Clone, Debug, Default)]
pub struct Widget {
    /// What it is called when sent, and its id in the page.
    pub name: String,
    /// What is asked.
    pub label: String,
    /// What else is said of it.
    pub hint: String,
    /// `text`, `area`, `number`, `date`, `select`, `unit`, `person`, `file`, `table`, `marks`.
    pub kind: &'static str,
    /// What stands in it.
    pub value: String,
    /// What can be chosen.
    pub choices: Vec<Choice>,
    /// What is wrong with it.
    pub wrong: Option<String>,
    /// Whether it has to be filled.
    pub required: bool,
    /// The least number.
    pub min: String,
    /// The greatest number.
    pub max: String,
    /// `1` for whole numbers, else `any`.
    pub step: &'static str,
    /// The heads of a table.
    pub heads: Vec<String>,
    /// The rows of a table; the marks of a checklist as one row.
    pub rows: Vec<Vec<Self>>,
    /// What stood there the time before.
    pub before: String,
}

impl Widget {
    /// Something to be filled in by hand.
    #[must_use]
    pub fn new(kind: &'static str, name: &str, label: &str) -> Self {
        Self {
            name: name.to_owned(),
            label: label.to_owned(),
            kind,
            required: true,
            step: "any",
            ..Self::default()
        }
    }

    /// May be left empty.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// With a remark.
    #[must_use]
    pub fn hint(mut self, hint: &str) -> Self {
        hint.clone_into(&mut self.hint);
        self
    }

    /// With what stands in it unless something was kept.
    #[must_use]
    pub fn value(mut self, value: &str) -> Self {
        value.clone_into(&mut self.value);
        self
    }

    /// With choices.
    #[must_use]
    pub fn choices<'c>(mut self, choices: impl IntoIterator<Item = (&'c str, &'c str)>) -> Self {
        let choices = choices.into_iter().map(|(value, label)| Choice {
            value: value.to_owned(),
            label: label.to_owned(),
            chosen: false,
        });
        self.choices = choices.collect();
        self
    }

    fn fill(&mut self, asked: &Asked<'_>, kept: Option<&Fields>) {
        if let Some(kept) = kept {
            kept.get(&self.name).clone_into(&mut self.value);
            let wrong = asked
                .kept
                .and_then(|kept| kept.problem.fields.get(&self.name));
            self.wrong = wrong.map(|wrong| asked.words.say(wrong).to_owned());
        }
        for choice in &mut self.choices {
            choice.chosen = choice.value == self.value;
        }
        for cell in self.rows.iter_mut().flatten() {
            cell.fill(asked, kept);
        }
    }
}

/// A form with a button: what is asked to make one thing happen.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Where it is sent.
    pub to: String,
    /// What it is called.
    pub title: String,
    /// What is said of it.
    pub about: String,
    /// What is to be filled in.
    pub fields: Vec<Widget>,
    /// What goes along.
    pub hidden: Vec<(String, String)>,
}

impl Ask {
    /// A form; what was kept of it stands in its fields again.
    #[must_use]
    pub fn new(asked: &Asked<'_>, to: String, title: &str, mut fields: Vec<Widget>) -> Self {
        let kept = asked.kept.filter(|_| asked.path == to);
        for field in &mut fields {
            field.fill(asked, kept.map(|kept| &kept.fields));
        }
        Self {
            to,
            title: title.to_owned(),
            about: String::new(),
            fields,
            hidden: Vec::new(),
        }
    }

    /// With a remark.
    #[must_use]
    pub fn about(mut self, about: &str) -> Self {
        about.clone_into(&mut self.about);
        self
    }

    /// With something that goes along.
    #[must_use]
    pub fn along(mut self, name: &str, value: impl Into<String>) -> Self {
        self.hidden.push((name.to_owned(), value.into()));
        self
    }
}

/// The fields of a form, with values that stand there already and those of the time before.
#[must_use]
pub fn widgets(
    asked: &Asked<'_>,
    form: &Form,
    values: Option<&Values>,
    before: Option<&Values>,
) -> Vec<Widget> {
    let kept = asked.kept.map(|kept| &kept.fields);
    let each = form.field.iter().map(|field| {
        let value = values.and_then(|values| values.get(field.id.as_str()));
        let mut widget = widget(asked, field, value, kept);
        let before = before.and_then(|before| before.get(field.id.as_str()));
        if let Some(before) = before {
            widget.before = super::show::text(asked, field, before);
        }
        widget
    });
    each.collect()
}

fn widget(
    asked: &Asked<'_>,
    field: &Field,
    value: Option<&Value>,
    kept: Option<&Fields>,
) -> Widget {
    let w = asked.words;
    let name = format!("f.{}", field.id);
    let mut widget = simple(
        asked,
        &as_column(field, field.kind),
        &name,
        value,
        field.kind,
    );
    if let Some(why) = &field.why {
        w.of(why).clone_into(&mut widget.hint);
    }
    match field.kind {
        FieldType::Checklist => {
            let marks = field.choices.iter().enumerate().map(|(at, item)| {
                let mut mark =
                    Widget::new("number", &format!("{name}.{at}"), w.of(item)).optional();
                bounds(&mut mark, &field.range);
                if let Some(Value::Checklist(marks)) = value {
                    let given = marks.get(at).copied().flatten();
                    mark.value = given.map_or_else(String::new, |mark| mark.to_string());
                }
                mark
            });
            widget.rows = vec![marks.collect()];
        }
        FieldType::Table => {
            widget.heads = field
                .column
                .iter()
                .map(|c| w.of(&c.name).to_owned())
                .collect();
            let given: &[Values] = match value {
                Some(Value::Table(rows)) => rows,
                _ => &[],
            };
            let sent = kept.map_or(0, |kept| rows_sent(kept, &name));
            let rows = (given.len().max(sent) + EMPTY_ROWS).min(MOST_ROWS);
            let row = |at: usize| {
                let cell = |column: &Column| {
                    let value = given.get(at).and_then(|row| row.get(column.id.as_str()));
                    let name = format!("{name}.{at}.{}", column.id);
                    simple(asked, column, &name, value, column.kind.into()).optional()
                };
                field.column.iter().map(cell).collect()
            };
            widget.rows = (0..rows).map(row).collect();
        }
        _ => {}
    }
    widget
}

/// How many rows of a table hold something.
pub(super) fn rows_sent(fields: &Fields, name: &str) -> usize {
    let start = format!("{name}.");
    let filled = fields.iter().filter(|(_, text)| !text.trim().is_empty());
    let rows = filled.filter_map(|(field, _)| {
        let row = field.strip_prefix(&start)?.split('.').next()?;
        row.parse::<usize>().ok()
    });
    rows.max().map_or(0, |last| (last + 1).min(MOST_ROWS))
}

/// A field as a column, for those types that fit into one.
pub(super) fn as_column(field: &Field, kind: FieldType) -> Column {
    use rulebook::model::ColumnType;
    Column {
        id: field.id.clone(),
        name: field.name.clone(),
        kind: match kind {
            FieldType::Number => ColumnType::Number,
            FieldType::Choice => ColumnType::Choice,
            FieldType::Date => ColumnType::Date,
            FieldType::Unit => ColumnType::Unit,
            FieldType::Person => ColumnType::Person,
            FieldType::Post => ColumnType::Post,
            _ => ColumnType::Text,
        },
        unit: field.unit.clone(),
        range: field.range,
        choices: field.choices.clone(),
        optional: field.optional,
    }
}

fn bounds(widget: &mut Widget, range: &Range) {
    let text = |bound: Option<f64>| bound.map_or_else(String::new, |bound| bound.to_string());
    widget.min = text(range.min);
    widget.max = text(range.max);
    if range.whole {
        widget.step = "1";
    }
}

fn simple(
    asked: &Asked<'_>,
    column: &Column,
    name: &str,
    value: Option<&Value>,
    kind: FieldType,
) -> Widget {
    let w = asked.words;
    let kind = match kind {
        FieldType::Number => "number",
        FieldType::Choice | FieldType::Post => "select",
        FieldType::Text => "area",
        FieldType::Date => "date",
        FieldType::Unit => "unit",
        FieldType::Person => "person",
        FieldType::Attachment => "file",
        FieldType::Table => "table",
        FieldType::Checklist => "marks",
    };
    let mut widget = Widget::new(kind, name, w.of(&column.name));
    widget.required = !column.optional;
    if let Some(unit) = &column.unit {
        w.of(unit).clone_into(&mut widget.hint);
    }
    bounds(&mut widget, &column.range);
    if column.kind == rulebook::model::ColumnType::Post {
        let posts = asked.state.organisation.posts();
        let unit = asked
            .person()
            .ok()
            .and_then(|person| asked.state.organisation.unit_of(person, asked.today));
        let posts = posts.filter(|(_, post)| post.holds(asked.today) && Some(&post.unit) == unit);
        widget = widget.choices(posts.map(|(id, post)| (id.as_str(), post.name.as_str())));
    } else if kind == "select" {
        let choices = column.choices.iter().enumerate();
        widget.choices = choices
            .map(|(at, choice)| Choice {
                value: at.to_string(),
                label: w.of(choice).to_owned(),
                chosen: false,
            })
            .collect();
    }
    widget.value = match value {
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Choice(at)) => at.to_string(),
        Some(Value::Text(note)) => asked.text(note.item).to_string(),
        Some(Value::Date(day)) => day.to_string(),
        Some(Value::Unit(unit)) => unit.to_string(),
        Some(Value::Person(person)) => person.to_string(),
        Some(Value::Post(post)) => post.to_string(),
        _ => String::new(),
    };
    widget
}
