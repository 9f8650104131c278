//! Ratings: stories, refusals, properties.

use std::collections::{BTreeMap, BTreeSet};

use campaign::entry::Standing;
use campaign::id::{Name, RatingId};
use campaign::rating::{
    self, Action, BatchId, BurstId, Case, Event, Filter, Finding, Levels, Opinion, Second, Shown,
    Text, Voice, case_id, import, shown, tally, withheld,
};
use campaign::work::{self, Source, Verdict, WorkId};
use campaign::{Actor, Entry, State};
use proptest::prelude::*;
use rulebook::Period;
use rulebook::figures::{MISSING, NOT_APPLICABLE};
use rulebook::model::RatingShare;

use crate::town::{Town, code, day, first_day, give, invite, note, opinion, person, revise, unit};

fn period(text: &str) -> Period {
    text.parse().expect("a period")
}

fn september() -> Period {
    period("2026-09")
}

fn desk() -> Actor {
    Actor::Program("desk-1".into())
}

fn levels(state: &State, unit_id: &str) -> Levels {
    let levels = state.ratings.levels(september(), None);
    levels.get(&unit(unit_id)).copied().unwrap_or_default()
}

fn kinds(entries: &[Entry]) -> Vec<String> {
    let kind = |entry: &Entry| {
        let json = serde_json::to_value(&entry.event).expect("JSON");
        let (module, event) = json.as_object().unwrap().iter().next().unwrap();
        let (kind, _) = event.as_object().unwrap().iter().next().unwrap();
        format!("{module} {kind}")
    };
    entries.iter().map(kind).collect()
}

fn case(number: &str, unit_id: &str, level: u8) -> Case {
    Case {
        case: case_id(number),
        unit: unit(unit_id),
        service: None,
        group: None,
        day: first_day(),
        level: rating::Level::try_from(level).ok(),
    }
}

#[test]
fn a_bad_rating_is_rectified_and_can_be_revised_by_who_gave_it() {
    let mut town = Town::new();
    town.invite("t1", 0, 3);
    town.give(0, 5);
    let low = Opinion {
        comment: Some(note(1)),
        call_back: Some(note(2)),
        ..opinion(1)
    };
    let entries = town.rate(&Actor::Public, give(1, low));
    assert_eq!(kinds(&entries), ["rating given/1"]);
    // Another low one on the same day belongs to the same rectification, which the clock opens when the day is over.
    let rated = town.give(2, 2);
    town.refuse_work(&Actor::Clock, work::Action::Tick, "nothing-due");
    town.go_to(first_day().plus(1));
    let opened = town.work(&Actor::Clock, work::Action::Tick);
    assert_eq!(kinds(&opened), ["work opened/1"]);
    assert!(opened[0].cmd != rated[0].cmd && opened[0].cmd != entries[0].cmd);
    town.refuse_work(&Actor::Clock, work::Action::Tick, "nothing-due");
    let work = WorkId(0);
    let item = town.story.state.work.item(work).expect("opened").clone();
    let source = Source::Ratings {
        unit: unit("t1"),
        service: Some(Name::from("licence")),
        day: first_day(),
    };
    assert_eq!(item.source, source);
    assert_eq!(item.due, day("2026-09-15"), "ten working days");
    let licence = Name::from("licence");
    let state = &town.story.state;
    let count = state
        .ratings
        .low_on(&unit("t1"), Some(&licence), first_day());
    assert_eq!(count, 2);

    town.rate(
        &person("a1"),
        Action::CallBack {
            rating: code(1).rating(),
        },
    );
    let text: Vec<Text> = town
        .story
        .state
        .ratings
        .texts(&unit("t1"), september())
        .collect();
    assert_eq!(text[0].called, Some(first_day().plus(1)));

    town.go_to(day("2026-09-10"));
    let outcome = note(3);
    town.work(&person("a1"), work::Action::Finish { work, outcome });
    let check = work::Action::Check {
        work,
        code: None,
        verdict: Verdict::Passed,
        reason: None,
    };
    town.work(&person("judge1"), check);
    town.rate(&Actor::Public, revise(1, opinion(4)));

    let rating = town.story.state.ratings.rating(code(1).rating());
    let rating = rating.expect("given");
    assert_eq!(rating.level.map(u8::from), Some(4));
    let former = rating.former.expect("revised");
    assert_eq!(former.level.map(u8::from), Some(1));
    assert_eq!(
        former.comment,
        Some(note(1)),
        "what was said stays on record"
    );
    assert_eq!(levels(&town.story.state, "t1").of, [0, 1, 0, 1, 1]);
}

