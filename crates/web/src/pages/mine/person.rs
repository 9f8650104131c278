//! A person's own page: duties, promises, what they gave, study, the ladder of their unit, honours. Nobody else sees it.

use std::collections::BTreeMap;

use campaign::honour::{Nominee, Stage as Nominated};
use campaign::id::PostId;
use campaign::ladder::{Eligible, Results, Standing, Why};
use campaign::organisation::{self, Since};
use campaign::record::{About, Record, RecordId, Value, Verdict};
use campaign::{Action, Date, PersonId, UnitId};
use rulebook::Period;
use rulebook::model::{Cadence, FilledBy, Form, Ladder, Subject, Tally, WorkKind};
use rulebook::say as words;

use super::body::{Body, Item, List, Section, line, note, until};
use crate::act::Plan;
use crate::asked::{Asked, At};
use crate::fields::{Fields, empty};
use crate::forms::{self, Ask, Line, Widget};
use crate::problem::Problem;
use crate::reply::Answer;

/// So many of each kind are listed.
const LISTED: usize = 12;

/// Shows it.
pub fn show(asked: &Asked<'_>, _at: &At) -> Answer {
    let person = asked.person()?;
    let mut body = Body::default();
    let organisation = &asked.state.organisation;
    let known = organisation.person(person).ok_or_else(Problem::not_found)?;
    body.notes.push(t(asked, "mine-person-only"));
    let unit = organisation.unit_of(person, asked.today);
    if let Some(unit) = unit {
        let since = since(&known.unit, asked.today);
        body.fact(
            &t(asked, "mine-unit"),
            dated(asked, asked.unit_name(unit), since),
        );
    }
    body.sections.push(Section {
        title: t(asked, "mine-duties"),
        lines: duties(asked, person, known),
    });
    body.lists.push(promises(asked, person));
    if let Some(unit) = unit {
        body.lists.push(can_do(asked, person, unit));
    }
    given(asked, person, &mut body);
    if let Some(unit) = unit {
        body.lists.push(study(asked, unit));
        body.sections.extend(ladders(asked, unit));
        body.lists.push(honours(asked, person, unit));
    }
    body.asks = asks(asked, person, unit);
    body.page(asked, &t(asked, "mine-me"))
}

fn t(asked: &Asked<'_>, id: &str) -> String {
    asked.words.t(id).into_owned()
}

/// Since when what holds today does.
fn since<T>(history: &Since<T>, today: Date) -> Option<Date> {
    let past = history.iter().rev().find(|(day, _)| *day <= today);
    past.map(|(day, _)| day)
}

fn dated(asked: &Asked<'_>, what: &str, since: Option<Date>) -> String {
    match since {
        Some(day) => {
            let day = asked.words.date(day);
            let pairs = [("what", what), ("day", day.as_str())];
            asked.words.with("mine-since", &pairs).into_owned()
        }
        None => what.to_owned(),
    }
}

/// Roles, posts with their duties, and units that one answers for.
fn duties(asked: &Asked<'_>, person: &PersonId, known: &organisation::Person) -> Vec<Line> {
    let roles = asked.state.rules.latest();
    let roles = roles
        .map(|book| book.campaign.file.role.as_slice())
        .unwrap_or_default();
    let mut lines = Vec::new();
    for grant in known.grants.iter().filter(|grant| grant.holds(asked.today)) {
        let role = roles
            .iter()
            .find(|role| role.id.as_str() == grant.role.as_str());
        let role = role.map_or(grant.role.as_str(), |role| asked.words.of(&role.name));
        let everywhere = t(asked, "mine-everywhere");
        let place = grant
            .unit
            .as_ref()
            .map_or(everywhere.as_str(), |unit| asked.unit_name(unit));
        lines.push(line(role, dated(asked, place, Some(grant.from))));
    }
    let holds = |from: Date, until: Option<Date>| {
        from <= asked.today && until.is_none_or(|until| asked.today <= until)
    };
    for tenure in known.posts.iter().filter(|one| holds(one.from, one.until)) {
        if let Some(post) = asked.state.organisation.post(&tenure.post) {
            let mut text = dated(asked, asked.unit_name(&post.unit), Some(tenure.from));
            for duty in &post.duties {
                text = format!("{text}\n{duty}");
            }
            lines.push(line(&post.name, text));
        }
    }
    lines.extend(charges(asked, person));
    if lines.is_empty() {
        lines.push(line(&t(asked, "mine-duties"), t(asked, "mine-no-duties")));
    }
    lines
}

