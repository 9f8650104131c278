//! Small logs to try things on.

use std::collections::BTreeSet;
use std::time::Duration;

use ledger::checkpoint::add_cosignature;
use ledger::note::{Note, Signature};
use ledger::sequence::{Signing, advance};
use ledger::store::StoredCheckpoint;
use ledger::{Batch, Claim, Hash, Keys, Lease, Result, Salt, Sealed, Signer, Store};

/// 1 March 2026, 08:00 UTC.
pub const MORNING: u64 = 1_772_352_000;

/// A UTC day, in seconds.
pub const DAY: u64 = 86_400;

/// The log's key, always the same.
pub fn signer() -> Signer {
    Signer::from_seed("merit.example.org", &[7; 32]).unwrap()
}

/// A witness's key.
pub fn witness(name: &str) -> Signer {
    Signer::from_seed(name, &Hash::of(&[name.as_bytes()]).0).unwrap()
}

/// The log's key and two witnesses'.
pub fn keys() -> Keys {
    let witnesses = ["west.example.org", "east.example.org"].map(|name| witness(name).cosigner());
    Keys::new(vec![signer().verifier().clone()], witnesses.into()).unwrap()
}

/// An entry as a campaign writes them, told apart by its number.
pub fn entry(number: u64) -> Sealed {
    let body = format!(
        r#"{{"at":{},"kind":"record.filed","note":"优","of":"u{}"}}"#,
        MORNING + number,
        number % 13
    );
    Sealed {
        body: body.into_bytes(),
        salt: Salt(Hash::of(&[b"salt", &number.to_be_bytes()]).0),
    }
}

/// The right to write.
pub fn claim(store: &mut dyn Store) -> Lease {
    match store.claim("test", Duration::from_secs(3600)).unwrap() {
        Claim::Held(lease) => lease,
        Claim::Busy(who) => panic!("{who} holds the lease"),
    }
}

/// Appends entries up to a length.
pub fn append_to(store: &mut dyn Store, lease: Lease, length: u64) {
    let first = store.length().unwrap();
    let entries: Vec<_> = (first..length).map(entry).collect();
    store
        .append(
            lease,
            &Batch {
                first,
                entries: &entries,
                ..Batch::default()
            },
        )
        .unwrap();
}

/// Signs what stands, at a time.
pub fn sign(store: &mut dyn Store, lease: Lease, now: u64) -> Result<Option<StoredCheckpoint>> {
    let (signer, keys, keep) = (signer(), keys(), BTreeSet::new());
    advance(
        store,
        lease,
        &Signing {
            signer: &signer,
            keys: &keys,
            now,
            keep: &keep,
        },
    )
}

/// The note with a witness's cosignature added.
pub fn cosigned(note: &str, witness: &Signer, time: u64) -> String {
    let mut note = Note::parse(note).unwrap();
    note.signatures
        .push(Signature::cosign(witness, &note.text, time));
    note.to_string()
}

/// Fills a store: a checkpoint for each of the sizes, a day apart; the first is cosigned.
pub fn fill(store: &mut dyn Store, sizes: &[u64]) -> Lease {
    let lease = claim(store);
    for (day, size) in (0..).zip(sizes) {
        append_to(store, lease, *size);
        let checkpoint = sign(store, lease, MORNING + day * DAY).unwrap().unwrap();
        if day == 0 {
            let note = cosigned(&checkpoint.note, &witness("west.example.org"), MORNING + 60);
            add_cosignature(store, lease, &note, &keys()).unwrap();
        }
    }
    lease
}
