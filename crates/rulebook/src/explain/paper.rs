//! The lines of a page in one language.

use super::words;
use crate::{Lang, Say};

/// A page being written.
pub(super) struct Paper {
    lang: Lang,
    pub(super) text: String,
}

impl Paper {
    /// An empty page.
    pub(super) fn new(lang: Lang) -> Self {
        Self {
            lang,
            text: String::new(),
        }
    }

    /// A line as it is; nothing where it is empty.
    pub(super) fn line(&mut self, indent: usize, text: &str) {
        if text.is_empty() {
            return;
        }
        self.text.push_str(&"  ".repeat(indent));
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// A sentence, with a capital where the language has them.
    pub(super) fn say(&mut self, indent: usize, text: &Say) {
        let text = match self.lang {
            Lang::Zh => text.zh.clone(),
            Lang::En => words::capitalised(&text.en),
        };
        self.line(indent, &text);
    }

    /// A heading, with an empty line before it.
    pub(super) fn heading(&mut self, text: &Say) {
        self.text.push('\n');
        self.say(0, text);
    }

    /// Facts on one line; nothing where there are none.
    pub(super) fn facts(&mut self, indent: usize, facts: Vec<Say>) {
        let lang = self.lang;
        let facts: Vec<&str> = facts.iter().map(|fact| fact.get(lang)).collect();
        let (zh, en) = (facts.join(";"), facts.join("; "));
        self.say(indent, &Say { zh, en });
    }
}
