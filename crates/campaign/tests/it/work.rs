//! Work items: stories, refusals, properties.

use std::collections::BTreeSet;

use campaign::id::Name;
use campaign::work::{self, Action, Event, Stage, Verdict, WorkId, tally};
use campaign::{Actor, Date, Entry, State};
use proptest::prelude::*;
use rulebook::Period;
use rulebook::figures::NOT_APPLICABLE;
use rulebook::model::{WorkKind, WorkShare, WorkTally};

use crate::town::{Town, code, day, first_day, note, person, unit};

fn month(text: &str) -> Period {
    text.parse().expect("a period")
}

fn open(kind: WorkKind, to: &str, due: Date) -> Action {
    Action::Open {
        kind,
        title: note(1),
        quality: Some(note(2)),
        source: None,
        unit: unit(to),
        person: None,
        due,
        role: None,
        tickets: Vec::new(),
    }
}

fn task(to: &str, due: Date) -> Action {
    open(WorkKind::Task, to, due)
}

fn with(action: Action, new_role: Option<&str>, code_numbers: &[u32]) -> Action {
    match action {
        Action::Open {
            kind,
            title,
            quality,
            source,
            unit,
            person,
            due,
            ..
        } => Action::Open {
            kind,
            title,
            quality,
            source,
            unit,
            person,
            due,
            role: new_role.map(Name::from),
            tickets: code_numbers
                .iter()
                .map(|n| code(*n).check_ticket())
                .collect(),
        },
        other => other,
    }
}

fn accept(n: u64) -> Action {
    Action::Accept {
        work: WorkId(n),
        person: None,
    }
}

fn decline(n: u64) -> Action {
    Action::Decline {
        work: WorkId(n),
        reason: note(3),
        possible_if: note(4),
    }
}

fn finish(n: u64) -> Action {
    Action::Finish {
        work: WorkId(n),
        outcome: note(5),
    }
}

fn check(n: u64, verdict: Verdict) -> Action {
    Action::Check {
        work: WorkId(n),
        code: None,
        verdict,
        reason: Some(note(6)),
    }
}

fn hand_over(n: u64, to: &str) -> Action {
    Action::HandOver {
        work: WorkId(n),
        to: unit(to),
        reason: note(7),
    }
}

fn postpone(n: u64, due: Date) -> Action {
    Action::Postpone {
        work: WorkId(n),
        due,
        reason: note(8),
    }
}

fn reopen(n: u64, due: Date) -> Action {
    Action::Reopen {
        work: WorkId(n),
        due,
        reason: note(9),
    }
}

fn groundless(n: u64) -> Action {
    Action::CloseGroundless {
        work: WorkId(n),
        reason: note(9),
    }
}

fn ask_help(n: u64, of: &str) -> Action {
    Action::AskHelp {
        work: WorkId(n),
        unit: unit(of),
    }
}

fn figure(state: &State, unit_id: &str, kind: WorkKind, counted: WorkTally, at: &str) -> f64 {
    let share = WorkShare {
        kind,
        tally: counted,
    };
    tally(state, &share, month(at))[&unit(unit_id)].value
}

fn tasks(town: &Town, unit_id: &str, at: &str) -> [f64; 5] {
    let tallies = [
        WorkTally::Opened,
        WorkTally::Closed,
        WorkTally::Open,
        WorkTally::Overdue,
        WorkTally::Due,
    ];
    tallies.map(|counted| figure(&town.story.state, unit_id, WorkKind::Task, counted, at))
}

fn in_time(town: &Town, unit_id: &str, at: &str) -> f64 {
    let counted = WorkTally::InTime;
    figure(&town.story.state, unit_id, WorkKind::Task, counted, at)
}

fn stage(town: &Town, n: u64) -> Stage {
    town.story.state.work.item(WorkId(n)).expect("there").stage
}

