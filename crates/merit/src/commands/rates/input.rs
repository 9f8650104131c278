//! The units of a table with their cases: a row for each, or for each and a service, or ratings by level.

use inference::shrinkage::Cell;
use rulebook::{Diagnostic, Say, say};

use crate::args::rates::Rates;
use crate::failure::Failure;
use crate::table_input::{File, Table, numbered};

/// What the file gives, by unit.
#[derive(Default)]
pub struct Given {
    pub units: Vec<String>,
    /// All cases, or ratings.
    pub n: Vec<f64>,
    /// Those that count; none with ratings by level.
    pub count: Vec<f64>,
    /// Ratings at each level, unit after unit; none with rates.
    pub by_level: Vec<f64>,
    pub services: Vec<String>,
    pub cells: Vec<Cell>,
}

impl Given {
    /// Forgets the cases of some units.
    pub fn clear(&mut self, units: &[bool]) {
        let cleared = |unit: usize| units.get(unit) == Some(&true);
        let levels = self.by_level.len() / self.units.len().max(1);
        for (figures, each) in [
            (&mut self.n, 1),
            (&mut self.count, 1),
            (&mut self.by_level, levels),
        ] {
            for (unit, figures) in figures.chunks_mut(each.max(1)).enumerate() {
                if cleared(unit) {
                    figures.fill(0.0);
                }
            }
        }
        self.cells.retain(|cell| !cleared(cell.unit));
    }
}

/// Reads the table the command line describes.
pub fn read(args: &Rates) -> Result<Given, Failure> {
    let file = File::read(&args.file)?;
    let table = file.table()?;
    let unit = table.unit(args.unit_column.as_deref())?;
    let given = match (&args.count, &args.of) {
        (Some(count), Some(of)) => cases(&table, unit, (count, of), args.service.as_deref())?,
        _ => levels(&table, unit, &args.levels)?,
    };
    if given.units.is_empty() {
        let name = table.name();
        return Err(Failure::Refused(Some(say!(
            "{name} 里没有一个单位;至少要有一行",
            "{name} has no unit; at least one row is needed"
        ))));
    }
    Ok(given)
}

fn cases(
    table: &Table<'_>,
    unit: usize,
    (count, of): (&str, &str),
    service: Option<&str>,
) -> Result<Given, Failure> {
    let (count_at, of_at) = (table.column(count, "--count")?, table.column(of, "--of")?);
    let counts = table.numbers(count_at, no_count)?;
    let of = table.numbers(of_at, no_count)?;
    let lines = table.lines();
    let rows = || counts.iter().zip(&of);
    let over = rows().zip(&lines).filter(|((count, of), _)| count > of);
    let findings = over.map(|((count, of), line)| {
        let problem = say!("{count} 大于总件数 {of}", "{count} is over all cases, {of}");
        Diagnostic::error("wrong-number", table.place(*line, Some(count_at)), problem).remedy(say!(
            "改正其中一个;不是部分与全体的数不能算率",
            "mend one of the two; only a part of a whole has a rate"
        ))
    });
    table.refuse(findings.collect())?;
    let Some(service) = service else {
        return Ok(Given {
            units: table.names(unit)?,
            n: of,
            count: counts,
            ..Given::default()
        });
    };
    let service_at = table.column(service, "--service")?;
    let mut labels = table.labels(&[unit, service_at])?.into_iter();
    let (units, unit) = numbered(&labels.next().unwrap_or_default());
    let (services, service) = numbered(&labels.next().unwrap_or_default());
    let mut given = Given {
        n: vec![0.0; units.len()],
        count: vec![0.0; units.len()],
        units,
        services,
        ..Given::default()
    };
    for ((unit, service), (total, n)) in unit.into_iter().zip(service).zip(rows()) {
        if let (Some(all), Some(count)) = (given.n.get_mut(unit), given.count.get_mut(unit)) {
            *all += n;
            *count += total;
        }
        given.cells.push(Cell {
            unit,
            service,
            n: *n,
            total: *total,
        });
    }
    Ok(given)
}

fn levels(table: &Table<'_>, unit: usize, levels: &[String]) -> Result<Given, Failure> {
    let columns = levels.iter().map(|name| table.column(name, "--levels"));
    let columns = columns.collect::<Result<Vec<usize>, Failure>>()?;
    if columns.len() < 2 {
        return Err(Failure::Usage(say!(
            "--levels 至少要两列",
            "--levels needs two columns at least"
        )));
    }
    let units = table.names(unit)?;
    let figures = columns
        .into_iter()
        .map(|column| table.numbers(column, no_count));
    let figures = figures.collect::<Result<Vec<Vec<f64>>, Failure>>()?;
    let of_unit = |unit: usize| figures.iter().filter_map(move |column| column.get(unit));
    Ok(Given {
        n: (0..units.len()).map(|unit| of_unit(unit).sum()).collect(),
        by_level: (0..units.len()).flat_map(of_unit).copied().collect(),
        units,
        ..Given::default()
    })
}

fn no_count(value: f64) -> Option<(Say, Say)> {
    let counts = value >= 0.0 && value.fract() == 0.0 && value < 9e15;
    (!counts).then(|| {
        (
            say!(
                "{value} 不是件数,应当是 0 以上的整数",
                "{value} is no count; it must be a whole number from 0 on"
            ),
            say!(
                "写上件数,不是比例",
                "write the number of cases, not a share"
            ),
        )
    })
}
