//! How often lists of named units are wrong, and how many units they find, beside naming the first and the last three.

use inference::named::{Control, Named, Reference, Verdict, against, improved};
use inference::random::Random;

use crate::errors::{Known, Noise};
use crate::plan::Plan;
use crate::table::{Aim, Cell, Figure, Table};

const TEXT: &str = "\
Lists at a declared rate of 0.05 (`inference::named`). A unit named ahead (behind) that isn't truly over (under) the reference is wrong,
so wrong sides count. Family-wise: the share of lists with any wrong name. False discovery rate: the mean share of wrong ones among
those named. *Naive* names the first three ahead and the last three behind: the mean share of wrong ones. *Found*: the share of units
that differ which are named on their right side. Benjamini–Hochberg's rate isn't proved where errors are opposed or correlated with
either sign; there the command uses Benjamini–Yekutieli. Rates are no normal figures with known standard errors, and units named high have
small ones *as found*; *and two* adds a case of either outcome, *pooled* takes the rate of all units. None holds
the declared rate everywhere with few raters: at 80 % the last comes nearest, at 97 % the second holds it.";

const COLUMNS: [&str; 11] = [
    "design",
    "units",
    "lists",
    "Holm: family-wise",
    "Hochberg: false discoveries",
    "Yekutieli: false discoveries",
    "naive: wrong",
    "Holm: found",
    "Hochberg: found",
    "Yekutieli: found",
    "naive: found",
];

const CONTROLS: [Control; 3] = [
    Control::Holm,
    Control::BenjaminiHochberg,
    Control::BenjaminiYekutieli,
];

const RATE: f64 = 0.05;

/// True values.
#[derive(Clone, Copy)]
enum Truth {
    /// All equal.
    Equal(f64),
    /// Every second unit on the mean, the others so far over or under it.
    Half(f64),
    /// Two over, two under, all others on the mean.
    Few(f64),
    /// Normal with this standard deviation.
    Normal(f64),
}

impl Truth {
    fn draw(self, units: usize, random: &mut Random) -> Vec<f64> {
        let value = |unit: usize| match self {
            Self::Equal(value) => value,
            Self::Half(by) => [0.0, by, 0.0, -by][unit % 4],
            Self::Few(by) if unit < 4 => [by, -by][unit % 2],
            Self::Few(_) => 0.0,
            Self::Normal(spread) => spread * random.normal(),
        };
        (0..units).map(value).collect()
    }
}

struct Design {
    name: &'static str,
    units: usize,
    truth: Truth,
    noise: Noise,
    /// Compared with the period before, not with the mean: errors of both periods.
    before: bool,
}

fn designs() -> Vec<Design> {
    let design = |name, units, truth, noise| Design {
        name,
        units,
        truth,
        noise,
        before: false,
    };
    let same = Noise::Same(1.0);
    let blocks = Noise::Blocks {
        blocks: 5,
        within: 0.7,
    };
    let equal = Truth::Equal(0.0);
    let half = Truth::Half(3.5);
    let rates = |name, rate, noise| design(name, 15, Truth::Equal(rate), noise);
    let later = |design| Design {
        before: true,
        ..design
    };
    vec![
        design("all equal", 20, equal, same),
        design("all equal", 200, equal, same),
        design("half 3.5 se off the mean", 20, half, same),
        design("half 3.5 se off the mean", 200, half, same),
        design("4 of all 4 se off the mean", 48, Truth::Few(4.0), same),
        design("all spread by 1.5 se", 48, Truth::Normal(1.5), same),
        design(
            "all equal, standard errors unlike",
            48,
            equal,
            Noise::Unlike(0.7),
        ),
        design(
            "half off, standard errors unlike",
            48,
            half,
            Noise::Unlike(0.7),
        ),
        design("all equal, correlated in blocks", 40, equal, blocks),
        design("half off, correlated in blocks", 40, half, blocks),
        design("all equal, errors opposed", 40, equal, Noise::Opposed),
        design("half off, errors opposed", 40, half, Noise::Opposed),
        rates("rates 80 %, n = 30, se as found", 0.8, Noise::Rate(30)),
        rates("rates 80 %, n = 30, se and two", 0.8, Noise::RateAndTwo(30)),
        rates("rates 80 %, n = 30, se pooled", 0.8, Noise::RatePooled(30)),
        rates("rates 80 %, n = 300, se as found", 0.8, Noise::Rate(300)),
        rates(
            "rates 97 %, n = 30, se and two",
            0.97,
            Noise::RateAndTwo(30),
        ),
        rates("rates 97 %, n = 30, se pooled", 0.97, Noise::RatePooled(30)),
        rates(
            "few raters, 80 %, n = 5, se pooled",
            0.8,
            Noise::RatePooled(5),
        ),
        later(design("improved: none changed", 48, equal, same)),
        later(design("improved: half changed by 3.5 se", 48, half, same)),
    ]
}

