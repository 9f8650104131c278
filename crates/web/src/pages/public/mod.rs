//! For everyone: circulars, comparison, units and their scores, promises, services, the log.

mod category;
mod circular;
mod home;
mod log;
mod others;
pub mod results;
mod score;
pub mod sheet;
mod unit;

pub use results::Rescored;

use crate::asked::Asked;
use crate::files::{feeds, import, intake};
use crate::page::Link;
use crate::pages::link;
use crate::rights::Verb;
use crate::routes::Table;

/// The routes of this area.
#[must_use]
pub fn routes() -> Table {
    let see = Verb::SeePublic;
    Table::new()
        .and(import::routes())
        .and(intake::routes())
        .show("/", see, home::show)
        .show("/circulars", see, circular::list)
        .show("/circulars/{circular}", see, circular::show)
        .show("/circulars/{circular}/bundle.json", see, circular::bundle)
        .show("/categories/{category}/months", see, category::months)
        .show("/categories/{category}/{period}", see, category::show)
        .show("/units", see, unit::list)
        .show("/units/{unit}", see, unit::show)
        .show("/units/{unit}/score/{period}", see, score::show)
        .show("/promises", see, others::promises)
        .show("/services", see, others::services)
        .show("/honours", see, others::honours)
        .show("/log", see, log::show)
        .show("/log/checkpoint", see, log::checkpoint)
        .show("/log/keys", see, log::keys)
        .show("/log/since/{size}", see, log::since)
        .show("/log/entries/{height}", see, log::entry)
        .show("/feeds/circulars.atom", see, feeds::circulars)
        .show("/calendar/{unit}/due.ics", see, feeds::calendar)
}

/// Its links in the navigation of whoever asks.
#[must_use]
pub fn nav(asked: &Asked<'_>) -> Vec<Link> {
    [
        ("/", "nav-home"),
        ("/circulars", "public-circulars"),
        ("/units", "public-units"),
        ("/services", "public-services"),
        ("/honours", "public-honours"),
    ]
    .into_iter()
    .map(|(to, message)| link(asked, to, message))
    .collect()
}
