//! From a TOML text to its parts, each with its comments.

use toml_edit::{
    Array, Decor, DocumentMut, Formatted, InlineTable, Item as Node, Key, RawString, Table, Value,
};

use super::layout::{Document, Element, Entry, Item, Line, Section};
use super::order::{Level, Rank};
use crate::schema::View;

/// The parts of a text, in canonical order.
pub(super) fn document(source: &DocumentMut, view: View<'_>) -> Document {
    let mut walk = Walk {
        sections: Vec::new(),
    };
    walk.table(source.as_table(), &Spot::root(view));
    let mut sections = walk.sections;
    sections.sort_by_key(|(position, _)| *position);
    let mut sections: Vec<Section> = sections.into_iter().map(|(_, section)| section).collect();
    let mut tail = lines(raw(Some(source.trailing())));
    let heading = take_heading(&mut sections);
    give_back_tails(&mut sections);
    if let Some(last) = sections
        .last_mut()
        .filter(|last| last.header.is_some() || !last.entries.is_empty())
    {
        last.tail.extend(take_first_block(&mut tail));
    }
    Document {
        heading,
        sections,
        tail,
    }
    .ordered()
}

/// Where in the file the walk is.
#[derive(Clone)]
struct Spot<'s> {
    keys: Vec<String>,
    place: Vec<Level>,
    view: Option<View<'s>>,
    brackets: Option<(&'static str, &'static str)>,
}

impl<'s> Spot<'s> {
    fn root(view: View<'s>) -> Self {
        Self {
            keys: Vec::new(),
            place: Vec::new(),
            view: Some(view),
            brackets: None,
        }
    }

    fn child(&self, key: &str, level: Level, brackets: (&'static str, &'static str)) -> Self {
        let keys = self.keys.iter().cloned().chain([key_text(key)]).collect();
        let place = self.place.iter().cloned().chain([level]).collect();
        Self {
            keys,
            place,
            view: self.view.and_then(|view| view.child(key)),
            brackets: Some(brackets),
        }
    }

    fn header(&self) -> Option<String> {
        self.brackets
            .map(|(open, close)| format!("{open}{}{close}", self.keys.join(".")))
    }
}

/// The sections found, each with its position in the text; the root's is before all.
struct Walk {
    sections: Vec<(Option<isize>, Section)>,
}

impl Walk {
    fn table(&mut self, table: &Table, spot: &Spot<'_>) {
        let hidden = table.is_dotted() || (table.is_implicit() && spot.brackets.is_some());
        if !hidden {
            self.sections.push((
                table.position().filter(|_| spot.brackets.is_some()),
                section(table, spot),
            ));
        }
        for (key, node) in table.iter() {
            match node {
                Node::Table(inner) => {
                    let level = Level::Single(Rank::of(key, spot.view));
                    self.table(inner, &spot.child(key, level, ("[", "]")));
                }
                Node::ArrayOfTables(list) => {
                    for inner in list {
                        let level = Level::Listed(
                            inner
                                .position()
                                .and_then(|p| usize::try_from(p).ok())
                                .unwrap_or(0),
                        );
                        let mut spot = spot.child(key, level, ("[[", "]]"));
                        spot.view = spot.view.and_then(View::items);
                        self.table(inner, &spot);
                    }
                }
                Node::None | Node::Value(_) => {}
            }
        }
    }
}

fn section(table: &Table, spot: &Spot<'_>) -> Section {
    let (lead, remark) = match spot.brackets {
        Some(_) => (
            lines(raw(table.decor().prefix())),
            comment(raw(table.decor().suffix())),
        ),
        None => (Vec::new(), None),
    };
    let entries = table
        .get_values()
        .into_iter()
        .map(|(keys, value)| line_entry(&keys, value, spot.view))
        .collect();
    Section {
        place: spot.place.clone(),
        lead,
        header: spot.header(),
        remark,
        entries,
        tail: Vec::new(),
    }
}

/// An entry on a line of its own.
fn line_entry(keys: &[&Key], value: &Value, parent: Option<View<'_>>) -> Entry {
    let lead = keys
        .last()
        .map_or_else(Vec::new, |key| lines(raw(key.leaf_decor().prefix())));
    let remark = comment(raw(value.decor().suffix()));
    Entry {
        lead,
        remark,
        ..bare_entry(keys, value, parent)
    }
}

