//! Requests, complaints, questions and suggestions by anyone: sent without an account, followed and judged with a receipt.
//!
//! What is written lies in the vault; the log holds that there is a request, for which unit, and what the receipt is checked by.

use campaign::rating::Code;
use campaign::work::{Action as Do, Item, Stage, Verdict, WorkId};
use campaign::{Action, Actor, Date, UnitId};
use rulebook::model::WorkKind;
use rulebook::say;

use super::body::{Body, Past, until};
use super::work;
use crate::act::Plan;
use crate::asked::{Asked, At};
use crate::fields::Fields;
use crate::forms::{self, Ask, Widget};
use crate::pages::rating::limit::{self, What};
use crate::pages::rating::typed;
use crate::problem::Problem;
use crate::reply::{Answer, Reply};
use crate::vault::Writing;

/// Working days within which a request is done that is about no service with a time limit of its own.
const DAYS: u16 = 10;
/// So many characters a request has at most.
const LONGEST: usize = 2_000;

const KINDS: [(&str, &str); 4] = [
    ("help", "mine-ask-help"),
    ("complaint", "mine-ask-complaint"),
    ("question", "mine-ask-question"),
    ("suggestion", "mine-ask-suggestion"),
];

fn t(asked: &Asked<'_>, id: &str) -> String {
    asked.words.t(id).into_owned()
}

/// Shows the form; with `?code=` leads to where the request is followed.
pub fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let code = at.query.get("code");
    if asked.kept.is_none() && typed::read(code).is_some() {
        let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        return Ok(Reply::See(format!("/ask/{plain}")));
    }
    let mut body = Body::default();
    body.notes.push(t(asked, "mine-ask-about"));
    body.notes.push(t(asked, "mine-ask-who-sees"));
    let kept = asked.kept.map(|kept| kept.fields.get("code").to_owned());
    let receipt = kept.filter(|code| typed::read(code).is_some());
    let receipt = receipt.map_or_else(|| typed::draw().map(|drawn| drawn.written), Ok)?;
    let ask = Ask::new(
        asked,
        "/ask".to_owned(),
        &t(asked, "mine-ask-send"),
        fields(asked, at),
    );
    body.asks.push(ask.along("code", receipt));
    body.page(asked, &t(asked, "mine-ask"))
}

fn fields(asked: &Asked<'_>, at: &At) -> Vec<Widget> {
    let kinds: Vec<String> = KINDS.iter().map(|(_, id)| t(asked, id)).collect();
    let kinds = KINDS.iter().zip(&kinds);
    let services = asked.state.rules.latest();
    let services = services
        .into_iter()
        .flat_map(|book| &book.campaign.services);
    let services = services.map(|one| (one.item.id.as_str(), asked.words.of(&one.item.name)));
    let given = UnitId::from(at.query.get("unit"));
    vec![
        Widget::new("select", "kind", &t(asked, "mine-ask-kind"))
            .choices(kinds.map(|((value, _), name)| (*value, name.as_str()))),
        Widget::new("unit", "unit", &t(asked, "mine-ask-unit"))
            .hint(&t(asked, "mine-ask-unit-hint"))
            .value(asked.unit_name(&given))
            .optional(),
        Widget::new("select", "service", &t(asked, "mine-ask-service"))
            .choices(services)
            .value(at.query.get("service"))
            .optional(),
        Widget::new("area", "text", &t(asked, "mine-ask-text"))
            .hint(&t(asked, "mine-ask-text-hint")),
        Widget::new("text", "name", &t(asked, "mine-ask-name")).optional(),
        Widget::new("text", "phone", &t(asked, "mine-ask-phone")).optional(),
    ]
}

/// The unit of those who run the campaign: it passes on what is for no unit in particular.
fn office(asked: &Asked<'_>) -> Option<UnitId> {
    let book = asked.state.rules.latest()?;
    let role = book.calendar.closing.closed_by.as_ref()?;
    let organisation = &asked.state.organisation;
    let runs = |person| organisation.has_role_somewhere(person, role.as_str(), asked.today);
    let mut people = organisation.people().map(|(id, _)| id);
    people
        .find_map(|person| {
            organisation
                .unit_of(person, asked.today)
                .filter(|_| runs(person))
        })
        .cloned()
}

/// What was sent, read.
struct Sent<'f> {
    kind: &'static str,
    unit: UnitId,
    due: Date,
    text: &'f str,
    code: Code,
}

fn read<'f>(asked: &Asked<'_>, fields: &'f Fields) -> Result<Sent<'f>, Problem> {
    let mut problem = Problem::fields();
    let kind = fields.need("kind", &mut problem);
    let kind = KINDS.iter().find(|(known, _)| *known == kind);
    if kind.is_none() {
        problem.wrong("kind", forms::not_listed());
    }
    let unit = match fields.get("unit") {
        "" => office(asked),
        text => forms::unit_of(asked, text),
    };
    if unit.is_none() {
        let what = say!("请从列出的单位里选。", "Choose one of the units listed.");
        problem.wrong("unit", what);
    }
    let book = asked.book()?;
    let service = fields.get("service");
    let known = book.campaign.service(service);
    if !service.is_empty() && known.is_none() {
        problem.wrong("service", forms::not_listed());
    }
    let days = known.and_then(|service| service.days).unwrap_or(DAYS);
    let text = fields.need("text", &mut problem);
    for (name, most) in [("text", LONGEST), ("name", 100), ("phone", 100)] {
        if fields.get(name).chars().count() > most {
            let what = say!(
                "太长:至多 {most} 字。",
                "Too long: {most} characters at most."
            );
            problem.wrong(name, what);
        }
    }
    problem.clone().settle()?;
    let (Some((_, kind)), Some(unit)) = (kind, unit) else {
        return Err(problem);
    };
    Ok(Sent {
        kind,
        unit,
        due: book.calendar.after(asked.today, days),
        text,
        code: typed::read(fields.get("code")).ok_or_else(Problem::stale_form)?,
    })
}

