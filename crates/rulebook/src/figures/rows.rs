//! The rows of planned tables, put into drafts.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::draft::{Draft, Source};
use super::number::{Limits, Spellings};
use super::plan::{self, Part, PeriodFrom, Plan, Role};
use super::read::{bad_period, only_category, unit_without_category};
use crate::campaign::Campaign;
use crate::diagnostic::Place;
use crate::figures::Figure;
use crate::findings::{Findings, likely, shown};
use crate::grid::{Grid, control_character};
use crate::organisation::{Facts, empty_unit, unknown_parent};
use crate::{Diagnostic, Period, say};

/// Tables on their way to figures.
pub(super) struct Merged<'m, 'a> {
    campaign: &'m Campaign,
    tables: &'m [(Grid<'a>, Plan)],
    drafts: BTreeMap<Period, Draft>,
}

impl<'m, 'a> Merged<'m, 'a> {
    pub(super) fn new(campaign: &'m Campaign, tables: &'m [(Grid<'a>, Plan)]) -> Self {
        Self {
            campaign,
            tables,
            drafts: BTreeMap::new(),
        }
    }

    pub(super) fn into_drafts(self) -> BTreeMap<Period, Draft> {
        self.drafts
    }

    /// The place of a row of any of the tables.
    fn place(&self, source: Source, column: Option<usize>) -> Place {
        match self.tables.get(source.table as usize) {
            Some((grid, _)) => grid.place(source.line as usize, column),
            None => Place::whole(""),
        }
    }

    fn has_column(&self, table: u32, slot: (usize, Part)) -> bool {
        let plan = self.tables.get(table as usize).map(|(_, plan)| plan);
        plan.is_some_and(|plan| plan.roles.contains(&Role::Figure(slot.0, slot.1)))
    }

    /// Fills in the only category and the name where none was written, and checks what only all tables together can tell.
    pub(super) fn check_units(&mut self) -> Vec<Diagnostic> {
        let file = self
            .tables
            .first()
            .map_or("", |(grid, _)| grid.file.as_str());
        let mut findings = Findings::about(file);
        let only = only_category(self.campaign);
        for draft in self.drafts.values_mut() {
            for unit in &mut draft.units {
                if unit.category.as_str().is_empty() {
                    unit.category = only.cloned().unwrap_or_default();
                }
                if unit.name.is_empty() {
                    unit.name.clone_from(&unit.id);
                }
            }
        }
        for draft in self.drafts.values() {
            self.check_draft(draft, &mut findings);
        }
        findings.finish()
    }

    fn check_draft(&self, draft: &Draft, findings: &mut Findings) {
        for (unit, met) in draft.units.iter().zip(&draft.met) {
            let Some(met) = *met else { continue };
            if unit.category.as_str().is_empty() {
                let place = || self.place(met, None);
                findings.error(|| {
                    unit_without_category(place(), &unit.id, &self.campaign.file.category)
                });
            }
            if let Some(parent) = unit
                .parent
                .as_deref()
                .filter(|parent| draft.find(parent).is_none())
            {
                let known = draft.units.iter().map(|unit| unit.id.as_str());
                findings.error(|| {
                    unknown_parent(
                        self.place(met, None),
                        &unit.id,
                        parent,
                        likely(parent, known),
                    )
                });
            }
        }
    }
}

/// Puts one table into the drafts.
pub(super) struct Filler<'f, 'm, 'a> {
    merged: &'f mut Merged<'m, 'a>,
    spellings: &'f Spellings,
    grid: &'m Grid<'a>,
    plan: &'m Plan,
    table: u32,
    /// The columns of figures: which, whose, and what they allow.
    figures: Vec<(usize, (usize, Part), Limits)>,
    /// The columns that say something about the unit itself.
    facts: Vec<(usize, Role)>,
    /// Room for the positions of cells that aren't plain figures.
    odd: Vec<usize>,
    findings: Findings,
    /// For each column: how many cells had spaces around, and the line of the first.
    spaces: Vec<(usize, usize)>,
    /// Names of measures in a long table that aren't known or are computed, so each is named once.
    refused: Vec<String>,
    /// The last period read, as rows of a period mostly follow each other.
    last_period: Option<(String, Period)>,
}

impl<'f, 'm, 'a> Filler<'f, 'm, 'a> {
    pub(super) fn new(
        spellings: &'f Spellings,
        merged: &'f mut Merged<'m, 'a>,
        table: usize,
    ) -> Option<Self> {
        let (grid, plan) = merged.tables.get(table)?;
        let columns = plan.roles.iter().enumerate();
        let figure = |(column, role): (usize, &Role)| {
            slot(role).map(|slot| (column, slot, limits_of(merged.campaign, slot)))
        };
        let fact = |(_, role): &(usize, &Role)| {
            matches!(
                role,
                Role::Category | Role::Name | Role::Parent | Role::Attribute(_)
            )
        };
        Some(Self {
            figures: columns.clone().filter_map(figure).collect(),
            facts: columns
                .filter(fact)
                .map(|(column, role)| (column, *role))
                .collect(),
            odd: Vec::new(),
            findings: Findings::about(&grid.file),
            spaces: vec![(0, 0); plan.roles.len()],
            refused: Vec::new(),
            last_period: None,
            table: u32::try_from(table).ok()?,
            grid,
            plan,
            merged,
            spellings,
        })
    }

