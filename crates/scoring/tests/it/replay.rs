//! Replays: the same rulebook on each draw, the same bits from the same seed, and intervals that hold what they should.

use std::borrow::Cow;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::atomic::{AtomicUsize, Ordering};

use inference::named::{Control, Verdict};
use inference::random::Random;
use rulebook::figures::MISSING;
use rulebook::model::{Measure, Scheme};
use scoring::replay::{Estimate, Replay, ReplayError, Settings, Sureness, ahead, improved, replay};
use scoring::{Class, ClassColumn, score};

use crate::support::{cells, scheme};

/// A scheme, measures, and for each measure its figures with n and se (empty where there are none).
struct Period {
    scheme: Scheme,
    measures: Vec<Measure>,
    columns: Vec<[Vec<f64>; 3]>,
}

impl Period {
    fn new(text: &str) -> Self {
        Self {
            scheme: scheme(text),
            measures: Vec::new(),
            columns: Vec::new(),
        }
    }

    /// With a measure: its id, what it declares, its figures, n and se.
    fn with(mut self, id: &str, declared: &str, columns: [&str; 3]) -> Self {
        let text = format!("id='{id}'\nname.zh='m'\n{declared}");
        self.measures.push(toml::from_str(&text).unwrap());
        self.columns.push(columns.map(cells));
        self
    }

    fn replay(&self, settings: &Settings, threads: usize) -> Result<Replay, ReplayError> {
        let units = self.columns.first().map_or(0, |column| column[0].len());
        let ids: Vec<String> = (0..units).map(|unit| format!("u{unit:02}")).collect();
        let mut class = Class::new(ids.iter().map(String::as_str).collect()).unwrap();
        for (measure, [values, n, se]) in self.measures.iter().zip(&self.columns) {
            let given = |cells: &Vec<f64>| (!cells.is_empty()).then(|| Cow::Owned(cells.clone()));
            let column = ClassColumn {
                values: Cow::Owned(values.clone()),
                n: given(n),
                se: given(se),
            };
            class = class.with_column(measure.id.as_str(), column).unwrap();
        }
        let of: Vec<&Measure> = self.measures.iter().collect();
        let scored = score(&self.scheme, &of, &class, NonZeroUsize::MIN).unwrap();
        let threads = NonZeroUsize::new(threads).unwrap();
        replay(&scored, &of, settings, threads, &|| ())
    }

    fn draws(&self, draws: u32) -> Replay {
        self.replay(&settings(draws), 2).unwrap()
    }
}

fn settings(draws: u32) -> Settings {
    Settings::new(NonZeroU32::new(draws).unwrap())
}

const LINE: &str = "[[indicator]]\nid='a'\npoints=100\nrule={linear={zero=0,full=1}}\n";
const SHARE: &str = "range={min=0,max=1}";

fn towns() -> Period {
    let text = "
        rounding={points=2}
        [[indicator]]
        id='a'
        points=60
        missing='class-mean'
        rule={linear={zero=0.5,full=1}}
        [[indicator]]
        id='b'
        points=40
        rule={rank_share={share=[{percent=30,points=40},{percent=30,points=20}],rest=0}}
        [[veto]]
        id='v'
        measure='v'
        effect={score_at_most=50}
        [[band]]
        id='good'
        percent=25
        at_least=40
        [[band]]
        id='fair'
        percent=50
        [[band]]
        id='rest'
    ";
    Period::new(text)
        .with(
            "a",
            SHARE,
            [
                "0.9 0.8 0.85 - 0.7 0.95 0.9 0.99",
                "30 30 40 - 20 50 30 90",
                "",
            ],
        )
        .with("b", "noise='count'", ["5 3 9 2 4 8 6 0", "", ""])
        .with("v", "", ["0 0 1 0 0 0 0 0", "", ""])
}

#[test]
fn without_noise_every_draw_is_the_plain_score() {
    let period = Period::new(LINE).with("a", "", ["0.9 0.8 0.8 -", "", ""]);
    let replay = period.draws(50);
    let score: Vec<_> = replay.units.iter().map(|unit| unit.score).collect();
    let plain = |score: f64| Some((score, score));
    assert_eq!(score, [plain(90.0), plain(80.0), plain(80.0), None]);
    let rank: Vec<_> = replay.units.iter().map(|unit| unit.rank).collect();
    assert_eq!(rank, [Some((1, 1)), Some((2, 2)), Some((2, 2)), None]);
    assert_eq!(replay.held.len(), 1);
    assert_eq!((replay.held[0].held, replay.held[0].of), (3, 3));
    assert_eq!(replay.points_held, Some((100.0, 100.0)));
    // A standard error of nothing is exact too, and beside noise elsewhere it stays so.
    let period = Period::new(LINE).with("a", "", ["0.9 0.8 0.7", "", "0 0.1 0"]);
    let replay = period.draws(50);
    assert_eq!(replay.units[0].score, plain(90.0));
    assert_eq!(replay.units[2].score, plain(70.0));
    assert!(replay.units[1].score.unwrap().0 < 79.0);
    assert_eq!(
        (replay.held[0].held, replay.points_held),
        (2, Some((0.0, 100.0)))
    );
}

