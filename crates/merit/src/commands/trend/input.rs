//! The table of a trend: its rows, each unit's series, and what is wrong with them, by row and column.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use inference::charts::Kind;
use rulebook::{Diagnostic, Period, Say, say};

use crate::args::trend::{Chart, Trend};
use crate::failure::Failure;
use crate::lang::lang;
use crate::table_input::Table;
use crate::terminal;

/// So many rows without a figure are named.
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

/// The positions of the columns in the table.
#[derive(Clone, Copy, Debug)]
struct Columns {
    unit: Option<usize>,
    period: Option<usize>,
    value: usize,
    denominator: Option<usize>,
}

/// A table as read.
pub struct Input<'t> {
    rows: Vec<Row>,
    columns: Columns,
    table: &'t Table<'t>,
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
pub fn read<'t>(table: &'t Table<'t>, args: &Trend) -> Result<Input<'t>, Failure> {
    let columns = columns(table, args)?;
    Ok(Input {
        rows: rows(table, columns)?,
        columns,
        table,
    })
}

/// The columns asked for, or those of the usual names.
fn columns(table: &Table<'_>, args: &Trend) -> Result<Columns, Failure> {
    let asked = &args.columns;
    let usual = |asked: &Option<String>, usual: &str, option: &str| match asked {
        Some(name) => table.column(name, option).map(Some),
        None => Ok(table.header().iter().position(|name| name == usual)),
    };
    let denominator = asked.denominator.as_deref();
    Ok(Columns {
        unit: usual(&asked.unit, "unit", "--unit")?,
        period: usual(&asked.period, "period", "--period")?,
        value: table.column(&asked.value, "--value")?,
        denominator: denominator
            .map(|name| table.column(name, "--denominator"))
            .transpose()?,
    })
}

/// Rows with all their figures; a note names the others.
fn rows(table: &Table<'_>, columns: Columns) -> Result<Vec<Row>, Failure> {
    let mut wanted = vec![columns.value];
    wanted.extend(columns.denominator);
    let mut figures = table.figures(&wanted, |_| None)?.into_iter();
    let values = figures.next().unwrap_or_default();
    let denominators = figures.next();
    let texts = |column: Option<usize>| column.map(|column| table.texts(&[column]).concat());
    let (units, periods) = (texts(columns.unit), texts(columns.period));
    let text = |texts: &Option<Vec<String>>, at: usize| {
        let text = texts.as_ref().and_then(|texts| texts.get(at));
        text.cloned().unwrap_or_default()
    };
    let (mut rows, mut missing) = (Vec::new(), Vec::new());
    for (at, (line, value)) in table.lines().into_iter().zip(values).enumerate() {
        let denominator = denominators
            .as_ref()
            .map(|of| of.get(at).copied().flatten());
        match (value, denominator) {
            (Some(value), None | Some(Some(_))) => rows.push(Row {
                line,
                unit: text(&units, at),
                period: text(&periods, at),
                value,
                denominator: denominator.flatten(),
            }),
            _ => missing.push(line.to_string()),
        }
    }
    if !missing.is_empty() {
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
    Ok(rows)
}

impl Input<'_> {
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
        self.table.refuse(faults)?;
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
        self.table.refuse(faults)?;
        Ok(found)
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

    /// What a kind of chart can't take about a row.
    fn fault(&self, kind: Kind, row: &Row) -> Option<Diagnostic> {
        let value = row.value;
        let at = |column, problem: Say, remedy: Say| {
            Some(
                Diagnostic::error("out-of-range", self.table.place(row.line, column), problem)
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
            self.table.place(row.line, Some(self.columns.value)),
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
            self.table.place(second.line, self.columns.period),
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
