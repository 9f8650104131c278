//! `merit verify bundle`: whether a circular's bundle is what was published, from nothing but its files.

use std::path::Path;

use campaign::circular::{Bundle, Difference, Disagreement, Manifest, Proof};
use host::bundle::{Fault, Verified, unpack, verify};
use rulebook::{Say, say};

use super::ledger::{grouped, keys, words};
use crate::args::ledger::Bundle as Args;
use crate::failure::Failure;
use crate::lang::{lang, tr};
use crate::{load, terminal};

/// So many findings are shown; the rest are counted.
const SHOWN: usize = 20;
/// A bundle in one file is smaller.
const FILE_LIMIT: u64 = 256 << 20;

/// Checks a bundle and tells what was found.
pub fn run(args: &Args) -> Result<(), Failure> {
    let trusted = match args.keys.as_slice() {
        [] => None,
        given => Some(keys(given, &[])?),
    };
    let bundle = read(&args.path)?;
    let found = verify(&bundle, trusted.as_ref());
    terminal::show_text(&findings(&found));
    if trusted.is_none() {
        terminal::note(&unasked(&found));
    }
    let printed = terminal::print(&summary(&args.path, &found));
    Failure::after(printed, !found.is_sound())
}

/// The files of a bundle.
fn read(path: &Path) -> Result<Bundle, Failure> {
    let bundle = if path.is_dir() {
        Some(load::all_files(path)?)
    } else {
        let text = String::from_utf8(load::bytes(path, FILE_LIMIT)?).ok();
        text.and_then(|text| unpack(&text))
    };
    // Whatever else may be missing: without both of these it isn't meant to be one.
    let is_bundle = |bundle: &Bundle| {
        let has = |path| bundle.contains_key(path);
        has("manifest.json") || has("SHA256SUMS")
    };
    let shown = path.display();
    bundle.filter(is_bundle).ok_or_else(|| {
        Failure::Refused(Some(say!(
            "{shown} 不是通报的资料包,或没有传完整;向给你的人再要一份",
            "{shown} isn't the bundle of a circular, or not all of it; ask whoever gave it to you for another copy"
        )))
    })
}

/// The findings.
fn findings(found: &Verified) -> String {
    let label = tr("问题", "finding");
    let shown = found.faults.iter().take(SHOWN);
    let mut text: String = shown
        .map(|fault| format!("{label}: {}\n", told(fault).get(lang())))
        .collect();
    let more = found.faults.len().saturating_sub(SHOWN);
    if more > 0 {
        let more = say!("另有 {more} 个问题\n", "{more} findings more\n");
        text.push_str(more.get(lang()));
    }
    text
}

fn told(fault: &Fault) -> Say {
    match fault {
        Fault::Content(difference) => content(difference),
        Fault::Absent { path } => absent(path),
        Fault::Unexpected { path } => say!(
            "{path}:资料包里不该有这个文件",
            "{path}: a bundle has no such file"
        ),
        Fault::Unreadable { path } => say!(
            "{path}:读不懂,与写出时不一样",
            "{path}: can't be read, or isn't to the byte as it was written"
        ),
        Fault::Checkpoint(error) => {
            let Say { zh, en } = words::checkpoint(error);
            say!(
                "proofs/checkpoint:检查点不能用,{zh}",
                "proofs/checkpoint: the checkpoint won't do: {en}"
            )
        }
        Fault::OtherCheckpoint { path } => say!(
            "{path}:依据的不是资料包里的检查点",
            "{path}: it is under another checkpoint than the bundle's"
        ),
        Fault::NotProven { path, why } => {
            let Say { zh, en } = words::proof(*why);
            say!(
                "{path}:证明不成立:{zh}",
                "{path}: the proof doesn't hold: {en}"
            )
        }
        Fault::Disagrees { path, what } => {
            let Say { zh, en } = disagreement(*what);
            say!(
                "{path}:账本里的记录与资料包不符:{zh}",
                "{path}: the ledger's entry contradicts the bundle: {en}"
            )
        }
        other => {
            let text = other.to_string();
            say!("{text}", "{text}")
        }
    }
}

