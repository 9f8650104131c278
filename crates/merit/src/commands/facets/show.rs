//! The layouts of `merit facets`.

use inference::facets::{Extreme, Fitness, Judge};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Report;
use crate::args::facets::Part;
use crate::lang::tr;
use crate::output::columns::{Align, table as aligned};
use crate::output::{delivery::csv as written, number};
use crate::terminal::heading;

/// As a JSON document.
pub fn json(report: &Report) -> String {
    let (fit, sheet, model) = (&report.fit, &report.sheet, &report.model);
    let group = |judges: &[usize]| -> Vec<&String> {
        judges
            .iter()
            .filter_map(|at| sheet.judges.get(*at))
            .collect()
    };
    let groups = fit.groups.iter().map(|of| group(&of.judges));
    let mut document = json!({
        "settings": {"slopes": model.slopes, "steps": model.steps, "nodes": model.nodes, "reach": model.reach},
        "deviance": fit.deviance,
        "parameters": fit.parameters,
        "iterations": fit.iterations,
        "sigma": fit.sigma,
        "log_sigma_se": fit.log_sigma_se,
        "reliability": fit.reliability,
        "separation": fit.separation,
        "judges": by_name(&sheet.judges, &fit.judges),
        "items": by_name(&sheet.items, &fit.items),
        "persons": by_name(&sheet.persons, &fit.persons),
        "groups": groups.collect::<Vec<_>>(),
    });
    if let (Some(drift), Some(document)) = (&report.drift, document.as_object_mut()) {
        document.insert(
            "drift".into(),
            json!({
                "deviance": drift.deviance,
                "gain": drift.gain,
                "freedom": drift.freedom,
                "p": drift.p,
                "judges": drifts(report),
            }),
        );
    }
    // Such a document always serialises.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

/// Name → facts; infit and outfit stand beside the others.
fn by_name<T: Serialize>(names: &[String], facts: &[T]) -> Map<String, Value> {
    let flat = |facts: &T| {
        let mut value = json!(facts);
        if let Some(facts) = value.as_object_mut()
            && let Some(Value::Object(fitness)) = facts.shift_remove("fitness")
        {
            facts.extend(fitness);
        }
        value
    };
    names.iter().cloned().zip(facts.iter().map(flat)).collect()
}

/// Judge → periods, and the test of the judge.
fn drifts(report: &Report) -> Map<String, Value> {
    let judges = report.drift.iter().flat_map(|drift| &drift.judges);
    let judge = |(name, judge): (&String, &inference::facets::JudgeDrift)| {
        let period = |of: &inference::facets::Period| {
            let facts = json!({"severity": of.severity, "se": of.se, "extreme": of.extreme});
            (period(report, of.period), facts)
        };
        let periods: Map<String, Value> = judge.periods.iter().map(period).collect();
        let facts = json!({
            "periods": periods,
            "chi_squared": judge.chi_squared,
            "freedom": judge.freedom,
            "p": judge.p,
        });
        (name.clone(), facts)
    };
    report.sheet.judges.iter().zip(judges).map(judge).collect()
}

fn period(report: &Report, at: usize) -> String {
    report.sheet.periods.get(at).cloned().unwrap_or_default()
}

/// One part as CSV.
pub fn csv(report: &Report, part: Part) -> String {
    let exact = |value: f64| number(value, None);
    written(header(part), &rows(report, part, &exact))
}

/// The columns of a part.
fn header(part: Part) -> &'static [&'static str] {
    match part {
        Part::Judges => &[
            "judge", "marks", "severity", "se", "extreme", "slope", "slope_se", "infit", "infit_z",
            "outfit", "outfit_z",
        ],
        Part::Items => &[
            "item",
            "mark",
            "threshold",
            "threshold_se",
            "difficulty",
            "slope",
            "slope_se",
            "infit",
            "infit_z",
            "outfit",
            "outfit_z",
        ],
        Part::Persons => &["person", "marks", "eap", "se"],
        Part::Drift => &[
            "judge",
            "period",
            "severity",
            "se",
            "extreme",
            "chi_squared",
            "freedom",
            "p",
        ],
    }
}

