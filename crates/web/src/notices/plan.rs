//! What there is to tell: put into the outbox by day, never at night.

use std::fmt::Write;

use campaign::record::{Due, due_of_person, due_of_unit};
use campaign::work::Stage;
use campaign::{Date, PersonId, State, Time};
use sha2::{Digest, Sha256};

use super::outbox::{Channel, Letter, Outbox, OutboxError};
use super::{Config, Wants};
use crate::app::App;
use crate::pages::mine::form_path;
use crate::pages::public::results;
use crate::words::Words;

/// From this hour on notices are sent, and until that.
const AWAKE: std::ops::Range<i64> = 8..22;
/// What is due within so many days is told.
const SOON: i32 = 2;
/// What was decided in the last days is told: a server that was down for a while still tells it.
const LATELY: i32 = 3;
/// So many lines a digest has at most.
const LINES: usize = 30;

/// Whether nobody is told anything at this time.
pub fn is_night(now: Time, offset: i16) -> bool {
    let minutes = now.0.div_euclid(60) + i64::from(offset);
    !AWAKE.contains(&minutes.div_euclid(60).rem_euclid(24))
}

/// What tells a notice apart, without naming anyone.
fn key(parts: &[&str]) -> String {
    let digest = Sha256::digest(parts.join("\0").as_bytes());
    hex::encode(digest).chars().take(32).collect()
}

struct Planning<'a> {
    app: &'a App,
    state: &'a State,
    outbox: &'a Outbox,
    today: Date,
    now: Time,
}

/// Puts into the outbox what there is to tell.
pub fn plan(app: &App, config: &Config, outbox: &Outbox) -> Result<(), OutboxError> {
    let state = app.host.read();
    let Some(book) = state.rules.latest() else {
        return Ok(());
    };
    let now = app.now();
    let planning = Planning {
        app,
        state: &state,
        outbox,
        today: app.today(&state),
        now,
    };
    let daily = key(&["day", &planning.today.to_string()]);
    let first = book.calendar.is_working(planning.today) && !outbox.knows(&daily)?;
    if config.mail.is_some() {
        for (person, wants) in app.accounts.all_wants()? {
            if state.organisation.is_here(&person, planning.today) {
                planning.person(&person, &wants, first)?;
            }
        }
    }
    for hook in &config.webhooks {
        planning.hook(&hook.name, app.words.of(hook.lang()), first)?;
    }
    if first {
        outbox.mark(&daily, now)?;
    }
    Ok(())
}

