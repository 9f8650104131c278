//! `organisation.csv` or `organisation.xlsx`: the units of a campaign.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::diagnostic::Place;
use crate::figures::unit_without_category;
use crate::findings::{Findings, likely, list, shown};
use crate::grid::{self, Grid, control_character};
use crate::model::{CampaignFile, Id};
use crate::{Diagnostic, Unit, say};

/// The codes of what can be wrong with units, in Chinese and English.
pub const CODES: &[(&str, &str, &str)] = &[
    (
        "attribute-value",
        "属性的值不在允许之列",
        "an attribute's value isn't one of those allowed",
    ),
    ("duplicate-unit", "同一单位出现两次", "a unit stands twice"),
    ("empty-unit", "单位一格是空的", "the unit's cell is empty"),
    ("no-unit-column", "没有单位列", "there is no unit column"),
    (
        "parent-cycle",
        "上级单位绕成了圈",
        "units are each other's parents",
    ),
    (
        "unit-without-category",
        "单位没有类别",
        "a unit has no category",
    ),
    (
        "unknown-category",
        "没有这个类别",
        "there is no such category",
    ),
    ("unknown-parent", "上级单位不存在", "the parent is no unit"),
    ("unused-column", "这一列没有用", "nothing uses the column"),
];

/// What a column says about a unit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Unit,
    Name,
    Category,
    Parent,
    Attribute(usize),
    Unused,
}

/// Reads the units: columns `unit`, `name`, `category`, `parent`, and the campaign's attributes. Sorted by id (bytewise).
///
/// A unit without a name is called by its id. Where the campaign has exactly one category it need not be written.
///
/// # Errors
/// Everything that is wrong with the table.
pub fn read(
    file: &str,
    bytes: &[u8],
    campaign: &CampaignFile,
) -> Result<Vec<Unit>, Vec<Diagnostic>> {
    let (units, findings) = read_with_warnings(file, bytes, campaign);
    units.ok_or(findings)
}

/// Like [`read`], with what is worth knowing though it stops nothing: the units are there unless there are errors.
#[must_use]
pub fn read_with_warnings(
    file: &str,
    bytes: &[u8],
    campaign: &CampaignFile,
) -> (Option<Vec<Unit>>, Vec<Diagnostic>) {
    let grid = match grid::read(file, bytes) {
        Ok(grid) => grid,
        Err(findings) => return (None, findings),
    };
    let (units, found) = of_grid(&grid, campaign, |_| false);
    (units, grid.warnings.iter().cloned().chain(found).collect())
}

/// The units of a table that has been read, with what is found in it. A parent that isn't among them may be one that is known.
#[must_use]
pub fn of_grid(
    grid: &Grid<'_>,
    campaign: &CampaignFile,
    known: impl Fn(&str) -> bool,
) -> (Option<Vec<Unit>>, Vec<Diagnostic>) {
    let mut findings = Findings::about(&grid.file);
    let roles = roles(grid, campaign, &mut findings);
    let mut list = List {
        grid,
        facts: Facts::of(campaign),
        units: Vec::new(),
        ids: HashMap::new(),
    };
    if roles.contains(&Role::Unit) {
        let (mut reader, mut cells) = (grid.reader(), Vec::new());
        while let Some(line) = reader.next(&mut cells) {
            list.row(line, &cells, &roles, &mut findings);
        }
    }
    list.check(&known, &mut findings);
    let mut units: Vec<Unit> = list.units.into_iter().map(|(unit, _)| unit).collect();
    units.sort_by(|a, b| a.id.cmp(&b.id));
    let units = Some(units).filter(|_| !findings.has_errors());
    (units, findings.finish())
}

