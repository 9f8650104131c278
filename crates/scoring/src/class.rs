//! A class: the units of one category in one period, and their figures.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rulebook::figures::{Column, PeriodFigures};
use rulebook::model::Measure;

use crate::wide::has_gap;

/// One measure of all units of the class.
#[derive(Clone, Debug, Default)]
pub struct ClassColumn<'a> {
    /// A cell for each unit: a finite figure, or one of the two gaps of [`rulebook::figures`].
    pub values: Cow<'a, [f64]>,
    /// On how many cases each figure rests.
    pub n: Option<Cow<'a, [f64]>>,
    /// The standard error of each figure.
    pub se: Option<Cow<'a, [f64]>>,
}

/// The previous period's result for the same units; cells too.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PreviousResult {
    /// Each unit's score.
    pub score: Vec<f64>,
    /// Each unit's rank.
    pub rank: Vec<f64>,
}

/// The units of one category in one period, and what is known of them.
///
/// Shapes: every column has one cell a unit. The ids ascend bytewise; sums run in that order, so the same class gives the same
/// bits however its units were handed in.
#[derive(Clone, Debug, Default)]
pub struct Class<'a> {
    ids: Vec<&'a str>,
    columns: BTreeMap<&'a str, ClassColumn<'a>>,
    /// The measures whose column has a gap.
    gaps: BTreeSet<&'a str>,
    previous: BTreeMap<&'a str, Cow<'a, [f64]>>,
    attributes: BTreeMap<&'a str, Vec<&'a str>>,
    previous_result: Option<PreviousResult>,
}

impl<'a> Class<'a> {
    /// A class of these units; `None` unless their ids ascend, each once.
    #[must_use]
    pub fn new(ids: Vec<&'a str>) -> Option<Self> {
        ids.is_sorted_by(|a, b| a < b).then(|| Self {
            ids,
            ..Self::default()
        })
    }

    /// The units of a category among a period's figures, with that period's and the previous period's figures of `measures`
    /// (in the campaign's order, as the figures' columns are).
    #[must_use]
    pub fn of_category(
        category: &str,
        measures: &[&'a Measure],
        figures: &'a PeriodFigures,
        previous: Option<&'a PeriodFigures>,
    ) -> Self {
        let members: Vec<usize> = (0..figures.units.len())
            .filter(|&i| {
                figures
                    .units
                    .get(i)
                    .is_some_and(|u| u.category.as_str() == category)
            })
            .collect();
        let units: Vec<_> = members
            .iter()
            .filter_map(|&i| figures.units.get(i))
            .collect();
        let ids: Vec<&str> = units.iter().map(|unit| unit.id.as_str()).collect();
        let mut class = Self {
            ids,
            ..Self::default()
        };
        for (measure, column) in measures.iter().zip(&figures.columns) {
            if let Some(column) = column {
                class.insert(
                    measure.id.as_str(),
                    pick(column, &members, figures.units.len()),
                );
            }
        }
        for unit in &units {
            for attribute in unit.attributes.keys() {
                class.attributes.entry(attribute.as_str()).or_default();
            }
        }
        for (attribute, values) in &mut class.attributes {
            let value = |unit: &&'a rulebook::Unit| {
                unit.attributes
                    .iter()
                    .find(|(id, _)| id.as_str() == *attribute)
            };
            *values = units
                .iter()
                .map(|unit| value(unit).map_or("", |(_, value)| value.as_str()))
                .collect();
        }
        if let Some(previous) = previous {
            class.add_previous(measures, previous);
        }
        class
    }

    fn insert(&mut self, measure: &'a str, column: ClassColumn<'a>) {
        if has_gap(&column.values) {
            self.gaps.insert(measure);
        }
        self.columns.insert(measure, column);
    }

