//! The whole ledger as JSON lines, and back into an empty store.
//!
//! ```text
//! {"format":"merit-ledger/1","origin":…,"size":…,"root":…,"checkpoint":…,"earlier":…,"entries":…}
//! {"checkpoint":"…"}                                                   each earlier checkpoint, by size
//! {"index":0,"commitment":"…","salt":"…","body":{…}}                   each entry, in order
//! {"item":"…","digest":"…","sealed":"…"}                               each item of the vault, encrypted as it lies there
//! {"lines":…,"items":…,"digest":"…"}                                   SHA-256 over all lines before
//! ```
//!
//! `size`, `root` and `checkpoint` (a signed note) are those of the latest checkpoint, or null. A body stands there as it is, so
//! its bytes are kept. Every line has one spelling, and an import takes no other.
//!
//! The file holds what opens the entries: it is to be kept like the ledger itself.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read, Seek, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::canonical::is_canonical;
use crate::checkpoint::{Checkpoint, CheckpointError, Keys};
use crate::note::Note;
use crate::sequence::{CHUNK, STEP, grow};
use crate::stats::pages;
use crate::store::{StoredCheckpoint, TreeStep};
use crate::tree::{Frontier, Head, leaf_hash};
use crate::verify::PAGE;
use crate::{Batch, Hash, ItemId, Lease, Salt, Sealed, Store, StoreError, StoredItem};

/// The format this module writes and reads.
const FORMAT: &str = "merit-ledger/1";

/// A longer line is no line of an export.
const MAX_LINE: u64 = 1 << 28;

/// How many entries or items an import writes at once.
const BATCH: usize = 1024;

/// An import's batch is written when it has this many bytes, too.
const BATCH_BYTES: usize = 1 << 23;

/// Whether the vault goes along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vault {
    /// Its items, encrypted as they lie there.
    Included,
    /// Entries and checkpoints only.
    LeftOut,
}

/// What an export or import held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Entries.
    pub entries: u64,
    /// Checkpoints.
    pub checkpoints: u64,
    /// Items of the vault.
    pub items: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: String,
    origin: Option<String>,
    size: u64,
    root: Option<Hash>,
    checkpoint: Option<String>,
    earlier: u64,
    entries: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Earlier {
    checkpoint: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    item: String,
    digest: Hash,
    sealed: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Closing {
    lines: u64,
    items: u64,
    digest: Hash,
}

/// An entry's line.
fn entry_line(index: u64, entry: &Sealed) -> Vec<u8> {
    let (commitment, salt) = (entry.commitment(), Hash(entry.salt.0));
    let mut line =
        format!(r#"{{"index":{index},"commitment":"{commitment}","salt":"{salt}","body":"#)
            .into_bytes();
    line.extend_from_slice(&entry.body);
    line.push(b'}');
    line
}

/// What is read of an entry's line; none when it isn't one. That it is spelt as it must be is seen by writing it again.
fn read_entry(line: &[u8]) -> Option<(u64, Sealed)> {
    let rest = line.strip_prefix(br#"{"index":"#)?;
    let (index, rest) = rest.split_at(rest.iter().position(|byte| *byte == b',')?);
    let index = std::str::from_utf8(index).ok()?.parse().ok()?;
    let rest = rest.strip_prefix(br#","commitment":""#)?.get(64..)?;
    let (salt, rest) = rest.strip_prefix(br#"","salt":""#)?.split_at_checked(64)?;
    let Hash(salt) = std::str::from_utf8(salt).ok()?.parse().ok()?;
    let body = rest
        .strip_prefix(br#"","body":"#)?
        .strip_suffix(b"}")?
        .to_vec();
    Some((
        index,
        Sealed {
            body,
            salt: Salt(salt),
        },
    ))
}

/// Why an export broke off.
#[derive(Debug)]
#[non_exhaustive]
pub enum ExportError {
    /// An entry's body isn't canonical JSON, so it has no line.
    NotCanonical(u64),
    /// A checkpoint can't be read.
    Checkpoint(u64),
    /// The store.
    Store(StoreError),
    /// The file.
    Write(io::Error),
}

impl fmt::Display for ExportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotCanonical(index) => {
                write!(f, "entry {index} isn't canonical JSON: verify the ledger")
            }
            Self::Checkpoint(size) => write!(
                f,
                "the checkpoint of {size} entries can't be read: verify the ledger"
            ),
            Self::Store(_) => f.write_str("the ledger couldn't be read"),
            Self::Write(_) => f.write_str("the export couldn't be written"),
        }
    }
}

impl std::error::Error for ExportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Store(source) => Some(source),
            Self::Write(source) => Some(source),
            _ => None,
        }
    }
}

