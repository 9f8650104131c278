//! The vault: personal data, long texts and attachments, which can be erased without breaking a proof.
//!
//! An entry holds an item's id and its digest, never its content. The digest covers a random salt, so that a phone number
//! can't be found by trying them all; the salt lies in the vault beside the content and is erased with it. In the store an
//! item is encrypted with a key that isn't in the store.
//!
//! A sealed item is, one after the other: the version (1), the key's id (8 bytes), the nonce (24), and the XChaCha20-Poly1305
//! ciphertext of `salt ‖ media type ‖ 0 ‖ content` with its tag (16). Version, key id and the item's id are authenticated
//! with it: a sealed item can't be passed off as another.

pub mod key;
pub mod media;

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

pub use key::{Key, KeyError, KeyId};
pub use media::{Limits, MediaType, Unfit};

use crate::Hash;
use crate::seal::Salt;
use crate::store::{Batch, ItemId, Lease, Store, StoreError, StoredItem};

/// What comes of a call.
pub type Result<T> = std::result::Result<T, VaultError>;

const VERSION: u8 = 1;
const NONCE: usize = 24;

/// How many items [`Cipher::rotate`] reads and writes at a time.
const ROTATED_AT_ONCE: usize = 8;

/// An item of the vault, in the clear.
#[derive(Clone, PartialEq, Eq)]
pub struct Item {
    /// Its id.
    pub id: ItemId,
    /// What hides the content behind the digest.
    pub salt: Salt,
    /// What the content is.
    pub media_type: MediaType,
    /// The content.
    pub content: Vec<u8>,
}

impl Item {
    /// A new item, with an id and a salt of its own.
    ///
    /// # Errors
    /// [`VaultError::Unfit`] for content the limits don't allow.
    pub fn new(media_type: MediaType, content: Vec<u8>, limits: &Limits) -> Result<Self> {
        limits
            .check(media_type, &content)
            .map_err(VaultError::Unfit)?;
        let (mut id, mut salt) = ([0; 16], [0; 32]);
        getrandom::fill(&mut id).map_err(VaultError::Random)?;
        getrandom::fill(&mut salt).map_err(VaultError::Random)?;
        Ok(Self {
            id: ItemId(id),
            salt: Salt(salt),
            media_type,
            content,
        })
    }

    /// What an entry holds of the item: `SHA-256(salt ‖ media type ‖ 0 ‖ content)`.
    #[must_use]
    pub fn digest(&self) -> Hash {
        Hash::of(&[
            &self.salt.0,
            self.media_type.name().as_bytes(),
            &[0],
            &self.content,
        ])
    }

    /// What the digest is over.
    fn to_bytes(&self) -> Vec<u8> {
        [
            &self.salt.0,
            self.media_type.name().as_bytes(),
            &[0],
            &self.content,
        ]
        .concat()
    }

    fn from_bytes(id: ItemId, bytes: &[u8]) -> Option<Self> {
        let (salt, rest) = bytes.split_first_chunk()?;
        let end = rest.iter().position(|&byte| byte == 0)?;
        let (name, content) = rest.split_at_checked(end)?;
        Some(Self {
            id,
            salt: Salt(*salt),
            media_type: std::str::from_utf8(name).ok()?.parse().ok()?,
            content: content.get(1..)?.to_vec(),
        })
    }
}

/// The content is personal: it doesn't belong into logs.
impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Item({}, {}, {} bytes)",
            self.id,
            self.media_type,
            self.content.len()
        )
    }
}

/// Seals items and opens them.
#[derive(Debug)]
pub struct Cipher {
    key: Key,
    old: Vec<Key>,
}

impl Cipher {
    /// A cipher with one key.
    #[must_use]
    pub fn new(key: Key) -> Self {
        Self {
            key,
            old: Vec::new(),
        }
    }

    /// Keys that only open, while what they sealed is sealed anew ([`rotate`](Self::rotate)).
    #[must_use]
    pub fn with_old_keys(self, old: Vec<Key>) -> Self {
        Self { old, ..self }
    }