/// What came of one list.
#[derive(Clone, Copy)]
struct List {
    named: f64,
    wrong: f64,
    found: f64,
    differ: f64,
}

impl List {
    fn of(verdicts: &[Verdict], differences: &[f64]) -> Self {
        let pairs = || verdicts.iter().zip(differences);
        let right = |(verdict, difference): &(&Verdict, &f64)| match verdict {
            Verdict::Ahead => **difference > DIFFERENT,
            Verdict::Behind => **difference < -DIFFERENT,
            Verdict::NoDifferent => false,
        };
        let named = verdicts
            .iter()
            .filter(|verdict| **verdict != Verdict::NoDifferent);
        let (named, found) = (named.count() as f64, pairs().filter(right).count() as f64);
        let differ = differences
            .iter()
            .filter(|difference| difference.abs() > DIFFERENT);
        Self {
            named,
            wrong: named - found,
            found,
            differ: differ.count() as f64,
        }
    }
}

/// Less is no difference but rounding.
const DIFFERENT: f64 = 1e-9;

/// The list of each control, and the naive one.
fn trial(design: &Design, random: &mut Random) -> Option<[List; 4]> {
    let truth = design.truth.draw(design.units, random);
    let known = Known::of(&truth, design.noise, random);
    let mean = truth.iter().sum::<f64>() / truth.len() as f64;
    let reference = if design.before { 0.0 } else { mean };
    let differences: Vec<f64> = truth.iter().map(|x| x - reference).collect();
    let list = |control: Control| {
        let named = if design.before {
            changed(&known.estimates, control, &mut random.clone())
        } else {
            against(
                &known.estimates,
                known.errors(),
                Reference::Mean,
                control,
                RATE,
            )
        };
        let verdicts: Vec<Verdict> = named.ok()?.iter().map(|unit| unit.verdict).collect();
        Some(List::of(&verdicts, &differences))
    };
    let [holm, hochberg, yekutieli] = CONTROLS.map(list);
    let naive = List::of(&naive(&known.estimates), &differences);
    Some([holm?, hochberg?, yekutieli?, naive])
}

/// Estimates with standard errors of 1 against a period before in which all were 0, measured as well.
fn changed(
    now: &[f64],
    control: Control,
    random: &mut Random,
) -> Result<Vec<Named>, inference::Invalid> {
    let before: Vec<f64> = now.iter().map(|_| random.normal()).collect();
    let errors = vec![1.0; now.len()];
    improved((&before, &errors), (now, &errors), 0.0, control, RATE)
}

/// The first three are ahead, the last three behind.
fn naive(estimates: &[f64]) -> Vec<Verdict> {
    let mut order: Vec<usize> = (0..estimates.len()).collect();
    order.sort_by(|a, b| estimates[*b].total_cmp(&estimates[*a]));
    let mut verdicts = vec![Verdict::NoDifferent; estimates.len()];
    order
        .iter()
        .take(3)
        .for_each(|unit| verdicts[*unit] = Verdict::Ahead);
    order
        .iter()
        .rev()
        .take(3)
        .for_each(|unit| verdicts[*unit] = Verdict::Behind);
    verdicts
}

