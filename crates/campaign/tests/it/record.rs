//! Forms and records: what can be filed, by whom, when; what is verified; and the measures that come of it.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![expect(clippy::too_many_lines, reason = "cases stand in tables")]

use std::collections::{BTreeMap, BTreeSet};

use campaign::figure::{Cell, Tallied};
use campaign::id::{Name, PostId};
use campaign::organisation::{self, Facts, Grant, NewPerson, NewUnit};
use campaign::record::{
    About, Action, Attachment, Event, Filing, Outcome, REFUSALS, RecordId, Step, Value, Values,
    Verdict, When, code_digest, draw, due_of_person, due_of_unit, returns, returns_by, size, tally,
};
use campaign::{Actor, Digest, Entry, ItemId, Note, State, rules};
use proptest::prelude::*;
use rulebook::Period;
use rulebook::figures::{MISSING, NOT_APPLICABLE};
use rulebook::model::{CoverageOf, FormTally, Tally};

use crate::support::{Story, day, person, unit};

const CAMPAIGN: &str = r#"
id = "trial"
name = { zh = "试验县", en = "Trial County" }
category = [
    { id = "town", name = { zh = "乡镇", en = "Towns" } },
    { id = "village", name = { zh = "村", en = "Villages" } },
]
role = [
    { id = "staff", name = { zh = "干事", en = "Staff" } },
    { id = "secretary", name = { zh = "书记", en = "Secretary" } },
    { id = "member", name = { zh = "党员", en = "Member" } },
    { id = "helped", name = { zh = "受助者", en = "Those helped" } },
]

[calendar]
period = "month"
holidays = ["2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07"]
working_days = ["2026-10-10"]

[attachments]
max_kilobytes = 10
types = ["jpeg"]
"#;

const MEASURES: &str = r#"
[[measure]]
id = "goals"
name = { zh = "目标", en = "Goals" }
range = { min = 0 }
filled_by = { form = { form = "monthly", field = "goals", tally = "sum" } }
"#;

const SCHEME: &str = r#"
id = "village"
name = { zh = "村细则", en = "Rules of villages" }
category = "village"

[defaults]
missing = "class-mean"
not_applicable = "class-mean"

[[indicator]]
id = "goals"
name = { zh = "目标", en = "Goals" }
kind = "outcome"
points = 100
measure = "goals"
direction = "higher"
rule = { linear = { zero = 0, full = 10 } }
"#;

/// A form: its id, its keys, its fields.
fn form(id: &str, keys: &str, fields: &str) -> (String, String) {
    let text = format!(
        "id = \"{id}\"\nname = {{ zh = \"表\", en = \"Form\" }}\nminutes = 5\n{keys}\n{fields}"
    );
    (format!("forms/{id}.toml"), text)
}

fn field(id: &str, keys: &str) -> String {
    format!("[[field]]\nid = \"{id}\"\nname = {{ zh = \"栏\", en = \"Field\" }}\n{keys}\n")
}

const YES_NO: &str = r#"choices = [{ zh = "是", en = "Yes" }, { zh = "否", en = "No" }]"#;

fn forms() -> Vec<(String, String)> {
    let number = |id: &str| {
        field(
            id,
            "type = \"number\"\nrange = { min = 0, max = 100, whole = true }",
        )
    };
    let choice = |id: &str| field(id, &format!("type = \"choice\"\n{YES_NO}"));
    let marks = field(
        "marks",
        &format!("type = \"checklist\"\nrange = {{ min = 0, max = 100 }}\n{YES_NO}"),
    );
    let named = field("unit", "type = \"unit\"");
    let all = [
        field("text", "type = \"text\""),
        field("day", "type = \"date\"\noptional = true"),
        field("who", "type = \"person\"\noptional = true"),
        field("post", "type = \"post\"\noptional = true"),
        field(
            "file",
            "type = \"attachment\"\noptional = true\nwhy = { zh = \"修缮\", en = \"Repairs\" }",
        ),
        field(
            "goals",
            "type = \"table\"\noptional = true\n[[field.column]]\nid = \"goal\"\nname = { zh = \"目标\", en = \"Goal\" }\ntype = \"number\"\nrange = { min = 0 }",
        ),
        number("count"),
        choice("yes"),
        marks.clone(),
        named.clone(),
    ];
    vec![
        form(
            "monthly",
            "filled_by = \"secretary\"\nsubject = \"own-unit\"\nevery = \"month\"\ndue_days = 5\nverified_by = \"staff\"\nsample_percent = 20\ncategories = [\"village\"]",
            &number("goals"),
        ),
        form(
            "study",
            "filled_by = \"secretary\"\nsubject = \"own-unit\"\nevery = \"week\"",
            &number("half_days"),
        ),
        form(
            "yearly",
            "filled_by = \"secretary\"\nsubject = \"own-unit\"\nevery = \"year\"",
            &number("plan"),
        ),
        form(
            "visit",
            "filled_by = \"staff\"\nsubject = \"other-unit\"\nevery = \"month\"",
            &format!("{named}{marks}"),
        ),
        form(
            "summary",
            "filled_by = \"staff\"\nsubject = \"person\"\nevery = \"month\"\ndue_days = 5",
            &number("problems"),
        ),
        form(
            "post",
            "filled_by = \"secretary\"\nsubject = \"person\"\nevery = \"event\"",
            &choice("done"),
        ),
        form(
            "promise",
            "filled_by = \"member\"\nsubject = \"person\"\nevery = \"event\"\nverified_by = \"helped\"",
            &choice("kept"),
        ),
        form(
            "finding",
            "filled_by = \"staff\"\nsubject = \"case\"\nevery = \"event\"\ndue_days = 3\nverified_by = \"helped\"",
            &format!("{named}{}{}", choice("solved"), number("weight")),
        ),
        form(
            "tries",
            "filled_by = \"secretary\"\nsubject = \"case\"\nevery = \"event\"",
            &format!("{}{}", number("count"), choice("yes")),
        ),
        form(
            "all",
            "filled_by = \"staff\"\nsubject = \"case\"\nevery = \"event\"",
            &all.concat(),
        ),
    ]
}

fn adopt() -> campaign::Action {
    let mut files: BTreeMap<String, String> = forms().into_iter().collect();
    for (path, text) in [
        ("campaign.toml", CAMPAIGN.to_owned()),
        ("measures.toml", MEASURES.to_owned()),
        ("schemes/village.toml", SCHEME.to_owned()),
        ("schemes/town.toml", SCHEME.replace("village", "town")),
    ] {
        files.insert(path.to_owned(), text);
    }
    campaign::Action::Rules(rules::Action::Adopt {
        from: month("2026-01"),
        files,
    })
}

fn month(text: &str) -> Period {
    text.parse().expect("a period")
}

fn of_month(text: &str) -> When {
    When::Period(month(text))
}

fn actor(id: &str) -> Actor {
    Actor::Person(person(id))
}

fn note(n: u8) -> Note {
    Note {
        item: ItemId([n; 16]),
        digest: Digest([n; 32]),
    }
}

fn values<const N: usize>(given: [(&str, Value); N]) -> Values {
    given
        .into_iter()
        .map(|(name, value)| (Name::from(name), value))
        .collect()
}

fn one(field: &str, number: f64) -> Values {
    values([(field, Value::Number(number))])
}

