//! What a browser's form sends: texts and files by field, read with what is wrong said per field.

use std::str::FromStr;

use rulebook::{Say, say};

use crate::problem::Problem;

/// A file that was sent.
#[derive(Clone, Debug)]
pub struct Upload {
    /// What it was called where it came from.
    pub name: String,
    /// Its content.
    pub content: Vec<u8>,
}

/// The fields of a form. A field can stand several times.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    texts: Vec<(String, String)>,
    files: Vec<(String, Upload)>,
}

impl Fields {
    /// The fields of a query or an urlencoded form.
    #[must_use]
    pub fn of(texts: Vec<(String, String)>) -> Self {
        let mut fields = Self::default();
        for (name, text) in texts {
            fields.add(&name, text);
        }
        fields
    }

    /// Adds a text: its lines end alike, and what can't be shown stands as `�`, which a text that is kept may not hold.
    pub fn add(&mut self, name: &str, text: String) {
        let strange = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
        let text = match text.contains(strange) {
            true => text.replace("\r\n", "\n").replace(strange, "\u{fffd}"),
            false => text,
        };
        self.texts.push((name.to_owned(), text));
    }

    /// Adds a file.
    pub fn add_file(&mut self, name: &str, file: Upload) {
        self.files.push((name.to_owned(), file));
    }

    /// What stands in a field, trimmed; empty where it wasn't sent.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        let found = self.texts.iter().find(|(field, _)| field == name);
        found.map_or("", |(_, text)| text.trim())
    }

    /// Everything that stands in a field, such as the boxes ticked.
    pub fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        let named = self.texts.iter().filter(move |(field, _)| field == name);
        named.map(|(_, text)| text.trim())
    }

    /// Whether a field was sent at all.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.texts.iter().any(|(field, _)| field == name)
    }

    /// All fields with their texts.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.texts.iter();
        pairs.map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// What stands in a field as it was sent, not trimmed.
    #[must_use]
    pub fn raw(&self, name: &str) -> &str {
        let found = self.texts.iter().find(|(field, _)| field == name);
        found.map_or("", |(_, text)| text.as_str())
    }

    /// All files that were chosen, with their fields.
    pub fn uploads(&self) -> impl Iterator<Item = (&str, &Upload)> {
        let pairs = self.files.iter();
        pairs.map(|(name, file)| (name.as_str(), file))
    }

    /// The files of a field that were chosen.
    pub fn files<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f Upload> {
        let named = self.files.iter().filter(move |(field, _)| field == name);
        let files = named.map(|(_, file)| file);
        files.filter(|file| !file.content.is_empty())
    }

    /// The file of a field; none where none was chosen.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&Upload> {
        let named = self.files.iter().filter(|(field, _)| field == name);
        let mut files = named.map(|(_, file)| file);
        files.find(|file| !file.content.is_empty())
    }

    /// A field that may not be empty. What is wrong goes to `problem`.
    #[must_use]
    pub fn need<'f>(&'f self, name: &str, problem: &mut Problem) -> &'f str {
        let text = self.get(name);
        if text.is_empty() {
            problem.wrong(name, empty());
        }
        text
    }

    /// A field as a value of a type; none where it is empty. What is wrong goes to `problem`.
    #[must_use]
    pub fn parse<T: FromStr>(&self, name: &str, like: &str, problem: &mut Problem) -> Option<T> {
        let text = self.get(name);
        if text.is_empty() {
            return None;
        }
        let parsed = text.parse().ok();
        if parsed.is_none() {
            problem.wrong(
                name,
                say!(
                    "“{text}”不对;应写成 {like}。",
                    "`{text}` can't be read; write it like {like}."
                ),
            );
        }
        parsed
    }
}

/// What is said of a field that may not be empty.
#[must_use]
pub fn empty() -> Say {
    say!("这一栏要填。", "Fill in this field.")
}
