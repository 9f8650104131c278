//! How often the intervals of `scoring::replay` hold what they should: classes are scored by their true figures and by what would be
//! measured of them.

use std::borrow::Cow;
use std::num::{NonZeroU32, NonZeroUsize};

use inference::random::Random;
use rulebook::model::{Measure, Scheme};
use scoring::replay::{Settings, replay};
use scoring::{Class, ClassColumn, score};

use crate::plan::Plan;
use crate::table::{Aim, Cell, Figure, Table};

/// About so many units in all classes of a design.
const UNITS: usize = 6_000;

/// What is known of a figure.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// A share of so many cases.
    Share(u64),
    /// A count.
    Count,
    /// A figure from 0 to 1 with this standard error.
    Figure(f64),
}

/// A design: true figures lie about `centre` with the standard deviations `common` (the same for all measures of a unit) and `own`.
pub(crate) struct Design {
    pub(crate) name: &'static str,
    pub(crate) units: usize,
    pub(crate) measures: usize,
    kind: Kind,
    centre: f64,
    common: f64,
    own: f64,
    /// The figures that earn nothing and all.
    ends: (f64, f64),
    bands: &'static str,
}

const QUOTAS: &str = "[[band]]\nid='a'\nname.zh='a'\npercent=10\n[[band]]\nid='b'\nname.zh='b'\npercent=20\n[[band]]\nid='c'\nname.zh='c'\n";

/// Nearly equal units: far less apart than luck, but no ties.
pub(crate) const BARELY: f64 = 1e-6;

/// A design by its name, (units, measures), what is known of a figure, and (centre, common, own).
pub(crate) fn design(
    name: &'static str,
    (units, measures): (usize, usize),
    kind: Kind,
    (centre, common, own): (f64, f64, f64),
) -> Design {
    Design {
        name,
        units,
        measures,
        kind,
        centre,
        common,
        own,
        ends: (0.0, 1.0),
        bands: "",
    }
}

fn designs() -> Vec<Design> {
    let share = Kind::Share;
    let equal = (0.9, 0.0, BARELY);
    let ceiling = (0.99, 0.0, BARELY);
    let usual = (0.85, 0.04, 0.04);
    vec![
        design("equal units, 90 %, n = 40", (20, 5), share(40), equal),
        design(
            "few raters, 70–95 %, n = 5",
            (20, 4),
            share(5),
            (0.85, 0.05, 0.03),
        ),
        design(
            "ceiling, 99 %, n = 30, one measure",
            (15, 1),
            share(30),
            ceiling,
        ),
        design(
            "ceiling, 99 %, n = 30, ten measures",
            (15, 10),
            share(30),
            ceiling,
        ),
        Design {
            bands: QUOTAS,
            ..design(
                "heavy quotas, se 0.03",
                (60, 6),
                Kind::Figure(0.03),
                (0.6, 0.05, 0.05),
            )
        },
        design(
            "correlated, n = 30",
            (30, 10),
            share(30),
            (0.85, 0.06, 0.01),
        ),
        design(
            "correlated at the ceiling, n = 30",
            (30, 10),
            share(30),
            (0.97, 0.02, 0.005),
        ),
        Design {
            ends: (12.0, 0.0),
            ..design("counts about 3", (25, 5), Kind::Count, (3.0, 0.5, 0.5))
        },
        design(
            "10 units, se 0.05",
            (10, 5),
            Kind::Figure(0.05),
            (0.6, 0.04, 0.04),
        ),
        design("3 units, n = 50", (3, 5), share(50), (0.8, 0.05, 0.05)),
        design(
            "full at 95 %, true 93–97 %, n = 60",
            (20, 5),
            share(60),
            (0.95, 0.01, 0.01),
        )
        .with_full(0.95),
        design("1,000 units, n = 30", (1000, 5), share(30), usual),
        design("10,000 units, n = 30", (10_000, 3), share(30), usual),
    ]
}

impl Design {
    fn with_full(self, full: f64) -> Self {
        Self {
            ends: (0.5, full),
            ..self
        }
    }

    pub(crate) fn scheme(&self) -> Scheme {
        let (zero, full) = self.ends;
        let direction = if zero > full { "lower" } else { "higher" };
        let item = |measure: usize| {
            format!(
                "[[indicator]]\nid='i{measure}'\nname.zh='i'\nmeasure='m{measure}'\npoints=10\ndirection='{direction}'\n\
                 rule={{linear={{zero={zero:?},full={full:?}}}}}\n"
            )
        };
        let items: String = (0..self.measures).map(item).collect();
        let text = format!("id='s'\nname.zh='s'\n{items}{}", self.bands);
        toml::from_str(&text).expect("a scheme")
    }

    pub(crate) fn measures(&self) -> Vec<Measure> {
        let kind = match self.kind {
            Kind::Count => "range={min=0}\nnoise='count'",
            _ => "range={min=0,max=1}",
        };
        let measure = |at: usize| format!("id='m{at}'\nname.zh='m'\n{kind}\n");
        let texts = (0..self.measures).map(measure);
        texts
            .map(|text| toml::from_str(&text).expect("a measure"))
            .collect()
    }

