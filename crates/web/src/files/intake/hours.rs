//! Hours of service, or what else people file about themselves as it happens: a row for each time.
//!
//! Whoever a form is about files it themselves, as by hand; others' rows are refused where they hold the role for it. A code that
//! was handed to those helped goes along, so that they can confirm the hours; without it, or until they do, hours don't count
//! where the form says so.

use std::collections::BTreeSet;

use campaign::record::{self, About, Filing, Value, Values, When};
use campaign::{Action, Date, PersonId};
use rulebook::grid::Grid;
use rulebook::model::{Cadence, Field, FieldType, Form, Subject};
use rulebook::{Say, say};

use super::rows::{self, Row};
use super::{Is, Read};
use crate::act::new_key;
use crate::asked::Asked;
use crate::fields::Fields;
use crate::files::{Cell, Sheet};
use crate::forms;
use crate::problem::Problem;
use crate::rights::{Resource, Verb};
use crate::vault::Writing;

/// Rows of an empty table that bring a code to be handed over.
const SLIPS: usize = 20;
/// A code has so many characters at least.
const SHORTEST: usize = 16;

/// The forms that can be filled by a table: about people, as it happens, of simple fields.
pub fn forms<'a>(asked: &Asked<'a>) -> Vec<&'a Form> {
    let Ok(book) = asked.book() else {
        return Vec::new();
    };
    let simple = |field: &Field| {
        !matches!(
            field.kind,
            FieldType::Table | FieldType::Attachment | FieldType::Checklist
        )
    };
    let forms = book.campaign.forms.iter().map(|written| &written.item);
    forms
        .filter(|form| form.subject == Subject::Person && form.every == Cadence::Event)
        .filter(|form| form.field.iter().all(simple))
        .collect()
}

/// The form that is named, or the first.
pub fn form<'a>(asked: &Asked<'a>, named: &str) -> Result<&'a Form, Problem> {
    let forms = forms(asked);
    let found = forms.iter().find(|form| form.id.as_str() == named);
    let found = found.or_else(|| forms.first()).copied();
    found.ok_or_else(Problem::not_found)
}

/// The field that says on which day it was; another column where there is none, or more than one.
fn day_column(form: &Form) -> &str {
    let mut days = form
        .field
        .iter()
        .filter(|field| field.kind == FieldType::Date);
    match (days.next(), days.next()) {
        (Some(day), None) => day.id.as_str(),
        _ => "when",
    }
}

fn columns(form: &Form) -> Vec<&str> {
    let mut columns = vec!["person"];
    if day_column(form) == "when" {
        columns.push("when");
    }
    columns.extend(form.field.iter().map(|field| field.id.as_str()));
    if form.verified_by.is_some() {
        columns.push("code");
    }
    columns
}

/// The columns that a table of a form has to have.
fn needed(form: &Form) -> Vec<&str> {
    let fields = form.field.iter().filter(|field| !field.optional);
    let mut needed: Vec<&str> = fields.map(|field| field.id.as_str()).collect();
    if day_column(form) == "when" {
        needed.push("when");
    }
    needed
}

/// The form that a table has all columns of: of several, the one that leaves the fewest over.
fn fitting<'a>(asked: &Asked<'a>, grid: &Grid<'_>) -> Option<&'a Form> {
    let has = |column: &&str| grid.column(column).is_some();
    let fits = |form: &&Form| needed(form).iter().all(has);
    let read = |form: &&Form| columns(form).iter().filter(|column| has(column)).count();
    forms(asked).into_iter().filter(fits).max_by_key(read)
}

/// What the table would file.
pub fn read(asked: &Asked<'_>, grids: &[Grid<'_>], named: &str) -> Result<Read, Problem> {
    let mut read = Read::default();
    let form = match named {
        "" => grids.first().and_then(|grid| fitting(asked, grid)),
        named => Some(form(asked, named)?),
    };
    let Some(form) = form else {
        let ids: Vec<&str> = forms(asked).iter().map(|form| form.id.as_str()).collect();
        let told = grids
            .first()
            .map(|grid| rows::unknown(grid, &ids.join(" / ")));
        read.findings.extend(told);
        return Ok(read);
    };
    let mut seen = BTreeSet::new();
    let (all, needed) = (columns(form), needed(form));
    for grid in grids {
        read.findings.extend(grid.warnings.iter().cloned());
        rows::columns(grid, &needed, &all, &mut read.findings);
        if read.has_errors() {
            return Ok(read);
        }
        for row in rows::rows(grid) {
            let unfilled = |field: &Field| row.get(field.id.as_str()).is_empty();
            // A slip that wasn't used.
            if form.field.iter().all(unfilled) {
                continue;
            }
            file(asked, form, &row, &mut seen, &mut read)?;
        }
    }
    Ok(read)
}

