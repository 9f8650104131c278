//! Data that can't tell are refused by name, wrong data are errors; neither is ever a flag.

use inference::Invalid;
use inference::gaming::*;

const DRAWS: Draws = Draws {
    draws: 99,
    seed: 1,
    stream: 0,
};

#[track_caller]
fn too_few(answer: &Answer, least: usize, found: usize) {
    match answer {
        Answer::NotApplicable(NotApplicable::TooFew {
            least: l, found: f, ..
        }) => assert_eq!((*l, *f), (least, found)),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn all_equal(answer: &Answer) {
    assert!(
        matches!(
            answer,
            Answer::NotApplicable(NotApplicable::AllEqual { .. })
        ),
        "{answer:?}"
    );
}

#[track_caller]
fn no_comparison(answer: &Answer) {
    assert!(
        matches!(
            answer,
            Answer::NotApplicable(NotApplicable::NoComparison { .. })
        ),
        "{answer:?}"
    );
}

#[test]
fn bursts_and_floods() {
    let burst = |counts: &[u64], pool: &[u64], longest| {
        bursts(
            &Bursts {
                counts,
                pool,
                longest,
                dispersion: 1.0,
            },
            &DRAWS,
        )
    };
    too_few(&burst(&[], &[], 1).unwrap(), 3, 0);
    too_few(&burst(&[9, 0], &[9, 9], 1).unwrap(), 3, 2);
    no_comparison(&burst(&[3, 2, 4], &[3, 2, 4], 1).unwrap());
    assert!(matches!(
        burst(&[5, 1, 1], &[4, 2, 2], 1),
        Err(Invalid::Range {
            what: "counts",
            at: 0,
            ..
        })
    ));
    assert!(matches!(
        burst(&[1, 1, 1], &[4, 2], 1),
        Err(Invalid::Length { .. })
    ));
    assert!(matches!(
        burst(&[1, 1, 1], &[4, 2, 3], 3),
        Err(Invalid::Range {
            what: "longest",
            ..
        })
    ));
    let flood = |counts: &[u64], pool: &[u64], dispersion| {
        floods(&Floods {
            counts,
            pool,
            dispersion,
        })
    };
    too_few(&flood(&[0, 0], &[5, 5], 1.0).unwrap(), 3, 0);
    too_few(&flood(&[4], &[9], 1.0).unwrap(), 2, 1);
    no_comparison(&flood(&[4, 4], &[4, 4], 1.0).unwrap());
    assert!(matches!(
        flood(&[4, 4], &[5, 5], f64::NAN),
        Err(Invalid::NotFinite { .. })
    ));
    assert_eq!(dispersion(&[]).unwrap(), 1.0);
    assert_eq!(dispersion(&[&[0, 0], &[0, 0]]).unwrap(), 1.0);
    assert!(dispersion(&[&[1, 2], &[1]]).is_err());
}

#[test]
fn series_and_ceilings() {
    let series = |top: &[bool]| {
        let stratum = vec![0; top.len()];
        let group: Vec<usize> = (0..top.len()).map(|at| at % 2).collect();
        let series = Series {
            top,
            stratum: &stratum,
        };
        [
            all_top_run(&series, &DRAWS).unwrap(),
            all_top_groups(&series, &group, &DRAWS).unwrap(),
        ]
    };
    series(&[]).iter().for_each(|answer| too_few(answer, 10, 0));
    series(&[true; 30]).iter().for_each(all_equal);
    series(&[false; 30]).iter().for_each(all_equal);
    let mut top = [true; 30];
    top[0] = false;
    let one = Series {
        top: &top,
        stratum: &[0; 30],
    };
    too_few(&all_top_groups(&one, &[7; 30], &DRAWS).unwrap(), 2, 1);
    assert!(
        all_top_run(
            &Series {
                stratum: &[0],
                ..one
            },
            &DRAWS
        )
        .is_err()
    );
    let few = Draws { draws: 18, ..DRAWS };
    assert!(matches!(
        all_top_run(&one, &few),
        Err(Invalid::TooFew { what: "draws", .. })
    ));
    let ceiling = |top: &[u64], all: &[u64]| {
        sudden_ceiling(
            &Ceiling {
                top,
                all,
                ceiling: 0.98,
            },
            &DRAWS,
        )
    };
    too_few(&ceiling(&[], &[]).unwrap(), 10, 0);
    too_few(&ceiling(&[9, 20], &[20, 20]).unwrap(), 3, 2);
    all_equal(&ceiling(&[9, 9, 9], &[9, 9, 9]).unwrap());
    assert!(ceiling(&[9, 9, 9], &[9, 8, 9]).is_err());
}

#[test]
fn comments_and_last_days() {
    let ask = |comments: &[&str], alike| {
        copied_comments(&Comments {
            comments,
            others: &[],
            alike,
        })
    };
    too_few(&ask(&[], 0.7).unwrap(), 3, 0);
    too_few(&ask(&["。", "!!", " ", "好"], 0.7).unwrap(), 3, 1);
    assert!(ask(&["好"; 3], 0.0).is_err());
    assert!(near_duplicates(&[], 0.7).unwrap().is_empty());
    let late = |late, all, peers: &[(u64, u64)]| last_days(&Deadline { late, all, peers });
    too_few(&late(0, 0, &[(1, 9); 9]).unwrap(), 3, 0);
    too_few(&late(9, 9, &[(0, 0), (1, 9), (1, 9)]).unwrap(), 5, 2);
    assert!(late(1, 9, &[(3, 2); 9]).is_err());
    // All of everybody's on the last day is what everybody does.
    assert!(late(9, 9, &[(9, 9); 9]).unwrap().p().unwrap() > 0.5);
    assert!(late(0, 9, &[(0, 9); 9]).unwrap().p().unwrap() > 0.99);
}

#[test]
fn judges_and_favours() {
    let judge: Vec<usize> = (0..20).map(|at| at / 10).collect();
    let object: Vec<usize> = (0..20).map(|at| at % 10).collect();
    let ask = |mark: &[f64]| {
        without_spread(
            &Marks {
                judges: 3,
                objects: 10,
                judge: &judge,
                object: &object,
                mark,
            },
            &DRAWS,
        )
    };
    let equal = ask(&[9.0; 20]).unwrap();
    all_equal(&equal[0]);
    all_equal(&equal[1]);
    too_few(&equal[2], 5, 0);
    // All at the top: can't be told from a lenient judge.
    let mut marks = vec![10.0; 20];
    (10..20).for_each(|at| marks[at] = f64::from(at as u8 % 7));
    all_equal(&ask(&marks).unwrap()[0]);
    assert!(ask(&[f64::NAN; 20]).is_err());
    assert!(ask(&[1.0; 19]).is_err());
    let none = Marks {
        judges: 0,
        objects: 0,
        judge: &[],
        object: &[],
        mark: &[],
    };
    assert!(without_spread(&none, &DRAWS).unwrap().is_empty());
    let favours = |count: usize, mark: f64| {
        let pairs: Vec<(usize, usize)> = (0..count * count)
            .map(|at| (at / count, at % count))
            .collect();
        let (from, to): (Vec<usize>, Vec<usize>) = pairs.into_iter().unzip();
        let mark = vec![mark; from.len()];
        back_scratching(
            &Favours {
                count,
                from: &from,
                to: &to,
                mark: &mark,
            },
            &DRAWS,
        )
    };
    too_few(&favours(0, 1.0).unwrap(), 10, 0);
    too_few(&favours(4, 1.0).unwrap(), 10, 6);
    all_equal(&favours(8, 5.0).unwrap());
    assert!(favours(8, f64::INFINITY).is_err());
    let outside = Favours {
        count: 1,
        from: &[0],
        to: &[1],
        mark: &[1.0],
    };
    assert!(matches!(
        back_scratching(&outside, &DRAWS),
        Err(Invalid::Range { what: "to", .. })
    ));
}

#[test]
fn rings_and_titles() {
    let ask = |raters: usize, units: usize, rater: &[usize], unit: &[usize]| {
        let marked = vec![true; rater.len()];
        let stratum = vec![0; raters];
        let input = Ratings {
            raters,
            units,
            rater,
            unit,
            marked: &marked,
            stratum: &stratum,
        };
        rings(&input, &DRAWS)
    };
    assert!(ask(0, 0, &[], &[]).unwrap().is_empty());
    too_few(&ask(2, 1, &[0, 1, 1], &[0, 0, 0]).unwrap()[1], 2, 1);
    // One rater, and raters who all marked everything: nothing could be otherwise.
    assert_eq!(ask(1, 3, &[0, 0, 0], &[0, 1, 2]).unwrap()[0].p(), Some(1.0));
    let all = ask(3, 2, &[0, 0, 1, 1, 2, 2], &[0, 1, 0, 1, 0, 1]).unwrap();
    assert!(all.iter().all(|answer| answer.p() == Some(1.0)));
    assert!(ask(1, 1, &[0], &[1]).is_err());
    let titles = |winners: &[&[usize]], candidates| {
        titles_in_turns(
            &Titles {
                winners,
                candidates,
                barred: 0,
            },
            &DRAWS,
        )
    };
    too_few(&titles(&[], 0).unwrap(), 4, 0);
    too_few(&titles(&[&[0], &[], &[1], &[2]], 9).unwrap(), 4, 3);
    all_equal(&titles(&[[0].as_slice(); 6], 1).unwrap());
    assert!(titles(&[&[0, 0], &[1], &[2], &[3]], 9).is_err());
    assert!(titles(&[&[9], &[1], &[2], &[3]], 9).is_err());
    let soon = Titles {
        winners: &[&[0], &[1], &[0], &[2]],
        candidates: 5,
        barred: 2,
    };
    assert!(titles_in_turns(&soon, &DRAWS).is_err());
    // The same one every time is merit, for all this test can say.
    assert_eq!(titles(&[[0].as_slice(); 12], 9).unwrap().p(), Some(1.0));
}

#[test]
fn figures() {
    too_few(&benford(&[], &DRAWS).unwrap(), 100, 0);
    too_few(&benford(&[0.0; 500], &DRAWS).unwrap(), 100, 0);
    let marks: Vec<f64> = (0..500).map(|at| f64::from(50 + at % 50)).collect();
    let refused = benford(&marks, &DRAWS).unwrap();
    assert!(matches!(
        refused,
        Answer::NotApplicable(NotApplicable::Span { .. })
    ));
    assert!(benford(&[f64::NAN], &DRAWS).is_err());
    let heap = |values: &[f64], threshold, width| {
        heap_at_threshold(
            &Heap {
                values,
                threshold,
                width,
            },
            &DRAWS,
        )
    };
    too_few(&heap(&[], 60.0, 1.0).unwrap(), 3, 0);
    too_few(&heap(&[60.0; 99], 60.0, 1.0).unwrap(), 3, 0);
    too_few(&heap(&[50.0, 70.0], 60.0, 1.0).unwrap(), 50, 0);
    too_few(&heap(&marks, 98.0, 1.0).unwrap(), 3, 1);
    assert!(heap(&marks, 60.0, 0.0).is_err());
    assert!(heap(&marks, f64::NAN, 1.0).is_err());
    too_few(&round_numbers(&[], 10).unwrap(), 20, 0);
    all_equal(&round_numbers(&[70; 40], 10).unwrap());
    assert!(round_numbers(&[1], 2).is_err());
    assert!(round_numbers(&[i64::MIN, i64::MAX], 10).is_ok());
}
