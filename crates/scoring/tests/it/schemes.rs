//! Worked examples of what a scheme makes of points: policies, relief, groups, bonuses, caps, vetoes, rounding.

use scoring::{Adjustment, State};

use crate::support::{Case, assert_cells};

/// Two indicators of 10 points; `a` has this policy for both kinds of gaps.
fn policy(policy: &str) -> Case {
    Case::new(&format!(
        "[[indicator]]
        id = 'a'
        points = 10
        rule = {{ linear = {{ zero = 0, full = 10 }} }}
        missing = '{policy}'
        not_applicable = '{policy}'
        [[indicator]]
        id = 'b'
        points = 10
        rule = {{ linear = {{ zero = 0, full = 10 }} }}"
    ))
}

#[test]
fn each_policy() {
    let examples = [
        ("class-mean", "10 11 11 12"),
        // 6 of 10 stand for 12 of 20.
        ("drop", "10 12 12 12"),
        ("zero", "10 6 6 12"),
        ("full", "10 16 16 12"),
        ("withhold", "10 - - 12"),
    ];
    for (name, expected) in examples {
        let case = policy(name).with("a", "4 - n 6").with("b", "6 6 6 6");
        assert_cells(&case.scores(), expected, name);
    }
}

#[test]
fn the_previous_figure_stands_in_fully() {
    let case = policy("previous").with("a", "4 - n 6").with("b", "6 6 6 6");
    assert_cells(
        &case.scores(),
        "10 11 11 12",
        "without a previous figure: the class mean",
    );
    // The mean is that of 4, 8 and 6.
    let case = case.before("a", "1 8 - 1");
    assert_cells(&case.scores(), "10 14 12 12", "one has a previous figure");
    let mixed = policy("previous")
        .with("a", "4 - n 6")
        .with("b", "6 6 6 6")
        .before("a", "1 8 3 1");
    let mut only_missing = mixed.clone();
    only_missing.scheme.indicator[0].not_applicable = Some(rulebook::model::Fallback::Zero);
    assert_cells(&mixed.scores(), "10 14 9 12", "both kinds of gaps");
    assert_cells(&only_missing.scores(), "10 14 6 12", "only what is missing");
}

#[test]
fn each_kind_of_gap_has_its_policy() {
    let mut case = policy("zero").with("a", "4 - n 6").with("b", "6 6 6 6");
    case.scheme.indicator[0].not_applicable = Some(rulebook::model::Fallback::Full);
    assert_cells(&case.scores(), "10 6 16 12", "zero and full");
    let undeclared = case.clone();
    case.scheme.indicator[0].missing = None;
    assert_cells(
        &case.scores(),
        "10 12 16 12",
        "what isn't declared is dropped",
    );
    let row = undeclared.explain(2).items.remove(0);
    assert_eq!(
        (row.state, row.points, row.figure),
        (State::NotApplicable, Some(10.0), None)
    );
}

#[test]
fn nobody_to_take_the_mean_of() {
    for name in ["class-mean", "previous"] {
        let case = policy(name).with("a", "- n").with("b", "6 3");
        assert_cells(&case.scores(), "12 6", "dropped for all");
    }
    let case = policy("drop").with("a", "- -").with("b", "- 6");
    assert_cells(
        &case.scores(),
        "- 12",
        "with nothing at all there is no score",
    );
    assert_cells(
        &policy("drop").with("b", "6").scores(),
        "12",
        "no column at all",
    );
}

#[test]
fn class_means_are_of_rounded_points() {
    let mut case = policy("class-mean")
        .with("a", "1.005 2 2 -")
        .with("b", "0 0 0 0");
    case.scheme.rounding = Some(rulebook::model::Rounding {
        points: Some(2),
        ..Default::default()
    });
    // (1.01 + 2 + 2) ÷ 3 = 1.67.
    assert_cells(&case.node("a"), "1.01 2 2 1.67", "rounded like any points");
}

#[test]
fn too_few_cases_are_no_figure() {
    let mut case = policy("zero")
        .with("a", "5 5 5 - n 5")
        .with("b", "0 0 0 0 0 0")
        .counts("a", "10 9 - 10 0 30");
    case.scheme.indicator[0].min_n = Some(10.0);
    case.scheme.indicator[0].not_applicable = Some(rulebook::model::Fallback::Full);
    assert_cells(
        &case.node("a"),
        "5 0 0 0 10 5",
        "fewer cases, or an unknown number",
    );
    case.counts.clear();
    assert_cells(&case.node("a"), "0 0 0 0 10 0", "no number of cases known");
    case.scheme.indicator[0].missing = Some(rulebook::model::Fallback::Previous);
    let case = case
        .counts("a", "10 9 - 10 0 30")
        .before("a", "1 2 - 3 4 5");
    // The previous figure isn't asked for its cases; the third has the mean of 5, 2, 3 and 5.
    assert_cells(
        &case.node("a"),
        "5 2 3.75 3 10 5",
        "the previous figure stands in",
    );
}

