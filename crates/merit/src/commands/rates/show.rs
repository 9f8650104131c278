//! The layouts of `merit rates`: all are made from the same columns.

use inference::funnel::Point;
use inference::shrinkage::{Interval, Shrunk};
use serde_json::{Map, Value, json};

use super::Report;
use crate::lang::tr;
use crate::output::columns::{Align, table as aligned};
use crate::output::{delivery::csv as written, number, reasons::short};

/// The facts of a unit by column; a withheld unit has its name alone.
fn facts(report: &Report, at: usize) -> Vec<(&'static str, Value)> {
    let given = &report.given;
    let withheld = report.withheld.get(at) == Some(&true);
    let unit = report.shrinkage.units.get(at);
    let mut facts = vec![
        ("unit", json!(given.units.get(at))),
        ("n", json!(given.n.get(at))),
    ];
    if given.by_level.is_empty() {
        facts.push(("count", json!(given.count.get(at))));
    }
    let raw = |of: fn(Interval) -> f64| json!(unit.and_then(|unit| unit.raw).map(of));
    let shrunk = |of: fn(&Shrunk) -> f64| json!(unit.map(of));
    facts.extend([
        ("raw", raw(|raw| raw.estimate)),
        ("raw_lower", raw(|raw| raw.lower)),
        ("raw_upper", raw(|raw| raw.upper)),
        ("shrunk", shrunk(|unit| unit.shrunk.estimate)),
        ("lower", shrunk(|unit| unit.shrunk.lower)),
        ("upper", shrunk(|unit| unit.shrunk.upper)),
        ("own_share", shrunk(|unit| unit.own_share)),
    ]);
    facts.extend(standardised(report, at));
    if report.funnel.is_some() {
        facts.extend(funnel(report.points.get(at).copied().flatten().as_ref()));
    }
    if report.withheld.contains(&true) {
        facts.push(("withheld", json!(withheld)));
    }
    if withheld {
        for (name, value) in &mut facts {
            if !matches!(*name, "unit" | "withheld") {
                *value = Value::Null;
            }
        }
    }
    facts
}

/// What the unit's mix of services lets expect, and its figures as if it had the mix of all.
fn standardised(report: &Report, at: usize) -> Vec<(&'static str, Value)> {
    let Some(mix) = &report.mix else {
        return Vec::new();
    };
    let unit = report.shrinkage.units.get(at);
    let raw = unit.and_then(|unit| unit.raw).map(|raw| raw.estimate);
    let shrunk = unit.map(|unit| unit.shrunk.estimate);
    let adjusted = |figure: Option<f64>| json!(figure.and_then(|figure| mix.adjust(at, figure)));
    vec![
        ("expected", json!(mix.expected_mean().get(at))),
        ("standardised", adjusted(raw)),
        ("adjusted", adjusted(shrunk)),
    ]
}

fn funnel(point: Option<&Point>) -> [(&'static str, Value); 5] {
    let limit = |of: fn(&Point) -> f64| json!(point.map(of));
    [
        ("funnel", json!(point.map(place))),
        ("lower_95", limit(|point| point.adjusted.lower_95)),
        ("upper_95", limit(|point| point.adjusted.upper_95)),
        ("lower_998", limit(|point| point.adjusted.lower_998)),
        ("upper_998", limit(|point| point.adjusted.upper_998)),
    ]
}

/// Where a unit lies to the limits that allow for the variance between units.
fn place(point: &Point) -> &'static str {
    let (ratio, limits) = (point.ratio, &point.adjusted);
    if ratio > limits.upper_998 {
        "over-99.8"
    } else if ratio > limits.upper_95 {
        "over-95"
    } else if ratio < limits.lower_998 {
        "under-99.8"
    } else if ratio < limits.lower_95 {
        "under-95"
    } else {
        "inside"
    }
}

fn all(report: &Report) -> impl Iterator<Item = Vec<(&'static str, Value)>> {
    (0..report.given.units.len()).map(|at| facts(report, at))
}

