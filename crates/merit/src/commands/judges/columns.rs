//! The columns a model names, read from a table.

use std::borrow::Cow;
use std::collections::BTreeMap;

use inference::mixed::{Factor, Refusal};
use rulebook::grid::{self, Grid};
use rulebook::{Diagnostic, Folder, say};

use crate::args::judges::Judges;
use crate::failure::Failure;
use crate::{load, terminal};

/// A variable of the fixed effects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub column: String,
    /// Whether it acts by its size.
    pub number: bool,
}

/// What `--fixed` and `--random` ask for.
#[derive(Debug, Default)]
pub struct Formula {
    pub variables: Vec<Named>,
    /// For each item of `--fixed` the positions of its variables.
    pub products: Vec<Vec<usize>>,
    /// For each item of `--random` its columns.
    pub random: Vec<Vec<String>>,
}

impl Formula {
    /// An item that is a column's whole name is that column, whatever signs are in it.
    fn new(args: &Judges, header: &[String]) -> Self {
        let mut formula = Self::default();
        for item in &args.fixed {
            let names = parts(item, '*', header);
            let product = names
                .iter()
                .map(|part| formula.variable(part, header))
                .collect();
            formula.products.push(product);
        }
        formula.random = args
            .random
            .iter()
            .map(|item| parts(item, ':', header))
            .collect();
        formula
    }

    fn variable(&mut self, part: &str, header: &[String]) -> usize {
        let inside = part
            .strip_prefix("numeric(")
            .and_then(|rest| rest.strip_suffix(')'));
        let inside = inside.filter(|_| !header.iter().any(|column| column == part));
        let named = Named {
            column: inside.unwrap_or(part).trim().to_owned(),
            number: inside.is_some(),
        };
        let known = self.variables.iter().position(|other| *other == named);
        known.unwrap_or_else(|| {
            self.variables.push(named);
            self.variables.len() - 1
        })
    }
}

fn parts(item: &str, sign: char, header: &[String]) -> Vec<String> {
    if header.iter().any(|column| column == item) {
        return vec![item.to_owned()];
    }
    item.split(sign)
        .map(|part| part.trim().to_owned())
        .collect()
}

/// The cells of the columns used, rows with gaps left out.
#[derive(Debug)]
pub struct Columns {
    pub marks: Vec<f64>,
    pub left_out: usize,
    labels: BTreeMap<String, Vec<String>>,
    numbers: BTreeMap<String, Vec<f64>>,
}

impl Columns {
    /// A column as a factor.
    pub fn factor(&self, column: &str) -> Result<Factor, Refusal> {
        Factor::from_labels(column, self.labels.get(column).map_or(&[], Vec::as_slice))
    }

    /// Columns combined into a factor.
    pub fn combined(&self, parts: &[String]) -> Result<Factor, Refusal> {
        let factors = parts
            .iter()
            .map(|part| self.factor(part))
            .collect::<Result<Vec<Factor>, Refusal>>()?;
        Factor::combined(&factors.iter().collect::<Vec<&Factor>>())
    }

    /// A column as numbers.
    pub fn numbers(&self, column: &str) -> Vec<f64> {
        self.numbers.get(column).cloned().unwrap_or_default()
    }
}

/// Reads the table and what the command line says of its columns.
pub fn read(args: &Judges) -> Result<(Formula, Columns), Failure> {
    let name = args.file.display().to_string();
    let bytes = load::table_bytes(&args.file)?;
    let read = grid::read(&name, &bytes).and_then(|grid| {
        let formula = Formula::new(args, &grid.header);
        let columns = columns(args, &formula, &grid)?;
        Ok((formula, columns, grid.warnings))
    });
    let (done, findings) = match read {
        Ok((formula, columns, warnings)) => (Some((formula, columns)), warnings),
        Err(findings) => (None, findings),
    };
    if !findings.is_empty() {
        let folder = Folder {
            files: BTreeMap::from([(name, bytes)]),
        };
        terminal::show(&folder, &findings);
    }
    done.ok_or_else(|| {
        let tally = terminal::tally(&findings);
        Failure::Refused(Some(say!(
            "数据表有误({tally}),没有计算,没有写出任何文件",
            "the table is wrong ({tally}); nothing was computed, nothing was written"
        )))
    })
}

/// So many wrong cells are shown.
const SHOWN: usize = 20;