fn filing(form: &str, about: About, when: When, values: Values) -> Filing {
    Filing {
        form: form.into(),
        about,
        from: None,
        when,
        values,
        confirm: None,
    }
}

fn own(form: &str, at: &str, when: When, values: Values) -> Action {
    Action::File(filing(form, About::Unit(unit(at)), when, values))
}

fn finding(at: &str, on: &str, solved: u32) -> Action {
    let values = values([
        ("unit", Value::Unit(unit(at))),
        ("solved", Value::Choice(solved)),
        ("weight", Value::Number(1.0)),
    ]);
    let filing = filing("finding", About::Case, When::Day(day(on)), values);
    Action::File(Filing {
        confirm: Some(code_digest("secret")),
        ..filing
    })
}

fn visit(at: &str, when: &str, marks: [Option<f64>; 2]) -> Action {
    let values = values([
        ("unit", Value::Unit(unit(at))),
        ("marks", Value::Checklist(marks.into())),
    ]);
    own("visit", at, of_month(when), values)
}

fn confirm(record: u64, outcome: Outcome) -> Action {
    Action::Confirm {
        record: RecordId(record),
        code: "secret".to_owned(),
        outcome,
        note: None,
    }
}

fn verify(record: u64, outcome: Outcome) -> Action {
    Action::Verify {
        record: RecordId(record),
        outcome,
        note: None,
    }
}

fn correct(record: u64, values: Values) -> Action {
    Action::Correct {
        record: RecordId(record),
        values,
        reason: note(9),
    }
}

fn withdraw(record: u64) -> Action {
    Action::Withdraw {
        record: RecordId(record),
        reason: note(8),
    }
}

/// Two towns with villages below; a secretary in each unit (`s-` and its id), members, two of the county's staff.
fn started() -> Story {
    let mut story = Story::at(day("2026-09-01").start(480));
    story
        .send(&Actor::Public, adopt())
        .expect("rules that hold");
    let units = [
        ("county", "town", None),
        ("t1", "town", Some("county")),
        ("t2", "town", Some("county")),
        ("v1", "village", Some("t1")),
        ("v2", "village", Some("t1")),
        ("v3", "village", Some("t2")),
    ];
    let new = |(id, category, parent): (&str, &str, Option<&str>)| NewUnit {
        unit: unit(id),
        facts: Facts {
            name: id.to_owned(),
            category: category.into(),
            parent: parent.map(Into::into),
            attributes: BTreeMap::new(),
        },
    };
    let from = day("2026-01-01");
    let secretaries = ["t1", "t2", "v1", "v2", "v3"].map(|at| (format!("s-{at}"), at));
    let others = [
        ("staff", "county"),
        ("other", "t2"),
        ("m1", "v1"),
        ("m2", "v2"),
    ];
    let others = others.map(|(id, at)| (id.to_owned(), at));
    let people = secretaries.iter().chain(&others).map(|(id, at)| NewPerson {
        person: person(id),
        unit: unit(at),
        profile: None,
    });
    let people = people.collect();
    for action in [
        organisation::Action::ImportUnits {
            from,
            units: units.map(new).into(),
        },
        organisation::Action::RegisterPeople { from, people },
    ] {
        story.organises(action);
    }
    for (id, at) in &secretaries {
        story.gives(id, "secretary", Some(at));
    }
    for (id, role, at) in [
        ("staff", "staff", None),
        ("other", "staff", None),
        ("m1", "member", Some("v1")),
        ("m2", "member", Some("v2")),
        ("other", "helped", None),
    ] {
        story.gives(id, role, at);
    }
    story
}

impl Story {
    fn organises(&mut self, action: organisation::Action) {
        self.send(
            &Actor::Program("hr".into()),
            campaign::Action::Organisation(action),
        )
        .expect("is possible");
    }

    fn gives(&mut self, id: &str, role: &str, at: Option<&str>) {
        let grant = Grant {
            role: role.into(),
            unit: at.map(Into::into),
            from: day("2026-01-01"),
            until: None,
        };
        self.organises(organisation::Action::GiveRole {
            person: person(id),
            grant,
        });
    }

    fn on(&mut self, text: &str) -> &mut Self {
        self.now = day(text).start(480);
        self
    }

    fn does(&mut self, by: &str, action: Action) -> Entry {
        self.acts(&actor(by), action)
    }

    fn acts(&mut self, by: &Actor, action: Action) -> Entry {
        let mut entries = self
            .send(by, campaign::Action::Record(action))
            .unwrap_or_else(|refusal| panic!("{refusal}"));
        assert_eq!(entries.len(), 1);
        entries.remove(0)
    }

    fn acts_not(&mut self, by: &Actor, action: Action, code: &str) {
        self.refused(by, campaign::Action::Record(action), code);
    }

    fn cannot(&mut self, by: &str, action: Action, code: &str) {
        self.refused(&actor(by), campaign::Action::Record(action), code);
    }

    fn tallied(&self, form: &str, field: Option<&str>, how: Tally, period: &str) -> Tallied {
        let tally_of = FormTally {
            form: form.into(),
            field: field.map(Into::into),
            tally: how,
            of: CoverageOf::Children,
        };
        tally(&self.state, &tally_of, month(period))
    }

    fn cell(&self, form: &str, field: Option<&str>, how: Tally, at: &str) -> Cell {
        self.tallied(form, field, how, "2026-09")[&unit(at)]
    }
}

fn is(cell: Cell, value: f64, n: f64) {
    assert_eq!(
        (cell.value.to_bits(), cell.n),
        (value.to_bits(), Some(n)),
        "{cell:?}"
    );
}

#[test]
fn a_monthly_form_is_due_filed_once_corrected_and_kept() {
    let mut story = started();
    story.on("2026-09-20");
    let due = due_of_unit(&story.state, &unit("v1"), day("2026-09-20"));
    let monthly = due
        .iter()
        .find(|due| due.form.id.as_str() == "monthly" && due.when == of_month("2026-09"));
    let monthly = monthly.expect("is due");
    // Five working days after the end of September, with the holidays: 8, 9, 10 (made up), 12, 13 October.
    assert_eq!(
        (monthly.due, monthly.late, monthly.record),
        (day("2026-10-13"), 0, None)
    );

    story.on("2026-10-15").does(
        "s-v1",
        own("monthly", "v1", of_month("2026-09"), one("goals", 3.0)),
    );
    let record = story.state.records.get(RecordId(0)).expect("filed");
    assert_eq!(
        (record.late, record.period, record.counts_in),
        (2, month("2026-09"), month("2026-09"))
    );
    story.cannot(
        "s-v1",
        own("monthly", "v1", of_month("2026-09"), one("goals", 3.0)),
        "already-filed",
    );
    story.does("s-v1", correct(0, one("goals", 5.0)));
    story.does("s-v1", correct(0, one("goals", 7.0)));
    let record = story.state.records.get(RecordId(0)).expect("filed");
    assert_eq!(record.values, one("goals", 7.0));
    assert_eq!(record.as_filed(), &one("goals", 3.0));
    let before: Vec<&Values> = record
        .history
        .iter()
        .filter_map(|change| match &change.step {
            Step::Corrected { before, .. } => Some(before),
            _ => None,
        })
        .collect();
    assert_eq!(before, [&one("goals", 3.0), &one("goals", 5.0)]);

    let (form, about) = ("monthly".into(), About::Unit(unit("v1")));
    let last = story
        .state
        .records
        .previous(&form, of_month("2026-10"), &about, &unit("v1"));
    assert_eq!(last.map(|(id, _)| id), Some(RecordId(0)));
    assert_eq!(
        story
            .state
            .records
            .minutes_of_unit(&unit("v1"), month("2026-09"))
            .to_bits(),
        5.0_f64.to_bits()
    );
    assert_eq!(
        story
            .state
            .records
            .minutes_of_person(&person("s-v1"), month("2026-09"))
            .to_bits(),
        5.0_f64.to_bits()
    );
    assert_eq!(
        story
            .state
            .records
            .of_unit(&unit("v1"), month("2026-09"))
            .count(),
        1
    );
    assert_eq!(
        story.state.vault.of(&person("s-v1")).len(),
        2,
        "the reasons are theirs"
    );

    story.does("s-v1", withdraw(0));
    story.does(
        "s-v1",
        own("monthly", "v1", of_month("2026-09"), one("goals", 1.0)),
    );
    is(
        story.cell("monthly", Some("goals"), Tally::Sum, "v1"),
        1.0,
        1.0,
    );
}

