//! Sizes, draws and estimates against textbook figures.

use inference::random::Random;
use inference::sampling::*;

use crate::support::close;

const ONE: Power = Power {
    alpha: 0.05,
    power: 0.9,
    comparisons: 1,
};

/// R's help of `power.prop.test(p1 = .50, p2 = .75, power = .90)`: n = 76.7 (76.65294 with strict = FALSE).
#[test]
fn sizes_are_the_published_ones() {
    assert!((size_for_proportions(0.5, 0.75, ONE).unwrap() - 76.7).abs() < 0.05);
    // (1.959964 + 1.281552)² × 2 = 21.0148.
    close(size_for_means(1.0, 1.0, ONE).unwrap(), 21.014_8, 1e-5);
    close(size_for_reliability(1.0, 9.0, 0.9).unwrap(), 81.0, 1e-12);
    close(reliability(1.0, 9.0, 81.0).unwrap(), 0.9, 1e-12);
    let list = Power::all_pairs(0.05, 0.9, 15);
    assert_eq!(list.comparisons, 105);
    assert!(size_for_means(1.0, 1.0, list).unwrap() > 40.0);
}

/// A test at that size finds the difference about as often as asked: 0.9 of 4,000, standard error 0.005. Near the ceiling more often:
/// the pooled variance rises with the worse figure (0.918 by linearisation).
#[test]
fn the_size_gives_the_power() {
    for (p1, p2, expected) in [(0.45, 0.55, 0.9), (0.9, 0.97, 0.918)] {
        let n = size_for_proportions(p1, p2, ONE).unwrap().ceil();
        let mut random = Random::new(1, 0);
        let mut found = 0;
        for _ in 0..4_000 {
            let p = [p1, p2].map(|p| random.binomial(n as u64, p) as f64 / n);
            let mean = 0.5 * (p[0] + p[1]);
            let z = (p[0] - p[1]) / (2.0 * mean * (1.0 - mean) / n).sqrt();
            found += i32::from(z.abs() > 1.959_964);
        }
        let share = f64::from(found) / 4_000.0;
        assert!((share - expected).abs() < 0.015, "{share} at {p1} and {p2}");
    }
}

/// A sample with given size, mean and variance.
fn sample(n: usize, mean: f64, variance: f64) -> Vec<f64> {
    let raw: Vec<f64> = (0..n).map(|i| i as f64 - 0.5 * (n as f64 - 1.0)).collect();
    let squares: f64 = raw.iter().map(|x| x * x).sum();
    let scale = (variance * (n as f64 - 1.0) / squares).sqrt();
    raw.iter().map(|x| mean + scale * x).collect()
}

/// Lohr (2010), *Sampling: design and analysis*, example 3.2: acres of farms in 3,078 counties, 300 drawn in four regions; mean
/// 295,561 with standard error 16,380.
#[test]
fn a_stratified_mean_is_that_of_the_textbook() {
    let strata = [
        (1054.0, 103, 300_504.16, 29_618_183_543.0),
        (220.0, 21, 97_629.81, 7_647_472_708.0),
        (1382.0, 135, 211_315.04, 53_587_487_856.0),
        (422.0, 41, 662_295.51, 396_185_950_266.0),
    ];
    let strata = strata.map(|(size, n, mean, variance)| Stratum {
        size,
        values: sample(n, mean, variance),
    });
    let found = stratified_mean(&strata).unwrap();
    assert!((found.estimate - 295_561.0).abs() < 1.0, "{found:?}");
    assert!((found.se - 16_380.0).abs() < 1.0, "{found:?}");
}

/// Lohr (2010), example 5.2: 5 of 100 suites of four students; mean grade 2.826 with standard error 0.164.
#[test]
fn a_cluster_mean_is_that_of_the_textbook() {
    let totals = [12.16, 11.36, 8.96, 12.96, 11.08];
    let found = ratio(&totals, &[4.0; 5], 100.0).unwrap();
    assert!((found.estimate - 2.826).abs() < 5e-4 && (found.se - 0.164).abs() < 5e-4);
}

