//! The campaign as a whole: stories, properties, golden entries.

mod organisation;
mod record;
mod support;
