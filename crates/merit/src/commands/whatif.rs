//! `merit whatif`: the same figures scored by two rulebooks. Who moves, by how much, and which items decide it.

use std::collections::BTreeMap;
use std::path::Path;

use rulebook::figures::Notes;
use rulebook::model::Id;
use rulebook::{Campaign, Period, Say, say};
use scoring::run::{Outcome, Run, Selection};

use super::score::{each, layout, left_out};
use crate::args::WhatIf;
use crate::failure::Failure;
use crate::lang::{lang, tr};
use crate::output::columns::{Align, table};
use crate::output::reasons::short;
use crate::output::table::category_name;
use crate::{load, terminal};

/// So many items are named for each unit that moves.
const DECIDING: usize = 3;
/// Smaller differences are dust of binary fractions.
const DUST: f64 = 1e-9;

/// The results of one class under one rulebook.
struct Standing {
    category: String,
    units: BTreeMap<String, Result>,
}

/// A unit's result.
struct Result {
    name: String,
    score: Option<f64>,
    rank: Option<u32>,
    band: Option<String>,
    /// Item → its name and points.
    items: BTreeMap<String, (String, f64)>,
}

/// The classes scored under one rulebook, in their order.
struct Scored {
    classes: Vec<((Period, Id), Standing)>,
    /// What was said about the tables, and about categories that aren't scored.
    notes: Notes,
    left_out: Vec<Say>,
}

impl Scored {
    fn class(&self, key: &(Period, Id)) -> Option<&Standing> {
        let found = self.classes.iter().find(|(known, _)| known == key);
        found.map(|(_, standing)| standing)
    }
}

/// Scores the figures under both and tells what differs.
pub fn run(args: &WhatIf) -> std::result::Result<(), Failure> {
    // Whoever doesn't ask for robustness names a second folder.
    let Some(second) = &args.new else {
        return super::robust::run(&args.old, &args.figures, &args.robust);
    };
    if args.robust.robust {
        return Err(Failure::Usage(say!(
            "--robust 只看一个活动文件夹;两份细则请分别看",
            "--robust looks at one campaign folder; look at the two rulebooks one after the other"
        )));
    }
    let old = scored(args, &args.old)?;
    let new = scored(args, second)?;
    load::tell(&old.notes);
    if new.notes != old.notes {
        load::tell(&new.notes);
    }
    let only_new = new
        .left_out
        .iter()
        .filter(|told| !old.left_out.contains(told));
    old.left_out
        .iter()
        .chain(only_new)
        .for_each(terminal::warning);
    let mut text = String::new();
    for (key, was) in &old.classes {
        match new.class(key) {
            Some(is) => text.push_str(&compared(key.0, was, is)),
            None => only_one(key, was, &args.old),
        }
    }
    for (key, is) in &new.classes {
        if old.class(key).is_none() {
            only_one(key, is, second);
        }
    }
    terminal::print(&text)
}

fn only_one((period, _): &(Period, Id), standing: &Standing, dir: &Path) {
    let (category, dir) = (&standing.category, dir.display());
    terminal::warning(&say!(
        "{period} {category}:只有 {dir} 计分,没有比较",
        "{period} {category}: scored by {dir} only, so not compared"
    ));
}

fn scored(args: &WhatIf, dir: &Path) -> std::result::Result<Scored, Failure> {
    let opened = load::campaign(dir)?;
    // Without tables named, both score the old campaign's own figures.
    let (figures, notes) = load::figures(
        &opened,
        &args.old,
        &args.figures.measures,
        &layout(&args.figures, None),
    )?;
    let selection = Selection {
        period: args.figures.period,
        scheme: None,
    };
    let mut classes = Vec::new();
    let run = Run::new(&opened.campaign, &figures, selection);
    each(&run, &figures, &args.figures, |outcome| {
        let key = (outcome.job.period, Id::from(outcome.job.category));
        classes.push((key, standing(&opened.campaign, outcome)));
    })?;
    let left_out = left_out(&opened.campaign, &run);
    Ok(Scored {
        classes,
        notes,
        left_out,
    })
}

