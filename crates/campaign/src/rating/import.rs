//! Rated cases of a hotline as a table (CSV or XLSX): all of it, or none.
//!
//! | column | what | must it be there |
//! | --- | --- | --- |
//! | `case` | the case's number; only a digest of it is kept | yes |
//! | `unit` | the id of the unit rated | yes |
//! | `day` | the day on which the caller rated, such as 2026-10-01 | yes |
//! | `level` | 1 to 5, or 非常不满意, 不满意, 基本满意, 满意, 非常满意; for "can't say" 0 or 说不清 | yes |
//! | `service` | the id of the service | no |
//! | `group` | the id of the group served | no |
//!
//! A case that was taken in before and says the same is left out with a warning, so files may overlap; one that says something
//! else is an error. Other columns aren't read, so that names and telephone numbers in them get nowhere.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rulebook::grid::{self, Grid};
use rulebook::{Diagnostic, Place, Say, say};

use super::{Case, Level, case_id};
use crate::id::{Name, RatingId};
use crate::rules::Book;
use crate::{Date, State, UnitId};

/// What can be wrong with a table of cases, in Chinese and English; beside what can be wrong with any table.
pub const CODES: &[(&str, &str, &str)] = &[
    (
        "case-column",
        "缺少必需的列",
        "a column that must be there is missing",
    ),
    (
        "case-unused-column",
        "这一列没有用",
        "nothing uses the column",
    ),
    ("case-empty", "格子是空的", "a cell is empty"),
    ("case-unit", "没有这个单位", "there is no such unit"),
    (
        "case-service",
        "细则里没有这项服务",
        "the rulebook has no such service",
    ),
    (
        "case-group",
        "细则里没有这类服务对象",
        "the rulebook has no such group served",
    ),
    (
        "case-day",
        "日期写法不对,或还没到",
        "a day is malformed or yet to come",
    ),
    ("case-level", "没有这一级", "there is no such level"),
    (
        "case-twice",
        "个案在表里出现两次",
        "a case stands twice in the table",
    ),
    (
        "case-known",
        "个案以前已收,内容相同,略过",
        "a case was taken in before and says the same: left out",
    ),
    (
        "case-differs",
        "个案以前已收,内容不同",
        "a case was taken in before and says something else",
    ),
];

/// The cases of a table, with what is worth knowing.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// The cases that are new.
    pub cases: Vec<Case>,
    /// Warnings.
    pub warnings: Vec<Diagnostic>,
}

/// Reads a table of rated cases.
///
/// # Errors
/// Everything that is wrong with it, by cell.
pub fn read(
    state: &State,
    today: Date,
    file: &str,
    bytes: &[u8],
) -> Result<Import, Vec<Diagnostic>> {
    let grid = grid::read(file, bytes)?;
    let mut reader = Reader::new(state, today, &grid);
    reader.check_header();
    let complete = [reader.case, reader.unit, reader.day, reader.level];
    if complete.iter().all(Option::is_some) {
        let (mut rows, mut cells) = (grid.reader(), Vec::new());
        while let Some(line) = rows.next(&mut cells) {
            reader.row(line, &cells);
        }
    }
    if !reader.errors.is_empty() {
        return Err(reader.errors);
    }
    let warnings = grid.warnings.iter().cloned().chain(reader.warnings);
    Ok(Import {
        cases: reader.cases,
        warnings: warnings.collect(),
    })
}

struct Reader<'r> {
    state: &'r State,
    book: Option<&'r Book>,
    today: Date,
    grid: &'r Grid<'r>,
    case: Option<usize>,
    unit: Option<usize>,
    day: Option<usize>,
    level: Option<usize>,
    service: Option<usize>,
    group: Option<usize>,
    /// Case → the line it first stands on.
    seen: BTreeMap<RatingId, usize>,
    cases: Vec<Case>,
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
}

