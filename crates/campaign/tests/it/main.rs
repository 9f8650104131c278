//! The campaign as a whole: stories, properties, golden entries.

mod organisation;
mod rating;
mod support;
mod town;
mod work;