#[test]
fn a_task_goes_through_all_its_stages() {
    let mut town = Town::new();
    let (giver, doer) = (person("clerk"), person("a1"));
    town.work(&giver, task("t1", day("2026-09-10")));
    assert_eq!(stage(&town, 0), Stage::Offered);
    assert_eq!(tasks(&town, "t1", "2026-09"), [1.0, 0.0, 1.0, 0.0, 0.0]);
    town.work(&doer, decline(0));
    assert_eq!(stage(&town, 0), Stage::Declined);
    assert_eq!(
        tasks(&town, "t1", "2026-09"),
        [1.0, 0.0, 0.0, 0.0, 0.0],
        "declining costs nothing"
    );
    town.work(&giver, reopen(0, day("2026-09-15")));
    town.work(&doer, accept(0));
    town.work(&doer, ask_help(0, "t2"));
    town.work(&doer, finish(0));
    assert_eq!(
        in_time(&town, "t1", "2026-09").to_bits(),
        NOT_APPLICABLE.to_bits(),
        "what waits for its check hurts nobody"
    );
    town.work(&giver, check(0, Verdict::Returned));
    assert_eq!(in_time(&town, "t1", "2026-09"), 0.0);
    town.work(&doer, finish(0));
    town.work(&giver, check(0, Verdict::Passed));
    assert_eq!(stage(&town, 0), Stage::Closed);
    assert_eq!(tasks(&town, "t1", "2026-09"), [1.0, 1.0, 0.0, 0.0, 1.0]);
    assert_eq!(
        in_time(&town, "t1", "2026-09"),
        0.0,
        "not at the first check"
    );
    town.work(&giver, reopen(0, day("2026-10-15")));
    assert_eq!(stage(&town, 0), Stage::InHand);
    assert_eq!(tasks(&town, "t1", "2026-10")[4], 1.0, "due anew");
    let item = town.story.state.work.item(WorkId(0)).expect("there");
    assert_eq!(item.history.len(), town.entries.len());
    let clerk = "clerk".into();
    assert_eq!(town.story.state.work.given_by(&clerk).count(), 1);
}

#[test]
fn done_in_time_and_passed_at_once_counts_where_it_was_due() {
    let mut town = Town::new();
    for _ in 0..2 {
        town.work(&person("clerk"), task("t1", day("2026-09-10")));
    }
    town.work(&person("a1"), accept(0));
    town.work(&person("a1"), accept(1));
    town.work(&person("a1"), finish(0));
    town.go_to(day("2026-10-08"));
    town.work(&person("clerk"), check(0, Verdict::Passed));
    assert_eq!(in_time(&town, "t1", "2026-09"), 0.5);
    assert_eq!(tasks(&town, "t1", "2026-09"), [2.0, 0.0, 2.0, 1.0, 2.0]);
    assert_eq!(tasks(&town, "t1", "2026-10"), [0.0, 1.0, 1.0, 1.0, 0.0]);
    let overdue = town.story.state.work.overdue(town.today());
    assert_eq!(overdue.map(|(id, _)| id).collect::<Vec<_>>(), [WorkId(1)]);
}

