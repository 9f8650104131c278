//! For those who run the campaign: board, closing, circular, tasks, samples, flags, register, rules.

mod board;
mod objections;
mod paged;
mod periods;
pub mod sheet;
pub(crate) mod tasks;

use crate::asked::Asked;
use crate::page::Link;
use crate::pages::link;
use crate::rights::Verb;
use crate::routes::Table;

pub use board::Boards;

/// The routes of this area.
#[must_use]
pub fn routes() -> Table {
    Table::new()
        .show("/office", Verb::SeeOffice, board::show)
        .and(periods::routes())
        .and(tasks::routes())
        .show("/office/objections", Verb::SeeOffice, objections::show)
}

/// Its links in the navigation of whoever asks.
#[must_use]
pub fn nav(asked: &Asked<'_>) -> Vec<Link> {
    if asked.standing.is_office() {
        vec![link(asked, "/office", "office-nav")]
    } else {
        Vec::new()
    }
}

/// The office's pages, in the order of a month's work.
const PLACES: [(&str, &str); 3] = [
    ("/office", "office-nav"),
    ("/office/tasks", "office-tasks"),
    ("/office/objections", "office-objections"),
];

/// The office's pages, as links.
pub(super) fn places(asked: &Asked<'_>) -> sheet::Block {
    let link = |(to, message): &(&str, &str)| {
        let cell = sheet::Cell::text(asked.words.t(message));
        if asked.path == *to {
            cell
        } else {
            cell.to(*to)
        }
    };
    sheet::Block::Links(PLACES.iter().map(link).collect())
}
