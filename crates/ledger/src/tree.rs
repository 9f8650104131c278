//! The Merkle tree of RFC 6962 over the commitments of the entries.
//!
//! A leaf's data is the 32 bytes of a commitment. The tree is kept in tiles of height 8 (C2SP tlog-tiles): a [`Frontier`]
//! grows it, a [`Tiles`] reads roots and proofs from what is stored, and [`verify_inclusion`] and [`verify_consistency`]
//! check a proof with nothing but the proof.
//!
//! Nothing here knows who signed what: see [`crate::checkpoint`].

use std::collections::BTreeMap;
use std::fmt;

use crate::store::StoredTile;
use crate::{Hash, Result, Store, StoreError};

/// How many hashes a full tile holds.
pub const TILE_WIDTH: usize = 256;

/// How many levels of the tree a tile spans: `2^8 = 256`.
const TILE_HEIGHT: u32 = 8;

/// How many bytes a hash has.
const HASH_BYTES: usize = 32;

/// A tree's size and root: all that a proof is checked against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many leaves.
    pub size: u64,
    /// The Merkle tree hash of them (RFC 6962 §2.1).
    pub root: Hash,
}

/// The root of the tree without leaves.
#[must_use]
pub fn empty_root() -> Hash {
    Hash::of(&[])
}

/// The hash of a leaf: `SHA-256(0x00 ‖ data)`.
#[must_use]
pub fn leaf_hash(data: &[u8]) -> Hash {
    Hash::of(&[&[0], data])
}

/// The hash of a node: `SHA-256(0x01 ‖ left ‖ right)`.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash::of(&[&[1], &left.0, &right.0])
}

/// The root over nodes of one height, of which the last may be the root of a smaller tree; none for none.
///
/// Pairs are hashed row by row and an odd last one moves up as it is: the same tree as that of RFC 6962, which splits at the
/// largest power of two.
#[must_use]
pub fn root_of(nodes: &[Hash]) -> Option<Hash> {
    let mut row = nodes.to_vec();
    while row.len() > 1 {
        row = row
            .chunks(2)
            .filter_map(|pair| match pair {
                [left, right] => Some(node_hash(left, right)),
                rest => rest.first().copied(),
            })
            .collect();
    }
    row.first().copied()
}

/// The hashes in a tile's bytes; what is left over at the end isn't one.
pub(crate) fn hashes(bytes: &[u8]) -> Vec<Hash> {
    bytes
        .as_chunks::<HASH_BYTES>()
        .0
        .iter()
        .copied()
        .map(Hash)
        .collect()
}

/// How many hashes level `level` of the tiles has in a tree of `size` leaves: full tiles and the partial one together.
#[must_use]
pub fn hashes_at(size: u64, level: u8) -> u64 {
    size.checked_shr(u32::from(level) * TILE_HEIGHT)
        .unwrap_or(0)
}

/// How wide the tile is in a tree of `size` leaves, 0 to 256.
#[must_use]
pub fn width_at(size: u64, level: u8, index: u64) -> usize {
    let before = index.saturating_mul(TILE_WIDTH as u64);
    let left = hashes_at(size, level).saturating_sub(before);
    usize::try_from(left).unwrap_or(TILE_WIDTH).min(TILE_WIDTH)
}

/// The right edge of a tree: what must be known to let it grow. At most 255 hashes for each level of tiles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// The partial tile of each level, from 0.
    levels: Vec<Vec<u8>>,
}

impl Frontier {
    /// The frontier of the first `size` leaves, read from the stored tiles. Nothing is checked: compare [`root`](Self::root).
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when a tile is missing or too narrow; whatever the store says.
    pub fn load(store: &mut dyn Store, size: u64) -> Result<Self> {
        let mut levels = Vec::new();
        for level in 0..=u8::MAX {
            let count = hashes_at(size, level);
            if count == 0 {
                break;
            }
            let index = count / TILE_WIDTH as u64;
            let width = width_at(size, level, index);
            levels.push(if width == 0 {
                Vec::new()
            } else {
                tile_of_width(store, level, index, width)?
            });
        }
        Ok(Self { size, levels })
    }

    /// How many leaves there are.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf; tiles that are full with it are moved to `full`.
    pub fn push(&mut self, leaf: &Hash, full: &mut Vec<StoredTile>) {
        self.size += 1;
        let mut carried = *leaf;
        for level in 0..=u8::MAX {
            if usize::from(level) == self.levels.len() {
                self.levels
                    .push(Vec::with_capacity(TILE_WIDTH * HASH_BYTES));
            }
            let Some(tile) = self.levels.get_mut(usize::from(level)) else {
                return;
            };
            tile.extend_from_slice(&carried.0);
            if tile.len() < TILE_WIDTH * HASH_BYTES {
                return;
            }
            let bytes = std::mem::replace(tile, Vec::with_capacity(TILE_WIDTH * HASH_BYTES));
            let Some(root) = root_of(&hashes(&bytes)) else {
                return;
            };
            let index = hashes_at(self.size, level) / TILE_WIDTH as u64 - 1;
            full.push(StoredTile {
                level,
                index,
                hashes: bytes,
            });
            carried = root;
        }
    }