    /// The true figures, measure by measure.
    pub(crate) fn truth(&self, random: &mut Random) -> Vec<Vec<f64>> {
        let most = if matches!(self.kind, Kind::Count) {
            f64::INFINITY
        } else {
            1.0
        };
        let common: Vec<f64> = (0..self.units).map(|_| random.normal()).collect();
        let mut figure =
            |z: &f64| (self.centre + self.common * z + self.own * random.normal()).clamp(0.0, most);
        (0..self.measures)
            .map(|_| common.iter().map(&mut figure).collect())
            .collect()
    }

    /// What is measured of a true figure.
    pub(crate) fn measured(&self, random: &mut Random, truth: f64) -> f64 {
        match self.kind {
            Kind::Share(n) => random.binomial(n, truth) as f64 / n as f64,
            Kind::Count => random.poisson(truth) as f64,
            Kind::Figure(se) => (truth + se * random.normal()).clamp(0.0, 1.0),
        }
    }

    fn column(&self, values: Vec<f64>) -> ClassColumn<'static> {
        let cells = |x: f64| Some(Cow::Owned(vec![x; self.units]));
        let (n, se) = match self.kind {
            Kind::Share(n) => (cells(n as f64), None),
            Kind::Count => (None, None),
            Kind::Figure(se) => (None, cells(se)),
        };
        ClassColumn {
            values: Cow::Owned(values),
            n,
            se,
        }
    }

    pub(crate) fn class<'a>(
        &self,
        ids: &'a [String],
        measures: &'a [Measure],
        columns: Vec<Vec<f64>>,
    ) -> Class<'a> {
        let class = Class::new(ids.iter().map(String::as_str).collect()).expect("ids ascend");
        let columns = measures.iter().zip(columns);
        columns.fold(class, |class, (measure, values)| {
            class
                .with_column(measure.id.as_str(), self.column(values))
                .expect("a cell a unit")
        })
    }
}

/// What came of one class.
#[derive(Default)]
struct Found {
    score: f64,
    rank: f64,
    width: f64,
    /// Said to be among the first three with nine tenths or more, and those that are.
    said_first: (f64, f64),
}

pub(crate) const ONE: NonZeroUsize = NonZeroUsize::MIN;
const DRAWS: NonZeroU32 = NonZeroU32::new(400).expect("over 0");

fn one_class(design: &Design, random: &mut Random) -> Found {
    let (scheme, measures) = (design.scheme(), design.measures());
    let ids: Vec<String> = (0..design.units).map(|unit| format!("{unit:05}")).collect();
    let truth = design.truth(random);
    let mut measured = truth.clone();
    for x in measured.iter_mut().flatten() {
        *x = design.measured(random, *x);
    }
    let of: Vec<&Measure> = measures.iter().collect();
    let true_class = design.class(&ids, &measures, truth);
    let true_result = score(&scheme, &of, &true_class, ONE).expect("it can be scored");
    let class = design.class(&ids, &measures, measured);
    let scored = score(&scheme, &of, &class, ONE).expect("it can be scored");
    let settings = Settings {
        seed: random.bits(),
        ..Settings::new(DRAWS)
    };
    let replayed = replay(&scored, &of, &settings, ONE, &|| ()).expect("it can be replayed");
    let mut found = Found::default();
    for (unit, sure) in replayed.units.iter().enumerate() {
        let (low, high) = sure.score.expect("it is scored");
        let (best, worst) = sure.rank.expect("it is ranked");
        let (score, rank) = (true_result.scores[unit], true_result.ranks.place[unit]);
        let held = (low - 1e-9..=high + 1e-9).contains(&score);
        found.score += f64::from(u8::from(held));
        found.rank += f64::from(u8::from((best..=worst).contains(&rank)));
        found.width += high - low;
        if sure.first >= 0.9 {
            found.said_first.0 += 1.0;
            found.said_first.1 += f64::from(u8::from(rank <= 3));
        }
    }
    found
}

const TEXT: &str = "\
`merit score --replay`, 400 draws: the share of units whose interval holds the score and the rank of the true figures (`scoring::replay`).
*Said* counts units given 0.9 or more to be among the first three, *true* those that are.

Known: a rule that cuts off right where the units are earns nothing for luck upwards, so scores are too low on average there, and the
draws start from them. One measure at 99 % with 30 ratings has three likely results, and no interval of them comes closer. Rank
intervals hold more than they say where units are far apart or ranks are few.";

/// Coverage of score and rank.
pub(crate) fn tables(plan: &Plan) -> Vec<Table> {
    let columns = &[
        "design", "classes", "score", "rank", "width", "said", "true",
    ];
    let mut table = Table::new("Replay of a period", TEXT, columns);
    for (at, design) in designs().iter().enumerate() {
        // About as many units in each design.
        let classes = plan.sets((UNITS / design.units).clamp(2, 150));
        let found = plan.each(at, classes, |random| one_class(design, random));
        let units = design.units as f64;
        let share = |of: fn(&Found) -> f64| {
            Cell::figure(
                Figure::share(found.iter().map(|class| (of(class), units))),
                Aim::Coverage,
            )
        };
        let sum = |of: fn(&Found) -> f64| found.iter().map(of).sum::<f64>();
        let width = sum(|class| class.width) / (units * classes as f64);
        let cells = vec![
            Cell::text(classes),
            share(|class| class.score),
            share(|class| class.rank),
            Cell::text(format_args!("{width:.2}")),
            Cell::text(sum(|class| class.said_first.0)),
            Cell::text(sum(|class| class.said_first.1)),
        ];
        table.row(design.name, cells);
    }
    vec![table, crate::listed::table(plan)]
}
