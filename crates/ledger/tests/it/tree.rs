//! The tree, against the definitions of RFC 6962 §2.1 and the vectors of Certificate Transparency's own tests.

use ledger::store::{StoredTile, TreeStep};
use ledger::tree::{
    Frontier, Head, ProofError, Tiles, empty_root, leaf_hash, node_hash, root_of,
    verify_consistency, verify_inclusion,
};
use ledger::{Hash, Store};
use proptest::prelude::*;

use crate::memory::Memory;
use crate::sample::claim;

/// The leaves of certificate-transparency's `merkletree/merkle_tree_test.cc`, also `testonly/constants.go` of
/// transparency-dev/merkle.
const LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];

/// The roots of the first 0 to 8 of them, from the same sources.
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn known_leaves() -> Vec<Hash> {
    LEAVES
        .iter()
        .map(|leaf| leaf_hash(&hex::decode(leaf).unwrap()))
        .collect()
}

fn numbered_leaves(count: u64) -> Vec<Hash> {
    (0..count)
        .map(|number| leaf_hash(&number.to_be_bytes()))
        .collect()
}

/// RFC 6962 §2.1, word by word.
fn mth(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&mth(left), &mth(right))
        }
    }
}

/// §2.1.1.
fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut proof, sibling) = if index < left.len() {
        (path(index, left), mth(right))
    } else {
        (path(index - left.len(), right), mth(left))
    };
    proof.push(sibling);
    proof
}

/// §2.1.2.
fn subproof(old: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if whole { Vec::new() } else { vec![mth(leaves)] };
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut proof, sibling) = if old <= left.len() {
        (subproof(old, left, whole), mth(right))
    } else {
        (subproof(old - left.len(), right, false), mth(left))
    };
    proof.push(sibling);
    proof
}

fn split(count: usize) -> usize {
    let mut k = 1;
    while k * 2 < count {
        k *= 2;
    }
    k
}

/// A store with the tiles of these leaves, and their frontier.
fn stored(leaves: &[Hash]) -> (Memory, Frontier) {
    let (mut store, mut frontier, mut tiles) = (
        Memory::default(),
        Frontier::default(),
        Vec::<StoredTile>::new(),
    );
    leaves
        .iter()
        .for_each(|leaf| frontier.push(leaf, &mut tiles));
    tiles.extend(frontier.partial());
    let lease = claim(&mut store);
    store
        .put_tree(
            lease,
            &TreeStep {
                tiles: &tiles,
                ..TreeStep::default()
            },
        )
        .unwrap();
    (store, frontier)
}

fn head(leaves: &[Hash]) -> Head {
    Head {
        size: leaves.len() as u64,
        root: mth(leaves),
    }
}

#[test]
fn the_reference_leaves_give_the_reference_roots() {
    let leaves = known_leaves();
    let (mut store, _) = stored(&leaves);
    let mut frontier = Frontier::default();
    for (size, root) in ROOTS.iter().enumerate() {
        let root: Hash = root.parse().unwrap();
        assert_eq!(frontier.root(), root);
        assert_eq!(mth(&leaves[..size]), root);
        assert_eq!(Tiles::new(&mut store).root(size as u64).unwrap(), root);
        if let Some(leaf) = leaves.get(size) {
            frontier.push(leaf, &mut Vec::new());
        }
    }
}