impl Planning<'_> {
    fn person(&self, person: &PersonId, wants: &Wants, first: bool) -> Result<(), OutboxError> {
        let w = self.app.words.of(wants.lang);
        if !wants.proved {
            let body = w.a("notices-code-body", "code", wants.code.clone());
            let body = self.body(&[body.into_owned()], "notices-why-code", &w);
            let key = key(&["code", person.as_str(), &wants.mail, &wants.code]);
            let subject = w.t("notices-code-subject").into_owned();
            return self.put(key, Channel::Mail, &wants.mail, subject, body);
        }
        if wants.digest && first {
            let lines = self.duties(person, &w);
            if !lines.is_empty() {
                let count = i64::try_from(lines.len()).unwrap_or(i64::MAX);
                let body = self.body(&lines, "notices-why-digest", &w);
                let key = key(&["digest", person.as_str(), &self.today.to_string()]);
                let subject = w.n("notices-digest", count).into_owned();
                self.put(key, Channel::Mail, &wants.mail, subject, body)?;
            }
        }
        if !wants.decided {
            return Ok(());
        }
        for (id, objection) in self.state.objections.iter().rev() {
            let Some(decision) = objection.decision() else {
                continue;
            };
            if objection.by != *person || decision.on.plus(LATELY) < self.today {
                continue;
            }
            let line = format!("{}/objections/{id}", self.app.settings.base);
            let body = self.body(&[line], "notices-why-decided", &w);
            let number = objection.decisions.len().to_string();
            let key = key(&["decided", &id.to_string(), &number]);
            let subject = w.t("notices-decided").into_owned();
            self.put(key, Channel::Mail, &wants.mail, subject, body)?;
        }
        Ok(())
    }

    /// What is due soon or late, a line each: what, when, where. Titles of work are left out: they may name people.
    fn duties(&self, person: &PersonId, w: &Words<'_>) -> Vec<String> {
        let base = &self.app.settings.base;
        let soon = self.today.plus(SOON);
        let mut lines: Vec<(Date, String)> = Vec::new();
        for due in due_of_person(self.state, person, self.today) {
            if due.record.is_none() && due.due <= soon {
                let what = format!("{} {}", w.of(&due.form.name), due.when);
                let path = form_path(due.form.id.as_str(), &due.from, due.when, &due.about);
                lines.push((
                    due.due,
                    self.line(&what, due.due, &format!("{base}{path}"), w),
                ));
            }
        }
        for (id, item) in self.state.work.of_person(person) {
            let until = match (&item.offer, item.stage) {
                (Some(offer), Stage::Offered) => offer.answer_by,
                (_, Stage::InHand) => item.due,
                _ => continue,
            };
            if until <= soon {
                let path = format!("{base}/work/{}", id.0);
                lines.push((until, self.line(&w.t("notices-work"), until, &path, w)));
            }
        }
        lines.sort();
        lines.into_iter().map(|(_, line)| line).collect()
    }

    fn line(&self, what: &str, until: Date, path: &str, w: &Words<'_>) -> String {
        let how = if until < self.today {
            "notices-late"
        } else {
            "notices-until"
        };
        let until = w.a(how, "day", w.date(until));
        format!("{what}\n{until}\n{path}")
    }

    fn body(&self, lines: &[String], why: &str, w: &Words<'_>) -> String {
        let mut body = lines.get(..LINES).unwrap_or(lines).join("\n\n");
        if let Some(more) = lines.len().checked_sub(LINES).filter(|more| *more > 0) {
            let more = w.n("notices-more", i64::try_from(more).unwrap_or(i64::MAX));
            // Writing to a string can't fail.
            let _written = write!(body, "\n\n{more}");
        }
        let account = format!("{}/account", self.app.settings.base);
        let _written = write!(body, "\n\n-- \n{}\n", w.a(why, "where", account));
        body
    }

    fn hook(&self, name: &str, w: Words<'_>, first: bool) -> Result<(), OutboxError> {
        let base = &self.app.settings.base;
        for (id, circular, on) in results::published(self.state) {
            if on.plus(LATELY) >= self.today {
                let key = key(&["circular", name, &id.to_string()]);
                let subject = w.a("public-circular-of", "period", w.period(circular.period));
                let body = format!("{base}/circulars/{id}");
                self.put(key, Channel::Hook, name, subject.into_owned(), body)?;
            }
        }
        if !first {
            return Ok(());
        }
        let lines: Vec<String> = self
            .counts()
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(id, count)| {
                w.n(id, i64::try_from(count).unwrap_or(i64::MAX))
                    .into_owned()
            })
            .collect();
        if lines.is_empty() {
            return Ok(());
        }
        let key = key(&["board", name, &self.today.to_string()]);
        let subject = w.a("notices-board", "day", w.date(self.today)).into_owned();
        let body = format!("{}\n{base}/me", lines.join("\n"));
        self.put(key, Channel::Hook, name, subject, body)
    }

    /// How much is due soon and late in the whole campaign.
    fn counts(&self) -> [(&'static str, usize); 4] {
        let (state, today) = (self.state, self.today);
        let (mut soon, mut late) = (0, 0);
        for (unit, _) in state.organisation.units(today) {
            let dues = due_of_unit(state, unit, today);
            let open = |due: &&Due<'_>| due.record.is_none() && due.due <= today.plus(SOON);
            for due in dues.iter().filter(open) {
                if due.due < today {
                    late += 1;
                } else {
                    soon += 1;
                }
            }
        }
        [
            ("notices-forms-soon", soon),
            ("notices-forms-late", late),
            ("notices-work-late", state.work.overdue(today).count()),
            (
                "notices-objections-late",
                state.objections.overdue(today).count(),
            ),
        ]
    }

    fn put(
        &self,
        key: String,
        channel: Channel,
        address: &str,
        subject: String,
        body: String,
    ) -> Result<(), OutboxError> {
        let letter = Letter {
            key,
            channel,
            address: address.to_owned(),
            subject,
            body,
        };
        self.outbox.put(&letter, self.now)
    }
}

#[cfg(test)]
mod tests {
    use super::is_night;
    use campaign::Time;

    #[test]
    fn nobody_is_told_anything_between_22_and_8() {
        let night: Vec<i64> = (0..24)
            .filter(|hour| is_night(Time(hour * 3_600 - 8 * 3_600), 480))
            .collect();
        assert_eq!(night, [0, 1, 2, 3, 4, 5, 6, 7, 22, 23]);
    }
}
