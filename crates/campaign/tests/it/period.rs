//! Periods: the order of the steps, and what each leaves.

use campaign::objection::{Effect, Outcome};
use campaign::period::{
    Action, Event, REFUSALS, Stage, Step, due, evaluate, figures_csv, next_step,
};
use campaign::{Actor, State, record};
use rulebook::model::TieBreak;

use crate::months::{
    County, JANUARY, all_met, correct, is_golden, judge, month, note, raise, scored, started,
    to_record, to_score,
};
use crate::support::day;

fn step(story: &County, period: &str) -> Option<Step> {
    let today = story.now.day(480);
    next_step(&story.state, month(period), today).map(|next| next.step)
}

fn propose(until: &str) -> Action {
    Action::ProposeReopening {
        period: month("2026-01"),
        until: day(until),
        reason: note(5),
    }
}

const fn of(period: rulebook::Period) -> (Action, Action, Action, Action) {
    (
        Action::CutOff { period },
        Action::Score { period },
        Action::Finalise { period },
        Action::Reopen { period },
    )
}

#[test]
fn the_clock_cuts_off_what_is_over_once_and_in_order() {
    let mut story = started();
    story.on("2026-02-04");
    story.refused(
        &Actor::Clock,
        campaign::Action::Period(Action::Tick {}),
        "nothing-due",
    );
    assert_eq!(step(&story, "2026-01"), Some(Step::TakeIn));
    story.on("2026-05-15");
    let entries = story.tick();
    let cut: Vec<String> = entries
        .iter()
        .map(|entry| match &entry.event {
            campaign::Event::Period(event) => event.period().to_string(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(cut, ["2026-01", "2026-02", "2026-03", "2026-04"]);
    is_golden("period", "cut-off", &entries[0]);
    story.refused(
        &Actor::Clock,
        campaign::Action::Period(Action::Tick {}),
        "nothing-due",
    );
    assert!(story.state.periods.is_cut_off(month("2026-04")));
    assert_eq!(
        story.state.periods.counts_in(month("2026-01")),
        month("2026-05")
    );
    let steps: Vec<String> = due(&story.state, day("2026-05-15"))
        .iter()
        .map(|(period, next)| format!("{period} {:?}", next.step))
        .collect();
    assert_eq!(
        steps,
        [
            "2026-01 Score",
            "2026-02 Score",
            "2026-03 Score",
            "2026-04 Score",
            "2026-05 TakeIn"
        ]
    );
}

#[test]
fn a_tick_after_a_long_stop_does_so_much_at_once_and_the_next_goes_on() {
    let mut story = started();
    story.on("2032-02-15");
    let cut = [story.tick().len(), story.tick().len()];
    assert_eq!(cut, [64, 9]);
    assert!(story.state.periods.is_cut_off(month("2032-01")));
    story.refused(
        &Actor::Clock,
        campaign::Action::Period(Action::Tick {}),
        "nothing-due",
    );
}

#[test]
fn what_comes_late_counts_in_the_next_period() {
    let mut story = scored();
    let before = story.state.periods.results(month("2026-01")).cloned();
    story.file_finding("t2", "2026-01-20");
    let late = story.state.records.get(record::RecordId(1)).expect("filed");
    assert_eq!(late.counts_in, month("2026-02"));
    assert_eq!(
        story.state.periods.results(month("2026-01")).cloned(),
        before
    );
}

#[test]
fn a_month_is_scored_contested_scored_again_and_final_and_both_results_stay() {
    let mut story = scored();
    assert_eq!(story.result("2026-01", "t1").1, 1);
    let first = story.result("2026-01", "t1").0;
    assert_eq!(step(&story, "2026-01"), Some(Step::Object));
    story
        .on("2026-02-06")
        .does("p1", raise(to_record(0), "findings"));
    story
        .on("2026-02-09")
        .does("judge-1", judge(0, Outcome::Upheld, Effect::SetAside));
    assert_eq!(step(&story, "2026-01"), Some(Step::ScoreAgain));
    let (_, score, finalise, _) = of(month("2026-01"));
    // An appeal is possible until the 11th; that comes first.
    story.cannot("close-1", finalise.clone(), "objection-open");
    story.does("close-1", score);
    let of_period = story.state.periods.get(month("2026-01")).expect("is there");
    assert_eq!(of_period.runs.len(), 2);
    assert_eq!(story.result("2026-01", "t1").0, first + 2.5);
    assert_eq!(story.state.periods.final_results(month("2026-01")), None);
    // The results have changed: there is a new window, until the 12th.
    story
        .on("2026-02-12")
        .cannot("close-1", finalise, "window-open");
    story.on("2026-02-13");
    assert_eq!(step(&story, "2026-01"), Some(Step::Finalise));
    is_golden("period", "finalised", &story.finalise("2026-01"));
    let run = story
        .state
        .periods
        .final_results(month("2026-01"))
        .expect("final");
    assert_eq!(run.number, 2);
    assert_eq!(step(&story, "2026-01"), Some(Step::Publish));
}

#[test]
fn scoring_again_without_a_change_keeps_the_window() {
    let mut story = scored();
    story.does("p4", raise(to_score("t4"), "settled"));
    // The figure was right to begin with.
    story.does(
        "judge-1",
        judge(0, Outcome::Partly, correct("settled", 0.5)),
    );
    story.on("2026-02-09").score("2026-01");
    let stage = story.state.periods.stage(month("2026-01"));
    let Some(Stage::Preliminary { until, .. }) = stage else {
        panic!("{stage:?}");
    };
    assert_eq!(until, day("2026-02-10"));
}

#[test]
fn the_same_entries_give_the_same_results_and_digests() {
    let (mut one, mut other) = (started(), started());
    let mut runs = Vec::new();
    for story in [&mut one, &mut other] {
        story.hand_in("2026-01", JANUARY);
        story.on("2026-02-05").tick();
        let entry = story.score("2026-01");
        let campaign::Event::Period(Event::Scored { run, inputs, .. }) = entry.event else {
            panic!("scored");
        };
        let book = story.state.rules.latest().expect("adopted");
        let csv = figures_csv(&book.campaign, &inputs);
        assert_eq!(campaign::Digest::of(csv.as_bytes()), run.figures);
        let again = evaluate(&book.campaign, month("2026-01"), &csv).expect("scores");
        assert_eq!(again, run.classes);
        runs.push(run);
    }
    assert_eq!(runs[0], runs[1]);
    let bytes = one.state.snapshot().expect("is written");
    assert_eq!(State::restore(&bytes).expect("is read"), one.state);
}

#[test]
fn rules_adopted_after_the_cut_off_change_nothing_of_the_period() {
    let mut story = started();
    story.hand_in("2026-01", JANUARY);
    story.on("2026-02-05").tick();
    let adopt = crate::months::rules_from("2026-01");
    story.refused(&Actor::Public, adopt, "rules-unchanged");
    let campaign::Event::Period(Event::Scored { run, .. }) = story.score("2026-01").event else {
        panic!("scored");
    };
    assert_eq!(run.rules, 1);
}

#[test]
fn a_period_is_reopened_by_two_people_takes_in_what_is_late_and_is_closed_by_the_clock() {
    let mut story = scored();
    story.on("2026-02-11");
    is_golden("period", "scored", &{
        let mut fresh = started();
        fresh.hand_in("2026-01", JANUARY);
        fresh.on("2026-02-05").tick();
        fresh.score("2026-01")
    });
    story.finalise("2026-01");
    is_golden(
        "period",
        "reopening-proposed",
        &story.does("close-1", propose("2026-02-13")),
    );
    let (_, score, _, reopen) = of(month("2026-01"));
    story.cannot("close-1", reopen.clone(), "second-person");
    is_golden("period", "reopened", &story.does("close-2", reopen));
    assert!(!story.state.periods.is_cut_off(month("2026-01")));
    let better = [(1.0, 90, 100), JANUARY[1], JANUARY[2], JANUARY[3]];
    story.hand_in("2026-01", better);
    // What was final stays so until there is something else.
    assert!(
        story
            .state
            .periods
            .final_results(month("2026-01"))
            .is_some()
    );
    story.on("2026-02-14").tick();
    story.does("close-1", score);
    assert_eq!(story.result("2026-01", "t1").0, 97.5);
    let of_period = story.state.periods.get(month("2026-01")).expect("is there");
    assert_eq!(of_period.final_run, Some(1));
    story.on("2026-02-28").finalise("2026-01");
    assert_eq!(
        story
            .state
            .periods
            .final_results(month("2026-01"))
            .expect("final")
            .number,
        2
    );
}

#[test]
fn a_proposal_can_be_turned_down() {
    let mut story = scored();
    story.does("close-1", propose("2026-02-13"));
    let keep = Action::KeepClosed {
        period: month("2026-01"),
        reason: note(6),
    };
    is_golden("period", "kept-closed", &story.does("close-2", keep));
    let (.., reopen) = of(month("2026-01"));
    story.cannot("close-2", reopen, "not-proposed");
}

#[test]
fn a_scheme_that_the_check_of_the_rules_let_through_wrongly_is_refused_by_name() {
    let mut story = started();
    story.hand_in("2026-01", JANUARY);
    story.on("2026-02-05").tick();
    let campaign::Event::Period(Event::Scored { inputs, .. }) = story.score("2026-01").event else {
        panic!("scored");
    };
    let book = story.state.rules.latest().expect("adopted");
    let mut broken = book.campaign.clone();
    let unknown = TieBreak::Points("nothing".into());
    let scheme = &mut broken.effective[0];
    scheme.tie_break.push(unknown);
    let id = scheme.id.to_string();
    let csv = figures_csv(&broken, &inputs);
    let why = evaluate(&broken, month("2026-01"), &csv).expect_err("can't be scored");
    let refusal = why.refusal(month("2026-01"));
    assert_eq!(refusal.code, "not-scorable");
    for text in [&refusal.problem.zh, &refusal.problem.en] {
        assert!(text.contains(&id) && text.contains("nothing"), "{text}");
    }
}

#[test]
fn every_refusal_is_met_and_the_first_reason_is_given() {
    let mut story = started();
    let (cut_off, score, finalise, reopen) = of(month("2026-01"));
    let (february, ..) = of(month("2026-02"));
    let (never, ..) = of(month("2027-02"));
    story.cannot("close-1", Action::Tick {}, "not-the-clock");
    story.refused(
        &Actor::Public,
        campaign::Action::Period(never.clone()),
        "not-a-person",
    );
    story.cannot("p1", never.clone(), "not-entitled");
    story.cannot("close-1", never, "no-such-period");
    story.cannot("close-1", cut_off.clone(), "too-early");
    story.cannot("close-1", score.clone(), "wrong-step");
    story.cannot("close-1", finalise.clone(), "wrong-step");
    story.cannot("close-1", reopen.clone(), "not-proposed");
    story.cannot("close-1", propose("2026-02-13"), "wrong-step");
    story.on("2026-03-06");
    story.cannot("close-1", february, "out-of-order");
    story.does("close-1", cut_off.clone());
    story.cannot("close-1", cut_off, "wrong-step");
    // Nobody has handed in anything: what the rules need is not there.
    story.cannot("close-1", score.clone(), "figures-wrong");
    story.cannot("close-1", propose("2026-03-05"), "day-past");
    story.does("close-1", propose("2026-03-06"));
    story.cannot("close-2", propose("2026-03-01"), "proposed-already");
    story.cannot("close-1", reopen.clone(), "second-person");
    story.does("close-2", reopen);
    story.hand_in("2026-01", JANUARY);
    story.on("2026-03-07");
    story.tick();
    story.does("close-1", score.clone());
    story.cannot("close-1", score, "wrong-step");
    story.cannot("close-1", finalise.clone(), "window-open");
    story.does("p1", raise(to_score("t1"), "settled"));
    story.cannot("close-1", finalise.clone(), "objection-open");
    story.does(
        "judge-1",
        judge(0, Outcome::Upheld, correct("settled", 0.96)),
    );
    story.on("2026-03-12");
    story.cannot("close-1", finalise, "scores-stale");
    let met = [
        "not-the-clock",
        "not-a-person",
        "not-entitled",
        "no-such-period",
        "not-proposed",
        "second-person",
        "wrong-step",
        "proposed-already",
        "out-of-order",
        "too-early",
        "day-past",
        "figures-wrong",
        "objection-open",
        "scores-stale",
        "window-open",
        "nothing-due",
        "not-scorable",
    ];
    all_met(REFUSALS, &met);
}
