//! Robustness: the published uncertainty analysis of COINr's example, what must hold for any scheme, and classes with little in them.

use std::num::NonZeroUsize;

use rulebook::model::{Aggregate, Measure, Rule, Span, ZScore};
use scoring::robust::{
    Idle, Input, NodeKind, Noise, RobustError, Robustness, Settings, robustness,
};
use scoring::run::{Run, Selection};

use crate::reference::{campaign, columns, data, figures, results};
use crate::support::Case;

const ALL: Noise = Noise {
    level: None,
    spread: 0.25,
};

fn weights(spread: f64) -> Vec<Input> {
    vec![Input::Weights(vec![Noise {
        level: None,
        spread,
    }])]
}

fn settings(inputs: Vec<Input>) -> Settings {
    Settings {
        inputs,
        draws: 200,
        ..Settings::default()
    }
}

fn of(case: &Case, settings: &Settings) -> Result<Robustness, RobustError> {
    let measures: Vec<&Measure> = case.measures.iter().collect();
    robustness(&case.scheme, &measures, &case.class(), settings)
}

/// What COINr's vignette on sensitivity varies: <https://cran.r-project.org/package=COINr>, `vignettes/sensitivity.Rmd`.
fn vignette() -> Vec<Input> {
    let min_max = Rule::MinMax(Span {
        low: 1.0,
        high: Some(100.0),
    });
    let z_score = Rule::ZScore(ZScore {
        mean: 10.0,
        sd: 2.0,
        ..ZScore::default()
    });
    let on = |level| Noise {
        level: Some(level),
        spread: 0.25,
    };
    vec![
        Input::Winsorise(vec![1, 2, 3, 4, 5]),
        Input::Rules(vec![min_max, z_score]),
        Input::Weights(vec![on(2), on(3)]),
        Input::Aggregates(vec![Aggregate::Mean, Aggregate::Geometric]),
    ]
}

/// The robustness of COINr's example; `None` where its data are absent.
fn asem(settings: &Settings) -> Option<Robustness> {
    let bytes = data("coinr/ASEM_iData.csv")?;
    let campaign = campaign("asem");
    let figures = figures(&campaign, &bytes, &columns("uCode", Some("Time")));
    let measures: Vec<&Measure> = campaign.measures.iter().map(|m| &m.item).collect();
    let mut found = None;
    let run = Run::new(&campaign, &figures, Selection::default());
    run.each(NonZeroUsize::MIN, |outcome| {
        let class = outcome.scored.ruler.class();
        found = Some(robustness(outcome.job.scheme, &measures, class, settings).unwrap());
    })
    .unwrap();
    found
}

#[test]
fn ranks_lie_where_coinr_finds_them() {
    let (Some(uncertainty), Some(sensitivity)) = (
        data("coinr/vignette_UA_RankStats.csv"),
        data("coinr/vignette_SA_RankStats.csv"),
    ) else {
        return;
    };
    let settings = Settings {
        draws: 400,
        ..settings(vignette())
    };
    let Some(found) = asem(&settings) else { return };
    // 100 replications, and 200 that are two halves of a design.
    for (published, n) in [
        (results(&uncertainty), 100.0_f64),
        (results(&sensitivity), 200.0),
    ] {
        assert_eq!(found.units.len(), published.len());
        for unit in &found.units {
            let printed = |column: &str| published[&unit.unit][column].parse::<f64>().unwrap();
            let rank = unit.rank.unwrap();
            assert_eq!(f64::from(unit.nominal_rank.unwrap()), printed("Nominal"));
            // Of 102 means, the farthest is under 4 standard errors of the published one away but for one in 150 times.
            let error = 4.0 * rank.deviation / n.sqrt() + 0.02;
            let away = (rank.mean - printed("Mean")).abs();
            assert!(
                away <= error,
                "{}: mean {} {}",
                unit.unit,
                rank.mean,
                printed("Mean")
            );
            // A quantile of so few moves by a few places where ranks are spread.
            let places = 1.0 + 1.3 * rank.deviation;
            for (own, column) in [
                (rank.median, "Median"),
                (rank.low, "Q5"),
                (rank.high, "Q95"),
            ] {
                let away = (own - printed(column)).abs();
                assert!(
                    away <= places,
                    "{}: {column} {own} {}",
                    unit.unit,
                    printed(column)
                );
            }
        }
    }
}

