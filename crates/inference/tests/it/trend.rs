//! Changes, slopes and persistence against published figures, properties, and input that is no good.

use inference::Invalid;
use inference::random::Random;
use inference::trend::{
    Change, difference, difference_of_proportions, difference_of_samples, persistence,
    ratio_of_rates, slope,
};

use crate::support::close;

fn near(found: Change, lower: f64, upper: f64, tolerance: f64) {
    let off = (found.lower - lower).abs().max((found.upper - upper).abs());
    assert!(
        off <= tolerance,
        "{found:?} where {lower} to {upper} is expected"
    );
}

/// Newcombe (1998), table II, method 10: the difference is p₁ − p₂.
#[test]
fn differences_of_proportions_have_the_published_intervals() {
    let published = [
        ((56.0, 70.0), (48.0, 80.0), 0.0524, 0.3339),
        ((9.0, 10.0), (3.0, 10.0), 0.1705, 0.8090),
        ((6.0, 7.0), (2.0, 7.0), 0.0582, 0.8062),
        ((5.0, 56.0), (0.0, 29.0), -0.0381, 0.1926),
        ((0.0, 10.0), (0.0, 20.0), -0.1611, 0.2775),
        ((0.0, 10.0), (0.0, 10.0), -0.2775, 0.2775),
        ((10.0, 10.0), (0.0, 20.0), 0.6791, 1.0),
        ((10.0, 10.0), (0.0, 10.0), 0.6075, 1.0),
    ];
    for (after, before, lower, upper) in published {
        near(
            difference_of_proportions(before, after, 0.95).unwrap(),
            lower,
            upper,
            5e-5,
        );
    }
}

/// The example of R's `poisson.test`: 11 in 800 against 21 in 3,011.
#[test]
fn ratios_of_rates_have_the_published_intervals() {
    let found = ratio_of_rates((21.0, 3011.0), (11.0, 800.0), 0.95).unwrap();
    close(found.estimate.unwrap(), 1.971_488, 1e-6);
    near(found, 0.858_426_4, 4.277_265_9, 1e-6);
    // The same the other way round.
    let turned = ratio_of_rates((11.0, 800.0), (21.0, 3011.0), 0.95).unwrap();
    close(turned.lower, 1.0 / found.upper, 1e-9);
    close(turned.upper, 1.0 / found.lower, 1e-9);
    let none = ratio_of_rates((0.0, 10.0), (0.0, 20.0), 0.95).unwrap();
    assert_eq!(
        (none.estimate, none.lower, none.upper),
        (None, 0.0, f64::INFINITY)
    );
    let first = ratio_of_rates((0.0, 10.0), (4.0, 10.0), 0.95).unwrap();
    assert!(first.lower > 0.5 && first.upper == f64::INFINITY);
}

/// Student's sleep data, Welch: −3.3655 to 0.2055 (R's `t.test(extra ~ group, sleep)`).
#[test]
fn differences_of_means() {
    let one = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
    let two = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
    let found = difference_of_samples(&two, &one, 0.95).unwrap();
    near(found, -3.365_483_2, 0.205_483_2, 1e-6);
    let equal = difference_of_samples(&[2.0; 3], &[5.0; 3], 0.95).unwrap();
    assert_eq!((equal.lower, equal.upper), (3.0, 3.0));
    near(
        difference((1.0, 3.0), (2.0, 4.0), 0.95).unwrap(),
        1.0 - 9.799_82,
        1.0 + 9.799_82,
        1e-5,
    );
}

/// The share of 95 % intervals that hold the truth.
#[test]
fn intervals_hold_the_truth_as_often_as_they_say() {
    let draws = 2_000_u64;
    let mut held = [0_u32; 3];
    for draw in 0..draws {
        let mut random = Random::new(11, draw);
        let mut count = |p| random.binomial(40, p) as f64;
        let found =
            difference_of_proportions((count(0.9), 40.0), (count(0.7), 40.0), 0.95).unwrap();
        held[0] += u32::from(found.lower <= -0.2 && -0.2 <= found.upper);
        let mut events = |mean| random.poisson(mean) as f64;
        let found = ratio_of_rates((events(12.0), 1.0), (events(18.0), 1.0), 0.95).unwrap();
        held[1] += u32::from(found.lower <= 1.5 && 1.5 <= found.upper);
        let times: Vec<f64> = (0..24).map(f64::from).collect();
        let values: Vec<f64> = times.iter().map(|t| 0.1 * t + random.normal()).collect();
        let found = slope(&times, &values, 0.95).unwrap();
        held[2] += u32::from(found.lower <= 0.1 && 0.1 <= found.upper);
    }
    for (held, least) in held.into_iter().zip([0.935, 0.945, 0.935]) {
        let share = f64::from(held) / draws as f64;
        assert!(share > least && share < 0.985, "{share}");
    }
}