#[test]
fn a_due_list_has_what_a_person_has_the_role_for() {
    let mut story = started();
    story.on("2026-10-09");
    let form = |due: &campaign::record::Due<'_>| due.form.id.0.clone();
    let on = day("2026-10-09");
    let due = due_of_person(&story.state, &person("staff"), on);
    let forms: BTreeSet<String> = due.iter().map(form).collect();
    assert_eq!(
        forms,
        BTreeSet::from(["summary".to_owned(), "visit".to_owned()])
    );
    let visits = due
        .iter()
        .filter(|due| due.when == of_month("2026-10") && form(due) == "visit");
    assert_eq!(visits.count(), 2, "of each town below the county");
    assert!(due.is_sorted_by_key(|due| due.due));
    let september = due
        .iter()
        .find(|due| form(due) == "visit" && due.when == of_month("2026-09"));
    // Without due_days: the first working day from the month's end on.
    assert_eq!(
        september.map(|due| (due.due, due.late)),
        Some((day("2026-09-30"), 2))
    );
    assert_eq!(due_of_person(&story.state, &person("nobody"), on), []);
    let village = due_of_person(&story.state, &person("s-v1"), on);
    assert!(
        village
            .iter()
            .all(|due| due.about == About::Unit(unit("v1")))
    );
    let before = |due: &&campaign::record::Due<'_>| due.when.last_day() < day("2026-01-01");
    assert_eq!(
        village.iter().filter(before).count(),
        0,
        "nothing from before the campaign"
    );
}

#[test]
fn a_week_belongs_where_most_of_its_days_lie() {
    let mut story = started();
    // The week from 28 September to 4 October has its Thursday on 1 October.
    story.on("2026-10-03").does(
        "s-v1",
        own(
            "study",
            "v1",
            When::Week(day("2026-10-02")),
            one("half_days", 2.0),
        ),
    );
    let record = story.state.records.get(RecordId(0)).expect("filed");
    assert_eq!(
        (record.when, record.period),
        (When::Week(day("2026-09-28")), month("2026-10"))
    );
    story.cannot(
        "s-v1",
        own(
            "study",
            "v1",
            When::Week(day("2026-09-28")),
            one("half_days", 1.0),
        ),
        "already-filed",
    );
    story.does(
        "s-v1",
        own(
            "study",
            "v1",
            When::Week(day("2026-09-21")),
            one("half_days", 1.0),
        ),
    );
    is(
        story.cell("study", Some("half_days"), Tally::Sum, "v1"),
        1.0,
        1.0,
    );
    is(
        story.cell("study", Some("half_days"), Tally::Sum, "v2"),
        MISSING,
        0.0,
    );
    is(
        story.cell("yearly", Some("plan"), Tally::Sum, "v2"),
        NOT_APPLICABLE,
        0.0,
    );
}

#[test]
fn what_those_helped_say_is_what_counts() {
    let mut story = started();
    story.on("2026-09-10");
    for _ in 0..3 {
        story.does("staff", finding("v1", "2026-09-09", 0));
    }
    is(
        story.cell("finding", Some("solved"), Tally::Share, "v1"),
        MISSING,
        0.0,
    );
    is(story.cell("finding", None, Tally::Count, "v1"), 0.0, 0.0);
    is(
        story.cell("finding", Some("solved"), Tally::Share, "v2"),
        NOT_APPLICABLE,
        0.0,
    );
    assert_eq!(story.state.records.unverified().count(), 3);
    story.acts(&Actor::Public, confirm(0, Outcome::Confirmed));
    let no = Outcome::Found(values([("solved", Value::Choice(1))]));
    story.does("other", verify(1, no));
    is(
        story.cell("finding", Some("solved"), Tally::Share, "v1"),
        0.5,
        2.0,
    );
    is(story.cell("finding", None, Tally::Count, "v1"), 2.0, 2.0);
    is(
        story.cell("finding", Some("weight"), Tally::Sum, "county"),
        0.0,
        0.0,
    );
    let county = story.state.records.accuracy(&unit("county"));
    assert_eq!((county.right, county.wrong), (1, 1));
    let found = story.state.records.get(RecordId(1)).expect("filed");
    assert_eq!(
        (found.verdict, found.as_filed().get("solved")),
        (Verdict::Wrong, Some(&Value::Choice(0)))
    );
    story.does(
        "staff",
        Action::Answer {
            record: RecordId(1),
            answer: note(5),
        },
    );
    // Found to be another unit's: it counts there from now on.
    let theirs = Outcome::Found(values([("unit", Value::Unit(unit("v2")))]));
    story.acts(&Actor::Public, confirm(2, theirs));
    is(story.cell("finding", None, Tally::Count, "v2"), 1.0, 1.0);
    assert_eq!(
        story
            .state
            .records
            .of_unit(&unit("v1"), month("2026-09"))
            .count(),
        2
    );
    assert_eq!(story.state.records.unverified().count(), 0);
}

#[test]
fn visits_count_for_the_unit_visited_and_cover_those_below_the_visitors() {
    let mut story = started();
    story.on("2026-09-20");
    let from = |action: Action, at: &str| match action {
        Action::File(filing) => Action::File(Filing {
            from: Some(unit(at)),
            ..filing
        }),
        other => other,
    };
    story.does(
        "staff",
        from(visit("v1", "2026-09", [Some(80.0), None]), "t1"),
    );
    // Another unit may visit it too.
    story.does("other", visit("v1", "2026-09", [Some(100.0), Some(40.0)]));
    story.cannot(
        "staff",
        from(visit("v1", "2026-09", [Some(1.0), None]), "t1"),
        "already-filed",
    );
    is(
        story.cell("visit", Some("marks"), Tally::Mean, "v1"),
        75.0,
        2.0,
    );
    is(
        story.cell("visit", Some("marks"), Tally::Share, "v1"),
        0.25,
        2.0,
    );
    is(
        story.cell("visit", Some("marks"), Tally::Mean, "v2"),
        MISSING,
        0.0,
    );
    is(
        story.cell("visit", Some("unit"), Tally::Coverage, "t1"),
        0.5,
        2.0,
    );
    is(
        story.cell("visit", Some("unit"), Tally::Coverage, "t2"),
        0.0,
        1.0,
    );
    is(
        story.cell("visit", Some("unit"), Tally::Coverage, "v1"),
        NOT_APPLICABLE,
        0.0,
    );
}