#[test]
fn relief() {
    let text = |direction: &str, rule: &str, over: f64| {
        format!(
            "[[indicator]]\nid = 'a'\npoints = 10\ndirection = '{direction}'\nrelief = {{ over_mean = {over} }}\nrule = {rule}"
        )
    };
    let line = "{ linear = { zero = 0, full = 100 } }";
    // The mean is 60, so relief begins at 70.
    let case = Case::new(&text("higher", line, 10.0));
    assert_cells(
        &case.with("a", "50 50 80").node("a"),
        "5 5 10",
        "over the mean",
    );
    let case = Case::new(&text("higher", line, 20.0));
    assert_cells(
        &case.clone().with("a", "50 50 80").node("a"),
        "5 5 10",
        "just over",
    );
    assert_cells(
        &case.with("a", "50 50 79").node("a"),
        "5 5 7.9",
        "short of it",
    );
    let case = Case::new(&text("lower", "{ deduct = { per_case = 1 } }", 2.0));
    assert_cells(
        &case.clone().with("a", "1 3 5").node("a"),
        "10 7 5",
        "under the mean, where lower is better",
    );
    assert_cells(
        &case.with("a", "1 - 5").node("a"),
        "10 - 5",
        "who has no figure has no relief",
    );
    // 0.1 + 0.2 + 0.3 has a mean of 0.2 that binary fractions miss.
    let case = Case::new(&text("higher", line, 0.0)).with("a", "0.1 0.2 0.3");
    assert_cells(&case.node("a"), "0.01 10 10", "at the mean");
    let deduction = "[[indicator]]\nid = 'b'\npoints = 10\nrule = 'as-is'\n[[deduction]]\nid = 'a'\ndirection = 'lower'\nrelief = { over_mean = 2 }\nrule = { earn = { per_case = 1 } }";
    let case = Case::new(deduction)
        .with("a", "1 3 5")
        .with("b", "10 10 10");
    assert_cells(
        &case.scores(),
        "10 7 5",
        "a deduction with relief takes nothing off",
    );
}

#[test]
fn relief_looks_at_the_figure_rather_than_the_progress() {
    let text = "[[indicator]]
        id = 'a'
        points = 10
        rule = { progress = { base = 'start', as = 'difference', zero = 0, full = 10 } }
        relief = { over_mean = 20 }";
    // The mean of those with a base is 60: who stands at 90 needn't get better.
    let case = Case::new(text).with("a", "90 40 50 1000 -");
    let case = case.with("start", "90 35 40 - 5");
    assert_cells(&case.node("a"), "10 5 10 - -", "relief");
}

fn group(aggregate: &str, more: &str) -> Case {
    Case::new(&format!(
        "aggregate = 'mean'
        [[group]]
        id = 'g'
        aggregate = {aggregate}
        {more}
        [[indicator]]
        id = 'a'
        group = 'g'
        rule = 'as-is'
        [[indicator]]
        id = 'b'
        group = 'g'
        weight = 3
        rule = 'as-is'"
    ))
}

#[test]
fn weighted_means() {
    let examples = [
        ("'mean'", "2 2 - - -3", "4 - 4 - 5", "3.5 2 4 - 3"),
        ("'geometric'", "16 0 - -1 4 -", "1 5 8 5 4 -", "2 0 8 0 4 -"),
        ("'harmonic'", "2 0 - 6 -1", "6 5 8 6 5", "4 0 8 6 0"),
        (
            "{ power = 2 }",
            "1 - 2 0",
            "5 3 2 2",
            "4.358898943540674 3 2 1.7320508075688772",
        ),
        ("{ power = -2 }", "1 0 2", "1 3 2", "1 0 2"),
        ("{ power = -1 }", "2", "6", "4"),
        ("{ power = 0 }", "16", "1", "2"),
        ("{ formula = 'a * 2 + b' }", "1 - 3", "5 5 -", "7 - -"),
        ("{ formula = 'a / b' }", "1 1", "2 0", "0.5 -"),
    ];
    for (aggregate, a, b, expected) in examples {
        let case = group(aggregate, "").with("a", a).with("b", b);
        assert_cells(&case.node("g"), expected, aggregate);
        let mut rounded = case;
        rounded.scheme.rounding = Some(rulebook::model::Rounding {
            points: Some(3),
            ..Default::default()
        });
        assert_cells(
            &rounded.node("g"),
            expected,
            &format!("{aggregate}, members rounded"),
        );
    }
}