    /// Puts every row in place; what is wrong with them.
    pub(super) fn fill(mut self) -> Vec<Diagnostic> {
        if let PeriodFrom::Fixed(period) = self.plan.period {
            self.open_period(period);
        }
        let grid = self.grid;
        let (mut reader, mut cells) = (grid.reader(), Vec::new());
        while let Some(line) = reader.next(&mut cells) {
            self.row(line, &cells);
        }
        self.warn_of_spaces();
        self.findings.finish()
    }

    /// Starts the draft of a period whose every row is in this table.
    fn open_period(&mut self, period: Period) {
        let slots: Vec<(usize, Part)> = self.plan.roles.iter().filter_map(slot).collect();
        let rows = if self.plan.long {
            0
        } else {
            self.grid.rows.len()
        };
        let draft = self.draft(period);
        draft.reserve(
            rows.saturating_sub(draft.units.len()),
            slots.iter().copied(),
        );
        slots
            .iter()
            .for_each(|(measure, part)| draft.has(*measure, *part));
    }

    fn draft(&mut self, period: Period) -> &mut Draft {
        let campaign = self.merged.campaign;
        self.merged.drafts.entry(period).or_insert_with(|| {
            Draft::new(campaign.organisation.as_deref(), campaign.measures.len())
        })
    }

