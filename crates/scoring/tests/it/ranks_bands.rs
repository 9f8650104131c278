//! Worked examples of ranks and bands.

use crate::support::{Case, assert_cells};

/// A scheme of one indicator, its figure being the score.
fn case(head: &str, scores: &str) -> Case {
    Case::new(&format!(
        "{head}\n[[indicator]]\nid = 'a'\npoints = 100\nrule = 'as-is'\nmissing = 'drop'"
    ))
    .with("a", scores)
}

#[test]
fn competition_ranks() {
    for (scores, ranks) in [
        ("5 9 7", "3 1 2"),
        ("9 9 7 7 1", "1 1 3 3 5"),
        ("4", "1"),
        ("4 4 4", "1 1 1"),
        ("- 4 - 9", "- 2 - 1"),
        ("- -", "- -"),
        ("0 -0.0 1", "2 2 1"),
    ] {
        assert_eq!(case("", scores).ranks(), ranks, "{scores}");
    }
    // The printed number decides.
    assert_eq!(
        case("rounding = { points = 1 }", "5.04 5.01 4.96 4.94").ranks(),
        "1 1 1 4"
    );
    let unrounded = case("", "5.04 5.01 4.96 4.94");
    assert_eq!(unrounded.ranks(), "1 2 3 4");
    unrounded.look(|scored| {
        assert_eq!(
            (
                scored.ranks.of(),
                scored.ranks.rank(2),
                scored.ranks.rank(9)
            ),
            (4, Some(3), None)
        );
        assert_eq!(scored.ranks.order, [0, 1, 2, 3]);
    });
}

#[test]
fn tie_breaks() {
    let with = |breaks: &str, b: &str, c: &str| {
        let text = format!(
            "tie_break = [{breaks}]\n[[indicator]]\nid = 'a'\npoints = 50\nrule = 'as-is'\n[[indicator]]\nid = 'b'\npoints = 50\nrule = 'as-is'"
        );
        // Everybody has 50 points in all.
        let a: Vec<String> = crate::support::cells(b)
            .iter()
            .map(|b| (50.0 - b).to_string())
            .collect();
        Case::new(&text)
            .with("b", b)
            .with("a", &a.join(" "))
            .with("c", c)
            .ranks()
    };
    assert_eq!(with("", "1 2 3 4", "1 1 2 2"), "1 1 1 1");
    assert_eq!(with("{ points = 'b' }", "1 2 3 3", "1 1 2 2"), "4 3 1 1");
    assert_eq!(with("{ points = 'a' }", "1 2 3 3", "1 1 2 2"), "1 2 3 3");
    assert_eq!(with("{ higher = 'c' }", "1 2 3 4", "5 7 5 -"), "2 1 2 4");
    assert_eq!(with("{ lower = 'c' }", "1 2 3 4", "5 7 5 -"), "1 3 1 4");
    assert_eq!(with("{ lower = 'c' }", "1 2 3 4", "- 7 n -"), "2 1 2 2");
    assert_eq!(
        with("{ higher = 'c' }, { points = 'b' }", "1 2 3 4", "5 5 7 5"),
        "4 3 1 2"
    );
    // A measure that no table had breaks no tie.
    assert_eq!(
        with(
            "{ higher = 'absent' }, { points = 'b' }",
            "1 2 3 4",
            "5 5 7 5"
        ),
        "4 3 2 1"
    );
}

#[test]
fn tie_breaks_only_among_equals() {
    let broken = case("tie_break = [{ higher = 'b' }]", "9 8 8 7").with("b", "1 2 3 4");
    assert_eq!(broken.ranks(), "1 3 2 4");
    broken.look(|scored| assert_eq!(scored.ranks.order, [0, 2, 1, 3]));
}

