//! What changed in meaning between two campaigns.
//!
//! Complete schemes are compared, item by item by id: the order of items, comments, formatting and how a scheme is split
//! into layers are no changes.

mod campaign;
mod life;
mod scheme;

use crate::{Campaign, Lang, Say};

/// One change of meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is about, outermost first, such as a scheme and one of its indicators.
    pub subject: Vec<Say>,
    /// What happened to it.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// It is new; what it is.
    Added(Say),
    /// It is gone; what it was.
    Removed(Say),
    /// An aspect of it is another one now.
    Changed {
        /// Which aspect.
        aspect: Say,
        /// As it was; `None` where nothing was said.
        old: Option<Say>,
        /// As it is now; `None` where nothing is said any more.
        new: Option<Say>,
    },
}

/// The changes from `old` to `new`, in the order of the campaign's parts and of `old`, what is new last.
#[must_use]
pub fn diff(old: &Campaign, new: &Campaign) -> Vec<Change> {
    let mut changes = Changes::default();
    campaign::compare(old, new, &mut changes);
    scheme::compare(old, new, &mut changes);
    changes.list
}

/// Changes as a person reads them: each subject once, its changes below it. Empty where nothing changed.
#[must_use]
pub fn render(changes: &[Change], lang: Lang) -> String {
    let mut text = String::new();
    let mut before: &[Say] = &[];
    for change in changes {
        let subject = &change.subject;
        let shared = before
            .iter()
            .zip(subject)
            .take_while(|(a, b)| a == b)
            .count();
        for (depth, part) in subject.iter().enumerate().skip(shared) {
            line(&mut text, depth, part.get(lang));
        }
        line(&mut text, subject.len(), &sentence(&change.what, lang));
        before = subject;
    }
    text
}

fn line(text: &mut String, depth: usize, words: &str) {
    text.push_str(&"  ".repeat(depth));
    text.push_str(words);
    text.push('\n');
}

/// What happened, in a line.
#[must_use]
pub fn sentence(what: &What, lang: Lang) -> String {
    let colon = lang.pick(":", ": ");
    let named = |word: &str, say: &Say| {
        let words = say.get(lang);
        let colon = if words.is_empty() { "" } else { colon };
        format!("{word}{colon}{words}")
    };
    match what {
        What::Added(say) => named(lang.pick("+ 新增", "+ added"), say),
        What::Removed(say) => named(lang.pick("- 取消", "- removed"), say),
        What::Changed { aspect, old, new } => {
            let none = lang.pick("(无)", "(none)");
            let side =
                |side: &Option<Say>| side.as_ref().map_or(none, |say| say.get(lang)).to_owned();
            format!("~ {}{colon}{} → {}", aspect.get(lang), side(old), side(new))
        }
    }
}

/// Changes as they are found.
#[derive(Default)]
struct Changes {
    subject: Vec<Say>,
    list: Vec<Change>,
}

impl Changes {
    /// Everything `compare` finds is about `part` of the present subject.
    fn about(&mut self, part: Say, compare: impl FnOnce(&mut Self)) {
        self.subject.push(part);
        compare(self);
        self.subject.pop();
    }

    fn push(&mut self, what: What) {
        let subject = self.subject.clone();
        self.list.push(Change { subject, what });
    }

    /// Compares an aspect; `words` is only made where it differs.
    fn aspect<T: PartialEq>(
        &mut self,
        aspect: Say,
        (old, new): (&T, &T),
        words: impl Fn(&T) -> Option<Say>,
    ) {
        if old != new {
            let (old, new) = (words(old), words(new));
            self.push(What::Changed { aspect, old, new });
        }
    }

    /// Compares an optional aspect.
    fn option<T: PartialEq>(
        &mut self,
        aspect: Say,
        (old, new): (&Option<T>, &Option<T>),
        words: impl Fn(&T) -> Say,
    ) {
        self.aspect(aspect, (old, new), |side| side.as_ref().map(&words));
    }

    /// Compares two lists by id: what is gone, what is in both, what is new.
    fn lists<'a, T>(
        &mut self,
        (old, new): (&'a [T], &'a [T]),
        id: impl Fn(&T) -> &str,
        title: impl Fn(&T) -> Say,
        compare: impl Fn(&mut Self, &'a T, &'a T),
    ) {
        let find = |list: &'a [T], wanted: &str| list.iter().find(|item| id(item) == wanted);
        for item in old {
            let now = find(new, id(item));
            self.about(title(now.unwrap_or(item)), |changes| match now {
                Some(now) => compare(changes, item, now),
                None => changes.push(What::Removed(nothing())),
            });
        }
        for item in new.iter().filter(|item| find(old, id(item)).is_none()) {
            self.about(title(item), |changes| changes.push(What::Added(nothing())));
        }
    }
}

/// No more words.
fn nothing() -> Say {
    Say {
        zh: String::new(),
        en: String::new(),
    }
}

/// The words of a text, in both languages.
fn text(text: &crate::model::Text) -> Say {
    Say {
        zh: text.get(Lang::Zh).to_owned(),
        en: text.get(Lang::En).to_owned(),
    }
}

/// Something that reads the same in both languages.
fn same<T: ToString + ?Sized>(value: &T) -> Say {
    let zh = value.to_string();
    Say { en: zh.clone(), zh }
}

/// A title: what it is, its name and id.
fn title(what: Say, name: &crate::model::Text, id: &str) -> Say {
    let name = text(name);
    Say {
        zh: format!("{}“{}”({id})", what.zh, name.zh),
        en: format!("{} “{}” ({id})", what.en, name.en),
    }
}
