//! Rating a service: codes, the one screen, invitations, kiosk, sheets of codes.
//!
//! Whoever rates gets no cookie, and what they send names nobody. Looking at a page never uses a code up.

mod give;
mod invite;
mod limit;
mod open;
mod opinion;
mod received;
mod typed;

use crate::asked::Asked;
use crate::page::Link;
use crate::rights::Verb;
use crate::routes::Table;

/// The routes of this area.
#[must_use]
pub fn routes() -> Table {
    Table::new()
        .show("/r", Verb::Rate, give::enter)
        .show("/r/{code}", Verb::Rate, give::show)
        .act("/r/{code}", Verb::Rate, give::send, give::show)
        .show("/r/{code}/thanks", Verb::Rate, give::thanks)
        .show("/rate/{unit}", Verb::Rate, open::show)
        .act("/rate/{unit}", Verb::Rate, open::send, open::show)
        .show("/rate/{unit}/thanks", Verb::Rate, open::thanks)
        .show("/units/{unit}/invitations", Verb::SeeUnit, invite::show)
        .act(
            "/units/{unit}/invitations",
            Verb::SeeUnit,
            invite::draw,
            invite::show,
        )
        .act(
            "/units/{unit}/invitations/cancel",
            Verb::SeeUnit,
            invite::cancel,
            invite::show,
        )
        .show(
            "/units/{unit}/invitations/sheet",
            Verb::SeeUnit,
            invite::sheet,
        )
        .show("/units/{unit}/ratings", Verb::SeePublic, received::show)
        .act(
            "/units/{unit}/ratings/called",
            Verb::SeeUnit,
            received::called,
            received::show,
        )
        .show("/kiosk/{unit}/{service}", Verb::SeeUnit, invite::kiosk)
        .act(
            "/kiosk/{unit}/{service}",
            Verb::SeeUnit,
            invite::kiosk_draw,
            invite::kiosk,
        )
}

/// Its links in the navigation of whoever asks.
#[must_use]
pub fn nav(_asked: &Asked<'_>) -> Vec<Link> {
    Vec::new()
}
