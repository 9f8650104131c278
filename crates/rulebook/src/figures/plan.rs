//! What each column of a table means.

use crate::campaign::Campaign;
use crate::diagnostic::Place;
use crate::findings::{Findings, likely, list, shown};
use crate::grid::Grid;
use crate::model::FilledBy;
use crate::{Diagnostic, Period, say};

use super::read::Layout;

/// Which of a measure's figures a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Value,
    N,
    Se,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Unit,
    Period,
    Category,
    Name,
    Parent,
    /// An attribute, by its position in the campaign.
    Attribute(usize),
    /// A measure, by its position in the campaign.
    Figure(usize, Part),
    /// The measure's id, in a long table.
    LongMeasure,
    /// The measure's figures, in a long table.
    Long(Part),
    /// A measure that is computed, so what is written isn't read.
    Computed,
    Unused,
}

/// Where the period of a row is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum PeriodFrom {
    /// In this column.
    Column(usize),
    /// It is the same for all rows.
    Fixed(Period),
}

/// How a table is read.
#[derive(Debug)]
pub(super) struct Plan {
    pub long: bool,
    pub roles: Vec<Role>,
    pub unit: usize,
    pub period: PeriodFrom,
    /// Rows of other periods are passed over, but for the one just before, which some rules look back at.
    pub only: Option<Period>,
}

impl Plan {
    /// Whether rows of a period are read.
    pub(super) fn reads(&self, period: Period) -> bool {
        self.only
            .is_none_or(|only| period == only || period == only.previous())
    }
}

/// Reads the header of `grid`; `None` after an error that leaves nothing to read.
pub(super) fn plan(
    campaign: &Campaign,
    grid: &Grid<'_>,
    layout: &Layout,
    findings: &mut Findings,
) -> Option<Plan> {
    let long = is_long(campaign, grid);
    let unit = unit_column(grid, layout, findings);
    let period = period_from(campaign, grid, layout, findings);
    let (unit, period) = (unit?, period?);
    let mut roles = Vec::new();
    for (column, name) in grid.header.iter().enumerate() {
        let role = match period {
            _ if column == unit => Role::Unit,
            PeriodFrom::Column(at) if column == at => Role::Period,
            _ => role_of(campaign, name, long),
        };
        if role == Role::Computed {
            findings.warning(|| computed(grid.place(grid.header_row, Some(column)), name));
        }
        roles.push(role);
    }
    Some(Plan {
        long,
        roles,
        unit,
        period,
        only: layout.period,
    })
}

/// A long table names its measures in a column.
fn is_long(campaign: &Campaign, grid: &Grid<'_>) -> bool {
    let plain = |name: &str| grid.column(name).is_some() && campaign.measure(name).is_none();
    plain("measure") && plain("value")
}

fn role_of(campaign: &Campaign, name: &str, long: bool) -> Role {
    let long_role = match name {
        "measure" => Some(Role::LongMeasure),
        "value" => Some(Role::Long(Part::Value)),
        "n" => Some(Role::Long(Part::N)),
        "se" => Some(Role::Long(Part::Se)),
        _ => None,
    };
    let figure = || if long { None } else { figure(campaign, name) };
    let attribute = || {
        campaign
            .file
            .attribute
            .iter()
            .position(|a| a.id.as_str() == name)
            .map(Role::Attribute)
    };
    let word = || match name {
        "category" => Some(Role::Category),
        "name" => Some(Role::Name),
        "parent" => Some(Role::Parent),
        _ => None,
    };
    long_role
        .filter(|_| long)
        .or_else(figure)
        .or_else(attribute)
        .or_else(word)
        .unwrap_or(Role::Unused)
}

fn figure(campaign: &Campaign, name: &str) -> Option<Role> {
    let position = |id: &str| {
        campaign
            .measures
            .iter()
            .position(|written| written.item.id.as_str() == id)
    };
    if let Some(index) = position(name) {
        return Some(if is_computed(campaign, index) {
            Role::Computed
        } else {
            Role::Figure(index, Part::Value)
        });
    }
    let part = |suffix: &str, part: Part| {
        let index = position(name.strip_suffix(suffix)?)?;
        Some(Role::Figure(index, part))
    };
    part(".n", Part::N).or_else(|| part(".se", Part::Se))
}

