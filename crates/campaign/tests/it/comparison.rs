//! A campaign that compares: results say how sure they are, an honour can require it, and anyone can compute it again.

use campaign::State;
use campaign::circular::{Bundle, bundle, recompute};
use campaign::figure;
use campaign::honour::{Action, Event, NominationId, Nominee};
use campaign::period::Sure;
use scoring::replay::Verdict;

use crate::months::{County, adopt, files, founded, month, note};
use crate::support::unit;

/// Eight towns: enough to tell one from the others.
const EIGHT: [&str; 8] = ["t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8"];

/// The small county, with shares of so many cases as all that is scored, and an honour for who is clearly ahead (or improved).
fn comparing(requires: &str) -> County {
    let mut story = founded(&EIGHT);
    let exact =
        |text: &str, source: &str| text.replace(source, &format!("{source}\nnoise = \"none\""));
    let changed = |(path, text): (&'static str, &'static str)| {
        let text = match path {
            "campaign.toml" => format!("{text}\n[comparison]\nrate = 0.05\ndraws = 200\n"),
            "measures.toml" => {
                let text = exact(text, "filled_by = { formula = \"visits / homes\" }");
                let text = exact(
                    &text,
                    "filled_by = { form = { form = \"finding\", tally = \"count\" } }",
                );
                text.replacen(
                    "filled_by = \"file\"",
                    "filled_by = \"file\"\ncount = \"homes\"",
                    1,
                )
            }
            "honours/model.toml" => format!("{text}requires = \"{requires}\"\n"),
            _ => text.to_owned(),
        };
        (path, text)
    };
    let action = adopt("2026-01", files().into_iter().map(changed));
    story
        .send(&campaign::Actor::Public, action)
        .unwrap_or_else(|refusal| panic!("{refusal}"));
    story
}

/// A month in which a town settles a share of 200 matters in time and all others 60 %, scored and final.
fn closes(story: &mut County, of: &str, first: f64, days: [&str; 2]) {
    let row = |id: &&str| {
        let settled = if *id == "t1" { first } else { 0.6 };
        format!("{id},{settled},100,200\n")
    };
    let rows: String = EIGHT.iter().map(row).collect();
    let table = format!("unit,settled,visits,homes\n{rows}");
    let period = month(of);
    story.does("close-1", figure::Action::HandIn { period, table });
    story.on(days[0]).tick();
    story.score(of);
    story.on(days[1]);
    story.finalise(of);
}

fn sure(story: &County, of: &str, town: &str) -> Sure {
    let run = story.state.periods.results(month(of)).expect("scored");
    let (_, result) = run.of(&unit(town)).expect("in its class");
    result.sure.clone().expect("it is compared")
}

fn nominate(story: &mut County, town: &str) {
    let action = Action::Nominate {
        honour: "model".into(),
        nominee: Nominee::Unit(unit(town)),
        evidence: note(1),
        goal: note(2),
    };
    story.does("nominate-1", action);
}

fn award(nomination: u64) -> Action {
    Action::Award {
        nomination: NominationId(nomination),
    }
}

const JANUARY: [&str; 2] = ["2026-02-05", "2026-02-12"];
const FEBRUARY: [&str; 2] = ["2026-03-05", "2026-03-12"];

#[test]
fn results_say_how_sure_they_are_and_who_is_clearly_ahead_or_improved() {
    let mut story = comparing("clearly-ahead");
    closes(&mut story, "2026-01", 0.6, JANUARY);
    for town in EIGHT {
        let sure = sure(&story, "2026-01", town);
        assert_eq!(sure.named, Some(Verdict::NoDifferent), "{town}");
        assert_eq!(sure.improved, None, "there is no month before");
        let (low, high) = sure.rank.expect("is ranked");
        assert!(
            low <= 2 && high >= 7,
            "equals may have any rank: {low} to {high}"
        );
    }
    closes(&mut story, "2026-02", 0.95, FEBRUARY);
    let first = sure(&story, "2026-02", "t1");
    assert_eq!(
        (first.named, first.improved),
        (Some(Verdict::Ahead), Some(Verdict::Ahead))
    );
    assert_eq!(first.rank, Some((1, 1)));
    let (low, high) = first.score.expect("is scored");
    assert!(low.given() < high.given());
    let other = sure(&story, "2026-02", "t5");
    assert_eq!(other.improved, Some(Verdict::NoDifferent));
    let bytes = story.state.snapshot().expect("is written");
    assert_eq!(State::restore(&bytes).expect("is read"), story.state);
}

#[test]
fn a_bundle_recomputes_intervals_and_names() {
    let mut story = comparing("clearly-ahead");
    closes(&mut story, "2026-01", 0.95, JANUARY);
    let mut files: Bundle = bundle(&story.state, month("2026-01")).expect("has results");
    assert_eq!(recompute(&files), Ok(()));
    let results = String::from_utf8(files["results.csv"].clone()).expect("text");
    let header = "category,scheme,unit,score,rank,band,score_low,score_high,rank_low,rank_high,named,improved\n";
    assert!(results.starts_with(header), "{results}");
    let row = results.lines().find(|row| row.starts_with("town,town,t1,"));
    assert!(row.expect("is there").ends_with(",1,1,ahead,"), "{row:?}");
    // A name that the figures don't give is found.
    let changed = results.replacen("no-different", "ahead", 1);
    files.insert("results.csv".to_owned(), changed.into_bytes());
    assert!(recompute(&files).is_err());
}

#[test]
fn an_honour_that_requires_a_clear_lead_waits_for_final_results_that_show_it() {
    let mut story = comparing("clearly-ahead");
    nominate(&mut story, "t1");
    story
        .on("2026-01-31")
        .cannot("judge-1", award(0), "not-shown");
    closes(&mut story, "2026-01", 0.6, JANUARY);
    story.cannot("judge-1", award(0), "not-shown");
    closes(&mut story, "2026-02", 0.95, FEBRUARY);
    let entry = story.does("judge-1", award(0));
    let campaign::Event::Honour(Event::Awarded { results, .. }) = entry.event else {
        panic!("{entry:?}");
    };
    assert_eq!(results, Some(month("2026-02")));
    nominate(&mut story, "t2");
    story
        .on("2026-03-31")
        .cannot("judge-1", award(1), "not-shown");
}

#[test]
fn an_honour_can_require_a_clear_change() {
    let mut story = comparing("clearly-improved");
    closes(&mut story, "2026-01", 0.8, JANUARY);
    nominate(&mut story, "t1");
    story
        .on("2026-02-28")
        .cannot("judge-1", award(0), "not-shown");
    closes(&mut story, "2026-02", 0.99, FEBRUARY);
    story.does("judge-1", award(0));
}
