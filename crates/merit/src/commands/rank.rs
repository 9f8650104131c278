//! `merit rank`: confidence sets for the ranks of estimates that have errors. The crate `inference` does the work.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::Path;

use inference::Invalid;
use inference::named::{Control, Named, Reference, against};
use inference::ranks::{Errors, Procedure, RankSets, Scope, Settings, Sides, rank_sets};
use rulebook::{Say, say};
use serde_json::{Map, Value, json};

use crate::args::delivery::Layout;
use crate::args::rank::{List, OneSided, Rank};
use crate::failure::Failure;
use crate::lang::{lang, tr};
use crate::output::columns::{Align, table};
use crate::output::{number, reasons::short};
use crate::table_input::{File, Table};
use crate::terminal;

/// What the file gives.
struct Given {
    units: Vec<String>,
    estimates: Vec<f64>,
    errors: Vec<f64>,
    covariance: Option<Vec<f64>>,
}

impl Given {
    fn errors(&self) -> Errors<'_> {
        match &self.covariance {
            Some(covariance) => Errors::Covariance(covariance),
            None => Errors::Independent(&self.errors),
        }
    }
}

/// What came out.
struct Ranked {
    given: Given,
    settings: Settings,
    sets: RankSets,
    best: Option<Vec<bool>>,
    worst: Option<Vec<bool>>,
    named: Option<Vec<Named>>,
}

/// Ranks the units of a file and delivers the sets in the layout asked for.
pub fn run(args: &Rank) -> Result<(), Failure> {
    let layout = args.delivery.layout()?;
    let given = given(args)?;
    let settings = settings(args)?;
    let ranked = ranked(args, given, settings)?;
    tell(&ranked);
    let text = match layout {
        Layout::Table => shown(&ranked),
        Layout::Csv => csv(&ranked),
        Layout::Json => document(&ranked),
    };
    args.delivery.deliver(layout, &text)
}

fn settings(args: &Rank) -> Result<Settings, Failure> {
    let threads = match args.threads {
        Some(threads) => threads,
        None => std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
    };
    if args.named.is_some() && args.one_sided.is_some() {
        return Err(Failure::Usage(say!(
            "--named 要看两边,不能和 --one-sided 同用",
            "--named looks at both sides and can't go with --one-sided"
        )));
    }
    Ok(Settings {
        coverage: args.coverage,
        scope: if args.marginal {
            Scope::Marginal
        } else {
            Scope::Simultaneous
        },
        sides: match args.one_sided {
            None => Sides::Both,
            Some(OneSided::Lower) => Sides::Lower,
            Some(OneSided::Upper) => Sides::Upper,
        },
        procedure: if args.no_stepdown {
            Procedure::SingleStep
        } else {
            Procedure::Stepdown
        },
        draws: args.draws,
        seed: args.seed,
        threads,
    })
}

fn given(args: &Rank) -> Result<Given, Failure> {
    let file = File::read(&args.file)?;
    let mut table = file.table()?;
    let unit = table.unit(args.unit_column.as_deref())?;
    let estimate = table.column(&args.estimate, "--estimate")?;
    let error = match (&args.se, &args.covariance) {
        (Some(se), None) => Some(table.column(se, "--se")?),
        _ => None,
    };
    let figures: Vec<usize> = [Some(estimate), error].into_iter().flatten().collect();
    without_figures(&table.leave_out_blank(&figures, unit));
    let units = table.names(unit)?;
    if units.is_empty() {
        return Err(nobody(&table));
    }
    let estimates = table.numbers(estimate, |_| None)?;
    let covariance = match &args.covariance {
        Some(path) => Some(covariance(path, &units)?),
        None => None,
    };
    let errors = match (error, &covariance) {
        (Some(column), _) => table.numbers(column, not_over_zero)?,
        (None, matrix) => {
            let own = matrix.iter().flatten().step_by(units.len() + 1);
            own.map(|variance| variance.max(0.0).sqrt()).collect()
        }
    };
    Ok(Given {
        units,
        estimates,
        errors,
        covariance,
    })
}

/// Tells whom the file gives no figures for.
fn without_figures(units: &[String]) {
    if !units.is_empty() {
        let (count, names) = (units.len(), units.join(lang().pick("、", ", ")));
        terminal::warning(&say!(
            "{count} 个单位没有数据,没有排名:{names}",
            "units without figures, not ranked ({count}): {names}"
        ));
    }
}

fn nobody(table: &Table<'_>) -> Failure {
    let name = table.name();
    Failure::Refused(Some(say!(
        "{name} 没有一个有数据的单位;至少要有一行",
        "{name} has no unit with figures; at least one row is needed"
    )))
}

fn not_over_zero(value: f64) -> Option<(Say, Say)> {
    (value <= 0.0).then(|| {
        (
            say!(
                "标准误是 {value},应当大于 0",
                "the standard error is {value}; it must be over 0"
            ),
            say!(
                "写上标准误;没有误差的单位不能和别的一起排",
                "write the standard error; a unit without one can't be ranked with the others"
            ),
        )
    })
}