#[test]
fn what_counts_for_a_person_counts_for_the_unit_they_were_in() {
    let mut story = started();
    story.organises(organisation::Action::MovePerson {
        person: person("m1"),
        from: day("2026-09-15"),
        unit: Some(unit("v2")),
    });
    story.on("2026-09-20");
    let done = |on: &str| {
        filing(
            "post",
            About::Person(person("m1")),
            When::Day(day(on)),
            values([("done", Value::Choice(0))]),
        )
    };
    story.does("s-v1", Action::File(done("2026-09-14")));
    story.does("s-v2", Action::File(done("2026-09-15")));
    story.cannot("s-v1", Action::File(done("2026-09-15")), "not-entitled");
    for at in ["v1", "v2"] {
        is(story.cell("post", Some("done"), Tally::Share, at), 1.0, 1.0);
    }
    assert_eq!(
        story
            .state
            .records
            .of_person(&person("m1"), month("2026-09"))
            .count(),
        2
    );
    // A unit that goes into another by the month's end leaves it what counts.
    story.organises(organisation::Action::MergeUnit {
        unit: unit("v1"),
        into: unit("v2"),
        from: day("2026-09-25"),
    });
    is(story.cell("post", None, Tally::Count, "v2"), 2.0, 2.0);
}

#[test]
fn who_never_files_is_later_than_who_files_late() {
    let mut story = started();
    story.on("2026-10-14").does(
        "s-v1",
        own("monthly", "v1", of_month("2026-09"), one("goals", 3.0)),
    );
    story.on("2026-12-01").does(
        "s-v2",
        own("monthly", "v2", of_month("2026-09"), one("goals", 3.0)),
    );
    is(story.cell("monthly", None, Tally::DaysLate, "v1"), 1.0, 1.0);
    // Due and cut off on the same day: one day, not the weeks until it came at last, nor nothing at all.
    is(story.cell("monthly", None, Tally::DaysLate, "v2"), 1.0, 1.0);
    is(story.cell("monthly", None, Tally::DaysLate, "v3"), 1.0, 1.0);
    is(
        story.cell("monthly", None, Tally::DaysLate, "t1"),
        NOT_APPLICABLE,
        0.0,
    );
    is(
        story.cell("monthly", Some("goals"), Tally::Mean, "v3"),
        MISSING,
        0.0,
    );
    let came_in = returns(&story.state, month("2026-09"));
    let [v1, v2, v3] = ["v1", "v2", "v3"].map(|id| came_in[&unit(id)]);
    assert_eq!((v1.filed, v1.late, v1.missing()), (1, 1, v1.asked - 1));
    assert_eq!((v2.filed, v2.late), (1, 1));
    assert_eq!((v3.filed, v3.late, v3.missing()), (0, 0, v3.asked));
    // As a circular of November tells it: what came in later isn't there yet.
    let november = day("2026-11-30").start(480);
    let came_in = returns_by(&story.state, month("2026-09"), november);
    let [v1, v2] = ["v1", "v2"].map(|id| came_in[&unit(id)]);
    assert_eq!((v1.filed, v2.filed, v2.missing()), (1, 0, v2.asked));
    // Two of the staff owe a summary each, in their units.
    for at in ["county", "t2"] {
        is(story.cell("summary", None, Tally::DaysLate, at), 1.0, 1.0);
    }
    is(
        story.cell("summary", None, Tally::Count, "county"),
        0.0,
        0.0,
    );
}

#[test]
fn a_sample_is_drawn_when_the_period_is_over_and_what_it_finds_counts() {
    let mut story = started();
    for at in ["v1", "v2", "v3"] {
        story.on("2026-09-30").does(
            &format!("s-{at}"),
            own("monthly", at, of_month("2026-09"), one("goals", 3.0)),
        );
    }
    let sample = |seed| Action::DrawSample {
        form: "monthly".into(),
        period: month("2026-09"),
        seed: Digest([seed; 32]),
    };
    story.cannot("staff", sample(1), "too-early");
    story.on("2026-10-01").acts(&Actor::Clock, sample(1));
    let drawn = &story.state.records.draws("monthly", month("2026-09"))[0];
    assert_eq!(
        drawn.records,
        draw(Digest([1; 32]), 20.0, &[2, 1, 0].map(RecordId))
    );
    assert_eq!((drawn.of, drawn.records.len()), (3, 1));
    let id = drawn.records[0];
    let unverified: Vec<RecordId> = story.state.records.unverified().map(|(id, _)| id).collect();
    assert_eq!(unverified, [id]);
    let at = ["v1", "v2", "v3"][usize::try_from(id.0).expect("small")];
    story.cannot(
        &format!("s-{at}"),
        correct(id.0, one("goals", 2.0)),
        "in-sample",
    );
    story.cannot("staff", sample(2), "nothing-to-draw");
    is(
        story.cell("monthly", Some("goals"), Tally::Sum, at),
        3.0,
        1.0,
    );
    story.does("staff", verify(id.0, Outcome::Found(one("goals", 2.0))));
    is(
        story.cell("monthly", Some("goals"), Tally::Sum, at),
        2.0,
        1.0,
    );
    assert_eq!(story.state.records.accuracy(&unit(at)).wrong, 1);
}

/// Values with which the form of all types is filled as it asks, but for what is given.
fn all(others: Values) -> Action {
    let right = values([
        ("text", Value::Text(note(1))),
        ("count", Value::Number(1.0)),
        ("yes", Value::Choice(0)),
        ("marks", Value::Checklist([Some(1.0), None].into())),
        ("unit", Value::Unit(unit("v1"))),
    ]);
    Action::File(filing(
        "all",
        About::Case,
        When::Day(day("2026-09-01")),
        right.with(&others),
    ))
}

fn wrong<const N: usize>(others: [(&str, Value); N]) -> Action {
    all(values(others))
}

fn file(media_type: &str, bytes: u64) -> Value {
    Value::Attachment(Box::new(Attachment {
        note: note(2),
        media_type: media_type.into(),
        bytes,
    }))
}

