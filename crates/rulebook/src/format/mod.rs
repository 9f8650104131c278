//! The one canonical layout of the files people write.
//!
//! Keys stand in the order of the schema, `[tables]` before `[[lists]]`, lists in the order written, one empty line before
//! each header; lists break to one item a line beyond 120 columns. Comments are kept with what they belong to. The
//! layout depends on nothing but the content and the comments, so formatting twice changes nothing.

mod layout;
mod model;
mod order;
mod source;

use serde::Serialize;

use crate::read::SyntaxError;
use crate::schema::{FileKind, View, schema};
use crate::{Say, say};

/// The text in canonical layout, with the same meaning and all its comments.
///
/// # Errors
/// Every place where the text is no TOML.
pub fn format(kind: FileKind, text: &str) -> Result<String, Vec<SyntaxError>> {
    let (_, errors) = crate::read::tree::parse(text);
    if !errors.is_empty() {
        return Err(errors);
    }
    let document = text
        .parse()
        .map_err(|error| vec![SyntaxError::unsupported(&error)])?;
    let schema = schema(kind);
    Ok(source::document(&document, View::root(&schema)).to_string())
}

/// A value that no TOML file can hold: a number that is none, or a null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotWritable {
    /// What is wrong.
    pub problem: Say,
}

impl NotWritable {
    fn at(key: &str) -> Self {
        Self {
            problem: say!(
                "{key} 的值写不进文件(不是普通的数)",
                "the value of {key} can't be written (no ordinary number)"
            ),
        }
    }
}

impl std::fmt::Display for NotWritable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.problem.en)
    }
}

impl std::error::Error for NotWritable {}

/// The canonical text of a file with this content. Reading it gives the content back.
///
/// # Errors
/// The first value that no file can hold, such as NaN.
pub fn print<T: Serialize>(kind: FileKind, content: &T) -> Result<String, NotWritable> {
    let value =
        serde_json::to_value(content).map_err(|error| NotWritable::at(&error.to_string()))?;
    let schema = schema(kind);
    Ok(model::document(&value, View::root(&schema))?.to_string())
}