fn roles(grid: &Grid<'_>, campaign: &CampaignFile, findings: &mut Findings) -> Vec<Role> {
    let attribute = |name: &str| {
        campaign
            .attribute
            .iter()
            .position(|attribute| attribute.id.as_str() == name)
    };
    let role = |name: &String| match (name.as_str(), attribute(name)) {
        ("unit", _) => Role::Unit,
        ("category", _) => Role::Category,
        ("parent", _) => Role::Parent,
        (_, Some(attribute)) => Role::Attribute(attribute),
        ("name", None) => Role::Name,
        _ => Role::Unused,
    };
    let roles: Vec<Role> = grid.header.iter().map(role).collect();
    if !roles.contains(&Role::Unit) {
        findings.error(|| no_unit_column(grid));
    }
    for (column, name) in grid
        .header
        .iter()
        .enumerate()
        .filter(|(at, _)| roles.get(*at) == Some(&Role::Unused))
    {
        findings
            .warning(|| unused_column(grid.place(grid.header_row, Some(column)), name, campaign));
    }
    roles
}

struct List<'l> {
    grid: &'l Grid<'l>,
    facts: Facts<'l>,
    /// Each unit with its line.
    units: Vec<(Unit, usize)>,
    /// Looked up only, never walked.
    ids: HashMap<String, usize>,
}

impl List<'_> {
    fn row(
        &mut self,
        line: usize,
        cells: &[Cow<'_, str>],
        roles: &[Role],
        findings: &mut Findings,
    ) {
        let mut unit = Unit::default();
        for (column, (role, cell)) in roles.iter().zip(cells).enumerate() {
            let place = || self.grid.place(line, Some(column));
            let text = cell.trim();
            if *role == Role::Unused || text.is_empty() {
                continue;
            }
            if text.len() != cell.len() {
                findings.warning(|| spaces(place(), text));
            }
            if text.chars().any(char::is_control) {
                findings.error(|| control_character(place(), text));
                return;
            }
            let refused = match role {
                Role::Unit => self.facts.id(&mut unit, text),
                Role::Name => self.facts.name(&mut unit, text),
                Role::Category => self.facts.category(&mut unit, text, place()),
                Role::Parent => self.facts.parent(&mut unit, text, place()),
                Role::Attribute(attribute) => {
                    self.facts.attribute(&mut unit, *attribute, text, place())
                }
                Role::Unused => None,
            };
            if let Some(refused) = refused {
                // Something was written: that it is unknown is said once.
                findings.error(|| refused);
                return;
            }
        }
        self.add(unit, line, findings);
    }

    fn add(&mut self, mut unit: Unit, line: usize, findings: &mut Findings) {
        let place = |line: usize| self.grid.place(line, self.grid.column("unit"));
        if unit.id.is_empty() {
            findings.error(|| empty_unit(place(line)));
            return;
        }
        if let Some((_, first)) = self
            .ids
            .get(&unit.id)
            .and_then(|index| self.units.get(*index))
        {
            findings.error(|| duplicate_unit(place(line), &unit.id, place(*first)));
            return;
        }
        if let (true, [only]) = (
            unit.category.as_str().is_empty(),
            self.facts.campaign.category.as_slice(),
        ) {
            unit.category = only.id.clone();
        }
        if unit.category.as_str().is_empty() {
            findings.error(|| {
                unit_without_category(place(line), &unit.id, &self.facts.campaign.category)
            });
        }
        if unit.name.is_empty() {
            unit.name.clone_from(&unit.id);
        }
        self.ids.insert(unit.id.clone(), self.units.len());
        self.units.push((unit, line));
    }

    fn parent(&self, index: usize) -> Option<usize> {
        let (unit, _) = self.units.get(index)?;
        self.ids.get(unit.parent.as_deref()?).copied()
    }

    /// Checks parents, once all units are known.
    fn check(&self, known: &impl Fn(&str) -> bool, findings: &mut Findings) {
        let column = self.grid.column("parent");
        for (index, (unit, line)) in self.units.iter().enumerate() {
            let place = || self.grid.place(*line, column);
            match unit.parent.as_deref() {
                Some(parent) if !self.ids.contains_key(parent) && !known(parent) => {
                    let known = self.units.iter().map(|(unit, _)| unit.id.as_str());
                    findings
                        .error(|| unknown_parent(place(), &unit.id, parent, likely(parent, known)));
                }
                _ => {}
            }
            if let Some(circle) = self.circle(index) {
                findings.error(|| parent_cycle(place(), &circle));
            }
        }
    }

    /// The circle of parents a unit is on, told once: at its unit that stands first in the file.
    fn circle(&self, index: usize) -> Option<Vec<&str>> {
        let mut circle = vec![index];
        let mut at = self.parent(index)?;
        while at > index && circle.len() <= self.units.len() {
            circle.push(at);
            at = self.parent(at)?;
        }
        let ids = || {
            circle
                .iter()
                .filter_map(|index| Some(self.units.get(*index)?.0.id.as_str()))
                .collect()
        };
        (at == index).then(ids)
    }
}

