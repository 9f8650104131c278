//! Scores as JSON, for programs: each unit with its groups and items, and what preparation did to the figures.

use std::collections::BTreeMap;

use rulebook::Campaign;
use rulebook::model::{Status, Text};
use scoring::run::Outcome;
use scoring::{PreparationNote, PreparationReport};
use serde::Serialize;

use super::sureness::{Replayed, Sure};
use super::{Certainty, Report};
use crate::failure::Failure;

/// One document of all classes.
pub struct Json<'c> {
    document: Document<'c>,
}

#[derive(Serialize)]
struct Document<'c> {
    campaign: &'c str,
    results: Vec<Class>,
}

#[derive(Serialize)]
struct Class {
    period: String,
    category: String,
    scheme: String,
    status: Status,
    decimals: Option<u8>,
    rank_of: usize,
    /// The items in order: id, name, measure, points of a full result.
    items: Vec<Item>,
    preparation: Preparation,
    #[serde(skip_serializing_if = "Option::is_none")]
    replay: Option<Replayed>,
    units: Vec<Unit>,
}

#[derive(Serialize)]
struct Item {
    id: String,
    name: Text,
    measure: String,
    full: Option<f64>,
}

#[derive(Serialize)]
struct Preparation {
    notes: Vec<Note>,
    screened: Vec<String>,
}

#[derive(Serialize)]
struct Note {
    indicator: String,
    what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
}

#[derive(Serialize)]
struct Unit {
    unit: String,
    name: String,
    score: Option<f64>,
    rank: Option<u32>,
    band: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", rename = "replay")]
    sure: Option<Sure>,
    groups: BTreeMap<String, Option<f64>>,
    items: Vec<Points>,
}

#[derive(Serialize)]
struct Points {
    id: String,
    figure: Option<f64>,
    points: Option<f64>,
}

impl<'c> Json<'c> {
    /// An empty document.
    pub fn new(campaign: &'c Campaign) -> Self {
        let document = Document {
            campaign: campaign.file.id.as_str(),
            results: Vec::new(),
        };
        Self { document }
    }
}

impl Report for Json<'_> {
    fn add(&mut self, outcome: &Outcome<'_, '_>, certainty: Option<Certainty<'_>>) {
        let (job, ruler) = (&outcome.job, &outcome.scored.ruler);
        let item = |item: &rulebook::model::Indicator| Item {
            id: item.id.to_string(),
            name: item.name.clone(),
            measure: item.measure.to_string(),
            full: item.points,
        };
        self.document.results.push(Class {
            period: job.period.to_string(),
            category: job.category.to_owned(),
            scheme: job.scheme.id.to_string(),
            status: job.scheme.status,
            decimals: ruler.decimals(),
            rank_of: outcome.scored.ranks.of(),
            items: ruler.items().map(item).collect(),
            preparation: preparation(ruler.preparation()),
            replay: certainty.map(Replayed::of),
            units: units(outcome, certainty),
        });
    }

    fn finish(self: Box<Self>) -> Result<Vec<u8>, Failure> {
        // These types always serialise.
        let mut bytes = serde_json::to_vec_pretty(&self.document).unwrap_or_default();
        bytes.push(b'\n');
        Ok(bytes)
    }
}

fn units(outcome: &Outcome<'_, '_>, certainty: Option<Certainty<'_>>) -> Vec<Unit> {
    let ruler = &outcome.scored.ruler;
    let nodes = ruler.nodes();
    let figures: Vec<Vec<f64>> = ruler
        .items()
        .map(|item| ruler.prepared_figures(item.id.as_str()).unwrap_or_default())
        .collect();
    let (items, groups) = nodes.split_at(figures.len().min(nodes.len()));
    let cell = |cells: &[f64], at: usize| cells.get(at).copied().filter(|cell| !cell.is_nan());
    let unit = |row: scoring::run::Row<'_>| Unit {
        unit: row.unit.id.clone(),
        name: row.unit.name.clone(),
        score: row.score,
        rank: row.rank,
        band: row.band.map(|band| band.id.to_string()),
        sure: certainty.and_then(|certainty| Sure::of(outcome, certainty, row.at)),
        groups: groups
            .iter()
            .map(|group| (group.id.clone(), cell(&group.points, row.at)))
            .collect(),
        items: items
            .iter()
            .zip(&figures)
            .map(|(item, figures)| Points {
                id: item.id.clone(),
                figure: cell(figures, row.at),
                points: cell(&item.points, row.at),
            })
            .collect(),
    };
    outcome.rows().map(unit).collect()
}

fn preparation(report: &PreparationReport) -> Preparation {
    let note = |(indicator, note): &(String, PreparationNote)| {
        let (what, count) = match note {
            PreparationNote::LeftOut { reported_by } => {
                ("left-out-reported-by", Some(*reported_by))
            }
            PreparationNote::Imputed(count) => ("imputed", Some(*count)),
            PreparationNote::Winsorised(count) => ("winsorised", Some(*count)),
            PreparationNote::Logarithm => ("logarithm", None),
        };
        Note {
            indicator: indicator.clone(),
            what,
            count,
        }
    };
    Preparation {
        notes: report.notes.iter().map(note).collect(),
        screened: report.screened.clone(),
    }
}
