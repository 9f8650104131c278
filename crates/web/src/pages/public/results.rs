//! Results as whoever asks may see them: the final ones for anyone, preliminary ones for those who may see the inside.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;

use campaign::circular::{Circular, CircularId, Progress};
use campaign::id::Name;
use campaign::period::{OfPeriod, Run, Stage};
use campaign::rating::{self, Shown};
use campaign::rules::Book;
use campaign::{Date, State, UnitId};
use rulebook::figures::Figures;
use rulebook::model::{FilledBy, Indicator, Scheme};
use rulebook::{Campaign, Period};
use scoring::Explanation;
use scoring::run::{Run as Scoring, Selection};

use crate::asked::Asked;
use crate::recent::Recent;
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
    pub book: Arc<Book>,
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

/// A run's scheme: what its classes were scored by.
type Key = (Period, u32, Name);

/// Classes scored again lately.
pub type Rescored = Recent<Key, Option<Scored>>;

/// Classes of one scheme, scored again: the decimals of scores, and each unit's points.
pub type Scored = (Option<u8>, Vec<Explanation>);

/// The class of a unit scored again from the figures that its results rest on; only `unit` is explained, or all.
///
/// `None` where those figures aren't kept any more, since the period was scored again.
pub fn explained(
    asked: &Asked<'_>,
    period: Period,
    run: &Run,
    unit: &UnitId,
    only: Only,
) -> Option<Explained> {
    let state = asked.state;
    let of = state.periods.get(period)?;
    if of.runs.last()?.number != run.number {
        return None;
    }
    let book = state.rules.version(run.rules)?;
    let (class, _) = run.of(unit)?;
    let key = (period, run.number, class.scheme.clone());
    let scored = asked
        .app
        .rescored
        .get(key, || score(book, of, period, &class.scheme));
    let (decimals, units) = scored.as_ref().as_ref()?;
    let wanted = units
        .iter()
        .filter(|one| only == Only::All || one.unit == unit.as_str());
    let mut units = wanted.cloned().collect::<Vec<_>>();
    let withheld = withhold(state, period, book, &mut units);
    Some(Explained {
        scheme: class.scheme.as_str().to_owned(),
        book: Arc::clone(book),
        decimals: *decimals,
        units,
        withheld,
    })
}

/// All classes of a scheme, from the figures that were frozen.
fn score(book: &Book, of: &OfPeriod, period: Period, scheme: &Name) -> Option<Scored> {
    let campaign = Campaign {
        organisation: None,
        ..book.campaign.clone()
    };
    let frozen = of.inputs.iter();
    let figures = Figures {
        periods: frozen
            .map(|(period, frozen)| (*period, frozen.thaw(&campaign, *period)))
            .collect(),
    };
    let selection = Selection {
        period: Some(period),
        scheme: Some(campaign.scheme(scheme.as_str())?),
    };
    let (mut units, mut decimals) = (Vec::new(), None);
    Scoring::new(&campaign, &figures, selection)
        .each(NonZeroUsize::MIN, |outcome| {
            decimals = outcome.scored.ruler.decimals();
            let all = 0..outcome.units.len();
            units.extend(all.filter_map(|at| outcome.scored.explain(at)));
        })
        .ok()?;
    Some((decimals, units))
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