/// The cells of a part, numbers written by `figure`.
fn rows(report: &Report, part: Part, figure: &dyn Fn(f64) -> String) -> Vec<Vec<String>> {
    match part {
        Part::Judges => judges(report, figure),
        Part::Items => items(report, figure),
        Part::Persons => persons(report, figure),
        Part::Drift => drift(report, figure),
    }
}

fn optional(value: Option<f64>, figure: &dyn Fn(f64) -> String) -> String {
    value.map(figure).unwrap_or_default()
}

fn fitness(fitness: Option<Fitness>, figure: &dyn Fn(f64) -> String) -> [String; 4] {
    let of = |value: fn(&Fitness) -> f64| optional(fitness.as_ref().map(value), figure);
    [
        of(|f| f.infit),
        of(|f| f.infit_z),
        of(|f| f.outfit),
        of(|f| f.outfit_z),
    ]
}

const fn extreme(extreme: Option<Extreme>) -> &'static str {
    match extreme {
        None => "",
        Some(Extreme::Lenient) => "lenient",
        Some(Extreme::Severe) => "severe",
    }
}

fn judges(report: &Report, figure: &dyn Fn(f64) -> String) -> Vec<Vec<String>> {
    let row = |(name, judge): (&String, &Judge)| {
        let mut row = vec![
            name.clone(),
            judge.marks.to_string(),
            optional(judge.severity, figure),
            optional(judge.se, figure),
            extreme(judge.extreme).to_owned(),
            figure(judge.slope),
            optional(judge.slope_se, figure),
        ];
        row.extend(fitness(judge.fitness, figure));
        row
    };
    let judges = report.sheet.judges.iter().zip(&report.fit.judges);
    judges.map(row).collect()
}

/// A row for each threshold; an item without has one row.
fn items(report: &Report, figure: &dyn Fn(f64) -> String) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for (name, item) in report.sheet.items.iter().zip(&report.fit.items) {
        let marks = item.categories.iter().skip(1).map(ToString::to_string);
        let thresholds = item.thresholds.iter().zip(&item.threshold_se);
        let mut steps: Vec<[String; 3]> = marks
            .zip(thresholds)
            .map(|(mark, (threshold, se))| [mark, figure(*threshold), figure(*se)])
            .collect();
        if steps.is_empty() {
            steps.push([const { String::new() }; 3]);
        }
        for step in steps {
            let mut row = vec![name.clone()];
            row.extend(step);
            row.push(optional(item.difficulty, figure));
            row.push(figure(item.slope));
            row.push(optional(item.slope_se, figure));
            row.extend(fitness(item.fitness, figure));
            rows.push(row);
        }
    }
    rows
}

fn persons(report: &Report, figure: &dyn Fn(f64) -> String) -> Vec<Vec<String>> {
    let persons = report.sheet.persons.iter().zip(&report.fit.persons);
    persons
        .map(|(name, person)| {
            vec![
                name.clone(),
                person.marks.to_string(),
                figure(person.eap),
                figure(person.se),
            ]
        })
        .collect()
}

fn drift(report: &Report, figure: &dyn Fn(f64) -> String) -> Vec<Vec<String>> {
    let drifts = report.drift.iter().flat_map(|drift| &drift.judges);
    let mut rows = Vec::new();
    for (name, judge) in report.sheet.judges.iter().zip(drifts) {
        for of in &judge.periods {
            rows.push(vec![
                name.clone(),
                period(report, of.period),
                optional(of.severity, figure),
                optional(of.se, figure),
                extreme(of.extreme).to_owned(),
                figure(judge.chi_squared),
                judge.freedom.to_string(),
                figure(judge.p),
            ]);
        }
    }
    rows
}

