//! Units, people, posts, roles, relations: what holds from which day on, and what is refused.

use campaign::id::PostId;
use campaign::organisation::{Action, Bar, Charge, Facts, Grant, NewPerson, NewUnit, Post};
use campaign::{Actor, Date, ItemId, Note, UnitId, rules, vault};

use crate::support::{Story, day, folder, person, unit};

fn facts(name: &str, parent: Option<&str>) -> Facts {
    Facts {
        name: name.to_owned(),
        category: "office".into(),
        parent: parent.map(UnitId::from),
        attributes: [("cluster".into(), "hill".to_owned())].into(),
    }
}

fn new(id: &str, parent: Option<&str>) -> NewUnit {
    NewUnit {
        unit: unit(id),
        facts: facts(id, parent),
    }
}

fn started() -> Story {
    let mut story = Story::at(day("2026-03-02").start(480));
    story
        .send(&Actor::Public, folder())
        .expect("the rules hold");
    let units = vec![
        new("county", None),
        new("a", Some("county")),
        new("b", Some("county")),
        new("a1", Some("a")),
    ];
    story.organise(Action::ImportUnits {
        from: day("2026-01-01"),
        units,
    });
    story.organise(register(&[
        ("p1", "a"),
        ("p2", "a1"),
        ("p3", "b"),
        ("p4", "county"),
    ]));
    story
}

fn register(people: &[(&str, &str)]) -> Action {
    let new = |(id, at): &(&str, &str)| NewPerson {
        person: person(id),
        unit: unit(at),
        profile: Some(note(id.as_bytes()[1])),
    };
    Action::RegisterPeople {
        from: day("2026-01-01"),
        people: people.iter().map(new).collect(),
    }
}

fn note(n: u8) -> Note {
    Note {
        item: ItemId([n; 16]),
        ..Note {
            item: ItemId::default(),
            digest: Default::default(),
        }
    }
}

fn grant(role: &str, at: Option<&str>) -> Grant {
    Grant {
        role: role.into(),
        unit: at.map(UnitId::from),
        from: day("2026-03-01"),
        until: None,
    }
}

impl Story {
    fn organise(&mut self, action: Action) {
        self.send(&Actor::Public, campaign::Action::Organisation(action))
            .expect("is possible");
    }

    fn not_organised(&mut self, action: Action, code: &str) {
        self.refused(
            &Actor::Program("hr".into()),
            campaign::Action::Organisation(action),
            code,
        );
    }
}

#[test]
fn a_change_holds_from_its_day_on_and_the_days_before_stay_as_they_were() {
    let mut story = started();
    let renamed = Facts {
        name: "甲局".to_owned(),
        ..facts("a", Some("b"))
    };
    story.organise(Action::ChangeUnit {
        unit: unit("a"),
        from: day("2026-04-01"),
        facts: renamed,
    });
    let known =
        |story: &Story, on: &str| story.state.organisation.facts(&unit("a"), day(on)).cloned();
    assert_eq!(
        known(&story, "2026-03-31").map(|f| f.name),
        Some("a".to_owned())
    );
    assert_eq!(
        known(&story, "2026-04-01").map(|f| f.name),
        Some("甲局".to_owned())
    );
    assert_eq!(known(&story, "2025-12-31"), None);
    let organisation = &story.state.organisation;
    assert!(!organisation.is_within(&unit("a1"), &unit("b"), day("2026-03-31")));
    assert!(organisation.is_within(&unit("a1"), &unit("b"), day("2026-04-01")));
}

#[test]
fn a_merged_unit_hands_its_units_and_people_on() {
    let mut story = started();
    story.organise(Action::MergeUnit {
        unit: unit("a"),
        into: unit("b"),
        from: day("2026-05-01"),
    });
    let organisation = &story.state.organisation;
    assert_eq!(organisation.facts(&unit("a"), day("2026-05-01")), None);
    assert_eq!(
        organisation.parent(&unit("a1"), day("2026-05-01")),
        Some(&unit("b"))
    );
    assert_eq!(
        organisation.unit_of(&person("p1"), day("2026-05-01")),
        Some(&unit("b"))
    );
    assert_eq!(
        organisation.unit_of(&person("p1"), day("2026-04-30")),
        Some(&unit("a"))
    );
    assert_eq!(
        organisation
            .unit(&unit("a"))
            .and_then(|u| u.successor.clone()),
        Some(unit("b"))
    );
}

