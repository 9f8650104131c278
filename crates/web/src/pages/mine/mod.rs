//! For those who take part: my month, forms, records, visits, work, objections, a person’s own page.

mod ask;
mod body;
mod filing;
mod month;
mod objections;
mod person;
mod record;
mod visits;
mod work;

pub(crate) use filing::path as form_path;
pub(crate) use objections::{
    about as objected_to, decider as decided_by, outcome as objection_outcome,
};

use crate::asked::{Asked, Who};
use crate::page::Link;
use crate::pages::link;
use crate::rights::Verb;
use crate::routes::Table;

pub use work::{listed as work_listed, reads as reads_work};

/// The routes of this area.
#[must_use]
pub fn routes() -> Table {
    let form = "/units/{unit}/forms/{form}";
    Table::new()
        .show("/me", Verb::SeeAccount, month::show)
        .show("/me/person", Verb::SeeAccount, person::show)
        .act(
            "/me/person/{act}",
            Verb::SeeAccount,
            person::act,
            person::show,
        )
        .show("/visits", Verb::SeeAccount, visits::show)
        .show("/sw.js", Verb::SeePublic, visits::worker)
        .show(
            "/units/{unit}/objections/new",
            Verb::SeeUnit,
            objections::raising,
        )
        .act(
            "/units/{unit}/objections/new",
            Verb::SeeUnit,
            objections::raise,
            objections::raising,
        )
        .show(form, Verb::SeeUnit, filing::show)
        .act(form, Verb::SeeUnit, filing::file, filing::show)
        .show("/records/{record}", Verb::SeeRecord, record::show)
        .act(
            "/records/{record}/{act}",
            Verb::SeeRecord,
            record::act,
            record::show,
        )
        .show("/work/{work}", Verb::SeeRecord, work::show)
        .act("/work/{work}/{act}", Verb::SeeRecord, work::act, work::show)
        .show("/units/{unit}/promises/new", Verb::SeeUnit, work::promising)
        .act(
            "/units/{unit}/promises/new",
            Verb::SeeUnit,
            work::promise,
            work::promising,
        )
        .show(
            "/units/{unit}/requests/new",
            Verb::TakePart,
            work::requesting,
        )
        .act(
            "/units/{unit}/requests/new",
            Verb::TakePart,
            work::request,
            work::requesting,
        )
        .show("/objections", Verb::SeeAccount, objections::list)
        .show("/objections/{objection}", Verb::SeeRecord, objections::show)
        .act(
            "/objections/{objection}/{act}",
            Verb::SeeRecord,
            objections::act,
            objections::show,
        )
        .show("/confirm/{confirmed}", Verb::Rate, record::confirming)
        .act(
            "/confirm/{confirmed}",
            Verb::Rate,
            record::confirm,
            record::confirming,
        )
        .and(of_anyone())
}

fn of_anyone() -> Table {
    Table::new()
        .show("/ask", Verb::Rate, ask::show)
        .act("/ask", Verb::Rate, ask::send, ask::show)
        .show("/ask/{receipt}", Verb::Rate, ask::follow)
        .act("/ask/{receipt}", Verb::Rate, ask::judge, ask::follow)
}

/// Its links in the navigation of whoever asks.
#[must_use]
pub fn nav(asked: &Asked<'_>) -> Vec<Link> {
    match asked.who {
        Who::Person(_) => {
            let visits = asked.standing.checks.is_empty();
            let visits = (!visits).then(|| link(asked, "/visits", "mine-visits"));
            let month = link(asked, "/me", "mine-month");
            let person = link(asked, "/me/person", "mine-me");
            [month, person].into_iter().chain(visits).collect()
        }
        _ => vec![link(asked, "/ask", "mine-ask")],
    }
}
