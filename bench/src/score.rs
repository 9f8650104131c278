//! Scores the columns of a benchmark file and says how long that took. `bench/README.md` describes the file and the output.

use std::borrow::Cow;
use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::num::NonZeroUsize;
use std::time::Instant;

use rulebook::model::{Indicator, Scheme};
use scoring::{Class, ClassColumn};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Header {
    rows: usize,
    rank: bool,
    decimals: u8,
    indicators: Vec<Value>,
}

/// A column of figures for each indicator.
type Columns = Vec<Vec<f64>>;

struct Options {
    file: String,
    repeat: usize,
    threads: NonZeroUsize,
    scores: Option<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = options()?;
    let (header, columns) = read(&options.file)?;
    let scheme = scheme(&header)?;
    let ids: Vec<String> = (0..header.rows).map(|unit| format!("{unit:08}")).collect();
    let class = class(&ids, &scheme, &columns).ok_or("the columns don't fit the units")?;
    let mut seconds = Vec::new();
    let mut outcome = (Vec::new(), Vec::new());
    for _ in 0..options.repeat {
        drop(std::mem::take(&mut outcome));
        let start = Instant::now();
        let scored = if header.rank {
            let scored = scoring::score(&scheme, &[], &class, options.threads)?;
            (scored.scores, scored.ranks.place)
        } else {
            (
                scoring::Ruler::fit(&scheme, &[], &class, options.threads)?.scores(options.threads),
                Vec::new(),
            )
        };
        seconds.push(start.elapsed().as_secs_f64());
        outcome = scored;
    }
    let (scores, ranks) = outcome;
    if let Some(path) = &options.scores {
        let bytes: Vec<u8> = scores
            .iter()
            .flat_map(|score| score.to_le_bytes())
            .collect();
        std::fs::write(path, bytes)?;
    }
    let report = json!({
        "seconds": seconds,
        "max_rss_bytes": peak_memory()?,
        "checksum": checksum(&scores, &ranks, header.decimals).to_string(),
    });
    writeln!(std::io::stdout(), "{report}")?;
    Ok(())
}

fn options() -> Result<Options, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments
        .next()
        .ok_or("usage: bench-score FILE [--repeat K] [--threads N] [--scores OUT]")?;
    let threads = std::thread::available_parallelism()?;
    let mut options = Options {
        file,
        repeat: 1,
        threads,
        scores: None,
    };
    while let Some(flag) = arguments.next() {
        let value = arguments
            .next()
            .ok_or_else(|| format!("{flag} needs a value"))?;
        match flag.as_str() {
            "--repeat" => options.repeat = value.parse()?,
            "--threads" => options.threads = value.parse()?,
            "--scores" => options.scores = Some(value),
            _ => return Err(format!("unknown option {flag}").into()),
        }
    }
    Ok(options)
}

/// The header, and a column of figures for each indicator.
fn read(path: &str) -> Result<(Header, Columns), Box<dyn Error>> {
    let mut file = BufReader::with_capacity(1 << 20, File::open(path)?);
    let mut line = String::new();
    file.read_line(&mut line)?;
    let header: Header = serde_json::from_str(&line)?;
    let mut bytes = vec![0; header.rows * 8];
    let mut columns = Vec::with_capacity(header.indicators.len());
    for _ in &header.indicators {
        file.read_exact(&mut bytes)?;
        let (cells, _) = bytes.as_chunks::<8>();
        columns.push(cells.iter().map(|cell| f64::from_le_bytes(*cell)).collect());
    }
    Ok((header, columns))
}

/// The file's indicators as a scheme of Merit's own language.
fn scheme(header: &Header) -> Result<Scheme, Box<dyn Error>> {
    let complete = |indicator: &Value| -> Result<Indicator, Box<dyn Error>> {
        let mut indicator = indicator.clone();
        let fields = indicator
            .as_object_mut()
            .ok_or("an indicator must be an object")?;
        fields.insert(
            "measure".into(),
            fields.get("id").cloned().unwrap_or_default(),
        );
        fields.insert("name".into(), json!({ "en": "benchmark" }));
        Ok(serde_json::from_value(indicator)?)
    };
    let indicators = header
        .indicators
        .iter()
        .map(complete)
        .collect::<Result<Vec<_>, _>>()?;
    let mut scheme: Scheme = serde_json::from_value(json!({
        "id": "bench", "name": { "en": "benchmark" }, "rounding": { "points": header.decimals },
    }))?;
    scheme.indicator = indicators;
    Ok(scheme)
}

fn class<'a>(ids: &'a [String], scheme: &'a Scheme, columns: &'a [Vec<f64>]) -> Option<Class<'a>> {
    let class = Class::new(ids.iter().map(String::as_str).collect())?;
    scheme
        .indicator
        .iter()
        .zip(columns)
        .try_fold(class, |class, (indicator, column)| {
            class.with_column(
                indicator.measure.as_str(),
                ClassColumn {
                    values: Cow::Borrowed(column),
                    ..ClassColumn::default()
                },
            )
        })
}

/// Σ score in grains × rank, modulo 2⁶⁴.
fn checksum(scores: &[f64], ranks: &[u32], decimals: u8) -> u64 {
    let per_point = f64::from(10_u32.pow(u32::from(decimals)));
    let ranks = ranks.iter().copied().chain(std::iter::repeat(1));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "scores are small and not negative"
    )]
    let terms = scores
        .iter()
        .zip(ranks)
        .map(|(score, rank)| ((score * per_point).round() as u64).wrapping_mul(u64::from(rank)));
    terms.fold(0, u64::wrapping_add)
}

/// The most memory the process has held, as Linux tells.
fn peak_memory() -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .ok_or("no VmHWM in /proc/self/status")?;
    let kibibytes: u64 = line
        .split_whitespace()
        .nth(1)
        .ok_or("VmHWM has no value")?
        .parse()?;
    Ok(kibibytes * 1024)
}
