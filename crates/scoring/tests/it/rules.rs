//! Worked examples of every rule, in both directions and at their edges.

use crate::support::{Case, assert_cells, kinds};

/// Rule, direction, figures, the points each earns; worked out by hand.
type Example = (&'static str, &'static str, &'static str, &'static str);

/// In a sum, at 10 points, not rounded.
fn check_sum(examples: &[Example]) {
    for (rule, direction, figures, expected) in examples {
        let text = format!(
            "[[indicator]]\nid = 'a'\npoints = 10\ndirection = '{direction}'\nrule = {rule}"
        );
        let about = format!("{rule}, {direction}: {figures}");
        assert_cells(
            &Case::new(&text).with("a", figures).node("a"),
            expected,
            &about,
        );
    }
}

/// In a mean, where an indicator has no points.
fn check_mean(examples: &[Example]) {
    for (rule, direction, figures, expected) in examples {
        let text = format!(
            "aggregate = 'mean'\n[[indicator]]\nid = 'a'\ndirection = '{direction}'\nrule = {rule}"
        );
        let about = format!("{rule} in a mean, {direction}: {figures}");
        assert_cells(
            &Case::new(&text).with("a", figures).node("a"),
            expected,
            &about,
        );
    }
}

#[test]
fn lines() {
    check_sum(&[
        (
            "{ linear = { zero = 0, full = 20 } }",
            "higher",
            "-5 0 5 10 20 25 -",
            "0 0 2.5 5 10 10 -",
        ),
        (
            "{ linear = { zero = 20, full = 0 } }",
            "lower",
            "0 5 20 30 -3",
            "10 7.5 0 0 10",
        ),
        (
            "{ linear = { zero = -10, full = 10 } }",
            "higher",
            "-10 0 10 -11",
            "0 5 10 0",
        ),
        (
            "{ linear = { zero = 0, full = 20 } }",
            "higher",
            "- -",
            "- -",
        ),
        (
            "{ quoted = { full = 100 } }",
            "higher",
            "0 50 100 110 -1",
            "0 5 10 10 0",
        ),
        (
            "{ quoted = { full = 100, zero = 60 } }",
            "higher",
            "60 59 80 100",
            "0 0 5 10",
        ),
        (
            "{ goalposts = { zero = 20, full = 85 } }",
            "higher",
            "20 52.5 85 90 0",
            "0 5 10 10 0",
        ),
        (
            "{ goalposts = { zero = 8, full = 0 } }",
            "lower",
            "8 2 0 9 -1",
            "0 7.5 10 0 10",
        ),
    ]);
    check_mean(&[
        (
            "{ linear = { zero = 0, full = 20 } }",
            "higher",
            "5 10 30",
            "0.25 0.5 1",
        ),
        ("{ quoted = { full = 100 } }", "higher", "80 120", "0.8 1"),
    ]);
}

#[test]
fn log_goalposts() {
    let up = "{ goalposts = { zero = 100, full = 10000, scale = 'log' } }";
    let down = "{ goalposts = { zero = 10000, full = 100, scale = 'log' } }";
    check_sum(&[
        (up, "higher", "100 1000 10000 50 20000", "0 5 10 0 10"),
        // There is no logarithm of zero or less: these are at the end of small figures.
        (up, "higher", "0 -1", "0 0"),
        (down, "lower", "100 1000 10000 20000 50", "10 5 0 0 10"),
        (down, "lower", "0 -1", "10 10"),
    ]);
}

#[test]
fn steps() {
    let up =
        "{ steps = { step = [{ at = 90, points = 10 }, { at = 80, points = 6 }], below = 1 } }";
    let down = "{ steps = { step = [{ at = 1, points = 10 }, { at = 3, points = 4 }] } }";
    let over = "{ steps = { step = [{ at = 1, points = 12 }], below = -3 } }";
    check_sum(&[
        (
            up,
            "higher",
            "90 95 89.999 80 79.999 0 -5 -",
            "10 10 6 6 1 1 1 -",
        ),
        (down, "lower", "0 1 1.5 3 3.001 -2", "10 10 4 4 0 10"),
        // Nothing leaves the bounds, whatever is written.
        (over, "higher", "1 0", "10 0"),
    ]);
}