fn standing(campaign: &Campaign, outcome: &Outcome<'_, '_>) -> Standing {
    let ruler = &outcome.scored.ruler;
    let names: Vec<&str> = ruler.items().map(|item| item.name.get(lang())).collect();
    let nodes = ruler.nodes();
    let items = |at: usize| {
        let cells = nodes
            .iter()
            .zip(&names)
            .map(|(node, name)| (node, *name, node.points.get(at).copied()));
        cells
            .filter_map(|(node, name, points)| {
                Some((
                    node.id.clone(),
                    (name.to_owned(), points.filter(|p| !p.is_nan())?),
                ))
            })
            .collect()
    };
    let result = |row: scoring::run::Row<'_>| {
        let result = Result {
            name: row.unit.name.clone(),
            score: row.score,
            rank: row.rank,
            band: row.band.map(|band| band.name.get(lang()).to_owned()),
            items: items(row.at),
        };
        (row.unit.id.clone(), result)
    };
    Standing {
        category: category_name(campaign, outcome.job.category).to_owned(),
        units: outcome.rows().map(result).collect(),
    }
}

/// The units of a class that move, most first, and a summary.
fn compared(period: Period, old: &Standing, new: &Standing) -> String {
    let mut pairs: Vec<(&String, &Result, &Result)> = old
        .units
        .iter()
        .filter_map(|(id, was)| Some((id, was, new.units.get(id)?)))
        .collect();
    let summary = summary(&pairs);
    pairs.retain(|(_, was, is)| moved(was, is));
    let moves = |(_, was, is): &(&String, &Result, &Result)| {
        let ranks = match (was.rank, is.rank) {
            (Some(was), Some(is)) => was.abs_diff(is),
            (None, None) => 0,
            // To be ranked, or no longer, is the largest move.
            _ => u32::MAX,
        };
        let scores = was
            .score
            .zip(is.score)
            .map_or(f64::INFINITY, |(was, is)| (was - is).abs());
        (ranks, scores)
    };
    pairs.sort_by(|a, b| {
        let (a, b) = (moves(a), moves(b));
        b.0.cmp(&a.0).then(b.1.total_cmp(&a.1))
    });
    let header = [
        tr("单位", "unit"),
        tr("名称", "name"),
        tr("得分", "score"),
        tr("名次", "rank"),
        tr("等次", "band"),
        tr("主要由于", "decided by"),
    ];
    let rows: Vec<Vec<String>> = pairs
        .iter()
        .map(|(id, was, is)| cells(id, was, is))
        .collect();
    let title = terminal::heading(&format!("{period} {}", new.category));
    let table = table(&[Align::Left; 6], &header, &rows, "");
    format!("{title}\n{table}{summary}\n\n")
}

fn moved(was: &Result, is: &Result) -> bool {
    let score = match (was.score, is.score) {
        (Some(was), Some(is)) => (was - is).abs() > DUST,
        (was, is) => was.is_some() != is.is_some(),
    };
    score || was.rank != is.rank || was.band != is.band
}

fn cells(id: &str, was: &Result, is: &Result) -> Vec<String> {
    let none = || "–".to_owned();
    let score = |result: &Result| result.score.map_or_else(none, short);
    let rank = |result: &Result| result.rank.map_or_else(none, |rank| rank.to_string());
    let band = |result: &Result| result.band.clone().unwrap_or_else(none);
    let change = was
        .score
        .zip(is.score)
        .map(|(was, is)| format!(" ({})", signed(is - was)))
        .unwrap_or_default();
    vec![
        id.to_owned(),
        if was.name == id {
            String::new()
        } else {
            was.name.clone()
        },
        arrow(&score(was), &score(is)) + &change,
        arrow(&rank(was), &rank(is)),
        arrow(&band(was), &band(is)),
        deciding(was, is),
    ]
}

fn arrow(was: &str, is: &str) -> String {
    if was == is {
        was.to_owned()
    } else {
        format!("{was} → {is}")
    }
}

