//! From the workbook to the folder.

use std::collections::BTreeMap;

use toml_edit::{ArrayOfTables, DocumentMut, Item, Key as TomlKey, Table};

use super::comments::{Comments, HEADER, toml};
use super::others::{self, Way};
use super::shape::{Key, Kind, Shape, shapes};
use super::value;
use super::{BINARIES, FILES, TEXTS};
use crate::campaign::Folder;
use crate::findings::{Findings, likely, list, shown};
use crate::grid::{self, Grid};
use crate::schema::FileKind;
use crate::{Diagnostic, Say, say};

/// The workbook's name in messages.
const BOOK: &str = "workbook.xlsx";

/// The folder that a workbook made by [`to_xlsx`](super::to_xlsx), perhaps changed since, stands for.
///
/// The files have the same meaning and the same comments; their layout is that of `merit fmt` only once it ran.
///
/// # Errors
/// Everything in the workbook that can't be read, each with its sheet and cell.
pub fn from_xlsx(bytes: &[u8]) -> Result<Folder, Vec<Diagnostic>> {
    let grids = grid::read_all(BOOK, bytes)?;
    let mut import = Import {
        shapes: shapes(),
        files: BTreeMap::new(),
        others: BTreeMap::new(),
        findings: Findings::about(BOOK),
    };
    for grid in &grids {
        import.sheet(grid, &grids);
    }
    if import.findings.has_errors() {
        return Err(import.findings.finish());
    }
    let written = import
        .files
        .into_iter()
        .map(|(path, file)| (path, file.write().into_bytes()));
    Ok(Folder {
        files: written.chain(import.others).collect(),
    })
}

/// A TOML file on its way back.
#[derive(Default)]
struct File {
    root: Option<Built>,
    /// Items with their list and order.
    items: Vec<(f64, String, Built)>,
    /// Comments at its end.
    end: Vec<String>,
}

/// A table with what stands around its header.
struct Built {
    table: Table,
    lead: String,
    behind: String,
}

struct Import {
    shapes: Vec<Shape>,
    files: BTreeMap<String, File>,
    others: BTreeMap<String, Vec<u8>>,
    findings: Findings,
}

/// A row with the names of its cells.
struct Row<'r> {
    grid: &'r Grid<'r>,
    line: usize,
    cells: Vec<(&'r str, String)>,
}

impl Row<'_> {
    fn get(&self, column: &str) -> Option<&str> {
        let cell = self.cells.iter().find(|(name, _)| *name == column);
        cell.map(|(_, text)| text.as_str())
            .filter(|text| !text.is_empty())
    }

    fn place(&self, column: &str) -> crate::Place {
        self.grid.place(self.line, self.grid.column(column))
    }
}

