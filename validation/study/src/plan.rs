//! How much is run, from which seed, by how many threads.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use inference::random::Random;

/// What the command line asked for.
pub(crate) struct Plan {
    /// A few data sets only.
    pub(crate) quick: bool,
    /// What all data follow from.
    pub(crate) seed: u64,
    /// How many threads.
    pub(crate) threads: NonZeroUsize,
}

impl Plan {
    /// So many data sets; in a quick run a hundredth, at least two.
    pub(crate) fn sets(&self, full: usize) -> usize {
        if self.quick {
            full.div_ceil(100).max(2)
        } else {
            full
        }
    }

    /// What comes of each data set of a design, in order. Each has a stream of its own, which other parts of the study may use too.
    pub(crate) fn each<T: Send>(
        &self,
        design: usize,
        sets: usize,
        make: impl Fn(&mut Random) -> T + Sync,
    ) -> Vec<T> {
        let stream = |set: usize| (design as u64) << 32 | set as u64;
        self.spread(sets, |set| make(&mut Random::new(self.seed, stream(set))))
    }

    /// The results for 0…`count` − 1, in order.
    pub(crate) fn spread<T: Send>(&self, count: usize, make: impl Fn(usize) -> T + Sync) -> Vec<T> {
        let next = AtomicUsize::new(0);
        let work = || {
            let taken = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
            let taken = taken.take_while(|at| *at < count);
            taken.map(|at| (at, make(at))).collect::<Vec<_>>()
        };
        let mut found: Vec<(usize, T)> = thread::scope(|scope| {
            let workers: Vec<_> = (0..self.threads.get()).map(|_| scope.spawn(work)).collect();
            let results = workers.into_iter().map(|worker| worker.join());
            results
                .flat_map(|result| result.expect("a worker's panic stops the study"))
                .collect()
        });
        found.sort_by_key(|(at, _)| *at);
        found.into_iter().map(|(_, result)| result).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_depends_on_the_number_of_threads() {
        let with = |threads| Plan {
            quick: true,
            seed: 3,
            threads: NonZeroUsize::new(threads).expect("over 0"),
        };
        let of = |plan: Plan| plan.each(4, 50, |random| random.normal());
        assert_eq!(of(with(1)), of(with(5)));
    }
}
