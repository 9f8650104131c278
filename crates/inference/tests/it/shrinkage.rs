//! Shrinkage against published figures, and what it answers where the data can't tell.

use inference::Invalid;
use inference::shrinkage::*;

use crate::support::close;

const OPTIONS: MeansOptions = MeansOptions {
    between: Between::PauleMandel,
    method: Means::Morris,
    coverage: 0.95,
};

/// Efron and Morris (1975), JASA 70, table 1; (1977), Scientific American 236: 18 batters, 45 times at bat; the shrinking factor is
/// 0.212 and the James–Stein estimates are these.
#[test]
fn morris_with_equal_errors_is_james_and_stein() {
    let hits = [
        18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7,
    ];
    let expected = [
        0.294, 0.289, 0.285, 0.280, 0.275, 0.275, 0.270, 0.266, 0.261, 0.261, 0.256, 0.256, 0.256,
        0.256, 0.256, 0.252, 0.247, 0.242,
    ];
    let rates: Vec<f64> = hits.iter().map(|h| f64::from(*h) / 45.0).collect();
    let mean = rates.iter().sum::<f64>() / 18.0;
    let se = vec![(mean * (1.0 - mean) / 45.0).sqrt(); 18];
    let result = means(&rates, &se, OPTIONS).unwrap();
    close(result.mean, 0.265, 2e-3);
    for (unit, expected) in result.units.iter().zip(expected) {
        assert!((unit.own_share - 0.212).abs() < 0.003, "{unit:?}");
        assert!((unit.shrunk.estimate - expected).abs() < 0.001, "{unit:?}");
        assert!(unit.shrunk.upper - unit.shrunk.lower < 4.0 * se[0]);
    }
}

const BCG: ([f64; 13], [f64; 13]) = (
    [
        -0.8893, -1.5854, -1.3481, -1.4416, -0.2175, -0.7861, -1.6209, 0.0120, -0.4694, -1.3713,
        -0.3394, 0.4459, -0.0173,
    ],
    [
        0.3256, 0.1946, 0.4154, 0.0200, 0.0512, 0.0069, 0.2230, 0.0040, 0.0564, 0.0730, 0.0124,
        0.5325, 0.0714,
    ],
);

/// Viechtbauer (2010), J. Statistical Software 36(3): BCG vaccine trials, log relative risks and variances as printed there; REML
/// 0.3132, mean −0.7145 with standard error 0.1798; DerSimonian–Laird 0.3088; Paule–Mandel 0.3181.
#[test]
fn variances_between_are_those_of_the_vaccine_trials() {
    let (y, v) = BCG;
    let se = v.map(f64::sqrt);
    let expected = [
        (Between::Reml, 0.3132),
        (Between::DerSimonianLaird, 0.3088),
        (Between::PauleMandel, 0.3181),
    ];
    for (method, expected) in expected {
        close(between(&y, &se, method).unwrap(), expected, 1e-3);
    }
    let options = MeansOptions {
        between: Between::Reml,
        method: Means::PlugIn,
        ..OPTIONS
    };
    let result = means(&y, &se, options).unwrap();
    close(result.mean, -0.7145, 1e-3);
    close(result.mean_se, 0.1798, 1e-3);
}
