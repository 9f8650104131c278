//! The rules in force, and a change of them tried before it holds: what is wrong with it, what it changes in meaning, what past
//! months would have come to. Looking changes nothing; adopting takes all of it or nothing.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use campaign::period::{self, ClassResult, UnitResult};
use campaign::rules::{self, Action as Do, Book};
use campaign::{Action, UnitId};
use rulebook::diff::{diff, sentence};
use rulebook::render::position;
use rulebook::{Diagnostic, Folder, Period, Severity, say};

use super::board::category_name;
use super::paged::query;
use super::sheet::{Block, Cell, Field, Form, Grid, Input, Sheet};
use crate::act::Plan;
use crate::asked::{Asked, At};
use crate::fields::Fields;
use crate::problem::Problem;
use crate::reply::Answer;
use crate::rights::Verb;
use crate::routes::Table;

const HERE: &str = "/office/rules";
const ADOPT: &str = "/office/rules/adopt";
/// So many later periods are offered to begin with.
const AHEAD: usize = 12;
/// So many findings, changes, units of a class are listed.
const LISTED: usize = 100;
/// So many past periods can be computed again at once.
const MONTHS: usize = 3;

/// The routes.
pub(super) fn routes() -> Table {
    Table::new()
        .show(HERE, Verb::SeeOffice, show)
        .act(HERE, Verb::Run, look, show)
        .act(ADOPT, Verb::Run, adopt, show)
}

/// A change of the rules: path → text of the files that are another.
type Changes = BTreeMap<String, String>;

/// The files in force.
fn in_force<'a>(asked: &Asked<'a>) -> Result<&'a BTreeMap<String, String>, Problem> {
    let version = asked.book()?.version;
    let files = asked.state.rules.files(version);
    files.ok_or_else(Problem::not_found)
}

/// Which file of the folder an upload is: the one with its path, or with its name where only one has that; else a new one.
fn path_of(files: &BTreeMap<String, String>, name: &str) -> String {
    let name = name.replace('\\', "/");
    let mut tail = name.as_str();
    loop {
        if files.contains_key(tail) {
            return tail.to_owned();
        }
        match tail.split_once('/') {
            Some((_, rest)) => tail = rest,
            None => break,
        }
    }
    let named: Vec<&String> = files
        .keys()
        .filter(|path| path.rsplit('/').next() == Some(tail))
        .collect();
    match named.as_slice() {
        [one] => (*one).clone(),
        _ => name,
    }
}

/// What was sent: files, a text that was edited, or what was looked at before.
fn changes(asked: &Asked<'_>, fields: &Fields) -> Result<Changes, Problem> {
    let files = in_force(asked)?;
    let (mut changes, mut problem) = (Changes::new(), Problem::fields());
    if !fields.get("changes").is_empty() {
        let known = STANDARD.decode(fields.get("changes")).ok();
        let known = known.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        changes = known.ok_or_else(|| Problem::unreadable("changes"))?;
    }
    for file in fields.files("files") {
        let path = path_of(files, &file.name);
        match String::from_utf8(file.content.clone()) {
            Ok(text) if path.ends_with(".toml") => {
                changes.insert(path, text.replace("\r\n", "\n"));
            }
            _ => problem.wrong("files", not_toml(&file.name)),
        }
    }
    let path = fields.get("path");
    if !path.is_empty() {
        let text = fields.raw("text").replace("\r\n", "\n");
        changes.insert(path.to_owned(), format!("{}\n", text.trim_end()));
    }
    changes.retain(|path, text| {
        let same = |old: &String| old.trim_end() == text.trim_end();
        !files.get(path).is_some_and(same)
    });
    if changes.is_empty() {
        problem.wrong("files", nothing_changes());
        problem.wrong("text", nothing_changes());
    }
    problem.settle()?;
    Ok(changes)
}

fn not_toml(name: &str) -> rulebook::Say {
    say!(
        "“{name}”不是文本的 TOML 文件。",
        "“{name}” isn't a TOML file with text."
    )
}