#[test]
fn a_task_handed_over_never_comes_back() {
    let mut town = Town::new();
    town.work(&person("clerk"), task("t1", day("2026-09-10")));
    town.work(&person("a1"), accept(0));
    town.work(&person("a1"), hand_over(0, "t2"));
    assert_eq!(
        tasks(&town, "t1", "2026-09")[2],
        1.0,
        "until it is accepted"
    );
    town.work(&person("b1"), decline(0));
    town.work(&person("a1"), hand_over(0, "t2"));
    town.work(&person("b1"), accept(0));
    assert_eq!(tasks(&town, "t1", "2026-09"), [1.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(tasks(&town, "t2", "2026-09"), [0.0, 0.0, 1.0, 1.0, 1.0]);
    town.refuse_work(&person("b1"), hand_over(0, "t1"), "had-it-before");
    town.refuse_work(&person("b1"), hand_over(0, "v1"), "handovers-used-up");
    let work = &town.story.state.work;
    assert_eq!(work.of_unit(&unit("t1")).count(), 0);
    assert_eq!(work.of_unit(&unit("t2")).count(), 1);
}

#[test]
fn what_is_late_climbs_level_by_level_to_the_top() {
    let mut town = Town::new();
    town.work(&person("clerk"), task("v1", day("2026-09-04")));
    town.work(&person("v"), accept(0));
    let climbed = |town: &Town| -> Vec<String> {
        let item = town.story.state.work.item(WorkId(0)).expect("there");
        item.climbed().map(|(_, to)| to.to_string()).collect()
    };
    town.go_to(day("2026-09-07"));
    town.refuse_work(&Actor::Clock, Action::Tick, "nothing-due");
    town.go_to(day("2026-09-08"));
    town.work(&Actor::Clock, Action::Tick);
    assert_eq!(climbed(&town), ["t1"], "two working days late");
    town.refuse_work(&Actor::Clock, Action::Tick, "nothing-due");
    town.go_to(day("2026-09-10"));
    town.work(&Actor::Clock, Action::Tick);
    assert_eq!(climbed(&town), ["t1", "county"]);
    town.go_to(day("2026-12-31"));
    town.refuse_work(&Actor::Clock, Action::Tick, "nothing-due");
}

#[test]
fn more_time_moves_what_is_due_and_starts_the_climb_anew() {
    let mut town = Town::new();
    town.work(&person("clerk"), task("t1", day("2026-09-04")));
    town.work(&person("a1"), accept(0));
    town.work(&person("clerk"), postpone(0, day("2026-10-12")));
    assert_eq!(tasks(&town, "t1", "2026-09")[4], 0.0);
    assert_eq!(tasks(&town, "t1", "2026-10")[4], 1.0);
    town.go_to(day("2026-10-12"));
    town.refuse_work(&Actor::Clock, Action::Tick, "nothing-due");
}

#[test]
fn an_offer_nobody_answers_lapses_and_is_never_due() {
    let mut town = Town::new();
    town.work(&person("clerk"), task("t1", day("2026-09-30")));
    town.go_to(day("2026-09-05"));
    town.work(&Actor::Clock, Action::Tick);
    assert_eq!(stage(&town, 0), Stage::Unanswered);
    assert_eq!(tasks(&town, "t1", "2026-09"), [1.0, 0.0, 0.0, 0.0, 0.0]);
    town.refuse_work(&Actor::Clock, Action::Tick, "nothing-due");
}

#[test]
fn a_promise_is_checked_by_those_it_was_made_to_and_their_moment_is_the_day() {
    let mut town = Town::new();
    let promise = with(
        open(WorkKind::Promise, "t1", day("2026-09-30")),
        None,
        &[1, 2],
    );
    town.work(&person("a1"), promise);
    assert_eq!(stage(&town, 0), Stage::InHand, "a promise needs no answer");
    town.work(&person("a1"), finish(0));
    let by_code = |n: u32| Action::Check {
        work: WorkId(0),
        code: Some(code(n)),
        verdict: Verdict::Passed,
        reason: None,
    };
    town.refuse_work(&Actor::Public, by_code(3), "not-the-checker");
    let entries = town.work(&Actor::Public, by_code(2));
    assert_eq!(entries[0].at, first_day().start(480));
    let text = serde_json::to_string(&entries).expect("JSON");
    assert!(!text.contains(&String::from(code(2))));
    assert!(!text.contains(&code(2).check_ticket().to_string()));
    assert_eq!(stage(&town, 0), Stage::Closed);
}

#[test]
fn a_request_without_ground_is_closed_with_an_explanation() {
    let mut town = Town::new();
    let request = with(
        open(WorkKind::Request, "t1", day("2026-09-30")),
        Some("judge"),
        &[],
    );
    town.work(&Actor::Public, request);
    town.work(&person("a1"), groundless(0));
    assert_eq!(stage(&town, 0), Stage::Groundless);
    let state = &town.story.state;
    let closed = figure(state, "t1", WorkKind::Request, WorkTally::Closed, "2026-09");
    assert_eq!(closed, 1.0);
    town.work(&person("judge1"), reopen(0, day("2026-09-30")));
    assert_eq!(stage(&town, 0), Stage::InHand);
}

/// Items: 0 offered to t1; 1 in hand at t1, helped by t2; 2 finished there; 3 in hand and handed over to t2; 4 moved to t2.
fn prepare(town: &mut Town) {
    for _ in 0..5 {
        town.work(&person("clerk"), task("t1", day("2026-09-30")));
    }
    for n in 1..5 {
        town.work(&person("a1"), accept(n));
    }
    town.work(&person("a1"), ask_help(1, "t2"));
    town.work(&person("a1"), finish(2));
    town.work(&person("a1"), hand_over(3, "t2"));
    town.work(&person("a1"), hand_over(4, "t2"));
    town.work(&person("b1"), accept(4));
}

fn refusals() -> Vec<(&'static str, Actor, Action)> {
    [refused_for_who_asks(), refused_for_how_it_stands()].concat()
}

/// What doesn't exist, and who may not.
fn refused_for_who_asks() -> Vec<(&'static str, Actor, Action)> {
    let (a1, b1, clerk) = (person("a1"), person("b1"), person("clerk"));
    let later = day("2026-12-01");
    let promise = open(WorkKind::Promise, "t1", later);
    let accept_by = |n: u64, who: &str| Action::Accept {
        work: WorkId(n),
        person: Some(who.into()),
    };
    vec![
        ("not-the-clock", a1.clone(), Action::Tick),
        ("no-account", Actor::Public, task("t9", later)),
        ("not-a-person", Actor::Public, accept(99)),
        (
            "not-a-person",
            Actor::Program("hotline".into()),
            open(WorkKind::Promise, "t9", later),
        ),
        (
            "too-many",
            clerk.clone(),
            with(task("t9", later), None, &[7; 1_001]),
        ),
        ("no-such-work", a1.clone(), accept_by(99, "nobody")),
        ("no-such-work", a1.clone(), hand_over(99, "t9")),
        ("no-such-unit", a1.clone(), hand_over(0, "t9")),
        ("no-such-person", b1.clone(), accept_by(0, "b1")),
        (
            "no-such-role",
            b1.clone(),
            with(promise.clone(), Some("x"), &[]),
        ),
        ("not-your-unit", b1.clone(), promise),
        ("not-the-holder", b1.clone(), accept(0)),
        ("not-the-holder", b1, finish(2)),
        ("not-the-giver", a1.clone(), postpone(2, day("2026-08-01"))),
        (
            "not-the-checker",
            person("judge1"),
            check(0, Verdict::Passed),
        ),
        ("not-the-checker", Actor::Public, check(2, Verdict::Passed)),
        ("concerned", person("a2"), check(5, Verdict::Passed)),
    ]
}

/// What can't be done with an item as it stands, or as it was asked.
fn refused_for_how_it_stands() -> Vec<(&'static str, Actor, Action)> {
    let (a1, b1, clerk) = (person("a1"), person("b1"), person("clerk"));
    let later = day("2026-12-01");
    let promise = open(WorkKind::Promise, "t1", later);
    let returned = Action::Check {
        work: WorkId(2),
        code: None,
        verdict: Verdict::Returned,
        reason: None,
    };
    let own = with(task("t1", later), Some("judge"), &[]);
    vec![
        (
            "nobody-checks",
            a1.clone(),
            open(WorkKind::Promise, "t1", day("2026-08-01")),
        ),
        (
            "due-past",
            a1.clone(),
            with(promise, Some("judge"), &[]).with_due("2026-08-01"),
        ),
        ("due-past", clerk.clone(), postpone(2, day("2026-08-01"))),
        ("work-stage", clerk.clone(), check(0, Verdict::Passed)),
        ("work-stage", a1.clone(), groundless(2)),
        ("answer-pending", a1.clone(), hand_over(3, "t1")),
        ("not-a-request", a1.clone(), groundless(1)),
        ("had-it-before", b1.clone(), hand_over(4, "t1")),
        ("handovers-used-up", b1, hand_over(4, "v1")),
        (
            "due-not-later",
            clerk.clone(),
            postpone(1, day("2026-09-30")),
        ),
        ("no-reason", clerk, returned),
        ("helps-already", a1.clone(), ask_help(1, "t2")),
        ("nothing-due", Actor::Clock, Action::Tick),
        ("nobody-checks", a1, own.without_role()),
    ]
}

trait Changed {
    fn with_due(self, due: &str) -> Self;
    fn without_role(self) -> Self;
}

impl Changed for Action {
    fn with_due(mut self, new: &str) -> Self {
        if let Self::Open { due, .. } = &mut self {
            *due = day(new);
        }
        self
    }

    fn without_role(mut self) -> Self {
        if let Self::Open { role, .. } = &mut self {
            *role = None;
        }
        self
    }
}

#[test]
fn every_code_is_given_in_its_case_and_the_first_in_the_list_wins() {
    let mut town = Town::new();
    prepare(&mut town);
    let own = with(task("t1", day("2026-12-01")), Some("judge"), &[]);
    town.work(&person("a1"), own);
    let mut given = BTreeSet::new();
    for (code, by, action) in refusals() {
        town.refuse_work(&by, action, code);
        given.insert(code);
    }
    let listed: BTreeSet<&str> = work::REFUSALS.iter().map(|(code, _, _)| *code).collect();
    assert_eq!(given, listed);
}

/// What is open and late at the end of a day, by what the entries say alone.
fn replayed(entries: &[Entry], last: Date) -> [(String, i32, i32); 2] {
    let mut items: Vec<(String, Date, &str)> = Vec::new();
    let mut offered: Vec<Option<String>> = Vec::new();
    for entry in entries.iter().filter(|entry| entry.at.day(480) <= last) {
        let campaign::Event::Work(event) = &entry.event else {
            continue;
        };
        match event {
            Event::Opened(opened) => {
                items.push((opened.unit.to_string(), opened.due, "offered"));
                offered.push(None);
            }
            Event::Accepted { work, .. } => {
                let at = usize::try_from(work.0).unwrap();
                items[at].2 = "in hand";
                if let Some(to) = offered[at].take() {
                    items[at].0 = to;
                }
            }
            Event::Declined { work, .. } | Event::Unanswered { work, .. } => {
                let at = usize::try_from(work.0).unwrap();
                if offered[at].take().is_none() {
                    items[at].2 = "off";
                }
            }
            Event::Finished { work, .. } => {
                let at = usize::try_from(work.0).unwrap();
                items[at].2 = "finished";
                offered[at] = None;
            }
            Event::Checked { work, verdict, .. } => {
                let passed = *verdict == Verdict::Passed;
                items[usize::try_from(work.0).unwrap()].2 = if passed { "off" } else { "in hand" };
            }
            Event::HandedOver { work, to, .. } => {
                offered[usize::try_from(work.0).unwrap()] = Some(to.to_string());
            }
            Event::Postponed { work, due, .. } => items[usize::try_from(work.0).unwrap()].1 = *due,
            Event::Reopened {
                work,
                due,
                answer_by,
                ..
            } => {
                let item = &mut items[usize::try_from(work.0).unwrap()];
                item.1 = *due;
                item.2 = answer_by.map_or("in hand", |_| "offered");
            }
            _ => {}
        }
    }
    ["t1", "t2"].map(|of| {
        let mine = || items.iter().filter(|item| item.0 == of);
        let open = mine().filter(|item| item.2 != "off").count();
        let late = mine().filter(|item| item.2 == "in hand" && item.1 <= last);
        let count = |n: usize| i32::try_from(n).unwrap();
        (of.to_owned(), count(open), count(late.count()))
    })
}

fn random_action(town: &mut Town, (what, n, days): (u8, u64, i32)) {
    let due = town.today().plus(days * 5);
    let owner = |n: u64| person(if n.is_multiple_of(2) { "a1" } else { "b1" });
    let (by, action) = match what {
        0..=1 => {
            let to = if n.is_multiple_of(2) { "t1" } else { "t2" };
            (person("clerk"), task(to, due))
        }
        2..=4 => (owner(n), accept(n / 2)),
        5 => (owner(n), decline(n / 2)),
        6..=7 => (owner(n), finish(n / 2)),
        8 => (person("clerk"), check(n / 2, Verdict::Passed)),
        9 => (person("clerk"), check(n / 2, Verdict::Returned)),
        10 => {
            let to = if n.is_multiple_of(2) { "t2" } else { "t1" };
            (owner(n), hand_over(n / 2, to))
        }
        11 => (person("clerk"), postpone(n / 2, due)),
        12 => (person("clerk"), reopen(n / 2, due)),
        13 => (Actor::Clock, Action::Tick),
        _ => {
            let later = town.today().plus(days);
            town.go_to(later);
            return;
        }
    };
    // Refusals change nothing and are part of the game.
    let _ = town.send(&by, campaign::Action::Work(action));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_open_and_late_is_what_the_entries_say(
        steps in prop::collection::vec((0_u8..17, 0_u64..16, 1_i32..12), 1..150)
    ) {
        let mut town = Town::new();
        for step in steps {
            random_action(&mut town, step);
        }
        let calendar = town.story.state.rules.latest().expect("rules").calendar.clone();
        let mut period = month("2026-09");
        while calendar.first_day(period) <= town.today() {
            let name = period.to_string();
            for (of, open, late) in replayed(&town.entries, calendar.last_day(period)) {
                let figures = tasks(&town, &of, &name);
                prop_assert_eq!(figures[2], f64::from(open), "open at {} in {}", of, name);
                prop_assert_eq!(figures[3], f64::from(late), "late at {} in {}", of, name);
                let share = in_time(&town, &of, &name);
                prop_assert!(share.is_nan() || (0.0..=1.0).contains(&share), "{}", share);
            }
            period = period.next();
        }
        let bytes = town.story.state.snapshot().expect("bytes");
        let restored = State::restore(&bytes);
        prop_assert_eq!(restored.as_ref(), Some(&town.story.state));
    }
}
