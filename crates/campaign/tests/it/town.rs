//! A county with two townships, an office and a village, to tell stories of ratings and work with.

use std::collections::BTreeMap;

use campaign::id::Name;
use campaign::organisation::{self, Facts, Grant, NewPerson, NewUnit};
use campaign::rating::{self, Code, Level, Opinion, Voice};
use campaign::work;
use campaign::{
    Action, Actor, Date, Digest, Entry, ItemId, Note, PersonId, Refusal, UnitId, rules,
};

use crate::support::Story;

const CAMPAIGN: &str = r#"
id = "town"
name = { zh = "测试", en = "Test" }
[calendar]
period = "month"
[[category]]
id = "township"
name = { zh = "乡镇", en = "Townships" }
[[category]]
id = "office"
name = { zh = "机关", en = "Offices" }
[[role]]
id = "judge"
name = { zh = "裁定", en = "Judge" }
[[served]]
id = "people"
name = { zh = "群众", en = "People" }
[[served]]
id = "firms"
name = { zh = "企业", en = "Firms" }
[ratings]
low_levels = 2
rectify_days = 10
valid_days = 30
revise_days = 30
burst = 4
burst_days = 3
decided_by = "judge"
min_shown = 3
[[ratings.tag]]
id = "kind"
name = { zh = "态度好", en = "Kind" }
[[ratings.tag]]
id = "slow"
name = { zh = "办得慢", en = "Slow" }
[work]
answer_days = 3
handovers = 1
escalate_days = 2
"#;

const SERVICES: &str = r#"
[[service]]
id = "licence"
name = { zh = "办证", en = "Licences" }
categories = ["township"]
served = ["people"]
[[service]]
id = "subsidy"
name = { zh = "补贴", en = "Subsidies" }
categories = ["township"]
"#;

const MEASURES: &str = r#"
[[measure]]
id = "satisfied"
name = { zh = "满意率", en = "Satisfied" }
range = { min = 0, max = 1 }
filled_by = "file"
origin = { zh = "登记", en = "Register" }
"#;

const SCHEME: &str = r#"
id = "CATEGORY"
name = { zh = "细则", en = "Rules" }
category = "CATEGORY"
[defaults]
missing = "class-mean"
not_applicable = "class-mean"
[[indicator]]
id = "satisfied"
name = { zh = "满意率", en = "Satisfied" }
kind = "outcome"
points = 100
measure = "satisfied"
direction = "higher"
rule = { linear = { zero = 0.5, full = 1 } }
"#;

/// 2026-09-01, a Tuesday.
pub fn first_day() -> Date {
    day("2026-09-01")
}

pub fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

pub fn note(n: u8) -> Note {
    Note {
        item: ItemId([n; 16]),
        digest: Digest([n; 32]),
    }
}

pub fn person(id: &str) -> Actor {
    Actor::Person(PersonId::from(id))
}

pub fn unit(id: &str) -> UnitId {
    UnitId::from(id)
}

pub fn code(n: u32) -> Code {
    let mut drawn = [0xC0; 16];
    drawn[..4].copy_from_slice(&n.to_be_bytes());
    Code::new(drawn)
}

pub fn opinion(level: u8) -> Opinion {
    Opinion {
        level: Level::try_from(level).ok(),
        ..Opinion::default()
    }
}

/// A story in the county, with all its entries.
pub struct Town {
    pub story: Story,
    pub entries: Vec<Entry>,
}

impl Town {
    pub fn new() -> Self {
        let mut town = Self {
            story: Story::at(first_day().plus(-30).start(480)),
            entries: Vec::new(),
        };
        let scheme = |category: &str| SCHEME.replace("CATEGORY", category);
        let files = [
            ("campaign.toml", CAMPAIGN.to_owned()),
            ("services.toml", SERVICES.to_owned()),
            ("measures.toml", MEASURES.to_owned()),
            ("schemes/township.toml", scheme("township")),
            ("schemes/office.toml", scheme("office")),
        ];
        let adopt = rules::Action::Adopt {
            from: "2026-08".parse().expect("a period"),
            files: files.map(|(path, text)| (path.to_owned(), text)).into(),
        };
        town.ok(&Actor::Clock, Action::Rules(adopt));
        town.people();
        town.go_to(first_day());
        town.entries.clear();
        town
    }

