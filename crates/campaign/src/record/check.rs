//! Whether what stands in the fields of a record is what its form asks for.
//!
//! All problems are found at once: whoever filled the form is told of each field.

use rulebook::model::{Attachments, Column, Field, FieldType, Form, Range, Text};
use rulebook::{Lang, Say, say};

use super::value::{Attachment, Value, Values};
use super::{About, REFUSALS};
use crate::id::PostId;
use crate::organisation::Organisation;
use crate::refusal::Refusal;
use crate::{Date, UnitId, checks};

/// What the fields of a record are looked at with.
pub(super) struct Checks<'c> {
    pub(super) form: &'c Form,
    pub(super) attachments: &'c Attachments,
    pub(super) organisation: &'c Organisation,
    /// The day on which units and people must exist.
    pub(super) day: Date,
    /// Whom it is about.
    pub(super) about: &'c About,
}

/// So many values a record has at most, those in rows of tables included.
const VALUES_AT_MOST: usize = 2_000;

/// How many years before and after the record a date may lie: births and leases, not slips of the pen.
const YEARS_BEFORE: i32 = 120;
const YEARS_AFTER: i32 = 30;

impl Checks<'_> {
    /// That all of a form is filled as it asks.
    pub(super) fn complete(&self, values: &Values) -> Result<(), Refusal> {
        few(values)?;
        let mut problems = Vec::new();
        self.fields(&self.form.field, values, None, &mut problems);
        self.unit_named(values, &mut problems);
        refuse(problems)
    }

    /// That the fields given are filled as the form asks; others may be left out.
    pub(super) fn partial(&self, values: &Values) -> Result<(), Refusal> {
        few(values)?;
        let mut problems = Vec::new();
        unknown(&self.form.field, values, None, &mut problems);
        for field in &self.form.field {
            if let Some(value) = values.get(field.id.as_str()) {
                self.field(&Asked::from(field), value, None, &mut problems);
            }
        }
        self.unit_named(values, &mut problems);
        refuse(problems)
    }

    fn fields<F>(
        &self,
        fields: &[F],
        values: &Values,
        row: Option<Row<'_>>,
        problems: &mut Vec<Problem>,
    ) where
        for<'f> Asked<'f>: From<&'f F>,
    {
        unknown(fields, values, row, problems);
        for field in fields {
            let asked = Asked::from(field);
            let value = values.get(asked.id);
            match value {
                Some(value) if !is_blank(value) => {
                    self.field(&asked, value, row, problems);
                }
                _ if asked.optional => {}
                _ => problems.push(Problem::new(
                    "missing-field",
                    place(row, asked.id),
                    say!("没有填", "is left empty"),
                )),
            }
        }
    }

    fn field(
        &self,
        asked: &Asked<'_>,
        value: &Value,
        row: Option<Row<'_>>,
        problems: &mut Vec<Problem>,
    ) {
        let mut wrong = |found: Option<(&'static str, Say)>| {
            if let Some((code, words)) = found {
                problems.push(Problem::new(code, place(row, asked.id), words));
            }
        };
        match (asked.kind, value) {
            (FieldType::Number, Value::Number(number)) => wrong(range(asked.range, *number)),
            (FieldType::Choice, Value::Choice(choice)) => wrong(no_choice(asked, *choice)),
            (FieldType::Text, Value::Text(_)) => {}
            (FieldType::Date, Value::Date(date)) => wrong(self.far(*date)),
            (FieldType::Unit, Value::Unit(unit)) => wrong(self.no_unit(unit)),
            (FieldType::Person, Value::Person(person)) => {
                let here = self.organisation.is_here(person, self.day);
                wrong((!here).then(|| {
                    let words = say!(
                        "写的是 {person},那一天不在册",
                        "names {person}, who is not on the register of that day"
                    );
                    ("field-person", words)
                }));
            }
            (FieldType::Post, Value::Post(post)) => wrong(self.no_post(post)),
            (FieldType::Table, Value::Table(rows)) => {
                for (number, row) in rows.iter().enumerate() {
                    let at = Row {
                        field: asked.id,
                        number: number + 1,
                    };
                    self.fields(asked.columns, row, Some(at), problems);
                }
            }
            (FieldType::Attachment, Value::Attachment(file)) => {
                wrong(self.wrong_type(file));
                wrong(self.wrong_size(file));
            }
            (FieldType::Checklist, Value::Checklist(marks)) => marked(asked, marks, wrong),
            (kind, _) => {
                let (zh, en) = kind_words(kind);
                wrong(Some(("wrong-type", say!("应当填{zh}", "should hold {en}"))));
            }
        }
    }

    /// A form about another unit whose field `unit` names it has to name the one it is about.
    fn unit_named(&self, values: &Values, problems: &mut Vec<Problem>) {
        let (About::Unit(about), Some(Value::Unit(named))) = (self.about, values.get(UNIT_FIELD))
        else {
            return;
        };
        if named != about {
            problems.push(Problem::new(
                "field-subject",
                UNIT_FIELD.to_owned(),
                say!(
                    "写的是 {named},这份记录填的却是 {about}",
                    "names {named}, but the record is about {about}"
                ),
            ));
        }
    }

    fn far(&self, date: Date) -> Option<(&'static str, Say)> {
        const DAYS: i32 = 366;
        let (first, last) = (
            self.day.plus(-YEARS_BEFORE * DAYS),
            self.day.plus(YEARS_AFTER * DAYS),
        );
        (date < first || last < date).then(|| {
            let words = say!(
                "是 {date},应在 {first} 至 {last} 之间",
                "is {date}; it should lie between {first} and {last}"
            );
            ("date-out-of-bounds", words)
        })
    }

    fn no_unit(&self, unit: &UnitId) -> Option<(&'static str, Say)> {
        let there = self.organisation.facts(unit, self.day).is_some();
        (!there).then(|| {
            let words = say!(
                "写的是 {unit},那一天没有这个单位",
                "names {unit}; there was no such unit on that day"
            );
            ("field-unit", words)
        })
    }

    fn no_post(&self, post: &PostId) -> Option<(&'static str, Say)> {
        let known = self.organisation.post(post);
        let there = known.is_some_and(|known| known.holds(self.day));
        (!there).then(|| {
            let words = say!(
                "写的是 {post},那一天没有这个岗位",
                "names {post}; there was no such post on that day"
            );
            ("field-post", words)
        })
    }

    fn wrong_type(&self, file: &Attachment) -> Option<(&'static str, Say)> {
        let given = file.media_type.as_str();
        let types = || self.attachments.types.iter().map(|kind| kind.media_type());
        (!types().any(|taken| taken == given)).then(|| {
            let taken: Vec<&str> = types().collect();
            let (zh, en) = (taken.join("、"), taken.join(", "));
            let words = say!("是 {given},只收 {zh}", "is {given}; taken are only {en}");
            ("attachment-type", words)
        })
    }

    fn wrong_size(&self, file: &Attachment) -> Option<(&'static str, Say)> {
        let most = u64::from(self.attachments.max_kilobytes);
        let bytes = file.bytes;
        (bytes == 0 || bytes > most * 1024).then(|| {
            let words = say!(
                "有 {bytes} 字节,应在 1 字节至 {most} 千字节之间",
                "has {bytes} bytes; it should have between 1 byte and {most} kilobytes"
            );
            ("attachment-size", words)
        })
    }
}

