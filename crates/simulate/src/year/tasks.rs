//! Work items, and the end of a month.

use campaign::Date;
use rulebook::Period;

use super::{County, Result};

impl County<'_> {
    pub(super) fn hand_out_tasks(&mut self, _period: Period, _day: Date) -> Result<()> {
        Ok(())
    }
    pub(super) fn tasks(&mut self, _period: Period, _day: Date) -> Result<()> {
        Ok(())
    }
    pub(super) fn close(&mut self, _period: Period, _next: Date) -> Result<()> {
        Ok(())
    }
}
