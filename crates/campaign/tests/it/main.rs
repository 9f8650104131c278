//! The campaign as a whole: stories, properties, golden entries.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that finds something else than it expects fails"
)]

mod organisation;
mod record;
mod rating;
mod support;
mod town;
mod work;
