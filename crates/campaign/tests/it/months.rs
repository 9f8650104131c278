//! A small county that closes its months: the campaign that the stories of figures, periods, objections, circulars, honours
//! and ladders are told with.

use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};

use campaign::figure::{Amount, Given};
use campaign::id::Name;
use campaign::objection::{About, Effect, Ground, ObjectionId, Outcome};
use campaign::organisation::{self, Facts, Grant, NewPerson, NewUnit};
use campaign::record::{self, Filing, RecordId, Value, Values, When};
use campaign::{
    Action, Actor, Digest, Entry, ItemId, Note, UnitId, figure, objection, period, rules,
};
use rulebook::Period;

use crate::support::{Story, day, person, unit};

const CAMPAIGN: &str = r#"
id = "small"
name = { zh = "小县", en = "Small County" }
category = [
    { id = "town", name = { zh = "乡镇", en = "Towns" } },
    { id = "office", name = { zh = "机关", en = "Offices" } },
]
role = [
    { id = "closer", name = { zh = "结账人", en = "Closes periods" } },
    { id = "decider", name = { zh = "裁定人", en = "Decides objections" } },
    { id = "appeals", name = { zh = "申诉裁定人", en = "Decides appeals" } },
    { id = "nominator", name = { zh = "推荐人", en = "Nominates" } },
    { id = "staff", name = { zh = "干事", en = "Staff" } },
]

[calendar]
period = "month"

[calendar.closing]
cut_off_days = 3
objection_days = 3
decision_days = 3
appeal_days = 2
closed_by = "closer"
decided_by = "decider"
appeals_decided_by = "appeals"
"#;

const MEASURES: &str = r#"
[[measure]]
id = "settled"
name = { zh = "办结率", en = "Settled in time" }
range = { min = 0, max = 1 }
filled_by = "file"
origin = { zh = "登记", en = "Register" }

[[measure]]
id = "visits"
name = { zh = "走访", en = "Visits" }
range = { min = 0, whole = true }
filled_by = "file"
origin = { zh = "登记", en = "Register" }

[[measure]]
id = "homes"
name = { zh = "户数", en = "Homes" }
range = { min = 1, whole = true }
filled_by = "file"
origin = { zh = "登记", en = "Register" }

[[measure]]
id = "reach"
name = { zh = "走访面", en = "Homes reached" }
range = { min = 0, max = 1 }
filled_by = { formula = "visits / homes" }

[[measure]]
id = "findings"
name = { zh = "查实问题", en = "Findings" }
range = { min = 0, whole = true }
filled_by = { form = { form = "finding", tally = "count" } }
"#;

const SCHEME: &str = r#"
id = "town"
name = { zh = "乡镇细则", en = "Rules of towns" }
category = "town"
rounding = { points = 2 }

[defaults]
kind = "outcome"
direction = "higher"
missing = "class-mean"
not_applicable = "class-mean"

[[indicator]]
id = "settled"
name = { zh = "办结率", en = "Settled in time" }
points = 60
measure = "settled"
rule = { linear = { zero = 0.5, full = 1 } }

[[indicator]]
id = "reach"
name = { zh = "走访面", en = "Homes reached" }
points = 30
measure = "reach"
rule = { linear = { zero = 0, full = 0.9 } }

[[indicator]]
id = "findings"
name = { zh = "查实问题", en = "Findings" }
points = 10
direction = "lower"
measure = "findings"
rule = { linear = { zero = 4, full = 0 } }

[[band]]
id = "advanced"
name = { zh = "先进", en = "Advanced" }
at_least = 80

[[band]]
id = "good"
name = { zh = "良好", en = "Good" }
at_least = 0
"#;

const OFFICE: &str = r#"
id = "office"
name = { zh = "机关细则", en = "Rules of offices" }
category = "office"

[[indicator]]
id = "office-findings"
name = { zh = "查实问题", en = "Findings" }
kind = "outcome"
points = 100
direction = "lower"
measure = "findings"
rule = { linear = { zero = 4, full = 0 } }
missing = "class-mean"
not_applicable = "class-mean"
"#;

