//! Scoring a campaign: each category's class in each period, by the scheme in force, in order of time.
//!
//! A period's class sees the figures of the period just before, and its result where the scheme's bands ask for it.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;

use rulebook::figures::{Figures, MISSING, PeriodFigures};
use rulebook::formula::Formula;
use rulebook::model::{Band, Measure, Scheme};
use rulebook::{Campaign, Period, Unit};

use crate::{Class, PlanError, PreviousResult, Scored, score};

/// What is scored.
#[derive(Clone, Copy, Debug, Default)]
pub struct Selection<'a> {
    /// Only this period; every period that has figures when absent.
    pub period: Option<Period>,
    /// Only by this scheme, whether it is in force or not (a trial); by the schemes in force when absent.
    pub scheme: Option<&'a Scheme>,
}

/// A class to score.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The period.
    pub period: Period,
    /// The category.
    pub category: &'a str,
    /// The scheme.
    pub scheme: &'a Scheme,
}

/// What is to be scored, and what can't be.
#[derive(Clone, Debug)]
pub struct Run<'a> {
    campaign: &'a Campaign,
    figures: &'a Figures,
    named: Option<&'a Scheme>,
    /// The classes, in order of period and of the campaign's categories.
    pub jobs: Vec<Job<'a>>,
    /// Categories that have units in a period but no scheme in force, in the same order.
    pub without_scheme: Vec<(Period, &'a str)>,
}

/// A class as scored.
#[derive(Clone, Copy, Debug)]
pub struct Outcome<'r, 'a> {
    /// Which.
    pub job: Job<'r>,
    /// Its units, in the order of the class.
    pub units: &'r [&'r Unit],
    /// Its scores.
    pub scored: &'r Scored<'a>,
}

/// A class that can't be scored: `merit check` finds the reason before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunError {
    /// The scheme's id.
    pub scheme: String,
    /// Why.
    pub error: PlanError,
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the scheme {} can't be scored", self.scheme)
    }
}

impl std::error::Error for RunError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

/// A unit's result.
#[derive(Clone, Copy, Debug)]
pub struct Row<'r> {
    /// The unit's position in the class.
    pub at: usize,
    /// The unit.
    pub unit: &'r Unit,
    /// Its score; `None` where it isn't scored.
    pub score: Option<f64>,
    /// Its rank; `None` where it isn't rated.
    pub rank: Option<u32>,
    /// Its band.
    pub band: Option<&'r Band>,
}

impl<'a> Run<'a> {
    /// What is to be scored.
    #[must_use]
    pub fn new(campaign: &'a Campaign, figures: &'a Figures, selection: Selection<'a>) -> Self {
        let mut run = Self {
            campaign,
            figures,
            named: selection.scheme,
            jobs: Vec::new(),
            without_scheme: Vec::new(),
        };
        let wanted = |period: &Period| selection.period.is_none_or(|only| only == *period);
        for (period, figures) in figures.periods.iter().filter(|(period, _)| wanted(period)) {
            for category in &campaign.file.category {
                if figures
                    .units
                    .iter()
                    .any(|unit| unit.category == category.id)
                {
                    run.add(*period, category.id.as_str());
                }
            }
        }
        run
    }

