//! Changes and slopes: do their intervals hold? Control charts: how often do they speak of a process in which nothing happens?

use inference::charts::{Data, Kind, Options, RuleSet, chart, false_alarm, runs_false_alarm};
use inference::random::Random;
use inference::trend::{
    Change, difference_of_proportions, difference_of_samples, ratio_of_rates, slope,
};

use crate::plan::Plan;
use crate::table::{Aim, Cell, Figure, Table};

/// The tables of changes, slopes and charts.
pub(crate) fn tables(plan: &Plan) -> Vec<Table> {
    vec![
        changes(plan),
        slopes(plan),
        charts(plan),
        other_charts(plan),
    ]
}

const CHANGES: &str = "\
The share of intervals of a change that hold it (`inference::trend`). The exact interval of a ratio is exact given the sum of both counts:
it never holds less than it says, and more where events are few.";

/// How two periods are drawn.
#[derive(Clone, Copy)]
enum Pair {
    /// Proportions of so many: Newcombe.
    Proportions((f64, u64), (f64, u64)),
    /// Normal values, standard deviation and number: Welch.
    Normal((f64, u64), (f64, u64)),
    /// Exponential values with mean 1, so many: Welch where nothing is normal.
    Skewed(u64, u64),
    /// Poisson events with these means, exposure 1.
    Counts(f64, f64),
}

const PAIRS: [(&str, Pair); 17] = [
    (
        "Newcombe, 50 → 50 %, n = 30",
        Pair::Proportions((0.5, 30), (0.5, 30)),
    ),
    (
        "Newcombe, 90 → 90 %, n = 30",
        Pair::Proportions((0.9, 30), (0.9, 30)),
    ),
    (
        "Newcombe, 97 → 97 %, n = 30",
        Pair::Proportions((0.97, 30), (0.97, 30)),
    ),
    (
        "Newcombe, 99 → 99 %, n = 100",
        Pair::Proportions((0.99, 100), (0.99, 100)),
    ),
    (
        "Newcombe, 80 → 95 %, n = 50",
        Pair::Proportions((0.8, 50), (0.95, 50)),
    ),
    (
        "Newcombe, 85 → 85 %, n = 5 and 500",
        Pair::Proportions((0.85, 5), (0.85, 500)),
    ),
    (
        "Newcombe, 99.9 → 99 %, n = 1,000",
        Pair::Proportions((0.999, 1_000), (0.99, 1_000)),
    ),
    (
        "Welch, σ 1 and 1, n = 10",
        Pair::Normal((1.0, 10), (1.0, 10)),
    ),
    (
        "Welch, σ 1 and 3, n = 40 and 8",
        Pair::Normal((1.0, 40), (3.0, 8)),
    ),
    ("Welch, σ 1 and 3, n = 3", Pair::Normal((1.0, 3), (3.0, 3))),
    ("Welch, exponential values, n = 10", Pair::Skewed(10, 10)),
    (
        "Welch, exponential values, n = 10 and 100",
        Pair::Skewed(10, 100),
    ),
    ("Welch, exponential values, n = 200", Pair::Skewed(200, 200)),
    ("exact ratio, 1 and 1 events", Pair::Counts(1.0, 1.0)),
    ("exact ratio, 5 and 10 events", Pair::Counts(5.0, 10.0)),
    ("exact ratio, 50 and 50 events", Pair::Counts(50.0, 50.0)),
    (
        "exact ratio, 1,000 and 1,100 events",
        Pair::Counts(1_000.0, 1_100.0),
    ),
];