const FINDING: &str = r#"
id = "finding"
name = { zh = "发现", en = "Finding" }
filled_by = "staff"
subject = "other-unit"
every = "event"
minutes = 5

[[field]]
id = "weight"
name = { zh = "分量", en = "Weight" }
type = "number"
range = { min = 0, max = 5 }
"#;

const HONOURS: &[(&str, &str)] = &[
    (
        "honours/model.toml",
        r#"
id = "model"
name = { zh = "先进乡镇", en = "Model town" }
to = "unit"
every = "month"
nominated_by = "nominator"
at_most = 1
decided_by = "decider"
notice_days = 3
review_months = 6
categories = ["town"]
"#,
    ),
    (
        "honours/worker.toml",
        r#"
id = "worker"
name = { zh = "优秀干部", en = "Model worker" }
to = "person"
every = "quarter"
nominated_by = "nominator"
decided_by = "decider"
notice_days = 3
"#,
    ),
];

const LADDER: &str = r#"
id = "reward"
name = { zh = "奖励档次", en = "Reward" }
category = "town"
periods = 3
at_least = 2

[[level]]
id = "first"
name = { zh = "一档", en = "First" }
when = "mean_score >= 80"
at_most_percent = 25
coefficient = 1.2
eligible = true

[[level]]
id = "second"
name = { zh = "二档", en = "Second" }
when = "min_score >= 50"
coefficient = 1

[[level]]
id = "third"
name = { zh = "三档", en = "Third" }
coefficient = 0.8
"#;

/// The small county's rules, from a month on.
pub fn rules_from(from: &str) -> Action {
    let files = files().into_iter();
    adopt(from, files.map(|(path, text)| (path, text.to_owned())))
}

/// Rules of these files, from a month on.
pub fn adopt<'a>(from: &str, files: impl Iterator<Item = (&'a str, String)>) -> Action {
    Action::Rules(rules::Action::Adopt {
        from: from.parse().expect("a period"),
        files: files.map(|(path, text)| (path.to_owned(), text)).collect(),
    })
}

/// The files of the small county's rules.
pub fn files() -> Vec<(&'static str, &'static str)> {
    let mut files = vec![
        ("campaign.toml", CAMPAIGN),
        ("measures.toml", MEASURES),
        ("schemes/town.toml", SCHEME),
        ("schemes/office.toml", OFFICE),
        ("forms/finding.toml", FINDING),
        ("ladders/reward.toml", LADDER),
    ];
    files.extend(HONOURS);
    files
}

pub const TOWNS: [&str; 4] = ["t1", "t2", "t3", "t4"];

/// Who is where, and their role: everywhere, or nowhere.
const PEOPLE: [(&str, &str, Option<&str>); 13] = [
    ("close-1", "bureau", Some("closer")),
    ("close-2", "bureau", Some("closer")),
    ("judge-1", "court", Some("decider")),
    ("judge-2", "court", Some("decider")),
    ("appeal-1", "court", Some("appeals")),
    ("nominate-1", "bureau", Some("nominator")),
    ("staff-1", "bureau", Some("staff")),
    ("judge-t1", "t1", Some("decider")),
    ("p1", "t1", None),
    ("p2", "t2", None),
    ("p3", "t3", None),
    ("p4", "t4", None),
    ("nominate-t1", "t1", Some("nominator")),
];

/// The small county on the 20th of January 2026, with rules, units and people.
pub fn started() -> County {
    founded(&TOWNS)
}