#[test]
fn members_of_no_weight() {
    let mut case = group("'mean'", "").with("a", "7 -").with("b", "5 5");
    case.scheme.indicator[1].weight = Some(0.0);
    assert_cells(
        &case.node("g"),
        "7 -",
        "a weight of zero counts nothing, also when it is all there is",
    );
}

const FIVE: &str = "rounding = { points = 2 }
    [[group]]
    id = 'g'
    [[indicator]]
    id = 'p'
    points = 80
    rule = 'as-is'";

fn five(more: &str) -> Case {
    let member = |id: &str| {
        format!(
            "\n[[indicator]]\nid = '{id}'\ngroup = 'g'\npoints = 4\nmissing = 'drop'\nrule = {{ linear = {{ zero = 0, full = 3 }} }}"
        )
    };
    let members: String = ["a", "b", "c", "d", "e"].map(member).concat();
    Case::new(&format!(
        "{}{members}",
        FIVE.replace("id = 'g'", &format!("id = 'g'\n{more}"))
    ))
}

#[test]
fn left_out_members_are_made_up_once() {
    let case = five("")
        .with("a", "3 1 - 3")
        .with("b", "3 1 - 3")
        .with("c", "3 1 - 3");
    let case = case
        .with("d", "- - - 1")
        .with("e", "- - - 2")
        .with("p", "80 0 8 0");
    // Three full ones are all 20, not 3 × 6.67; 3 × 1.33 × 20 ÷ 12 is 6.65; without the group 8 of 80 are 10 of 100.
    assert_cells(
        &case.scores(),
        "100 6.65 10 16",
        "scaled and rounded at the group",
    );
    assert_cells(
        &case.node("a"),
        "4 1.33 - 4",
        "the members stay as they are",
    );
    let explained = case.explain(1);
    let added = [Adjustment::Reweighted {
        group: "g".to_owned(),
        points: 2.66,
    }];
    assert_eq!(explained.adjustments, added);
    let of_top = case.explain(2).adjustments;
    assert_eq!(
        of_top,
        [Adjustment::Reweighted {
            group: String::new(),
            points: 2.0
        }]
    );
}

#[test]
fn groups_that_need_enough_members() {
    let fill = |case: Case| {
        let case = case
            .with("a", "3 3 -")
            .with("b", "3 - -")
            .with("c", "- - -");
        case.with("d", "- - -")
            .with("e", "- - -")
            .with("p", "40 40 40")
    };
    let examples = [
        ("drop", "60 50 50"),
        ("zero", "60 40 40"),
        ("full", "60 60 60"),
        ("class-mean", "60 60 60"),
        ("withhold", "60 - -"),
    ];
    for (policy, expected) in examples {
        let case = fill(five(&format!("at_least = 2\nmissing = '{policy}'")));
        assert_cells(&case.scores(), expected, policy);
    }
    // What stands in for a figure isn't given.
    let mut case = fill(five("at_least = 2\nmissing = 'zero'"));
    case.scheme
        .indicator
        .iter_mut()
        .for_each(|item| item.missing = Some(rulebook::model::Fallback::Full));
    assert_cells(&case.scores(), "60 40 40", "fallbacks don't count");
}

#[test]
fn class_means_of_groups() {
    let case = five("missing = 'class-mean'")
        .with("a", "3 1 -")
        .with("b", "3 1 -")
        .with("c", "3 1 -");
    let case = case
        .with("d", "3 1 -")
        .with("e", "3 1 -")
        .with("p", "0 0 0");
    // (20 + 5 × 1.33) ÷ 2 = 13.325.
    assert_cells(
        &case.node("g"),
        "20 6.65 13.33",
        "of those who have it, rounded",
    );
}

#[test]
fn nested_groups_count_as_given_when_anything_in_them_is() {
    let case = Case::new(
        "aggregate = 'mean'
        defaults.aggregate = 'mean'
        [[group]]
        id = 'outer'
        at_least = 2
        [[group]]
        id = 'inner'
        group = 'outer'
        weight = 2
        [[indicator]]
        id = 'a'
        group = 'inner'
        rule = 'as-is'
        [[indicator]]
        id = 'b'
        group = 'inner'
        rule = 'as-is'
        [[indicator]]
        id = 'c'
        group = 'outer'
        rule = 'as-is'",
    );
    let case = case
        .with("a", "2 2 - -")
        .with("b", "4 - - 4")
        .with("c", "6 6 6 -");
    assert_cells(&case.node("inner"), "3 2 - 4", "inner");
    assert_cells(&case.node("outer"), "4 3.3333333333333335 - -", "outer");
    assert_cells(&case.scores(), "4 3.3333333333333335 - -", "the top");
}