#[test]
fn every_field_is_looked_at_and_all_that_is_wrong_is_told_at_once() {
    let mut story = started();
    let number = |n| Value::Number(n);
    let row = |name: &str, n| Value::Table([one("goal", 1.0), one(name, n)].into());
    for (field, value, code) in [
        ("none", number(1.0), "unknown-field"),
        ("goals", row("gaol", 1.0), "unknown-field"),
        (
            "marks",
            Value::Checklist([None, None].into()),
            "missing-field",
        ),
        (
            "goals",
            Value::Table([Values::default()].into()),
            "missing-field",
        ),
        ("text", number(1.0), "wrong-type"),
        ("count", number(101.0), "out-of-range"),
        ("count", number(f64::NAN), "out-of-range"),
        ("goals", row("goal", -1.0), "out-of-range"),
        (
            "marks",
            Value::Checklist([Some(1.0), Some(101.0)].into()),
            "out-of-range",
        ),
        ("count", number(0.5), "not-whole"),
        ("yes", Value::Choice(2), "no-such-choice"),
        ("marks", Value::Checklist([Some(1.0)].into()), "wrong-marks"),
        ("day", Value::Date(day("2206-01-01")), "date-out-of-bounds"),
        ("unit", Value::Unit(unit("nowhere")), "field-unit"),
        ("who", Value::Person(person("nobody")), "field-person"),
        ("post", Value::Post(PostId::from("none")), "field-post"),
        ("file", file("image/gif", 10), "attachment-type"),
        ("file", file("image/jpeg", 0), "attachment-size"),
        ("file", file("image/jpeg", 10_241), "attachment-size"),
    ] {
        story.cannot("staff", wrong([(field, value)]), code);
    }
    story.does(
        "staff",
        wrong([
            ("file", file("image/jpeg", 10_240)),
            ("goals", row("goal", 0.0)),
        ]),
    );
    let both = wrong([
        ("count", number(0.5)),
        ("yes", number(1.0)),
        ("goals", row("goal", -1.0)),
    ]);
    let refusal = story
        .send(&actor("staff"), campaign::Action::Record(both))
        .expect_err("wrong");
    assert_eq!(refusal.code, "wrong-type");
    insta::assert_snapshot!(refusal.problem.zh, @"“goals[2].goal”是 -1,不应小于 0;“count”是 0.5,应填整数;“yes”应当填选项。");
    insta::assert_snapshot!(refusal.remedy.en, @"Mend these: goals[2].goal, count, yes.");
}

/// A story in which each refusal can be met: a record of each state.
fn crowded() -> Story {
    let mut story = started();
    story.on("2026-09-10");
    // 0: withdrawn. 1: verified as right. 2: found wrong. 3: waiting.
    for _ in 0..4 {
        story.does("staff", finding("v1", "2026-09-09", 0));
    }
    story.does("staff", withdraw(0));
    story.acts(&Actor::Public, confirm(1, Outcome::Confirmed));
    story.does("other", verify(2, Outcome::Found(one("weight", 2.0))));
    // 4: drawn. 5: a summary.
    story.does(
        "s-v1",
        own("monthly", "v1", of_month("2026-08"), one("goals", 1.0)),
    );
    story.acts(
        &Actor::Clock,
        Action::DrawSample {
            form: "monthly".into(),
            period: month("2026-08"),
            seed: Digest([1; 32]),
        },
    );
    let about = About::Person(person("staff"));
    let summary = filing("summary", about, of_month("2026-09"), one("problems", 1.0));
    story.does("staff", Action::File(summary));
    story.gives("s-v1", "helped", Some("v1"));
    story.gives("staff", "helped", None);
    story
}

fn sample(form: &str, period: &str) -> Action {
    Action::DrawSample {
        form: form.into(),
        period: month(period),
        seed: Digest([2; 32]),
    }
}

fn answer(record: u64) -> Action {
    Action::Answer {
        record: RecordId(record),
        answer: note(7),
    }
}

/// Refusals that can be met, each by whom, how and with what code. Where a command has two faults, the first in precedence
/// is given.
fn refusals() -> Vec<(Actor, Action, &'static str)> {
    let monthly = |at: &str, when: &str| own("monthly", at, of_month(when), one("goals", 1.0));
    let promise = |who: &str, on: &str| {
        let about = About::Person(person(who));
        let kept = values([("kept", Value::Choice(0))]);
        filing("promise", about, When::Day(day(on)), kept)
    };
    let coded = |filing: Filing| {
        Action::File(Filing {
            confirm: Some(code_digest("secret")),
            ..filing
        })
    };
    let summary = |who: &str, when: &str| {
        let about = About::Person(person(who));
        Action::File(filing(
            "summary",
            about,
            of_month(when),
            one("problems", 1.0),
        ))
    };
    let about_v1 = About::Unit(unit("v1"));
    let study = |about: About, when: When| filing("study", about, when, one("half_days", 1.0));
    let week = |on: &str| When::Week(day(on));
    let code = |code: &str, record| Action::Confirm {
        record: RecordId(record),
        code: code.to_owned(),
        outcome: Outcome::Confirmed,
        note: None,
    };
    let right = || Outcome::Confirmed;
    let tries = values([("count", Value::Number(1.0)), ("yes", Value::Choice(0))]);
    let by_program = filing("tries", About::Case, When::Day(day("2026-09-01")), tries);
    vec![
        (actor("staff"), withdraw(99), "no-such-record"),
        (
            actor("s-v1"),
            own("none", "v1", of_month("2026-09"), Values::default()),
            "no-such-form",
        ),
        // The subject before the occasion.
        (
            actor("s-v1"),
            Action::File(study(About::Case, of_month("2026-09"))),
            "wrong-subject",
        ),
        (
            actor("staff"),
            visit("county", "2026-09", [None, None]),
            "wrong-subject",
        ),
        (
            actor("s-v1"),
            Action::File(study(about_v1.clone(), of_month("2027-09"))),
            "wrong-occasion",
        ),
        // Too early, and no such unit.
        (actor("s-v1"), monthly("nowhere", "2026-10"), "too-early"),
        (actor("staff"), sample("visit", "2026-09"), "too-early"),
        (Actor::Public, monthly("v1", "2025-12"), "before-campaign"),
        (
            Actor::Clock,
            coded(promise("nobody", "2026-09-01")),
            "no-account",
        ),
        (Actor::Public, sample("visit", "2026-08"), "not-a-person"),
        (Actor::Public, withdraw(3), "no-account"),
        (
            Actor::Program("import".into()),
            Action::File(promise("nobody", "2026-09-01")),
            "no-such-person",
        ),
        (
            Actor::Program("import".into()),
            Action::File(by_program),
            "no-such-unit",
        ),
        (actor("s-v1"), monthly("nowhere", "2026-08"), "no-such-unit"),
        (actor("s-v1"), monthly("t1", "2026-08"), "not-asked"),
        (
            actor("m1"),
            coded(study(about_v1, week("2026-09-01"))),
            "no-verifier",
        ),
        (actor("m1"), verify(5, right()), "no-verifier"),
        (actor("m1"), sample("visit", "2026-08"), "not-sampled"),
        (actor("staff"), code("wrong", 3), "by-code-only"),
        (actor("s-v2"), monthly("v1", "2026-08"), "not-entitled"),
        (actor("m1"), sample("monthly", "2026-08"), "not-entitled"),
        (actor("m1"), verify(3, right()), "not-entitled"),
        (actor("m1"), withdraw(0), "not-entitled"),
        (actor("other"), summary("staff", "2026-09"), "fills-own"),
        (actor("staff"), verify(0, right()), "own-record"),
        (actor("s-v1"), verify(0, right()), "concerned"),
        (Actor::Public, code("wrong", 0), "wrong-code"),
        (
            Actor::Public,
            confirm(
                0,
                Outcome::Found(values([(
                    "marks",
                    Value::Checklist([Some(1.0), None].into()),
                )])),
            ),
            "marks-by-code",
        ),
        (Actor::Public, code("secret", 0), "withdrawn"),
        (actor("other"), withdraw(0), "withdrawn"),
        (
            actor("s-v1"),
            own("monthly", "v1", of_month("2026-08"), Values::default()),
            "already-filed",
        ),
        (
            actor("staff"),
            correct(1, Values::default()),
            "already-verified",
        ),
        (
            Actor::Public,
            confirm(2, Outcome::Found(one("none", 1.0))),
            "already-verified",
        ),
        (actor("s-v1"), correct(4, Values::default()), "in-sample"),
        (
            Actor::Clock,
            sample("monthly", "2026-08"),
            "nothing-to-draw",
        ),
        (actor("staff"), answer(1), "nothing-found"),
        (
            Actor::Public,
            confirm(3, Outcome::Found(one("none", 1.0))),
            "unknown-field",
        ),
        (
            Actor::Public,
            confirm(3, Outcome::Found(one("weight", 1.0))),
            "nothing-changed",
        ),
        (
            actor("staff"),
            correct(5, one("problems", 1.0)),
            "nothing-changed",
        ),
        // More than anyone fills in, and of the wrong type.
        (
            actor("staff"),
            own(
                "visit",
                "v1",
                of_month("2026-09"),
                values([("marks", Value::Table(vec![Values::default(); 2_000].into()))]),
            ),
            "too-many",
        ),
        // Of another unit than the one it is about.
        (
            actor("staff"),
            own(
                "visit",
                "v1",
                of_month("2026-09"),
                values([
                    ("unit", Value::Unit(unit("v2"))),
                    ("marks", Value::Checklist([Some(1.0), None].into())),
                ]),
            ),
            "field-subject",
        ),
    ]
}

