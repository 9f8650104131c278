//! Worked examples of every preparation step.

use scoring::PreparationNote;

use crate::support::{Case, assert_cells, kinds};

/// Indicators `a` and `b`, as they are, after these steps.
fn prepared_by(steps: &str) -> Case {
    Case::new(&format!(
        "aggregate = 'mean'
        prepare = [{steps}]
        [[indicator]]
        id = 'a'
        rule = 'as-is'
        [[indicator]]
        id = 'b'
        rule = 'as-is'
        direction = 'lower'"
    ))
}

#[test]
fn denominate() {
    let case = prepared_by("{ denominate = {} }")
        .measure("a", "people")
        .measure("b", "people");
    let case = case
        .with("a", "6 6 6 6 - n")
        .with("b", "1 2 3 4 5 6")
        .with("people", "2 0 - n 2 0");
    assert_cells(&case.prepared("a"), "3 n - n - n", "divided");
    assert_eq!(kinds(&case.prepared("a")), "x n - n - n");
    let only = prepared_by("{ denominate = { only = ['b'] } }")
        .measure("a", "people")
        .measure("b", "people");
    let only = only.with("a", "6 6").with("b", "1 4").with("people", "2 8");
    assert_cells(&only.prepared("a"), "6 6", "not asked for");
    assert_cells(&only.prepared("b"), "0.5 0.5", "asked for");
    let none = prepared_by("{ denominate = {} }")
        .measure("a", "people")
        .with("a", "6 6");
    assert_cells(&none.prepared("a"), "- -", "no denominators at all");
}

#[test]
fn screen_units() {
    let case = prepared_by("{ screen_units = { at_least_percent = 50 } }")
        .with("a", "1 - - 0")
        .with("b", "2 2 - -");
    assert_cells(&case.prepared("b"), "2 2 - -", "kept at exactly half");
    assert_cells(&case.scores(), "1.5 2 - 0", "and scored");
    case.look(|scored| assert_eq!(scored.ruler.preparation().screened, ["u02"]));
    let zeros =
        prepared_by("{ screen_units = { at_least_percent = 50, zeros_count_as_missing = true } }");
    let zeros = zeros.with("a", "1 - - 0").with("b", "2 2 - -");
    assert_cells(&zeros.scores(), "1.5 2 - -", "a zero isn't given");
}

#[test]
fn screened_units_have_no_part_in_the_class() {
    let mut case = Case::new(
        "aggregate = 'mean'
        prepare = [{ screen_units = { at_least_percent = 60 } }]
        [[group]]
        id = 'g'
        aggregate = 'mean'
        rule = { min_max = {} }
        [[indicator]]
        id = 'a'
        group = 'g'
        rule = { min_max = {} }
        missing = 'zero'
        [[indicator]]
        id = 'b'
        group = 'g'
        rule = 'as-is'
        missing = 'zero'",
    );
    case = case.with("a", "1 2 3 99").with("b", "4 5 6 -");
    assert_cells(
        &case.node("a"),
        "0 0.5 1 -",
        "not in the range of the class",
    );
    assert_cells(&case.node("g"), "0 0.5 1 -", "nor in that of the group");
    assert_cells(&case.scores(), "0 0.5 1 -", "nor scored");
}

#[test]
fn screen_measures() {
    let case = prepared_by("{ screen_measures = { more_than = 2 } }")
        .with("a", "1 2 3 -")
        .with("b", "9 9 - n");
    assert_cells(&case.prepared("a"), "1 2 3 -", "reported by three");
    assert_cells(&case.prepared("b"), "- - - -", "reported by two");
    assert_cells(&case.scores(), "1 2 3 -", "the others carry on");
    case.look(|scored| {
        let left_out = [("b".to_owned(), PreparationNote::LeftOut { reported_by: 2 })];
        assert_eq!(scored.ruler.preparation().notes, left_out);
    });
    let mut full = case.clone();
    full.scheme.indicator[1].missing = Some(rulebook::model::Fallback::Full);
    assert_cells(&full.scores(), "1 2 3 -", "no policy brings it back");
    let both = prepared_by(
        "{ screen_measures = { more_than = 2 } }, { screen_units = { at_least_percent = 100 } }",
    );
    let both = both.with("a", "1 2 3 -").with("b", "9 9 - n");
    assert_cells(
        &both.scores(),
        "1 2 3 -",
        "what was left out isn't asked of the units",
    );
    let filled =
        prepared_by("{ screen_measures = { more_than = 2 } }, { impute = { with = 'mean' } }");
    let filled = filled.with("a", "1 2 3 -").with("b", "9 9 - n");
    assert_cells(&filled.scores(), "1 2 3 2", "nor filled in");
}

