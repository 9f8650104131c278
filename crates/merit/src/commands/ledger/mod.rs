//! `merit ledger`: checking, proving and moving ledgers. Nothing is decided here: the crate `ledger` does the work.

mod cosign;
pub mod keys;
mod moving;
mod prove;
mod stats;
mod tiles;
mod verify;
pub mod words;

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use ledger::checkpoint::Checkpoint;
use ledger::note::Note;
use ledger::store::StoredCheckpoint;
use ledger::{Claim, Keys, Lease, Location, Store, VerifierKey};
use rulebook::{Say, say};

use crate::args::ledger::{Ledger, Place, Trust};
use crate::failure::Failure;
use crate::lang::lang;
use crate::{load, terminal};

/// How every file of SQLite begins.
const SQLITE: &[u8] = b"SQLite format 3\0";
/// A key, a note or a proof is smaller.
const SMALL: u64 = 16 << 20;
/// For how long the right to write is asked, where a store needs to know.
const LEASE: Duration = Duration::from_secs(600);

/// Does what is asked of a ledger.
pub fn run(command: &Ledger) -> Result<(), Failure> {
    match command {
        Ledger::Verify(args) => verify::run(args),
        Ledger::Export(args) => moving::export(args),
        Ledger::Import(args) => moving::import(args),
        Ledger::Prove(args) => prove::prove(args),
        Ledger::CheckProof(args) => prove::check(args),
        Ledger::Stats(args) => stats::run(args),
        Ledger::Tiles(args) => tiles::run(args),
        Ledger::Keys { command } => keys::run(command),
        Ledger::Cosign(args) => cosign::run(args),
    }
}

/// Where the ledger is.
pub fn location(place: &Place) -> Result<Location, Failure> {
    place.ledger.parse().map_err(|error| {
        let ledger::location::NotALocation(shown) = error;
        Failure::Usage(say!(
            "“{shown}”不是账本的位置;写文件路径,或 postgres://用户@主机/数据库",
            "“{shown}” is no place for a ledger; write a file's path, or postgres://user@host/database"
        ))
    })
}

/// Opens a ledger that is there, to read it.
fn open(place: &Location) -> Result<Box<dyn Store>, Failure> {
    if let Location::File(path) = place {
        probe(path)?;
    }
    place
        .open_existing()
        .map_err(|error| words::store(place, &error))
}

/// What a file is that can't be a ledger, said in words that a person knows, before SQLite says it in its own.
pub fn probe(path: &Path) -> Result<(), Failure> {
    let failed = |error| Failure::read(path, &error);
    let mut start = Vec::with_capacity(SQLITE.len());
    File::open(path)
        .and_then(|file| file.take(SQLITE.len() as u64).read_to_end(&mut start))
        .map_err(failed)?;
    let shown = path.display();
    if start.is_empty() {
        return Err(Failure::Refused(Some(say!(
            "{shown} 是空文件,不是账本;核对是不是给错了文件",
            "{shown} is empty, so it is no ledger; see whether the right file was named"
        ))));
    }
    if start != SQLITE {
        return Err(Failure::Refused(Some(say!(
            "{shown} 不是账本,或开头已损坏;核对是不是给错了文件,没有错就恢复备份",
            "{shown} isn't a ledger, or its beginning is damaged; see whether the right file was named; if so, restore a \
             backup"
        ))));
    }
    Ok(())
}

/// Asks for the right to write.
fn claim(place: &Location, store: &mut dyn Store) -> Result<Lease, Failure> {
    match store.claim("merit ledger", LEASE) {
        Ok(Claim::Held(lease)) => Ok(lease),
        Ok(Claim::Busy(who)) => Err(words::busy(place, &who)),
        Err(error) => Err(words::store(place, &error)),
    }
}

/// The keys whose signatures count.
fn trusted(trust: &Trust) -> Result<Keys, Failure> {
    keys(&trust.keys, &trust.witnesses)
}

