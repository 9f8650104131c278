//! Figures that are known otherwise, and what the evidence says.

use inference::gaming::*;

use crate::support::close;

const DRAWS: Draws = Draws {
    draws: 999,
    seed: 1,
    stream: 0,
};

/// The infarction trial of Benjamini and Hochberg (1995), section 4: 15 p-values, of which their procedure rejects four at 0.05 and
/// Bonferroni three.
const TRIAL: [f64; 15] = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
    0.6528, 0.7590, 1.0,
];

fn finding(p: f64) -> Answer {
    Answer::Tested(Finding {
        p,
        calibration: Calibration::Exact,
        statistic: 0.0,
        evidence: Vec::new(),
    })
}

#[test]
fn a_list_is_corrected_for_everything_that_was_run() {
    let mut panel = Panel::new();
    for (subject, p) in TRIAL.iter().enumerate().rev() {
        panel.add(subject, Detector::Burst, finding(*p));
    }
    let why = NotApplicable::AllEqual {
        what: "marks".to_owned(),
    };
    panel.add(99, Detector::NoSpread, Answer::NotApplicable(why.clone()));
    let list = panel.list(0.05, Correction::BenjaminiHochberg).unwrap();
    let subjects: Vec<usize> = list.flags.iter().map(|flag| flag.subject).collect();
    assert_eq!((list.tests, subjects), (15, vec![0, 1, 2, 3]));
    close(list.flags[3].adjusted, 0.0095 * 15.0 / 4.0, 1e-12);
    assert_eq!(
        list.refused,
        [Refused {
            subject: 99,
            detector: Detector::NoSpread,
            why
        }]
    );
    let holm = panel.list(0.05, Correction::Holm).unwrap();
    assert_eq!(holm.flags.len(), 3);
    close(holm.flags[1].adjusted, 0.0004 * 14.0, 1e-12);
    close(simes(&TRIAL), 0.0015, 1e-12);
    assert_eq!(simes(&[]), 1.0);
    assert_eq!(adjusted(&[f64::NAN, 0.01], Correction::Holm), [1.0, 0.02]);
    assert!(panel.list(0.0, Correction::Holm).is_err());
}

#[test]
fn a_flood_has_the_tail_of_fishers_tea() {
    // Fisher (1935), The design of experiments: all four of eight cups right by chance once in 70; two batches were looked at.
    let input = Floods {
        counts: &[4, 0],
        pool: &[4, 4],
        dispersion: 1.0,
    };
    let answer = floods(&input).unwrap();
    close(answer.p().unwrap(), 2.0 / 70.0, 1e-12);
    let evidence = &answer.finding().unwrap().evidence[0];
    assert_eq!((evidence.observed, evidence.expected), (4.0, 2.0));
    let wide = floods(&Floods {
        dispersion: 2.0,
        ..input
    })
    .unwrap();
    assert!(wide.p().unwrap() > answer.p().unwrap());
    // Three peers with the same shares vary less than by chance; two with opposite ones, as much as can be: χ² = 40 over 1.
    assert_eq!(dispersion(&[&[5, 5], &[10, 10], &[1, 1]]).unwrap(), 1.0);
    close(dispersion(&[&[20, 0], &[0, 20]]).unwrap(), 40.0, 1e-12);
}

#[test]
fn a_burst_is_where_it_was_put() {
    let mut unit = vec![1; 40];
    unit[20] = 12;
    unit[21] = 10;
    let pool: Vec<u64> = unit.iter().map(|n| n + 30).collect();
    let input = Bursts {
        counts: &unit,
        pool: &pool,
        longest: 5,
        dispersion: 1.0,
    };
    let answer = bursts(&input, &DRAWS).unwrap();
    let found = answer.finding().unwrap();
    assert_eq!(
        (found.evidence[0].positions.as_slice(), found.p),
        ([20, 21].as_slice(), 0.001)
    );
    assert_eq!(bursts(&input, &DRAWS).unwrap(), answer);
    // Everybody's campaign day is no burst of one unit.
    let others: Vec<u64> = unit.iter().map(|n| n * 21).collect();
    let common = bursts(
        &Bursts {
            pool: &others,
            ..input
        },
        &DRAWS,
    )
    .unwrap();
    assert!(common.p().unwrap() > 0.3);
}

