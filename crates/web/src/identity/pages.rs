//! Signing in and out.

use askama::Template;

use crate::asked::{Asked, At};
use crate::page::Page;
use crate::reply::{Answer, Reply};
use crate::rights::Verb;
use crate::routes::Table;

/// The routes of accounts. Signing in and out are the server's own.
#[must_use]
pub fn routes() -> Table {
    Table::new().show("/sign-in", Verb::SeePublic, sign_in)
}

/// The page to sign in on.
#[derive(Template)]
#[template(path = "identity/sign-in.html")]
struct SignIn<'a> {
    page: Page<'a>,
    login: &'a str,
    then: &'a str,
    demo: &'a [(String, String, rulebook::Say)],
}

/// Shows the page to sign in on.
///
/// # Errors
/// None of its own.
pub fn sign_in(asked: &Asked<'_>, at: &At) -> Answer {
    let kept = asked.kept.map(|kept| &kept.fields);
    let demo = asked.app.settings.demo.as_ref();
    Reply::page(&SignIn {
        page: Page::new(asked, asked.words.t("sign-in")),
        login: kept.map_or("", |fields| fields.get("login")),
        then: kept.unwrap_or(&at.query).get("then"),
        demo: demo.map_or(&[], |demo| &demo.accounts),
    })
}
