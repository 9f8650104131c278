//! Files that the operator writes settings in: TOML, kept apart from the command line because they hold passwords.

use std::fmt;

use serde::de::DeserializeOwned;

/// Why a file can't be used.
#[derive(Debug)]
pub struct BadConfig(pub(crate) String);

impl fmt::Display for BadConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadConfig {}

/// Reads settings.
///
/// # Errors
/// [`BadConfig`], with the line, and no value of the file.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, BadConfig> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = text.get(..at).unwrap_or("").matches('\n').count() + 1;
        BadConfig(format!("line {line}: {}", error.message()))
    })
}
