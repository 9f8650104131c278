//! Verification: a sound ledger is found sound, and whatever is changed in one is found.

use ledger::verify::{
    CheckpointFault, EntryFault, Finding, KnownFault, Progress, Remedy, Report, TileFault, verify,
};
use ledger::{Batch, Hash, Salt, Sealed, Store, StoreError};

use crate::memory::{Data, Memory};
use crate::sample::{MORNING, append_to, cosigned, entry, fill, keys, sign, witness};

fn check(store: &mut Memory, known: &[&str]) -> Report {
    verify(store, &keys(), known, &mut |_| {}).unwrap()
}

/// A log with two checkpoints, the first cosigned, all entries covered.
fn sound(sizes: &[u64]) -> Data {
    let mut store = Memory::default();
    fill(&mut store, sizes);
    store.data().clone()
}

/// What is found when the log is harmed.
fn harmed(data: &Data, harm: impl FnOnce(&mut Data)) -> Vec<Finding> {
    let mut store = Memory::holding(data.clone());
    harm(&mut store.data());
    assert_ne!(*store.data(), *data, "nothing was harmed");
    check(&mut store, &[]).findings
}

fn altered_entry(index: u64) -> Finding {
    Finding::Entry {
        index,
        fault: EntryFault::NotCommitted,
    }
}

#[test]
fn a_sound_ledger_is_found_sound() {
    for sizes in [
        &[][..],
        &[1],
        &[2, 40],
        &[255],
        &[256],
        &[256, 257],
        &[100, 300],
        &[300, 600, 1000],
    ] {
        let mut store = Memory::holding(sound(sizes));
        let report = check(&mut store, &[]);
        assert_eq!(report.findings, [], "{sizes:?}");
        let size = sizes.last().copied().unwrap_or(0);
        assert_eq!(
            (report.head.size, report.covered, report.uncovered()),
            (size, size, 0)
        );
        assert_eq!(report.checkpoints, sizes.len() as u64);
        assert_eq!(report.tiles, store.data().tiles.len() as u64);
    }
}

#[test]
fn progress_goes_up_to_the_end() {
    let mut store = Memory::holding(sound(&[5000]));
    let mut seen = Vec::new();
    verify(&mut store, &keys(), &[], &mut |progress| {
        seen.push(progress)
    })
    .unwrap();
    assert!(seen.is_sorted_by_key(|progress| progress.done));
    assert_eq!(
        seen.last(),
        Some(&Progress {
            done: 5000,
            total: 5000
        })
    );
}

#[test]
fn every_flipped_byte_of_a_body_is_found_at_its_entry() {
    let data = sound(&[20, 40]);
    for index in 0..40 {
        for at in 0..data.entries[index].body.len() {
            let findings = harmed(&data, |data| data.entries[index].body[at] ^= 1);
            assert!(
                findings.contains(&altered_entry(index as u64)),
                "entry {index}, byte {at}: {findings:?}"
            );
        }
    }
}

#[test]
fn every_flipped_byte_of_a_salt_is_found_at_its_entry() {
    let data = sound(&[20, 40]);
    for index in 0..40 {
        for at in 0..32 {
            let findings = harmed(&data, |data| data.entries[index].salt.0[at] ^= 1);
            assert!(
                findings.contains(&altered_entry(index as u64)),
                "entry {index}, byte {at}: {findings:?}"
            );
        }
    }
}

#[test]
fn entries_that_are_removed_swapped_added_or_cut_off_are_found() {
    let data = sound(&[20, 40]);
    for index in 0..40 {
        let removed = harmed(&data, |data| drop(data.entries.remove(index)));
        assert!(
            removed.contains(&Finding::EntriesMissing {
                length: 39,
                covered: 40
            }),
            "{index}: {removed:?}"
        );
        let added = harmed(&data, |data| data.entries.insert(index, entry(1000)));
        assert!(
            added.contains(&altered_entry(index as u64)),
            "{index}: {added:?}"
        );
        let doubled = harmed(&data, |data| {
            data.entries.insert(index, data.entries[index].clone());
        });
        // The last one doubled is an entry after the checkpoint, as anyone who may write can append.
        assert_eq!(doubled.is_empty(), index == 39, "{index}: {doubled:?}");
        for other in index + 1..40 {
            let swapped = harmed(&data, |data| data.entries.swap(index, other));
            for place in [index, other] {
                assert!(
                    swapped.contains(&altered_entry(place as u64)),
                    "{index} and {other}: {swapped:?}"
                );
            }
        }
        let cut = harmed(&data, |data| data.entries.truncate(index));
        assert!(
            cut.contains(&Finding::EntriesMissing {
                length: index as u64,
                covered: 40
            }),
            "{index}: {cut:?}"
        );
    }
}

