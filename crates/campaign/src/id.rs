//! Ids: of units, people and other things that have names in the campaign; of commands; of items of the vault.
//!
//! In JSON they are texts, in snapshots plain bytes.

use std::borrow::Borrow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

/// Makes the type of an id that is a short text.
macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(SmolStr);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(SmolStr::new(text))
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id! {
    /// A unit, as in `organisation.csv`.
    UnitId
}
text_id! {
    /// A person: a pseudonym such as `p00017`. Who that is stands in the vault.
    PersonId
}
text_id! {
    /// Something the rulebook names: a form, field, service, role, category, honour, ladder.
    Name
}
text_id! {
    /// A post of a unit.
    PostId
}
text_id! {
    /// A program that sends commands: an API token, a hotline's import.
    ProgramId
}

/// Makes the type of an id or digest that is a fixed number of bytes, written in hexadecimal.
macro_rules! byte_id {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    let mut text = [0; $len * 2];
                    hex::encode_to_slice(self.0, &mut text).map_err(serde::ser::Error::custom)?;
                    serializer
                        .serialize_str(std::str::from_utf8(&text).map_err(serde::ser::Error::custom)?)
                } else {
                    self.0.serialize(serializer)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if !deserializer.is_human_readable() {
                    return Deserialize::deserialize(deserializer).map(Self);
                }
                deserializer.deserialize_str(HexVisitor::<$len>).map(Self)
            }
        }
    };
}

/// Reads hexadecimal digits without a copy of the text.
struct HexVisitor<const LEN: usize>;

impl<const LEN: usize> serde::de::Visitor<'_> for HexVisitor<LEN> {
    type Value = [u8; LEN];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} hexadecimal digits", LEN * 2)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        let mut bytes = [0; LEN];
        hex::decode_to_slice(text, &mut bytes).map_err(E::custom)?;
        Ok(bytes)
    }
}

byte_id! {
    /// The idempotency key of a command: 16 random bytes drawn by whoever sends it, the same when it is sent again.
    CommandId, 16
}
byte_id! {
    /// An item of the vault.
    ItemId, 16
}
byte_id! {
    /// What is kept of an invitation code until it expires: it tells that a code is valid, not which rating came of it.
    Ticket, 16
}
byte_id! {
    /// A rating: derived from the code it was given with, or from the number of a hotline's case.
    RatingId, 16
}
byte_id! {
    /// A salted SHA-256 digest of an item of the vault, or a digest of public content.
    Digest, 32
}

impl Digest {
    /// The SHA-256 digest of public content.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        use sha2::Digest as _;
        Self(sha2::Sha256::digest(bytes).into())
    }
}