/// A column that is read.
struct Source {
    at: usize,
    name: String,
    number: bool,
}

fn columns(args: &Judges, formula: &Formula, grid: &Grid<'_>) -> Result<Columns, Vec<Diagnostic>> {
    let sources = sources(args, formula, grid)?;
    let mut labels: Vec<Vec<String>> = vec![Vec::new(); sources.len()];
    let mut numbers: Vec<Vec<f64>> = vec![Vec::new(); sources.len()];
    let (mut left_out, mut wrong) = (0, Vec::new());
    let mut reader = grid.reader();
    let mut cells: Vec<Cow<'_, str>> = Vec::new();
    while let Some(line) = reader.next(&mut cells) {
        let cell = |source: &Source| cells.get(source.at).map_or("", |cell| cell.trim());
        if sources
            .iter()
            .any(|source| matches!(cell(source), "" | "NA"))
        {
            left_out += 1;
            continue;
        }
        for ((source, labels), numbers) in sources.iter().zip(&mut labels).zip(&mut numbers) {
            let text = cell(source);
            if !source.number {
                labels.push(text.to_owned());
                continue;
            }
            match text.parse::<f64>() {
                Ok(number) if number.is_finite() => numbers.push(number),
                _ => wrong.push(no_number(grid, line, source, text)),
            }
        }
        if wrong.len() >= SHOWN {
            break;
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(gather(&sources, labels, numbers, left_out))
}

/// The mark comes first.
fn gather(
    sources: &[Source],
    labels: Vec<Vec<String>>,
    mut numbers: Vec<Vec<f64>>,
    left_out: usize,
) -> Columns {
    let marks = numbers.first_mut().map(std::mem::take).unwrap_or_default();
    let mut columns = Columns {
        marks,
        left_out,
        labels: BTreeMap::new(),
        numbers: BTreeMap::new(),
    };
    for ((source, labels), numbers) in sources.iter().zip(labels).zip(numbers).skip(1) {
        if source.number {
            columns.numbers.insert(source.name.clone(), numbers);
        } else {
            columns.labels.insert(source.name.clone(), labels);
        }
    }
    columns
}

fn sources(
    args: &Judges,
    formula: &Formula,
    grid: &Grid<'_>,
) -> Result<Vec<Source>, Vec<Diagnostic>> {
    let mut wanted: Vec<(&str, bool)> = vec![(&args.mark, true)];
    let fixed = formula
        .variables
        .iter()
        .map(|variable| (variable.column.as_str(), variable.number));
    let random = formula
        .random
        .iter()
        .flatten()
        .map(|part| (part.as_str(), false));
    let others = args
        .unit
        .iter()
        .chain(&args.of)
        .map(|column| (column.as_str(), false));
    for column in fixed.chain(random).chain(others) {
        if !wanted.iter().skip(1).any(|known| *known == column) {
            wanted.push(column);
        }
    }
    let mut missing: Vec<Diagnostic> = Vec::new();
    let mut sources = Vec::new();
    for (name, number) in wanted {
        match grid.column(name) {
            Some(at) => sources.push(Source {
                at,
                name: name.to_owned(),
                number,
            }),
            None => missing.push(no_column(grid, name)),
        }
    }
    if missing.is_empty() {
        Ok(sources)
    } else {
        Err(missing)
    }
}

fn no_column(grid: &Grid<'_>, name: &str) -> Diagnostic {
    let (zh, en) = (grid.header.join("、"), grid.header.join(", "));
    Diagnostic::error(
        "unknown-column",
        grid.place(grid.header_row, None),
        say!("没有名为 `{name}` 的列", "there is no column `{name}`"),
    )
    .remedy(say!("有这些列:{zh}", "the columns are: {en}"))
}

fn no_number(grid: &Grid<'_>, line: usize, source: &Source, text: &str) -> Diagnostic {
    let name = &source.name;
    let shown: String = text.chars().take(40).collect();
    Diagnostic::error(
        "not-a-number",
        grid.place(line, Some(source.at)),
        say!(
            "列 `{name}` 的 `{shown}` 不是数",
            "`{shown}` in column `{name}` is no number"
        ),
    )
    .remedy(say!(
        "写成 4 或 87.5 这样;没有分数的格子留空",
        "write it like 4 or 87.5; leave the cell empty where there is none"
    ))
}