#[test]
fn no_entry_of_a_rating_holds_its_code_or_ticket_and_its_moment_is_the_day() {
    let mut town = Town::new();
    town.invite("t1", 0, 5);
    for n in 0..4 {
        town.give(n, 1);
    }
    town.give(4, 5);
    town.rate(&Actor::Public, revise(0, opinion(5)));
    let mut rated = 0;
    for entry in &town.entries {
        let text = serde_json::to_string(entry).expect("JSON");
        let invited = text.contains("invited/1");
        for n in 0..5 {
            let secret = String::from(code(n));
            assert!(!text.contains(&secret), "a code stands in {text}");
            let ticket = code(n).ticket().to_string();
            assert_eq!(text.contains(&ticket), invited, "{text}");
            if text.contains("\"work\"") {
                assert!(!text.contains(&code(n).rating().to_string()), "{text}");
            }
        }
        if !invited {
            assert_eq!(entry.at, first_day().start(480), "{text}");
            rated += 1;
        }
    }
    assert!(rated >= 7);
    let printed = format!("{:?}", give(3, opinion(1)));
    assert!(!printed.contains("c0c0"), "{printed}");
}

#[test]
fn the_state_holds_no_code() {
    let mut town = Town::new();
    town.invite("t1", 0, 1);
    town.give(0, 5);
    let bytes = town.story.state.snapshot().expect("bytes");
    let secret = hex_bytes(&String::from(code(0)));
    assert!(!bytes.windows(16).any(|window| window == secret));
    assert_eq!(State::restore(&bytes).as_ref(), Some(&town.story.state));
}

fn hex_bytes(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.map(byte).collect()
}

#[test]
fn a_batch_is_named_only_where_it_has_enough_codes() {
    let mut town = Town::new();
    town.invite("t1", 0, 2);
    town.invite("t1", 2, 5);
    let batch = |entries: Vec<Entry>| match &entries[0].event {
        campaign::Event::Rating(Event::Given(given)) => given.batch,
        other => panic!("{other:?}"),
    };
    assert_eq!(batch(town.give(0, 4)), None);
    assert_eq!(batch(town.give(2, 4)), Some(BatchId(1)));
}

#[test]
fn every_level_is_as_easy_to_give_as_the_highest() {
    for level in 0..=5 {
        let mut town = Town::new();
        town.invite("t1", 0, 1);
        let bare = Opinion {
            level: rating::Level::try_from(level).ok(),
            ..Opinion::default()
        };
        let first = town.rate(&Actor::Public, give(0, bare.clone()));
        assert!(matches!(
            first[0].event,
            campaign::Event::Rating(Event::Given(_))
        ));
        town.rate(&Actor::Public, revise(0, bare));
    }
}

#[test]
fn a_real_grievance_in_a_burst_waits_and_then_counts() {
    let mut town = Town::new();
    town.invite("t1", 0, 10);
    for n in 0..3 {
        town.give(n, 1);
    }
    assert_eq!(levels(&town.story.state, "t1").of[0], 3);
    let entries = town.give(3, 2);
    assert_eq!(kinds(&entries), ["rating given/1", "rating burst-opened/1"]);
    town.give(4, 1);
    town.give(5, 5);
    let state = &town.story.state;
    assert_eq!(
        levels(state, "t1").of,
        [0, 0, 0, 0, 1],
        "the good one counts"
    );
    let all = Filter::default();
    assert_eq!(state.ratings.not_counting(september(), all), (5, 0));
    let (id, burst) = state.ratings.unsettled().next().expect("shown at once");
    assert_eq!((id, &burst.unit), (BurstId(0), &unit("t1")));
    assert_eq!(burst.decide_by, day("2026-09-04"));

    let decide = Action::DecideBurst {
        burst: id,
        finding: Finding::Grievance,
        reason: note(1),
    };
    town.rate(&person("judge1"), decide);
    let state = &town.story.state;
    assert_eq!(levels(state, "t1").of, [4, 1, 0, 0, 1]);
    assert_eq!(state.ratings.unsettled().count(), 0);
    // What comes after the decision counts, until there are as many again.
    town.give(6, 1);
    assert_eq!(levels(&town.story.state, "t1").of[0], 5);
}

