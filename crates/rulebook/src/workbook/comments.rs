//! Comments, between TOML and cells.
//!
//! In a cell a comment stands without its `# `; one that isn't followed by a space (`#:schema …`) keeps its sign, so that it
//! comes back as it was. Lines of `comment.keys` name the key: `points: before it`, `points # behind it`.

use toml_edit::{Decor, RawString};

/// The comments of an item: before it, and of its keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Comments {
    /// Lines before the item (or the file's first key).
    pub before: Vec<String>,
    /// Of its keys, in order.
    pub keys: Vec<KeyComment>,
}

/// A comment of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KeyComment {
    pub key: String,
    /// On the key's own line, behind its value.
    pub behind: bool,
    pub text: String,
}

/// The key that stands for an item's header in `comment.keys`.
pub(super) const HEADER: &str = "[]";

impl Comments {
    /// Notes the comments around a key or a header.
    pub(super) fn note(
        &mut self,
        key: &str,
        before: Option<&RawString>,
        behind: Option<&RawString>,
    ) {
        let comment = |behind: bool| {
            move |text: String| KeyComment {
                key: key.to_owned(),
                behind,
                text,
            }
        };
        self.keys
            .extend(lines(before).into_iter().map(comment(false)));
        self.keys.extend(
            lines(behind)
                .into_iter()
                .filter(|line| !line.is_empty())
                .map(comment(true)),
        );
    }

    /// Notes comments inside a value that is split into cells: they move before its key.
    pub(super) fn note_inside(&mut self, key: &str, decor: &Decor) {
        for part in [decor.prefix(), decor.suffix()] {
            let inside = lines(part).into_iter().filter(|line| !line.is_empty());
            self.keys.extend(inside.map(|text| KeyComment {
                key: key.to_owned(),
                behind: false,
                text,
            }));
        }
    }

    /// As the cell `comment`.
    pub(super) fn before_cell(&self) -> String {
        self.before.join("\n")
    }

    /// As the cell `comment.keys`.
    pub(super) fn keys_cell(&self) -> String {
        let line = |KeyComment { key, behind, text }: &KeyComment| {
            let mark = if *behind { " # " } else { ": " };
            format!("{key}{mark}{text}").trim_end().to_owned()
        };
        self.keys.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// From the two cells. A line of `comment.keys` that names none of the keys stays, before the item.
    pub(super) fn of_cells(before: &str, keys: &str, known: impl Fn(&str) -> bool) -> Self {
        let mut comments = Self::default();
        if !before.trim().is_empty() {
            comments
                .before
                .extend(before.lines().map(|line| line.trim_end().to_owned()));
        }
        for line in keys.lines() {
            match key_comment(line).filter(|comment| known(&comment.key)) {
                Some(comment) => comments.keys.push(comment),
                None if line.trim().is_empty() => {}
                None => comments.before.push(line.trim().to_owned()),
            }
        }
        comments
    }

    /// What is written before a key, as TOML.
    pub(super) fn prefix(&self, key: &str) -> String {
        toml(
            self.keys
                .iter()
                .filter(|comment| comment.key == key && !comment.behind)
                .map(|comment| &comment.text),
        )
    }

    /// What is written behind a key's value, as TOML. A line holds one comment.
    pub(super) fn suffix(&self, key: &str) -> String {
        let texts = self
            .keys
            .iter()
            .filter(|comment| comment.key == key && comment.behind);
        let text = texts
            .map(|comment| comment.text.as_str())
            .collect::<Vec<_>>()
            .join(" ");
        if text.is_empty() {
            text
        } else {
            format!(" {}", sign(&text))
        }
    }

    /// What is written before the item, as TOML.
    pub(super) fn lead(&self) -> String {
        toml(self.before.iter())
    }
}

fn key_comment(line: &str) -> Option<KeyComment> {
    let end = line.find([':', ' ']).unwrap_or(line.len());
    let (key, rest) = line.split_at_checked(end)?;
    let comment = |behind, text: &str| {
        Some(KeyComment {
            key: key.to_owned(),
            behind,
            text: text.to_owned(),
        })
    };
    if let Some(text) = rest.strip_prefix(" # ") {
        comment(true, text)
    } else {
        let text = rest.strip_prefix(':')?;
        comment(false, text.strip_prefix(' ').unwrap_or(text))
    }
}

/// The comment lines (and empty lines between them) of what stands between two things, as cells show them.
pub(super) fn lines(raw: Option<&RawString>) -> Vec<String> {
    let raw = raw.and_then(RawString::as_str).unwrap_or_default();
    let mut lines: Vec<String> = Vec::new();
    for line in raw.lines().map(str::trim) {
        if line.starts_with('#') {
            lines.push(bare(line));
        } else if lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(String::new());
        }
    }
    while lines.pop_if(|last| last.is_empty()).is_some() {}
    lines
}

/// A comment without its sign, where the sign can be told to have been there.
fn bare(comment: &str) -> String {
    match comment.strip_prefix("# ") {
        Some(text) if !text.trim_start().is_empty() && !text.starts_with(['#', ' ']) => {
            text.to_owned()
        }
        _ => comment.to_owned(),
    }
}

/// A comment with its sign.
fn sign(text: &str) -> String {
    if text.starts_with('#') {
        text.to_owned()
    } else {
        format!("# {text}")
    }
}

/// Lines as TOML.
pub(super) fn toml<'l>(lines: impl Iterator<Item = &'l String>) -> String {
    lines
        .map(|line| {
            if line.is_empty() {
                "\n".to_owned()
            } else {
                format!("{}\n", sign(line))
            }
        })
        .collect()
}