#[test]
fn an_import_founds_what_is_new_changes_what_differs_and_is_refused_when_nothing_would_change() {
    let mut story = started();
    let list = |name: &str| {
        vec![
            NewUnit {
                unit: unit("b"),
                facts: facts(name, Some("county")),
            },
            new("c", Some("b")),
        ]
    };
    let action = Action::ImportUnits {
        from: day("2026-03-01"),
        units: list("乙局"),
    };
    let entries = story
        .send(
            &Actor::Public,
            campaign::Action::Organisation(action.clone()),
        )
        .expect("is possible");
    assert_eq!(entries.len(), 2);
    story.not_organised(action, "nothing-changes");
}

#[test]
fn a_list_of_units_is_imported_as_the_rulebook_reads_it() {
    let story = started();
    let book = story.state.rules.latest().expect("adopted");
    let csv = "unit,name,category,parent,cluster\nx,未区,office,,hill\ny,申区,office,x,plain\n"
        .as_bytes();
    let units = rulebook::organisation::read("organisation.csv", csv, &book.campaign.file)
        .expect("no mistakes");
    let mut other = Story::at(story.now);
    other
        .send(&Actor::Public, folder())
        .expect("the rules hold");
    other.organise(Action::ImportUnits {
        from: day("2026-01-01"),
        units: campaign::organisation::units_of(&units),
    });
    let organisation = &other.state.organisation;
    assert_eq!(
        organisation.parent(&unit("y"), day("2026-01-01")),
        Some(&unit("x"))
    );
}

#[test]
fn a_role_covers_its_unit_and_all_below_on_its_days() {
    let mut story = started();
    let until = Grant {
        until: Some(day("2026-03-31")),
        ..grant("staff", Some("a"))
    };
    story.organise(Action::GiveRole {
        person: person("p3"),
        grant: until,
    });
    let has = |story: &Story, at: &str, on: &str| {
        story
            .state
            .organisation
            .has_role(&person("p3"), "staff", &unit(at), day(on))
    };
    assert!(has(&story, "a1", "2026-03-31"));
    assert!(
        !has(&story, "a1", "2026-04-01")
            && !has(&story, "b", "2026-03-31")
            && !has(&story, "a", "2026-02-28")
    );
    story.organise(Action::EndRole {
        person: person("p3"),
        role: "staff".into(),
        unit: Some(unit("a")),
        until: day("2026-03-10"),
    });
    assert!(has(&story, "a", "2026-03-10") && !has(&story, "a", "2026-03-11"));
}

#[test]
fn own_unit_superiors_relations_and_shared_duty_bar_and_those_below_do_not() {
    let mut story = started();
    story.organise(Action::DeclareRelation {
        one: person("p3"),
        other: person("p1"),
    });
    let team = Charge {
        principal: Some(person("p3")),
        in_charge: None,
        team: vec![person("p4")],
    };
    story.organise(Action::GiveCharge {
        unit: unit("b"),
        from: day("2026-03-01"),
        charge: team,
    });
    let today = day("2026-03-02");
    let barred = |judge: &str, about: Option<&str>, at: Option<&str>| {
        let (about, at) = (about.map(person), at.map(unit));
        story
            .state
            .organisation
            .barred(&person(judge), about.as_ref(), at.as_ref(), today)
    };
    assert_eq!(barred("p1", Some("p1"), None), Some(Bar::Self_));
    assert_eq!(
        barred("p1", Some("p3"), None),
        Some(Bar::Related(person("p3")))
    );
    assert_eq!(
        barred("p4", Some("p3"), None),
        Some(Bar::SharedDuty(unit("b")))
    );
    assert_eq!(
        barred("p2", None, Some("a")),
        Some(Bar::OwnUnit(unit("a"))),
        "a superior's mark isn't for those below"
    );
    assert_eq!(
        barred("p1", Some("p2"), Some("a1")),
        None,
        "a superior looks after those below"
    );
    assert_eq!(barred("p2", None, Some("b")), None);
}

#[test]
fn posts_are_taken_and_left() {
    let mut story = started();
    let made = Post {
        unit: unit("a"),
        name: "窗口".to_owned(),
        duties: vec!["接件".to_owned()],
        from: day("2026-01-01"),
        until: None,
    };
    let post = PostId::from("desk");
    story.organise(Action::MakePost {
        post: post.clone(),
        made,
    });
    let take = Action::TakePost {
        post: post.clone(),
        person: person("p1"),
        from: day("2026-03-01"),
    };
    story.organise(take.clone());
    story.not_organised(take, "nothing-changes");
    story.organise(Action::LeavePost {
        post: post.clone(),
        person: person("p1"),
        until: day("2026-03-20"),
    });
    story.not_organised(
        Action::LeavePost {
            post: post.clone(),
            person: person("p1"),
            until: day("2026-03-21"),
        },
        "no-such-post",
    );
    story.organise(Action::EndPost {
        post: post.clone(),
        until: day("2026-06-30"),
    });
    story.not_organised(
        Action::TakePost {
            post,
            person: person("p1"),
            from: day("2026-07-01"),
        },
        "no-such-post",
    );
}

