//! A record: what it says, what was said of it, and what can be done about it.

use campaign::objection::{self, About as Matter, Ground};
use campaign::record::{Action as Do, Outcome, Record, RecordId, Step, Value, Values, Verdict};
use campaign::{Action, Date, PersonId};
use rulebook::model::{FieldType, Form, Subject};
use rulebook::say as words;

use super::body::{Body, Past, Section, actor, line, note, say};
use crate::act::Plan;
use crate::asked::{Asked, At, Who};
use crate::fields::Fields;
use crate::forms::{self, Ask, Widget};
use crate::problem::Problem;
use crate::reply::Answer;
use crate::vault::Writing;

/// Texts shorter than this are alike by chance.
const LONG_ENOUGH: usize = 16;
/// The share of pairs of characters from which two texts are near-identical.
const ALIKE: f64 = 0.9;

fn find<'a>(asked: &Asked<'a>, id: RecordId) -> Result<(&'a Record, &'a Form), Problem> {
    let record = asked.state.records.get(id).ok_or_else(Problem::not_found)?;
    let book = asked
        .state
        .rules
        .version(record.rules)
        .ok_or_else(Problem::not_found)?;
    let form = book
        .form(record.form.as_str())
        .ok_or_else(Problem::not_found)?;
    Ok((record, form))
}

/// Whether someone filed a record, or it is about them.
fn is_own(record: &Record, person: &PersonId) -> bool {
    record.filed_by.person() == Some(person)
        || matches!(&record.about, campaign::record::About::Person(one) if one == person)
}

/// What nobody verifies and is about a person alone is theirs to read.
fn is_private(form: &Form) -> bool {
    form.subject == Subject::Person && form.verified_by.is_none()
}

/// Shows a record.
pub fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let id = RecordId(at.number("record")?);
    let (record, form) = find(asked, id)?;
    let person = asked.person()?;
    let own = is_own(record, person);
    let mut body = Body::default();
    facts(asked, record, &mut body);
    if is_private(form) && !own {
        let said = say(asked, "mine-only-the-person-it-is");
        body.notes.push(said.to_owned());
        return body.page(asked, asked.words.of(&form.name));
    }
    body.sections.push(Section {
        title: say(asked, "mine-what-it-says").to_owned(),
        lines: forms::lines(asked, form, &record.values),
    });
    if own {
        body.notes.extend(alike(asked, id, record, person));
        let waits = record.confirm.is_some() && record.verdict == Verdict::None;
        body.notes.extend((waits && !record.withdrawn).then(|| {
            let at = format!("{}/confirm/{}", asked.app.settings.base, id.0);
            asked.words.a("mine-confirm-at", "at", at).into_owned()
        }));
    }
    contradictions(asked, form, record, &mut body);
    body.history = history(asked, form, record);
    if !record.withdrawn {
        body.asks = asks(asked, (id, record, form), own);
    }
    let title = format!("{} {id}", asked.words.of(&form.name));
    body.page(asked, &title)
}

fn facts(asked: &Asked<'_>, record: &Record, body: &mut Body) {
    body.fact(say(asked, "mine-counts-for"), asked.unit_name(&record.unit));
    if record.from != record.unit {
        body.fact(say(asked, "mine-filed-by"), asked.unit_name(&record.from));
    }
    body.fact(say(asked, "mine-for"), record.when.to_string());
    if let Some(due) = record.due {
        let late = match record.late {
            0 => String::new(),
            late => asked.words.n("mine-working-days-late", late).into_owned(),
        };
        body.fact(say(asked, "mine-due"), asked.words.date(due) + &late);
    }
    let verdict = match record.verdict {
        _ if record.withdrawn => say(asked, "mine-withdrawn"),
        Verdict::Right => say(asked, "mine-found-right"),
        Verdict::Wrong => say(asked, "mine-found-otherwise"),
        Verdict::None if record.to_be_verified() && record.awaits => {
            say(asked, "mine-waits-for-verification-counts-only")
        }
        Verdict::None if record.to_be_verified() => say(asked, "mine-drawn-waits-for-verification"),
        Verdict::None => say(asked, "mine-as-filed"),
    };
    body.fact(say(asked, "mine-verification"), verdict);
    let accuracy = asked.state.records.accuracy(&record.from);
    let of = accuracy.right + accuracy.wrong;
    if of > 0 {
        let (of, right) = (of.to_string(), accuracy.right.to_string());
        let pairs = [("of", of.as_str()), ("right", right.as_str())];
        let text = asked.words.with("mine-accuracy", &pairs);
        body.fact(say(asked, "mine-the-filing-units-accuracy"), text);
    }
}