/// The table for eyes: all but the persons, or the part asked for. Severe judges come first.
pub fn table(report: &Report, part: Option<Part>) -> String {
    let mut text = summary(report);
    let parts = match part {
        Some(part) => vec![part],
        None => vec![Part::Judges, Part::Items, Part::Drift],
    };
    let short = |value: f64| format!("{:.3}", value + 0.0);
    for part in parts {
        let mut rows = rows(report, part, &short);
        let header = header(part);
        if part == Part::Judges {
            let severity = |row: &Vec<String>| row.get(2).and_then(|cell| cell.parse::<f64>().ok());
            rows.sort_by(|a, b| {
                severity(b)
                    .partial_cmp(&severity(a))
                    .unwrap_or(std::cmp::Ordering::Equal)
            });
        }
        for (column, name) in header.iter().enumerate() {
            if *name == "extreme" {
                let cells = rows.iter_mut().filter_map(|row| row.get_mut(column));
                cells.for_each(|cell| *cell = extreme_in_words(cell).to_owned());
            }
        }
        if rows.is_empty() {
            continue;
        }
        let titles: Vec<&str> = header.iter().map(|name| title(name)).collect();
        let mut align = vec![Align::Left];
        align.resize(header.len(), Align::Right);
        text.push('\n');
        text.push_str(&heading(part_title(part)));
        text.push('\n');
        text.push_str(&aligned(&align, &titles, &rows, "  "));
    }
    text
}

fn summary(report: &Report) -> String {
    let (fit, sheet) = (&report.fit, &report.sheet);
    let figure = |value: f64| format!("{value:.3}");
    let marks: usize = fit.judges.iter().map(|judge| judge.marks).sum();
    let mut rows = vec![
        (tr("分数", "marks"), marks.to_string()),
        (tr("被评者", "persons"), sheet.persons.len().to_string()),
        (tr("偏差", "deviance"), figure(fit.deviance)),
        (tr("σ(被评者)", "σ of persons"), figure(fit.sigma)),
    ];
    if let Some(reliability) = fit.reliability {
        rows.push((
            tr("被评者的信度", "reliability of persons"),
            figure(reliability),
        ));
    }
    if let Some(of) = &fit.separation {
        rows.push((
            tr("评委的分离", "separation of judges"),
            figure(of.separation),
        ));
        rows.push((
            tr("评委分离的信度", "its reliability"),
            figure(of.reliability),
        ));
        rows.push((tr("评委一样严的 p 值", "p of equal judges"), figure(of.p)));
    }
    if let Some(drift) = &report.drift {
        rows.push((
            tr("谁也没有漂移的 p 值", "p of nobody drifting"),
            figure(drift.p),
        ));
    }
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|(name, value)| vec![name.to_owned(), value])
        .collect();
    let lines = crate::output::columns::lines(&[Align::Left, Align::Right], &rows, "  ");
    format!("{}\n{lines}", heading(tr("模型", "Model")))
}

fn part_title(part: Part) -> &'static str {
    match part {
        Part::Judges => tr("评委", "Judges"),
        Part::Items => tr("项目", "Items"),
        Part::Persons => tr("被评者", "Persons"),
        Part::Drift => tr("漂移", "Drift"),
    }
}

fn extreme_in_words(cell: &str) -> &'static str {
    match cell {
        "lenient" => tr("全是最高分", "all highest"),
        "severe" => tr("全是最低分", "all lowest"),
        _ => "",
    }
}

fn title(name: &'static str) -> &'static str {
    match name {
        "judge" => tr("评委", "judge"),
        "item" => tr("项目", "item"),
        "person" => tr("被评者", "person"),
        "period" => tr("期", "period"),
        "marks" => tr("分数", "marks"),
        "mark" => tr("档", "mark"),
        "threshold" => tr("阶", "threshold"),
        "severity" => tr("严", "severity"),
        "difficulty" => tr("难度", "difficulty"),
        "eap" => tr("水平", "eap"),
        "se" | "threshold_se" | "slope_se" => tr("标准误", "se"),
        "slope" => tr("斜率", "slope"),
        "extreme" => tr("极端", "extreme"),
        "freedom" => tr("自由度", "df"),
        "chi_squared" => "χ²",
        other => other,
    }
}
