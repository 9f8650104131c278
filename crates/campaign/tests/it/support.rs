//! A small campaign to tell stories with.
#![allow(dead_code, reason = "each story uses what it needs")]

use campaign::{
    Action, Actor, Command, CommandId, Date, Decision, PersonId, Refusal, State, Time, UnitId,
    rules,
};

/// A campaign in which commands are decided and evolve at once.
#[derive(Debug, Default)]
pub struct Story {
    pub state: State,
    pub now: Time,
    commands: u64,
}

impl Story {
    /// A campaign at a moment.
    pub fn at(now: Time) -> Self {
        Self {
            now,
            ..Self::default()
        }
    }

    /// Sends a command; the entries that come of it have happened on return. The state rebuilt from its own bytes is the same.
    pub fn send(&mut self, by: &Actor, action: Action) -> Result<Vec<campaign::Entry>, Refusal> {
        self.commands += 1;
        let mut id = [0; 16];
        id[..8].copy_from_slice(&self.commands.to_be_bytes());
        let command = Command {
            id: CommandId(id),
            by: by.clone(),
            action,
        };
        match self.state.decide(&command, self.now)? {
            Decision::Before(_) => panic!("the key is new"),
            Decision::New(entries) => {
                assert!(
                    !entries.is_empty(),
                    "a command that isn't refused makes something happen"
                );
                for entry in &entries {
                    let text = serde_json::to_string(entry).expect("entries are JSON");
                    let read: campaign::Entry = serde_json::from_str(&text).expect("and come back");
                    assert_eq!(&read, entry);
                    keep_example(&text);
                    self.state
                        .evolve(entry)
                        .expect("an entry decided on follows");
                }
                Ok(entries)
            }
        }
    }

    /// Sends a command that must be refused with this code.
    pub fn refused(&mut self, by: &Actor, action: Action, code: &str) {
        let refusal = self.send(by, action).expect_err("refused");
        assert_eq!(refusal.code, code, "{refusal}");
    }
}

pub fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

pub fn unit(id: &str) -> UnitId {
    UnitId::from(id)
}

pub fn person(id: &str) -> PersonId {
    PersonId::from(id)
}

const CAMPAIGN: &str = r#"
id = "trial"
name = { zh = "试验县", en = "Trial County" }

[calendar]
period = "month"
holidays = ["2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07"]
working_days = ["2026-10-10"]

[calendar.closing]
cut_off_days = 3

[[category]]
id = "office"
name = { zh = "机关", en = "Offices" }

[[attribute]]
id = "cluster"
name = { zh = "片区", en = "Cluster" }
values = ["hill", "plain"]

[[role]]
id = "staff"
name = { zh = "干事", en = "Staff" }

[[role]]
id = "secretary"
name = { zh = "书记", en = "Secretary" }
"#;

const MEASURES: &str = r#"
[[measure]]
id = "requests"
name = { zh = "办结率", en = "Settled in time" }
range = { min = 0, max = 1 }
filled_by = "file"
origin = { zh = "登记", en = "Register" }
"#;

const SCHEME: &str = r#"
id = "office"
name = { zh = "机关细则", en = "Rules of offices" }
category = "office"

[defaults]
missing = "class-mean"
not_applicable = "class-mean"

[[indicator]]
id = "requests"
name = { zh = "办结率", en = "Settled in time" }
kind = "outcome"
points = 100
measure = "requests"
direction = "higher"
rule = { linear = { zero = 0.5, full = 1 } }
"#;

/// Adopts the trial county's rules from January 2026 on.
pub fn folder() -> Action {
    let files = [
        ("campaign.toml", CAMPAIGN),
        ("measures.toml", MEASURES),
        ("schemes/office.toml", SCHEME),
    ];
    Action::Rules(rules::Action::Adopt {
        from: "2026-01".parse().expect("a period"),
        files: files
            .map(|(path, text)| (path.to_owned(), text.to_owned()))
            .into(),
    })
}

/// With `UPDATE` set, an entry of a kind that has no example yet becomes one.
fn keep_example(entry: &str) {
    if std::env::var_os("UPDATE").is_none() {
        return;
    }
    let value = serde_json::from_str(entry).expect("JSON");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/entries");
    let path = format!("{folder}/{}.json", crate::entries::kind(&value));
    if !std::path::Path::new(&path).exists() {
        std::fs::write(path, format!("{entry}\n")).expect("written");
    }
}
