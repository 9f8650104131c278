//! Noise: each model draws from the posterior it says, holds what it can't know, and refuses what can't be.

use inference::Invalid;
use inference::noise::{Model, Noise};
use inference::random::Random;
use inference::special::{beta_cdf, gamma_cdf, normal_cdf, student_cdf};

/// So many draws of one unit's figure.
fn draws(noise: &Noise, unit: usize, stream: u64) -> Vec<f64> {
    let mut random = Random::new(11, stream);
    let mut out = vec![f64::NAN; noise.units()];
    (0..40_000)
        .map(|_| {
            noise.draw(&mut random, &mut out);
            out[unit]
        })
        .collect()
}

/// Kolmogorov's distance times √n: over 2 in 7 of 10,000 cases by chance.
#[track_caller]
fn follows(mut draws: Vec<f64>, cdf: impl Fn(f64) -> f64) {
    draws.sort_by(f64::total_cmp);
    let n = draws.len() as f64;
    let at = draws.iter().enumerate();
    let worst = at.map(|(at, x)| ((at as f64 + 0.5) / n - cdf(*x)).abs());
    let worst = worst.fold(0.0, f64::max) * n.sqrt();
    assert!(worst < 2.0, "{worst}");
}

fn share<'a>(value: &'a [f64], n: &'a [f64]) -> Model<'a> {
    Model::Share {
        value,
        n,
        full: 1.0,
    }
}

#[test]
fn a_share_alone_has_jeffreys_posterior() {
    let noise = Noise::fit(&share(&[0.9], &[30.0]), 0.0).unwrap();
    follows(draws(&noise, 0, 1), |x| beta_cdf(27.5, 3.5, x));
    let percent = Model::Share {
        value: &[90.0],
        n: &[30.0],
        full: 100.0,
    };
    let noise = Noise::fit(&percent, 0.0).unwrap();
    follows(draws(&noise, 0, 1), |x| beta_cdf(27.5, 3.5, x / 100.0));
}

#[test]
fn alike_units_weigh_a_quarter_of_the_cases_and_unlike_ones_less() {
    let n = [40.0; 8];
    let alike = [0.9, 0.925, 0.875, 0.9, 0.9, 0.925, 0.875, 0.9];
    let noise = Noise::fit(&share(&alike, &n), 0.0).unwrap();
    let mean = (0.9 * 320.0 + 0.5) / 321.0;
    let (events, others) = (36.0 + 10.0 * mean, 4.0 + 10.0 * (1.0 - mean));
    follows(draws(&noise, 0, 2), |x| beta_cdf(events, others, x));
    let unlike = [0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.05, 0.95];
    let spread = |noise: &Noise| {
        let draws = draws(noise, 0, 3);
        draws.iter().sum::<f64>() / draws.len() as f64
    };
    let own = spread(&Noise::fit(&share(&unlike, &n), 0.0).unwrap());
    assert!((own - 0.1).abs() < 0.03, "{own}");
    // Where totals show that good units are good at all things, the class weighs less here too.
    let kin = Noise::fit(&share(&alike, &n), 5000.0).unwrap();
    let (events, others) = (36.0 + mean, 4.0 + (1.0 - mean));
    follows(draws(&kin, 0, 2), |x| beta_cdf(events, others, x));
}

#[test]
fn what_nobody_had_can_still_happen() {
    let noise = Noise::fit(&share(&[1.0; 10], &[30.0; 10]), 0.0).unwrap();
    let mut drawn = draws(&noise, 3, 4);
    drawn.sort_by(f64::total_cmp);
    let low = drawn[drawn.len() / 40];
    assert!((0.97..0.99).contains(&low), "{low}");
}

