//! Export and import, disclosure, statistics.

use std::io::Cursor;

use ledger::disclose::{DiscloseError, Disclosure, DisclosureError, disclose};
use ledger::export::{ExportError, ImportError, LineFault, Moved, Vault, export, import};
use ledger::stats::{Amount, stats};
use ledger::verify::verify;
use ledger::{Batch, ItemId, Keys, Salt, Sealed, Store, StoredItem};

use crate::memory::{Data, Fault, Memory};
use crate::sample::{append_to, claim, entry, fill, keys, witness};

/// Two checkpoints, three entries after them, two items of the vault.
fn sample(sizes: &[u64]) -> Memory {
    let mut store = Memory::default();
    let lease = fill(&mut store, sizes);
    let length = store.length().unwrap();
    let items = [2, 1].map(|id| StoredItem {
        id: ItemId([id; 16]),
        sealed: vec![id; 50],
    });
    store
        .append(
            lease,
            &Batch {
                first: length,
                put: &items,
                ..Batch::default()
            },
        )
        .unwrap();
    append_to(&mut store, lease, length + 3);
    store
}

fn exported(store: &mut Memory) -> Vec<u8> {
    let mut bytes = Vec::new();
    export(store, &mut bytes, Vault::Included).unwrap();
    bytes
}

/// Imports into a new store; one that was refused must have stayed empty.
fn imported(file: &[u8], keys: &Keys) -> Result<(Memory, Moved), ImportError> {
    let mut store = Memory::default();
    let lease = claim(&mut store);
    let before = store.data().clone();
    match import(&mut Cursor::new(file), &mut store, lease, keys) {
        Ok(moved) => Ok((store, moved)),
        Err(error) => {
            assert_eq!(*store.data(), before, "{error}");
            Err(error)
        }
    }
}

fn refusal(file: &[u8]) -> (u64, LineFault) {
    match imported(file, &keys()).map(|(_, moved)| moved) {
        Err(ImportError::Line { line, fault }) => (line, fault),
        other => panic!("{other:?}"),
    }
}

/// What must come through: all but the lease.
fn content(store: &Memory) -> Data {
    Data {
        epoch: 0,
        holder: None,
        ..store.data().clone()
    }
}