fn nothing_changes() -> rulebook::Say {
    say!(
        "同现行细则一样,没有改动。选改过的 TOML 文件,或在网页上改一个。",
        "This is as the rules in force. Choose TOML files that were changed, or edit one on this page."
    )
}

fn with(files: &BTreeMap<String, String>, changes: &Changes) -> BTreeMap<String, String> {
    let mut files = files.clone();
    files.extend(changes.clone());
    files
}

fn from(fields: &Fields) -> Result<Period, Problem> {
    let mut problem = Problem::fields();
    let _needed = fields.need("from", &mut problem);
    let from = fields.parse("from", "2027-01", &mut problem);
    from.ok_or(problem)
}

/// A first look: the page comes back with what the change does.
fn look(asked: &Asked<'_>, _at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let _changes = changes(asked, fields)?;
    let _from = from(fields)?;
    Err(Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "looked-at",
        say!(
            "改动已试算,没有采用。",
            "The change was tried; nothing is adopted."
        ),
        say!(
            "看过下面的错误、改动和试算结果,再决定采用。",
            "Look at the errors, what changes and the results below before you adopt it."
        ),
    ))
}

fn adopt(asked: &Asked<'_>, _at: &At, fields: &Fields) -> Result<Plan, Problem> {
    let (changes, from) = (changes(asked, fields)?, from(fields)?);
    if fields.get("seen").is_empty() {
        let mut problem = Problem::fields();
        problem.wrong("seen", crate::fields::empty());
        return Err(problem);
    }
    if fields.get("version") != asked.book()?.version.to_string() {
        return Err(changed());
    }
    let files = with(in_force(asked)?, &changes);
    let action = Action::Rules(Do::Adopt { from, files });
    Ok(Plan::new(action, HERE, "office-done-adopt"))
}

/// What is adopted is what was looked at: a change of the rules as they were then.
fn changed() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "rules-changed",
        say!(
            "试算以后,细则有了新的一版;没有采用。",
            "The rules have a new version since this was tried; nothing is adopted."
        ),
        say!(
            "看过下面对新一版的试算,再采用。",
            "Look at how it does on the new version, below, and adopt it then."
        ),
    )
}

fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let mut sheet = Sheet::new(asked, "office-rules");
    sheet.add(super::places(asked));
    sheet.text(asked, "office-rules-about");
    let sent = asked.kept.map(|kept| &kept.fields);
    let sent = sent.and_then(|sent| {
        let months = sent.get("months").parse().unwrap_or(1);
        Some((changes(asked, sent).ok()?, from(sent).ok()?, months))
    });
    if let Some((changes, from, months)) = sent {
        crate::vault::blocking(|| tried(asked, &changes, (from, months), &mut sheet))?;
    }
    versions(asked, &mut sheet);
    forms(asked, at, &mut sheet)?;
    sheet.show(asked)
}

fn versions(asked: &Asked<'_>, sheet: &mut Sheet) {
    let w = asked.words;
    let rules = &asked.state.rules;
    let numbers = (1..).map_while(|number| rules.version(number));
    let mut rows: Vec<Vec<Cell>> = numbers
        .map(|book| {
            let entry = rules.entry(book.version);
            let entry = entry.map_or_else(Cell::default, |entry| {
                Cell::text(format!("#{entry}")).to(format!("/audit/log/{entry}"))
            });
            vec![
                Cell::text(book.version.to_string()),
                Cell::text(w.period(book.from)),
                entry,
                Cell::text(book.digest.to_string()),
            ]
        })
        .collect();
    rows.reverse();
    sheet.heading(asked, "office-versions");
    let head = [
        "office-version",
        "office-holds-from",
        "office-log-entry",
        "office-digest",
    ];
    sheet.table(
        asked,
        ("office-versions", "office-no-versions"),
        &head,
        rows,
    );
}

/// The periods from which a change can hold: those that aren't cut off.
fn beginnings(asked: &Asked<'_>) -> Result<Vec<(String, String)>, Problem> {
    let running = asked.book()?.calendar.period_of(asked.today);
    let open = asked.state.periods.next_to_cut_off(asked.state);
    let first = open.map_or(running, |open| open.min(running));
    let all = std::iter::successors(Some(first), |period| Some(period.next()));
    let named = all.map(|period| (period.to_string(), asked.words.period(period)));
    Ok(named.take(AHEAD).collect())
}