fn file(
    asked: &Asked<'_>,
    form: &Form,
    row: &Row<'_>,
    seen: &mut BTreeSet<String>,
    read: &mut Read,
) -> Result<(), Problem> {
    let person = match row.get("person") {
        "" => asked.person()?.clone(),
        text => text.into(),
    };
    if !may_see(asked, &person)? {
        read.findings.push(row.wrong(
            "not-entitled",
            "person",
            say!("不能替这个人填", "this isn't for you to fill"),
            say!("填自己的,或空着", "fill in your own, or leave it empty"),
        ));
        return Ok(());
    }
    let day = row.need(day_column(form), &mut read.findings);
    let day: Option<Date> = day.and_then(|text| {
        let day = text.parse().ok();
        if day.is_none() {
            read.findings.push(row.wrong(
                "day-malformed",
                day_column(form),
                say!("“{text}”不是日期", "`{text}` is no day"),
                say!("写作 2026-12-31", "write 2026-12-31"),
            ));
        }
        day
    });
    let mut writing = Writing::new();
    let values = values(asked, form, row, &mut writing, read);
    let code = row.get("code");
    if !code.is_empty() && (code.chars().count() < SHORTEST || !seen.insert(code.to_owned())) {
        read.findings.push(row.wrong(
            "code-unfit",
            "code",
            say!(
                "码太短,或在表里用了两次",
                "the code is too short, or stands in the table twice"
            ),
            say!(
                "用空表里给的码,一行一个;没有就空着",
                "use those that the template brings, one for each row; or leave it empty"
            ),
        ));
    }
    let (Some(day), Some(values)) = (day, values) else {
        return Ok(());
    };
    let when = When::of(form.every, day);
    let what = told(asked, form, &person, row);
    if filed(asked, form, &person, when, &values, row) {
        read.change(row.place(None), Is::Same, what);
        return Ok(());
    }
    let filing = Filing {
        form: form.id.as_str().into(),
        about: About::Person(person),
        from: None,
        when,
        values,
        confirm: (!code.is_empty()).then(|| record::code_digest(code)),
    };
    read.change(row.place(None), Is::New, what);
    let action = Action::Record(record::Action::File(filing));
    read.step(row.place(None), action, writing);
    Ok(())
}

/// Whether whoever asks may see what is filed about someone: oneself, or where one sees the records of their unit.
fn may_see(asked: &Asked<'_>, person: &PersonId) -> Result<bool, Problem> {
    if asked.person()? == person {
        return Ok(true);
    }
    let unit = asked.state.organisation.unit_of(person, asked.today);
    let of = unit.map(|unit| Resource {
        units: vec![unit.clone()],
        person: None,
    });
    let rights = &asked.app.rights;
    let may = |of| rights.allow(asked.state, asked.standing, Verb::SeeRecord, &of);
    Ok(of.is_some_and(may))
}

/// The values of a row; what is wrong is said at its cell.
fn values(
    asked: &Asked<'_>,
    form: &Form,
    row: &Row<'_>,
    writing: &mut Writing,
    read: &mut Read,
) -> Option<Values> {
    let mut fields = Fields::default();
    for field in &form.field {
        let text = row.get(field.id.as_str());
        let text = match field.kind {
            FieldType::Choice => place_of(field, text).unwrap_or_else(|| text.to_owned()),
            _ => text.to_owned(),
        };
        fields.add(&format!("f.{}", field.id), text);
    }
    match forms::read(asked, form, &fields, None, writing) {
        Ok(values) => Some(values),
        Err(problem) => {
            for (field, said) in problem.fields {
                let column = field.strip_prefix("f.").unwrap_or(&field);
                let remedy = say!("改好这一格", "mend this cell");
                read.findings
                    .push(row.wrong("cell-wrong", column, said, remedy));
            }
            None
        }
    }
}

/// The place of a choice among a field's, by what it is called.
fn place_of(field: &Field, text: &str) -> Option<String> {
    let mut choices = field.choices.iter();
    let at = choices.position(|choice| choice.0.values().any(|name| name == text))?;
    Some(at.to_string())
}

/// Whether the same was filed before.
fn filed(
    asked: &Asked<'_>,
    form: &Form,
    person: &PersonId,
    when: When,
    values: &Values,
    row: &Row<'_>,
) -> bool {
    let Ok(book) = asked.book() else { return false };
    let day = match when {
        When::Day(day) | When::Week(day) => day,
        When::Period(period) => book.calendar.first_day(period),
    };
    let period = book.calendar.period_of(day);
    let about = About::Person(person.clone());
    let mut records = asked.state.records.of_person(person, period);
    records.any(|(_, known)| {
        let same = |field: &Field| {
            let id = field.id.as_str();
            match (known.values.get(id), values.get(id)) {
                // The same text lies in the vault under another name.
                (Some(Value::Text(text)), Some(Value::Text(_))) => {
                    *asked.text(text.item) == *row.get(id)
                }
                (known, new) => known == new,
            }
        };
        let code = row.get("code");
        known.form.as_str() == form.id.as_str()
            && (code.is_empty() || known.confirm == Some(record::code_digest(code)))
            && known.when == when
            && known.about == about
            && known.stands()
            && form.field.iter().all(same)
    })
}

fn told(asked: &Asked<'_>, form: &Form, person: &PersonId, row: &Row<'_>) -> Say {
    let cells = form.field.iter().map(|field| row.get(field.id.as_str()));
    let cells: Vec<&str> = cells.filter(|cell| !cell.is_empty()).collect();
    let name = asked.person_name(person);
    let cells = cells.join(" · ");
    say!("{name}:{cells}", "{name}: {cells}")
}

/// A table to be filled: with codes on it that are handed to those helped.
pub fn template(form: &Form) -> Result<Vec<Sheet>, Problem> {
    let columns = columns(form);
    let mut sheet = Sheet::new(form.id.as_str(), &columns);
    for _ in 0..SLIPS {
        let code = new_key()?.to_string();
        let code = code.get(..SHORTEST).unwrap_or(&code).to_owned();
        let cell = |column: &&str| match *column {
            "code" => Cell::text(code.as_str()),
            _ => Cell::text(""),
        };
        sheet.rows.push(columns.iter().map(cell).collect());
    }
    Ok(vec![sheet])
}
