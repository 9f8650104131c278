//! `simulate`: writes made-up organisations and figures.

use std::error::Error;
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand};
use simulate::county::Plan;
use simulate::month::Month;
use simulate::organisation::{self, Sizes};

/// Makes up organisations and figures; the same seed makes the same bytes.
#[derive(Parser)]
struct Command {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Figures of the ready campaign `county`.
    County(County),
    /// Its organisation.csv.
    CountyOrganisation(CountyOrganisation),
}

#[derive(Args)]
struct County {
    /// The file to write.
    out: PathBuf,
    /// The seed.
    #[arg(long, default_value_t = 2026)]
    seed: u64,
    /// The first month.
    #[arg(long, default_value = "2026-07")]
    first: Month,
    /// How many months.
    #[arg(long, default_value_t = 3)]
    months: u32,
    /// About how many units; without it the shipped county.
    #[arg(long)]
    units: Option<u32>,
}

#[derive(Args)]
struct CountyOrganisation {
    /// The file to write.
    out: PathBuf,
    /// About how many units; without it the shipped county.
    #[arg(long)]
    units: Option<u32>,
}

fn sizes(units: Option<u32>) -> Sizes {
    units.map_or(Sizes::SHIPPED, Sizes::about)
}

fn write(path: &Path, text: &str) -> Result<(), Box<dyn Error>> {
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn main() -> Result<(), Box<dyn Error>> {
    match Command::parse().what {
        What::County(County {
            out,
            seed,
            first,
            months,
            units,
        }) => {
            let plan = Plan {
                seed,
                first,
                months,
                units: organisation::county(sizes(units)),
            };
            write(&out, &plan.to_csv())
        }
        What::CountyOrganisation(CountyOrganisation { out, units }) => write(
            &out,
            &organisation::to_csv(&organisation::county(sizes(units))),
        ),
    }
}
