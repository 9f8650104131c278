//! The bundle of a circular with its proofs, and checking one offline.
//!
//! [`campaign::circular::bundle`] gives the rules, figures and results; here the ledger's word for them is added:
//!
//! | file | what it is |
//! | --- | --- |
//! | `proofs/rules.json` | the entry by which the rules were adopted, laid open with its inclusion proof |
//! | `proofs/scored.json` | the entry of the scoring run |
//! | `proofs/final.json` | the entry by which the results became final, once they are |
//! | `proofs/published.json` | the entry that holds the digest of the bundle, once the circular is published |
//! | `proofs/checkpoint` | the signed checkpoint under which all of them stand |
//! | `proofs/log.vkey` | the public keys of the ledger, a line each |
//!
//! These entries name the people who took the steps by their pseudonyms, and nobody else.

use std::collections::BTreeMap;
use std::fmt;

use campaign::circular::{self, Bundle, Difference, Disagreement, Manifest, PROOFS, Proof};
use campaign::{Entry, State};
use ledger::checkpoint::{CheckpointError, Opened};
use ledger::disclose::{DiscloseError, Disclosure, DisclosureError, disclose};
use ledger::tree::ProofError;
use ledger::{Keys, Store, StoreError, VerifierKey};
use rulebook::Period;
use serde::{Deserialize, Serialize};

/// The file of the checkpoint.
const CHECKPOINT: &str = "proofs/checkpoint";
/// The file of the keys.
const KEYS: &str = "proofs/log.vkey";

/// Why there is no bundle.
#[derive(Debug)]
#[non_exhaustive]
pub enum BundleError {
    /// The period has no results.
    NoResults(Period),
    /// No checkpoint covers the entry yet.
    NotSigned(u64),
    /// The ledger can't give what is needed.
    Disclose(DiscloseError),
    /// A proof can't be written as JSON.
    Json(serde_json::Error),
}

impl fmt::Display for BundleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoResults(period) => write!(f, "{period} has no results yet: score it first"),
            Self::NotSigned(entry) => write!(
                f,
                "entry {entry} isn't covered by a checkpoint yet: try again in a moment"
            ),
            Self::Disclose(_) => f.write_str("the bundle's entries can't be laid open"),
            Self::Json(_) => f.write_str("a proof can't be written as JSON"),
        }
    }
}

impl std::error::Error for BundleError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NoResults(_) | Self::NotSigned(_) => None,
            Self::Disclose(source) => Some(source),
            Self::Json(source) => Some(source),
        }
    }
}

impl From<StoreError> for BundleError {
    fn from(error: StoreError) -> Self {
        Self::Disclose(DiscloseError::Store(error))
    }
}

/// The bundle of a period's last results, with the proofs of the entries that it rests on as far as they have happened. All
/// stand under the earliest checkpoint that covers them, which the host keeps once the circular is published; so for the same
/// ledger the bytes are the same.
///
/// # Errors
/// [`BundleError`] when there are no results, or the ledger can't prove them yet.
pub fn bundle(
    state: &State,
    store: &mut dyn Store,
    period: Period,
    keys: &Keys,
) -> Result<Bundle, BundleError> {
    let mut files = circular::bundle(state, period).ok_or(BundleError::NoResults(period))?;
    let proofs = circular::proofs(state, period, &files);
    let last = proofs.iter().map(|(_, entry)| *entry).max();
    let last = last.ok_or(BundleError::NoResults(period))?;
    let checkpoint = store.checkpoints(Some(last), 1)?.into_iter().next();
    let checkpoint = checkpoint.ok_or(BundleError::NotSigned(last))?;
    for (proof, entry) in proofs {
        let disclosure = disclose(store, entry, checkpoint.size).map_err(BundleError::Disclose)?;
        let text = written(&disclosure).map_err(BundleError::Json)?;
        files.insert(proof.path(), text.into_bytes());
    }
    files.insert(CHECKPOINT.to_owned(), checkpoint.note.into_bytes());
    files.insert(KEYS.to_owned(), lines(keys.log()).into_bytes());
    Ok(files)
}

/// A disclosure as the bundle has it.
fn written(disclosure: &Disclosure) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(disclosure)? + "\n")
}

fn lines(keys: &[VerifierKey]) -> String {
    keys.iter().map(|key| format!("{key}\n")).collect()
}