#[test]
fn bytes_moved_between_salt_and_body_are_found() {
    // SHA-256(salt ‖ body) has no mark between them; the salt's length is the mark.
    let data = sound(&[40]);
    let findings = harmed(&data, |data| {
        let Sealed {
            salt: Salt(salt),
            body,
        } = data.entries[7].clone();
        let joined = [salt.as_slice(), &body].concat();
        data.entries[7].salt = Salt(joined[1..33].try_into().unwrap());
        data.entries[7].body = joined[33..].to_vec();
    });
    assert!(findings.contains(&altered_entry(7)));
}

/// A log with full tiles whose entries are as short as can be: it is verified thousands of times.
fn tiny(size: u64) -> Data {
    let mut store = Memory::default();
    let lease = fill(&mut store, &[]);
    let sealed = |number| Sealed {
        body: format!("{number}").into_bytes(),
        salt: Salt([5; 32]),
    };
    let entries: Vec<_> = (0..size).map(sealed).collect();
    store
        .append(
            lease,
            &Batch {
                entries: &entries,
                ..Batch::default()
            },
        )
        .unwrap();
    sign(&mut store, lease, MORNING).unwrap();
    store.data().clone()
}

#[test]
fn every_flipped_byte_of_a_tile_is_found_at_its_tile() {
    let data = tiny(258);
    let places: Vec<_> = data.tiles.keys().copied().collect();
    assert_eq!(places, [(0, 0), (0, 1), (1, 0)]);
    for (level, index) in places {
        for at in 0..data.tiles[&(level, index)].len() {
            let findings = harmed(&data, |data| {
                data.tiles.get_mut(&(level, index)).unwrap()[at] ^= 1
            });
            let fault = TileFault::Altered { position: at / 32 };
            assert_eq!(
                findings,
                [Finding::Tile {
                    level,
                    index,
                    fault
                }],
                "byte {at}"
            );
        }
    }
}

#[test]
fn tiles_that_are_removed_swapped_added_cut_or_grown_are_found() {
    let data = sound(&[100, 600]);
    let places: Vec<_> = data.tiles.keys().copied().collect();
    for &(level, index) in &places {
        let place = (level, index);
        let only = |harm: &dyn Fn(&mut Data), fault| {
            assert_eq!(
                harmed(&data, harm),
                [Finding::Tile {
                    level,
                    index,
                    fault
                }]
            );
        };
        only(&|data| drop(data.tiles.remove(&place)), TileFault::Missing);
        let wanted = data.tiles[&place].len();
        only(
            &|data| data.tiles.get_mut(&place).unwrap().truncate(wanted - 1),
            TileFault::Width {
                bytes: wanted - 1,
                wanted,
            },
        );
        let bytes = wanted + 32;
        only(
            &|data| data.tiles.get_mut(&place).unwrap().extend([0; 32]),
            TileFault::Width { bytes, wanted },
        );
        for other in places.iter().filter(|other| **other != place) {
            let swapped = harmed(&data, |data| {
                let (one, two) = (data.tiles[&place].clone(), data.tiles[other].clone());
                data.tiles.extend([(place, two), (*other, one)]);
            });
            assert!(
                swapped
                    .iter()
                    .any(|finding| matches!(finding, Finding::Tile { .. })),
                "{place:?} and {other:?}"
            );
        }
    }
    for (level, index) in [(0, 3), (1, 1), (2, 0), (7, 0), (0, 1 << 40)] {
        let findings = harmed(&data, |data| {
            drop(data.tiles.insert((level, index), vec![0; 32]))
        });
        assert_eq!(
            findings,
            [Finding::Tile {
                level,
                index,
                fault: TileFault::Superfluous
            }]
        );
    }
}

