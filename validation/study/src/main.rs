//! The calibration study: do Merit's intervals, sets, named lists and alarms keep what they state?
//!
//! Each part simulates data whose truth is known, asks Merit, and counts. It prints Markdown: what isn't met first, then the tables of
//! the parts. The same seed gives the same figures with any number of threads. It judges; it never tunes anything.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "the data are made here, and what is wrong with them must stop the study"
)]

mod errors;
mod facets;
mod gaming;
mod judges;
mod listed;
mod named;
mod plan;
mod ranks;
mod replay;
mod shrinkage;
mod table;
mod trend;

use std::io::{self, Write};
use std::num::NonZeroUsize;

use clap::{Parser, ValueEnum};

use plan::Plan;
use table::Table;

/// Measures the calibration of Merit's statistics on simulated data; prints Markdown.
#[derive(Parser)]
struct Arguments {
    /// A few data sets only: whether it runs at all, not what it finds.
    #[arg(long)]
    quick: bool,
    /// What all data follow from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many threads; no figure depends on it.
    #[arg(long)]
    threads: Option<NonZeroUsize>,
    /// Which parts; all where none is named.
    #[arg(value_name = "PART")]
    parts: Vec<Part>,
}

/// A part of the study.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Shrinkage,
    Replay,
    Ranks,
    Named,
    Trend,
    Judges,
    Facets,
    Gaming,
}

impl Part {
    fn tables(self, plan: &Plan) -> Vec<Table> {
        match self {
            Self::Shrinkage => shrinkage::tables(plan),
            Self::Replay => replay::tables(plan),
            Self::Ranks => ranks::tables(plan),
            Self::Named => named::tables(plan),
            Self::Trend => trend::tables(plan),
            Self::Judges => judges::tables(plan),
            Self::Facets => facets::tables(plan),
            Self::Gaming => gaming::tables(plan),
        }
    }
}

fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    let threads = arguments
        .threads
        .map_or_else(std::thread::available_parallelism, Ok)?;
    let plan = Plan {
        quick: arguments.quick,
        seed: arguments.seed,
        threads,
    };
    let wanted = |part: &&Part| arguments.parts.is_empty() || arguments.parts.contains(part);
    let parts = Part::value_variants().iter().filter(wanted);
    let tables: Vec<Table> = parts.flat_map(|part| part.tables(&plan)).collect();
    let mut out = io::stdout().lock();
    table::write_all(&mut out, &tables, &plan)?;
    out.flush()
}