    /// The partial tiles, from level 0; levels whose last tile is full have none.
    pub fn partial(&self) -> impl Iterator<Item = StoredTile> + '_ {
        (0..=u8::MAX)
            .zip(&self.levels)
            .filter(|(_, bytes)| !bytes.is_empty())
            .map(|(level, bytes)| StoredTile {
                level,
                index: hashes_at(self.size, level) / TILE_WIDTH as u64,
                hashes: bytes.clone(),
            })
    }

    /// The root over all leaves.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut below = None;
        for bytes in &self.levels {
            let mut nodes = hashes(bytes);
            nodes.extend(below);
            below = root_of(&nodes);
        }
        below.unwrap_or_else(empty_root)
    }

    /// Size and root.
    #[must_use]
    pub fn head(&self) -> Head {
        Head {
            size: self.size,
            root: self.root(),
        }
    }
}

/// The first `width` hashes of a stored tile.
fn tile_of_width(store: &mut dyn Store, level: u8, index: u64, width: usize) -> Result<Vec<u8>> {
    let mut bytes = store
        .tile(level, index)?
        .map(|tile| tile.hashes)
        .unwrap_or_default();
    if bytes.len() < width * HASH_BYTES {
        return Err(StoreError::Damaged(format!(
            "tile {index} of level {level} must hold {width} hashes and holds {}",
            bytes.len() / HASH_BYTES
        )));
    }
    bytes.truncate(width * HASH_BYTES);
    Ok(bytes)
}

/// Reads roots and proofs from the stored tiles; each tile is fetched once.
///
/// It trusts the tiles: what comes of it must be compared with a signed root, as those to whom it is given will do.
pub struct Tiles<'s> {
    store: &'s mut dyn Store,
    read: BTreeMap<(u8, u64), Vec<Hash>>,
}

impl fmt::Debug for Tiles<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tiles")
            .field("read", &self.read.len())
            .finish_non_exhaustive()
    }
}

impl<'s> Tiles<'s> {
    /// The tiles of a store.
    pub fn new(store: &'s mut dyn Store) -> Self {
        Self {
            store,
            read: BTreeMap::new(),
        }
    }

    /// The root over the first `size` leaves.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when a tile is missing or too narrow; whatever the store says.
    pub fn root(&mut self, size: u64) -> Result<Hash> {
        if size == 0 {
            Ok(empty_root())
        } else {
            self.range(0, size)
        }
    }

    /// The proof that leaf `index` is in the tree of the first `size` leaves (RFC 6962 §2.1.1), from the leaf upwards; none
    /// when that tree has no such leaf.
    ///
    /// # Errors
    /// As [`root`](Self::root).
    pub fn inclusion(&mut self, index: u64, size: u64) -> Result<Option<Vec<Hash>>> {
        if index >= size {
            return Ok(None);
        }
        let (mut start, mut end) = (0, size);
        let mut path = Vec::new();
        while end - start > 1 {
            let middle = start + split(end - start);
            if index < middle {
                path.push(self.range(middle, end)?);
                end = middle;
            } else {
                path.push(self.range(start, middle)?);
                start = middle;
            }
        }
        path.reverse();
        Ok(Some(path))
    }

    /// The proof that the tree of `old` leaves is how that of `new` began (RFC 6962 §2.1.2); none when `old` is 0 or over
    /// `new`, where there is nothing to prove.
    ///
    /// # Errors
    /// As [`root`](Self::root).
    pub fn consistency(&mut self, old: u64, new: u64) -> Result<Option<Vec<Hash>>> {
        if old == 0 || old > new {
            return Ok(None);
        }
        let (mut start, mut end) = (0, new);
        let mut path = Vec::new();
        while old != end {
            let middle = start + split(end - start);
            if old <= middle {
                path.push(self.range(middle, end)?);
                end = middle;
            } else {
                path.push(self.range(start, middle)?);
                start = middle;
            }
        }
        // The old tree itself is known to whoever asks; a part of it isn't.
        if start > 0 {
            path.push(self.range(start, end)?);
        }
        path.reverse();
        Ok(Some(path))
    }

    /// The root over the leaves `start..end`, where `start` is a multiple of the least power of two that holds them all.
    fn range(&mut self, start: u64, end: u64) -> Result<Hash> {
        let mut whole = Vec::new();
        let mut at = start;
        while at < end {
            let height = (end - at).ilog2();
            whole.push(self.node(height, at >> height)?);
            at += 1 << height;
        }
        let last = whole.pop().ok_or_else(|| {
            StoreError::Damaged("an empty range of leaves was asked for".to_owned())
        })?;
        Ok(whole
            .iter()
            .rev()
            .fold(last, |right, left| node_hash(left, &right)))
    }