/// What is wrong with a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Rules, figures and results don't agree with each other.
    Content(Difference),
    /// A proof isn't there that must be.
    Absent {
        /// Its file.
        path: String,
    },
    /// A file under `proofs/` isn't one that belongs there.
    Unexpected {
        /// Its path.
        path: String,
    },
    /// A file under `proofs/` isn't as it was written.
    Unreadable {
        /// Its path.
        path: String,
    },
    /// The checkpoint isn't signed by the ledger.
    Checkpoint(CheckpointError),
    /// A proof is under another checkpoint than the bundle's.
    OtherCheckpoint {
        /// Its file.
        path: String,
    },
    /// The entry doesn't stand in the ledger.
    NotProven {
        /// The file of its proof.
        path: String,
        /// Why.
        why: ProofError,
    },
    /// The entry stands in the ledger, but says something else than the bundle.
    Disagrees {
        /// The file of its proof.
        path: String,
        /// What.
        what: Disagreement,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Content(difference) => difference.fmt(f),
            Self::Absent { path } => write!(f, "{path}: not there"),
            Self::Unexpected { path } => write!(f, "{path}: doesn't belong there"),
            Self::Unreadable { path } => write!(f, "{path}: not as it was written"),
            Self::Checkpoint(error) => write!(f, "{CHECKPOINT}: {error}"),
            Self::OtherCheckpoint { path } => write!(f, "{path}: under another checkpoint"),
            Self::NotProven { path, why } => write!(f, "{path}: {why}"),
            Self::Disagrees { path, what } => write!(f, "{path}: {what}"),
        }
    }
}

/// What the check of a bundle has shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    /// What the bundle is of, where it says so.
    pub manifest: Option<Manifest>,
    /// The bundle's own keys.
    pub keys: Vec<VerifierKey>,
    /// The checkpoint, if the ledger has signed it.
    pub checkpoint: Option<ledger::Checkpoint>,
    /// The entries that stand in the ledger and agree with the bundle.
    pub proven: Vec<Proof>,
    /// Everything that is wrong.
    pub faults: Vec<Fault>,
}

impl Verified {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Checks a bundle from nothing but its files: every result is computed again from rules and figures, every signature and
/// proof is checked, and the entries are compared with the files. `trusted` are the ledger's keys as someone else gave them;
/// without them the bundle's own are used, which shows only that it is whole.
#[must_use]
pub fn verify(bundle: &Bundle, trusted: Option<&Keys>) -> Verified {
    let mut check = Check {
        bundle,
        found: Verified {
            manifest: circular::manifest(bundle).ok(),
            keys: Vec::new(),
            checkpoint: None,
            proven: Vec::new(),
            faults: Vec::new(),
        },
    };
    if let Err(differences) = circular::recompute(bundle) {
        let faults = differences.into_iter().map(Fault::Content);
        check.found.faults.extend(faults);
    }
    check.strangers();
    if let Some(own) = check.own_keys() {
        let opened = check.opened(&own);
        let opened = match trusted {
            Some(keys) => opened.and_then(|_| check.opened(keys)),
            None => opened,
        };
        if let Some(opened) = opened {
            let keys = trusted.unwrap_or(&own);
            Proof::ALL
                .into_iter()
                .for_each(|proof| check.proof(proof, keys));
            check.found.checkpoint = Some(opened.checkpoint);
        }
    }
    check.found
}

struct Check<'b> {
    bundle: &'b Bundle,
    found: Verified,
}

