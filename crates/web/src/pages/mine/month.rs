//! My month: what is due, what waits for an answer, for a check, for a verification.

use std::collections::BTreeSet;

use campaign::record::{Due, due_of_person, due_of_unit};
use campaign::work::Stage;
use campaign::{PersonId, UnitId};
use rulebook::model::Cadence;

use super::body::{Body, Item, List, note, say, until};
use super::filing::path;
use crate::asked::{Asked, At};
use crate::reply::Answer;

/// So many of each kind are listed.
const LISTED: usize = 40;

fn list(title: &str, empty: &str, mut items: Vec<Item>) -> List {
    items.truncate(LISTED);
    List {
        title: title.to_owned(),
        empty: empty.to_owned(),
        items,
    }
}

/// Shows it.
pub fn show(asked: &Asked<'_>, _at: &At) -> Answer {
    let person = asked.person()?;
    let mut body = Body::default();
    let unit = asked.state.organisation.unit_of(person, asked.today);
    let mine = due_of_person(asked.state, person, asked.today);
    body.lists.push(list(
        say(asked, "mine-due-from-me"),
        say(asked, "mine-nothing-is-due-from-you"),
        open(asked, &mine),
    ));
    if let Some(unit) = unit {
        body.fact(say(asked, "mine-unit"), asked.unit_name(unit));
        let units = due_of_unit(asked.state, unit, asked.today);
        let units: Vec<Due<'_>> = units
            .into_iter()
            .filter(|due| !mine.contains(due))
            .collect();
        body.lists.push(list(
            say(asked, "mine-due-from-my-unit-by"),
            say(asked, "mine-nothing"),
            open(asked, &units),
        ));
        body.lists.push(work(asked, person, unit));
        body.lists.push(objections(asked, unit));
    }
    body.lists.push(verify(asked, person));
    if let Some(unit) = unit {
        body.lists.push(events(asked, person, unit));
        body.lists.push(served(asked, unit));
    }
    body.page(asked, &asked.words.t("mine-month"))
}

fn open(asked: &Asked<'_>, dues: &[Due<'_>]) -> Vec<Item> {
    let open = dues.iter().filter(|due| due.record.is_none());
    let each = open.map(|due| {
        let (state, late) = until(asked, due.due);
        let about = match &due.about {
            campaign::record::About::Unit(unit) if *unit != due.from => asked.unit_name(unit),
            _ => "",
        };
        Item {
            to: path(due.form.id.as_str(), &due.from, due.when, &due.about),
            text: format!("{} {} {about}", asked.words.of(&due.form.name), due.when),
            state,
            late,
        }
    });
    each.collect()
}

fn work(asked: &Asked<'_>, person: &PersonId, unit: &UnitId) -> List {
    let items = asked.state.work.of_unit(unit);
    let items = items.chain(asked.state.work.of_person(person));
    let given = asked.state.work.given_by(person);
    let waits =
        |stage: Stage| matches!(stage, Stage::Finished | Stage::Declined | Stage::Unanswered);
    let given = given.filter(|(_, item)| waits(item.stage));
    let mut seen = BTreeSet::new();
    let now = items.filter(|(_, item)| matches!(item.stage, Stage::Offered | Stage::InHand));
    let each = now.chain(given).filter(|(id, _)| seen.insert(*id));
    let items = each.map(|(id, item)| {
        let (state, late) = until(asked, item.offer.as_ref().map_or(item.due, |o| o.answer_by));
        let stage = super::work::stage(asked, item);
        Item {
            to: format!("/work/{}", id.0),
            text: super::work::listed(asked, id, item),
            state: format!("{stage} · {state}"),
            late,
        }
    });
    list(
        say(asked, "mine-work-to-answer-or-finish"),
        say(asked, "mine-nothing"),
        items.collect(),
    )
}

fn objections(asked: &Asked<'_>, unit: &UnitId) -> List {
    let open = asked.state.objections.iter().filter(|(_, one)| {
        one.is_open(asked.today)
            && (one.unit.as_ref() == Some(unit) || Some(&one.by) == asked.person().ok())
    });
    let items = open.map(|(id, one)| {
        let (state, late) = one
            .due()
            .map_or_else(Default::default, |due| until(asked, due));
        Item {
            to: format!("/objections/{id}"),
            text: note(asked, one.ground.act),
            state,
            late,
        }
    });
    list(
        say(asked, "mine-objections-that-concern-my-unit"),
        say(asked, "mine-none"),
        items.collect(),
    )
}

fn verify(asked: &Asked<'_>, person: &PersonId) -> List {
    let organisation = &asked.state.organisation;
    let form = |name: &str| asked.state.rules.latest().and_then(|book| book.form(name));
    let mine = asked.state.records.unverified().filter_map(|(id, record)| {
        let form = form(record.form.as_str())?;
        let role = form.verified_by.as_ref()?;
        let other = organisation.unit_of(person, asked.today) != Some(&record.unit);
        let may = other && organisation.has_role(person, role.as_str(), &record.unit, asked.today);
        may.then(|| Item {
            to: format!("/records/{}", id.0),
            text: format!(
                "{} {}",
                asked.words.of(&form.name),
                asked.unit_name(&record.unit)
            ),
            state: record.when.to_string(),
            late: false,
        })
    });
    list(
        say(asked, "mine-waiting-for-my-verification"),
        say(asked, "mine-none"),
        mine.take(LISTED).collect(),
    )
}

/// What those served said, and who wants to be called back.
fn served(asked: &Asked<'_>, unit: &UnitId) -> List {
    let ratings = Item {
        to: format!("/units/{unit}/ratings"),
        text: say(asked, "mine-ratings-who-wants-to-be").to_owned(),
        ..Item::default()
    };
    let invitations = Item {
        to: format!("/units/{unit}/invitations"),
        text: asked.words.t("rating-invitations").into_owned(),
        ..Item::default()
    };
    let request = Item {
        to: format!("/units/{unit}/requests/new"),
        text: asked.words.t("mine-take-request").into_owned(),
        ..Item::default()
    };
    list(
        say(asked, "mine-what-those-served-say"),
        "",
        vec![ratings, invitations, request],
    )
}

fn events(asked: &Asked<'_>, person: &PersonId, unit: &UnitId) -> List {
    let organisation = &asked.state.organisation;
    let category = organisation
        .facts(unit, asked.today)
        .map(|facts| facts.category.as_str());
    let forms = asked.state.rules.latest();
    let forms = forms
        .into_iter()
        .flat_map(|book| &book.campaign.forms)
        .map(|form| &form.item);
    let mine = forms.filter(|form| {
        form.every == Cadence::Event
            && category.is_some_and(|category| form.is_asked_of(category))
            && organisation.has_role(person, form.filled_by.as_str(), unit, asked.today)
    });
    let items = mine.map(|form| Item {
        to: format!("/units/{unit}/forms/{}", form.id),
        text: asked.words.of(&form.name).to_owned(),
        ..Item::default()
    });
    list(
        say(asked, "mine-to-be-filed-as-it"),
        say(asked, "mine-none"),
        items.collect(),
    )
}