fn attacked(town: &mut Town) -> Vec<RatingId> {
    town.invite("t1", 0, 4);
    for n in 0..4 {
        town.give(n, 1);
    }
    let decide = Action::DecideBurst {
        burst: BurstId(0),
        finding: Finding::Attack,
        reason: note(1),
    };
    let entries = town.rate(&person("judge1"), decide);
    assert_eq!(
        entries.len(),
        5,
        "a decision, and a proposal for each rating"
    );
    (0..4).map(|n| code(n).rating()).collect()
}

#[test]
fn an_attack_is_set_aside_only_when_a_second_person_confirms() {
    let mut town = Town::new();
    let ratings = attacked(&mut town);
    let all = Filter::default();
    let counts = |town: &Town| town.story.state.ratings.not_counting(september(), all);
    assert_eq!(counts(&town), (4, 0));
    let second = |ratings: &[RatingId], second| Action::SecondExclusions {
        ratings: ratings.to_vec(),
        second,
        reason: note(2),
    };
    town.refuse_rate(
        &person("judge1"),
        second(&ratings, Second::Confirmed),
        "second-person",
    );
    town.rate(&person("judge2"), second(&ratings[..3], Second::Confirmed));
    assert_eq!(counts(&town), (1, 3));
    town.rate(&person("judge2"), second(&ratings[3..], Second::Refused));
    assert_eq!(counts(&town), (0, 3));
    assert_eq!(levels(&town.story.state, "t1").of[0], 1);
    assert_eq!(town.story.state.ratings.unsettled().count(), 0);
}

#[test]
fn what_nobody_settles_in_time_counts() {
    for attack in [false, true] {
        let mut town = Town::new();
        if attack {
            attacked(&mut town);
        } else {
            town.invite("t1", 0, 4);
            for n in 0..4 {
                town.give(n, 1);
            }
        }
        town.go_to(day("2026-09-04"));
        town.refuse_rate(&Actor::Clock, Action::Tick, "nothing-due");
        town.go_to(day("2026-09-05"));
        let entries = town.rate(&Actor::Clock, Action::Tick);
        assert_eq!(kinds(&entries), ["rating burst-lapsed/1"]);
        assert_eq!(levels(&town.story.state, "t1").of[0], 4);
        assert_eq!(town.story.state.ratings.exclusions().count(), 0);
        town.refuse_rate(&Actor::Clock, Action::Tick, "nothing-due");
    }
}

#[test]
fn a_single_exclusion_takes_two_people_and_its_rating_counts_until_then() {
    let mut town = Town::new();
    town.invite("t1", 0, 1);
    town.give(0, 3);
    let rating = code(0).rating();
    let exclude = Action::Exclude {
        rating,
        reason: note(1),
    };
    town.rate(&person("judge1"), exclude);
    assert_eq!(levels(&town.story.state, "t1").of[2], 1);
    let confirm = Action::SecondExclusions {
        ratings: vec![rating],
        second: Second::Confirmed,
        reason: note(2),
    };
    town.rate(&person("judge2"), confirm);
    assert_eq!(levels(&town.story.state, "t1"), Levels::default());
    let rating = town
        .story
        .state
        .ratings
        .rating(rating)
        .expect("still there");
    assert_eq!(rating.standing, Standing::SetAside);
}