#[test]
fn powers_of_two_follow_benford() {
    // Known counts of the first digits of 2¹ … 2¹⁰⁰⁰ (OEIS A008952).
    let powers: Vec<f64> = (1..=1000).map(|k| 2.0_f64.powi(k)).collect();
    let answer = benford(&powers, &DRAWS).unwrap();
    let mut digits = answer.finding().unwrap().evidence.clone();
    digits.sort_by_key(|evidence| evidence.positions[0]);
    let counts: Vec<f64> = digits.iter().map(|evidence| evidence.observed).collect();
    assert_eq!(
        counts,
        [301.0, 176.0, 125.0, 97.0, 79.0, 69.0, 56.0, 52.0, 45.0]
    );
    assert!(answer.p().unwrap() > 0.9);
    let tenths: Vec<f64> = (0..200).map(|k| 0.3 * 10.0_f64.powi(k % 7 - 3)).collect();
    let found = benford(&tenths, &DRAWS).unwrap();
    let first = &found.finding().unwrap().evidence[0];
    assert_eq!((first.positions[0], first.observed), (2, 200.0));
}

#[test]
fn titles_have_the_occupancy_distribution() {
    // Four winners of four candidates in four periods all differ in 4!/4⁴ = 0.09375 of cases; their order says nothing.
    let winners: [&[usize]; 4] = [&[2], &[0], &[1], &[3]];
    let input = Titles {
        winners: &winners,
        candidates: 4,
        barred: 0,
    };
    let draws = Draws {
        draws: 20_000,
        ..DRAWS
    };
    let answer = titles_in_turns(&input, &draws).unwrap();
    // Drawing ends at 20 that extreme, so p has a relative error of about 1/√20.
    close(answer.p().unwrap(), 2.0 * 0.09375, 0.7);
    // A rule that bars winners for three periods makes it certain.
    let barred = titles_in_turns(&Titles { barred: 3, ..input }, &draws).unwrap();
    assert_eq!(barred.p(), Some(1.0));
}

#[test]
fn copies_are_found_whatever_the_punctuation() {
    assert_eq!(normalised("服务　很好！！ＯＫ, Yes."), "服务很好okyes");
    let texts = [
        "窗口的同志非常耐心,一次办成,点赞!下次还来",
        "很好",
        "窗口的同志非常耐心，一次办成，点赞！！下次还来",
        "材料退回来两次",
        "窗口的同志非常耐心，一次办成，大大点赞，下次还来",
        "很好!",
        "……",
    ];
    assert_eq!(
        near_duplicates(&texts, 0.7).unwrap(),
        [vec![0, 2, 4], vec![1, 5]]
    );
    assert_eq!(
        near_duplicates(&texts, 1.0).unwrap(),
        [vec![0, 2], vec![1, 5]]
    );
    let short = ["很好"; 50];
    let input = Comments {
        comments: &short,
        others: &[],
        alike: 0.7,
    };
    assert_eq!(copied_comments(&input).unwrap().p(), Some(1.0));
}

#[test]
fn a_phrase_that_others_use_too_is_no_copy() {
    let common = "工作人员态度很好，办事效率高，环境也不错";
    let own = [common; 10];
    let alone = Comments {
        comments: &own,
        others: &[],
        alike: 0.7,
    };
    assert!(copied_comments(&alone).unwrap().p().unwrap() < 1e-6);
    let others = vec![common; 200];
    let beside = Comments {
        others: &others,
        ..alone
    };
    assert_eq!(copied_comments(&beside).unwrap().p(), Some(1.0));
}

#[test]
fn the_last_days_are_measured_by_the_peers() {
    let peers = [(1000, 10_000); 40];
    let input = Deadline {
        late: 6,
        all: 20,
        peers: &peers,
    };
    // Peers that all are alike and large leave the binomial: P(Bin(20, 0.1) ≥ 6) = 0.01125.
    close(last_days(&input).unwrap().p().unwrap(), 0.011_25, 0.15);
    let unlike = [(0, 20), (10, 20), (2, 20), (15, 20), (1, 20), (6, 20)];
    let wide = last_days(&Deadline {
        peers: &unlike,
        ..input
    })
    .unwrap();
    assert!(wide.p().unwrap() > 0.2);
}

