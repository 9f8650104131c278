//! Control charts against published figures, properties, and input that is no good.

use std::collections::BTreeMap;

use inference::Invalid;
use inference::charts::{
    Assurance, Better, Chart, Data, Direction, Kind, Meaning, Options, Part, Rule, RuleSet, chart,
    crossings_limit, false_alarm, longest_run_limit, proposals, runs, runs_false_alarm,
};
use inference::random::Random;
use proptest::prelude::*;

use crate::support::{Table, close, data, table};

const TOLERANCE: f64 = 1e-9;

/// Limits, centre, values, points beyond a limit and run analysis against a table of qicharts2 0.8.
fn same_as_published(found: &Chart, expected: &Table) {
    let flags = |name| {
        expected
            .words(name)
            .iter()
            .map(|word| word == "TRUE")
            .collect::<Vec<_>>()
    };
    let (value, centre) = (expected.numbers("y"), expected.numbers("cl"));
    let (lower, upper, beyond) = (
        expected.numbers("lcl"),
        expected.numbers("ucl"),
        flags("sigma.signal"),
    );
    assert_eq!(found.points.len(), value.len());
    for (at, point) in found.points.iter().enumerate() {
        close(point.value.unwrap(), value[at], TOLERANCE);
        close(point.centre, centre[at], TOLERANCE);
        close(point.lower.unwrap(), lower[at], TOLERANCE);
        close(point.upper.unwrap(), upper[at], TOLERANCE);
        assert_eq!(point.outside, beyond[at], "point {at}");
    }
    let whole = |name| expected.numbers(name)[0] as usize;
    let runs = found.phases[0].runs;
    assert_eq!(runs.points, whole("n.obs"));
    assert_eq!(runs.useful, whole("n.useful"));
    assert_eq!(runs.longest, whole("longest.run"));
    assert_eq!(runs.longest_limit, Some(whole("longest.run.max")));
    assert_eq!(runs.crossings, whole("n.crossings"));
    assert_eq!(runs.crossings_limit, Some(whole("n.crossings.min")));
    assert_eq!(runs.signal, flags("runs.signal")[0]);
}

/// Piston rings: Montgomery (2009), examples 6.3 (five in each sample) and 6.4 (three to five).
#[test]
fn montgomery_xbar() {
    for name in ["ex_6.3_1", "ex_6.4_1"] {
        let Some(bytes) = data(&format!("spc/qicharts2_expected_{name}.csv")) else {
            return;
        };
        let expected = table(&bytes);
        let groups = Data::Groups {
            means: &expected.numbers("y.mean"),
            deviations: &expected.numbers("y.sd"),
            sizes: &expected.numbers("y.length"),
        };
        let found = chart(Kind::Xbar, groups, &Options::new(RuleSet::Anhoj)).unwrap();
        same_as_published(&found, &expected);
        // Montgomery prints for 6.3 s̄ = 0.0094 and limits of the s chart 0 and 0.0196.
        let found = chart(Kind::S, groups, &Options::new(RuleSet::Anhoj)).unwrap();
        if name == "ex_6.3_1" {
            close(found.points[0].centre, 0.0094, 1e-3);
            close(found.points[0].upper.unwrap(), 0.0196, 3e-3);
            assert_eq!(found.points[0].lower, Some(0.0));
        }
    }
}

/// Nonconformities in printed circuit boards: Montgomery (2009), example 7.3, two points left out, limits from the first 26.
#[test]
fn montgomery_c() {
    let Some(bytes) = data("spc/qicharts2_expected_ex_7.3_3.csv") else {
        return;
    };
    let expected = table(&bytes);
    let excluded: Vec<usize> = (0..46)
        .filter(|at| expected.words("include")[*at] == "FALSE")
        .collect();
    let options = Options {
        excluded: &excluded,
        freeze: Some(26),
        ..Options::new(RuleSet::Anhoj)
    };
    let found = chart(Kind::C, Data::Figures(&expected.numbers("y")), &options).unwrap();
    same_as_published(&found, &expected);
    assert_eq!(excluded, [5, 19]);
    assert_eq!(found.points[5].part, Part::Excluded);
    assert_eq!(found.phases[0].based_on, 24);
}