/// The worked example of Sen (1968), section 6: slope 4, all 21 pairs rise.
#[test]
fn the_slope_of_sen() {
    let times = [1.0, 2.0, 3.0, 4.0, 10.0, 12.0, 18.0];
    let values = [9.0, 15.0, 19.0, 20.0, 45.0, 55.0, 78.0];
    let found = slope(&times, &values, 0.93).unwrap();
    close(found.slope, 4.0, 1e-12);
    assert!(
        (3.5..3.8).contains(&found.lower) && (4.2..5.0).contains(&found.upper),
        "{found:?}"
    );
    assert_eq!(found.s, 21.0);
    // Variance 7 × 6 × 19 ÷ 18.
    close(
        found.p,
        2.0 * inference::special::normal_cdf(-20.0 / (44.333_333_333_333_34_f64).sqrt()),
        1e-9,
    );
}

#[test]
fn a_trend_is_told_from_points_that_stick_together() {
    let times: Vec<f64> = (0..60).map(f64::from).collect();
    let mut random = Random::new(3, 0);
    let mut state = 0.0;
    let sticky: Vec<f64> = times
        .iter()
        .map(|_| {
            state = 0.85 * state + random.normal();
            state
        })
        .collect();
    let found = slope(&times, &sticky, 0.95).unwrap();
    assert!(
        found.autocorrelated && found.autocorrelation > 0.4 && found.adjusted_p > found.p,
        "{found:?}"
    );
    let loose: Vec<f64> = times.iter().map(|_| random.normal()).collect();
    let found = slope(&times, &loose, 0.95).unwrap();
    assert!(
        !found.autocorrelated && found.adjusted_p == found.p,
        "{found:?}"
    );
    let flat = slope(&times, &[0.1; 60], 0.95).unwrap();
    assert_eq!(
        (
            flat.slope,
            flat.lower,
            flat.upper,
            flat.p,
            flat.autocorrelation
        ),
        (0.0, 0.0, 0.0, 1.0, 0.0)
    );
    let line: Vec<f64> = times.iter().map(|t| 2.0 - 0.5 * t).collect();
    let found = slope(&times, &line, 0.95).unwrap();
    close(found.slope, -0.5, 1e-12);
    assert!(found.p < 1e-12 && !found.autocorrelated);
}

/// Units of true spread `spread` in two periods with errors of 1; `change` stirs the truth in between.
fn periods(n: usize, spread: f64, change: f64, seed: u64) -> (Vec<f64>, Vec<f64>) {
    let mut random = Random::new(seed, 0);
    (0..n)
        .map(|_| {
            let truth = spread * random.normal();
            let moved = truth + change * random.normal();
            (truth + random.normal(), moved + random.normal())
        })
        .unzip()
}

#[test]
fn ranks_that_last_are_told_from_luck_and_from_change() {
    let se = vec![1.0; 60];
    let ask = |(one, two): (Vec<f64>, Vec<f64>)| {
        persistence((&one, &se), (&two, &se), 3, 400, 1).unwrap()
    };
    let luck = ask(periods(60, 0.0, 0.0, 1));
    assert!(
        luck.p_chance > 0.05 && luck.stayed_by_chance > 0.3 && luck.stayed_by_chance < 0.37,
        "{luck:?}"
    );
    let lasting = ask(periods(60, 2.0, 0.0, 2));
    assert!(
        lasting.p_chance < 0.01 && lasting.spearman >= lasting.least_if_unchanged,
        "{lasting:?}"
    );
    assert!(
        lasting.stayed > lasting.stayed_by_chance && lasting.expected_if_unchanged > 0.6,
        "{lasting:?}"
    );
    let stirred = ask(periods(60, 2.0, 4.0, 3));
    assert!(stirred.spearman < stirred.least_if_unchanged, "{stirred:?}");
    assert_eq!(luck, ask(periods(60, 0.0, 0.0, 1)), "repeatable");
}