#[test]
fn shares_lie_where_coinr_finds_them() {
    let Some(published) = data("coinr/vignette_SA_Sensitivity.csv") else {
        return;
    };
    let settings = Settings {
        draws: 1,
        rows: 128,
        ..settings(vignette())
    };
    let Some(found) = asem(&settings) else { return };
    let published = results(&published);
    let rows = [
        ("Winmax", "winsorise"),
        ("Normalisation", "rules"),
        ("Weights", "weights"),
        ("Aggregation", "aggregates"),
    ];
    for (printed, input) in rows {
        let index = found
            .shares
            .iter()
            .find(|share| share.input == input)
            .unwrap()
            .index;
        let cell = |column: &str| published[printed][column].parse::<f64>().unwrap();
        // Its intervals, 5 to 95 % of bootstrap draws from 100 rows, are widened to 99.7 % and by our own half-width.
        for (own, half, column) in [
            (index.first, index.first_half, "Si"),
            (index.total, index.total_half, "STi"),
        ] {
            let width =
                (cell(&format!("{column}_q95")) - cell(&format!("{column}_q5"))) / 2.0 * 1.8;
            let away = (own - cell(column)).abs();
            assert!(
                away <= width + half,
                "{input}: {column} {own} {}",
                cell(column)
            );
        }
    }
    assert!(found.shares.iter().all(|share| !share.single));
}

#[test]
fn coinr_s_effective_weights() {
    let Some(published) = data("coinr/expected_variant_eff_weights.csv") else {
        return;
    };
    let Some(found) = asem(&settings(weights(0.25))) else {
        return;
    };
    let published = results(&published);
    for effect in &found.effects {
        let printed: f64 = published[&effect.id]["EffWeight"].parse().unwrap();
        assert!(
            (effect.weight.unwrap() - printed).abs() < 1e-12,
            "{}",
            effect.id
        );
        let range = effect.weight_range.unwrap();
        assert!(range.low < printed && printed < range.high);
    }
    assert_eq!(found.effects.len(), published.len() - 1);
}

/// Two means of two; `d` follows `c`, `e` is the same for all.
fn means() -> Case {
    let text = "
        aggregate = 'mean'
        [[group]]
        id = 'g'
        weight = 3
        aggregate = 'mean'
        [[group]]
        id = 'h'
        aggregate = 'mean'
        [[indicator]]
        id = 'a'
        group = 'g'
        weight = 2
        rule = { min_max = { low = 0, high = 100 } }
        [[indicator]]
        id = 'b'
        group = 'g'
        rule = { min_max = { low = 0, high = 100 } }
        [[indicator]]
        id = 'c'
        group = 'h'
        rule = { min_max = { low = 0, high = 100 } }
        [[indicator]]
        id = 'e'
        group = 'h'
        rule = { goalposts = { zero = 0, full = 10 } }";
    Case::new(text)
        .with("a", "1 2 3 4 5 6 7 8")
        .with("b", "8 1 6 3 5 2 7 4")
        .with("c", "3 1 4 1 5 9 2 6")
        .with("e", "5 5 5 5 5 5 5 5")
}