#[test]
fn every_flipped_byte_of_a_checkpoint_is_found_at_its_checkpoint() {
    let data = sound(&[20, 40]);
    assert!(data.checkpoints[&20].contains("west.example.org"));
    for size in [20, 40] {
        for at in 0..data.checkpoints[&size].len() {
            let findings = harmed(&data, |data| {
                let mut bytes = data.checkpoints[&size].clone().into_bytes();
                bytes[at] ^= 1;
                data.checkpoints
                    .insert(size, String::from_utf8(bytes).unwrap());
            });
            let here = |finding: &Finding| matches!(finding, Finding::Checkpoint { size: at, .. } if *at == size);
            assert!(
                findings.iter().any(here),
                "checkpoint {size}, byte {at}: {findings:?}"
            );
        }
    }
}

#[test]
fn checkpoints_that_are_removed_swapped_or_added_are_found() {
    let data = sound(&[20, 40]);
    let without_latest = harmed(&data, |data| drop(data.checkpoints.remove(&40)));
    assert!(without_latest.iter().any(|finding| matches!(
        finding,
        Finding::Tile {
            fault: TileFault::Width { .. },
            ..
        }
    )));
    let without_any = harmed(&data, |data| data.checkpoints.clear());
    assert!(without_any.contains(&Finding::Tile {
        level: 0,
        index: 0,
        fault: TileFault::Superfluous
    }));
    let swapped = harmed(&data, |data| {
        let (one, two) = (data.checkpoints[&20].clone(), data.checkpoints[&40].clone());
        data.checkpoints.extend([(20, two), (40, one)]);
    });
    for (size, said) in [(20, 40), (40, 20)] {
        assert!(swapped.contains(&Finding::Checkpoint {
            size,
            fault: CheckpointFault::Size { said }
        }));
    }
    let added = harmed(&data, |data| {
        drop(data.checkpoints.insert(30, data.checkpoints[&20].clone()))
    });
    assert_eq!(
        added,
        [Finding::Checkpoint {
            size: 30,
            fault: CheckpointFault::Size { said: 20 }
        }]
    );
}

#[test]
fn a_history_written_anew_is_found_as_long_as_the_key_is_safe() {
    // Entry, tiles: all fit together; only the signature can't be made.
    let mut store = Memory::default();
    let honest = sound(&[20, 40]);
    let mut forged = honest.clone();
    forged.entries[5] = entry(999);
    let lease = fill(&mut store, &[]);
    let batch = Batch {
        entries: &forged.entries,
        ..Batch::default()
    };
    store.append(lease, &batch).unwrap();
    sign(&mut store, lease, MORNING).unwrap();
    forged.tiles = store.data().tiles.clone();
    let findings = check(&mut Memory::holding(forged), &[]).findings;
    let root = |size| Finding::Checkpoint {
        size,
        fault: CheckpointFault::Root,
    };
    assert_eq!(findings, [root(20), root(40)]);
}

#[test]
fn a_signature_nobody_knows_is_found() {
    let data = sound(&[40]);
    let findings = harmed(&data, |data| {
        let note = cosigned(&data.checkpoints[&40], &witness("stranger.example.org"), 1);
        data.checkpoints.insert(40, note);
    });
    let fault = CheckpointFault::UnknownSignature("stranger.example.org".to_owned());
    assert_eq!(findings, [Finding::Checkpoint { size: 40, fault }]);
    assert_eq!(findings[0].remedy(), Remedy::GiveKey);
}

#[test]
fn a_body_that_is_not_canonical_is_found_though_it_is_committed_to() {
    let mut store = Memory::default();
    let lease = fill(&mut store, &[3]);
    let entries = [Sealed {
        body: br#"{"b":1,"a":2}"#.to_vec(),
        salt: Salt([1; 32]),
    }];
    store
        .append(
            lease,
            &Batch {
                first: 3,
                entries: &entries,
                ..Batch::default()
            },
        )
        .unwrap();
    let wanted = [Finding::Entry {
        index: 3,
        fault: EntryFault::NotCanonical,
    }];
    assert_eq!(
        check(&mut store, &[]).findings,
        wanted,
        "before it is signed"
    );
    sign(&mut store, lease, MORNING).unwrap();
    assert_eq!(check(&mut store, &[]).findings, wanted, "and after");
}

#[test]
fn entries_after_the_latest_checkpoint_are_counted() {
    let mut store = Memory::default();
    let lease = fill(&mut store, &[300]);
    append_to(&mut store, lease, 900);
    let report = check(&mut store, &[]);
    assert!(report.is_sound());
    assert_eq!(
        (report.head.size, report.covered, report.uncovered()),
        (900, 300, 600)
    );
}

