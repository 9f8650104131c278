//! How sure results are, as a replay says: the columns of each layout.

use std::collections::BTreeMap;

use rulebook::say;
use scoring::replay::{Held, Replay, Settings, Sureness};
use scoring::run::{Outcome, Row, Run};
use serde::Serialize;

use super::number;
use super::reasons::short;
use crate::lang::{lang, tr};

/// Shares have so many decimals in the CSV: more than a few thousand draws say.
const SHARE_DECIMALS: u8 = 4;

/// The columns of a replay, for programs.
pub struct Columns {
    /// The ids of the bands, each once.
    bands: Vec<String>,
    first: u32,
}

impl Columns {
    /// The columns that hold all classes of a run.
    pub fn of(run: &Run<'_>, settings: &Settings) -> Self {
        let mut bands: Vec<String> = Vec::new();
        for band in run.jobs.iter().flat_map(|job| &job.scheme.band) {
            if !bands.iter().any(|known| known == band.id.as_str()) {
                bands.push(band.id.to_string());
            }
        }
        let first = settings.first;
        Self { bands, first }
    }

    /// The columns of one class.
    pub fn of_class(outcome: &Outcome<'_, '_>, replay: &Replay) -> Self {
        let bands = outcome.job.scheme.band.iter();
        Self {
            bands: bands.map(|band| band.id.to_string()).collect(),
            first: replay.settings.first,
        }
    }

    /// Their names.
    pub fn names(&self) -> Vec<String> {
        let plain = [
            "score_low",
            "score_high",
            "rank_low",
            "rank_high",
            "rank_expected",
        ];
        let bands = self.bands.iter().map(|band| format!("p_band.{band}"));
        plain
            .into_iter()
            .map(str::to_owned)
            .chain(bands)
            .chain([format!("p_first.{}", self.first), "p_over_mean".to_owned()])
            .collect()
    }

    /// A unit's numbers; `None` where there is none.
    pub fn numbers(&self, outcome: &Outcome<'_, '_>, sure: &Sureness) -> Vec<Option<f64>> {
        let share_of = |band: &String| {
            let mut bands = outcome.job.scheme.band.iter();
            let at = bands.position(|known| known.id.as_str() == band)?;
            sure.bands.get(at).copied()
        };
        let (scored, ranked) = (sure.score.is_some(), sure.rank.is_some());
        let plain = [
            sure.score.map(|(low, _)| low),
            sure.score.map(|(_, high)| high),
            sure.rank.map(|(low, _)| f64::from(low)),
            sure.rank.map(|(_, high)| f64::from(high)),
            sure.expected_rank,
        ];
        let bands = self
            .bands
            .iter()
            .map(|band| share_of(band).filter(|_| ranked));
        plain
            .into_iter()
            .chain(bands)
            .chain([
                Some(sure.first).filter(|_| ranked),
                Some(sure.over_mean).filter(|_| scored),
            ])
            .collect()
    }

    /// A unit's numbers as text.
    pub fn cells(&self, outcome: &Outcome<'_, '_>, sure: &Sureness) -> Vec<String> {
        let decimals = outcome.scored.ruler.decimals();
        let text = |(column, cell): (usize, Option<f64>)| {
            let decimals = match column {
                0 | 1 => decimals,
                2 | 3 => Some(0),
                4 => Some(2),
                _ => Some(SHARE_DECIMALS),
            };
            cell.map(|cell| number(cell, decimals)).unwrap_or_default()
        };
        let numbers = self.numbers(outcome, sure);
        numbers.into_iter().enumerate().map(text).collect()
    }
}

/// How a class was replayed, in a document.
#[derive(Serialize)]
pub struct Replayed {
    draws: u32,
    seed: u64,
    coverage: f64,
    first: u32,
    /// The items that rest on figures without known noise.
    held: Vec<Held>,
    #[serde(skip_serializing_if = "Option::is_none")]
    points_held: Option<f64>,
}

impl Replayed {
    /// How it was.
    pub fn of(replay: &Replay) -> Self {
        Self {
            draws: replay.settings.draws.get(),
            seed: replay.settings.seed,
            coverage: replay.settings.coverage,
            first: replay.settings.first,
            held: replay.held.clone(),
            points_held: replay.points_held.map(|(held, _)| held),
        }
    }
}

/// How sure a unit's result is, in a document.
#[derive(Serialize)]
pub struct Sure {
    score: Option<(f64, f64)>,
    rank: Option<(u32, u32)>,
    rank_expected: Option<f64>,
    p_band: BTreeMap<String, f64>,
    p_first: f64,
    p_over_mean: f64,
}