#[test]
fn each_refusal_is_given_and_the_first_in_precedence() {
    let mut story = crowded();
    for (by, action, code) in refusals() {
        let before = story.state.snapshot().expect("bytes");
        let told = format!("{by:?} {action:?}");
        let refusal = story
            .send(&by, campaign::Action::Record(action))
            .expect_err(&told);
        assert_eq!(refusal.code, code, "{told}: {refusal}");
        assert!(!refusal.problem.zh.is_empty() && !refusal.remedy.en.is_empty());
        assert_eq!(story.state.snapshot().expect("bytes"), before);
    }
}

#[test]
fn every_code_is_met_by_a_case() {
    let met: BTreeSet<&str> = refusals().into_iter().map(|(_, _, code)| code).collect();
    let fields = [
        "missing-field",
        "wrong-type",
        "out-of-range",
        "not-whole",
        "no-such-choice",
        "wrong-marks",
        "date-out-of-bounds",
        "field-unit",
        "field-person",
        "field-post",
        "attachment-type",
        "attachment-size",
    ];
    for (code, ..) in REFUSALS {
        // The story of closing a period meets this one.
        let elsewhere = *code == "period-closed";
        assert!(
            met.contains(code) || fields.contains(code) || elsewhere,
            "{code}"
        );
    }
}

#[test]
fn a_program_files_on_a_units_behalf() {
    let mut story = started();
    let filing = filing(
        "tries",
        About::Case,
        When::Day(day("2026-08-31")),
        values([("count", Value::Number(1.0)), ("yes", Value::Choice(0))]),
    );
    let filing = Filing {
        from: Some(unit("v1")),
        ..filing
    };
    story.acts(&Actor::Program("hotline".into()), Action::File(filing));
    assert_eq!(
        story.tallied("tries", None, Tally::Count, "2026-08")[&unit("v1")].n,
        Some(1.0)
    );
}

#[test]
fn a_snapshot_holds_all_records() {
    let story = crowded();
    let bytes = story.state.snapshot().expect("bytes");
    let back = State::restore(&bytes).expect("comes back");
    assert_eq!(back, story.state);
    assert_eq!(back.snapshot().expect("bytes"), bytes);
}

/// Something that may happen, or be refused.
#[derive(Clone, Debug)]
enum Move {
    File {
        helped: bool,
        at: usize,
        on: i32,
        count: u32,
        no: bool,
    },
    Correct {
        record: u64,
        count: u32,
        at: usize,
    },
    Withdraw {
        record: u64,
    },
    Verify {
        record: u64,
        found: Option<u32>,
    },
}

const VILLAGES: [&str; 3] = ["v1", "v2", "v3"];

fn moves() -> impl Strategy<Value = Move> {
    let file = (any::<bool>(), 0..3_usize, 0..90, 0..100_u32, any::<bool>());
    let file = file.prop_map(|(helped, at, on, count, no)| Move::File {
        helped,
        at,
        on,
        count,
        no,
    });
    let correct = (0..20_u64, 0..100_u32, 0..3_usize);
    let correct = correct.prop_map(|(record, count, at)| Move::Correct { record, count, at });
    let withdraw = (0..20_u64).prop_map(|record| Move::Withdraw { record });
    let verify = (0..20_u64, prop::option::of(0..100_u32));
    let verify = verify.prop_map(|(record, found)| Move::Verify { record, found });
    prop_oneof![4 => file, 2 => correct, 1 => withdraw, 2 => verify]
}

fn of_case(helped: bool, at: usize, count: u32, no: bool) -> Values {
    let count = Value::Number(f64::from(count));
    let no = Value::Choice(u32::from(no));
    if helped {
        let named = Value::Unit(unit(VILLAGES[at]));
        values([("unit", named), ("solved", no), ("weight", count)])
    } else {
        values([("count", count), ("yes", no)])
    }
}

fn play(story: &mut Story, moves: &[Move]) -> Vec<Entry> {
    let mut entries = Vec::new();
    for step in moves {
        let (by, action) = match step {
            Move::File {
                helped,
                at,
                on,
                count,
                no,
            } => {
                let on = When::Day(day("2026-07-01").plus(*on));
                let form = if *helped { "finding" } else { "tries" };
                let filing = filing(form, About::Case, on, of_case(*helped, *at, *count, *no));
                let by = if *helped {
                    "staff".to_owned()
                } else {
                    format!("s-{}", VILLAGES[*at])
                };
                (by, Action::File(filing))
            }
            Move::Correct { record, count, at } => {
                let Some(known) = story.state.records.get(RecordId(*record)) else {
                    continue;
                };
                let helped = known.form.as_str() == "finding";
                let by = known.filed_by.person().expect("a person").to_string();
                (by, correct(*record, of_case(helped, *at, *count, false)))
            }
            Move::Withdraw { record } => {
                let Some(known) = story.state.records.get(RecordId(*record)) else {
                    continue;
                };
                (
                    known.filed_by.person().expect("a person").to_string(),
                    withdraw(*record),
                )
            }
            Move::Verify { record, found } => {
                let found = found.map(|n| Outcome::Found(one("weight", f64::from(n))));
                (
                    "other".to_owned(),
                    verify(*record, found.unwrap_or(Outcome::Confirmed)),
                )
            }
        };
        if let Ok(new) = story.send(&actor(&by), campaign::Action::Record(action)) {
            entries.extend(new);
        }
    }
    entries
}

/// What a record says, by its entries.
struct Naive {
    form: Name,
    unit: campaign::UnitId,
    period: Period,
    values: Values,
    counts: bool,
}