#[test]
fn a_hotlines_table_comes_in_whole_and_only_once() {
    let mut town = Town::new();
    let table = "case,unit,day,level,service,phone\n\
                 H-1,t1,2026-09-01,不满意,licence,1\n\
                 H-2,t1,2026-09-01,5,,1\n\
                 H-3,t2,2026-08-31,说不清,subsidy,1\n";
    let today = first_day();
    let read = |town: &Town, text: &str| {
        import::read(&town.story.state, today, "hotline.csv", text.as_bytes())
    };
    let import = read(&town, table).expect("sound");
    assert_eq!(import.cases.len(), 3);
    assert_eq!(import.warnings.len(), 1, "a column that isn't read");
    let cases = import.cases;
    let import = Action::ImportCases {
        cases: cases.clone(),
    };
    let entries = town.rate(&Actor::Program("hotline".into()), import.clone());
    assert_eq!(entries.len(), 3, "rectifications come with the day's end");
    town.refuse_rate(&Actor::Program("hotline".into()), import, "case-known");
    let levels = levels(&town.story.state, "t1");
    assert_eq!(levels.of, [0, 1, 0, 0, 1]);
    let august = town.story.state.ratings.levels(period("2026-08"), None);
    assert_eq!(august[&unit("t2")].cannot_say, 1, "by the caller's day");
    for entry in &town.entries {
        assert!(!serde_json::to_string(entry).unwrap().contains("H-1"));
    }
    // Files may overlap, but not contradict.
    let again = read(&town, table).expect("known, and the same");
    assert!(again.cases.is_empty());
    assert_eq!(again.warnings.len(), 4);
    let other = read(&town, &table.replace("不满意", "1")).expect_err("differs");
    assert_eq!(other[0].code, "case-differs");
}

#[test]
fn every_error_of_a_hotlines_table_is_told_by_cell() {
    let town = Town::new();
    let read = |text: &str| {
        import::read(&town.story.state, first_day(), "h.csv", text.as_bytes())
            .expect_err("wrong")
            .iter()
            .map(|finding| finding.code)
            .collect::<Vec<_>>()
    };
    let header = "case,unit,day,level,service,group\n";
    let rows = "A,t9,2026-13-01,6,x,y\nB,t1,2026-09-02,4,,\n,t1,2026-09-01,4,,\n\
                C,t1,2026-09-01,4,,\nC,t1,2026-09-01,4,,\n";
    let expected = [
        "case-unit",
        "case-day",
        "case-level",
        "case-service",
        "case-group",
        "case-day",
        "case-empty",
        "case-twice",
    ];
    assert_eq!(read(&format!("{header}{rows}")), expected);
    assert_eq!(read("case,unit\nA,t1\n"), ["case-column", "case-column"]);
    let told: BTreeSet<&str> = import::CODES.iter().map(|(code, _, _)| *code).collect();
    assert!(expected.iter().all(|code| told.contains(code)));
}

#[test]
fn ratings_without_invitation_stand_apart() {
    let mut town = Town::new();
    let open = Action::GiveOpen {
        unit: unit("t1"),
        service: None,
        group: None,
        opinion: opinion(1),
    };
    for _ in 0..5 {
        let entries = town.rate(&Actor::Public, open.clone());
        assert_eq!(
            kinds(&entries),
            ["rating open-given/1"],
            "no burst, no rectification"
        );
    }
    assert_eq!(levels(&town.story.state, "t1"), Levels::default());
    let (scored, apart) = shown(&town.story.state, september(), Filter::default());
    assert_eq!(scored, Shown::Levels(Levels::default()));
    assert!(matches!(apart, Shown::Levels(levels) if levels.of[0] == 5));
}

#[test]
fn few_ratings_are_withheld() {
    let mut town = Town::new();
    town.invite("t1", 0, 3);
    let t1 = unit("t1");
    let of_t1 = Filter {
        unit: Some(&t1),
        ..Filter::default()
    };
    for n in 0..3 {
        let (scored, _) = shown(&town.story.state, september(), of_t1);
        assert_eq!(scored == Shown::Withheld, n > 0);
        town.give(n, 4);
    }
    let (scored, _) = shown(&town.story.state, september(), of_t1);
    assert!(matches!(scored, Shown::Levels(levels) if levels.of[3] == 3));
}

