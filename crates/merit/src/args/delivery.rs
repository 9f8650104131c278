//! The layout of a result and the file it goes to.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::lang::tr;

/// How a result is laid out and where it goes.
#[derive(Args, Debug)]
pub struct Delivery {
    #[arg(
        long,
        value_enum,
        value_name = "table|csv|json",
        hide_possible_values = true,
        help = tr(
            "格式;不写则看 --out 的扩展名,再不然为 table",
            "The layout; as the ending of --out says when absent, else `table`"
        )
    )]
    pub format: Option<Layout>,
    #[arg(
        long,
        value_name = tr("文件", "FILE"),
        help = tr("写到文件;要么写完整,要么不写", "Write to a file: all of it or nothing")
    )]
    pub out: Option<PathBuf>,
}

/// How a result is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Layout {
    Table,
    Csv,
    Json,
}

impl Layout {
    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}
