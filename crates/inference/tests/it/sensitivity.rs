//! Sobol's sequence as published; indices of functions whose shares are known; summaries; input that is no good.

use std::f64::consts::PI;
use std::num::NonZeroUsize;

use inference::Invalid;
use inference::sensitivity::{
    Design, Indices, Sobol, correlation, quantile, rank_correlation, summary,
};

use crate::support::close;

const ONE: NonZeroUsize = NonZeroUsize::MIN;

fn single(inputs: usize) -> Vec<std::ops::Range<usize>> {
    (0..inputs).map(|input| input..input + 1).collect()
}

fn indices(rows: usize, width: usize, seed: u64, model: impl Fn(&[f64]) -> f64 + Sync) -> Indices {
    let design = Design::new(rows, width, single(width), seed).unwrap();
    let outputs = design
        .evaluate(ONE, |point| Ok::<f64, ()>(model(point)))
        .unwrap();
    design.indices(&outputs, 200, seed).unwrap()
}

/// Ishigami and Homma 1990, with a = 7 and b = 0.1.
fn ishigami(point: &[f64]) -> f64 {
    let x: Vec<f64> = point.iter().map(|u| PI * (2.0 * u - 1.0)).collect();
    x[0].sin() + 7.0 * x[1].sin().powi(2) + 0.1 * x[2].powi(4) * x[0].sin()
}

/// The G function of Saltelli and Sobol 1995.
fn g(point: &[f64]) -> f64 {
    let factor = |(u, a): (&f64, &f64)| ((4.0 * u - 2.0).abs() + a) / (1.0 + a);
    point.iter().zip(&G).map(factor).product()
}

const G: [f64; 6] = [0.0, 0.5, 3.0, 9.0, 99.0, 99.0];

#[test]
fn the_plain_sequence_is_the_published_one() {
    // The first points that Joe and Kuo print for three dimensions.
    let published = [
        [0.0, 0.0, 0.0],
        [0.5, 0.5, 0.5],
        [0.75, 0.25, 0.25],
        [0.25, 0.75, 0.75],
        [0.375, 0.375, 0.625],
        [0.875, 0.875, 0.125],
        [0.625, 0.125, 0.875],
        [0.125, 0.625, 0.375],
        [0.1875, 0.3125, 0.9375],
        [0.6875, 0.8125, 0.4375],
    ];
    let sequence = Sobol::plain(3);
    for (index, expected) in (0..).zip(&published) {
        let mut point = [0.0; 3];
        sequence.point(index, &mut point);
        assert_eq!(&point, expected, "point {index}");
    }
}

#[test]
fn every_dimension_is_even_scrambled_or_not() {
    let cells = 256;
    for sequence in [Sobol::plain(256), Sobol::scrambled(256, 3)] {
        let mut hit = vec![vec![false; cells]; 256];
        let mut point = vec![0.0; 256];
        for index in 0..cells as u32 {
            sequence.point(index, &mut point);
            for (dimension, x) in point.iter().enumerate() {
                hit[dimension][(x * cells as f64) as usize] = true;
            }
        }
        // One point in each of 2⁸ cells of every dimension: a (0, 8, 1)-net.
        assert!(hit.iter().flatten().all(|hit| *hit));
    }
}

#[test]
fn pairs_of_the_first_dimensions_are_a_net() {
    for sequence in [Sobol::plain(2), Sobol::scrambled(2, 11)] {
        let mut hit = [false; 64];
        let mut point = [0.0; 2];
        for index in 0..64 {
            sequence.point(index, &mut point);
            hit[(point[0] * 8.0) as usize * 8 + (point[1] * 8.0) as usize] = true;
        }
        assert!(hit.iter().all(|hit| *hit));
    }
}

#[test]
fn scrambling_depends_on_the_seed_and_is_uniform() {
    let point = |seed| {
        let mut point = [0.0; 300];
        Sobol::scrambled(300, seed).point(5, &mut point);
        point
    };
    assert_eq!(point(1), point(1));
    assert!(point(1).iter().zip(&point(2)).all(|(a, b)| a != b));
    // Over seeds, one point's coordinate is uniform: mean ½ within four standard errors. The last has no direction numbers.
    for dimension in [0, 1, 7, 255, 299] {
        let mean: f64 = (0..400).map(|seed| point(seed)[dimension]).sum::<f64>() / 400.0;
        assert!(
            (mean - 0.5).abs() < 4.0 / (12.0_f64 * 400.0).sqrt(),
            "{dimension}: {mean}"
        );
    }
    assert!(point(9).iter().all(|x| *x > 0.0 && *x < 1.0));
}