/// The covariance matrix in the order of the units.
fn covariance(path: &Path, units: &[String]) -> Result<Vec<f64>, Failure> {
    let file = File::read(path)?;
    let table = file.table()?;
    let rows = table.names(0)?;
    let place: BTreeMap<&str, usize> = rows.iter().map(String::as_str).zip(0..).collect();
    let row = |unit: &String| {
        place.get(unit.as_str()).copied().ok_or_else(|| {
            let name = table.name();
            Failure::Refused(Some(say!(
                "{name} 没有单位“{unit}”这一行;第一列写单位,每个单位一行一列",
                "{name} has no row for the unit “{unit}”; the first column names the units, and each has a row and a column"
            )))
        })
    };
    let order = units.iter().map(row).collect::<Result<Vec<_>, _>>()?;
    let size = units.len();
    let mut matrix = vec![0.0; size * size];
    for (column, unit) in units.iter().enumerate() {
        let numbers = table.numbers(table.column(unit, "--covariance")?, |_| None)?;
        for (row, from) in order.iter().enumerate() {
            if let (Some(place), Some(number)) =
                (matrix.get_mut(row * size + column), numbers.get(*from))
            {
                *place = *number;
            }
        }
    }
    Ok(matrix)
}

fn ranked(args: &Rank, given: Given, settings: Settings) -> Result<Ranked, Failure> {
    let refused = |error| refused(&error, &given.units);
    let (estimates, errors) = (given.estimates.as_slice(), given.errors());
    let sets = rank_sets(estimates, errors, &settings).map_err(refused)?;
    // The first and the last are taken from sets that hold at once, whichever are shown.
    let at_once = Settings {
        scope: Scope::Simultaneous,
        sides: Sides::Both,
        ..settings
    };
    let asked = args.best.or(args.worst).is_some();
    let whole = if asked && (settings.scope, settings.sides) != (at_once.scope, at_once.sides) {
        Some(rank_sets(estimates, errors, &at_once).map_err(refused)?)
    } else {
        None
    };
    let from = whole.as_ref().unwrap_or(&sets);
    let control = args.named.map(|list| match (list, &given.covariance) {
        (List::Fwer, _) => Control::Holm,
        (List::Fdr, None) => Control::BenjaminiHochberg,
        (List::Fdr, Some(_)) => Control::BenjaminiYekutieli,
    });
    let rate = 1.0 - settings.coverage;
    let name = |control| against(estimates, errors, Reference::Mean, control, rate);
    Ok(Ranked {
        best: args.best.map(NonZeroU32::get).map(|k| from.best(k)),
        worst: args.worst.map(NonZeroU32::get).map(|k| from.worst(k)),
        named: control.map(name).transpose().map_err(refused)?,
        sets,
        settings,
        given,
    })
}

/// What the figures can't be. Cells were checked when they were read: what is left is the matrix as a whole.
fn refused(error: &Invalid, units: &[String]) -> Failure {
    let size = units.len().max(1);
    let unit = |at: usize| units.get(at).map_or("", String::as_str);
    Failure::Refused(Some(match error {
        Invalid::Range {
            what: "covariance",
            at,
            value,
            expected,
        } => {
            let (row, column) = (unit(at / size), unit(at % size));
            let zh = match *expected {
                "the same on both sides of the diagonal" => "对角线两边要一样",
                "such that the difference of any two units varies" => "任何两个单位之差都要有误差",
                _ => "整个矩阵不能有负的特征值",
            };
            say!(
                "协方差矩阵“{row}”行“{column}”列是 {value}:{zh};请核对矩阵",
                "the covariance matrix has {value} in row “{row}”, column “{column}”; it must be {expected}: check the matrix"
            )
        }
        other => say!("不能计算:{other}", "can't be computed: {other}"),
    }))
}

/// Says how sure the simulated value is.
fn tell(ranked: &Ranked) {
    let sets = &ranked.sets;
    if sets.draws == 0 || sets.rank.len() < 2 {
        return;
    }
    let unsettled = sets
        .unsettled
        .iter()
        .filter(|unsettled| **unsettled)
        .count();
    let most = sets.critical.iter().map(|critical| critical.standard_error);
    let (draws, error) = (sets.draws, short(most.fold(0.0, f64::max)));
    terminal::note(&say!(
        "抽样 {draws} 次,临界值的蒙特卡洛标准误至多 {error};临界值上下 3 个标准误之内,{unsettled} 个单位的集合会变",
        "{draws} draws; the critical value's Monte-Carlo standard error is at most {error}; within three of them {unsettled} sets would be others"
    ));
}

const COLUMNS: [&str; 6] = ["unit", "estimate", "se", "rank", "lower", "upper"];