    /// Encrypts an item, under a nonce of its own.
    ///
    /// # Errors
    /// [`VaultError::Random`] when the system gives no random bytes.
    pub fn seal(&self, item: &Item) -> Result<StoredItem> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(VaultError::Random)?;
        let key = self.key.id();
        let aad = associated(key, item.id);
        let payload = Payload {
            msg: &item.to_bytes(),
            aad: &aad,
        };
        let ciphertext = XChaCha20Poly1305::new(self.key.bytes().into())
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| VaultError::TooLong(item.id))?;
        let mut sealed = Vec::with_capacity(1 + key.0.len() + NONCE + ciphertext.len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&key.0);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&ciphertext);
        Ok(StoredItem {
            id: item.id,
            sealed,
        })
    }

    /// Decrypts an item.
    ///
    /// # Errors
    /// [`VaultError::NoKey`] when it was sealed with a key that isn't here; [`VaultError::Altered`] when it isn't what was
    /// sealed; [`VaultError::Unreadable`] when its form isn't known.
    pub fn open(&self, stored: &StoredItem) -> Result<Item> {
        let envelope = Envelope::read(stored)?;
        let key = self.key_of(stored.id, envelope.key)?;
        let aad = associated(envelope.key, stored.id);
        let payload = Payload {
            msg: envelope.ciphertext,
            aad: &aad,
        };
        let bytes = XChaCha20Poly1305::new(key.bytes().into())
            .decrypt(&XNonce::from(envelope.nonce), payload)
            .map_err(|_| VaultError::Altered(stored.id))?;
        Item::from_bytes(stored.id, &bytes).ok_or(VaultError::Unreadable(stored.id))
    }

    /// Seals everything anew that lies in the store under an old key, and says how much that was. What has been done stays
    /// done if it fails half-way; to go on, call it again. Nothing else may append meanwhile.
    ///
    /// # Errors
    /// As [`open`](Self::open) and [`Store::append`]: nothing is left out, so that afterwards the old keys can be destroyed.
    pub fn rotate(&self, store: &mut dyn Store, lease: Lease) -> Result<u64> {
        let mut after = None;
        let mut rotated = 0;
        loop {
            let items = store.items(after, ROTATED_AT_ONCE)?;
            let Some(last) = items.last() else {
                return Ok(rotated);
            };
            after = Some(last.id);
            let mut reseal = Vec::new();
            for item in &items {
                if Envelope::read(item)?.key != self.key.id() {
                    reseal.push(self.seal(&self.open(item)?)?);
                }
            }
            if !reseal.is_empty() {
                let batch = Batch {
                    first: store.length()?,
                    reseal: &reseal,
                    ..Batch::default()
                };
                store.append(lease, &batch)?;
                rotated += reseal.len() as u64;
            }
        }
    }

    fn key_of(&self, item: ItemId, wanted: KeyId) -> Result<&Key> {
        std::iter::once(&self.key)
            .chain(&self.old)
            .find(|key| key.id() == wanted)
            .ok_or_else(|| VaultError::NoKey {
                item,
                wanted,
                given: self.key.id(),
            })
    }
}

/// A sealed item taken apart.
struct Envelope<'s> {
    key: KeyId,
    nonce: [u8; NONCE],
    ciphertext: &'s [u8],
}

impl<'s> Envelope<'s> {
    fn read(stored: &'s StoredItem) -> Result<Self> {
        let parts = || {
            let (&[version], rest) = stored.sealed.split_first_chunk()?;
            let (&key, rest) = rest.split_first_chunk()?;
            let (&nonce, ciphertext) = rest.split_first_chunk()?;
            (version == VERSION).then_some(Self {
                key: KeyId(key),
                nonce,
                ciphertext,
            })
        };
        parts().ok_or(VaultError::Unreadable(stored.id))
    }
}

/// What is authenticated with an item beside its content.
fn associated(key: KeyId, item: ItemId) -> Vec<u8> {
    [&[VERSION][..], &key.0, &item.0].concat()
}

/// Why something can't go into the vault or come out of it.
#[derive(Debug)]
#[non_exhaustive]
pub enum VaultError {
    /// The limits don't allow it.
    Unfit(Unfit),
    /// It is longer than the cipher takes (256 GiB).
    TooLong(ItemId),
    /// It was sealed with a key that isn't here.
    NoKey {
        /// The item.
        item: ItemId,
        /// The key it was sealed with.
        wanted: KeyId,
        /// The key that is used now.
        given: KeyId,
    },
    /// It isn't what was sealed under this id.
    Altered(ItemId),
    /// Its form isn't known: it was never sealed, or by a newer version.
    Unreadable(ItemId),
    /// The system gives no random bytes.
    Random(getrandom::Error),
    /// The store failed.
    Store(StoreError),
}

impl fmt::Display for VaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unfit(unfit) => unfit.fmt(f),
            Self::TooLong(id) => write!(f, "item {id} of the vault is too long to be encrypted"),
            Self::NoKey {
                item,
                wanted,
                given,
            } => write!(
                f,
                "item {item} of the vault was sealed with the key {wanted}, and the key given is {given}: give that key too"
            ),
            Self::Altered(id) => {
                write!(
                    f,
                    "item {id} of the vault has been altered: restore it from a backup"
                )
            }
            Self::Unreadable(id) => write!(
                f,
                "item {id} of the vault has a form that this program doesn't know: use a newer one, or restore it from a backup"
            ),
            Self::Random(_) => f.write_str("the system gives no random bytes"),
            Self::Store(_) => f.write_str("the vault's store failed"),
        }
    }
}

impl std::error::Error for VaultError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Random(source) => Some(source),
            Self::Store(source) => Some(source),
            _ => None,
        }
    }
}

impl From<StoreError> for VaultError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
