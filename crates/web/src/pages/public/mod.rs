//! For everyone: circulars, comparison, units and their scores, promises, services, the log.

mod home;

use crate::asked::Asked;
use crate::page::Link;
use crate::pages::link;
use crate::rights::Verb;
use crate::routes::Table;

/// The routes of this area.
#[must_use]
pub fn routes() -> Table {
    Table::new().show("/", Verb::SeePublic, home::show)
}

/// Its links in the navigation of whoever asks.
#[must_use]
pub fn nav(asked: &Asked<'_>) -> Vec<Link> {
    vec![link(asked, "/", "nav-home")]
}