fn charges(asked: &Asked<'_>, person: &PersonId) -> Vec<Line> {
    let organisation = &asked.state.organisation;
    let mut lines = Vec::new();
    for (id, facts) in organisation.units(asked.today) {
        let Some(charge) = organisation.charge(id, asked.today) else {
            continue;
        };
        let level = match () {
            () if charge.principal.as_ref() == Some(person) => "mine-principal",
            () if charge.in_charge.as_ref() == Some(person) => "mine-in-charge",
            () if charge.team.contains(person) => "mine-team",
            () => continue,
        };
        let history = organisation.unit(id).map(|unit| &unit.charge);
        let since = history.and_then(|history| since(history, asked.today));
        lines.push(line(&facts.name, dated(asked, &t(asked, level), since)));
    }
    lines
}

fn promises(asked: &Asked<'_>, person: &PersonId) -> List {
    let work = asked.state.work.of_person(person);
    let mine = work.filter(|(_, item)| item.kind == WorkKind::Promise);
    let items = mine.map(|(id, item)| {
        let (due, late) = until(asked, item.due);
        let open = matches!(
            item.stage,
            campaign::work::Stage::Offered | campaign::work::Stage::InHand
        );
        let stage = super::work::stage(asked, item);
        let figures = item.quality.map(|quality| note(asked, quality));
        let figures = figures.map_or_else(String::new, |text| format!(" · {text}"));
        Item {
            to: format!("/work/{}", id.0),
            text: item
                .title
                .map_or_else(String::new, |title| note(asked, title)),
            state: match open {
                true => format!("{stage}{figures} · {due}"),
                false => format!("{stage}{figures}"),
            },
            late: open && late,
        }
    });
    List {
        title: t(asked, "mine-promises"),
        empty: t(asked, "mine-no-promises"),
        items: items.take(LISTED).collect(),
    }
}

/// Forms about people that whoever asks fills themselves, as things happen.
fn own_forms<'a>(
    asked: &'a Asked<'_>,
    person: &'a PersonId,
    unit: &'a UnitId,
) -> impl Iterator<Item = &'a Form> {
    let organisation = &asked.state.organisation;
    let category = organisation.facts(unit, asked.today);
    let category = category.map(|facts| facts.category.as_str());
    let forms = asked.state.rules.latest();
    let forms = forms.into_iter().flat_map(|book| &book.campaign.forms);
    forms.map(|form| &form.item).filter(move |form| {
        form.subject == Subject::Person
            && form.every == Cadence::Event
            && category.is_some_and(|category| form.is_asked_of(category))
            && organisation.has_role(person, form.filled_by.as_str(), unit, asked.today)
    })
}

fn can_do(asked: &Asked<'_>, person: &PersonId, unit: &UnitId) -> List {
    let promise = Item {
        to: format!("/units/{unit}/promises/new"),
        text: t(asked, "mine-make-a-promise"),
        state: t(asked, "mine-make-a-promise-about"),
        late: false,
    };
    let forms = own_forms(asked, person, unit).map(|form| Item {
        to: format!("/units/{unit}/forms/{}", form.id),
        text: asked.words.of(&form.name).to_owned(),
        state: form
            .about
            .as_ref()
            .map_or_else(String::new, |about| asked.words.of(about).to_owned()),
        late: false,
    });
    List {
        title: t(asked, "mine-can-do"),
        empty: String::new(),
        items: std::iter::once(promise).chain(forms).collect(),
    }
}

/// The periods of this year up to today, newest first.
fn this_year(asked: &Asked<'_>) -> Vec<Period> {
    let Some(book) = asked.state.rules.latest() else {
        return Vec::new();
    };
    let now = book.calendar.period_of(asked.today);
    let before = |period: &Period| Some(period.previous());
    let periods = std::iter::successors(Some(now), before);
    periods
        .take_while(|period| period.starts().0 == now.starts().0)
        .collect()
}

