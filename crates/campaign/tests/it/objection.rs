//! Objections: who may raise, answer, decide them, by when, and what a decision changes.

use campaign::Actor;
use campaign::entry::Standing;
use campaign::objection::{About, Action, Effect, ObjectionId, Outcome, REFUSALS, Stage};

use crate::months::{
    County, JANUARY, all_met, correct, ground, is_golden, judge, month, note, organise, raise,
    scored, started, to_record, to_score,
};
use crate::support::{day, person};

const FIRST: ObjectionId = ObjectionId(0);

fn answer() -> Action {
    Action::Answer {
        objection: FIRST,
        answer: note(4),
    }
}

fn appeal() -> Action {
    Action::Appeal {
        objection: FIRST,
        reason: note(5),
    }
}

fn withdraw() -> Action {
    Action::Withdraw { objection: FIRST }
}

fn standing(story: &County) -> Standing {
    let record = story.state.records.get(campaign::record::RecordId(0));
    record.expect("filed").standing
}

#[test]
fn an_objection_goes_from_its_ground_to_a_decision_and_an_appeal_undoes_it() {
    let mut story = scored();
    let before = story.result("2026-01", "t1").0;
    is_golden(
        "objection",
        "raised",
        &story.does("p1", raise(to_record(0), "findings")),
    );
    is_golden("objection", "answered", &story.does("staff-1", answer()));
    is_golden(
        "objection",
        "decided",
        &story.does("judge-1", judge(0, Outcome::Upheld, Effect::SetAside)),
    );
    assert_eq!(standing(&story), Standing::SetAside);
    story.score("2026-01");
    assert_eq!(story.result("2026-01", "t1").0, before + 2.5);
    is_golden(
        "objection",
        "appealed",
        &story.on("2026-02-09").does("staff-1", appeal()),
    );
    let open = story
        .state
        .objections
        .holding_up(month("2026-01"), day("2026-03-01"));
    assert_eq!(open, Some(FIRST));
    is_golden(
        "objection",
        "appeal-decided",
        &story.does("appeal-1", judge(0, Outcome::Rejected, Effect::None)),
    );
    assert_eq!(standing(&story), Standing::Counts);
    story.score("2026-01");
    assert_eq!(story.result("2026-01", "t1").0, before);
    let objection = story.state.objections.get(FIRST).expect("is there");
    assert_eq!(objection.stage, Stage::Settled);
    assert_eq!(objection.decisions.len(), 2);
    assert!(!objection.is_open(day("2026-02-09")));
}

#[test]
fn a_corrected_figure_holds_whatever_was_handed_in_and_is_undone_on_appeal() {
    let mut story = scored();
    let (before, rank, _) = story.result("2026-01", "t4");
    assert_eq!(rank, 4);
    story.does("p4", raise(to_score("t4"), "settled"));
    story.does(
        "judge-1",
        judge(0, Outcome::Upheld, correct("settled", 1.0)),
    );
    story.score("2026-01");
    assert_eq!(story.result("2026-01", "t4").0, before + 60.0);
    story.on("2026-02-06").does("close-2", appeal());
    story.does(
        "appeal-1",
        judge(0, Outcome::Partly, correct("settled", 0.75)),
    );
    story.score("2026-01");
    assert_eq!(story.result("2026-01", "t4").0, before + 30.0);
}

#[test]
fn who_gave_a_rating_or_asks_without_a_name_can_change_no_score() {
    let mut story = scored();
    let action = campaign::Action::Objection(raise(to_score("t1"), "settled"));
    for anyone in [Actor::Public, Actor::Clock, Actor::Program("desk".into())] {
        story.refused(&anyone, action.clone(), "not-anonymous");
    }
}

#[test]
fn what_is_late_is_listed_and_what_is_withdrawn_holds_nothing_up() {
    let mut story = scored();
    story.does("p1", raise(to_score("t1"), "settled"));
    let late = |story: &County, on: &str| story.state.objections.overdue(day(on)).count();
    assert_eq!(late(&story, "2026-02-10"), 0);
    assert_eq!(late(&story, "2026-02-11"), 1);
    is_golden("objection", "withdrawn", &story.does("p1", withdraw()));
    assert_eq!(late(&story, "2026-02-11"), 0);
    story.on("2026-02-11").finalise("2026-01");
    // Another can be raised only before the results are final.
    story.cannot("p1", raise(to_score("t1"), "settled"), "too-late");
}

