//! A page as data: headings, tables, facts, forms. The office's pages are many and alike; each says what stands on it, one
//! template says how that looks. What was filled in wrongly comes back into the form it was sent from.

use askama::Template;
use serde::Serialize;

use crate::asked::Asked;
use crate::files::{self, Kind};
use crate::page::Page;
use crate::problem::Problem;
use crate::reply::{Answer, Reply};

/// What stands in a table's cell, or beside a fact's name.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Cell {
    /// The text.
    pub text: String,
    /// Where it leads.
    pub to: Option<String>,
    /// How it looks: `n` for numbers, `late`, `good`, `quiet`; the text says the same without it.
    pub look: &'static str,
}

impl Cell {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// A number.
    pub fn number(value: impl ToString) -> Self {
        Self::text(value.to_string()).look("n")
    }

    /// With another look.
    #[must_use]
    pub const fn look(mut self, look: &'static str) -> Self {
        self.look = look;
        self
    }

    /// Leading somewhere.
    #[must_use]
    pub fn to(mut self, to: impl Into<String>) -> Self {
        self.to = Some(to.into());
        self
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::text(text)
    }
}

/// So many rows make a table long.
const LONG: usize = 60;
/// So many rows of a long table are seen at once.
const AT_ONCE: usize = 10;

/// A table.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Grid {
    /// What it shows.
    pub caption: String,
    /// The columns' names.
    pub head: Vec<String>,
    /// The rows; the first cell names the row.
    pub rows: Vec<Vec<Cell>>,
    /// What is said where there are none.
    pub empty: String,
}

impl Grid {
    /// What a column is called; the template has its number as a reference or not.
    fn column(&self, at: impl std::borrow::Borrow<usize>) -> &str {
        self.head.get(*at.borrow()).map_or("", String::as_str)
    }

    /// How a column's name looks: as the numbers under it.
    fn look(&self, at: impl std::borrow::Borrow<usize>) -> &str {
        let first = self.rows.first().and_then(|row| row.get(*at.borrow()));
        let number = first.is_some_and(|cell| cell.look == "n");
        if number { "n" } else { "" }
    }

    /// The rows in parts: those that are seen at once, and the rest of a long table.
    fn parts(&self) -> Vec<&[Vec<Cell>]> {
        match self.rows.split_at_checked(AT_ONCE) {
            Some((first, rest)) if self.rows.len() > LONG => vec![first, rest],
            _ => vec![&self.rows],
        }
    }

    /// The table as a file.
    fn file(&self, name: &str, kind: Kind) -> Answer {
        let cell = |cell: &Cell| match cell.look {
            "n" => files::Cell::number(Some(cell.text.clone())),
            _ => files::Cell::text(cell.text.as_str()),
        };
        let rows: Vec<Vec<_>> = self
            .rows
            .iter()
            .map(|row| row.iter().map(cell).collect())
            .collect();
        files::table(name, &self.head, &rows, kind)
    }
}

/// How a field is filled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Input {
    /// One line.
    Line,
    /// A day.
    Day,
    /// Several lines.
    Lines,
    /// A whole file's text.
    Code,
    /// One of these: value, name.
    Choice(Vec<(String, String)>),
    /// Files.
    Files,
    /// A box that has to be ticked.
    Tick,
    /// Not shown.
    Hidden,
}

/// Whether a field may stay empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Need {
    /// It may.
    Optional,
    /// It may not.
    Required,
}

/// A field of a form.
#[derive(Clone, Debug, Serialize)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it is called.
    pub label: String,
    /// How it is filled.
    pub input: Input,
    /// What stands in it.
    pub value: String,
    /// What helps to fill it.
    pub hint: String,
    /// Whether it may stay empty.
    pub need: Need,
    /// What is wrong with it.
    pub wrong: Option<String>,
}

impl Field {
    /// A field that has to be filled, named by a message.
    pub fn new(asked: &Asked<'_>, name: &'static str, label: &str, input: Input) -> Self {
        Self {
            name,
            label: asked.words.t(label).into_owned(),
            input,
            value: String::new(),
            hint: String::new(),
            need: Need::Required,
            wrong: None,
        }
    }

