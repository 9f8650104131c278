//! The comparisons a campaign declares, class by class and period by period.

use std::collections::BTreeMap;

use inference::named::{Control, Named};
use rulebook::Period;
use rulebook::model::{Comparison, Control as Declared};

use super::{Estimate, Replay, ReplayError, ahead, improved};
use crate::run::Outcome;

/// Compares classes as they are replayed, in order of time: each unit with the mean of its class, and with itself in the period
/// before.
#[derive(Clone, Debug)]
pub struct Comparing {
    control: Control,
    rate: f64,
    /// How each category stood last.
    last: BTreeMap<String, Last>,
}

/// The latest period of a category: by which scheme, and each unit's estimate.
#[derive(Clone, Debug)]
struct Last {
    period: Period,
    scheme: String,
    units: BTreeMap<String, Estimate>,
}

/// What comparing says of the units of a class, in the class's order; `None` for those that can't be compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// Next to the mean of the class.
    pub ahead: Vec<Option<Named>>,
    /// Next to the period before; nobody can be compared where that wasn't replayed, was scored by another scheme, or where scores
    /// rest on its figures.
    pub improved: Vec<Option<Named>>,
}

impl Comparing {
    /// As a campaign declares.
    #[must_use]
    pub const fn new(declared: &Comparison) -> Self {
        let control = match declared.control {
            Declared::FamilyWise => Control::Holm,
            Declared::FalseDiscovery => Control::BenjaminiHochberg,
        };
        Self {
            control,
            rate: declared.rate,
            last: BTreeMap::new(),
        }
    }

    /// Compares a class, and keeps it for the next period.
    ///
    /// # Errors
    /// [`ReplayError::Compare`] where the error rate isn't between 0 and 1.
    pub fn compare(
        &mut self,
        outcome: &Outcome<'_, '_>,
        replay: &Replay,
    ) -> Result<Compared, ReplayError> {
        let job = &outcome.job;
        let ids = outcome.units.iter().map(|unit| unit.id.as_str());
        let estimates = replay.units.iter().map(|unit| unit.estimate);
        let now: Vec<(&str, Option<Estimate>)> = ids.zip(estimates).collect();
        let before = self.last.get(job.category).filter(|last| {
            last.period == job.period.previous()
                && last.scheme == job.scheme.id.as_str()
                && !outcome.scored.ruler.rests_on_previous()
        });
        let pairs: Vec<_> = now
            .iter()
            .map(|(id, now)| (before.and_then(|last| last.units.get(*id).copied()), *now))
            .collect();
        let compared = Compared {
            ahead: ahead(&replay.units, self.control, self.rate).map_err(ReplayError::Compare)?,
            improved: improved(&pairs, self.control, self.rate).map_err(ReplayError::Compare)?,
        };
        let known = now
            .iter()
            .filter_map(|(id, estimate)| Some(((*id).to_owned(), (*estimate)?)));
        let last = Last {
            period: job.period,
            scheme: job.scheme.id.to_string(),
            units: known.collect(),
        };
        self.last.insert(job.category.to_owned(), last);
        Ok(compared)
    }
}
