//! How often the confidence sets of `inference::ranks` hold the true places.

use std::num::NonZeroUsize;

use inference::random::Random;
use inference::ranks::{Errors, Procedure, RankSets, Scope, Settings, Sides, rank_sets};

use crate::errors::{Known, Noise};
use crate::plan::Plan;
use crate::table::{Aim, Cell, Figure, Table};

const TEXT: &str = "\
Stepdown sets of `inference::ranks`, 2,000 draws where they are simulated. *Place* is the paper's: 1 plus the number of units truly ahead.
*All places* are those of either way to break ties: from there to the units less those truly behind. Marginal: the share of units
whose set holds it. Simultaneous: the share of data sets where all units' sets do. *Refused*: data sets with a standard error of 0.

How to read it: a set is bounded by clear differences, and the rate stated is that of any wrong one. So \"all places\" of equal units
come to 0.95; their place is 1, wrong on one side only, near 0.975. Where units are apart, one wrong difference seldom moves a set off
its place, and sets hold more than they say, by construction.

Rates are no normal figures with known standard errors. *As found*: from the rate itself; data are refused at 30 of 30, where it is 0.
*And two*: from a case of either outcome more. *Pooled*: from the rate of all units. With few raters none keeps to what it says
everywhere: at 80 % the last comes nearest, at 97 % the second is safe and wide.";

const COLUMNS: [&str; 8] = [
    "design",
    "units",
    "data sets",
    "refused",
    "marginal: place",
    "marginal: all places",
    "simultaneous: place",
    "simultaneous: all places",
];

/// True values.
#[derive(Clone, Copy)]
enum Truth {
    /// All equal.
    Equal(f64),
    /// Not quite equal, so without ties.
    Nearly(f64),
    /// Two halves, equal within, so far apart.
    Halves(f64),
    /// Normal with this mean and standard deviation.
    Normal(f64, f64),
}

struct Design {
    name: &'static str,
    units: usize,
    truth: Truth,
    noise: Noise,
    sets: usize,
}

const fn design(
    name: &'static str,
    units: usize,
    truth: Truth,
    noise: Noise,
    sets: usize,
) -> Design {
    Design {
        name,
        units,
        truth,
        noise,
        sets,
    }
}

/// Rates of 15 equal units.
const fn rates(name: &'static str, rate: f64, noise: Noise) -> Design {
    design(name, 15, Truth::Equal(rate), noise, 1_000)
}

const SAME: Noise = Noise::Same(1.0);
const BLOCKS: Noise = Noise::Blocks {
    blocks: 5,
    within: 0.7,
};
const EQUAL: Truth = Truth::Equal(0.0);
const NEARLY: Truth = Truth::Nearly(0.0);

const DESIGNS: [Design; 27] = [
    design("equal", 10, EQUAL, SAME, 2_000),
    design("equal", 100, EQUAL, SAME, 500),
    design("equal", 1_000, EQUAL, SAME, 100),
    design("equal", 10_000, EQUAL, SAME, 12),
    design("nearly equal, no ties", 10, NEARLY, SAME, 2_000),
    design("nearly equal, no ties", 100, NEARLY, SAME, 200),
    design(
        "two halves 10 se apart",
        50,
        Truth::Halves(10.0),
        SAME,
        1_000,
    ),
    design("two halves 3 se apart", 50, Truth::Halves(3.0), SAME, 1_000),
    design("spread by 1 se", 50, Truth::Normal(0.0, 1.0), SAME, 500),
    design("spread by 5 se", 50, Truth::Normal(0.0, 5.0), SAME, 500),
    design("spread by 5 se", 1_000, Truth::Normal(0.0, 5.0), SAME, 20),
    design("spread by 5 se", 10_000, Truth::Normal(0.0, 5.0), SAME, 4),
    design(
        "equal, standard errors unlike",
        50,
        EQUAL,
        Noise::Unlike(0.7),
        1_000,
    ),
    design("equal, correlated in blocks", 30, EQUAL, BLOCKS, 1_000),
    design("equal, errors opposed", 30, EQUAL, Noise::Opposed, 1_000),
    design(
        "spread by 2 se, correlated in blocks",
        30,
        Truth::Normal(0.0, 2.0),
        BLOCKS,
        500,
    ),
    rates("rates 80 %, n = 30, se as found", 0.8, Noise::Rate(30)),
    rates("rates 80 %, n = 30, se and two", 0.8, Noise::RateAndTwo(30)),
    rates("rates 80 %, n = 30, se pooled", 0.8, Noise::RatePooled(30)),
    rates(
        "few raters, 80 %, n = 5, se and two",
        0.8,
        Noise::RateAndTwo(5),
    ),
    rates(
        "few raters, 80 %, n = 5, se pooled",
        0.8,
        Noise::RatePooled(5),
    ),
    rates("rates 97 %, n = 30, se as found", 0.97, Noise::Rate(30)),
    rates(
        "rates 97 %, n = 30, se and two",
        0.97,
        Noise::RateAndTwo(30),
    ),
    rates("rates 97 %, n = 30, se pooled", 0.97, Noise::RatePooled(30)),
    rates("rates 99 %, n = 30, se pooled", 0.99, Noise::RatePooled(30)),
    rates(
        "rates 99 %, n = 1,000, se as found",
        0.99,
        Noise::Rate(1_000),
    ),
    rates(
        "rates 99 %, n = 1,000, se pooled",
        0.99,
        Noise::RatePooled(1_000),
    ),
];

