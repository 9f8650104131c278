//! What is wrong with a file, where, and what to do: in Chinese and in English.

use std::fmt;
use std::ops::Range;

/// A language Merit speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// Chinese, the first language of the product.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// The one of two texts that is in this language.
    #[must_use]
    pub fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

/// One text in both languages. Made by [`say!`](crate::say).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Say {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Say {
    /// The text in `lang`.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

/// Writes one text in both languages: `say!("第 {n} 行", "line {n}")`.
#[macro_export]
macro_rules! say {
    ($zh:literal, $en:literal $(, $($arg:tt)*)?) => {
        $crate::Say { zh: format!($zh $(, $($arg)*)?), en: format!($en $(, $($arg)*)?) }
    };
}

/// Whether a finding stops the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is scored until it is mended.
    Error,
    /// Worth knowing; the work goes on.
    Warning,
}

/// One step into a TOML file: a key or a position in an array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A key of a table.
    Key(String),
    /// A zero-based position in an array.
    At(usize),
}

/// Where in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spot {
    /// The file as a whole.
    Whole,
    /// A range of bytes of a text file.
    Bytes(Range<usize>),
    /// An item of a TOML file; pointed at by the file's spans when shown.
    Item(Vec<Step>),
    /// A cell of a table: one-based row (a line of a CSV file) and zero-based column.
    Cell {
        /// The sheet's name, in a workbook.
        sheet: Option<String>,
        /// One-based row.
        row: usize,
        /// Zero-based column; `None` for the row as a whole.
        column: Option<usize>,
    },
}

/// A file and a place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The path relative to the campaign folder, with `/`.
    pub file: String,
    /// Where in it.
    pub spot: Spot,
}

impl Place {
    /// The file as a whole.
    pub fn whole(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            spot: Spot::Whole,
        }
    }

    /// An item of a TOML file.
    pub fn item(file: impl Into<String>, path: Vec<Step>) -> Self {
        Self {
            file: file.into(),
            spot: Spot::Item(path),
        }
    }
}

/// One finding: what is wrong, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// A stable code such as `unknown-key`, listed in `docs/diagnostics.md`.
    pub code: &'static str,
    /// Whether it stops the work.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// What is wrong, naming the value.
    pub problem: Say,
    /// What to do about it.
    pub remedy: Option<Say>,
    /// Other places that have to do with it.
    pub related: Vec<(Place, Say)>,
}

impl Diagnostic {
    /// An error at a place.
    #[must_use]
    pub fn error(code: &'static str, place: Place, problem: Say) -> Self {
        Self {
            code,
            severity: Severity::Error,
            place,
            problem,
            remedy: None,
            related: Vec::new(),
        }
    }

    /// A warning at a place.
    #[must_use]
    pub fn warning(code: &'static str, place: Place, problem: Say) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, place, problem)
        }
    }

    /// With what to do.
    #[must_use]
    pub fn remedy(mut self, remedy: Say) -> Self {
        self.remedy = Some(remedy);
        self
    }

    /// With another place that has to do with it.
    #[must_use]
    pub fn related(mut self, place: Place, what: Say) -> Self {
        self.related.push((place, what));
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.place.file, self.code, self.problem.en)
    }
}
