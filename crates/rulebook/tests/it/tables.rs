//! What the tests of tables share: a small campaign, and findings as text.

use std::fmt::Write as _;

use rulebook::figures::{self, Figure, Layout, Table};
use rulebook::model::{CampaignFile, MeasuresFile, Scheme};
use rulebook::{Campaign, Diagnostic, Figures, Lang, Place, Severity, Spot, Unit, Written};

const CAMPAIGN: &str = r#"
id = "c"
name = { zh = "活动", en = "Campaign" }
calendar = { period = "month" }
[[category]]
id = "town"
name = { zh = "乡镇", en = "Towns" }
[[category]]
id = "office"
name = { zh = "机关", en = "Offices" }
[[attribute]]
id = "area"
name = { zh = "片区", en = "Area" }
values = ["north", "south"]
"#;

const MEASURES: &str = r#"
[[measure]]
id = "due"
name = { zh = "应办", en = "Due" }
range = { min = 0, whole = true }
[[measure]]
id = "done"
name = { zh = "办结", en = "Done" }
range = { min = 0 }
[[measure]]
id = "rate"
name = { zh = "办结率", en = "Rate" }
filled_by = { formula = "done / due" }
count = "due"
[[measure]]
id = "happy"
name = { zh = "满意率", en = "Satisfied" }
range = { min = 0, max = 1 }
optional = true
"#;

const SCHEME: &str = r#"
id = "towns"
name = { zh = "乡镇细则", en = "Towns" }
category = "town"
from = "2026-01"
total = 10
[[indicator]]
id = "speed"
name = { zh = "办结率", en = "Rate" }
points = 10
measure = "rate"
"#;

/// Two categories, four measures (one computed, one optional), one scheme.
pub fn campaign() -> Campaign {
    let file: CampaignFile = toml::from_str(CAMPAIGN).unwrap();
    let measures: MeasuresFile = toml::from_str(MEASURES).unwrap();
    let scheme: Scheme = toml::from_str(SCHEME).unwrap();
    let written = |item| Written {
        item,
        place: Place::whole("measures.toml"),
    };
    Campaign {
        file,
        measures: measures.measure.into_iter().map(written).collect(),
        forms: Vec::new(),
        services: Vec::new(),
        honours: Vec::new(),
        ladders: Vec::new(),
        schemes: Vec::new(),
        effective: vec![scheme],
        organisation: None,
    }
}

/// The same with the town `a`, the town `b` and the office `o` as its organisation.
pub fn organised() -> Campaign {
    let unit = |id: &str, category: &str| Unit {
        id: id.to_owned(),
        name: id.to_owned(),
        category: category.into(),
        ..Unit::default()
    };
    Campaign {
        organisation: Some(vec![
            unit("a", "town"),
            unit("b", "town"),
            unit("o", "office"),
        ]),
        ..campaign()
    }
}

/// Reads one CSV text.
pub fn read(
    campaign: &Campaign,
    text: &str,
    layout: &Layout,
) -> (Option<Figures>, Vec<Diagnostic>) {
    let table = Table {
        name: "figures.csv",
        bytes: text.as_bytes(),
    };
    let (figures, _, findings) = figures::read(campaign, &[table], layout);
    (figures, findings)
}

/// Findings as golden text: place, code, then problem and remedy in both languages.
pub fn show(findings: &[Diagnostic]) -> String {
    let mut out = String::new();
    for finding in findings {
        let mark = if finding.severity == Severity::Error {
            "error"
        } else {
            "warning"
        };
        writeln!(
            out,
            "{} {mark}[{}]",
            show_place(&finding.place),
            finding.code
        )
        .unwrap();
        for lang in [Lang::Zh, Lang::En] {
            writeln!(out, "  {}", finding.problem.get(lang)).unwrap();
            if let Some(remedy) = &finding.remedy {
                writeln!(out, "    = {}", remedy.get(lang)).unwrap();
            }
        }
        for (place, what) in &finding.related {
            writeln!(out, "  {}: {} / {}", show_place(place), what.zh, what.en).unwrap();
        }
    }
    out
}

fn show_place(place: &Place) -> String {
    let Place { file, spot } = place;
    match spot {
        Spot::Cell { sheet, row, column } => {
            let sheet = sheet
                .as_ref()
                .map(|name| format!("!{name}"))
                .unwrap_or_default();
            let column = column
                .map(|column| format!(":{}", column + 1))
                .unwrap_or_default();
            format!("{file}{sheet}:{row}{column}")
        }
        Spot::Bytes(range) => format!("{file}@{}", range.start),
        _ => file.clone(),
    }
}

/// Figures as golden text: a line a unit, cells in the order of the measures.
pub fn show_figures(figures: &Figures) -> String {
    let cell = |cell: f64| match Figure::of(cell) {
        Figure::Given(value) => value.to_string(),
        Figure::Missing => "-".to_owned(),
        Figure::NotApplicable => "n/a".to_owned(),
    };
    let mut out = String::new();
    for (period, figures) in &figures.periods {
        for (index, unit) in figures.units.iter().enumerate() {
            write!(out, "{period} {} {}", unit.id, unit.category).unwrap();
            for column in &figures.columns {
                let Some(column) = column else {
                    out.push_str(" |");
                    continue;
                };
                write!(out, " {}", cell(column.values[index])).unwrap();
                let n = column.n.as_ref().map(|n| format!("(n={})", cell(n[index])));
                let se = column
                    .se
                    .as_ref()
                    .map(|se| format!("(se={})", cell(se[index])));
                out.extend([n, se].into_iter().flatten());
            }
            out.push('\n');
        }
    }
    out
}
