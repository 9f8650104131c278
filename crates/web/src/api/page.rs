//! The API's document as a page to read.

use crate::routes::Table;

/// The routes.
#[must_use]
pub fn routes() -> Table {
    Table::new()
}
