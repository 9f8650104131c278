//! For those who run the campaign: board, closing, circular, tasks, samples, flags, register, rules.

mod board;
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

/// The office's pages, as links.
fn places(asked: &Asked<'_>) -> Vec<sheet::Cell> {
    let all = [("/office", "office-nav"), ("/office/tasks", "office-tasks")];
    let link = |(to, message): &(&str, &str)| {
        let cell = sheet::Cell::text(asked.words.t(message));
        if asked.path == *to {
            cell
        } else {
            cell.to(*to)
        }
    };
    all.iter().map(link).collect()
}
