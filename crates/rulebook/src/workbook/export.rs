//! From the folder to the workbook.

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::{DocumentMut, Item, Table, Value};

use super::comments::{Comments, HEADER, lines};
use super::others::{self, Way};
use super::shape::{Key, Kind, Shape, shapes};
use super::sheet::{self, Column, MAX_TEXT, Sheet};
use super::value::{self, Cell};
use super::{BINARIES, FILES, TEXTS};
use crate::campaign::Folder;
use crate::diagnostic::{Place, Step};
use crate::findings::shown;
use crate::schema::FileKind;
use crate::{Diagnostic, say};

/// The folder as the bytes of an XLSX workbook: the same folder gives the same bytes.
///
/// # Errors
/// Files of the campaign that are no sound TOML, by file and key: `merit check` tells more about them.
pub fn to_xlsx(folder: &Folder) -> Result<Vec<u8>, Vec<Diagnostic>> {
    let mut export = Export {
        shapes: shapes(),
        ..Export::default()
    };
    export.taken.extend(
        export
            .shapes
            .iter()
            .map(|shape| shape.sheet.as_str())
            .chain([FILES, TEXTS, BINARIES])
            .map(taken),
    );
    for (path, bytes) in &folder.files {
        match FileKind::of(path) {
            Some(kind) => export.toml(path, kind, bytes),
            None => export.other(path, bytes),
        }
    }
    if export.errors.is_empty() {
        let sheets = export.sheets();
        sheet::write(&sheets).map_err(|error| vec![not_writable(&error.to_string())])
    } else {
        Err(export.errors)
    }
}

fn taken(sheet: &str) -> (String, String) {
    (sheet.to_lowercase(), String::new())
}

/// A row by the names of its columns.
type Row = BTreeMap<String, Cell>;

#[derive(Default)]
struct Export {
    shapes: Vec<Shape>,
    /// Sheet → rows.
    rows: BTreeMap<String, Vec<Row>>,
    /// Sheets of tables.
    tables: Vec<Sheet>,
    /// Names of sheets in small letters → the file of a table.
    taken: BTreeMap<String, String>,
    errors: Vec<Diagnostic>,
}

impl Export {
    fn file(&mut self, path: &str, way: Way, sheet: &str, end: &str) {
        let cells = [
            ("file", path),
            ("kind", way.name()),
            ("sheet", sheet),
            ("comment.end", end),
        ];
        self.push(
            FILES,
            cells
                .into_iter()
                .filter(|(_, text)| !text.is_empty())
                .map(text_cell)
                .collect(),
        );
    }

    fn push(&mut self, sheet: &str, row: Row) {
        self.rows.entry(sheet.to_owned()).or_default().push(row);
    }

    fn other(&mut self, path: &str, bytes: &[u8]) {
        let line = |text: &str| {
            [("file", path), ("text", text)]
                .map(text_cell)
                .into_iter()
                .collect()
        };
        if let Some(table) = others::table(path, bytes) {
            let name = others::sheet_name(path, &self.taken);
            self.taken.insert(name.to_lowercase(), path.to_owned());
            self.file(path, Way::Table, &name, "");
            self.tables.push(Sheet { name, ..table });
        } else if let Some(lines) = others::text_lines(bytes) {
            self.file(path, Way::Text, TEXTS, "");
            lines
                .into_iter()
                .for_each(|text| self.push(TEXTS, line(text)));
        } else {
            self.file(path, Way::Binary, BINARIES, "");
            others::hexadecimal(bytes)
                .iter()
                .for_each(|digits| self.push(BINARIES, line(digits)));
        }
    }

    fn toml(&mut self, path: &str, kind: FileKind, bytes: &[u8]) {
        let text = match crate::text::decode(bytes) {
            Ok((text, _)) => text,
            Err(error) => return self.errors.push(error.diagnostic(path)),
        };
        let document: DocumentMut = match text.parse::<DocumentMut>() {
            Ok(document) => document,
            Err(error) => return self.errors.push(no_toml(path, error.message())),
        };
        self.file(
            path,
            Way::Toml,
            "",
            &lines(Some(document.trailing())).join("\n"),
        );
        self.root(path, kind, document.as_table());
        self.items(path, kind, document.as_table());
    }