#[test]
fn a_person_can_be_erased_from_the_vault_and_the_entries_stay() {
    let mut story = started();
    let erase = campaign::Action::Vault(vault::Action::ErasePerson {
        person: person("p2"),
        reason: None,
    });
    let entries = story
        .send(&Actor::Public, erase.clone())
        .expect("is possible");
    assert_eq!(entries[0].erases(), [ItemId([b'2'; 16])]);
    assert_eq!(
        story
            .state
            .organisation
            .person(&person("p2"))
            .and_then(|p| p.profile),
        None
    );
    story.refused(&Actor::Public, erase, "nothing-to-erase");
    let nobody = campaign::Action::Vault(vault::Action::ErasePerson {
        person: person("p9"),
        reason: None,
    });
    story.refused(&Actor::Public, nobody, "person-unknown");
}

/// Each code of the organisation is given, and where two are due the one listed first.
#[test]
#[expect(clippy::too_many_lines, reason = "one table of cases")]
fn every_refusal_is_given_in_its_place() {
    let from = day("2026-03-01");
    let change = |id: &str, facts: Facts| Action::ChangeUnit {
        unit: unit(id),
        from,
        facts,
    };
    let post = |unit_id: &str, name: &str| Post {
        unit: unit(unit_id),
        name: name.to_owned(),
        duties: vec![],
        from,
        until: None,
    };
    let cases: Vec<(&str, Action)> = vec![
        (
            "bad-id",
            Action::ImportUnits {
                from,
                units: vec![new("a b", Some("nowhere"))],
            },
        ),
        ("bad-id", register(&[("13800000000", "nowhere")])),
        ("person-exists", register(&[("p1", "nowhere")])),
        ("no-such-unit", register(&[("p9", "nowhere")])),
        ("no-such-unit", change("nowhere", facts("", None))),
        (
            "no-such-category",
            change(
                "a",
                Facts {
                    category: "x".into(),
                    ..facts("", None)
                },
            ),
        ),
        (
            "attribute-value",
            change(
                "a",
                Facts {
                    attributes: [("cluster".into(), "sea".to_owned())].into(),
                    ..facts("", None)
                },
            ),
        ),
        ("empty-name", change("a", facts(" ", None))),
        ("parent-cycle", change("a", facts("a", Some("a1")))),
        (
            "parent-cycle",
            Action::ImportUnits {
                from,
                units: vec![new("x", Some("y")), new("y", Some("x"))],
            },
        ),
        (
            "unit-in-use",
            Action::CloseUnit {
                unit: unit("a"),
                from,
            },
        ),
        ("nothing-changes", change("a", facts("a", Some("county")))),
        (
            "no-such-person",
            Action::MovePerson {
                person: person("p9"),
                from,
                unit: Some(unit("b")),
            },
        ),
        (
            "no-such-unit",
            Action::MovePerson {
                person: person("p9"),
                from,
                unit: Some(unit("nowhere")),
            },
        ),
        ("no-such-unit", change("a", facts("", Some("nowhere")))),
        (
            "bad-id",
            register(&[("p9", "nowhere"), ("p1", "a"), ("13800000000", "a")]),
        ),
        ("person-exists", register(&[("p9", "nowhere"), ("p1", "a")])),
        (
            "unit-twice",
            Action::ImportUnits {
                from,
                units: vec![new("x", Some("nowhere")), new("x", None)],
            },
        ),
        (
            "too-many",
            Action::ImportUnits {
                from,
                units: vec![new("a b", None); 5_001],
            },
        ),
        ("too-many", register(&vec![("13", "nowhere"); 5_001])),
        (
            "too-many",
            Action::GiveCharge {
                unit: unit("nowhere"),
                from,
                charge: Charge {
                    team: vec![person("p9"); 101],
                    ..Charge::default()
                },
            },
        ),
        (
            "no-such-role",
            Action::GiveRole {
                person: person("p1"),
                grant: grant("king", None),
            },
        ),
        (
            "no-such-post",
            Action::TakePost {
                post: PostId::from("none"),
                person: person("p1"),
                from,
            },
        ),
        (
            "empty-name",
            Action::MakePost {
                post: PostId::from("new"),
                made: post("a", ""),
            },
        ),
        (
            "no-such-unit",
            Action::MakePost {
                post: PostId::from("new"),
                made: post("nowhere", ""),
            },
        ),
        (
            "related-to-self",
            Action::DeclareRelation {
                one: person("p1"),
                other: person("p1"),
            },
        ),
        (
            "nothing-changes",
            Action::EndRelation {
                one: person("p1"),
                other: person("p2"),
                reason: None,
            },
        ),
    ];
    let mut story = started();
    let office = PostId::from("office");
    story.organise(Action::MakePost {
        post: office.clone(),
        made: post("a", "内勤"),
    });
    let again = Action::MakePost {
        post: office,
        made: post("nowhere", ""),
    };
    story.not_organised(again, "post-exists");
    for (code, action) in cases {
        story.not_organised(action, code);
    }
}