#[test]
fn bands_by_score() {
    let head = "band = [{ id = 'A', at_least = 90 }, { id = 'B', at_least = 60 }, { id = 'C' }]";
    assert_eq!(
        case(head, "90 89.99 60 59.99 0 - 100").bands(),
        "A B B C C - A"
    );
    let open = "band = [{ id = 'A', at_least = 90 }]";
    assert_eq!(
        case(open, "90 89").bands(),
        "A -",
        "who reaches none has none"
    );
    assert_eq!(case("", "90 89").bands(), "- -");
}

#[test]
fn bands_by_quota() {
    let quota = |band: &str, banding: &str| {
        format!("band = [{{ id = 'A', {band} }}, {{ id = 'B' }}]\n[banding]\n{banding}")
    };
    let seven = "70 60 50 40 30 20 10";
    for (band, banding, scores, expected) in [
        // 30 % of seven is 2.1, 50 % is 3.5.
        ("percent = 30", "", seven, "A A B B B B B"),
        ("percent = 50", "", seven, "A A A B B B B"),
        (
            "percent = 50",
            "quota_rounding = 'half-up'",
            seven,
            "A A A A B B B",
        ),
        (
            "percent = 30",
            "quota_rounding = 'half-up'",
            seven,
            "A A B B B B B",
        ),
        (
            "percent = 30",
            "quota_rounding = 'up'",
            seven,
            "A A A B B B B",
        ),
        // What is whole stays whole: 28 % of 25 … here 20 % of 5.
        (
            "percent = 20",
            "quota_rounding = 'up'",
            "5 4 3 2 1",
            "A B B B B",
        ),
        ("percent = 60", "", "5 4 3 2 1", "A A A B B"),
        ("percent = 0", "quota_rounding = 'up'", "5 4", "B B"),
        ("percent = 100", "", "5 4", "A A"),
        ("percent = 10", "", "5 4", "B B"),
        // Only those ranked count.
        ("percent = 50", "", "5 - 4 - 3 2", "A - A - B B"),
        ("seats = 2", "", seven, "A A B B B B B"),
        ("seats = 9", "", "5 4", "A A"),
        ("seats = 0", "", "5 4", "B B"),
        ("percent = 50, seats = 2", "", seven, "A A B B B B B"),
        ("percent = 20, seats = 2", "", seven, "A B B B B B B"),
        // Seats are for those who meet the score.
        ("percent = 50, at_least = 60", "", seven, "A A B B B B B"),
    ] {
        assert_eq!(
            case(&quota(band, banding), scores).bands(),
            expected,
            "{band} {banding}: {scores}"
        );
    }
}

#[test]
fn ties_across_the_edge() {
    let quota = |seats: u32, ties: &str| {
        format!(
            "band = [{{ id = 'A', seats = {seats} }}, {{ id = 'B' }}]\n[banding]\nquota_ties = '{ties}'"
        )
    };
    for (seats, ties, scores, expected) in [
        (2, "out", "9 8 8 7", "A B B B"),
        (2, "in", "9 8 8 7", "A A A B"),
        (3, "out", "9 8 8 7", "A A A B"),
        (3, "in", "9 8 8 7", "A A A B"),
        (1, "out", "9 9 9", "B B B"),
        (1, "in", "9 9 9", "A A A"),
        (0, "in", "9 9 9", "B B B"),
        (2, "out", "9 8 8", "A B B"),
    ] {
        assert_eq!(
            case(&quota(seats, ties), scores).bands(),
            expected,
            "{seats} {ties}: {scores}"
        );
    }
    // A broken tie is no tie.
    let broken = format!("tie_break = [{{ higher = 'b' }}]\n{}", quota(2, "out"));
    assert_eq!(
        case(&broken, "9 8 8 7").with("b", "0 1 2 3").bands(),
        "A B A B"
    );
}

#[test]
fn unused_seats_are_not_passed_down() {
    let head = "band = [{ id = 'A', percent = 50, at_least = 95 }, { id = 'B', percent = 25 }, { id = 'C' }]";
    assert_eq!(case(head, "96 90 80 70").bands(), "A B C C");
}

