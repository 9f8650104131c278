//! Invitation codes, and the two values derived from them.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::id::{RatingId, Ticket};

/// An invitation code: 16 random bytes, drawn, printed and forgotten by whoever invites.
///
/// It stands in commands only, never in an entry or in the state, and isn't shown when a command is printed for debugging.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code([u8; 16]);

impl Code {
    /// A code of 16 bytes that the caller has drawn from a good source of randomness.
    #[must_use]
    pub const fn new(drawn: [u8; 16]) -> Self {
        Self(drawn)
    }

    /// What an invitation stores of it.
    #[must_use]
    pub fn ticket(&self) -> Ticket {
        Ticket(derived(b"merit ticket", &self.0))
    }

    /// The id of the rating given with it.
    #[must_use]
    pub fn rating(&self) -> RatingId {
        RatingId(derived(b"merit rating", &self.0))
    }

    /// What a promise or request stores of it, when it is for those who may say whether it was kept.
    #[must_use]
    pub fn check_ticket(&self) -> Ticket {
        Ticket(derived(b"merit check", &self.0))
    }
}

/// The id under which a hotline's case is kept: the same case gives the same id.
///
/// Numbers of cases can be guessed, so this hides nothing from those who hold the hotline's own list; it only keeps the number
/// itself out of the log.
#[must_use]
pub fn case_id(number: &str) -> RatingId {
    RatingId(derived(b"merit case", number.as_bytes()))
}

/// The first 16 bytes of SHA-256(domain ‖ secret).
fn derived(domain: &[u8], secret: &[u8]) -> [u8; 16] {
    let mut sha = Sha256::new();
    sha.update(domain);
    sha.update(secret);
    let full: [u8; 32] = sha.finalize().into();
    let (first, _) = full.split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
    *first
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        hex::encode(code.0)
    }
}

impl TryFrom<String> for Code {
    type Error = hex::FromHexError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut bytes = [0; 16];
        hex::decode_to_slice(text, &mut bytes)?;
        Ok(Self(bytes))
    }
}
