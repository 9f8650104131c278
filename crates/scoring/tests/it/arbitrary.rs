//! Random rules, schemes and classes, as properties want them.

use proptest::prelude::*;
use rulebook::figures::{MISSING, NOT_APPLICABLE};

use crate::support::Case;

/// A rule as TOML, and its direction.
pub type RuleText = (String, &'static str);

/// Figures on a coarse grid, so that ties happen; with gaps.
pub fn cell() -> impl Strategy<Value = f64> {
    prop_oneof![
        12 => figure(),
        1 => Just(MISSING),
        1 => Just(NOT_APPLICABLE),
    ]
}

/// A figure on a coarse grid.
pub fn figure() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-8..60_i32).prop_map(|quarters| f64::from(quarters) / 4.0),
        1 => (0..10_000_i32).prop_map(|hundredths| f64::from(hundredths) / 100.0),
        1 => Just(0.0),
    ]
}

fn direction() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("higher"), Just("lower")]
}

/// Two ends as `zero` and `full`, and the direction they say.
fn ends() -> impl Strategy<Value = (f64, f64, &'static str)> {
    ((-8..40_i32), (1..60_i32), direction()).prop_map(|(start, length, direction)| {
        let (least, most) = (f64::from(start) / 2.0, f64::from(start + length) / 2.0);
        if direction == "higher" {
            (least, most, direction)
        } else {
            (most, least, direction)
        }
    })
}

fn lines() -> impl Strategy<Value = RuleText> {
    let log = (1..50_i32, 2..200_i32, direction()).prop_map(|(least, times, direction)| {
        let ends = (f64::from(least) / 4.0, f64::from(least * times) / 4.0);
        let (zero, full) = if direction == "higher" {
            ends
        } else {
            (ends.1, ends.0)
        };
        (
            format!("{{ goalposts = {{ zero = {zero:?}, full = {full:?}, scale = 'log' }} }}"),
            direction,
        )
    });
    let kind = prop_oneof![Just("linear"), Just("goalposts")];
    let line = (kind, ends()).prop_map(|(kind, (zero, full, direction))| {
        (
            format!("{{ {kind} = {{ zero = {zero:?}, full = {full:?} }} }}"),
            direction,
        )
    });
    let quoted =
        (1..200_i32).prop_map(|full| (format!("{{ quoted = {{ full = {full} }} }}"), "higher"));
    prop_oneof![3 => line, 1 => quoted, 1 => log]
}

fn steps() -> impl Strategy<Value = RuleText> {
    let step = prop::collection::vec((1..20_i32, 0..8_i32), 1..5);
    (step, -4..20_i32, 0..4_i32, direction()).prop_map(|(steps, last, below, direction)| {
        // From the last step up: each further on and worth no less.
        let (mut at, mut points) = (f64::from(last) / 2.0, f64::from(below) / 2.0);
        let mut rows = Vec::new();
        for (further, more) in steps {
            points += f64::from(more) / 2.0;
            rows.push(format!("{{ at = {at:?}, points = {points:?} }}"));
            at += f64::from(further) / 2.0 * if direction == "higher" { 1.0 } else { -1.0 };
        }
        rows.reverse();
        let below = f64::from(below) / 2.0;
        (
            format!(
                "{{ steps = {{ step = [{}], below = {below:?} }} }}",
                rows.join(", ")
            ),
            direction,
        )
    })
}

fn thresholds() -> impl Strategy<Value = RuleText> {
    let counting = prop_oneof![Just("exact"), Just("started"), Just("whole")];
    (0..40_i32, 0..6_i32, 1..9_i32, counting, direction()).prop_map(|(pass, lose, per, counting, direction)| {
        let (pass, lose, per) = (f64::from(pass) / 2.0, f64::from(lose) / 2.0, f64::from(per) / 10.0);
        let rule = format!("{{ threshold = {{ pass = {pass:?}, lose = {lose:?}, per = {per:?}, counting = '{counting}' }} }}");
        (rule, direction)
    })
}

