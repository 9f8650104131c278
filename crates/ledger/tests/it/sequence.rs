//! Sequencing: the tree follows the log, whatever fails on the way.

use std::collections::{BTreeSet, VecDeque};

use ledger::checkpoint::add_cosignature;
use ledger::sequence::{Signing, advance};
use ledger::{Keys, Signer, Store, StoreError};
use proptest::prelude::*;

use crate::memory::{Data, Fault, Memory};
use crate::sample::{DAY, MORNING, append_to, claim, cosigned, fill, keys, sign, signer, witness};

/// What the tree of a log that was sequenced in one go holds.
fn tree_of(size: u64) -> Data {
    let mut store = Memory::default();
    let lease = claim(&mut store);
    append_to(&mut store, lease, size);
    sign(&mut store, lease, MORNING).unwrap();
    store.data().clone()
}

fn sizes(store: &Memory) -> Vec<u64> {
    store.data().checkpoints.keys().copied().collect()
}

#[test]
fn nothing_is_signed_where_nothing_is_new() {
    let mut store = Memory::default();
    let lease = claim(&mut store);
    assert_eq!(sign(&mut store, lease, MORNING).unwrap(), None);
    append_to(&mut store, lease, 3);
    let checkpoint = sign(&mut store, lease, MORNING).unwrap().unwrap();
    assert_eq!(store.checkpoint().unwrap(), Some(checkpoint));
    assert_eq!(sign(&mut store, lease, MORNING + DAY).unwrap(), None);
}

#[test]
fn the_tree_is_the_same_however_the_log_grew() {
    for steps in [
        vec![300],
        vec![1, 2, 3, 300],
        vec![255, 256, 257, 300],
        vec![256, 300],
        vec![299, 300],
    ] {
        let mut store = Memory::default();
        let lease = claim(&mut store);
        for size in &steps {
            append_to(&mut store, lease, *size);
            sign(&mut store, lease, MORNING).unwrap();
        }
        let (grown, whole) = (store.data().clone(), tree_of(300));
        assert_eq!(
            (grown.tiles, grown.checkpoints),
            (whole.tiles, whole.checkpoints),
            "{steps:?}"
        );
    }
}

#[test]
fn of_a_day_the_last_checkpoint_stays() {
    let mut store = Memory::default();
    let lease = claim(&mut store);
    for (size, now) in [
        (1, MORNING),
        (2, MORNING + 60),
        (3, MORNING + DAY),
        (4, MORNING + DAY + 1),
        (5, MORNING + 2 * DAY),
    ] {
        append_to(&mut store, lease, size);
        sign(&mut store, lease, now).unwrap();
    }
    assert_eq!(sizes(&store), [2, 4, 5]);
}

