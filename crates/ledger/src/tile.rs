//! Tiles as others fetch them (C2SP tlog-tiles): what a path names, and the bytes that are served for it.
//!
//! Everything served here is public. An entry's bundle holds its commitment, never its body or salt.

use std::fmt;
use std::str::FromStr;

use crate::tree::{TILE_WIDTH, width_at};
use crate::{Result, Store, StoreError};

/// The highest level that the specification knows.
const MAX_LEVEL: u8 = 63;

/// What can be fetched, by its path below the log's address.
///
/// ```
/// use ledger::tile::Resource;
///
/// let tile: Resource = "tile/0/x001/x234/067.p/8".parse()?;
/// assert_eq!(tile, Resource::Hashes { level: 0, index: 1_234_067, width: 8 });
/// assert_eq!(tile.to_string(), "tile/0/x001/x234/067.p/8");
/// # Ok::<(), ledger::tile::NotAPath>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// `checkpoint`: the latest one.
    Checkpoint,
    /// `tile/<level>/<index>[.p/<width>]`: a tile of hashes.
    Hashes {
        /// 0 to 63.
        level: u8,
        /// Which of the level.
        index: u64,
        /// How many hashes: 256 for a full tile, 1 to 255 for a partial one.
        width: u16,
    },
    /// `tile/entries/<index>[.p/<width>]`: what the leaves of a tile of level 0 are the hashes of.
    Entries {
        /// Which bundle.
        index: u64,
        /// How many entries, 1 to 256.
        width: u16,
    },
}

/// A path that names nothing in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAPath(pub String);

impl fmt::Display for NotAPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} isn't the path of a checkpoint, a tile or an entry bundle (c2sp.org/tlog-tiles)",
            self.0
        )
    }
}

impl std::error::Error for NotAPath {}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (index, width) = match *self {
            Self::Checkpoint => return f.write_str("checkpoint"),
            Self::Hashes {
                level,
                index,
                width,
            } => {
                write!(f, "tile/{level}/")?;
                (index, width)
            }
            Self::Entries { index, width } => {
                f.write_str("tile/entries/")?;
                (index, width)
            }
        };
        let mut groups = vec![index % 1000];
        let mut rest = index / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        for (left, group) in groups.iter().enumerate().rev() {
            if left > 0 {
                write!(f, "x{group:03}/")?;
            } else {
                write!(f, "{group:03}")?;
            }
        }
        if usize::from(width) == TILE_WIDTH {
            Ok(())
        } else {
            write!(f, ".p/{width}")
        }
    }
}

impl FromStr for Resource {
    type Err = NotAPath;

    /// Reads a path. Each resource has one path; any other spelling is refused.
    fn from_str(path: &str) -> std::result::Result<Self, NotAPath> {
        let resource = read_path(path).ok_or_else(|| NotAPath(path.to_owned()))?;
        // Leading zeros, a full tile written as a partial one and the like: written again they look different.
        if resource.to_string() == path {
            Ok(resource)
        } else {
            Err(NotAPath(path.to_owned()))
        }
    }
}

fn read_path(path: &str) -> Option<Resource> {
    if path == "checkpoint" {
        return Some(Resource::Checkpoint);
    }
    let (kind, place) = path.strip_prefix("tile/")?.split_once('/')?;
    let (index, width) = match place.split_once(".p/") {
        Some((index, width)) => (
            index,
            width
                .parse()
                .ok()
                .filter(|width| (1..256).contains(width))?,
        ),
        None => (place, 256),
    };
    let index = read_index(index)?;
    if kind == "entries" {
        return Some(Resource::Entries { index, width });
    }
    let level = kind.parse().ok().filter(|level| *level <= MAX_LEVEL)?;
    Some(Resource::Hashes {
        level,
        index,
        width,
    })
}

/// Groups of three digits, all but the last after an `x`.
fn read_index(text: &str) -> Option<u64> {
    let (above, last) = match text.rsplit_once('/') {
        Some((above, last)) => (Some(above), last),
        None => (None, text),
    };
    let mut index = 0_u64;
    for group in above.into_iter().flat_map(|above| above.split('/')) {
        index = append_group(index, group.strip_prefix('x')?)?;
    }
    append_group(index, last)
}

fn append_group(index: u64, group: &str) -> Option<u64> {
    let digits = group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit());
    let value: u64 = group.parse().ok().filter(|_| digits)?;
    index.checked_mul(1000)?.checked_add(value)
}

/// The bytes that a server gives for a resource while its checkpoint has `size` leaves; none where there is nothing to give
/// (a server answers 404).
///
/// A partial tile stays available once it has grown: its bytes are how the wider one begins.
///
/// # Errors
/// [`StoreError::Damaged`] when what must be there isn't; whatever the store says.
pub fn serve(store: &mut dyn Store, resource: Resource, size: u64) -> Result<Option<Vec<u8>>> {
    let (level, index, width) = match resource {
        Resource::Checkpoint => {
            return Ok(store
                .checkpoint()?
                .map(|checkpoint| checkpoint.note.into_bytes()));
        }
        Resource::Hashes {
            level,
            index,
            width,
        } => (level, index, usize::from(width)),
        Resource::Entries { index, width } => (0, index, usize::from(width)),
    };
    if width == 0 || width > width_at(size, level, index) {
        return Ok(None);
    }
    match resource {
        Resource::Entries { .. } => bundle(store, index, width).map(Some),
        _ => hashes(store, level, index, width).map(Some),
    }
}

fn hashes(store: &mut dyn Store, level: u8, index: u64, width: usize) -> Result<Vec<u8>> {
    let bytes = store
        .tile(level, index)?
        .map(|tile| tile.hashes)
        .unwrap_or_default();
    bytes.get(..width * 32).map(<[u8]>::to_vec).ok_or_else(|| {
        StoreError::Damaged(format!(
            "tile {index} of level {level} is missing or narrower than {width}"
        ))
    })
}

/// The commitments of a tile's entries, each after its length as a big-endian 16-bit number.
fn bundle(store: &mut dyn Store, index: u64, width: usize) -> Result<Vec<u8>> {
    let first = index * TILE_WIDTH as u64;
    let mut bytes = Vec::with_capacity(width * 34);
    let mut done = 0;
    while done < width {
        let entries = store.read(first + done as u64, width - done)?;
        if entries.is_empty() {
            return Err(StoreError::Damaged(format!(
                "entry {} is missing",
                first + done as u64
            )));
        }
        for entry in &entries {
            bytes.extend_from_slice(&32_u16.to_be_bytes());
            bytes.extend_from_slice(&entry.commitment().0);
        }
        done += entries.len();
    }
    Ok(bytes)
}
