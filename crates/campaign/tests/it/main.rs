//! The campaign as a whole: stories, properties, golden entries.

mod support;
mod rating;
mod town;
