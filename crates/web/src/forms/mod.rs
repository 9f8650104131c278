//! Forms of the campaign's folder as HTML, and what was filled in as values of a record.
//!
//! A field is called `f.ID`; a mark of a checklist `f.ID.N`; a cell of a table `f.ID.ROW.COLUMN`.

mod read;
mod show;
mod widget;

pub use read::{not_listed, person_of, read, unit_of};
pub use show::{Line, lines};
pub use widget::{Ask, Choice, Widget, widgets};
