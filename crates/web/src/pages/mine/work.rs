//! Work: tasks, promises, rectifications, requests.

use campaign::work::{Action as Do, Item, Source, Stage, Step, Verdict, WorkId};
use campaign::{Action, Date, UnitId};
use rulebook::model::WorkKind;
use rulebook::say as words;

use super::body::{Body, Past, actor, note, say, until};
use crate::act::{Plan, new_key};
use crate::asked::{Asked, At};
use crate::fields::Fields;
use crate::forms::{self, Ask, Widget};
use crate::problem::Problem;
use crate::reply::Answer;
use crate::vault::Writing;

/// How an item stands.
pub fn stage<'a>(asked: &Asked<'a>, item: &Item) -> &'a str {
    match item.stage {
        Stage::Offered => say(asked, "mine-waits-for-an-answer"),
        Stage::Declined => say(asked, "mine-declined"),
        Stage::Unanswered => say(asked, "mine-not-answered-in-time"),
        Stage::InHand => say(asked, "mine-in-hand"),
        Stage::Finished => say(asked, "mine-done-to-be-checked"),
        Stage::Closed => say(asked, "mine-closed"),
        Stage::Groundless => say(asked, "mine-without-ground-explained"),
    }
}

fn kind<'a>(asked: &Asked<'a>, kind: WorkKind) -> &'a str {
    match kind {
        WorkKind::Task => say(asked, "mine-task"),
        WorkKind::Promise => say(asked, "mine-promise"),
        WorkKind::Rectification => say(asked, "mine-rectification"),
        WorkKind::Request => say(asked, "mine-request"),
    }
}

/// What an item is called in lists. What is asked for may name who asked: it stands on the item's own page only.
pub fn listed(asked: &Asked<'_>, id: WorkId, item: &Item) -> String {
    let unit = item.holder().map_or("", |unit| asked.unit_name(unit));
    match (item.kind, item.title) {
        (WorkKind::Request, _) => {
            let number = id.0.to_string();
            let pairs = [("number", number.as_str()), ("unit", unit)];
            asked.words.with("mine-request-number", &pairs).into_owned()
        }
        (_, Some(title)) => note(asked, title),
        (_, None) => say(asked, "mine-rectification-after-low-ratings").to_owned(),
    }
}

/// Whether whoever looks works on an item: holds it or helps, gave it, checks it, or runs the campaign.
fn works_on(asked: &Asked<'_>, item: &Item) -> bool {
    let Ok(person) = asked.person() else {
        return false;
    };
    let organisation = &asked.state.organisation;
    let offered = item.offer.as_ref().map(|offer| &offer.to);
    let mut units = item.holders.iter().chain(&item.helpers).chain(offered);
    let own = organisation.unit_of(person, asked.today);
    let checks = item.checks.role.as_ref().zip(item.holder());
    let checks = checks.is_some_and(|(role, unit)| {
        organisation.has_role(person, role.as_str(), unit, asked.today)
    });
    own.is_some_and(|own| units.any(|unit| unit == own))
        || item.person.as_ref() == Some(person)
        || item.giver.person() == Some(person)
        || checks
        || asked.standing.is_office()
}

/// Whether whoever looks reads what an item is about.
pub fn reads(asked: &Asked<'_>, item: &Item) -> bool {
    item.kind != WorkKind::Request || works_on(asked, item)
}

/// Shows an item.
pub fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let id = WorkId(at.number("work")?);
    let item = asked.state.work.item(id).ok_or_else(Problem::not_found)?;
    let mut body = Body::default();
    let open = reads(asked, item);
    if !open {
        body.notes
            .push(asked.words.t("mine-request-closed").into_owned());
    }
    if let Some(title) = item.title.filter(|_| open) {
        body.fact(say(asked, "mine-what-is-to-be-done"), note(asked, title));
    }
    if let Some(quality) = item.quality {
        body.fact(
            say(asked, "mine-what-makes-it-well-done"),
            note(asked, quality),
        );
    }
    match &item.source {
        Source::Given(Some(_)) if !open => {}
        Source::Given(Some(source)) => {
            body.fact(say(asked, "mine-comes-from"), note(asked, *source))
        }
        Source::Ratings { unit, day, .. } => {
            let day = asked.words.date(*day);
            let text = format!("{} · {day}", asked.unit_name(unit));
            body.fact(say(asked, "mine-comes-from-low-ratings-never"), text);
        }
        Source::Given(None) => {}
    }
    body.fact(say(asked, "mine-given-by"), actor(asked, &item.giver));
    let holder = item.holder().map_or("", |unit| asked.unit_name(unit));
    body.fact(say(asked, "mine-held-by"), holder);
    if let Some(person) = &item.person {
        body.fact(say(asked, "mine-who-does-it"), asked.person_name(person));
    }
    for helper in &item.helpers {
        body.fact(say(asked, "mine-helps"), asked.unit_name(helper));
    }
    body.fact(say(asked, "mine-stands"), stage(asked, item));
    body.fact(say(asked, "mine-due-2"), until(asked, item.due).0);
    if let Some(offer) = &item.offer {
        let text = format!(
            "{} · {}",
            asked.unit_name(&offer.to),
            until(asked, offer.answer_by).0
        );
        body.fact(say(asked, "mine-answer-awaited-from"), text);
    }
    body.history = history(asked, item);
    body.asks = asks(asked, id, item);
    let title = format!("{} {}", kind(asked, item.kind), id.0);
    body.page(asked, &title)
}

