//! Tiles as others fetch them, after C2SP tlog-tiles.

use ledger::Store;
use ledger::store::StoredCheckpoint;
use ledger::tile::{Resource, serve};
use ledger::tree::{hashes_at, leaf_hash, root_of, width_at};
use proptest::prelude::*;

use crate::memory::Memory;
use crate::sample::{entry, fill, keys};

#[test]
fn a_tree_of_the_specification_has_its_tiles() {
    // "a tree of size 70,000 …" and "a tree of size 256 …" in tlog-tiles.
    let widths = |size, level, index| width_at(size, level, index);
    assert_eq!(
        (
            widths(70_000, 0, 272),
            widths(70_000, 0, 273),
            widths(70_000, 0, 274)
        ),
        (256, 112, 0)
    );
    assert_eq!(
        (
            widths(70_000, 1, 0),
            widths(70_000, 1, 1),
            widths(70_000, 1, 2)
        ),
        (256, 17, 0)
    );
    assert_eq!((widths(70_000, 2, 0), widths(70_000, 3, 0)), (1, 0));
    assert_eq!((widths(256, 0, 0), widths(256, 1, 0)), (256, 1));
    assert_eq!(hashes_at(u64::MAX, 8), 0);
    assert_eq!(hashes_at(u64::MAX, 255), 0);
}

#[test]
fn a_path_has_one_spelling() {
    for path in [
        "",
        "checkpoint/",
        "/checkpoint",
        "tile",
        "tile/0",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/00/000",
        "tile/+1/000",
        "tile/64/000",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001/x002",
        "tile/0/x1/002",
        "tile/0/001/",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/entries/0",
        "tile/data/000",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/0/０００",
    ] {
        assert!(path.parse::<Resource>().is_err(), "{path}");
    }
    assert_eq!(
        "tile/63/000".parse(),
        Ok(Resource::Hashes {
            level: 63,
            index: 0,
            width: 256
        })
    );
    assert_eq!(
        "tile/entries/x001/000.p/255".parse(),
        Ok(Resource::Entries {
            index: 1000,
            width: 255
        })
    );
    assert_eq!("checkpoint".parse(), Ok(Resource::Checkpoint));
}

proptest! {
    #[test]
    fn a_path_is_read_as_it_is_written(level in 0_u8..64, index in any::<u64>(), width in 1_u16..=256) {
        for resource in [Resource::Hashes { level, index, width }, Resource::Entries { index, width }] {
            prop_assert_eq!(resource.to_string().parse(), Ok(resource));
        }
    }
}

fn get(store: &mut Memory, path: &str, size: u64) -> Option<Vec<u8>> {
    serve(store, path.parse().unwrap(), size).unwrap()
}

#[test]
fn a_follower_who_knows_the_checkpoint_can_check_every_served_byte() {
    let mut store = Memory::default();
    fill(&mut store, &[100, 600]);
    let note = String::from_utf8(get(&mut store, "checkpoint", 600).unwrap()).unwrap();
    let head = keys().open(&note).unwrap().checkpoint.head;
    assert_eq!(head.size, 600);

    let paths = [
        "tile/entries/000",
        "tile/entries/001",
        "tile/entries/002.p/88",
    ];
    let mut leaves = Vec::new();
    for (path, hashes) in paths
        .iter()
        .zip(["tile/0/000", "tile/0/001", "tile/0/002.p/88"])
    {
        let bundle = get(&mut store, path, 600).unwrap();
        let bundle: Vec<_> = bundle
            .chunks(34)
            .map(|chunk| {
                assert_eq!(chunk[..2], [0, 32]);
                leaf_hash(&chunk[2..])
            })
            .collect();
        let tile: Vec<u8> = bundle.iter().flat_map(|hash| hash.0).collect();
        assert_eq!(get(&mut store, hashes, 600).unwrap(), tile);
        leaves.extend(bundle);
    }
    assert_eq!(leaves[77], leaf_hash(&entry(77).commitment().0));
    assert_eq!(root_of(&leaves), Some(head.root));
    assert_eq!(
        get(&mut store, "tile/1/000.p/2", 600).unwrap()[..32],
        root_of(&leaves[..256]).unwrap().0
    );
}

#[test]
fn nothing_is_served_that_the_checkpoint_does_not_cover() {
    let mut store = Memory::default();
    fill(&mut store, &[600]);
    for path in [
        "tile/0/002",
        "tile/0/002.p/89",
        "tile/0/003",
        "tile/1/000",
        "tile/1/000.p/3",
        "tile/2/000.p/1",
        "tile/entries/002",
    ] {
        assert_eq!(get(&mut store, path, 600), None, "{path}");
    }
    assert_eq!(get(&mut store, "tile/0/001", 511), None);
    assert_eq!(
        get(&mut store, "tile/0/001.p/255", 511).unwrap().len(),
        255 * 32
    );
    assert_eq!(
        get(&mut store, "tile/0/001.p/255", 600).unwrap().len(),
        255 * 32,
        "how the full tile begins"
    );
}

#[test]
fn a_tile_that_has_been_lost_is_damage_and_not_absence() {
    let mut store = Memory::default();
    fill(&mut store, &[600]);
    store.data().tiles.remove(&(0, 1));
    assert!(serve(&mut store, "tile/0/001".parse().unwrap(), 600).is_err());
}

#[test]
fn an_empty_log_serves_nothing() {
    let mut store = Memory::default();
    assert_eq!(store.checkpoint().unwrap(), None::<StoredCheckpoint>);
    assert_eq!(get(&mut store, "checkpoint", 0), None);
    assert_eq!(get(&mut store, "tile/0/000.p/1", 0), None);
}