/// Errors in weekly samples of 50 shipments: Montgomery (2009), example 7.4.
#[test]
fn montgomery_u() {
    let Some(bytes) = data("spc/qicharts2_expected_ex_7.4_1.csv") else {
        return;
    };
    let expected = table(&bytes);
    let rates = Data::Rates {
        counts: &expected.numbers("y.sum"),
        of: &expected.numbers("n"),
    };
    let found = chart(Kind::U, rates, &Options::new(RuleSet::Anhoj)).unwrap();
    same_as_published(&found, &expected);
}

/// Hospital infections by hospital, infection and month: hospital → infection → month → (count, days).
type Infections = BTreeMap<(String, String), BTreeMap<String, (f64, f64)>>;

fn infections(key: impl Fn(&str, &str) -> (String, String)) -> Option<Infections> {
    let read = table(&data("spc/qicharts2_data_hospital_infections.csv")?);
    let (hospital, infection, month) = (
        read.words("hospital"),
        read.words("infection"),
        read.words("month"),
    );
    let (n, days) = (read.numbers("n"), read.numbers("days"));
    let mut found = Infections::new();
    for at in 0..n.len() {
        let months = found.entry(key(&hospital[at], &infection[at])).or_default();
        let sums = months.entry(month[at].clone()).or_default();
        sums.0 += n[at];
        sums.1 += days[at];
    }
    Some(found)
}

fn u_charts(infections: &Infections, expected: &Table) {
    assert_eq!(infections.len(), expected.words("facet1").len());
    for (at, months) in infections.values().enumerate() {
        let counts: Vec<f64> = months.values().map(|(n, _)| *n).collect();
        let of: Vec<f64> = months.values().map(|(_, days)| *days).collect();
        let rates = Data::Rates {
            counts: &counts,
            of: &of,
        };
        let found = chart(Kind::U, rates, &Options::new(RuleSet::Anhoj)).unwrap();
        let number = |name| expected.numbers(name)[at];
        // qicharts2 sums up a chart by the average of its limits.
        let average = |limit: fn(&inference::charts::Point) -> Option<f64>| {
            found.points.iter().filter_map(limit).sum::<f64>() / found.points.len() as f64
        };
        close(found.points[0].centre, number("CL"), TOLERANCE);
        close(average(|point| point.lower), number("aLCL"), TOLERANCE);
        close(average(|point| point.upper), number("aUCL"), TOLERANCE);
        let runs = found.phases[0].runs;
        assert_eq!(runs.longest, number("longest.run") as usize);
        assert_eq!(runs.longest_limit, Some(number("longest.run.max") as usize));
        assert_eq!(runs.crossings, number("n.crossings") as usize);
        assert_eq!(
            runs.crossings_limit,
            Some(number("n.crossings.min") as usize)
        );
        assert_eq!(runs.signal, number("runs.signal") == 1.0);
        assert_eq!(
            found.points.iter().any(|point| point.outside),
            number("sigma.signal") > 0.0
        );
    }
}

#[test]
fn hospital_infections_u() {
    let Some(all) = infections(|_, _| (String::new(), String::new())) else {
        return;
    };
    let Some(each) = infections(|hospital, infection| (hospital.to_owned(), infection.to_owned()))
    else {
        return;
    };
    for (name, infections) in [("hai_1", all), ("hai_3", each)] {
        let bytes = data(&format!("spc/qicharts2_expected_{name}.csv")).unwrap();
        u_charts(&infections, &table(&bytes));
    }
}

