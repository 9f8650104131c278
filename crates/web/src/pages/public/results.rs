//! Results as whoever asks may see them: the final ones for anyone, preliminary ones for those who may see the inside.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use campaign::circular::{Circular, CircularId, Progress};
use campaign::id::Name;
use campaign::period::{Run, Stage};
use campaign::rating::{self, Shown};
use campaign::rules::Book;
use campaign::{Date, State, UnitId};
use rulebook::figures::Figures;
use rulebook::model::{FilledBy, Indicator, Scheme};
use rulebook::{Campaign, Period};
use scoring::Explanation;
use scoring::run::{Run as Scoring, Selection};

use crate::asked::Asked;
use crate::rights::{Resource, Verb};

/// Results, and whether they can still change.
#[derive(Clone, Copy)]
pub struct Results<'s> {
    /// They.
    pub run: &'s Run,
    /// Whether they are preliminary.
    pub preliminary: bool,
}

/// The circulars that are published, the newest first.
pub fn published(state: &State) -> Vec<(CircularId, &Circular, Date)> {
    let mut all: Vec<(CircularId, &Circular, Date)> = state
        .circulars
        .iter()
        .filter_map(|(id, one)| match one.progress {
            Progress::Published { on, .. } => Some((id, one, on)),
            _ => None,
        })
        .collect();
    all.sort_by_key(|(id, one, _)| std::cmp::Reverse((one.period, *id)));
    all
}

/// Whether whoever asks may see the inside of a unit; of all, where none is named.
pub fn sees_inside(asked: &Asked<'_>, unit: Option<&UnitId>) -> bool {
    let of = Resource {
        units: unit.into_iter().cloned().collect(),
        person: None,
    };
    let rights = &asked.app.rights;
    rights.allow(asked.state, asked.standing, Verb::SeeUnit, &of)
}

/// The results of a period that whoever asks may see.
pub fn results<'a>(
    asked: &Asked<'a>,
    period: Period,
    unit: Option<&UnitId>,
) -> Option<Results<'a>> {
    let periods = &asked.state.periods;
    let published = periods.final_results(period);
    let is_final = periods.stage(period) == Some(Stage::Final);
    if !is_final && sees_inside(asked, unit) {
        let run = periods.results(period)?;
        return Some(Results {
            run,
            preliminary: published.is_none_or(|known| known.number != run.number),
        });
    }
    published.map(|run| Results {
        run,
        preliminary: false,
    })
}

/// The periods with results that whoever asks may see, in order.
pub fn periods<'a>(asked: &Asked<'a>, unit: Option<&UnitId>) -> Vec<(Period, Results<'a>)> {
    let all = asked.state.periods.iter();
    all.filter_map(|(period, _)| Some((period, results(asked, period, unit)?)))
        .collect()
}

/// A class as scored, explained unit by unit.
pub struct Explained {
    /// The rules.
    pub book: std::sync::Arc<Book>,
    /// The scheme's id.
    pub scheme: String,
    /// The decimals of scores.
    pub decimals: Option<u8>,
    /// Its units.
    pub units: Vec<Explanation>,
    /// Unit and item: of these the figure is a share of ratings that is withheld.
    pub withheld: BTreeSet<(String, String)>,
}

impl Explained {
    /// A unit's score.
    pub fn of(&self, unit: &UnitId) -> Option<&Explanation> {
        let mut units = self.units.iter();
        units.find(|one| one.unit == unit.as_str())
    }

    /// The scheme.
    pub fn scheme(&self) -> Option<&Scheme> {
        self.book.campaign.scheme(&self.scheme)
    }

    /// An item of the scheme.
    pub fn item(&self, id: &str) -> Option<Indicator> {
        let scheme = self.scheme()?;
        let all = scheme.indicator.iter().chain(&scheme.bonus);
        let deductions = scheme.deduction.iter();
        let mut all = all.cloned().chain(deductions.cloned());
        all.find(|item| item.id.as_str() == id)
    }
}

/// The class of a unit scored again from the figures that its results rest on; only `unit` is explained, or all.
///
/// `None` where those figures aren't kept any more, since the period was scored again.
pub fn explained(
    state: &State,
    period: Period,
    run: &Run,
    unit: &UnitId,
    only: Only,
) -> Option<Explained> {
    let of = state.periods.get(period)?;
    if of.runs.last()?.number != run.number {
        return None;
    }
    let book = state.rules.version(run.rules)?;
    let (class, _) = run.of(unit)?;
    let campaign = Campaign {
        organisation: None,
        ..book.campaign.clone()
    };
    let figures = Figures {
        periods: of
            .inputs
            .iter()
            .map(|(period, frozen)| (*period, frozen.thaw(&campaign, *period)))
            .collect(),
    };
    let scheme = campaign.scheme(class.scheme.as_str())?;
    let selection = Selection {
        period: Some(period),
        scheme: Some(scheme),
    };
    let (mut units, mut decimals) = (Vec::new(), None);
    Scoring::new(&campaign, &figures, selection)
        .each(NonZeroUsize::MIN, |outcome| {
            decimals = outcome.scored.ruler.decimals();
            for (at, known) in outcome.units.iter().enumerate() {
                if only == Only::All || known.id == unit.as_str() {
                    units.extend(outcome.scored.explain(at));
                }
            }
        })
        .ok()?;
    let withheld = withhold(state, period, book, &mut units);
    Some(Explained {
        scheme: class.scheme.as_str().to_owned(),
        book: std::sync::Arc::clone(book),
        decimals,
        units,
        withheld,
    })
}

/// Takes out shares of ratings, and of how many they are, where the table of the unit's ratings doesn't show them either.
fn withhold(
    state: &State,
    period: Period,
    book: &Book,
    units: &mut [Explanation],
) -> BTreeSet<(String, String)> {
    let mut withheld = BTreeSet::new();
    // Only periods that are over have results.
    let over = book.calendar.last_day(period).plus(1);
    for one in units {
        let unit = UnitId::from(one.unit.as_str());
        let shown = rating::told(state, &unit, period, over);
        for item in &mut one.items {
            let measure = book.campaign.measure(&item.measure);
            let Some(FilledBy::Rating(share)) = measure.and_then(|one| one.filled_by.as_ref())
            else {
                continue;
            };
            let group = share.group.as_ref().map(|id| Name::from(id.as_str()));
            if shown.group(group.as_ref()) == Shown::Withheld {
                (item.figure, item.base, item.handed_in, item.n) = (None, None, None, None);
                withheld.insert((one.unit.clone(), item.id.clone()));
            }
        }
    }
    withheld
}

/// Which units are explained.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Only {
    /// One.
    One,
    /// The whole class.
    All,
}
