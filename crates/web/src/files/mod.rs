//! Files: tables as CSV and XLSX, tables that are handed in or taken in, feeds.

pub mod feeds;
pub mod import;
pub mod intake;
pub mod table;

pub use table::{Cell, Kind, Sheet, Table, table, workbook};