/// What a period that is cut off is scored with: nothing of it changes afterwards.
#[test]
fn nothing_changes_from_a_day_that_is_cut_off() {
    let mut story = started();
    let post = PostId::from("desk");
    let made = Post {
        unit: unit("a"),
        name: "窗口".to_owned(),
        duties: vec![],
        from: day("2026-02-01"),
        until: None,
    };
    story.organise(Action::MakePost {
        post: post.clone(),
        made: made.clone(),
    });
    story.now = day("2026-02-20").start(480);
    let tick = campaign::Action::Period(campaign::period::Action::Tick {});
    story.send(&Actor::Clock, tick).expect("January is over");
    for action in on_the_last_day_of_january(&made) {
        story.not_organised(action, "date-past");
    }
    story.organise(Action::EndPost {
        post,
        until: day("2026-02-28"),
    });
}

/// Every action that has a day, with one that lies in a period cut off since.
fn on_the_last_day_of_january(made: &Post) -> Vec<Action> {
    let from = day("2026-01-31");
    let person = || person("p1");
    let given = Grant {
        from,
        ..grant("staff", None)
    };
    vec![
        Action::ImportUnits {
            from,
            units: vec![new("x", Some("x"))],
        },
        Action::ChangeUnit {
            unit: unit("a"),
            from,
            facts: facts("甲局", Some("a1")),
        },
        Action::CloseUnit {
            unit: unit("a"),
            from,
        },
        Action::MergeUnit {
            unit: unit("a"),
            into: unit("a1"),
            from,
        },
        Action::GiveCharge {
            unit: unit("a"),
            from,
            charge: Charge::default(),
        },
        register_from(from),
        Action::MovePerson {
            person: person(),
            from,
            unit: Some(unit("a")),
        },
        Action::GiveRole {
            person: person(),
            grant: given,
        },
        Action::EndRole {
            person: person(),
            role: "staff".into(),
            unit: None,
            until: day("2026-01-30"),
        },
        Action::MakePost {
            post: "old".into(),
            made: Post {
                from,
                ..made.clone()
            },
        },
    ]
}

fn register_from(from: Date) -> Action {
    let Action::RegisterPeople { people, .. } = register(&[("p9", "a")]) else {
        panic!("a registration");
    };
    Action::RegisterPeople { from, people }
}

#[test]
fn a_relation_ends_and_a_profile_is_written_anew() {
    let mut story = started();
    let related = |story: &Story| {
        let organisation = &story.state.organisation;
        organisation.are_related(&person("p1"), &person("p3"))
    };
    let (one, other) = (person("p3"), person("p1"));
    story.organise(Action::DeclareRelation { one, other });
    assert!(related(&story));
    story.organise(Action::EndRelation {
        one: person("p1"),
        other: person("p3"),
        reason: Some(note(8)),
    });
    assert!(!related(&story));
    story.organise(Action::ChangeProfile {
        person: person("p1"),
        profile: note(9),
    });
    let profile = |story: &Story| {
        let known = story.state.organisation.person(&person("p1"));
        known.and_then(|known| known.profile)
    };
    assert_eq!(profile(&story), Some(note(9)));
    let items = story.state.vault.of(&person("p1"));
    assert_eq!(items, [note(b'1').item, note(9).item], "both can be erased");
    let erase = vault::Action::EraseItems {
        items: vec![note(9).item],
        reason: Some(note(10)),
    };
    let entries = story
        .send(&Actor::Public, campaign::Action::Vault(erase))
        .expect("is possible");
    assert_eq!(entries[0].erases(), [note(9).item]);
    assert_eq!(story.state.vault.of(&person("p1")), [note(b'1').item]);
    let many = campaign::Action::Vault(vault::Action::EraseItems {
        items: vec![ItemId::default(); 1_001],
        reason: None,
    });
    story.refused(&Actor::Public, many, "too-many");
}

