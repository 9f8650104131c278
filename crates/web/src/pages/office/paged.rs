//! Long lists, page by page.

use super::sheet::{Block, Cell};
use crate::asked::{Asked, At};

/// So many stand on a page.
pub(super) const PER_PAGE: usize = 50;

/// Which part of a list is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paged {
    page: usize,
    all: usize,
    most: usize,
}

impl Paged {
    /// The page of a list that is asked for; the last where there are fewer. A file holds all.
    pub fn of(at: &At, all: usize) -> Self {
        let most = match at.query.has("as") {
            true => all.max(1),
            false => PER_PAGE,
        };
        let last = all.div_ceil(most).max(1);
        let page = at.query.get("page").parse().unwrap_or(1);
        Self {
            page: page.clamp(1, last),
            all,
            most,
        }
    }

    /// How many stand on it at most.
    pub const fn most(self) -> usize {
        self.most
    }

    /// How many come before it.
    pub const fn skip(self) -> usize {
        (self.page - 1) * self.most
    }

    /// The links to the pages before and after, with what else limits the list; none where all stands on one.
    pub fn links(self, asked: &Asked<'_>, kept: &[(&str, &str)]) -> Option<Block> {
        let last = self.all.div_ceil(self.most);
        if last <= 1 {
            return None;
        }
        let w = asked.words;
        let to = |page: usize| query(asked.path, kept, ("page", &page.to_string()));
        let (from, until) = (self.skip() + 1, (self.page * self.most).min(self.all));
        let numbers = [from, until, self.all].map(|number| number.to_string());
        let [from, until, all] = numbers.each_ref().map(String::as_str);
        let here = w.with(
            "office-page-of",
            &[("from", from), ("until", until), ("all", all)],
        );
        let link = |message: &str, page: usize| Cell::text(w.t(message)).to(to(page));
        let before = (self.page > 1).then(|| link("office-page-before", self.page - 1));
        let after = (self.page < last).then(|| link("office-page-after", self.page + 1));
        let cells = before.into_iter().chain([Cell::text(here)]).chain(after);
        Some(Block::Links(cells.collect()))
    }
}

/// A path with what limits the list there, empty values left out.
pub(super) fn query(path: &str, kept: &[(&str, &str)], more: (&str, &str)) -> String {
    let pairs = kept.iter().copied().chain([more]);
    let pairs: Vec<_> = pairs.filter(|(_, value)| !value.is_empty()).collect();
    if pairs.is_empty() {
        return path.to_owned();
    }
    let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
    format!("{path}?{query}")
}
