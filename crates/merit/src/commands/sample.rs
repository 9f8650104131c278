//! `merit sample`: how many are needed, and a draw that anyone can repeat.

use std::path::Path;

use inference::Invalid;
use inference::sampling::{
    Allocation, Power, allocate, draw_strata, size_for_proportions, size_for_reliability,
};
use rulebook::say;
use serde_json::{Map, Value, json};

use crate::args::delivery::Layout;
use crate::args::sample::Sample;
use crate::failure::Failure;
use crate::lang::tr;
use crate::output::columns::{Align, table};
use crate::output::{delivery::csv, number};
use crate::table_input::{File, numbered};

/// Rows under their header.
struct Answer {
    header: Vec<&'static str>,
    rows: Vec<Vec<Value>>,
}

/// Answers and delivers in the layout asked for.
pub fn run(args: &Sample) -> Result<(), Failure> {
    let layout = args.delivery.layout()?;
    let answer = match (&args.file, args.draw, args.seed) {
        (Some(file), Some(draw), Some(seed)) => drawn(args, file, draw.get(), seed)?,
        _ => size(args)?,
    };
    let cells = |row: &Vec<Value>| -> Vec<String> {
        let text = |value: &Value| match (value.as_str(), value.as_f64()) {
            (Some(text), _) => text.to_owned(),
            (None, figure) => figure
                .map(|figure| number(figure, None))
                .unwrap_or_default(),
        };
        row.iter().map(text).collect()
    };
    let rows: Vec<Vec<String>> = answer.rows.iter().map(cells).collect();
    let text = match layout {
        Layout::Csv => csv(&answer.header, &rows),
        Layout::Json => document(&answer),
        Layout::Table => {
            let titles: Vec<&str> = answer.header.iter().map(|name| title(name)).collect();
            table(&vec![Align::Left; titles.len()], &titles, &rows, "")
        }
    };
    args.delivery.deliver(layout, &text)
}

fn document(answer: &Answer) -> String {
    let object = |row: &Vec<Value>| -> Map<String, Value> {
        let names = answer.header.iter().map(|name| (*name).to_owned());
        names.zip(row.iter().cloned()).collect()
    };
    let rows: Vec<Map<String, Value>> = answer.rows.iter().map(object).collect();
    // Such a document always serialises.
    serde_json::to_string_pretty(&rows).unwrap_or_default() + "\n"
}

/// How many each unit needs, rounded up.
fn size(args: &Sample) -> Result<Answer, Failure> {
    if let (Some(target), Some(between), Some(within)) =
        (args.reliability, args.between, args.within)
    {
        let n = size_for_reliability(between, within, target);
        let n = whole(n.map_err(|error| refused(&error))?);
        return Ok(Answer {
            header: vec!["n", "reliability", "between", "within"],
            rows: vec![vec![n, json!(target), json!(between), json!(within)]],
        });
    }
    let [p1, p2] = args.rates.as_slice() else {
        return Err(Failure::Usage(say!(
            "--rates 要写两个率,如 0.90,0.97",
            "--rates needs two rates, such as 0.90,0.97"
        )));
    };
    let units = args.units.map_or(2, std::num::NonZeroU64::get);
    let power = Power::all_pairs(args.alpha, args.power, units);
    let n = size_for_proportions(*p1, *p2, power).map_err(|error| refused(&error))?;
    Ok(Answer {
        header: vec!["n", "p1", "p2", "units", "alpha", "power"],
        rows: vec![vec![
            whole(n),
            json!(p1),
            json!(p2),
            json!(units),
            json!(args.alpha),
            json!(args.power),
        ]],
    })
}

/// The whole number from `n` on; what is a whole number but for the last bits stays that.
fn whole(n: f64) -> Value {
    json!((n - 1e-9).ceil().max(1.0) as u64)
}

/// A draw from a list, by stratum where one is named.
fn drawn(args: &Sample, path: &Path, draw: u64, seed: u64) -> Result<Answer, Failure> {
    let file = File::read(path)?;
    let table = file.table()?;
    let units = table.names(table.unit(args.unit_column.as_deref())?)?;
    let labels = match &args.stratum {
        Some(name) => table.labels(&[table.column(name, "--stratum")?])?.concat(),
        None => vec![String::new(); units.len()],
    };
    let (strata, of) = numbered(&labels);
    let mut members: Vec<Vec<&String>> = vec![Vec::new(); strata.len()];
    for (unit, stratum) in units.iter().zip(of) {
        if let Some(members) = members.get_mut(stratum) {
            members.push(unit);
        }
    }
    let (name, count) = (table.name(), units.len());
    if draw > count as u64 {
        return Err(Failure::Refused(Some(say!(
            "{name} 只有 {count} 个,抽不出 {draw} 个;改小 --draw",
            "{name} has {count}, too few to draw {draw}; take a smaller --draw"
        ))));
    }
    if draw < strata.len() as u64 {
        let strata = strata.len();
        return Err(Failure::Refused(Some(say!(
            "有 {strata} 层,每层至少抽一个,{draw} 个不够;改大 --draw,或合并几层",
            "there are {strata} strata, of which each gives one at least, so {draw} won't do; take a larger --draw, or join strata"
        ))));
    }
    let sizes: Vec<u64> = members.iter().map(|members| members.len() as u64).collect();
    let refused = |error: Invalid| refused(&error);
    let n = allocate(&sizes, &[], draw, 1, Allocation::Proportional).map_err(refused)?;
    let places = |list: &[u64]| -> Vec<usize> { list.iter().map(|n| *n as usize).collect() };
    let found = draw_strata(seed, &places(&sizes), &places(&n)).map_err(refused)?;
    let row = |drawn: inference::sampling::Drawn| {
        let unit = members
            .get(drawn.stratum)
            .and_then(|of| of.get(drawn.position));
        let mut row = vec![json!(unit), json!(drawn.weight)];
        if args.stratum.is_some() {
            row.insert(1, json!(strata.get(drawn.stratum)));
        }
        row
    };
    let mut header = vec!["unit", "weight"];
    if args.stratum.is_some() {
        header.insert(1, "stratum");
    }
    Ok(Answer {
        header,
        rows: found.into_iter().map(row).collect(),
    })
}

/// What can't be answered, and what to do.
fn refused(error: &Invalid) -> Failure {
    Failure::Usage(match error {
        Invalid::Range {
            what: "difference", ..
        } => say!(
            "两个率一样,多少个也分不开;写两个不同的率",
            "the two rates are equal, and no number tells them apart; write two that differ"
        ),
        Invalid::Range {
            what: "comparisons",
            ..
        } => say!(
            "只有一个单位,没有可比的;--units 写 2 以上",
            "one unit has nothing to be compared with; write 2 or more for --units"
        ),
        Invalid::Range {
            what: "variance between",
            ..
        } => say!(
            "--between 要大于 0:单位没有差别,多少个评价也分不开",
            "--between must be over 0: no number of ratings tells apart units that don't differ"
        ),
        other => say!("不能计算:{other}", "can't be computed: {other}"),
    })
}

fn title(name: &'static str) -> &'static str {
    match name {
        "n" => tr("每个单位要", "n of each unit"),
        "unit" => tr("抽中", "drawn"),
        "stratum" => tr("层", "stratum"),
        "weight" => tr("代表", "weight"),
        "reliability" => tr("信度", "reliability"),
        "between" => tr("单位间方差", "between"),
        "within" => tr("单位内方差", "within"),
        "units" => tr("单位数", "units"),
        "alpha" => tr("错的概率", "alpha"),
        "power" => tr("分得开的概率", "power"),
        other => other,
    }
}
