//! Ladders: the results of several months become levels, and a person decides.

use campaign::Actor;
use campaign::figure::Amount;
use campaign::id::Name;
use campaign::ladder::{Action, Deviation, ProposalId, REFUSALS, Row, Why};
use campaign::{PersonId, UnitId};

use crate::months::{County, JANUARY, all_met, founded, is_golden, month, note, started};
use crate::support::unit;

const FIRST: ProposalId = ProposalId(0);

fn propose(last: &str) -> Action {
    Action::Propose {
        ladder: "reward".into(),
        last: month(last),
    }
}

fn confirm(deviations: &[(&str, &str)]) -> Action {
    let deviation = |(at, level): &(&str, &str)| {
        let deviation = Deviation {
            level: Name::from(*level),
            reason: note(8),
        };
        (UnitId::from(*at), deviation)
    };
    Action::Confirm {
        proposal: FIRST,
        deviations: deviations.iter().map(deviation).collect(),
    }
}

/// A month from its figures to its final results.
fn close(story: &mut County, period: &str, end: (&str, &str), rows: [(f64, u32, u32); 4]) {
    story.hand_in(period, rows);
    story.on(end.0).tick();
    story.score(period);
    story.on(end.1).finalise(period);
}

type Months = [[(f64, u32, u32); 4]; 3];

fn three_months(months: Months) -> County {
    let mut story = started();
    let ends = [
        ("2026-01", ("2026-02-05", "2026-02-20")),
        ("2026-02", ("2026-03-05", "2026-03-20")),
        ("2026-03", ("2026-04-08", "2026-04-20")),
    ];
    for ((period, end), rows) in ends.into_iter().zip(months) {
        close(&mut story, period, end, rows);
    }
    story
}

fn level<'s>(story: &'s County, town: &str) -> (&'s Row, Option<&'s str>) {
    let proposal = story.state.ladders.get(FIRST).expect("proposed");
    let row = proposal.of(&unit(town)).expect("a row");
    (
        row,
        row.standing
            .as_ref()
            .map(|standing| standing.level.as_str()),
    )
}

const TOP: (f64, u32, u32) = (1.0, 90, 100);
const POOR: (f64, u32, u32) = (0.5, 0, 100);

#[test]
fn three_months_make_a_level_and_a_person_decides_and_may_deviate_with_a_reason() {
    let mut story = three_months([JANUARY, JANUARY, [TOP, JANUARY[1], JANUARY[2], POOR]]);
    is_golden(
        "ladder",
        "proposed",
        &story.does("close-1", propose("2026-03")),
    );
    let (row, first) = level(&story, "t1");
    assert_eq!((first, &row.why), (Some("first"), &Why::Condition));
    assert_eq!(row.results.periods, 3);
    assert_eq!(row.results.last_score, Amount::of(100.0));
    assert_eq!(row.results.mean_rank_share, Amount::of(0.0));
    assert_eq!(level(&story, "t2").1, Some("second"));
    assert_eq!(level(&story, "t4").1, Some("third"));
    assert_eq!(
        level(&story, "t4").0.results.mean_rank_share,
        Amount::of(1.0)
    );
    assert_eq!(story.state.ladders.standing("reward", &unit("t1")), None);
    let confirmed = story.does("close-2", confirm(&[("t4", "second")]));
    is_golden("ladder", "confirmed", &confirmed);
    let given = |town: &str| {
        let standing = story.state.ladders.standing("reward", &unit(town));
        standing.map(|standing| (standing.level.as_str(), standing.coefficient))
    };
    assert_eq!(given("t1"), Some(("first", Some(Amount::of(1.2)))));
    assert_eq!(given("t4"), Some(("second", Some(Amount::of(1.0)))));
}

#[test]
fn a_full_level_lets_those_beyond_fall_by_mean_score() {
    let mut story = three_months([[TOP, JANUARY[0], JANUARY[2], POOR]; 3]);
    story.does("close-1", propose("2026-03"));
    assert_eq!(level(&story, "t1").1, Some("first"));
    let (row, second) = level(&story, "t2");
    let full = Why::Full {
        level: "first".into(),
    };
    assert_eq!((second, &row.why), (Some("second"), &full));
}

#[test]
fn units_tied_at_the_border_fall_together_whatever_the_order_of_their_months() {
    let other = [JANUARY[0], TOP, JANUARY[2], POOR];
    let one = [TOP, JANUARY[0], JANUARY[2], POOR];
    let mut story = three_months([one, other, [TOP, TOP, JANUARY[2], POOR]]);
    story.does("close-1", propose("2026-03"));
    assert_eq!(level(&story, "t1").1, Some("second"));
    assert_eq!(level(&story, "t2").1, Some("second"));
}

#[test]
fn two_results_of_three_are_enough_and_one_is_not() {
    let mut story = started();
    close(&mut story, "2026-01", ("2026-02-05", "2026-02-20"), JANUARY);
    story.does("close-1", propose("2026-01"));
    let (row, none) = level(&story, "t1");
    assert_eq!((none, &row.why), (None, &Why::TooFew { needed: 2 }));
}

#[test]
fn every_refusal_is_met_and_the_first_reason_is_given() {
    let mut story = started();
    story.refused(
        &Actor::Public,
        campaign::Action::Ladder(propose("2026-01")),
        "not-a-person",
    );
    story.cannot("p1", propose("2026-01"), "not-entitled");
    let other = Action::Propose {
        ladder: "x".into(),
        last: month("2027-01"),
    };
    story.cannot("close-1", other, "no-such-ladder");
    story.cannot("close-1", propose("2027-01"), "no-such-period");
    story.cannot("close-1", propose("2026-01"), "not-final");
    story.cannot("close-1", confirm(&[]), "no-such-proposal");
    close(&mut story, "2026-01", ("2026-02-05", "2026-02-20"), JANUARY);
    story.does("close-1", propose("2026-01"));
    story.cannot("close-1", confirm(&[("x", "x")]), "second-person");
    story.cannot("close-2", confirm(&[("x", "x")]), "no-such-unit");
    story.cannot("close-2", confirm(&[("t1", "x")]), "no-such-level");
    let grant = campaign::organisation::Grant {
        role: "closer".into(),
        unit: None,
        from: story.now.day(480),
        until: None,
    };
    let person = PersonId::from("p1");
    let give = campaign::organisation::Action::GiveRole { person, grant };
    crate::months::organise(&mut story, give);
    story.cannot("p1", confirm(&[("t1", "x")]), "concerned");
    // Whichever unit comes first.
    story.cannot("p1", confirm(&[("t1", "x"), ("x", "x")]), "no-such-unit");
    story.cannot(
        "p1",
        confirm(&[("county", "x"), ("t1", "x")]),
        "no-such-unit",
    );
    story.does("close-2", confirm(&[]));
    story.cannot("close-2", confirm(&[]), "confirmed-already");
    // A county without a town: its offices have results, the ladder is for towns.
    let mut story = founded(&[]);
    story.on("2026-02-05").tick();
    story.score("2026-01");
    story.on("2026-02-20").finalise("2026-01");
    story.cannot("close-1", propose("2026-01"), "no-results");
    let met = [
        "not-a-person",
        "not-entitled",
        "no-such-proposal",
        "second-person",
        "confirmed-already",
        "no-such-ladder",
        "no-such-period",
        "not-final",
        "no-such-unit",
        "concerned",
        "no-such-level",
        "no-results",
    ];
    all_met(REFUSALS, &met);
}
