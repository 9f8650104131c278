//! Checking a whole ledger: everything that can be computed is computed again and compared.
//!
//! Each body must be canonical JSON; the commitments of all entries must give each stored tile, byte by byte, and the root of
//! each checkpoint; each checkpoint must be signed by the log, and no signature may be unknown; nothing may be missing or left
//! over. What is found is data: [`Finding`] says where and what, [`Finding::remedy`] what to do.
//!
//! Items of the vault aren't opened: that needs the vault's key, and each is authenticated when it is.
//!
//! Two things only an outside memory can show. Entries after the latest checkpoint are covered by no signature
//! ([`Report::uncovered`]): sign them soon. And a log that was cut back to an earlier checkpoint, tiles and all, is a sound
//! shorter log: give [`verify`] a checkpoint that was kept elsewhere (a printed circular, a witness, an archived file), and it
//! must be how this log goes on.

use std::fmt;

use crate::canonical::is_canonical;
use crate::checkpoint::{CheckpointError, Keys, Opened};
use crate::sequence::CHUNK;
use crate::store::{StoredCheckpoint, StoredTile};
use crate::tree::{
    Frontier, Head, TILE_WIDTH, empty_root, hashes, hashes_at, leaf_hash, root_of, width_at,
};
use crate::{Hash, Result, Store, StoreError};

/// More findings than this are counted, not kept: one entry that is missing moves all that follow it.
const MAX_FINDINGS: usize = 1000;

/// How many rows of tiles and checkpoints are read at once.
pub(crate) const PAGE: usize = 256;

/// What is wrong with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryFault {
    /// Body and salt don't give the hash that the tree has of it: it was altered, exchanged or moved.
    NotCommitted,
    /// Its body isn't canonical JSON.
    NotCanonical,
}

/// What is wrong with a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TileFault {
    /// It isn't there.
    Missing,
    /// It has another number of bytes.
    Width {
        /// How many it has.
        bytes: usize,
        /// How many it must have.
        wanted: usize,
    },
    /// A hash in it isn't what the entries give.
    Altered {
        /// Which of its hashes, from 0.
        position: usize,
    },
    /// The tree has no such tile.
    Superfluous,
}

/// What is wrong with a stored checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckpointFault {
    /// It isn't one of this log, or a signature doesn't fit.
    Rejected(CheckpointError),
    /// It is stored as of one size and says another.
    Size {
        /// What it says.
        said: u64,
    },
    /// The entries give another root.
    Root,
    /// It bears a signature of a key that isn't known.
    UnknownSignature(String),
    /// The store doesn't give the one of the largest size as the latest.
    NotLatest,
}

/// What is wrong with the log in the light of a checkpoint kept outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnownFault {
    /// The outside checkpoint isn't one of this log.
    Rejected(CheckpointError),
    /// The log is shorter than it was then: entries have been cut off.
    Shorter {
        /// How many entries there were then.
        size: u64,
    },
    /// The entries that stood then were others.
    Root {
        /// How many entries there were then.
        size: u64,
    },
}

/// Something that isn't as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// An entry.
    Entry {
        /// Which.
        index: u64,
        /// What is wrong.
        fault: EntryFault,
    },
    /// Entries that a checkpoint covers aren't there.
    EntriesMissing {
        /// How many there are.
        length: u64,
        /// How many the checkpoint covers.
        covered: u64,
    },
    /// A tile.
    Tile {
        /// Its level.
        level: u8,
        /// Which of the level.
        index: u64,
        /// What is wrong.
        fault: TileFault,
    },
    /// A stored checkpoint.
    Checkpoint {
        /// The size it is stored as of.
        size: u64,
        /// What is wrong.
        fault: CheckpointFault,
    },
    /// A checkpoint that was kept outside.
    Known {
        /// Which of those given, from 0.
        number: usize,
        /// What is wrong.
        fault: KnownFault,
    },
    /// The store can't read what it holds; what comes after it hasn't been looked at.
    Unreadable {
        /// What the store says.
        what: String,
    },
}

/// What to do about a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Stop writing, keep the files as evidence, restore the latest backup that verifies.
    RestoreBackup,
    /// The entries are sound: export them and import them into a new store, which computes the tree anew.
    Rebuild,
    /// Give the key that signed: the log's former key, a witness's. If there is none, someone else signed.
    GiveKey,
    /// The outside file isn't usable: look for the right one.
    CheckFile,
    /// Two histories exist: keep both, and find out who changed which.
    Investigate,
}