/// The same with only these towns, and without the people of the others.
pub fn founded(towns: &[&str]) -> County {
    let mut story = County(Story::at(day("2026-01-20").start(480)));
    story
        .send(&Actor::Public, rules_from("2026-01"))
        .unwrap_or_else(|refusal| panic!("{refusal}"));
    let new = |id: &str, category: &str, parent: Option<&str>| NewUnit {
        unit: unit(id),
        facts: Facts {
            name: format!("单位, {id}"),
            category: category.into(),
            parent: parent.map(UnitId::from),
            attributes: Default::default(),
        },
    };
    let mut units = vec![
        new("county", "office", None),
        new("bureau", "office", Some("county")),
        new("court", "office", Some("county")),
    ];
    let new_towns = towns.iter().map(|id| new(id, "town", Some("county")));
    units.extend(new_towns);
    let here: Vec<UnitId> = units.iter().map(|unit| unit.unit.clone()).collect();
    let from = day("2026-01-01");
    organise(
        &mut story,
        organisation::Action::ImportUnits { from, units },
    );
    let here = PEOPLE
        .into_iter()
        .filter(|(_, at, _)| here.contains(&unit(at)));
    let people = here.clone().map(|(id, at, _)| NewPerson {
        person: person(id),
        unit: unit(at),
        profile: None,
    });
    let people = people.collect();
    organise(
        &mut story,
        organisation::Action::RegisterPeople { from, people },
    );
    for (id, _, role) in here {
        if let Some(role) = role {
            give(&mut story, id, role);
        }
    }
    story
}

pub fn organise(story: &mut County, action: organisation::Action) {
    story
        .send(&Actor::Public, Action::Organisation(action))
        .unwrap_or_else(|refusal| panic!("{refusal}"));
}

pub fn give(story: &mut County, id: &str, role: &str) {
    let grant = Grant {
        role: role.into(),
        unit: None,
        from: story.now.day(480),
        until: None,
    };
    let action = organisation::Action::GiveRole {
        person: person(id),
        grant,
    };
    story
        .send(&Actor::Program("hr".into()), Action::Organisation(action))
        .unwrap_or_else(|refusal| panic!("{refusal}"));
}

pub fn by(id: &str) -> Actor {
    Actor::Person(person(id))
}

pub fn note(n: u8) -> Note {
    Note {
        item: ItemId([n; 16]),
        digest: Digest([n; 32]),
    }
}

pub fn month(text: &str) -> Period {
    text.parse().expect("a period")
}

/// The figures of a month: settled, visits, homes of each town.
pub fn table(rows: [(f64, u32, u32); 4]) -> String {
    let rows = TOWNS.iter().zip(rows);
    let rows =
        rows.map(|(id, (settled, visits, homes))| format!("{id},{settled},{visits},{homes}\n"));
    format!("unit,settled,visits,homes\n{}", rows.collect::<String>())
}

/// The figures of January: t1 is first, t4 last.
pub const JANUARY: [(f64, u32, u32); 4] = [
    (0.95, 80, 100),
    (0.85, 60, 100),
    (0.75, 66, 100),
    (0.5, 30, 100),
];

/// A story of the small county.
#[derive(Debug)]
pub struct County(Story);

impl Deref for County {
    type Target = Story;

    fn deref(&self) -> &Story {
        &self.0
    }
}

impl DerefMut for County {
    fn deref_mut(&mut self) -> &mut Story {
        &mut self.0
    }
}

impl County {
    /// It is a day, at its beginning.
    pub fn on(&mut self, date: &str) -> &mut Self {
        self.now = day(date).start(480);
        self
    }

    /// Someone does something that isn't refused.
    pub fn does(&mut self, who: &str, action: impl Into<Wanted>) -> Entry {
        let mut entries = self
            .send(&by(who), action.into().0)
            .unwrap_or_else(|refusal| panic!("{refusal}"));
        assert_eq!(entries.len(), 1);
        entries.remove(0)
    }

    /// Someone wants something that is refused.
    pub fn cannot(&mut self, who: &str, action: impl Into<Wanted>, code: &str) {
        self.refused(&by(who), action.into().0, code);
    }

    pub fn hand_in(&mut self, period: &str, rows: [(f64, u32, u32); 4]) -> Entry {
        let table = table(rows);
        let period = month(period);
        self.does("close-1", figure::Action::HandIn { period, table })
    }

