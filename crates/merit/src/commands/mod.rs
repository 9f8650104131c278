//! One module for each command: read, ask the core, print.

mod check;
mod score;

use crate::args::{Command, Merit};
use crate::failure::Failure;

/// Does what the command line asks for.
pub fn run(args: Merit) -> Result<(), Failure> {
    match args.command {
        Command::Check(args) => check::run(&args),
        Command::Score(args) => score::run(&args),
        _ => Ok(()),
    }
}
