//! Writing to the standard streams: colours only on a terminal (and not under `NO_COLOR`), and a reader that has gone is no
//! error.

use std::io::{self, ErrorKind, Write};

use clap::builder::styling::{AnsiColor, Style};
use rulebook::{Diagnostic, Folder, Say, Severity, render, say};

use crate::failure::Failure;
use crate::lang::{lang, tr};

const BOLD: Style = Style::new().bold();

/// A heading, styled.
pub fn heading(text: &str) -> String {
    format!("{BOLD}{text}{BOLD:#}")
}

/// Writes the result of a command.
pub fn print(text: &str) -> Result<(), Failure> {
    print_bytes(&mut anstream::stdout(), text.as_bytes())
}

/// Writes a result that isn't for eyes.
pub fn print_raw(bytes: &[u8]) -> Result<(), Failure> {
    print_bytes(&mut io::stdout(), bytes)
}

fn print_bytes(stream: &mut impl Write, bytes: &[u8]) -> Result<(), Failure> {
    match stream.write_all(bytes).and_then(|()| stream.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Failure::Gone),
        Err(error) => Err(Failure::Io(say!(
            "输出写不出去:{error}",
            "can't write the output: {error}"
        ))),
    }
}

/// Tells a person something beside the result.
pub fn note(text: &Say) {
    labelled(
        tr("说明", "note"),
        AnsiColor::Cyan.on_default(),
        text.get(lang()),
    );
}

/// Warns a person.
pub fn warning(text: &Say) {
    labelled(
        tr("警告", "warning"),
        AnsiColor::Yellow.on_default().bold(),
        text.get(lang()),
    );
}

/// Says what went wrong.
pub fn error(text: &str) {
    labelled(
        tr("错误", "error"),
        AnsiColor::Red.on_default().bold(),
        text,
    );
}

fn labelled(label: &str, style: Style, text: &str) {
    // Nothing is left to do where even this can't be written.
    let _ = writeln!(anstream::stderr(), "{style}{label}{style:#}: {text}");
}

/// Findings as a person reads them.
pub fn rendered(folder: &Folder, findings: &[Diagnostic]) -> String {
    render::render(folder, findings, lang(), render::Color::Ansi)
}

/// Shows a text beside the result.
pub fn show_text(text: &str) {
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// Shows findings beside the result.
pub fn show(folder: &Folder, findings: &[Diagnostic]) {
    show_text(&rendered(folder, findings));
}

/// How many errors and warnings there are, in words.
pub fn tally(findings: &[Diagnostic]) -> String {
    let errors = findings
        .iter()
        .filter(|f| f.severity == Severity::Error)
        .count();
    let warnings = findings.len() - errors;
    let plural = |n: usize| if n == 1 { "" } else { "s" };
    let (e, w) = (plural(errors), plural(warnings));
    let text = say!(
        "{errors} 处错误,{warnings} 处警告",
        "{errors} error{e}, {warnings} warning{w}"
    );
    text.get(lang()).to_owned()
}
