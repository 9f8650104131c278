//! Files: tables as CSV and XLSX, feeds.

pub mod feeds;
pub mod table;

pub use table::{Cell, Kind, Table, table};
