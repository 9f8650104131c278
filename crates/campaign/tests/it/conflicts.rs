//! Relations, shared duty and one's own unit bar whoever judges, nominates or decides: each deciding action of the closing of
//! a period, of objections, honours and ladders is tried with each bar, and goes through without one.
//!
//! Steps that are about all units alike aren't here: scoring, making final, reopening, signing the circular, confirming a
//! ladder as it was computed. They leave nothing to decide about a single one, and take two people.

use campaign::honour::{self, NominationId, Nominee};
use campaign::ladder::{self, Deviation, ProposalId};
use campaign::objection::{self, Effect, ObjectionId, Outcome};
use campaign::organisation::{Action as Organise, Charge, Grant, NewPerson};

use crate::months::{
    County, JANUARY, Wanted, correct, judge, month, note, organise, raise, started, to_record,
    to_score,
};
use crate::support::{day, person, unit};

/// A deciding action about p1 of t1.
struct Case {
    name: &'static str,
    /// Who takes it, where nothing bars them, and in which role.
    by: &'static str,
    role: &'static str,
    /// What goes before.
    before: fn(&mut County),
    action: fn() -> Wanted,
    /// Whether it is about the person, so that what ties two people bars.
    about_person: bool,
    /// Whether someone of the same unit is barred.
    own_unit: bool,
}

fn cases() -> Vec<Case> {
    let case = |name, (by, role), before, action| Case {
        name,
        by,
        role,
        before,
        action,
        about_person: true,
        own_unit: true,
    };
    let judge = ("judge-1", "decider");
    vec![
        case("decide an objection", judge, contested, || decide().into()),
        case(
            "decide an appeal",
            ("appeal-1", "appeals"),
            appealed,
            || decide().into(),
        ),
        Case {
            // To put forward people of one's own unit is what nominating is.
            own_unit: false,
            ..case(
                "nominate a person",
                ("nominate-1", "nominator"),
                |_| {},
                || nominate("worker", Nominee::Person(person("p1"))).into(),
            )
        },
        Case {
            about_person: false,
            ..case(
                "nominate a unit",
                ("nominate-1", "nominator"),
                |_| {},
                || nominate("model", Nominee::Unit(unit("t1"))).into(),
            )
        },
        case("award", judge, nominated, || award().into()),
        case("decline", judge, nominated, || {
            let (nomination, reason) = (NominationId(0), note(3));
            honour::Action::Decline { nomination, reason }.into()
        }),
        case("take an honour back", judge, awarded, || {
            let (nomination, reason) = (NominationId(0), note(4));
            honour::Action::Withdraw { nomination, reason }.into()
        }),
        case("confirm an honour", judge, awarded, || {
            let (nomination, reason) = (NominationId(0), note(5));
            honour::Action::Confirm { nomination, reason }.into()
        }),
        Case {
            about_person: false,
            ..case(
                "deviate from a ladder",
                ("close-2", "closer"),
                proposed,
                || deviate().into(),
            )
        },
    ]
}

fn decide() -> objection::Action {
    judge(0, Outcome::Upheld, correct("settled", 0.96))
}

fn nominate(honour: &str, nominee: Nominee) -> honour::Action {
    honour::Action::Nominate {
        honour: honour.into(),
        nominee,
        evidence: note(1),
        goal: note(2),
    }
}

fn award() -> honour::Action {
    honour::Action::Award {
        nomination: NominationId(0),
    }
}

fn deviate() -> ladder::Action {
    let deviation = Deviation {
        level: "first".into(),
        reason: note(8),
    };
    ladder::Action::Confirm {
        proposal: ProposalId(0),
        deviations: [(unit("t1"), deviation)].into(),
    }
}

/// January is scored, and p1 objects to the score of t1.
fn contested(story: &mut County) {
    story.hand_in("2026-01", JANUARY);
    story.on("2026-02-05").tick();
    story.score("2026-01");
    story.does("p1", raise(to_score("t1"), "settled"));
}

fn appealed(story: &mut County) {
    contested(story);
    story.does("judge-2", judge(0, Outcome::Rejected, Effect::None));
    let objection = ObjectionId(0);
    let reason = note(5);
    story.does("p1", objection::Action::Appeal { objection, reason });
}

