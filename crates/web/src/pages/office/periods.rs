//! Closing a period step by step: cut off, score, objections, score again, final, circular; and reopening.

use campaign::circular::{self, CircularId, Progress};
use campaign::period::{self, Next, Run, Stage, Step, UnitResult};
use campaign::{Action, Date, PersonId};
use rulebook::Period;

use super::sheet::{Block, Cell, Field, Form, Input, Sheet};
use crate::act::Plan;
use crate::asked::{Asked, At};
use crate::fields::Fields;
use crate::problem::Problem;
use crate::reply::Answer;
use crate::rights::Verb;
use crate::routes::Table;
use crate::vault::Writing;

/// The routes.
pub(super) fn routes() -> Table {
    let see = Verb::SeeOffice;
    let at = |step: &str| format!("/office/periods/{{period}}/{step}");
    Table::new()
        .show("/office/periods/{period}", see, show)
        .act(&at("cut-off"), see, cut_off, show)
        .act(&at("score"), see, score, show)
        .act(&at("finalise"), see, finalise, show)
        .act(&at("draft"), see, draft, show)
        .act(&at("approve"), see, approve, show)
        .act(&at("publish"), see, publish, show)
        .act(&at("propose-reopening"), see, propose, show)
        .act(&at("reopen"), see, reopen, show)
        .act(&at("keep-closed"), see, keep_closed, show)
}

/// The message that names a step.
pub(super) const fn step_name(step: Step) -> &'static str {
    match step {
        Step::TakeIn => "office-step-take-in",
        Step::CutOff => "office-step-cut-off",
        Step::Score => "office-step-score",
        Step::Object => "office-step-object",
        Step::Decide => "office-step-decide",
        Step::ScoreAgain => "office-step-score-again",
        Step::Finalise => "office-step-finalise",
        Step::Publish => "office-step-publish",
    }
}

/// A step in words: what, by whom, until when.
pub(super) fn step_cells(asked: &Asked<'_>, next: &Next) -> Vec<Cell> {
    let by = next.by.as_ref().map_or_else(
        || asked.words.t("office-by-everyone").into_owned(),
        |role| asked.role_name(role.as_str()),
    );
    let until = next.until.map_or_else(
        || Cell::text(asked.words.t("office-now")),
        |day| day_cell(asked, day),
    );
    vec![
        asked.words.t(step_name(next.step)).into_owned().into(),
        by.into(),
        until,
    ]
}

/// A last day; past ones are said to be late.
pub(super) fn day_cell(asked: &Asked<'_>, day: Date) -> Cell {
    let text = asked.words.date(day);
    if day < asked.today {
        let late = asked.words.a("office-late-since", "day", text);
        return Cell::text(late.into_owned()).look("late");
    }
    Cell::text(text)
}

fn stage_name(stage: Option<Stage>) -> &'static str {
    match stage {
        None => "office-stage-open",
        Some(Stage::CutOff) => "office-stage-cut-off",
        Some(Stage::Preliminary { .. }) => "office-stage-preliminary",
        Some(Stage::Final) => "office-stage-final",
        Some(Stage::Reopened { .. }) => "office-stage-reopened",
    }
}

fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let period = at.period()?;
    let state = asked.state;
    let known = state.rules.of(period).is_some_and(|book| {
        let first = state.rules.version(1).map(|first| first.from);
        let begun = book.calendar.first_day(period) <= asked.today;
        begun && first.is_some_and(|first| first <= period)
    });
    if !known {
        return Err(Problem::not_found());
    }
    let title = asked
        .words
        .a("office-period-title", "period", asked.words.period(period));
    let mut sheet = Sheet::titled(title);
    head(asked, period, &mut sheet);
    if let Some(next) = period::next_step(state, period, asked.today) {
        next_form(asked, period, next.step, &mut sheet);
    }
    circular_part(asked, period, &mut sheet);
    signers(asked, period, &mut sheet);
    objections(asked, period, &mut sheet);
    if let Some(run) = state.periods.results(period) {
        results(asked, period, run, &mut sheet);
    }
    reopening(asked, period, &mut sheet);
    sheet.show(asked)
}

fn head(asked: &Asked<'_>, period: Period, sheet: &mut Sheet) {
    let (state, w) = (asked.state, asked.words);
    let word = |id: &str| w.t(id).into_owned();
    let mut facts = vec![(
        word("office-stage"),
        Cell::text(w.t(stage_name(state.periods.stage(period)))),
    )];
    match period::next_step(state, period, asked.today) {
        Some(next) => {
            let names = ["office-next", "office-by", "office-until"];
            let cells = step_cells(asked, &next);
            facts.extend(names.into_iter().map(word).zip(cells));
        }
        None => facts.push((word("office-next"), word("office-nothing-left").into())),
    }
    if let Some(of) = state.periods.get(period) {
        facts.push((
            word("office-rules-version"),
            Cell::text(of.rules.to_string()),
        ));
        facts.push((word("office-runs"), Cell::text(of.runs.len().to_string())));
    }
    sheet.add(Block::Facts(facts));
    sheet.text(asked, "office-closing-order");
    sheet.add(Block::Links(vec![
        Cell::text(w.t("office-nav")).to("/office"),
        Cell::text(w.t("office-board-of")).to(format!("/office?period={period}")),
    ]));
}