/// A sum of 60 and 40 points with a group in it, a bonus and a deduction.
fn sums() -> Case {
    let text = "
        total = 100
        rounding = { points = 2 }
        tie_break = [{ points = 'a' }]
        [[group]]
        id = 'g'
        [[indicator]]
        id = 'a'
        points = 60
        rule = { linear = { zero = 0, full = 10 } }
        [[indicator]]
        id = 'b'
        group = 'g'
        points = 30
        rule = { linear = { zero = 0, full = 10 } }
        [[indicator]]
        id = 'c'
        group = 'g'
        points = 10
        rule = { linear = { zero = 0, full = 10 } }
        missing = 'drop'
        [[bonus]]
        id = 'up'
        rule = { earn = { per_case = 1, at_most = 3 } }
        [[deduction]]
        id = 'down'
        rule = { earn = { per_case = 2 } }";
    Case::new(text)
        .with("a", "9 8 8 7 6")
        .with("b", "2 5 5 9 4")
        .with("c", "1 7 7 - 3")
        .with("up", "0 0 1 0 2")
        .with("down", "0 0 0 0 0")
}

#[test]
fn without_noise_nothing_moves() {
    for case in [means(), sums()] {
        let found = of(&case, &settings(weights(0.0))).unwrap();
        assert_eq!((found.change.mean, found.change.high), (0.0, 0.0));
        for unit in &found.units {
            let rank = f64::from(unit.nominal_rank.unwrap());
            let told = unit.rank.unwrap();
            assert_eq!(
                (told.low, told.median, told.high, told.deviation),
                (rank, rank, rank, 0.0)
            );
            assert_eq!(unit.score.unwrap().low, unit.nominal_score.unwrap());
            assert_eq!(unit.ranked, 200);
        }
        let rows = Settings {
            rows: 8,
            ..settings(weights(0.0))
        };
        // No variance, so no shares of it.
        assert_eq!(
            of(&case, &rows).unwrap().shares[0].index,
            Default::default()
        );
    }
}

#[test]
fn a_replication_is_the_scheme_scored_as_if_it_were_written_so() {
    // One alternative each: the replication is the scheme with these.
    let inputs = vec![
        Input::Rules(vec![Rule::Rank]),
        Input::Aggregates(vec![Aggregate::Geometric]),
    ];
    let found = of(&means(), &settings(inputs)).unwrap();
    let mut written = means();
    written.scheme.aggregate = Some(Aggregate::Geometric);
    for group in &mut written.scheme.group {
        group.aggregate = Some(Aggregate::Geometric);
    }
    for item in &mut written.scheme.indicator {
        item.rule = Some(Rule::Rank);
    }
    let scores: Vec<f64> = found
        .units
        .iter()
        .map(|unit| unit.score.unwrap().median)
        .collect();
    assert_eq!(scores, written.scores());
    assert!(
        found
            .units
            .iter()
            .all(|unit| unit.score.unwrap().deviation == 0.0)
    );
}

#[test]
fn noise_keeps_a_parent_s_points_and_the_order_of_who_is_better_in_all() {
    let case = Case::of(sums().scheme)
        .with("a", "10 0 5")
        .with("b", "10 0 5")
        .with("c", "10 0 5")
        .with("up", "0 0 0")
        .with("down", "0 0 0");
    let found = of(&case, &settings(weights(0.5))).unwrap();
    let ends: Vec<f64> = found
        .units
        .iter()
        .map(|unit| unit.score.unwrap().high)
        .collect();
    assert!(
        (ends[0] - 100.0).abs() <= 0.02 && ends[1] == 0.0,
        "{ends:?}"
    );
    assert_eq!(found.change.high, 0.0);
    let by = |id: &str| found.effects.iter().find(|effect| effect.id == id).unwrap();
    assert_eq!(
        (by("a").weight, by("g").weight, by("b").weight),
        (Some(0.6), Some(0.4), Some(0.3))
    );
    let range = by("a").weight_range.unwrap();
    assert!(
        range.low > 0.3 && range.low < 0.5 && range.high > 0.65 && range.high < 0.82,
        "{range:?}"
    );
    assert_eq!((by("up").weight, by("up").kind), (None, NodeKind::Bonus));
}