/// Where a visit says otherwise than the unit's own report (fields that ask for the same fact).
fn contradictions(asked: &Asked<'_>, form: &Form, record: &Record, body: &mut Body) {
    let mut lines = Vec::new();
    for (id, other) in asked.state.records.of_unit(&record.unit, record.period) {
        if other.from == record.from || !other.stands() {
            continue;
        }
        let Ok((_, theirs)) = find(asked, id) else {
            continue;
        };
        for field in &form.field {
            let same = theirs
                .field
                .iter()
                .find(|one| one.fact.is_some() && one.fact == field.fact);
            let Some(same) = same else { continue };
            let values = (
                record.values.get(field.id.as_str()),
                other.values.get(same.id.as_str()),
            );
            let (Some(Value::Number(mine)), Some(Value::Number(found))) = values else {
                continue;
            };
            if mine != found {
                let text = format!("{mine} ≠ {found} ({} {id})", asked.words.of(&theirs.name));
                lines.push(line(asked.words.of(&field.name), text));
            }
        }
    }
    if let (Verdict::Wrong, before) = (record.verdict, record.as_filed()) {
        let now = forms::lines(asked, form, &record.values);
        let filed = forms::lines(asked, form, before);
        for was in filed {
            let is = now.iter().find(|line| line.label == was.label);
            let is = is.map_or("–", |line| line.text.as_str());
            if is != was.text {
                lines.push(line(&was.label, format!("{} → {is}", was.text)));
            }
        }
    }
    if !lines.is_empty() {
        let title = say(asked, "mine-where-others-saw-otherwise").to_owned();
        body.sections.push(Section { title, lines });
    }
}

fn texts(asked: &Asked<'_>, values: &Values) -> Vec<String> {
    let each = values.iter().filter_map(|(_, value)| match value {
        Value::Text(note) => Some(asked.text(note.item).to_string()),
        _ => None,
    });
    each.filter(|text| text.chars().count() >= LONG_ENOUGH)
        .collect()
}

/// How much two texts have in common: the share of their pairs of characters.
fn likeness(a: &str, b: &str) -> f64 {
    let pairs = |text: &str| -> std::collections::BTreeSet<(char, char)> {
        text.chars().zip(text.chars().skip(1)).collect()
    };
    let (a, b) = (pairs(a), pairs(b));
    let all = a.union(&b).count();
    if all == 0 {
        0.0
    } else {
        a.intersection(&b).count() as f64 / all as f64
    }
}

/// Told to whoever filed it alone: that it is nearly the same as what they filed the time before.
fn alike(asked: &Asked<'_>, id: RecordId, record: &Record, person: &PersonId) -> Option<String> {
    let records = &asked.state.records;
    let mut before = None;
    for period in [record.period.previous(), record.period] {
        let mine = records.of_person(person, period);
        let mine = mine.filter(|(other, one)| *other < id && one.form == record.form);
        before = mine.last().or(before);
    }
    let (other, before) = before?;
    let (now, then) = (texts(asked, &record.values), texts(asked, &before.values));
    let same = now
        .iter()
        .any(|a| then.iter().any(|b| likeness(a, b) >= ALIKE));
    same.then(|| {
        let other = other.to_string();
        asked.words.a("mine-alike", "other", other).into_owned()
    })
}