#[test]
fn impute() {
    let mean = prepared_by("{ impute = { with = 'mean' } }")
        .with("a", "1 2 6 - n")
        .with("b", "- - - - -");
    assert_cells(
        &mean.prepared("a"),
        "1 2 6 3 n",
        "the mean; what doesn't apply stays so",
    );
    assert_cells(&mean.prepared("b"), "- - - - -", "nothing to fill with");
    mean.look(|scored| {
        let imputed = [("a".to_owned(), PreparationNote::Imputed(1))];
        assert_eq!(scored.ruler.preparation().notes, imputed);
    });
    let median = prepared_by("{ impute = { with = 'median' } }")
        .with("a", "1 2 6 -")
        .with("b", "1 2 6 7");
    assert_cells(&median.prepared("a"), "1 2 6 2", "the middle one");
    let even = prepared_by("{ impute = { with = 'median' } }")
        .with("a", "8 1 2 - 6")
        .with("b", "1 2 3 4 5");
    assert_cells(
        &even.prepared("a"),
        "8 1 2 4 6",
        "half-way between the middle two",
    );
    let grouped = prepared_by("{ impute = { with = 'mean', by = 'region' } }")
        .attribute("region", "N N N S S E");
    let grouped = grouped.with("a", "1 3 - 8 - -").with("b", "1 2 3 4 5 6");
    assert_cells(
        &grouped.prepared("a"),
        "1 3 2 8 8 -",
        "inside each group; a group without figures keeps its gap",
    );
    let medians = prepared_by("{ impute = { with = 'median', by = 'region' } }")
        .attribute("region", "N N N N S S");
    let medians = medians.with("a", "1 3 30 - 7 -").with("b", "1 2 3 4 5 6");
    assert_cells(&medians.prepared("a"), "1 3 30 3 7 7", "medians of groups");
}

fn treated(settings: &str, figures: &str) -> (Vec<f64>, Vec<(String, PreparationNote)>) {
    let case = Case::new(&format!(
        "aggregate = 'mean'\nprepare = [{{ treat = {{ skewness = 2, kurtosis = 3.5, {settings} }} }}]\n[[indicator]]\nid = 'a'\nrule = 'as-is'"
    ));
    let case = case.with("a", figures);
    (
        case.prepared("a"),
        case.look(|scored| scored.ruler.preparation().notes.clone()),
    )
}

#[test]
fn winsorise() {
    let (figures, notes) = treated("winsorise_at_most = 5", "1 2 3 4 5 6 7 8 9 100");
    assert_cells(
        &figures,
        "1 2 3 4 5 6 7 8 9 9",
        "the greatest comes down to the next",
    );
    assert_eq!(notes, [("a".to_owned(), PreparationNote::Winsorised(1))]);
    let (figures, notes) = treated("winsorise_at_most = 5", "-1 -2 -3 -4 -5 - -6 -7 -8 -9 -100");
    assert_cells(
        &figures,
        "-1 -2 -3 -4 -5 - -6 -7 -8 -9 -9",
        "the least comes up to the next",
    );
    assert_eq!(notes, [("a".to_owned(), PreparationNote::Winsorised(1))]);
    // 300 comes down to 200, then both to 9.
    let many = "1 2 3 4 5 6 7 8 9 1 2 3 4 5 6 7 8 9 1 2 3 4 5 6 7 8 9 1 2 3 4 5 6 7 8 9 200 300";
    let (figures, notes) = treated("winsorise_at_most = 5", many);
    assert_cells(&figures, &many.replace("200 300", "9 9"), "again and again");
    assert_eq!(notes, [("a".to_owned(), PreparationNote::Winsorised(2))]);
}