/// What NHSRplotthedots calls the signals of a point.
fn special_cause(point: &inference::charts::Point) -> &'static str {
    let Some(signal) = point.signals.first() else {
        return "Common Cause";
    };
    assert_eq!(point.signals.len(), 1, "one signal for each point");
    match (signal.rule, signal.direction) {
        (Rule::Outside, Direction::Up) => "Above UCL",
        (Rule::Outside, _) => "Below LCL",
        (Rule::Trend, Direction::Up) => "7 Point Trend (Increasing)",
        (Rule::Trend, _) => "7 Point Trend (Decreasing)",
        (Rule::TwoOfThree, Direction::Up) => "2 in 3 Above CL",
        (Rule::TwoOfThree, _) => "2 in 3 Below CL",
        (Rule::OneSide, Direction::Up) => "7 Points Above CL",
        (Rule::OneSide, _) => "7 Points Below CL",
        other => panic!("{other:?}"),
    }
}

/// Emergency departments of 130 trusts over 36 months: limits, types of special cause and their meaning of all 4,680 points as
/// computed with NHSRplotthedots 0.2. The figures themselves come from the attendances of departments of type 1.
#[test]
fn making_data_count() {
    let Some(bytes) = data("spc/expected_ptd_ae_points.csv") else {
        return;
    };
    let expected = table(&bytes);
    let (trust, month, cause) = (
        expected.words("f"),
        expected.words("x"),
        expected.words("special_cause_type"),
    );
    let (value, kind) = (expected.numbers("y"), expected.words("point_type"));
    let (mean, lower, upper) = (
        expected.numbers("mean_col"),
        expected.numbers("lpl"),
        expected.numbers("upl"),
    );
    let figures = attendances();
    let options = Options {
        better: Some(Better::Up),
        ..Options::new(RuleSet::MakingDataCount)
    };
    for start in (0..value.len()).step_by(36) {
        let (counts, of): (Vec<f64>, Vec<f64>) = (start..start + 36)
            .map(|at| figures[&(trust[at].clone(), month[at].clone())])
            .unzip();
        let found = chart(
            Kind::Xmr,
            Data::Rates {
                counts: &counts,
                of: &of,
            },
            &options,
        )
        .unwrap();
        for (point, at) in found.points.iter().zip(start..) {
            close(point.value.unwrap(), value[at], TOLERANCE);
            close(point.centre, mean[at], TOLERANCE);
            close(point.lower.unwrap(), lower[at], TOLERANCE);
            close(point.upper.unwrap(), upper[at], TOLERANCE);
            assert_eq!(
                special_cause(point),
                cause[at],
                "{} {}",
                trust[at],
                month[at]
            );
            let meaning = match point.meaning {
                Meaning::CommonCause => "common_cause",
                Meaning::Improvement => "special_cause_improvement",
                Meaning::Concern => "special_cause_concern",
                Meaning::Neutral => "none",
            };
            assert_eq!(meaning, kind[at]);
        }
    }
}

/// (trust, month) → (within four hours, attendances) at departments of type 1.
fn attendances() -> BTreeMap<(String, String), (f64, f64)> {
    let read = table(&data("spc/nhsr_ae_attendances.csv").unwrap());
    let (month, trust, kind) = (
        read.words("period"),
        read.words("org_code"),
        read.words("type"),
    );
    let (all, late) = (read.numbers("attendances"), read.numbers("breaches"));
    let rows = (0..all.len()).filter(|at| kind[*at] == "1");
    rows.map(|at| {
        (
            (trust[at].clone(), month[at].clone()),
            (all[at] - late[at], all[at]),
        )
    })
    .collect()
}

/// Two hundred values around 10, from a seed.
fn noise(seed: u64, n: usize) -> Vec<f64> {
    let mut random = Random::new(seed, 0);
    (0..n).map(|_| 10.0 + random.normal()).collect()
}

fn xmr(values: &[f64], set: RuleSet) -> Chart {
    chart(Kind::Xmr, Data::Figures(values), &Options::new(set)).unwrap()
}