    /// The row of a file's root, unless all it has is items.
    fn root(&mut self, path: &str, kind: FileKind, root: &Table) {
        let is_list = |key: &str| {
            self.shapes
                .iter()
                .any(|shape| shape.file == kind && shape.list.as_deref() == Some(key))
        };
        let keys: Vec<&str> = root.iter().map(|(key, _)| key).collect();
        let keys: Vec<&str> = keys
            .into_iter()
            .filter(|key| !is_list(key) || !root.contains_array_of_tables(key))
            .collect();
        let shape = self
            .shapes
            .iter()
            .find(|shape| shape.file == kind && shape.list.is_none())
            .cloned();
        let Some(shape) = shape.filter(|_| !keys.is_empty()) else {
            return;
        };
        let (mut row, mut comments) = self.row(path, &shape, root, &[], &keys);
        // What stands at the head of the file stands before its first key.
        let first = keys.iter().find(|key| root.contains_value(key));
        comments.before = first
            .map(|key| lines(root.key(key).and_then(|key| key.leaf_decor().prefix())))
            .unwrap_or_default();
        comments
            .keys
            .retain(|comment| comment.behind || Some(&comment.key.as_str()) != first);
        row.extend(comment_cells(&comments));
        self.push(&shape.sheet, row);
    }

    fn items(&mut self, path: &str, kind: FileKind, root: &Table) {
        let shapes: Vec<Shape> = self
            .shapes
            .iter()
            .filter(|shape| shape.file == kind)
            .cloned()
            .collect();
        let mut items: Vec<(Option<isize>, &Shape, usize, &Table)> = Vec::new();
        for shape in &shapes {
            let list = shape
                .list
                .as_deref()
                .and_then(|list| root.get(list))
                .and_then(Item::as_array_of_tables);
            let tables = list.into_iter().flatten().enumerate();
            items.extend(tables.map(|(index, table)| (table.position(), shape, index, table)));
        }
        items.sort_by_key(|(position, ..)| *position);
        for (order, (_, shape, index, table)) in (1_u32..).zip(items) {
            let list = shape.list.clone().unwrap_or_default();
            let at = [Step::Key(list), Step::At(index)];
            let keys: Vec<&str> = table.iter().map(|(key, _)| key).collect();
            let (mut row, mut comments) = self.row(path, shape, table, &at, &keys);
            comments.before = lines(table.decor().prefix());
            comments.note(HEADER, None, table.decor().suffix());
            row.insert("order".to_owned(), Cell::Number(f64::from(order)));
            row.extend(comment_cells(&comments));
            self.push(&shape.sheet, row);
        }
    }

    fn row(
        &mut self,
        path: &str,
        shape: &Shape,
        table: &Table,
        at: &[Step],
        keys: &[&str],
    ) -> (Row, Comments) {
        let mut row: Row = [text_cell(("file", path))].into();
        let mut comments = Comments::default();
        for name in keys {
            let Some(item) = table.get(name) else {
                continue;
            };
            note_comments(name, table, item, &mut comments);
            let place = || {
                Place::item(
                    path,
                    at.iter()
                        .cloned()
                        .chain([Step::Key((*name).to_owned())])
                        .collect(),
                )
            };
            match shape
                .key(name)
                .and_then(|key| cells(key, item, &mut comments))
            {
                Some(cells) if cells.iter().all(|(_, cell)| fits(cell)) => row.extend(cells),
                Some(_) => self.errors.push(too_long(place(), name)),
                None => self.errors.push(unsound(place(), name)),
            }
        }
        (row, comments)
    }