#[test]
fn vetoes_of_bands() {
    let text = |bars: &str| {
        format!(
            "band = [{{ id = 'A', seats = 1 }}, {{ id = 'B', seats = 1 }}, {{ id = 'C' }}]\n[[veto]]\nid = 'v'\neffect.bars = '{bars}'"
        )
    };
    let bands = |bars: &str, v: &str| case(&text(bars), "9 8 7 6").with("v", v).bands();
    assert_eq!(bands("A", "0 0 0 0"), "A B C C");
    // The barred one's seat goes to the next; the barred one itself may have the next band.
    assert_eq!(bands("A", "1 0 0 0"), "B A C C");
    assert_eq!(bands("B", "1 0 0 0"), "C A B C");
    assert_eq!(bands("C", "1 0 - n"), "- A B C");
    let twice = case(
        &text("A").replace("effect", "at_least = 2\neffect"),
        "9 8 7 6",
    )
    .with("v", "1 2 0 0");
    assert_eq!(twice.bands(), "A B C C");
}

#[test]
fn conditions() {
    let head = |when: &str| format!("band = [{{ id = 'A', when = '{when}' }}, {{ id = 'B' }}]");
    for (when, expected) in [
        ("score >= 8", "A A B B"),
        ("rank <= of / 4", "A B B B"),
        ("score > previous_score", "B A B B"),
        ("previous_rank - rank >= 2", "B A B B"),
        ("b == 0", "A B B B"),
        ("b < 2 || score < 7", "A A B B"),
        ("absent > 0", "B B B B"),
    ] {
        let case = case(&head(when), "9 8 7 6")
            .with("b", "0 1 - n")
            .stood("9.5 4 - 6", "1 4 - 3");
        assert_eq!(case.bands(), expected, "{when}");
    }
    assert_eq!(
        case(&head("score > previous_score"), "9 8").bands(),
        "B B",
        "there is no previous result"
    );
}

#[test]
fn peers_by_attribute() {
    let head = "peers = { attribute = 'size' }\nband = [{ id = 'A', percent = 50 }, { id = 'B' }]\n[banding]\nwithin = 'peers'";
    let grouped = case(head, "9 8 7 6 5 4").attribute("size", "s s l l s l");
    // Three in each: one seat a group.
    assert_eq!(grouped.bands(), "A B A B B B");
    assert_eq!(grouped.ranks(), "1 2 3 4 5 6", "ranks are the category's");
    let everybody = case(
        &head
            .replace("'peers'\n", "'category'\n")
            .replace("within = 'peers'", "within = 'category'"),
        "9 8 7 6 5 4",
    );
    assert_eq!(
        everybody.attribute("size", "s s l l s l").bands(),
        "A A A B B B"
    );
}

const RATED: &str = "aggregate = 'mean'
    defaults.aggregate = 'mean'
    group = [{ id = 'g' }, { id = 'h' }, { id = 'i' }]";

/// Three groups of two indicators each: g1, g2, h1, h2, i1, i2.
fn three_groups(head: &str) -> Case {
    let member = |id: &str| {
        format!(
            "\n[[indicator]]\nid = '{id}'\ngroup = '{}'\nrule = 'as-is'\nmissing = 'drop'",
            &id[..1]
        )
    };
    let members: String = ["g1", "g2", "h1", "h2", "i1", "i2"].map(member).concat();
    let case = Case::new(&format!("{RATED}\n{head}{members}"));
    let case = case
        .with("g1", "5 5 5 - 5")
        .with("g2", "5 5 - - -")
        .with("h1", "5 5 5 - -");
    case.with("h2", "5 - 5 - -")
        .with("i1", "5 - 5 - -")
        .with("i2", "5 - 5 - -")
}