#[test]
fn the_measure_is_the_share_of_the_highest_levels() {
    let mut town = Town::new();
    town.invite("t1", 0, 5);
    for (n, level) in [5, 4, 3, 1, 0].into_iter().enumerate() {
        town.give(u32::try_from(n).unwrap(), level);
    }
    let share = |group: Option<&str>| RatingShare {
        group: group.map(|group| rulebook::model::Id(group.to_owned())),
        top_levels: 2,
    };
    let all = tally(&town.story.state, &share(None), september());
    let t1 = all[&unit("t1")];
    assert_eq!((t1.value, t1.n), (0.5, Some(4.0)), "can't say is no level");
    let same = |unit_id: &str, gap: f64| all[&unit(unit_id)].value.to_bits() == gap.to_bits();
    assert!(same("t2", MISSING), "townships offer services");
    assert!(same("office", NOT_APPLICABLE), "offices offer none");
    let firms = tally(&town.story.state, &share(Some("firms")), september());
    assert_eq!(firms[&unit("t1")].n, Some(0.0));
}

#[test]
fn guardians_are_told_apart_and_tags_are_counted() {
    let mut town = Town::new();
    let Action::Invite {
        unit: rated,
        service,
        group,
        ..
    } = invite("t1", vec![])
    else {
        unreachable!()
    };
    let tickets = vec![code(0).ticket(), code(1).ticket()];
    let guardians = Action::Invite {
        unit: rated,
        service,
        group,
        voice: Voice::Guardian,
        tickets,
    };
    town.rate(&person("a1"), guardians);
    let tagged = |tags: &[&str]| Opinion {
        tags: tags.iter().map(|tag| Name::from(*tag)).collect(),
        ..opinion(4)
    };
    town.rate(&Actor::Public, give(0, tagged(&["kind", "slow"])));
    town.rate(&Actor::Public, give(1, tagged(&["slow"])));
    town.rate(&Actor::Public, revise(1, tagged(&["kind"])));
    let ratings = &town.story.state.ratings;
    let rating = ratings.rating(code(0).rating()).expect("given");
    assert_eq!(rating.voice, Voice::Guardian);
    let tags = ratings.tags(&unit("t1"), september());
    assert_eq!(tags[&Name::from("kind")], 2);
    assert_eq!(tags[&Name::from("slow")], 1);
    assert_eq!(ratings.invited(september(), Filter::default()), (2, 0));
}

#[test]
fn codes_long_expired_are_forgotten() {
    let mut town = Town::new();
    town.invite("t1", 0, 1);
    town.go_to(day("2026-10-02"));
    town.refuse_rate(&Actor::Public, give(0, opinion(5)), "code-expired");
    town.go_to(day("2026-12-01"));
    town.invite("t1", 1, 2);
    town.refuse_rate(&Actor::Public, give(0, opinion(5)), "code-unknown");
    assert!(town.story.state.ratings.batch(BatchId(0)).is_none());
}

fn exclude(rating: RatingId) -> Action {
    Action::Exclude {
        rating,
        reason: note(1),
    }
}

fn second(n: u32) -> Action {
    Action::SecondExclusions {
        ratings: vec![code(n).rating()],
        second: Second::Confirmed,
        reason: note(1),
    }
}

fn burst(n: u32) -> Action {
    Action::DecideBurst {
        burst: BurstId(n),
        finding: Finding::Attack,
        reason: note(1),
    }
}

fn cancel(n: u32) -> Action {
    Action::Cancel {
        batch: BatchId(n),
        reason: note(1),
    }
}

fn cases(cases: Vec<Case>) -> Action {
    Action::ImportCases { cases }
}

fn open(unit_id: &str, service: &str, group: &str, tag: &str) -> Action {
    Action::GiveOpen {
        unit: unit(unit_id),
        service: Some(Name::from(service)),
        group: Some(Name::from(group)),
        opinion: Opinion {
            tags: [Name::from(tag)].into(),
            ..opinion(3)
        },
    }
}

