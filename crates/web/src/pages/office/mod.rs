//! For those who run the campaign: board, closing, circular, tasks, samples, flags, register, rules.

mod board;
pub(crate) mod burden;
pub(crate) mod flags;
mod objections;
mod paged;
mod periods;
mod register;
mod rules;
mod samples;
pub mod sheet;
pub(crate) mod tasks;

use crate::asked::Asked;
use crate::page::Link;
use crate::pages::link;
use crate::rights::{Scope, Verb};
use crate::routes::Table;

pub use board::{Board, Boards};
pub use flags::Flags;
pub(crate) use flags::find;
pub(crate) use samples::periods as over;

/// The routes of this area.
#[must_use]
pub fn routes() -> Table {
    Table::new()
        .show("/office", Verb::SeeOffice, board::show)
        .and(periods::routes())
        .and(tasks::routes())
        .and(samples::routes())
        .and(rules::routes())
        .and(register::routes())
        .show("/office/burden", Verb::SeeOffice, burden::show)
        .show("/office/flags", Verb::SeeOffice, flags::show)
        .show("/office/objections", Verb::SeeOffice, objections::show)
}

/// Its links in the navigation of whoever asks.
#[must_use]
pub fn nav(asked: &Asked<'_>) -> Vec<Link> {
    let everywhere = |scopes: &[Scope]| scopes.contains(&Scope::Everywhere);
    if asked.standing.is_office() {
        vec![link(asked, "/office", "office-nav")]
    } else if everywhere(&asked.standing.checks) && verifies(asked) {
        vec![link(asked, "/office/samples", "office-samples")]
    } else {
        Vec::new()
    }
}

/// Whether whoever asks verifies records of a form that is sampled.
fn verifies(asked: &Asked<'_>) -> bool {
    let forms = asked.book().ok().map(|book| &book.campaign.forms);
    let mut sampled = forms.into_iter().flatten().map(|form| &form.item);
    sampled.any(|form| {
        let role = form.verified_by.as_ref();
        form.sample_percent.is_some()
            && role.is_some_and(|role| asked.standing.has_role(role.as_str()))
    })
}

/// The office's pages, in the order of a month's work.
const PLACES: &[(&str, &str)] = &[
    ("/office", "office-nav"),
    ("/office/tasks", "office-tasks"),
    ("/office/samples", "office-samples"),
    ("/office/flags", "office-flags"),
    ("/office/objections", "office-objections"),
    ("/office/burden", "office-burden"),
    ("/office/rules", "office-rules"),
    ("/office/import", "files-intake"),
    ("/office/register", "office-register"),
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
