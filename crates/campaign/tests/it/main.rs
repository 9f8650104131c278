//! The campaign as a whole: stories, properties, golden entries.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that finds something else than it expects fails"
)]

mod circular;
mod comparison;
mod conflicts;
mod entries;
mod figure;
mod honour;
mod ladder;
mod months;
mod objection;
mod organisation;
mod period;
mod rating;
mod record;
mod refusals;
mod support;
mod town;
mod work;
