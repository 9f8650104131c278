//! Filing a form.

use campaign::id::Name;
use campaign::record::{self, About, Filing, When};
use campaign::{Action, Date, UnitId};
use rulebook::model::{Cadence, FieldType, Form, Subject};

use super::body::{Body, Item, List, say};
use crate::act::{Plan, new_key};
use crate::asked::{Asked, At};
use crate::fields::Fields;
use crate::forms::{self, Ask, Widget};
use crate::problem::Problem;
use crate::reply::Answer;
use crate::vault::Writing;

/// How many records filed before are listed.
const LISTED: usize = 12;

/// What time a form is for, as it stands in an address.
pub fn spelled(when: When) -> String {
    match when {
        When::Period(period) => period.to_string(),
        When::Week(day) | When::Day(day) => day.to_string(),
    }
}

/// The address of a form.
pub fn path(form: &str, from: &UnitId, when: When, about: &About) -> String {
    let about = match about {
        About::Unit(unit) if unit != from => format!("&about={unit}"),
        _ => String::new(),
    };
    format!("/units/{from}/forms/{form}?when={}{about}", spelled(when))
}

fn form<'a>(asked: &Asked<'a>, at: &At) -> Result<&'a Form, Problem> {
    asked
        .book()?
        .form(at.part("form")?)
        .ok_or_else(Problem::not_found)
}

fn when(asked: &Asked<'_>, form: &Form, text: &str) -> Option<When> {
    if text.is_empty() {
        return Some(When::of(form.every, asked.today));
    }
    match form.every {
        Cadence::Week | Cadence::Event => {
            text.parse().ok().map(|day: Date| When::of(form.every, day))
        }
        _ => text.parse().ok().map(When::Period),
    }
}

fn about(
    asked: &Asked<'_>,
    form: &Form,
    from: &UnitId,
    text: &str,
) -> Result<Option<About>, Problem> {
    Ok(match form.subject {
        Subject::OwnUnit => Some(About::Unit(from.clone())),
        Subject::Case => Some(About::Case),
        Subject::OtherUnit => forms::unit_of(asked, text).map(About::Unit),
        Subject::Person if text.is_empty() => Some(About::Person(asked.person()?.clone())),
        Subject::Person => Some(About::Person(text.into())),
    })
}

/// A code to be handed to those who are to confirm, where the form is verified.
fn code(form: &Form, kept: &Fields) -> Result<Option<String>, Problem> {
    if form.verified_by.is_none() {
        return Ok(None);
    }
    if kept.has("code") {
        return Ok(Some(kept.get("code").to_owned()));
    }
    let drawn = new_key()?.to_string();
    Ok(Some(drawn.get(..16).unwrap_or(&drawn).to_owned()))
}

/// Shows a form to be filled in.
pub fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let (form, from) = (form(asked, at)?, at.unit()?);
    let sent = asked.kept.map_or(&at.query, |kept| &kept.fields);
    // A day that can't be read comes back in its field.
    let told = when(asked, form, sent.get("when"));
    let time = told.or_else(|| asked.kept.and_then(|_| when(asked, form, "")));
    let time = time.ok_or_else(Problem::not_found)?;
    let subject = about(asked, form, &from, sent.get("about"))?;
    let (w, name) = (asked.words, Name::from(form.id.as_str()));
    let mut body = Body {
        offline: form.subject == Subject::OtherUnit,
        ..Body::default()
    };
    body.notes
        .extend(form.about.as_ref().map(|about| w.of(about).to_owned()));
    body.fact(say(asked, "mine-filed-by"), asked.unit_name(&from));
    if form.every != Cadence::Event {
        body.fact(say(asked, "mine-for"), time.to_string());
    }
    let minutes = w.num(form.minutes, 1);
    body.fact(say(asked, "mine-minutes-it-takes"), minutes);
    let records = &asked.state.records;
    let filed = subject
        .as_ref()
        .and_then(|about| records.filed(&name, time, about, &from));
    if let Some((id, _)) = filed {
        let said = say(asked, "mine-it-is-filed-for-that");
        body.notes.push(said.to_owned());
        body.lists.push(List {
            title: say(asked, "mine-the-record").to_owned(),
            empty: String::new(),
            items: vec![Item {
                to: format!("/records/{}", id.0),
                text: format!("{} {id}", w.of(&form.name)),
                ..Item::default()
            }],
        });
    }
    if filed.is_none() || asked.kept.is_some() {
        body.asks
            .push(ask(asked, at, form, (time, subject.as_ref(), &from))?);
    }
    if form.every == Cadence::Event {
        body.lists.push(listed(asked, form, &from));
        if form.subject == Subject::Person {
            body.lists.push(by_table(asked));
        }
    }
    body.page(asked, w.of(&form.name))
}

