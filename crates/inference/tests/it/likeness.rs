//! Likeness: how much of a spread is luck, and what is left when it is taken out.

use inference::likeness::{Common, Likeness};
use inference::random::Random;

/// The mean of the draws of B = A ÷ (A + v), and of the class's mean.
fn kept(likeness: &Likeness, variance: f64) -> (f64, f64) {
    let mut random = Random::new(3, 0);
    let drawn: Vec<Common> = (0..20_000).map(|_| likeness.draw(&mut random)).collect();
    let n = drawn.len() as f64;
    let kept = drawn.iter().map(|c| c.between / (c.between + variance));
    let mean = drawn.iter().map(|c| c.mean);
    (kept.sum::<f64>() / n, mean.sum::<f64>() / n)
}

#[test]
fn equal_variances_give_the_known_mean_of_b() {
    // With a flat prior on A, v = 1 and S = Σ (y − ȳ)², the posterior of 1 − B = v ÷ (A + v) is a gamma distribution of shape
    // (J − 3) ÷ 2 and rate S ÷ 2, cut off at 1 (Morris 1983).
    let ys: [f64; 8] = [-3.0, -2.0, -1.0, 0.0, 0.5, 1.0, 2.0, 2.5];
    let (mean, found) = (0.0, Likeness::fit(&ys, &[1.0; 8]).unwrap());
    let s: f64 = ys.iter().map(|y| (y - mean) * (y - mean)).sum();
    let shape = 2.5;
    let cut = |shape: f64| inference::special::gamma_cdf(shape, s / 2.0);
    let expected = shape / (s / 2.0) * cut(shape + 1.0) / cut(shape);
    let (b, centre) = kept(&found, 1.0);
    assert!((1.0 - b - expected).abs() < 0.01, "{b} {expected}");
    assert!((centre - mean).abs() < 0.02, "{centre}");
}

#[test]
fn luck_alone_is_taken_out_and_quality_is_left() {
    let mut random = Random::new(5, 0);
    let luck: Vec<f64> = (0..400).map(|_| random.normal()).collect();
    let (b, _) = kept(&Likeness::fit(&luck, &[1.0; 400]).unwrap(), 1.0);
    assert!(b < 0.15, "{b}");
    let quality: Vec<f64> = (0..400).map(f64::from).collect();
    let (b, _) = kept(&Likeness::fit(&quality, &[1.0; 400]).unwrap(), 1.0);
    assert!(b > 0.99, "{b}");
}

#[test]
fn pulled_draws_have_the_posterior_of_their_unit() {
    let common = Common {
        mean: 10.0,
        between: 3.0,
    };
    // B = 0.75: the centre 14 becomes 13, and a draw one over it √0.75 over that.
    assert_eq!(common.pull(14.0, 14.0, 1.0), 13.0);
    let over = common.pull(15.0, 14.0, 1.0);
    assert!((over - 13.0 - 0.75_f64.sqrt()).abs() < 1e-12);
    assert_eq!(common.pull(14.5, 14.0, 0.0), 14.5, "no luck, no pull");
    assert!(common.pull(f64::NAN, 14.0, 1.0).is_nan());
}

#[test]
fn where_nothing_can_be_said_nothing_is_pulled() {
    let mut random = Random::new(1, 0);
    for (ys, vs) in [
        (vec![], vec![]),
        (vec![1.0, 2.0, 3.0], vec![1.0; 3]),
        (vec![5.0; 6], vec![0.0; 6]),
        (vec![1.0, 2.0, 3.0, f64::NAN], vec![1.0; 4]),
        (vec![1.0, 2.0, 3.0, 9.0], vec![0.0; 4]),
    ] {
        let common = Likeness::fit(&ys, &vs).unwrap().draw(&mut random);
        assert!(common.between.is_infinite(), "{ys:?}");
        assert_eq!(common.pull(4.0, 3.0, 1.0), 4.0);
    }
    let same = Likeness::fit(&[5.0; 6], &[1.0; 6]).unwrap();
    assert!(kept(&same, 1.0).0 < 0.5);
    assert!(Likeness::fit(&[1.0], &[]).is_err());
    assert!(Likeness::fit(&[1.0], &[-1.0]).is_err());
    assert!(Likeness::fit(&[f64::INFINITY], &[1.0]).is_err());
}