/// Sends a request, unnamed.
pub fn send(asked: &Asked<'_>, _at: &At, fields: &Fields) -> Result<Plan, Problem> {
    limit::check(asked, What::Ask)?;
    let sent = read(asked, fields)?;
    let mut writing = Writing::new();
    let mut from = t(asked, sent.kind);
    let book = asked.book()?;
    if let Some(service) = book.campaign.service(fields.get("service")) {
        from = format!("{from}\n{}", asked.words.of(&service.name));
    }
    for (name, label) in [("name", "mine-ask-name"), ("phone", "mine-ask-phone")] {
        // Each is looked at by itself, so that what is wrong is said at its field.
        let text = fields.get(name);
        let _checked = Writing::new().text(name, text)?;
        if !text.is_empty() {
            from = format!("{from}\n{}: {text}", t(asked, label));
        }
    }
    limit::count(asked, What::Ask);
    let open = Do::Open {
        kind: WorkKind::Request,
        title: writing.text("text", sent.text)?,
        quality: None,
        source: Some(writing.text("text", &from)?),
        unit: sent.unit,
        person: None,
        due: sent.due,
        role: None,
        tickets: vec![sent.code.check_ticket()],
    };
    let then = format!("/ask/{}", fields.get("code"));
    let plan = Plan::new(Action::Work(open), then, "mine-ask-sent").with(writing);
    Ok(plan.unnamed())
}

/// The item of a receipt, or of the code that was handed out with a promise or a request.
fn find<'a>(asked: &Asked<'a>, at: &At) -> Result<(WorkId, &'a Item, Code), Problem> {
    limit::check(asked, What::Guess)?;
    let written = at.part("receipt")?;
    let code = typed::read(written).or_else(|| Code::try_from(written.to_owned()).ok());
    let ticket = code.as_ref().map(Code::check_ticket);
    let mut items = asked.state.work.items().rev();
    let found =
        items.find(|(_, item)| ticket.is_some_and(|ticket| item.checks.tickets.contains(&ticket)));
    let Some(((id, item), code)) = found.zip(code) else {
        limit::count(asked, What::Guess);
        return Err(Problem::not_found());
    };
    Ok((id, item, code))
}

/// Shows how a request stands, to whoever has its receipt: what was done, never who did it.
pub fn follow(asked: &Asked<'_>, at: &At) -> Answer {
    let (id, item, _) = find(asked, at)?;
    let w = asked.words;
    let mut body = Body::default();
    let receipt = at.part("receipt")?;
    body.fact(&t(asked, "mine-ask-receipt"), typed::grouped(receipt));
    let holder = item
        .offer
        .as_ref()
        .map(|offer| &offer.to)
        .or_else(|| item.holder());
    body.fact(
        &t(asked, "mine-ask-with"),
        holder.map_or("", |unit| asked.unit_name(unit)),
    );
    body.fact(&t(asked, "mine-ask-stands"), work::stage(asked, item));
    if let Some(offer) = &item.offer {
        body.fact(
            &t(asked, "mine-ask-answer-by"),
            until(asked, offer.answer_by).0,
        );
    }
    let open = matches!(item.stage, Stage::Offered | Stage::InHand);
    if open {
        body.fact(&t(asked, "mine-ask-due"), until(asked, item.due).0);
    }
    let each = item.history.iter().map(|past| Past {
        day: w.date(past.day),
        who: match past.by {
            Actor::Public => t(asked, "mine-you"),
            _ => String::new(),
        },
        what: work::told(asked, &past.step),
    });
    body.history = each.collect();
    if item.stage == Stage::Finished {
        let (passed, returned) = (t(asked, "mine-ask-passed"), t(asked, "mine-ask-returned"));
        let choices = [("passed", passed.as_str()), ("returned", returned.as_str())];
        let fields = vec![
            Widget::new("select", "verdict", &t(asked, "mine-ask-judge")).choices(choices),
            Widget::new("area", "reason", &t(asked, "mine-ask-why")).optional(),
        ];
        let ask = Ask::new(
            asked,
            format!("/ask/{receipt}"),
            &t(asked, "mine-ask-judge"),
            fields,
        );
        body.asks.push(ask.about(&t(asked, "mine-ask-judge-about")));
    }
    let title = w.a("mine-ask-title", "number", id.0.to_string());
    body.page(asked, &title)
}

/// Says whether it was done well, with the receipt.
pub fn judge(asked: &Asked<'_>, at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let (work, _, code) = find(asked, at)?;
    let (mut problem, mut writing) = (Problem::fields(), Writing::new());
    let verdict = match fields.need("verdict", &mut problem) {
        "passed" => Some(Verdict::Passed),
        "returned" => Some(Verdict::Returned),
        _ => {
            problem.wrong("verdict", forms::not_listed());
            None
        }
    };
    if verdict == Some(Verdict::Returned) {
        let _why = fields.need("reason", &mut problem);
    }
    let reason = writing.optional("reason", fields.get("reason"))?;
    problem.clone().settle()?;
    let check = Do::Check {
        work,
        code: Some(code),
        verdict: verdict.ok_or(problem)?,
        reason,
    };
    let then = format!("/ask/{}", at.part("receipt")?);
    let plan = Plan::new(Action::Work(check), then, "mine-ask-judged").with(writing);
    Ok(plan.unnamed())
}
