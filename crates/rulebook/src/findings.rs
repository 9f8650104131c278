//! Findings about one table, gathered without drowning the reader: at most so many are shown, the rest are counted.

use crate::diagnostic::{Place, Spot};
use crate::{Diagnostic, Say, Severity, say};

/// So many errors of one file are shown.
const ERRORS_SHOWN: usize = 100;
/// So many warnings of one file are shown.
const WARNINGS_SHOWN: usize = 20;
/// A quoted value is cut after so many characters.
const VALUE_SHOWN: usize = 40;
/// Above so many candidates no likely spelling is looked for: each would be compared.
const CANDIDATES: usize = 20_000;

/// The findings about one file.
#[derive(Debug)]
pub(crate) struct Findings {
    file: String,
    shown: Vec<Diagnostic>,
    errors: usize,
    warnings: usize,
}

impl Findings {
    /// None yet.
    pub(crate) fn about(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            shown: Vec::new(),
            errors: 0,
            warnings: 0,
        }
    }

    /// Adds an error; it is only made when it will be shown.
    pub(crate) fn error(&mut self, make: impl FnOnce() -> Diagnostic) {
        self.errors += 1;
        if self.errors <= ERRORS_SHOWN {
            self.shown.push(make());
        }
    }

    /// Adds a warning; it is only made when it will be shown.
    pub(crate) fn warning(&mut self, make: impl FnOnce() -> Diagnostic) {
        self.warnings += 1;
        if self.warnings <= WARNINGS_SHOWN {
            self.shown.push(make());
        }
    }

    /// Whether there was an error.
    pub(crate) fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// What is shown, and how many more there were.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        let rest = |all: usize, shown: usize| all.saturating_sub(shown);
        let errors = rest(self.errors, ERRORS_SHOWN);
        if errors > 0 {
            let problem = say!(
                "此文件另有 {errors} 处错误未列出",
                "{errors} more errors in this file aren't listed"
            );
            self.shown
                .push(Self::more(Severity::Error, &self.file, problem));
        }
        let warnings = rest(self.warnings, WARNINGS_SHOWN);
        if warnings > 0 {
            let problem = say!(
                "此文件另有 {warnings} 处提醒未列出",
                "{warnings} more warnings in this file aren't listed"
            );
            self.shown
                .push(Self::more(Severity::Warning, &self.file, problem));
        }
        self.shown
    }

    fn more(severity: Severity, file: &str, problem: Say) -> Diagnostic {
        let remedy = say!(
            "改正已列出的各处后再检查一次",
            "mend those listed, then check again"
        );
        Diagnostic {
            severity,
            ..Diagnostic::error("more-findings", Place::whole(file), problem)
        }
        .remedy(remedy)
    }
}

/// A cell of a table: one-based row, zero-based column.
pub(crate) fn cell(file: &str, sheet: Option<&str>, row: usize, column: Option<usize>) -> Place {
    Place {
        file: file.to_owned(),
        spot: Spot::Cell {
            sheet: sheet.map(str::to_owned),
            row,
            column,
        },
    }
}

/// A value as messages show it: control characters visible, cut where it is long.
pub(crate) fn shown(value: &str) -> String {
    let mut text: String = value.chars().take(VALUE_SHOWN).flat_map(visible).collect();
    if value.chars().nth(VALUE_SHOWN).is_some() {
        text.push('…');
    }
    text
}

fn visible(character: char) -> impl Iterator<Item = char> {
    let escaped = if character.is_control() {
        Some(character.escape_default())
    } else {
        None
    };
    let plain = escaped.is_none().then_some(character);
    escaped.into_iter().flatten().chain(plain)
}

/// The candidate that `value` was most likely meant to be.
pub(crate) fn likely<'c>(
    value: &str,
    candidates: impl Iterator<Item = &'c str> + Clone,
) -> Option<&'c str> {
    if candidates.clone().nth(CANDIDATES).is_some() {
        return None;
    }
    candidates
        .map(|candidate| (strsim::damerau_levenshtein(value, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count() / 2).min(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A list as messages show it, cut after a few.
pub(crate) fn list<'c>(items: impl Iterator<Item = &'c str>) -> String {
    let mut items: Vec<&str> = items.take(11).collect();
    if items.len() > 10 {
        items.truncate(10);
        items.push("…");
    }
    items.join(", ")
}