/// The field that names the unit a case counts for, and that has to agree with the unit a record is about.
pub(super) const UNIT_FIELD: &str = "unit";

/// That no more values are given than anyone fills in by hand.
fn few(values: &Values) -> Result<(), Refusal> {
    checks::at_most(values.count(), VALUES_AT_MOST, ("值", "values"))
}

/// A field or a column, as far as they are alike.
struct Asked<'f> {
    id: &'f str,
    kind: FieldType,
    range: &'f Range,
    choices: &'f [Text],
    columns: &'f [Column],
    optional: bool,
}

impl<'f> From<&'f Field> for Asked<'f> {
    fn from(field: &'f Field) -> Self {
        Self {
            id: field.id.as_str(),
            kind: field.kind,
            range: &field.range,
            choices: &field.choices,
            columns: &field.column,
            optional: field.optional,
        }
    }
}

impl<'f> From<&'f Column> for Asked<'f> {
    fn from(column: &'f Column) -> Self {
        Self {
            id: column.id.as_str(),
            kind: column.kind.into(),
            range: &column.range,
            choices: &column.choices,
            columns: &[],
            optional: column.optional,
        }
    }
}

fn unknown<F>(fields: &[F], values: &Values, row: Option<Row<'_>>, problems: &mut Vec<Problem>)
where
    for<'f> Asked<'f>: From<&'f F>,
{
    for (name, _) in values.iter() {
        if !fields
            .iter()
            .any(|field| Asked::from(field).id == name.as_str())
        {
            let words = say!("表单里没有", "isn't in the form");
            problems.push(Problem::new(
                "unknown-field",
                place(row, name.as_str()),
                words,
            ));
        }
    }
}

/// Whether a value says nothing: a checklist in which nothing was judged.
fn is_blank(value: &Value) -> bool {
    matches!(value, Value::Checklist(marks) if !marks.is_empty() && marks.iter().all(Option::is_none))
}

fn range(range: &Range, number: f64) -> Option<(&'static str, Say)> {
    let low = range.min.is_some_and(|min| number < min);
    let high = range.max.is_some_and(|max| number > max);
    if low || high || !number.is_finite() {
        let words = match (range.min, range.max) {
            (Some(min), Some(max)) => say!(
                "是 {number},应在 {min} 至 {max} 之间",
                "is {number}; it should lie between {min} and {max}"
            ),
            (Some(min), None) => say!(
                "是 {number},不应小于 {min}",
                "is {number}; it should be {min} or more"
            ),
            (None, Some(max)) => say!(
                "是 {number},不应大于 {max}",
                "is {number}; it should be {max} or less"
            ),
            (None, None) => say!("不是数", "is no number"),
        };
        return Some(("out-of-range", words));
    }
    (range.whole && number.fract() != 0.0).then(|| {
        let words = say!("是 {number},应填整数", "is {number}; it should be whole");
        ("not-whole", words)
    })
}

fn no_choice(asked: &Asked<'_>, choice: u32) -> Option<(&'static str, Say)> {
    let count = asked.choices.len();
    let there = usize::try_from(choice).is_ok_and(|choice| choice < count);
    (!there).then(|| {
        let number = u64::from(choice) + 1;
        let words = say!(
            "选的是第 {number} 项,只有 {count} 项",
            "is choice {number} of only {count}"
        );
        ("no-such-choice", words)
    })
}

fn marked(
    asked: &Asked<'_>,
    marks: &[Option<f64>],
    mut wrong: impl FnMut(Option<(&'static str, Say)>),
) {
    let (given, items) = (marks.len(), asked.choices.len());
    if given != items {
        let words = say!(
            "给了 {given} 项分,检查单有 {items} 项",
            "has {given} marks for {items} items"
        );
        return wrong(Some(("wrong-marks", words)));
    }
    for (at, mark) in marks.iter().enumerate() {
        let found = mark.and_then(|mark| range(asked.range, mark));
        wrong(found.map(|(code, Say { zh, en })| {
            let item = at + 1;
            (code, say!("第 {item} 项{zh}", "item {item} {en}"))
        }));
    }
}

fn kind_words(kind: FieldType) -> (&'static str, &'static str) {
    match kind {
        FieldType::Number => ("数", "a number"),
        FieldType::Choice => ("选项", "a choice"),
        FieldType::Text => ("文字", "a text"),
        FieldType::Date => ("日期", "a date"),
        FieldType::Unit => ("单位", "a unit"),
        FieldType::Person => ("人", "a person"),
        FieldType::Post => ("岗位", "a post"),
        FieldType::Table => ("表格", "a table"),
        FieldType::Attachment => ("附件", "an attachment"),
        FieldType::Checklist => ("检查单", "a checklist"),
    }
}

/// What is wrong with a field.
struct Problem {
    code: &'static str,
    at: String,
    words: Say,
}

impl Problem {
    fn new(code: &'static str, at: String, words: Say) -> Self {
        Self { code, at, words }
    }

    fn sentence(&self, lang: Lang) -> String {
        let (at, words) = (&self.at, self.words.get(lang));
        match lang {
            Lang::Zh => format!("“{at}”{words}"),
            Lang::En => format!("`{at}` {words}"),
        }
    }
}

/// A row of a table.
#[derive(Clone, Copy)]
struct Row<'f> {
    field: &'f str,
    /// Its number, from 1.
    number: usize,
}

/// The place of a field, with the row of a table it stands in: `goals[2].due`.
fn place(row: Option<Row<'_>>, id: &str) -> String {
    row.map_or_else(
        || id.to_owned(),
        |Row { field, number }| format!("{field}[{number}].{id}"),
    )
}

/// The refusal that tells of all problems; its code is that of the first in precedence.
fn refuse(problems: Vec<Problem>) -> Result<(), Refusal> {
    let rank = |problem: &&Problem| REFUSALS.iter().position(|(code, ..)| *code == problem.code);
    let Some(first) = problems.iter().min_by_key(rank) else {
        return Ok(());
    };
    let all = |lang: Lang, between: &str| {
        let sentences: Vec<_> = problems
            .iter()
            .map(|problem| problem.sentence(lang))
            .collect();
        sentences.join(between)
    };
    let (zh, en) = (all(Lang::Zh, ";"), all(Lang::En, "; "));
    let mut fields: Vec<&str> = problems.iter().map(|problem| problem.at.as_str()).collect();
    fields.dedup();
    let (fields_zh, fields_en) = (fields.join("、"), fields.join(", "));
    Err(Refusal::new(
        first.code,
        say!("{zh}。", "{en}."),
        say!("请改正:{fields_zh}。", "Mend these: {fields_en}."),
    ))
}