    fn sheets(mut self) -> Vec<Sheet> {
        let mut sheets = vec![plain_sheet(
            FILES,
            &["file", "kind", "sheet", "comment.end"],
            self.rows.remove(FILES),
        )];
        for shape in &self.shapes {
            let rows = self.rows.remove(&shape.sheet).unwrap_or_default();
            if shape.list.is_some() || !rows.is_empty() {
                sheets.push(shaped_sheet(shape, rows));
            }
        }
        sheets.append(&mut self.tables);
        for name in [TEXTS, BINARIES] {
            if let Some(rows) = self.rows.remove(name) {
                sheets.push(plain_sheet(name, &["file", "text"], Some(rows)));
            }
        }
        sheets
    }
}

fn text_cell((column, text): (&str, &str)) -> (String, Cell) {
    (column.to_owned(), Cell::Text(text.to_owned()))
}

fn comment_cells(comments: &Comments) -> Vec<(String, Cell)> {
    let cells = [
        ("comment", comments.before_cell()),
        ("comment.keys", comments.keys_cell()),
    ];
    cells
        .iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(column, text)| text_cell((column, text)))
        .collect()
}

/// The cells of a key's value; `None` where the value isn't of its kind.
fn cells(key: &Key, item: &Item, comments: &mut Comments) -> Option<Vec<(String, Cell)>> {
    if key.kind != Kind::Languages {
        let cell = value::cell(&key.kind, &key.name, item)?;
        return Some(vec![(key.name.clone(), cell)]);
    }
    note_inside_texts(&key.name, item, comments);
    let texts = value::texts(item)?;
    Some(
        texts
            .into_iter()
            .map(|(tag, text)| (format!("{}.{tag}", key.name), Cell::Text(text)))
            .collect(),
    )
}

fn note_comments(name: &str, table: &Table, item: &Item, comments: &mut Comments) {
    let key = table.key(name);
    match item {
        Item::Value(value) => comments.note(
            name,
            key.and_then(|key| key.leaf_decor().prefix()),
            value.decor().suffix(),
        ),
        Item::Table(section) if !section.is_dotted() => {
            comments.note(name, section.decor().prefix(), section.decor().suffix());
        }
        // Their comments stand in the cell's own text.
        _ => {}
    }
}

/// Comments between the languages of a text, which its cells have no room for.
fn note_inside_texts(name: &str, item: &Item, comments: &mut Comments) {
    let Some(table) = item.as_table_like() else {
        return;
    };
    for (tag, text) in table.iter() {
        if let Some(key) = table.key(tag) {
            comments.note_inside(name, key.leaf_decor());
        }
        if let Item::Value(text) = text {
            comments.note_inside(name, text.decor());
        }
    }
    if let Item::Value(Value::InlineTable(table)) = item {
        let inside = lines(Some(table.trailing())).join("\n");
        comments.note(
            name,
            Some(
                &inside
                    .lines()
                    .map(|line| format!("# {line}\n"))
                    .collect::<String>()
                    .into(),
            ),
            None,
        );
    }
}

fn fits(cell: &Cell) -> bool {
    !matches!(cell, Cell::Text(text) if text.encode_utf16().count() > MAX_TEXT)
}

fn plain_sheet(name: &str, columns: &[&str], rows: Option<Vec<Row>>) -> Sheet {
    let help = |column: &str| match column {
        "file" => "文件,相对于活动文件夹。The file, relative to the campaign folder.",
        "kind" => {
            "toml:条目在各表中;table:表在 sheet 所指的工作表;text、binary:在 texts、binaries。How the file stands in the workbook."
        }
        "sheet" => "所在的工作表。The sheet it stands in.",
        "comment.end" => "文件末尾的注释。Comments at the file's end.",
        _ => "一行文字。A line of text.",
    };
    let column = |column: &&str| column_of(column, Kind::Word(Vec::new()), help(column));
    arrange(
        name,
        columns.iter().map(column).collect(),
        rows.unwrap_or_default(),
    )
}