#[test]
fn counts_have_a_gamma_posterior() {
    let noise = Noise::fit(&Model::Count { value: &[7.0] }, 0.0).unwrap();
    follows(draws(&noise, 0, 5), |x| gamma_cdf(7.5, x));
    let value = [3.0, 4.0, 3.0, 4.0, 3.0, 4.0];
    let noise = Noise::fit(&Model::Count { value: &value }, 0.0).unwrap();
    let prior = 0.25 * 21.5 / 6.0;
    follows(draws(&noise, 0, 6), |x| gamma_cdf(3.0 + prior, 1.25 * x));
}

#[test]
fn figures_are_normal_and_held_in_their_range() {
    let open = (f64::NEG_INFINITY, f64::INFINITY);
    let figure = |range| Model::Figure {
        value: &[5.0, 2.0],
        se: &[0.5, 0.0],
        range,
    };
    let noise = Noise::fit(&figure(open), 0.0).unwrap();
    assert_eq!(noise.drawn(), [0], "a figure without error is held");
    follows(draws(&noise, 0, 7), |x| normal_cdf((x - 5.0) / 0.5));
    let held = draws(&Noise::fit(&figure((0.0, 5.0)), 0.0).unwrap(), 0, 7);
    assert!(held.iter().all(|x| *x <= 5.0));
}

#[test]
fn marks_have_the_tails_that_few_judges_leave() {
    let mark = |n| Model::Mark {
        value: &[80.0, 70.0],
        se: &[2.0, 1.0],
        n,
        range: (f64::NEG_INFINITY, f64::INFINITY),
    };
    let noise = Noise::fit(&mark(&[4.0, 1.0]), 0.0).unwrap();
    assert_eq!(noise.drawn(), [0], "one judge says nothing of the spread");
    follows(draws(&noise, 0, 8), |x| student_cdf(3.0, (x - 80.0) / 2.0));
}

#[test]
fn two_levels_are_a_share() {
    let (no, yes) = ([4.0], [26.0]);
    let levels = Model::Levels {
        counts: vec![&no, &yes],
        marks: vec![0.0, 1.0],
    };
    let noise = Noise::fit(&levels, 0.0).unwrap();
    follows(draws(&noise, 0, 9), |x| beta_cdf(26.5, 4.5, x));
}

#[test]
fn gaps_and_nothing_are_held() {
    let gap = f64::NAN;
    let noise = Noise::fit(&share(&[0.5, gap, 0.5, 0.5], &[10.0, 10.0, gap, 0.0]), 0.0);
    let noise = noise.unwrap();
    assert_eq!((noise.units(), noise.drawn()), (4, &[0][..]));
    let mut out = [7.0; 4];
    noise.draw(&mut Random::new(1, 1), &mut out);
    assert!(out[0] < 1.0);
    assert_eq!(out[1..], [7.0; 3]);
    assert!(
        Noise::fit(&share(&[], &[]), 0.0)
            .unwrap()
            .drawn()
            .is_empty()
    );
    let none = Model::Levels {
        counts: vec![&[0.0], &[0.0]],
        marks: vec![1.0, 2.0],
    };
    assert!(Noise::fit(&none, 0.0).unwrap().drawn().is_empty());
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let of = |model: &Model<'_>| Noise::fit(model, 0.0).unwrap_err();
    assert!(matches!(of(&share(&[0.5], &[])), Invalid::Length { .. }));
    assert!(matches!(
        of(&share(&[1.5], &[3.0])),
        Invalid::Range { at: 0, .. }
    ));
    assert!(matches!(of(&share(&[0.5], &[-1.0])), Invalid::Range { .. }));
    assert!(matches!(
        of(&Model::Count {
            value: &[1.0, f64::INFINITY]
        }),
        Invalid::NotFinite { at: 1, .. }
    ));
    assert!(matches!(
        of(&Model::Count { value: &[-1.0] }),
        Invalid::Range { .. }
    ));
    let one = Model::Levels {
        counts: vec![&[1.0]],
        marks: vec![1.0],
    };
    assert!(matches!(of(&one), Invalid::TooFew { found: 1, .. }));
    let back = Model::Figure {
        value: &[1.0],
        se: &[1.0],
        range: (2.0, 1.0),
    };
    assert!(matches!(of(&back), Invalid::Range { .. }));
    assert!(Noise::fit(&share(&[0.5], &[3.0]), f64::NAN).is_err());
}

