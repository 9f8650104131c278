//! What holds for any scheme and any class.

use std::num::NonZeroUsize;

use proptest::prelude::*;
use rulebook::figures::{Column, Figures, Layout, PeriodFigures, Table, write_long};
use rulebook::model::{Direction, Measure};
use rulebook::{Campaign, Place, Unit, Written};
use scoring::run::{Run, Selection};
use scoring::{Explanation, Role, Scored};

use crate::arbitrary::{any_case, class_rule, one_indicator, own_rule, rounded_sum};
use crate::support::{Case, node};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// All that must be the same to the bit.
fn result(scored: &Scored<'_>) -> (Vec<u64>, Vec<u32>, Vec<Option<u16>>) {
    (
        bits(&scored.scores),
        scored.ranks.place.clone(),
        scored.bands.band.clone(),
    )
}

/// With one unit's figure made better by so much.
fn improved(case: &Case, unit: usize, by: f64) -> Case {
    let sign = if case.scheme.indicator[0].direction == Some(Direction::Lower) {
        -1.0
    } else {
        1.0
    };
    let mut better = case.clone();
    better.columns.get_mut("a").unwrap()[unit] += sign * by;
    better
}

fn never_falls(case: &Case, unit: usize, by: f64) -> Result<(), TestCaseError> {
    let unit = unit % case.ids.len();
    let (before, after) = (
        case.node("a")[unit],
        improved(case, unit, by).node("a")[unit],
    );
    prop_assert!(after >= before - 1e-9, "{before} fell to {after}");
    Ok(())
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn a_better_figure_never_earns_less(case in one_indicator(own_rule(), ""), unit in 0..9_usize, by in 0..40_i32) {
        never_falls(&case, unit, f64::from(by) / 4.0)?;
    }

    #[test]
    fn a_better_figure_never_earns_less_within_a_class(case in one_indicator(class_rule(), ""), unit in 0..9_usize, by in 0..40_i32) {
        never_falls(&case, unit, f64::from(by) / 4.0)?;
    }

    #[test]
    fn better_than_another_earns_no_less(case in one_indicator(prop_oneof![own_rule(), class_rule()], "")) {
        let higher = case.scheme.indicator[0].direction != Some(Direction::Lower);
        let (figures, points) = (&case.columns["a"], case.node("a"));
        for (x, px) in figures.iter().zip(&points) {
            for (y, py) in figures.iter().zip(&points) {
                let better = if higher { x >= y } else { x <= y };
                prop_assert!(!better || px >= &(py - 1e-9), "{x} earns {px}, {y} earns {py}");
            }
        }
    }

    #[test]
    fn what_would_earn_more_does(case in one_indicator(own_rule(), "rounding = { points = 2 }\n"), unit in 0..9_usize) {
        let unit = unit % case.ids.len();
        let mut case = case;
        // With relief the other figures decide.
        case.scheme.indicator[0].relief = None;
        let row = case.explain(unit).items.remove(0);
        let with = |figure: f64| {
            let mut other = case.clone();
            other.columns.get_mut("a").unwrap()[unit] = figure;
            other.node("a")[unit]
        };
        if let Some(figure) = row.full_at {
            prop_assert_eq!(with(figure), 10.0, "{} should earn all", figure);
        }
        if let Some((figure, points)) = row.next {
            prop_assert!((with(figure) - points).abs() <= 0.005, "{} earns {}, not {}", figure, with(figure), points);
            prop_assert!(points > row.points.unwrap());
        }
        prop_assert_eq!(row.lost, Some(((10.0 - row.points.unwrap()) * 100.0).round() / 100.0));
    }
}

/// Points as whole grains; fails where they aren't whole.
fn grains(points: f64, per_point: f64) -> Result<i128, TestCaseError> {
    let exact = points * per_point;
    prop_assert!(
        (exact - exact.round()).abs() < 1e-6,
        "{points} isn't whole in grains"
    );
    #[expect(clippy::cast_possible_truncation, reason = "far below 2⁶³")]
    let grains = exact.round() as i128;
    Ok(grains)
}

/// The grains of an explanation's rows of a role.
fn sum(explained: &Explanation, role: Role, per_point: f64) -> Result<i128, TestCaseError> {
    let rows = explained.items.iter().filter(|row| row.role == role);
    rows.map(|row| grains(row.points.unwrap_or(0.0), per_point))
        .sum()
}

