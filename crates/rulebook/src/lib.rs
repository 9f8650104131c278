//! The campaign language: what people write in a campaign folder, read, checked, formatted, explained and compared.
//!
//! Text in, types out, and every mistake at once with its place and a remedy. Nothing here reads a file, a clock or the
//! environment: a [`Folder`] holds the bytes, whoever calls brings them.

pub mod campaign;
pub mod check;
pub mod diagnostic;
pub mod figures;
mod findings;
pub mod format;
pub mod formula;
pub mod grid;
pub mod model;
pub mod organisation;
pub mod period;
pub mod read;
pub mod reference;
pub mod render;
pub mod resolve;
pub mod schema;
pub mod text;
pub mod workbook;

mod exact;
mod trail;

pub use campaign::{Campaign, Folder, Reading, Unit, Written};
pub use diagnostic::{Diagnostic, Lang, Place, Say, Severity, Spot};
pub use figures::{Figure, Figures};
pub use period::{Period, PeriodKind};
pub use schema::FileKind;
