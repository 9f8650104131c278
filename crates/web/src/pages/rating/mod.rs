//! Rating a service: codes, the one screen, invitations, kiosk, sheets of codes.
//!
//! Whoever rates gets no cookie, and what they send names nobody. Looking at a page never uses a code up.

mod bursts;
mod give;
mod invite;
pub(crate) mod limit;
mod open;
mod opinion;
mod received;
pub(crate) mod typed;

use crate::asked::Asked;
use crate::page::Link;
use crate::pages::link;
use crate::rights::Verb;
use crate::routes::Table;

pub use limit::Limits;

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
        .and(of_bursts())
        .show("/kiosk/{unit}/{service}", Verb::SeeUnit, invite::kiosk)
        .act(
            "/kiosk/{unit}/{service}",
            Verb::SeeUnit,
            invite::kiosk_draw,
            invite::kiosk,
        )
}

fn of_bursts() -> Table {
    let one = "/office/bursts/{burst}";
    let act = |act: &str| format!("{one}/{act}");
    Table::new()
        .show("/office/bursts", Verb::SeeUnit, bursts::list)
        .show(one, Verb::SeeUnit, bursts::show)
        .act(&act("decide"), Verb::SeeUnit, bursts::decide, bursts::show)
        .act(&act("second"), Verb::SeeUnit, bursts::second, bursts::show)
}

/// Its links in the navigation of whoever asks: those who decide on ratings find the bursts.
#[must_use]
pub fn nav(asked: &Asked<'_>) -> Vec<Link> {
    let book = asked.book().ok();
    let role = book.and_then(|book| book.campaign.file.ratings.decided_by.as_ref());
    let decides = match role {
        Some(role) => asked.standing.has_role(role.as_str()),
        None => asked.standing.is_office(),
    };
    let bursts = decides.then(|| link(asked, "/office/bursts", "rating-bursts"));
    bursts.into_iter().collect()
}