fn shaped_sheet(shape: &Shape, rows: Vec<Row>) -> Sheet {
    let mut columns = vec![column_of(
        "file",
        Kind::Word(Vec::new()),
        "写在哪个文件里。The file it is written in.",
    )];
    if shape.list.is_some() {
        let help =
            "在文件中的次序;新加的行可以不填。Its place in the file; may stay empty in new rows.";
        columns.push(column_of("order", Kind::Number, help));
    }
    for key in &shape.keys {
        if key.kind == Kind::Languages {
            let tags = tags(&key.name, &rows);
            columns.extend(
                tags.iter().map(|tag| {
                    column_of(&format!("{}.{tag}", key.name), Kind::Languages, &key.help)
                }),
            );
        } else {
            columns.push(column_of(&key.name, key.kind.clone(), &key.help));
        }
    }
    columns.push(column_of(
        "comment",
        Kind::Toml,
        "注释,写在条目前面。Comments before the item.",
    ));
    let help = "各键的注释:“键: 写在前面”“键 # 写在后面”。Comments of keys: `key: before it`, `key # behind it`.";
    columns.push(column_of("comment.keys", Kind::Toml, help));
    arrange(&shape.sheet, columns, rows)
}

/// The languages a key's texts are in: Chinese and English always.
fn tags(key: &str, rows: &[Row]) -> Vec<String> {
    let tag = |column: &String| {
        column
            .strip_prefix(key)?
            .strip_prefix('.')
            .map(str::to_owned)
    };
    let others: BTreeSet<String> = rows
        .iter()
        .flat_map(BTreeMap::keys)
        .filter_map(tag)
        .collect();
    let usual = ["zh", "en"].map(str::to_owned);
    usual
        .iter()
        .cloned()
        .chain(others.into_iter().filter(|tag| !usual.contains(tag)))
        .collect()
}

fn column_of(name: &str, kind: Kind, help: &str) -> Column {
    Column {
        name: name.to_owned(),
        kind,
        help: help.to_owned(),
    }
}

fn arrange(name: &str, columns: Vec<Column>, rows: Vec<Row>) -> Sheet {
    let cells = |mut row: Row| {
        columns
            .iter()
            .map(|column| row.remove(&column.name))
            .collect()
    };
    let rows = rows.into_iter().map(cells).collect();
    Sheet {
        name: name.to_owned(),
        columns,
        rows,
    }
}

fn check_first() -> crate::Say {
    say!(
        "先用 merit check 检查并改正",
        "run merit check and mend what it finds first"
    )
}

fn no_toml(path: &str, message: &str) -> Diagnostic {
    let message = shown(message);
    let problem = say!(
        "文件不合 TOML 的写法:{message}",
        "the file is no TOML: {message}"
    );
    Diagnostic::error("not-exportable", Place::whole(path), problem).remedy(check_first())
}

fn unsound(place: Place, key: &str) -> Diagnostic {
    let key = shown(key);
    let problem = say!(
        "“{key}”不是这里的键,或值的类型不对",
        "“{key}” is no key here, or its value is of the wrong type"
    );
    Diagnostic::error("not-exportable", place, problem).remedy(check_first())
}

fn too_long(place: Place, key: &str) -> Diagnostic {
    let key = shown(key);
    let problem = say!(
        "“{key}”超过 {MAX_TEXT} 个字,一格放不下",
        "“{key}” is longer than the {MAX_TEXT} characters a cell can hold"
    );
    Diagnostic::error("not-exportable", place, problem).remedy(say!("缩短它", "shorten it"))
}

fn not_writable(message: &str) -> Diagnostic {
    let problem = say!(
        "工作簿写不出:{message}",
        "the workbook can't be written: {message}"
    );
    let remedy = say!("减少文件夹里的文件", "take some files out of the folder");
    Diagnostic::error("not-exportable", Place::whole(""), problem).remedy(remedy)
}
