//! The draws: each measure drawn, the rulebook run, and what came of it counted.

use std::num::NonZeroUsize;

use inference::likeness::Likeness;
use inference::random::Random;
use rulebook::figures::MISSING;
use rulebook::model::Measure;

use super::named::Estimate;
use super::sources::Source;
use super::{ReplayError, Settings, Sureness};
use crate::class::Class;
use crate::plan::Plan;
use crate::ruler::{Ruler, apply_vetoes};
use crate::{PlanError, Scored, band, rank, stats};

/// So many of the draws say beforehand how sure scores are.
const PILOT: usize = 128;
/// So many draws of new figures say what a score's error is; in half of them a unit is as its class.
const ANEW: usize = 400;
/// Units whose draws are brought together at a time.
const BLOCK: usize = 32;
/// The stream of what the class has in common.
const COMMON: &str = " common";

/// All that the draws share.
pub(super) struct Sampler<'r> {
    scored: &'r Scored<'r>,
    measures: &'r [&'r Measure],
    settings: &'r Settings,
    sources: &'r [Source<'r>],
    /// For each unit, whether the noise of all its figures is known.
    known: &'r [bool],
    draws: usize,
}

/// How a unit's score spreads over the draws, before vetoes.
struct Spread {
    means: Vec<f64>,
    variances: Vec<f64>,
    likeness: Likeness,
}

/// The scores of draws of new figures, in which every second unit is as its class: units of even position in even draws, the others in
/// odd ones.
#[derive(Default)]
struct Anew {
    /// The number of the first of the draws.
    first: usize,
    /// Draw after draw.
    scores: Vec<f64>,
}

/// One thread's copy of the class, and the plan.
struct Desk<'a> {
    class: Class<'a>,
    /// Between two draws; a ruler has it while it is used.
    plan: Option<Plan>,
}

/// What one thread has counted, unit by unit.
#[derive(Clone, Debug)]
struct Tally {
    /// Unit after unit, band after band.
    bands: Vec<u32>,
    first: Vec<u32>,
    over_mean: Vec<u32>,
}

impl Tally {
    fn new(units: usize, bands: usize) -> Self {
        Self {
            bands: vec![0; units * bands],
            first: vec![0; units],
            over_mean: vec![0; units],
        }
    }

    fn add(&mut self, other: &Self) {
        let pairs = [
            (&mut self.bands, &other.bands),
            (&mut self.first, &other.first),
            (&mut self.over_mean, &other.over_mean),
        ];
        for (sums, counts) in pairs {
            sums.iter_mut()
                .zip(counts)
                .for_each(|(sum, count)| *sum += count);
        }
    }
}

/// The scores and ranks of a row of draws, draw after draw; 0 for no rank.
struct Rows<'m> {
    first: usize,
    scores: &'m mut [f64],
    ranks: &'m mut [u32],
}

