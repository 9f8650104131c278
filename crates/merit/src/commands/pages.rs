//! `merit completions` and `merit man`: made from the command line's own description.

use std::fs;
use std::path::Path;

use clap_mangen::Man;

use crate::args::{self, Completions, Pages};
use crate::failure::Failure;
use crate::lang::lang;
use crate::output::save;
use crate::terminal;

/// Prints a shell's completion script.
pub fn completions(args: &Completions) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut args::command(), "merit", &mut script);
    terminal::print_raw(&script)
}

/// Writes a page for the command and each command under it.
pub fn man(args: &Pages) -> Result<(), Failure> {
    fs::create_dir_all(&args.dir).map_err(|error| Failure::write(&args.dir, &error))?;
    let mut command = args::command();
    command.build();
    page(&args.dir, &command, "")
}

fn page(dir: &Path, command: &clap::Command, above: &str) -> Result<(), Failure> {
    let name = format!("{above}{}", command.get_name());
    let path = dir.join(format!("{name}.1"));
    let mut page = Vec::new();
    let man = Man::new(command.clone())
        .title(name.to_uppercase())
        .date("")
        .source(concat!("merit ", env!("CARGO_PKG_VERSION")))
        .manual("Merit");
    man.render(&mut page)
        .map_err(|error| Failure::write(&path, &error))?;
    save::whole(&path, headings(&page).as_bytes())?;
    let inner = format!("{name}-");
    command
        .get_subcommands()
        .try_for_each(|command| self::page(dir, command, &inner))
}

/// The headings of a page, which the generator knows in English only.
const HEADINGS: [(&str, &str); 6] = [
    (".SH NAME", ".SH 名称"),
    (".SH SYNOPSIS", ".SH 用法"),
    (".SH DESCRIPTION", ".SH 说明"),
    (".SH SUBCOMMANDS", ".SH 命令"),
    (".SH EXTRA", ".SH 例子"),
    (".SH VERSION", ".SH 版本"),
];

fn headings(page: &[u8]) -> String {
    let text = String::from_utf8_lossy(page).into_owned();
    let names = HEADINGS.map(|(en, zh)| {
        (
            en,
            lang().pick(
                zh,
                if en == ".SH EXTRA" {
                    ".SH EXAMPLES"
                } else {
                    en
                },
            ),
        )
    });
    names
        .iter()
        .fold(text, |text, (from, to)| text.replace(from, to))
}
