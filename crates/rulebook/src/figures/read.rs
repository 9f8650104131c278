//! Tables of figures, merged and checked: the figures of a campaign.

use std::collections::BTreeMap;

use super::absent;
use super::derive;
use super::draft::Draft;
use super::number::Spellings;
use super::plan::{self, Plan, Role};
use super::rows::{Filler, Merged};
use super::{Figures, PeriodFigures};
use crate::campaign::Campaign;
use crate::diagnostic::Place;
use crate::findings::{Findings, list, shown};
use crate::grid::{self, Grid};
use crate::model::{FilledBy, Id, Measure};
use crate::{Diagnostic, Period, Severity, Unit, say};

/// A table of figures as handed in.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    /// The file's name, for messages; its extension tells a workbook.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// What the person who hands tables in says about their columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The column that holds the unit's id; `unit` when not said.
    pub unit_column: Option<String>,
    /// The column that holds the period; `period` when not said.
    pub period_column: Option<String>,
    /// The period of tables without such a column; of those with one only its rows are read, and those of the period just
    /// before it, which some rules look back at.
    pub period: Option<Period>,
    /// The scheme that will score them, if not those in force: the columns it needs must be there.
    pub scheme: Option<Id>,
}

/// How tables were understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// For each table that could be read.
    pub tables: Vec<TableNote>,
}

/// How a table was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableNote {
    /// The file's name.
    pub file: String,
    /// Its shape.
    pub shape: Shape,
    /// Its rows.
    pub rows: usize,
    /// The columns that nothing uses.
    pub unused: Vec<String>,
}

/// The shape of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A row a figure: `period,unit,measure,value[,n][,se]`.
    Long,
    /// A row a unit, a column a measure.
    Wide,
}

