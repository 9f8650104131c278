//! Showing something to someone who has no access to the ledger: one entry, with body, salt, and the proof that it stands under a
//! checkpoint; or that the log goes on from what it was.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::checkpoint::{Checkpoint, CheckpointError, Keys, checkpoint_of};
use crate::tree::{ProofError, Tiles, leaf_hash, verify_inclusion};
use crate::{Hash, Salt, Sealed, Store, StoreError};

/// An entry that is laid open, with everything that is needed to check it offline but the log's key.
///
/// As JSON: `{"index":7,"body":"{…}","salt":"…","proof":["…"],"checkpoint":"…"}`, hashes and salt in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosure {
    /// Which entry.
    pub index: u64,
    /// Its body, canonical JSON as text.
    pub body: String,
    /// Its salt.
    #[serde(serialize_with = "write_salt", deserialize_with = "read_salt")]
    pub salt: Salt,
    /// The inclusion proof, from the leaf upwards.
    pub proof: Vec<Hash>,
    /// The checkpoint, a signed note.
    pub checkpoint: String,
}

fn write_salt<S: Serializer>(salt: &Salt, serializer: S) -> Result<S::Ok, S::Error> {
    Hash(salt.0).serialize(serializer)
}

fn read_salt<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Salt, D::Error> {
    Hash::deserialize(deserializer).map(|Hash(bytes)| Salt(bytes))
}

/// Why an entry wasn't disclosed.
#[derive(Debug)]
#[non_exhaustive]
pub enum DiscloseError {
    /// There is no checkpoint of this size.
    NoCheckpoint(u64),
    /// The checkpoint doesn't cover the entry.
    NotCovered {
        /// The entry.
        index: u64,
        /// How many entries the checkpoint covers.
        size: u64,
    },
    /// The store.
    Store(StoreError),
}

impl fmt::Display for DiscloseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCheckpoint(size) => write!(f, "there is no checkpoint of {size} entries"),
            Self::NotCovered { index, size } => {
                write!(
                    f,
                    "entry {index} isn't among the {size} that the checkpoint covers: take a later checkpoint"
                )
            }
            Self::Store(_) => f.write_str("the entry couldn't be read"),
        }
    }
}

impl std::error::Error for DiscloseError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Store(source) => Some(source),
            _ => None,
        }
    }
}

impl From<StoreError> for DiscloseError {
    fn from(source: StoreError) -> Self {
        Self::Store(source)
    }
}

/// Lays open entry `index` under the stored checkpoint of `size` entries.
///
/// # Errors
/// [`DiscloseError`] when there is no such checkpoint, it doesn't cover the entry, or the store can't give what is needed.
pub fn disclose(store: &mut dyn Store, index: u64, size: u64) -> Result<Disclosure, DiscloseError> {
    let checkpoint = checkpoint_of(store, size)?
        .ok_or(DiscloseError::NoCheckpoint(size))?
        .note;
    let proof = Tiles::new(store)
        .inclusion(index, size)?
        .ok_or(DiscloseError::NotCovered { index, size })?;
    let entry = store.read(index, 1)?.into_iter().next();
    let Sealed { body, salt } =
        entry.ok_or_else(|| StoreError::Damaged(format!("entry {index} is missing")))?;
    let body = String::from_utf8(body)
        .map_err(|_| StoreError::Damaged(format!("entry {index} isn't text")))?;
    Ok(Disclosure {
        index,
        body,
        salt,
        proof,
        checkpoint,
    })
}

/// That the log of `from` entries is how the one of `to` entries begins (RFC 6962 §2.1.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Continuation {
    /// How many entries it had.
    pub from: u64,
    /// How many it has.
    pub to: u64,
    /// The consistency proof.
    pub proof: Vec<Hash>,
    /// The earlier checkpoint, a signed note, where the ledger still has it.
    pub old: Option<String>,
    /// The later checkpoint, a signed note.
    pub new: String,
}

/// Shows that the log goes on from what it was with `from` entries, up to the latest checkpoint; none where there is no checkpoint,
/// or it doesn't cover so many.
///
/// # Errors
/// When the store can't give what is needed.
pub fn continuation(store: &mut dyn Store, from: u64) -> crate::Result<Option<Continuation>> {
    let Some(new) = store.checkpoint()? else {
        return Ok(None);
    };
    let old = checkpoint_of(store, from)?;
    let proof = Tiles::new(store).consistency(from, new.size)?;
    Ok(proof.map(|proof| Continuation {
        from,
        to: new.size,
        proof,
        old: old.map(|checkpoint| checkpoint.note),
        new: new.note,
    }))
}

/// Why a disclosure shows nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DisclosureError {
    /// The checkpoint isn't the log's.
    Checkpoint(CheckpointError),
    /// Body and salt aren't what stands at this place under the checkpoint.
    Proof(ProofError),
}

impl fmt::Display for DisclosureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Checkpoint(_) => "the disclosure's checkpoint can't be relied on",
            Self::Proof(_) => "the entry isn't the one that stands at this place in the log",
        })
    }
}

impl std::error::Error for DisclosureError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Checkpoint(source) => Some(source),
            Self::Proof(source) => Some(source),
        }
    }
}

impl Disclosure {
    /// Checks that the entry stands where it says, under a checkpoint that the log has signed; gives that checkpoint.
    ///
    /// # Errors
    /// [`DisclosureError`] when it doesn't.
    pub fn verify(&self, keys: &Keys) -> Result<Checkpoint, DisclosureError> {
        let opened = keys
            .open(&self.checkpoint)
            .map_err(DisclosureError::Checkpoint)?;
        let commitment = Sealed {
            body: self.body.clone().into_bytes(),
            salt: self.salt,
        }
        .commitment();
        verify_inclusion(
            &leaf_hash(&commitment.0),
            self.index,
            &opened.checkpoint.head,
            &self.proof,
        )
        .map_err(DisclosureError::Proof)?;
        Ok(opened.checkpoint)
    }
}
