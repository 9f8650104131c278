//! Those served are invited, and some of them rate.

use std::collections::BTreeSet;

use campaign::id::Name;
use campaign::rating::{self, Code, Level, Opinion, Voice};
use campaign::{Action, Actor, Date};
use rulebook::Period;

use super::{County, Done, texts};
use crate::organisation::Category;
use crate::random::Random;

/// Invitations that say the same of those who get them.
struct Batch {
    service: Option<Name>,
    group: Option<Name>,
    codes: u32,
}

impl County<'_> {
    /// Each unit invites those it has served: codes are drawn, printed and forgotten.
    pub(super) fn invite(&mut self, period: Period, day: Date) -> Done<()> {
        self.at(day, 8);
        for unit in 0..self.year.units.len() {
            let mut drawn = 0;
            for batch in self.batches(period, unit) {
                let codes = drawn..drawn + batch.codes;
                drawn = codes.end;
                let tickets = codes.map(|n| self.code(period, unit, n).ticket()).collect();
                let invite = rating::Action::Invite {
                    unit: self.unit_id(unit),
                    service: batch.service,
                    group: batch.group,
                    voice: Voice::Own,
                    tickets,
                };
                self.send(&Actor::Program("desk".into()), Action::Rating(invite))?;
            }
        }
        Ok(())
    }

    /// Whom a unit invites in a month: those its services were for, the first most often, and its own group beside.
    fn batches(&self, period: Period, unit: usize) -> Vec<Batch> {
        let category = self.year.units.get(unit).map(|unit| unit.category);
        let mut left = self.year.invited_per_unit;
        let mut batches = Vec::new();
        let book = self.campaign.state().rules.of(period);
        let services = book.into_iter().flat_map(|book| &book.campaign.services);
        let offered = services.map(|written| &written.item).filter(|service| {
            category.is_some_and(|of| service.categories.iter().any(|id| id.as_str() == of.id()))
        });
        for service in offered.take(3) {
            let codes = left * 2 / 5;
            left -= codes;
            batches.push(Batch {
                service: Some(Name::from(service.id.as_str())),
                group: service.served.first().map(|id| Name::from(id.as_str())),
                codes,
            });
        }
        let own = match category {
            Some(Category::Office) => "grassroots",
            Some(Category::Enterprise) => "employees",
            _ => "people",
        };
        batches.push(Batch {
            service: None,
            group: Some(Name::from(own)),
            codes: left,
        });
        batches
    }

    /// The code with this number, made anew wherever it is wanted: the simulation keeps none.
    fn code(&self, period: Period, unit: usize, number: u32) -> Code {
        let names = [
            "code",
            &period.to_string(),
            &unit.to_string(),
            &number.to_string(),
        ];
        let mut random = self.random(&names);
        let mut drawn = [0; 16];
        for chunk in drawn.chunks_exact_mut(8) {
            chunk.copy_from_slice(&random.next().to_le_bytes());
        }
        Code::new(drawn)
    }

    /// What is rated on a day: of those invited, nineteen in twenty rate some time in the month.
    pub(super) fn ratings(&mut self, period: Period, day: Date) -> Done<()> {
        self.at(day, 10);
        let (_, _, of_month) = day.parts();
        let today = u32::try_from(of_month).unwrap_or(1);
        for unit in 0..self.year.units.len() {
            let mine =
                (0..self.year.invited_per_unit).filter(|n| n % 28 + 1 == today && n % 20 != 7);
            for number in mine.collect::<Vec<_>>() {
                self.rate(period, unit, number)?;
            }
        }
        Ok(())
    }

    fn rate(&mut self, period: Period, unit: usize, number: u32) -> Done<()> {
        let names = [
            "rate",
            &period.to_string(),
            &unit.to_string(),
            &number.to_string(),
        ];
        let mut random = self.random(&names);
        let level = level(unit, &mut random);
        let comment = (random.uniform() < 0.1).then(|| {
            let said = texts::comment(level.map_or(3, Level::number), &mut random, self.commands);
            self.write(said)
        });
        let call_back = (random.uniform() < 0.01).then(|| {
            let caller = self
                .population
                .of_unit(unit, number as usize)
                .map(|one| one.phone.clone());
            self.write(caller.unwrap_or_default())
        });
        let give = rating::Action::Give {
            code: self.code(period, unit, number),
            opinion: Opinion {
                level,
                tags: BTreeSet::new(),
                comment,
                call_back,
            },
        };
        self.send(&Actor::Public, Action::Rating(give)).map(drop)
    }
}

/// A level as the unit's true quality brings it; one in thirty can't say.
fn level(unit: usize, random: &mut Random) -> Option<Level> {
    if random.uniform() < 1.0 / 30.0 {
        return None;
    }
    // True shares of satisfied from 80 % to 98 %.
    let quality = 0.80 + 0.18 * (unit % 19) as f64 / 18.0;
    let drawn = random.uniform();
    let number = if drawn < quality * 0.6 {
        5
    } else if drawn < quality {
        4
    } else {
        3 - u8::try_from(random.choice(3)).unwrap_or(0)
    };
    Level::try_from(number).ok()
}