#[test]
fn threads_do_not_matter_and_the_seed_does() {
    let period = towns();
    let one = period.replay(&settings(300), 1).unwrap();
    for threads in [2, 3, 7, 400] {
        assert_eq!(one, period.replay(&settings(300), threads).unwrap());
    }
    let other = Settings {
        seed: 2,
        ..settings(300)
    };
    assert_ne!(one.units, period.replay(&other, 1).unwrap().units);
}

#[test]
fn quotas_and_vetoes_hold_in_every_draw() {
    let replay = towns().draws(500);
    let sum = |band: usize| {
        replay
            .units
            .iter()
            .map(|unit| unit.bands[band])
            .sum::<f64>()
    };
    assert!(sum(0) <= 2.0 + 1e-9, "a quarter of eight: {}", sum(0));
    assert!(sum(1) <= 4.0 + 1e-9);
    for unit in &replay.units {
        assert!((unit.bands.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        assert!(unit.rank.unwrap().0 >= 1 && unit.rank.unwrap().1 <= 8);
        let expected = unit.expected_rank.unwrap();
        assert!((1.0..=8.0).contains(&expected));
    }
    let vetoed = &replay.units[2];
    assert!(vetoed.score.unwrap().1 <= 50.0, "{vetoed:?}");
    let first: f64 = replay.units.iter().map(|unit| unit.first).sum();
    assert!(
        first >= 3.0 - 1e-9,
        "somebody is among the first three: {first}"
    );
    // Points are whole hundredths, in draws as in scores.
    for (low, high) in replay.units.iter().filter_map(|unit| unit.score) {
        for end in [low, high] {
            assert!((end * 100.0 - (end * 100.0).round()).abs() < 1e-6, "{end}");
        }
    }
}

#[test]
fn a_veto_falls_where_the_draws_own_figure_calls_it() {
    let text =
        format!("{LINE}[[veto]]\nid='v'\nmeasure='v'\nat_least=1\neffect={{score_at_most=10}}\n");
    let period =
        Period::new(&text)
            .with("a", "", ["0.9 0.8", "", ""])
            .with("v", "", ["1 0", "", "0.5 0"]);
    let (low, high) = period.draws(400).units[0].score.unwrap();
    assert_eq!((low, high), (10.0, 90.0), "half of the draws are vetoed");
}

#[test]
fn one_line_with_a_standard_error_has_the_normal_interval() {
    let period = Period::new(LINE).with("a", "", ["0.5 0.6", "", "0.05 0.1"]);
    let replay = period.draws(6_000);
    for (unit, (centre, se)) in replay.units.iter().zip([(50.0, 5.0), (60.0, 10.0)]) {
        let (low, high) = unit.score.unwrap();
        assert!((low - (centre - 1.96 * se)).abs() < 0.12 * se, "{low}");
        assert!((high - (centre + 1.96 * se)).abs() < 0.12 * se, "{high}");
    }
    // P(first of the two) = Φ(0.1 ÷ √(0.05² + 0.1²)) = 0.814; two units are too few to pull.
    let rank = replay.units[1].expected_rank.unwrap();
    assert!((rank - (2.0 - 0.8144)).abs() < 0.02, "{rank}");
}

#[test]
fn equal_units_have_any_rank() {
    let values = ["0.5"; 20].join(" ");
    let lucky = format!("0.6 {}", ["0.5"; 19].join(" "));
    let se = ["0.05"; 20].join(" ");
    let wide = Period::new(LINE)
        .with("a", "", [&values, "", &se])
        .draws(1000);
    for unit in &wide.units {
        let (best, worst) = unit.rank.unwrap();
        assert!(best <= 2 && worst >= 19, "{best} {worst}");
        assert!((0.3..0.7).contains(&unit.over_mean), "{}", unit.over_mean);
    }
    // One of twenty is two standard errors ahead: that is what luck does, and it may be anywhere but at the very end.
    let luck = Period::new(LINE)
        .with("a", "", [&lucky, "", &se])
        .draws(1000);
    let (best, worst) = luck.units[0].rank.unwrap();
    assert!(best == 1 && worst >= 14, "{best} {worst}");
}

#[test]
fn what_comes_with_the_figures_says_their_noise() {
    let known = |declared: &str, columns: [&str; 3]| {
        let replay = Period::new(LINE).with("a", declared, columns).draws(60);
        replay.held.is_empty()
    };
    assert!(known(SHARE, ["0.5 0.6", "30 30", ""]));
    assert!(known("range={min=0,max=100}", ["50 60", "30 30", ""]));
    assert!(!known("", ["0.5 0.6", "30 30", ""]), "no range, no share");
    assert!(!known(SHARE, ["0.5 0.6", "", ""]));
    assert!(known("", ["0.5 0.6", "", "0.1 0.1"]));
    // Declared to have none is known as well.
    assert!(known("noise='none'", ["0.5 0.6", "", ""]));
    assert!(known("noise='count'", ["5 6", "", ""]));
    assert!(known("noise='marks'", ["5 6", "4 4", "1 1"]));
    assert!(!known("noise='marks'", ["5 6", "", "1 1"]));
    let levels = "noise={levels={counts=['l','h'],marks=[0,1]}}";
    let period = Period::new(LINE)
        .with("a", levels, ["0.5 0.75", "", ""])
        .with("l", "", ["2 1", "", ""])
        .with("h", "", ["2 3", "", ""]);
    assert!(period.draws(60).held.is_empty());
}

#[test]
fn intervals_hold_the_truth_about_as_often_as_they_say() {
    let mut random = Random::new(9, 0);
    let (mut held, mut all) = (0, 0);
    for _ in 0..40 {
        let truth: Vec<f64> = (0..12).map(|_| 0.8 + 0.15 * random.uniform()).collect();
        let shown = |random: &mut Random| {
            let of = |p: &f64| (random.binomial(30, *p) as f64 / 30.0).to_string();
            truth.iter().map(of).collect::<Vec<_>>().join(" ")
        };
        let columns = [shown(&mut random), shown(&mut random)];
        let n = ["30"; 12].join(" ");
        let text = format!("{LINE}{}", LINE.replace("'a'", "'b'"));
        let period = Period::new(&text)
            .with("a", SHARE, [&columns[0], &n, ""])
            .with("b", SHARE, [&columns[1], &n, ""]);
        for (unit, p) in period.draws(200).units.iter().zip(&truth) {
            let (low, high) = unit.score.unwrap();
            held += u32::from((low..=high).contains(&(200.0 * p)));
            all += 1;
        }
    }
    let share = f64::from(held) / f64::from(all);
    assert!((0.92..0.98).contains(&share), "{share}");
}

#[test]
fn degenerate_classes_have_an_answer() {
    let nobody = Period::new(LINE).with("a", SHARE, ["", "", ""]).draws(5);
    assert!(nobody.units.is_empty());
    let one = Period::new(LINE)
        .with("a", SHARE, ["0.9", "30", ""])
        .draws(100);
    assert_eq!(one.units[0].rank, Some((1, 1)));
    assert_eq!((one.units[0].first, one.units[0].over_mean), (1.0, 0.0));
    let single = Period::new(LINE)
        .with("a", SHARE, ["0.9 0.8", "30 30", ""])
        .draws(1);
    assert!(single.units[0].score.is_some());
    let gaps = Period::new(LINE)
        .with("a", SHARE, ["- 0.8", "30 30", ""])
        .draws(20);
    assert_eq!((gaps.units[0].score, gaps.units[0].rank), (None, None));
    assert_eq!(gaps.units[0].first, 0.0);
    assert!(MISSING.is_nan());
}

#[test]
fn what_cannot_be_replayed_is_refused_by_name() {
    let period =
        Period::new(LINE).with("a", "noise='share'\nrange={min=0,max=1}", ["1.5", "3", ""]);
    let refused = period.replay(&settings(10), 1).unwrap_err();
    assert!(matches!(refused, ReplayError::Noise { measure, .. } if measure == "a"));
    let towns = towns();
    for coverage in [0.0, 1.0, -1.0, f64::NAN] {
        let wrong = Settings {
            coverage,
            ..settings(10)
        };
        assert!(matches!(
            towns.replay(&wrong, 1),
            Err(ReplayError::Coverage(_))
        ));
    }
    let refused = towns.replay(&settings(u32::MAX), 1).unwrap_err();
    assert_eq!(
        refused,
        ReplayError::TooLarge {
            at_most: 50_000_000
        }
    );
}

#[test]
fn every_draw_is_told() {
    let told = AtomicUsize::new(0);
    let scheme = scheme(LINE);
    let measure: Measure = toml::from_str("id='a'\nname.zh='m'\nnoise='count'").unwrap();
    let column = ClassColumn {
        values: Cow::Owned(vec![0.5, 1.0]),
        ..ClassColumn::default()
    };
    let class = Class::new(vec!["a", "b"]).unwrap();
    let class = class.with_column("a", column).unwrap();
    let scored = score(&scheme, &[&measure], &class, NonZeroUsize::MIN).unwrap();
    let threads = NonZeroUsize::new(3).unwrap();
    let count = || {
        told.fetch_add(1, Ordering::Relaxed);
    };
    replay(&scored, &[&measure], &settings(37), threads, &count).unwrap();
    assert_eq!(told.load(Ordering::Relaxed), 37);
}

/// What a list at the error rate of 5 % says of each unit.
fn verdicts(units: &[Sureness], control: Control) -> Vec<Option<Verdict>> {
    let named = ahead(units, control, 0.05).unwrap();
    named.iter().map(|one| Some((*one)?.verdict)).collect()
}

/// A class of ratings, 30 a unit, of which each is a success with the unit's probability; and the one after.
fn rated(truth: &[f64], random: &mut Random) -> Period {
    let of = |p: &f64| (random.binomial(30, *p) as f64 / 30.0).to_string();
    let values: Vec<String> = truth.iter().map(of).collect();
    let n = vec!["30"; truth.len()].join(" ");
    Period::new(LINE).with("a", SHARE, [&values.join(" "), &n, ""])
}

#[test]
fn equal_units_are_rarely_named_though_the_naive_list_always_names_some() {
    let mut random = Random::new(4, 0);
    let (mut wrong, mut naive, classes) = (0, 0, 200);
    for _ in 0..classes {
        let replay = rated(&[0.97; 15], &mut random).draws(200);
        let named = verdicts(&replay.units, Control::Holm);
        wrong += u32::from(named.iter().any(|one| *one != Some(Verdict::NoDifferent)));
        // The last by points: in a class of equals, whoever it is, is there by luck.
        let scores = replay.units.iter().map(|unit| unit.estimate.unwrap().score);
        let (least, most) = scores.fold((f64::MAX, f64::MIN), |(least, most), score| {
            (least.min(score), most.max(score))
        });
        naive += u32::from(least < most);
    }
    // 5 % and three standard errors of the count.
    assert!(wrong <= 19, "{wrong} of {classes}");
    assert_eq!(naive, classes);
}

#[test]
fn who_is_truly_behind_or_better_than_before_is_named() {
    let mut truth = [0.9; 15];
    truth[3] = 0.4;
    let mut random = Random::new(5, 0);
    let before = rated(&truth, &mut random).draws(300).units;
    let named = verdicts(&before, Control::Holm);
    assert_eq!(named[3], Some(Verdict::Behind));
    truth[3] = 0.9;
    let now = rated(&truth, &mut random).draws(300).units;
    let pairs: Vec<_> = before
        .iter()
        .zip(&now)
        .map(|(before, now)| (before.estimate, now.estimate))
        .collect();
    let named = improved(&pairs, Control::Holm, 0.05).unwrap();
    for (unit, named) in named.iter().enumerate() {
        let expected = [Verdict::NoDifferent, Verdict::Ahead][usize::from(unit == 3)];
        assert_eq!(named.unwrap().verdict, expected, "{unit}");
    }
}

#[test]
fn whose_noise_nobody_knows_is_never_named() {
    let scores = "0.2 0.9 0.9 0.9 0.9 0.9 0.9 -";
    let n = "30 30 30 30 30 30 - -";
    let two = format!("{LINE}{}", LINE.replace("'a'", "'b'"));
    let with = |declared: &str| {
        let period = Period::new(&two).with("a", SHARE, [scores, n, ""]);
        let period = period.with("b", declared, ["1 1 1 1 1 1 1 1", "", ""]);
        verdicts(&period.draws(200).units, Control::BenjaminiHochberg)
    };
    assert!(with("").iter().all(Option::is_none));
    let named = with("noise='none'");
    assert_eq!(named[0], Some(Verdict::Behind));
    assert_eq!(named[1], Some(Verdict::NoDifferent));
    assert_eq!(named[6..], [None, None], "no n, and no figure");
    assert!(ahead(&[], Control::Holm, 0.05).unwrap().is_empty());
    assert!(ahead(&[], Control::Holm, 1.5).is_err());
}

#[test]
fn a_lead_has_the_error_of_the_mean_in_it() {
    let values = ["0.5"; 10].join(" ");
    let se = ["0.05"; 10].join(" ");
    let replay = Period::new(LINE).with("a", "", [&values, "", &se]);
    let of = |unit: &Sureness| unit.estimate.unwrap();
    for Estimate {
        score,
        error,
        lead,
        lead_error,
    } in replay.draws(4_000).units.iter().map(of)
    {
        assert!((score - 50.0).abs() < 1e-9 && lead.abs() < 1e-9);
        assert!((4.4..5.6).contains(&error), "{error}");
        // 5 √(1 − 1 ÷ 10) = 4.74; the larger of two that are drawn is a little more.
        assert!((4.3..5.5).contains(&lead_error), "{lead_error}");
    }
}