/// The sizes and deviations of Lohr's counties: proportional gives 103, 21, 135, 41.
#[test]
fn allocations_are_those_of_the_textbook() {
    let sizes = [1054, 220, 1382, 422];
    let found = allocate(&sizes, &[], 300, 2, Allocation::Proportional).unwrap();
    assert_eq!(found, [103, 21, 135, 41]);
    let sds = [172_099.0, 87_450.0, 231_490.0, 629_433.0];
    let found = allocate(&sizes, &sds, 300, 2, Allocation::Neyman).unwrap();
    let shares = [
        1054.0 * sds[0],
        220.0 * sds[1],
        1382.0 * sds[2],
        422.0 * sds[3],
    ];
    let all: f64 = shares.iter().sum();
    for (n, share) in found.iter().zip(shares) {
        assert!((*n as f64 - 300.0 * share / all).abs() < 1.0, "{found:?}");
    }
    let full = allocate(&[3, 2], &[0.0, 0.0], 9, 0, Allocation::Neyman).unwrap();
    assert_eq!(full, [3, 2]);
    assert!(allocate(&[5, 5], &[], 3, 2, Allocation::Proportional).is_err());
    assert!(allocate(&[], &[], 3, 2, Allocation::Proportional).is_err());
}

#[test]
fn draws_repeat_and_are_fair() {
    assert_eq!(draw(7, 0, 100, 5), draw(7, 0, 100, 5));
    let (few, more) = (draw(7, 3, 100, 5), draw(7, 3, 100, 20));
    assert!(few.iter().all(|at| more.contains(at)));
    assert_eq!(draw(1, 0, 3, 9), [0, 1, 2]);
    assert!(draw(1, 0, 0, 3).is_empty());
    let mut times = [0_u32; 10];
    for seed in 0..10_000 {
        draw(seed, 0, 10, 3)
            .into_iter()
            .for_each(|at| times[at] += 1);
    }
    // Each 3,000 times, standard deviation 46.
    assert!(times.iter().all(|n| n.abs_diff(3_000) < 200), "{times:?}");
    let drawn = draw_strata(1, &[10, 0, 4], &[5, 0, 9]).unwrap();
    assert_eq!(drawn.len(), 9);
    let weight: f64 = drawn.iter().map(|unit| unit.weight).sum();
    assert_eq!(weight, 14.0);
}

#[test]
fn design_effects_and_response() {
    close(weights_effect(&[2.0; 9]).unwrap(), 1.0, 1e-12);
    close(weights_effect(&[1.0, 3.0]).unwrap(), 1.25, 1e-12);
    let same = clustering(&[vec![1.0, 1.0, 1.0], vec![4.0, 4.0, 4.0]]).unwrap();
    close(same.correlation, 1.0, 1e-12);
    close(same.design_effect, 3.0, 1e-12);
    let equal = clustering(&[vec![2.0, 2.0], vec![2.0]]).unwrap();
    assert_eq!((equal.correlation, equal.design_effect), (0.0, 1.0));
    let classes = weighting_classes(&[10.0, 5.0, 0.0], &[4.0, 0.0, 0.0]).unwrap();
    assert_eq!(
        (classes[0].response_rate, classes[0].factor),
        (Some(0.4), Some(2.5))
    );
    assert_eq!(
        (classes[1].response_rate, classes[1].factor),
        (Some(0.0), None)
    );
    assert_eq!(
        (classes[2].response_rate, classes[2].factor),
        (None, Some(1.0))
    );
}

#[test]
fn faults_are_named() {
    assert!(size_for_proportions(0.5, 0.5, ONE).is_err());
    assert!(size_for_means(1.0, f64::NAN, ONE).is_err());
    assert!(size_for_reliability(0.0, 1.0, 0.9).is_err());
    assert!(reliability(0.0, 0.0, 1.0).is_err());
    assert!(
        size_for_means(
            1.0,
            1.0,
            Power {
                comparisons: 0,
                ..ONE
            }
        )
        .is_err()
    );
    let stratum = |size, values| Stratum { size, values };
    assert!(stratified_mean(&[stratum(5.0, vec![1.0])]).is_err());
    assert_eq!(stratified_mean(&[stratum(1.0, vec![4.0])]).unwrap().se, 0.0);
    assert!(stratified_mean(&[]).is_err());
    assert!(ratio(&[1.0, 2.0], &[0.0, 0.0], 9.0).is_err());
    assert!(ratio(&[1.0], &[1.0], 9.0).is_err());
    assert!(clustering(&[vec![1.0, 2.0]]).is_err());
    assert!(clustering(&[vec![1.0], vec![2.0]]).is_err());
    assert!(weights_effect(&[]).is_err());
    assert!(weighting_classes(&[1.0], &[2.0]).is_err());
}
