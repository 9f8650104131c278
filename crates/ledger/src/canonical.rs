//! Canonical JSON (RFC 8785): the one way of writing an entry's body.
//!
//! A commitment binds bytes, so the same body must never have two spellings. This module knows nothing of what a body says.

use std::fmt;

use serde::Serialize;

/// Why a value has no canonical bytes.
#[derive(Debug)]
#[non_exhaustive]
pub enum CanonicalError {
    /// JSON can't hold it: a number that isn't finite, a key that is no string, a key that stands twice.
    NotJson(serde_json::Error),
    /// A number of at least 2⁵³ in plain digits: JSON's numbers are doubles, so its last digits may be lost. Such a number
    /// must be written as a string.
    TooLarge(String),
}

impl fmt::Display for CanonicalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson(_) => f.write_str("the value can't be written as JSON"),
            Self::TooLarge(digits) => write!(
                f,
                "{digits} isn't below 2^53, so canonical JSON may lose its last digits: write it as a string"
            ),
        }
    }
}

impl std::error::Error for CanonicalError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NotJson(source) => Some(source),
            Self::TooLarge(_) => None,
        }
    }
}

/// The canonical bytes of a value: keys sorted by UTF-16 code units, no spaces, numbers as ECMAScript writes them.
///
/// ```
/// let bytes = ledger::canonical::to_bytes(&serde_json::json!({ "b": 1.0, "a": "优" }))?;
/// assert_eq!(bytes, r#"{"a":"优","b":1}"#.as_bytes());
/// # Ok::<(), ledger::canonical::CanonicalError>(())
/// ```
///
/// # Errors
/// [`CanonicalError`] when the value has no canonical form that says the same.
pub fn to_bytes(value: &impl Serialize) -> Result<Vec<u8>, CanonicalError> {
    let bytes = serde_json_canonicalizer::to_vec(value).map_err(CanonicalError::NotJson)?;
    match large_number(&bytes) {
        Some(digits) => Err(CanonicalError::TooLarge(
            String::from_utf8_lossy(digits).into_owned(),
        )),
        None => Ok(bytes),
    }
}

/// Whether the bytes are JSON in its canonical form.
///
/// ```
/// assert!(ledger::canonical::is_canonical(br#"{"a":1,"b":[]}"#));
/// assert!(!ledger::canonical::is_canonical(br#"{"b":[],"a":1}"#));
/// ```
#[must_use]
pub fn is_canonical(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(bytes)
        .and_then(|value| serde_json_canonicalizer::to_vec(&value))
        .is_ok_and(|canonical| canonical == bytes)
}

/// 2⁵³: from here on neighbouring whole numbers share a double.
const TOO_LARGE: u64 = 1 << 53;

/// The first whole number in canonical JSON that isn't below 2⁵³.
fn large_number(json: &[u8]) -> Option<&[u8]> {
    let mut rest = json;
    while let Some(start) = rest
        .iter()
        .position(|byte| *byte == b'"' || byte.is_ascii_digit())
    {
        rest = rest.get(start..)?;
        if let Some(inside) = rest.strip_prefix(b"\"") {
            rest = after_string(inside);
            continue;
        }
        let length = rest
            .iter()
            .position(|byte| !is_of_number(*byte))
            .unwrap_or(rest.len());
        let (number, after) = rest.split_at(length);
        if number.len() >= 16 && is_too_large(number) {
            return Some(number);
        }
        rest = after;
    }
    None
}

fn is_of_number(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'+' | b'-')
}

fn is_too_large(number: &[u8]) -> bool {
    number.iter().all(u8::is_ascii_digit)
        && std::str::from_utf8(number)
            .ok()
            .and_then(|digits| digits.parse::<u64>().ok())
            .is_none_or(|n| n >= TOO_LARGE)
}

/// What follows the end of a string whose opening quote has been passed.
fn after_string(inside: &[u8]) -> &[u8] {
    let mut escaped = false;
    for (at, byte) in inside.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return inside.get(at + 1..).unwrap_or_default(),
            _ => {}
        }
    }
    &[]
}
