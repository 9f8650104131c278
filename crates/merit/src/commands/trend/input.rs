//! The table of a trend: its rows, each unit's series, and what is wrong with them, by row and column.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use inference::charts::Kind;
use rulebook::{Diagnostic, Folder, Period, Place, Say, Severity, Spot, grid, say};

use crate::args::trend::{Chart, Trend};
use crate::failure::Failure;
use crate::lang::lang;
use crate::{load, terminal};

/// So many faults are shown; the rest are counted.
const SHOWN: usize = 20;

/// A row: its line in the file, whose and when, and its figures.
#[derive(Clone, Debug)]
struct Row {
    line: usize,
    unit: String,
    period: String,
    value: f64,
    denominator: Option<f64>,
}

/// The positions of the columns in the file.
#[derive(Clone, Copy, Debug)]
struct Columns {
    unit: Option<usize>,
    period: Option<usize>,
    value: usize,
    denominator: Option<usize>,
}

/// A table as read.
pub struct Input {
    rows: Vec<Row>,
    columns: Columns,
    sheet: Option<String>,
    file: String,
    folder: Folder,
}

/// The figures of a unit, in order of time.
#[derive(Clone, Debug, Default)]
pub struct Series {
    /// The unit; empty where the table is one series.
    pub unit: String,
    /// The periods.
    pub periods: Vec<String>,
    /// Figures, numerators, or means of subgroups.
    pub values: Vec<f64>,
    /// Denominators, or sizes of subgroups; empty without.
    pub of: Vec<f64>,
    /// Standard deviations of subgroups; empty without.
    pub deviations: Vec<f64>,
}

/// Reads the table and says which rows were left out for want of a figure.
pub fn read(args: &Trend) -> Result<Input, Failure> {
    let file = args.file.display().to_string();
    let bytes = load::table_bytes(&args.file)?;
    let mut folder = Folder::default();
    let (rows, columns, sheet, faults) = {
        let grid = match grid::read(&file, &bytes) {
            Ok(grid) => grid,
            Err(findings) => {
                folder.files.insert(file, bytes);
                return Err(refused(&folder, &findings));
            }
        };
        let columns = columns(&grid, args)?;
        let (rows, faults) = rows(&grid, columns);
        (
            rows,
            shifted(columns, grid.first_column),
            grid.sheet.clone(),
            faults,
        )
    };
    folder.files.insert(file.clone(), bytes);
    let input = Input {
        rows,
        columns,
        sheet,
        file,
        folder,
    };
    if faults.is_empty() {
        Ok(input)
    } else {
        Err(input.refuse(faults))
    }
}

fn refused(folder: &Folder, findings: &[Diagnostic]) -> Failure {
    terminal::show(folder, findings.get(..SHOWN).unwrap_or(findings));
    let errors = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .count();
    Failure::Refused(Some(say!(
        "数据表有 {errors} 处错误,没有作图,没有写出任何文件",
        "the table has {errors} error(s); nothing was charted, nothing was written"
    )))
}

/// The columns asked for, or those of the usual names.
fn columns(grid: &grid::Grid<'_>, args: &Trend) -> Result<Columns, Failure> {
    let asked = &args.columns;
    let must = |name: &str| {
        grid.column(name).ok_or_else(|| {
            let (file, known) = (&grid.file, grid.header.join(lang().pick("、", ", ")));
            Failure::Usage(say!(
                "{file} 里没有“{name}”这一列;有的是:{known}",
                "{file} has no column “{name}”; it has: {known}"
            ))
        })
    };
    let usual = |asked: &Option<String>, usual: &str| match asked {
        Some(name) => must(name).map(Some),
        None => Ok(grid.column(usual)),
    };
    Ok(Columns {
        unit: usual(&asked.unit, "unit")?,
        period: usual(&asked.period, "period")?,
        value: must(&asked.value)?,
        denominator: asked.denominator.as_deref().map(must).transpose()?,
    })
}

fn shifted(columns: Columns, by: usize) -> Columns {
    Columns {
        unit: columns.unit.map(|column| column + by),
        period: columns.period.map(|column| column + by),
        value: columns.value + by,
        denominator: columns.denominator.map(|column| column + by),
    }
}

