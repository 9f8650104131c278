//! Findings as a person reads them: code, place, the line with a pointer, what to do, other places.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::campaign::Folder;
use crate::diagnostic::{Diagnostic, Lang, Place, Severity, Spot};
use crate::read::tree::{self, Node};
use crate::{say, text};

/// Whether colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    /// No colours: for files and pipes.
    #[default]
    Plain,
    /// ANSI colours: for a terminal.
    Ansi,
}

/// Where a place stands in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// One-based line; of a workbook, the row.
    pub line: usize,
    /// One-based column, in characters of a text, in cells of a table.
    pub column: usize,
}

/// All findings as text, each followed by an empty line.
#[must_use]
pub fn render(folder: &Folder, findings: &[Diagnostic], lang: Lang, color: Color) -> String {
    let renderer = match color {
        Color::Plain => Renderer::plain(),
        Color::Ansi => Renderer::styled(),
    };
    let renderer = renderer
        .decor_style(DecorStyle::Ascii)
        .term_width(TERM_WIDTH);
    let sources = Sources::new(folder);
    let mut text = String::new();
    for finding in findings {
        text.push_str(&renderer.render(&[group(&sources, finding, lang)]));
        text.push_str("\n\n");
    }
    text
}

/// Lines longer than this are cut around the pointer.
const TERM_WIDTH: usize = 120;

/// The position of a place; `None` for a file as a whole.
#[must_use]
pub fn position(folder: &Folder, place: &Place) -> Option<Position> {
    Sources::new(folder).position(place)
}

/// Sorts findings by file and place; those of one place keep their order.
pub fn sort(folder: &Folder, findings: &mut [Diagnostic]) {
    let sources = Sources::new(folder);
    findings.sort_by_cached_key(|finding| {
        (finding.place.file.clone(), sources.position(&finding.place))
    });
}

/// The texts of a folder's files, decoded and parsed when first asked for.
struct Sources<'a> {
    files: BTreeMap<&'a str, Source<'a>>,
}

struct Source<'a> {
    bytes: &'a [u8],
    text: OnceCell<Option<String>>,
    tree: OnceCell<Option<Node>>,
}

impl Source<'_> {
    fn text(&self) -> Option<&str> {
        self.text
            .get_or_init(|| {
                text::decode(self.bytes)
                    .ok()
                    .map(|(text, _)| text.into_owned())
            })
            .as_deref()
    }

    fn tree(&self) -> Option<&Node> {
        self.tree
            .get_or_init(|| self.text().map(|text| tree::parse(text).0))
            .as_ref()
    }
}

impl<'a> Sources<'a> {
    fn new(folder: &'a Folder) -> Self {
        let source = |bytes: &'a [u8]| Source {
            bytes,
            text: OnceCell::new(),
            tree: OnceCell::new(),
        };
        Self {
            files: folder
                .files
                .iter()
                .map(|(path, bytes)| (path.as_str(), source(bytes)))
                .collect(),
        }
    }

    fn text(&self, file: &str) -> Option<&str> {
        self.files.get(file)?.text()
    }

    /// The bytes of the decoded text that a place covers.
    fn span(&self, place: &Place) -> Option<Range<usize>> {
        let text = self.text(&place.file)?;
        let span = match &place.spot {
            Spot::Bytes(span) => span.clone(),
            Spot::Item(path) => self.files.get(place.file.as_str())?.tree()?.locate(path)?,
            Spot::Cell {
                sheet: None,
                row,
                column,
            } => cell_span(text, *row, *column)?,
            Spot::Whole | Spot::Cell { .. } => return None,
        };
        text.get(span.clone()).map(|_| span)
    }

    fn position(&self, place: &Place) -> Option<Position> {
        if let Spot::Cell { row, column, .. } = place.spot {
            return Some(Position {
                line: row,
                column: column.map_or(1, |column| column + 1),
            });
        }
        let start = self.span(place)?.start;
        let before = self.text(&place.file)?.get(..start)?;
        let line = before.rsplit('\n').next().unwrap_or_default();
        Some(Position {
            line: before.matches('\n').count() + 1,
            column: line.chars().count() + 1,
        })
    }

    /// The heading of a column of a CSV file.
    fn heading(&self, file: &str, column: usize) -> Option<String> {
        let heading = cells(self.text(file)?.lines().next()?)
            .into_iter()
            .nth(column)?;
        let heading = heading.trim().trim_matches('"');
        (!heading.is_empty()).then(|| heading.to_owned())
    }
}