fn counts() -> impl Strategy<Value = RuleText> {
    let at_most = prop_oneof![
        Just(String::new()),
        (0..15_i32).prop_map(|most| format!(", at_most = {most}"))
    ];
    let deduct = (0..9_i32, 0..4_i32, at_most.clone()).prop_map(|(case, free, most)| {
        (
            format!("{{ deduct = {{ per_case = 0.{case}, free = {free}{most} }} }}"),
            "lower",
        )
    });
    let earn = (0..9_i32, at_most).prop_map(|(case, most)| {
        (
            format!("{{ earn = {{ per_case = 0.{case}{most} }} }}"),
            "higher",
        )
    });
    let strikes = (1..8_i32, 0..4_i32).prop_map(|(zero_at, lose)| {
        (
            format!("{{ strikes = {{ zero_at = {zero_at}, lose = {lose} }} }}"),
            "lower",
        )
    });
    prop_oneof![deduct, earn, strikes]
}

/// A rule that looks at the own figure only.
pub fn own_rule() -> impl Strategy<Value = RuleText> {
    let target = (1..80_i32, direction()).prop_map(|(target, direction)| {
        (
            format!(
                "{{ ratio_to_target = {{ target = {} }} }}",
                f64::from(target) / 4.0
            ),
            direction,
        )
    });
    let formula = (1..9_i32).prop_map(|by| (format!("{{ formula = 'x / {by} + 1' }}"), "higher"));
    prop_oneof![3 => lines(), 2 => steps(), 2 => thresholds(), 2 => counts(), 1 => target, 1 => formula]
}

/// A rule that compares with the class.
pub fn class_rule() -> impl Strategy<Value = RuleText> {
    let table = prop::collection::vec(0..5_i32, 1..5).prop_map(|losses| {
        let mut points = 10;
        let rows: Vec<String> = losses
            .iter()
            .map(|lost| {
                points = (points - lost).max(1);
                points.to_string()
            })
            .collect();
        format!(
            "{{ rank_table = {{ points = [{}], rest = 0.5 }} }}",
            rows.join(", ")
        )
    });
    let share = (1..60_i32, 1..40_i32).prop_map(|(first, second)| {
        format!("{{ rank_share = {{ share = [{{ percent = {first}, points = 9 }}, {{ percent = {second}, points = 5 }}], rest = 2 }} }}")
    });
    let span = prop_oneof![Just("min_max"), Just("percentile")];
    let span = (span, 0..3_i32, 3..9_i32)
        .prop_map(|(rule, low, high)| format!("{{ {rule} = {{ low = {low}, high = {high} }} }}"));
    let score = (0..6_i32, 1..5_i32).prop_map(|(mean, sd)| {
        format!("{{ z_score = {{ mean = {mean}, sd = {sd}, low = 0, high = 10 }} }}")
    });
    let target = (0..60_i32)
        .prop_map(|target| format!("{{ distance_to = {{ target = {target}, cap = true }} }}"));
    let plain =
        prop_oneof![Just("'ratio-to-best'"), Just("'distance-to-best'")].prop_map(str::to_owned);
    (
        prop_oneof![table, share, span, score, target, plain],
        direction(),
    )
}

/// Any rule whose results are held.
pub fn rule() -> impl Strategy<Value = RuleText> {
    prop_oneof![
        3 => own_rule(),
        2 => class_rule(),
        1 => (0..4_i32, 1..9_i32).prop_map(|(zero, length)| {
            let full = zero + length;
            (format!("{{ progress = {{ base = 'start', as = 'difference', zero = {zero}, full = {full} }} }}"), "higher")
        }),
    ]
}

fn policy() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        3 => Just("class-mean"), 3 => Just("drop"), 1 => Just("previous"), 1 => Just("zero"), 1 => Just("full"), 1 => Just("withhold"),
    ]
}