#[test]
fn rules_of_groups() {
    let examples = [
        ("{ z_score = {} }", "-1 0 1 -"),
        ("{ z_score = { mean = 10, sd = 2 } }", "8 10 12 -"),
        ("{ min_max = { low = 1, high = 5 } }", "1 3 5 -"),
        ("'rank'", "1 2 3 -"),
        ("{ linear = { zero = 0, full = 8 } }", "0.25 0.5 0.75 -"),
        (
            "{ steps = { step = [{ at = 4, points = 7 }], below = 1 } }",
            "1 7 7 -",
        ),
        ("{ formula = 'x * x' }", "4 16 36 -"),
        (
            "'ratio-to-best'",
            "0.3333333333333333 0.6666666666666666 1 -",
        ),
    ];
    for (rule, expected) in examples {
        let case = group("'mean'", &format!("rule = {rule}"))
            .with("a", "2 4 6 -")
            .with("b", "2 4 6 -");
        assert_cells(&case.node("g"), expected, rule);
        let mut rounded = case;
        rounded.scheme.rounding = Some(rulebook::model::Rounding {
            points: Some(2),
            ..Default::default()
        });
        assert_cells(
            &rounded.node("g"),
            expected,
            &format!("{rule}, members rounded"),
        );
    }
}

#[test]
fn a_formula_among_summed_points_is_held_and_rounded() {
    let case = Case::new(
        "rounding = { points = 2 }
        [[group]]
        id = 'g'
        points = 20
        aggregate = { formula = 'a * b' }
        [[indicator]]
        id = 'a'
        group = 'g'
        points = 10
        rule = 'as-is'
        [[indicator]]
        id = 'b'
        group = 'g'
        points = 10
        rule = 'as-is'
        [[indicator]]
        id = 'c'
        points = 10
        missing = 'drop'
        rule = 'as-is'",
    );
    let case = case
        .with("a", "1.11 9 2 -")
        .with("b", "1.11 9 3 1")
        .with("c", "5 5 - 5");
    // 1.11² = 1.2321; 81 is held at 20; without c 6 of 20 are 9 of 30; without the group 5 of 10 are 15 of 30.
    assert_cells(&case.node("g"), "1.23 20 6 -", "the group");
    assert_cells(&case.scores(), "6.23 25 9 15", "the score");
}

const EXTRAS: &str = "
    [[indicator]]
    id = 'a'
    points = 100
    rule = 'as-is'
    [[bonus]]
    id = 'up'
    rule = { earn = { per_case = 2 } }
    [[bonus]]
    id = 'more'
    points = 3
    rule = { linear = { zero = 0, full = 1 } }
    missing = 'drop'
    [[deduction]]
    id = 'down'
    rule = { earn = { per_case = 4, at_most = 10 } }
    [[deduction]]
    id = 'off'
    points = 5
    rule = { strikes = { zero_at = 2 } }
    missing = 'full'
    [[veto]]
    id = 'held'
    measure = 'accidents'
    at_least = 2
    effect.score_at_most = 59.995
    [[veto]]
    id = 'none'
    measure = 'fraud'
    effect.score_at_most = 0";

fn extras(caps: &str) -> Case {
    let case = Case::new(&format!("{caps}\n{EXTRAS}")).with("a", "80 80 80 80 99 2");
    let case = case.with("up", "0 5 9 - 9 0").with("more", "0 1 0.5 - 1 0");
    let case = case.with("down", "0 1 9 - 0 3").with("off", "2 0 2 - 2 0");
    case.with("accidents", "0 1 0 - 2 n")
        .with("fraud", "0 - 0 - 0 0")
}

#[test]
fn bonuses_deductions_and_vetoes() {
    // 80; 80 + 10 + 3 − 4 − 5; 80 + 18 + 1.5 − 10; 80 − 5 (missing: all taken off); 99 + 18 + 3 under a veto; 2 − 10 − 5.
    assert_cells(
        &extras("").scores(),
        "80 84 89.5 75 59.995 -13",
        "without caps",
    );
    let caps = "caps = { bonus = 8, deduction = 6, score_min = 0, score_max = 100 }";
    assert_cells(&extras(caps).scores(), "80 82 82 75 59.995 0", "with caps");
    let case = extras("caps = { score_max = 85 }");
    assert_cells(&case.scores(), "80 84 85 75 59.995 -13", "held at the most");
    // As fine as points are: the veto's limit too.
    let rounded = extras("rounding = { points = 2 }\ncaps = { bonus = 8.555 }");
    assert_cells(
        &rounded.scores(),
        "80 79.56 78.56 75 60 -13",
        "limits are rounded like points",
    );
    let explained = rounded.explain(4);
    assert_eq!(explained.vetoes.len(), 1);
    let cap = Adjustment::BonusCap { points: -12.44 };
    let veto = Adjustment::Veto { points: -47.56 };
    assert_eq!(explained.adjustments, [cap, veto]);
}