/// The form of the step that is next, with what it does, who may, and what comes next.
fn next_form(asked: &Asked<'_>, period: Period, step: Step, sheet: &mut Sheet) {
    let (path, message) = match step {
        Step::CutOff => ("cut-off", "office-do-cut-off"),
        Step::Score => ("score", "office-do-score"),
        Step::ScoreAgain => ("score", "office-do-score-again"),
        Step::Finalise => ("finalise", "office-do-finalise"),
        Step::TakeIn => {
            sheet.text(asked, "office-wait-take-in");
            return;
        }
        Step::Object => {
            sheet.text(asked, "office-wait-object");
            return;
        }
        Step::Decide => {
            sheet.text(asked, "office-wait-decide");
            return;
        }
        Step::Publish => return,
    };
    let form = Form::new(asked, action(period, path), message, message);
    let about = format!("{message}.about");
    sheet.form(form.about(asked.words.t(&about)));
}

fn action(period: Period, step: &str) -> String {
    format!("/office/periods/{period}/{step}")
}

/// The draft, the approval by a second person, the publication.
fn circular_part(asked: &Asked<'_>, period: Period, sheet: &mut Sheet) {
    let (state, w) = (asked.state, asked.words);
    if state.periods.results(period).is_none() {
        return;
    }
    sheet.heading(asked, "office-circular");
    let circulars: Vec<_> = state
        .circulars
        .iter()
        .filter(|(_, circular)| circular.period == period)
        .collect();
    let rows = circulars.iter().map(|(id, circular)| {
        let (stage, by) = match &circular.progress {
            Progress::Draft => ("office-circular-draft", None),
            Progress::Approved { by } => ("office-circular-approved", Some(by)),
            Progress::Published { approved_by, .. } => {
                ("office-circular-published", Some(approved_by))
            }
        };
        vec![
            Cell::text(w.a("office-circular-number", "n", id.to_string())),
            Cell::text(w.t(stage)),
            asked.person_name(&circular.by).into(),
            by.map_or_else(Cell::default, |by| asked.person_name(by).into()),
            w.date(circular.on).into(),
        ]
    });
    let rows = rows.collect();
    let head = [
        "office-circular",
        "office-stage",
        "office-drafted-by",
        "office-approved-by",
        "office-day",
    ];
    sheet.table(
        asked,
        ("office-circulars", "office-no-circular"),
        &head,
        rows,
    );
    let last = circulars.last().copied();
    let run = state.periods.results(period).map(|run| run.number);
    match last {
        Some((id, circular)) if Some(circular.run) == run => match circular.progress {
            Progress::Draft => {
                step_form(asked, period, ("approve", "office-do-approve"), id, sheet)
            }
            Progress::Approved { .. } => {
                step_form(asked, period, ("publish", "office-do-publish"), id, sheet);
            }
            Progress::Published { .. } => {}
        },
        _ => {
            let form = Form::new(
                asked,
                action(period, "draft"),
                "office-do-draft",
                "office-do-draft",
            );
            sheet.form(form.about(w.t("office-do-draft.about")));
        }
    }
}

fn step_form(
    asked: &Asked<'_>,
    period: Period,
    (path, message): (&str, &str),
    id: CircularId,
    sheet: &mut Sheet,
) {
    let form = Form::new(asked, action(period, path), message, message);
    let form = form.about(asked.words.t(&format!("{message}.about")));
    sheet.form(form.field(Field::hidden("circular", id.to_string())));
}

