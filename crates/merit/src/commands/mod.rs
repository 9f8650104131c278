//! One module for each command: read, ask the core, print.

mod backup;
mod bundle;
mod check;
mod detect;
mod diff;
mod explain;
mod facets;
mod fmt;
mod judges;
mod ledger;
mod new;
mod pages;
mod rank;
mod rates;
mod robust;
mod sample;
mod schema;
mod score;
mod trend;
mod web;
mod whatif;
mod workbook;

use crate::args::{Command, Merit, ledger::Published};
use crate::failure::Failure;
use crate::usage;

/// Does what the command line asks for.
pub fn run(args: Merit) -> Result<(), Failure> {
    match args.command {
        Command::New(args) => new::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Fmt(args) => fmt::run(&args),
        Command::Score(args) => score::run(&args),
        Command::Rank(args) => rank::run(&args),
        Command::Rates(args) => rates::run(&args),
        Command::Trend(args) => trend::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Completions(args) => pages::completions(&args),
        Command::Man(args) => pages::man(&args),
        Command::Help(args) => usage::help(&args.command),
        Command::Explain(args) => explain::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Whatif(args) => whatif::run(&args),
        Command::Ledger { command } => ledger::run(&command),
        Command::Verify { command } => {
            let Published::Bundle(args) = command;
            bundle::run(&args)
        }
        Command::Backup(args) => backup::backup(&args),
        Command::Restore(args) => backup::restore(&args),
        Command::Detect(args) => detect::run(&args),
        Command::Judges(args) => judges::run(&args),
        Command::Facets(args) => facets::run(&args),
        Command::Sample(args) => sample::run(&args),
        Command::Demo(args) => web::demo::run(&args),
        Command::Serve(args) => web::serve::run(&args),
        Command::Campaign { command } => workbook::run(&command),
    }
}