#[test]
fn a_veto_at_one() {
    let case = extras("").with("fraud", "1 0.5 2 n - 1");
    assert_cells(
        &case.scores(),
        "0 84 0 75 59.995 -13",
        "from one on, and it never raises a score",
    );
}

#[test]
fn withholding_by_a_bonus() {
    let case = Case::new(
        "[[indicator]]\nid = 'a'\npoints = 10\nrule = 'as-is'\n[[bonus]]\nid = 'b'\nrule = { earn = { per_case = 1 } }\nmissing = 'withhold'",
    );
    assert_cells(
        &case.with("a", "5 5").with("b", "1 -").scores(),
        "6 -",
        "withheld",
    );
}

#[test]
fn rounding_modes() {
    let figures = "2.675 0.285 1.005 0.125 0.135 9.999 0 0.3";
    let examples = [
        (2, "half-up", "2.68 0.29 1.01 0.13 0.14 10 0 0.3"),
        (2, "half-even", "2.68 0.28 1 0.12 0.14 10 0 0.3"),
        (2, "down", "2.67 0.28 1 0.12 0.13 9.99 0 0.3"),
        (2, "up", "2.68 0.29 1.01 0.13 0.14 10 0 0.3"),
        (0, "half-up", "3 0 1 0 0 10 0 0"),
        (0, "up", "3 1 2 1 1 10 0 1"),
        (1, "half-even", "2.7 0.3 1 0.1 0.1 10 0 0.3"),
        (3, "down", "2.675 0.285 1.005 0.125 0.135 9.999 0 0.3"),
    ];
    for (decimals, mode, expected) in examples {
        let text = format!(
            "rounding = {{ points = {decimals}, mode = '{mode}' }}\n[[indicator]]\nid = 'a'\npoints = 10\nrule = 'as-is'"
        );
        let case = Case::new(&text).with("a", figures);
        assert_cells(
            &case.scores(),
            expected,
            &format!("{decimals} decimals, {mode}"),
        );
        let mean = text
            .replace("points = 10", "")
            .replace("{ points", "{ score");
        let case = Case::new(&format!("aggregate = 'mean'\n{mean}")).with("a", figures);
        assert_cells(
            &case.scores(),
            expected,
            &format!("the score, {decimals} decimals, {mode}"),
        );
    }
}

#[test]
fn a_sum_of_rounded_points_is_not_rounded_again() {
    let text = "rounding = { points = 2, score = 1 }\n[[indicator]]\nid = 'a'\npoints = 10\nrule = 'as-is'";
    assert_cells(
        &Case::new(text).with("a", "1.25").scores(),
        "1.25",
        "exact as it is",
    );
}

#[test]
fn schemes_that_cannot_be_scored_say_why() {
    let examples = [
        ("[[indicator]]\nid = 'a'\npoints = 1", "a: it has no rule"),
        (
            "[[indicator]]\nid = 'a'\nrule = 'as-is'",
            "a: an indicator in a sum needs `points`",
        ),
        (
            "[[indicator]]\nid = 'a'\npoints = 1\ngroup = 'g'\nrule = 'as-is'",
            "scheme: some items belong to a group that doesn't exist, or groups form a circle",
        ),
        (
            "aggregate = { formula = 'a + b' }\n[[indicator]]\nid = 'a'\nrule = 'as-is'",
            "scheme: the aggregate's formula names something that is no member",
        ),
        (
            "tie_break = [{ points = 'b' }]\n[[indicator]]\nid = 'a'\npoints = 1\nrule = 'as-is'",
            "scheme: `b`, which should break ties, is no item of the scheme",
        ),
        (
            "prepare = [{ impute = { with = 'mean', by = 'region' } }]\n[[indicator]]\nid = 'a'\npoints = 1\nrule = 'as-is'",
            "scheme: units have no attribute `region` to impute by",
        ),
    ];
    for (text, expected) in examples {
        let error = Case::new(text)
            .with("a", "1 2")
            .try_look(1, |_| ())
            .unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}