/// Viscosity of aircraft primer paint: Montgomery (2009), example 6.5: mean 33.52, mean moving range 0.48, limits 34.80 and 32.24,
/// upper limit of the moving ranges 1.57.
#[test]
fn montgomery_individuals() {
    let viscosity = [
        33.75, 33.05, 34.00, 33.81, 33.46, 34.02, 33.68, 33.27, 33.49, 33.20, 33.62, 33.00, 33.54,
        33.12, 33.84,
    ];
    let found = xmr(&viscosity, RuleSet::WesternElectric);
    close(found.phases[0].centre, 33.52, 2e-4);
    close(found.phases[0].moving_range.unwrap(), 0.48, 5e-3);
    close(found.points[0].upper.unwrap(), 34.80, 2e-4);
    close(found.points[0].lower.unwrap(), 32.24, 2e-4);
    assert!(found.points.iter().all(|point| point.signals.is_empty()));
    let ranges = chart(
        Kind::Mr,
        Data::Figures(&viscosity),
        &Options::new(RuleSet::Anhoj),
    )
    .unwrap();
    assert_eq!(ranges.points[0].part, Part::Missing);
    close(ranges.points[1].value.unwrap(), 0.70, 1e-12);
    close(ranges.points[1].upper.unwrap(), 1.57, 2e-3);
}

#[test]
fn the_limits_of_run_analysis_are_the_published_ones() {
    // Anhøj, Olesen (2014): 24 useful points, longest run 8, crossings 8; and their table for 10, 12 and 20 points.
    for (useful, longest, crossings) in [
        (10, 6, 2),
        (12, 7, 3),
        (20, 7, 6),
        (24, 8, 8),
        (100, 10, 41),
    ] {
        assert_eq!(longest_run_limit(useful), Some(longest), "{useful}");
        assert_eq!(crossings_limit(useful), Some(crossings), "{useful}");
    }
    assert_eq!((longest_run_limit(0), crossings_limit(0)), (None, None));
    let none = runs(&[5.0; 4], 5.0);
    assert_eq!(
        (none.points, none.useful, none.longest, none.signal),
        (4, 0, 0, false)
    );
    let found = runs(&[1.0, 2.0, 5.0, 4.0, 6.0, 5.0, 1.0], 5.0);
    assert_eq!((found.useful, found.longest, found.crossings), (5, 3, 2));
}

/// Every sequence of sides, counted.
#[test]
fn the_exact_false_alarm_rate_of_run_analysis_is_that_of_all_sequences() {
    for useful in 1..=14_usize {
        let signals = (0..1_u32 << useful).filter(|bits| {
            let sides: Vec<f64> = (0..useful)
                .map(|at| if bits >> at & 1 == 1 { 1.0 } else { -1.0 })
                .collect();
            runs(&sides, 0.0).signal
        });
        let share = signals.count() as f64 / f64::from(1_u32 << useful);
        assert!((runs_false_alarm(useful) - share).abs() < 1e-12, "{useful}");
    }
    assert!(runs_false_alarm(24) < 0.1 && runs_false_alarm(100) < 0.1);
    assert_eq!(runs_false_alarm(0), 0.0);
}

/// How long until a set of rules first speaks though nothing happened, by simulation with known limits.
fn run_length(set: RuleSet, draws: u64) -> (f64, f64) {
    let length = 1_500;
    let lengths: Vec<f64> = (0..draws)
        .map(|draw| {
            let mut random = Random::new(7, draw);
            // Limits are fixed by two points of moving range 1.128 about 0: centre 0, σ 1.
            let mut values = vec![-0.564, 0.564];
            values.extend((0..length).map(|_| random.normal()));
            let options = Options {
                freeze: Some(2),
                ..Options::new(set)
            };
            let found = chart(Kind::Xmr, Data::Figures(&values), &options).unwrap();
            let first = found
                .points
                .iter()
                .position(|point| !point.signals.is_empty());
            first.map_or(length as f64, |first| first as f64 - 1.0)
        })
        .collect();
    let mean = lengths.iter().sum::<f64>() / draws as f64;
    let variance = lengths.iter().map(|l| (l - mean) * (l - mean)).sum::<f64>() / draws as f64;
    (mean, (variance / draws as f64).sqrt())
}