#[test]
fn thresholds() {
    let exact = "{ threshold = { pass = 0.95, lose = 2, per = 0.01 } }";
    let started = "{ threshold = { pass = 0.95, lose = 2, per = 0.01, counting = 'started' } }";
    let whole = "{ threshold = { pass = 0.95, lose = 2, per = 0.01, counting = 'whole' } }";
    check_sum(&[
        (
            exact,
            "higher",
            "0.95 1 0.94 0.935 0.9 0.5",
            "10 10 8 7 0 0",
        ),
        // 0.95 − 0.94 is one hundredth, though not in binary.
        (
            started,
            "higher",
            "0.95 1 0.949 0.94 0.935 0.91 0.5",
            "10 10 8 8 6 2 0",
        ),
        (
            whole,
            "higher",
            "0.949 0.94 0.939 0.93 0.921 0.91 0.5",
            "10 8 8 6 6 2 0",
        ),
        (
            "{ threshold = { pass = 30, lose = 1, per = 10 } }",
            "lower",
            "30 20 35 40 130 200 -4",
            "10 10 9.5 9 0 0 10",
        ),
        (
            "{ threshold = { pass = 30, lose = 1, per = 10, counting = 'started' } }",
            "lower",
            "30 31 40 41 0",
            "10 9 9 8 10",
        ),
        (
            "{ threshold = { pass = 30, lose = 1, per = 10, counting = 'whole' } }",
            "lower",
            "39 40 49 50 0",
            "10 9 9 8 10",
        ),
        (
            "{ threshold = { pass = 30, lose = 0, per = 10 } }",
            "higher",
            "0 30",
            "10 10",
        ),
    ]);
}

#[test]
fn counts() {
    check_sum(&[
        (
            "{ deduct = { per_case = 2 } }",
            "lower",
            "0 1 2.5 5 6 -1 -",
            "10 8 5 0 0 10 -",
        ),
        (
            "{ deduct = { per_case = 2, free = 2 } }",
            "lower",
            "0 2 3 7 8",
            "10 10 8 0 0",
        ),
        (
            "{ deduct = { per_case = 2, at_most = 4 } }",
            "lower",
            "1 2 3 9",
            "8 6 6 6",
        ),
        (
            "{ deduct = { per_case = 2, at_most = 40 } }",
            "lower",
            "1 9",
            "8 0",
        ),
        (
            "{ earn = { per_case = 2 } }",
            "higher",
            "0 3 5 9 -1",
            "0 6 10 10 0",
        ),
        (
            "{ earn = { per_case = 2, at_most = 5 } }",
            "higher",
            "1 3 9",
            "2 5 5",
        ),
        (
            "{ earn = { per_case = 2, at_most = 50 } }",
            "higher",
            "4 9",
            "8 10",
        ),
    ]);
}

#[test]
fn strikes() {
    check_sum(&[
        (
            "{ strikes = { zero_at = 3, lose = 2 } }",
            "lower",
            "0 1 2 3 9 1.5 2.999 -1 -",
            "10 8 6 0 0 7 4.002 10 -",
        ),
        (
            "{ strikes = { zero_at = 2 } }",
            "lower",
            "0 1 2 3",
            "10 10 0 0",
        ),
        (
            "{ strikes = { zero_at = 5, lose = 4 } }",
            "lower",
            "2 3 4 5",
            "2 0 0 0",
        ),
        ("{ strikes = { zero_at = 1 } }", "lower", "0 1", "10 0"),
    ]);
}

#[test]
fn rank_tables() {
    let table = "{ rank_table = { points = [10, 6, 3], rest = 1 } }";
    check_sum(&[
        (table, "higher", "5 9 7 1 3", "3 10 6 1 1"),
        (table, "lower", "5 9 7 1 3", "3 1 1 10 6"),
        // Ranks are 1, 1, 3, 3, 5: the tied share the better rank.
        (table, "higher", "9 9 7 7 1", "10 10 3 3 1"),
        (table, "lower", "9 9 7 7 1", "1 1 6 6 10"),
        (table, "higher", "4", "10"),
        (table, "higher", "4 4 4 4", "10 10 10 10"),
        (table, "higher", "1 2", "6 10"),
        (table, "higher", "- 4 n 2", "- 10 n 6"),
        (table, "higher", "- - n", "- - n"),
        (table, "higher", "-1 0 -0.0", "3 10 10"),
    ]);
}

