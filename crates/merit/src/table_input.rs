//! A table of a person's own, CSV or XLSX, read by column: texts, and numbers whose faults are named by cell. Nothing is guessed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rulebook::grid::{self, Grid};
use rulebook::{Diagnostic, Folder, Say, say};

use crate::failure::Failure;
use crate::lang::lang;
use crate::{load, terminal};

/// So many faults are shown; the others are counted.
const SHOWN: usize = 20;

/// The bytes of a table, with the name it is called by.
pub struct File {
    name: String,
    bytes: Vec<u8>,
}

impl File {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        Ok(Self {
            name: path.display().to_string(),
            bytes: load::table_bytes(path)?,
        })
    }

    /// The table in it; warnings are shown.
    pub fn table(&self) -> Result<Table<'_>, Failure> {
        match grid::read(&self.name, &self.bytes) {
            Ok(grid) => {
                let table = Table {
                    file: self,
                    grid,
                    left_out: BTreeSet::new(),
                };
                table.show(&table.grid.warnings);
                Ok(table)
            }
            Err(findings) => Err(self.refused(findings)),
        }
    }

    /// Shows what is wrong and ends the command.
    fn refused(&self, mut findings: Vec<Diagnostic>) -> Failure {
        let (count, name) = (findings.len(), &self.name);
        findings.truncate(SHOWN);
        terminal::show(&self.folder(), &findings);
        let more = count - findings.len();
        let unseen = |text: String| if more > 0 { text } else { String::new() };
        let (zh, en) = (
            unseen(format!(",另有 {more} 处未列出")),
            unseen(format!(", {more} of them not shown")),
        );
        let plural = if count == 1 { "" } else { "s" };
        Failure::Refused(Some(say!(
            "{name} 有 {count} 处不对{zh};没有计算,没有写出任何文件",
            "{name}: {count} finding{plural}{en}; nothing was computed, nothing was written"
        )))
    }

    fn folder(&self) -> Folder {
        let mut folder = Folder::default();
        folder.files.insert(self.name.clone(), self.bytes.clone());
        folder
    }
}

/// A table: a header, and rows of as many cells.
pub struct Table<'f> {
    file: &'f File,
    grid: Grid<'f>,
    /// The lines of rows that aren't used.
    left_out: BTreeSet<usize>,
}