/// Whether a measure is computed from others.
pub(super) fn is_computed(campaign: &Campaign, measure: usize) -> bool {
    let filled_by = campaign
        .measures
        .get(measure)
        .and_then(|written| written.item.filled_by.as_ref());
    matches!(filled_by, Some(FilledBy::Formula(_)))
}

fn unit_column(grid: &Grid<'_>, layout: &Layout, findings: &mut Findings) -> Option<usize> {
    let wanted = layout.unit_column.as_deref().unwrap_or("unit");
    let found = grid.column(wanted);
    if found.is_none() {
        findings.error(|| {
            let remedy = match layout.unit_column {
                Some(_) => say!("核对 --unit-column", "check --unit-column"),
                None => say!(
                    "用 --unit-column 指明哪一列是单位",
                    "say with --unit-column which column holds the units"
                ),
            };
            no_column(grid, "no-unit-column", wanted, remedy)
        });
    }
    found
}

fn no_column(grid: &Grid<'_>, code: &'static str, wanted: &str, remedy: crate::Say) -> Diagnostic {
    let names = || grid.header.iter().map(String::as_str);
    let (wanted_shown, columns) = (shown(wanted), list(names()));
    let meant = likely(wanted, names()).map(shown);
    let (zh, en) = meant.map_or_else(Default::default, |name| {
        (
            format!("是不是“{name}”?"),
            format!("did you mean “{name}”? "),
        )
    });
    let problem = say!(
        "表中没有“{wanted_shown}”列",
        "the table has no column “{wanted_shown}”"
    );
    let (do_zh, do_en) = (remedy.zh, remedy.en);
    let remedy = say!(
        "{zh}{do_zh};表中的列:{columns}",
        "{en}{do_en}; the table's columns: {columns}"
    );
    Diagnostic::error(code, grid.place(grid.header_row, None), problem).remedy(remedy)
}

fn period_from(
    campaign: &Campaign,
    grid: &Grid<'_>,
    layout: &Layout,
    findings: &mut Findings,
) -> Option<PeriodFrom> {
    let wanted = layout.period_column.as_deref().unwrap_or("period");
    if let Some(column) = grid.column(wanted) {
        return Some(PeriodFrom::Column(column));
    }
    if let Some(period) = layout.period {
        return Some(PeriodFrom::Fixed(period));
    }
    if layout.period_column.is_some() {
        findings.error(|| {
            no_column(
                grid,
                "no-period-column",
                wanted,
                say!("核对 --period-column", "check --period-column"),
            )
        });
        return None;
    }
    let only = only_version(campaign);
    if only.is_none() {
        findings.error(|| no_period(&grid.file));
    }
    only.map(PeriodFrom::Fixed)
}

/// The period from which the campaign's only version holds.
fn only_version(campaign: &Campaign) -> Option<Period> {
    let categories = || {
        campaign
            .file
            .category
            .iter()
            .map(|category| campaign.versions(category.id.as_str()))
    };
    let mut starts: Vec<Option<Period>> =
        categories().flatten().map(|scheme| scheme.from).collect();
    starts.sort();
    starts.dedup();
    match starts.as_slice() {
        [Some(only)] if categories().all(|versions| versions.len() <= 1) => Some(*only),
        _ => None,
    }
}

fn no_period(file: &str) -> Diagnostic {
    let problem = say!(
        "看不出这些数是哪一期的",
        "the period of these figures isn't given"
    );
    let remedy = say!(
        "用 --period 指明,或用 --period-column 指明哪一列是期(默认为 period 列)",
        "say it with --period, or with --period-column which column holds it (`period` when not said)"
    );
    Diagnostic::error("no-period", Place::whole(file), problem).remedy(remedy)
}

/// A column that isn't read, because its measure is computed.
pub(super) fn computed(place: Place, name: &str) -> Diagnostic {
    let name = shown(name);
    let problem = say!(
        "“{name}”由公式计算,表中的数不读取",
        "“{name}” is computed by its formula; the table's figures aren't read"
    );
    let remedy = say!(
        "删去这些数,或改 measures.toml 中的 filled_by",
        "delete these figures, or change `filled_by` in measures.toml"
    );
    Diagnostic::warning("computed-column", place, problem).remedy(remedy)
}