fn forms(asked: &Asked<'_>, at: &At, sheet: &mut Sheet) -> Result<(), Problem> {
    let w = asked.words;
    let files = in_force(asked)?;
    let next = asked.book()?.calendar.period_of(asked.today).next();
    let starts = beginnings(asked)?;
    let months = |asked: &Asked<'_>| {
        let choices = (1..=MONTHS).map(|n| (n.to_string(), n.to_string()));
        Field::new(
            asked,
            "months",
            "office-try-on",
            Input::Choice(choices.collect()),
        )
        .value("1")
    };
    let start = |asked: &Asked<'_>| {
        Field::new(
            asked,
            "from",
            "office-holds-from",
            Input::Choice(starts.clone()),
        )
        .hint(w.t("office-holds-from.hint"))
        .value(next.to_string())
    };
    let kept = asked.kept.map(|kept| kept.fields.get("path"));
    let path = kept
        .filter(|path| !path.is_empty())
        .unwrap_or_else(|| at.query.get("file"));
    if let Some(text) = files.get(path) {
        let form = Form::new(asked, HERE, "", "office-do-try");
        sheet.add(Block::Heading(
            w.a("office-edit-file", "file", path.to_owned())
                .into_owned(),
        ));
        sheet.form(
            form.named("edit")
                .field(Field::hidden("path", path))
                .field(
                    Field::new(asked, "text", "office-file-text", Input::Code).value(text.as_str()),
                )
                .field(start(asked))
                .field(months(asked)),
        );
    } else {
        let form = Form::new(asked, HERE, "office-try", "office-do-try");
        let files = Field::new(asked, "files", "office-changed-files", Input::Files);
        sheet.form(
            form.about(w.t("office-try.about"))
                .field(files.hint(w.t("office-changed-files.hint")))
                .field(start(asked))
                .field(months(asked)),
        );
    }
    sheet.heading(asked, "office-edit-one");
    sheet.note(asked, "office-edit-one-about");
    let link = |path: &String| {
        let to = query(HERE, &[], ("file", path));
        Cell::text(path.as_str()).to(format!("{to}#edit"))
    };
    sheet.add(Block::Links(files.keys().map(link).collect()));
    Ok(())
}

/// What a change does.
fn tried(
    asked: &Asked<'_>,
    changes: &Changes,
    (from, months): (Period, usize),
    sheet: &mut Sheet,
) -> Result<(), Problem> {
    let w = asked.words;
    let files = with(in_force(asked)?, changes);
    sheet.heading(asked, "office-tried");
    let changed: Vec<&str> = changes.keys().map(String::as_str).collect();
    sheet.add(Block::Facts(vec![
        (
            w.t("office-changed-files").into_owned(),
            Cell::text(changed.join(", ")),
        ),
        (
            w.t("office-holds-from").into_owned(),
            Cell::text(w.period(from)),
        ),
    ]));
    let book = match rules::tried(asked.state, from, &files) {
        Ok(book) => book,
        Err(found) => {
            findings(asked, files, &found, sheet);
            return Ok(());
        }
    };
    meaning(asked, &book, sheet)?;
    let follows = rules::can_follow(asked.state, &book);
    if let Err(refusal) = &follows {
        let text = format!("{} {}", w.say(&refusal.problem), w.say(&refusal.remedy));
        sheet.add(Block::Note(text));
    }
    let scored = asked.state.periods.iter().rev();
    let scored = scored.filter(|(_, of)| !of.runs.is_empty());
    let scored = scored.map(|(period, _)| period);
    for period in scored.take(months.clamp(1, MONTHS)) {
        past(asked, &book, period, sheet)?;
    }
    if follows.is_ok() {
        let sent = serde_json::to_vec(changes).map_err(|_| Problem::broken())?;
        let form = Form::new(asked, ADOPT, "office-adopt", "office-do-adopt");
        sheet.form(
            form.about(w.t("office-adopt.about"))
                .field(Field::hidden("changes", STANDARD.encode(sent)))
                .field(Field::hidden("from", from.to_string()))
                .field(Field::hidden("version", asked.book()?.version.to_string()))
                .field(Field::new(asked, "seen", "office-seen", Input::Tick)),
        );
    }
    Ok(())
}