    fn people(&mut self) {
        let from = first_day().plus(-30);
        let unit_of = |(id, category, parent): (&str, &str, &str)| NewUnit {
            unit: unit(id),
            facts: Facts {
                name: id.to_owned(),
                category: Name::from(category),
                parent: (!parent.is_empty()).then(|| unit(parent)),
                attributes: BTreeMap::new(),
            },
        };
        let units = [
            ("county", "office", ""),
            ("office", "office", "county"),
            ("t1", "township", "county"),
            ("t2", "township", "county"),
            ("v1", "township", "t1"),
        ];
        let units = units.map(unit_of).into();
        let import = organisation::Action::ImportUnits { from, units };
        self.ok(&Actor::Clock, Action::Organisation(import));
        let people = [
            ("chief", "county"),
            ("judge1", "office"),
            ("judge2", "office"),
            ("clerk", "office"),
            ("a1", "t1"),
            ("a2", "t1"),
            ("b1", "t2"),
            ("v", "v1"),
        ];
        let people = people.map(|(id, at)| NewPerson {
            person: PersonId::from(id),
            unit: unit(at),
            profile: None,
        });
        let people = people.into();
        let register = organisation::Action::RegisterPeople { from, people };
        self.ok(&Actor::Clock, Action::Organisation(register));
        for judge in ["judge1", "judge2", "a2"] {
            let give = organisation::Action::GiveRole {
                person: PersonId::from(judge),
                grant: Grant {
                    role: Name::from("judge"),
                    unit: None,
                    from,
                    until: None,
                },
            };
            self.ok(&Actor::Clock, Action::Organisation(give));
        }
    }

    pub fn go_to(&mut self, day: Date) {
        self.story.now = campaign::Time(day.start(480).0 + 36_000);
    }

    pub fn today(&self) -> Date {
        self.story.now.day(480)
    }

    pub fn send(&mut self, by: &Actor, action: Action) -> Result<Vec<Entry>, Refusal> {
        let entries = self.story.send(by, action)?;
        self.entries.extend(entries.iter().cloned());
        Ok(entries)
    }

    pub fn ok(&mut self, by: &Actor, action: Action) -> Vec<Entry> {
        self.send(by, action).expect("not refused")
    }

    pub fn rate(&mut self, by: &Actor, action: rating::Action) -> Vec<Entry> {
        self.ok(by, Action::Rating(action))
    }

    pub fn work(&mut self, by: &Actor, action: work::Action) -> Vec<Entry> {
        self.ok(by, Action::Work(action))
    }

    pub fn refuse_rate(&mut self, by: &Actor, action: rating::Action, code: &str) {
        self.story.refused(by, Action::Rating(action), code);
    }

    pub fn refuse_work(&mut self, by: &Actor, action: work::Action, code: &str) {
        self.story.refused(by, Action::Work(action), code);
    }

    /// Invites with codes `from..to` for a unit's licences.
    pub fn invite(&mut self, unit_id: &str, from: u32, to: u32) {
        let tickets = (from..to).map(|n| code(n).ticket()).collect();
        let action = invite(unit_id, tickets);
        self.rate(&Actor::Program("desk-1".into()), action);
    }

    pub fn give(&mut self, n: u32, level: u8) -> Vec<Entry> {
        let action = give(n, opinion(level));
        self.rate(&Actor::Public, action)
    }
}

pub fn invite(unit_id: &str, tickets: Vec<campaign::id::Ticket>) -> rating::Action {
    rating::Action::Invite {
        unit: unit(unit_id),
        service: Some(Name::from("licence")),
        group: Some(Name::from("people")),
        voice: Voice::Own,
        tickets,
    }
}

pub fn give(n: u32, opinion: Opinion) -> rating::Action {
    rating::Action::Give {
        code: code(n),
        opinion,
    }
}

pub fn revise(n: u32, opinion: Opinion) -> rating::Action {
    rating::Action::Revise {
        code: code(n),
        opinion,
    }
}