    fn add_previous(&mut self, measures: &[&'a Measure], figures: &'a PeriodFigures) {
        let place = |id: &&str| {
            figures
                .units
                .binary_search_by(|unit| unit.id.as_str().cmp(id))
                .ok()
        };
        let places: Vec<Option<usize>> = self.ids.iter().map(place).collect();
        for (measure, column) in measures.iter().zip(&figures.columns) {
            let Some(column) = column else { continue };
            let cell = |place: &Option<usize>| place.and_then(|at| column.values.get(at).copied());
            let cells: Vec<f64> = places
                .iter()
                .map(|place| cell(place).unwrap_or(rulebook::figures::MISSING))
                .collect();
            self.previous.insert(measure.id.as_str(), Cow::Owned(cells));
        }
    }

    /// With a measure's column; `None` unless it has one cell a unit.
    #[must_use]
    pub fn with_column(mut self, measure: &'a str, column: ClassColumn<'a>) -> Option<Self> {
        let fits = column.values.len() == self.len()
            && [&column.n, &column.se]
                .into_iter()
                .flatten()
                .all(|cells| cells.len() == self.len());
        self.insert(measure, column);
        fits.then_some(self)
    }

    /// With a measure's figures of the previous period; `None` unless there is one cell a unit.
    #[must_use]
    pub fn with_previous(mut self, measure: &'a str, cells: Cow<'a, [f64]>) -> Option<Self> {
        let fits = cells.len() == self.len();
        self.previous.insert(measure, cells);
        fits.then_some(self)
    }

    /// With an attribute of the units; `None` unless there is one value a unit.
    #[must_use]
    pub fn with_attribute(mut self, attribute: &'a str, values: Vec<&'a str>) -> Option<Self> {
        let fits = values.len() == self.len();
        self.attributes.insert(attribute, values);
        fits.then_some(self)
    }

    /// With the previous period's result; `None` unless there is one cell a unit.
    #[must_use]
    pub fn with_previous_result(mut self, result: PreviousResult) -> Option<Self> {
        let fits = result.score.len() == self.len() && result.rank.len() == self.len();
        self.previous_result = Some(result);
        fits.then_some(self)
    }

    /// How many units it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether it has no unit.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The units' ids, ascending.
    #[must_use]
    pub fn ids(&self) -> &[&'a str] {
        &self.ids
    }

    /// Where a unit stands.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<usize> {
        self.ids.binary_search(&id).ok()
    }

    pub(crate) fn column(&self, measure: &str) -> Option<&ClassColumn<'a>> {
        self.columns.get(measure)
    }

    /// A measure's cells, to be filled anew; none becomes a gap or ceases to be one.
    pub(crate) fn cells_mut(&mut self, measure: &str) -> Option<&mut [f64]> {
        let column = self.columns.get_mut(measure)?;
        Some(column.values.to_mut())
    }

    /// Whether a measure's column has a gap, or there is none.
    pub(crate) fn has_gap(&self, measure: &str) -> bool {
        self.gaps.contains(measure) || !self.columns.contains_key(measure)
    }

    pub(crate) fn previous(&self, measure: &str) -> Option<&[f64]> {
        self.previous.get(measure).map(AsRef::as_ref)
    }

    pub(crate) fn attribute(&self, attribute: &str) -> Option<&[&'a str]> {
        self.attributes.get(attribute).map(Vec::as_slice)
    }

    pub(crate) fn previous_result(&self) -> Option<&PreviousResult> {
        self.previous_result.as_ref()
    }
}

/// The members' cells of a column; borrowed when all units are members.
fn pick<'a>(column: &'a Column, members: &[usize], all: usize) -> ClassColumn<'a> {
    let pick = |cells: &'a [f64]| -> Cow<'a, [f64]> {
        if members.len() == all {
            Cow::Borrowed(cells)
        } else {
            members
                .iter()
                .filter_map(|&i| cells.get(i).copied())
                .collect()
        }
    };
    ClassColumn {
        values: pick(&column.values),
        n: column.n.as_deref().map(pick),
        se: column.se.as_deref().map(pick),
    }
}