#[test]
fn who_is_rated() {
    for (rated, ranks) in [
        ("", "1 1 1 - 1"),
        ("rated = { groups = 2 }", "1 1 1 - -"),
        ("rated = { groups = 1, each_with = 2 }", "1 1 1 - -"),
        ("rated = { groups = 2, each_with = 2 }", "1 - 1 - -"),
        (
            "rated = { groups = 2, each_with = 2, one_of = ['g'] }",
            "1 - - - -",
        ),
        ("rated = { one_of = ['h', 'i'] }", "1 1 1 - -"),
        ("rated = { at_least_percent = 50 }", "1 1 1 - -"),
        ("rated = { at_least_percent = 83 }", "1 - 1 - -"),
        ("rated = { at_least_percent = 100 }", "1 - - - -"),
    ] {
        let case = three_groups(rated);
        assert_eq!(case.ranks(), ranks, "{rated}");
        assert_cells(
            &case.scores(),
            "5 5 5 - 5",
            "the score is there all the same",
        );
    }
    let bands = three_groups("rated = { groups = 2 }\nband = [{ id = 'A' }]");
    assert_eq!(bands.bands(), "A A A - -");
}

#[test]
fn what_screening_left_out_is_not_asked_for() {
    let case = three_groups(
        "rated = { at_least_percent = 100 }\nprepare = [{ screen_measures = { more_than = 2 } }]",
    );
    // g1 and h1 are reported by more than two units; the rest by two at most.
    let case = case.with("i2", "5 - - - -");
    assert_eq!(case.ranks(), "1 1 1 - -");
}

#[test]
fn peers_by_groups_reported() {
    let head = |peers: &str| {
        format!(
            "peers = {peers}\nrated = {{ each_with = 2, groups = 1 }}\nband = [{{ id = 'A', seats = 1 }}, {{ id = 'B' }}]\nbanding = {{ within = 'peers' }}"
        )
    };
    let bands = |peers: &str| three_groups(&head(peers)).with("g1", "5 6 7 - 8").bands();
    // Groups held are 3, 1, 2, 0 and 0, so each of those rated is alone.
    assert_eq!(bands("'groups-reported'"), "A A A - -");
    // Without the attribute all are one group.
    assert_eq!(bands("{ attribute = 'region' }"), "B B A - -");
}

/// Five bands by k-means.
fn clusters(strict: &str, scores: &str) -> String {
    let head = format!(
        "band = [{{ id = '5' }}, {{ id = '4' }}, {{ id = '3' }}, {{ id = '2' }}, {{ id = '1' }}]\nbanding = {{ k_means = {{ {strict} }} }}"
    );
    case(&head, scores).bands()
}

#[test]
fn k_means() {
    assert_eq!(
        clusters("", "1 1.1 2 2.1 3 3.1 4 4.1 5 5.1"),
        "1 1 2 2 3 3 4 4 5 5"
    );
    assert_eq!(
        clusters("", "5.1 1 4 2.1 3 - 3.1 4.1 1.1 5 2"),
        "5 1 4 2 3 - 3 4 1 5 2"
    );
    // The fifths end at 2, 3, 4 and 10.
    assert_eq!(clusters("", "1 2 3 4 10 12"), "1 1 2 3 4 5");
}

#[test]
fn far_points_do_not_move_a_strict_centre() {
    let two = |strict: &str| {
        let head = format!(
            "band = [{{ id = 'A' }}, {{ id = 'B' }}]\nbanding = {{ k_means = {{ {strict} }} }}"
        );
        case(&head, "0 0 1 3.2 5 5 15").bands()
    };
    // From the halves' medians 0.5 and 5 to 1.05 and 8⅓, between which lies 4.7.
    assert_eq!(two(""), "B B B B A A A");
    // Then without 15 to 1.05 and 5, so that 3.2 goes up; at last to ⅓ and 4.4.
    assert_eq!(two("strict = 3.5"), "B B B A A A A");
}

#[test]
fn fewer_scores_than_clusters() {
    assert_eq!(clusters("", "7"), "5");
    assert_eq!(clusters("", "7 7 7"), "5 5 5");
    assert_eq!(clusters("strict = 1", "7 9 7 9"), "4 5 4 5");
    assert_eq!(clusters("", "1 2 3"), "3 4 5");
    assert_eq!(clusters("", "- -"), "- -");
}
