//! The command `merit`: reads campaign folders and tables of figures, asks the core, and prints what it says.
//!
//! All input and output, all wording and all choices of layout are here; nothing is decided about a score.

mod args;
mod commands;
mod failure;
mod lang;
mod load;
mod output;
mod progress;
mod table_input;
mod terminal;
mod usage;

use std::process::ExitCode;

fn main() -> ExitCode {
    lang::choose();
    let done = match usage::parse() {
        Ok(args) => commands::run(args),
        Err(code) => return code,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
