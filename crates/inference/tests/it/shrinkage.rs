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

/// Ill and well of the vaccinated, ill and well of the others.
#[rustfmt::skip]
const BCG: [[f64; 4]; 13] = [
    [4.0, 119.0, 11.0, 128.0], [6.0, 300.0, 29.0, 274.0], [3.0, 228.0, 11.0, 209.0],
    [62.0, 13_536.0, 248.0, 12_619.0], [33.0, 5_036.0, 47.0, 5_761.0], [180.0, 1_361.0, 372.0, 1_079.0],
    [8.0, 2_537.0, 10.0, 619.0], [505.0, 87_886.0, 499.0, 87_892.0], [29.0, 7_470.0, 45.0, 7_232.0],
    [17.0, 1_699.0, 65.0, 1_600.0], [186.0, 50_448.0, 141.0, 27_197.0], [5.0, 2_493.0, 3.0, 2_338.0],
    [27.0, 16_886.0, 29.0, 17_825.0],
];

/// Viechtbauer (2010), J. Statistical Software 36(3): BCG vaccine trials, log relative risks; REML
/// 0.3132, mean −0.7145 with standard error 0.1798; DerSimonian–Laird 0.3088; Paule–Mandel 0.3181.
#[test]
fn variances_between_are_those_of_the_vaccine_trials() {
    let y = BCG.map(|[a, b, c, d]| (a / (a + b)).ln() - (c / (c + d)).ln());
    let se = BCG.map(|[a, b, c, d]| (1.0 / a - 1.0 / (a + b) + 1.0 / c - 1.0 / (c + d)).sqrt());
    let expected = [
        (Between::Reml, 0.3132),
        (Between::DerSimonianLaird, 0.3088),
        (Between::PauleMandel, 0.3181),
    ];
    for (method, expected) in expected {
        close(between(&y, &se, method).unwrap(), expected, 3e-4);
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

/// The highest chance of missing over distributions on two points, by a fine search: what proposition 3.1 of Armstrong, Kolesár,
/// Plagborg-Møller (2022) says is the worst case.
#[test]
fn robust_critical_values_hold_for_every_distribution_of_two_points() {
    use inference::special::normal_cdf;
    close(
        robust_critical_value(0.0, 0.05),
        1.959_963_984_540_054,
        1e-9,
    );
    for m2 in [0.1, 0.5, 1.0, 2.0, 4.0, 9.0] {
        let chi = robust_critical_value(m2, 0.05);
        let miss = |b: f64| normal_cdf(-chi - b) + normal_cdf(b - chi);
        let mut worst: f64 = 0.0;
        for low in 0..40 {
            let low = m2.sqrt() * f64::from(low) / 40.0;
            for high in 1..2000 {
                let high = m2.sqrt() + 0.005 * f64::from(high);
                let share = (m2 - low * low) / (high * high - low * low);
                worst = worst.max((1.0 - share) * miss(low) + share * miss(high));
            }
        }
        assert!(worst <= 0.05 + 1e-7, "{m2}: {worst}");
        assert!(worst > 0.0499, "{m2}: {worst}");
    }
}

#[test]
fn zero_variance_between_shrinks_fully() {
    let options = MeansOptions {
        method: Means::PlugIn,
        ..OPTIONS
    };
    let result = means(&[5.0; 6], &[1.0; 6], options).unwrap();
    assert_eq!(result.between, 0.0);
    for unit in &result.units {
        assert_eq!((unit.shrunk.estimate, unit.own_share), (5.0, 0.0));
    }
    let equal = rates(&[9.0; 8], &[10.0; 8], None, 0.95).unwrap();
    assert_eq!(equal.hyper.as_ref().unwrap().precision, None);
    for unit in &equal.units {
        assert!((unit.shrunk.estimate - 0.9).abs() < 0.02, "{unit:?}");
        assert!(unit.own_share < 0.3);
    }
}

#[test]
fn a_unit_without_data_gets_the_prior() {
    let result = rates(
        &[40.0, 45.0, 30.0, 0.0],
        &[50.0, 50.0, 50.0, 0.0],
        None,
        0.95,
    )
    .unwrap();
    let last = result.units[3];
    assert_eq!(
        (last.raw, last.basis, last.own_share),
        (None, Basis::Prior, 0.0)
    );
    assert!((last.shrunk.estimate - 0.77).abs() < 0.15);
    assert!(last.se > result.units[0].se);
    let result = counts(&[3.0, 9.0, 0.0], &[2.0, 4.0, 0.0], 0.95).unwrap();
    assert_eq!(result.units[2].basis, Basis::Prior);
    let result = ratings(&[1.0, 9.0, 4.0, 6.0, 0.0, 0.0], &[1.0, 5.0], 0.95).unwrap();
    assert_eq!(
        (result.units[2].raw, result.units[2].basis),
        (None, Basis::Prior)
    );
    let options = MeansOptions {
        method: Means::PlugIn,
        ..OPTIONS
    };
    let se = [1.0, 1.0, 1.0, f64::INFINITY];
    let result = means(&[1.0, 9.0, 5.0, f64::NAN], &se, options).unwrap();
    assert_eq!(result.units[3].basis, Basis::Prior);
    assert_eq!(result.units[3].shrunk.estimate, result.mean);
}

#[test]
fn one_unit_alone_keeps_its_figure() {
    let result = rates(&[7.0, 0.0], &[10.0, 0.0], None, 0.95).unwrap();
    assert_eq!(result.hyper, None);
    let [own, other] = [result.units[0], result.units[1]];
    assert_eq!((own.basis, Some(own.shrunk)), (Basis::Own, own.raw));
    assert_eq!((other.basis, other.shrunk.estimate), (Basis::Prior, 0.5));
    let few = Err(Invalid::TooFew {
        what: "units with exposure",
        least: 2,
        found: 1,
    });
    assert_eq!(counts(&[7.0], &[10.0], 0.95), few);
}

#[test]
fn ceilings_stay_in_range_and_say_how_sure() {
    let n = [5.0, 50.0, 500.0];
    let result = rates(&n, &n, None, 0.95).unwrap();
    for unit in &result.units {
        let Interval {
            estimate,
            lower,
            upper,
        } = unit.shrunk;
        assert!(
            unit.raw.unwrap().lower < lower && lower < estimate && estimate < upper && upper <= 1.0
        );
        assert_eq!(unit.raw.unwrap().upper, 1.0);
    }
    assert!(result.units[0].shrunk.lower < result.units[2].shrunk.lower);
    let none = counts(&[0.0; 3], &[10.0, 20.0, 30.0], 0.95).unwrap();
    assert!(
        none.units
            .iter()
            .all(|unit| unit.shrunk.lower >= 0.0 && unit.shrunk.upper < 0.3)
    );
    let top = ratings(&[0.0, 20.0, 0.0, 30.0], &[1.0, 5.0], 0.95).unwrap();
    assert!(
        top.units
            .iter()
            .all(|unit| unit.shrunk.upper <= 5.0 && unit.shrunk.lower > 4.5)
    );
}

#[test]
fn faults_are_named() {
    let nan = f64::NAN;
    let fault = rates(&[1.0, nan], &[2.0, 2.0], None, 0.95).unwrap_err();
    assert_eq!(
        fault,
        Invalid::NotFinite {
            what: "successes",
            at: 1
        }
    );
    let fault = rates(&[3.0], &[2.0], None, 0.95).unwrap_err();
    assert!(matches!(
        fault,
        Invalid::Range {
            what: "successes",
            at: 0,
            ..
        }
    ));
    assert!(rates(&[0.0], &[0.0], None, 0.95).is_err());
    assert!(rates(&[1.0, 1.0], &[2.0, 2.0], None, 1.0).is_err());
    assert!(counts(&[1.0, 1.0], &[0.0, 1.0], 0.95).is_err());
    assert!(ratings(&[1.0, 2.0, 3.0], &[1.0, 5.0], 0.95).is_err());
    assert!(ratings(&[1.0, 2.0], &[5.0, 5.0], 0.95).is_err());
    assert!(means(&[1.0; 3], &[1.0; 3], OPTIONS).is_err());
    assert!(means(&[1.0; 4], &[0.0; 4], OPTIONS).is_err());
    assert!(between(&[nan, 1.0], &[1.0, 1.0], Between::Reml).is_err());
}

/// Two windows of the same quality, one with the hard matters: 60 % of these succeed anywhere, 95 % of the easy ones.
#[test]
fn a_window_with_hard_matters_is_not_blamed() {
    let cell = |unit, service, n, total| Cell {
        unit,
        service,
        n,
        total,
    };
    let mut cells = Vec::new();
    for unit in 0..10 {
        let hard = if unit == 0 { 180.0 } else { 20.0 };
        cells.push(cell(unit, 0, hard, 0.6 * hard));
        cells.push(cell(unit, 1, 200.0 - hard, 0.95 * (200.0 - hard)));
    }
    let mix = case_mix(10, 2, &cells).unwrap();
    close(mix.expected.iter().sum(), mix.observed.iter().sum(), 1e-12);
    close(mix.expected_mean()[0], 0.635, 1e-12);
    let plain = rates(&mix.observed, &mix.n, None, 0.95).unwrap();
    assert!(plain.units[0].shrunk.upper < plain.units[1].shrunk.lower);
    let fair = rates(&mix.observed, &mix.n, Some(&mix.expected_mean()), 0.95).unwrap();
    let adjusted = |unit: usize| mix.adjust(unit, fair.units[unit].shrunk.estimate).unwrap();
    assert!((adjusted(0) - adjusted(1)).abs() < 0.01);
    let ratio = counts(&mix.observed, &mix.expected, 0.95).unwrap();
    assert!((ratio.units[0].shrunk.estimate - 1.0).abs() < 0.02);
    assert!(case_mix(1, 1, &[cell(1, 0, 1.0, 1.0)]).is_err());
    assert!(case_mix(1, 1, &[cell(0, 0, 0.0, 1.0)]).is_err());
    assert!(case_mix(1, 1, &[]).is_err());
}
