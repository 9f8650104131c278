//! Figures as a long table.

use super::plan::is_computed;
use super::{Column, Figure, Figures, PeriodFigures};
use crate::Unit;
use crate::campaign::Campaign;

/// Figures as the text of a long CSV file that [`read`](super::read) reads back as the same figures.
///
/// Its columns are `period,unit,measure,value,n,se`; where the campaign has no organisation, those of the unit follow:
/// `category,name,parent` and its attributes. Computed measures are left out: they are computed again. A figure that does
/// not apply is written in the first spelling the campaign has for it (`n/a` where it has none).
#[must_use]
pub fn write_long(campaign: &Campaign, figures: &Figures) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut header: Vec<&str> = vec!["period", "unit", "measure", "value", "n", "se"];
    if campaign.organisation.is_none() {
        header.extend(["category", "name", "parent"]);
        header.extend(
            campaign
                .file
                .attribute
                .iter()
                .map(|attribute| attribute.id.as_str()),
        );
    }
    // Writing to memory can't fail, nor can rows of the same width.
    let _ = writer.write_record(&header);
    for (period, of_period) in &figures.periods {
        write_period(campaign, &period.to_string(), of_period, &mut writer);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

fn write_period(
    campaign: &Campaign,
    period: &str,
    figures: &PeriodFigures,
    writer: &mut csv::Writer<Vec<u8>>,
) {
    let columns = campaign.measures.iter().zip(&figures.columns).enumerate();
    let written: Vec<(&str, &Column)> = columns
        .filter(|(index, _)| !is_computed(campaign, *index))
        .filter_map(|(_, (measure, column))| Some((measure.item.id.as_str(), column.as_ref()?)))
        .collect();
    for (index, unit) in figures.units.iter().enumerate() {
        let facts = facts(campaign, unit);
        for (measure, column) in &written {
            let cell = |cells: Option<&Vec<f64>>| {
                cells
                    .and_then(|cells| cells.get(index))
                    .map(|cell| spell(campaign, *cell))
            };
            let value = cell(Some(&column.values)).unwrap_or_default();
            let (n, se) = (
                cell(column.n.as_ref()).unwrap_or_default(),
                cell(column.se.as_ref()).unwrap_or_default(),
            );
            let figure = [period, &unit.id, measure, &value, &n, &se];
            let _ = writer.write_record(figure.into_iter().chain(facts.iter().copied()));
        }
    }
}

fn facts<'u>(campaign: &Campaign, unit: &'u Unit) -> Vec<&'u str> {
    if campaign.organisation.is_some() {
        return Vec::new();
    }
    let mut facts = vec![
        unit.category.as_str(),
        &unit.name,
        unit.parent.as_deref().unwrap_or_default(),
    ];
    facts.extend(campaign.file.attribute.iter().map(|attribute| {
        unit.attributes
            .get(&attribute.id)
            .map_or("", String::as_str)
    }));
    facts
}

fn spell(campaign: &Campaign, cell: f64) -> String {
    match Figure::of(cell) {
        Figure::Given(value) => value.to_string(),
        Figure::Missing => String::new(),
        Figure::NotApplicable => campaign
            .file
            .figures
            .not_applicable
            .first()
            .map_or_else(|| "n/a".to_owned(), String::clone),
    }
}