fn history(asked: &Asked<'_>, form: &Form, record: &Record) -> Vec<Past> {
    let offset = asked.state.rules.offset();
    let filed = Past {
        day: asked.words.date(record.filed_at.day(offset)),
        who: actor(asked, &record.filed_by),
        what: say(asked, "mine-filed-2").to_owned(),
    };
    let changes = record.history.iter().map(|change| Past {
        day: asked.words.date(change.at.day(offset)),
        who: actor(asked, &change.by),
        what: match &change.step {
            Step::Corrected { reason, before } => {
                let was = forms::lines(asked, form, before);
                let was: Vec<String> = was
                    .into_iter()
                    .map(|l| format!("{}: {}", l.label, l.text))
                    .collect();
                let (done, old) = (say(asked, "mine-corrected"), say(asked, "mine-before-2"));
                format!(
                    "{done}: {} ({old}: {})",
                    note(asked, *reason),
                    was.join("; ")
                )
            }
            Step::Withdrawn { reason } => format!(
                "{}: {}",
                say(asked, "mine-withdrawn-2"),
                note(asked, *reason)
            ),
            Step::Verified {
                outcome,
                note: said,
                ..
            } => {
                let found = match outcome {
                    Outcome::Confirmed => say(asked, "mine-verified-right"),
                    Outcome::Found(_) => say(asked, "mine-verified-otherwise"),
                };
                let said = said.map_or_else(String::new, |said| note(asked, said));
                format!("{found} {said}").trim_end().to_owned()
            }
            Step::Answered { answer } => {
                format!("{}: {}", say(asked, "mine-answered"), note(asked, *answer))
            }
        },
    });
    std::iter::once(filed).chain(changes).collect()
}

/// What can be done with a record by whoever looks at it.
fn asks(asked: &Asked<'_>, (id, record, form): (RecordId, &Record, &Form), own: bool) -> Vec<Ask> {
    let to = |act: &str| format!("/records/{}/{act}", id.0);
    let reason = || Widget::new("area", "reason", say(asked, "mine-why"));
    let mut all = Vec::new();
    if own && !asked.state.periods.is_cut_off(record.counts_in) {
        let mut fields = forms::widgets(asked, form, Some(&record.values), None);
        fields.push(reason());
        all.push(Ask::new(
            asked,
            to("correct"),
            say(asked, "mine-correct"),
            fields,
        ));
        all.push(Ask::new(
            asked,
            to("withdraw"),
            say(asked, "mine-withdraw"),
            vec![reason()],
        ));
    }
    if own && record.verdict == Verdict::Wrong {
        let answer = Widget::new("area", "answer", say(asked, "mine-your-answer"));
        all.push(Ask::new(
            asked,
            to("answer"),
            say(asked, "mine-answer-to-what-was-found"),
            vec![answer],
        ));
    }
    if !own && record.to_be_verified() && may_verify(asked, form, record) {
        let outcome = Widget::new("select", "outcome", say(asked, "mine-what-was-found"));
        let outcome = outcome.choices([
            ("right", say(asked, "mine-as-filed-2")),
            ("found", say(asked, "mine-otherwise-as-filled-in-below")),
        ]);
        let mut fields = vec![outcome];
        fields.extend(
            forms::widgets(asked, form, Some(&record.values), None)
                .into_iter()
                .map(Widget::optional),
        );
        fields.push(Widget::new("area", "note", say(asked, "mine-remark")).optional());
        all.push(Ask::new(
            asked,
            to("verify"),
            say(asked, "mine-verify"),
            fields,
        ));
    }
    let about = say(asked, "mine-name-an-act-its-day");
    let ask = Ask::new(
        asked,
        to("object"),
        say(asked, "mine-object"),
        ground(asked),
    );
    all.push(ask.about(about));
    all
}