#[test]
fn ishigami_shares_are_met() {
    // Closed form; Saltelli et al. 2008, Global Sensitivity Analysis, p. 179.
    let (a, b) = (7.0_f64, 0.1_f64);
    let first = 0.5 * (1.0 + b * PI.powi(4) / 5.0).powi(2);
    let second = a * a / 8.0;
    let together = b * b * PI.powi(8) * (1.0 / 18.0 - 1.0 / 50.0);
    let variance = first + second + together;
    let expected = [
        (first / variance, (first + together) / variance),
        (second / variance, second / variance),
        (0.0, together / variance),
    ];
    let found = indices(8192, 3, 1, ishigami);
    close(found.mean, a / 2.0, 1e-3);
    close(found.variance, variance, 1e-2);
    for (index, (s, t)) in found.inputs.iter().zip(expected) {
        assert!((index.first - s).abs() < 0.01, "{index:?} {s}");
        assert!((index.total - t).abs() < 0.01, "{index:?} {t}");
        assert!(index.first_half < 0.05 && index.total_half < 0.05);
    }
}

#[test]
fn g_function_shares_are_met() {
    let part: Vec<f64> = G
        .iter()
        .map(|a| 1.0 / (3.0 * (1.0 + a) * (1.0 + a)))
        .collect();
    let variance = part.iter().map(|v| 1.0 + v).product::<f64>() - 1.0;
    let found = indices(8192, 6, 2, g);
    close(found.mean, 1.0, 2e-3);
    for (index, v) in found.inputs.iter().zip(&part) {
        let others = (variance + 1.0) / (1.0 + v);
        assert!((index.first - v / variance).abs() < 0.01, "{index:?}");
        assert!(
            (index.total - v * others / variance).abs() < 0.01,
            "{index:?}"
        );
    }
}

#[test]
fn half_widths_cover_what_the_seed_moves() {
    let expected = 0.313_905_191;
    let all = 40;
    let held = (0..all).filter(|seed| {
        let index = indices(256, 3, *seed, ishigami).inputs[0];
        (index.first - expected).abs() <= index.first_half
    });
    // Rows of a Sobol sequence are evener than resamples of them, so more than 95 % hold.
    assert!(held.count() >= 37);
}

#[test]
fn coordinates_moved_together_share_as_one_and_members_beside_them() {
    let sum = |point: &[f64]| point[0] + 2.0 * point[1] + 3.0 * point[2];
    let design = Design::new(4096, 3, vec![0..2, 2..3, 0..1], 4).unwrap();
    let outputs = design.evaluate(ONE, |p| Ok::<f64, ()>(sum(p))).unwrap();
    let found = design.indices(&outputs, 50, 4).unwrap();
    for (index, share) in found
        .inputs
        .iter()
        .zip([5.0 / 14.0, 9.0 / 14.0, 1.0 / 14.0])
    {
        assert!((index.first - share).abs() < 0.01, "{index:?}");
        assert!((index.total - share).abs() < 0.01, "{index:?}");
    }
}

#[test]
fn an_input_without_effect_has_none_exactly() {
    let found = indices(64, 2, 1, |point| point[0]);
    assert_eq!(found.inputs[1], Default::default());
}

#[test]
fn threads_change_nothing() {
    let design = Design::new(500, 3, single(3), 8).unwrap();
    let run = |threads| {
        let threads = NonZeroUsize::new(threads).unwrap();
        design
            .evaluate(threads, |p| Ok::<f64, ()>(ishigami(p)))
            .unwrap()
    };
    assert_eq!(run(1), run(3));
    assert_eq!(run(1), run(64));
}

#[test]
fn the_first_failure_is_told_whatever_the_threads() {
    let design = Design::new(64, 1, single(1), 8).unwrap();
    let failing: Vec<usize> = (0..design.runs())
        .filter(|run| design.point(*run)[0] > 0.8)
        .collect();
    for threads in [1, 2, 7] {
        let told = design.evaluate(NonZeroUsize::new(threads).unwrap(), |point| {
            if point[0] > 0.8 {
                Err(point[0])
            } else {
                Ok(0.0)
            }
        });
        assert_eq!(told, Err(design.point(failing[0])[0]));
    }
}

#[test]
fn what_does_not_vary_has_nothing_to_share_out() {
    for constant in [0.0, 0.1 + 0.2, 1e300] {
        let found = indices(16, 2, 1, |_| constant);
        assert_eq!(found.variance, 0.0);
        assert_eq!(found.inputs, [Default::default(); 2]);
    }
}