impl Sure {
    /// A unit's.
    pub fn of(outcome: &Outcome<'_, '_>, sure: &Sureness) -> Self {
        let bands = outcome
            .job
            .scheme
            .band
            .iter()
            .map(|band| band.id.to_string());
        Self {
            score: sure.score,
            rank: sure.rank,
            rank_expected: sure.expected_rank,
            p_band: bands.zip(sure.bands.iter().copied()).collect(),
            p_first: sure.first,
            p_over_mean: sure.over_mean,
        }
    }
}

/// The headings of a table's columns.
pub fn header(replay: &Replay) -> Vec<String> {
    let (percent, first) = (percent_of(replay), replay.settings.first);
    vec![
        say!("得分 {percent} 区间", "score, {percent}")
            .get(lang())
            .to_owned(),
        say!("名次 {percent} 区间", "rank, {percent}")
            .get(lang())
            .to_owned(),
        tr("此等次概率", "this band").to_owned(),
        say!("前 {first} 名", "first {first}")
            .get(lang())
            .to_owned(),
        tr("与平均相比", "next to the mean").to_owned(),
    ]
}

/// A unit's cells in a table.
pub fn cells(
    outcome: &Outcome<'_, '_>,
    replay: &Replay,
    row: &Row<'_>,
    sure: &Sureness,
) -> Vec<String> {
    let decimals = outcome.scored.ruler.decimals();
    let points = |score: f64| match decimals {
        Some(decimals) => number(score, Some(decimals)),
        None => short(score),
    };
    let score = sure
        .score
        .map(|(low, high)| format!("{}–{}", points(low), points(high)));
    let rank = sure.rank.map(|(low, high)| format!("{low}–{high}"));
    let mut bands = outcome.job.scheme.band.iter();
    let band = row.band.and_then(|band| {
        let at = bands.position(|known| known.id == band.id)?;
        sure.bands.get(at).copied()
    });
    vec![
        score.unwrap_or_default(),
        rank.unwrap_or_default(),
        band.map(percent).unwrap_or_default(),
        sure.rank.map(|_| percent(sure.first)).unwrap_or_default(),
        sure.score
            .map_or("", |_| next_to_mean(replay, sure))
            .to_owned(),
    ]
}

/// Whether the draws tell the unit from the mean: no more of them on the other side than an interval leaves out on one.
fn next_to_mean(replay: &Replay, sure: &Sureness) -> &'static str {
    let left_out = (1.0 - replay.settings.coverage) / 2.0;
    if sure.over_mean >= 1.0 - left_out {
        tr("明显高", "clearly over")
    } else if sure.over_mean <= left_out {
        tr("明显低", "clearly under")
    } else {
        tr("分不出", "no different")
    }
}

fn percent(share: f64) -> String {
    format!("{}%", number(share * 100.0, Some(0)))
}

fn percent_of(replay: &Replay) -> String {
    format!("{}%", short(replay.settings.coverage * 100.0))
}

/// How a class was replayed, and what was held, under its table.
pub fn note(replay: &Replay) -> String {
    let (draws, seed) = (replay.settings.draws, replay.settings.seed);
    let how = say!(
        "重演 {draws} 次,种子 {seed}。",
        "Replayed {draws} times, seed {seed}."
    );
    let held = replay.held.iter().map(|held| {
        let (item, count, of) = (&held.item, held.held, held.of);
        if count == of {
            say!("{item}", "{item}")
        } else {
            say!(
                "{item}({of} 个单位中的 {count} 个)",
                "{item} ({count} of {of} units)"
            )
        }
    });
    let held: Vec<String> = held.map(|say| say.get(lang()).to_owned()).collect();
    let held = held.join(tr("、", ", "));
    let points = replay.points_held.map_or_else(
        || say!("", ""),
        |(held, all)| {
            let (held, all) = (short(held), short(all));
            say!(
                ",{all} 分中的 {held} 分只凭这些数",
                "; {held} of {all} points rest on such figures alone"
            )
        },
    );
    let (zh, en) = (points.zh, points.en);
    let told = if held.is_empty() {
        say!("", "")
    } else {
        say!(
            "没有误差信息、照原数不动的:{held}{zh}。",
            " Held, as nothing is known of their noise: {held}{en}."
        )
    };
    format!("{}{}\n", how.get(lang()), told.get(lang()))
}