/// Many at once can be filed by a table.
fn by_table(asked: &Asked<'_>) -> List {
    let name = say(asked, "files-intake-hours");
    List {
        title: say(asked, "files-intake").to_owned(),
        empty: String::new(),
        items: vec![Item {
            to: "/import/hours".to_owned(),
            text: name.to_owned(),
            ..Item::default()
        }],
    }
}

fn listed(asked: &Asked<'_>, form: &Form, from: &UnitId) -> List {
    let period = asked
        .state
        .rules
        .latest()
        .map(|book| book.calendar.period_of(asked.today));
    let records = period
        .into_iter()
        .flat_map(|period| asked.state.records.of_unit(from, period));
    let mine = records.filter(|(_, record)| record.form.as_str() == form.id.as_str());
    let items = mine.map(|(id, record)| Item {
        to: format!("/records/{}", id.0),
        text: format!("{} {id}", asked.words.of(&form.name)),
        state: record.when.to_string(),
        late: false,
    });
    let mut items: Vec<Item> = items.collect();
    items.reverse();
    items.truncate(LISTED);
    List {
        title: say(asked, "mine-filed-this-period").to_owned(),
        empty: say(asked, "mine-none-yet").to_owned(),
        items,
    }
}

fn ask(
    asked: &Asked<'_>,
    at: &At,
    form: &Form,
    (time, subject, from): (When, Option<&About>, &UnitId),
) -> Result<Ask, Problem> {
    let records = &asked.state.records;
    let name = Name::from(form.id.as_str());
    let before = subject.and_then(|about| records.previous(&name, time, about, from));
    let before = before.map(|(_, record)| &record.values);
    let mut fields = Vec::new();
    if form.every == Cadence::Event {
        let day = Widget::new("date", "when", say(asked, "mine-on-which-day"));
        fields.push(day.value(&spelled(time)));
    }
    if form.subject == Subject::OtherUnit {
        let unit = Widget::new("unit", "about", say(asked, "mine-about-which-unit"));
        fields.push(match subject {
            Some(About::Unit(unit_id)) => unit.value(asked.unit_name(unit_id)),
            _ => unit,
        });
    }
    let mut own = forms::widgets(asked, form, None, before);
    if form.subject == Subject::OtherUnit {
        own.retain(|widget| !(widget.kind == "unit" && widget.name == "f.unit"));
    }
    fields.extend(own);
    let to = format!("/units/{from}/forms/{}", form.id);
    let mut ask = Ask::new(asked, to, say(asked, "mine-file"), fields);
    if form.every != Cadence::Event {
        ask = ask.along("when", spelled(time));
    }
    if let Some(About::Person(person)) = subject {
        ask = ask.along("about", person.as_str());
    }
    let sent = asked.kept.map_or(&at.query, |kept| &kept.fields);
    if let Some(code) = code(form, sent)? {
        let said = asked.words.a("mine-confirm-code", "code", code.clone());
        ask = ask.about(&said).along("code", code);
    }
    Ok(ask)
}

/// Files a form.
pub fn file(asked: &Asked<'_>, at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let (form, from) = (form(asked, at)?, at.unit()?);
    let mut problem = Problem::fields();
    let time = when(asked, form, fields.get("when"));
    if time.is_none() {
        problem.wrong("when", rulebook::say!("日期不对。", "This isn't a date."));
    }
    let subject = about(asked, form, &from, fields.get("about"))?;
    if subject.is_none() {
        problem.wrong(
            "about",
            rulebook::say!("请从列出的单位里选。", "Choose one of the units listed."),
        );
    }
    let mut fields = fields.clone();
    let has_unit = form
        .field
        .iter()
        .any(|field| field.id.as_str() == "unit" && field.kind == FieldType::Unit);
    if let Some(About::Unit(unit)) = subject
        .as_ref()
        .filter(|_| has_unit && form.subject == Subject::OtherUnit)
        && !fields.has("f.unit")
    {
        fields.add("f.unit", unit.to_string());
    }
    let mut writing = Writing::new();
    let values = match forms::read(asked, form, &fields, None, &mut writing) {
        Ok(values) => Some(values),
        Err(wrong) => {
            problem.fields.extend(wrong.fields);
            None
        }
    };
    let confirm = code(form, &fields)?.filter(|code| code.len() >= 16);
    problem.settle()?;
    let (Some(when), Some(about), Some(values)) = (time, subject, values) else {
        return Err(Problem::fields());
    };
    let then = path(form.id.as_str(), &from, when, &about);
    let filing = Filing {
        form: form.id.as_str().into(),
        about,
        from: Some(from),
        when,
        values,
        confirm: confirm.map(|code| record::code_digest(&code)),
    };
    let plan = Plan::new(
        Action::Record(record::Action::File(filing)),
        then,
        "mine-filed",
    );
    Ok(plan.with(writing))
}
