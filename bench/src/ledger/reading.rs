//! Sequencing, verifying, exporting and importing a county's entries.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek};
use std::path::Path;

use ledger::export::{self, Vault};
use ledger::sequence::{Signing, advance};
use ledger::{Keys, Sealed, Signer, SqliteStore, Store, verify};

use crate::append::{append, claim, sealed};
use crate::turns::{Side, compare, rate};
use crate::{Done, county};

/// How many entries.
const COUNT: usize = 200_000;

/// The log's key, and what checks it.
pub fn keys() -> Done<(Signer, Keys)> {
    let signer = Signer::from_seed("bench.example", &[7; 32])?;
    let keys = Keys::new(vec![signer.verifier().clone()], Vec::new())?;
    Ok((signer, keys))
}

/// Takes everything into the tree.
pub fn sequence(store: &mut dyn Store) -> Done<()> {
    let (signer, keys) = keys()?;
    let lease = claim(store)?;
    let signing = Signing {
        signer: &signer,
        keys: &keys,
        now: 1_767_225_600,
        keep: &BTreeSet::new(),
    };
    advance(store, lease, &signing)?;
    Ok(())
}

fn filled(path: &Path, entries: &[Sealed]) -> Done<SqliteStore> {
    let mut store = SqliteStore::open(path)?;
    let lease = claim(&mut store)?;
    append(&mut store, lease, entries, 5_000)?;
    Ok(store)
}

/// All of it.
pub fn all(folder: &Path, units: u32, rounds: usize) -> Done<()> {
    let entries = sealed(&county::bodies(units)?, COUNT)?;
    let folder = tempfile::tempdir_in(folder)?;
    let mut whole = filled(&folder.path().join("whole"), &entries)?;
    sequence(&mut whole)?;
    let (_, keys) = keys()?;
    let file = folder.path().join("export");
    compare(
        "sequence",
        rounds,
        vec![Side::new("merit", || {
            let folder = tempfile::tempdir_in(folder.path())?;
            let mut store = filled(&folder.path().join("ledger"), &entries)?;
            rate(COUNT, || sequence(&mut store))
        })],
    )?;
    compare(
        "verify",
        rounds,
        vec![Side::new("merit", || {
            rate(COUNT, || {
                let report = verify::verify(&mut whole, &keys, &[], &mut |_| {})?;
                report
                    .is_sound()
                    .then_some(())
                    .ok_or_else(|| "not sound".into())
            })
        })],
    )?;
    compare(
        "export",
        rounds,
        vec![Side::new("merit", || {
            let mut out = BufWriter::new(File::create(&file)?);
            rate(COUNT, || {
                export::export(&mut whole, &mut out, Vault::Included)?;
                Ok(())
            })
        })],
    )?;
    compare(
        "import",
        rounds,
        vec![Side::new("merit", || {
            let folder = tempfile::tempdir_in(folder.path())?;
            import(
                &folder.path().join("ledger"),
                &mut BufReader::new(File::open(&file)?),
                &keys,
            )
        })],
    )
}

fn import<R: Read + Seek>(path: &Path, source: &mut R, keys: &Keys) -> Done<f64> {
    let mut store = SqliteStore::open(path)?;
    let lease = claim(&mut store)?;
    rate(COUNT, || {
        export::import(source, &mut store, lease, keys)?;
        Ok(())
    })
}
