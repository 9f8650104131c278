//! Times the robustness of `campaigns/asem`, run from the project's root.

use std::error::Error;
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Instant;

use rulebook::figures::{Layout, Table};
use rulebook::model::{Aggregate, Measure, Rule, Span, ZScore};
use rulebook::{Campaign, Folder};
use scoring::robust::{Input, Noise, RobustError, Robustness, Settings, robustness};
use scoring::run::{Run, Selection};
use serde_json::json;

const CAMPAIGN: &str = "campaigns/asem";

fn main() -> Result<(), Box<dyn Error>> {
    let campaign = campaign()?;
    let (bytes, layout, source) = table()?;
    let name = "figures.csv";
    let tables = [Table {
        name,
        bytes: &bytes,
    }];
    let (figures, _, findings) = rulebook::figures::read(&campaign, &tables, &layout);
    let figures = figures.ok_or_else(|| format!("{findings:?}"))?;
    let measures: Vec<&Measure> = campaign.measures.iter().map(|m| &m.item).collect();
    let threads = std::thread::available_parallelism()?;
    let run = Run::new(&campaign, &figures, Selection::default());
    let mut told = Ok(());
    run.each(NonZeroUsize::MIN, |outcome| {
        let tell = |settings: &Settings| {
            let class = outcome.scored.ruler.class();
            timed(|| robustness(outcome.job.scheme, &measures, class, settings))
        };
        if told.is_ok() {
            told = report(tell, threads, outcome.units.len(), source);
        }
    })?;
    told
}

/// Runs both analyses and prints a line of JSON.
fn report(
    tell: impl Fn(&Settings) -> Result<(f64, Robustness), RobustError>,
    threads: NonZeroUsize,
    units: usize,
    source: &str,
) -> Result<(), Box<dyn Error>> {
    let settings = |draws, rows| Settings {
        inputs: inputs(),
        draws,
        rows,
        threads,
        ..Settings::default()
    };
    let (uncertainty, _) = tell(&settings(10_000, 0))?;
    let (sensitivity, found) = tell(&settings(1, 4_096))?;
    let indices = found.shares.iter().map(|share| share.index);
    let halves = indices.flat_map(|index| [index.first_half, index.total_half]);
    let report = json!({
        "figures": source,
        "units": units,
        "threads": threads,
        "seconds_10000_replications": uncertainty,
        "seconds_24576_sobol_runs": sensitivity,
        "widest_half": halves.fold(0.0, f64::max),
        "shares": found.shares,
    });
    writeln!(std::io::stdout(), "{report}")?;
    Ok(())
}

fn timed<T, E>(work: impl FnOnce() -> Result<T, E>) -> Result<(f64, T), E> {
    let start = Instant::now();
    let done = work()?;
    Ok((start.elapsed().as_secs_f64(), done))
}

/// What COINr's vignette on sensitivity varies.
fn inputs() -> Vec<Input> {
    let on = |level| Noise {
        level: Some(level),
        spread: 0.25,
    };
    let min_max = Rule::MinMax(Span {
        low: 1.0,
        high: Some(100.0),
    });
    let z_score = Rule::ZScore(ZScore {
        mean: 10.0,
        sd: 2.0,
        ..ZScore::default()
    });
    vec![
        Input::Winsorise(vec![1, 2, 3, 4, 5]),
        Input::Rules(vec![min_max, z_score]),
        Input::Aggregates(vec![Aggregate::Mean, Aggregate::Geometric]),
        Input::Weights(vec![on(2), on(3)]),
    ]
}

fn campaign() -> Result<Campaign, Box<dyn Error>> {
    let mut folder = Folder::default();
    for under in ["", "schemes/"] {
        for entry in std::fs::read_dir(Path::new(CAMPAIGN).join(under))? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "toml") {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                folder
                    .files
                    .insert(format!("{under}{name}"), std::fs::read(&path)?);
            }
        }
    }
    let reading = rulebook::read::read(&folder);
    let findings = reading.findings;
    reading
        .campaign
        .ok_or_else(|| format!("{findings:?}").into())
}

/// The figures, how they are laid out, and whose they are.
fn table() -> Result<(Vec<u8>, Layout, &'static str), Box<dyn Error>> {
    let Some(root) = std::env::var_os("MERIT_REFERENCE_DATA") else {
        let bytes = std::fs::read(Path::new(CAMPAIGN).join("figures/example.csv"))?;
        return Ok((bytes, Layout::default(), "invented"));
    };
    let layout = Layout {
        unit_column: Some("uCode".to_owned()),
        period_column: Some("Time".to_owned()),
        ..Layout::default()
    };
    let bytes = std::fs::read(Path::new(&root).join("coinr/ASEM_iData.csv"))?;
    Ok((bytes, layout, "COINr"))
}