/// A step in words.
#[expect(clippy::too_many_lines, reason = "an arm for each step")]
pub fn told(asked: &Asked<'_>, step: &Step) -> String {
    let w = asked.words;
    match step {
        Step::Opened => say(asked, "mine-opened").to_owned(),
        Step::Accepted(unit) => format!(
            "{} {}",
            say(asked, "mine-accepted-by"),
            asked.unit_name(unit)
        ),
        Step::Declined(reason, possible) => {
            let (no, if_) = (
                say(asked, "mine-declined-2"),
                say(asked, "mine-possible-if"),
            );
            format!(
                "{no}: {} ({if_}: {})",
                note(asked, *reason),
                note(asked, *possible)
            )
        }
        Step::Unanswered => say(asked, "mine-not-answered-in-time-2").to_owned(),
        Step::Finished(outcome) => {
            format!("{}: {}", say(asked, "mine-done-2"), note(asked, *outcome))
        }
        Step::Checked(verdict, reason) => {
            let found = match verdict {
                Verdict::Passed => say(asked, "mine-passed"),
                Verdict::Returned => say(asked, "mine-returned"),
            };
            let reason = reason.map_or_else(String::new, |reason| note(asked, reason));
            format!("{found} {reason}").trim_end().to_owned()
        }
        Step::HandedOver(to, reason) => {
            format!(
                "{} {}: {}",
                say(asked, "mine-handed-to"),
                asked.unit_name(to),
                note(asked, *reason)
            )
        }
        Step::Postponed(day, reason) => {
            format!(
                "{} {}: {}",
                say(asked, "mine-postponed-to"),
                w.date(*day),
                note(asked, *reason)
            )
        }
        Step::HelpAsked(unit) => format!(
            "{} {}",
            say(asked, "mine-help-asked-of"),
            asked.unit_name(unit)
        ),
        Step::Groundless(reason) => {
            format!(
                "{}: {}",
                say(asked, "mine-without-ground"),
                note(asked, *reason)
            )
        }
        Step::Reopened(day, reason) => {
            format!(
                "{} {}: {}",
                say(asked, "mine-reopened-due"),
                w.date(*day),
                note(asked, *reason)
            )
        }
        Step::Escalated(to) => {
            let to = to.as_ref().map_or("", |to| asked.unit_name(to));
            format!("{} {to}", say(asked, "mine-late-climbed-to"))
        }
    }
}

fn history(asked: &Asked<'_>, item: &Item) -> Vec<Past> {
    let each = item.history.iter().map(|past| Past {
        day: asked.words.date(past.day),
        who: actor(asked, &past.by),
        what: told(asked, &past.step),
    });
    each.collect()
}

