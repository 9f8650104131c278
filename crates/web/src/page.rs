//! What all pages have: title, language, navigation, messages.

use std::borrow::Cow;

use askama::Template;
use rulebook::{Lang, Say};

use crate::asked::{Asked, At, Who};
use crate::problem::Problem;
use crate::reply::{Answer, Reply};
use crate::words::Words;

/// A link of the navigation.
#[derive(Debug)]
pub struct Link {
    /// Where to.
    pub to: &'static str,
    /// What it is called.
    pub name: String,
    /// Whether this page is there.
    pub here: bool,
}

/// What all pages have.
pub struct Page<'a> {
    /// Its title.
    pub title: Cow<'a, str>,
    /// The words.
    pub w: Words<'a>,
    /// What the campaign is called.
    pub campaign: &'a str,
    /// The links.
    pub nav: Vec<Link>,
    /// What whoever asks is called; none for anyone.
    pub viewer: Option<String>,
    /// What proves a form.
    pub csrf: &'a str,
    /// A key of a command, so that a form sent twice happens once.
    pub key: String,
    /// The message shown after something was done.
    pub flash: Option<Cow<'a, str>>,
    /// What is wrong with what was sent.
    pub problem: Option<&'a Problem>,
    /// The path, to come back to in the other language.
    pub path: &'a str,
    /// Whether this is a demonstration, and what day it is there.
    pub demo: Option<String>,
    /// The style sheet.
    pub css: &'a str,
    /// The script.
    pub js: &'a str,
    /// The icon.
    pub icon: &'a str,
}

impl<'a> Page<'a> {
    /// The page of a request.
    #[must_use]
    pub fn new(asked: &Asked<'a>, title: impl Into<Cow<'a, str>>) -> Self {
        let (app, w) = (asked.app, asked.words);
        let name = asked
            .state
            .rules
            .latest()
            .map(|book| &book.campaign.file.name);
        let key = crate::act::new_key().map(|key| key.to_string());
        Self {
            title: title.into(),
            w,
            campaign: name.map_or("Merit", |name| w.of(name)),
            nav: crate::pages::nav(asked),
            viewer: match asked.who {
                Who::Person(person) => Some(asked.person_name(person)),
                Who::Program(program) => Some(program.to_string()),
                Who::Nobody => None,
            },
            csrf: asked.csrf,
            key: key.unwrap_or_default(),
            flash: asked.flash.filter(|id| w.has(id)).map(|id| w.t(id)),
            problem: asked.kept.map(|kept| &kept.problem),
            // One that begins with two slashes would lead to another site.
            path: crate::server::own_path(asked.path),
            demo: app.settings.demo.as_ref().map(|_| w.date(asked.today)),
            css: app.assets.path("merit.css"),
            js: app.assets.path("merit.js"),
            icon: app.assets.path("icon.svg"),
        }
    }

    /// The language's tag, for `lang`.
    #[must_use]
    pub fn tag(&self) -> &'static str {
        self.w.lang.pick("zh-CN", "en")
    }

    /// The other language: its tag for the link, and its name.
    #[must_use]
    pub fn other(&self) -> (&'static str, &'static str) {
        self.w.lang.pick(("en", "English"), ("zh", "中文"))
    }

    /// What is wrong with a field.
    #[must_use]
    pub fn wrong(&self, field: &str) -> Option<&str> {
        let said: &Say = self.problem?.fields.get(field)?;
        Some(self.w.say(said))
    }
}

/// The page of a problem.
#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    page: Page<'a>,
    problem: &'a Problem,
}

/// Shows a problem.
///
/// # Errors
/// When the page itself can't be made.
pub fn problem(asked: &Asked<'_>, problem: &Problem) -> Answer {
    let title = asked.words.say(&problem.text).to_owned();
    let mut page = Page::new(asked, title);
    page.problem = None;
    Reply::page(&ProblemPage { page, problem })
}

/// The language of a request: asked for, chosen before, preferred by the browser; else Chinese.
#[must_use]
pub fn language(at: &At, cookie: Option<&str>, accepted: Option<&str>) -> Lang {
    let of = |tag: &str| match tag.get(..2) {
        Some("zh") => Some(Lang::Zh),
        Some("en") => Some(Lang::En),
        _ => None,
    };
    let accepted = accepted.into_iter().flat_map(|line| line.split(','));
    let accepted = accepted.filter_map(|tag| of(tag.trim()));
    let first = of(at.query.get("lang")).or_else(|| cookie.and_then(of));
    first
        .or_else(|| accepted.into_iter().next())
        .unwrap_or_default()
}