/// For each code about who asks and about what, a command that could be refused for what stands later in the list too.
fn refusals_of_who_and_what() -> Vec<(&'static str, Actor, Action)> {
    let public = Actor::Public;
    let judge = person("judge1");
    let strange = RatingId([9; 16]);
    vec![
        ("rating-named", person("a1"), give(1, opinion(1))),
        ("not-the-clock", public.clone(), Action::Tick),
        ("no-account", public.clone(), invite("t1", vec![])),
        ("not-a-person", public.clone(), exclude(strange)),
        (
            "too-many",
            judge.clone(),
            Action::SecondExclusions {
                ratings: vec![strange; 1_001],
                second: Second::Confirmed,
                reason: note(1),
            },
        ),
        ("no-such-batch", desk(), cancel(99)),
        ("no-such-burst", judge.clone(), burst(9)),
        ("no-such-rating", judge.clone(), exclude(strange)),
        ("no-such-unit", public.clone(), open("t9", "x", "y", "z")),
        ("no-such-service", public.clone(), open("t1", "x", "y", "z")),
        (
            "no-such-service",
            public.clone(),
            open("office", "licence", "y", "z"),
        ),
        (
            "no-such-group",
            public.clone(),
            open("t1", "licence", "y", "z"),
        ),
        (
            "no-such-group",
            public.clone(),
            open("t1", "licence", "firms", "z"),
        ),
        (
            "no-such-tag",
            public.clone(),
            open("t1", "licence", "people", "z"),
        ),
        ("not-your-desk", person("b1"), invite("t1", vec![])),
        (
            "not-your-desk",
            person("b1"),
            Action::CallBack {
                rating: code(1).rating(),
            },
        ),
        ("not-entitled", person("clerk"), exclude(code(1).rating())),
        ("concerned", person("a2"), exclude(code(1).rating())),
        ("concerned", person("a1"), cases(vec![case("X", "t1", 5)])),
    ]
}

/// For each code about codes, cases and decisions, a command in the town as [`prepare`] leaves it.
fn refusals_of_state() -> Vec<(&'static str, Actor, Action)> {
    let public = Actor::Public;
    let judge = person("judge1");
    let late = Case {
        day: first_day().plus(400),
        ..case("L", "t1", 3)
    };
    vec![
        ("no-tickets", desk(), invite("t1", vec![])),
        ("ticket-known", desk(), invite("t1", vec![code(1).ticket()])),
        ("batch-cancelled", desk(), cancel(1)),
        ("code-unknown", public.clone(), give(77, opinion(1))),
        ("code-cancelled", public.clone(), give(20, opinion(1))),
        ("code-expired", public.clone(), give(30, opinion(1))),
        ("code-used", public.clone(), give(1, opinion(1))),
        ("not-yet-rated", public.clone(), revise(9, opinion(1))),
        ("revised-already", public.clone(), revise(2, opinion(1))),
        ("revise-late", public.clone(), revise(31, opinion(1))),
        ("rating-set-aside", public, revise(3, opinion(1))),
        ("rating-set-aside", judge.clone(), exclude(code(3).rating())),
        ("no-cases", desk(), cases(vec![])),
        ("case-in-future", desk(), cases(vec![late])),
        ("case-known", desk(), cases(vec![case("K", "t1", 5)])),
        (
            "case-known",
            desk(),
            cases(vec![case("N", "t1", 5), case("N", "t1", 4)]),
        ),
        ("burst-decided", judge.clone(), burst(0)),
        (
            "exclusion-pending",
            person("judge2"),
            exclude(code(4).rating()),
        ),
        ("no-exclusion", judge.clone(), second(1)),
        ("second-person", judge, second(4)),
        (
            "no-call-back",
            person("a1"),
            Action::CallBack {
                rating: code(1).rating(),
            },
        ),
        ("nothing-due", Actor::Clock, Action::Tick),
    ]
}

/// Codes: 30 unused and 31 rated, both old; 1 to 9 of batch 1 … see each step.
fn prepare(town: &mut Town) {
    town.invite("t1", 30, 32);
    town.give(31, 5);
    town.go_to(day("2026-10-12"));
    town.invite("t1", 20, 21);
    town.rate(
        &desk(),
        Action::Cancel {
            batch: BatchId(1),
            reason: note(1),
        },
    );
    town.invite("t1", 1, 10);
    for n in 1..5 {
        town.give(n, 4);
    }
    town.rate(&Actor::Public, revise(2, opinion(5)));
    let exclude = |n: u32| Action::Exclude {
        rating: code(n).rating(),
        reason: note(1),
    };
    town.rate(&person("judge1"), exclude(3));
    town.rate(&person("judge1"), exclude(4));
    let confirm = Action::SecondExclusions {
        ratings: vec![code(3).rating()],
        second: Second::Confirmed,
        reason: note(1),
    };
    town.rate(&person("judge2"), confirm);
    let cases = vec![case("K", "t1", 5)];
    town.rate(&desk(), Action::ImportCases { cases });
    town.invite("t2", 40, 44);
    for n in 40..44 {
        town.give(n, 1);
    }
    let decide = Action::DecideBurst {
        burst: BurstId(0),
        finding: Finding::Grievance,
        reason: note(1),
    };
    town.rate(&person("judge1"), decide);
}

