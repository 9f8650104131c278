//! Sessions: a random token in a cookie; the server keeps its digest.

use campaign::{PersonId, Time};
use sha2::{Digest, Sha256};

/// For how long a session holds without being used, in seconds.
pub const IDLE: i64 = 8 * 3_600;
/// For how long it holds at most, in seconds.
pub const LONGEST: i64 = 7 * 86_400;

/// The random token of a session, as the cookie holds it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(pub String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

impl Token {
    /// A new one, of 256 bits; none if the system has no randomness.
    #[must_use]
    pub fn new() -> Option<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).ok()?;
        Some(Self(hex::encode(bytes)))
    }

    /// What is kept of it.
    #[must_use]
    pub fn digest(&self) -> String {
        hex::encode(Sha256::digest(self.0.as_bytes()))
    }

    /// What a form of this session proves itself by: derived from the token, so that nobody without it can make one.
    #[must_use]
    pub fn csrf(&self) -> String {
        let mut sha = Sha256::new();
        sha.update(b"merit form\0");
        sha.update(self.0.as_bytes());
        hex::encode(sha.finalize())
    }
}

/// A session.
#[derive(Clone, Debug)]
pub struct Session {
    /// Whose.
    pub person: PersonId,
    /// When it began.
    pub began: Time,
    /// When it was last used.
    pub seen: Time,
}

impl Session {
    /// Whether it still holds.
    #[must_use]
    pub const fn holds(&self, now: Time) -> bool {
        now.0 - self.seen.0 <= IDLE && now.0 - self.began.0 <= LONGEST
    }
}
