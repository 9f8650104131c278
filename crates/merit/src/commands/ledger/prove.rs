//! `merit ledger prove` and `check-proof`: showing something of a ledger to someone who has only its public key.

use std::path::Path;

use ledger::checkpoint::CheckpointError;
use ledger::disclose::{Continuation, Disclosure, DisclosureError, disclose};
use ledger::tree::{Head, Tiles, leaf_hash, verify_consistency, verify_inclusion};
use ledger::{Checkpoint, Keys, Location, Sealed, Store};
use rulebook::{Say, say};

use super::{
    checkpoint, done, grouped, location, open, pretty, said, stored, text, trusted, unsound, words,
};
use crate::args::ledger::{CheckProof, Prove};
use crate::failure::Failure;
use crate::lang::lang;
use crate::output::save;
use crate::terminal;

/// Writes a proof.
pub fn prove(args: &Prove) -> Result<(), Failure> {
    let place = location(&args.place)?;
    let mut store = open(&place)?;
    let proof = match (args.entry, args.from) {
        (Some(entry), _) => pretty(&entry_proof(&place, store.as_mut(), entry, args.size)?)?,
        (None, from) => {
            let from = from.unwrap_or_default();
            pretty(&continuation(&place, store.as_mut(), from, args.size)?)?
        }
    };
    let out = args.out.as_deref();
    save::deliver(out, proof.as_bytes())?;
    match out.map(Path::display) {
        Some(file) => done(&say!("已写出 {file}", "wrote {file}")),
        None => Ok(()),
    }
}

fn entry_proof(
    place: &Location,
    store: &mut dyn Store,
    entry: u64,
    size: Option<u64>,
) -> Result<Disclosure, Failure> {
    let size = checkpoint(place, store, size)?.size;
    let disclosure =
        disclose(store, entry, size).map_err(|error| words::disclose(place, &error))?;
    // A ledger that has been tampered with is found out here, not by whoever is given the proof.
    let head = said(place, &disclosure.checkpoint)?.head;
    let commitment = Sealed {
        body: disclosure.body.clone().into_bytes(),
        salt: disclosure.salt,
    }
    .commitment();
    verify_inclusion(&leaf_hash(&commitment.0), entry, &head, &disclosure.proof)
        .map_err(|_| unsound(place))?;
    Ok(disclosure)
}

fn continuation(
    place: &Location,
    store: &mut dyn Store,
    from: u64,
    to: Option<u64>,
) -> Result<Continuation, Failure> {
    let new = checkpoint(place, store, to)?;
    let to = new.size;
    let failed = |error| words::store(place, &error);
    let old = stored(store, from).map_err(failed)?;
    let mut tiles = Tiles::new(store);
    let proof = tiles.consistency(from, to).map_err(failed)?;
    let proof = proof.ok_or_else(|| {
        Failure::Usage(say!(
            "--from 应在 1 到 {to} 之间",
            "--from must be between 1 and {to}"
        ))
    })?;
    let root = tiles.root(from).map_err(failed)?;
    let (before, after) = (Head { size: from, root }, said(place, &new.note)?.head);
    verify_consistency(&before, &after, &proof).map_err(|_| unsound(place))?;
    Ok(Continuation {
        from,
        to,
        proof,
        old: old.map(|checkpoint| checkpoint.note),
        new: new.note,
    })
}

/// Checks a proof offline.
pub fn check(args: &CheckProof) -> Result<(), Failure> {
    let keys = trusted(&args.trust)?;
    let (file, text) = (args.file.as_path(), text(&args.file)?);
    if let Ok(disclosure) = serde_json::from_str::<Disclosure>(&text) {
        check_entry(file, &disclosure, &keys)
    } else if let Ok(proof) = serde_json::from_str::<Continuation>(&text) {
        check_continuation(args, &proof, &keys)
    } else {
        let file = file.display();
        Err(Failure::Refused(Some(say!(
            "{file} 不是 merit ledger prove 写的证明;核对是不是给错了文件,或没有传完整",
            "{file} isn't a proof as `merit ledger prove` writes it; see whether it is the right file, and all of it"
        ))))
    }
}

fn check_entry(file: &Path, disclosure: &Disclosure, keys: &Keys) -> Result<(), Failure> {
    let checkpoint = disclosure.verify(keys).map_err(|error| match error {
        DisclosureError::Checkpoint(error) => not_the_logs(file, &error),
        DisclosureError::Proof(error) => fails(file, &words::proof(error)),
    })?;
    let (index, size) = (disclosure.index, grouped(checkpoint.head.size));
    let (origin, body) = (checkpoint.origin, &disclosure.body);
    done(&say!(
        "证明成立:{index} 号记录在 {origin} 签名的 {size} 条记录之中\n{body}",
        "the proof holds: entry {index} is among the {size} entries signed by {origin}\n{body}"
    ))
}

fn check_continuation(args: &CheckProof, proof: &Continuation, keys: &Keys) -> Result<(), Failure> {
    let file = args.file.as_path();
    let new = opened(file, &proof.new, keys)?;
    let old = match (&args.known, &proof.old) {
        (Some(known), _) => opened(known, &text(known)?, keys)?,
        (None, Some(note)) => opened(file, note, keys)?,
        (None, None) => return Err(needs_known(file, proof.from)),
    };
    if old.head.size != proof.from {
        let (from, has) = (proof.from, old.head.size);
        return Err(Failure::Usage(say!(
            "证明从 {from} 条记录起,保存的检查点却是 {has} 条;用 merit ledger prove --from {has} 另做一份",
            "the proof starts from {from} entries, the kept checkpoint is of {has}; have one made with `merit ledger prove \
             --from {has}`"
        )));
    }
    if new.head.size != proof.to {
        return Err(fails(
            file,
            &words::proof(ledger::tree::ProofError::OutOfRange),
        ));
    }
    verify_consistency(&old.head, &new.head, &proof.proof)
        .map_err(|error| fails(file, &words::proof(error)))?;
    let ([from, to], origin) = ([proof.from, proof.to].map(grouped), new.origin);
    done(&say!(
        "证明成立:{origin} 签名的 {to} 条记录,前 {from} 条一条没有改过",
        "the proof holds: of the {to} entries signed by {origin} the first {from} are unchanged"
    ))
}

fn opened(file: &Path, note: &str, keys: &Keys) -> Result<Checkpoint, Failure> {
    let opened = keys
        .open(note)
        .map_err(|error| not_the_logs(file, &error))?;
    Ok(opened.checkpoint)
}

fn needs_known(file: &Path, from: u64) -> Failure {
    let file = file.display();
    Failure::Usage(say!(
        "{file} 里没有 {from} 条记录的检查点;用 --known 给出自己保存的那个",
        "{file} has no checkpoint of {from} entries; give the one you kept by --known"
    ))
}

fn not_the_logs(file: &Path, error: &CheckpointError) -> Failure {
    let Say { zh, en } = words::checkpoint(error);
    fails(
        file,
        &say!("检查点不能用,{zh}", "its checkpoint won't do: {en}"),
    )
}

/// Shows why the proof doesn't hold.
fn fails(file: &Path, why: &Say) -> Failure {
    let (file, Say { zh, en }) = (file.display(), why);
    let text = say!(
        "{file}:证明不成立:{zh}。不要采信;向给你的人问明来历",
        "{file}: the proof doesn't hold: {en}. Don't rely on it; ask whoever gave it to you where it comes from"
    );
    terminal::error(text.get(lang()));
    Failure::Findings
}