#[test]
fn what_can_not_be_estimated_is_refused() {
    let few = |what, least, found| Invalid::TooFew { what, least, found };
    assert_eq!(
        Design::new(1, 1, single(1), 0).unwrap_err(),
        few("rows", 2, 1)
    );
    assert_eq!(
        Design::new(2, 1, vec![], 0).unwrap_err(),
        few("inputs", 1, 0)
    );
    for wrong in [0..0, 0..3] {
        let refused = Design::new(2, 2, vec![wrong], 0).unwrap_err();
        assert!(matches!(refused, Invalid::Range { what: "inputs", .. }));
    }
    let design = Design::new(2, 1, single(1), 0).unwrap();
    assert_eq!(design.runs(), 6);
    assert!(matches!(
        design.indices(&[0.0], 9, 0),
        Err(Invalid::Length { .. })
    ));
    let mut outputs = [0.0; 6];
    assert!(matches!(
        design.indices(&outputs, 1, 0),
        Err(Invalid::TooFew { .. })
    ));
    outputs[4] = f64::NAN;
    assert!(matches!(
        design.indices(&outputs, 9, 0),
        Err(Invalid::NotFinite { at: 4, .. })
    ));
}

#[test]
fn quantiles_are_those_of_type_7() {
    // By hand: places 0.15, 0.75, 1.5 and 2.85 among 0 to 3.
    let cells = [1.0, 2.0, 4.0, 8.0];
    for (p, expected) in [
        (0.05, 1.15),
        (0.25, 1.75),
        (0.5, 3.0),
        (0.95, 7.4),
        (0.0, 1.0),
        (1.0, 8.0),
    ] {
        close(quantile(&cells, p).unwrap(), expected, 1e-14);
    }
    assert_eq!(quantile(&[], 0.5), None);
    assert_eq!(quantile(&[7.0], 0.3), Some(7.0));
    let told = summary(&mut [8.0, 1.0, 4.0, 2.0], 0.9).unwrap();
    close(told.mean, 3.75, 1e-15);
    close(told.deviation, 3.095_695_936_834_452, 1e-14);
    assert_eq!(
        (told.median, told.low),
        (3.0, quantile(&cells, 0.05).unwrap())
    );
    assert_eq!(summary(&mut [], 0.9), None);
    assert_eq!(summary(&mut [2.0], 0.9).unwrap().deviation, 0.0);
}

#[test]
fn correlations_come_with_their_interval() {
    // By hand: Σ(x − x̄)(y − ȳ) = 16, Σ(x − x̄)² = 35⁄2, Σ(y − ȳ)² = 70⁄3.
    let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let y = [2.0, 1.0, 4.0, 3.0, 7.0, 5.0];
    let pairs: Vec<(f64, f64)> = x.into_iter().zip(y).collect();
    let found = correlation(&pairs).unwrap();
    close(found.r, 16.0 / (17.5_f64 * 70.0 / 3.0).sqrt(), 1e-12);
    let half = 1.959_963_984_540_054 / 3.0_f64.sqrt();
    close(found.low, (found.r.atanh() - half).tanh(), 1e-12);
    assert!(found.holds_zero());
    // Ranks differ by 1, −1, 1, −1, 1, −1: 1 − 6·6 ÷ (6·35).
    close(
        rank_correlation(&pairs).unwrap().r,
        1.0 - 36.0 / 210.0,
        1e-12,
    );
    let tied = [(1.0, 1.0), (1.0, 2.0), (2.0, 3.0), (3.0, 3.0)];
    close(rank_correlation(&tied).unwrap().r, 8.0 / 9.0, 1e-12);
}

#[test]
fn correlations_of_too_little_say_so() {
    assert_eq!(correlation(&[]), None);
    assert_eq!(correlation(&[(1.0, 2.0)]), None);
    assert_eq!(correlation(&[(0.1, 2.0), (0.1, 3.0), (0.1, 4.0)]), None);
    assert_eq!(rank_correlation(&[(1.0, 5.0), (2.0, 5.0)]), None);
    let two = correlation(&[(1.0, 5.0), (2.0, 6.0)]).unwrap();
    assert!(two.holds_zero() && (two.low, two.high) == (-1.0, 1.0));
    let line: Vec<(f64, f64)> = (0..9).map(|x| (f64::from(x), 3.0 * f64::from(x))).collect();
    let line = correlation(&line).unwrap();
    assert!(line.low > 0.999 && line.high <= 1.0);
}