/// What the campaign allows to be said about a unit. Each method puts one fact in place or says why not.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'c> {
    campaign: &'c CampaignFile,
}

impl<'c> Facts<'c> {
    pub(crate) fn of(campaign: &'c CampaignFile) -> Self {
        Self { campaign }
    }

    fn id(self, unit: &mut Unit, text: &str) -> Option<Diagnostic> {
        text.clone_into(&mut unit.id);
        None
    }

    pub(crate) fn name(self, unit: &mut Unit, text: &str) -> Option<Diagnostic> {
        if unit.name.is_empty() {
            text.clone_into(&mut unit.name);
        }
        None
    }

    pub(crate) fn parent(self, unit: &mut Unit, text: &str, place: Place) -> Option<Diagnostic> {
        match unit.parent.as_deref() {
            None => unit.parent = Some(text.to_owned()),
            Some(known) if known == text => {}
            Some(known) => return Some(differs(place, &unit.id, "parent", known, text)),
        }
        None
    }

    pub(crate) fn category(self, unit: &mut Unit, text: &str, place: Place) -> Option<Diagnostic> {
        let known = unit.category.as_str();
        if known == text {
            return None;
        }
        if !known.is_empty() {
            return Some(differs(place, &unit.id, "category", known, text));
        }
        let ids = || {
            self.campaign
                .category
                .iter()
                .map(|category| category.id.as_str())
        };
        if !ids().any(|id| id == text) {
            return Some(unknown_category(
                place,
                text,
                likely(text, ids()),
                &list(ids()),
            ));
        }
        unit.category = Id::from(text);
        None
    }

    pub(crate) fn attribute(
        self,
        unit: &mut Unit,
        attribute: usize,
        text: &str,
        place: Place,
    ) -> Option<Diagnostic> {
        let attribute = self.campaign.attribute.get(attribute)?;
        match unit.attributes.get(&attribute.id) {
            Some(known) if known == text => return None,
            Some(known) => {
                return Some(differs(place, &unit.id, attribute.id.as_str(), known, text));
            }
            None => {}
        }
        if !attribute.values.is_empty() && !attribute.values.iter().any(|value| value == text) {
            let values = list(attribute.values.iter().map(String::as_str));
            return Some(attribute_value(place, attribute.id.as_str(), text, &values));
        }
        unit.attributes
            .insert(attribute.id.clone(), text.to_owned());
        None
    }
}

fn no_unit_column(grid: &Grid<'_>) -> Diagnostic {
    let columns = list(grid.header.iter().map(String::as_str));
    let problem = say!("表中没有“unit”列", "the table has no column “unit”");
    let remedy = say!(
        "写一列 unit,放单位的标识;表中的列:{columns}",
        "add a column `unit` with the units' ids; the table's columns: {columns}"
    );
    Diagnostic::error("no-unit-column", grid.place(grid.header_row, None), problem).remedy(remedy)
}

fn unused_column(place: Place, name: &str, campaign: &CampaignFile) -> Diagnostic {
    let known = ["unit", "name", "category", "parent"].into_iter();
    let known = known.chain(
        campaign
            .attribute
            .iter()
            .map(|attribute| attribute.id.as_str()),
    );
    let meant = likely(name, known);
    let name = shown(name);
    let problem = say!("没有用到“{name}”列", "nothing uses the column “{name}”");
    let remedy = match meant {
        Some(meant) => say!("是不是“{meant}”?", "did you mean “{meant}”?"),
        None => say!(
            "要用的,在 campaign.toml 中写为属性:[[attribute]]",
            "if it is needed, declare it in campaign.toml as an [[attribute]]"
        ),
    };
    Diagnostic::warning("unused-column", place, problem).remedy(remedy)
}