impl Pair {
    /// Whether the interval of one draw holds the change.
    fn held(self, random: &mut Random) -> bool {
        let (change, truth) = match self {
            Self::Proportions((p, n), (q, m)) => {
                let before = (random.binomial(n, p) as f64, n as f64);
                let after = (random.binomial(m, q) as f64, m as f64);
                (difference_of_proportions(before, after, 0.95), q - p)
            }
            Self::Normal((s, n), (t, m)) => {
                let mut sample =
                    |s: f64, n| (0..n).map(|_| s * random.normal()).collect::<Vec<_>>();
                let (before, after) = (sample(s, n), sample(t, m));
                (difference_of_samples(&before, &after, 0.95), 0.0)
            }
            Self::Skewed(n, m) => {
                let mut sample = |n| (0..n).map(|_| random.exponential()).collect::<Vec<_>>();
                let (before, after) = (sample(n), sample(m));
                (difference_of_samples(&before, &after, 0.95), 0.0)
            }
            Self::Counts(a, b) => {
                let before = (random.poisson(a) as f64, 1.0);
                let after = (random.poisson(b) as f64, 1.0);
                (ratio_of_rates(before, after, 0.95), b / a)
            }
        };
        let Change { lower, upper, .. } = change.expect("sound data");
        // Rounding aside: a difference of nothing has the interval 0 to 0.
        (lower - 1e-12..=upper + 1e-12).contains(&truth)
    }
}

fn changes(plan: &Plan) -> Table {
    let columns = &["interval", "draws", "held"];
    let mut table = Table::new("Changes", CHANGES, columns);
    for (at, (name, pair)) in PAIRS.iter().enumerate() {
        let draws = plan.sets(40_000);
        let held = plan.each(at, draws, |random| f64::from(u8::from(pair.held(random))));
        let share = Figure::mean(held.iter().copied());
        table.row(
            *name,
            vec![Cell::text(draws), Cell::figure(share, Aim::Coverage)],
        );
    }
    table
}

const SLOPES: &str = "\
Theil–Sen's interval of a slope, and Mann–Kendall's test at 0.05 where there is no trend, plain and as adjusted where neighbouring points
go together (`inference::trend::slope`). The interval and the plain test take points as independent; the output warns where they aren't.";

fn slopes(plan: &Plan) -> Table {
    let columns = &[
        "series",
        "draws",
        "held",
        "plain test: false alarms",
        "adjusted: false alarms",
    ];
    let mut table = Table::new("Slopes", SLOPES, columns);
    let designs = [
        ("8 points", 8, 0.0),
        ("12 points", 12, 0.0),
        ("36 points", 36, 0.0),
        ("36 points, autocorrelation 0.3", 36, 0.3),
        ("36 points, autocorrelation 0.6", 36, 0.6),
        ("120 points, autocorrelation 0.6", 120, 0.6),
    ];
    for (at, (name, points, keep)) in designs.into_iter().enumerate() {
        let draws = plan.sets(10_000);
        let found = plan.each(at, draws, |random| one_slope(points, keep, random));
        let aims = [Aim::Coverage, Aim::AtMost(0.05), Aim::AtMost(0.05)];
        let cells = aims.into_iter().enumerate().map(|(what, aim)| {
            Cell::figure(Figure::mean(found.iter().map(|draw| draw[what])), aim)
        });
        table.row(
            name,
            std::iter::once(Cell::text(draws)).chain(cells).collect(),
        );
    }
    table
}

/// Whether the interval holds 0; whether the tests reject. Each point keeps so much of the one before.
fn one_slope(points: usize, keep: f64, random: &mut Random) -> [f64; 3] {
    let mut last = random.normal();
    let fresh = (1.0 - keep * keep).sqrt();
    let values: Vec<f64> = (0..points)
        .map(|_| {
            last = keep * last + fresh * random.normal();
            last
        })
        .collect();
    let times: Vec<f64> = (0..points).map(|time| time as f64).collect();
    let found = slope(&times, &values, 0.95).expect("sound data");
    let flag = |is: bool| f64::from(u8::from(is));
    let held = found.lower <= 0.0 && 0.0 <= found.upper;
    [
        flag(held),
        flag(found.p <= 0.05),
        flag(found.adjusted_p <= 0.05),
    ]
}