/// The records by their entries alone, in the plainest way.
fn naive(entries: &[Entry]) -> Vec<Naive> {
    let mut records: Vec<Naive> = Vec::new();
    for entry in entries {
        let campaign::Event::Record(event) = &entry.event else {
            continue;
        };
        let at = |id: &RecordId| usize::try_from(id.0).expect("small");
        match event {
            Event::Filed(filed) => records.push(Naive {
                form: filed.form.clone(),
                unit: filed.unit.clone(),
                period: filed.period,
                values: filed.values.clone(),
                counts: !filed.awaits,
            }),
            Event::Corrected {
                record,
                unit,
                values,
                ..
            } => {
                let record = &mut records[at(record)];
                (record.unit, record.values) = (unit.clone(), values.clone());
            }
            Event::Withdrawn { record, .. } => records[at(record)].counts = false,
            Event::Verified {
                record,
                unit,
                outcome,
                ..
            } => {
                let record = &mut records[at(record)];
                (record.unit, record.counts) = (unit.clone(), true);
                if let Outcome::Found(found) = outcome {
                    record.values = record.values.with(found);
                }
            }
            Event::Drawn { .. } | Event::Answered { .. } => {}
        }
    }
    records
}

/// A figure worked out from the records of a unit in the plainest way.
fn plainly(records: &[Naive], form: &str, how: Tally, at: &str) -> (f64, f64) {
    let (number, choice) = if form == "finding" {
        ("weight", "solved")
    } else {
        ("count", "yes")
    };
    let mine = records.iter().filter(|record| {
        let there = record.unit == unit(at) && record.period == month("2026-08");
        record.counts && there && record.form.as_str() == form
    });
    let said: Vec<(f64, bool)> = mine
        .map(
            |record| match (record.values.get(number), record.values.get(choice)) {
                (Some(Value::Number(n)), Some(Value::Choice(choice))) => (*n, *choice == 0),
                other => panic!("{other:?}"),
            },
        )
        .collect();
    let n = f64::from(u32::try_from(said.len()).expect("few"));
    let sum: f64 = said.iter().map(|(number, _)| number).sum();
    let yes = f64::from(u32::try_from(said.iter().filter(|(_, yes)| *yes).count()).expect("few"));
    match how {
        Tally::Count => (n, n),
        Tally::Sum => (sum, n),
        Tally::Mean => (sum / n, n),
        _ => (yes / n, n),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_tally_is_what_the_entries_say(moves in prop::collection::vec(moves(), 1..60)) {
        let mut story = started();
        story.on("2026-10-01");
        let entries = play(&mut story, &moves);
        let records = naive(&entries);
        for form in ["finding", "tries"] {
            let (number, choice) = if form == "finding" { ("weight", "solved") } else { ("count", "yes") };
            for (how, field) in [
                (Tally::Count, None),
                (Tally::Sum, Some(number)),
                (Tally::Mean, Some(number)),
                (Tally::Share, Some(choice)),
            ] {
                let tallied = story.tallied(form, field, how, "2026-08");
                for at in VILLAGES {
                    let (value, n) = plainly(&records, form, how, at);
                    let cell = tallied[&unit(at)];
                    prop_assert_eq!(cell.n, Some(n));
                    if n > 0.0 || matches!(how, Tally::Count | Tally::Sum) {
                        prop_assert_eq!(cell.value, value);
                    } else {
                        prop_assert!(cell.value.is_nan());
                    }
                }
            }
        }
    }

    #[test]
    fn no_change_loses_what_was_there_before(moves in prop::collection::vec(moves(), 1..60)) {
        let mut story = started();
        story.on("2026-10-01");
        let entries = play(&mut story, &moves);
        let mut steps: BTreeMap<RecordId, usize> = BTreeMap::new();
        for entry in &entries {
            let campaign::Event::Record(event) = &entry.event else { continue };
            match event {
                Event::Filed(filed) => {
                    let record = story.state.records.get(filed.record).expect("filed");
                    prop_assert_eq!(record.as_filed(), &filed.values);
                }
                Event::Corrected { record, .. }
                | Event::Withdrawn { record, .. }
                | Event::Verified { record, .. } => *steps.entry(*record).or_default() += 1,
                Event::Drawn { .. } | Event::Answered { .. } => {}
            }
        }
        for (id, count) in steps {
            prop_assert_eq!(story.state.records.get(id).expect("filed").history.len(), count);
        }
        let mut again = started();
        let fresh = again.state.length();
        for entry in &entries {
            again.state.evolve(entry).expect("follows");
        }
        prop_assert_eq!(again.state.length() - fresh, entries.len() as u64);
        prop_assert_eq!(&again.state.records, &story.state.records);
    }

    #[test]
    fn a_draw_can_be_repeated_whatever_the_order(
        seed in any::<[u8; 32]>(),
        tenths in 0..=1000_u32,
        ids in prop::collection::btree_set(0..10_000_u64, 0..200),
        turn in any::<prop::sample::Index>(),
    ) {
        let percent = f64::from(tenths) / 10.0;
        let records: Vec<RecordId> = ids.iter().copied().map(RecordId).collect();
        let drawn = draw(Digest(seed), percent, &records);
        let mut turned = records.clone();
        if !turned.is_empty() {
            turned.rotate_left(turn.index(records.len()));
        }
        turned.reverse();
        prop_assert_eq!(&drawn, &draw(Digest(seed), percent, &turned));
        let n = records.len();
        let exactly = (n * usize::try_from(tenths).expect("small")).div_ceil(1000);
        prop_assert_eq!(drawn.len(), exactly);
        prop_assert_eq!(size(percent, n), exactly);
        let distinct: BTreeSet<_> = drawn.iter().collect();
        prop_assert_eq!(distinct.len(), drawn.len());
        prop_assert!(drawn.iter().all(|id| ids.contains(&id.0)));
    }
}

/// One entry of each kind, as it is written.
fn kinds() -> BTreeMap<&'static str, Entry> {
    let mut story = crowded();
    let mut first = started();
    first.on("2026-09-10");
    let filed = first.does("staff", finding("v1", "2026-09-09", 0));
    let corrected = first.does("staff", correct(0, of_case(true, 1, 2, true)));
    let found = Action::Verify {
        record: RecordId(0),
        outcome: Outcome::Found(one("weight", 3.0)),
        note: Some(note(6)),
    };
    let verified = first.does("other", found);
    let withdrawn = story.does("staff", withdraw(3));
    let answered = story.does("staff", answer(2));
    let mut third = started();
    third.on("2026-09-10");
    third.does(
        "s-v1",
        own("monthly", "v1", of_month("2026-08"), one("goals", 1.0)),
    );
    let drawn = third.acts(&Actor::Clock, sample("monthly", "2026-08"));
    BTreeMap::from([
        ("filed", filed),
        ("corrected", corrected),
        ("verified", verified),
        ("withdrawn", withdrawn),
        ("answered", answered),
        ("drawn", drawn),
    ])
}

#[test]
fn entries_are_written_as_they_always_were() {
    for (kind, entry) in kinds() {
        let path = format!(
            "{}/tests/entries/record.{kind}.1.json",
            env!("CARGO_MANIFEST_DIR")
        );
        let text = serde_json::to_string(&entry).expect("JSON");
        let kept = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{path}: {error}\n{text}"));
        assert_eq!(kept.trim_end(), text, "{path}");
    }
}

/// All TOML files of the county's campaign folder.
fn county() -> BTreeMap<String, String> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../campaigns/county");
    let mut files = BTreeMap::new();
    for folder in ["", "forms/", "schemes/"] {
        for file in std::fs::read_dir(format!("{root}/{folder}")).expect("a folder") {
            let path = file.expect("a file").path();
            let name = path.file_name().and_then(|name| name.to_str());
            let name = format!("{folder}{}", name.expect("a name"));
            if name.ends_with(".toml") {
                files.insert(name, std::fs::read_to_string(path).expect("a text"));
            }
        }
    }
    files
}