#[test]
fn every_code_is_given_in_its_case_and_the_first_in_the_list_wins() {
    let mut town = Town::new();
    prepare(&mut town);
    let mut given = BTreeSet::new();
    let all = refusals_of_who_and_what().into_iter();
    for (code, by, action) in all.chain(refusals_of_state()) {
        town.refuse_rate(&by, action, code);
        given.insert(code);
    }
    let listed: BTreeSet<&str> = rating::REFUSALS.iter().map(|(code, _, _)| *code).collect();
    assert_eq!(given, listed);
}

/// Counts every rating of the state anew: what counts by unit and period, what is held, what is set aside.
fn recounted(state: &State) -> (BTreeMap<(String, Period), Levels>, u32, u32) {
    let (mut levels, mut held, mut aside) = (BTreeMap::new(), 0, 0);
    for rating in state.ratings.all() {
        match rating.standing {
            Standing::Held => held += 1,
            Standing::SetAside => aside += 1,
            Standing::Counts => {
                let key = (rating.unit.to_string(), rating.period);
                let counts: &mut Levels = levels.entry(key).or_default();
                match rating.level {
                    None => counts.cannot_say += 1,
                    Some(level) => counts.of[usize::from(u8::from(level)) - 1] += 1,
                }
            }
        }
    }
    (levels, held, aside)
}

fn random_action(town: &mut Town, (what, n, level): (u8, u32, u8)) {
    let judge = |n: u32| {
        person(if n.is_multiple_of(2) {
            "judge1"
        } else {
            "judge2"
        })
    };
    let (by, action) = match what {
        0..=4 => (Actor::Public, give(n, opinion(level))),
        5..=6 => (Actor::Public, revise(n, opinion(level))),
        7 => {
            let rating = code(n).rating();
            let reason = note(1);
            (judge(n), Action::Exclude { rating, reason })
        }
        8 => {
            let second = if level > 2 {
                Second::Confirmed
            } else {
                Second::Refused
            };
            let second = Action::SecondExclusions {
                ratings: vec![code(n).rating()],
                second,
                reason: note(2),
            };
            (judge(n + 1), second)
        }
        9 => {
            let finding = if level > 2 {
                Finding::Attack
            } else {
                Finding::Grievance
            };
            let decide = Action::DecideBurst {
                burst: BurstId(n % 4),
                finding,
                reason: note(3),
            };
            (judge(n), decide)
        }
        10 => (Actor::Clock, Action::Tick),
        _ => {
            let tomorrow = town.today().plus(i32::from(level));
            town.go_to(tomorrow);
            return;
        }
    };
    // Refusals change nothing and are part of the game.
    let _ = town.send(&by, campaign::Action::Rating(action));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_counters_equal_what_is_counted_anew(
        steps in prop::collection::vec((0_u8..12, 0_u32..40, 0_u8..6), 1..120)
    ) {
        let mut town = Town::new();
        town.invite("t1", 0, 20);
        town.invite("t2", 20, 40);
        for step in steps {
            random_action(&mut town, step);
        }
        let state = &town.story.state;
        let (levels, held, aside) = recounted(state);
        let (mut all_held, mut all_aside) = (0, 0);
        for month in ["2026-09", "2026-10", "2026-11", "2026-12"] {
            let month = period(month);
            for (unit, counts) in state.ratings.levels(month, None) {
                let expected = levels.get(&(unit.to_string(), month)).copied();
                prop_assert_eq!(counts, expected.unwrap_or_default());
            }
            let (held, aside) = state.ratings.not_counting(month, Filter::default());
            all_held += held;
            all_aside += aside;
        }
        prop_assert_eq!((all_held, all_aside), (held, aside));
        let bytes = state.snapshot().expect("bytes");
        let restored = State::restore(&bytes);
        prop_assert_eq!(restored.as_ref(), Some(state));
    }
}

