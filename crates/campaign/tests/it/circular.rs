//! Circulars: a whole month from the first figure to the published bundle, which recomputes from its files alone.

use campaign::circular::{
    Action, Bundle, CircularId, Difference, REFUSALS, bundle, content, digest_of, recompute,
};
use campaign::objection::{Effect, Outcome};
use campaign::{Actor, period};

use crate::months::{
    County, JANUARY, TOWNS, all_met, correct, give, is_golden, judge, month, raise, scored,
    started, to_record, to_score,
};
use crate::support::unit;

const FIRST: CircularId = CircularId(0);

fn draft() -> Action {
    Action::Draft {
        period: month("2026-01"),
    }
}

fn approve(circular: CircularId) -> Action {
    Action::Approve { circular }
}

fn publish(circular: CircularId) -> Action {
    Action::Publish { circular }
}

/// January with an objection upheld, scored again, final.
fn finished() -> County {
    let mut story = scored();
    story
        .on("2026-02-06")
        .does("p1", raise(to_record(0), "findings"));
    story.does("judge-1", judge(0, Outcome::Upheld, Effect::SetAside));
    story.score("2026-01");
    story.on("2026-02-12").finalise("2026-01");
    story
}

fn files(story: &County) -> Bundle {
    bundle(&story.state, month("2026-01")).expect("has results")
}

#[test]
fn a_month_ends_in_a_circular_that_recomputes() {
    let mut story = finished();
    is_golden("circular", "drafted", &story.does("close-1", draft()));
    is_golden(
        "circular",
        "approved",
        &story.does("close-2", approve(FIRST)),
    );
    is_golden(
        "circular",
        "published",
        &story.does("close-1", publish(FIRST)),
    );
    let bundle = files(&story);
    let published = story
        .state
        .circulars
        .published(month("2026-01"))
        .expect("is published");
    assert_eq!(published.bundle, digest_of(&bundle));
    assert_eq!(recompute(&bundle), Ok(()));
    let results = String::from_utf8(bundle["results.csv"].clone()).expect("text");
    assert!(
        results
            .starts_with("category,scheme,unit,score,rank,band\ntown,town,t1,90.67,1,advanced\n"),
        "{results}"
    );
    assert!(
        story
            .state
            .circulars
            .is_published(month("2026-01"), &story.state)
    );
    let next = period::next_step(&story.state, month("2026-01"), story.now.day(480));
    assert_eq!(next, None);
}

#[test]
fn what_the_next_month_looks_back_at_stands_in_its_bundle() {
    let mut story = finished();
    story.hand_in("2026-02", JANUARY);
    story.on("2026-03-10").tick();
    story.score("2026-02");
    let files = bundle(&story.state, month("2026-02")).expect("has results");
    let figures = String::from_utf8(files["figures.csv"].clone()).expect("text");
    assert!(figures.contains("\n2026-01,t1,settled,0.95,"), "{figures}");
    assert!(figures.contains("\n2026-02,t1,settled,0.95,"));
    assert_eq!(recompute(&files), Ok(()));
}

#[test]
fn a_changed_byte_in_any_file_is_found() {
    let bundle = files(&finished());
    for (path, bytes) in &bundle {
        // Every byte of short files, some of long ones.
        for at in (0..bytes.len()).step_by(bytes.len() / 40 + 1) {
            let mut changed = bundle.clone();
            changed.get_mut(path).expect("is there")[at] ^= 1;
            assert!(recompute(&changed).is_err(), "{path}, byte {at}");
        }
        let mut without = bundle.clone();
        without.remove(path);
        let found = recompute(&without).expect_err("is found");
        let absent = Difference::Absent { path: path.clone() };
        assert!(found.contains(&absent), "{path}: {found:?}");
    }
    let mut more = bundle.clone();
    more.insert("extra.csv".to_owned(), Vec::new());
    assert!(recompute(&more).is_err());
    let mut proven = bundle;
    proven.insert("proofs/checkpoint".to_owned(), b"note".to_vec());
    assert_eq!(recompute(&proven), Ok(()));
}

#[test]
fn a_result_that_was_changed_together_with_its_digest_is_told_line_by_line() {
    let mut bundle = files(&finished());
    let results = String::from_utf8(bundle["results.csv"].clone()).expect("text");
    let changed = results.replace("t4,", "t5,");
    assert_ne!(results, changed);
    bundle.insert("results.csv".to_owned(), changed.into_bytes());
    let sums = String::from_utf8(bundle["SHA256SUMS"].clone()).expect("text");
    let digest = |bytes: &[u8]| campaign::Digest::of(bytes).to_string();
    let sums = sums.replace(&digest(results.as_bytes()), &digest(&bundle["results.csv"]));
    bundle.insert("SHA256SUMS".to_owned(), sums.into_bytes());
    let found = recompute(&bundle).expect_err("is found");
    let [
        Difference::Result {
            line: 5,
            published,
            computed,
        },
    ] = found.as_slice()
    else {
        panic!("{found:?}");
    };
    assert!(published.as_ref().is_some_and(|row| row.contains("t5")));
    assert!(computed.as_ref().is_some_and(|row| row.contains("t4")));
}