/// A unit's cells in the contract's order, then those asked for.
fn cells(ranked: &Ranked, at: usize, figure: impl Fn(f64) -> String) -> Vec<String> {
    let (given, sets) = (&ranked.given, &ranked.sets);
    let place = |of: &[u32]| of.get(at).map(ToString::to_string).unwrap_or_default();
    let value = |of: &[f64]| of.get(at).copied().map(&figure).unwrap_or_default();
    let mut cells = vec![
        given.units.get(at).cloned().unwrap_or_default(),
        value(&given.estimates),
        value(&given.errors),
        place(&sets.rank),
        place(&sets.lower),
        place(&sets.upper),
    ];
    for of in [&ranked.best, &ranked.worst].into_iter().flatten() {
        cells.push(of.get(at).map(ToString::to_string).unwrap_or_default());
    }
    if let Some(named) = &ranked.named {
        cells.push(
            named
                .get(at)
                .map(|named| named.verdict.to_string())
                .unwrap_or_default(),
        );
    }
    cells
}

/// The names of the columns asked for beside those of the contract.
fn further(ranked: &Ranked) -> Vec<&'static str> {
    let asked = [
        ranked.best.is_some().then_some("best"),
        ranked.worst.is_some().then_some("worst"),
        ranked.named.is_some().then_some("named"),
    ];
    asked.into_iter().flatten().collect()
}

fn csv(ranked: &Ranked) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory can't fail, nor can rows of one width.
    let _ = writer.write_record(COLUMNS.into_iter().chain(further(ranked)));
    for at in 0..ranked.given.units.len() {
        let _ = writer.write_record(cells(ranked, at, |value| number(value, None)));
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

fn document(ranked: &Ranked) -> String {
    let (given, sets) = (&ranked.given, &ranked.sets);
    let unit = |at: usize| {
        let mut unit = Map::new();
        unit.insert("unit".into(), json!(given.units.get(at)));
        unit.insert("estimate".into(), json!(given.estimates.get(at)));
        unit.insert("se".into(), json!(given.errors.get(at)));
        for (name, places) in [
            ("rank", &sets.rank),
            ("lower", &sets.lower),
            ("upper", &sets.upper),
        ] {
            unit.insert(name.into(), json!(places.get(at)));
        }
        unit.insert(
            "settled".into(),
            json!(sets.unsettled.get(at).map(|unsettled| !unsettled)),
        );
        if sets.critical.len() > 1 {
            unit.insert("critical".into(), json!(sets.critical.get(at)));
        }
        for (name, of) in [("best", &ranked.best), ("worst", &ranked.worst)] {
            if let Some(of) = of {
                unit.insert(name.into(), json!(of.get(at)));
            }
        }
        if let Some(named) = &ranked.named {
            unit.insert("named".into(), json!(named.get(at)));
        }
        Value::Object(unit)
    };
    let units: Vec<Value> = (0..given.units.len()).map(unit).collect();
    let mut document = json!({ "settings": ranked.settings, "draws": sets.draws });
    if let (Some(document), [only]) = (document.as_object_mut(), sets.critical.as_slice()) {
        document.insert("critical".into(), json!(only));
    }
    if let Some(document) = document.as_object_mut() {
        document.insert("units".into(), Value::Array(units));
    }
    // Such a document always serialises.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

/// The table for eyes: in order of rank, with a mark where the draws leave a bound open.
fn shown(ranked: &Ranked) -> String {
    let sets = &ranked.sets;
    let mut order: Vec<usize> = (0..ranked.given.units.len()).collect();
    order.sort_by_key(|at| sets.rank.get(*at));
    let row = |at: &usize| {
        let mut row = cells(ranked, *at, short);
        let unsettled = sets.unsettled.get(*at).copied().unwrap_or_default();
        row.insert(COLUMNS.len(), if unsettled { "*" } else { "" }.to_owned());
        for cell in row.iter_mut().skip(COLUMNS.len() + 1) {
            *cell = word(cell).to_owned();
        }
        row
    };
    let rows: Vec<Vec<String>> = order.iter().map(row).collect();
    let mut header = vec![
        tr("单位", "unit"),
        tr("估计值", "estimate"),
        tr("标准误", "se"),
        tr("名次", "rank"),
        tr("最好", "lower"),
        tr("最差", "upper"),
        "",
    ];
    header.extend(further(ranked).into_iter().map(title));
    let mut align = vec![Align::Left];
    align.extend([Align::Right; 5]);
    align.extend([Align::Left; 4]);
    table(&align, &header, &rows, "")
}

fn title(name: &str) -> &'static str {
    match name {
        "best" => tr("可能居前", "may be among the best"),
        "worst" => tr("可能居后", "may be among the last"),
        _ => tr("与平均相比", "against the mean"),
    }
}

fn word(cell: &str) -> &'static str {
    match cell {
        "true" => tr("是", "yes"),
        "ahead" => tr("明显高", "clearly ahead"),
        "behind" => tr("明显低", "clearly behind"),
        "no-different" => tr("看不出差别", "no different"),
        _ => "",
    }
}