impl From<StoreError> for ExportError {
    fn from(source: StoreError) -> Self {
        Self::Store(source)
    }
}

impl From<io::Error> for ExportError {
    fn from(source: io::Error) -> Self {
        Self::Write(source)
    }
}

/// Writes lines and keeps count and digest of them.
struct Writer<'w> {
    out: &'w mut dyn Write,
    digest: Sha256,
    lines: u64,
}

impl Writer<'_> {
    fn line(&mut self, line: &[u8]) -> io::Result<()> {
        for part in [line, b"\n"] {
            self.digest.update(part);
            self.out.write_all(part)?;
        }
        self.lines += 1;
        Ok(())
    }

    fn json(&mut self, line: &impl Serialize) -> io::Result<()> {
        self.line(&serde_json::to_vec(line)?)
    }
}

/// Writes the ledger as it stands when the call begins; what is appended meanwhile isn't in it.
///
/// # Errors
/// [`ExportError`]; the output is then cut off and no import takes it.
pub fn export(
    store: &mut dyn Store,
    out: &mut dyn Write,
    vault: Vault,
) -> Result<Moved, ExportError> {
    let mut checkpoints = Vec::new();
    pages(
        |after| store.checkpoints(after, PAGE),
        |checkpoint| {
            checkpoints.push(checkpoint.clone());
            checkpoint.size
        },
    )?;
    let mut moved = Moved {
        entries: store.length()?,
        checkpoints: checkpoints.len() as u64,
        items: 0,
    };
    let mut writer = Writer {
        out,
        digest: Sha256::new(),
        lines: 0,
    };
    let latest = checkpoints.pop();
    writer.json(&header(latest, checkpoints.len() as u64, moved.entries)?)?;
    for earlier in checkpoints {
        writer.json(&Earlier {
            checkpoint: earlier.note,
        })?;
    }
    export_entries(store, &mut writer, moved.entries)?;
    if vault == Vault::Included {
        moved.items = export_items(store, &mut writer)?;
    }
    let Writer { out, digest, lines } = writer;
    let closing = Closing {
        lines,
        items: moved.items,
        digest: Hash(digest.finalize().into()),
    };
    Writer {
        out,
        digest: Sha256::new(),
        lines,
    }
    .json(&closing)?;
    out.flush()?;
    Ok(moved)
}

fn header(
    latest: Option<StoredCheckpoint>,
    earlier: u64,
    entries: u64,
) -> Result<Header, ExportError> {
    let format = FORMAT.to_owned();
    let Some(latest) = latest else {
        return Ok(Header {
            format,
            origin: None,
            size: 0,
            root: None,
            checkpoint: None,
            earlier,
            entries,
        });
    };
    let note = Note::parse(&latest.note).map_err(|_| ExportError::Checkpoint(latest.size))?;
    let says = Checkpoint::parse(&note.text).map_err(|_| ExportError::Checkpoint(latest.size))?;
    Ok(Header {
        format,
        origin: Some(says.origin),
        size: says.head.size,
        root: Some(says.head.root),
        checkpoint: Some(latest.note),
        earlier,
        entries,
    })
}