    /// A field that isn't shown.
    pub fn hidden(name: &'static str, value: impl Into<String>) -> Self {
        Self {
            name,
            label: String::new(),
            input: Input::Hidden,
            value: value.into(),
            hint: String::new(),
            need: Need::Optional,
            wrong: None,
        }
    }

    /// With something in it.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// With a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// It may stay empty.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.need = Need::Optional;
        self
    }

    /// Whether it has to be filled.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.need == Need::Required
    }
}

/// A form.
#[derive(Clone, Debug, Serialize)]
pub struct Form {
    /// Where it is sent.
    pub action: String,
    /// Its heading; empty where the text above says it.
    pub title: String,
    /// What it does, who may, what comes next.
    pub about: String,
    /// Its fields.
    pub fields: Vec<Field>,
    /// What its button says.
    pub button: String,
    /// Whether it only asks.
    pub asks: Asks,
    /// Its anchor on the page; empty where nothing leads to it.
    pub anchor: &'static str,
}

/// Whether a form changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Asks {
    /// It only asks.
    Only,
    /// It changes something.
    Changes,
}

impl Form {
    /// A form that changes something; its heading and its button are messages.
    pub fn new(asked: &Asked<'_>, action: impl Into<String>, title: &str, button: &str) -> Self {
        Self {
            action: action.into(),
            title: if title.is_empty() {
                String::new()
            } else {
                asked.words.t(title).into_owned()
            },
            about: String::new(),
            fields: Vec::new(),
            button: asked.words.t(button).into_owned(),
            asks: Asks::Changes,
            anchor: "",
        }
    }

    /// With an anchor that links lead to.
    #[must_use]
    pub const fn named(mut self, anchor: &'static str) -> Self {
        self.anchor = anchor;
        self
    }

    /// A form that only asks.
    #[must_use]
    pub const fn asking(mut self) -> Self {
        self.asks = Asks::Only;
        self
    }

    /// With what it does, who may, what comes next.
    #[must_use]
    pub fn about(mut self, about: impl Into<String>) -> Self {
        self.about = about.into();
        self
    }

    /// With a field.
    #[must_use]
    pub fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    /// Whether it only asks.
    #[must_use]
    pub fn is_asking(&self) -> bool {
        self.asks == Asks::Only
    }

    /// Whether files go with it.
    #[must_use]
    pub fn has_files(&self) -> bool {
        self.fields.iter().any(|field| field.input == Input::Files)
    }

    /// Puts back what was sent from this form, with what is wrong.
    fn restore(&mut self, asked: &Asked<'_>) {
        let Some(kept) = asked.kept.filter(|_| self.action == asked.path) else {
            return;
        };
        for field in &mut self.fields {
            let typed = !matches!(field.input, Input::Files | Input::Hidden);
            if kept.fields.has(field.name) && typed {
                let text = match field.input {
                    Input::Code => kept.fields.raw(field.name),
                    _ => kept.fields.get(field.name),
                };
                text.clone_into(&mut field.value);
            }
            let wrong = kept.problem.fields.get(field.name);
            field.wrong = wrong.map(|say| asked.words.say(say).to_owned());
        }
    }
}

/// A part of a page.
#[derive(Clone, Debug, Serialize)]
pub enum Block {
    /// A heading.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// A remark.
    Note(String),
    /// A table.
    Table(Grid),
    /// Names and what stands there.
    Facts(Vec<(String, Cell)>),
    /// Links beside one another.
    Links(Vec<Cell>),
    /// A form.
    Form(Form),
    /// A picture.
    Chart(crate::charts::Chart),
}

/// A page as data.
#[derive(Clone, Debug, Serialize)]
pub struct Sheet {
    /// Its title.
    pub title: String,
    /// What stands on it.
    pub blocks: Vec<Block>,
}

#[derive(Template)]
#[template(path = "office/sheet.html")]
struct SheetPage<'a> {
    page: Page<'a>,
    blocks: &'a [Block],
    /// What limits the lists of the page, for their files to be limited alike; ends with `&` where there is something.
    query: String,
}

fn kept(asked: &Asked<'_>) -> String {
    let pairs: Vec<_> = asked.query.iter().collect();
    let text = serde_urlencoded::to_string(pairs).unwrap_or_default();
    match text.is_empty() {
        true => text,
        false => text + "&",
    }
}