impl Import {
    fn sheet(&mut self, grid: &Grid<'_>, all: &[Grid<'_>]) {
        let name = grid.sheet.as_deref().unwrap_or_default();
        let shape = self
            .shapes
            .iter()
            .find(|shape| shape.sheet == name)
            .cloned();
        match (name, shape) {
            (_, Some(shape)) => self.shaped(grid, &shape),
            (FILES, _) => self.listed(grid, all),
            (TEXTS | BINARIES, _) => self.lines(grid),
            _ if is_table(name, all) => {}
            _ => {
                let names: Vec<&str> = self
                    .shapes
                    .iter()
                    .map(|shape| shape.sheet.as_str())
                    .collect();
                self.findings.error(|| unknown_sheet(grid, name, &names));
            }
        }
    }

    /// The rows of a sheet whose file is named; a row without is an error.
    fn rows<'r>(&mut self, grid: &'r Grid<'r>) -> Vec<(String, Row<'r>)> {
        let (mut reader, mut cells, mut rows) = (grid.reader(), Vec::new(), Vec::new());
        while let Some(line) = reader.next(&mut cells) {
            let named = grid
                .header
                .iter()
                .zip(&cells)
                .map(|(name, cell)| (name.as_str(), cell.to_string()))
                .collect();
            let row = Row {
                grid,
                line,
                cells: named,
            };
            match row
                .get("file")
                .map(|file| file.trim().to_owned())
                .filter(|file| is_path(file))
            {
                Some(file) => rows.push((file, row)),
                None => self.findings.error(|| no_file(&row)),
            }
        }
        rows
    }

    /// The sheet that lists files.
    fn listed(&mut self, grid: &Grid<'_>, all: &[Grid<'_>]) {
        for (file, row) in self.rows(grid) {
            match row.get("kind").and_then(Way::named) {
                Some(Way::Toml) if FileKind::of(&file).is_some() => {
                    let end = row.get("comment.end").unwrap_or_default();
                    self.files.entry(file).or_default().end =
                        end.lines().map(str::to_owned).collect();
                }
                Some(Way::Table) => match all
                    .iter()
                    .find(|grid| grid.sheet.as_deref() == row.get("sheet"))
                {
                    Some(table) => drop(self.others.insert(file, others::csv(table))),
                    None => self
                        .findings
                        .error(|| bad_cell(&row, "sheet", no_such_table())),
                },
                // What their lines give, and nothing where there are none.
                Some(Way::Text | Way::Binary) => drop(self.others.entry(file).or_default()),
                _ => self.findings.error(|| bad_cell(&row, "kind", ways())),
            }
        }
    }

    /// The lines of texts, or the digits of binaries.
    fn lines(&mut self, grid: &Grid<'_>) {
        let is_text = grid.sheet.as_deref() == Some(TEXTS);
        let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (file, row) in self.rows(grid) {
            let text = row.get("text").unwrap_or_default();
            if is_text {
                texts.entry(file).or_default().push(text.to_owned());
            } else if let Some(mut bytes) = others::bytes_of(text.trim()) {
                self.others.entry(file).or_default().append(&mut bytes);
            } else {
                self.findings.error(|| bad_cell(&row, "text", digits()));
            }
        }
        self.others.extend(
            texts
                .into_iter()
                .map(|(file, lines)| (file, lines.join("\n").into_bytes())),
        );
    }

    fn shaped(&mut self, grid: &Grid<'_>, shape: &Shape) {
        for (column, name) in grid
            .header
            .iter()
            .enumerate()
            .filter(|(_, name)| !is_column(shape, name))
        {
            let known: Vec<String> = shape.keys.iter().map(first_column).collect();
            let meant = likely(name, known.iter().map(String::as_str));
            self.findings
                .error(|| unknown_column(grid.place(grid.header_row, Some(column)), name, meant));
        }
        let mut last_order = 0.0;
        for (file, row) in self.rows(grid) {
            if FileKind::of(&file) != Some(shape.file) {
                self.findings
                    .error(|| misplaced(&row, &file, shape.file.pattern()));
                continue;
            }
            let built = self.built(shape, &row);
            last_order = match row.get("order").map(|text| text.trim().parse::<f64>()) {
                None => last_order,
                Some(Ok(order)) if order.is_finite() => order,
                Some(_) => {
                    self.findings.error(|| bad_cell(&row, "order", like("12")));
                    last_order
                }
            };
            let draft = self.files.entry(file).or_default();
            match &shape.list {
                Some(list) => draft.items.push((last_order, list.clone(), built)),
                None if draft.root.is_none() => draft.root = Some(built),
                None => self.findings.error(|| duplicate_row(&row)),
            }
        }
    }

    fn built(&mut self, shape: &Shape, row: &Row<'_>) -> Built {
        let items = self.values(shape, row);
        let known = |key: &str| key == HEADER || items.iter().any(|(name, _)| name == key);
        let cell = |name: &str| row.get(name).unwrap_or_default();
        let comments = Comments::of_cells(cell("comment"), cell("comment.keys"), known);
        let mut table = Table::new();
        for (name, item) in items {
            insert(&mut table, &name, item, &comments);
        }
        Built {
            table,
            lead: comments.lead() + &comments.prefix(HEADER),
            behind: comments.suffix(HEADER),
        }
    }

    /// The values of a row in the order of the schema.
    fn values(&mut self, shape: &Shape, row: &Row<'_>) -> Vec<(String, Item)> {
        let mut values = Vec::new();
        for key in &shape.keys {
            if key.kind == Kind::Languages {
                let tag = |name: &'_ str| {
                    name.strip_prefix(&key.name)
                        .and_then(|rest| rest.strip_prefix('.'))
                        .map(str::to_owned)
                };
                let texts = row
                    .cells
                    .iter()
                    .filter_map(|(name, text)| Some((tag(name)?, text.as_str())));
                let texts: Vec<(String, &str)> =
                    texts.filter(|(_, text)| !text.is_empty()).collect();
                if !texts.is_empty() {
                    let item =
                        value::languages(texts.iter().map(|(tag, text)| (tag.as_str(), *text)));
                    values.push((key.name.clone(), item));
                }
            } else if let Some(text) = row.get(&key.name).filter(|text| !text.trim().is_empty()) {
                match value::item(&key.kind, &key.name, text) {
                    Some(item) => values.push((key.name.clone(), item)),
                    None => self
                        .findings
                        .error(|| bad_cell(row, &key.name, how_to_write(&key.kind))),
                }
            }
        }
        values
    }
}