fn content(difference: &Difference) -> Say {
    match difference {
        Difference::Absent { path } => absent(path),
        Difference::Altered { path } => say!(
            "{path}:内容与 SHA256SUMS 不符,被改动过",
            "{path}: not what SHA256SUMS says: it was altered"
        ),
        Difference::Unreadable { path, problem } => {
            let Say { zh, en } = problem;
            say!("{path}:不能用:{zh}", "{path}: it can't be used: {en}")
        }
        Difference::Result {
            line,
            published,
            computed,
        } => {
            let (was_zh, was_en) = row(published.as_deref());
            let (is_zh, is_en) = row(computed.as_deref());
            say!(
                "results.csv 第 {line} 行:公布的是 {was_zh},算出的是 {is_zh}",
                "results.csv, line {line}: published {was_en}, computed {is_en}"
            )
        }
    }
}

/// A row in both languages.
fn row(row: Option<&str>) -> (&str, &str) {
    row.map_or(("没有这一行", "no such line"), |row| (row, row))
}

fn absent(path: &str) -> Say {
    say!("{path}:缺失", "{path}: it is missing")
}

fn disagreement(what: Disagreement) -> Say {
    match what {
        Disagreement::Kind => say!("是另一类记录", "it is an entry of something else"),
        Disagreement::Place => say!("在账本里的位置不对", "it stands at another place"),
        Disagreement::Period => say!("是另一期的", "it is of another period"),
        Disagreement::Run => say!("是另一次计分的", "it is of another scoring run"),
        Disagreement::Rules => say!("细则不同", "the rules differ"),
        Disagreement::Figures => say!("数据不同", "the figures differ"),
        Disagreement::Results => say!("结果不同", "the results differ"),
        Disagreement::Units => say!("单位不同", "the units differ"),
        Disagreement::Digest => say!("整包的散列不同", "the digest of the whole differs"),
    }
}

/// That nobody has said whose signature counts.
fn unasked(found: &Verified) -> Say {
    let keys: Vec<String> = found.keys.iter().map(ToString::to_string).collect();
    if keys.is_empty() {
        return say!(
            "没有用 --key 给出账本的公钥",
            "no key of the ledger was given by --key"
        );
    }
    let keys = keys.join(" ");
    say!(
        "用的是资料包自带的公钥 {keys};它是不是账本的,请到别处核对,再用 --key 写明",
        "checked by the key that came with the bundle, {keys}; find out elsewhere whether it is the ledger's, and give it by --key"
    )
}

fn summary(path: &Path, found: &Verified) -> String {
    let mut lines = vec![verdict(path, found)];
    lines.extend(found.manifest.as_ref().map(of));
    lines.extend(proven(found));
    lines
        .iter()
        .map(|line| format!("{}\n", line.get(lang())))
        .collect()
}

fn verdict(path: &Path, found: &Verified) -> Say {
    let path = path.display();
    match found.faults.len() {
        0 => say!(
            "{path}:没有问题;全部结果重新算过,与公布的一致",
            "{path}: sound; all results were computed again and are as published"
        ),
        1 => say!(
            "{path}:1 个问题;不要采信",
            "{path}: 1 finding; don't rely on it"
        ),
        count => say!(
            "{path}:{count} 个问题;不要采信",
            "{path}: {count} findings; don't rely on it"
        ),
    }
}

fn of(manifest: &Manifest) -> Say {
    let (campaign, period) = (&manifest.campaign, manifest.period);
    let (run, rules) = (manifest.run, manifest.rules);
    say!(
        "活动 {campaign},{period},第 {run} 次计分,第 {rules} 版细则",
        "campaign {campaign}, {period}, scoring run {run}, version {rules} of the rules"
    )
}

/// What the ledger vouches for.
fn proven(found: &Verified) -> Option<Say> {
    let checkpoint = found.checkpoint.as_ref()?;
    let (origin, size) = (&checkpoint.origin, grouped(checkpoint.head.size));
    let steps: Vec<Say> = found.proven.iter().map(|proof| step(*proof)).collect();
    let join = |pick: fn(&Say) -> &str, comma: &str| {
        let texts: Vec<&str> = steps.iter().map(pick).collect();
        texts.join(comma)
    };
    let (zh, en) = (join(|say| &say.zh, "、"), join(|say| &say.en, ", "));
    if steps.is_empty() {
        return None;
    }
    Some(say!(
        "{origin} 签名的 {size} 条记录证明:{zh}",
        "the {size} entries signed by {origin} prove: {en}"
    ))
}

fn step(proof: Proof) -> Say {
    match proof {
        Proof::Rules => say!("细则已采用", "rules adopted"),
        Proof::Scored => say!("已计分", "scored"),
        Proof::Final => say!("结果已定稿", "results final"),
        Proof::Published => say!("通报已公布", "circular published"),
    }
}