impl<'r> Reader<'r> {
    fn new(state: &'r State, today: Date, grid: &'r Grid<'r>) -> Self {
        Self {
            state,
            book: state.rules.latest().map(AsRef::as_ref),
            today,
            grid,
            case: grid.column("case"),
            unit: grid.column("unit"),
            day: grid.column("day"),
            level: grid.column("level"),
            service: grid.column("service"),
            group: grid.column("group"),
            seen: BTreeMap::new(),
            cases: Vec::new(),
            errors: Vec::new(),
            warnings: Vec::new(),
        }
    }

    fn check_header(&mut self) {
        let row = self.grid.header_row;
        for name in ["case", "unit", "day", "level"] {
            if self.grid.column(name).is_none() {
                let problem = say!("缺少“{name}”列", "there is no column “{name}”");
                let remedy = say!(
                    "表头写 case、unit、day、level,可加 service、group",
                    "the header has case, unit, day, level, and may have service and group"
                );
                let place = self.grid.place(row, None);
                self.error("case-column", place, problem, remedy);
            }
        }
        let known = ["case", "unit", "day", "level", "service", "group"];
        for (column, name) in self.grid.header.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                let problem = say!("“{name}”列没有用,未读", "the column “{name}” isn't read");
                let place = self.grid.place(row, Some(column));
                let unused = Diagnostic::warning("case-unused-column", place, problem);
                self.warnings.push(unused);
            }
        }
    }

    fn error(&mut self, code: &'static str, place: Place, problem: Say, remedy: Say) {
        self.errors
            .push(Diagnostic::error(code, place, problem).remedy(remedy));
    }

    fn row(&mut self, line: usize, cells: &[Cow<'_, str>]) {
        // Every cell is looked at, so that all errors of a row are told at once.
        let number = self.needed(line, self.case, cells);
        let unit = self.needed(line, self.unit, cells);
        let unit = unit.and_then(|text| self.unit(line, text));
        let day = self.needed(line, self.day, cells);
        let day = day.and_then(|text| self.day(line, text));
        let level = self.needed(line, self.level, cells);
        let level = level.and_then(|text| self.level(line, text));
        let service = self.service(line, at(self.service, cells));
        let group = self.group(line, at(self.group, cells));
        let whole = number.zip(unit).zip(day.zip(level)).zip(service.zip(group));
        if let Some((((number, unit), (day, level)), (service, group))) = whole {
            let case = case_id(number);
            self.add(
                line,
                number,
                Case {
                    case,
                    unit,
                    service,
                    group,
                    day,
                    level,
                },
            );
        }
    }

    /// The text of a cell that must not be empty.
    fn needed<'c>(
        &mut self,
        line: usize,
        column: Option<usize>,
        cells: &'c [Cow<'_, str>],
    ) -> Option<&'c str> {
        let text = at(column, cells);
        if text.is_none() {
            let place = self.grid.place(line, column);
            let problem = say!("格子是空的", "the cell is empty");
            let remedy = say!("补上,或删去这一行", "fill it in, or take the row out");
            self.error("case-empty", place, problem, remedy);
        }
        text
    }

    fn unit(&mut self, line: usize, text: &str) -> Option<UnitId> {
        let unit = UnitId::from(text);
        if self.state.organisation.unit(&unit).is_some() {
            return Some(unit);
        }
        let place = self.grid.place(line, self.unit);
        let problem = say!("没有单位“{text}”", "there is no unit “{text}”");
        let remedy = say!("核对单位的标识", "check the unit's id");
        self.error("case-unit", place, problem, remedy);
        None
    }

    fn day(&mut self, line: usize, text: &str) -> Option<Date> {
        let day: Option<Date> = text.parse().ok();
        if let Some(day) = day.filter(|day| *day <= self.today) {
            return Some(day);
        }
        let today = self.today;
        let place = self.grid.place(line, self.day);
        let problem = say!(
            "“{text}”不是日期,或在今天 {today} 之后",
            "“{text}” is no day, or after today, {today}"
        );
        let remedy = say!("写作 2026-10-01", "write 2026-10-01");
        self.error("case-day", place, problem, remedy);
        None
    }

    fn level(&mut self, line: usize, text: &str) -> Option<Option<Level>> {
        let found = match text {
            "1" | "非常不满意" => Some(Level::VeryLow),
            "2" | "不满意" => Some(Level::Low),
            "3" | "基本满意" => Some(Level::Middle),
            "4" | "满意" => Some(Level::High),
            "5" | "非常满意" => Some(Level::VeryHigh),
            "0" | "说不清" => None,
            _ => {
                let place = self.grid.place(line, self.level);
                let problem = say!("没有“{text}”这一级", "there is no level “{text}”");
                let remedy = say!("写 1 到 5,说不清写 0", "write 1 to 5, or 0 for can't say");
                self.error("case-level", place, problem, remedy);
                return None;
            }
        };
        Some(found)
    }

    fn service(&mut self, line: usize, text: Option<&str>) -> Option<Option<Name>> {
        let Some(text) = text else { return Some(None) };
        let known = self.book.and_then(|book| book.campaign.service(text));
        if known.is_some() {
            return Some(Some(Name::from(text)));
        }
        let place = self.grid.place(line, self.service);
        let problem = say!(
            "细则里没有服务“{text}”",
            "the rulebook has no service “{text}”"
        );
        let remedy = say!("用 services.toml 里的标识", "use an id of services.toml");
        self.error("case-service", place, problem, remedy);
        None
    }

    fn group(&mut self, line: usize, text: Option<&str>) -> Option<Option<Name>> {
        let Some(text) = text else { return Some(None) };
        let groups = self.book.map(|book| book.campaign.file.served.as_slice());
        let mut groups = groups.unwrap_or_default().iter();
        if groups.any(|group| group.id.as_str() == text) {
            return Some(Some(Name::from(text)));
        }
        let place = self.grid.place(line, self.group);
        let problem = say!(
            "细则里没有服务对象“{text}”",
            "the rulebook has no group served “{text}”"
        );
        let remedy = say!(
            "用 campaign.toml 里 served 的标识",
            "use an id of `served` in campaign.toml"
        );
        self.error("case-group", place, problem, remedy);
        None
    }

    fn add(&mut self, line: usize, number: &str, case: Case) {
        let place = self.grid.place(line, self.case);
        if let Some(first) = self.seen.get(&case.case) {
            let problem = say!(
                "个案“{number}”已在第 {first} 行",
                "case “{number}” stands on line {first} already"
            );
            let remedy = say!("只留一行", "leave one row");
            self.error("case-twice", place, problem, remedy);
            return;
        }
        self.seen.insert(case.case, line);
        let Some(known) = self.state.ratings.rating(case.case) else {
            self.cases.push(case);
            return;
        };
        let same = *known.unit == case.unit
            && known.service == case.service.as_ref()
            && known.group == case.group.as_ref()
            && known.day == case.day
            && known.level == case.level;
        if same {
            let problem = say!(
                "个案“{number}”以前已收,略过",
                "case “{number}” was taken in before and is left out"
            );
            let known = Diagnostic::warning("case-known", place, problem);
            self.warnings.push(known);
        } else {
            let problem = say!(
                "个案“{number}”以前已收,内容不同",
                "case “{number}” was taken in before and says something else"
            );
            let remedy = say!(
                "已收的不能改;有误请提出异议",
                "what was taken in isn't changed; object if it is wrong"
            );
            self.error("case-differs", place, problem, remedy);
        }
    }
}

/// The text of a cell; `None` where it is empty or there is no such column.
fn at<'c>(column: Option<usize>, cells: &'c [Cow<'_, str>]) -> Option<&'c str> {
    let text = cells.get(column?)?.trim();
    Some(text).filter(|text| !text.is_empty())
}
