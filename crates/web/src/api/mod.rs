//! The API: JSON under `/api/v1`, described by an OpenAPI document that is made from the code.
//!
//! What can be asked is what [`campaign::Action`] has: one route for each of its kinds, made of its schema ([`write`]). What
//! can be read are views ([`views`]) of the state, typed. Nothing here decides who may: that is the route's verb, and the
//! campaign's own rules.

pub mod example;
mod lists;
pub mod notes;
pub mod openapi;
pub mod page;
pub mod read;
pub mod views;
pub mod write;

use std::borrow::Cow;

use schemars::Schema;

use crate::routes::Table;

/// What the API's document says of a route.
#[derive(Clone, Debug)]
pub struct Doc {
    /// The operation's id.
    pub id: Cow<'static, str>,
    /// What it belongs to.
    pub tag: &'static str,
    /// What it does, in a line.
    pub summary: Cow<'static, str>,
    /// Whether its answer is a page of a list.
    pub paging: Paging,
    /// What its answer can be limited to.
    pub limits: &'static [Limit],
    /// The schema of what is sent, with its definitions.
    pub body: Option<Schema>,
    /// The schema of what is answered, with its definitions.
    pub answer: Schema,
}

/// A parameter of the query that limits a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Its name.
    pub name: &'static str,
    /// What is left.
    pub about: &'static str,
    /// An example.
    pub example: &'static str,
}

/// Whether an answer comes page by page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paging {
    /// It is told at once.
    No,
    /// It takes `limit` and `after`.
    Yes,
}

/// All routes of the API.
#[must_use]
pub fn routes() -> Table {
    read::routes()
        .and(write::routes())
        .and(openapi::routes())
        .and(page::routes())
}
