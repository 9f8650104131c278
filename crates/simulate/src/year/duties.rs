//! Forms filled in the course of a month: study, visits, service, households, promises, requests.

use campaign::record::{self, About, Filing, Outcome, RecordId, Value, Values, When};
use campaign::{Action, Actor, Date, Event, UnitId};
use rulebook::Period;
use rulebook::model::{Field, FieldType};

use super::{County, Done, texts};
use crate::organisation::Category;
use crate::random::Random;

/// A form that someone of a unit fills: which, by whom, how often a month, and who says whether it is so.
struct Duty {
    form: &'static str,
    of: &'static [Category],
    /// The first of those who fill it, among the unit's people, and how many of them do.
    by: (usize, usize),
    said_by: Said,
}

/// Who says whether a record is so.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    /// Nobody, or a sample.
    Nobody,
    /// Those helped, with the code they were handed.
    Code,
}

const ALL: &[Category] = &[
    Category::Township,
    Category::Village,
    Category::Office,
    Category::Enterprise,
];

/// What happens on any day: each of those who fill it does so once a month.
const EVENTS: [Duty; 6] = [
    Duty {
        form: "service",
        of: ALL,
        by: (0, 15),
        said_by: Said::Code,
    },
    Duty {
        form: "household",
        of: &[Category::Village],
        by: (8, 10),
        said_by: Said::Code,
    },
    Duty {
        form: "four-sends",
        of: &[Category::Village],
        by: (0, 1),
        said_by: Said::Code,
    },
    Duty {
        form: "flag",
        of: &[Category::Township, Category::Village],
        by: (20, 2),
        said_by: Said::Code,
    },
    Duty {
        form: "promise",
        of: ALL,
        by: (10, 3),
        said_by: Said::Code,
    },
    Duty {
        form: "request",
        of: &[Category::Office, Category::Township],
        by: (3, 1),
        said_by: Said::Nobody,
    },
];