impl<'r> Sampler<'r> {
    pub(super) fn new(
        scored: &'r Scored<'r>,
        measures: &'r [&'r Measure],
        settings: &'r Settings,
        (sources, known): (&'r [Source<'r>], &'r [bool]),
    ) -> Self {
        // Where nothing is drawn, every draw is the same.
        let draws = if sources.is_empty() {
            1
        } else {
            settings.draws.get() as usize
        };
        Self {
            scored,
            measures,
            settings,
            sources,
            known,
            draws,
        }
    }

    fn units(&self) -> usize {
        self.scored.scores.len()
    }

    fn bands(&self) -> usize {
        self.scored.ruler.plan.scheme.band.len()
    }

    pub(super) fn run(
        &self,
        threads: NonZeroUsize,
        drawn: &(dyn Fn() + Sync),
    ) -> Result<Vec<Sureness>, ReplayError> {
        let units = self.units();
        if units == 0 {
            return Ok(Vec::new());
        }
        let spread = self.pilot(threads)?;
        let anew = self.anew(threads)?;
        let mut scores = vec![0.0; units * self.draws];
        let mut ranks = vec![0; units * self.draws];
        let share = self.draws.div_ceil(threads.get());
        let rows = scores
            .chunks_mut(share * units)
            .zip(ranks.chunks_mut(share * units))
            .enumerate()
            .map(|(part, (scores, ranks))| Rows {
                first: part * share,
                scores,
                ranks,
            });
        let spread = &spread;
        let tallies: Vec<Result<Tally, PlanError>> = std::thread::scope(|scope| {
            let workers: Vec<_> = rows
                .map(|rows| scope.spawn(move || self.part(rows, spread, drawn)))
                .collect();
            workers.into_iter().map(join).collect()
        });
        let mut sum = Tally::new(units, self.bands());
        for tally in tallies {
            sum.add(&tally?);
        }
        Ok(self.sureness(&scores, &ranks, &sum, &anew))
    }

    /// The first draws, for how each unit's score spreads.
    fn pilot(&self, threads: NonZeroUsize) -> Result<Spread, PlanError> {
        let (units, draws) = (self.units(), self.draws.min(PILOT));
        let scores = self.scores(0, draws, threads, |desk, draw| {
            self.ruled(desk, self.sources, draw, |ruler| Ok(ruler.scores(ONE)))
        })?;
        let (means, variances): (Vec<f64>, Vec<f64>) = gathered(&scores, units)
            .map(|draws| mean_and_variance(&draws))
            .unzip();
        // Scores are finite, and variances not negative.
        let likeness = Likeness::fit(&means, &variances).unwrap_or_default();
        Ok(Spread {
            means,
            variances,
            likeness,
        })
    }

    /// Draws of new figures. None where nothing is drawn.
    fn anew(&self, threads: NonZeroUsize) -> Result<Anew, PlanError> {
        if self.sources.is_empty() {
            return Ok(Anew::default());
        }
        let half = |odd: u32| -> Vec<Source<'r>> {
            let of_new = |source: &Source<'r>| Source {
                measure: source.measure,
                noise: source.noise.anew(|unit| unit % 2 == odd),
            };
            self.sources.iter().map(of_new).collect()
        };
        let halves = [half(0), half(1)];
        let scores = self.scores(self.draws, ANEW, threads, |desk, draw| {
            let [even, odd] = &halves;
            let sources = if draw % 2 == 0 { even } else { odd };
            self.ruled(desk, sources, draw, |ruler| {
                let mut scores = ruler.scores(ONE);
                apply_vetoes(ruler, &mut scores);
                Ok(scores)
            })
        })?;
        Ok(Anew {
            first: self.draws,
            scores,
        })
    }

    /// The scores of these draws, draw after draw.
    fn scores(
        &self,
        first: usize,
        draws: usize,
        threads: NonZeroUsize,
        one: impl Fn(&mut Desk<'_>, usize) -> Result<Vec<f64>, PlanError> + Sync,
    ) -> Result<Vec<f64>, PlanError> {
        let units = self.units();
        let mut scores = vec![0.0; units * draws];
        let share = draws.div_ceil(threads.get());
        let rows = scores.chunks_mut(share * units).enumerate();
        let work = |part: usize, rows: &mut [f64]| {
            let mut desk = self.desk();
            for (draw, row) in (first + part * share..).zip(rows.chunks_mut(units)) {
                row.copy_from_slice(&one(&mut desk, draw)?);
            }
            Ok(())
        };
        let work = &work;
        let done: Vec<Result<(), PlanError>> = std::thread::scope(|scope| {
            let workers: Vec<_> = rows
                .map(|(part, rows)| scope.spawn(move || work(part, rows)))
                .collect();
            workers.into_iter().map(join).collect()
        });
        done.into_iter().collect::<Result<(), PlanError>>()?;
        Ok(scores)
    }

    fn desk(&self) -> Desk<'r> {
        Desk {
            class: self.scored.ruler.class.clone(),
            plan: None,
        }
    }

    fn stream(&self, name: &str, draw: usize) -> Random {
        // FNV-1a: a measure has its own stream whichever others there are.
        let name = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let draw = (draw as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Random::new(self.settings.seed, name ^ draw)
    }

    /// Draws every measure, fits the ruler to the draw, and has it used.
    fn ruled<T>(
        &self,
        desk: &mut Desk<'_>,
        sources: &[Source<'_>],
        draw: usize,
        make: impl FnOnce(&Ruler<'_>) -> Result<T, PlanError>,
    ) -> Result<T, PlanError> {
        for source in sources {
            if let Some(cells) = desk.class.cells_mut(source.measure) {
                let mut random = self.stream(source.measure, draw);
                source.noise.draw(&mut random, cells);
            }
        }
        let planned = || self.scored.ruler.plan.clone();
        let plan = desk.plan.take().unwrap_or_else(planned);
        let ruler = Ruler::fit_plan(plan, self.measures, &desk.class, ONE)?;
        let made = make(&ruler);
        desk.plan = Some(ruler.plan);
        made
    }

    /// One thread's draws.
    fn part(
        &self,
        rows: Rows<'_>,
        spread: &Spread,
        drawn: &(dyn Fn() + Sync),
    ) -> Result<Tally, PlanError> {
        let units = self.units();
        let mut desk = self.desk();
        let mut tally = Tally::new(units, self.bands());
        let outs = rows
            .scores
            .chunks_mut(units)
            .zip(rows.ranks.chunks_mut(units));
        for (draw, (scores, ranks)) in (rows.first..).zip(outs) {
            self.ruled(&mut desk, self.sources, draw, |ruler| {
                self.judge(ruler, draw, spread, (scores, ranks), &mut tally)
            })?;
            drawn();
        }
        Ok(tally)
    }

    /// Scores, ranks and bands of one draw.
    fn judge(
        &self,
        ruler: &Ruler<'_>,
        draw: usize,
        spread: &Spread,
        (scores, places): (&mut [f64], &mut [u32]),
        tally: &mut Tally,
    ) -> Result<(), PlanError> {
        let mut own = ruler.scores(ONE);
        let mut pulled = self.pull(ruler, draw, spread, &own);
        apply_vetoes(ruler, &mut own);
        apply_vetoes(ruler, &mut pulled);
        let coverage = band::coverage(ruler);
        let ranks = rank::rank(ruler, &pulled, coverage.as_deref())?;
        let bands = band::bands(ruler, &pulled, &ranks, coverage.as_deref())?;
        scores.copy_from_slice(&own);
        places.copy_from_slice(&ranks.place);
        let (_, mean) = stats::mean(&pulled);
        let over = |score: &f64| u32::from(*score > mean);
        let counts = tally.over_mean.iter_mut().zip(&pulled);
        counts.for_each(|(count, score)| *count += over(score));
        let first = |place: &u32| u32::from((1..=self.settings.first).contains(place));
        let counts = tally.first.iter_mut().zip(places.iter());
        counts.for_each(|(count, place)| *count += first(place));
        let of_units = tally.bands.chunks_mut(self.bands().max(1));
        for (counts, given) in of_units.zip(&bands.band) {
            if let Some(count) = given.and_then(|band| counts.get_mut(usize::from(band))) {
                *count += 1;
            }
        }
        Ok(())
    }

    /// The scores without the luck that the figures hold already.
    fn pull(&self, ruler: &Ruler<'_>, draw: usize, spread: &Spread, scores: &[f64]) -> Vec<f64> {
        let common = spread.likeness.draw(&mut self.stream(COMMON, draw));
        let known = spread.means.iter().zip(&spread.variances);
        scores
            .iter()
            .zip(known)
            .map(|(score, (mean, variance))| {
                let pulled = common.pull(*score, *mean, *variance);
                // What wasn't pulled is as it was, to the bit; so is a gap.
                if pulled.to_bits() == score.to_bits() || pulled.is_nan() {
                    *score
                } else {
                    ruler.as_score(pulled)
                }
            })
            .collect()
    }

    /// Quantiles and shares for each unit.
    fn sureness(&self, scores: &[f64], ranks: &[u32], tally: &Tally, anew: &Anew) -> Vec<Sureness> {
        let units = self.units();
        let share = |count: u32| f64::from(count) / self.draws as f64;
        let counts = tally.first.iter().zip(&tally.over_mean);
        let plain = self.scored.scores.iter().zip(&self.scored.ranks.place);
        let mut estimates = self.estimates(anew).into_iter();
        let of_units = gathered(scores, units).zip(gathered(ranks, units));
        let mut bands = tally.bands.chunks(self.bands().max(1));
        of_units
            .zip(counts.zip(plain))
            .map(
                |((mut scores, mut ranks), ((first, over_mean), (own, place)))| {
                    scores.retain(|score| !score.is_nan());
                    ranks.retain(|rank| *rank > 0);
                    let sum: f64 = ranks.iter().copied().map(f64::from).sum();
                    let expected = (!ranks.is_empty()).then(|| sum / ranks.len() as f64);
                    let bands = bands.next().unwrap_or(&[]);
                    Sureness {
                        score: with(self.interval(&mut scores, f64::total_cmp), *own),
                        rank: ranked(self.interval(&mut ranks, Ord::cmp), *place),
                        expected_rank: expected,
                        bands: bands.iter().map(|count| share(*count)).collect(),
                        first: share(*first),
                        over_mean: share(*over_mean),
                        estimate: estimates.next().flatten(),
                    }
                },
            )
            .collect()
    }

    /// Each unit's score with its errors; `None` where it isn't ranked or its noise isn't known.
    fn estimates(&self, anew: &Anew) -> Vec<Option<Estimate>> {
        let units = self.units();
        let mean_of = |row: &[f64]| stats::mean(row).1;
        let means: Vec<f64> = anew.scores.chunks(units).map(mean_of).collect();
        let mean = mean_of(&self.scored.scores);
        let mut draws = gathered(&anew.scores, units);
        let ranked = |unit: usize| {
            self.scored
                .ranks
                .place
                .get(unit)
                .is_some_and(|place| *place > 0)
        };
        let scores = self.scored.scores.iter().enumerate();
        scores
            .map(|(unit, score)| {
                let draws = draws.next().unwrap_or_default();
                let every_second = |first: usize| {
                    let pairs = draws.iter().copied().zip(means.iter().copied());
                    pairs
                        .skip(first)
                        .step_by(2)
                        .unzip::<f64, f64, Vec<f64>, Vec<f64>>()
                };
                let as_class = every_second((anew.first + unit) % 2);
                let as_itself = every_second((anew.first + unit + 1) % 2);
                (ranked(unit) && self.known.get(unit) == Some(&true))
                    .then(|| Estimate::of((*score, mean), &as_itself, &as_class))
            })
            .collect()
    }

    /// The draws between which the share of [`Settings::coverage`] lies: the k-th from either end, k = ⌊(N + 1) α ÷ 2⌋, at least 1.
    fn interval<T: Copy>(
        &self,
        draws: &mut [T],
        compare: impl Fn(&T, &T) -> std::cmp::Ordering + Copy,
    ) -> Option<(T, T)> {
        let n = draws.len();
        let last = n.checked_sub(1)?;
        let left_out = (n as f64 + 1.0) * (1.0 - self.settings.coverage) / 2.0;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and the number of draws"
        )]
        let cut = ((left_out + 1e-9) as usize).max(1) - 1;
        let cut = cut.min(last / 2);
        let (_, low, _) = draws.select_nth_unstable_by(cut, compare);
        let low = *low;
        let (_, high, _) = draws.select_nth_unstable_by(last - cut, compare);
        Some((low, *high))
    }
}

