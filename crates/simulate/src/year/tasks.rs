//! Work items, and the end of a month.

use campaign::Date;
use rulebook::Period;

use super::{County, Done};

impl County<'_> {
    pub(super) fn hand_out_tasks(&mut self, _period: Period, _day: Date) -> Done<()> {
        Ok(())
    }
    pub(super) fn tasks(&mut self, _period: Period, _day: Date) -> Done<()> {
        Ok(())
    }
    pub(super) fn close(&mut self, _period: Period, _next: Date) -> Done<()> {
        Ok(())
    }
}
