//! The campaign's first page.

use askama::Template;
use rulebook::model::Text;

use crate::asked::{Asked, At};
use crate::page::Page;
use crate::reply::{Answer, Reply};

#[derive(Template)]
#[template(path = "public/home.html")]
struct Home<'a> {
    page: Page<'a>,
    about: Option<&'a Text>,
    aims: &'a [Text],
}

/// Shows it.
pub fn show(asked: &Asked<'_>, _at: &At) -> Answer {
    let file = &asked.book()?.campaign.file;
    Reply::page(&Home {
        page: Page::new(asked, asked.words.of(&file.name)),
        about: file.about.as_ref(),
        aims: &file.aims,
    })
}
