//! Reading the command line; what is wrong with it, in the language chosen.

use std::process::ExitCode;

use clap::FromArgMatches;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use rulebook::{Say, say};

use crate::args::{Merit, command};
use crate::failure::Failure;
use crate::lang::lang;
use crate::terminal;

/// The arguments; or, when help was asked for or something is wrong, the exit code after saying so.
pub fn parse() -> Result<Merit, ExitCode> {
    let mut command = command();
    let parsed = command
        .try_get_matches_from_mut(std::env::args_os())
        .and_then(|mut matches| Merit::from_arg_matches_mut(&mut matches));
    parsed.map_err(|error| answer(&error))
}

/// Prints the help of a command, named by its path from `merit` on.
pub fn help(path: &[String]) -> Result<(), Failure> {
    let mut command = command();
    command.build();
    let mut found = &mut command;
    for name in path {
        found = found.find_subcommand_mut(name).ok_or_else(|| {
            Failure::Usage(say!(
                "没有“{name}”这个命令;merit help 列出全部",
                "there is no command “{name}”; `merit help` lists them"
            ))
        })?;
    }
    terminal::print(&found.render_help().ansi().to_string())
}

fn answer(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            match terminal::print(&error.render().ansi().to_string()) {
                Ok(()) => ExitCode::SUCCESS,
                Err(failure) => failure.report(),
            }
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            terminal::show_text(&error.render().ansi().to_string());
            ExitCode::from(Failure::USAGE)
        }
        _ => {
            terminal::error(said(error).get(lang()));
            terminal::show_text(hint(error).get(lang()));
            ExitCode::from(Failure::USAGE)
        }
    }
}

/// What is wrong.
fn said(error: &clap::Error) -> Say {
    let of = |kind| error.get(kind).map(shown).unwrap_or_default();
    let (arg, value) = (of(ContextKind::InvalidArg), of(ContextKind::InvalidValue));
    match error.kind() {
        ErrorKind::UnknownArgument => say!("没有“{arg}”这个参数", "there is no argument “{arg}”"),
        ErrorKind::InvalidSubcommand => {
            let name = of(ContextKind::InvalidSubcommand);
            say!("没有“{name}”这个命令", "there is no command “{name}”")
        }
        ErrorKind::MissingSubcommand => say!("要写明命令", "a command is needed"),
        ErrorKind::MissingRequiredArgument => say!("缺少 {arg}", "{arg} is missing"),
        ErrorKind::InvalidValue if value.is_empty() => {
            say!("{arg} 后面要写明", "{arg} needs a value")
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let (zh, en) = allowed(error);
            say!(
                "{arg} 不能是“{value}”{zh}",
                "“{value}” won't do for {arg}{en}"
            )
        }
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            say!("{arg} 后面要写明", "{arg} needs a value")
        }
        ErrorKind::ArgumentConflict => {
            let other = of(ContextKind::PriorArg);
            if other == arg || other.is_empty() {
                say!("{arg} 写了两次", "{arg} stands twice")
            } else {
                say!("{arg} 不能和 {other} 同用", "{arg} can't go with {other}")
            }
        }
        _ => {
            let text = error.to_string();
            let line = text.lines().next().unwrap_or_default();
            say!("{line}", "{line}")
        }
    }
}

/// The values that would do, where they can be listed.
fn allowed(error: &clap::Error) -> (String, String) {
    match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) if !values.is_empty() => (
            format!(";可以是:{}", values.join("、")),
            format!("; it may be {}", values.join(", ")),
        ),
        _ => {
            let arg = error.get(ContextKind::InvalidArg).map(shown);
            let (zh, en) = spelling(arg.as_deref().unwrap_or_default());
            (zh.to_owned(), en.to_owned())
        }
    }
}

/// How the value of an argument is written.
fn spelling(arg: &str) -> (&'static str, &'static str) {
    match arg.split(' ').next() {
        Some("--period") => (
            ";写成 2026、2026-H1、2026-Q1 或 2026-01",
            "; write 2026, 2026-H1, 2026-Q1 or 2026-01",
        ),
        Some("--rates") => (
            ";写成两个 0 到 1 的数,如 0.90,0.97",
            "; write two numbers from 0 to 1, such as 0.90,0.97",
        ),
        Some("--alpha" | "--power" | "--reliability" | "--coverage") => (
            ";写成 0 和 1 之间的数,如 0.95",
            "; write a number between 0 and 1, such as 0.95",
        ),
        Some(
            "--threads" | "--min-n" | "--draw" | "--units" | "--replay" | "--first" | "--best"
            | "--worst" | "--draws" | "--freeze" | "--season" | "--days",
        ) => (";写成 1 以上的整数", "; write a whole number from 1 on"),
        Some("--rate") => (
            ";写成 0 和 1 之间的数,如 0.05",
            "; write a number between 0 and 1, such as 0.05",
        ),
        Some("--width") => (";写成大于 0 的数", "; write a number over 0"),
        Some("--step") => (";写成 3 以上的整数", "; write a whole number from 3 on"),
        Some("--target" | "--top" | "--threshold") => (";写成一个数", "; write a number"),
        Some("--sobol") => (
            ";写成 0,或 2 以上的整数",
            "; write 0, or a whole number from 2 on",
        ),
        Some("--weights") => (
            ";写成 0 到 1 的数,或 层=数,如 0.25、2=0.25",
            "; write a number from 0 to 1, or LEVEL=NUMBER, such as 0.25 or 2=0.25",
        ),
        Some("--rules") => (
            ";写成 min_max:0:100、percentile:0:100、z_score:0:1、rank、borda、distance-to-best 或 ratio-to-best",
            "; write min_max:0:100, percentile:0:100, z_score:0:1, rank, borda, distance-to-best or ratio-to-best",
        ),
        Some("--aggregates") => (
            ";写成 mean、geometric、harmonic 或 power:2",
            "; write mean, geometric, harmonic or power:2",
        ),
        Some("--entry" | "--from" | "--size" | "--seed" | "--winsorise" | "--barred") => {
            (";写成 0 以上的整数", "; write a whole number from 0 on")
        }
        _ => ("", ""),
    }
}

/// What was likely meant, and where to read more.
fn hint(error: &clap::Error) -> Say {
    let meant = [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
    ];
    let meant = meant.iter().find_map(|kind| error.get(*kind)).map(shown);
    let (zh, en) = meant.map_or_else(Default::default, |meant| {
        (
            format!("是不是“{meant}”?"),
            format!("Did you mean “{meant}”? "),
        )
    });
    say!("{zh}加 --help 看说明。\n", "{en}See --help.\n")
}

fn shown(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(values) => values.join(lang().pick("、", ", ")),
        other => other.to_string(),
    }
}
