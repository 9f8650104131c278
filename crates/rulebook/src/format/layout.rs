//! A file as its parts, ready to be written: headers, entries, values and the comments that belong to each.

use std::fmt::{self, Display, Write};

use unicode_width::UnicodeWidthStr;

use super::order::{Level, Rank};

/// Lists that would reach beyond this column are broken.
const WIDTH: usize = 120;
const INDENT: usize = 4;

/// A line above something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// An empty line.
    Blank,
    /// A comment, with its `#`.
    Comment(String),
}

/// A whole file.
#[derive(Clone, Debug, Default)]
pub(super) struct Document {
    /// Comments at the top that belong to the file.
    pub heading: Vec<Line>,
    /// The root and all tables.
    pub sections: Vec<Section>,
    /// Comments at the end.
    pub tail: Vec<Line>,
}

/// A header and the entries under it.
#[derive(Clone, Debug, Default)]
pub(super) struct Section {
    /// Where it stands in the file.
    pub place: Vec<Level>,
    /// What is written above its header.
    pub lead: Vec<Line>,
    /// `[path]` or `[[path]]`; nothing for the root.
    pub header: Option<String>,
    /// The comment behind the header.
    pub remark: Option<String>,
    /// Its entries.
    pub entries: Vec<Entry>,
    /// Comments right behind its entries.
    pub tail: Vec<Line>,
}

/// `key = value`.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Where it stands among the others.
    pub rank: Vec<Rank>,
    /// What is written above it.
    pub lead: Vec<Line>,
    /// The key as it is written.
    pub key: String,
    /// The value.
    pub value: Item,
    /// The comment behind it.
    pub remark: Option<String>,
}

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Item {
    /// A number, text, truth or date as it is written.
    Atom(String),
    /// `[ … ]` and the comments before its end.
    List(Vec<Element>, Vec<Line>),
    /// `{ … }` and the comments before its end.
    Table(Vec<Entry>, Vec<Line>),
}

/// An item of a list.
#[derive(Clone, Debug)]
pub(super) struct Element {
    /// What is written above it.
    pub lead: Vec<Line>,
    /// The value.
    pub value: Item,
    /// The comment behind it.
    pub remark: Option<String>,
}

impl Document {
    /// With everything in its place.
    pub(super) fn ordered(mut self) -> Self {
        self.sections.sort_by(|a, b| a.place.cmp(&b.place));
        self.sections
            .iter_mut()
            .for_each(|section| sort(&mut section.entries));
        self
    }
}

fn sort(entries: &mut [Entry]) {
    entries.sort_by(|a, b| a.rank.cmp(&b.rank));
    entries
        .iter_mut()
        .for_each(|entry| sort_inside(&mut entry.value));
}

fn sort_inside(item: &mut Item) {
    match item {
        Item::Atom(_) => {}
        Item::List(elements, _) => elements
            .iter_mut()
            .for_each(|element| sort_inside(&mut element.value)),
        Item::Table(entries, _) => sort(entries),
    }
}

impl Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        lines(&mut out, &self.heading, "");
        for section in &self.sections {
            section.write(&mut out);
        }
        if self.tail.first() == Some(&Line::Blank) || !self.heading.is_empty() {
            blank(&mut out);
        }
        lines(&mut out, without_first_blanks(&self.tail), "");
        let end = out.trim_end_matches('\n').len();
        out.truncate(end);
        if !out.is_empty() {
            out.push('\n');
        }
        f.write_str(&out)
    }
}

impl Section {
    fn write(&self, out: &mut String) {
        if let Some(header) = &self.header {
            blank(out);
            lines(out, without_first_blanks(&self.lead), "");
            out.push_str(header);
            remark(out, self.remark.as_deref());
        } else if !self.entries.is_empty() {
            blank(out);
        }
        for (at, entry) in self.entries.iter().enumerate() {
            let lead = if at == 0 {
                without_first_blanks(&entry.lead)
            } else {
                &entry.lead
            };
            lines(out, lead, "");
            entry.write(out, 0, 0);
            remark(out, entry.remark.as_deref());
        }
        lines(out, &self.tail, "");
    }
}

impl Entry {
    fn write(&self, out: &mut String, indent: usize, after: usize) {
        let _ = write!(out, "{} = ", self.key);
        self.value.write(out, indent, after);
    }

    fn flat(&self) -> Option<String> {
        (self.lead.is_empty() && self.remark.is_none()).then_some(())?;
        Some(format!("{} = {}", self.key, self.value.flat()?))
    }