/// Puts a value under its key, with the comments around it.
fn insert(table: &mut Table, name: &str, mut item: Item, comments: &Comments) {
    let mut key = TomlKey::new(name);
    let (prefix, suffix) = (comments.prefix(name), comments.suffix(name));
    match &mut item {
        Item::Value(value) => {
            key.leaf_decor_mut().set_prefix(prefix);
            key.leaf_decor_mut().set_suffix(" ");
            value.decor_mut().set_prefix(" ");
            value.decor_mut().set_suffix(suffix);
        }
        Item::Table(section) => {
            section.decor_mut().set_prefix(format!("\n{prefix}"));
            section.decor_mut().set_suffix(suffix);
        }
        _ => {}
    }
    table.insert_formatted(&key, item);
}

impl File {
    /// The file's text.
    fn write(self) -> String {
        let mut next = 0;
        let mut document = match self.root {
            Some(root) => DocumentMut::from(with_lead(root)),
            None => DocumentMut::new(),
        };
        let root = document.as_table_mut();
        place_inside(root, &mut next);
        let mut items = self.items;
        items.sort_by(|(a, ..), (b, ..)| a.total_cmp(b));
        for (_, list, built) in items {
            let mut table = built.table;
            table.decor_mut().set_prefix(format!("\n{}", built.lead));
            table.decor_mut().set_suffix(built.behind);
            table.set_position(Some(next));
            next += 1;
            place_inside(&mut table, &mut next);
            let tables = root
                .entry(&list)
                .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
            if let Item::ArrayOfTables(tables) = tables {
                tables.push(table);
            }
        }
        document.set_trailing(toml(self.end.iter()));
        let text = document.to_string();
        text.trim_start_matches('\n').to_owned()
    }
}

/// The root with what stands at the head of its file: before the first key, or the first header.
fn with_lead(built: Built) -> Table {
    let Built {
        mut table, lead, ..
    } = built;
    let first = table
        .iter()
        .find(|(_, item)| item.is_value())
        .or_else(|| table.iter().next());
    let Some(name) = first.map(|(name, _)| name.to_owned()) else {
        return table;
    };
    let joined = |own: Option<&toml_edit::RawString>| {
        format!(
            "{lead}{}",
            own.and_then(|own| own.as_str()).unwrap_or_default()
        )
    };
    match table.get_mut(&name) {
        Some(Item::Table(section)) => {
            let prefix = joined(section.decor().prefix());
            section.decor_mut().set_prefix(prefix);
        }
        Some(Item::Value(_)) => {
            if let Some(mut key) = table.key_mut(&name) {
                let prefix = joined(key.leaf_decor().prefix());
                key.leaf_decor_mut().set_prefix(prefix);
            }
        }
        _ => {}
    }
    table
}

/// Gives the tables inside a table their place in the file, each after the other.
fn place_inside(table: &mut Table, next: &mut isize) {
    let mut place = |table: &mut Table| {
        table.set_position(Some(*next));
        *next += 1;
        place_inside(table, next);
    };
    for (_, item) in table.iter_mut() {
        match item {
            Item::Table(inner) => place(inner),
            Item::ArrayOfTables(inner) => inner.iter_mut().for_each(&mut place),
            _ => {}
        }
    }
}

/// Whether the sheet is the table of a file.
fn is_table(name: &str, all: &[Grid<'_>]) -> bool {
    let Some(files) = all.iter().find(|grid| grid.sheet.as_deref() == Some(FILES)) else {
        return false;
    };
    let Some(column) = files.column("sheet") else {
        return false;
    };
    let (mut reader, mut cells) = (files.reader(), Vec::new());
    std::iter::from_fn(|| {
        reader
            .next(&mut cells)
            .map(|_| cells.get(column).is_some_and(|cell| *cell == name))
    })
    .any(|found| found)
}

/// Whether a text is a path inside the folder.
fn is_path(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', ':', '\0'])
    };
    text.split('/').all(plain)
}

fn is_column(shape: &Shape, name: &str) -> bool {
    let fixed = matches!(name, "file" | "comment" | "comment.keys")
        || (name == "order" && shape.list.is_some());
    let language = || {
        let (key, tag) = name.split_once('.')?;
        let known = shape
            .key(key)
            .is_some_and(|key| key.kind == Kind::Languages);
        (known && !tag.is_empty()).then_some(())
    };
    fixed
        || shape
            .key(name)
            .is_some_and(|key| key.kind != Kind::Languages)
        || language().is_some()
}