impl Check<'_> {
    fn fault(&mut self, fault: Fault) {
        self.found.faults.push(fault);
    }

    /// The text of a file that must be there.
    fn text(&mut self, path: &str) -> Option<String> {
        let path = path.to_owned();
        let Some(bytes) = self.bundle.get(&path) else {
            self.fault(Fault::Absent { path });
            return None;
        };
        let text = String::from_utf8(bytes.clone()).ok();
        if text.is_none() {
            self.fault(Fault::Unreadable { path });
        }
        text
    }

    fn strangers(&mut self) {
        let known = |path: &String| {
            path == CHECKPOINT || path == KEYS || Proof::ALL.iter().any(|one| one.path() == *path)
        };
        let proofs = self.bundle.keys().filter(|path| path.starts_with(PROOFS));
        let strangers = proofs.filter(|path| !known(path)).cloned();
        let faults = strangers.map(|path| Fault::Unexpected { path });
        self.found.faults.extend(faults);
    }

    /// The keys that came with the bundle.
    fn own_keys(&mut self) -> Option<Keys> {
        let text = self.text(KEYS)?;
        let parsed: Result<Vec<VerifierKey>, _> = text.lines().map(str::parse).collect();
        let parsed = parsed.ok().filter(|keys| lines(keys) == text);
        let keys = parsed.and_then(|keys| {
            self.found.keys.clone_from(&keys);
            Keys::new(keys, Vec::new()).ok()
        });
        if keys.is_none() {
            let path = KEYS.to_owned();
            self.fault(Fault::Unreadable { path });
        }
        keys
    }

    /// The checkpoint, as some keys have signed it.
    fn opened(&mut self, keys: &Keys) -> Option<Opened> {
        let note = self.text(CHECKPOINT)?;
        match keys.open(&note) {
            Ok(opened) => Some(opened),
            Err(error) => {
                self.fault(Fault::Checkpoint(error));
                None
            }
        }
    }

    /// One proof. Only results that are final, or even published, have all of them.
    fn proof(&mut self, proof: Proof, keys: &Keys) {
        let path = proof.path();
        let published = self.bundle.contains_key(&Proof::Published.path());
        let needed = match proof {
            Proof::Rules | Proof::Scored => true,
            Proof::Final => published,
            Proof::Published => false,
        };
        if !needed && !self.bundle.contains_key(&path) {
            return;
        }
        let Some(text) = self.text(&path) else {
            return;
        };
        let before = self.found.faults.len();
        let faults = self.faults_of(proof, &path, &text, keys);
        self.found.faults.extend(faults);
        if self.found.faults.len() == before {
            self.found.proven.push(proof);
        }
    }

    fn faults_of(&self, proof: Proof, path: &str, text: &str, keys: &Keys) -> Vec<Fault> {
        let path = path.to_owned();
        let disclosure = serde_json::from_str::<Disclosure>(text).ok();
        let disclosure =
            disclosure.filter(|read| written(read).is_ok_and(|written| written == *text));
        let Some(disclosure) = disclosure else {
            return vec![Fault::Unreadable { path }];
        };
        if self.bundle.get(CHECKPOINT).map(Vec::as_slice) != Some(disclosure.checkpoint.as_bytes())
        {
            return vec![Fault::OtherCheckpoint { path }];
        }
        match disclosure.verify(keys) {
            Err(DisclosureError::Checkpoint(error)) => return vec![Fault::Checkpoint(error)],
            Err(DisclosureError::Proof(why)) => return vec![Fault::NotProven { path, why }],
            Ok(_) => {}
        }
        let Ok(entry) = serde_json::from_str::<Entry>(&disclosure.body) else {
            return vec![Fault::Unreadable { path }];
        };
        let wrong = circular::disagreements(proof, disclosure.index, &entry.event, self.bundle);
        let fault = |what| Fault::Disagrees {
            path: path.clone(),
            what,
        };
        wrong.into_iter().map(fault).collect()
    }
}

/// The format of a bundle in one file.
const FORMAT: &str = "merit-bundle-file/1";

/// A bundle in one file, to be sent or downloaded: `{"format":"merit-bundle-file/1","files":{"figures.csv":"…",…}}`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Packed {
    format: String,
    files: BTreeMap<String, String>,
}

/// A bundle as one file; `None` where one of its files isn't text, which none of them is that [`bundle`] gives.
#[must_use]
pub fn pack(bundle: &Bundle) -> Option<String> {
    let text = |(path, bytes): (&String, &Vec<u8>)| {
        Some((path.clone(), String::from_utf8(bytes.clone()).ok()?))
    };
    let packed = Packed {
        format: FORMAT.to_owned(),
        files: bundle.iter().map(text).collect::<Option<_>>()?,
    };
    Some(serde_json::to_string_pretty(&packed).ok()? + "\n")
}

/// The bundle in a file; `None` where it isn't one, to the byte as [`pack`] writes it.
#[must_use]
pub fn unpack(text: &str) -> Option<Bundle> {
    let packed: Packed = serde_json::from_str(text).ok()?;
    let files = packed.files.into_iter();
    let bundle: Bundle = files
        .map(|(path, text)| (path, text.into_bytes()))
        .collect();
    let same = packed.format == FORMAT && pack(&bundle).as_deref() == Some(text);
    same.then_some(bundle)
}
