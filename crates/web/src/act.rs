//! What a request wants to happen, and how it is sent to the campaign.

use campaign::{Action, Actor, Command, CommandId};
use host::{Receipt, Request};

use crate::app::App;
use crate::asked::Who;
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
        }
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

    /// With the key that came with the form: sent twice, it happens once.
    #[must_use]
    pub const fn keyed(mut self, key: Option<CommandId>) -> Self {
        self.key = key;
        self
    }
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
        rights::allow_action(app, &state, standing, &plan.action)?;
    }
    let by = match who {
        _ if plan.unnamed => Actor::Public,
        Who::Nobody => Actor::Public,
        Who::Person(person) => Actor::Person(person.clone()),
        Who::Program(program) => Actor::Program(program.clone()),
    };
    let erases = matches!(plan.action, Action::Vault(_) | Action::Organisation(_));
    let request = Request {
        command: Command {
            id: plan.key.map_or_else(new_key, Ok)?,
            by,
            action: plan.action,
        },
        items: plan.writing.items,
    };
    let (told, outcome) = tokio::sync::oneshot::channel();
    app.host.submit(request, move |outcome| {
        let _nobody_waits = told.send(outcome);
    });
    let receipt = outcome.await.map_err(|_| Problem::broken())??;
    if erases {
        app.texts.forget();
    }
    Ok(receipt)
}