#[test]
fn round_numbers_are_counted_against_their_neighbours() {
    let values: Vec<i64> = (0..1_000).collect();
    let even = round_numbers(&values, 10).unwrap();
    let found = even.finding().unwrap();
    assert_eq!(
        (found.evidence[0].observed, found.evidence[0].expected),
        (100.0, 100.0)
    );
    assert!(found.p > 0.4);
    let tens: Vec<i64> = (-50..50).map(|k| k * 10).collect();
    close(
        round_numbers(&tens, 10).unwrap().p().unwrap(),
        0.2_f64.powi(100),
        1e-9,
    );
}

#[test]
fn a_ceiling_begins_where_it_begins() {
    let all = [20; 10];
    let top = [15, 16, 14, 15, 17, 20, 20, 20, 20, 20];
    let answer = sudden_ceiling(
        &Ceiling {
            top: &top,
            all: &all,
            ceiling: 0.98,
        },
        &DRAWS,
    )
    .unwrap();
    let found = answer.finding().unwrap();
    assert_eq!(
        (found.p, found.evidence[0].positions.as_slice()),
        (0.001, [5, 6, 7, 8, 9].as_slice())
    );
    let steady = Ceiling {
        top: &[19; 10],
        all: &all,
        ceiling: 0.98,
    };
    let nothing = sudden_ceiling(&steady, &DRAWS).unwrap();
    assert_eq!(
        (nothing.p(), nothing.finding().unwrap().evidence.len()),
        (Some(1.0), 0)
    );
}

#[test]
fn a_small_unit_among_parties_is_not_flagged_for_being_small() {
    // Six visitors in one party: as dispersed as can be, so where they come together says nothing.
    let input = Floods {
        counts: &[6, 0, 0],
        pool: &[60, 60, 60],
        dispersion: 10.0,
    };
    assert!(floods(&input).unwrap().p().unwrap() > 0.9);
    let burst = Bursts {
        counts: &[6, 0, 0],
        pool: &[60, 60, 60],
        longest: 1,
        dispersion: 10.0,
    };
    assert!(bursts(&burst, &DRAWS).unwrap().p().unwrap() > 0.2);
}

#[test]
fn dispersion_grows_with_the_size_of_the_unit() {
    // χ² = 40 over 1 at 20 events: ρ is 1 at most, and n events then vary n times as much.
    let peers: [&[u64]; 2] = [&[20, 0], &[0, 20]];
    close(dispersion_at(&peers, 200).unwrap(), 200.0, 1e-12);
    let peers: [&[u64]; 2] = [&[26, 14], &[14, 26]];
    let measured = dispersion(&peers).unwrap();
    close(dispersion_at(&peers, 40).unwrap(), measured, 1e-12);
    close(
        dispersion_at(&peers, 400).unwrap(),
        1.0 + (measured - 1.0) * 399.0 / 39.0,
        1e-12,
    );
    assert_eq!(dispersion_at(&peers, 0).unwrap(), 1.0);
    assert_eq!(dispersion_at(&[], 9).unwrap(), 1.0);
    assert_eq!(dispersion_at(&[&[1, 0], &[0, 1]], 9).unwrap(), 1.0);
}

#[test]
fn groups_that_are_strata_leave_no_evidence() {
    let top = [true, false, true, true, true, false, true, true, true, true];
    let group = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
    let series = Series {
        top: &top,
        stratum: &group,
    };
    let answer = all_top_groups(&series, &group, &DRAWS).unwrap();
    let found = answer.finding().unwrap();
    assert_eq!((found.p, found.evidence.as_slice()), (1.0, [].as_slice()));
}

#[test]
fn a_judge_who_marks_an_object_twice_shares_it_with_nobody() {
    let marks = Marks {
        judges: 2,
        objects: 12,
        judge: &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
        object: &[0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6],
        mark: &[
            5.0, 5.0, 5.0, 6.0, 5.0, 5.0, 5.0, 6.0, 5.0, 5.0, 5.0, 6.0, 9.0,
        ],
    };
    for answer in without_spread(&marks, &DRAWS).unwrap() {
        assert!(matches!(
            answer,
            Answer::NotApplicable(NotApplicable::TooFew { found: 0, .. })
        ));
    }
}
