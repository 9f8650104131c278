//! Notices: what is due, late or decided, by mail to those who want it, and to the robots of group chats and other systems.
//!
//! They go through an outbox beside the ledger: what is in it is sent at least once, and tried again, with longer and longer
//! waits, where the other side doesn't take it. No request ever waits for it. A notice names nobody, and nothing tells whether
//! it was read. Nothing is sent at night.

pub mod config;
mod hook;
mod mail;
mod outbox;
pub mod pages;
mod plan;
mod wants;

use std::sync::Arc;
use std::time::Duration;

use campaign::Time;
use host::Role;

use crate::app::App;
pub use crate::operator::BadConfig;
pub use config::{Config, Hook, Kind, Mail, Tls};
pub use outbox::{Channel, Letter, Outbox, OutboxError};
pub(crate) use wants::SCHEMA;
pub use wants::Wants;

/// How many are sent before it is looked whether the server stops.
const AT_ONCE: usize = 50;

/// What sends.
pub struct Sender {
    config: Arc<Config>,
    outbox: Arc<Outbox>,
    mail: Option<mail::Post>,
    hooks: hook::Hooks,
}

impl Sender {
    /// Opens the outbox and makes ready what sends.
    ///
    /// # Errors
    /// [`OutboxError`].
    pub fn new(config: &Config) -> Result<Self, OutboxError> {
        Ok(Self {
            config: Arc::new(config.clone()),
            outbox: Arc::new(Outbox::open(&config.outbox)?),
            mail: config.mail.as_ref().map(mail::Post::new).transpose()?,
            hooks: hook::Hooks::new(&config.webhooks)?,
        })
    }

    /// Puts into the outbox what there is to tell, and sends what is due. Only the host that writes does so.
    ///
    /// # Errors
    /// [`OutboxError`] when the outbox can't be used; that something can't be delivered is no error.
    pub async fn round(&self, app: &Arc<App>) -> Result<(), OutboxError> {
        if !matches!(app.host.status().role, Role::Writing { .. }) {
            return Ok(());
        }
        let offset = app.host.read().rules.offset();
        if plan::is_night(app.now(), offset) {
            return Ok(());
        }
        let (shared, outbox) = (Arc::clone(app), Arc::clone(&self.outbox));
        let config = Arc::clone(&self.config);
        let planned = move || plan::plan(&shared, &config, &outbox);
        let planned = tokio::task::spawn_blocking(planned).await;
        planned.map_err(|_| OutboxError::Exhausted)??;
        for (id, letter) in self.outbox.due(app.now(), AT_ONCE)? {
            let sent = self.send(&letter, app.now()).await;
            match sent {
                Ok(()) => self.outbox.sent(id, app.now())?,
                Err(why) => {
                    tracing::warn!(target: "notices", id, channel = %letter.channel, why, "a notice isn't taken yet");
                    self.outbox.failed(id, &why, app.now())?;
                }
            }
        }
        Ok(())
    }

    async fn send(&self, letter: &Letter, now: Time) -> Result<(), String> {
        match letter.channel {
            Channel::Mail => match &self.mail {
                Some(post) => post.send(letter).await,
                None => Err("no mail server is named".to_owned()),
            },
            Channel::Hook => self.hooks.send(letter, now).await,
        }
    }
}

/// Sends for as long as it isn't dropped.
pub async fn run(app: Arc<App>, config: Config, every: Duration) {
    let opened = tokio::task::spawn_blocking(move || Sender::new(&config)).await;
    let sender = match opened {
        Ok(Ok(sender)) => sender,
        Ok(Err(error)) => {
            tracing::error!(%error, "no notices are sent");
            return;
        }
        Err(_) => return,
    };
    let mut interval = tokio::time::interval(every);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        interval.tick().await;
        if let Err(error) = sender.round(&app).await {
            tracing::error!(%error, "the outbox can't be used");
        }
    }
}
