//! Checks what a campaign means: everything that is wrong with it at once, each finding with its place, value and remedy.
//!
//! The reader has made sure that every value is of its type. Here: that names refer to something, points add up, rules can
//! be earned, nobody is asked twice, and nothing is silently zero. Schemes are checked complete (after
//! [`crate::resolve::effective`]) and pointed at where they are written; what several schemes inherit is reported once.
//! What resolving already reported isn't repeated, nor what only follows from it.

mod bands;
mod burden;
mod codes;
mod context;
mod facts;
mod fields;
mod formulas;
mod ladders;
mod languages;
mod life;
mod names;
mod points;
mod policies;
mod rules;
mod schemes;
mod unused;

pub use burden::{Burden, burden};
pub use codes::CODES;
pub use points::{KindShares, kind_shares};

use crate::{Campaign, Diagnostic};

use context::{Findings, subjects};

/// Everything that is wrong with what a campaign means, but for how its schemes extend each other: that is found by
/// [`crate::resolve::effective`]. The order of the findings depends on nothing but the campaign.
#[must_use]
pub fn check(campaign: &Campaign) -> Vec<Diagnostic> {
    let mut findings = Findings::default();
    names::check_ids(campaign, &mut findings);
    facts::check(campaign, &mut findings);
    fields::check(campaign, &mut findings);
    life::check(campaign, &mut findings);
    ladders::check(campaign, &mut findings);
    burden::check(campaign, &mut findings);
    let subjects = subjects(campaign, &findings);
    schemes::check(campaign, &subjects, &mut findings);
    for subject in &subjects {
        names::check_references(campaign, subject, &mut findings);
        formulas::check(campaign, subject, &mut findings);
        rules::check(campaign, subject, &mut findings);
        policies::check(campaign, subject, &mut findings);
        bands::check(campaign, subject, &mut findings);
        points::check(campaign, subject, &mut findings);
    }
    unused::check(campaign, &mut findings);
    languages::check(campaign, &mut findings);
    findings.into_vec()
}
