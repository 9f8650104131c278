//! Honours: put forward, under notice, awarded, contested, reviewed, withdrawn.

use campaign::honour::{Action, NominationId, Nominee, REFUSALS, Stage};
use campaign::objection::{About, Effect, Outcome};
use campaign::{Actor, organisation};

use crate::months::{County, all_met, is_golden, judge, note, organise, raise, started};
use crate::support::{day, person, unit};

const FIRST: NominationId = NominationId(0);

fn nominate(honour: &str, nominee: Nominee) -> Action {
    Action::Nominate {
        honour: honour.into(),
        nominee,
        evidence: note(1),
        goal: note(2),
    }
}

fn town(id: &str) -> Nominee {
    Nominee::Unit(unit(id))
}

fn someone(id: &str) -> Nominee {
    Nominee::Person(person(id))
}

fn award() -> Action {
    Action::Award { nomination: FIRST }
}

fn decline() -> Action {
    Action::Decline {
        nomination: FIRST,
        reason: note(3),
    }
}

fn withdraw() -> Action {
    Action::Withdraw {
        nomination: FIRST,
        reason: note(4),
    }
}

fn confirm() -> Action {
    Action::Confirm {
        nomination: FIRST,
        reason: note(5),
    }
}

fn objection() -> campaign::objection::Action {
    raise(About::Honour { nomination: FIRST }, "model")
}

#[test]
fn an_honour_is_awarded_after_the_notice_reviewed_and_withdrawn_on_record() {
    let mut story = started();
    is_golden(
        "honour",
        "nominated",
        &story.does("nominate-1", nominate("model", town("t1"))),
    );
    let under = |story: &County, on: &str| story.state.honours.under_notice(day(on)).count();
    assert_eq!(
        (under(&story, "2026-01-23"), under(&story, "2026-01-24")),
        (1, 0)
    );
    is_golden(
        "honour",
        "awarded",
        &story.on("2026-01-31").does("judge-1", award()),
    );
    assert_eq!(story.state.honours.gallery().count(), 1);
    let due = |story: &County, on: &str| story.state.honours.due_reviews(day(on)).count();
    assert_eq!(
        (due(&story, "2026-07-30"), due(&story, "2026-07-31")),
        (0, 1)
    );
    is_golden(
        "honour",
        "confirmed",
        &story.on("2026-08-31").does("judge-2", confirm()),
    );
    // Half a year after the 31st of August is the last day of February.
    assert_eq!(
        (due(&story, "2027-02-27"), due(&story, "2027-02-28")),
        (0, 1)
    );
    is_golden("honour", "withdrawn", &story.does("judge-1", withdraw()));
    assert_eq!(story.state.honours.gallery().count(), 0);
    let nomination = story.state.honours.get(FIRST).expect("stays on record");
    assert!(matches!(nomination.stage, Stage::Withdrawn { .. }));
}

#[test]
fn nobody_has_to_be_put_forward_and_turns_are_seen() {
    let mut story = started();
    for (at, (on, awarded)) in [("2026-01-20", "2026-01-26"), ("2026-03-02", "2026-03-06")]
        .into_iter()
        .enumerate()
    {
        story
            .on(on)
            .does("nominate-1", nominate("model", town("t2")));
        let nomination = NominationId(at as u64);
        story
            .on(awarded)
            .does("judge-1", Action::Award { nomination });
    }
    let turns: Vec<_> = story.state.honours.turns("model").collect();
    assert_eq!(
        turns,
        [
            (day("2026-01-26"), &town("t2")),
            (day("2026-03-06"), &town("t2"))
        ]
    );
}

#[test]
fn an_objection_that_is_upheld_keeps_an_honour_from_being_awarded() {
    let mut story = started();
    story.does("nominate-1", nominate("model", town("t1")));
    story.does("p3", objection());
    story
        .on("2026-01-26")
        .cannot("judge-1", award(), "objection-open");
    story.does("judge-1", judge(0, Outcome::Upheld, Effect::SetAside));
    story
        .on("2026-01-29")
        .cannot("judge-1", award(), "set-aside");
    is_golden("honour", "declined", &story.does("judge-1", decline()));
}

#[test]
fn people_of_ones_own_unit_can_be_put_forward_but_not_relatives_or_oneself() {
    let mut story = started();
    story.does("nominate-t1", nominate("worker", someone("p1")));
    story.cannot(
        "nominate-t1",
        nominate("worker", someone("nominate-t1")),
        "concerned",
    );
    story.cannot("nominate-t1", nominate("model", town("t1")), "concerned");
    organise(
        &mut story,
        organisation::Action::DeclareRelation {
            one: person("nominate-1"),
            other: person("p2"),
        },
    );
    story.cannot("nominate-1", nominate("worker", someone("p2")), "concerned");
}

#[test]
fn a_quarters_honour_is_counted_by_the_quarter() {
    let mut story = started();
    story.does("nominate-1", nominate("worker", someone("p1")));
    story.on("2026-03-31").cannot(
        "nominate-1",
        nominate("worker", someone("p1")),
        "nominated-already",
    );
    story
        .on("2026-04-01")
        .does("nominate-1", nominate("worker", someone("p1")));
}

#[test]
fn every_refusal_is_met_and_the_first_reason_is_given() {
    let mut story = started();
    let model = |id: &str| nominate("model", town(id));
    story.cannot("judge-1", award(), "no-such-nomination");
    story.cannot("p1", nominate("x", town("t1")), "no-such-honour");
    let nobody = campaign::Action::Honour(model("t1"));
    story.refused(&Actor::Public, nobody, "not-a-person");
    story.cannot("p1", nominate("model", someone("p1")), "not-entitled");
    story.cannot("nominate-1", nominate("model", someone("x")), "wrong-kind");
    story.cannot("nominate-1", nominate("worker", town("x")), "wrong-kind");
    story.cannot("nominate-1", model("x"), "no-such-nominee");
    story.cannot("nominate-1", model("court"), "wrong-category");
    story.does("nominate-1", model("t1"));
    story.cannot("nominate-1", model("t1"), "nominated-already");
    story.cannot("nominate-1", model("t2"), "too-many");
    story.cannot("nominate-1", award(), "not-entitled");
    let grant = organisation::Grant {
        role: "decider".into(),
        unit: None,
        from: day("2026-01-01"),
        until: None,
    };
    organise(
        &mut story,
        organisation::Action::GiveRole {
            person: person("nominate-1"),
            grant,
        },
    );
    story.cannot("nominate-1", award(), "second-person");
    story.cannot("judge-t1", award(), "concerned");
    story.cannot("judge-1", award(), "under-notice");
    story.cannot("judge-1", confirm(), "not-held");
    story.does("nominate-1", withdraw());
    story.cannot("judge-1", withdraw(), "decided-already");
    story.cannot("judge-1", decline(), "decided-already");
    // What was taken back leaves room for another.
    story.does("nominate-1", model("t2"));
    let met = [
        "no-such-nomination",
        "no-such-honour",
        "not-a-person",
        "not-entitled",
        "wrong-kind",
        "no-such-nominee",
        "wrong-category",
        "second-person",
        "concerned",
        "nominated-already",
        "too-many",
        "decided-already",
        "not-held",
        "set-aside",
        "under-notice",
        "objection-open",
        // In the stories of comparison.
        "not-shown",
    ];
    all_met(REFUSALS, &met);
}
