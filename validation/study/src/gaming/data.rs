//! Designs of simulated honest data and of simulated attacks, and what their makers share.

use inference::gaming::{Answer, Detector, Draws};
use inference::random::Random;

use super::{people, texts, times};
use crate::plan::Plan;
use crate::table::Figure;

/// One way to make data, and what to ask of them.
pub(crate) struct Design {
    /// What is looked for.
    pub(crate) detector: Detector,
    /// The data, in words.
    pub(crate) name: &'static str,
    /// Makes the data and asks; every answer is one test. Under attack only those of the attackers.
    pub(crate) run: fn(&mut Random, &Draws) -> Vec<Answer>,
}

pub(crate) fn design(
    detector: Detector,
    name: &'static str,
    run: fn(&mut Random, &Draws) -> Vec<Answer>,
) -> Design {
    Design {
        detector,
        name,
        run,
    }
}

/// Honest data.
pub(crate) fn honest() -> Vec<Design> {
    let mut all = times::honest();
    all.extend(texts::honest());
    all.extend(people::honest());
    all
}

/// Data with an attack.
pub(crate) fn attacks() -> Vec<Design> {
    let mut all = times::attacks();
    all.extend(texts::attacks());
    all.extend(people::attacks());
    all
}

/// What came out of many runs.
pub(crate) struct Rates {
    /// How many tests were made.
    pub(crate) tests: usize,
    /// How many were refused by name.
    pub(crate) refused: usize,
    /// Share with p at most 0.05.
    pub(crate) at_05: Figure,
    /// Share with p at most 0.01.
    pub(crate) at_01: Figure,
}

/// Runs a design, each run on its own stream.
pub(crate) fn rates(design: &Design, runs: usize, draws: usize, plan: &Plan) -> Rates {
    let answers = plan.spread(runs, |run| {
        let mut random = Random::new(plan.seed, run as u64);
        let draws = Draws {
            draws,
            seed: plan.seed,
            stream: (run as u64 + 1) << 20,
        };
        (design.run)(&mut random, &draws)
    });
    let count = |of: &dyn Fn(&Answer) -> bool| answers.iter().flatten().filter(|a| of(a)).count();
    let share = |rate: f64| {
        let under = move |answer: &&Answer| answer.p().is_some_and(|p| p <= rate);
        Figure::share(answers.iter().map(move |run| {
            let tests = run.iter().filter(|answer| answer.p().is_some()).count();
            (run.iter().filter(under).count() as f64, tests as f64)
        }))
    };
    Rates {
        tests: count(&|answer| answer.p().is_some()),
        refused: count(&|answer| answer.p().is_none()),
        at_05: share(0.05),
        at_01: share(0.01),
    }
}

/// A position drawn with these weights.
pub(crate) fn pick(random: &mut Random, weights: &[f64]) -> usize {
    let mut left = random.uniform() * weights.iter().sum::<f64>();
    for (at, weight) in weights.iter().enumerate() {
        left -= weight;
        if left <= 0.0 {
            return at;
        }
    }
    weights.len() - 1
}

/// Counts of `n` events over bins with these weights.
pub(crate) fn counts(random: &mut Random, weights: &[f64], n: u64) -> Vec<u64> {
    let mut counts = vec![0; weights.len()];
    (0..n).for_each(|_| counts[pick(random, weights)] += 1);
    counts
}

/// The sum of two rows of counts.
pub(crate) fn sum(a: &[u64], b: &[u64]) -> Vec<u64> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

/// True with this probability.
pub(crate) fn chance(random: &mut Random, p: f64) -> bool {
    random.uniform() < p
}

/// The probability that a ring member's statistic is over an honest rater's; ties count half.
pub(crate) fn auc(answers: &[Answer], ring: usize) -> f64 {
    let score = |answer: &Answer| {
        answer
            .finding()
            .map_or(f64::NEG_INFINITY, |finding| finding.statistic)
    };
    let scores: Vec<f64> = answers.iter().map(score).collect();
    let (guilty, honest) = scores.split_at(ring);
    let mut over = 0.0;
    for a in guilty {
        for b in honest {
            over += if a > b {
                1.0
            } else if a < b {
                0.0
            } else {
                0.5
            };
        }
    }
    over / (guilty.len() * honest.len()) as f64
}
