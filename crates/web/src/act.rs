//! What a request wants to happen, and how it is sent to the campaign.

use campaign::{Action, Actor, Command, CommandId};
use host::{Receipt, Request};
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::asked::Who;
use crate::fields::Fields;
use crate::problem::Problem;
use crate::rights::{self, Standing};
use crate::vault::Writing;

/// What a request wants to happen: an action with its texts, and what is answered once it has.
#[derive(Debug)]
pub struct Plan {
    /// What.
    pub action: Action,
    /// The texts that go with it.
    pub writing: Writing,
    /// Where to look next.
    pub then: String,
    /// The message that is shown there: the id of a message.
    pub done: &'static str,
    /// Its key, where whoever asks has drawn one.
    pub key: Option<CommandId>,
    /// Whether it is sent as anyone at all, so that nothing names who it was.
    pub unnamed: bool,
    /// What follows, in this order and with nothing in between.
    pub next: Vec<(Action, Writing)>,
}

impl Plan {
    /// An action without texts.
    #[must_use]
    pub fn new(action: Action, then: impl Into<String>, done: &'static str) -> Self {
        Self {
            action,
            writing: Writing::new(),
            then: then.into(),
            done,
            key: None,
            unnamed: false,
            next: Vec::new(),
        }
    }

    /// With an action that follows.
    #[must_use]
    pub fn and(mut self, action: Action, writing: Writing) -> Self {
        self.next.push((action, writing));
        self
    }

    /// With texts.
    #[must_use]
    pub fn with(mut self, writing: Writing) -> Self {
        self.writing = writing;
        self
    }

    /// Sent as the public.
    #[must_use]
    pub const fn unnamed(mut self) -> Self {
        self.unnamed = true;
        self
    }

    /// With the key it came with: sent twice, it happens once.
    #[must_use]
    pub const fn keyed(mut self, key: Option<CommandId>) -> Self {
        self.key = key;
        self
    }
}

/// The key of what a form asks for: the same when it is sent again as it was, another when something in it has changed since,
/// or when it is another form of the page; none where the form brings none.
#[must_use]
pub fn form_key(path: &str, fields: &Fields) -> Option<CommandId> {
    if fields.get("key").is_empty() {
        return None;
    }
    let mut hash = Sha256::new();
    let mut add = |part: &[u8]| {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    };
    add(path.as_bytes());
    for (name, text) in fields.iter().filter(|(name, _)| *name != "csrf") {
        add(name.as_bytes());
        add(text.as_bytes());
    }
    for (name, file) in fields.uploads() {
        add(name.as_bytes());
        add(&file.content);
    }
    let digest = hash.finalize();
    let (key, _) = digest.split_first_chunk()?;
    Some(CommandId(*key))
}

/// A new key of a command.
///
/// # Errors
/// When the system has no randomness.
pub fn new_key() -> Result<CommandId, Problem> {
    let mut key = [0; 16];
    getrandom::fill(&mut key).map_err(|_| Problem::broken())?;
    Ok(CommandId(key))
}

/// The key of what follows a command, as its number says: the same whenever it is sent again.
fn key_of(first: CommandId, at: u64) -> CommandId {
    let digest = Sha256::new()
        .chain_update(b"merit next")
        .chain_update(first.0)
        .chain_update(at.to_be_bytes())
        .finalize();
    let mut key = [0; 16];
    for (to, from) in key.iter_mut().zip(digest) {
        *to = from;
    }
    CommandId(key)
}

/// What came of actions that were sent together: the first that failed, or all their entries.
fn together(outcomes: Vec<host::Outcome>) -> Result<Receipt, Problem> {
    let mut all: Option<Receipt> = None;
    for outcome in outcomes {
        let receipt = outcome?;
        all = Some(match all {
            None => receipt,
            Some(before) => Receipt {
                entries: before.entries.start..receipt.entries.end,
            },
        });
    }
    all.ok_or_else(Problem::broken)
}

/// Sends an action, as whoever asks, with no more than their standing gives, and waits until it is durable.
///
/// # Errors
/// What the policies or the campaign's rules say against it.
pub async fn send(
    app: &App,
    who: &Who,
    standing: &Standing,
    plan: Plan,
) -> Result<Receipt, Problem> {
    {
        let state = app.host.read();
        let next = plan.next.iter().map(|(action, _)| action);
        for action in std::iter::once(&plan.action).chain(next) {
            rights::allow_action(app, &state, standing, action)?;
        }
    }
    let by = match who {
        _ if plan.unnamed => Actor::Public,
        Who::Nobody => Actor::Public,
        Who::Person(person) => Actor::Person(person.clone()),
        Who::Program(program) => Actor::Program(program.clone()),
    };
    let erases = matches!(plan.action, Action::Vault(_) | Action::Organisation(_));
    let key = plan.key.map_or_else(new_key, Ok)?;
    let request = |(id, action, writing): (CommandId, Action, Writing)| Request {
        command: Command {
            id,
            by: by.clone(),
            action,
        },
        items: writing.items,
    };
    let first = request((key, plan.action, plan.writing));
    let outcome = if plan.next.is_empty() {
        let (told, outcome) = tokio::sync::oneshot::channel();
        app.host.submit(first, move |outcome| {
            let _nobody_waits = told.send(outcome);
        });
        outcome
            .await
            .map_err(|_| Problem::broken())?
            .map_err(Problem::from)
    } else {
        let next = plan.next.into_iter().zip(1..);
        let next = next.map(|((action, writing), at)| request((key_of(key, at), action, writing)));
        let all = std::iter::once(first).chain(next);
        let outcomes = crate::vault::blocking(|| app.host.execute_all(all));
        together(outcomes)
    };
    // Also where only a part was taken.
    if erases {
        app.texts.forget();
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(csrf: &str, key: &str, name: &str) -> Fields {
        let pairs = [("csrf", csrf), ("key", key), ("name", name)];
        let pairs = pairs.map(|(field, text)| (field.to_owned(), text.to_owned()));
        Fields::of(pairs.to_vec())
    }

    #[test]
    fn a_form_has_one_key_as_long_as_nothing_in_it_changes() {
        let key = form_key("/a", &sent("1", "k", "x"));
        assert!(key.is_some());
        assert_eq!(key, form_key("/a", &sent("2", "k", "x")));
        let others = [
            form_key("/b", &sent("1", "k", "x")),
            form_key("/a", &sent("1", "l", "x")),
            form_key("/a", &sent("1", "k", "y")),
        ];
        assert!(others.iter().all(|other| other.is_some() && *other != key));
        assert_eq!(form_key("/a", &sent("1", "", "x")), None);
    }
}