    fn row(&mut self, line: usize, cells: &[Cow<'_, str>]) {
        let Some(period) = self.period(line, cells) else {
            return;
        };
        if !self.plan.reads(period) {
            return;
        }
        let Some(unit) = self.unit(period, line, cells) else {
            return;
        };
        self.facts(period, unit, line, cells);
        if self.plan.long {
            self.long_row(period, unit, line, cells);
        } else {
            self.wide_row(period, unit, line, cells);
        }
    }

    fn source(&self, line: usize) -> Source {
        Source {
            table: self.table,
            line: u32::try_from(line).unwrap_or(u32::MAX),
        }
    }

    fn period(&mut self, line: usize, cells: &[Cow<'_, str>]) -> Option<Period> {
        let column = match self.plan.period {
            PeriodFrom::Fixed(period) => return Some(period),
            PeriodFrom::Column(column) => column,
        };
        let text = cells
            .get(column)
            .map(|cell| cell.trim())
            .unwrap_or_default();
        if let Some((last, period)) = &self.last_period
            && last == text
        {
            return Some(*period);
        }
        let kind = self.merged.campaign.file.calendar.period;
        let Some(period) = text
            .parse()
            .ok()
            .filter(|period: &Period| period.kind() == kind)
        else {
            let place = self.grid.place(line, Some(column));
            self.findings.error(|| bad_period(place, text, kind));
            return None;
        };
        self.last_period = Some((text.to_owned(), period));
        if self.plan.reads(period) {
            let slots: Vec<(usize, Part)> = self.plan.roles.iter().filter_map(slot).collect();
            let draft = self.draft(period);
            slots
                .iter()
                .for_each(|(measure, part)| draft.has(*measure, *part));
        }
        Some(period)
    }

    /// The unit a row is about, in the period's draft.
    fn unit(&mut self, period: Period, line: usize, cells: &[Cow<'_, str>]) -> Option<usize> {
        let column = self.plan.unit;
        let id = self.text(column, line, cells)?;
        let grid = self.grid;
        let place = || grid.place(line, Some(column));
        if id.is_empty() {
            self.findings.error(|| empty_unit(place()));
            return None;
        }
        let (source, organised) = (
            self.source(line),
            self.merged.campaign.organisation.is_some(),
        );
        let draft = self.draft(period);
        let unit = match draft.find(id) {
            Some(unit) => unit,
            None if organised => {
                let draft = self.merged.drafts.get(&period)?;
                let known = draft.units.iter().map(|unit| unit.id.as_str());
                self.findings
                    .error(|| unknown_unit(place(), id, likely(id, known)));
                return None;
            }
            None => draft.add(id, source),
        };
        if !self.plan.long
            && let Some(before) = self.draft(period).row_of(unit, source)
        {
            let other = grid.place(before as usize, Some(column));
            self.findings
                .error(|| duplicate_unit(place(), id, period, other));
            return None;
        }
        Some(unit)
    }

    /// A cell of text, without the spaces around it; `None` after an error.
    fn text<'c>(
        &mut self,
        column: usize,
        line: usize,
        cells: &'c [Cow<'_, str>],
    ) -> Option<&'c str> {
        let raw: &str = cells.get(column).map_or("", AsRef::as_ref);
        let text = raw.trim();
        if text.len() != raw.len() && !text.is_empty() {
            self.note_spaces(column, line);
        }
        if text.chars().any(char::is_control) {
            let place = self.grid.place(line, Some(column));
            self.findings.error(|| control_character(place, text));
            return None;
        }
        Some(text)
    }

    fn note_spaces(&mut self, column: usize, line: usize) {
        if let Some((count, first)) = self.spaces.get_mut(column) {
            *first = if *count == 0 { line } else { *first };
            *count += 1;
        }
    }

    fn warn_of_spaces(&mut self) {
        for (column, (count, first)) in self
            .spaces
            .iter()
            .enumerate()
            .filter(|(_, (count, _))| *count > 0)
        {
            let name = self.grid.header.get(column).map_or("", String::as_str);
            let place = self.grid.place(*first, Some(column));
            self.findings.warning(|| spaces(place, name, *count));
        }
    }

