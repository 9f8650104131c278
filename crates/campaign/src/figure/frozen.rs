//! The figures that a scoring run used, for ever as they were.

use std::collections::BTreeMap;

use rulebook::figures::{self, Column, Figures, PeriodFigures};
use rulebook::model::{FilledBy, Id};
use rulebook::{Campaign, Period, Unit};
use serde::{Deserialize, Serialize};

use super::Amount;
use crate::id::Name;
use crate::{Digest, UnitId};

/// The units of a period and their figures, as a scoring run used them: all that are not computed from others.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frozen {
    /// The units, sorted by id.
    pub units: Vec<FrozenUnit>,
    /// Measure → a figure for each unit, in that order.
    pub columns: BTreeMap<Name, FrozenColumn>,
}

/// A unit on the last day of the period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrozenUnit {
    /// Its id.
    pub unit: UnitId,
    /// Its name.
    pub name: String,
    /// Its category.
    pub category: Name,
    /// The unit it belongs to.
    pub parent: Option<UnitId>,
    /// Attribute → value.
    pub attributes: BTreeMap<Name, String>,
}

/// The figures of a measure.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrozenColumn {
    /// The figures.
    pub values: Vec<Amount>,
    /// On how many cases each rests.
    pub n: Option<Vec<Amount>>,
    /// Their standard errors.
    pub se: Option<Vec<Amount>>,
}

impl Frozen {
    /// Figures as they are; computed measures and numbers of cases taken from other measures are computed again when thawed.
    #[must_use]
    pub fn of(campaign: &Campaign, figures: &PeriodFigures) -> Self {
        let columns = campaign.measures.iter().zip(&figures.columns);
        let columns = columns.filter_map(|(written, column)| {
            let measure = &written.item;
            let computed = matches!(measure.filled_by, Some(FilledBy::Formula(_)));
            let column = column.as_ref().filter(|_| !computed)?;
            Some((Name::from(measure.id.as_str()), FrozenColumn::of(column)))
        });
        Self {
            columns: columns.collect(),
            units: figures.units.iter().map(FrozenUnit::of).collect(),
        }
    }

    /// The figures for the measures of a campaign, completed.
    #[must_use]
    pub fn thaw(&self, campaign: &Campaign, period: Period) -> PeriodFigures {
        let column = |id: &str| self.columns.get(id).map(FrozenColumn::thaw);
        let measures = campaign.measures.iter();
        let mut thawed = PeriodFigures {
            units: self.units.iter().map(FrozenUnit::thaw).collect(),
            columns: measures.map(|m| column(m.item.id.as_str())).collect(),
        };
        // Their ranges were checked before they were frozen.
        let _ = figures::complete(campaign, period, &mut thawed);
        thawed
    }
}

/// The digest of figures: of their long table.
#[must_use]
pub fn digest(campaign: &Campaign, figures: &Figures) -> Digest {
    Digest::of(figures::write_long(campaign, figures).as_bytes())
}

impl FrozenUnit {
    fn of(unit: &Unit) -> Self {
        let attributes = unit.attributes.iter();
        Self {
            unit: UnitId::from(unit.id.as_str()),
            name: unit.name.clone(),
            category: Name::from(unit.category.as_str()),
            parent: unit.parent.as_deref().map(UnitId::from),
            attributes: attributes
                .map(|(id, value)| (Name::from(id.as_str()), value.clone()))
                .collect(),
        }
    }

    fn thaw(&self) -> Unit {
        let attributes = self.attributes.iter();
        Unit {
            id: self.unit.to_string(),
            name: self.name.clone(),
            category: Id::from(self.category.as_str()),
            parent: self.parent.as_ref().map(ToString::to_string),
            attributes: attributes
                .map(|(id, value)| (Id::from(id.as_str()), value.clone()))
                .collect(),
        }
    }
}

impl FrozenColumn {
    fn of(column: &Column) -> Self {
        let amounts = |cells: &Vec<f64>| cells.iter().map(|cell| Amount::of(*cell)).collect();
        Self {
            values: amounts(&column.values),
            n: column.n.as_ref().map(amounts),
            se: column.se.as_ref().map(amounts),
        }
    }

    fn thaw(&self) -> Column {
        let cells = |amounts: &Vec<Amount>| amounts.iter().map(|amount| amount.cell()).collect();
        Column {
            values: cells(&self.values),
            n: self.n.as_ref().map(cells),
            se: self.se.as_ref().map(cells),
        }
    }
}
