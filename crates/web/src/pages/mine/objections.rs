//! Objections: raised, answered, decided, appealed; what was decided first stays visible beside what came of the appeal.

use campaign::figure::{Amount, Given};
use campaign::objection::{
    About, Action as Do, Decision, Effect, Objection, ObjectionId, Outcome, Stage,
};
use campaign::{Action, PersonId, UnitId};

use super::body::Section;
use super::body::{Body, Item, List, Past, line, note, say, until};
use crate::act::Plan;
use crate::asked::{Asked, At};
use crate::fields::Fields;
use crate::forms::{self, Ask, Widget};
use crate::problem::Problem;
use crate::reply::Answer;
use crate::vault::Writing;

/// So many are listed.
const LISTED: usize = 100;

/// The objections of one's unit and oneself; all of them for those who decide.
pub fn list(asked: &Asked<'_>, _at: &At) -> Answer {
    let person = asked.person()?;
    let unit = asked.state.organisation.unit_of(person, asked.today);
    let decides = !asked.standing.decides.is_empty() || asked.standing.is_office();
    let mine = |one: &Objection| {
        decides || one.by == *person || (one.unit.is_some() && one.unit.as_ref() == unit)
    };
    let shown = asked
        .state
        .objections
        .iter()
        .rev()
        .filter(|(_, one)| mine(one));
    let items = shown.take(LISTED).map(|(id, one)| {
        let (due, late) = one
            .due()
            .map_or_else(Default::default, |due| until(asked, due));
        Item {
            to: format!("/objections/{id}"),
            text: note(asked, one.ground.act),
            state: format!("{} {due}", stage(asked, one)),
            late,
        }
    });
    let title = say(asked, "mine-objections");
    let mut body = Body::default();
    body.lists.push(List {
        title: say(asked, "mine-raised").to_owned(),
        empty: say(asked, "mine-none-objections-are-raised-on").to_owned(),
        items: items.collect(),
    });
    body.page(asked, title)
}

fn stage<'a>(asked: &Asked<'a>, one: &Objection) -> &'a str {
    match one.stage {
        Stage::Raised { .. } => say(asked, "mine-to-be-decided"),
        Stage::Withdrawn => say(asked, "mine-withdrawn"),
        Stage::Decided { .. } => say(asked, "mine-decided-open-to-appeal"),
        Stage::Appealed { .. } => say(asked, "mine-appealed"),
        Stage::Settled => say(asked, "mine-settled-on-appeal"),
    }
}

/// How it is decided, in words.
pub(crate) fn outcome<'a>(asked: &Asked<'a>, outcome: Outcome) -> &'a str {
    match outcome {
        Outcome::Upheld => say(asked, "mine-upheld"),
        Outcome::Partly => say(asked, "mine-partly-upheld"),
        Outcome::Rejected => say(asked, "mine-rejected"),
    }
}

/// What it is about, and where that stands.
pub(crate) fn about(asked: &Asked<'_>, about: &About) -> (String, String) {
    match about {
        About::Record { record, .. } => (
            format!("{} {record}", say(asked, "mine-record")),
            format!("/records/{}", record.0),
        ),
        About::Work { work } => (
            format!("{} {}", say(asked, "mine-work"), work.0),
            format!("/work/{}", work.0),
        ),
        About::Rating { .. } => (say(asked, "mine-a-rating").to_owned(), String::new()),
        About::Honour { .. } => (say(asked, "mine-a-nomination").to_owned(), String::new()),
        About::Score {
            period,
            unit,
            indicator,
        } => {
            let indicator = indicator.as_ref();
            let indicator = indicator.map(|name| asked.rule_name(name.as_str()));
            let indicator = indicator.unwrap_or_default();
            let text = format!(
                "{} · {} {indicator}",
                asked.unit_name(unit),
                asked.words.period(*period)
            );
            (text, String::new())
        }
    }
}

/// Shows one.
pub fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let id = ObjectionId(at.number("objection")?);
    let one = asked
        .state
        .objections
        .get(id)
        .ok_or_else(Problem::not_found)?;
    let person = asked.person()?;
    let mut body = Body::default();
    let (text, to) = about(asked, &one.about);
    body.lists.push(List {
        title: say(asked, "mine-about").to_owned(),
        empty: String::new(),
        items: vec![Item {
            to,
            text,
            ..Item::default()
        }],
    });
    body.fact(say(asked, "mine-which-act"), note(asked, one.ground.act));
    body.fact(say(asked, "mine-on"), asked.words.date(one.ground.on));
    body.fact(
        say(asked, "mine-rule"),
        asked.rule_name(one.ground.rule.as_str()),
    );
    body.fact(say(asked, "mine-why"), note(asked, one.reason));
    body.fact(say(asked, "mine-stands"), stage(asked, one));
    if let Some(due) = one.due() {
        body.fact(say(asked, "mine-to-be-decided-by"), until(asked, due).0);
    }
    if let Stage::Decided { appeal_until } = one.stage {
        body.fact(
            say(asked, "mine-appeal-until"),
            until(asked, appeal_until).0,
        );
    }
    body.fact(say(asked, "mine-who-decides"), decider(asked, one));
    for (number, decision) in one.decisions.iter().enumerate() {
        let title = match number {
            0 => say(asked, "mine-first-decision"),
            _ => say(asked, "mine-decision-on-appeal"),
        };
        let effect = match decision.effect {
            Effect::None => say(asked, "mine-nothing-changes"),
            Effect::SetAside => say(asked, "mine-it-no-longer-counts"),
            Effect::Correct { .. } => say(asked, "mine-a-figure-was-corrected-the"),
        };
        let lines = vec![
            line(say(asked, "mine-result"), outcome(asked, decision.outcome)),
            line(say(asked, "mine-effect"), effect),
            line(say(asked, "mine-why"), note(asked, decision.reason)),
            line(say(asked, "mine-on-2"), asked.words.date(decision.on)),
        ];
        body.sections.push(Section {
            title: title.to_owned(),
            lines,
        });
    }
    body.history = history(asked, one);
    body.asks = asks(asked, id, one, person);
    body.page(asked, &format!("{} {id}", say(asked, "mine-objection")))
}

