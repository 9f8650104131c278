//! Everything that was run, corrected for how much that was.

use serde::{Deserialize, Serialize};

use super::{Answer, Detector, Finding, NotApplicable};
use crate::Invalid;

/// What holds over all tests of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Correction {
    /// The chance of even one false flag is at most the rate, whatever the tests' dependence: Holm (1979), *A simple sequentially
    /// rejective multiple test procedure*.
    Holm,
    /// The expected share of false flags among the flags is at most the rate, for independent or positively dependent tests:
    /// Benjamini, Hochberg (1995), *Controlling the false discovery rate*.
    BenjaminiHochberg,
}

/// One test that was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Which unit, person or pair it was about: the caller's own numbers.
    pub subject: usize,
    /// What was looked for.
    pub detector: Detector,
    /// What came out.
    pub answer: Answer,
}

/// All tests of one look, flagged or not. Leaving out those that found nothing would make the correction a lie.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Panel {
    asked: Vec<Asked>,
}

/// One flag: a question to a person, not guilt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flag {
    /// Whom it is about.
    pub subject: usize,
    /// What was looked for.
    pub detector: Detector,
    /// The p-value, corrected for all tests of the list.
    pub adjusted: f64,
    /// The test's own p-value and its evidence.
    pub finding: Finding,
}

/// One test that couldn't be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refused {
    /// Whom it was about.
    pub subject: usize,
    /// What was looked for.
    pub detector: Detector,
    /// Why it couldn't be made.
    pub why: NotApplicable,
}

/// The flags of a panel at a stated rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct List {
    /// The stated rate.
    pub rate: f64,
    /// What the rate holds over.
    pub correction: Correction,
    /// How many tests were made.
    pub tests: usize,
    /// The flags, the smallest p-value first; ties by subject and detector.
    pub flags: Vec<Flag>,
    /// The tests that couldn't be made, in the order they were asked for.
    pub refused: Vec<Refused>,
}

impl Panel {
    /// A panel without tests.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a test that was made or refused.
    pub fn add(&mut self, subject: usize, detector: Detector, answer: Answer) {
        self.asked.push(Asked {
            subject,
            detector,
            answer,
        });
    }

    /// Everything that was asked for, in order.
    #[must_use]
    pub fn asked(&self) -> &[Asked] {
        &self.asked
    }

    /// The flags at this `rate`, over all tests of the panel.
    ///
    /// # Errors
    /// [`Invalid::Range`] for a rate that isn't over 0 and under 1.
    pub fn list(&self, rate: f64, correction: Correction) -> Result<List, Invalid> {
        Invalid::check_range("rate", &[rate], "over 0 and under 1", |r| {
            r > 0.0 && r < 1.0
        })?;
        let tested: Vec<(&Asked, &Finding)> = self
            .asked
            .iter()
            .filter_map(|asked| asked.answer.finding().map(|finding| (asked, finding)))
            .collect();
        let p: Vec<f64> = tested.iter().map(|(_, finding)| finding.p).collect();
        let mut flags: Vec<Flag> = tested
            .iter()
            .zip(adjusted(&p, correction))
            .filter(|(_, adjusted)| *adjusted <= rate)
            .map(|((asked, finding), adjusted)| Flag {
                subject: asked.subject,
                detector: asked.detector,
                adjusted,
                finding: (*finding).clone(),
            })
            .collect();
        flags.sort_by(|a, b| {
            let by_p = a.finding.p.total_cmp(&b.finding.p);
            by_p.then((a.subject, a.detector).cmp(&(b.subject, b.detector)))
        });
        Ok(List {
            rate,
            correction,
            tests: tested.len(),
            flags,
            refused: self.refused(),
        })
    }

    fn refused(&self) -> Vec<Refused> {
        let why = |asked: &Asked| match &asked.answer {
            Answer::Tested(_) => None,
            Answer::NotApplicable(why) => Some(Refused {
                subject: asked.subject,
                detector: asked.detector,
                why: why.clone(),
            }),
        };
        self.asked.iter().filter_map(why).collect()
    }
}

/// The p-values corrected for their number, in the same order: a test is flagged at a rate where its corrected value is at most that
/// rate. NaN counts as 1.
#[must_use]
pub fn adjusted(p: &[f64], correction: Correction) -> Vec<f64> {
    let count = p.len() as f64;
    let mut order: Vec<(usize, f64)> = p
        .iter()
        .map(|p| if p.is_nan() { 1.0 } else { *p })
        .enumerate()
        .collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    let mut scaled: Vec<(usize, f64)> = Vec::with_capacity(p.len());
    match correction {
        Correction::Holm => {
            let mut worst = 0.0_f64;
            for (rank, (at, p)) in order.into_iter().enumerate() {
                worst = worst.max(p * (count - rank as f64)).min(1.0);
                scaled.push((at, worst));
            }
        }
        Correction::BenjaminiHochberg => {
            let mut best = 1.0_f64;
            for (rank, (at, p)) in order.into_iter().enumerate().rev() {
                best = best.min(p * count / (rank + 1) as f64);
                scaled.push((at, best));
            }
        }
    }
    scaled.sort_by_key(|(at, _)| *at);
    scaled.into_iter().map(|(_, p)| p).collect()
}

/// One p-value for several tests of the same thing, valid where they are independent or positively dependent: min over ranks k of
/// m p₍ₖ₎ / k (Simes 1986, *An improved Bonferroni procedure*). 1 for none.
#[must_use]
pub fn simes(p: &[f64]) -> f64 {
    let corrected = adjusted(p, Correction::BenjaminiHochberg);
    corrected.into_iter().fold(1.0, f64::min)
}
