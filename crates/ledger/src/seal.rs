//! A sealed entry: a body and the salt that hides it behind its commitment.

use std::fmt;

use crate::Hash;

/// 32 random bytes, drawn anew for each entry: without them the short bodies of a campaign could be guessed from the public tree.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt(pub [u8; 32]);

impl fmt::Debug for Salt {
    /// A salt opens an entry: it doesn't belong into logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(…)")
    }
}

/// An entry as the log holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The canonical bytes (RFC 8785) of what the entry says.
    pub body: Vec<u8>,
    /// Its salt.
    pub salt: Salt,
}

impl Sealed {
    /// What the tree holds of the entry: `SHA-256(salt ‖ body)`. It binds to the body, and hides it as long as the salt is kept.
    #[must_use]
    pub fn commitment(&self) -> Hash {
        Hash::of(&[&self.salt.0, &self.body])
    }
}
