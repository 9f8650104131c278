//! How much a ledger holds.

use crate::sequence::CHUNK;
use crate::verify::PAGE;
use crate::{Result, Store};

/// Things of a kind: how many, how many bytes together, how many the largest has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    /// How many.
    pub count: u64,
    /// Bytes of all, without what the store adds.
    pub bytes: u64,
    /// Bytes of the largest.
    pub largest: u64,
}

impl Amount {
    fn add(&mut self, bytes: usize) {
        let bytes = bytes as u64;
        self.count += 1;
        self.bytes += bytes;
        self.largest = self.largest.max(bytes);
    }
}

/// What a ledger holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Entries: body and salt.
    pub entries: Amount,
    /// Tiles.
    pub tiles: Amount,
    /// Checkpoints.
    pub checkpoints: Amount,
    /// Items of the vault, encrypted.
    pub items: Amount,
    /// How many entries the latest checkpoint covers.
    pub covered: u64,
}

/// Counts everything; reads it all, a chunk at a time. Nothing is checked.
///
/// # Errors
/// Whatever the store says.
pub fn stats(store: &mut dyn Store) -> Result<Stats> {
    let mut stats = Stats {
        covered: store.checkpoint()?.map_or(0, |checkpoint| checkpoint.size),
        ..Stats::default()
    };
    loop {
        let page = store.read(stats.entries.count, CHUNK)?;
        if page.is_empty() {
            break;
        }
        page.iter()
            .for_each(|entry| stats.entries.add(entry.body.len() + entry.salt.0.len()));
    }
    pages(
        |after| store.tiles(after, PAGE),
        |tile| {
            stats.tiles.add(tile.hashes.len());
            (tile.level, tile.index)
        },
    )?;
    pages(
        |after| store.checkpoints(after, PAGE),
        |checkpoint| {
            stats.checkpoints.add(checkpoint.note.len());
            checkpoint.size
        },
    )?;
    pages(
        |after| store.items(after, PAGE),
        |item| {
            stats.items.add(item.sealed.len());
            item.id
        },
    )?;
    Ok(stats)
}

/// Reads page after page to the last; `each` is shown every row and gives its place.
pub(crate) fn pages<Row, Place>(
    mut read: impl FnMut(Option<Place>) -> Result<Vec<Row>>,
    mut each: impl FnMut(&Row) -> Place,
) -> Result<()> {
    let mut after = None;
    loop {
        let page = read(after)?;
        let Some(last) = page.iter().map(&mut each).last() else {
            return Ok(());
        };
        after = Some(last);
    }
}