#[test]
fn rank_shares() {
    let shares = "{ rank_share = { share = [{ percent = 30, points = 10 }, { percent = 20, points = 6 }], rest = 2 } }";
    let halves = "{ rank_share = { share = [{ percent = 50, points = 10 }, { percent = 50, points = 4 }] } }";
    let thirds = "{ rank_share = { share = [{ percent = 0.1, points = 10 }, { percent = 99.9, points = 4 }] } }";
    check_sum(&[
        (
            shares,
            "higher",
            "10 9 8 7 6 5 4 3 2 1",
            "10 10 10 6 6 2 2 2 2 2",
        ),
        (
            shares,
            "lower",
            "10 9 8 7 6 5 4 3 2 1",
            "2 2 2 2 2 6 6 10 10 10",
        ),
        // The edge falls among the tied: all of rank 3 are in.
        (
            shares,
            "higher",
            "10 9 8 8 8 5 4 3 2 1",
            "10 10 10 10 10 2 2 2 2 2",
        ),
        // 30 % of three is nobody; 50 % of three is one.
        (shares, "higher", "3 2 1", "6 2 2"),
        (shares, "higher", "5", "2"),
        (shares, "higher", "5 5 5 5", "10 10 10 10"),
        (shares, "higher", "- -", "- -"),
        // Who has no figure takes no seat.
        (halves, "lower", "1 2 - 3 4 n", "10 10 - 4 4 n"),
        (thirds, "higher", "1 2 3", "4 4 4"),
    ]);
}

#[test]
fn ratios() {
    check_sum(&[
        ("'ratio-to-best'", "higher", "5 10 0 -5 -", "5 10 0 0 -"),
        ("'ratio-to-best'", "lower", "2 4 8", "10 5 2.5"),
        (
            "'ratio-to-best'",
            "lower",
            "0.1 0.3 0.7",
            "10 3.3333333333333335 1.4285714285714286",
        ),
        // With a best of nothing only the best has all.
        ("'ratio-to-best'", "higher", "-1 -2 0", "0 0 10"),
        ("'ratio-to-best'", "lower", "2 4 0 -0.0", "0 0 10 10"),
        ("'ratio-to-best'", "lower", "-1 5 0", "10 0 0"),
        ("'ratio-to-best'", "higher", "0 0", "10 10"),
        ("'ratio-to-best'", "higher", "3", "10"),
        ("'ratio-to-best'", "lower", "3", "10"),
        ("'ratio-to-best'", "lower", "- -", "- -"),
        (
            "{ ratio_to_target = { target = 50 } }",
            "higher",
            "0 25 50 60 -5",
            "0 5 10 10 0",
        ),
        (
            "{ ratio_to_target = { target = 50 } }",
            "lower",
            "50 100 25 0 -1 200",
            "10 5 10 10 10 2.5",
        ),
    ]);
    check_mean(&[
        ("'ratio-to-best'", "higher", "5 10", "0.5 1"),
        (
            "{ ratio_to_target = { target = 50 } }",
            "lower",
            "100 20",
            "0.5 1",
        ),
    ]);
}

#[test]
fn spans_of_the_class() {
    check_sum(&[
        ("{ min_max = {} }", "higher", "1 3 5 -", "0 5 10 -"),
        ("{ min_max = {} }", "lower", "1 3 5", "10 5 0"),
        (
            "{ min_max = { low = 2, high = 8 } }",
            "higher",
            "1 3 5",
            "2 5 8",
        ),
        (
            "{ min_max = { low = 2, high = 8 } }",
            "higher",
            "4 4",
            "8 8",
        ),
        ("{ min_max = { high = 20 } }", "higher", "4 4", "10 10"),
        ("{ min_max = {} }", "higher", "4", "10"),
        ("{ min_max = {} }", "higher", "- -", "- -"),
        ("'distance-to-best'", "higher", "-1 1 3", "0 5 10"),
        ("'distance-to-best'", "lower", "1 3 5", "10 5 0"),
        ("'distance-to-best'", "higher", "4 4", "10 10"),
        ("{ percentile = {} }", "higher", "1 2 3 -", "0 5 10 -"),
        ("{ percentile = {} }", "lower", "1 2 3", "10 5 0"),
        // Ascending ranks are 1, 2, 2, 4, 4.
        (
            "{ percentile = {} }",
            "higher",
            "1 2 2 5 5",
            "0 2.5 2.5 7.5 7.5",
        ),
        (
            "{ percentile = { low = 1, high = 9 } }",
            "higher",
            "1 2 3",
            "1 5 9",
        ),
        ("{ percentile = { low = 1, high = 9 } }", "higher", "7", "9"),
        ("{ percentile = {} }", "higher", "4 4 4", "10 10 10"),
    ]);
    check_mean(&[
        (
            "{ min_max = { low = 1, high = 100 } }",
            "higher",
            "1 3 5",
            "1 50.5 100",
        ),
        ("{ min_max = {} }", "lower", "1 3 5", "1 0.5 0"),
        ("'distance-to-best'", "higher", "1 3 5", "0 0.5 1"),
        ("{ percentile = {} }", "higher", "1 2 3", "0 0.5 1"),
    ]);
}