#[test]
fn rules_are_adopted_whole_in_order_of_time_and_never_for_what_is_past() {
    let mut story = started();
    story.refused(&Actor::Public, folder(), "rules-unchanged");
    let campaign::Action::Rules(rules::Action::Adopt { files, .. }) = folder() else {
        panic!()
    };
    let adopt = |from: &str, edit: &dyn Fn(&mut String)| {
        let mut files = files.clone();
        edit(files.get_mut("campaign.toml").expect("there"));
        campaign::Action::Rules(rules::Action::Adopt {
            from: from.parse().expect("a period"),
            files,
        })
    };
    let renamed: &dyn Fn(&mut String) = &|text| *text = text.replace("Trial County", "Trial Shire");
    story.refused(&Actor::Public, adopt("2025-01", renamed), "rules-past");
    story.refused(
        &Actor::Public,
        adopt("2026-04", &|text| {
            *text = text.replace("\"month\"", "\"quarter\"")
        }),
        "rules-calendar",
    );
    story.refused(
        &Actor::Public,
        adopt("2026-04", &|text| text.push_str("nonsense = 1\n")),
        "rules-broken",
    );
    story
        .send(&Actor::Public, adopt("2026-04", renamed))
        .expect("new rules");
    let version = |period: &str| {
        story
            .state
            .rules
            .of(period.parse().expect("a period"))
            .map(|book| book.version)
    };
    assert_eq!(
        (version("2026-03"), version("2026-04"), version("2025-01")),
        (Some(1), Some(2), Some(1))
    );
}

#[test]
fn nothing_happens_before_there_are_rules_or_from_someone_unknown() {
    let mut story = Story::at(day("2026-03-02").start(480));
    story.not_organised(register(&[("p1", "a")]), "no-rules");
    let mut story = started();
    let stranger = Actor::Person(person("p9"));
    story.refused(
        &stranger,
        campaign::Action::Organisation(register(&[("p8", "a")])),
        "unknown-actor",
    );
}

#[test]
fn a_working_day_is_no_rest_no_holiday_or_makes_up_for_one() {
    let story = started();
    let calendar = &story.state.rules.latest().expect("adopted").calendar;
    let working = |on: &str| calendar.is_working(day(on));
    assert!(working("2026-09-30") && !working("2026-10-01") && !working("2026-10-03"));
    assert!(working("2026-10-10"), "a Saturday that makes up");
    assert_eq!(calendar.after(day("2026-09-30"), 1), day("2026-10-08"));
    assert_eq!(calendar.after(day("2026-10-01"), 0), day("2026-10-08"));
    assert_eq!(calendar.between(day("2026-09-30"), day("2026-10-08")), 1);
    assert_eq!(
        calendar.cut_off("2026-09".parse().expect("a period")),
        day("2026-10-10")
    );
    for n in -1000..30_000 {
        let date = Date(n);
        assert_eq!(date.to_string().parse::<Date>(), Ok(date));
        let (year, month, of_month) = date.parts();
        assert_eq!(
            Date::of(year as u16, month as u8, of_month as u8),
            Some(date)
        );
    }
}

#[test]
fn what_is_known_of_a_person_can_be_written_anew_and_a_relation_can_end() {
    let mut story = started();
    story.organise(Action::ChangeProfile {
        person: person("p1"),
        profile: note(9),
    });
    let profile = story
        .state
        .organisation
        .person(&person("p1"))
        .and_then(|p| p.profile);
    assert_eq!(profile, Some(note(9)));
    assert_eq!(
        story.state.vault.of(&person("p1")).len(),
        2,
        "both can be erased"
    );
    let (one, other) = (person("p1"), person("p3"));
    story.organise(Action::DeclareRelation {
        one: one.clone(),
        other: other.clone(),
    });
    story.organise(Action::EndRelation {
        one: other.clone(),
        other: one.clone(),
        reason: Some(note(8)),
    });
    assert!(!story.state.organisation.are_related(&one, &other));
}

#[test]
fn what_results_rest_on_does_not_change_after_the_cut_off() {
    let mut story = started();
    story.now = day("2026-02-20").start(480);
    let tick = campaign::Action::Period(campaign::period::Action::Tick {});
    story.send(&Actor::Clock, tick).expect("January is over");
    let from = day("2026-01-31");
    let renamed = facts("甲局", Some("county"));
    story.not_organised(
        Action::ChangeUnit {
            unit: unit("a"),
            from,
            facts: renamed,
        },
        "date-past",
    );
    let person = person("p1");
    let to = Some(unit("b"));
    story.not_organised(
        Action::MovePerson {
            person,
            from,
            unit: to,
        },
        "date-past",
    );
}