/// What is wrong with it, by file and line.
fn findings(
    asked: &Asked<'_>,
    files: BTreeMap<String, String>,
    found: &[Diagnostic],
    sheet: &mut Sheet,
) {
    let w = asked.words;
    let files = files
        .into_iter()
        .map(|(path, text)| (path, text.into_bytes()));
    let folder = Folder {
        files: files.collect(),
    };
    let errors = found.iter().filter(|one| one.severity == Severity::Error);
    let rows = errors.clone().take(LISTED).map(|one| {
        let file = &one.place.file;
        let line = position(&folder, &one.place).map(|at| at.line);
        let place = line.map_or_else(|| file.clone(), |line| format!("{file}:{line}"));
        let remedy = one.remedy.as_ref().map_or("", |remedy| w.say(remedy));
        vec![
            Cell::text(place),
            Cell::text(w.say(&one.problem)),
            Cell::text(remedy),
        ]
    });
    let rows = rows.collect();
    let text = w.n("office-rules-errors", errors.count());
    sheet.add(Block::Note(text.into_owned()));
    let head = ["office-place", "office-problem", "office-remedy"];
    sheet.table(asked, ("office-errors", "office-no-errors"), &head, rows);
}

/// What it changes in meaning.
fn meaning(asked: &Asked<'_>, book: &Book, sheet: &mut Sheet) -> Result<(), Problem> {
    let w = asked.words;
    let changes = diff(&asked.book()?.campaign, &book.campaign);
    let rows = changes.iter().take(LISTED).map(|change| {
        let subject: Vec<&str> = change.subject.iter().map(|part| w.say(part)).collect();
        vec![
            Cell::text(subject.join(" › ")),
            Cell::text(sentence(&change.what, w.lang)),
        ]
    });
    let head = ["office-what", "office-changes"];
    let words = ("office-meaning", "office-no-meaning");
    sheet.table(asked, words, &head, rows.collect());
    if changes.len() > LISTED {
        let more = w.n("office-more-changes", changes.len() - LISTED);
        sheet.add(Block::Note(more.into_owned()));
    }
    Ok(())
}

/// What a past period would have come to: both rules on the same figures.
fn past(asked: &Asked<'_>, book: &Book, period: Period, sheet: &mut Sheet) -> Result<(), Problem> {
    let w = asked.words;
    let title = w.a("office-tried-on", "period", w.period(period));
    sheet.add(Block::Heading(title.into_owned()));
    let was = period::tried(asked.state, asked.book()?, period);
    let is = period::tried(asked.state, book, period);
    let (was, is) = match (was, is) {
        (Ok(was), Ok(is)) => (was, is),
        (Err(refusal), _) | (_, Err(refusal)) => {
            let text = format!("{} {}", w.say(&refusal.problem), w.say(&refusal.remedy));
            sheet.add(Block::Note(text));
            return Ok(());
        }
    };
    let name = |class: &ClassResult| class.category.as_str().to_owned();
    let categories: BTreeSet<String> = was.iter().chain(&is).map(name).collect();
    for category in categories {
        let of = |classes: &[ClassResult]| {
            let mut classes = classes.iter();
            let found = classes.find(|class| class.category.as_str() == category);
            found.map(|class| class.units.clone()).unwrap_or_default()
        };
        class(asked, &category, (&of(&was), &of(&is)), sheet);
    }
    Ok(())
}

/// A unit before and after.
type Pair<'a> = (&'a UnitId, Option<&'a UnitResult>, Option<&'a UnitResult>);

fn score(result: Option<&UnitResult>) -> Option<f64> {
    result?.score?.given()
}

/// By how many places it rises; none where it isn't ranked by both.
fn rise(pair: &Pair<'_>) -> Option<i64> {
    let rank = |result: Option<&UnitResult>| result?.rank.map(i64::from);
    Some(rank(pair.1)? - rank(pair.2)?)
}

