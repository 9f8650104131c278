//! Estimates and their errors, as the studies of ranks and of names draw them.

use inference::random::Random;
use inference::ranks::Errors;

/// How estimates err, and how their standard errors are known.
#[derive(Clone, Copy)]
pub(crate) enum Noise {
    /// Normal, the same known standard error for all.
    Same(f64),
    /// Normal, known standard errors e^(spread × normal).
    Unlike(f64),
    /// Normal; `blocks` of units have errors of correlation `within`, known with it.
    Blocks { blocks: usize, within: f64 },
    /// Normal with variance 1 and as negative a correlation as can be, all but a tenth: errors that nearly sum to 0.
    Opposed,
    /// The rate of so many cases; its standard error from the rate found, refused where that is 0 or 1.
    Rate(u64),
    /// The rate of so many cases; its standard error from two cases more, one of either outcome.
    RateAndTwo(u64),
    /// The rate of so many cases; its standard error from the rate of all units, as if they were equal.
    RatePooled(u64),
}

/// What is known of the units.
pub(crate) struct Known {
    /// The estimates.
    pub(crate) estimates: Vec<f64>,
    /// Their standard errors; of correlated ones the covariance matrix.
    errors: Vec<f64>,
    correlated: bool,
}

impl Known {
    /// What is measured of the true values.
    pub(crate) fn of(truth: &[f64], noise: Noise, random: &mut Random) -> Self {
        let units = truth.len();
        let (estimates, errors) = match noise {
            Noise::Same(error) => normal(truth, vec![error; units], random),
            Noise::Unlike(spread) => {
                let error = |_| libm::exp(spread * random.normal());
                let errors = (0..units).map(error).collect();
                normal(truth, errors, random)
            }
            Noise::Blocks { blocks, within } => in_blocks(truth, blocks, within, random),
            Noise::Opposed => opposed(truth, random),
            Noise::Rate(n) => rates(truth, n, 0.0, random),
            Noise::RateAndTwo(n) => rates(truth, n, 1.0, random),
            Noise::RatePooled(n) => {
                let (estimates, _) = rates(truth, n, 0.0, random);
                let cases = n as f64 * units as f64;
                let rate = (estimates.iter().sum::<f64>() * n as f64 + 1.0) / (cases + 2.0);
                let error = (rate * (1.0 - rate) / n as f64).sqrt();
                (estimates, vec![error; units])
            }
        };
        Self {
            estimates,
            errors,
            correlated: matches!(noise, Noise::Blocks { .. } | Noise::Opposed),
        }
    }

    /// The errors as Merit takes them.
    pub(crate) fn errors(&self) -> Errors<'_> {
        if self.correlated {
            Errors::Covariance(&self.errors)
        } else {
            Errors::Independent(&self.errors)
        }
    }
}

fn normal(truth: &[f64], errors: Vec<f64>, random: &mut Random) -> (Vec<f64>, Vec<f64>) {
    let pairs = truth.iter().zip(&errors);
    let estimates = pairs
        .map(|(x, error)| x + error * random.normal())
        .collect();
    (estimates, errors)
}

fn in_blocks(
    truth: &[f64],
    blocks: usize,
    within: f64,
    random: &mut Random,
) -> (Vec<f64>, Vec<f64>) {
    let common: Vec<f64> = (0..blocks)
        .map(|_| within.sqrt() * random.normal())
        .collect();
    let own = (1.0 - within).sqrt();
    let units = truth.iter().enumerate();
    let estimates = units.map(|(unit, x)| x + common[unit % blocks] + own * random.normal());
    let entry = |row: usize, column: usize| {
        if row == column {
            1.0
        } else if row % blocks == column % blocks {
            within
        } else {
            0.0
        }
    };
    (estimates.collect(), matrix(truth.len(), entry))
}

fn opposed(truth: &[f64], random: &mut Random) -> (Vec<f64>, Vec<f64>) {
    let units = truth.len() as f64;
    // z − a·mean(z) with a² − 2a = −0.9, scaled to variance 1.
    let pull = 1.0 - 0.1_f64.sqrt();
    let scale = 1.0 / (1.0 - 0.9 / units).sqrt();
    let z: Vec<f64> = truth.iter().map(|_| random.normal()).collect();
    let mean = z.iter().sum::<f64>() / units;
    let estimates = truth
        .iter()
        .zip(&z)
        .map(|(x, z)| x + scale * (z - pull * mean));
    let entry = |row, column| {
        if row == column {
            1.0
        } else {
            -0.9 / (units - 0.9)
        }
    };
    (estimates.collect(), matrix(truth.len(), entry))
}

fn matrix(units: usize, entry: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    (0..units * units)
        .map(|at| entry(at / units, at % units))
        .collect()
}

/// Rates of `n` cases; standard errors from `more` cases of either outcome added.
fn rates(truth: &[f64], n: u64, more: f64, random: &mut Random) -> (Vec<f64>, Vec<f64>) {
    let cases = n as f64;
    let one = |p: &f64| {
        let hits = random.binomial(n, *p) as f64;
        let rate = (hits + more) / (cases + 2.0 * more);
        (
            hits / cases,
            (rate * (1.0 - rate) / (cases + 2.0 * more)).sqrt(),
        )
    };
    truth.iter().map(one).unzip()
}
