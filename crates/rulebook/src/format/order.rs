//! Where a key stands among its siblings, and where a table stands in the file.

use crate::schema::View;

/// The place of a key: as in the schema; languages Chinese, English, then by tag; unknown keys last, as written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank(usize, String);

impl Rank {
    pub(super) fn of(key: &str, parent: Option<View<'_>>) -> Self {
        let unknown = || Self(usize::MAX, String::new());
        let Some(parent) = parent else {
            return unknown();
        };
        if parent.other_keys().is_some() {
            return match key {
                "zh" => Self(0, String::new()),
                "en" => Self(1, String::new()),
                tag => Self(2, tag.to_owned()),
            };
        }
        let place = parent.properties().position(|(name, _)| name == key);
        place.map_or_else(unknown, |place| Self(place, String::new()))
    }

    /// The places of the keys of a dotted key.
    pub(super) fn along<'k>(
        keys: impl IntoIterator<Item = &'k str>,
        mut parent: Option<View<'_>>,
    ) -> Vec<Self> {
        let mut ranks = Vec::new();
        for key in keys {
            ranks.push(Self::of(key, parent));
            parent = parent.and_then(|view| view.child(key));
        }
        ranks
    }
}

/// One step on the way to a table: single tables stand before items of lists, which keep their written order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// `[key]`.
    Single(Rank),
    /// `[[key]]`, the how-manieth header of the file.
    Listed(usize),
}