#[test]
fn a_checkpoint_that_is_cosigned_or_referred_to_stays() {
    let mut store = Memory::default();
    let lease = fill(&mut store, &[1]);
    let (signer, keys, keep) = (signer(), keys(), BTreeSet::from([2]));
    for size in 2..=4 {
        append_to(&mut store, lease, size);
        advance(
            &mut store,
            lease,
            &Signing {
                signer: &signer,
                keys: &keys,
                now: MORNING + 1,
                keep: &keep,
            },
        )
        .unwrap();
    }
    assert_eq!(sizes(&store), [1, 2, 4]);
    let note = cosigned(
        &store.checkpoint().unwrap().unwrap().note,
        &witness("east.example.org"),
        MORNING + 2,
    );
    add_cosignature(&mut store, lease, &note, &keys).unwrap();
    append_to(&mut store, lease, 5);
    sign(&mut store, lease, MORNING + 3).unwrap();
    assert_eq!(sizes(&store), [1, 2, 4, 5]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn it_goes_on_after_every_failure(steps in prop::collection::vec((1_u64..200, 0_usize..3), 1..8)) {
        let mut store = Memory::default();
        let lease = claim(&mut store);
        let mut size = 0;
        for (more, fault) in steps {
            size += more;
            append_to(&mut store, lease, size);
            store.tree_faults.push_back([None, Some(Fault::Lost), Some(Fault::Landed)][fault]);
            let before = store.data().clone();
            let outcome = sign(&mut store, lease, MORNING);
            prop_assert_eq!(outcome.is_err(), fault > 0);
            if fault == 1 {
                prop_assert_eq!(&*store.data(), &before);
            }
        }
        sign(&mut store, lease, MORNING).unwrap();
        let (grown, whole) = (store.data().clone(), tree_of(size));
        prop_assert_eq!(grown.tiles, whole.tiles);
        prop_assert_eq!(grown.checkpoints, whole.checkpoints);
    }
}

#[test]
fn a_long_log_is_taken_in_steps_and_each_can_fail() {
    // More than two steps of 2^16 entries, so three writes; each is tried lost and landed.
    let size = 2 * (1 << 16) + 5;
    let mut sound = Memory::default();
    let lease = claim(&mut sound);
    append_to(&mut sound, lease, size);
    let log = sound.data().clone();
    sign(&mut sound, lease, MORNING).unwrap();
    for (at, fault) in [(0, Fault::Landed), (1, Fault::Lost), (2, Fault::Landed)] {
        let mut store = Memory::holding(log.clone());
        store.tree_faults = VecDeque::from(vec![None; at]);
        store.tree_faults.push_back(Some(fault));
        assert!(sign(&mut store, lease, MORNING).is_err());
        sign(&mut store, lease, MORNING).unwrap();
        assert_eq!(store.data().tiles, sound.data().tiles);
        assert_eq!(store.data().checkpoints, sound.data().checkpoints);
    }
}

#[test]
fn nothing_is_signed_under_a_lease_that_is_gone() {
    let mut store = Memory::default();
    let lease = claim(&mut store);
    append_to(&mut store, lease, 3);
    store.data().epoch += 1;
    assert!(matches!(
        sign(&mut store, lease, MORNING),
        Err(StoreError::Superseded)
    ));
    assert_eq!(sizes(&store), [] as [u64; 0]);
}

#[test]
fn nothing_is_signed_on_damaged_ground() {
    let mut sound = Memory::default();
    let lease = fill(&mut sound, &[300]);
    append_to(&mut sound, lease, 310);
    type Harm = fn(&mut Data);
    let harms: [(&str, Harm); 7] = [
        ("a flipped byte in the last tile", |data| {
            data.tiles.get_mut(&(0, 1)).unwrap()[0] ^= 1
        }),
        ("a flipped byte above", |data| {
            data.tiles.get_mut(&(1, 0)).unwrap()[0] ^= 1
        }),
        ("a tile that is gone", |data| {
            drop(data.tiles.remove(&(0, 1)))
        }),
        ("entries that are gone", |data| data.entries.truncate(299)),
        ("a checkpoint of another size", |data| {
            drop(
                data.checkpoints
                    .get(&300)
                    .cloned()
                    .map(|note| data.checkpoints.insert(301, note)),
            )
        }),
        ("a checkpoint nobody signed", |data| {
            data.checkpoints
                .values_mut()
                .for_each(|note| *note = note.replace("time", "tide"))
        }),
        ("a checkpoint that is no note", |data| {
            data.checkpoints.values_mut().for_each(String::clear)
        }),
    ];
    for (what, harm) in harms {
        let mut store = Memory::holding(sound.data().clone());
        harm(&mut store.data());
        let before = store.data().clone();
        assert!(
            matches!(
                sign(&mut store, lease, MORNING),
                Err(StoreError::Damaged(_))
            ),
            "{what}"
        );
        assert_eq!(*store.data(), before, "{what}");
    }
}

#[test]
fn a_new_key_goes_on_where_the_former_one_ended() {
    let mut store = Memory::default();
    let lease = fill(&mut store, &[10]);
    append_to(&mut store, lease, 20);
    let fresh = Signer::from_seed("merit.example.org", &[8; 32]).unwrap();
    let alone = Keys::new(vec![fresh.verifier().clone()], Vec::new()).unwrap();
    let both = Keys::new(
        vec![fresh.verifier().clone(), signer().verifier().clone()],
        keys().witnesses().to_vec(),
    )
    .unwrap();
    let mut go = |keys: &Keys| {
        advance(
            &mut store,
            lease,
            &Signing {
                signer: &fresh,
                keys,
                now: MORNING,
                keep: &BTreeSet::new(),
            },
        )
    };
    assert!(matches!(go(&alone), Err(StoreError::Damaged(_))));
    let checkpoint = go(&both).unwrap().unwrap();
    assert_eq!(
        alone.open(&checkpoint.note).unwrap().checkpoint.head.size,
        20
    );
}