impl County<'_> {
    /// What is filed on a day.
    pub(super) fn duties(&mut self, period: Period, day: Date) -> Done<()> {
        self.at(day, 9);
        for unit in 0..self.year.units.len() {
            for duty in &EVENTS {
                self.events(duty, unit, day)?;
            }
            if day.weekday() == 6 {
                let who = self.member(unit, 1);
                self.about_own(unit, &who, "study", When::Week(day.plus(-6)))?;
            }
            if fires(unit, 0, day) {
                self.visit(unit, period)?;
            }
        }
        Ok(())
    }

    fn events(&mut self, duty: &Duty, unit: usize, day: Date) -> Done<()> {
        let of = self.year.units.get(unit).map(|unit| unit.category);
        if !of.is_some_and(|category| duty.of.contains(&category)) {
            return Ok(());
        }
        let (first, count) = duty.by;
        for number in (first..first + count).filter(|number| fires(unit, *number, day)) {
            let who = self.member(unit, number);
            let form = self.form(duty.form);
            let about = match (form.map(|form| form.subject), who.person()) {
                (Some(rulebook::model::Subject::Person), Some(person)) => {
                    About::Person(person.clone())
                }
                (Some(rulebook::model::Subject::OwnUnit), _) => About::Unit(self.unit_id(unit)),
                _ => About::Case,
            };
            self.file(duty.form, unit, &who, about, When::Day(day), duty.said_by)?;
        }
        Ok(())
    }

    /// What a unit files about itself.
    pub(super) fn about_own(
        &mut self,
        unit: usize,
        who: &Actor,
        form: &str,
        when: When,
    ) -> Done<()> {
        let about = About::Unit(self.unit_id(unit));
        self.file(form, unit, who, about, when, Said::Nobody)
    }

    fn visit(&mut self, unit: usize, period: Period) -> Done<()> {
        let visitor = self.official("visitor", Some(unit));
        let about = About::Unit(self.unit_id(unit));
        self.file(
            "visit",
            unit,
            &visitor,
            about,
            When::Period(period),
            Said::Nobody,
        )
    }

    /// Files a form, and has those helped say whether it is so.
    fn file(
        &mut self,
        form: &str,
        unit: usize,
        who: &Actor,
        about: About,
        when: When,
        said: Said,
    ) -> Done<()> {
        let values = self.fill(form, unit, who, when);
        let code = format!("code-{}-{}", self.year.seed, self.commands);
        let filing = Filing {
            form: form.into(),
            about,
            from: None,
            when,
            values,
            confirm: (said == Said::Code).then(|| record::code_digest(&code)),
        };
        let entries = self.send(who, Action::Record(record::Action::File(filing)))?;
        if said == Said::Code {
            let record = entries.iter().find_map(|entry| filed(&entry.event));
            self.confirm(record.unwrap_or_default(), code)?;
        }
        Ok(())
    }

    fn confirm(&mut self, record: RecordId, code: String) -> Done<()> {
        let confirm = record::Action::Confirm {
            record,
            code,
            outcome: Outcome::Confirmed,
            note: None,
        };
        self.send(&Actor::Public, Action::Record(confirm)).map(drop)
    }

    fn form(&self, id: &str) -> Option<rulebook::model::Form> {
        self.campaign.state().rules.latest()?.form(id).cloned()
    }

    pub(super) fn unit_id(&self, unit: usize) -> UnitId {
        self.year
            .units
            .get(unit)
            .map_or_else(|| UnitId::from(""), |unit| UnitId::from(unit.id.as_str()))
    }

    /// Something plausible in every field that must be filled.
    fn fill(&mut self, form: &str, unit: usize, who: &Actor, when: When) -> Values {
        let mut random = self.random(&["fill", form, &self.commands.to_string()]);
        let fields = self.form(form).map(|form| form.field).unwrap_or_default();
        let mut values = Vec::new();
        for field in fields.iter().filter(|field| !field.optional) {
            if let Some(value) = self.value(field, unit, who, when, &mut random) {
                values.push((field.id.as_str().into(), value));
            }
        }
        values.into_iter().collect()
    }

    fn value(
        &mut self,
        field: &Field,
        unit: usize,
        who: &Actor,
        when: When,
        random: &mut Random,
    ) -> Option<Value> {
        Some(match field.kind {
            FieldType::Number => Value::Number(number(field, random)),
            FieldType::Choice => {
                let others = u32::try_from(field.choices.len()).unwrap_or(1);
                let first = random.uniform() < 0.8;
                Value::Choice(if first { 0 } else { random.choice(others) })
            }
            FieldType::Text => Value::Text(self.text(field, unit)),
            FieldType::Date => Value::Date(match when {
                When::Day(day) | When::Week(day) => day,
                When::Period(period) => self.first_day(period),
            }),
            FieldType::Unit => Value::Unit(self.unit_id(unit)),
            FieldType::Person => Value::Person(who.person()?.clone()),
            FieldType::Checklist => {
                let marks = field.choices.iter().map(|_| Some(number(field, random)));
                Value::Checklist(marks.collect())
            }
            FieldType::Table => {
                let columns = field.column.iter().filter(|column| !column.optional);
                let mut row = Vec::new();
                for column in columns.collect::<Vec<_>>() {
                    let as_field = Field {
                        id: column.id.clone(),
                        kind: column.kind.into(),
                        range: column.range,
                        choices: column.choices.clone(),
                        ..field.clone()
                    };
                    let value = self.value(&as_field, unit, who, when, random)?;
                    row.push((column.id.as_str().into(), value));
                }
                Value::Table([row.into_iter().collect()].into())
            }
            FieldType::Post | FieldType::Attachment => return None,
        })
    }

    /// What someone writes: it names who lives there, as people do.
    fn text(&mut self, field: &Field, unit: usize) -> campaign::Note {
        let number = usize::try_from(self.commands).unwrap_or(0);
        let phrase = texts::filled(field.id.as_str(), self.commands);
        let resident = self.population.of_unit(unit, number).cloned();
        let content = resident.map_or_else(String::new, |one| {
            format!(
                "{phrase}({} {},电话 {})",
                one.household, one.name, one.phone
            )
        });
        self.write(content)
    }
}

/// Whether it is this person's day of the month.
fn fires(unit: usize, number: usize, day: Date) -> bool {
    let (_, _, of_month) = day.parts();
    i64::from(of_month) == i64::try_from((unit * 7 + number * 11) % 28 + 1).unwrap_or(1)
}

fn number(field: &Field, random: &mut Random) -> f64 {
    let low = field.range.min.unwrap_or(0.0);
    let high = field.range.max.unwrap_or(low + 10.0);
    let drawn = random.between(low + (high - low) * 0.5, high);
    if field.range.whole {
        drawn.round()
    } else {
        (drawn * 100.0).round() / 100.0
    }
}

fn filed(event: &Event) -> Option<RecordId> {
    match event {
        Event::Record(record::Event::Filed(filed)) => Some(filed.record),
        _ => None,
    }
}