fn adds_up(case: &Case, unit: usize) -> Result<(), TestCaseError> {
    let per_point = 10_f64.powi(
        case.scheme
            .rounding
            .as_ref()
            .unwrap()
            .points
            .unwrap()
            .into(),
    );
    let explained = case.explain(unit);
    let Some(score) = explained.score else {
        return Ok(());
    };
    let rows = sum(&explained, Role::Indicator, per_point)?
        + sum(&explained, Role::Bonus, per_point)?
        - sum(&explained, Role::Deduction, per_point)?;
    let between: i128 = explained
        .adjustments
        .iter()
        .map(|row| grains(row.points(), per_point))
        .sum::<Result<_, _>>()?;
    prop_assert_eq!(grains(score, per_point)?, rows + between, "{:?}", explained);
    // The score is the double nearest to its decimal number.
    prop_assert_eq!(score, (score * per_point).round() / per_point);
    Ok(())
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn explanations_add_up(case in rounded_sum()) {
        for unit in 0..case.ids.len() {
            adds_up(&case, unit)?;
        }
    }

    #[test]
    fn points_stay_in_their_bounds(case in any_case()) {
        let decimals = case.scheme.rounding.as_ref().and_then(|rounding| rounding.points);
        // Full points that are finer than what points are rounded to are rounded like any.
        let most = |points: f64| decimals.map_or(points, |decimals| {
            let per_point = 10_f64.powi(decimals.into());
            (points * per_point).ceil() / per_point
        });
        let items = case.scheme.indicator.iter().chain(&case.scheme.bonus).chain(&case.scheme.deduction);
        for item in items {
            let Some(full) = item.points else { continue };
            for points in case.node(item.id.as_str()) {
                prop_assert!(points.is_nan() || (0.0..=most(full)).contains(&points), "{}: {points} of {full}", item.id);
            }
        }
    }

    #[test]
    fn scores_are_finite_or_missing(case in any_case()) {
        case.look(|scored| {
            for score in &scored.scores {
                prop_assert!(score.is_finite() || score.is_nan());
            }
            for node in scored.ruler.nodes() {
                prop_assert!(node.points.iter().all(|y| y.is_finite() || y.is_nan()), "{node:?}");
            }
            Ok(())
        })?;
    }

    #[test]
    fn explanations_say_what_was_scored(case in any_case()) {
        case.look(|scored| {
            for (unit, score) in scored.scores.iter().enumerate() {
                let explained = scored.explain(unit).unwrap();
                prop_assert_eq!(explained.score.unwrap_or(f64::NAN).is_nan(), score.is_nan());
                prop_assert_eq!(explained.rank, scored.ranks.rank(unit));
                for row in &explained.items {
                    let points = node(&scored.ruler, &row.id)[unit];
                    prop_assert!(row.points.is_none_or(|shown| shown == points), "{row:?} {points}");
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn ranks_are_competition_ranks(case in any_case()) {
        let mut case = case;
        case.scheme.tie_break.clear();
        case.look(|scored| {
            for (unit, score) in scored.scores.iter().enumerate() {
                let better = scored.scores.iter().filter(|other| **other > *score).count() as u32;
                let expected = (!score.is_nan()).then_some(better + 1);
                prop_assert_eq!(scored.ranks.rank(unit), expected);
            }
            Ok(())
        })?;
    }

    #[test]
    fn quotas_hold(case in any_case()) {
        case.look(|scored| {
            let of = scored.ranks.of();
            let in_band = |at: u16| scored.bands.band.iter().filter(|band| **band == Some(at)).count();
            prop_assert!(in_band(0) * 100 <= of * 30 && in_band(1) * 100 <= of * 40);
            for (unit, band) in scored.bands.band.iter().enumerate() {
                prop_assert_eq!(band.is_some(), scored.ranks.rank(unit).is_some());
            }
            Ok(())
        })?;
    }
}

/// The units of a case as they would be handed in, in this category.
fn units(case: &Case, category: &str, prefix: &str) -> Vec<Unit> {
    let unit = |id: &String| Unit {
        id: format!("{prefix}{id}"),
        name: format!("{prefix}{id}"),
        category: category.into(),
        ..Unit::default()
    };
    case.ids.iter().map(unit).collect()
}

/// A campaign of two categories, the scheme being the first's.
fn campaign(case: &Case) -> Campaign {
    let file = "id = 'c'\nname.zh = '试'\ncalendar.period = 'month'\n[[category]]\nid = 'one'\nname.zh = '一'\n[[category]]\nid = 'two'\nname.zh = '二'";
    let place = Place::whole("measures.toml");
    let measure = |id: &String| Written {
        item: toml::from_str::<Measure>(&format!("id = '{id}'\nname.zh = '量'")).unwrap(),
        place: place.clone(),
    };
    let mut scheme = case.scheme.clone();
    scheme.category = Some("one".into());
    Campaign {
        file: toml::from_str(file).unwrap(),
        measures: case.columns.keys().map(measure).collect(),
        forms: Vec::new(),
        services: Vec::new(),
        honours: Vec::new(),
        ladders: Vec::new(),
        schemes: Vec::new(),
        effective: vec![scheme],
        organisation: None,
    }
}

fn period(units: Vec<Unit>, columns: Vec<Vec<f64>>) -> PeriodFigures {
    let column = |values| {
        Some(Column {
            values,
            n: None,
            se: None,
        })
    };
    PeriodFigures {
        units,
        columns: columns.into_iter().map(column).collect(),
    }
}

/// The case's figures of both periods.
fn figures(case: &Case) -> Figures {
    let now = period(
        units(case, "one", ""),
        case.columns.values().cloned().collect(),
    );
    let before = period(
        units(case, "one", ""),
        case.previous.values().cloned().collect(),
    );
    Figures {
        periods: [
            ("2026-01".parse().unwrap(), before),
            ("2026-02".parse().unwrap(), now),
        ]
        .into(),
    }
}

type Results = Vec<(Vec<u64>, Vec<u32>, Vec<Option<u16>>)>;

/// The results of the first category in each period.
fn run(campaign: &Campaign, figures: &Figures) -> Results {
    let mut results = Vec::new();
    let run = Run::new(campaign, figures, Selection::default());
    run.each(NonZeroUsize::MIN, |outcome| {
        results.push(result(outcome.scored))
    })
    .unwrap();
    results
}

proptest! {
    #![proptest_config(config(96))]

    #[test]
    fn the_order_of_units_never_matters(case in any_case(), seed in prop::collection::vec(0..1000_u32, 400)) {
        let campaign = campaign(&case);
        let figures = figures(&case);
        let written = write_long(&campaign, &figures);
        let mut lines: Vec<&str> = written.lines().collect();
        let header = lines.remove(0);
        let mut keyed: Vec<(u32, &str)> = seed.iter().copied().cycle().zip(lines).collect();
        keyed.sort_by_key(|(key, _)| *key);
        let shuffled: String = [header].into_iter().chain(keyed.iter().map(|(_, line)| *line)).map(|line| format!("{line}\n")).collect();
        let table = Table { name: "shuffled.csv", bytes: shuffled.as_bytes() };
        let (read, _, findings) = rulebook::figures::read(&campaign, &[table], &Layout::default());
        let read = read.unwrap_or_else(|| panic!("{findings:?}"));
        prop_assert_eq!(run(&campaign, &read), run(&campaign, &figures));
    }

    #[test]
    fn other_categories_change_nothing(case in any_case(), others in any_case()) {
        let campaign = campaign(&case);
        let alone = figures(&case);
        let mut together = alone.clone();
        for figures in together.periods.values_mut() {
            // Two of another category stand before each unit.
            let more = units(&others, "two", "a");
            let values = others.columns.values().next().unwrap();
            figures.units = more.into_iter().chain(std::mem::take(&mut figures.units)).collect();
            for column in figures.columns.iter_mut().flatten() {
                column.values = values.iter().copied().chain(std::mem::take(&mut column.values)).collect();
            }
        }
        prop_assert_eq!(run(&campaign, &together), run(&campaign, &alone));
    }
}

/// Figures like random ones, the same every time (xorshift64).
fn many(units: usize, mut state: u64) -> Vec<f64> {
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let cell = |bits: u64| match bits % 29 {
        0 => rulebook::figures::MISSING,
        1 => rulebook::figures::NOT_APPLICABLE,
        _ => (bits >> 40) as f64 / 1e5,
    };
    (0..units).map(|_| cell(next())).collect()
}

#[test]
fn the_number_of_threads_never_matters() {
    let rules = [
        "{ linear = { zero = 0, full = 150 } }",
        "{ steps = { step = [{ at = 90, points = 10 }, { at = 80, points = 6 }] } }",
        "{ threshold = { pass = 95, lose = 2, per = 10, counting = 'started' } }",
        "{ rank_table = { points = [10, 6, 3] } }",
        "{ rank_share = { share = [{ percent = 30, points = 10 }], rest = 2 } }",
        "'ratio-to-best'",
        "{ z_score = { mean = 5, sd = 2, low = 0, high = 10 } }",
        "{ percentile = {} }",
        "{ formula = 'sqrt(x)' }",
        "{ goalposts = { zero = 1, full = 200, scale = 'log' } }",
    ];
    let item = |(i, rule): (usize, &&str)| {
        format!(
            "[[indicator]]\nid = 'i{i}'\ngroup = 'g'\npoints = 10\nrule = {rule}\nmissing = 'class-mean'\nnot_applicable = 'drop'\n"
        )
    };
    let items: String = rules.iter().enumerate().map(item).collect();
    for head in [
        "rounding = { points = 2 }",
        "",
        "prepare = [{ impute = { with = 'mean' } }]",
    ] {
        let mut case = Case::new(&format!(
            "{head}\nband = [{{ id = 'A', percent = 30 }}, {{ id = 'B' }}]\n[[group]]\nid = 'g'\nmissing = 'class-mean'\n{items}"
        ));
        for measure in 0..rules.len() {
            case = case.with_cells(
                &format!("i{measure}"),
                many(12_345, 88_172_645_463_325_252 + measure as u64),
            );
        }
        case.ids = (0..12_345).map(|unit| format!("u{unit:05}")).collect();
        let one = case.try_look(1, result).unwrap();
        for threads in [2, 3, 16] {
            assert_eq!(
                case.try_look(threads, result).unwrap(),
                one,
                "{threads} threads, {head}"
            );
        }
    }
}