fn spaces(place: Place, text: &str) -> Diagnostic {
    let text = shown(text);
    let problem = say!(
        "“{text}”前后有空格,已忽略",
        "spaces around “{text}” are ignored"
    );
    Diagnostic::warning("surrounding-spaces", place, problem)
        .remedy(say!("删去空格", "delete the spaces"))
}

fn differs(place: Place, unit: &str, fact: &str, known: &str, text: &str) -> Diagnostic {
    let (unit, known, text) = (shown(unit), shown(known), shown(text));
    let problem = say!(
        "单位“{unit}”的 {fact} 前后不一:“{known}”和“{text}”",
        "{fact} of the unit “{unit}” is given both as “{known}” and as “{text}”"
    );
    Diagnostic::error("unit-differs", place, problem).remedy(say!("改成一致", "make them agree"))
}

fn unknown_category(place: Place, text: &str, meant: Option<&str>, known: &str) -> Diagnostic {
    let text = shown(text);
    let problem = say!("没有类别“{text}”", "there is no category “{text}”");
    let remedy = match meant {
        Some(meant) => say!("是不是“{meant}”?", "did you mean “{meant}”?"),
        None => say!("写类别的标识:{known}", "write a category's id: {known}"),
    };
    Diagnostic::error("unknown-category", place, problem).remedy(remedy)
}

fn attribute_value(place: Place, attribute: &str, text: &str, values: &str) -> Diagnostic {
    let text = shown(text);
    let problem = say!(
        "属性“{attribute}”不许取值“{text}”",
        "“{text}” is no value of the attribute “{attribute}”"
    );
    let remedy = say!("写其中之一:{values}", "write one of: {values}");
    Diagnostic::error("attribute-value", place, problem).remedy(remedy)
}

/// A parent that is no unit.
pub(crate) fn unknown_parent(
    place: Place,
    unit: &str,
    parent: &str,
    meant: Option<&str>,
) -> Diagnostic {
    let (unit, parent) = (shown(unit), shown(parent));
    let problem = say!(
        "单位“{unit}”的上级“{parent}”不存在",
        "“{parent}”, the parent of “{unit}”, is no unit"
    );
    let remedy = match meant {
        Some(meant) => say!("是不是“{meant}”?", "did you mean “{meant}”?"),
        None => say!(
            "改正上级的标识,或加上这个单位",
            "mend the parent's id, or add the unit"
        ),
    };
    Diagnostic::error("unknown-parent", place, problem).remedy(remedy)
}

fn parent_cycle(place: Place, circle: &[&str]) -> Diagnostic {
    let mut path: Vec<&str> = circle.iter().take(10).copied().collect();
    path.extend(circle.first().copied());
    let path = path.join(" → ");
    let problem = say!(
        "上级单位绕成了圈:{path}",
        "the parents go round in a circle: {path}"
    );
    let remedy = say!(
        "其中一个单位改写别的上级,或不写",
        "give one of them another parent, or none"
    );
    Diagnostic::error("parent-cycle", place, problem).remedy(remedy)
}

/// A row without a unit.
pub(crate) fn empty_unit(place: Place) -> Diagnostic {
    let problem = say!("单位一格是空的", "the unit's cell is empty");
    let remedy = say!(
        "写上单位的标识,或删去这一行(如合计行)",
        "write the unit's id, or delete the row (a total, say)"
    );
    Diagnostic::error("empty-unit", place, problem).remedy(remedy)
}

fn duplicate_unit(place: Place, id: &str, other: Place) -> Diagnostic {
    let id = shown(id);
    let problem = say!("单位“{id}”出现了两次", "the unit “{id}” stands twice");
    let remedy = say!("只留一行", "keep one of the rows");
    Diagnostic::error("duplicate-unit", place, problem)
        .remedy(remedy)
        .related(other, say!("第一次在这里", "first here"))
}
