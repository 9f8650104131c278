//! The list of units.

use crate::model::CampaignFile;
use crate::{Diagnostic, Unit};

/// The units of a file.
///
/// # Errors
/// Everything that is wrong with the file.
pub fn read(_: &str, _: &[u8], _: &CampaignFile) -> Result<Vec<Unit>, Vec<Diagnostic>> {
    Ok(Vec::new())
}