    /// What a row says about the unit itself.
    fn facts(&mut self, period: Period, unit: usize, line: usize, cells: &[Cow<'_, str>]) {
        for index in 0..self.facts.len() {
            let Some((column, role)) = self.facts.get(index).copied() else {
                continue;
            };
            let Some(text) = self
                .text(column, line, cells)
                .filter(|text| !text.is_empty())
            else {
                continue;
            };
            let facts = Facts::of(&self.merged.campaign.file);
            let place = self.grid.place(line, Some(column));
            let organised = self.merged.campaign.organisation.is_some();
            let Some(known) = self
                .merged
                .drafts
                .get_mut(&period)
                .and_then(|draft| draft.units.get_mut(unit))
            else {
                continue;
            };
            let refused = match role {
                Role::Category => facts.category(known, text, place),
                Role::Attribute(attribute) => facts.attribute(known, attribute, text, place),
                // The organisation's own words hold.
                _ if organised => None,
                Role::Name => facts.name(known, text),
                _ => facts.parent(known, text, place),
            };
            if let Some(refused) = refused {
                self.findings.error(|| refused);
            }
        }
    }

    /// Puts a row's figures in place. The cells that are plain figures, nearly all, are done in one go; any other is then
    /// looked at closely.
    fn wide_row(&mut self, period: Period, unit: usize, line: usize, cells: &[Cow<'_, str>]) {
        let Some(draft) = self.merged.drafts.get_mut(&period) else {
            return;
        };
        let mut odd = std::mem::take(&mut self.odd);
        for (index, (column, slot, limits)) in self.figures.iter().enumerate() {
            let Some(Ok(parsed)) = cells.get(*column).map(|cell| self.spellings.parse(cell)) else {
                odd.push(index);
                continue;
            };
            let plain = !parsed.spaces && !limits.refuses(parsed.cell);
            if !plain || draft.put(*slot, unit, parsed.cell, None).is_err() {
                odd.push(index);
            }
        }
        for index in odd.drain(..) {
            if let Some((column, slot, _)) = self.figures.get(index).copied() {
                let cell = cells.get(column).map_or("", AsRef::as_ref);
                self.figure(period, unit, slot, (line, column), cell);
            }
        }
        self.odd = odd;
    }

    fn long_row(&mut self, period: Period, unit: usize, line: usize, cells: &[Cow<'_, str>]) {
        let plan = self.plan;
        let Some(column) = plan
            .roles
            .iter()
            .position(|role| *role == Role::LongMeasure)
        else {
            return;
        };
        let Some(id) = self.text(column, line, cells) else {
            return;
        };
        let Some(measure) = self.long_measure(id, line, column) else {
            return;
        };
        for (column, (role, cell)) in plan.roles.iter().zip(cells).enumerate() {
            if let Role::Long(part) = role {
                self.draft(period).has(measure, Part::Value);
                self.figure(period, unit, (measure, *part), (line, column), cell);
            }
        }
    }

    fn long_measure(&mut self, id: &str, line: usize, column: usize) -> Option<usize> {
        let campaign = self.merged.campaign;
        let found = campaign
            .measures
            .iter()
            .position(|written| written.item.id.as_str() == id);
        if let Some(measure) = found.filter(|measure| !plan::is_computed(campaign, *measure)) {
            return Some(measure);
        }
        if !self.refused.iter().any(|refused| refused == id) {
            self.refused.push(id.to_owned());
            let place = self.grid.place(line, Some(column));
            if found.is_some() {
                self.findings.warning(|| plan::computed(place, id));
            } else {
                let known = campaign
                    .measures
                    .iter()
                    .map(|written| written.item.id.as_str());
                self.findings
                    .error(|| unknown_measure(place, id, likely(id, known)));
            }
        }
        None
    }

    #[inline]
    fn figure(
        &mut self,
        period: Period,
        unit: usize,
        slot: (usize, Part),
        at: (usize, usize),
        text: &str,
    ) {
        let (line, column) = at;
        let parsed = match self.spellings.parse(text) {
            Ok(parsed) => parsed,
            Err(flaw) => {
                let (name, place) = self.name_and_place(at);
                self.findings
                    .error(|| self.spellings.explain(flaw, place, name, text));
                return;
            }
        };
        if parsed.spaces {
            self.note_spaces(column, line);
        }
        let limits = limits_of(self.merged.campaign, slot);
        if limits.refuses(parsed.cell) {
            let (name, place) = self.name_and_place(at);
            self.findings
                .error(|| limits.explain(parsed.cell, place, name));
            return;
        }
        let long = self.plan.long.then(|| self.source(line));
        if let Err(before) = self.draft(period).put(slot, unit, parsed.cell, long) {
            self.given_twice(period, unit, slot, at, (before, parsed.cell));
        }
    }

    fn name_and_place(&self, (line, column): (usize, usize)) -> (&'m str, Place) {
        (
            self.grid.header.get(column).map_or("", String::as_str),
            self.grid.place(line, Some(column)),
        )
    }

    fn given_twice(
        &mut self,
        period: Period,
        unit: usize,
        slot: (usize, Part),
        at: (usize, usize),
        (before, now): (f64, f64),
    ) {
        let Some(draft) = self.merged.drafts.get(&period) else {
            return;
        };
        let source = draft.source(slot, unit, |table| {
            table != self.table && self.merged.has_column(table, slot)
        });
        let other = source.map(|source| self.merged.place(source, None));
        let id = draft.units.get(unit).map_or("", |unit| unit.id.as_str());
        let measure = self
            .merged
            .campaign
            .measures
            .get(slot.0)
            .map_or("", |written| written.item.id.as_str());
        let (_, place) = self.name_and_place(at);
        let (was, is) = (say_cell(before), say_cell(now));
        let problem = say!(
            "单位“{id}”{period} 的“{measure}”给了两次:{was} 和 {is}",
            "“{measure}” of the unit “{id}” in {period} is given twice: {was} and {is}"
        );
        let remedy = say!("只留一处", "keep one of them");
        let make = |finding: Diagnostic| {
            let finding = finding.remedy(remedy);
            match other {
                Some(other) => finding.related(other, say!("另一处", "the other")),
                None => finding,
            }
        };
        if before.to_bits() == now.to_bits() {
            self.findings
                .warning(|| make(Diagnostic::warning("given-twice", place, problem)));
        } else {
            self.findings
                .error(|| make(Diagnostic::error("given-twice", place, problem)));
        }
    }
}

fn limits_of(campaign: &Campaign, slot: (usize, Part)) -> Limits {
    match slot {
        (measure, Part::Value) => {
            let written = campaign.measures.get(measure);
            Limits::of(
                written
                    .map(|written| written.item.range)
                    .unwrap_or_default(),
            )
        }
        _ => Limits::NOT_NEGATIVE,
    }
}

fn slot(role: &Role) -> Option<(usize, Part)> {
    match role {
        Role::Figure(measure, part) => Some((*measure, *part)),
        _ => None,
    }
}

fn say_cell(cell: f64) -> String {
    match Figure::of(cell) {
        Figure::Given(value) => value.to_string(),
        Figure::Missing => "NA".to_owned(),
        Figure::NotApplicable => "n/a".to_owned(),
    }
}

fn spaces(place: Place, column: &str, count: usize) -> Diagnostic {
    let column = shown(column);
    let problem = say!(
        "“{column}”列有 {count} 格前后有空格,已忽略(第一处在此)",
        "spaces around {count} cells of “{column}” are ignored (here is the first)"
    );
    Diagnostic::warning("surrounding-spaces", place, problem)
        .remedy(say!("删去空格", "delete the spaces"))
}

fn unknown_unit(place: Place, id: &str, meant: Option<&str>) -> Diagnostic {
    let id = shown(id);
    let problem = say!(
        "组织中没有单位“{id}”",
        "the organisation has no unit “{id}”"
    );
    let remedy = match meant {
        Some(meant) => say!("是不是“{meant}”?", "did you mean “{meant}”?"),
        None => say!(
            "改正标识,或把它写进 organisation.csv",
            "mend the id, or add the unit to organisation.csv"
        ),
    };
    Diagnostic::error("unknown-unit", place, problem).remedy(remedy)
}

fn duplicate_unit(place: Place, id: &str, period: Period, other: Place) -> Diagnostic {
    let id = shown(id);
    let problem = say!(
        "单位“{id}”在 {period} 出现了两次",
        "the unit “{id}” stands twice in {period}"
    );
    let remedy = say!("只留一行", "keep one of the rows");
    Diagnostic::error("duplicate-unit", place, problem)
        .remedy(remedy)
        .related(other, say!("第一次在这里", "first here"))
}

fn unknown_measure(place: Place, id: &str, meant: Option<&str>) -> Diagnostic {
    let id = shown(id);
    let problem = say!("没有度量“{id}”", "there is no measure “{id}”");
    let remedy = match meant {
        Some(meant) => say!("是不是“{meant}”?", "did you mean “{meant}”?"),
        None => say!(
            "改正标识,或在 measures.toml 中写上它",
            "mend the id, or add the measure to measures.toml"
        ),
    };
    Diagnostic::error("unknown-measure", place, problem).remedy(remedy)
}