impl Finding {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::Tile { .. }
            | Self::Checkpoint {
                fault: CheckpointFault::NotLatest,
                ..
            } => Remedy::Rebuild,
            Self::Checkpoint {
                fault:
                    CheckpointFault::UnknownSignature(_)
                    | CheckpointFault::Rejected(CheckpointError::NotSigned),
                ..
            } => Remedy::GiveKey,
            Self::Known {
                fault: KnownFault::Rejected(_),
                ..
            } => Remedy::CheckFile,
            Self::Known { .. } => Remedy::Investigate,
            Self::Entry { .. }
            | Self::EntriesMissing { .. }
            | Self::Checkpoint { .. }
            | Self::Unreadable { .. } => Remedy::RestoreBackup,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry { index, fault } => write!(f, "entry {index}: {fault}"),
            Self::EntriesMissing { length, covered } => {
                write!(
                    f,
                    "entries: a checkpoint covers {covered}, only {length} are there"
                )
            }
            Self::Tile {
                level,
                index,
                fault,
            } => write!(f, "tile {index} of level {level}: {fault}"),
            Self::Checkpoint { size, fault } => write!(f, "checkpoint of {size} entries: {fault}"),
            Self::Known { number, fault } => write!(f, "kept checkpoint {}: {fault}", number + 1),
            Self::Unreadable { what } => write!(f, "the store can't be read: {what}"),
        }
    }
}

impl fmt::Display for EntryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotCommitted => "body and salt don't give the hash that the tree has of it",
            Self::NotCanonical => "the body isn't canonical JSON",
        })
    }
}

impl fmt::Display for TileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("it is missing"),
            Self::Width { bytes, wanted } => {
                write!(f, "it has {bytes} bytes and must have {wanted}")
            }
            Self::Altered { position } => write!(f, "hash {position} isn't what the entries give"),
            Self::Superfluous => f.write_str("the tree has no such tile"),
        }
    }
}

impl fmt::Display for CheckpointFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(error) => error.fmt(f),
            Self::Size { said } => write!(f, "it says that it covers {said}"),
            Self::Root => f.write_str("the entries give another root"),
            Self::UnknownSignature(name) => {
                write!(f, "it bears a signature of {name} whose key isn't known")
            }
            Self::NotLatest => {
                f.write_str("it is the largest, but the store gives another as the latest")
            }
        }
    }
}

impl fmt::Display for KnownFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(error) => error.fmt(f),
            Self::Shorter { size } => {
                write!(f, "the log had {size} entries then and has fewer now")
            }
            Self::Root { size } => write!(f, "the first {size} entries were others then"),
        }
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RestoreBackup => {
                "stop writing, keep the files as evidence, restore the latest backup that verifies"
            }
            Self::Rebuild => {
                "the entries aren't concerned: export them and import them into a new store"
            }
            Self::GiveKey => "give the key that signed; if nobody knows it, someone else signed",
            Self::CheckFile => "look for the right file",
            Self::Investigate => "keep both histories and find out which was changed, and by whom",
        })
    }
}

/// How far a check is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Entries looked at.
    pub done: u64,
    /// Entries there are.
    pub total: u64,
}

/// What a check has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Size of the log and the root over all its entries, covered or not.
    pub head: Head,
    /// How many entries the latest sound checkpoint covers.
    pub covered: u64,
    /// How many checkpoints there are.
    pub checkpoints: u64,
    /// How many tiles there are.
    pub tiles: u64,
    /// What isn't as it must be: at most a thousand findings.
    pub findings: Vec<Finding>,
    /// How many more there are.
    pub more: u64,
}

impl Report {
    /// Whether everything is as it must be.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }

    /// How many entries come after the latest checkpoint: no signature covers them yet.
    #[must_use]
    pub fn uncovered(&self) -> u64 {
        self.head.size.saturating_sub(self.covered)
    }
}

/// Checks everything. `known` are checkpoints (signed notes) that were kept outside of the ledger.
///
/// Entries are read in chunks and checkpoints are held: a few megabytes for years of days.
///
/// # Errors
/// What the store says when it doesn't answer. What it holds and can't make sense of is a finding.
pub fn verify(
    store: &mut dyn Store,
    keys: &Keys,
    known: &[&str],
    progress: &mut dyn FnMut(Progress),
) -> Result<Report> {
    let mut audit = Audit::new(store, keys);
    audit.stored_checkpoints()?;
    audit.known_checkpoints(known);
    audit.entries(progress)?;
    audit.left_over_claims();
    audit.left_over_tiles()?;
    audit.attribute();
    Ok(audit.report)
}

/// Who says that the tree has a root.
#[derive(Clone, Copy, Debug)]
enum Source {
    Stored,
    Known(usize),
}

/// That the tree of `head.size` entries has a root.
#[derive(Clone, Copy, Debug)]
struct Claim {
    head: Head,
    source: Source,
}

/// A hash in a stored tile that isn't what the entries give.
struct Mismatch {
    level: u8,
    index: u64,
    position: usize,
    /// The stored tile below leads to this hash: what is wrong is further down.
    follows: bool,
}

