//! Reading the log back: entries by index, those of a kind from the newest down, one entry with its proof.
//!
//! Nothing here loads the whole log: a search looks at so many entries, says how far it came, and is gone on with from there.

use campaign::Entry;
use ledger::checkpoint::Opened;
use ledger::disclose::{DiscloseError, Disclosure, disclose};
use ledger::tree::leaf_hash;
use ledger::{Hash, Keys, Sealed, Store, StoreError};

use crate::log;

/// How many entries are read at once; readers of the vault wait no longer than that takes.
const CHUNK: u64 = 512;

/// An entry as it stands in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Logged {
    /// Its index, from 0.
    pub index: u64,
    /// What it says.
    pub entry: Entry,
    /// Its leaf in the log's tree (RFC 6962): the hash of the salted commitment to it.
    pub leaf: Hash,
}

impl Logged {
    fn of(sealed: &Sealed, index: u64) -> Result<Self, StoreError> {
        Ok(Self::new(sealed, index, log::open(sealed, index)?))
    }

    fn new(sealed: &Sealed, index: u64, entry: Entry) -> Self {
        Self {
            index,
            entry,
            leaf: leaf_hash(&sealed.commitment().0),
        }
    }
}

/// How long a search goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Search {
    /// It begins with the entry below this index and goes down.
    pub below: u64,
    /// So many entries are wanted at most.
    pub most: usize,
    /// So many are looked at at most.
    pub look_at: u64,
}

/// What a search has found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The entries, the newest first.
    pub entries: Vec<Logged>,
    /// Every entry from this index on was looked at; 0 when the search is over.
    pub reached: u64,
}

/// Reads `[from, below)` of the log.
pub(crate) fn chunk(
    store: &mut dyn Store,
    from: u64,
    below: u64,
) -> Result<Vec<Sealed>, StoreError> {
    let wanted = usize::try_from(below.saturating_sub(from)).unwrap_or(0);
    if wanted == 0 {
        return Ok(Vec::new());
    }
    store.read(from, wanted)
}

/// Goes down the log; `read` gives a stretch of it, from the first index to below the second.
pub(crate) fn search(
    search: Search,
    mut read: impl FnMut(u64, u64) -> Result<Vec<Sealed>, StoreError>,
    mut wanted: impl FnMut(&Entry) -> bool,
) -> Result<Found, StoreError> {
    let mut found = Found {
        entries: Vec::new(),
        reached: search.below,
    };
    let end = search.below.saturating_sub(search.look_at);
    while found.reached > end && found.entries.len() < search.most {
        let below = found.reached;
        let from = below.saturating_sub(CHUNK).max(end);
        let stretch = read(from, below)?;
        let numbered: Vec<(u64, &Sealed)> = (from..).zip(&stretch).collect();
        for (index, sealed) in numbered.into_iter().rev() {
            if found.entries.len() == search.most {
                break;
            }
            let entry = log::open(sealed, index)?;
            if wanted(&entry) {
                found.entries.push(Logged::new(sealed, index, entry));
            }
            found.reached = index;
        }
        if found.entries.len() < search.most {
            found.reached = from;
        }
    }
    Ok(found)
}

/// An entry; none where the log isn't that long.
pub(crate) fn entry(store: &mut dyn Store, index: u64) -> Result<Option<Logged>, StoreError> {
    let sealed = store.read(index, 1)?.into_iter().next();
    sealed.map(|sealed| Logged::of(&sealed, index)).transpose()
}

/// An entry laid open under the latest checkpoint; none while none covers it.
pub(crate) fn disclosed(
    store: &mut dyn Store,
    index: u64,
) -> Result<Option<Disclosure>, DiscloseError> {
    match store.checkpoint()? {
        Some(latest) if latest.size > index => disclose(store, index, latest.size).map(Some),
        _ => Ok(None),
    }
}

/// The latest checkpoint, opened; none while there is none that the log's keys have signed.
pub(crate) fn checkpoint(
    store: &mut dyn Store,
    keys: &Keys,
) -> Result<Option<(Opened, String)>, StoreError> {
    let Some(latest) = store.checkpoint()? else {
        return Ok(None);
    };
    let opened = keys.open(&latest.note).ok();
    Ok(opened.map(|opened| (opened, latest.note)))
}

#[cfg(test)]
mod tests {
    use campaign::{Actor, CommandId, Event, Time, vault};

    use super::*;

    fn sealed(index: u64) -> Sealed {
        let entry = Entry {
            at: Time(i64::try_from(index).unwrap()),
            by: Actor::Clock,
            cmd: CommandId([0; 16]),
            event: Event::Vault(vault::Event::Erased {
                person: None,
                items: Vec::new(),
                reason: None,
            }),
        };
        Sealed {
            body: log::body(&entry).unwrap(),
            salt: ledger::Salt([7; 32]),
        }
    }

    fn read(from: u64, below: u64) -> Result<Vec<Sealed>, StoreError> {
        Ok((from..below).map(sealed).collect())
    }

    fn indices(found: &Found) -> Vec<u64> {
        found.entries.iter().map(|one| one.index).collect()
    }

    #[test]
    fn a_search_goes_down_and_is_gone_on_with_where_it_stopped() {
        let every_hundredth = |entry: &Entry| entry.at.0 % 100 == 0;
        let (mut below, mut all) = (1_250, Vec::new());
        while below > 0 {
            let asked = Search {
                below,
                most: 3,
                look_at: 450,
            };
            let found = search(asked, read, every_hundredth).unwrap();
            assert!(found.reached < below && found.entries.len() <= 3);
            all.extend(indices(&found));
            below = found.reached;
        }
        let expected: Vec<u64> = (0..=12).rev().map(|hundred| hundred * 100).collect();
        assert_eq!(all, expected);
    }

    #[test]
    fn what_is_full_stops_at_the_last_that_was_taken() {
        let asked = Search {
            below: 600,
            most: 2,
            look_at: 600,
        };
        let found = search(asked, read, |_| true).unwrap();
        assert_eq!((indices(&found), found.reached), (vec![599, 598], 598));
        let none = Search { below: 0, ..asked };
        assert_eq!(search(none, read, |_| true).unwrap(), Found::default());
    }
}