/// An interval that holds what it is about: at the end of a scale no draw may reach the figure itself.
fn with<T: PartialOrd + Copy>(interval: Option<(T, T)>, own: T) -> Option<(T, T)> {
    let (low, high) = interval?;
    let low = if own < low { own } else { low };
    Some((low, if own > high { own } else { high }))
}

/// A rank's interval; 0 is no rank.
fn ranked(interval: Option<(u32, u32)>, own: u32) -> Option<(u32, u32)> {
    if own == 0 {
        interval
    } else {
        with(interval, own)
    }
}

/// Draws of one block or one unit run on one thread.
const ONE: NonZeroUsize = NonZeroUsize::MIN;

fn join<T>(worker: std::thread::ScopedJoinHandle<'_, T>) -> T {
    worker
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Each unit's draws, of rows that are draws.
fn gathered<T: Copy>(rows: &[T], units: usize) -> impl Iterator<Item = Vec<T>> {
    (0..units).step_by(BLOCK).flat_map(move |start| {
        let end = (start + BLOCK).min(units);
        let mut of_units = vec![Vec::with_capacity(rows.len() / units); end - start];
        for row in rows.chunks(units) {
            let block = row.get(start..end).unwrap_or(&[]);
            for (draws, cell) in of_units.iter_mut().zip(block) {
                draws.push(*cell);
            }
        }
        of_units
    })
}

/// The mean and the variance of the draws that are scored; gaps where there is none.
pub(super) fn mean_and_variance(draws: &[f64]) -> (f64, f64) {
    let (n, mean) = stats::mean(draws);
    let equal = stats::extremes(draws).is_some_and(|(least, most)| least == most);
    match n {
        0 => (MISSING, MISSING),
        _ if equal => (mean, 0.0),
        _ => {
            let sd = stats::standard_deviation(draws, mean);
            (mean, sd * sd)
        }
    }
}
