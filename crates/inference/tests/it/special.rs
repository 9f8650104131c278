//! Distribution functions against mpmath 1.3 at 30 digits, and against one another.

use inference::special::*;

use crate::support::close;

#[test]
fn normal_quantiles_are_those_of_high_precision() {
    let cases = [
        (1e-300, -37.047_096_299_361_2),
        (1e-20, -9.262_340_089_798_408),
        (0.001, -3.090_232_306_167_813_5),
        (0.025, -1.959_963_984_540_054_2),
        (0.3, -0.524_400_512_708_040_8),
        (0.5, 0.0),
        (0.975, 1.959_963_984_540_054_2),
    ];
    for (p, expected) in cases {
        close(normal_quantile(p), expected, 1e-14);
        close(normal_cdf(expected), p, 2e-13);
    }
}

#[test]
fn beta_probabilities_are_those_of_high_precision() {
    let cases = [
        (2.0, 3.0, 0.4, 0.524_8),
        (0.5, 0.5, 0.1, 0.204_832_764_699_133_46),
        (200.0, 5.0, 0.99, 0.944_590_269_657_183_5),
        (1000.0, 1200.0, 0.45, 0.334_662_342_671_541_3),
        (5.0, 0.01, 0.9, 0.005_927_369_070_377_645),
        (30.0, 30.0, 0.7, 0.999_361_562_085_260_3),
    ];
    for (a, b, x, expected) in cases {
        close(beta_cdf(a, b, x), expected, 2e-12);
        close(beta_quantile(a, b, beta_cdf(a, b, x)), x, 1e-11);
    }
}

#[test]
fn gamma_probabilities_are_those_of_high_precision() {
    let cases = [
        (0.5, 0.2, 0.472_910_743_134_461_9, 0.527_089_256_865_538_1),
        (1.0, 1.0, 0.632_120_558_828_557_7, 0.367_879_441_171_442_3),
        (
            10.0,
            3.0,
            0.001_102_488_130_115_479_7,
            0.998_897_511_869_884_5,
        ),
        (
            100.0,
            120.0,
            0.972_136_260_109_479_3,
            0.027_863_739_890_520_66,
        ),
        (
            2500.0,
            2400.0,
            0.021_659_687_865_363_33,
            0.978_340_312_134_636_7,
        ),
        (
            3.0,
            30.0,
            0.999_999_999_954_989_8,
            4.501_016_648_012_124e-11,
        ),
    ];
    for (shape, x, below, above) in cases {
        close(gamma_cdf(shape, x), below, 5e-12);
        close(gamma_survival(shape, x), above, 5e-12);
        if below < 0.999 {
            close(gamma_quantile(shape, gamma_cdf(shape, x)), x, 1e-11);
        }
    }
}

#[test]
fn students_probabilities_are_those_of_high_precision() {
    let cases = [
        (1.0, 1.0, 0.75),
        (5.0, -2.0, 0.050_969_739_414_929_18),
        (30.0, 2.0423, 0.975_001_448_813_030_3),
        (3.0, 10.0, 0.998_935_800_470_792_9),
    ];
    for (freedom, t, expected) in cases {
        close(student_cdf(freedom, t), expected, 1e-13);
        close(student_quantile(freedom, expected), t, 1e-10);
    }
}

#[test]
fn tails_of_counts_are_sums_of_probabilities() {
    // 10 trials with p = 0.3: the terms by hand.
    let term = |k: i32| {
        let choose: f64 = (0..k)
            .map(|i| f64::from(10 - i) / f64::from(i + 1))
            .product();
        choose * 0.3_f64.powi(k) * 0.7_f64.powi(10 - k)
    };
    let mut sum = 0.0;
    for k in 0..=10 {
        close(1.0 - binomial_at_least(10, 0.3, k as u64), sum, 1e-10);
        sum += term(k);
        close(binomial_cdf(10, 0.3, k as u64), sum, 1e-12);
    }
    let mut term = (-4.2_f64).exp();
    let mut sum = 0.0;
    for k in 0..12_u64 {
        sum += term;
        term *= 4.2 / (k + 1) as f64;
        close(poisson_cdf(4.2, k), sum, 1e-12);
        close(1.0 - poisson_at_least(4.2, k + 1), sum, 1e-9);
    }
}

#[test]
fn what_is_out_of_range_is_no_number() {
    assert!(normal_quantile(-0.1).is_nan());
    assert!(beta_cdf(0.0, 1.0, 0.5).is_nan());
    assert!(gamma_cdf(-1.0, 0.5).is_nan());
    assert!(beta_quantile(1.0, 1.0, 1.1).is_nan());
    assert!(gamma_quantile(1.0, f64::NAN).is_nan());
    assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
    assert_eq!(normal_quantile(1.0), f64::INFINITY);
}
