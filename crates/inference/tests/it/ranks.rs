//! Confidence sets for ranks against csranks 1.2.2 (PISA 2018), against plain simulation, and by their properties.

use std::num::NonZeroUsize;

use inference::Invalid;
use inference::random::Random;
use inference::ranks::{Errors, Procedure, RankSets, Scope, Settings, Sides, rank_sets};

use crate::support::{close, data};

fn settings(scope: Scope, coverage: f64) -> Settings {
    Settings {
        coverage,
        scope,
        sides: Sides::Both,
        procedure: Procedure::Stepdown,
        draws: None,
        seed: 1,
        threads: NonZeroUsize::new(2).unwrap(),
    }
}

struct Reference {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Reference {
    fn read() -> Option<Self> {
        let bytes = data("csranks/expected_pisa2018_math.csv")?;
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let texts = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
        Some(Self {
            header: texts(reader.headers().unwrap()),
            rows: reader.records().map(|row| texts(&row.unwrap())).collect(),
        })
    }

    fn column<T: std::str::FromStr>(&self, name: &str) -> Vec<T> {
        let at = self
            .header
            .iter()
            .position(|column| column == name)
            .unwrap();
        let cell = |row: &Vec<String>| row[at].to_lowercase().parse().ok().unwrap();
        self.rows.iter().map(cell).collect()
    }

    fn sets(&self, settings: &Settings) -> RankSets {
        let (estimates, errors) = (self.column("score"), self.column::<f64>("se"));
        rank_sets(&estimates, Errors::Independent(&errors), settings).unwrap()
    }

