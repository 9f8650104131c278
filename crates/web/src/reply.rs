//! What a function answers with.

use axum::http::StatusCode;
use serde::Serialize;

use crate::problem::Problem;

/// An answer.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A page.
    Html(String),
    /// JSON.
    Json(serde_json::Value),
    /// A file to keep, or a feed.
    File(File),
    /// Look there next.
    See(String),
}

/// A file.
#[derive(Clone, Debug)]
pub struct File {
    /// What it is to be called; `None` for what is shown in place.
    pub name: Option<String>,
    /// Its media type.
    pub media_type: &'static str,
    /// Its content.
    pub content: Vec<u8>,
}

/// What comes of a request.
pub type Answer = Result<Reply, Problem>;

impl Reply {
    /// A page made of its template.
    ///
    /// # Errors
    /// [`Problem::broken`] when the template fails.
    pub fn page(template: &impl askama::Template) -> Answer {
        template.render().map(Self::Html).map_err(|error| {
            tracing::error!(%error, "a page can't be made");
            Problem::broken()
        })
    }

    /// JSON of anything.
    ///
    /// # Errors
    /// [`Problem::broken`] when it can't be written as JSON.
    pub fn json(value: &impl Serialize) -> Answer {
        serde_json::to_value(value)
            .map(Self::Json)
            .map_err(|error| {
                tracing::error!(%error, "an answer can't be written as JSON");
                Problem::broken()
            })
    }

    /// The status it goes with.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::See(_) => StatusCode::SEE_OTHER,
            _ => StatusCode::OK,
        }
    }
}
