//! Commands: what someone wants to happen.

use serde::{Deserialize, Serialize};

use crate::{
    Actor, CommandId, circular, figure, honour, ladder, objection, organisation, period, rating,
    record, rules, vault, work,
};

/// What someone wants to happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// Its idempotency key: sent again, it happens once.
    pub id: CommandId,
    /// Who sends it. Whoever calls has checked that it is really them.
    pub by: Actor,
    /// What.
    pub action: Action,
}

/// What is wanted, by primitive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// The rulebook.
    Rules(rules::Action),
    /// Units, people, posts, roles, relations.
    Organisation(organisation::Action),
    /// Forms filled.
    Record(record::Action),
    /// Ratings by those served.
    Rating(rating::Action),
    /// Tasks, promises, rectifications, requests.
    Work(work::Action),
    /// Figures handed in.
    Figure(figure::Action),
    /// Periods: cut-off, scoring, final.
    Period(period::Action),
    /// Objections and appeals.
    Objection(objection::Action),
    /// Honours.
    Honour(honour::Action),
    /// Ladders.
    Ladder(ladder::Action),
    /// Circulars.
    Circular(circular::Action),
    /// Erasures.
    Vault(vault::Action),
}