    fn check(&self, sets: &RankSets, name: &str) {
        assert_eq!(
            sets.lower,
            self.column::<u32>(&format!("{name}_L")),
            "{name}"
        );
        assert_eq!(
            sets.upper,
            self.column::<u32>(&format!("{name}_U")),
            "{name}"
        );
    }
}

#[test]
fn the_sets_of_pisa_are_those_of_csranks() {
    let Some(reference) = Reference::read() else {
        return;
    };
    for (name, scope, coverage) in [
        ("marg95", Scope::Marginal, 0.95),
        ("marg90", Scope::Marginal, 0.9),
        ("simul95", Scope::Simultaneous, 0.95),
        ("simul75", Scope::Simultaneous, 0.75),
    ] {
        let sets = reference.sets(&settings(scope, coverage));
        reference.check(&sets, name);
        assert_eq!(sets.rank, reference.column::<u32>("rank"));
        // No bound hangs on the draws.
        assert!(sets.unsettled.iter().all(|unsettled| !unsettled), "{name}");
    }
    let single = Settings {
        procedure: Procedure::SingleStep,
        ..settings(Scope::Simultaneous, 0.95)
    };
    reference.check(&reference.sets(&single), "simul95_nostep");
}

#[test]
fn the_first_and_last_five_of_pisa_are_those_of_csranks() {
    let Some(reference) = Reference::read() else {
        return;
    };
    for (name, coverage) in [("top5_95", 0.95), ("top5_90", 0.9)] {
        let lower = Settings {
            sides: Sides::Lower,
            ..settings(Scope::Simultaneous, coverage)
        };
        let sets = reference.sets(&lower);
        assert_eq!(sets.best(5), reference.column::<bool>(name));
        assert_eq!(sets.upper, vec![38; 38]);
    }
    let sets = reference.sets(&settings(Scope::Simultaneous, 0.95));
    assert_eq!(sets.worst(5), reference.column::<bool>("worst5_95"));
}

/// Estimates of `n` units with unlike standard errors, and the errors.
fn made(n: u64, seed: u64) -> (Vec<f64>, Vec<f64>) {
    let mut random = Random::new(seed, 0);
    let errors: Vec<f64> = (0..n).map(|_| 0.3 + random.exponential()).collect();
    let estimates = errors
        .iter()
        .map(|error| 3.0 * random.normal() + error * random.normal())
        .collect();
    (estimates, errors)
}

fn of(estimates: &[f64], errors: &[f64], settings: &Settings) -> RankSets {
    rank_sets(estimates, Errors::Independent(errors), settings).unwrap()
}

fn diagonal(errors: &[f64]) -> Vec<f64> {
    let mut matrix = vec![0.0; errors.len() * errors.len()];
    let own = matrix.iter_mut().step_by(errors.len() + 1);
    own.zip(errors)
        .for_each(|(place, error)| *place = error * error);
    matrix
}

#[test]
fn equal_units_have_the_studentised_range() {
    // With equal errors the largest difference is the range: its quantiles, over √2, are Tukey's (Harter 1960, q(0.05; 10, ∞) = 4.474).
    let single = Settings {
        draws: NonZeroUsize::new(60_000),
        procedure: Procedure::SingleStep,
        ..settings(Scope::Simultaneous, 0.95)
    };
    let sets = of(&[0.0; 10], &[2.0; 10], &single);
    let critical = sets.critical[0];
    let tukey = 4.474 / std::f64::consts::SQRT_2;
    assert!((critical.value - tukey).abs() < 4.0 * critical.standard_error + 4e-4);
    assert!(critical.standard_error < 0.002);
    assert_eq!((sets.lower[3], sets.upper[3], sets.rank[3]), (1, 10, 1));
}

#[test]
fn one_difference_needs_no_table() {
    // Two units: one difference in two directions, 1.96 exactly; both ways of computing it.
    let (x, s) = ([1.0, 0.0], [0.3, 0.4]);
    let marginal = of(&x, &s, &settings(Scope::Marginal, 0.95));
    let whole = of(&x, &s, &settings(Scope::Simultaneous, 0.95));
    let single = Settings {
        procedure: Procedure::SingleStep,
        ..settings(Scope::Marginal, 0.95)
    };
    let equal = of(&[0.0, 0.0], &s, &single);
    close(equal.critical[0].value, 1.959_963_984_540_054, 1e-8);
    // 2 standard errors apart: told apart, and nothing is left to test but the other direction.
    assert_eq!((marginal.upper[0], marginal.lower[1]), (1, 2));
    assert_eq!((whole.upper[0], whole.lower[1]), (1, 2));
}

#[test]
fn one_to_one_with_many_is_dunnetts() {
    // Equal errors: two-sided comparison of 5 with one, correlation ½, ∞ degrees of freedom: 2.51 (Dunnett 1964, table II).
    let single = Settings {
        procedure: Procedure::SingleStep,
        ..settings(Scope::Marginal, 0.95)
    };
    let two_sided = of(&[0.0; 6], &[1.0; 6], &single);
    assert!((two_sided.critical[0].value - 2.51).abs() < 0.005);
    // One-sided: 2.23 (Dunnett 1955, table 1a).
    let one_sided = Settings {
        sides: Sides::Lower,
        ..single
    };
    let sets = of(&[0.0; 6], &[1.0; 6], &one_sided);
    assert!((sets.critical[0].value - 2.23).abs() < 0.005);
}

#[test]
fn quadrature_and_draws_agree() {
    let (x, s) = made(12, 4);
    let covariance = diagonal(&s);
    for sides in [Sides::Both, Sides::Lower, Sides::Upper] {
        let settings = Settings {
            sides,
            draws: NonZeroUsize::new(8_000),
            ..settings(Scope::Marginal, 0.9)
        };
        let exact = of(&x, &s, &settings);
        let drawn = rank_sets(&x, Errors::Covariance(&covariance), &settings).unwrap();
        for (exact, drawn) in exact.critical.iter().zip(&drawn.critical) {
            let allowed = 4.5 * drawn.standard_error + 1e-4;
            assert!(
                (exact.value - drawn.value).abs() < allowed,
                "{exact:?} {drawn:?}"
            );
        }
    }
}

#[test]
fn a_matrix_that_is_diagonal_is_independence() {
    let (x, s) = made(15, 9);
    let settings = Settings {
        draws: NonZeroUsize::new(20_000),
        ..settings(Scope::Simultaneous, 0.95)
    };
    let independent = of(&x, &s, &settings).critical[0];
    let matrix = diagonal(&s);
    let full = rank_sets(&x, Errors::Covariance(&matrix), &settings).unwrap();
    let apart = (independent.value - full.critical[0].value).abs();
    let error = independent
        .standard_error
        .hypot(full.critical[0].standard_error);
    assert!(apart < 4.0 * error, "{apart} with {error}");
    // An error that all share leaves every difference, so every set, as it was.
    let shared: Vec<f64> = matrix.iter().map(|entry| entry + 5.0).collect();
    let moved = rank_sets(&x, Errors::Covariance(&shared), &settings).unwrap();
    let apart = (moved.critical[0].value - full.critical[0].value).abs();
    assert!(apart < 4.0 * error, "{apart} with {error}");
}

#[test]
fn simultaneous_values_are_those_of_plain_draws() {
    let (_, s) = made(20, 2);
    let single = Settings {
        draws: NonZeroUsize::new(20_000),
        procedure: Procedure::SingleStep,
        ..settings(Scope::Simultaneous, 0.9)
    };
    let critical = of(&[0.0; 20], &s, &single).critical[0].value;
    let mut passed = 0.0;
    for draw in 0..40_000 {
        let mut random = Random::new(77, draw);
        let errors: Vec<f64> = s.iter().map(|s| s * random.normal()).collect();
        let passes = (0..20)
            .any(|j| (0..j).any(|k| (errors[j] - errors[k]).abs() > critical * s[j].hypot(s[k])));
        passed += f64::from(u8::from(passes));
    }
    // Its standard error is 0.0015.
    assert!((passed / 40_000.0 - 0.1_f64).abs() < 0.0055, "{passed}");
}

#[test]
fn the_table_of_many_units_is_near_each_units_own_value_and_never_under_it() {
    let (x, s) = made(2600, 6);
    let settings = settings(Scope::Marginal, 0.95);
    let many = of(&x, &s, &settings);
    // As many units without the last hundred are each computed for themselves: 4 % fewer hypotheses move c by about 0.01 at most.
    let each = of(&x[..2500], &s[..2500], &settings);
    for (unit, (many, each)) in many.critical.iter().zip(&each.critical).enumerate() {
        let more = many.value - each.value;
        assert!((0.0..0.03).contains(&more), "{unit}: {more}");
    }
}

#[test]
fn counts_are_those_of_all_pairs() {
    let (x, s) = made(700, 8);
    let sets = of(&x, &s, &settings(Scope::Marginal, 0.95));
    for unit in 0..700 {
        let c = sets.critical[unit].value;
        let clear = |from: f64, k: usize| from / s[unit].hypot(s[k]) > c;
        let ahead = (0..700).filter(|k| clear(x[*k] - x[unit], *k)).count();
        let behind = (0..700).filter(|k| clear(x[unit] - x[*k], *k)).count();
        assert_eq!(sets.lower[unit] as usize, 1 + ahead);
        assert_eq!(sets.upper[unit] as usize, 700 - behind);
    }
}

#[test]
fn nothing_depends_on_the_number_of_threads() {
    let (x, s) = made(40, 3);
    for scope in [Scope::Marginal, Scope::Simultaneous] {
        let with = |threads| Settings {
            draws: NonZeroUsize::new(3_000),
            threads: NonZeroUsize::new(threads).unwrap(),
            ..settings(scope, 0.95)
        };
        assert_eq!(of(&x, &s, &with(1)), of(&x, &s, &with(7)));
    }
}

#[test]
fn stepdown_and_one_side_never_widen_a_set() {
    let (x, s) = made(60, 5);
    for scope in [Scope::Marginal, Scope::Simultaneous] {
        let step = Settings {
            draws: NonZeroUsize::new(4_000),
            ..settings(scope, 0.95)
        };
        let single = Settings {
            procedure: Procedure::SingleStep,
            ..step
        };
        let lower = Settings {
            sides: Sides::Lower,
            ..step
        };
        let (step, single, lower) = (of(&x, &s, &step), of(&x, &s, &single), of(&x, &s, &lower));
        for unit in 0..60 {
            assert!(step.lower[unit] >= single.lower[unit]);
            assert!(step.upper[unit] <= single.upper[unit]);
            assert!((step.lower[unit]..=step.upper[unit]).contains(&step.rank[unit]));
            assert!(lower.lower[unit] >= step.lower[unit] && lower.upper[unit] == 60);
        }
    }
}

#[test]
fn sets_hold_the_true_places_as_often_as_they_say() {
    let (mut marginal, mut whole) = (0, 0);
    for list in 0..400 {
        let mut random = Random::new(12, list);
        // Distinct true places, close together.
        let x: Vec<f64> = (0..8)
            .map(|u| -f64::from(u) * 0.8 + random.normal())
            .collect();
        let holds =
            |sets: &RankSets, u: usize| (sets.lower[u]..=sets.upper[u]).contains(&(u as u32 + 1));
        let sets = of(&x, &[1.0; 8], &settings(Scope::Marginal, 0.9));
        marginal += u32::from(holds(&sets, 3));
        let draws = Settings {
            draws: NonZeroUsize::new(1_000),
            ..settings(Scope::Simultaneous, 0.9)
        };
        let sets = of(&x, &[1.0; 8], &draws);
        whole += u32::from((0..8).all(|unit| holds(&sets, unit)));
    }
    // 0.9 less three standard errors of 400 lists.
    assert!(marginal > 342 && whole > 342, "{marginal} {whole}");
}

#[test]
fn degenerate_input_has_an_answer_or_a_named_error() {
    for scope in [Scope::Marginal, Scope::Simultaneous] {
        let settings = settings(scope, 0.95);
        let one = of(&[5.0], &[1.0], &settings);
        assert_eq!((one.lower[0], one.upper[0], one.rank[0]), (1, 1, 1));
        let certain = of(&[3.0, 2.0, 1.0], &[1e-9; 3], &settings);
        assert_eq!(
            (certain.lower, certain.upper),
            (vec![1, 2, 3], vec![1, 2, 3])
        );
        let wrong = |x: &[f64], errors, coverage| {
            rank_sets(
                x,
                errors,
                &Settings {
                    coverage,
                    ..settings
                },
            )
            .unwrap_err()
        };
        let independent = Errors::Independent(&[1.0, 0.0]);
        assert!(matches!(
            wrong(&[], Errors::Independent(&[]), 0.9),
            Invalid::TooFew { .. }
        ));
        assert!(matches!(
            wrong(&[1.0], independent, 0.9),
            Invalid::Length { .. }
        ));
        assert!(matches!(
            wrong(&[1.0, 2.0], independent, 0.9),
            Invalid::Range { at: 1, .. }
        ));
        assert!(matches!(
            wrong(&[1.0, f64::NAN], independent, 0.9),
            Invalid::NotFinite { .. }
        ));
        assert!(matches!(
            wrong(&[1.0], Errors::Independent(&[1.0]), 1.0),
            Invalid::Range { .. }
        ));
        // No covariances: unlike sides, a negative eigenvalue, and two units that never differ.
        let settings = Settings {
            coverage: 0.9,
            ..settings
        };
        for matrix in [
            [1.0, 0.5, 0.2, 1.0],
            [1.0, 2.0, 2.0, 1.0],
            [1.0, 1.0, 1.0, 1.0],
        ] {
            let found = rank_sets(&[1.0, 2.0], Errors::Covariance(&matrix), &settings).unwrap_err();
            assert!(
                matches!(
                    found,
                    Invalid::Range {
                        what: "covariance",
                        ..
                    }
                ),
                "{found}"
            );
        }
    }
}
