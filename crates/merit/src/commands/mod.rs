//! One module for each command: read, ask the core, print.

mod check;
mod fmt;
mod new;
mod pages;
mod schema;
mod score;

use crate::args::{Command, Merit};
use crate::failure::Failure;

/// Does what the command line asks for.
pub fn run(args: Merit) -> Result<(), Failure> {
    match args.command {
        Command::New(args) => new::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Fmt(args) => fmt::run(&args),
        Command::Score(args) => score::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Completions(args) => pages::completions(&args),
        Command::Man(args) => pages::man(&args),
        _ => Ok(()),
    }
}