/// As a JSON document.
pub fn json(report: &Report) -> String {
    let units: Vec<Map<String, Value>> = all(report)
        .map(|facts| {
            facts
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()
        })
        .collect();
    let whole = report.funnel.as_ref().map(|funnel| {
        json!({"target": funnel.target, "dispersion": funnel.dispersion, "between": funnel.between})
    });
    let mut document = json!({
        "total": report.total,
        "model": report.shrinkage.hyper,
        "funnel": whole,
    });
    if let Some(document) = document.as_object_mut() {
        if let Some(mix) = &report.mix {
            document.insert("overall".into(), json!(mix.overall));
        }
        document.insert("units".into(), json!(units));
    }
    // Such a document always serialises.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn text(value: &Value, figure: impl Fn(f64) -> String) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(yes) => yes.to_string(),
        other => other.as_f64().map(figure).unwrap_or_default(),
    }
}

fn header(report: &Report) -> Vec<&'static str> {
    facts(report, 0).into_iter().map(|(name, _)| name).collect()
}

/// As CSV.
pub fn csv(report: &Report) -> String {
    let exact = |value: f64| number(value, None);
    let row =
        |facts: Vec<(&str, Value)>| facts.iter().map(|(_, value)| text(value, exact)).collect();
    written(
        &header(report),
        &all(report).map(row).collect::<Vec<Vec<String>>>(),
    )
}

/// The table for eyes, highest first; the limits are left to CSV and JSON.
pub fn table(report: &Report) -> String {
    let seen = |name: &str| !name.starts_with("lower_") && !name.starts_with("upper_");
    let header: Vec<&str> = header(report)
        .into_iter()
        .filter(|name| seen(name))
        .collect();
    let figure = |unit: &[(&str, Value)]| {
        let of = |name: &str| unit.iter().find(|(known, _)| *known == name)?.1.as_f64();
        of("adjusted")
            .or_else(|| of("shrunk"))
            .unwrap_or(f64::NEG_INFINITY)
    };
    let mut units: Vec<_> = all(report).collect();
    units.sort_by(|a, b| figure(b).total_cmp(&figure(a)));
    let row = |facts: &Vec<(&str, Value)>| {
        let seen = facts.iter().filter(|(name, _)| seen(name));
        let cell = |(name, value): &(&str, Value)| match text(value, short) {
            cell if *name == "funnel" || *name == "withheld" => word(&cell).to_owned(),
            cell => cell,
        };
        seen.map(cell).collect()
    };
    let rows: Vec<Vec<String>> = units.iter().map(row).collect();
    let titles: Vec<&str> = header.iter().map(|name| title(name)).collect();
    let align = |name: &&str| match *name {
        "unit" | "funnel" | "withheld" => Align::Left,
        _ => Align::Right,
    };
    aligned(
        &header.iter().map(align).collect::<Vec<Align>>(),
        &titles,
        &rows,
        "",
    )
}

fn title(name: &'static str) -> &'static str {
    match name {
        "unit" => tr("单位", "unit"),
        "n" => tr("件数", "n"),
        "count" => tr("算数的", "count"),
        "raw" => tr("原始", "raw"),
        "raw_lower" | "lower" => tr("下限", "lower"),
        "raw_upper" | "upper" => tr("上限", "upper"),
        "shrunk" => tr("收缩", "shrunk"),
        "own_share" => tr("自己占", "own share"),
        "expected" => tr("应有", "expected"),
        "standardised" => tr("标准化原始", "standardised"),
        "adjusted" => tr("标准化收缩", "adjusted"),
        "funnel" => tr("漏斗", "funnel"),
        "withheld" => tr("不列", "withheld"),
        other => other,
    }
}

fn word(cell: &str) -> &'static str {
    match cell {
        "inside" => tr("之内", "inside"),
        "over-95" => tr("高于 95 %", "over 95 %"),
        "over-99.8" => tr("高于 99.8 %", "over 99.8 %"),
        "under-95" => tr("低于 95 %", "under 95 %"),
        "under-99.8" => tr("低于 99.8 %", "under 99.8 %"),
        "true" => tr("不列", "withheld"),
        _ => "",
    }
}