/// What was filed about oneself this year, form by form: how often, how much of what measures add up, and what was found.
fn given(asked: &Asked<'_>, person: &PersonId, body: &mut Body) {
    let mut by_form: BTreeMap<&str, Vec<(RecordId, &Record)>> = BTreeMap::new();
    for period in this_year(asked) {
        let records = asked.state.records.of_person(person, period);
        let about_me =
            |record: &Record| matches!(&record.about, About::Person(one) if one == person);
        let mine: Vec<_> = records.filter(|(_, record)| about_me(record)).collect();
        for (id, record) in mine.into_iter().rev() {
            by_form
                .entry(record.form.as_str())
                .or_default()
                .push((id, record));
        }
    }
    let forms = asked.state.rules.latest();
    for form in forms.into_iter().flat_map(|book| &book.campaign.forms) {
        let form = &form.item;
        let Some(records) = by_form.get(form.id.as_str()) else {
            continue;
        };
        let name = asked.words.of(&form.name);
        let count = records.iter().filter(|(_, record)| record.stands()).count();
        let mut lines = vec![line(
            &t(asked, "mine-this-year"),
            asked.words.n("mine-times", count),
        )];
        lines.extend(sums(asked, form, records));
        body.sections.push(Section {
            title: name.to_owned(),
            lines,
        });
        let items = records.iter().take(LISTED).map(|(id, record)| Item {
            to: format!("/records/{}", id.0),
            text: format!("{name} {}", record.when),
            state: t(asked, verdict(record)),
            late: record.verdict == Verdict::Wrong && !record.withdrawn,
        });
        body.lists.push(List {
            title: asked
                .words
                .a("mine-latest", "form", name.to_owned())
                .into_owned(),
            empty: String::new(),
            items: items.collect(),
        });
    }
}

const fn verdict(record: &Record) -> &'static str {
    match record.verdict {
        _ if record.withdrawn => "mine-withdrawn",
        Verdict::Right => "mine-confirmed",
        Verdict::Wrong => "mine-found-otherwise",
        Verdict::None if record.awaits => "mine-waits",
        Verdict::None => "mine-as-filed",
    }
}

/// The fields that measures add up: what counts, and what waits for those who confirm it.
fn sums(asked: &Asked<'_>, form: &Form, records: &[(RecordId, &Record)]) -> Vec<Line> {
    let measures = asked.state.rules.latest();
    let measures = measures
        .into_iter()
        .flat_map(|book| &book.campaign.measures);
    let mut lines = Vec::new();
    for measure in measures {
        let Some(FilledBy::Form(tally)) = &measure.item.filled_by else {
            continue;
        };
        let Some(field) = tally.field.as_ref().filter(|_| tally.tally == Tally::Sum) else {
            continue;
        };
        if tally.form != form.id {
            continue;
        }
        let sum = |counts: bool| -> f64 {
            let stand = records
                .iter()
                .filter(|(_, record)| record.stands() && record.counts() == counts);
            let values = stand.filter_map(|(_, record)| match record.values.get(field.as_str()) {
                Some(Value::Number(number)) => Some(*number),
                _ => None,
            });
            values.sum()
        };
        let unit = measure
            .item
            .unit
            .as_ref()
            .map_or("", |unit| asked.words.of(unit));
        let (counted, waiting) = (
            asked.words.num(sum(true), 1),
            asked.words.num(sum(false), 1),
        );
        let pairs = [
            ("counted", counted.as_str()),
            ("waiting", waiting.as_str()),
            ("unit", unit),
        ];
        let text = asked.words.with("mine-sum", &pairs);
        lines.push(line(asked.words.of(&measure.item.name), text));
    }
    lines
}

/// The sessions of one's unit, which a weekly form records, and what others came to teach: nobody's attendance is recorded.
fn study(asked: &Asked<'_>, unit: &UnitId) -> List {
    let forms = asked.state.rules.latest();
    let form = |id: &str| forms.and_then(|book| book.form(id));
    let mut items = Vec::new();
    for period in this_year(asked) {
        let records: Vec<_> = asked.state.records.of_unit(unit, period).collect();
        for (id, record) in records
            .into_iter()
            .rev()
            .filter(|(_, record)| record.stands())
        {
            let Some(form) = form(record.form.as_str()) else {
                continue;
            };
            let weekly = form.every == Cadence::Week && form.subject == Subject::OwnUnit;
            let lesson = form.every == Cadence::Event && form.subject == Subject::OtherUnit;
            if !(weekly || lesson) || record.unit != *unit {
                continue;
            }
            let lines = forms::lines(asked, form, &record.values);
            let said: Vec<String> = lines.into_iter().map(|line| line.text).collect();
            items.push(Item {
                to: format!("/records/{}", id.0),
                text: format!("{} {}", asked.words.of(&form.name), record.when),
                state: said.join(" · "),
                late: false,
            });
            if items.len() >= LISTED {
                break;
            }
        }
    }
    items.truncate(LISTED);
    List {
        title: t(asked, "mine-study"),
        empty: t(asked, "mine-no-study"),
        items,
    }
}