#[test]
fn fine_columns_are_left_alone() {
    for figures in [
        "1 2 3 4 5 6 7 8 9 10",
        "5 5 5 5 5 5",
        "1 2 100",
        "- - -",
        "1 - 2",
    ] {
        let (treated, notes) = treated("winsorise_at_most = 5", figures);
        assert_cells(&treated, figures, "as it was");
        assert_eq!(notes, []);
    }
}

#[test]
fn where_winsorising_is_not_enough() {
    let figures = "1 2 3 4 5 6 7 8 9 100";
    // ln(x − 1 + 0.99), of the figures as they were.
    let (logs, notes) = treated("winsorise_at_most = 0", figures);
    let expected: Vec<String> = crate::support::cells(figures)
        .iter()
        .map(|x| (x - 1.0 + 0.99_f64).ln().to_string())
        .collect();
    assert_cells(&logs, &expected.join(" "), "logarithms");
    assert_eq!(notes, [("a".to_owned(), PreparationNote::Logarithm)]);
    let (kept, notes) = treated("winsorise_at_most = 0, otherwise = 'nothing'", figures);
    assert_cells(&kept, figures, "nothing more");
    assert_eq!(notes, [("a".to_owned(), PreparationNote::Winsorised(0))]);
    let two = "1 2 3 4 5 6 7 8 9 1 2 3 4 5 6 7 8 9 1 2 3 4 5 6 7 8 9 200 300";
    let (partly, notes) = treated("winsorise_at_most = 1, otherwise = 'nothing'", two);
    assert_cells(&partly, &two.replace("300", "200"), "as far as is allowed");
    assert_eq!(notes, [("a".to_owned(), PreparationNote::Winsorised(1))]);
}

#[test]
fn standardise() {
    let case = prepared_by("{ standardise = {} }")
        .with("a", "1 2 3 -")
        .with("b", "1 2 3 n");
    assert_cells(&case.prepared("a"), "-1 0 1 -", "z-scores");
    assert_cells(
        &case.prepared("b"),
        "1 0 -1 n",
        "the sign is flipped where lower is better",
    );
    let case = prepared_by("{ standardise = { mean = 50, sd = 10, low = 45, high = 60 } }")
        .with("a", "1 2 3")
        .with("b", "4 4 4");
    assert_cells(&case.prepared("a"), "45 50 60", "moved and held");
    assert_cells(&case.prepared("b"), "50 50 50", "all equal");
    // From then on higher is better, also in the rules.
    let mut ranked = prepared_by("{ standardise = {} }")
        .with("a", "1 2 3")
        .with("b", "1 2 3");
    ranked.scheme.indicator[1].rule = Some(rulebook::model::Rule::Rank);
    assert_cells(&ranked.node("b"), "3 2 1", "not flipped twice");
    let one = prepared_by("{ standardise = {} }")
        .with("a", "7")
        .with("b", "-");
    assert_cells(&one.prepared("a"), "0", "one alone is the mean");
}

#[test]
fn steps_are_done_in_the_order_written() {
    let fill_first = prepared_by(
        "{ impute = { with = 'mean' } }, { screen_units = { at_least_percent = 100 } }",
    );
    let screen_first = prepared_by(
        "{ screen_units = { at_least_percent = 100 } }, { impute = { with = 'mean' } }",
    );
    let figures = |case: Case| case.with("a", "2 4 -").with("b", "1 1 1");
    assert_cells(
        &figures(fill_first).scores(),
        "1.5 2.5 2",
        "filled, so complete",
    );
    assert_cells(
        &figures(screen_first).scores(),
        "1.5 2.5 -",
        "left out, so not filled",
    );
}
