//! Scores as CSV, for programs: `period,category,unit,score,rank,rank_of,band`, and the columns of a replay where there is one.

use scoring::run::Outcome;

use super::sureness::{Columns, VERDICTS, verdicts};
use super::{Certainty, Report, number};
use crate::failure::Failure;

/// The columns, in order.
pub const HEADER: [&str; 7] = [
    "period", "category", "unit", "score", "rank", "rank_of", "band",
];

/// One table of all classes. A unit that isn't scored keeps its row, with empty cells; one that isn't rated keeps its score.
pub struct Csv {
    writer: csv::Writer<Vec<u8>>,
    /// The columns of a replay, where there is one.
    columns: Option<Columns>,
}

impl Csv {
    /// An empty table.
    pub fn new(columns: Option<Columns>) -> Self {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let verdicts = columns.iter().flat_map(|_| VERDICTS.map(str::to_owned));
        let more = columns.iter().flat_map(Columns::names).chain(verdicts);
        // Writing to memory can't fail, nor can rows of one width; so here and below.
        let _ = writer.write_record(HEADER.iter().copied().map(str::to_owned).chain(more));
        Self { writer, columns }
    }
}

impl Report for Csv {
    fn add(&mut self, outcome: &Outcome<'_, '_>, certainty: Option<Certainty<'_>>) {
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
            let facts = [
                &period,
                category,
                &row.unit.id,
                &score,
                &rank,
                rank_of,
                band,
            ];
            let sure = certainty.and_then(|certainty| certainty.replay.units.get(row.at));
            let columns = self.columns.iter().zip(sure);
            let more = columns.flat_map(|(columns, sure)| columns.cells(outcome, sure));
            let verdicts = certainty.map(|certainty| verdicts(certainty.compared, row.at));
            let verdicts = verdicts.into_iter().flatten().map(str::to_owned);
            let facts = facts.into_iter().map(str::to_owned);
            let _ = self.writer.write_record(facts.chain(more).chain(verdicts));
        }
    }

    fn finish(self: Box<Self>) -> Result<Vec<u8>, Failure> {
        Ok(self.writer.into_inner().unwrap_or_default())
    }
}
