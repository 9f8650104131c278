//! Which units are named, and at what error rate.

use inference::Invalid;
use inference::named::{Control, Reference, Verdict, adjusted, against, by_rank, improved};
use inference::random::Random;
use inference::ranks::{Critical, Errors, RankSets};

use crate::support::close;

const ALL: [Control; 3] = [
    Control::Holm,
    Control::BenjaminiHochberg,
    Control::BenjaminiYekutieli,
];

/// The p-values of Benjamini and Hochberg (1995), section 2.3: at 0.05 they reject the first four, Bonferroni the first three.
const BH1995: [f64; 15] = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
    0.6528, 0.7590, 1.0,
];

#[test]
fn the_published_example_of_the_false_discovery_rate() {
    let found = adjusted(&BH1995, Control::BenjaminiHochberg);
    assert_eq!(found.iter().filter(|p| **p <= 0.05).count(), 4);
    close(found[3], 0.0095 * 15.0 / 4.0, 1e-14);
    // Nine tie by the step-up at 0.0459 · 15 / 9, those below it at 0.0344 · 15 / 8.
    close(found[8], 0.0765, 1e-12);
    close(found[4], 0.0201 * 15.0 / 5.0, 1e-14);
    let harmonic: f64 = (1..=15).map(|i| 1.0 / f64::from(i)).sum();
    let any = adjusted(&BH1995, Control::BenjaminiYekutieli);
    close(any[0], 0.0001 * 15.0 * harmonic, 1e-12);
}

#[test]
fn holm_counts_both_directions() {
    let found = adjusted(&BH1995, Control::Holm);
    close(found[0], 0.0015, 1e-12);
    close(found[1], 0.0002 * 29.0, 1e-12);
    close(found[2], 0.00095 * 28.0, 1e-12);
    assert_eq!(found.iter().filter(|p| **p <= 0.05).count(), 3);
}

#[test]
fn units_are_named_on_their_side_of_the_mean() {
    let (x, s) = ([10.0, 0.0, 0.5, -0.5, -10.0], [1.0; 5]);
    for control in ALL {
        let named = against(&x, Errors::Independent(&s), Reference::Mean, control, 0.05).unwrap();
        let verdicts: Vec<_> = named.iter().map(|unit| unit.verdict).collect();
        let expected = [
            Verdict::Ahead,
            Verdict::NoDifferent,
            Verdict::NoDifferent,
            Verdict::NoDifferent,
            Verdict::Behind,
        ];
        assert_eq!(verdicts, expected, "{control:?}");
        // 1 − 2/5 + 5/25
        close(named[0].standard_error, 0.8_f64.sqrt(), 1e-14);
    }
    let mut covariance = [0.0; 25];
    covariance.iter_mut().step_by(6).for_each(|own| *own = 1.0);
    let full = Errors::Covariance(&covariance);
    let same = against(&x, full, Reference::Mean, Control::Holm, 0.05).unwrap();
    let named = against(
        &x,
        Errors::Independent(&s),
        Reference::Mean,
        Control::Holm,
        0.05,
    );
    assert_eq!(same, named.unwrap());
    let value = against(
        &x,
        Errors::Independent(&s),
        Reference::Value(-10.0),
        Control::Holm,
        0.05,
    )
    .unwrap();
    assert_eq!(value[3].verdict, Verdict::Ahead);
    assert_eq!(value[4].verdict, Verdict::NoDifferent);
    close(value[0].standard_error, 1.0, 0.0);
}

#[test]
fn improvement_is_a_difference_of_two_periods() {
    let before = ([50.0, 50.0, 50.0].as_slice(), [3.0, 3.0, 3.0].as_slice());
    let now = ([66.0, 51.0, 30.0].as_slice(), [4.0, 4.0, 4.0].as_slice());
    let named = improved(before, now, 0.0, Control::Holm, 0.05).unwrap();
    let verdicts: Vec<_> = named.iter().map(|unit| unit.verdict).collect();
    assert_eq!(
        verdicts,
        [Verdict::Ahead, Verdict::NoDifferent, Verdict::Behind]
    );
    close(named[0].standard_error, 5.0, 1e-14);
    let linked = improved(before, now, 0.5, Control::Holm, 0.05).unwrap();
    close(linked[0].standard_error, 13.0_f64.sqrt(), 1e-14);
    // The same data twice: no error in the difference, and what differs is certain.
    let same = improved(before, before, 1.0, Control::Holm, 0.05).unwrap();
    assert!(same.iter().all(|unit| unit.verdict == Verdict::NoDifferent));
    assert!(improved(before, now, 1.5, Control::Holm, 0.05).is_err());
}

