//! What was worked out lately, kept to be shown again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

type Made<V> = Arc<OnceLock<Arc<V>>>;

/// The last values that were made, by what they were made from.
///
/// A key holds all that a value depends on, so that none has to be thrown away when something changes.
#[derive(Debug)]
pub struct Recent<K, V> {
    most: usize,
    kept: Mutex<VecDeque<(K, Made<V>)>>,
}

impl<K: PartialEq, V> Recent<K, V> {
    /// Keeps at most so many.
    #[must_use]
    pub const fn new(most: usize) -> Self {
        Self {
            most,
            kept: Mutex::new(VecDeque::new()),
        }
    }

    /// The value of a key. It is made once, however many ask at the same time; those who ask for others don't wait for it.
    pub fn get(&self, key: K, make: impl FnOnce() -> V) -> Arc<V> {
        let place = self.place(key);
        Arc::clone(place.get_or_init(|| Arc::new(make())))
    }

    fn place(&self, key: K) -> Made<V> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, place)) = kept.iter().find(|(known, _)| *known == key) {
            return Arc::clone(place);
        }
        if kept.len() >= self.most {
            kept.pop_front();
        }
        let place = Made::default();
        kept.push_back((key, Arc::clone(&place)));
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_made_once_while_it_is_kept() {
        let recent = Recent::new(2);
        let mut made = Vec::new();
        for key in [1, 1, 2, 1, 3, 1] {
            let value = recent.get(key, || {
                made.push(key);
                key * 10
            });
            assert_eq!(*value, key * 10);
        }
        assert_eq!(made, [1, 2, 3, 1], "the oldest makes room");
    }
}
