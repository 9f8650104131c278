//! What the pages of those who take part are made of: facts, lists, forms, history.

use askama::Template;
use campaign::{Actor, Date, Note};

use crate::asked::{Asked, Who};
use crate::forms::{Ask, Line, Widget};
use crate::page::Page;
use crate::reply::{Answer, Reply};

/// Facts under a heading.
#[derive(Debug)]
pub struct Section {
    /// The heading.
    pub title: String,
    /// The facts.
    pub lines: Vec<Line>,
}

/// Something in a list.
#[derive(Debug, Default)]
pub struct Item {
    /// Where it leads; nowhere when empty.
    pub to: String,
    /// What it is called.
    pub text: String,
    /// How it stands.
    pub state: String,
    /// Whether it is late.
    pub late: bool,
}

/// A list under a heading.
#[derive(Debug)]
pub struct List {
    /// The heading.
    pub title: String,
    /// What is said where it is empty.
    pub empty: String,
    /// What it holds.
    pub items: Vec<Item>,
}

/// Something that happened.
#[derive(Debug)]
pub struct Past {
    /// When.
    pub day: String,
    /// Who did it.
    pub who: String,
    /// What.
    pub what: String,
}

/// The content of a page.
#[derive(Debug, Default)]
pub struct Body {
    /// Remarks.
    pub notes: Vec<String>,
    /// Facts.
    pub facts: Vec<Line>,
    /// More facts.
    pub sections: Vec<Section>,
    /// Lists.
    pub lists: Vec<List>,
    /// What can be done.
    pub asks: Vec<Ask>,
    /// What happened.
    pub history: Vec<Past>,
    /// Units to choose from.
    pub units: Vec<String>,
    /// People to choose from.
    pub people: Vec<(String, String)>,
    /// Whether it works without a network.
    pub offline: bool,
    /// Whose drafts it may send.
    pub owner: String,
    /// The script that does so.
    pub script: String,
}

#[derive(Template)]
#[template(path = "mine/thing.html")]
struct Thing<'a> {
    page: Page<'a>,
    body: Body,
}

/// Whether something stands in a field.
pub fn filled(widget: &Widget) -> bool {
    !widget.value.is_empty() || widget.wrong.is_some()
}

/// A message that is all text.
pub fn say<'a>(asked: &Asked<'a>, id: &'static str) -> &'a str {
    asked.words.plain(id)
}

impl Body {
    /// A fact.
    pub fn fact(&mut self, label: &str, text: impl Into<String>) {
        self.facts.push(line(label, text));
    }

    /// What was entered in a form that isn't here any more, so that it isn't lost.
    fn entered(&self, asked: &Asked<'_>) -> Option<Section> {
        let kept = asked.kept?;
        if self.asks.iter().any(|ask| ask.to == asked.path) {
            return None;
        }
        let label = asked.words.t("mine-entered-one");
        let own = |name: &str| !["csrf", "key", "code"].contains(&name);
        let texts = kept.fields.iter().filter(|(name, _)| own(name));
        let lines = texts.filter(|(_, text)| !text.trim().is_empty());
        let lines: Vec<Line> = lines.map(|(_, text)| line(&label, text)).collect();
        (!lines.is_empty()).then(|| Section {
            title: asked.words.t("mine-entered").into_owned(),
            lines,
        })
    }

    /// The page with this content.
    pub fn page(mut self, asked: &Asked<'_>, title: &str) -> Answer {
        let asks = |kind: &str| {
            let mut fields = self.asks.iter().flat_map(|ask| &ask.fields);
            fields.any(|field| {
                field.kind == kind || field.rows.iter().flatten().any(|cell| cell.kind == kind)
            })
        };
        let (units, people) = (asks("unit"), asks("person"));
        self.sections.extend(self.entered(asked));
        let organisation = &asked.state.organisation;
        if units {
            let units = organisation.units(asked.today);
            self.units = units.map(|(_, facts)| facts.name.clone()).collect();
        }
        let unit = asked.person().ok();
        let unit = unit.and_then(|person| organisation.unit_of(person, asked.today));
        if let Some(unit) = unit.filter(|_| people) {
            let people = organisation.people_of(unit, asked.today);
            let named = people.map(|one| (one.to_string(), asked.person_name(one)));
            self.people = named.collect();
        }
        if self.offline {
            asked
                .app
                .assets
                .path("visit.js")
                .clone_into(&mut self.script);
            if let Who::Person(person) = asked.who {
                self.owner = person.to_string();
            }
        }
        Reply::page(&Thing {
            page: Page::new(asked, title.to_owned()),
            body: self,
        })
    }
}

/// A fact.
pub fn line(label: &str, text: impl Into<String>) -> Line {
    Line {
        label: label.to_owned(),
        text: text.into(),
    }
}

/// Who did something, as it is told.
pub fn actor(asked: &Asked<'_>, actor: &Actor) -> String {
    match actor {
        Actor::Person(person) => asked.person_name(person),
        Actor::Program(program) => program.to_string(),
        Actor::Public => say(asked, "mine-someone-with-a-code").to_owned(),
        Actor::Clock => say(asked, "mine-by-date").to_owned(),
    }
}

/// A text of the vault, or that it was erased.
pub fn note(asked: &Asked<'_>, note: Note) -> String {
    let text = asked.text(note.item);
    match text.is_empty() {
        true => asked.words.t("mine-erased").into_owned(),
        false => text.to_string(),
    }
}

/// How many days are left until a day, or that it is over.
pub fn until(asked: &Asked<'_>, due: Date) -> (String, bool) {
    let days = due.0 - asked.today.0;
    let day = asked.words.date(due);
    let text = if days < 0 {
        asked.words.n("mine-late", -days)
    } else {
        asked.words.n("mine-left", days)
    };
    (format!("{day} · {text}"), days < 0)
}