fn rows(grid: &grid::Grid<'_>, columns: Columns) -> (Vec<Row>, Vec<Diagnostic>) {
    let (mut rows, mut faults, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    let (mut reader, mut cells) = (grid.reader(), Vec::new());
    while let Some(line) = reader.next(&mut cells) {
        let text = |column: Option<usize>| {
            column
                .and_then(|at| cells.get(at))
                .map_or("", |cell| cell.trim())
        };
        let mut number = |column: usize| {
            let found = figure(text(Some(column)));
            if found.is_err() {
                faults.push(no_number(
                    grid.place(line, Some(column)),
                    text(Some(column)),
                ));
            }
            found.ok().flatten()
        };
        let value = number(columns.value);
        let denominator = columns.denominator.map(&mut number);
        match (value, denominator) {
            (Some(value), None | Some(Some(_))) => rows.push(Row {
                line,
                unit: text(columns.unit).to_owned(),
                period: text(columns.period).to_owned(),
                value,
                denominator: denominator.flatten(),
            }),
            _ => missing.push(line.to_string()),
        }
    }
    if faults.is_empty() && !missing.is_empty() {
        let (count, lines) = (
            missing.len(),
            missing
                .get(..SHOWN)
                .unwrap_or(&missing)
                .join(lang().pick("、", ", ")),
        );
        terminal::note(&say!(
            "{count} 行没有数,没有用到(第 {lines} 行)",
            "{count} row(s) hold no figure and weren't used (row {lines})"
        ));
    }
    (rows, faults)
}

/// A number, yes and no as 1 and 0, or a spelling of "missing".
fn figure(text: &str) -> Result<Option<f64>, ()> {
    match text {
        "" | "NA" | "N/A" | "NaN" | "nan" => Ok(None),
        "TRUE" | "true" | "True" => Ok(Some(1.0)),
        "FALSE" | "false" | "False" => Ok(Some(0.0)),
        _ => text
            .parse::<f64>()
            .ok()
            .filter(|value| value.is_finite())
            .map(Some)
            .ok_or(()),
    }
}

fn no_number(place: Place, text: &str) -> Diagnostic {
    Diagnostic::error(
        "not-a-number",
        place,
        say!("“{text}”不是数", "“{text}” is no number"),
    )
    .remedy(say!(
        "改成数;没有数就空着",
        "write a number, or leave the cell empty"
    ))
}

impl Input {
    /// The kind of chart: as asked, else by the figures.
    pub fn kind(&self, args: &Trend) -> Chart {
        let over = |row: &Row| row.denominator.is_some_and(|of| row.value > of);
        match args.drawing.chart {
            Some(chart) => chart,
            None if args.columns.denominator.is_none() => Chart::Xmr,
            None if self.rows.iter().any(over) => Chart::U,
            None => Chart::P,
        }
    }

    /// The series of each unit, in the order units first appear; rows that a kind of chart can't take are refused.
    pub fn series(&self, kind: Kind) -> Result<Vec<Series>, Failure> {
        let faults: Vec<Diagnostic> = self
            .rows
            .iter()
            .filter_map(|row| self.fault(kind, row))
            .collect();
        if !faults.is_empty() {
            return Err(self.refuse(faults));
        }
        let mut units: Vec<(&str, Vec<&Row>)> = Vec::new();
        let mut known: BTreeMap<&str, usize> = BTreeMap::new();
        for row in &self.rows {
            let at = *known.entry(&row.unit).or_insert(units.len());
            match units.get_mut(at) {
                Some((_, rows)) => rows.push(row),
                None => units.push((&row.unit, vec![row])),
            }
        }
        let order = Order::of(&self.rows);
        let mut found = Vec::with_capacity(units.len());
        let mut faults = Vec::new();
        for (unit, rows) in units {
            match self.unit(unit, self.times(rows, order), kind) {
                Ok(series) => found.push(series),
                Err(more) => faults.extend(more),
            }
        }
        if faults.is_empty() {
            Ok(found)
        } else {
            Err(self.refuse(faults))
        }
    }

    /// The rows of each period, in order of time.
    fn times<'r>(&self, rows: Vec<&'r Row>, order: Order) -> Vec<(String, Vec<&'r Row>)> {
        if self.columns.period.is_none() {
            return (1..)
                .zip(rows)
                .map(|(number, row): (usize, _)| (number.to_string(), vec![row]))
                .collect();
        }
        let mut periods: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
        for row in rows {
            periods.entry(&row.period).or_default().push(row);
        }
        let mut times: Vec<(String, Vec<&Row>)> = periods
            .into_iter()
            .map(|(period, rows)| (period.to_owned(), rows))
            .collect();
        times.sort_by(|a, b| order.compare(&a.0, &b.0));
        times
    }

    fn unit(
        &self,
        unit: &str,
        times: Vec<(String, Vec<&Row>)>,
        kind: Kind,
    ) -> Result<Series, Vec<Diagnostic>> {
        let mut series = Series {
            unit: unit.to_owned(),
            ..Series::default()
        };
        let mut faults = Vec::new();
        for (period, rows) in times {
            let values: Vec<f64> = rows.iter().map(|row| row.value).collect();
            let of: Option<f64> = rows.iter().map(|row| row.denominator).sum();
            match (kind, rows.as_slice()) {
                (Kind::Xbar | Kind::S, [row]) => faults.push(self.alone(row)),
                (Kind::Xbar | Kind::S, _) => {
                    let (mean, deviation) = moments(&values);
                    series.values.push(mean);
                    series.deviations.push(deviation);
                    series.of.push(values.len() as f64);
                }
                (Kind::Run | Kind::Xmr | Kind::Mr | Kind::T | Kind::G, [first, second, ..])
                    if of.is_none() =>
                {
                    faults.push(self.twice(first, second));
                }
                (Kind::P | Kind::PPrime, _) => {
                    series.values.push(values.iter().sum());
                    series.of.push(of.unwrap_or(values.len() as f64));
                }
                _ => {
                    series.values.push(values.iter().sum());
                    series.of.extend(of);
                }
            }
            series.periods.push(period);
        }
        if faults.is_empty() {
            Ok(series)
        } else {
            Err(faults)
        }
    }

    fn place(&self, line: usize, column: Option<usize>) -> Place {
        Place {
            file: self.file.clone(),
            spot: Spot::Cell {
                sheet: self.sheet.clone(),
                row: line,
                column,
            },
        }
    }

    /// What a kind of chart can't take about a row.
    fn fault(&self, kind: Kind, row: &Row) -> Option<Diagnostic> {
        let value = row.value;
        let at = |column, problem: Say, remedy: Say| {
            Some(
                Diagnostic::error("out-of-range", self.place(row.line, column), problem)
                    .remedy(remedy),
            )
        };
        let counts = !matches!(
            kind,
            Kind::Run | Kind::Xmr | Kind::Mr | Kind::Xbar | Kind::S
        );
        if value < 0.0 && (counts || row.denominator.is_some()) {
            return at(
                Some(self.columns.value),
                say!(
                    "{value} 小于 0,这种图只收 0 以上的数",
                    "{value} is under 0; this chart takes 0 and more"
                ),
                say!(
                    "改正这个数,或用 --chart xmr",
                    "mend the figure, or use --chart xmr"
                ),
            );
        }
        let whole = row.denominator.unwrap_or(1.0);
        if whole < 0.0 || (whole == 0.0 && value > 0.0) {
            return at(
                self.columns.denominator,
                say!(
                    "分母 {whole} 与分子 {value} 不合",
                    "a denominator of {whole} doesn't go with a figure of {value}"
                ),
                say!(
                    "改正分母;没有发生的期,分子、分母都写 0",
                    "mend it; a period without cases has 0 and 0"
                ),
            );
        }
        if matches!(kind, Kind::P | Kind::PPrime) && value > whole {
            return at(
                Some(self.columns.value),
                say!(
                    "分子 {value} 大于分母 {whole}",
                    "the figure {value} is over its denominator {whole}"
                ),
                say!(
                    "改正这个数;不是比例的用 --chart u",
                    "mend it; for rates that are no proportion use --chart u"
                ),
            );
        }
        None
    }

    fn alone(&self, row: &Row) -> Diagnostic {
        let period = &row.period;
        Diagnostic::error(
            "out-of-range",
            self.place(row.line, Some(self.columns.value)),
            say!(
                "{period} 只有一行,不成一组",
                "{period} has one row, which is no subgroup"
            ),
        )
        .remedy(say!(
            "补齐这一组,或用 --chart xmr",
            "add the others of the subgroup, or use --chart xmr"
        ))
    }

    fn twice(&self, first: &Row, second: &Row) -> Diagnostic {
        let (period, line) = (&second.period, first.line);
        Diagnostic::error(
            "duplicate-row",
            self.place(second.line, self.columns.period),
            say!(
                "{period} 在第 {line} 行已经有数",
                "{period} has a figure already, in row {line}"
            ),
        )
        .remedy(say!(
            "只留一行;是几个单位的,用 --unit 指明;是一组的,用 --chart xbar",
            "keep one row; name the unit's column with --unit, or use --chart xbar for subgroups"
        ))
    }

    /// Shows faults and ends the command.
    fn refuse(&self, faults: Vec<Diagnostic>) -> Failure {
        refused(&self.folder, &faults)
    }
}

fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values
        .iter()
        .map(|value| (value - mean) * (value - mean))
        .sum();
    (mean, (squares / (n - 1.0)).sqrt())
}

/// How periods follow one another.
#[derive(Clone, Copy, Debug)]
enum Order {
    /// All are numbers.
    Number,
    /// All are written as a campaign's periods.
    Period,
    /// As text, which is right for dates like 2026-03-01.
    Text,
}

impl Order {
    fn of(rows: &[Row]) -> Self {
        if rows
            .iter()
            .all(|row| row.period.parse::<f64>().is_ok_and(f64::is_finite))
        {
            Self::Number
        } else if rows.iter().all(|row| row.period.parse::<Period>().is_ok()) {
            Self::Period
        } else {
            Self::Text
        }
    }

    fn compare(self, a: &str, b: &str) -> Ordering {
        let by_order = match self {
            Self::Number => {
                let number = |text: &str| text.parse::<f64>().unwrap_or(0.0);
                number(a).total_cmp(&number(b))
            }
            Self::Period => {
                let start = |text: &str| text.parse::<Period>().ok().map(Period::starts);
                start(a).cmp(&start(b))
            }
            Self::Text => Ordering::Equal,
        };
        by_order.then_with(|| a.cmp(b))
    }
}
