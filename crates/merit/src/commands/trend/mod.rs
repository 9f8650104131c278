//! `merit trend`: a control chart for each unit, and what changed.

mod compare;
mod input;
mod show;

use std::collections::BTreeMap;

use inference::Invalid;
use inference::charts::{self, Chart, Data, FalseAlarm, Kind, Options, Part, Proposal, RuleSet};
use rulebook::{Say, say};

use crate::args::delivery::Layout;
use crate::args::trend::{self, Trend};
use crate::failure::Failure;
use crate::table_input::File;
use crate::terminal;
use compare::Comparison;
use input::{Input, Series};

/// Below so many points run rules can hardly speak and limits are loose: no chart (Anhøj, Olesen 2014).
const LEAST: usize = 10;
/// Charts drawn to tell how often rules speak in vain, for charts of up to a hundred points.
const DRAWS: usize = 2_000;
/// The seed of these.
const SEED: u64 = 1;

/// A unit with its chart and what follows, or why there is none.
struct Unit {
    series: Series,
    chart: Option<Chart>,
    /// The moving ranges of an `XmR` chart.
    ranges: Option<Chart>,
    false_alarm: Option<FalseAlarm>,
    proposals: Vec<Proposal>,
    comparison: Option<Comparison>,
    /// Why there is no chart, or not the one asked for.
    note: Option<Say>,
}

/// All that is shown.
struct Report<'a> {
    args: &'a Trend,
    kind: trend::Chart,
    units: Vec<Unit>,
    persistence: Vec<compare::Lasting>,
}

/// Charts a table and delivers the charts in the layout asked for.
pub fn run(args: &Trend) -> Result<(), Failure> {
    let layout = args.delivery.layout()?;
    let file = File::read(&args.file)?;
    let table = file.table()?;
    let input = input::read(&table, args)?;
    let kind = input.kind(args);
    fits(args, kind)?;
    let report = report(args, &input, kind)?;
    for unit in &report.units {
        if let Some(note) = &unit.note {
            terminal::note(note);
        }
    }
    let text = match layout {
        Layout::Table => show::table(&report),
        Layout::Csv => show::csv(&report),
        Layout::Json => show::json(&report),
    };
    args.delivery.deliver(layout, &text)
}

/// That a kind of chart and a denominator go together.
fn fits(args: &Trend, kind: trend::Chart) -> Result<(), Failure> {
    let (name, given) = (kind.name(), args.columns.denominator.is_some());
    match kind.kind() {
        Kind::U | Kind::UPrime if !given => Err(Failure::Usage(say!(
            "{name} 图要有分母;用 --denominator 指明它的列",
            "a {name} chart needs a denominator; name its column with --denominator"
        ))),
        Kind::C | Kind::G | Kind::T | Kind::Xbar | Kind::S if given => Err(Failure::Usage(say!(
            "{name} 图没有分母;去掉 --denominator,或用 --chart u、p",
            "a {name} chart takes no denominator; drop --denominator, or use --chart u or p"
        ))),
        _ => Ok(()),
    }
}

fn report<'a>(
    args: &'a Trend,
    input: &Input<'_>,
    kind: trend::Chart,
) -> Result<Report<'a>, Failure> {
    let series = input.series(kind.kind())?;
    known(args, &series)?;
    let mut alarms = BTreeMap::new();
    let units: Vec<Unit> = series
        .into_iter()
        .map(|series| unit(args, kind.kind(), series, &mut alarms))
        .collect();
    let persistence = if args.change {
        compare::lasting(args, &units)
    } else {
        Vec::new()
    };
    Ok(Report {
        args,
        kind,
        units,
        persistence,
    })
}

/// That each period named is one of the table's.
fn known(args: &Trend, series: &[Series]) -> Result<(), Failure> {
    let drawing = &args.drawing;
    for (option, periods) in [
        ("--rebase", &drawing.rebase),
        ("--exclude", &drawing.exclude),
        ("--ghost", &drawing.ghost),
    ] {
        let absent =
            |period: &&String| !series.iter().any(|series| series.periods.contains(period));
        if let Some(period) = periods.iter().find(absent) {
            let some = series
                .first()
                .map(|series| &series.periods)
                .filter(|periods| !periods.is_empty());
            let first = some
                .and_then(|periods| periods.first())
                .cloned()
                .unwrap_or_default();
            let last = some
                .and_then(|periods| periods.last())
                .cloned()
                .unwrap_or_default();
            return Err(Failure::Usage(say!(
                "{option} {period}:表里没有这一期;照表里的写法写,如 {first} 到 {last}",
                "{option} {period}: the table has no such period; write it as the table does, such as {first} to {last}"
            )));
        }
    }
    Ok(())
}

