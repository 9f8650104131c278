//! Founding the campaign, and the course of a month.

use campaign::organisation::{self, Grant, NewPerson, units_of};
use campaign::{Action, Actor, Date, rules};
use rulebook::Period;

use super::{County, Done};
use crate::organisation::Category;

/// The roles that someone of each unit has: number among the unit's people, role.
const OF_UNIT: [(usize, &str); 8] = [
    (0, "secretary"),
    (1, "chair"),
    (2, "owner"),
    (3, "desk"),
    (4, "visited"),
    (5, "requester"),
    (6, "helped"),
    (7, "promisee"),
];

/// The roles that people of the first two offices have for the whole county: number among the office's people, role. The second
/// office steps in where the first is concerned.
const OF_COUNTY: [(usize, &str); 11] = [
    (8, "staff"),
    (9, "visitor"),
    (10, "checker"),
    (11, "lecturer"),
    (12, "closer"),
    (13, "closer"),
    (14, "reviewer"),
    (15, "rating-decider"),
    (16, "leading-group"),
    (17, "auditor"),
    (18, "appeals-panel"),
];
impl County<'_> {
    /// Adopts the rules, founds the units, registers the people, gives the roles.
    pub(super) fn found(&mut self) -> Done<()> {
        let first = self.first_day(self.year.first);
        self.at(first.plus(-30), 1);
        let (from, files) = (self.year.first, self.year.files.clone());
        self.send(
            &self.office(),
            Action::Rules(rules::Action::Adopt { from, files }),
        )?;
        let units: Vec<rulebook::Unit> = self.year.units.iter().map(listed).collect();
        let from = first.plus(-30);
        let import = organisation::Action::ImportUnits {
            from,
            units: units_of(&units),
        };
        self.send(&self.office(), Action::Organisation(import))?;
        for unit in 0..self.year.units.len() {
            self.register(unit, from)?;
        }
        Ok(())
    }

    fn register(&mut self, unit: usize, from: Date) -> Done<()> {
        let members = 0..self.year.people_per_unit as usize;
        let mut people = Vec::new();
        for number in members.clone() {
            let Some(resident) = self.population.of_unit(unit, number).cloned() else {
                continue;
            };
            let profile = self.write(format!(
                r#"{{"name":"{}","phone":"{}","household":"{}"}}"#,
                resident.name, resident.phone, resident.household
            ));
            people.push(NewPerson {
                person: resident.id,
                unit: resident.unit,
                profile: Some(profile),
            });
        }
        let register = organisation::Action::RegisterPeople { from, people };
        self.send(&self.office(), Action::Organisation(register))?;
        for number in members {
            self.give(unit, number, "member", false, from)?;
        }
        for (number, role) in OF_UNIT {
            self.give(unit, number, role, false, from)?;
        }
        let offices = self.offices();
        if offices.iter().take(2).any(|office| *office == unit) {
            for (number, role) in OF_COUNTY {
                self.give(unit, number, role, true, from)?;
            }
        }
        Ok(())
    }

    fn give(
        &mut self,
        unit: usize,
        number: usize,
        role: &str,
        everywhere: bool,
        from: Date,
    ) -> Done<()> {
        let Some(resident) = self.population.of_unit(unit, number) else {
            return Ok(());
        };
        let grant = Grant {
            role: role.into(),
            unit: (!everywhere).then(|| resident.unit.clone()),
            from,
            until: None,
        };
        let person = resident.id.clone();
        let give = organisation::Action::GiveRole { person, grant };
        self.send(&self.office(), Action::Organisation(give))
            .map(drop)
    }

    /// The positions of the county's offices among the units.
    pub(super) fn offices(&self) -> Vec<usize> {
        let office = |(at, unit): (usize, &crate::organisation::Unit)| {
            (unit.category == Category::Office).then_some(at)
        };
        self.year
            .units
            .iter()
            .enumerate()
            .filter_map(office)
            .collect()
    }

    /// Someone who has a role for the whole county and isn't of that unit.
    pub(super) fn official(&self, role: &str, not_of: Option<usize>) -> Actor {
        let found = OF_COUNTY.iter().find(|(_, name)| *name == role);
        let number = found.map_or(0, |(number, _)| *number);
        let office = self
            .offices()
            .into_iter()
            .find(|office| Some(*office) != not_of);
        self.member(office.unwrap_or(0), number)
    }

    /// Whoever approves what the first closer has drafted.
    pub(super) fn second_closer(&self) -> Actor {
        let unit = self.offices().first().copied().unwrap_or(0);
        self.member(unit, 13)
    }

    /// A person of a unit, as whoever sends a command.
    pub(super) fn member(&self, unit: usize, number: usize) -> Actor {
        let found = self.population.of_unit(unit, number);
        found.map_or(Actor::Public, |resident| Actor::Person(resident.id.clone()))
    }

    /// The program that keeps the organisation and sends what offices hand in.
    pub(super) fn office(&self) -> Actor {
        Actor::Program("office".into())
    }

    pub(super) fn first_day(&self, period: Period) -> Date {
        let (year, month) = period.starts();
        Date::of(year, u8::try_from(month + 1).unwrap_or(1), 1).unwrap_or_default()
    }

    /// A month, from its first day to its last.
    pub(super) fn month(&mut self, period: Period) -> Done<()> {
        let (first, next) = (self.first_day(period), self.first_day(period.next()));
        let over = |day: Date| self.year.until.is_some_and(|until| until < day);
        if over(first) {
            return Ok(());
        }
        let next = if over(next) {
            self.year.until.map_or(next, |until| until.plus(1))
        } else {
            next
        };
        self.invite(period, first)?;
        self.hand_out_tasks(period, first)?;
        for day in (first.0..next.0).map(Date) {
            if day == first.plus(2) && period != self.year.first {
                self.file_month(period.previous(), day)?;
            }
            self.office_day(day)?;
            self.duties(period, day)?;
            self.ratings(period, day)?;
            self.tasks(period, day)?;
        }
        Ok(())
    }

    /// The weeks after the last month, until its circular is published.
    pub(super) fn finish_year(&mut self, last: Period) -> Done<()> {
        let first = self.first_day(last.next());
        self.file_month(last, first.plus(2))?;
        for day in (0..45).map(|n| first.plus(n)) {
            self.office_day(day)?;
            self.tasks(last, day)?;
        }
        Ok(())
    }
}

fn listed(unit: &crate::organisation::Unit) -> rulebook::Unit {
    rulebook::Unit {
        id: unit.id.clone(),
        name: unit.name.clone(),
        category: unit.category.id().into(),
        parent: unit.parent.clone(),
        attributes: [("cluster".into(), unit.cluster.to_owned())].into(),
    }
}
