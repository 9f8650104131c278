//! `merit ledger verify`: what a check of the whole ledger has shown.

use std::path::PathBuf;

use ledger::checkpoint::Quorum;
use ledger::verify::{CheckpointFault, EntryFault, Finding, KnownFault, Report, TileFault, verify};
use ledger::{Keys, Location, Store};
use rulebook::{Say, say};
use serde::Serialize;

use super::{grouped, location, open, text, trusted, words};
use crate::args::ledger::Verify;
use crate::failure::Failure;
use crate::lang::{lang, tr};
use crate::{progress, terminal};

/// So many findings are shown to a person; the rest are counted.
const SHOWN: usize = 20;
/// A ledger in a database may be signed while it is checked, which looks like damage: then it is checked once more.
const ATTEMPTS: usize = 5;

/// Checks a ledger and tells what was found.
pub fn run(args: &Verify) -> Result<(), Failure> {
    let (place, keys) = (location(&args.place)?, trusted(&args.trust)?);
    let known: Vec<String> = args
        .known
        .iter()
        .map(|file| text(file))
        .collect::<Result<_, _>>()?;
    let mut store = open(&place)?;
    let report = checked(&place, store.as_mut(), &keys, &known)?;
    let quorum = cosigned(&place, store.as_mut(), &keys)?;
    let shown = if args.json {
        json(&place, &keys, &report, &quorum, &args.known)?
    } else {
        terminal::show_text(&findings(&report, &args.known));
        summary(&place, &keys, &report, &quorum)
    };
    terminal::print(&shown)?;
    if report.is_sound() {
        Ok(())
    } else {
        Err(Failure::Findings)
    }
}

fn checked(
    place: &Location,
    store: &mut dyn Store,
    keys: &Keys,
    known: &[String],
) -> Result<Report, Failure> {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    for _ in 0..ATTEMPTS {
        let before = store.checkpoint().ok();
        let mut bar = progress::steps(tr("核验", "checking"));
        let report = verify(store, keys, &known, &mut |at| {
            bar.reached(at.done, at.total)
        })
        .map_err(|error| words::store(place, &error))?;
        bar.finish();
        if report.is_sound() || store.checkpoint().ok() == before {
            return Ok(report);
        }
    }
    Err(Failure::Io(say!(
        "{place} 一直在签新的检查点,核验不完;停下写入再核验,或核验一份备份",
        "{place} is signed faster than it can be checked; check it while nobody writes, or check a copy"
    )))
}

/// Who of the witnesses vouches for the latest checkpoint.
fn cosigned(place: &Location, store: &mut dyn Store, keys: &Keys) -> Result<Quorum, Failure> {
    let latest = match store.checkpoint() {
        // It stands among the findings already.
        Err(ledger::StoreError::Damaged(_)) => None,
        other => other.map_err(|error| words::store(place, &error))?,
    };
    let opened = latest.and_then(|latest| keys.open(&latest.note).ok());
    Ok(opened.map_or_else(
        || Quorum {
            have: Vec::new(),
            missing: Vec::new(),
            needed: 0,
        },
        |opened| keys.quorum(&opened, 0),
    ))
}

/// The findings, each with what to do.
fn findings(report: &Report, known: &[PathBuf]) -> String {
    let mut text = String::new();
    for finding in report.findings.iter().take(SHOWN) {
        let (what, remedy) = (words::finding(finding, known), words::remedy(finding));
        let (label, arrow) = (tr("问题", "finding"), tr("做法", "do"));
        text.push_str(&format!(
            "{label}: {}\n    {arrow}: {}\n",
            what.get(lang()),
            remedy.get(lang())
        ));
    }
    let more = report.findings.len().saturating_sub(SHOWN) as u64 + report.more;
    if more > 0 {
        let more = say!(
            "另有 {more} 个问题;加 --json 看全部(至多一千个)\n",
            "{more} findings more; --json lists them, up to a thousand\n"
        );
        text.push_str(more.get(lang()));
    }
    text
}

fn summary(place: &Location, keys: &Keys, report: &Report, quorum: &Quorum) -> String {
    let entries = grouped(report.head.size);
    let verdict = match report.findings.len() as u64 + report.more {
        0 => say!("没有问题", "sound"),
        1 => say!("1 个问题", "1 finding"),
        count => say!("{count} 个问题", "{count} findings"),
    };
    let (checkpoints, tiles) = (grouped(report.checkpoints), grouped(report.tiles));
    let (Say { zh, en }, root, origin) = (verdict, report.head.root, keys.origin());
    let mut lines = vec![
        say!(
            "{place}:{zh};{entries} 条记录,{checkpoints} 个检查点,{tiles} 个树块",
            "{place}: {en}; entries: {entries}, checkpoints: {checkpoints}, tiles: {tiles}"
        ),
        say!("根 {root}", "root {root}"),
        coverage(origin, report),
    ];
    lines.extend(vouchers(quorum));
    lines
        .iter()
        .map(|line| format!("{}\n", line.get(lang())))
        .collect()
}

