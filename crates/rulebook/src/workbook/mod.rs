//! A campaign folder as an XLSX workbook and back, for people who live in spreadsheets.
//!
//! Every kind of item has a sheet (`indicator`, `measure`, `band` …), every item a row, every key a column in the order of the
//! schema; texts have a column a language. Nested values stand in their cell as TOML. Comments are kept: what stands before
//! an item in the column `comment`, what belongs to a key in `comment.keys` (`points: before it`, `points # behind it`).
//! Everything follows the schema of the files, nothing here knows a key by name.
//!
//! The sheet `files` lists what else is in the folder: tables have a sheet of their own, other texts stand line by line in
//! `texts`, anything else in `binaries`.

mod comments;
mod export;
mod import;
mod others;
mod shape;
mod sheet;
mod value;

pub use export::to_xlsx;
pub use import::from_xlsx;

/// The sheet that lists the files.
const FILES: &str = "files";
/// The sheet of text files.
const TEXTS: &str = "texts";
/// The sheet of other files.
const BINARIES: &str = "binaries";

/// The codes of what can be wrong with a workbook, in Chinese and English. Those of any table are
/// [`crate::grid::CODES`].
pub const CODES: &[(&str, &str, &str)] = &[
    (
        "bad-cell",
        "格子里的内容不合这一列",
        "a cell doesn't fit its column",
    ),
    ("duplicate-row", "同一文件写了两行", "a file has two rows"),
    (
        "misplaced-row",
        "这种条目不能写在这个文件里",
        "the file can't hold such an item",
    ),
    (
        "not-exportable",
        "文件有错,不能转成工作簿",
        "a file is wrong, so it can't become a workbook",
    ),
    ("unknown-column", "没有这一列", "there is no such column"),
    ("unknown-sheet", "没有这张工作表", "there is no such sheet"),
];
