//! Scores as a table for eyes: a heading for each class, then its units.

use rulebook::{Campaign, say};
use scoring::run::{Outcome, Row};

use super::columns::{Align, table};
use super::reasons::short;
use super::{Certainty, Report, number, sureness};
use crate::failure::Failure;
use crate::lang::{lang, tr};
use crate::terminal;

/// A table of each class, one under the other.
pub struct Table<'c> {
    campaign: &'c Campaign,
    text: String,
}

impl<'c> Table<'c> {
    /// No table yet.
    pub fn new(campaign: &'c Campaign) -> Self {
        Self {
            campaign,
            text: String::new(),
        }
    }
}

const ALIGN: [Align; 5] = [
    Align::Right,
    Align::Left,
    Align::Left,
    Align::Right,
    Align::Left,
];

/// The columns of a replay.
const SURE: [Align; 6] = [Align::Right; 6];

impl Report for Table<'_> {
    fn add(&mut self, outcome: &Outcome<'_, '_>, certainty: Option<Certainty<'_>>) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text
            .push_str(&terminal::heading(&heading(self.campaign, outcome)));
        self.text.push('\n');
        let mut header = vec![
            tr("名次", "rank").to_owned(),
            tr("单位", "unit").to_owned(),
            tr("名称", "name").to_owned(),
            tr("得分", "score").to_owned(),
            tr("等次", "band").to_owned(),
        ];
        header.extend(
            certainty
                .iter()
                .flat_map(|certainty| sureness::header(certainty.replay)),
        );
        let header: Vec<&str> = header.iter().map(String::as_str).collect();
        let align: Vec<Align> = ALIGN.into_iter().chain(SURE).collect();
        let decimals = outcome.scored.ruler.decimals();
        let row = |row: Row<'_>| {
            let more = certainty.and_then(|certainty| sureness::cells(outcome, certainty, &row));
            let mut cells = cells(&row, decimals);
            cells.extend(more.into_iter().flatten());
            cells
        };
        let rows: Vec<Vec<String>> = outcome.rows().map(row).collect();
        self.text.push_str(&table(&align, &header, &rows, ""));
        self.text.extend(certainty.map(sureness::note));
    }

    fn finish(self: Box<Self>) -> Result<Vec<u8>, Failure> {
        Ok(self.text.into_bytes())
    }
}

/// Period, category, scheme, and how many of its units are ranked.
fn heading(campaign: &Campaign, outcome: &Outcome<'_, '_>) -> String {
    let job = &outcome.job;
    let category = category_name(campaign, job.category);
    let scheme = job.scheme.name.get(lang());
    let (period, ranked, all) = (job.period, outcome.scored.ranks.of(), outcome.units.len());
    let trial = match job.scheme.status {
        rulebook::model::Status::Trial => tr("(试行)", " (on trial)"),
        rulebook::model::Status::Binding => "",
    };
    let text = say!(
        "{period} {category}——{scheme}{trial},{all} 个单位,{ranked} 个参加排名",
        "{period} {category} – {scheme}{trial}, {all} units, {ranked} ranked"
    );
    text.get(lang()).to_owned()
}

/// The name of a category.
pub fn category_name<'c>(campaign: &'c Campaign, id: &'c str) -> &'c str {
    let found = campaign
        .file
        .category
        .iter()
        .find(|category| category.id.as_str() == id);
    found.map_or(id, |category| category.name.get(lang()))
}

fn cells(row: &Row<'_>, decimals: Option<u8>) -> Vec<String> {
    let name = if row.unit.name == row.unit.id {
        ""
    } else {
        &row.unit.name
    };
    vec![
        row.rank.map(|rank| rank.to_string()).unwrap_or_default(),
        row.unit.id.clone(),
        name.to_owned(),
        score(row, decimals),
        row.band
            .map_or_else(String::new, |band| band.name.get(lang()).to_owned()),
    ]
}

/// A score for eyes: without declared decimals it is cut to a few, since programs have the CSV.
fn score(row: &Row<'_>, decimals: Option<u8>) -> String {
    match (row.score, decimals) {
        (None, _) => tr("不评", "not scored").to_owned(),
        (Some(score), Some(decimals)) => number(score, Some(decimals)),
        (Some(score), None) => short(score),
    }
}