fn coverage(origin: &str, report: &Report) -> Say {
    let (covered, uncovered) = (grouped(report.covered), grouped(report.uncovered()));
    if report.checkpoints == 0 {
        return say!(
            "还没有签名:若被删改,看不出来",
            "nothing is signed yet: nobody could tell if entries were changed"
        );
    }
    if report.covered == 0 {
        return say!(
            "没有一个 {origin} 的签名与这些记录相符",
            "no signature of {origin} fits these entries"
        );
    }
    if report.uncovered() == 0 {
        return say!("全部由 {origin} 签名", "all of them signed by {origin}");
    }
    say!(
        "前 {covered} 条由 {origin} 签名;后 {uncovered} 条还没有签名,签名以前若被删改,看不出来",
        "the first {covered} signed by {origin}; the {uncovered} after them aren't signed yet: until they are, nobody \
         could tell if they were changed"
    )
}

fn vouchers(quorum: &Quorum) -> Vec<Say> {
    let mut lines = Vec::new();
    let have: Vec<&str> = quorum.have.iter().map(|by| by.witness.as_str()).collect();
    if !have.is_empty() {
        let (zh, en) = (have.join("、"), have.join(", "));
        lines.push(say!(
            "最近的检查点有联署:{zh}",
            "the latest checkpoint is cosigned by {en}"
        ));
    }
    if !quorum.missing.is_empty() {
        let (zh, en) = (quorum.missing.join("、"), quorum.missing.join(", "));
        lines.push(say!(
            "最近的检查点还没有联署:{zh}",
            "the latest checkpoint isn't cosigned yet by {en}"
        ));
    }
    lines
}

#[derive(Serialize)]
struct Document<'r> {
    ledger: String,
    origin: &'r str,
    sound: bool,
    size: u64,
    root: String,
    covered: u64,
    uncovered: u64,
    checkpoints: u64,
    tiles: u64,
    cosigned_by: Vec<&'r str>,
    not_cosigned_by: &'r [String],
    findings: Vec<Found>,
    more_findings: u64,
}

#[derive(Serialize)]
struct Found {
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<u8>,
    /// Which entry, tile, kept checkpoint (from 0); of a checkpoint, its size.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u64>,
    message: String,
    remedy: String,
}

fn json(
    place: &Location,
    keys: &Keys,
    report: &Report,
    quorum: &Quorum,
    known: &[PathBuf],
) -> Result<String, Failure> {
    let found = |finding: &Finding| {
        let (code, level, number) = coded(finding);
        Found {
            code,
            level,
            number,
            message: words::finding(finding, known).get(lang()).to_owned(),
            remedy: words::remedy(finding).get(lang()).to_owned(),
        }
    };
    let document = Document {
        ledger: place.to_string(),
        origin: keys.origin(),
        sound: report.is_sound(),
        size: report.head.size,
        root: report.head.root.to_string(),
        covered: report.covered,
        uncovered: report.uncovered(),
        checkpoints: report.checkpoints,
        tiles: report.tiles,
        cosigned_by: quorum.have.iter().map(|by| by.witness.as_str()).collect(),
        not_cosigned_by: &quorum.missing,
        findings: report.findings.iter().map(found).collect(),
        more_findings: report.more,
    };
    super::pretty(&document)
}

/// A finding's code, and where: the level of a tile; the number of an entry, a tile or a kept checkpoint, a checkpoint's size.
fn coded(finding: &Finding) -> (&'static str, Option<u8>, Option<u64>) {
    match finding {
        Finding::Entry { index, fault } => {
            let code = match fault {
                EntryFault::NotCommitted => "entry-altered",
                EntryFault::NotCanonical => "entry-not-canonical",
            };
            (code, None, Some(*index))
        }
        Finding::EntriesMissing { length, .. } => ("entries-missing", None, Some(*length)),
        Finding::Tile {
            level,
            index,
            fault,
        } => {
            let code = match fault {
                TileFault::Missing => "tile-missing",
                TileFault::Width { .. } => "tile-width",
                TileFault::Altered { .. } => "tile-altered",
                TileFault::Superfluous => "tile-superfluous",
            };
            (code, Some(*level), Some(*index))
        }
        Finding::Checkpoint { size, fault } => {
            let code = match fault {
                CheckpointFault::Rejected(_) => "checkpoint-rejected",
                CheckpointFault::Size { .. } => "checkpoint-size",
                CheckpointFault::Root => "checkpoint-root",
                CheckpointFault::UnknownSignature(_) => "checkpoint-unknown-signature",
                CheckpointFault::NotLatest => "checkpoint-not-latest",
            };
            (code, None, Some(*size))
        }
        Finding::Known { number, fault } => {
            let code = match fault {
                KnownFault::Rejected(_) => "known-rejected",
                KnownFault::Shorter { .. } => "known-longer",
                KnownFault::Root { .. } => "known-other-root",
            };
            (code, None, Some(*number as u64))
        }
        Finding::Unreadable { .. } => ("unreadable", None, None),
        _ => ("other", None, None),
    }
}