    pub fn file_finding(&mut self, about: &str, on: &str) -> RecordId {
        let number = self.state.records.len();
        self.does(
            "staff-1",
            record::Action::File(Filing {
                form: "finding".into(),
                about: record::About::Unit(unit(about)),
                from: None,
                when: When::Day(day(on)),
                values: Values::from_iter([(Name::from("weight"), Value::Number(1.0))]),
                confirm: None,
            }),
        );
        RecordId(u64::try_from(number).expect("few"))
    }

    /// The clock does what falls due.
    pub fn tick(&mut self) -> Vec<Entry> {
        self.send(&Actor::Clock, Action::Period(period::Action::Tick {}))
            .unwrap_or_else(|refusal| panic!("{refusal}"))
    }

    pub fn score(&mut self, of: &str) -> Entry {
        self.does("close-1", period::Action::Score { period: month(of) })
    }

    pub fn finalise(&mut self, of: &str) -> Entry {
        self.does("close-1", period::Action::Finalise { period: month(of) })
    }

    pub fn result(&self, of: &str, town: &str) -> (f64, u32, String) {
        let run = self.state.periods.results(month(of)).expect("scored");
        let (_, result) = run.of(&unit(town)).expect("is in the class");
        let band = result.band.as_ref().map_or("", Name::as_str).to_owned();
        let score = result.score.and_then(Amount::given).expect("has a score");
        (score, result.rank.expect("has a rank"), band)
    }
}

/// Any action.
pub struct Wanted(pub Action);

macro_rules! wanted {
    ($($module:ident => $variant:ident),*) => {
        $(impl From<campaign::$module::Action> for Wanted {
            fn from(action: campaign::$module::Action) -> Self {
                Self(Action::$variant(action))
            }
        })*
    };
}
wanted!(
    figure => Figure, period => Period, objection => Objection, circular => Circular,
    honour => Honour, ladder => Ladder, record => Record
);

/// January, cut off and scored on the 5th of February; it can be objected to until the 10th.
pub fn scored() -> County {
    let mut story = started();
    story.file_finding("t1", "2026-01-15");
    story.hand_in("2026-01", JANUARY);
    story.on("2026-02-05").tick();
    story.score("2026-01");
    story
}

pub fn ground(rule: &str) -> Ground {
    Ground {
        act: note(1),
        on: day("2026-01-15"),
        rule: rule.into(),
    }
}

pub fn to_record(number: u64) -> About {
    About::Record {
        record: RecordId(number),
        field: None,
    }
}

pub fn to_score(town: &str) -> About {
    About::Score {
        period: month("2026-01"),
        unit: unit(town),
        indicator: None,
    }
}

pub fn raise(about: About, rule: &str) -> objection::Action {
    objection::Action::Raise {
        about,
        ground: ground(rule),
        reason: note(2),
    }
}

pub fn judge(number: u64, outcome: Outcome, effect: Effect) -> objection::Action {
    objection::Action::Decide {
        objection: ObjectionId(number),
        outcome,
        effect,
        reason: note(3),
    }
}

pub fn correct(measure: &str, value: f64) -> Effect {
    Effect::Correct {
        measure: measure.into(),
        figure: Given {
            value: Amount::of(value),
            n: None,
            se: None,
        },
    }
}

/// That each code of a module was met by one of the cases.
pub fn all_met(refusals: &[campaign::refusal::Code], met: &[&str]) {
    let met: BTreeSet<&str> = met.iter().copied().collect();
    for (code, ..) in refusals {
        assert!(met.contains(code), "no case meets {code}");
    }
}

/// An entry is written as it was when its kind came to be.
pub fn is_golden(module: &str, kind: &str, entry: &Entry) {
    let path = format!(
        "{}/tests/entries/{module}.{kind}.1.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = serde_json::to_string(entry).expect("JSON");
    let kept =
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}\n{text}"));
    assert_eq!(kept.trim_end(), text, "{path}");
}
