//! The campaign's clock: tells the campaign, every few seconds, that time has passed.

use std::sync::Arc;
use std::time::Duration;

use campaign::{Action, Actor, Command, period, rating, record, work};
use host::{Failure, Role};

use crate::act::new_key;
use crate::app::App;

/// Sends what falls due by itself, for as long as it isn't dropped. Only the host that writes does so.
pub async fn run(app: Arc<App>, every: Duration) {
    let mut interval = tokio::time::interval(every);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        interval.tick().await;
        if matches!(app.host.status().role, Role::Writing { .. }) {
            for action in [
                Action::Work(work::Action::Tick),
                Action::Rating(rating::Action::Tick),
                Action::Period(period::Action::Tick {}),
            ] {
                tell(&app, action).await;
            }
            for action in draws(&app) {
                tell(&app, action).await;
            }
        }
    }
}

/// The draws of records to be verified that are due, with a seed that nobody could foresee when they were filed: the root of the
/// log's latest signed checkpoint.
#[must_use]
pub fn draws(app: &App) -> Vec<Action> {
    let due = {
        let state = app.host.read();
        record::draws_due(&state, app.today(&state))
    };
    if due.is_empty() {
        return Vec::new();
    }
    let Ok(Some((opened, _))) = app.host.checkpoint() else {
        return Vec::new();
    };
    let seed = campaign::Digest(opened.checkpoint.head.root.0);
    let draw = |(form, period)| record::Action::DrawSample { form, period, seed };
    due.into_iter().map(draw).map(Action::Record).collect()
}

async fn tell(app: &App, action: Action) {
    let Ok(id) = new_key() else {
        return;
    };
    let command = Command {
        id,
        by: Actor::Clock,
        action,
    };
    let (told, outcome) = tokio::sync::oneshot::channel();
    app.host.submit(command, move |outcome| {
        let _nobody_waits = told.send(outcome);
    });
    match outcome.await {
        // That nothing is due is no fault.
        Ok(Ok(_) | Err(Failure::Refused(_))) | Err(_) => {}
        Ok(Err(error)) => tracing::warn!(?error, "the clock's command wasn't taken"),
    }
}