struct Audit<'a> {
    store: &'a mut dyn Store,
    keys: &'a Keys,
    report: Report,
    /// Roots to compare, by size; the next one to come is the last.
    claims: Vec<Claim>,
    /// The size the tiles must be of: that of the latest checkpoint.
    tiled: u64,
    frontier: Frontier,
    mismatches: Vec<Mismatch>,
}

impl<'a> Audit<'a> {
    fn new(store: &'a mut dyn Store, keys: &'a Keys) -> Self {
        let head = Head {
            size: 0,
            root: empty_root(),
        };
        let report = Report {
            head,
            covered: 0,
            checkpoints: 0,
            tiles: 0,
            findings: Vec::new(),
            more: 0,
        };
        Self {
            store,
            keys,
            report,
            claims: Vec::new(),
            tiled: 0,
            frontier: Frontier::default(),
            mismatches: Vec::new(),
        }
    }

    fn find(&mut self, finding: Finding) {
        if self.report.findings.len() < MAX_FINDINGS {
            self.report.findings.push(finding);
        } else {
            self.report.more += 1;
        }
    }

    /// What the store can't make sense of is a finding; everything else it says ends the check.
    fn readable<T>(&mut self, result: Result<T>) -> Result<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(StoreError::Damaged(what)) => {
                self.find(Finding::Unreadable { what });
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn stored_checkpoints(&mut self) -> Result<()> {
        let mut after = None;
        let mut largest = None;
        loop {
            let page = self.store.checkpoints(after, PAGE);
            let Some(page) = self.readable(page)? else {
                break;
            };
            let Some(last) = page.last() else { break };
            after = Some(last.size);
            for stored in &page {
                self.stored_checkpoint(stored);
            }
            largest = page.into_iter().next_back();
        }
        let latest = self.store.checkpoint();
        let Some(latest) = self.readable(latest)? else {
            return Ok(());
        };
        if latest != largest {
            let size = latest.or(largest).map_or(0, |checkpoint| checkpoint.size);
            self.find(Finding::Checkpoint {
                size,
                fault: CheckpointFault::NotLatest,
            });
        }
        Ok(())
    }

    fn stored_checkpoint(&mut self, stored: &StoredCheckpoint) {
        let size = stored.size;
        self.report.checkpoints += 1;
        self.tiled = self.tiled.max(size);
        let Opened {
            checkpoint,
            unknown,
            ..
        } = match self.keys.open(&stored.note) {
            Ok(opened) => opened,
            Err(error) => {
                return self.find(Finding::Checkpoint {
                    size,
                    fault: CheckpointFault::Rejected(error),
                });
            }
        };
        for signature in unknown {
            self.find(Finding::Checkpoint {
                size,
                fault: CheckpointFault::UnknownSignature(signature.name),
            });
        }
        if checkpoint.head.size != size {
            let said = checkpoint.head.size;
            return self.find(Finding::Checkpoint {
                size,
                fault: CheckpointFault::Size { said },
            });
        }
        self.claims.push(Claim {
            head: checkpoint.head,
            source: Source::Stored,
        });
    }

    fn known_checkpoints(&mut self, known: &[&str]) {
        for (number, note) in known.iter().enumerate() {
            match self.keys.open(note) {
                Ok(opened) => {
                    self.claims.push(Claim {
                        head: opened.checkpoint.head,
                        source: Source::Known(number),
                    });
                }
                Err(error) => self.find(Finding::Known {
                    number,
                    fault: KnownFault::Rejected(error),
                }),
            }
        }
        self.claims
            .sort_by_key(|claim| std::cmp::Reverse(claim.head.size));
    }

    fn entries(&mut self, progress: &mut dyn FnMut(Progress)) -> Result<()> {
        let total = self.store.length();
        let Some(total) = self.readable(total)? else {
            return Ok(());
        };
        if total < self.tiled {
            self.find(Finding::EntriesMissing {
                length: total,
                covered: self.tiled,
            });
        }
        self.compare_claims();
        let mut full = Vec::new();
        while self.frontier.size() < total {
            let entries = self.store.read(self.frontier.size(), CHUNK);
            let Some(entries) = self.readable(entries)? else {
                break;
            };
            if entries.is_empty() {
                self.find(Finding::EntriesMissing {
                    length: self.frontier.size(),
                    covered: total,
                });
                break;
            }
            for entry in &entries {
                let index = self.frontier.size();
                if !is_canonical(&entry.body) {
                    self.find(Finding::Entry {
                        index,
                        fault: EntryFault::NotCanonical,
                    });
                }
                self.take(&leaf_hash(&entry.commitment().0), &mut full)?;
            }
            progress(Progress {
                done: self.frontier.size(),
                total,
            });
        }
        self.report.head = self.frontier.head();
        Ok(())
    }

    fn take(&mut self, leaf: &Hash, full: &mut Vec<StoredTile>) -> Result<()> {
        self.frontier.push(leaf, full);
        for tile in full.drain(..) {
            self.compare_tile(&tile)?;
        }
        if self.frontier.size() == self.tiled {
            let partial: Vec<_> = self.frontier.partial().collect();
            for tile in &partial {
                self.compare_tile(tile)?;
            }
        }
        self.compare_claims();
        Ok(())
    }

    fn compare_claims(&mut self) {
        while let Some(claim) = self
            .claims
            .pop_if(|claim| claim.head.size <= self.frontier.size())
        {
            let size = claim.head.size;
            let fits = self.frontier.head() == claim.head;
            match claim.source {
                Source::Stored if fits => self.report.covered = size,
                Source::Stored => self.find(Finding::Checkpoint {
                    size,
                    fault: CheckpointFault::Root,
                }),
                Source::Known(_) if fits => {}
                Source::Known(number) => self.find(Finding::Known {
                    number,
                    fault: KnownFault::Root { size },
                }),
            }
        }
    }

    /// Compares a tile that the entries give with the stored one. What lies after the latest checkpoint has no tiles yet.
    fn compare_tile(&mut self, computed: &StoredTile) -> Result<()> {
        let StoredTile { level, index, .. } = *computed;
        let wanted = computed.hashes.len();
        if wanted != width_at(self.tiled, level, index) * 32 {
            return Ok(());
        }
        let stored = self.store.tile(level, index);
        let Some(stored) = self.readable(stored)? else {
            return Ok(());
        };
        let Some(stored) = stored else {
            self.find(Finding::Tile {
                level,
                index,
                fault: TileFault::Missing,
            });
            return Ok(());
        };
        let bytes = stored.hashes.len();
        if bytes != wanted {
            self.find(Finding::Tile {
                level,
                index,
                fault: TileFault::Width { bytes, wanted },
            });
        }
        if stored.hashes == computed.hashes {
            return Ok(());
        }
        let pairs = hashes(&stored.hashes)
            .into_iter()
            .zip(hashes(&computed.hashes));
        for (position, (hash, _)) in pairs
            .enumerate()
            .filter(|(_, (stored, computed))| stored != computed)
        {
            self.mismatch(level, index, position, &hash)?;
        }
        Ok(())
    }

    fn mismatch(&mut self, level: u8, index: u64, position: usize, hash: &Hash) -> Result<()> {
        if self.mismatches.len() == MAX_FINDINGS {
            self.report.more += 1;
            return Ok(());
        }
        let below = match level.checked_sub(1) {
            None => None,
            Some(below) => {
                let tile = self
                    .store
                    .tile(below, index * TILE_WIDTH as u64 + position as u64);
                self.readable(tile)?.flatten()
            }
        };
        let follows = below.and_then(|tile| root_of(&hashes(&tile.hashes))) == Some(*hash);
        self.mismatches.push(Mismatch {
            level,
            index,
            position,
            follows,
        });
        Ok(())
    }

    /// Claims about more entries than there are. For stored checkpoints it has been said already.
    fn left_over_claims(&mut self) {
        for claim in std::mem::take(&mut self.claims) {
            if let Source::Known(number) = claim.source {
                self.find(Finding::Known {
                    number,
                    fault: KnownFault::Shorter {
                        size: claim.head.size,
                    },
                });
            }
        }
    }

    fn left_over_tiles(&mut self) -> Result<()> {
        let mut after = None;
        loop {
            let page = self.store.tiles(after, PAGE);
            let Some(page) = self.readable(page)? else {
                return Ok(());
            };
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = Some((last.level, last.index));
            for StoredTile { level, index, .. } in page {
                self.report.tiles += 1;
                if index >= hashes_at(self.tiled, level).div_ceil(TILE_WIDTH as u64) {
                    self.find(Finding::Tile {
                        level,
                        index,
                        fault: TileFault::Superfluous,
                    });
                }
            }
        }
    }

    /// Where tiles and entries differ, says which of them is wrong: where the entries give the signed root, the tile.
    fn attribute(&mut self) {
        let proven = self.report.covered == self.tiled;
        for Mismatch {
            level,
            index,
            position,
            follows,
        } in std::mem::take(&mut self.mismatches)
        {
            if proven || (level > 0 && !follows) {
                self.find(Finding::Tile {
                    level,
                    index,
                    fault: TileFault::Altered { position },
                });
            } else if level == 0 {
                let index = index * TILE_WIDTH as u64 + position as u64;
                self.find(Finding::Entry {
                    index,
                    fault: EntryFault::NotCommitted,
                });
            }
        }
    }
}
