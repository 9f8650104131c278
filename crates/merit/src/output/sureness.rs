//! How sure results are, as a replay says: the columns of each layout.

use std::collections::BTreeMap;

use inference::named::{Named, Verdict};
use rulebook::model::Control;
use rulebook::{Say, say};
use scoring::replay::{Compared, Held, Replay, Settings, Sureness};
use scoring::run::{Outcome, Row, Run};
use serde::Serialize;

use super::reasons::short;
use super::{Certainty, number};
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

/// The columns of what a unit is named for, for programs.
pub const VERDICTS: [&str; 2] = ["named", "improved"];

/// What a unit is named for; empty where it can't be compared.
pub fn verdicts(compared: &Compared, at: usize) -> [&'static str; 2] {
    let of = |list: &[Option<Named>], above, below| match named(list, at).map(|one| one.verdict) {
        Some(Verdict::Ahead) => above,
        Some(Verdict::Behind) => below,
        Some(Verdict::NoDifferent) => "no-different",
        None => "",
    };
    [
        of(&compared.ahead, "ahead", "behind"),
        of(&compared.improved, "improved", "worse"),
    ]
}

fn named(list: &[Option<Named>], at: usize) -> Option<Named> {
    list.get(at).copied().flatten()
}

/// How a class was replayed, in a document.
#[derive(Serialize)]
pub struct Replayed {
    draws: u32,
    seed: u64,
    coverage: f64,
    first: u32,
    control: Control,
    rate: f64,
    /// The items that rest on figures without known noise.
    held: Vec<Held>,
    #[serde(skip_serializing_if = "Option::is_none")]
    points_held: Option<f64>,
}

impl Replayed {
    /// How it was.
    pub fn of(certainty: Certainty<'_>) -> Self {
        let (replay, declared) = (certainty.replay, certainty.declared);
        Self {
            draws: replay.settings.draws.get(),
            seed: replay.settings.seed,
            coverage: replay.settings.coverage,
            first: replay.settings.first,
            control: declared.control,
            rate: declared.rate,
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
    /// Next to the class's mean; none where it can't be compared.
    named: Option<Named>,
    /// Next to the period before; `ahead` is better.
    improved: Option<Named>,
}

impl Sure {
    /// A unit's.
    pub fn of(outcome: &Outcome<'_, '_>, certainty: Certainty<'_>, at: usize) -> Option<Self> {
        let (sure, compared) = (certainty.replay.units.get(at)?, certainty.compared);
        let bands = outcome
            .job
            .scheme
            .band
            .iter()
            .map(|band| band.id.to_string());
        Some(Self {
            score: sure.score,
            rank: sure.rank,
            rank_expected: sure.expected_rank,
            p_band: bands.zip(sure.bands.iter().copied()).collect(),
            p_first: sure.first,
            p_over_mean: sure.over_mean,
            named: named(&compared.ahead, at),
            improved: named(&compared.improved, at),
        })
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
        tr("与上期相比", "than before").to_owned(),
    ]
}

/// A unit's cells in a table.
pub fn cells(
    outcome: &Outcome<'_, '_>,
    certainty: Certainty<'_>,
    row: &Row<'_>,
) -> Option<Vec<String>> {
    let (sure, compared) = (certainty.replay.units.get(row.at)?, certainty.compared);
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
    let told = |list, above, below| match named(list, row.at).map(|one| one.verdict) {
        Some(Verdict::Ahead) => above,
        Some(Verdict::Behind) => below,
        Some(Verdict::NoDifferent) => tr("分不出", "no different"),
        None => "",
    };
    let (over, under) = (tr("明显高", "clearly over"), tr("明显低", "clearly under"));
    let (better, worse) = (
        tr("明显进步", "clearly better"),
        tr("明显退步", "clearly worse"),
    );
    Some(vec![
        score.unwrap_or_default(),
        rank.unwrap_or_default(),
        band.map(percent).unwrap_or_default(),
        sure.rank.map(|_| percent(sure.first)).unwrap_or_default(),
        told(&compared.ahead, over, under).to_owned(),
        told(&compared.improved, better, worse).to_owned(),
    ])
}

fn percent(share: f64) -> String {
    format!("{}%", number(share * 100.0, Some(0)))
}

fn percent_of(replay: &Replay) -> String {
    format!("{}%", short(replay.settings.coverage * 100.0))
}

/// How a class was replayed, and what was held, under its table.
pub fn note(certainty: Certainty<'_>) -> String {
    let replay = certainty.replay;
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
    let told = format!("{}{}\n", how.get(lang()), told.get(lang()));
    format!("{told}{}\n", naming(certainty).get(lang()))
}

/// At which error rate units are named, and how many can't be.
fn naming(certainty: Certainty<'_>) -> Say {
    let Say { zh, en } = certainty.declared.words();
    let scored = certainty
        .replay
        .units
        .iter()
        .filter(|unit| unit.score.is_some());
    let unknown = scored.filter(|unit| unit.estimate.is_none()).count();
    if unknown == 0 {
        return say!(
            "点名:{zh};其余不分先后。",
            "Named with {en}; the others are not ordered."
        );
    }
    say!(
        "点名:{zh};其余不分先后。{unknown} 个单位不参加排名,或有数缺着、不知误差,不点名;误差用度量的 noise 或表里的 n、se 说明。",
        "Named with {en}; the others are not ordered. {unknown} units aren't ranked, or have a figure that is missing or of unknown noise, and aren't named; the `noise` of a measure, or n and se in the table, say what noise there is."
    )
}