fn export_entries(
    store: &mut dyn Store,
    writer: &mut Writer<'_>,
    length: u64,
) -> Result<(), ExportError> {
    let mut index = 0;
    while index < length {
        let wanted = usize::try_from(length - index).unwrap_or(CHUNK).min(CHUNK);
        let entries = store.read(index, wanted)?;
        if entries.is_empty() {
            return Err(StoreError::Damaged(format!("entry {index} is missing")).into());
        }
        for entry in &entries {
            if !is_canonical(&entry.body) {
                return Err(ExportError::NotCanonical(index));
            }
            writer.line(&entry_line(index, entry))?;
            index += 1;
        }
    }
    Ok(())
}

fn export_items(store: &mut dyn Store, writer: &mut Writer<'_>) -> Result<u64, ExportError> {
    let mut count = 0;
    let mut written = Ok(());
    pages(
        // Items can be large: few at a time, none once the output has failed.
        |after| store.items(after, 16),
        |item| {
            if written.is_ok() {
                let digest = Hash::of(&[&item.sealed]);
                written = writer.json(&Item {
                    item: item.id.to_string(),
                    digest,
                    sealed: BASE64.encode(&item.sealed),
                });
                count += 1;
            }
            item.id
        },
    )?;
    written?;
    Ok(count)
}

/// What is wrong with a line of a file to import.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineFault {
    /// It is too long, isn't ended, or there is none where one must be: the file is cut off.
    CutOff,
    /// Another format, or a later version of it.
    Format,
    /// It isn't spelt as an export writes what must stand here.
    Spelling,
    /// Another entry must stand here: lines are missing, exchanged or put in.
    Index {
        /// The entry that must stand here.
        wanted: u64,
    },
    /// Body and salt don't give the commitment, or an item not its digest.
    Altered,
    /// The body isn't canonical JSON.
    NotCanonical,
    /// The checkpoint isn't one of this log.
    Checkpoint(CheckpointError),
    /// Checkpoints don't stand by size, or cover more than there is, or the header says something else than its checkpoint.
    Disorder,
    /// The entries up to here don't give the root of the checkpoint of this size.
    Root,
    /// Count or digest of the lines before is another.
    Closing,
    /// Something follows the closing line.
    After,
}

impl fmt::Display for LineFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutOff => f.write_str("the file is cut off here"),
            Self::Format => write!(f, "this isn't an export of the format {FORMAT}"),
            Self::Spelling => f.write_str("the line isn't as an export writes it"),
            Self::Index { wanted } => write!(f, "entry {wanted} must stand here"),
            Self::Altered => f.write_str("the content doesn't fit its hash"),
            Self::NotCanonical => f.write_str("the body isn't canonical JSON"),
            Self::Checkpoint(error) => error.fmt(f),
            Self::Disorder => {
                f.write_str("the checkpoints don't fit together or cover more than there is")
            }
            Self::Root => {
                f.write_str("the entries up to here don't give the root of the checkpoint")
            }
            Self::Closing => f.write_str("lines before have been altered, removed or added"),
            Self::After => f.write_str("something follows the closing line"),
        }
    }
}

/// Why nothing was imported.
#[derive(Debug)]
#[non_exhaustive]
pub enum ImportError {
    /// The store has entries, checkpoints or items already.
    NotEmpty,
    /// A line isn't as it must be.
    Line {
        /// Which, from 1.
        line: u64,
        /// What is wrong.
        fault: LineFault,
    },
    /// The file couldn't be read.
    Read(io::Error),
    /// The store failed. Entries may have been written, but no checkpoint over all: discard the store.
    Store(StoreError),
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotEmpty => f.write_str("the store isn't empty: import into a new one"),
            Self::Line { line, fault } => write!(f, "line {line}: {fault}"),
            Self::Read(_) => f.write_str("the file couldn't be read"),
            Self::Store(_) => f.write_str("the store failed: discard it and import into a new one"),
        }
    }
}

impl std::error::Error for ImportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Read(source) => Some(source),
            Self::Store(source) => Some(source),
            _ => None,
        }
    }
}