#[test]
fn the_same_seed_draws_the_same() {
    let noise = Noise::fit(&share(&[0.9, 0.8], &[30.0, 20.0]), 0.0).unwrap();
    assert_eq!(draws(&noise, 1, 3)[..99], draws(&noise, 1, 3)[..99]);
    assert_ne!(draws(&noise, 1, 3)[..99], draws(&noise, 1, 4)[..99]);
}

/// The mean and standard deviation of a unit's draws.
fn moments(noise: &Noise, unit: usize, units: usize) -> (f64, f64) {
    let mut random = Random::new(3, 0);
    let mut cells = vec![f64::NAN; units];
    let draws: Vec<f64> = (0..20_000)
        .map(|_| {
            noise.draw(&mut random, &mut cells);
            cells[unit]
        })
        .collect();
    let mean = draws.iter().sum::<f64>() / draws.len() as f64;
    let squares = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>();
    (mean, (squares / draws.len() as f64).sqrt())
}

#[test]
fn new_figures_spread_as_their_own_cases_do_about_the_unit_or_its_class() {
    let (value, n) = ([1.0, 0.8, 0.8, 0.8, 0.8], [30.0; 5]);
    let model = Model::Share {
        value: &value,
        n: &n,
        full: 1.0,
    };
    let noise = Noise::fit(&model, 0.0).unwrap();
    let anew = noise.anew(|unit| unit == 0);
    let (mean, sd) = moments(&anew, 0, 5);
    assert!((mean - 0.84).abs() < 0.01, "as its class: {mean}");
    assert!((sd - (0.84_f64 * 0.16 / 30.0).sqrt()).abs() < 0.003, "{sd}");
    let (mean, sd) = moments(&anew, 1, 5);
    assert!((mean - 0.808).abs() < 0.01, "as itself: {mean}");
    assert!(
        (sd - (0.808_f64 * 0.192 / 30.0).sqrt()).abs() < 0.003,
        "{sd}"
    );
    // The posterior has the class's cases too, and spreads less.
    assert!(moments(&noise, 1, 5).1 < 0.95 * sd);
    let counts = Model::Count {
        value: &[4.0, 9.0, 9.0, 9.0, 9.0],
    };
    let anew = Noise::fit(&counts, 0.0).unwrap().anew(|unit| unit == 0);
    let (mean, sd) = moments(&anew, 0, 5);
    assert!(
        (mean - 8.0).abs() < 0.3 && (sd - mean.sqrt()).abs() < 0.1,
        "{mean} {sd}"
    );
    let figures = Model::Figure {
        value: &[1.0, 3.0],
        se: &[0.5, 0.5],
        range: (f64::NEG_INFINITY, f64::INFINITY),
    };
    let anew = Noise::fit(&figures, 0.0).unwrap().anew(|unit| unit == 0);
    let (mean, sd) = moments(&anew, 0, 2);
    assert!(
        (mean - 2.0).abs() < 0.02 && (sd - 0.5).abs() < 0.02,
        "{mean} {sd}"
    );
    let few = [6.0, 2.0, 2.0, 2.0];
    let many = [0.0, 4.0, 4.0, 4.0];
    let levels = Model::Levels {
        counts: vec![&few, &many],
        marks: vec![0.0, 1.0],
    };
    let anew = Noise::fit(&levels, 0.0).unwrap().anew(|unit| unit == 0);
    let (mean, sd) = moments(&anew, 0, 4);
    assert!((mean - 0.5).abs() < 0.02, "{mean}");
    assert!((sd - (0.25_f64 / 6.0).sqrt()).abs() < 0.01, "{sd}");
}