/// What can be done with an item as it stands; whether whoever looks may, the campaign's rules decide.
#[expect(clippy::too_many_lines, reason = "a form for each step")]
fn asks(asked: &Asked<'_>, id: WorkId, item: &Item) -> Vec<Ask> {
    let area = |name: &str, said: &'static str| Widget::new("area", name, say(asked, said));
    let reason = || area("reason", "mine-why");
    let due = || Widget::new("date", "due", say(asked, "mine-new-last-day"));
    let unit = || Widget::new("unit", "to", say(asked, "mine-which-unit"));
    let own = asked
        .person()
        .ok()
        .and_then(|p| asked.state.organisation.unit_of(p, asked.today));
    let own = own.is_some() && (own == item.holder() || item.offer.as_ref().map(|o| &o.to) == own);
    let gave = item
        .giver
        .person()
        .is_some_and(|giver| asked.person().ok() == Some(giver));
    let ask = |act: &str, said: &'static str, fields| {
        Ask::new(
            asked,
            format!("/work/{}/{act}", id.0),
            say(asked, said),
            fields,
        )
    };
    let mut all = Vec::new();
    if item.offer.is_some() && own {
        all.push(ask("accept", "mine-accept", Vec::new()));
        let fields = vec![
            reason(),
            area("possible", "mine-what-would-make-it-possible"),
        ];
        let decline = ask("decline", "mine-decline", fields);
        all.push(decline.about(say(asked, "mine-declining-costs-nothing-what-isnt")));
    }
    if item.stage == Stage::InHand && own {
        all.push(ask(
            "finish",
            "mine-it-is-done",
            vec![area("outcome", "mine-what-came-of-it")],
        ));
        all.push(ask("hand-over", "mine-hand-over", vec![unit(), reason()]));
        all.push(ask("help", "mine-ask-for-help", vec![unit()]));
        if item.kind == WorkKind::Request {
            all.push(ask(
                "groundless",
                "mine-close-for-want-of-ground",
                vec![reason()],
            ));
        }
    }
    if item.stage == Stage::Finished && !own {
        let verdict = Widget::new("select", "verdict", say(asked, "mine-result")).choices([
            ("passed", say(asked, "mine-passed-2")),
            ("returned", say(asked, "mine-returned-2")),
        ]);
        all.push(ask(
            "check",
            "mine-check",
            vec![verdict, reason().optional()],
        ));
    }
    let rests = matches!(
        item.stage,
        Stage::Closed | Stage::Declined | Stage::Unanswered
    );
    if gave && rests {
        all.push(ask("reopen", "mine-reopen", vec![due(), reason()]));
    }
    if gave && !rests {
        all.push(ask("postpone", "mine-postpone", vec![due(), reason()]));
    }
    if own {
        let measures = asked.state.rules.latest();
        let measures = measures
            .into_iter()
            .flat_map(|book| &book.campaign.measures);
        let named = measures.map(|m| (m.item.id.as_str(), asked.words.of(&m.item.name)));
        let rule = Widget::new("select", "rule", say(asked, "mine-the-rule-it-falls-under"));
        let mut fields = super::record::ground(asked);
        fields.push(rule.choices(named));
        all.push(ask("object", "mine-object", fields));
    }
    all
}

/// Does something with an item.
#[expect(clippy::too_many_lines, reason = "an arm for each step")]
pub fn act(asked: &Asked<'_>, at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let work = WorkId(at.number("work")?);
    let (mut problem, mut writing) = (Problem::fields(), Writing::new());
    let mut text = |name: &str, problem: &mut Problem| -> Result<campaign::Note, Problem> {
        let text = fields.need(name, problem);
        if text.is_empty() {
            return Err(problem.clone());
        }
        writing.text(name, text)
    };
    let what = match at.part("act")? {
        "accept" => Do::Accept {
            work,
            person: asked.person().ok().cloned(),
        },
        "decline" => Do::Decline {
            work,
            reason: text("reason", &mut problem)?,
            possible_if: text("possible", &mut problem)?,
        },
        "finish" => Do::Finish {
            work,
            outcome: text("outcome", &mut problem)?,
        },
        "hand-over" => Do::HandOver {
            work,
            to: unit(asked, fields)?,
            reason: text("reason", &mut problem)?,
        },
        "help" => Do::AskHelp {
            work,
            unit: unit(asked, fields)?,
        },
        "groundless" => Do::CloseGroundless {
            work,
            reason: text("reason", &mut problem)?,
        },
        "postpone" => Do::Postpone {
            work,
            due: due(fields)?,
            reason: text("reason", &mut problem)?,
        },
        "reopen" => Do::Reopen {
            work,
            due: due(fields)?,
            reason: text("reason", &mut problem)?,
        },
        "check" => {
            let verdict = match fields.need("verdict", &mut problem) {
                "passed" => Verdict::Passed,
                "returned" => Verdict::Returned,
                _ => {
                    problem.wrong("verdict", forms::not_listed());
                    return Err(problem);
                }
            };
            let reason = match (verdict, fields.get("reason")) {
                (Verdict::Passed, "") => None,
                _ => Some(text("reason", &mut problem)?),
            };
            Do::Check {
                work,
                code: None,
                verdict,
                reason,
            }
        }
        "object" => {
            let about = campaign::objection::About::Work { work };
            let rule = fields.get("rule");
            let (action, writing) = super::record::raised(fields, about, rule)?;
            let plan = Plan::new(action, "/objections", "mine-done");
            return Ok(plan.with(writing));
        }
        _ => return Err(Problem::not_found()),
    };
    let plan = Plan::new(Action::Work(what), format!("/work/{}", work.0), "mine-done");
    Ok(plan.with(writing))
}