#[test]
fn nobody_is_named_in_a_bundle() {
    for (path, bytes) in files(&finished()) {
        let text = String::from_utf8(bytes).expect("text");
        for person in ["close-1", "judge-1", "staff-1", "nominate-1"] {
            assert!(!text.contains(person), "{path} names {person}");
        }
    }
}

#[test]
fn the_content_says_who_filed_who_is_named_and_what_moved() {
    let mut story = finished();
    let better = [JANUARY[0], JANUARY[1], (0.85, 66, 100), (0.6, 30, 100)];
    story.hand_in("2026-02", better);
    story.on("2026-03-10").tick();
    story.score("2026-02");
    let content = content(&story.state, month("2026-02")).expect("has results");
    let (class, bands) = &content.bands[0];
    assert_eq!(class.category.as_str(), "town");
    assert_eq!(bands[&campaign::id::Name::from("advanced")], [&unit("t1")]);
    assert_eq!(content.figures[&unit("t1")].missing, 0);
    assert!(content.figures[&unit("bureau")].missing > 0);
    let moved = &content.moved[&campaign::id::Name::from("settled")];
    assert!((moved.now.expect("is there") - 0.8125).abs() < 1e-12);
    assert!((moved.before.expect("is there") - 0.7625).abs() < 1e-12);
    assert!(moved.is_moved());
    assert_eq!(
        (&moved.up, &moved.down),
        (&vec![&unit("t3"), &unit("t4")], &vec![])
    );
    assert!(!content.moved[&campaign::id::Name::from("homes")].is_moved());
    assert!(content.before.is_some());
    assert_eq!(TOWNS.len(), class.units.len());
}

#[test]
fn the_content_says_who_visited_whom() {
    let mut story = started();
    for about in ["t1", "t1", "t2"] {
        story.file_finding(about, "2026-01-15");
    }
    story.hand_in("2026-01", JANUARY);
    story.on("2026-02-05").tick();
    story.score("2026-01");
    let content = content(&story.state, month("2026-01")).expect("has results");
    let bureau = unit("bureau");
    let visits: Vec<_> = content.visits.into_iter().collect();
    assert_eq!(
        visits,
        [((&bureau, &unit("t1")), 2), ((&bureau, &unit("t2")), 1)]
    );
}

#[test]
fn every_refusal_is_met_and_the_first_reason_is_given() {
    let mut story = started();
    story.refused(
        &Actor::Public,
        campaign::Action::Circular(draft()),
        "not-a-person",
    );
    story.cannot("p1", approve(FIRST), "not-entitled");
    story.cannot("close-1", approve(FIRST), "no-such-circular");
    let later = Action::Draft {
        period: month("2026-12"),
    };
    story.cannot("close-1", later, "no-such-period");
    story.cannot("close-1", draft(), "no-results");
    let mut story = scored();
    story.does("close-1", draft());
    story.cannot("close-2", draft(), "drafted-already");
    story.cannot("close-1", approve(FIRST), "not-final");
    story.does("p4", raise(to_score("t4"), "settled"));
    story.does(
        "judge-1",
        judge(0, Outcome::Upheld, correct("settled", 0.6)),
    );
    story.score("2026-01");
    story.on("2026-02-11").finalise("2026-01");
    story.cannot("close-1", approve(FIRST), "outdated");
    story.does("close-1", draft());
    let second = CircularId(1);
    story.cannot("close-1", publish(second), "wrong-step");
    story.cannot("close-1", approve(second), "second-person");
    story.does("close-2", approve(second));
    story.cannot("close-2", approve(second), "wrong-step");
    give(&mut story, "judge-1", "closer");
    story.cannot("judge-1", publish(second), "not-visited");
    story.does("close-2", publish(second));
    story.cannot("close-2", publish(second), "wrong-step");
    let met = [
        "not-a-person",
        "not-entitled",
        "no-such-circular",
        "no-such-period",
        "no-results",
        "drafted-already",
        "not-final",
        "outdated",
        "second-person",
        "wrong-step",
        "not-visited",
    ];
    all_met(REFUSALS, &met);
}
