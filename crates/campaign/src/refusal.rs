//! Refusals: a code, what is wrong, and what to do, in both languages.
//!
//! Each module lists its codes in order of precedence: where a command could be refused for several reasons, the one that
//! stands first is given. [`all`] puts the lists together; `docs/refusals.md` is made from it. A code is never used for
//! something else; one that is no longer given stays listed.

use std::fmt;

use rulebook::{Lang, Say};

/// A code and what it stands for, in Chinese and English.
pub type Code = (&'static str, &'static str, &'static str);

/// Why a command was refused. Nothing has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The code, such as `no-such-unit`.
    pub code: &'static str,
    /// What is wrong, naming the value.
    pub problem: Say,
    /// What to do.
    pub remedy: Say,
}

impl Refusal {
    /// A refusal.
    #[must_use]
    pub const fn new(code: &'static str, problem: Say, remedy: Say) -> Self {
        Self {
            code,
            problem,
            remedy,
        }
    }

    /// Problem and remedy in a language.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let space = lang.pick("", " ");
        format!("{}{space}{}", self.problem.get(lang), self.remedy.get(lang))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.text(Lang::En))
    }
}

impl std::error::Error for Refusal {}

/// All codes: those of the campaign as a whole first, then by primitive, each list in order of precedence.
#[must_use]
pub fn all() -> Vec<(&'static str, &'static [Code])> {
    vec![
        ("state", crate::state::REFUSALS),
        ("rules", crate::rules::REFUSALS),
        ("organisation", crate::organisation::REFUSALS),
        ("record", crate::record::REFUSALS),
        ("rating", crate::rating::REFUSALS),
        ("work", crate::work::REFUSALS),
        ("figure", crate::figure::REFUSALS),
        ("period", crate::period::REFUSALS),
        ("objection", crate::objection::REFUSALS),
        ("honour", crate::honour::REFUSALS),
        ("ladder", crate::ladder::REFUSALS),
        ("circular", crate::circular::REFUSALS),
        ("vault", crate::vault::REFUSALS),
    ]
}