impl From<StoreError> for ImportError {
    fn from(source: StoreError) -> Self {
        Self::Store(source)
    }
}

impl From<io::Error> for ImportError {
    fn from(source: io::Error) -> Self {
        Self::Read(source)
    }
}

/// Imports an export into an empty store: the first pass checks everything and writes nothing, the second writes and checks
/// once more. Each line must be what an export writes, every checkpoint must be signed by a known key of the log, and the
/// entries must give its root.
///
/// Entries after the latest checkpoint, and the vault's items, are covered by the digests in the file alone: they show damage,
/// not that someone wrote the file anew.
///
/// # Errors
/// [`ImportError`]. Nothing has been written unless it is [`ImportError::Store`], or the file was changed between the passes.
pub fn import<R: Read + Seek>(
    source: &mut R,
    store: &mut dyn Store,
    lease: Lease,
    keys: &Keys,
) -> Result<Moved, ImportError> {
    let empty =
        store.length()? == 0 && store.checkpoint()?.is_none() && store.items(None, 1)?.is_empty();
    if !empty {
        return Err(ImportError::NotEmpty);
    }
    source.rewind()?;
    Scan::new(BufReader::new(&mut *source), keys).run(&mut Check)?;
    source.rewind()?;
    let mut load = Load {
        store,
        lease,
        first: 0,
        entries: Vec::new(),
        items: Vec::new(),
        bytes: 0,
    };
    let (checkpoints, moved) = Scan::new(BufReader::new(source), keys).run(&mut load)?;
    plant(store, lease, &checkpoints)?;
    Ok(moved)
}

/// Where a scan puts what it has checked.
trait Sink {
    fn entry(&mut self, entry: Sealed) -> crate::Result<()>;
    fn item(&mut self, item: StoredItem) -> crate::Result<()>;
    fn end(&mut self) -> crate::Result<()>;
}

/// Writes nothing.
struct Check;

impl Sink for Check {
    fn entry(&mut self, _: Sealed) -> crate::Result<()> {
        Ok(())
    }

    fn item(&mut self, _: StoredItem) -> crate::Result<()> {
        Ok(())
    }

    fn end(&mut self) -> crate::Result<()> {
        Ok(())
    }
}

/// Writes in batches.
struct Load<'s> {
    store: &'s mut dyn Store,
    lease: Lease,
    first: u64,
    entries: Vec<Sealed>,
    items: Vec<StoredItem>,
    bytes: usize,
}

impl Load<'_> {
    fn added(&mut self, bytes: usize) -> crate::Result<()> {
        self.bytes += bytes;
        let full = self.entries.len() + self.items.len() >= BATCH || self.bytes >= BATCH_BYTES;
        if full { self.end() } else { Ok(()) }
    }
}

impl Sink for Load<'_> {
    fn entry(&mut self, entry: Sealed) -> crate::Result<()> {
        let bytes = entry.body.len();
        self.entries.push(entry);
        self.added(bytes)
    }

    fn item(&mut self, item: StoredItem) -> crate::Result<()> {
        let bytes = item.sealed.len();
        self.items.push(item);
        self.added(bytes)
    }

    fn end(&mut self) -> crate::Result<()> {
        if self.entries.is_empty() && self.items.is_empty() {
            return Ok(());
        }
        let batch = Batch {
            first: self.first,
            entries: &self.entries,
            put: &self.items,
            erase: &[],
            ..Batch::default()
        };
        self.store.append(self.lease, &batch)?;
        self.first += self.entries.len() as u64;
        self.entries.clear();
        self.items.clear();
        self.bytes = 0;
        Ok(())
    }
}

