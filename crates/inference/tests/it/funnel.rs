//! Funnel limits against FunnelPlotR 0.6 and hand-made cases.

use inference::Invalid;
use inference::funnel::{Funnel, Kind, Limits, funnel};
use inference::special::poisson_cdf;

use crate::support::{close, data, table};

const TOLERANCE: f64 = 1e-9;

/// English emergency departments 2018/19, proportion of breaches, trimmed by 0.1 (computed with FunnelPlotR 0.6).
#[test]
fn emergency_departments_have_the_published_limits() {
    let Some(bytes) = data("spc/expected_funnel_PR_ae_2018_19.csv") else {
        return;
    };
    let table = table(&bytes);
    let column = |name| table.numbers(name);
    let (counts, of) = (column("numerator"), column("denominator"));
    let found = funnel(Kind::Proportion, &counts, &of, 0.1).unwrap();
    type Get = fn(&inference::funnel::Point) -> f64;
    let columns: [(&str, Get); 13] = [
        ("rr", |p| p.ratio),
        ("Y", |p| p.transformed),
        ("s", |p| p.se),
        ("Uzscore", |p| p.z),
        ("Wuzscore", |p| p.trimmed_z.unwrap()),
        ("ll95", |p| p.plain.lower_95),
        ("ul95", |p| p.plain.upper_95),
        ("ll998", |p| p.plain.lower_998),
        ("ul998", |p| p.plain.upper_998),
        ("odll95", |p| p.adjusted.lower_95),
        ("odul95", |p| p.adjusted.upper_95),
        ("odll998", |p| p.adjusted.lower_998),
        ("odul998", |p| p.adjusted.upper_998),
    ];
    for (name, get) in columns {
        let expected = column(name);
        assert_eq!(expected.len(), 130);
        for (point, expected) in found.points.iter().zip(expected) {
            close(get(point), expected, TOLERANCE);
        }
    }
    for (point, expected) in found.points.iter().zip(column("winsorised")) {
        assert_eq!(point.trimmed_z != Some(point.z), expected == 1.0);
    }
    close(
        found.transformed_target,
        column("target_transformed")[0],
        TOLERANCE,
    );
}

/// Twenty units that differ by luck alone, and as many that differ more.
fn spread(kind: Kind, factor: f64) -> Funnel {
    let of: Vec<f64> = (0..20).map(|i| 200.0 + 40.0 * f64::from(i)).collect();
    let share = if matches!(kind, Kind::Proportion | Kind::Ratio) {
        0.3
    } else {
        1.0
    };
    let counts: Vec<f64> = of
        .iter()
        .enumerate()
        .map(|(i, of)| of * share * (1.0 + factor * if i % 2 == 0 { 1.0 } else { -1.0 }))
        .collect();
    funnel(kind, &counts, &of, 0.1).unwrap()
}

const KINDS: [Kind; 4] = [
    Kind::Proportion,
    Kind::Ratio,
    Kind::Standardised,
    Kind::StandardisedRoot,
];

#[test]
fn units_that_are_all_the_same_show_no_spread_and_others_widen_the_limits() {
    for kind in KINDS {
        let same = spread(kind, 0.0);
        assert!(same.between == 0.0 && same.dispersion < 0.01, "{kind:?}");
        let wide = spread(kind, 0.3);
        assert!(wide.between > 0.0 && wide.dispersion > 1.0, "{kind:?}");
        for point in &wide.points {
            let (plain, adjusted) = (point.plain, point.adjusted);
            assert!(
                adjusted.lower_998 < adjusted.lower_95 && adjusted.upper_95 < adjusted.upper_998
            );
            assert!(
                adjusted.lower_998 < plain.lower_998 && adjusted.upper_998 > plain.upper_998,
                "{kind:?}"
            );
            assert!(point.adjusted_z.abs() < point.z.abs());
        }
    }
}

