//! Coverage of shrunk intervals on small designs; the full one is `validation/study`.

use inference::random::Random;
use inference::shrinkage::rates;

/// The share of 95 % intervals that hold the truth. The standard error over data sets is about 0.01.
fn coverage(units: usize, n: u64, (a, b): (f64, f64)) -> f64 {
    let (mut held, sets) = (0, 1_500 / units);
    for set in 0..sets {
        let mut random = Random::new(11, set as u64);
        let truth: Vec<f64> = (0..units).map(|_| random.beta(a, b)).collect();
        let hits = truth.iter().map(|p| random.binomial(n, *p) as f64);
        let hits: Vec<f64> = hits.collect();
        let found = rates(&hits, &vec![n as f64; units], None, 0.95).unwrap();
        let pairs = found.units.iter().zip(&truth);
        held += pairs.filter(|(unit, p)| unit.shrunk.holds(**p)).count();
    }
    held as f64 / (sets * units) as f64
}

#[test]
fn shrunk_rates_cover() {
    for (units, n, prior) in [
        (10, 50, (20.0, 4.0)),
        (30, 5, (12.0, 3.0)),
        (50, 100, (150.0, 1.5)),
    ] {
        let found = coverage(units, n, prior);
        assert!(
            (0.92..=0.985).contains(&found),
            "{found} with {units} units of {n}"
        );
    }
}