impl Truth {
    fn draw(self, units: usize, random: &mut Random) -> Vec<f64> {
        let value = |unit: usize| match self {
            Self::Equal(value) => value,
            Self::Nearly(value) => value + 1e-6 * random.normal(),
            Self::Halves(apart) => apart * (unit % 2) as f64,
            Self::Normal(mean, spread) => mean + spread * random.normal(),
        };
        (0..units).map(value).collect()
    }
}

/// How many units are ahead of each, and how many aren't behind it: its place is one more than the first.
fn places(truth: &[f64]) -> Vec<(u32, u32)> {
    let mut sorted = truth.to_vec();
    sorted.sort_by(f64::total_cmp);
    let under = |x: &f64| sorted.partition_point(|other| other < x);
    let to = |x: &f64| sorted.partition_point(|other| other <= x);
    let place = |x| {
        (
            (truth.len() - to(x)) as u32 + 1,
            (truth.len() - under(x)) as u32,
        )
    };
    truth.iter().map(place).collect()
}

/// Of how many units the sets hold the place, and all places.
fn held(sets: &RankSets, places: &[(u32, u32)]) -> [usize; 2] {
    let units = || sets.lower.iter().zip(&sets.upper).zip(places);
    let place = units().filter(|((lower, upper), (first, _))| *lower <= first && first <= *upper);
    let all = units().filter(|((lower, upper), (first, last))| *lower <= first && last <= *upper);
    [place.count(), all.count()]
}

/// For each scope, of how many units the sets hold the place, and all places.
type Held = [[usize; 2]; 2];

/// For each scope as [`held`]; `None` where the data are refused. Simultaneous sets of many units are left out.
fn trial(design: &Design, random: &mut Random) -> Option<Held> {
    let truth = design.truth.draw(design.units, random);
    let places = places(&truth);
    let known = Known::of(&truth, design.noise, random);
    let settings = Settings {
        coverage: 0.95,
        scope: Scope::Marginal,
        sides: Sides::Both,
        procedure: Procedure::Stepdown,
        draws: NonZeroUsize::new(2_000),
        seed: random.bits(),
        threads: NonZeroUsize::MIN,
    };
    if let Errors::Independent(errors) = known.errors()
        && errors.contains(&0.0)
    {
        return None;
    }
    let of = |scope| {
        let settings = Settings { scope, ..settings };
        let sets = rank_sets(&known.estimates, known.errors(), &settings).expect("sound data");
        held(&sets, &places)
    };
    let simultaneous = if design.units > MOST_AT_ONCE {
        [0; 2]
    } else {
        of(Scope::Simultaneous)
    };
    Some([of(Scope::Marginal), simultaneous])
}

/// Simultaneous sets are looked at for so many units at most.
const MOST_AT_ONCE: usize = 1_000;

/// Coverage of marginal and simultaneous sets.
pub(crate) fn tables(plan: &Plan) -> Vec<Table> {
    let mut table = Table::new("Rank sets", TEXT, &COLUMNS);
    for (at, design) in DESIGNS.iter().enumerate() {
        let sets = plan.sets(design.sets);
        let found = plan.each(at, sets, |random| trial(design, random));
        let held: Vec<_> = found.iter().flatten().collect();
        let units = design.units as f64;
        let share = |of: &dyn Fn(&Held) -> (f64, f64)| {
            if held.is_empty() {
                return Cell::text("–");
            }
            let sets: Vec<_> = held.iter().map(|held| of(held)).collect();
            Cell::figure(Figure::share(sets.into_iter()), Aim::Coverage)
        };
        let mut cells = vec![
            Cell::text(units),
            Cell::text(sets),
            Cell::text(sets - held.len()),
        ];
        cells.extend([0, 1].map(|what| share(&|held| (held[0][what] as f64, units))));
        let all = |what: usize| {
            move |held: &Held| (f64::from(u8::from(held[1][what] == design.units)), 1.0)
        };
        cells.extend([0, 1].map(|what| {
            if design.units > MOST_AT_ONCE {
                Cell::text("–")
            } else {
                share(&all(what))
            }
        }));
        table.row(design.name, cells);
    }
    vec![table]
}

#[cfg(test)]
mod tests {
    use super::places;

    #[test]
    fn ties_share_the_best_place_and_may_hold_all_of_theirs() {
        assert_eq!(
            places(&[1.0, 3.0, 2.0, 2.0]),
            [(4, 4), (1, 1), (2, 3), (2, 3)]
        );
        assert_eq!(places(&[0.0; 3]), [(1, 3); 3]);
    }
}