/// The name of the first column a key has.
fn first_column(key: &Key) -> String {
    match key.kind {
        Kind::Languages => format!("{}.zh", key.name),
        _ => key.name.clone(),
    }
}

/// How a cell of a column is written.
fn how_to_write(kind: &Kind) -> Say {
    match kind {
        Kind::Number => like("12.5"),
        Kind::Truth => say!("写 TRUE 或 FALSE", "write TRUE or FALSE"),
        _ => like("{ linear = { zero = 0.6, full = 0.95 } }"),
    }
}

fn like(example: &str) -> Say {
    say!("写成 {example} 这样", "write something like {example}")
}

fn no_such_table() -> Say {
    say!(
        "写有内容的工作表的名称,或删去这一行",
        "write the name of a sheet that holds a table, or delete the row"
    )
}

fn ways() -> Say {
    say!(
        "写 toml(只用于活动的文件)、table、text 或 binary",
        "write toml (for files of the campaign only), table, text or binary"
    )
}

fn digits() -> Say {
    say!(
        "每个字节是两个十六进制数字;请从原来的文件夹重新转换",
        "every byte is two hexadecimal digits; convert the folder it came from again"
    )
}

fn bad_cell(row: &Row<'_>, column: &str, remedy: Say) -> Diagnostic {
    let value = shown(row.get(column).unwrap_or_default());
    let column_shown = shown(column);
    let problem = say!(
        "“{value}”不能填在“{column_shown}”列",
        "“{value}” can't stand in the column “{column_shown}”"
    );
    Diagnostic::error("bad-cell", row.place(column), problem).remedy(remedy)
}

fn no_file(row: &Row<'_>) -> Diagnostic {
    let value = shown(row.get("file").unwrap_or_default());
    let problem = say!(
        "“file”列的“{value}”不是文件夹中的文件",
        "“{value}” in the column “file” is no file of the folder"
    );
    let remedy = say!(
        "写相对于活动文件夹的路径,如 schemes/township.toml",
        "write a path relative to the campaign folder, such as schemes/township.toml"
    );
    Diagnostic::error("bad-cell", row.place("file"), problem).remedy(remedy)
}

fn misplaced(row: &Row<'_>, file: &str, pattern: &str) -> Diagnostic {
    let file = shown(file);
    let problem = say!(
        "这一行不能写进文件“{file}”",
        "the row can't stand in the file “{file}”"
    );
    let remedy = say!(
        "“file”列写 {pattern} 中的一个",
        "write one of {pattern} in the column “file”"
    );
    Diagnostic::error("misplaced-row", row.place("file"), problem).remedy(remedy)
}

fn duplicate_row(row: &Row<'_>) -> Diagnostic {
    let file = shown(row.get("file").unwrap_or_default());
    let problem = say!("文件“{file}”写了两行", "the file “{file}” has two rows");
    let remedy = say!(
        "只留一行,或改文件名",
        "keep one of them, or rename the file"
    );
    Diagnostic::error("duplicate-row", row.place("file"), problem).remedy(remedy)
}

fn unknown_column(place: crate::Place, name: &str, meant: Option<&str>) -> Diagnostic {
    let name = shown(name);
    let problem = say!("没有“{name}”这一列", "there is no column “{name}”");
    let remedy = match meant {
        Some(meant) => say!("是不是“{meant}”?", "did you mean “{meant}”?"),
        None => say!(
            "删去这一列;说明写在 comment 列",
            "delete the column; remarks go into `comment`"
        ),
    };
    Diagnostic::error("unknown-column", place, problem).remedy(remedy)
}

fn unknown_sheet(grid: &Grid<'_>, name: &str, names: &[&str]) -> Diagnostic {
    let (meant, known, name) = (
        likely(name, names.iter().copied()),
        list(names.iter().copied()),
        shown(name),
    );
    let problem = say!(
        "没有名为“{name}”的工作表",
        "there is no sheet called “{name}”"
    );
    let remedy = match meant {
        Some(meant) => say!("是不是“{meant}”?", "did you mean “{meant}”?"),
        None => say!(
            "删去它,或在 files 中列出;已有:{known}",
            "delete it, or list it in `files`; there are: {known}"
        ),
    };
    Diagnostic::error("unknown-sheet", grid.place(grid.header_row, None), problem).remedy(remedy)
}