const CHARTS: &str = "\
The share of xmr charts of a stable normal process with at least one signal, 20,000 draws each (`inference::charts::false_alarm`). The last
column is exact, for Anhøj's run rules alone (`runs_false_alarm`). No set of rules states a rate of its own; the command prints this one.";

const SETS: [RuleSet; 4] = RuleSet::ALL;

fn charts(plan: &Plan) -> Table {
    let columns = &[
        "points",
        "anhoj",
        "western-electric",
        "nelson",
        "nhs",
        "runs alone",
    ];
    let mut table = Table::new("Control charts: false alarms", CHARTS, columns);
    let points = [12, 24, 36, 60, 100];
    let draws = plan.sets(20_000);
    let rates = plan.spread(points.len() * SETS.len(), |at| {
        let (points, set) = (points[at / SETS.len()], SETS[at % SETS.len()]);
        false_alarm(set, points, draws, plan.seed).expect("points and draws")
    });
    for (points, rates) in points.iter().zip(rates.chunks(SETS.len())) {
        let figure = |rate: f64, error| Cell::figure(Figure { value: rate, error }, Aim::None);
        let mut cells: Vec<Cell> = rates
            .iter()
            .map(|found| figure(found.rate, found.se))
            .collect();
        cells.push(Cell::text(format_args!("{:.3}", runs_false_alarm(*points))));
        table.row(points.to_string(), cells);
    }
    table
}

const OTHER: &str = "\
The same for other charts of 24 points, where the printed rate is that of an xmr chart: how far it is off.";

/// A stable process for another chart.
#[derive(Clone, Copy)]
enum Process {
    /// Shares of so many.
    Share(f64, u64),
    /// Counts with this mean.
    Count(f64),
    /// Exponential values.
    Skewed,
}

fn other_charts(plan: &Plan) -> Table {
    let columns = &["chart", "anhoj", "western-electric", "nelson", "nhs"];
    let mut table = Table::new("Other charts: false alarms", OTHER, columns);
    let designs = [
        ("p, 80 %, n = 100", Kind::P, Process::Share(0.8, 100)),
        ("p, 97 %, n = 30", Kind::P, Process::Share(0.97, 30)),
        ("p, 99 %, n = 1,000", Kind::P, Process::Share(0.99, 1_000)),
        ("c, mean 3", Kind::C, Process::Count(3.0)),
        ("c, mean 30", Kind::C, Process::Count(30.0)),
        ("xmr, exponential values", Kind::Xmr, Process::Skewed),
    ];
    for (at, (name, kind, process)) in designs.into_iter().enumerate() {
        let draws = plan.sets(5_000);
        let alarms = plan.each(at, draws, |random| process.alarms(kind, 24, random));
        let cell =
            |set: usize| Cell::figure(Figure::mean(alarms.iter().map(|draw| draw[set])), Aim::None);
        table.row(name, (0..SETS.len()).map(cell).collect());
    }
    table
}

impl Process {
    /// Which sets of rules speak of one chart.
    fn alarms(self, kind: Kind, points: usize, random: &mut Random) -> [f64; 4] {
        let values: Vec<f64> = (0..points)
            .map(|_| match self {
                Self::Share(p, n) => random.binomial(n, p) as f64,
                Self::Count(mean) => random.poisson(mean) as f64,
                Self::Skewed => random.exponential(),
            })
            .collect();
        let denominators = match self {
            Self::Share(_, n) => vec![n as f64; points],
            Self::Count(_) | Self::Skewed => vec![1.0; points],
        };
        let data = match kind {
            Kind::P => Data::Rates {
                counts: &values,
                of: &denominators,
            },
            _ => Data::Figures(&values),
        };
        SETS.map(|set| {
            let chart = chart(kind, data, &Options::new(set)).expect("sound data");
            let runs = set == RuleSet::Anhoj && chart.phases.iter().any(|phase| phase.runs.signal);
            let marked = chart.points.iter().any(|point| !point.signals.is_empty());
            f64::from(u8::from(runs || marked))
        })
    }
}
