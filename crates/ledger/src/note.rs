//! Signed notes (C2SP signed-note): a text and lines of signatures under it, read strictly.
//!
//! A note has one spelling only: whatever else could be read the same way is refused. What the text says is not known here.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::key::{Algorithm, KeyId, Signer, VerifierKey, is_name};

/// More signatures than this a note can't have.
const MAX_SIGNATURES: usize = 100;

/// What a signature line starts with: an em dash and a space.
const DASH: &str = "— ";

/// A line under a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Who signed.
    pub name: String,
    /// With which of their keys.
    pub id: KeyId,
    /// What the algorithm of the key makes: 64 bytes, for a cosignature 8 bytes of time before them.
    pub bytes: Vec<u8>,
}

impl Signature {
    /// The log's signature over a text.
    #[must_use]
    pub fn sign(signer: &Signer, text: &str) -> Self {
        let key = signer.verifier();
        Self {
            name: key.name().to_owned(),
            id: key.id(),
            bytes: signer.sign(text.as_bytes()).to_vec(),
        }
    }

    /// A witness's signature over a text: it has seen this at `time` (seconds of POSIX).
    #[must_use]
    pub fn cosign(signer: &Signer, text: &str, time: u64) -> Self {
        let key = signer.cosigner();
        let mut bytes = time.to_be_bytes().to_vec();
        bytes.extend(signer.sign(cosigned(text, time).as_bytes()));
        Self {
            name: key.name().to_owned(),
            id: key.id(),
            bytes,
        }
    }

    /// Whether the key has this name and id. Only the two together name a key.
    #[must_use]
    pub fn is_by(&self, key: &VerifierKey) -> bool {
        self.name == key.name() && self.id == key.id()
    }

    /// Whether it is the key's signature over the text.
    #[must_use]
    pub fn is_valid(&self, key: &VerifierKey, text: &str) -> bool {
        match (key.algorithm(), self.time()) {
            (Algorithm::Ed25519, _) => key.is_signature(text.as_bytes(), &self.bytes),
            (Algorithm::Cosignature, None) => false,
            (Algorithm::Cosignature, Some(time)) => {
                let signature = self.bytes.get(8..).unwrap_or_default();
                i64::try_from(time).is_ok()
                    && key.is_signature(cosigned(text, time).as_bytes(), signature)
            }
        }
    }

    /// The time in a cosignature; without meaning in a signature of another kind.
    #[must_use]
    pub fn time(&self) -> Option<u64> {
        self.bytes
            .first_chunk()
            .map(|time| u64::from_be_bytes(*time))
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.id.0.to_vec();
        bytes.extend_from_slice(&self.bytes);
        writeln!(f, "{DASH}{} {}", self.name, BASE64.encode(bytes))
    }
}

/// What a witness signs (cosignature/v1).
fn cosigned(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

/// A note: its text, and the signatures, whoever they are by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The text, which ends with a line end.
    pub text: String,
    /// The signatures, in their order.
    pub signatures: Vec<Signature>,
}

/// A text that is no signed note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteError {
    /// A control character other than the line end.
    ControlCharacter,
    /// No blank line between text and signatures, or no text, or no signature.
    NoSignatures,
    /// A line under the text isn't `— name base64`.
    SignatureLine,
    /// More than a hundred signatures.
    TooMany,
}

impl fmt::Display for NoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ControlCharacter => "a signed note has no control characters",
            Self::NoSignatures => {
                "a signed note is a text, a blank line, and at least one signature"
            }
            Self::SignatureLine => "a line under the note isn't a signature (— name base64)",
            Self::TooMany => "a note with more than 100 signatures isn't read",
        })
    }
}

impl std::error::Error for NoteError {}

impl Note {
    /// Reads a note; [`Display`](fmt::Display) gives the same bytes back.
    ///
    /// # Errors
    /// [`NoteError`] saying what isn't as it must be. No signature is checked here.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.chars().any(|c| c < ' ' && c != '\n') {
            return Err(NoteError::ControlCharacter);
        }
        let split = note.rfind("\n\n").ok_or(NoteError::NoSignatures)?;
        let (text, rest) = note.split_at(split + 1);
        let lines = rest.strip_prefix('\n').unwrap_or_default();
        if lines.is_empty() {
            return Err(NoteError::NoSignatures);
        }
        let lines = lines.strip_suffix('\n').ok_or(NoteError::SignatureLine)?;
        if lines.split('\n').count() > MAX_SIGNATURES {
            return Err(NoteError::TooMany);
        }
        let signatures = lines
            .split('\n')
            .map(read_signature)
            .collect::<Option<_>>()
            .ok_or(NoteError::SignatureLine)?;
        Ok(Self {
            text: text.to_owned(),
            signatures,
        })
    }
}

fn read_signature(line: &str) -> Option<Signature> {
    let (name, encoded) = line.strip_prefix(DASH)?.split_once(' ')?;
    let decoded = BASE64.decode(encoded).ok()?;
    let (id, bytes) = decoded.split_first_chunk()?;
    let signature = Signature {
        name: name.to_owned(),
        id: KeyId(*id),
        bytes: bytes.to_vec(),
    };
    (is_name(name) && !bytes.is_empty()).then_some(signature)
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures
            .iter()
            .try_for_each(|signature| write!(f, "{signature}"))
    }
}