/// Computes the tree of the imported entries and puts the checkpoints over it.
fn plant(
    store: &mut dyn Store,
    lease: Lease,
    checkpoints: &[StoredCheckpoint],
) -> crate::Result<()> {
    let mut frontier = Frontier::default();
    for checkpoint in checkpoints {
        loop {
            let size = checkpoint.size.min(frontier.size() + STEP);
            let tiles = grow(store, &mut frontier, size)?;
            let checkpoint = (size == checkpoint.size).then_some(checkpoint);
            store.put_tree(
                lease,
                &TreeStep {
                    tiles: &tiles,
                    checkpoint,
                    supersedes: None,
                },
            )?;
            if checkpoint.is_some() {
                break;
            }
        }
    }
    Ok(())
}

/// One pass over a file.
struct Scan<'k, R> {
    source: BufReader<R>,
    keys: &'k Keys,
    /// The number of the line that was read last.
    line: u64,
    digest: Sha256,
    frontier: Frontier,
    /// The heads of the checkpoints by size; the next one to come is the first from `compared` on.
    heads: Vec<Head>,
    compared: usize,
}

impl<'k, R: Read> Scan<'k, R> {
    fn new(source: BufReader<R>, keys: &'k Keys) -> Self {
        let (frontier, heads) = (Frontier::default(), Vec::new());
        Self {
            source,
            keys,
            line: 0,
            digest: Sha256::new(),
            frontier,
            heads,
            compared: 0,
        }
    }

    fn wrong(&self, fault: LineFault) -> ImportError {
        ImportError::Line {
            line: self.line,
            fault,
        }
    }

    /// Checks the whole file, giving its content to `sink` as it goes.
    fn run(mut self, sink: &mut dyn Sink) -> Result<(Vec<StoredCheckpoint>, Moved), ImportError> {
        let header = self.header()?;
        let mut checkpoints = Vec::new();
        for _ in 0..header.earlier {
            let Earlier { checkpoint } = self.json()?;
            checkpoints.push(self.checkpoint(checkpoint)?);
        }
        if let Some(latest) = header.checkpoint {
            checkpoints.push(self.checkpoint(latest)?);
        }
        self.compare_heads()?;
        for index in 0..header.entries {
            sink.entry(self.entry(index)?)?;
        }
        let items = self.items(sink)?;
        sink.end()?;
        let moved = Moved {
            entries: header.entries,
            checkpoints: checkpoints.len() as u64,
            items,
        };
        Ok((checkpoints, moved))
    }

    /// The next line, without its end.
    fn next(&mut self) -> Result<Vec<u8>, ImportError> {
        self.line += 1;
        let mut line = Vec::new();
        (&mut self.source)
            .take(MAX_LINE)
            .read_until(b'\n', &mut line)?;
        if line.pop() == Some(b'\n') {
            Ok(line)
        } else {
            Err(self.wrong(LineFault::CutOff))
        }
    }

    fn count(&mut self, line: &[u8]) {
        self.digest.update(line);
        self.digest.update(b"\n");
    }

    /// A line that must be spelt as `T` is written.
    fn read_json<T: Serialize + DeserializeOwned>(&self, line: &[u8]) -> Result<T, ImportError> {
        serde_json::from_slice::<T>(line)
            .ok()
            .filter(|value| serde_json::to_vec(value).is_ok_and(|again| again == line))
            .ok_or_else(|| self.wrong(LineFault::Spelling))
    }

    fn json<T: Serialize + DeserializeOwned>(&mut self) -> Result<T, ImportError> {
        let line = self.next()?;
        self.count(&line);
        self.read_json(&line)
    }

    fn header(&mut self) -> Result<Header, ImportError> {
        let line = self.next()?;
        self.count(&line);
        let header: Header = self
            .read_json(&line)
            .map_err(|_| self.wrong(LineFault::Format))?;
        if header.format != FORMAT {
            return Err(self.wrong(LineFault::Format));
        }
        let says = match &header.checkpoint {
            None => None,
            Some(note) => {
                let opened = self
                    .keys
                    .open(note)
                    .map_err(|error| self.wrong(LineFault::Checkpoint(error)))?;
                Some(opened.checkpoint)
            }
        };
        let root = says.as_ref().map(|says| says.head.root);
        let size = says.as_ref().map_or(0, |says| says.head.size);
        let origin = says.map(|says| says.origin);
        let fits = (header.origin.as_ref(), header.root, header.size)
            == (origin.as_ref(), root, size)
            && header.size <= header.entries
            && (header.earlier == 0 || header.checkpoint.is_some());
        if fits {
            Ok(header)
        } else {
            Err(self.wrong(LineFault::Disorder))
        }
    }

