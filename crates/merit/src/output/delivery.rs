//! A result as a table, CSV or JSON: which of them, and where it goes.

use rulebook::say;

use super::save;
use crate::args::delivery::{Delivery, Layout};
use crate::failure::Failure;
use crate::terminal;

/// Rows under their header as CSV.
pub fn csv(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory can't fail, nor can rows of one width.
    let _ = writer.write_record(header);
    for row in rows {
        let _ = writer.write_record(row);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

impl Delivery {
    /// The layout asked for, or the one that the file's ending means.
    pub fn layout(&self) -> Result<Layout, Failure> {
        let ending = self.out.as_deref().and_then(std::path::Path::extension);
        let ending = ending.map(|ending| ending.to_string_lossy().to_lowercase());
        let meant = match ending.as_deref() {
            Some("csv") => Some(Layout::Csv),
            Some("json") => Some(Layout::Json),
            Some("txt") => Some(Layout::Table),
            _ => None,
        };
        match (self.format, meant, ending) {
            (Some(asked), Some(meant), Some(ending)) if asked != meant => {
                let asked = asked.name();
                Err(Failure::Usage(say!(
                    "--format {asked} 与 --out 的扩展名 .{ending} 不一致;去掉 --format,或把扩展名改成合适的",
                    "--format {asked} doesn't go with the ending .{ending} of --out; drop --format or change the ending"
                )))
            }
            (None, None, Some(ending)) => Err(Failure::Usage(say!(
                "不知道扩展名 .{ending} 是什么格式;用 .csv、.json 或 .txt,或用 --format 指明",
                "the ending .{ending} says no layout; use .csv, .json or .txt, or name one with --format"
            ))),
            (asked, meant, _) => Ok(asked.or(meant).unwrap_or(Layout::Table)),
        }
    }

    /// Writes a result in a layout to where it should go; a table in a file has no colours.
    pub fn deliver(&self, layout: Layout, text: &str) -> Result<(), Failure> {
        match (&self.out, layout) {
            (None, Layout::Table) => terminal::print(text),
            (out, Layout::Table) => save::deliver(
                out.as_deref(),
                &anstream::adapter::strip_bytes(text.as_bytes()).into_vec(),
            ),
            (out, _) => save::deliver(out.as_deref(), text.as_bytes()),
        }
    }
}