/// Champ, Woodall (1987), *Exact results for Shewhart control charts with supplementary runs rules*: average run length 91.75 for
/// the four Western Electric tests.
#[test]
fn western_electric_speaks_as_often_as_published() {
    let (mean, se) = run_length(RuleSet::WesternElectric, 3_000);
    assert!((mean - 91.75).abs() < 4.0 * se + 1.0, "{mean} ± {se}");
}

#[test]
fn each_test_of_nelson_speaks_at_its_pattern() {
    let chart_of = |tail: &[f64]| {
        let mut values = vec![-0.564, 0.564];
        values.extend(tail);
        let options = Options {
            freeze: Some(2),
            ..Options::new(RuleSet::Nelson)
        };
        chart(Kind::Xmr, Data::Figures(&values), &options).unwrap()
    };
    let last = |tail: &[f64]| chart_of(tail).points.last().unwrap().signals.clone();
    let says = |tail: &[f64], rule, direction| {
        let found = last(tail);
        assert!(
            found
                .iter()
                .any(|s| s.rule == rule && s.direction == direction),
            "{rule:?} {found:?}"
        );
    };
    says(&[3.1], Rule::Outside, Direction::Up);
    says(
        &[-0.2, -0.1, -0.3, -0.5, -0.2, -0.1, -0.3, -0.5, -0.2],
        Rule::OneSide,
        Direction::Down,
    );
    says(
        &[-2.0, -1.0, -0.5, 0.1, 0.3, 0.4],
        Rule::Trend,
        Direction::Up,
    );
    let alternate: Vec<f64> = (0..14)
        .map(|i| if i % 2 == 0 { 1.2 } else { -0.2 })
        .collect();
    says(&alternate, Rule::Alternating, Direction::Neither);
    says(&[2.1, 0.0, 2.2], Rule::TwoOfThree, Direction::Up);
    says(
        &[-1.1, -1.2, 0.0, -1.1, -1.5],
        Rule::FourOfFive,
        Direction::Down,
    );
    says(
        &[
            0.2, -0.3, 0.4, 0.5, -0.1, -0.1, 0.2, 0.3, -0.9, 0.1, -0.2, 0.1, 0.5, 0.2, -0.1,
        ],
        Rule::Hugging,
        Direction::Neither,
    );
    says(
        &[1.2, -1.3, 1.1, 1.4, -1.5, -1.2, 1.1, -1.1],
        Rule::Mixture,
        Direction::Neither,
    );
    assert!(last(&[0.2, -0.3, 0.4]).is_empty());
}

#[test]
fn false_alarms_are_drawn_repeatably_and_rise_with_the_number_of_points() {
    for set in RuleSet::ALL {
        let few = false_alarm(set, 12, 400, 1).unwrap();
        assert_eq!(few, false_alarm(set, 12, 400, 1).unwrap());
        let many = false_alarm(set, 48, 400, 1).unwrap();
        assert!(
            few.rate < many.rate + 3.0 * many.se && many.rate < 0.9,
            "{set:?} {few:?} {many:?}"
        );
    }
    assert!(matches!(
        false_alarm(RuleSet::Anhoj, 1, 10, 1),
        Err(Invalid::TooFew { what: "points", .. })
    ));
    assert!(matches!(
        false_alarm(RuleSet::Anhoj, 9, 0, 1),
        Err(Invalid::TooFew { what: "draws", .. })
    ));
}

#[test]
fn a_new_phase_has_limits_of_its_own_and_is_only_ever_proposed() {
    let mut values = noise(3, 24);
    values.iter_mut().skip(12).for_each(|value| *value += 6.0);
    let whole = xmr(&values, RuleSet::Anhoj);
    assert_eq!(whole.phases.len(), 1);
    let proposed = proposals(&whole);
    assert_eq!(proposed.len(), 1);
    assert_eq!(
        (proposed[0].at, proposed[0].run, proposed[0].direction),
        (12, 12, Direction::Up)
    );
    let options = Options {
        rebase: &[12],
        ..Options::new(RuleSet::Anhoj)
    };
    let found = chart(Kind::Xmr, Data::Figures(&values), &options).unwrap();
    assert_eq!(found.phases.len(), 2);
    for (phase, part) in found.phases.iter().zip([&values[..12], &values[12..]]) {
        let alone = xmr(part, RuleSet::Anhoj);
        assert_eq!(phase.centre, alone.phases[0].centre);
        assert_eq!(phase.runs, alone.phases[0].runs);
    }
    assert!(proposals(&found).is_empty());
}