/// What a reader can tell of the parts of one split: for each withheld one the least and the most it can be, by counting alone.
fn told(all: Option<u32>, parts: &[u32], hidden: &[bool]) -> Vec<(u32, Option<u32>)> {
    let open: u32 = parts
        .iter()
        .zip(hidden)
        .filter(|(_, hidden)| !**hidden)
        .map(|(n, _)| *n)
        .sum();
    let count = hidden.iter().filter(|hidden| **hidden).count();
    hidden
        .iter()
        .filter(|hidden| **hidden)
        .map(|_| match all {
            Some(all) if count == 1 => (all - open, Some(all - open)),
            Some(all) => (0, Some(all - open)),
            None => (0, None),
        })
        .collect()
}

proptest! {
    #[test]
    fn no_withheld_count_follows_from_the_rest(
        cells in prop::collection::vec((0_usize..4, 0_usize..4, prop_oneof![3 => 0_u32..6, 1 => 0_u32..60]), 1..10),
        least in 1_u32..8,
    ) {
        let (mut groups, mut services) = ([0; 4], [0; 4]);
        for (group, service, count) in cells {
            groups[group] += count;
            services[service] += count;
        }
        let all: u32 = groups.iter().sum();
        let hidden = withheld(all, &[&groups, &services], least);
        prop_assert_eq!(hidden.len(), 9);
        let (whole, rest) = hidden.split_first().unwrap();
        let splits = [(&groups, &rest[..4]), (&services, &rest[4..])];
        let small = |n: u32| 0 < n && n < least;
        // Whoever has all parts of a split has the whole.
        let known = !whole || splits.iter().any(|(_, hidden)| !hidden.contains(&true));
        prop_assert!(!(small(all) && known));
        for (parts, hidden) in splits {
            for (n, hidden) in parts.iter().zip(hidden) {
                prop_assert!(*hidden || !small(*n), "{n} of at least {least} is shown");
                prop_assert!(*n > 0 || !hidden, "none is shown as none");
            }
            let is_small = parts.iter().zip(hidden).any(|(n, hidden)| *hidden && small(*n));
            for (low, high) in told(known.then_some(all), parts, hidden) {
                if is_small {
                    prop_assert!(high.is_none_or(|high| high - low >= least), "{low} to {high:?}");
                }
            }
        }
        if all == 0 || groups.iter().chain(&services).all(|n| !small(*n)) {
            prop_assert!(!hidden.contains(&true), "nothing small, nothing withheld");
        }
    }
}

#[test]
fn a_small_group_is_withheld_with_another_beside_the_whole() {
    let mut town = Town::new();
    town.invite("t1", 0, 4);
    let Action::Invite {
        unit: rated,
        service,
        voice,
        ..
    } = invite("t1", vec![])
    else {
        unreachable!()
    };
    let tickets = (4..6).map(|n| code(n).ticket()).collect();
    let firms = Action::Invite {
        unit: rated,
        service: service.filter(|service| service.as_str() == "subsidy"),
        group: Some(Name::from("firms")),
        voice,
        tickets,
    };
    town.rate(&person("a1"), firms);
    for n in 0..6 {
        town.give(n, 4);
    }
    let t1 = unit("t1");
    let later = town
        .story
        .state
        .rules
        .of(september())
        .unwrap()
        .calendar
        .last_day(september())
        .plus(1);
    let found = rating::told(&town.story.state, &t1, september(), later);
    let (people, firms) = (Name::from("people"), Name::from("firms"));
    assert!(matches!(found.all, Shown::Levels(levels) if levels.all() == 6));
    assert_eq!(
        found.group(Some(&firms)),
        Shown::Withheld,
        "two of at least three"
    );
    assert_eq!(
        found.group(Some(&people)),
        Shown::Withheld,
        "else it follows that firms are two"
    );
    let nobody = Shown::Levels(Levels::default());
    assert_eq!(found.group(Some(&Name::from("others"))), nobody);
    assert_eq!(found.open, Some(nobody));
}