fn lines(file: &[u8]) -> Vec<Vec<u8>> {
    file.split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

#[test]
fn what_is_exported_and_imported_is_the_same_and_verifies() {
    for sizes in [&[][..], &[1], &[20, 40], &[256], &[100, 300]] {
        let mut store = sample(sizes);
        let file = exported(&mut store);
        let (mut copy, moved) = imported(&file, &keys()).unwrap();
        assert_eq!(content(&copy), content(&store), "{sizes:?}");
        assert_eq!(
            (moved.entries, moved.checkpoints, moved.items),
            (store.length().unwrap(), sizes.len() as u64, 2)
        );
        assert!(
            verify(&mut copy, &keys(), &[], &mut |_| {})
                .unwrap()
                .is_sound()
        );
        assert_eq!(exported(&mut copy), file);
    }
}

#[test]
fn the_vault_can_be_left_out() {
    let mut store = sample(&[3]);
    let mut file = Vec::new();
    assert_eq!(
        export(&mut store, &mut file, Vault::LeftOut).unwrap().items,
        0
    );
    let (copy, _) = imported(&file, &keys()).unwrap();
    assert!(copy.data().items.is_empty());
    assert_eq!(copy.data().entries, store.data().entries);
}

#[test]
fn an_entry_has_a_line_that_anyone_can_read() {
    let file = String::from_utf8(exported(&mut sample(&[2]))).unwrap();
    let lines: Vec<_> = file.lines().collect();
    let (body, salt) = (
        String::from_utf8(entry(1).body).unwrap(),
        hex::encode(entry(1).salt.0),
    );
    let commitment = entry(1).commitment();
    assert_eq!(
        lines[2],
        format!(r#"{{"index":1,"commitment":"{commitment}","salt":"{salt}","body":{body}}}"#)
    );
    for line in lines {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}

#[test]
fn every_flipped_byte_is_refused_and_no_line_before_it_is_blamed() {
    let file = exported(&mut sample(&[2, 5]));
    let mut line = 1;
    for at in 0..file.len() {
        let mut harmed = file.clone();
        harmed[at] ^= [1, 0x20, 0x80][at % 3];
        let (said, fault) = refusal(&harmed);
        assert!(said >= line, "byte {at} of line {line}: {said}, {fault:?}");
        line += u64::from(file[at] == b'\n');
    }
}

#[test]
fn a_flipped_byte_of_an_entry_is_named_by_its_line() {
    let file = exported(&mut sample(&[2, 5]));
    let all = lines(&file);
    for (number, line) in all
        .iter()
        .enumerate()
        .filter(|(_, line)| line.starts_with(b"{\"index\""))
    {
        for at in 0..line.len() - 1 {
            let mut harmed = all.clone();
            harmed[number][at] ^= 1;
            assert_eq!(refusal(&harmed.concat()).0, number as u64 + 1, "byte {at}");
        }
    }
}

#[test]
fn lines_that_are_removed_swapped_doubled_or_cut_off_are_refused() {
    let file = exported(&mut sample(&[2, 5]));
    let all = lines(&file);
    for at in 0..all.len() {
        let mut removed = all.clone();
        removed.remove(at);
        refusal(&removed.concat());
        let mut doubled = all.clone();
        doubled.insert(at, all[at].clone());
        refusal(&doubled.concat());
        refusal(&all[..at].concat());
        for other in at + 1..all.len() {
            let mut swapped = all.clone();
            swapped.swap(at, other);
            refusal(&swapped.concat());
        }
    }
    for end in 0..file.len() {
        refusal(&file[..end]);
    }
    for more in ["\n", " ", "{}\n"] {
        assert_eq!(
            refusal(&[&file, more.as_bytes()].concat()),
            (all.len() as u64 + 1, LineFault::After)
        );
    }
}

#[test]
fn faults_are_named() {
    let all = lines(&exported(&mut sample(&[2, 5])));
    let with = |at: usize, from: &str, to: &str| {
        let mut harmed = all.clone();
        harmed[at] = String::from_utf8(harmed[at].clone())
            .unwrap()
            .replace(from, to)
            .into_bytes();
        refusal(&harmed.concat())
    };
    assert_eq!(with(0, "ledger/1", "ledger/2"), (1, LineFault::Format));
    assert_eq!(
        with(0, "\"size\":5", "\"size\":4"),
        (1, LineFault::Disorder)
    );
    assert_eq!(
        with(3, "record.filed", "record.lifed"),
        (4, LineFault::Altered)
    );
    assert_eq!(
        with(3, "\"index\":1", "\"index\":2"),
        (4, LineFault::Index { wanted: 1 })
    );
    assert_eq!(with(3, "\"salt\"", " \"salt\""), (4, LineFault::Spelling));
    assert_eq!(
        with(all.len() - 1, "\"items\":2", "\"items\":3"),
        (all.len() as u64, LineFault::Closing)
    );
    assert_eq!(refusal(b""), (1, LineFault::CutOff));
    let error = ImportError::Line {
        line: 4,
        fault: LineFault::Altered,
    };
    assert_eq!(
        error.to_string(),
        "line 4: the content doesn't fit its hash"
    );
}

#[test]
fn a_file_whose_hashes_all_fit_but_whose_entries_are_not_the_signed_ones_is_refused() {
    let mut store = sample(&[2, 5]);
    store.data().entries[1] = entry(999);
    assert_eq!(refusal(&exported(&mut store)), (4, LineFault::Root));
}

#[test]
fn a_log_of_unknown_keys_is_refused() {
    let file = exported(&mut sample(&[2]));
    let others = Keys::new(
        vec![witness("merit.example.org").verifier().clone()],
        Vec::new(),
    )
    .unwrap();
    let error = imported(&file, &others).map(drop).unwrap_err();
    assert!(matches!(
        error,
        ImportError::Line {
            line: 1,
            fault: LineFault::Checkpoint(_)
        }
    ));
}

#[test]
fn only_an_empty_store_takes_an_import() {
    let file = exported(&mut sample(&[2]));
    let mut store = Memory::default();
    let lease = claim(&mut store);
    append_to(&mut store, lease, 1);
    let outcome = import(&mut Cursor::new(file), &mut store, lease, &keys());
    assert!(matches!(outcome, Err(ImportError::NotEmpty)));
}

#[test]
fn a_store_that_fails_during_an_import_has_no_checkpoint_over_all() {
    let file = exported(&mut sample(&[300]));
    let mut store = Memory::default();
    let lease = claim(&mut store);
    store.tree_faults.push_back(Some(Fault::Lost));
    let outcome = import(&mut Cursor::new(&file), &mut store, lease, &keys());
    assert!(matches!(outcome, Err(ImportError::Store(_))));
    assert!(store.data().checkpoints.is_empty());
    assert!(matches!(
        import(&mut Cursor::new(&file), &mut store, lease, &keys()),
        Err(ImportError::NotEmpty)
    ));
}

#[test]
fn a_body_that_is_not_canonical_is_not_exported() {
    let mut store = sample(&[2]);
    store.data().entries[1] = Sealed {
        body: b"{}\n".to_vec(),
        salt: Salt([0; 32]),
    };
    assert!(matches!(
        export(&mut store, &mut Vec::new(), Vault::Included),
        Err(ExportError::NotCanonical(1))
    ));
}

#[test]
fn a_disclosed_entry_is_checked_with_the_key_alone() {
    let mut store = sample(&[100, 300]);
    for (index, size) in [(0, 100), (99, 100), (0, 300), (255, 300), (299, 300)] {
        let disclosure = disclose(&mut store, index, size).unwrap();
        assert_eq!(disclosure.body.as_bytes(), entry(index).body);
        let text = serde_json::to_string(&disclosure).unwrap();
        let again: Disclosure = serde_json::from_str(&text).unwrap();
        assert_eq!(again, disclosure);
        assert_eq!(again.verify(&keys()).unwrap().head.size, size);
    }
}

#[test]
fn a_disclosure_of_something_else_does_not_hold() {
    let mut store = sample(&[100, 300]);
    let honest = disclose(&mut store, 7, 300).unwrap();
    let fails = |change: &dyn Fn(&mut Disclosure)| {
        let mut changed = honest.clone();
        change(&mut changed);
        changed.verify(&keys()).unwrap_err()
    };
    assert!(matches!(
        fails(&|it| it.index = 8),
        DisclosureError::Proof(_)
    ));
    assert!(matches!(
        fails(&|it| it.index = 300),
        DisclosureError::Proof(_)
    ));
    assert!(matches!(
        fails(&|it| it.body.push(' ')),
        DisclosureError::Proof(_)
    ));
    assert!(matches!(
        fails(&|it| it.salt.0[31] ^= 1),
        DisclosureError::Proof(_)
    ));
    assert!(matches!(
        fails(&|it| it.proof.truncate(3)),
        DisclosureError::Proof(_)
    ));
    assert!(matches!(
        fails(&|it| it.checkpoint = it.checkpoint.replace("300", "301")),
        DisclosureError::Checkpoint(_)
    ));
    let earlier = store.data().checkpoints[&100].clone();
    assert!(matches!(
        fails(&|it| it.checkpoint = earlier.clone()),
        DisclosureError::Proof(_)
    ));
}

#[test]
fn only_what_a_checkpoint_covers_is_disclosed() {
    let mut store = sample(&[100, 300]);
    assert!(matches!(
        disclose(&mut store, 100, 100),
        Err(DiscloseError::NotCovered {
            index: 100,
            size: 100
        })
    ));
    assert!(matches!(
        disclose(&mut store, 7, 200),
        Err(DiscloseError::NoCheckpoint(200))
    ));
    assert!(matches!(
        disclose(&mut store, 0, 0),
        Err(DiscloseError::NoCheckpoint(0))
    ));
}

#[test]
fn everything_is_counted() {
    let mut store = sample(&[100, 300]);
    let stats = stats(&mut store).unwrap();
    let data = store.data();
    let amount = |sizes: Vec<usize>| Amount {
        count: sizes.len() as u64,
        bytes: sizes.iter().sum::<usize>() as u64,
        largest: sizes.iter().copied().max().unwrap_or(0) as u64,
    };
    assert_eq!(
        stats.entries,
        amount(
            data.entries
                .iter()
                .map(|entry| entry.body.len() + 32)
                .collect()
        )
    );
    assert_eq!(
        stats.tiles,
        amount(data.tiles.values().map(Vec::len).collect())
    );
    assert_eq!(
        stats.checkpoints,
        amount(data.checkpoints.values().map(String::len).collect())
    );
    assert_eq!(
        stats.items,
        amount(data.items.values().map(Vec::len).collect())
    );
    assert_eq!((stats.entries.count, stats.covered), (303, 300));
}