#[test]
fn points_left_out_are_held_against_the_limits_and_ghosts_are_not() {
    let mut values = noise(4, 20);
    let without = xmr(&values, RuleSet::WesternElectric);
    values.insert(10, 30.0);
    let excluded = Options {
        excluded: &[10],
        ..Options::new(RuleSet::WesternElectric)
    };
    let ghost = Options {
        ghosts: &[10],
        ..Options::new(RuleSet::WesternElectric)
    };
    for (options, part, outside) in [
        (excluded, Part::Excluded, true),
        (ghost, Part::Ghost, false),
    ] {
        let found = chart(Kind::Xmr, Data::Figures(&values), &options).unwrap();
        assert_eq!(
            (found.points[10].part, found.points[10].outside),
            (part, outside)
        );
        assert_eq!(found.phases[0].centre, without.phases[0].centre);
        assert_eq!(found.phases[0].runs, without.phases[0].runs);
    }
}

#[test]
fn a_target_is_met_missed_or_left_to_luck() {
    let values = noise(5, 20);
    let says = |better, target| {
        let options = Options {
            better: Some(better),
            target: Some(target),
            ..Options::new(RuleSet::MakingDataCount)
        };
        chart(Kind::Xmr, Data::Figures(&values), &options)
            .unwrap()
            .phases[0]
            .assurance
            .unwrap()
    };
    assert_eq!(says(Better::Up, 2.0), Assurance::Met);
    assert_eq!(says(Better::Up, 18.0), Assurance::Missed);
    assert_eq!(says(Better::Down, 18.0), Assurance::Met);
    assert_eq!(says(Better::Down, 10.0), Assurance::HitOrMiss);
    assert_eq!(xmr(&values, RuleSet::Anhoj).phases[0].assurance, None);
}

/// A signal without a better direction is neutral.
#[test]
fn better_is_what_the_caller_says() {
    let mut values = noise(6, 20);
    values[15] = 30.0;
    let meaning = |better| {
        let options = Options {
            better,
            ..Options::new(RuleSet::Anhoj)
        };
        chart(Kind::Xmr, Data::Figures(&values), &options)
            .unwrap()
            .points[15]
            .meaning
    };
    assert_eq!(meaning(Some(Better::Up)), Meaning::Improvement);
    assert_eq!(meaning(Some(Better::Down)), Meaning::Concern);
    assert_eq!(meaning(None), Meaning::Neutral);
}

#[test]
fn prime_charts_widen_with_the_spread_beyond_chance() {
    let of = vec![10_000.0; 24];
    let mut random = Random::new(8, 0);
    let counts: Vec<f64> = (0..24)
        .map(|_| (1_000.0 + 150.0 * random.normal()).round())
        .collect();
    let rates = Data::Rates {
        counts: &counts,
        of: &of,
    };
    for (plain, prime) in [(Kind::P, Kind::PPrime), (Kind::U, Kind::UPrime)] {
        let width = |kind| {
            let found = chart(kind, rates, &Options::new(RuleSet::Anhoj)).unwrap();
            found.points[0].upper.unwrap() - found.points[0].lower.unwrap()
        };
        assert!(width(prime) > 3.0 * width(plain));
    }
    // With equal denominators the p′ chart is the individuals chart of the proportions (without screening).
    let prime = chart(Kind::PPrime, rates, &Options::new(RuleSet::Anhoj)).unwrap();
    let plain = chart(Kind::Xmr, rates, &Options::new(RuleSet::Anhoj)).unwrap();
    close(
        prime.points[0].upper.unwrap(),
        plain.points[0].upper.unwrap(),
        1e-9,
    );
}