#[test]
fn z_scores() {
    check_mean(&[
        ("{ z_score = {} }", "higher", "1 2 3 -", "-1 0 1 -"),
        ("{ z_score = {} }", "lower", "1 2 3", "1 0 -1"),
        (
            "{ z_score = { mean = 10, sd = 2 } }",
            "higher",
            "1 2 3",
            "8 10 12",
        ),
        (
            "{ z_score = { low = -0.5, high = 0.5 } }",
            "higher",
            "1 2 3",
            "-0.5 0 0.5",
        ),
        (
            "{ z_score = { mean = 10, sd = 2 } }",
            "higher",
            "4 4 4",
            "10 10 10",
        ),
        ("{ z_score = { mean = 10, sd = 2 } }", "higher", "4", "10"),
        ("{ z_score = {} }", "higher", "- -", "- -"),
    ]);
    let held = "{ z_score = { mean = 5, sd = 5, low = 0, high = 10 } }";
    check_sum(&[
        (held, "higher", "1 2 3", "0 5 10"),
        (held, "higher", "0 0 0 9", "2.5 2.5 2.5 10"),
    ]);
}

#[test]
fn ranks_and_counts_of_borda() {
    check_mean(&[
        ("'rank'", "higher", "5 1 3 3 -", "4 1 2 2 -"),
        ("'rank'", "lower", "5 1 3 3", "1 4 2 2"),
        ("'rank'", "higher", "7", "1"),
        ("'rank'", "higher", "7 7 7", "1 1 1"),
        ("'borda'", "higher", "5 1 3 3", "3 0 1 1"),
        ("'borda'", "lower", "5 1 3 3", "0 3 1 1"),
        ("'borda'", "higher", "- -", "- -"),
    ]);
    check_sum(&[(
        "'rank'",
        "higher",
        "1 2 3 4 5 6 7 8 9 10 11 12",
        "1 2 3 4 5 6 7 8 9 10 10 10",
    )]);
}

#[test]
fn distances() {
    check_mean(&[
        (
            "{ distance_to = { target = 5 } }",
            "higher",
            "1 3 5 7 -",
            "0 0.5 1 1.5 -",
        ),
        (
            "{ distance_to = { target = 5, cap = true } }",
            "higher",
            "1 3 5 7",
            "0 0.5 1 1",
        ),
        (
            "{ distance_to = { target = 2 } }",
            "lower",
            "2 4 6 0",
            "1 0.5 0 1.5",
        ),
        (
            "{ distance_to = { unit = 'u01' } }",
            "higher",
            "1 3 5",
            "0 1 2",
        ),
        // Nobody is short of such a target.
        ("{ distance_to = { target = 5 } }", "higher", "5 7", "1 1"),
        ("{ distance_to = { target = 3 } }", "higher", "5 7", "1 1"),
        // Without the figure of reference nobody has points.
        (
            "{ distance_to = { unit = 'u01' } }",
            "higher",
            "1 - 5",
            "- - -",
        ),
        (
            "{ distance_to = { unit = 'elsewhere' } }",
            "higher",
            "1 3 5",
            "- - -",
        ),
    ]);
    check_sum(&[(
        "{ distance_to = { target = 5 } }",
        "higher",
        "1 3 5 7",
        "0 5 10 10",
    )]);
}

