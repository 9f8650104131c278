//! Faults on purpose.

use std::time::Duration;

use ledger::faulty::{Fault, Faulty, Injected, Script};
use ledger::{Batch, Claim, Lease, Salt, Sealed, SqliteStore, Store, StoreError};

fn store(folder: &tempfile::TempDir, script: &Script) -> Faulty<SqliteStore> {
    let store = SqliteStore::open(&folder.path().join("ledger")).unwrap();
    Faulty::new(store, script.clone())
}

fn entries(count: u8) -> Vec<Sealed> {
    (0..count)
        .map(|byte| Sealed {
            body: vec![byte],
            salt: Salt([byte; 32]),
        })
        .collect()
}

fn injected(error: &StoreError) -> Option<Injected> {
    let StoreError::Failed(source) = error else {
        return None;
    };
    source.downcast_ref().copied()
}

#[test]
fn a_lost_call_did_not_happen_and_a_landed_one_did() {
    for (fault, length) in [(Fault::Lost, 0), (Fault::Landed, 2)] {
        let folder = tempfile::tempdir().unwrap();
        let script = Script::new([(1, fault)]);
        let mut store = store(&folder, &script);
        let Claim::Held(lease) = store.claim("the test", Duration::ZERO).unwrap() else {
            panic!()
        };
        let entries = entries(2);
        let error = store
            .append(
                lease,
                &Batch {
                    entries: &entries,
                    ..Batch::default()
                },
            )
            .unwrap_err();
        assert_eq!(injected(&error), Some(Injected { number: 1, fault }));
        assert_eq!(store.length().unwrap(), length);
        assert_eq!(script.calls(), 3);
    }
}

#[test]
fn a_call_that_fails_by_itself_keeps_its_own_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = store(&folder, &Script::new([(0, Fault::Landed)]));
    let error = store.renew(Lease { epoch: 7 }).unwrap_err();
    assert!(matches!(error, StoreError::Superseded), "{error:?}");
}

/// Appends what is wanted one by one; after a failure everything is opened anew, and the log says how far it is.
fn persist(
    folder: &tempfile::TempDir,
    script: &Script,
    wanted: &[Sealed],
) -> Result<(), StoreError> {
    let mut store = store(folder, script);
    let Claim::Held(lease) = store.claim("the test", Duration::ZERO)? else {
        panic!()
    };
    let length = store.length()?;
    for (entry, first) in wanted
        .iter()
        .zip(0..)
        .skip(usize::try_from(length).unwrap())
    {
        let entries = std::slice::from_ref(entry);
        store.append(
            lease,
            &Batch {
                first,
                entries,
                ..Batch::default()
            },
        )?;
    }
    store.release(lease)
}

#[test]
fn who_reads_before_trying_again_gets_everything_once_whatever_call_fails() {
    let wanted = entries(10);
    for fault in [Fault::Lost, Fault::Landed] {
        for number in 0..13 {
            let folder = tempfile::tempdir().unwrap();
            let script = Script::new([(number, fault)]);
            let failed = persist(&folder, &script, &wanted).unwrap_err();
            assert!(injected(&failed).is_some(), "{failed:?}");
            persist(&folder, &script, &wanted).unwrap();
            let mut store = store(&folder, &Script::default());
            assert_eq!(store.read(0, 99).unwrap(), wanted, "{fault:?} at {number}");
        }
    }
}