/// Where one's unit stands on the ladders of its category, why, and what the next level takes.
fn ladders(asked: &Asked<'_>, unit: &UnitId) -> Vec<Section> {
    let facts = asked.state.organisation.facts(unit, asked.today);
    let category = facts.map_or("", |facts| facts.category.as_str());
    let ladders = asked.state.rules.latest();
    let ladders = ladders.into_iter().flat_map(|book| &book.campaign.ladders);
    let of_mine = ladders.map(|ladder| &ladder.item);
    let of_mine = of_mine.filter(|ladder| ladder.category.as_str() == category);
    of_mine
        .map(|ladder| ladder_of(asked, ladder, unit))
        .collect()
}

fn ladder_of(asked: &Asked<'_>, ladder: &Ladder, unit: &UnitId) -> Section {
    let w = asked.words;
    let mut lines = Vec::new();
    if let Some(about) = &ladder.about {
        lines.push(line(&t(asked, "mine-ladder-about"), w.of(about)));
    }
    lines.extend(decided(asked, ladder, unit));
    if let Some((results, level)) = campaign::ladder::so_far(asked.state, ladder, unit) {
        lines.push(line(
            &t(asked, "mine-ladder-so-far"),
            so_far(asked, ladder, &results),
        ));
        let named = level.and_then(|at| ladder.level.get(at));
        let named = named.map_or_else(
            || t(asked, "mine-ladder-no-level"),
            |level| w.of(&level.name).to_owned(),
        );
        lines.push(line(&t(asked, "mine-ladder-would"), named));
        let next = level.unwrap_or(ladder.level.len()).checked_sub(1);
        if let Some(next) = next.and_then(|at| ladder.level.get(at)) {
            let takes = next
                .when
                .as_deref()
                .map_or_else(String::new, |when| condition(asked, when));
            let share = next.at_most_percent.map(|percent| w.num(percent, 0));
            let share = share.map_or_else(String::new, |share| {
                w.a("mine-ladder-room", "share", share).into_owned()
            });
            lines.push(line(
                &t(asked, "mine-ladder-next"),
                format!("{}\n{takes}\n{share}", w.of(&next.name)),
            ));
        }
    } else {
        lines.push(line(
            &t(asked, "mine-ladder-so-far"),
            t(asked, "mine-ladder-no-results"),
        ));
    }
    Section {
        title: w
            .a("mine-ladder", "name", w.of(&ladder.name).to_owned())
            .into_owned(),
        lines,
    }
}

/// What was decided on a ladder last, and why.
fn decided(asked: &Asked<'_>, ladder: &Ladder, unit: &UnitId) -> Vec<Line> {
    let mut lines = Vec::new();
    let all = asked.state.ladders.iter().rev();
    let mut of_ladder = all.filter(|(_, one)| one.ladder.as_str() == ladder.id.as_str());
    let last = of_ladder.find_map(|(_, one)| Some((one, one.of(unit)?)));
    match last {
        Some((proposal, row)) if proposal.confirmed.is_some() => {
            let given = proposal.given(unit);
            lines.push(line(
                &t(asked, "mine-ladder-stands"),
                standing(asked, ladder, given),
            ));
            lines.push(line(
                &t(asked, "mine-ladder-why"),
                why(asked, ladder, &row.why),
            ));
            let deviation = proposal.confirmed.as_ref();
            let deviation = deviation.and_then(|confirmed| confirmed.deviations.get(unit));
            if let Some(deviation) = deviation {
                lines.push(line(
                    &t(asked, "mine-ladder-instead"),
                    note(asked, deviation.reason),
                ));
            }
        }
        _ => lines.push(line(
            &t(asked, "mine-ladder-stands"),
            t(asked, "mine-ladder-none-yet"),
        )),
    }
    lines
}

fn level_name<'l>(asked: &Asked<'_>, ladder: &'l Ladder, id: &str) -> Option<&'l str> {
    let mut levels = ladder.level.iter();
    let level = levels.find(|level| level.id.as_str() == id)?;
    Some(asked.words.of(&level.name))
}