#[test]
fn the_reference_proofs_come_out() {
    // transparency-dev/merkle proof tests: leaf 5 of 8, and sizes 6 to 8.
    let (mut store, _) = stored(&known_leaves());
    let mut tiles = Tiles::new(&mut store);
    let text = |proof: Option<Vec<Hash>>| {
        proof
            .unwrap()
            .iter()
            .map(Hash::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        text(tiles.inclusion(5, 8).unwrap()),
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
    assert_eq!(
        text(tiles.consistency(6, 8).unwrap()),
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
}

#[test]
fn all_proofs_of_small_trees_are_those_of_the_definition_and_hold() {
    let leaves = numbered_leaves(40);
    let (mut store, _) = stored(&leaves);
    let mut tiles = Tiles::new(&mut store);
    for size in 1..=leaves.len() {
        let new = head(&leaves[..size]);
        for index in 0..size {
            let proof = tiles.inclusion(index as u64, new.size).unwrap().unwrap();
            assert_eq!(proof, path(index, &leaves[..size]));
            verify_inclusion(&leaves[index], index as u64, &new, &proof).unwrap();
        }
        for old in 1..=size {
            let proof = tiles.consistency(old as u64, new.size).unwrap().unwrap();
            assert_eq!(proof, subproof(old, &leaves[..size], true));
            verify_consistency(&head(&leaves[..old]), &new, &proof).unwrap();
        }
    }
}

#[test]
fn there_are_no_proofs_out_of_range() {
    let (mut store, frontier) = stored(&numbered_leaves(5));
    let mut tiles = Tiles::new(&mut store);
    assert_eq!(tiles.inclusion(5, 5).unwrap(), None);
    assert_eq!(tiles.consistency(0, 5).unwrap(), None);
    assert_eq!(tiles.consistency(6, 5).unwrap(), None);
    assert!(tiles.root(6).is_err(), "no tile has a sixth hash");
    let head = frontier.head();
    assert_eq!(
        verify_inclusion(&empty_root(), 5, &head, &[]),
        Err(ProofError::OutOfRange)
    );
    let larger = Head { size: 6, ..head };
    assert_eq!(
        verify_consistency(&larger, &head, &[]),
        Err(ProofError::OutOfRange)
    );
}

#[test]
fn every_tree_begins_with_the_empty_one() {
    let new = head(&numbered_leaves(5));
    let empty = Head {
        size: 0,
        root: empty_root(),
    };
    assert_eq!(verify_consistency(&empty, &new, &[]), Ok(()));
    assert_eq!(
        verify_consistency(
            &Head {
                root: new.root,
                ..empty
            },
            &new,
            &[]
        ),
        Err(ProofError::WrongRoot)
    );
    assert_eq!(
        verify_consistency(&empty, &new, &[new.root]),
        Err(ProofError::WrongLength)
    );
}

#[test]
fn a_frontier_that_is_read_back_goes_on_as_the_one_before() {
    for size in [0, 1, 255, 256, 257, 511, 512, 1000] {
        let leaves = numbered_leaves(size + 300);
        let (before, after) = leaves.split_at(usize::try_from(size).unwrap());
        let (mut store, mut frontier) = stored(before);
        let mut again = Frontier::load(&mut store, size).unwrap();
        let (mut tiles, mut tiles_again) = (Vec::new(), Vec::new());
        for leaf in after {
            frontier.push(leaf, &mut tiles);
            again.push(leaf, &mut tiles_again);
        }
        assert_eq!((again.head(), tiles_again), (frontier.head(), tiles));
        assert_eq!(frontier.root(), mth(&leaves));
    }
}

#[test]
fn a_tree_of_three_levels_of_tiles_has_the_root_of_the_definition() {
    let leaves = numbered_leaves(65_536 + 300);
    let (mut store, frontier) = stored(&leaves);
    assert_eq!(frontier.root(), mth(&leaves));
    let mut tiles = Tiles::new(&mut store);
    for (index, size) in [
        (0, 65_536),
        (65_535, 65_537),
        (65_800, 65_836),
        (300, 65_836),
    ] {
        let new = head(&leaves[..size]);
        let proof = tiles.inclusion(index as u64, new.size).unwrap().unwrap();
        verify_inclusion(&leaves[index], index as u64, &new, &proof).unwrap();
        let proof = tiles
            .consistency(index as u64 + 1, new.size)
            .unwrap()
            .unwrap();
        verify_consistency(&head(&leaves[..=index]), &new, &proof).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn roots_and_proofs_are_those_of_the_definition(size in 1_usize..1200, index in any::<prop::sample::Index>()) {
        let leaves = numbered_leaves(size as u64);
        let at = index.index(size);
        let (mut store, frontier) = stored(&leaves);
        let mut tiles = Tiles::new(&mut store);
        let new = head(&leaves);
        prop_assert_eq!(frontier.head(), new);
        prop_assert_eq!(root_of(&leaves), Some(new.root));
        prop_assert_eq!(tiles.root(at as u64 + 1).unwrap(), mth(&leaves[..=at]));
        prop_assert_eq!(tiles.inclusion(at as u64, new.size).unwrap().unwrap(), path(at, &leaves));
        prop_assert_eq!(tiles.consistency(at as u64 + 1, new.size).unwrap().unwrap(), subproof(at + 1, &leaves, true));
    }

    #[test]
    fn no_altered_proof_holds(size in 2_usize..600, index in any::<prop::sample::Index>(), harm in any::<prop::sample::Index>()) {
        let leaves = numbered_leaves(size as u64);
        let at = index.index(size - 1);
        let (new, old) = (head(&leaves), head(&leaves[..=at]));
        let inclusion = path(at, &leaves);
        let consistency = subproof(at + 1, &leaves, true);
        for proof in harmed(&inclusion, harm.index(inclusion.len())) {
            prop_assert!(verify_inclusion(&leaves[at], at as u64, &new, &proof).is_err());
        }
        for proof in harmed(&consistency, harm.index(consistency.len())) {
            prop_assert!(verify_consistency(&old, &new, &proof).is_err());
        }
        prop_assert!(verify_inclusion(&leaves[at], at as u64 + 1, &new, &inclusion).is_err());
        prop_assert!(verify_inclusion(&leaves[at + 1], at as u64, &new, &inclusion).is_err());
    }
}

/// The proof with a byte flipped, a hash taken out, a hash doubled.
fn harmed(proof: &[Hash], at: usize) -> [Vec<Hash>; 3] {
    let mut flipped = proof.to_vec();
    flipped[at].0[at % 32] ^= 1;
    let mut shorter = proof.to_vec();
    shorter.remove(at);
    let mut longer = proof.to_vec();
    longer.insert(at, proof[at]);
    [flipped, shorter, longer]
}