    fn has_comment(&self) -> bool {
        self.remark.is_some() || self.lead.iter().any(|line| *line != Line::Blank)
    }
}

impl Item {
    /// On one line, where no comment stands inside.
    fn flat(&self) -> Option<String> {
        match self {
            Self::Atom(text) => Some(text.clone()),
            Self::List(elements, tail) => {
                tail.is_empty().then_some(())?;
                let items: Option<Vec<String>> = elements.iter().map(Element::flat).collect();
                Some(format!("[{}]", items?.join(", ")))
            }
            Self::Table(entries, tail) => {
                tail.is_empty().then_some(())?;
                let entries: Option<Vec<String>> = entries.iter().map(Entry::flat).collect();
                let entries = entries?.join(", ");
                Some(if entries.is_empty() {
                    "{}".to_owned()
                } else {
                    format!("{{ {entries} }}")
                })
            }
        }
    }

    /// Writes it where `out` ends; `after` columns follow it on its last line.
    fn write(&self, out: &mut String, indent: usize, after: usize) {
        match (self, self.flat()) {
            (Self::Atom(text), _) => out.push_str(text),
            (_, Some(flat)) if column(out) + flat.width() + after <= WIDTH => out.push_str(&flat),
            (Self::List(elements, _), Some(flat)) if elements.is_empty() => out.push_str(&flat),
            (Self::List(elements, tail), _) => write_list(out, elements, tail, indent),
            (Self::Table(entries, tail), flat) => {
                if flat.is_none() && (!tail.is_empty() || entries.iter().any(Entry::has_comment)) {
                    write_tall_table(out, entries, tail, indent);
                } else {
                    write_wide_table(out, entries, indent, after);
                }
            }
        }
    }
}

impl Element {
    fn flat(&self) -> Option<String> {
        (self.lead.is_empty() && self.remark.is_none()).then_some(())?;
        self.value.flat()
    }
}

fn write_list(out: &mut String, elements: &[Element], tail: &[Line], indent: usize) {
    let inner = indent + INDENT;
    let margin = " ".repeat(inner);
    out.push_str("[\n");
    for element in elements {
        lines(out, &element.lead, &margin);
        out.push_str(&margin);
        element.value.write(out, inner, 1);
        out.push(',');
        remark(out, element.remark.as_deref());
    }
    lines(out, tail, &margin);
    out.push_str(&" ".repeat(indent));
    out.push(']');
}

/// A table on one line but for the lists in it.
fn write_wide_table(out: &mut String, entries: &[Entry], indent: usize, after: usize) {
    out.push_str("{ ");
    for (at, entry) in entries.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { ", " });
        entry.write(
            out,
            indent,
            if at + 1 == entries.len() {
                after + 2
            } else {
                1
            },
        );
    }
    out.push_str(" }");
}

/// A table with comments inside: a line for each entry.
fn write_tall_table(out: &mut String, entries: &[Entry], tail: &[Line], indent: usize) {
    let inner = indent + INDENT;
    let margin = " ".repeat(inner);
    out.push_str("{\n");
    for entry in entries {
        lines(out, &entry.lead, &margin);
        out.push_str(&margin);
        entry.write(out, inner, 1);
        out.push(',');
        remark(out, entry.remark.as_deref());
    }
    lines(out, tail, &margin);
    out.push_str(&" ".repeat(indent));
    out.push('}');
}

/// How many columns the last line has.
fn column(out: &str) -> usize {
    out.rsplit('\n').next().unwrap_or_default().width()
}

/// Makes sure an empty line ends the text so far, unless it is empty.
fn blank(out: &mut String) {
    if !out.is_empty() && !out.ends_with("\n\n") {
        out.push('\n');
    }
}

fn lines(out: &mut String, lines: &[Line], margin: &str) {
    for line in lines {
        match line {
            Line::Blank => blank(out),
            Line::Comment(text) => {
                let _ = writeln!(out, "{margin}{text}");
            }
        }
    }
}

fn remark(out: &mut String, remark: Option<&str>) {
    if let Some(text) = remark {
        let _ = write!(out, " {text}");
    }
    out.push('\n');
}

fn without_first_blanks(lines: &[Line]) -> &[Line] {
    let first = lines
        .iter()
        .position(|line| *line != Line::Blank)
        .unwrap_or(lines.len());
    lines.get(first..).unwrap_or_default()
}