/// The keys of a log and its witnesses, as they are written on the command line.
pub fn keys(log: &[String], witnesses: &[String]) -> Result<Keys, Failure> {
    let read = |texts: &[String]| -> Result<Vec<VerifierKey>, Failure> {
        texts.iter().map(|text| key(text)).collect()
    };
    Keys::new(read(log)?, read(witnesses)?).map_err(|error| Failure::Usage(words::keys(&error)))
}

/// A public key as it is written on the command line, or in the file named there.
fn key(given: &str) -> Result<VerifierKey, Failure> {
    let text = if given.contains('+') {
        given.to_owned()
    } else {
        text(Path::new(given))?
    };
    if text.starts_with("PRIVATE+KEY+") {
        // What is secret mustn't be printed, nor be asked for again.
        return Err(Failure::Usage(say!(
            "给的是私钥,不能给人看;这里用公钥(signing.pub)",
            "that is a private key, which is nobody's business; the public one (signing.pub) is wanted"
        )));
    }
    text.trim().parse().map_err(|error| {
        let Say { zh, en } = words::key(error);
        Failure::Usage(say!(
            "公钥“{given}”不能用:{zh}",
            "the key “{given}” won't do: {en}"
        ))
    })
}

/// The text of a small file.
fn text(path: &Path) -> Result<String, Failure> {
    let shown = path.display();
    String::from_utf8(load::bytes(path, SMALL)?).map_err(|_| {
        Failure::Refused(Some(say!(
            "{shown} 不是文本文件;核对是不是给错了文件",
            "{shown} isn't a text; see whether the right file was named"
        )))
    })
}

/// The stored checkpoint of exactly so many entries; the latest where no size is named.
fn checkpoint(
    place: &Location,
    store: &mut dyn Store,
    size: Option<u64>,
) -> Result<StoredCheckpoint, Failure> {
    let found = match size {
        None => store.checkpoint(),
        Some(size) => stored(store, size),
    };
    let found = found.map_err(|error| words::store(place, &error))?;
    found.ok_or_else(|| match size {
        Some(size) => words::no_checkpoint(place, size),
        None => Failure::Refused(Some(say!(
            "{place} 还没有检查点,没有什么可证明;签了第一个检查点以后再来",
            "{place} has no checkpoint yet, so nothing can be proved; come back when the first is signed"
        ))),
    })
}

/// The checkpoint of exactly this size, if it is stored.
fn stored(store: &mut dyn Store, size: u64) -> ledger::Result<Option<StoredCheckpoint>> {
    let found = store.checkpoints(size.checked_sub(1), 1)?;
    Ok(found.into_iter().find(|checkpoint| checkpoint.size == size))
}

/// What a note says, its signatures unchecked.
fn said(place: &Location, note: &str) -> Result<Checkpoint, Failure> {
    let note = Note::parse(note).ok();
    let checkpoint = note.and_then(|note| Checkpoint::parse(&note.text).ok());
    checkpoint.ok_or_else(|| unsound(place))
}

/// A ledger that contradicts itself.
fn unsound(place: &Location) -> Failure {
    Failure::Refused(Some(say!(
        "{place} 前后对不上,没有写出;用 merit ledger verify 核验",
        "{place} contradicts itself, so nothing was written; see `merit ledger verify`"
    )))
}

/// Tells the result.
fn done(text: &Say) -> Result<(), Failure> {
    terminal::print(&format!("{}\n", text.get(lang())))
}

/// A number with its thousands apart.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    groups.join(",")
}

/// A document for programs.
fn pretty(document: &impl serde::Serialize) -> Result<String, Failure> {
    match serde_json::to_string_pretty(document) {
        Ok(text) => Ok(text + "\n"),
        Err(error) => Err(Failure::Io(say!(
            "写不成 JSON:{error}",
            "can't be written as JSON: {error}"
        ))),
    }
}
