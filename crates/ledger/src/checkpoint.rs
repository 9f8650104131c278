//! Checkpoints (C2SP tlog-checkpoint): what a log signs of its tree, and what witnesses add (C2SP tlog-cosignature).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::key::{Algorithm, KeyId, Signer, VerifierKey};
use crate::note::{Note, NoteError, Signature};
use crate::store::{StoredCheckpoint, TreeStep};
use crate::tree::Head;
use crate::{Hash, Lease, Store, StoreError};

/// How the line with the time begins.
const TIME: &str = "time ";

/// What a checkpoint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: the name of its key.
    pub origin: String,
    /// Size and root of its tree.
    pub head: Head,
    /// Further lines. This ledger writes one, `time` with the seconds of POSIX at which it was signed: it makes a checkpoint
    /// a dated statement, and tells which checkpoints are of one day ([`crate::sequence`]).
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// When it was signed (seconds of POSIX), if it says so.
    #[must_use]
    pub fn time(&self) -> Option<u64> {
        self.extensions
            .iter()
            .find_map(|line| read_decimal(line.strip_prefix(TIME)?))
    }

    /// The checkpoint as the log signs it.
    #[must_use]
    pub fn sign(signer: &Signer, head: Head, time: u64) -> Note {
        let origin = signer.verifier().name().to_owned();
        let text = Self {
            origin,
            head,
            extensions: vec![format!("{TIME}{time}")],
        }
        .to_string();
        Note {
            signatures: vec![Signature::sign(signer, &text)],
            text,
        }
    }

    /// Reads the text of a checkpoint; [`Display`](fmt::Display) gives the same bytes back.
    ///
    /// # Errors
    /// [`CheckpointError::Text`] when it isn't one.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        Self::read(text).ok_or(CheckpointError::Text)
    }

    fn read(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let origin = lines.next()?.to_owned();
        let size = read_decimal(lines.next()?)?;
        let root = Hash(BASE64.decode(lines.next()?).ok()?.try_into().ok()?);
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        let complete = !origin.is_empty() && extensions.iter().all(|line| !line.is_empty());
        complete.then_some(Self {
            origin,
            head: Head { size, root },
            extensions,
        })
    }
}

/// A decimal number as it must be written: digits, no zeros before them.
fn read_decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}\n{}\n{}",
            self.origin,
            self.head.size,
            BASE64.encode(self.head.root.0)
        )?;
        self.extensions
            .iter()
            .try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// Why a note isn't a checkpoint of this log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckpointError {
    /// It isn't a signed note.
    Note(NoteError),
    /// The text isn't that of a checkpoint.
    Text,
    /// It is another log's.
    Origin(String),
    /// The log hasn't signed it with a key that is known.
    NotSigned,
    /// It bears the name of a known key, whose signature it isn't.
    BadSignature(String, KeyId),
    /// A key's signature stands there twice.
    Repeated(String, KeyId),
}

impl fmt::Display for CheckpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Note(_) => f.write_str("the checkpoint isn't a signed note"),
            Self::Text => {
                f.write_str("the note's text isn't that of a checkpoint: origin, size, root")
            }
            Self::Origin(origin) => write!(f, "the checkpoint is of another log, {origin}"),
            Self::NotSigned => f.write_str("the checkpoint isn't signed by a known key of the log"),
            Self::BadSignature(name, id) => {
                write!(f, "the signature of {name}+{id} doesn't fit the checkpoint")
            }
            Self::Repeated(name, id) => write!(
                f,
                "the signature of {name}+{id} stands twice under the checkpoint"
            ),
        }
    }
}

impl std::error::Error for CheckpointError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Note(source) => Some(source),
            _ => None,
        }
    }
}

/// The keys whose signatures count: the log's, the present one and those it had before, and its witnesses'.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    origin: String,
    log: Vec<VerifierKey>,
    witnesses: Vec<VerifierKey>,
}

/// Why keys can't be those of one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeysError {
    /// There is no key of the log.
    NoLogKey,
    /// The log's keys have different names.
    OtherName(String),
    /// A log's key must be of type 1, a witness's of type 4.
    Kind(String),
    /// Two keys have the same name and id.
    Repeated(String, KeyId),
}

impl fmt::Display for KeysError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLogKey => f.write_str("no key of the log is given"),
            Self::OtherName(name) => write!(f, "a log's keys bear its name; {name} is another"),
            Self::Kind(name) => write!(
                f,
                "the key of {name} must be of type 1 for a log, of type 4 for a witness"
            ),
            Self::Repeated(name, id) => write!(f, "the key {name}+{id} is given twice"),
        }
    }
}