#[test]
fn a_log_cut_back_to_an_earlier_checkpoint_is_found_by_a_kept_one_only() {
    let (early, late) = (sound(&[100]), sound(&[100, 300]));
    let mut cut = Memory::holding(early.clone());
    assert!(
        check(&mut cut, &[]).is_sound(),
        "by itself it is a sound shorter log"
    );
    let known = [
        early.checkpoints[&100].as_str(),
        late.checkpoints[&300].as_str(),
    ];
    let report = check(&mut cut, &known);
    assert_eq!(
        report.findings,
        [Finding::Known {
            number: 1,
            fault: KnownFault::Shorter { size: 300 }
        }]
    );
    assert_eq!(report.findings[0].remedy(), Remedy::Investigate);
    assert!(check(&mut Memory::holding(late.clone()), &known).is_sound());
}

#[test]
fn a_kept_checkpoint_is_compared_with_what_stands_at_its_size_signed_or_not() {
    let mut store = Memory::default();
    let lease = fill(&mut store, &[100]);
    append_to(&mut store, lease, 300);
    let other = sound(&[100, 200]).checkpoints[&200].clone();
    assert!(check(&mut store, &[&other]).is_sound());
    store.data().entries[150] = entry(999);
    let report = check(&mut store, &[&other]);
    assert_eq!(
        report.findings,
        [Finding::Known {
            number: 0,
            fault: KnownFault::Root { size: 200 }
        }]
    );
    let nonsense = check(&mut store, &["no note"]).findings;
    assert!(matches!(
        nonsense[..],
        [Finding::Known {
            number: 0,
            fault: KnownFault::Rejected(_)
        }]
    ));
}

#[test]
fn entry_and_tile_that_are_both_altered_are_both_found() {
    let data = sound(&[600]);
    let findings = harmed(&data, |data| {
        data.entries[10].salt.0[0] ^= 1;
        data.tiles.get_mut(&(1, 0)).unwrap()[40] ^= 1;
    });
    assert!(findings.contains(&altered_entry(10)));
    assert!(findings.contains(&Finding::Tile {
        level: 1,
        index: 0,
        fault: TileFault::Altered { position: 1 }
    }));
}

#[test]
fn an_altered_entry_does_not_bring_its_tiles_into_suspicion() {
    let data = sound(&[600]);
    let findings = harmed(&data, |data| data.entries[10].body.push(b' '));
    let root = Finding::Checkpoint {
        size: 600,
        fault: CheckpointFault::Root,
    };
    let spelling = Finding::Entry {
        index: 10,
        fault: EntryFault::NotCanonical,
    };
    assert_eq!(findings, [spelling, root, altered_entry(10)]);
}

#[test]
fn of_very_many_findings_the_first_are_kept_and_the_rest_counted() {
    let mut store = Memory::holding(sound(&[5000]));
    store
        .data()
        .entries
        .iter_mut()
        .for_each(|entry| entry.salt = Salt([0; 32]));
    let report = check(&mut store, &[]);
    assert_eq!(report.findings.len(), 1000);
    assert!(report.more >= 4000, "{}", report.more);
}

#[test]
fn every_finding_has_words() {
    let mut store = Memory::holding(sound(&[40]));
    store.data().entries[3].salt.0[0] ^= 1;
    let words: Vec<_> = check(&mut store, &[])
        .findings
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(words.contains(
        &"entry 3: body and salt don't give the hash that the tree has of it".to_owned()
    ));
}

#[test]
fn what_the_store_cannot_read_is_a_finding_and_a_store_that_is_silent_an_error() {
    let mut store = Memory::holding(sound(&[40]));
    store.unreadable = Some(|| StoreError::Damaged("row 7 has no salt".to_owned()));
    let report = check(&mut store, &[]);
    let what = "row 7 has no salt".to_owned();
    assert_eq!(report.findings, [Finding::Unreadable { what }]);
    store.unreadable = Some(|| StoreError::Failed("the disk is gone".into()));
    let outcome = verify(&mut store, &keys(), &[], &mut |_| {});
    assert!(matches!(outcome, Err(StoreError::Failed(_))));
}

#[test]
fn the_empty_ledger_has_the_root_of_the_empty_tree() {
    let report = check(&mut Memory::default(), &[]);
    assert_eq!(report.head.root, Hash::of(&[]));
    assert!(report.is_sound());
}