    /// The campaign's measures, as classes are scored with.
    #[must_use]
    pub fn measures(&self) -> Vec<&'a Measure> {
        self.campaign.measures.iter().map(|m| &m.item).collect()
    }

    fn add(&mut self, period: Period, category: &'a str) {
        match self.scheme(category, period) {
            Some(scheme) => self.jobs.push(Job {
                period,
                category,
                scheme,
            }),
            None if self.named.is_none() => self.without_scheme.push((period, category)),
            None => {}
        }
    }

    /// The scheme that scores a category in a period.
    fn scheme(&self, category: &str, period: Period) -> Option<&'a Scheme> {
        let of_category = |scheme: &&Scheme| {
            scheme
                .category
                .as_ref()
                .is_some_and(|c| c.as_str() == category)
        };
        match self.named {
            Some(named) => Some(named).filter(of_category),
            None => self.campaign.in_force(category, period),
        }
    }

    /// Scores the classes in order, and shows each to `visit`. The results are the same for any number of threads.
    ///
    /// # Errors
    /// The first class that can't be scored.
    pub fn each(
        &self,
        threads: NonZeroUsize,
        mut visit: impl FnMut(&Outcome<'_, '_>),
    ) -> Result<(), RunError> {
        let measures = self.measures();
        let mut last: BTreeMap<&str, (Period, Standings)> = BTreeMap::new();
        for job in &self.jobs {
            let known = last.remove(job.category);
            let known = known.filter(|(period, _)| *period == job.period.previous());
            let previous = match known {
                _ if !looks_back(job.scheme) => None,
                Some((_, standings)) => Some(standings),
                None => self.standings_before(&measures, job, threads)?,
            };
            let keep = self.jobs.iter().any(|other| {
                other.period.previous() == job.period
                    && other.category == job.category
                    && looks_back(other.scheme)
            });
            self.class(
                &measures,
                *job,
                previous.as_ref(),
                threads,
                &mut |outcome| {
                    if keep {
                        let standings = Standings::of_outcome(outcome);
                        last.insert(job.category, (job.period, standings));
                    }
                    visit(outcome);
                },
            )?;
        }
        Ok(())
    }

    /// How the category stood in the period before, where that isn't among the jobs.
    fn standings_before(
        &self,
        measures: &[&Measure],
        job: &Job<'_>,
        threads: NonZeroUsize,
    ) -> Result<Option<Standings>, RunError> {
        let (period, category) = (job.period.previous(), job.category);
        let scheme = self.scheme(category, period);
        let Some(scheme) = scheme.filter(|_| self.figures.periods.contains_key(&period)) else {
            return Ok(None);
        };
        let before = Job {
            period,
            category,
            scheme,
        };
        // Bands alone look back, so the scores and ranks wanted here need no result from before.
        let mut standings = Standings::default();
        self.class(measures, before, None, threads, &mut |outcome| {
            standings = Standings::of_outcome(outcome);
        })?;
        Ok(Some(standings))
    }

    fn class(
        &self,
        measures: &[&Measure],
        job: Job<'_>,
        previous: Option<&Standings>,
        threads: NonZeroUsize,
        visit: &mut dyn FnMut(&Outcome<'_, '_>),
    ) -> Result<(), RunError> {
        let nothing = PeriodFigures::default();
        let figures = self.figures.periods.get(&job.period).unwrap_or(&nothing);
        let earlier = self.figures.periods.get(&job.period.previous());
        let units: Vec<&Unit> = figures
            .units
            .iter()
            .filter(|unit| unit.category.as_str() == job.category)
            .collect();
        let class = Class::of_category(job.category, measures, figures, earlier);
        let class = match previous {
            // There is a cell a unit, so it always fits.
            Some(previous) => class
                .with_previous_result(previous.of(&units))
                .unwrap_or_default(),
            None => class,
        };
        let error = |error| RunError {
            scheme: job.scheme.id.to_string(),
            error,
        };
        let scored = score(job.scheme, measures, &class, threads).map_err(error)?;
        visit(&Outcome {
            job,
            units: &units,
            scored: &scored,
        });
        Ok(())
    }
}

/// Whether a scheme's bands look at the previous period's result.
fn looks_back(scheme: &Scheme) -> bool {
    let looks = |condition: &str| {
        Formula::parse(condition).is_ok_and(|formula| {
            formula
                .names()
                .iter()
                .any(|name| matches!(*name, "previous_score" | "previous_rank"))
        })
    };
    scheme
        .band
        .iter()
        .filter_map(|band| band.when.as_deref())
        .any(looks)
}

/// How the units of a class stood: id, score, rank; in order of id.
#[derive(Debug, Default)]
struct Standings(Vec<(String, f64, f64)>);

impl Standings {
    fn of_outcome(outcome: &Outcome<'_, '_>) -> Self {
        let (units, scored) = (outcome.units, outcome.scored);
        let rank = |at: usize| scored.ranks.rank(at).map_or(MISSING, f64::from);
        let rows = units.iter().zip(&scored.scores).enumerate();
        Self(
            rows.map(|(at, (unit, score))| (unit.id.clone(), *score, rank(at)))
                .collect(),
        )
    }

    /// The standings of these units; missing where they weren't there.
    fn of(&self, units: &[&Unit]) -> PreviousResult {
        let find = |unit: &&Unit| {
            let at = self
                .0
                .binary_search_by(|(id, ..)| id.as_str().cmp(&unit.id))
                .ok()?;
            self.0.get(at).map(|(_, score, rank)| (*score, *rank))
        };
        let rows = units
            .iter()
            .map(|unit| find(unit).unwrap_or((MISSING, MISSING)));
        let (score, rank) = rows.unzip();
        PreviousResult { score, rank }
    }
}

impl<'r> Outcome<'r, '_> {
    /// The units' results: ranked ones by rank, then the others; by id where that leaves them equal.
    pub fn rows(&self) -> impl Iterator<Item = Row<'r>> {
        let outcome = *self;
        let mut order: Vec<usize> = (0..self.units.len()).collect();
        order.sort_by_key(|at| outcome.scored.ranks.rank(*at).unwrap_or(u32::MAX));
        order.into_iter().filter_map(move |at| outcome.row(at))
    }

    /// The result of the unit at a position.
    #[must_use]
    pub fn row(&self, at: usize) -> Option<Row<'r>> {
        let Scored {
            scores,
            ranks,
            bands,
            ..
        } = self.scored;
        let band = bands.band.get(at).copied().flatten();
        Some(Row {
            at,
            unit: self.units.get(at)?,
            score: scores.get(at).copied().filter(|score| !score.is_nan()),
            rank: ranks.rank(at),
            band: band.and_then(|band| self.job.scheme.band.get(usize::from(band))),
        })
    }
}