/// Who may sign, and whether they have been out there in this period.
fn signers(asked: &Asked<'_>, period: Period, sheet: &mut Sheet) {
    let (state, w) = (asked.state, asked.words);
    let Ok(book) = asked.book() else { return };
    let closer = book.calendar.closing.closed_by.as_ref();
    let closer = closer.map_or("administrator", |role| role.as_str());
    let visits = campaign::record::visits(state, period);
    let people = state.organisation.people();
    let signers = people.filter(|(_, person)| {
        let mut grants = person.grants.iter();
        grants.any(|grant| grant.role.as_str() == closer && grant.holds(asked.today))
    });
    let row = |person: &PersonId| {
        let unit = state.organisation.unit_of(person, asked.today);
        let count: u32 = visits
            .iter()
            .filter(|((from, _), _)| Some(*from) == unit)
            .map(|(_, count)| count)
            .sum();
        let said = if count == 0 {
            Cell::text(w.t("office-no-visit")).look("late")
        } else {
            Cell::text(w.n("office-visits-made", count)).look("good")
        };
        vec![
            asked.person_name(person).into(),
            unit.map_or("", |unit| asked.unit_name(unit)).into(),
            said,
        ]
    };
    let rows = signers.map(|(id, _)| row(id)).collect();
    sheet.heading(asked, "office-signers");
    sheet.text(asked, "office-signers-rule");
    sheet.table(
        asked,
        ("office-signers", "office-no-signers"),
        &["office-person", "office-unit", "office-visits-of-unit"],
        rows,
    );
}

fn objections(asked: &Asked<'_>, period: Period, sheet: &mut Sheet) {
    let w = asked.words;
    if asked.state.periods.results(period).is_none() {
        return;
    }
    let of = asked.state.objections.of(period);
    let open = of.filter(|(_, objection)| objection.is_open(asked.today));
    let rows = open.map(|(id, objection)| {
        let unit = objection.unit.as_ref();
        vec![
            Cell::text(w.a("office-objection-number", "n", id.to_string()))
                .to(format!("/objections/{id}")),
            unit.map_or("", |unit| asked.unit_name(unit)).into(),
            objection
                .due()
                .map_or_else(Cell::default, |day| day_cell(asked, day)),
        ]
    });
    let rows = rows.collect();
    sheet.heading(asked, "office-objections-open");
    sheet.table(
        asked,
        ("office-objections-open", "office-no-objections-open"),
        &["office-objection", "office-unit", "office-decide-by"],
        rows,
    );
}

/// The results by class, with changes against the period before.
fn results(asked: &Asked<'_>, period: Period, run: &Run, sheet: &mut Sheet) {
    let (state, w) = (asked.state, asked.words);
    sheet.heading(asked, "office-results");
    sheet.note(asked, "office-results-note");
    let before = state.periods.results(period.previous());
    for class in &run.classes {
        let name = super::board::category_name(asked, class.category.as_str());
        let rows = class.units.iter().map(|result| {
            let old = before.and_then(|run| run.of(&result.unit));
            result_row(
                asked,
                class.scheme.as_str(),
                result,
                old.map(|(_, old)| old),
            )
        });
        let head = [
            "office-unit",
            "office-score",
            "office-change",
            "office-rank",
            "office-rank-before",
            "office-band",
        ];
        sheet.add(Block::Table(super::sheet::Grid {
            caption: name,
            head: head.iter().map(|id| w.t(id).into_owned()).collect(),
            rows: rows.collect(),
            empty: w.t("office-no-results").into_owned(),
        }));
    }
}

fn result_row(
    asked: &Asked<'_>,
    scheme: &str,
    now: &UnitResult,
    old: Option<&UnitResult>,
) -> Vec<Cell> {
    let w = asked.words;
    let score = |result: &UnitResult| result.score.and_then(|score| score.given());
    let change = score(now)
        .zip(old.and_then(score))
        .map(|(now, old)| now - old);
    let number = |value: Option<f64>| {
        let text = value.map_or_else(|| "–".to_owned(), |value| w.num(value, 2));
        Cell::text(text).look("n")
    };
    let signed = change.map_or_else(
        || "–".to_owned(),
        |change| match change {
            change if change > 0.0 => format!("+{}", w.num(change, 2)),
            change => w.num(change, 2),
        },
    );
    let rank = |result: Option<&UnitResult>| {
        let rank = result.and_then(|result| result.rank);
        Cell::text(rank.map_or_else(|| "–".to_owned(), |rank| rank.to_string())).look("n")
    };
    vec![
        Cell::text(asked.unit_name(&now.unit)).to(format!("/units/{}", now.unit)),
        number(score(now)),
        Cell::text(signed).look("n"),
        rank(Some(now)),
        rank(old),
        Cell::text(band_name(asked, scheme, now)),
    ]
}

fn band_name(asked: &Asked<'_>, scheme: &str, result: &UnitResult) -> String {
    let Some(band) = &result.band else {
        return "–".to_owned();
    };
    let scheme = asked
        .book()
        .ok()
        .and_then(|book| book.campaign.scheme(scheme));
    let found = scheme.and_then(|scheme| {
        let mut bands = scheme.band.iter();
        bands.find(|known| known.id.as_str() == band.as_str())
    });
    found.map_or_else(
        || band.to_string(),
        |found| asked.words.of(&found.name).to_owned(),
    )
}

