//! `merit rates`: rates and ratings of units, raw and shrunk, with funnel limits; small units withheld.

mod input;
mod show;

use inference::Invalid;
use inference::funnel::{self, Funnel, Kind, funnel};
use inference::shrinkage::{CaseMix, Shrinkage, case_mix, rates, ratings};
use inference::suppression::{Sum, suppress};
use rulebook::say;

use crate::args::delivery::Layout;
use crate::args::rates::Rates;
use crate::failure::Failure;
use crate::terminal;
use input::Given;

/// The share of extremes at each end that funnel limits pull in.
const TRIM: f64 = 0.1;

/// All that is shown.
struct Report {
    given: Given,
    mix: Option<CaseMix>,
    shrinkage: Shrinkage,
    funnel: Option<Funnel>,
    /// The unit's place in the funnel; none without cases.
    points: Vec<Option<funnel::Point>>,
    withheld: Vec<bool>,
    /// All cases, those of withheld units too.
    total: f64,
}

/// Shrinks what a table holds and delivers it in the layout asked for.
pub fn run(args: &Rates) -> Result<(), Failure> {
    let layout = args.delivery.layout()?;
    let report = report(args, input::read(args)?)?;
    let count = report.withheld.iter().filter(|withheld| **withheld).count();
    if count > 0 {
        terminal::note(&say!(
            "{count} 个单位不列,以免件数少的被认出或从合计减出来",
            "{count} units are withheld, so that small ones can't be told or computed from the total"
        ));
    }
    let text = match layout {
        Layout::Table => show::table(&report),
        Layout::Csv => show::csv(&report),
        Layout::Json => show::json(&report),
    };
    args.delivery.deliver(layout, &text)
}

fn report(args: &Rates, mut given: Given) -> Result<Report, Failure> {
    let withheld = withheld(args, &given)?;
    let total = given.n.iter().sum();
    // Nothing that is shown may depend on what is withheld, lest it be found by trying values: only the total of all cases does.
    given.clear(&withheld);
    let refused = |error: Invalid| refused(&error);
    let mix = match given.services.len() {
        0 => None,
        services => Some(case_mix(given.units.len(), services, &given.cells).map_err(refused)?),
    };
    let expected = mix.as_ref().map(CaseMix::expected_mean);
    let shrinkage = if given.by_level.is_empty() {
        rates(&given.count, &given.n, expected.as_deref(), args.coverage)
    } else {
        let levels: Vec<f64> = (1..=args.levels.len()).map(|level| level as f64).collect();
        ratings(&given.by_level, &levels, args.coverage)
    };
    let shrinkage = shrinkage.map_err(refused)?;
    let (funnel, points) = if given.by_level.is_empty() {
        let (funnel, points) = funnelled(&given, mix.as_ref()).map_err(refused)?;
        (Some(funnel), points)
    } else {
        (None, Vec::new())
    };
    Ok(Report {
        given,
        mix,
        shrinkage,
        funnel,
        points,
        withheld,
        total,
    })
}

/// The funnel of units that have cases. With services it is of standardised rates, as if each unit had the mix of all.
fn funnelled(
    given: &Given,
    mix: Option<&CaseMix>,
) -> Result<(Funnel, Vec<Option<funnel::Point>>), Invalid> {
    let (mut counts, mut of) = (Vec::new(), Vec::new());
    for (unit, (count, n)) in given.count.iter().zip(&given.n).enumerate() {
        if *n > 0.0 {
            let standardised = mix.and_then(|mix| mix.adjust(unit, count / n));
            let count = standardised.map_or(*count, |rate| rate.clamp(0.0, 1.0) * n);
            counts.push(count);
            of.push(*n);
        }
    }
    let funnel = funnel(Kind::Proportion, &counts, &of, TRIM)?;
    let mut points = funnel.points.iter().copied();
    let point = |n: &f64| if *n > 0.0 { points.next() } else { None };
    let points = given.n.iter().map(point).collect();
    Ok((funnel, points))
}

/// Which units are withheld, so that none under the minimum can be computed from the total to within it.
fn withheld(args: &Rates, given: &Given) -> Result<Vec<bool>, Failure> {
    let units = given.units.len();
    let Some(minimum) = args.min_n else {
        return Ok(vec![false; units]);
    };
    let mut cells: Vec<u64> = given.n.iter().map(|n| *n as u64).collect();
    cells.push(cells.iter().sum());
    let sum = Sum {
        total: units,
        parts: (0..units).collect(),
    };
    let minimum = minimum.get();
    let found = suppress(&cells, &[sum], minimum, minimum as f64, &[]);
    let mut found = found.map_err(|error| refused(&error))?;
    if !found.unprotected.is_empty() {
        return Err(Failure::Refused(Some(say!(
            "单位太少,或件数太少:不到 {minimum} 件的单位,不列也能从合计算出来;合并几个单位或几期,或改小 --min-n",
            "there are too few units or cases: one under {minimum} could be computed from the total though it is withheld; join units or periods, or take a smaller --min-n"
        ))));
    }
    if found.withheld.pop() == Some(true) {
        return Err(Failure::Refused(Some(say!(
            "合计也不到 {minimum} 件,没有可列的;合并几期,或改小 --min-n",
            "even the total is under {minimum} or must be withheld, so nothing can be shown; join periods, or take a smaller --min-n"
        ))));
    }
    Ok(found.withheld)
}

/// What the figures can't be. Cells were checked when they were read.
fn refused(error: &Invalid) -> Failure {
    Failure::Refused(Some(match error {
        Invalid::TooFew { least, found, .. } => say!(
            "有数据的只有 {found} 个单位,至少要 {least} 个:补充数据",
            "{found} units have data, at least {least} are needed: add data"
        ),
        other => say!("不能计算:{other}", "can't be computed: {other}"),
    }))
}
