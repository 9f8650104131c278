//! Work items of a month.

use campaign::rating::Code;
use campaign::work::{self, Stage, Verdict, WorkId};
use campaign::{Action, Actor, Date, Event};
use rulebook::Period;
use rulebook::model::WorkKind;

use super::{County, Done, texts};

/// Tasks that the county gives each unit in a month.
const TASKS: usize = 1;

/// An item that someone of a unit is on: to be finished on its day.
#[derive(Clone, Copy, Debug)]
pub(super) struct OnHand {
    work: WorkId,
    unit: usize,
    finish: Date,
    kind: WorkKind,
}

impl County<'_> {
    /// The county gives each unit its tasks, and people ask for things.
    pub(super) fn hand_out_tasks(&mut self, _period: Period, day: Date) -> Done<()> {
        self.at(day, 8);
        for unit in 0..self.year.units.len() {
            for nth in 0..TASKS {
                let giver = self.official("checker", Some(unit));
                self.open(&giver, unit, nth, WorkKind::Task, day)?;
            }
            self.open(
                &Actor::Program("hotline".into()),
                unit,
                TASKS,
                WorkKind::Request,
                day,
            )?;
        }
        Ok(())
    }

    fn open(&mut self, by: &Actor, unit: usize, nth: usize, kind: WorkKind, day: Date) -> Done<()> {
        let days = i32::try_from(10 + (unit * 5 + nth * 3) % 15).unwrap_or(10);
        let resident = self.population.of_unit(unit, nth).cloned();
        let asked = resident.map_or_else(String::new, |one| {
            format!("({},电话 {})", one.name, one.phone)
        });
        let what = match kind {
            WorkKind::Request => texts::request(self.commands),
            _ => texts::filled("goal", self.commands),
        };
        let title = self.write(format!("{what}{asked}"));
        let tickets = match kind {
            WorkKind::Request => vec![self.asker().check_ticket()],
            _ => Vec::new(),
        };
        let open = work::Action::Open {
            kind,
            title,
            quality: None,
            source: None,
            unit: self.unit_id(unit),
            person: None,
            due: day.plus(days + 3),
            role: (kind == WorkKind::Task).then(|| "checker".into()),
            tickets,
        };
        let entries = self.send(by, Action::Work(open))?;
        for work in entries.iter().filter_map(|entry| opened(&entry.event)) {
            let owner = self.member(unit, 2);
            self.send(
                &owner,
                Action::Work(work::Action::Accept { work, person: None }),
            )?;
            let finish = day.plus(days);
            self.on_hand.push(OnHand {
                work,
                unit,
                finish,
                kind,
            });
        }
        Ok(())
    }

    /// The code of whoever asks for something with the next command.
    fn asker(&self) -> Code {
        Code::new(u128::from(self.commands + 1).to_be_bytes())
    }

    /// What is finished and checked on a day; and the rectifications that low ratings have opened, a week after.
    pub(super) fn tasks(&mut self, _period: Period, day: Date) -> Done<()> {
        self.at(day, 16);
        let (ready, later): (Vec<OnHand>, Vec<OnHand>) = std::mem::take(&mut self.on_hand)
            .into_iter()
            .partition(|item| item.finish <= day);
        self.on_hand = later;
        for item in ready {
            self.finish(item)?;
        }
        Ok(())
    }

    fn finish(&mut self, item: OnHand) -> Done<()> {
        let OnHand {
            work, unit, kind, ..
        } = item;
        let owner = self.member(unit, 2);
        let stage = self
            .campaign
            .state()
            .work
            .item(work)
            .map(|known| known.stage);
        if kind == WorkKind::Rectification && stage == Some(Stage::Offered) {
            self.send(
                &owner,
                Action::Work(work::Action::Accept { work, person: None }),
            )?;
        }
        let outcome = self.write(texts::filled("outcome", self.commands).to_owned());
        self.send(&owner, Action::Work(work::Action::Finish { work, outcome }))?;
        let checker = match kind {
            WorkKind::Task => self.official("checker", Some(unit)),
            WorkKind::Rectification => self.official("rating-decider", Some(unit)),
            // Whoever asked isn't always there to say.
            _ => return Ok(()),
        };
        let check = work::Action::Check {
            work,
            code: None,
            verdict: Verdict::Passed,
            reason: None,
        };
        self.send(&checker, Action::Work(check)).map(drop)
    }

    /// Takes up a rectification that low ratings have opened.
    pub(super) fn rectify(&mut self, event: &Event, day: Date) {
        let Event::Work(work::Event::Opened(opened)) = event else {
            return;
        };
        let mut units = self.year.units.iter();
        let unit = units.position(|unit| unit.id.as_str() == opened.unit.as_str());
        if let Some(unit) = unit {
            self.on_hand.push(OnHand {
                work: opened.work,
                unit,
                finish: day.plus(7),
                kind: WorkKind::Rectification,
            });
        }
    }
}

fn opened(event: &Event) -> Option<WorkId> {
    match event {
        Event::Work(work::Event::Opened(opened)) => Some(opened.work),
        _ => None,
    }
}
