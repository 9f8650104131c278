//! For auditors: log, decisions, rights.
//!
//! What the log's entries don't hold isn't shown with them: no names, no texts of the vault. Of single ratings only that there
//! is one: their levels are looked at together, never one by one.

mod decisions;
mod log;
mod matrix;
mod overview;
mod told;

use crate::asked::Asked;
use crate::page::Link;
use crate::pages::link;
use crate::pages::office::sheet::Cell;
use crate::rights::Verb;
use crate::routes::Table;

pub use matrix::Matrices;

/// The routes of this area.
#[must_use]
pub fn routes() -> Table {
    let see = Verb::SeeAudit;
    Table::new()
        .show("/audit", see, overview::show)
        .show("/audit/log", see, log::list)
        .show("/audit/log/{height}", see, log::one)
        .show("/audit/decisions", see, decisions::show)
        .show("/audit/rights", see, matrix::show)
}

/// Its links in the navigation of whoever asks.
#[must_use]
pub fn nav(asked: &Asked<'_>) -> Vec<Link> {
    if asked.standing.audits.is_empty() && !asked.standing.is_office() {
        return Vec::new();
    }
    vec![link(asked, "/audit", "audit-nav")]
}

/// The pages of this area, as links.
fn places(asked: &Asked<'_>) -> Vec<Cell> {
    let all = [
        ("/audit", "audit-overview"),
        ("/audit/log", "audit-log"),
        ("/audit/decisions", "audit-decisions"),
        ("/audit/rights", "audit-rights"),
    ];
    let link = |(to, message): (&str, &str)| {
        let cell = Cell::text(asked.words.t(message));
        match asked.path == to {
            true => cell,
            false => cell.to(to),
        }
    };
    all.into_iter().map(link).collect()
}