/// τ² of two units worked by hand: z = ±a, weights w: (2 φ − 1) ÷ (2w − w) with φ = a².
#[test]
fn the_variance_between_units_is_that_of_dersimonian_and_laird() {
    let of = 100.0;
    let found = funnel(Kind::StandardisedRoot, &[144.0, 64.0], &[of, of], 0.0).unwrap();
    // √1.44 − 1 = 0.2, √0.64 − 1 = −0.2, standard error 0.05: z = ±4.
    close(found.points[0].z, 4.0, 1e-12);
    close(found.dispersion, 16.0, 1e-12);
    close(found.between, (2.0 * 16.0 - 1.0) / 400.0, 1e-12);
}

/// Exact limits hold what they say: P(count ≤ lower − 1) is under 2.5 % and just so.
#[test]
fn limits_of_standardised_ratios_are_those_of_the_poisson_distribution() {
    let found = funnel(Kind::Standardised, &[20.0, 31.0, 25.0], &[25.0; 3], 0.1).unwrap();
    let Limits {
        lower_95, upper_95, ..
    } = found.points[0].plain;
    // The published exact 95 % limits of a count of 25: 16.18 to 36.90 (Geigy tables).
    close(lower_95 * 25.0, 16.18, 1e-3);
    close(upper_95 * 25.0, 36.90, 1e-3);
    close(poisson_cdf(upper_95 * 25.0, 25), 0.025, 1e-9);
}

#[test]
fn extremes_are_left_out_by_rank() {
    let of = [1000.0; 19];
    let counts: Vec<f64> = (0..19).map(|i| 910.0 + 10.0 * f64::from(i)).collect();
    let found = funnel(Kind::Standardised, &counts, &of, 0.1).unwrap();
    let left_out: Vec<usize> = (0..19)
        .filter(|i| found.points[*i].trimmed_z.is_none())
        .collect();
    // Ranks 1 to 19 in tenths of 20: the first and the last tenth go.
    assert_eq!(left_out, [0, 17, 18]);
}

#[test]
fn degenerate_input_has_an_answer_or_a_named_error() {
    for kind in KINDS {
        let one = funnel(kind, &[3.0], &[10.0], 0.1).unwrap();
        assert_eq!(one.between, 0.0, "{kind:?}");
        let none = funnel(kind, &[], &[], 0.1);
        assert_eq!(
            none,
            Err(Invalid::TooFew {
                what: "units",
                least: 1,
                found: 0
            })
        );
        assert!(matches!(
            funnel(kind, &[1.0], &[0.0], 0.1),
            Err(Invalid::Range {
                what: "denominators",
                ..
            })
        ));
        assert!(matches!(
            funnel(kind, &[f64::NAN], &[1.0], 0.1),
            Err(Invalid::NotFinite { .. })
        ));
        assert!(matches!(
            funnel(kind, &[1.0], &[1.0, 2.0], 0.1),
            Err(Invalid::Length { .. })
        ));
        assert!(matches!(
            funnel(kind, &[1.0], &[2.0], 0.5),
            Err(Invalid::Range { what: "trim", .. })
        ));
    }
    assert!(matches!(
        funnel(Kind::Proportion, &[3.0], &[2.0], 0.1),
        Err(Invalid::Range { .. })
    ));
    assert!(matches!(
        funnel(Kind::Ratio, &[0.0, 0.0], &[2.0, 3.0], 0.1),
        Err(Invalid::Range { .. })
    ));
    // None and all: limits stop at 0 and 1, and a count of none still has a place.
    let extremes = funnel(Kind::Proportion, &[0.0, 5.0, 5.0], &[5.0; 3], 0.0).unwrap();
    assert!(
        extremes
            .points
            .iter()
            .all(|p| p.adjusted.lower_998 >= 0.0 && p.adjusted.upper_998 <= 1.0)
    );
    let zero = funnel(Kind::Standardised, &[0.0, 5.0, 5.0], &[5.0; 3], 0.1).unwrap();
    assert!(zero.points.iter().all(|p| p.z.is_finite()) && zero.dispersion.is_finite());
}