#[test]
fn formulas() {
    check_mean(&[
        ("'as-is'", "higher", "-3 0 7.5 -", "-3 0 7.5 -"),
        ("'as-is'", "lower", "-3 2", "-3 2"),
    ]);
    check_sum(&[
        (
            "{ formula = 'x * 2' }",
            "higher",
            "1 3 6 -1 -",
            "2 6 10 0 -",
        ),
        ("{ formula = '10 / x' }", "higher", "2 0", "5 -"),
        ("'as-is'", "higher", "-3 4 12", "0 4 10"),
    ]);
    let other = "[[indicator]]\nid = 'a'\npoints = 10\nrule = { formula = 'x / due * 10' }\nmissing = 'zero'";
    let case = Case::new(other)
        .with("a", "4 4 4 4 -")
        .with("due", "8 0 - n 8");
    assert_cells(
        &case.node("a"),
        "5 0 0 - 0",
        "another measure's gap is the result's",
    );
    // The names are those of measures, whatever they are called.
    let named = "[[indicator]]\nid = 'a'\npoints = 10\nrule = { formula = 'x + points + n' }";
    let case = Case::new(named)
        .with("a", "1 2")
        .with("points", "2 3")
        .with("n", "1 0");
    assert_cells(&case.node("a"), "4 5", "measures called points and n");
}

fn progress(rule: &str, direction: &str) -> String {
    format!(
        "[[indicator]]\nid = 'a'\npoints = 10\nrule = {{ progress = {{ {rule} }} }}\ndirection = '{direction}'\nmissing = 'zero'\nnot_applicable = 'full'"
    )
}

/// Rule, direction, figures, what they are measured from, the points each earns.
const PROGRESS: &[(&str, &str, &str, &str, &str)] = &[
    (
        "as = 'difference', zero = 0, full = 5",
        "higher",
        "10 12 15 20 5",
        "10 10 10 10 10",
        "0 4 10 10 0",
    ),
    (
        "as = 'difference', zero = 0, full = 5",
        "lower",
        "8 10 12 0",
        "10 10 10 10",
        "4 0 0 10",
    ),
    (
        "as = 'difference', zero = -5, full = 5",
        "higher",
        "5 10 15",
        "10 10 10",
        "0 5 10",
    ),
    (
        "as = 'ratio', zero = 0, full = 0.5",
        "higher",
        "15 10 12.5 5",
        "10 10 10 -10",
        "10 0 5 10",
    ),
    (
        "as = 'ratio', zero = 0, full = 0.5",
        "lower",
        "5 7.5 12",
        "10 10 10",
        "10 5 0",
    ),
    (
        "as = 'gap', target = 100, zero = 0, full = 1",
        "higher",
        "90 100 110 80 70",
        "80 80 80 80 80",
        "5 10 10 0 0",
    ),
    // Who has met the target keeps all while it is met; who stood at it and fell has nothing.
    (
        "as = 'gap', target = 100, zero = 0, full = 1",
        "higher",
        "100 105 90 90 101",
        "100 110 100 120 120",
        "10 10 0 0 10",
    ),
    (
        "as = 'gap', target = 0, zero = 0, full = 1",
        "lower",
        "2 0 5 0 1",
        "4 4 4 0 0",
        "5 10 0 10 0",
    ),
];

#[test]
fn progress_from_a_base() {
    for (rule, direction, figures, base, expected) in PROGRESS {
        let about = format!("{rule}, {direction}: {figures} from {base}");
        let named = Case::new(&progress(&format!("base = 'start', {rule}"), direction));
        let points = named.with("a", figures).with("start", base).node("a");
        assert_cells(&points, expected, &about);
        let from_before = Case::new(&progress(rule, direction))
            .with("a", figures)
            .before("a", base);
        assert_cells(
            &from_before.node("a"),
            expected,
            &format!("{about}, of the previous period"),
        );
    }
}

#[test]
fn progress_without_a_base() {
    let text = progress("base = 'start', as = 'ratio', zero = 0, full = 1", "higher");
    let case = Case::new(&text)
        .with("a", "4 4 4 - n")
        .with("start", "0 - n 4 4");
    // The base's state is the indicator's: missing earns nothing here, not applicable all; of a base of zero there is no ratio.
    assert_eq!(kinds(&case.prepared("a")), "n - n - n");
    assert_cells(&case.node("a"), "10 0 10 0 10", "by the base's state");
    let first =
        Case::new(&progress("as = 'difference', zero = 0, full = 1", "higher")).with("a", "4 5");
    assert_cells(&first.node("a"), "0 0", "there is no previous period");
    let held =
        progress("as = 'difference', zero = 0, full = 1", "higher").replace("'zero'", "'previous'");
    let case = Case::new(&held).with("a", "- 5 -").before("a", "4 4.5 -");
    assert_cells(
        &case.node("a"),
        "0 5 2.5",
        "the previous figure stands in: no progress; without it the class mean",
    );
}