#[test]
fn what_decides_nothing_is_pointed_out() {
    let found = of(&means(), &settings(weights(0.25))).unwrap();
    let idle = |id: &str| {
        let effect = found.effects.iter().find(|effect| effect.id == id);
        effect.unwrap().idle.clone()
    };
    assert!(idle("e").contains(&Idle::Same));
    assert!(!idle("a").contains(&Idle::MovesNobody) && !idle("a").contains(&Idle::Same));
    let found = of(&sums(), &settings(weights(0.25))).unwrap();
    let down = found
        .effects
        .iter()
        .find(|effect| effect.id == "down")
        .unwrap();
    assert_eq!(down.idle, [Idle::Same, Idle::MovesNobody]);
    let mut weightless = means();
    weightless.scheme.indicator[1].weight = Some(0.0);
    let found = of(&weightless, &settings(weights(0.25))).unwrap();
    let b = found
        .effects
        .iter()
        .find(|effect| effect.id == "b")
        .unwrap();
    assert!(b.idle.contains(&Idle::Weightless) && b.idle.contains(&Idle::MovesNobody));
}

#[test]
fn leaving_one_out_is_the_scheme_without_it() {
    let found = of(&means(), &settings(vec![Input::Groups])).unwrap();
    let mut without = means();
    without
        .scheme
        .group
        .retain(|group| group.id.as_str() != "h");
    without
        .scheme
        .indicator
        .retain(|item| item.group.as_ref().unwrap().as_str() != "h");
    let ranks =
        |text: String| -> Vec<u32> { text.split(' ').map(|rank| rank.parse().unwrap()).collect() };
    let (was, is) = (ranks(means().ranks()), ranks(without.ranks()));
    let moves: Vec<u32> = was
        .iter()
        .zip(&is)
        .map(|(was, is)| was.abs_diff(*is))
        .collect();
    let h = found
        .effects
        .iter()
        .find(|effect| effect.id == "h")
        .unwrap();
    let left_out = h.left_out.as_ref().unwrap();
    assert_eq!(left_out.mean, f64::from(moves.iter().sum::<u32>()) / 8.0);
    assert_eq!(left_out.most, *moves.iter().max().unwrap());
    assert_eq!(
        left_out.moved,
        moves.iter().filter(|places| **places > 0).count()
    );
    // All, without g, without h: each in a third of the draws.
    let change = found.change;
    assert!(change.low == 0.0 && change.high > 0.0);
}

#[test]
fn threads_and_seeds() {
    let case = means();
    let run = |threads, seed| {
        let settings = Settings {
            threads: NonZeroUsize::new(threads).unwrap(),
            seed,
            rows: 64,
            draws: 700,
            each_weight: true,
            ..settings(vec![Input::Indicators, Input::Weights(vec![ALL])])
        };
        of(&case, &settings).unwrap()
    };
    let one = run(1, 5);
    assert_eq!(one, run(3, 5));
    assert_ne!(one, run(1, 6));
    let names: Vec<&str> = one
        .shares
        .iter()
        .map(|share| share.input.as_str())
        .collect();
    assert_eq!(
        names,
        ["indicators", "weights", "g", "h", "a", "b", "c", "e"]
    );
    assert!(one.shares[2].single && !one.shares[1].single);
}

#[test]
fn a_level_s_own_noise_comes_before_that_of_all() {
    let inputs = vec![Input::Weights(vec![
        ALL,
        Noise {
            level: Some(2),
            spread: 0.0,
        },
    ])];
    let found = of(&means(), &settings(inputs)).unwrap();
    let range = |id: &str| {
        let effect = found.effects.iter().find(|effect| effect.id == id);
        effect.unwrap().weight_range.unwrap()
    };
    assert_eq!(range("g").low, range("g").high);
    assert!(range("a").low < range("a").high);
}

#[test]
fn one_unit_is_always_first() {
    let case = Case::of(means().scheme)
        .with("a", "1")
        .with("b", "2")
        .with("c", "3")
        .with("e", "4");
    let rows = Settings {
        rows: 4,
        ..settings(weights(0.25))
    };
    let found = of(&case, &rows).unwrap();
    assert_eq!(found.units[0].rank.unwrap().high, 1.0);
    assert_eq!((found.change.high, found.shares[0].index.total), (0.0, 0.0));
    assert!(
        found
            .effects
            .iter()
            .all(|effect| effect.pearson.is_none() && effect.idle.contains(&Idle::Same))
    );
}

