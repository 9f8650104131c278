//! Running the scoring again: each variant of the scheme is fitted once for many replications, then only its weights change.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

use rulebook::model::{Measure, Scheme};

use super::RobustError;
use super::input::Inputs;
use super::weights::Slots;
use crate::band::{self, Coverage};
use crate::class::Class;
use crate::plan::PlanError;
use crate::rank::{self, Ranks};
use crate::ruler::{self, Ruler};

/// Replications of one variant that a thread takes at a time: fitting the variant is little beside so many.
const PIECE: usize = 256;

/// What a replication came to.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub scores: Vec<f64>,
    pub ranks: Ranks,
}

impl Standing {
    pub fn score(&self, unit: usize) -> Option<f64> {
        self.scores
            .get(unit)
            .copied()
            .filter(|score| !score.is_nan())
    }
}

/// A scheme's variants over one class.
#[derive(Clone, Debug)]
pub(super) struct Variants<'a> {
    pub scheme: &'a Scheme,
    pub measures: &'a [&'a Measure],
    pub class: &'a Class<'a>,
    pub inputs: Inputs,
    threads: NonZeroUsize,
}

/// A variant, fitted to the class.
pub(super) struct Fitted<'a> {
    pub ruler: Ruler<'a>,
    pub slots: Slots,
    /// What is written, before weights are changed.
    written: crate::plan::Plan,
    coverage: Option<Vec<Coverage>>,
}

impl<'a> Variants<'a> {
    pub fn new(
        scheme: &'a Scheme,
        measures: &'a [&'a Measure],
        class: &'a Class<'a>,
        inputs: Inputs,
        threads: NonZeroUsize,
    ) -> Self {
        Self {
            scheme,
            measures,
            class,
            inputs,
            threads,
        }
    }

    /// Fits a scheme to the class.
    pub fn fit(&self, scheme: &Scheme) -> Result<Fitted<'a>, PlanError> {
        let ruler = Ruler::fit(scheme, self.measures, self.class, NonZeroUsize::MIN)?;
        Ok(Fitted {
            slots: Slots::new(&ruler.plan, self.inputs.weights()),
            written: ruler.plan.clone(),
            coverage: band::coverage(&ruler),
            ruler,
        })
    }

    /// The result as the scheme is written.
    pub fn nominal(&self) -> Result<Standing, RobustError> {
        let fitted = self.fit(self.scheme).map_err(RobustError::Scheme)?;
        let standing = fitted.standing().map_err(RobustError::Scheme)?;
        if standing.ranks.of() == 0 {
            return Err(RobustError::NoRanks {
                variant: String::new(),
            });
        }
        Ok(standing)
    }

    /// Scores the class at each of so many points and shows each result to `look`, which says `None` where nobody is ranked as
    /// before. In the order of the points; the same for any number of threads.
    pub fn runs<T: Send>(
        &self,
        count: usize,
        point: &(dyn Fn(usize) -> Vec<f64> + Sync),
        look: impl Fn(Standing) -> Option<T> + Sync,
    ) -> Result<Vec<T>, RobustError> {
        let mut by_variant: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        for run in 0..count {
            by_variant
                .entry(self.inputs.key(&point(run)))
                .or_default()
                .push(run);
        }
        let pieces: Vec<(&[usize], &[usize])> = by_variant
            .iter()
            .flat_map(|(key, runs)| runs.chunks(PIECE).map(|runs| (key.as_slice(), runs)))
            .collect();
        let next = AtomicUsize::new(0);
        let work = || self.work(&pieces, &next, point, &look);
        let done: Vec<_> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..self.threads.get()).map(|_| scope.spawn(work)).collect();
            let join = |worker: std::thread::ScopedJoinHandle<'_, _>| {
                worker
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            };
            workers.into_iter().map(join).collect()
        });
        let mut found = Vec::with_capacity(count);
        let mut failed: Option<(usize, RobustError)> = None;
        for part in done {
            match part {
                Ok(results) => found.extend(results),
                // Pieces are taken in order, so whichever thread meets it, the first that fails is always met.
                Err(error) if failed.as_ref().is_none_or(|known| error.0 < known.0) => {
                    failed = Some(error)
                }
                Err(_) => {}
            }
        }
        if let Some((_, error)) = failed {
            return Err(error);
        }
        found.sort_by_key(|(run, _)| *run);
        Ok(found.into_iter().map(|(_, result)| result).collect())
    }

    /// Takes pieces until none is left.
    fn work<T>(
        &self,
        pieces: &[(&[usize], &[usize])],
        next: &AtomicUsize,
        point: &(dyn Fn(usize) -> Vec<f64> + Sync),
        look: &impl Fn(Standing) -> Option<T>,
    ) -> Result<Vec<(usize, T)>, (usize, RobustError)> {
        let mut found = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some((key, runs)) = pieces.get(at) else {
                return Ok(found);
            };
            let done = self.piece(key, runs, point, look);
            found.extend(done.map_err(|error| (at, error))?);
        }
    }

    fn piece<T>(
        &self,
        key: &[usize],
        runs: &[usize],
        point: &dyn Fn(usize) -> Vec<f64>,
        look: &impl Fn(Standing) -> Option<T>,
    ) -> Result<Vec<(usize, T)>, RobustError> {
        let variant = || self.inputs.words(key);
        let failed = |error| RobustError::Variant {
            variant: variant(),
            error,
        };
        let scheme = self.inputs.variant(self.scheme, key).map_err(failed)?;
        let mut fitted = self.fit(&scheme).map_err(failed)?;
        let run = |run: &usize| {
            fitted.reweigh(&self.inputs.factors(&point(*run)));
            let standing = fitted.standing().map_err(failed)?;
            let none = || RobustError::NoRanks { variant: variant() };
            Ok((*run, look(standing).ok_or_else(none)?))
        };
        runs.iter().map(run).collect()
    }
}

impl Fitted<'_> {
    /// Multiplies the weights as written by factors.
    fn reweigh(&mut self, factors: &[f64]) {
        if factors.is_empty() {
            return;
        }
        for group in 0..self.written.groups.len() {
            if let Some(weights) = self.slots.weights(&self.written, group, factors) {
                self.ruler.reweigh(group, &weights);
            }
        }
        self.ruler.refit_groups();
    }

    pub fn standing(&self) -> Result<Standing, PlanError> {
        let scores = ruler::vetoed_scores(&self.ruler, NonZeroUsize::MIN);
        let ranks = rank::rank(&self.ruler, &scores, self.coverage.as_deref())?;
        Ok(Standing { scores, ranks })
    }
}
