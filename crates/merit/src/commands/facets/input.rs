//! The marks in a table, long or wide, by person, judge, item and period.

use std::collections::BTreeMap;

use inference::facets::Marks;
use rulebook::{Diagnostic, Say, say};

use crate::args::facets::Facets;
use crate::failure::Failure;
use crate::table_input::{File, Table, numbered};

/// Names and marks: for each row of `person` and `judge` a mark on each item.
pub struct Sheet {
    pub persons: Vec<String>,
    pub judges: Vec<String>,
    pub items: Vec<String>,
    /// In order; none without `--period`.
    pub periods: Vec<String>,
    person: Vec<usize>,
    judge: Vec<usize>,
    pub period: Vec<usize>,
    marks: Vec<Option<u8>>,
}

impl Sheet {
    /// The marks as the model takes them.
    pub fn marks(&self) -> Marks<'_> {
        Marks {
            persons: self.persons.len(),
            judges: self.judges.len(),
            items: self.items.len(),
            person: &self.person,
            judge: &self.judge,
            marks: &self.marks,
        }
    }
}

/// One mark, or its gap: the row and column it stands in, its item.
struct Cell {
    row: usize,
    column: usize,
    item: usize,
    mark: Option<u8>,
}

/// Reads the table the command line describes.
pub fn read(args: &Facets) -> Result<Sheet, Failure> {
    let file = File::read(&args.file)?;
    let table = file.table()?;
    let mut names = vec![
        table.column(&args.person, "--person")?,
        table.column(&args.judge, "--judge")?,
    ];
    if let Some(period) = &args.period {
        names.push(table.column(period, "--period")?);
    }
    let mut labels = table.labels(&names)?.into_iter();
    let mut next = || labels.next().unwrap_or_default();
    let (persons, person) = numbered(&next());
    let (judges, judge) = numbered(&next());
    let (periods, period) = in_order(&next());
    let (items, cells) = match &args.mark {
        Some(mark) => long(&table, mark, &args.item)?,
        None => wide(&table, &args.items)?,
    };
    let mut sheet = Sheet {
        persons,
        judges,
        items,
        periods,
        person: Vec::new(),
        judge: Vec::new(),
        period: Vec::new(),
        marks: Vec::new(),
    };
    let at = |list: &[usize], row: usize| list.get(row).copied().unwrap_or_default();
    let key = |row| (at(&person, row), at(&judge, row), at(&period, row));
    gather(&table, &mut sheet, &cells, key)?;
    Ok(sheet)
}

/// Numbers periods in order of time: by size where all are numbers, else as text, which is right for dates.
fn in_order(entries: &[String]) -> (Vec<String>, Vec<usize>) {
    let (names, positions) = numbered(entries);
    let size = |name: &String| name.parse::<f64>().ok().filter(|size| size.is_finite());
    let sizes: Option<Vec<f64>> = names.iter().map(size).collect();
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by(|a, b| {
        let by_size = sizes
            .as_ref()
            .and_then(|sizes| Some(sizes.get(*a)?.total_cmp(sizes.get(*b)?)));
        by_size.unwrap_or_else(|| names.get(*a).cmp(&names.get(*b)))
    });
    let place: BTreeMap<usize, usize> = order.iter().copied().zip(0..).collect();
    let sorted = order
        .iter()
        .filter_map(|at| names.get(*at).cloned())
        .collect();
    let placed = positions.iter().filter_map(|at| place.get(at).copied());
    (sorted, placed.collect())
}

/// A row for each mark. Without columns of items there is one item, named after the mark's column.
fn long(
    table: &Table<'_>,
    mark: &str,
    item: &[String],
) -> Result<(Vec<String>, Vec<Cell>), Failure> {
    let column = table.column(mark, "--mark")?;
    let columns = item.iter().map(|name| table.column(name, "--item"));
    let columns = columns.collect::<Result<Vec<usize>, Failure>>()?;
    let marks = whole(table, &[column])?.pop().unwrap_or_default();
    let parts = table.labels(&columns)?;
    let name = |row: usize| match parts.as_slice() {
        [] => mark.to_owned(),
        parts => {
            let parts = parts.iter().filter_map(|part| part.get(row));
            parts.map(String::as_str).collect::<Vec<&str>>().join(":")
        }
    };
    let (items, positions) = numbered(&(0..marks.len()).map(name).collect::<Vec<String>>());
    let cells = marks.into_iter().zip(positions).enumerate();
    let cell = |(row, (mark, item))| Cell {
        row,
        column,
        item,
        mark,
    };
    Ok((items, cells.map(cell).collect()))
}

