//! Times rank sets: simultaneous sets with a number of draws, and marginal sets. `bench/rank.sh` runs it beside numpy.

use std::error::Error;
use std::io::Write;
use std::num::NonZeroUsize;
use std::time::Instant;

use inference::random::Random;
use inference::ranks::{Errors, Procedure, Scope, Settings, Sides, rank_sets};
use serde_json::json;

const USAGE: &str = "usage: bench-rank simultaneous|marginal UNITS DRAWS [FILE]";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (scope, units, draws, file) = match arguments.as_slice() {
        [scope, units, draws] => (scope, units, draws, None),
        [scope, units, draws, file] => (scope, units, draws, Some(file)),
        _ => return Err(USAGE.into()),
    };
    let scope = match scope.as_str() {
        "simultaneous" => Scope::Simultaneous,
        "marginal" => Scope::Marginal,
        _ => return Err(USAGE.into()),
    };
    let (estimates, errors) = made(units.parse()?);
    if let Some(file) = file {
        let bytes = errors.iter().flat_map(|error| error.to_le_bytes());
        std::fs::write(file, bytes.collect::<Vec<u8>>())?;
    }
    let settings = Settings {
        coverage: 0.95,
        scope,
        sides: Sides::Both,
        procedure: Procedure::SingleStep,
        draws: NonZeroUsize::new(draws.parse()?),
        seed: 1,
        threads: std::thread::available_parallelism()?,
    };
    for procedure in [Procedure::SingleStep, Procedure::Stepdown] {
        let settings = Settings {
            procedure,
            ..settings
        };
        let start = Instant::now();
        let sets = rank_sets(&estimates, Errors::Independent(&errors), &settings)?;
        let report = json!({
            "side": "merit", "scope": scope, "procedure": procedure, "units": estimates.len(), "draws": sets.draws,
            "seconds": start.elapsed().as_secs_f64(), "critical": sets.critical.first(), "max_rss_bytes": peak_memory()?,
        });
        writeln!(std::io::stdout(), "{report}")?;
    }
    Ok(())
}

/// Estimates of units with unlike standard errors, and the errors.
fn made(units: usize) -> (Vec<f64>, Vec<f64>) {
    let mut random = Random::new(20_260_101, 0);
    let errors: Vec<f64> = (0..units).map(|_| (0.5 * random.normal()).exp()).collect();
    let estimate = |error: &f64| 3.0 * random.normal() + error * random.normal();
    (errors.iter().map(estimate).collect(), errors)
}

/// The most memory the process has held, as Linux tells.
fn peak_memory() -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let size = line.and_then(|line| line.split_whitespace().nth(1));
    Ok(size
        .ok_or("no VmHWM in /proc/self/status")?
        .parse::<u64>()?
        * 1024)
}
