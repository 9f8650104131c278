//! Ratings on paper, by the invitation code on the sheet; and rated cases of a hotline.
//!
//! A rating given on paper is the same as one given on the phone: by its code, once, and nothing names who gave it. Whoever types
//! it in holds codes and answers in the same hands, though: the page says so.

use std::collections::BTreeSet;

use campaign::Action;
use campaign::id::RatingId;
use campaign::rating::{Action as Rate, Level, Opinion, import};
use rulebook::grid::Grid;
use rulebook::say;

use super::rows::{self, Row};
use super::{Is, Read, Step};
use crate::asked::Asked;
use crate::fields::Upload;
use crate::files::Sheet;
use crate::pages::rating::typed;
use crate::problem::Problem;
use crate::vault::Writing;

const CODES: [&str; 3] = ["code", "level", "comment"];
const CASES: [&str; 6] = ["case", "unit", "day", "level", "service", "group"];

/// Whether it is a rating by a code.
pub const fn is_given(action: &Action) -> bool {
    matches!(action, Action::Rating(Rate::Give { .. }))
}

/// What the tables would bring.
pub fn read(asked: &Asked<'_>, grids: &[Grid<'_>], file: &Upload) -> Result<Read, Problem> {
    let mut read = Read::default();
    for grid in grids {
        read.findings.extend(grid.warnings.iter().cloned());
    }
    match grids {
        [grid] if grid.column("code").is_some() => codes(asked, grid, &mut read)?,
        [grid] if grid.column("case").is_some() => cases(asked, grid, file, &mut read),
        [grid] => read
            .findings
            .push(rows::unknown(grid, "code, level / case, unit, day, level")),
        _ => {
            let told = grids
                .get(1)
                .map(|grid| rows::unknown(grid, "code, level, comment"));
            read.findings.extend(told);
        }
    }
    // In no order that would tell which sheet was which.
    read.steps.sort_by_key(|step| match &step.action {
        Action::Rating(Rate::Give { code, .. }) => Some(code.rating()),
        _ => None,
    });
    Ok(read)
}

fn codes(asked: &Asked<'_>, grid: &Grid<'_>, read: &mut Read) -> Result<(), Problem> {
    rows::columns(grid, &["code", "level"], &CODES, &mut read.findings);
    let mut seen: BTreeSet<RatingId> = BTreeSet::new();
    for row in rows::rows(grid) {
        let Some(text) = row.need("code", &mut read.findings) else {
            continue;
        };
        let level = level(&row, read);
        let Some(code) = typed::read(text) else {
            let problem = say!("码打错了", "the code is mistyped");
            let remedy = say!(
                "对照纸上的 26 个字符再打一次",
                "check its 26 characters against the sheet"
            );
            read.findings
                .push(row.wrong("code-mistyped", "code", problem, remedy));
            continue;
        };
        if !seen.insert(code.rating()) {
            let problem = say!("这个码在表里出现两次", "the code stands in the table twice");
            let remedy = say!(
                "一个码评价一次:只留一行",
                "a code is for one rating: leave one row"
            );
            read.findings
                .push(row.wrong("row-twice", "code", problem, remedy));
            continue;
        }
        let Some(level) = level else { continue };
        // Whether the level is the same isn't told: it would give away what someone said.
        if asked.state.ratings.rating(code.rating()).is_some() {
            let what = say!(
                "这个码的评价以前已收",
                "the rating of this code was taken in before"
            );
            read.change(row.place(None), Is::Same, what);
            continue;
        }
        let mut writing = Writing::new();
        let opinion = Opinion {
            level,
            tags: BTreeSet::new(),
            comment: writing.optional("file", row.get("comment"))?,
            call_back: None,
        };
        read.change(
            row.place(None),
            Is::New,
            told(level, opinion.comment.is_some()),
        );
        let action = Action::Rating(Rate::Give { code, opinion });
        read.steps.push(Step {
            place: row.place(Some("code")),
            action,
            writing,
        });
    }
    Ok(())
}

fn level(row: &Row<'_>, read: &mut Read) -> Option<Option<Level>> {
    let text = row.need("level", &mut read.findings)?;
    let named = [
        "说不清",
        "非常不满意",
        "不满意",
        "基本满意",
        "满意",
        "非常满意",
    ];
    let number = named.iter().position(|name| *name == text);
    let number = number.map_or_else(|| text.parse().ok(), |at| u8::try_from(at).ok());
    match number {
        Some(0) => Some(None),
        Some(number) if Level::try_from(number).is_ok() => Some(Level::try_from(number).ok()),
        _ => {
            let problem = say!("没有“{text}”这一级", "there is no level `{text}`");
            let remedy = say!("写 1 到 5,说不清写 0", "write 1 to 5, or 0 for can't say");
            read.findings
                .push(row.wrong("level-unknown", "level", problem, remedy));
            None
        }
    }
}

fn told(level: Option<Level>, comment: bool) -> rulebook::Say {
    let number = level.map_or(0, Level::number);
    match comment {
        true => say!(
            "评价 {number},有意见",
            "a rating of {number}, with a comment"
        ),
        false => say!("评价 {number}", "a rating of {number}"),
    }
}

fn cases(asked: &Asked<'_>, grid: &Grid<'_>, file: &Upload, read: &mut Read) {
    // What is worth knowing of the table itself is told with its cases.
    read.findings.clear();
    let found = import::read(asked.state, asked.today, &file.name, &file.content);
    let cases = match found {
        Ok(found) => {
            let known = found.warnings.iter().filter(|one| one.code == "case-known");
            for one in known {
                read.change(one.place.clone(), Is::Same, one.problem.clone());
            }
            let worth = found.warnings.into_iter();
            read.findings
                .extend(worth.filter(|one| one.code != "case-known"));
            found.cases
        }
        Err(findings) => {
            read.findings = findings;
            return;
        }
    };
    let place = || grid.place(grid.header_row, None);
    for case in &cases {
        let (unit, day, level) = (&case.unit, case.day, case.level.map_or(0, Level::number));
        let what = say!(
            "{unit} {day}:评价 {level}",
            "{unit} {day}: a rating of {level}"
        );
        read.change(place(), Is::New, what);
    }
    if !cases.is_empty() {
        let action = Action::Rating(Rate::ImportCases { cases });
        read.step(place(), action, Writing::new());
    }
}

/// Empty tables to be filled.
pub fn template() -> Vec<Sheet> {
    vec![Sheet::new("codes", &CODES), Sheet::new("cases", &CASES)]
}