#[test]
fn rare_events_have_their_charts() {
    let between = [6.0, 4.0, 0.0, 9.0, 3.0, 5.0, 7.0, 2.0];
    let g = chart(
        Kind::G,
        Data::Figures(&between),
        &Options::new(RuleSet::Anhoj),
    )
    .unwrap();
    close(g.points[0].centre, 0.693 * 4.5, 1e-12);
    close(
        g.points[0].upper.unwrap(),
        4.5 + 3.0 * (4.5_f64 * 5.5).sqrt(),
        1e-12,
    );
    assert_eq!(g.points[0].lower, Some(0.0));
    let t = chart(
        Kind::T,
        Data::Figures(&between),
        &Options::new(RuleSet::Anhoj),
    )
    .unwrap();
    let powers: Vec<f64> = between.iter().map(|y| y.powf(1.0 / 3.6)).collect();
    let i = xmr(&powers, RuleSet::Anhoj);
    close(
        t.points[0].upper.unwrap(),
        i.points[0].upper.unwrap().powf(3.6),
        1e-9,
    );
    close(t.points[3].z.unwrap(), i.points[3].z.unwrap(), 1e-9);
}

#[test]
fn a_run_chart_has_a_median_and_no_limits() {
    let found = chart(
        Kind::Run,
        Data::Figures(&[3.0, 1.0, 9.0, 4.0]),
        &Options::new(RuleSet::Anhoj),
    )
    .unwrap();
    assert_eq!(
        (
            found.points[0].centre,
            found.points[0].upper,
            found.points[0].z
        ),
        (3.5, None, None)
    );
}

#[test]
fn equal_points_are_no_signal_whatever_the_rules() {
    for set in RuleSet::ALL {
        // 0.1 can't be summed without error; the centre is it none the less.
        let found = xmr(&[0.1; 30], set);
        assert!(
            found
                .points
                .iter()
                .all(|point| point.signals.is_empty() && point.z.is_none()),
            "{set:?}"
        );
        assert_eq!(found.points[0].upper, Some(0.1));
        assert!(!found.phases[0].runs.signal);
    }
    for kind in [Kind::P, Kind::PPrime, Kind::U, Kind::UPrime] {
        for counts in [[0.0; 12], [7.0; 12]] {
            let rates = Data::Rates {
                counts: &counts,
                of: &[7.0; 12],
            };
            let found = chart(kind, rates, &Options::new(RuleSet::Anhoj)).unwrap();
            assert!(
                found
                    .points
                    .iter()
                    .all(|point| !point.outside && point.signals.is_empty()),
                "{kind:?}"
            );
        }
    }
}

#[test]
fn a_denominator_of_nothing_is_no_point() {
    let counts = [3.0, 0.0, 4.0, 5.0];
    let of = [10.0, 0.0, 10.0, 10.0];
    for kind in [
        Kind::P,
        Kind::U,
        Kind::PPrime,
        Kind::UPrime,
        Kind::Xmr,
        Kind::Run,
    ] {
        let found = chart(
            kind,
            Data::Rates {
                counts: &counts,
                of: &of,
            },
            &Options::new(RuleSet::Anhoj),
        )
        .unwrap();
        assert_eq!(
            (found.points[1].part, found.points[1].value),
            (Part::Missing, None)
        );
        assert_eq!(
            (found.phases[0].based_on, found.phases[0].runs.points),
            (3, 3)
        );
    }
    let nothing = Data::Rates {
        counts: &[0.0; 3],
        of: &[0.0; 3],
    };
    let found = chart(Kind::P, nothing, &Options::new(RuleSet::Anhoj));
    assert!(matches!(
        found,
        Err(Invalid::TooFew {
            least: 1,
            found: 0,
            ..
        })
    ));
}