/// What an objection cites.
pub fn ground(asked: &Asked<'_>) -> Vec<Widget> {
    vec![
        Widget::new("area", "act", say(asked, "mine-which-act")),
        Widget::new("date", "on", say(asked, "mine-on-which-day-2")),
        Widget::new("area", "reason", say(asked, "mine-why-it-isnt-right")),
    ]
}

fn may_verify(asked: &Asked<'_>, form: &Form, record: &Record) -> bool {
    let (Who::Person(person), Some(role)) = (asked.who, &form.verified_by) else {
        return false;
    };
    let organisation = &asked.state.organisation;
    organisation.has_role(person, role.as_str(), &record.unit, asked.today)
}

/// What an objection to something is, of the fields of [`ground`].
pub fn raised(fields: &Fields, about: Matter, rule: &str) -> Result<(Action, Writing), Problem> {
    let (mut problem, mut writing) = (Problem::fields(), Writing::new());
    let act = fields.need("act", &mut problem);
    let reason = fields.need("reason", &mut problem);
    let _day = fields.need("on", &mut problem);
    let on: Option<Date> = fields.parse("on", "2026-12-31", &mut problem);
    problem.clone().settle()?;
    let on = on.ok_or(problem)?;
    let ground = Ground {
        act: writing.text("act", act)?,
        on,
        rule: rule.into(),
    };
    let reason = writing.text("reason", reason)?;
    let raise = objection::Action::Raise {
        about,
        ground,
        reason,
    };
    Ok((Action::Objection(raise), writing))
}

/// Does something with a record.
pub fn act(asked: &Asked<'_>, at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let record = RecordId(at.number("record")?);
    let (now, form) = find(asked, record)?;
    let mut writing = Writing::new();
    let mut text = |name: &str| -> Result<campaign::Note, Problem> {
        let mut problem = Problem::fields();
        let text = fields.need(name, &mut problem);
        problem.settle()?;
        writing.text(name, text)
    };
    let then = format!("/records/{}", record.0);
    let what = match at.part("act")? {
        "correct" => {
            let reason = text("reason");
            let values = forms::read(asked, form, fields, Some(&now.values), &mut writing)?;
            Do::Correct {
                record,
                values,
                reason: reason?,
            }
        }
        "withdraw" => Do::Withdraw {
            record,
            reason: text("reason")?,
        },
        "answer" => Do::Answer {
            record,
            answer: text("answer")?,
        },
        "verify" => {
            let outcome = match fields.get("outcome") {
                "right" => Outcome::Confirmed,
                "found" => Outcome::Found(found(asked, (now, form), fields, &mut writing)?),
                _ => {
                    let mut problem = Problem::fields();
                    let _empty = fields.need("outcome", &mut problem);
                    problem.wrong("outcome", forms::not_listed());
                    return Err(problem);
                }
            };
            let note = writing.optional("note", fields.get("note"))?;
            Do::Verify {
                record,
                outcome,
                note,
            }
        }
        "object" => {
            let about = Matter::Record {
                record,
                field: None,
            };
            let (action, writing) = raised(fields, about, form.id.as_str())?;
            let plan = Plan::new(action, "/objections", "mine-done");
            return Ok(plan.with(writing));
        }
        _ => return Err(Problem::not_found()),
    };
    let plan = Plan::new(Action::Record(what), then, "mine-done");
    Ok(plan.with(writing))
}