fn standing(asked: &Asked<'_>, ladder: &Ladder, given: Option<&Standing>) -> String {
    let Some(given) = given else {
        return t(asked, "mine-ladder-no-level");
    };
    let name = level_name(asked, ladder, given.level.as_str()).unwrap_or(given.level.as_str());
    let mut text = name.to_owned();
    if let Some(coefficient) = given.coefficient.and_then(|amount| amount.given()) {
        let coefficient = asked.words.num(coefficient, 2);
        text = format!(
            "{text}\n{}",
            asked.words.a("mine-ladder-coefficient", "n", coefficient)
        );
    }
    if given.eligible == Eligible::Yes {
        text = format!("{text}\n{}", asked.words.t("mine-ladder-eligible"));
    }
    text
}

fn why(asked: &Asked<'_>, ladder: &Ladder, why: &Why) -> String {
    match why {
        Why::Condition => t(asked, "mine-ladder-condition"),
        Why::Full { level } => {
            let name = level_name(asked, ladder, level.as_str()).unwrap_or(level.as_str());
            asked
                .words
                .a("mine-ladder-full", "level", name.to_owned())
                .into_owned()
        }
        Why::NoCondition => t(asked, "mine-ladder-no-condition"),
        Why::TooFew { needed } => asked
            .words
            .n("mine-ladder-too-few", u32::from(*needed))
            .into_owned(),
    }
}

fn so_far(asked: &Asked<'_>, ladder: &Ladder, results: &Results) -> String {
    let w = asked.words;
    let needed = ladder.at_least.unwrap_or(ladder.periods);
    let (have, needed) = (results.periods.to_string(), needed.to_string());
    let pairs = [("have", have.as_str()), ("needed", needed.as_str())];
    let mut lines = vec![w.with("mine-ladder-periods", &pairs).into_owned()];
    let figures = [
        ("mine-mean-score", results.mean_score),
        ("mine-min-score", results.min_score),
        ("mine-last-score", results.last_score),
        ("mine-change", results.change),
    ];
    for (id, amount) in figures {
        if let Some(value) = amount.given() {
            lines.push(format!("{}: {}", w.t(id), w.num(value, 2)));
        }
    }
    lines.join("\n")
}

/// A ladder's condition with its names in words.
fn condition(asked: &Asked<'_>, when: &str) -> String {
    let w = asked.words;
    let names = [
        ("mean_rank_share", "mine-mean-rank-share"),
        ("mean_score", "mine-mean-score"),
        ("min_score", "mine-min-score"),
        ("last_score", "mine-last-score"),
        ("periods", "mine-periods"),
        ("change", "mine-change"),
        (">=", "mine-at-least"),
        ("<=", "mine-at-most"),
        ("&&", "mine-and"),
        ("||", "mine-or"),
    ];
    let mut text = when.to_owned();
    for (name, id) in names {
        text = text.replace(name, &w.t(id));
    }
    text
}

fn honours(asked: &Asked<'_>, person: &PersonId, unit: &UnitId) -> List {
    let mine = |nominee: &Nominee| match nominee {
        Nominee::Person(one) => one == person,
        Nominee::Unit(one) => one == unit,
    };
    let all = asked.state.honours.iter().rev();
    let shown = all
        .filter(|(_, one)| mine(&one.nominee) && !matches!(one.stage, Nominated::Withdrawn { .. }));
    let book = asked.state.rules.latest();
    let items = shown.take(LISTED).map(|(_, one)| {
        let honour = book.and_then(|book| book.campaign.honour(one.honour.as_str()));
        let name = honour.map_or(one.honour.as_str(), |honour| asked.words.of(&honour.name));
        let whose = match &one.nominee {
            Nominee::Person(_) => t(asked, "mine-myself"),
            Nominee::Unit(unit) => asked.unit_name(unit).to_owned(),
        };
        let state = match &one.stage {
            Nominated::Awarded { on, .. } if one.is_held() => {
                dated(asked, &t(asked, "mine-awarded"), Some(*on))
            }
            Nominated::Nominated => {
                let day = asked.words.date(one.notice_until);
                asked.words.a("mine-nominated", "day", day).into_owned()
            }
            _ => t(asked, "mine-not-awarded"),
        };
        Item {
            to: String::new(),
            text: format!("{name} · {whose}"),
            state: format!("{state} · {}", note(asked, one.goal)),
            late: false,
        }
    });
    List {
        title: t(asked, "mine-honours"),
        empty: t(asked, "mine-no-honours"),
        items: items.collect(),
    }
}

