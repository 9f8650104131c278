//! Visits: whom to visit this month, who hasn't been visited by anyone, and the files that make it work without a network.

use std::collections::BTreeSet;

use campaign::UnitId;
use campaign::record::{About, When, visits};
use rulebook::model::{Cadence, Form, Subject};

use super::body::{Body, Item, List, say};
use super::filing::path;
use crate::asked::{Asked, At};
use crate::reply::{Answer, File, Reply};

/// So many units are listed and kept on the phone.
const LISTED: usize = 60;

/// The service worker; served from the top, so that it may keep pages.
pub fn worker(_asked: &Asked<'_>, _at: &At) -> Answer {
    Ok(Reply::File(File {
        name: None,
        media_type: "text/javascript; charset=utf-8",
        content: include_bytes!("../../../assets/sw.js").to_vec(),
    }))
}

/// Shows the plan.
pub fn show(asked: &Asked<'_>, at: &At) -> Answer {
    let person = asked.person()?;
    let from = at.query.get("from").parse().unwrap_or(0);
    let organisation = &asked.state.organisation;
    let mut body = Body {
        offline: true,
        ..Body::default()
    };
    let said = say(asked, "mine-once-this-page-was-opened");
    body.notes.push(said.to_owned());
    let Some(own) = organisation.unit_of(person, asked.today) else {
        return body.page(asked, &asked.words.t("mine-visits"));
    };
    let book = asked.book()?;
    let period = book.calendar.period_of(asked.today);
    let visited: BTreeSet<&UnitId> = visits(asked.state, period)
        .into_keys()
        .map(|(_, unit)| unit)
        .collect();
    let forms = book.campaign.forms.iter().map(|form| &form.item);
    let mine = forms.filter(|form| {
        let fills =
            |unit| organisation.has_role(person, form.filled_by.as_str(), unit, asked.today);
        form.subject == Subject::OtherUnit && form.every != Cadence::Event && fills(own)
    });
    for form in mine {
        body.lists.push(route(asked, form, own, (&visited, from)));
    }
    if body.lists.is_empty() {
        let said = say(asked, "mine-you-have-nobody-to-visit");
        body.notes.push(said.to_owned());
    }
    body.page(asked, &asked.words.t("mine-visits"))
}

/// The units a form asks about, those that nobody has visited first.
fn route(
    asked: &Asked<'_>,
    form: &Form,
    own: &UnitId,
    (visited, from): (&BTreeSet<&UnitId>, usize),
) -> List {
    let organisation = &asked.state.organisation;
    let when = When::of(form.every, asked.today);
    let name = form.id.as_str().into();
    let asked_of = organisation
        .units(asked.today)
        .filter(|(unit, facts)| *unit != own && form.is_asked_of(facts.category.as_str()));
    let mut items: Vec<(bool, Item)> = asked_of
        .map(|(unit, facts)| {
            let about = About::Unit(unit.clone());
            let filed = asked.state.records.filed(&name, when, &about, own);
            let (state, done) = match filed {
                Some(_) => (say(asked, "mine-visited-by-my-unit"), true),
                None if visited.contains(unit) => (say(asked, "mine-visited-by-others"), true),
                None => (say(asked, "mine-nobody-has-visited-it-this"), false),
            };
            let item = Item {
                to: path(form.id.as_str(), own, when, &about),
                text: facts.name.clone(),
                state: state.to_owned(),
                late: !done,
            };
            (done, item)
        })
        .collect();
    items.sort_by_key(|(done, _)| *done);
    let open = items.iter().filter(|(done, _)| !done).count();
    let title = format!(
        "{} ({}/{})",
        asked.words.of(&form.name),
        items.len() - open,
        items.len()
    );
    let (all, last) = (items.len(), from.saturating_add(LISTED));
    let items = items.into_iter().map(|(_, item)| item);
    let mut items: Vec<Item> = items.skip(from).take(LISTED).collect();
    items.extend((from > 0).then(|| Item {
        to: format!("/visits?from={}", from.saturating_sub(LISTED)),
        text: asked.words.t("mine-units-before").into_owned(),
        ..Item::default()
    }));
    items.extend((last < all).then(|| Item {
        to: format!("/visits?from={last}"),
        text: asked.words.n("mine-units-after", all - last).into_owned(),
        ..Item::default()
    }));
    List {
        title,
        empty: say(asked, "mine-none").to_owned(),
        items,
    }
}
