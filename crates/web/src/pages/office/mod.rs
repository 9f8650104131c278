//! For those who run the campaign: board, closing, circular, tasks, samples, flags, register, rules.

use crate::asked::Asked;
use crate::page::Link;
use crate::routes::Table;

/// The routes of this area.
#[must_use]
pub fn routes() -> Table {
    Table::new()
}

/// Its links in the navigation of whoever asks.
#[must_use]
pub fn nav(_asked: &Asked<'_>) -> Vec<Link> {
    Vec::new()
}
