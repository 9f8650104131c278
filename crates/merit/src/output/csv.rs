//! Scores as CSV, for programs: `period,category,unit,score,rank,rank_of,band`.

use scoring::run::Outcome;

use super::{Report, number};
use crate::failure::Failure;

/// The columns, in order.
pub const HEADER: [&str; 7] = [
    "period", "category", "unit", "score", "rank", "rank_of", "band",
];

/// One table of all classes. A unit that isn't scored keeps its row, with empty cells; one that isn't rated keeps its score.
pub struct Csv {
    writer: csv::Writer<Vec<u8>>,
}

impl Csv {
    /// An empty table.
    pub fn new() -> Self {
        let mut writer = csv::Writer::from_writer(Vec::new());
        // Writing to memory can't fail, nor can rows of one width; so here and below.
        let _ = writer.write_record(HEADER);
        Self { writer }
    }
}

impl Report for Csv {
    fn add(&mut self, outcome: &Outcome<'_, '_>) {
        let (period, category) = (outcome.job.period.to_string(), outcome.job.category);
        let rank_of = outcome.scored.ranks.of().to_string();
        let decimals = outcome.scored.ruler.decimals();
        for row in outcome.rows() {
            let score = row
                .score
                .map(|score| number(score, decimals))
                .unwrap_or_default();
            let rank = row.rank.map(|rank| rank.to_string()).unwrap_or_default();
            let rank_of = if row.rank.is_some() {
                rank_of.as_str()
            } else {
                ""
            };
            let band = row.band.as_ref().map_or("", |band| band.id.as_str());
            let _ = self.writer.write_record([
                &period,
                category,
                &row.unit.id,
                &score,
                &rank,
                rank_of,
                band,
            ]);
        }
    }

    fn finish(self: Box<Self>) -> Result<Vec<u8>, Failure> {
        Ok(self.writer.into_inner().unwrap_or_default())
    }
}