/// The role that decides it now.
pub(crate) fn decider(asked: &Asked<'_>, one: &Objection) -> String {
    let role = campaign::objection::decided_by(asked.state, one);
    role.map_or_else(String::new, |role| asked.role_name(role.as_str()))
}

fn history(asked: &Asked<'_>, one: &Objection) -> Vec<Past> {
    let mut all = vec![Past {
        day: asked.words.date(one.on),
        who: asked.person_name(&one.by),
        what: say(asked, "mine-raised-2").to_owned(),
    }];
    if let Some((by, answer)) = &one.answer {
        all.push(Past {
            day: String::new(),
            who: asked.person_name(by),
            what: format!("{}: {}", say(asked, "mine-answered"), note(asked, *answer)),
        });
    }
    let decided = |decision: &Decision| Past {
        day: asked.words.date(decision.on),
        who: asked.person_name(&decision.by),
        what: outcome(asked, decision.outcome).to_owned(),
    };
    let mut decisions = one.decisions.iter();
    all.extend(decisions.next().map(decided));
    all.extend(one.appeal.as_ref().map(|appeal| Past {
        day: asked.words.date(appeal.on),
        who: asked.person_name(&appeal.by),
        what: format!(
            "{}: {}",
            say(asked, "mine-appealed-2"),
            note(asked, appeal.reason)
        ),
    }));
    all.extend(decisions.map(decided));
    all
}

fn asks(asked: &Asked<'_>, id: ObjectionId, one: &Objection, person: &PersonId) -> Vec<Ask> {
    let area = |name: &str, said: &'static str| Widget::new("area", name, say(asked, said));
    let ask = |act: &str, said: &'static str, fields| {
        Ask::new(
            asked,
            format!("/objections/{id}/{act}"),
            say(asked, said),
            fields,
        )
    };
    let mut all = Vec::new();
    let raised = matches!(one.stage, Stage::Raised { .. });
    if raised && one.answer.is_none() {
        all.push(ask(
            "answer",
            "mine-answer",
            vec![area("answer", "mine-answer")],
        ));
    }
    if raised && one.by == *person {
        all.push(ask("withdraw", "mine-withdraw", Vec::new()));
    }
    let appealed = matches!(one.stage, Stage::Appealed { .. });
    if (raised || appealed) && one.by != *person && !asked.standing.decides.is_empty() {
        let result = Widget::new("select", "outcome", say(asked, "mine-result")).choices([
            ("upheld", outcome(asked, Outcome::Upheld)),
            ("partly", outcome(asked, Outcome::Partly)),
            ("rejected", outcome(asked, Outcome::Rejected)),
        ]);
        let effect = Widget::new("select", "effect", say(asked, "mine-effect")).choices([
            ("none", say(asked, "mine-nothing-changes")),
            ("set-aside", say(asked, "mine-it-no-longer-counts")),
            ("correct", say(asked, "mine-a-figure-is-corrected-fill")),
        ]);
        let measures = asked.state.rules.latest();
        let measures = measures
            .into_iter()
            .flat_map(|book| &book.campaign.measures);
        let named =
            measures.map(|measure| (measure.item.id.as_str(), asked.words.of(&measure.item.name)));
        let measure = Widget::new("select", "measure", say(asked, "mine-which-figure"));
        let measure = measure.choices(named).optional();
        let figure =
            Widget::new("number", "figure", say(asked, "mine-what-it-should-be")).optional();
        all.push(ask(
            "decide",
            "mine-decide",
            vec![result, effect, measure, figure, area("reason", "mine-why")],
        ));
    }
    if matches!(one.stage, Stage::Decided { appeal_until } if asked.today <= appeal_until) {
        all.push(ask(
            "appeal",
            "mine-appeal",
            vec![area("reason", "mine-ladder-why")],
        ));
    }
    all
}