impl std::error::Error for KeysError {}

/// A checkpoint whose signatures have been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// Who of the known witnesses has cosigned it, in the note's order.
    pub cosignatures: Vec<Cosigned>,
    /// Signatures of keys that aren't known: they say nothing.
    pub unknown: Vec<Signature>,
}

/// That a witness has seen a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    /// The witness.
    pub witness: String,
    /// When (seconds of POSIX).
    pub time: u64,
}

/// How many witnesses have cosigned, of how many there must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quorum {
    /// Who has, and when.
    pub have: Vec<Cosigned>,
    /// Known witnesses who haven't.
    pub missing: Vec<String>,
    /// How many are wanted.
    pub needed: usize,
}

impl Quorum {
    /// Whether enough have.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        self.have.len() >= self.needed
    }
}

impl Keys {
    /// The keys of a log and its witnesses.
    ///
    /// # Errors
    /// [`KeysError`] when they can't be those of one log.
    pub fn new(log: Vec<VerifierKey>, witnesses: Vec<VerifierKey>) -> Result<Self, KeysError> {
        let origin = log.first().ok_or(KeysError::NoLogKey)?.name().to_owned();
        if let Some(other) = log.iter().find(|key| key.name() != origin) {
            return Err(KeysError::OtherName(other.name().to_owned()));
        }
        let kinds = log.iter().map(|key| (key, Algorithm::Ed25519));
        let kinds = kinds.chain(witnesses.iter().map(|key| (key, Algorithm::Cosignature)));
        let mut seen = Vec::new();
        for (key, kind) in kinds {
            if key.algorithm() != kind {
                return Err(KeysError::Kind(key.name().to_owned()));
            }
            if seen.contains(&(key.name(), key.id())) {
                return Err(KeysError::Repeated(key.name().to_owned(), key.id()));
            }
            seen.push((key.name(), key.id()));
        }
        Ok(Self {
            origin,
            log,
            witnesses,
        })
    }

    /// The log's name, and the first line of its checkpoints.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The log's keys: the present one first, then those it had before.
    #[must_use]
    pub fn log(&self) -> &[VerifierKey] {
        &self.log
    }

    /// The witnesses' keys.
    #[must_use]
    pub fn witnesses(&self) -> &[VerifierKey] {
        &self.witnesses
    }

    /// Reads a checkpoint and checks every signature of a known key.
    ///
    /// # Errors
    /// [`CheckpointError`] when it isn't this log's, or a known key's signature doesn't fit.
    pub fn open(&self, note: &str) -> Result<Opened, CheckpointError> {
        let note = Note::parse(note).map_err(CheckpointError::Note)?;
        let checkpoint = Checkpoint::parse(&note.text)?;
        if checkpoint.origin != self.origin {
            return Err(CheckpointError::Origin(checkpoint.origin));
        }
        let mut opened = Opened {
            checkpoint,
            cosignatures: Vec::new(),
            unknown: Vec::new(),
        };
        let mut seen = Vec::new();
        let mut signed = false;
        for signature in &note.signatures {
            let by = (&signature.name, signature.id);
            if seen.contains(&by) {
                return Err(CheckpointError::Repeated(
                    signature.name.clone(),
                    signature.id,
                ));
            }
            seen.push(by);
            match self.check(signature, &note.text)? {
                Some(Algorithm::Ed25519) => signed = true,
                Some(Algorithm::Cosignature) => opened.cosignatures.extend(cosigned(signature)),
                None => opened.unknown.push(signature.clone()),
            }
        }
        if signed {
            Ok(opened)
        } else {
            Err(CheckpointError::NotSigned)
        }
    }

    /// What kind of known key has signed; none for an unknown one.
    fn check(
        &self,
        signature: &Signature,
        text: &str,
    ) -> Result<Option<Algorithm>, CheckpointError> {
        let Some(key) = self
            .log
            .iter()
            .chain(&self.witnesses)
            .find(|key| signature.is_by(key))
        else {
            return Ok(None);
        };
        if signature.is_valid(key, text) {
            Ok(Some(key.algorithm()))
        } else {
            Err(CheckpointError::BadSignature(
                signature.name.clone(),
                signature.id,
            ))
        }
    }