/// The fields that differ from what stands in a record.
fn found(
    asked: &Asked<'_>,
    (record, form): (&Record, &Form),
    fields: &Fields,
    writing: &mut Writing,
) -> Result<Values, Problem> {
    let mut differing = form.clone();
    differing.field.retain(|field| {
        let name = format!("f.{}", field.id);
        let was = record.values.get(field.id.as_str());
        match (field.kind, was) {
            (FieldType::Attachment, _) => fields.file(&name).is_some(),
            (FieldType::Text, Some(Value::Text(note))) => {
                *asked.text(note.item) != *fields.get(&name)
            }
            (FieldType::Table, _) => false,
            _ => true,
        }
    });
    for field in &mut differing.field {
        field.optional = true;
    }
    let read = forms::read(asked, &differing, fields, None, writing)?;
    let differs =
        |name: &campaign::id::Name, value: &Value| record.values.get(name.as_str()) != Some(value);
    let found: Values = read
        .iter()
        .filter(|(name, value)| differs(name, value))
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect();
    if found.is_empty() {
        let mut problem = Problem::fields();
        problem.wrong(
            "outcome",
            words!(
                "没有哪一栏和原来不同。",
                "No field differs from what was filed."
            ),
        );
        return Err(problem);
    }
    Ok(found)
}

/// The page on which those helped, visited or promised to confirm by code.
pub fn confirming(asked: &Asked<'_>, at: &At) -> Answer {
    let id: u64 = at.number("confirmed")?;
    let (record, form) = find(asked, RecordId(id))?;
    if record.confirm.is_none() {
        return Err(Problem::not_found());
    }
    let mut body = Body::default();
    body.fact(say(asked, "mine-unit-2"), asked.unit_name(&record.unit));
    body.fact(say(asked, "mine-for"), record.when.to_string());
    let said = say(asked, "mine-no-account-is-needed-and");
    body.notes.push(said.to_owned());
    let outcome = Widget::new("select", "outcome", say(asked, "mine-it-is"));
    let outcome = outcome.choices([
        ("right", say(asked, "mine-as-filed-3")),
        ("found", say(asked, "mine-otherwise-as-filled-in-below-2")),
    ]);
    let mut fields = vec![
        Widget::new("text", "code", say(asked, "mine-code")),
        outcome,
    ];
    let told = form
        .field
        .iter()
        .filter(|field| matches!(field.kind, FieldType::Number | FieldType::Choice));
    let mut open = form.clone();
    open.field = told.cloned().collect();
    fields.extend(
        forms::widgets(asked, &open, None, None)
            .into_iter()
            .map(Widget::optional),
    );
    fields.push(Widget::new("area", "note", say(asked, "mine-what-else-there-is-to")).optional());
    body.asks.push(Ask::new(
        asked,
        format!("/confirm/{id}"),
        say(asked, "mine-confirm"),
        fields,
    ));
    body.page(asked, asked.words.of(&form.name))
}

/// Confirms by code; sent unnamed.
pub fn confirm(asked: &Asked<'_>, at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let id: u64 = at.number("confirmed")?;
    let record = RecordId(id);
    let (now, form) = find(asked, record)?;
    let (mut problem, mut writing) = (Problem::fields(), Writing::new());
    let code = fields.need("code", &mut problem).to_owned();
    let _outcome = fields.need("outcome", &mut problem);
    problem.settle()?;
    // Whoever has no code learns nothing of what was filed.
    if now.confirm != Some(campaign::record::code_digest(&code)) {
        let mut problem = Problem::fields();
        problem.wrong("code", words!("确认码不对。", "The code is wrong."));
        return Err(problem);
    }
    let outcome = match fields.get("outcome") {
        "right" => Outcome::Confirmed,
        "found" => {
            let mut open = form.clone();
            open.field
                .retain(|field| matches!(field.kind, FieldType::Number | FieldType::Choice));
            Outcome::Found(found(asked, (now, &open), fields, &mut writing)?)
        }
        _ => {
            let mut problem = Problem::fields();
            problem.wrong("outcome", forms::not_listed());
            return Err(problem);
        }
    };
    let note = writing.optional("note", fields.get("note"))?;
    let action = Action::Record(Do::Confirm {
        record,
        code,
        outcome,
        note,
    });
    let plan = Plan::new(action, format!("/confirm/{id}"), "mine-done");
    Ok(plan.with(writing).unnamed())
}