/// Proposing to reopen; deciding on it as another person.
fn reopening(asked: &Asked<'_>, period: Period, sheet: &mut Sheet) {
    let (state, w) = (asked.state, asked.words);
    if !state.periods.is_cut_off(period) {
        return;
    }
    sheet.heading(asked, "office-reopening");
    let proposal = state
        .periods
        .get(period)
        .and_then(|of| of.proposal.as_ref());
    let Some(proposal) = proposal else {
        let form = Form::new(
            asked,
            action(period, "propose-reopening"),
            "office-do-propose",
            "office-do-propose",
        );
        let form = form
            .about(w.t("office-do-propose.about"))
            .field(Field::new(
                asked,
                "until",
                "office-reopen-until",
                Input::Day,
            ))
            .field(Field::new(asked, "reason", "office-reason", Input::Lines));
        sheet.form(form);
        return;
    };
    sheet.add(Block::Facts(vec![
        (
            w.t("office-proposed-by").into_owned(),
            asked.person_name(&proposal.by).into(),
        ),
        (
            w.t("office-reopen-until").into_owned(),
            w.date(proposal.until).into(),
        ),
        (
            w.t("office-reason").into_owned(),
            Cell::text(asked.text(proposal.reason.item).to_string()),
        ),
    ]));
    let reopen = Form::new(
        asked,
        action(period, "reopen"),
        "office-do-reopen",
        "office-do-reopen",
    );
    sheet.form(reopen.about(w.t("office-do-reopen.about")));
    let keep = Form::new(
        asked,
        action(period, "keep-closed"),
        "office-do-keep-closed",
        "office-do-keep-closed",
    );
    sheet.form(keep.field(Field::new(asked, "reason", "office-reason", Input::Lines)));
}

fn plan(at: &At, done: &'static str, make: impl FnOnce(Period) -> Action) -> Result<Plan, Problem> {
    let period = at.period()?;
    let then = format!("/office/periods/{period}");
    Ok(Plan::new(make(period), then, done))
}

fn cut_off(_: &Asked<'_>, at: &At, _: &Fields) -> Result<Plan, Problem> {
    plan(at, "office-done-cut-off", |period| {
        Action::Period(period::Action::CutOff { period })
    })
}

fn score(_: &Asked<'_>, at: &At, _: &Fields) -> Result<Plan, Problem> {
    plan(at, "office-done-score", |period| {
        Action::Period(period::Action::Score { period })
    })
}

fn finalise(_: &Asked<'_>, at: &At, _: &Fields) -> Result<Plan, Problem> {
    plan(at, "office-done-finalise", |period| {
        Action::Period(period::Action::Finalise { period })
    })
}

fn draft(_: &Asked<'_>, at: &At, _: &Fields) -> Result<Plan, Problem> {
    plan(at, "office-done-draft", |period| {
        Action::Circular(circular::Action::Draft { period })
    })
}

fn circular_of(fields: &Fields) -> Result<CircularId, Problem> {
    let number = fields.get("circular").parse();
    number.map(CircularId).map_err(|_| Problem::not_found())
}

fn approve(_: &Asked<'_>, at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let circular = circular_of(fields)?;
    plan(at, "office-done-approve", |_| {
        Action::Circular(circular::Action::Approve { circular })
    })
}

fn publish(_: &Asked<'_>, at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let circular = circular_of(fields)?;
    plan(at, "office-done-publish", |_| {
        Action::Circular(circular::Action::Publish { circular })
    })
}

fn reason(fields: &Fields, writing: &mut Writing) -> Result<campaign::Note, Problem> {
    let mut problem = Problem::fields();
    let text = fields.need("reason", &mut problem);
    problem.settle()?;
    writing.text("reason", text)
}

fn propose(_: &Asked<'_>, at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let mut problem = Problem::fields();
    let _filled = fields.need("until", &mut problem);
    let _filled = fields.need("reason", &mut problem);
    let until: Option<Date> = fields.parse("until", "2026-12-31", &mut problem);
    problem.settle()?;
    let until = until.unwrap_or_default();
    let mut writing = Writing::new();
    let reason = reason(fields, &mut writing)?;
    let plan = plan(at, "office-done-propose", |period| {
        Action::Period(period::Action::ProposeReopening {
            period,
            until,
            reason,
        })
    })?;
    Ok(plan.with(writing))
}

fn reopen(_: &Asked<'_>, at: &At, _: &Fields) -> Result<Plan, Problem> {
    plan(at, "office-done-reopen", |period| {
        Action::Period(period::Action::Reopen { period })
    })
}

fn keep_closed(_: &Asked<'_>, at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let mut writing = Writing::new();
    let reason = reason(fields, &mut writing)?;
    let plan = plan(at, "office-done-keep-closed", |period| {
        Action::Period(period::Action::KeepClosed { period, reason })
    })?;
    Ok(plan.with(writing))
}