#[test]
fn one_indicator_has_no_weight_to_vary_and_can_not_be_left_out() {
    let text = "
        aggregate = 'mean'
        [[indicator]]
        id = 'a'
        rule = { min_max = { low = 0, high = 100 } }";
    let case = Case::new(text).with("a", "1 2 3");
    let refused = of(&case, &settings(weights(0.25))).unwrap_err();
    assert!(
        matches!(
            refused,
            RobustError::Nothing {
                input: "weights",
                ..
            }
        ),
        "{refused}"
    );
    let found = of(&case, &settings(vec![Input::Rules(vec![Rule::Rank])])).unwrap();
    assert_eq!(
        found.effects[0].left_out,
        Err(RobustError::NoRanks {
            variant: "without a".to_owned()
        })
    );
    assert_eq!(found.effects[0].weight, Some(1.0));
    // As an uncertain choice it is an error with its name.
    let refused = of(&case, &settings(vec![Input::Indicators])).unwrap_err();
    assert_eq!(
        refused,
        RobustError::NoRanks {
            variant: "indicators without a".to_owned()
        }
    );
}

#[test]
fn what_can_not_be_varied_is_refused_by_name() {
    let nothing = |inputs: Vec<Input>, case: &Case| match of(case, &settings(inputs)).unwrap_err() {
        RobustError::Nothing { input, .. } => input,
        other => panic!("{other}"),
    };
    assert_eq!(
        nothing(vec![Input::Winsorise(vec![1])], &means()),
        "winsorise"
    );
    assert_eq!(
        nothing(vec![Input::Aggregates(vec![Aggregate::Mean])], &sums()),
        "aggregates"
    );
    assert_eq!(
        nothing(vec![Input::Rules(vec![Rule::Rank])], &sums()),
        "rules"
    );
    let level = Noise {
        level: Some(7),
        spread: 0.1,
    };
    assert_eq!(
        nothing(vec![Input::Weights(vec![ALL, level])], &means()),
        "weights"
    );
    let twice = of(&means(), &settings(vec![Input::Groups, Input::Groups])).unwrap_err();
    assert_eq!(twice, RobustError::Twice { input: "groups" });
    for bad in [
        settings(Vec::new()),
        settings(vec![Input::Rules(Vec::new())]),
        settings(weights(1.5)),
        settings(weights(f64::NAN)),
        Settings {
            draws: 0,
            ..settings(weights(0.1))
        },
        Settings {
            coverage: 1.0,
            ..settings(weights(0.1))
        },
        Settings {
            rows: 1,
            ..settings(weights(0.1))
        },
    ] {
        let refused = of(&means(), &bad).unwrap_err();
        assert!(matches!(refused, RobustError::Setting(_)), "{refused}");
    }
}

#[test]
fn a_variant_that_can_not_be_scored_is_named() {
    let mut case = means();
    case.scheme.group[0].aggregate = Some(Aggregate::Formula("a + b".to_owned()));
    let refused = of(&case, &settings(vec![Input::Indicators])).unwrap_err();
    let RobustError::Variant { variant, error } = &refused else {
        panic!("{refused}")
    };
    assert_eq!(
        (variant.as_str(), error.item.as_str()),
        ("indicators without a", "g")
    );
    let found = of(&case, &settings(weights(0.25))).unwrap();
    assert_eq!(found.without_weights, ["g"]);
    let a = &found.effects[0];
    assert!(a.weight.is_none() && matches!(a.left_out, Err(RobustError::Variant { .. })));
}

#[test]
fn nobody_ranked_is_an_error() {
    let case = Case::of(means().scheme)
        .with("a", "- -")
        .with("b", "- -")
        .with("c", "- -")
        .with("e", "- -");
    let refused = of(&case, &settings(weights(0.25))).unwrap_err();
    assert_eq!(
        refused,
        RobustError::NoRanks {
            variant: String::new()
        }
    );
}
