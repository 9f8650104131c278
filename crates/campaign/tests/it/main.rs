//! The campaign as a whole: stories, properties, golden entries.

mod circular;
mod figure;
mod honour;
mod ladder;
mod months;
mod objection;
mod organisation;
mod period;
mod record;
mod support;