#[test]
fn sets_of_ranks_name_those_wholly_inside() {
    let sets = RankSets {
        rank: vec![1, 2, 3, 4],
        lower: vec![1, 1, 2, 4],
        upper: vec![2, 3, 3, 4],
        critical: vec![Critical {
            value: 3.0,
            standard_error: 0.0,
        }],
        unsettled: vec![false; 4],
        draws: 0,
    };
    let names = by_rank(&sets, 2)
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>();
    assert_eq!(names, ["ahead", "no-different", "no-different", "behind"]);
}

/// The share of 2,000 lists with a wrong name, and the mean share of wrong names, of 40 units of which half are on the mean.
fn rates(control: Control, shift: f64) -> (f64, f64) {
    let (mut any, mut share) = (0.0, 0.0);
    for list in 0..2000 {
        let mut random = Random::new(3, list);
        let truth: Vec<f64> = (0..40)
            .map(|unit| {
                if unit < 20 {
                    0.0
                } else {
                    shift * f64::from(unit % 2 * 2 - 1)
                }
            })
            .collect();
        let x: Vec<f64> = truth.iter().map(|t| t + random.normal()).collect();
        let named = against(
            &x,
            Errors::Independent(&[1.0; 40]),
            Reference::Mean,
            control,
            0.1,
        )
        .unwrap();
        let (mut wrong, mut all) = (0.0, 0.0);
        for (unit, truth) in named.iter().zip(&truth) {
            let right = match unit.verdict {
                Verdict::NoDifferent => continue,
                Verdict::Ahead => *truth > 0.0,
                Verdict::Behind => *truth < 0.0,
            };
            all += 1.0;
            wrong += if right { 0.0 } else { 1.0 };
        }
        any += f64::from(wrong > 0.0);
        share += wrong / f64::max(all, 1.0);
    }
    (any / 2000.0, share / 2000.0)
}

#[test]
fn the_declared_rate_holds_for_the_whole_list() {
    for shift in [0.0, 0.3, 3.0] {
        // Three standard errors of 2,000 lists over 0.1.
        assert!(rates(Control::Holm, shift).0 < 0.12);
        assert!(rates(Control::BenjaminiHochberg, shift).1 < 0.12);
        assert!(rates(Control::BenjaminiYekutieli, shift).1 < 0.1);
    }
}

#[test]
fn degenerate_lists_have_an_answer_or_a_named_error() {
    for control in ALL {
        let one = against(
            &[5.0],
            Errors::Independent(&[1.0]),
            Reference::Mean,
            control,
            0.05,
        )
        .unwrap();
        assert_eq!((one[0].verdict, one[0].p), (Verdict::NoDifferent, 1.0));
        let equal = against(
            &[2.0; 4],
            Errors::Independent(&[1.0; 4]),
            Reference::Mean,
            control,
            0.05,
        )
        .unwrap();
        assert!(
            equal
                .iter()
                .all(|u| u.verdict == Verdict::NoDifferent && u.adjusted == 1.0)
        );
    }
    let wrong = |x: &[f64], s: &[f64], reference, rate| {
        against(x, Errors::Independent(s), reference, Control::Holm, rate).unwrap_err()
    };
    let mean = Reference::Mean;
    assert!(matches!(
        wrong(&[], &[], mean, 0.05),
        Invalid::TooFew { .. }
    ));
    assert!(matches!(
        wrong(&[1.0], &[], mean, 0.05),
        Invalid::Length { .. }
    ));
    assert!(matches!(
        wrong(&[f64::NAN], &[1.0], mean, 0.05),
        Invalid::NotFinite { .. }
    ));
    assert!(matches!(
        wrong(&[1.0], &[0.0], mean, 0.05),
        Invalid::Range { .. }
    ));
    assert!(matches!(
        wrong(&[1.0], &[1.0], mean, 1.0),
        Invalid::Range { .. }
    ));
    let nan = Reference::Value(f64::NAN);
    assert!(matches!(
        wrong(&[1.0], &[1.0], nan, 0.05),
        Invalid::NotFinite { .. }
    ));
}
