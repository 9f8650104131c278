//! Schemes with what they extend.

use crate::model::Scheme;
use crate::{Diagnostic, Written};

/// The complete schemes.
#[must_use]
pub fn effective(schemes: &[Written<Scheme>]) -> (Vec<Scheme>, Vec<Diagnostic>) {
    (
        schemes.iter().map(|scheme| scheme.item.clone()).collect(),
        Vec::new(),
    )
}
