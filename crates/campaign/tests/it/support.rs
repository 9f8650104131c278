//! A small campaign to tell stories with.
#![allow(dead_code, reason = "each story uses what it needs")]

use campaign::{Action, Actor, Command, CommandId, Decision, Refusal, State, Time};

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