/// An item without its heading and group; `full` is what it says of points or weight.
fn item(full: String) -> impl Strategy<Value = String> {
    let relief = prop_oneof![3 => Just(String::new()), 1 => (0..12_i32).prop_map(|over| format!("relief = {{ over_mean = {over} }}\n"))];
    (rule(), policy(), policy(), relief).prop_map(move |((rule, direction), missing, not_applicable, relief)| {
        format!("{full}\nrule = {rule}\ndirection = '{direction}'\nmissing = '{missing}'\nnot_applicable = '{not_applicable}'\n{relief}")
    })
}

fn points() -> impl Strategy<Value = String> {
    (1..40_i32).prop_map(|halves| format!("points = {:?}", f64::from(halves) / 2.0))
}

/// A group's keys besides its id.
fn group_keys() -> impl Strategy<Value = String> {
    let at_least = prop_oneof![2 => Just(String::new()), 1 => (1..3_u32).prop_map(|least| format!("at_least = {least}\n"))];
    let missing = prop_oneof![Just("drop"), Just("zero"), Just("full"), Just("class-mean")];
    (at_least, missing).prop_map(|(at_least, missing)| format!("{at_least}missing = '{missing}'\n"))
}

/// How points are rounded, as TOML; 0 to 3 decimals.
pub fn rounding() -> impl Strategy<Value = String> {
    let mode = prop_oneof![Just("half-up"), Just("half-even"), Just("down"), Just("up")];
    (0..4_u8, mode).prop_map(|(decimals, mode)| {
        format!("rounding = {{ points = {decimals}, mode = '{mode}' }}\n")
    })
}

fn caps() -> impl Strategy<Value = String> {
    let cap = |name: &'static str| {
        prop_oneof![
            Just(String::new()),
            (0..300_i32)
                .prop_map(move |tenths| format!("{name} = {:?}, ", f64::from(tenths) / 8.0))
        ]
    };
    (
        cap("bonus"),
        cap("deduction"),
        cap("score_max"),
        cap("score_min"),
    )
        .prop_map(|(a, b, c, d)| {
            format!(
                "caps = {{ {} }}\n",
                format!("{a}{b}{c}{d}").trim_end_matches(", ")
            )
        })
}

/// What is numbered from 0: `[[kind]]` tables with ids.
fn tables(kind: &str, bodies: &[String]) -> String {
    let table =
        |(i, body): (usize, &String)| format!("[[{kind}]]\nid = '{}{i}'\n{body}\n", &kind[..1]);
    bodies.iter().enumerate().map(table).collect()
}

/// Items spread over groups g0, g1 … and the top.
fn spread(items: Vec<(String, usize)>, groups: usize) -> Vec<String> {
    let place = |(item, at): (String, usize)| {
        if at < groups {
            format!("group = 'g{at}'\n{item}")
        } else {
            item
        }
    };
    items.into_iter().map(place).collect()
}

const BANDS: &str = "tie_break = [{ points = 'i0' }]
band = [{ id = 'A', at_least = 5, percent = 30 }, { id = 'B', percent = 40, when = 'score > 2' }, { id = 'C' }]\n";
const VETOES: &str =
    "[[veto]]\nid = 'v0'\neffect.score_at_most = 7.125\n[[veto]]\nid = 'v1'\neffect.bars = 'A'\n";

/// A scheme of summed points, with groups, bonuses, deductions, caps and vetoes.
fn summed(rounding: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let items = prop::collection::vec((points().prop_flat_map(item), 0..4_usize), 1..6);
    let extras = || prop::collection::vec(points().prop_flat_map(item), 0..3);
    let groups = prop::collection::vec(group_keys(), 0..3);
    (rounding, caps(), items, groups, extras(), extras()).prop_map(
        |(rounding, caps, items, groups, bonus, deduction)| {
            let mut text = format!("{rounding}{caps}{BANDS}");
            text += &tables("group", &groups);
            text += &tables("indicator", &spread(items, groups.len()));
            text + &tables("bonus", &bonus) + &tables("deduction", &deduction) + VETOES
        },
    )
}

