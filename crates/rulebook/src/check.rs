//! What a campaign means together.

use crate::{Campaign, Diagnostic};

/// Every finding about the meaning of a campaign.
#[must_use]
pub fn check(_: &Campaign) -> Vec<Diagnostic> {
    Vec::new()
}