impl Sheet {
    /// A page with nothing on it, its title being a message.
    pub fn new(asked: &Asked<'_>, title: &str) -> Self {
        Self::titled(asked.words.t(title))
    }

    /// A page with nothing on it.
    pub fn titled(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            blocks: Vec::new(),
        }
    }

    /// Adds a part.
    pub fn add(&mut self, block: Block) -> &mut Self {
        self.blocks.push(block);
        self
    }

    /// Adds a heading that is a message.
    pub fn heading(&mut self, asked: &Asked<'_>, message: &str) -> &mut Self {
        self.add(Block::Heading(asked.words.t(message).into_owned()))
    }

    /// Adds a paragraph that is a message.
    pub fn text(&mut self, asked: &Asked<'_>, message: &str) -> &mut Self {
        self.add(Block::Text(asked.words.t(message).into_owned()))
    }

    /// Adds a remark that is a message.
    pub fn note(&mut self, asked: &Asked<'_>, message: &str) -> &mut Self {
        self.add(Block::Note(asked.words.t(message).into_owned()))
    }

    /// Adds a table; its caption, what is said where it is empty, and its columns are messages.
    pub fn table(
        &mut self,
        asked: &Asked<'_>,
        (caption, empty): (&str, &str),
        head: &[&str],
        rows: Vec<Vec<Cell>>,
    ) -> &mut Self {
        let word = |id: &str| asked.words.t(id).into_owned();
        self.add(Block::Table(Grid {
            caption: word(caption),
            head: head.iter().map(|id| word(id)).collect(),
            rows,
            empty: word(empty),
        }))
    }

    /// Adds a form.
    pub fn form(&mut self, form: Form) -> &mut Self {
        self.add(Block::Form(form))
    }

    /// Shows it.
    ///
    /// # Errors
    /// When the template fails.
    pub fn show(mut self, asked: &Asked<'_>) -> Answer {
        if asked.query.has("as") {
            return self
                .file(asked)
                .unwrap_or_else(|| Err(Problem::not_found()));
        }
        for block in &mut self.blocks {
            if let Block::Form(form) = block {
                form.restore(asked);
            }
        }
        Reply::page(&SheetPage {
            page: Page::new(asked, self.title),
            blocks: &self.blocks,
            query: kept(asked),
        })
    }

    /// The table that the query asks for as a file.
    fn file(&self, asked: &Asked<'_>) -> Option<Answer> {
        let kind = Kind::asked(asked.query.get("as"))?;
        let mut tables = (0..)
            .zip(&self.blocks)
            .filter_map(|(number, block)| match block {
                Block::Table(grid) => Some((number, grid)),
                _ => None,
            });
        let (number, grid) = match asked.query.get("table") {
            "" => tables.next()?,
            wanted => tables.find(|(number, _)| wanted.parse() == Ok(*number))?,
        };
        let place = asked.path.trim_matches('/').replace('/', "-");
        Some(grid.file(&format!("{place}-{number}"), kind))
    }
}

/// The units there are, to choose from: id, name.
#[must_use]
pub fn units(asked: &Asked<'_>) -> Vec<(String, String)> {
    let units = asked.state.organisation.units(asked.today);
    units
        .map(|(id, facts)| (id.to_string(), facts.name.clone()))
        .collect()
}

/// The roles of the rules, to choose from.
///
/// # Errors
/// When there are no rules.
pub fn roles(asked: &Asked<'_>) -> Result<Vec<(String, String)>, Problem> {
    let roles = asked.book()?.campaign.file.role.iter();
    let pair =
        |role: &rulebook::model::Role| (role.id.to_string(), asked.words.of(&role.name).to_owned());
    Ok(roles.map(pair).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_of_a_long_table_comes_apart() {
        let parts = |rows: usize| {
            let rows = (0..rows).map(|row| vec![Cell::number(row)]).collect();
            let grid = Grid {
                rows,
                ..Grid::default()
            };
            let parts = grid.parts();
            parts.iter().map(|part| part.len()).collect::<Vec<_>>()
        };
        assert_eq!(parts(LONG), [LONG]);
        assert_eq!(parts(LONG + 1), [AT_ONCE, LONG + 1 - AT_ONCE]);
    }
}