/// A scheme of means of any kind, with rules of groups and rounded scores.
fn meant() -> impl Strategy<Value = String> {
    let aggregate = || {
        prop_oneof![
            Just("'mean'"),
            Just("'geometric'"),
            Just("'harmonic'"),
            Just("{ power = 2 }"),
            Just("{ power = -2 }"),
            Just("{ power = 0.5 }"),
        ]
    };
    let own_rule = prop_oneof![
        Just(""),
        Just("rule = { z_score = {} }\n"),
        Just("rule = { min_max = {} }\n"),
        Just("rule = 'rank'\n")
    ];
    let group = (aggregate(), own_rule, group_keys())
        .prop_map(|(aggregate, rule, keys)| format!("aggregate = {aggregate}\n{rule}{keys}"));
    let weight = (1..9_i32).prop_map(|weight| format!("weight = {weight}"));
    let items = prop::collection::vec((weight.prop_flat_map(item), 0..4_usize), 1..6);
    let score = prop_oneof![
        Just(""),
        Just("rounding = { score = 3 }\n"),
        Just("rounding = { points = 2 }\n")
    ];
    (
        aggregate(),
        score,
        prop::collection::vec(group, 0..3),
        items,
    )
        .prop_map(|(aggregate, score, groups, items)| {
            let text = format!("aggregate = {aggregate}\n{score}{BANDS}");
            text + &tables("group", &groups)
                + &tables("indicator", &spread(items, groups.len()))
                + VETOES
        })
}

/// A class of up to so many units with figures for all a scheme asks for.
fn filled(text: String, units: std::ops::Range<usize>) -> impl Strategy<Value = Case> {
    let mut case = Case::new(&text);
    let scheme = &case.scheme;
    let items = scheme
        .indicator
        .iter()
        .chain(&scheme.bonus)
        .chain(&scheme.deduction);
    let mut measures: Vec<String> = items.map(|item| item.measure.to_string()).collect();
    measures.extend(["v0", "v1", "start"].map(str::to_owned));
    // Empty groups can't be told from groups nobody has figures for: the check refuses them.
    let used: Vec<_> = scheme
        .indicator
        .iter()
        .filter_map(|item| item.group.clone())
        .collect();
    case.scheme.group.retain(|group| used.contains(&group.id));
    units.prop_flat_map(move |units| {
        let (case, measures) = (case.clone(), measures.clone());
        let column = || prop::collection::vec(cell(), units);
        let columns = prop::collection::vec((column(), column()), measures.len());
        columns.prop_map(move |columns| {
            let mut case = case.clone();
            for (measure, (now, before)) in measures.iter().zip(columns) {
                case = case.with_cells(measure, now);
                case.previous.insert(measure.clone(), before);
            }
            case
        })
    })
}

/// A class under a scheme of summed and rounded points.
pub fn rounded_sum() -> impl Strategy<Value = Case> {
    summed(rounding()).prop_flat_map(|text| filled(text, 1..9))
}

/// A class under any scheme.
pub fn any_case() -> impl Strategy<Value = Case> {
    let text = prop_oneof![summed(rounding()), summed(Just(String::new())), meant()];
    text.prop_flat_map(|text| filled(text, 1..12))
}

/// One indicator of 10 points and its figures, with room for a better one.
pub fn one_indicator(
    rule: impl Strategy<Value = RuleText>,
    head: &'static str,
) -> impl Strategy<Value = Case> {
    let relief = prop_oneof![3 => Just(String::new()), 1 => (0..12_i32).prop_map(|over| format!("relief = {{ over_mean = {over} }}\n"))];
    (rule, relief, prop::collection::vec(figure(), 1..9)).prop_map(move |((rule, direction), relief, figures)| {
        let text = format!("{head}[[indicator]]\nid = 'a'\npoints = 10\nrule = {rule}\ndirection = '{direction}'\n{relief}");
        Case::new(&text).with_cells("a", figures)
    })
}