fn signed(change: f64) -> String {
    let sign = if change < 0.0 { "−" } else { "+" };
    format!("{sign}{}", short(change.abs()))
}

/// The items whose points differ most.
fn deciding(was: &Result, is: &Result) -> String {
    let mut changes: BTreeMap<&str, (&str, f64)> = BTreeMap::new();
    for (id, (name, points)) in &was.items {
        changes.insert(id, (name, -points));
    }
    for (id, (name, points)) in &is.items {
        let change = changes.entry(id).or_insert((name, 0.0));
        change.1 += points;
    }
    let mut changes: Vec<(&str, f64)> = changes
        .into_values()
        .filter(|(_, change)| change.abs() > DUST)
        .collect();
    changes.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    let named = changes
        .iter()
        .take(DECIDING)
        .map(|(name, change)| format!("{name} {}", signed(*change)));
    named.collect::<Vec<_>>().join(tr(";", "; "))
}

fn summary(pairs: &[(&String, &Result, &Result)]) -> String {
    let all = pairs.len();
    let ranks = pairs
        .iter()
        .filter(|(_, was, is)| was.rank == is.rank)
        .count();
    let bands = pairs
        .iter()
        .filter(|(_, was, is)| was.band == is.band)
        .count();
    let both = pairs.iter().filter_map(|(_, was, is)| {
        Some((
            was.score.filter(|_| was.rank.is_some())?,
            is.score.filter(|_| is.rank.is_some())?,
        ))
    });
    let (zh, en) = match spearman(&both.collect::<Vec<_>>()) {
        Some(agreement) => (
            format!(";名次相关(Spearman){agreement:.3}"),
            format!("; rank correlation (Spearman) {agreement:.3}"),
        ),
        None => Default::default(),
    };
    let text = say!(
        "共 {all} 个单位:{ranks} 个名次不变,{bands} 个等次不变{zh}",
        "{all} units: {ranks} keep their rank, {bands} their band{en}"
    );
    text.get(lang()).to_owned()
}

/// Spearman's rank correlation, ties at their mean rank; `None` where either side doesn't vary.
fn spearman(pairs: &[(f64, f64)]) -> Option<f64> {
    let a = mean_ranks(pairs.iter().map(|pair| pair.0));
    let b = mean_ranks(pairs.iter().map(|pair| pair.1));
    let middle = (pairs.len() as f64 + 1.0) / 2.0;
    let product = |a: &[f64], b: &[f64]| -> f64 {
        a.iter()
            .zip(b)
            .map(|(a, b)| (a - middle) * (b - middle))
            .sum()
    };
    let spread = (product(&a, &a) * product(&b, &b)).sqrt();
    (spread > 0.0).then(|| product(&a, &b) / spread)
}

fn mean_ranks(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut order: Vec<(f64, usize)> = values.zip(0..).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut ranks = vec![0.0; order.len()];
    let mut first = 1;
    for tied in order.chunk_by(|a, b| a.0 == b.0) {
        let mean = first as f64 + (tied.len() as f64 - 1.0) / 2.0;
        for (_, at) in tied {
            if let Some(rank) = ranks.get_mut(*at) {
                *rank = mean;
            }
        }
        first += tied.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agreement_is_one_for_the_same_order_and_minus_one_for_the_reverse() {
        assert_eq!(
            spearman(&[(1.0, 10.0), (2.0, 20.0), (3.0, 40.0)]),
            Some(1.0)
        );
        assert_eq!(spearman(&[(1.0, 3.0), (2.0, 2.0), (3.0, 1.0)]), Some(-1.0));
        assert_eq!(spearman(&[(1.0, 3.0), (1.0, 2.0)]), None);
        assert_eq!(spearman(&[]), None);
    }

    #[test]
    fn ties_share_their_mean_rank() {
        assert_eq!(
            mean_ranks([5.0, 1.0, 5.0, 9.0].into_iter()),
            [2.5, 1.0, 2.5, 4.0]
        );
    }
}