impl Table<'_> {
    /// The file's name.
    pub fn name(&self) -> &str {
        &self.file.name
    }

    /// How many rows are used.
    fn len(&self) -> usize {
        self.grid.rows.len() - self.left_out.len()
    }

    /// Leaves out the rows that hold nothing in any of these columns, and gives their names.
    pub fn leave_out_blank(&mut self, columns: &[usize], name: usize) -> Vec<String> {
        let (mut lines, mut names) = (BTreeSet::new(), Vec::new());
        self.each(|line, cells| {
            let cell = |column: usize| cells.get(column).map_or("", |cell| cell.trim());
            if columns.iter().all(|column| cell(*column).is_empty()) {
                lines.insert(line);
                names.push(cell(name).to_owned());
            }
        });
        self.left_out.extend(lines);
        names
    }

    /// The column with this name, which `option` asks for.
    pub fn column(&self, name: &str, option: &str) -> Result<usize, Failure> {
        self.grid.column(name).ok_or_else(|| {
            let (file, known) = (self.name(), self.grid.header.join(lang().pick("、", ", ")));
            Failure::Refused(Some(say!(
                "{file} 没有“{name}”这一列({option});有的列:{known}",
                "{file} has no column “{name}” ({option}); it has: {known}"
            )))
        })
    }

    /// The first column that holds a text: a cell that is neither empty nor a number.
    pub fn first_text(&self) -> Option<usize> {
        let mut found = self.grid.header.len();
        self.each(|_, cells| {
            let is_text = |cell: &str| !cell.is_empty() && number(cell).is_none();
            let text = cells.iter().position(|cell| is_text(cell.trim()));
            found = found.min(text.unwrap_or(found));
        });
        (found < self.grid.header.len()).then_some(found)
    }

    /// A column's cells, without spaces around them.
    pub fn texts(&self, column: usize) -> Vec<String> {
        let mut texts = Vec::with_capacity(self.len());
        self.each(|_, cells| {
            let cell = cells.get(column).map_or("", |cell| cell.trim());
            texts.push(cell.to_owned());
        });
        texts
    }

    /// A column's cells, each a name of its own: none empty, none twice.
    pub fn names(&self, column: usize) -> Result<Vec<String>, Failure> {
        let names = self.texts(column);
        let lines = self.lines();
        let place = |line: &usize| self.grid.place(*line, Some(column));
        let (mut first, mut findings) = (BTreeMap::new(), Vec::new());
        for (name, line) in names.iter().zip(&lines) {
            if name.is_empty() {
                let problem = say!("单位一格是空的", "the unit's cell is empty");
                let remedy = say!("写上单位,或删去这一行", "name the unit or delete the row");
                findings.push(Diagnostic::error("empty-unit", place(line), problem).remedy(remedy));
            } else if let Some(before) = first.insert(name.as_str(), line) {
                let problem = say!("单位“{name}”出现了两次", "the unit “{name}” stands twice");
                findings.push(
                    Diagnostic::error("duplicate-unit", place(line), problem)
                        .remedy(say!("只留一行", "keep one of the rows"))
                        .related(place(before), say!("另一次在这里", "also here")),
                );
            }
        }
        self.sound(names, findings)
    }

    /// A column's numbers. `fault` says what is wrong with one that won't do, and what to do about it.
    pub fn numbers(
        &self,
        column: usize,
        fault: impl Fn(f64) -> Option<(Say, Say)>,
    ) -> Result<Vec<f64>, Failure> {
        let (mut numbers, mut findings) = (Vec::with_capacity(self.len()), Vec::new());
        self.each(|line, cells| {
            let cell = cells.get(column).map_or("", |cell| cell.trim());
            let value = number(cell);
            numbers.push(value.unwrap_or(f64::NAN));
            let wrong = match value {
                Some(value) => {
                    fault(value).map(|(problem, remedy)| ("wrong-number", problem, remedy))
                }
                None => Some(not_a_number(cell)),
            };
            if let Some((code, problem, remedy)) = wrong {
                let place = self.grid.place(line, Some(column));
                findings.push(Diagnostic::error(code, place, problem).remedy(remedy));
            }
        });
        self.sound(numbers, findings)
    }

    /// The line of each row.
    pub fn lines(&self) -> Vec<usize> {
        let mut lines = Vec::with_capacity(self.len());
        self.each(|line, _| lines.push(line));
        lines
    }

    fn each(&self, mut row: impl FnMut(usize, &[std::borrow::Cow<'_, str>])) {
        let (mut reader, mut cells) = (self.grid.reader(), Vec::new());
        while let Some(line) = reader.next(&mut cells) {
            if !self.left_out.contains(&line) {
                row(line, &cells);
            }
        }
    }

    fn sound<T>(&self, read: T, findings: Vec<Diagnostic>) -> Result<T, Failure> {
        if findings.is_empty() {
            Ok(read)
        } else {
            Err(self.file.refused(findings))
        }
    }

    fn show(&self, warnings: &[Diagnostic]) {
        if !warnings.is_empty() {
            terminal::show(&self.file.folder(), warnings);
        }
    }
}

/// A finite number as programs write it: digits, a point, an exponent.
fn number(cell: &str) -> Option<f64> {
    let plain =
        |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'+' | b'-' | b'e' | b'E');
    let value: f64 = cell.bytes().all(plain).then(|| cell.parse().ok())??;
    value.is_finite().then_some(value)
}

fn not_a_number(cell: &str) -> (&'static str, Say, Say) {
    if cell.is_empty() {
        return (
            "missing-number",
            say!(
                "格子是空的,要写数",
                "the cell is empty where a number is needed"
            ),
            say!("写上数,或删去这一行", "write the number, or delete the row"),
        );
    }
    (
        "not-a-number",
        say!("“{cell}”不是数", "“{cell}” is no number"),
        say!(
            "只写数,如 12.5:不带单位、百分号和千位分隔",
            "write a plain number such as 12.5: no unit, no percent sign, no thousands separator"
        ),
    )
}
