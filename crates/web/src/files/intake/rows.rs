//! The rows of a table, cell by cell; what is wrong is said at its cell.

use rulebook::grid::Grid;
use rulebook::{Diagnostic, Place, Say, say};

use super::super::table::unguarded;

/// A row.
pub struct Row<'g> {
    grid: &'g Grid<'g>,
    line: usize,
    cells: Vec<String>,
}

impl Row<'_> {
    /// What stands in a column, without what guards it; empty where there is no such column.
    pub fn get(&self, column: &str) -> &str {
        let at = self.grid.column(column);
        let cell = at.and_then(|at| self.cells.get(at));
        cell.map_or("", |cell| unguarded(cell.trim()))
    }

    /// The place of the row, or of one of its cells.
    pub fn place(&self, column: Option<&str>) -> Place {
        let at = column.and_then(|column| self.grid.column(column));
        self.grid.place(self.line, at)
    }

    /// An error at a cell.
    pub fn wrong(&self, code: &'static str, column: &str, problem: Say, remedy: Say) -> Diagnostic {
        Diagnostic::error(code, self.place(Some(column)), problem).remedy(remedy)
    }

    /// What stands in a column, or that it has to.
    pub fn need(&self, column: &str, findings: &mut Vec<Diagnostic>) -> Option<&str> {
        let text = self.get(column);
        if text.is_empty() {
            findings.push(self.wrong(
                "cell-empty",
                column,
                say!("“{column}”一格是空的", "the cell `{column}` is empty"),
                say!("填上,或删去这一行", "fill it in, or take the row out"),
            ));
            return None;
        }
        Some(text)
    }
}

/// The rows of a table.
pub fn rows<'g>(grid: &'g Grid<'g>) -> Vec<Row<'g>> {
    let (mut reader, mut cells, mut rows) = (grid.reader(), Vec::new(), Vec::new());
    while let Some(line) = reader.next(&mut cells) {
        rows.push(Row {
            grid,
            line,
            cells: cells.iter().map(ToString::to_string).collect(),
        });
    }
    rows
}

/// That a table has all columns that it needs; and which of the others nothing reads.
pub fn columns(grid: &Grid<'_>, needed: &[&str], read: &[&str], findings: &mut Vec<Diagnostic>) {
    let place = |column| grid.place(grid.header_row, column);
    for name in needed {
        if grid.column(name).is_none() {
            let all = needed.join(", ");
            let told = Diagnostic::error(
                "column-missing",
                place(None),
                say!("缺少“{name}”列", "there is no column `{name}`"),
            );
            findings.push(told.remedy(say!(
                "表头要有:{all};可以下载空表来填",
                "the header needs: {all}; download the template and fill it in"
            )));
        }
    }
    for (at, name) in grid.header.iter().enumerate() {
        if !needed.contains(&name.as_str()) && !read.contains(&name.as_str()) {
            findings.push(Diagnostic::warning(
                "column-unused",
                place(Some(at)),
                say!("“{name}”列没有用,未读", "the column `{name}` isn't read"),
            ));
        }
    }
}

/// A table that none of the kinds that are taken in has the columns of.
pub fn unknown(grid: &Grid<'_>, told: &str) -> Diagnostic {
    let columns = grid.header.join(", ");
    let place = grid.place(grid.header_row, None);
    let problem = say!(
        "看不出是什么表;它的列是:{columns}",
        "it can't be told what the table is; its columns are: {columns}"
    );
    let remedy = say!(
        "表头写 {told};可以下载空表来填",
        "the header has {told}; download the template and fill it in"
    );
    Diagnostic::error("table-unknown", place, problem).remedy(remedy)
}