    /// Who of the witnesses has cosigned a checkpoint, and whether `needed` of them have.
    #[must_use]
    pub fn quorum(&self, opened: &Opened, needed: usize) -> Quorum {
        let mut have: Vec<Cosigned> = Vec::new();
        for cosigned in &opened.cosignatures {
            if have.iter().all(|other| other.witness != cosigned.witness) {
                have.push(cosigned.clone());
            }
        }
        let mut missing: Vec<String> = self
            .witnesses
            .iter()
            .map(|key| key.name().to_owned())
            .collect();
        missing.retain(|name| have.iter().all(|cosigned| cosigned.witness != *name));
        missing.sort();
        missing.dedup();
        Quorum {
            have,
            missing,
            needed,
        }
    }
}

fn cosigned(signature: &Signature) -> Option<Cosigned> {
    signature.time().map(|time| Cosigned {
        witness: signature.name.clone(),
        time,
    })
}

/// Why cosignatures weren't added.
#[derive(Debug)]
#[non_exhaustive]
pub enum CosignError {
    /// The note isn't a checkpoint of this log.
    Checkpoint(CheckpointError),
    /// There is no checkpoint of this size any longer, or not yet.
    NoCheckpoint(u64),
    /// The stored checkpoint of this size says something else.
    OtherText(u64),
    /// No known witness has signed it.
    NoWitness,
    /// The store.
    Store(StoreError),
}

impl fmt::Display for CosignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Checkpoint(_) => f.write_str("the cosigned note isn't a checkpoint of this log"),
            Self::NoCheckpoint(size) => write!(
                f,
                "there is no checkpoint of {size} entries: let the latest one be cosigned"
            ),
            Self::OtherText(size) => write!(
                f,
                "the stored checkpoint of {size} entries says something else"
            ),
            Self::NoWitness => f.write_str("no known witness has signed the note"),
            Self::Store(_) => f.write_str("the cosignatures couldn't be stored"),
        }
    }
}

impl std::error::Error for CosignError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Checkpoint(source) => Some(source),
            Self::Store(source) => Some(source),
            _ => None,
        }
    }
}

impl From<StoreError> for CosignError {
    fn from(source: StoreError) -> Self {
        Self::Store(source)
    }
}

/// Adds the known witnesses' cosignatures in `note` to the stored checkpoint that says the same. A witness's later
/// cosignature takes the place of an earlier one; signatures of unknown keys are left out.
///
/// # Errors
/// [`CosignError`]; then nothing has been added, but a store that failed may have done it.
pub fn add_cosignature(
    store: &mut dyn Store,
    lease: Lease,
    note: &str,
    keys: &Keys,
) -> Result<Opened, CosignError> {
    let given = keys.open(note).map_err(CosignError::Checkpoint)?;
    if given.cosignatures.is_empty() {
        return Err(CosignError::NoWitness);
    }
    let size = given.checkpoint.head.size;
    let stored = checkpoint_of(store, size)?.ok_or(CosignError::NoCheckpoint(size))?;
    let given =
        Note::parse(note).map_err(|error| CosignError::Checkpoint(CheckpointError::Note(error)))?;
    let mut merged = Note::parse(&stored.note).map_err(|_| CosignError::OtherText(size))?;
    if merged.text != given.text {
        return Err(CosignError::OtherText(size));
    }
    for signature in given
        .signatures
        .into_iter()
        .filter(|signature| keys.witnesses.iter().any(|key| signature.is_by(key)))
    {
        match merged
            .signatures
            .iter_mut()
            .find(|old| old.name == signature.name && old.id == signature.id)
        {
            Some(old) if old.time() < signature.time() => *old = signature,
            Some(_) => {}
            None => merged.signatures.push(signature),
        }
    }
    let checkpoint = StoredCheckpoint {
        size,
        note: merged.to_string(),
    };
    let opened = keys
        .open(&checkpoint.note)
        .map_err(CosignError::Checkpoint)?;
    store.put_tree(
        lease,
        &TreeStep {
            checkpoint: Some(&checkpoint),
            ..TreeStep::default()
        },
    )?;
    Ok(opened)
}

/// The stored checkpoint of exactly this size.
pub(crate) fn checkpoint_of(
    store: &mut dyn Store,
    size: u64,
) -> crate::Result<Option<StoredCheckpoint>> {
    let next = store
        .checkpoints(size.checked_sub(1), 1)?
        .into_iter()
        .next();
    Ok(next.filter(|checkpoint| checkpoint.size == size))
}