/// Against the formulas by hand: Spearman by squared differences, Kendall by pairs.
#[test]
fn correlations_of_ranks() {
    let one = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0];
    let two = [7.0, 4.0, 2.0, 10.0, 3.0, 6.0, 8.0, 1.0, 5.0, 9.0];
    let se = [0.0; 10];
    let found = persistence((&one, &se), (&two, &se), 2, 10, 1).unwrap();
    let d2: f64 = one.iter().zip(&two).map(|(a, b)| (a - b) * (a - b)).sum();
    close(found.spearman, 1.0 - 6.0 * d2 / 990.0, 1e-12);
    let mut s = 0.0;
    for i in 0..10 {
        for j in i + 1..10 {
            s += f64::signum(two[j] - two[i]);
        }
    }
    close(found.kendall, s / 45.0, 1e-12);
    let same = persistence((&one, &se), (&one, &se), 2, 10, 1).unwrap();
    assert_eq!((same.spearman, same.kendall, same.stayed), (1.0, 1.0, 1.0));
    // Without noise nothing but the same ranks is to be expected.
    assert_eq!(
        (same.expected_if_unchanged, same.stayed_if_unchanged),
        (1.0, 1.0)
    );
}

#[test]
fn degenerate_input_has_an_answer_or_a_named_error() {
    let equal = persistence(
        (&[1.0; 4], &[1.0; 4]),
        (&[1.0, 2.0, 3.0, 4.0], &[1.0; 4]),
        2,
        10,
        1,
    )
    .unwrap();
    assert_eq!(
        (equal.spearman, equal.kendall, equal.p_chance),
        (0.0, 0.0, 1.0)
    );
    let few = |n: usize, bands, draws| {
        let x = vec![1.0; n];
        persistence((&x, &x), (&x, &x), bands, draws, 1).unwrap_err()
    };
    assert!(matches!(
        few(2, 2, 9),
        Invalid::TooFew { what: "units", .. }
    ));
    assert!(matches!(
        few(3, 1, 9),
        Invalid::TooFew { what: "bands", .. }
    ));
    assert!(matches!(
        few(3, 2, 0),
        Invalid::TooFew { what: "draws", .. }
    ));
    let x = [1.0, 2.0, 3.0];
    let wrong = persistence((&x, &[1.0, -1.0, 1.0]), (&x, &x), 2, 9, 1);
    assert!(matches!(wrong, Err(Invalid::Range { at: 1, .. })));
    assert!(matches!(
        persistence((&x, &x), (&x[1..], &x), 2, 9, 1),
        Err(Invalid::Length { .. })
    ));
}

#[test]
fn changes_and_slopes_of_nothing_have_a_named_error() {
    let x = [1.0, 2.0, 3.0];
    assert!(matches!(
        slope(&x, &x, 0.95),
        Err(Invalid::TooFew { least: 4, .. })
    ));
    let four = [1.0, 2.0, 2.0, 3.0];
    assert!(matches!(
        slope(&four, &four, 0.95),
        Err(Invalid::Range {
            what: "times",
            at: 2,
            ..
        })
    ));
    let nan = [1.0, f64::NAN, 2.0, 3.0];
    assert!(matches!(
        slope(&[1.0, 2.0, 3.0, 4.0], &nan, 0.95),
        Err(Invalid::NotFinite { at: 1, .. })
    ));
    for coverage in [0.0, 1.0, f64::NAN] {
        assert!(difference((1.0, 1.0), (1.0, 1.0), coverage).is_err());
    }
    assert!(matches!(
        difference_of_samples(&[1.0], &x, 0.9),
        Err(Invalid::TooFew { what: "before", .. })
    ));
    let counts = difference_of_proportions((3.0, 2.0), (1.0, 2.0), 0.9);
    assert!(matches!(
        counts,
        Err(Invalid::Range {
            what: "counts",
            at: 0,
            ..
        })
    ));
    assert!(matches!(
        ratio_of_rates((1.0, 0.0), (1.0, 2.0), 0.9),
        Err(Invalid::Range { at: 0, .. })
    ));
    assert!(matches!(
        difference_of_proportions((0.0, 0.0), (1.0, 2.0), 0.9),
        Err(Invalid::Range { .. })
    ));
}