    fn checkpoint(&mut self, note: String) -> Result<StoredCheckpoint, ImportError> {
        let opened = self
            .keys
            .open(&note)
            .map_err(|error| self.wrong(LineFault::Checkpoint(error)))?;
        let head = opened.checkpoint.head;
        if self.heads.last().is_some_and(|last| last.size >= head.size) {
            return Err(self.wrong(LineFault::Disorder));
        }
        self.heads.push(head);
        Ok(StoredCheckpoint {
            size: head.size,
            note,
        })
    }

    fn entry(&mut self, wanted: u64) -> Result<Sealed, ImportError> {
        let line = self.next()?;
        self.count(&line);
        let (index, entry) = read_entry(&line).ok_or_else(|| self.wrong(LineFault::Spelling))?;
        if index != wanted {
            return Err(self.wrong(LineFault::Index { wanted }));
        }
        if entry_line(index, &entry) != line {
            return Err(self.wrong(LineFault::Altered));
        }
        if !is_canonical(&entry.body) {
            return Err(self.wrong(LineFault::NotCanonical));
        }
        // Full tiles aren't wanted here: the tree is computed again from what has been written.
        self.frontier
            .push(&leaf_hash(&entry.commitment().0), &mut Vec::new());
        self.compare_heads()?;
        Ok(entry)
    }

    fn compare_heads(&mut self) -> Result<(), ImportError> {
        while let Some(head) = self
            .heads
            .get(self.compared)
            .filter(|head| head.size <= self.frontier.size())
        {
            if *head != self.frontier.head() {
                return Err(self.wrong(LineFault::Root));
            }
            self.compared += 1;
        }
        Ok(())
    }

    /// The items, then the closing line and the end; gives how many items there were.
    fn items(&mut self, sink: &mut dyn Sink) -> Result<u64, ImportError> {
        let mut after = None;
        for items in 0.. {
            let line = self.next()?;
            if !line.starts_with(br#"{"item":"#) {
                self.closing(&line, items)?;
                return Ok(items);
            }
            self.count(&line);
            let item = self.item(&line)?;
            if after >= Some(item.id) {
                return Err(self.wrong(LineFault::Spelling));
            }
            after = Some(item.id);
            sink.item(item)?;
        }
        Err(self.wrong(LineFault::CutOff))
    }

    fn item(&self, line: &[u8]) -> Result<StoredItem, ImportError> {
        let Item {
            item,
            digest,
            sealed,
        } = self.read_json(line)?;
        let spelling = || self.wrong(LineFault::Spelling);
        let mut id = [0; 16];
        hex::decode_to_slice(&item, &mut id).map_err(|_| spelling())?;
        let (id, sealed) = (ItemId(id), BASE64.decode(&sealed).map_err(|_| spelling())?);
        if id.to_string() != item {
            return Err(spelling());
        }
        if Hash::of(&[&sealed]) != digest {
            return Err(self.wrong(LineFault::Altered));
        }
        Ok(StoredItem { id, sealed })
    }

    fn closing(&mut self, line: &[u8], items: u64) -> Result<(), ImportError> {
        let digest = Hash(std::mem::take(&mut self.digest).finalize().into());
        let closing: Closing = self.read_json(line)?;
        if (closing.lines, closing.items, closing.digest) != (self.line - 1, items, digest) {
            return Err(self.wrong(LineFault::Closing));
        }
        self.line += 1;
        if self.source.fill_buf()?.is_empty() {
            Ok(())
        } else {
            Err(self.wrong(LineFault::After))
        }
    }
}