fn bare_entry(keys: &[&Key], value: &Value, parent: Option<View<'_>>) -> Entry {
    let names = || keys.iter().map(|key| key.get());
    let view = names().fold(parent, |view, name| view.and_then(|view| view.child(name)));
    Entry {
        rank: Rank::along(names(), parent),
        lead: Vec::new(),
        key: names().map(key_text).collect::<Vec<_>>().join("."),
        value: item(value, view),
        remark: None,
    }
}

// Values

fn item(value: &Value, view: Option<View<'_>>) -> Item {
    match value {
        Value::String(text) => {
            Item::Atom(kept_lines(text).unwrap_or_else(|| string_text(text.value())))
        }
        Value::Integer(number) => Item::Atom(number.value().to_string()),
        Value::Float(number) => Item::Atom(number_text(*number.value(), view)),
        Value::Boolean(truth) => Item::Atom(truth.value().to_string()),
        Value::Datetime(date) => Item::Atom(date.value().to_string()),
        Value::Array(list) => array(list, view.and_then(View::items)),
        Value::InlineTable(table) => inline_table(table, view),
    }
}

fn array(list: &Array, view: Option<View<'_>>) -> Item {
    let mut between = Between::default();
    let mut elements = Vec::new();
    for value in list {
        let lead = between.before(value.decor());
        between.hand_over(
            elements
                .last_mut()
                .map(|last: &mut Element| (&mut last.lead, &mut last.remark)),
        );
        elements.push(Element {
            lead,
            value: item(value, view),
            remark: None,
        });
        between.after(value.decor());
    }
    let tail = between.end(list.trailing());
    between.hand_over(
        elements
            .last_mut()
            .map(|last| (&mut last.lead, &mut last.remark)),
    );
    Item::List(elements, between.left_over(tail))
}

fn inline_table(table: &InlineTable, view: Option<View<'_>>) -> Item {
    let mut between = Between::default();
    let mut entries: Vec<Entry> = Vec::new();
    for (keys, value) in table.get_values() {
        let lead = keys
            .last()
            .map_or_else(Vec::new, |key| between.before(key.leaf_decor()));
        between.hand_over(
            entries
                .last_mut()
                .map(|last| (&mut last.lead, &mut last.remark)),
        );
        entries.push(Entry {
            lead,
            ..bare_entry(&keys, value, view)
        });
        between.after(value.decor());
    }
    let tail = between.end(table.trailing());
    between.hand_over(
        entries
            .last_mut()
            .map(|last| (&mut last.lead, &mut last.remark)),
    );
    Item::Table(entries, between.left_over(tail))
}

/// The comments between two items inside brackets. What stands on an item's line, before or behind its comma, belongs to
/// it; what stands on lines of its own belongs to the item below.
#[derive(Default)]
struct Between {
    started: bool,
    /// The comments on the line of the item above.
    behind: Vec<String>,
    /// The comments below it, where no comma ended it.
    below: Vec<String>,
}

impl Between {
    fn before(&mut self, decor: &Decor) -> Vec<Line> {
        self.split(raw(decor.prefix()));
        self.below.drain(..).map(Line::Comment).collect()
    }

    fn after(&mut self, decor: &Decor) {
        self.started = true;
        self.split(raw(decor.suffix()));
    }

    fn end(&mut self, trailing: &RawString) -> Vec<Line> {
        self.split(raw(Some(trailing)));
        self.below.drain(..).map(Line::Comment).collect()
    }

    fn split(&mut self, text: &str) {
        let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
        // On its own line, or behind the bracket that opens the list, a comment belongs to what follows.
        let behind = if self.started && self.below.is_empty() {
            &mut self.behind
        } else {
            &mut self.below
        };
        behind.extend(comments(line));
        self.below.extend(comments(rest));
    }

    /// Gives the item above its comments: one behind it, more above it.
    fn hand_over(&mut self, item: Option<(&mut Vec<Line>, &mut Option<String>)>) {
        let Some((lead, remark)) = item else { return };
        match self.behind.as_slice() {
            [only] => *remark = Some(only.clone()),
            several => lead.extend(several.iter().cloned().map(Line::Comment)),
        }
        self.behind.clear();
    }

