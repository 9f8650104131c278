//! The API: JSON under `/api/v1`, described by an OpenAPI document that is made from the code.

use axum::http::Method;
use schemars::Schema;

use crate::asked::{Asked, At};
use crate::reply::{Answer, Reply};
use crate::rights::Verb;
use crate::routes::{Does, Route, Table};

/// What the API's document says of a route.
#[derive(Clone, Debug)]
pub struct Doc {
    /// The operation's id.
    pub id: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// The schema of what is sent.
    pub body: Option<Schema>,
    /// The schema of what is answered.
    pub answer: Schema,
}

/// All routes of the API.
#[must_use]
pub fn routes() -> Table {
    Table::new().documented(Route {
        method: Method::GET,
        path: "/api/v1/campaign".to_owned(),
        verb: Verb::SeePublic,
        does: Does::Show(campaign),
        doc: Some(Doc {
            id: "campaign",
            summary: "The campaign: name, calendar, categories.",
            body: None,
            answer: schemars::schema_for!(rulebook::model::CampaignFile),
        }),
    })
}

fn campaign(asked: &Asked<'_>, _at: &At) -> Answer {
    Reply::json(&asked.book()?.campaign.file)
}