#[test]
fn what_is_no_good_has_a_named_error() {
    let options = Options::new(RuleSet::Anhoj);
    let of = |kind, data| chart(kind, data, &options).unwrap_err();
    let rates = |counts: &'static [f64], of: &'static [f64]| Data::Rates { counts, of };
    assert!(matches!(
        of(Kind::Xmr, Data::Figures(&[])),
        Invalid::TooFew { found: 0, .. }
    ));
    assert!(matches!(
        of(Kind::Xmr, Data::Figures(&[1.0])),
        Invalid::TooFew {
            least: 2,
            found: 1,
            ..
        }
    ));
    assert!(matches!(
        of(Kind::Mr, Data::Figures(&[1.0])),
        Invalid::TooFew { .. }
    ));
    assert!(matches!(
        of(Kind::Xmr, Data::Figures(&[1.0, f64::NAN])),
        Invalid::NotFinite { at: 1, .. }
    ));
    assert!(matches!(
        of(Kind::C, Data::Figures(&[-1.0, 2.0])),
        Invalid::Range { at: 0, .. }
    ));
    assert!(matches!(
        of(Kind::P, Data::Figures(&[1.0])),
        Invalid::Range { what: "data", .. }
    ));
    assert!(matches!(
        of(Kind::P, rates(&[3.0], &[2.0])),
        Invalid::Range { what: "counts", .. }
    ));
    assert!(matches!(
        of(Kind::U, rates(&[3.0], &[0.0])),
        Invalid::Range { what: "counts", .. }
    ));
    assert!(matches!(
        of(Kind::U, rates(&[3.0], &[])),
        Invalid::Length { .. }
    ));
    let groups = Data::Groups {
        means: &[1.0],
        deviations: &[0.0],
        sizes: &[1.0],
    };
    assert!(matches!(
        of(Kind::Xbar, groups),
        Invalid::Range { what: "sizes", .. }
    ));
}

#[test]
fn positions_out_of_place_have_a_named_error() {
    for rebase in [&[3_usize, 2][..], &[9], &[2, 2]] {
        let options = Options {
            rebase,
            ..Options::new(RuleSet::Anhoj)
        };
        let found = chart(Kind::C, Data::Figures(&[1.0; 5]), &options);
        assert!(
            matches!(found, Err(Invalid::Range { what: "rebase", .. })),
            "{rebase:?}"
        );
    }
    let options = Options {
        excluded: &[5],
        ..Options::new(RuleSet::Anhoj)
    };
    let found = chart(Kind::C, Data::Figures(&[1.0; 5]), &options);
    assert!(matches!(
        found,
        Err(Invalid::Range {
            what: "excluded",
            ..
        })
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Another unit of measurement changes nothing but the unit.
    #[test]
    fn signals_do_not_depend_on_the_unit_of_measurement(
        values in prop::collection::vec(-1000_i32..1000, 8..60), set in 0_usize..4,
    ) {
        let figures: Vec<f64> = values.iter().map(|v| f64::from(*v)).collect();
        let scaled: Vec<f64> = figures.iter().map(|v| 4.0 * v - 64.0).collect();
        let set = RuleSet::ALL[set];
        let (before, after) = (xmr(&figures, set), xmr(&scaled, set));
        for (before, after) in before.points.iter().zip(&after.points) {
            prop_assert_eq!(&before.signals, &after.signals);
        }
    }

    /// Upside down every signal points the other way.
    #[test]
    fn signals_turn_with_the_series(values in prop::collection::vec(-1000_i32..1000, 8..60), set in 0_usize..4) {
        let figures: Vec<f64> = values.iter().map(|v| f64::from(*v)).collect();
        let turned: Vec<f64> = figures.iter().map(|v| -v).collect();
        let set = RuleSet::ALL[set];
        let (before, after) = (xmr(&figures, set), xmr(&turned, set));
        for (before, after) in before.points.iter().zip(&after.points) {
            prop_assert_eq!(before.signals.len(), after.signals.len());
            for (a, b) in before.signals.iter().zip(&after.signals) {
                prop_assert_eq!(a.rule, b.rule);
                prop_assert!(a.direction == Direction::Neither || a.direction != b.direction);
            }
        }
    }
}
