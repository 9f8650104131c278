//! What follows a month: the monthly filing, figures handed in, cut-off, scores, final results, circular.

use campaign::circular::{self, CircularId};
use campaign::period::{self, Step};
use campaign::record::When;
use campaign::{Action, Actor, Date, Entry, Event, figure, rating, work};
use rulebook::Period;
use rulebook::model::FilledBy;

use super::{County, Done};
use crate::county::Plan;
use crate::month::Month;

impl County<'_> {
    /// What falls due by itself, and the steps that people take about periods.
    pub(super) fn office_day(&mut self, day: Date) -> Done<()> {
        self.at(day, 6);
        for entry in self.tick(Action::Work(work::Action::Tick))? {
            self.rectify(&entry.event, day);
        }
        self.tick(Action::Rating(rating::Action::Tick))?;
        self.tick(Action::Period(period::Action::Tick {}))?;
        self.at(day, 11);
        for (period, next) in period::due(self.campaign.state(), day) {
            self.step(period, next.step)?;
        }
        Ok(())
    }

    /// The clock's command, until nothing more is due; that nothing is due is no fault.
    fn tick(&mut self, action: Action) -> Done<Vec<Entry>> {
        let mut all = Vec::new();
        loop {
            match self.send(&Actor::Clock, action.clone()) {
                Ok(entries) => all.extend(entries),
                Err(stopped) if DUE_NOTHING.contains(&stopped.refusal.code) => return Ok(all),
                Err(stopped) => return Err(stopped),
            }
        }
    }

    fn step(&mut self, period: Period, step: Step) -> Done<()> {
        let closer = self.official("closer", None);
        match step {
            Step::Score | Step::ScoreAgain => {
                self.send(&closer, Action::Period(period::Action::Score { period }))?;
            }
            Step::Finalise => {
                self.send(&closer, Action::Period(period::Action::Finalise { period }))?;
            }
            Step::Publish => self.publish(period)?,
            Step::TakeIn | Step::CutOff | Step::Object | Step::Decide => {}
        }
        Ok(())
    }

    fn publish(&mut self, period: Period) -> Done<()> {
        let (one, other) = (self.official("closer", None), self.second_closer());
        let entries = self.send(&one, Action::Circular(circular::Action::Draft { period }))?;
        let drafted = entries.iter().find_map(|entry| drafted(&entry.event));
        let Some(circular) = drafted else {
            return Ok(());
        };
        self.send(
            &other,
            Action::Circular(circular::Action::Approve { circular }),
        )?;
        self.send(
            &one,
            Action::Circular(circular::Action::Publish { circular }),
        )
        .map(drop)
    }

    /// In the first days of the month after: each unit files its month, and offices hand in their figures.
    pub(super) fn file_month(&mut self, period: Period, day: Date) -> Done<()> {
        self.at(day, 9);
        for unit in 0..self.year.units.len() {
            let secretary = self.member(unit, 0);
            self.about_own(unit, &secretary, "monthly", When::Period(period))?;
        }
        let table = self.figures(period);
        self.send(
            &self.office(),
            Action::Figure(figure::Action::HandIn { period, table }),
        )
        .map(drop)
    }

    /// The simulated figures of a month, of those measures that come as tables.
    fn figures(&self, period: Period) -> String {
        let Some(book) = self.campaign.state().rules.of(period).cloned() else {
            return String::new();
        };
        let Ok(first) = period.to_string().parse::<Month>() else {
            return String::new();
        };
        let plan = Plan {
            seed: self.year.seed,
            first,
            months: 1,
            units: self.year.units.clone(),
        };
        let of_file = |line: &&str| {
            let measure = line
                .split(',')
                .nth(2)
                .and_then(|id| book.campaign.measure(id));
            measure.is_some_and(|measure| matches!(measure.filled_by, None | Some(FilledBy::File)))
        };
        let csv = plan.to_csv();
        let lines = csv.lines();
        let header = lines.clone().take(1);
        header
            .chain(lines.filter(of_file))
            .flat_map(|line| [line, "\n"])
            .collect()
    }
}

/// What a tick is answered when there is nothing to do.
const DUE_NOTHING: [&str; 2] = ["nothing-due", "nothing-changes"];

fn drafted(event: &Event) -> Option<CircularId> {
    match event {
        Event::Circular(circular::Event::Drafted { circular, .. }) => Some(*circular),
        _ => None,
    }
}