fn unit(asked: &Asked<'_>, fields: &Fields) -> Result<UnitId, Problem> {
    let mut problem = Problem::fields();
    let text = fields.need("to", &mut problem);
    forms::unit_of(asked, text).ok_or_else(|| {
        problem.wrong(
            "to",
            words!("请从列出的单位里选。", "Choose one of the units listed."),
        );
        problem
    })
}

fn due(fields: &Fields) -> Result<Date, Problem> {
    let mut problem = Problem::fields();
    let _text = fields.need("due", &mut problem);
    let due = fields.parse("due", "2026-12-31", &mut problem);
    due.ok_or(problem)
}

/// The page on which a unit makes a promise.
pub fn promising(asked: &Asked<'_>, at: &At) -> Answer {
    opening(asked, at, WorkKind::Promise)
}

/// The page on which the desk takes a request.
pub fn requesting(asked: &Asked<'_>, at: &At) -> Answer {
    opening(asked, at, WorkKind::Request)
}

fn opening(asked: &Asked<'_>, at: &At, kind: WorkKind) -> Answer {
    let unit = at.unit()?;
    let promise = kind == WorkKind::Promise;
    let area = |name: &str, said: &'static str| Widget::new("area", name, say(asked, said));
    let mut fields = vec![match promise {
        true => area("title", "mine-what-is-promised"),
        false => area("title", "mine-what-is-asked-for"),
    }];
    if promise {
        fields.push(Widget::new(
            "number",
            "start",
            say(asked, "mine-starting-figure"),
        ));
        fields.push(Widget::new("number", "target", say(asked, "mine-target")));
    } else {
        fields.push(area("quality", "mine-what-makes-it-well-done-2").optional());
    }
    fields.push(Widget::new("date", "due", say(asked, "mine-last-day")));
    let sent = asked.kept.map(|kept| kept.fields.get("code").to_owned());
    let code = sent.map_or_else(|| new_key().map(|key| key.to_string()), Ok)?;
    let path = if promise { "promises" } else { "requests" };
    let title = if promise {
        say(asked, "mine-make-a-promise")
    } else {
        say(asked, "mine-take-request")
    };
    let at = format!("{}/ask/{code}", asked.app.settings.base);
    let pairs = [("code", code.as_str()), ("at", at.as_str())];
    let about = asked.words.with("mine-check-code", &pairs);
    let ask = Ask::new(asked, format!("/units/{unit}/{path}/new"), title, fields);
    let mut body = Body::default();
    body.fact(say(asked, "mine-unit-2"), asked.unit_name(&unit));
    body.asks.push(ask.about(&about).along("code", code));
    body.page(asked, title)
}

/// Makes a promise.
pub fn promise(asked: &Asked<'_>, at: &At, fields: &Fields) -> Result<Plan, Problem> {
    open(asked, at, fields, WorkKind::Promise)
}

/// Takes a request.
pub fn request(asked: &Asked<'_>, at: &At, fields: &Fields) -> Result<Plan, Problem> {
    open(asked, at, fields, WorkKind::Request)
}

fn open(asked: &Asked<'_>, at: &At, fields: &Fields, kind: WorkKind) -> Result<Plan, Problem> {
    let unit = at.unit()?;
    let (mut problem, mut writing) = (Problem::fields(), Writing::new());
    let title = fields.need("title", &mut problem);
    let _due = fields.need("due", &mut problem);
    let due: Option<Date> = fields.parse("due", "2026-12-31", &mut problem);
    let mut quality = fields.get("quality").to_owned();
    if kind == WorkKind::Promise {
        let _needed = (
            fields.need("start", &mut problem),
            fields.need("target", &mut problem),
        );
        let start: Option<f64> = fields.parse("start", "12.5", &mut problem);
        let target: Option<f64> = fields.parse("target", "12.5", &mut problem);
        if let (Some(start), Some(target)) = (start, target) {
            quality = format!("{start} → {target}");
        }
    }
    problem.clone().settle()?;
    let code = campaign::rating::Code::try_from(fields.get("code").to_owned());
    let opened = Do::Open {
        kind,
        title: writing.text("title", title)?,
        quality: writing.optional("quality", &quality)?,
        source: None,
        unit,
        person: match kind {
            WorkKind::Promise => asked.person().ok().cloned(),
            _ => None,
        },
        due: due.ok_or(problem)?,
        role: None,
        tickets: code
            .iter()
            .map(campaign::rating::Code::check_ticket)
            .collect(),
    };
    let plan = Plan::new(Action::Work(opened), "/me", "mine-done");
    Ok(plan.with(writing))
}
