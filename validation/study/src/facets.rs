//! facets
use crate::plan::Plan;
use crate::table::Table;
pub(crate) fn tables(_plan: &Plan) -> Vec<Table> {
    Vec::new()
}
