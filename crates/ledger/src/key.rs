//! Keys of signed notes (C2SP signed-note): names, verifier keys, and the signer with its private key file.
//!
//! Only Ed25519: as the log signs (type `0x01`), and as witnesses cosign (type `0x04`, C2SP tlog-cosignature).

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};

use crate::Hash;

/// What a key's signatures say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// A signature over the note's text: a log's.
    Ed25519,
    /// A signature over the note's text and a time: a witness's.
    Cosignature,
}

impl Algorithm {
    /// The signature type identifier byte.
    #[must_use]
    pub fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::Cosignature => 0x04,
        }
    }

    fn from_byte(byte: u8) -> Option<Self> {
        [Self::Ed25519, Self::Cosignature]
            .into_iter()
            .find(|algorithm| algorithm.byte() == byte)
    }
}

/// Which of the keys of a name made a signature: the first four bytes of a hash of name, algorithm and key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 4]);

impl KeyId {
    fn of(name: &str, algorithm: Algorithm, key: &VerifyingKey) -> Self {
        let Hash([a, b, c, d, ..]) =
            Hash::of(&[name.as_bytes(), b"\n", &[algorithm.byte()], key.as_bytes()]);
        Self([a, b, c, d])
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// A name must be a word: not empty, without spaces, control characters and `+`.
    Name,
    /// Not of the form `name+hash+base64`, for a private key `PRIVATE+KEY+name+hash+base64`.
    Form,
    /// Another kind of key than is wanted here.
    Algorithm,
    /// The hash in the text isn't the key's: a part of it has been altered.
    Hash,
    /// The system gives no random bytes.
    NoRandomness,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "a key's name must be a word without spaces and plus signs, like merit.example.org/2026",
            Self::Form => "a key is written name+hash+base64, a private one PRIVATE+KEY+name+hash+base64",
            Self::Algorithm => "the key isn't of the kind that is wanted: 1 (Ed25519) for a log, 4 (cosignature) for a witness",
            Self::Hash => "the key's hash doesn't fit name and key: a part of the text has been altered",
            Self::NoRandomness => "the system gives no random bytes",
        })
    }
}

impl std::error::Error for KeyError {}

/// Whether a key may be called so.
#[must_use]
pub fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

/// A public key with its name: `merit.example.org+4f9a1c02+Ab…`.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    algorithm: Algorithm,
    id: KeyId,
    key: VerifyingKey,
}

impl VerifierKey {
    fn new(name: &str, algorithm: Algorithm, key: VerifyingKey) -> Self {
        Self {
            name: name.to_owned(),
            algorithm,
            id: KeyId::of(name, algorithm, &key),
            key,
        }
    }

    /// Who signs with it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its signatures say.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Which of the keys of its name it is.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Whether `signature` is the key's over exactly these bytes.
    #[must_use]
    pub(crate) fn is_signature(&self, message: &[u8], signature: &[u8]) -> bool {
        ed25519_dalek::Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}+{}+{}",
            self.name,
            self.id,
            encode_key(self.algorithm, self.key.as_bytes())
        )
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, id, algorithm, bytes) = read_key(text)?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| KeyError::Form)?;
        let verifier = Self::new(name, algorithm, key);
        if verifier.id == id {
            Ok(verifier)
        } else {
            Err(KeyError::Hash)
        }
    }
}

/// The parts of `name+hash+base64`.
fn read_key(text: &str) -> Result<(&str, KeyId, Algorithm, [u8; 32]), KeyError> {
    let (name, rest) = text.split_once('+').ok_or(KeyError::Form)?;
    let (id_text, key) = rest.split_once('+').ok_or(KeyError::Form)?;
    if !is_name(name) {
        return Err(KeyError::Name);
    }
    let mut id = [0; 4];
    hex::decode_to_slice(id_text, &mut id).map_err(|_| KeyError::Form)?;
    if id_text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(KeyError::Form);
    }
    let key = BASE64.decode(key).map_err(|_| KeyError::Form)?;
    let (algorithm, bytes) = key.split_first().ok_or(KeyError::Form)?;
    let algorithm = Algorithm::from_byte(*algorithm).ok_or(KeyError::Algorithm)?;
    Ok((
        name,
        KeyId(id),
        algorithm,
        bytes.try_into().map_err(|_| KeyError::Form)?,
    ))
}

fn encode_key(algorithm: Algorithm, bytes: &[u8]) -> String {
    let mut key = vec![algorithm.byte()];
    key.extend_from_slice(bytes);
    BASE64.encode(key)
}

const PRIVATE: &str = "PRIVATE+KEY+";

/// A private key with its name. It never shows its secret unless asked for the file's text.
pub struct Signer {
    key: SigningKey,
    verifier: VerifierKey,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Signer").field(&self.verifier).finish()
    }
}

impl Signer {
    /// A new key, from the system's random bytes.
    ///
    /// # Errors
    /// [`KeyError::Name`] for a name that no key may have, [`KeyError::NoRandomness`].
    pub fn generate(name: &str) -> Result<Self, KeyError> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|_| KeyError::NoRandomness)?;
        Self::from_seed(name, &seed)
    }

    /// The key that these 32 bytes are the secret of.
    ///
    /// # Errors
    /// [`KeyError::Name`] for a name that no key may have.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        if !is_name(name) {
            return Err(KeyError::Name);
        }
        let key = SigningKey::from_bytes(seed);
        let verifier = VerifierKey::new(name, Algorithm::Ed25519, key.verifying_key());
        Ok(Self { key, verifier })
    }

    /// Reads the text of a private key file; line ends after it are passed over.
    ///
    /// # Errors
    /// [`KeyError`] saying what is wrong with it; the text itself is in no message.
    pub fn from_private_text(text: &str) -> Result<Self, KeyError> {
        let key = text
            .trim_end_matches(['\n', '\r'])
            .strip_prefix(PRIVATE)
            .ok_or(KeyError::Form)?;
        let (name, id, algorithm, seed) = read_key(key)?;
        if algorithm != Algorithm::Ed25519 {
            return Err(KeyError::Algorithm);
        }
        let signer = Self::from_seed(name, &seed)?;
        if signer.verifier.id == id {
            Ok(signer)
        } else {
            Err(KeyError::Hash)
        }
    }

    /// The text of a private key file: `PRIVATE+KEY+name+hash+base64`, as Go's `sumdb/note` writes it. Whoever has it can sign.
    #[must_use]
    pub fn to_private_text(&self) -> String {
        let Self { key, verifier } = self;
        format!(
            "{PRIVATE}{}+{}+{}",
            verifier.name,
            verifier.id,
            encode_key(Algorithm::Ed25519, key.as_bytes())
        )
    }

    /// The public key of what it signs as a log.
    #[must_use]
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The public key of what it signs as a witness. One key mustn't be used for both.
    #[must_use]
    pub fn cosigner(&self) -> VerifierKey {
        VerifierKey::new(
            &self.verifier.name,
            Algorithm::Cosignature,
            self.verifier.key,
        )
    }

    /// The 64 bytes of an Ed25519 signature (RFC 8032) over the message.
    #[must_use]
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}