#[test]
fn a_related_decider_or_one_of_the_unit_is_refused() {
    let mut story = scored();
    organise(
        &mut story,
        campaign::organisation::Action::DeclareRelation {
            one: person("judge-2"),
            other: person("p1"),
        },
    );
    story.does("p1", raise(to_score("t1"), "settled"));
    let reject = || judge(0, Outcome::Rejected, Effect::None);
    story.cannot("judge-2", reject(), "concerned");
    story.cannot("judge-t1", reject(), "concerned");
    story.does("judge-1", reject());
}

#[test]
fn while_a_period_is_open_what_was_filed_can_be_contested() {
    let mut story = started();
    story.file_finding("t2", "2026-01-15");
    story.does("p2", raise(to_record(0), "finding"));
    story.does("judge-1", judge(0, Outcome::Upheld, Effect::SetAside));
    story.hand_in("2026-01", JANUARY);
    story.on("2026-02-05").tick();
    story.score("2026-01");
    let (first, ..) = story.result("2026-01", "t1");
    let (second, ..) = story.result("2026-01", "t2");
    // Neither has a finding that counts.
    assert_eq!((first, second), (90.67, 72.0));
}

#[test]
#[expect(clippy::too_many_lines, reason = "cases stand in a table")]
fn every_refusal_is_met_and_the_first_reason_is_given() {
    let mut story = scored();
    let reject = || judge(0, Outcome::Rejected, Effect::None);
    let elsewhere = About::Score {
        period: month("2026-02"),
        unit: "t1".into(),
        indicator: None,
    };
    story.cannot("p2", raise(elsewhere, "x"), "no-such-matter");
    story.cannot("p2", raise(to_record(7), "findings"), "no-such-matter");
    story.cannot("p2", raise(to_score("t1"), "manners"), "no-such-rule");
    story.cannot("p2", raise(to_score("t1"), "settled"), "not-yours");
    let mut future = ground("settled");
    future.on = day("2026-03-01");
    let future = Action::Raise {
        about: to_score("t1"),
        ground: future,
        reason: note(2),
    };
    story.cannot("p1", future, "day-future");
    story.cannot("p1", answer(), "no-such-objection");
    story.refused(
        &Actor::Public,
        campaign::Action::Objection(answer()),
        "not-a-person",
    );
    story.does("p1", raise(to_score("t1"), "settled"));
    story.cannot("p1", raise(to_score("t1"), "reach"), "raised-already");
    story.cannot("p2", answer(), "not-yours");
    story.does("close-1", answer());
    story.cannot("close-2", answer(), "answered-already");
    story.cannot("p2", withdraw(), "not-yours");
    story.cannot("p1", appeal(), "not-open");
    story.cannot("p1", reject(), "not-entitled");
    let unfit = |outcome, effect| judge(0, outcome, effect);
    story.cannot(
        "judge-1",
        unfit(Outcome::Upheld, Effect::None),
        "effect-unfitting",
    );
    story.cannot(
        "judge-1",
        unfit(Outcome::Upheld, Effect::SetAside),
        "effect-unfitting",
    );
    story.cannot(
        "judge-1",
        unfit(Outcome::Rejected, correct("settled", 1.0)),
        "effect-unfitting",
    );
    story.cannot(
        "judge-1",
        unfit(Outcome::Upheld, correct("x", 1.0)),
        "no-such-measure",
    );
    story.cannot(
        "judge-1",
        unfit(Outcome::Upheld, correct("settled", 1.5)),
        "out-of-range",
    );
    story.cannot(
        "judge-1",
        unfit(Outcome::Upheld, correct("visits", 1.5)),
        "out-of-range",
    );
    story.does("judge-1", reject());
    story.cannot("judge-1", reject(), "not-open");
    story.cannot("p2", appeal(), "not-yours");
    story.on("2026-02-10").cannot("p1", appeal(), "too-late");
    story.on("2026-02-06").does("p1", appeal());
    // Who decided first doesn't decide again, even with the other role.
    let grant = campaign::organisation::Grant {
        role: "appeals".into(),
        unit: None,
        from: story.now.day(480),
        until: None,
    };
    organise(
        &mut story,
        campaign::organisation::Action::GiveRole {
            person: person("judge-1"),
            grant,
        },
    );
    story.cannot("judge-2", reject(), "not-entitled");
    story.cannot("judge-1", reject(), "second-person");
    story.does("appeal-1", reject());
    let met = [
        "not-anonymous",
        "not-a-person",
        "no-such-objection",
        "no-such-matter",
        "no-such-rule",
        "not-yours",
        "not-open",
        "not-entitled",
        "day-future",
        "too-late",
        "raised-already",
        "answered-already",
        "second-person",
        "concerned",
        "effect-unfitting",
        "no-such-measure",
        "out-of-range",
    ];
    all_met(REFUSALS, &met);
}