    /// Comments that found no item, then those before the end.
    fn left_over(self, tail: Vec<Line>) -> Vec<Line> {
        self.behind
            .into_iter()
            .map(Line::Comment)
            .chain(tail)
            .collect()
    }
}

// Spelling

/// A key as it is written: in quotes where it must.
pub(super) fn key_text(key: &str) -> String {
    Key::new(key).to_string()
}

/// A text as it is written.
pub(super) fn string_text(text: &str) -> String {
    Value::from(text).to_string().trim().to_owned()
}

/// A number as it is written: without a point where the schema doesn't tell whole numbers from others.
pub(super) fn number_text(number: f64, view: Option<View<'_>>) -> String {
    if view.is_some_and(|view| view.text("type") == Some("number"))
        && number.fract() == 0.0
        && number.abs() < 1e15
    {
        return format!("{:.0}", number + 0.0);
    }
    match number {
        _ if number.is_nan() => "nan".to_owned(),
        f64::INFINITY => "inf".to_owned(),
        f64::NEG_INFINITY => "-inf".to_owned(),
        _ => format!("{number:?}"),
    }
}

/// A text of several lines as its author broke it.
fn kept_lines(text: &Formatted<String>) -> Option<String> {
    let written = text.as_repr()?.as_raw().as_str()?;
    let several =
        written.contains('\n') && (written.starts_with("\"\"\"") || written.starts_with("'''"));
    several.then(|| written.to_owned())
}

// Comments

fn raw(text: Option<&RawString>) -> &str {
    text.and_then(RawString::as_str).unwrap_or_default()
}

fn comments(text: &str) -> impl Iterator<Item = String> {
    text.lines()
        .map(str::trim)
        .filter(|line| line.starts_with('#'))
        .map(str::to_owned)
}

fn comment(text: &str) -> Option<String> {
    comments(text).next()
}

/// The lines above something: comments, and at most one empty line in a row.
fn lines(text: &str) -> Vec<Line> {
    let mut written: Vec<&str> = text.split('\n').map(str::trim).collect();
    // What stands behind the last line break is the margin of the thing itself, unless the file ends there.
    written.pop_if(|last| !last.starts_with('#'));
    let mut lines = Vec::new();
    for line in written {
        if line.starts_with('#') {
            lines.push(Line::Comment(line.to_owned()));
        } else if lines.last() != Some(&Line::Blank) {
            lines.push(Line::Blank);
        }
    }
    lines
}

/// Takes the file's own comments from above its first entry or header: all but the last block.
fn take_heading(sections: &mut [Section]) -> Vec<Line> {
    let first = sections
        .iter_mut()
        .find(|section| section.header.is_some() || !section.entries.is_empty());
    let lead = match first {
        Some(Section {
            header: None,
            entries,
            ..
        }) => entries.first_mut().map(|entry| &mut entry.lead),
        Some(section) => Some(&mut section.lead),
        None => None,
    };
    let Some(lead) = lead else { return Vec::new() };
    let Some(last_blank) = lead.iter().rposition(|line| *line == Line::Blank) else {
        return Vec::new();
    };
    let own = lead.split_off(last_blank + 1);
    let mut heading = std::mem::replace(lead, own);
    if heading.first() == Some(&Line::Blank) {
        heading.remove(0);
    }
    heading
}

/// Comments right below a table's last entry, set off from the next header by an empty line, belong to that table.
fn give_back_tails(sections: &mut [Section]) {
    for at in 1..sections.len() {
        let Some((before, [section, ..])) = sections.split_at_mut_checked(at) else {
            return;
        };
        let Some(above) = before
            .last_mut()
            .filter(|above| above.header.is_some() || !above.entries.is_empty())
        else {
            continue;
        };
        if section.lead.contains(&Line::Blank) {
            above.tail = take_first_block(&mut section.lead);
        }
    }
}

/// Takes the comments before the first empty line.
fn take_first_block(lines: &mut Vec<Line>) -> Vec<Line> {
    let end = lines
        .iter()
        .position(|line| *line == Line::Blank)
        .unwrap_or(lines.len());
    let rest = lines.split_off(end);
    std::mem::replace(lines, rest)
}