fn unit(
    args: &Trend,
    kind: Kind,
    series: Series,
    alarms: &mut BTreeMap<usize, Option<FalseAlarm>>,
) -> Unit {
    let mut unit = Unit {
        series,
        chart: None,
        ranges: None,
        false_alarm: None,
        proposals: Vec::new(),
        comparison: None,
        note: None,
    };
    let found = unit.series.periods.len();
    if found < LEAST {
        unit.note = Some(too_few(&unit.series, found, LEAST));
        return unit;
    }
    match drawn(args, kind, &unit.series) {
        Ok(chart) => {
            unit.ranges = (kind == Kind::Xmr)
                .then(|| drawn(args, Kind::Mr, &unit.series).ok())
                .flatten();
            unit.false_alarm = alarm(args.drawing.rules.set(), &chart, alarms);
            unit.proposals = charts::proposals(&chart);
            unit.comparison = args
                .change
                .then(|| compare::compare(args, kind, &unit.series, &chart));
            unit.chart = Some(chart);
            unit.note = not_rebased(args, &unit.series);
        }
        Err(Invalid::TooFew { least, found, .. }) => {
            unit.note = Some(too_few(&unit.series, found, least));
        }
        Err(other) => {
            let name = &unit.series.unit;
            unit.note = Some(say!(
                "{name}:没有作图({other})",
                "{name}: no chart ({other})"
            ));
        }
    }
    unit
}

/// A unit without a period that others are re-based at keeps its phase.
fn not_rebased(args: &Trend, series: &Series) -> Option<Say> {
    let absent = |period: &&String| !series.periods.contains(period);
    let (name, period) = (&series.unit, args.drawing.rebase.iter().find(absent)?);
    Some(say!(
        "{name}:没有 {period} 这一期,没有从那里重算控制限;补上这一期,或单独作图",
        "{name}: has no {period}, so no new limits start there; add the period, or chart the unit alone"
    ))
}

fn too_few(series: &Series, found: usize, least: usize) -> Say {
    let name = &series.unit;
    say!(
        "{name}:点太少,没有作图(有 {found} 个,至少要 {least} 个)",
        "{name}: too few points for a chart ({found}; at least {least} are needed)"
    )
}

fn drawn(args: &Trend, kind: Kind, series: &Series) -> Result<Chart, Invalid> {
    let drawing = &args.drawing;
    let positions = |periods: &[String]| -> Vec<usize> {
        (0..)
            .zip(&series.periods)
            .filter(|(_, period)| periods.contains(period))
            .map(|(at, _)| at)
            .collect()
    };
    let (rebase, excluded, ghosts) = (
        positions(&drawing.rebase),
        positions(&drawing.exclude),
        positions(&drawing.ghost),
    );
    let options = Options {
        rebase: &rebase,
        excluded: &excluded,
        ghosts: &ghosts,
        freeze: drawing.freeze.map(usize::from),
        better: drawing.better.map(trend::Way::better),
        target: drawing.target,
        ..Options::new(drawing.rules.set())
    };
    charts::chart(kind, data(series), &options)
}

fn data(series: &Series) -> Data<'_> {
    if !series.deviations.is_empty() {
        Data::Groups {
            means: &series.values,
            deviations: &series.deviations,
            sizes: &series.of,
        }
    } else if series.of.is_empty() {
        Data::Figures(&series.values)
    } else {
        Data::Rates {
            counts: &series.values,
            of: &series.of,
        }
    }
}

/// How often the rules speak in vain in a chart of as many points; drawn once for each number of points.
fn alarm(
    set: RuleSet,
    chart: &Chart,
    known: &mut BTreeMap<usize, Option<FalseAlarm>>,
) -> Option<FalseAlarm> {
    let points = chart
        .points
        .iter()
        .filter(|point| point.part == Part::Full)
        .count();
    let draws = (100 * DRAWS / points.max(100)).max(200);
    *known
        .entry(points)
        .or_insert_with(|| charts::false_alarm(set, points, draws, SEED).ok())
}