/// Error rates of lists and power, and what naming by point figures does to equal townships.
pub(crate) fn tables(plan: &Plan) -> Vec<Table> {
    let mut table = Table::new("Named lists", TEXT, &COLUMNS);
    for (at, design) in designs().iter().enumerate() {
        let sets = plan.sets(4_000);
        let found = plan.each(at, sets, |random| trial(design, random));
        let lists: Vec<[List; 4]> = found.into_iter().flatten().collect();
        let mut cells = vec![Cell::text(design.units), Cell::text(lists.len())];
        let any = lists
            .iter()
            .map(|list| f64::from(u8::from(list[0].wrong > 0.0)));
        cells.push(Cell::figure(Figure::mean(any), Aim::AtMost(RATE)));
        for control in 1..4 {
            let share = |list: &[List; 4]| list[control].wrong / list[control].named.max(1.0);
            let aim = [Aim::AtMost(RATE), Aim::None][usize::from(control == 3)];
            cells.push(Cell::figure(Figure::mean(lists.iter().map(share)), aim));
        }
        cells.extend((0..4).map(|control| {
            let found = lists
                .iter()
                .map(|list| (list[control].found, list[control].differ));
            if lists.iter().all(|list| list[control].differ == 0.0) {
                Cell::text("–")
            } else {
                Cell::figure(Figure::share(found), Aim::None)
            }
        }));
        table.row(design.name, cells);
    }
    vec![table, townships(plan)]
}

const TOWNSHIPS: &str = "\
15 townships, 30 ratings each. *Gap*: points between the highest and the lowest rate. *Not truly last*: of three named last by point
figures (ties by lot), the share that truly isn't among the last three, or, where all are equal, not under any other. *Wrong list*: the
share of Merit's lists with a wrong name (Holm at 0.05, standard error from two cases more).";

/// The true rates of 15 townships.
const TRUE_RATES: [(&str, [f64; 15]); 2] = [
    ("all truly at 97 %", [0.97; 15]),
    (
        "truly from 90 to 98.4 %",
        [
            0.90, 0.906, 0.912, 0.918, 0.924, 0.93, 0.936, 0.942, 0.948, 0.954, 0.96, 0.966, 0.972,
            0.978, 0.984,
        ],
    ),
];

fn townships(plan: &Plan) -> Table {
    let columns = &[
        "townships",
        "years",
        "gap",
        "a gap of 9 or more",
        "naive: not truly last",
        "Merit: wrong list",
        "Merit: named a list",
    ];
    let mut table = Table::new("Fifteen townships", TOWNSHIPS, columns);
    for (at, (name, truth)) in TRUE_RATES.iter().enumerate() {
        let sets = plan.sets(10_000);
        let years = plan.each(at, sets, |random| year(truth, random));
        let of = |what: usize| Figure::mean(years.iter().map(move |year| year[what]));
        let gap = of(0);
        table.row(
            *name,
            vec![
                Cell::text(sets),
                Cell::text(format_args!("{:.2} ± {:.2}", gap.value, gap.error)),
                Cell::figure(of(1), Aim::None),
                Cell::figure(of(2), Aim::None),
                Cell::figure(of(3), Aim::AtMost(RATE)),
                Cell::figure(of(4), Aim::None),
            ],
        );
    }
    table
}

/// The gap in points; whether it is 9 or more; the share of the last three that truly aren't; whether Merit's list is wrong; how many
/// it names.
fn year(truth: &[f64], random: &mut Random) -> [f64; 5] {
    let known = Known::of(truth, Noise::RateAndTwo(30), random);
    let x = &known.estimates;
    let least = x.iter().copied().fold(1.0, f64::min);
    let gap = 100.0 * (x.iter().copied().fold(0.0, f64::max) - least);
    let lots: Vec<f64> = x.iter().map(|x| x + 1e-6 * random.uniform()).collect();
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|a, b| lots[*a].total_cmp(&lots[*b]));
    let truly_last =
        |unit: &usize| truth.iter().filter(|other| **other > truth[*unit]).count() >= 12;
    let wrong = order[..3].iter().filter(|unit| !truly_last(unit)).count() as f64 / 3.0;
    let mean = truth.iter().sum::<f64>() / truth.len() as f64;
    let differences: Vec<f64> = truth.iter().map(|x| x - mean).collect();
    let named = against(x, known.errors(), Reference::Mean, Control::Holm, RATE);
    let named = named.expect("standard errors over 0");
    let verdicts: Vec<Verdict> = named.iter().map(|unit| unit.verdict).collect();
    let list = List::of(&verdicts, &differences);
    let flag = |is: bool| f64::from(u8::from(is));
    [
        gap,
        flag(gap >= 9.0),
        wrong,
        flag(list.wrong > 0.0),
        list.named,
    ]
}