/// The page on which a unit objects to its score, or a point of it.
pub fn raising(asked: &Asked<'_>, at: &At) -> Answer {
    let unit = at.unit()?;
    let sent = asked.kept.map_or(&at.query, |kept| &kept.fields);
    let (period, indicator) = (sent.get("period"), sent.get("indicator"));
    let period: rulebook::Period = period.parse().map_err(|_| Problem::not_found())?;
    let title = say(asked, "mine-object-to-a-score");
    let mut body = Body::default();
    body.fact(say(asked, "mine-unit-2"), asked.unit_name(&unit));
    body.fact(say(asked, "mine-for"), asked.words.period(period));
    let to = format!("/units/{unit}/objections/new");
    let mut fields = super::record::ground(asked);
    let chosen = asked.kept.is_none() && !indicator.is_empty();
    if chosen {
        body.fact(say(asked, "mine-indicator"), asked.rule_name(indicator));
    } else {
        fields.insert(0, indicators(asked, &unit));
    }
    let ask = Ask::new(asked, to, title, fields).along("period", period.to_string());
    body.asks.push(match chosen {
        true => ask.along("indicator", indicator),
        false => ask,
    });
    body.page(asked, title)
}

/// The indicators of a unit's scheme, one of which an objection to its score is about.
fn indicators(asked: &Asked<'_>, unit: &UnitId) -> Widget {
    let facts = asked.state.organisation.facts(unit, asked.today);
    let category = facts.map_or("", |facts| facts.category.as_str());
    let schemes = asked.state.rules.latest();
    let schemes = schemes
        .into_iter()
        .flat_map(|book| &book.campaign.effective);
    let own = schemes.filter(|scheme| {
        let of = scheme.category.as_ref();
        of.is_some_and(|of| of.as_str() == category)
    });
    let items = own.flat_map(|scheme| {
        let indicators = scheme.indicator.iter().chain(&scheme.bonus);
        indicators.chain(&scheme.deduction)
    });
    let named = items.map(|item| (item.id.as_str(), asked.words.of(&item.name)));
    Widget::new("select", "indicator", say(asked, "mine-indicator")).choices(named)
}

/// Objects to a score.
pub fn raise(_asked: &Asked<'_>, at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let mut problem = Problem::fields();
    let indicator = fields.need("indicator", &mut problem);
    let period = fields
        .get("period")
        .parse()
        .map_err(|_| Problem::not_found())?;
    let about = About::Score {
        period,
        unit: at.unit()?,
        indicator: (!indicator.is_empty()).then(|| indicator.into()),
    };
    let raised = super::record::raised(fields, about, indicator);
    let (action, writing) = raised.map_err(|mut wrong| {
        wrong.fields.append(&mut problem.fields);
        wrong
    })?;
    problem.settle()?;
    let plan = Plan::new(action, "/objections", "mine-done");
    Ok(plan.with(writing))
}

/// The corrected figure that a decision puts in place.
fn corrected(fields: &Fields, problem: &mut Problem) -> Option<Effect> {
    let measure = fields.need("measure", problem).to_owned();
    let _figure = fields.need("figure", problem);
    let figure: f64 = fields.parse("figure", "12.5", problem)?;
    if !figure.is_finite() || measure.is_empty() {
        problem.wrong(
            "figure",
            rulebook::say!("要填一个数。", "Fill in a number."),
        );
        return None;
    }
    Some(Effect::Correct {
        measure: measure.as_str().into(),
        figure: Given {
            value: Amount::of(figure),
            n: None,
            se: None,
        },
    })
}

/// Does something with one.
pub fn act(_asked: &Asked<'_>, at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let objection = ObjectionId(at.number("objection")?);
    let (mut problem, mut writing) = (Problem::fields(), Writing::new());
    let mut text = |name: &str, problem: &mut Problem| -> Result<campaign::Note, Problem> {
        let text = fields.need(name, problem);
        if text.is_empty() {
            return Err(problem.clone());
        }
        writing.text(name, text)
    };
    let what = match at.part("act")? {
        "answer" => Do::Answer {
            objection,
            answer: text("answer", &mut problem)?,
        },
        "withdraw" => Do::Withdraw { objection },
        "appeal" => Do::Appeal {
            objection,
            reason: text("reason", &mut problem)?,
        },
        "decide" => {
            let outcome = match fields.need("outcome", &mut problem) {
                "upheld" => Some(Outcome::Upheld),
                "partly" => Some(Outcome::Partly),
                "rejected" => Some(Outcome::Rejected),
                _ => {
                    problem.wrong("outcome", forms::not_listed());
                    None
                }
            };
            let effect = match fields.need("effect", &mut problem) {
                "none" => Effect::None,
                "set-aside" => Effect::SetAside,
                "correct" => corrected(fields, &mut problem).ok_or_else(|| problem.clone())?,
                _ => {
                    problem.wrong("effect", forms::not_listed());
                    return Err(problem);
                }
            };
            let reason = text("reason", &mut problem)?;
            Do::Decide {
                objection,
                outcome: outcome.ok_or(problem)?,
                effect,
                reason,
            }
        }
        _ => return Err(Problem::not_found()),
    };
    let plan = Plan::new(
        Action::Objection(what),
        format!("/objections/{objection}"),
        "mine-done",
    );
    Ok(plan.with(writing))
}