fn class(
    asked: &Asked<'_>,
    category: &str,
    (was, is): (&[UnitResult], &[UnitResult]),
    sheet: &mut Sheet,
) {
    let w = asked.words;
    let units: BTreeSet<&UnitId> = was.iter().chain(is).map(|one| &one.unit).collect();
    let find = |all: &'_ [UnitResult], unit: &UnitId| all.iter().position(|one| one.unit == *unit);
    let mut pairs: Vec<Pair<'_>> = units
        .into_iter()
        .map(|unit| {
            let old = find(was, unit).and_then(|at| was.get(at));
            (unit, old, find(is, unit).and_then(|at| is.get(at)))
        })
        .collect();
    let count = |fits: fn(i64) -> bool| pairs.iter().filter_map(rise).filter(|n| fits(*n)).count();
    let counts = [count(|n| n > 0), count(|n| n < 0), count(|n| n == 0)];
    let counts = counts.map(|count| count.to_string());
    let [up, down, same] = counts.each_ref().map(String::as_str);
    let name = category_name(asked, category);
    let pairs_of_words = [
        ("category", name.as_str()),
        ("up", up),
        ("down", down),
        ("same", same),
    ];
    let caption = w.with("office-tried-class", &pairs_of_words).into_owned();
    // Those that keep score and rank are in the caption's count.
    pairs.retain(|pair| !unmoved(pair));
    let moves = |pair: &Pair<'_>| {
        let change = score(pair.2)
            .zip(score(pair.1))
            .map(|(is, was)| (is - was).abs());
        (
            rise(pair).map_or(i64::MAX, i64::abs),
            change.unwrap_or(f64::MAX),
        )
    };
    pairs.sort_by(|a, b| {
        let (a, b) = (moves(a), moves(b));
        b.0.cmp(&a.0).then(b.1.total_cmp(&a.1))
    });
    let head = [
        "office-unit",
        "office-score-was",
        "office-score-would",
        "office-would-interval",
        "office-rank-was",
        "office-rank-would",
        "office-how-sure",
    ];
    sheet.add(Block::Table(Grid {
        caption,
        head: head.iter().map(|id| w.t(id).into_owned()).collect(),
        rows: pairs
            .iter()
            .take(LISTED)
            .map(|pair| row(asked, pair))
            .collect(),
        empty: w.a("office-nobody-moves", "category", name).into_owned(),
    }));
}

/// Whether a unit keeps both score and rank.
fn unmoved(pair: &Pair<'_>) -> bool {
    let scores = score(pair.1).zip(score(pair.2));
    rise(pair) == Some(0) && scores.is_some_and(|(was, is)| (was - is).abs() < 1e-9)
}

fn interval(result: Option<&UnitResult>) -> Option<(f64, f64)> {
    let (low, high) = result?.sure.as_ref()?.score?;
    Some((low.given()?, high.given()?))
}

fn row(asked: &Asked<'_>, pair: &Pair<'_>) -> Vec<Cell> {
    let w = asked.words;
    let (unit, was, is) = *pair;
    let number = |value: Option<f64>| {
        Cell::text(value.map_or_else(|| "–".to_owned(), |value| w.num(value, 2))).look("n")
    };
    let rank = |result: Option<&UnitResult>| {
        let rank = result.and_then(|result| result.rank);
        Cell::text(rank.map_or_else(|| "–".to_owned(), |rank| rank.to_string())).look("n")
    };
    let (before, after) = (interval(was), interval(is));
    let between = after.map_or_else(String::new, |(low, high)| {
        format!("{}–{}", w.num(low, 1), w.num(high, 1))
    });
    let sure = match before.zip(after) {
        Some((before, after)) if before.1 < after.0 || after.1 < before.0 => "office-clearly",
        Some(_) => "office-within-chance",
        None => "office-not-known",
    };
    vec![
        Cell::text(asked.unit_name(unit)).to(format!("/units/{unit}")),
        number(score(was)),
        number(score(is)),
        Cell::text(between).look("n"),
        rank(was),
        rank(is),
        Cell::text(w.t(sure)),
    ]
}
