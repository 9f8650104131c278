//! Files: tables as CSV and XLSX, tables that are handed in, feeds.

pub mod feeds;
pub mod import;
pub mod table;

pub use table::{Cell, Kind, Table, table};