/// A value such as someone might fill in.
fn plausible(field: &rulebook::model::Field) -> Value {
    use rulebook::model::FieldType;
    match field.kind {
        FieldType::Number => Value::Number(field.range.min.unwrap_or(1.0)),
        FieldType::Choice => Value::Choice(0),
        FieldType::Text => Value::Text(note(1)),
        FieldType::Date => Value::Date(day("2026-10-08")),
        FieldType::Unit => Value::Unit(unit("village")),
        FieldType::Person => Value::Person(person("p-village")),
        FieldType::Post => Value::Post(PostId::from("post")),
        FieldType::Table => Value::Table([].into()),
        FieldType::Attachment => file("image/jpeg", 100),
        FieldType::Checklist => Value::Checklist(vec![field.range.max; field.choices.len()].into()),
    }
}

/// The county's rules with a unit of each category, in each of them someone with every role, and a post.
fn small_county() -> Story {
    let mut story = Story::at(day("2026-10-09").start(480));
    let adopt = rules::Action::Adopt {
        from: month("2026-01"),
        files: county(),
    };
    story
        .send(&Actor::Public, campaign::Action::Rules(adopt))
        .expect("the county's rules hold");
    let from = day("2026-01-01");
    let categories = ["township", "village", "office", "enterprise"];
    let units = categories.map(|category| NewUnit {
        unit: unit(category),
        facts: Facts {
            name: category.to_owned(),
            category: category.into(),
            parent: (category == "village").then(|| unit("township")),
            attributes: [("cluster".into(), "平原".to_owned())].into(),
        },
    });
    let people = categories.map(|category| NewPerson {
        person: person(&format!("p-{category}")),
        unit: unit(category),
        profile: None,
    });
    let made = organisation::Post {
        unit: unit("village"),
        name: "岗".to_owned(),
        duties: vec!["值守".to_owned()],
        from,
        until: None,
    };
    for action in [
        organisation::Action::ImportUnits {
            from,
            units: units.into(),
        },
        organisation::Action::RegisterPeople {
            from,
            people: people.into(),
        },
        organisation::Action::MakePost {
            post: "post".into(),
            made,
        },
    ] {
        story.organises(action);
    }
    let rules = story.state.rules.latest().expect("rules").clone();
    for role in &rules.campaign.file.role {
        for category in categories {
            story.gives(&format!("p-{category}"), role.id.as_str(), Some(category));
        }
    }
    story
}

#[test]
fn whether_what_a_visit_found_is_solved_counts_for_the_unit_that_solves_it() {
    use rulebook::model::FilledBy;
    let mut story = small_county();
    let found = values([
        ("what", Value::Text(note(1))),
        ("unit", Value::Unit(unit("township"))),
        ("due", Value::Date(day("2026-10-08"))),
        ("solved", Value::Choice(1)),
    ]);
    let filing = Filing {
        confirm: Some(code_digest("secret")),
        ..filing("finding", About::Case, When::Day(day("2026-10-08")), found)
    };
    story.does("p-office", Action::File(filing));
    let solved = Outcome::Found(values([("solved", Value::Choice(0))]));
    // Its people have an interest in it; so have those below it, and the visitor's colleagues.
    for concerned in ["p-township", "p-village"] {
        story.gives(concerned, "visited", None);
        story.cannot(concerned, verify(0, solved.clone()), "concerned");
    }
    story.cannot("p-enterprise", verify(0, solved.clone()), "not-entitled");
    let entry = story.acts(&Actor::Public, confirm(0, solved));
    assert_eq!(entry.at, day("2026-10-09").start(480), "the day, no moment");
    let rules = story.state.rules.latest().expect("rules").clone();
    let mut measures = rules.campaign.measures.iter().map(|written| &written.item);
    let measure = measures.find(|measure| measure.id.as_str() == "findings_solved");
    let Some(FilledBy::Form(how)) = &measure.expect("a measure").filled_by else {
        panic!("filled by a form");
    };
    let tallied = tally(&story.state, how, month("2026-10"));
    is(tallied[&unit("township")], 1.0, 1.0);
    is(tallied[&unit("office")], NOT_APPLICABLE, 0.0);
}

#[test]
fn those_visited_cannot_change_their_own_marks_and_the_visitors_colleagues_cannot_verify_them() {
    let mut story = small_county();
    let visit = rules_form(&story, "visit");
    let of = |field: &rulebook::model::Field| match field.id.as_str() {
        "unit" => Value::Unit(unit("village")),
        _ => plausible(field),
    };
    let fields = visit.field.iter();
    let filled: Values = fields
        .map(|field| (Name::from(field.id.as_str()), of(field)))
        .collect();
    let about = About::Unit(unit("village"));
    let visited = filing("visit", about, of_month("2026-10"), filled);
    let coded = Filing {
        confirm: Some(code_digest("secret")),
        ..visited
    };
    story.does("p-township", Action::File(coded));
    let marks = vec![Some(100.0); 5];
    let better = values([("checklist", Value::Checklist(marks.into()))]);
    let better = Outcome::Found(better);
    story.acts_not(&Actor::Public, confirm(0, better.clone()), "marks-by-code");
    let joins = organisation::Action::MovePerson {
        person: person("p-enterprise"),
        from: day("2026-10-01"),
        unit: Some(unit("township")),
    };
    story.organises(joins);
    story.gives("p-enterprise", "visited", None);
    story.cannot("p-enterprise", verify(0, better), "concerned");
    story.acts(&Actor::Public, confirm(0, Outcome::Confirmed));
}

fn rules_form(story: &Story, id: &str) -> rulebook::model::Form {
    let rules = story.state.rules.latest().expect("rules");
    rules.form(id).expect("a form").clone()
}

#[test]
fn every_form_of_the_county_can_be_filled_and_tallied() {
    use rulebook::model::{FilledBy, Subject};
    let mut story = small_county();
    let rules = story.state.rules.latest().expect("rules").clone();
    for written in &rules.campaign.forms {
        let form = &written.item;
        let category = form.categories.first().map_or("village", |id| id.as_str());
        let by = format!("p-{category}");
        let about = match form.subject {
            Subject::OwnUnit => About::Unit(unit(category)),
            Subject::OtherUnit if category == "village" => About::Unit(unit("township")),
            Subject::OtherUnit => About::Unit(unit("village")),
            Subject::Person => About::Person(person(&by)),
            Subject::Case => About::Case,
        };
        let of = |field: &rulebook::model::Field| match (&about, field.id.as_str()) {
            (About::Unit(about), "unit") => Value::Unit(about.clone()),
            _ => plausible(field),
        };
        let values = form
            .field
            .iter()
            .map(|field| (Name::from(field.id.as_str()), of(field)));
        let when = When::of(form.every, day("2026-10-08"));
        let filing = filing(form.id.as_str(), about.clone(), when, values.collect());
        story.does(&by, Action::File(filing));
    }
    assert_eq!(story.state.records.len(), rules.campaign.forms.len());
    for measure in &rules.campaign.measures {
        if let Some(FilledBy::Form(how)) = &measure.item.filled_by {
            assert_eq!(tally(&story.state, how, month("2026-10")).len(), 4);
        }
    }
}