fn nominated(story: &mut County) {
    story.does(
        "nominate-1",
        nominate("worker", Nominee::Person(person("p1"))),
    );
    story.on("2026-01-31");
}

fn awarded(story: &mut County) {
    nominated(story);
    story.does("judge-2", award());
}

/// January is final, and the ladder's levels are computed.
fn proposed(story: &mut County) {
    story.hand_in("2026-01", JANUARY);
    story.on("2026-02-05").tick();
    story.score("2026-01");
    story.on("2026-02-20").finalise("2026-01");
    let (ladder, last) = ("reward".into(), month("2026-01"));
    story.does("close-1", ladder::Action::Propose { ladder, last });
}

fn relate(story: &mut County, one: &str, other: &str) {
    let (one, other) = (person(one), person(other));
    organise(story, Organise::DeclareRelation { one, other });
}

/// Both answer for a unit that has nothing to do with it.
fn share_a_duty(story: &mut County, one: &str, other: &str) {
    let charge = Charge {
        principal: Some(person(one)),
        in_charge: None,
        team: vec![person(other)],
    };
    let (unit, from) = (unit("t3"), day("2026-01-01"));
    organise(story, Organise::GiveCharge { unit, from, charge });
}

/// Someone of t1 with a role.
fn neighbour(story: &mut County, role: &str) {
    let from = day("2026-01-01");
    let people = vec![NewPerson {
        person: person("neighbour"),
        unit: unit("t1"),
        profile: None,
    }];
    organise(story, Organise::RegisterPeople { from, people });
    let grant = Grant {
        role: role.into(),
        unit: None,
        from,
        until: None,
    };
    let person = person("neighbour");
    organise(story, Organise::GiveRole { person, grant });
}

#[test]
fn whoever_is_barred_takes_no_deciding_action() {
    for case in cases() {
        let tied: &[fn(&mut County, &str, &str)] = match case.about_person {
            true => &[relate, share_a_duty],
            false => &[],
        };
        for tie in tied {
            let mut story = started();
            tie(&mut story, case.by, "p1");
            (case.before)(&mut story);
            println!("{}, tied", case.name);
            story.cannot(case.by, (case.action)(), "concerned");
        }
        if case.own_unit {
            let mut story = started();
            neighbour(&mut story, case.role);
            (case.before)(&mut story);
            println!("{}, neighbour", case.name);
            story.cannot("neighbour", (case.action)(), "concerned");
        }
        let mut story = started();
        (case.before)(&mut story);
        println!("{}, free", case.name);
        story.does(case.by, (case.action)());
    }
}

#[test]
fn ties_to_whoever_answered_or_appealed_bar_as_well() {
    let contested = |story: &mut County| {
        story.file_finding("t1", "2026-01-15");
        story.does("p1", raise(to_record(0), "findings"));
        let (objection, answer) = (ObjectionId(0), note(4));
        story.does("staff-1", objection::Action::Answer { objection, answer });
    };
    let set_aside = || judge(0, Outcome::Upheld, Effect::SetAside);
    for tie in [relate, share_a_duty] {
        let mut story = started();
        tie(&mut story, "judge-1", "staff-1");
        contested(&mut story);
        story.cannot("judge-1", set_aside(), "concerned");
        story.does("judge-2", set_aside());

        let mut story = started();
        tie(&mut story, "appeal-1", "staff-1");
        contested(&mut story);
        story.does("judge-2", set_aside());
        let (objection, reason) = (ObjectionId(0), note(5));
        story.does("staff-1", objection::Action::Appeal { objection, reason });
        let back = judge(0, Outcome::Rejected, Effect::None);
        story.cannot("appeal-1", back, "concerned");
    }
}

#[test]
fn nobody_takes_part_twice_in_what_two_have_to_do() {
    let mut story = started();
    contested(&mut story);
    let grant = Grant {
        role: "appeals".into(),
        unit: None,
        from: day("2026-02-05"),
        until: None,
    };
    let person = person("judge-2");
    organise(&mut story, Organise::GiveRole { person, grant });
    story.does("judge-2", judge(0, Outcome::Rejected, Effect::None));
    let (objection, reason) = (ObjectionId(0), note(5));
    story.does("p1", objection::Action::Appeal { objection, reason });
    story.cannot("judge-2", decide(), "second-person");
}
