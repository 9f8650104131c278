//! The pages, by whom they are for. Each area lists its routes and its links; here they are put together.

pub mod audit;
pub mod leader;
pub mod mine;
pub mod office;
pub mod public;
pub mod rating;

use crate::asked::Asked;
use crate::identity;
use crate::page::Link;
use crate::routes::Table;

/// All routes of pages.
#[must_use]
pub fn routes() -> Table {
    public::routes()
        .and(identity::pages::routes())
        .and(rating::routes())
        .and(mine::routes())
        .and(leader::routes())
        .and(office::routes())
        .and(audit::routes())
}

/// The navigation of whoever asks.
#[must_use]
pub fn nav(asked: &Asked<'_>) -> Vec<Link> {
    [
        public::nav,
        mine::nav,
        leader::nav,
        office::nav,
        identity::pages::nav,
        rating::nav,
        audit::nav,
    ]
    .into_iter()
    .flat_map(|links| links(asked))
    .collect()
}

/// A link, called by a message.
#[must_use]
pub fn link(asked: &Asked<'_>, to: &'static str, message: &str) -> Link {
    Link {
        to,
        name: asked.words.t(message).into_owned(),
        here: asked.path == to,
    }
}