    /// Node `index` of those over `2^height` leaves each.
    fn node(&mut self, height: u32, index: u64) -> Result<Hash> {
        let level = u8::try_from(height / TILE_HEIGHT).unwrap_or(u8::MAX);
        let within = height % TILE_HEIGHT;
        let first = index << within;
        let offset = usize::try_from(first % TILE_WIDTH as u64).unwrap_or(0);
        let tile = self.tile(level, first / TILE_WIDTH as u64)?;
        tile.get(offset..offset + (1 << within))
            .and_then(root_of)
            .ok_or_else(|| {
                StoreError::Damaged(format!(
                    "tile {} of level {level} is missing or too narrow",
                    first / TILE_WIDTH as u64
                ))
            })
    }

    fn tile(&mut self, level: u8, index: u64) -> Result<&[Hash]> {
        let entry = match self.read.entry((level, index)) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(space) => {
                let stored = self.store.tile(level, index)?;
                space.insert(stored.map(|tile| hashes(&tile.hashes)).unwrap_or_default())
            }
        };
        Ok(entry)
    }
}

/// The largest power of two below `leaves`, which is at least 2.
fn split(leaves: u64) -> u64 {
    1 << (leaves - 1).ilog2()
}

/// Why a proof doesn't hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofError {
    /// There is no such leaf, or the later tree is the smaller one.
    OutOfRange,
    /// A proof of this leaf or these sizes has another number of hashes.
    WrongLength,
    /// It leads to another root.
    WrongRoot,
}

impl fmt::Display for ProofError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutOfRange => "there is no such leaf or no such earlier tree",
            Self::WrongLength => "the proof has the wrong number of hashes",
            Self::WrongRoot => "the proof leads to another root",
        })
    }
}

impl std::error::Error for ProofError {}

/// Checks that `leaf` (a [`leaf_hash`]) is number `index` of the tree (RFC 9162 §2.1.3.2).
///
/// # Errors
/// [`ProofError`] when the proof doesn't show it.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    head: &Head,
    proof: &[Hash],
) -> std::result::Result<(), ProofError> {
    if index >= head.size {
        return Err(ProofError::OutOfRange);
    }
    let (mut node, mut last) = (index, head.size - 1);
    let mut root = *leaf;
    for hash in proof {
        if last == 0 {
            return Err(ProofError::WrongLength);
        }
        if node % 2 == 1 || node == last {
            root = node_hash(hash, &root);
            let skip = if node % 2 == 1 {
                0
            } else {
                node.trailing_zeros().min(63)
            };
            (node, last) = (node >> skip, last >> skip);
        } else {
            root = node_hash(&root, hash);
        }
        (node, last) = (node / 2, last / 2);
    }
    if last != 0 {
        return Err(ProofError::WrongLength);
    }
    if root == head.root {
        Ok(())
    } else {
        Err(ProofError::WrongRoot)
    }
}

/// Checks that the tree `old` is how the tree `new` began (RFC 9162 §2.1.4.2).
///
/// Every tree begins with the empty one: for an `old` of size 0 the proof is empty, and its root is that of the empty tree.
///
/// # Errors
/// [`ProofError`] when the proof doesn't show it.
pub fn verify_consistency(
    old: &Head,
    new: &Head,
    proof: &[Hash],
) -> std::result::Result<(), ProofError> {
    if old.size > new.size {
        return Err(ProofError::OutOfRange);
    }
    if old.size == 0 || old.size == new.size {
        let root = if old.size == 0 {
            empty_root()
        } else {
            new.root
        };
        return match (proof.is_empty(), root == old.root) {
            (false, _) => Err(ProofError::WrongLength),
            (true, false) => Err(ProofError::WrongRoot),
            (true, true) => Ok(()),
        };
    }
    let skip = (old.size - 1).trailing_ones();
    let (node, last) = ((old.size - 1) >> skip, (new.size - 1) >> skip);
    let (first, rest) = if old.size.is_power_of_two() {
        (old.root, proof)
    } else {
        let (first, rest) = proof.split_first().ok_or(ProofError::WrongLength)?;
        (*first, rest)
    };
    let (old_root, new_root) = climb(first, (node, last), rest)?;
    if old_root == old.root && new_root == new.root {
        Ok(())
    } else {
        Err(ProofError::WrongRoot)
    }
}

/// The roots of the old and the new tree that a consistency proof leads to, from their common node `first`.
fn climb(
    first: Hash,
    (mut node, mut last): (u64, u64),
    proof: &[Hash],
) -> std::result::Result<(Hash, Hash), ProofError> {
    let (mut old, mut new) = (first, first);
    for hash in proof {
        if last == 0 {
            return Err(ProofError::WrongLength);
        }
        if node % 2 == 1 || node == last {
            old = node_hash(hash, &old);
            new = node_hash(hash, &new);
            let skip = if node % 2 == 1 {
                0
            } else {
                node.trailing_zeros().min(63)
            };
            (node, last) = (node >> skip, last >> skip);
        } else {
            new = node_hash(&new, hash);
        }
        (node, last) = (node / 2, last / 2);
    }
    if last == 0 {
        Ok((old, new))
    } else {
        Err(ProofError::WrongLength)
    }
}