/// Posts one could take, and those one holds: id and name.
fn posts(
    asked: &Asked<'_>,
    person: &PersonId,
    unit: Option<&UnitId>,
) -> [Vec<(String, String)>; 2] {
    let known = asked.state.organisation.person(person);
    let holds = |post: &PostId| {
        let tenures = known
            .map(|known| known.posts.as_slice())
            .unwrap_or_default();
        tenures
            .iter()
            .any(|one| one.post == *post && one.until.is_none())
    };
    let (mut open, mut held) = (Vec::new(), Vec::new());
    for (id, post) in asked.state.organisation.posts() {
        let named = (id.to_string(), post.name.clone());
        if holds(id) {
            held.push(named);
        } else if Some(&post.unit) == unit && post.holds(asked.today) {
            open.push(named);
        }
    }
    [open, held]
}

fn asks(asked: &Asked<'_>, person: &PersonId, unit: Option<&UnitId>) -> Vec<Ask> {
    let ask = |act: &str, title: &str, about: &str, field: Widget| {
        let ask = Ask::new(
            asked,
            format!("/me/person/{act}"),
            &t(asked, title),
            vec![field],
        );
        ask.about(&t(asked, about))
    };
    let post = |choices: &[(String, String)]| {
        let field = Widget::new("select", "post", &t(asked, "mine-post"));
        field.choices(
            choices
                .iter()
                .map(|(id, name)| (id.as_str(), name.as_str())),
        )
    };
    let [open, held] = posts(asked, person, unit);
    let mut all = Vec::new();
    if !open.is_empty() {
        all.push(ask(
            "take-post",
            "mine-take-post",
            "mine-take-post-about",
            post(&open),
        ));
    }
    if !held.is_empty() {
        all.push(ask(
            "leave-post",
            "mine-leave-post",
            "mine-leave-post-about",
            post(&held),
        ));
    }
    let related: Vec<String> = asked
        .state
        .organisation
        .relations_of(person)
        .map(|other| asked.person_name(other))
        .collect();
    let told = match related.is_empty() {
        true => t(asked, "mine-related-none"),
        false => asked
            .words
            .a("mine-related", "names", related.join(", "))
            .into_owned(),
    };
    let other = Widget::new("person", "other", &t(asked, "mine-relative")).hint(&told);
    all.push(ask("relation", "mine-declare", "mine-declare-about", other));
    all
}

/// Takes or leaves a post, or declares a relation: of whoever asks, nobody else.
pub fn act(asked: &Asked<'_>, at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let person = asked.person()?.clone();
    let unit = asked.state.organisation.unit_of(&person, asked.today);
    let [open, held] = posts(asked, &person, unit);
    let post = |among: &[(String, String)]| {
        let sent = fields.get("post");
        let found = among.iter().find(|(id, _)| id == sent);
        found
            .map(|(id, _)| PostId::from(id.as_str()))
            .ok_or_else(|| {
                wrong(
                    "post",
                    match sent {
                        "" => empty(),
                        _ => words!("请从列出的岗位里选。", "Choose one of the posts listed."),
                    },
                )
            })
    };
    let what = match at.part("act")? {
        "take-post" => organisation::Action::TakePost {
            post: post(&open)?,
            person,
            from: asked.today,
        },
        "leave-post" => organisation::Action::LeavePost {
            post: post(&held)?,
            person,
            until: asked.today,
        },
        "relation" => organisation::Action::DeclareRelation {
            other: relative(asked, &person, fields.get("other"))?,
            one: person,
        },
        _ => return Err(Problem::not_found()),
    };
    let plan = Plan::new(Action::Organisation(what), "/me/person", "mine-done");
    Ok(plan)
}

fn relative(asked: &Asked<'_>, person: &PersonId, sent: &str) -> Result<PersonId, Problem> {
    let found = match sent {
        "" => return Err(wrong("other", empty())),
        sent => forms::person_of(asked, sent),
    };
    match found {
        None => Err(wrong(
            "other",
            words!(
                "没有找到;本单位的人写姓名,别的单位的人写编号。",
                "Not found; write the name of someone of your own unit, or the number of someone of another."
            ),
        )),
        Some(other) if other == *person => {
            Err(wrong("other", words!("这是您自己。", "This is yourself.")))
        }
        Some(other) => Ok(other),
    }
}

fn wrong(field: &str, what: rulebook::Say) -> Problem {
    let mut problem = Problem::fields();
    problem.wrong(field, what);
    problem
}