/// A row for each person and judge, a column for each item.
fn wide(table: &Table<'_>, items: &[String]) -> Result<(Vec<String>, Vec<Cell>), Failure> {
    let (items, _) = numbered(items);
    let columns = items.iter().map(|name| table.column(name, "--items"));
    let columns = columns.collect::<Result<Vec<usize>, Failure>>()?;
    let marks = whole(table, &columns)?;
    let mut cells = Vec::new();
    for (item, (column, marks)) in columns.into_iter().zip(marks).enumerate() {
        cells.extend(marks.into_iter().enumerate().map(|(row, mark)| Cell {
            row,
            column,
            item,
            mark,
        }));
    }
    Ok((items, cells))
}

/// Marks, whole numbers that fit a byte.
fn whole(table: &Table<'_>, columns: &[usize]) -> Result<Vec<Vec<Option<u8>>>, Failure> {
    let marks = table.figures(columns, no_mark)?.into_iter();
    let byte = |mark: f64| mark as u8;
    let column = |marks: Vec<Option<f64>>| marks.into_iter().map(|mark| mark.map(byte)).collect();
    Ok(marks.map(column).collect())
}

fn no_mark(value: f64) -> Option<(Say, Say)> {
    let fits = (0.0..=255.0).contains(&value) && value.fract() == 0.0;
    (!fits).then(|| {
        (
            say!(
                "分是 {value},应当是 0 到 255 的整数",
                "the mark is {value}; it must be a whole number from 0 to 255"
            ),
            say!(
                "写上所评的档次,如 0、1、2、3;百分制的小数分用 merit judges",
                "write the level given, such as 0, 1, 2, 3; marks with decimals are for `merit judges`"
            ),
        )
    })
}

/// Puts the marks of one person by one judge in one period side by side; a second mark on the same item is refused.
fn gather(
    table: &Table<'_>,
    sheet: &mut Sheet,
    cells: &[Cell],
    key: impl Fn(usize) -> (usize, usize, usize),
) -> Result<(), Failure> {
    let wide = sheet.items.len();
    let lines = table.lines();
    let line = |row: usize| lines.get(row).copied().unwrap_or_default();
    let mut rows: BTreeMap<(usize, usize, usize), Vec<Option<&Cell>>> = BTreeMap::new();
    let mut findings = Vec::new();
    for cell in cells.iter().filter(|cell| cell.mark.is_some()) {
        let row = rows
            .entry(key(cell.row))
            .or_insert_with(|| vec![None; wide]);
        let Some(place) = row.get_mut(cell.item) else {
            continue;
        };
        match place {
            None => *place = Some(cell),
            Some(before) => {
                let here = table.place(line(cell.row), Some(cell.column));
                let there = table.place(line(before.row), Some(before.column));
                findings.push(twice(sheet, key(cell.row), cell.item).at(here, there));
            }
        }
    }
    table.refuse(findings)?;
    if rows.is_empty() {
        let name = table.name();
        return Err(Failure::Refused(Some(say!(
            "{name} 里一个分也没有;至少要有两个评委给同样的被评者评分",
            "{name} holds no mark; at least two judges should have marked the same persons"
        ))));
    }
    for ((person, judge, period), row) in rows {
        sheet.person.push(person);
        sheet.judge.push(judge);
        sheet.period.push(period);
        let mark = |cell: Option<&Cell>| cell.and_then(|cell| cell.mark);
        sheet.marks.extend(row.into_iter().map(mark));
    }
    Ok(())
}

/// Who was marked twice.
struct Twice(Say);

fn twice(sheet: &Sheet, (person, judge, _): (usize, usize, usize), item: usize) -> Twice {
    let name = |names: &[String], at: usize| names.get(at).cloned().unwrap_or_default();
    let (person, judge) = (name(&sheet.persons, person), name(&sheet.judges, judge));
    let item = name(&sheet.items, item);
    Twice(say!(
        "评委“{judge}”给“{person}”的“{item}”评了两次",
        "judge “{judge}” marked “{person}” twice on “{item}”"
    ))
}

impl Twice {
    fn at(self, here: rulebook::Place, there: rulebook::Place) -> Diagnostic {
        Diagnostic::error("duplicate-mark", here, self.0)
            .remedy(say!(
                "只留一个;是不同项目的用 --item,不同期的用 --period 分开",
                "keep one; tell items apart with --item, periods with --period"
            ))
            .related(there, say!("另一次在这里", "also here"))
    }
}