fn group<'a>(sources: &'a Sources<'_>, finding: &'a Diagnostic, lang: Lang) -> Group<'a> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR.with_name(lang.pick("错误", "error")),
        Severity::Warning => Level::WARNING.with_name(lang.pick("警告", "warning")),
    };
    let title = level
        .primary_title(finding.problem.get(lang))
        .id(finding.code);
    let mut group = Group::with_title(title);
    group = shown(
        group,
        sources,
        &finding.place,
        lang,
        AnnotationKind::Primary,
        None,
    );
    for (place, what) in &finding.related {
        group = shown(
            group,
            sources,
            place,
            lang,
            AnnotationKind::Context,
            Some(what.get(lang)),
        );
    }
    match &finding.remedy {
        Some(remedy) => group.element(
            Level::HELP
                .with_name(lang.pick("办法", "help"))
                .message(remedy.get(lang)),
        ),
        None => group,
    }
}

/// Adds a place to a group: its line with a pointer, or where there is none to show, its name.
fn shown<'a>(
    group: Group<'a>,
    sources: &'a Sources<'_>,
    place: &'a Place,
    lang: Lang,
    kind: AnnotationKind,
    label: Option<&'a str>,
) -> Group<'a> {
    let cell = cell_words(sources, place, lang);
    let text = sources.text(&place.file);
    if let (Some(span), Some(text)) = (sources.span(place), text) {
        let label = label.map(str::to_owned).or(cell);
        let snippet = Snippet::source(text).path(place.file.as_str());
        return group.element(snippet.annotation(kind.span(span).label(label)));
    }
    let file = &place.file;
    let name = cell.map_or_else(|| file.clone(), |cell| format!("{file}:{cell}"));
    let group = group.element(Origin::path(name));
    match label {
        Some(label) => group.element(
            Level::NOTE
                .with_name(lang.pick("相关", "note"))
                .message(label),
        ),
        None => group,
    }
}

/// The place of a cell in words: sheet, row, column letter and the column's heading.
fn cell_words(sources: &Sources<'_>, place: &Place, lang: Lang) -> Option<String> {
    let Spot::Cell { sheet, row, column } = &place.spot else {
        return None;
    };
    let row = match sheet {
        Some(sheet) => say!("工作表 {sheet},行 {row}", "sheet {sheet}, row {row}"),
        None => say!("行 {row}", "line {row}"),
    };
    let column = column.map(|column| {
        let letter = letters(column);
        match sources.heading(&place.file, column) {
            Some(heading) => say!("列 {letter}({heading})", "column {letter} ({heading})"),
            None => say!("列 {letter}", "column {letter}"),
        }
    });
    let words = [Some(row), column];
    let words: Vec<&str> = words.iter().flatten().map(|word| word.get(lang)).collect();
    Some(words.join(lang.pick(",", ", ")))
}

/// The bytes of a line of a CSV text, or of one of its cells.
fn cell_span(text: &str, row: usize, column: Option<usize>) -> Option<Range<usize>> {
    let line = text.split_inclusive('\n').nth(row.checked_sub(1)?)?;
    let start = line.as_ptr().addr() - text.as_ptr().addr();
    let line = line.trim_end_matches(['\r', '\n']);
    let cells = cells(line);
    let Some(cell) = column.and_then(|column| cells.get(column).map(|cell| (column, cell))) else {
        return Some(start..start + line.len());
    };
    let (column, cell) = cell;
    let before: usize = cells.iter().take(column).map(|cell| cell.len() + 1).sum();
    Some(start + before..start + before + cell.len())
}

/// The cells of a CSV line as they are written, quotes included.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        quoted ^= c == '"';
        match (c, cells.last_mut()) {
            (',', _) if !quoted => cells.push(String::new()),
            (c, Some(cell)) => cell.push(c),
            (_, None) => {}
        }
    }
    cells
}

/// A column's letters as in spreadsheets: A, B, …, Z, AA.
fn letters(column: usize) -> String {
    let mut rest = column + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        assert_eq!(
            [0, 25, 26, 701, 702].map(letters),
            ["A", "Z", "AA", "ZZ", "AAA"]
        );
    }

    #[test]
    fn a_cell_is_found_in_its_line() {
        let text = "单位,满意率\n\"甲,乙\",abc\n";
        assert_eq!(&text[cell_span(text, 2, Some(1)).unwrap()], "abc");
        assert_eq!(&text[cell_span(text, 2, Some(0)).unwrap()], "\"甲,乙\"");
        assert_eq!(&text[cell_span(text, 1, None).unwrap()], "单位,满意率");
        assert_eq!(cell_span(text, 9, None), None);
    }
}