/// Reads and merges tables of figures.
///
/// The figures are there unless there are errors. Units are sorted by id, columns stand in the order of the campaign's
/// measures, computed measures are computed, numbers of cases are taken from the measure named in `count` where none were
/// given.
#[must_use]
pub fn read(
    campaign: &Campaign,
    tables: &[Table<'_>],
    layout: &Layout,
) -> (Option<Figures>, Notes, Vec<Diagnostic>) {
    let mut findings = wrong_layout(campaign, layout);
    let mut notes = Notes::default();
    let mut planned: Vec<(Grid<'_>, Plan)> = Vec::new();
    for table in tables {
        planned.extend(open(campaign, *table, layout, &mut notes, &mut findings));
    }
    let drafts = fill(campaign, &planned, &mut findings);
    let mut figures = Figures {
        periods: drafts
            .into_iter()
            .map(|(period, draft)| (period, draft.finish()))
            .collect(),
    };
    if !has_errors(&findings) {
        findings.extend(absent::columns(campaign, &figures, &notes, layout));
    }
    let names: Vec<&str> = tables.iter().map(|table| table.name).collect();
    let place = Place::whole(names.join(", "));
    let computed = |measure: &Measure| matches!(measure.filled_by, Some(FilledBy::Formula(_)));
    for (period, of_period) in &mut figures.periods {
        derive::complete(campaign, of_period);
        findings.extend(derive::out_of_range(
            campaign, *period, of_period, &place, computed,
        ));
    }
    (
        Some(figures).filter(|_| !has_errors(&findings)),
        notes,
        findings,
    )
}

fn has_errors(findings: &[Diagnostic]) -> bool {
    findings
        .iter()
        .any(|finding| finding.severity == Severity::Error)
}

fn wrong_layout(campaign: &Campaign, layout: &Layout) -> Vec<Diagnostic> {
    let kind = campaign.file.calendar.period;
    let wrong = layout.period.filter(|period| period.kind() != kind);
    wrong
        .map(|period| bad_period(Place::whole("--period"), &period.to_string(), kind))
        .into_iter()
        .collect()
}

/// A text that is no period of the campaign's kind.
pub(super) fn bad_period(place: Place, text: &str, kind: crate::PeriodKind) -> Diagnostic {
    let (text, example) = (shown(text), kind.example());
    let problem = say!(
        "“{text}”不是本活动的一期",
        "“{text}” is not a period of this campaign"
    );
    let remedy = say!(
        "写成 {example} 这样;表格软件把它变成了日期的,把这一列设为文本格式再填",
        "write it like {example}; if the spreadsheet made a date of it, format the column as text and fill it again"
    );
    Diagnostic::error("bad-period", place, problem).remedy(remedy)
}

fn open<'a>(
    campaign: &Campaign,
    table: Table<'a>,
    layout: &Layout,
    notes: &mut Notes,
    found: &mut Vec<Diagnostic>,
) -> Option<(Grid<'a>, Plan)> {
    let grid = match grid::read(table.name, table.bytes) {
        Ok(grid) => grid,
        Err(errors) => {
            found.extend(errors);
            return None;
        }
    };
    found.extend(grid.warnings.iter().cloned());
    let mut findings = Findings::about(table.name);
    let plan = plan::plan(campaign, &grid, layout, &mut findings);
    found.extend(findings.finish());
    let plan = plan?;
    notes.tables.push(note(&grid, &plan));
    Some((grid, plan))
}

fn note(grid: &Grid<'_>, plan: &Plan) -> TableNote {
    let columns = grid.header.iter().zip(&plan.roles);
    TableNote {
        file: grid.file.clone(),
        shape: if plan.long { Shape::Long } else { Shape::Wide },
        rows: grid.rows.len(),
        unused: columns
            .filter(|(_, role)| **role == Role::Unused)
            .map(|(name, _)| name.clone())
            .collect(),
    }
}

fn fill(
    campaign: &Campaign,
    planned: &[(Grid<'_>, Plan)],
    found: &mut Vec<Diagnostic>,
) -> BTreeMap<Period, Draft> {
    let spellings = Spellings::of(&campaign.file.figures);
    let mut merged = Merged::new(campaign, planned);
    for table in 0..planned.len() {
        if let Some(filler) = Filler::new(&spellings, &mut merged, table) {
            found.extend(filler.fill());
        }
    }
    found.extend(merged.check_units());
    merged.into_drafts()
}

/// The category of units for which none is written: the campaign's only one.
pub(super) fn only_category(campaign: &Campaign) -> Option<&Id> {
    match campaign.file.category.as_slice() {
        [only] => Some(&only.id),
        _ => None,
    }
}

/// A unit whose category isn't known.
pub(crate) fn unit_without_category(
    place: Place,
    unit: &str,
    categories: &[crate::model::Category],
) -> Diagnostic {
    let (unit, known) = (
        shown(unit),
        list(categories.iter().map(|category| category.id.as_str())),
    );
    let problem = say!("单位“{unit}”没有类别", "the unit “{unit}” has no category");
    let remedy = say!(
        "在 category 列写上它的类别:{known};或在活动文件夹中写 organisation.csv",
        "write its category in a column `category`: {known}; or put an organisation.csv into the campaign folder"
    );
    Diagnostic::error("unit-without-category", place, problem).remedy(remedy)
}

/// The categories of the units of a period, each once.
pub(super) fn categories(figures: &PeriodFigures) -> Vec<&str> {
    let mut categories: Vec<&str> = Vec::new();
    for Unit { category, .. } in &figures.units {
        if !categories.contains(&category.as_str()) {
            categories.push(category.as_str());
        }
    }
    categories.sort_unstable();
    categories
}

/// The codes of what can be wrong with a table of figures, in Chinese and English. Those of any table are
/// [`grid::CODES`]; those about units, [`crate::organisation::CODES`].
pub const CODES: &[(&str, &str, &str)] = &[
    (
        "bad-period",
        "期的写法不对,或不是本活动的周期",
        "a period is misspelt, or not of the campaign's kind",
    ),
    (
        "column-absent",
        "计分要用的度量在各表中都没有",
        "no table has a measure that scoring needs",
    ),
    (
        "computed-column",
        "由公式计算的度量,表中的数不读取",
        "a computed measure's column isn't read",
    ),
    (
        "duplicate-unit",
        "同一单位在一期里出现两次",
        "a unit stands twice in a period",
    ),
    ("empty-unit", "单位一格是空的", "the unit's cell is empty"),
    (
        "given-twice",
        "同一个数给了两次",
        "the same figure is given twice",
    ),
    (
        "no-period",
        "看不出是哪一期的数",
        "the period of the figures isn't given",
    ),
    (
        "no-period-column",
        "没有指明的期列",
        "the period column named isn't there",
    ),
    ("no-unit-column", "没有单位列", "there is no unit column"),
    (
        "not-a-number",
        "应是数的格子里是别的文字",
        "text stands where a number belongs",
    ),
    (
        "not-finite",
        "数是无穷大或 NaN",
        "a number is infinite or NaN",
    ),
    (
        "not-whole",
        "应是整数而不是",
        "a number must be whole and isn't",
    ),
    (
        "out-of-range",
        "数超出声明的范围",
        "a number is out of the declared range",
    ),
    (
        "unit-differs",
        "同一单位的类别、属性前后不一",
        "a unit's category or attribute is given differently",
    ),
    (
        "unknown-measure",
        "没有这个度量",
        "there is no such measure",
    ),
    (
        "unknown-unit",
        "组织中没有这个单位",
        "the organisation has no such unit",
    ),
];
